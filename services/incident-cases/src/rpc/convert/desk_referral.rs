//! A referral in a desk's inbox, in the contract's form.

use chassis::clock::timestamp;
use proto::incident_cases::v1 as pb;
use time::OffsetDateTime;

use super::referral::{acknowledgement, correction, escalation, form, message};
use crate::{
    desk::{allegation::Allegation, referral::DeskReferral},
    procedure::clock,
};

/// What the list says of one.
pub(in crate::rpc) fn line(held: &DeskReferral, now: OffsetDateTime) -> pb::DeskReferralLine {
    let referral = &held.referral;
    let due = referral.waits().then_some(referral.chase_at);
    pb::DeskReferralLine {
        referral_id: referral.id.to_string(),
        reference: held.reference(),
        school_id: held.school_id.clone(),
        title: held.title().to_owned(),
        state: referral.state().to_owned(),
        waits_for: referral.waits_for().to_owned(),
        due_time: due.map(timestamp),
        due_word: due.map(|at| clock::word(at, now).to_owned()).unwrap_or_default(),
        send_time: Some(timestamp(referral.made_at)),
        danger: referral.danger(),
    }
}

/// One as the desk reads it, with the allegation that it was taken in as.
pub(in crate::rpc) fn referral(
    held: &DeskReferral,
    taken_in: Option<&Allegation>,
    now: OffsetDateTime,
) -> pb::DeskReferral {
    let referral = &held.referral;
    let decision = referral.decision.as_ref();
    let portal = referral.portal.as_ref();
    pb::DeskReferral {
        line: Some(line(held, now)),
        school_reference: held.school_reference.clone(),
        form: referral.form.as_ref().map(form),
        sender_name: portal.map(|portal| portal.sender.clone()).unwrap_or_default(),
        ring: portal.map(|portal| portal.ring.clone()).unwrap_or_default(),
        desk_reference: referral.reference.clone(),
        acknowledgement: referral.acknowledged.as_ref().map(acknowledgement),
        messages: portal.iter().flat_map(|portal| &portal.messages).map(message).collect(),
        outcome: decision.map(|decision| decision.outcome.clone()).unwrap_or_default(),
        outcome_text: decision.map(|decision| decision.text.clone()).unwrap_or_default(),
        decide_time: decision.map(|decision| timestamp(decision.at)),
        escalations: referral.escalations.iter().map(escalation).collect(),
        corrections: referral.corrections.iter().map(correction).collect(),
        etag: held.version.to_string(),
        allegation_id: taken_in.map(|one| one.id.to_string()).unwrap_or_default(),
        allegation_reference: taken_in.map(Allegation::reference).unwrap_or_default(),
    }
}
