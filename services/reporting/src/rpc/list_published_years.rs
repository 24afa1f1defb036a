//! Answers what a desk of the authority published of its years: as it was announced, and never anything else of the desk.

use chassis::{
    caller::Caller,
    clock::timestamp,
    desk::Desk,
    error::{Error, Result},
    event::Event,
    history::Act,
};
use proto::reporting::v1::{ListPublishedYearsRequest, ListPublishedYearsResponse, PublishedYear};
use tonic::Request;

use super::convert::authority as messages;
use crate::{App, fact::announced, store};

pub(super) async fn list_published_years(
    app: &App,
    request: Request<ListPublishedYearsRequest>,
) -> Result<ListPublishedYearsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    if Desk::of(&request.desk) != Some(Desk::Lado) {
        return Err(Error::invalid("desk", "Select lado: no other desk publishes figures"));
    }
    let mut tx = app.store.begin(&scope).await?;
    let mut years: Vec<PublishedYear> = Vec::new();
    for envelope in store::log::desk_years(&tx).await? {
        if let Some(Event::DeskFiguresPublished(of)) = &envelope.event
            && of.desk == request.desk
        {
            years.push(messages::published_year(of, announced(&envelope)));
        }
    }
    // The newest version of each year is what holds.
    years.sort_by(|a, b| (&b.year, b.version).cmp(&(&a.year, a.version)));
    years.dedup_by(|later, kept| later.year == kept.year);
    let newest = store::log::progress(&tx).await?.newest;
    tx.record(Act::new("published_years.read", request.desk).detail("count", years.len()));
    tx.commit().await?;
    Ok(ListPublishedYearsResponse { years, figures_as_of_time: newest.map(timestamp) })
}
