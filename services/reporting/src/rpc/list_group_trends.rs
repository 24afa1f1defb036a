//! Answers a measure over school terms, by the phase or the area of schools or school by school: sums of what is printed of each.

use std::collections::BTreeMap;

use chassis::{
    caller::Caller,
    clock::timestamp,
    error::{Error, Result},
    history::Act,
    suppress::Figure,
};
use proto::reporting::v1::{ListGroupTrendsRequest, ListGroupTrendsResponse};
use tonic::Request;

use super::convert::{self, authority as messages};
use crate::{
    App,
    disclosure::{Audience, Published, disclose, min_cell},
    group::{By, Member, groups},
    store::{self, state::SchoolState},
    table::{Axis, Question, Schools, counts, measure_of},
};

/// How many terms are answered where nobody says.
const TERMS: u32 = 6;
/// The fewest and the most.
const FEWEST: u32 = 1;
const MOST: u32 = 12;

pub(super) async fn list_group_trends(
    app: &App,
    request: Request<ListGroupTrendsRequest>,
) -> Result<ListGroupTrendsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let measure = measure_of(&request.measure)?;
    let by = By::of(&request.by).ok_or_else(|| Error::invalid("by", "Select phase, area or school"))?;
    let many = if request.terms == 0 { TERMS } else { request.terms };
    if !(FEWEST..=MOST).contains(&many) {
        return Err(Error::invalid("terms", format!("Enter a number from {FEWEST} to {MOST}")));
    }
    let mut tx = app.store.begin(&scope).await?;
    let last = messages::until(&request.until_term_id, tx.now())?;
    let mut terms = vec![last];
    let mut first = last;
    for _ in 1..many {
        first = first.before();
        terms.insert(0, first);
    }
    let question = Question {
        measure,
        schools: Schools::All,
        from: first.start().date(),
        to: last.end().date(),
        as_at: None,
        rows: Some(Axis::School),
        columns: Some(Axis::Term),
        only: BTreeMap::new(),
    };
    let counted = counts(&tx, vec![question]).await?;
    let audience = Audience { to: "authority".to_owned() };
    let printed = disclose(&mut tx, &audience, &counted).await?;
    let printed = printed.first().ok_or_else(|| Error::internal("a question without an answer"))?;
    let schools = store::state::schools(&tx).await?;
    let members: Vec<Member> = schools.iter().map(|school| member(school, by, printed, terms.len())).collect();
    let newest = store::log::progress(&tx).await?.newest;
    tx.record(Act::new("group_trends.read", measure.key.as_str()).detail("by", by.code()).detail("until", last.id()));
    tx.commit().await?;
    let mut trend = messages::trend(measure, by, &terms, &groups(by, &members, terms.len()));
    trend.min_cell = u32::try_from(min_cell()).unwrap_or_default();
    trend.as_at_date = convert::day(Some(printed.as_at));
    trend.figures_as_of_time = newest.map(timestamp);
    Ok(ListGroupTrendsResponse { trend: Some(trend) })
}

/// A school with what is printed of it.
fn member(school: &SchoolState, by: By, printed: &Published, terms: usize) -> Member {
    let row = printed.rows.iter().position(|row| *row == school.school_id);
    let figures = row.and_then(|row| printed.cells.get(row)).cloned().filter(|figures| figures.len() == terms);
    let held = row.and_then(|row| printed.held.get(row)).cloned().filter(|held| held.len() == terms);
    Member {
        held: held.unwrap_or_else(|| vec![None; terms]),
        group: match by {
            By::Phase => school.phase.clone(),
            By::Area => school.area.clone(),
            By::School => school.school_id.clone(),
        },
        learners: u64::try_from(school.learners).unwrap_or_default(),
        figures: figures.unwrap_or_else(|| vec![Figure::NoData; terms]),
    }
}
