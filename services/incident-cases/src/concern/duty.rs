//! What the law asks of whoever found out, and of nobody in their place: they report in person, and the lead sees that they
//! did.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::Concern;
use crate::{
    case::record::Stamp,
    route::{Contact, Filled, Route, digest},
};

/// That somebody reported in person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Duty {
    /// The route's key.
    pub route: String,
    /// What the route is called.
    pub title: String,
    /// The agency's key.
    pub agency: String,
    /// Its name.
    pub agency_name: String,
    /// Every answer as it was given.
    pub answers: Vec<Filled>,
    /// The agency's reference.
    pub reference: String,
    /// When it was reported.
    pub reported_at: OffsetDateTime,
    /// The SHA-256 of all that was reported, in hexadecimal digits.
    pub digest: String,
    /// Who recorded it, and when.
    pub stamp: Stamp,
}

/// When it was reported and under which reference.
#[derive(Debug, Clone, Copy)]
pub struct Reported<'a> {
    /// The agency.
    pub to: &'a Contact,
    /// Its reference.
    pub reference: &'a str,
    /// When.
    pub at: OffsetDateTime,
}

impl Concern {
    /// Records that its reporter reported in person. What they reported is added to the concern, so that whoever reads it sees
    /// that there is more.
    pub fn report_in_person(&mut self, route: &Route, answers: Vec<Filled>, reported: Reported<'_>, stamp: Stamp) {
        let left = (self.id.as_str(), &route.key, &reported.to.key, reported.reference, reported.at, &answers);
        let digest = digest(&left);
        let mut told = vec![format!(
            "{}: reported in person to {}, {}. Reference {}.",
            route.title,
            reported.to.name,
            crate::case::print::paper::moment(reported.at),
            reported.reference
        )];
        let said = answers.iter().filter(|filled| !filled.value.is_empty());
        told.extend(said.map(|filled| format!("{} {}", filled.label, filled.value)));
        self.add(&told.join("\n"), stamp.at);
        self.duties.push(Duty {
            route: route.key.clone(),
            title: route.title.clone(),
            agency: reported.to.key.clone(),
            agency_name: reported.to.name.clone(),
            answers,
            reference: reported.reference.to_owned(),
            reported_at: reported.at,
            digest,
            stamp,
        });
    }
}
