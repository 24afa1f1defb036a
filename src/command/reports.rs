//! `hedgerow reports get`, `signed`, `sign`: a term's report for governors as a file, what the head signed, and signing;
//! `trends`: a term over all schools beside those before; `self-review`: where a school stands.

use std::path::{Path, PathBuf};

use chassis::{
    clock::{london, moment},
    error::{Error, Kind, Result},
    table::Table,
};
use clap::{Args, ValueEnum};
use proto::reporting::v1::{
    ExportReportRequest, ExportSelfReviewRequest, GetAuthorityTrendsRequest, GetReportVersionRequest,
    GetSelfReviewRequest, ListReportVersionsRequest, ReportFormat, ReportVersion, SelfReview as Review,
    SelfReviewPosition, SignReportRequest, reporting_client::ReportingClient,
};

use super::{cases::Output, figures};
use crate::{client, config::Config};

/// What a report is written as.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Format {
    /// Comma-separated values.
    Csv,
    /// A workbook.
    Xlsx,
    /// A tagged PDF.
    Pdf,
}

impl From<Format> for ReportFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Csv => Self::Csv,
            Format::Xlsx => Self::Xlsx,
            Format::Pdf => Self::Pdf,
        }
    }
}

/// Whose report, and of which term.
#[derive(Debug, Args)]
struct Which {
    /// The school.
    #[arg(long)]
    school: String,
    /// The term, such as `2026-autumn`.
    #[arg(long)]
    term: String,
}

/// Writes a term's report for governors to a file: what was signed last, or the draft where nothing was.
#[derive(Debug, Args)]
pub struct Get {
    #[command(flatten)]
    which: Which,
    /// What it is written as.
    #[arg(long, value_enum, default_value_t = Format::Pdf)]
    format: Format,
    /// A signed version by its number.
    #[arg(long, value_name = "NUMBER", conflicts_with = "draft", value_parser = clap::value_parser!(u32).range(1..))]
    signed: Option<u32>,
    /// The figures as they are now, whatever was signed.
    #[arg(long)]
    draft: bool,
    /// The file; a neutral name such as `online-safety-report-2026-autumn-v1.pdf` without it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Prints what the head signed, the newest first.
#[derive(Debug, Args)]
pub struct Signed {
    /// The school.
    #[arg(long)]
    school: String,
    /// The term, such as `2026-autumn`; every term without it.
    #[arg(long, default_value = "")]
    term: String,
}

/// Signs a term's figures as they are now, as the head.
#[derive(Debug, Args)]
pub struct Sign {
    #[command(flatten)]
    which: Which,
    /// The etag of the draft that was read, as `hedgerow call GetGovernorReport` prints it.
    #[arg(long)]
    etag: String,
    /// What the head says to the governors. It names nobody.
    #[arg(long, default_value = "")]
    comment: String,
    /// Why an earlier version is amended.
    #[arg(long, default_value = "")]
    reason: String,
}

/// Prints a term's figures over all schools beside what was to be expected from the terms before.
#[derive(Debug, Args)]
pub struct Trends {
    /// The term, such as `2026-autumn`; the current one without it.
    #[arg(long, default_value = "")]
    term: String,
    /// What was known at the end of a day, such as `2026-11-24`; what is known now without it.
    #[arg(long, default_value = "")]
    as_at: String,
}

/// Prints where a school stands, statement by statement.
#[derive(Debug, Args)]
pub struct SelfReview {
    /// The school.
    #[arg(long)]
    school: String,
    /// What was known at the end of a day, such as `2026-11-24`; what is known now without it.
    #[arg(long, default_value = "")]
    as_at: String,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t = Output::Table)]
    output: Output,
    /// Writes all of it as a PDF to this file instead of printing.
    #[arg(long, value_name = "FILE", conflicts_with = "output")]
    out: Option<PathBuf>,
}

pub(super) async fn reporting(config: &Config) -> Result<ReportingClient<client::Gateway>> {
    let reporting = ReportingClient::new(client::gateway(config).await?);
    Ok(reporting.max_decoding_message_size(chassis::serve::MAX_MESSAGE))
}

impl Get {
    /// Writes the file and prints its name.
    ///
    /// # Errors
    /// The service's refusal, or where the file cannot be written.
    pub async fn run(self, config: &Config) -> Result<()> {
        let Which { school, term } = self.which;
        let mut reporting = reporting(config).await?;
        let signed = if self.draft {
            ReportVersion::default()
        } else {
            let version = self.signed.unwrap_or_default();
            let wanted = GetReportVersionRequest { school_id: school.clone(), term_id: term.clone(), version };
            match reporting.get_report_version(chassis::upstream::request(wanted)).await {
                Ok(answer) => answer.into_inner().version.unwrap_or_default(),
                Err(status) => match Error::from_status(&status) {
                    // Nothing was signed: the draft says so on every page.
                    error if error.kind() == Kind::Missing && version == 0 => ReportVersion::default(),
                    error => return Err(error),
                },
            }
        };
        let request = ExportReportRequest {
            school_id: school,
            term_id: term,
            version: signed.version,
            format: ReportFormat::from(self.format).into(),
            // The gateway says what the school and the signer are called.
            ..ExportReportRequest::default()
        };
        let answer = reporting.export_report(chassis::upstream::patient(request)).await;
        let file = answer.map_err(|status| Error::from_status(&status))?.into_inner();
        let path = self.out.unwrap_or_else(|| PathBuf::from(&file.file_name));
        super::write_new(&path, &file.content).map_err(|why| Error::invalid("out", why))?;
        println!("{}", path.display());
        Ok(())
    }
}

impl Signed {
    /// Runs it.
    ///
    /// # Errors
    /// The service's refusal.
    pub async fn run(self, config: &Config) -> Result<()> {
        let mut asked = ListReportVersionsRequest {
            school_id: self.school,
            term_id: self.term,
            page_size: 1000,
            ..Default::default()
        };
        let mut reporting = reporting(config).await?;
        loop {
            let page = reporting.list_report_versions(chassis::upstream::request(asked.clone())).await;
            let page = page.map_err(|status| Error::from_status(&status))?.into_inner();
            for version in page.versions {
                let signed = version.sign_time.as_ref().and_then(moment).map(london);
                let day = signed.map(|at| at.date().to_string()).unwrap_or_default();
                let term = version.term.unwrap_or_default().term_id;
                println!("{term}\t{}\t{day}\t{}", version.version, version.digest);
            }
            if page.next_page_token.is_empty() {
                return Ok(());
            }
            asked.page_token = page.next_page_token;
        }
    }
}

impl Sign {
    /// Signs, and prints the version with its digest.
    ///
    /// # Errors
    /// The service's refusal.
    pub async fn run(self, config: &Config) -> Result<()> {
        let Which { school, term } = self.which;
        let request = SignReportRequest {
            school_id: school,
            term_id: term,
            etag: self.etag,
            comment: self.comment,
            reason: self.reason,
            request_id: client::request_id(),
        };
        let answer = reporting(config).await?.sign_report(chassis::upstream::request(request)).await;
        let version = answer.map_err(|status| Error::from_status(&status))?.into_inner().version.unwrap_or_default();
        println!("version {}\t{}", version.version, version.digest);
        Ok(())
    }
}

impl Trends {
    /// Runs it.
    ///
    /// # Errors
    /// The service's refusal.
    pub async fn run(self, config: &Config) -> Result<()> {
        let asked = GetAuthorityTrendsRequest { term_id: self.term, as_at_date: self.as_at };
        let answer = reporting(config).await?.get_authority_trends(chassis::upstream::request(asked)).await;
        let answer = answer.map_err(|status| Error::from_status(&status))?.into_inner();
        println!("{}", answer.term.unwrap_or_default().title);
        if let Some(counted) = figures::counted_at(answer.figures_as_of_time.as_ref().and_then(moment)) {
            println!("{counted}");
        }
        for line in answer.lines {
            let said = line.expectation.unwrap_or_default();
            let shown = figures::figure(line.figure.as_ref(), &line.held_date);
            println!("{shown:>8}  {}\t{}\t{}", line.title, said.verdict, said.reason);
        }
        println!("{}\n\n{}", answer.method, figures::legend(answer.min_cell.into()));
        Ok(())
    }
}

/// A position, in a word or two.
fn position(position: SelfReviewPosition) -> &'static str {
    match position {
        SelfReviewPosition::Met => "met",
        SelfReviewPosition::Partly => "partly met",
        SelfReviewPosition::NotMet => "not met",
        SelfReviewPosition::NotKnown | SelfReviewPosition::Unspecified => "not known here",
    }
}

impl SelfReview {
    /// Runs it.
    ///
    /// # Errors
    /// The service's refusal.
    pub async fn run(self, config: &Config) -> Result<()> {
        if let Some(path) = &self.out {
            return self.write(config, path).await;
        }
        let request = GetSelfReviewRequest { school_id: self.school, as_at_date: self.as_at };
        let answer = reporting(config).await?.get_self_review(chassis::upstream::request(request)).await;
        let review = answer.map_err(|status| Error::from_status(&status))?.into_inner().review.unwrap_or_default();
        match self.output {
            Output::Table => stands(&review),
            Output::Csv => {
                let mut table =
                    Table::new(["AS AT", "PART", "STATEMENT", "POSITION", "WHY", "SOURCE", "REQUIREMENTS"])?;
                for part in &review.parts {
                    for of in &part.statements {
                        let requirements = of.requirements.join(" ");
                        let position = position(of.position());
                        let cells = [part.title.as_str(), &of.title, position, &of.because, &of.source, &requirements];
                        table.row(std::iter::once(review.as_at_date.as_str()).chain(cells))?;
                    }
                }
                print!("{}", String::from_utf8_lossy(&table.finish()?));
            }
        }
        Ok(())
    }

    async fn write(&self, config: &Config, path: &Path) -> Result<()> {
        let request = ExportSelfReviewRequest {
            school_id: self.school.clone(),
            as_at_date: self.as_at.clone(),
            ..ExportSelfReviewRequest::default()
        };
        let answer = reporting(config).await?.export_self_review(chassis::upstream::patient(request)).await;
        let file = answer.map_err(|status| Error::from_status(&status))?.into_inner();
        super::write_new(path, &file.content).map_err(|why| Error::invalid("out", why))?;
        println!("{}", path.display());
        Ok(())
    }
}

fn stands(review: &Review) {
    let Review { met, partly, not_met, not_known, .. } = review;
    println!("{}: {met} met, {partly} partly met, {not_met} not met, {not_known} not known here", review.as_at_date);
    for part in &review.parts {
        println!("\n{}", part.title);
        for of in &part.statements {
            println!("  {:15} {}", position(of.position()), of.title);
            println!("  {:15} {}", "", of.because);
        }
    }
}
