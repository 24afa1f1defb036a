//! Answers a register as a table.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::policy_registry::v1::{ExportRegisterRequest, ExportRegisterResponse};
use tonic::Request;

use super::registers::{self, Registers};
use crate::{
    App,
    register::{Entry, table},
};

pub(super) async fn export_register(
    app: &App,
    request: Request<ExportRegisterRequest>,
) -> Result<ExportRegisterResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let all = Registers::load(&tx, request.at_time.as_ref()).await?;
    let definition = registers::one(&all.definitions, &request.register, &scope, false)?;
    let entries: Vec<Entry> = all.entries.iter().filter(|entry| entry.register == definition.key).cloned().collect();
    let content = table::write(definition, &entries)?;
    let act = Act::new("register.exported", request.school_id.as_str());
    tx.record(act.detail("register", definition.key.as_str()).detail("count", entries.len()));
    tx.commit().await?;
    Ok(ExportRegisterResponse { file_name: format!("{}.csv", definition.key), content: content.into() })
}
