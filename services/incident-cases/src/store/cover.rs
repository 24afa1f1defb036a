//! Cover in the database: the rota and absences of a school, sealed.

use chassis::{
    db::Tx,
    error::{Error, Result},
};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, SqlErr, sea_query::Expr};

use super::cover_row;
use crate::cover::Cover;

fn place(school: &str) -> String {
    format!("cover|{school}")
}

/// The cover of the scope's school; nobody's where nothing was said yet.
pub(crate) async fn load(tx: &Tx) -> Result<Cover> {
    let school = tx.scope().school()?.as_str();
    let row = cover_row::Entity::find_by_id(school).one(tx.db()).await?;
    let Some(row) = row else { return Ok(Cover::default()) };
    Ok(serde_json::from_slice(&tx.ring().own_key().open(&row.body, &place(school))?)?)
}

/// The cover of every school where something was said of it.
pub(crate) async fn all(tx: &Tx) -> Result<Vec<(String, Cover)>> {
    let rows = cover_row::Entity::find().all(tx.db()).await?;
    let opened = |row: cover_row::Model| {
        let cover = serde_json::from_slice(&tx.ring().own_key().open(&row.body, &place(&row.school_id))?)?;
        Ok((row.school_id, cover))
    };
    rows.into_iter().map(opened).collect()
}

/// Writes the cover, unless somebody else wrote it meanwhile; answers what its body holds.
pub(crate) async fn save(tx: &Tx, cover: &mut Cover) -> Result<Vec<u8>> {
    let school = tx.scope().school()?.as_str();
    let before = i64::try_from(cover.version).unwrap_or_default();
    cover.version += 1;
    let body = tx.ring().own_key().seal(&serde_json::to_vec(cover)?, &place(school));
    if before == 0 {
        let row = cover_row::ActiveModel {
            id: Set(school.to_owned()),
            school_id: Set(school.to_owned()),
            version: Set(1),
            body: Set(body.clone()),
        };
        let written = cover_row::Entity::insert(row).exec_without_returning(tx.db()).await;
        return match written {
            Ok(_) => Ok(body),
            Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
                Err(Error::changed())
            }
            Err(error) => Err(error.into()),
        };
    }
    let written = cover_row::Entity::update_many()
        .col_expr(cover_row::Column::Version, Expr::value(before + 1))
        .col_expr(cover_row::Column::Body, Expr::value(body.clone()))
        .filter(cover_row::Column::Id.eq(school))
        .filter(cover_row::Column::Version.eq(before))
        .exec(tx.db())
        .await?;
    if written.rows_affected == 1 { Ok(body) } else { Err(Error::changed()) }
}
