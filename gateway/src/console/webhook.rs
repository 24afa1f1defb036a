//! Programs that are told: of a school where the address names one, else of the authority.

use axum::extract::{Path, Query};
use chassis::error::{Error, Violations};
use proto::access::v1::{
    CreateWebhookRequest, DeleteWebhookRequest, ListWebhookAttemptsRequest, ListWebhooksRequest, ListWebhooksResponse,
    Permission, ReplayWebhookAttemptRequest, RotateWebhookSecretRequest, SendTestWebhookRequest, UpdateWebhookRequest,
    Webhook, WebhookAttempt, WebhookKind,
};
use serde::Deserialize;

use super::{
    policy::entries::{Entries, Entry},
    posted::Posted,
    visit::{Answer, Fault, Visit, ask, heard},
};
use crate::pages::{
    form::{Answers, Field, Form, FormPage},
    part::{Head, Link, Pager, Row},
    words::{self, Codes},
};

const STATES: Codes = &[("queued", "On its way"), ("delivered", "Delivered"), ("given_up", "Given up")];
const REASONS: Codes = &[
    ("by_hand", "Switched off by hand"),
    ("failing", "Switched off: nothing arrived for days"),
    ("gone", "Switched off: the program says that it is gone"),
];
const ERRORS: Codes = &[
    ("refused_address", "The name of the address leads to a private network"),
    ("unresolved", "The name of the address is not known"),
    ("unreachable", "The program could not be reached"),
    ("tls", "The connection could not be secured: check the certificate"),
    ("timeout", "The program did not answer in time"),
];

/// Which webhook and message an address names.
#[derive(Debug, Deserialize)]
pub struct Which {
    webhook_id: String,
    #[serde(default)]
    attempt_id: String,
}

/// Which page of the messages.
#[derive(Debug, Default, Deserialize)]
pub struct Turned {
    #[serde(default)]
    page_token: String,
}

/// The address of the list, or of something beneath it.
fn at(visit: &Visit, path: &str) -> String {
    if visit.school.is_empty() { format!("/webhooks{path}") } else { visit.at(&format!("/webhooks{path}")) }
}

fn crumbs(visit: &Visit, beneath: &[(&str, String)]) -> Vec<Link> {
    let first = [("Notices", "/notices".to_owned())];
    let all: Vec<(&str, String)> = first.into_iter().chain(beneath.iter().cloned()).collect();
    visit.crumbs(&all)
}

/// What is asked.
pub fn fields(kinds: &[WebhookKind], hook: Option<&Webhook>) -> Vec<Field> {
    let field = Field::checkboxes("kinds", "What is it told of?", &[]);
    let field = kinds.iter().fold(field, |field, kind| field.choice(&kind.kind, &kind.title, &kind.kind));
    let url = Field::name("url", "Which address is told?")
        .hint("An address on the public internet that begins with https://");
    match hook {
        Some(hook) => vec![url.value(hook.url.clone()), field.values(hook.kinds.clone())],
        None => vec![url, field],
    }
}

async fn fetch(visit: &Visit) -> Result<ListWebhooksResponse, Error> {
    let asked = ListWebhooksRequest { school_id: visit.school.clone() };
    heard(visit.app.notices(&visit.visitor)?.list_webhooks(ask(asked))).await
}

async fn fetch_one(visit: &Visit, which: &Which) -> Result<(Webhook, Vec<WebhookKind>), Error> {
    let all = fetch(visit).await?;
    let found = all.webhooks.into_iter().find(|hook| hook.webhook_id == which.webhook_id);
    Ok((found.ok_or_else(Error::missing)?, all.kinds))
}

fn titles(hook: &Webhook, kinds: &[WebhookKind]) -> String {
    let named = kinds.iter().filter(|kind| hook.kinds.contains(&kind.kind));
    let titles: Vec<&str> = named.map(|kind| kind.title.as_str()).collect();
    titles.join("\n")
}

fn state(hook: &Webhook) -> String {
    match (hook.enabled, words::stamp(hook.failing_since_time.as_ref())) {
        (false, _) => words::called(REASONS, &hook.disabled_reason),
        (true, Some(since)) => format!("On. Nothing arrives since {since}"),
        (true, None) => "On".to_owned(),
    }
}

fn list_page(all: &ListWebhooksResponse, crumbs: Vec<Link>, place: &str) -> Entries {
    let entry = |hook: &Webhook| Entry {
        title: host(&hook.url),
        rows: vec![Row::new("State", state(hook)), Row::new("Told of", titles(hook, &all.kinds))],
        links: vec![Link::new(
            format!("See {} and what was sent to it", host(&hook.url)),
            format!("{place}/{}", hook.webhook_id),
        )],
        ..Entry::default()
    };
    Entries {
        head: Head::new("Webhooks", crumbs),
        lead: vec![
            "A webhook tells a program of yours that something happened: what kind of thing, at which school, and where to look. It names nobody. The program sees no more than that without a sign-in.".to_owned(),
        ],
        links: vec![Link::new("Add a webhook", format!("{place}/new"))],
        entries: all.webhooks.iter().map(entry).collect(),
        none: "No program is told yet.",
        ..Entries::default()
    }
}

/// The host of an address, which is enough to tell webhooks apart.
fn host(url: &str) -> String {
    let host = url::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_else(|| "Webhook".to_owned())
}

/// Lists them.
pub async fn list(visit: Visit) -> Answer {
    visit.needs(Permission::WebhookManage)?;
    visit.page(&list_page(&fetch(&visit).await?, crumbs(&visit, &[]), &at(&visit, "")))
}

fn new_page(visit: &Visit, kinds: &[WebhookKind]) -> FormPage {
    let head = Head::new("Add a webhook", crumbs(visit, &[("Webhooks", at(visit, ""))]));
    visit
        .form_page(head, at(visit, ""), "Add the webhook", fields(kinds, None))
        .lead("Its secret is shown once, when it is added: have somewhere ready to keep it.")
}

/// Asks for a new one.
pub async fn show_new(visit: Visit) -> Answer {
    visit.needs(Permission::WebhookManage)?;
    visit.page(&new_page(&visit, &fetch(&visit).await?.kinds))
}

fn checked(answers: &Answers) -> Result<(), Error> {
    let mut v = Violations::new();
    v.check(!answers.text("url").is_empty(), "url", "Enter where it is told");
    v.check(!answers.all("kinds").is_empty(), "kinds", "Select what it is told of");
    v.finish()
}

/// Adds one and shows its secret.
pub async fn create(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::WebhookManage)?;
    let command = CreateWebhookRequest {
        school_id: visit.school.clone(),
        url: answers.text("url"),
        kinds: answers.all("kinds"),
        request_id: answers.request_id(),
    };
    let done = match checked(&answers) {
        Ok(()) => heard(visit.app.notices(&visit.visitor)?.create_webhook(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(answer) => {
            let hook = answer.webhook.unwrap_or_default();
            let crumbs = crumbs(&visit, &[("Webhooks", at(&visit, ""))]);
            visit.page(&secret_page(&hook, &answer.secret, crumbs, &at(&visit, "")))
        }
        Err(error) => visit.again(new_page(&visit, &fetch(&visit).await?.kinds), &answers, error, ""),
    }
}

/// The page that shows a secret, this once.
fn secret_page(hook: &Webhook, secret: &str, crumbs: Vec<Link>, place: &str) -> Entries {
    let mut rows = vec![
        Row::new("Secret", secret),
        Row::new("Public key, if the program checks version v1a", hook.public_key.clone()),
    ];
    rows.extend(Row::some("The secret before works until", words::stamp(hook.old_secret_until_time.as_ref())));
    Entries {
        head: Head::new("The secret of the webhook", crumbs).of(host(&hook.url)),
        lead: vec![
            "Copy the secret now: it is shown this once. With it the program proves that a message comes from here."
                .to_owned(),
        ],
        rows,
        links: vec![Link::new("Go to the webhook", format!("{place}/{}", hook.webhook_id))],
        ..Entries::default()
    }
}

/// What one page of a webhook needs.
struct Shown<'a> {
    hook: &'a Webhook,
    kinds: &'a [WebhookKind],
    attempts: &'a [WebhookAttempt],
    acts: Vec<Form>,
    replay: &'a dyn Fn(&WebhookAttempt) -> Option<Form>,
    crumbs: Vec<Link>,
    place: String,
    pager: Pager,
}

impl Shown<'_> {
    fn page(self) -> Entries {
        let Self { hook, kinds, attempts, acts, replay, crumbs, place, pager } = self;
        let title = |code: &str| {
            let known = kinds.iter().find(|kind| kind.kind == code);
            known.map_or_else(|| "A test".to_owned(), |kind| kind.title.clone())
        };
        let mut rows = vec![
            Row::new("Where", hook.url.clone()),
            Row::new("Told of", titles(hook, kinds)),
            Row::new("State", state(hook)),
            Row::new("Public key (v1a)", hook.public_key.clone()),
        ];
        rows.extend(Row::some("The secret before works until", words::stamp(hook.old_secret_until_time.as_ref())));
        let entry = |attempt: &WebhookAttempt| Entry {
            title: words::stamp(attempt.create_time.as_ref()).unwrap_or_default(),
            rows: told(attempt, title(&attempt.kind)),
            acts: replay(attempt).into_iter().collect(),
            ..Entry::default()
        };
        Entries {
            head: Head::new("Webhook", crumbs).of(host(&hook.url)),
            rows,
            links: vec![Link::new("Change where and what it is told", format!("{place}/change"))],
            acts,
            entries: attempts.iter().map(entry).collect(),
            none: "Nothing was sent to it in the last 30 days.",
            pager,
            ..Entries::default()
        }
    }
}

/// What became of a message.
fn told(attempt: &WebhookAttempt, title: String) -> Vec<Row> {
    let why = match attempt.error.as_str() {
        "" => String::new(),
        "status" => format!(": the program answered {}", attempt.status),
        code => format!(": {}", words::called(ERRORS, code)),
    };
    let tries = match attempt.tries {
        0 => "Not tried yet".to_owned(),
        n => format!("{}{why}", words::counted(n.into(), "try", "tries")),
    };
    let mut rows = vec![
        Row::new("What", title),
        Row::new("State", words::called(STATES, &attempt.state)),
        Row::new("Tried", tries),
        Row::new("Message id", attempt.attempt_id.clone()),
    ];
    rows.extend(Row::some("Tried next", words::stamp(attempt.due_time.as_ref()).filter(|_| attempt.tries > 0)));
    rows
}

/// Shows one, and what was sent to it.
pub async fn show(visit: Visit, Path(which): Path<Which>, Query(turned): Query<Turned>) -> Answer {
    visit.needs(Permission::WebhookManage)?;
    let page = one_page(&visit, &which, &turned).await?;
    visit.page(&page)
}

async fn one_page(visit: &Visit, which: &Which, turned: &Turned) -> Result<Entries, Fault> {
    let (hook, kinds) = fetch_one(visit, which).await?;
    let asked = ListWebhookAttemptsRequest {
        school_id: visit.school.clone(),
        webhook_id: hook.webhook_id.clone(),
        page_size: 20,
        page_token: turned.page_token.clone(),
    };
    let sent = heard(visit.app.notices(&visit.visitor)?.list_webhook_attempts(ask(asked))).await?;
    let place = at(visit, &format!("/{}", hook.webhook_id));
    let act = |path: &str, button: &str| visit.form(format!("{place}{path}"), button, Vec::new());
    let mut acts = Vec::new();
    if hook.enabled {
        acts.push(act("/test", "Send a test message"));
    }
    acts.push(act("/secret", "Make a new secret"));
    let (button, on) = if hook.enabled { ("Switch it off", "no") } else { ("Switch it on", "yes") };
    acts.push(act("/switch", button).carrying("on", on));
    acts.push(act("/delete", "Delete the webhook").grave());
    let replay = |attempt: &WebhookAttempt| {
        let over = attempt.state != "queued" && hook.enabled;
        over.then(|| act(&format!("/attempts/{}/replay", attempt.attempt_id), "Send this again"))
    };
    let pager = Pager::new(&place, &[], &turned.page_token, &sent.next_page_token);
    let crumbs = crumbs(visit, &[("Webhooks", at(visit, ""))]);
    let shown = Shown {
        hook: &hook,
        kinds: &kinds,
        attempts: &sent.attempts,
        acts,
        replay: &replay,
        crumbs,
        place: place.clone(),
        pager,
    };
    Ok(shown.page())
}

fn change_page(visit: &Visit, hook: &Webhook, kinds: &[WebhookKind]) -> FormPage {
    let place = at(visit, &format!("/{}", hook.webhook_id));
    let beneath = [("Webhooks", at(visit, "")), ("Webhook", place.clone())];
    let head = Head::new("Change the webhook", crumbs(visit, &beneath));
    visit.form_page(head, format!("{place}/change"), "Save changes", fields(kinds, Some(hook)))
}

/// Asks what to change.
pub async fn show_change(visit: Visit, Path(which): Path<Which>) -> Answer {
    visit.needs(Permission::WebhookManage)?;
    let (hook, kinds) = fetch_one(&visit, &which).await?;
    visit.page(&change_page(&visit, &hook, &kinds))
}

/// Changes it.
pub async fn change(Path(which): Path<Which>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::WebhookManage)?;
    let (hook, kinds) = fetch_one(&visit, &which).await?;
    let command = UpdateWebhookRequest {
        school_id: visit.school.clone(),
        webhook_id: hook.webhook_id.clone(),
        url: answers.text("url"),
        kinds: answers.all("kinds"),
        enabled: hook.enabled,
        request_id: answers.request_id(),
    };
    let done = match checked(&answers) {
        Ok(()) => heard(visit.app.notices(&visit.visitor)?.update_webhook(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => done_at(&visit, &hook.webhook_id, "webhook_changed"),
        Err(error) => visit.again(change_page(&visit, &hook, &kinds), &answers, error, ""),
    }
}

fn done_at(visit: &Visit, webhook_id: &str, done: &str) -> Answer {
    visit.to(&at(visit, &format!("/{webhook_id}?done={done}")))
}

/// The webhook's page again, with why an act on it was refused.
async fn refused(visit: &Visit, which: &Which, answers: &Answers, error: &Error) -> Answer {
    let form = visit.mended(visit.form(String::new(), "", Vec::new()), answers, error, "")?;
    let page = Entries { form: Some(form), ..one_page(visit, which, &Turned::default()).await? };
    visit.page_again(&page, error)
}

/// Switches it on or off.
pub async fn switch(Path(which): Path<Which>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let (hook, _) = fetch_one(&visit, &which).await?;
    let command = UpdateWebhookRequest {
        school_id: visit.school.clone(),
        webhook_id: hook.webhook_id,
        url: hook.url,
        kinds: hook.kinds,
        enabled: answers.text("on") == "yes",
        request_id: answers.request_id(),
    };
    match heard(visit.app.notices(&visit.visitor)?.update_webhook(ask(command))).await {
        Ok(_) => done_at(&visit, &which.webhook_id, "webhook_switched"),
        Err(error) => refused(&visit, &which, &answers, &error).await,
    }
}

/// Sends a test message.
pub async fn test(Path(which): Path<Which>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let (school_id, webhook_id) = (visit.school.clone(), which.webhook_id.clone());
    let command = SendTestWebhookRequest { school_id, webhook_id, request_id: answers.request_id() };
    match heard(visit.app.notices(&visit.visitor)?.send_test_webhook(ask(command))).await {
        Ok(_) => done_at(&visit, &which.webhook_id, "webhook_sent"),
        Err(error) => refused(&visit, &which, &answers, &error).await,
    }
}

/// Sends a message again.
pub async fn replay(Path(which): Path<Which>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = ReplayWebhookAttemptRequest {
        school_id: visit.school.clone(),
        webhook_id: which.webhook_id.clone(),
        attempt_id: which.attempt_id.clone(),
        request_id: answers.request_id(),
    };
    match heard(visit.app.notices(&visit.visitor)?.replay_webhook_attempt(ask(command))).await {
        Ok(_) => done_at(&visit, &which.webhook_id, "webhook_sent"),
        Err(error) => refused(&visit, &which, &answers, &error).await,
    }
}

/// Makes a new secret and shows it.
pub async fn rotate(Path(which): Path<Which>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let (school_id, webhook_id) = (visit.school.clone(), which.webhook_id.clone());
    let command = RotateWebhookSecretRequest { school_id, webhook_id, request_id: answers.request_id() };
    match heard(visit.app.notices(&visit.visitor)?.rotate_webhook_secret(ask(command))).await {
        Ok(answer) => {
            let hook = answer.webhook.unwrap_or_default();
            let crumbs = crumbs(&visit, &[("Webhooks", at(&visit, ""))]);
            visit.page(&secret_page(&hook, &answer.secret, crumbs, &at(&visit, "")))
        }
        Err(error) => refused(&visit, &which, &answers, &error).await,
    }
}

/// Deletes it.
pub async fn delete(Path(which): Path<Which>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let (school_id, webhook_id) = (visit.school.clone(), which.webhook_id.clone());
    let command = DeleteWebhookRequest { school_id, webhook_id, request_id: answers.request_id() };
    match heard(visit.app.notices(&visit.visitor)?.delete_webhook(ask(command))).await {
        Ok(_) => visit.to(&at(&visit, "?done=webhook_deleted")),
        Err(error) => refused(&visit, &which, &answers, &error).await,
    }
}

#[cfg(test)]
pub fn sample_kinds() -> Vec<WebhookKind> {
    let kinds = crate::notices::kind::of_place(false);
    kinds.map(|kind| WebhookKind { kind: kind.code.into(), title: kind.title.into() }).collect()
}

#[cfg(test)]
pub fn samples() -> Vec<Entries> {
    let now = Some(chassis::clock::timestamp(time::macros::datetime!(2026-11-24 09:00 UTC)));
    let hook = Webhook {
        webhook_id: "whk_1".into(),
        url: "https://hooks.thistledown.example/a-rather-long-path/3f0c9f4e2b".into(),
        kinds: vec!["concern.recorded".into(), "school.invited".into()],
        enabled: true,
        public_key: "whpk_Ci2fWg1l5hQy0Z2J9mJcU8R1o0Yb2M9v0t8Kc8kq7Yw=".into(),
        failing_since_time: now,
        old_secret_until_time: now,
        ..Webhook::default()
    };
    let off =
        Webhook { enabled: false, disabled_reason: "failing".into(), url: "https://b.example/".into(), ..hook.clone() };
    let attempt = |state: &str, error: &str, status: u32, tries: u32| WebhookAttempt {
        attempt_id: "msg_06f3k1q2r3s4t5v6w7x8y9z0aa".into(),
        kind: "concern.recorded".into(),
        state: state.into(),
        error: error.into(),
        status,
        tries,
        create_time: now,
        try_time: now,
        due_time: now.filter(|_| state == "queued"),
    };
    let attempts =
        [attempt("queued", "status", 503, 2), attempt("delivered", "", 204, 1), attempt("given_up", "tls", 0, 10)];
    let form = |button: &str| Form::new("/x", button, "1".into(), Vec::new());
    let replay = |attempt: &WebhookAttempt| (attempt.state != "queued").then(|| form("Send this again"));
    let crumbs = || vec![Link::new("Home", "/"), Link::new("Notices", "/notices"), Link::new("Webhooks", "/webhooks")];
    let all = ListWebhooksResponse { webhooks: vec![hook.clone(), off], kinds: sample_kinds() };
    let none = ListWebhooksResponse { webhooks: Vec::new(), kinds: sample_kinds() };
    let acts = ["Send a test message", "Make a new secret", "Switch it off"].map(form);
    let kinds = sample_kinds();
    let shown = Shown {
        hook: &hook,
        kinds: &kinds,
        attempts: &attempts,
        acts: acts.into_iter().chain([form("Delete the webhook").grave()]).collect(),
        replay: &replay,
        crumbs: crumbs(),
        place: "/webhooks/whk_1".into(),
        pager: Pager::default(),
    };
    vec![
        list_page(&all, crumbs(), "/webhooks"),
        list_page(&none, crumbs(), "/webhooks"),
        shown.page(),
        secret_page(&hook, "whsec_Ci2fWg1l5hQy0Z2J9mJcU8R1o0Yb2M9v0t8Kc8kq7Yw=", crumbs(), "/webhooks"),
    ]
}
