//! Who may come, go, lead and be removed.

use time::macros::datetime;

use super::{
    SharedIncidentId,
    sharing::{Ground, Refused, Sharing, Standing},
};

const AT: time::OffsetDateTime = datetime!(2026-11-26 10:00 UTC);

fn three() -> Sharing {
    let id: SharedIncidentId = "shi_01j0000000000000000000000a".parse().unwrap_or_else(|_| unreachable!());
    let mut sharing = Sharing::open(id, "a", AT);
    for school in ["b", "c"] {
        assert_eq!(sharing.admit(school, Ground::Invitation, AT), Ok(()));
    }
    sharing
}

#[test]
fn whoever_goes_is_given_no_key_of_what_is_written_after() {
    let mut sharing = three();
    assert_eq!(sharing.leave("c", AT), Ok(()));
    assert_eq!((sharing.epoch, sharing.holds("c")), (1, false));
    assert_eq!(sharing.inside().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(sharing.key_id(1), format!("{}/1", sharing.id));
    assert_eq!(sharing.leave("c", AT), Err(Refused::NotIn), "who is out cannot go");
    assert_eq!(sharing.admit("c", Ground::Invitation, AT), Ok(()), "who left may come again");
    assert_eq!(sharing.epoch, 1, "coming begins no epoch");
}

#[test]
fn whoever_was_removed_is_not_asked_in_again() {
    let mut sharing = three();
    assert_eq!(sharing.remove("b", "c", AT), Err(Refused::NotTheLead));
    assert_eq!(sharing.remove("a", "a", AT), Err(Refused::Leads));
    assert_eq!(sharing.remove("a", "b", AT), Ok(()));
    assert_eq!(sharing.may_ask("b"), Err(Refused::RemovedBefore));
    assert_eq!(sharing.may_ask("c"), Err(Refused::InAlready));
    assert_eq!(sharing.admit("b", Ground::Invitation, AT), Err(Refused::RemovedBefore));
}

#[test]
fn there_is_always_one_school_that_leads() {
    let mut sharing = three();
    assert_eq!(sharing.leave("a", AT), Err(Refused::Leads));
    assert_eq!(sharing.pass("b", "c"), Err(Refused::NotTheLead));
    assert_eq!(sharing.pass("a", "d"), Err(Refused::NotIn));
    assert_eq!(sharing.pass("a", "b"), Ok(()));
    assert_eq!(sharing.inside().collect::<Vec<_>>(), ["b", "a", "c"]);
    assert_eq!(sharing.leave("a", AT), Ok(()));
    assert_eq!(sharing.stop("b", AT), Ok(()));
    assert_eq!(sharing.lead(), "c");
    assert_eq!(sharing.members[1].standing, Standing::Removed);
    assert_eq!(sharing.stop("c", AT), Err(Refused::Alone));
    assert_eq!(sharing.leave("c", AT), Err(Refused::Last), "somebody still reads what several worked");
    assert_eq!(sharing.let_case_go("c", "cas_1"), Err(Refused::Open), "it closes it");
    sharing.closed_at = Some(AT);
    assert_eq!(sharing.leave("c", AT), Err(Refused::Last));
    assert_eq!(sharing.let_case_go("c", "cas_1"), Ok(()), "and its case is free");
    assert_eq!(sharing.let_case_go("a", "cas_2"), Ok(()), "whoever is out of it needs not ask");
    assert_eq!(sharing.let_case_go("a", "cas_2"), Ok(()));
    assert_eq!((sharing.earlier_of("c"), sharing.earlier_of("a")), (vec!["cas_1"], vec!["cas_2"]));
    let mut alone = Sharing::open(sharing.id.clone(), "a", AT);
    assert_eq!(alone.leave("a", AT), Ok(()), "whoever was alone in it may go");
    assert_eq!(alone.lead(), "");
}

#[test]
fn an_officer_under_a_duty_is_not_the_leads_to_remove_and_never_leads() {
    let mut sharing = three();
    let desk = "desk/safeguarding";
    assert_eq!(sharing.admit(desk, Ground::Duty, AT), Ok(()));
    assert_eq!(sharing.remove("a", desk, AT), Err(Refused::NotASchool));
    assert_eq!(sharing.pass("a", desk), Err(Refused::NotASchool));
    assert_eq!(sharing.stop(desk, AT), Err(Refused::NotASchool));
    assert_eq!(sharing.schools().count(), 3);
    assert_eq!(sharing.leave(desk, AT), Ok(()));
    assert_eq!(sharing.admit(desk, Ground::Invitation, AT), Ok(()));
    assert_eq!(sharing.remove("a", desk, AT), Ok(()), "an officer who was invited is");
    assert_eq!(sharing.remove("a", desk, AT), Err(Refused::NotIn), "who is not in it is not there under a duty");
    assert_eq!(sharing.admit(desk, Ground::Duty, AT), Ok(()), "and a duty brings them back");
    assert_eq!(sharing.leave(desk, AT), Ok(()));
    assert_eq!(sharing.remove("a", desk, AT), Err(Refused::NotIn));
    sharing.closed_at = Some(AT);
    assert_eq!(sharing.admit(desk, Ground::Invitation, AT), Err(Refused::Closed));
    assert_eq!(sharing.admit(desk, Ground::Duty, AT), Ok(()), "also into what is closed");
    assert_eq!(sharing.admit(desk, Ground::Duty, AT), Err(Refused::InAlready));
}
