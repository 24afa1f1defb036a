//! Decides whether a photo of a note may be kept, before any byte of it comes.

use chassis::{
    caller::Caller,
    db::{Once, Tx},
    error::{Error, Result},
    history::Act,
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{BeginAttachmentRequest, BeginAttachmentResponse},
};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
};
use crate::{
    App,
    attachment::{ANSWERS, Attachment, MOST, case_takes, concern_takes, shows_nobody},
    case::Case,
    concern::Concern,
    store,
};

pub(super) async fn begin_attachment(
    app: &App,
    request: Request<BeginAttachmentRequest>,
) -> Result<BeginAttachmentResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| of(&request.case_id)).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut named = Vec::new();
    for id in [request.concern_id.as_str(), request.case_id.as_str()].into_iter().filter(|id| !id.is_empty()) {
        named.push((id, Record::find(&tx, id).await?));
    }
    let [(record_id, record)] = named.as_slice() else {
        return Err(Error::invalid("concern_id", "Name a concern or a case, and not both"));
    };
    if !ANSWERS.contains(&request.shows_child.as_str()) {
        return Err(Error::invalid("shows_child", "Select whether the photo shows a child: no, yes, not_sure"));
    }
    record.takes()?;
    shows_nobody(&request.shows_child)?;
    if store::attachment::of(&tx, &[*record_id]).await?.len() >= MOST {
        return Err(Error::wrong_state(format!("there are {MOST} photos here already, and there is room for no more")));
    }
    let attachment = Attachment {
        id: tx.ids().next(),
        school_id: request.school_id.clone(),
        record_id: (*record_id).to_owned(),
        by: scope.account_text().to_owned(),
        begun_at: tx.now(),
        file: None,
    };
    let body = store::attachment::insert(&tx, &attachment).await?;
    let act = Act::new("attachment.begun", attachment.id.as_str()).detail("record", attachment.record_id.as_str());
    tx.record(act.state("attachment", &body));
    let response = BeginAttachmentResponse { attachment: Some(convert::attachment::attachment(&attachment)) };
    tx.answer_about(&attachment.record_id, &response).await?;
    tx.commit().await?;
    Ok(response)
}

/// What an answer about a photo is about: its case, where it has one.
pub(super) fn of(case_id: &str) -> About {
    if case_id.is_empty() { About::Permission } else { About::Case(case_id.to_owned()) }
}

/// What a photo is for: a concern of the caller's own, one they answer for, a case they work.
pub(super) enum Record {
    Case(Box<Case>),
    /// The concern, and whether the caller is no more to it than its reporter.
    Concern(Box<Concern>, bool),
}

impl Record {
    /// The record of an id, so far as it is the caller's to add to.
    pub(super) async fn find(tx: &Tx, id: &str) -> Result<Self> {
        if id.starts_with("cas_") {
            return Ok(Self::Case(Box::new(store::case::load(tx, id).await?)));
        }
        let scope = tx.scope();
        let lead = scope.has(Role::Dsl) || scope.has(Role::DeputyDsl);
        if let Ok(own) = store::concern::load_own(tx, id, scope.account_text()).await {
            return Ok(Self::Concern(Box::new(own), !lead));
        }
        let concern = store::concern::load(tx, id).await?;
        if lead { Ok(Self::Concern(Box::new(concern), false)) } else { Err(Error::denied()) }
    }

    /// Whether it takes photos at this moment.
    pub(super) fn takes(&self) -> Result<()> {
        match self {
            Self::Case(case) => case_takes(case)?,
            Self::Concern(concern, own) => concern_takes(concern, *own)?,
        }
        Ok(())
    }
}
