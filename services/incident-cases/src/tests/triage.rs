//! Deciding about concerns: what is suggested and why, and decisions that begin a case with something done.

use chassis::{
    error::{Error, Result},
    testing::Engine,
};
use proto::incident_cases::v1::{incident_cases_client::IncidentCasesClient, triage_concern_request::Decision, *};

use super::{
    World,
    alerts::{hear_under, raised},
    world,
};

fn wrong<T>(answer: Result<T>) -> Result<Vec<String>> {
    let error = answer.err().ok_or_else(|| Error::internal("it was allowed"))?;
    Ok(error.violations().iter().map(|violation| violation.field.clone()).collect())
}

impl World {
    async fn worry(&self, about: &str, learners: &[&str]) -> Result<String> {
        let request = RecordConcernRequest {
            school_id: self.here.clone(),
            about: about.into(),
            narrative: "Something".into(),
            safe_now: "yes".into(),
            request_id: self.dsl.request_id(),
            ..Default::default()
        };
        let concern_id = call!(self.dsl, record_concern, request)?.concern.unwrap_or_default().concern_id;
        let request = SetConcernLearnersRequest {
            school_id: self.here.clone(),
            concern_id: concern_id.clone(),
            learner_ids: learners.iter().map(|id| (*id).to_owned()).collect(),
            request_id: self.dsl.request_id(),
        };
        call!(self.dsl, set_concern_learners, request)?;
        Ok(concern_id)
    }

    async fn learner(&self, given_name: &str) -> Result<String> {
        let record = LearnerRecord { given_name: given_name.into(), family_name: "Field".into(), ..Default::default() };
        let request = CreateLearnerRequest {
            school_id: self.here.clone(),
            record: Some(record),
            request_id: self.dsl.request_id(),
            another_child: true,
        };
        Ok(call!(self.dsl, create_learner, request)?.learner.unwrap_or_default().learner_id)
    }

    async fn household(&self, learner_id: &str, others: &[&str]) -> Result<SetHouseholdResponse> {
        let request = SetHouseholdRequest {
            school_id: self.here.clone(),
            learner_id: learner_id.into(),
            learner_ids: others.iter().map(|id| (*id).to_owned()).collect(),
            request_id: self.dsl.request_id(),
        };
        call!(self.dsl, set_household, request)
    }

    async fn lives_with(&self, learner_id: &str) -> Result<Vec<String>> {
        let request = GetLearnerRequest { school_id: self.here.clone(), learner_id: learner_id.into() };
        Ok(call!(self.dsl, get_learner, request)?.learner.unwrap_or_default().household_learner_ids)
    }

    async fn decided(&self, concern_id: &str, decision: Decision) -> Result<Case> {
        let request = TriageConcernRequest {
            school_id: self.here.clone(),
            concern_id: concern_id.into(),
            decision: Some(decision),
            request_id: self.dsl.request_id(),
            again: String::new(),
        };
        Ok(call!(self.dsl, triage_concern, request)?.case.unwrap_or_default())
    }

    async fn suggested(&self, concern_id: &str) -> Result<SuggestTriageResponse> {
        let request = SuggestTriageRequest { school_id: self.here.clone(), concern_id: concern_id.into() };
        call!(self.dsl, suggest_triage, request)
    }
}

async fn open_cases_and_other_concerns_are_suggested_with_why(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (robin, sister) = (world.learner("Robin").await?, world.learner("Alex").await?);
    world.household(&robin, &[&sister]).await?;
    assert_eq!(
        (world.lives_with(&sister).await?, world.lives_with(&robin).await?),
        (vec![robin.clone()], vec![sister.clone()])
    );

    let before = world.worry("Alex Field", &[&sister]).await?;
    let new = NewCase { procedure_id: "P1".into(), risks: vec!["conduct".into()], subject: None };
    let case = world.decided(&before, Decision::NewCase(new)).await?;
    let part = AddInvolvementRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        role: "victim".into(),
        learner_id: sister.clone(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    call!(world.dsl, add_involvement, part)?;
    let unrelated = world.case().await?;
    let now = world.worry("Robin F", &[&robin]).await?;
    let again = world.worry("Robin Field", &[]).await?;

    let found = world.suggested(&now).await?;
    let cases: Vec<_> = found.cases.iter().map(|case| (case.case_id.as_str(), case.reasons.as_slice())).collect();
    let why = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
    assert_eq!(cases, [(case.case_id.as_str(), why(&["same_household", "near_in_time"]).as_slice())]);
    assert_ne!(unrelated.case_id, case.case_id);
    let told: Vec<_> = found.concerns.iter().map(|c| (c.concern_id.as_str(), c.reasons.as_slice())).collect();
    assert_eq!(told[0], (before.as_str(), why(&["same_household", "near_in_time"]).as_slice()));
    let by_name = world.suggested(&again).await?;
    assert!(by_name.cases.is_empty(), "no learner is named yet, and the case is of another name");
    assert!(by_name.concerns.iter().all(|c| c.concern_id != before));

    // The case of a concern about the same child is likely before anybody gave the child a part in it, and says whom it is about.
    let first = world.worry("Jo Quill", &[]).await?;
    let new = NewCase { procedure_id: "P1".into(), risks: vec!["conduct".into()], subject: None };
    let hers = world.decided(&first, Decision::NewCase(new)).await?;
    let twin = world.worry("Jo Quill", &[]).await?;
    let found = world.suggested(&twin).await?.cases;
    let told = found.first().map(|case| (case.case_id.as_str(), case.people.as_slice()));
    assert_eq!(told, Some((hers.case_id.as_str(), ["Jo Quill".to_owned()].as_slice())));

    // Nobody is left in a household on one side alone.
    world.household(&sister, &[]).await?;
    assert!(world.lives_with(&robin).await?.is_empty());
    assert_eq!(wrong(world.household(&robin, &[&robin]).await)?, ["learner_ids"]);
    Ok(())
}

async fn an_alert_brings_what_its_users_child_has_to_do_with(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let record = LearnerRecord {
        given_name: "Robin".into(),
        family_name: "Field".into(),
        user_names: vec!["r.field".into()],
        ..Default::default()
    };
    let request = CreateLearnerRequest {
        school_id: world.here.clone(),
        record: Some(record),
        request_id: world.dsl.request_id(),
        another_child: true,
    };
    let robin = call!(world.dsl, create_learner, request)?.learner.unwrap_or_default().learner_id;
    let before = world.worry("R. F.", &[&robin]).await?;
    let new = NewCase { procedure_id: "P1".into(), risks: vec!["conduct".into()], subject: None };
    let case = world.decided(&before, Decision::NewCase(new)).await?;
    hear_under(&world, raised("dsl", "KS3"), "SCHOOL\\R.Field").await?;
    let listed = ListConcernsRequest { school_id: world.here.clone(), state: "new".into(), ..Default::default() };
    let alert = call!(world.dsl, list_concerns, listed)?.concerns.remove(0);
    let found = world.suggested(&alert.concern_id).await?;
    let why = |reasons: &[String]| reasons.first().cloned().unwrap_or_default();
    let cases: Vec<_> = found.cases.iter().map(|one| (one.case_id.clone(), why(&one.reasons))).collect();
    assert_eq!(cases, [(case.case_id, "same_user_name".to_owned())]);
    let concerns: Vec<_> = found.concerns.iter().map(|one| (one.concern_id.clone(), why(&one.reasons))).collect();
    assert_eq!(concerns, [(before, "same_user_name".to_owned())]);
    let read = GetConcernRequest { school_id: world.here.clone(), concern_id: alert.concern_id, with_learners: true };
    let likely = call!(world.dsl, get_concern, read)?.likely;
    let whose = |found: &LearnerMatch| found.learner.clone().unwrap_or_default().learner_id;
    assert_eq!(likely.iter().map(whose).collect::<Vec<_>>(), [robin], "and who it may be is said");
    Ok(())
}

async fn early_help_and_a_referral_begin_a_case_with_it_done(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let risks = || vec!["conduct".to_owned()];
    let help = |lead: &str| EarlyHelp {
        procedure_id: "P1".into(),
        risks: risks(),
        lead_professional: lead.into(),
        plan: "A talk each week, and help at home".into(),
    };
    let concern = world.worry("Somebody", &[]).await?;
    assert_eq!(wrong(world.decided(&concern, Decision::EarlyHelp(help(""))).await)?, ["early_help.lead_professional"]);
    let case = world.decided(&concern, Decision::EarlyHelp(help("The head of year"))).await?;
    let decision = case.decisions.first().cloned().unwrap_or_default();
    assert_eq!((decision.kind.as_str(), decision.choice.as_str()), ("early_help", "The head of year"));

    let refer = |agency: &str, procedure: &str| {
        Decision::ReferNow(ReferNow {
            procedure_id: procedure.into(),
            risks: risks(),
            agency: agency.into(),
            reason: "They need to know today".into(),
            ..ReferNow::default()
        })
    };
    let concern = world.worry("Somebody else", &[]).await?;
    assert_eq!(wrong(world.decided(&concern, refer("nobody", "P1")).await)?, ["refer_now.agency"]);
    assert_eq!(wrong(world.decided(&concern, refer("front_door_form", "P9")).await)?, ["refer_now.procedure_id"]);
    let case = world.decided(&concern, refer("front_door_form", "P1")).await?;
    assert_eq!(case.referrals.iter().map(|r| r.agency.as_str()).collect::<Vec<_>>(), ["front_door_form"]);
    let listed = ListDisclosuresRequest { school_id: world.here.clone(), ..Default::default() };
    assert_eq!(
        call!(world.dsl, list_disclosures, listed)?.disclosures.len(),
        1,
        "it is in the register of disclosures"
    );
    Ok(())
}

async fn somebody_is_referred_to_channel_at_once_with_their_consent(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let mut policy = super::policy();
    policy.agencies.push(("prevent".into(), "Prevent team".into()));
    let mut contact = policy.contacts[0].clone();
    contact.key = "prevent".into();
    policy.contacts.push(contact);
    for procedure in policy.procedures.iter_mut().filter(|procedure| procedure.id == "P7") {
        procedure.steps.push(crate::procedure::StepRule {
            records: vec!["decision".into(), "consent".into()],
            ..super::step("P7-02", "subject in (learner, parent)", &[], &[])
        });
    }
    let mut tx = world.store.begin(&chassis::caller::Scope::consumer(&world.here, "evt")).await?;
    crate::store::copy::keep_policy(&tx, &world.here, &policy).await?;
    tx.silent();
    tx.commit().await?;
    let refer = |agency: &str, consent: &str, consent_reason: &str| {
        Decision::ReferNow(ReferNow {
            procedure_id: "P7".into(),
            risks: vec!["content".into()],
            agency: agency.into(),
            reason: "They need to know today".into(),
            consent: consent.into(),
            consent_reason: consent_reason.into(),
            ..ReferNow::default()
        })
    };
    let concern = world.worry("Somebody", &[]).await?;
    for (agency, consent, why, field) in [
        ("prevent", "", "", "refer_now.consent"),
        ("prevent", "refused", "Asked", "refer_now.consent"),
        ("prevent", "given", "", "refer_now.consent_reason"),
        ("front_door_form", "given", "Asked", "refer_now.consent"),
    ] {
        assert_eq!(wrong(world.decided(&concern, refer(agency, consent, why)).await)?, [field], "{agency} {consent}");
    }
    let case = world.decided(&concern, refer("prevent", "given", "Asked with his mother")).await?;
    assert_eq!(case.referrals.len(), 1);
    let decided = case.decisions.first().cloned().unwrap_or_default();
    assert_eq!((decided.kind.as_str(), decided.reason.as_str()), ("channel_consent", "Asked with his mother"));
    Ok(())
}

on_both_engines!(
    somebody_is_referred_to_channel_at_once_with_their_consent,
    an_alert_brings_what_its_users_child_has_to_do_with,
    open_cases_and_other_concerns_are_suggested_with_why,
    early_help_and_a_referral_begin_a_case_with_it_done,
);
