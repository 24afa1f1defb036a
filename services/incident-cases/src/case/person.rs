//! Who has a part in a case.

use serde::{Deserialize, Serialize};

use super::InvolvementId;
use crate::learner::LearnerId;

/// One person's part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Involvement {
    /// Its id.
    pub id: InvolvementId,
    /// The person.
    pub person: String,
    /// Their part.
    pub role: String,
    /// Their year group; empty where none.
    pub year_group: String,
    /// Their vulnerabilities.
    pub vulnerabilities: Vec<String>,
    /// Who it is on the roll, where somebody said.
    #[serde(default)]
    pub learner: Option<LearnerId>,
}

impl Involvement {
    /// Whether the person is a child of the school, so that parents are to be thought of.
    pub fn child(&self) -> bool {
        matches!(self.role.as_str(), "victim" | "alleged_perpetrator" | "affected")
    }
}
