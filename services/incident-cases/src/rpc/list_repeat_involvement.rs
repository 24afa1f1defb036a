//! Lists the learners who come up in several records within some time.

use chassis::{
    calendar::on,
    caller::Caller,
    clock::london,
    error::{Result, Violations},
    history::Act,
    page::Page,
};
use proto::incident_cases::v1::{ListRepeatInvolvementRequest, ListRepeatInvolvementResponse};
use time::{Duration, Time};
use tonic::Request;

use super::convert;
use crate::{
    App,
    store::{self, repeat::Found},
};

/// In how many records at least, where nobody says.
const LEAST: i32 = 3;
/// Within how many days, where nobody says.
const WITHIN: i32 = 365;
/// Learners on a page, where nobody says and at most.
const SHOWN: i32 = 20;
const MOST: i32 = 50;

pub(super) async fn list_repeat_involvement(
    app: &App,
    request: Request<ListRepeatInvolvementRequest>,
) -> Result<ListRepeatInvolvementResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let or = |asked: i32, usual: i32| if asked == 0 { usual } else { asked };
    let (least, within) = (or(request.least, LEAST), or(request.within_days, WITHIN));
    let mut v = Violations::new();
    v.check((2..=20).contains(&least), "least", "Enter a number of records from 2 to 20");
    v.check((7..=1096).contains(&within), "within_days", "Enter a number of days from 7 to 1096");
    v.finish()?;
    let page = Page::from(or(request.page_size, SHOWN).min(MOST), &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    store::access::outside(&tx)?;
    let from = london(tx.now()).date() - Duration::days(within.into());
    let since = on(from, Time::MIDNIGHT);
    let (repeats, next) = store::repeat::list(&tx, since, usize::try_from(least).unwrap_or_default(), &page).await?;
    let records = repeats.iter().flat_map(|repeat| repeat.records.iter().map(Found::id));
    let mut ids: Vec<&str> = records.chain(repeats.iter().map(|repeat| repeat.learner.id.as_str())).collect();
    ids.sort_unstable();
    ids.dedup();
    tx.record(Act::new("repeat_involvement.listed", scope.account_text()).detail("ids", ids));
    tx.commit().await?;
    Ok(ListRepeatInvolvementResponse {
        learners: repeats.iter().map(convert::workload::repeat).collect(),
        next_page_token: next,
        least,
        from_date: from.to_string(),
    })
}
