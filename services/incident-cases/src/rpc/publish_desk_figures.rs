//! Publishes what may be told of a desk's year, or a correction of it: whoever reads the authority's figures finds it among them.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result},
    event::Event,
    history::Act,
};
use proto::{
    event::v1::{DeskFigurePublished, DeskFiguresPublished},
    incident_cases::v1::{PublishDeskFiguresRequest, PublishDeskFiguresResponse},
};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
};
use crate::{
    App,
    desk::{
        figures,
        year::{DeskYear, Year, held},
    },
    store,
};

pub(super) async fn publish_desk_figures(
    app: &App,
    request: Request<PublishDeskFiguresRequest>,
) -> Result<PublishDeskFiguresResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_desk(&request.desk)?;
    let about = |_: &PublishDeskFiguresResponse| About::Permission;
    let mut tx = match once(app, &scope, &request.request_id, &request, about).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let desk = store::allegation::desk(&tx)?;
    let fix = "Enter a year such as 2025-26: from 1 April to 31 March";
    let year = Year::of(&request.year).ok_or_else(|| Error::invalid("year", fix))?.over(tx.now())?;
    let all = store::allegation::all(&tx).await?;
    let year = held(year, &all)?;
    let published = store::desk_year::all(&tx).await?;
    let before: Vec<&DeskYear> = published.iter().filter(|one| one.year == year.name()).collect();
    let newest = before.first().map_or(0, |newest| newest.version);
    match (newest, request.corrects) {
        (newest, corrects) if newest == corrects => {}
        (0, _) => return Err(Error::invalid("corrects", "Leave it out: no figures of this year were published")),
        (_, 0) => {
            let text = "the figures of this year were published: they stand, and are corrected by a new version";
            return Err(Error::wrong_state(text));
        }
        _ => return Err(Error::changed()),
    }
    let figures = figures::of(&all, year.days());
    let year = DeskYear::new(tx.ids().next(), desk, (year, newest + 1), &figures, tx.now());
    if newest > 0 {
        year.corrects(&before)?;
    }
    let body = store::desk_year::insert(&tx, &year).await?;
    let act = if newest == 0 { "desk_figures.published" } else { "desk_figures.corrected" };
    let act = Act::new(act, year.id.as_str()).detail("year", year.year.clone()).detail("version", year.version);
    tx.record(act.state("desk_year", &body));
    let told = |figures: &[(String, String)]| {
        let one = |(key, figure): &(String, String)| DeskFigurePublished { key: key.clone(), figure: figure.clone() };
        figures.iter().map(one).collect()
    };
    let event = DeskFiguresPublished {
        desk: request.desk.clone(),
        year: year.year.clone(),
        version: year.version,
        opened: told(&year.opened),
        closed: told(&year.closed),
    };
    tx.announce(year.id.as_str(), Event::DeskFiguresPublished(event)).await?;
    let response = PublishDeskFiguresResponse { published: Some(convert::desk::year(&year)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
