//! What sending to schools outside the platform and taking in from there have in common: what a school is called, and the
//! work that takes a while.

use std::collections::{BTreeSet, HashMap};

use chassis::{
    caller::Scope,
    db::Tx,
    error::{Error, Kind, Result, Violations},
    id::SchoolId,
};
use proto::{
    incident_cases::v1 as pb,
    policy_registry::v1::{GetSchoolRequest, ListSchoolsRequest, School},
};
use tracing::warn;

use super::encrypted::encrypted;
use crate::{
    App,
    learner::LearnerId,
    rules::{ADDRESS_MAX, NAME_MAX},
    store,
    transfer::{Outside, Transfer, contents::Entry, envelope::CTY},
};

/// How many schools the registry is asked for at a time.
const SCHOOLS: i32 = 1000;

/// What a school is called and by which number, from the registry.
pub(super) async fn school(app: &App, id: &str) -> Result<School> {
    let mut registry = app.policy_registry().map_err(unreached)?;
    let answer = registry.get_school(asked(GetSchoolRequest { school_id: id.to_owned() })).await;
    answer.map_err(|status| unreached(Error::from_status(&status)))?.into_inner().school.ok_or_else(Error::missing)
}

/// Refuses a school whose tenancy has ended: nobody there would answer. Where the registry does not say just now, the schools
/// that are known here decide.
pub(super) async fn still_here(app: &App, id: &str, instead: &str) -> Result<()> {
    match school(app, id).await {
        Ok(school) if school.close_time.is_some() => Err(Error::invalid("to_school_id", instead)),
        Err(error) if !matches!(error.kind(), Kind::Unavailable | Kind::Missing) => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Refuses a school that is on the platform: a file goes to it there, where its receipt is its own act and nothing has to be
/// told by telephone. Whose tenancy has ended is outside. Another school of the same name is told by its number, which is kept
/// with the transfer.
pub(super) async fn not_on_the_platform(app: &App, to: &Outside) -> Result<()> {
    let mut registry = app.policy_registry().map_err(unreached)?;
    let mut page_token = String::new();
    loop {
        let request = ListSchoolsRequest { page_size: SCHOOLS, page_token, urn: to.urn.clone() };
        let answer = registry.list_schools(asked(request)).await;
        let found = answer.map_err(|status| unreached(Error::from_status(&status)))?.into_inner();
        let mut open = found.schools.iter().filter(|school| school.close_time.is_none());
        if let Some(school) = open.find(|school| to.may_be(&school.name, &school.urn)) {
            return Err(is_here(to, &school.name));
        }
        if found.next_page_token.is_empty() {
            return Ok(());
        }
        page_token = found.next_page_token;
    }
}

fn is_here(to: &Outside, name: &str) -> Error {
    if to.urn.is_empty() {
        let fix = format!(
            "Send the file on the platform: {name} is on it. If yours is another school of that name, enter its unique \
             reference number; where it has none, add its town to the name"
        );
        return Error::invalid("recipient.name", fix);
    }
    let fix = format!("Send the file on the platform: {name} has this number, and is on it");
    Error::invalid("recipient.urn", fix)
}

/// A question for the registry that somebody waits for.
fn asked<T>(message: T) -> tonic::Request<T> {
    let mut request = chassis::upstream::request(message);
    request.set_timeout(std::time::Duration::from_secs(5));
    request
}

fn unreached(error: Error) -> Error {
    if error.kind() != Kind::Unavailable {
        return error;
    }
    let message = "the policy registry, which knows schools by name, cannot be reached just now: try again";
    Error::unavailable(message).because(error)
}

/// The schools of the platform that files of a learner came from.
pub(super) async fn origins(tx: &Tx, learner: &LearnerId) -> Result<BTreeSet<String>> {
    let received = store::transfer::received(tx, learner).await?;
    let ids = received.into_iter().flat_map(|file| {
        let origins = file.entries.into_iter().map(|entry| entry.origin);
        origins.chain([file.from])
    });
    Ok(ids.filter(|id| id.parse::<SchoolId>().is_ok()).collect())
}

/// What schools of the platform are called, by their ids.
pub(super) async fn names(app: &App, ids: BTreeSet<String>) -> Result<HashMap<String, String>> {
    let mut names = HashMap::new();
    for id in ids {
        let name = match school(app, &id).await {
            Ok(school) => school.name,
            // It is there no more.
            Err(error) if error.kind() == Kind::Missing => "A school".to_owned(),
            Err(error) => return Err(error),
        };
        names.insert(id, name);
    }
    Ok(names)
}

/// The same, or none of them while the registry does not answer.
pub(super) async fn names_if_known(app: &App, ids: BTreeSet<String>) -> Result<HashMap<String, String>> {
    match names(app, ids).await {
        Err(error) if error.kind() == Kind::Unavailable => {
            warn!(%error, "what other schools are called is not known just now");
            Ok(HashMap::new())
        }
        found => found,
    }
}

/// What the caller’s own school is called, from the registry; while that does not answer, from its policy.
pub(super) async fn own_name(app: &App, scope: &Scope) -> Result<String> {
    const LEGAL_NAME: &str = "school.legal_name";
    let school = scope.school()?.as_str();
    let mut known = names_if_known(app, BTreeSet::from([school.to_owned()])).await?;
    if let Some(name) = known.remove(school) {
        return Ok(name);
    }
    let mut tx = app.store.begin(scope).await?;
    let policy = store::copy::policy(&tx, school).await?;
    tx.silent();
    tx.commit().await?;
    let said = policy.and_then(|policy| policy.parameters.into_iter().find(|(key, _)| key == LEGAL_NAME));
    Ok(said.map_or_else(|| school.to_owned(), |(_, name)| name))
}

/// The entries with the schools they came from by name: no id means anything outside.
pub(super) fn named(mut entries: Vec<Entry>, names: &HashMap<String, String>) -> Result<Vec<Entry>> {
    for entry in &mut entries {
        if entry.origin.parse::<SchoolId>().is_ok() {
            // Another file came since: it was not looked at.
            entry.origin = names.get(&entry.origin).cloned().ok_or_else(Error::changed)?;
        }
    }
    Ok(entries)
}

/// The school that a file is to go to.
pub(super) fn recipient(v: &mut Violations, asked: Option<&pb::OutsideSchool>) -> Outside {
    let asked = asked.cloned().unwrap_or_default();
    v.line("recipient.name", "what the school is called", &asked.name, NAME_MAX);
    v.text("recipient.address", "the address of the school", &asked.address, ADDRESS_MAX);
    v.line("recipient.contact", "who there is to have the file", &asked.contact, NAME_MAX);
    v.line("recipient.telephone", "the school’s own telephone number", &asked.telephone, NAME_MAX);
    let digits = asked.telephone.chars().filter(char::is_ascii_digit).count();
    let number = "Enter the school’s own telephone number, 7 digits at least";
    v.check(asked.telephone.trim().is_empty() || digits >= 7, "recipient.telephone", number);
    let urn = asked.urn.trim();
    let six = urn.len() == 6 && urn.bytes().all(|byte| byte.is_ascii_digit());
    v.check(
        urn.is_empty() || six,
        "recipient.urn",
        "Enter the six digits of its unique reference number, or leave it empty",
    );
    let plain = |text: String| text.trim().to_owned();
    Outside {
        name: plain(asked.name),
        urn: plain(asked.urn),
        address: plain(asked.address),
        contact: plain(asked.contact),
        telephone: plain(asked.telephone),
    }
}

/// A signed file under a new passphrase.
pub(super) async fn packed(app: &App, transfer: &Transfer, signed: String) -> Result<pb::TransferPackage> {
    let id = transfer.id.as_str();
    let name = format!("child-protection-file-{}", id.get(id.len().saturating_sub(6)..).unwrap_or(id));
    let away = encrypted(app, signed.into_bytes(), CTY, &name).await?;
    Ok(pb::TransferPackage {
        content: away.content.into(),
        media_type: away.media_type,
        file_name: away.file_name,
        passphrase: away.passphrase,
    })
}
