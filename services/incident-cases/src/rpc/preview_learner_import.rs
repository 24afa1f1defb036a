//! Says what a table of learners would do, and keeps it for a day.

use chassis::{
    caller::{Caller, Scope},
    db::{Once, Tx},
    error::{Error, Result},
    history::Act,
};
use proto::incident_cases::v1::{
    LearnerImportLine, LearnerImportProblem, PreviewLearnerImportRequest, PreviewLearnerImportResponse,
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
        Learner,
        import::{self, Outcome, Review},
        search::Match,
        table::{self, Line},
    },
    store,
};

/// How many lines are shown.
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
    let shown = lines.iter().zip(&review.outcomes).filter_map(|(line, outcome)| shown(line, outcome, &here));
    let response = PreviewLearnerImportResponse {
        content_hash,
        new_learners: count(|o| matches!(o, Outcome::New)),
        unchanged: count(|o| matches!(o, Outcome::Unchanged(_))),
        changed: count(|o| matches!(o, Outcome::Changed(_))),
        returned: count(|o| matches!(o, Outcome::Returned(_))),
        close_matches: count(|o| matches!(o, Outcome::Close(_))),
        wrong,
        leavers: if request.whole_roll { number(review.leavers.len()) } else { 0 },
        lines: shown.take(SHOWN).collect(),
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
        let lines = table::read(content, tx.now().date()).map_err(|fix| Error::invalid("content", fix))?;
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

/// A line that a person has to look at; none for what is plain.
fn shown(line: &Line, outcome: &Outcome, here: &[Learner]) -> Option<LearnerImportLine> {
    let (outcome, ids) = match outcome {
        Outcome::Wrong => ("wrong", Vec::new()),
        Outcome::Close(ids) => ("close_match", ids.clone()),
        Outcome::Changed(id) => ("changed", vec![id.clone()]),
        Outcome::Returned(id) => ("returned", vec![id.clone()]),
        Outcome::New | Outcome::Unchanged(_) => return None,
    };
    let candidates = here.iter().filter(|learner| ids.contains(&learner.id));
    let why = Match { score: 90, why: "the name and the date of birth" };
    Some(LearnerImportLine {
        line: line.number,
        outcome: outcome.to_owned(),
        name: line.record.called(),
        candidates: candidates.map(|learner| convert::learner::found(learner, &why)).collect(),
        problems: line
            .slips
            .iter()
            .map(|(column, fix)| LearnerImportProblem { column: column.clone(), fix: fix.clone() })
            .collect(),
    })
}
