//! Who did what: accounts as colleagues know them, and other things by what they are called.

use std::collections::HashMap;

use chassis::{caller::Scope, error::Error};

use super::visit::Visit;
use crate::store::account;

/// The names of colleagues, by account.
pub struct People {
    names: HashMap<String, String>,
    own: String,
}

impl People {
    /// Who an account is, for a colleague.
    pub fn name(&self, account_id: &str) -> String {
        match self.names.get(account_id) {
            _ if account_id == self.own => "you".to_owned(),
            Some(name) => name.clone(),
            None if account_id.is_empty() => "the platform".to_owned(),
            None => "a colleague".to_owned(),
        }
    }

    /// Whether an account is the reader's own.
    pub fn own(&self, account_id: &str) -> bool {
        account_id == self.own
    }

    /// Learns what other things are called, by their ids.
    pub fn learn(&mut self, named: impl IntoIterator<Item = (String, String)>) {
        self.names.extend(named);
    }

    /// Learns whom others are known as.
    pub fn join(&mut self, others: Self) {
        self.names.extend(others.names);
    }

    /// What something other than an account is called; a general word where that is not known.
    pub fn thing<'a>(&'a self, id: &str, otherwise: &'a str) -> &'a str {
        self.names.get(id).filter(|name| !name.is_empty()).map_or(otherwise, String::as_str)
    }

    /// People as a test knows them.
    #[cfg(test)]
    pub fn of(names: &[(&str, &str)]) -> Self {
        let names = names.iter().map(|(id, name)| ((*id).to_owned(), (*name).to_owned())).collect();
        Self { names, own: "acc_me".to_owned() }
    }
}

impl Visit {
    /// Who did what: the names of colleagues.
    pub async fn people<'a>(&self, account_ids: impl IntoIterator<Item = &'a str>) -> People {
        let mut ids: Vec<&str> = account_ids.into_iter().filter(|id| !id.is_empty()).collect();
        ids.sort_unstable();
        ids.dedup();
        let names = self.names(&ids).await.unwrap_or_default();
        People { names, own: self.visitor.account_id.clone() }
    }

    async fn names(&self, ids: &[&str]) -> Result<HashMap<String, String>, Error> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let mut tx = self.app.door().store().begin(&Scope::system("gateway")).await?;
        tx.silent();
        let names = account::names(&tx, ids).await?;
        tx.commit().await?;
        Ok(names)
    }
}
