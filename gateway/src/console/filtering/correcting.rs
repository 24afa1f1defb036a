//! Correcting a feed: what it is called, for whom its groups are, which sites the school's own list names. And ending it.

use axum::extract::Path;
use chassis::error::{Error, Violations};
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{EndFeedRequest, Feed, UpdateFeedRequest},
};

use super::pairs;
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::{Head, Row},
        words,
    },
};

/// What is asked, with what is so now.
pub fn fields(now: &Feed) -> Vec<Field> {
    let mut groups: Vec<String> = now.group_tiers.iter().map(|(group, tier)| format!("{group} = {tier}")).collect();
    groups.sort();
    vec![
        Field::text("name", "What do you call it?").value(now.name.clone()),
        Field::long_text("group_tiers", "For whom the filter’s groups are (optional)")
            .hint("One group to a line, then an equals sign and pupil, staff, guest, EYFS or KS1 to KS5: Year 9 = KS3")
            .value(groups.join("\n")),
        Field::long_text("host_categories", "Sites for your own list, new or of another category (optional)")
            .hint("One site to a line, then an equals sign and its category: games.example = gaming. The others of the list stay."),
        Field::long_text("removed_hosts", "Sites that leave your own list (optional)").hint("One site to a line."),
    ]
}

async fn page(visit: &Visit, feed_id: &str) -> Result<FormPage, Error> {
    let feed = super::feed(visit, feed_id).await?;
    let here = visit.at(&format!("/filtering/feeds/{feed_id}"));
    let crumbs = visit.crumbs(&[("Filtering", visit.at("/filtering")), ("Feed", here.clone())]);
    let fields = fields(&feed);
    let sites = words::number(feed.host_categories.into());
    let head = Head::new("Correct the feed", crumbs).of(feed.name);
    let mut page = visit.form_page(head, format!("{here}/correct"), "Save", fields);
    page.rows = vec![Row::new("Sites on your own list", sites)];
    Ok(page.lead("Lines that come from then on are read by it. What came before stays as it was read."))
}

/// Asks what is to be corrected.
pub async fn show(visit: Visit, Path((_, feed_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::FeedManage)?;
    visit.page(&page(&visit, &feed_id).await?)
}

/// Saves it.
pub async fn save(Path((_, feed_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::FeedManage)?;
    let done = match command(&visit, &feed_id, &answers) {
        Ok(command) => heard(visit.filtering()?.update_feed(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to(&visit.at(&format!("/filtering/feeds/{feed_id}?done=feed_corrected"))),
        Err(error) => visit.again(page(&visit, &feed_id).await?, &answers, error, ""),
    }
}

fn command(visit: &Visit, feed_id: &str, answers: &Answers) -> Result<UpdateFeedRequest, Error> {
    let mut v = Violations::new();
    v.text("name", "what you call the feed", &answers.text("name"), 100);
    let hosts = pairs(&answers.text("host_categories"), str::to_lowercase);
    let fix = "Enter each site on a line of its own, then an equals sign and its category";
    v.check(hosts.is_some(), "host_categories", fix);
    let groups = pairs(&answers.text("group_tiers"), str::to_owned);
    let fix = "Enter each group on a line of its own, then an equals sign and for whom it is";
    v.check(groups.is_some(), "group_tiers", fix);
    v.finish()?;
    let removed = answers.text("removed_hosts");
    Ok(UpdateFeedRequest {
        school_id: visit.school.clone(),
        feed_id: feed_id.to_owned(),
        name: answers.text("name"),
        group_tiers: groups.unwrap_or_default(),
        host_categories: hosts.unwrap_or_default(),
        removed_hosts: removed.lines().map(str::trim).filter(|host| !host.is_empty()).map(str::to_owned).collect(),
        request_id: answers.request_id(),
    })
}

async fn end_page(visit: &Visit, feed_id: &str) -> Result<FormPage, Error> {
    let feed = super::feed(visit, feed_id).await?;
    let here = visit.at(&format!("/filtering/feeds/{feed_id}"));
    let crumbs = visit.crumbs(&[("Filtering", visit.at("/filtering")), ("Feed", here.clone())]);
    let last = words::stamp(feed.last_receive_time.as_ref()).unwrap_or_else(|| "Never".into());
    let head = Head::new("End the feed", crumbs).of(feed.name);
    let mut page = visit.form_page(head, format!("{here}/end"), "End the feed", Vec::new());
    page.rows = vec![Row::new("Last line", last)];
    Ok(page.lead("For a filter that the school has no more, or a feed that was added by mistake. From today on nothing is expected of it, its silence counts against no day, and what is sent to it is refused. What it brought stays, and so do its alerts."))
}

/// Asks whether it is to end.
pub async fn show_end(visit: Visit, Path((_, feed_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::FeedManage)?;
    visit.page(&end_page(&visit, &feed_id).await?)
}

/// Ends it.
pub async fn end(Path((_, feed_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::FeedManage)?;
    let command =
        EndFeedRequest { school_id: visit.school.clone(), feed_id: feed_id.clone(), request_id: answers.request_id() };
    match heard(visit.filtering()?.end_feed(ask(command))).await {
        Ok(_) => visit.to(&visit.at(&format!("/filtering/feeds/{feed_id}?done=feed_ended"))),
        Err(error) => visit.again(end_page(&visit, &feed_id).await?, &answers, error, ""),
    }
}
