//! Whose alerts a caller may know of, by the roles they act in.

use chassis::caller::Scope;
use proto::access::v1::Role;

use crate::alert::Readers;

/// What a caller is to alerts.
pub(super) fn reader(scope: &Scope) -> Readers {
    const ROLES: [(Role, Readers); 5] = [
        (Role::Dsl, Readers::LEADS.and(Readers::LEAD)),
        (Role::DeputyDsl, Readers::LEADS),
        (Role::Head, Readers::HEAD),
        (Role::Chair, Readers::CHAIR),
        (Role::It, Readers::IT),
    ];
    let held = ROLES.into_iter().filter(|(role, _)| scope.has(*role));
    held.fold(Readers(0), |all, (_, readers)| all.and(readers))
}
