//! Answers one school.

use chassis::{caller::Caller, error::Result, history::Act};
use proto::policy_registry::v1::{GetSchoolRequest, GetSchoolResponse};
use tonic::Request;

use super::convert;
use crate::{App, store};

pub(super) async fn get_school(app: &App, request: Request<GetSchoolRequest>) -> Result<GetSchoolResponse> {
    let (caller, request) = Caller::split(request)?;
    let mut tx = app.store.begin(&caller.at(&request.school_id)?).await?;
    let school = store::school::load(&tx).await?;
    tx.record(Act::new("school.read", school.id.as_str()));
    tx.commit().await?;
    Ok(GetSchoolResponse { school: Some(convert::school(&school)) })
}
