//! Two people who decide about one record at the same moment.

use chassis::{
    error::{Error, Result},
    testing::Engine,
};
use proto::incident_cases::v1::incident_cases_client::IncidentCasesClient;
use time::macros::datetime;
use tokio::join;

use super::{super::access::school, REVIEW};

#[tokio::test]
async fn of_two_who_answer_at_once_one_does_and_a_hold_at_that_moment_is_obeyed() -> Result<()> {
    let school = school(Engine::Postgres).await?;
    let (dsl, head, deputy) = (&school.world.dsl, &school.head, &school.deputy);
    for round in 0..3 {
        school.travel(datetime!(2026-11-24 09:00 UTC));
        let learner = school.learner("2010-05-01").await?;
        let (case, _) = school.closed(&learner).await?;
        let id = case.case_id.as_str();
        school.travel(REVIEW);
        let ask = school.ask_destruction(dsl, id).await?;
        let (one, other) = (school.destroys(head, id, &ask, true), school.destroys(deputy, id, &ask, true));
        let (one, other) =
            join!(async { call!(head, answer_destruction, one) }, async { call!(deputy, answer_destruction, other) },);
        assert!(one.is_ok() != other.is_ok(), "round {round}: {one:?} {other:?}");

        school.travel(datetime!(2026-11-24 09:00 UTC));
        let (case, _) = school.closed(&learner).await?;
        let id = case.case_id.as_str();
        school.travel(REVIEW);
        let ask = school.ask_destruction(dsl, id).await?;
        let yes = school.destroys(head, id, &ask, true);
        let (destroyed, held) = join!(async { call!(head, answer_destruction, yes) }, school.hold(deputy, id));
        match (destroyed, held) {
            (Ok(_), Err(held)) => assert_eq!(held.reason_name(), "NOT_FOUND"),
            (Err(destroyed), Ok(_)) => assert_eq!(destroyed.reason_name(), "WRONG_STATE"),
            both => return Err(Error::internal(format!("round {round}: {both:?}"))),
        }
    }
    assert_eq!(school.faults().await?, []);
    Ok(())
}
