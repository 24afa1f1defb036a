//! How many feeds of a school are silent or late: counted again, feed by feed, from the list of what was announced.

use std::collections::BTreeMap;

use chassis::{
    error::Result,
    event::{Envelope, Event},
    testing::{Bed, Engine},
};
use proto::event::v1::FeedCoverageChanged;
use time::Duration;

use super::made::{Chance, Place, envelope};
use super::rebuild::rebuilt;

/// What is kept of each school, as a line of its id and number.
const KEPT: &str = "SELECT school_id || ' ' || silent_feeds AS line FROM school_state \
                    WHERE generation = (SELECT generation FROM progress WHERE id = 1) ORDER BY school_id";

pub(super) async fn silent_feeds_are_counted_feed_by_feed(engine: Engine) -> Result<()> {
    let bed = Bed::new(engine)?;
    let mut schools: Vec<String> = (0..4).map(|_| bed.school()).collect();
    schools.sort();
    let mut chance = Chance::new(11);
    let mut events: Vec<Envelope> = Vec::new();
    // The truth: by school, feed and trouble whether it is so; and beside it what a count of one moment would have said.
    let mut truth: BTreeMap<(usize, u32, &str), bool> = BTreeMap::new();
    let mut announce = |(school, feed, state): (usize, u32, &'static str), ended: bool, minute: i64| {
        truth.insert((school, feed, state), !ended);
        // Two feeds that are looked at in one moment do not see one another's silence.
        let changed = FeedCoverageChanged { state: state.into(), ended, silent_feeds: 1, ..Default::default() };
        let at = bed.now() - Duration::days(1) + Duration::minutes(minute);
        let event = envelope(&bed, &schools[school], at, Event::FeedCoverageChanged(changed));
        events.push(Envelope { aggregate_id: format!("fed_{school}_{feed}"), ..event });
    };
    for minute in 0..120 {
        let school = usize::try_from(chance.below(3)).unwrap_or_default();
        let state = chance.of(&["silent", "late", "partial"]);
        // Several in one minute.
        announce((school, chance.below(3), state), chance.below(3) == 0, minute / 4);
    }
    // Two fall silent in the same moment; one of the first school is ended, and with it whatever it had.
    announce((3, 0, "silent"), false, 40);
    announce((3, 1, "silent"), false, 40);
    announce((3, 1, "late"), false, 40);
    for state in ["silent", "late", "partial"] {
        announce((0, 0, state), true, 50);
    }
    let silent = |school: usize| {
        let heard = |feed: &u32| {
            ["silent", "late"].iter().any(|state| truth.get(&(school, *feed, *state)).copied().unwrap_or_default())
        };
        (0..3).filter(heard).count()
    };
    let expected: Vec<String> =
        schools.iter().enumerate().map(|(n, school)| format!("{school} {}", silent(n))).collect();
    assert_eq!(silent(3), 2, "a feed that is silent and late is one");
    assert!((0..3).any(|school| silent(school) > 0), "{expected:?}");
    let place = Place::new(&bed).await?;
    let mut mixed = [events.clone(), events[10..60].to_vec()].concat();
    chance.shuffle(&mut mixed);
    place.hear(&mixed).await;
    assert_eq!(place.rows(KEPT).await?, expected);
    assert_eq!(rebuilt(&place, false, &[]).await?, 0, "from the log");
    assert_eq!(place.rows(KEPT).await?, expected);
    Ok(())
}
