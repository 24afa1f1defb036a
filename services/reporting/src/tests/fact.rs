//! What an event adds to the figures, where its kind alone does not say it.

use chassis::event::Event;
use proto::event::v1::{ConcernEscalated, Envelope};

use crate::fact::facts;

#[test]
fn a_concern_that_is_told_again_because_it_became_graver_was_not_passed_on() {
    let counted = |level: &str, reason: &str| {
        let escalated = ConcernEscalated { level: level.into(), reason: reason.into(), ..ConcernEscalated::default() };
        let event = Some(Event::ConcernEscalated(escalated));
        facts(&Envelope { school_id: "sch_a".into(), event, ..Envelope::default() }).len()
    };
    assert_eq!((counted("head", "unread"), counted("deputy", "nobody_there"), counted("lead", "worsened")), (1, 1, 0));
}
