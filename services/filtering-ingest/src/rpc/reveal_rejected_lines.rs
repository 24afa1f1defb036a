//! Shows the text of rejected lines, for a purpose that the history keeps.

use chassis::{
    caller::Caller,
    clock::timestamp,
    error::{Error, Result},
    history::Act,
};
use proto::filtering_ingest::v1::{RevealRejectedLinesRequest, RevealRejectedLinesResponse, RevealedLine};
use tonic::Request;

use crate::{
    App,
    store::{self, unread},
    withhold::Own,
};

/// For what the text is looked at.
const PURPOSES: [&str; 3] = ["mend_profile", "find_missed", "inquiry"];
/// Lines that are shown at once where nothing is said, and at most.
const LINES: (usize, usize) = (50, 200);
/// Characters of a line that are shown.
const LONGEST: usize = 4_000;
/// Entries that one page is read from: each holds a line at least.
const ENTRIES: u64 = 201;

pub(super) async fn reveal_rejected_lines(
    app: &App,
    request: Request<RevealRejectedLinesRequest>,
) -> Result<RevealRejectedLinesResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    if !PURPOSES.contains(&request.purpose.as_str()) {
        return Err(Error::invalid("purpose", format!("Select one of: {}", PURPOSES.join(", "))));
    }
    let most = match usize::try_from(request.page_size) {
        Ok(0) => LINES.0,
        Ok(size) if size <= LINES.1 => size,
        _ => return Err(Error::invalid("page_size", format!("Enter a number from 1 to {}", LINES.1))),
    };
    let (first, skip) = unread::begins(&request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let feed = store::feed::load(&tx, &request.feed_id).await?;
    let profile = store::profile::of_feed(&tx, &feed).await?;
    let may = Own::of(&profile, &feed.hosts);
    let (mut lines, mut next) = (Vec::new(), String::new());
    'entries: for kept in unread::from(&tx, feed.id.as_str(), &first, ENTRIES).await? {
        let receive_time = store::moment(kept.received_us).map(timestamp);
        // Another one than the page began at has gone meanwhile: what is left is shown from its beginning.
        let skip = if kept.id == first { skip } else { 0 };
        for (at, line) in unread::text(&tx, &kept).await?.lines.into_iter().enumerate().skip(skip) {
            if lines.len() == most {
                next = format!("{}|{at}", kept.id);
                break 'entries;
            }
            let (text, withheld) = may.shown(&line.reason, &line.text);
            lines.push(RevealedLine {
                delivery_id: kept.delivery_id.clone(),
                line: line.line,
                reason: line.reason,
                detail: line.detail,
                text: text.chars().take(LONGEST).collect(),
                receive_time,
                withheld,
            });
        }
    }
    tx.record(
        Act::new("rejected_line.revealed", feed.id.as_str())
            .detail("purpose", request.purpose.as_str())
            .detail("count", lines.len()),
    );
    tx.commit().await?;
    Ok(RevealRejectedLinesResponse { lines, next_page_token: next })
}
