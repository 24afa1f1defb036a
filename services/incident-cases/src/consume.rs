//! What the service learns from others: schools, policies, filter alerts.

use chassis::{
    db::Tx,
    error::{Error, Result},
    event::{Consumer, Envelope, Event},
    history::Act,
};
use proto::{event::v1::ConcernRecorded, policy_registry::v1::GetEffectivePolicyRequest};

use crate::{
    App,
    concern::{Concern, ConcernId, Origin, Report},
    escalate,
    procedure::Pinned,
    rpc::convert,
    store,
};

/// Keeps which schools there are.
pub(crate) struct KeepSchool;

#[tonic::async_trait]
impl Consumer for KeepSchool {
    type Prepared = ();

    fn name(&self) -> &'static str {
        "keep_school"
    }

    fn wants(&self, event: &Event) -> bool {
        matches!(event, Event::SchoolCreated(_))
    }

    async fn prepare(&self, _: &Envelope) -> Result<()> {
        Ok(())
    }

    async fn consume(&self, tx: &mut Tx, envelope: &Envelope, (): ()) -> Result<()> {
        store::copy::keep_school(tx, &envelope.school_id).await
    }
}

/// Keeps the policy that came into force at a school, so that cases open without the registry.
pub(crate) struct KeepPolicy {
    pub(crate) app: App,
}

#[tonic::async_trait]
impl Consumer for KeepPolicy {
    type Prepared = Pinned;

    fn name(&self) -> &'static str {
        "keep_policy"
    }

    fn wants(&self, event: &Event) -> bool {
        matches!(event, Event::PolicyPublished(_))
    }

    async fn prepare(&self, envelope: &Envelope) -> Result<Pinned> {
        fetch_policy(&self.app, &envelope.school_id).await
    }

    async fn consume(&self, tx: &mut Tx, envelope: &Envelope, policy: Pinned) -> Result<()> {
        store::copy::keep_policy(tx, &envelope.school_id, &policy).await
    }
}

/// The policy in force at a school, from the registry.
pub(crate) async fn fetch_policy(app: &App, school: &str) -> Result<Pinned> {
    let mut request =
        chassis::upstream::request(GetEffectivePolicyRequest { school_id: school.to_owned(), at_time: None });
    request.set_timeout(std::time::Duration::from_secs(2));
    let response = app.policy_registry()?.get_effective_policy(request).await.map_err(|s| Error::from_status(&s))?;
    Ok(convert::pinned(response.into_inner().policy.unwrap_or_default()))
}

/// A filter alert for the lead arrives as a concern. The event names no child; the alert itself is read where it is.
pub(crate) struct ConcernFromAlert;

#[tonic::async_trait]
impl Consumer for ConcernFromAlert {
    type Prepared = ();

    fn name(&self) -> &'static str {
        "concern_from_alert"
    }

    fn wants(&self, event: &Event) -> bool {
        matches!(event, Event::AlertRaised(alert) if alert.route != "it")
    }

    async fn prepare(&self, _: &Envelope) -> Result<()> {
        Ok(())
    }

    async fn consume(&self, tx: &mut Tx, envelope: &Envelope, (): ()) -> Result<()> {
        let Some(Event::AlertRaised(alert)) = &envelope.event else { return Ok(()) };
        let theme = chassis::theme::title(&alert.theme);
        let origin = Origin::Alert {
            alert_id: envelope.aggregate_id.clone(),
            theme: alert.theme.clone(),
            severity: alert.severity.clone(),
        };
        let report = Report {
            about: "A filter alert".to_owned(),
            narrative: format!("The web filter raised an alert of {} severity: {theme}.", alert.severity),
            safe_now: "not_sure".to_owned(),
            event_at: alert.first_time.as_ref().and_then(chassis::clock::moment),
            ..Report::default()
        };
        let concern = Concern::new(tx.ids().next::<ConcernId>(), &envelope.school_id, origin, report, tx.now());
        let clocks = store::copy::clocks(tx, &envelope.school_id).await?;
        let concern = concern.waiting(&clocks, &store::cover::load(tx).await?);
        let body = store::concern::insert(tx, &concern).await?;
        tx.record(Act::new("concern.recorded", concern.id.as_str()).detail("origin", "alert").state("concern", &body));
        let recorded = ConcernRecorded { origin: "alert".to_owned(), not_safe: false };
        tx.announce(concern.id.as_str(), Event::ConcernRecorded(recorded)).await?;
        escalate::tell_new(tx, &concern, &body).await
    }
}
