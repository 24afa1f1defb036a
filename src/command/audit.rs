//! `hedgerow audit`: the history, checked from outside the processes that wrote it.

use chassis::{
    config::Database,
    error::{Error, Result},
    history::verify::Report,
};
use clap::Subcommand;

use crate::{
    config::{Config, SERVICES},
    keys,
};

/// The history.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Checks every entry, checkpoint and state of every database, and names what does not hold.
    Verify,
}

impl Audit {
    /// Runs it.
    ///
    /// # Errors
    /// `Invalid` where something does not hold.
    pub async fn run(self, config: &Config) -> Result<()> {
        let Self::Verify = self;
        let mut faults = 0;
        for service in SERVICES.into_iter().chain(["gateway"]) {
            let database = config.database(service)?;
            if let Some(file) = missing_file(&database) {
                return Err(Error::invalid(
                    "data_dir",
                    format!("There is no {file}: name the data folder with --data-dir"),
                ));
            }
            let key = keys::public(&config.keys_dir(), service)?;
            let origin = format!("hedgerow/{service}");
            match chassis::db::audit(&database, &origin, &key).await {
                Ok(report) => faults += print(&report),
                Err(error) => {
                    faults += 1;
                    println!("{origin}: the database cannot be read: {error}");
                }
            }
        }
        if faults == 0 {
            return Ok(());
        }
        Err(Error::invalid("history", format!("{faults} things do not hold")))
    }
}

fn print(report: &Report) -> usize {
    if report.faults.is_empty() {
        println!(
            "{}: {} entries, {} checkpoints, {} states: intact",
            report.origin, report.entries, report.checkpoints, report.states
        );
    }
    for fault in &report.faults {
        println!("{}: {fault}", report.origin);
    }
    report.faults.len()
}

/// The SQLite file a database should be in and is not.
fn missing_file(database: &Database) -> Option<String> {
    let file = database.url.strip_prefix("sqlite:")?.split('?').next()?;
    (!std::path::Path::new(file).exists()).then(|| file.to_owned())
}
