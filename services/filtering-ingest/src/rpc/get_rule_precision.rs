//! Answers how often each rule was right at a school, as those say who answered its alerts.

use chassis::{caller::Caller, clock::timestamp, error::Result, history::Act};
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{GetRulePrecisionRequest, GetRulePrecisionResponse},
};
use time::{Duration, Time};
use tonic::Request;

use super::{convert, reader::reader};
use crate::{
    App,
    alert::Readers,
    precision::by_rule,
    rules::{PRECISION_DAYS, PRECISION_FLOOR, PRECISION_LEAST},
    store,
};

pub(super) async fn get_rule_precision(
    app: &App,
    request: Request<GetRulePrecisionRequest>,
) -> Result<GetRulePrecisionResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    app.there_is(&caller, &request.school_id).await?;
    let mut tx = app.store.begin(&scope).await?;
    // Whole days: whoever asks twice within one is told the same.
    let since = (tx.now() - Duration::days(PRECISION_DAYS)).replace_time(Time::MIDNIGHT);
    // Every alert that is not about staff is the leads' or of the network. Whoever reads none about pupils is told of no rule
    // that raised them: how many there are about suicide is not the technician's to know.
    let theirs = reader(&tx).await?;
    let counted = if scope.may(Permission::ConcernRead) { theirs.and(Readers::LEADS).and(Readers::IT) } else { theirs };
    let rules = by_rule(store::alert::answers(&tx, counted, since).await?);
    tx.record(Act::new("rule_precision.read", scope.account_text()).detail("rules", rules.len()));
    tx.commit().await?;
    let mut rules: Vec<_> = rules.into_iter().collect();
    // Those to be reviewed first, then those that say most.
    rules.sort_by_key(|(_, answers)| (!answers.below_floor(), std::cmp::Reverse(answers.answered())));
    Ok(GetRulePrecisionResponse {
        rules: rules.into_iter().map(|(rule, answers)| convert::rule::precision(rule, answers)).collect(),
        since_time: Some(timestamp(since)),
        floor_percent: u32::try_from(PRECISION_FLOOR).unwrap_or_default(),
        least_answers: u32::try_from(PRECISION_LEAST).unwrap_or_default(),
    })
}
