//! `hedgerow cases`: what is due in a school's cases, and with whom; how long its records are kept; a case, a list or the
//! answer to a request in a file; and the work on its cases.

pub mod work;

use std::path::{Path, PathBuf};

use chassis::{
    clock::{london, moment},
    error::{Error, Result},
    table::Table,
};
use clap::{Args, Subcommand, ValueEnum};
use prost::bytes::Bytes;
use proto::incident_cases::v1::{
    Due, ExportCaseRegisterRequest, ExportSubjectAccessRequest, GetWorkloadRequest, ListDueRequest,
    ListRetentionRequest, PrintCaseRequest, Workload, WorkloadOwner, incident_cases_client::IncidentCasesClient,
};

use super::figures;
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
    /// Prints how the work stands, by the records one may read: concerns that wait, what is overdue and what is at risk, and the
    /// work of each.
    Workload {
        /// The school.
        #[arg(long)]
        school: String,
        /// How it is printed; as a table for a spreadsheet it is the work of each.
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
    /// Writes a case to a file, as its chronology or as all of its record.
    Print {
        /// The case, `cas_…`.
        case: String,
        /// What it has.
        #[arg(long, default_value = "chronology", value_parser = ["chronology", "bundle"])]
        kind: String,
        /// What it is written as.
        #[arg(long, default_value = "pdf", value_parser = ["pdf", "docx", "html"])]
        format: String,
        /// How people are called in it.
        #[arg(long, default_value = "labels", value_parser = ["labels", "names"])]
        people: String,
        /// The first day, such as `2026-09-01`.
        #[arg(long, default_value = "")]
        from: String,
        /// The last day.
        #[arg(long, default_value = "")]
        to: String,
        /// Encrypted under a passphrase that is printed once: for whatever leaves the school other than on paper.
        #[arg(long)]
        encrypt: bool,
        /// Where it is written, and why.
        #[command(flatten)]
        leaving: Leaving,
    },
    /// Writes a list to a file as comma-separated values, without names and without anything that was written.
    Export {
        /// The list.
        #[arg(value_parser = ["cases", "allegations", "low_level", "concerns", "devices", "searches", "disclosures", "referrals", "reports"])]
        register: String,
        /// The first day, such as `2026-09-01`.
        #[arg(long, default_value = "")]
        from: String,
        /// The last day.
        #[arg(long, default_value = "")]
        to: String,
        /// Where it is written, and why.
        #[command(flatten)]
        leaving: Leaving,
    },
    /// Writes the answer to a subject access request to a file and closes the request; every record was decided on before.
    SubjectAccess {
        /// The request, `sar_…`.
        request: String,
        /// What it is written as.
        #[arg(long, default_value = "pdf", value_parser = ["pdf", "docx", "html"])]
        format: String,
        /// The file says how many records are kept back.
        #[arg(long)]
        say_withheld: bool,
        /// A draft to be read first: nothing is closed.
        #[arg(long)]
        draft: bool,
        /// Encrypted under a passphrase that is printed once: for whatever leaves the school other than on paper.
        #[arg(long)]
        encrypt: bool,
        /// Where it is written, and why.
        #[command(flatten)]
        leaving: Leaving,
    },
    /// The work on them.
    #[command(flatten)]
    Work(work::Work),
}

/// What is asked of every file that leaves.
#[derive(Debug, Args)]
pub struct Leaving {
    /// The school.
    #[arg(long)]
    school: String,
    /// Why it leaves and for whom. It is kept.
    #[arg(long)]
    reason: String,
    /// The file.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Writes over a file that is there.
    #[arg(long)]
    force: bool,
}

impl Leaving {
    /// Refuses before anything is asked where the file could not be written: what is asked is recorded as having left.
    fn ready(&self) -> Result<()> {
        if self.out.is_dir() || self.out.file_name().is_none() {
            return Err(Error::invalid("out", format!("{} is a folder: name a file in it", self.out.display())));
        }
        if !self.force && self.out.exists() {
            let fix = format!("{} is there already: name another file, or add --force", self.out.display());
            return Err(Error::invalid("out", fix));
        }
        let folder = self.out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if folder.is_dir() { Ok(()) } else { Err(Error::invalid("out", format!("There is no {}", folder.display()))) }
    }

    /// Makes the file and lets it leave. The place it goes to is opened first: what is asked is recorded as having left, and
    /// some of it can be asked once only.
    async fn leave<T>(
        &self,
        made: impl Future<Output = std::result::Result<tonic::Response<T>, tonic::Status>>,
        of: impl FnOnce(T) -> (Bytes, String),
    ) -> Result<()> {
        use std::io::Write as _;

        self.ready()?;
        let wrong = |e: std::io::Error| Error::invalid("out", format!("{}: {e}", self.out.display()));
        let mut name = self.out.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let part = self.out.with_file_name(name);
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            // What leaves is about children: for whoever asked for it alone.
            options.mode(0o600);
        }
        let mut file = options.open(&part).map_err(wrong)?;
        let (content, passphrase) = match made.await {
            Ok(answer) => of(answer.into_inner()),
            Err(status) => {
                drop(file);
                let _ = std::fs::remove_file(&part);
                return Err(Error::from_status(&status));
            }
        };
        let kept =
            file.write_all(&content).and_then(|()| file.sync_all()).and_then(|()| std::fs::rename(&part, &self.out));
        kept.map_err(wrong)?;
        println!("{}", self.out.display());
        if !passphrase.is_empty() {
            println!("passphrase: {passphrase} (tell it on the telephone; it is kept nowhere)");
        }
        Ok(())
    }
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
            Self::Work(work) => work.run(config).await,
            Self::Due { school, overdue, within_days, account, output } => {
                let asked = ListDueRequest {
                    school_id: school,
                    account_id: account.unwrap_or_default(),
                    within_days,
                    overdue_only: overdue,
                    page_size: 1000,
                    ..ListDueRequest::default()
                };
                due(config, asked, output).await
            }
            Self::Workload { school, output } => workload(config, school, output).await,
            Self::Retention { school, show, output } => {
                let asked = ListRetentionRequest {
                    school_id: school,
                    show: show.unwrap_or_default(),
                    page_size: 1000,
                    ..ListRetentionRequest::default()
                };
                retention(config, asked, output).await
            }
            Self::Print { case, kind, format, people, from, to, encrypt, leaving } => {
                let asked = PrintCaseRequest {
                    school_id: leaving.school.clone(),
                    case_id: case,
                    kind,
                    format,
                    people,
                    reason: leaving.reason.clone(),
                    encrypt,
                    from_date: from,
                    to_date: to,
                    preview: false,
                };
                let mut cases = files(config).await?;
                let made = cases.print_case(chassis::upstream::patient(asked));
                leaving.leave(made, |file| (file.content, file.passphrase)).await
            }
            Self::Export { register, from, to, leaving } => {
                let asked = ExportCaseRegisterRequest {
                    school_id: leaving.school.clone(),
                    register,
                    from_date: from,
                    to_date: to,
                    reason: leaving.reason.clone(),
                    request_id: client::request_id(),
                };
                let mut cases = files(config).await?;
                let made = cases.export_case_register(chassis::upstream::patient(asked));
                leaving.leave(made, |file| (file.content, String::new())).await
            }
            Self::SubjectAccess { request, format, say_withheld, draft, encrypt, leaving } => {
                let asked = ExportSubjectAccessRequest {
                    school_id: leaving.school.clone(),
                    access_request_id: request,
                    format,
                    reason: leaving.reason.clone(),
                    say_withheld,
                    request_id: client::request_id(),
                    draft,
                    encrypt,
                };
                let mut cases = files(config).await?;
                let made = cases.export_subject_access(chassis::upstream::patient(asked));
                leaving.leave(made, |file| (file.content, file.passphrase)).await
            }
        }
    }
}

/// A way to what answers with a file.
async fn files(config: &Config) -> Result<IncidentCasesClient<client::Gateway>> {
    let cases = IncidentCasesClient::new(client::gateway(config).await?);
    Ok(cases.max_decoding_message_size(chassis::serve::MAX_MESSAGE))
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
            let recorded = record.create_time.as_ref().and_then(moment).map(|at| london(at).date().to_string());
            let class = record.class.clone();
            let (review, recorded) = (record.review_date.clone(), recorded.unwrap_or_default());
            [review, due.to_owned(), record.record_id.clone(), class, held, recorded]
        }));
        if page.next_page_token.is_empty() {
            break;
        }
        asked.page_token = page.next_page_token;
    }
    match output {
        Output::Table => {
            for [day, due, record, class, held, recorded] in &lines {
                println!("{day:10}  {due:7}  {record:30}  {class:18}  {recorded:10}  {held}");
            }
        }
        Output::Csv => {
            let mut table = Table::new(["REVIEW", "STATE", "RECORD", "CLASS", "HELD FOR", "RECORDED"])?;
            for line in &lines {
                table.row(line.each_ref().map(String::as_str))?;
            }
            print!("{}", String::from_utf8_lossy(&table.finish()?));
        }
    }
    Ok(())
}

async fn due(config: &Config, mut asked: ListDueRequest, output: Output) -> Result<()> {
    let names = figures::colleagues(config, &asked.school_id).await;
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
    for due in &mut dues {
        due.owner_account_id = figures::name(&names, &due.owner_account_id).to_owned();
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

async fn workload(config: &Config, school_id: String, output: Output) -> Result<()> {
    let mut cases = IncidentCasesClient::new(client::gateway(config).await?);
    let asked = GetWorkloadRequest { school_id: school_id.clone() };
    let answer = cases.get_workload(chassis::upstream::request(asked)).await;
    let answer = answer.map_err(|status| Error::from_status(&status))?.into_inner();
    let mut workload = answer.workload.unwrap_or_default();
    let names = figures::colleagues(config, &school_id).await;
    let whose = workload.owners.iter_mut().map(|owner| &mut owner.account_id);
    for id in whose.chain(workload.overdue.iter_mut().map(|due| &mut due.owner_account_id)) {
        *id = figures::name(&names, id).to_owned();
    }
    match output {
        Output::Table => stands(&workload),
        Output::Csv => {
            let mut table = Table::new([
                "WHOSE",
                "OVERDUE",
                "STATUTORY",
                "DAYS LATE",
                "AT RISK",
                "OPEN CASES",
                "IDLE",
                "THIS WEEK",
                "LAST WEEK",
            ])?;
            for owner in &workload.owners {
                table.row(each(owner).each_ref().map(String::as_str))?;
            }
            print!("{}", String::from_utf8_lossy(&table.finish()?));
        }
    }
    Ok(())
}

fn stands(workload: &Workload) {
    let concerns = workload.concerns.clone().unwrap_or_default();
    let transfers = workload.transfers.unwrap_or_default();
    let at_risk = format!("at risk until {}", workload.at_risk_until_date);
    for (number, what) in [
        (concerns.unread, "concerns unread"),
        (concerns.undecided, "concerns read and not decided on"),
        (workload.overdue_total, "overdue"),
        (workload.due_today_total, "due today"),
        (workload.at_risk_total, at_risk.as_str()),
        (workload.silent_total, "answers of agencies late"),
        (workload.idle_total, "cases without activity for 30 days"),
        (transfers.to_send + transfers.to_confirm, "files to send or to confirm"),
    ] {
        println!("{number:5}  {what}");
    }
    if workload.overdue_total == 0 {
        println!("nothing is overdue");
    }
    for due in &workload.overdue {
        let [case, what, day, _, owner] = cells(due);
        println!("{day:10}  {:3} days late  {case:10}  {what}  {owner}", due.working_days_late);
    }
    for owner in &workload.owners {
        let [whose, overdue, statutory, late, at_risk, open, idle, this, last] = each(owner);
        println!(
            "{whose:30}  {overdue} overdue ({statutory} statutory, {late} days late)  {at_risk} at risk  {open} open cases \
             ({idle} idle)  done {this} this week, {last} last week"
        );
    }
}

fn each(owner: &WorkloadOwner) -> [String; 9] {
    let whose = if owner.account_id.is_empty() { "nobody" } else { owner.account_id.as_str() };
    let numbers = [
        owner.overdue,
        owner.overdue_statutory,
        owner.working_days_late,
        owner.at_risk,
        owner.open_cases,
        owner.idle_cases,
        owner.done_this_week,
        owner.done_last_week,
    ];
    let [a, b, c, d, e, f, g, h] = numbers.map(|n| n.to_string());
    [whose.to_owned(), a, b, c, d, e, f, g, h]
}

fn cells(due: &Due) -> [String; 5] {
    let day = due.due_time.as_ref().and_then(moment).map(|at| london(at).date().to_string()).unwrap_or_default();
    let what = match due.kind.as_str() {
        "step" => format!("{} {}", due.item_id, due.title),
        kind => format!("{kind} {}", due.title).trim_end().to_owned(),
    };
    [due.reference.clone(), what, day, due.due_word.clone(), due.owner_account_id.clone()]
}
