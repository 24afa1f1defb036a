//! What happens elsewhere becomes notices to people and messages to programs: each event once.

use chassis::{
    clock::moment,
    db::Tx,
    desk::Desk,
    error::Result,
    event::{Consumer, Envelope, Event},
};
use proto::{
    access::v1::Role,
    event::v1::{RegisterEntryAdded, RegisterMark},
};
use time::{Duration, OffsetDateTime};

use super::{
    kind::{self, Kind},
    timing,
};
use crate::{store, webhooks};

/// How old an event may be and still be told of: a gateway that starts to listen does not tell of last term.
const NEWS: Duration = Duration::days(3);

/// Makes notices and messages of events.
pub struct Told {
    /// Whether mail is sent from here.
    pub mail: bool,
    /// What links in messages begin with; empty where nobody said.
    pub address: String,
}

/// Something to be told of.
struct Happened<'a> {
    kind: &'static Kind,
    school: &'a str,
    /// Whom of those the kind is for.
    roles: &'a [Role],
    /// The one account it is for, in whatever role; empty where it is for roles.
    account: &'a str,
    /// The path of its page.
    link: String,
}

#[tonic::async_trait]
impl Consumer for Told {
    type Prepared = ();

    fn name(&self) -> &'static str {
        "notices"
    }

    fn wants(&self, event: &Event) -> bool {
        match event {
            // Every other alert becomes a concern, of which is told as of any.
            Event::AlertRaised(alert) => alert.route == "it" || alert.tier == "staff" || alert.head_too,
            // What became of a concern is told as that.
            Event::AlertWorsened(worse) => worse.again && (worse.route == "it" || worse.tier == "staff"),
            // Only what came to a desk of the authority is told of there.
            Event::ReferralMade(made) => !made.desk.is_empty(),
            Event::ReferralEscalated(went) => !went.desk.is_empty(),
            Event::RegisterEntryAdded(added) => check_failed(added),
            Event::ConcernRecorded(_)
            | Event::ConcernEscalated(_)
            | Event::AlertPassedOn(_)
            | Event::AlertAcknowledged(_)
            | Event::AlertWithdrawn(_)
            | Event::ExceptionRequested(_)
            | Event::ExceptionDecided(_)
            | Event::RecipientChangeWaits(_)
            | Event::ContactMatched(_)
            | Event::CaseOpened(_)
            | Event::ReferralDecided(_)
            | Event::ReferralAsked(_)
            | Event::MandatoryReportMade(_)
            | Event::SchoolInvited(_)
            | Event::InvitationAccepted(_)
            | Event::SharingChanged(_)
            | Event::TransfersDue(_)
            | Event::TransferSent(_)
            | Event::TransferReceived(_)
            | Event::TransferReturned(_)
            | Event::FeedCoverageChanged(_)
            | Event::RegisterRequestMade(_)
            | Event::RegisterRequestDecided(_)
            | Event::PolicyPublished(_)
            | Event::ReportSigned(_)
            | Event::QuestionDue(_)
            | Event::SenderAlarmed(_) => true,
            Event::SchoolCreated(_)
            | Event::SchoolDescribed(_)
            | Event::DeskFiguresPublished(_)
            | Event::ConcernTriaged(_)
            | Event::CaseClosed(_)
            | Event::CaseReopened(_)
            | Event::ParentsDecided(_)
            | Event::ConcernRead(_)
            | Event::CoverageDayCounted(_)
            | Event::RegisterCounted(_)
            | Event::LessonAnswered(_)
            | Event::FeedCounted(_) => false,
        }
    }

    /// An invitation is told of at the invited school, and a policy at the authority, too.
    fn school<'a>(&self, _: &'a Envelope) -> &'a str {
        ""
    }

    async fn prepare(&self, _: &Envelope) -> Result<()> {
        Ok(())
    }

    async fn consume(&self, tx: &mut Tx, envelope: &Envelope, (): ()) -> Result<()> {
        if let Some(Event::SchoolInvited(invited)) = &envelope.event {
            store::notice::keep_shared(tx, &invited.shared_incident_id, &envelope.school_id).await?;
        }
        let at = envelope.event_time.as_ref().and_then(moment).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        wait_for_chair(tx, envelope, at).await?;
        if tx.now() - at > NEWS {
            return Ok(());
        }
        let opened_by = match &envelope.event {
            Some(Event::InvitationAccepted(accepted)) => {
                store::notice::shared_by(tx, &accepted.shared_incident_id).await?.unwrap_or_default()
            }
            _ => String::new(),
        };
        if let Some(besides) = besides(envelope) {
            self.tell(tx, envelope, &besides, at).await?;
        }
        match happened(envelope, &opened_by) {
            Some(happened) => self.tell(tx, envelope, &happened, at).await,
            None => Ok(()),
        }
    }
}

impl Told {
    /// Makes the mail and the messages of one thing that happened.
    async fn tell(&self, tx: &Tx, envelope: &Envelope, happened: &Happened<'_>, at: OffsetDateTime) -> Result<()> {
        if self.mail {
            let Happened { kind, school, roles, account, link } = happened;
            if kind.code == kind::ALERT_WAITING.code && *roles == CHAIR {
                let overdue = matches!(&envelope.event, Some(Event::AlertPassedOn(passed)) if passed.to == "authority");
                tell_chair(tx, kind, school, link, overdue).await?;
            } else if account.is_empty() {
                tell(tx, kind, school, roles, link).await?;
            } else {
                tell_one(tx, kind, school, account, link).await?;
            }
        }
        webhooks::tell(tx, happened.kind, happened.school, &format!("{}{}", self.address, happened.link), at).await
    }
}

/// What of a shared incident was written, and changes nothing of who is in it.
const WRITTEN: [&str; 5] = ["task_given", "decision", "minutes", "disclosed", "disclosure_ended"];

/// What an event tells at a desk of the authority besides the school; none for most.
fn besides(envelope: &Envelope) -> Option<Happened<'static>> {
    match envelope.event.as_ref()? {
        Event::ContactMatched(matched) if !matched.desk.is_empty() => {
            let kind = if matched.many_marks { kind::DESK_GUESSING } else { kind::DESK_CONTACT };
            let link = format!("/desks/{}/contact-matches", matched.desk);
            Some(Happened { kind, school: "", roles: kind.roles, account: "", link })
        }
        _ => None,
    }
}

/// What an event tells; none where it is to be told nobody.
fn happened<'a>(envelope: &'a Envelope, opened_by: &'a str) -> Option<Happened<'a>> {
    let (school, id) = (envelope.school_id.as_str(), envelope.aggregate_id.as_str());
    let at = |kind: &'static Kind, page: &str| Happened {
        kind,
        school,
        roles: kind.roles,
        account: "",
        link: format!("/schools/{school}{page}"),
    };
    let concern = format!("/concerns/{id}");
    match envelope.event.as_ref()? {
        Event::ConcernRecorded(recorded) if recorded.not_safe => Some(at(kind::CONCERN_UNSAFE, &concern)),
        Event::ConcernRecorded(_) => Some(at(kind::CONCERN_RECORDED, &concern)),
        // It became one of danger after it had come, and whoever read it read less.
        Event::ConcernEscalated(escalated) if escalated.reason == "worsened" => {
            Some(at(kind::CONCERN_UNSAFE, &concern))
        }
        Event::ConcernEscalated(escalated) if escalated.reason == "added" => Some(at(kind::CONCERN_ADDED, &concern)),
        Event::ConcernEscalated(escalated) => {
            let roles: &[Role] = if escalated.level == "head" { &[Role::Head] } else { &[Role::DeputyDsl] };
            Some(Happened { roles, ..at(kind::CONCERN_ESCALATED, &concern) })
        }
        // Malware is the network's matter, whoever brought it in.
        Event::AlertRaised(alert) if alert.route == "it" => Some(at(kind::ALERT_RAISED, "/filtering/alerts")),
        Event::AlertRaised(alert) => {
            let roles = if alert.head_too { HEAD } else { told_of_alert(&alert.route) };
            Some(Happened { roles, ..at(kind::ALERT_WAITING, "/filtering/alerts") })
        }
        Event::AlertWorsened(worse) if worse.route == "it" => Some(at(kind::ALERT_RAISED, "/filtering/alerts")),
        Event::AlertWorsened(worse) => {
            Some(Happened { roles: told_of_alert(&worse.route), ..at(kind::ALERT_WAITING, "/filtering/alerts") })
        }
        Event::AlertPassedOn(passed) => {
            // What is about staff is no deputy's.
            let about_staff = passed.tier == "staff" && passed.to == "lead";
            let to = if about_staff { "dsl" } else { passed.to.as_str() };
            Some(Happened { roles: told_of_alert(to), ..at(kind::ALERT_WAITING, "/filtering/alerts") })
        }
        Event::ExceptionRequested(_) => Some(at(kind::EXCEPTION_REQUESTED, "/filtering/exceptions")),
        Event::ExceptionDecided(_) => Some(at(kind::EXCEPTION_DECIDED, "/filtering/exceptions")),
        Event::RecipientChangeWaits(_) => Some(at(kind::RECIPIENT_WAITS, "/filtering/recipients")),
        // Of no match no school is told.
        Event::ContactMatched(matched) if matched.many_marks => None,
        Event::ContactMatched(_) => Some(at(kind::CONTACT_MATCHED, "/contact-matches")),
        Event::CaseOpened(_) => Some(at(kind::CASE_OPENED, "/cases")),
        Event::ReferralDecided(_) => Some(at(kind::REFERRAL_DECIDED, "/cases")),
        Event::ReferralAsked(_) => Some(at(kind::REFERRAL_ASKED, "/waiting")),
        Event::ReferralMade(made) => at_desk(&made.desk),
        Event::ReferralEscalated(went) => at_desk(&went.desk),
        Event::MandatoryReportMade(_) => Some(at(kind::MANDATORY_REPORT, &concern)),
        Event::SchoolInvited(invited) => {
            let school = invited.invited_school_id.as_str();
            let link = format!("/schools/{school}/invitations");
            Some(Happened { kind: kind::SCHOOL_INVITED, school, roles: kind::SCHOOL_INVITED.roles, account: "", link })
        }
        Event::InvitationAccepted(accepted) if !opened_by.is_empty() => {
            let link = format!("/schools/{opened_by}/shared-incidents/{}", accepted.shared_incident_id);
            let kind = kind::INVITATION_ACCEPTED;
            Some(Happened { kind, school: opened_by, roles: kind.roles, account: "", link })
        }
        // Whoever is asked is told at their desk, and nothing of the school.
        Event::SharingChanged(changed) if changed.change == "officer_asked" => {
            let (kind, link) = (kind::DESK_INVITED, "/desks/safeguarding".to_owned());
            Some(Happened { kind, school: "", roles: kind.roles, account: "", link })
        }
        Event::SharingChanged(changed) if WRITTEN.contains(&changed.change.as_str()) => {
            Some(at(kind::SHARING_WRITTEN, &format!("/shared-incidents/{}", changed.shared_incident_id)))
        }
        // Whoever went finds no such incident any more.
        Event::SharingChanged(changed) if changed.school_id == school && changed.change != "lead_passed" => {
            Some(at(kind::SHARING_CHANGED, "/shared-incidents"))
        }
        Event::SharingChanged(changed) => {
            Some(at(kind::SHARING_CHANGED, &format!("/shared-incidents/{}", changed.shared_incident_id)))
        }
        Event::TransfersDue(_) => Some(at(kind::TRANSFER_DUE, "/transfers")),
        Event::TransferSent(sent) => Some(passed(kind::TRANSFER_SENT, &sent.to_school_id, id)),
        // The rest of a file, which not everybody there may know of.
        Event::TransferReceived(received) if received.from_school_id.is_empty() => None,
        Event::TransferReturned(returned) if returned.from_school_id.is_empty() => None,
        Event::TransferReceived(received) => Some(passed(kind::TRANSFER_RECEIVED, &received.from_school_id, id)),
        Event::TransferReturned(returned) => Some(passed(kind::TRANSFER_RETURNED, &returned.from_school_id, id)),
        Event::FeedCoverageChanged(changed) => {
            let kind = if changed.ended { kind::FEED_RECOVERED } else { kind::FEED_TROUBLED };
            let told = |route: &str| changed.told.iter().any(|told| told == route);
            let roles: &[Role] = match (told("it"), told("dsl")) {
                (true, true) => kind.roles,
                (true, false) => &[Role::It],
                (false, true) => &[Role::Dsl, Role::DeputyDsl],
                (false, false) => &[Role::Head],
            };
            Some(Happened { roles, ..at(kind, &format!("/filtering/feeds/{id}")) })
        }
        Event::RegisterRequestMade(made) => {
            let page = match filter_request(&made.register) {
                Some(below) => format!("/filtering/{below}/{id}/decide"),
                None => format!("/registers/{}", made.register),
            };
            Some(at(kind::REQUEST_MADE, &page))
        }
        // Whoever asked by no account hears of it in the school.
        Event::RegisterRequestDecided(decided) if decided.asked_by_account_id.is_empty() => None,
        Event::RegisterRequestDecided(decided) => {
            let page = match filter_request(&decided.register) {
                Some(_) => "/filtering".to_owned(),
                None => format!("/registers/{}", decided.register),
            };
            Some(Happened { account: &decided.asked_by_account_id, ..at(kind::REQUEST_DECIDED, &page) })
        }
        Event::RegisterEntryAdded(added) => {
            let page = format!("/registers/{}/entries/{id}", added.register);
            check_failed(added).then(|| at(kind::CHECK_FAILED, &page))
        }
        Event::PolicyPublished(_) => Some(at(kind::POLICY_PUBLISHED, "/policy")),
        Event::ReportSigned(signed) => {
            Some(at(kind::REPORT_SIGNED, &format!("/reports/{}/versions/{}", signed.term_id, signed.version)))
        }
        // One's own is told to them alone, a shared one to everybody who reads the figures of the place.
        Event::QuestionDue(due) => {
            let (kind, page) = (kind::QUESTION_DUE, format!("/reports/questions/{id}"));
            let link = if school.is_empty() { page } else { format!("/schools/{school}{page}") };
            Some(Happened { kind, school, roles: kind.roles, account: &due.account_id, link })
        }
        Event::SenderAlarmed(_) if school.is_empty() => {
            let kind = kind::SENDER_ALARMED;
            Some(Happened { kind, school, roles: kind.roles, account: "", link: format!("/senders/{id}") })
        }
        Event::SenderAlarmed(_) => Some(at(kind::SENDER_ALARMED, &format!("/senders/{id}"))),
        _ => None,
    }
}

const HEAD: &[Role] = &[Role::Head];
const CHAIR: &[Role] = &[Role::Chair];

/// Whom an alert that becomes no concern is told: one about staff is the lead's alone, the head's or the chair's; what IT
/// did not open is the lead's and the deputies'.
fn told_of_alert(to: &str) -> &'static [Role] {
    match to {
        "dsl" => &[Role::Dsl],
        "lead" => &[Role::Dsl, Role::DeputyDsl],
        "head" => HEAD,
        _ => CHAIR,
    }
}

/// Whether a test of filtering or monitoring failed, and no entry that it corrects said so before.
fn check_failed(added: &RegisterEntryAdded) -> bool {
    let failed = |mark: &Option<RegisterMark>| {
        mark.as_ref().is_some_and(|mark| matches!(mark.result.as_str(), "fails" | "partly"))
    };
    added.register == "filter-checks" && failed(&added.now) && !failed(&added.before)
}

/// Where requests of a register are decided that has pages of its own, below that on filtering.
fn filter_request(register: &str) -> Option<&'static str> {
    match register {
        "filter-changes" => Some("changes"),
        "unblock-requests" => Some("unblock"),
        _ => None,
    }
}

/// What is told at a desk of the authority: nothing of the school.
fn at_desk(desk: &str) -> Option<Happened<'static>> {
    let row = Desk::ALL.iter().find(|(_, name, ..)| *name == desk)?;
    let link = format!("/desks/{}/referrals", row.1);
    Some(Happened { kind: kind::DESK_REFERRAL, school: "", roles: std::slice::from_ref(&row.3), account: "", link })
}

/// What is told of a file at the other of its schools.
fn passed<'a>(kind: &'static Kind, school: &'a str, id: &str) -> Happened<'a> {
    Happened { kind, school, roles: kind.roles, account: "", link: format!("/schools/{school}/transfers/{id}") }
}

/// Makes notices for everybody in these roles at a school, or at the authority, who has an address and wants them.
///
/// # Errors
/// Where they cannot be kept.
pub async fn tell(tx: &Tx, kind: &Kind, school: &str, roles: &[Role], link: &str) -> Result<()> {
    let accounts = store::account::holding(tx, school, roles).await?;
    tell_all(tx, kind, school, accounts, link).await
}

/// Notes which alerts wait for a chair of governors, and which were opened or are read there no more.
async fn wait_for_chair(tx: &Tx, envelope: &Envelope, at: OffsetDateTime) -> Result<()> {
    let (school, alert) = (envelope.school_id.as_str(), envelope.aggregate_id.as_str());
    match &envelope.event {
        Some(Event::AlertRaised(raised)) if raised.route == "chair" => {
            store::chair_alert::wait(tx, alert, school, at).await
        }
        Some(Event::AlertWorsened(worse)) if worse.route == "chair" => {
            store::chair_alert::wait(tx, alert, school, at).await
        }
        Some(Event::AlertPassedOn(passed)) if passed.to == "chair" => {
            store::chair_alert::wait(tx, alert, school, at).await
        }
        Some(Event::AlertPassedOn(passed)) if passed.to == "authority" => {
            store::chair_alert::overdue(tx, alert, school, at).await
        }
        Some(Event::AlertAcknowledged(_) | Event::AlertWithdrawn(_)) => store::chair_alert::opened(tx, alert).await,
        _ => Ok(()),
    }
}

/// Tells the chair of governors. Where a school has none, or the chair has not opened it in time, the authority's designated
/// officer and its officers are told that something waits there: they appoint a chair, or talk to the school.
async fn tell_chair(tx: &Tx, kind: &Kind, school: &str, link: &str, overdue: bool) -> Result<()> {
    let chairs = store::account::holding(tx, school, CHAIR).await?;
    let held = !chairs.is_empty();
    tell_all(tx, kind, school, chairs, link).await?;
    if held && !overdue {
        return Ok(());
    }
    let unheld = kind::ALERT_UNHELD;
    let officers = store::account::holding(tx, "", &[Role::AuthorityOfficer]).await?;
    tell_all(tx, unheld, school, officers, &format!("/schools/{school}")).await?;
    // Of the school there is nothing that they could open.
    let designated = store::account::holding(tx, "", &[Role::Lado]).await?;
    tell_all(tx, unheld, "", designated, "/desks/lado").await
}

/// The same for one account, so far as it still has a role at the school.
///
/// # Errors
/// Where it cannot be kept.
async fn tell_one(tx: &Tx, kind: &Kind, school: &str, account: &str, link: &str) -> Result<()> {
    let mut accounts = store::account::holding(tx, school, kind.roles).await?;
    accounts.retain(|holder| holder.as_str() == account);
    tell_all(tx, kind, school, accounts, link).await
}

async fn tell_all(tx: &Tx, kind: &Kind, school: &str, accounts: Vec<String>, link: &str) -> Result<()> {
    for settings in store::notice_address::confirmed(tx, accounts).await? {
        if settings.wants(kind) {
            let due = timing::due(tx.now(), settings.daily, settings.quiet, kind.urgent);
            let account_id = &settings.account_id;
            let new = store::notice::New { account_id, school, kind: kind.code, link, due };
            store::notice::insert(tx, &new).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proto::event::v1::{ContactMatched, SharingChanged};

    use super::*;

    #[test]
    fn who_is_asked_into_a_shared_incident_is_told_at_their_desk_and_of_a_no_the_school_that_asked() {
        let told = |change: &str, about: &str| {
            let changed =
                SharingChanged { shared_incident_id: "shi_1".into(), change: change.into(), school_id: about.into() };
            let event = Some(Event::SharingChanged(changed));
            let envelope = Envelope { school_id: "sch_1".into(), event, ..Envelope::default() };
            happened(&envelope, "").map(|told| (told.kind.code, told.school.to_owned(), told.link))
        };
        let at = |school: &str, link: &str| (school.to_owned(), link.to_owned());
        let (school, link) = at("", "/desks/safeguarding");
        assert_eq!(told("officer_asked", ""), Some(("desk.invited", school, link)));
        let (school, link) = at("sch_1", "/schools/sch_1/shared-incidents/shi_1");
        assert_eq!(told("declined", "sch_2"), Some(("sharing.changed", school, link)));
        let (school, link) = at("sch_1", "/schools/sch_1/shared-incidents");
        assert_eq!(told("removed", "sch_1"), Some(("sharing.changed", school, link)));
        let (school, link) = at("sch_1", "/schools/sch_1/shared-incidents/shi_1");
        assert_eq!(told("task_given", ""), Some(("sharing.written", school, link)));
    }

    #[test]
    fn of_a_match_the_desk_is_told_once_and_both_schools_are() {
        let told = |desk: &str, many_marks: bool| {
            let event = Some(Event::ContactMatched(ContactMatched { desk: desk.into(), many_marks }));
            let school_id = if many_marks { String::new() } else { "sch_1".into() };
            let envelope = Envelope { school_id, event, ..Envelope::default() };
            let school = happened(&envelope, "").map(|told| told.kind.code);
            (school, besides(&envelope).map(|told| (told.kind.code, told.school.to_owned())))
        };
        assert_eq!(told("safeguarding", false), (Some("contact.matched"), Some(("desk.contact", String::new()))));
        assert_eq!(told("", false), (Some("contact.matched"), None));
        assert_eq!(told("safeguarding", true), (None, Some(("desk.guessing", String::new()))), "no school is told");
    }
}
