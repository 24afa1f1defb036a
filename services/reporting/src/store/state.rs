//! How schools stand, in each generation.

use std::collections::BTreeMap;

use chassis::{
    calendar::Term,
    db::Tx,
    error::{Error, Result},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, Value, sea_query::Expr};
use time::OffsetDateTime;

use super::{
    cell::{CHUNK, places},
    entity::school_state,
    moment, rows, run,
};
use crate::{
    measure::{Measure, Since},
    state::State,
};

pub(crate) use super::entity::school_state::Model as SchoolState;

/// Keeps what events say of schools beside what others said: the later wins, and comes it in first. How many feeds are silent is
/// kept by `feeds`.
pub(crate) async fn keep(tx: &Tx, generation: i64, states: BTreeMap<String, State>) -> Result<()> {
    let row = |(school, state): (String, State)| -> [Value; 14] {
        [
            generation.into(),
            school.into(),
            state.known_us.into(),
            state.review_due_us.into(),
            state.error_findings.into(),
            state.policy_at.into(),
            state.last_feed_us.into(),
            0i64.into(),
            state.phase.into(),
            state.area.into(),
            state.learners.into(),
            state.described_at.into(),
            state.fed_us.into(),
            state.registered_us.into(),
        ]
    };
    let all: Vec<[Value; 14]> = states.into_iter().map(row).collect();
    for chunk in all.chunks(CHUNK) {
        let sql = format!(
            "INSERT INTO school_state AS s (generation, school_id, known_us, review_due_us, error_findings, policy_at, \
             last_feed_us, silent_feeds, phase, area, learners, described_at, fed_us, registered_us) VALUES {} \
             ON CONFLICT (generation, school_id) DO UPDATE SET \
             known_us = CASE WHEN excluded.known_us < s.known_us THEN excluded.known_us ELSE s.known_us END, \
             fed_us = CASE WHEN s.fed_us IS NULL OR excluded.fed_us < s.fed_us THEN excluded.fed_us ELSE s.fed_us END, \
             registered_us = CASE WHEN s.registered_us IS NULL OR excluded.registered_us < s.registered_us \
             THEN excluded.registered_us ELSE s.registered_us END, \
             review_due_us = CASE WHEN excluded.policy_at > s.policy_at THEN excluded.review_due_us ELSE s.review_due_us END, \
             error_findings = CASE WHEN excluded.policy_at > s.policy_at THEN excluded.error_findings ELSE s.error_findings END, \
             policy_at = CASE WHEN excluded.policy_at > s.policy_at THEN excluded.policy_at ELSE s.policy_at END, \
             last_feed_us = CASE WHEN s.last_feed_us IS NULL OR excluded.last_feed_us > s.last_feed_us \
             THEN excluded.last_feed_us ELSE s.last_feed_us END, \
             phase = CASE WHEN excluded.phase > s.phase THEN excluded.phase ELSE s.phase END, \
             area = CASE WHEN excluded.described_at > s.described_at THEN excluded.area ELSE s.area END, \
             learners = CASE WHEN excluded.described_at > s.described_at THEN excluded.learners ELSE s.learners END, \
             described_at = CASE WHEN excluded.described_at > s.described_at THEN excluded.described_at \
             ELSE s.described_at END",
            places(chunk.len(), 14)
        );
        run(tx, &sql, chunk.iter().flatten().cloned().collect()).await?;
    }
    Ok(())
}

/// The rows of the generation that is answered.
fn answered() -> sea_orm::Select<school_state::Entity> {
    school_state::Entity::find().filter(Expr::cust("generation = (SELECT generation FROM progress WHERE id = 1)"))
}

/// Every school there is, by id.
pub(crate) async fn schools(tx: &Tx) -> Result<Vec<SchoolState>> {
    Ok(answered().order_by_asc(school_state::Column::SchoolId).all(tx.db()).await?)
}

/// The ids of every school there is, in order.
pub(crate) async fn school_ids(tx: &Tx) -> Result<Vec<String>> {
    let sql = "SELECT school_id FROM school_state WHERE generation = (SELECT generation FROM progress WHERE id = 1) \
               ORDER BY school_id";
    rows(tx, sql, Vec::new()).await?.iter().map(|row| Ok(row.try_get("", "school_id")?)).collect()
}

/// One school.
///
/// # Errors
/// `Missing` where there is no such school.
pub(crate) async fn school(tx: &Tx, school: &str) -> Result<SchoolState> {
    answered().filter(school_state::Column::SchoolId.eq(school)).one(tx.db()).await?.ok_or_else(Error::missing)
}

impl SchoolState {
    /// The first term of the school on the platform.
    pub(crate) fn first_term(&self) -> Option<Term> {
        self.known_us.and_then(moment).map(Term::at)
    }

    /// The moment something began there, as far as it did.
    pub(crate) fn begun(&self, since: Since) -> Option<OffsetDateTime> {
        let us = match since {
            Since::Feed => self.fed_us,
            Since::Register => self.registered_us,
        };
        us.and_then(moment)
    }

    /// Since when a measure could be counted there; none where it could not yet.
    pub(crate) fn counts_since(&self, measure: &Measure) -> Option<OffsetDateTime> {
        let known = self.known_us.and_then(moment)?;
        let Some(since) = &measure.known_since else { return Some(known) };
        self.begun(since.begins).map(|begun| begun.max(known))
    }
}
