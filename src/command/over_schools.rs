//! `hedgerow reports needs`, `groups`, `places`, `published`, `return`: what the authority sees over its schools beside a term's
//! figures, and a school's place among others.

use std::{collections::BTreeMap, path::PathBuf};

use chassis::error::{Error, Result};
use clap::{Args, Subcommand};
use proto::reporting::v1::{ExportReturnRequest, ReportFormat, reporting_client::ReportingClient};
use serde_json::{Value, json};

use super::{
    client::ask,
    figures::{self, of_json},
    reports::Format,
};
use crate::{client, config::Config};

/// A measure over school terms, by groups of schools.
#[derive(Debug, Args)]
pub struct Groups {
    /// The measure, such as `cases_opened`.
    measure: String,
    /// `phase`, `area` or `school`.
    #[arg(long, default_value = "phase")]
    by: String,
    /// The last term, such as `2026-summer`; the last that is over without it.
    #[arg(long, default_value = "")]
    until: String,
    /// How many terms, 1 to 12.
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=12))]
    terms: u32,
}

/// A school's place among schools of its phase.
#[derive(Debug, Args)]
pub struct Places {
    /// The school.
    school: String,
    /// A term that is over, such as `2026-summer`; the last one without it.
    #[arg(long, default_value = "")]
    term: String,
}

/// Returns that the authority makes.
#[derive(Debug, Subcommand)]
pub enum Return {
    /// Prints which there are: key, last year that is over, due day, name.
    List,
    /// Prints one of a year, filled as far as it can be, or writes it to a file.
    Get(ReturnOf),
}

/// Which return, and as what.
#[derive(Debug, Args)]
pub struct ReturnOf {
    /// Its key, such as `lado-annual`.
    key: String,
    /// The year, such as `2025-26`; the last that is over without it.
    #[arg(long, default_value = "")]
    year: String,
    /// Written to a file as this; printed without it.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// The file; a name such as `return-lado-annual-2025-26.pdf` without it.
    #[arg(long, value_name = "FILE", requires = "format")]
    out: Option<PathBuf>,
}

fn text<'a>(of: &'a Value, key: &str) -> &'a str {
    of[key].as_str().unwrap_or_default()
}

fn all<'a>(of: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    of[key].as_array().into_iter().flatten()
}

/// Prints the schools that need help, those that need most first.
///
/// # Errors
/// The gateway's refusal.
pub async fn needs(config: &Config) -> Result<()> {
    let answer = ask(config, "ListSchoolsByNeed", json!({})).await?;
    for school in all(&answer, "schools") {
        let reasons: Vec<&str> = all(school, "reasons").map(|reason| text(reason, "text")).collect();
        println!(
            "{:>4}  {}  {}",
            school["weight"].as_u64().unwrap_or_default(),
            text(school, "name"),
            reasons.join("; ")
        );
    }
    if let Some(counted) = figures::counted(&answer) {
        println!("{counted}");
    }
    let unknown: Vec<&str> = all(&answer, "unknown").filter_map(Value::as_str).collect();
    if !unknown.is_empty() {
        println!("not known just now: {}", unknown.join(", "));
    }
    Ok(())
}

/// Prints what the designated officer published of the years.
///
/// # Errors
/// The service's refusal.
pub async fn published(config: &Config) -> Result<()> {
    let answer = ask(config, "ListPublishedYears", json!({"desk": "lado"})).await?;
    for year in all(&answer, "years") {
        println!("{}", text(year, "year"));
        for one in all(year, "opened").chain(all(year, "closed")) {
            println!("{:>8}  {}", of_json(&one["figure"], &Value::Null), text(one, "title"));
        }
    }
    Ok(())
}

/// Why a figure of a group is not that of all its schools.
const PART: &str = "A figure is the sum of what is printed of each school: a school whose figure is hidden in one of the terms counts in none.";

/// How many schools of a group count.
fn of_schools(group: &Value) -> String {
    let number = |key: &str| group[key].as_u64().unwrap_or_default();
    format!("{} of {}", number("schoolsCounted"), number("schools"))
}

/// The figures of a group, each with how many schools it is of where not all that count were there in its term.
fn cells(group: &Value, key: &str) -> Vec<String> {
    let counted = group["schoolsCounted"].as_u64().unwrap_or_default();
    let cell = |(n, one): (usize, &Value)| {
        let found = of_json(one, &group["heldDates"][n]);
        let number = one["code"].as_str().unwrap_or_default().is_empty();
        match group["countedByTerm"][n].as_u64() {
            Some(there) if number && there < counted => format!("{found} ({there} of {counted})"),
            _ => found,
        }
    };
    all(group, key).enumerate().map(cell).collect()
}

impl Groups {
    /// Prints it.
    ///
    /// # Errors
    /// The service's refusal.
    pub async fn run(self, config: &Config) -> Result<()> {
        let Self { measure, by, until, terms } = self;
        let asked = json!({"measure": measure, "by": by, "untilTermId": until, "terms": terms});
        let answer = ask(config, "ListGroupTrends", asked).await?;
        let trend = &answer["trend"];
        let names = if by == "school" { figures::schools(config).await? } else { BTreeMap::new() };
        println!("{}: {}", text(trend, "title"), text(trend, "definition"));
        if let Some(counted) = figures::counted(trend) {
            println!("{counted}");
        }
        let terms: Vec<&str> = all(trend, "terms").map(|term| text(term, "termId")).collect();
        for (title, key) in [(text(trend, "title"), "figures"), ("for 1,000 learners", "perThousand")] {
            println!("\n{title}\tschools that count\t{}", terms.join("\t"));
            for group in all(trend, "groups") {
                let name = figures::name(&names, text(group, "title"));
                println!("{name}\t{}\t{}", of_schools(group), cells(group, key).join("\t"));
            }
        }
        println!("\n{PART}\n{}", figures::legend_of(trend));
        Ok(())
    }
}

impl Places {
    /// Prints them.
    ///
    /// # Errors
    /// The service's refusal.
    pub async fn run(self, config: &Config) -> Result<()> {
        let asked = json!({"schoolId": self.school, "termId": self.term});
        let answer = ask(config, "ListBenchmarks", asked).await?;
        println!("{}", text(&answer["term"], "title"));
        for one in all(&answer, "benchmarks") {
            let place = match text(one, "band") {
                "" => format!("not said ({})", text(one, "whyNot")),
                band => band.replace('_', " "),
            };
            println!("{place}\t{}", text(one, "title"));
        }
        Ok(())
    }
}

impl Return {
    /// Runs it.
    ///
    /// # Errors
    /// The service's refusal, or where the file cannot be written.
    pub async fn run(self, config: &Config) -> Result<()> {
        match self {
            Self::List => {
                let answer = ask(config, "ListReturns", json!({})).await?;
                for one in all(&answer, "returns") {
                    let [key, year, due, title] = ["key", "lastYear", "dueDate", "title"].map(|key| text(one, key));
                    println!("{key}\t{year}\t{due}\t{title}");
                }
                Ok(())
            }
            Self::Get(of) => match of.format {
                Some(format) => of.write(config, format).await,
                None => of.print(config).await,
            },
        }
    }
}

impl ReturnOf {
    async fn print(self, config: &Config) -> Result<()> {
        let answer = ask(config, "GetReturn", json!({"returnKey": self.key, "year": self.year})).await?;
        let filled = &answer["filled"];
        println!("{}, {}", text(&filled["template"], "title"), text(filled, "year"));
        for line in all(filled, "lines") {
            let found =
                if line["figure"].is_null() { "-".to_owned() } else { of_json(&line["figure"], &line["heldDate"]) };
            let why = text(line, "whyNot");
            let why = if why.is_empty() { String::new() } else { format!("  ({why})") };
            println!("{:>3} {found:>8}  {}{why}", text(line, "number"), text(line, "title"));
            for part in all(line, "parts") {
                println!("{:>12}  {}", of_json(&part["figure"], &part["heldDate"]), text(part, "title"));
            }
        }
        Ok(())
    }

    async fn write(self, config: &Config, format: Format) -> Result<()> {
        let reporting = ReportingClient::new(client::gateway(config).await?);
        let mut reporting = reporting.max_decoding_message_size(chassis::serve::MAX_MESSAGE);
        let request = ExportReturnRequest {
            return_key: self.key,
            year: self.year,
            format: ReportFormat::from(format).into(),
            authority_name: String::new(),
        };
        let answer = reporting.export_return(chassis::upstream::patient(request)).await;
        let file = answer.map_err(|status| Error::from_status(&status))?.into_inner();
        let path = self.out.unwrap_or_else(|| PathBuf::from(&file.file_name));
        super::write_new(&path, &file.content).map_err(|why| Error::invalid("out", why))?;
        println!("{}", path.display());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_over_some_schools_of_a_group_says_so() {
        let figure = |value: &str, code: &str| json!({"value": value, "code": code});
        let group = json!({
            "title": "Hill villages", "schools": 4, "schoolsCounted": 3, "countedByTerm": [1, 3],
            "figures": [figure("11", ""), figure("17", "")], "heldDates": ["", "2026-11-24"],
            "perThousand": [figure("0", "z"), figure("9", "")]
        });
        assert_eq!(of_schools(&group), "3 of 4");
        assert_eq!(cells(&group, "figures"), ["11 (1 of 3)", "17 (as at 2026-11-24)"]);
        assert_eq!(cells(&group, "perThousand"), ["z", "9 (as at 2026-11-24)"]);
    }
}
