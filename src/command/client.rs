//! `hedgerow sign-in`, `school`, `reports`, `call`: what a person does at a gateway.

use std::collections::BTreeMap;

use chassis::error::{Error, Result};
use clap::{Args, Subcommand};
use proto::access::v1::{SignInRequest, accounts_client::AccountsClient};

use super::{
    figures::{self, of_json},
    over_schools, reports, tables,
};
use crate::{client, config::Config, dynamic};

/// Signs in and prints the session token.
#[derive(Debug, Args)]
pub struct SignIn {
    /// The sign-in name.
    name: String,
    /// A file that holds the password; without it the password is read from standard input.
    #[arg(long, value_name = "FILE")]
    password_file: Option<std::path::PathBuf>,
}

impl SignIn {
    /// Runs it.
    ///
    /// # Errors
    /// The gateway's refusal.
    pub async fn run(self, config: &Config) -> Result<()> {
        let password = super::password(self.password_file.as_deref())?;
        let request =
            SignInRequest { sign_in_name: self.name, password: password.trim_end_matches(['\r', '\n']).to_owned() };
        let mut accounts = AccountsClient::new(client::gateway(config).await?);
        let response = accounts.sign_in(chassis::upstream::request(request)).await;
        println!("{}", response.map_err(|s| Error::from_status(&s))?.into_inner().session_token);
        Ok(())
    }
}

/// Schools.
#[derive(Debug, Subcommand)]
pub enum School {
    /// Lists the schools one has to do with.
    List,
    /// Adds a school.
    Create {
        /// Its name.
        name: String,
        /// `nursery`, `primary`, `secondary`, `all_through`, `special` or `pru`.
        #[arg(long)]
        kind: String,
        /// Its unique reference number, six digits.
        #[arg(long)]
        urn: String,
        /// The key stages it teaches, such as `EYFS,KS1,KS2`.
        #[arg(long, value_delimiter = ',')]
        key_stages: Vec<String>,
    },
    /// Says where a school lies and how many learners it has, in place of what was said before.
    Describe {
        /// The school.
        school: String,
        /// The part of the authority it lies in, such as `High Peak`.
        #[arg(long, default_value = "")]
        area: String,
        /// How many learners are on its roll.
        #[arg(long, default_value_t = 0)]
        learners: u32,
    },
}

impl School {
    /// Runs it.
    ///
    /// # Errors
    /// The service's refusal.
    pub async fn run(self, config: &Config) -> Result<()> {
        match self {
            Self::List => {
                for school in schools(config).await? {
                    let text = |key: &str| school[key].as_str().unwrap_or_default().to_owned();
                    println!("{}\t{}\t{}", text("schoolId"), text("kind"), text("name"));
                }
                Ok(())
            }
            Self::Describe { school, area, learners } => {
                let request = serde_json::json!({
                    "schoolId": school, "area": area, "learners": learners, "requestId": client::request_id()
                });
                ask(config, "DescribeSchool", request).await?;
                println!("{school}");
                Ok(())
            }
            Self::Create { name, kind, urn, key_stages } => {
                let request = serde_json::json!({
                    "name": name, "kind": kind, "urn": urn, "keyStages": key_stages, "requestId": client::request_id()
                });
                let answer = ask(config, "CreateSchool", request).await?;
                println!("{}", answer["school"]["schoolId"].as_str().unwrap_or_default());
                Ok(())
            }
        }
    }
}

/// Reports.
#[derive(Debug, Subcommand)]
pub enum Reports {
    /// The termly report of one school.
    School {
        /// The school.
        school: String,
        /// The term, such as `2026-autumn`; the current one without it.
        #[arg(long, default_value = "")]
        term: String,
        /// What was known at the end of a day, such as `2026-11-24`; what is known now without it.
        #[arg(long, default_value = "")]
        as_at: String,
    },
    /// The authority's report over its schools.
    Authority {
        /// The term, such as `2026-autumn`; the current one without it.
        #[arg(long, default_value = "")]
        term: String,
        /// What was known at the end of a day, such as `2026-11-24`; what is known now without it.
        #[arg(long, default_value = "")]
        as_at: String,
    },
    /// The authority's figures beside what was to be expected from the terms before.
    Trends(reports::Trends),
    /// Writes a term's report for governors to a file.
    Get(reports::Get),
    /// Prints what the head signed.
    Signed(reports::Signed),
    /// Signs a term's report.
    Sign(reports::Sign),
    /// Prints where a school stands against the standard for filtering and monitoring and against its own policy.
    SelfReview(reports::SelfReview),
    /// Prints what may be asked.
    Measures(tables::Measures),
    /// Asks for tables of figures: a measure by something, by something else, in a period.
    Ask(tables::Ask),
    /// Questions that are kept.
    #[command(subcommand)]
    Questions(tables::Questions),
    /// Prints the schools that need help with why, those that need most first.
    Needs,
    /// Prints a measure over school terms, by the phase or the area of schools.
    Groups(over_schools::Groups),
    /// Prints a school's place among schools of its phase.
    Places(over_schools::Places),
    /// Prints what the designated officer published of the years.
    Published,
    /// Returns that the authority makes.
    #[command(subcommand)]
    Return(over_schools::Return),
    /// Counts all figures anew from the log of events; until it is done, those of before are answered.
    Rebuild,
    /// Counts all figures anew and says how many differ from those that are answered; changes none.
    Check,
}

impl Reports {
    /// Runs it.
    ///
    /// # Errors
    /// The service's refusal.
    pub async fn run(self, config: &Config) -> Result<()> {
        let authority = matches!(self, Self::Authority { .. });
        let answer = match self {
            Self::Trends(trends) => return trends.run(config).await,
            Self::Get(get) => return get.run(config).await,
            Self::Signed(signed) => return signed.run(config).await,
            Self::Sign(sign) => return sign.run(config).await,
            Self::SelfReview(review) => return review.run(config).await,
            Self::Measures(measures) => return measures.run(config).await,
            Self::Ask(ask) => return ask.run(config).await,
            Self::Questions(questions) => return questions.run(config).await,
            Self::Needs => return over_schools::needs(config).await,
            Self::Groups(groups) => return groups.run(config).await,
            Self::Places(places) => return places.run(config).await,
            Self::Published => return over_schools::published(config).await,
            Self::Return(of) => return of.run(config).await,
            Self::School { school, term, as_at } => {
                let request = serde_json::json!({"schoolId": school, "termId": term, "asAtDate": as_at});
                ask(config, "GetSchoolReport", request).await?
            }
            Self::Authority { term, as_at } => {
                ask(config, "GetAuthorityReport", serde_json::json!({"termId": term, "asAtDate": as_at})).await?
            }
            Self::Rebuild => return rebuild(config, false).await,
            Self::Check => return rebuild(config, true).await,
        };
        let report = &answer["report"];
        println!("{}", report["term"]["title"].as_str().unwrap_or_default());
        if let Some(counted) = figures::counted(report) {
            println!("{counted}");
        }
        if let Some(waiting) = report["eventsWaiting"].as_u64().filter(|waiting| *waiting > 0) {
            println!("events that are not counted yet: {waiting}");
        }
        if report["countingAnew"].as_bool().unwrap_or_default() {
            println!("being counted anew: some figures are as the version before the update counted them");
        }
        for line in report["lines"].as_array().into_iter().flatten() {
            let since = match (&line["since"], line["sinceFewer"].as_bool().unwrap_or_default()) {
                (serde_json::Value::Null, _) => String::new(),
                (differ, fewer) => format!(
                    "  (since: {} {})",
                    of_json(differ, &serde_json::Value::Null),
                    if fewer { "fewer" } else { "more" }
                ),
            };
            let found = of_json(&line["figure"], &line["heldDate"]);
            println!("{found:>8}  {}{since}", line["title"].as_str().unwrap_or_default());
            for part in line["parts"].as_array().into_iter().flatten() {
                let found = of_json(&part["figure"], &line["partsHeldDate"]);
                println!("{found:>12}  {}", part["title"].as_str().unwrap_or_default());
            }
        }
        let names = if authority { figures::schools(config).await? } else { BTreeMap::new() };
        let lines = report["lines"].as_array().cloned().unwrap_or_default();
        let title = |key: &serde_json::Value| {
            let line = lines.iter().find(|line| line["key"] == *key);
            line.map_or(key, |line| &line["title"]).as_str().unwrap_or_default().to_owned()
        };
        for row in report["schools"].as_array().into_iter().flatten() {
            let cells: Vec<String> = row["cells"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|c| format!("{}: {}", title(&c["key"]), of_json(&c["figure"], &c["heldDate"])))
                .collect();
            let school = row["schoolId"].as_str().unwrap_or_default();
            println!("{}  {}", figures::name(&names, school), cells.join("; "));
        }
        println!("\n{}", figures::legend_of(report));
        Ok(())
    }
}

/// Has figures counted anew, call by call until it is done.
async fn rebuild(config: &Config, check_only: bool) -> Result<()> {
    loop {
        let answer = ask(config, "RebuildFigures", serde_json::json!({"checkOnly": check_only})).await?;
        let number = |key: &str| answer[key].as_str().unwrap_or("0").to_owned();
        println!("{} of {} events counted", number("eventsCounted"), number("eventsLogged"));
        if answer["done"].as_bool().unwrap_or_default() {
            let changed = number("figuresChanged");
            match (check_only, changed.as_str()) {
                (_, "0") => println!("no figure differs"),
                (true, changed) => {
                    let fix = format!(
                        "{changed} figures differ, or schools stand otherwise: put them right with `hedgerow reports rebuild`"
                    );
                    return Err(Error::invalid("figures", fix));
                }
                (false, changed) => println!("{changed} figures were put right, and how schools stand"),
            }
            return Ok(());
        }
    }
}

/// The schools one has to do with.
///
/// # Errors
/// The gateway's refusal.
pub(super) async fn schools(config: &Config) -> Result<Vec<serde_json::Value>> {
    let (mut schools, mut token) = (Vec::new(), serde_json::Value::from(""));
    loop {
        let page = serde_json::json!({"pageSize": 1000, "pageToken": token});
        let answer = ask(config, "ListSchools", page).await?;
        schools.extend(answer["schools"].as_array().cloned().unwrap_or_default());
        token = answer["nextPageToken"].clone();
        if token.as_str().is_none_or(str::is_empty) {
            return Ok(schools);
        }
    }
}

/// Calls any rpc.
#[derive(Debug, Args)]
pub struct Call {
    /// The rpc, such as `CloseCase` or `IncidentCases/CloseCase`; `--list` says which there are.
    method: Option<String>,
    /// The request as JSON; `requestId` is added where the request has one and the JSON does not.
    #[arg(default_value = "{}")]
    json: String,
    /// Lists the rpcs there are.
    #[arg(long)]
    list: bool,
}

impl Call {
    /// Runs it.
    ///
    /// # Errors
    /// The service's refusal.
    pub async fn run(self, config: &Config) -> Result<()> {
        if self.list {
            for rpc in proto::contract::rpcs() {
                println!("{}\t{}", rpc.path.trim_start_matches('/'), rpc.permission.as_str_name());
            }
            return Ok(());
        }
        let Some(method) = self.method.as_deref() else {
            let fix = "Name an rpc, as in `hedgerow call GetSelf`; `hedgerow call --list` lists all of them";
            return Err(Error::invalid("method", fix));
        };
        let request: serde_json::Value =
            serde_json::from_str(&self.json).map_err(|e| Error::invalid("json", e.to_string()))?;
        let answer = ask(config, method, request).await?;
        println!("{}", serde_json::to_string_pretty(&answer)?);
        Ok(())
    }
}

/// Calls an rpc at the gateway.
///
/// # Errors
/// The service's refusal.
pub async fn ask(config: &Config, method: &str, mut request: serde_json::Value) -> Result<serde_json::Value> {
    let rpc = dynamic::find(method)?;
    dynamic::identify(rpc, &mut request);
    dynamic::call(client::gateway(config).await?, rpc, &request.to_string()).await
}
