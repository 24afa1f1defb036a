//! Answers the routes by which a case can be referred.

use chassis::{caller::Caller, clock::london, error::Result, history::Act};
use proto::incident_cases::v1::{ListReferralRoutesRequest, ListReferralRoutesResponse, ReferralRoute};
use tonic::Request;

use super::{convert, routes};
use crate::{App, route::Route, store};

pub(super) async fn list_referral_routes(
    app: &App,
    request: Request<ListReferralRoutesRequest>,
) -> Result<ListReferralRoutesResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let case = store::case::load(&tx, &request.case_id).await?;
    tx.record(Act::new("referral_routes.read", case.id.as_str()));
    let today = london(tx.now()).date();
    tx.commit().await?;
    let policy = routes::in_force(app, &scope).await?;
    let taken = policy.routes.iter().filter(|route| route.maker == "lead");
    let shown = |route: &Route| {
        let shown = convert::referral::route(route, &policy.contacts, today);
        let elsewhere = route.of_adults() && !case.adult() && shown.shut.is_empty();
        if elsewhere { ReferralRoute { shut: "not_of_adult".to_owned(), ..shown } } else { shown }
    };
    let routes = taken.map(shown).collect();
    Ok(ListReferralRoutesResponse { routes })
}
