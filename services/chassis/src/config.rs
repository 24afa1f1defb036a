//! Configuration: defaults, then a file, then the environment. A key nobody knows refuses to start.

use std::path::Path;

use figment::{
    Figment,
    providers::{Env, Format as _, Serialized, Toml},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::error::{Error, Result, Violations};

/// What the environment's variables begin with; `__` stands between a section and its key.
pub const PREFIX: &str = "HEDGEROW_";

/// Where a database is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// Its address: `sqlite:…` or `postgres://…`. Empty for a file in the data folder.
    pub url: String,
    /// The address under which the owner of the tables migrates them, where that is another login than the one above.
    pub migrate_url: Option<String>,
    /// How many connections at most; SQLite takes one.
    pub max_connections: u32,
    /// How many days an event stays in the outbox after it was carried, to be sent again where the bus or another
    /// service loses it; 0 for ever.
    pub keep_events_days: u32,
}

impl Default for Database {
    fn default() -> Self {
        Self { url: String::new(), migrate_url: None, max_connections: 10, keep_events_days: 30 }
    }
}

impl Database {
    /// Checks every setting of the section `section`, without reaching for the database.
    ///
    /// # Errors
    /// `Invalid`, naming the keys.
    pub fn check(&self, section: &str) -> Result<()> {
        let mut v = Violations::new();
        v.check(self.url.is_empty() || address(&self.url), format!("{section}.url"), ADDRESS);
        let migrate = self.migrate_url.as_deref().is_none_or(address);
        v.check(migrate, format!("{section}.migrate_url"), ADDRESS);
        v.check(self.max_connections > 0, format!("{section}.max_connections"), "Enter 1 or more");
        v.finish()
    }
}

/// What a database's address looks like.
const ADDRESS: &str = "Enter an address such as sqlite:/var/lib/hedgerow/reporting.sqlite3?mode=rwc or \
    postgres://login:password@host:5432/reporting";

/// Whether a text is the address of a database of either kind.
fn address(text: &str) -> bool {
    use sea_orm::sqlx::{postgres::PgConnectOptions, sqlite::SqliteConnectOptions};
    match text.split_once(':') {
        Some(("sqlite", _)) => text.parse::<SqliteConnectOptions>().is_ok(),
        Some(("postgres" | "postgresql", rest)) => {
            // The driver makes up whatever is left out; an address that names no host is a slip.
            let host = rest.strip_prefix("//").and_then(|rest| rest.split(['/', '?']).next());
            let host = host.map(|host| host.rsplit('@').next().unwrap_or_default());
            host.is_some_and(|host| !host.is_empty() || rest.contains("host="))
                && text.parse::<PgConnectOptions>().is_ok()
        }
        _ => false,
    }
}

/// Reads a configuration.
///
/// # Errors
/// `Invalid`, naming the key and where it stands.
pub fn load<T: DeserializeOwned + Serialize + Default>(file: Option<&Path>) -> Result<T> {
    let mut figment = Figment::from(Serialized::defaults(T::default()));
    if let Some(file) = file {
        if !file.is_file() {
            return Err(Error::invalid("config", format!("There is no file {}", file.display())));
        }
        figment = figment.merge(Toml::file_exact(file));
    }
    figment.merge(Env::prefixed(PREFIX).split("__")).extract().map_err(|error| {
        let key = if error.path.is_empty() { "config".to_owned() } else { error.path.join(".") };
        let place = error.metadata.as_ref().map(|m| format!(" ({})", m.name)).unwrap_or_default();
        Error::invalid(key, format!("{}{place}", error.kind))
    })
}

/// A configuration as TOML, with every secret hidden.
///
/// # Errors
/// `Internal` where it cannot be written as TOML.
pub fn redacted<T: Serialize>(config: &T) -> Result<String> {
    let mut value = serde_json::to_value(config)?;
    hide(&mut value, "");
    serde_json::to_string_pretty(&value).map_err(Error::from)
}

fn hide(value: &mut serde_json::Value, key: &str) {
    match value {
        serde_json::Value::Object(fields) => fields.iter_mut().for_each(|(key, value)| hide(value, key)),
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| hide(item, key)),
        serde_json::Value::String(text) if key.contains("secret") || key.contains("password") => {
            *text = "(hidden)".into();
        }
        serde_json::Value::String(text) => {
            // The password of `scheme://user:password@host`.
            if let Some((scheme, rest)) = text.split_once("://")
                && let Some((login, host)) = rest.rsplit_once('@')
            {
                let user = login.split(':').next().unwrap_or_default();
                let hidden = if login.contains(':') { ":(hidden)" } else { "" };
                *text = format!("{scheme}://{user}{hidden}@{host}");
            }
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_named() -> Result<()> {
        let folder = tempfile::tempdir().map_err(Error::internal)?;
        let file = folder.path().join("hedgerow.toml");
        std::fs::write(&file, "urll = 'sqlite::memory:'").map_err(Error::internal)?;
        let error = load::<Database>(Some(&file)).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(error.contains("urll"), "{error}");
        std::fs::write(&file, "url = 'sqlite::memory:'").map_err(Error::internal)?;
        assert_eq!(load::<Database>(Some(&file))?.url, "sqlite::memory:");
        Ok(())
    }

    #[test]
    fn passwords_are_hidden() -> Result<()> {
        let shown = redacted(&Database { url: "postgres://app:hunter2@db/x".into(), ..Database::default() })?;
        assert!(!shown.contains("hunter2") && shown.contains("postgres://app:(hidden)@db/x"), "{shown}");
        Ok(())
    }

    #[test]
    fn an_address_that_is_none_is_named_before_anything_starts() {
        let check = |url: &str| {
            let database = Database { url: url.to_owned(), ..Database::default() };
            database.check("reporting.database").err().map(|e| e.violations()[0].field.clone())
        };
        let sockets = "postgres:///x?host=/run/postgresql";
        for fine in ["", "sqlite::memory:", "sqlite:/a/b.sqlite3?mode=rwc", "postgres://u:p@h:5432/d", sockets] {
            assert_eq!(check(fine), None, "{fine}");
        }
        for wrong in ["x", "mysql://h/d", "postgres//h/d", "postgres://", "postgres://h:port/d", "sqlite:a?mode=x"] {
            assert_eq!(check(wrong).as_deref(), Some("reporting.database.url"), "{wrong}");
        }
    }
}
