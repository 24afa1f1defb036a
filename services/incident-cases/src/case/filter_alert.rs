//! What an alert of the filter used, kept with the case it led to. The filter's own logs, and the alert with them, go after the
//! school's term for them; the case is kept for as long as a case is.

use time::{Date, OffsetDateTime};

use super::{
    Case, EntryId,
    entry::{Entry, Happened},
};

/// What an alert says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FilterAlert {
    /// When the first of its events happened, as the filter wrote it.
    pub event_at: Option<OffsetDateTime>,
    /// What it says, each part under its name; what is empty is left out.
    pub says: Vec<(&'static str, String)>,
}

/// That an alert was deleted before what it used was with the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertDeleted {
    /// On which day.
    pub on: Date,
    /// Before which day everything was.
    pub before: Date,
    /// By which rule.
    pub rule: String,
}

fn named(day: Date) -> String {
    format!("{} {} {}", day.day(), day.month(), day.year())
}

impl Case {
    /// Says that what an alert used is lost, and why, as an entry by the platform itself.
    pub fn lose_alert(&mut self, id: EntryId, deleted: &AlertDeleted, at: OffsetDateTime) {
        let text = format!(
            "What the web filter reported is not kept with this case: the alert was deleted on {}, with everything from \
             before {}, because it was past the school’s term for what its filter reports ({}).",
            named(deleted.on),
            named(deleted.before),
            deleted.rule
        );
        self.platform_says(id, text, Happened::Unknown, at);
    }

    fn platform_says(&mut self, id: EntryId, text: String, happened: Happened, at: OffsetDateTime) {
        self.entries.push(Entry {
            id,
            text,
            significant: false,
            impact: String::new(),
            by: String::new(),
            school_id: self.school_id.clone(),
            at,
            corrects: None,
            happened: Some(happened),
            kind: "fact".to_owned(),
            marks: Vec::new(),
        });
    }

    /// Keeps what an alert used as an entry by the platform itself, whether or not the case is still worked.
    pub fn keep_alert(&mut self, id: EntryId, alert: &FilterAlert, at: OffsetDateTime) {
        let said = alert.says.iter().filter(|(_, text)| !text.is_empty());
        let lines: Vec<String> = said.map(|(name, text)| format!("{name}: {text}")).collect();
        // A clock that is ahead tells nobody when it was.
        let happened = alert.event_at.filter(|event_at| *event_at <= at).map_or(Happened::Unknown, Happened::Exact);
        let text = format!("What the web filter reported:\n{}", lines.join("\n"));
        self.platform_says(id, text, happened, at);
    }
}
