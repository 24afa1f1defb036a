//! Accounts between the contract's form and ours.

use chassis::{
    clock::timestamp,
    error::{Result, Violations},
};
use proto::access::v1 as wire;
use time::OffsetDateTime;

use crate::accounts::{Account, Appointment, NewAccount};

impl Appointment {
    /// The appointment as the contract has it.
    pub fn to_proto(&self) -> wire::Appointment {
        wire::Appointment {
            role: self.role.into(),
            school_id: self.school.as_ref().map(ToString::to_string).unwrap_or_default(),
            start_time: Some(timestamp(self.start)),
            end_time: self.end.map(timestamp),
        }
    }
}

/// An account as the contract has it: without its password.
pub fn account(account: &Account) -> wire::Account {
    wire::Account {
        account_id: account.id.to_string(),
        sign_in_name: account.sign_in_name.clone(),
        display_name: account.display_name.clone(),
        appointments: account.appointments.iter().map(Appointment::to_proto).collect(),
        create_time: Some(timestamp(account.created_at)),
    }
}

/// The account that is asked for; an appointment that names no beginning begins now.
///
/// # Errors
/// `Invalid` with every field at fault.
pub fn new_account(request: &wire::CreateAccountRequest, now: OffsetDateTime) -> Result<NewAccount> {
    let mut v = Violations::new();
    let mut appointments = Vec::new();
    for (i, a) in request.appointments.iter().enumerate() {
        let field = |name: &str| format!("appointments[{i}].{name}");
        let mut time = |name: &str, at: &Option<prost_types::Timestamp>| v.at(&field(name), at.as_ref());
        let (start, end) = (time("start_time", &a.start_time).unwrap_or(now), time("end_time", &a.end_time));
        let school = match a.school_id.as_str() {
            "" => None,
            text => match text.parse() {
                Ok(school) => Some(school),
                Err(_) => {
                    v.add(field("school_id"), "Enter a school's id, such as the list of schools gives it");
                    continue;
                }
            },
        };
        appointments.push(Appointment { role: a.role(), school, start, end });
    }
    v.finish()?;
    NewAccount {
        sign_in_name: request.sign_in_name.clone(),
        display_name: request.display_name.clone(),
        password: request.password.clone(),
        appointments,
    }
    .checked()
}
