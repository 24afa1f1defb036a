//! Answers how the work of a school stands, by the records that the caller may read.

use chassis::{caller::Caller, clock::london, db::Tx, error::Result, history::Act, page::Page, page::whole};
use proto::incident_cases::v1::{GetWorkloadRequest, GetWorkloadResponse, Workload};
use time::Duration;
use tonic::Request;

use super::convert::{self, workload::Transfers};
use crate::{
    App,
    across::waiting::{Side, of_transfer},
    case::due::Kind,
    procedure::clock,
    store::{
        self,
        due::{Asked, Found, overdue_before},
    },
    workload,
};

/// How much of each list is shown.
const SHOWN: i32 = 20;

pub(super) async fn get_workload(app: &App, request: Request<GetWorkloadRequest>) -> Result<GetWorkloadResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    store::access::outside(&tx)?;
    let now = tx.now();
    let closed = store::copy::clocks(&tx, &request.school_id).await?.closed_days;
    let last = closed.working_days_after(now, workload::AT_RISK_DAYS);
    let (late, soon) = (overdue_before(now), last + Duration::SECOND);
    let (sums, done) = store::workload::sums(&tx, soon).await?;
    let (unread, undecided) = store::workload::waiting(&tx).await?;
    let until = |until, kinds: &[Kind]| Asked {
        until: Some(until),
        kinds: kinds.iter().map(|kind| kind.code()).collect(),
        ..Asked::default()
    };
    let overdue = shown(&tx, &until(late, &Kind::WORK)).await?;
    let at_risk = shown(&tx, &Asked { from: Some(late), ..until(soon, &Kind::WORK) }).await?;
    let tonight = chassis::calendar::end_of_day(london(now).date()) + Duration::SECOND;
    let today = Asked { from: Some(late), ..until(tonight, &Kind::WORK) };
    let due_today = store::due::count(&tx, &today).await?;
    let idle = shown(&tx, &until(late, &[Kind::Idle])).await?;
    let silent = shown(&tx, &until(late, &Kind::CHASES)).await?;
    let transfers = transfers(&tx, &request.school_id).await?;
    let lists = [&overdue, &at_risk, &idle, &silent];
    let mut ids: Vec<&str> = lists.iter().flat_map(|list| list.cases.keys().map(String::as_str)).collect();
    ids.sort_unstable();
    ids.dedup();
    tx.record(Act::new("workload.read", scope.account_text()).detail("ids", ids));
    tx.commit().await?;
    let dues = |found: &Found| {
        let due = |(id, due): &(String, _)| Some(convert::due::due(found.cases.get(id)?, due, now, &closed));
        found.dues.iter().filter_map(due).collect()
    };
    let owners = workload::owners(&sums, &done, now, &closed);
    let workload = Workload {
        date: london(now).date().to_string(),
        at_risk_until_date: london(last).date().to_string(),
        owners: owners.iter().map(convert::workload::owner).collect(),
        concerns: Some(convert::workload::concerns(&unread, &undecided, now, &closed)),
        overdue: dues(&overdue),
        overdue_total: convert::workload::number(overdue.total),
        at_risk: dues(&at_risk),
        at_risk_total: convert::workload::number(at_risk.total),
        due_today_total: convert::workload::number(due_today),
        idle: dues(&idle),
        idle_total: convert::workload::number(idle.total),
        silent: dues(&silent),
        silent_total: convert::workload::number(silent.total),
        transfers: Some(convert::workload::transfers(&transfers, now, &closed)),
    };
    Ok(GetWorkloadResponse { workload: Some(workload) })
}

async fn shown(tx: &Tx, asked: &Asked) -> Result<Found> {
    store::due::list(tx, asked, &Page::from(SHOWN, "")?).await
}

/// Children's files that wait for the school, as the list of what waits between schools has them.
async fn transfers(tx: &Tx, school: &str) -> Result<Transfers> {
    let all = whole(move |page| async move { store::transfer::list(tx, None, true, &page).await }).await?;
    let now = tx.now();
    let mut transfers = Transfers::default();
    for one in all.iter().filter_map(|transfer| of_transfer(transfer, None, school)).filter(|one| one.side == Side::Us)
    {
        match one.kind {
            crate::across::waiting::Kind::SendFile => transfers.to_send += 1,
            crate::across::waiting::Kind::ReceiveFile => transfers.to_confirm += 1,
            _ => continue,
        }
        if let Some(due) = one.due.filter(|due| clock::word(*due, now) == "overdue") {
            transfers.overdue += 1;
            transfers.earliest = Some(transfers.earliest.map_or(due, |earliest| earliest.min(due)));
        }
    }
    Ok(transfers)
}
