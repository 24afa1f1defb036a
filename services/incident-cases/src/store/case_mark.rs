//! By what the adults of cases are compared, in the database: keyed tokens that are the same at every school. What was
//! written is sealed under the key of its case.

use chassis::{
    caller::Scope,
    clock::london,
    db::{Store, Tx},
    error::{Error, Kind, Result},
    id::SchoolId,
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait as _, Condition, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::Expr,
};
use time::OffsetDateTime;

use super::{key_at, micros, open, seal};
use crate::case::{
    Case,
    access::Subject,
    adult_mark::{AdultMark, Alike, WRITTEN, written_alike},
    pattern::named,
};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_mark")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub school_id: String,
        pub case_id: String,
        /// Equal for the cases of one school that are about one adult.
        pub subject_token: Vec<u8>,
        /// Equal at every school for an equal name and date of birth; empty where none is marked.
        pub person_token: Vec<u8>,
        /// Equal at every school for an equal teacher reference number; empty where none is marked.
        pub reference_token: Vec<u8>,
        pub marked_us: i64,
        /// Who marked it; none where that was before it was counted by account.
        pub account_token: Option<Vec<u8>>,
        /// 0 while it is compared.
        pub ended_us: i64,
        /// 1 once it was held against all others, and nothing came to its cases since.
        pub compared: i32,
        /// How it was written when its tokens were made.
        pub written: i32,
        /// What the desk was told; empty while nothing.
        pub pattern_id: String,
        /// Whom the desk rings, sealed under the service's own key: it is told to the desk.
        pub ring: Vec<u8>,
        pub body: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use entity::{ActiveModel, Column, Entity};

/// What the column says of one that is being held against the others.
const IN_HAND: i32 = 2;
/// Marks that are held against the others in one go.
const SOME: u64 = 100;

fn place(id: &str) -> String {
    format!("case_mark|{id}")
}

fn ring_place(id: &str) -> String {
    format!("case_mark_ring|{id}")
}

/// What is compared: of no school, so that equal adults are equal everywhere.
fn token(tx: &Tx, alike: Option<&String>) -> Vec<u8> {
    alike.map(|alike| tx.ring().token("adults of several schools", alike).to_vec()).unwrap_or_default()
}

fn of_subject(tx: &Tx, school: &str, subject: &Subject) -> Vec<u8> {
    tx.ring().token(school, &format!("marks of {}", named(subject))).to_vec()
}

/// An account as the rows know it.
fn account(tx: &Tx, school: &str, account_id: &str) -> Vec<u8> {
    tx.ring().token(school, &format!("marks by {account_id}")).to_vec()
}

/// Writes one; answers what its body holds.
pub(crate) async fn insert(tx: &Tx, mark: &AdultMark, alike: &Alike, subject: &Subject) -> Result<Vec<u8>> {
    let school = tx.scope().school()?.as_str();
    let id = mark.id.as_str();
    let body = seal(&key_at(tx, &mark.case_id, school).await?, mark, &place(id))?;
    let row = ActiveModel {
        id: Set(id.to_owned()),
        school_id: Set(school.to_owned()),
        case_id: Set(mark.case_id.clone()),
        subject_token: Set(of_subject(tx, school, subject)),
        person_token: Set(token(tx, alike.person.as_ref())),
        reference_token: Set(token(tx, alike.reference.as_ref())),
        marked_us: Set(micros(mark.stamp.at)),
        account_token: Set(Some(account(tx, school, &mark.stamp.by))),
        ended_us: Set(0),
        compared: Set(0),
        written: Set(WRITTEN),
        pattern_id: Set(String::new()),
        ring: Set(seal(tx.ring().own_key(), &mark.ring, &ring_place(id))?),
        body: Set(body.clone()),
    };
    Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(body)
}

/// Writes marks anew whose tokens were made of a name that was written otherwise, and has them compared again. What is compared no
/// more stays as it was: it tells nobody anything again.
///
/// # Errors
/// Where the database cannot be reached, or a mark not be opened.
pub(crate) async fn write_anew(store: &Store) -> Result<()> {
    let mut tx = store.begin(&Scope::system(store.name())).await?;
    tx.silent();
    let schools: Vec<String> = Entity::find()
        .select_only()
        .column(Column::SchoolId)
        .distinct()
        .filter(Column::Written.lt(WRITTEN))
        .filter(Column::EndedUs.eq(0))
        .into_tuple()
        .all(tx.db())
        .await?;
    tx.commit().await?;
    for school in schools {
        let known: SchoolId = school.parse().map_err(|_| Error::internal("a mark of no school"))?;
        let mut tx = store.begin(&Scope::own(store.name(), &known)).await?;
        // It says in the columns what the bodies say, and is nobody's act.
        tx.silent();
        let rows = Entity::find()
            .filter(Column::SchoolId.eq(school.as_str()))
            .filter(Column::Written.lt(WRITTEN))
            .filter(Column::EndedUs.eq(0))
            .order_by_asc(Column::Id)
            .lock_exclusive()
            .all(tx.db())
            .await?;
        for row in rows {
            let key = match key_at(&tx, &row.case_id, &school).await {
                // Its case is destroyed: nobody reads any more what was written.
                Err(error) if error.kind() == Kind::Missing => continue,
                key => key?,
            };
            let mark: AdultMark = open(&key, &row.body, &place(&row.id))?;
            let then = london(mark.stamp.at).date();
            // What is refused since stays compared as it was.
            let alike = written_alike(&mark.name, &mark.birth_date, &mark.teacher_reference, then).ok();
            let anew = alike.map(|alike| token(&tx, alike.person.as_ref())).filter(|anew| *anew != row.person_token);
            let mut changed = ActiveModel { id: Unchanged(row.id), written: Set(WRITTEN), ..Default::default() };
            if let Some(anew) = anew {
                changed.person_token = Set(anew);
                changed.compared = Set(0);
            }
            Entity::update(changed).exec(tx.db()).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// Whether a case marks its adult by the same, and that is still compared.
pub(crate) async fn marked(tx: &Tx, case_id: &str, alike: &Alike) -> Result<bool> {
    let all = Entity::find()
        .filter(Column::SchoolId.eq(tx.scope().school()?.as_str()))
        .filter(Column::CaseId.eq(case_id))
        .filter(Column::PersonToken.eq(token(tx, alike.person.as_ref())))
        .filter(Column::ReferenceToken.eq(token(tx, alike.reference.as_ref())))
        .filter(Column::EndedUs.eq(0));
    Ok(all.count(tx.db()).await? > 0)
}

/// How many adults were marked at the school since a moment, those that ended too: by one account, or by all.
pub(crate) async fn marked_since(tx: &Tx, since: OffsetDateTime, by: Option<&str>) -> Result<u64> {
    let school = tx.scope().school()?.as_str();
    let mut all = Entity::find().filter(Column::SchoolId.eq(school)).filter(Column::MarkedUs.gte(micros(since)));
    if let Some(by) = by {
        all = all.filter(Column::AccountToken.eq(account(tx, school, by)));
    }
    Ok(all.count(tx.db()).await?)
}

/// One of a case, held until the end of the transaction. Whether the caller may read the case was asked before.
pub(crate) async fn load(tx: &Tx, case_id: &str, id: &str) -> Result<AdultMark> {
    let school = tx.scope().school()?.as_str();
    let row = Entity::find_by_id(id).filter(Column::SchoolId.eq(school)).filter(Column::CaseId.eq(case_id));
    let row = row.lock_exclusive().one(tx.db()).await?.ok_or_else(Error::missing)?;
    open(&key_at(tx, case_id, school).await?, &row.body, &place(id))
}

/// Writes that one is compared no more; answers what its body holds.
pub(crate) async fn end(tx: &Tx, mark: &AdultMark) -> Result<Vec<u8>> {
    let school = tx.scope().school()?.as_str();
    let id = mark.id.as_str();
    let body = seal(&key_at(tx, &mark.case_id, school).await?, mark, &place(id))?;
    let row = ActiveModel {
        id: Unchanged(id.to_owned()),
        ended_us: Set(micros(tx.now())),
        compared: Set(1),
        body: Set(body.clone()),
        ..Default::default()
    };
    Entity::update(row).exec(tx.db()).await?;
    Ok(body)
}

/// Those of a case, oldest first.
pub(crate) async fn of_case(tx: &Tx, case_id: &str) -> Result<Vec<AdultMark>> {
    let school = tx.scope().school()?.as_str();
    let rows = Entity::find()
        .filter(Column::SchoolId.eq(school))
        .filter(Column::CaseId.eq(case_id))
        .order_by_asc(Column::Id)
        .all(tx.db())
        .await?;
    let key = key_at(tx, case_id, school).await?;
    rows.into_iter().map(|row| open(&key, &row.body, &place(&row.id))).collect()
}

/// Something came to a case on an adult: whoever is marked is counted anew.
pub(crate) async fn stale(tx: &Tx, case: &Case) -> Result<()> {
    let Some(subject) = case.access.subject.as_ref().filter(|_| case.adult()) else { return Ok(()) };
    Entity::update_many()
        .col_expr(Column::Compared, Expr::value(0))
        .filter(Column::SchoolId.eq(case.school_id.as_str()))
        .filter(Column::SubjectToken.eq(of_subject(tx, &case.school_id, subject)))
        .filter(Column::EndedUs.eq(0))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// A mark that is held against the others.
#[derive(Debug, Clone)]
pub(crate) struct Marked {
    /// Its id.
    pub(crate) id: String,
    /// Its school.
    pub(crate) school: String,
    /// Its case.
    pub(crate) case: String,
    /// Whom to ring there.
    pub(crate) ring: String,
    /// What the desk was told; empty while nothing.
    pub(crate) pattern: String,
    subject: Vec<u8>,
    person: Vec<u8>,
    reference: Vec<u8>,
}

impl Marked {
    /// Whether two are of different people whatever their schools call them: a description such as a supply teacher fits
    /// many. What is said of both and is not the same tells them apart, unless something else is.
    fn differs(&self, other: &Self) -> bool {
        let both = |a: &Vec<u8>, b: &Vec<u8>| !a.is_empty() && !b.is_empty();
        let pairs = [(&self.person, &other.person), (&self.reference, &other.reference)];
        let same = pairs.iter().any(|(a, b)| both(a, b) && a == b);
        !same && pairs.iter().any(|(a, b)| both(a, b) && a != b)
    }
}

fn read(tx: &Tx, row: entity::Model) -> Result<Marked> {
    let ring = open(tx.ring().own_key(), &row.ring, &ring_place(&row.id))?;
    Ok(Marked {
        ring,
        id: row.id,
        school: row.school_id,
        case: row.case_id,
        pattern: row.pattern_id,
        subject: row.subject_token,
        person: row.person_token,
        reference: row.reference_token,
    })
}

/// Some that are to be compared, of whatever school.
pub(crate) async fn not_compared(tx: &Tx) -> Result<Vec<Marked>> {
    let waiting = Column::Compared.is_in([0, IN_HAND]);
    let rows = Entity::find().filter(waiting).order_by_asc(Column::Id).limit(SOME).all(tx.db()).await?;
    if !rows.is_empty() {
        // What comes to one meanwhile says so again, and it is looked at once more.
        Entity::update_many()
            .col_expr(Column::Compared, Expr::value(IN_HAND))
            .filter(Column::Id.is_in(rows.iter().map(|row| row.id.as_str())))
            .exec(tx.db())
            .await?;
    }
    rows.into_iter().map(|row| read(tx, row)).collect()
}

/// Those of whatever school that are of the same adult: equal in name and date of birth or in reference, or of the same
/// adult of the same school; itself among them.
pub(crate) async fn beside(tx: &Tx, one: &Marked) -> Result<Vec<Marked>> {
    let own = Condition::all()
        .add(Column::SchoolId.eq(one.school.as_str()))
        .add(Column::SubjectToken.eq(one.subject.clone()));
    let mut any = Condition::any().add(own);
    if !one.person.is_empty() {
        any = any.add(Column::PersonToken.eq(one.person.clone()));
    }
    if !one.reference.is_empty() {
        any = any.add(Column::ReferenceToken.eq(one.reference.clone()));
    }
    let rows = Entity::find().filter(any).filter(Column::EndedUs.eq(0)).order_by_asc(Column::Id).all(tx.db()).await?;
    let found = rows.into_iter().map(|row| read(tx, row)).collect::<Result<Vec<_>>>()?;
    Ok(found.into_iter().filter(|other| !one.differs(other)).collect())
}

/// Says that one was held against all others, and what the desk was told of.
pub(crate) async fn compared(tx: &Tx, id: &str, pattern: &str) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::PatternId, Expr::value(pattern))
        .filter(Column::Id.eq(id))
        .exec(tx.db())
        .await?;
    Entity::update_many()
        .col_expr(Column::Compared, Expr::value(1))
        .filter(Column::Id.eq(id))
        .filter(Column::Compared.eq(IN_HAND))
        .exec(tx.db())
        .await?;
    Ok(())
}
