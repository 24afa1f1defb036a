//! Where people are told, at rest: addresses are sealed to their account, and counted by a keyed token alone.

use chassis::{
    caller::Scope,
    db::{Store, Tx},
    error::{Error, Result},
    id::AccountId,
};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    sea_query::OnConflict,
};
use time::{Duration, Time};

use super::{
    entity::{notice_address, notice_confirmation},
    micros, moment,
};
use crate::notices::{
    settings::{CONFIRMATIONS, LINK_GOOD, Sealed, Settings},
    timing::Quiet,
};

/// The settings of an account; none where it never said anything.
///
/// # Errors
/// Where they cannot be read.
pub async fn find(tx: &Tx, account_id: &AccountId) -> Result<Option<Settings>> {
    let row = notice_address::Entity::find_by_id(account_id.to_string()).one(tx.db()).await?;
    row.map(|row| open(tx, row)).transpose()
}

/// The settings of those of these accounts that have a confirmed address.
///
/// # Errors
/// Where they cannot be read.
pub async fn confirmed(tx: &Tx, accounts: Vec<String>) -> Result<Vec<Settings>> {
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let query = notice_address::Entity::find()
        .filter(notice_address::Column::AccountId.is_in(accounts))
        .filter(notice_address::Column::ConfirmedUs.is_not_null());
    query.all(tx.db()).await?.into_iter().map(|row| open(tx, row)).collect()
}

/// Keeps settings in the place of those before.
///
/// # Errors
/// Where they cannot be kept.
pub async fn keep(tx: &Tx, settings: &Settings) -> Result<()> {
    let id = settings.account_id.as_str();
    let minutes = |time: Time| i64::from(time.hour()) * 60 + i64::from(time.minute());
    let row = notice_address::ActiveModel {
        account_id: Set(id.to_owned()),
        confirmed_us: Set(settings.confirmed_at.map(micros)),
        link: Set(settings.link.as_ref().map(|(digest, _)| digest.clone())),
        link_us: Set(settings.link.as_ref().map(|(_, until)| micros(*until))),
        daily: Set(settings.daily),
        quiet_from: Set(settings.quiet.map(|quiet| minutes(quiet.from))),
        quiet_to: Set(settings.quiet.map(|quiet| minutes(quiet.to))),
        choices: Set(serde_json::to_string(&settings.choices)?),
        body: Set(tx.ring().own_key().seal(&serde_json::to_vec(&settings.sealed)?, &place(id))),
    };
    use notice_address::Column as C;
    let others = [C::ConfirmedUs, C::Link, C::LinkUs, C::Daily, C::QuietFrom, C::QuietTo, C::Choices, C::Body];
    let over = OnConflict::column(C::AccountId).update_columns(others).to_owned();
    notice_address::Entity::insert(row).on_conflict(over).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Forgets the settings of an account.
///
/// # Errors
/// Where they cannot be forgotten.
pub async fn forget(tx: &Tx, account_id: &AccountId) -> Result<()> {
    notice_address::Entity::delete_by_id(account_id.to_string()).exec(tx.db()).await?;
    Ok(())
}

/// Counts that a confirmation is sent for an account to an address.
///
/// # Errors
/// `Exhausted` after too many in a day, for the account or to the address from whichever accounts.
pub async fn count_confirmation(store: &Store, account_id: &AccountId, email: &str) -> Result<()> {
    let mut tx = store.begin(&Scope::system(store.name())).await?;
    tx.silent();
    let since = micros(tx.now() - LINK_GOOD);
    let old = notice_confirmation::Column::AskedUs.lte(since);
    notice_confirmation::Entity::delete_many().filter(old).exec(tx.db()).await?;
    let address = tx.ring().token("notice-address", &email.to_lowercase()).to_vec();
    for counted in [
        notice_confirmation::Column::AccountId.eq(account_id.as_str()),
        notice_confirmation::Column::Address.eq(address.clone()),
    ] {
        if notice_confirmation::Entity::find().filter(counted).count(tx.db()).await? >= CONFIRMATIONS {
            return Err(Error::too_many(crate::tries::seconds(LINK_GOOD)));
        }
    }
    let row = notice_confirmation::ActiveModel {
        id: Set(tx.ids().request_id()),
        account_id: Set(account_id.to_string()),
        address: Set(address),
        asked_us: Set(micros(tx.now())),
    };
    row.insert(tx.db()).await?;
    tx.commit().await
}

/// The digest a link is kept under.
pub fn link(tx: &Tx, token: &str) -> Vec<u8> {
    tx.ring().token("notice-link", token).to_vec()
}

fn open(tx: &Tx, row: notice_address::Model) -> Result<Settings> {
    let sealed: Sealed = serde_json::from_slice(&tx.ring().own_key().open(&row.body, &place(&row.account_id))?)?;
    let time = |minutes: i64| Time::MIDNIGHT + Duration::minutes(minutes);
    Ok(Settings {
        account_id: row.account_id.parse().map_err(|_| Error::internal("settings of no account"))?,
        sealed,
        confirmed_at: row.confirmed_us.map(moment),
        link: row.link.zip(row.link_us.map(moment)),
        daily: row.daily,
        quiet: row.quiet_from.zip(row.quiet_to).map(|(from, to)| Quiet { from: time(from), to: time(to) }),
        choices: serde_json::from_str(&row.choices)?,
    })
}

/// Binds sealed addresses to their account.
fn place(account_id: &str) -> String {
    format!("notice-address|{account_id}")
}
