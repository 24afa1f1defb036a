//! Answers the days of one school's policy to whoever knows the secret of its calendar, and nobody's name.

use chassis::{
    caller::{Caller, Scope},
    error::Result,
    history::Act,
};
use proto::policy_registry::v1::{GetCalendarRequest, GetCalendarResponse};
use tonic::Request;

use super::days::Days;
use crate::{App, calendar_feed, store};

pub(super) async fn get_calendar(app: &App, request: Request<GetCalendarRequest>) -> Result<GetCalendarResponse> {
    let (caller, request) = Caller::split(request)?;
    let mut tx = app.store.begin(&Scope::system("calendar")).await?;
    tx.silent();
    let school = store::calendar_feed::school_of(&tx, &request.secret).await?;
    tx.commit().await?;
    let mut tx = app.store.begin(&caller.open_at(&school)?).await?;
    let school = store::school::load(&tx).await?;
    let days = Days::load(&tx).await?;
    let calendar = calendar_feed::calendar(&school.name, &days.standing(&tx).deadlines(), tx.now());
    tx.record(Act::new("calendar.read", school.id.as_str()));
    tx.commit().await?;
    Ok(GetCalendarResponse { calendar })
}
