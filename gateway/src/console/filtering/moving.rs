//! Moving a feed on: to another version of its profile, or to another profile.

use axum::extract::Path;
use chassis::error::Error;
use proto::{access::v1::Permission, filtering_ingest::v1::SetFeedProfileRequest};

use crate::{
    console::{
        posted::Posted,
        profile,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Field, FormPage},
        part::{Head, Row},
        words,
    },
};

/// What is asked; `own` are profiles of somebody's own, and what they are called.
pub fn fields(own: &[(String, String)], now: &str) -> Vec<Field> {
    // Of one's own the list names the newest version, whichever the feed is set to.
    let now = now.split('@').next().unwrap_or_default();
    vec![
        Field::select("profile", "What are its lines to be read by?")
            .choices(own.iter().map(|(profile, text)| (profile.as_str(), text.as_str())))
            .choices(words::PROFILES.iter().copied())
            .hint("Of a profile of your own, the newest version is taken.")
            .value(now),
    ]
}

async fn page(visit: &Visit, feed_id: &str) -> Result<FormPage, Error> {
    let feed = super::feed(visit, feed_id).await?;
    let here = visit.at(&format!("/filtering/feeds/{feed_id}"));
    let crumbs = visit.crumbs(&[("Filtering", visit.at("/filtering")), ("Feed", here.clone())]);
    let own = profile::choices(visit).await?;
    let fields = fields(&own, &feed.profile);
    let head = Head::new("Move the feed on", crumbs).of(feed.name);
    let mut page = visit.form_page(head, format!("{here}/profile"), "Move the feed on", fields);
    page.rows = vec![Row::new("Read by now", profile::called(&feed.profile))];
    Ok(page.lead("Lines that come from then on are read by it. What came before stays as it was read; what could not be read then can be read again by it: rejected lines, “Read the kept lines again”. A line that does not fit is rejected and counted."))
}

/// Asks.
pub async fn show(visit: Visit, Path((_, feed_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::FeedManage)?;
    visit.page(&page(&visit, &feed_id).await?)
}

/// Moves it.
pub async fn save(Path((_, feed_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::FeedManage)?;
    let command = SetFeedProfileRequest {
        school_id: visit.school.clone(),
        feed_id: feed_id.clone(),
        profile: answers.text("profile"),
        request_id: answers.request_id(),
    };
    match heard(visit.filtering()?.set_feed_profile(ask(command))).await {
        Ok(_) => visit.to(&visit.at(&format!("/filtering/feeds/{feed_id}/rejected-lines?done=feed_moved"))),
        Err(error) => visit.again(page(&visit, &feed_id).await?, &answers, error, ""),
    }
}
