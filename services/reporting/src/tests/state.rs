//! How a school stands is the same whichever event is taken in first.

use chassis::{clock::timestamp, event::Event};
use proptest::prelude::*;
use proto::event::v1::{Envelope, FeedCounted};
use time::{OffsetDateTime, macros::datetime};

use super::made::one_of_each;
use crate::state::State;

proptest! {
    #[test]
    fn states_come_to_the_same_in_any_order(order in Just((0..60_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let events = one_of_each();
        let together = |places: &[usize]| {
            let said = places.iter().filter_map(|place| events.get(*place * 4)).map(State::of);
            said.fold(State::default(), State::and)
        };
        let sorted: Vec<usize> = (0..60).collect();
        prop_assert_eq!(together(&order), together(&sorted));
    }
}

#[test]
fn the_last_line_is_of_when_it_came_and_not_of_when_it_was_told() {
    let told = datetime!(2026-11-17 09:38 UTC);
    let last = |hour: OffsetDateTime, received: Option<OffsetDateTime>| {
        let counted = FeedCounted {
            hour_time: Some(timestamp(hour)),
            last_receive_time: received.map(timestamp),
            ..FeedCounted::default()
        };
        let (event_time, event) = (Some(timestamp(told)), Some(Event::FeedCounted(counted)));
        let us = State::of(&Envelope { event_time, event, ..Envelope::default() }).last_feed_us;
        us.and_then(|us| OffsetDateTime::from_unix_timestamp(us / 1_000_000).ok())
    };
    let (hour, line) = (datetime!(2026-11-16 16:00 UTC), datetime!(2026-11-16 16:30 UTC));
    assert_eq!(last(hour, Some(line)), Some(line));
    // An earlier release told of the hour alone; the hour that runs is not over.
    assert_eq!(last(hour, None), Some(datetime!(2026-11-16 16:59:59 UTC)));
    assert_eq!(last(datetime!(2026-11-17 09:00 UTC), None), Some(told));
}
