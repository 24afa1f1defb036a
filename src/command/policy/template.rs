//! `hedgerow policy templates` and `hedgerow policy compare`: the versions of the template, and what changed between two.

use chassis::error::Result;
use clap::Args;
use serde_json::{Value, json};

use crate::{command::client::ask, config::Config};

/// Two versions to compare.
#[derive(Debug, Args)]
pub struct Compare {
    /// The earlier version.
    from: u32,
    /// The later version; the current one without it.
    to: Option<u32>,
    /// How it is printed: `text` or `json`.
    #[arg(long, default_value = "text", value_parser = ["text", "json"])]
    output: String,
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Prints every version, the newest first.
///
/// # Errors
/// The service's refusal.
pub async fn list(config: &Config) -> Result<()> {
    let mut token = String::new();
    loop {
        let answer = ask(config, "ListTemplates", json!({"pageToken": token})).await?;
        for template in items(&answer, "templates") {
            println!(
                "version {} of {}: {}",
                template["version"],
                text(template, "name"),
                text(template, "publishTime")
            );
        }
        token = text(&answer, "nextPageToken").to_owned();
        if token.is_empty() {
            return Ok(());
        }
    }
}

impl Compare {
    /// Prints what changed.
    ///
    /// # Errors
    /// The service's refusal.
    pub async fn run(self, config: &Config) -> Result<()> {
        let asked = json!({"fromVersion": self.from, "toVersion": self.to.unwrap_or_default()});
        let answer = ask(config, "CompareTemplates", asked).await?;
        if self.output == "json" {
            println!("{}", serde_json::to_string_pretty(&answer)?);
            return Ok(());
        }
        for change in items(&answer, "changes") {
            let statutory = if change["statutory"] == json!(true) { " (statutory)" } else { "" };
            println!("{} {}: {}{statutory}", text(change, "kind"), text(change, "id"), text(change, "change"));
            for (mark, side) in [("-", "before"), ("+", "after")] {
                for line in text(change, side).lines() {
                    println!("  {mark} {line}");
                }
            }
        }
        let count = items(&answer, "changes").len();
        println!("{count} changes from version {} to version {}", answer["fromVersion"], answer["toVersion"]);
        Ok(())
    }
}
