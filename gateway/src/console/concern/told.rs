//! What was told beside a concern's first words: what its reporter added, photos of notes, who
//! sent it, its alert, and what was decided.

use chassis::clock::moment;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Attachment, Concern, ConcernAddition, EarlierDecision, PublicReporter},
};
use serde::Serialize;
use time::OffsetDateTime;

use crate::{
    console::{filtering, people::People, visit::Visit},
    pages::{
        part::{Link, Row},
        words,
    },
};

/// Something that was added.
#[derive(Debug, Clone, Serialize)]
pub struct Added {
    text: String,
    when: String,
    read: String,
    /// Whether nobody of the safeguarding team had read it before.
    fresh: bool,
}

/// What was added to a concern, as its page shows it.
pub fn added(additions: &[ConcernAddition], people: &People, now: OffsetDateTime) -> Vec<Added> {
    let near = |at: &Option<prost_types::Timestamp>| at.as_ref().and_then(moment).map(|at| words::near(at, now));
    let one = |addition: &ConcernAddition| Added {
        text: addition.text.clone(),
        when: words::sentence(&near(&addition.create_time).unwrap_or_default()),
        read: match near(&addition.read_time) {
            Some(read) => format!("Read {read}, by {}", people.name(&addition.read_by_account_id)),
            None => String::new(),
        },
        fresh: addition.read_time.is_none(),
    };
    additions.iter().map(one).collect()
}

/// That the case of a concern is closed, and where it is opened again.
pub fn closed(visit: &Visit, concern: &Concern) -> Row {
    let case = visit.at(&format!("/cases/{}", concern.case_id));
    if visit.may(Permission::CaseClose) {
        let text = "Closed. Where what was added is new, open it again";
        return Row::new("That case is", text).to(format!("{case}/reopen"));
    }
    Row::new("That case is", "Closed").to(case)
}

/// Decisions that nothing further is done which hold no longer, as rows.
pub fn earlier<'a>(decisions: &'a [EarlierDecision], people: &'a People) -> impl Iterator<Item = Row> + 'a {
    decisions.iter().map(|one| {
        let stamp = |at: &Option<prost_types::Timestamp>| words::stamp(at.as_ref()).unwrap_or_default();
        let decided = format!("{}\n{}, by {}", one.reason, stamp(&one.create_time), people.name(&one.account_id));
        let why = if one.again.is_empty() { "more was added" } else { one.again.as_str() };
        let by = match one.again_account_id.as_str() {
            "" => String::new(),
            account => format!(", by {}", people.name(account)),
        };
        let again = format!("{}{by}: {why}", stamp(&one.again_time));
        Row::new("Decided before: nothing further", format!("{decided}\nDecided again from {again}"))
    })
}

/// The accounts that made such decisions, and that undid them.
pub fn deciders(decisions: &[EarlierDecision]) -> impl Iterator<Item = &str> {
    decisions.iter().flat_map(|one| [one.account_id.as_str(), one.again_account_id.as_str()])
}

/// The accounts that read what was added.
pub fn readers(additions: &[ConcernAddition]) -> impl Iterator<Item = &str> {
    additions.iter().map(|addition| addition.read_by_account_id.as_str())
}

/// The photos that came, each with where it is read; nowhere where `at` is empty.
pub fn photos(attachments: &[Attachment], at: &str) -> Vec<Link> {
    let kept = attachments.iter().filter(|attachment| attachment.state == "kept");
    kept.map(|attachment| {
        let when = words::stamp(attachment.keep_time.as_ref()).unwrap_or_default();
        let href = if at.is_empty() { String::new() } else { format!("{at}/{}", attachment.attachment_id) };
        Link::new(format!("Photo of a note, {when}"), href)
    })
    .collect()
}

/// Something added, as a test knows it.
#[cfg(test)]
pub fn sample() -> Vec<Added> {
    let fresh = ConcernAddition { text: "There is <more>".into(), ..Default::default() };
    let read = ConcernAddition {
        read_time: Some(prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 }),
        read_by_account_id: "acc_1".into(),
        ..fresh.clone()
    };
    added(&[fresh, read], &People::of(&[("acc_1", "Ms Ali")]), OffsetDateTime::UNIX_EPOCH)
}

/// What was decided on it, when and by whom.
pub fn decided(concern: &Concern, people: &People) -> String {
    let what = words::called(words::CONCERN, &concern.state);
    let when = words::stamp(concern.decide_time.as_ref()).map(|when| format!(", {when}")).unwrap_or_default();
    let by = match concern.decided_by_account_id.as_str() {
        "" => String::new(),
        account => format!(", by {}", people.name(account)),
    };
    format!("{what}{when}{by}")
}

/// Who sent it through the public page, which nobody has checked.
pub fn sender(reporter: &PublicReporter) -> Vec<Row> {
    let kind = words::called(words::reporter::SENDERS, &reporter.kind);
    let mut rows =
        vec![Row::new("Reported by", format!("{kind}, through the public report page: nobody has checked who"))];
    rows.extend(Row::some("Their name, as they gave it", Some(reporter.name.clone())));
    rows.extend(Row::some("How to reach them", Some(reporter.contact.clone())));
    rows
}

/// Whom its alert names and how it was answered, where it came from one; nothing where the filter's service does not answer.
pub async fn of_alert(visit: &Visit, concern: &Concern) -> Vec<Row> {
    if concern.alert_id.is_empty() || !visit.may(Permission::AlertRead) {
        return Vec::new();
    }
    let Ok(alert) = filtering::alert::fetch(visit, &concern.alert_id).await else { return Vec::new() };
    let verdict = words::called(words::filtering::VERDICTS, &alert.verdict);
    let verdict =
        Row::new("Verdict on the alert", verdict).to(visit.at(&format!("/filtering/alerts/{}", alert.alert_id)));
    let user = Row::some("User, as the filter wrote it", Some(words::filtering::visible(&alert.user)));
    let person = filtering::person::person(visit, &alert).await;
    let why = Row::some("Why that verdict", Some(alert.verdict_reason));
    user.into_iter().chain(person).chain([verdict]).chain(why).collect()
}
