//! The messages of the self-review.

use proto::reporting::v1 as pb;

use super::{day, figure};
use crate::self_review::{
    Judged, Known, Position, Told,
    standard::{Statement, parts},
};

fn position(position: Position) -> pb::SelfReviewPosition {
    match position {
        Position::Met => pb::SelfReviewPosition::Met,
        Position::Partly => pb::SelfReviewPosition::Partly,
        Position::NotMet => pb::SelfReviewPosition::NotMet,
        Position::NotKnown => pb::SelfReviewPosition::NotKnown,
    }
}

pub(in crate::rpc) fn review(school: &str, known: &Known, judged: &[(&Statement, Judged)]) -> pb::SelfReview {
    let of_part = |key: &str| judged.iter().filter(|(of, _)| of.part == key).map(statement).collect();
    let parts = parts().iter().map(|part| pb::SelfReviewPart {
        key: part.key.clone(),
        title: part.title.clone(),
        statements: of_part(&part.key),
    });
    let count = |wanted: Position| {
        let there = judged.iter().filter(|(_, judged)| judged.position == wanted).count();
        u32::try_from(there).unwrap_or(u32::MAX)
    };
    pb::SelfReview {
        school_id: school.to_owned(),
        as_at_date: known.day.to_string(),
        parts: parts.collect(),
        met: count(Position::Met),
        partly: count(Position::Partly),
        not_met: count(Position::NotMet),
        not_known: count(Position::NotKnown),
        policy_version: known.policy.as_ref().map_or(0, |policy| policy.version),
        ..pb::SelfReview::default()
    }
}

fn statement((of, judged): &(&Statement, Judged)) -> pb::SelfReviewStatement {
    let promise =
        |(title, value): &(String, String)| pb::SelfReviewPromise { title: title.clone(), value: value.clone() };
    let meanings = [
        (Position::Met, &of.met),
        (Position::Partly, &of.partly),
        (Position::NotMet, &of.not_met),
        (Position::NotKnown, &of.not_known),
    ];
    let meaning = |(of, meaning): (Position, &String)| pb::SelfReviewMeaning {
        position: position(of).into(),
        meaning: meaning.clone(),
    };
    let evidence = of.evidence.iter();
    pb::SelfReviewStatement {
        key: of.key.clone(),
        title: of.title.clone(),
        source: of.source.clone(),
        requirements: of.requirements.clone(),
        position: position(judged.position).into(),
        because: judged.because.clone(),
        figures: judged.told.iter().map(told).collect(),
        promises: judged.promises.iter().map(promise).collect(),
        computed: of.computed.clone(),
        meanings: meanings.into_iter().filter(|(_, meaning)| !meaning.is_empty()).map(meaning).collect(),
        evidence: evidence
            .map(|evidence| pb::SelfReviewEvidence { title: evidence.title.clone(), page: evidence.page.clone() })
            .collect(),
    }
}

fn told(told: &Told) -> pb::SelfReviewFigure {
    pb::SelfReviewFigure {
        title: told.title.clone(),
        figure: told.figure.map(|shown| figure(shown.figure)),
        date: day(told.day),
        held_date: day(told.figure.and_then(|shown| shown.held)),
    }
}
