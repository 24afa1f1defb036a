//! STUB AnswerProposal.

use chassis::error::{Error, Result};
use proto::policy_registry::v1::{AnswerProposalRequest, AnswerProposalResponse};
use tonic::Request;

use crate::App;

pub(super) async fn answer_proposal(_app: &App, _request: Request<AnswerProposalRequest>) -> Result<AnswerProposalResponse> {
    Err(Error::internal("STUB"))
}
