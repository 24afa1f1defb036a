//! `hedgerow policy render`: a version as a document in a file.

use std::path::PathBuf;

use chassis::error::{Error, Result};
use clap::Args;
use proto::policy_registry::v1::RenderInstanceRequest;

use super::{Sign, registry};
use crate::config::Config;

/// A version to be printed.
#[derive(Debug, Args)]
pub struct Render {
    #[command(flatten)]
    version: Sign,
    /// `html`, a page of its own for the school’s website; `pdf`, tagged; `docx`, for Word.
    #[arg(long, default_value = "pdf", value_parser = ["html", "pdf", "docx"])]
    format: String,
    /// The file; a neutral name such as `online-safety-policy-v3.pdf` without it.
    #[arg(long)]
    out: Option<PathBuf>,
}

impl Render {
    /// Writes the file and prints its name.
    ///
    /// # Errors
    /// The service's refusal, or where the file cannot be written.
    pub async fn run(self, config: &Config) -> Result<()> {
        let Sign { school, instance } = self.version;
        let request = RenderInstanceRequest { school_id: school, instance_id: instance, format: self.format };
        let answer = registry(config).await?.render_instance(request).await.map_err(|s| Error::from_status(&s))?;
        let file = answer.into_inner().file.ok_or_else(|| Error::internal("a document came without a file"))?;
        let path = self.out.unwrap_or_else(|| PathBuf::from(&file.name));
        let wrong = |e: std::io::Error| Error::invalid("out", format!("{}: {e}", path.display()));
        std::fs::write(&path, &file.content).map_err(wrong)?;
        println!("{}", path.display());
        Ok(())
    }
}
