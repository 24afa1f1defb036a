//! What a policy says about observations, and how long alerts may wait.

use chassis::calendar::{ClosedDays, Hours};
use proto::policy_registry::v1::{self as pb, EffectivePolicy};

use crate::{
    judge::{AlertRule, Clause, Rules},
    wait::{OutOfHours, Times},
};

/// The gate of the policy that stands before a new feed.
pub(crate) const FEED_GATE: &str = "G-FEED";

/// The rules of a policy, each with the clauses it puts into effect.
pub(crate) fn rules(policy: EffectivePolicy) -> Rules {
    let times = times(&policy);
    let feeds_wait = policy.gates.iter().any(|gate| gate.gate_id == FEED_GATE);
    let EffectivePolicy { version, clauses, alert_rules, .. } = policy;
    let said = |clause: &pb::InstanceClause| Clause { section: clause.section_id.clone(), text: clause.text.clone() };
    let rule = |rule: pb::AlertRule| AlertRule {
        clauses: rule
            .clause_ids
            .iter()
            .flat_map(|id| clauses.iter().filter(move |clause| clause.template_clause_id == *id))
            .map(said)
            .collect(),
        id: rule.rule_id,
        theme: rule.theme,
        basis: rule.basis,
        severity: rule.severity,
        route: rule.route,
        locked: rule.locked,
        threshold: rule.threshold,
        tiers: rule.tiers,
        days: rule.days,
    };
    let observed = alert_rules.into_iter().filter(|rule| rule.watches == "observation");
    Rules { version, alerts: observed.map(rule).collect(), times, feeds_wait }
}

/// How long alerts may wait, by the parameters by which concerns wait; what the policy does not say is as usual.
fn times(policy: &EffectivePolicy) -> Times {
    let usual = Times::default();
    let values = |key: &str| {
        let found = policy.parameters.iter().find(|p| p.key == key);
        found.map(|p| p.values.as_slice()).unwrap_or_default()
    };
    let minutes = |key: &str| {
        let told = values(key).first().and_then(|value| value.parse::<u32>().ok());
        told.filter(|minutes| *minutes > 0)
    };
    let head_too = values("alert.out_of_hours").first().is_some_and(|value| value == "lead_and_head");
    Times {
        critical: minutes("concern_ack.danger").unwrap_or(usual.critical),
        high: minutes("concern_ack.urgent").unwrap_or(usual.high),
        ordinary: minutes("concern_ack.ordinary").unwrap_or(usual.ordinary),
        hours: values("school.hours").first().and_then(|value| Hours::read(value)).unwrap_or(usual.hours),
        closed_days: ClosedDays::read(values("school.closed_days").iter().map(String::as_str)),
        out_of_hours: if head_too { OutOfHours::HeadToo } else { OutOfHours::Same },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_brings_its_clauses_as_the_school_has_them() {
        let clause = |id: &str, text: &str| pb::InstanceClause {
            template_clause_id: id.into(),
            section_id: "monitoring".into(),
            text: text.into(),
            ..Default::default()
        };
        let rule = pb::AlertRule {
            rule_id: "filter.drugs_search".into(),
            watches: "observation".into(),
            clause_ids: vec!["monitoring.logs".into()],
            tiers: vec!["pupil".into()],
            ..Default::default()
        };
        let other = pb::AlertRule { watches: "review".into(), ..Default::default() };
        let parameter = |key: &str, value: &str| pb::Parameter {
            key: key.into(),
            values: vec![value.into()],
            ..Default::default()
        };
        let policy = EffectivePolicy {
            version: 3,
            clauses: vec![clause("monitoring.logs", "We read the log."), clause("monitoring.owner", "The lead.")],
            alert_rules: vec![rule, other],
            gates: vec![pb::Gate { gate_id: FEED_GATE.into(), ..Default::default() }],
            parameters: vec![parameter("alert.out_of_hours", "lead_and_head"), parameter("concern_ack.urgent", "30")],
            ..Default::default()
        };
        let rules = rules(policy);
        assert_eq!((rules.version, rules.alerts.len(), rules.feeds_wait), (3, 1, true));
        assert!(!self::rules(EffectivePolicy::default()).feeds_wait, "without the gate no feed waits");
        let texts: Vec<&str> = rules.alerts[0].clauses.iter().map(|clause| clause.text.as_str()).collect();
        assert_eq!((texts, rules.alerts[0].tiers.len()), (vec!["We read the log."], 1));
        assert_eq!((rules.times.high, rules.times.out_of_hours), (30, OutOfHours::HeadToo));
    }
}
