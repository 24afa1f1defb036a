//! The map of the service: one line per rpc, one file each.

mod answer_alert;
pub(crate) mod convert;
mod create_feed;
mod get_alert;
mod get_feed_coverage;
mod get_ledger;
mod get_log_keeping;
mod ingest_lines;
mod list_alerts;
mod list_coverage_days;
mod list_feed_coverage;
mod list_feeds;
mod list_rejected_lines;
mod list_rollups;
mod record_heartbeat;
mod set_feed_rhythm;

use std::pin::Pin;

use chassis::serve::answer;
use proto::filtering_ingest::v1::{filtering_ingest_server::FilteringIngest, *};
use tokio_stream::Stream;
use tonic::{Request, Response, Status, Streaming};

use crate::App;

/// The service as gRPC has it.
pub(crate) struct Service {
    pub(crate) app: App,
}

/// One rpc, answered by the function of its name in the file of its name.
macro_rules! rpcs {
    ($($name:ident: $request:ident => $response:ident),* $(,)?) => {
        #[tonic::async_trait]
        impl FilteringIngest for Service {
            type IngestLinesStream = Pin<Box<dyn Stream<Item = Result<IngestLinesResponse, Status>> + Send>>;

            async fn ingest_lines(
                &self,
                request: Request<Streaming<IngestLinesRequest>>,
            ) -> Result<Response<Self::IngestLinesStream>, Status> {
                ingest_lines::ingest_lines(&self.app, request)
            }

            $(async fn $name(&self, r: Request<$request>) -> Result<Response<$response>, Status> {
                answer(&self.app.store, r, |r| $name::$name(&self.app, r)).await
            })*
        }
    };
}

rpcs! {
    answer_alert: AnswerAlertRequest => AnswerAlertResponse,
    create_feed: CreateFeedRequest => CreateFeedResponse,
    get_alert: GetAlertRequest => GetAlertResponse,
    get_feed_coverage: GetFeedCoverageRequest => GetFeedCoverageResponse,
    get_ledger: GetLedgerRequest => GetLedgerResponse,
    get_log_keeping: GetLogKeepingRequest => GetLogKeepingResponse,
    list_alerts: ListAlertsRequest => ListAlertsResponse,
    list_coverage_days: ListCoverageDaysRequest => ListCoverageDaysResponse,
    list_feed_coverage: ListFeedCoverageRequest => ListFeedCoverageResponse,
    list_feeds: ListFeedsRequest => ListFeedsResponse,
    list_rejected_lines: ListRejectedLinesRequest => ListRejectedLinesResponse,
    list_rollups: ListRollupsRequest => ListRollupsResponse,
    record_heartbeat: RecordHeartbeatRequest => RecordHeartbeatResponse,
    set_feed_rhythm: SetFeedRhythmRequest => SetFeedRhythmResponse,
}
