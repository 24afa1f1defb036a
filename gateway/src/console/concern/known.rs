//! One concern as the pages about it read it.

use chassis::error::Error;
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Concern, GetConcernRequest, Learner, LearnerMatch},
};

use crate::console::visit::{Visit, ask, heard};

/// One concern as it is read, with whom it is about or may be about: one read, one entry of the history.
pub struct Known {
    /// The concern.
    pub concern: Concern,
    /// Those of the roll it is about.
    pub named: Vec<Learner>,
    /// Those who may be meant; none where somebody is named.
    pub likely: Vec<LearnerMatch>,
    /// Whether its case is closed.
    pub case_closed: bool,
}

/// One concern, as the service keeps it.
///
/// # Errors
/// Where there is none that the visitor may know of.
pub async fn fetch(visit: &Visit, concern_id: &str) -> Result<Known, Error> {
    let asked = GetConcernRequest {
        school_id: visit.school.clone(),
        concern_id: concern_id.to_owned(),
        with_learners: visit.may(Permission::LearnerRead),
    };
    let found = heard(visit.cases()?.get_concern(ask(asked))).await?;
    let concern = found.concern.ok_or_else(Error::missing)?;
    Ok(Known { concern, named: found.learners, likely: found.likely, case_closed: found.case_closed })
}
