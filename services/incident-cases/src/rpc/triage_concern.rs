//! Decides what becomes of a concern. A new case is pinned to the policy in force.

use chassis::{
    caller::Caller,
    clock::london,
    db::{Once, Tx},
    error::{Error, Result, Violations},
    event::Event,
    history::Act,
    id::Ids,
};
use proto::{
    access::v1::Role,
    event::v1::{CaseOpened, ConcernTriaged},
    incident_cases::v1::{ReferNow, TriageConcernRequest, TriageConcernResponse, triage_concern_request::Decision},
};
use time::OffsetDateTime;
use tonic::Request;

use super::{
    convert, make_referral,
    once::{About, once},
    passing_on::{written_in, written_of},
    work::{Done, tell, who},
};
use crate::{
    App,
    case::{
        By, Case, CaseId, Refusal,
        access::{self, ADULT, Access, Office, Verdict},
        class::wrong_risks,
        decide::{CHANNEL_CONSENT, CONSENT_RULE, EARLY_HELP, PREVENT},
        referral::takes_now,
        told::Told,
    },
    concern::{Concern, Origin, Outcome},
    consume::fetch_policy,
    escalate,
    procedure::Pinned,
    rules::{NAME_MAX, NARRATIVE_MAX},
    store,
};

/// The procedure of early help where none is said.
const WELFARE: &str = "P0";

/// How many characters of its id a case on a child is called by, after the year: of a thousand cases of a year hardly two
/// are called the same.
const REFERENCE: usize = 6;

/// That a concern became part of a case, as it is announced.
const JOINED: &str = "added_to_case";

/// Why whoever adds a concern to a case is named in it.
const PASSED_ON: &str = "Added a concern that was passed on to them because nobody had read it: named with it";

/// What becomes of the concern.
enum Decided {
    Nothing { reason: String },
    Joins { case_id: String },
    Opens(Opening),
}

/// A new case, and what is done in it at once.
struct Opening {
    /// The field of the request that asks for it.
    field: &'static str,
    procedure_id: String,
    risks: Vec<String>,
    about: Option<access::About>,
    begins: Begins,
}

/// What is done at once in a new case.
enum Begins {
    Nothing,
    EarlyHelp { lead_professional: String, plan: String },
    Referral { agency: String, reason: String, reference: String, consent: Option<Consent> },
}

/// What was said of consent to Channel before a referral to the Prevent team.
struct Consent {
    choice: String,
    reason: String,
}

impl Begins {
    /// What became of the concern, as it is announced.
    fn outcome(&self) -> &'static str {
        match self {
            Self::Nothing => "new_case",
            Self::EarlyHelp { .. } => "early_help",
            Self::Referral { .. } => "referred",
        }
    }
}

pub(super) async fn triage_concern(app: &App, request: Request<TriageConcernRequest>) -> Result<TriageConcernResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let decided = decided(&request)?;
    let fetched = match &decided {
        Decided::Opens(_) => policy_unless_kept(app, &scope).await?,
        Decided::Nothing { .. } | Decided::Joins { .. } => None,
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
    let (by, at) = (scope.account_text().to_owned(), tx.now());
    concern.decides_again(request.again.trim(), &by, at)?;
    // What is about an adult is counted nowhere.
    let counted = concern.office.is_none();
    let (announced, outcome, case) = match decided {
        Decided::Nothing { reason } => ("no_further_action", Outcome::NoFurtherAction { reason, by, at }, None),
        Decided::Opens(opening) => {
            let begins = opening.begins.outcome();
            let case = open(&mut tx, &mut concern, opening, fetched).await?;
            // No opening is announced of a case on an adult: one more concern that led to a new case than cases would tell of it.
            let announced = if case.adult() { JOINED } else { begins };
            (announced, Outcome::InCase { case_id: case.id.to_string(), by, at }, Some(case))
        }
        Decided::Joins { case_id } => {
            let (mut case, named) = joined(&tx, &case_id, who(&scope, at)).await?;
            concern.goes_into(&case)?;
            case.add_concern(concern.id.as_str())?;
            case.hear(&concern, at);
            if concern.keeps_out(&mut case) || named {
                store::access::keep(&tx, &case).await?;
            }
            let body = store::case::update(&tx, &mut case).await?;
            tx.record(Act::new("case.joined", case.id.as_str()).state("case_file", &body));
            (JOINED, Outcome::InCase { case_id: case.id.to_string(), by, at }, Some(case))
        }
    };
    if let (Some(case), Origin::Alert { alert_id, .. }) = (&case, &concern.origin) {
        store::alert_wanted::want(&tx, &case.school_id, case.id.as_str(), alert_id).await?;
    }
    let waits_since = concern.earlier.last().map_or(concern.recorded_at, |earlier| earlier.again_at);
    let waited_s = (at - waits_since).whole_seconds();
    let unread = concern.read.is_none();
    concern.triage(outcome)?;
    let body = store::concern::update(&tx, &concern).await?;
    // Also where it went into a case on an adult: its alert, which others see, would wait for ever and tell of it.
    if unread && counted {
        escalate::tell_read(&mut tx, &concern).await?;
    }
    tx.record(
        Act::new("concern.triaged", concern.id.as_str()).detail("outcome", concern.state()).state("concern", &body),
    );
    if counted {
        let triaged = ConcernTriaged { outcome: announced.to_owned(), waited_s };
        tx.announce(concern.id.as_str(), Event::ConcernTriaged(triaged)).await?;
    }
    match &case {
        Some(case) => written_in(&mut tx, case, true).await?,
        None => written_of(&mut tx, &concern).await?,
    }
    // Whoever opened a case that is about themselves sees from now on what everybody sees: nothing.
    let sees = case.as_ref().is_none_or(|case| store::access::verdict(&tx, case) == Verdict::Yes);
    let about = case.as_ref().map_or_else(|| concern.id.to_string(), |case| case.id.to_string());
    let response = TriageConcernResponse {
        concern: sees.then(|| convert::concern(&concern)),
        case: case.filter(|_| sees).map(|case| convert::case(&case.as_seen(store::access::reader(&tx)), at)),
    };
    tx.answer_about(&about, &response).await?;
    tx.commit().await?;
    Ok(response)
}

fn decided(request: &TriageConcernRequest) -> Result<Decided> {
    const WAYS: &str = "Select no_further_action, new_case, existing_case, early_help or refer_now";
    let mut v = Violations::new();
    let text = |value: &str| value.trim().to_owned();
    let decided = match request.decision.as_ref().ok_or_else(|| Error::invalid("decision", WAYS))? {
        Decision::NoFurtherAction(nothing) => {
            v.text("no_further_action.reason", "why nothing further is done", &nothing.reason, NARRATIVE_MAX);
            Decided::Nothing { reason: text(&nothing.reason) }
        }
        Decision::ExistingCase(existing) => {
            v.check(!existing.case_id.is_empty(), "existing_case.case_id", "Select a case");
            Decided::Joins { case_id: existing.case_id.clone() }
        }
        Decision::NewCase(new) => Decided::Opens(Opening {
            about: convert::access::new_case(&mut v, new),
            ..Opening::read(&mut v, "new_case", &new.procedure_id, &new.risks)
        }),
        Decision::EarlyHelp(help) => {
            v.line("early_help.lead_professional", "who leads it", &help.lead_professional, NAME_MAX);
            v.text("early_help.plan", "what is done for the child and the family", &help.plan, NARRATIVE_MAX);
            let procedure = if help.procedure_id.is_empty() { WELFARE } else { &help.procedure_id };
            let begins = Begins::EarlyHelp { lead_professional: text(&help.lead_professional), plan: text(&help.plan) };
            Decided::Opens(Opening { begins, ..Opening::read(&mut v, "early_help", procedure, &help.risks) })
        }
        Decision::ReferNow(refer) => {
            v.check(!refer.agency.is_empty(), "refer_now.agency", "Select the agency");
            v.text("refer_now.reason", "why the referral is made", &refer.reason, NARRATIVE_MAX);
            v.maybe_line("refer_now.reference", &refer.reference, NAME_MAX);
            let begins = Begins::Referral {
                agency: refer.agency.clone(),
                reason: refer.reason.clone(),
                reference: refer.reference.clone(),
                consent: consent(&mut v, refer),
            };
            Decided::Opens(Opening { begins, ..Opening::read(&mut v, "refer_now", &refer.procedure_id, &refer.risks) })
        }
    };
    if !request.again.is_empty() {
        v.text("again", "why it is decided again", &request.again, NARRATIVE_MAX);
    }
    v.finish()?;
    Ok(decided)
}

impl Opening {
    fn read(v: &mut Violations, field: &'static str, procedure_id: &str, risks: &[String]) -> Self {
        let procedure = format!("{field}.procedure_id");
        v.check(!procedure_id.is_empty(), procedure.as_str(), "Select the kind of incident");
        // One on an adult says first who it is about.
        let child = field == "new_case" || !ADULT.contains(&procedure_id);
        v.check(child, procedure.as_str(), "Open a new case for a kind of incident about an adult");
        if let Some(fix) = wrong_risks(procedure_id, risks) {
            v.add(format!("{field}.risks"), fix);
        }
        let (procedure_id, risks) = (procedure_id.to_owned(), risks.to_vec());
        Self { field, procedure_id, risks, about: None, begins: Begins::Nothing }
    }

    /// Does in the case what is to be done at once.
    fn begin(&self, case: &mut Case, by: By<'_>, ids: &Ids) -> std::result::Result<Done, Refusal> {
        match &self.begins {
            Begins::Nothing => Ok(Done::new("case.opened")),
            Begins::EarlyHelp { lead_professional, plan } => {
                decide(case, by, ids, (EARLY_HELP, lead_professional), plan)?;
                Ok(Done::new("decision.recorded"))
            }
            Begins::Referral { agency, reason, reference, consent } => {
                if let Some(Consent { choice, reason }) = consent {
                    decide(case, by, ids, (CHANNEL_CONSENT, choice), reason)?;
                }
                let wanted = make_referral::Wanted { agency, reason, reference };
                make_referral::refer(case, by, ids, wanted).map_err(of_referral)
            }
        }
    }
}

/// What is said of consent to Channel; nothing where nothing is.
fn consent(v: &mut Violations, refer: &ReferNow) -> Option<Consent> {
    if refer.consent.is_empty() && refer.consent_reason.is_empty() {
        return None;
    }
    let for_prevent = "Leave it out: consent to Channel is asked for a referral to the Prevent team alone";
    v.check(refer.agency == PREVENT, "refer_now.consent", for_prevent);
    let known = ["given", "not_needed"].contains(&refer.consent.as_str());
    v.check(known, "refer_now.consent", "Select given or not_needed: who does not agree is not referred to Channel");
    v.text("refer_now.consent_reason", "what they said, or why it is not needed", &refer.consent_reason, NARRATIVE_MAX);
    Some(Consent { choice: refer.consent.clone(), reason: refer.consent_reason.trim().to_owned() })
}

fn decide(
    case: &mut Case,
    by: By<'_>,
    ids: &Ids,
    (kind, choice): (&str, &str),
    reason: &str,
) -> std::result::Result<(), Refusal> {
    case.decide(crate::case::record::Decision {
        id: ids.next(),
        kind: kind.to_owned(),
        choice: choice.to_owned(),
        reason: reason.to_owned(),
        options: String::new(),
        effect_on_victim: String::new(),
        stamp: by.stamp(),
    })
}

/// A refusal of a referral by the field of the request.
fn of_referral(refused: Refusal) -> Refusal {
    match refused {
        Refusal::Field("agency", fix) => Refusal::Field("refer_now.agency", fix),
        Refusal::Prohibited(CONSENT_RULE, _) => {
            let fix =
                "Select whether the person agrees to Channel, or that this is not needed: nobody is referred without";
            Refusal::Field("refer_now.consent", fix.to_owned())
        }
        other => other,
    }
}

/// The policy from the registry where none is kept here yet.
async fn policy_unless_kept(app: &App, scope: &chassis::caller::Scope) -> Result<Option<Pinned>> {
    let school = scope.school()?.as_str();
    let mut tx = app.store.begin(scope).await?;
    let kept = store::copy::knows_policy(&tx, school).await?;
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

/// The case that a concern becomes part of, and whether somebody was named in it: the head who decides on what was passed on
/// to them has the case with it from then on, whoever else works it.
async fn joined(tx: &Tx, case_id: &str, by: By<'_>) -> Result<(Case, bool)> {
    match store::case::look(tx, case_id).await? {
        (case, Verdict::Yes) => Ok((case, false)),
        (mut case, Verdict::Denied) => {
            case.name(by, by.account_id, PASSED_ON);
            Ok((case, true))
        }
        (_, Verdict::RowOnly) => Err(Error::denied()),
        (_, Verdict::No) => Err(Error::missing()),
    }
}

async fn open(tx: &mut Tx, concern: &mut Concern, opening: Opening, fetched: Option<Pinned>) -> Result<Case> {
    if concern.not_the_heads() && opening.about.as_ref().is_some_and(|about| about.office == Office::Head) {
        let fix = "Select chair: the concern was said to be about the head, or that the head is in conflict";
        return Err(Error::invalid("new_case.subject.routed_to", fix));
    }
    let school = concern.school_id.clone();
    let policy = match (store::copy::policy(tx, &school).await?, fetched) {
        (Some(kept), _) => kept,
        (None, Some(fetched)) => {
            store::copy::keep_policy(tx, &school, &fetched).await?;
            fetched
        }
        (None, None) => return Err(Error::unavailable("the school's policy is not known here yet: try again")),
    };
    if let Begins::Referral { agency, .. } = &opening.begins {
        takes_now(&policy.contacts, agency, tx.now()).map_err(of_referral)?;
    }
    let procedure = policy.procedure(&opening.procedure_id).ok_or_else(|| {
        let known: Vec<String> = policy.procedures.iter().map(|p| format!("{} ({})", p.id, p.title)).collect();
        Error::invalid(format!("{}.procedure_id", opening.field), format!("Select one of: {}", known.join(", ")))
    })?;
    let id = tx.ids().next::<CaseId>();
    let reference = reference(&id, opening.about.is_some(), tx.now());
    let mut case = Case::open(id, &school, reference, &policy, procedure, opening.risks.clone(), tx.now());
    let scope = tx.scope().clone();
    if let Some(about) = &opening.about {
        case.access = Access::adult(about.clone(), scope.account_text());
    }
    // Of one on an adult the office takes it on, and never whoever it is about.
    let takes_on = |about: &access::About| {
        let office = match about.office {
            Office::Head => Role::Head,
            Office::Chair => Role::Chair,
        };
        scope.has(office) && store::access::verdict(tx, &case) == Verdict::Yes
    };
    if opening.about.as_ref().is_none_or(takes_on) {
        // Whoever takes a case on has it until somebody says otherwise.
        case.owner = Some(scope.account_text().to_owned());
    }
    case.opened_by = scope.account_text().to_owned();
    case.known_at = Some(concern.recorded_at);
    case.told = Some(Told::of(concern));
    concern.goes_into(&case)?;
    concern.keeps_out(&mut case);
    case.add_concern(concern.id.as_str())?;
    case.hear(concern, tx.now());
    let done = opening.begin(&mut case, who(&scope, tx.now()), tx.ids())?;
    let body = store::case::insert(tx, &case).await?;
    let version = i64::from(case.policy_version);
    let act = Act::new("case.opened", case.id.as_str()).detail("policy_version", version).state("case_file", &body);
    // Nothing of one on an adult is said or announced: what is counted is read by its subject, too.
    let act = if case.adult() { act } else { act.detail("procedure", case.procedure.id.clone()) };
    tx.record(act.detail("begins", opening.begins.outcome()));
    let opened = CaseOpened {
        procedure: case.procedure.id.clone(),
        policy_version: case.policy_version,
        risks: case.risks.clone(),
    };
    let (disclosures, events) = done.told();
    let events = std::iter::once(Event::CaseOpened(opened)).chain(events).collect();
    tell(tx, &case, disclosures, events).await?;
    Ok(case)
}

/// A reference that follows no other: the last characters of the id, which are random. A number that follows another tells
/// everybody who counts that there is a case between, whether it is on an adult or a child's that somebody hid later.
fn reference(id: &CaseId, adult: bool, now: OffsetDateTime) -> String {
    let text = id.as_str().to_uppercase();
    let tail = |letters: usize| text.get(text.len().saturating_sub(letters)..).unwrap_or_default();
    if adult { format!("A-{}", tail(5)) } else { format!("{}-{}", london(now).year(), tail(REFERENCE)) }
}
