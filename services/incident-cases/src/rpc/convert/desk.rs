//! What a desk keeps, in the contract's form.

use chassis::{calendar::end_of_day, clock::timestamp};
use proto::incident_cases::v1 as pb;
use time::OffsetDateTime;

use crate::{
    desk::{
        allegation::{Allegation, Closing, Evaluation, Meeting, Note},
        figures::{Count, Figures},
        year::DeskYear,
    },
    procedure::clock,
};

pub(in crate::rpc) fn allegation(one: &Allegation, now: OffsetDateTime) -> pb::Allegation {
    let due = one.due();
    pb::Allegation {
        allegation_id: one.id.to_string(),
        reference: one.reference(),
        school_id: one.school_id.clone(),
        setting: one.setting.clone(),
        source: one.source.clone(),
        about: one.about.clone(),
        what: one.what.clone(),
        state: one.state().to_owned(),
        due_date: due.map(|(day, _)| day.to_string()).unwrap_or_default(),
        due_kind: due.map(|(_, next)| next.code().to_owned()).unwrap_or_default(),
        due_word: due.map(|(day, _)| clock::word(end_of_day(day), now).to_owned()).unwrap_or_default(),
        notes: one.notes.iter().map(note).collect(),
        evaluations: one.evaluations.iter().map(evaluation).collect(),
        meetings: one.meetings.iter().map(meeting).collect(),
        closings: one.closings.iter().map(closing).collect(),
        conflicted_account_ids: one.conflicted.clone(),
        account_id: one.opened.by.clone(),
        create_time: Some(timestamp(one.opened.at)),
        etag: one.version.to_string(),
        referral_id: one.referral_id.clone(),
    }
}

fn note(note: &Note) -> pb::AllegationNote {
    pb::AllegationNote {
        text: note.text.clone(),
        account_id: note.stamp.by.clone(),
        create_time: Some(timestamp(note.stamp.at)),
    }
}

fn evaluation(held: &Evaluation) -> pb::AllegationEvaluation {
    pb::AllegationEvaluation {
        limbs: held.limbs.clone(),
        threshold_met: !held.limbs.is_empty(),
        reason: held.reason.clone(),
        account_id: held.stamp.by.clone(),
        create_time: Some(timestamp(held.stamp.at)),
    }
}

fn meeting(meeting: &Meeting) -> pb::AllegationMeeting {
    pb::AllegationMeeting {
        kind: meeting.kind.clone(),
        held_time: Some(timestamp(meeting.held_at)),
        present: meeting.present.clone(),
        agreed: meeting.agreed.clone(),
        next_date: meeting.next_on.map(|day| day.to_string()).unwrap_or_default(),
        account_id: meeting.stamp.by.clone(),
        create_time: Some(timestamp(meeting.stamp.at)),
    }
}

fn closing(closing: &Closing) -> pb::AllegationClosing {
    let again = closing.reopened.as_ref();
    pb::AllegationClosing {
        outcome: closing.outcome.clone(),
        reason: closing.reason.clone(),
        account_id: closing.stamp.by.clone(),
        create_time: Some(timestamp(closing.stamp.at)),
        reopen_reason: again.map(|(reason, _)| reason.clone()).unwrap_or_default(),
        reopen_account_id: again.map(|(_, stamp)| stamp.by.clone()).unwrap_or_default(),
        reopen_time: again.map(|(_, stamp)| timestamp(stamp.at)),
    }
}

/// What was published of a year: nothing else of it is told.
pub(in crate::rpc) fn year(year: &DeskYear) -> pb::PublishedDeskFigures {
    let figure = |(key, published): &(String, String)| pb::DeskFigure {
        key: key.clone(),
        count: 0,
        published: published.clone(),
    };
    pb::PublishedDeskFigures {
        year: year.year.clone(),
        opened: year.opened.iter().map(figure).collect(),
        closed: year.closed.iter().map(figure).collect(),
        publish_time: Some(timestamp(year.at)),
        version: year.version,
    }
}

/// Counts for the desk's own eyes: what may be told follows from them for no days but those of a year that is over, once.
pub(in crate::rpc) fn figures(
    figures: &Figures,
    years: &[DeskYear],
    first: Option<time::Date>,
) -> pb::GetDeskFiguresResponse {
    let count = |count: &Count| pb::DeskFigure {
        key: count.key.to_owned(),
        count: i64::try_from(count.count).unwrap_or(i64::MAX),
        published: String::new(),
    };
    pb::GetDeskFiguresResponse {
        opened: figures.opened.iter().map(count).collect(),
        closed: figures.closed.iter().map(count).collect(),
        published: years.iter().map(year).collect(),
        first_date: first.map(|day| day.to_string()).unwrap_or_default(),
    }
}
