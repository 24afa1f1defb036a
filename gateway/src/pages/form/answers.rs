//! What somebody answered in a form, as the browser sent it.

use chassis::error::Error;
use time::OffsetDateTime;

use crate::pages::words;

/// The four boxes of a moment.
pub(super) const BOXES: [&str; 4] = ["day", "month", "year", "time"];

/// What somebody answered.
#[derive(Debug, Clone, Default)]
pub struct Answers(Vec<(String, String)>);

impl Answers {
    /// Answers as the browser sent them.
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// Every name and answer, as they were sent.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// One answer without space around it; empty where there is none.
    pub fn text(&self, name: &str) -> String {
        let found = self.0.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.replace("\r\n", "\n").trim().to_owned()).unwrap_or_default()
    }

    /// One answer exactly as it was sent: a password.
    pub fn raw(&self, name: &str) -> String {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// Every answer of that name that is not empty.
    pub fn all(&self, name: &str) -> Vec<String> {
        let found =
            self.0.iter().filter(|(n, _)| n == name).map(|(_, value)| value.replace("\r\n", "\n").trim().to_owned());
        found.filter(|value| !value.is_empty()).collect()
    }

    /// Every name and answer whose name begins with `prefix`, without it.
    pub fn beginning(&self, prefix: &str) -> Vec<(String, String)> {
        let found = self.0.iter().filter_map(|(name, _)| name.strip_prefix(prefix));
        found.map(|rest| (rest.to_owned(), self.text(&format!("{prefix}{rest}")))).collect()
    }

    /// The form's own id.
    pub fn request_id(&self) -> String {
        self.text("request_id")
    }

    /// The day somebody typed, as the contract writes days. What is no day stays as it is: the service says so.
    pub fn day(&self, name: &str) -> String {
        let text = self.text(name);
        words::typed_day(&text).map_or(text, |day| day.to_string())
    }

    /// The moment somebody typed; none where they left it empty.
    ///
    /// # Errors
    /// `Invalid` where it is no real date or lies ahead.
    pub fn moment(&self, name: &str, what: &str, now: OffsetDateTime) -> Result<Option<OffsetDateTime>, Error> {
        let typed = BOXES.map(|part| self.text(&format!("{name}-{part}")));
        let [day, month, year, clock] = &typed;
        if typed.iter().all(String::is_empty) {
            return Ok(None);
        }
        let at = words::typed(day, month, year, clock);
        let at = at.ok_or_else(|| Error::invalid(name, format!("{what} must be a real date and time")))?;
        if at > now {
            return Err(Error::invalid(name, format!("{what} must be today or in the past")));
        }
        Ok(Some(at))
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_moment_left_empty_is_none_and_one_to_come_is_refused() {
        let now = datetime!(2026-11-24 09:00 UTC);
        let answers = |day: &str| {
            let pairs = [("when-day", day), ("when-month", "11"), ("when-year", "2026")];
            Answers::new(pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec())
        };
        assert_eq!(Answers::default().moment("when", "Date", now).ok(), Some(None));
        assert_eq!(answers("23").moment("when", "Date", now).ok(), Some(Some(datetime!(2026-11-23 00:00 UTC))));
        for (day, message) in [("25", "Date must be today or in the past"), ("31", "Date must be a real date and time")]
        {
            let error = answers(day).moment("when", "Date", now).err();
            assert_eq!(error.map(|e| e.violations()[0].message.clone()).as_deref(), Some(message));
        }
    }
}
