//! Decides what becomes of a concern. A new case is pinned to the policy in force.

use chassis::{
    caller::Caller,
    db::{Once, Tx},
    error::{Error, Result, Violations},
    event::Event,
    history::Act,
};
use proto::{
    event::v1::{CaseOpened, ConcernTriaged},
    incident_cases::v1::{NewCase, TriageConcernRequest, TriageConcernResponse, triage_concern_request::Decision},
};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
};
use crate::{
    App,
    case::{
        Case, CaseId,
        access::{self, Access, NOT_ON_AN_ADULT, Office, Subject, Verdict},
    },
    concern::{Concern, Outcome, adult::For},
    consume::fetch_policy,
    procedure::Pinned,
    rules::NARRATIVE_MAX,
    store,
};

const RISKS: [&str; 4] = ["content", "contact", "conduct", "commerce"];

pub(super) async fn triage_concern(app: &App, request: Request<TriageConcernRequest>) -> Result<TriageConcernResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let decision = request
        .decision
        .clone()
        .ok_or_else(|| Error::invalid("decision", "Select no_further_action, new_case or existing_case"))?;
    let about = check(&decision)?;
    let fetched = match &decision {
        Decision::NewCase(_) => policy_unless_kept(app, &scope).await?,
        Decision::NoFurtherAction(_) | Decision::ExistingCase(_) => None,
    };
    let told = |answer: &TriageConcernResponse| match (&answer.case, &answer.concern) {
        (Some(case), _) => About::Case(case.case_id.clone()),
        (None, Some(concern)) => About::Concern(concern.concern_id.clone()),
        (None, None) => About::Permission,
    };
    let mut tx = match once(app, &scope, &request.request_id, &request, told).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let mut concern = store::concern::load(&tx, &request.concern_id).await?;
    if concern.outcome.is_some() {
        return Err(crate::concern::AlreadyTriaged.into());
    }
    let (by, at) = (scope.account_text().to_owned(), tx.now());
    let counted = concern.office.is_none();
    let (outcome, case) = match decision {
        Decision::NoFurtherAction(nothing) => {
            (Outcome::NoFurtherAction { reason: nothing.reason.trim().to_owned(), by, at }, None)
        }
        Decision::NewCase(new) => {
            if concern.whose() == For::Chair && about.as_ref().is_some_and(|(_, office)| *office == Office::Head) {
                let fix =
                    "Select chair: the concern came to the chair. Pass it on to the head where the head takes it on";
                return Err(Error::invalid("new_case.subject.routed_to", fix));
            }
            let case = open(&mut tx, &request.school_id, &concern, (new, about), fetched).await?;
            concern.goes_into(&case)?;
            (Outcome::InCase { case_id: case.id.to_string(), by, at }, Some(case))
        }
        Decision::ExistingCase(existing) => {
            let mut case = store::case::load(&tx, &existing.case_id).await?;
            concern.goes_into(&case)?;
            case.add_concern(concern.id.as_str())?;
            let body = store::case::update(&tx, &mut case).await?;
            tx.record(Act::new("case.joined", case.id.as_str()).state("case_file", &body));
            (Outcome::InCase { case_id: case.id.to_string(), by, at }, Some(case))
        }
    };
    let waited_s = (at - concern.recorded_at).whole_seconds();
    let new = case.as_ref().is_some_and(|c| c.opened_at == at);
    concern.triage(outcome)?;
    let body = store::concern::update(&tx, &concern).await?;
    tx.record(
        Act::new("concern.triaged", concern.id.as_str()).detail("outcome", concern.state()).state("concern", &body),
    );
    let outcome = if new {
        "new_case"
    } else if case.is_some() {
        "added_to_case"
    } else {
        "no_further_action"
    };
    let triaged = ConcernTriaged { outcome: outcome.to_owned(), waited_s };
    if counted {
        tx.announce(concern.id.as_str(), Event::ConcernTriaged(triaged)).await?;
    }
    // Whoever opened a case that is about themselves sees from now on what everybody sees: nothing.
    let sees = case.as_ref().is_none_or(|case| store::access::verdict(&tx, case) == Verdict::Yes);
    let response = TriageConcernResponse {
        concern: sees.then(|| convert::concern(&concern)),
        case: case.filter(|_| sees).map(|case| convert::case(&case, at)),
    };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}

fn check(decision: &Decision) -> Result<Option<(Subject, Office)>> {
    let mut violations = Violations::new();
    let mut about = None;
    match decision {
        Decision::NoFurtherAction(nothing) => {
            violations.text("no_further_action.reason", "why nothing further is done", &nothing.reason, NARRATIVE_MAX);
        }
        Decision::NewCase(new) => {
            violations.check(!new.procedure_id.is_empty(), "new_case.procedure_id", "Select the kind of incident");
            violations.check(!new.risks.is_empty(), "new_case.risks", "Select content, contact, conduct or commerce");
            let known = new.risks.iter().all(|risk| RISKS.contains(&risk.as_str()));
            violations.check(known, "new_case.risks", format!("Select from: {}", RISKS.join(", ")));
            about = convert::access::new_case(&mut violations, new);
        }
        Decision::ExistingCase(existing) => {
            violations.check(!existing.case_id.is_empty(), "existing_case.case_id", "Select a case");
        }
    }
    violations.finish()?;
    Ok(about)
}

/// The policy from the registry where none is kept here yet.
async fn policy_unless_kept(app: &App, scope: &chassis::caller::Scope) -> Result<Option<Pinned>> {
    let school = scope.school()?.as_str();
    let mut tx = app.store.begin(scope).await?;
    let kept = store::copy::policy(&tx, school).await?.is_some();
    tx.silent();
    tx.commit().await?;
    if kept {
        return Ok(None);
    }
    match fetch_policy(app, school).await {
        Ok(policy) => Ok(Some(policy)),
        Err(error) if error.kind() == chassis::error::Kind::Missing => {
            Err(Error::wrong_state("no policy is in force at this school: publish one first"))
        }
        Err(error) => Err(Error::unavailable("the school's policy is not known here yet: try again").because(error)),
    }
}

async fn open(
    tx: &mut Tx,
    school: &str,
    concern: &Concern,
    (new, about): (NewCase, Option<(Subject, Office)>),
    fetched: Option<Pinned>,
) -> Result<Case> {
    let policy = match (store::copy::policy(tx, school).await?, fetched) {
        (Some(kept), _) => kept,
        (None, Some(fetched)) => {
            store::copy::keep_policy(tx, school, &fetched).await?;
            fetched
        }
        (None, None) => return Err(Error::unavailable("the school's policy is not known here yet: try again")),
    };
    let procedure = policy.procedure(&new.procedure_id).ok_or_else(|| {
        let known: Vec<String> = policy.procedures.iter().map(|p| format!("{} ({})", p.id, p.title)).collect();
        Error::invalid("new_case.procedure_id", format!("Select one of: {}", known.join(", ")))
    })?;
    if about.is_some() && !access::takes_subject(procedure) {
        return Err(Error::invalid("new_case.subject", NOT_ON_AN_ADULT));
    }
    let id = tx.ids().next::<CaseId>();
    // A number that follows another tells everybody who counts that there is a case between.
    let reference = match about {
        Some(_) => adult_reference(&id),
        None => store::case::next_reference(tx).await?,
    };
    let mut case = Case::open(id, school, reference, &policy, procedure, new.risks, tx.now());
    if let Some((subject, office)) = about {
        case.access = Access::adult(subject, office, tx.scope().account_text());
    }
    if !case.adult() {
        // Whoever takes a case on has it until somebody says otherwise.
        case.owner = Some(tx.scope().account_text().to_owned());
    }
    case.known_at = Some(concern.recorded_at);
    case.add_concern(concern.id.as_str())?;
    let body = store::case::insert(tx, &case).await?;
    let version = i64::from(case.policy_version);
    let act = Act::new("case.opened", case.id.as_str()).detail("policy_version", version).state("case_file", &body);
    if case.adult() {
        // Nothing is announced: what is counted is read by its subject, too.
        tx.record(act);
        return Ok(case);
    }
    tx.record(act.detail("procedure", case.procedure.id.clone()));
    let opened = CaseOpened {
        procedure: case.procedure.id.clone(),
        policy_version: case.policy_version,
        risks: case.risks.clone(),
    };
    tx.announce(case.id.as_str(), Event::CaseOpened(opened)).await?;
    Ok(case)
}

/// A reference that follows no other: the last characters of the id, which are random.
fn adult_reference(id: &CaseId) -> String {
    let text = id.as_str();
    let tail = text.get(text.len().saturating_sub(5)..).unwrap_or_default();
    format!("A-{}", tail.to_uppercase())
}
