//! What every act on the keeping of a record has in common: who, may they, once, load and hold, decide, record, reply.

use chassis::{
    caller::Caller,
    db::{Once, Tx},
    error::Result,
    history::Act,
    id::Ids,
};
use prost::Message;
use proto::incident_cases::v1 as pb;

use super::{
    convert,
    once::{About, once},
    work::who,
};
use crate::{
    App,
    case::By,
    retention::{Standing, decide::Refused},
    store::{
        self,
        retention::{Part, Record, load, standing},
    },
};

/// Which record, under which request, and in which part.
pub(super) struct Target<'a> {
    pub(super) school_id: &'a str,
    pub(super) record_id: &'a str,
    pub(super) request_id: &'a str,
    pub(super) part: Part,
    /// The accounts that hold a role at the school now, as far as it matters for the act.
    pub(super) present: &'a [String],
}

/// The record that a request about one names.
macro_rules! target {
    ($request:expr, $part:ident) => {
        $crate::rpc::keeping::Target {
            school_id: &$request.school_id,
            record_id: &$request.record_id,
            request_id: &$request.request_id,
            part: $crate::store::retention::Part::$part,
            present: &[],
        }
    };
}
pub(super) use target;

/// Decides on the keeping of a record: `act` decides, everything else is the same for every act.
pub(super) async fn keeping<R: Message + Default>(
    app: &App,
    caller: &Caller,
    request: &impl Message,
    target: Target<'_>,
    act: impl FnOnce(&mut Record, &Standing, By<'_>, &Ids) -> Result<Act, Refused>,
    respond: impl FnOnce(pb::Retention) -> R,
) -> Result<R> {
    let scope = caller.at(target.school_id)?;
    let about = |_: &R| About::Keeping(target.record_id.to_owned());
    let mut tx = match once(app, &scope, target.request_id, request, about).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let (mut record, mut before) = load(&tx, target.record_id, target.part).await?;
    before.present = record.about_one_of(target.present);
    let act = act(&mut record, &before, who(&scope, tx.now()), tx.ids())?;
    let shown = write(&mut tx, &mut record, target.present, act).await?;
    let response = respond(shown);
    tx.answer_about(record.id(), &response).await?;
    tx.commit().await?;
    Ok(response)
}

/// Puts a question that was just asked to somebody, where one is named: they read the record until they have answered. One has
/// to be where nobody else reads it.
pub(super) fn put_to(record: &mut Record, by: By<'_>, account_id: Option<&str>) -> Result<(), Refused> {
    const ALONE: &str =
        "Select who answers: nobody but you reads this record, and they read it until they have answered";
    match (record, account_id) {
        (Record::Case(case), None) if case.read_alone_by(by) => Err(Refused::Second(ALONE)),
        (Record::Concern(concern), None) if concern.read_alone_by(by) => Err(Refused::Second(ALONE)),
        (_, None) => Ok(()),
        (Record::Case(case), Some(account_id)) => case.put_to(by, account_id),
        (Record::Concern(concern), Some(account_id)) => concern.put_to(by, account_id),
    }
}

/// Takes those out again who were named for questions that wait no longer.
pub(super) fn done_with(record: &mut Record, standing: &Standing, by: By<'_>) {
    match record {
        Record::Case(case) => case.done_with(standing, by.at),
        Record::Concern(concern) => concern.done_with(standing, by.at),
    }
}

/// Writes a record that was decided on, and says so; answers its keeping from then on.
pub(super) async fn write(tx: &mut Tx, record: &mut Record, present: &[String], act: Act) -> Result<pb::Retention> {
    let body = record.update(tx).await?;
    if let Record::Case(case) = &*record {
        // Who answers as the second person may be named for it.
        store::access::keep(tx, case).await?;
    }
    tx.record(act.state(record.table(), &body));
    let mut now = standing(tx, record).await?;
    now.present = record.about_one_of(present);
    Ok(convert::retention::whole(record, &now, tx.now()))
}
