//! Making a referral to an agency: asked once, checked before it counts, with a receipt; and what the agency answered.

use axum::extract::Path;
use chassis::{
    clock::london,
    error::{Error, Violations},
};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{
        Case, Consultation, MakeReferralRequest, RecordReferralOutcomeRequest, Referral, ReferralForm,
    },
    policy_registry::v1::{Agency, GetAgencyRegisterRequest},
};
use serde::Serialize;

use super::{
    act, fetch,
    refer::{self, follow},
    to_work,
};
use crate::{
    console::{
        desk::allegation::OUTCOMES,
        people::People,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        form::{Answers, Field, FormPage},
        part::{Head, Link, Row},
        words,
    },
    unsent,
};

/// How a referral stands.
const STATES: words::Codes = &[
    ("made", "Made"),
    ("sent", "Sent"),
    ("acknowledged", "The agency has it"),
    ("decided", "Decided"),
    ("closed", "Closed"),
    ("withdrawn", "Taken back"),
];
/// What the check page carries on, field by field.
const CARRIED: [&str; 3] = ["agency", "reason", "reference"];

/// What is asked of a referral; `agencies` are keys and names.
pub fn fields(agencies: &[(String, String)]) -> Vec<Field> {
    let agency = if agencies.is_empty() {
        // The register cannot be read just now: the talk is not kept waiting for it.
        Field::radios("agency", "Which agency?", words::REFERRED)
    } else {
        let choices = agencies.iter().map(|(key, name)| (key.as_str(), name.as_str()));
        Field::radios("agency", "Which agency?", &[]).choices(choices)
    };
    vec![
        agency,
        Field::long_text("reason", "Why are you referring?")
            .hint("It begins with what the case says. Add why, and take out what the agency need not know."),
        Field::name("reference", "Their reference (optional)").width("20"),
    ]
}

/// The same, begun with what the case says: nothing is asked twice. `keys` are keys and names of agencies.
fn begun(case: &Case, keys: &[(String, String)]) -> Vec<Field> {
    let latest = case.consultations.last();
    let agency = latest.filter(|talk| keys.is_empty() || keys.iter().any(|(key, _)| *key == talk.agency));
    let of = |value: fn(&Consultation) -> String, talk: Option<&Consultation>| talk.map(value).unwrap_or_default();
    let mut fields = fields(keys).into_iter();
    let begin = [of(|t| t.agency.clone(), agency), summary(case), of(|t| t.reference.clone(), agency)];
    let begin = begin.into_iter().map(|value| if value.is_empty() { Vec::new() } else { vec![value] });
    fields.by_ref().zip(begin).map(|(field, value)| field.values(value)).collect()
}

/// The case in a few lines: what, who, what was advised, what mattered.
fn summary(case: &Case) -> String {
    let mut lines = Vec::new();
    let opened = words::day(case.create_time.as_ref()).unwrap_or_default();
    if !case.procedure_title.is_empty() {
        lines.push(format!("{}. Case {}, opened {opened}.", case.procedure_title, case.reference));
    }
    let list = |codes: &[String], names: words::Codes| -> String {
        codes.iter().map(|code| words::called(names, code)).collect::<Vec<_>>().join(", ")
    };
    if !case.risks.is_empty() {
        lines.push(format!("Risks: {}.", list(&case.risks, words::RISKS)));
    }
    // Who is kept to the lead is named to an agency by whoever writes the referral, where they need it.
    for person in case.involvements.iter().filter(|person| person.end.is_none() && person.shown_to != "lead") {
        let mut line = format!("{}: {}", words::called(words::PARTS, &person.role), person.person);
        if !person.year_group.is_empty() {
            line += &format!(", year {}", person.year_group);
        }
        if !person.vulnerabilities.is_empty() {
            line += &format!(" ({})", list(&person.vulnerabilities, words::VULNERABILITIES).to_lowercase());
        }
        lines.push(line + ".");
    }
    for talk in &case.consultations {
        let when = words::stamp(talk.consult_time.as_ref()).unwrap_or_default();
        lines.push(format!("{}, {when}: {}", words::called(words::REFERRED, &talk.agency), talk.advice));
    }
    for (_, entry) in super::entry::chronicle(&case.entries) {
        let addendum = match entry.corrects_entry_id.is_empty() {
            true => String::new(),
            false => format!("{}: ", super::entry::title(entry, &case.entries)),
        };
        let told = format!("{}: {addendum}{} {}", super::entry::day(entry), super::entry::said(entry), entry.impact);
        lines.push(told.trim().to_owned());
    }
    lines.join("\n")
}

/// What is asked of the answer.
pub fn outcome_fields(recorded: bool) -> Vec<Field> {
    let mut fields = vec![
        Field::radios("outcome", "What did the agency answer?", words::ANSWERS),
        Field::long_text("text", "What did it say?"),
    ];
    if recorded {
        fields.push(Field::long_text("again", "Why does what was recorded before not hold?"));
    }
    fields
}

/// The agencies of the area to which children are referred; none where the register cannot be read.
pub async fn agencies(visit: &Visit) -> Vec<Agency> {
    let Ok(mut registry) = visit.registry() else { return Vec::new() };
    let asked = heard(registry.get_agency_register(ask(GetAgencyRegisterRequest {}))).await;
    let agencies = asked.map(|answer| answer.agencies).unwrap_or_default();
    agencies.into_iter().filter(|agency| !agency.no_referrals).collect()
}

/// Those of them that take referrals today.
pub fn offered<'a>(visit: &Visit, agencies: &'a [Agency]) -> impl Iterator<Item = &'a Agency> {
    let today = london(visit.now()).date().to_string();
    let open = move |agency: &&Agency| {
        agency.from_date <= today && (agency.until_date.is_empty() || agency.until_date >= today)
    };
    agencies.iter().filter(open)
}

/// An agency's name and how it is reached.
fn agency_rows(key: &str, name: &str, agencies: &[Agency]) -> Vec<Row> {
    let known = agencies.iter().find(|agency| agency.key == key);
    let name = if name.is_empty() { known.map_or("", |agency| agency.name.as_str()) } else { name };
    let name = if name.is_empty() { words::called(words::REFERRED, key) } else { name.to_owned() };
    let channels = known.iter().flat_map(|agency| &agency.channels).map(|channel| {
        let hours = if channel.hours.is_empty() { String::new() } else { format!(", {}", channel.hours) };
        format!("{}{hours}", channel.value)
    });
    let channels: Vec<String> = channels.collect();
    let reach = Row::some("How to reach it", Some(channels.join("\n")));
    std::iter::once(Row::new("Agency", name)).chain(reach).collect()
}

fn page(visit: &Visit, case: &Case, agencies: &[Agency]) -> FormPage {
    let keys: Vec<_> = offered(visit, agencies).map(|agency| (agency.key.clone(), agency.name.clone())).collect();
    let mut page = act::page(visit, case, "Make a referral", "referrals/check", "Go on", begun(case, &keys));
    let here = visit.at(&format!("/cases/{}/decisions", case.case_id));
    page.others = vec![Link::new("Decide not to refer, with the reason", here)];
    page
}

fn check_page(visit: &Visit, case: &Case, answers: &Answers, agencies: &[Agency], unsent_id: &str) -> FormPage {
    let mut page = act::page(visit, case, "Check the referral", "referrals", "Record the referral", Vec::new());
    let change = |field: &str| {
        let here = visit.at(&format!("/cases/{}/referrals/new", case.case_id));
        format!("{here}?unsent={unsent_id}#{field}")
    };
    let mut rows = agency_rows(&answers.text("agency"), "", agencies);
    if let Some(agency) = rows.first_mut() {
        *agency = std::mem::take(agency).change(change("agency"), "the agency");
    }
    let reference = Some(answers.text("reference")).filter(|text| !text.is_empty()).unwrap_or("None yet".to_owned());
    rows.push(
        Row::new("Why you are referring", answers.text("reason")).change(change("reason"), "why you are referring"),
    );
    rows.push(Row::new("Their reference", reference).change(change("reference"), "their reference"));
    page.rows = rows;
    page.lead.push(
        "This records that the referral is made and starts the time for an answer. The agency must hear of it through its own channel."
            .to_owned(),
    );
    page.form.request_id = answers.request_id();
    for field in CARRIED {
        page.form = page.form.carrying(field, answers.text(field));
    }
    page.form = page.form.carrying("unsent", unsent_id);
    page
}

/// Asks for a referral.
pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseRefer)?;
    let case = to_work(&visit, &case_id, Permission::CaseRefer).await?;
    let agencies = agencies(&visit).await;
    visit.page(&page(&visit, &case, &agencies))
}

/// Keeps the answers, sealed, until they are checked, and goes on to the page that shows them.
pub async fn to_check(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::CaseRefer)?;
    let here = visit.at(&format!("/cases/{case_id}/referrals"));
    let kept = match complete(&answers) {
        Ok(()) => {
            let form = unsent::Form {
                page: format!("{here}/new"),
                action: format!("{here}/check"),
                answers: answers.pairs().to_vec(),
            };
            unsent::put(&visit.app, &visit.visitor.account_id, form).await
        }
        Err(error) => Err(error),
    };
    match kept {
        Ok(unsent_id) => visit.to(&format!("{here}/check?unsent={unsent_id}")),
        Err(error) => {
            let agencies = agencies(&visit).await;
            act::settle::<()>(&visit, &case_id, &answers, Err(error), "", |case| page(&visit, case, &agencies)).await
        }
    }
}

/// Shows what is about to be recorded.
pub async fn check(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseRefer)?;
    let case = to_work(&visit, &case_id, Permission::CaseRefer).await?;
    let Some(written) = visit.written() else {
        return visit.to(&visit.at(&format!("/cases/{case_id}/referrals/new")));
    };
    let answers = Answers::new(written.form.answers.clone());
    let agencies = agencies(&visit).await;
    visit.page(&check_page(&visit, &case, &answers, &agencies, &written.id))
}

fn complete(answers: &Answers) -> Result<(), Error> {
    let mut v = Violations::new();
    v.check(!answers.text("agency").is_empty(), "agency", "Select which agency");
    v.check(!answers.text("reason").is_empty(), "reason", "Enter why you are referring");
    v.finish()
}

/// Makes it.
pub async fn make(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = MakeReferralRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        agency: answers.text("agency"),
        reason: answers.text("reason"),
        reference: answers.text("reference"),
        request_id: answers.request_id(),
    };
    let done = match complete(&answers) {
        Ok(()) => heard(visit.cases()?.make_referral(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(made) => {
            let referral_id = made.referral.unwrap_or_default().referral_id;
            visit.to(&visit.at(&format!("/cases/{case_id}/referrals/{referral_id}")))
        }
        Err(error) => {
            let agencies = agencies(&visit).await;
            act::settle::<()>(&visit, &case_id, &answers, Err(error), "", |case| page(&visit, case, &agencies)).await
        }
    }
}

/// That a referral is made.
#[derive(Debug, Serialize)]
pub struct Receipt {
    head: Head,
    rows: Vec<Row>,
    /// Whether an answer is waited for.
    waits: bool,
    next: Vec<Link>,
}

impl Page for Receipt {
    const TEMPLATE: &'static str = "receipt.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let case = super::sample();
        let people = People::of(&[("acc_1", "Ms Ali")]);
        let made = |referral| Self::new(&case, referral, &people, &[], "/schools/sch_1/cases/cas_1", Vec::new());
        case.referrals.iter().map(made).collect()
    }
}

impl Receipt {
    fn new(
        case: &Case,
        referral: &Referral,
        people: &People,
        agencies: &[Agency],
        here: &str,
        crumbs: Vec<Link>,
    ) -> Self {
        let mut rows = agency_rows(&referral.agency, &referral.agency_name, agencies);
        rows.push(Row::new("Case", case.reference.clone()));
        rows.extend(Row::some("Made", words::stamp(referral.create_time.as_ref())));
        rows.push(Row::new("By", people.name(&referral.account_id)));
        rows.push(Row::new(
            "Their reference",
            if referral.reference.is_empty() { "None yet" } else { &referral.reference },
        ));
        if let Some(form) = &referral.form {
            rows.extend(form_rows(form));
        } else {
            rows.push(Row::new("Why", referral.reason.clone()));
        }
        rows.extend(followed(referral, people));
        rows.extend(Row::some("Receipt number", Some(referral.referral_id.clone())));
        let mut next = Vec::new();
        if referral.withdrawal.is_some() {
            // Nobody answers what was taken back.
        } else if referral.outcome.is_empty() {
            rows.extend(Row::some("Ask for an answer by", words::day(referral.chase_time.as_ref())));
        } else {
            rows.push(Row::new("Answer", words::called(words::ANSWERS, &referral.outcome)));
            rows.extend(Row::some("What it said", Some(referral.outcome_text.clone())));
            rows.extend(Row::some("Who said so", Some(referral.decide_account_name.clone())));
        }
        let waits = referral.withdrawal.is_none() && referral.outcome.is_empty();
        next.extend(follow::ways_on(referral, here));
        next.push(Link::new("Record what parents are told", format!("{here}/parents-decisions/new")));
        next.push(Link::new("Back to the case", here));
        Self { head: Head::new("The referral is recorded", crumbs).of(case.reference.clone()), rows, waits, next }
    }
}

/// What was sent, and what proves it.
fn form_rows(form: &ReferralForm) -> Vec<Row> {
    let mut rows = vec![Row::new("By route", form.title.clone())];
    rows.extend(form.answers.iter().map(|answer| Row::new(answer.label.clone(), refer::read(&answer.value))));
    rows.push(Row::new("How it was sent", words::called(refer::MEANS, &form.means)));
    rows.push(Row::new("Where to", form.recipient.clone()));
    rows.push(Row::new("Proof", form.proof.clone()));
    rows.push(Row::new("SHA-256 of what was sent", form.digest.clone()));
    rows.extend(Row::some("Fingerprint of the key", Some(form.fingerprint.clone())));
    rows.extend(Row::some("Number that they read to you", Some(form.read_out.clone())));
    rows
}

/// What a desk came to, in words.
pub fn found_in_words(outcome: &str) -> String {
    match outcome {
        "reopened" => "They work it again: what they came to before holds no longer".to_owned(),
        outcome => words::called(OUTCOMES, outcome),
    }
}

/// What became of it since.
fn followed(referral: &Referral, people: &People) -> Vec<Row> {
    let mut rows = vec![Row::new("State", words::called(STATES, &referral.state))];
    if let Some(has) = &referral.acknowledgement {
        let at = has.create_time.as_ref();
        let told = match has.account_name.as_str() {
            "" => said(&has.text, &has.account_id, at, people),
            name => format!("{} ({name}, {})", has.text, words::stamp(at).unwrap_or_default()),
        };
        rows.push(Row::new("The agency has it", told));
    }
    rows.extend(Row::some("Whom they ring", Some(referral.ring.clone())));
    for message in &referral.messages {
        let title = if message.from_desk { "They asked" } else { "You answered" };
        let when = words::stamp(message.create_time.as_ref()).unwrap_or_default();
        rows.push(Row::new(title, format!("{} ({}, {when})", message.text, message.account_name)));
    }
    for went in &referral.escalations {
        let cause = words::called(follow::CAUSES, &went.cause);
        let told = said(&went.reason, &went.account_id, went.create_time.as_ref(), people);
        if !went.outcome.is_empty() {
            // What was decided stays, whatever is decided after it.
            let decided = words::called(words::ANSWERS, &went.outcome);
            rows.push(Row::new("Answer you did not agree with", format!("{decided}\n{}", went.outcome_text)));
        }
        rows.push(Row::new(format!("Taken further: {}", went.rung), format!("{cause}. {told}")));
    }
    for found in &referral.findings {
        let outcome = found_in_words(&found.outcome);
        let when = words::stamp(found.create_time.as_ref()).unwrap_or_default();
        let told = [outcome, found.text.clone(), format!("({}, {when})", found.account_name)];
        rows.push(Row::new(
            "What they came to",
            told.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n"),
        ));
    }
    for before in &referral.corrections {
        let outcome = words::called(words::ANSWERS, &before.outcome);
        rows.push(Row::new("Answer that was put right", format!("{outcome}\n{}", before.outcome_text)));
        let at = before.create_time.as_ref();
        let why = match before.decide_account_name.as_str() {
            "" => said(&before.reason, &before.account_id, at, people),
            // Whoever works at the desk is no colleague whose account is known here.
            _ => format!("{} ({})", before.reason, words::stamp(at).unwrap_or_default()),
        };
        rows.push(Row::new("Why it did not hold", why));
    }
    for end in &referral.earlier_ends {
        rows.push(Row::new(
            "What came of it first",
            said(&end.text, &end.account_id, end.create_time.as_ref(), people),
        ));
    }
    if let Some(back) = &referral.withdrawal {
        rows.push(Row::new("Taken back", said(&back.text, &back.account_id, back.create_time.as_ref(), people)));
    }
    if let Some(end) = &referral.end {
        rows.push(Row::new("What came of it", said(&end.text, &end.account_id, end.create_time.as_ref(), people)));
    }
    rows
}

fn said(text: &str, account_id: &str, at: Option<&prost_types::Timestamp>, people: &People) -> String {
    format!("{text} ({}, {})", people.name(account_id), words::stamp(at).unwrap_or_default())
}

/// Shows it, for as long as the case is there.
pub async fn receipt(visit: Visit, Path((_, case_id, referral_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let case = fetch(&visit, &case_id).await?;
    let referral = case.referrals.iter().find(|r| r.referral_id == referral_id).ok_or_else(Error::missing)?;
    let (people, agencies) = tokio::join!(visit.people(accounts(referral)), agencies(&visit));
    let here = visit.at(&format!("/cases/{case_id}"));
    let crumbs = visit.crumbs(&[("Cases", visit.at("/cases")), ("Case", here.clone())]);
    visit.page(&Receipt::new(&case, referral, &people, &agencies, &here, crumbs))
}

/// Everybody who had to do with it.
fn accounts(referral: &Referral) -> Vec<&str> {
    let has = referral.acknowledgement.iter().map(|has| has.account_id.as_str());
    let went = referral.escalations.iter().map(|went| went.account_id.as_str());
    let put_right = referral.corrections.iter().filter(|one| one.decide_account_name.is_empty());
    let put_right = put_right.map(|one| one.account_id.as_str());
    let end = referral
        .end
        .iter()
        .chain(&referral.withdrawal)
        .chain(&referral.earlier_ends)
        .map(|end| end.account_id.as_str());
    std::iter::once(referral.account_id.as_str()).chain(has).chain(went).chain(put_right).chain(end).collect()
}

fn outcome_page(visit: &Visit, case: &Case, referral_id: &str) -> FormPage {
    let path = format!("referrals/{referral_id}/outcome");
    let found = case.referrals.iter().find(|r| r.referral_id == referral_id);
    let recorded = found.is_some_and(|referral| !referral.outcome.is_empty());
    let title = if recorded { "Put an agency’s answer right" } else { "Record an agency’s answer" };
    let mut page = act::page(visit, case, title, &path, "Record the answer", outcome_fields(recorded));
    if let Some(referral) = found {
        if recorded {
            let before = format!("{}\n{}", words::called(words::ANSWERS, &referral.outcome), referral.outcome_text);
            page.rows.push(Row::new("Recorded before", before));
        }
        page.rows.push(Row::new("Agency", referral.agency_name.clone()));
        page.rows.push(Row::new("Referred because", referral.reason.clone()));
        page.rows.extend(Row::some("Referred", words::stamp(referral.create_time.as_ref())));
    }
    page
}

/// Asks for the answer.
pub async fn show_outcome(visit: Visit, Path((_, case_id, referral_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::CaseRefer)?;
    let case = to_work(&visit, &case_id, Permission::CaseRefer).await?;
    if case.referrals.iter().all(|r| r.referral_id != referral_id) {
        return Err(Error::missing().into());
    }
    visit.page(&outcome_page(&visit, &case, &referral_id))
}

/// Records it.
pub async fn record_outcome(Path((_, case_id, referral_id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = RecordReferralOutcomeRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        referral_id: referral_id.clone(),
        outcome: answers.text("outcome"),
        text: answers.text("text"),
        request_id: answers.request_id(),
        again: answers.text("again"),
    };
    let mut v = Violations::new();
    v.check(!command.outcome.is_empty(), "outcome", "Select what the agency answered");
    v.check(!command.text.is_empty(), "text", "Enter what it said");
    let done = match v.finish() {
        Ok(()) => heard(visit.cases()?.record_referral_outcome(ask(command))).await,
        Err(error) => Err(error),
    };
    act::settle(&visit, &case_id, &answers, done, "outcome", |case| outcome_page(&visit, case, &referral_id)).await
}
