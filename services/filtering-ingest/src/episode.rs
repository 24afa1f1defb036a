//! Episodes: repeats of one theme by one person or device are one matter. The first raises the alert, later ones its
//! count, and past the threshold its severity.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::judge::Verdict;

/// Quiet that ends an episode (rule 10.6).
const QUIET: Duration = Duration::minutes(5);
/// The longest an episode lasts (rule 10.6).
const LONGEST: Duration = Duration::hours(24);
/// Over what time user actions are counted (rule 10.6).
const WINDOW: Duration = Duration::hours(1);
/// User actions within the window past which an alert's severity rises (rule 10.6, the default).
const REPEATED: usize = 5;

/// What one person or device did about one theme.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Episode {
    began_at: Option<OffsetDateTime>,
    last_at: Option<OffsetDateTime>,
    recent: Vec<OffsetDateTime>,
    /// The alert it raised; none before.
    pub alert_id: Option<String>,
}

/// What one more event of a theme comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing is raised yet: kept and counted.
    Counted,
    /// A new alert.
    Raise,
    /// The alert there is counts one more; graver where `worse`.
    Fold {
        /// The alert.
        alert_id: String,
        /// Whether the repeats make it graver.
        worse: bool,
    },
}

impl Episode {
    /// When its last event was; none before the first.
    pub fn last_at(&self) -> Option<OffsetDateTime> {
        self.last_at
    }

    /// Takes one more event in.
    pub fn add(&mut self, at: OffsetDateTime, verdict: &Verdict) -> Step {
        let over =
            self.last_at.is_none_or(|last| at - last > QUIET) || self.began_at.is_none_or(|began| at - began > LONGEST);
        if over {
            self.began_at = Some(at);
            self.alert_id = None;
        }
        self.last_at = Some(self.last_at.map_or(at, |last| last.max(at)));
        self.recent.retain(|earlier| at - *earlier < WINDOW);
        self.recent.push(at);
        match &self.alert_id {
            Some(id) => Step::Fold { alert_id: id.clone(), worse: self.recent.len() == REPEATED + 1 },
            // A threshold of five is passed by the sixth; a threshold of one is no waiting.
            None if verdict.threshold <= 1 || self.recent.len() > verdict.threshold as usize => Step::Raise,
            None => Step::Counted,
        }
    }
}
