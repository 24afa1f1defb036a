//! What the service learns from others: schools, policies, filter alerts.

use chassis::{
    db::Tx,
    error::{Error, Result},
    event::{Consumer, Envelope, Event},
    history::Act,
};
use proto::{
    event::v1::{AlertRaised, AlertWorsened, ConcernRecorded},
    policy_registry::v1::GetEffectivePolicyRequest,
};

use crate::{
    App, alert_evidence,
    concern::{Concern, ConcernId, Origin, Report},
    cover::clocks::Urgency,
    escalate,
    procedure::Pinned,
    rpc::convert,
    store,
};

/// What a concern says whose alert was another school's.
const WITHDRAWN: &str = "The alert was withdrawn: its line came under a key that stood for this school by mistake. It is about \
                         nobody of this school, and nothing is to be done here but to close this concern.";

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
        chassis::upstream::request(GetEffectivePolicyRequest { school_id: school.to_owned(), ..Default::default() });
    request.set_timeout(std::time::Duration::from_secs(2));
    let response = app.policy_registry()?.get_effective_policy(request).await.map_err(|s| Error::from_status(&s))?;
    Ok(convert::pinned(response.into_inner().policy.unwrap_or_default()))
}

/// A filter alert for the lead arrives as a concern, and what becomes of the alert reaches the concern. The events name no
/// child; the alert itself is read where it is. One about a member of staff becomes no concern by itself: whoever it is for
/// records one, for the head or the chair.
pub(crate) struct ConcernFromAlert {
    pub(crate) app: App,
}

#[tonic::async_trait]
impl Consumer for ConcernFromAlert {
    /// The user name that a new alert was under.
    type Prepared = String;

    fn name(&self) -> &'static str {
        "concern_from_alert"
    }

    fn wants(&self, event: &Event) -> bool {
        reaches(event)
    }

    async fn prepare(&self, envelope: &Envelope) -> Result<String> {
        match &envelope.event {
            Some(Event::AlertRaised(_)) => {
                Ok(alert_evidence::user(&self.app, &envelope.school_id, &envelope.aggregate_id).await)
            }
            _ => Ok(String::new()),
        }
    }

    async fn consume(&self, tx: &mut Tx, envelope: &Envelope, user: String) -> Result<()> {
        heard(tx, envelope, &user).await
    }
}

/// Whether an event is of an alert that a concern is made of, or may have been.
pub(crate) fn reaches(event: &Event) -> bool {
    match event {
        Event::AlertRaised(alert) => alert.route != "it" && alert.tier != "staff",
        Event::AlertAcknowledged(_) | Event::AlertWorsened(_) | Event::AlertWithdrawn(_) => true,
        _ => false,
    }
}

/// Brings to the concern what an event says of its alert; `user` is the user name that a new one was under.
///
/// # Errors
/// Where the concern cannot be read or written.
pub(crate) async fn heard(tx: &mut Tx, envelope: &Envelope, user: &str) -> Result<()> {
    match &envelope.event {
        Some(Event::AlertRaised(alert)) => raised(tx, envelope, alert, user).await,
        Some(Event::AlertAcknowledged(opened)) => acknowledged(tx, envelope, &opened.account_id).await,
        Some(Event::AlertWithdrawn(_)) => withdrawn(tx, envelope).await,
        Some(Event::AlertWorsened(worse)) => worsened(tx, envelope, worse).await,
        _ => Ok(()),
    }
}

async fn raised(tx: &mut Tx, envelope: &Envelope, alert: &AlertRaised, user: &str) -> Result<()> {
    let theme = chassis::theme::title(&alert.theme);
    let origin = Origin::Alert {
        alert_id: envelope.aggregate_id.clone(),
        theme: alert.theme.clone(),
        severity: alert.severity.clone(),
        late_s: alert.late_s,
    };
    let report = Report {
        about: "A filter alert".to_owned(),
        narrative: format!("The web filter raised an alert of {} severity: {theme}.{}", alert.severity, late(alert)),
        event_at: alert.first_time.as_ref().and_then(chassis::clock::moment),
        ..Report::default()
    };
    let concern = Concern::new(tx.ids().next::<ConcernId>(), &envelope.school_id, origin, report, tx.now());
    let concern = Concern { user_of: store::learner::of_user(tx, user).await?, ..concern };
    let clocks = store::copy::clocks(tx, &envelope.school_id).await?;
    let concern = concern.waiting(&clocks, &store::cover::load(tx).await?);
    let body = store::concern::insert(tx, &concern).await?;
    tx.record(Act::new("concern.recorded", concern.id.as_str()).detail("origin", "alert").state("concern", &body));
    // What is critical is read within minutes at every hour: nobody's quiet hours hold its notice back.
    let not_safe = concern.urgency() == Urgency::Danger;
    let recorded = ConcernRecorded { origin: "alert".to_owned(), not_safe };
    tx.announce(concern.id.as_str(), Event::ConcernRecorded(recorded)).await?;
    escalate::tell_new(tx, &concern, &body).await
}

/// That what it tells of was long over when the filter's line came.
fn late(alert: &AlertRaised) -> String {
    match alert.late_s {
        0 => String::new(),
        seconds @ ..3_600 => format!(" The filter told of it {} minutes after it happened.", seconds / 60),
        seconds @ 3_600..172_800 => format!(" The filter told of it {} hours after it happened.", seconds / 3_600),
        seconds => format!(" The filter told of it {} days after it happened.", seconds / 86_400),
    }
}

/// Somebody opened the alert: the concern is read.
async fn acknowledged(tx: &mut Tx, envelope: &Envelope, account_id: &str) -> Result<()> {
    let Some(mut concern) = store::concern::of_alert(tx, &envelope.aggregate_id).await? else { return Ok(()) };
    let at = envelope.event_time.as_ref().and_then(chassis::clock::moment).unwrap_or(tx.now());
    let first = concern.read(account_id, at);
    if concern.read_additions(account_id, at) || first {
        let body = store::concern::update(tx, &concern).await?;
        let act = Act::new("concern.read", concern.id.as_str()).detail("first", first).detail("as", "alert");
        tx.record(act.detail("account_id", account_id).state("concern", &body));
    }
    Ok(())
}

/// The alert became graver, or went on after somebody had opened it: the concern is to be read sooner, and says so. Whoever
/// read it as less, or decided on less, reads it anew.
async fn worsened(tx: &mut Tx, envelope: &Envelope, worse: &AlertWorsened) -> Result<()> {
    let Some(mut concern) = store::concern::of_alert(tx, &envelope.aggregate_id).await? else { return Ok(()) };
    let (now, clocks) = (tx.now(), store::copy::clocks(tx, &envelope.school_id).await?);
    let graver = concern.worsen(&worse.severity, now, &clocks);
    if !graver && !worse.again {
        return Ok(());
    }
    let reopened = concern.add(&grown(worse), now);
    if reopened {
        concern = concern.waiting_from(now, &clocks, &store::cover::load(tx).await?);
    }
    let body = store::concern::update(tx, &concern).await?;
    let act = Act::new("concern.worsened", concern.id.as_str()).detail("reopened", reopened);
    tx.record(act.detail("severity", worse.severity.as_str()).state("concern", &body));
    if reopened {
        escalate::tell_new(tx, &concern, &body).await?;
    }
    if graver && concern.urgency() == Urgency::Danger {
        return escalate::tell_worse(tx, &concern).await;
    }
    escalate::tell_added(tx, &concern).await
}

/// What became of an alert, in words that say nothing of whom it is about.
fn grown(worse: &AlertWorsened) -> String {
    let times = match worse.count {
        0 | 1 => String::new(),
        count => format!(", {count} times so far"),
    };
    format!("The alert of the web filter went on: {} severity by now{times}.", worse.severity)
}

/// The alert was another school's: the concern says so, and to whoever read or decided on it.
async fn withdrawn(tx: &mut Tx, envelope: &Envelope) -> Result<()> {
    let Some(mut concern) = store::concern::of_alert(tx, &envelope.aggregate_id).await? else { return Ok(()) };
    concern.note(WITHDRAWN, tx.now());
    let body = store::concern::update(tx, &concern).await?;
    tx.record(Act::new("concern.alert_withdrawn", concern.id.as_str()).state("concern", &body));
    escalate::tell_added(tx, &concern).await
}
