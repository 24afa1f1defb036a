//! Takes an allegation in at the designated officer's desk.

use chassis::{
    caller::{Caller, Scope},
    db::{Once, Tx},
    error::{Error, Kind, Result, Violations},
    history::Act,
    id::SchoolId,
};
use proto::incident_cases::v1::{OpenAllegationRequest, OpenAllegationResponse};
use tonic::Request;

use super::{
    allegation::stamp,
    convert,
    once::{About, once},
    work::{name, words},
};
use crate::{
    App,
    case::Case,
    desk::{
        allegation::{Allegation, SOURCES},
        referral::DeskReferral,
    },
    store,
};

pub(super) async fn open_allegation(
    app: &App,
    request: Request<OpenAllegationRequest>,
) -> Result<OpenAllegationResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_desk(&request.desk)?;
    let referral = referral_of(app, &scope, &request.referral_id).await?;
    let scope = match &referral {
        // The school's case keeps that what it sent is worked at the desk.
        Some(held) => scope.also_at(&held.school_id.parse::<SchoolId>().map_err(Error::internal)?),
        None => scope,
    };
    let about = |answer: &OpenAllegationResponse| match &answer.allegation {
        Some(one) => About::Allegation(one.allegation_id.clone()),
        None => About::Permission,
    };
    let mut tx = match once(app, &scope, &request.request_id, &request, about).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let desk = store::allegation::desk(&tx)?;
    let mut v = Violations::new();
    let source = request.source.as_str();
    v.check(SOURCES.contains(&source), "source", format!("Select one of {}", SOURCES.join(", ")));
    words(&mut v, "about", "whom it is about, and what they do with children", &request.about);
    words(&mut v, "what", "what is alleged", &request.what);
    if request.school_id.is_empty() {
        name(&mut v, "setting", "where they work, or select a school", &request.setting);
    } else {
        v.check(request.setting.trim().is_empty(), "setting", "Leave this empty where a school is selected");
    }
    v.finish()?;
    if !request.school_id.is_empty() && !store::copy::knows_school(&tx, &request.school_id).await? {
        return Err(Error::invalid("school_id", "Select a school of the authority"));
    }
    let mut case = None;
    if !request.referral_id.is_empty() {
        if let Some(held) = &referral {
            // Whoever works the case holds it first, too.
            case = store::case::held_of_service(&tx, &held.case_id).await?;
        }
        let found = store::desk_referral::hold(&tx, &request.referral_id).await;
        let held =
            found.map_err(|_| Error::invalid("referral_id", "Select a referral of the inbox, or leave it out"))?;
        let mut v = Violations::new();
        v.check(request.school_id == held.school_id, "school_id", "Select the school that sent the referral");
        v.check(source == "school", "source", "Select a school: the referral came from one");
        v.finish()?;
        // One referral is counted once.
        if let Some(before) = store::allegation::of_referral(&tx, &request.referral_id).await? {
            let reference = before.reference();
            return Err(Error::wrong_state(format!(
                "this referral was taken in already, as {reference}: go on with that"
            )));
        }
    }
    let one = Allegation {
        id: tx.ids().next(),
        desk,
        school_id: request.school_id.clone(),
        setting: request.setting.trim().to_owned(),
        source: request.source.clone(),
        about: request.about.trim().to_owned(),
        what: request.what.trim().to_owned(),
        opened: stamp(&scope, &tx),
        notes: Vec::new(),
        evaluations: Vec::new(),
        meetings: Vec::new(),
        closings: Vec::new(),
        referral_id: request.referral_id.clone(),
        conflicted: Vec::new(),
        version: 1,
    };
    let body = store::allegation::insert(&tx, &one).await?;
    tx.record(Act::new("allegation.opened", one.id.as_str()).state("allegation", &body));
    if let (Some(mut case), Some(held)) = (case, &referral) {
        tell_school(&mut tx, &mut case, held).await?;
    }
    let response = OpenAllegationResponse { allegation: Some(convert::desk::allegation(&one, tx.now())) };
    tx.answer_about(one.id.as_str(), &response).await?;
    tx.commit().await?;
    Ok(response)
}

/// The referral that an allegation is taken in from; none where it comes otherwise, or the desk has no such referral.
async fn referral_of(app: &App, scope: &Scope, id: &str) -> Result<Option<DeskReferral>> {
    if id.is_empty() {
        return Ok(None);
    }
    let mut tx = app.store.begin(scope).await?;
    store::allegation::desk(&tx)?;
    let found = match store::desk_referral::load(&tx, id).await {
        Ok(held) => Some(held),
        Err(error) if error.kind() == Kind::Missing => None,
        Err(error) => return Err(error),
    };
    tx.silent();
    tx.commit().await?;
    Ok(found)
}

/// Writes into the school's case that the desk works what was referred: from then on it is not taken back.
async fn tell_school(tx: &mut Tx, case: &mut Case, held: &DeskReferral) -> Result<()> {
    case.take_in_at_desk(&held.referral.id)?;
    let body = store::case::update(tx, case).await?;
    let act = Act::new("referral.taken_in", case.id.as_str()).detail("agency", held.referral.agency.as_str());
    tx.record(act.state("case_file", &body));
    store::desk_referral::follow(tx, case).await
}
