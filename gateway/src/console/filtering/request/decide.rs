//! Deciding about what was asked for, and saying that a change is in place or taken back.

use axum::extract::Path;
use chassis::{
    access::role_name,
    error::{Error, Violations},
};
use proto::{
    access::v1::{Permission, Role},
    policy_registry::v1::{
        AddRegisterEntryRequest, GetRegisterEntryRequest, RegisterDecision, RegisterDefinition, RegisterEntry,
        RegisterValue,
    },
};

use super::{Asked, today, value};
use crate::{
    colleague,
    console::{
        case::access,
        filtering::duties::{self, one},
        posted::Posted,
        register::entry,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::{Head, Link, Row},
        words::{self, Codes},
    },
};

const DECISIONS: Codes = &[("approved", "Approve it"), ("refused", "Refuse it")];
const DECIDE: &str = "Decide about a request";
/// What the page is called on which it is said that something is done.
fn done_title(asked: Asked) -> &'static str {
    match asked {
        Asked::Change => "A change of the filter",
        Asked::Unblock => "A site that is unblocked",
    }
}
/// The days that say what was done with a change.
const DAYS: [&str; 2] = ["in_place_on", "reverted_on"];

/// What was asked for, with its register.
struct Request {
    asked: Asked,
    definition: RegisterDefinition,
    entry: RegisterEntry,
    rows: Vec<Row>,
}

impl Request {
    async fn fetch(visit: &Visit, asked: Asked, entry_id: &str) -> Result<Self, Error> {
        let request = GetRegisterEntryRequest {
            school_id: visit.school.clone(),
            register: asked.register().to_owned(),
            entry_id: entry_id.to_owned(),
        };
        let entry = heard(visit.registry()?.get_register_entry(ask(request))).await?.entry.unwrap_or_default();
        let definition = duties::newest(visit, asked.register()).await?.definition.unwrap_or_default();
        let people = entry::named(visit, &definition, std::slice::from_ref(&entry)).await;
        let rows = definition
            .fields
            .iter()
            .filter_map(|field| Row::some(words::sentence(&field.title), Some(entry::value(&entry, field, &people))));
        Ok(Self { asked, rows: rows.collect(), definition, entry })
    }

    fn here(&self, visit: &Visit, act: &str) -> String {
        visit.at(&format!("/filtering/{}/{}/{act}", self.asked.below(), self.entry.entry_id))
    }

    /// The page of the entry that took its place: a notice and a tab keep the address from before the decision. None while it
    /// stands.
    fn moved(&self, visit: &Visit, act: &str) -> Option<String> {
        let next = &self.entry.superseded_by;
        (!next.is_empty()).then(|| visit.at(&format!("/filtering/{}/{next}/{act}", self.asked.below())))
    }

    fn stands(&self) -> bool {
        self.entry.superseded_by.is_empty() && !self.entry.withdrawn
    }

    /// Whether it waits for a decision that the visitor may take.
    fn open_to(&self, visit: &Visit) -> bool {
        let open = |decision: &RegisterDecision| {
            let by = |role: &str| decision.by_roles.iter().any(|by| by == role);
            one(&self.entry, &decision.field) == decision.waits && visit.roles().iter().any(|role| by(role_name(*role)))
        };
        self.stands() && self.definition.decision.as_ref().is_some_and(open)
    }

    /// The page about it; one without a question where `asks` is empty.
    fn page(self, visit: &Visit, title: &str, act: &str, button: &str, asks: Vec<Field>) -> FormPage {
        let crumbs = visit.crumbs(&[("Filtering", visit.at("/filtering"))]);
        let button = if asks.is_empty() { "" } else { button };
        let mut page = visit.form_page(Head::new(title, crumbs), self.here(visit, act), button, asks);
        let entry = format!("/registers/{}/entries/{}", self.asked.register(), self.entry.entry_id);
        page.others.push(Link::new("The entry with its history", visit.at(&entry)));
        page.rows = self.rows;
        page
    }

    /// The entry that takes its place: all that it held, but for these values.
    fn changed(
        &self,
        visit: &Visit,
        set: &[RegisterValue],
        reason: &str,
        request_id: String,
    ) -> AddRegisterEntryRequest {
        let held = self.entry.values.iter().filter(|held| set.iter().all(|value| value.key != held.key)).cloned();
        AddRegisterEntryRequest {
            school_id: visit.school.clone(),
            register: self.asked.register().to_owned(),
            values: held.chain(set.iter().cloned()).collect(),
            supersedes: self.entry.entry_id.clone(),
            reason: reason.to_owned(),
            request_id,
            ..Default::default()
        }
    }
}

/// Those who run the network here, but for whoever asked: by account and name.
async fn technical(visit: &Visit, request: &Request) -> Vec<(String, String)> {
    if request.asked == Asked::Change {
        return Vec::new();
    }
    let mut all = access::colleagues(visit).await.unwrap_or_default();
    let asked_by = one(&request.entry, "asked_by");
    all.retain(|one| one.account_id != asked_by && one.roles().any(|role| role == Role::It));
    access::choices(&all)
}

/// What is asked of a decision; `held` is what the entry says so far, and `technical` are those who run the network.
pub fn fields(asked: Asked, held: &RegisterEntry, technical: &[(String, String)]) -> Vec<Field> {
    let whom = "The name that the platform shows, or the name and firm of somebody outside.";
    let until = |name: &str, label: &str| Field::day(name, label).on(one(held, name));
    let decision = Field::radios("decision", "What do you decide?", DECISIONS);
    match asked {
        Asked::Change => vec![
            decision,
            Field::long_text("risk", "What was weighed? (needed to approve it)").value(one(held, "risk")),
            Field::name("educational_view", "Who weighed it for teaching? (needed to approve it)").hint(whom),
            Field::name("technical_view", "Who weighed it technically? (needed to approve it)").hint(whom),
            until("reverts_on", "Until when? (optional)"),
            Field::long_text("decided_why", "Why? (needed to refuse it)").hint("Whoever asked reads this."),
        ],
        Asked::Unblock => vec![
            decision,
            decided_with(technical).hint(if technical.is_empty() {
                whom
            } else {
                "Somebody who runs the network here."
            }),
            Field::long_text("decided_why", "Why?").hint("Whoever asked reads this."),
            until("until", "Unblocked until when? (optional)"),
        ],
    }
}

/// With whom technical: one of those who run the network, or a name where the school has nobody else who does.
fn decided_with(technical: &[(String, String)]) -> Field {
    const LABEL: &str = "With whom technical do you decide? (needed to approve it)";
    if technical.is_empty() {
        return Field::name("decided_with", LABEL);
    }
    let named = technical.iter().map(|(account, name)| (account.as_str(), name.as_str()));
    Field::select("decided_with", LABEL).choices(std::iter::once(("", "Choose")).chain(named))
}

fn command(visit: &Visit, request: &Request, answers: &Answers) -> Result<AddRegisterEntryRequest, Error> {
    let decision = answers.text("decision");
    let approved = decision == "approved";
    let mut v = Violations::new();
    v.check(!decision.is_empty(), "decision", "Select what you decide");
    let mut set = vec![value("decision", decision.clone()), value("decided_on", today(visit))];
    let (texts, day) = match request.asked {
        Asked::Change => (
            vec![
                ("risk", approved, "Enter what was weighed"),
                ("educational_view", approved, "Enter who weighed it for teaching"),
                ("technical_view", approved, "Enter who weighed it technically"),
                ("decided_why", decision == "refused", "Enter why it is refused"),
            ],
            "reverts_on",
        ),
        Asked::Unblock => (
            vec![
                ("decided_with", approved, "Enter with whom technical you decide"),
                ("decided_why", true, "Enter why"),
            ],
            "until",
        ),
    };
    for (key, needed, fix) in texts {
        v.check(!needed || !answers.text(key).is_empty(), key, fix);
        set.push(value(key, answers.text(key)));
    }
    // What is refused has no end: one that has passed meanwhile stands in nobody's way.
    set.push(value(day, if approved { answers.day(day) } else { String::new() }));
    v.finish()?;
    Ok(request.changed(visit, &set, "It was decided", answers.request_id()))
}

async fn decide_page(visit: &Visit, request: Request) -> FormPage {
    let asks = if request.open_to(visit) {
        fields(request.asked, &request.entry, &technical(visit, &request).await)
    } else {
        Vec::new()
    };
    let page = request.page(visit, DECIDE, "decide", "Save the decision", asks);
    page.lead("Nobody decides about what they asked for themselves.")
}

async fn show(visit: Visit, asked: Asked, entry_id: &str) -> Answer {
    visit.needs(Permission::RegisterRead)?;
    let request = Request::fetch(&visit, asked, entry_id).await?;
    match request.moved(&visit, "decide") {
        Some(next) => visit.to(&next),
        None => visit.page(&decide_page(&visit, request).await),
    }
}

async fn send(posted: Posted, asked: Asked, entry_id: &str) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::RegisterKeep)?;
    let request = Request::fetch(&visit, asked, entry_id).await?;
    let done = match command(&visit, &request, &answers) {
        Ok(command) => match colleague::decides_with(&visit.app, visit.roles(), &command).await {
            Ok(()) => heard(visit.registry()?.add_register_entry(ask(command))).await,
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to(&visit.at("/filtering?done=filter_decided")),
        Err(error) => {
            let asks = fields(asked, &request.entry, &technical(&visit, &request).await);
            let page = request.page(&visit, DECIDE, "decide", "Save the decision", asks);
            visit.again(page, &answers, error, &visit.at("/filtering"))
        }
    }
}

/// Asks what is decided about a change.
pub async fn show_change(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    show(visit, Asked::Change, &id).await
}

/// Saves it.
pub async fn change(Path((_, id)): Path<(String, String)>, posted: Posted) -> Answer {
    send(posted, Asked::Change, &id).await
}

/// Asks what is decided about a site.
pub async fn show_unblock(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    show(visit, Asked::Unblock, &id).await
}

/// Saves it.
pub async fn unblock(Path((_, id)): Path<(String, String)>, posted: Posted) -> Answer {
    send(posted, Asked::Unblock, &id).await
}

/// What is asked of a change, or of a site, that was approved, with what is said so far.
pub fn done_fields(asked: Asked, held: &RegisterEntry) -> Vec<Field> {
    let (in_place, reverted) = match asked {
        Asked::Change => ("When was it put in place?", "When was it taken back? (optional)"),
        Asked::Unblock => ("When was it unblocked?", "When was it blocked again? (optional)"),
    };
    let mut fields = vec![
        Field::day("in_place_on", in_place).on(one(held, "in_place_on")),
        Field::day("reverted_on", reverted).on(one(held, "reverted_on")),
    ];
    if DAYS.iter().any(|day| !one(held, day).is_empty()) {
        fields.push(
            Field::long_text("why", "Why is a day corrected that was entered before? (needed to correct one)")
                .hint("The earlier day stays in the history of the entry."),
        );
    }
    fields
}

/// Whether a day is another than the one that was entered before.
fn corrects(held: &RegisterEntry, answers: &Answers) -> bool {
    DAYS.iter().any(|day| !one(held, day).is_empty() && one(held, day) != answers.day(day))
}

/// Asks when a change was put in place and taken back.
pub async fn show_done_change(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    show_done(visit, Asked::Change, &id).await
}

/// Saves it.
pub async fn done_change(Path((_, id)): Path<(String, String)>, posted: Posted) -> Answer {
    done(posted, Asked::Change, &id).await
}

/// Asks when a site was unblocked and blocked again.
pub async fn show_done_unblock(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    show_done(visit, Asked::Unblock, &id).await
}

/// Saves it.
pub async fn done_unblock(Path((_, id)): Path<(String, String)>, posted: Posted) -> Answer {
    done(posted, Asked::Unblock, &id).await
}

async fn show_done(visit: Visit, asked: Asked, id: &str) -> Answer {
    visit.needs(Permission::RegisterKeep)?;
    let request = Request::fetch(&visit, asked, id).await?;
    if let Some(next) = request.moved(&visit, "done") {
        return visit.to(&next);
    }
    let says = DAYS.iter().all(|day| request.definition.fields.iter().any(|field| field.key == *day));
    let open = request.stands() && one(&request.entry, "decision") == "approved" && says;
    let asks = if open { done_fields(asked, &request.entry) } else { Vec::new() };
    visit.page(&request.page(&visit, done_title(asked), "done", "Save", asks))
}

async fn done(posted: Posted, asked: Asked, id: &str) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::RegisterKeep)?;
    let request = Request::fetch(&visit, asked, id).await?;
    let mut v = Violations::new();
    v.check(!answers.text("in_place_on").is_empty(), "in_place_on", "Enter when it was put in place");
    let why = answers.text("why");
    let corrects = corrects(&request.entry, &answers);
    v.check(!corrects || !why.is_empty(), "why", "Enter why the day that was entered before is corrected");
    let days = DAYS.map(|key| value(key, answers.day(key)));
    let reason = if corrects { why.as_str() } else { "What was done with it" };
    let command = request.changed(&visit, &days, reason, answers.request_id());
    let done = match v.finish() {
        Ok(()) => heard(visit.registry()?.add_register_entry(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to(&visit.at("/filtering?done=filter_done")),
        Err(error) => {
            let asks = done_fields(asked, &request.entry);
            let page = request.page(&visit, done_title(asked), "done", "Save", asks);
            visit.again(page, &answers, error, &visit.at("/filtering"))
        }
    }
}
