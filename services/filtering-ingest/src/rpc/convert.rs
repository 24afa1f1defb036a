//! The contract's messages from the domain's.

mod coverage;

use chassis::clock::timestamp;
use proto::{filtering_ingest::v1 as pb, policy_registry::v1 as policy};

use crate::{
    judge::{AlertRule, Rules},
    ledger::Counts,
    store::{alert::Alert, entity::rejected_line, feed::Feed, moment},
};

pub(crate) use coverage::{change, coverage, day, deletion, hour_start, read_rhythm, school_year, usual_hours};

/// What a policy says about observations.
pub(crate) fn rules(policy: policy::EffectivePolicy) -> Rules {
    let rule = |rule: policy::AlertRule| AlertRule {
        id: rule.rule_id,
        theme: rule.theme,
        basis: rule.basis,
        severity: rule.severity,
        route: rule.route,
        locked: rule.locked,
        threshold: rule.threshold,
    };
    let observed = policy.alert_rules.into_iter().filter(|rule| rule.watches == "observation");
    Rules { version: policy.version, alerts: observed.map(rule).collect() }
}

pub(crate) fn counts(counts: Counts) -> pb::Counts {
    pb::Counts {
        received: counts.received,
        kept: counts.kept,
        folded: counts.folded,
        excepted: counts.excepted,
        rejected: counts.rejected,
        alerts: counts.alerts,
    }
}

pub(crate) fn feed(feed: &Feed, received_us: Option<i64>, total: Counts) -> pb::Feed {
    pb::Feed {
        feed_id: feed.id.to_string(),
        school_id: feed.school_id.clone(),
        name: feed.name.clone(),
        profile: feed.profile.clone(),
        time_zone: feed.time_zone.clone(),
        create_time: Some(timestamp(feed.created_at)),
        last_receive_time: received_us.and_then(moment).map(timestamp),
        counts: Some(counts(total)),
        host_categories: u32::try_from(feed.hosts.len()).unwrap_or(u32::MAX),
    }
}

pub(crate) fn rejected_line(row: rejected_line::Model) -> pb::RejectedLine {
    pb::RejectedLine {
        delivery_id: row.delivery_id,
        line: u64::try_from(row.line).unwrap_or_default(),
        reason: row.reason,
        detail: row.detail,
        receive_time: moment(row.received_us).map(timestamp),
    }
}

pub(crate) fn alert(alert: &Alert) -> pb::Alert {
    pb::Alert {
        alert_id: alert.id.to_string(),
        school_id: alert.school_id.clone(),
        feed_id: alert.feed_id.clone(),
        theme: alert.theme.clone(),
        severity: alert.severity.clone(),
        route: alert.route.clone(),
        rule_id: alert.rule_id.clone(),
        basis: alert.basis.clone(),
        because: alert.because.clone(),
        user: alert.user.clone(),
        identity_confidence: alert.identity_confidence.clone(),
        device: alert.device.clone(),
        client_ip: alert.client_ip.clone(),
        host: alert.host.clone(),
        search_terms: alert.search_terms.clone(),
        withheld: alert.withheld,
        outcome: alert.outcome.clone(),
        vendor_categories: alert.vendor_categories.clone(),
        event_time: Some(timestamp(alert.event_at)),
        count: alert.count,
        create_time: Some(timestamp(alert.raised_at)),
        verdict: alert.verdict().to_owned(),
        verdict_reason: alert.answer.as_ref().map(|a| a.reason.clone()).unwrap_or_default(),
        policy_version: alert.policy_version,
    }
}
