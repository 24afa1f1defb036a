//! Answers how every school stands: policies, feeds, phase and area, and whether concerns wait unread. No figure is in it, and nothing of
//! anybody.

use chassis::{
    caller::Caller,
    clock::{london, timestamp},
    error::Result,
    history::Act,
};
use proto::reporting::v1::{ListStandingsRequest, ListStandingsResponse, SchoolStanding};
use time::OffsetDateTime;
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
    let unread = store::waiting::unread(&tx).await?;
    let newest = store::log::progress(&tx).await?.newest;
    tx.record(Act::new("standings.listed", scope.account_text()).detail("count", schools.len()));
    tx.commit().await?;
    let standing = |school: &SchoolState| standing(school, unread.get(&school.school_id).copied());
    Ok(ListStandingsResponse {
        standings: schools.iter().map(standing).collect(),
        figures_as_of_time: newest.map(timestamp),
    })
}

/// How one stands; `unread` is since when the oldest concern waits that was passed on and is unread.
fn standing(school: &SchoolState, unread: Option<OffsetDateTime>) -> SchoolStanding {
    SchoolStanding {
        school_id: school.school_id.clone(),
        phase: school.phase.clone(),
        area: school.area.clone(),
        learners: u32::try_from(school.learners).unwrap_or_default(),
        review_due_time: school.review_due_us.and_then(store::moment).map(timestamp),
        error_findings: u32::try_from(school.error_findings).unwrap_or(u32::MAX),
        last_feed_time: school.last_feed_us.and_then(store::moment).map(timestamp),
        silent_feeds: u32::try_from(school.silent_feeds).unwrap_or(u32::MAX),
        // The day alone: the moment is that of one concern.
        unread_since_date: unread.map(|since| london(since).date().to_string()).unwrap_or_default(),
    }
}
