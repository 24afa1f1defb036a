//! How a school stands: what the latest event of each kind said, whichever comes first. Which of its feeds are silent is kept by
//! feed (`store/feeds.rs`).

use chassis::{
    clock::moment,
    event::{Envelope, Event},
};

use time::{Duration, OffsetDateTime};

use crate::fact::{announced, order};

/// What events say of how a school stands. Two of them come to the same whichever is taken in first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Since when it is known, in microseconds: the earliest moment that anything happened there.
    pub known_us: Option<i64>,
    /// When its policy's review is due, in microseconds.
    pub review_due_us: Option<i64>,
    /// Findings of severity error in its policy.
    pub error_findings: i64,
    /// The event that said so of the policy, by its place in order; empty where none did.
    pub policy_at: String,
    /// When its feeds last sent, in microseconds.
    pub last_feed_us: Option<i64>,
    /// Its phase, a code such as `primary`; empty where nobody said.
    pub phase: String,
    /// The part of the authority it lies in; empty where nobody said.
    pub area: String,
    /// How many learners it has; 0 where nobody said.
    pub learners: i64,
    /// The event that said so of area and learners, by its place in order; empty where none did.
    pub described_at: String,
    /// Since when lines of a filter are heard there, in microseconds: before, there was no alert to be counted, and that says nothing.
    pub fed_us: Option<i64>,
    /// Since when a register says who is expected to accept, to read or to be trained, in microseconds.
    pub registered_us: Option<i64>,
}

fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or_default()
}

/// When the last line came that an event tells of. It is told later than that; one of an earlier release says the hour alone.
fn last_line(received: Option<OffsetDateTime>, hour: Option<OffsetDateTime>, told: OffsetDateTime) -> i64 {
    let end = hour.map(|hour| hour + Duration::HOUR - Duration::SECOND);
    let said = received.or(end);
    micros(said.map_or(told, |said| said.min(told)))
}

impl State {
    /// What one event says.
    pub fn of(envelope: &Envelope) -> Self {
        let at = micros(announced(envelope));
        let mut state = Self { known_us: Some(at), ..Self::default() };
        match &envelope.event {
            Some(Event::PolicyPublished(policy)) => {
                state.review_due_us = policy.review_due_time.as_ref().and_then(moment).map(micros);
                state.error_findings = policy.error_findings.into();
                state.policy_at = order(envelope);
            }
            Some(Event::FeedCounted(counted)) => {
                let received = counted.last_receive_time.as_ref().and_then(moment);
                let hour = counted.hour_time.as_ref().and_then(moment);
                state.last_feed_us = Some(last_line(received, hour, announced(envelope)));
                state.fed_us = Some(at);
            }
            Some(Event::RegisterCounted(_)) => state.registered_us = Some(at),
            Some(Event::SchoolCreated(created)) => state.phase.clone_from(&created.kind),
            Some(Event::SchoolDescribed(described)) => {
                state.area.clone_from(&described.area);
                state.learners = described.learners.into();
                state.described_at = order(envelope);
            }
            _ => {}
        }
        state
    }

    /// What both say.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let earliest = |one: Option<i64>, other: Option<i64>| [one, other].into_iter().flatten().min();
        let last_feed_us = self.last_feed_us.max(other.last_feed_us);
        let of_policy = if other.policy_at > self.policy_at { &other } else { &self };
        let described = if other.described_at > self.described_at { &other } else { &self };
        Self {
            known_us: earliest(self.known_us, other.known_us),
            review_due_us: of_policy.review_due_us,
            error_findings: of_policy.error_findings,
            policy_at: of_policy.policy_at.clone(),
            last_feed_us,
            // A school is added once; of two that say so the same one is believed in any order.
            phase: self.phase.clone().max(other.phase.clone()),
            area: described.area.clone(),
            learners: described.learners,
            described_at: described.described_at.clone(),
            fed_us: earliest(self.fed_us, other.fed_us),
            registered_us: earliest(self.registered_us, other.registered_us),
        }
    }
}
