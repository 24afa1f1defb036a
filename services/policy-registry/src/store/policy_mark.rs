//! The marks that kept answers on what is in force are held against: a school's own and the authority's. Nothing here
//! writes one: the database gives a new one with every write that counts, in the transaction of the write.

use chassis::{
    caller::Scope,
    db::{Glance, Store},
    error::Result,
};

const MARKS: Glance = Glance {
    sqlite: "SELECT (SELECT mark FROM policy_mark WHERE school_id = $1) AS own, \
             (SELECT mark FROM policy_mark WHERE school_id = '') AS authority",
    postgres: "SELECT own, authority FROM policy_marks($1, $2, $3)",
};

/// A school's mark and the authority's. As long as both stay, nothing an answer is made of was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Marks {
    own: String,
    authority: String,
}

/// The marks at the scope's school, as they are committed now; none where nothing was ever in force there.
pub(crate) async fn read(store: &Store, scope: &Scope) -> Result<Option<Marks>> {
    let Some(row) = store.glance(scope, &MARKS, scope.school()?.as_str()).await? else { return Ok(None) };
    let (own, authority): (Option<String>, Option<String>) = (row.try_get("", "own")?, row.try_get("", "authority")?);
    Ok(own.zip(authority).map(|(own, authority)| Marks { own, authority }))
}

#[cfg(test)]
impl Marks {
    pub(crate) fn of(own: &str, authority: &str) -> Self {
        Self { own: own.to_owned(), authority: authority.to_owned() }
    }
}
