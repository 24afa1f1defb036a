//! Where somebody is told, of what and when: what an address may be, decided purely.

use std::collections::BTreeMap;

use chassis::{
    error::{Result, Violations},
    id::AccountId,
};
use proto::access::v1::Role;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime, Time};

use super::{
    kind::{self, Kind},
    timing::Quiet,
};

/// How long a link that confirms an address is good.
pub const LINK_GOOD: Duration = Duration::hours(24);
/// How many confirmations are sent for one account, or to one address, in a day.
pub const CONFIRMATIONS: u64 = 5;
/// The longest address (RFC 5321).
const LONGEST: usize = 254;

/// What is kept for one account, sealed but for what the database must compare.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whose they are.
    pub account_id: AccountId,
    /// What is sealed.
    pub sealed: Sealed,
    /// When the address was confirmed.
    pub confirmed_at: Option<OffsetDateTime>,
    /// The digest of the link that confirms the next address, and until when it is good.
    pub link: Option<(Vec<u8>, OffsetDateTime)>,
    /// Whether all that is not urgent comes once a day.
    pub daily: bool,
    /// When nothing comes that is not urgent.
    pub quiet: Option<Quiet>,
    /// What was chosen other than by default.
    pub choices: BTreeMap<String, bool>,
}

/// The addresses, and what the schools are called to which the account belongs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// The confirmed address.
    pub email: Option<String>,
    /// The one that waits for its confirmation.
    pub pending: Option<String>,
    /// The schools' names, by their ids.
    #[serde(default)]
    pub schools: BTreeMap<String, String>,
}

impl Settings {
    /// Those of an account that never said anything.
    pub fn none(account_id: AccountId) -> Self {
        Self {
            account_id,
            sealed: Sealed::default(),
            confirmed_at: None,
            link: None,
            daily: false,
            quiet: None,
            choices: BTreeMap::new(),
        }
    }

    /// Whether a notice of a kind is wanted.
    pub fn wants(&self, kind: &Kind) -> bool {
        self.choices.get(kind.code).copied().unwrap_or(kind.by_default)
    }

    /// Takes what is wanted, of what these roles can be told of.
    ///
    /// # Errors
    /// `Invalid` where a kind is none of those.
    pub fn choose(&mut self, kinds: &[String], roles: &[Role]) -> Result<()> {
        let own: Vec<&Kind> = kind::of_roles(roles).collect();
        let mut v = Violations::new();
        let known = kinds.iter().all(|code| own.iter().any(|kind| kind.code == code));
        v.check(known, "kinds", "Select from the notices that your roles can have");
        v.finish()?;
        for kind in own {
            self.choices.insert(kind.code.to_owned(), kinds.iter().any(|code| code == kind.code));
        }
        Ok(())
    }

    /// Takes what was asked for; answers whether an address has to be confirmed.
    pub fn take(&mut self, wanted: Wanted) -> bool {
        self.daily = wanted.daily;
        self.quiet = wanted.quiet;
        if self.sealed.email.as_deref() == Some(wanted.email.as_str()) {
            (self.sealed.pending, self.link) = (None, None);
            return false;
        }
        self.sealed.pending = Some(wanted.email);
        true
    }

    /// The next address counts from now on.
    pub fn confirm(&mut self, now: OffsetDateTime) {
        self.sealed.email = self.sealed.pending.take();
        self.confirmed_at = Some(now);
        self.link = None;
    }
}

/// Where and when somebody asks to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The address.
    pub email: String,
    /// Whether once a day.
    pub daily: bool,
    /// The quiet hours.
    pub quiet: Option<Quiet>,
}

impl Wanted {
    /// Checks everything at once.
    ///
    /// # Errors
    /// `Invalid` with every field at fault.
    pub fn checked(email: &str, digest: &str, quiet_from: &str, quiet_to: &str) -> Result<Self> {
        let email = email.trim();
        let mut v = Violations::new();
        v.check(address(email), "email", "Enter an email address in the correct format, such as name@example.org");
        v.check(matches!(digest, "at_once" | "daily"), "digest", "Select whether mail comes at once or once a day");
        let (from, to) = (time_of_day(quiet_from), time_of_day(quiet_to));
        let fix = "Enter a time such as 18:00";
        v.check(quiet_from.is_empty() || from.is_some(), "quiet_from", fix);
        v.check(quiet_to.is_empty() || to.is_some(), "quiet_to", fix);
        v.check(quiet_from.is_empty() || !quiet_to.is_empty(), "quiet_to", "Enter when the quiet hours end");
        v.check(quiet_to.is_empty() || !quiet_from.is_empty(), "quiet_from", "Enter when the quiet hours begin");
        v.check(from.is_none() || from != to, "quiet_to", "The quiet hours must end at another time than they begin");
        v.finish()?;
        let quiet = from.zip(to).map(|(from, to)| Quiet { from, to });
        Ok(Self { email: email.to_owned(), daily: digest == "daily", quiet })
    }
}

/// Whether a text is an address mail can be sent to: one address in plain letters at a named host, and nothing else.
fn address(text: &str) -> bool {
    let plain = text.bytes().all(|c| c.is_ascii_graphic() && !b"\"()<>,;:\\[]|".contains(&c));
    let named = text.rsplit_once('@').is_some_and(|(_, host)| {
        host.contains('.')
            && host.split('.').all(|label| !label.is_empty())
            && host.parse::<std::net::IpAddr>().is_err()
    });
    plain && named && text.len() <= LONGEST && text.parse::<lettre::Address>().is_ok()
}

/// A time of day such as `18:00`.
pub fn time_of_day(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |text: &str| text.len() == 2 && text.bytes().all(|c| c.is_ascii_digit());
    if !digits(hour) || !digits(minute) {
        return None;
    }
    Time::from_hms(hour.parse().ok()?, minute.parse().ok()?, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_address_and_nothing_besides() {
        for fine in ["r.okafor@thistledown.example", "a+b@x.example", "o'neil@x.sch.uk"] {
            assert!(address(fine), "{fine}");
        }
        for wrong in [
            "",
            "r.okafor",
            "@x.example",
            "r@",
            "r@x",
            "r@localhost",
            "r@127.0.0.1",
            "r@[127.0.0.1]",
            "r@x..example",
            "a@x.example\r\nBcc: b@x.example",
            "a@x.example\nRCPT TO:<b@x.example>",
            "a@x.example, b@x.example",
            "a b@x.example",
            "\"a b\"@x.example",
            "<a@x.example>",
            "a@x.example>",
            "a@b@x.example",
            "zo\u{eb}@x.example",
            "a@x.example;b@x.example",
            "a\0@x.example",
        ] {
            assert!(!address(wrong), "{wrong:?}");
        }
        assert!(!address(&format!("{}@x.example", "a".repeat(260))));
    }

    #[test]
    fn quiet_hours_begin_and_end() {
        let fields = |from: &str, to: &str| {
            let wanted = Wanted::checked("a@x.example", "daily", from, to);
            wanted.err().map(|e| e.violations().iter().map(|v| v.field.clone()).collect::<Vec<_>>()).unwrap_or_default()
        };
        assert!(fields("18:00", "07:00").is_empty() && fields("", "").is_empty());
        assert_eq!(fields("18:00", ""), ["quiet_to"]);
        assert_eq!(fields("", "07:00"), ["quiet_from"]);
        assert_eq!(fields("25:00", "7:00"), ["quiet_from", "quiet_to"]);
        assert_eq!(fields("18:00", "18:00"), ["quiet_to"]);
    }
}
