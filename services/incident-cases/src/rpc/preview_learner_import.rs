//! Says what a table of learners would do, and keeps it for a day.

use std::collections::{HashMap, HashSet};

use chassis::{
    caller::{Caller, Scope},
    db::{Once, Tx},
    error::{Error, Result},
    history::Act,
};
use proto::incident_cases::v1::{
    LearnerImportChange, LearnerImportLeaver, LearnerImportLine, LearnerImportProblem, PreviewLearnerImportRequest,
    PreviewLearnerImportResponse,
};
use sha2::{Digest as _, Sha256};
use tonic::Request;

use super::{
    convert,
    once::{About, once},
};
use crate::{
    App,
    learner::{
        Learner, LearnerId,
        import::{self, Outcome, Review},
        search::Match,
        table::{self, Line},
    },
    store,
};

/// How many lines, and how many of those who would leave, are shown; of the lines that ask for a decision all are.
const SHOWN: usize = 500;

pub(super) async fn preview_learner_import(
    app: &App,
    request: Request<PreviewLearnerImportRequest>,
) -> Result<PreviewLearnerImportResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| About::Permission).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let Roll { lines, here, review } = Roll::read(&tx, &request.content).await?;
    let count = |is: fn(&Outcome) -> bool| number(review.outcomes.iter().filter(|outcome| is(outcome)).count());
    let wrong = count(|o| matches!(o, Outcome::Wrong));
    let mut content_hash = String::new();
    if wrong == 0 {
        let mut kept = vec![u8::from(request.whole_roll)];
        kept.extend_from_slice(&request.content);
        content_hash = hash(&scope, &kept);
        store::learner::keep_preview(&tx, &content_hash, &kept).await?;
    }
    let leaving = if request.whole_roll { leaving(&tx, &review, &here).await? } else { Vec::new() };
    let known: HashMap<&LearnerId, &Learner> = here.iter().map(|learner| (&learner.id, learner)).collect();
    let shown = lines.iter().zip(&review.outcomes).filter_map(|(line, outcome)| shown(line, outcome, &known));
    let mut shown: Vec<(u8, LearnerImportLine)> = shown.collect();
    shown.sort_by_key(|(rank, _)| *rank);
    let undecided = shown.iter().filter(|(rank, _)| *rank == 0).count();
    let response = PreviewLearnerImportResponse {
        content_hash,
        new_learners: count(|o| matches!(o, Outcome::New)),
        unchanged: count(|o| matches!(o, Outcome::Unchanged(_))),
        changed: count(|o| matches!(o, Outcome::Changed(_))),
        returned: count(|o| matches!(o, Outcome::Returned(_))),
        close_matches: count(|o| matches!(o, Outcome::Close(_))),
        wrong,
        leavers: if request.whole_roll { number(review.leavers.len()) } else { 0 },
        lines: shown.into_iter().take(undecided.max(SHOWN)).map(|(_, line)| line).collect(),
        leaving,
    };
    tx.record(Act::new("learner_import.previewed", request.school_id.as_str()).detail("lines", lines.len()));
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}

/// A roll held against who is here.
pub(super) struct Roll {
    pub(super) lines: Vec<Line>,
    pub(super) here: Vec<Learner>,
    pub(super) review: Review,
}

impl Roll {
    pub(super) async fn read(tx: &Tx, content: &[u8]) -> Result<Self> {
        let mut lines = table::read(content, tx.now().date()).map_err(|fix| Error::invalid("content", fix))?;
        import::mark_repeats(&mut lines);
        let here = store::learner::all(tx).await?;
        let review = import::review(&lines, &here);
        Ok(Self { lines, here, review })
    }
}

/// What a previewed roll goes by: nobody else's preview of the same bytes.
pub(super) fn hash(scope: &Scope, kept: &[u8]) -> String {
    let school = scope.schools().first().map(ToString::to_string).unwrap_or_default();
    let mut hash = Sha256::new();
    for part in [school.as_bytes(), scope.account_text().as_bytes(), kept] {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

pub(super) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Who would leave, those with records first: with them a file would go.
async fn leaving(tx: &Tx, review: &Review, here: &[Learner]) -> Result<Vec<LearnerImportLeaver>> {
    let recorded = store::search::with_records(tx, &review.leavers).await?;
    let gone: HashSet<&LearnerId> = review.leavers.iter().collect();
    let gone = here.iter().filter(|learner| gone.contains(&learner.id));
    let (with, without): (Vec<_>, Vec<_>) = gone.partition(|learner| recorded.contains(&learner.id));
    let told =
        with.into_iter().map(|learner| (learner, true)).chain(without.into_iter().map(|learner| (learner, false)));
    let told = told.map(|(learner, has_records)| LearnerImportLeaver {
        learner: Some(convert::learner::learner(learner)),
        has_records,
    });
    Ok(told.take(SHOWN).collect())
}

/// A line that does something, and how soon it is shown; none for a learner who is here as it says.
fn shown(line: &Line, outcome: &Outcome, here: &HashMap<&LearnerId, &Learner>) -> Option<(u8, LearnerImportLine)> {
    let (rank, outcome, ids): (u8, &str, &[LearnerId]) = match outcome {
        Outcome::Close(ids) => (0, "close_match", ids.as_slice()),
        Outcome::Wrong => (1, "wrong", &[]),
        Outcome::Returned(id) => (2, "returned", std::slice::from_ref(id)),
        Outcome::Changed(id) => (3, "changed", std::slice::from_ref(id)),
        Outcome::New => (4, "new", &[]),
        Outcome::Unchanged(_) => return None,
    };
    let meant: Vec<&Learner> = ids.iter().filter_map(|id| here.get(id).copied()).collect();
    let candidate = |learner: &&Learner| {
        let why = Match { score: 90, why: import::why(&learner.record, &line.record) };
        convert::learner::found(learner, &why)
    };
    let changed = meant.first().filter(|_| rank == 2 || rank == 3).map(|own| {
        let changes = import::changes(&own.record, &import::merged(&own.record, &line.record)).into_iter();
        let told = |(column, before, after): (&str, String, String)| LearnerImportChange {
            column: column.to_owned(),
            before,
            after,
        };
        changes.map(told).collect()
    });
    let shown = LearnerImportLine {
        line: line.number,
        outcome: outcome.to_owned(),
        name: line.record.called(),
        candidates: meant.iter().map(candidate).collect(),
        problems: line
            .slips
            .iter()
            .map(|(column, fix)| LearnerImportProblem { column: column.clone(), fix: fix.clone() })
            .collect(),
        changes: changed.unwrap_or_default(),
    };
    Some((rank, shown))
}
