//! Answers whose a secret is. The gateway asks before it lets a sender in; whoever else asks, is told by how many guess.

use chassis::{
    caller::{Caller, Scope},
    error::{Error, Result},
};
use proto::filtering_ingest::v1::{AuthenticateSenderRequest, AuthenticateSenderResponse};
use tonic::Request;

use super::secret;
use crate::{App, store};

pub(super) async fn authenticate_sender(
    app: &App,
    request: Request<AuthenticateSenderRequest>,
) -> Result<AuthenticateSenderResponse> {
    let (_, request) = Caller::split(request)?;
    let digest = secret::digest(&request.secret).ok_or_else(Error::missing)?;
    let mut tx = app.store.begin(&Scope::system("door")).await?;
    // Who knows a secret did nothing yet; what they send is recorded.
    tx.silent();
    let sender = store::sender::by_secret(&tx, &digest).await?.ok_or_else(Error::missing)?;
    tx.commit().await?;
    Ok(AuthenticateSenderResponse { sender_id: sender.id.to_string(), name: sender.name })
}
