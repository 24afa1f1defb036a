//! The messages of tables that somebody puts together, and of saved questions.

use chassis::{
    clock::timestamp,
    error::{Error, Result},
    suppress::Figure,
};
use proto::reporting::v1 as pb;
use time::Date;

use super::{day, figure};
use crate::{
    ask::{Wish, axis_title, kept::Saved, label_title, offered, only_titles, values},
    disclosure::Published,
    measure::{Counts, Dimension, Measure},
    table::Axis,
};

/// What a request asks.
///
/// # Errors
/// `Invalid` where it asks nothing.
pub(in crate::rpc) fn wish(question: Option<pb::TableQuestion>) -> Result<Wish> {
    let question =
        question.ok_or_else(|| Error::invalid("question", "Enter what is asked: a measure at least, in `measures`"))?;
    let pb::TableQuestion { measures, rows, columns, filters, period, from_date, to_date } = question;
    Ok(Wish { measures, rows, columns, filters, period, from_date, to_date })
}

pub(in crate::rpc) fn question(wish: &Wish) -> pb::TableQuestion {
    let Wish { measures, rows, columns, filters, period, from_date, to_date } = wish.clone();
    pb::TableQuestion { measures, rows, columns, filters, period, from_date, to_date }
}

fn dimension(dimension: &Dimension) -> pb::MeasureDimension {
    let value = |(key, title): (&str, &str)| pb::TableHeading { key: key.to_owned(), title: title.to_owned() };
    pb::MeasureDimension {
        key: dimension.key.clone(),
        title: dimension.title.clone(),
        values: values(dimension).into_iter().map(value).collect(),
    }
}

pub(in crate::rpc) fn measure(measure: &'static Measure) -> pb::MeasureDefinition {
    pb::MeasureDefinition {
        key: measure.key.clone(),
        title: measure.title.clone(),
        definition: measure.definition.clone(),
        owner: measure.owner.clone(),
        version: measure.version,
        events: measure.events.clone(),
        counts_people: measure.counts == Counts::People,
        standing: measure.standing,
        dimensions: offered(measure).into_iter().map(dimension).collect(),
        unit: measure.unit.clone(),
        withdrawn_date: day(measure.withdrawn),
        requirements: measure.requirements.clone(),
    }
}

fn headings(axis: Option<&Axis>, labels: &[String]) -> Vec<pb::TableHeading> {
    let heading = |label: &String| pb::TableHeading { key: label.clone(), title: label_title(axis, label) };
    labels.iter().map(heading).collect()
}

/// A table as it is published.
pub(in crate::rpc) fn table(published: &Published) -> pb::AskedTable {
    let question = &published.question;
    let (rows, columns) = (question.rows.as_ref(), question.columns.as_ref());
    let row = |(n, cells): (usize, &Vec<Figure>)| pb::TableRow {
        figures: cells.iter().copied().map(figure).collect(),
        held_dates: published.held.get(n).into_iter().flatten().map(|held| day(*held)).collect(),
        total: published.row_totals.get(n).copied().map(figure),
        total_held_date: day(published.row_totals_held.get(n).copied().flatten()),
    };
    pb::AskedTable {
        measure: Some(measure(question.measure)),
        rows_title: axis_title(rows),
        columns_title: axis_title(columns),
        rows: headings(rows, &published.rows),
        columns: headings(columns, &published.columns),
        cells: published.cells.iter().enumerate().map(row).collect(),
        column_totals: published.column_totals.iter().copied().map(figure).collect(),
        total: Some(figure(published.total)),
        total_held_date: day(published.total_held),
        only: only_titles(question),
        column_total_held_dates: published.column_totals_held.iter().map(|held| day(*held)).collect(),
    }
}

/// A saved question as an account sees it on a day.
pub(in crate::rpc) fn saved(saved: &Saved, account: &str, today: Date) -> pb::SavedQuestion {
    pb::SavedQuestion {
        question_id: saved.id.to_string(),
        school_id: saved.school_id.clone(),
        name: saved.name.clone(),
        question: Some(question(&saved.wish)),
        shared: saved.shared,
        every: saved.every.name().to_owned(),
        due_time: saved.due_at.map(timestamp),
        saved_by_account_id: saved.account_id.clone(),
        save_time: Some(timestamp(saved.saved_at)),
        withdrawn: saved.wish.withdrawn(today),
        yours: saved.account_id == account,
    }
}
