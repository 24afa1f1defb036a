//! Lists what a school is reminded of: by the days of its policy, by the authority, and by what the rules of registers find.

use chassis::{caller::Caller, db::Tx, error::Result, history::Act};
use proto::policy_registry::v1::{ListRemindersRequest, ListRemindersResponse};
use tonic::Request;

use super::{convert::life_cycle, days::Days, registers::Registers};
use crate::{
    App,
    register::judge::judge,
    reminder::{self, Reminder},
    store,
};

pub(super) async fn list_reminders(app: &App, request: Request<ListRemindersRequest>) -> Result<ListRemindersResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let school = store::school::load(&tx).await?;
    let days = Days::load(&tx).await?;
    // Nobody works at a closed school any more: nothing there is late.
    let reminders = if school.closed_at.is_some() { Vec::new() } else { all(&tx, &days).await? };
    tx.record(Act::new("reminder.listed", request.school_id.as_str()).detail("count", reminders.len()));
    tx.commit().await?;
    Ok(ListRemindersResponse { reminders: reminders.iter().map(life_cycle::reminder).collect() })
}

/// What the policy's days say first, then what is found in the registers that the caller may read.
async fn all(tx: &Tx, days: &Days) -> Result<Vec<Reminder>> {
    let mut all = days.standing(tx).reminders();
    let registers = Registers::load(tx, None).await?;
    let findings = registers
        .judged(|kept| registers.readable().flat_map(|definition| judge(kept, definition)).collect::<Vec<_>>());
    all.extend(reminder::found(days.rules(), &findings));
    Ok(all)
}
