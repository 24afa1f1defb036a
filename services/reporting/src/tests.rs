//! The service as its callers see it, on both engines.

mod authority;
mod disclosure;
mod fact;
mod feeds;
mod hidden;
mod kept;
mod made;
mod rebuild;
mod recount;
mod state;
mod trends;

use std::sync::Arc;

use authority::{
    a_return_fills_itself_and_says_what_it_cannot, concerns_that_wait_unread_are_said_by_their_day_alone,
    groups_and_places_tell_nothing_of_a_school_whose_figure_is_hidden,
};
use chassis::{
    error::{Error, Result},
    event::{Bus as _, Event, memory::MemoryBus},
    testing::{Bed, Engine},
};
use disclosure::{
    a_figure_that_moved_by_a_little_waits_for_everybody, a_look_back_changes_no_present_figure,
    how_few_concerns_led_to_no_case_follows_from_no_other_figures,
    how_few_concerns_people_recorded_follows_from_no_other_figures, how_few_stay_open_follows_from_no_other_figures,
    two_who_print_at_once_print_nothing_that_tells_together,
    what_was_said_of_a_past_day_stands_whatever_is_asked_after_it,
    what_would_single_out_a_child_is_hidden_whatever_there_is,
};
use feeds::silent_feeds_are_counted_feed_by_feed;
use hidden::hidden_cases_leave_no_trace;
use kept::what_is_kept_over_all_schools_is_what_would_be_counted;
pub(crate) use made::one_of_each;
use proto::{
    access::v1::Role,
    event::v1::{
        CaseClosed, CaseReopened, ConcernRecorded, CoverageDayCounted, FeedCoverageChanged, RegisterEntryAdded,
        RegisterMark, SchoolCreated,
    },
    reporting::v1::{reporting_client::ReportingClient, *},
};
use rebuild::{
    a_concern_that_comes_back_counts_once, an_alert_counts_once_and_at_the_wrong_school_until_that_is_known,
    of_one_moment_the_last_place_stands, rebuild_equals_live, the_log_of_events_is_only_added_to,
    what_another_release_began_begins_anew, what_another_release_counted_is_counted_anew,
};
use recount::independent_recount;
use trends::a_term_is_compared_with_those_before_by_what_was_published;

async fn events_are_counted_once_and_small_counts_are_hidden(engine: Engine) -> Result<()> {
    let bus = Arc::new(MemoryBus::default());
    let mut bed = Bed::new(engine)?.with_bus(bus.clone());
    let running = crate::start(bed.migrated::<crate::store::migration::Migrations>("reporting").await?).await?;
    bed.add(&running);
    let (small, large) = (bed.school(), bed.school());
    let mut sent = Vec::new();
    for (school, count) in [(&small, 2), (&large, 9)] {
        sent.push((school.clone(), Event::SchoolCreated(SchoolCreated::default())));
        for _ in 0..count {
            sent.push((
                school.clone(),
                Event::ConcernRecorded(ConcernRecorded { origin: "staff".into(), not_safe: false }),
            ));
            sent.push((school.clone(), Event::CaseClosed(CaseClosed::default())));
            sent.push((school.clone(), Event::CaseReopened(CaseReopened::default())));
        }
    }
    for (school, event) in sent {
        let envelope = made::envelope(&bed, &school, bed.now(), event);
        // Twice: the inbox sees to it that it counts once.
        bus.publish(&envelope).await?;
        bus.publish(&envelope).await?;
    }

    let governor = bed.person(&[(Role::Governor, &large)]);
    let ask = |school: &str| GetSchoolReportRequest { school_id: school.to_owned(), ..Default::default() };
    let mut client = ReportingClient::new(governor.to("reporting")?);
    let report = client.get_school_report(ask(&large)).await.map_err(|s| Error::from_status(&s))?.into_inner();
    let line = |lines: &[Line], key: &str| {
        lines.iter().find(|l| l.key == key).and_then(|l| l.figure.clone()).map(|f| (f.value, f.code))
    };
    let report = report.report.unwrap_or_default();
    assert_eq!(line(&report.lines, "concerns_recorded"), Some((9, String::new())));
    assert_eq!(line(&report.lines, "cases_reopened"), Some((9, String::new())), "closed, and open once more");
    let before = report.lines.first().and_then(|line| line.before.clone()).map(|figure| figure.code);
    assert_eq!(before.as_deref(), Some("x"), "the school was not there in the term before");
    let foreign = client.get_school_report(ask(&small)).await.err().map(|s| (s.code(), s.message().to_owned()));
    assert_eq!(foreign.as_ref().map(|(code, _)| *code), Some(tonic::Code::NotFound));

    let officer = bed.person(&[(Role::AuthorityOfficer, "")]);
    let mut client = ReportingClient::new(officer.to("reporting")?);
    assert!(client.get_school_report(ask(&small)).await.is_ok());
    let absent = client.get_school_report(ask(&bed.school())).await.err().map(|s| (s.code(), s.message().to_owned()));
    assert_eq!(absent, foreign, "a school there is not is told from another's by nobody");
    let request = GetAuthorityReportRequest { term_id: "2026-autumn".into(), ..Default::default() };
    let report = client.get_authority_report(request).await.map_err(|s| Error::from_status(&s))?.into_inner();
    let report = report.report.unwrap_or_default();
    assert_eq!(report.schools.len(), 2);
    assert_eq!(
        line(&report.lines, "concerns_recorded"),
        Some((0, "c".into())),
        "11 less 9 would tell the small school's 2"
    );
    for bad in ["next year", "2027-spring"] {
        let bad = GetAuthorityReportRequest { term_id: bad.into(), ..Default::default() };
        let refused = client.get_authority_report(bad).await.err().map(|s| Error::from_status(&s));
        assert_eq!(refused.map(|e| e.violations()[0].field.clone()).as_deref(), Some("term_id"));
    }
    Ok(())
}

async fn governors_see_how_many_school_days_were_covered_and_a_day_counted_anew_replaces_itself(
    engine: Engine,
) -> Result<()> {
    let bus = Arc::new(MemoryBus::default());
    let mut bed = Bed::new(engine)?.with_bus(bus.clone());
    let running = crate::start(bed.migrated::<crate::store::migration::Migrations>("reporting").await?).await?;
    bed.add(&running);
    let school = bed.school();
    let day = |date: &str, state: &str, gap_minutes| {
        let (date, state) = (date.to_owned(), state.to_owned());
        Event::CoverageDayCounted(CoverageDayCounted { date, state, expected_minutes: 420, gap_minutes })
    };
    let unheard = |state: &str| {
        Event::FeedCoverageChanged(FeedCoverageChanged { state: state.into(), ..FeedCoverageChanged::default() })
    };
    for event in [
        Event::SchoolCreated(SchoolCreated::default()),
        day("2026-11-20", "covered", 0),
        day("2026-11-23", "silent", 420),
        day("2026-11-24", "gap", 64),
        day("2026-11-18", "learning", 0),
        // What was silent was only late.
        day("2026-11-23", "covered", 0),
    ] {
        bus.publish(&made::envelope(&bed, &school, bed.now(), event)).await?;
    }
    for (feed, state) in [("fed_1", "silent"), ("fed_1", "late"), ("fed_2", "late"), ("fed_3", "partial")] {
        let event = made::envelope(&bed, &school, bed.now(), unheard(state));
        bus.publish(&chassis::event::Envelope { aggregate_id: feed.into(), ..event }).await?;
    }
    let governor = bed.person(&[(Role::Governor, &school)]);
    let mut client = ReportingClient::new(governor.to("reporting")?);
    let ask = GetSchoolReportRequest { school_id: school.clone(), term_id: "2026-autumn".into(), ..Default::default() };
    let report = client.get_school_report(ask).await.map_err(|s| Error::from_status(&s))?.into_inner();
    let lines = report.report.unwrap_or_default().lines;
    let of = |key: &str| lines.iter().find(|l| l.key == key).and_then(|l| l.figure.clone()).map(|f| (f.value, f.code));
    let figures = ["monitoring_days", "monitoring_coverage", "monitoring_gap_minutes"].map(of);
    assert_eq!(figures, [3, 2, 64].map(|n| Some((n, String::new()))));
    // A school of whose feeds no day was counted has no nought: nobody knows.
    let other = bed.school();
    bus.publish(&made::envelope(&bed, &other, bed.now(), Event::SchoolCreated(SchoolCreated::default()))).await?;
    let head = bed.person(&[(Role::Head, &other)]);
    let ask = GetSchoolReportRequest { school_id: other.clone(), term_id: "2026-autumn".into(), ..Default::default() };
    let report = ReportingClient::new(head.to("reporting")?).get_school_report(ask).await;
    let lines = report.map_err(|s| Error::from_status(&s))?.into_inner().report.unwrap_or_default().lines;
    let of = |key: &str| lines.iter().find(|l| l.key == key).and_then(|l| l.figure.clone()).map(|f| (f.value, f.code));
    let figures = ["monitoring_days", "monitoring_coverage", "monitoring_gap_minutes"].map(of);
    assert_eq!(figures, [0, 0, 0].map(|n| Some((n, "x".to_owned()))));
    assert_eq!(of("filter_checks_done"), Some((0, String::new())), "that none was recorded is known");
    // Of a check before the school came it is known that none failed, too.
    let mark = RegisterMark { date: "2026-05-05".into(), result: "works".into(), ..RegisterMark::default() };
    let check = RegisterEntryAdded { register: "filter-checks".into(), now: Some(mark), before: None };
    bus.publish(&made::envelope(&bed, &other, bed.now(), Event::RegisterEntryAdded(check))).await?;
    let ask = GetSchoolReportRequest { school_id: other.clone(), term_id: "2026-summer".into(), ..Default::default() };
    let report = ReportingClient::new(head.to("reporting")?).get_school_report(ask).await;
    let lines = report.map_err(|s| Error::from_status(&s))?.into_inner().report.unwrap_or_default().lines;
    let of = |key: &str| lines.iter().find(|l| l.key == key).and_then(|l| l.figure.clone()).map(|f| (f.value, f.code));
    let figures = ["filter_checks_done", "filter_checks_failed"].map(of);
    assert_eq!(figures, [1, 0].map(|n| Some((n, String::new()))));
    let officer = bed.person(&[(Role::AuthorityOfficer, "")]);
    let mut client = ReportingClient::new(officer.to("reporting")?);
    let report = client.get_authority_report(GetAuthorityReportRequest::default()).await;
    let report = report.map_err(|s| Error::from_status(&s))?.into_inner().report.unwrap_or_default();
    let silent = |id: &str| report.schools.iter().find(|row| row.school_id == id).map(|row| row.silent_feeds);
    assert_eq!((silent(&school), silent(&other)), (Some(2), Some(0)));
    Ok(())
}

async fn a_report_of_a_past_day_stands_and_says_what_came_since(engine: Engine) -> Result<()> {
    let bus = Arc::new(MemoryBus::default());
    let mut bed = Bed::new(engine)?.with_bus(bus.clone());
    let running = crate::start(bed.migrated::<crate::store::migration::Migrations>("reporting").await?).await?;
    bed.add(&running);
    let school = bed.school();
    let concern = || Event::ConcernRecorded(ConcernRecorded { origin: "staff".into(), not_safe: false });
    let day = |state: &str| {
        let (date, state) = ("2026-11-02".to_owned(), state.to_owned());
        Event::CoverageDayCounted(CoverageDayCounted { date, state, ..Default::default() })
    };
    let earlier = bed.now() - time::Duration::days(10);
    let then = std::iter::repeat_with(concern).take(8).chain([day("silent")]).map(|event| (earlier, event));
    let since = std::iter::repeat_with(concern).take(7).chain([day("covered")]).map(|event| (bed.now(), event));
    for (at, event) in then.chain(since) {
        bus.publish(&made::envelope(&bed, &school, at, event)).await?;
    }
    let governor = bed.person(&[(Role::Governor, &school)]);
    let mut client = ReportingClient::new(governor.to("reporting")?);
    let ask = |as_at_date: &str| GetSchoolReportRequest {
        school_id: school.clone(),
        as_at_date: as_at_date.to_owned(),
        ..Default::default()
    };
    let mut figures = Vec::new();
    for as_at in ["2026-11-15", ""] {
        let report = client.get_school_report(ask(as_at)).await.map_err(|s| Error::from_status(&s))?.into_inner();
        let report = report.report.unwrap_or_default();
        assert_eq!(report.as_at_date, as_at);
        assert_eq!(report.figures_as_of_time, Some(chassis::clock::timestamp(bed.now())), "the newest event");
        for key in ["concerns_recorded", "monitoring_coverage"] {
            let line = report.lines.iter().find(|line| line.key == key).cloned().unwrap_or_default();
            let value = |figure: Option<Figure>| figure.map(|figure| figure.value);
            figures.push((value(line.figure), value(line.since), line.since_fewer));
        }
    }
    let expected = [(8, Some(7)), (0, Some(1)), (15, None), (1, None)];
    assert_eq!(figures, expected.map(|(figure, since)| (Some(figure), since, false)));
    for bad in ["2026-11-25", "2026-08-31", "soon"] {
        let refused = client.get_school_report(ask(bad)).await.err().map(|s| Error::from_status(&s));
        assert_eq!(refused.map(|e| e.violations()[0].field.clone()).as_deref(), Some("as_at_date"), "{bad}");
    }
    // The report for governors says it as well, and from which events a figure is counted.
    let (term_id, as_at_date) = ("2026-autumn".into(), "2026-11-15".into());
    let ask = GetGovernorReportRequest { school_id: school.clone(), term_id, as_at_date };
    let draft = client.get_governor_report(ask).await.map_err(|s| Error::from_status(&s))?.into_inner();
    let lines = draft.report.unwrap_or_default().sections.into_iter().flat_map(|section| section.lines);
    let line = lines.into_iter().find(|line| line.key == "concerns_recorded").unwrap_or_default();
    let since = line.since.map(|differ| (differ.value, differ.code));
    assert_eq!((since, line.since_fewer), (Some((7, String::new())), false));
    assert_eq!(line.events, ["ConcernRecorded"]);
    // Only the operator counts anew.
    let rebuild = RebuildFiguresRequest { check_only: false };
    let officer = bed.person(&[(Role::AuthorityOfficer, "")]);
    let denied = ReportingClient::new(officer.to("reporting")?).rebuild_figures(rebuild).await.err();
    assert_eq!(denied.map(|status| status.code()), Some(tonic::Code::PermissionDenied));
    // A school of which nothing was known by a day is no row of the authority's report of it.
    for (as_at, rows) in [("2026-11-10", 0), ("2026-11-15", 1), ("", 1)] {
        let ask = GetAuthorityReportRequest { as_at_date: as_at.into(), ..Default::default() };
        let report = ReportingClient::new(officer.to("reporting")?).get_authority_report(ask).await;
        let report = report.map_err(|s| Error::from_status(&s))?.into_inner().report.unwrap_or_default();
        assert_eq!(report.schools.len(), rows, "{as_at}");
    }
    let operator = bed.person(&[(Role::Operator, "")]);
    let rebuilt = ReportingClient::new(operator.to("reporting")?).rebuild_figures(rebuild).await;
    let rebuilt = rebuilt.map_err(|s| Error::from_status(&s))?.into_inner();
    let RebuildFiguresResponse { done, events_counted, events_logged, figures_changed } = rebuilt;
    assert_eq!((done, events_counted, events_logged, figures_changed), (true, 17, 17, 0));
    Ok(())
}

/// Makes a test of each for both engines.
macro_rules! on_both_engines {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(#[tokio::test] async fn $name() -> chassis::error::Result<()> { super::$name(chassis::testing::Engine::Sqlite).await })* }
        mod postgres { $(#[tokio::test] async fn $name() -> chassis::error::Result<()> { super::$name(chassis::testing::Engine::Postgres).await })* }
    };
}

on_both_engines!(
    events_are_counted_once_and_small_counts_are_hidden,
    governors_see_how_many_school_days_were_covered_and_a_day_counted_anew_replaces_itself,
    a_report_of_a_past_day_stands_and_says_what_came_since,
    rebuild_equals_live,
    of_one_moment_the_last_place_stands,
    what_another_release_began_begins_anew,
    what_another_release_counted_is_counted_anew,
    silent_feeds_are_counted_feed_by_feed,
    a_concern_that_comes_back_counts_once,
    an_alert_counts_once_and_at_the_wrong_school_until_that_is_known,
    what_is_kept_over_all_schools_is_what_would_be_counted,
    the_log_of_events_is_only_added_to,
    independent_recount,
    a_figure_that_moved_by_a_little_waits_for_everybody,
    what_would_single_out_a_child_is_hidden_whatever_there_is,
    a_look_back_changes_no_present_figure,
    how_few_concerns_led_to_no_case_follows_from_no_other_figures,
    how_few_concerns_people_recorded_follows_from_no_other_figures,
    how_few_stay_open_follows_from_no_other_figures,
    what_was_said_of_a_past_day_stands_whatever_is_asked_after_it,
    two_who_print_at_once_print_nothing_that_tells_together,
    a_term_is_compared_with_those_before_by_what_was_published,
    hidden_cases_leave_no_trace,
    groups_and_places_tell_nothing_of_a_school_whose_figure_is_hidden,
    a_return_fills_itself_and_says_what_it_cannot,
    concerns_that_wait_unread_are_said_by_their_day_alone,
);

mod ask;
mod governor;
mod self_review;
