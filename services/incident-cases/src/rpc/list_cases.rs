//! Lists a school's cases, those with the nearest due date first.

use chassis::{
    caller::Caller,
    error::{Error, Result},
    history::Act,
    page::Page,
};
use proto::incident_cases::v1::{Case, ListCasesRequest, ListCasesResponse};
use tonic::Request;

use super::{convert, whom::whom};
use crate::{App, case::access::Verdict, store, store::case::Register};

pub(super) async fn list_cases(app: &App, request: Request<ListCasesRequest>) -> Result<ListCasesResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    if !["", "open", "closed"].contains(&request.state.as_str()) {
        return Err(Error::invalid("state", "Select one of: open, closed"));
    }
    if !["", "open", "restricted", "hidden", "adult"].contains(&request.level.as_str()) {
        return Err(Error::invalid("level", "Select one of: open, restricted, hidden, adult"));
    }
    let register = Register::of(&request.register);
    let register =
        register.ok_or_else(|| Error::invalid("register", "Select one of: children, allegations, low_level"))?;
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let (cases, next, total) = store::case::list(&tx, (&request.state, &request.level, register), &page).await?;
    let ids: Vec<&str> = cases.iter().map(|(c, _)| c.id.as_str()).collect();
    tx.record(Act::new("case.listed", scope.account_text()).detail("ids", ids));
    let now = tx.now();
    let seen: Vec<_> =
        cases.iter().map(|(case, verdict)| (case.as_seen(store::access::reader(&tx)), *verdict)).collect();
    let readable: Vec<&crate::case::Case> =
        seen.iter().filter(|(_, verdict)| *verdict == Verdict::Yes).map(|(case, _)| &**case).collect();
    let mut people = whom(&tx, &readable).await?.into_iter();
    let brief = seen.iter().map(|(case, verdict)| match verdict {
        Verdict::Yes => {
            Case { entries: Vec::new(), people: people.next().unwrap_or_default(), ..convert::case(case, now) }
        }
        _ => convert::access::row(case),
    });
    let brief = brief.collect();
    tx.commit().await?;
    Ok(ListCasesResponse { cases: brief, next_page_token: next, total_size: i32::try_from(total).unwrap_or(i32::MAX) })
}
