//! Finds learners, cases and concerns by what one remembers of them. What was typed is never kept.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use chassis::{
    caller::Caller,
    clock::timestamp,
    db::Tx,
    error::{Error, Result},
    history::Act,
};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{FoundRecord, SearchRecordsRequest, SearchRecordsResponse},
};
use tonic::Request;

use super::whom::whom;
use crate::{
    App,
    case::Case,
    learner::{LearnerId, search::rank},
    search::{Found, Hit, MOST, Query, Thing},
    store::{self, search::Search},
};

pub(super) async fn search_records(app: &App, request: Request<SearchRecordsRequest>) -> Result<SearchRecordsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let long = request.query.trim().chars().count();
    let query = Query::read(&request.query);
    if !(2..=100).contains(&long) || query.is_empty() {
        let fix = "Enter 2 to 100 characters of a name, a date of birth, a pupil number or the reference of a case";
        return Err(Error::invalid("query", fix));
    }
    let mut tx = app.store.begin(&scope).await?;
    let mut found = Found::new(&query);
    let mut search = Search::new(&tx);
    if let Some(token) = query.reference_token() {
        for (case, readable) in search.referred(&token).await? {
            found.referred(case, readable);
        }
    }
    let tokens = query.tokens();
    for case in search.candidate_cases(&tokens).await? {
        // By a name that is kept from whoever asks, nothing is found.
        let seen = match case.as_seen(store::access::reader_of(&scope)) {
            Cow::Borrowed(_) => None,
            Cow::Owned(seen) => Some(Arc::new(seen)),
        };
        found.case(seen.unwrap_or(case));
    }
    for concern in search.candidate_concerns(&tokens).await? {
        found.concern(concern);
    }
    // The roll is read by its own permission: a chair, who reads cases of theirs, has no part in it.
    if scope.may(Permission::LearnerRead) && !tokens.is_empty() {
        of_the_roll(&tx, &mut search, &query, &mut found).await?;
    }
    // Of the concerns only those that would be answered: each asks its case.
    let best = loop {
        let best = found.best();
        let refused = search.refused(&best.iter().filter_map(|hit| hit.concern()).collect::<Vec<_>>()).await?;
        if refused.is_empty() {
            break best;
        }
        found.without(&refused);
    };
    let records = with_cases(&tx, &mut search, &best).await?;
    let ids: Vec<&str> = best.iter().map(|hit| hit.thing.id()).collect();
    tx.record(Act::new("records.searched", scope.account_text()).detail("ids", ids));
    tx.commit().await?;
    Ok(SearchRecordsResponse { records })
}

/// What was found, with whom each case is about, and of a concern the open case it is part of: all asked for together.
async fn with_cases(tx: &Tx, search: &mut Search<'_>, best: &[&Hit]) -> Result<Vec<FoundRecord>> {
    let reader = store::access::reader(tx);
    let readable = best.iter().filter_map(|hit| match &hit.thing {
        Thing::Case(case, true) => Some(case.as_seen(reader)),
        Thing::Learner(_) | Thing::Case(_, false) | Thing::Concern(_) => None,
    });
    let readable: Vec<Cow<'_, Case>> = readable.collect();
    let mut people = whom(tx, &readable.iter().map(|case| &**case).collect::<Vec<_>>()).await?.into_iter();
    // They were opened where it was asked whether the concerns may be read.
    let of = best.iter().filter_map(|hit| hit.concern()).map(|concern| store::concern::case_of(concern).to_owned());
    let of: Vec<String> = of.filter(|case| !case.is_empty()).collect();
    let known = search.known(&of).await?;
    let open = |id: &str| {
        let mut open = known.iter().filter(|(case, readable)| *readable && case.closing.is_none());
        open.find(|(case, _)| case.id.as_str() == id).map(|(case, _)| case)
    };
    let found = best.iter().map(|hit| match &hit.thing {
        Thing::Case(_, true) => FoundRecord { people: people.next().unwrap_or_default(), ..shown(hit) },
        Thing::Concern(concern) => match open(store::concern::case_of(concern)) {
            Some(case) => {
                FoundRecord { case_id: case.id.to_string(), case_reference: case.reference.clone(), ..shown(hit) }
            }
            None => shown(hit),
        },
        Thing::Learner(_) | Thing::Case(_, false) => shown(hit),
    });
    Ok(found.collect())
}

/// Learners who may be meant, and what they have a part in.
async fn of_the_roll(tx: &Tx, search: &mut Search<'_>, query: &Query, found: &mut Found<'_>) -> Result<()> {
    let learners = rank(query.names(), store::learner::candidates(tx, &query.tokens()).await?);
    let scores: BTreeMap<LearnerId, u8> = learners.iter().map(|(one, found)| (one.id.clone(), found.score)).collect();
    let ids: Vec<LearnerId> = scores.keys().cloned().collect();
    for (learner, likely) in learners {
        found.learner(learner, &likely);
    }
    if ids.is_empty() {
        return Ok(());
    }
    let score = |learner: &LearnerId| scores.get(learner).copied().unwrap_or(1);
    let mut in_cases: BTreeMap<String, u8> = BTreeMap::new();
    for (case, learner) in search.cases_of(&ids).await? {
        let likely = in_cases.entry(case).or_default();
        *likely = (*likely).max(score(&learner));
    }
    for (concern, learner) in search.concerns_of(&ids).await? {
        let case = store::concern::case_of(&concern);
        if !case.is_empty() {
            let likely = in_cases.entry(case.to_owned()).or_default();
            *likely = (*likely).max(score(&learner));
        }
        found.belonging(Thing::Concern(Box::new(concern)), score(&learner));
    }
    // The likeliest first, the newest of equals, and no more than can be answered.
    let mut likeliest: Vec<(u8, String)> = in_cases.into_iter().map(|(case, likely)| (likely, case)).collect();
    likeliest.sort_unstable_by(|a, b| b.cmp(a));
    let mut known = 0;
    for some in likeliest.chunks(MOST) {
        let scores: BTreeMap<&str, u8> = some.iter().map(|(likely, case)| (case.as_str(), *likely)).collect();
        let ids: Vec<String> = some.iter().map(|(_, case)| case.clone()).collect();
        for (case, readable) in search.known(&ids).await? {
            known += 1;
            let likely = scores.get(case.id.as_str()).copied().unwrap_or(1);
            found.belonging(Thing::Case(case, readable), likely);
        }
        if known >= MOST {
            break;
        }
    }
    Ok(())
}

fn shown(hit: &Hit) -> FoundRecord {
    let found = FoundRecord {
        id: hit.thing.id().to_owned(),
        why: hit.why.iter().map(|why| why.code().to_owned()).collect(),
        score: i32::from(hit.score),
        ..FoundRecord::default()
    };
    match &hit.thing {
        Thing::Learner(learner) => FoundRecord {
            kind: "learner".into(),
            title: learner.record.called(),
            year_group: learner.record.year_group.clone(),
            birth_date: learner.record.birth_date.map(|born| born.to_string()).unwrap_or_default(),
            ..found
        },
        // All that is told of a case that its reader may only know to exist.
        Thing::Case(case, false) => FoundRecord {
            kind: "case".into(),
            title: case.reference.clone(),
            state: case.state().to_owned(),
            restricted: true,
            ..found
        },
        Thing::Case(case, true) => FoundRecord {
            kind: "case".into(),
            title: format!("{}: {}", case.reference, case.procedure.title),
            state: case.state().to_owned(),
            create_time: Some(timestamp(case.opened_at)),
            ..found
        },
        Thing::Concern(concern) => FoundRecord {
            kind: "concern".into(),
            title: concern.report.about.clone(),
            state: concern.state().to_owned(),
            create_time: Some(timestamp(concern.recorded_at)),
            ..found
        },
    }
}
