//! Referrals into the inboxes of the authority's desks, over the wire: the desk reads exactly what was sent, and what it says
//! is the agency's answer at the school.

mod begun;
mod put_right;
mod taken_in;

use chassis::{
    caller::Scope,
    error::{Error, Result},
    testing::{Engine, Person},
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, triage_concern_request::Decision, *},
};
use sea_orm::{ConnectionTrait as _, Statement};
use time::Duration;

use super::{World, access, policy, world};
use crate::{
    route::{Contact, Field, Route},
    store,
};

const DOOR: &str = "front_door";
/// A word that stands in the case, and was not sent.
const KEPT: &str = "MARZIPAN";

/// A school whose front door, Prevent lead and designated officer have desks here.
async fn with_desks(world: &World) -> Result<()> {
    let mut policy = policy();
    let door = policy.routes.first().cloned().unwrap_or_default();
    policy.contacts.clear();
    policy.routes.clear();
    for (key, desk) in [("front_door", "front_door"), ("prevent", "prevent"), ("lado", "lado")] {
        policy.routes.push(Route { key: key.into(), agencies: vec![format!("{key}_form")], ..door.clone() });
        policy.contacts.push(Contact {
            key: format!("{key}_form"),
            name: format!("The {key}"),
            takes_children: true,
            means: vec!["portal".into(), "telephone".into()],
            channels: vec![("telephone".into(), "01632 960350".into(), String::new())],
            desk: desk.into(),
            ..Contact::default()
        });
    }
    let mut tx = world.store.begin(&Scope::consumer(&world.here, "evt")).await?;
    store::copy::keep_policy(&tx, &world.here, &policy).await?;
    tx.silent();
    tx.commit().await
}

fn why<T>(answer: Result<T>) -> &'static str {
    answer.err().map_or("OK", |error| error.reason_name())
}

/// A case of the school, and whoever works it.
struct Sent<'a> {
    world: &'a World,
    who: &'a Person,
    case_id: String,
    referral_id: String,
}

/// Sends a referral from a case into a desk's inbox.
async fn sent<'a>(world: &'a World, who: &'a Person, case_id: &str, route: &str) -> Result<Sent<'a>> {
    let draft = DraftReferralRequest {
        school_id: world.here.clone(),
        case_id: case_id.into(),
        route: route.into(),
        request_id: who.request_id(),
        ..Default::default()
    };
    let draft_id = call!(who, draft_referral, draft)?.draft.unwrap_or_default().draft_id;
    let answers = [("children", "Rowan Tansy"), ("worry", "It was seen"), ("address", "1 High Street")];
    let write = UpdateReferralDraftRequest {
        school_id: world.here.clone(),
        case_id: case_id.into(),
        draft_id: draft_id.clone(),
        answers: answers.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        request_id: who.request_id(),
        ..Default::default()
    };
    let written = call!(who, update_referral_draft, write)?.case.unwrap_or_default();
    let draft = written.referral_drafts.into_iter().find(|draft| draft.draft_id == draft_id).unwrap_or_default();
    let send = |ring: &str| SendReferralRequest {
        school_id: world.here.clone(),
        case_id: case_id.into(),
        draft_id: draft_id.clone(),
        means: "portal".into(),
        ring: ring.into(),
        etag: draft.etag.clone(),
        request_id: who.request_id(),
        ..Default::default()
    };
    assert_eq!(why(call!(who, send_referral, send(""))), "INVALID_FIELD", "a desk rings somebody");
    let referral = call!(who, send_referral, send("Ms Ali, 01632 960123"))?.referral.unwrap_or_default();
    assert_eq!((referral.state.as_str(), referral.form.unwrap_or_default().means.as_str()), ("sent", "portal"));
    Ok(Sent { world, who, case_id: case_id.into(), referral_id: referral.referral_id })
}

impl Sent<'_> {
    async fn at_school(&self) -> Result<Referral> {
        let request = GetCaseRequest { school_id: self.world.here.clone(), case_id: self.case_id.clone() };
        let case = call!(self.who, get_case, request)?.case.unwrap_or_default();
        let found = case.referrals.into_iter().find(|one| one.referral_id == self.referral_id);
        found.ok_or_else(|| Error::internal("no referral"))
    }

    async fn read(&self, who: &Person, desk: &str) -> Result<DeskReferral> {
        let request = GetDeskReferralRequest { desk: desk.into(), referral_id: self.referral_id.clone() };
        Ok(call!(who, get_desk_referral, request)?.referral.unwrap_or_default())
    }

    fn acknowledge(&self, who: &Person, desk: &str) -> AcknowledgeDeskReferralRequest {
        AcknowledgeDeskReferralRequest {
            desk: desk.into(),
            referral_id: self.referral_id.clone(),
            reference: "FD-7".into(),
            text: "The duty team has it".into(),
            request_id: who.request_id(),
        }
    }

    async fn ask(&self, who: &Person) -> Result<DeskReferral> {
        let request = AskDeskReferralRequest {
            desk: DOOR.into(),
            referral_id: self.referral_id.clone(),
            text: "Where does he live now?".into(),
            request_id: who.request_id(),
        };
        Ok(call!(who, ask_desk_referral, request)?.referral.unwrap_or_default())
    }

    fn escalate(&self, cause: &str) -> EscalateReferralRequest {
        EscalateReferralRequest {
            school_id: self.world.here.clone(),
            case_id: self.case_id.clone(),
            referral_id: self.referral_id.clone(),
            cause: cause.into(),
            reason: "We see more risk".into(),
            request_id: self.who.request_id(),
        }
    }
}

async fn listed(who: &Person, desk: &str, waits_for: &str) -> Result<Vec<DeskReferralLine>> {
    let request = ListDeskReferralsRequest { desk: desk.into(), waits_for: waits_for.into(), ..Default::default() };
    Ok(call!(who, list_desk_referrals, request)?.referrals)
}

async fn column(world: &World, sql: &str) -> Result<Vec<String>> {
    let mut tx =
        world.store.begin(&Scope::own("incident-cases", &world.here.parse().map_err(|_| Error::missing())?)).await?;
    let statement = Statement::from_string(tx.db().get_database_backend(), sql);
    let rows = tx.db().query_all_raw(statement).await?;
    tx.silent();
    tx.commit().await?;
    rows.into_iter().map(|row| row.try_get::<String>("", "v").map_err(Error::from)).collect()
}

async fn a_desk_reads_what_was_sent_and_its_answer_is_the_agency_s(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    with_desks(&world).await?;
    let door = world.bed.person(&[(Role::FrontDoor, "")]);
    let case = world.case().await?;
    let entry = AddEntryRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        text: format!("{KEPT}: what the case alone knows"),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    call!(world.dsl, add_entry, entry)?;
    let one = sent(&world, &world.dsl, &case.case_id, DOOR).await?;

    // The desk reads the form as it left, whom to ring, and nothing else.
    let line = listed(&door, DOOR, "desk").await?.pop().unwrap_or_default();
    assert_eq!(
        (line.school_id.as_str(), line.waits_for.as_str(), line.due_word.is_empty()),
        (world.here.as_str(), "desk", false)
    );
    let read = one.read(&door, DOOR).await?;
    let form = one.at_school().await?.form;
    assert_eq!((read.form.as_ref(), read.ring.as_str()), (form.as_ref(), "Ms Ali, 01632 960123"));
    let text = format!("{read:?}");
    assert!(!text.contains(&case.case_id) && !text.contains(KEPT), "{text}");
    // Nobody else does: another desk at its own, at this one, or a school.
    for (role, desk) in
        [(Role::PreventLead, "prevent"), (Role::Lado, "lado"), (Role::SafeguardingOfficer, "safeguarding")]
    {
        let other = world.bed.person(&[(role, "")]);
        assert!(listed(&other, desk, "").await?.is_empty(), "{desk}");
        assert_eq!(
            (why(one.read(&other, desk).await), why(one.read(&other, DOOR).await)),
            ("NOT_FOUND", "NOT_PERMITTED")
        );
        assert_eq!(why(call!(other, acknowledge_desk_referral, one.acknowledge(&other, desk))), "NOT_FOUND");
    }
    for who in [&world.dsl, &world.other, &world.bed.person(&[(Role::AuthorityOfficer, "")])] {
        assert_eq!(
            (why(one.read(who, DOOR).await), why(listed(who, DOOR, "").await)),
            ("NOT_PERMITTED", "NOT_PERMITTED")
        );
    }
    let at_school = GetCaseRequest { school_id: world.here.clone(), case_id: case.case_id.clone() };
    assert_eq!(why(call!(door, get_case, at_school)), "NOT_PERMITTED", "a desk has no way into a case");

    // That it has it, once.
    world.bed.clock.advance(Duration::days(4));
    let before = one.at_school().await?.chase_time;
    let request = one.acknowledge(&door, DOOR);
    let first = call!(door, acknowledge_desk_referral, request.clone())?;
    assert_eq!(call!(door, acknowledge_desk_referral, request)?, first);
    assert_eq!(why(call!(door, acknowledge_desk_referral, one.acknowledge(&door, DOOR))), "WRONG_STATE");
    let known = one.at_school().await?;
    let said = known.acknowledgement.clone().unwrap_or_default();
    assert_eq!(
        (known.state.as_str(), known.reference.as_str(), &said.account_id),
        ("acknowledged", "FD-7", &door.account_id)
    );
    let later = |at: Option<prost_types::Timestamp>| at.map(|at| at.seconds);
    assert!(later(known.chase_time) > later(before), "the time for the answer begins anew");

    // A question waits for the school, and while it does the desk is not silent.
    let events = "SELECT event_id AS v FROM outbox";
    let announced = column(&world, events).await?.len();
    assert_eq!(one.ask(&door).await?.line.unwrap_or_default().waits_for, "school");
    assert_eq!(column(&world, events).await?.len(), announced + 1, "the school is told");
    assert_eq!((listed(&door, DOOR, "desk").await?.len(), listed(&door, DOOR, "school").await?.len()), (0, 1));
    let due = ListDueRequest { school_id: world.here.clone(), kind: "referral_question".into(), ..Default::default() };
    assert_eq!(call!(world.dsl, list_due, due)?.dues.len(), 1);
    world.bed.clock.advance(Duration::days(7));
    assert_eq!(why(call!(world.dsl, escalate_referral, one.escalate("silence"))), "WRONG_STATE");
    let answer = AnswerReferralRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        referral_id: one.referral_id.clone(),
        text: "With an aunt".into(),
        request_id: world.dsl.request_id(),
    };
    call!(world.dsl, answer_referral, answer.clone())?;
    let again = AnswerReferralRequest { request_id: world.dsl.request_id(), ..answer };
    assert_eq!(why(call!(world.dsl, answer_referral, again)), "WRONG_STATE", "nothing is asked any more");
    let read = one.read(&door, DOOR).await?;
    assert_eq!(read.messages.iter().map(|said| said.from_desk).collect::<Vec<_>>(), [true, false]);
    assert_eq!(read.line.as_ref().map(|line| line.due_word != "overdue"), Some(true), "its time begins anew");

    // What it decides is announced at the school; the school does not agree, and the desk decides again.
    assert_eq!(why(one.decide(&door, "resolved", "").await), "INVALID_FIELD");
    assert_eq!(why(one.decide(&door, "declined", "1").await), "CHANGED");
    let announced = column(&world, events).await?.len();
    one.decide(&door, "declined", &read.etag).await?;
    assert_eq!(column(&world, events).await?.len(), announced + 1);
    assert_eq!(listed(&door, DOOR, "nobody").await?.len(), 1);
    let decided = one.at_school().await?;
    assert_eq!((decided.state.as_str(), decided.outcome.as_str()), ("decided", "declined"));
    call!(world.dsl, escalate_referral, one.escalate("disagreement"))?;
    let read = one.read(&door, DOOR).await?;
    assert_eq!((read.outcome.as_str(), read.escalations.len()), ("", 1));
    assert_eq!(read.escalations[0].outcome, "declined", "what was decided stays");
    assert!(read.escalations[0].decide_time.is_some() && !read.escalations[0].outcome_text.is_empty());
    one.decide(&door, "accepted", "").await?;
    let close = CloseReferralRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        referral_id: one.referral_id.clone(),
        text: format!("{KEPT}: how it is at home"),
        request_id: world.dsl.request_id(),
    };
    call!(world.dsl, close_referral, close)?;
    let read = one.read(&door, DOOR).await?;
    assert_eq!(read.line.clone().unwrap_or_default().state, "closed");
    assert!(!format!("{read:?}").contains(KEPT), "how it ended stays with the school");
    Ok(())
}

async fn what_is_taken_back_stays_as_a_line_and_is_read_no_more(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    with_desks(&world).await?;
    let prevent = world.bed.person(&[(Role::PreventLead, "")]);
    let case = world.case().await?;
    let one = sent(&world, &world.dsl, &case.case_id, "prevent").await?;
    let acknowledge = one.acknowledge(&prevent, "prevent");
    let of = |one: &Sent<'_>, school: &str, who: &Person| WithdrawReferralRequest {
        school_id: school.into(),
        case_id: case.case_id.clone(),
        referral_id: one.referral_id.clone(),
        reason: "It was the wrong child".into(),
        request_id: who.request_id(),
    };
    let withdraw = |school: &str, who: &Person| of(&one, school, who);
    let worked = sent(&world, &world.dsl, &case.case_id, "prevent").await?;
    call!(prevent, acknowledge_desk_referral, worked.acknowledge(&prevent, "prevent"))?;
    assert_eq!(why(call!(world.dsl, withdraw_referral, of(&worked, &world.here, &world.dsl))), "WRONG_STATE");
    let asked = sent(&world, &world.dsl, &case.case_id, DOOR).await?;
    asked.ask(&world.bed.person(&[(Role::FrontDoor, "")])).await?;
    assert_eq!(why(call!(world.dsl, withdraw_referral, of(&asked, &world.here, &world.dsl))), "WRONG_STATE");
    assert_eq!(why(call!(world.other, withdraw_referral, withdraw(&world.there, &world.other))), "NOT_FOUND");
    let kept = call!(world.dsl, withdraw_referral, withdraw(&world.here, &world.dsl))?.case.unwrap_or_default();
    let back = kept.referrals.iter().find(|referral| referral.referral_id == one.referral_id).cloned();
    assert!(back.and_then(|back| back.form).is_some_and(|form| !form.answers.is_empty()), "the school keeps it");
    assert_eq!(why(call!(world.dsl, withdraw_referral, withdraw(&world.here, &world.dsl))), "WRONG_STATE");
    let lines = listed(&prevent, "prevent", "").await?;
    assert_eq!(lines.iter().map(|line| line.state.as_str()).collect::<Vec<_>>(), ["acknowledged", "withdrawn"]);
    assert_eq!(why(one.read(&prevent, "prevent").await), "NOT_FOUND");
    assert_eq!(why(call!(prevent, acknowledge_desk_referral, acknowledge)), "NOT_FOUND");
    Ok(())
}

async fn the_designated_officer_is_told_out_of_no_case_that_colleagues_read(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    with_desks(&world).await?;
    let case_id = world.case().await?.case_id;
    let routes = ListReferralRoutesRequest { school_id: world.here.clone(), case_id: case_id.clone() };
    let routes = call!(world.dsl, list_referral_routes, routes)?.routes;
    let shut: Vec<&str> = routes.iter().map(|one| one.shut.as_str()).collect();
    assert_eq!(shut, ["", "", "not_of_adult"]);
    let draft = DraftReferralRequest {
        school_id: world.here.clone(),
        case_id: case_id.clone(),
        route: "lado".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let refused = call!(world.dsl, draft_referral, draft).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(refused.contains("record a concern about the adult"), "{refused}");
    sent(&world, &world.dsl, &case_id, "front_door").await?;
    Ok(())
}

async fn a_referral_about_an_adult_is_announced_to_nobody_and_opened_by_nobody_else(engine: Engine) -> Result<()> {
    let school = access::school(engine).await?;
    let world = &school.world;
    with_desks(world).await?;
    let lado = world.bed.person(&[(Role::Lado, "")]);
    let concern_id = world.concern().await?;
    let subject = AdultSubject { name: "A Pym".into(), routed_to: "head".into(), ..Default::default() };
    let new = NewCase { procedure_id: "P9".into(), risks: vec!["contact".into()], subject: Some(subject) };
    let triage = TriageConcernRequest {
        school_id: world.here.clone(),
        concern_id,
        decision: Some(Decision::NewCase(new)),
        request_id: world.dsl.request_id(),
        again: String::new(),
    };
    let case_id = call!(world.dsl, triage_concern, triage)?.case.unwrap_or_default().case_id;
    let events = "SELECT event_id AS v FROM outbox";
    let announced = column(world, events).await?.len();
    let one = sent(world, &school.head, &case_id, "lado").await?;
    let waits = call!(lado, list_desk_unannounced, ListDeskUnannouncedRequest { desk: "lado".into() })?.marks;
    assert_eq!(waits.len(), 1, "they can be told by mail that something waits");
    let keys =
        format!("SELECT member AS v FROM record_key WHERE record_id = '{}' AND member LIKE 'sch%'", one.referral_id);
    assert_eq!(column(world, &keys).await?, [format!("{}/adults", world.here)], "the school's own key opens it not");
    assert_eq!(one.read(&lado, "lado").await?.form.unwrap_or_default().answers.len(), 5);
    let decide = DecideDeskReferralRequest {
        desk: "lado".into(),
        referral_id: one.referral_id.clone(),
        outcome: "accepted".into(),
        reason: "A strategy discussion tomorrow".into(),
        request_id: lado.request_id(),
        ..Default::default()
    };
    let ask = AskDeskReferralRequest {
        desk: "lado".into(),
        referral_id: one.referral_id.clone(),
        text: "Is he at school today?".into(),
        request_id: lado.request_id(),
    };
    let inbox = ListDeskReferralsRequest { desk: "lado".into(), waits_for: "desk".into(), ..Default::default() };
    assert_eq!(call!(lado, list_desk_referrals, inbox.clone())?.total_size, 1);
    call!(lado, ask_desk_referral, ask)?;
    assert_eq!(call!(lado, list_desk_referrals, inbox)?.total_size, 0);
    // Nothing of it is announced: whoever works the case finds the question where they look, and nobody else does.
    let asked = async |who: &Person| -> Result<Vec<String>> {
        let request = ListWaitingRequest { school_id: world.here.clone(), side: "us".into(), ..Default::default() };
        Ok(call!(who, list_waiting, request)?.waiting.into_iter().map(|one| one.kind).collect())
    };
    assert_eq!(asked(&school.head).await?, ["referral_question"]);
    assert!(asked(&school.deputy).await?.is_empty());
    call!(lado, decide_desk_referral, decide)?;
    // Taken in once, under the school that sent it: what is counted is counted once.
    let take = |school: &str, source: &str| OpenAllegationRequest {
        desk: "lado".into(),
        school_id: school.into(),
        source: source.into(),
        about: "A Pym, who teaches games".into(),
        what: "Drove a child home".into(),
        referral_id: one.referral_id.clone(),
        request_id: lado.request_id(),
        ..Default::default()
    };
    for (school, source) in [(&world.there, "school"), (&world.here, "parent")] {
        assert_eq!(why(call!(lado, open_allegation, take(school, source))), "INVALID_FIELD");
    }
    let (first, second) = tokio::join!(async { call!(lado, open_allegation, take(&world.here, "school")) }, async {
        call!(lado, open_allegation, take(&world.here, "school"))
    },);
    let opened =
        [&first, &second].into_iter().flatten().filter_map(|answer| answer.allegation.clone()).collect::<Vec<_>>();
    let mut outcomes = [why(first), why(second)];
    outcomes.sort_unstable();
    assert_eq!((outcomes, opened.len()), (["OK", "WRONG_STATE"], 1));
    assert_eq!(why(call!(lado, open_allegation, take(&world.here, "school"))), "WRONG_STATE");
    let read = one.read(&lado, "lado").await?;
    assert_eq!(
        (&read.allegation_id, &read.allegation_reference, &opened[0].referral_id),
        (&opened[0].allegation_id, &opened[0].reference, &one.referral_id)
    );
    assert_eq!(asked(&school.head).await?, ["referral_decided"], "what they decided is read, and agreed with or not");
    assert_eq!(one.at_school().await?.outcome, "accepted");
    // What the desk comes to goes into the case that referred, also once the school has closed the referral.
    let settle = |text: &str| CloseReferralRequest {
        school_id: world.here.clone(),
        case_id: case_id.clone(),
        referral_id: one.referral_id.clone(),
        text: text.into(),
        request_id: school.head.request_id(),
    };
    call!(school.head, close_referral, settle("They take it on"))?;
    assert!(asked(&school.head).await?.is_empty());
    let held = EvaluateAllegationRequest {
        desk: "lado".into(),
        allegation_id: opened[0].allegation_id.clone(),
        limbs: vec!["risk".into()],
        reason: "Alone in a car".into(),
        request_id: lado.request_id(),
        ..Default::default()
    };
    call!(lado, evaluate_allegation, held)?;
    world.bed.clock.advance(Duration::days(1));
    let close = CloseAllegationRequest {
        desk: "lado".into(),
        allegation_id: opened[0].allegation_id.clone(),
        outcome: "unsubstantiated".into(),
        reason: "LIQUORICE".into(),
        told_school: "Train him on lifts".into(),
        request_id: lado.request_id(),
        ..Default::default()
    };
    call!(lado, close_allegation, close)?;
    let told = one.at_school().await?;
    let found: Vec<_> = told.findings.iter().map(|one| (one.outcome.as_str(), one.text.as_str())).collect();
    assert_eq!(found, [("unsubstantiated", "Train him on lifts")]);
    assert!(!format!("{told:?}").contains("LIQUORICE"), "what it rests on stays at the desk");
    assert_eq!(asked(&school.head).await?, ["referral_decided"]);
    assert!(asked(&school.deputy).await?.is_empty());
    call!(school.head, close_referral, settle("He is trained"))?;
    assert!(asked(&school.head).await?.is_empty());
    assert_eq!(one.at_school().await?.earlier_ends.len(), 1);
    assert_eq!(column(world, events).await?.len(), announced);
    Ok(())
}

async fn a_child_in_danger_comes_first_at_the_desk(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    with_desks(&world).await?;
    let mut tx = world.store.begin(&Scope::consumer(&world.here, "evt")).await?;
    let mut policy = store::copy::policy(&tx, &world.here).await?.ok_or_else(Error::missing)?;
    for route in &mut policy.routes {
        route.fields.push(Field {
            key: "danger".into(),
            label: "Is a child in danger now?".into(),
            kind: "yes_no".into(),
            source: "case.danger".into(),
            ..Field::default()
        });
    }
    store::copy::keep_policy(&tx, &world.here, &policy).await?;
    tx.silent();
    tx.commit().await?;
    let door = world.bed.person(&[(Role::FrontDoor, "")]);
    let safe = world.case().await?;
    sent(&world, &world.dsl, &safe.case_id, DOOR).await?;
    // Sent later, and due later.
    world.bed.clock.advance(Duration::days(1));
    let case = world.case().await?;
    world.fact(&case, "immediate_danger", "yes").await?;
    let urgent = sent(&world, &world.dsl, &case.case_id, DOOR).await?;
    let lines = listed(&door, DOOR, "desk").await?;
    assert_eq!(lines.iter().map(|line| line.danger).collect::<Vec<_>>(), [true, false]);
    assert_eq!(lines[0].referral_id, urgent.referral_id);
    let page = |page_token: String| ListDeskReferralsRequest {
        desk: DOOR.into(),
        waits_for: "desk".into(),
        page_size: 1,
        page_token,
    };
    let first = call!(door, list_desk_referrals, page(String::new()))?;
    let second = call!(door, list_desk_referrals, page(first.next_page_token.clone()))?;
    assert_eq!((first.total_size, first.referrals[0].danger, second.referrals[0].danger), (2, true, false));
    urgent.decide(&door, "accepted", "").await?;
    assert_eq!(
        listed(&door, DOOR, "").await?.first().map(|line| line.danger),
        Some(false),
        "decided, it waits no more"
    );
    Ok(())
}

on_both_engines!(
    the_designated_officer_is_told_out_of_no_case_that_colleagues_read,
    a_child_in_danger_comes_first_at_the_desk,
    a_desk_reads_what_was_sent_and_its_answer_is_the_agency_s,
    what_is_taken_back_stays_as_a_line_and_is_read_no_more,
    a_referral_about_an_adult_is_announced_to_nobody_and_opened_by_nobody_else,
);
