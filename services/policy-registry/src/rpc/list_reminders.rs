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
    store::school::load(&tx).await?;
    let days = Days::load(&tx).await?;
    let reminders = days.standing(&tx).reminders();
    tx.record(Act::new("reminder.listed", request.school_id.as_str()).detail("count", reminders.len()));
    tx.commit().await?;
    Ok(ListRemindersResponse { reminders: reminders.iter().map(life_cycle::reminder).collect() })
}
