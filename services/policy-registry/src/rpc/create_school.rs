//! Adds a school to the authority.

use chassis::{caller::Caller, db::Once, error::Result, history::Act};
use proto::{
    event::v1::{SchoolCreated, envelope::Event},
    policy_registry::v1::{CreateSchoolRequest, CreateSchoolResponse},
};
use tonic::Request;

use super::convert::{self, NewSchool};
use crate::{App, school::School, store};

pub(super) async fn create_school(app: &App, request: Request<CreateSchoolRequest>) -> Result<CreateSchoolResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let NewSchool { name, kind, urn, key_stages } = NewSchool::try_from(&request)?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let school = School {
        id: tx.ids().next(),
        name,
        kind,
        urn,
        key_stages,
        created_at: tx.now(),
        closed_at: None,
        close_reason: String::new(),
        area: String::new(),
        learners: 0,
    };
    let body = store::school::insert(&tx, &school).await?;
    store::school_name::insert(&tx, &school).await?;
    tx.record(
        Act::new("school.created", school.id.as_str())
            .school(&school.id)
            .detail("kind", school.kind.as_str())
            .state("school", &body),
    );
    let created = Event::SchoolCreated(SchoolCreated { kind: school.kind.clone() });
    tx.announce_at(school.id.as_str(), school.id.as_str(), created).await?;
    let response = CreateSchoolResponse { school: Some(convert::school(&school)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
