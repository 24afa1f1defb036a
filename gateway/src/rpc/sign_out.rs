//! Ends the session that the call was made with.

use chassis::{
    caller::Caller,
    error::{Error, Result},
};
use proto::access::v1::{SignOutRequest, SignOutResponse};
use tonic::Request;

use crate::{door::Door, proxy::CalledWith, sessions::Kind};

pub(super) async fn sign_out(door: &Door, request: Request<SignOutRequest>) -> Result<SignOutResponse> {
    let session = request.extensions().get::<CalledWith>().copied();
    let (caller, _) = Caller::split(request)?;
    let account = caller.anywhere()?.account().ok_or_else(Error::not_signed_in)?;
    if let Some(CalledWith(session)) = session {
        door.sign_out(&session, &account, Kind::Bearer).await?;
    }
    Ok(SignOutResponse {})
}
