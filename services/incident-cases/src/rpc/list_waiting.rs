//! Lists what goes between a school and others and is not done yet.

use chassis::{
    caller::Caller,
    db::Tx,
    error::{Error, Kind as ErrorKind, Result},
    history::Act,
    page::{Page, whole},
};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{ListWaitingRequest, ListWaitingResponse},
};
use tonic::Request;

use super::convert;
use crate::{
    App,
    across::waiting::{Side, Waiting, of_adult, of_case, of_invitation, of_match, of_shared, of_transfer},
    case::due::Kind,
    store,
};

pub(super) async fn list_waiting(app: &App, request: Request<ListWaitingRequest>) -> Result<ListWaitingResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let side = match request.side.as_str() {
        "" => None,
        "us" => Some(Side::Us),
        "others" => Some(Side::Others),
        _ => return Err(Error::invalid("side", "Select us or others")),
    };
    let page = Page::from(request.page_size, &request.page_token)?;
    let mut tx = app.store.begin(&scope).await?;
    let mut all = everything(&tx, &request.school_id).await?;
    tx.record(Act::new("waiting.listed", scope.account_text()).detail("count", all.len()));
    let now = tx.now();
    tx.commit().await?;
    let total = |side| i32::try_from(all.iter().filter(|one| one.side == side).count()).unwrap_or(i32::MAX);
    let (us_total, others_total) = (total(Side::Us), total(Side::Others));
    all.retain(|one| {
        side.is_none_or(|side| one.side == side) && page.after().is_none_or(|after| one.place().as_str() > after)
    });
    all.sort_by_cached_key(Waiting::place);
    let next_page_token = page.cut(&mut all, Waiting::place);
    let waiting = all.iter().map(|one| convert::across::waiting(one, now)).collect();
    Ok(ListWaitingResponse { waiting, next_page_token, us_total, others_total })
}

/// Everything that waits and that the caller may know of. It is what is open at one moment: a handful, never a history.
async fn everything(tx: &Tx, school: &str) -> Result<Vec<Waiting>> {
    // A head or a chair works cases on adults: agencies ask them, and other schools do not.
    let mut all = if tx.scope().may(Permission::CaseShare) { between_schools(tx, school).await? } else { Vec::new() };
    let kinds = [Kind::ReferralChase, Kind::ReferralQuestion, Kind::ReferralDecided, Kind::ReferralDraft];
    for case in store::due::cases_with(tx, &kinds).await? {
        all.extend(of_case(&case, tx.now()));
    }
    for case in store::case::open_readable(tx, true).await? {
        all.extend(of_adult(&case));
    }
    Ok(all)
}

async fn between_schools(tx: &Tx, school: &str) -> Result<Vec<Waiting>> {
    let received = store::invitation::received_waiting(tx, school).await?;
    let mut all: Vec<Waiting> = received.iter().map(|asked| of_invitation(asked, school)).collect();
    let shared = whole(move |page| async move { store::shared::list(tx, school, &page).await }).await?;
    for (sharing, _) in shared.iter().filter(|(sharing, _)| sharing.closed_at.is_none()) {
        match store::shared::load_unlocked(tx, sharing.id.as_str(), school).await {
            Ok(incident) => all.extend(of_shared(&incident, school)),
            // The school was removed a moment ago.
            Err(error) if error.kind() == ErrorKind::Missing => {}
            Err(error) => return Err(error),
        }
    }
    let transfers = whole(move |page| async move { store::transfer::list(tx, None, true, &page).await }).await?;
    let ids: Vec<&str> = transfers.iter().map(|transfer| transfer.id.as_str()).collect();
    let parts = store::transfer::parts(tx, school, &ids).await?;
    all.extend(transfers.iter().filter_map(|one| of_transfer(one, parts.get(one.id.as_str()), school)));
    let matches = whole(move |page| async move { store::contact::matches(tx, true, &page).await }).await?;
    let cases: Vec<String> = matches.iter().map(|(_, case, ..)| case.clone()).collect();
    let cases = store::case::readable_all(tx, &cases).await?;
    all.extend(matches.iter().map(|(found, case, ..)| of_match(found, case, cases.get(case))));
    Ok(all)
}
