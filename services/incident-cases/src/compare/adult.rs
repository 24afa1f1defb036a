//! Holds the adults that cases mark against those of other schools. From the second school on the designated officer is told;
//! no school is.

use std::collections::BTreeMap;

use chassis::{
    caller::Scope,
    clock::london,
    db::Store,
    error::{Error, Result},
    history::Act,
    id::SchoolId,
};

use crate::{
    case::{adult_mark::reference, pattern::same},
    desk::pattern::{Concerned, DeskPattern, MANY_MARKS, PATTERN},
    store::{self, case_mark::Marked},
};

/// Compares what was not compared yet, or what something came to since.
///
/// # Errors
/// Where the database cannot be reached; what was not told yet is told at the next turn.
pub(crate) async fn pass(store: &Store) -> Result<()> {
    loop {
        let mut tx = store.begin(&Scope::system(store.name())).await?;
        tx.silent();
        let new = store::case_mark::not_compared(&tx).await?;
        let mut groups = Vec::new();
        for one in new {
            let mut group = vec![one];
            let mut looked = 0;
            // Whoever is equal to somebody who is equal is of the same adult.
            while let Some(next) = group.get(looked).cloned() {
                for other in store::case_mark::beside(&tx, &next).await? {
                    if group.iter().all(|known| known.id != other.id) {
                        group.push(other);
                    }
                }
                looked += 1;
            }
            groups.push(group);
        }
        tx.commit().await?;
        if groups.is_empty() {
            return Ok(());
        }
        for group in groups {
            tell(store, group).await?;
        }
    }
}

/// Tells the desk of the marks of one adult, where more than one school has any.
async fn tell(store: &Store, mut group: Vec<Marked>) -> Result<()> {
    let Some(new) = group.first().map(|one| one.id.clone()) else { return Ok(()) };
    group.sort_by(|a, b| a.id.cmp(&b.id));
    let mut by_school: BTreeMap<&str, Vec<&Marked>> = BTreeMap::new();
    for one in &group {
        by_school.entry(&one.school).or_default().push(one);
    }
    let mut schools = Vec::new();
    if by_school.len() > 1 {
        for (school, marks) in &by_school {
            let concerns = concerns(store, school, marks).await?;
            // Whoever marked last says whom to ring.
            let ring = marks.last().map(|one| one.ring.clone()).unwrap_or_default();
            let first = marks.first().map(|one| one.id.clone()).unwrap_or_default();
            let references = marks.iter().map(|one| reference(&one.id)).collect();
            schools.push((
                first,
                Concerned { school_id: (*school).to_owned(), concerns, ring, references, account: String::new() },
            ));
        }
    }
    schools.sort_by(|a, b| a.0.cmp(&b.0));
    let schools: Vec<Concerned> = schools.into_iter().map(|(_, school)| school).collect();
    let mut tx = store.begin(&Scope::system(store.name())).await?;
    tx.silent();
    let mut known: Vec<&str> = group.iter().map(|one| one.pattern.as_str()).filter(|id| !id.is_empty()).collect();
    known.sort_unstable();
    known.dedup();
    let mut told = known.first().map(|id| (*id).to_owned()).unwrap_or_default();
    if !schools.is_empty() {
        let first = group.first().map(|one| one.id.as_str()).unwrap_or_default();
        if known.is_empty() {
            let pattern = DeskPattern {
                id: tx.ids().next(),
                kind: PATTERN.to_owned(),
                schools: schools.clone(),
                found_at: tx.now(),
                updated_at: tx.now(),
                notes: Vec::new(),
            };
            told = match store::desk_pattern::insert(&tx, &pattern, first).await? {
                Some(body) => {
                    tx.record(Act::new("desk_pattern.found", pattern.id.as_str()).state("desk_pattern", &body));
                    pattern.id.to_string()
                }
                // Another process was first.
                None => store::desk_pattern::told(&tx, first).await?,
            };
        }
        for id in known {
            let Some(mut pattern) = store::desk_pattern::of_service(&tx, id).await? else { continue };
            if pattern.now_has(schools.clone(), tx.now()) {
                let body = store::desk_pattern::update(&tx, &pattern).await?;
                tx.record(Act::new("desk_pattern.grew", id).state("desk_pattern", &body));
            }
        }
    }
    for one in &group {
        let seen = one.id == new || !told.is_empty();
        if seen {
            let id = if one.pattern.is_empty() { &told } else { &one.pattern };
            store::case_mark::compared(&tx, &one.id, id).await?;
        }
    }
    tx.commit().await
}

/// How many concerns a school has about an adult whom some of its cases mark.
async fn concerns(store: &Store, school: &str, marks: &[&Marked]) -> Result<u32> {
    let school: SchoolId = school.parse().map_err(|_| Error::internal("a mark of no school"))?;
    let mut tx = store.begin(&Scope::own(store.name(), &school)).await?;
    tx.silent();
    let cases = store::case::on_adults_of_service(&tx).await?;
    tx.commit().await?;
    let marked = cases.iter().filter(|case| marks.iter().any(|mark| mark.case == case.id.as_str()));
    let subjects: Vec<_> = marked.filter_map(|case| case.access.subject.as_ref()).collect();
    let about = cases.iter().filter(|case| {
        case.access.subject.as_ref().is_some_and(|subject| subjects.iter().any(|marked| same(marked, subject)))
    });
    let count: usize = about.map(|case| case.concern_ids.len().max(1)).sum();
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Tells the desk that a school marked so many adults in a day that somebody may be guessing, and who marked the last; once
/// a day. What they wrote of whom to ring is not told: it may be theirs who guesses.
///
/// # Errors
/// Where the database cannot be reached.
pub(crate) async fn tell_of_many(store: &Store, school: &str, (account, marks): (&str, u32)) -> Result<()> {
    let mut tx = store.begin(&Scope::system(store.name())).await?;
    let concerned = Concerned {
        school_id: school.to_owned(),
        concerns: marks,
        ring: String::new(),
        references: Vec::new(),
        account: account.to_owned(),
    };
    let pattern = DeskPattern {
        id: tx.ids().next(),
        kind: MANY_MARKS.to_owned(),
        schools: vec![concerned],
        found_at: tx.now(),
        updated_at: tx.now(),
        notes: Vec::new(),
    };
    let told = format!("{school} {}", london(tx.now()).date());
    match store::desk_pattern::insert(&tx, &pattern, &told).await? {
        Some(body) => {
            let act = Act::new("desk_pattern.found", pattern.id.as_str()).detail("kind", MANY_MARKS);
            tx.record(act.state("desk_pattern", &body));
        }
        None => tx.silent(),
    }
    tx.commit().await
}
