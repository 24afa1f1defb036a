//! What the service learns from others: the policies it judges by, what became of its alerts as concerns, and which schools are closed.

use chassis::{
    db::Tx,
    error::{Error, Result},
    event::{Consumer, Envelope, Event},
    history::Act,
};
use proto::{event::v1::AlertAcknowledged, policy_registry::v1::GetEffectivePolicyRequest};

use crate::{
    App,
    alert::PassedOn,
    coverage::SchoolYear,
    judge::Rules,
    rpc::{
        convert::{self, policy},
        end_feed,
    },
    store,
};

/// Keeps the rules that came into force at a school.
pub(crate) struct KeepPolicy {
    pub(crate) app: App,
}

#[tonic::async_trait]
impl Consumer for KeepPolicy {
    type Prepared = Rules;

    fn name(&self) -> &'static str {
        "keep_policy"
    }

    fn wants(&self, event: &Event) -> bool {
        matches!(event, Event::PolicyPublished(_))
    }

    async fn prepare(&self, envelope: &Envelope) -> Result<Rules> {
        let request = GetEffectivePolicyRequest { school_id: envelope.school_id.clone(), ..Default::default() };
        let mut request = chassis::upstream::request(request);
        request.set_timeout(std::time::Duration::from_secs(2));
        let response = self.app.policy_registry()?.get_effective_policy(request).await;
        let response = response.map_err(|status| Error::from_status(&status))?.into_inner();
        Ok(policy::rules(response.policy.unwrap_or_default()))
    }

    async fn consume(&self, tx: &mut Tx, envelope: &Envelope, rules: Rules) -> Result<()> {
        store::keep_rules(tx, &envelope.school_id, &rules).await
    }
}

/// Keeps what became of alerts that are read and passed on as concerns: their clock and rota are those of the concern.
pub(crate) struct FollowConcern;

#[tonic::async_trait]
impl Consumer for FollowConcern {
    type Prepared = ();

    fn name(&self) -> &'static str {
        "follow_concern"
    }

    fn wants(&self, event: &Event) -> bool {
        match event {
            Event::ConcernRead(read) => !read.alert_id.is_empty(),
            // That its alert became graver is told from here.
            Event::ConcernEscalated(escalated) => !escalated.alert_id.is_empty() && escalated.reason != "worsened",
            _ => false,
        }
    }

    async fn prepare(&self, _: &Envelope) -> Result<()> {
        Ok(())
    }

    async fn consume(&self, tx: &mut Tx, envelope: &Envelope, (): ()) -> Result<()> {
        let at = envelope.event_time.as_ref().and_then(chassis::clock::moment).unwrap_or(tx.now());
        let (alert_id, action) = match &envelope.event {
            Some(Event::ConcernRead(read)) => (read.alert_id.as_str(), "alert.acknowledged"),
            Some(Event::ConcernEscalated(escalated)) => (escalated.alert_id.as_str(), "alert.passed_on"),
            _ => return Ok(()),
        };
        let Some(mut alert) = store::alert::find(tx, alert_id).await? else { return Ok(()) };
        let changed = match &envelope.event {
            Some(Event::ConcernRead(read)) => {
                let first = alert.acknowledge(&read.account_id, at);
                if first {
                    // Whoever reads its concern has opened it: it counts as one that was opened.
                    let (account_id, waited_s) = (read.account_id.clone(), alert.waited_s(at));
                    let event = AlertAcknowledged { account_id, waited_s, tier: alert.tier.clone() };
                    tx.announce(alert_id, Event::AlertAcknowledged(event)).await?;
                }
                first
            }
            Some(Event::ConcernEscalated(escalated)) => {
                alert.passed_on.push(PassedOn { to: escalated.level.clone(), at });
                true
            }
            _ => false,
        };
        if changed {
            let body = store::alert::update(tx, &alert).await?;
            tx.record(Act::new(action, alert_id).detail("as", "concern").state("alert", &body));
        }
        Ok(())
    }
}

/// Keeps when a school works and how long it keeps its logs, as the policy says that came into force there.
pub(crate) struct KeepSchoolYear {
    pub(crate) app: App,
}

#[tonic::async_trait]
impl Consumer for KeepSchoolYear {
    type Prepared = SchoolYear;

    fn name(&self) -> &'static str {
        "keep_school_year"
    }

    fn wants(&self, event: &Event) -> bool {
        matches!(event, Event::PolicyPublished(_))
    }

    async fn prepare(&self, envelope: &Envelope) -> Result<SchoolYear> {
        let request = GetEffectivePolicyRequest { school_id: envelope.school_id.clone(), ..Default::default() };
        let mut request = chassis::upstream::request(request);
        request.set_timeout(std::time::Duration::from_secs(2));
        let response = self.app.policy_registry()?.get_effective_policy(request).await;
        let response = response.map_err(|status| Error::from_status(&status))?.into_inner();
        Ok(convert::school_year(&response.policy.unwrap_or_default()))
    }

    async fn consume(&self, tx: &mut Tx, envelope: &Envelope, year: SchoolYear) -> Result<()> {
        store::coverage::keep_year(tx, &envelope.school_id, Some(&year)).await
    }
}

/// Ends the feeds of a school that is closed: nothing is taken for it, and nobody waits for its lines.
pub(crate) struct EndFeeds;

#[tonic::async_trait]
impl Consumer for EndFeeds {
    type Prepared = ();

    fn name(&self) -> &'static str {
        "end_feeds"
    }

    fn wants(&self, event: &Event) -> bool {
        matches!(event, Event::SchoolDescribed(described) if described.close_time.is_some())
    }

    async fn prepare(&self, _: &Envelope) -> Result<()> {
        Ok(())
    }

    async fn consume(&self, tx: &mut Tx, envelope: &Envelope, (): ()) -> Result<()> {
        let Some(Event::SchoolDescribed(described)) = &envelope.event else { return Ok(()) };
        let at = described.close_time.as_ref().and_then(chassis::clock::moment).unwrap_or(tx.now());
        store::closed::note(tx, &envelope.school_id, at).await?;
        for id in store::feed::running(tx).await? {
            let mut feed = store::feed::hold(tx, &id).await?;
            if feed.ended_at.is_none() {
                end_feed::end(tx, &mut feed).await?;
            }
        }
        Ok(())
    }
}
