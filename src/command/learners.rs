//! `hedgerow learners`: a school's roll from a table, looked at first and then taken, all of it or nothing.

use std::path::PathBuf;

use chassis::error::{Error, Result};
use clap::Subcommand;
use proto::incident_cases::v1::{
    ImportLearnersRequest, LearnerImportDecision, PreviewLearnerImportRequest, PreviewLearnerImportResponse,
    incident_cases_client::IncidentCasesClient,
};

use crate::{client, config::Config};

/// A school's roll.
#[derive(Debug, Subcommand)]
pub enum Learners {
    /// Prints what a table (CSV) would do to a school's roll; takes it with `--commit`.
    Import {
        /// The table, with the headings FAMILY NAME and GIVEN NAME and as far as known KNOWN AS, DATE OF BIRTH, YEAR GROUP, UPN, FLAGS, USER NAME.
        file: PathBuf,
        /// The school.
        #[arg(long)]
        school: String,
        /// The table is the whole roll: whoever is not in it has left.
        #[arg(long)]
        whole_roll: bool,
        /// Takes the table; without it nothing is changed.
        #[arg(long)]
        commit: bool,
        /// Takes it only as it was printed before, with what that printing called it: where the roll has changed since, nothing is taken.
        #[arg(long, value_name = "PREVIEW", requires = "commit")]
        reviewed: Option<String>,
        /// Who a line is that may be somebody who is here: `12=lrn_…`, or `12=new` for somebody new.
        #[arg(long = "decide", value_name = "LINE=WHO")]
        decisions: Vec<String>,
    },
}

impl Learners {
    /// Runs it.
    ///
    /// # Errors
    /// `Invalid` where a line is wrong or undecided; the service's refusal.
    pub async fn run(self, config: &Config) -> Result<()> {
        let Self::Import { file, school, whole_roll, commit, reviewed, decisions } = self;
        let decisions = decisions.iter().map(|text| decision(text)).collect::<Result<Vec<_>>>()?;
        let content = std::fs::read(&file).map_err(|e| Error::invalid("file", super::unreadable(&file, &e)))?;
        let mut cases = IncidentCasesClient::new(client::gateway(config).await?);
        let preview = PreviewLearnerImportRequest {
            school_id: school.clone(),
            content: content.into(),
            whole_roll,
            request_id: client::request_id(),
            content_hash: String::new(),
        };
        let preview = cases.preview_learner_import(chassis::upstream::request(preview)).await;
        let preview = preview.map_err(|s| Error::from_status(&s))?.into_inner();
        print(&preview);
        if preview.wrong > 0 {
            return Err(Error::invalid("file", "Mend the lines above and send the table again: nothing was changed"));
        }
        if !commit {
            println!(
                "nothing was changed: add --commit --reviewed {} to take what is printed here",
                preview.content_hash
            );
            return Ok(());
        }
        let take = ImportLearnersRequest {
            school_id: school,
            content_hash: reviewed.unwrap_or(preview.content_hash),
            decisions,
            request_id: client::request_id(),
        };
        let done = cases.import_learners(chassis::upstream::request(take)).await;
        let done = done.map_err(|s| Error::from_status(&s))?.into_inner();
        println!("taken: {} added, {} changed, {} left", done.added, done.changed, done.left);
        Ok(())
    }
}

fn print(preview: &PreviewLearnerImportResponse) {
    for line in &preview.lines {
        for problem in &line.problems {
            println!("line {}: {}: {}", line.line, problem.column, problem.fix);
        }
        if line.outcome == "close_match" {
            println!("line {} may be somebody who is here: decide with --decide {}=WHO", line.line, line.line);
            for found in &line.candidates {
                let learner = found.learner.clone().unwrap_or_default();
                let record = learner.record.unwrap_or_default();
                let (id, born, why) = (learner.learner_id, record.birth_date, &found.why);
                println!("  {id}\t{} {}\t{born}\tby {why}", record.given_name, record.family_name);
            }
        } else if line.problems.is_empty() {
            println!("line {}: {}: {}", line.line, line.outcome, line.name);
            for change in &line.changes {
                println!("  {}: {} instead of {}", change.column, said(&change.after), said(&change.before));
            }
        }
    }
    for leaver in &preview.leaving {
        let record = leaver.learner.clone().unwrap_or_default().record.unwrap_or_default();
        let file = if leaver.has_records { ", who has a file" } else { "" };
        println!("leaves: {} {}{file}", record.given_name, record.family_name);
    }
    if !preview.unread_columns.is_empty() {
        println!("columns that are not read: {}", preview.unread_columns.join(", "));
    }
    println!(
        "{} new, {} changed, {} unchanged, {} back, {} to decide, {} leavers, {} wrong",
        preview.new_learners,
        preview.changed,
        preview.unchanged,
        preview.returned,
        preview.close_matches,
        preview.leavers,
        preview.wrong
    );
}

/// What stands in a column.
fn said(text: &str) -> &str {
    if text.is_empty() { "nothing" } else { text }
}

/// `12=lrn_…` or `12=new`.
fn decision(text: &str) -> Result<LearnerImportDecision> {
    let fix = || Error::invalid("decide", "Enter a line and who it is, such as 12=new");
    let (line, who) = text.split_once('=').ok_or_else(fix)?;
    let learner_id = if who == "new" { String::new() } else { who.to_owned() };
    Ok(LearnerImportDecision { line: line.parse().map_err(|_| fix())?, learner_id })
}
