//! Publishes what may be told of a desk's year, once: whoever reads the authority's figures finds it among them.

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
    let year = DeskYear::new(tx.ids().next(), desk, year, &figures::of(&all, year.days()), tx.now());
    let body = store::desk_year::insert(&tx, &year).await?;
    let act = Act::new("desk_figures.published", year.id.as_str()).detail("year", year.year.clone());
    tx.record(act.state("desk_year", &body));
    let told = |figures: &[(String, String)]| {
        let one = |(key, figure): &(String, String)| DeskFigurePublished { key: key.clone(), figure: figure.clone() };
        figures.iter().map(one).collect()
    };
    let event = DeskFiguresPublished {
        desk: request.desk.clone(),
        year: year.year.clone(),
        opened: told(&year.opened),
        closed: told(&year.closed),
    };
    tx.announce(year.id.as_str(), Event::DeskFiguresPublished(event)).await?;
    let response = PublishDeskFiguresResponse { published: Some(convert::desk::year(&year)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
