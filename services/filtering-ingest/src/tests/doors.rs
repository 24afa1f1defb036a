//! Deliveries, senders, quarantine and syslog, as those who send see them.

use std::time::Duration;

use chassis::caller::GATEWAY;
use proto::filtering_ingest::v1::senders_client::SendersClient;
use tokio::io::AsyncWriteExt as _;

use super::*;
use crate::Syslog;

macro_rules! senders {
    ($who:expr, $rpc:ident, $request:expr) => {
        SendersClient::new($who.to("filtering-ingest")?)
            .$rpc($request)
            .await
            .map(|answer| answer.into_inner())
            .map_err(|status| Error::from_status(&status))
    };
}

mod closed;
mod corrected;
mod refused;

/// An installation with two schools whose lines come from one provider.
struct County {
    bed: Bed,
    store: chassis::db::Store,
    schools: [String; 2],
    operator: Person,
    leads: [Person; 2],
    sender: Sender,
    /// The sender, as the gateway lets it in.
    calls: Person,
}

/// A port that nobody listens on.
fn spare_port() -> Result<u16> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").map_err(Error::internal)?;
    Ok(listener.local_addr().map_err(Error::internal)?.port())
}

async fn county(engine: Engine) -> Result<County> {
    let mut bed = Bed::new(engine)?;
    let port = spare_port()?;
    let syslog = Syslog { tcp_listen: vec![format!("127.0.0.1:{port}")], ..Syslog::default() };
    let running =
        crate::start_with(bed.migrated::<crate::store::migration::Migrations>("filtering-ingest").await?, syslog)
            .await?;
    bed.add(&running);
    let schools = [bed.school(), bed.school()];
    // Of a school where somebody is appointed, the registry need not be asked.
    let it = schools.each_ref().map(|school| (Role::It, school.as_str()));
    let operator = bed.person(&[(Role::Operator, ""), it[0], it[1]]);
    let leads = schools.each_ref().map(|school| bed.person(&[(Role::Dsl, school)]));
    let school = |school_id: &String| SenderSchool { school_id: school_id.clone(), feed_id: String::new() };
    let create = CreateSenderRequest {
        name: "County filter".into(),
        routing_key: "virtual_domain".into(),
        profile: "fortigate".into(),
        time_zone: "UTC".into(),
        schools: schools.iter().map(school).collect(),
        tcp_address: "127.0.0.1".into(),
        tcp_port: port.into(),
        request_id: operator.request_id(),
        ..CreateSenderRequest::default()
    };
    let sender = senders!(operator, create_sender, create)?.sender.unwrap_or_default();
    let mut calls = bed.person(&[]);
    calls.account_id.clone_from(&sender.sender_id);
    Ok(County { bed, store: running.store.clone(), schools, operator, leads, sender, calls })
}

impl County {
    async fn map(&self, key: &str, school: usize) -> Result<MapRoutingKeyResponse> {
        let request = MapRoutingKeyRequest {
            sender_id: self.sender.sender_id.clone(),
            routing_key: key.into(),
            to_school_id: self.schools[school].clone(),
            request_id: self.operator.request_id(),
            ..MapRoutingKeyRequest::default()
        };
        senders!(self.operator, map_routing_key, request)
    }

    fn batch(&self, delivery: &str, first_line: u64, lines: &str) -> IngestLinesRequest {
        IngestLinesRequest {
            sender_id: self.sender.sender_id.clone(),
            delivery_id: delivery.into(),
            first_line,
            lines: lines.to_owned().into(),
            ..IngestLinesRequest::default()
        }
    }

    async fn send(&self, who: &Person, batch: IngestLinesRequest) -> Result<IngestLinesResponse> {
        let mut answers = call!(who, ingest_lines, tokio_stream::once(batch))?;
        let answer = answers.next().await.ok_or_else(|| Error::internal("no answer"))?;
        answer.map_err(|status| Error::from_status(&status))
    }

    async fn ledger(&self) -> Result<(SenderCounts, usize)> {
        let request = GetSenderLedgerRequest {
            sender_id: self.sender.sender_id.clone(),
            page_size: 1000,
            ..GetSenderLedgerRequest::default()
        };
        let ledger = senders!(self.operator, get_sender_ledger, request)?;
        let total = ledger.total.unwrap_or_default();
        let of = |c: &SenderCounts| c.observations + c.refused + c.duplicate + c.quarantined;
        assert_eq!(total.received, of(&total), "received = observations + refused + duplicate + quarantined");
        assert!(ledger.hours.iter().filter_map(|hour| hour.counts).all(|counts| counts.received == of(&counts)));
        Ok((total, ledger.hours.len()))
    }

    async fn waiting(&self) -> Result<Vec<(String, String, u64, u64)>> {
        let request = ListQuarantineRequest {
            sender_id: self.sender.sender_id.clone(),
            page_size: 1000,
            ..ListQuarantineRequest::default()
        };
        let keys = senders!(self.operator, list_quarantine, request)?.keys;
        Ok(keys.into_iter().map(|k| (k.routing_key, k.reason, k.lines, k.critical_lines)).collect())
    }

    /// Waits until the ledger says so.
    async fn until(&self, what: &str, says: impl Fn(&SenderCounts) -> bool) -> Result<SenderCounts> {
        for _ in 0..400 {
            let (total, _) = self.ledger().await?;
            if says(&total) {
                return Ok(total);
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        Err(Error::internal(format!("{what} did not come: {:?}", self.ledger().await?)))
    }

    async fn alerts(&self, school: usize) -> Result<Vec<Alert>> {
        let request = ListAlertsRequest { school_id: self.schools[school].clone(), ..ListAlertsRequest::default() };
        Ok(call!(self.leads[school], list_alerts, request)?.alerts)
    }
}

fn visit(domain: &str, user: &str, host: &str, path: &str) -> String {
    format!(
        "date=2026-11-24 time=08:59:00 vd=\"{domain}\" type=\"utm\" subtype=\"webfilter\" user=\"{user}\" group=\"Pupils\" \
         srcip=10.1.2.3 hostname=\"{host}\" url=\"{path}\" action=\"passthrough\" catdesc=\"Games\"\n"
    )
}

fn search(domain: &str) -> String {
    visit(domain, "u1", "www.google.com", "/search?q=i+want+to+kill+myself")
}

async fn lines_go_to_their_school_and_what_waits_follows_late_once_its_key_is_known(engine: Engine) -> Result<()> {
    let county = county(engine).await?;
    county.map("thistledown", 0).await?;
    let quiet = |domain: &str| visit(domain, "u2", "a.example", "/");
    let joined = format!("<189>{} <189>{}", quiet("pennyroyal").trim_end(), quiet("pennyroyal"));
    let log = [quiet("thistledown"), "junk\n".into(), search("pennyroyal"), joined, quiet("")].concat();
    let answer = county.send(&county.calls, county.batch("monday", 1, &log)).await?;
    let expected = SenderCounts { received: 5, observations: 1, refused: 1, quarantined: 3, duplicate: 0 };
    assert_eq!((answer.acknowledged_line, answer.sender_counts), (5, Some(expected)));
    assert_eq!(
        answer.rejected_lines.iter().map(|r| (r.line, r.reason.as_str())).collect::<Vec<_>>(),
        [(2, "malformed")]
    );
    let held = |key: &str, reason: &str, lines, critical| (key.to_owned(), reason.to_owned(), lines, critical);
    assert_eq!(county.waiting().await?, [held("", "missing", 1, 0), held("pennyroyal", "unknown", 2, 1)]);
    assert!(county.alerts(1).await?.is_empty());
    let again = county.send(&county.calls, county.batch("monday", 1, &log)).await?;
    assert_eq!(again.sender_counts.map(|counts| (counts.received, counts.duplicate)), Some((5, 5)));

    county.bed.clock.advance(time::Duration::hours(3));
    assert_eq!(county.map("Pennyroyal", 1).await?.replayed_lines, 2);
    let total = county.until("the replay", |counts| counts.observations == 3).await?;
    // Of two records in one line nobody can say whose the second is: it is refused, and takes nothing else out of quarantine.
    assert_eq!(total, SenderCounts { received: 11, observations: 3, refused: 2, quarantined: 1, duplicate: 5 });
    assert_eq!(county.waiting().await?, [held("", "missing", 1, 0)]);
    let alerts = county.alerts(1).await?;
    assert!(alerts[0].because.contains("late: it waited for 3 hours"), "{}", alerts[0].because);
    assert!(alerts[0].because.contains("line 3 of its delivery"), "{}", alerts[0].because);
    let event = alerts[0].event_time.as_ref().map(|at| at.seconds);
    assert_eq!(event, Some(time::macros::datetime!(2026-11-24 08:59 UTC).unix_timestamp()), "its own time");
    assert_eq!((county.alerts(0).await?.len(), alerts.len()), (0, 1), "nothing reached another school");
    assert_eq!(county.ledger().await?.1, 1, "what waited is counted on within the hour it came in");
    Ok(())
}

async fn a_log_that_names_its_columns_is_read_at_every_school_and_in_every_batch(engine: Engine) -> Result<()> {
    let county = county(engine).await?;
    let school = |school_id: &String| SenderSchool { school_id: school_id.clone(), feed_id: String::new() };
    let create = CreateSenderRequest {
        name: "Portal".into(),
        routing_key: "group".into(),
        profile: "smoothwall".into(),
        time_zone: "UTC".into(),
        schools: county.schools.iter().map(school).collect(),
        request_id: county.operator.request_id(),
        ..CreateSenderRequest::default()
    };
    let sender = senders!(county.operator, create_sender, create)?.sender.unwrap_or_default();
    let mut calls = county.bed.person(&[]);
    calls.account_id.clone_from(&sender.sender_id);
    let county = County { calls, sender, ..county };
    county.map("a pupils", 0).await?;
    county.map("b pupils", 1).await?;
    let search = "https://www.google.com/search?q=i+want+to+kill+myself";
    let row = |group: &str| format!("24/11/2026 08:59:00;u1;10.0.5.23;{group};{search};Search;Allowed\n");
    let names = "Time;User;Source IP;Group;URL;Categories;Action\n".to_owned();
    let mut counts = Vec::new();
    for (first_line, lines) in [(1, names + &row("A Pupils")), (3, row("B Pupils")), (4, row("C Pupils"))] {
        let answer = county.send(&county.calls, county.batch("monday", first_line, &lines)).await?;
        counts.extend(answer.sender_counts.map(|c| (c.observations, c.refused, c.quarantined)));
    }
    assert_eq!(counts, [(1, 1, 0), (1, 0, 0), (0, 0, 1)]);
    assert_eq!((county.alerts(0).await?.len(), county.alerts(1).await?.len()), (1, 1));
    county.map("c pupils", 0).await?;
    county.until("the replay", |counts| (counts.observations, counts.quarantined) == (3, 0)).await?;
    Ok(())
}

async fn a_sender_reaches_nothing_but_what_it_is_registered_for(engine: Engine) -> Result<()> {
    let county = county(engine).await?;
    let feed = county.sender.schools[0].clone();
    let kind = |answer: Result<IngestLinesResponse>| answer.err().map(|e| e.kind());
    let missing = Some(chassis::error::Kind::Missing);
    let named = IngestLinesRequest { school_id: feed.school_id, feed_id: feed.feed_id, ..county.batch("a", 1, "x\n") };
    assert_eq!(
        kind(county.send(&county.calls, named.clone()).await),
        missing,
        "the line tells its school, not the sender"
    );
    let unnamed = IngestLinesRequest { sender_id: String::new(), ..named };
    assert_eq!(kind(county.send(&county.calls, unnamed).await), missing);
    assert_eq!(
        kind(county.send(&county.operator, county.batch("a", 1, "x\n")).await),
        missing,
        "nobody speaks as a sender"
    );
    let beyond = county.send(&county.calls, county.batch("a", u64::MAX, "x\n")).await;
    assert_eq!(kind(beyond), Some(chassis::error::Kind::Invalid), "a number that no line can have");
    let feeds = ListFeedsRequest { school_id: county.schools[0].clone(), ..ListFeedsRequest::default() };
    assert!(call!(county.calls, list_feeds, feeds).is_err_and(|e| e.kind() == chassis::error::Kind::Missing));
    let theirs = GetSenderDeliveryRequest {
        sender_id: county.sender.sender_id.clone(),
        delivery_id: "monday".into(),
        ..GetSenderDeliveryRequest::default()
    };
    county.send(&county.calls, county.batch("monday", 1, "junk\n")).await?;
    let delivery = senders!(county.calls, get_sender_delivery, theirs.clone())?.delivery.unwrap_or_default();
    assert_eq!((delivery.acknowledged_line, delivery.rejected_lines.len()), (1, 1));
    let school = GetSenderDeliveryRequest { school_id: county.schools[0].clone(), ..theirs };
    assert!(senders!(county.operator, get_sender_delivery, school).is_err(), "it is the authority's and no school's");
    let ended = EndSenderRequest {
        sender_id: county.sender.sender_id.clone(),
        request_id: county.operator.request_id(),
        ..EndSenderRequest::default()
    };
    assert!(senders!(county.operator, end_sender, ended)?.sender.unwrap_or_default().end_time.is_some());
    for (lead, school) in county.leads.iter().zip(&county.schools) {
        let asked = ListFeedsRequest { school_id: school.clone(), ..ListFeedsRequest::default() };
        let feeds = call!(lead, list_feeds, asked)?.feeds;
        assert!(!feeds.is_empty() && feeds.iter().all(|feed| feed.end_time.is_some()), "its feeds end with it");
    }
    let refused = county.send(&county.calls, county.batch("monday", 2, "junk\n")).await;
    assert_eq!(kind(refused), Some(chassis::error::Kind::Unauthenticated));
    Ok(())
}

async fn lines_of_a_school_that_left_are_refused_and_it_comes_back_to_its_own_feed(engine: Engine) -> Result<()> {
    let county = county(engine).await?;
    county.map("thistledown", 0).await?;
    county.map("pennyroyal", 1).await?;
    let change = async |etag: &str, schools: &[SenderSchool]| {
        let request = UpdateSenderRequest {
            sender_id: county.sender.sender_id.clone(),
            name: "County filter".into(),
            schools: schools.to_vec(),
            etag: etag.to_owned(),
            request_id: county.operator.request_id(),
            ..UpdateSenderRequest::default()
        };
        senders!(county.operator, update_sender, request).map(|answer| answer.sender.unwrap_or_default())
    };
    let quiet = |domain: &str| visit(domain, "u2", "a.example", "/");
    county.send(&county.calls, county.batch("monday", 1, &quiet("elsewhere"))).await?;
    let both = county.sender.schools.clone();
    let left = change(&county.sender.etag, &both[..1]).await?;
    let stale = change(&county.sender.etag, &both).await.err().map(|e| e.reason_name());
    assert_eq!(stale, Some("CHANGED"), "what somebody else changed is not overwritten");
    let answer = county.send(&county.calls, county.batch("tuesday", 1, &(quiet("pennyroyal") + &quiet("thistledown"))));
    let answer = answer.await?;
    let counts = answer.sender_counts.unwrap_or_default();
    assert_eq!((counts.observations, counts.refused, counts.quarantined), (1, 1, 0));
    let told: Vec<(u64, &str)> = answer.rejected_lines.iter().map(|r| (r.line, r.reason.as_str())).collect();
    assert_eq!(told, [(1, "school_left")]);
    assert_eq!(county.ledger().await?.0.refused, 1);
    // Ticked again, without naming a feed.
    let named = |school: &SenderSchool| SenderSchool { school_id: school.school_id.clone(), feed_id: String::new() };
    let back = change(&left.etag, &both.iter().map(named).collect::<Vec<_>>()).await?;
    assert_eq!(back.schools, both, "no second feed is made");
    county.map("pennyroyal", 1).await?;
    let answer = county.send(&county.calls, county.batch("wednesday", 1, &quiet("pennyroyal"))).await?;
    assert_eq!(answer.sender_counts.map(|c| c.observations), Some(1));
    Ok(())
}

async fn an_address_is_the_authoritys_to_say(engine: Engine) -> Result<()> {
    let county = county(engine).await?;
    let it = county.bed.person(&[(Role::It, &county.schools[0])]);
    let claim = |who: &Person, address: &str| CreateSenderRequest {
        school_id: county.schools[0].clone(),
        feed_id: county.sender.schools[0].feed_id.clone(),
        name: "Box".into(),
        tcp_address: address.into(),
        tcp_port: 5514,
        request_id: who.request_id(),
        ..CreateSenderRequest::default()
    };
    let refused = senders!(it, create_sender, claim(&it, "10.20.0.5")).err();
    assert_eq!(refused.map(|e| e.violations()[0].field.clone()).as_deref(), Some("tcp_address"));
    let made = senders!(county.operator, create_sender, claim(&county.operator, "10.20.0.5"))?.sender;
    let made = made.unwrap_or_default();
    let change = |address: &str| UpdateSenderRequest {
        school_id: county.schools[0].clone(),
        sender_id: made.sender_id.clone(),
        name: "The box".into(),
        tcp_address: address.into(),
        tcp_port: 5514,
        etag: made.etag.clone(),
        request_id: it.request_id(),
        ..UpdateSenderRequest::default()
    };
    let refused = senders!(it, update_sender, change("10.20.0.6")).err();
    assert_eq!(refused.map(|e| e.violations()[0].field.clone()).as_deref(), Some("tcp_address"));
    let renamed = senders!(it, update_sender, change("10.20.0.5"))?.sender.unwrap_or_default();
    assert_eq!((renamed.name.as_str(), renamed.tcp_address.as_str()), ("The box", "10.20.0.5"), "what it was may stay");
    Ok(())
}

async fn a_secret_is_told_once_and_the_one_before_ends_after_a_day(engine: Engine) -> Result<()> {
    let county = county(engine).await?;
    let whose = async |secret: &str| {
        let token = county.bed.signer(GATEWAY).for_service("filtering-ingest", "r");
        let way = county.bed.upstreams.to("filtering-ingest")?.with_token(&token)?;
        let asked = AuthenticateSenderRequest { secret: secret.to_owned() };
        let answer = SendersClient::new(way).authenticate_sender(asked).await;
        Ok::<_, Error>(answer.ok().map(|answer| answer.into_inner().sender_id))
    };
    let rotate = async |end_old| {
        let request = RotateSenderSecretRequest {
            sender_id: county.sender.sender_id.clone(),
            end_old,
            request_id: county.operator.request_id(),
            ..RotateSenderSecretRequest::default()
        };
        let first = senders!(county.operator, rotate_sender_secret, request.clone())?;
        assert_eq!(
            senders!(county.operator, rotate_sender_secret, request)?,
            first,
            "a repeated request is told the same"
        );
        Ok::<_, Error>(first.secret)
    };
    let known = Some(county.sender.sender_id.clone());
    let (one, two) = (rotate(false).await?, rotate(false).await?);
    assert_ne!(one, two);
    assert_eq!((whose(&one).await?, whose(&two).await?), (known.clone(), known.clone()));
    county.bed.clock.advance(time::Duration::hours(25));
    assert_eq!((whose(&one).await?, whose(&two).await?), (None, known.clone()));
    let three = rotate(true).await?;
    assert_eq!((whose(&two).await?, whose(&three).await?, whose("hgs_").await?), (None, known, None));
    Ok(())
}

async fn what_waits_is_bounded_in_number_and_age_and_counted_to_the_end(engine: Engine) -> Result<()> {
    let county = county(engine).await?;
    let keys = store::quarantine::KEYS_MAX;
    let log: String = (0..=keys).map(|n| visit(&format!("domain {n}"), "u1", "a.example", "/")).collect();
    let answer = county.send(&county.calls, county.batch("monday", 1, &log)).await?;
    let counts = answer.sender_counts.unwrap_or_default();
    assert_eq!((counts.quarantined, counts.refused), (u64::try_from(keys).unwrap_or_default(), 1));
    assert_eq!(answer.rejected_lines[0].reason, "quarantine_full");
    county.bed.clock.advance(store::quarantine::LONGEST + time::Duration::hours(1));
    // Somebody who gives a key to a school rings for all that waits.
    county.map("another", 0).await?;
    county
        .until("the end of what waits", |counts| counts.quarantined == 0 && counts.refused == counts.received)
        .await?;
    Ok(())
}

async fn a_delivery_is_known_again_by_what_it_is(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (one, two) = (line(1, "http://a.example/"), "junk\n".to_owned());
    let batch = |first_line, lines: &str, digest: u8, last| IngestLinesRequest {
        digest: vec![digest; 32].into(),
        last,
        ..world.batch(first_line, lines)
    };
    let whole = || vec![batch(1, &one, 1, false), batch(2, &two, 2, true)];
    let first = world.send(whole()).await?;
    let delivery = first[1].delivery.clone().unwrap_or_default();
    assert_eq!((delivery.complete, delivery.acknowledged_line, delivery.rejected_lines.len()), (true, 2, 1));
    assert_eq!(world.send(whole()).await?[1].delivery, first[1].delivery, "the first answer");
    for other in [batch(1, &one, 9, true), batch(2, &one, 9, true), batch(3, &one, 3, false)] {
        let refused = world.send(vec![other]).await.err().map(|e| (e.reason_name(), e.http()));
        assert_eq!(refused, Some(("REQUEST_ID_REUSED", 422)));
    }
    let request = GetDeliveryRequest {
        school_id: world.school.clone(),
        feed_id: world.feed.clone(),
        delivery_id: "monday".into(),
    };
    assert_eq!(call!(world.it, get_delivery, request)?.delivery, first[1].delivery);
    assert_eq!(world.ledger().await?.received, 2, "and nothing counted twice");
    Ok(())
}

async fn syslog_takes_every_framing_and_counts_what_was_cut_off(engine: Engine) -> Result<()> {
    let county = county(engine).await?;
    county.map("thistledown", 0).await?;
    let address = format!("127.0.0.1:{}", county.sender.tcp_port);
    let mut stream = tokio::net::TcpStream::connect(&address).await.map_err(Error::internal)?;
    let message = |text: &str| format!("<134>Nov 24 08:59:00 fw {}", text.trim_end());
    let (plain, counted) = (message(&visit("thistledown", "u2", "a.example", "/")), message(&search("thistledown")));
    let stream_of = format!("{plain}\n{} {counted}{plain}\n500 <134>cut off", counted.len());
    stream.write_all(stream_of.as_bytes()).await.map_err(Error::internal)?;
    let taken = county.until("what was whole", |counts| counts.received == 3).await?;
    assert_eq!((taken.observations, taken.refused), (3, 0), "without waiting for the connection to end");
    assert_eq!(county.alerts(0).await?.len(), 1);
    stream.shutdown().await.map_err(Error::internal)?;
    let all = county.until("what was cut off", |counts| counts.received == 4).await?;
    assert_eq!((all.observations, all.refused), (3, 1));
    Ok(())
}

async fn what_is_cut_off_is_in_the_ledger_of_the_one_feed_of_a_sender(engine: Engine) -> Result<()> {
    let county = county(engine).await?;
    let end = EndSenderRequest {
        sender_id: county.sender.sender_id.clone(),
        request_id: county.operator.request_id(),
        ..EndSenderRequest::default()
    };
    senders!(county.operator, end_sender, end)?;
    let (school, it) = (&county.schools[0], county.bed.person(&[(Role::It, &county.schools[0])]));
    let create = CreateFeedRequest {
        school_id: school.clone(),
        name: "The box".into(),
        profile: "fortigate".into(),
        request_id: it.request_id(),
        ..CreateFeedRequest::default()
    };
    let feed_id = call!(it, create_feed, create)?.feed.unwrap_or_default().feed_id;
    let register = CreateSenderRequest {
        school_id: school.clone(),
        feed_id: feed_id.clone(),
        name: "Box".into(),
        tcp_address: "127.0.0.1".into(),
        tcp_port: county.sender.tcp_port,
        request_id: county.operator.request_id(),
        ..CreateSenderRequest::default()
    };
    let sender = senders!(county.operator, create_sender, register)?.sender.unwrap_or_default();
    let ledger = || GetLedgerRequest { school_id: school.clone(), feed_id: feed_id.clone(), ..Default::default() };
    // Behind a line, and alone.
    let line = visit("thistledown", "u2", "a.example", "/");
    for (message, expected) in
        [(format!("{}\n500 <134>cut off", line.trim_end()), (2, 1)), ("500 <134>cut".into(), (3, 2))]
    {
        let address = format!("127.0.0.1:{}", county.sender.tcp_port);
        let mut stream = tokio::net::TcpStream::connect(&address).await.map_err(Error::internal)?;
        stream.write_all(message.as_bytes()).await.map_err(Error::internal)?;
        stream.shutdown().await.map_err(Error::internal)?;
        let mut counted = (0, 0);
        for _ in 0..400 {
            let total = call!(it, get_ledger, ledger())?.total.unwrap_or_default();
            counted = (total.received, total.rejected);
            if counted == expected {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        assert_eq!(counted, expected);
    }
    let asked = ListRejectedLinesRequest {
        school_id: school.clone(),
        feed_id: feed_id.clone(),
        ..ListRejectedLinesRequest::default()
    };
    let rejected = call!(it, list_rejected_lines, asked)?.rejected_lines;
    assert!(rejected.iter().all(|line| line.reason == "truncated") && !rejected.is_empty(), "{rejected:?}");
    // What the sender's door refuses is counted there, too.
    let mut calls = county.bed.person(&[]);
    calls.account_id.clone_from(&sender.sender_id);
    let packed =
        IngestLinesRequest { delivery_id: "packed".into(), refused: "bomb".into(), ..IngestLinesRequest::default() };
    county.send(&calls, packed.clone()).await?;
    let no_log = IngestLinesRequest { refused: String::new(), first_line: 1, lines: vec![0xff, 0xfe].into(), ..packed };
    assert!(county.send(&calls, no_log).await.is_err());
    let refused =
        call!(it, get_ledger, ledger())?.refused_deliveries.into_iter().map(|one| (one.reason, one.deliveries));
    assert_eq!(refused.collect::<Vec<_>>(), [("bomb".to_owned(), 1), ("no_log".to_owned(), 1)]);
    Ok(())
}

on_both_engines!(
    a_log_that_names_its_columns_is_read_at_every_school_and_in_every_batch,
    lines_go_to_their_school_and_what_waits_follows_late_once_its_key_is_known,
    a_sender_reaches_nothing_but_what_it_is_registered_for,
    lines_of_a_school_that_left_are_refused_and_it_comes_back_to_its_own_feed,
    an_address_is_the_authoritys_to_say,
    a_secret_is_told_once_and_the_one_before_ends_after_a_day,
    what_waits_is_bounded_in_number_and_age_and_counted_to_the_end,
    a_delivery_is_known_again_by_what_it_is,
    syslog_takes_every_framing_and_counts_what_was_cut_off,
    what_is_cut_off_is_in_the_ledger_of_the_one_feed_of_a_sender,
);
