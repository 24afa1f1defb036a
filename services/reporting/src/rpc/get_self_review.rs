//! Answers where a school stands against the standard for filtering and monitoring and against its own policy.

use std::collections::{BTreeMap, BTreeSet};

use chassis::{
    calendar::{Term, end_of_day},
    caller::Caller,
    clock::{london, moment, timestamp},
    db::Tx,
    error::{Error, Result},
    event::Event,
    history::Act,
    suppress::Figure,
};
use proto::reporting::v1::{GetSelfReviewRequest, GetSelfReviewResponse};
use time::{Date, Duration, OffsetDateTime};
use tonic::Request;

use super::{
    convert::{self, self_review as shown},
    printed::audience,
};
use crate::{
    App,
    disclosure::{disclose, min_cell},
    fact::{self, announced},
    self_review::{
        Judged, Known, Policy, Shown, Signed,
        judge::judge,
        proof::proofs,
        standard::{Need, Period, Statement, Thing, statements},
        words::months_from,
    },
    store,
    table::{Question, Schools, counts},
};

/// How far back something is looked for that is counted as long as it was: within what may be asked.
const EVER: Duration = Duration::days(3_650);
/// Nobody was on the platform before.
const FIRST_YEAR: i32 = 2010;

pub(super) async fn get_self_review(
    app: &App,
    request: Request<GetSelfReviewRequest>,
) -> Result<GetSelfReviewResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let mut tx = app.store.begin(&scope).await?;
    let school = request.school_id.as_str();
    let Stands { known, as_at } = stands(&mut tx, school, &request.as_at_date).await?;
    let progress = store::log::progress(&tx).await?;
    tx.record(Act::new("self_review.read", school).detail("as_at", convert::day(as_at)));
    tx.commit().await?;
    let mut review = shown::review(school, &known, &judged(&known));
    review.min_cell = u32::try_from(min_cell()).unwrap_or_default();
    review.figures_as_of_time = progress.newest.map(convert::hour_of).map(timestamp);
    Ok(GetSelfReviewResponse { review: Some(review) })
}

/// What is known of a school, and the day that was asked for.
pub(super) struct Stands {
    pub(super) known: Known,
    /// None where what is known now was asked for.
    pub(super) as_at: Option<Date>,
}

/// What is known of a school now, or was at the end of a day where one is named.
///
/// # Errors
/// `Missing` where there is no such school; `Invalid` where the day is none.
pub(super) async fn stands(tx: &mut Tx, school: &str, as_at_date: &str) -> Result<Stands> {
    // Whoever asks about a school there is not is told so before anything is counted.
    store::state::school(tx, school).await?;
    let as_at = convert::as_at(as_at_date)?;
    let today = london(tx.now()).date();
    if as_at.is_some_and(|day| day > today || day.year() < FIRST_YEAR) {
        let fix = format!("Enter a day that is not ahead of us, and not before {FIRST_YEAR}");
        return Err(Error::invalid("as_at_date", fix));
    }
    Ok(Stands { known: known(tx, school, as_at, as_at.unwrap_or(today)).await?, as_at })
}

/// Every statement with its position.
pub(super) fn judged(known: &Known) -> Vec<(&'static Statement, Judged)> {
    statements().iter().map(|statement| (statement, judge(statement, known))).collect()
}

/// Everything the statements are judged by, as it was known at the end of a day.
async fn known(tx: &mut Tx, school: &str, as_at: Option<Date>, day: Date) -> Result<Known> {
    let until = as_at.map_or_else(|| tx.now(), end_of_day);
    let figures = figures(tx, school, as_at, day).await?;
    Ok(Known {
        day,
        figures,
        lasts: lasts(tx, school, as_at, day).await?,
        proofs: proofs(store::log::entries(tx, school, until).await?, day),
        policy: store::log::policy(tx, school, until).await?.and_then(|envelope| policy(&envelope)),
        signed: signed(tx, school, day, until).await?,
    })
}

/// What is counted, as it is published.
async fn figures(tx: &mut Tx, school: &str, as_at: Option<Date>, day: Date) -> Result<BTreeMap<Need, Shown>> {
    let needs: BTreeSet<Need> = statements().iter().flat_map(|statement| statement.rule.needs()).collect();
    let asked = needs.into_iter().filter_map(|need| question(&need, school, as_at, day).map(|asked| (need, asked)));
    let (needs, questions): (Vec<Need>, Vec<Question>) = asked.unzip();
    let audience = audience(tx, school);
    let counted = counts(tx, questions).await?;
    let published = disclose(tx, &audience, &counted).await?;
    let one = |(need, published): (Need, &crate::disclosure::Published)| {
        let figure = published.cells.first().and_then(|row| row.first()).copied().unwrap_or(Figure::Hidden);
        let held = published.held.first().and_then(|row| row.first()).copied().flatten();
        (need, Shown { figure, held })
    };
    Ok(needs.into_iter().zip(&published).map(one).collect())
}

/// The question for what has to be counted; none where there is no such measure.
fn question(need: &Need, school: &str, as_at: Option<Date>, day: Date) -> Option<Question> {
    let term = Term::at(day.midnight().assume_utc() + Duration::hours(12));
    let after = day.next_day()?;
    let (from, to) = match need.period {
        Period::Stands => (day, after),
        Period::Year => (months_from(after, -12), after),
        Period::Terms => (term.before().start().date(), term.end().date()),
        Period::Term => (term.start().date(), term.end().date()),
        Period::Ever => (day - EVER, after),
        Period::WeekAgo => (day - EVER, day - Duration::days(7)),
    };
    Some(Question {
        measure: need.thing.measure()?,
        schools: Schools::One(school.to_owned()),
        from,
        to,
        as_at,
        rows: None,
        columns: None,
        only: need.thing.only.clone(),
    })
}

/// The last day of each thing that is asked for.
async fn lasts(tx: &Tx, school: &str, as_at: Option<Date>, day: Date) -> Result<BTreeMap<Thing, Date>> {
    let things: BTreeSet<Thing> = statements().iter().flat_map(|statement| statement.rule.lasts()).collect();
    let facts: BTreeSet<&str> = things.iter().filter_map(Thing::measure).map(|measure| measure.fact.as_str()).collect();
    let mut days = BTreeMap::new();
    for fact in facts {
        let after = day.next_day().unwrap_or(day);
        days.insert(fact, store::cell::days(tx, (school, fact), after, as_at).await?);
    }
    let last = |thing: Thing| {
        let measure = thing.measure()?;
        let takes = |dims: &str| {
            let mut only = measure.only.iter().chain(&thing.only);
            only.all(|(dimension, wanted)| {
                fact::values(dims, dimension).iter().any(|value| wanted.iter().any(|wanted| wanted == value))
            })
        };
        let (last, _) = days.get(measure.fact.as_str())?.iter().find(|(_, dims)| takes(dims))?;
        let last = fact::date(last)?;
        Some((thing, last))
    };
    Ok(things.into_iter().filter_map(last).collect())
}

/// What an event said of the policy.
fn policy(envelope: &chassis::event::Envelope) -> Option<Policy> {
    let Some(Event::PolicyPublished(published)) = &envelope.event else { return None };
    let day = |at: Option<OffsetDateTime>| at.map(|at| london(at).date());
    Some(Policy {
        version: published.version,
        since: day(published.effective_time.as_ref().and_then(moment)),
        review_due: day(published.review_due_time.as_ref().and_then(moment)),
        errors: published.error_findings,
        announced: london(announced(envelope)).date(),
        promises: published.promises.iter().map(|promise| (promise.key.clone(), promise.value.clone())).collect(),
    })
}

/// Whether the head had signed the report of the last whole term by a moment.
async fn signed(tx: &Tx, school: &str, day: Date, until: OffsetDateTime) -> Result<Signed> {
    let term = Term::at(day.midnight().assume_utc() + Duration::hours(12)).before();
    let first = store::state::school(tx, school).await?.first_term();
    if first.is_none_or(|first| first.start() > term.start()) {
        return Ok(Signed::NotHere);
    }
    let versions = store::report_version::of_term(tx, &term.id()).await?;
    let signed = versions.iter().map(|version| version.signed_at).filter(|at| *at <= until).min();
    Ok(match signed {
        Some(at) => Signed::On { term: term.title(), day: london(at).date() },
        None => Signed::Not { term: term.title() },
    })
}
