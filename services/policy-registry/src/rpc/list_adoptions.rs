//! Lists how every school stands with the template, those that need help first.

use std::collections::HashMap;

use chassis::{
    caller::Caller,
    error::{Error, Kind, Result},
    history::Act,
    page::Page,
};
use proto::policy_registry::v1::{ListAdoptionsRequest, ListAdoptionsResponse};
use time::Date;
use tonic::Request;

use super::convert::rollout as convert;
use crate::{
    App,
    adoption::{Adoption, Filter},
    instance::standing::Standing,
    store,
};

pub(super) async fn list_adoptions(app: &App, request: Request<ListAdoptionsRequest>) -> Result<ListAdoptionsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let filter = Filter::parse(&request.filter)
        .ok_or_else(|| Error::invalid("filter", "Use behind, open_proposals, overdue or no_policy, or send none"))?;
    let mut tx = app.store.begin(&scope).await?;
    let current_template_version = match store::template::current_version(&tx).await {
        Err(error) if error.kind() == Kind::Missing => 0,
        version => version?,
    };
    let mut standings: HashMap<String, Vec<Standing>> = HashMap::new();
    for (school, standing) in store::instance::standings(&tx).await? {
        standings.entry(school).or_default().push(standing);
    }
    let mut reviews: HashMap<String, Vec<Date>> = HashMap::new();
    for (school, due) in store::review::waiting(&tx).await? {
        reviews.entry(school.to_string()).or_default().push(due);
    }
    let schools = store::school::all(&tx).await?.into_iter().filter(|school| school.closed_at.is_none());
    let all = schools.map(|school| {
        let here = standings.get(school.id.as_str()).map(Vec::as_slice).unwrap_or_default();
        let asked = reviews.get(school.id.as_str()).map(Vec::as_slice).unwrap_or_default();
        Adoption::of(&school, here, asked, current_template_version, tx.now())
    });
    let mut adoptions: Vec<Adoption> = all.filter(|adoption| filter.takes(adoption)).collect();
    adoptions.sort_by(Adoption::order);
    let begin = page.after().map_or(0, |last| adoptions.partition_point(|adoption| adoption.place().as_str() <= last));
    let most = usize::try_from(page.limit()).unwrap_or(usize::MAX);
    let mut adoptions: Vec<Adoption> = adoptions.into_iter().skip(begin).take(most).collect();
    let next_page_token = page.cut(&mut adoptions, Adoption::place);
    tx.record(Act::new("adoption.listed", "adoptions").detail("count", adoptions.len()));
    tx.commit().await?;
    let adoptions = adoptions.iter().map(convert::adoption).collect();
    Ok(ListAdoptionsResponse { adoptions, next_page_token, current_template_version })
}
