//! Answers how every school stands: policies, feeds, phase and area. No figure is in it, and nothing of anybody.

use chassis::{caller::Caller, clock::timestamp, error::Result, history::Act};
use proto::reporting::v1::{ListStandingsRequest, ListStandingsResponse, SchoolStanding};
use tonic::Request;

use crate::{
    App,
    store::{self, state::SchoolState},
};

pub(super) async fn list_standings(app: &App, request: Request<ListStandingsRequest>) -> Result<ListStandingsResponse> {
    let (caller, _) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let mut tx = app.store.begin(&scope).await?;
    let schools = store::state::schools(&tx).await?;
    tx.record(Act::new("standings.listed", scope.account_text()).detail("count", schools.len()));
    tx.commit().await?;
    Ok(ListStandingsResponse { standings: schools.iter().map(standing).collect() })
}

fn standing(school: &SchoolState) -> SchoolStanding {
    SchoolStanding {
        school_id: school.school_id.clone(),
        phase: school.phase.clone(),
        area: school.area.clone(),
        learners: u32::try_from(school.learners).unwrap_or_default(),
        review_due_time: school.review_due_us.and_then(store::moment).map(timestamp),
        error_findings: u32::try_from(school.error_findings).unwrap_or(u32::MAX),
        last_feed_time: school.last_feed_us.and_then(store::moment).map(timestamp),
        silent_feeds: u32::try_from(school.silent_feeds).unwrap_or(u32::MAX),
    }
}
