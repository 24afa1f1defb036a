//! A finding that is let stand until a day, by somebody, for a reason.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use chassis::id::AccountId;

use super::super::{Instance, Refusal};
use crate::parameter::PartDate;

/// How long a finding is let stand at most, in months.
const LONGEST_MONTHS: u32 = 12;

/// Lets a finding stand until a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// The finding.
    pub finding: String,
    /// Its class.
    pub rule: String,
    /// Why it is let stand.
    pub reason: String,
    /// The last day.
    pub until: Date,
    /// Who said so.
    pub account: AccountId,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub waived_at: OffsetDateTime,
}

impl Instance {
    /// The waiver that covers a finding on a day.
    pub fn waiver(&self, finding: &str, today: Date) -> Option<&Waiver> {
        self.waivers.iter().find(|waiver| waiver.finding == finding && waiver.until >= today)
    }

    /// Lets a finding stand. The text is the same, so the signatures hold.
    ///
    /// # Errors
    /// Where the day is gone or lies too far ahead.
    pub fn waive(mut self, waiver: Waiver, today: Date) -> Result<Self, Refusal> {
        let day = PartDate { year: today.year(), month: today.month().into(), day: Some(today.day()) };
        let latest = day.plus_months(LONGEST_MONTHS).last().unwrap_or(today);
        if waiver.until < today || waiver.until > latest {
            let fix = format!("Enter a day from today to {latest}: a finding is let stand for a year at most");
            return Err(Refusal::Invalid("until_date", fix));
        }
        self.waivers.retain(|other| other.finding != waiver.finding && other.until >= today);
        self.waivers.push(waiver);
        Ok(self.written())
    }

    /// Ends a waiver.
    ///
    /// # Errors
    /// Where the finding has none.
    pub fn end_waiver(mut self, finding: &str) -> Result<Self, Refusal> {
        let before = self.waivers.len();
        self.waivers.retain(|waiver| waiver.finding != finding);
        if self.waivers.len() == before {
            return Err(Refusal::Invalid("until_date", "Enter the last day: this finding has no waiver to end".into()));
        }
        Ok(self.written())
    }
}
