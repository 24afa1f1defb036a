//! Who may do what: one table, `access/policies.cedar`, that an information-governance officer can read. A refusal is
//! the answer to everything the table does not allow, and to every error on the way to an answer.

use std::{collections::HashSet, str::FromStr as _};

use cedar_policy::{
    Authorizer, Context, Decision as CedarDecision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet,
    Request, RestrictedExpression, Schema, ValidationMode, Validator,
};
use proto::access::v1::{Permission, Role};
use tracing::warn;

const POLICIES: &str = include_str!("access/policies.cedar");

/// Every role somebody can be appointed to.
pub const ROLES: [Role; 14] = [
    Role::Staff,
    Role::Dsl,
    Role::DeputyDsl,
    Role::Head,
    Role::Governor,
    Role::Chair,
    Role::It,
    Role::AuthorityOfficer,
    Role::Operator,
    Role::Sender,
    Role::Lado,
    Role::FrontDoor,
    Role::PreventLead,
    Role::SafeguardingOfficer,
];

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub enum Principal<'a> {
    /// An account, in the roles it holds at the school the request is about.
    Account {
        /// Its id.
        id: &'a str,
        /// Those roles.
        roles: &'a [Role],
    },
    /// A service on its own behalf.
    Service(&'a str),
}

/// What it is about.
#[derive(Debug, Clone, Copy)]
pub enum Resource<'a> {
    /// A school.
    School(&'a str),
    /// The authority as a whole.
    Authority,
    /// One of its desks.
    Desk(&'a str),
    /// The caller's own affairs.
    Own,
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The table allows it, without any error.
    Allow,
    /// Anything else.
    Deny,
}

/// The access rules, checked against their schema.
pub struct Access {
    policies: PolicySet,
    schema: Schema,
    roles: Vec<Entity>,
}

impl Access {
    /// The rules as shipped.
    ///
    /// # Errors
    /// Names the rule that does not hold against the schema.
    pub fn load() -> Result<Self, String> {
        Self::from_text(POLICIES)
    }

    fn from_text(text: &str) -> Result<Self, String> {
        let policies = PolicySet::from_str(text).map_err(|e| format!("the access rules cannot be read: {e}"))?;
        let (schema, _) = Schema::from_cedarschema_str(&schema()).map_err(|e| format!("the access schema: {e}"))?;
        let checked = Validator::new(schema.clone()).validate(&policies, ValidationMode::Strict);
        if !checked.validation_passed() {
            let faults: Vec<String> = checked.validation_errors().map(ToString::to_string).collect();
            return Err(format!("the access rules do not hold: {}", faults.join("; ")));
        }
        let mut roles = Vec::new();
        for role in ROLES {
            // A lead may do whatever a deputy may, and a chair whatever a governor may.
            let above = match role {
                Role::Dsl => Some(Role::DeputyDsl),
                Role::Chair => Some(Role::Governor),
                _ => None,
            };
            let parents = above.map(|r| uid("Role", role_name(r))).transpose()?.into_iter().collect();
            roles.push(Entity::new_no_attrs(uid("Role", role_name(role))?, parents));
        }
        Ok(Self { policies, schema, roles })
    }

    /// Decides. `conflicted` are accounts that the record is about or that are in conflict over it.
    pub fn may(
        &self,
        principal: Principal<'_>,
        permission: Permission,
        resource: Resource<'_>,
        conflicted: &[&str],
    ) -> Decision {
        match self.decide(principal, permission, resource, conflicted) {
            Ok(decision) => decision,
            Err(error) => {
                warn!(permission = permission.as_str_name(), error, "access is refused because the question failed");
                Decision::Deny
            }
        }
    }

    fn decide(
        &self,
        principal: Principal<'_>,
        permission: Permission,
        resource: Resource<'_>,
        conflicted: &[&str],
    ) -> Result<Decision, String> {
        let (who, parents) = match principal {
            Principal::Account { id, roles } => {
                let parents: Result<HashSet<_>, _> = roles.iter().map(|r| uid("Role", role_name(*r))).collect();
                (uid("Account", id)?, parents?)
            }
            Principal::Service(name) => (uid("Service", name)?, HashSet::new()),
        };
        let what = match resource {
            Resource::School(id) => uid("School", id)?,
            Resource::Authority => uid("Authority", "authority")?,
            Resource::Desk(name) => uid("Desk", name)?,
            Resource::Own => uid("Own", "own")?,
        };
        let conflicted = conflicted.iter().map(|id| uid("Account", id).map(RestrictedExpression::new_entity_uid));
        let conflicted = RestrictedExpression::new_set(conflicted.collect::<Result<Vec<_>, _>>()?);
        let attributes = [("conflicted".to_owned(), conflicted)].into();
        let resource = Entity::new(what.clone(), attributes, HashSet::new()).map_err(|e| e.to_string())?;
        let mut all = self.roles.clone();
        all.push(Entity::new_no_attrs(who.clone(), parents));
        all.push(resource);
        let entities = Entities::from_entities(all, Some(&self.schema)).map_err(|e| e.to_string())?;
        let action = uid("Action", action_name(permission))?;
        let request =
            Request::new(who, action, what, Context::empty(), Some(&self.schema)).map_err(|e| e.to_string())?;
        let response = Authorizer::new().is_authorized(&request, &self.policies, &entities);
        // Cedar leaves a rule that errs out of account, a forbid too: here an error is a refusal.
        if let Some(error) = response.diagnostics().errors().next() {
            return Err(error.to_string());
        }
        Ok(match response.decision() {
            CedarDecision::Allow => Decision::Allow,
            CedarDecision::Deny => Decision::Deny,
        })
    }
}

/// The permission as the rules name it, `CASE_READ`.
fn action_name(permission: Permission) -> &'static str {
    let name = permission.as_str_name();
    name.strip_prefix("PERMISSION_").unwrap_or(name)
}

/// The role as the rules and the pages name it, `deputy_dsl`.
pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::Unspecified => "nobody",
        Role::Staff => "staff",
        Role::Dsl => "dsl",
        Role::DeputyDsl => "deputy_dsl",
        Role::Head => "head",
        Role::Governor => "governor",
        Role::Chair => "chair",
        Role::It => "it",
        Role::AuthorityOfficer => "authority_officer",
        Role::Operator => "operator",
        Role::Sender => "sender",
        Role::Lado => "lado",
        Role::FrontDoor => "front_door",
        Role::PreventLead => "prevent_lead",
        Role::SafeguardingOfficer => "safeguarding_officer",
    }
}

fn uid(kind: &str, id: &str) -> Result<EntityUid, String> {
    let kind = EntityTypeName::from_str(kind).map_err(|e| e.to_string())?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

/// The schema follows the contract: one action per permission.
fn schema() -> String {
    let actions: Vec<String> = permissions().map(|p| format!("\"{}\"", action_name(p))).collect();
    format!(
        "entity Role in [Role];\nentity Account in [Role];\nentity Service;\n\
         entity School {{ conflicted: Set<Account> }};\nentity Authority {{ conflicted: Set<Account> }};\n\
         entity Own {{ conflicted: Set<Account> }};\nentity Desk {{ conflicted: Set<Account> }};\n\
         action {} appliesTo {{ principal: [Account, Service], resource: [School, Authority, Desk, Own], context: {{}} }};\n",
        actions.join(", ")
    )
}

/// Every permission that the rules can give.
pub fn permissions() -> impl Iterator<Item = Permission> {
    (2..=255).filter_map(|n| Permission::try_from(n).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Desk;

    const SCHOOL: Resource<'static> = Resource::School("sch_a");

    fn may(access: &Access, role: Role, permission: Permission) -> bool {
        let principal = Principal::Account { id: "acc_a", roles: &[role] };
        access.may(principal, permission, SCHOOL, &[]) == Decision::Allow
    }

    #[test]
    fn the_table_is_the_one_that_was_reviewed() -> Result<(), String> {
        let access = Access::load()?;
        let mut table = String::new();
        for permission in permissions() {
            let holders: Vec<&str> =
                ROLES.into_iter().filter(|role| may(&access, *role, permission)).map(role_name).collect();
            table += &format!("{:24} {}\n", action_name(permission), holders.join(" "));
        }
        let reviewed = include_str!("access/roles.txt");
        assert_eq!(table, reviewed, "a change of permissions is a change of access/roles.txt that somebody reviews");
        Ok(())
    }

    #[test]
    fn whoever_is_in_conflict_is_refused_whatever_their_role() -> Result<(), String> {
        let access = Access::load()?;
        for role in ROLES {
            for permission in permissions() {
                let principal = Principal::Account { id: "acc_a", roles: &[role] };
                assert_eq!(access.may(principal, permission, SCHOOL, &["acc_a"]), Decision::Deny);
            }
        }
        Ok(())
    }

    #[test]
    fn a_desk_is_worked_by_its_own_role_and_that_role_reaches_no_school() -> Result<(), String> {
        let access = Access::load()?;
        let on = |role, permission, resource| {
            access.may(Principal::Account { id: "acc_a", roles: &[role] }, permission, resource, &[]) == Decision::Allow
        };
        for permission in permissions() {
            for role in ROLES {
                for (desk, name, ..) in Desk::ALL {
                    let works = Desk::of_role(role) == Some(desk);
                    let of_desks = matches!(permission, Permission::DeskRead | Permission::DeskWork);
                    let allowed = on(role, permission, Resource::Desk(name));
                    assert!(!allowed || !of_desks || works, "{} at {name}", role_name(role));
                    assert!(allowed || !(of_desks && works), "{} at {name}", role_name(role));
                }
                let desk = Desk::of_role(role).is_some();
                assert!(!(desk && on(role, permission, SCHOOL)), "{} at a school", role_name(role));
            }
        }
        Ok(())
    }

    #[test]
    fn an_error_on_the_way_is_a_refusal() -> Result<(), String> {
        let text = "permit (principal, action, resource);\
                    forbid (principal, action, resource) when { 9223372036854775807 + 1 == 0 };";
        let access = Access::from_text(text)?;
        assert!(!may(&access, Role::Dsl, Permission::CaseRead));
        Ok(())
    }

    #[test]
    fn rules_that_do_not_fit_the_schema_do_not_load() {
        assert!(Access::from_text("permit (principal, action == Action::\"EVERYTHING\", resource);").is_err());
        assert!(
            Access::from_text("forbid (principal, action, resource) when { resource.subject == principal };").is_err()
        );
    }

    #[test]
    fn a_service_reads_what_is_in_force_and_passes_lessons_on_and_nothing_else() -> Result<(), String> {
        let access = Access::load()?;
        for permission in permissions() {
            let allowed = access.may(Principal::Service("reporting"), permission, SCHOOL, &[]) == Decision::Allow;
            let expected =
                matches!(permission, Permission::PolicyRead | Permission::SchoolRead | Permission::LessonRaise);
            assert_eq!(allowed, expected, "{}", action_name(permission));
            let cases = access.may(Principal::Service("incident-cases"), permission, SCHOOL, &[]) == Decision::Allow;
            assert_eq!(cases, expected || permission == Permission::AlertRead, "{}", action_name(permission));
        }
        Ok(())
    }
}
