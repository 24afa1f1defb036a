//! The adult a case is about, held against the accounts of the school before the cases hear of it. Accounts are known here
//! and nowhere else: whoever is written by name, where a colleague has that name or one like it, is asked about first, and
//! nobody is given a case about themselves. Whose a case or a step is to be is held against the same accounts: nothing is
//! given to somebody who could not open it.

use std::cmp::Reverse;

use bytes::Bytes;
use chassis::{
    caller::Scope,
    error::{Error, Result},
    id::SchoolId,
    names,
};
use prost::Message as _;
use proto::{
    access::v1::{Appointment, Role},
    contract::Rpc,
    incident_cases::v1::{
        AddInvolvementRequest, AdultCase, AdultPattern, AdultSubject, AssignCaseRequest, AssignStepRequest,
        ListAdultPatternsRequest, ListAdultPatternsResponse, RecordAbsenceRequest, RecordConcernRequest,
        RecordFactRequest, SetCaseAccessRequest, TriageConcernRequest, UpdateInvolvementRequest,
        triage_concern_request::Decision,
    },
};

use crate::{app::App, colleague, present, store, visitor::in_force};

/// The service whose rpcs name adults.
const CASES: &str = "/hedgerow.incident_cases.v1.IncidentCases/";
/// Its rpcs that do, those that say whose something is, the one that says who is away, and the one that asks who is there.
const NAMING: [&str; 9] = [
    "AddInvolvement",
    "AssignCase",
    "AssignStep",
    "RecordAbsence",
    "RecordConcern",
    "RecordFact",
    "SetCaseAccess",
    "TriageConcern",
    "UpdateInvolvement",
];
/// The roles that are let into cases at all.
pub const CASE_ROLES: [Role; 4] = [Role::Dsl, Role::DeputyDsl, Role::Head, Role::Chair];

/// Whoever sends such a call.
#[derive(Debug, Clone)]
pub struct Sender {
    /// Their account.
    pub account_id: String,
    /// The appointments they hold.
    pub appointments: Vec<Appointment>,
}

/// The roles that see what is no case on an adult and names nobody: the chair sees what is theirs, and takes it on.
const OWNERS: [Role; 3] = [Role::Dsl, Role::DeputyDsl, Role::Head];

/// Whether an adult, a colleague, or whose something is, may be named in an rpc.
pub fn named_in(rpc: &Rpc) -> bool {
    colleague::named_in(rpc)
        || rpc.path.strip_prefix(CASES).is_some_and(|name| NAMING.contains(&name) || present::matters(name))
}

/// What a call says of adults.
#[derive(Debug, Default)]
struct Said {
    school_id: String,
    /// The field of the adult.
    field: &'static str,
    subject: Option<AdultSubject>,
    /// The name of an adult who is said not to work here; empty where nobody is.
    outsider: String,
    /// Whom a hidden case names; none where it is not hidden, or who takes it on is said.
    named: Option<Vec<String>>,
    /// Whose something is to be; empty where nobody is said.
    owner: String,
}

impl Said {
    /// Reads it out of a call; none where it says nothing of adults, or cannot be read: its service says so.
    fn read(rpc: &Rpc, message: &[u8]) -> Option<Self> {
        match rpc.path.strip_prefix(CASES)? {
            "AddInvolvement" => {
                let asked = AddInvolvementRequest::decode(message).ok()?;
                let another = asked.subject.as_ref().is_some_and(|subject| subject.another_person);
                let outsider = if asked.works_elsewhere && !another { asked.person } else { String::new() };
                let (school_id, subject) = (asked.school_id, asked.subject);
                Some(Self { school_id, field: "subject", subject, outsider, ..Self::default() })
            }
            "AssignCase" => {
                let asked = AssignCaseRequest::decode(message).ok()?;
                Some(Self { school_id: asked.school_id, owner: asked.account_id, ..Self::default() })
            }
            "AssignStep" => {
                let asked = AssignStepRequest::decode(message).ok()?;
                Some(Self { school_id: asked.school_id, owner: asked.account_id, ..Self::default() })
            }
            "RecordFact" => {
                let asked = RecordFactRequest::decode(message).ok()?;
                Some(Self { school_id: asked.school_id, field: "subject", subject: asked.subject, ..Self::default() })
            }
            "SetCaseAccess" => {
                let asked = SetCaseAccessRequest::decode(message).ok()?;
                let of_child = asked.level == "hidden" && asked.subject.is_none() && asked.routed_to.is_empty();
                let named = (of_child && !asked.member_account_ids.is_empty()).then_some(asked.member_account_ids);
                let (school_id, subject) = (asked.school_id, asked.subject);
                Some(Self { school_id, field: "subject", subject, named, ..Self::default() })
            }
            "TriageConcern" => {
                let asked = TriageConcernRequest::decode(message).ok()?;
                let Some(Decision::NewCase(new)) = asked.decision else { return None };
                let (school_id, subject) = (asked.school_id, new.subject);
                Some(Self { school_id, field: "new_case.subject", subject, ..Self::default() })
            }
            "UpdateInvolvement" => {
                let asked = UpdateInvolvementRequest::decode(message).ok()?;
                Some(Self { school_id: asked.school_id, field: "subject", subject: asked.subject, ..Self::default() })
            }
            _ => None,
        }
    }

    fn says_something(&self) -> bool {
        self.subject.is_some() || !self.outsider.is_empty() || self.named.is_some() || !self.owner.is_empty()
    }
}

/// A call with what the adult is called whose account it selects: its service knows no accounts. None where it cannot be read.
fn calling(rpc: &Rpc, message: &[u8], name: &str) -> Option<Bytes> {
    let call = |subject: &mut Option<AdultSubject>| {
        if let Some(subject) = subject {
            name.clone_into(&mut subject.name);
        }
    };
    Some(match rpc.path.strip_prefix(CASES)? {
        "AddInvolvement" => {
            let mut asked = AddInvolvementRequest::decode(message).ok()?;
            call(&mut asked.subject);
            asked.encode_to_vec().into()
        }
        "RecordFact" => {
            let mut asked = RecordFactRequest::decode(message).ok()?;
            call(&mut asked.subject);
            asked.encode_to_vec().into()
        }
        "SetCaseAccess" => {
            let mut asked = SetCaseAccessRequest::decode(message).ok()?;
            call(&mut asked.subject);
            asked.encode_to_vec().into()
        }
        "TriageConcern" => {
            let mut asked = TriageConcernRequest::decode(message).ok()?;
            if let Some(Decision::NewCase(new)) = &mut asked.decision {
                call(&mut new.subject);
            }
            asked.encode_to_vec().into()
        }
        "UpdateInvolvement" => {
            let mut asked = UpdateInvolvementRequest::decode(message).ok()?;
            call(&mut asked.subject);
            asked.encode_to_vec().into()
        }
        _ => return None,
    })
}

/// Holds what a call says of adults and colleagues against the accounts of its school. Answers the call as it goes on.
///
/// # Errors
/// `Invalid` with the field and what to say instead.
pub async fn check(app: &App, sender: &Sender, rpc: &Rpc, message: Bytes) -> Result<Bytes> {
    colleague::check(app, sender, rpc, &message).await?;
    if rpc.path.strip_prefix(CASES) == Some("RecordAbsence") {
        // What cannot be read its service refuses.
        let Ok(mut asked) = RecordAbsenceRequest::decode(message.clone()) else { return Ok(message) };
        (asked.only_head, asked.only_chair) = alone_in_office(app, &asked.school_id, &asked.account_id).await?;
        return Ok(asked.encode_to_vec().into());
    }
    if rpc.path.strip_prefix(CASES) == Some("RecordConcern") {
        let Ok(mut asked) = RecordConcernRequest::decode(message.clone()) else { return Ok(message) };
        asked.lead_account_ids = colleague::leads(app, &asked.school_id).await;
        return Ok(asked.encode_to_vec().into());
    }
    if let Some(name) = rpc.path.strip_prefix(CASES).filter(|name| present::matters(name)) {
        return present::told(app, name, message).await;
    }
    let Some(said) = Said::read(rpc, &message).filter(Said::says_something) else { return Ok(message) };
    // Whoever works no cases there is refused by the service, and told of nobody's name before.
    let now = app.now();
    let here = |a: &&Appointment| a.school_id == said.school_id && in_force(a, now);
    if !sender.appointments.iter().filter(here).any(|a| CASE_ROLES.contains(&a.role())) {
        return Ok(message);
    }
    let colleagues = colleagues(app, &said.school_id).await?;
    if let Some(subject) = &said.subject {
        held_against(&colleagues, said.field, subject)?;
    }
    may_own(&colleagues, &sender.account_id, &said.owner)?;
    if !said.outsider.is_empty() && colleagues.iter().any(|known| names::same(&known.name, &said.outsider)) {
        let fix = "A colleague has this name: send their account as the subject, or the name as the subject with \
                   another_person where it is somebody else";
        return Err(Error::invalid("works_elsewhere", fix));
    }
    if let Some(named) = &said.named {
        // Where nobody besides is named, the service says whether that will do.
        let others: Vec<&String> = named.iter().filter(|id| **id != sender.account_id).collect();
        let opens = |id: &&String| colleagues.iter().any(|known| known.account_id == **id && known.works_cases());
        if !others.is_empty() && !others.iter().any(opens) {
            let fix = "Name somebody besides yourself who works cases: nobody else could open it while you are away";
            return Err(Error::invalid("member_account_ids", fix));
        }
    }
    let Some(subject) = said.subject.filter(|subject| !subject.account_id.is_empty()) else { return Ok(message) };
    let name = colleagues.iter().find(|known| known.account_id == subject.account_id).map(|known| known.name.as_str());
    Ok(calling(rpc, &message, name.unwrap_or_default()).unwrap_or(message))
}

/// Holds the adult of a form against the accounts of a school, as the calls of programs are held.
///
/// # Errors
/// `Invalid` with the field and what to say instead.
pub async fn compare(app: &App, school_id: &str, field: &str, subject: &AdultSubject) -> Result<()> {
    held_against(&colleagues(app, school_id).await?, field, subject)
}

/// Holds whose something is to be, by a form, against the accounts of a school, as the calls of programs are held.
///
/// # Errors
/// `Invalid` with the field and what to say instead.
pub async fn compare_owner(app: &App, school_id: &str, sender: &str, owner: &str) -> Result<()> {
    may_own(&colleagues(app, school_id).await?, sender, owner)
}

/// Whether an account is the head of a school, and nobody else is; and the same of the chair of governors.
///
/// # Errors
/// Where the accounts cannot be read.
pub async fn alone_in_office(app: &App, school_id: &str, account_id: &str) -> Result<(bool, bool)> {
    let colleagues = colleagues(app, school_id).await?;
    Ok((alone(&colleagues, Role::Head, account_id), alone(&colleagues, Role::Chair, account_id)))
}

fn alone(colleagues: &[Known], role: Role, account_id: &str) -> bool {
    let mut holders = colleagues.iter().filter(|known| known.roles.contains(&role));
    holders.next().is_some_and(|holder| holder.account_id == account_id) && holders.next().is_none()
}

/// Whether something of a case can be somebody's, as far as roles go; whom a case keeps out its service knows.
fn may_own(colleagues: &[Known], sender: &str, owner: &str) -> Result<()> {
    let sees = |known: &Known| known.account_id == owner && known.roles.iter().any(|role| OWNERS.contains(role));
    if owner.is_empty() || owner == sender || colleagues.iter().any(sees) {
        return Ok(());
    }
    let fix = "Select somebody who may see this case: the lead, a deputy or the head. The chair of governors takes on in \
               their own name what is theirs";
    Err(Error::invalid("account_id", fix))
}

/// Somebody who holds a role at a school now.
#[derive(Debug)]
pub struct Known {
    /// Their account.
    pub account_id: String,
    /// The name they are shown by.
    pub name: String,
    /// What they hold.
    pub roles: Vec<Role>,
}

impl Known {
    fn works_cases(&self) -> bool {
        self.roles.iter().any(|role| CASE_ROLES.contains(role))
    }
}

/// Everybody who holds a role at a school now.
///
/// # Errors
/// Where the accounts cannot be read.
pub async fn colleagues(app: &App, school_id: &str) -> Result<Vec<Known>> {
    let Ok(school) = school_id.parse::<SchoolId>() else { return Ok(Vec::new()) };
    let mut tx = app.door().store().begin(&Scope::system("gateway")).await?;
    tx.silent();
    let now = tx.now();
    let mut known = Vec::new();
    for account in store::account::of_school(&tx, &school).await? {
        let held = account.appointments.iter().filter(|a| a.school.as_ref() == Some(&school) && a.in_force(now));
        let roles: Vec<Role> = held.map(|a| a.role).collect();
        if !roles.is_empty() {
            known.push(Known { account_id: account.id.to_string(), name: account.display_name, roles });
        }
    }
    tx.commit().await?;
    Ok(known)
}

/// Words that stand for the head of a school where somebody writes no name.
const HEADS: [&str; 5] = ["head", "headteacher", "headmaster", "headmistress", "principal"];
/// Words that stand for the chair of governors.
const CHAIRS: [&str; 4] = ["chair", "chairman", "chairwoman", "chairperson"];
/// Words beside them that name nobody.
const BESIDE: [&str; 8] = ["the", "our", "my", "acting", "teacher", "of", "governors", "school"];

/// The role that words name instead of a person; none where they name somebody.
fn role_named(name: &str) -> Option<Role> {
    let mut words = names::words(name);
    words.retain(|word| !BESIDE.contains(&word.as_str()));
    let all = |known: &[&str]| !words.is_empty() && words.iter().all(|word| known.contains(&word.as_str()));
    if all(&HEADS) { Some(Role::Head) } else { all(&CHAIRS).then_some(Role::Chair) }
}

/// What is recorded about a colleague together, whether their account was selected or their name written: a name that is
/// one colleague's alone, or like one colleague's alone, is theirs unless it was said to be somebody else's.
///
/// # Errors
/// Where the accounts cannot be read.
pub async fn together(app: &App, school_id: &str, patterns: Vec<AdultPattern>) -> Result<Vec<AdultPattern>> {
    Ok(joined(&colleagues(app, school_id).await?, patterns))
}

/// Whether the answer to an rpc lists adults, who are put together before it is given.
pub fn gathers(rpc: &Rpc) -> bool {
    rpc.path.strip_prefix(CASES) == Some("ListAdultPatterns")
}

/// The answer to a call that lists adults as it is given, by whatever door: `together`.
///
/// # Errors
/// Where the accounts cannot be read, or a message is none.
pub async fn gathered(app: &App, asked: &[u8], answer: Bytes) -> Result<Bytes> {
    let asked = ListAdultPatternsRequest::decode(asked).map_err(Error::internal)?;
    let found = ListAdultPatternsResponse::decode(answer).map_err(Error::internal)?;
    let patterns = together(app, &asked.school_id, found.patterns).await?;
    Ok(ListAdultPatternsResponse { patterns }.encode_to_vec().into())
}

/// The one colleague whom a written name is or may be; none where it is several's, or said to be another's.
fn colleague_of<'a>(colleagues: &'a [Known], subject: &AdultSubject) -> Option<&'a Known> {
    if !subject.account_id.is_empty() || subject.another_person {
        return None;
    }
    let alone = |meets: &dyn Fn(&str, &str) -> bool| {
        let mut found = colleagues.iter().filter(|known| meets(&known.name, &subject.name));
        found.next().filter(|_| found.next().is_none())
    };
    alone(&names::same).or_else(|| alone(&names::near))
}

fn joined(colleagues: &[Known], patterns: Vec<AdultPattern>) -> Vec<AdultPattern> {
    let mut all: Vec<AdultPattern> = Vec::new();
    for mut pattern in patterns {
        let subject = pattern.subject.get_or_insert_default();
        if let Some(known) = colleague_of(colleagues, subject) {
            (subject.account_id, subject.name) = (known.account_id.clone(), String::new());
        }
        let account = subject.account_id.clone();
        let theirs = |other: &&mut AdultPattern| {
            !account.is_empty() && other.subject.as_ref().is_some_and(|subject| subject.account_id == account)
        };
        match all.iter_mut().find(theirs) {
            Some(known) => {
                known.cases.append(&mut pattern.cases);
                known.low_level_of_late += pattern.low_level_of_late;
            }
            None => all.push(pattern),
        }
    }
    let opened = |case: &AdultCase| case.create_time.as_ref().map(|time| (time.seconds, time.nanos));
    for pattern in &mut all {
        pattern.cases.sort_by_key(|case| Reverse(opened(case)));
        let low = usize::try_from(pattern.low_level_of_late).unwrap_or_default();
        pattern.calls_for_review |= low > 1 || (low > 0 && pattern.cases.len() > low);
    }
    all.sort_by_key(|pattern| Reverse((pattern.calls_for_review, pattern.cases.first().and_then(opened))));
    let named: Vec<(String, bool, bool)> = all.iter().map(|pattern| named(colleagues, pattern)).collect();
    for (place, pattern) in all.iter_mut().enumerate() {
        let Some((name, account, another)) = named.get(place) else { continue };
        // Two accounts are two people, and whoever is said to be nobody's of that name here is no colleague.
        let may_be = |(_, other, else_): &&(String, bool, bool)| {
            !(*account && *other) && !(*account && *else_) && !(*other && *another)
        };
        let others = named.iter().enumerate().filter(|(at, _)| *at != place).map(|(_, one)| one);
        let near = others.filter(may_be).filter(|(other, ..)| names::near(name, other));
        pattern.near_names = near.map(|(other, ..)| other.clone()).collect();
    }
    all
}

/// What an adult is called, whether an account says so, and whether they were said to be nobody of that name here.
fn named(colleagues: &[Known], pattern: &AdultPattern) -> (String, bool, bool) {
    let Some(subject) = &pattern.subject else { return (String::new(), false, false) };
    let known = colleagues.iter().find(|known| known.account_id == subject.account_id);
    let name = known.map_or(&subject.name, |known| &known.name);
    (name.clone(), !subject.account_id.is_empty(), subject.another_person)
}

fn held_against(colleagues: &[Known], field: &str, subject: &AdultSubject) -> Result<()> {
    let holds = |role: Role| {
        colleagues.iter().any(|known| known.account_id == subject.account_id && known.roles.contains(&role))
    };
    let routed_to = format!("{field}.routed_to");
    match subject.routed_to.as_str() {
        "head" if holds(Role::Head) => Err(Error::invalid(routed_to, "Select chair: the case is about the head")),
        "chair" if holds(Role::Chair) => {
            let fix = "Select head: the case is about the chair of governors. Where the head is in conflict as well, keep \
                       the head out and tell the designated officer (LADO), who says who takes it on";
            Err(Error::invalid(routed_to, fix))
        }
        _ if !subject.account_id.is_empty() || subject.another_person => Ok(()),
        _ if role_named(&subject.name)
            .is_some_and(|role| colleagues.iter().any(|known| known.roles.contains(&role))) =>
        {
            let fix = "Select the colleague who holds this role: a role keeps nobody out";
            Err(Error::invalid(format!("{field}.name"), fix))
        }
        _ if colleagues.iter().any(|known| names::near(&known.name, &subject.name)) => {
            let fix =
                "A colleague has this name, or one like it: select that colleague, or say that it is another person";
            Err(Error::invalid(format!("{field}.name"), fix))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_held_against_colleagues_and_nobody_takes_on_a_case_about_themselves() {
        let known = |id: &str, name: &str, role: Role| Known {
            account_id: id.into(),
            name: name.into(),
            roles: vec![role, Role::Staff],
        };
        let all = [
            known("acc_1", "Daniel Osei", Role::Head),
            known("acc_2", "Gordon Haddow", Role::Chair),
            known("acc_3", "Farah Siddiqui", Role::Dsl),
        ];
        let field = |account: &str, name: &str, to: &str, another_person: bool| {
            let (account_id, name, routed_to) = (account.into(), name.into(), to.into());
            let subject = AdultSubject { account_id, name, routed_to, another_person };
            let refused = held_against(&all, "subject", &subject).err();
            refused.map(|error| error.violations().iter().map(|v| v.field.clone()).collect::<String>())
        };
        for written in
            ["Daniel Osei", "OSEI, Daniel", "farah  SIDDIQUI", "Mr Osei", "D. Osei", "Farah Sidiqui", "The head"]
        {
            assert_eq!(field("", written, "head", false).as_deref(), Some("subject.name"), "{written}");
            assert_eq!(field("", written, "head", true), None, "{written} is somebody else");
        }
        assert_eq!(field("", "A driver", "head", false), None);
        let head = |all: &[Known], account| alone(all, Role::Head, account);
        assert!(head(&all, "acc_1") && !head(&all, "acc_2") && alone(&all, Role::Chair, "acc_2"));
        assert!(!head(&[known("acc_1", "A", Role::Head), known("acc_4", "B", Role::Head)], "acc_1"));
        assert_eq!(field("acc_1", "", "head", false).as_deref(), Some("subject.routed_to"));
        assert_eq!(field("acc_2", "", "chair", false).as_deref(), Some("subject.routed_to"));
        for (owner, may) in [("", true), ("acc_3", true), ("acc_1", true), ("acc_2", false), ("acc_9", false)] {
            assert_eq!(may_own(&all, "acc_3", owner).is_ok(), may, "{owner:?} may see it");
        }
        assert!(may_own(&all, "acc_2", "acc_2").is_ok(), "the chair takes on what is theirs");
        for (account, to) in [("acc_1", "chair"), ("acc_2", "head"), ("acc_3", "head"), ("acc_3", "chair")] {
            assert_eq!(field(account, "", to, false), None, "{account} {to}");
        }
    }

    #[test]
    fn a_case_hears_what_the_colleague_is_called_whose_account_is_selected() {
        let rpc = proto::contract::rpc(&format!("{CASES}RecordFact")).map(|rpc| {
            let subject = AdultSubject { account_id: "acc_1".into(), name: "Anybody".into(), ..Default::default() };
            let asked = RecordFactRequest { subject: Some(subject), value: "staff".into(), ..Default::default() };
            let told = calling(rpc, &asked.encode_to_vec(), "Kit Vasquez").unwrap_or_default();
            RecordFactRequest::decode(told).unwrap_or_default()
        });
        let told = rpc.unwrap_or_default();
        assert_eq!((told.value.as_str(), told.subject.unwrap_or_default().name.as_str()), ("staff", "Kit Vasquez"));
    }

    #[test]
    fn one_colleague_is_one_adult_however_they_were_named() {
        let known = |id: &str, name: &str| Known { account_id: id.into(), name: name.into(), roles: vec![Role::Staff] };
        let all = [known("acc_1", "Kit Vasquez"), known("acc_2", "John Marlow"), known("acc_3", "Jane Marlow")];
        let pattern = |account_id: &str, name: &str, another_person: bool| AdultPattern {
            subject: Some(AdultSubject {
                account_id: account_id.into(),
                name: name.into(),
                routed_to: "head".into(),
                another_person,
            }),
            cases: vec![AdultCase::default()],
            low_level_of_late: 1,
            calls_for_review: false,
            near_names: Vec::new(),
        };
        let said = [
            pattern("", "J Marlow", false),
            pattern("acc_1", "", false),
            pattern("", "KIT VASQUEZ", false),
            pattern("", "Kit Vasques", false),
            pattern("", "Kit Vasquez", true),
        ];
        let found: Vec<_> = joined(&all, said.to_vec())
            .into_iter()
            .map(|one| {
                let subject = one.subject.unwrap_or_default();
                (subject.account_id, subject.name, one.cases.len(), one.calls_for_review)
            })
            .collect();
        let near: Vec<Vec<String>> = joined(&all, said.to_vec()).into_iter().map(|one| one.near_names).collect();
        assert!(near.iter().all(Vec::is_empty), "two of a name are asked about when they are named: {near:?}");
        let supply = joined(&all, vec![pattern("", "Gareth Oddfellow", false), pattern("", "Mr Oddfellow", false)]);
        let near: Vec<_> = supply.iter().map(|one| one.near_names.join(", ")).collect();
        assert_eq!(near, ["Mr Oddfellow", "Gareth Oddfellow"], "they may be one, and it is hinted");
        let expected = [("acc_1", "", 3, true), ("", "J Marlow", 1, false), ("", "Kit Vasquez", 1, false)];
        assert_eq!(found, expected.map(|(id, name, n, review)| (id.to_owned(), name.to_owned(), n, review)));
    }
}
