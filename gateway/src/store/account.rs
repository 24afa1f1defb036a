//! Accounts at rest: sealed, and found by id or by a keyed token of the sign-in name.

use std::collections::{BTreeMap, HashMap};

use chassis::{
    db::Tx,
    error::{Error, Result},
    id::{AccountId, SchoolId},
    page::Page,
};
use proto::access::v1::Role;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, SqlErr,
};

use super::{
    entity::{account, appointment},
    micros,
};
use crate::{accounts::Account, need::Roles};

/// Keeps a new account; answers the body whose digest the history takes.
///
/// # Errors
/// `Conflict` where the sign-in name is taken.
pub async fn insert(tx: &Tx, account: &Account) -> Result<Vec<u8>> {
    let body = tx.ring().own_key().seal(&serde_json::to_vec(account)?, &place(account.id.as_str()));
    let row = account::ActiveModel {
        id: Set(account.id.to_string()),
        name_token: Set(name_token(tx, &account.sign_in_name)),
        created_us: Set(micros(account.created_at)),
        body: Set(body.clone()),
    };
    // The appointments go first in no engine: they refer to the account.
    account::Entity::insert(row).exec_without_returning(tx.db()).await.map_err(|e| match e.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => {
            Error::exists("sign_in_name", "Enter another sign-in name: this one is taken")
        }
        _ => e.into(),
    })?;
    let rows = account.appointments.iter().zip(0..).map(|(a, place)| appointment::ActiveModel {
        account_id: Set(account.id.to_string()),
        place: Set(place),
        role: Set(a.role.as_str_name().to_owned()),
        school_id: Set(a.school.as_ref().map(ToString::to_string).unwrap_or_default()),
        start_us: Set(micros(a.start)),
        end_us: Set(a.end.map(micros)),
    });
    appointment::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    Ok(body)
}

/// The account with an id.
///
/// # Errors
/// Where it cannot be read.
pub async fn by_id(tx: &Tx, id: &AccountId) -> Result<Option<Account>> {
    let row = account::Entity::find_by_id(id.to_string()).one(tx.db()).await?;
    row.map(|row| open(tx, &row)).transpose()
}

/// The account with a sign-in name.
///
/// # Errors
/// Where it cannot be read.
pub async fn by_name(tx: &Tx, sign_in_name: &str) -> Result<Option<Account>> {
    let with_name = account::Column::NameToken.eq(name_token(tx, sign_in_name));
    let row = account::Entity::find().filter(with_name).one(tx.db()).await?;
    row.map(|row| open(tx, &row)).transpose()
}

/// A page of accounts, oldest first.
///
/// # Errors
/// Where they cannot be read.
pub async fn list(tx: &Tx, page: &Page) -> Result<Vec<Account>> {
    let mut query = account::Entity::find().order_by_asc(account::Column::Id).limit(page.limit());
    if let Some(after) = page.after() {
        query = query.filter(account::Column::Id.gt(after));
    }
    query.all(tx.db()).await?.iter().map(|row| open(tx, row)).collect()
}

/// The accounts that hold, held or will hold a role at a school.
///
/// # Errors
/// Where they cannot be read.
pub async fn of_school(tx: &Tx, school: &SchoolId) -> Result<Vec<Account>> {
    let appointed = appointment::Entity::find().filter(appointment::Column::SchoolId.eq(school.as_str()));
    let mut ids: Vec<String> = appointed.all(tx.db()).await?.into_iter().map(|row| row.account_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let query = account::Entity::find().filter(account::Column::Id.is_in(ids));
    query.all(tx.db()).await?.iter().map(|row| open(tx, row)).collect()
}

/// The accounts that hold one of these roles at a school now, or at the authority where it is empty.
///
/// # Errors
/// Where they cannot be read.
pub async fn holding(tx: &Tx, school: &str, roles: &[Role]) -> Result<Vec<String>> {
    let now = micros(tx.now());
    let names = roles.iter().map(Role::as_str_name);
    let held = appointment::Entity::find()
        .filter(appointment::Column::SchoolId.eq(school))
        .filter(appointment::Column::Role.is_in(names))
        .filter(appointment::Column::StartUs.lte(now))
        .filter(Condition::any().add(appointment::Column::EndUs.is_null()).add(appointment::Column::EndUs.gt(now)));
    let mut ids: Vec<String> = held.all(tx.db()).await?.into_iter().map(|row| row.account_id).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// Who leads at a school now.
#[derive(Debug, Clone, Default)]
pub struct Leading {
    /// How many hold which role.
    pub roles: Roles,
    /// The accounts that hold one of them.
    pub account_ids: Vec<String>,
}

/// Who holds the roles of lead and deputy now, by school; a school where nobody does is not there.
///
/// # Errors
/// Where they cannot be read.
pub async fn leading(tx: &Tx) -> Result<BTreeMap<String, Leading>> {
    let mut all: BTreeMap<String, Leading> = BTreeMap::new();
    for (school, role, account_id) in held(tx, &[Role::Dsl, Role::DeputyDsl]).await? {
        let leading = all.entry(school).or_default();
        if role == Role::Dsl {
            leading.roles.leads += 1;
        } else {
            leading.roles.deputies += 1;
        }
        leading.account_ids.push(account_id);
    }
    Ok(all)
}

/// Who holds one of these roles at any school now: the school, the role and the account.
///
/// # Errors
/// Where they cannot be read.
pub async fn held(tx: &Tx, roles: &[Role]) -> Result<Vec<(String, Role, String)>> {
    let now = micros(tx.now());
    let names: Vec<&str> = roles.iter().map(Role::as_str_name).collect();
    let held = appointment::Entity::find()
        .filter(appointment::Column::SchoolId.ne(""))
        .filter(appointment::Column::Role.is_in(names))
        .filter(appointment::Column::StartUs.lte(now))
        .filter(Condition::any().add(appointment::Column::EndUs.is_null()).add(appointment::Column::EndUs.gt(now)));
    let one = |row: appointment::Model| Some((row.school_id, Role::from_str_name(&row.role)?, row.account_id));
    Ok(held.all(tx.db()).await?.into_iter().filter_map(one).collect())
}

/// What accounts are called, by their ids; one that is not there is left out.
///
/// # Errors
/// Where they cannot be read.
pub async fn names(tx: &Tx, ids: &[&str]) -> Result<HashMap<String, String>> {
    /// Ids in one statement.
    const CHUNK: usize = 500;
    let mut names = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let rows = account::Entity::find().filter(account::Column::Id.is_in(chunk.iter().copied()));
        for row in rows.all(tx.db()).await? {
            let name = open(tx, &row)?.display_name;
            names.insert(row.id, name);
        }
    }
    Ok(names)
}

fn open(tx: &Tx, row: &account::Model) -> Result<Account> {
    Ok(serde_json::from_slice(&tx.ring().own_key().open(&row.body, &place(&row.id))?)?)
}

/// Binds a sealed account to its row.
fn place(id: &str) -> String {
    format!("account|{id}")
}

fn name_token(tx: &Tx, sign_in_name: &str) -> Vec<u8> {
    tx.ring().token("sign-in-name", sign_in_name).to_vec()
}
