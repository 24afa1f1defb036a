//! Which schools there are: accounts are kept here, schools at the policy registry, which is asked.

use std::{collections::BTreeMap, sync::Arc};

use chassis::{
    caller::{Caller, Signer},
    error::{Error, Kind, Result, Violations},
    upstream::{Upstreams, request},
};
use proto::policy_registry::v1::{GetSchoolRequest, policy_registry_client::PolicyRegistryClient};

use crate::accounts::Appointment;

const REGISTRY: &str = "policy-registry";

/// The way to the registry of schools, in the name of whoever names one.
#[derive(Clone)]
pub struct Schools {
    /// The ways to other services.
    pub upstreams: Upstreams,
    /// Vouches for whoever asks.
    pub signer: Arc<Signer>,
}

impl Schools {
    /// Checks that appointments are held at schools there are.
    ///
    /// # Errors
    /// `Invalid` with every field that names a school there is not; `Unavailable` where the registry cannot say.
    pub async fn check(&self, caller: &Caller, appointments: &[Appointment]) -> Result<()> {
        let mut fields: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (i, appointment) in appointments.iter().enumerate() {
            if let Some(school) = &appointment.school {
                fields.entry(school.as_str()).or_default().push(i);
            }
        }
        let mut wrong = Vec::new();
        for (school, places) in fields {
            if !self.there_is(caller, school).await? {
                wrong.extend(places);
            }
        }
        wrong.sort_unstable();
        let mut v = Violations::new();
        for i in wrong {
            let fix = "Enter the id of a school of this authority: there is none of this id";
            v.add(format!("appointments[{i}].school_id"), fix);
        }
        v.finish()
    }

    /// What these schools are called, as far as the registry says just now.
    pub async fn names(&self, caller: &Caller, schools: &[String]) -> BTreeMap<String, String> {
        let mut names = BTreeMap::new();
        for school in schools {
            match self.ask(caller, school).await {
                Ok(name) if !name.is_empty() => {
                    names.insert(school.clone(), name);
                }
                Ok(_) => {}
                Err(error) => tracing::info!(school.id = school, %error, "a school's name is not known just now"),
            }
        }
        names
    }

    async fn ask(&self, caller: &Caller, school: &str) -> Result<String> {
        let way = self.upstreams.to(REGISTRY)?.with_token(&self.signer.passed_on(REGISTRY, caller))?;
        let asked = request(GetSchoolRequest { school_id: school.to_owned() });
        let answer = PolicyRegistryClient::new(way).get_school(asked).await.map_err(|s| Error::from_status(&s))?;
        Ok(answer.into_inner().school.map(|school| school.name).unwrap_or_default())
    }

    async fn there_is(&self, caller: &Caller, school: &str) -> Result<bool> {
        let way = self.upstreams.to(REGISTRY)?.with_token(&self.signer.passed_on(REGISTRY, caller))?;
        let asked = GetSchoolRequest { school_id: school.to_owned() };
        match PolicyRegistryClient::new(way).get_school(request(asked)).await.map_err(|s| Error::from_status(&s)) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == Kind::Missing => Ok(false),
            Err(error) if error.kind() == Kind::Unavailable => {
                let what = "policy-registry, which knows the schools, cannot be reached just now: try again";
                Err(Error::unavailable(what).because(error))
            }
            Err(error) => Err(error),
        }
    }
}
