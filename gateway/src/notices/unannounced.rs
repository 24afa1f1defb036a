//! Tells people that something waits for them that no service announces: what concerns an adult, and hidden cases. An event or a
//! message of it would tell others that there is one. So each person is asked about in their own name, in turn, at the service
//! that would show it to them: whoever something is kept from is told nothing, by the rules by which no page shows it to them.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chassis::{
    desk::Desk,
    error::{Error, Result},
    id::AccountId,
    upstream::request,
};
use proto::incident_cases::v1::{ListDeskUnannouncedRequest, ListUnannouncedRequest};
use tracing::warn;

use super::{kind::UNANNOUNCED, timing};
use crate::{
    accounts::Account,
    app::App,
    rounds::{self, Rounds},
    store,
};

/// People who are asked about in one round: so many, and not more the more there are.
const AT_ONCE: u64 = 25;

/// Asks what waits for people.
pub struct Unannounced {
    app: App,
    /// The account that was asked about last.
    after: Mutex<String>,
}

/// What waits for one person, and why one of the places could not be asked.
struct Waits {
    marks: BTreeSet<String>,
    failed: Option<Error>,
}

impl Rounds for Unannounced {
    const OF: &'static str = "what is announced to nobody";
    const EVERY: Duration = Duration::from_secs(5);

    /// Asks about the next of those who have an address; answers how many that were.
    ///
    /// # Errors
    /// Where they cannot be looked for.
    async fn pass(&self) -> Result<usize> {
        let after = self.after.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let tx = rounds::begin(self.app.door().store()).await?;
        let next = store::unannounced::reached(&tx, &after, AT_ONCE).await?;
        tx.commit().await?;
        let last = next.last().filter(|_| u64::try_from(next.len()) == Ok(AT_ONCE));
        let last = last.map(ToString::to_string).unwrap_or_default();
        *self.after.lock().unwrap_or_else(PoisonError::into_inner) = last;
        let mut failed = Vec::new();
        for account_id in &next {
            // The others are told all the same.
            failed.extend(self.one(account_id).await.err());
        }
        if let Some(error) = failed.last() {
            // For whom something waits stands in no log: it names nobody.
            warn!(people = failed.len(), %error, "what waits for some people is not known just now");
        }
        Ok(next.len())
    }

    /// Nothing of it is old: what waits no longer is forgotten at every round.
    async fn sweep(&self) -> Result<()> {
        Ok(())
    }
}

impl Unannounced {
    /// Begins with whoever comes first.
    pub fn new(app: App) -> Self {
        Self { app, after: Mutex::default() }
    }

    async fn one(&self, account_id: &AccountId) -> Result<()> {
        let store = self.app.door().store();
        let tx = rounds::begin(store).await?;
        let account = store::account::by_id(&tx, account_id).await?;
        let settings = store::notice_address::find(&tx, account_id).await?;
        tx.commit().await?;
        let Some((account, settings)) = account.zip(settings.filter(|settings| settings.wants(UNANNOUNCED))) else {
            return Ok(());
        };
        let waits = self.waits(&account).await;
        let tx = rounds::begin(store).await?;
        let due = timing::due(tx.now(), settings.daily, settings.quiet, UNANNOUNCED.urgent);
        store::unannounced::keep(&tx, account_id, &waits.marks, waits.failed.is_none(), due).await?;
        tx.commit().await?;
        waits.failed.map_or(Ok(()), Err)
    }

    /// What waits for somebody wherever they hold a role now.
    async fn waits(&self, account: &Account) -> Waits {
        let now = self.app.now();
        let held = account.appointments.iter().filter(|held| held.in_force(now));
        let held = held.filter(|held| UNANNOUNCED.roles.contains(&held.role));
        let places: BTreeSet<(String, &str)> = held
            .map(|held| {
                let desk = Desk::of_role(held.role).map_or("", Desk::name);
                (held.school.as_ref().map(ToString::to_string).unwrap_or_default(), desk)
            })
            .collect();
        let mut waits = Waits { marks: BTreeSet::new(), failed: None };
        for (school, desk) in places {
            match self.ask(account, school, desk).await {
                Ok(marks) => waits.marks.extend(marks),
                Err(error) => waits.failed = Some(error),
            }
        }
        waits
    }

    async fn ask(&self, account: &Account, school_id: String, desk: &str) -> Result<Vec<String>> {
        let mut cases = self.app.cases_on_behalf_of(account)?;
        if desk.is_empty() {
            let asked = cases.list_unannounced(request(ListUnannouncedRequest { school_id })).await;
            return Ok(asked.map_err(|status| Error::from_status(&status))?.into_inner().marks);
        }
        let asked = cases.list_desk_unannounced(request(ListDeskUnannouncedRequest { desk: desk.to_owned() })).await;
        Ok(asked.map_err(|status| Error::from_status(&status))?.into_inner().marks)
    }
}
