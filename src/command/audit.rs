//! `hedgerow audit`: the history, checked from outside the processes that wrote it.

use std::path::PathBuf;

use chassis::{
    clock::{Clock as _, SystemClock},
    config::Database,
    error::{Error, Result},
    history::{
        checkpoint,
        verify::{Against, Report},
    },
};
use clap::Subcommand;

use crate::{
    config::{Config, SERVICES},
    keys,
};

/// The tables of each process that hold nothing but what entries of its history left in them: a row there that no
/// entry names was written by hand. A test compares this with the code.
pub const STATES: [(&str, &[&str]); 5] = [
    (
        "policy-registry",
        &[
            "agency_register",
            "comment",
            "instance",
            "lesson",
            "register_entry",
            "reminder",
            "review",
            "rollout",
            "school",
            "template",
        ],
    ),
    (
        "incident-cases",
        &[
            "access_decision",
            "access_request",
            "allegation",
            "attachment",
            "break_glass",
            "case_file",
            "case_mark",
            "case_print",
            "certificate",
            "concern",
            "contact",
            "contact_match",
            "cover",
            "desk_pattern",
            "desk_referral",
            "desk_year",
            "invitation",
            "learner",
            "register_export",
            "shared_incident",
            "shared_item",
            "sharing",
            "transfer",
            "transfer_package",
            "transfer_part",
        ],
    ),
    (
        "filtering-ingest",
        &["alert", "exception", "feed", "feed_rhythm", "format_profile", "log_deletion", "recipient", "sender"],
    ),
    ("reporting", &["question", "report_version"]),
    ("gateway", &["account"]),
];

/// The history.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Checks every entry, checkpoint and state, and names what does not hold.
    Verify {
        /// The processes whose history is checked; all of them where none is named.
        processes: Vec<String>,
        /// A file of checkpoints that were kept elsewhere: the history must still lead to each of them.
        #[arg(long, value_name = "FILE")]
        kept: Option<PathBuf>,
    },
    /// Prints the newest checkpoint of every history. Kept where the databases' owner cannot reach it, it shows later
    /// whether history was cut short or written anew.
    Checkpoint {
        /// The processes; all of them where none is named.
        processes: Vec<String>,
    },
}

impl Audit {
    /// Runs it.
    ///
    /// # Errors
    /// `Invalid` where something does not hold.
    pub async fn run(self, config: &Config) -> Result<()> {
        match self {
            Self::Verify { processes, kept } => verify(config, &named(&processes)?, kept).await,
            Self::Checkpoint { processes } => {
                for process in named(&processes)? {
                    if let Some(note) = chassis::db::newest_checkpoint(&database(config, process)?).await? {
                        println!("{note}");
                    }
                }
                Ok(())
            }
        }
    }
}

/// The processes somebody named.
///
/// # Errors
/// `Invalid` where there is no such process.
pub fn named(processes: &[String]) -> Result<Vec<&'static str>> {
    let known = || SERVICES.into_iter().chain([chassis::caller::GATEWAY]);
    if processes.is_empty() {
        return Ok(known().collect());
    }
    let find = |name: &String| {
        known().find(|process| process == name).ok_or_else(|| {
            let all: Vec<&str> = known().collect();
            Error::invalid("process", format!("There is no process {name}: enter one of {}", all.join(", ")))
        })
    };
    processes.iter().map(find).collect()
}

async fn verify(config: &Config, processes: &[&'static str], kept: Option<PathBuf>) -> Result<()> {
    let kept = match kept {
        None => Vec::new(),
        Some(file) => checkpoint::notes(&std::fs::read_to_string(&file).map_err(|e| {
            let why = super::unreadable(&file, &e);
            Error::invalid("kept", format!("{why}; `hedgerow audit checkpoint` prints what it holds"))
        })?),
    };
    let mut faults = 0;
    for process in processes {
        let database = database(config, process)?;
        match check(config, process, &database, &kept).await {
            Ok(report) => faults += print(&report),
            Err(error) => {
                faults += 1;
                println!("hedgerow/{process}: the database cannot be read: {error}");
            }
        }
    }
    if faults == 0 {
        return Ok(());
    }
    Err(Error::invalid("history", format!("{faults} things do not hold")))
}

/// Checks the history of one process.
///
/// # Errors
/// Where its database or its public key cannot be read.
pub async fn check(config: &Config, process: &str, database: &Database, kept: &[String]) -> Result<Report> {
    let key = keys::public(&config.keys_dir(), process)?;
    let tables = STATES.iter().find(|(name, _)| *name == process).map(|(_, tables)| *tables).unwrap_or_default();
    let origin = format!("hedgerow/{process}");
    let against = Against { origin: &origin, key: &key, tables, kept, now: SystemClock.now() };
    chassis::db::audit(database, &against).await
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

/// Where a process's database is.
///
/// # Errors
/// `Invalid` where it should be a file and is not there: nobody checks an empty one by mistake.
fn database(config: &Config, process: &str) -> Result<Database> {
    let database = config.database(process)?;
    let file = database.url.strip_prefix("sqlite:").and_then(|url| url.split('?').next());
    match file.filter(|file| !std::path::Path::new(file).exists()) {
        None => Ok(database),
        Some(file) => {
            Err(Error::invalid("data_dir", format!("There is no {file}: name the data folder with --data-dir")))
        }
    }
}
