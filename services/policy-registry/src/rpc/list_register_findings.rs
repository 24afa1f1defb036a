//! Lists what the rules of registers find, the gravest first, and how far documents were answered.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::policy_registry::v1::{ListRegisterFindingsRequest, ListRegisterFindingsResponse};
use tonic::Request;

use super::registers::{self, Registers};
use crate::{
    App,
    register::{Definition, RuleKind, duties, judge::judge},
};

pub(super) async fn list_register_findings(
    app: &App,
    request: Request<ListRegisterFindingsRequest>,
) -> Result<ListRegisterFindingsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let all = Registers::load(&tx, request.at_time.as_ref()).await?;
    if !request.register.is_empty() {
        registers::one(&all.definitions, &request.register, &scope, false)?;
    }
    let chosen = |definition: &&Definition| request.register.is_empty() || definition.key == request.register;
    let (mut findings, coverage) = all.judged(|kept| {
        let (mut findings, mut coverage) = (Vec::new(), Vec::new());
        for definition in all.readable().filter(chosen) {
            findings.extend(judge(kept, definition));
            for rule in definition.rules.iter().filter(|rule| rule.kind == RuleKind::Answers) {
                coverage.extend(duties::coverage(kept, definition, rule).iter().map(registers::coverage));
            }
        }
        (findings, coverage)
    });
    findings.sort_by_key(|finding| (finding.severity, finding.sort, finding.due));
    tx.record(Act::new("register_findings.listed", request.school_id.as_str()).detail("count", findings.len()));
    tx.commit().await?;
    Ok(ListRegisterFindingsResponse { findings: findings.iter().map(registers::finding).collect(), coverage })
}
