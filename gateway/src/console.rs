//! The console: every page on one screen. One file per noun; templates mirror them.

mod address;
mod adoption;
mod adult;
mod adult_mark;
mod attachment;
mod authority;
mod break_glass;
mod case;
mod concern;
mod contact;
mod cover;
mod desk;
mod directory;
mod due;
mod encrypted;
mod fault;
mod figures;
mod filtering;
mod governor;
mod help;
mod hidden;
mod home;
mod invitation;
mod known;
mod learner;
mod looks;
mod mandatory_report;
mod my_concern;
mod notice;
mod notices;
mod over_schools;
mod oversight;
pub mod package;
mod people;
mod policy;
mod posted;
mod profile;
mod public_report;
mod register;
mod report;
mod retention;
mod rollout;
#[cfg(test)]
pub mod samples;
mod school;
mod search;
mod self_review;
mod sender;
mod shared_incident;
mod sharing;
mod sign_in;
mod subject_access;
mod tables;
mod template;
mod transfer;
mod unsent;
mod upload;
pub mod visit;
mod waiting;
mod webhook;
mod workload;

use std::sync::LazyLock;

use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, Request},
    middleware::from_fn,
    response::{IntoResponse as _, Response},
    routing::{MethodRouter, get, post},
};
use chassis::error::Error;
use http::{Method, header};
use tower::ServiceExt as _;

use crate::{
    app::App,
    pages::{asset, brand},
};
use case::held;
pub use case::records::opener;
use filtering::{alert, context, exception, lines, recipient, rule, unread};
use policy::{
    calendar, clause, emergency, finding, import, lesson, lint, paragraph, parameter, procedure, proposal, render,
    review, revision, section, version,
};
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
        .route("/hidden", get(hidden::hide))
        .route("/unlock", get(hidden::show).post(hidden::unlock))
        .route("/unsent", get(unsent::list))
        .route("/unsent/{unsent_id}/delete", post(unsent::delete))
        .route("/notices", get(notices::show).post(notices::save))
        .route("/notices/choices", post(notices::choose))
        .route("/notices/stop", post(notices::stop))
        .route("/notices/confirm", get(notices::show_confirm).post(notices::confirm))
        .route("/report", get(report::anywhere))
        .route("/public/{code}", get(public_report::show).post(public_report::send))
        .route("/public/{code}/receipt", get(public_report::show_receipt).post(public_report::check))
        .route("/authority/trends", get(governor::trend::show))
        .route("/template", get(template::show_template))
        .route("/template/publish", post(template::publish_template))
        .route("/template/register", post(template::publish_register))
        .route("/template/versions/{version}", get(template::version::show))
        .route("/template/compare", get(template::compare::show))
        .route("/template/files.zip", get(template::check::files))
        .route("/template/check", get(template::check::show).post(template::check::check))
        .route("/template/check/publish", post(template::check::publish))
        .route("/template/distil", get(template::distil::show).post(template::distil::distil))
        .route("/template/distil/files.zip", post(template::distil::files))
        .route("/reviews", get(oversight::list))
        .route("/reviews/choose", post(oversight::choose))
        .route("/reviews/remind", post(oversight::remind))
        .route("/reviews/new", get(oversight::show_raise).post(oversight::raise))
        .route("/late-transfers", get(transfer::late::show))
        .route(package::PLACE, get(package::show))
        .route("/lessons", get(lesson::list_forwarded))
        .route("/lessons/{lesson_id}/answer", get(lesson::show_authority_answer).post(lesson::authority_answer))
        .route("/rollouts", get(rollout::list).post(rollout::start))
        .route("/rollouts/new", get(rollout::show_start))
        .route("/rollouts/{rollout_id}", get(rollout::show))
        .route("/rollouts/{rollout_id}/undo", get(rollout::show_undo).post(rollout::undo))
        .route("/sharing", get(sharing::list))
        .route("/sharing/{shared_incident_id}/stop", get(sharing::show_stop).post(sharing::stop))
        .route("/adoptions", get(adoption::show))
        .route("/adoptions.csv", get(adoption::csv))
        .route("/schools", get(school::list).post(school::create))
        .route("/schools/new", get(school::show_create))
        .route("/accessibility", get(help::accessibility))
        .route("/privacy", get(help::privacy))
        .route("/brand/{hash}/{name}", get(brand::serve))
        .route("/assets/{hash}/{name}", get(asset::serve));
    let both = || [webhooks(), senders(), profiles(), tables::pages()].into_iter().flatten().collect::<Vec<_>>();
    let router = ["", "/schools/{school_id}"].into_iter().fold(router, |router, at| under(router, at, both()));
    let router = under(router, "/desks/{desk}", desk::pages());
    let router = under(router, "", over_schools::pages());
    let router = under(router, "/schools/{school_id}", school());
    let router = under(router, "/schools/{school_id}", reporters());
    let router = under(router, "/schools/{school_id}", subject_access::pages());
    let router = under(router, "/schools/{school_id}", transfer::pages());
    let router = under(router, "/schools/{school_id}", keeping());
    let router = under(router, "/schools/{school_id}", filtering::pages());
    let router = under(router, "/schools/{school_id}", governor::pages());
    let router = under(router, "/schools/{school_id}", shared_incident::pages());
    let router = under(router, "/schools/{school_id}/policy", life_cycle());
    under(router, "/schools/{school_id}/cases/{case_id}", case::routes::pages())
        .layer(visit::with_directory())
        .layer(from_fn(fault::frame_faults))
}

/// Whether an address shows a page, and does not only take a form. The routes themselves are asked: to a method that no
/// page takes they answer which ones it does take, and run nothing.
pub async fn shows(app: &App, place: &str) -> bool {
    static ROUTES: LazyLock<Router<App>> = LazyLock::new(routes);
    let Ok(asked) = Request::builder().method(Method::TRACE).uri(place).body(Body::empty()) else { return false };
    let answer = ROUTES.clone().with_state(app.clone()).oneshot(asked).await.unwrap_or_else(|never| match never {});
    let allowed = answer.headers().get(header::ALLOW).and_then(|allow| allow.to_str().ok()).unwrap_or_default();
    allowed.split(',').any(|method| method.trim() == Method::GET.as_str())
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
        (concern::allegation::PLACE, get(concern::allegation::show).post(concern::allegation::record)),
        ("/concerns", get(concern::list)),
        ("/concerns/{concern_id}", get(concern::show)),
        ("/concerns/{concern_id}/triage", get(concern::triage::show).post(concern::triage::triage)),
        ("/concerns/{concern_id}/pass-on", get(concern::pass_on::show).post(concern::pass_on::pass_on)),
        ("/adults", get(adult::list)),
        ("/concerns/{concern_id}/learners", get(learner::naming::show).post(learner::naming::save)),
        ("/concerns/{concern_id}/learners/find", post(learner::naming::find)),
        ("/learners", get(learner::list).post(learner::edit::add)),
        ("/learners/find", post(learner::find)),
        ("/learners/new", get(learner::edit::show_add)),
        (
            "/learners/import",
            get(learner::import::show)
                .post(learner::import::preview)
                .layer(DefaultBodyLimit::max(learner::import::LARGEST + (64 << 10))),
        ),
        ("/learners/import/commit", post(learner::import::commit)),
        ("/learners/{learner_id}", get(learner::show)),
        ("/learners/{learner_id}/household", get(learner::household::show).post(learner::household::save)),
        ("/learners/{learner_id}/household/find", post(learner::household::find)),
        ("/learners/{learner_id}/correct", get(learner::edit::show_correct).post(learner::edit::correct)),
        ("/devices", get(held::list)),
        ("/devices/new", get(held::show_take).post(held::take)),
        ("/devices/{custody_id}", get(held::show_link).post(held::add_link)),
        ("/searches", get(case::searches::list)),
        ("/searches/new", get(case::searches::show_new).post(case::searches::record)),
        ("/encrypted-file", post(encrypted::save)),
        ("/cases", get(case::list)),
        ("/cases/export", get(case::export::show).post(case::export::send)),
        ("/contact-matches", get(contact::list)),
        ("/contact-matches/{contact_match_id}/note", get(contact::show_note).post(contact::note)),
        ("/break-glass", get(break_glass::list)),
        ("/break-glass/{break_glass_id}/review", get(break_glass::show_review).post(break_glass::review)),
        ("/concerns/{concern_id}/looks", get(looks::concern)),
        ("/learners/{learner_id}/looks", get(looks::learner)),
        ("/learners/{learner_id}/told", get(learner::told::show)),
        ("/search", get(search::show).post(search::find)),
        ("/waiting", get(waiting::show)),
        ("/due", get(due::show)),
        ("/due.csv", get(due::csv)),
        ("/workload", get(workload::show)),
        ("/self-review", get(self_review::show)),
        ("/self-review.csv", get(self_review::csv)),
        ("/self-review.pdf", get(self_review::pdf)),
        ("/self-review/{part}", get(self_review::show_part)),
        ("/cover", get(cover::show)),
        ("/cover/rota", get(cover::rota::show).post(cover::rota::save)),
        ("/cover/absences", post(cover::absence::record)),
        ("/cover/absences/new", get(cover::absence::show)),
        ("/cover/absences/{absence_id}/end", post(cover::absence::end)),
        ("/invitations", get(invitation::list)),
        ("/invitations/{invitation_id}/accept", post(invitation::accept)),
        ("/invitations/{invitation_id}/decline", get(invitation::show_decline).post(invitation::decline)),
        ("/invitations/{invitation_id}/withdraw", post(invitation::withdraw)),
        ("/policy", get(policy::show)),
        ("/policy/read", get(policy::read)),
        ("/policy/lint", get(lint::show).post(lint::lint)),
        ("/policy/import", get(import::show).post(import::import)),
        ("/policy/versions/{instance_id}", get(version::show)),
        ("/policy/versions/{instance_id}/text", get(policy::text)),
        ("/policy/versions/{instance_id}/render/{format}", get(render::download)),
        ("/policy/versions/{instance_id}/approve", post(version::approve)),
        ("/policy/versions/{instance_id}/ratify", post(version::ratify)),
        ("/policy/versions/{instance_id}/publish", post(version::publish)),
        ("/policy/revise", post(revision::start)),
        ("/policy/versions/{instance_id}/discard", get(revision::show_discard).post(revision::discard)),
        ("/policy/versions/{instance_id}/clauses", post(clause::add)),
        ("/policy/versions/{instance_id}/clauses/new", get(clause::show_add)),
        ("/policy/versions/{instance_id}/clauses/{key}", get(clause::show).post(clause::tailor)),
        ("/policy/versions/{instance_id}/sections", get(section::show).post(section::choose)),
        ("/policy/versions/{instance_id}/procedures", get(procedure::list)),
        (
            "/policy/versions/{instance_id}/procedures/{procedure}/steps/{step}",
            get(procedure::show).post(procedure::tailor),
        ),
        ("/policy/versions/{instance_id}/findings", get(finding::list)),
        ("/policy/versions/{instance_id}/findings/{finding_id}", get(finding::show_waive).post(finding::waive)),
        ("/policy/versions/{instance_id}/paragraphs", get(paragraph::list)),
        ("/policy/versions/{instance_id}/paragraphs/confirm", post(paragraph::confirm)),
        ("/policy/versions/{instance_id}/paragraphs/{line}", get(paragraph::show).post(paragraph::realign)),
        ("/policy/versions/{instance_id}/parameters", get(parameter::list)),
        ("/policy/versions/{instance_id}/parameters/{key}", get(parameter::show).post(parameter::set)),
        ("/policy/versions/{instance_id}/proposals", get(proposal::list)),
        ("/policy/versions/{instance_id}/proposals/{proposal_id}", get(proposal::show).post(proposal::answer)),
        ("/filtering/feeds", post(filtering::create)),
        ("/filtering/feeds/new", get(filtering::show_create)),
        ("/filtering/feeds/{feed_id}", get(filtering::show)),
        ("/filtering/feeds/{feed_id}/rejected-lines", get(filtering::rejected)),
        ("/filtering/feeds/{feed_id}/rejected-lines/text", get(unread::show).post(unread::reveal)),
        ("/filtering/feeds/{feed_id}/rejected-lines/replay", post(unread::replay)),
        ("/filtering/feeds/{feed_id}/lines/new", get(lines::show)),
        (
            "/filtering/feeds/{feed_id}/lines",
            post(lines::send).layer(DefaultBodyLimit::max(lines::LARGEST + (64 << 10))),
        ),
        ("/filtering/feeds/{feed_id}/deliveries/{delivery_id}", get(lines::shown)),
        ("/filtering/alerts", get(alert::list)),
        ("/filtering/alerts/{alert_id}", get(alert::show)),
        ("/filtering/alerts/{alert_id}/verdict", post(alert::verdict)),
        ("/filtering/alerts/{alert_id}/context", get(context::show)),
        ("/filtering/rules", get(rule::precision)),
        ("/filtering/rules/try", get(rule::show_try).post(rule::attempt)),
        ("/filtering/exceptions", get(exception::list)),
        ("/filtering/exceptions/new", get(exception::show_ask).post(exception::request)),
        ("/filtering/exceptions/{exception_id}", get(exception::show)),
        ("/filtering/exceptions/{exception_id}/approve", post(exception::approve)),
        ("/filtering/exceptions/{exception_id}/refuse", get(exception::show_refuse).post(exception::refuse)),
        ("/filtering/exceptions/{exception_id}/end", get(exception::show_end).post(exception::end)),
        ("/filtering/recipients", get(recipient::list)),
        ("/filtering/recipients/{account_id}", get(recipient::show).post(recipient::save)),
        ("/registers", get(register::list)),
        ("/registers/{register}", get(register::show)),
        ("/registers/{register}/export", get(register::export::show).post(register::export::send)),
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
            "/registers/{register}/entries/{entry_id}/confirm",
            get(register::confirm::show).post(register::confirm::send),
        ),
        (
            "/registers/{register}/entries/{entry_id}/withdraw",
            get(register::entry::show_withdraw).post(register::entry::withdraw),
        ),
        ("/duties", get(duty::list)),
        ("/duties/{document_id}", get(duty::show).post(duty::answer)),
    ]
}

/// Programs that are told, of a school or of the authority.
fn webhooks() -> Vec<Below> {
    vec![
        ("/webhooks", get(webhook::list).post(webhook::create)),
        ("/webhooks/new", get(webhook::show_new)),
        ("/webhooks/{webhook_id}", get(webhook::show)),
        ("/webhooks/{webhook_id}/change", get(webhook::show_change).post(webhook::change)),
        ("/webhooks/{webhook_id}/switch", post(webhook::switch)),
        ("/webhooks/{webhook_id}/test", post(webhook::test)),
        ("/webhooks/{webhook_id}/secret", post(webhook::rotate)),
        ("/webhooks/{webhook_id}/delete", post(webhook::delete)),
        ("/webhooks/{webhook_id}/attempts/{attempt_id}/replay", post(webhook::replay)),
    ]
}

/// Senders of filter lines, of a school or of the authority.
fn senders() -> Vec<Below> {
    use sender::{act, ledger, page, register};
    vec![
        ("/senders", get(sender::list).post(register::create)),
        ("/senders/new", get(register::show_new)),
        ("/senders/{sender_id}", get(page::show)),
        ("/senders/{sender_id}/ledger", get(ledger::show)),
        ("/senders/{sender_id}/change", get(register::show_change).post(register::change)),
        ("/senders/{sender_id}/routes", get(act::show_map).post(act::map)),
        ("/senders/{sender_id}/secret", get(act::show_rotate).post(act::rotate)),
        ("/senders/{sender_id}/end", get(act::show_end).post(act::end)),
    ]
}

/// Format profiles, of a school or of the authority.
fn profiles() -> Vec<Below> {
    use profile::{edit, retire};
    vec![
        ("/profiles", get(profile::list)),
        ("/profiles/new", get(edit::show_new).post(edit::create)),
        ("/profiles/{profile}", get(profile::show)),
        ("/profiles/{profile}/change", get(edit::show_change).post(edit::change)),
        ("/profiles/{profile}/retire", get(retire::show).post(retire::retire)),
    ]
}

/// The reporter's side of concerns, and photos of notes.
fn reporters() -> Vec<Below> {
    let photo = || {
        let page = get(attachment::show_file).post(attachment::send);
        page.layer(DefaultBodyLimit::max(attachment::LARGEST + (64 << 10)))
    };
    vec![
        ("/my-concerns", get(my_concern::list)),
        ("/my-concerns/{concern_id}", get(my_concern::show).post(my_concern::add)),
        ("/my-concerns/{concern_id}/mandatory-reports", get(mandatory_report::list)),
        (
            "/my-concerns/{concern_id}/mandatory-reports/{route}",
            get(mandatory_report::show).post(mandatory_report::send),
        ),
        ("/my-concerns/{concern_id}/photos", get(attachment::show).post(attachment::begin)),
        ("/my-concerns/{concern_id}/photos/{attachment_id}", photo()),
        ("/concerns/{concern_id}/photos", get(attachment::show).post(attachment::begin)),
        ("/concerns/{concern_id}/photos/{attachment_id}", photo()),
        ("/cases/{case_id}/photos", get(attachment::show).post(attachment::begin)),
        ("/cases/{case_id}/photos/{attachment_id}", photo()),
        ("/attachments/{attachment_id}", get(attachment::view)),
        ("/attachments/{attachment_id}/file", get(attachment::read)),
        ("/public-report", get(public_report::manage::show).post(public_report::manage::open)),
        ("/public-report/close", post(public_report::manage::close)),
    ]
}

/// How long records are kept, and what stays of those that were destroyed.
fn keeping() -> Vec<Below> {
    use retention::{certificate, decide};
    vec![
        ("/retention", get(retention::list)),
        ("/retention/{record_id}", get(retention::show)),
        ("/retention/{record_id}/holds", get(decide::show_hold).post(decide::hold)),
        ("/retention/{record_id}/holds/{hold_id}/lift", get(decide::show_lift).post(decide::lift)),
        ("/retention/{record_id}/keep", get(decide::show_keep).post(decide::keep)),
        ("/retention/{record_id}/basis", get(decide::show_basis).post(decide::basis)),
        ("/retention/{record_id}/destroy", get(decide::show_destroy).post(decide::destroy)),
        ("/retention/{record_id}/asks/{ask_id}", get(decide::show_answer).post(decide::answer)),
        ("/certificates", get(certificate::list)),
        ("/certificates/{certificate_id}", get(certificate::show)),
    ]
}

/// The pages of what happens to a school's policy besides its text.
fn life_cycle() -> Vec<Below> {
    use policy::consultation;
    vec![
        ("/versions/{instance_id}/consultation", get(consultation::show)),
        ("/versions/{instance_id}/consultation/open", get(consultation::show_open).post(consultation::open)),
        ("/versions/{instance_id}/consultation/close", post(consultation::close)),
        ("/versions/{instance_id}/comments", post(consultation::comment)),
        ("/versions/{instance_id}/comments/new", get(consultation::show_comment)),
        (
            "/versions/{instance_id}/comments/{comment_id}/answer",
            get(consultation::show_answer).post(consultation::answer),
        ),
        ("/versions/{instance_id}/emergency", get(emergency::show).post(emergency::publish)),
        ("/reviews", get(review::list).post(review::raise)),
        ("/reviews/new", get(review::show_raise)),
        ("/reviews/{review_id}/complete", get(review::show_complete).post(review::complete)),
        ("/lessons", get(lesson::list).post(lesson::raise)),
        ("/lessons/new", get(lesson::show_raise)),
        ("/lessons/{lesson_id}/answer", get(lesson::show_answer).post(lesson::answer)),
        ("/lessons/{lesson_id}/forward", post(lesson::forward)),
        ("/calendar", get(calendar::show).post(calendar::create)),
        ("/calendar/end", post(calendar::end)),
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

/// What a page may say of an error that is borrowed: its kind and message, what to mend, and how long to wait.
fn copy(error: &Error) -> Error {
    if let [first, more @ ..] = error.violations() {
        let begun = Error::invalid(&first.field, &first.message);
        return more.iter().fold(begun, |error, v| error.and(&v.field, &v.message));
    }
    let status = tonic::Status::new(error.kind().code(), error.message());
    let copy = Error::from_status(&status);
    match error.metadata("retry_after_s") {
        Some(wait) => copy.with("retry_after_s", wait),
        None => copy,
    }
}
