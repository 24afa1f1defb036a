//! What referrals by route have in common: the routes in force now, and what is known already.

use chassis::{
    caller::Scope,
    error::{Error, Kind, Result},
};

use crate::{App, concern::Concern, consume::fetch_policy, learner::Learner, procedure::Pinned, route::Route, store};

/// The policy in force now, with what the authority's register says now; as it was last kept here where the registry does
/// not answer.
pub(super) async fn in_force(app: &App, scope: &Scope) -> Result<Pinned> {
    let school = scope.school()?.as_str();
    if let Ok(policy) = fetch_policy(app, school).await {
        return Ok(policy);
    }
    let mut tx = app.store.begin(scope).await?;
    let kept = store::copy::policy(&tx, school).await?;
    tx.silent();
    tx.commit().await?;
    kept.ok_or_else(|| Error::unavailable("the school’s policy is not known here yet: try again"))
}

/// The name that a form begins with: as it was asked, or as the gateway vouches for whoever acts.
pub(super) fn maker<'a>(scope: &'a Scope, asked: &'a str) -> &'a str {
    if asked.trim().is_empty() { scope.account_name() } else { asked }
}

/// A route of a policy that somebody may take.
pub(super) fn of<'a>(policy: &'a Pinned, key: &str, maker: &str) -> Result<&'a Route> {
    let taken = |route: &&Route| route.maker == maker;
    let found = policy.routes.iter().filter(taken).find(|route| route.key == key);
    found.ok_or_else(|| {
        let keys: Vec<&str> = policy.routes.iter().filter(taken).map(|route| route.key.as_str()).collect();
        Error::invalid("route", format!("Select one of: {}", keys.join(", ")))
    })
}

/// Those of a case's people who are on the roll, for whoever reads the roll (a chair of governors does not), and the concerns
/// that are part of it.
pub(super) async fn known(app: &App, scope: &Scope, case_id: &str) -> Result<(Vec<Learner>, Vec<Concern>)> {
    let tx = app.store.begin(scope).await?;
    let case = store::case::load(&tx, case_id).await?;
    let mut found = Vec::new();
    if store::access::reads_outside(&tx) {
        for id in case.involvements.iter().filter_map(|part| part.learner.as_ref()) {
            match store::learner::load(&tx, id.as_str()).await {
                Ok(learner) => found.push(learner),
                Err(error) if error.kind() == Kind::Missing => {}
                Err(error) => return Err(error),
            }
        }
    }
    let mut concerns = Vec::new();
    for id in &case.concern_ids {
        match store::concern::load(&tx, id).await {
            Ok(concern) => concerns.push(concern),
            Err(error) if matches!(error.kind(), Kind::Missing | Kind::Denied) => {}
            Err(error) => return Err(error),
        }
    }
    Ok((found, concerns))
}
