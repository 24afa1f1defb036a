//! What the law asks of whoever found out, and of nobody in their place: they report in person, and the lead sees that they
//! did.

use chassis::clock::london;
use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime};

use super::Concern;
use crate::{
    case::{Refusal, print::paper, record::Stamp, referral::paper::said},
    route::{Contact, Filled, Route, day, digest, value},
    rules::DUTY_FOUND_DAYS,
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
    /// Refuses a report that cannot have been made so: before what is reported was found out, long before the concern was
    /// recorded, or under a reference that is recorded already.
    ///
    /// # Errors
    /// `Field` or `Fields` with what to enter instead.
    pub fn could_be_reported(
        &self,
        route: &Route,
        answers: &[(String, String)],
        reported: Reported<'_>,
    ) -> Result<(), Refusal> {
        let again = |duty: &Duty| duty.route == route.key && duty.reference == reported.reference;
        if self.duties.iter().any(again) {
            let fix = "Enter another reference: the report under this one is recorded already";
            return Err(Refusal::Field("reference", fix.to_owned()));
        }
        let earliest = london(self.recorded_at).date() - Duration::days(DUTY_FOUND_DAYS);
        let dates = route.fields.iter().filter(|field| field.kind == "date");
        let found: Vec<(&str, Date)> =
            dates.filter_map(|field| Some((field.key.as_str(), day(value(answers, &field.key))?))).collect();
        let early = |on: Date| format!("Enter a day from {} on: the concern was recorded a year later", paper::day(on));
        let wrong = found.iter().filter(|(_, on)| *on < earliest);
        let wrong: Vec<(String, String)> = wrong.map(|(key, _)| ((*key).to_owned(), early(earliest))).collect();
        if !wrong.is_empty() {
            return Err(Refusal::Fields("answers", wrong));
        }
        let from = found.iter().map(|(_, on)| *on).max().unwrap_or(earliest);
        if london(reported.at).date() < from {
            let fix =
                format!("Enter when you reported it: from {} on, the day on which you found out", paper::day(from));
            return Err(Refusal::Field("report_time", fix));
        }
        Ok(())
    }

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
        let given = answers.iter().filter(|filled| !filled.value.is_empty());
        told.extend(given.map(|filled| format!("{} {}", filled.label, said(&filled.value))));
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
