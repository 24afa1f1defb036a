//! `hedgerow cases`: what is due in a school's cases, and with whom.

use chassis::{
    clock::{london, moment},
    error::{Error, Result},
    table::Table,
};
use clap::{Subcommand, ValueEnum};
use proto::incident_cases::v1::{Due, ListDueRequest, incident_cases_client::IncidentCasesClient};

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
        let Self::Due { school, overdue, within_days, account, output } = self;
        let mut cases = IncidentCasesClient::new(client::gateway(config).await?);
        let mut asked = ListDueRequest {
            school_id: school,
            account_id: account.unwrap_or_default(),
            within_days,
            overdue_only: overdue,
            page_size: 1000,
            ..ListDueRequest::default()
        };
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
