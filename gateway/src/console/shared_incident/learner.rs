//! Learners of a shared incident: by role label, until their own school says to one other school who they are.

use axum::extract::Path;
use chassis::error::{Error, Kind, Violations};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{
        DiscloseLearnerRequest, SharedDisclosure, SharedIncident, SharedLearner, StopDisclosureRequest,
    },
};

use super::{Names, crumbs, fetch, item::no_learner_meant, named};
use crate::{
    console::{
        case::page::Event,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Field, FormPage},
        part::{Head, Link},
        words::{self, Codes},
    },
};

/// On what a disclosure may rest.
pub const BASES: Codes = &[
    ("safeguarding", "Safeguarding the child"),
    ("legal_duty", "A legal duty"),
    ("consent", "Consent"),
    ("vital_interest", "A vital interest"),
];

/// A learner on the page, as the school of the visitor knows them.
pub fn event(learner: &SharedLearner, names: &Names, shared: &SharedIncident, (own, here): (&str, &str)) -> Event {
    let whose = words::sentence(&names.school(&learner.school_id));
    let event = of(learner, whose, names, shared, (own, here));
    let gone = shared.withdrawals.iter().find(|gone| gone.shared_item_id == learner.learner_id);
    match gone {
        Some(gone) => {
            let when = words::stamp(gone.create_time.as_ref()).unwrap_or_default();
            event.noted(&format!("Taken out of the incident {when}: {}", gone.reason))
        }
        None => event,
    }
}

fn of(
    learner: &SharedLearner,
    whose: String,
    names: &Names,
    shared: &SharedIncident,
    (own, here): (&str, &str),
) -> Event {
    if learner.school_id != own {
        let known = learner.disclosures.iter().rev().find(|told| !told.name.is_empty());
        let ended = learner.disclosures.iter().rev().find(|told| told.stop_time.is_some());
        return match (known, ended) {
            (Some(told), _) => Event::new(&learner.label, whose, format!("{}\n{}", told.name, told.what))
                .more(format!("You may use this for: {}", told.purpose)),
            (None, Some(told)) => Event::new(&learner.label, whose, "You were told who this is. That has ended.")
                .more(format!("Why: {}", told.stop_reason)),
            (None, None) => Event::new(&learner.label, whose, ""),
        };
    }
    let line = |told: &SharedDisclosure| {
        let to = names.school(&told.to_school_id);
        let at = words::stamp(told.create_time.as_ref()).unwrap_or_default();
        let basis = words::called(BASES, &told.basis);
        let ended = words::stamp(told.stop_time.as_ref())
            .map(|at| format!(" Ended {at}: {}", told.stop_reason))
            .unwrap_or_default();
        format!("Told to {to} {at}, for: {} ({basis}).{ended}", told.purpose)
    };
    let person = Some(learner.person.clone()).filter(|person| !person.is_empty());
    let lines: Vec<String> = person.into_iter().chain(learner.disclosures.iter().map(line)).collect();
    let event = Event::new(&learner.label, whose, lines.join("\n"));
    // Nobody is told any more once it is closed; what was told is ended then, too.
    let tell = Link::new("Say who this is", format!("{here}/learners/{}", learner.learner_id));
    let tell = Some(tell).filter(|_| shared.close_time.is_none() && learner.state == "there");
    // Once nobody is shown any more who they are.
    let told = learner.disclosures.iter().any(|told| told.stop_time.is_none());
    let out = Link::new("Take this learner out", format!("{here}/items/{}/withdraw", learner.learner_id));
    let out = Some(out).filter(|_| !told && learner.state != "taken_out");
    let running = learner.disclosures.iter().filter(|told| told.stop_time.is_none());
    let ends = running.map(|told| {
        let text = format!("End what {} is shown", names.school(&told.to_school_id));
        Link::new(text, format!("{here}/disclosures/{}", told.disclosure_id))
    });
    tell.into_iter()
        .chain(ends)
        .chain(out)
        .fold(event, |event, link| if event.linked() { event.also(link) } else { event.link(link) })
}

/// What `own` told that other schools are still shown, in words.
pub fn told(shared: &SharedIncident, names: &Names, own: &str) -> Vec<String> {
    let ours = shared.learners.iter().filter(|learner| learner.school_id == own);
    let all = ours.flat_map(|learner| learner.disclosures.iter().map(move |told| (learner, told)));
    let running =
        all.filter(|(_, told)| told.stop_time.is_none() && shared.member_school_ids.contains(&told.to_school_id));
    running
        .map(|(learner, told)| format!("{} knows from you who {} is.", names.school(&told.to_school_id), learner.label))
        .map(|line| words::sentence(&line))
        .collect()
}

/// What is asked; `schools` are ids and names.
pub fn disclose_fields(schools: &[(String, String)]) -> Vec<Field> {
    let known = schools.iter().map(|(id, name)| (id.as_str(), name.as_str()));
    vec![
        Field::select("to_school_id", "Which school is told?")
            .choices([("", "Choose a school")].into_iter().chain(known)),
        Field::long_text("purpose", "What does it need to know this for?")
            .hint("No names. It still reads this once the disclosure has ended."),
        Field::radios("basis", "What is the lawful basis?", BASES),
        Field::long_text("what", "What else is it told? (optional)").hint("No names."),
        no_learner_meant(),
    ]
}

/// What is asked where it ends.
pub fn stop_fields() -> Vec<Field> {
    vec![
        Field::long_text("reason", "Why does it end?").hint("No names. The other school reads this."),
        no_learner_meant(),
    ]
}

/// Who a label is, in words.
fn is(learner: &SharedLearner) -> String {
    format!("{} is {} in your case.", learner.label, learner.person)
}

async fn disclose_page(visit: &Visit, shared: &SharedIncident, learner_id: &str) -> Result<FormPage, Error> {
    let own = |one: &&SharedLearner| one.learner_id == learner_id && one.school_id == visit.school;
    let learner = shared.learners.iter().find(own).ok_or_else(Error::missing)?;
    let names = Names::of(visit, named(shared)).await;
    let others = shared.member_school_ids.iter().filter(|id| **id != visit.school);
    let schools: Vec<_> = others.map(|id| (id.clone(), words::sentence(&names.school(id)))).collect();
    let here = visit.at(&format!("/shared-incidents/{}", shared.shared_incident_id));
    let mut crumbs = crumbs(visit);
    crumbs.push(Link::new("Shared incident", here.clone()));
    let head = Head::new("Say who a learner is", crumbs).of(learner.label.clone());
    let page =
        visit.form_page(head, format!("{here}/learners/{learner_id}"), "Tell the school", disclose_fields(&schools));
    let page = if learner.person.is_empty() { page } else { page.lead(&is(learner)) };
    Ok(page.lead("The school is shown the name as it stands in your case, and nobody else is. It enters your register of disclosures, and cannot be taken out of it."))
}

/// Asks whom, what for and on what basis.
pub async fn show_disclose(visit: Visit, Path((_, id, learner_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::CaseShare)?;
    let shared = fetch(&visit, &id).await?;
    visit.page(&disclose_page(&visit, &shared, &learner_id).await?)
}

/// Tells it.
pub async fn disclose(Path((_, id, learner_id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = DiscloseLearnerRequest {
        school_id: visit.school.clone(),
        shared_incident_id: id.clone(),
        learner_id: learner_id.clone(),
        to_school_id: answers.text("to_school_id"),
        what: answers.text("what"),
        purpose: answers.text("purpose"),
        basis: answers.text("basis"),
        no_learner_meant: answers.text("no_learner_meant") == "yes",
        request_id: answers.request_id(),
    };
    let mut v = Violations::new();
    v.check(!command.to_school_id.is_empty(), "to_school_id", "Select which school is told");
    v.check(!command.purpose.is_empty(), "purpose", "Enter what it needs to know this for");
    v.check(!command.basis.is_empty(), "basis", "Select the lawful basis");
    let done = match v.finish() {
        Ok(()) => heard(visit.cases()?.disclose_learner(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to(&visit.at(&format!("/shared-incidents/{id}?done=shared"))),
        Err(error) => {
            let shared = fetch(&visit, &id).await?;
            let place = visit.at(&format!("/shared-incidents/{id}"));
            visit.again(disclose_page(&visit, &shared, &learner_id).await?, &answers, error, &place)
        }
    }
}

fn stop_page(visit: &Visit, id: &str, disclosure_id: &str, shared: Option<&SharedIncident>) -> FormPage {
    let here = visit.at(&format!("/shared-incidents/{id}"));
    let mut crumbs = crumbs(visit);
    crumbs.push(Link::new("Shared incident", here.clone()));
    let head = Head::new("End a disclosure", crumbs);
    let page = visit.form_page(head, format!("{here}/disclosures/{disclosure_id}"), "End it", stop_fields());
    let of = |one: &&SharedLearner| one.disclosures.iter().any(|told| told.disclosure_id == disclosure_id);
    let learner = shared.and_then(|shared| shared.learners.iter().find(of)).filter(|one| !one.person.is_empty());
    let page = learner.map(is).iter().fold(page, |page, who| page.lead(who));
    page.lead("The school is shown the name no more. It knows what it was told; that it was told stays on record at both schools.")
}

/// Asks why.
pub async fn show_stop(visit: Visit, Path((_, id, disclosure_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::CaseShare)?;
    // Whoever is out of the incident finds none, and still ends what they told: whether they may, the answer to it says.
    match fetch(&visit, &id).await {
        Err(error) if error.kind() != Kind::Missing => Err(error.into()),
        shared => visit.page(&stop_page(&visit, &id, &disclosure_id, shared.ok().as_ref())),
    }
}

/// Ends it.
pub async fn stop(Path((_, id, disclosure_id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = StopDisclosureRequest {
        school_id: visit.school.clone(),
        shared_incident_id: id.clone(),
        disclosure_id: disclosure_id.clone(),
        reason: answers.text("reason"),
        no_learner_meant: answers.text("no_learner_meant") == "yes",
        request_id: answers.request_id(),
    };
    match heard(visit.cases()?.stop_disclosure(ask(command))).await {
        Ok(ended) if ended.shared_incident.is_none() => visit.to(&visit.at("/shared-incidents?done=told_ended")),
        Ok(_) => visit.to(&visit.at(&format!("/shared-incidents/{id}?done=told_ended"))),
        Err(error) => {
            let shared = fetch(&visit, &id).await.ok();
            visit.again(stop_page(&visit, &id, &disclosure_id, shared.as_ref()), &answers, error, "")
        }
    }
}
