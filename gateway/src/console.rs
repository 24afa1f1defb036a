//! The console: every page on one screen. One file per noun; templates mirror them.

mod authority;
mod case;
mod concern;
mod directory;
mod fault;
mod figures;
mod filtering;
mod help;
mod home;
mod invitation;
mod people;
mod policy;
mod posted;
mod register;
mod report;
#[cfg(test)]
pub mod samples;
mod school;
mod shared_incident;
mod sign_in;
mod upload;
pub mod visit;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::from_fn,
    response::{IntoResponse as _, Response},
    routing::{MethodRouter, get, post},
};
use chassis::error::Error;

use crate::{app::App, pages::asset};
use case::{
    agreement, chain, close, consultation, debrief, decide, device, entry, fact, invite, involvement, material,
    parents, referral, report as material_report, step,
};
use filtering::{alert, lines};
use policy::{import, lint, parameter, version};
use register::duty;
use visit::Fault;

/// What the service is called where no authority is known.
const SERVICE: &str = "Online safety";

/// An address below another, and what answers it.
type Below = (&'static str, MethodRouter<App>);

/// Every page. Under a school, the address names the school and never a person.
pub fn routes() -> Router<App> {
    let router = Router::new()
        .route("/", get(sign_in::home))
        .route("/sign-in", get(sign_in::show).post(sign_in::sign_in))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/choose-school", get(sign_in::choose))
        .route("/hidden", get(sign_in::hidden))
        .route("/report", get(report::anywhere))
        .route("/authority", get(authority::show))
        .route("/authority.csv", get(authority::csv))
        .route("/template", get(authority::show_template))
        .route("/template/publish", post(authority::publish_template))
        .route("/template/register", post(authority::publish_register))
        .route("/schools", get(school::list).post(school::create))
        .route("/schools/new", get(school::show_create))
        .route("/accessibility", get(help::accessibility))
        .route("/privacy", get(help::privacy))
        .route("/assets/{hash}/{name}", get(asset::serve));
    let router = under(router, "/schools/{school_id}", school());
    under(router, "/schools/{school_id}/cases/{case_id}", one_case())
        .layer(visit::with_directory())
        .layer(from_fn(fault::frame_faults))
}

/// Adds pages below an address. Nested routers would show handlers half of the address only.
fn under(router: Router<App>, address: &str, pages: Vec<Below>) -> Router<App> {
    pages.into_iter().fold(router, |router, (path, page)| router.route(&format!("{address}{path}"), page))
}

/// The pages of a school.
fn school() -> Vec<Below> {
    vec![
        ("", get(home::show)),
        ("/report", get(report::show).post(report::record)),
        ("/report/sent", get(report::sent)),
        ("/concerns", get(concern::list)),
        ("/concerns/{concern_id}", get(concern::show)),
        ("/concerns/{concern_id}/triage", post(concern::triage)),
        ("/cases", get(case::list)),
        ("/invitations", get(invitation::list)),
        ("/invitations/{invitation_id}/accept", post(invitation::accept)),
        ("/invitations/{invitation_id}/decline", get(invitation::show_decline).post(invitation::decline)),
        ("/shared-incidents/{shared_incident_id}", get(shared_incident::show)),
        ("/shared-incidents/{shared_incident_id}/entries", post(shared_incident::add_entry)),
        ("/policy", get(policy::show)),
        ("/policy/read", get(policy::read)),
        ("/policy/lint", get(lint::show).post(lint::lint)),
        ("/policy/import", get(import::show).post(import::import)),
        ("/policy/versions/{instance_id}", get(version::show)),
        ("/policy/versions/{instance_id}/text", get(policy::text)),
        ("/policy/versions/{instance_id}/approve", post(version::approve)),
        ("/policy/versions/{instance_id}/ratify", post(version::ratify)),
        ("/policy/versions/{instance_id}/publish", post(version::publish)),
        ("/policy/versions/{instance_id}/parameters", get(parameter::list)),
        ("/policy/versions/{instance_id}/parameters/{key}", get(parameter::show).post(parameter::set)),
        ("/filtering", get(filtering::list)),
        ("/filtering/feeds", post(filtering::create)),
        ("/filtering/feeds/new", get(filtering::show_create)),
        ("/filtering/feeds/{feed_id}", get(filtering::show)),
        ("/filtering/feeds/{feed_id}/rejected-lines", get(filtering::rejected)),
        ("/filtering/feeds/{feed_id}/lines/new", get(lines::show)),
        ("/filtering/feeds/{feed_id}/lines", post(lines::send).layer(DefaultBodyLimit::max(lines::LARGEST))),
        ("/filtering/alerts", get(alert::list)),
        ("/filtering/alerts/{alert_id}", get(alert::show)),
        ("/filtering/alerts/{alert_id}/verdict", post(alert::verdict)),
        ("/registers", get(register::list)),
        ("/registers/{register}", get(register::show)),
        ("/registers/{register}/export", get(register::export)),
        ("/registers/{register}/import", get(register::import::show).post(register::import::preview)),
        ("/registers/{register}/import/commit", post(register::import::commit)),
        ("/registers/{register}/entries", post(register::entry::add)),
        ("/registers/{register}/entries/new", get(register::entry::show_add)),
        ("/registers/{register}/entries/{entry_id}", get(register::entry::show)),
        (
            "/registers/{register}/entries/{entry_id}/correct",
            get(register::entry::show_correct).post(register::entry::correct),
        ),
        (
            "/registers/{register}/entries/{entry_id}/withdraw",
            get(register::entry::show_withdraw).post(register::entry::withdraw),
        ),
        ("/duties", get(duty::list)),
        ("/duties/{document_id}", get(duty::show).post(duty::answer)),
        ("/reports", get(figures::show)),
        ("/reports.csv", get(figures::csv)),
    ]
}

/// The pages of one case.
fn one_case() -> Vec<Below> {
    vec![
        ("", get(case::show)),
        ("/steps/{step_id}", get(step::show)),
        ("/steps/{step_id}/complete", post(step::complete)),
        ("/steps/{step_id}/skip", get(step::show_skip).post(step::deviate)),
        ("/facts/new", get(fact::show)),
        ("/facts/choose", post(fact::choose)),
        ("/facts", post(fact::record)),
        ("/involvements/new", get(involvement::show)),
        ("/involvements", post(involvement::add)),
        ("/entries/new", get(entry::show)),
        ("/entries", post(entry::add)),
        ("/consultations/new", get(consultation::show)),
        ("/consultations", post(consultation::record)),
        ("/referrals/new", get(referral::show)),
        ("/referrals", post(referral::make)),
        ("/referrals/{referral_id}/outcome", get(referral::show_outcome).post(referral::record_outcome)),
        ("/parents-decisions/new", get(parents::show)),
        ("/parents-decisions", post(parents::record)),
        ("/debrief", get(debrief::show).post(debrief::record)),
        ("/close", get(close::show).post(close::close)),
        ("/invite-school", get(invite::show).post(invite::send)),
        ("/criteria", get(decide::criteria::show).post(decide::criteria::send)),
        ("/agreements", get(decide::agreement::show).post(decide::agreement::send)),
        ("/agreements/{agreement_id}", get(agreement::show).post(agreement::answer)),
        ("/decisions", get(decide::decision::show).post(decide::decision::send)),
        ("/support", get(decide::support::show).post(decide::support::send)),
        ("/assessments", get(decide::assessment::show).post(decide::assessment::send)),
        ("/reopen", get(decide::reopen::show).post(decide::reopen::send)),
        ("/viewings", get(material::viewing::show).post(material::viewing::send)),
        ("/materials", get(material::suspect::show).post(material::suspect::send)),
        ("/materials/{material_id}", get(material_report::show).post(material_report::reveal)),
        ("/reports", get(material::report::show).post(material::report::send)),
        ("/reports/{report_id}", get(material_report::show_outcome).post(material_report::outcome)),
        ("/exposures", get(material::exposure::show).post(material::exposure::send)),
        ("/deletions", get(material::deletion::show).post(material::deletion::send)),
        ("/devices", get(chain::show)),
        ("/custody", get(device::custody::show).post(device::custody::send)),
        ("/custody/{custody_id}", get(chain::show_link).post(chain::add_link)),
        ("/searches", get(device::search::show).post(device::search::send)),
        ("/disclosures", get(device::disclosure::show).post(device::disclosure::send)),
    ]
}

/// The page of a refusal.
pub fn error_page(error: &Error) -> Response {
    Fault::from(copy(error)).into_response()
}

/// The page that says there is no such page.
pub fn not_found() -> Response {
    Fault::from(Error::missing()).into_response()
}

/// What a page may say of an error that is borrowed: its kind and message, and how long to wait.
fn copy(error: &Error) -> Error {
    let status = tonic::Status::new(error.kind().code(), error.message());
    let copy = Error::from_status(&status);
    match error.metadata("retry_after_s") {
        Some(wait) => copy.with("retry_after_s", wait),
        None => copy,
    }
}

/// What was just done, by the code that the address carries.
fn notice(code: &str) -> &'static str {
    match code {
        "triaged" => "Your decision is saved",
        "entry" => "The entry is added",
        "person" => "The person is added",
        "fact" => "The fact is recorded: check which steps it brings",
        "consultation" => "The talk is recorded",
        "referral" => "The referral is recorded",
        "outcome" => "The agency’s answer is recorded",
        "parents" => "The decision about parents is recorded",
        "debrief" => "The debrief is recorded",
        "closed" => "The case is closed",
        "criteria" => "Your answers are saved: check whether a referral is due at once",
        "agreement" => "The second person is asked",
        "answered" => "Your answer is recorded",
        "decision" => "The decision is recorded",
        "support" => "The support is recorded",
        "assessment" => "The assessment is recorded",
        "reopen" => "The case is open again",
        "viewing" => "The viewing is recorded",
        "suspect" => "The material is recorded",
        "report" => "The report is recorded",
        "exposure" => "It is recorded who saw the material",
        "deletion" => "The deletion is recorded",
        "custody" => "The device is recorded",
        "chain" => "The chain of the device is up to date",
        "search" => "The search is recorded",
        "disclosure" => "What was told is recorded",
        "invited" => "The invitation is sent",
        "accepted" => "The invitation is accepted",
        "declined" => "The invitation is declined",
        "step" => "The step is recorded as done",
        "skipped" => "The step is skipped",
        "approved" => "The version is approved",
        "ratified" => "The version is ratified",
        "published" => "The version is in force",
        "imported" => "The document is read: check the findings and fill the blanks",
        "parameter" => "The parameter is saved",
        "feed" => "The feed is added",
        "lines" => "The file is taken in: every line is accounted for below",
        "verdict" => "Your verdict is saved",
        "template" => "The template is published",
        "register" => "The agency register is published",
        "school" => "The school is added",
        "register_entry" => "The register is up to date: the earlier entry stays in its history",
        "register_import" => "The lines are added",
        "duty" => "Your answer is recorded",
        _ => "",
    }
}

/// Every form, as it is first shown and as it is shown again.
#[cfg(test)]
pub fn form_samples() -> Vec<crate::pages::form::FormPage> {
    use crate::pages::form::Field;
    use proto::policy_registry::v1::ParameterDefinition;
    let case = case::sample();
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let parameter = |kind: &str, allowed: &[&str]| {
        let allowed = allowed.iter().map(|a| (*a).to_owned()).collect();
        let definition =
            ParameterDefinition { title: "filter product".into(), r#type: kind.into(), allowed, ..Default::default() };
        parameter::fields(&definition, vec!["a".into()])
    };
    let acts: Vec<(&str, Vec<Field>)> = vec![
        ("Add an entry", entry::fields()),
        ("Add a person", involvement::fields()),
        ("Which fact", fact::choice()),
        ("Record a fact", fact::fields("iioc_variant")),
        ("Record a talk", consultation::fields()),
        ("Make a referral", referral::fields(&[pair("ceop", "CEOP")])),
        ("Make a referral without the register", referral::fields(&[])),
        ("Record an answer", referral::outcome_fields()),
        ("Parents", parents::fields(&case, "inv_1")),
        ("Debrief", debrief::fields()),
        ("Close", close::fields()),
        ("Invite", invite::fields(&[pair("sch_2", "Harrowmere High School")])),
        ("Skip", step::skip_fields()),
        ("Five questions", decide::criteria::fields(&case)),
        ("Ask a second person", decide::agreement::fields(&case)),
        ("Answer as the second person", agreement::fields()),
        ("Record a decision", decide::decision::fields(&case)),
        ("Record support", decide::support::fields(&case)),
        ("Record an assessment", decide::assessment::fields(&case)),
        ("Open again", decide::reopen::fields(&case)),
        ("Viewing log", material::viewing::fields(&case)),
        ("Record material", material::suspect::fields(&case)),
        ("Show an address", material_report::reveal_fields()),
        ("Record a report", material::report::fields(&case)),
        ("Record what came of it", material_report::outcome_fields()),
        ("Record who saw it", material::exposure::fields(&case)),
        ("Record a deletion", material::deletion::fields(&case)),
        ("Record a device", device::custody::fields(&case)),
        ("Add to a chain", chain::fields()),
        ("Record a search", device::search::fields(&case)),
        ("Record what was told", device::disclosure::fields(&case)),
        ("Add to a register", register::entry::fields(&register::sample(), &register::entry::sample().values, &[])),
        ("Import a table", register::import::fields()),
        ("Decline", invitation::decline_fields()),
        ("Add a feed", filtering::fields()),
        ("Send a log", lines::fields()),
        ("Import", import::fields()),
        ("Add a school", school::fields()),
        ("List", parameter("list", &["a", "b"])),
        ("Lines", parameter("list", &[])),
        ("Choice", parameter("choice", &["a", "b"])),
        ("Boolean", parameter("boolean", &[])),
        ("Date", parameter("date", &[])),
        ("Months", parameter("months", &[])),
        ("Text", parameter("text", &[])),
    ];
    let shut = Error::gate("G-HOLD", "P1-03", "the talk with police or the front door is not recorded");
    let mut pages: Vec<_> = acts.into_iter().map(|(title, fields)| case::act::sample(title, fields)).collect();
    let mut refused =
        case::act::sample("Invite another school", invite::fields(&[pair("sch_2", "Harrowmere High School")]));
    refused.form = refused.form.refused(&shut, "/schools/sch_1/cases/cas_1").grave();
    refused.warning = "Names never leave the school".to_owned();
    refused.others.push(crate::pages::part::Link::new("Another way", "/"));
    pages.push(refused);
    pages.extend(report::samples());
    pages.extend(sign_in::samples());
    pages
}
