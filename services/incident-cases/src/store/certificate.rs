//! Certificates of destroyed records, sealed with the service's own key; beside them who may see those that were about
//! an adult: whoever takes such records on and the two who decided, and never somebody the record kept out.

use chassis::{
    db::Tx,
    error::{Error, Result},
    page::Page,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _, sea_query::SelectStatement,
};

use super::access;
use crate::{case::access::Office, retention::certificate::Certificate};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "certificate")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub school_id: String,
        /// Who takes such records on; empty where it was about children.
        pub office: String,
        pub body: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod grant {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "certificate_grant")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub school_id: String,
        /// A keyed hash of the account.
        #[sea_orm(primary_key, auto_increment = false)]
        pub account_token: Vec<u8>,
        /// `member` or `conflicted`.
        #[sea_orm(primary_key, auto_increment = false)]
        pub part: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub certificate_id: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use entity::{ActiveModel, Column, Entity, Model};

const MEMBER: &str = "member";
const CONFLICTED: &str = "conflicted";

fn place(id: &str) -> String {
    format!("certificate|{id}")
}

fn token(tx: &Tx, school: &str, account_id: &str) -> Vec<u8> {
    tx.ring().token(school, &format!("sees certificates {account_id}")).to_vec()
}

/// Keeps one; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, certificate: &Certificate, kept_out: &[String]) -> Result<Vec<u8>> {
    let (id, school) = (certificate.id.as_str(), certificate.school_id.as_str());
    let body = tx.ring().own_key().seal(&serde_json::to_vec(certificate)?, &place(id));
    let row = ActiveModel {
        id: Set(id.to_owned()),
        school_id: Set(school.to_owned()),
        office: Set(certificate.office.map(Office::code).unwrap_or_default().to_owned()),
        body: Set(body.clone()),
    };
    Entity::insert(row).exec_without_returning(tx.db()).await?;
    let grant = |part: &str, account: &str| grant::ActiveModel {
        school_id: Set(school.to_owned()),
        account_token: Set(token(tx, school, account)),
        part: Set(part.to_owned()),
        certificate_id: Set(id.to_owned()),
    };
    let members = [&certificate.asked.by, &certificate.agreed.by].map(|account| grant(MEMBER, account));
    let out = kept_out.iter().map(|account| grant(CONFLICTED, account));
    grant::Entity::insert_many(members.into_iter().chain(out)).exec_without_returning(tx.db()).await?;
    Ok(body)
}

/// The certificates in which the caller has a part.
fn granted(tx: &Tx, school: &str, part: &str) -> SelectStatement {
    let own = token(tx, school, tx.scope().account_text());
    grant::Entity::find()
        .select_only()
        .column(grant::Column::CertificateId)
        .filter(grant::Column::SchoolId.eq(school))
        .filter(grant::Column::AccountToken.eq(own))
        .filter(grant::Column::Part.eq(part))
        .into_query()
}

/// Those that the caller may see.
fn seen(tx: &Tx) -> Result<sea_orm::Select<Entity>> {
    let school = tx.scope().school()?.as_str();
    let who = access::reader(tx);
    let mut theirs = Condition::any().add(Column::Id.in_subquery(granted(tx, school, MEMBER)));
    for (holds, office) in
        [(who.lead || who.head, ""), (who.head, Office::Head.code()), (who.chair, Office::Chair.code())]
    {
        if holds {
            theirs = theirs.add(Column::Office.eq(office));
        }
    }
    let here = Entity::find().filter(Column::SchoolId.eq(school)).filter(theirs);
    Ok(here.filter(Column::Id.not_in_subquery(granted(tx, school, CONFLICTED))))
}

fn read(tx: &Tx, row: &Model) -> Result<Certificate> {
    Ok(serde_json::from_slice(&tx.ring().own_key().open(&row.body, &place(&row.id))?)?)
}

/// One that the caller may see.
pub(crate) async fn load(tx: &Tx, id: &str) -> Result<Certificate> {
    let row = seen(tx)?.filter(Column::Id.eq(id)).one(tx.db()).await?;
    read(tx, &row.ok_or_else(Error::missing)?)
}

/// A page of those that the caller may see, newest first.
pub(crate) async fn list(tx: &Tx, page: &Page) -> Result<(Vec<Certificate>, String)> {
    let mut all = seen(tx)?;
    if let Some(after) = page.after() {
        all = all.filter(Column::Id.lt(after));
    }
    let mut rows = all.order_by_desc(Column::Id).limit(page.limit()).all(tx.db()).await?;
    let next = page.cut(&mut rows, |row| row.id.clone());
    Ok((rows.iter().map(|row| read(tx, row)).collect::<Result<_>>()?, next))
}
