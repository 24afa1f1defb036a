//! Lists what a template version asks a school about one version of its policy.

use std::collections::HashMap;

use chassis::{
    caller::Caller,
    error::{Error, Result},
    history::Act,
};
use proto::policy_registry::v1::{ListProposalsRequest, ListProposalsResponse};
use tonic::Request;

use super::convert::rollout as convert;
use crate::{
    App,
    instance::proposal::{Kind, Proposal},
    store,
    template::Template,
};

pub(super) async fn list_proposals(app: &App, request: Request<ListProposalsRequest>) -> Result<ListProposalsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let id = request.instance_id.parse().map_err(|_| Error::missing())?;
    let mut tx = app.store.begin(&scope).await?;
    let instance = store::instance::load(&tx, &id).await?;
    let mut proposals: Vec<&Proposal> = instance.proposals.iter().collect();
    if !proposals.is_empty() {
        let template = store::template::version(&tx, instance.template_version).await?.template;
        let places = places(&template);
        proposals.sort_by_key(|proposal| {
            (!proposal.waits(), places.get(proposal.id.as_str()).copied().unwrap_or(usize::MAX))
        });
    }
    tx.record(Act::new("proposal.listed", instance.id.as_str()).detail("count", proposals.len()));
    tx.commit().await?;
    Ok(ListProposalsResponse { proposals: proposals.into_iter().map(convert::proposal).collect() })
}

/// Where everything a proposal can be about stands in the text; steps come after it, and blanks last.
fn places(template: &Template) -> HashMap<String, usize> {
    let text = template.sections.iter().flat_map(|section| {
        let clauses = section.clauses.iter().map(|clause| Kind::Clause.proposal(&clause.id));
        std::iter::once(Kind::Section.proposal(&section.id)).chain(clauses)
    });
    let steps = template.procedures.iter().flat_map(|procedure| &procedure.steps);
    let steps = steps.map(|step| Kind::Step.proposal(&step.id));
    let blanks = template.parameters.iter().map(|definition| Kind::Parameter.proposal(&definition.key));
    text.chain(steps).chain(blanks).enumerate().map(|(place, id)| (id, place)).collect()
}
