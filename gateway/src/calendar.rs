//! The calendar of a school, for whoever knows its secret address: no session, and no other answer than for an address
//! that never was.

use axum::{
    extract::{Path, State},
    http::Extensions,
    response::{IntoResponse as _, Response},
};
use chassis::{
    error::{Error, Kind, Result},
    upstream::request,
};
use http::{HeaderMap, HeaderValue, Method, Uri, header};
use proto::policy_registry::v1::{GetCalendarRequest, policy_registry_client::PolicyRegistryClient};

use crate::{app::App, arrival::RequestId, limits::Client, refusal};

const KIND: HeaderValue = HeaderValue::from_static("text/calendar; charset=utf-8");

/// Answers a calendar program.
pub async fn serve(
    State(app): State<App>,
    Path(file): Path<String>,
    client: Client,
    extensions: Extensions,
    (method, uri, headers): (Method, Uri, HeaderMap),
) -> Response {
    let request_id = RequestId::in_extensions(&extensions);
    match calendar(&app, &file, &client, &request_id).await {
        Ok(calendar) => ([(header::CONTENT_TYPE, KIND)], calendar).into_response(),
        Err(error) => {
            let form = refusal::Form::of(&method, uri.path(), &headers);
            form.answer(&refusal::logged(&app, error).await, &request_id)
        }
    }
}

async fn calendar(app: &App, file: &str, client: &Client, request_id: &str) -> Result<String> {
    let secret = file.strip_suffix(".ics").ok_or_else(Error::missing)?;
    let place = app.try_secret(client).await?;
    let mut registry = PolicyRegistryClient::new(app.open("policy-registry", request_id)?);
    let asked = registry.get_calendar(request(GetCalendarRequest { secret: secret.to_owned() })).await;
    let answer = asked.map_err(|status| refusal::of_status(&status));
    // Only a wrong secret counts: a service that is away is nobody's try.
    if !answer.as_ref().is_err_and(|error| error.kind() == Kind::Missing) {
        app.knew_secret(&place).await?;
    }
    Ok(answer?.into_inner().calendar)
}
