//! Answers what was in force at a school at a moment. Other services ask it at every turn, so a process keeps its
//! answers, encoded, and asks the database only whether they still hold. Whether the caller may read is asked each time.

use bytes::Bytes;
use chassis::{
    caller::{Caller, Scope},
    clock::told,
    db::Tx,
    error::{Error, Result},
};
use prost::Message as _;
use proto::policy_registry::v1::{GetEffectivePolicyRequest, GetEffectivePolicyResponse};
use time::OffsetDateTime;
use tonic::Request;

use super::{convert, registers::Registers};
use crate::{App, answers, effective, store};

pub(super) async fn get_effective_policy(
    app: &App,
    request: Request<GetEffectivePolicyRequest>,
) -> Result<GetEffectivePolicyResponse> {
    GetEffectivePolicyResponse::decode(encoded(app, request).await?).map_err(Error::internal)
}

/// The same as it goes onto the wire.
pub(super) async fn encoded(app: &App, request: Request<GetEffectivePolicyRequest>) -> Result<Bytes> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let policy = kept(app, &caller, &scope, &request).await?;
    if !request.with_shut_gates {
        return Ok(policy);
    }
    // Registers change without a new version of the policy, so what they say is never kept: it follows the answer that is.
    let tx = app.store.begin(&scope).await?;
    let shut_gates = Registers::load(&tx, None).await?.shut_gates();
    let shut = GetEffectivePolicyResponse { policy: None, shut_gates }.encode_to_vec();
    Ok([&policy[..], &shut].concat().into())
}

async fn kept(app: &App, caller: &Caller, scope: &Scope, request: &GetEffectivePolicyRequest) -> Result<Bytes> {
    // Only whoever has to do with the school learns that it is there and had no policy then.
    let none = || match caller.is_at(&request.school_id) {
        true => Error::none_here("no policy was in force at this school at that time"),
        false => Error::missing(),
    };
    let unreadable = || Error::invalid("at_time", "Enter a moment such as 2026-11-24T09:00:00Z");
    let asked = request.at_time.as_ref().map(|at| told(at).ok_or_else(unreadable)).transpose()?;
    let at = asked.unwrap_or_else(|| app.store.clock().now());
    let (school, at_us) = (scope.school()?.as_str(), store::micros(at));
    // Before anything else is read: what is written from here on has other marks, and never meets this answer.
    let marks = store::policy_mark::read(&app.store, scope).await?;
    if let Some(kept) = marks.as_ref().and_then(|marks| app.answers.get(school, marks, at_us)) {
        return kept.ok_or_else(none);
    }
    let tx = app.store.begin(scope).await?;
    let answer = made(&tx, at).await?.map(|response| Bytes::from(response.encode_to_vec()));
    if let Some(marks) = marks {
        let turns = [store::instance::turns(&tx).await?, store::register::turns(&tx).await?].concat();
        app.answers.keep(school, marks, answers::between(&turns, at_us), answer.clone());
    }
    answer.ok_or_else(none)
}

/// What was in force at the scope's school, read from its rows; none where nothing was.
pub(super) async fn made(tx: &Tx, at: OffsetDateTime) -> Result<Option<GetEffectivePolicyResponse>> {
    let Some(instance) = store::instance::in_force(tx, at).await? else { return Ok(None) };
    let template = store::template::version(tx, instance.template_version).await?.template;
    let register = store::register::at(tx, at).await?.map(|published| published.register);
    let effective = effective::resolve(instance, &template, register.as_ref());
    let answer = |policy| GetEffectivePolicyResponse { policy: Some(policy), shut_gates: Vec::new() };
    Ok(effective.map(|effective| answer(convert::effective(&effective))))
}
