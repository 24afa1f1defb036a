//! Proves a password and answers a bearer token. It needs no caller: it is where callers come from.

use chassis::{
    clock::timestamp,
    error::{Error, Result},
};
use proto::access::v1::{SignInRequest, SignInResponse};
use tonic::Request;

use crate::{door::Door, limits::Client, sessions::Kind};

pub(super) async fn sign_in(door: &Door, request: Request<SignInRequest>) -> Result<SignInResponse> {
    let client = request.extensions().get::<Client>().cloned();
    let client = client.ok_or_else(|| Error::internal("a sign-in that did not come through the gateway"))?;
    let SignInRequest { sign_in_name, password } = request.into_inner();
    let opened = door.sign_in(&client, &sign_in_name, &password, Kind::Bearer).await?;
    Ok(SignInResponse { session_token: opened.token.reveal(), expire_time: Some(timestamp(opened.expires_at)) })
}
