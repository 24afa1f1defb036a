//! Concerns, as those see them who answer for them, and as their reporters do.

use chassis::clock::timestamp;
use proto::incident_cases::v1 as pb;

use crate::concern::{Addition, Concern, Earlier, Origin, Outcome, Sender, adult::PassedOn};

pub(crate) fn concern(concern: &Concern) -> pb::Concern {
    let report = &concern.report;
    let mut message = pb::Concern {
        concern_id: concern.id.to_string(),
        school_id: concern.school_id.clone(),
        reporter_account_id: concern.reporter().to_owned(),
        about: report.about.clone(),
        narrative: report.narrative.clone(),
        // A filter knows nothing of where the child is: nobody was asked.
        safe_now: if concern.alert().is_empty() { report.safe_now.clone() } else { String::new() },
        event_time: report.event_at.map(timestamp),
        others: report.others.clone(),
        create_time: Some(timestamp(concern.recorded_at)),
        read_time: concern.read.as_ref().map(|read| timestamp(read.at)),
        read_by_account_id: concern.read.as_ref().map(|read| read.by.clone()).unwrap_or_default(),
        state: concern.state().to_owned(),
        learner_ids: concern.learners.iter().map(ToString::to_string).collect(),
        body_areas: report.body_areas.clone(),
        additions: concern.additions.iter().map(addition).collect(),
        urgency: concern.urgency().code().to_owned(),
        read_due_time: concern.wait.as_ref().map(|wait| timestamp(wait.due_at)),
        asked_account_id: concern.wait.as_ref().and_then(|wait| wait.asked.clone()).unwrap_or_default(),
        escalations: concern.wait.iter().flat_map(|wait| &wait.escalations).map(super::cover::escalation).collect(),
        office: concern.office.map(|office| office.code().to_owned()).unwrap_or_default(),
        passed_on: concern.passed_on.iter().map(passed_on).collect(),
        earlier_decisions: concern.earlier.iter().map(earlier).collect(),
        ..pb::Concern::default()
    };
    match &concern.origin {
        Origin::Staff { .. } => message.origin = "staff".to_owned(),
        Origin::Alert { alert_id, theme, severity, late_s } => {
            message.origin = "alert".to_owned();
            message.alert_late_s = *late_s;
            (message.alert_id, message.theme, message.severity) = (alert_id.clone(), theme.clone(), severity.clone());
        }
        Origin::Public(Sender { kind, name, contact }) => {
            message.origin = "public".to_owned();
            let sender = pb::PublicReporter { kind: kind.clone(), name: name.clone(), contact: contact.clone() };
            message.public_reporter = Some(sender);
        }
    }
    match &concern.outcome {
        None => {}
        Some(Outcome::NoFurtherAction { reason, .. }) => message.reason.clone_from(reason),
        Some(Outcome::InCase { case_id, .. }) => message.case_id.clone_from(case_id),
    }
    if let Some(Outcome::NoFurtherAction { by, at, .. } | Outcome::InCase { by, at, .. }) = &concern.outcome {
        message.decided_by_account_id.clone_from(by);
        message.decide_time = Some(timestamp(*at));
    }
    message
}

/// A concern as its reporter sees it: nothing of what followed.
pub(crate) fn my_concern(concern: &Concern) -> pb::MyConcern {
    let report = &concern.report;
    pb::MyConcern {
        concern_id: concern.id.to_string(),
        about: report.about.clone(),
        narrative: report.narrative.clone(),
        create_time: Some(timestamp(concern.recorded_at)),
        read_time: concern.first_read().map(|read| timestamp(read.at)),
        read_by_account_id: concern.first_read().map(|read| read.by.clone()).unwrap_or_default(),
        additions: concern.additions.iter().map(addition).collect(),
        body_areas: report.body_areas.clone(),
        safe_now: report.safe_now.clone(),
        event_time: report.event_at.map(timestamp),
        others: report.others.clone(),
        attachments: Vec::new(),
    }
}

fn earlier(earlier: &Earlier) -> pb::EarlierDecision {
    pb::EarlierDecision {
        reason: earlier.reason.clone(),
        account_id: earlier.by.clone(),
        create_time: Some(timestamp(earlier.at)),
        again: earlier.again.clone(),
        again_account_id: earlier.again_by.clone(),
        again_time: Some(timestamp(earlier.again_at)),
    }
}

fn passed_on(passed: &PassedOn) -> pb::ConcernPassedOn {
    pb::ConcernPassedOn {
        to: passed.to.code().to_owned(),
        reason: passed.reason.clone(),
        account_id: passed.by.clone(),
        create_time: Some(timestamp(passed.at)),
    }
}

/// What was added to concerns of a case, oldest first.
pub(crate) fn additions(concerns: &[Concern]) -> Vec<pb::CaseAddition> {
    let all = concerns.iter().flat_map(|concern| concern.additions.iter().map(move |addition| (concern, addition)));
    let mut all: Vec<(&Concern, &Addition)> = all.collect();
    all.sort_by_key(|(_, addition)| addition.at);
    let told = all.into_iter().map(|(concern, addition)| pb::CaseAddition {
        concern_id: concern.id.to_string(),
        text: addition.text.clone(),
        account_id: concern.reporter().to_owned(),
        create_time: Some(timestamp(addition.at)),
        read_time: addition.read.as_ref().map(|read| timestamp(read.at)),
    });
    told.collect()
}

fn addition(addition: &Addition) -> pb::ConcernAddition {
    pb::ConcernAddition {
        text: addition.text.clone(),
        create_time: Some(timestamp(addition.at)),
        read_time: addition.read.as_ref().map(|read| timestamp(read.at)),
        read_by_account_id: addition.read.as_ref().map(|read| read.by.clone()).unwrap_or_default(),
    }
}
