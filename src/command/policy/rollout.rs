//! `hedgerow policy rollout`, `hedgerow policy adoptions`: a template version on its way into the schools' policies.

use chassis::error::Result;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::{command::client::ask, config::Config};

/// A template version on its way into the schools' policies.
#[derive(Debug, Subcommand)]
pub enum Rollout {
    /// Prints what it would come to at every school, and changes nothing.
    Preview(Which),
    /// Starts it; prints its id.
    Start {
        /// The version and the schools.
        #[command(flatten)]
        which: Which,
        /// The day by which schools adopt what is statutory, such as `2027-03-27`.
        #[arg(long)]
        statutory_by: String,
        /// When it starts, such as `2027-01-04T06:00:00Z`; now without it.
        #[arg(long)]
        at: Option<String>,
        /// What the schools are told of it.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Prints how far it is, school by school.
    Status {
        /// The roll-out, `rol_…`; the newest without it.
        rollout: Option<String>,
    },
    /// Discards its drafts; what is in force stays.
    Undo {
        /// The roll-out, `rol_…`.
        rollout: String,
        /// Why; the schools read it.
        #[arg(long)]
        reason: String,
        /// The school; may be given more than once, all of them without it.
        #[arg(long)]
        school: Vec<String>,
    },
}

/// Which template version, and which schools.
#[derive(Debug, Args)]
pub struct Which {
    /// The template version; the current one without it.
    #[arg(long, default_value_t = 0)]
    template_version: u32,
    /// The school; may be given more than once, all of them without it.
    #[arg(long)]
    school: Vec<String>,
}

/// How schools stand with the template, those that need help first.
#[derive(Debug, Args)]
pub struct Adoptions {
    /// `behind`, `open_proposals`, `overdue` or `no_policy`; all schools without it.
    #[arg(long, default_value = "")]
    filter: String,
    /// How it is printed: `text` or `json`.
    #[arg(long, default_value = "text", value_parser = ["text", "json"])]
    output: String,
}

impl Rollout {
    /// Runs it.
    ///
    /// # Errors
    /// The service's refusal.
    pub async fn run(self, config: &Config) -> Result<()> {
        match self {
            Self::Preview(Which { template_version, school }) => {
                let request = json!({"templateVersion": template_version, "schoolIds": school});
                let answer = ask(config, "PreviewRollout", request).await?;
                println!(
                    "template version {}: {} move by themselves, {} questions",
                    number(&answer["templateVersion"]),
                    number(&answer["moved"]),
                    number(&answer["proposals"])
                );
                answer["schools"].as_array().into_iter().flatten().for_each(line);
            }
            Self::Start { which: Which { template_version, school }, statutory_by, at, note } => {
                let mut request = json!({
                    "templateVersion": template_version, "schoolIds": school, "statutoryByDate": statutory_by,
                    "note": note, "requestId": crate::client::request_id()
                });
                if let Some(at) = at {
                    request["startTime"] = at.into();
                }
                let answer = ask(config, "StartRollout", request).await?;
                println!("{}", text(&answer["rollout"]["rolloutId"]));
            }
            Self::Status { rollout } => status(config, rollout).await?,
            Self::Undo { rollout, reason, school } => {
                let request = json!({
                    "rolloutId": rollout, "schoolIds": school, "reason": reason,
                    "requestId": crate::client::request_id()
                });
                let answer = ask(config, "UndoRollout", request).await?;
                println!(
                    "{}: {} drafts taken back",
                    text(&answer["rollout"]["state"]),
                    number(&answer["rollout"]["undone"])
                );
            }
        }
        Ok(())
    }
}

async fn status(config: &Config, rollout: Option<String>) -> Result<()> {
    let rollout = match rollout {
        Some(rollout) => ask(config, "GetRollout", json!({"rolloutId": rollout})).await?["rollout"].clone(),
        None => ask(config, "ListRollouts", json!({"pageSize": 1})).await?["rollouts"][0].clone(),
    };
    if rollout.is_null() {
        println!("no template version was rolled out yet");
        return Ok(());
    }
    let n = |key: &str| number(&rollout[key]);
    println!(
        "{} template version {} {}: {} schools = {} merged + {} passed over + {} undone + {} waiting; {} untouched; {} questions",
        text(&rollout["rolloutId"]),
        n("templateVersion"),
        text(&rollout["state"]),
        n("schools"),
        n("merged"),
        n("skipped"),
        n("undone"),
        n("schools").saturating_sub(n("merged") + n("skipped") + n("undone")),
        n("untouched"),
        n("proposals")
    );
    let mut token = String::new();
    loop {
        let request = json!({"rolloutId": rollout["rolloutId"], "pageSize": 1000, "pageToken": token});
        let page = ask(config, "ListRolloutSchools", request).await?;
        page["schools"].as_array().into_iter().flatten().for_each(line);
        token = text(&page["nextPageToken"]);
        if token.is_empty() {
            return Ok(());
        }
    }
}

/// Prints a school: id, state, what moves, questions, how many of them are answered, name, and why it was passed over.
fn line(school: &Value) {
    println!(
        "{}\t{}\t{}\t{}\t{}\t{}\t{}",
        text(&school["schoolId"]),
        text(&school["state"]),
        number(&school["moved"]),
        number(&school["proposals"]),
        number(&school["answered"]),
        text(&school["name"]),
        text(&school["why"])
    );
}

impl Adoptions {
    /// Runs it.
    ///
    /// # Errors
    /// The service's refusal.
    pub async fn run(self, config: &Config) -> Result<()> {
        let (mut token, mut all) = (String::new(), Vec::new());
        loop {
            let request = json!({"filter": self.filter, "pageSize": 1000, "pageToken": token});
            let mut page = ask(config, "ListAdoptions", request).await?;
            all.extend(page["adoptions"].as_array_mut().map(std::mem::take).unwrap_or_default());
            token = text(&page["nextPageToken"]);
            if token.is_empty() {
                break;
            }
        }
        if self.output == "json" {
            println!("{}", serde_json::to_string_pretty(&all)?);
            return Ok(());
        }
        println!("SCHOOL\tTEMPLATE\tIN FORCE\tDRAFT\tOPEN\tOVERDUE\tREVIEW DUE\tERRORS\tNAME");
        for school in &all {
            println!(
                "{}\t{}\t{}\t{}\t{}\t{}\t{}{}\t{}\t{}",
                text(&school["schoolId"]),
                number(&school["templateVersion"]),
                number(&school["version"]),
                text(&school["draftState"]),
                number(&school["openProposals"]),
                number(&school["overdueProposals"]),
                text(&school["reviewDueDate"]),
                if school["reviewOverdue"] == true { " overdue" } else { "" },
                number(&school["errorFindings"]),
                text(&school["name"])
            );
        }
        Ok(())
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A number; JSON leaves out what is 0.
fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}
