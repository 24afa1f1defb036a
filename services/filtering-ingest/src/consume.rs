//! The policies the service judges by.

use chassis::{
    db::Tx,
    error::{Error, Result},
    event::{Consumer, Envelope, Event},
};
use proto::policy_registry::v1::GetEffectivePolicyRequest;

use crate::{App, coverage::SchoolYear, judge::Rules, rpc::convert, store};

/// Keeps the rules that came into force at a school.
pub(crate) struct KeepPolicy {
    pub(crate) app: App,
}

#[tonic::async_trait]
impl Consumer for KeepPolicy {
    type Prepared = Rules;

    fn name(&self) -> &'static str {
        "keep_policy"
    }

    fn wants(&self, event: &Event) -> bool {
        matches!(event, Event::PolicyPublished(_))
    }

    async fn prepare(&self, envelope: &Envelope) -> Result<Rules> {
        let request = GetEffectivePolicyRequest { school_id: envelope.school_id.clone(), at_time: None };
        let mut request = chassis::upstream::request(request);
        request.set_timeout(std::time::Duration::from_secs(2));
        let response = self.app.policy_registry()?.get_effective_policy(request).await;
        let response = response.map_err(|status| Error::from_status(&status))?.into_inner();
        Ok(convert::rules(response.policy.unwrap_or_default()))
    }

    async fn consume(&self, tx: &mut Tx, envelope: &Envelope, rules: Rules) -> Result<()> {
        store::keep_rules(tx, &envelope.school_id, &rules).await
    }
}

/// Keeps when a school works and how long it keeps its logs, as the policy says that came into force there.
pub(crate) struct KeepSchoolYear {
    pub(crate) app: App,
}

#[tonic::async_trait]
impl Consumer for KeepSchoolYear {
    type Prepared = SchoolYear;

    fn name(&self) -> &'static str {
        "keep_school_year"
    }

    fn wants(&self, event: &Event) -> bool {
        matches!(event, Event::PolicyPublished(_))
    }

    async fn prepare(&self, envelope: &Envelope) -> Result<SchoolYear> {
        let request = GetEffectivePolicyRequest { school_id: envelope.school_id.clone(), at_time: None };
        let mut request = chassis::upstream::request(request);
        request.set_timeout(std::time::Duration::from_secs(2));
        let response = self.app.policy_registry()?.get_effective_policy(request).await;
        let response = response.map_err(|status| Error::from_status(&status))?.into_inner();
        Ok(convert::school_year(&response.policy.unwrap_or_default()))
    }

    async fn consume(&self, tx: &mut Tx, envelope: &Envelope, year: SchoolYear) -> Result<()> {
        store::coverage::keep_year(tx, &envelope.school_id, Some(&year)).await
    }
}
