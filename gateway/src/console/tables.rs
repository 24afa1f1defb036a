//! Tables that somebody puts together. What is asked stands in the address, in codes alone, so that it works without a script and
//! can be passed on; of one school where the address names one, else over all of the authority's.

mod builder;
pub mod question;
#[cfg(test)]
mod samples;

use std::collections::HashMap;

use axum::{extract::Query, response::IntoResponse as _, routing::get};
use chassis::{
    calendar::Term,
    error::{Error, Kind, Violations},
};
use http::header;
use proto::{
    access::v1::Permission,
    reporting::v1::{
        AskTableRequest, AskTableResponse, AskedTable, ExportTableRequest, ListMeasuresRequest, MeasureDefinition,
        ReportFormat, TableHeading, TableQuestion, TableSchool,
    },
};
use serde::Serialize;

use super::{
    Below, authority,
    figures::{dated, defined, standing},
    known,
    visit::{Answer, Fault, Visit, ask, ask_patiently, heard},
};
use crate::pages::{
    Page,
    form::{Answers, Field, Form},
    part::{Head, Link, Row, percent},
    words,
};
use builder::{PERIODS, form};

/// The pages, of a school and of the authority.
pub fn pages() -> Vec<Below> {
    vec![
        ("/reports/ask", get(show)),
        ("/reports/ask.csv", get(csv)),
        ("/reports/ask.xlsx", get(xlsx)),
        ("/reports/ask.pdf", get(pdf)),
        ("/reports/questions", get(question::list).post(question::save)),
        ("/reports/questions/new", get(question::show_new)),
        ("/reports/questions/{question_id}", get(question::show)),
        ("/reports/questions/{question_id}/delete", get(question::show_delete).post(question::delete)),
    ]
}

/// The names and values of an address.
type Pairs = Vec<(String, String)>;
/// The names there are.
const NAMES: [&str; 10] =
    ["measures", "more", "rows", "columns", "filters", "period", "from_date", "to_date", "as_at_date", "question_id"];

/// The address of one of these pages.
fn at(visit: &Visit, path: &str) -> String {
    if visit.school.is_empty() { format!("/reports{path}") } else { visit.at(&format!("/reports{path}")) }
}

/// Whoever reads the figures of the place puts tables of them together.
fn needs(visit: &Visit) -> Result<(), Fault> {
    visit.needs(if visit.school.is_empty() { Permission::ReportReadAuthority } else { Permission::ReportRead })
}

fn crumbs(visit: &Visit, beneath: &[(&str, String)]) -> Vec<Link> {
    let reports = (!visit.school.is_empty()).then(|| ("Reports", visit.at("/reports")));
    let all: Vec<(&str, String)> = reports.into_iter().chain(beneath.iter().cloned()).collect();
    visit.crumbs(&all)
}

/// What is asked, as an address or a form has it.
fn asked(answers: &Answers) -> TableQuestion {
    let mut measures = answers.all("measures");
    for more in answers.all("more") {
        if !measures.contains(&more) {
            measures.push(more);
        }
    }
    TableQuestion {
        measures,
        rows: answers.text("rows"),
        columns: answers.text("columns"),
        filters: answers.all("filters"),
        period: answers.text("period"),
        from_date: answers.day("from_date"),
        to_date: answers.day("to_date"),
    }
}

/// The same as names and values.
fn pairs(question: &TableQuestion) -> Pairs {
    let mut pairs: Pairs = question.measures.iter().map(|key| ("measures".to_owned(), key.clone())).collect();
    pairs.extend(question.filters.iter().map(|filter| ("filters".to_owned(), filter.clone())));
    for (name, value) in [
        ("rows", &question.rows),
        ("columns", &question.columns),
        ("period", &question.period),
        ("from_date", &question.from_date),
        ("to_date", &question.to_date),
    ] {
        if !value.is_empty() {
            pairs.push((name.to_owned(), value.clone()));
        }
    }
    pairs
}

/// The same as the query of an address.
fn query(question: &TableQuestion, more: &[(&str, &str)]) -> String {
    let all = pairs(question);
    let more = more.iter().filter(|(_, value)| !value.is_empty());
    let all = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain(more.copied());
    all.map(|(name, value)| format!("{name}={}", percent(value))).collect::<Vec<_>>().join("&")
}

/// Every measure that may be asked for.
async fn measures(visit: &Visit) -> Result<Vec<MeasureDefinition>, Error> {
    let asked = ListMeasuresRequest { school_id: visit.school.clone() };
    Ok(heard(visit.reporting()?.list_measures(ask(asked))).await?.measures)
}

/// What schools are called, for the authority's tables.
async fn schools(visit: &Visit) -> Result<HashMap<String, String>, Error> {
    if !visit.school.is_empty() {
        return Ok(HashMap::new());
    }
    let all = authority::schools(visit).await?;
    Ok(all.into_iter().map(|school| (school.school_id, school.name)).collect())
}

async fn answer(visit: &Visit, question: &TableQuestion, as_at_date: &str) -> Result<AskTableResponse, Error> {
    let asked = AskTableRequest {
        school_id: visit.school.clone(),
        question: Some(question.clone()),
        as_at_date: as_at_date.to_owned(),
    };
    heard(visit.reporting()?.ask_table(ask_patiently(asked))).await
}

/// A page of tables, with the form that asks for them or without.
#[derive(Debug, Default, Serialize)]
pub struct TablePage {
    head: Head,
    lead: String,
    /// What cannot be answered any more; empty where everything can.
    warning: String,
    links: Vec<Link>,
    form: Option<Form>,
    rows: Vec<Row>,
    tables: Vec<Shown>,
    files: Vec<Link>,
    min_cell: u32,
}

/// The page of a form that asks for figures, with what was typed and what is wrong with it: `names` are the fields as the service
/// calls them, each with its name in the form. What is wrong with anything else, this form cannot put right.
///
/// # Errors
/// The refusal itself where no field of the form is at fault.
pub fn again(visit: &Visit, head: Head, form: Form, error: Error, names: &[(&str, &str)]) -> Answer {
    let mut v = Violations::new();
    for violation in error.violations() {
        if let Some((_, field)) = names.iter().find(|(theirs, _)| *theirs == violation.field) {
            v.add(*field, violation.message.clone());
        }
    }
    match v.finish() {
        Ok(()) => Err(error.into()),
        Err(error) => {
            let page = TablePage { head, form: Some(form.refused(&error, "")), ..TablePage::default() };
            visit.page_again(&page, &error)
        }
    }
}

/// The same of the one field that asks for figures as they were known on a day.
///
/// # Errors
/// The refusal itself where that day is not at fault.
pub fn day_again(visit: &Visit, head: Head, here: &str, (term, typed): (&str, &str), error: Error) -> Answer {
    let field = Field::day("as_at", "Figures as they were known on a day");
    let field = field.hint("For example, 27/3/2027. Leave it empty for what is known now.").value(typed);
    let mut form = Form::new(here, "Show", String::new(), vec![field]);
    if !term.is_empty() {
        form = form.carrying("term", term);
    }
    again(visit, head, form, error, &[("as_at_date", "as_at")])
}

impl Page for TablePage {
    const TEMPLATE: &'static str = "tables.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        samples::pages()
    }
}

/// One table.
#[derive(Debug, Serialize)]
struct Shown {
    id: String,
    title: String,
    definition: String,
    only: Vec<String>,
    first: String,
    columns: Vec<String>,
    lines: Vec<Line>,
    /// The sum of all, where no line says it.
    total: String,
}

#[derive(Debug, Serialize)]
struct Line {
    title: String,
    figures: Vec<String>,
}

impl Shown {
    fn new(n: usize, table: &AskedTable, names: &HashMap<String, String>) -> Self {
        let measure = table.measure.clone().unwrap_or_default();
        let called = |heading: &TableHeading| match names.get(&heading.key) {
            Some(name) => name.clone(),
            None => words::sentence(&heading.title),
        };
        let (by_rows, by_columns) = (!table.rows_title.is_empty(), !table.columns_title.is_empty());
        let mut lines: Vec<Line> = Vec::new();
        for (row, cells) in table.rows.iter().zip(&table.cells) {
            let all = cells.figures.iter().zip(&cells.held_dates);
            let mut figures: Vec<String> = all.map(|(of, held)| dated(Some(of), held)).collect();
            figures.extend(by_columns.then(|| dated(cells.total.as_ref(), &cells.total_held_date)));
            lines.push(Line { title: if by_rows { called(row) } else { "All".to_owned() }, figures });
        }
        let whole = dated(table.total.as_ref(), &table.total_held_date);
        if by_rows && !lines.is_empty() {
            let mut figures: Vec<String> = if by_columns {
                let held = table.column_total_held_dates.iter();
                table.column_totals.iter().zip(held).map(|(of, held)| dated(Some(of), held)).collect()
            } else {
                vec![whole.clone()]
            };
            figures.extend(by_columns.then(|| whole.clone()));
            lines.push(Line { title: "All".to_owned(), figures });
        }
        let columns = table.columns.iter().map(|column| if by_columns { called(column) } else { "Figure".to_owned() });
        let mut columns: Vec<String> = columns.collect();
        if by_columns {
            columns.push("All".to_owned());
        }
        Self {
            id: format!("table-{n}"),
            title: words::sentence(&measure.title),
            definition: defined(&measure.definition, (measure.version, &measure.owner), &measure.events),
            only: table.only.clone(),
            first: if by_rows { table.rows_title.clone() } else { "What is counted".to_owned() },
            // Where no row or no column may be named there is the whole alone.
            lines: if columns.is_empty() || (by_columns && columns.len() == 1) { Vec::new() } else { lines },
            columns,
            total: whole,
        }
    }
}

impl TablePage {
    /// Puts an answer on the page, with the ways to take it along.
    fn answered(
        mut self,
        answer: &AskTableResponse,
        names: &HashMap<String, String>,
        (file, query): (&str, &str),
    ) -> Self {
        let period = format!("{} to {}", words::named_day(&answer.from_date), words::named_day(&answer.to_date));
        self.rows.push(Row::new("Period", period));
        self.rows.extend(standing(None, &answer.as_at_date, answer.figures_as_of_time.as_ref()));
        self.tables = answer.tables.iter().enumerate().map(|(n, table)| Shown::new(n + 1, table, names)).collect();
        self.min_cell = answer.min_cell;
        self.files = [("PDF", "pdf"), ("Workbook (XLSX)", "xlsx"), ("Table (CSV)", "csv")]
            .map(|(name, ending)| Link::new(name, format!("{file}.{ending}?{query}")))
            .to_vec();
        self
    }
}

/// Shows the form, and the tables where something is asked.
pub async fn show(visit: Visit, Query(pairs): Query<Pairs>) -> Answer {
    needs(&visit)?;
    known::check(&pairs, &NAMES)?;
    let answers = Answers::new(pairs);
    let (question, as_at_date, saved) = (asked(&answers), answers.day("as_at_date"), answers.text("question_id"));
    let all = measures(&visit).await?;
    let here = at(&visit, "/ask");
    let place = (here.as_str(), visit.school.is_empty());
    let mut form = form(&all, &question, &as_at_date, place, visit.now());
    if !saved.is_empty() {
        form = form.carrying("question_id", saved.as_str());
    }
    let mut page = TablePage {
        head: Head::new("Put a table together", crumbs(&visit, &[])),
        lead:
            "Select what is to be counted, by what and when. Nobody can be found in a table: what is small is hidden."
                .into(),
        links: vec![Link::new("Saved questions", at(&visit, "/questions"))],
        ..TablePage::default()
    };
    if question.measures.is_empty() {
        page.form = Some(form);
        return visit.page(&page);
    }
    match answer(&visit, &question, &as_at_date).await {
        Ok(found) => {
            let names = schools(&visit).await?;
            let asked = query(&question, &[("as_at_date", as_at_date.as_str())]);
            page.form = Some(form);
            if visit.may(Permission::QuestionWrite) {
                let (text, path) = if saved.is_empty() {
                    ("Save this question", query(&question, &[]))
                } else {
                    ("Save the question as it is now", query(&question, &[("question_id", saved.as_str())]))
                };
                page.links.insert(0, Link::new(text, at(&visit, &format!("/questions/new?{path}"))));
            }
            visit.page(&page.answered(&found, &names, (&here, &asked)))
        }
        Err(error) if error.kind() == Kind::Invalid => {
            page.form = Some(form.refused(&error, ""));
            visit.page_again(&page, &error)
        }
        Err(error) => Err(error.into()),
    }
}

/// Sends the tables as a file.
async fn file(visit: Visit, pairs: Pairs, format: ReportFormat) -> Answer {
    needs(&visit)?;
    known::check(&pairs, &NAMES)?;
    let answers = Answers::new(pairs.clone());
    let named: Vec<(String, String)> = if visit.school.is_empty() {
        schools(&visit).await?.into_iter().collect()
    } else {
        vec![(visit.school.clone(), visit.directory.school(&visit.app, &visit.visitor, &visit.school).await)]
    };
    let asked = ExportTableRequest {
        school_id: visit.school.clone(),
        question: Some(asked(&answers)),
        as_at_date: answers.day("as_at_date"),
        format: format.into(),
        schools: named.into_iter().map(|(school_id, name)| TableSchool { school_id, name }).collect(),
    };
    let file = match heard(visit.reporting()?.export_table(ask_patiently(asked))).await {
        Ok(file) => file,
        // The form says what to ask instead, with all that was selected.
        Err(error) if error.kind() == Kind::Invalid => return show(visit, Query(pairs)).await,
        Err(error) => return Err(error.into()),
    };
    let disposition = format!("attachment; filename=\"{}\"", file.file_name);
    let headers = [(header::CONTENT_TYPE, file.media_type), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, file.content).into_response())
}

/// Sends the tables for programs.
pub async fn csv(visit: Visit, Query(pairs): Query<Pairs>) -> Answer {
    file(visit, pairs, ReportFormat::Csv).await
}

/// Sends the tables as a workbook.
pub async fn xlsx(visit: Visit, Query(pairs): Query<Pairs>) -> Answer {
    file(visit, pairs, ReportFormat::Xlsx).await
}

/// Sends the tables as a document.
pub async fn pdf(visit: Visit, Query(pairs): Query<Pairs>) -> Answer {
    file(visit, pairs, ReportFormat::Pdf).await
}

/// What is asked, line by line.
fn said(question: &TableQuestion, all: &[MeasureDefinition]) -> Vec<Row> {
    let measure = |key: &String| all.iter().find(|measure| measure.key == *key);
    let titles: Vec<String> = question
        .measures
        .iter()
        .map(|key| {
            measure(key).map_or_else(|| "A measure that is gone".to_owned(), |known| words::sentence(&known.title))
        })
        .collect();
    let dimensions = || all.iter().flat_map(|measure| &measure.dimensions);
    let axis = |key: &String| {
        let known = dimensions().find(|dimension| dimension.key == *key).map(|dimension| dimension.title.clone());
        known.or_else(|| Some(words::sentence(key)).filter(|text| !text.is_empty()))
    };
    let value = |filter: &String| {
        let (key, value) = filter.split_once('=')?;
        let dimension = dimensions().find(|dimension| dimension.key == key)?;
        let value = dimension.values.iter().find(|known| known.key == value)?;
        Some(format!("{}: {}", dimension.title, value.title))
    };
    let only: Vec<String> = question.filters.iter().filter_map(value).collect();
    let when = match question.period.as_str() {
        "" => words::called(PERIODS, "this_term"),
        "dates" => format!("{} to {}", words::named_day(&question.from_date), words::named_day(&question.to_date)),
        term => term.parse::<Term>().map_or_else(|()| words::called(PERIODS, term), Term::title),
    };
    let rows = [
        Row::some("What is counted", Some(titles.join(", "))),
        Row::some("By what", axis(&question.rows)),
        Row::some("And by what", axis(&question.columns)),
        Row::some("Only", Some(only.join(", "))),
        Row::some("When", Some(when)),
    ];
    rows.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_nothing_that_the_page_does_not_know() {
        let question = TableQuestion {
            measures: vec!["cases_opened".into()],
            filters: vec!["procedure=P5".into()],
            rows: "term".into(),
            columns: "month".into(),
            period: "dates".into(),
            from_date: "2026-09-01".into(),
            to_date: "2026-12-31".into(),
        };
        assert!(known::check(&pairs(&question), &NAMES).is_ok());
        let mistyped =
            [("measures".to_owned(), "cases_opened".to_owned()), ("perido".to_owned(), "last_term".to_owned())];
        let refused = known::check(&mistyped, &NAMES).err();
        let fields = refused.as_ref().map(|error| error.violations()).unwrap_or_default();
        assert_eq!(fields.iter().map(|v| v.field.as_str()).collect::<Vec<_>>(), ["perido"]);
        assert!(fields.iter().all(|v| v.message.contains("rows, columns, filters, period")), "{fields:?}");
    }

    #[test]
    fn a_sum_that_waits_says_as_at_which_day() {
        let count = |value| proto::reporting::v1::Figure { value, code: String::new() };
        let heading = |key: &str| TableHeading { key: key.into(), title: key.into() };
        let table = AskedTable {
            rows_title: "Theme".into(),
            columns_title: "School".into(),
            rows: vec![heading("weapons")],
            columns: vec![heading("sch_1"), heading("sch_2")],
            cells: vec![proto::reporting::v1::TableRow {
                figures: vec![count(16), count(7)],
                held_dates: vec![String::new(), String::new()],
                total: Some(count(10)),
                total_held_date: "2026-11-20".into(),
            }],
            column_totals: vec![count(16), count(7)],
            column_total_held_dates: vec![String::new(), "2026-11-19".into()],
            total: Some(count(10)),
            total_held_date: "2026-11-20".into(),
            ..AskedTable::default()
        };
        let shown = Shown::new(1, &table, &HashMap::new());
        let lines: Vec<&[String]> = shown.lines.iter().map(|line| line.figures.as_slice()).collect();
        let waits = "10 (as at 20 November 2026)";
        assert_eq!(lines, [["16", "7", waits], ["16", "7 (as at 19 November 2026)", waits]]);
    }

    #[test]
    fn what_is_asked_survives_the_way_through_an_address() {
        let text = |text: &str| text.to_owned();
        let question = TableQuestion {
            measures: vec![text("cases_opened"), text("concerns_recorded")],
            rows: text("procedure"),
            columns: text("term"),
            filters: vec![text("procedure=P5"), text("procedure=P6")],
            period: text("dates"),
            from_date: text("2026-09-01"),
            to_date: text("2026-12-31"),
        };
        assert_eq!(asked(&Answers::new(pairs(&question))), question);
        let typed = [("measures", "a"), ("more", "b"), ("more", "a"), ("from_date", "1/9/2026")];
        let typed = asked(&Answers::new(typed.map(|(name, value)| (text(name), text(value))).to_vec()));
        assert_eq!((typed.measures, typed.from_date.as_str()), (vec![text("a"), text("b")], "2026-09-01"));
        let address = query(&question, &[("as_at_date", ""), ("question_id", "que_1")]);
        assert!(address.contains("filters=procedure%3DP5&filters=procedure%3DP6&"), "{address}");
        assert!(address.ends_with("&question_id=que_1") && !address.contains("as_at"), "{address}");
    }
}
