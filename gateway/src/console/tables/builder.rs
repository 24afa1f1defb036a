//! The form that tables are put together with: first what is to be counted, then what that may be broken down by.

use chassis::calendar::Term;
use proto::reporting::v1::{MeasureDefinition, TableHeading, TableQuestion};
use time::OffsetDateTime;

use crate::pages::{
    form::{Field, Form},
    words::{self, Codes},
};

/// Periods as they are seen from the day on which they are asked.
pub(super) const PERIODS: Codes = &[
    ("this_term", "This term"),
    ("last_term", "Last term"),
    ("this_year", "This school year"),
    ("last_year", "Last school year"),
    ("dates", "From one day to another"),
];
/// How many terms before the last one can be selected by name.
const TERMS: usize = 8;

/// What the rows or columns of measures may be: what all of them may be broken down by, and time.
fn axes(chosen: &[&MeasureDefinition], authority: bool) -> Vec<(String, String)> {
    let mut axes = vec![(String::new(), "Not broken down".to_owned()), ("term".to_owned(), "Term".to_owned())];
    if !chosen.iter().any(|measure| measure.standing) {
        axes.push(("month".to_owned(), "Month".to_owned()));
    }
    if authority {
        axes.push(("school".to_owned(), "School".to_owned()));
    }
    let Some((first, others)) = chosen.split_first() else { return axes };
    for dimension in &first.dimensions {
        let has = |measure: &&MeasureDefinition| measure.dimensions.iter().any(|other| other.key == dimension.key);
        if others.iter().all(has) {
            axes.push((dimension.key.clone(), dimension.title.clone()));
        }
    }
    axes
}

fn select(name: &str, label: &str, choices: &[(String, String)], value: &str) -> Field {
    let choices = choices.iter().map(|(code, text)| (code.as_str(), text.as_str()));
    Field::select(name, label).choices(choices).value(value)
}

/// Which periods there are to choose: words for them, then terms by their names, and the one that is asked for.
fn periods(now: OffsetDateTime, asked: &str) -> Vec<(String, String)> {
    let mut periods: Vec<(String, String)> =
        PERIODS.iter().map(|(code, text)| ((*code).to_owned(), (*text).to_owned())).collect();
    let before = std::iter::successors(Some(Term::at(now).before().before()), |term| Some(term.before()));
    periods.extend(before.take(TERMS).map(|term| (term.id(), term.title())));
    if let Some(term) = asked.parse::<Term>().ok().filter(|term| periods.iter().all(|(code, _)| *code != term.id())) {
        periods.push((term.id(), term.title()));
    }
    periods
}

/// The form: first what is to be counted, and then how.
pub(super) fn form(
    all: &[MeasureDefinition],
    question: &TableQuestion,
    as_at_date: &str,
    (here, authority): (&str, bool),
    now: OffsetDateTime,
) -> Form {
    let first = question.measures.first().map(String::as_str).unwrap_or_default();
    let titles: Vec<(String, String)> = all
        .iter()
        .filter(|measure| measure.withdrawn_date.is_empty() || measure.key == first)
        .map(|measure| (measure.key.clone(), words::sentence(&measure.title)))
        .collect();
    let mut measures = vec![(String::new(), "Select one".to_owned())];
    measures.extend(titles.iter().cloned());
    let mut fields = vec![select("measures", "What do you want to count?", &measures, first)];
    if first.is_empty() {
        return Form::new(here, "Go on", String::new(), fields);
    }
    let chosen: Vec<&MeasureDefinition> =
        all.iter().filter(|measure| question.measures.contains(&measure.key)).collect();
    let axes = axes(&chosen, authority);
    fields.push(select("rows", "By what? (the rows)", &axes, &question.rows));
    fields.push(select("columns", "And by what? (the columns)", &axes, &question.columns).hint(
        "Figures about people are shown by one thing at a time, besides schools and terms: where two meet there are often so few that a child could be recognised.",
    ));
    let period = if question.period.is_empty() { "this_term" } else { &question.period };
    fields.push(select("period", "When?", &periods(now, period), period));
    let days = [("from_date", "First day", &question.from_date), ("to_date", "Last day", &question.to_date)];
    for (name, label, day) in days {
        let field = Field::day(name, label);
        let field = if day.is_empty() { field } else { field.on(day) };
        fields.push(field.folded(if name == "from_date" {
            "The first day, where you ask from one day to another"
        } else {
            "The last day"
        }));
    }
    let values: Vec<(String, String)> = all
        .iter()
        .find(|measure| measure.key == first)
        .map(|measure| measure.dimensions.as_slice())
        .unwrap_or_default()
        .iter()
        .flat_map(|dimension| {
            let value = |value: &TableHeading| {
                (format!("{}={}", dimension.key, value.key), format!("{}: {}", dimension.title, value.title))
            };
            dimension.values.iter().map(value).collect::<Vec<_>>()
        })
        .collect();
    if !values.is_empty() {
        let choices = values.iter().map(|(code, text)| (code.as_str(), text.as_str()));
        let field = Field::checkboxes("filters", "Count only (optional)", &[]).choices(choices);
        fields.push(field.values(question.filters.clone()).folded("Count only some of them"));
    }
    let others = titles.iter().filter(|(key, _)| key != first).map(|(code, text)| (code.as_str(), text.as_str()));
    let more = Field::checkboxes("more", "In tables of their own (optional)", &[]).choices(others);
    let also = question.measures.iter().skip(1).cloned().collect();
    fields.push(more.values(also).folded("Count something else beside it"));
    let as_at = Field::day("as_at_date", "Figures as they were known on a day (optional)");
    let as_at = if as_at_date.is_empty() { as_at } else { as_at.on(as_at_date) };
    fields.push(as_at.folded("Figures as they were known on a past day"));
    Form::new(here, "Show the table", String::new(), fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breakdowns_are_offered_that_every_measure_has() {
        let measure = |keys: &[&str], standing| MeasureDefinition {
            dimensions: keys
                .iter()
                .map(|key| proto::reporting::v1::MeasureDimension { key: (*key).to_owned(), ..Default::default() })
                .collect(),
            standing,
            ..MeasureDefinition::default()
        };
        let (one, other) = (measure(&["procedure", "risk"], false), measure(&["procedure"], true));
        let keys = |chosen: &[&MeasureDefinition], authority| {
            axes(chosen, authority).into_iter().map(|(key, _)| key).collect::<Vec<_>>()
        };
        assert_eq!(keys(&[&one], false), ["", "term", "month", "procedure", "risk"]);
        assert_eq!(keys(&[&one, &other], true), ["", "term", "school", "procedure"]);
    }
}
