//! Says what a table of learners would do, and keeps it for a day.

use std::collections::{HashMap, HashSet};

use chassis::{
    caller::{Caller, Scope},
    db::{Once, Tx},
    error::{Error, Result},
    history::Act,
};
use prost::Message as _;
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
        table::{self, Line, Table},
    },
    store,
};

/// How many lines, and how many of those who would leave, are shown; of the lines that ask for a decision all are.
const SHOWN: usize = 500;
/// Bytes of the digest of what a preview said.
const DIGEST: usize = 32;

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
    let (whole_roll, content) = match request.content_hash.as_str() {
        "" => (request.whole_roll, request.content.to_vec()),
        _ if !request.content.is_empty() => {
            return Err(Error::invalid("content_hash", "Leave it out where you send the table"));
        }
        before => {
            let previewed = Previewed::load(&tx, &scope, before).await?;
            (previewed.whole_roll, previewed.content)
        }
    };
    let roll = Roll::read(&tx, &content).await?;
    let Said { lines: shown, undecided, leaving, digest } = Said::of(&tx, &roll, whole_roll).await?;
    let Roll { lines, unread, review, .. } = roll;
    let count = |is: fn(&Outcome) -> bool| number(review.outcomes.iter().filter(|outcome| is(outcome)).count());
    let wrong = count(|o| matches!(o, Outcome::Wrong));
    let mut content_hash = String::new();
    if wrong == 0 {
        let kept = Previewed { whole_roll, digest, content }.bytes();
        content_hash = hash(&scope, &kept);
        store::learner::keep_preview(&tx, &content_hash, &kept).await?;
    }
    let response = PreviewLearnerImportResponse {
        content_hash,
        new_learners: count(|o| matches!(o, Outcome::New)),
        unchanged: count(|o| matches!(o, Outcome::Unchanged(_))),
        changed: count(|o| matches!(o, Outcome::Changed(_))),
        returned: count(|o| matches!(o, Outcome::Returned(_))),
        close_matches: count(|o| matches!(o, Outcome::Close(_))),
        wrong,
        leavers: if whole_roll { number(review.leavers.len()) } else { 0 },
        lines: shown.into_iter().take(undecided.max(SHOWN)).collect(),
        leaving: leaving.into_iter().take(SHOWN).collect(),
        unread_columns: unread,
    };
    tx.record(Act::new("learner_import.previewed", request.school_id.as_str()).detail("lines", lines.len()));
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}

/// A roll as it is kept from its preview until it is taken.
pub(super) struct Previewed {
    /// Whether whoever is not in it has left.
    pub(super) whole_roll: bool,
    /// The digest of what the preview said.
    pub(super) digest: [u8; DIGEST],
    /// The table.
    pub(super) content: Vec<u8>,
}

impl Previewed {
    /// One of the caller's own within a day.
    pub(super) async fn load(tx: &Tx, scope: &Scope, content_hash: &str) -> Result<Self> {
        let again =
            || Error::invalid("content_hash", "Preview the table again: it was not previewed by you within a day");
        let kept = store::learner::preview(tx, content_hash).await?.ok_or_else(again)?;
        if hash(scope, &kept) != content_hash {
            return Err(again());
        }
        let (whole_roll, rest) = kept.split_first().ok_or_else(again)?;
        let (digest, content) = rest.split_first_chunk::<DIGEST>().ok_or_else(again)?;
        Ok(Self { whole_roll: *whole_roll == 1, digest: *digest, content: content.to_vec() })
    }

    fn bytes(&self) -> Vec<u8> {
        [&[u8::from(self.whole_roll)][..], self.digest.as_slice(), self.content.as_slice()].concat()
    }
}

/// What a preview says of a roll: whoever takes it takes exactly that.
pub(super) struct Said {
    /// Every line that does something, those that ask for a decision first.
    lines: Vec<LearnerImportLine>,
    /// How many lines ask for a decision.
    undecided: usize,
    /// Everybody who would leave.
    leaving: Vec<LearnerImportLeaver>,
    /// The digest of all of it.
    pub(super) digest: [u8; DIGEST],
}

impl Said {
    pub(super) async fn of(tx: &Tx, roll: &Roll, whole_roll: bool) -> Result<Self> {
        let leaving = if whole_roll { leaving(tx, &roll.review, &roll.here).await? } else { Vec::new() };
        let known: HashMap<&LearnerId, &Learner> = roll.here.iter().map(|learner| (&learner.id, learner)).collect();
        let all = roll.lines.iter().zip(&roll.review.outcomes);
        let mut shown: Vec<_> = all.filter_map(|(line, outcome)| shown(line, outcome, &known)).collect();
        shown.sort_by_key(|(rank, _)| *rank);
        let undecided = shown.iter().filter(|(rank, _)| *rank == 0).count();
        let lines: Vec<LearnerImportLine> = shown.into_iter().map(|(_, line)| line).collect();
        let mut hash = Sha256::new();
        for line in &lines {
            hash.update(line.encode_length_delimited_to_vec());
        }
        hash.update(b"leaving");
        for leaver in &leaving {
            hash.update(leaver.encode_length_delimited_to_vec());
        }
        Ok(Self { lines, undecided, leaving, digest: hash.finalize().into() })
    }
}

/// A roll held against who is here.
pub(super) struct Roll {
    pub(super) lines: Vec<Line>,
    unread: Vec<String>,
    pub(super) here: Vec<Learner>,
    pub(super) review: Review,
}

impl Roll {
    pub(super) async fn read(tx: &Tx, content: &[u8]) -> Result<Self> {
        let read = table::read(content, tx.now().date()).map_err(|fix| Error::invalid("content", fix))?;
        let Table { mut lines, unread } = read;
        import::mark_repeats(&mut lines);
        let here = store::learner::all(tx).await?;
        let review = import::review(&lines, &here);
        Ok(Self { lines, unread, here, review })
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
    Ok(told.collect())
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
