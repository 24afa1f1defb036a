//! Lists what a roll-out came to at each school.

use std::collections::HashMap;

use chassis::{caller::Caller, error::Result, history::Act, page::Page};
use proto::policy_registry::v1::{ListRolloutSchoolsRequest, ListRolloutSchoolsResponse};
use tonic::Request;

use super::convert::rollout as convert;
use crate::{App, store};

pub(super) async fn list_rollout_schools(
    app: &App,
    request: Request<ListRolloutSchoolsRequest>,
) -> Result<ListRolloutSchoolsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let id = convert::rollout_id(&request.rollout_id)?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    store::rollout::load(&tx, &id).await?;
    let mut rows = store::rollout_school::list(&tx, &id, &page).await?;
    let next_page_token = page.cut(&mut rows, |row| row.school_id.clone());
    let ids: Vec<String> = rows.iter().map(|row| row.school_id.clone()).collect();
    let named = store::school::some(&tx, &ids).await?;
    let names: HashMap<&str, &str> = named.iter().map(|school| (school.id.as_str(), school.name.as_str())).collect();
    let drafts = rows.iter().filter_map(|row| row.instance_id.clone()).collect();
    let drafts = store::instance::standings_of(&tx, drafts).await?;
    let schools = rows.iter().map(|row| {
        let name = names.get(row.school_id.as_str()).copied().unwrap_or_default();
        convert::rollout_school(row, name, row.instance_id.as_ref().and_then(|id| drafts.get(id)))
    });
    let schools: Vec<_> = schools.collect();
    tx.record(Act::new("rollout_school.listed", id.as_str()).detail("count", schools.len()));
    tx.commit().await?;
    Ok(ListRolloutSchoolsResponse { schools, next_page_token })
}
