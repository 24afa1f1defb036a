//! Says where a school lies and how many learners it has: what figures over schools are compared by.

use chassis::{
    caller::Caller,
    db::Once,
    error::{Result, Violations},
    history::Act,
};
use proto::{
    event::v1::{SchoolDescribed, envelope::Event},
    policy_registry::v1::{DescribeSchoolRequest, DescribeSchoolResponse},
};
use tonic::Request;

use super::convert;
use crate::{
    App,
    school::{AREA_MAX, LEARNERS_MAX},
    store,
};

pub(super) async fn describe_school(
    app: &App,
    request: Request<DescribeSchoolRequest>,
) -> Result<DescribeSchoolResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut violations = Violations::new();
    violations.maybe_line("area", &request.area, AREA_MAX);
    let fits = request.learners <= LEARNERS_MAX;
    violations.check(fits, "learners", format!("Enter how many learners are on the roll, at most {LEARNERS_MAX}"));
    violations.finish()?;
    let mut tx = match app.store.begin_once(&scope, &request.request_id, &request).await? {
        Once::Fresh(tx) => tx,
        Once::Answered(answer) => return Ok(answer),
    };
    let school = store::school::hold(&tx).await?.describe(request.area.trim(), request.learners)?;
    let body = store::school::update(&tx, &school).await?;
    tx.record(Act::new("school.described", school.id.as_str()).state("school", &body));
    let described = SchoolDescribed { area: school.area.clone(), learners: school.learners, close_time: None };
    tx.announce(school.id.as_str(), Event::SchoolDescribed(described)).await?;
    let response = DescribeSchoolResponse { school: Some(convert::school(&school)) };
    tx.answer(&response).await?;
    tx.commit().await?;
    Ok(response)
}
