//! Takes a table of learners that was previewed, all of it or nothing.

use std::collections::HashMap;

use chassis::{
    caller::Caller,
    db::{Once, Tx},
    error::{Error, Result, Violations},
    event::Event,
    history::Act,
};
use proto::{
    event::v1::TransfersDue,
    incident_cases::v1::{ImportLearnersRequest, ImportLearnersResponse},
};
use tonic::Request;

use super::{
    once::{About, once},
    passing_on::arrived,
    preview_learner_import::{Previewed, Roll, Said, number},
};
use crate::{
    App,
    learner::{
        Learner, LearnerId, Record,
        import::{Outcome, merged},
    },
    store,
};

pub(super) async fn import_learners(
    app: &App,
    request: Request<ImportLearnersRequest>,
) -> Result<ImportLearnersResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = match once(app, &scope, &request.request_id, &request, |_| About::Permission).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let Previewed { whole_roll, digest, content } = Previewed::load(&tx, &scope, &request.content_hash).await?;
    // Dropped before anything is written: of two who import one table at once, one finds it gone.
    if !store::learner::drop_preview(&tx, &request.content_hash).await? {
        return Err(Error::invalid("content_hash", "Preview the table again: it was taken just now"));
    }
    let roll = Roll::read(&tx, &content).await?;
    if Said::of(&tx, &roll, whole_roll).await?.digest != digest {
        let fix = "Preview the table again: the roll here has changed since, and it would do something else now";
        return Err(Error::invalid("content_hash", fix));
    }
    let plan = Plan::of(&roll, &request)?;
    let added = plan.new.len();
    let new: Vec<Learner> = plan.new.into_iter().map(|record| fresh(&tx, &request.school_id, record)).collect();
    let bodies = store::learner::insert(&tx, &new).await?;
    for (learner, body) in new.iter().zip(&bodies) {
        tx.record(Act::new("learner.created", learner.id.as_str()).state("learner", body));
    }
    let here: HashMap<&LearnerId, &Learner> = roll.here.iter().map(|learner| (&learner.id, learner)).collect();
    let mut changed = 0;
    for (id, record) in plan.changed {
        let mut learner = (*here.get(&id).ok_or_else(Error::missing)?).clone();
        let was_away = learner.left_on.is_some();
        learner.becomes(record);
        (learner.left_on, learner.updated_at) = (None, tx.now());
        let body = store::learner::update(&tx, &mut learner).await?;
        tx.record(Act::new("learner.updated", id.as_str()).state("learner", &body));
        if was_away {
            store::transfer::back(&mut tx, &id).await?;
        }
        changed += 1;
    }
    let (mut left, mut due) = (0, 0);
    for id in roll.review.leavers.iter().filter(|_| whole_roll) {
        let mut learner = (*here.get(id).ok_or_else(Error::missing)?).clone();
        (learner.left_on, learner.updated_at) = (Some(tx.now().date()), tx.now());
        let body = store::learner::update(&tx, &mut learner).await?;
        tx.record(Act::new("learner.updated", id.as_str()).detail("left", "true").state("learner", &body));
        let today = tx.now().date();
        due += u32::from(store::transfer::prompt(&mut tx, &learner, today).await?);
        left += 1;
    }
    if due > 0 {
        tx.announce(&request.school_id, Event::TransfersDue(TransfersDue { count: due })).await?;
    }
    tx.record(Act::new("learners.imported", request.school_id.as_str()).detail("added", added));
    let response = ImportLearnersResponse { added: number(added), changed, left };
    tx.answer(&response).await?;
    tx.commit().await?;
    let upns = new.into_iter().map(|learner| learner.record.upn).filter(|upn| !upn.is_empty());
    arrived(app, &request.school_id, upns.collect()).await;
    Ok(response)
}

fn fresh(tx: &Tx, school: &str, record: Record) -> Learner {
    Learner {
        id: tx.ids().next(),
        school_id: school.to_owned(),
        record,
        created_at: tx.now(),
        updated_at: tx.now(),
        left_on: None,
        household: Vec::new(),
        former: Vec::new(),
        version: 1,
    }
}

/// What a table does once every close match is decided.
#[derive(Default)]
struct Plan {
    new: Vec<Record>,
    changed: Vec<(LearnerId, Record)>,
}

impl Plan {
    fn of(roll: &Roll, request: &ImportLearnersRequest) -> Result<Self> {
        let decided: HashMap<u32, &str> = request.decisions.iter().map(|d| (d.line, d.learner_id.as_str())).collect();
        let mut violations = Violations::new();
        let mut plan = Self::default();
        let own: HashMap<&LearnerId, &Learner> = roll.here.iter().map(|learner| (&learner.id, learner)).collect();
        let numbered = roll.here.iter().filter(|learner| !learner.record.upn.is_empty());
        let numbers: HashMap<&str, &LearnerId> =
            numbered.map(|learner| (learner.record.upn.as_str(), &learner.id)).collect();
        for (line, outcome) in roll.lines.iter().zip(&roll.review.outcomes) {
            // A pupil number that is another's here stays with them, whoever the line is said to be about.
            let said = |whose: Option<&LearnerId>| {
                let theirs = numbers.get(line.record.upn.as_str()).is_none_or(|holder| Some(*holder) == whose);
                if theirs { line.record.clone() } else { Record { upn: String::new(), ..line.record.clone() } }
            };
            let mut change = |id: &LearnerId| {
                let record = own.get(id).map(|learner| merged(&learner.record, &said(Some(id)))).unwrap_or_default();
                plan.changed.push((id.clone(), record));
            };
            match outcome {
                Outcome::Wrong => {
                    violations.add("content_hash", format!("Mend line {} and preview the table again", line.number));
                }
                Outcome::New => plan.new.push(said(None)),
                Outcome::Unchanged(_) => {}
                Outcome::Changed(id) | Outcome::Returned(id) => change(id),
                Outcome::Close(ids) => match decided.get(&line.number) {
                    Some(&"") => plan.new.push(said(None)),
                    Some(id) if ids.iter().any(|known| known.as_str() == *id) => {
                        if let Some(id) = ids.iter().find(|known| known.as_str() == *id) {
                            change(id);
                        }
                    }
                    Some(_) | None => {
                        let fix = format!("Say of line {} who it is: one of those suggested, or new", line.number);
                        violations.add("decisions", fix);
                    }
                },
            }
        }
        let mut twice: Vec<&str> = plan.changed.iter().map(|(id, _)| id.as_str()).collect();
        twice.sort_unstable();
        let same = twice.windows(2).any(|pair| pair.first() == pair.last());
        violations.check(!same, "decisions", "Two lines are said to be the same learner: decide again");
        violations.finish()?;
        Ok(plan)
    }
}
