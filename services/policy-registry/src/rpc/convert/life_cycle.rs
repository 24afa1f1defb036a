//! Between the contract and what happens to a policy besides its text.

use chassis::{
    clock::timestamp,
    error::{Error, Result, Violations},
};
use proto::policy_registry::v1 as wire;
use time::{Date, Duration};

use crate::{
    comment::{self, Comment},
    instance::{Instance, State},
    lesson::{self, Lesson},
    parameter::PartDate,
    reminder::{Reminder, SUBJECTS},
    review::{self, Review},
    rules::{CONSULTATION_AT_MOST_DAYS, REMINDED_AT_ONCE, REVIEW_WITHIN_DAYS},
};

const SHORT: usize = 2_000;
const LONG: usize = 20_000;
const SHORTEST_REASON: usize = 20;

/// A whole day, `2027-03-27`.
pub(in crate::rpc) fn day(text: &str) -> Option<Date> {
    PartDate::parse(text.trim()).filter(|date| date.day.is_some()).and_then(PartDate::last)
}

fn one_of(v: &mut Violations, field: &str, given: &str, allowed: &[&str]) {
    v.check(allowed.contains(&given), field, format!("Select one of {}", allowed.join(", ")));
}

/// The last day of a consultation.
pub(in crate::rpc) fn consultation_until(request: &wire::OpenConsultationRequest, today: Date) -> Result<Date> {
    let fix = "Enter the last day for comments, such as 2027-03-27: today or later, and within a year";
    let latest = today + Duration::days(CONSULTATION_AT_MOST_DAYS);
    let until = day(&request.until_date).filter(|until| *until >= today && *until <= latest);
    until.ok_or_else(|| Error::invalid("until_date", fix))
}

/// Checks a comment on a version.
pub(in crate::rpc) fn check_comment(request: &wire::AddCommentRequest, instance: &Instance) -> Result<()> {
    let mut v = Violations::new();
    one_of(&mut v, "audience", &request.audience, &comment::AUDIENCES);
    let clause = request.clause_key.as_str();
    let known = clause.is_empty() || instance.clauses.iter().any(|known| known.key == clause);
    v.check(known, "clause_key", "Select a clause of this version, or none for the whole");
    v.text("text", "the comment", &request.text, LONG);
    v.finish()
}

/// Checks an answer: one of the outcomes, and its words.
pub(in crate::rpc) fn check_answer(outcome: &str, answer: &str, outcomes: &[&str]) -> Result<()> {
    let mut v = Violations::new();
    one_of(&mut v, "outcome", outcome, outcomes);
    v.text("answer", "the answer", answer, SHORT);
    v.finish()
}

/// Why a version cannot wait.
pub(in crate::rpc) fn emergency_reason(request: &wire::PublishEmergencyRequest) -> Result<String> {
    let reason = request.reason.trim();
    let mut v = Violations::new();
    v.text("reason", "why it cannot wait", reason, SHORT);
    let short = (1..SHORTEST_REASON).contains(&reason.chars().count());
    v.check(!short, "reason", format!("Say why it cannot wait in {SHORTEST_REASON} characters or more"));
    v.finish()?;
    Ok(reason.to_owned())
}

/// Why a review is asked for, and its last day.
pub(in crate::rpc) fn review_asked(trigger: &str, note: &str, due: &str, today: Date) -> Result<Date> {
    let mut v = Violations::new();
    one_of(&mut v, "trigger", trigger, &review::TRIGGERS);
    v.text("note", "what the review is about", note, SHORT);
    let due = match due.trim() {
        "" => Some(today + Duration::days(REVIEW_WITHIN_DAYS)),
        text => day(text).filter(|due| *due >= today),
    };
    v.check(due.is_some(), "due_date", "Enter a day such as 2027-03-27, today or later");
    v.finish()?;
    Ok(due.unwrap_or(today))
}

/// Checks what a review came to; answers the next day that was named.
pub(in crate::rpc) fn review_done(request: &wire::CompleteReviewRequest) -> Result<Option<Date>> {
    let mut v = Violations::new();
    one_of(&mut v, "outcome", &request.outcome, &review::OUTCOMES);
    v.text("findings", "what was looked at and found", &request.findings, LONG);
    let next = day(&request.next_review_date);
    let named = !request.next_review_date.trim().is_empty();
    v.check(!named || next.is_some(), "next_review_date", "Enter a day such as 2027-03-27");
    let idle = named && request.outcome == "revised";
    v.check(!idle, "next_review_date", "Leave it empty: a revised policy sets its own date when it comes into force");
    v.finish()?;
    Ok(next)
}

/// Checks whom the authority reminds of what.
pub(in crate::rpc) fn check_reminder(request: &wire::RemindSchoolsRequest) -> Result<()> {
    let mut v = Violations::new();
    let some = (1..=REMINDED_AT_ONCE).contains(&request.school_ids.len());
    v.check(some, "school_ids", format!("Select 1 to {REMINDED_AT_ONCE} schools"));
    one_of(&mut v, "about", &request.about, &SUBJECTS);
    if !request.note.trim().is_empty() {
        v.text("note", "a note", &request.note, SHORT);
    }
    v.finish()
}

/// Checks a lesson; whether its clause and step are there is asked of the template.
pub(in crate::rpc) fn check_lesson(request: &wire::RaiseLessonRequest, clause: bool, step: bool) -> Result<()> {
    let mut v = Violations::new();
    one_of(&mut v, "source", &request.source, &lesson::SOURCES);
    v.check(clause, "clause_id", "Select a clause of the template, or none");
    v.check(step, "step_id", "Select a step of the template’s procedures, or none");
    v.text("text", "what should change, and why", &request.text, SHORT);
    v.finish()
}

/// What a version says of its consultation.
pub(in crate::rpc) fn consultation(instance: &Instance) -> Option<wire::Consultation> {
    instance.consultation.as_ref().map(|consultation| wire::Consultation {
        open_time: Some(timestamp(consultation.opened_at)),
        until_date: consultation.until.to_string(),
        close_time: consultation.closed_at.filter(|_| instance.state != State::Consultation).map(timestamp),
    })
}

/// What a version says of the emergency it came into force in.
pub(in crate::rpc) fn emergency(instance: &Instance) -> Option<wire::EmergencyPublication> {
    instance.emergency.as_ref().map(|emergency| wire::EmergencyPublication {
        reason: emergency.reason.clone(),
        ratify_by_date: emergency.ratify_by.to_string(),
    })
}

pub(in crate::rpc) fn comment(comment: &Comment) -> wire::Comment {
    let answer = comment.answer.as_ref();
    wire::Comment {
        comment_id: comment.id.to_string(),
        audience: comment.audience.clone(),
        clause_key: comment.clause.clone(),
        text: comment.text.clone(),
        account_id: comment.account.to_string(),
        create_time: Some(timestamp(comment.created_at)),
        outcome: answer.map(|answer| answer.outcome.clone()).unwrap_or_default(),
        answer: answer.map(|answer| answer.text.clone()).unwrap_or_default(),
        answer_time: answer.map(|answer| timestamp(answer.answered_at)),
    }
}

pub(in crate::rpc) fn review(review: &Review, today: Date) -> wire::Review {
    let raised_by = match (review.raised_at.is_some(), review.by_authority) {
        (false, _) => "",
        (true, true) => "authority",
        (true, false) => "school",
    };
    let done = review.completed.as_ref();
    wire::Review {
        review_id: review.id.as_ref().map(ToString::to_string).unwrap_or_default(),
        trigger: review.trigger.clone(),
        note: review.note.clone(),
        raised_by: raised_by.to_owned(),
        raise_time: review.raised_at.map(timestamp),
        due_date: review.due.to_string(),
        overdue: review.overdue(today),
        complete_time: done.map(|done| timestamp(done.completed_at)),
        outcome: done.map(|done| done.outcome.clone()).unwrap_or_default(),
        findings: done.map(|done| done.findings.clone()).unwrap_or_default(),
    }
}

pub(in crate::rpc) fn reminder(reminder: &Reminder) -> wire::Reminder {
    wire::Reminder {
        kind: reminder.kind.to_owned(),
        due_date: reminder.due.map(|due| due.to_string()).unwrap_or_default(),
        note: reminder.note.clone(),
        create_time: reminder.sent_at.map(timestamp),
        about: reminder.about.clone(),
        told_roles: reminder.told.iter().map(|role| (*role).to_owned()).collect(),
        register: reminder.register.clone(),
        count: reminder.count,
    }
}

pub(in crate::rpc) fn lesson(lesson: &Lesson) -> wire::Lesson {
    let (school, authority) = (lesson.answer.as_ref(), lesson.authority_answer.as_ref());
    let outcome = |answer: Option<&lesson::Answer>| answer.map(|answer| answer.outcome.clone()).unwrap_or_default();
    let text = |answer: Option<&lesson::Answer>| answer.map(|answer| answer.text.clone()).unwrap_or_default();
    let version = |answer: Option<&lesson::Answer>| answer.and_then(|answer| answer.version).unwrap_or_default();
    wire::Lesson {
        lesson_id: lesson.id.to_string(),
        school_id: lesson.school.to_string(),
        source: lesson.source.clone(),
        clause_id: lesson.clause.clone(),
        step_id: lesson.step.clone(),
        text: lesson.text.clone(),
        create_time: Some(timestamp(lesson.created_at)),
        outcome: outcome(school),
        answer: text(school),
        adopted_version: version(school),
        forward_time: lesson.forwarded_at.map(timestamp),
        authority_outcome: outcome(authority),
        authority_answer: text(authority),
        adopted_template_version: version(authority),
    }
}
