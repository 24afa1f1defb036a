//! Requests that may come twice. An answer about a record is kept under the record's key, and goes with it. What was kept is given again only to somebody who still may see what it is
//! about: between the two, a case may have come to keep them out.

use chassis::{caller::Scope, db::Once, error::Result};
use prost::Message;

use crate::{App, store, store::retention::Part};

/// What an answer is about, asked for again before it is given a second time.
pub(super) enum About {
    /// Nothing that a case could keep anybody out of: the permission that was asked for anyway is enough.
    Permission,
    /// Requests for what is kept about learners.
    Requests,
    /// A case, or where its id is empty what belongs to none.
    Case(String),
    /// A concern.
    Concern(String),
    /// A reading beyond somebody's rights.
    BreakGlass(String),
    /// An allegation at a desk.
    Allegation(String),
    /// A referral in a desk's inbox.
    DeskReferral(String),
    /// A pattern that a desk is told of.
    DeskPattern(String),
    /// A device held.
    Custody(String),
    /// A record whose keeping is decided on.
    Keeping(String),
    /// A shared incident, as a school reads it.
    Shared {
        /// The shared incident.
        id: String,
        /// The school.
        school: String,
    },
}

/// Begins a transaction for a request that may come twice; every rpc that changes something begins here.
pub(super) async fn once<R: Message + Default>(
    app: &App,
    scope: &Scope,
    request_id: &str,
    request: &impl Message,
    about: impl FnOnce(&R) -> About,
) -> Result<Once<R>> {
    let begun = app.store.begin_once_under(scope, request_id, request, store::answer_key).await?;
    if let Once::Answered(answer) = &begun {
        still(app, scope, about(answer)).await?;
    }
    Ok(begun)
}

async fn still(app: &App, scope: &Scope, about: About) -> Result<()> {
    let mut tx = app.store.begin(scope).await?;
    let case_id = match about {
        About::Permission => None,
        About::Requests => {
            store::access::answers_requests(&tx)?;
            None
        }
        About::Case(id) => Some(id),
        About::Concern(id) => {
            store::concern::load(&tx, &id).await?;
            None
        }
        About::BreakGlass(id) => {
            store::break_glass::load(&tx, &id).await?;
            None
        }
        About::Allegation(id) => {
            store::allegation::load(&tx, &id).await?;
            None
        }
        About::DeskReferral(id) => {
            store::desk_referral::load(&tx, &id).await?;
            None
        }
        About::DeskPattern(id) => {
            store::desk_pattern::load(&tx, &id).await?;
            None
        }
        About::Custody(id) => Some(store::register::load_custody(&tx, &id).await?.case_id),
        About::Keeping(id) => {
            store::retention::load(&tx, &id, Part::Reads).await?;
            None
        }
        About::Shared { id, school } => {
            store::shared::load(&tx, &id, &school).await?;
            None
        }
    };
    match case_id.as_deref() {
        None => {}
        Some("") => store::access::outside(&tx)?,
        Some(id) => drop(store::case::load(&tx, id).await?),
    }
    tx.silent();
    tx.commit().await
}
