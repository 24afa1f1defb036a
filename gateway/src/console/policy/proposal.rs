//! What a template version asks a school: the questions of a version, and one of them with both texts side by side.

use axum::extract::Path;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    policy_registry::v1::{AnswerProposalRequest, Instance, InstanceState, ListProposalsRequest, Proposal},
};
use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use super::{name::beginning, version::fetch};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        form::{Field, Form},
        part::{Head, Link, Row},
        words,
    },
};

/// How much of two texts has to be the same for their differences to be marked.
const ALIKE: f32 = 0.8;

/// The questions of a version.
#[derive(Debug, Serialize)]
pub struct Proposals {
    head: Head,
    waiting: String,
    proposals: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    link: Link,
    about: String,
    change: String,
    due: String,
    answer: String,
}

/// A stretch of a text: added, removed, or as it was.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Piece {
    tag: &'static str,
    text: String,
}

/// A text beside others.
#[derive(Debug, Serialize)]
struct Side {
    title: &'static str,
    pieces: Vec<Piece>,
    empty: &'static str,
}

/// One question.
#[derive(Debug, Serialize)]
pub struct ProposalPage {
    head: Head,
    lead: Vec<&'static str>,
    rows: Vec<Row>,
    sides: Vec<Side>,
    suggested: String,
    form: Option<Form>,
}

#[cfg(test)]
fn sample() -> Proposal {
    Proposal {
        proposal_id: "clause.filtering.product".into(),
        kind: "clause".into(),
        change: "became_statutory".into(),
        title: "Filtering".into(),
        base: "Our filter is Sluice.".into(),
        own: "We use Sluice to filter.".into(),
        template: "Our filter is Sluice, tested each term.".into(),
        suggested: "We use Sluice to filter, tested each term.".into(),
        statutory: true,
        due_date: "2027-03-27".into(),
        ..Proposal::default()
    }
}

impl Page for Proposals {
    const TEMPLATE: &'static str = "proposals.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let answered = Proposal { answer: "defer".into(), statutory: false, due_date: String::new(), ..sample() };
        vec![
            Self::new(&Instance::default(), &[sample(), answered], "/p", Vec::new()),
            Self::new(&Instance::default(), &[], "/p", Vec::new()),
        ]
    }
}

impl Page for ProposalPage {
    const TEMPLATE: &'static str = "proposal.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let gone = Proposal { template: String::new(), change: "removed".into(), answer: "adopt".into(), ..sample() };
        let form = Form::new("/p", "Save", "1".into(), fields(&sample()));
        let wrong = form.clone().refused(&Error::invalid("answer", "Select adopt, adapt or defer"), "");
        vec![
            Self::new(&sample(), Vec::new(), Some(form)),
            Self::new(&sample(), Vec::new(), Some(wrong)),
            Self::new(&gone, Vec::new(), None),
        ]
    }
}

/// How the second text differs from the first, in words.
fn compared(before: &str, after: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for change in TextDiff::from_words(before, after).iter_all_changes() {
        let tag = match change.tag() {
            ChangeTag::Equal => "",
            ChangeTag::Delete => "del",
            ChangeTag::Insert => "ins",
        };
        match pieces.last_mut() {
            Some(last) if last.tag == tag => last.text.push_str(change.value()),
            // Between what went and what came stands a space, whatever the texts have there.
            Some(last) if !last.tag.is_empty() && !tag.is_empty() && !last.text.ends_with(char::is_whitespace) => {
                last.text.push(' ');
                pieces.push(Piece { tag, text: change.value().to_owned() });
            }
            _ => pieces.push(Piece { tag, text: change.value().to_owned() }),
        }
    }
    pieces
}

/// Whether two texts share so much that marking the differences helps.
fn alike(before: &str, after: &str) -> bool {
    TextDiff::from_words(before, after).ratio() >= ALIKE
}

fn plain(text: &str) -> Vec<Piece> {
    if text.is_empty() { Vec::new() } else { vec![Piece { tag: "", text: text.to_owned() }] }
}

impl Proposals {
    fn new(instance: &Instance, proposals: &[Proposal], here: &str, crumbs: Vec<Link>) -> Self {
        let line = |proposal: &Proposal| Line {
            link: Link::new(name(proposal), format!("{here}/{}", proposal.proposal_id)),
            about: words::called(words::PROPOSALS, &proposal.kind),
            change: words::called(words::CHANGES, &proposal.change),
            due: due(proposal),
            answer: match proposal.answer.as_str() {
                "" => "Waits for an answer".to_owned(),
                answer => words::called(words::PROPOSAL_ANSWERS, answer),
            },
        };
        let waiting = proposals.iter().filter(|proposal| proposal.answer.is_empty()).count();
        Self {
            head: Head::new("What the template asks", crumbs).of(format!("Version {}", instance.version)),
            waiting: match (waiting, proposals.is_empty()) {
                (_, true) => String::new(),
                (0, false) => "Every question is answered.".to_owned(),
                (waiting, false) => {
                    let waiting = u64::try_from(waiting).unwrap_or_default();
                    let counted = words::counted(waiting, "question waits", "questions wait");
                    format!("{counted}. The head can approve this version once each is adopted, adapted or deferred.")
                }
            },
            proposals: proposals.iter().map(line).collect(),
        }
    }
}

/// What a question is about, and which one.
fn name(proposal: &Proposal) -> String {
    let text = [&proposal.template, &proposal.base, &proposal.own].into_iter().find(|text| !text.is_empty());
    match (proposal.kind.as_str(), text) {
        ("clause", Some(text)) => format!("{}: {}", proposal.title, beginning(text)),
        _ => words::sentence(&proposal.title),
    }
}

fn due(proposal: &Proposal) -> String {
    match (proposal.statutory, proposal.due_date.as_str()) {
        (true, "") => "Statutory".to_owned(),
        (true, day) => format!("Statutory, by {}", words::named_day(day)),
        (false, day) if day.is_empty() || proposal.answer != "defer" => String::new(),
        (false, day) => format!("Put off to {}", words::named_day(day)),
    }
}

impl ProposalPage {
    fn new(proposal: &Proposal, crumbs: Vec<Link>, form: Option<Form>) -> Self {
        let mut rows = vec![
            Row::new("About", words::called(words::PROPOSALS, &proposal.kind)),
            Row::new("In the template", words::called(words::CHANGES, &proposal.change)),
        ];
        rows.extend(Row::some("By when", Some(due(proposal))));
        if !proposal.answer.is_empty() {
            rows.push(Row::new("Answer", words::called(words::PROPOSAL_ANSWERS, &proposal.answer)));
            rows.extend(Row::some("Why", Some(proposal.reason.clone())));
            rows.extend(Row::some("Answered", words::stamp(proposal.answer_time.as_ref())));
        }
        let now = match (proposal.template.as_str(), proposal.base.as_str()) {
            ("", _) => Vec::new(),
            (template, "") => plain(template),
            (template, base) => compared(base, template),
        };
        let own = match (proposal.own.as_str(), proposal.base.as_str(), proposal.kind.as_str()) {
            ("", ..) => Vec::new(),
            (own, "", _) | (own, _, "parameter" | "section") => plain(own),
            // A text of one's own that shares little with the template's is read as it stands.
            (own, base, _) if alike(base, own) => compared(base, own),
            (own, ..) => plain(own),
        };
        let mut lead = Vec::new();
        if proposal.statutory {
            lead.push(match proposal.kind.as_str() {
                "step" => "This is statutory: keep all that the template’s step demands. The school may add to it.",
                _ => {
                    "This is statutory: the template’s words are printed in any case, and the school’s own follow them."
                }
            });
        }
        Self {
            head: Head::new("What the template asks", crumbs).of(words::sentence(&proposal.title)),
            lead,
            rows,
            sides: vec![
                Side { title: "The template now", pieces: now, empty: "The template has it no longer." },
                Side { title: "The school’s own", pieces: own, empty: "The school has nothing on this." },
            ],
            suggested: proposal.suggested.clone(),
            form,
        }
    }
}

/// What is asked about one.
pub fn fields(proposal: &Proposal) -> Vec<Field> {
    let gone = proposal.template.is_empty();
    let adopt = if gone { "Take it out, as the template did" } else { "Take the template’s text" };
    let mut fields = vec![
        Field::radios("answer", "What does the school do?", &[])
            .choice("adopt", &format!("Adopt: {}", adopt.to_lowercase()), "")
            .choice("adapt", "Adapt: keep the school’s own text, the change considered", "")
            .choice("defer", "Defer: decide later", ""),
    ];
    if proposal.kind != "section" {
        let text = if proposal.suggested.is_empty() { &proposal.own } else { &proposal.suggested };
        let hint = match (proposal.kind.as_str(), proposal.suggested.is_empty()) {
            ("step", _) => "Only for “adapt”. What is done comes first, then a line each, as in the texts above.",
            (_, false) => "Only for “adapt”. Both changes are put together here: read it before you save it.",
            (_, true) => "Only for “adapt”.",
        };
        fields.push(Field::long_text("text", "The school’s text").hint(hint).value(text.clone()));
    }
    fields.push(Field::long_text("reason", "Why?").hint("Needed for “adapt” and “defer”. Do not name anybody."));
    fields.push(
        Field::day("until_date", "Defer until which day?")
            .hint("Only for “defer”, and needed where it is statutory. For example, 27/3/2027."),
    );
    fields
}

fn crumbs(visit: &Visit, instance_id: &str) -> Vec<Link> {
    let here = visit.at(&format!("/policy/versions/{instance_id}"));
    visit.crumbs(&[("Policy", visit.at("/policy")), ("Version", here)])
}

async fn all(visit: &Visit, instance_id: &str) -> Result<Vec<Proposal>, Error> {
    let asked = ListProposalsRequest { school_id: visit.school.clone(), instance_id: instance_id.to_owned() };
    Ok(heard(visit.registry()?.list_proposals(ask(asked))).await?.proposals)
}

/// Lists them.
pub async fn list(visit: Visit, Path((_, instance_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::PolicyRead)?;
    let instance = fetch(&visit, &instance_id).await?;
    let proposals = all(&visit, &instance_id).await?;
    let here = visit.at(&format!("/policy/versions/{instance_id}/proposals"));
    visit.page(&Proposals::new(&instance, &proposals, &here, crumbs(&visit, &instance_id)))
}

fn editable(instance: &Instance) -> bool {
    match instance.state() {
        InstanceState::Draft | InstanceState::Consultation | InstanceState::Approved | InstanceState::Ratified => true,
        InstanceState::Unspecified | InstanceState::InForce | InstanceState::Superseded | InstanceState::Discarded => {
            false
        }
    }
}

async fn one(visit: &Visit, instance_id: &str, proposal_id: &str) -> Result<(Instance, Proposal), Error> {
    let instance = fetch(visit, instance_id).await?;
    let proposals = all(visit, instance_id).await?;
    let proposal = proposals.into_iter().find(|proposal| proposal.proposal_id == proposal_id);
    Ok((instance, proposal.ok_or_else(Error::missing)?))
}

fn form(visit: &Visit, instance: &Instance, proposal: &Proposal) -> Form {
    let action = visit.at(&format!("/policy/versions/{}/proposals/{}", instance.instance_id, proposal.proposal_id));
    visit.form(action, "Save the answer", fields(proposal)).carrying("etag", instance.etag.clone())
}

fn page(visit: &Visit, instance: &Instance, proposal: &Proposal, form: Option<Form>) -> ProposalPage {
    let mut crumbs = crumbs(visit, &instance.instance_id);
    let list = visit.at(&format!("/policy/versions/{}/proposals", instance.instance_id));
    crumbs.push(Link::new("What the template asks", list));
    ProposalPage::new(proposal, crumbs, form)
}

/// Shows one.
pub async fn show(visit: Visit, Path((_, instance_id, proposal_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::PolicyRead)?;
    let (instance, proposal) = one(&visit, &instance_id, &proposal_id).await?;
    let open = matches!(proposal.answer.as_str(), "" | "defer");
    let may = open && editable(&instance) && visit.may(Permission::PolicyEdit);
    let form = may.then(|| form(&visit, &instance, &proposal));
    visit.page(&page(&visit, &instance, &proposal, form))
}

/// Answers one.
pub async fn answer(Path((_, instance_id, proposal_id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let answer = answers.text("answer");
    let command = AnswerProposalRequest {
        school_id: visit.school.clone(),
        instance_id: instance_id.clone(),
        proposal_id: proposal_id.clone(),
        text: if answer == "adapt" { answers.text("text") } else { String::new() },
        until_date: if answer == "defer" { answers.day("until_date") } else { String::new() },
        answer,
        reason: answers.text("reason"),
        etag: answers.text("etag"),
        request_id: answers.request_id(),
    };
    match heard(visit.registry()?.answer_proposal(ask(command))).await {
        Ok(_) => visit.to(&visit.at(&format!("/policy/versions/{instance_id}/proposals?done=proposal"))),
        Err(error) => {
            let (instance, proposal) = one(&visit, &instance_id, &proposal_id).await?;
            let form = visit.mended(form(&visit, &instance, &proposal), &answers, &error, "")?;
            visit.page_again(&page(&visit, &instance, &proposal, Some(form)), &error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_marked_in_words() {
        let pieces = compared("Tell parents within two days.", "Tell parents within one day.");
        let marked: Vec<(&str, &str)> = pieces.iter().map(|piece| (piece.tag, piece.text.as_str())).collect();
        assert_eq!(marked.first(), Some(&("", "Tell parents within ")));
        assert!(marked.iter().any(|(tag, text)| *tag == "del" && text.contains("two")));
        assert!(marked.iter().any(|(tag, text)| *tag == "ins" && text.contains("one")));
    }
}
