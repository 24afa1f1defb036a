//! Answers what an address or a search would come to by the school's rules, and why. Nothing of either is kept: the history
//! says that somebody tried one, and not which.

use std::collections::HashMap;

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    history::Act,
};
use proto::filtering_ingest::v1::{TryRuleRequest, TryRuleResponse};
use tonic::Request;

use super::convert;
use crate::{
    App,
    category::Categories,
    judge::{
        Judge, Left, Seen, Typed,
        explain::{Fate, explain},
    },
    observation::{Outcome, Url},
    search, store,
};

/// Characters of an address, of words, of a name, and names of one site.
const ADDRESS_MAX: usize = 10_000;
const TERMS_MAX: usize = 10_000;
const NAME_MAX: usize = 200;
const NAMES_MAX: usize = 20;

pub(super) async fn try_rule(app: &App, request: Request<TryRuleRequest>) -> Result<TryRuleResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    let one = request.address.trim().is_empty() != request.terms.trim().is_empty();
    violations.check(one, "address", "Enter an address, or words that are searched for");
    violations.maybe_line("address", &request.address, ADDRESS_MAX);
    violations.maybe_line("terms", &request.terms, TERMS_MAX);
    violations.maybe_line("group", &request.group, NAME_MAX);
    violations.check(request.vendor_categories.len() <= NAMES_MAX, "vendor_categories", "Enter 20 names or fewer");
    for name in &request.vendor_categories {
        violations.maybe_line("vendor_categories", name, NAME_MAX);
    }
    violations.finish()?;
    app.there_is(&caller, &request.school_id).await?;
    let mut tx = app.store.begin(&scope).await?;
    let (hosts, groups, profile) = match request.feed_id.as_str() {
        "" => (HashMap::new(), HashMap::new(), None),
        feed => {
            let feed = store::feed::load(&tx, feed).await?;
            let profile = store::profile::of_feed(&tx, &feed).await?;
            (feed.hosts, feed.groups, Some(profile))
        }
    };
    let rules = store::rules(&tx, scope.school()?.as_str()).await?;
    let exceptions = store::exception::holding(&tx).await?;

    let url = Url::read(request.address.trim());
    let found = search::read(&url, &[]);
    let typed = Typed { engine: "", terms: request.terms.trim(), is_final: true };
    let of_address = found.as_ref().map(|s| Typed { engine: &s.engine, terms: &s.terms, is_final: s.is_final });
    let names: Vec<&str> = request.vendor_categories.iter().map(|name| name.trim()).collect();
    // As the lines of the feed are read; of no feed nobody knows whose names they are.
    let (categories, vendor) = match &profile {
        _ if names.is_empty() => (Categories::default(), ""),
        None => (Categories::of_any_vendor(names.iter().copied()), "any"),
        Some(profile) if profile.category_vendor().is_empty() => (profile.categories(&names), "shared"),
        Some(profile) => (profile.categories(&names), profile.category_vendor()),
    };
    let seen = Seen {
        host: &url.host,
        path: &url.path,
        search: if typed.terms.is_empty() { of_address } else { Some(typed) },
        outcome: Outcome::Allowed,
        group: Some(request.group.as_str()).filter(|group| !group.is_empty()),
        categories: categories.with_host(&url.host, &hosts),
        ..Seen::nothing()
    };
    let mut judge = Judge::new(&rules, &groups);
    let mut explained = explain(&mut judge, &seen);
    let now = tx.now();
    let mut exception = None;
    if let Fate::Alert(verdict) = &mut explained.fate {
        match judge.left((**verdict).clone(), &seen, now, &exceptions) {
            // What alerts beside what an exception took out.
            Left::Alerts(left) => *verdict = left,
            Left::Nothing(by) => exception = Some(by),
        }
    }
    let response = TryRuleResponse {
        categories: seen.categories.iter().map(str::to_owned).collect(),
        tier: judge.tier(&seen).to_owned(),
        policy_version: rules.version,
        category_vendor: vendor.to_owned(),
        ..convert::rule::tried(&explained, exception.map(|exception| exception.id.to_string()))
    };
    tx.record(Act::new("rule.tried", scope.account_text()));
    tx.commit().await?;
    Ok(response)
}
