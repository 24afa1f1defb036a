//! The contract's messages from the domain's, and what a policy says for us.

pub(crate) mod exception;
pub(crate) mod policy;
pub(crate) mod profile;
pub(crate) mod rule;

mod coverage;

use chassis::clock::timestamp;
use proto::filtering_ingest::v1 as pb;
use time::OffsetDateTime;

use crate::{
    alert::{Alert, Answer, PassedOn},
    context::Beside,
    delivery::{Delivery, RejectedAt},
    judge::Clause,
    ledger::Counts,
    observation::Rejected,
    recipient::Recipient,
    sender::SenderCounts,
    store::{entity::rejected_line, feed::Feed, moment},
};

pub(crate) use coverage::{change, coverage, day, deletion, hour_start, read_rhythm, school_year, usual_hours};

pub(crate) fn counts(counts: Counts) -> pb::Counts {
    pb::Counts {
        received: counts.received,
        kept: counts.kept,
        folded: counts.folded,
        excepted: counts.excepted,
        noise: counts.noise,
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
        group_tiers: feed.groups.clone(),
        end_time: feed.ended_at.map(timestamp),
    }
}

pub(crate) fn rejected_line(row: rejected_line::Model) -> pb::RejectedLine {
    let number = |n: i64| u64::try_from(n).unwrap_or_default();
    pb::RejectedLine {
        delivery_id: row.delivery_id,
        line: number(row.line),
        // From before lines stood together each has an entry of its own.
        until_line: number(row.until_line.unwrap_or(row.line)),
        lines: number(row.lines.unwrap_or(1)),
        reason: row.reason,
        detail: row.detail,
        receive_time: moment(row.received_us).map(timestamp),
    }
}

pub(crate) fn rejected(delivery_id: &str, line: u64, why: &Rejected, at: OffsetDateTime) -> pb::RejectedLine {
    pb::RejectedLine {
        delivery_id: delivery_id.to_owned(),
        line,
        until_line: line,
        lines: 1,
        reason: why.reason.to_owned(),
        detail: why.detail.to_owned(),
        receive_time: Some(timestamp(at)),
    }
}

pub(crate) fn sender_counts(counts: SenderCounts) -> pb::SenderCounts {
    pb::SenderCounts {
        received: counts.received,
        observations: counts.observations,
        refused: counts.refused,
        duplicate: counts.duplicate,
        quarantined: counts.quarantined,
    }
}

pub(crate) fn delivery(delivery_id: &str, delivery: &Delivery) -> pb::Delivery {
    let rejected = |rejected: &RejectedAt| pb::RejectedLine {
        delivery_id: delivery_id.to_owned(),
        line: rejected.line,
        until_line: rejected.line,
        lines: 1,
        reason: rejected.reason.clone(),
        detail: rejected.detail.clone(),
        receive_time: Some(timestamp(rejected.at)),
    };
    pb::Delivery {
        delivery_id: delivery_id.to_owned(),
        acknowledged_line: delivery.acknowledged,
        complete: delivery.complete,
        counts: Some(counts(delivery.counts)),
        sender_counts: Some(sender_counts(delivery.sender_counts)),
        rejected_lines: delivery.rejected.iter().map(rejected).collect(),
        recoded_lines: delivery.recoded,
        begin_time: delivery.begun_at.map(timestamp),
        last_time: delivery.last_at.map(timestamp),
        digest: delivery.digest().to_vec().into(),
    }
}

/// An alert, for somebody who may answer it or only see it.
pub(crate) fn alert(alert: &Alert, theirs: bool) -> pb::Alert {
    let words = alert.words.as_ref();
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
        tier: alert.tier.clone(),
        group: alert.group.clone(),
        categories: alert.categories.clone(),
        also: alert.also.clone(),
        word_list: words.map(|words| words.list.clone()).unwrap_or_default(),
        word_list_version: words.map(|words| words.version.clone()).unwrap_or_default(),
        clauses: alert.clauses.iter().map(clause).collect(),
        address_digest: alert.digest.clone(),
        late_s: alert.late_s,
        clock: alert.clock.clone(),
        before_count: alert.before,
        out_of_hours: alert.out_of_hours,
        due_time: alert.due_at.map(timestamp),
        acknowledge_time: alert.acknowledged.as_ref().map(|opened| timestamp(opened.at)),
        acknowledged_by_account_id: alert.acknowledged.as_ref().map(|opened| opened.by.clone()).unwrap_or_default(),
        passed_on: alert.passed_on.iter().map(passed_on).collect(),
        answerable: theirs && alert.answer.is_none(),
        earlier_verdicts: alert.earlier.iter().map(verdict).collect(),
        correctable: theirs && alert.answer.is_some(),
        verdict_by_account_id: alert.answer.as_ref().map(|answer| answer.by.clone()).unwrap_or_default(),
        subject_account_id: alert.subject.clone(),
        verdict_time: alert.answer.as_ref().map(|answer| timestamp(answer.at)),
        worsen_time: alert.worse_at.map(timestamp),
        further_search_terms: alert.further.clone(),
    }
}

fn verdict(answer: &Answer) -> pb::AlertVerdict {
    pb::AlertVerdict {
        verdict: answer.verdict.clone(),
        reason: answer.reason.clone(),
        account_id: answer.by.clone(),
        create_time: Some(timestamp(answer.at)),
        worsen_time: answer.worse_at.map(timestamp),
    }
}

fn clause(clause: &Clause) -> pb::PolicyClause {
    pb::PolicyClause { section: clause.section.clone(), text: clause.text.clone() }
}

fn passed_on(passed: &PassedOn) -> pb::AlertPassedOn {
    pb::AlertPassedOn { to: passed.to.clone(), create_time: Some(timestamp(passed.at)) }
}

pub(crate) fn browsing(beside: Beside) -> pb::BrowsingLine {
    pb::BrowsingLine {
        event_time: Some(timestamp(beside.at)),
        host: beside.host,
        search_terms: beside.terms,
        outcome: beside.outcome,
        withheld: beside.withheld,
    }
}

pub(crate) fn recipient(recipient: &Recipient) -> pb::Recipient {
    pb::Recipient {
        recipient_id: recipient.id.to_string(),
        account_id: recipient.account_id.clone(),
        offices: recipient.offices.clone(),
        users: recipient.users.clone(),
        said_by_account_id: recipient.by.clone(),
        update_time: Some(timestamp(recipient.at)),
        waiting: recipient.waiting.as_ref().map(|change| pb::RecipientChange {
            offices: change.offices.clone(),
            users: change.users.clone(),
            said_by_account_id: change.by.clone(),
            create_time: Some(timestamp(change.at)),
        }),
    }
}
