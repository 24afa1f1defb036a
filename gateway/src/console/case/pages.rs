//! The acts on a case that are one question page each: what is asked, and the command made of the answers.

use chassis::{
    clock::timestamp,
    error::{Error, Violations},
};
use prost_types::Timestamp;
use proto::incident_cases::v1::Case;

use crate::{
    console::visit::Visit,
    pages::{
        form::{Answers, Field},
        words,
    },
};

/// Makes the page of an act: `show` asks, `send` sends the command, `fields` are what is asked.
macro_rules! pages {
    ($($(#[$doc:meta])* $name:ident ($needs:ident) $path:literal, $title:literal, $button:literal, $rpc:ident,
        $fields:path, $command:path;)*) => {
        $($(#[$doc])* pub mod $name {
            use axum::extract::Path;
            use proto::{access::v1::Permission, incident_cases::v1::Case};

            use crate::{
                console::{
                    case::{act, to_work},
                    posted::Posted,
                    visit::{Answer, Visit, ask, heard},
                },
                pages::form::{Field, FormPage},
            };

            /// What is asked.
            pub fn fields(case: &Case) -> Vec<Field> {
                $fields(case)
            }

            fn page(visit: &Visit, case: &Case) -> FormPage {
                let mut page = act::page(visit, case, $title, $path, $button, fields(case));
                page.form = page.form.carrying("etag", case.etag.clone());
                page
            }

            /// Asks.
            pub async fn show(visit: Visit, Path((_, case_id)): Path<(String, String)>) -> Answer {
                visit.needs(Permission::$needs)?;
                let case = to_work(&visit, &case_id, Permission::$needs).await?;
                visit.page(&page(&visit, &case))
            }

            /// Sends it.
            pub async fn send(Path((_, case_id)): Path<(String, String)>, posted: Posted) -> Answer {
                let Posted { visit, answers } = posted;
                let done = match $command(&visit, &case_id, &answers) {
                    Ok(command) => heard(visit.cases()?.$rpc(ask(command))).await,
                    Err(error) => Err(error),
                };
                act::settle(&visit, &case_id, &answers, done, stringify!($name), |case| page(&visit, case)).await
            }
        })*
    };
}
pub(super) use pages;

/// A moment in the past; none where it is left empty.
pub fn past(visit: &Visit, answers: &Answers, name: &str) -> Result<Option<Timestamp>, Error> {
    Ok(answers.moment(name, "The date", visit.now())?.map(timestamp))
}

/// A moment to come; none where it is left empty.
pub fn to_come(answers: &Answers, name: &str) -> Result<Option<Timestamp>, Error> {
    let [day, month, year, time] = ["day", "month", "year", "time"].map(|part| answers.text(&format!("{name}-{part}")));
    if [&day, &month, &year].iter().all(|part| part.is_empty()) {
        return Ok(None);
    }
    let time = if time.is_empty() { "12:00" } else { time.as_str() };
    let at = words::typed(&day, &month, &year, time);
    Ok(Some(timestamp(at.ok_or_else(|| Error::invalid(name, "The date must be a real date"))?)))
}

/// Refuses answers that are left empty, each with what to do.
pub fn filled(answers: &Answers, asked: &[(&str, &str)]) -> Result<(), Error> {
    let mut v = Violations::new();
    for (name, fix) in asked {
        v.check(!answers.text(name).is_empty(), *name, *fix);
    }
    v.finish()
}

/// The children of a case, to choose one.
pub fn children(case: &Case, name: &str, label: &str) -> Field {
    let children = case
        .involvements
        .iter()
        .filter(|i| i.end.is_none() && matches!(i.role.as_str(), "victim" | "alleged_perpetrator" | "affected"));
    Field::radios(name, label, &[]).choices(children.map(|i| (i.involvement_id.as_str(), i.person.as_str())))
}
