//! Whom alerts about staff go to, and which user names at the filter are their own: the head says so, so that nobody is told
//! of themselves.

use axum::extract::Path;
use chassis::error::{Error, Violations};
use proto::{
    access::v1::{Colleague, Permission, Role},
    filtering_ingest::v1::{ListRecipientsRequest, Recipient, RecipientChange, SetRecipientRequest},
};
use serde::Serialize;

use crate::{
    colleague,
    console::{
        case::access,
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        form::{Answers, Field, FormPage},
        part::{Head, Link, Row},
        words::{self, Codes},
    },
};

const LEAD: &str = "An alert about a member of staff goes to the lead, one about the lead to the head, one about the head to \
                    the chair of governors. It goes to nobody of whom it is not said which user names are theirs, since it \
                    might be about them. One about malware goes to whoever runs the network, and lead and head read it, too; about whoever \
                    runs the network it goes to them as any other. Where the head takes a name or an office from themselves, that waits until the chair of \
                    governors saves the same.";
const OFFICES: Codes = &[("lead", "The safeguarding lead"), ("head", "The head"), ("it", "Whoever runs the network")];

/// Whom alerts about staff go to.
#[derive(Debug, Serialize)]
pub struct Recipients {
    head: Head,
    /// Whether nobody has said which user names are theirs, so that every such alert goes to the chair.
    nobody: bool,
    people: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    link: Link,
    offices: String,
    users: String,
    /// What waits for the chair of governors; empty where nothing does.
    waiting: String,
}

/// What the head says anew of themselves, until the chair says so, too.
fn waits(change: &RecipientChange) -> String {
    let users = if change.users.is_empty() { "no user name".to_owned() } else { change.users.join(", ") };
    let offices: Vec<String> = change.offices.iter().map(|office| words::called(OFFICES, office)).collect();
    let offices = if offices.is_empty() { "neither".to_owned() } else { offices.join(", ") };
    format!("Waits for the chair of governors: {users}; {offices}")
}

impl Page for Recipients {
    const TEMPLATE: &'static str = "recipients.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let line = || Line {
            link: Link::new("Ms <Ali>", "/r"),
            offices: "The safeguarding lead".into(),
            users: "m.ali, ALI1".into(),
            waiting: "Waits for the chair of governors: <m.ali>".into(),
        };
        let page = |nobody, people| Self { head: Head::new("Whom alerts about staff go to", vec![]), nobody, people };
        vec![page(false, vec![line()]), page(true, Vec::new())]
    }
}

async fn recipients(visit: &Visit) -> Result<Vec<Recipient>, Error> {
    let asked = ListRecipientsRequest { school_id: visit.school.clone() };
    Ok(heard(visit.filtering()?.list_recipients(ask(asked))).await?.recipients)
}

/// The lead, the deputies, the head and whoever runs the network, as far as there are such: alerts that are not about staff come to deputies, too, and
/// one about a deputy is about staff by their user name.
async fn colleagues(visit: &Visit) -> Result<Vec<Colleague>, Error> {
    let all = access::colleagues(visit).await?;
    // The chair confirms what the head says of themselves, and says nothing of others.
    let chair = !visit.roles().contains(&Role::Head);
    let told = |colleague: &Colleague| {
        let mut roles = colleague.roles();
        if chair {
            roles.any(|role| role == Role::Head)
        } else {
            roles.any(|role| matches!(role, Role::Dsl | Role::DeputyDsl | Role::Head | Role::It))
        }
    };
    Ok(all.into_iter().filter(told).collect())
}

/// Those of whom something is said still and who hold no such office any more: what is said to be theirs is nobody
/// else's, and the head alone takes it from them.
async fn gone(visit: &Visit, known: &[Recipient], colleagues: &[Colleague]) -> Vec<(String, String)> {
    if !visit.roles().contains(&Role::Head) {
        return Vec::new();
    }
    let said = known.iter().filter(|one| !(one.offices.is_empty() && one.users.is_empty()));
    let ids = said.map(|one| one.account_id.as_str());
    let ids: Vec<&str> = ids.filter(|id| colleagues.iter().all(|colleague| colleague.account_id != *id)).collect();
    let people = visit.people(ids.iter().copied()).await;
    let called = |id: &str| format!("{} (no such office any more)", words::sentence(&people.name(id)));
    ids.into_iter().map(|id| (id.to_owned(), called(id))).collect()
}

/// Lists them.
pub async fn list(visit: Visit) -> Answer {
    visit.needs(Permission::RecipientKeep)?;
    let (known, colleagues) = (recipients(&visit).await?, colleagues(&visit).await?);
    let mut people = access::choices(&colleagues);
    people.extend(gone(&visit, &known, &colleagues).await);
    let line = |(id, name): (String, String)| {
        let known = known.iter().find(|recipient| recipient.account_id == id);
        let offices = known.map(|r| r.offices.iter().map(|o| words::called(OFFICES, o)).collect::<Vec<_>>().join(", "));
        let users = known.map(|r| r.users.join(", ")).filter(|users| !users.is_empty());
        let waiting = known.and_then(|r| r.waiting.as_ref()).map(waits).unwrap_or_default();
        Line {
            link: Link::new(name, visit.at(&format!("/filtering/recipients/{id}"))),
            offices: match offices {
                Some(offices) if offices.is_empty() => "Neither".to_owned(),
                Some(offices) => offices,
                None => "Not said yet".to_owned(),
            },
            users: users.unwrap_or_else(|| if known.is_some() { "None" } else { "Not said yet" }.to_owned()),
            waiting,
        }
    };
    let page = Recipients {
        head: Head::new("Whom alerts about staff go to", visit.crumbs(&[("Filtering", visit.at("/filtering"))])),
        nobody: known.iter().all(|recipient| !recipient.offices.iter().any(|office| office != "it")),
        people: people.into_iter().map(line).collect(),
    };
    visit.page(&page)
}

/// What is asked.
pub fn fields(known: Option<&Recipient>) -> Vec<Field> {
    // What waits is what the chair confirms by saying the same.
    let said = |r: &Recipient| match &r.waiting {
        Some(change) => (change.offices.clone(), change.users.join("\n")),
        None => (r.offices.clone(), r.users.join("\n")),
    };
    let (offices, users) = known.map(said).unwrap_or_default();
    vec![
        Field::checkboxes("offices", "What are they, for alerts about staff?", OFFICES)
            .hint("Select nothing for a deputy: alerts about staff go to no deputy, and one about them to no deputy either.")
            .values(offices),
        Field::long_text("users", "Which user names at the filter are theirs?")
            .hint("One to a line, as the filter’s log has them. Leave it empty where they use the school’s network under none.")
            .value(users),
    ]
}

async fn page(visit: &Visit, account_id: &str) -> Result<FormPage, Error> {
    let (known, colleagues) = (recipients(visit).await?, colleagues(visit).await?);
    let mut people = access::choices(&colleagues);
    let here = people.iter().any(|(id, _)| id == account_id);
    people.extend(gone(visit, &known, &colleagues).await);
    let (_, name) = people.into_iter().find(|(id, _)| id == account_id).ok_or_else(Error::missing)?;
    let known = known.into_iter().find(|recipient| recipient.account_id == account_id);
    let list = visit.at("/filtering/recipients");
    let crumbs =
        visit.crumbs(&[("Filtering", visit.at("/filtering")), ("Whom alerts about staff go to", list.clone())]);
    let head = Head::new("Say which user names are theirs", crumbs);
    let mut rows = vec![Row::new("Who", name)];
    if let Some(known) = known.as_ref().filter(|_| !here) {
        rows.push(Row::new("User names until now", known.users.join(", ")));
        rows.push(Row::new("What is left to say", "Nothing: save it empty, so that the names can be somebody else’s"));
        let page = visit.form_page(head, format!("{list}/{account_id}"), "Save", fields(None));
        return Ok(FormPage { rows, ..page }.lead(LEAD));
    }
    if let Some(known) = known.as_ref().filter(|known| known.waiting.is_some()) {
        rows.push(Row::new("User names until it is confirmed", known.users.join(", ")));
        rows.extend(known.waiting.as_ref().map(|change| Row::new("What the head says", waits(change))));
    }
    let page = visit.form_page(head, format!("{list}/{account_id}"), "Save", fields(known.as_ref()));
    Ok(FormPage { rows, ..page }.lead(LEAD))
}

/// Asks.
pub async fn show(visit: Visit, Path((_, account_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::RecipientKeep)?;
    let page = page(&visit, &account_id).await?;
    visit.page(&page)
}

/// Saves it.
pub async fn save(Path((_, account_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::RecipientKeep)?;
    // Whoever is not on the page is nobody whom alerts could go to.
    page(&visit, &account_id).await?;
    let done = match command(&visit, &account_id, &answers) {
        Ok(command) => match colleague::compare(&visit.app, &command).await {
            Ok(()) => heard(visit.filtering()?.set_recipient(ask(command))).await,
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    match done {
        Ok(saved) => {
            let waits = saved.recipient.is_some_and(|recipient| recipient.waiting.is_some());
            let done = if waits { "recipient_waits" } else { "recipient" };
            visit.to(&visit.at(&format!("/filtering/recipients?done={done}")))
        }
        Err(error) => {
            let page = page(&visit, &account_id).await?;
            visit.again(page, &answers, error, "")
        }
    }
}

fn command(visit: &Visit, account_id: &str, answers: &Answers) -> Result<SetRecipientRequest, Error> {
    let users = answers.text("users");
    let users: Vec<String> = users.lines().map(str::trim).filter(|user| !user.is_empty()).map(str::to_owned).collect();
    let mut v = Violations::new();
    v.check(users.len() <= 20, "users", "Enter 20 user names or fewer");
    v.finish()?;
    Ok(SetRecipientRequest {
        school_id: visit.school.clone(),
        account_id: account_id.to_owned(),
        offices: answers.all("offices"),
        users,
        request_id: answers.request_id(),
    })
}
