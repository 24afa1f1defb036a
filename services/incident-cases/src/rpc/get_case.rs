//! Answers one case.

use chassis::{caller::Caller, clock::timestamp, error::Result, history::Act};
use proto::incident_cases::v1::{GetCaseRequest, GetCaseResponse};
use tonic::Request;

use super::{convert, unnamed};
use crate::{App, case::access::Verdict, store};

pub(super) async fn get_case(app: &App, request: Request<GetCaseRequest>) -> Result<GetCaseResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let (case, verdict) = store::case::look(&tx, &request.case_id).await?;
    let until = store::break_glass::until(&tx, &case).await?;
    let act = Act::new("case.read", case.id.as_str());
    tx.record(match (verdict, until) {
        (Verdict::Yes, None) => act,
        (Verdict::Yes, Some(_)) => act.detail("break_glass", true),
        _ => act.detail("row_only", true),
    });
    // What is restricted says nothing but that it is there.
    let concerns = if verdict == Verdict::Yes { store::concern::of_case(&tx, &case).await? } else { Vec::new() };
    let now = tx.now();
    let (inside, finds) = match &case.shared_incident_id {
        Some(id) => {
            let inside = store::shared::holds(&tx, id, &request.school_id).await?;
            (inside, inside && store::shared::finds(&tx, id, &request.school_id).await?)
        }
        None => (true, true),
    };
    let shared = match &case.shared_incident_id {
        Some(id) if finds && verdict == Verdict::Yes => {
            Some(store::shared::load_unlocked(&tx, id, &request.school_id).await?)
        }
        _ => None,
    };
    tx.commit().await?;
    let mut seen = match verdict {
        Verdict::Yes => convert::case(&case.as_seen(store::access::reader_of(&scope)), now),
        Verdict::Denied | Verdict::RowOnly | Verdict::No => convert::access::row(&case),
    };
    if let Some(whole) = shared {
        for part in &mut seen.involvements {
            part.label = unnamed::label(&whole, &part.involvement_id);
        }
    }
    if !finds {
        seen.shared_incident_id.clear();
    }
    seen.shared_incident_gone = !inside && verdict == Verdict::Yes;
    Ok(GetCaseResponse {
        case: Some(seen),
        break_glass_expire_time: until.map(timestamp),
        additions: convert::additions(&concerns),
    })
}
