//! Makes a feed: one school's source of filter events.

use std::collections::HashMap;

use chassis::{
    caller::{Caller, Scope},
    db::{Once, Tx},
    error::{Error, Result, Violations},
    history::Act,
};
use proto::{
    filtering_ingest::v1::{CreateFeedRequest, CreateFeedResponse},
    policy_registry::v1::GetEffectivePolicyRequest,
};
use tonic::Request;

use super::convert::{self, policy::FEED_GATE};
use crate::{
    App, category,
    ledger::Counts,
    profile::{
        PROFILES, ZONES,
        own::{Named, Owner},
    },
    store::{self, feed::Feed},
    tier::{self, TIERS},
};

/// Hosts a school's own list may name.
pub(super) const HOSTS_MAX: usize = 10_000;
/// Groups of the filter that it may name, and characters of each.
const GROUPS_MAX: usize = 1_000;
const GROUP_MAX: usize = 200;

pub(super) async fn create_feed(app: &App, request: Request<CreateFeedRequest>) -> Result<CreateFeedResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let time_zone = if request.time_zone.is_empty() { ZONES[0] } else { request.time_zone.as_str() };
    let hosts = request.host_categories.iter().map(|(host, c)| (host.trim().to_lowercase(), c.clone())).collect();
    let mut violations = Violations::new();
    violations.line("name", "a name for the feed", &request.name, 100);
    // One of somebody's own is looked for below.
    let own = Named::read(&request.profile).is_some_and(|named| named.owner != Owner::Shipped);
    if !own && !PROFILES.contains(&request.profile.as_str()) {
        for unknown in convert::profile::unknown().violations() {
            violations.add(unknown.field.clone(), unknown.message.clone());
        }
    }
    violations.check(ZONES.contains(&time_zone), "time_zone", format!("Select one of: {}", ZONES.join(", ")));
    check(&mut violations, &request.host_categories, &hosts, &request.group_tiers);
    violations.finish()?;
    open_to_feeds(app, &scope, &request.school_id).await?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    store::closed::refuse(&tx, &request.school_id).await?;
    let profile = store::profile::settled(&tx, &request.school_id, &request.profile).await?;
    let profile = profile.ok_or_else(convert::profile::unknown)?;
    distinct(&tx, request.name.trim(), "").await?;
    let feed = Feed {
        id: tx.ids().next(),
        school_id: request.school_id.clone(),
        name: request.name.trim().to_owned(),
        profile,
        time_zone: time_zone.to_owned(),
        hosts,
        groups: tier::groups(&request.group_tiers),
        created_at: tx.now(),
        ended_at: None,
    };
    let body = store::feed::insert(&tx, &feed).await?;
    tx.record(Act::new("feed.created", feed.id.as_str()).detail("profile", feed.profile.clone()).state("feed", &body));
    let response = CreateFeedResponse { feed: Some(convert::feed(&feed, None, Counts::default())) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}

/// Checks what a school says of its sites and of the filter's groups.
pub(super) fn check(
    violations: &mut Violations,
    written: &HashMap<String, String>,
    hosts: &HashMap<String, String>,
    groups: &HashMap<String, String>,
) {
    violations.check(written.len() <= HOSTS_MAX, "host_categories", "Enter 10,000 sites or fewer");
    violations.check(
        category::check_hosts(hosts).is_ok(),
        "host_categories",
        format!("Give each site one of: {}", category::CATEGORIES.join(", ")),
    );
    violations.check(groups.len() <= GROUPS_MAX, "group_tiers", "Enter 1,000 groups or fewer");
    let tiers = groups.values().all(|tier| TIERS.contains(&tier.as_str()));
    violations.check(tiers, "group_tiers", format!("Give each group one of: {}", TIERS.join(", ")));
    for group in groups.keys() {
        violations.line("group_tiers", "the name of each group", group, GROUP_MAX);
    }
}

/// Refuses a name that another feed of the school has: nobody could tell apart whose lines are missing.
///
/// # Errors
/// `Invalid` by `name`.
pub(super) async fn distinct(tx: &Tx, name: &str, besides: &str) -> Result<()> {
    if store::feed::is_called(tx, name, besides).await? {
        return Err(Error::invalid("name", "Enter another name: the school has a feed that is called so"));
    }
    Ok(())
}

/// Refuses a feed while the policy in force keeps it waiting for the access of lead and deputies, and the register of access does
/// not have that (gate G-FEED, requirement R-054). Where no policy is in force nothing waits.
///
/// # Errors
/// `GateShut` with what to enter first; `Unavailable` where the registry cannot say.
async fn open_to_feeds(app: &App, scope: &Scope, school: &str) -> Result<()> {
    let mut tx = app.store.begin(scope).await?;
    let rules = store::rules(&tx, school).await?;
    // Nothing happened yet; and nobody asks another service while a transaction is open.
    tx.silent();
    tx.commit().await?;
    if !rules.feeds_wait {
        return Ok(());
    }
    let asked = GetEffectivePolicyRequest { school_id: school.to_owned(), at_time: None, with_shut_gates: true };
    let answer = app.policy_registry()?.get_effective_policy(chassis::upstream::request(asked)).await;
    let answer = answer.map_err(|status| Error::from_status(&status))?.into_inner();
    match answer.shut_gates.into_iter().find(|shut| shut.gate_id == FEED_GATE) {
        Some(shut) => Err(Error::gate(FEED_GATE, &shut.missing_step, shut.fix)),
        None => Ok(()),
    }
}
