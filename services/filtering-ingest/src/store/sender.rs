//! Senders and their ledgers in the database. A sender holds its own rows; whoever looks after it finds it by its school, or
//! by the authority's empty one.

use chassis::{
    db::Tx,
    error::{Error, Result},
    page::Page,
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait as _, Condition, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, SqlErr,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

use super::{
    entity::{sender, sender_hour},
    intake::hour,
    micros,
};
use crate::sender::{Peer, Sender, SenderCounts};

/// A sender with when its last line arrived.
pub(crate) type Known = (Sender, Option<i64>);

fn read(row: sender::Model) -> Result<Known> {
    Ok((serde_json::from_slice(&row.body)?, row.received_us))
}

/// Writes a new sender and the digest of its secret; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, new: &Sender, secret: &[u8]) -> Result<Vec<u8>> {
    let body = serde_json::to_vec(new)?;
    let row = sender::ActiveModel {
        id: Set(new.id.to_string()),
        school_id: Set(new.school_id.clone()),
        name: Set(new.name.clone()),
        secret: Set(secret.to_owned()),
        old_secret: Set(None),
        old_until_us: Set(None),
        certificate: Set(Some(new.certificate.clone()).filter(|c| !c.is_empty())),
        peer: Set(new.peer.map(|peer| peer.to_string())),
        ended_us: Set(None),
        received_us: Set(None),
        outside_us: Set(None),
        critical_us: Set(None),
        full_us: Set(None),
        body: Set(body.clone()),
    };
    sender::Entity::insert(row).exec_without_returning(tx.db()).await.map_err(taken)?;
    Ok(body)
}

/// Writes a sender as it now is; answers what its body holds.
pub(crate) async fn update(tx: &Tx, now: &Sender) -> Result<Vec<u8>> {
    let body = serde_json::to_vec(now)?;
    // What was ended is no longer known by anything, so that another can be.
    let ended = now.ended_at.is_some();
    let row = sender::ActiveModel {
        id: Unchanged(now.id.to_string()),
        name: Set(now.name.clone()),
        certificate: Set(Some(now.certificate.clone()).filter(|c| !c.is_empty() && !ended)),
        peer: Set(now.peer.filter(|_| !ended).map(|peer| peer.to_string())),
        ended_us: Set(now.ended_at.map(micros)),
        body: Set(body.clone()),
        ..Default::default()
    };
    sender::Entity::update(row).exec(tx.db()).await.map_err(taken)?;
    Ok(body)
}

/// Puts a new secret in the place of the one before, which is accepted for as long as the sender says.
pub(crate) async fn change_secret(tx: &Tx, now: &Sender, secret: &[u8]) -> Result<()> {
    let until = now.old_secret_until.map(micros);
    sender::Entity::update_many()
        .col_expr(sender::Column::OldSecret, Expr::col(sender::Column::Secret))
        .col_expr(sender::Column::OldUntilUs, Expr::value(until))
        .col_expr(sender::Column::Secret, Expr::value(secret.to_owned()))
        .filter(sender::Column::Id.eq(now.id.as_str()))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// What is another sender's already.
fn taken(error: DbErr) -> Error {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(what)) if what.contains("certificate") => Error::exists(
            "certificate_sha256",
            "Enter the certificate of this sender: another sender proves itself with it, which the authority can end if it is not theirs",
        ),
        Some(SqlErr::UniqueConstraintViolation(what)) if what.contains("peer") => {
            Error::exists("tcp_address", "Enter another address or port: another sender is known by these")
        }
        _ => error.into(),
    }
}

/// A sender of a school, or of the authority where the school is empty; locks it until the transaction ends.
pub(crate) async fn load(tx: &Tx, owner: &str, id: &str) -> Result<Known> {
    let row = sender::Entity::find_by_id(id).filter(sender::Column::SchoolId.eq(owner)).lock_exclusive();
    read(row.one(tx.db()).await?.ok_or_else(Error::missing)?)
}

/// A sender that lines are taken from, by itself.
pub(crate) async fn own(tx: &Tx, id: &str) -> Result<Sender> {
    let row = sender::Entity::find_by_id(id).filter(sender::Column::EndedUs.is_null()).one(tx.db()).await?;
    Ok(read(row.ok_or_else(Error::not_signed_in)?)?.0)
}

/// A sender by its id, whether lines are taken from it or not: for what is done for it.
pub(crate) async fn any(tx: &Tx, id: &str) -> Result<Option<Sender>> {
    let row = sender::Entity::find_by_id(id).one(tx.db()).await?;
    row.map(|row| read(row).map(|(sender, _)| sender)).transpose()
}

/// The sender of several schools that carries a feed, or did.
pub(crate) async fn of_feed(tx: &Tx, feed_id: &str) -> Result<Option<Sender>> {
    let all = sender::Entity::find().filter(sender::Column::SchoolId.eq("")).all(tx.db()).await?;
    for row in all {
        let (sender, _) = read(row)?;
        if sender.schools.iter().chain(&sender.left).any(|place| place.feed_id == feed_id) {
            return Ok(Some(sender));
        }
    }
    Ok(None)
}

/// The sender of a secret, by its digest.
pub(crate) async fn by_secret(tx: &Tx, digest: &[u8]) -> Result<Option<Sender>> {
    use sender::Column;
    let old = Condition::all().add(Column::OldSecret.eq(digest)).add(Column::OldUntilUs.gt(micros(tx.now())));
    one(tx, Condition::any().add(Column::Secret.eq(digest)).add(old)).await
}

/// The sender that proves itself with a certificate, by its SHA-256.
pub(crate) async fn by_certificate(tx: &Tx, fingerprint: &str) -> Result<Option<Sender>> {
    one(tx, Condition::all().add(sender::Column::Certificate.eq(fingerprint))).await
}

/// The sender that is known by an address.
pub(crate) async fn by_peer(tx: &Tx, peer: Peer) -> Result<Option<Sender>> {
    one(tx, Condition::all().add(sender::Column::Peer.eq(peer.to_string()))).await
}

async fn one(tx: &Tx, known_by: Condition) -> Result<Option<Sender>> {
    let row = sender::Entity::find().filter(known_by).filter(sender::Column::EndedUs.is_null()).one(tx.db()).await?;
    row.map(|row| read(row).map(|(sender, _)| sender)).transpose()
}

/// A page of a school's senders, or the authority's, by name.
pub(crate) async fn list(tx: &Tx, owner: &str, page: &Page) -> Result<(Vec<Known>, String)> {
    let mut all = sender::Entity::find().filter(sender::Column::SchoolId.eq(owner));
    if let Some((name, id)) = page.after().and_then(|text| text.split_once('\n')) {
        let (by_name, by_id) = (sender::Column::Name, sender::Column::Id);
        all = all.filter(
            Condition::any().add(by_name.gt(name)).add(Condition::all().add(by_name.eq(name)).add(by_id.gt(id))),
        );
    }
    let ordered = all.order_by_asc(sender::Column::Name).order_by_asc(sender::Column::Id);
    let mut rows = ordered.limit(page.limit()).all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| format!("{}\n{}", row.name, row.id));
    Ok((rows.into_iter().map(read).collect::<Result<_>>()?, next))
}

/// Notes when a sender's last line arrived.
pub(crate) async fn received(tx: &Tx, id: &str, at_us: i64) -> Result<()> {
    sender::Entity::update_many()
        .col_expr(sender::Column::ReceivedUs, Expr::value(at_us))
        .filter(sender::Column::Id.eq(id))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// How long one alarm about a sender holds, in microseconds.
const ALARMED: i64 = 3_600_000_000;

/// Notes that somebody is to hear of a sender; false where they did within the hour.
pub(crate) async fn alarm(tx: &Tx, id: &str, reason: &str, at_us: i64) -> Result<bool> {
    use sender::Column;
    let column = match reason {
        "outside" => Column::OutsideUs,
        "critical" => Column::CriticalUs,
        _ => Column::FullUs,
    };
    let told = sender::Entity::update_many()
        .col_expr(column, Expr::value(at_us))
        .filter(Column::Id.eq(id))
        .filter(Condition::any().add(column.is_null()).add(column.lte(at_us - ALARMED)))
        .exec(tx.db())
        .await?;
    Ok(told.rows_affected > 0)
}

/// Adds to the ledger of the hour that lines were received in.
pub(crate) async fn count(tx: &Tx, id: &str, counts: SenderCounts, at_us: i64) -> Result<()> {
    use sender_hour::Column;
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let row = sender_hour::ActiveModel {
        sender_id: Set(id.to_owned()),
        hour_us: Set(hour(at_us)),
        received: Set(number(counts.received)),
        observations: Set(number(counts.observations)),
        refused: Set(number(counts.refused)),
        duplicate: Set(number(counts.duplicate)),
        quarantined: Set(number(counts.quarantined)),
    };
    let mut add = OnConflict::columns([Column::SenderId, Column::HourUs]);
    for (column, n) in [
        (Column::Received, counts.received),
        (Column::Observations, counts.observations),
        (Column::Refused, counts.refused),
        (Column::Duplicate, counts.duplicate),
        (Column::Quarantined, counts.quarantined),
    ] {
        add.value(column, Expr::col((sender_hour::Entity, column)).add(number(n)));
    }
    sender_hour::Entity::insert(row).on_conflict(add).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Counts lines that left quarantine within the hour they came in: as observations, or as refused. A line may hold several
/// records.
pub(crate) async fn release(tx: &Tx, id: &str, left: &SenderCounts, at_us: i64) -> Result<()> {
    use sender_hour::Column;
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let further = number((left.observations + left.refused).saturating_sub(left.received));
    sender_hour::Entity::update_many()
        .col_expr(Column::Received, Expr::col(Column::Received).add(further))
        .col_expr(Column::Observations, Expr::col(Column::Observations).add(number(left.observations)))
        .col_expr(Column::Refused, Expr::col(Column::Refused).add(number(left.refused)))
        .col_expr(Column::Quarantined, Expr::col(Column::Quarantined).sub(number(left.received)))
        .filter(Column::SenderId.eq(id))
        .filter(Column::HourUs.eq(hour(at_us)))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// A page of the hours of a sender's ledger, newest first, and where the next begins.
pub(crate) async fn hours(tx: &Tx, id: &str, page: &Page) -> Result<(Vec<(i64, SenderCounts)>, String)> {
    let mut all = sender_hour::Entity::find().filter(sender_hour::Column::SenderId.eq(id));
    if let Some(after) = page.after().and_then(|text| text.parse::<i64>().ok()) {
        all = all.filter(sender_hour::Column::HourUs.lt(after));
    }
    let mut rows = all.order_by_desc(sender_hour::Column::HourUs).limit(page.limit()).all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| row.hour_us.to_string());
    let counts =
        |row: &sender_hour::Model| side([row.received, row.observations, row.refused, row.duplicate, row.quarantined]);
    Ok((rows.iter().map(|row| (row.hour_us, counts(row))).collect(), next))
}

/// A sender's whole ledger, as the database sums it up.
pub(crate) async fn total(tx: &Tx, id: &str) -> Result<SenderCounts> {
    use sender_hour::Column;
    // Of a sender from which nothing came yet there is no sum.
    type Sums = (Option<i64>, Option<i64>, Option<i64>, Option<i64>, Option<i64>);
    let mut sums = sender_hour::Entity::find().select_only().filter(Column::SenderId.eq(id));
    for (column, name) in [
        (Column::Received, "received"),
        (Column::Observations, "observations"),
        (Column::Refused, "refused"),
        (Column::Duplicate, "duplicate"),
        (Column::Quarantined, "quarantined"),
    ] {
        // Sums of large numbers are of a type of their own on PostgreSQL.
        sums = sums.column_as(Expr::col(column).sum().cast_as("BIGINT"), name);
    }
    let sums: Option<Sums> = sums.into_tuple().one(tx.db()).await?;
    let (received, observations, refused, duplicate, quarantined) = sums.unwrap_or_default();
    Ok(side([received, observations, refused, duplicate, quarantined].map(Option::unwrap_or_default)))
}

fn side(counts: [i64; 5]) -> SenderCounts {
    let [received, observations, refused, duplicate, quarantined] =
        counts.map(|count| u64::try_from(count).unwrap_or_default());
    SenderCounts { received, observations, refused, duplicate, quarantined }
}
