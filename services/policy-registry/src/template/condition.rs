//! Conditions, in the one grammar both include rules and steps are written in: `key = value`, `key in (a, b)`,
//! `key contains value`, `key filled`, joined by `and` and `or` (`and` binds closer), or `always`, or `judgement`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A condition as it was written, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(try_from = "String", into = "String")]
pub enum Condition {
    /// Holds.
    #[default]
    Always,
    /// The lead decides, and the decision is recorded.
    Judgement,
    /// The key has exactly this value.
    Is(String, String),
    /// The key has one of these values.
    In(String, Vec<String>),
    /// One of the key's values is this one.
    Contains(String, String),
    /// The key has a value.
    Filled(String),
    /// All of them hold.
    All(Vec<Condition>),
    /// One of them holds.
    Any(Vec<Condition>),
}

impl Condition {
    /// Takes a condition apart.
    ///
    /// # Errors
    /// Says which part cannot be read, and how such a part is written.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self::Always);
        }
        join(text, " or ", Self::Any, |part| join(part, " and ", Self::All, atom))
    }

    /// Whether it holds where `values` answers each key's values. Judgement holds: it is not the platform's to make.
    pub fn holds(&self, values: &impl Fn(&str) -> Vec<String>) -> bool {
        let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
        match self {
            Self::Always | Self::Judgement => true,
            Self::Is(key, value) => matches!(values(key).as_slice(), [only] if same(only, value)),
            Self::In(key, allowed) => {
                let has = values(key);
                has.len() == 1 && has.iter().any(|v| allowed.iter().any(|a| same(a, v)))
            }
            Self::Contains(key, value) => values(key).iter().any(|v| same(v, value)),
            Self::Filled(key) => values(key).iter().any(|v| !v.trim().is_empty()),
            Self::All(parts) => parts.iter().all(|part| part.holds(values)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(values)),
        }
    }

    /// Every key it reads, with the values it compares that key to.
    pub fn reads(&self) -> Vec<(&str, Vec<&str>)> {
        match self {
            Self::Always | Self::Judgement => Vec::new(),
            Self::Is(key, value) | Self::Contains(key, value) => vec![(key, vec![value])],
            Self::In(key, values) => vec![(key, values.iter().map(String::as_str).collect())],
            Self::Filled(key) => vec![(key, Vec::new())],
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::reads).collect(),
        }
    }
}

fn join(
    text: &str,
    word: &str,
    whole: fn(Vec<Condition>) -> Condition,
    part: impl Fn(&str) -> Result<Condition, String>,
) -> Result<Condition, String> {
    let mut parts = text.split(word).map(|p| part(p.trim())).collect::<Result<Vec<_>, _>>()?;
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => Ok(only),
        (_, Some(last)) => {
            parts.push(last);
            Ok(whole(parts))
        }
        (_, None) => Ok(Condition::Always),
    }
}

fn atom(text: &str) -> Result<Condition, String> {
    let wrong = || {
        format!("“{text}” is no condition: write `key = value`, `key in (a, b)`, `key contains value` or `key filled`")
    };
    let word = |s: &str| {
        let s = s.trim();
        let ok = !s.is_empty() && s.chars().all(|c| c.is_alphanumeric() || "_.-".contains(c));
        ok.then(|| s.to_owned()).ok_or_else(wrong)
    };
    match text {
        "always" => return Ok(Condition::Always),
        "judgement" => return Ok(Condition::Judgement),
        _ => {}
    }
    if let Some((key, value)) = text.split_once('=') {
        return Ok(Condition::Is(word(key)?, word(value)?));
    }
    if let Some((key, values)) = text.split_once(" in ") {
        let inside = values.trim().strip_prefix('(').and_then(|v| v.strip_suffix(')')).ok_or_else(wrong)?;
        return Ok(Condition::In(word(key)?, inside.split(',').map(word).collect::<Result<_, _>>()?));
    }
    if let Some((key, value)) = text.split_once(" contains ") {
        return Ok(Condition::Contains(word(key)?, word(value)?));
    }
    text.strip_suffix(" filled").ok_or_else(wrong).and_then(|key| Ok(Condition::Filled(word(key)?)))
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |parts: &[Self], word: &str| parts.iter().map(Self::to_string).collect::<Vec<_>>().join(word);
        match self {
            Self::Always => f.write_str("always"),
            Self::Judgement => f.write_str("judgement"),
            Self::Is(key, value) => write!(f, "{key} = {value}"),
            Self::In(key, values) => write!(f, "{key} in ({})", values.join(", ")),
            Self::Contains(key, value) => write!(f, "{key} contains {value}"),
            Self::Filled(key) => write!(f, "{key} filled"),
            Self::All(parts) => f.write_str(&list(parts, " and ")),
            Self::Any(parts) => f.write_str(&list(parts, " or ")),
        }
    }
}

impl TryFrom<String> for Condition {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl From<Condition> for String {
    fn from(condition: Condition) -> Self {
        condition.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(key: &str) -> Vec<String> {
        match key {
            "vc.enabled" => vec!["true".into()],
            "school.key_stages" => vec!["EYFS".into(), "KS1".into()],
            _ => Vec::new(),
        }
    }

    #[test]
    fn and_binds_closer_than_or() -> Result<(), String> {
        let holds = |text: &str| Ok::<_, String>(Condition::parse(text)?.holds(&values));
        assert!(holds("vc.enabled = true or lp.name filled and vc.enabled = false")?);
        assert!(!holds("lp.name filled and vc.enabled = true")?);
        assert!(holds("school.key_stages contains eyfs")? && !holds("school.key_stages = EYFS")?);
        assert!(holds("vc.enabled in (true, false)")? && holds("always")? && holds("judgement")?);
        Ok(())
    }

    #[test]
    fn what_is_no_condition_is_refused_with_the_grammar() {
        for text in ["vc.enabled", "a == b", "x in a", "a = b or", "filled", "a = two words"] {
            assert!(Condition::parse(text).is_err_and(|e| e.contains("key = value")), "{text}");
        }
    }

    #[test]
    fn a_condition_reads_back_as_it_was_written() -> Result<(), String> {
        for text in
            ["a = b and c filled or d in (e, f)", "criteria_met = yes or judgement", "judgement", "a contains b"]
        {
            assert_eq!(Condition::parse(text)?.to_string(), text);
        }
        Ok(())
    }
}
