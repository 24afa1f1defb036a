//! Lists everybody who holds a role at a school now, by name.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::access::v1::{Colleague, ListColleaguesRequest, ListColleaguesResponse};
use tonic::Request;

use crate::{door::Door, store};

pub(super) async fn list_colleagues(
    door: &Door,
    request: Request<ListColleaguesRequest>,
) -> Result<ListColleaguesResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let school = scope.school()?.clone();
    let mut tx = door.store().begin(&scope).await?;
    let now = tx.now();
    let mut colleagues = Vec::new();
    for account in store::account::of_school(&tx, &school).await? {
        let held = account.appointments.iter().filter(|a| a.school.as_ref() == Some(&school) && a.in_force(now));
        let mut roles: Vec<i32> = held.map(|a| a.role.into()).collect();
        roles.sort_unstable();
        roles.dedup();
        if !roles.is_empty() {
            let account_id = account.id.to_string();
            colleagues.push(Colleague { account_id, display_name: account.display_name, roles });
        }
    }
    colleagues.sort_by(|a, b| (&a.display_name, &a.account_id).cmp(&(&b.display_name, &b.account_id)));
    tx.record(Act::new("colleagues.listed", school.as_str()).detail("count", colleagues.len()));
    tx.commit().await?;
    Ok(ListColleaguesResponse { colleagues })
}
