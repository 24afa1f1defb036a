//! What the rpcs about tables have in common: where they are asked, how they are counted, and the way through disclosure control.

use chassis::{
    caller::{Caller, Scope},
    db::Tx,
    error::{Error, Result},
};
use proto::{access::v1::Permission, reporting::v1::TableQuestion};
use time::Date;

use super::{convert, printed::audience};
use crate::{
    ask::{Wish, fits},
    disclosure::{Published, disclose},
    store,
    table::{Schools, counts},
};

/// Tables as they are published.
pub(super) struct Asked {
    pub(super) wish: Wish,
    pub(super) tables: Vec<Published>,
    /// The first day, and the last.
    pub(super) period: (Date, Date),
    pub(super) as_at: Option<Date>,
}

/// A school where one is named, else the authority.
///
/// # Errors
/// As `Caller::at`; `Denied` where somebody reads the figures of schools and not those over all of them.
pub(super) fn place(caller: &Caller, school_id: &str) -> Result<Scope> {
    if !school_id.is_empty() {
        return caller.at(school_id);
    }
    let scope = caller.at_authority()?;
    if scope.may(Permission::ReportReadAuthority) { Ok(scope) } else { Err(Error::denied()) }
}

/// Refuses a school there is not, before anything is counted.
///
/// # Errors
/// `Missing` where there is none.
pub(super) async fn there_is(tx: &Tx, school_id: &str) -> Result<()> {
    if !school_id.is_empty() {
        store::state::school(tx, school_id).await?;
    }
    Ok(())
}

/// What the history calls the place.
pub(super) fn subject(school_id: &str) -> &str {
    if school_id.is_empty() { "authority" } else { school_id }
}

/// Asks: of one school, or over all of them where none is named.
///
/// # Errors
/// `Invalid` with what may not be asked, and what to ask instead; `Missing` where there is no such school.
pub(super) async fn asked(
    tx: &mut Tx,
    school_id: &str,
    question: Option<TableQuestion>,
    as_at_date: &str,
) -> Result<Asked> {
    there_is(tx, school_id).await?;
    let wish = convert::ask::wish(question)?;
    let as_at = convert::as_at(as_at_date)?;
    let schools = if school_id.is_empty() { Schools::All } else { Schools::One(school_id.to_owned()) };
    let questions = wish.questions(&schools, as_at, tx.now())?;
    let first = questions.first().ok_or_else(|| Error::internal("a table of nothing"))?;
    let period = (first.from, first.to.previous_day().unwrap_or(first.to));
    let audience = audience(tx, school_id);
    let counted = counts(tx, questions).await?;
    fits(&counted)?;
    let tables = disclose(tx, &audience, &counted).await?;
    Ok(Asked { wish, tables, period, as_at })
}
