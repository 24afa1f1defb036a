//! Reminds schools of what is overdue; each sees it on its home page.

use chassis::{caller::Caller, db::Once, error::Result, history::Act};
use proto::policy_registry::v1::{RemindSchoolsRequest, RemindSchoolsResponse};
use tonic::Request;

use super::{convert::life_cycle, schools};
use crate::{App, reminder::Sent, store};

pub(super) async fn remind_schools(app: &App, request: Request<RemindSchoolsRequest>) -> Result<RemindSchoolsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    life_cycle::check_reminder(&request)?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let schools = schools::named(&tx, &request.school_ids, false).await?;
    for school in &schools {
        let sent = Sent {
            id: tx.ids().next(),
            school: school.clone(),
            about: request.about.clone(),
            note: request.note.trim().to_owned(),
            account: scope.account(),
            sent_at: tx.now(),
        };
        let body = store::reminder::insert(&tx, &sent).await?;
        let act = Act::new("school.reminded", sent.id.as_str()).school(school).detail("about", sent.about.as_str());
        tx.record(act.state("reminder", &body));
    }
    let response = RemindSchoolsResponse { schools: u32::try_from(schools.len()).unwrap_or(u32::MAX) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
