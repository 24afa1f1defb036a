//! `hedgerow policy lint`: what is wrong in a policy document; needs no server.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use chassis::{
    clock::{Clock as _, SystemClock},
    error::{Error, Result},
};
use clap::{Args, ValueEnum};
use policy_registry::{
    agency::Register,
    document::Document,
    import,
    lint::{self, Finding, Severity, Subject, classes::CLASSES},
    template,
};
use serde_json::{Value, json};
use time::{Date, macros::format_description};

/// The exit code where nothing could be judged; the same as of a wrong command line.
pub const NOT_JUDGED: u8 = 2;

/// A document to be checked. Exit code 0: no error was found; 1: an error was found; 2: the document, the template, the
/// register or the day cannot be read, or the command is written wrong.
#[derive(Debug, Args)]
pub struct Lint {
    /// The document.
    file: PathBuf,
    /// The area whose agency register it is judged against, such as `derbyshire`; without it no agency is judged.
    #[arg(long, value_name = "AREA")]
    authority: Option<String>,
    /// The agency register's file, in place of the one shipped for the area.
    #[arg(long, value_name = "FILE")]
    register: Option<PathBuf>,
    /// The template's folder, with its `lint.yaml`; the model template without it.
    #[arg(long, value_name = "FOLDER")]
    template: Option<PathBuf>,
    /// The day it is judged on, such as `2026-11-22`; today without it.
    #[arg(long, value_name = "DATE")]
    today: Option<String>,
    /// How the findings are printed.
    #[arg(long, value_enum, default_value = "text")]
    output: Output,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Output {
    /// A line a finding.
    Text,
    /// An array of rule, severity, line, column, message and fix.
    Json,
    /// SARIF 2.1.0, for code hosts and editors.
    Sarif,
}

impl Lint {
    /// Prints what was found; fails where there is an error among it.
    ///
    /// # Errors
    /// `Invalid` where the document, area, template or day cannot be read.
    pub fn run(&self) -> Result<ExitCode> {
        let findings = self.findings()?;
        let name = self.file.to_string_lossy();
        let printed = match self.output {
            Output::Text => text(&name, &findings),
            Output::Json => format!("{}\n", serde_json::to_string_pretty(&plain(&findings))?),
            Output::Sarif => format!("{}\n", serde_json::to_string_pretty(&sarif(&name, &findings))?),
        };
        // A reader that has seen enough closes the pipe: that is no fault.
        let _ = std::io::stdout().write_all(printed.as_bytes());
        let grave = findings.iter().any(|finding| finding.severity == Severity::Error);
        Ok(if grave { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }

    fn findings(&self) -> Result<Vec<Finding>> {
        let files = match &self.template {
            Some(folder) => super::policy::source_files(folder)?,
            None => template::model::model_files(),
        };
        let template = template::load(&files).map_err(|problems| refused("template", &problems))?;
        let register = self.register()?;
        let today = match &self.today {
            Some(day) => Date::parse(day, format_description!("[year]-[month]-[day]"))
                .map_err(|_| Error::invalid("today", "Write the day as 2026-11-22"))?,
            None => SystemClock.now().date(),
        };
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        let document = Document::read(&name, &bytes("file", &self.file)?)
            .map_err(|unreadable| Error::invalid("file", unreadable.to_string()))?;
        let import = import::read(&document, &template);
        let register = register.as_ref();
        Ok(lint::lint(Subject {
            document: &document,
            parameters: &import.parameters,
            template: &template,
            school: None,
            register,
            today,
        }))
    }

    fn register(&self) -> Result<Option<Register>> {
        let file = match (&self.register, &self.authority) {
            (Some(path), _) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                template::SourceFile { name, content: bytes("register", path)? }
            }
            (None, Some(area)) => template::model::area_file(&area.to_lowercase()).ok_or_else(|| {
                let known = template::model::areas().join(", ");
                Error::invalid(
                    "authority",
                    format!("No register is shipped for this area: use one of {known}, or --register FILE"),
                )
            })?,
            (None, None) => return Ok(None),
        };
        Register::load(&file).map(Some).map_err(|problems| refused("register", &problems))
    }
}

fn bytes(field: &str, path: &Path) -> Result<Vec<u8>> {
    super::policy::bounded(field, path)
}

fn refused(field: &str, problems: &[template::Problem]) -> Error {
    let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
    Error::invalid(field, all.join("; "))
}

fn severity(finding: &Finding) -> &'static str {
    match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
}

fn text(name: &str, findings: &[Finding]) -> String {
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let lines = findings.iter().map(|finding| {
        let Finding { rule, line, column, message, fix, .. } = finding;
        format!("{name}:{line}:{column}: {}: {message} [{rule}]\n    {fix}\n", severity(finding))
    });
    let sum = format!(
        "{} errors, {} warnings, {} infos\n",
        count(Severity::Error),
        count(Severity::Warning),
        count(Severity::Info)
    );
    lines.chain([sum]).collect()
}

fn plain(findings: &[Finding]) -> Vec<Value> {
    let object = |finding: &Finding| {
        json!({
            "rule": finding.rule, "severity": severity(finding), "line": finding.line, "column": finding.column,
            "message": finding.message, "fix": finding.fix,
        })
    };
    findings.iter().map(object).collect()
}

/// SARIF 2.1.0 with one rule a class; a finding about the document as a whole carries no region.
fn sarif(name: &str, findings: &[Finding]) -> Value {
    let rules: Vec<Value> = CLASSES
        .iter()
        .map(|class| {
            json!({
                "id": class.id,
                "shortDescription": {"text": class.explanation},
                "help": {"text": format!("Judged against: {}.", class.record)},
            })
        })
        .collect();
    let result = |finding: &Finding| {
        let mut place = json!({"artifactLocation": {"uri": name.replace('\\', "/").replace(' ', "%20")}});
        if finding.line > 0 {
            place["region"] = json!({"startLine": finding.line, "startColumn": finding.column.max(1)});
        }
        let class = finding.rule.split('.').next().unwrap_or_default();
        let mut result = json!({
            "ruleId": finding.rule,
            "level": match finding.severity { Severity::Info => "note", _ => severity(finding) },
            "message": {"text": format!("{}. {}", finding.message, finding.fix)},
            "locations": [{"physicalLocation": place}],
        });
        if let Some(index) = CLASSES.iter().position(|known| known.id == class) {
            result["rule"] = json!({"id": finding.rule, "index": index});
        }
        result
    };
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "hedgerow policy lint",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": findings.iter().map(result).collect::<Vec<Value>>(),
        }],
    })
}
