//! What the authority sees over its schools, and what a school sees of its place among others.

use std::sync::Arc;

use chassis::{
    error::{Error, Result},
    event::{Bus as _, Event, memory::MemoryBus},
    testing::{Bed, Engine},
};
use proto::{
    access::v1::Role,
    event::v1::{
        ConcernEscalated, ConcernRead, ConcernRecorded, ConcernTriaged, DeskFigurePublished, DeskFiguresPublished,
        Envelope, SchoolCreated, SchoolDescribed,
    },
    reporting::v1::{reporting_client::ReportingClient, *},
};
use sea_orm::ConnectionTrait as _;
use time::macros::datetime;

use super::made::envelope;

/// What was refused: the field, or the reason.
fn refused<T>(answer: std::result::Result<tonic::Response<T>, tonic::Status>) -> String {
    let Some(error) = answer.err().map(|status| Error::from_status(&status)) else { return String::new() };
    let field = error.violations().first().map(|violation| violation.field.clone());
    field.unwrap_or_else(|| error.reason_name().to_owned())
}

/// Eleven primary schools with 10 to 20 concerns and one with 2, of 100 learners each, half of them in the north.
pub(super) async fn groups_and_places_tell_nothing_of_a_school_whose_figure_is_hidden(engine: Engine) -> Result<()> {
    let bus = Arc::new(MemoryBus::default());
    let mut bed = Bed::new(engine)?.with_bus(bus.clone());
    let running = crate::start(bed.setup("reporting").await?).await?;
    bed.add(&running);
    let schools: Vec<String> = (0..12).map(|_| bed.school()).collect();
    for (school, n) in schools.iter().zip(0_usize..) {
        let began = datetime!(2026-04-01 09:00 UTC);
        let area = if n.is_multiple_of(2) { "North" } else { "South" };
        let created = Event::SchoolCreated(SchoolCreated { kind: "primary".into() });
        let described = Event::SchoolDescribed(SchoolDescribed { area: area.into(), learners: 100, close_time: None });
        bus.publish(&envelope(&bed, school, began, created)).await?;
        bus.publish(&envelope(&bed, school, began, described)).await?;
        let many = if n == 11 { 2 } else { 10 + n };
        for _ in 0..many {
            let concern = Event::ConcernRecorded(ConcernRecorded { origin: "staff".into(), not_safe: false });
            bus.publish(&envelope(&bed, school, datetime!(2026-05-20 10:00 UTC), concern)).await?;
        }
    }
    let officer = bed.person(&[(Role::AuthorityOfficer, "")]);
    let mut client = ReportingClient::new(officer.to("reporting")?);
    let ask = |by: &str| ListGroupTrendsRequest {
        measure: "concerns_recorded".into(),
        by: by.into(),
        until_term_id: "2026-summer".into(),
        terms: 1,
    };
    let shown = |trend: Trend| -> Vec<(String, u32, u32, u64, u64)> {
        let value = |figures: &[Figure]| figures.first().map_or(0, |figure| figure.value);
        let group = |group: &TrendGroup| {
            let (all, counted) = (group.schools, group.schools_counted);
            (group.key.clone(), all, counted, value(&group.figures), value(&group.per_thousand))
        };
        trend.groups.iter().map(group).collect()
    };
    let trend = client.list_group_trends(ask("phase")).await.map_err(|s| Error::from_status(&s))?.into_inner();
    let by_phase = shown(trend.trend.unwrap_or_default());
    assert_eq!(by_phase, [("primary".to_owned(), 12, 11, 165, 150)], "10 to 20, without the 2");
    let trend = client.list_group_trends(ask("area")).await.map_err(|s| Error::from_status(&s))?.into_inner();
    let by_area = shown(trend.trend.unwrap_or_default());
    assert_eq!(by_area, [("North".to_owned(), 6, 6, 90, 150), ("South".to_owned(), 6, 5, 75, 150)]);
    assert_eq!(refused(client.list_group_trends(ask("colour")).await), "by");
    assert_eq!(refused(client.list_group_trends(ListGroupTrendsRequest { terms: 13, ..ask("") }).await), "terms");
    let unknown = ListGroupTrendsRequest { measure: "tears".into(), ..ask("") };
    assert_eq!(refused(client.list_group_trends(unknown).await), "measure");

    let mut places = Vec::new();
    for n in [0, 5, 10, 11] {
        let school = &schools[n];
        let lead = bed.person(&[(Role::Dsl, school)]);
        let mut client = ReportingClient::new(lead.to("reporting")?);
        let ask = |term_id: &str| ListBenchmarksRequest { school_id: school.clone(), term_id: term_id.into() };
        let answer = client.list_benchmarks(ask("")).await.map_err(|s| Error::from_status(&s))?.into_inner();
        let told = format!("{answer:?}");
        assert!(schools.iter().all(|school| !told.contains(school.as_str())), "no school is named: {told}");
        let one = answer.benchmarks.iter().find(|one| one.measure == "concerns_recorded").cloned().unwrap_or_default();
        places.push((one.band, one.why_not));
        assert_eq!(refused(client.list_benchmarks(ask("2026-autumn")).await), "term_id", "it is not over");
        assert_eq!(refused(client.list_group_trends(plain()).await), "NOT_PERMITTED");
    }
    let said = places.iter().map(|(band, why)| (band.as_str(), why.as_str())).collect::<Vec<_>>();
    assert_eq!(said, [("lower_quarter", ""), ("middle_half", ""), ("upper_quarter", ""), ("", "hidden")]);
    Ok(())
}

/// A question that a lead may not ask.
fn plain() -> ListGroupTrendsRequest {
    ListGroupTrendsRequest { measure: "concerns_recorded".into(), ..ListGroupTrendsRequest::default() }
}

pub(super) async fn a_return_fills_itself_and_says_what_it_cannot(engine: Engine) -> Result<()> {
    let bus = Arc::new(MemoryBus::default());
    let mut bed = Bed::new(engine)?.with_bus(bus.clone());
    let running = crate::start(bed.setup("reporting").await?).await?;
    bed.add(&running);
    let school = bed.school();
    let began = datetime!(2025-09-02 09:00 UTC);
    bus.publish(&envelope(&bed, &school, began, Event::SchoolCreated(SchoolCreated::default()))).await?;
    for _ in 0..9 {
        let concern = Event::ConcernRecorded(ConcernRecorded { origin: "staff".into(), not_safe: false });
        bus.publish(&envelope(&bed, &school, datetime!(2026-05-20 10:00 UTC), concern)).await?;
    }
    let officer = bed.person(&[(Role::AuthorityOfficer, "")]);
    let mut client = ReportingClient::new(officer.to("reporting")?);
    let listed = client.list_returns(ListReturnsRequest {}).await.map_err(|s| Error::from_status(&s))?.into_inner();
    assert_eq!(listed.returns.len(), crate::returns::all().len());
    let ask = |key: &str, year: &str| GetReturnRequest { return_key: key.into(), year: year.into() };
    let got = |answer: GetReturnResponse| answer.filled.unwrap_or_default();
    let filled = client.get_return(ask("lado-annual", "")).await.map_err(|s| Error::from_status(&s))?.into_inner();
    let filled = got(filled);
    assert_eq!((filled.year.as_str(), filled.filled), ("2025-26", 0));
    assert!(filled.lines.iter().all(|line| line.figure.is_none() && !line.why_not.is_empty()), "{filled:?}");

    // The desk publishes: what it told is filled in as it told it.
    let figure = |key: &str, figure: &str| DeskFigurePublished { key: key.into(), figure: figure.into() };
    let published = DeskFiguresPublished {
        desk: "lado".into(),
        year: "2025-26".into(),
        opened: vec![figure("opened", "20"), figure("threshold_met", "c")],
        closed: Vec::new(),
        version: 2,
    };
    // The newest version holds, whichever is heard first.
    let first = DeskFiguresPublished { opened: vec![figure("opened", "14")], version: 1, ..published.clone() };
    for version in [published, first] {
        bus.publish(&envelope(&bed, "", bed.now(), Event::DeskFiguresPublished(version))).await?;
    }
    let filled = client.get_return(ask("lado-annual", "2025-26")).await.map_err(|s| Error::from_status(&s))?;
    let filled = got(filled.into_inner());
    let found: Vec<Option<(u64, String)>> =
        filled.lines.iter().take(3).map(|line| line.figure.clone().map(|one| (one.value, one.code))).collect();
    assert_eq!(found, [Some((20, String::new())), Some((0, "c".into())), None]);
    let years = client.list_published_years(ListPublishedYearsRequest { desk: "lado".into() }).await;
    let years = years.map_err(|s| Error::from_status(&s))?.into_inner().years;
    assert_eq!(years.iter().map(|year| (year.year.as_str(), year.version)).collect::<Vec<_>>(), [("2025-26", 2)]);

    let filled = client.get_return(ask("online-safety-annual", "2025-26")).await.map_err(|s| Error::from_status(&s))?;
    let filled = got(filled.into_inner());
    let line = |title: &str| filled.lines.iter().find(|line| line.title == title).cloned().unwrap_or_default();
    let value = |title: &str| line(title).figure.map(|figure| (figure.value, figure.code));
    assert_eq!(value("Schools on the platform"), Some((1, String::new())));
    assert_eq!(value("Concerns recorded"), Some((9, String::new())), "nothing in two terms, and 9 in the third");
    // Of a year that runs, what is over of it was counted: none is none.
    let running = client.get_return(ask("filtering-annual", "2026-27")).await.map_err(|s| Error::from_status(&s))?;
    let running = got(running.into_inner());
    let reviews = running.lines.iter().find(|line| line.source.starts_with("measure:filter_reviews_done")).cloned();
    assert_eq!(reviews.and_then(|line| line.figure), Some(Figure { value: 0, code: String::new() }));
    let days = running.lines.iter().find(|line| line.source.starts_with("measure:monitoring_days")).cloned();
    let days = days.unwrap_or_default();
    assert_eq!(days.figure.map(|figure| figure.code).as_deref(), Some("x"));
    assert_eq!(days.why_not, "Nobody knows: no school day was counted for a filter feed.");
    let by_hand = line("Views of children and parents");
    assert!(by_hand.figure.is_none() && by_hand.why_not.contains("Ask them"), "{by_hand:?}");

    let asked = ExportReturnRequest {
        return_key: "lado-annual".into(),
        year: "2025-26".into(),
        format: ReportFormat::Csv.into(),
        authority_name: String::new(),
    };
    let file = client.export_return(asked).await.map_err(|s| Error::from_status(&s))?.into_inner();
    assert_eq!(file.file_name, "return-lado-annual-2025-26.csv");
    assert!(String::from_utf8_lossy(&file.content).contains("Allegations taken in,,,20,"), "{:?}", file.content);
    assert_eq!(refused(client.get_return(ask("no-such", "")).await), "return_key");
    assert_eq!(refused(client.get_return(ask("lado-annual", "soon")).await), "year");
    assert_eq!(refused(client.get_return(ask("lado-annual", "2031-32")).await), "year");
    let head = bed.person(&[(Role::Head, &school)]);
    let mut client = ReportingClient::new(head.to("reporting")?);
    assert_eq!(refused(client.get_return(ask("lado-annual", "")).await), "NOT_PERMITTED");
    Ok(())
}

/// Four concerns that were passed on, the first of them twice: which are unread is said by the day of the oldest, in whatever order
/// their events come, and a concern counts once however far it went.
pub(super) async fn concerns_that_wait_unread_are_said_by_their_day_alone(engine: Engine) -> Result<()> {
    let bus = Arc::new(MemoryBus::default());
    let mut bed = Bed::new(engine)?.with_bus(bus.clone());
    let running = crate::start(bed.migrated::<crate::store::migration::Migrations>("reporting").await?).await?;
    bed.add(&running);
    let officer = bed.person(&[(Role::AuthorityOfficer, "")]);
    let (school, other) = (bed.school(), bed.school());
    let day = |n: i64| bed.now() - time::Duration::days(n);
    let about =
        |concern: &str, at, event| Envelope { aggregate_id: concern.to_owned(), ..envelope(&bed, &school, at, event) };
    let passed = |level: &str, reason: &str, days: i64| {
        let (level, reason) = (level.to_owned(), reason.to_owned());
        Event::ConcernEscalated(ConcernEscalated { level, reason, waited_s: days * 86_400, ..Default::default() })
    };
    let read = || Event::ConcernRead(ConcernRead::default());
    let decided = || Event::ConcernTriaged(ConcernTriaged { outcome: "new_case".into(), waited_s: 1 });
    for school in [&school, &other] {
        bus.publish(&envelope(&bed, school, day(20), Event::SchoolCreated(SchoolCreated::default()))).await?;
    }
    let first =
        [about("con_1", day(9), passed("deputy", "unread", 1)), about("con_1", day(8), passed("head", "unread", 2))];
    let second = [about("con_2", day(6), passed("deputy", "unread", 1)), about("con_2", day(5), decided())];
    let third =
        [about("con_3", day(3), passed("deputy", "unread", 0)), about("con_3", day(1), passed("lead", "worsened", 2))];
    // Nobody was there for the fourth: it was passed on at once, and its time is not over.
    let fourth = [about("con_4", day(4), passed("deputy", "nobody_there", 0))];
    let over = about("con_1", day(2), read());
    let said = async || -> Result<Vec<String>> {
        let mut client = ReportingClient::new(officer.to("reporting")?);
        let answer = client.list_standings(ListStandingsRequest {}).await.map_err(|s| Error::from_status(&s))?;
        let day = |id: &String| {
            let all = answer.get_ref().standings.iter();
            all.filter(|one| one.school_id == *id).map(|one| one.unread_since_date.clone()).collect::<String>()
        };
        Ok([&school, &other].map(day).to_vec())
    };
    // The second one's decision is heard before it was passed on.
    for event in first.iter().chain(second.iter().rev()).chain(&third).chain(&fourth) {
        bus.publish(event).await?;
    }
    assert_eq!(said().await?, ["2026-11-14", ""], "since the first was recorded");
    bus.publish(&over).await?;
    assert_eq!(said().await?, ["2026-11-21", ""], "it was read: the third waits");
    // Heard again, and late, nothing changes.
    bus.publish(&first[1]).await?;
    assert_eq!(said().await?, ["2026-11-21", ""]);
    let mut tx = running.store.begin(&chassis::caller::Scope::system("reporting")).await?;
    let sums = "SELECT CAST(SUM(count) AS TEXT) AS n FROM cell WHERE fact = 'concern_passed_on'";
    let statement = sea_orm::Statement::from_string(tx.db().get_database_backend(), sums);
    let row = tx.db().query_one_raw(statement).await?;
    let counted = row.map(|row| row.try_get::<String>("", "n")).transpose()?;
    assert_eq!(counted.as_deref(), Some("4"), "four concerns, passed on five times");
    tx.silent();
    tx.commit().await
}
