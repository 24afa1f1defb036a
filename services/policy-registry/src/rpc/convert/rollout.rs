//! Roll-outs, proposals and adoptions between the contract and the domain.

use chassis::{
    clock::timestamp,
    error::{Error, Result, Violations},
    id::SchoolId,
};
use proto::policy_registry::v1 as wire;
use time::{Date, OffsetDateTime};

use crate::{
    adoption::Adoption,
    carry::{Came, Done},
    instance::{
        proposal::{Answer, Proposal, Refused, RolloutId},
        standing::Standing,
    },
    parameter::PartDate,
    rollout::{Rollout, State},
    school::Closed,
    store::rollout_school::{self as row, Model, Progress},
};

/// The longest note or reason, in characters.
pub(in crate::rpc) const LONGEST: usize = 2000;

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Unknown => Self::missing(),
            Refused::WrongState(_) | Refused::Answered => Self::wrong_state(refused.to_string()),
            Refused::Field(field, fix) => Self::invalid(field, fix),
        }
    }
}

impl From<Closed> for Error {
    fn from(closed: Closed) -> Self {
        Self::wrong_state(closed.to_string())
    }
}

/// A day such as `2027-03-27`.
pub(in crate::rpc) fn day(text: &str) -> Option<Date> {
    PartDate::parse(text).filter(|date| date.day.is_some()).and_then(PartDate::last)
}

fn written(date: Option<Date>) -> String {
    date.map(|date| date.to_string()).unwrap_or_default()
}

/// A roll-out's id; one that cannot be is one there never was.
pub(in crate::rpc) fn rollout_id(text: &str) -> Result<RolloutId> {
    text.parse().map_err(|_| Error::missing())
}

/// Schools by their ids, each once.
pub(in crate::rpc) fn schools(ids: &[String]) -> Result<Vec<String>> {
    let mut schools: Vec<String> = Vec::new();
    for id in ids {
        let id: SchoolId = id.parse().map_err(|_| no_school())?;
        if !schools.iter().any(|there| there == id.as_str()) {
            schools.push(id.to_string());
        }
    }
    Ok(schools)
}

/// A school that is not there.
pub(in crate::rpc) fn no_school() -> Error {
    Error::invalid("school_ids", "Send ids of schools of this authority, or none for all of them")
}

/// A roll-out to be started, checked.
pub(in crate::rpc) struct Start {
    pub statutory_by: Date,
    pub start_at: OffsetDateTime,
    pub state: State,
    pub note: String,
}

impl Start {
    pub(in crate::rpc) fn read(request: &wire::StartRolloutRequest, now: OffsetDateTime) -> Result<Self> {
        let mut violations = Violations::new();
        let by = day(&request.statutory_by_date);
        violations.check(
            by.is_some(),
            "statutory_by_date",
            "Enter the last day for what is statutory, such as 2027-03-27",
        );
        let asked = violations.at("start_time", request.start_time.as_ref());
        violations.maybe_text("note", &request.note, LONGEST);
        violations.finish()?;
        let start_at = asked.filter(|start| *start > now).unwrap_or(now);
        let statutory_by = by.unwrap_or(Date::MIN);
        Rollout::dates(statutory_by, start_at, now).map_err(|(field, fix)| Error::invalid(field, fix))?;
        let state = if start_at > now { State::Scheduled } else { State::Running };
        Ok(Self { statutory_by, start_at, state, note: request.note.trim().to_owned() })
    }
}

/// An answer to a proposal, checked as far as the words go.
pub(in crate::rpc) fn answer(request: &wire::AnswerProposalRequest) -> Result<(Answer, Option<Date>)> {
    const TEXT: usize = 20_000;
    let mut violations = Violations::new();
    let answer = Answer::parse(&request.answer);
    violations.check(answer.is_some(), "answer", "Select adopt, adapt or defer");
    violations.maybe_text("text", &request.text, TEXT);
    if matches!(answer, Some(Answer::Adapt | Answer::Defer)) {
        violations.text("reason", "why", &request.reason, LONGEST);
    } else {
        violations.maybe_text("reason", &request.reason, LONGEST);
    }
    let until = day(&request.until_date);
    let said = request.until_date.is_empty() || until.is_some();
    violations.check(said, "until_date", "Enter a day such as 2027-03-27");
    violations.finish()?;
    answer.map(|answer| (answer, until)).ok_or_else(|| Error::invalid("answer", "Select adopt, adapt or defer"))
}

pub(in crate::rpc) fn rollout(rollout: &Rollout, progress: Progress) -> wire::Rollout {
    wire::Rollout {
        rollout_id: rollout.id.to_string(),
        template_version: rollout.template_version,
        state: rollout.state.name().to_owned(),
        statutory_by_date: rollout.statutory_by.to_string(),
        start_time: Some(timestamp(rollout.start_at)),
        finish_time: rollout.finished_at.map(timestamp),
        schools: progress.schools,
        merged: progress.merged,
        skipped: progress.skipped,
        untouched: progress.untouched,
        proposals: progress.proposals,
        undone: progress.undone,
        note: rollout.note.clone(),
    }
}

/// A school of a roll-out, with what its draft has come to since.
pub(in crate::rpc) fn rollout_school(row: &Model, name: &str, draft: Option<&Standing>) -> wire::RolloutSchool {
    use crate::instance::State as Now;
    let state = match draft.map(|draft| draft.state) {
        Some(Now::InForce | Now::Superseded) if row.state == row::MERGED => "published",
        Some(Now::Discarded) if row.state == row::MERGED => row::UNDONE,
        _ => row.state.as_str(),
    };
    let number = |number: i64| u32::try_from(number).unwrap_or_default();
    wire::RolloutSchool {
        school_id: row.school_id.clone(),
        name: name.to_owned(),
        state: state.to_owned(),
        why: row.why.clone(),
        instance_id: row.instance_id.clone().unwrap_or_default(),
        from_template_version: number(row.from_template_version),
        moved: number(row.moved),
        proposals: number(row.proposals),
        statutory: number(row.statutory),
        answered: draft.map(|draft| draft.proposals.saturating_sub(draft.waiting)).unwrap_or_default(),
    }
}

/// What a roll-out would come to at a school.
pub(in crate::rpc) fn previewed(done: &Done) -> wire::RolloutSchool {
    let school = wire::RolloutSchool {
        school_id: done.school.id.to_string(),
        name: done.school.name.clone(),
        ..wire::RolloutSchool::default()
    };
    match &done.came {
        Came::Skipped(why) => {
            wire::RolloutSchool { state: row::SKIPPED.to_owned(), why: why.why().to_owned(), ..school }
        }
        Came::Merged(merged) => wire::RolloutSchool {
            state: row::WAITING.to_owned(),
            from_template_version: merged.from,
            moved: merged.moved,
            proposals: u32::try_from(merged.draft.proposals.len()).unwrap_or(u32::MAX),
            statutory: merged.statutory(),
            ..school
        },
    }
}

pub(in crate::rpc) fn proposal(proposal: &Proposal) -> wire::Proposal {
    let answered = proposal.answer.as_ref();
    wire::Proposal {
        proposal_id: proposal.id.clone(),
        kind: proposal.kind.name().to_owned(),
        change: proposal.change.name().to_owned(),
        title: proposal.title.clone(),
        base: proposal.base.clone(),
        own: proposal.own.clone(),
        template: proposal.template.clone(),
        suggested: proposal.suggested.clone(),
        statutory: proposal.statutory,
        due_date: written(proposal.due),
        answer: answered.map(|answered| answered.answer.name().to_owned()).unwrap_or_default(),
        reason: answered.map(|answered| answered.reason.clone()).unwrap_or_default(),
        account_id: answered.map(|answered| answered.account.to_string()).unwrap_or_default(),
        answer_time: answered.map(|answered| timestamp(answered.answered_at)),
    }
}

pub(in crate::rpc) fn adoption(adoption: &Adoption) -> wire::Adoption {
    wire::Adoption {
        school_id: adoption.school.clone(),
        name: adoption.name.clone(),
        template_version: adoption.template_version,
        version: adoption.version,
        draft_state: adoption.draft_state.map(|state| state.key().to_owned()).unwrap_or_default(),
        open_proposals: adoption.open_proposals,
        overdue_proposals: adoption.overdue_proposals,
        review_due_date: written(adoption.review_due),
        review_overdue: adoption.review_overdue,
        ratify_by_date: written(adoption.ratify_by),
        error_findings: adoption.errors,
        adapted: adoption.adapted,
        omitted: adoption.omitted,
        ratify_overdue: adoption.ratify_overdue,
        overdue_reviews: adoption.overdue_reviews,
    }
}
