//! Coverage and keeping as their callers see them: a feed that falls silent, a file sent again, a school day with a gap that is
//! filled later, and a term that is over.

use chassis::{
    caller::Scope,
    clock::Clock as _,
    error::{Error, Result},
    testing::Engine,
};
use proto::filtering_ingest::v1::{filtering_ingest_client::FilteringIngestClient, *};
use sea_orm::{ConnectionTrait as _, Statement};
use time::{Duration, OffsetDateTime, macros::datetime};

use super::{World, world};
use crate::{coverage::SchoolYear, forget, store, watch};

/// A world whose school works as schools usually do, with a feed that is to bring something every five minutes.
async fn watched(engine: Engine) -> Result<World> {
    let world = world(engine).await?;
    let mut tx = world.app.store.begin(&Scope::consumer(&world.school, "evt")).await?;
    store::coverage::keep_year(&tx, &world.school, Some(&SchoolYear::default())).await?;
    tx.silent();
    tx.commit().await?;
    let rhythm = Rhythm {
        kind: "every".into(),
        minutes: 5,
        start: "08:00".into(),
        end: "16:00".into(),
        days: "school_days".into(),
        ..Rhythm::default()
    };
    let request = SetFeedRhythmRequest {
        school_id: world.school.clone(),
        feed_id: world.feed.clone(),
        rhythm: Some(rhythm),
        request_id: world.it.request_id(),
    };
    let coverage = call!(world.it, set_feed_rhythm, request)?.coverage.unwrap_or_default();
    assert_eq!((coverage.state.as_str(), coverage.rhythm.is_some()), ("waiting", true));
    Ok(world)
}

fn line(at: OffsetDateTime, url: &str) -> String {
    let seconds = at.unix_timestamp();
    format!("{seconds}.000 200 10.20.4.12 TCP_MISS/200 14007 GET {url} u1 HIER_DIRECT/192.0.2.1 text/html\n")
}

impl World {
    async fn bring(&self, delivery: &str, lines: &str) -> Result<()> {
        let batch = IngestLinesRequest { delivery_id: delivery.into(), ..self.batch(1, lines) };
        self.send(vec![batch]).await.map(|_| ())
    }

    async fn doing(&self) -> Result<GetFeedCoverageResponse> {
        let request = GetFeedCoverageRequest { school_id: self.school.clone(), feed_id: self.feed.clone() };
        call!(self.it, get_feed_coverage, request)
    }

    async fn days(&self) -> Result<Vec<CoverageDay>> {
        let request = ListCoverageDaysRequest { school_id: self.school.clone(), ..Default::default() };
        Ok(call!(self.dsl, list_coverage_days, request)?.days)
    }

    async fn rolled(&self, dsl: bool) -> Result<ListRollupsResponse> {
        let now = self.bed.now();
        let request = ListRollupsRequest {
            school_id: self.school.clone(),
            start_time: Some(chassis::clock::timestamp(now - Duration::days(300))),
            end_time: Some(chassis::clock::timestamp(now + Duration::HOUR)),
            ..Default::default()
        };
        if dsl { call!(self.dsl, list_rollups, request) } else { call!(self.it, list_rollups, request) }
    }

    /// How many rows of the school a table holds.
    async fn rows(&self, table: &str) -> Result<i64> {
        let mut tx = self.app.store.begin(&Scope::consumer(&self.school, "evt")).await?;
        let count = format!("SELECT COUNT(*) AS n FROM {table}");
        let row = tx.db().query_one_raw(Statement::from_string(tx.db().get_database_backend(), count)).await?;
        tx.silent();
        tx.commit().await?;
        row.map_or(Ok(0), |row| row.try_get("", "n").map_err(Error::internal))
    }
}

async fn a_feed_that_falls_silent_is_told_of_once_and_so_is_that_it_is_back(engine: Engine) -> Result<()> {
    let world = watched(engine).await?;
    let at = |minute: i64| datetime!(2026-11-24 09:00 UTC) + Duration::minutes(minute);
    world.bed.clock.set(at(2));
    world.bring("a", &line(at(2), "http://a.example/")).await?;
    assert_eq!(watch::pass(&world.app).await?, 0, "it does what is expected");
    world.bed.clock.set(at(14));
    assert_eq!((watch::pass(&world.app).await?, watch::pass(&world.app).await?), (1, 0), "it is told of once");
    let silent = world.doing().await?.coverage.unwrap_or_default();
    assert_eq!((silent.state.as_str(), silent.events_today), ("silent", 1));
    assert!(silent.evidence.starts_with("Nothing since 24 November, 9:02am"), "{}", silent.evidence);
    // That there is nothing to say is no silence.
    let alive = RecordHeartbeatRequest { school_id: world.school.clone(), feed_id: world.feed.clone() };
    call!(world.it, record_heartbeat, alive)?;
    world.bed.clock.set(at(15));
    assert_eq!((watch::pass(&world.app).await?, watch::pass(&world.app).await?), (1, 0));
    let back = world.doing().await?;
    assert_eq!(back.coverage.map(|coverage| coverage.state).as_deref(), Some("covered"));
    let changes: Vec<_> = back.changes.iter().map(|change| (change.state.as_str(), change.ended)).collect();
    assert_eq!(changes, [("silent", true), ("silent", false)]);
    // At night nobody expects anything.
    world.bed.clock.set(datetime!(2026-11-24 23:00 UTC));
    assert_eq!(watch::pass(&world.app).await?, 0);
    assert_eq!(world.doing().await?.coverage.map(|coverage| coverage.state).as_deref(), Some("quiet"));
    Ok(())
}

async fn that_a_sender_is_there_is_no_line(engine: Engine) -> Result<()> {
    let world = watched(engine).await?;
    world.bed.clock.set(datetime!(2026-11-24 09:02 UTC));
    let alive = RecordHeartbeatRequest { school_id: world.school.clone(), feed_id: world.feed.clone() };
    call!(world.it, record_heartbeat, alive)?;
    let doing = world.doing().await?.coverage.unwrap_or_default();
    assert_eq!((doing.state.as_str(), doing.last_receive_time, doing.last_event_time), ("waiting", None, None));
    assert!(doing.evidence.ends_with("no line has come yet"), "{}", doing.evidence);
    Ok(())
}

async fn feeds_are_listed_page_after_page_those_in_trouble_first(engine: Engine) -> Result<()> {
    let world = watched(engine).await?;
    for name in ["Boarding house", "Annexe"] {
        let create = CreateFeedRequest {
            school_id: world.school.clone(),
            name: name.into(),
            profile: "squid".into(),
            request_id: world.it.request_id(),
            ..CreateFeedRequest::default()
        };
        call!(world.it, create_feed, create)?;
    }
    let at = datetime!(2026-11-24 09:02 UTC);
    world.bed.clock.set(at);
    world.bring("a", &line(at, "http://a.example/")).await?;
    world.bed.clock.set(at + Duration::minutes(12));
    watch::pass(&world.app).await?;
    let asked = |page_size: i32, page_token: &str| ListFeedCoverageRequest {
        school_id: world.school.clone(),
        page_size,
        page_token: page_token.to_owned(),
    };
    let (mut listed, mut token) = (Vec::new(), String::new());
    for left in [2, 1, 0] {
        let answer = call!(world.it, list_feed_coverage, asked(1, &token))?;
        listed.extend(answer.coverage.into_iter().map(|feed| (feed.name, feed.state)));
        token = answer.next_page_token;
        assert_eq!(token.is_empty(), left == 0, "{listed:?}");
    }
    let expected = [("Filter", "silent"), ("Annexe", "waiting"), ("Boarding house", "waiting")];
    assert_eq!(listed, expected.map(|(name, state)| (name.to_owned(), state.to_owned())));
    let refused = call!(world.it, list_feed_coverage, asked(-1, "")).err().map(|e| e.to_string());
    assert!(refused.is_some_and(|refused| refused.contains("page_size")));
    Ok(())
}

async fn a_file_sent_again_under_another_name_is_counted_found_and_raises_nothing(engine: Engine) -> Result<()> {
    let world = watched(engine).await?;
    let at = datetime!(2026-11-24 08:50 UTC);
    let search = line(at, "https://www.google.com/search?q=i+want+to+kill+myself");
    let plain = (0..40).map(|n| line(at + Duration::seconds(n), &format!("http://site-{n}.example/")));
    let file: String = plain.chain([search, "junk\n".to_owned()]).collect();
    world.bring("monday", &file).await?;
    let before = world.ledger().await?;
    assert_eq!((before.received, before.rejected, before.alerts), (42, 1, 1));
    world.bring("monday, sent again", &file).await?;
    let after = world.ledger().await?;
    assert_eq!((after.received, after.alerts), (84, 1), "what had come before raises nothing");
    assert_eq!((after.kept, after.folded), (2 * before.kept - 1, 2 * before.folded + 1), "the search is folded");
    assert_eq!(watch::pass(&world.app).await?, 1);
    let coverage = world.doing().await?.coverage.unwrap_or_default();
    let found: Vec<&str> = coverage.troubles.iter().map(|trouble| trouble.state.as_str()).collect();
    assert_eq!(found, ["replayed"]);
    assert!(coverage.evidence.contains("monday, sent again"), "{}", coverage.evidence);

    // What is counted by the hour is every line that could be read, and how many of them came twice.
    let (lead, technician) = (world.rolled(true).await?, world.rolled(false).await?);
    let sum = |answer: &ListRollupsResponse| answer.rollups.iter().map(|one| one.count).sum::<u64>();
    assert_eq!((sum(&lead), sum(&technician)), (after.received - after.rejected, after.received - after.rejected));
    assert_eq!(lead.duplicates, 41);
    assert!(lead.rollups.iter().any(|one| !one.category.is_empty()));
    assert!(technician.rollups.iter().all(|one| one.category.is_empty()), "who reads no alerts is told no category");
    let first = prost_types::Timestamp { seconds: -377_705_100_000, nanos: 0 };
    let beyond =
        ListRollupsRequest { school_id: world.school.clone(), end_time: Some(first), ..ListRollupsRequest::default() };
    let refused = call!(world.it, list_rollups, beyond).err().map(|e| e.kind());
    assert_eq!(refused, Some(chassis::error::Kind::Invalid), "a day before the first there is");
    Ok(())
}

async fn a_school_day_with_a_gap_is_covered_once_what_was_late_has_come(engine: Engine) -> Result<()> {
    let world = watched(engine).await?;
    let at = |minute: i64| datetime!(2026-11-25 08:00 UTC) + Duration::minutes(minute);
    let lines = |minutes: &mut dyn Iterator<Item = i64>| -> String {
        minutes.map(|minute| line(at(minute), &format!("http://site-{minute}.example/"))).collect()
    };
    let there = |minute: &i64| !(120..150).contains(minute);
    world.bed.clock.set(at(480));
    world.bring("wednesday", &lines(&mut (0..480).step_by(5).filter(there))).await?;
    world.bed.clock.set(at(570));
    watch::pass(&world.app).await?;
    let days = world.days().await?;
    let day = days.first().cloned().unwrap_or_default();
    assert_eq!((days.len(), day.date.as_str(), day.state.as_str()), (1, "2026-11-25", "gap"));
    assert_eq!((day.expected_minutes, day.gaps.len(), day.events), (480, 1, 90));
    assert!((25..=35).contains(&day.gap_minutes), "{}", day.gap_minutes);
    world.bring("what was late", &lines(&mut (120..150).step_by(5))).await?;
    assert!(watch::pass(&world.app).await? > 0, "that the day is covered now is told");
    let days = world.days().await?;
    assert_eq!(days.iter().map(|day| (day.state.as_str(), day.gap_minutes)).collect::<Vec<_>>(), [("covered", 0)]);
    assert_eq!(watch::pass(&world.app).await?, 0);
    Ok(())
}

async fn after_a_standstill_no_school_day_is_missing(engine: Engine) -> Result<()> {
    let world = watched(engine).await?;
    // A Wednesday, and then nobody looked for seven weeks.
    for now in [datetime!(2026-11-25 17:30 UTC), datetime!(2027-01-13 17:30 UTC)] {
        world.bed.clock.set(now);
        for _ in 0..3 {
            watch::pass(&world.app).await?;
        }
    }
    let request = ListCoverageDaysRequest { school_id: world.school.clone(), page_size: 100, ..Default::default() };
    let days = call!(world.dsl, list_coverage_days, request)?.days;
    let mut days: Vec<String> = days.into_iter().map(|day| day.date).collect();
    days.sort();
    let (year, mut date) = (SchoolYear::default(), time::macros::date!(2026 - 11 - 25));
    let mut expected = Vec::new();
    while date <= time::macros::date!(2027 - 01 - 13) {
        expected.extend(year.closed.school_day(date).then(|| date.to_string()));
        date += Duration::DAY;
    }
    assert_eq!(days, expected);
    Ok(())
}

async fn whoever_counts_for_the_first_time_begins_where_events_do(engine: Engine) -> Result<()> {
    let world = watched(engine).await?;
    world.bring("a", &line(world.bed.clock.now() - Duration::minutes(5), "http://a.example/")).await?;
    // Nobody looked until the Wednesday of the week after next.
    let made = chassis::clock::london(world.bed.clock.now()).date();
    world.bed.clock.set(datetime!(2026-12-09 17:30 UTC));
    for _ in 0..2 {
        watch::pass(&world.app).await?;
    }
    let request = ListCoverageDaysRequest { school_id: world.school.clone(), page_size: 100, ..Default::default() };
    let days = call!(world.dsl, list_coverage_days, request)?.days;
    let mut days: Vec<String> = days.into_iter().map(|day| day.date).collect();
    days.sort();
    let (year, mut date, mut expected) = (SchoolYear::default(), made.saturating_add(Duration::DAY), Vec::new());
    while date <= time::macros::date!(2026 - 12 - 09) {
        expected.extend(year.closed.school_day(date).then(|| date.to_string()));
        date += Duration::DAY;
    }
    assert!(expected.len() > 5);
    assert_eq!(days, expected);
    Ok(())
}

async fn nothing_past_its_term_can_be_read_back_and_what_was_deleted_is_on_record(engine: Engine) -> Result<()> {
    const TABLES: [&str; 6] =
        ["observation_block", "rejected_line", "alert", "episode", "delivery", "fingerprint_hour"];
    let world = watched(engine).await?;
    let at = world.bed.clock.now() - Duration::minutes(5);
    let search = line(at, "https://www.google.com/search?q=i+want+to+kill+myself");
    let log = [line(at, "http://a.example/"), search, "junk\n".to_owned()].concat();
    world.bring("a", &log).await?;
    let list = ListAlertsRequest { school_id: world.school.clone(), ..Default::default() };
    let alert = call!(world.dsl, list_alerts, list)?.alerts.first().map(|alert| alert.alert_id.clone());
    let alert = alert.unwrap_or_default();
    let read = || GetAlertRequest { school_id: world.school.clone(), alert_id: alert.clone() };
    for table in TABLES {
        assert!(world.rows(table).await? > 0, "{table}");
    }
    // Twelve months besides the running one: a day before they are over all of it is there, but for the fingerprints.
    world.bed.clock.set(datetime!(2027-11-30 02:00 UTC));
    forget::pass(&world.app, true).await?;
    assert_eq!(call!(world.dsl, get_alert, read())?.alert.map(|found| found.alert_id), Some(alert.clone()));
    assert_eq!(world.rows("fingerprint_hour").await?, 0);
    assert!(world.rows("observation_block").await? > 0);
    world.bed.clock.set(datetime!(2027-12-01 02:00 UTC));
    forget::pass(&world.app, false).await?;
    assert!(world.rows("alert").await? > 0, "nothing is deleted by day");
    for _ in 0..2 {
        forget::pass(&world.app, true).await?;
    }
    for table in TABLES {
        assert_eq!(world.rows(table).await?, 0, "{table}");
    }
    assert_eq!(call!(world.dsl, get_alert, read()).err().map(|e| e.reason_name()), Some("NOT_FOUND"));
    // The service of the cases, which waits for it, is told that it was deleted; not of one that never was here.
    let service = world.bed.upstreams.as_service("filtering-ingest", &world.bed.signer("incident-cases"))?;
    let mut cases = FilteringIngestClient::new(service);
    let told = cases.get_alert(read()).await.map_err(|status| Error::from_status(&status))?.into_inner();
    let deletion = told.deletion.unwrap_or_default();
    assert_eq!(
        (told.alert, deletion.date.as_str(), deletion.before_date.as_str(), deletion.rule.as_str()),
        (None, "2027-12-01", "2026-12-01", "RET-05")
    );
    let never: crate::alert::AlertId = world.bed.ids.next();
    let never = cases.get_alert(GetAlertRequest { alert_id: never.to_string(), ..read() }).await.err();
    assert_eq!(never.map(|status| Error::from_status(&status).reason_name()), Some("NOT_FOUND"));
    let ask = GetLogKeepingRequest { school_id: world.school.clone() };
    let keeping = call!(world.it, get_log_keeping, ask)?;
    assert_eq!((keeping.keep_months, keeping.deletions.len()), (12, 1), "{keeping:?}");
    let gone = keeping.deletions.first().cloned().unwrap_or_default();
    assert_eq!((gone.observations, gone.rejected_lines, gone.alerts, gone.deliveries), (2, 1, 1, 1));
    // Counts of hours name nobody and stay.
    assert!(world.rows("rollup_hour").await? > 0);
    Ok(())
}

async fn how_far_a_senders_delivery_was_is_kept_no_longer_than_logs_are(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let system = Scope::system("test");
    let mut tx = world.app.store.begin(&system).await?;
    store::delivery::open(&tx, "snd_1", "snd_1", "syslog-1").await?;
    store::delivery::came(&tx, "snd_1", "syslog-1", store::micros(tx.now())).await?;
    tx.silent();
    tx.commit().await?;
    for (night, there) in [(datetime!(2027-11-30 02:00 UTC), true), (datetime!(2027-12-01 02:00 UTC), false)] {
        world.bed.clock.set(night);
        forget::pass(&world.app, true).await?;
        let tx = world.app.store.begin(&system).await?;
        assert_eq!(store::delivery::find(&tx, "snd_1", "syslog-1").await?.is_some(), there, "{night}");
    }
    Ok(())
}

async fn of_a_school_whose_term_nobody_could_say_yet_nothing_is_deleted(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    world.bring("a", &line(world.bed.clock.now(), "https://www.google.com/search?q=i+want+to+kill+myself")).await?;
    world.bed.clock.set(datetime!(2029-12-01 02:00 UTC));
    forget::pass(&world.app, true).await?;
    for table in ["observation_block", "alert", "episode"] {
        assert!(world.rows(table).await? > 0, "{table}");
    }
    Ok(())
}

async fn what_one_school_has_past_its_term_goes_whatever_is_not_known_of_another(engine: Engine) -> Result<()> {
    let world = watched(engine).await?;
    // Of this one nobody could say yet how long it keeps its logs.
    let second = world.bed.school();
    let it = world.bed.person(&[(proto::access::v1::Role::It, &second)]);
    let create = CreateFeedRequest {
        school_id: second,
        name: "Filter".into(),
        profile: "squid".into(),
        request_id: it.request_id(),
        ..CreateFeedRequest::default()
    };
    call!(it, create_feed, create)?;
    world.bring("a", &line(world.bed.clock.now(), "http://a.example/")).await?;
    world.bed.clock.set(datetime!(2027-12-01 02:00 UTC));
    forget::pass(&world.app, true).await?;
    assert_eq!(world.rows("observation_block").await?, 0);
    Ok(())
}

async fn a_month_that_could_not_go_as_a_whole_is_not_done_with(engine: Engine) -> Result<()> {
    let world = watched(engine).await?;
    world.bring("a", &line(world.bed.clock.now(), "http://a.example/")).await?;
    world.bed.clock.set(datetime!(2027-12-01 02:00 UTC));
    let school: chassis::id::SchoolId = world.school.parse().map_err(Error::internal)?;
    forget::of_school(&world.app, &school, datetime!(2026-12-01 00:00 UTC), false).await?;
    assert!(world.rows("observation_block").await? > 0, "its month was busy");
    forget::of_school(&world.app, &school, datetime!(2026-12-01 00:00 UTC), true).await?;
    assert_eq!(world.rows("observation_block").await?, 0);
    Ok(())
}

async fn a_feed_is_corrected_and_ended_and_then_nothing_is_expected_of_it(engine: Engine) -> Result<()> {
    let world = watched(engine).await?;
    let create = CreateFeedRequest {
        school_id: world.school.clone(),
        name: "Provider".into(),
        profile: "squid".into(),
        request_id: world.it.request_id(),
        ..CreateFeedRequest::default()
    };
    let second = call!(world.it, create_feed, create.clone())?.feed.unwrap_or_default().feed_id;
    let named = |error: &Error| error.violations().iter().any(|v| v.field == "name");
    let again = CreateFeedRequest { name: "provider".into(), request_id: world.it.request_id(), ..create };
    assert!(call!(world.it, create_feed, again).is_err_and(|error| named(&error)), "two feeds of one name");
    let update = |name: &str| UpdateFeedRequest {
        school_id: world.school.clone(),
        feed_id: second.clone(),
        name: name.into(),
        group_tiers: [("Year 9".to_owned(), "KS3".to_owned())].into(),
        host_categories: [("Games.example".to_owned(), "gaming".to_owned())].into(),
        removed_hosts: Vec::new(),
        request_id: world.it.request_id(),
    };
    assert!(call!(world.it, update_feed, update("FILTER")).is_err_and(|error| named(&error)));
    let fed = call!(world.it, update_feed, update("Boarding house"))?.feed.unwrap_or_default();
    assert_eq!((fed.name.as_str(), fed.host_categories, fed.group_tiers.len()), ("Boarding house", 1, 1));
    // The first falls silent, and is what the school has no more.
    let at = |minute: i64| datetime!(2026-11-24 09:00 UTC) + Duration::minutes(minute);
    world.bed.clock.set(at(2));
    world.bring("a", &line(at(2), "http://a.example/")).await?;
    world.bed.clock.set(at(14));
    assert_eq!(watch::pass(&world.app).await?, 1);
    let end = || EndFeedRequest {
        school_id: world.school.clone(),
        feed_id: world.feed.clone(),
        request_id: world.it.request_id(),
    };
    let ended = call!(world.it, end_feed, end())?.feed.unwrap_or_default();
    assert!(ended.end_time.is_some() && call!(world.it, end_feed, end()).is_err(), "once");
    let changes = world.doing().await?.changes;
    assert_eq!(changes.first().map(|change| (change.state.as_str(), change.ended)), Some(("silent", true)));
    let asked = ListFeedCoverageRequest { school_id: world.school.clone(), ..Default::default() };
    let listed = call!(world.it, list_feed_coverage, asked)?.coverage;
    assert_eq!(listed.iter().map(|feed| feed.name.as_str()).collect::<Vec<_>>(), ["Boarding house"]);
    world.bed.clock.set(at(60));
    watch::pass(&world.app).await?;
    assert_eq!(world.doing().await?.changes.len(), changes.len(), "its silence is nothing any more");
    assert!(world.bring("b", &line(at(60), "http://a.example/")).await.is_err(), "what is sent to it is refused");
    Ok(())
}

on_both_engines!(
    that_a_sender_is_there_is_no_line,
    a_feed_is_corrected_and_ended_and_then_nothing_is_expected_of_it,
    feeds_are_listed_page_after_page_those_in_trouble_first,
    a_feed_that_falls_silent_is_told_of_once_and_so_is_that_it_is_back,
    a_file_sent_again_under_another_name_is_counted_found_and_raises_nothing,
    a_school_day_with_a_gap_is_covered_once_what_was_late_has_come,
    after_a_standstill_no_school_day_is_missing,
    whoever_counts_for_the_first_time_begins_where_events_do,
    how_far_a_senders_delivery_was_is_kept_no_longer_than_logs_are,
    nothing_past_its_term_can_be_read_back_and_what_was_deleted_is_on_record,
    what_one_school_has_past_its_term_goes_whatever_is_not_known_of_another,
    a_month_that_could_not_go_as_a_whole_is_not_done_with,
    of_a_school_whose_term_nobody_could_say_yet_nothing_is_deleted,
);
