//! Referring by a route of the policy: choose it, fill its form in, check it, send it. What the case knows already stands in
//! the form.

#[cfg(test)]
mod example;
pub mod follow;
pub mod package;
pub mod withdraw;

#[cfg(test)]
pub use example::sample;

use axum::{extract::Path, response::IntoResponse as _};
use chassis::{
    clock::timestamp,
    error::{Error, Kind, Violations},
};
use http::header;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{
        Case, CheckReferralRequest, DraftReferralRequest, ListReferralRoutesRequest, PrintReferralRequest, Referral,
        ReferralDraft, ReferralRoute, SendReferralRequest, UpdateReferralDraftRequest,
    },
    policy_registry::v1::{Agency, AgencyRoute, AgencyRouteField, Clock},
};

use super::{act, fetch, to_work};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, ask_patiently, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::{Link, Row},
        words::{self, Codes},
    },
};

/// The means by which it arrives by itself.
const PORTAL: &str = "portal";
/// The means by which it is made into a signed file.
const PACKAGE: &str = "package";
/// Why the route to the designated officer is shut out of a case that is not about an adult.
const OF_ADULT: &str = "not_of_adult";
/// How a referral is sent.
pub const MEANS: Codes = &[
    ("telephone", "On the telephone, with the form at hand"),
    ("web", "Typed into their own page"),
    ("printed", "Printed, and handed over or posted"),
    ("secure_mail", "As a file, by secure mail"),
    (PORTAL, "Into their inbox on this platform"),
    (PACKAGE, "As a signed, encrypted file that is made here"),
];
/// Answers to a question that is answered yes or no.
const YES_NO: Codes = &[("yes", "Yes"), ("no", "No"), ("not_known", "Not known")];

/// By when something is due, in words.
pub fn clock(clock: Option<&Clock>) -> String {
    let Some(clock) = clock else { return String::new() };
    let counted = |one: &str, many: &str| format!("within {}", words::counted(clock.amount.into(), one, many));
    match clock.kind.as_str() {
        "hours" => counted("hour", "hours"),
        "working_days" => counted("working day", "working days"),
        "days" => counted("day", "days"),
        _ => "at once".to_owned(),
    }
}

/// The routes to choose from.
pub fn choices(routes: &[ReferralRoute]) -> Vec<Field> {
    let mut field = Field::radios("route", "Where to?", &[]);
    for one in routes.iter().filter(|one| one.shut.is_empty()) {
        let route = one.route.clone().unwrap_or_default();
        let sent = format!("Sent {}.", clock(route.send.as_ref()));
        let hint = format!("{} {sent}", route.threshold);
        for agency in &one.agencies {
            let title = match one.agencies.as_slice() {
                [_] => route.title.clone(),
                _ => format!("{}: {}", route.title, agency.name),
            };
            field = field.choice(&format!("{} {}", route.key, agency.key), &title, &hint);
        }
    }
    vec![field]
}

/// One question of a route's form.
fn asked(field: &AgencyRouteField, value: &str) -> Field {
    let optional = !field.required && field.required_when.is_empty();
    let label = if optional { format!("{} (optional)", field.label) } else { field.label.clone() };
    let begun = match field.kind.as_str() {
        "long_text" => Field::long_text(&field.key, &label),
        "yes_no" => Field::radios(&field.key, &label, YES_NO),
        "choice" => Field::radios(&field.key, &label, &[])
            .choices(field.options.iter().map(|option| (option.as_str(), option.as_str()))),
        "choices" => {
            let several = Field::checkboxes(&field.key, &label, &[])
                .choices(field.options.iter().map(|option| (option.as_str(), option.as_str())))
                .values(value.lines().map(str::to_owned).collect());
            return if field.hint.is_empty() { several } else { several.hint(&field.hint) };
        }
        // Every day that a form asks for has passed.
        "date" => return Field::day(&field.key, &label).hint("For example, 27/3/2025.").on(value),
        _ => Field::text(&field.key, &label),
    };
    let begun = if field.hint.is_empty() { begun } else { begun.hint(&field.hint) };
    if value.is_empty() { begun } else { begun.value(value) }
}

/// A route's form with what stands in it, each group under its heading.
pub fn form(route: &AgencyRoute, said: &dyn Fn(&str) -> String) -> Vec<Field> {
    let mut group = "";
    let question = |field: &AgencyRouteField| asked(field, &said(&field.key));
    let mut fields = Vec::with_capacity(route.fields.len());
    for field in &route.fields {
        let question = question(field);
        fields.push(if field.group == group { question } else { question.under(&field.group) });
        group = &field.group;
    }
    fields
}

/// What was answered in a route's form.
pub fn answered(route: &AgencyRoute, answers: &Answers) -> std::collections::HashMap<String, String> {
    let value = |field: &AgencyRouteField| match field.kind.as_str() {
        "date" => answers.day(&field.key),
        "choices" => answers.all(&field.key).join("\n"),
        _ => answers.text(&field.key),
    };
    route.fields.iter().map(|field| (field.key.clone(), value(field))).collect()
}

/// An answer as people read it.
pub fn read(value: &str) -> String {
    match value {
        "" => "No answer".to_owned(),
        // A day as the form keeps it.
        value if value.len() == 10 && words::named_day(value) != value => words::named_day(value),
        value if YES_NO.iter().any(|(code, _)| *code == value) => words::called(YES_NO, value),
        value => value.to_owned(),
    }
}

fn route_of(draft: &ReferralDraft) -> (AgencyRoute, Agency) {
    let route = draft.route.clone().unwrap_or_default();
    let agency = route.agencies.into_iter().find(|agency| agency.key == draft.agency).unwrap_or_default();
    (route.route.unwrap_or_default(), agency)
}

/// Who it is for and how they are reached.
fn agency_rows(agency: &Agency) -> Vec<Row> {
    let reached: Vec<String> = agency.channels.iter().map(|channel| channel.value.clone()).collect();
    let reached = Row::some("How to reach it", Some(reached.join("\n")));
    std::iter::once(Row::new("Agency", agency.name.clone())).chain(reached).collect()
}

async fn routes(visit: &Visit, case_id: &str) -> Result<Vec<ReferralRoute>, Error> {
    let asked = ListReferralRoutesRequest { school_id: visit.school.clone(), case_id: case_id.to_owned() };
    Ok(heard(visit.cases()?.list_referral_routes(ask(asked))).await?.routes)
}

async fn draft(visit: &Visit, case_id: &str, draft_id: &str) -> Result<ReferralDraft, Error> {
    let asked = CheckReferralRequest {
        school_id: visit.school.clone(),
        case_id: case_id.to_owned(),
        draft_id: draft_id.to_owned(),
    };
    heard(visit.cases()?.check_referral(ask(asked))).await?.draft.ok_or_else(Error::missing)
}

/// A route that cannot be taken now, with the day on which that changes or changed.
fn not_now(visit: &Visit, one: &ReferralRoute) -> Option<Row> {
    let route = one.route.as_ref()?;
    let why = match one.shut.as_str() {
        "" => return None,
        "not_yet" => format!("Can be taken from {} on", words::named_day(&route.from_date)),
        "no_longer" => format!("Could be taken until {}", words::named_day(&route.until_date)),
        "not_commenced" => "Cannot be taken yet: the law behind it has not begun".to_owned(),
        OF_ADULT => {
            let why = "Not out of this case: colleagues read it, the adult perhaps among them. Record a concern about the adult, which goes to the head alone, or to the chair where it is about the head: it is referred from there";
            return Some(Row::new(route.title.clone(), why).to(visit.at("/report")));
        }
        _ => "Cannot be taken now: the area’s register has no agency that takes it".to_owned(),
    };
    Some(Row::new(route.title.clone(), why))
}

/// The way to what a draft was sent as; none where it was not sent.
fn sent_as(visit: &Visit, case: &Case, draft_id: &str) -> Option<String> {
    let sent = case.referrals.iter().find(|referral| referral.draft_id == draft_id)?;
    Some(visit.at(&format!("/cases/{}/referrals/{}?done=sent_before", case.case_id, sent.referral_id)))
}

fn choose_page(visit: &Visit, case: &Case, routes: &[ReferralRoute]) -> FormPage {
    let mut page = act::page(visit, case, "Refer to an agency", "refer", "Continue", choices(routes));
    if routes.iter().all(|route| !route.shut.is_empty()) {
        page.form.button = String::new();
        page.lead.push("The policy in force has no routes that can be taken here. Refer as the agency asks for it, then record it.".to_owned());
    }
    page.rows.extend(routes.iter().filter_map(|one| not_now(visit, one)));
    page.rows.extend(open_already(visit, case, None));
    let here = visit.at(&format!("/cases/{}", case.case_id));
    page.others = vec![
        Link::new("Record a referral already made", format!("{here}/referrals/new")),
        Link::new("Decide not to refer, with the reason", format!("{here}/decisions")),
    ];
    page
}

/// Referrals of a case that are begun, or wait for an answer, beside a draft those to its agency: nobody sends a second by mistake.
fn open_already(visit: &Visit, case: &Case, of: Option<&ReferralDraft>) -> Vec<Row> {
    let here = visit.at(&format!("/cases/{}", case.case_id));
    let other = |one: &&ReferralDraft| of.is_none_or(|of| one.agency == of.agency && one.draft_id != of.draft_id);
    let begun = case.referral_drafts.iter().filter(|draft| draft.state == "drafted").filter(other).map(|draft| {
        let when = words::day(draft.create_time.as_ref()).unwrap_or_default();
        let said = format!("Begun {when}, not sent: go on with it");
        Row::new(route_of(draft).0.title, said).to(format!("{here}/refer/{}", draft.draft_id))
    });
    let waits = |one: &&Referral| one.outcome.is_empty() && one.withdrawal.is_none();
    let theirs = |one: &&Referral| of.is_none_or(|of| one.agency == of.agency);
    let sent = case.referrals.iter().filter(waits).filter(theirs).map(|one| {
        let when = words::day(one.create_time.as_ref()).unwrap_or_default();
        let said = format!("Made {when}, not answered yet: see it");
        Row::new(one.agency_name.clone(), said).to(format!("{here}/referrals/{}", one.referral_id))
    });
    begun.chain(sent).collect()
}

/// Asks where to.
pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseRefer)?;
    let (case, routes) = (to_work(&visit, &case_id, Permission::CaseRefer).await?, routes(&visit, &case_id).await?);
    visit.page(&choose_page(&visit, &case, &routes))
}

/// What the adult of a case goes by who has an account here; empty where none has.
async fn subject_name(visit: &Visit, case: &Case) -> String {
    let subject = case.access.as_ref().and_then(|access| access.subject.as_ref());
    match subject.map(|subject| subject.account_id.as_str()).unwrap_or_default() {
        "" => String::new(),
        id => visit.people([id]).await.thing(id, "").to_owned(),
    }
}

/// Begins the draft.
pub async fn begin(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let chosen = answers.text("route");
    let subject_name = subject_name(&visit, &fetch(&visit, &case_id).await?).await;
    let (route, agency) = chosen.split_once(' ').unwrap_or_default();
    let command = DraftReferralRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        route: route.to_owned(),
        agency: agency.to_owned(),
        account_name: visit.visitor.display_name.clone(),
        subject_name,
        request_id: answers.request_id(),
    };
    let done = if route.is_empty() {
        Err(Error::invalid("route", "Select where to refer"))
    } else {
        heard(visit.cases()?.draft_referral(ask(command))).await
    };
    match done {
        Ok(begun) => {
            let draft_id = begun.draft.unwrap_or_default().draft_id;
            visit.to(&visit.at(&format!("/cases/{case_id}/refer/{draft_id}")))
        }
        Err(error) => {
            let routes = routes(&visit, &case_id).await.unwrap_or_default();
            act::settle::<()>(&visit, &case_id, &answers, Err(error), "", |case| choose_page(&visit, case, &routes))
                .await
        }
    }
}

fn form_page(visit: &Visit, case: &Case, draft: &ReferralDraft) -> FormPage {
    let (route, agency) = route_of(draft);
    let said = |key: &str| draft.answers.iter().find(|a| a.key == key).map(|a| a.value.clone()).unwrap_or_default();
    let path = format!("refer/{}", draft.draft_id);
    let mut page =
        act::page(visit, case, &route.title, &path, "Save and check", form(&route, &said)).lead(&route.advice);
    page.lead.push(
        "What the case knows stands in the form already. Check it, and take out what the agency need not know."
            .to_owned(),
    );
    page.rows = agency_rows(&agency);
    page.others = others(visit, case, draft);
    page.form = page.form.carrying("etag", draft.etag.clone());
    page
}

/// What stands in a draft now and is not what somebody wrote who had read it before.
fn written_meanwhile(draft: &ReferralDraft, wrote: &std::collections::HashMap<String, String>) -> Vec<Row> {
    let other = draft.answers.iter().filter(|now| wrote.get(&now.key).is_some_and(|ours| *ours != now.value));
    other.map(|now| Row::new(format!("There now: {}", now.label), read(&now.value))).collect()
}

fn others(visit: &Visit, case: &Case, draft: &ReferralDraft) -> Vec<Link> {
    let here = visit.at(&format!("/cases/{}/refer/{}", case.case_id, draft.draft_id));
    vec![
        Link::new("Print the form as it is (PDF)", format!("{here}/paper/pdf")),
        Link::new("Not to be sent after all", format!("{here}/withdraw")),
    ]
}

/// Shows the form.
pub async fn show_form(visit: Visit, Path((_, case_id, draft_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::CaseRefer)?;
    let case = to_work(&visit, &case_id, Permission::CaseRefer).await?;
    if let Some(place) = sent_as(&visit, &case, &draft_id) {
        return visit.to(&place);
    }
    visit.page(&form_page(&visit, &case, &draft(&visit, &case_id, &draft_id).await?))
}

/// Keeps what was answered, and goes on to the page that shows it.
pub async fn write(Path((_, case_id, draft_id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let case = fetch(&visit, &case_id).await?;
    if let Some(place) = sent_as(&visit, &case, &draft_id) {
        return visit.to(&place);
    }
    let draft = draft(&visit, &case_id, &draft_id).await?;
    let wrote = answered(&route_of(&draft).0, &answers);
    let command = UpdateReferralDraftRequest {
        school_id: visit.school.clone(),
        case_id: case_id.clone(),
        draft_id: draft_id.clone(),
        answers: wrote.clone(),
        etag: answers.text("etag"),
        request_id: answers.request_id(),
    };
    let here = visit.at(&format!("/cases/{case_id}/refer/{draft_id}"));
    match heard(visit.cases()?.update_referral_draft(ask(command))).await {
        Ok(_) => visit.to(&format!("{here}/check")),
        Err(error) => {
            let mut page = form_page(&visit, &case, &draft);
            if error.kind() == Kind::Stale {
                page.lead = vec![
                    "Somebody else has written into this form meanwhile. What stands in it now, where it is not what you wrote, is listed here. Your answers are below: send them again, and they take its place."
                        .to_owned(),
                ];
                page.rows.extend(written_meanwhile(&draft, &wrote));
            }
            visit.again(page, &answers, error, &here)
        }
    }
}

/// Whether a way of sending proves itself.
fn proves_itself(means: &str) -> bool {
    [PORTAL, PACKAGE].contains(&means)
}

/// Whether an agency has a way of sending that proves itself, and whether it has no other.
fn by_itself(agency: &Agency) -> (bool, bool) {
    let itself = |means: &String| proves_itself(means);
    (agency.means.iter().any(itself), agency.means.iter().all(itself))
}

/// What is asked before it is sent.
pub fn send_fields(agency: &Agency) -> Vec<Field> {
    let mut how = Field::radios("means", "How is it sent?", &[]);
    for means in &agency.means {
        let kind = match means.as_str() {
            "secure_mail" | PACKAGE => "email",
            other => other,
        };
        let reached = agency.channels.iter().find(|channel| channel.kind == kind);
        how = how.choice(means, &words::called(MEANS, means), reached.map_or("", |channel| &channel.value));
    }
    let mut fields = vec![how];
    let (itself, alone) = by_itself(agency);
    if itself {
        let label =
            if alone { "Whom do they ring?" } else { "Whom do they ring? (for their inbox, or a file made here)" };
        fields.push(Field::name("ring", label).hint("A name and a telephone number of your school."));
    }
    if !alone {
        let label = if itself { "What proves it? (for every other way)" } else { "What proves it?" };
        let hint = "Who took the call, what their page showed, or who handed it over.";
        fields.push(Field::name("proof", label).hint(hint));
        fields.push(Field::name("reference", "Their reference (optional)").width("20"));
        let label = "When was it sent? (optional)";
        fields.push(Field::moment("send_time", label).hint("Leave this empty if it was just now."));
    }
    fields
}

fn check_page(visit: &Visit, case: &Case, draft: &ReferralDraft) -> FormPage {
    let (route, agency) = route_of(draft);
    let here = visit.at(&format!("/cases/{}/refer/{}", case.case_id, draft.draft_id));
    let path = format!("refer/{}/check", draft.draft_id);
    let has = |wanted: &str| agency.means.iter().any(|means| means == wanted);
    let button = if by_itself(&agency).0 { "Send it" } else { "Record that it is sent" };
    let mut page = act::page(visit, case, "Check the referral", &path, button, send_fields(&agency));
    page.rows = agency_rows(&agency);
    page.rows.extend(open_already(visit, case, Some(draft)));
    page.rows.push(Row::new("Answer due", clock(route.answer.as_ref())));
    page.rows.extend(draft.answers.iter().map(|answer| {
        let lacks = draft.missing.iter().any(|lack| lack.key == answer.key);
        let value = if lacks { "Missing: nothing is sent without it".to_owned() } else { read(&answer.value) };
        Row::new(answer.label.clone(), value).change(format!("{here}#{}", answer.key), answer.label.clone())
    }));
    if draft.missing.is_empty() {
        let ways = [
            (has(PORTAL), "Put it into their inbox here: they read exactly this, and nothing else of the case."),
            (
                has(PACKAGE),
                "As a signed, encrypted file it is made here, with a passphrase that you tell them on the telephone. Send the file to them, on paper or online.",
            ),
            (
                !by_itself(&agency).1,
                "In any other way, send it as the agency asks for it, then record here how. The form is kept as it was sent.",
            ),
        ];
        page.lead.extend(ways.into_iter().filter(|(has, _)| *has).map(|(_, way)| way.to_owned()));
    } else {
        page.warning = format!(
            "This cannot be sent yet. {} missing.",
            words::counted(u64::try_from(draft.missing.len()).unwrap_or_default(), "answer is", "answers are")
        );
        page.form.button = String::new();
    }
    page.form = page.form.carrying("etag", draft.etag.clone());
    page.others = others(visit, case, draft);
    page.others.insert(0, Link::new("Change the answers", here));
    page
}

/// Shows what is about to be sent.
pub async fn check(visit: Visit, Path((_, case_id, draft_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::CaseRefer)?;
    let case = to_work(&visit, &case_id, Permission::CaseRefer).await?;
    if let Some(place) = sent_as(&visit, &case, &draft_id) {
        return visit.to(&place);
    }
    visit.page(&check_page(&visit, &case, &draft(&visit, &case_id, &draft_id).await?))
}

/// Sends it, or records that it is sent: a signed file and its passphrase are on the page that answers, and nowhere else.
pub async fn send(Path((_, case_id, draft_id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let done = match command(&visit, &case_id, &draft_id, &answers) {
        Ok(command) => heard(visit.cases()?.send_referral(ask_patiently(command))).await,
        Err(error) => Err(error),
    };
    let error = match done {
        Ok(sent) => {
            let referral = sent.referral.unwrap_or_default();
            if let Some(package) = sent.package {
                return visit.page(&package::page(&visit, &case_id, &referral, package));
            }
            let here = format!("/cases/{case_id}/referrals/{}?done=referred", referral.referral_id);
            return visit.to(&visit.at(&here));
        }
        Err(error) => error,
    };
    let case = fetch(&visit, &case_id).await?;
    if let Some(place) = sent_as(&visit, &case, &draft_id) {
        return visit.to(&place);
    }
    let draft = draft(&visit, &case_id, &draft_id).await?;
    let mut page = check_page(&visit, &case, &draft);
    // Whatever else was wrong: what stands on the page now is another than what was read.
    if draft.etag != answers.text("etag") {
        page.lead.insert(
            0,
            "Somebody has changed these answers since you checked them, and nothing was sent. They stand below as they are now: check them again, then send."
                .to_owned(),
        );
    }
    visit.again(page, &answers, error, &visit.at(&format!("/cases/{case_id}")))
}

fn command(visit: &Visit, case_id: &str, draft_id: &str, answers: &Answers) -> Result<SendReferralRequest, Error> {
    let mut v = Violations::new();
    v.check(!answers.text("means").is_empty(), "means", "Select how it is sent");
    let itself = proves_itself(&answers.text("means"));
    v.check(itself || !answers.text("proof").is_empty(), "proof", "Enter what proves that it was sent");
    v.check(!itself || !answers.text("ring").is_empty(), "ring", "Enter whom they ring");
    v.finish()?;
    // What stands in a field of another way is not sent.
    let of = |field: &str, asked: bool| if asked { answers.text(field) } else { String::new() };
    // A time is never dropped: whoever enters one believes that it was sent then.
    let sent = answers.moment("send_time", "When it was sent", visit.now())?;
    Ok(SendReferralRequest {
        school_id: visit.school.clone(),
        case_id: case_id.to_owned(),
        draft_id: draft_id.to_owned(),
        means: answers.text("means"),
        recipient: String::new(),
        proof: of("proof", !itself),
        send_time: sent.map(timestamp),
        reference: of("reference", !itself),
        request_id: answers.request_id(),
        ring: of("ring", itself),
        etag: answers.text("etag"),
    })
}

/// Gives the form as a file: of a draft, or of what was sent.
pub async fn paper(
    visit: Visit,
    Path((_, case_id, referral_id, format)): Path<(String, String, String, String)>,
) -> Answer {
    visit.needs(Permission::CaseRefer)?;
    let command = PrintReferralRequest { school_id: visit.school.clone(), case_id, referral_id, format };
    let answer = heard(visit.cases()?.print_referral(ask_patiently(command))).await?;
    let disposition = format!("attachment; filename=\"{}\"", answer.file_name);
    let headers = [(header::CONTENT_TYPE, answer.media_type), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, answer.content).into_response())
}
