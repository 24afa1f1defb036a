//! Accounts and the appointments they hold. What may be an account is decided here, purely, and kept elsewhere.

mod bootstrap;

use chassis::{
    error::{Result, Violations},
    id::{AccountId, SchoolId},
};
use proto::access::v1::Role;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

pub use bootstrap::{bootstrap, first};

/// The shortest password: length protects, rules about its characters do not (NIST SP 800-63B).
pub const SHORTEST_PASSWORD: usize = 12;
/// The longest: nobody types more, and hashing it costs.
pub const LONGEST_PASSWORD: usize = 256;
/// The fewest different characters a password may have.
const DIFFERENT: usize = 5;

/// One person's, or one sender's, way in.
#[derive(Clone, Serialize, Deserialize)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// What its holder signs in with, in lower case.
    pub sign_in_name: String,
    /// The name shown to colleagues.
    pub display_name: String,
    /// The password's hash in PHC form.
    pub password_hash: String,
    /// The roles it holds and where.
    pub appointments: Vec<Appointment>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// One account in one role at one school, or at the authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    /// The role.
    #[serde(with = "role_name")]
    pub role: Role,
    /// The school; none for the authority's own roles.
    pub school: Option<SchoolId>,
    /// When it begins.
    #[serde(with = "time::serde::rfc3339")]
    pub start: OffsetDateTime,
    /// When it ends; none while it lasts.
    #[serde(with = "time::serde::rfc3339::option")]
    pub end: Option<OffsetDateTime>,
}

impl Appointment {
    /// Whether it is in force at a moment.
    pub fn in_force(&self, now: OffsetDateTime) -> bool {
        self.start <= now && self.end.is_none_or(|end| now < end)
    }
}

/// An account that is asked for.
#[derive(Clone)]
pub struct NewAccount {
    /// What its holder will sign in with.
    pub sign_in_name: String,
    /// The name shown to colleagues.
    pub display_name: String,
    /// The first password.
    pub password: String,
    /// The roles it will hold and where; one at least.
    pub appointments: Vec<Appointment>,
}

impl NewAccount {
    /// Checks everything at once and puts the names into the form they are kept in.
    ///
    /// # Errors
    /// `Invalid` with every field at fault.
    pub fn checked(mut self) -> Result<Self> {
        self.sign_in_name = sign_in_name(&self.sign_in_name);
        self.display_name = self.display_name.trim().to_owned();
        let mut v = Violations::new();
        let name = &self.sign_in_name;
        let plain = name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || b".-@".contains(&c));
        v.check(
            plain && (3..=64).contains(&name.len()),
            "sign_in_name",
            "Enter 3 to 64 characters from a to z, 0 to 9, dot, hyphen and at",
        );
        v.line("display_name", "a name", &self.display_name, 100);
        password(&mut v, &self.password, name);
        v.check(!self.appointments.is_empty(), "appointments", "Enter at least one appointment");
        for (i, appointment) in self.appointments.iter().enumerate() {
            appointment_at(&mut v, i, appointment);
        }
        v.finish()?;
        Ok(self)
    }

    /// The account, once the password was hashed.
    pub fn create(self, id: AccountId, password_hash: String, now: OffsetDateTime) -> Account {
        let Self { sign_in_name, display_name, appointments, .. } = self;
        Account { id, sign_in_name, display_name, password_hash, appointments, created_at: now }
    }
}

/// A sign-in name in the form it is kept in.
pub fn sign_in_name(typed: &str) -> String {
    typed.trim().to_lowercase()
}

fn password(v: &mut Violations, password: &str, name: &str) {
    let length = password.chars().count();
    v.check(
        (SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&length),
        "password",
        format!("Password must be {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters"),
    );
    if length < SHORTEST_PASSWORD {
        return;
    }
    let mut different: Vec<char> = password.chars().collect();
    different.sort_unstable();
    different.dedup();
    v.check(
        different.len() >= DIFFERENT,
        "password",
        format!("Password must have {DIFFERENT} different characters or more"),
    );
    v.check(
        name.len() < 3 || !password.to_lowercase().contains(name),
        "password",
        "Enter a password that does not contain the sign-in name",
    );
}

fn appointment_at(v: &mut Violations, i: usize, appointment: &Appointment) {
    let field = |name: &str| format!("appointments[{i}].{name}");
    match (appointment.role, &appointment.school) {
        (Role::Unspecified, _) => v.add(field("role"), "Select a role"),
        (
            Role::AuthorityOfficer
            | Role::Operator
            | Role::Lado
            | Role::FrontDoor
            | Role::PreventLead
            | Role::SafeguardingOfficer,
            Some(_),
        ) => {
            v.add(field("school_id"), "Leave the school empty: this role is held at the authority");
        }
        (
            Role::Staff
            | Role::Dsl
            | Role::DeputyDsl
            | Role::Head
            | Role::Governor
            | Role::Chair
            | Role::It
            | Role::Sender,
            None,
        ) => v.add(field("school_id"), "Enter the school the role is held at"),
        _ => {}
    }
    v.check(
        appointment.end.is_none_or(|end| appointment.start < end),
        field("end_time"),
        "The end must be after the start",
    );
}

/// Roles are kept by their names in the contract.
mod role_name {
    use proto::access::v1::Role;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub fn serialize<S: Serializer>(role: &Role, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(role.as_str_name())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Role, D::Error> {
        let name = String::deserialize(deserializer)?;
        Role::from_str_name(&name).ok_or_else(|| D::Error::custom("no such role"))
    }
}

#[cfg(test)]
mod tests {
    use chassis::{clock::ManualClock, error::Error, id::Ids};
    use time::{Duration, macros::datetime};

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-24 09:00 UTC);

    fn dsl() -> NewAccount {
        let school = Ids::new(ManualClock::new(NOW)).next();
        NewAccount {
            sign_in_name: " R.Okafor ".into(),
            display_name: "Ruth Okafor".into(),
            password: "seven green kettles".into(),
            appointments: vec![Appointment { role: Role::Dsl, school: Some(school), start: NOW, end: None }],
        }
    }

    fn fields(new: NewAccount) -> Vec<String> {
        let error = new.checked().err();
        error.map(|e: Error| e.violations().iter().map(|v| v.field.clone()).collect()).unwrap_or_default()
    }

    #[test]
    fn a_sign_in_name_is_kept_in_one_spelling() -> Result<()> {
        assert_eq!(dsl().checked()?.sign_in_name, "r.okafor");
        assert_eq!(fields(NewAccount { sign_in_name: "ruth okafor".into(), ..dsl() }), ["sign_in_name"]);
        assert_eq!(fields(NewAccount { sign_in_name: "ro".into(), ..dsl() }), ["sign_in_name"]);
        Ok(())
    }

    #[test]
    fn a_guessable_password_is_refused() {
        for weak in ["short", "aaaaaaaaaaaaaaaa", "abcabcabcabcabc", "my-r.okafor-2026"] {
            assert_eq!(fields(NewAccount { password: weak.into(), ..dsl() }), ["password"], "{weak}");
        }
        assert_eq!(fields(NewAccount { password: "x1yz".repeat(100), ..dsl() }), ["password", "password"]);
    }

    #[test]
    fn a_role_is_held_where_it_belongs() {
        let with = |f: &dyn Fn(&mut Appointment)| {
            let mut new = dsl();
            f(&mut new.appointments[0]);
            fields(new)
        };
        assert_eq!(with(&|a| a.school = None), ["appointments[0].school_id"]);
        assert_eq!(with(&|a| a.role = Role::Operator), ["appointments[0].school_id"]);
        assert_eq!(with(&|a| a.role = Role::Unspecified), ["appointments[0].role"]);
        assert_eq!(with(&|a| a.end = Some(NOW - Duration::DAY)), ["appointments[0].end_time"]);
        assert_eq!(fields(NewAccount { appointments: vec![], ..dsl() }), ["appointments"]);
    }

    #[test]
    fn an_account_reads_back_as_it_was_kept() -> Result<()> {
        let id = Ids::new(ManualClock::new(NOW)).next();
        let account = dsl().checked()?.create(id, "$argon2id$".into(), NOW);
        let back: Account = serde_json::from_slice(&serde_json::to_vec(&account)?)?;
        assert_eq!(back.appointments, account.appointments);
        assert_eq!((back.sign_in_name, back.created_at), (account.sign_in_name, NOW));
        Ok(())
    }
}
