//! Invitations from other schools: read, accepted, or declined with a reason.

use axum::extract::Path;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{
        AcceptInvitationRequest, DeclineInvitationRequest, Invitation, ListInvitationsRequest,
        WithdrawInvitationRequest,
    },
};
use serde::Serialize;

use super::{
    posted::Posted,
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    Page,
    form::{Field, Form, FormPage},
    part::{Head, Link, Row},
    words::{self, Codes},
};

const STATES: Codes = &[
    ("sent", "Waiting for your answer"),
    ("accepted", "Accepted"),
    ("declined", "Declined"),
    ("withdrawn", "Taken back by the school that sent it"),
];

/// The invitations that a school has received.
#[derive(Debug, Serialize)]
pub struct Invitations {
    head: Head,
    invitations: Vec<One>,
    form: Option<Form>,
}

#[derive(Debug, Serialize)]
struct One {
    from: String,
    rows: Vec<Row>,
    accept: Option<Form>,
    decline: Link,
    shared: Link,
}

impl Page for Invitations {
    const TEMPLATE: &'static str = "invitations.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let invitation = |state: &str| Invitation {
            invitation_id: "ivt_1".into(),
            shared_incident_id: if state == "accepted" { "shi_1".into() } else { String::new() },
            state: if state == "gone" { "accepted".into() } else { state.into() },
            gone: state == "gone",
            contact: "R Okafor, 01632 960123".into(),
            reference: "I-7K2QX".into(),
            ..Invitation::default()
        };
        let one = |state: &str| {
            let accept = (state == "sent").then(|| Form::new("/a", "Accept", "1".into(), Vec::new()));
            One::new(&invitation(state), "Harrowmere High School", &|path| format!("/schools/sch_1{path}"), accept)
        };
        let head = || Head::new("Invitations", vec![Link::new("Home", "/")]);
        let gone = chassis::error::Error::wrong_state("the invitation was declined");
        vec![
            Self {
                head: head(),
                invitations: vec![one("sent"), one("accepted"), one("gone"), one("declined")],
                form: None,
            },
            Self {
                head: head(),
                invitations: vec![],
                form: Some(Form::new("/", "Accept", "1".into(), vec![]).refused(&gone, "")),
            },
        ]
    }
}

impl One {
    fn new(invitation: &Invitation, from: &str, at: &dyn Fn(&str) -> String, accept: Option<Form>) -> Self {
        let mut rows = vec![Row::new("State", words::called(STATES, &invitation.state))];
        rows.extend(Row::some("Sent", words::stamp(invitation.create_time.as_ref())));
        rows.extend(Row::some("Whom to ring there", Some(invitation.contact.clone())));
        let reference = Some(invitation.reference.clone()).filter(|reference| !reference.is_empty());
        rows.extend(Row::some("Called on the telephone", reference));
        rows.extend(Row::some("Answered", words::stamp(invitation.answer_time.as_ref())));
        if invitation.gone {
            let since =
                "The incident is not shown here any more: your school is out of it, or its case is not yours to read";
            rows.push(Row::new("Since then", since));
        }
        let waits = invitation.state == "sent";
        let decline = at(&format!("/invitations/{}/decline", invitation.invitation_id));
        let shared = at(&format!("/shared-incidents/{}", invitation.shared_incident_id));
        Self {
            from: from.to_owned(),
            rows,
            accept,
            decline: if waits { Link::new("Decline, with a reason", decline) } else { Link::default() },
            shared: if invitation.shared_incident_id.is_empty() {
                Link::default()
            } else {
                Link::new("Open the shared part", shared)
            },
        }
    }
}

async fn page(visit: &Visit, form: Option<Form>) -> Result<Invitations, super::visit::Fault> {
    let asked = ListInvitationsRequest { school_id: visit.school.clone(), ..Default::default() };
    let found = heard(visit.cases()?.list_invitations(ask(asked))).await?.invitations;
    let mut invitations = Vec::new();
    for invitation in &found {
        let from = visit.school_name(&invitation.from_school_id).await;
        let action = visit.at(&format!("/invitations/{}/accept", invitation.invitation_id));
        let accept = (invitation.state == "sent").then(|| visit.form(action, "Accept the invitation", Vec::new()));
        invitations.push(One::new(invitation, &words::sentence(&from), &|path| visit.at(path), accept));
    }
    Ok(Invitations { head: Head::new("Invitations", visit.crumbs(&[])), invitations, form })
}

/// Lists them.
pub async fn list(visit: Visit) -> Answer {
    visit.needs(Permission::CaseShare)?;
    visit.page(&page(&visit, None).await?)
}

/// Lets the school into the shared incident.
pub async fn accept(Path((_, invitation_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let request_id = answers.request_id();
    let command = AcceptInvitationRequest { school_id: visit.school.clone(), invitation_id, request_id };
    match heard(visit.cases()?.accept_invitation(ask(command))).await {
        Ok(answer) => {
            let shared = answer.shared_incident.map(|shared| shared.shared_incident_id).unwrap_or_default();
            visit.to(&visit.at(&format!("/shared-incidents/{shared}?done=accepted")))
        }
        Err(error) => {
            let form = visit.form(String::new(), "Accept the invitation", Vec::new());
            let form = visit.mended(form, &answers, &error, "")?;
            visit.page_again(&page(&visit, Some(form)).await?, &error)
        }
    }
}

/// What is asked of a refusal.
pub fn decline_fields() -> Vec<Field> {
    vec![
        Field::long_text("reason", "Why?").hint("No names. The school that invited you reads this."),
        super::shared_incident::item::no_learner_meant(),
    ]
}

fn decline_page(visit: &Visit, invitation_id: &str) -> FormPage {
    let crumbs = visit.crumbs(&[("Invitations", visit.at("/invitations"))]);
    let action = visit.at(&format!("/invitations/{invitation_id}/decline"));
    visit.form_page(Head::new("Decline an invitation", crumbs), action, "Decline the invitation", decline_fields())
}

/// Asks why.
pub async fn show_decline(visit: Visit, Path((_, invitation_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseShare)?;
    visit.page(&decline_page(&visit, &invitation_id))
}

/// Says no.
pub async fn decline(Path((_, invitation_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = DeclineInvitationRequest {
        no_learner_meant: answers.text("no_learner_meant") == "yes",
        school_id: visit.school.clone(),
        invitation_id: invitation_id.clone(),
        reason: answers.text("reason"),
        request_id: answers.request_id(),
    };
    match heard(visit.cases()?.decline_invitation(ask(command))).await {
        Ok(_) => visit.to(&visit.at("/invitations?done=declined")),
        Err(error) => visit.again(decline_page(&visit, &invitation_id), &answers, error, ""),
    }
}

/// Takes one back that the school sent.
pub async fn withdraw(Path((_, invitation_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command =
        WithdrawInvitationRequest { school_id: visit.school.clone(), invitation_id, request_id: answers.request_id() };
    let asked = heard(visit.cases()?.withdraw_invitation(ask(command))).await?.invitation.unwrap_or_default();
    visit.to(&visit.at(&format!("/shared-incidents/{}?done=withdrawn", asked.shared_incident_id)))
}
