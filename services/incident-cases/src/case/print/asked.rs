//! What a print says of an agency that was asked: the referral, what was said about it, how it was answered and how it ended.

use super::{Gathered, told};
use crate::case::Referral;

/// All of one referral.
pub(super) fn asked(referral: &Referral, all: &mut Gathered) {
    let why = if referral.form.is_some() { "" } else { referral.reason.as_str() };
    let form = referral.form.as_ref();
    let answered = form.map(|form| told(&form.answers)).unwrap_or_default();
    let how = form.map(|form| format!("{}, {}", form.means.replace('_', " "), form.recipient));
    let says = [
        ("To", referral.agency_name.as_str()),
        ("Why", why),
        ("By route", form.map_or("", |form| &form.title)),
        ("What was sent", &answered),
        ("How", how.as_deref().unwrap_or_default()),
        ("Proof", form.map_or("", |form| &form.proof)),
        ("SHA-256 of what was sent", form.map_or("", |form| &form.digest)),
        ("Reference", &referral.reference),
    ];
    all.add(referral.made_at, "Referral", &referral.by, &says, referral);
    for message in referral.portal.iter().flat_map(|portal| &portal.messages) {
        let what = if message.from_desk { "Asked about a referral" } else { "Answered about a referral" };
        all.stamped(&message.stamp, what, &[("By", &message.name), ("", &message.text)], message);
    }
    if let Some(said) = &referral.withdrawn {
        let says = [("To", referral.agency_name.as_str()), ("Why", &said.text)];
        all.stamped(&said.stamp, "Referral taken back", &says, said);
    }
    for (what, said) in [("Referral acknowledged", &referral.acknowledged), ("Referral closed", &referral.end)] {
        if let Some(said) = said {
            all.stamped(&said.stamp, what, &[("By", &referral.agency_name), ("", &said.text)], said);
        }
    }
    for went in &referral.escalations {
        let against = went.against.as_ref();
        let against = against.map(|said| format!("{}: {}", said.outcome.replace('_', " "), said.text));
        let says = [
            ("Of", referral.agency_name.as_str()),
            ("Because of", &went.cause),
            ("Not agreed with", against.as_deref().unwrap_or_default()),
            ("How far", &went.rung.title),
            ("Why", &went.reason),
        ];
        all.stamped(&went.stamp, "Referral taken further", &says, went);
    }
    for put_right in &referral.corrections {
        let before = &put_right.before;
        let outcome = before.outcome.replace('_', " ");
        let says = [
            ("Of", referral.agency_name.as_str()),
            ("Outcome as it was recorded before", &outcome),
            ("", &before.text),
            ("Why it does not hold", &put_right.reason),
        ];
        all.stamped(&put_right.stamp, "Answer to a referral put right", &says, put_right);
    }
    for end in &referral.earlier_ends {
        all.stamped(&end.stamp, "Referral closed", &[("By", &referral.agency_name), ("", &end.text)], end);
    }
    for found in referral.portal.iter().flat_map(|portal| &portal.findings) {
        let says = [
            ("Of", referral.agency_name.as_str()),
            ("Outcome", &found.outcome.replace('_', " ")),
            ("By", &found.name),
            ("", &found.text),
        ];
        all.add(found.at, "What the desk came to", "", &says, found);
    }
    if let Some(decision) = &referral.decision {
        let says = [
            ("Of", referral.agency_name.as_str()),
            ("Outcome", &decision.outcome.replace('_', " ")),
            ("", &decision.text),
        ];
        all.add(decision.at, "Answer to a referral", "", &says, decision);
    }
}
