//! The days of one school's policy: what is in force, what is on its way, and what was asked for.

use chassis::{
    db::Tx,
    error::{Kind, Result},
};
use time::Duration;

use crate::{
    instance::Instance,
    reminder::{Sent, Standing},
    review::Review,
    rules::REMINDER_STANDS_DAYS,
    store,
    template::procedure::AlertRule,
};

/// Everything a school has days in.
pub(super) struct Days {
    pub in_force: Option<Instance>,
    pub open: Vec<Instance>,
    pub reviews: Vec<Review>,
    sent: Vec<Sent>,
    rules: Vec<AlertRule>,
}

impl Days {
    /// Reads them at the scope's school.
    pub(super) async fn load(tx: &Tx) -> Result<Self> {
        let in_force = store::instance::in_force(tx, tx.now()).await?;
        let template = match &in_force {
            Some(instance) => Some(store::template::version(tx, instance.template_version).await?),
            None => match store::template::current(tx).await {
                Err(error) if error.kind() == Kind::Missing => None,
                current => Some(current?),
            },
        };
        Ok(Self {
            in_force,
            open: store::instance::on_their_way(tx).await?,
            reviews: store::review::all(tx).await?,
            sent: store::reminder::since(tx, tx.now() - Duration::days(REMINDER_STANDS_DAYS)).await?,
            rules: template.map(|published| published.template.alert_rules).unwrap_or_default(),
        })
    }

    /// The alert rules that the school's policy goes by.
    pub(super) fn rules(&self) -> &[AlertRule] {
        &self.rules
    }

    /// What they come to at the moment of the act.
    pub(super) fn standing(&self, tx: &Tx) -> Standing<'_> {
        Standing {
            now: tx.now(),
            in_force: self.in_force.as_ref(),
            open: &self.open,
            reviews: &self.reviews,
            sent: &self.sent,
            rules: &self.rules,
        }
    }
}
