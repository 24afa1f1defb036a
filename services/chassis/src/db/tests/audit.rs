//! What a database's owner may do to a history and its states, and what the check says of it.

use super::*;

async fn written(engine: Engine) -> Result<(Bed, Store, Owner)> {
    let (bed, store, owner) = open_with_owner(engine).await?;
    let (school, key) = (bed.school(), bed.key("reporting"));
    for n in 0..6 {
        write(&store, &school, &format!("n{n}"), "something").await?;
        if n % 2 == 1 {
            serve::checkpoint(&store, "hedgerow/reporting", &key).await?;
        }
    }
    let report = audited(&bed, &store, &[]).await?;
    assert_eq!((report.checkpoints, report.states, report.faults), (3, 6, vec![]));
    let owner = Owner::of(&store, owner).await?;
    Ok((bed, store, owner))
}

async fn a_row_written_or_deleted_by_hand_is_found(engine: Engine) -> Result<()> {
    let (bed, store, owner) = written(engine).await?;
    owner.tamper("INSERT INTO note SELECT 'n9', school_id, body FROM note WHERE id = 'n1'").await?;
    owner.tamper("DELETE FROM note WHERE id = 'n3'").await?;
    let faults = audited(&bed, &store, &[]).await?.faults;
    let unnamed = Fault::Unnamed { table: "note".into(), subject: "n9".into() };
    let gone = Fault::Gone { seq: 3, table: "note".into(), subject: "n3".into() };
    assert_eq!(faults, [unnamed, gone]);
    Ok(())
}

async fn what_an_act_destroyed_is_missed_no_more_and_found_where_it_is_back(engine: Engine) -> Result<()> {
    let (bed, store, owner) = written(engine).await?;
    let destroy = async |named: &[&str]| -> Result<()> {
        let mut tx = store.begin(&Scope::consumer(&bed.school(), "evt")).await?;
        let named: Vec<String> = named.iter().map(|id| (*id).to_owned()).collect();
        tx.record(Act::new("record.destroyed", "c1").gone("note", &named));
        tx.commit().await
    };
    owner.0.execute_unprepared("CREATE TABLE kept AS SELECT * FROM note").await?;
    owner.tamper("DELETE FROM note WHERE id = 'n2'").await?;
    owner.tamper("DELETE FROM note WHERE id = 'n4'").await?;
    destroy(&["n2"]).await?;
    serve::checkpoint(&store, "hedgerow/reporting", &bed.key("reporting")).await?;
    let faults = audited(&bed, &store, &[]).await?.faults;
    let unsaid = Fault::Gone { seq: 4, table: "note".into(), subject: "n4".into() };
    assert_eq!(faults, [unsaid], "what no entry destroyed is missed");
    destroy(&["n4"]).await?;
    serve::checkpoint(&store, "hedgerow/reporting", &bed.key("reporting")).await?;
    assert_eq!(audited(&bed, &store, &[]).await?.faults, []);
    owner.tamper("INSERT INTO note SELECT * FROM kept WHERE id = 'n2'").await?;
    let faults = audited(&bed, &store, &[]).await?.faults;
    assert_eq!(faults, [Fault::Returned { seq: 6, table: "note".into(), subject: "n2".into() }]);
    Ok(())
}

async fn checkpoints_that_were_removed_are_missed(engine: Engine) -> Result<()> {
    let (bed, store, owner) = written(engine).await?;
    bed.clock.advance(time::Duration::minutes(10));
    assert_eq!(audited(&bed, &store, &[]).await?.faults, [], "an old log is as good as a new one");
    owner.tamper("DELETE FROM checkpoint WHERE size = 6").await?;
    let faults = audited(&bed, &store, &[]).await?.faults;
    assert_eq!(faults, [Fault::Unsigned { from: 4, to: 5, minutes: 10 }]);
    owner.0.execute_unprepared("DELETE FROM checkpoint").await?;
    let faults = audited(&bed, &store, &[]).await?.faults;
    assert_eq!(faults, [Fault::Unsigned { from: 0, to: 5, minutes: 10 }]);
    Ok(())
}

async fn a_log_cut_short_is_found(engine: Engine) -> Result<()> {
    let (bed, store, owner) = written(engine).await?;
    write(&store, &bed.school(), "n6", "something").await?;
    write(&store, &bed.school(), "n7", "something").await?;
    owner.tamper("DELETE FROM history WHERE seq = 7").await?;
    owner.tamper("DELETE FROM note WHERE id = 'n7'").await?;
    let faults = audited(&bed, &store, &[]).await?.faults;
    assert_eq!(faults, [Fault::Truncated { from: 7, to: 7 }], "after the last checkpoint");

    // With the head put right as well, what is left looks whole, unless a checkpoint was kept elsewhere.
    let kept = "SELECT note FROM checkpoint WHERE size = 6";
    let kept = Statement::from_string(store.connection().get_database_backend(), kept);
    let kept: Vec<String> = store
        .connection()
        .query_one_raw(kept)
        .await?
        .iter()
        .map(|row| row.try_get("", "note"))
        .collect::<Result<_, _>>()?;
    owner.0.execute_unprepared("DELETE FROM history WHERE seq >= 4; DELETE FROM checkpoint WHERE size > 4").await?;
    owner.0.execute_unprepared("DELETE FROM note WHERE id >= 'n4'").await?;
    let mut tree = history::tree::Frontier::default();
    let hashes = "SELECT leaf_hash FROM history ORDER BY seq";
    for row in owner.0.query_all_raw(Statement::from_string(owner.0.get_database_backend(), hashes)).await? {
        tree.push(row.try_get::<Vec<u8>>("", "leaf_hash")?.try_into().unwrap_or_default());
    }
    let head = "UPDATE history_head SET size = $1, frontier = $2";
    let values = [tree.size().into(), tree.bytes().into()];
    let backend = owner.0.get_database_backend();
    owner.0.execute_raw(Statement::from_sql_and_values(backend, head, values)).await?;
    assert_eq!(audited(&bed, &store, &[]).await?.faults, [], "the database alone cannot tell");
    let faults = audited(&bed, &store, &kept).await?.faults;
    assert!(matches!(faults.as_slice(), [Fault::Checkpoint { from: 4, size: 6, .. }]), "{faults:?}");
    Ok(())
}

async fn acts_of_one_commit_stand_in_their_order(engine: Engine) -> Result<()> {
    let (bed, store) = open(engine).await?;
    let mut tx = store.begin(&Scope::system("import")).await?;
    (0..250).for_each(|n| tx.record(Act::new("row.imported", format!("r{n}"))));
    tx.commit().await?;
    let report = audited(&bed, &store, &[]).await?;
    assert_eq!((report.entries, report.faults), (250, vec![]));
    Ok(())
}

on_both_engines!(
    a_row_written_or_deleted_by_hand_is_found,
    what_an_act_destroyed_is_missed_no_more_and_found_where_it_is_back,
    checkpoints_that_were_removed_are_missed,
    a_log_cut_short_is_found,
    acts_of_one_commit_stand_in_their_order,
);
