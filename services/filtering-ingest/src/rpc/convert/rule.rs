//! What would become of an event, and how often rules were right.

use proto::filtering_ingest::v1 as pb;

use crate::{
    judge::{
        Verdict,
        explain::{Explained, Fate},
    },
    precision::Answers,
    severity,
};

/// What would become of an event; `exception` is the one that keeps it from alerting.
pub(crate) fn tried(explained: &Explained, exception: Option<String>) -> pb::TryRuleResponse {
    let mut response = pb::TryRuleResponse { never_listed: explained.never_listed, ..Default::default() };
    match &explained.fate {
        Fate::Alert(verdict) => {
            response = of_verdict(verdict, response);
            if let Some(exception_id) = exception {
                response.fate = "excepted".to_owned();
                response.exception_id = exception_id;
            }
        }
        Fate::Noise(noise) => {
            response.fate = "noise".to_owned();
            response.because = noise.words().to_owned();
        }
        Fate::Excluded => {
            response.fate = "excluded".to_owned();
            response.because =
                "a lesser category of a site that is of education, reference or medicine as well".to_owned();
        }
        Fate::Kept => {
            response.fate = "kept".to_owned();
            response.because = "no rule of the school's policy is about it".to_owned();
        }
    }
    response
}

fn of_verdict(verdict: &Verdict, response: pb::TryRuleResponse) -> pb::TryRuleResponse {
    let words = verdict.words.clone();
    // A low matter, and one whose rule waits for repeats, is counted until there are too many.
    let waits = verdict.threshold > 1 || severity::rank(&verdict.severity) == 0;
    pb::TryRuleResponse {
        fate: if waits { "counted" } else { "alert" }.to_owned(),
        because: verdict.because.clone(),
        theme: verdict.theme.to_owned(),
        severity: verdict.severity.clone(),
        rule_id: verdict.rule_id.clone(),
        basis: verdict.basis.to_owned(),
        route: verdict.route.clone(),
        threshold: if waits { verdict.actions() } else { 1 },
        locked: verdict.locked,
        word_list: words.as_ref().map(|words| words.list.clone()).unwrap_or_default(),
        word_list_version: words.as_ref().map(|words| words.version.clone()).unwrap_or_default(),
        entry: words.map(|words| words.entry).unwrap_or_default(),
        also: verdict.also.iter().map(|theme| (*theme).to_owned()).collect(),
        clauses: verdict.clauses.iter().map(|clause| format!("{}: {}", clause.section, clause.text)).collect(),
        ..response
    }
}

/// How the alerts of one rule were answered.
pub(crate) fn precision(rule_id: String, answers: Answers) -> pb::RulePrecision {
    pb::RulePrecision {
        rule_id,
        unanswered: answers.unanswered,
        right: answers.right,
        understandable: answers.understandable,
        explained: answers.explained,
        wrong: answers.wrong,
        percent: answers.precision().and_then(|percent| u32::try_from(percent).ok()),
        below_floor: answers.below_floor(),
    }
}
