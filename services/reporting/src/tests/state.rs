//! How a school stands is the same whichever event is taken in first.

use proptest::prelude::*;

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
