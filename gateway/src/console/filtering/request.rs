//! Asking for a change of the filter, or for a site to be unblocked: by whoever needs it, in one page. Somebody else decides.

pub mod decide;

use chassis::{
    clock::london,
    error::{Error, Kind, Violations},
};
use proto::{
    access::v1::Permission,
    policy_registry::v1::{
        AddRegisterEntryRequest, ListRegisterEntriesResponse, RegisterDefinition, RegisterField, RegisterValue,
    },
};
use time::Date;

use super::duties::{self, CHANGES, UNBLOCK};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::Head,
        words::{self, Codes},
    },
};

/// Something about the filter that is asked for in a register, and decided there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A change.
    Change,
    /// A site to be unblocked.
    Unblock,
}

/// The kinds of changes.
const KINDS: Codes = &[
    ("block", "Block something"),
    ("unblock", "Unblock something"),
    ("policy", "Change the filter’s rules"),
    ("monitoring", "Change the monitoring"),
];
/// For whom a site is needed.
const FOR_WHOM: Codes =
    &[("staff", "Staff"), ("class", "One class"), ("year_group", "A year group"), ("everybody", "Everybody")];

impl Asked {
    /// The register it is kept in.
    pub fn register(self) -> &'static str {
        match self {
            Self::Change => CHANGES,
            Self::Unblock => UNBLOCK,
        }
    }

    /// Its part of an address.
    pub fn below(self) -> &'static str {
        match self {
            Self::Change => "changes",
            Self::Unblock => "unblock",
        }
    }

    /// What asking for it is called.
    pub fn title(self) -> &'static str {
        match self {
            Self::Change => "Ask for a change of the filter",
            Self::Unblock => "Ask for a site to be unblocked",
        }
    }

    /// What its page fills in, by the fields of the register.
    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Change => &["on", "change", "kind", "why", "reverts_on", "risk"],
            Self::Unblock => &["on", "site", "why", "for_whom", "needed_by"],
        }
    }

    /// What is asked; `allowed` says which values a choice of the register may take.
    pub fn fields(self, allowed: &dyn Fn(&str) -> Vec<String>) -> Vec<Field> {
        let one_of = |name: &str, label: &str, codes: Codes| {
            let named: Vec<(String, String)> =
                allowed(name).into_iter().map(|code| (code.clone(), words::called(codes, &code))).collect();
            Field::radios(name, label, &[]).choices(named.iter().map(|(code, text)| (code.as_str(), text.as_str())))
        };
        match self {
            Self::Change => vec![
                Field::long_text("change", "What is to be changed?"),
                one_of("kind", "What kind of change is it?", KINDS),
                Field::long_text("why", "Why?"),
                Field::day("reverts_on", "Until when? (optional)")
                    .hint("The last day of a change that is made for a time: you are reminded to take it back. For example, 27/3/2027."),
                Field::long_text("risk", "What could go wrong, and what is done about it? (optional)")
                    .hint("Whoever decides has to weigh it: write what you know."),
            ],
            Self::Unblock => vec![
                Field::text("site", "Which site?").hint("Its name or address, as the page that blocks it shows it. Never an address of illegal material: report that instead."),
                Field::long_text("why", "What do you need it for?"),
                one_of("for_whom", "For whom?", FOR_WHOM),
                Field::day("needed_by", "By when do you need it? (optional)"),
            ],
        }
    }

    /// What is wrong with the answers.
    fn check(self, answers: &Answers, today: Date) -> Result<(), Error> {
        let mut v = Violations::new();
        // What is no day the register refuses.
        let past = words::typed_day(&answers.text("needed_by")).is_some_and(|day| day < today);
        v.check(!past, "needed_by", "It has passed: enter today or a later day, or none");
        let mut needs = |field: &str, fix: &str| {
            v.check(!answers.text(field).is_empty(), field, fix);
        };
        match self {
            Self::Change => {
                needs("change", "Enter what is to be changed");
                needs("kind", "Select what kind of change it is");
                needs("why", "Enter why");
            }
            Self::Unblock => {
                needs("site", "Enter which site");
                needs("why", "Enter what you need it for");
                needs("for_whom", "Select for whom");
            }
        }
        v.finish()
    }
}

/// One value of an entry; none where it is empty.
pub fn value(key: &str, value: impl Into<String>) -> RegisterValue {
    let values = Some(value.into()).filter(|value| !value.is_empty());
    RegisterValue { key: key.to_owned(), values: values.into_iter().collect() }
}

/// Today in London, as entries write days.
pub fn today(visit: &Visit) -> String {
    london(visit.now()).date().to_string()
}

/// Whether a register has the fields that a page fills in, and asks for no others: a template may be older, or an authority's
/// own.
pub fn usable(definition: &RegisterDefinition, filled: &[&str]) -> bool {
    let has = |key: &&str| definition.fields.iter().any(|field| field.key == *key);
    let decision = definition.decision.as_ref();
    let by_itself = |field: &RegisterField| decision.is_some_and(|d| field.key == d.field || field.key == d.asked_by);
    let asks_more =
        |field: &RegisterField| field.required && !filled.contains(&field.key.as_str()) && !by_itself(field);
    filled.iter().all(has) && !definition.fields.iter().any(asks_more)
}

/// What a page that asks is told where there is no such register yet.
pub fn no_register(error: Error) -> Error {
    match error.kind() {
        Kind::Missing => {
            Error::wrong_state("the template that your school uses has no register for this yet: ask the technician")
        }
        _ => error,
    }
}

/// The register, for somebody who may add to it.
async fn kept(visit: &Visit, asked: Asked) -> Result<ListRegisterEntriesResponse, Error> {
    let kept = duties::newest(visit, asked.register()).await.map_err(no_register)?;
    if kept.may_add { Ok(kept) } else { Err(Error::denied()) }
}

/// The values a choice of a register may take.
fn allowed(definition: &RegisterDefinition, key: &str) -> Vec<String> {
    definition.fields.iter().find(|field| field.key == key).map(|field| field.allowed.clone()).unwrap_or_default()
}

fn page(visit: &Visit, asked: Asked, definition: &RegisterDefinition) -> FormPage {
    let head = Head::new(asked.title(), visit.crumbs(&[("Filtering", visit.at("/filtering"))]));
    let action = visit.at(&format!("/filtering/{}", asked.below()));
    let fields = asked.fields(&|key| allowed(definition, key));
    let page = visit.form_page(head, action, "Ask for it", fields);
    page.lead("The safeguarding lead decides together with somebody technical, and you are told. What you write is kept: name no child.")
}

async fn show(visit: Visit, asked: Asked) -> Answer {
    visit.needs(Permission::RegisterKeep)?;
    let definition = kept(&visit, asked).await?.definition.unwrap_or_default();
    if !usable(&definition, asked.keys()) || definition.decision.is_none() {
        return visit.to(&visit.at(&format!("/registers/{}/entries/new", asked.register())));
    }
    visit.page(&page(&visit, asked, &definition))
}

async fn send(posted: Posted, asked: Asked) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::RegisterKeep)?;
    let done = match asked.check(&answers, london(visit.now()).date()) {
        Ok(()) => heard(visit.registry()?.add_register_entry(ask(command(&visit, asked, &answers)))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to(&visit.at("/filtering?done=filter_asked")),
        Err(error) => refused(&visit, asked, &answers, error).await,
    }
}

async fn refused(visit: &Visit, asked: Asked, answers: &Answers, error: Error) -> Answer {
    let definition = kept(visit, asked).await?.definition.unwrap_or_default();
    visit.again(page(visit, asked, &definition), answers, error, &visit.at("/filtering"))
}

fn command(visit: &Visit, asked: Asked, answers: &Answers) -> AddRegisterEntryRequest {
    let of = |key: &&str| match *key {
        "on" => value("on", today(visit)),
        "reverts_on" | "needed_by" => value(key, answers.day(key)),
        key => value(key, answers.text(key)),
    };
    AddRegisterEntryRequest {
        school_id: visit.school.clone(),
        register: asked.register().to_owned(),
        values: asked.keys().iter().map(of).collect(),
        request_id: answers.request_id(),
        ..Default::default()
    }
}

/// Asks for a change.
pub async fn show_change(visit: Visit) -> Answer {
    show(visit, Asked::Change).await
}

/// Takes what is asked for.
pub async fn change(posted: Posted) -> Answer {
    send(posted, Asked::Change).await
}

/// Asks which site is to be unblocked.
pub async fn show_unblock(visit: Visit) -> Answer {
    show(visit, Asked::Unblock).await
}

/// Takes what is asked for.
pub async fn unblock(posted: Posted) -> Answer {
    send(posted, Asked::Unblock).await
}
