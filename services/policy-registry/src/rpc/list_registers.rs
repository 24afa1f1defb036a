//! Lists the registers that the caller may read, with counts.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::policy_registry::v1::{ListRegistersRequest, ListRegistersResponse, RegisterSummary};
use tonic::Request;

use super::registers::{self, Registers};
use crate::{
    App,
    register::judge::{Sort, judge},
};

pub(super) async fn list_registers(app: &App, request: Request<ListRegistersRequest>) -> Result<ListRegistersResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let registers = Registers::load(&tx, None).await?;
    let summaries: Vec<RegisterSummary> = registers.judged(|kept| {
        let readable = registers.readable().map(|definition| {
            let findings = judge(kept, definition);
            let due = findings.iter().filter(|f| matches!(f.sort, Sort::Overdue | Sort::DueSoon)).count();
            RegisterSummary {
                definition: Some(registers::definition(definition)),
                entries: registers::count(registers.entries.iter().filter(|e| e.register == definition.key).count()),
                due: registers::count(due),
                findings: registers::count(findings.len()),
                may_add: definition.may_add(registers.roles()),
            }
        });
        readable.collect()
    });
    tx.record(Act::new("registers.listed", request.school_id.as_str()).detail("count", summaries.len()));
    tx.commit().await?;
    Ok(ListRegistersResponse { registers: summaries })
}
