//! The map of the service: one line per rpc, one file each. Those about senders are in `senders`.

mod answer_alert;
pub(crate) mod convert;
mod create_feed;
mod get_alert;
mod get_delivery;
mod get_ledger;
pub(crate) mod ingest_lines;
mod list_alerts;
mod list_feeds;
mod list_rejected_lines;
pub(crate) mod senders;

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
    get_delivery: GetDeliveryRequest => GetDeliveryResponse,
    get_ledger: GetLedgerRequest => GetLedgerResponse,
    list_alerts: ListAlertsRequest => ListAlertsResponse,
    list_feeds: ListFeedsRequest => ListFeedsResponse,
    list_rejected_lines: ListRejectedLinesRequest => ListRejectedLinesResponse,
}
