//! What an event means by the school's own policy. Order: a list hit, then typed words, then the filter's category. The
//! locked rules hold whatever a policy says.

use serde::{Deserialize, Serialize};

use crate::{
    lexicon::{self, severity_rank},
    observation::Observation,
};

/// An alert rule of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertRule {
    /// Its id.
    pub id: String,
    /// The theme it is about.
    pub theme: String,
    /// `list`, `search`, `category`.
    pub basis: String,
    /// Its severity.
    pub severity: String,
    /// Who is told: `dsl`, `it`.
    pub route: String,
    /// Whether no school may lower, mute or delay it.
    pub locked: bool,
    /// User actions within an hour that raise it; 1 for at once.
    pub threshold: u32,
}

/// The rules in force at a school, and the version they come from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rules {
    /// The policy's version at the school; 0 where none is known and only the locked rules hold.
    pub version: u32,
    /// The rules.
    pub alerts: Vec<AlertRule>,
}

/// Themes for which a category is as good as the list (rule 10.1: IWF and police-assessed lists).
const LISTS: &[&str] = &["illegal_csam"];

/// Themes that never raise anything by themselves (rule 10.7).
pub(crate) const NEVER: &[&str] = &["education_sensitive", "sensitive_identity"];

/// What an event comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The theme.
    pub theme: String,
    /// The rule that fired.
    pub rule_id: String,
    /// `list`, `search`, `category`.
    pub basis: &'static str,
    /// Its severity.
    pub severity: String,
    /// Who is told.
    pub route: String,
    /// User actions within an hour that raise it.
    pub threshold: u32,
    /// Whether address and words are withheld from every screen.
    pub withheld: bool,
    /// The version of the policy it was judged by; 0 where none is known.
    pub policy_version: u32,
    /// Why, in words.
    pub because: String,
}

/// The rules that hold even where no policy is known: lists, and words of self-harm.
fn built_in() -> [AlertRule; 2] {
    let rule = |id: &str, theme: &str, basis: &str, locked| AlertRule {
        id: id.to_owned(),
        theme: theme.to_owned(),
        basis: basis.to_owned(),
        severity: "critical".to_owned(),
        route: "dsl".to_owned(),
        locked,
        threshold: 1,
    };
    [
        rule("filter.illegal_csam", "illegal_csam", "list", true),
        rule("filter.self_harm_search", "self_harm_suicide", "search", true),
    ]
}

impl Rules {
    fn rule(&self, theme: &str, basis: &str) -> Option<AlertRule> {
        let own = self.alerts.iter().find(|rule| rule.theme == theme && rule.basis == basis);
        let built_in = built_in().into_iter().find(|rule| rule.theme == theme && rule.basis == basis);
        match (own, built_in) {
            // A policy may raise what is built in and never lower it.
            (Some(own), Some(_)) if own.threshold <= 1 && own.route == "dsl" => Some(own.clone()),
            (_, Some(built_in)) => Some(built_in),
            (Some(own), None) => Some(own.clone()),
            (None, None) => None,
        }
    }

    fn verdict(&self, rule: AlertRule, basis: &'static str, severity: String, because: &str) -> Verdict {
        let source = match self.version {
            0 => "the locked rules (no policy of this school is known yet)".to_owned(),
            version => format!("version {version} of the school's policy"),
        };
        Verdict {
            because: format!("rule {} of {source}: {because}", rule.id),
            policy_version: self.version,
            withheld: rule.theme == "illegal_csam",
            theme: rule.theme,
            rule_id: rule.id,
            basis,
            severity,
            route: rule.route,
            threshold: rule.threshold.max(1),
        }
    }
}

/// Judges an event; none where nothing is to be raised.
pub fn judge(observation: &Observation, categories: &[&str], rules: &Rules) -> Option<Verdict> {
    if let Some(list) = categories.iter().find(|c| LISTS.contains(c)) {
        let rule = rules.rule(list, "list")?;
        return Some(rules.verdict(
            rule,
            "list",
            "critical".to_owned(),
            "the address stands on a list of illegal material",
        ));
    }
    if let Some(hit) = observation.search.as_ref().filter(|s| s.is_final).and_then(|s| lexicon::find(&s.terms))
        && let Some(rule) = rules.rule(hit.theme, "search")
    {
        let because = format!("words that were typed (word list {})", lexicon::version());
        return Some(rules.verdict(rule, "search", hit.severity.clone(), &because));
    }
    if categories.iter().any(|c| NEVER.contains(c) || *c == "education") {
        return None;
    }
    categories.iter().find_map(|category| {
        let rule = rules.rule(category, "category")?;
        let severity = rule.severity.clone();
        Some(rules.verdict(rule, "category", severity, "the filter's own category for the site"))
    })
}

/// The graver of two severities.
pub fn graver<'a>(a: &'a str, b: &'a str) -> &'a str {
    if severity_rank(b) > severity_rank(a) { b } else { a }
}

#[cfg(test)]
#[expect(clippy::panic, reason = "tests")]
mod tests {
    use super::*;
    use crate::profile::{Context, read};

    fn observed(url: &str) -> Observation {
        let line =
            format!("1794825936.916 200 10.20.4.12 TCP_MISS/200 14007 GET {url} u1 HIER_DIRECT/192.0.2.1 text/html");
        let at = time::OffsetDateTime::UNIX_EPOCH;
        read("squid", &line, Context { time_zone: "UTC", received_at: at }).unwrap_or_else(|e| panic!("{e}"))
    }

    #[test]
    fn locked_rules_hold_without_a_policy_and_against_one() {
        let muted = AlertRule {
            id: "mute".into(),
            theme: "illegal_csam".into(),
            basis: "list".into(),
            severity: "low".into(),
            route: "it".into(),
            locked: false,
            threshold: 1000,
        };
        for rules in [Rules::default(), Rules { version: 2, alerts: vec![muted] }] {
            let verdict = judge(&observed("http://blocked.example/"), &["illegal_csam"], &rules);
            let told = verdict.map(|v| (v.severity, v.route, v.threshold, v.withheld));
            assert_eq!(told, Some(("critical".into(), "dsl".into(), 1, true)));
        }
    }

    #[test]
    fn what_is_sensitive_never_alerts_by_itself() {
        let rule = AlertRule {
            id: "x".into(),
            theme: "education_sensitive".into(),
            basis: "category".into(),
            severity: "high".into(),
            route: "dsl".into(),
            locked: false,
            threshold: 1,
        };
        let rules = Rules { version: 1, alerts: vec![rule] };
        assert_eq!(judge(&observed("http://advice.example/"), &["education_sensitive"], &rules), None);
        let searched = observed("https://www.google.com/search?q=i+want+to+die");
        assert_eq!(
            judge(&searched, &["education_sensitive"], &rules).map(|v| v.theme),
            Some("self_harm_suicide".into())
        );
    }
}
