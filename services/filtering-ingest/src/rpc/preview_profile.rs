//! Tries a format profile's document on lines. Nothing of either is kept: the history says that somebody tried one, and how
//! many lines.

use chassis::{
    caller::Caller,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::filtering_ingest::v1::{PreviewProfileRequest, PreviewProfileResponse};
use tonic::Request;

use super::{convert::profile as convert, senders::place};
use crate::{
    App,
    profile::{
        Context, Profile, ZONES,
        own::LONGEST,
        trial::{Trial, look},
    },
};

/// Candidates that are told of.
const TOLD: usize = 5;

pub(super) async fn preview_profile(
    app: &App,
    request: Request<PreviewProfileRequest>,
) -> Result<PreviewProfileResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = place(&caller, &request.school_id)?;
    if !request.school_id.is_empty() {
        app.there_is(&caller, &request.school_id).await?;
    }
    let time_zone = if request.time_zone.is_empty() { ZONES[0] } else { request.time_zone.as_str() };
    let mut v = Violations::new();
    let some = !request.document.trim().is_empty() || !request.lines.is_empty();
    v.check(some, "document", "Enter a document, or lines, or both");
    v.maybe_text("document", &request.document, LONGEST);
    v.check(ZONES.contains(&time_zone), "time_zone", format!("Select one of: {}", ZONES.join(", ")));
    v.finish()?;
    let context = Context { time_zone, received_at: app.clock.now() };
    let looked = look(&request.lines, context).map_err(|why| Error::invalid("lines", why))?;
    let mut problems = Vec::new();
    let trial = if request.document.trim().is_empty() {
        looked.detected.best().map(|best| Trial::of(best.profile, &looked.lines, context))
    } else {
        match Profile::parse(&request.document) {
            Ok(profile) => Some(Trial::of(&profile, &looked.lines, context)),
            Err(violations) => {
                problems.extend(violations.into_iter().map(|wrong| convert::problem(&request.document, wrong)));
                None
            }
        }
    };
    let lines = u32::try_from(chassis::lines::count(&looked.lines)).unwrap_or(u32::MAX);
    let mut tx = app.store.begin(&scope).await?;
    tx.record(Act::new("profile.previewed", scope.account_text()).detail("lines", lines));
    tx.commit().await?;
    let detected = &looked.detected;
    Ok(PreviewProfileResponse {
        problems,
        made: looked.made.unwrap_or_default().to_owned(),
        lines,
        signs: detected.signs.iter().map(|sign| (*sign).to_owned()).collect(),
        candidates: detected.candidates.iter().take(TOLD).map(convert::candidate).collect(),
        ..trial.map(convert::trial).unwrap_or_default()
    })
}
