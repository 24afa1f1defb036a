//! Deliveries in the database: to a feed, or from a sender, whose id then stands in the place of the feed's.

use chassis::{db::Tx, error::Result};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _,
    sea_query::{Expr, OnConflict},
};

use super::{coverage_entity::delivery_seen, entity::delivery};
use crate::{delivery::Delivery, sender::Place};

/// A delivery as far as it is, which may be nowhere yet; locks it until the transaction ends. `holder` is the school, or
/// the sender, whose rows it is among.
pub(crate) async fn open(tx: &Tx, of: &str, holder: &str, delivery_id: &str) -> Result<Delivery> {
    if let Some(row) = hold(tx, of, delivery_id).await? {
        return read(row);
    }
    let start = delivery::ActiveModel {
        feed_id: Set(of.to_owned()),
        delivery_id: Set(delivery_id.to_owned()),
        school_id: Set(holder.to_owned()),
        acknowledged: Set(0),
        body: Set(None),
    };
    let known = OnConflict::columns([delivery::Column::FeedId, delivery::Column::DeliveryId]).do_nothing().to_owned();
    delivery::Entity::insert(start).on_conflict(known).exec_without_returning(tx.db()).await?;
    hold(tx, of, delivery_id).await?.map_or_else(|| Ok(Delivery::default()), read)
}

async fn hold(tx: &Tx, of: &str, delivery_id: &str) -> Result<Option<delivery::Model>> {
    let row = delivery::Entity::find_by_id((of.to_owned(), delivery_id.to_owned())).lock_exclusive();
    Ok(row.one(tx.db()).await?)
}

/// A delivery that began; none where none did.
pub(crate) async fn find(tx: &Tx, of: &str, delivery_id: &str) -> Result<Option<Delivery>> {
    let row = delivery::Entity::find_by_id((of.to_owned(), delivery_id.to_owned())).one(tx.db()).await?;
    row.map(read).transpose()
}

fn read(row: delivery::Model) -> Result<Delivery> {
    let acknowledged = u64::try_from(row.acknowledged).unwrap_or_default();
    match row.body {
        Some(body) => Ok(serde_json::from_slice(&body)?),
        // From before deliveries kept more than how far they are.
        None => {
            let mut delivery = Delivery::default();
            delivery.acknowledged = acknowledged;
            Ok(delivery)
        }
    }
}

/// Notes when something of a sender's delivery came last, for letting go of it one day. A feed's say so by what they
/// brought.
pub(crate) async fn came(tx: &Tx, sender_id: &str, delivery_id: &str, at_us: i64) -> Result<()> {
    use delivery_seen::Column;
    let row = delivery_seen::ActiveModel {
        feed_id: Set(sender_id.to_owned()),
        delivery_id: Set(delivery_id.to_owned()),
        school_id: Set(sender_id.to_owned()),
        events: Set(0),
        duplicates: Set(0),
        last_us: Set(at_us),
    };
    let again = OnConflict::columns([Column::FeedId, Column::DeliveryId]).update_column(Column::LastUs).to_owned();
    delivery_seen::Entity::insert(row).on_conflict(again).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Those of some places to whose feeds a delivery has brought lines.
pub(crate) async fn brought(tx: &Tx, places: &[Place], delivery_id: &str) -> Result<Vec<Place>> {
    use delivery_seen::Column;
    let feeds: Vec<String> = delivery_seen::Entity::find()
        .select_only()
        .column(Column::FeedId)
        .filter(Column::DeliveryId.eq(delivery_id))
        .filter(Column::FeedId.is_in(places.iter().map(|place| place.feed_id.as_str())))
        .into_tuple()
        .all(tx.db())
        .await?;
    Ok(places.iter().filter(|place| feeds.contains(&place.feed_id)).cloned().collect())
}

/// Notes how far a delivery is.
pub(crate) async fn keep(tx: &Tx, of: &str, delivery_id: &str, now: &Delivery) -> Result<()> {
    let acknowledged = i64::try_from(now.acknowledged).unwrap_or(i64::MAX);
    delivery::Entity::update_many()
        .col_expr(delivery::Column::Acknowledged, Expr::value(acknowledged))
        .col_expr(delivery::Column::Body, Expr::value(serde_json::to_vec(now)?))
        .filter(delivery::Column::FeedId.eq(of))
        .filter(delivery::Column::DeliveryId.eq(delivery_id))
        .exec(tx.db())
        .await?;
    Ok(())
}
