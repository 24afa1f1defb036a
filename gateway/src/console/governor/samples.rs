//! The report as the tests of the pages see it.

use proto::reporting::v1::{
    Figure, GetGovernorReportResponse, GetReportVersionResponse, GovernorReport, MovedLine, ReportBar, ReportChart,
    ReportLine, ReportPart, ReportSection, ReportVersion, Term as Named,
};

use super::*;

fn figure(value: u64, code: &str) -> Option<Figure> {
    Some(Figure { value, code: code.into() })
}

fn report() -> GovernorReport {
    let part = |title: &str, figure, before| ReportPart {
        key: title.into(),
        title: title.into(),
        figure,
        before,
        year_before: self::figure(0, "x"),
    };
    let line = ReportLine {
        key: "cases_opened".into(),
        title: "Cases <opened>".into(),
        definition: "Cases opened in the period.".into(),
        owner: "Hedgerow".into(),
        measure_version: 1,
        figure: figure(31, ""),
        before: figure(12, ""),
        year_before: figure(0, "x"),
        parts: vec![part("Bullying", figure(31, ""), figure(12, "")), part("Hate", figure(0, "c"), figure(0, ""))],
        changes: vec!["Cases <opened> rose from 12 to 31.".into()],
        requirements: vec!["R-014".into()],
        held: Some(HeldDates { now: "2026-11-15".into(), ..HeldDates::default() }),
        parts_held: Some(HeldDates { before: "2026-07-15".into(), ..HeldDates::default() }),
        expectation: Some(super::trend::sample("above")),
        events: vec!["CaseOpened".into()],
        ..ReportLine::default()
    };
    let kinds = ReportLine {
        key: "cases_by_risk".into(),
        title: "Cases by kind of <risk>".into(),
        definition: "Cases opened in the period, by kind of risk.".into(),
        breakdown: true,
        coming: "Its parts come when the term is over.".into(),
        ..line.clone()
    };
    let kinds = ReportLine { parts: Vec::new(), expectation: None, ..kinds };
    let bar = |title: &str, figures: [Option<Figure>; 2]| ReportBar {
        title: title.into(),
        figures: figures.into_iter().flatten().collect(),
    };
    let chart = ReportChart {
        title: "Cases <opened>: this term and the term before".into(),
        description: "Bullying: 31 this term, 12 the term before. Hate: hidden this term, 0 the term before.".into(),
        series: vec!["This term".into(), "Term before".into()],
        bars: vec![bar("Bullying", [figure(31, ""), figure(12, "")]), bar("Hate", [figure(0, "c"), figure(0, "")])],
    };
    let section = ReportSection {
        key: "cases".into(),
        title: "Cases by kind of incident".into(),
        asks: vec!["Which kind grew?".into()],
        notes: vec!["Filter feeds: <1> is silent or late.".into()],
        lines: vec![line, kinds],
        limits: Some(ReportChart { title: "Cases: this term and what chance explains".into(), ..chart.clone() }),
        chart: Some(chart),
    };
    let bare = ReportSection { key: "parents".into(), title: "Parents informed".into(), ..ReportSection::default() };
    GovernorReport {
        school_id: "sch_1".into(),
        term: Some(named()),
        as_at_date: "2026-11-24".into(),
        sections: vec![section, bare],
        min_cell: 6,
    }
}

fn named() -> Named {
    Named { term_id: "2026-autumn".into(), title: "Autumn term 2026".into(), ..Named::default() }
}

/// A signed version.
pub fn version(version: u32) -> ReportVersion {
    ReportVersion {
        report_version_id: "rvn_1".into(),
        school_id: "sch_1".into(),
        term: Some(named()),
        version,
        digest: "ab".repeat(32),
        signed_by_account_id: "acc_1".into(),
        sign_time: Some(prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 }),
        comment: if version > 1 { "A busy <b>term</b>.".into() } else { String::new() },
        reason: if version > 1 { "Two concerns were recorded late.".into() } else { String::new() },
    }
}

fn place(signs: bool) -> Place {
    let present = Term::at(time::macros::datetime!(2026-11-24 09:00 UTC));
    let review = Some(Link::new(self_review::TITLE, "/schools/sch_1/self-review"));
    Place { here: "/schools/sch_1/reports".into(), signs, review, crumbs: Vec::new(), present }
}

/// A draft, with and without what was signed before, and two signed versions.
pub fn pages() -> Vec<GovernorPage> {
    let draft = GetGovernorReportResponse {
        report: Some(report()),
        etag: "e".into(),
        versions: vec![version(2), version(1)],
        last_version: Some(version(2)),
        figures_as_of_time: version(1).sign_time,
        first_term_id: "2025-autumn".into(),
        method: "Each figure is compared.".into(),
        counting_anew: false,
    };
    let unsigned = GetGovernorReportResponse { versions: Vec::new(), counting_anew: true, ..draft.clone() };
    let empty = GetGovernorReportResponse {
        report: Some(GovernorReport { sections: Vec::new(), ..report() }),
        etag: "e".into(),
        ..GetGovernorReportResponse::default()
    };
    let mut looked_back = report();
    for line in looked_back.sections.iter_mut().flat_map(|section| &mut section.lines).filter(|line| !line.breakdown) {
        (line.since, line.since_fewer) = (figure(7, ""), true);
    }
    let past = GetGovernorReportResponse { etag: String::new(), report: Some(looked_back), ..draft.clone() };
    let signed = GetReportVersionResponse {
        version: Some(version(2)),
        report: Some(report()),
        moved: vec![MovedLine { key: "cases_opened".into(), title: "Cases <opened>".into() }],
        first_term_id: "2026-autumn".into(),
        figures_as_of_time: version(1).sign_time,
        ..GetReportVersionResponse::default()
    };
    let first =
        GetReportVersionResponse { version: Some(version(1)), moved: Vec::new(), amended: true, ..signed.clone() };
    let people = People::of(&[("acc_1", "Ms <Ali>")]);
    let asks = vec![Link::new("Policy version 2 waits for the governors", "/v")];
    vec![
        GovernorPage::draft(&draft, &place(true)),
        GovernorPage { asks, ..GovernorPage::draft(&unsigned, &place(false)) },
        GovernorPage::draft(&empty, &place(true)),
        GovernorPage::draft(&past, &place(true)),
        GovernorPage::version(&signed, &place(false), &people),
        GovernorPage::version(&first, &place(true), &people),
    ]
}

#[test]
fn a_term_before_the_schools_first_is_not_offered_to_be_signed() {
    let offered = |first_term_id: &str| {
        let answer = GetGovernorReportResponse {
            report: Some(report()),
            etag: "e".into(),
            first_term_id: first_term_id.into(),
            ..GetGovernorReportResponse::default()
        };
        GovernorPage::draft(&answer, &place(true)).links.iter().any(|link| link.href.contains("/sign?"))
    };
    assert_eq!(["2026-autumn", "2027-spring", ""].map(offered), [true, false, false]);
}
