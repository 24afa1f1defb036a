//! Corrects what a feed is called, for whom the filter's groups are, and the school's own list of sites.

use std::collections::HashMap;

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::filtering_ingest::v1::{UpdateFeedRequest, UpdateFeedResponse};
use tonic::Request;

use super::{
    convert,
    create_feed::{HOSTS_MAX, check, distinct},
};
use crate::{App, store, tier};

pub(super) async fn update_feed(app: &App, request: Request<UpdateFeedRequest>) -> Result<UpdateFeedResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let site = |host: &String| host.trim().to_lowercase();
    let hosts: HashMap<String, String> =
        request.host_categories.iter().map(|(host, category)| (site(host), category.clone())).collect();
    let mut violations = Violations::new();
    violations.line("name", "a name for the feed", &request.name, 100);
    check(&mut violations, &request.host_categories, &hosts, &request.group_tiers);
    violations.finish()?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut feed = store::feed::hold(&tx, &request.feed_id).await?;
    distinct(&tx, request.name.trim(), feed.id.as_str()).await?;
    for host in &request.removed_hosts {
        feed.hosts.remove(&site(host));
    }
    feed.hosts.extend(hosts);
    if feed.hosts.len() > HOSTS_MAX {
        return Err(Error::invalid(
            "host_categories",
            "Enter 10,000 sites or fewer, with those that are there already",
        ));
    }
    feed.groups = tier::groups(&request.group_tiers);
    request.name.trim().clone_into(&mut feed.name);
    let body = store::feed::update(&tx, &feed).await?;
    tx.record(
        Act::new("feed.updated", feed.id.as_str())
            .detail("groups", feed.groups.len())
            .detail("sites", feed.hosts.len())
            .state("feed", &body),
    );
    let total = store::feed::total(&tx, feed.id.as_str()).await?;
    let received = store::profile::feed_received(&tx, &feed).await?;
    let response = UpdateFeedResponse { feed: Some(convert::feed(&feed, received, total)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
