//! What stays of a child's file where whoever sent it may not know of all of it. Nothing says to them that there is more: the
//! rest is a transfer of its own, and whoever may know of none of its cases finds no such transfer.

use std::collections::BTreeSet;

use chassis::{db::Tx, error::Result, history::Act};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _,
};
use time::OffsetDateTime;

use super::{due_of, insert, new_part, of, opened, owed, part, table, update};
use crate::{
    learner::Learner,
    store::{
        access::{self, Sight},
        entity::case_file,
    },
    transfer::{Ended, Named, Part, SENT_ALONG, Transfer, TransferId, clock::Due},
};

mod kept {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "transfer_rest")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub school_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub transfer_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Stands in place of a case in the row that says of a transfer that it is a rest, whatever becomes of its cases: one without any
/// would be taken for a whole file, and shown to whoever may know of none of it.
const NO_CASE: &str = "";

fn all(school: &str) -> sea_orm::Select<kept::Entity> {
    kept::Entity::find().select_only().column(kept::Column::TransferId).filter(kept::Column::SchoolId.eq(school))
}

/// The rests of files of which the caller may know one case.
fn known(tx: &Tx, school: &str) -> Condition {
    let cases = case_file::Entity::find()
        .select_only()
        .column(case_file::Column::Id)
        .filter(case_file::Column::SchoolId.eq(school))
        .filter(access::cases(tx, school, Sight::Row));
    let of_known = all(school).filter(kept::Column::CaseId.in_subquery(cases.into_query()));
    Condition::all().add(table::Column::Id.in_subquery(of_known.into_query()))
}

/// The transfers out of a school that the caller may know of.
pub(super) fn out(tx: &Tx, school: &str) -> Condition {
    let whole = table::Column::Id.not_in_subquery(all(school).into_query());
    Condition::all().add(table::Column::FromSchoolId.eq(school)).add(Condition::any().add(whole).add(known(tx, school)))
}

/// The cases that a rest is of.
pub(crate) async fn cases_of_rest(tx: &Tx, school: &str, id: &TransferId) -> Result<BTreeSet<String>> {
    let rows = kept::Entity::find()
        .filter(kept::Column::SchoolId.eq(school))
        .filter(kept::Column::TransferId.eq(id.as_str()))
        .filter(kept::Column::CaseId.ne(NO_CASE))
        .all(tx.db())
        .await?;
    Ok(rows.into_iter().map(|row| row.case_id).collect())
}

/// Says which cases a rest is of, in place of those before.
pub(crate) async fn set_rest(tx: &Tx, school: &str, id: &TransferId, cases: &BTreeSet<String>) -> Result<()> {
    kept::Entity::delete_many()
        .filter(kept::Column::SchoolId.eq(school))
        .filter(kept::Column::TransferId.eq(id.as_str()))
        .exec(tx.db())
        .await?;
    let row = |case: &str| kept::ActiveModel {
        school_id: Set(school.to_owned()),
        transfer_id: Set(id.to_string()),
        case_id: Set(case.to_owned()),
    };
    let rows: Vec<_> = std::iter::once(NO_CASE).chain(cases.iter().map(String::as_str)).map(row).collect();
    kept::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Of the transfers of a school all that are no rests, and the rests of these cases.
pub(super) fn of_others(school: &str, cases: &[&str]) -> Condition {
    let of_these =
        all(school).filter(kept::Column::CaseId.ne(NO_CASE)).filter(kept::Column::CaseId.is_in(cases.iter().copied()));
    Condition::any()
        .add(table::Column::Id.not_in_subquery(all(school).into_query()))
        .add(table::Column::Id.in_subquery(of_these.into_query()))
}

/// The rest of a learner's file that is still to be sent, whoever may know of it.
pub(crate) async fn rest_to_send(tx: &Tx, learner: &Learner) -> Result<Option<(Transfer, Part)>> {
    let found = of(tx, &learner.school_id, &learner.id, &["planned", "due"], true).await?;
    let Some(transfer) = found.into_iter().rfind(|transfer| transfer.rest) else { return Ok(None) };
    let part = part(tx, &transfer.from_school_id, &transfer.id).await?;
    Ok(part.map(|part| (transfer, part)))
}

/// The same, where the caller may know of one of its cases.
pub(crate) async fn rest_of_caller(tx: &Tx, learner: &Learner) -> Result<Option<(Transfer, Part)>> {
    let Some((transfer, part)) = rest_to_send(tx, learner).await? else { return Ok(None) };
    let cases = cases_of_rest(tx, &learner.school_id, &transfer.id).await?;
    Ok(owed::knows_one(tx, &cases).await?.then_some((transfer, part)))
}

/// A rest that somebody who may know of it has still to send, newest first.
pub(crate) async fn rests_to_send(tx: &Tx) -> Result<Vec<Transfer>> {
    let school = tx.scope().school()?.as_str();
    let rows = table::Entity::find()
        .filter(table::Column::FromSchoolId.eq(school))
        .filter(table::Column::State.is_in(["planned", "due"]))
        .filter(known(tx, school))
        .order_by_desc(table::Column::Id)
        .all(tx.db())
        .await?;
    rows.iter().map(|row| opened(tx, &row.id, &row.body)).collect()
}

/// Begins a rest of a learner's file, of some cases; `since` where they were written after the learner had left.
pub(crate) async fn begin_rest(
    tx: &mut Tx,
    learner: &Learner,
    cases: &BTreeSet<String>,
    (due, expected_at, since): (Option<Due>, Option<String>, Option<OffsetDateTime>),
) -> Result<()> {
    let school = learner.school_id.as_str();
    let new = Transfer::new(tx.ids().next(), school, due, since.unwrap_or(tx.now()));
    let transfer = Transfer { rest: true, later: since.is_some(), expected_at, ..new };
    let part = new_part(tx, &transfer, &learner.id);
    let act = Act::new("transfer.rest_kept", transfer.id.as_str()).school(school);
    insert(tx, &transfer, &part, act).await?;
    set_rest(tx, school, &transfer.id, cases).await
}

/// Keeps due what did not go with what was just sent, and ends what did.
pub(crate) async fn keep_rest(tx: &mut Tx, learner: &Learner, sent: &Transfer) -> Result<()> {
    let school = learner.school_id.as_str();
    // What is known to all and is not among it was written this moment: it is found when the child leaves.
    let left = owed::unsent(tx, learner).await?.cases;
    if sent.rest {
        let mut of_sent = cases_of_rest(tx, school, &sent.id).await?;
        of_sent.retain(|case| !left.contains(case));
        set_rest(tx, school, &sent.id, &of_sent).await?;
    }
    match (rest_to_send(tx, learner).await?, left.is_empty()) {
        (None, true) => Ok(()),
        (None, false) => {
            // What some may not know of and did not go with what was written later was written later, too.
            let due = if sent.later { sent.due } else { due_of(tx, learner).await? };
            begin_rest(tx, learner, &left, (due, None, sent.later.then_some(sent.created_at))).await
        }
        (Some((rest, _)), false) => set_rest(tx, school, &rest.id, &left).await,
        (Some((mut rest, _)), true) => {
            let by = tx.scope().account_text().to_owned();
            let who = Named { by, name: tx.scope().account_name().to_owned(), at: tx.now() };
            rest.none_goes(Ended { kind: SENT_ALONG.to_owned(), reason: String::new(), who })?;
            let act = Act::new("transfer.withdrawn", rest.id.as_str()).detail("kind", SENT_ALONG);
            update(tx, &rest, act).await
        }
    }
}
