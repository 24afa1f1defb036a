//! The map of the service: one line per rpc, one file each.

mod accept_document;
mod add_register_entry;
mod approve_instance;
pub(crate) mod convert;
mod create_school;
mod export_register;
mod get_agency_register;
mod get_effective_policy;
mod get_instance;
mod get_register_entry;
mod get_school;
mod get_template;
mod import_policy;
mod import_register;
mod lint_document;
mod list_instances;
mod list_my_duties;
mod list_register_entries;
mod list_register_findings;
mod list_registers;
mod list_school_names;
mod list_schools;
mod preview_register_import;
mod publish_agency_register;
mod publish_instance;
mod publish_template;
mod ratify_instance;
mod registers;
mod set_parameter;
#[cfg(test)]
mod tests;
mod work;

use chassis::serve::answer;
use proto::policy_registry::v1::{policy_registry_server::PolicyRegistry, *};
use tonic::{Request, Response, Status};

use crate::App;

/// The service as gRPC has it.
pub(crate) struct Service {
    pub(crate) app: App,
}

/// One rpc, answered by the function of its name in the file of its name.
macro_rules! rpcs {
    ($($name:ident: $request:ident => $response:ident),* $(,)?) => {
        #[tonic::async_trait]
        impl PolicyRegistry for Service {
            $(async fn $name(&self, r: Request<$request>) -> Result<Response<$response>, Status> {
                answer(&self.app.store, r, |r| $name::$name(&self.app, r)).await
            })*
        }
    };
}

rpcs! {
    accept_document: AcceptDocumentRequest => AcceptDocumentResponse,
    add_register_entry: AddRegisterEntryRequest => AddRegisterEntryResponse,
    approve_instance: ApproveInstanceRequest => ApproveInstanceResponse,
    create_school: CreateSchoolRequest => CreateSchoolResponse,
    export_register: ExportRegisterRequest => ExportRegisterResponse,
    get_agency_register: GetAgencyRegisterRequest => GetAgencyRegisterResponse,
    get_effective_policy: GetEffectivePolicyRequest => GetEffectivePolicyResponse,
    get_instance: GetInstanceRequest => GetInstanceResponse,
    get_register_entry: GetRegisterEntryRequest => GetRegisterEntryResponse,
    get_school: GetSchoolRequest => GetSchoolResponse,
    get_template: GetTemplateRequest => GetTemplateResponse,
    import_policy: ImportPolicyRequest => ImportPolicyResponse,
    lint_document: LintDocumentRequest => LintDocumentResponse,
    list_instances: ListInstancesRequest => ListInstancesResponse,
    list_school_names: ListSchoolNamesRequest => ListSchoolNamesResponse,
    import_register: ImportRegisterRequest => ImportRegisterResponse,
    list_my_duties: ListMyDutiesRequest => ListMyDutiesResponse,
    list_register_entries: ListRegisterEntriesRequest => ListRegisterEntriesResponse,
    list_register_findings: ListRegisterFindingsRequest => ListRegisterFindingsResponse,
    list_registers: ListRegistersRequest => ListRegistersResponse,
    list_schools: ListSchoolsRequest => ListSchoolsResponse,
    preview_register_import: PreviewRegisterImportRequest => PreviewRegisterImportResponse,
    publish_agency_register: PublishAgencyRegisterRequest => PublishAgencyRegisterResponse,
    publish_instance: PublishInstanceRequest => PublishInstanceResponse,
    publish_template: PublishTemplateRequest => PublishTemplateResponse,
    ratify_instance: RatifyInstanceRequest => RatifyInstanceResponse,
    set_parameter: SetParameterRequest => SetParameterResponse,
}
