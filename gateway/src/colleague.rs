//! Accounts that a call on filtering, or an entry of a register about it, names, held against those of its school before the
//! service hears of it: accounts are known here and nowhere else. Nobody answers for an exception, nobody weighs what is
//! unblocked, and nobody is told of alerts about staff, who does not work there.

use chassis::error::{Error, Result};
use prost::Message as _;
use proto::{
    access::v1::Role,
    contract::Rpc,
    filtering_ingest::v1::{RequestExceptionRequest, SetRecipientRequest},
    policy_registry::v1::AddRegisterEntryRequest,
};

use crate::{
    adult::{self, Known, Sender},
    app::App,
    visitor::in_force,
};

/// The service whose rpcs name colleagues.
const FILTERING: &str = "/hedgerow.filtering_ingest.v1.FilteringIngest/";
/// Its rpcs that do.
const NAMING: [&str; 2] = ["RequestException", "SetRecipient"];
/// Who asks for exceptions, and who says whom alerts about staff go to.
const ASKING: [Role; 5] = [Role::Dsl, Role::DeputyDsl, Role::Head, Role::Chair, Role::It];
/// Who works at a school.
const STAFF: [Role; 5] = [Role::Staff, Role::Dsl, Role::DeputyDsl, Role::Head, Role::It];
/// Whose user names are said.
const TOLD: [Role; 3] = [Role::Dsl, Role::DeputyDsl, Role::Head];
/// The rpc that names in a register with whom technical somebody decides.
const DECIDING: &str = "/hedgerow.policy_registry.v1.PolicyRegistry/AddRegisterEntry";
/// The register of requests to unblock a site.
const UNBLOCK: &str = "unblock-requests";
/// Who decides about them.
const LEADING: [Role; 3] = [Role::Dsl, Role::DeputyDsl, Role::Head];

/// The accounts of a school's lead and deputies; none where the accounts cannot be read, so that no concern waits for them.
pub async fn leads(app: &App, school_id: &str) -> Vec<String> {
    let mut colleagues = adult::colleagues(app, school_id).await.unwrap_or_default();
    colleagues.retain(|known| known.roles.iter().any(|role| matches!(role, Role::Dsl | Role::DeputyDsl)));
    colleagues.into_iter().map(|known| known.account_id).collect()
}

/// Whether a colleague may be named in an rpc.
pub fn named_in(rpc: &Rpc) -> bool {
    rpc.path == DECIDING || rpc.path.strip_prefix(FILTERING).is_some_and(|name| NAMING.contains(&name))
}

/// Holds the accounts of a call against those of its school.
///
/// # Errors
/// `Invalid` with the field and what to say instead.
pub async fn check(app: &App, sender: &Sender, rpc: &Rpc, message: &[u8]) -> Result<()> {
    if rpc.path == DECIDING {
        let Ok(said) = AddRegisterEntryRequest::decode(message) else { return Ok(()) };
        let now = app.now();
        let here = sender.appointments.iter().filter(|a| a.school_id == said.school_id && in_force(a, now));
        let roles: Vec<Role> = here.map(|appointment| appointment.role()).collect();
        return decides_with(app, &roles, &said).await;
    }
    match rpc.path.strip_prefix(FILTERING) {
        Some("RequestException") => {
            // What cannot be read its service refuses.
            let Ok(asked) = RequestExceptionRequest::decode(message) else { return Ok(()) };
            if asked.owner_account_id.is_empty() || !asks(app, sender, &asked.school_id) {
                return Ok(());
            }
            owner(&adult::colleagues(app, &asked.school_id).await?, &asked.owner_account_id)
        }
        Some("SetRecipient") => {
            let Ok(asked) = SetRecipientRequest::decode(message) else { return Ok(()) };
            if !asks(app, sender, &asked.school_id) {
                return Ok(());
            }
            told(&adult::colleagues(app, &asked.school_id).await?, &asked)
        }
        _ => Ok(()),
    }
}

/// Holds what a form says of whom alerts about staff go to against the accounts of its school, as the calls of programs are
/// held.
///
/// # Errors
/// `Invalid` with the field and what to say instead.
pub async fn compare(app: &App, said: &SetRecipientRequest) -> Result<()> {
    told(&adult::colleagues(app, &said.school_id).await?, said)
}

/// Holds with whom technical the lead approves that a site is unblocked against the accounts of the school: with somebody who
/// runs its network and did not ask, where there is one. Those who carry it out leave it as it stands.
///
/// # Errors
/// `Invalid` with the field and what to say instead.
pub async fn decides_with(app: &App, roles: &[Role], said: &AddRegisterEntryRequest) -> Result<()> {
    let approves =
        said.register == UNBLOCK && !said.withdrawn && one(said, "decision").eq_ignore_ascii_case("approved");
    if !approves || !roles.iter().any(|role| LEADING.contains(role)) {
        return Ok(());
    }
    technical(&adult::colleagues(app, &said.school_id).await?, one(said, "decided_with"), one(said, "asked_by"))
}

/// What one field of an entry says.
fn one<'a>(said: &'a AddRegisterEntryRequest, key: &str) -> &'a str {
    let value = said.values.iter().find(|value| value.key == key);
    value.and_then(|value| value.values.first()).map(|value| value.trim()).unwrap_or_default()
}

fn technical(colleagues: &[Known], with: &str, asked_by: &str) -> Result<()> {
    let mut others = colleagues.iter().filter(|known| known.account_id != asked_by && known.roles.contains(&Role::It));
    // A school where nobody else runs the network decides with somebody outside, by name; what is missing its service says.
    let named = |known: &Known| known.account_id == with || known.name.to_lowercase() == with.to_lowercase();
    if with.is_empty() || others.clone().next().is_none() || others.any(named) {
        return Ok(());
    }
    let fix = "Enter the account of somebody who runs the network here and did not ask for it";
    Err(Error::invalid("decided_with", fix))
}

/// Whoever may not ask there is refused by the service, and told of nobody before.
fn asks(app: &App, sender: &Sender, school_id: &str) -> bool {
    let now = app.now();
    let mut here = sender.appointments.iter().filter(|a| a.school_id == school_id && in_force(a, now));
    here.any(|appointment| ASKING.contains(&appointment.role()))
}

fn holds(colleagues: &[Known], account_id: &str, roles: &[Role]) -> bool {
    let known = colleagues.iter().find(|known| known.account_id == account_id);
    known.is_some_and(|known| known.roles.iter().any(|role| roles.contains(role)))
}

fn owner(colleagues: &[Known], account_id: &str) -> Result<()> {
    match holds(colleagues, account_id, &STAFF) {
        true => Ok(()),
        false => {
            Err(Error::invalid("owner_account_id", "Select a member of this school\u{2019}s staff who answers for it"))
        }
    }
}

/// Whoever left is told of nothing any more: of them nothing has to be true.
fn told(colleagues: &[Known], asked: &SetRecipientRequest) -> Result<()> {
    let left = asked.offices.is_empty() && asked.users.is_empty();
    if !left && !holds(colleagues, &asked.account_id, &TOLD) {
        return Err(Error::invalid("account_id", "Select the safeguarding lead, a deputy or the head of this school"));
    }
    for (office, role) in [("lead", Role::Dsl), ("head", Role::Head)] {
        if asked.offices.iter().any(|said| said == office) && !holds(colleagues, &asked.account_id, &[role]) {
            let fix = format!("Leave out \u{201c}{office}\u{201d}: they are not appointed as that at this school");
            return Err(Error::invalid("offices", fix));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colleagues() -> Vec<Known> {
        let known = |account_id: &str, roles: &[Role]| Known {
            account_id: account_id.into(),
            name: "Robin Birch".into(),
            roles: roles.to_vec(),
        };
        vec![known("acc_lead", &[Role::Dsl]), known("acc_it", &[Role::It]), known("acc_governor", &[Role::Governor])]
    }

    fn field(result: Result<()>) -> String {
        let error = result.err();
        error.and_then(|error| error.violations().first().map(|v| v.field.clone())).unwrap_or_default()
    }

    #[test]
    fn an_exception_is_answered_for_by_somebody_who_works_at_the_school() {
        assert_eq!(field(owner(&colleagues(), "acc_it")), "");
        for nobody in ["acc_governor", "acc_of_another_school"] {
            assert_eq!(field(owner(&colleagues(), nobody)), "owner_account_id", "{nobody}");
        }
    }

    #[test]
    fn alerts_about_staff_go_to_nobody_who_does_not_hold_the_office_here() {
        let said = |account_id: &str, offices: &[&str], users: &[&str]| {
            let all = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
            let (offices, users) = (all(offices), all(users));
            let asked =
                SetRecipientRequest { account_id: account_id.into(), offices, users, ..SetRecipientRequest::default() };
            field(told(&colleagues(), &asked))
        };
        assert_eq!(said("acc_lead", &["lead"], &["r.birch"]), "");
        assert_eq!(said("acc_lead", &["head"], &[]), "offices");
        assert_eq!(said("acc_it", &["lead"], &[]), "account_id");
        assert_eq!(said("acc_of_another_school", &[], &["h.head"]), "account_id");
        assert_eq!(said("acc_of_another_school", &[], &[]), "", "who left is told of nothing any more");
    }

    #[test]
    fn a_site_is_weighed_by_somebody_who_runs_the_network_and_did_not_ask() {
        let all = colleagues();
        assert!(technical(&all, "acc_it", "acc_staff").is_ok());
        for with in ["Nobody Atall", "acc_lead", "acc_of_another_school"] {
            let refused = technical(&all, with, "acc_staff").err().map(|error| error.to_string());
            assert!(refused.is_some(), "{with}");
        }
        // Where nobody else runs the network, somebody outside is named.
        assert!(technical(&all, "Larch Networks", "acc_it").is_ok());
    }
}
