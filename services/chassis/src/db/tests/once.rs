//! Kept answers: under whose key, and for how long.

use std::{pin::Pin, sync::OnceLock};

use super::*;
use crate::seal::DataKey;

/// The keys of records as a service keeps them: one record, and it has lost its key where the text says so.
fn keys<'a>(tx: &'a Tx, id: &'a str) -> Pin<Box<dyn Future<Output = Result<DataKey>> + Send + 'a>> {
    static KEY: OnceLock<DataKey> = OnceLock::new();
    let there = tx.scope().request_id() != "destroyed" && id == "rec_1";
    Box::pin(async move { if there { Ok(KEY.get_or_init(DataKey::random).clone()) } else { Err(Error::missing()) } })
}

async fn rows(store: &Store) -> Result<Vec<(Vec<u8>, Option<String>)>> {
    let all = Statement::from_string(store.connection().get_database_backend(), "SELECT answer, record_id FROM once");
    let rows = store.connection().query_all_raw(all).await?;
    rows.iter().map(|row| Ok((row.try_get("", "answer")?, row.try_get("", "record_id")?))).collect()
}

async fn an_answer_about_a_record_goes_with_its_key(engine: Engine) -> Result<()> {
    let (bed, store) = open(engine).await?;
    let school = bed.school();
    let (id, request) = (bed.ids.request_id(), SchoolCreated { kind: "secondary".into() });
    let scope = |event: &str| Scope::consumer(&school, event);
    let ask = async |event: &str| store.begin_once_under::<SchoolCreated>(&scope(event), &id, &request, keys).await;
    let Once::Fresh(mut tx) = ask("first").await? else { return Err(Error::internal("it was answered")) };
    tx.record(Act::new("note.written", "x"));
    tx.answer_about("rec_1", &SchoolCreated { kind: "answered".into() }).await?;
    tx.commit().await?;
    let Once::Answered(again) = ask("again").await? else { return Err(Error::internal("it was not kept")) };
    assert_eq!(again.kind, "answered");

    let [(answer, record)] = rows(&store).await?.try_into().map_err(|_| Error::internal("one answer is kept"))?;
    assert_eq!(record.as_deref(), Some("rec_1"));
    let place = format!("once|{}|{id}", scope("first").actor());
    assert!(store.ring().own_key().open(&answer, &place).is_err(), "the service's own key does not open it");
    let gone = ask("destroyed").await.err().map(|e| e.reason_name());
    assert_eq!(gone, Some("NOT_FOUND"), "without the record's key there is no answer");

    let mut tx = store.begin(&scope("")).await?;
    assert_eq!(tx.forget_answers(&["rec_0".to_owned(), "rec_1".to_owned()]).await?, 1);
    tx.silent();
    tx.commit().await?;
    assert_eq!(rows(&store).await?, []);
    Ok(())
}

async fn an_answer_is_kept_for_thirty_days(engine: Engine) -> Result<()> {
    let (bed, store) = open(engine).await?;
    let scope = Scope::consumer(&bed.school(), "evt");
    let request = SchoolCreated { kind: "secondary".into() };
    let Once::Fresh(mut tx) = store.begin_once::<SchoolCreated>(&scope, &bed.ids.request_id(), &request).await? else {
        return Err(Error::internal("it was answered"));
    };
    tx.record(Act::new("note.written", "x"));
    tx.answer(&request).await?;
    tx.commit().await?;
    bed.clock.advance(time::Duration::days(30));
    crate::db::once::sweep(&store).await?;
    assert_eq!(rows(&store).await?.len(), 1);
    bed.clock.advance(time::Duration::seconds(1));
    crate::db::once::sweep(&store).await?;
    assert_eq!(rows(&store).await?, []);
    Ok(())
}

on_both_engines!(an_answer_about_a_record_goes_with_its_key, an_answer_is_kept_for_thirty_days);
