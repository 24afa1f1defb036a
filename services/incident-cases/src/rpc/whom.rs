//! Whom a case is about, as a list says it to somebody who may read the case.

use chassis::{db::Tx, error::Result};

use crate::{
    case::{Case, Involvement},
    concern::{Concern, Origin},
    store,
};

/// How many are named.
const NAMED: usize = 3;

/// Those with a part in the case, children first; where nobody has one yet, whom its concerns are said to be about.
pub(super) async fn whom(tx: &Tx, case: &Case) -> Result<Vec<String>> {
    // Of a part that is kept from whoever asks nobody is named.
    let seen = |part: &&Involvement| !part.person.is_empty();
    let mut people: Vec<String> = case.people().filter(seen).map(|part| part.person.clone()).collect();
    if people.is_empty() {
        // An alert names a device or an account.
        let named = |concern: &Concern| !matches!(concern.origin, Origin::Alert { .. });
        let concerns = store::concern::of_case(tx, case).await?;
        people.extend(concerns.into_iter().filter(named).map(|concern| concern.report.about));
    }
    let mut whom: Vec<String> = Vec::new();
    for person in people {
        if !person.is_empty() && !whom.contains(&person) {
            whom.push(person);
        }
    }
    whom.truncate(NAMED);
    Ok(whom)
}
