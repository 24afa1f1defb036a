//! Schools: the tenants of the authority. A school's URN changes when it becomes an academy; its id never does.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use chassis::id::SchoolId;

use crate::parameter::{Origin, Parameter};

/// The kinds of school.
pub const KINDS: [&str; 6] = ["nursery", "primary", "secondary", "all_through", "special", "pru"];
/// The key stages.
pub const KEY_STAGES: [&str; 6] = ["EYFS", "KS1", "KS2", "KS3", "KS4", "KS5"];

/// One tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct School {
    /// Its id.
    pub id: SchoolId,
    /// Its name.
    pub name: String,
    /// Its kind, one of `KINDS`.
    pub kind: String,
    /// Its unique reference number, six digits.
    pub urn: String,
    /// The key stages it teaches, in the order of `KEY_STAGES`.
    pub key_stages: Vec<String>,
    /// When it was added.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When its tenancy ended.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub closed_at: Option<OffsetDateTime>,
    /// Why.
    #[serde(default)]
    pub close_reason: String,
    /// The part of the authority it lies in; empty where nobody said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub area: String,
    /// How many learners are on its roll; 0 where nobody said.
    #[serde(default, skip_serializing_if = "unsaid")]
    pub learners: u32,
}

/// The most characters the name of an area has.
pub const AREA_MAX: usize = 60;
/// The most learners a school has.
pub const LEARNERS_MAX: u32 = 10_000;

/// As long as nothing is said of it, a school is written as it was before one could.
fn unsaid(learners: &u32) -> bool {
    *learners == 0
}

/// The school is closed already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the school is closed already")]
pub struct Closed;

impl School {
    /// Ends its tenancy.
    ///
    /// # Errors
    /// Where it has ended.
    pub fn close(mut self, reason: &str, at: OffsetDateTime) -> Result<Self, Closed> {
        if self.closed_at.is_some() {
            return Err(Closed);
        }
        self.closed_at = Some(at);
        self.close_reason = reason.to_owned();
        Ok(self)
    }

    /// Says where it lies and how many learners it has, in place of what was said before.
    ///
    /// # Errors
    /// Where its tenancy has ended.
    pub fn describe(mut self, area: &str, learners: u32) -> Result<Self, Closed> {
        if self.closed_at.is_some() {
            return Err(Closed);
        }
        self.area = area.to_owned();
        self.learners = learners;
        Ok(self)
    }

    /// What the school's own record says of the blanks of a policy.
    pub fn parameters(&self) -> Vec<Parameter> {
        let one = |key: &str, value: &str| Parameter::of(key, vec![value.to_owned()], Origin::School);
        vec![
            one("school.legal_name", &self.name),
            one("school.short_name", &self.name),
            one("school.type", &self.kind),
            Parameter::of("school.key_stages", self.key_stages.clone(), Origin::School),
        ]
    }
}
