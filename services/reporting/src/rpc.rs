//! The map of the service: one line per rpc, one file each.

mod ask_table;
mod asked;
mod convert;
mod delete_question;
mod draft;
mod export_report;
mod export_return;
mod export_self_review;
mod export_table;
mod fill;
mod get_authority_report;
mod get_authority_trends;
mod get_governor_report;
mod get_question;
mod get_report_version;
mod get_return;
mod get_school_report;
mod get_self_review;
pub(crate) mod kept;
mod list_benchmarks;
mod list_group_trends;
mod list_measures;
mod list_published_years;
mod list_questions;
mod list_report_versions;
mod list_returns;
mod list_standings;
mod printed;
mod rebuild_figures;
mod save_question;
mod sign_report;

use chassis::serve::answer;
use proto::reporting::v1::{reporting_server::Reporting, *};
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
        impl Reporting for Service {
            $(async fn $name(&self, r: Request<$request>) -> Result<Response<$response>, Status> {
                answer(&self.app.store, r, |r| $name::$name(&self.app, r)).await
            })*
        }
    };
}

rpcs! {
    export_report: ExportReportRequest => ExportReportResponse,
    export_return: ExportReturnRequest => ExportReturnResponse,
    export_self_review: ExportSelfReviewRequest => ExportSelfReviewResponse,
    get_authority_report: GetAuthorityReportRequest => GetAuthorityReportResponse,
    get_authority_trends: GetAuthorityTrendsRequest => GetAuthorityTrendsResponse,
    get_governor_report: GetGovernorReportRequest => GetGovernorReportResponse,
    get_report_version: GetReportVersionRequest => GetReportVersionResponse,
    get_return: GetReturnRequest => GetReturnResponse,
    get_school_report: GetSchoolReportRequest => GetSchoolReportResponse,
    get_self_review: GetSelfReviewRequest => GetSelfReviewResponse,
    list_benchmarks: ListBenchmarksRequest => ListBenchmarksResponse,
    list_group_trends: ListGroupTrendsRequest => ListGroupTrendsResponse,
    list_published_years: ListPublishedYearsRequest => ListPublishedYearsResponse,
    list_report_versions: ListReportVersionsRequest => ListReportVersionsResponse,
    list_returns: ListReturnsRequest => ListReturnsResponse,
    list_standings: ListStandingsRequest => ListStandingsResponse,
    rebuild_figures: RebuildFiguresRequest => RebuildFiguresResponse,
    sign_report: SignReportRequest => SignReportResponse,
    ask_table: AskTableRequest => AskTableResponse,
    delete_question: DeleteQuestionRequest => DeleteQuestionResponse,
    export_table: ExportTableRequest => ExportTableResponse,
    get_question: GetQuestionRequest => GetQuestionResponse,
    list_measures: ListMeasuresRequest => ListMeasuresResponse,
    list_questions: ListQuestionsRequest => ListQuestionsResponse,
    save_question: SaveQuestionRequest => SaveQuestionResponse,
}
