//! What an exception kept from alerting, and who must not be found by its count: that of a member of staff is kept like any
//! other event, and nobody who reads how many an exception covered learns of it.

use super::{STAFF, Taken};
use crate::exception::Exception;

/// An event that an exception kept from alerting, and that was counted so.
#[derive(Debug)]
pub(super) struct Passed {
    exception: String,
    user: String,
    /// When it came, where that was with an earlier batch, which counted it as kept.
    waited: Option<i64>,
}

impl Taken {
    /// Counts an event that an exception kept from alerting.
    pub(super) fn except(&mut self, exception: &Exception, tier: &str, user: &str, waited: Option<i64>) {
        if tier == STAFF {
            self.counts.kept += u64::from(waited.is_none());
            return;
        }
        let exception = exception.id.to_string();
        *self.excepted.entry(exception.clone()).or_default() += 1;
        match waited {
            None => self.counts.excepted += 1,
            Some(waited) => self.since.entry(waited).or_default().excepted += 1,
        }
        self.passed.push(Passed { exception, user: user.to_owned(), waited });
    }

    /// Counts those of staff by their user name as kept.
    pub(super) fn pass_over(&mut self, is: impl Fn(&str) -> bool) {
        for Passed { exception, waited, .. } in self.passed.extract_if(.., |passed| is(&passed.user)) {
            if let Some(count) = self.excepted.get_mut(&exception) {
                *count = count.saturating_sub(1);
            }
            match waited {
                None => {
                    self.counts.excepted = self.counts.excepted.saturating_sub(1);
                    self.counts.kept += 1;
                }
                Some(waited) => {
                    let since = self.since.entry(waited).or_default();
                    since.excepted = since.excepted.saturating_sub(1);
                }
            }
        }
    }
}
