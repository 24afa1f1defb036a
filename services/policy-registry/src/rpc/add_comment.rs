//! Records what somebody says of a version in consultation.

use chassis::{
    caller::Caller,
    db::{Once, Tx},
    error::{Error, Result},
    history::Act,
};
use proto::policy_registry::v1::{AddCommentRequest, AddCommentResponse, RegisterValue};
use tonic::Request;

use super::{
    convert::life_cycle,
    registers::{self, Registers},
    work,
};
use crate::{App, comment::Comment, store};

pub(super) async fn add_comment(app: &App, request: Request<AddCommentRequest>) -> Result<AddCommentResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let account = scope.account().ok_or_else(Error::denied)?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let id = request.instance_id.parse().map_err(|_| Error::missing())?;
    let instance = store::instance::load(&tx, &id).await?;
    life_cycle::check_comment(&request, &instance)?;
    instance.takes_comments(tx.now())?;
    let comment = Comment {
        id: tx.ids().next(),
        school: instance.school,
        instance: instance.id,
        audience: request.audience.clone(),
        clause: request.clause_key.clone(),
        text: request.text.trim().to_owned(),
        account,
        created_at: tx.now(),
        answer: None,
    };
    let body = store::comment::insert(&tx, &comment).await?;
    let act = Act::new("comment.added", comment.id.as_str()).detail("instance", comment.instance.as_str());
    tx.record(act.detail("audience", comment.audience.as_str()).state("comment", &body));
    enter(&mut tx, &comment, instance.version).await?;
    let response = AddCommentResponse { comment: Some(life_cycle::comment(&comment)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}

/// The register that says who was asked about policies.
const REGISTER: &str = "consultations";

/// Enters, once for each version and group, that the group was asked. A template whose register asks for something else
/// keeps it by hand.
async fn enter(tx: &mut Tx, comment: &Comment, version: u32) -> Result<()> {
    let all = Registers::load(tx, None).await?;
    let Some(definition) = all.definitions.iter().find(|definition| definition.key == REGISTER) else { return Ok(()) };
    let group = match comment.audience.as_str() {
        "learner" => "learners",
        "parent" => "parents",
        "governor" => "governors",
        audience => audience,
    };
    let subject = format!("The policy, version {version}");
    let mut held = all.entries.iter().filter(|entry| entry.register == definition.key);
    if held.any(|entry| entry.one("group") == group && entry.one("subject") == subject) {
        return Ok(());
    }
    let value = |key: &str, value: &str| RegisterValue { key: key.to_owned(), values: vec![value.to_owned()] };
    let values = [
        value("on", &chassis::clock::london(tx.now()).date().to_string()),
        value("group", group),
        value("subject", &subject),
        value("said", "See the comments kept with the version."),
    ];
    let Ok(values) = registers::valid(definition, &values, &all, None) else { return Ok(()) };
    let entry = registers::entry(tx, &definition.key, values, None)?;
    for body in &store::register_entry::insert(tx, std::slice::from_ref(&entry)).await? {
        let act = Act::new("consultation.entered", entry.id.as_str()).detail("register", definition.key.as_str());
        tx.record(act.detail("group", group).state("register_entry", body));
    }
    Ok(())
}
