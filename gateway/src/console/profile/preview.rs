//! What a document makes of some lines, as the editor shows it. Nothing of it is kept.

use chassis::error::Error;
use proto::filtering_ingest::v1::{
    PreviewObservation, PreviewProfileRequest, PreviewProfileResponse, ProfileCandidate, ProfileProblem,
    RejectedPreviewLine,
};
use serde::Serialize;

use crate::{
    console::visit::{Visit, ask_patiently, heard},
    pages::{
        form::Answers,
        words::{self, Codes},
    },
};

/// What the filter did, in words.
const OUTCOMES: Codes = &[
    ("allowed", "Allowed"),
    ("blocked", "Blocked"),
    ("warned", "Warned"),
    ("warned_proceeded", "Warned, went on"),
    ("overridden", "Let through"),
    ("quota", "Time allowance used"),
    ("monitored", "Allowed and flagged"),
    ("isolated", "Isolated"),
    ("auth_challenge", "Asked to sign in"),
    ("error", "Error"),
    ("unknown", "Unknown"),
];

/// The preview.
#[derive(Debug, Default, Serialize)]
pub struct Preview {
    /// What became of the lines, in one sentence; empty where there are none.
    sum: String,
    made: String,
    problems: Vec<Wrong>,
    shown: Vec<Shown>,
    rejected: Vec<Rejected>,
    signs: Vec<String>,
    candidates: Vec<Candidate>,
}

/// What is wrong with the document.
#[derive(Debug, Serialize)]
struct Wrong {
    line: String,
    field: String,
    fix: String,
}

#[derive(Debug, Serialize)]
struct Shown {
    line: u32,
    when: String,
    who: String,
    whose: String,
    host: String,
    terms: String,
    outcome: String,
    categories: String,
    odd: String,
}

#[derive(Debug, Serialize)]
struct Rejected {
    line: u32,
    reason: String,
    detail: String,
}

#[derive(Debug, Serialize)]
struct Candidate {
    name: String,
    evidence: Vec<String>,
}

fn wrong(problem: &ProfileProblem) -> Wrong {
    let line = if problem.line == 0 { "None".to_owned() } else { problem.line.to_string() };
    let field = if problem.field.starts_with("line ") { String::new() } else { problem.field.clone() };
    Wrong { line, field, fix: words::sentence(&problem.fix) }
}

fn shown(seen: &PreviewObservation) -> Shown {
    let groups = seen.groups.join(", ");
    let who = [seen.user.as_str(), seen.device.as_str(), groups.as_str()];
    let who: Vec<&str> = who.into_iter().filter(|text| !text.is_empty()).collect();
    let ours = seen.categories.iter().map(|category| words::spaced(category)).collect::<Vec<_>>().join(", ");
    let theirs = seen.vendor_categories.join(", ");
    let withheld = || "Withheld".to_owned();
    Shown {
        line: seen.line,
        when: words::stamp(seen.event_time.as_ref()).unwrap_or_default(),
        who: who.join(" · "),
        whose: match seen.audience.as_str() {
            "" => "The profile does not say".to_owned(),
            audience => words::called(words::filtering::TIERS, audience),
        },
        host: if seen.withheld { withheld() } else { seen.host.clone() },
        terms: seen.search_terms.clone(),
        outcome: words::called(OUTCOMES, &seen.outcome),
        categories: match theirs.is_empty() {
            true => ours,
            false => format!("{theirs} → {ours}"),
        },
        odd: seen.warnings.join(", "),
    }
}

fn rejected(line: &RejectedPreviewLine) -> Rejected {
    Rejected {
        line: line.line,
        reason: words::called(words::REJECTED, &line.reason),
        detail: words::sentence(&line.detail),
    }
}

fn candidate(candidate: &ProfileCandidate) -> Candidate {
    let evidence = candidate.evidence.iter().map(|said| words::sentence(said)).collect();
    Candidate { name: words::called(words::PROFILES, &candidate.profile), evidence }
}

impl Preview {
    /// What the service answered.
    pub fn new(answer: &PreviewProfileResponse) -> Self {
        let n = |n: u32| words::number(u64::from(n));
        let unread = answer.lines.saturating_sub(answer.read).saturating_sub(answer.not_web);
        let sum = match (answer.lines, answer.profile.as_str()) {
            (0, _) => String::new(),
            (lines, "") => format!("{} lines, which no profile reads", n(lines)),
            (lines, profile) => format!(
                "{} lines read by {profile} = {} observations + {} not about the web + {} that cannot be read",
                n(lines),
                n(answer.read),
                n(answer.not_web),
                n(unread)
            ),
        };
        Self {
            sum,
            made: words::sentence(&answer.made),
            problems: answer.problems.iter().map(wrong).collect(),
            shown: answer.observations.iter().map(shown).collect(),
            rejected: answer.rejected_lines.iter().map(rejected).collect(),
            signs: answer.signs.iter().map(|sign| words::sentence(sign)).collect(),
            candidates: answer.candidates.iter().map(candidate).collect(),
        }
    }

    /// With something of everything.
    #[cfg(test)]
    pub fn sample() -> Self {
        let seen = PreviewObservation {
            line: 1,
            event_time: Some(chassis::clock::timestamp(time::macros::datetime!(2026-11-24 09:00 UTC))),
            user: "u1".into(),
            groups: vec!["Year <9>".into()],
            audience: "pupil".into(),
            host: "a.example".into(),
            outcome: "blocked".into(),
            vendor_categories: vec!["<b>Games</b>".into()],
            categories: vec!["gaming".into()],
            warnings: vec!["unknown outcome".into()],
            ..Default::default()
        };
        let withheld = PreviewObservation { line: 2, withheld: true, ..Default::default() };
        Self::new(&PreviewProfileResponse {
            problems: vec![
                ProfileProblem { line: 7, field: "fields.url".into(), fix: "There is no such field".into() },
                ProfileProblem { line: 0, field: "layout".into(), fix: "Say how a line is laid out".into() },
            ],
            profile: "larkspur".into(),
            made: "rows over several lines: numbers below count rows".into(),
            lines: 4,
            read: 2,
            not_web: 1,
            observations: vec![seen, withheld],
            rejected_lines: vec![RejectedPreviewLine {
                line: 3,
                reason: "no_time".into(),
                detail: "no time in it".into(),
            }],
            signs: vec!["the lines are JSON".into()],
            candidates: vec![ProfileCandidate {
                profile: "squid".into(),
                product: "Squid".into(),
                read: 2,
                not_web: 0,
                evidence: vec!["squid (Squid): 2 of 4 lines are read".into()],
            }],
        })
    }
}

/// Lines that were pasted, as they were: nothing is cut from their ends but the way browsers end lines.
pub fn pasted(answers: &Answers) -> Vec<u8> {
    answers.raw("sample_lines").replace("\r\n", "\n").into_bytes()
}

/// Asks what a document makes of what was pasted.
///
/// # Errors
/// The service's refusal: what is wrong with the lines is about the box they stand in.
pub async fn of(visit: &Visit, answers: &Answers, document: String) -> Result<PreviewProfileResponse, Error> {
    let asked = PreviewProfileRequest {
        school_id: visit.school.clone(),
        document,
        lines: pasted(answers).into(),
        time_zone: answers.text("time_zone"),
    };
    heard(visit.filtering()?.preview_profile(ask_patiently(asked))).await.map_err(|error| {
        match error.violations().iter().find(|violation| violation.field == "lines") {
            Some(lines) => Error::invalid("sample_lines", lines.message.clone()),
            None => error,
        }
    })
}
