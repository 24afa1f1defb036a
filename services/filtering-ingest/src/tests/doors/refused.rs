//! Deliveries of a provider that are refused, as the provider’s operator and the schools see them.

use super::*;

async fn a_delivery_of_several_schools_that_is_refused_is_counted_of_its_sender_and_where_its_lines_belonged(
    engine: Engine,
) -> Result<()> {
    let county = county(engine).await?;
    county.map("thistledown", 0).await?;
    let refused = |delivery: &str, why: &str| IngestLinesRequest {
        refused: why.into(),
        first_line: 0,
        ..county.batch(delivery, 1, "")
    };
    // Nothing is known of one that could not be unpacked from its beginning on.
    county.send(&county.calls, refused("whole", "bomb")).await?;
    county.send(&county.calls, county.batch("monday", 1, &visit("thistledown", "u2", "a.example", "/"))).await?;
    county.send(&county.calls, refused("monday", "damaged")).await?;
    let asked =
        GetSenderLedgerRequest { sender_id: county.sender.sender_id.clone(), ..GetSenderLedgerRequest::default() };
    let told = |all: Vec<RefusedDelivery>| -> Vec<(String, u64)> {
        all.into_iter().map(|one| (one.reason, one.deliveries)).collect()
    };
    let of_sender = told(senders!(county.operator, get_sender_ledger, asked)?.refused_deliveries);
    assert_eq!(of_sender, [("bomb".to_owned(), 1), ("damaged".to_owned(), 1)]);
    for (place, expected) in county.sender.schools.iter().zip([vec![("damaged".to_owned(), 1)], vec![]]) {
        let it = county.bed.person(&[(Role::It, &place.school_id)]);
        let ledger = GetLedgerRequest {
            school_id: place.school_id.clone(),
            feed_id: place.feed_id.clone(),
            ..GetLedgerRequest::default()
        };
        assert_eq!(told(call!(it, get_ledger, ledger)?.refused_deliveries), expected);
    }
    Ok(())
}

async fn a_line_that_cannot_be_read_is_rejected_in_the_ledger_of_the_school_it_names(engine: Engine) -> Result<()> {
    let county = county(engine).await?;
    county.map("thistledown", 0).await?;
    let traffic =
        |domain: &str| format!("date=2026-11-24 time=08:59:00 vd=\"{domain}\" type=\"traffic\" subtype=\"forward\"\n");
    let log = traffic("thistledown") + &traffic("nowhere");
    let answer = county.send(&county.calls, county.batch("monday", 1, &log)).await?;
    let counts = answer.sender_counts.unwrap_or_default();
    assert_eq!((counts.received, counts.refused, answer.rejected_lines.len()), (2, 2, 2));
    let place = county.sender.schools[0].clone();
    let it = county.bed.person(&[(Role::It, &place.school_id)]);
    let ledger = GetLedgerRequest { school_id: place.school_id, feed_id: place.feed_id, ..GetLedgerRequest::default() };
    let total = call!(it, get_ledger, ledger)?.total.unwrap_or_default();
    assert_eq!((total.received, total.rejected), (1, 1));
    Ok(())
}

on_both_engines!(
    a_delivery_of_several_schools_that_is_refused_is_counted_of_its_sender_and_where_its_lines_belonged,
    a_line_that_cannot_be_read_is_rejected_in_the_ledger_of_the_school_it_names,
);
