//! A desk of the authority: what waits for whoever works it. `allegation` has one allegation, `act` what is done with it,
//! `figures` what is counted, `shared` incidents that the safeguarding officer is in, `referral` what schools sent into the
//! inbox, `pattern` adults about whom several schools have concerns.

pub mod act;
pub mod allegation;
pub mod figures;
pub mod pattern;
pub mod referral;
pub mod shared;

use axum::{
    extract::{Path, Query},
    routing::{get, post},
};
use chassis::{clock::moment, desk::Desk, error::Error};
use proto::{
    access::v1::{ListUnheldAlertsRequest, Permission},
    incident_cases::v1::{Allegation, ListAllegationsRequest, ListUnheldConcernsRequest},
};
use serde::{Deserialize, Serialize};

use super::{
    Below, authority, contact,
    register::day,
    shared_incident::list::Asked as SharedAsked,
    visit::{Answer, Visit, ask, heard},
};
use crate::pages::{
    Page,
    part::{Due, Head, Link, Pager},
    words::{self, Codes},
};

/// How many a page of the list shows.
const SHOWN: i32 = 50;
/// What is due.
const NEXT: Codes = &[
    ("evaluate", "Hold it against the harm threshold"),
    ("meeting", "Meet"),
    ("review", "Look at it: nothing has happened for four weeks"),
];

/// The pages of a desk.
pub fn pages() -> Vec<Below> {
    vec![
        ("", get(show)),
        ("/allegations", get(list)),
        ("/allegations/new", get(act::show_open).post(act::open)),
        ("/allegations/{allegation_id}", get(allegation::show)),
        ("/allegations/{allegation_id}/{act}", get(act::show).post(act::send)),
        ("/referrals", get(referral::list)),
        ("/referrals/{referral_id}", get(referral::show)),
        ("/referrals/{referral_id}/{act}", get(referral::show_act).post(referral::send)),
        ("/patterns", get(pattern::list)),
        ("/patterns/{desk_pattern_id}/note", get(pattern::show_note).post(pattern::note)),
        ("/shared-incidents/{shared_incident_id}", get(shared::show)),
        ("/shared-incidents/{shared_incident_id}/entries", post(shared::add_entry)),
        ("/invitations/{invitation_id}/decline", get(shared::show_decline).post(shared::decline)),
        ("/shared-incidents/{shared_incident_id}/join", get(shared::show_join).post(shared::join)),
        ("/shared-incidents/{shared_incident_id}/leave", get(shared::show_leave).post(shared::leave)),
        ("/contact-matches", get(contact::at_desk)),
        ("/contact-matches/{contact_match_id}/note", get(contact::show_desk_note).post(contact::desk_note)),
        ("/figures", get(figures::show)),
        ("/figures.csv", get(figures::csv)),
        ("/figures/new", get(figures::show_publish).post(figures::publish)),
    ]
}

/// What is listed.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// `open` or `closed`.
    #[serde(default)]
    state: String,
    #[serde(default)]
    page_token: String,
}

/// A list of allegations, or of referrals.
#[derive(Debug, Serialize)]
pub struct DeskPage {
    head: Head,
    /// What can be done; empty at a desk that takes nothing in by itself.
    acts: Vec<Link>,
    /// What waits for the desk besides what is listed.
    waiting: Vec<Line>,
    /// The schools where something waits that nobody opens.
    unheld: Vec<Line>,
    /// What the list is called; empty where the desk keeps none.
    title: String,
    lines: Vec<Line>,
    none: &'static str,
    pager: Pager,
}

/// One of them.
#[derive(Debug, Serialize)]
struct Line {
    link: Link,
    hint: String,
    due: Due,
}

impl Page for DeskPage {
    const TEMPLATE: &'static str = "desk.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let (new, mut closed) = (allegation::sample(), allegation::sample());
        closed.state = "closed".into();
        let page = |lines: Vec<Line>| Self {
            head: Head::new("Allegations", vec![Link::new("Home", "/")]),
            acts: vec![Link::new("Take an allegation in", "/desks/lado/allegations/new")],
            waiting: Vec::new(),
            unheld: Vec::new(),
            title: "Open".into(),
            lines,
            none: "None is open.",
            pager: Pager::new("/desks/lado/allegations", &[("state", "open")], "", "x"),
        };
        let line = |one: &Allegation| line(one, "Thistledown <Grange>", "/desks/lado");
        let waits = Line {
            link: Link::new("Thistledown <Grange>", ""),
            hint: "Waits since yesterday, 9:05am".into(),
            due: Due { code: "overdue".into(), text: "There is no chair".into() },
        };
        vec![
            Self { unheld: vec![waits], waiting: referral::sample_lines(), ..page(vec![line(&new), line(&closed)]) },
            page(Vec::new()),
            page(referral::sample_lines()),
        ]
    }
}

/// An allegation in the list: by its reference, never by a name.
fn line(one: &Allegation, place: &str, here: &str) -> Line {
    let text = if one.due_word.is_empty() {
        String::new()
    } else {
        let what = words::called(NEXT, &one.due_kind);
        match one.due_word.as_str() {
            "overdue" => format!("{what}: was due {}", day(&one.due_date)),
            _ => format!("{what}: due {}", day(&one.due_date)),
        }
    };
    Line {
        link: Link::new(one.reference.clone(), format!("{here}/allegations/{}", one.allegation_id)),
        hint: format!("{place}. {}", words::called(allegation::STATES, &one.state)),
        due: Due { code: one.due_word.clone(), text },
    }
}

/// The desk in the address of a page.
///
/// # Errors
/// `Missing` where it names none.
pub fn desk(visit: &Visit) -> Result<Desk, Error> {
    visit.desk.ok_or_else(Error::missing)
}

/// The address of a page of the desk.
pub fn at(visit: &Visit, path: &str) -> String {
    format!("/desks/{}{path}", visit.desk.map_or("", Desk::name))
}

/// The way to a page of the desk.
pub fn crumbs(visit: &Visit, then: &[(&str, String)]) -> Vec<Link> {
    let then = then.iter().map(|(text, href)| Link::new(*text, href.clone()));
    std::iter::once(Link::new("Desk", at(visit, ""))).chain(then).collect()
}

/// A school by its name, as a desk knows it.
pub async fn school(visit: &Visit, school_id: &str) -> String {
    if visit.directory.known(school_id).is_none() {
        // What they are called is then known; without it the page is still there.
        let _ =
            authority::schools(visit).await.inspect_err(|error| tracing::warn!(%error, "schools have no names now"));
    }
    visit.directory.known(school_id).unwrap_or_else(|| "A school".to_owned())
}

/// What the desk has to work: the designated officer's open allegations, at the others what schools sent there.
pub async fn show(visit: Visit, Path(_): Path<String>, Query(asked): Query<SharedAsked>) -> Answer {
    visit.needs(Permission::DeskRead)?;
    if desk(&visit)? == Desk::Safeguarding {
        return shared::list(visit, asked).await;
    }
    if desk(&visit)? != Desk::Lado {
        return referral::listed(visit, referral::Asked::default(), Vec::new()).await;
    }
    let (unheld, waiting) = (unheld(&visit).await?, waiting(&visit).await?);
    listed(visit, Asked { state: "open".into(), ..Asked::default() }, Vec::new(), (unheld, waiting)).await
}

/// What waits for the designated officer besides allegations: referrals, and adults of whom nobody said what was done.
async fn waiting(visit: &Visit) -> Result<Vec<Line>, Error> {
    let (mut lines, total) = referral::waiting(visit).await?;
    let more = total.saturating_sub(lines.len());
    if more > 0 {
        let text = words::counted(u64::try_from(more).unwrap_or_default(), "more referral", "more referrals");
        lines.push(plain(Link::new(text, at(visit, "/referrals"))));
    }
    let patterns = pattern::unanswered(visit).await?;
    if patterns > 0 {
        let text = words::counted(
            patterns,
            "match or alarm about adults at schools",
            "matches or alarms about adults at schools",
        );
        let link = Link::new(format!("{text}: say what was done"), at(visit, "/patterns"));
        lines.push(plain(link));
    }
    Ok(lines)
}

fn plain(link: Link) -> Line {
    Line { link, hint: String::new(), due: Due::default() }
}

/// The schools where an alert waits for a chair of governors, and there is none or they do not open it, or a concern about an
/// adult that nobody reads who may: the officer talks to them, and opens nothing.
async fn unheld(visit: &Visit) -> Result<Vec<Line>, Error> {
    let asked = ListUnheldAlertsRequest { desk: desk(visit)?.name().to_owned() };
    let answer = heard(visit.app.oversight(&visit.visitor)?.list_unheld_alerts(ask(asked))).await?;
    let mut lines = Vec::new();
    for one in &answer.schools {
        let since = one.since_time.as_ref().and_then(moment).map(|at| words::near(at, visit.now()));
        lines.push(Line {
            link: Link::new(school(visit, &one.school_id).await, ""),
            hint: since.map(|since| format!("Waits since {since}")).unwrap_or_default(),
            due: match one.overdue {
                true => Due {
                    code: "overdue".to_owned(),
                    text: "Overdue: there is a chair, who has not opened it".to_owned(),
                },
                false => Due { code: "overdue".to_owned(), text: "There is no chair".to_owned() },
            },
        });
    }
    let asked = ListUnheldConcernsRequest { desk: desk(visit)?.name().to_owned() };
    for one in heard(visit.cases()?.list_unheld_concerns(ask(asked))).await?.schools {
        let since = one.since_time.as_ref().and_then(moment).map(|at| words::near(at, visit.now()));
        lines.push(Line {
            link: Link::new(school(visit, &one.school_id).await, ""),
            hint: since.map(|since| format!("Waits since {since}")).unwrap_or_default(),
            due: Due {
                code: "overdue".to_owned(),
                text: "Overdue: a concern about an adult, which neither the head nor the chair has read who may, or who are away"
                    .to_owned(),
            },
        });
    }
    Ok(lines)
}

/// Allegations of one state.
pub async fn list(visit: Visit, Path(_): Path<String>, Query(asked): Query<Asked>) -> Answer {
    visit.needs(Permission::DeskRead)?;
    let crumbs = crumbs(&visit, &[]);
    listed(visit, asked, crumbs, (Vec::new(), Vec::new())).await
}

/// The list, below what waits besides.
async fn listed(visit: Visit, asked: Asked, crumbs: Vec<Link>, (unheld, waiting): (Vec<Line>, Vec<Line>)) -> Answer {
    let request = ListAllegationsRequest {
        desk: desk(&visit)?.name().to_owned(),
        state: asked.state.clone(),
        page_size: SHOWN,
        page_token: asked.page_token.clone(),
    };
    let answer = heard(visit.cases()?.list_allegations(ask(request))).await?;
    let here = at(&visit, "");
    let mut lines = Vec::new();
    for one in &answer.allegations {
        lines.push(line(one, &allegation::place(&visit, one).await, &here));
    }
    let closed = asked.state == "closed";
    let other = if closed { ("Open allegations", "open") } else { ("Closed allegations", "closed") };
    let mut acts = Vec::new();
    if visit.may(Permission::DeskWork) {
        acts.push(Link::new("Take an allegation in", at(&visit, "/allegations/new")));
    }
    acts.push(Link::new(other.0, at(&visit, &format!("/allegations?state={}", other.1))));
    acts.push(Link::new("Referrals from schools", at(&visit, "/referrals")));
    acts.push(Link::new("Adults at several schools", at(&visit, "/patterns")));
    acts.push(Link::new("Figures", at(&visit, "/figures")));
    visit.page(&DeskPage {
        head: Head::new("Allegations", crumbs),
        acts,
        waiting,
        unheld,
        title: if closed { "Closed" } else { "Open, what is due first coming first" }.to_owned(),
        lines,
        none: if closed { "None was closed." } else { "None is open." },
        pager: Pager::new(
            &at(&visit, "/allegations"),
            &[("state", &asked.state)],
            &asked.page_token,
            &answer.next_page_token,
        ),
    })
}
