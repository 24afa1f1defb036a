//! Counts events, each once, into the term they happened in.

use chassis::{
    calendar::Term,
    clock::moment,
    db::Tx,
    error::Result,
    event::{Consumer, Envelope, Event},
};
use time::OffsetDateTime;

use crate::store;

/// The counter.
pub(crate) struct Tally;

#[tonic::async_trait]
impl Consumer for Tally {
    type Prepared = ();

    fn name(&self) -> &'static str {
        "tally"
    }

    fn wants(&self, event: &Event) -> bool {
        // They count nothing; the first may concern no school at all, the second is the service's own.
        !matches!(event, Event::SenderAlarmed(_) | Event::ReportSigned(_))
    }

    async fn prepare(&self, _: &Envelope) -> Result<()> {
        Ok(())
    }

    async fn consume(&self, tx: &mut Tx, envelope: &Envelope, (): ()) -> Result<()> {
        let at = envelope.event_time.as_ref().and_then(moment).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let school = envelope.school_id.as_str();
        let term = Term::at(at).id();
        store::know_school(tx, school, at).await?;
        match envelope.event.as_ref() {
            Some(Event::PolicyPublished(policy)) => {
                let due = policy.review_due_time.as_ref().and_then(moment);
                store::keep_policy(tx, school, due, policy.error_findings).await?;
            }
            Some(Event::FeedCounted(_)) => store::keep_feed(tx, school, at).await?,
            Some(Event::FeedCoverageChanged(changed)) => store::keep_silent(tx, school, changed.silent_feeds).await?,
            Some(Event::CoverageDayCounted(day)) => store::keep_coverage_day(tx, school, day).await?,
            _ => {}
        }
        for (key, part, count) in envelope.event.as_ref().map(counts).unwrap_or_default() {
            store::count(tx, school, &term, key, &part, count).await?;
        }
        Ok(())
    }
}

/// What an event counts: line key, part, how many.
fn counts(event: &Event) -> Vec<(&'static str, String, u64)> {
    let one = |key, part: &str| (key, part.to_owned(), 1);
    match event {
        Event::ConcernRecorded(e) => vec![one("concerns_recorded", ""), one("concerns_by_origin", &e.origin)],
        Event::CaseOpened(e) => {
            let mut counts = vec![one("cases_opened", ""), one("cases_by_procedure", &e.procedure)];
            counts.extend(e.risks.iter().map(|risk| one("cases_by_risk", risk)));
            counts
        }
        Event::CaseClosed(e) => vec![
            one("cases_closed", ""),
            one("cases_by_outcome", &e.outcome),
            ("deviations", String::new(), e.deviations.into()),
        ],
        Event::CaseReopened(_) => vec![one("cases_reopened", "")],
        Event::ReferralMade(_) => vec![one("referrals_made", "")],
        Event::ReferralDecided(_) => vec![one("referrals_decided", "")],
        Event::ParentsDecided(e) => vec![one(if e.told { "parents_told" } else { "parents_not_told" }, "")],
        Event::SchoolInvited(_) | Event::InvitationAccepted(_) => vec![one("shared_incidents", "")],
        Event::AlertRaised(e) => vec![one("alerts_raised", ""), one("alerts_by_theme", &e.theme)],
        Event::FeedCounted(e) => vec![
            ("lines_received", String::new(), e.received),
            ("lines_noise", String::new(), e.noise),
            ("lines_rejected", String::new(), e.rejected),
        ],
        Event::SchoolCreated(_)
        | Event::PolicyPublished(_)
        | Event::ConcernTriaged(_)
        | Event::ConcernEscalated(_)
        | Event::ConcernRead(_)
        | Event::AlertWorsened(_)
        | Event::AlertAcknowledged(_)
        | Event::AlertPassedOn(_)
        | Event::ExceptionRequested(_)
        | Event::ExceptionDecided(_)
        | Event::ContactMatched(_)
        | Event::ReferralEscalated(_)
        | Event::ReferralAsked(_)
        | Event::MandatoryReportMade(_)
        | Event::SharingChanged(_)
        | Event::TransfersDue(_)
        | Event::TransferSent(_)
        | Event::TransferReceived(_)
        | Event::TransferReturned(_)
        | Event::SenderAlarmed(_)
        | Event::FeedCoverageChanged(_)
        | Event::CoverageDayCounted(_)
        | Event::RegisterRequestMade(_)
        | Event::ReportSigned(_) => Vec::new(),
        Event::RegisterRequestDecided(e) if e.register == "unblock-requests" => {
            let mut counts = vec![one("unblock_requests", "")];
            counts.extend((e.decision == "approved").then(|| one("unblock_requests_approved", "")));
            counts
        }
        Event::RegisterRequestDecided(_) => Vec::new(),
    }
}
