//! `hedgerow cases`: what is due in a school's cases, and with whom; how long its records are kept.

use chassis::{
    clock::{london, moment},
    error::{Error, Result},
    table::Table,
};
use clap::{Subcommand, ValueEnum};
use proto::incident_cases::v1::{
    Due, ListDueRequest, ListRetentionRequest, incident_cases_client::IncidentCasesClient,
};

use crate::{client, config::Config};

/// A school's cases.
#[derive(Debug, Subcommand)]
pub enum Cases {
    /// Prints what is due in the cases one may read, the earliest first.
    Due {
        /// The school.
        #[arg(long)]
        school: String,
        /// Only what is overdue.
        #[arg(long, conflicts_with = "within_days")]
        overdue: bool,
        /// Only what is overdue or due within so many days; 0 is today.
        #[arg(long)]
        within_days: Option<i32>,
        /// Only what is this account's.
        #[arg(long)]
        account: Option<String>,
        /// How it is printed.
        #[arg(long, value_enum, default_value_t = Output::Table)]
        output: Output,
    },
    /// Prints when the records one may read are reviewed and what holds them, the nearest review first.
    Retention {
        /// The school.
        #[arg(long)]
        school: String,
        /// Only those whose review is due, that are held, of which a second person is asked, or that have no date.
        #[arg(long, value_parser = ["due", "held", "asked", "undated"])]
        show: Option<String>,
        /// How it is printed.
        #[arg(long, value_enum, default_value_t = Output::Table)]
        output: Output,
    },
}

/// How a list is printed.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Output {
    /// A line each.
    Table,
    /// Comma-separated, for a spreadsheet.
    Csv,
}

impl Cases {
    /// Runs it.
    ///
    /// # Errors
    /// The service's refusal.
    pub async fn run(self, config: &Config) -> Result<()> {
        match self {
            Self::Due { school, overdue, within_days, account, output } => {
                let asked = ListDueRequest {
                    school_id: school,
                    account_id: account.unwrap_or_default(),
                    within_days,
                    overdue_only: overdue,
                    page_size: 1000,
                    ..ListDueRequest::default()
                };
                Self::due(config, asked, output).await
            }
            Self::Retention { school, show, output } => {
                let asked = ListRetentionRequest {
                    school_id: school,
                    show: show.unwrap_or_default(),
                    page_size: 1000,
                    ..ListRetentionRequest::default()
                };
                Self::retention(config, asked, output).await
            }
        }
    }

    async fn retention(config: &Config, mut asked: ListRetentionRequest, output: Output) -> Result<()> {
        let mut cases = IncidentCasesClient::new(client::gateway(config).await?);
        let mut lines = Vec::new();
        loop {
            let page = cases.list_retention(chassis::upstream::request(asked.clone())).await;
            let page = page.map_err(|status| Error::from_status(&status))?.into_inner();
            lines.extend(page.records.iter().map(|record| {
                let due = if record.due { "due" } else { record.state.as_str() };
                let held = record.held_for.join(" ");
                [record.review_date.clone(), due.to_owned(), record.record_id.clone(), record.class.clone(), held]
            }));
            if page.next_page_token.is_empty() {
                break;
            }
            asked.page_token = page.next_page_token;
        }
        match output {
            Output::Table => {
                for [day, due, record, class, held] in &lines {
                    println!("{day:10}  {due:7}  {record:30}  {class:18}  {held}");
                }
            }
            Output::Csv => {
                let mut table = Table::new(["REVIEW", "STATE", "RECORD", "CLASS", "HELD FOR"])?;
                for line in &lines {
                    table.row(line.each_ref().map(String::as_str))?;
                }
                print!("{}", String::from_utf8_lossy(&table.finish()?));
            }
        }
        Ok(())
    }

    async fn due(config: &Config, mut asked: ListDueRequest, output: Output) -> Result<()> {
        let mut cases = IncidentCasesClient::new(client::gateway(config).await?);
        let mut dues = Vec::new();
        loop {
            let page = cases.list_due(chassis::upstream::request(asked.clone())).await;
            let page = page.map_err(|status| Error::from_status(&status))?.into_inner();
            dues.extend(page.dues);
            if page.next_page_token.is_empty() {
                break;
            }
            asked.page_token = page.next_page_token;
        }
        match output {
            Output::Table => {
                for due in &dues {
                    let [case, what, day, word, owner] = cells(due);
                    println!("{day:10}  {word:9}  {case:10}  {what}  {owner}");
                }
            }
            Output::Csv => {
                let mut table = Table::new(["CASE", "WHAT", "DUE", "HOW", "WHOSE"])?;
                for due in &dues {
                    table.row(cells(due).each_ref().map(String::as_str))?;
                }
                print!("{}", String::from_utf8_lossy(&table.finish()?));
            }
        }
        Ok(())
    }
}

fn cells(due: &Due) -> [String; 5] {
    let day = due.due_time.as_ref().and_then(moment).map(|at| london(at).date().to_string()).unwrap_or_default();
    let what = match due.kind.as_str() {
        "step" => format!("{} {}", due.item_id, due.title),
        kind => format!("{kind} {}", due.title).trim_end().to_owned(),
    };
    [due.reference.clone(), what, day, due.due_word.clone(), due.owner_account_id.clone()]
}
