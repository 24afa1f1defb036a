//! What is done with an allegation: one form for each act.

use axum::extract::{Path, Query};
use chassis::{
    clock::timestamp,
    error::{Error, Violations},
};
use proto::{
    access::v1::{Colleague, ListDeskColleaguesRequest, Permission},
    incident_cases::v1::{
        AddAllegationMeetingRequest, AddAllegationNoteRequest, Allegation, CloseAllegationRequest, DeskReferral,
        EvaluateAllegationRequest, FormAnswer, OpenAllegationRequest, ReopenAllegationRequest,
        SetAllegationConflictRequest,
    },
};
use serde::Deserialize;

use super::{
    allegation::{LIMBS, MEETINGS, OUTCOMES, SOURCES, fetch},
    at, crumbs, desk, referral,
};
use crate::{
    console::{
        authority,
        case::refer,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::{Head, Link},
    },
};

/// Fields of the form that say whom it is about, as the template calls them.
const OF_THE_ADULT: [&str; 4] = ["adult", "post", "employer", "other_work"];

/// What is asked to take one in: four answers are enough.
pub fn opening_fields(schools: &[(String, String)]) -> Vec<Field> {
    let named = schools.iter().map(|(id, name)| (id.as_str(), name.as_str()));
    vec![
        Field::select("school_id", "Which school does it concern? (optional)")
            .choices([("", "No school of the authority’s")].into_iter().chain(named)),
        Field::text("setting", "Where do they work, if at no school of the authority’s? (optional)"),
        Field::long_text("about", "Whom is it about, and what do they do with children?"),
        Field::long_text("what", "What is alleged?"),
        Field::radios("source", "Who told you?", SOURCES),
    ]
}

/// The same, begun with what a school sent into the inbox: nothing is asked twice.
pub fn begun(schools: &[(String, String)], one: &DeskReferral) -> Vec<Field> {
    let sent = one.form.iter().flat_map(|form| &form.answers).filter(|said| !said.value.is_empty());
    let (who, what): (Vec<_>, Vec<_>) = sent.partition(|said| OF_THE_ADULT.contains(&said.key.as_str()));
    let line = |said: &&FormAnswer| format!("{}: {}", said.label.trim_end_matches('?'), refer::read(&said.value));
    let told = |key: &str| what.iter().find(|said| said.key == key).map(|said| said.value.clone());
    // The whole form stays with the referral: what is alleged is enough here, where the form asks for it.
    let what = told("allegation").unwrap_or_else(|| what.iter().map(line).collect::<Vec<_>>().join("\n"));
    let who: Vec<String> = who.iter().map(line).collect();
    let school_id = one.line.as_ref().map(|line| line.school_id.clone()).unwrap_or_default();
    let values = [school_id, String::new(), who.join("\n"), what, "school".to_owned()];
    let begin = |(field, value): (Field, String)| if value.is_empty() { field } else { field.value(value) };
    opening_fields(schools).into_iter().zip(values).map(begin).collect()
}

fn opening(visit: &Visit, fields: Vec<Field>, referral: &str) -> FormPage {
    let head = Head::new("Take an allegation in", crumbs(visit, &[]));
    let page = visit
        .form_page(head, at(visit, "/allegations/new"), "Take it in", fields)
        .lead("What you know now is enough: the rest can be added. Nobody outside this desk can read it.");
    if referral.is_empty() { page } else { FormPage { form: page.form.carrying("referral_id", referral), ..page } }
}

async fn schools(visit: &Visit) -> Result<Vec<(String, String)>, Error> {
    Ok(authority::schools(visit).await?.into_iter().map(|school| (school.school_id, school.name)).collect())
}

/// What it begins with.
#[derive(Debug, Default, Deserialize)]
pub struct Begun {
    /// The referral that a school sent; may be empty.
    #[serde(default)]
    referral: String,
}

/// Asks what is known.
pub async fn show_open(visit: Visit, Path(_): Path<String>, Query(from): Query<Begun>) -> Answer {
    visit.needs(Permission::DeskWork)?;
    let schools = schools(&visit).await?;
    let fields = match from.referral.as_str() {
        "" => opening_fields(&schools),
        id => {
            let sent = referral::fetch(&visit, id).await?;
            if !sent.allegation_id.is_empty() {
                return visit.to(&at(&visit, &format!("/allegations/{}", sent.allegation_id)));
            }
            begun(&schools, &sent)
        }
    };
    visit.page(&opening(&visit, fields, &from.referral))
}

/// Takes it in.
pub async fn open(Path(_): Path<String>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = OpenAllegationRequest {
        desk: desk(&visit)?.name().to_owned(),
        school_id: answers.text("school_id"),
        setting: answers.text("setting"),
        source: answers.text("source"),
        about: answers.text("about"),
        what: answers.text("what"),
        request_id: answers.request_id(),
        referral_id: answers.text("referral_id"),
    };
    let mut v = Violations::new();
    v.check(!command.about.is_empty(), "about", "Enter whom it is about, and what they do with children");
    v.check(!command.what.is_empty(), "what", "Enter what is alleged");
    v.check(!command.source.is_empty(), "source", "Select who told you");
    let somewhere = !command.school_id.is_empty() || !command.setting.is_empty();
    v.check(somewhere, "school_id", "Select a school, or enter where they work");
    let done = match v.finish() {
        Ok(()) => heard(visit.cases()?.open_allegation(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(answer) => {
            let id = answer.allegation.unwrap_or_default().allegation_id;
            visit.to(&at(&visit, &format!("/allegations/{id}?done=allegation")))
        }
        Err(error) => {
            let schools = schools(&visit).await?;
            let referral = answers.text("referral_id");
            visit.again(opening(&visit, opening_fields(&schools), &referral), &answers, error, "")
        }
    }
}

/// An act, as its address names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// A note is added.
    Notes,
    /// It is held against the threshold.
    Evaluate,
    /// Minutes are written.
    Meetings,
    /// It is closed.
    Close,
    /// It is opened again.
    Reopen,
    /// Officers are kept out.
    Conflict,
}

impl Act {
    /// Every one, with its address and its title.
    pub const ALL: [(Self, &'static str, &'static str); 6] = [
        (Self::Notes, "notes", "Add a note"),
        (Self::Evaluate, "evaluate", "Hold it against the harm threshold"),
        (Self::Meetings, "meetings", "Write the minutes of a meeting"),
        (Self::Close, "close", "Close it with an outcome"),
        (Self::Reopen, "reopen", "Open it again"),
        (Self::Conflict, "conflict", "Keep somebody at this desk out of it"),
    ];

    fn of(address: &str) -> Result<Self, Error> {
        let found = Self::ALL.iter().find(|(_, known, _)| *known == address);
        found.map(|(act, ..)| *act).ok_or_else(Error::missing)
    }

    fn title(self) -> &'static str {
        Self::ALL.iter().find(|(act, ..)| *act == self).map_or("", |(.., title)| title)
    }

    /// What is asked.
    pub fn fields(self, one: &Allegation, officers: &[Colleague]) -> Vec<Field> {
        match self {
            Self::Notes => vec![Field::long_text("text", "What was said, done or advised?")],
            Self::Evaluate => {
                let last = one.evaluations.last().map(|held| held.limbs.clone()).unwrap_or_default();
                vec![
                    Field::checkboxes("limbs", "What of this is met? (optional)", LIMBS)
                        .hint("Leave all of it empty where the harm threshold is not met.")
                        .values(last),
                    Field::long_text("reason", "What does that rest on?"),
                ]
            }
            Self::Meetings => vec![
                Field::radios("kind", "Which meeting?", MEETINGS),
                Field::moment("held_time", "When was it held?").hint("For example, 27 11 2025 and 9:30am."),
                Field::long_text("present", "Who was there, and for whom?"),
                Field::long_text("agreed", "What was said and agreed, and who does it by when?"),
                Field::day("next_date", "When is the next one? (optional)"),
            ],
            Self::Close => {
                let met = one.evaluations.last().is_some_and(|held| held.threshold_met);
                let fits = |(code, _): &&(&str, &str)| (*code == "below_threshold") != met;
                let mut fields = vec![
                    Field::radios("outcome", "What is the outcome?", &[])
                        .choices(OUTCOMES.iter().filter(fits).copied()),
                    Field::long_text("reason", "What does it rest on, what follows, and what does a reference say?"),
                ];
                if !one.referral_id.is_empty() {
                    fields.push(
                        Field::long_text("told_school", "What is the school told besides the outcome? (optional)")
                            .hint("The outcome goes into the case that it was referred from, to whom that case is open. What it rests on stays at this desk."),
                    );
                }
                fields
            }
            Self::Reopen => vec![Field::long_text("reason", "Why?")],
            Self::Conflict => {
                let known = officers.iter().map(|one| (one.account_id.as_str(), one.display_name.as_str()));
                vec![
                    Field::checkboxes("conflicted", "Who is kept out? (optional)", &[])
                        .choices(known)
                        .hint("Whoever it is about, or who is close to them. They find nothing of it from then on.")
                        .values(one.conflicted_account_ids.clone()),
                    Field::long_text("reason", "Why?"),
                ]
            }
        }
    }
}

async fn page(visit: &Visit, act: Act, one: &Allegation) -> Result<FormPage, Error> {
    let officers = if act == Act::Conflict {
        let asked = ListDeskColleaguesRequest { desk: desk(visit)?.name().to_owned() };
        heard(visit.app.accounts(&visit.visitor)?.list_desk_colleagues(ask(asked))).await?.colleagues
    } else {
        Vec::new()
    };
    let here = at(visit, &format!("/allegations/{}", one.allegation_id));
    let mut crumbs = crumbs(visit, &[]);
    crumbs.push(Link::new("Allegation", here.clone()));
    let address = Act::ALL.iter().find(|(known, ..)| *known == act).map_or("", |(_, address, _)| address);
    let head = Head::new(act.title(), crumbs).of(one.reference.clone());
    let mut page = visit.form_page(head, format!("{here}/{address}"), "Save", act.fields(one, &officers));
    page.form = page.form.carrying("etag", one.etag.clone());
    if act == Act::Conflict {
        page.warning =
            "Whoever keeps themselves out cannot let themselves in again: make sure that somebody else works it."
                .to_owned();
    }
    Ok(page)
}

/// Asks.
pub async fn show(visit: Visit, Path((_, id, act)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::DeskWork)?;
    let act = Act::of(&act)?;
    let one = fetch(&visit, &id).await?;
    visit.page(&page(&visit, act, &one).await?)
}

/// Does it.
pub async fn send(Path((_, id, act)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let act = Act::of(&act)?;
    match done(&visit, act, &id, &answers).await {
        Ok(true) => visit.to(&at(&visit, &format!("/allegations/{id}?done=allegation"))),
        Ok(false) => visit.to(&at(&visit, "?done=allegation")),
        Err(error) => {
            let one = fetch(&visit, &id).await?;
            visit.again(page(&visit, act, &one).await?, &answers, error, &at(&visit, &format!("/allegations/{id}")))
        }
    }
}

/// Does it; answers whether the allegation is theirs to read afterwards.
async fn done(visit: &Visit, act: Act, id: &str, answers: &Answers) -> Result<bool, Error> {
    let (desk, allegation_id) = (desk(visit)?.name().to_owned(), id.to_owned());
    let (reason, etag, request_id) = (answers.text("reason"), answers.text("etag"), answers.request_id());
    let mut v = Violations::new();
    match act {
        Act::Notes => v.check(!answers.text("text").is_empty(), "text", "Enter what was said, done or advised"),
        Act::Meetings => {
            v.check(!answers.text("kind").is_empty(), "kind", "Select which meeting it was");
            v.check(!answers.text("present").is_empty(), "present", "Enter who was there, and for whom");
            v.check(!answers.text("agreed").is_empty(), "agreed", "Enter what was said and agreed");
        }
        Act::Close => {
            v.check(!answers.text("outcome").is_empty(), "outcome", "Select the outcome");
            v.check(!reason.is_empty(), "reason", "Enter what it rests on, and what follows");
        }
        Act::Evaluate => v.check(!reason.is_empty(), "reason", "Enter what that rests on"),
        Act::Reopen | Act::Conflict => v.check(!reason.is_empty(), "reason", "Enter why"),
    }
    v.finish()?;
    let mut cases = visit.cases()?;
    match act {
        Act::Notes => {
            let text = answers.text("text");
            let command = AddAllegationNoteRequest { desk, allegation_id, text, request_id };
            heard(cases.add_allegation_note(ask(command))).await?;
        }
        Act::Evaluate => {
            let limbs = answers.all("limbs");
            let command = EvaluateAllegationRequest { desk, allegation_id, limbs, reason, etag, request_id };
            heard(cases.evaluate_allegation(ask(command))).await?;
        }
        Act::Meetings => {
            let held = answers.moment("held_time", "When it was held", visit.now())?;
            let held = held.ok_or_else(|| Error::invalid("held_time", "Enter when it was held"))?;
            let command = AddAllegationMeetingRequest {
                desk,
                allegation_id,
                kind: answers.text("kind"),
                held_time: Some(timestamp(held)),
                present: answers.text("present"),
                agreed: answers.text("agreed"),
                next_date: answers.day("next_date"),
                request_id,
            };
            heard(cases.add_allegation_meeting(ask(command))).await?;
        }
        Act::Close => {
            let outcome = answers.text("outcome");
            let told_school = answers.text("told_school");
            let command =
                CloseAllegationRequest { desk, allegation_id, outcome, reason, etag, request_id, told_school };
            heard(cases.close_allegation(ask(command))).await?;
        }
        Act::Reopen => {
            let command = ReopenAllegationRequest { desk, allegation_id, reason, request_id };
            heard(cases.reopen_allegation(ask(command))).await?;
        }
        Act::Conflict => {
            let conflicted_account_ids = answers.all("conflicted");
            let command =
                SetAllegationConflictRequest { desk, allegation_id, conflicted_account_ids, reason, request_id };
            let answer = heard(cases.set_allegation_conflict(ask(command))).await?;
            return Ok(answer.allegation.is_some());
        }
    }
    Ok(true)
}
