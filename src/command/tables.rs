//! `hedgerow reports measures`, `ask`, `questions`: tables that somebody puts together, and those that are kept.

use std::{collections::BTreeMap, path::PathBuf};

use chassis::{
    clock::{london, moment},
    error::{Error, Result},
};
use clap::{Args, Subcommand};
use proto::reporting::v1::{
    AskTableRequest, AskTableResponse, DeleteQuestionRequest, ExportTableRequest, GetQuestionRequest,
    ListMeasuresRequest, ListQuestionsRequest, ReportFormat, SaveQuestionRequest, SavedQuestion, TableQuestion,
    TableSchool, reporting_client::ReportingClient,
};

use super::{
    figures::{self, figure, name},
    reports::{Format, reporting},
};
use crate::{client, config::Config};

/// What is asked.
#[derive(Debug, Args)]
pub struct What {
    /// What is counted, such as `cases_opened`; up to five, each a table of its own. `hedgerow reports measures` lists them.
    #[arg(long = "measure", required = true, value_name = "KEY")]
    measures: Vec<String>,
    /// What the rows are: `term`, `month`, a dimension such as `procedure`, or at the authority `school`.
    #[arg(long, default_value = "")]
    rows: String,
    /// What the columns are.
    #[arg(long, default_value = "")]
    columns: String,
    /// What is counted alone, such as `procedure=P5`; may be given several times.
    #[arg(long = "only", value_name = "DIMENSION=VALUE")]
    filters: Vec<String>,
    /// A term such as `2026-autumn`, or `this_term`, `last_term`, `this_year`, `last_year`.
    #[arg(long, default_value = "", conflicts_with_all = ["from", "to"])]
    period: String,
    /// The first day, such as `2026-09-01`.
    #[arg(long, requires = "to")]
    from: Option<String>,
    /// The last day.
    #[arg(long, requires = "from")]
    to: Option<String>,
}

impl From<What> for TableQuestion {
    fn from(what: What) -> Self {
        let What { measures, rows, columns, filters, period, from, to } = what;
        let period = if from.is_some() { "dates".to_owned() } else { period };
        let (from_date, to_date) = (from.unwrap_or_default(), to.unwrap_or_default());
        Self { measures, rows, columns, filters, period, from_date, to_date }
    }
}

/// Prints what may be asked: key, title and what it may be broken down by.
#[derive(Debug, Args)]
pub struct Measures {
    /// The school; the authority without it.
    #[arg(long, default_value = "")]
    school: String,
}

/// Asks for tables of one school, or over all of the authority's.
#[derive(Debug, Args)]
pub struct Ask {
    /// The school; all of the authority's without it.
    #[arg(long, default_value = "")]
    school: String,
    #[command(flatten)]
    what: What,
    /// What was known at the end of a day, such as `2026-11-24`; what is known now without it.
    #[arg(long, default_value = "")]
    as_at: String,
    /// Writes a file instead of printing.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// The file; a neutral name such as `online-safety-table-2026-09-01-to-2026-12-31.csv` without it.
    #[arg(long, value_name = "FILE", requires = "format")]
    out: Option<PathBuf>,
}

/// Questions that are kept.
#[derive(Debug, Subcommand)]
pub enum Questions {
    /// Prints one's own and those that are shared, the newest first.
    List {
        /// The school; the authority without it.
        #[arg(long, default_value = "")]
        school: String,
    },
    /// Prints the tables of a question as they are now.
    Show {
        /// The question.
        question: String,
        /// The school; the authority without it.
        #[arg(long, default_value = "")]
        school: String,
        /// What was known at the end of a day, such as `2026-11-24`; what is known now without it.
        #[arg(long, default_value = "")]
        as_at: String,
    },
    /// Keeps a question, and prints its id.
    Save(Box<Save>),
    /// Lets go of a question of one's own.
    Delete {
        /// The question.
        question: String,
        /// The school; the authority without it.
        #[arg(long, default_value = "")]
        school: String,
    },
}

/// Keeps a question.
#[derive(Debug, Args)]
pub struct Save {
    /// What it is called. It names nobody.
    name: String,
    /// The question of one's own that is changed; a new one without it.
    #[arg(long, default_value = "")]
    question: String,
    /// The school; the authority without it.
    #[arg(long, default_value = "")]
    school: String,
    #[command(flatten)]
    what: What,
    /// Lets everybody who reads the figures find it.
    #[arg(long)]
    shared: bool,
    /// How often a notice leads to it: `weekly`, `monthly` or `termly`.
    #[arg(long, default_value = "")]
    every: String,
}

fn told<T>(answer: std::result::Result<tonic::Response<T>, tonic::Status>) -> Result<T> {
    answer.map(tonic::Response::into_inner).map_err(|status| Error::from_status(&status))
}

/// Prints tables, cells parted by tabs. Where rows or columns are schools their titles are ids: of these `names` knows the names.
fn print(answer: &AskTableResponse, names: &BTreeMap<String, String>) {
    println!("{} to {}", answer.from_date, answer.to_date);
    if let Some(counted) = figures::counted_at(answer.figures_as_of_time.as_ref().and_then(moment)) {
        println!("{counted}");
    }
    for table in &answer.tables {
        let measure = table.measure.clone().unwrap_or_default();
        println!("\n{}: {}", measure.title, measure.definition);
        for only in &table.only {
            println!("only {only}");
        }
        let by_columns = !table.columns_title.is_empty();
        if by_columns {
            let titles: Vec<&str> = table.columns.iter().map(|column| name(names, &column.title)).collect();
            println!("{}\t{}\tall", table.rows_title, titles.join("\t"));
        }
        // Without rows the sums are the figures.
        let by_rows = !table.rows_title.is_empty();
        for (row, cells) in table.rows.iter().zip(&table.cells).filter(|_| by_rows) {
            let held = cells.figures.iter().zip(&cells.held_dates);
            let mut figures: Vec<String> = held.map(|(of, held)| figure(Some(of), held)).collect();
            figures.extend(by_columns.then(|| figure(cells.total.as_ref(), &cells.total_held_date)));
            println!("{}\t{}", name(names, &row.title), figures.join("\t"));
        }
        let held = table.column_totals.iter().zip(&table.column_total_held_dates);
        let mut sums: Vec<String> = held.filter(|_| by_columns).map(|(of, held)| figure(Some(of), held)).collect();
        sums.push(figure(table.total.as_ref(), &table.total_held_date));
        println!("all\t{}", sums.join("\t"));
    }
    println!("\n{}", figures::legend(answer.min_cell.into()));
}

async fn ask(
    config: &Config,
    reporting: &mut ReportingClient<client::Gateway>,
    (school_id, as_at_date): (String, String),
    question: TableQuestion,
) -> Result<()> {
    let names = named(config, &school_id).await?;
    let request = AskTableRequest { school_id, question: Some(question), as_at_date };
    print(&told(reporting.ask_table(chassis::upstream::patient(request)).await)?, &names);
    Ok(())
}

/// What the schools of a table are called: one's own, or all of the authority's.
async fn named(config: &Config, school: &str) -> Result<BTreeMap<String, String>> {
    if school.is_empty() {
        return figures::schools(config).await;
    }
    let asked = serde_json::json!({"schoolId": school});
    let named = super::client::ask(config, "GetSchool", asked).await?;
    let name = named["school"]["name"].as_str().unwrap_or_default().to_owned();
    Ok(BTreeMap::from([(school.to_owned(), name)]))
}

impl Measures {
    /// Runs it.
    ///
    /// # Errors
    /// The service's refusal.
    pub async fn run(self, config: &Config) -> Result<()> {
        let request = ListMeasuresRequest { school_id: self.school };
        let answer = told(reporting(config).await?.list_measures(chassis::upstream::request(request)).await)?;
        for measure in answer.measures {
            let by: Vec<&str> = measure.dimensions.iter().map(|dimension| dimension.key.as_str()).collect();
            println!("{}\t{}\t{}", measure.key, measure.title, by.join(","));
        }
        Ok(())
    }
}

impl Ask {
    /// Prints the tables, or writes them to a file and prints its name.
    ///
    /// # Errors
    /// The service's refusal, or where the file cannot be written.
    pub async fn run(self, config: &Config) -> Result<()> {
        let mut reporting = reporting(config).await?;
        let Some(format) = self.format else {
            return ask(config, &mut reporting, (self.school, self.as_at), self.what.into()).await;
        };
        let named = named(config, &self.school).await?;
        let schools = named.into_iter().map(|(school_id, name)| TableSchool { school_id, name }).collect();
        let request = ExportTableRequest {
            school_id: self.school,
            question: Some(self.what.into()),
            as_at_date: self.as_at,
            format: ReportFormat::from(format).into(),
            schools,
        };
        let file = told(reporting.export_table(chassis::upstream::patient(request)).await)?;
        let path = self.out.unwrap_or_else(|| PathBuf::from(&file.file_name));
        super::write_new(&path, &file.content).map_err(|why| Error::invalid("out", why))?;
        println!("{}", path.display());
        Ok(())
    }
}

fn line(question: &SavedQuestion) {
    let due = question.due_time.as_ref().and_then(moment).map(london);
    let due = due.map_or_else(|| "-".to_owned(), |at| at.date().to_string());
    let shared = if question.shared { "shared" } else { "own" };
    let gone = if question.withdrawn.is_empty() { "" } else { "\ta measure was withdrawn: change it" };
    println!("{}\t{shared}\t{due}\t{}{gone}", question.question_id, question.name);
}

impl Questions {
    /// Runs it.
    ///
    /// # Errors
    /// The service's refusal.
    pub async fn run(self, config: &Config) -> Result<()> {
        let mut reporting = reporting(config).await?;
        match self {
            Self::List { school } => {
                let mut asked = ListQuestionsRequest { school_id: school, page_size: 1000, page_token: String::new() };
                loop {
                    let page = told(reporting.list_questions(chassis::upstream::request(asked.clone())).await)?;
                    page.questions.iter().for_each(line);
                    if page.next_page_token.is_empty() {
                        return Ok(());
                    }
                    asked.page_token = page.next_page_token;
                }
            }
            Self::Show { question, school, as_at } => {
                let request = GetQuestionRequest { school_id: school.clone(), question_id: question };
                let kept = told(reporting.get_question(chassis::upstream::request(request)).await)?.question;
                let kept = kept.unwrap_or_default();
                line(&kept);
                ask(config, &mut reporting, (school, as_at), kept.question.unwrap_or_default()).await
            }
            Self::Save(save) => {
                let save = *save;
                let request = SaveQuestionRequest {
                    school_id: save.school,
                    question_id: save.question,
                    name: save.name,
                    question: Some(save.what.into()),
                    shared: save.shared,
                    every: save.every,
                    request_id: client::request_id(),
                };
                let kept = told(reporting.save_question(chassis::upstream::request(request)).await)?.question;
                println!("{}", kept.unwrap_or_default().question_id);
                Ok(())
            }
            Self::Delete { question, school } => {
                let request = DeleteQuestionRequest {
                    school_id: school,
                    question_id: question,
                    request_id: client::request_id(),
                };
                told(reporting.delete_question(chassis::upstream::request(request)).await)?;
                Ok(())
            }
        }
    }
}
