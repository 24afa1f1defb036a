//! Gives out what is due. What is due for one person leaves in one mail. A process that ends between a mail's leaving
//! and its being marked sends it again, under the same Message-ID: a mail too many rather than one too few.

use std::time::Duration as Pause;

use chassis::{db::Store, error::Result, history::Act, id::AccountId};
use tracing::warn;

use super::{
    kind::{self, CONFIRM},
    letter::{Letter, Letterhead, Waiting},
    mailer::{Mailer, Refusal},
    settings::Settings,
    timing::{self, TRY_FOR},
};
use crate::{
    config::Console,
    rounds::{self, Rounds},
    store::{
        self,
        notice::{Fate, Taken},
    },
};

/// Gives mail out.
#[derive(Clone)]
pub struct Post {
    store: Store,
    mailer: Mailer,
    head: Letterhead,
}

impl Rounds for Post {
    const OF: &'static str = "mail";
    const EVERY: Pause = Pause::from_secs(2);

    /// Gives out what is due now; answers how many mails left.
    ///
    /// # Errors
    /// Where it cannot be looked for.
    async fn pass(&self) -> Result<usize> {
        let tx = rounds::begin(&self.store).await?;
        let due = store::notice::due(&tx).await?;
        tx.commit().await?;
        let mut left = 0;
        for account_id in &due {
            match self.one(account_id).await {
                Ok(count) => left += count,
                // The others get theirs all the same.
                Err(error) => warn!(account.id = %account_id, %error, "notices to an account wait"),
            }
        }
        Ok(left)
    }

    async fn sweep(&self) -> Result<()> {
        let tx = rounds::begin(&self.store).await?;
        store::notice::sweep(&tx).await?;
        tx.commit().await
    }
}

impl Post {
    /// The post of an installation; none where it sends no mail.
    ///
    /// # Errors
    /// `Invalid` where a setting does not fit.
    pub fn new(store: Store, config: &Console) -> Result<Option<Self>> {
        if !config.smtp.on() {
            return Ok(None);
        }
        let head = Letterhead {
            authority: config.authority_name.clone(),
            address: config.address.clone(),
            from: config.smtp.mailbox()?,
        };
        Ok(Some(Self { store, mailer: Mailer::new(&config.smtp)?, head }))
    }

    /// Gives out what is due for one account.
    async fn one(&self, account_id: &AccountId) -> Result<usize> {
        let tx = rounds::begin(&self.store).await?;
        let settings = store::notice_address::find(&tx, account_id).await?;
        let taken = store::notice::take(&tx, account_id).await?;
        tx.commit().await?;
        let Some(settings) = settings else {
            let tx = rounds::begin(&self.store).await?;
            store::notice::forget(&tx, account_id, None).await?;
            tx.commit().await?;
            return Ok(0);
        };
        let (confirming, told): (Vec<Taken>, Vec<Taken>) = taken.into_iter().partition(|one| one.kind == CONFIRM);
        let mut left = 0;
        for one in confirming {
            let letter = self.head.confirmation(&one.link);
            left += self.send(&settings, settings.sealed.pending.as_deref(), &letter, vec![one]).await?;
        }
        if !told.is_empty() {
            let waiting: Vec<Waiting> = told.iter().map(|one| self.waiting(&settings, one)).collect();
            let letter = self.head.notice(&waiting);
            left += self.send(&settings, settings.sealed.email.as_deref(), &letter, told).await?;
        }
        Ok(left)
    }

    fn waiting(&self, settings: &Settings, one: &Taken) -> Waiting {
        let known = settings.sealed.schools.get(&one.school).cloned();
        let place = match one.school.as_str() {
            "" => self.head.authority.clone(),
            // It is told at the authority, of a school that may be any.
            _ if one.kind == kind::ALERT_UNHELD.code => self.head.authority.clone(),
            _ => known.unwrap_or_else(|| "Your school".to_owned()),
        };
        let title = kind::find(&one.kind).map_or("Something is waiting for you", |kind| kind.title);
        Waiting { place, title: title.to_owned(), link: one.link.clone() }
    }

    /// Sends one mail and marks what it told of.
    async fn send(&self, settings: &Settings, email: Option<&str>, letter: &Letter, told: Vec<Taken>) -> Result<usize> {
        let Some(first) = told.first() else { return Ok(0) };
        let sent = match email {
            Some(email) => {
                let mail = self.head.mail(letter, email, &first.id, self.store.clock().now())?;
                self.mailer.send(mail).await
            }
            // The address was taken back meanwhile.
            None => Err(Refusal { code: "no_address".to_owned(), for_good: true }),
        };
        let mut tx = rounds::begin(&self.store).await?;
        let mut lost = None;
        for one in &told {
            let fate = match &sent {
                Ok(()) => Fate::Sent,
                Err(refusal) => fate(one, refusal, settings, tx.now()),
            };
            if let Fate::GivenUp(code) = &fate
                && !unannounced(one)
            {
                lost = Some(code.clone());
            }
            store::notice::mark(&tx, one, &fate).await?;
        }
        if let Err(refusal) = &sent {
            if told.iter().all(unannounced) {
                // For whom something waits that is announced to nobody stands in no log, and in no history.
                warn!(code = refusal.code, "a mail did not leave");
            } else {
                warn!(account.id = %settings.account_id, code = refusal.code, "a mail did not leave");
            }
        }
        if let Some(code) = lost {
            tx.record(Act::new("notice.given_up", settings.account_id.as_str()).detail("error", code));
        }
        tx.commit().await?;
        Ok(usize::from(sent.is_ok()))
    }
}

/// Whether a notice is known to nobody but whom it is for.
fn unannounced(one: &Taken) -> bool {
    one.kind == kind::UNANNOUNCED.code
}

/// What becomes of a notice that did not leave.
fn fate(one: &Taken, refusal: &Refusal, settings: &Settings, now: time::OffsetDateTime) -> Fate {
    let pause = timing::pause(one.tries + 1, rand::random());
    let until = one.tried_at.unwrap_or(now) + TRY_FOR;
    if refusal.for_good || now + pause > until {
        return Fate::GivenUp(refusal.code.clone());
    }
    let urgent = one.kind == CONFIRM || kind::find(&one.kind).is_some_and(|kind| kind.urgent);
    let again = now + pause;
    Fate::Again(if urgent { again } else { timing::after_quiet(again, settings.quiet) }, refusal.code.clone())
}
