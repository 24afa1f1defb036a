//! Lists what is recorded about adults, by adult.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::incident_cases::v1::{ListAdultPatternsRequest, ListAdultPatternsResponse};
use tonic::Request;

use super::convert;
use crate::{App, case::pattern::patterns, store};

pub(super) async fn list_adult_patterns(
    app: &App,
    request: Request<ListAdultPatternsRequest>,
) -> Result<ListAdultPatternsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let cases = store::case::on_adults(&tx).await?;
    let ids: Vec<&str> = cases.iter().map(|case| case.id.as_str()).collect();
    tx.record(Act::new("case.patterns_listed", scope.account_text()).detail("ids", ids));
    let patterns = patterns(&cases, tx.now()).iter().map(convert::access::pattern).collect();
    tx.commit().await?;
    Ok(ListAdultPatternsResponse { patterns })
}
