//! `hedgerow policy distil`, and `import` without a server: documents read here and now.

use std::path::{Path, PathBuf};

use chassis::error::{Error, Result};
use clap::Args;
use policy_registry::{
    Problem,
    distil::{distil, told_apart},
    document::Document,
    import::{self, Account},
    template,
};

/// Documents to be distilled.
#[derive(Debug, Args)]
pub struct Distil {
    /// The documents, two or more.
    #[arg(required = true, num_args = 2..)]
    documents: Vec<PathBuf>,
    /// The folder the template is written to; it must be new or empty.
    #[arg(long)]
    out: PathBuf,
    /// What the template is called.
    #[arg(long, default_value = "Distilled policy")]
    name: String,
    /// How the account is printed: `text` or `json`.
    #[arg(long, default_value = "text", value_parser = ["text", "json"])]
    output: String,
}

impl Distil {
    /// Writes the template and prints the evidence.
    ///
    /// # Errors
    /// Where a document cannot be read or the folder not be written.
    pub fn run(self) -> Result<()> {
        let (names, documents) =
            self.documents.iter().map(|path| document(path)).collect::<Result<(Vec<_>, Vec<_>)>>()?;
        let documents: Vec<_> = told_apart(names).into_iter().zip(documents).collect();
        let full = std::fs::read_dir(&self.out).is_ok_and(|mut entries| entries.next().is_some());
        if full {
            return Err(Error::invalid("out", "Name a folder that is new or empty"));
        }
        let distilled = distil(&self.name, &documents).map_err(|problems| refused("documents", &problems))?;
        for file in &distilled.files {
            let path = self.out.join(&file.name);
            let written = path.parent().map_or(Ok(()), std::fs::create_dir_all);
            let written = written.and_then(|()| std::fs::write(&path, &file.content));
            written.map_err(|e| Error::invalid("out", format!("{}: {e}", path.display())))?;
        }
        print(&distilled.account, &self.output)
    }
}

/// Reads a document against a template's folder and prints the account.
///
/// # Errors
/// Where one of them cannot be read.
pub fn import(file: &Path, folder: &Path, output: &str) -> Result<()> {
    let files: Vec<policy_registry::SourceFile> = super::files(folder)?
        .into_iter()
        .map(|f| policy_registry::SourceFile { name: f.name, content: f.content.to_vec() })
        .collect();
    let template = template::load(&files).map_err(|problems| refused("template", &problems))?;
    let (name, document) = document(file)?;
    let read = import::read(&document, &template);
    print(&Account::of(&name, &document, &read, &template), output)
}

fn document(path: &Path) -> Result<(String, Document)> {
    let file = super::read(path)?;
    let document = Document::read(&file.name, &file.content);
    let document = document.map_err(|e| Error::invalid("file", format!("{}: {e}", path.display())))?;
    Ok((path.display().to_string(), document))
}

fn refused(field: &str, problems: &[Problem]) -> Error {
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    Error::invalid(field, problems.join("\n"))
}

fn print(account: &Account, output: &str) -> Result<()> {
    if output == "json" {
        println!("{}", serde_json::to_string_pretty(account)?);
        return Ok(());
    }
    for document in &account.documents {
        println!(
            "{}: {} paragraphs = {} the same + {} changed + {} only here + {} set aside",
            document.name,
            document.paragraphs,
            document.matched,
            document.amended,
            document.added,
            document.ignored.len()
        );
    }
    for clause in &account.clauses {
        let lines: Vec<String> = clause.documents.iter().map(|p| format!("{}:{}", p.document, p.line)).collect();
        println!("{}\t{}\t{}", clause.how, clause.clause, lines.join("\t"));
    }
    for parameter in &account.parameters {
        for found in &parameter.found {
            let value = found.value.join("; ");
            println!("{} = {value} ({}:{}, {} % sure)", parameter.key, found.document, found.line, found.confidence);
        }
        if parameter.found.is_empty() {
            println!("{} = (open)", parameter.key);
        }
    }
    Ok(())
}
