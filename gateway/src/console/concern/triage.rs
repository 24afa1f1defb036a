//! Deciding about a concern: each decision has its own page, which asks what that decision needs and nothing else.

use axum::extract::{Path, Query};
use chassis::{
    error::{Error, Violations},
    names,
};
use proto::{
    access::v1::{Colleague, Permission},
    incident_cases::v1::{
        Concern, EarlyHelp, ExistingCase, NewCase, NoFurtherAction, ReferNow, TriageConcernRequest,
        triage_concern_request::Decision,
    },
};
use serde::Deserialize;

use super::{fetch, joining, suggested, whom};
use crate::{
    adult,
    console::{
        case::{self, access},
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::{Head, Link, Row},
        words,
    },
};

/// The decision that opens a case.
pub(super) const NEW_CASE: &str = "new_case";
/// The decision that it belongs to a case.
pub(super) const EXISTING_CASE: &str = "existing_case";
const NOTHING: &str = "no_further_action";
const EARLY_HELP: &str = "early_help";
const REFER_NOW: &str = "refer_now";
/// The kind of incident that is chosen where nothing more is known.
const WELFARE: &str = "P0";
/// The agency that takes referrals to Channel.
const PREVENT: &str = "prevent";
/// What may be said of consent to Channel where somebody is referred.
const CONSENT: words::Codes =
    &[("given", "They agree"), ("not_needed", "It is not needed: the risk does not wait for it")];
/// The kinds of incident that are about an adult.
const ADULT: [&str; 2] = ["P9", "P10"];
/// What the second page of a case about an adult carries of the first.
const CARRIED: [&str; 3] = ["procedure_id", "risks", "again"];

/// Which decision is asked about.
#[derive(Debug, Default, Deserialize)]
pub struct Chosen {
    #[serde(default)]
    decision: String,
    /// Where the page of open cases begins.
    #[serde(default)]
    page_token: String,
}

/// One way to decide, as the page of the concern offers it.
#[derive(Debug, serde::Serialize)]
pub struct Way {
    link: Link,
    hint: String,
}

/// The ways to decide about a concern at `here`, which `office` takes on where it is about an adult; so many cases are open, and so
/// many of them likely.
pub fn ways(here: &str, office: &str, (open_cases, likely): (usize, usize)) -> Vec<Way> {
    let way = |text: &str, decision: &str, hint: String| Way {
        link: Link::new(text, format!("{here}/triage?decision={decision}")),
        hint,
    };
    let open =
        words::counted(u64::try_from(open_cases).unwrap_or_default(), "case that is open", "cases that are open");
    let first = words::counted(u64::try_from(likely).unwrap_or_default(), "likely one", "likely ones");
    let among =
        if likely > 0 { format!("Choose among {open}, {first} first.") } else { format!("Choose among {open}.") };
    let join = (open_cases > 0).then(|| way("Add it to a case", EXISTING_CASE, among));
    let hint = if likely > 0 {
        "It may belong to a case that is open already. A new one starts its steps and their times at once."
    } else {
        "Its steps and their times start at once."
    };
    let new = way("Open a new case", NEW_CASE, hint.to_owned());
    let child = office.is_empty();
    let help = child.then(|| {
        way("Early help", EARLY_HELP, "A case that somebody leads, with what is done for the family.".to_owned())
    });
    let refer = child.then(|| {
        way(
            "Refer to an agency now",
            REFER_NOW,
            "A case with the referral in it, such as to children’s services.".to_owned(),
        )
    });
    let nothing = way("No further action", NOTHING, "You write down why.".to_owned());
    let hint = match office {
        "" => {
            "If it is about an adult who works here, it is for the head; if about the head, for the chair of governors."
        }
        "head" => {
            "If it is about the head or you are in conflict, it is for the chair; if about no adult, for the lead."
        }
        _ => "If it is not about the head, it is for the head or the lead.",
    };
    let pass = Way { link: Link::new("Pass it on", format!("{here}/pass-on")), hint: hint.to_owned() };
    [Some(new), join, help, refer, Some(nothing), Some(pass)].into_iter().flatten().collect()
}

/// What a new case needs to be known. A concern that `office` takes on is about an adult.
pub fn new_fields(office: &str) -> Vec<Field> {
    let kinds = words::PROCEDURES.iter().copied();
    vec![
        Field::select("procedure_id", "What kind of incident is it?")
            .choices([("", "Choose a kind of incident")])
            .choices(kinds.filter(|(code, _)| office.is_empty() || ADULT.contains(code)))
            .hint("It decides which steps the case has. For one about an adult you are asked who it is next."),
        risks(),
    ]
}

fn kinds(label: &str) -> Field {
    let kinds = words::PROCEDURES.iter().copied().filter(|(code, _)| !ADULT.contains(code));
    Field::select("procedure_id", label).choices(kinds).hint("It decides which steps the case has.")
}

fn risks() -> Field {
    case::class::risks()
}

/// What early help needs to be known.
pub fn early_help_fields() -> Vec<Field> {
    vec![
        kinds("What kind of incident is it?").value(WELFARE),
        risks(),
        Field::name("lead_professional", "Who leads it?").hint("For example, the head of year or a family worker."),
        Field::long_text("plan", "What is done for the child and the family?"),
    ]
}

/// What a referral at once needs to be known. Why begins with what was said.
pub fn refer_fields(agencies: &[(String, String)], said: &str) -> Vec<Field> {
    let mut of_referral = case::referral::fields(agencies);
    if let Some(reason) = of_referral.get_mut(1) {
        let hint = "It begins with what was said. Add why, and take out what the agency need not know.";
        *reason = reason.clone().hint(hint).value(said);
    }
    let kind = kinds("What kind of incident is it?").value(WELFARE);
    let prevent = agencies.is_empty() || agencies.iter().any(|(key, _)| key == PREVENT);
    let consent = if prevent { consent_fields() } else { Vec::new() };
    [kind, risks()].into_iter().chain(of_referral).chain(consent).collect()
}

/// What a referral to the Prevent team needs besides.
fn consent_fields() -> Vec<Field> {
    vec![
        Field::radios("consent", "For the Prevent team: does the person agree to Channel? (optional)", CONSENT)
            .hint("For radicalisation nobody is referred to Channel without. Leave this for every other agency."),
        Field::long_text(
            "consent_reason",
            "For the Prevent team: what did they say, or why is it not needed? (optional)",
        ),
    ]
}

/// Why nothing more is done.
pub fn nothing_fields() -> Vec<Field> {
    vec![Field::long_text("reason", "Why is nothing further done?").hint("It stays with the concern, with your name.")]
}

fn place(visit: &Visit, concern: &Concern) -> String {
    visit.at(&format!("/concerns/{}", concern.concern_id))
}

fn page(visit: &Visit, concern: &Concern, title: &str, decision: &str, button: &str, fields: Vec<Field>) -> FormPage {
    let here = place(visit, concern);
    let crumbs = visit.crumbs(&[("Concerns", visit.at("/concerns")), ("Concern", here.clone())]);
    let mut page = visit.form_page(Head::new(title, crumbs), format!("{here}/triage"), button, fields);
    page.form = page.form.carrying("decision", decision);
    page.rows = vec![Row::new("About", whom(concern))];
    page.rows.extend(Row::some("What was said", Some(concern.narrative.clone())));
    page.others = vec![Link::new("Decide something else", here)];
    page
}

/// Whether something can be decided of it: nothing was yet, or nothing further was to be done.
pub fn open_to_decision(concern: &Concern) -> bool {
    concern.state == "new" || concern.state == NOTHING
}

/// The page of one decision; `answers` are what is known of it already.
pub(super) async fn page_of(
    visit: &Visit,
    concern: &Concern,
    decision: &str,
    answers: &Answers,
) -> Result<FormPage, Error> {
    let mut page = asking(visit, concern, decision, answers).await?;
    // The second page about an adult carries what was answered on the first.
    if concern.state == NOTHING && !(decision == NEW_CASE && about_adult(answers)) {
        page.form.fields.push(again());
    }
    Ok(page)
}

/// What is asked about the adult, begun with the colleague whom the concern names: where one has that name and no other.
fn begun(mut fields: Vec<Field>, colleagues: &[Colleague], about: &str) -> Vec<Field> {
    let mut named = colleagues.iter().filter(|one| names::same(&one.display_name, about));
    if let (Some(one), None, false) = (named.next(), named.next(), fields.is_empty()) {
        let field = fields.remove(0).value(one.account_id.clone());
        fields.insert(0, field);
    }
    fields
}

async fn asking(visit: &Visit, concern: &Concern, decision: &str, answers: &Answers) -> Result<FormPage, Error> {
    Ok(match decision {
        NEW_CASE if about_adult(answers) => {
            // A concern is decided on even where colleagues cannot be asked for: then by name.
            let colleagues = access::colleagues(visit).await.unwrap_or_default();
            let fields = begun(access::subject_fields(&colleagues, &concern.office), &colleagues, &concern.about);
            let mut page = page(visit, concern, "Who is the case about?", decision, "Open the case", fields);
            for name in CARRIED {
                for value in answers.all(name) {
                    page.form = page.form.carrying(name, value);
                }
            }
            page.form = page.form.carrying("asked", "adult");
            let kind = words::called(words::PROCEDURES, &answers.text("procedure_id"));
            page.rows.insert(0, Row::new("Kind of incident", kind));
            page
        }
        NEW_CASE => page(visit, concern, "Open a new case", decision, "Open the case", new_fields(&concern.office)),
        EARLY_HELP => page(visit, concern, "Early help", decision, "Open the case", early_help_fields()),
        REFER_NOW => {
            let agencies = case::referral::agencies(visit).await;
            let offered = case::referral::offered(visit, &agencies);
            // The designated officer is told of an adult, never out of a case on a child.
            let offered = offered.filter(|agency| !agency.key.starts_with("lado"));
            let agencies: Vec<_> = offered.map(|agency| (agency.key.clone(), agency.name.clone())).collect();
            let button = "Open the case and record the referral";
            page(
                visit,
                concern,
                "Refer to an agency now",
                decision,
                button,
                refer_fields(&agencies, &concern.narrative),
            )
            .lead("Make the referral as the agency asks for it, then record it here. Where it is about an adult who works here, pass the concern on instead: it is referred to the designated officer (LADO) from there.")
        }
        EXISTING_CASE => {
            let query = answers.text("query");
            if !query.is_empty() && answers.text("case_id").is_empty() {
                let found = joining::found(visit, concern, &query).await?;
                let lead = match found.len() {
                    0 => "No open case that you may read was found by this. Look for something else.",
                    _ => "These are the open cases that were found.",
                };
                let fields = joining::fields(&found);
                let mut page = page(visit, concern, "Add it to a case", decision, "Go on", fields).lead(lead);
                let all = format!("{}/triage?decision={EXISTING_CASE}", place(visit, concern));
                page.others.push(Link::new("All cases that are open", all));
                return Ok(page);
            }
            let token = answers.text("page_token");
            let suggested = suggested::fetch(visit, &concern.concern_id).await;
            let open = joining::open(visit, concern, &suggested, &token).await;
            let pager = open.pager(&place(visit, concern), &token);
            let fields = joining::fields(&open.cases);
            let mut page = page(visit, concern, "Add it to a case", decision, "Go on", fields);
            page.form = page.form.carrying("page_token", token);
            let ways = [("The first of the open cases", pager.first), ("More cases that are open", pager.next)];
            let ways = ways.into_iter().filter(|(_, to)| !to.is_empty()).map(|(text, to)| Link::new(text, to));
            page.others.extend(ways);
            page
        }
        NOTHING => page(visit, concern, "No further action", decision, "Save the decision", nothing_fields()),
        _ => return Err(Error::missing()),
    })
}

/// What was decided on a concern, when and by whom, with the way to it.
async fn decided_already(visit: &Visit, concern: &Concern) -> Row {
    let people = visit.people([concern.decided_by_account_id.as_str()]).await;
    let said = super::told::decided(concern, &people);
    Row::new("Decided already", said).to(visit.at(&format!("/concerns/{}", concern.concern_id)))
}

fn about_adult(answers: &Answers) -> bool {
    ADULT.contains(&answers.text("procedure_id").as_str()) && !answers.all("risks").is_empty()
}

/// Asks what a decision needs.
pub async fn show(visit: Visit, Path((_, concern_id)): Path<(String, String)>, Query(chosen): Query<Chosen>) -> Answer {
    visit.needs(Permission::ConcernTriage)?;
    let concern = fetch(&visit, &concern_id).await?.concern;
    if !open_to_decision(&concern) {
        return visit.to(&visit.at(&format!("/concerns/{concern_id}")));
    }
    // What was written before the session ended may be of the second page.
    let written = visit.written().map(|unsent| Answers::new(unsent.form.answers.clone()));
    let at = || Answers::new(vec![("page_token".to_owned(), chosen.page_token.clone())]);
    let answers = written.filter(|answers| answers.text("asked") == "adult").unwrap_or_else(at);
    visit.page(&page_of(&visit, &concern, &chosen.decision, &answers).await?)
}

/// Decides what becomes of it.
pub async fn triage(Path((_, concern_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let chosen = answers.text("decision");
    if chosen == NEW_CASE && about_adult(&answers) && answers.text("asked") != "adult" {
        let concern = fetch(&visit, &concern_id).await?.concern;
        let mut page = page_of(&visit, &concern, &chosen, &answers).await?;
        page.form.request_id = answers.request_id();
        return visit.page(&page);
    }
    if chosen == EXISTING_CASE && answers.text("case_id").is_empty() && !answers.text("query").is_empty() {
        return find(&visit, &concern_id, &answers).await;
    }
    let colleagues = match about_adult(&answers) {
        true => access::colleagues(&visit).await.unwrap_or_default(),
        false => Vec::new(),
    };
    let decided = match command(&visit, &concern_id, &answers, &colleagues) {
        Ok(command) => match compared(&visit, &command).await {
            Ok(()) => heard(visit.cases()?.triage_concern(ask(command))).await,
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    match decided {
        Ok(answer) => match answer.case {
            Some(case) => visit.to(&visit.at(&format!("/cases/{}?done=triaged", case.case_id))),
            // Whoever opened a case about themselves is led back to the list.
            None if answer.concern.is_none() => visit.to(&visit.at("/concerns?done=triaged")),
            None => visit.to(&visit.at(&format!("/concerns/{concern_id}?done=triaged"))),
        },
        Err(error) => {
            let concern = fetch(&visit, &concern_id).await?.concern;
            let mut page = page_of(&visit, &concern, &chosen, &answers).await?;
            // What was typed stays, beside what somebody else decided meanwhile.
            if !open_to_decision(&concern) {
                page.rows.insert(0, decided_already(&visit, &concern).await);
            }
            visit.again(page, &answers, access::at_fields(error), "")
        }
    }
}

/// The cases that were found by what was typed, to choose among.
async fn find(visit: &Visit, concern_id: &str, answers: &Answers) -> Answer {
    let concern = fetch(visit, concern_id).await?.concern;
    if !open_to_decision(&concern) {
        return visit.to(&place(visit, &concern));
    }
    match page_of(visit, &concern, EXISTING_CASE, answers).await {
        Ok(mut page) => {
            page.form = page.form.answered(answers);
            visit.page(&page)
        }
        Err(error) => {
            let page = page_of(visit, &concern, EXISTING_CASE, &Answers::default()).await?;
            visit.again(page, answers, error, "")
        }
    }
}

/// Holds the adult of a new case against the accounts of the school.
async fn compared(visit: &Visit, command: &TriageConcernRequest) -> Result<(), Error> {
    match &command.decision {
        Some(Decision::NewCase(NewCase { subject: Some(subject), .. })) => {
            adult::compare(&visit.app, &visit.school, "new_case.subject", subject).await
        }
        _ => Ok(()),
    }
}

/// Why it is decided again, where nothing further was to be done.
pub fn again() -> Field {
    Field::long_text("again", "Why is it decided again?").hint("The decision before is kept, with who made it.")
}

fn asked_of_case(v: &mut Violations, answers: &Answers) {
    v.check(!answers.text("procedure_id").is_empty(), "procedure_id", "Select what kind of incident it is");
    case::class::check_risks(v, answers);
}

/// The decision that was answered.
pub(super) fn command(
    visit: &Visit,
    concern_id: &str,
    answers: &Answers,
    colleagues: &[Colleague],
) -> Result<TriageConcernRequest, Error> {
    let mut v = Violations::new();
    let decision = match answers.text("decision").as_str() {
        EXISTING_CASE => {
            v.check(!answers.text("case_id").is_empty(), "case_id", "Select which case it belongs to");
            Decision::ExistingCase(ExistingCase { case_id: answers.text("case_id") })
        }
        EARLY_HELP => {
            asked_of_case(&mut v, answers);
            v.check(!answers.text("lead_professional").is_empty(), "lead_professional", "Enter who leads it");
            v.check(!answers.text("plan").is_empty(), "plan", "Enter what is done for the child and the family");
            Decision::EarlyHelp(EarlyHelp {
                procedure_id: answers.text("procedure_id"),
                risks: case::class::said_risks(answers),
                lead_professional: answers.text("lead_professional"),
                plan: answers.text("plan"),
            })
        }
        REFER_NOW => {
            asked_of_case(&mut v, answers);
            v.check(!answers.text("agency").is_empty(), "agency", "Select which agency");
            v.check(!answers.text("reason").is_empty(), "reason", "Enter why you are referring");
            Decision::ReferNow(ReferNow {
                procedure_id: answers.text("procedure_id"),
                risks: case::class::said_risks(answers),
                agency: answers.text("agency"),
                reason: answers.text("reason"),
                reference: answers.text("reference"),
                consent: answers.text("consent"),
                consent_reason: answers.text("consent_reason"),
            })
        }
        NOTHING => {
            v.check(!answers.text("reason").is_empty(), "reason", "Enter why nothing further is done");
            Decision::NoFurtherAction(NoFurtherAction { reason: answers.text("reason") })
        }
        _ => {
            asked_of_case(&mut v, answers);
            let subject = about_adult(answers).then(|| access::subject(&mut v, answers, colleagues));
            let (procedure_id, risks) = (answers.text("procedure_id"), case::class::said_risks(answers));
            Decision::NewCase(NewCase { procedure_id, risks, subject })
        }
    };
    v.finish()?;
    Ok(TriageConcernRequest {
        school_id: visit.school.clone(),
        concern_id: concern_id.to_owned(),
        decision: Some(decision),
        request_id: answers.request_id(),
        again: answers.text("again"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_colleague_whom_a_concern_names_is_selected_where_there_is_one() {
        let colleague = |id: &str, name: &str| Colleague {
            account_id: id.into(),
            display_name: name.into(),
            ..Colleague::default()
        };
        let all = [colleague("acc_1", "Tom Beresford"), colleague("acc_2", "Ruth Calloway")];
        let twice = [colleague("acc_1", "Tom Beresford"), colleague("acc_3", "Tom Beresford")];
        let chosen = |all: &[Colleague], about: &str| {
            let fields = begun(access::subject_fields(all, "head"), all, about);
            fields.first().and_then(|field| serde_json::to_value(field).ok()).map(|field| field["values"].clone())
        };
        assert_eq!(chosen(&all, "BERESFORD, Tom"), Some(json!(["acc_1"])));
        for (of, about) in [(&all, "A colleague"), (&twice, "Tom Beresford")] {
            assert_eq!(chosen(of, about), Some(Value::Array(Vec::new())), "{about}");
        }
    }
}
