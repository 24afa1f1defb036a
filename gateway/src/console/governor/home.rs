//! A governor's home: this term's report, and what waits for the chair's signature.

use proto::{
    access::v1::Role,
    policy_registry::v1::{Instance, InstanceState, ListInstancesRequest, RegisterFinding},
};

use super::of_term;
use crate::{
    console::{
        filtering::duties,
        home::{self, list::reminded},
        policy::version::unratified,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{part::Link, words},
};

/// What the registers find of a yearly review that no governor has confirmed.
const UNCONFIRMED: &str = "filter-reviews.unconfirmed";

/// Shows it.
pub async fn show(visit: Visit) -> Answer {
    let mut page = of_term(&visit, "", Vec::new()).await?;
    let instances = instances(&visit).await;
    page.asks = asked(&visit, &instances);
    page.asks.extend(reviews(&visit).await);
    page.asks.extend(home::concerns_for_the_chair(&visit).await);
    page.asks.extend(home::added_for_the_chair(&visit).await);
    page.asks.extend(home::cases_for_the_chair(&visit).await);
    page.asks.extend(home::records_for_the_chair(&visit).await);
    page.asks.extend(home::referrals_for_the_chair(&visit).await);
    page.asks.extend(home::alerts_for_the_chair(&visit).await);
    let reminders = home::reminders(&visit).await.unwrap_or_default();
    // The chair is asked to ratify above.
    let told = reminders.iter().filter(|reminder| !reminder.kind.starts_with("ratify"));
    page.asks.extend(told.map(|reminder| reminded(&visit, reminder, &instances, visit.now()).ask()));
    visit.page(&page)
}

/// The yearly reviews of the filter that no governor has confirmed.
async fn reviews(visit: &Visit) -> Vec<Link> {
    let findings = duties::findings(visit).await.unwrap_or_default();
    let open = findings.into_iter().filter(|finding| finding.code == UNCONFIRMED);
    let link = |finding: RegisterFinding| {
        let text = format!("The review of the filter of {} waits for a governor", words::named_day(&finding.due_date));
        let path = format!("/registers/{}/entries/{}/confirm", duties::REVIEWS, finding.entry_id);
        Link::new(text, visit.at(&path))
    };
    open.map(link).collect()
}

async fn instances(visit: &Visit) -> Vec<Instance> {
    let Ok(mut registry) = visit.registry() else { return Vec::new() };
    let asked = ListInstancesRequest { school_id: visit.school.clone(), ..Default::default() };
    heard(registry.list_instances(ask(asked))).await.map(|answer| answer.instances).unwrap_or_default()
}

/// What a governor is asked: to sign, where they are the chair, and to comment.
fn asked(visit: &Visit, instances: &[Instance]) -> Vec<Link> {
    let chair = visit.roles().contains(&Role::Chair);
    let link = |instance: &Instance| {
        let page = visit.at(&format!("/policy/versions/{}", instance.instance_id));
        match instance.state() {
            InstanceState::Approved if chair => {
                Some(Link::new(format!("Policy version {} waits for the governors", instance.version), page))
            }
            InstanceState::InForce if chair && unratified(instance) => {
                let text = format!("Policy version {} came into force in an emergency: ratify it", instance.version);
                Some(Link::new(text, page))
            }
            InstanceState::Consultation => {
                let text = format!("Policy version {} is in consultation: read it and comment", instance.version);
                Some(Link::new(text, format!("{page}/consultation")))
            }
            _ => None,
        }
    };
    instances.iter().filter_map(link).collect()
}
