//! A connection never carries its scope over to whoever borrows it next.

use super::*;

/// What the database holds for the scope of whoever asks, and the rows it lets them see.
async fn seen(tx: &Tx) -> Result<(String, Vec<String>)> {
    let backend = tx.db().get_database_backend();
    let scope = "SELECT COALESCE(current_setting('hedgerow.schools', true), '') AS schools";
    let row = tx.db().query_one_raw(Statement::from_string(backend, scope)).await?;
    let schools = row.map(|row| row.try_get("", "schools")).transpose()?.unwrap_or_default();
    let rows = tx.db().query_all_raw(Statement::from_string(backend, "SELECT DISTINCT school_id FROM note")).await?;
    Ok((schools, rows.iter().map(|row| row.try_get("", "school_id")).collect::<Result<_, _>>()?))
}

/// 16 tasks of 200 transactions on 4 connections, each ended in one of five ways.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_connection_never_carries_its_scope_over() -> Result<()> {
    let (bed, store) = open(Engine::Postgres).await?;
    let schools: Vec<String> = (0..16).map(|_| bed.school()).collect();
    for school in &schools {
        write(&store, school, &format!("note of {school}"), "x").await?;
    }
    let mut tasks = tokio::task::JoinSet::new();
    for school in schools {
        let store = store.clone();
        tasks.spawn(async move {
            for n in 0..200_u32 {
                let (store, school) = (store.clone(), school.clone());
                let one = tokio::spawn(async move {
                    let mut tx = store.begin(&Scope::consumer(&school, "evt")).await?;
                    assert_eq!(seen(&tx).await?, (school.clone(), vec![school]));
                    match n % 5 {
                        0 => {
                            tx.silent();
                            tx.commit().await?;
                        }
                        1 => drop(tx),
                        2 => assert!(tx.db().execute_unprepared("SELECT 1 / 0").await.is_err()),
                        3 => drop(tokio::time::timeout(Duration::from_micros(200), seen(&tx)).await),
                        // The task is cut off here, with the transaction open.
                        _ => std::future::pending::<()>().await,
                    }
                    Ok::<_, Error>(())
                });
                if n % 5 == 4 {
                    tokio::time::sleep(Duration::from_millis(3)).await;
                    one.abort();
                    assert!(one.await.is_err_and(|e| e.is_cancelled()));
                } else {
                    one.await.map_err(Error::internal)??;
                }
            }
            Ok::<_, Error>(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.map_err(Error::internal)??;
    }
    // Outside a transaction of ours there is no scope, and no row.
    for _ in 0..8 {
        let backend = store.connection().get_database_backend();
        let bare = Statement::from_string(backend, "SELECT id FROM note");
        assert_eq!(store.connection().query_all_raw(bare).await?.len(), 0);
    }
    Ok(())
}
