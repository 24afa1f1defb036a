//! Notices and webhooks between the contract's form and ours.

use chassis::{
    clock::timestamp,
    db::Tx,
    error::{Error, Result},
    id::AccountId,
};
use proto::access::v1::{self as wire, Role};
use time::{OffsetDateTime, Time};

use crate::{
    accounts::Account,
    notices::{kind, settings::Settings},
    store::{self, webhook_attempt::Attempt},
    webhooks::Webhook,
};

/// The account that calls, and the roles it holds now, wherever that is.
///
/// # Errors
/// `Missing` where there is none.
pub async fn own(tx: &Tx) -> Result<(Account, Vec<Role>)> {
    let id = tx.scope().account().ok_or_else(Error::missing)?;
    let account = store::account::by_id(tx, &id).await?.ok_or_else(Error::missing)?;
    let roles = account.appointments.iter().filter(|a| a.in_force(tx.now())).map(|a| a.role).collect();
    Ok((account, roles))
}

/// The schools an account belongs to now.
pub fn schools(account: &Account, now: OffsetDateTime) -> Vec<String> {
    let held = account.appointments.iter().filter(|a| a.in_force(now));
    let mut schools: Vec<String> = held.filter_map(|a| a.school.as_ref().map(ToString::to_string)).collect();
    schools.sort_unstable();
    schools.dedup();
    schools
}

/// An account's settings; those of nobody where it never said anything.
///
/// # Errors
/// Where they cannot be read.
pub async fn settings(tx: &Tx, account_id: &AccountId) -> Result<Settings> {
    Ok(store::notice_address::find(tx, account_id).await?.unwrap_or_else(|| Settings::none(account_id.clone())))
}

/// Settings as the contract has them.
///
/// # Errors
/// Where what was given up cannot be counted.
pub async fn shown(tx: &Tx, settings: &Settings, roles: &[Role], mail_on: bool) -> Result<wire::NoticeSettings> {
    let time = |time: Time| format!("{:02}:{:02}", time.hour(), time.minute());
    let own = kind::of_roles(roles).map(|kind| wire::NoticeKind {
        kind: kind.code.to_owned(),
        title: kind.title.to_owned(),
        urgent: kind.urgent,
        chosen: settings.wants(kind),
    });
    let given_up = store::notice::given_up(tx, &settings.account_id).await?;
    Ok(wire::NoticeSettings {
        email: settings.sealed.email.clone().unwrap_or_default(),
        pending_email: settings.sealed.pending.clone().unwrap_or_default(),
        digest: if settings.daily { "daily" } else { "at_once" }.to_owned(),
        quiet_from: settings.quiet.map(|quiet| time(quiet.from)).unwrap_or_default(),
        quiet_to: settings.quiet.map(|quiet| time(quiet.to)).unwrap_or_default(),
        kinds: own.collect(),
        mail_on,
        confirm_time: settings.confirmed_at.map(timestamp),
        given_up: u32::try_from(given_up).unwrap_or(u32::MAX),
    })
}

/// A webhook as the contract has it: without its secret.
pub fn webhook(hook: &Webhook, now: OffsetDateTime) -> wire::Webhook {
    wire::Webhook {
        webhook_id: hook.id.clone(),
        school_id: hook.school.clone(),
        url: hook.sealed.url.clone(),
        kinds: hook.kinds.clone(),
        enabled: hook.enabled,
        disabled_reason: hook.reason.clone(),
        public_key: hook.sealed.keys.public(),
        create_time: Some(timestamp(hook.created_at)),
        failing_since_time: hook.failing_since.map(timestamp),
        old_secret_until_time: hook.old_keys(now).map(|old| timestamp(old.until)),
    }
}

/// A message as the contract has it.
pub fn attempt(attempt: &Attempt) -> wire::WebhookAttempt {
    let at = |micros: i64| timestamp(store::moment(micros));
    wire::WebhookAttempt {
        attempt_id: attempt.id.clone(),
        kind: attempt.kind.clone(),
        state: attempt.state.clone(),
        tries: u32::try_from(attempt.tries).unwrap_or(u32::MAX),
        status: u32::try_from(attempt.status).unwrap_or_default(),
        error: attempt.error.clone(),
        create_time: Some(at(attempt.created_us)),
        try_time: attempt.tried_us.map(at),
        due_time: (attempt.state == "queued").then(|| at(attempt.due_us)),
    }
}
