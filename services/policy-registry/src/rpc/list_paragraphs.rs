//! Lists what became of every paragraph of the document a version was read from.

use chassis::{
    caller::Caller,
    clock::timestamp,
    error::{Error, Result},
    history::Act,
};
use proto::policy_registry::v1::{ListParagraphsRequest, ListParagraphsResponse};
use tonic::Request;

use super::convert;
use crate::{App, effective::Values, store};

pub(super) async fn list_paragraphs(
    app: &App,
    request: Request<ListParagraphsRequest>,
) -> Result<ListParagraphsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let id = request.instance_id.parse().map_err(|_| Error::missing())?;
    let mut tx = app.store.begin(&scope).await?;
    let instance = store::instance::load(&tx, &id).await?;
    let template = store::template::version(&tx, instance.template_version).await?.template;
    let register = store::register::at(&tx, tx.now()).await?.map(|published| published.register);
    let values = Values::of(&instance, &template, register.as_ref());
    let says = |clause: &str| template.clause(clause).map(|(_, clause)| values.fill(&template, &clause.text));
    let paragraphs = instance.summary.placed.iter().map(|placed| {
        convert::instance::paragraph(placed, placed.clause.as_deref().and_then(says).unwrap_or_default())
    });
    let paragraphs = paragraphs.collect();
    tx.record(Act::new("paragraphs.read", instance.id.as_str()).detail("version", instance.version));
    tx.commit().await?;
    Ok(ListParagraphsResponse { paragraphs, confirm_time: instance.import_confirmed_at.map(timestamp) })
}
