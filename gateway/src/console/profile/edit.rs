//! The editor of a format profile: the document, lines to try it on, and what it makes of them. Without a script a button
//! shows that; with one it is shown while somebody writes.

use axum::extract::{Path, Query};
use chassis::error::{Error, Kind};
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{CreateProfileRequest, PreviewProfileResponse, Profile, UpdateProfileRequest},
};
use serde::{Deserialize, Serialize};

use super::{Which, at, crumbs, fetch, preview, preview::Preview};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask_patiently, heard},
    },
    pages::{
        Page, asset,
        form::{Answers, Field, Form},
        part::Head,
    },
};

/// What a new one begins as.
#[derive(Debug, Default, Deserialize)]
pub struct Begun {
    #[serde(default)]
    from: String,
}

/// The editor.
#[derive(Debug, Serialize)]
pub struct EditorPage {
    head: Head,
    form: Form,
    script: String,
    /// What the profile says now, where somebody else was quicker; empty where nobody was.
    stands: String,
    preview: Preview,
}

impl Page for EditorPage {
    const TEMPLATE: &'static str = "profile_edit.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let form = || Form::new("/profiles/new", "Keep the profile", "1".into(), fields("profile: <larkspur>\n"));
        let page = |form: Form, preview| Self {
            head: Head::new("Write a profile", vec![crate::pages::part::Link::new("Home", "/")]),
            form,
            script: asset::path("profile.js"),
            stands: String::new(),
            preview,
        };
        let quicker = EditorPage { stands: "profile: <larkspur>\n".into(), ..page(form(), Preview::default()) };
        let wrong = Error::invalid("document", "Line 7, fields.url: There is no such field")
            .and("document", "Line 9, time: Say where the time stands");
        vec![page(form(), Preview::default()), page(form().refused(&wrong, ""), Preview::sample()), quicker]
    }
}

/// What is asked.
pub fn fields(document: &str) -> Vec<Field> {
    vec![
        Field::long_text("document", "The document")
            .hint("In YAML. Its sample lines are made up: never put a real one into it.")
            .value(document),
        Field::long_text("sample_lines", "Lines to try it on (optional)")
            .hint("As the filter wrote them; 1,000 at most. They are read, shown below and forgotten: nothing of them is kept."),
        Field::name("time_zone", "Zone of times that name none (optional)")
            .hint("Europe/London where you leave it empty.")
            .width("20"),
    ]
}

/// A document to begin with where there is nothing to copy.
const BLANK: &str = "\
profile: own-filter
version: 1
product: What the product is called
known: synthetic
layout: {kind: header}
time: {from: time, order: dmy, zone: feed}
fields:
  user: user
  client_ip: ip
  url: url
  categories: category
outcome:
  from: action
  map: {allowed: allowed, blocked: blocked}
samples:
  - line: \"time,user,ip,url,category,action\"
    rejected: not_web
  - line: \"16/11/2026 10:15:42,u1,10.1.2.3,https://games.example/,Games,blocked\"
    expect: {user: u1, outcome: blocked}
";

/// A copy of a document under a name and a version of its own.
fn copied(document: &str, name: Option<&str>, version: u32) -> String {
    let mut copy = String::with_capacity(document.len());
    for line in document.lines() {
        match (line.starts_with("profile:"), line.starts_with("version:"), name) {
            (true, _, Some(name)) => copy.push_str(&format!("profile: {name}")),
            (_, true, _) => copy.push_str(&format!("version: {version}")),
            _ => copy.push_str(line),
        }
        copy.push('\n');
    }
    copy
}

/// What a copy of a profile is called: its own name is taken where it is shipped.
fn own_name(profile: &Profile) -> String {
    let key = profile.profile.split_once('.').map_or(profile.profile.as_str(), |(_, key)| key);
    let short: String = key.chars().take(36).collect();
    format!("{short}-own")
}

fn page(visit: &Visit, of: Option<&Profile>, document: &str, preview: Preview) -> EditorPage {
    let list = at(visit, "");
    let (head, action, button) = match of {
        None => {
            let crumbs = crumbs(visit, &[("Format profiles", list)]);
            (Head::new("Write a profile", crumbs), at(visit, "/new"), "Keep the profile")
        }
        Some(profile) => {
            let here = at(visit, &format!("/{}", profile.profile));
            let crumbs = crumbs(visit, &[("Format profiles", list), ("Profile", here.clone())]);
            let head = Head::new("Change the profile", crumbs).of(super::called(&profile.profile));
            (head, format!("{here}/change"), "Keep this version")
        }
    };
    let mut form = visit.form(action, button, fields(document));
    if let Some(profile) = of {
        form = form.carrying("etag", profile.etag.clone());
    }
    EditorPage { head, form, script: asset::path("profile.js"), stands: String::new(), preview }
}

/// Begins a new one: as a copy, or with what every document has.
pub async fn show_new(visit: Visit, Query(asked): Query<Begun>) -> Answer {
    visit.needs(Permission::ProfileKeep)?;
    let document = match asked.from.as_str() {
        "" => BLANK.to_owned(),
        from => {
            let profile = fetch(&visit, from).await?.profile.ok_or_else(Error::missing)?;
            copied(&profile.document, Some(&own_name(&profile)), 1)
        }
    };
    visit.page(&page(&visit, None, &document, Preview::default()))
}

/// Begins a further version.
pub async fn show_change(visit: Visit, Path(which): Path<Which>) -> Answer {
    visit.needs(Permission::ProfileKeep)?;
    let profile = fetch(&visit, &which.profile).await?.profile.ok_or_else(Error::missing)?;
    let document = copied(&profile.document, None, profile.version.saturating_add(1));
    visit.page(&page(&visit, Some(&profile), &document, Preview::default()))
}

/// Shows what a new one makes of lines, or keeps it.
pub async fn create(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::ProfileKeep)?;
    answer(&visit, &answers, None).await
}

/// The same for a further version.
pub async fn change(Path(which): Path<Which>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::ProfileKeep)?;
    let profile = fetch(&visit, &which.profile).await?.profile.ok_or_else(Error::missing)?;
    answer(&visit, &answers, Some(&profile)).await
}

async fn answer(visit: &Visit, answers: &Answers, of: Option<&Profile>) -> Answer {
    match answers.text("act").as_str() {
        "save" => save(visit, answers, of).await,
        "find" => find(visit, answers, of).await,
        _ => match preview::of(visit, answers, document(answers)).await {
            Ok(found) => visit.page(&answered(page(visit, of, "", Preview::new(&found)), answers)),
            Err(error) => again(visit, answers, of, error, Preview::default()),
        },
    }
}

/// The document as it was written, with a newline at its end.
fn document(answers: &Answers) -> String {
    let text = answers.text("document");
    if text.is_empty() { text } else { format!("{text}\n") }
}

/// Finds which shipped profile the lines are of, and puts a copy of it into the place of the document.
async fn find(visit: &Visit, answers: &Answers, of: Option<&Profile>) -> Answer {
    if preview::pasted(answers).is_empty() {
        let error = Error::invalid("sample_lines", "Paste some lines: they tell which profile they are of");
        return again(visit, answers, of, error, Preview::default());
    }
    let found = match preview::of(visit, answers, String::new()).await {
        Ok(found) => found,
        Err(error) => return again(visit, answers, of, error, Preview::default()),
    };
    let Some(best) = found.candidates.first() else {
        let fix = "No profile reads a line of these: write one, or check that each event is on a line of its own";
        return again(visit, answers, of, Error::invalid("sample_lines", fix), Preview::new(&found));
    };
    let shipped = fetch(visit, &best.profile).await?.profile.ok_or_else(Error::missing)?;
    let copy = match of {
        None => copied(&shipped.document, Some(&own_name(&shipped)), 1),
        Some(own) => {
            let key = own.profile.split_once('.').map_or(own.profile.as_str(), |(_, key)| key);
            copied(&shipped.document, Some(key), own.version.saturating_add(1))
        }
    };
    let copied = Answers::new(with_document(answers, &copy));
    visit.page(&answered(page(visit, of, "", Preview::new(&found)), &copied))
}

/// The editor with what was written, and with the state of the profile that whoever writes has read.
fn answered(page: EditorPage, answers: &Answers) -> EditorPage {
    let form = since(page.form.answered(answers), answers);
    EditorPage { form, ..page }
}

fn since(mut form: Form, answers: &Answers) -> Form {
    let read = answers.text("etag");
    form.hidden.iter_mut().filter(|(name, _)| name == "etag").for_each(|(_, etag)| etag.clone_from(&read));
    form
}

fn with_document(answers: &Answers, document: &str) -> Vec<(String, String)> {
    let others = answers.pairs().iter().filter(|(name, _)| name != "document").cloned();
    others.chain([("document".to_owned(), document.to_owned())]).collect()
}

async fn save(visit: &Visit, answers: &Answers, of: Option<&Profile>) -> Answer {
    let (school_id, document, request_id) = (visit.school.clone(), document(answers), answers.request_id());
    let kept = match of {
        None => {
            let command = CreateProfileRequest { school_id, document: document.clone(), request_id };
            heard(visit.filtering()?.create_profile(ask_patiently(command))).await.map(|answer| answer.profile)
        }
        Some(profile) => {
            let command = UpdateProfileRequest {
                school_id,
                profile: profile.profile.clone(),
                document: document.clone(),
                etag: answers.text("etag"),
                request_id,
            };
            heard(visit.filtering()?.update_profile(ask_patiently(command))).await.map(|answer| answer.profile)
        }
    };
    match kept {
        Ok(kept) => visit.to(&at(visit, &format!("/{}?done=profile_kept", kept.unwrap_or_default().profile))),
        Err(error) => {
            // What is wrong with a document is shown by its lines, too.
            let found = match error.kind() {
                Kind::Invalid => preview::of(visit, answers, document).await.unwrap_or_default(),
                _ => PreviewProfileResponse::default(),
            };
            again(visit, answers, of, error, Preview::new(&found))
        }
    }
}

fn again(visit: &Visit, answers: &Answers, of: Option<&Profile>, error: Error, preview: Preview) -> Answer {
    let mut page = page(visit, of, "", preview);
    if let Some(profile) = of.filter(|_| error.kind() == Kind::Stale) {
        page.stands.clone_from(&profile.document);
    }
    let place = of.map(|profile| at(visit, &format!("/{}", profile.profile))).unwrap_or_default();
    let mut form = visit.mended(page.form.clone(), answers, &error, &place)?;
    // A form that was refused because somebody else was quicker goes on from what is there now.
    if error.kind() != Kind::Stale {
        form = since(form, answers);
    }
    visit.page_again(&EditorPage { form, ..page }, &error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_a_name_and_a_version_of_its_own() {
        let copy = copied("# owner\nprofile: squid\nversion: 4\nfields:\n  x: version\n", Some("squid-own"), 1);
        assert_eq!(copy, "# owner\nprofile: squid-own\nversion: 1\nfields:\n  x: version\n");
        assert_eq!(copied("profile: a\nversion: 1", None, 2), "profile: a\nversion: 2\n");
        let profile = |name: &str| Profile { profile: name.into(), ..Profile::default() };
        assert_eq!(own_name(&profile("squid")), "squid-own");
        assert_eq!(own_name(&profile("authority.larkspur")), "larkspur-own");
    }
}
