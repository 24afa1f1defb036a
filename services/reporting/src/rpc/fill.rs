//! Fills a return: measures over all schools, put through disclosure control in one batch; what desks published; how schools stand.

use std::collections::BTreeMap;

use chassis::{db::Tx, error::Result, event::Event};
use proto::event::v1::DeskFiguresPublished;
use time::{Date, OffsetDateTime};

use super::convert::authority::published;
use crate::{
    disclosure::{Audience, Published, disclose},
    measure::{Measure, value_title},
    returns::{Answer, Dated, Filled, FilledPart, Line, Part, Source, Stands, Template, Year},
    store::{self, state::SchoolState},
    table::{Axis, Question, Schools, counts},
};

/// Until when a measure is answered lies before a day.
fn withdrawn(measure: &Measure, to: Date) -> bool {
    measure.withdrawn.is_some_and(|day| day < to)
}

/// How a school stands, as far as returns ask.
fn stands(school: &SchoolState, now: OffsetDateTime) -> Stands {
    Stands {
        review: school.review_due_us.and_then(store::moment).map(|due| due < now),
        silent: school.silent_feeds > 0,
        fed: school.last_feed_us.is_some(),
    }
}

/// What a line asks: its figure, and its parts where it has some.
fn questions(line: &Line, (from, to): (Date, Date)) -> Vec<Question> {
    let Source::Measure { measure, by, only } = &line.source else { return Vec::new() };
    if withdrawn(measure, to) {
        return Vec::new();
    }
    let question = |rows: Option<Axis>| Question {
        measure,
        schools: Schools::All,
        from,
        to,
        as_at: None,
        rows,
        columns: None,
        only: only.clone(),
    };
    let mut asked = vec![question(None)];
    asked.extend(by.clone().map(|by| question(Some(Axis::Dimension(by)))));
    asked
}

/// A template filled with what there is of a year.
pub(super) async fn fill(tx: &mut Tx, template: &'static Template, year: Year) -> Result<Filled> {
    let (now, days) = (tx.now(), template.period.days(year));
    let schools: Vec<Stands> = store::state::schools(tx).await?.iter().map(|school| stands(school, now)).collect();
    let mut desks: BTreeMap<String, DeskFiguresPublished> = BTreeMap::new();
    for envelope in store::log::desk_years(tx).await? {
        if let Some(Event::DeskFiguresPublished(of)) = envelope.event
            && of.year == year.name()
        {
            // The newest version is what holds.
            let newer = desks.get(&of.desk).is_none_or(|known| known.version < of.version);
            if newer {
                desks.insert(of.desk.clone(), of);
            }
        }
    }
    let asked: Vec<Question> = template.lines.iter().flat_map(|line| questions(line, days)).collect();
    let mut printed = Vec::new();
    if !asked.is_empty() {
        let counted = counts(tx, asked).await?;
        printed = disclose(tx, &Audience { to: "authority".to_owned() }, &counted).await?;
    }
    let mut printed = printed.into_iter();
    let mut answers = Vec::with_capacity(template.lines.len());
    for line in &template.lines {
        answers.push(match &line.source {
            Source::Measure { measure, .. } if withdrawn(measure, days.1) => {
                Answer::Open("The measure is counted no more. Change the template.".to_owned())
            }
            Source::Measure { by, .. } => {
                let whole = printed.next();
                let parts = by.as_ref().and_then(|by| printed.next().map(|parts| (by, parts)));
                measured(whole, parts)
            }
            Source::Desk { desk, part, figure } => of_desk(desks.get(desk), *part, figure),
            Source::State(state) => {
                Answer::Figure((chassis::suppress::Figure::Count(state.count(&schools)), None), Vec::new())
            }
            Source::ByHand(why) => Answer::Open(why.clone()),
        });
    }
    Ok(Filled::new(template, year, answers))
}

fn measured(whole: Option<Published>, parts: Option<(&String, Published)>) -> Answer {
    let Some(whole) = whole else { return Answer::Open("It could not be counted.".to_owned()) };
    let parts = parts.map(|(by, printed)| {
        let rows = printed.cells.iter().zip(&printed.held);
        let figures = rows.filter_map(|(figures, held)| figures.first().copied().zip(held.first().copied()));
        let part =
            |(key, figure): (&String, Dated)| FilledPart { key: key.clone(), title: value_title(by, key), figure };
        printed.rows.iter().zip(figures).map(part).collect()
    });
    Answer::Figure((whole.total, whole.total_held), parts.unwrap_or_default())
}

fn of_desk(of: Option<&DeskFiguresPublished>, part: Part, figure: &str) -> Answer {
    let Some(of) = of else { return Answer::Open("The desk has not published its figures of this year.".to_owned()) };
    let figures = match part {
        Part::Opened => &of.opened,
        Part::Closed => &of.closed,
    };
    match figures.iter().find(|one| one.key == figure) {
        Some(one) => Answer::Figure((published(&one.figure), None), Vec::new()),
        None => {
            Answer::Open("The desk did not publish this figure of the year: there was nothing to count.".to_owned())
        }
    }
}
