//! What is counted of one alert: it was raised once, opened once, and passed on as often as it was. One that came to the wrong school
//! counts there for nothing from the day on which that was known, and what is announced of it afterwards never counts there.

use std::collections::BTreeSet;

use chassis::{
    clock::london,
    event::{Envelope, Event},
};

use super::{Fact, announced, facts};

/// What is counted of alerts.
pub const OF_ALERTS: [&str; 3] = ["alert_raised", "alert_acknowledged", "alert_passed_on"];

/// The facts that an event takes back.
pub fn taken_back(event: &Event) -> &'static [&'static str] {
    if matches!(event, Event::AlertWithdrawn(_)) { &OF_ALERTS } else { &[] }
}

/// What everything that was said of one alert adds to the figures of its school, in the order in which it was said.
pub fn of_alert<'a>(said: impl Iterator<Item = &'a Envelope>) -> Vec<Fact> {
    let (mut all, mut told): (Vec<Fact>, BTreeSet<&str>) = (Vec::new(), BTreeSet::new());
    for envelope in said {
        let Some(event) = &envelope.event else { continue };
        let back = taken_back(event);
        if !back.is_empty() {
            let known = london(announced(envelope)).date();
            let gone = all.iter().filter(|fact| back.contains(&fact.fact));
            let gone: Vec<Fact> = gone.map(|fact| Fact { known, count: -fact.count, ..fact.clone() }).collect();
            all.extend(gone);
            return all;
        }
        let first = match event {
            Event::AlertRaised(_) => told.insert("raised"),
            // One that went on is opened again: it is the same alert.
            Event::AlertAcknowledged(_) => told.insert("opened"),
            // Its concern is passed on once, whatever way that takes.
            Event::ConcernEscalated(_) => told.insert(envelope.aggregate_id.as_str()),
            _ => true,
        };
        if first {
            all.extend(facts(envelope).into_iter().filter(|fact| OF_ALERTS.contains(&fact.fact)));
        }
    }
    all
}
