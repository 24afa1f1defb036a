//! Routes, drafts and referrals, between the contract's form and ours.

use chassis::clock::timestamp;
use proto::{incident_cases::v1 as pb, policy_registry::v1 as policy};
use time::Date;

use crate::{
    case::{
        record::Said,
        referral::{
            Correction, Draft, Escalation, Form, Referral,
            package::Package,
            portal::{Finding, Message},
        },
    },
    concern::duty::Duty,
    route::{Clock, Contact, Field, Filled, Route, Rung},
};

/// An agency of the register.
pub(in crate::rpc) fn contact(agency: &policy::Agency) -> Contact {
    let channels = agency.channels.iter().map(|c| (c.kind.clone(), c.value.clone(), c.hours.clone()));
    Contact {
        key: agency.key.clone(),
        name: agency.name.clone(),
        takes_children: !agency.no_referrals,
        means: agency.means.clone(),
        channels: channels.collect(),
        desk: agency.desk.clone(),
        from: agency.from_date.clone(),
        until: agency.until_date.clone(),
    }
}

/// A route of the policy.
pub(in crate::rpc) fn route_kept(route: policy::AgencyRoute) -> Route {
    let clock = |clock: Option<policy::Clock>| {
        let policy::Clock { kind, amount, source } = clock.unwrap_or_default();
        Clock { kind, amount, source }
    };
    let field = |field: policy::AgencyRouteField| Field {
        key: field.key,
        group: field.group,
        label: field.label,
        hint: field.hint,
        kind: field.kind,
        options: field.options,
        required: field.required,
        required_when: field.required_when,
        source: field.source,
    };
    Route {
        key: route.key,
        title: route.title,
        threshold: route.threshold,
        advice: route.advice,
        maker: route.maker,
        agencies: route.agencies,
        send: clock(route.send),
        answer: clock(route.answer),
        duty: route.duty,
        from: route.from_date,
        until: route.until_date,
        fields: route.fields.into_iter().map(field).collect(),
    }
}

/// A rung of the ladder.
pub(in crate::rpc) fn rung(rung: policy::EscalationRung) -> Rung {
    Rung { key: rung.key, title: rung.title, days: rung.days }
}

/// What the policy says of that the routes' forms begin with.
pub(in crate::rpc) fn parameters(
    parameters: &[policy::Parameter],
    routes: &[policy::AgencyRoute],
) -> Vec<(String, String)> {
    let wanted = |key: &str| {
        let mut sources = routes.iter().flat_map(|route| &route.fields).map(|field| field.source.as_str());
        sources.any(|source| source.strip_prefix("policy.") == Some(key))
    };
    let kept = parameters.iter().filter(|parameter| wanted(&parameter.key));
    kept.map(|parameter| (parameter.key.clone(), parameter.values.join(", "))).collect()
}

/// A route as it can be taken on a day.
pub(in crate::rpc) fn route(route: &Route, contacts: &[Contact], on: Date) -> pb::ReferralRoute {
    let clock = |clock: &Clock| {
        Some(policy::Clock { kind: clock.kind.clone(), amount: clock.amount, source: clock.source.clone() })
    };
    let field = |field: &Field| policy::AgencyRouteField {
        key: field.key.clone(),
        group: field.group.clone(),
        label: field.label.clone(),
        hint: field.hint.clone(),
        kind: field.kind.clone(),
        options: field.options.clone(),
        required: field.required,
        required_when: field.required_when.clone(),
        source: field.source.clone(),
    };
    pb::ReferralRoute {
        route: Some(policy::AgencyRoute {
            key: route.key.clone(),
            title: route.title.clone(),
            threshold: route.threshold.clone(),
            advice: route.advice.clone(),
            maker: route.maker.clone(),
            agencies: route.agencies.clone(),
            send: clock(&route.send),
            answer: clock(&route.answer),
            duty: route.duty.clone(),
            from_date: route.from.clone(),
            until_date: route.until.clone(),
            fields: route.fields.iter().map(field).collect(),
        }),
        agencies: route.offered(contacts, on).map(agency).collect(),
        shut: route.shut(on, contacts).unwrap_or_default().to_owned(),
    }
}

fn agency(contact: &Contact) -> policy::Agency {
    let channel = |(kind, value, hours): &(String, String, String)| policy::Channel {
        kind: kind.clone(),
        value: value.clone(),
        hours: hours.clone(),
    };
    policy::Agency {
        key: contact.key.clone(),
        name: contact.name.clone(),
        purpose: String::new(),
        channels: contact.channels.iter().map(channel).collect(),
        no_referrals: !contact.takes_children,
        means: contact.means.clone(),
        desk: contact.desk.clone(),
        from_date: contact.from.clone(),
        until_date: contact.until.clone(),
    }
}

fn answer(filled: &Filled) -> pb::FormAnswer {
    pb::FormAnswer {
        key: filled.key.clone(),
        group: filled.group.clone(),
        label: filled.label.clone(),
        value: filled.value.clone(),
    }
}

/// What else a case has to the agency of a draft.
pub(in crate::rpc) fn beside((drafts, sent): (Vec<&Draft>, Vec<&Referral>)) -> Vec<pb::ReferralBeside> {
    let drafts = drafts.into_iter().map(|draft| pb::ReferralBeside {
        draft_id: draft.id.to_string(),
        account_id: draft.stamp.by.clone(),
        create_time: Some(timestamp(draft.stamp.at)),
        ..Default::default()
    });
    let sent = sent.into_iter().map(|sent| pb::ReferralBeside {
        referral_id: sent.id.to_string(),
        account_id: sent.by.clone(),
        create_time: Some(timestamp(sent.made_at)),
        ..Default::default()
    });
    drafts.chain(sent).collect()
}

pub(in crate::rpc) fn draft(draft: &Draft) -> pb::ReferralDraft {
    let missing = draft.route.missing(&draft.answers).into_iter().map(|(key, fix)| pb::MissingAnswer { key, fix });
    let withdrawn = draft.withdrawn.as_ref();
    let begun = chassis::clock::london(draft.stamp.at).date();
    pb::ReferralDraft {
        draft_id: draft.id.to_string(),
        route: Some(route(&draft.route, &draft.agencies, begun)),
        agency: draft.agency.clone(),
        answers: draft.route.filled(&draft.answers).iter().map(answer).collect(),
        missing: if withdrawn.is_some() { Vec::new() } else { missing.collect() },
        state: draft.state().to_owned(),
        send_by_time: Some(timestamp(draft.send_by)),
        account_id: draft.stamp.by.clone(),
        create_time: Some(timestamp(draft.stamp.at)),
        withdraw_reason: withdrawn.map(|said| said.text.clone()).unwrap_or_default(),
        etag: draft.etag(),
    }
}

pub(in crate::rpc) fn referral(referral: &Referral) -> pb::Referral {
    let decision = referral.decision.as_ref();
    let said = |said: &Said| (said.text.clone(), said.stamp.by.clone(), Some(timestamp(said.stamp.at)));
    let portal = referral.portal.as_ref();
    let withdrawn = referral.withdrawn.as_ref().map(said);
    let end = referral.end.as_ref().map(said);
    pb::Referral {
        referral_id: referral.id.to_string(),
        agency: referral.agency.clone(),
        agency_name: referral.agency_name.clone(),
        reason: referral.reason.clone(),
        reference: referral.reference.clone(),
        // What a form left says more than that it was made.
        state: referral.state().to_owned(),
        chase_time: Some(timestamp(referral.chase_at)),
        outcome: decision.map(|d| d.outcome.clone()).unwrap_or_default(),
        outcome_text: decision.map(|d| d.text.clone()).unwrap_or_default(),
        create_time: Some(timestamp(referral.made_at)),
        decide_time: decision.map(|d| timestamp(d.at)),
        account_id: referral.by.clone(),
        form: referral.form.as_ref().map(|sent| sent_form(sent, referral.package.as_ref())),
        acknowledgement: referral.acknowledged.as_ref().map(acknowledgement),
        escalations: referral.escalations.iter().map(escalation).collect(),
        next_rung: next_rung(referral),
        end: end.map(|(text, account_id, create_time)| pb::ReferralEnd { text, account_id, create_time }),
        desk: portal.map(|portal| portal.desk.clone()).unwrap_or_default(),
        ring: portal.map(|portal| portal.ring.clone()).unwrap_or_default(),
        messages: portal.iter().flat_map(|portal| &portal.messages).map(message).collect(),
        withdrawal: withdrawn.map(|(text, account_id, create_time)| pb::ReferralEnd { text, account_id, create_time }),
        decide_account_name: decision.map(|d| d.name.clone()).unwrap_or_default(),
        draft_id: referral.draft.as_ref().map(ToString::to_string).unwrap_or_default(),
        findings: portal.iter().flat_map(|portal| &portal.findings).map(finding).collect(),
        corrections: referral.corrections.iter().map(correction).collect(),
        earlier_ends: referral
            .earlier_ends
            .iter()
            .map(said)
            .map(|(text, account_id, create_time)| pb::ReferralEnd { text, account_id, create_time })
            .collect(),
    }
}

fn next_rung(referral: &Referral) -> String {
    match referral.next_rung() {
        Some(rung) => rung.title.clone(),
        // It is looked up when the school first goes further.
        None if referral.form.is_none() && referral.ladder.is_empty() => {
            "The first rung of the area’s ladder".to_owned()
        }
        None => String::new(),
    }
}

fn finding(found: &Finding) -> pb::ReferralFinding {
    pb::ReferralFinding {
        outcome: found.outcome.clone(),
        text: found.text.clone(),
        account_name: found.name.clone(),
        create_time: Some(timestamp(found.at)),
    }
}

pub(in crate::rpc) fn acknowledgement(said: &Said) -> pb::ReferralAcknowledgement {
    pb::ReferralAcknowledgement {
        text: said.text.clone(),
        account_id: said.stamp.by.clone(),
        create_time: Some(timestamp(said.stamp.at)),
        account_name: said.name.clone(),
    }
}

pub(in crate::rpc) fn message(message: &Message) -> pb::ReferralMessage {
    pb::ReferralMessage {
        from_desk: message.from_desk,
        text: message.text.clone(),
        account_id: message.stamp.by.clone(),
        account_name: message.name.clone(),
        create_time: Some(timestamp(message.stamp.at)),
    }
}

/// What was sent.
pub(in crate::rpc) fn form(form: &Form) -> pb::ReferralForm {
    sent_form(form, None)
}

fn sent_form(form: &Form, package: Option<&Package>) -> pb::ReferralForm {
    pb::ReferralForm {
        route: form.route.clone(),
        title: form.title.clone(),
        answers: form.answers.iter().map(answer).collect(),
        means: form.means.clone(),
        recipient: form.recipient.clone(),
        proof: form.proof.clone(),
        send_time: Some(timestamp(form.sent_at)),
        digest: form.digest.clone(),
        number: package.map(|package| package.number.clone()).unwrap_or_default(),
        fingerprint: package.map(|package| package.fingerprint.clone()).unwrap_or_default(),
        read_out: package.map(|package| package.read_out.clone()).unwrap_or_default(),
    }
}

pub(in crate::rpc) fn escalation(escalation: &Escalation) -> pb::ReferralEscalation {
    let against = escalation.against.as_ref();
    pb::ReferralEscalation {
        cause: escalation.cause.clone(),
        rung: escalation.rung.title.clone(),
        reason: escalation.reason.clone(),
        outcome: against.map(|decision| decision.outcome.clone()).unwrap_or_default(),
        outcome_text: against.map(|decision| decision.text.clone()).unwrap_or_default(),
        account_id: escalation.stamp.by.clone(),
        create_time: Some(timestamp(escalation.stamp.at)),
        decide_time: against.map(|decision| timestamp(decision.at)),
    }
}

/// An answer that was put right.
pub(in crate::rpc) fn correction(correction: &Correction) -> pb::ReferralCorrection {
    let before = &correction.before;
    pb::ReferralCorrection {
        outcome: before.outcome.clone(),
        outcome_text: before.text.clone(),
        decide_time: Some(timestamp(before.at)),
        decide_account_name: before.name.clone(),
        reason: correction.reason.clone(),
        account_id: correction.stamp.by.clone(),
        create_time: Some(timestamp(correction.stamp.at)),
    }
}

pub(in crate::rpc) fn duty(duty: &Duty) -> pb::MandatoryReport {
    pb::MandatoryReport {
        route: duty.route.clone(),
        title: duty.title.clone(),
        agency_name: duty.agency_name.clone(),
        reference: duty.reference.clone(),
        digest: duty.digest.clone(),
        account_id: duty.stamp.by.clone(),
        report_time: Some(timestamp(duty.reported_at)),
    }
}
