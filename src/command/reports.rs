//! `hedgerow reports get`, `signed`, `sign`: a term's report for governors as a file, what the head signed, and signing.

use std::path::PathBuf;

use chassis::{
    clock::{london, moment},
    error::{Error, Kind, Result},
};
use clap::{Args, ValueEnum};
use proto::reporting::v1::{
    ExportReportRequest, GetReportVersionRequest, ListReportVersionsRequest, ReportFormat, SignReportRequest,
    reporting_client::ReportingClient,
};

use super::client::ask;
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
        let version = match self.signed {
            Some(version) => version,
            None if self.draft => 0,
            None => {
                let newest = GetReportVersionRequest { school_id: school.clone(), term_id: term.clone(), version: 0 };
                match reporting.get_report_version(chassis::upstream::request(newest)).await {
                    Ok(answer) => answer.into_inner().version.unwrap_or_default().version,
                    Err(status) => match Error::from_status(&status) {
                        // Nothing was signed: the draft says so on every page.
                        error if error.kind() == Kind::Missing => 0,
                        error => return Err(error),
                    },
                }
            }
        };
        let named = ask(config, "GetSchool", serde_json::json!({"schoolId": school})).await?;
        let request = ExportReportRequest {
            school_id: school,
            term_id: term,
            version,
            format: ReportFormat::from(self.format).into(),
            school_name: named["school"]["name"].as_str().unwrap_or_default().to_owned(),
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
