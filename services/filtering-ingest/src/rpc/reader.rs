//! Whose alerts a caller may know of, by the roles they act in and by what was said of their own user names.

use chassis::{db::Tx, error::Result};
use proto::access::v1::Role;

use crate::{alert::Readers, store};

/// What the caller is to alerts.
pub(super) async fn reader(tx: &Tx) -> Result<Readers> {
    const ROLES: [(Role, Readers); 5] = [
        (Role::Dsl, Readers::LEADS.and(Readers::LEAD)),
        (Role::DeputyDsl, Readers::LEADS),
        (Role::Head, Readers::HEAD),
        (Role::Chair, Readers::CHAIR),
        (Role::It, Readers::IT),
    ];
    let held = ROLES.into_iter().filter(|(role, _)| tx.scope().has(*role));
    let held = held.fold(Readers(0), |all, (_, readers)| all.and(readers));
    if !held.meets(Readers::LEAD.and(Readers::HEAD)) {
        return Ok(held);
    }
    let said = store::recipient::find(tx, tx.scope().account_text()).await?;
    let of = |office: &str| said.as_ref().is_some_and(|said| said.offices.iter().any(|known| known == office));
    Ok(held.known(of("lead"), of("head")))
}
