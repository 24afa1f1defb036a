//! Figures as commands print them: numbers and codes with what these mean, the day of what waits, how far events are counted, and what
//! schools and colleagues are called. Services keep ids alone.

use std::collections::BTreeMap;

use chassis::error::Result;
use proto::reporting::v1::Figure;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::client::ask;
use crate::config::Config;

fn with_day(text: String, held_date: &str) -> String {
    if held_date.is_empty() { text } else { format!("{text} (as at {held_date})") }
}

/// A figure with the day it is of where it waits.
pub fn figure(figure: Option<&Figure>, held_date: &str) -> String {
    let text = match figure {
        Some(figure) if figure.code.is_empty() => figure.value.to_string(),
        Some(figure) => figure.code.clone(),
        None => "x".to_owned(),
    };
    with_day(text, held_date)
}

/// The same of an answer as JSON.
pub fn of_json(figure: &Value, held_date: &Value) -> String {
    let text = match figure["code"].as_str() {
        Some(code) if !code.is_empty() => code.to_owned(),
        _ => figure["value"].as_str().unwrap_or("0").to_owned(),
    };
    with_day(text, held_date.as_str().unwrap_or_default())
}

/// What codes mean, and what a figure is that waits.
pub fn legend(min_cell: u64) -> String {
    format!(
        "c: hidden, a count below {min_cell} or another that would tell one\n\
         x: not available, nothing was counted then, or nobody knows\n\
         z: does not apply\n\
         low: more than nothing, and too small to be told\n\
         (as at a day): it is of that day; what came since would tell a small count, and sums wait by themselves"
    )
}

/// The same with the threshold of an answer as JSON.
pub fn legend_of(answer: &Value) -> String {
    legend(answer["minCell"].as_u64().unwrap_or_default())
}

/// How far events are counted, of an answer as JSON.
pub fn counted(answer: &Value) -> Option<String> {
    answer["figuresAsOfTime"].as_str().map(counted_until)
}

/// How far events are counted.
pub fn counted_at(newest: Option<OffsetDateTime>) -> Option<String> {
    let at = newest?;
    let [hour, minute, second] = [at.hour(), at.minute(), at.second()];
    Some(counted_until(&format!("{}T{hour:02}:{minute:02}:{second:02}Z", at.date())))
}

fn counted_until(newest: &str) -> String {
    format!("newest event that is counted: {newest}")
}

/// What schools are called, by their ids.
///
/// # Errors
/// The gateway's refusal.
pub async fn schools(config: &Config) -> Result<BTreeMap<String, String>> {
    let all = super::client::schools(config).await?;
    Ok(named(&all, "schoolId", "name"))
}

/// What colleagues at a school are called, by their accounts; nobody where the caller may not know.
pub async fn colleagues(config: &Config, school: &str) -> BTreeMap<String, String> {
    let answer = ask(config, "ListColleagues", json!({"schoolId": school})).await.unwrap_or_default();
    named(answer["colleagues"].as_array().map(Vec::as_slice).unwrap_or_default(), "accountId", "displayName")
}

fn named(all: &[Value], id: &str, name: &str) -> BTreeMap<String, String> {
    let one = |of: &Value| Some((of[id].as_str()?.to_owned(), of[name].as_str()?.to_owned()));
    all.iter().filter_map(one).collect()
}

/// What something is called; its id where nobody says.
pub fn name<'a>(names: &'a BTreeMap<String, String>, id: &'a str) -> &'a str {
    names.get(id).map_or(id, String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_explained_and_what_waits_says_its_day() {
        let of = |value, code: &str| Figure { value, code: code.into() };
        assert_eq!(figure(Some(&of(17, "")), "2026-11-24"), "17 (as at 2026-11-24)");
        assert_eq!(of_json(&json!({"value": "17", "code": ""}), &json!("2026-11-24")), "17 (as at 2026-11-24)");
        assert_eq!(of_json(&json!({"value": "0", "code": "c"}), &Value::Null), "c");
        let legend = legend(6);
        for code in ["c", "x", "z", "low", "(as at a day)"] {
            assert!(legend.lines().any(|line| line.starts_with(&format!("{code}: "))), "{code}");
        }
    }
}
