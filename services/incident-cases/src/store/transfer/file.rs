//! The files themselves: sealed under a key that the sender holds until receipt and the receiver from then on. One that
//! goes to or came from a school outside the platform is kept as it was signed.

use chassis::{
    db::Tx,
    error::{Error, Result},
    history::Act,
};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde::{Deserialize, Serialize};

use super::of;
use crate::{
    learner::LearnerId,
    store::{entity::record_key, give_key, key, new_key, open, seal},
    transfer::{
        Transfer,
        contents::Entry,
        document::Document,
        envelope::{self, Opened},
        package::Package,
    },
};

mod package {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "transfer_package")]
    pub struct Model {
        /// The transfer's.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub from_school_id: String,
        pub to_school_id: String,
        pub body: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

fn of_package(id: &str) -> String {
    format!("transfer package|{id}")
}

/// Seals a file for its sender, and keeps it.
pub(crate) async fn keep_package(tx: &mut Tx, package: &Package) -> Result<()> {
    let (from, to) = (package.from_school_id.as_str(), package.to_school_id.as_str());
    keep(tx, &package.transfer_id, (from, to), from, package).await
}

/// A file that goes to or came from a school outside the platform: as it was signed.
#[derive(Serialize, Deserialize)]
struct AsSigned {
    signed: String,
}

/// Seals the signed file of a transfer to or from a school outside the platform, for the school that is on it.
pub(crate) async fn keep_signed(tx: &mut Tx, transfer: &Transfer, signed: &str) -> Result<()> {
    let (from, to) = (transfer.from_school_id.as_str(), transfer.to_school_id.as_str());
    let holder = if from.is_empty() { to } else { from };
    keep(tx, transfer.id.as_str(), (from, to), holder, &AsSigned { signed: signed.to_owned() }).await
}

/// The signed file of a transfer to or from a school outside the platform, tried anew; none where it is no longer as it was
/// signed.
pub(crate) async fn signed(tx: &Tx, id: &str, school: &str) -> Result<Option<Opened<Document>>> {
    let key = key(tx, id, school).await?;
    let row = package::Entity::find_by_id(id).one(tx.db()).await?.ok_or_else(Error::missing)?;
    let kept: AsSigned = open(&key, &row.body, &of_package(id))?;
    Ok(envelope::read(&kept.signed).ok())
}

async fn keep<T: Serialize>(tx: &mut Tx, id: &str, (from, to): (&str, &str), holder: &str, file: &T) -> Result<()> {
    let body = seal(&new_key(tx, id, holder).await?, file, &of_package(id))?;
    let row = package::ActiveModel {
        id: Set(id.to_owned()),
        from_school_id: Set(from.to_owned()),
        to_school_id: Set(to.to_owned()),
        body: Set(body.clone()),
    };
    package::Entity::insert(row).exec_without_returning(tx.db()).await?;
    tx.record(Act::new("transfer.packed", id).state("transfer_package", &body));
    Ok(())
}

/// A file as one of the schools reads it. Whoever holds no key finds none.
pub(crate) async fn read(tx: &Tx, id: &str, school: &str) -> Result<Package> {
    let key = key(tx, id, school).await?;
    let row = package::Entity::find_by_id(id).one(tx.db()).await?.ok_or_else(Error::missing)?;
    open(&key, &row.body, &of_package(id))
}

/// Hands the file's key over: from then on the receiver reads it, and the sender has its own records and the proof.
pub(crate) async fn hand_over(tx: &Tx, id: &str, from: &str, to: &str) -> Result<()> {
    let key = key(tx, id, from).await?;
    give_key(tx, id, to, &key).await?;
    record_key::Entity::delete_by_id((id.to_owned(), from.to_owned())).exec(tx.db()).await?;
    Ok(())
}

/// Destroys a file that was taken or sent back, or that a school outside the platform has, and every key to it; answers what the history says of that.
pub(crate) async fn shred(tx: &Tx, transfer: &Transfer, act: Act) -> Result<Act> {
    let id = transfer.id.to_string();
    let gone = package::Entity::delete_by_id(&id).exec(tx.db()).await?.rows_affected > 0;
    record_key::Entity::delete_many()
        .filter(record_key::Column::RecordId.eq(id.as_str()))
        .filter(record_key::Column::Member.is_in([&transfer.from_school_id, &transfer.to_school_id]))
        .exec(tx.db())
        .await?;
    tx.forget_answers(std::slice::from_ref(&id)).await?;
    Ok(if gone { act.gone("transfer_package", &[id]) } else { act })
}

/// A file that came from another school.
pub(crate) struct Received {
    /// The school: its id, or its name where it is outside the platform.
    pub(crate) from: String,
    /// The entries.
    pub(crate) entries: Vec<Entry>,
}

/// The files of a learner that the scope's school received from others, oldest first.
pub(crate) async fn received(tx: &Tx, learner: &LearnerId) -> Result<Vec<Received>> {
    let school = tx.scope().school()?.to_string();
    let mut found = Vec::new();
    for transfer in of(tx, &school, learner, &["received"], false).await? {
        let id = transfer.id.as_str();
        found.push(match &transfer.import {
            Some(_) => {
                let changed = || Error::internal("a signed file is no longer as it was signed");
                let document = signed(tx, id, &school).await?.ok_or_else(changed)?.document;
                Received { entries: document.items(), from: document.sender.name }
            }
            None => {
                let package = read(tx, id, &school).await?;
                Received { from: package.from_school_id, entries: package.entries }
            }
        });
    }
    Ok(found)
}
