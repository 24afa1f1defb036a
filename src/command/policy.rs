//! `hedgerow policy`: templates, the agency register, and a school's policy from its document to in force.

use std::{
    io::Read as _,
    path::{Path, PathBuf},
};

use chassis::error::{Error, Result};
use clap::{Args, Subcommand};
use proto::policy_registry::v1::{
    ImportPolicyRequest, PublishAgencyRegisterRequest, PublishTemplateRequest, Severity, SourceFile,
    policy_registry_client::PolicyRegistryClient,
};
use time::{Date, OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339, macros::format_description};

pub mod distil;
pub mod life_cycle;
pub mod render;
pub mod rollout;
pub mod tailoring;
pub mod template;

use super::client::ask;
use crate::{client, config::Config};

/// Templates and schools' policies.
#[derive(Debug, Subcommand)]
pub enum Policy {
    /// Checks a template's files; needs no server.
    Check(Check),
    /// Checks a policy document and prints what could mislead, breaks a duty or is untidy; needs no server.
    Lint(super::lint::Lint),
    /// Publishes a template: the files of a folder, or the model template shipped with the platform.
    PublishTemplate {
        /// The template's folder.
        folder: Option<PathBuf>,
        /// The version the files were made from; refused where another was published since.
        #[arg(long, default_value_t = 0, hide_default_value = true)]
        based_on: u32,
    },
    /// Prints the published versions of the template.
    Templates,
    /// Prints what changed from one version of the template to another.
    Compare(template::Compare),
    /// Publishes the agency register of an area: a file, or the one shipped with the platform.
    PublishRegister {
        /// The area, such as `derbyshire`.
        area: String,
        /// The register's file.
        #[arg(long)]
        file: Option<PathBuf>,
    },
    /// Reads a school's document: into a draft, or against a template's folder without a server.
    Import {
        /// The document.
        file: PathBuf,
        /// The school the draft is for.
        #[arg(long, required_unless_present = "template", conflicts_with = "template")]
        school: Option<String>,
        /// The folder of the template to read it against; needs no server.
        #[arg(long)]
        template: Option<PathBuf>,
        /// How it is printed: `text` or `json`.
        #[arg(long, default_value = "text", value_parser = ["text", "json"])]
        output: String,
    },
    /// Makes a template of two or more schools' documents; needs no server.
    Distil(distil::Distil),
    /// Confirms what became of every paragraph of an imported document.
    Confirm(Sign),
    /// Starts a new draft from the version in force.
    Revise {
        /// The school.
        #[arg(long)]
        school: String,
    },
    /// Prints what is found in a version as it would be printed; ends with 1 where anything grave stands.
    Findings(tailoring::Findings),
    /// Words a clause otherwise, leaves it out or takes up the template’s words again.
    TailorClause(tailoring::TailorClause),
    /// Sets a version aside that never came into force.
    Discard(tailoring::Discard),
    /// Signs a draft as the head.
    Approve(Sign),
    /// Signs an approved version as the chair of governors.
    Ratify(Sign),
    /// Brings a signed version into force.
    Publish(Sign),
    /// Prints a version as a web page, a tagged PDF or a Word document into a file.
    Render(render::Render),
    /// What happens to a policy besides its text.
    #[command(flatten)]
    LifeCycle(life_cycle::LifeCycle),
    /// Takes a template version into the schools' policies: preview, start, status, undo.
    #[command(subcommand)]
    Rollout(rollout::Rollout),
    /// Prints how schools stand with the template, those that need help first.
    Adoptions(rollout::Adoptions),
    /// Prints what was in force at a moment, as JSON.
    Effective {
        /// The school.
        #[arg(long)]
        school: String,
        /// The end of a day, such as `2026-11-24`, or a moment, such as `2026-11-24T09:00:00Z`; now without it.
        #[arg(long)]
        at: Option<String>,
    },
}

/// A template to be checked.
#[derive(Debug, Args)]
pub struct Check {
    /// The template's folder; the model template without it.
    folder: Option<PathBuf>,
}

/// A version to be signed or published.
#[derive(Debug, Args)]
pub struct Sign {
    /// The version, `ins_…`.
    instance: String,
    /// The school.
    #[arg(long)]
    school: String,
}

impl Check {
    /// Prints every problem.
    ///
    /// # Errors
    /// `Invalid` where there is one.
    pub fn run(&self) -> Result<()> {
        let files: Vec<policy_registry::SourceFile> = match &self.folder {
            Some(folder) => source_files(folder)?,
            None => policy_registry::template::model::model_files(),
        };
        let problems = policy_registry::check(&files);
        for problem in &problems {
            println!("{problem}");
        }
        match problems.len() {
            0 => {
                println!("the template holds");
                Ok(())
            }
            1 => Err(Error::invalid("template", "Mend the problem above")),
            n => Err(Error::invalid("template", format!("Mend the {n} problems above"))),
        }
    }
}

impl Policy {
    /// Runs it.
    ///
    /// # Errors
    /// The service's refusal.
    pub async fn run(self, config: &Config) -> Result<()> {
        match self {
            Self::Check(check) => check.run(),
            // The binary runs it before a configuration is read, for its exit code.
            Self::Lint(lint) => lint.run().map(drop),
            Self::PublishTemplate { folder, based_on: based_on_version } => {
                let files = folder.map(|folder| files(&folder)).transpose()?.unwrap_or_default();
                let request = PublishTemplateRequest { files, request_id: client::request_id(), based_on_version };
                let response = registry(config).await?.publish_template(request).await;
                let template = response.map_err(|s| Error::from_status(&s))?.into_inner().template.unwrap_or_default();
                let clauses: usize = template.sections.iter().map(|s| s.clauses.len()).sum();
                println!("{} version {}: {clauses} clauses", template.name, template.version);
                Ok(())
            }
            Self::Templates => template::list(config).await,
            Self::Compare(compare) => compare.run(config).await,
            Self::PublishRegister { area, file } => {
                let file = file.map(|file| read(&file)).transpose()?;
                let request = PublishAgencyRegisterRequest { file, area, request_id: client::request_id() };
                let response = registry(config).await?.publish_agency_register(request).await;
                let register = response.map_err(|s| Error::from_status(&s))?.into_inner();
                println!("{} version {}: {} agencies", register.area, register.version, register.agencies.len());
                Ok(())
            }
            Self::Import { file, template: Some(template), output, .. } => distil::import(&file, &template, &output),
            Self::Import { file, school, .. } => import(config, &file, school.unwrap_or_default()).await,
            Self::Distil(distil) => distil.run(),
            Self::Confirm(sign) => sign.act(config, "ConfirmImport").await,
            Self::Revise { school } => tailoring::revise(config, &school).await,
            Self::Findings(findings) => findings.run(config).await,
            Self::TailorClause(tailor) => tailor.run(config).await,
            Self::Discard(discard) => discard.run(config).await,
            Self::Approve(sign) => sign.act(config, "ApproveInstance").await,
            Self::Ratify(sign) => sign.act(config, "RatifyInstance").await,
            Self::Publish(sign) => sign.act(config, "PublishInstance").await,
            Self::Render(render) => render.run(config).await,
            Self::LifeCycle(act) => act.run(config).await,
            Self::Rollout(rollout) => rollout.run(config).await,
            Self::Adoptions(adoptions) => adoptions.run(config).await,
            Self::Effective { school, at } => {
                let mut request = serde_json::json!({"schoolId": school});
                if let Some(at) = at {
                    request["atTime"] = moment(&at)?.into();
                }
                let answer = ask(config, "GetEffectivePolicy", request).await?;
                println!("{}", serde_json::to_string_pretty(&answer["policy"])?);
                Ok(())
            }
        }
    }
}

impl Sign {
    async fn act(self, config: &Config, method: &str) -> Result<()> {
        let answer = self.written(config, method, serde_json::json!({})).await?;
        println!("{}", answer["instance"]["state"].as_str().unwrap_or_default());
        Ok(())
    }

    /// Acts on the version as it stands now; answers what it became.
    async fn written(
        &self,
        config: &Config,
        method: &str,
        mut request: serde_json::Value,
    ) -> Result<serde_json::Value> {
        let which = serde_json::json!({"schoolId": self.school, "instanceId": self.instance});
        let now = ask(config, "GetInstance", which).await?;
        request["schoolId"] = self.school.as_str().into();
        request["instanceId"] = self.instance.as_str().into();
        request["etag"] = now["instance"]["etag"].clone();
        ask(config, method, request).await
    }
}

/// The moment that `--at` names: one of the contract's, or the last of a day in Europe/London.
fn moment(text: &str) -> Result<String> {
    let wrong = || Error::invalid("--at", "Enter a day such as 2026-11-24, or a moment such as 2026-11-24T09:00:00Z");
    if let Ok(at) = OffsetDateTime::parse(text, &Rfc3339) {
        return at.format(&Rfc3339).map_err(Error::internal);
    }
    let day = Date::parse(text, format_description!("[year]-[month]-[day]")).map_err(|_| wrong())?;
    let last = day.with_hms(23, 59, 59).map_err(Error::internal)?;
    let summer = UtcOffset::from_hms(1, 0, 0).map_err(Error::internal)?;
    let at = Some(last.assume_offset(summer)).filter(|at| chassis::clock::london(*at).time() == last.time());
    at.unwrap_or_else(|| last.assume_utc()).to_offset(UtcOffset::UTC).format(&Rfc3339).map_err(Error::internal)
}

async fn registry(config: &Config) -> Result<PolicyRegistryClient<client::Gateway>> {
    Ok(PolicyRegistryClient::new(client::gateway(config).await?)
        .max_decoding_message_size(chassis::serve::MAX_MESSAGE)
        .max_encoding_message_size(chassis::serve::MAX_MESSAGE))
}

async fn import(config: &Config, file: &Path, school: String) -> Result<()> {
    let request = ImportPolicyRequest { school_id: school, file: Some(read(file)?), request_id: client::request_id() };
    let response = registry(config).await?.import_policy(request).await;
    let instance = response.map_err(|s| Error::from_status(&s))?.into_inner().instance.unwrap_or_default();
    let import = instance.import.clone().unwrap_or_default();
    println!("{} version {} (draft)", instance.instance_id, instance.version);
    println!(
        "{} paragraphs = {} matched + {} amended + {} added + {} set aside; {} sections; {} clauses not found",
        import.paragraphs,
        import.matched,
        import.amended,
        import.added,
        import.ignored,
        import.sections,
        import.missing
    );
    for parameter in instance.parameters.iter().filter(|p| p.origin == "document") {
        let (values, sure) = (parameter.values.join("; "), parameter.confidence);
        println!("  {} = {values} (line {}, {sure} % sure)", parameter.key, parameter.line);
    }
    for finding in &instance.findings {
        let severity = match finding.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info | Severity::Unspecified => "info",
        };
        println!(
            "{}:{}:{}: {severity}: {} [{}]",
            file.display(),
            finding.line,
            finding.column,
            finding.message,
            finding.rule
        );
    }
    Ok(())
}

/// The largest file a command reads: no service takes a larger message.
const LARGEST: u64 = 16 << 20;

fn read(path: &Path) -> Result<SourceFile> {
    let content = bounded("file", path)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(SourceFile { name, content: content.into() })
}

/// The bytes of a file that is not too large; a large one is refused before it is read.
pub(super) fn bounded(field: &str, path: &Path) -> Result<Vec<u8>> {
    let wrong = |e: std::io::Error| Error::invalid(field, super::unreadable(path, &e));
    let large = || {
        let (name, most) = (path.display(), LARGEST >> 20);
        let fix = "save it without its pictures, or as text, and send that";
        Error::invalid(field, format!("{name} must be {most} MB or smaller: {fix}"))
    };
    // What is no file, such as a device, never ends: no more is read than may be sent.
    let file = std::fs::File::open(path).map_err(wrong)?;
    if file.metadata().map_err(wrong)?.len() > LARGEST {
        return Err(large());
    }
    let mut content = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut content).map_err(wrong)?;
    if u64::try_from(content.len()).unwrap_or(u64::MAX) > LARGEST { Err(large()) } else { Ok(content) }
}

/// Every file of a folder as the registry reads it without a server.
pub(super) fn source_files(folder: &Path) -> Result<Vec<policy_registry::SourceFile>> {
    let file = |f: SourceFile| policy_registry::SourceFile { name: f.name, content: f.content.to_vec() };
    Ok(files(folder)?.into_iter().map(file).collect())
}

/// Every file of a folder, named by its path inside it.
fn files(folder: &Path) -> Result<Vec<SourceFile>> {
    fn walk(root: &Path, folder: &Path, found: &mut Vec<SourceFile>) -> std::io::Result<()> {
        let mut entries: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<_, _>>()?;
        entries.sort_by_key(std::fs::DirEntry::path);
        for entry in entries {
            let path = entry.path();
            if path.is_dir() {
                walk(root, &path, found)?;
            } else {
                let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                found.push(SourceFile { name, content: std::fs::read(&path)?.into() });
            }
        }
        Ok(())
    }
    let mut found = Vec::new();
    walk(folder, folder, &mut found).map_err(|e| Error::invalid("folder", super::unreadable(folder, &e)))?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_or_a_moment_may_be_asked_for_and_nothing_else() {
        let at = |text: &str| moment(text).map_err(|e| e.violations()[0].field.clone());
        assert_eq!(at("2026-11-24T09:00:00Z").as_deref(), Ok("2026-11-24T09:00:00Z"));
        assert_eq!(at("2026-11-24").as_deref(), Ok("2026-11-24T23:59:59Z"));
        assert_eq!(at("2026-07-01").as_deref(), Ok("2026-07-01T22:59:59Z"), "summer time");
        for wrong in ["nonsense", "2026-02-30", "24/11/2026", ""] {
            assert_eq!(at(wrong).err().as_deref(), Some("--at"), "{wrong}");
        }
    }
}
