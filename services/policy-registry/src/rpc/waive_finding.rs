//! Lets a finding stand until a day, or ends that.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::policy_registry::v1::{WaiveFindingRequest, WaiveFindingResponse};
use time::{Date, macros::format_description};
use tonic::Request;

use super::work;
use crate::{App, instance::tailoring::Waiver};

pub(super) async fn waive_finding(app: &App, request: Request<WaiveFindingRequest>) -> Result<WaiveFindingResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let account = scope.account().ok_or_else(Error::denied)?;
    let ends = request.until_date.is_empty();
    let mut violations = Violations::new();
    let reason = if ends { String::new() } else { work::reason(&mut violations, &request.reason) };
    let until = Date::parse(&request.until_date, format_description!("[year]-[month]-[day]")).ok();
    violations.check(ends || until.is_some(), "until_date", "Enter the last day, such as 2027-03-27");
    violations.finish()?;
    // Judged first, where no transaction is open: only what is found can be let stand.
    let judged = work::judged(app, &scope, &request.instance_id).await?;
    let mut tx = match work::change(app, &scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let instance = work::seen(&tx, &request.instance_id, &request.etag).await?;
    let instance = match until {
        None => instance.end_waiver(&request.finding_id)?,
        Some(until) => {
            let all = judged.findings.iter().map(|placed| &placed.finding).chain(&instance.findings);
            let rule =
                all.filter(|finding| finding.id == request.finding_id).map(|finding| finding.rule.clone()).next();
            let rule = rule.ok_or_else(|| Error::invalid("finding_id", "Enter the id of a finding on this version"))?;
            let finding = request.finding_id.clone();
            let waiver = Waiver { finding, rule, reason, until, account, waived_at: tx.now() };
            instance.waive(waiver, judged.today)?
        }
    };
    let act = Act::new(if ends { "waiver.ended" } else { "finding.waived" }, instance.id.as_str());
    let act = act.detail("finding", request.finding_id.as_str()).detail("until", request.until_date.as_str());
    work::written(&mut tx, act, &instance).await?;
    let response = WaiveFindingResponse { instance: Some(work::shown(&tx, &instance).await?) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
