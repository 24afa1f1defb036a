//! Answers what the law asks of whoever found out, about one of the caller's own concerns.

use chassis::{
    caller::Caller,
    clock::london,
    error::{Result, Violations},
    history::Act,
};
use proto::incident_cases::v1::{ListMandatoryReportsRequest, ListMandatoryReportsResponse};
use tonic::Request;

use super::{convert, routes};
use crate::{App, case::referral::prefill::Known, rules::NAME_MAX, store};

pub(super) async fn list_mandatory_reports(
    app: &App,
    request: Request<ListMandatoryReportsRequest>,
) -> Result<ListMandatoryReportsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    violations.maybe_line("account_name", &request.account_name, NAME_MAX);
    violations.finish()?;
    let mut tx = app.store.begin(&scope).await?;
    let concern = store::concern::load_own(&tx, &request.concern_id, scope.account_text()).await?;
    tx.record(Act::new("concern.read", concern.id.as_str()).detail("own", true));
    let today = london(tx.now()).date();
    tx.commit().await?;
    let policy = routes::in_force(app, &scope).await?;
    let known = Known {
        maker: routes::maker(&scope, &request.account_name),
        today,
        parameters: &policy.parameters,
        learners: &[],
        concerns: &[],
        subject: "",
    };
    let says = |source: &str| match source {
        "concern.words" => concern.report.narrative.clone(),
        "concern.about" => concern.report.about.clone(),
        source => known.says(source).unwrap_or_default(),
    };
    let taken: Vec<_> = policy.routes.iter().filter(|route| route.maker == "staff").collect();
    let begun = taken.iter().flat_map(|route| {
        let fields = route.fields.iter().map(|field| (field.key.as_str(), says(&field.source)));
        fields.map(|(key, value)| (format!("{}.{key}", route.key), value)).collect::<Vec<_>>()
    });
    Ok(ListMandatoryReportsResponse {
        begun: begun.filter(|(_, value)| !value.is_empty()).collect(),
        routes: taken.iter().map(|route| convert::referral::route(route, &policy.contacts, today)).collect(),
        reports: concern.duties.iter().map(convert::referral::duty).collect(),
    })
}
