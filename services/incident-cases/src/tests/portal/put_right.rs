//! A decision of a desk, or an answer that a school recorded, that was wrong: it is put right, and stays beside what holds.

use chassis::{
    error::{Error, Result},
    testing::{Engine, Person},
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, *},
};

use super::{DOOR, Sent, column, sent, why, with_desks, world};

const WHY: &str = "The wrong one was selected";

impl Sent<'_> {
    pub(super) async fn decide(&self, who: &Person, outcome: &str, etag: &str) -> Result<DeskReferral> {
        self.decide_again(who, (outcome, ""), etag).await
    }

    async fn decide_again(&self, who: &Person, (outcome, again): (&str, &str), etag: &str) -> Result<DeskReferral> {
        let request = DecideDeskReferralRequest {
            desk: DOOR.into(),
            referral_id: self.referral_id.clone(),
            outcome: outcome.into(),
            reason: "Against the thresholds".into(),
            etag: etag.into(),
            request_id: who.request_id(),
            again: again.into(),
        };
        Ok(call!(who, decide_desk_referral, request)?.referral.unwrap_or_default())
    }

    async fn close(&self) -> Result<()> {
        let request = CloseReferralRequest {
            school_id: self.world.here.clone(),
            case_id: self.case_id.clone(),
            referral_id: self.referral_id.clone(),
            text: "How it is at home".into(),
            request_id: self.who.request_id(),
        };
        call!(self.who, close_referral, request).map(drop)
    }
}

async fn a_desk_puts_its_decision_right_and_the_school_is_told(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    with_desks(&world).await?;
    let door = world.bed.person(&[(Role::FrontDoor, "")]);
    let one = sent(&world, &world.dsl, &world.case().await?.case_id, DOOR).await?;
    assert_eq!(why(one.decide_again(&door, ("declined", WHY), "").await), "INVALID_FIELD", "nothing is decided");
    one.decide(&door, "declined", "").await?;
    one.close().await?;
    assert_eq!(why(one.decide(&door, "accepted", "").await), "WRONG_STATE", "it says no reason");
    let events = "SELECT event_id AS v FROM outbox";
    let announced = column(&world, events).await?.len();
    let read = one.decide_again(&door, ("accepted", WHY), "").await?;
    assert_eq!((read.outcome.as_str(), read.corrections.len()), ("accepted", 1));
    assert_eq!(column(&world, events).await?.len(), announced + 1, "the school is told");
    let known = one.at_school().await?;
    assert_eq!((known.state.as_str(), known.outcome.as_str()), ("decided", "accepted"));
    assert_eq!(known.earlier_ends.len(), 1, "what came of it is said anew");
    let before = known.corrections.first().cloned().unwrap_or_default();
    assert_eq!((before.outcome.as_str(), before.reason.as_str()), ("declined", WHY));
    assert_eq!(before.account_id, door.account_id);
    let due = ListDueRequest { school_id: world.here.clone(), kind: "referral_decided".into(), ..Default::default() };
    assert_eq!(call!(world.dsl, list_due, due)?.dues.len(), 1);
    one.close().await?;
    assert_eq!(one.at_school().await?.state, "closed");
    Ok(())
}

async fn a_school_puts_an_answer_right_that_it_recorded(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let case = world.case().await?;
    let make = MakeReferralRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        agency: "front_door_form".into(),
        reason: "It was seen".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let referral_id = call!(world.dsl, make_referral, make)?.referral.unwrap_or_default().referral_id;
    let record = |outcome: &str, again: &str| RecordReferralOutcomeRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        referral_id: referral_id.clone(),
        outcome: outcome.into(),
        text: "By letter".into(),
        request_id: world.dsl.request_id(),
        again: again.into(),
    };
    assert_eq!(why(call!(world.dsl, record_referral_outcome, record("declined", WHY))), "INVALID_FIELD");
    call!(world.dsl, record_referral_outcome, record("no_further_action", ""))?;
    assert_eq!(why(call!(world.dsl, record_referral_outcome, record("accepted", ""))), "WRONG_STATE");
    call!(world.dsl, record_referral_outcome, record("accepted", WHY))?;
    let one = Sent { world: &world, who: &world.dsl, case_id: case.case_id.clone(), referral_id };
    let known = one.at_school().await?;
    assert_eq!((known.outcome.as_str(), known.corrections[0].outcome.as_str()), ("accepted", "no_further_action"));
    Ok(())
}

on_both_engines!(a_desk_puts_its_decision_right_and_the_school_is_told, a_school_puts_an_answer_right_that_it_recorded,);
