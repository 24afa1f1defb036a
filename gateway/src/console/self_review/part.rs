//! One part of the self-review: each statement with its position, what that rests on, and how it is found.

use proto::reporting::v1::{SelfReview, SelfReviewFigure, SelfReviewStatement};
use serde::Serialize;

use super::{Evidence, PLACE, Reader, TITLE, about, named, query};
use crate::{
    console::figures::figure,
    pages::{
        Page,
        part::{Head, Link, Row},
        words,
    },
};

/// The page of one part.
#[derive(Debug, Serialize)]
pub struct PartPage {
    head: Head,
    rows: Vec<Row>,
    statements: Vec<Statement>,
    /// The part before, and the one after.
    links: Vec<Link>,
    min_cell: u32,
}

#[derive(Debug, Serialize)]
struct Statement {
    id: String,
    title: String,
    tag: &'static str,
    colour: &'static str,
    because: String,
    /// What the position rests on, and what the policy promises about it.
    rows: Vec<Row>,
    evidence: Evidence,
    source: String,
    computed: String,
    meanings: Vec<Row>,
    requirements: String,
}

/// A figure or a day for a person.
fn shown(one: &SelfReviewFigure) -> String {
    match (&one.figure, one.date.as_str()) {
        (Some(of), _) if one.held_date.is_empty() => figure(Some(of)),
        (Some(of), _) => format!("{} (as at {})", figure(Some(of)), words::named_day(&one.held_date)),
        (None, "") => "Never, as far as is recorded".to_owned(),
        (None, day) => words::named_day(day),
    }
}

impl Statement {
    fn new(of: &SelfReviewStatement, reader: Reader<'_>) -> Self {
        let (tag, colour) = named(of.position());
        let figures = of.figures.iter().map(|one| Row::new(one.title.clone(), shown(one)));
        let promise = |title: &str| format!("The policy promises: {title}");
        let promises = of.promises.iter().map(|one| Row::new(promise(&one.title), words::sentence(&one.value)));
        Self {
            id: of.key.clone(),
            title: of.title.clone(),
            tag,
            colour,
            because: of.because.clone(),
            rows: promises.chain(figures).collect(),
            evidence: Evidence::new(of, reader),
            source: of.source.clone(),
            computed: of.computed.clone(),
            meanings: of.meanings.iter().map(|one| Row::new(named(one.position()).0, one.meaning.clone())).collect(),
            requirements: of.requirements.join(", "),
        }
    }
}

impl PartPage {
    /// The page of the part of a key; none where there is no such part.
    pub(super) fn new(
        review: &SelfReview,
        key: &str,
        past: &str,
        crumbs: Vec<Link>,
        reader: Reader<'_>,
    ) -> Option<Self> {
        let place = review.parts.iter().position(|part| part.key == key)?;
        let part = review.parts.get(place)?;
        let beside = |words: &str, place: Option<usize>| {
            let part = review.parts.get(place?)?;
            let at = (reader.at)(&format!("{PLACE}/{}{}", part.key, query(past)));
            Some(Link::new(format!("{words}: {}", part.title), at))
        };
        let next = beside("Next part", place.checked_add(1));
        Some(Self {
            head: Head::new(part.title.clone(), crumbs).of(TITLE),
            rows: about(review, past),
            statements: part.statements.iter().map(|of| Statement::new(of, reader)).collect(),
            links: next.into_iter().chain(beside("Part before", place.checked_sub(1))).collect(),
            min_cell: review.min_cell,
        })
    }
}

impl Page for PartPage {
    const TEMPLATE: &'static str = "self_review_part.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        use proto::reporting::v1::SelfReviewPart;

        let at = |path: &str| format!("/schools/sch_1{path}");
        let (all, few) = (Reader { may: &|_| true, at: &at }, Reader { may: &|page| page == "/policy", at: &at });
        let mut review = super::sample();
        let part = |key: &str, title: &str, statements| SelfReviewPart {
            key: key.to_owned(),
            title: title.to_owned(),
            statements,
        };
        let statements = review.parts[0].statements.clone();
        review.parts.extend([part("training", "Training", statements), part("policy", "The policy", Vec::new())]);
        let page = |key: &str, past: &str, reader| Self::new(&review, key, past, Vec::new(), reader);
        let pages = [page("checks", "", all), page("training", "2026-11-15", few), page("policy", "", all)];
        pages.into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_tells_what_each_position_rests_on_and_leads_to_its_neighbours() {
        let pages = PartPage::samples();
        assert_eq!(pages.len(), 3);
        let rows: Vec<&str> = pages[0].statements[0].rows.iter().map(|row| row.value.as_str()).collect();
        let told = ["4", "3 November 2026", "Never, as far as is recorded", "12 (as at 15 November 2026)", "c"];
        assert_eq!(rows, told);
        let beside: Vec<&str> = pages[1].links.iter().map(|link| link.href.as_str()).collect();
        let of = |key: &str| format!("/schools/sch_1/self-review/{key}?as_at=2026-11-15");
        assert_eq!(beside, [of("policy"), of("checks")]);
        assert_eq!((pages[0].links.len(), pages[2].links.len()), (1, 1));
    }
}
