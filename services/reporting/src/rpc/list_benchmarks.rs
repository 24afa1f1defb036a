//! Answers a school's place among schools of its phase. Other schools' figures are looked at, as far as they are printed, and leave with
//! no answer: what leaves is a quarter or the middle half.

use std::collections::BTreeMap;

use chassis::{
    calendar::Term,
    caller::{Caller, Scope},
    clock::timestamp,
    error::Result,
    history::Act,
    suppress::Figure,
};
use proto::reporting::v1::{Benchmark, ListBenchmarksRequest, ListBenchmarksResponse};
use tonic::Request;

use super::convert::{self, authority as messages};
use crate::{
    App,
    disclosure::{Audience, Published, disclose, min_schools},
    group::phase_title,
    place::{self, Peer, WhyNot, band},
    store::{self, state::SchoolState},
    table::{Axis, Question, Schools, counts},
};

pub(super) async fn list_benchmarks(
    app: &App,
    request: Request<ListBenchmarksRequest>,
) -> Result<ListBenchmarksResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let own = store::state::school(&tx, &request.school_id).await?;
    let term = messages::over(&request.term_id, tx.now())?;
    let newest = store::log::progress(&tx).await?.newest;
    tx.record(Act::new("benchmark.read", request.school_id.clone()).detail("term", term.id()));
    tx.commit().await?;
    let benchmarks = places(app, &own, term).await?;
    Ok(ListBenchmarksResponse {
        term: Some(convert::term_message(term)),
        phase_title: if own.phase.is_empty() { String::new() } else { phase_title(&own.phase) },
        phase: own.phase,
        benchmarks,
        min_schools: u32::try_from(min_schools()).unwrap_or(u32::MAX),
        figures_as_of_time: newest.map(convert::hour_of).map(timestamp),
    })
}

/// The school's place in each measure, looked up by the service itself: no school reads another's figures.
async fn places(app: &App, own: &SchoolState, term: Term) -> Result<Vec<Benchmark>> {
    let mut tx = app.store.begin(&Scope::system(app.store.name())).await?;
    tx.silent();
    let mut schools = store::state::schools(&tx).await?;
    schools.retain(|school| !own.phase.is_empty() && school.phase == own.phase);
    let question = |of: &place::Benchmark| Question {
        measure: of.measure,
        schools: Schools::All,
        from: term.start().date(),
        to: term.end().date(),
        as_at: None,
        rows: Some(Axis::School),
        columns: None,
        only: BTreeMap::new(),
    };
    // A measure that is asked for no more is told of no more.
    let end = term.end().date();
    let all: Vec<&place::Benchmark> =
        place::all().iter().filter(|of| of.measure.withdrawn.is_none_or(|day| day >= end)).collect();
    let counted = counts(&tx, all.iter().map(|of| question(of)).collect()).await?;
    let audience = Audience { to: "authority".to_owned() };
    let printed = disclose(&mut tx, &audience, &counted).await?;
    tx.commit().await?;
    let told = |(of, printed): (&&place::Benchmark, &Published)| {
        let peers: Vec<Peer> = schools.iter().map(|school| peer(school, printed)).collect();
        let place =
            if own.phase.is_empty() { Err(WhyNot::NoData) } else { band(peer(own, printed), &peers, min_schools()) };
        messages::benchmark(of, place)
    };
    Ok(all.iter().zip(&printed).map(told).collect())
}

/// A school as far as it is printed.
fn peer(school: &SchoolState, printed: &Published) -> Peer {
    let row = printed.rows.iter().position(|row| *row == school.school_id);
    let figure = row.and_then(|row| printed.cells.get(row)?.first().copied()).unwrap_or(Figure::NoData);
    Peer { figure, learners: u64::try_from(school.learners).unwrap_or_default() }
}
