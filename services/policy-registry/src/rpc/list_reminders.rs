//! Lists what a school is reminded of: by the days of its policy, and by the authority.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::policy_registry::v1::{ListRemindersRequest, ListRemindersResponse};
use tonic::Request;

use super::{convert::life_cycle, days::Days};
use crate::{App, store};

pub(super) async fn list_reminders(app: &App, request: Request<ListRemindersRequest>) -> Result<ListRemindersResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let school = store::school::load(&tx).await?;
    let days = Days::load(&tx).await?;
    // Nobody works at a closed school any more: nothing there is late.
    let reminders = if school.closed_at.is_some() { Vec::new() } else { days.standing(&tx).reminders() };
    tx.record(Act::new("reminder.listed", request.school_id.as_str()).detail("count", reminders.len()));
    tx.commit().await?;
    Ok(ListRemindersResponse { reminders: reminders.iter().map(life_cycle::reminder).collect() })
}
