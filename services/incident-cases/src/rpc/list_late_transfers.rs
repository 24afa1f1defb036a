//! Says which schools are late with files and how late, without a child and without how many: one file is one child.

use std::collections::BTreeMap;

use chassis::{caller::Caller, error::Result, history::Act};
use proto::incident_cases::v1::{LateTransfers, ListLateTransfersRequest, ListLateTransfersResponse};
use time::Duration;
use tonic::Request;

use crate::{App, store};

/// How far it looks back.
const YEAR: Duration = Duration::days(365);

pub(super) async fn list_late_transfers(
    app: &App,
    request: Request<ListLateTransfersRequest>,
) -> Result<ListLateTransfersResponse> {
    let (caller, _) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let mut tx = app.store.begin(&scope).await?;
    let mut schools: BTreeMap<String, LateTransfers> = BTreeMap::new();
    for late in store::transfer::late(&tx, tx.now() - YEAR).await? {
        // Who has not received what was sent to them is late, and not whoever sent it; outside the platform it is for
        // whoever sent it to ask.
        let outside = late.state == "sent" && late.to.is_empty();
        let school = if late.state == "sent" && !outside { late.to } else { late.from };
        let entry = schools.entry(school.clone()).or_default();
        entry.school_id = school;
        let with = match late.state.as_str() {
            "due" => "sending",
            "sent" if outside => "confirming",
            "sent" => "receiving",
            past => {
                entry.late_before = true;
                entry.none_went |= past == "withdrawn";
                continue;
            }
        };
        if !entry.overdue.iter().any(|other| other == with) {
            entry.overdue.push(with.to_owned());
        }
        entry.longest_days = entry.longest_days.max(i32::try_from(late.days).unwrap_or(i32::MAX));
    }
    let mut schools: Vec<LateTransfers> = schools.into_values().collect();
    // In one order, whichever was found first.
    schools.iter_mut().for_each(|school| school.overdue.sort_unstable());
    schools.sort_by(|a, b| b.longest_days.cmp(&a.longest_days).then_with(|| a.school_id.cmp(&b.school_id)));
    tx.record(Act::new("transfer.late_listed", scope.account_text()).detail("count", schools.len()));
    tx.commit().await?;
    Ok(ListLateTransfersResponse { schools })
}
