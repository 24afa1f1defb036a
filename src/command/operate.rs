//! `hedgerow migrate`, `keys`, `config`, `healthcheck`, `doctor`: running an installation.

use std::{path::PathBuf, sync::Arc, time::Duration};

use chassis::{
    clock::SystemClock,
    error::{Error, Result},
};
use clap::{Args, Subcommand};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    config::{Config, SERVICES},
    keys,
    platform::{Parts, Platform},
};

/// Brings every database up to date and ends.
///
/// # Errors
/// Where one cannot be reached.
pub async fn migrate(config: Config) -> Result<()> {
    let platform = Platform::all(Parts::new(config, Arc::new(SystemClock)).await?).await?;
    platform.end().await;
    println!("the databases are up to date");
    Ok(())
}

/// The keys of an installation.
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Makes every key there is not yet.
    Create {
        /// The folder; that of the configuration without it.
        #[arg(long)]
        dir: Option<PathBuf>,
        /// The numeric user that is to own the files.
        #[arg(long)]
        owner: Option<u32>,
    },
}

impl Keys {
    /// Runs it.
    ///
    /// # Errors
    /// `Invalid` where a file cannot be written.
    pub fn run(self, config: &Config) -> Result<()> {
        let Self::Create { dir, owner } = self;
        let dir = dir.unwrap_or_else(|| config.keys_dir());
        keys::create(&dir)?;
        #[cfg(unix)]
        if let Some(owner) = owner {
            let trouble = |e: std::io::Error| Error::invalid("owner", e.to_string());
            for entry in std::fs::read_dir(&dir).map_err(trouble)? {
                std::os::unix::fs::chown(entry.map_err(trouble)?.path(), Some(owner), Some(owner)).map_err(trouble)?;
            }
            std::os::unix::fs::chown(&dir, Some(owner), Some(owner)).map_err(trouble)?;
        }
        println!("the keys are in {}", dir.display());
        Ok(())
    }
}

/// The configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Says whether the configuration can be read.
    Check,
    /// Prints the configuration as it applies, secrets hidden.
    Dump,
}

impl ConfigCommand {
    /// Runs it; reading the configuration was the check.
    ///
    /// # Errors
    /// `Internal` where it cannot be printed.
    pub fn run(self, config: &Config) -> Result<()> {
        match self {
            Self::Check => println!("the configuration can be read"),
            Self::Dump => println!("{}", chassis::config::redacted(config)?),
        }
        Ok(())
    }
}

/// Asks an address whether it is well.
#[derive(Debug, Args)]
pub struct Healthcheck {
    /// The address, such as `http://127.0.0.1:8080/readyz`.
    address: String,
}

impl Healthcheck {
    /// Runs it.
    ///
    /// # Errors
    /// `Unavailable` where the answer is not 200.
    pub async fn run(self) -> Result<()> {
        let trouble = || Error::unavailable(format!("{} is not well", self.address));
        let rest = self
            .address
            .strip_prefix("http://")
            .ok_or_else(|| Error::invalid("address", "Enter an address such as http://127.0.0.1:8080/readyz"))?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let ask = async {
            let mut stream = TcpStream::connect(host).await?;
            let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            stream.write_all(request.as_bytes()).await?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await?;
            Ok::<_, std::io::Error>(answer)
        };
        let answer = tokio::time::timeout(Duration::from_secs(2), ask).await.map_err(|_| trouble())?;
        let answer = answer.map_err(|e| trouble().because(e))?;
        if answer.starts_with("HTTP/1.1 200") { Ok(()) } else { Err(trouble()) }
    }
}

/// Checks an installation piece by piece.
///
/// # Errors
/// `Invalid` where something is wrong.
pub async fn doctor(config: &Config) -> Result<()> {
    let mut wrong = 0;
    let mut say = |what: &str, checked: Result<()>| match checked {
        Ok(()) => println!("ok    {what}"),
        Err(error) => {
            wrong += 1;
            println!("wrong {what}: {error}");
        }
    };
    let keys_dir = config.keys_dir();
    say(
        "master key",
        keys_dir
            .join("master.key")
            .exists()
            .then_some(())
            .ok_or_else(|| Error::invalid("keys", "make the keys with `hedgerow keys create`")),
    );
    for process in SERVICES.into_iter().chain(["gateway"]) {
        say(&format!("key of {process}"), keys::public(&keys_dir, process).map(|_| ()));
    }
    for process in SERVICES.into_iter().chain(["gateway"]) {
        let key = keys::public(&keys_dir, process);
        let checked = match (config.database(process), key) {
            (Ok(database), Ok(key)) => chassis::db::audit(&database, &format!("hedgerow/{process}"), &key)
                .await
                .and_then(|report| match report.faults.first() {
                    None => Ok(()),
                    Some(fault) => Err(Error::invalid("history", fault.to_string())),
                }),
            (Err(error), _) | (_, Err(error)) => Err(error),
        };
        say(&format!("database and history of {process}"), checked);
    }
    if let Some(url) = &config.redis_url {
        use chassis::event::Bus as _;
        let bus = chassis::event::redis::RedisBus::new(url, "doctor").await;
        let checked = match bus {
            Ok(bus) => bus.lost("doctor").await.map(|_| ()),
            Err(error) => Err(error),
        };
        say("Redis", checked);
    }
    match wrong {
        0 => Ok(()),
        n => Err(Error::invalid("installation", format!("{n} things are wrong; each line above says how to mend it"))),
    }
}
