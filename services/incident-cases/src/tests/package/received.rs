//! Who takes a package in, and what they compare.

use chassis::{
    error::{Error, Result},
    testing::Engine,
};
use proto::incident_cases::v1::{incident_cases_client::IncidentCasesClient, *};

use super::{Move, beside, elsewhere, learner, refused, taking_in, transfers};

async fn at_a_school_of_the_same_installation_nothing_need_be_compared(engine: Engine) -> Result<()> {
    let moving = Move::to_who_joins(engine).await?;
    let world = &moving.world;
    let (sent, package) = moving.sent(beside()).await?;
    let child = learner(&world.other, &world.there, "Robin", "2014-03-27").await?;
    let own = ImportPackageRequest {
        fingerprint: String::new(),
        compared_with: String::new(),
        ..taking_in(world, &child, &sent, &package)
    };
    let taken = call!(world.other, import_package, own)?.transfer.unwrap_or_default();
    assert!(taken.comparison.unwrap_or_default().own);
    Ok(())
}

async fn a_package_and_its_receipt_are_by_somebody_who_has_a_name(engine: Engine) -> Result<()> {
    let moving = Move::new(engine).await?;
    let world = &moving.world;
    let (sent, _) = moving.sent(elsewhere()).await?;
    let nameless = world.dsl.clone().named(" ");
    let recorded = call!(nameless, record_receipt, moving.confirming(&sent, &sent.digest));
    assert_eq!(refused(recorded).0, "WRONG_STATE");
    let unsaid = RecordReceiptRequest { name: " ".into(), ..moving.confirming(&sent, &sent.digest) };
    assert_eq!(refused(call!(world.dsl, record_receipt, unsaid)), ("INVALID_FIELD", "name".to_owned()));
    call!(world.dsl, record_receipt, moving.confirming(&sent, &sent.digest))?;

    let moving = Move::to_who_joins(engine).await?;
    let world = &moving.world;
    let (sent, package) = moving.sent(beside()).await?;
    let child = learner(&world.other, &world.there, "Robin", "2014-03-27").await?;
    let nameless = world.other.clone().named("");
    let taken = call!(nameless, import_package, taking_in(world, &child, &sent, &package));
    assert_eq!(refused(taken).0, "WRONG_STATE");
    assert!(transfers(&world.other, &world.there).await?.is_empty(), "nothing of it was taken");
    call!(world.other, import_package, taking_in(world, &child, &sent, &package))?;
    Ok(())
}

on_both_engines!(
    at_a_school_of_the_same_installation_nothing_need_be_compared,
    a_package_and_its_receipt_are_by_somebody_who_has_a_name,
);
