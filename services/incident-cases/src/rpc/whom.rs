//! Whom a case is about, as a list says it to somebody who may read the case.

use chassis::{db::Tx, error::Result};

use crate::{
    case::Case,
    concern::{Concern, Origin},
    store,
};

/// How many are named.
const NAMED: usize = 3;

/// Of each of some cases those with a part in it, children first; where nobody has one yet, whom its concerns are said to be
/// about. However many cases they are, their concerns are asked for together.
pub(super) async fn whom(tx: &Tx, cases: &[&Case]) -> Result<Vec<Vec<String>>> {
    let nobodys: Vec<&Case> = cases.iter().copied().filter(|case| parts(case).next().is_none()).collect();
    let concerns = store::concern::of_cases(tx, &nobodys).await?;
    let of = |case: &Case| {
        // An alert names a device or an account.
        let named = |concern: &Concern| !matches!(concern.origin, Origin::Alert { .. });
        let about = concerns.iter().filter(|(id, concern)| *id == case.id.as_str() && named(concern));
        first(parts(case).chain(about.map(|(_, concern)| concern.report.about.as_str())))
    };
    Ok(cases.iter().map(|case| of(case)).collect())
}

/// The names in a case. Of a part that is kept from whoever asks nobody is named.
fn parts(case: &Case) -> impl Iterator<Item = &str> {
    case.people().map(|part| part.person.as_str()).filter(|person| !person.is_empty())
}

/// The first few names, each once.
fn first<'a>(people: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut whom: Vec<String> = Vec::new();
    for person in people {
        if !person.is_empty() && !whom.iter().any(|one| one == person) && whom.len() < NAMED {
            whom.push(person.to_owned());
        }
    }
    whom
}
