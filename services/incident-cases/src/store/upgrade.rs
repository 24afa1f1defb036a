//! What is kept beside the sealed concerns now and was not by earlier versions. Only the service can read it out of them,
//! and does so as it starts; until then lists show nothing of a concern that went into a case.

use chassis::{
    caller::Scope,
    db::{Store, Tx},
    error::Result,
};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, sea_query::Expr,
};

use super::{
    concern::{self, GRAVEST},
    entity::concern as table,
    open_all,
};
use crate::concern::Concern;

/// Concerns that one transaction reads.
const AT_ONCE: u64 = 500;

/// Fills in what earlier versions left out of the columns of concerns.
///
/// # Errors
/// Where the database cannot be reached, or a concern not be opened.
pub(crate) async fn concerns(store: &Store) -> Result<()> {
    for school in schools(store).await? {
        while some(store, &school).await? {}
    }
    Ok(())
}

async fn schools(store: &Store) -> Result<Vec<String>> {
    let mut tx = store.begin(&Scope::system("incident-cases")).await?;
    tx.silent();
    let schools = table::Entity::find()
        .select_only()
        .column(table::Column::SchoolId)
        .distinct()
        .filter(table::Column::Urgency.lt(GRAVEST))
        .into_tuple()
        .all(tx.db())
        .await?;
    tx.commit().await?;
    Ok(schools)
}

/// Fills in some of one school's; answers whether there may be more.
async fn some(store: &Store, school: &str) -> Result<bool> {
    let mut tx = store.begin(&Scope::consumer(school, "")).await?;
    // It says in the columns what the bodies say, and is nobody's act.
    tx.silent();
    let rows = table::Entity::find()
        .filter(table::Column::SchoolId.eq(school))
        .filter(table::Column::Urgency.lt(GRAVEST))
        .order_by_asc(table::Column::Id)
        .limit(AT_ONCE)
        .lock_exclusive()
        .all(tx.db())
        .await?;
    let more = rows.len() as u64 == AT_ONCE;
    let rows = rows.into_iter().map(|row| (row.id, row.body));
    for concern in open_all::<Concern>(&tx, school, rows, concern::place).await? {
        fill(&tx, &concern).await?;
    }
    tx.commit().await?;
    Ok(more)
}

async fn fill(tx: &Tx, concern: &Concern) -> Result<()> {
    table::Entity::update_many()
        .col_expr(table::Column::CaseId, Expr::value(concern::case_of(concern)))
        .col_expr(table::Column::Urgency, Expr::value(concern::urgency(concern)))
        .filter(table::Column::Id.eq(concern.id.as_str()))
        .exec(tx.db())
        .await?;
    Ok(())
}
