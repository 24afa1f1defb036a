//! Whom alerts about staff go to, and which user names at the filter are their own: the head says so, so that nobody is told
//! of themselves.

use axum::extract::Path;
use chassis::error::{Error, Violations};
use proto::{
    access::v1::{Colleague, Permission, Role},
    filtering_ingest::v1::{ListRecipientsRequest, Recipient, SetRecipientRequest},
};
use serde::Serialize;

use crate::{
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
                    might be about them.";
const OFFICES: Codes = &[("lead", "The safeguarding lead"), ("head", "The head")];

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
}

impl Page for Recipients {
    const TEMPLATE: &'static str = "recipients.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let line = || Line {
            link: Link::new("Ms <Ali>", "/r"),
            offices: "The safeguarding lead".into(),
            users: "m.ali, ALI1".into(),
        };
        let page = |nobody, people| Self { head: Head::new("Whom alerts about staff go to", vec![]), nobody, people };
        vec![page(false, vec![line()]), page(true, Vec::new())]
    }
}

async fn recipients(visit: &Visit) -> Result<Vec<Recipient>, Error> {
    let asked = ListRecipientsRequest { school_id: visit.school.clone() };
    Ok(heard(visit.filtering()?.list_recipients(ask(asked))).await?.recipients)
}

/// The lead, the deputies and the head, as far as there are such: alerts that are not about staff come to deputies, too, and
/// one about a deputy is about staff by their user name.
async fn colleagues(visit: &Visit) -> Result<Vec<Colleague>, Error> {
    let all = access::colleagues(visit).await?;
    let told =
        |colleague: &Colleague| colleague.roles().any(|role| matches!(role, Role::Dsl | Role::DeputyDsl | Role::Head));
    Ok(all.into_iter().filter(told).collect())
}

/// Lists them.
pub async fn list(visit: Visit) -> Answer {
    visit.needs(Permission::RecipientKeep)?;
    let (known, colleagues) = (recipients(&visit).await?, colleagues(&visit).await?);
    let line = |(id, name): (String, String)| {
        let known = known.iter().find(|recipient| recipient.account_id == id);
        let offices = known.map(|r| r.offices.iter().map(|o| words::called(OFFICES, o)).collect::<Vec<_>>().join(", "));
        let users = known.map(|r| r.users.join(", ")).filter(|users| !users.is_empty());
        Line {
            link: Link::new(name, visit.at(&format!("/filtering/recipients/{id}"))),
            offices: match offices {
                Some(offices) if offices.is_empty() => "Neither".to_owned(),
                Some(offices) => offices,
                None => "Not said yet".to_owned(),
            },
            users: users.unwrap_or_else(|| if known.is_some() { "None" } else { "Not said yet" }.to_owned()),
        }
    };
    let page = Recipients {
        head: Head::new("Whom alerts about staff go to", visit.crumbs(&[("Filtering", visit.at("/filtering"))])),
        nobody: known.iter().all(|recipient| recipient.offices.is_empty()),
        people: access::choices(&colleagues).into_iter().map(line).collect(),
    };
    visit.page(&page)
}

/// What is asked.
pub fn fields(known: Option<&Recipient>) -> Vec<Field> {
    let (offices, users) = known.map(|r| (r.offices.clone(), r.users.join("\n"))).unwrap_or_default();
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
    let colleague = colleagues(visit).await?.into_iter().find(|colleague| colleague.account_id == account_id);
    let colleague = colleague.ok_or_else(Error::missing)?;
    let known = recipients(visit).await?.into_iter().find(|recipient| recipient.account_id == account_id);
    let list = visit.at("/filtering/recipients");
    let crumbs =
        visit.crumbs(&[("Filtering", visit.at("/filtering")), ("Whom alerts about staff go to", list.clone())]);
    let head = Head::new("Say which user names are theirs", crumbs);
    let who = access::choices(std::slice::from_ref(&colleague)).into_iter().map(|(_, name)| Row::new("Who", name));
    let page = visit.form_page(head, format!("{list}/{account_id}"), "Save", fields(known.as_ref()));
    Ok(FormPage { rows: who.collect(), ..page }.lead(LEAD))
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
        Ok(command) => heard(visit.filtering()?.set_recipient(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to(&visit.at("/filtering/recipients?done=recipient")),
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
