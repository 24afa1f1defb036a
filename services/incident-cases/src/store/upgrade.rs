//! What is kept beside the sealed concerns and cases now and was not by earlier versions. Only the service can read it out of
//! them, and does so as it starts; until then lists show nothing of a concern that went into a case.

use chassis::{
    caller::Scope,
    db::{Store, Tx},
    error::Result,
};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _},
};

use super::{
    case,
    concern::{self, GRAVEST},
    entity::{case_file, concern as table},
    open_all,
};
use crate::{case::access::LOW_LEVEL, concern::Concern};

/// Concerns that one transaction reads.
const AT_ONCE: u64 = 500;
/// What the version before this one wrote of the gravest: of concerns that are part of a case its columns lack nothing.
const BEFORE: i32 = 10;

/// Fills in what earlier versions left out of the columns of concerns.
///
/// # Errors
/// Where the database cannot be reached, or a concern not be opened.
pub(crate) async fn concerns(store: &Store) -> Result<()> {
    for school in schools(store).await? {
        in_cases(store, &school).await?;
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

/// Marks those as read out of which nothing is to be: most of a school's concerns become part of a case.
async fn in_cases(store: &Store, school: &str) -> Result<()> {
    let mut tx = store.begin(&Scope::consumer(school, "")).await?;
    tx.silent();
    table::Entity::update_many()
        .col_expr(table::Column::Urgency, Expr::col(table::Column::Urgency).add(GRAVEST - BEFORE))
        .filter(table::Column::SchoolId.eq(school))
        .filter(table::Column::CaseId.ne(""))
        .filter(table::Column::Urgency.gte(BEFORE))
        .filter(table::Column::Urgency.lt(GRAVEST))
        .exec(tx.db())
        .await?;
    tx.commit().await
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
        .col_expr(table::Column::Office, Expr::value(concern::offices(concern)))
        .filter(table::Column::Id.eq(concern.id.as_str()))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Puts low-level concerns that went on as allegations among those, where an earlier version left them among the others until
/// they would be written again. There are few at a school: they are looked at whenever the service starts.
///
/// # Errors
/// Where the database cannot be reached, or a case not be opened.
pub(crate) async fn low_level(store: &Store) -> Result<()> {
    let mut tx = store.begin(&Scope::system("incident-cases")).await?;
    tx.silent();
    let schools: Vec<String> = case_file::Entity::find()
        .select_only()
        .column(case_file::Column::SchoolId)
        .distinct()
        .filter(case_file::Column::ProcedureId.eq(LOW_LEVEL))
        .into_tuple()
        .all(tx.db())
        .await?;
    tx.commit().await?;
    for school in schools {
        let mut tx = store.begin(&Scope::consumer(&school, "")).await?;
        tx.silent();
        case::keep_procedures(&tx, &school).await?;
        tx.commit().await?;
    }
    Ok(())
}
