//! What a case keeps of decisions, second persons, support and material, and the registers beside it, as messages.

use chassis::clock::timestamp;
use proto::incident_cases::v1 as pb;

use crate::{
    across::fate::Fate,
    case::{
        Case,
        record::{
            Agreement, Assessment, Criteria, Decision, Deletion, Exposure, Material, Reopening, Report, Support,
            Viewing,
        },
    },
    custody::{Custody, Disclosure, Search},
};

pub(crate) fn criteria(c: &Criteria) -> pb::Criteria {
    let word = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let [adult, coercion, unusual, under_13, risk] = c.answers;
    pb::Criteria {
        adult_involved: word(adult),
        coercion: word(coercion),
        unusual_or_violent: word(unusual),
        under_13: word(under_13),
        immediate_risk: word(risk),
        reason: c.reason.clone(),
        account_id: c.stamp.by.clone(),
        create_time: Some(timestamp(c.stamp.at)),
    }
}

pub(crate) fn agreement(case: &Case, a: &Agreement) -> pb::Agreement {
    let answer = a.answer.as_ref();
    let change = a.change.as_ref();
    pb::Agreement {
        agreement_id: a.id.to_string(),
        kind: a.asked.code().to_owned(),
        step_id: a.step_id.clone(),
        reason: a.reason.clone(),
        asked_by_account_id: a.stamp.by.clone(),
        create_time: Some(timestamp(a.stamp.at)),
        state: a.state().to_owned(),
        answer_reason: answer.map(|x| x.reason.clone()).unwrap_or_default(),
        answered_by_account_id: answer.map(|x| x.stamp.by.clone()).unwrap_or_default(),
        answer_time: answer.map(|x| timestamp(x.stamp.at)),
        fact: change.map(|x| x.name.clone()).unwrap_or_default(),
        value: change.map(|x| x.value.clone()).unwrap_or_default(),
        audience: a.audience.clone(),
        answered_by_roles: case.answered_by(a).iter().map(|role| (*role).to_owned()).collect(),
    }
}

pub(crate) fn viewing(v: &Viewing) -> pb::Viewing {
    pb::Viewing {
        viewing_id: v.id.to_string(),
        agreement_id: v.agreement_id.to_string(),
        purpose: v.purpose.clone(),
        second_adult: v.second_adult.clone(),
        place: v.place.clone(),
        how: v.how.clone(),
        afterwards: v.afterwards.clone(),
        same_sex: v.same_sex.clone(),
        view_time: Some(timestamp(v.viewed_at)),
        account_id: v.stamp.by.clone(),
        create_time: Some(timestamp(v.stamp.at)),
    }
}

pub(crate) fn decision(d: &Decision) -> pb::Decision {
    pb::Decision {
        decision_id: d.id.to_string(),
        kind: d.kind.clone(),
        choice: d.choice.clone(),
        reason: d.reason.clone(),
        options: d.options.clone(),
        effect_on_victim: d.effect_on_victim.clone(),
        account_id: d.stamp.by.clone(),
        create_time: Some(timestamp(d.stamp.at)),
    }
}

pub(crate) fn support(s: &Support) -> pb::Support {
    pb::Support {
        support_id: s.id.to_string(),
        involvement_id: s.involvement_id.to_string(),
        offer: s.offer.clone(),
        uptake: s.uptake.clone(),
        note: s.note.clone(),
        account_id: s.stamp.by.clone(),
        create_time: Some(timestamp(s.stamp.at)),
    }
}

pub(crate) fn assessments(all: &[Assessment]) -> Vec<pb::Assessment> {
    let one = |(version, a): (u32, &Assessment)| pb::Assessment {
        version,
        risks: a.risks.clone(),
        needs: a.needs.clone(),
        measures: a.measures.clone(),
        checks: a.checks.clone(),
        review_time: Some(timestamp(a.review_at)),
        account_id: a.stamp.by.clone(),
        create_time: Some(timestamp(a.stamp.at)),
    };
    (1..).zip(all).map(one).collect()
}

/// The address stays behind: it is answered by one rpc alone.
pub(crate) fn material(m: &Material) -> pb::Material {
    pb::Material {
        material_id: m.id.to_string(),
        kind: m.kind.clone(),
        description: m.description.clone(),
        has_address: !m.address.is_empty(),
        account_id: m.stamp.by.clone(),
        create_time: Some(timestamp(m.stamp.at)),
    }
}

pub(crate) fn report(r: &Report) -> pb::Report {
    pb::Report {
        report_id: r.id.to_string(),
        body: r.body.clone(),
        platform: r.platform.clone(),
        material_id: r.material_id.as_ref().map(ToString::to_string).unwrap_or_default(),
        reference: r.reference.clone(),
        chase_time: Some(timestamp(r.chase_at)),
        outcome: r.outcome.as_ref().map(|(text, _)| text.clone()).unwrap_or_default(),
        outcome_time: r.outcome.as_ref().map(|(_, at)| timestamp(*at)),
        account_id: r.stamp.by.clone(),
        create_time: Some(timestamp(r.stamp.at)),
    }
}

pub(crate) fn exposure(e: &Exposure) -> pb::Exposure {
    pb::Exposure {
        exposure_id: e.id.to_string(),
        person: e.person.clone(),
        circumstances: e.circumstances.clone(),
        support: e.support.clone(),
        expose_time: Some(timestamp(e.exposed_at)),
        account_id: e.stamp.by.clone(),
        create_time: Some(timestamp(e.stamp.at)),
    }
}

pub(crate) fn deletion(d: &Deletion) -> pb::Deletion {
    pb::Deletion {
        deletion_id: d.id.to_string(),
        what: d.what.clone(),
        location: d.location.clone(),
        deleted_by: d.deleted_by.clone(),
        advice: d.advice.clone(),
        offence_explained: d.offence_explained,
        confirm_time: d.confirmed_at.map(timestamp),
        account_id: d.stamp.by.clone(),
        create_time: Some(timestamp(d.stamp.at)),
    }
}

pub(crate) fn reopening(r: &Reopening) -> pb::Reopening {
    pb::Reopening {
        reason: r.reason.clone(),
        outcome: r.closing.outcome.clone(),
        outcome_reason: r.closing.reason.clone(),
        close_time: Some(timestamp(r.closing.at)),
        account_id: r.stamp.by.clone(),
        create_time: Some(timestamp(r.stamp.at)),
    }
}

pub(crate) fn custody(c: &Custody) -> pb::CustodyEntry {
    let event = |(number, (place, link)): (u32, (usize, &crate::custody::Link))| pb::CustodyEvent {
        corrects: link.corrects.unwrap_or_default(),
        mistaken: c.mistaken(place),
        number,
        kind: link.kind.clone(),
        place: link.place.clone(),
        person: link.person.clone(),
        present: link.present.clone(),
        note: link.note.clone(),
        taken_by: link.taken_by.clone(),
        event_time: Some(timestamp(link.at)),
        account_id: link.stamp.by.clone(),
        digest: link.digest.clone(),
        create_time: Some(timestamp(link.stamp.at)),
    };
    pb::CustodyEntry {
        custody_id: c.id.to_string(),
        school_id: c.school_id.clone(),
        case_id: c.case_id.clone(),
        item: c.item.clone(),
        owner: c.owner.clone(),
        ground: c.ground.clone(),
        reason: c.reason.clone(),
        state: c.state().to_owned(),
        release_due_time: c.release_due().map(timestamp),
        events: (1..).zip(c.links.iter().enumerate()).map(event).collect(),
        create_time: c.links.first().map(|link| timestamp(link.stamp.at)),
    }
}

pub(crate) fn search(s: &Search) -> pb::Search {
    pb::Search {
        search_id: s.id.to_string(),
        school_id: s.school_id.clone(),
        case_id: s.case_id.clone(),
        kind: s.kind.clone(),
        searched: s.searched.clone(),
        searched_by: s.searched_by.clone(),
        present: s.present.clone(),
        authority: s.authority.clone(),
        place: s.place.clone(),
        sought: s.sought.clone(),
        reason: s.reason.clone(),
        found: s.result.is_some(),
        result: s.result.clone().unwrap_or_default(),
        follow_up: s.follow_up.clone(),
        search_time: Some(timestamp(s.searched_at)),
        account_id: s.stamp.by.clone(),
        create_time: Some(timestamp(s.stamp.at)),
        custody_id: s.custody_id.clone(),
    }
}

pub(crate) fn disclosure(d: &Disclosure, fate: Option<&Fate>) -> pb::Disclosure {
    pb::Disclosure {
        state: fate.map(|fate| fate.state.to_owned()).unwrap_or_default(),
        state_time: fate.and_then(|fate| fate.at).map(timestamp),
        state_reason: fate.map(|fate| fate.reason.clone()).unwrap_or_default(),
        disclosure_id: d.id.to_string(),
        school_id: d.school_id.clone(),
        case_id: d.case_id.clone(),
        recipient_kind: d.recipient_kind.clone(),
        recipient: d.recipient.clone(),
        shared: d.shared,
        what: d.what.clone(),
        basis: d.basis.clone(),
        reason: d.reason.clone(),
        account_id: d.stamp.by.clone(),
        create_time: Some(timestamp(d.stamp.at)),
        concern_id: d.concern_id().unwrap_or_default().to_owned(),
        ..Default::default()
    }
}
