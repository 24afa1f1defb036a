//! Records a choice with its reason.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    id::Ids,
};
use proto::incident_cases::v1::{RecordDecisionRequest, RecordDecisionResponse};
use tonic::Request;

use super::work::{Done, maybe, name, one_of, target, words, work};
use crate::{
    App,
    case::{By, Case, decide::CHOICES, record::Decision},
};

pub(super) async fn record_decision(
    app: &App,
    request: Request<RecordDecisionRequest>,
) -> Result<RecordDecisionResponse> {
    let (caller, request) = Caller::split(request)?;
    caller.at(&request.school_id)?;
    let mut v = Violations::new();
    let kinds: Vec<&str> = CHOICES.iter().map(|(kind, _)| *kind).collect();
    one_of(&mut v, "kind", &request.kind, &kinds);
    name(&mut v, "choice", "what was chosen", &request.choice);
    words(&mut v, "reason", "why", &request.reason);
    maybe(&mut v, "options", &request.options);
    maybe(&mut v, "effect_on_victim", &request.effect_on_victim);
    v.finish()?;
    let text = |value: &str| value.trim().to_owned();
    let act = |case: &mut Case, by: By<'_>, ids: &Ids| {
        case.decide(Decision {
            id: ids.next(),
            kind: request.kind.clone(),
            choice: text(&request.choice),
            reason: text(&request.reason),
            options: text(&request.options),
            effect_on_victim: text(&request.effect_on_victim),
            stamp: by.stamp(),
        })?;
        Ok(Done::new("decision.recorded").detail("kind", &request.kind))
    };
    work(app, &caller, &request, target!(request), act, |case, _| RecordDecisionResponse { case: Some(case) }).await
}
