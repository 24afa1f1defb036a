//! Tables as the tests of the pages see them.

use proto::reporting::v1::{Figure, MeasureDimension, TableRow};
use time::{OffsetDateTime, macros::datetime};

use super::*;

const NOW: OffsetDateTime = datetime!(2026-11-24 09:00 UTC);

/// A measure.
pub fn measure() -> MeasureDefinition {
    let heading = |key: &str, title: &str| TableHeading { key: key.into(), title: title.into() };
    let dimension = MeasureDimension {
        key: "procedure".into(),
        title: "Kind of <incident>".into(),
        values: vec![heading("P5", "Cyberbullying"), heading("P6", "Online hate")],
    };
    MeasureDefinition {
        key: "cases_opened".into(),
        title: "Cases <opened>".into(),
        definition: "Cases opened in the period.".into(),
        owner: "dsl".into(),
        version: 1,
        counts_people: true,
        dimensions: vec![dimension],
        ..MeasureDefinition::default()
    }
}

/// What is asked of it.
pub fn question() -> TableQuestion {
    TableQuestion {
        measures: vec!["cases_opened".into()],
        rows: "procedure".into(),
        columns: "term".into(),
        filters: vec!["procedure=P5".into()],
        period: "last_year".into(),
        ..TableQuestion::default()
    }
}

fn found() -> AskTableResponse {
    let heading = |key: &str, title: &str| TableHeading { key: key.into(), title: title.into() };
    let figure = |value, code: &str| Figure { value, code: code.into() };
    let row = |figures: Vec<Figure>| TableRow {
        held_dates: figures.iter().map(|_| "2026-11-20".to_owned()).collect(),
        figures,
        total: Some(figure(0, "c")),
        total_held_date: String::new(),
    };
    let table = AskedTable {
        measure: Some(measure()),
        rows_title: "Kind of <incident>".into(),
        columns_title: "Term".into(),
        rows: vec![heading("P5", "Cyberbullying"), heading("P6", "Online hate")],
        columns: vec![heading("2026-autumn", "Autumn term 2026")],
        cells: vec![row(vec![figure(31, "")]), row(vec![figure(0, "c")])],
        column_totals: vec![figure(0, "z")],
        total: Some(figure(40, "")),
        total_held_date: String::new(),
        only: vec!["Kind of <incident>: Cyberbullying".into()],
        column_total_held_dates: vec!["2026-11-20".into()],
    };
    // Where nothing may be named there is the whole alone; and where nothing is broken down one figure.
    let unnamed = AskedTable { rows: Vec::new(), cells: Vec::new(), columns_title: String::new(), ..table.clone() };
    let whole = AskedTable {
        rows_title: String::new(),
        columns_title: String::new(),
        rows: vec![heading("", "")],
        columns: vec![heading("", "")],
        cells: vec![row(vec![figure(12, "")])],
        ..table.clone()
    };
    AskTableResponse {
        tables: vec![table, unnamed, whole],
        from_date: "2026-09-01".into(),
        to_date: "2026-12-31".into(),
        min_cell: 6,
        ..AskTableResponse::default()
    }
}

fn asking(question: &TableQuestion) -> TablePage {
    let form = form(&[measure()], question, "", ("/schools/sch_1/reports/ask", false), NOW);
    TablePage {
        head: Head::new("Put a table together", vec![Link::new("Home", "/")]),
        lead: "Nobody can be found in a table.".into(),
        links: vec![Link::new("Saved questions", "/schools/sch_1/reports/questions")],
        form: Some(form),
        ..TablePage::default()
    }
}

/// What is to be counted; a table; a refusal; a saved question, and one that is answered no more.
pub fn pages() -> Vec<TablePage> {
    let (names, file) = (HashMap::new(), ("/schools/sch_1/reports/ask", "measures=cases_opened"));
    let mut refused = asking(&question());
    let error =
        Error::invalid("columns", "Ask for one breakdown, filter or month at a time").and("measures[0]", "Gone");
    refused.form = refused.form.map(|form| form.refused(&error, ""));
    let reports = "/schools/sch_1/reports";
    let saved = |saved| question::page(&saved, &[measure()], vec![Link::new("Home", "/")], reports);
    let gone = proto::reporting::v1::SavedQuestion {
        withdrawn: vec!["cases_dreamt".into()],
        yours: false,
        ..question::sample()
    };
    vec![
        asking(&TableQuestion::default()),
        asking(&question()).answered(&found(), &names, file),
        refused,
        saved(question::sample()).answered(&found(), &names, file),
        saved(gone),
    ]
}
