//! Exceptions, between the contract's form and ours.

use chassis::{clock::timestamp, error::Violations};
use proto::filtering_ingest::v1 as pb;
use time::OffsetDateTime;

use crate::exception::{Exception, Fault, Scope, Tried};

/// Characters that a group or a term may have.
const NAME_MAX: usize = 200;
/// Characters that a name of a site may have (RFC 1035).
const DOMAIN_MAX: usize = 253;

/// A scope as it was sent, with what is wrong with it.
pub(crate) fn scope(violations: &mut Violations, sent: Option<&pb::ExceptionScope>) -> Scope {
    let sent = sent.cloned().unwrap_or_default();
    violations.maybe_line("scope.group", &sent.group, NAME_MAX);
    violations.maybe_line("scope.domain", &sent.domain, DOMAIN_MAX);
    violations.maybe_line("scope.term", &sent.term, NAME_MAX);
    let scope = Scope { group: sent.group, category: sent.category, domain: sent.domain, term: sent.term }.plain();
    for (field, message) in scope.faults() {
        violations.add(format!("scope.{field}"), message);
    }
    scope
}

/// Says what is wrong.
pub(crate) fn faults(violations: &mut Violations, faults: Vec<Fault>) {
    for (field, message) in faults {
        violations.add(field, message);
    }
}

pub(crate) fn tried(tried: Tried) -> pb::ExceptionTried {
    pb::ExceptionTried { alerts: tried.alerts, gone: tried.gone, locked: tried.locked }
}

/// An exception as it stands at a moment, with how many observations it kept from alerting.
pub(crate) fn exception(exception: &Exception, excepted: u64, now: OffsetDateTime) -> pb::Exception {
    let (decided, ended) = (exception.decided.as_ref(), exception.ended.as_ref());
    let scope = exception.scope.clone();
    pb::Exception {
        exception_id: exception.id.to_string(),
        school_id: exception.school_id.clone(),
        scope: Some(pb::ExceptionScope {
            group: scope.group,
            category: scope.category,
            domain: scope.domain,
            term: scope.term,
        }),
        reason: exception.reason.clone(),
        owner_account_id: exception.owner.clone(),
        start_time: Some(timestamp(exception.from)),
        expire_time: Some(timestamp(exception.until)),
        state: exception.state(now).to_owned(),
        asked_by_account_id: exception.asked.by.clone(),
        create_time: Some(timestamp(exception.asked.at)),
        tried: Some(tried(exception.tried)),
        decided_by_account_id: decided.map(|decided| decided.by.clone()).unwrap_or_default(),
        decide_time: decided.map(|decided| timestamp(decided.at)),
        refused_reason: decided.map(|decided| decided.reason.clone()).unwrap_or_default(),
        ended_by_account_id: ended.map(|ended| ended.by.clone()).unwrap_or_default(),
        end_time: ended.map(|ended| timestamp(ended.at)),
        ended_reason: ended.map(|ended| ended.reason.clone()).unwrap_or_default(),
        excepted,
    }
}
