//! Learners of a shared incident: labels to every school but their own, until that says who they are; how it closes; and
//! what a copy of the database tells whoever has one school's keys.

use std::collections::HashMap;

use chassis::{
    caller::Scope,
    error::{Error, Result},
    seal::DataKey,
    testing::Engine,
};
use proto::incident_cases::v1::{incident_cases_client::IncidentCasesClient, *};
use sea_orm::{ConnectionTrait as _, Statement};

use super::{
    World,
    sharing::{School, reason},
    world,
};
use crate::{case::Closing, store};

const NAME: &str = "Marigold Pym";

impl School {
    pub(super) async fn child(&self, case: &Case, name: &str) -> Result<String> {
        let request = AddInvolvementRequest {
            school_id: self.id.clone(),
            case_id: case.case_id.clone(),
            person: name.into(),
            role: "victim".into(),
            year_group: "9".into(),
            request_id: self.dsl.request_id(),
            ..Default::default()
        };
        let case = call!(self.dsl, add_involvement, request)?.case.unwrap_or_default();
        Ok(case.involvements.last().cloned().unwrap_or_default().involvement_id)
    }

    pub(super) async fn learner(&self, id: &str, case_id: &str, involvement_id: &str) -> Result<SharedIncident> {
        let request = AddSharedLearnerRequest {
            school_id: self.id.clone(),
            shared_incident_id: id.into(),
            case_id: case_id.into(),
            involvement_id: involvement_id.into(),
            request_id: self.dsl.request_id(),
        };
        Ok(call!(self.dsl, add_shared_learner, request)?.shared_incident.unwrap_or_default())
    }

    pub(super) async fn disclose(&self, id: &str, learner_id: &str, to: &str) -> Result<SharedIncident> {
        let request = DiscloseLearnerRequest {
            school_id: self.id.clone(),
            shared_incident_id: id.into(),
            learner_id: learner_id.into(),
            to_school_id: to.into(),
            what: String::new(),
            purpose: "To keep the two apart on the bus".into(),
            basis: "safeguarding".into(),
            request_id: self.dsl.request_id(),
            no_learner_meant: false,
        };
        Ok(call!(self.dsl, disclose_learner, request)?.shared_incident.unwrap_or_default())
    }

    pub(super) async fn stop(&self, id: &str, disclosure_id: &str) -> Result<SharedIncident> {
        let request = StopDisclosureRequest {
            school_id: self.id.clone(),
            shared_incident_id: id.into(),
            disclosure_id: disclosure_id.into(),
            reason: "The parents ask us to".into(),
            request_id: self.dsl.request_id(),
            no_learner_meant: false,
        };
        Ok(call!(self.dsl, stop_disclosure, request)?.shared_incident.unwrap_or_default())
    }

    pub(super) async fn own_part(&self, id: &str, why: &str) -> Result<SharedIncident> {
        let request = CloseOwnPartRequest {
            no_learner_meant: false,
            school_id: self.id.clone(),
            shared_incident_id: id.into(),
            reason: why.into(),
            request_id: self.dsl.request_id(),
        };
        Ok(call!(self.dsl, close_own_part, request)?.shared_incident.unwrap_or_default())
    }

    async fn reopen(&self, id: &str) -> Result<SharedIncident> {
        let request = ReopenSharedIncidentRequest {
            no_learner_meant: false,
            school_id: self.id.clone(),
            shared_incident_id: id.into(),
            reason: "The group is back".into(),
            request_id: self.dsl.request_id(),
        };
        Ok(call!(self.dsl, reopen_shared_incident, request)?.shared_incident.unwrap_or_default())
    }

    pub(super) async fn close(&self, id: &str) -> Result<SharedIncident> {
        let request = CloseSharedIncidentRequest {
            no_learner_meant: false,
            school_id: self.id.clone(),
            shared_incident_id: id.into(),
            reason: "The group is gone".into(),
            request_id: self.dsl.request_id(),
        };
        Ok(call!(self.dsl, close_shared_incident, request)?.shared_incident.unwrap_or_default())
    }

    async fn register(&self) -> Result<Vec<Disclosure>> {
        let asked = ListDisclosuresRequest { school_id: self.id.clone(), ..Default::default() };
        Ok(call!(self.dsl, list_disclosures, asked)?.disclosures)
    }
}

fn schools(world: &World) -> (School, School) {
    let lead = School { id: world.here.clone(), dsl: world.dsl.clone() };
    (lead, School { id: world.there.clone(), dsl: world.other.clone() })
}

async fn a_learner_is_a_label_until_their_own_school_says_who_it_is(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (lead, there) = schools(&world);
    let third = world.another().await?;
    let case = world.talked(&lead.id, &lead.dsl).await?;
    lead.child(&case, NAME).await?;
    let mut id = String::new();
    for school in [&there, &third] {
        let asked = world.ask_in(&case, &lead.dsl, &school.id).await?;
        id = asked.case.unwrap_or_default().shared_incident_id;
        world.come_in(school, &asked.invitation.unwrap_or_default().invitation_id).await?;
    }
    let id = id.as_str();
    let own = world.talked(&there.id, &there.dsl).await?;
    let child = there.child(&own, "Basil Orr").await?;
    assert_eq!(reason(there.learner(id, &own.case_id, &child).await), "WRONG_STATE", "its case is not linked");
    there.link(id, &own).await?;
    let seen = there.learner(id, &own.case_id, &child).await?;
    assert_eq!(seen.learner_labels, ["Learner 1, Year 9", "Learner 2, Year 9"]);
    assert_eq!(reason(there.learner(id, &own.case_id, &child).await), "WRONG_STATE", "once is enough");
    assert_eq!((seen.learners[0].case_id.as_str(), seen.learners[1].case_id.as_str()), ("", &*own.case_id));
    assert!(!format!("{seen:?}").contains(NAME));

    // Another school's learner is not theirs to disclose; and who is not in is not told.
    let (mine, theirs) = (&seen.learners[0].learner_id, &seen.learners[1].learner_id);
    let before = (there.register().await?.len(), lead.register().await?.len());
    assert_eq!(reason(there.disclose(id, mine, &third.id).await), "WRONG_STATE");
    assert_eq!(reason(lead.disclose(id, theirs, &third.id).await), "WRONG_STATE");
    assert_eq!(reason(lead.disclose(id, mine, &lead.id).await), "INVALID_FIELD");
    assert_eq!(reason(lead.disclose(id, mine, &world.bed.school()).await), "INVALID_FIELD");
    assert_eq!(reason(lead.disclose(id, "six_00000000000000000000000000", &third.id).await), "NOT_FOUND");
    assert_eq!((there.register().await?.len(), lead.register().await?.len()), before, "nothing is written");

    let told = lead.disclose(id, mine, &there.id).await?.learners[0].disclosures[0].clone();
    assert_eq!(reason(lead.disclose(id, mine, &there.id).await), "WRONG_STATE", "it knows already");
    let entered = lead.register().await?;
    assert!(entered.iter().any(|one| one.reason == "To keep the two apart on the bus" && one.recipient == there.id));
    let seen = there.read(id).await?.learners[0].disclosures[0].clone();
    assert_eq!((seen.name.as_str(), seen.basis.as_str()), (NAME, "safeguarding"));
    assert!(!format!("{:?}", third.read(id).await?).contains(NAME), "and nobody else is told");
    assert_eq!(third.read(id).await?.learners[0].disclosures, []);

    // Neither what for nor why it ends says the name: that is still read once it has ended.
    let named = StopDisclosureRequest {
        school_id: lead.id.clone(),
        shared_incident_id: id.into(),
        disclosure_id: told.disclosure_id.clone(),
        reason: format!("Somebody else was meant, not {NAME}"),
        request_id: lead.dsl.request_id(),
        ..Default::default()
    };
    assert_eq!(reason(call!(lead.dsl, stop_disclosure, named)), "INVALID_FIELD");
    let named = DiscloseLearnerRequest {
        school_id: lead.id.clone(),
        shared_incident_id: id.into(),
        learner_id: mine.clone(),
        to_school_id: third.id.clone(),
        purpose: "So that marigold is met by nobody".into(),
        basis: "safeguarding".into(),
        request_id: lead.dsl.request_id(),
        ..Default::default()
    };
    assert_eq!(reason(call!(lead.dsl, disclose_learner, named)), "INVALID_FIELD");

    // Ended for the future: the name is gone, that it was told is not.
    assert_eq!(reason(there.stop(id, &told.disclosure_id).await), "WRONG_STATE");
    assert_eq!(reason(third.stop(id, &told.disclosure_id).await), "NOT_FOUND");
    lead.stop(id, &told.disclosure_id).await?;
    assert_eq!(reason(lead.stop(id, &told.disclosure_id).await), "WRONG_STATE");
    let seen = there.read(id).await?.learners[0].disclosures[0].clone();
    assert_eq!((seen.name.as_str(), seen.stop_reason.as_str()), ("", "The parents ask us to"));
    assert!(seen.create_time.is_some() && seen.stop_time.is_some());
    assert_eq!(lead.read(id).await?.learners[0].disclosures[0].name, NAME, "what was told is not rewritten");
    assert!(lead.register().await?.iter().any(|one| !one.shared && one.reason == "The parents ask us to"));

    // Whose part has ended is said to nobody any more, and their own school takes them out; the label stays, with why.
    let wrong = lead.child(&case, "Clover Finch").await?;
    let seen = lead.learner(id, &case.case_id, &wrong).await?;
    let label = seen.learners.last().cloned().unwrap_or_default().learner_id;
    let ends = EndInvolvementRequest {
        school_id: lead.id.clone(),
        case_id: case.case_id.clone(),
        involvement_id: wrong.clone(),
        reason: "The wrong child".into(),
        request_id: lead.dsl.request_id(),
        ..Default::default()
    };
    call!(lead.dsl, end_involvement, ends)?;
    let state = |seen: SharedIncident| seen.learners.last().cloned().unwrap_or_default().state;
    assert_eq!((state(lead.read(id).await?), state(there.read(id).await?)), ("part_ended".into(), "there".into()));
    assert_eq!(reason(lead.disclose(id, &label, &there.id).await), "WRONG_STATE");
    let out = |who: &School, learner: &str| WithdrawSharedItemRequest {
        school_id: who.id.clone(),
        shared_incident_id: id.into(),
        shared_item_id: learner.into(),
        reason: "Brought in by mistake".into(),
        request_id: who.dsl.request_id(),
        ..Default::default()
    };
    assert_eq!(reason(call!(there.dsl, withdraw_shared_item, out(&there, &label))), "WRONG_STATE");
    call!(lead.dsl, withdraw_shared_item, out(&lead, &label))?;
    let seen = there.read(id).await?;
    assert!(seen.withdrawals.iter().any(|gone| gone.shared_item_id == label && gone.reason == "Brought in by mistake"));
    assert_eq!(state(seen), "taken_out");

    // It may be told anew; who went and came back is told nothing of before.
    lead.disclose(id, mine, &there.id).await?;
    assert_eq!(reason(call!(lead.dsl, withdraw_shared_item, out(&lead, mine))), "WRONG_STATE", "it is still told");
    there.leave(id).await?;
    world.bed.clock.advance(time::Duration::hours(1));
    let asked = world.ask_in(&case, &lead.dsl, &there.id).await?.invitation.unwrap_or_default();
    let back = world.come_in(&there, &asked.invitation_id).await?;
    assert!(!format!("{back:?}").contains(NAME));
    Ok(())
}

async fn it_closes_once_every_school_has_said_how_it_stands(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (lead, there) = schools(&world);
    let incident = world.incident(&[&there]).await?;
    let id = incident.id.as_str();
    assert_eq!(reason(lead.close(id).await), "WRONG_STATE");
    assert_eq!(reason(lead.own_part(id, " ").await), "INVALID_FIELD", "its case is open");
    assert!(!lead.own_part(id, "The police still look at it").await?.own_parts[0].closed);
    assert_eq!(reason(lead.close(id).await), "WRONG_STATE", "the other one has not said");
    assert_eq!(reason(there.own_part(id, "").await), "INVALID_FIELD", "it has no case that could be closed");
    there.own_part(id, "None of our children has part in it").await?;
    assert_eq!(reason(there.close(id).await), "WRONG_STATE", "whoever leads closes it");
    let closed = lead.close(id).await?;
    assert!(closed.close_time.is_some());
    assert_eq!(reason(there.write(id, "One more thing").await), "WRONG_STATE");
    assert_eq!(reason(world.ask_in(&incident.case, &lead.dsl, &world.another().await?.id).await), "WRONG_STATE");
    assert_eq!(there.read(id).await?.own_parts.len(), 2, "it is still read");
    // Opened again by whoever leads: nothing of before is lost, and each says anew how it stands.
    assert_eq!(reason(there.reopen(id).await), "WRONG_STATE");
    let open = lead.reopen(id).await?;
    assert_eq!(reason(lead.reopen(id).await), "WRONG_STATE", "it is open");
    assert!(open.close_time.is_none() && open.own_parts.iter().all(|part| part.create_time.is_none()));
    let changes: Vec<&str> = open.changes.iter().map(|change| change.change.as_str()).collect();
    assert_eq!(changes, ["joined", "closed", "reopened"]);
    assert_eq!(open.changes.last().map(|change| change.reason.as_str()), Some("The group is back"));
    there.write(id, "One more thing").await?;
    assert_eq!(reason(lead.close(id).await), "WRONG_STATE", "nobody has said anew");
    for school in [&lead, &there] {
        school.own_part(id, "The police still look at it").await?;
    }
    lead.close(id).await?;
    there.leave(id).await?;
    assert_eq!(reason(there.read(id).await), "NOT_FOUND");
    Ok(())
}

async fn a_school_that_opens_its_case_again_says_anew_how_it_stands(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (lead, there) = schools(&world);
    let incident = world.incident(&[&there]).await?;
    let id = incident.id.as_str();
    let own = world.talked(&there.id, &there.dsl).await?;
    there.link(id, &own).await?;
    let mut tx = world.store.begin(&Scope::consumer(&there.id, "evt")).await?;
    tx.silent();
    let mut case = store::case::of_service(&tx, &own.case_id).await?;
    let (outcome, reason_given, by) = ("resolved".to_owned(), "All is well".to_owned(), String::new());
    case.closing = Some(Closing { outcome, reason: reason_given, follow_up: String::new(), by, at: tx.now() });
    store::case::update(&tx, &mut case).await?;
    tx.commit().await?;
    there.own_part(id, "").await?;
    lead.own_part(id, "The police still look at it").await?;
    let again = ReopenCaseRequest {
        school_id: there.id.clone(),
        case_id: own.case_id.clone(),
        reason: "The group is back".into(),
        etag: case.etag(),
        request_id: there.dsl.request_id(),
    };
    call!(there.dsl, reopen_case, again)?;
    assert_eq!(reason(lead.close(id).await), "WRONG_STATE", "what it said holds no longer");
    there.own_part(id, "It happened again").await?;
    lead.close(id).await?;
    Ok(())
}

async fn a_stranger_is_no_learner_and_a_case_that_nobody_joined_is_free(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (lead, there) = schools(&world);
    let case = world.talked(&lead.id, &lead.dsl).await?;
    lead.child(&case, NAME).await?;
    let part = AddInvolvementRequest {
        school_id: lead.id.clone(),
        case_id: case.case_id.clone(),
        person: "A stranger in a game".into(),
        role: "alleged_perpetrator".into(),
        request_id: lead.dsl.request_id(),
        ..Default::default()
    };
    let now = call!(lead.dsl, add_involvement, part)?.case.unwrap_or_default();
    let stranger = now.involvements.last().cloned().unwrap_or_default().involvement_id;
    let part = (case.case_id.clone(), stranger.clone());
    call!(lead.dsl, mark_contact, super::contact::mark(&lead.dsl, &lead.id, &part, "07700 900123"))?;
    let asked = world.ask_in(&case, &lead.dsl, &there.id).await?;
    let id = asked.case.unwrap_or_default().shared_incident_id;
    assert_eq!(lead.read(&id).await?.learner_labels, ["Learner 1, Year 9"]);
    assert_eq!(reason(lead.learner(&id, &case.case_id, &stranger).await), "INVALID_FIELD");
    // Nobody came: the case may belong to what the other school opened.
    let theirs = world.incident_of(&there, &[&lead]).await?;
    assert_eq!(reason(lead.link(&theirs.id, &case).await), "WRONG_STATE");
    lead.leave(&id).await?;
    assert_eq!(reason(lead.read(&id).await), "NOT_FOUND");
    let invitation_id = asked.invitation.unwrap_or_default().invitation_id;
    assert_eq!(reason(world.come_in(&there, &invitation_id).await), "WRONG_STATE", "it was taken back");
    lead.link(&theirs.id, &case).await?;
    Ok(())
}

async fn a_school_that_went_still_ends_what_it_told(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (lead, there) = schools(&world);
    let third = world.another().await?;
    let incident = world.incident(&[&there, &third]).await?;
    let id = incident.id.as_str();
    let told = async |school: &School, name: &str| {
        let own = world.talked(&school.id, &school.dsl).await?;
        let child = school.child(&own, name).await?;
        school.link(id, &own).await?;
        let seen = school.learner(id, &own.case_id, &child).await?;
        let learner = seen.learners.iter().find(|one| one.involvement_id == child).cloned().unwrap_or_default();
        let seen = school.disclose(id, &learner.learner_id, &lead.id).await?;
        let learner = seen.learners.into_iter().find(|one| one.involvement_id == child).unwrap_or_default();
        Ok::<_, Error>(learner.disclosures[0].disclosure_id.clone())
    };
    let shown = async |name: &str| Ok::<_, Error>(format!("{:?}", lead.read(id).await?).contains(name));
    let leave = |school: &School, told: &str| LeaveSharedIncidentRequest {
        school_id: school.id.clone(),
        shared_incident_id: id.into(),
        reason: "None of our children has part in it".into(),
        told: told.into(),
        request_id: school.dsl.request_id(),
        ..Default::default()
    };
    // Whoever leaves says what becomes of what they told, and ends it afterwards, too.
    let first = told(&there, "Basil Orr").await?;
    assert_eq!(reason(call!(there.dsl, leave_shared_incident, leave(&there, ""))), "INVALID_FIELD");
    call!(there.dsl, leave_shared_incident, leave(&there, "keep"))?;
    assert!(shown("Basil Orr").await?);
    let entered = there.register().await?.into_iter().find(|one| one.shared_disclosure_id == first);
    assert_eq!(entered.unwrap_or_default().shared_incident_id, id, "its register leads to it");
    assert_eq!(reason(third.stop(id, &first).await), "NOT_FOUND", "it is not theirs");
    let answer = there.stop(id, &first).await?;
    assert_eq!(answer, SharedIncident::default(), "it reads nothing by that");
    assert!(!shown("Basil Orr").await?);
    assert_eq!(reason(there.stop(id, &first).await), "WRONG_STATE");
    assert_eq!(reason(there.read(id).await), "NOT_FOUND");
    let ends = there.register().await?;
    assert!(ends.iter().all(|one| one.shared_disclosure_id.is_empty()), "what has ended is not ended again");
    assert!(ends.iter().any(|one| !one.shared && one.reason == "The parents ask us to"));
    // Whoever was removed does, and whoever leaves may end all of it by that.
    let second = told(&third, "Clover Finch").await?;
    let asked = world.ask_in(&incident.case, &lead.dsl, &there.id).await?.invitation.unwrap_or_default();
    world.come_in(&there, &asked.invitation_id).await?;
    told(&there, "Juniper Vale").await?;
    assert!(shown("Juniper Vale").await?);
    call!(there.dsl, leave_shared_incident, leave(&there, "end"))?;
    assert!(!shown("Juniper Vale").await?);
    lead.remove(id, &third.id).await?;
    assert!(shown("Clover Finch").await?);
    third.stop(id, &second).await?;
    assert!(!shown("Clover Finch").await?);
    Ok(())
}

/// What somebody reads who has a copy of the database, and the keys of one school.
async fn reads(world: &World, school: &str) -> Result<String> {
    let mut tx = world.store.begin(&Scope::consumer(school, "evt")).await?;
    tx.silent();
    let rows = async |tx: &chassis::db::Tx, sql: String| {
        let statement = Statement::from_string(tx.db().get_database_backend(), sql);
        Ok::<_, Error>(tx.db().query_all_raw(statement).await?)
    };
    let mut keys: HashMap<String, DataKey> = HashMap::new();
    let held =
        format!("SELECT record_id, member, wrapped FROM record_key WHERE member IN ('{school}', '{school}/adults')");
    for row in rows(&tx, held).await? {
        let (id, member): (String, String) = (row.try_get("", "record_id")?, row.try_get("", "member")?);
        keys.insert(id, tx.ring().unwrap(&row.try_get::<Vec<u8>>("", "wrapped")?, &member)?);
    }
    tx.commit().await?;
    let mut copy = world.store.begin(&Scope::system("copy")).await?;
    copy.silent();
    let mut read = String::new();
    for (table, place) in [
        ("case_file", "case"),
        ("concern", "concern"),
        ("shared_incident", "shared"),
        ("shared_item", "shared_item"),
        ("case_register", "register"),
    ] {
        for row in rows(&copy, format!("SELECT id, body FROM {table}")).await? {
            let (id, body): (String, Vec<u8>) = (row.try_get("", "id")?, row.try_get("", "body")?);
            // Every key there is, since whoever has a copy may try them all.
            let opened = keys.values().find_map(|key| key.open(&body, &format!("{place}|{id}")).ok());
            read.push_str(&opened.map(|text| String::from_utf8_lossy(&text).into_owned()).unwrap_or_default());
        }
    }
    // And what was answered before, kept for whoever asks twice.
    for row in rows(&copy, "SELECT actor, request_id, answer FROM once".to_owned()).await? {
        let (actor, request_id): (String, String) = (row.try_get("", "actor")?, row.try_get("", "request_id")?);
        let answer: Vec<u8> = row.try_get("", "answer")?;
        let opened = keys.values().find_map(|key| key.open(&answer, &format!("once|{actor}|{request_id}")).ok());
        read.push_str(&opened.map(|text| String::from_utf8_lossy(&text).into_owned()).unwrap_or_default());
    }
    copy.commit().await?;
    Ok(read)
}

async fn a_copy_with_one_schools_keys_tells_what_it_was_told_and_no_more(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (lead, there) = schools(&world);
    let third = world.another().await?;
    let case = world.talked(&lead.id, &lead.dsl).await?;
    lead.child(&case, NAME).await?;
    let mut id = String::new();
    for school in [&there, &third] {
        let asked = world.ask_in(&case, &lead.dsl, &school.id).await?;
        id = asked.case.unwrap_or_default().shared_incident_id;
        world.come_in(school, &asked.invitation.unwrap_or_default().invitation_id).await?;
    }
    let id = id.as_str();
    let mine = lead.read(id).await?.learners[0].learner_id.clone();
    lead.disclose(id, &mine, &third.id).await?;
    let another = lead.child(&case, "Clover Finch").await?;
    let another = lead.learner(id, &case.case_id, &another).await?.learners[1].learner_id.clone();
    let told = lead.disclose(id, &another, &there.id).await?.learners[1].disclosures[0].disclosure_id.clone();
    lead.write(id, "WRITTEN-BEFORE").await?;
    lead.remove(id, &there.id).await?;
    lead.write(id, "WRITTEN-AFTER").await?;
    lead.task(id, &third.id).await?;
    lead.stop(id, &told).await?;
    let own = world.talked(&there.id, &there.dsl).await?;
    there.child(&own, "Basil Orr").await?;

    let (first, removed, third) =
        (reads(&world, &lead.id).await?, reads(&world, &there.id).await?, reads(&world, &third.id).await?);
    let words = [
        ("WRITTEN-BEFORE", [true, true, true]),
        ("WRITTEN-AFTER", [true, false, true]),
        ("Ring the youth service", [true, false, true]),
        (NAME, [true, false, true]),
        ("Clover Finch", [true, true, false]),
        ("The parents ask us to", [true, false, false]),
        ("Basil Orr", [false, true, false]),
        (&case.case_id, [true, false, false]),
        (&own.case_id, [false, true, false]),
    ];
    for (word, expected) in words {
        let found = [&first, &removed, &third].map(|text| text.contains(word));
        assert_eq!(found, expected, "{word}: whoever leads, whoever was removed, whoever was told");
    }
    Ok(())
}

on_both_engines!(
    a_learner_is_a_label_until_their_own_school_says_who_it_is,
    it_closes_once_every_school_has_said_how_it_stands,
    a_school_that_opens_its_case_again_says_anew_how_it_stands,
    a_stranger_is_no_learner_and_a_case_that_nobody_joined_is_free,
    a_school_that_went_still_ends_what_it_told,
    a_copy_with_one_schools_keys_tells_what_it_was_told_and_no_more,
);
