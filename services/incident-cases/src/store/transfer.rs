//! Files handed over between schools, in the database. What both schools see is sealed under the installation's own key;
//! what each keeps for itself under a key that it alone holds; the file under one that the sender holds until receipt, and
//! the receiver from then on. Whoever holds none reads nothing.

mod file;
mod last;
mod owed;
mod prompt;
mod rest;

use std::collections::HashMap;

use chassis::{
    calendar::end_of_day,
    clock::london,
    db::Tx,
    error::{Error, Result},
    history::Act,
    page::Page,
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde::de::DeserializeOwned;
use time::OffsetDateTime;

use super::{copy, key, micros, new_key, open_all, retention, seal};
use crate::{
    learner::{Learner, LearnerId},
    retention::hold::{Hold, of_transfer},
    transfer::{
        BACK_ON_ROLL, Ended, NOTHING_OWED, Named, OWED_ANEW, Part, PartId, SENT_ALONG, Transfer, TransferId,
        clock::{Due, due},
    },
};
pub(crate) use file::{hand_over, keep_package, keep_signed, read, received, shred, signed};
pub(crate) use last::had_elsewhere;
pub(crate) use owed::{kept, knows_one, nothing_kept, owed, went_before};
pub(crate) use prompt::{caught_up, prompt, written};
pub(crate) use rest::{begin_rest, cases_of_rest, keep_rest, rest_of_caller, rest_to_send, rests_to_send, set_rest};

mod table {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "transfer")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub from_school_id: String,
        /// Empty while nothing is sent.
        pub to_school_id: String,
        pub state: String,
        /// The end of the day it is due; the far future while no clock runs.
        pub due_us: i64,
        /// When it came to its end; the far future while it waits.
        pub settled_us: i64,
        /// What tells a package from outside from every other; none for all else, and once it was given back.
        pub import_token: Option<Vec<u8>>,
        pub body: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod part {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "transfer_part")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub school_id: String,
        pub transfer_id: String,
        pub learner_token: Vec<u8>,
        pub body: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// States in which somebody still has something to do.
const WAITING: [&str; 3] = ["planned", "due", "sent"];

fn place(id: &str) -> String {
    format!("transfer|{id}")
}

fn of_part(id: &str) -> String {
    format!("transfer part|{id}")
}

fn token(tx: &Tx, school: &str, learner: &LearnerId) -> Vec<u8> {
    tx.ring().token(school, &format!("transfers of {learner}")).to_vec()
}

/// What makes a file's digests beyond anybody's guess.
pub(crate) fn nonce(tx: &Tx, id: &TransferId) -> String {
    tx.ring().token("transfers", id.as_str()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What tells a package from every other at a school: what its sender calls it, and the key that signed it.
fn import_token(tx: &Tx, school: &str, package_id: &str, fingerprint: &str) -> Vec<u8> {
    tx.ring().token(school, &format!("package {fingerprint} {package_id}")).to_vec()
}

fn token_of_import(tx: &Tx, transfer: &Transfer) -> Option<Vec<u8>> {
    let (import, sent) = (transfer.import.as_ref()?, transfer.sent.as_ref()?);
    // What was given back may come again.
    transfer.ended.is_none().then(|| import_token(tx, &transfer.to_school_id, &import.package_id, &sent.fingerprint))
}

fn opened<T: DeserializeOwned>(tx: &Tx, id: &str, body: &[u8]) -> Result<T> {
    Ok(serde_json::from_slice(&tx.ring().own_key().open(body, &place(id))?)?)
}

fn row(tx: &Tx, transfer: &Transfer) -> Result<table::ActiveModel> {
    let id = transfer.id.to_string();
    let far = |at: Option<OffsetDateTime>| at.map_or(i64::MAX, micros);
    Ok(table::ActiveModel {
        from_school_id: Set(transfer.from_school_id.clone()),
        to_school_id: Set(transfer.to_school_id.clone()),
        state: Set(transfer.state().to_owned()),
        due_us: Set(far(transfer.due.as_ref().map(|due| end_of_day(due.on)))),
        settled_us: Set(far(transfer.settled_at())),
        import_token: Set(token_of_import(tx, transfer)),
        body: Set(seal(tx.ring().own_key(), transfer, &place(&id))?),
        id: Set(id),
    })
}

fn body_of(row: &table::ActiveModel) -> Vec<u8> {
    row.body.clone().take().unwrap_or_default()
}

/// Writes a new transfer with what its school keeps of it, and records both.
pub(crate) async fn insert(tx: &mut Tx, transfer: &Transfer, part: &Part, act: Act) -> Result<()> {
    let row = row(tx, transfer)?;
    let body = body_of(&row);
    table::Entity::insert(row).exec_without_returning(tx.db()).await?;
    tx.record(act.state("transfer", &body));
    insert_part(tx, part).await
}

/// Writes what became of a transfer, and records it.
pub(crate) async fn update(tx: &mut Tx, transfer: &Transfer, act: Act) -> Result<()> {
    let row = row(tx, transfer)?;
    let body = body_of(&row);
    let row = table::ActiveModel { id: Unchanged(transfer.id.to_string()), ..row };
    table::Entity::update(row).exec(tx.db()).await?;
    tx.record(act.state("transfer", &body));
    Ok(())
}

/// Writes what a school keeps of a transfer for itself, and records it.
pub(crate) async fn insert_part(tx: &mut Tx, part: &Part) -> Result<()> {
    let (id, school) = (part.id.as_str(), part.school_id.as_str());
    let body = seal(&new_key(tx, id, school).await?, part, &of_part(id))?;
    let row = part::ActiveModel {
        id: Set(id.to_owned()),
        school_id: Set(school.to_owned()),
        transfer_id: Set(part.transfer_id.to_string()),
        learner_token: Set(token(tx, school, &part.learner_id)),
        body: Set(body.clone()),
    };
    part::Entity::insert(row).exec_without_returning(tx.db()).await?;
    tx.record(Act::new("transfer.part_kept", id).school(school).state("transfer_part", &body));
    Ok(())
}

/// Writes what was added to it, and records it.
pub(crate) async fn update_part(tx: &mut Tx, part: &Part, act: Act) -> Result<()> {
    let (id, school) = (part.id.as_str(), part.school_id.as_str());
    let body = seal(&key(tx, id, school).await?, part, &of_part(id))?;
    let row = part::ActiveModel { id: Unchanged(id.to_owned()), body: Set(body.clone()), ..Default::default() };
    part::Entity::update(row).exec(tx.db()).await?;
    tx.record(act.state("transfer_part", &body));
    Ok(())
}

/// The transfers that the caller sees at a school: its own, as far as they may know of them, and those sent to it.
fn seen(tx: &Tx, school: &str) -> Condition {
    Condition::any().add(rest::out(tx, school)).add(table::Column::ToSchoolId.eq(school))
}

/// One transfer that a school sees, held until the end of the transaction: it is sent, received and ended once.
pub(crate) async fn load(tx: &Tx, id: &str, school: &str) -> Result<Transfer> {
    let row = table::Entity::find_by_id(id).filter(seen(tx, school)).lock_exclusive().one(tx.db()).await?;
    let row = row.ok_or_else(Error::missing)?;
    opened(tx, &row.id, &row.body)
}

/// Those of some transfers that the scope's school sent, as they stand.
pub(crate) async fn sent_by_school(tx: &Tx, ids: &[&str]) -> Result<Vec<Transfer>> {
    let rows = table::Entity::find()
        .filter(table::Column::FromSchoolId.eq(tx.scope().school()?.as_str()))
        .filter(table::Column::Id.is_in(ids.iter().copied()))
        .all(tx.db())
        .await?;
    rows.iter().map(|row| opened(tx, &row.id, &row.body)).collect()
}

/// How a transfer stands, for the service itself; none where there is none.
pub(crate) async fn state(tx: &Tx, id: &str) -> Result<Option<String>> {
    let row = table::Entity::find_by_id(id).select_only().column(table::Column::State);
    Ok(row.into_tuple().one(tx.db()).await?)
}

/// What a school keeps of some transfers, by the transfer.
pub(crate) async fn parts(tx: &Tx, school: &str, ids: &[&str]) -> Result<HashMap<String, Part>> {
    let rows = part::Entity::find()
        .filter(part::Column::SchoolId.eq(school))
        .filter(part::Column::TransferId.is_in(ids.iter().copied()))
        .all(tx.db())
        .await?;
    let parts: Vec<Part> = open_all(tx, school, rows.into_iter().map(|row| (row.id, row.body)), of_part).await?;
    Ok(parts.into_iter().map(|part| (part.transfer_id.to_string(), part)).collect())
}

/// What a school keeps of one transfer; none where it is not said to be any child's of its roll.
pub(crate) async fn part(tx: &Tx, school: &str, id: &TransferId) -> Result<Option<Part>> {
    Ok(parts(tx, school, &[id.as_str()]).await?.remove(id.as_str()))
}

/// The ids of a learner's transfers.
async fn ids_of(tx: &Tx, school: &str, learners: impl IntoIterator<Item = &LearnerId>) -> Result<Vec<String>> {
    let tokens: Vec<Vec<u8>> = learners.into_iter().map(|learner| token(tx, school, learner)).collect();
    if tokens.is_empty() {
        return Ok(Vec::new());
    }
    let rows = part::Entity::find()
        .filter(part::Column::SchoolId.eq(school))
        .filter(part::Column::LearnerToken.is_in(tokens))
        .all(tx.db())
        .await?;
    Ok(rows.into_iter().map(|row| row.transfer_id).collect())
}

/// A page of a school's transfers, newest first: those that wait alone, or one learner's, where asked.
pub(crate) async fn list(
    tx: &Tx,
    learner: Option<&LearnerId>,
    waiting: bool,
    page: &Page,
) -> Result<(Vec<Transfer>, String)> {
    let school = tx.scope().school()?.as_str();
    let mut all = table::Entity::find().filter(seen(tx, school));
    if let Some(learner) = learner {
        all = all.filter(table::Column::Id.is_in(ids_of(tx, school, [learner]).await?));
    }
    if waiting {
        all = all.filter(table::Column::State.is_in(WAITING));
    }
    if let Some(after) = page.after() {
        all = all.filter(table::Column::Id.lt(after));
    }
    let mut rows = all.order_by_desc(table::Column::Id).limit(page.limit()).all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| row.id.clone());
    let read = rows.iter().map(|row| opened(tx, &row.id, &row.body)).collect::<Result<_>>();
    Ok((read?, next))
}

/// The transfers of a learner out of their school or into it that are in some states, oldest first, held until the end of the
/// transaction.
async fn of(tx: &Tx, school: &str, learner: &LearnerId, states: &[&str], out: bool) -> Result<Vec<Transfer>> {
    let ids = ids_of(tx, school, [learner]).await?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let side = if out { table::Column::FromSchoolId } else { table::Column::ToSchoolId };
    let rows = table::Entity::find()
        .filter(side.eq(school))
        .filter(table::Column::Id.is_in(ids))
        .filter(table::Column::State.is_in(states.iter().copied()))
        .order_by_asc(table::Column::Id)
        .lock_exclusive()
        .all(tx.db())
        .await?;
    rows.iter().map(|row| opened(tx, &row.id, &row.body)).collect()
}

/// The transfer of a learner out of their school that waits, with what the school keeps of it; a rest is none.
pub(crate) async fn waiting(tx: &Tx, learner: &Learner) -> Result<Option<(Transfer, Part)>> {
    let found = of(tx, &learner.school_id, &learner.id, &WAITING, true).await?;
    let Some(transfer) = found.into_iter().rfind(|transfer| !transfer.rest) else { return Ok(None) };
    let part = part(tx, &transfer.from_school_id, &transfer.id).await?;
    Ok(part.map(|part| (transfer, part)))
}

/// Refuses a package that the scope's school took in before.
pub(crate) async fn taken_once(tx: &Tx, school: &str, package_id: &str, fingerprint: &str) -> Result<()> {
    let token = import_token(tx, school, package_id, fingerprint);
    let before = table::Entity::find()
        .filter(table::Column::ToSchoolId.eq(school))
        .filter(table::Column::ImportToken.eq(token))
        .one(tx.db())
        .await?;
    match before {
        None => Ok(()),
        Some(_) => Err(Error::wrong_state(
            "this package was taken in before: read it under the child’s files from and to other schools",
        )),
    }
}

/// A new part of a transfer.
pub(crate) fn new_part(tx: &Tx, transfer: &Transfer, learner: &LearnerId) -> Part {
    Part {
        id: tx.ids().next::<PartId>(),
        transfer_id: transfer.id.clone(),
        school_id: transfer.from_school_id.clone(),
        learner_id: learner.clone(),
        advances: Vec::new(),
        blackened: Default::default(),
        went: Default::default(),
    }
}

/// By when the file of a learner is to be at the next school; none while they are on the roll.
pub(crate) async fn due_of(tx: &Tx, learner: &Learner) -> Result<Option<Due>> {
    let Some(left_on) = learner.left_on else { return Ok(None) };
    Ok(Some(due(left_on, &copy::clocks(tx, &learner.school_id).await?.closed_days)))
}

/// Prompts the school of a learner who stands on another school's list: the file is to be planned. Answers whether that
/// was not known before.
pub(crate) async fn expect(tx: &mut Tx, learner: &LearnerId, at: &str) -> Result<bool> {
    let action = "transfer.expected";
    let learner = super::learner::load(tx, learner.as_str()).await?;
    if let Some((mut transfer, _)) = waiting(tx, &learner).await? {
        if transfer.expected_at.is_some() || transfer.sent.is_some() {
            return Ok(false);
        }
        transfer.expected_at = Some(at.to_owned());
        let act = Act::new(action, transfer.id.as_str()).detail("at", at);
        update(tx, &transfer, act).await?;
        return Ok(true);
    }
    let owed = owed(tx, &learner).await?;
    if !owed.open {
        if rest_to_send(tx, &learner).await?.is_none() && !owed.cases.is_empty() {
            begin_rest(tx, &learner, &owed.cases, (None, Some(at.to_owned()), None)).await?;
        }
        return Ok(false);
    }
    let school = tx.scope().school()?.to_string();
    let transfer =
        Transfer { expected_at: Some(at.to_owned()), ..Transfer::new(tx.ids().next(), &school, None, tx.now()) };
    let part = new_part(tx, &transfer, &learner.id);
    let act = Act::new(action, transfer.id.as_str()).detail("at", at);
    insert(tx, &transfer, &part, act).await?;
    Ok(true)
}

/// Ends all that was due for a learner who is on the roll again, unless it is on its way. What went before went for that
/// move: when they leave anew, their file is owed anew.
pub(crate) async fn back(tx: &mut Tx, learner: &LearnerId) -> Result<()> {
    let school = tx.scope().school()?.to_string();
    let by =
        Named { by: tx.scope().account_text().to_owned(), name: tx.scope().account_name().to_owned(), at: tx.now() };
    let open = of(tx, &school, learner, &["planned", "due"], true).await?;
    for mut transfer in open.into_iter().filter(|transfer| transfer.due.is_some() || transfer.rest) {
        transfer.none_goes(Ended { kind: BACK_ON_ROLL.to_owned(), reason: String::new(), who: by.clone() })?;
        let act = Act::new("transfer.withdrawn", transfer.id.as_str()).detail("kind", BACK_ON_ROLL);
        update(tx, &transfer, act).await?;
    }
    let before = of(tx, &school, learner, &["received"], true).await?;
    let ids: Vec<&str> = before.iter().map(|transfer| transfer.id.as_str()).collect();
    for mut part in parts(tx, &school, &ids).await?.into_values().filter(Part::counts_for_the_move) {
        for mark in part.went.values_mut() {
            *mark = OWED_ANEW;
        }
        let act = Act::new("transfer.back_on_roll", part.id.as_str());
        update_part(tx, &part, act).await?;
    }
    retention::stale(tx, learner).await
}

/// The hold of a file that the next school has not received yet, of one of these learners; none where there is none. The rest
/// of a file holds the cases that it is of.
pub(crate) async fn unreceived(
    tx: &Tx,
    learners: impl Iterator<Item = &LearnerId>,
    case_id: &str,
) -> Result<Option<Hold>> {
    let school = tx.scope().school()?.as_str();
    let ids = ids_of(tx, school, learners).await?;
    if ids.is_empty() {
        return Ok(None);
    }
    let first = table::Entity::find()
        .filter(table::Column::FromSchoolId.eq(school))
        .filter(table::Column::Id.is_in(ids))
        .filter(table::Column::State.is_in(["due", "sent"]))
        .filter(rest::of_others(school, &[case_id]))
        .order_by_asc(table::Column::Id)
        .one(tx.db())
        .await?;
    let Some(row) = first else { return Ok(None) };
    let transfer: Transfer = opened(tx, &row.id, &row.body)?;
    Ok(Some(of_transfer(transfer.created_at)))
}

/// What a transfer that is or was late says at the authority.
pub(crate) struct Late {
    /// The school that hands over.
    pub(crate) from: String,
    /// The school that it went to; empty while nothing is sent.
    pub(crate) to: String,
    /// Its state.
    pub(crate) state: String,
    /// Days late.
    pub(crate) days: i64,
}

/// Every transfer that is late, or was received late after a moment, or was late when its school said then that no file
/// goes. What was taken or sent back is due again as another transfer.
pub(crate) async fn late(tx: &Tx, after: OffsetDateTime) -> Result<Vec<Late>> {
    let (now, column) = (micros(tx.now()), table::Column::DueUs);
    let rows = table::Entity::find()
        .filter(column.lt(now))
        .filter(table::Column::State.is_in(["due", "sent", "received", "withdrawn"]))
        .filter(table::Column::SettledUs.gte(micros(after)))
        .all(tx.db())
        .await?;
    let mut late = Vec::new();
    for row in rows {
        let transfer: Transfer = opened(tx, &row.id, &row.body)?;
        let moot = |ended: &Ended| [BACK_ON_ROLL, NOTHING_OWED, SENT_ALONG].contains(&ended.kind.as_str());
        if transfer.ended.as_ref().is_some_and(|ended| transfer.sent.is_some() || moot(ended)) {
            continue;
        }
        // Whoever was sent a file after its day has the day of sending to receive it.
        let sent = transfer.sent.as_ref().filter(|_| row.state == "sent");
        let due = row.due_us.max(sent.map_or(i64::MIN, |sent| micros(end_of_day(london(sent.who.at).date()))));
        let until = row.settled_us.min(now);
        if until > due {
            // A day that has begun is a day late.
            let days = (until - due) / 86_400_000_000 + 1;
            late.push(Late { from: row.from_school_id, to: row.to_school_id, state: row.state, days });
        }
    }
    Ok(late)
}
