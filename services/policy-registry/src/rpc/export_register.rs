//! Answers a register as a table, to whoever says why it is taken out.

use chassis::{
    caller::Caller,
    error::{Result, Violations},
    history::Act,
};
use proto::policy_registry::v1::{ExportRegisterRequest, ExportRegisterResponse};
use tonic::Request;

use super::registers::{self, Registers};
use crate::{
    App,
    register::{Entry, table},
};

/// Why a register may be taken out: codes, so that the history can say it and holds no free text.
const PURPOSES: [&str; 6] = ["inspection", "governors", "review", "data_subject", "other_system", "copy"];

pub(super) async fn export_register(
    app: &App,
    request: Request<ExportRegisterRequest>,
) -> Result<ExportRegisterResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    let known = PURPOSES.contains(&request.purpose.as_str());
    let fix = format!("Say why the register is taken out: one of {}", PURPOSES.join(", "));
    violations.check(known, "purpose", fix);
    violations.finish()?;
    let mut tx = app.store.begin(&scope).await?;
    let all = Registers::load(&tx, request.at_time.as_ref()).await?;
    let definition = registers::one(&all.definitions, &request.register, &scope, false)?;
    let entries: Vec<Entry> = all.entries.iter().filter(|entry| entry.register == definition.key).cloned().collect();
    let content = table::write(definition, &entries)?;
    let act = Act::new("register.exported", request.school_id.as_str());
    let act = act.detail("register", definition.key.as_str()).detail("purpose", request.purpose.as_str());
    tx.record(act.detail("count", entries.len()));
    tx.commit().await?;
    Ok(ExportRegisterResponse { file_name: format!("{}.csv", definition.key), content: content.into() })
}
