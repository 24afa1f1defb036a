//! The map of the service: one line per rpc, one file each. Those about senders are in `senders`.

mod answer_alert;
mod approve_exception;
pub(crate) mod convert;
mod create_feed;
mod create_profile;
mod decide_exception;
mod end_exception;
pub(crate) mod end_feed;
mod get_alert;
mod get_alert_context;
mod get_delivery;
mod get_feed_coverage;
mod get_ledger;
mod get_log_keeping;
mod get_profile;
mod get_rule_precision;
mod get_theme_trend;
pub(crate) mod ingest_lines;
mod list_alerts;
mod list_coverage_days;
mod list_exceptions;
mod list_feed_coverage;
mod list_feeds;
mod list_profiles;
mod list_recipients;
mod list_rejected_lines;
mod list_rollups;
mod preview_profile;
pub(crate) mod raising;
mod reader;
mod record_heartbeat;
mod refuse_exception;
mod replay_rejected_lines;
mod request_exception;
mod retire_profile;
mod reveal_rejected_lines;
mod search_alerts;
pub(crate) mod senders;
mod set_feed_profile;
mod set_feed_rhythm;
mod set_recipient;
mod try_exception;
mod try_rule;
mod update_feed;
mod update_profile;

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
    approve_exception: ApproveExceptionRequest => ApproveExceptionResponse,
    create_feed: CreateFeedRequest => CreateFeedResponse,
    end_exception: EndExceptionRequest => EndExceptionResponse,
    get_alert: GetAlertRequest => GetAlertResponse,
    get_alert_context: GetAlertContextRequest => GetAlertContextResponse,
    get_delivery: GetDeliveryRequest => GetDeliveryResponse,
    get_feed_coverage: GetFeedCoverageRequest => GetFeedCoverageResponse,
    get_ledger: GetLedgerRequest => GetLedgerResponse,
    get_rule_precision: GetRulePrecisionRequest => GetRulePrecisionResponse,
    get_theme_trend: GetThemeTrendRequest => GetThemeTrendResponse,
    get_log_keeping: GetLogKeepingRequest => GetLogKeepingResponse,
    list_alerts: ListAlertsRequest => ListAlertsResponse,
    list_exceptions: ListExceptionsRequest => ListExceptionsResponse,
    list_coverage_days: ListCoverageDaysRequest => ListCoverageDaysResponse,
    list_feed_coverage: ListFeedCoverageRequest => ListFeedCoverageResponse,
    list_feeds: ListFeedsRequest => ListFeedsResponse,
    list_recipients: ListRecipientsRequest => ListRecipientsResponse,
    list_rejected_lines: ListRejectedLinesRequest => ListRejectedLinesResponse,
    replay_rejected_lines: ReplayRejectedLinesRequest => ReplayRejectedLinesResponse,
    reveal_rejected_lines: RevealRejectedLinesRequest => RevealRejectedLinesResponse,
    refuse_exception: RefuseExceptionRequest => RefuseExceptionResponse,
    search_alerts: SearchAlertsRequest => SearchAlertsResponse,
    request_exception: RequestExceptionRequest => RequestExceptionResponse,
    set_recipient: SetRecipientRequest => SetRecipientResponse,
    try_exception: TryExceptionRequest => TryExceptionResponse,
    try_rule: TryRuleRequest => TryRuleResponse,
    list_rollups: ListRollupsRequest => ListRollupsResponse,
    record_heartbeat: RecordHeartbeatRequest => RecordHeartbeatResponse,
    set_feed_rhythm: SetFeedRhythmRequest => SetFeedRhythmResponse,
    set_feed_profile: SetFeedProfileRequest => SetFeedProfileResponse,
    update_feed: UpdateFeedRequest => UpdateFeedResponse,
    end_feed: EndFeedRequest => EndFeedResponse,
    create_profile: CreateProfileRequest => CreateProfileResponse,
    get_profile: GetProfileRequest => GetProfileResponse,
    list_profiles: ListProfilesRequest => ListProfilesResponse,
    preview_profile: PreviewProfileRequest => PreviewProfileResponse,
    retire_profile: RetireProfileRequest => RetireProfileResponse,
    update_profile: UpdateProfileRequest => UpdateProfileResponse,
}
