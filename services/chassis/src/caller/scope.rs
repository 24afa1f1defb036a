//! What one act may reach in the store, and who answers for it.

use std::sync::Arc;

use proto::access::v1::{Permission, Role};

use crate::{
    access::{Access, Decision, Principal, Resource},
    desk::Desk,
    error::{Error, Result},
    id::{AccountId, SchoolId},
};

/// Who acts within a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Who {
    Account(String),
    Service(String),
    Consumer,
    /// Whoever calls an rpc that is open to everybody.
    Nobody,
}

impl std::fmt::Display for Who {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Account(id) => f.write_str(id),
            Self::Service(name) => write!(f, "service:{name}"),
            Self::Consumer => f.write_str("consumer"),
            Self::Nobody => f.write_str("nobody"),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reach {
    School(SchoolId),
    Own(Vec<SchoolId>),
    /// What is held for a filter sender, and no school's.
    Sender(String),
    Authority,
}

/// The permission an act was let in by, and the rules that let it in: asked again about one record.
#[derive(Clone)]
pub(super) struct LetIn {
    pub(super) access: Arc<Access>,
    pub(super) permission: Permission,
}

impl std::fmt::Debug for LetIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.permission.as_str_name())
    }
}

/// What one act may reach in the store, and who answers for it. There is no query without one.
#[derive(Debug, Clone)]
pub struct Scope {
    pub(super) who: Who,
    pub(super) reach: Reach,
    pub(super) roles: Vec<Role>,
    pub(super) request_id: String,
    pub(super) name: String,
    pub(super) let_in: Option<LetIn>,
    pub(super) desk: Option<Desk>,
}

impl Scope {
    /// The scope of an event's consumer: the school the event concerns, or the authority where it concerns none.
    pub fn consumer(school: &str, event_id: &str) -> Self {
        let reach = school.parse().map_or(Reach::Authority, Reach::School);
        Self {
            who: Who::Consumer,
            reach,
            roles: Vec::new(),
            request_id: event_id.to_owned(),
            name: String::new(),
            let_in: None,
            desk: None,
        }
    }

    /// The scope of the process itself, for work on the whole installation such as setting it up.
    pub fn system(name: &str) -> Self {
        Self {
            who: Who::Service(name.to_owned()),
            reach: Reach::Authority,
            roles: Vec::new(),
            request_id: String::new(),
            name: String::new(),
            let_in: None,
            desk: None,
        }
    }

    /// The scope of the process itself at one school, for what becomes due there by itself.
    pub fn own(name: &str, school: &SchoolId) -> Self {
        Self { reach: Reach::School(school.clone()), ..Self::system(name) }
    }

    /// The same act in another school's rows, where the domain has settled that it may: answering an invitation.
    #[must_use]
    pub fn also_at(&self, school: &SchoolId) -> Self {
        let mut schools = self.schools().to_vec();
        schools.push(school.clone());
        Self { reach: Reach::Own(schools), ..self.clone() }
    }

    /// The same act in the rows that are held for a filter sender, where the domain has settled that it may: the sender is
    /// the caller's own, or the caller looks after it.
    #[must_use]
    pub fn of_sender(&self, sender_id: &str) -> Self {
        Self { reach: Reach::Sender(sender_id.to_owned()), desk: None, ..self.clone() }
    }

    /// The one school this scope is at.
    ///
    /// # Errors
    /// `Internal` where the scope is wider: a fault of ours.
    pub fn school(&self) -> Result<&SchoolId> {
        match &self.reach {
            Reach::School(school) => Ok(school),
            Reach::Own(schools) if schools.len() == 1 => schools.first().ok_or_else(Error::missing),
            Reach::Own(_) | Reach::Sender(_) | Reach::Authority => {
                Err(Error::internal("this scope is not at one school"))
            }
        }
    }

    /// The schools this scope names; none where it reaches the whole authority, or what is held for a sender.
    pub fn schools(&self) -> &[SchoolId] {
        match &self.reach {
            Reach::School(school) => std::slice::from_ref(school),
            Reach::Own(schools) => schools,
            Reach::Sender(_) | Reach::Authority => &[],
        }
    }

    /// The desk of the authority it is at; none where it is at none.
    pub fn desk(&self) -> Option<Desk> {
        self.desk
    }

    /// As whom its rows and keys are held: its schools, its desk, and the sender whose rows it reaches.
    pub fn holders(&self) -> Vec<String> {
        let sender = match &self.reach {
            Reach::Sender(sender_id) => Some(sender_id.clone()),
            Reach::School(_) | Reach::Own(_) | Reach::Authority => None,
        };
        let schools = self.schools().iter().map(|school| school.as_str().to_owned());
        schools.chain(self.desk.map(Desk::holder)).chain(sender).collect()
    }

    /// True where the scope reaches every school of the authority.
    pub fn authority(&self) -> bool {
        self.reach == Reach::Authority
    }

    /// The account that acts; none for services and consumers.
    pub fn account(&self) -> Option<AccountId> {
        match &self.who {
            Who::Account(id) => id.parse().ok(),
            Who::Service(_) | Who::Consumer | Who::Nobody => None,
        }
    }

    /// The account's id as text, empty for services and consumers.
    pub fn account_text(&self) -> &str {
        match &self.who {
            Who::Account(id) => id,
            Who::Service(_) | Who::Consumer | Who::Nobody => "",
        }
    }

    /// The name the account is shown by to colleagues; empty where the service is told none.
    pub fn account_name(&self) -> &str {
        &self.name
    }

    /// The roles the act is done in.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// True where the act is done in this role.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// The permission it was let in by; none for the process itself and for consumers.
    pub fn permission(&self) -> Option<Permission> {
        self.let_in.as_ref().map(|let_in| let_in.permission)
    }

    /// Whether the access rules let the act in over one record, too, given the accounts that are in conflict over it.
    /// Whoever was let in by no rule is let in over no record.
    pub fn clear_of(&self, conflicted: &[&str]) -> bool {
        self.permission().is_some_and(|permission| self.asked(permission, conflicted))
    }

    /// Whether the access rules would let the same caller in by another permission, too: for what an answer shows beside
    /// the thing it was asked for. Whoever was let in by no rule has no other.
    pub fn may(&self, permission: Permission) -> bool {
        self.asked(permission, &[])
    }

    fn asked(&self, permission: Permission, conflicted: &[&str]) -> bool {
        let Some(let_in) = &self.let_in else { return false };
        let principal = match &self.who {
            Who::Account(id) => Principal::Account { id, roles: &self.roles },
            Who::Service(name) => Principal::Service(name),
            Who::Consumer | Who::Nobody => return false,
        };
        let resource = match &self.reach {
            _ if self.desk.is_some() => Resource::Desk(self.desk.map_or("", Desk::name)),
            Reach::School(school) => Resource::School(school.as_str()),
            Reach::Own(_) | Reach::Sender(_) => Resource::Own,
            Reach::Authority => Resource::Authority,
        };
        let_in.access.may(principal, permission, resource, conflicted) == Decision::Allow
    }

    /// The request it belongs to.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The actor as the history names them.
    pub fn actor(&self) -> String {
        self.who.to_string()
    }
}
