//! A test that the filter works: one short page that begins with what the last test said.

use chassis::error::{Error, Violations};
use proto::{
    access::v1::Permission,
    policy_registry::v1::{AddRegisterEntryRequest, RegisterEntry, RegisterValue},
};

use super::{
    duties::{self, CHECKS},
    request::{today, usable, value},
};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::{Head, Link},
        words::Codes,
    },
};

/// As whom something is tried.
const GROUPS: Codes =
    &[("learner", "A learner"), ("staff", "Staff"), ("visitor", "A visitor"), ("administrator", "An administrator")];
/// What is tried.
const LISTS: Codes = &[
    ("iwf", "Illegal images (the IWF’s test page)"),
    ("police_terrorism", "Terrorism (the police’s test page)"),
    ("adult_content", "Adult content"),
    ("offensive_language", "Offensive language"),
    ("self_harm", "Self-harm"),
    ("ways_round", "Ways round the filter"),
    ("other", "Something else"),
];
/// What is expected.
const EXPECTED: Codes = &[
    ("blocked", "It is blocked"),
    ("allowed", "It is allowed"),
    ("alert", "Somebody is alerted"),
    ("logged", "It is logged"),
];
/// What happened.
const ACTUAL: Codes = &[
    ("blocked", "It was blocked"),
    ("allowed", "It was allowed"),
    ("alert", "Somebody was alerted"),
    ("logged", "It was logged"),
    ("nothing", "Nothing happened"),
    ("partly", "Only a part of what was expected"),
];
/// What the page fills in, by the fields of the register.
const FIELDS: [&str; 11] =
    ["on", "by", "kind", "device", "where", "user_group", "list_tested", "expected", "actual", "outcome", "actions"];

/// What is asked, beginning with what the last test said.
pub fn fields(last: Option<&RegisterEntry>) -> Vec<Field> {
    let held = |key: &str| last.map(|entry| duties::one(entry, key)).unwrap_or_default();
    let lists = last.and_then(|entry| entry.values.iter().find(|value| value.key == "list_tested"));
    let lists = lists.map(|value| value.values.clone()).unwrap_or_default();
    vec![
        Field::text("device", "On which device?").hint("For example, Chromebook 14.").value(held("device")),
        Field::text("where", "Where?").hint("For example, library, or at home.").value(held("where")),
        Field::radios("user_group", "As whom?", GROUPS).value(held("user_group")),
        Field::checkboxes("list_tested", "What did you try? (needed for the filter)", LISTS).values(lists),
        Field::radios("expected", "What is expected?", EXPECTED).value(held("expected")),
        Field::radios("actual", "What happened?", ACTUAL),
        Field::long_text("actions", "What is done about it? (needed where it is not as expected)"),
    ]
}

/// What was checked, by what was expected of it.
fn kind(expected: &str) -> &'static str {
    if matches!(expected, "alert" | "logged") { "monitoring" } else { "filter" }
}

/// Whether it works, by what was expected and what happened.
fn outcome(expected: &str, actual: &str) -> &'static str {
    match actual {
        "partly" => "partly",
        actual if actual == expected => "works",
        _ => "fails",
    }
}

async fn page(visit: &Visit) -> Result<Option<FormPage>, Error> {
    let kept = duties::newest(visit, CHECKS).await?;
    if !kept.may_add {
        return Err(Error::denied());
    }
    if !usable(&kept.definition.unwrap_or_default(), &FIELDS) {
        return Ok(None);
    }
    let head = Head::new("Record a test of the filter", visit.crumbs(&[("Filtering", visit.at("/filtering"))]));
    let mut page =
        visit.form_page(head, visit.at("/filtering/checks"), "Record the test", fields(kept.entries.first()));
    if kept.entries.first().is_some() {
        page = page.lead("It begins with what the last test said: change what is different. It is entered as of today, in your name.");
    }
    let other = visit.at(&format!("/registers/{CHECKS}/entries/new"));
    page.others.push(Link::new("Record one of another day, by somebody else, or of something else", other));
    Ok(Some(page))
}

/// Asks; where the template asks for other things, by the register's own page.
pub async fn show(visit: Visit) -> Answer {
    visit.needs(Permission::RegisterKeep)?;
    match page(&visit).await? {
        Some(page) => visit.page(&page),
        None => visit.to(&visit.at(&format!("/registers/{CHECKS}/entries/new"))),
    }
}

/// Records it.
pub async fn record(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::RegisterKeep)?;
    let done = match command(&visit, &answers) {
        Ok(command) => heard(visit.registry()?.add_register_entry(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to(&visit.at("/filtering?done=filter_check")),
        Err(error) => match page(&visit).await? {
            Some(page) => visit.again(page, &answers, error, ""),
            None => visit.to(&visit.at(&format!("/registers/{CHECKS}/entries/new"))),
        },
    }
}

fn command(visit: &Visit, answers: &Answers) -> Result<AddRegisterEntryRequest, Error> {
    let (expected, actual) = (answers.text("expected"), answers.text("actual"));
    let mut v = Violations::new();
    v.check(!answers.text("device").is_empty(), "device", "Enter on which device");
    v.check(!answers.text("where").is_empty(), "where", "Enter where");
    v.check(!answers.text("user_group").is_empty(), "user_group", "Select as whom");
    v.check(!expected.is_empty(), "expected", "Select what is expected");
    v.check(!actual.is_empty(), "actual", "Select what happened");
    let tried = kind(&expected) != "filter" || !answers.all("list_tested").is_empty();
    v.check(tried, "list_tested", "Select what you tried");
    let outcome = outcome(&expected, &actual);
    let acts = outcome == "works" || !answers.text("actions").is_empty();
    v.check(acts || actual.is_empty(), "actions", "Enter what is done about it");
    v.finish()?;
    let typed = ["device", "where", "user_group", "expected", "actual", "actions"];
    let mut values: Vec<RegisterValue> = typed.into_iter().map(|key| value(key, answers.text(key))).collect();
    values.push(RegisterValue { key: "list_tested".to_owned(), values: answers.all("list_tested") });
    values.push(value("on", today(visit)));
    values.push(value("by", visit.visitor.account_id.clone()));
    values.push(value("kind", kind(&expected)));
    values.push(value("outcome", outcome));
    Ok(AddRegisterEntryRequest {
        school_id: visit.school.clone(),
        register: CHECKS.to_owned(),
        values,
        request_id: answers.request_id(),
        ..Default::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_works_only_where_what_happened_is_what_was_expected() {
        assert_eq!((kind("blocked"), kind("alert")), ("filter", "monitoring"));
        assert_eq!(outcome("blocked", "blocked"), "works");
        assert_eq!(outcome("blocked", "allowed"), "fails", "it was to be blocked");
        assert_eq!(outcome("alert", "logged"), "fails", "nobody was alerted");
        assert_eq!((outcome("blocked", "partly"), outcome("blocked", "nothing")), ("partly", "fails"));
    }

    #[test]
    fn a_page_asks_no_more_than_seven_things_and_keeps_no_earlier_result() {
        let value = |key: &str, value: &str| RegisterValue { key: key.into(), values: vec![value.into()] };
        let values = vec![value("device", "Chromebook 14"), value("actual", "nothing"), value("actions", "Rang")];
        let last = RegisterEntry { values, ..RegisterEntry::default() };
        let asked = serde_json::to_value(fields(Some(&last))).unwrap_or_default();
        let held = |name: &str| {
            let field = asked.as_array().into_iter().flatten().find(|field| field["name"] == name);
            field.map(|field| field["values"].clone()).unwrap_or_default()
        };
        assert_eq!(asked.as_array().map(Vec::len), Some(7));
        assert_eq!(held("device"), serde_json::json!(["Chromebook 14"]));
        assert_eq!((held("actual"), held("actions")), (serde_json::json!([]), serde_json::json!([])));
    }
}
