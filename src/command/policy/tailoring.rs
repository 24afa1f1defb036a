//! `hedgerow policy findings`, `revise`, `tailor-clause`, `discard`: a school makes the template its own.

use chassis::error::{Error, Result};
use clap::Args;
use serde_json::{Value, json};

use super::{super::client::ask, Sign};
use crate::{client, config::Config};

/// The findings on a version.
#[derive(Debug, Args)]
pub struct Findings {
    #[command(flatten)]
    version: Sign,
    /// How they are printed: `text` or `json`.
    #[arg(long, default_value = "text", value_parser = ["text", "json"])]
    output: String,
}

/// A clause to be tailored.
#[derive(Debug, Args)]
pub struct TailorClause {
    #[command(flatten)]
    version: Sign,
    /// The clause: its key within the version, or the template's id.
    #[arg(long)]
    clause: String,
    /// `adopted`, `adapted`, `omitted`, or `added` for a clause of the school's own.
    #[arg(long)]
    tailoring: String,
    /// The school's text.
    #[arg(long, default_value = "")]
    text: String,
    /// Why.
    #[arg(long, default_value = "")]
    reason: String,
}

/// A version to be set aside.
#[derive(Debug, Args)]
pub struct Discard {
    #[command(flatten)]
    version: Sign,
    /// Why.
    #[arg(long)]
    reason: String,
}

fn word<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

impl Findings {
    /// Prints them, the clause first.
    ///
    /// # Errors
    /// The service's refusal; `WrongState` where something grave stands without a waiver.
    pub async fn run(&self, config: &Config) -> Result<()> {
        let Sign { school, instance } = &self.version;
        let answer = ask(config, "LintInstance", json!({"schoolId": school, "instanceId": instance})).await?;
        let findings = answer["findings"].as_array().cloned().unwrap_or_default();
        if self.output == "json" {
            println!("{}", serde_json::to_string_pretty(&findings)?);
        } else {
            for finding in &findings {
                let severity = word(finding, "severity").trim_start_matches("SEVERITY_").to_lowercase();
                let clause = Some(word(finding, "clauseKey")).filter(|key| !key.is_empty()).unwrap_or("policy");
                let waived = match finding["waiver"]["untilDate"].as_str() {
                    Some(day) => format!(" (let stand until {day})"),
                    None => String::new(),
                };
                let (message, rule, id) = (word(finding, "message"), word(finding, "rule"), word(finding, "findingId"));
                println!("{clause}: {severity}: {message} [{rule}] {id}{waived}");
            }
        }
        let grave = |finding: &&Value| word(finding, "severity") == "SEVERITY_ERROR" && finding["waiver"].is_null();
        match findings.iter().filter(grave).count() {
            0 => Ok(()),
            n => {
                Err(Error::wrong_state(format!("{n} grave findings stand: mend them, or let each stand with a reason")))
            }
        }
    }
}

impl TailorClause {
    /// Changes it and prints the state of the version.
    ///
    /// # Errors
    /// The service's refusal.
    pub async fn run(self, config: &Config) -> Result<()> {
        let asked = json!({
            "clauseKey": self.clause, "tailoring": self.tailoring, "text": self.text, "reason": self.reason,
            "requestId": client::request_id(),
        });
        let answer = self.version.written(config, "TailorClause", asked).await?;
        println!("{}", word(&answer["instance"], "state"));
        Ok(())
    }
}

impl Discard {
    /// Sets it aside.
    ///
    /// # Errors
    /// The service's refusal.
    pub async fn run(self, config: &Config) -> Result<()> {
        let asked = json!({"reason": self.reason, "requestId": client::request_id()});
        let answer = self.version.written(config, "DiscardInstance", asked).await?;
        println!("{}", word(&answer["instance"], "state"));
        Ok(())
    }
}

/// Starts a revision and prints the new version.
///
/// # Errors
/// The service's refusal.
pub async fn revise(config: &Config, school: &str) -> Result<()> {
    let answer = ask(config, "StartRevision", json!({"schoolId": school, "requestId": client::request_id()})).await?;
    let instance = &answer["instance"];
    println!("{} version {} (draft)", word(instance, "instanceId"), instance["version"]);
    Ok(())
}
