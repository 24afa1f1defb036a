//! Sends what is due to programs, several at once, and marks what became of it. Who fails for days is switched off, and
//! their administrators are told.

use std::time::Duration as Pause;

use chassis::{
    db::{Store, Tx},
    error::Result,
    history::Act,
};
use futures::StreamExt as _;
use time::{Duration, OffsetDateTime};
use tracing::warn;

use super::{
    Webhook, address,
    client::{Client, Headers},
    pause, sign,
};
use crate::{
    config::Console,
    notices::{consume, kind::WEBHOOK_DISABLED},
    rounds::{self, Rounds},
    store::{self, webhook_attempt::Attempt},
};

/// How many are sent at once.
const AT_ONCE: usize = 8;
/// How long nothing may arrive before a webhook is switched off, once a message was given up.
const LASTING: Duration = Duration::days(3);

/// Sends messages to programs.
#[derive(Clone)]
pub struct Sender {
    store: Store,
    client: Client,
    mail: bool,
    loopback: bool,
}

impl Rounds for Sender {
    const OF: &'static str = "messages to programs";
    const EVERY: Pause = Pause::from_secs(1);

    /// Sends what is due now; answers how many messages were tried.
    ///
    /// # Errors
    /// Where it cannot be looked for.
    async fn pass(&self) -> Result<usize> {
        let tx = rounds::begin(&self.store).await?;
        let due = store::webhook_attempt::take(&tx).await?;
        tx.commit().await?;
        let count = due.len();
        futures::stream::iter(due)
            .for_each_concurrent(AT_ONCE, |attempt| async {
                let id = attempt.id.clone();
                // What is not marked is taken again when nobody has it any more.
                if let Err(error) = self.one(attempt).await {
                    warn!(message.id = id, %error, "a message to a program waits");
                }
            })
            .await;
        Ok(count)
    }

    async fn sweep(&self) -> Result<()> {
        let tx = rounds::begin(&self.store).await?;
        store::webhook_attempt::sweep(&tx).await?;
        tx.commit().await
    }
}

impl Sender {
    /// The sender of an installation.
    pub fn new(store: Store, client: Client, config: &Console) -> Self {
        Self { store, client, mail: config.smtp.on(), loopback: config.webhooks.allow_loopback }
    }

    async fn one(&self, mut attempt: Attempt) -> Result<()> {
        let tx = rounds::begin(&self.store).await?;
        let hook = store::webhook::find(&tx, &attempt.webhook_id).await?;
        tx.commit().await?;
        let Some(hook) = hook else { return Ok(()) };
        let now = self.store.clock().now();
        let answered = match address::url(&hook.sealed.url, self.loopback) {
            Some(url) => {
                let signature = sign::header(&hook, &attempt.id, now, &attempt.payload);
                let headers = Headers { id: &attempt.id, timestamp: now.unix_timestamp(), signature: &signature };
                self.client.send(&url, &headers, &attempt.payload).await
            }
            None => Err("refused_address"),
        };
        (attempt.status, attempt.error) = match answered {
            Ok(status) if (200..300).contains(&status) => (status.into(), String::new()),
            Ok(status) => (status.into(), "status".to_owned()),
            Err(code) => (0, code.to_owned()),
        };
        self.mark(attempt).await
    }

    async fn mark(&self, mut attempt: Attempt) -> Result<()> {
        let mut tx = rounds::begin(&self.store).await?;
        let Some(mut hook) = store::webhook::find(&tx, &attempt.webhook_id).await? else { return Ok(()) };
        let now = tx.now();
        attempt.tries += 1;
        attempt.lease_us = 0;
        attempt.tried_us = Some(micros(now));
        if attempt.error.is_empty() {
            attempt.state = "delivered".to_owned();
            if hook.failing_since.take().is_some() {
                store::webhook::mark(&tx, &hook).await?;
            }
        } else {
            let gone = attempt.status == 410;
            match pause(attempt.tries, rand::random()).filter(|_| !gone) {
                Some(pause) => attempt.due_us = micros(now + pause),
                None => attempt.state = "given_up".to_owned(),
            }
            let since = *hook.failing_since.get_or_insert(now);
            let lasting = attempt.state == "given_up" && now - since >= LASTING;
            if hook.enabled && (gone || lasting) {
                self.switch_off(&mut tx, &mut hook, if gone { "gone" } else { "failing" }).await?;
            }
            store::webhook::mark(&tx, &hook).await?;
        }
        store::webhook_attempt::update(&tx, &attempt).await?;
        tx.commit().await
    }

    async fn switch_off(&self, tx: &mut Tx, hook: &mut Webhook, reason: &str) -> Result<()> {
        hook.enabled = false;
        hook.reason = reason.to_owned();
        let mut act = Act::new("webhook.disabled", hook.id.as_str()).detail("reason", reason);
        if !hook.school.is_empty() {
            act = act.school(&hook.school);
        }
        tx.record(act);
        if self.mail {
            let (school, roles) = (hook.school.as_str(), WEBHOOK_DISABLED.roles);
            let page = if school.is_empty() { "/webhooks".to_owned() } else { format!("/schools/{school}/webhooks") };
            consume::tell(tx, WEBHOOK_DISABLED, school, roles, &page).await?;
        }
        Ok(())
    }
}

/// A moment in microseconds since 1970.
fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX)
}
