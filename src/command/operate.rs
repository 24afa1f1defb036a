//! `hedgerow migrate`, `keys`, `config`, `healthcheck`, `doctor`: running an installation.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use chassis::error::{Error, Kind, Result};
use clap::{Args, Subcommand};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{config::Config, keys, platform};

/// Brings databases up to date and ends.
#[derive(Debug, Args)]
pub struct Migrate {
    /// The processes whose databases they are; all of them where none is named.
    processes: Vec<String>,
    /// Waits so many seconds for a database that cannot be reached yet.
    #[arg(long, default_value_t = 0, value_name = "SECONDS")]
    wait: u64,
}

impl Migrate {
    /// Runs it.
    ///
    /// # Errors
    /// Where one cannot be reached.
    pub async fn run(self, config: &Config) -> Result<()> {
        let until = Instant::now() + Duration::from_secs(self.wait);
        for process in super::audit::named(&self.processes)? {
            loop {
                match platform::migrate(config, process).await {
                    Err(error) if error.kind() == Kind::Unavailable && Instant::now() < until => {
                        tokio::time::sleep(Duration::from_secs(1)).await;
                    }
                    done => break done?,
                }
            }
            println!("the database of {process} is up to date");
        }
        Ok(())
    }
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
        /// Makes a folder for each process, with its own secrets and everybody's public keys.
        #[arg(long)]
        apart: bool,
    },
}

impl Keys {
    /// Runs it.
    ///
    /// # Errors
    /// `Invalid` where a file cannot be written.
    pub fn run(self, config: &Config) -> Result<()> {
        let Self::Create { dir, owner, apart } = self;
        let dir = dir.unwrap_or_else(|| config.keys_dir());
        let made = if apart { keys::create_apart(&dir) } else { keys::create(&dir) };
        made?;
        #[cfg(unix)]
        if let Some(owner) = owner {
            give(&dir, owner).map_err(|e| Error::invalid("owner", e.to_string()))?;
        }
        println!("the keys are in {}", dir.display());
        Ok(())
    }
}

/// Gives a folder and all in it to a user.
#[cfg(unix)]
fn give(path: &std::path::Path, owner: u32) -> std::io::Result<()> {
    if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            give(&entry?.path(), owner)?;
        }
    }
    std::os::unix::fs::chown(path, Some(owner), Some(owner))
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
    /// Asks again every so many seconds, and ends only when told to: the container beside one that cannot ask itself.
    #[arg(long, value_name = "SECONDS")]
    every: Option<u64>,
}

impl Healthcheck {
    /// Runs it.
    ///
    /// # Errors
    /// `Unavailable` where the answer is not 200.
    pub async fn run(self) -> Result<()> {
        let Some(every) = self.every else { return self.ask().await };
        let asking = async {
            loop {
                if let Err(error) = self.ask().await {
                    eprintln!("{}", error.message());
                }
                tokio::time::sleep(Duration::from_secs(every.max(1))).await;
            }
        };
        tokio::select! {
            () = asking => Ok(()),
            () = chassis::serve::until_told() => Ok(()),
        }
    }

    async fn ask(&self) -> Result<()> {
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
pub async fn doctor(config: &Config, processes: &[String]) -> Result<()> {
    let processes = super::audit::named(processes)?;
    let mut wrong = 0;
    let mut say = |what: &str, checked: Result<()>| match checked {
        Ok(()) => println!("ok    {what}"),
        Err(error) => {
            wrong += 1;
            println!("wrong {what}: {error}");
        }
    };
    let keys_dir = config.keys_dir();
    for process in &processes {
        let keys = keys::ring(&keys_dir, process).and_then(|_| keys::signing(&keys_dir, process));
        say(&format!("keys of {process}"), keys.map(|_| ()));
    }
    for process in processes {
        let checked = match config.database(process) {
            Ok(database) => super::audit::check(config, process, &database, &[]).await.and_then(|report| {
                report.faults.first().map_or(Ok(()), |fault| Err(Error::invalid("history", fault.to_string())))
            }),
            Err(error) => Err(error),
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
