//! The authority's desks: people who work what schools send there, and nothing else. A desk has rows and keys of its own, as
//! a school has; it reaches no school, and no other desk.

use proto::access::v1::Role;

/// One desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Desk {
    /// The designated officer for allegations against adults who work with children.
    Lado,
    /// Whoever takes in referrals to children's services.
    FrontDoor,
    /// The Prevent lead.
    Prevent,
    /// The authority's safeguarding officer, who may join an incident that several schools work.
    Safeguarding,
}

impl Desk {
    /// Every desk with its name in addresses and in the access rules, its name in words, and the role that works it.
    pub const ALL: [(Self, &'static str, &'static str, Role); 4] = [
        (Self::Lado, "lado", "designated officer", Role::Lado),
        (Self::FrontDoor, "front_door", "front door", Role::FrontDoor),
        (Self::Prevent, "prevent", "Prevent lead", Role::PreventLead),
        (Self::Safeguarding, "safeguarding", "safeguarding officer", Role::SafeguardingOfficer),
    ];

    fn row(self) -> Option<&'static (Self, &'static str, &'static str, Role)> {
        Self::ALL.iter().find(|(desk, ..)| *desk == self)
    }

    /// The desk of a name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, ..)| *known == name).map(|(desk, ..)| *desk)
    }

    /// The desk that a role works; none for every other role.
    pub fn of_role(role: Role) -> Option<Self> {
        Self::ALL.iter().find(|(.., works)| *works == role).map(|(desk, ..)| *desk)
    }

    /// Its name in addresses and in the access rules, `front_door`.
    pub fn name(self) -> &'static str {
        self.row().map_or("", |(_, name, ..)| name)
    }

    /// Its name in a sentence.
    pub fn words(self) -> &'static str {
        self.row().map_or("", |(_, _, words, _)| words)
    }

    /// The role that works it.
    pub fn role(self) -> Role {
        self.row().map_or(Role::Unspecified, |(.., role)| *role)
    }

    /// As whom it holds keys, and what its rows name: `desk/lado`.
    pub fn holder(self) -> String {
        format!("desk/{}", self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_desk_is_found_by_its_name_and_by_its_role_and_by_no_other() {
        for (desk, name, words, role) in Desk::ALL {
            assert_eq!((Desk::of(name), Desk::of_role(role)), (Some(desk), Some(desk)));
            assert_eq!((desk.name(), desk.words(), desk.role()), (name, words, role));
            assert_eq!(desk.holder(), format!("desk/{name}"));
        }
        assert_eq!((Desk::of("desk/lado"), Desk::of(""), Desk::of_role(Role::AuthorityOfficer)), (None, None, None));
    }
}
