//! Where somebody is told that something waits for them, of what and when. Their own affair: nobody sets it for another.

use axum::extract::Query;
use chassis::error::{Error, Violations};
use proto::access::v1::{
    ConfirmNoticeAddressRequest, GetNoticeSettingsRequest, ListNoticeFailuresRequest, NoticeFailure, NoticeSettings,
    Permission, SetNoticeAddressRequest, SetNoticeChoicesRequest, StopNoticesRequest,
};
use serde::Deserialize;

use super::{
    directory::Place,
    policy::entries::{Entries, Entry},
    posted::Posted,
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    form::{Answers, Field, Form, FormPage},
    part::{Head, Link, Row},
    words::{self, Codes, reporter},
};

const HERE: &str = "/notices";
const DIGESTS: Codes = &[("at_once", "As soon as something waits"), ("daily", "Once a day, at 7:30am")];

/// What is asked about the address.
pub fn address_fields(settings: &NoticeSettings) -> Vec<Field> {
    let email = if settings.pending_email.is_empty() { &settings.email } else { &settings.pending_email };
    vec![
        Field::name("email", "Email address").value(email.clone()).autocomplete("email"),
        Field::radios("digest", "When do you want to be told?", DIGESTS)
            .hint("What is urgent always comes at once.")
            .value(settings.digest.clone()),
        Field::name("quiet_from", "Quiet from (optional)")
            .hint("For example, 6:00pm. Until your quiet hours end nothing comes that is not urgent.")
            .value(reporter::hour(&settings.quiet_from))
            .width("10"),
        Field::name("quiet_to", "Quiet until (optional)")
            .hint("For example, 7:00am.")
            .value(reporter::hour(&settings.quiet_to))
            .width("10"),
    ]
}

/// What is asked about the kinds.
pub fn choice_fields(settings: &NoticeSettings) -> Vec<Field> {
    let urgent = |urgent: bool| if urgent { "Urgent: comes at once, at every hour" } else { "" };
    let field = Field::checkboxes("kinds", "What do you want to be told of?", &[]);
    let field = settings.kinds.iter().fold(field, |field, k| field.choice(&k.kind, &k.title, urgent(k.urgent)));
    let chosen = settings.kinds.iter().filter(|kind| kind.chosen).map(|kind| kind.kind.clone()).collect();
    vec![field.values(chosen)]
}

/// The forms of the page.
struct Forms {
    address: Form,
    choices: Form,
    stop: Form,
}

impl Forms {
    fn new(visit: &Visit, settings: &NoticeSettings) -> Self {
        Self {
            address: visit.form(HERE.into(), "Save where and when", address_fields(settings)),
            choices: visit.form("/notices/choices".into(), "Save what", choice_fields(settings)),
            stop: visit.form("/notices/stop".into(), "Stop all mail to me", Vec::new()).grave(),
        }
    }
}

/// The page.
fn page(settings: &NoticeSettings, forms: Forms, failures: &[NoticeFailure], links: Vec<Link>) -> Entries {
    let mut lead = vec![
        "We can send you mail when something waits for you here. It says at which school, what kind of thing, and where to look. It names nobody, and what it is about you see after signing in.".to_owned(),
    ];
    if !settings.mail_on {
        lead.push(NO_MAIL.to_owned());
    }
    let told = !settings.email.is_empty();
    let waits = !settings.pending_email.is_empty();
    let mut rows = Vec::new();
    if told {
        rows.push(Row::new("You are told at", settings.email.clone()));
    } else {
        rows.push(Row::new("You are told at", "No address"));
    }
    if waits {
        let text = format!("{}\nOpen the link in the mail that we sent there.", settings.pending_email);
        rows.push(Row::new("Waits for you to confirm it", text));
    }
    if settings.given_up > 0 {
        let lost =
            words::counted(settings.given_up.into(), "notice in the last 30 days", "notices in the last 30 days");
        rows.push(Row::new("Could not be delivered", lost));
    }
    let part = |title: &str, form: Form| Entry { title: title.into(), acts: vec![form], ..Entry::default() };
    let mut entries = Vec::new();
    if settings.mail_on {
        entries.push(part("Where and when", forms.address));
    }
    if told || waits {
        if !settings.kinds.is_empty() {
            entries.push(part("What", forms.choices));
        }
        entries.push(part("Stop", forms.stop));
    }
    entries.extend((!failures.is_empty()).then(|| lost(failures)));
    Entries {
        head: Head::new("Notices", vec![Link::new("Home", "/")]),
        lead,
        rows,
        links,
        entries,
        ..Entries::default()
    }
}

/// Whom mail does not reach, for whoever manages accounts.
fn lost(failures: &[NoticeFailure]) -> Entry {
    let row = |failure: &NoticeFailure| {
        let count = words::counted(failure.count.into(), "notice", "notices");
        let last = words::stamp(failure.last_time.as_ref()).unwrap_or_default();
        Row::new(failure.display_name.clone(), format!("{count}, the last on {last}: {}", why(&failure.error)))
    };
    Entry {
        title: "People whom mail did not reach in the last 30 days".into(),
        rows: failures.iter().map(row).collect(),
        ..Entry::default()
    }
}

/// Why a mail did not leave.
fn why(code: &str) -> String {
    match code {
        "smtp_550" | "smtp_551" | "smtp_553" => "there is no such mailbox".to_owned(),
        "unreachable" => "the mail server could not be reached".to_owned(),
        "timeout" => "the mail server did not answer in time".to_owned(),
        "tls" => "the connection to the mail server could not be secured".to_owned(),
        "no_address" => "the address was taken back".to_owned(),
        other => format!("the mail server refused it ({})", other.trim_start_matches("smtp_")),
    }
}

/// Where notices come to somebody is said here.
pub fn link() -> Link {
    Link::new("Where notices come to you", HERE)
}

/// That no mail is sent at all.
const NO_MAIL: &str = "No mail is sent from here at present: the authority has not set it up.";

/// Why a notice of a kind does not come to whoever has these settings; empty where it does.
fn silence(settings: &NoticeSettings, kind: &str) -> String {
    let refused = settings.kinds.iter().any(|known| known.kind == kind && !known.chosen);
    if !settings.mail_on {
        format!("{NO_MAIL} Until it has, no notice comes.")
    } else if settings.email.is_empty() && settings.pending_email.is_empty() {
        "You have given no address: until you give one and confirm it, no notice comes to you.".to_owned()
    } else if settings.email.is_empty() {
        "You have not confirmed your address: until you do, no notice comes to you.".to_owned()
    } else if refused {
        "You chose not to be told of this: until you choose it, no notice comes to you.".to_owned()
    } else {
        String::new()
    }
}

async fn settings(visit: &Visit) -> Result<NoticeSettings, Error> {
    let mut notices = visit.app.notices(&visit.visitor)?;
    Ok(heard(notices.get_notice_settings(ask(GetNoticeSettingsRequest {}))).await?.settings.unwrap_or_default())
}

/// Why a notice of a kind does not come to the visitor, for whatever promises one; empty where it does.
///
/// # Errors
/// Where it cannot be asked for.
pub async fn none_comes(visit: &Visit, kind: &str) -> Result<String, Error> {
    Ok(silence(&settings(visit).await?, kind))
}

/// What becomes of notices to others, as a sentence.
///
/// # Errors
/// Where it cannot be asked for.
pub async fn others_are_told(visit: &Visit, whom: &str) -> Result<String, Error> {
    Ok(if settings(visit).await?.mail_on {
        format!("{whom} who gave an address are told by mail.")
    } else {
        format!("{NO_MAIL} {whom} are told nothing: tell them yourself.")
    })
}

async fn fetch(visit: &Visit) -> Result<(NoticeSettings, Vec<NoticeFailure>), Error> {
    let settings = settings(visit).await?;
    let failures = if visit.may(Permission::AccountManage) {
        let mut notices = visit.app.notices(&visit.visitor)?;
        heard(notices.list_notice_failures(ask(ListNoticeFailuresRequest {}))).await?.failures
    } else {
        Vec::new()
    };
    Ok((settings, failures))
}

/// The ways to the webhooks that they manage.
async fn links(visit: &Visit) -> Vec<Link> {
    let mut links = Vec::new();
    if visit.may(Permission::WebhookManage) {
        links.push(Link::new("Programs that the authority tells (webhooks)", "/webhooks"));
    }
    for school in visit.visitor.schools() {
        let roles = visit.visitor.roles_at(&school, visit.now());
        if visit.directory.may(&roles, Permission::WebhookManage, Place::School) {
            let name = visit.school_name(&school).await;
            links.push(Link::new(
                format!("Programs that {name} tells (webhooks)"),
                format!("/schools/{school}/webhooks"),
            ));
        }
    }
    links
}

/// Shows them.
pub async fn show(visit: Visit) -> Answer {
    let (settings, failures) = fetch(&visit).await?;
    let forms = Forms::new(&visit, &settings);
    visit.page(&page(&settings, forms, &failures, links(&visit).await))
}

/// Takes address and hours.
pub async fn save(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = SetNoticeAddressRequest {
        email: answers.text("email"),
        digest: answers.text("digest"),
        quiet_from: reporter::hour_and_minute(&answers.text("quiet_from")),
        quiet_to: reporter::hour_and_minute(&answers.text("quiet_to")),
        request_id: answers.request_id(),
    };
    match heard(visit.app.notices(&visit.visitor)?.set_notice_address(ask(command))).await {
        Ok(answer) if answer.settings.as_ref().is_some_and(|s| !s.pending_email.is_empty()) => {
            visit.to("/notices?done=notice_address")
        }
        Ok(_) => visit.to("/notices?done=notice_settings"),
        Err(error) if error.kind() == chassis::error::Kind::Exhausted => {
            let error = Error::invalid("email", "Wait a day before you ask for another link: there were too many");
            again(&visit, &answers, &error, |forms| &mut forms.address).await
        }
        Err(error) => again(&visit, &answers, &error, |forms| &mut forms.address).await,
    }
}

/// Takes the kinds.
pub async fn choose(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = SetNoticeChoicesRequest { kinds: answers.all("kinds"), request_id: answers.request_id() };
    match heard(visit.app.notices(&visit.visitor)?.set_notice_choices(ask(command))).await {
        Ok(_) => visit.to("/notices?done=notice_choices"),
        Err(error) => again(&visit, &answers, &error, |forms| &mut forms.choices).await,
    }
}

/// Stops everything.
pub async fn stop(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = StopNoticesRequest { request_id: answers.request_id() };
    match heard(visit.app.notices(&visit.visitor)?.stop_notices(ask(command))).await {
        Ok(_) => visit.to("/notices?done=notices_stopped"),
        Err(error) => again(&visit, &answers, &error, |forms| &mut forms.stop).await,
    }
}

/// The page again, one of its forms with what is wrong with it.
async fn again(visit: &Visit, answers: &Answers, error: &Error, which: fn(&mut Forms) -> &mut Form) -> Answer {
    let (settings, failures) = fetch(visit).await?;
    let mut forms = Forms::new(visit, &settings);
    let form = which(&mut forms);
    let mended = visit.mended(form.clone(), answers, error, "")?;
    form.clone_from(&mended);
    let page = Entries { form: Some(mended), ..page(&settings, forms, &failures, links(visit).await) };
    visit.page_again(&page, error)
}

/// What the link carries.
#[derive(Debug, Default, Deserialize)]
pub struct Carried {
    #[serde(default)]
    token: String,
}

fn confirm_page(visit: &Visit, token: &str) -> FormPage {
    let head = Head::new("Confirm your address", visit.crumbs(&[("Notices", HERE.to_owned())]));
    let page = visit.form_page(head, "/notices/confirm".to_owned(), "Confirm", Vec::new());
    let form = page.form.clone().carrying("token", token);
    FormPage { form, ..page }
        .lead("You opened the link that we sent to the address you gave. Once you confirm it, you are told there.")
}

/// Asks once more: programs that look at mail open links, too.
pub async fn show_confirm(visit: Visit, Query(carried): Query<Carried>) -> Answer {
    visit.page(&confirm_page(&visit, &carried.token))
}

/// Confirms it.
pub async fn confirm(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let token = answers.text("token");
    let mut v = Violations::new();
    v.check(!token.is_empty(), "token", "Open the link in the mail again: a part of it is missing");
    let command = ConfirmNoticeAddressRequest { token: token.clone(), request_id: answers.request_id() };
    let done = match v.finish() {
        Ok(()) => heard(visit.app.notices(&visit.visitor)?.confirm_notice_address(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to("/notices?done=notice_confirmed"),
        Err(error) => {
            let mut page = confirm_page(&visit, &token);
            page.lead.clear();
            page.others.push(Link::new("Ask for a new link", HERE));
            visit.again(page, &answers, error, HERE)
        }
    }
}

#[cfg(test)]
pub fn samples() -> Vec<Entries> {
    use proto::access::v1::NoticeKind;
    let kind = |kind: &crate::notices::kind::Kind, chosen| NoticeKind {
        kind: kind.code.into(),
        title: kind.title.into(),
        urgent: kind.urgent,
        chosen,
    };
    let kinds = crate::notices::kind::KINDS;
    let settings = NoticeSettings {
        email: "r.okafor@thistledown.example".into(),
        pending_email: "ruth@thistledown.example".into(),
        digest: "at_once".into(),
        quiet_from: "18:00".into(),
        quiet_to: "07:00".into(),
        kinds: kinds.into_iter().map(|one| kind(one, one.by_default)).collect(),
        mail_on: true,
        given_up: 2,
        ..NoticeSettings::default()
    };
    let failure = NoticeFailure {
        display_name: "Ruth Okafor".into(),
        count: 2,
        error: "smtp_550".into(),
        ..NoticeFailure::default()
    };
    let form = |button: &str, fields| Form::new("/x", button, "1".into(), fields);
    let forms = |settings: &NoticeSettings| Forms {
        address: form("Save where and when", address_fields(settings)),
        choices: form("Save what", choice_fields(settings)),
        stop: form("Stop all mail to me", Vec::new()).grave(),
    };
    let links = vec![Link::new("Programs that Thistledown Grange School tells (webhooks)", "/schools/sch_1/webhooks")];
    let none = NoticeSettings::default();
    let mut refused = forms(&settings);
    let error = Error::invalid("email", "Enter an email address in the correct format, such as name@example.org");
    refused.address = refused.address.refused(&error, "");
    let wrong = Some(refused.address.clone());
    vec![
        page(&settings, forms(&settings), &[failure], links),
        page(&none, forms(&none), &[], Vec::new()),
        Entries { form: wrong, ..page(&settings, refused, &[], Vec::new()) },
    ]
}

#[cfg(test)]
mod tests {
    use proto::access::v1::NoticeKind;

    use super::*;

    #[test]
    fn whoever_is_promised_a_notice_is_told_why_none_comes() {
        let kind = |chosen| NoticeKind { kind: "question.due".into(), chosen, ..NoticeKind::default() };
        let told = |mail_on, email: &str, pending: &str, chosen| {
            let (email, pending_email, kinds) = (email.to_owned(), pending.to_owned(), vec![kind(chosen)]);
            let settings = NoticeSettings { mail_on, email, pending_email, kinds, ..NoticeSettings::default() };
            silence(&settings, "question.due")
        };
        assert_eq!(told(true, "a@example.org", "", true), "");
        assert!(told(false, "a@example.org", "", true).starts_with(NO_MAIL));
        assert!(told(true, "", "", true).starts_with("You have given no address"));
        assert!(told(true, "", "a@example.org", true).starts_with("You have not confirmed"));
        assert!(told(true, "a@example.org", "", false).starts_with("You chose not to be told"));
    }
}
