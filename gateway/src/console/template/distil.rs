//! A template made of schools' own documents: its clauses with where each stands, its parameters with their values.

use axum::extract::Multipart;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    policy_registry::v1::{
        ClauseEvidence, DistilTemplateRequest, DistilTemplateResponse, DistilledParameter, SourceFile,
    },
};
use serde::Serialize;

use super::package;
use crate::{
    console::{
        posted::Posted,
        upload,
        visit::{Answer, Visit, ask_patiently, heard},
    },
    pages::{
        Page,
        form::{Field, Form, FormPage},
        part::{Head, Link, Row},
        words::{self, Codes},
    },
};

/// How a clause stands in a document.
const HOW: Codes = &[("same", "the same"), ("changed", "with words of its own"), ("only_here", "only here")];

/// What came of it.
#[derive(Debug, Serialize)]
pub struct DistilledPage {
    head: Head,
    documents: Vec<Row>,
    clauses: Vec<Clause>,
    parameters: Vec<Row>,
    form: Form,
}

#[derive(Debug, Serialize)]
struct Clause {
    id: String,
    text: String,
    evidence: Vec<String>,
}

impl Page for DistilledPage {
    const TEMPLATE: &'static str = "template_distilled.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        use proto::policy_registry::v1::{DistilledClause, DistilledValue};
        let evidence = vec![ClauseEvidence { document: 0, line: 3, how: "changed".into() }];
        let clause = DistilledClause {
            clause_id: "filtering.01".into(),
            section_id: "filtering".into(),
            text: "Our filter is {{local.1}}.".into(),
            evidence,
        };
        let value = DistilledValue { document: 0, value: "Sluice".into(), line: 3, confidence: 85 };
        let parameter = DistilledParameter { key: "local.1".into(), title: "The filter".into(), values: vec![value] };
        let distilled =
            DistilTemplateResponse { files: Vec::new(), clauses: vec![clause], parameters: vec![parameter] };
        let form = Form::new("/template/distil/files.zip", "Download", "1".into(), Vec::new());
        vec![Self::new(&distilled, &["a.docx".to_owned(), "b.docx".to_owned()], form, Vec::new())]
    }
}

impl DistilledPage {
    fn new(distilled: &DistilTemplateResponse, names: &[String], form: Form, crumbs: Vec<Link>) -> Self {
        let name = |document: u32| format!("Document {}", document + 1);
        let place = |evidence: &ClauseEvidence| {
            format!("{}, line {}: {}", name(evidence.document), evidence.line, words::called(HOW, &evidence.how))
        };
        let clauses = distilled.clauses.iter().map(|clause| Clause {
            id: clause.clause_id.clone(),
            text: clause.text.clone(),
            evidence: clause.evidence.iter().map(place).collect(),
        });
        let parameter = |parameter: &DistilledParameter| {
            let values = parameter.values.iter().map(|value| {
                let line = if value.line > 0 { format!(", line {}", value.line) } else { String::new() };
                format!("{}{line}: {} ({}% sure)", name(value.document), value.value, value.confidence)
            });
            let lines: Vec<String> = std::iter::once(parameter.key.clone()).chain(values).collect();
            Row::new(words::sentence(&parameter.title), lines.join("\n"))
        };
        let clauses: Vec<Clause> = clauses.collect();
        let counted = words::counted(u64::try_from(clauses.len()).unwrap_or(u64::MAX), "clause", "clauses");
        Self {
            head: Head::new(format!("{counted} from {} documents", names.len()), crumbs),
            documents: (0..).zip(names).map(|(n, file)| Row::new(name(n), file.clone())).collect(),
            clauses,
            parameters: distilled.parameters.iter().map(parameter).collect(),
            form,
        }
    }
}

/// What is asked.
pub fn fields() -> Vec<Field> {
    vec![Field::files("file", "The schools’ policy documents").hint(
        "Two to twenty files: Word (.docx), OpenDocument (.odt), PDF, Markdown (.md) or text (.txt), 15 MB together.",
    )]
}

fn page(visit: &Visit) -> FormPage {
    let head = Head::new("Make a template of documents", visit.crumbs(&[("Template", "/template".to_owned())]));
    visit
        .form_page(head, "/template/distil".to_owned(), "Make the template", fields())
        .lead("What the documents have in common becomes clauses, where they differ becomes parameters, and what only some have becomes optional. The documents are not kept.")
}

/// Asks for the documents.
pub async fn show(visit: Visit) -> Answer {
    visit.needs(Permission::TemplatePublish)?;
    visit.page(&page(&visit))
}

/// Makes the template.
pub async fn distil(visit: Visit, mut parts: Multipart) -> Answer {
    let (answers, file) = upload::begin(&visit, &mut parts).await?;
    let first = package::one(file).await;
    let distilled = async {
        let documents = package::all(first?, &mut parts).await?;
        let names: Vec<String> = documents.iter().map(|document| document.name.clone()).collect();
        let distilled = send(&visit, documents).await.map_err(|error| on_file(error, &names))?;
        Ok::<_, Error>((distilled, names))
    };
    match distilled.await {
        Ok((distilled, names)) => {
            let form = visit.form("/template/distil/files.zip".to_owned(), "Download its files (.zip)", Vec::new());
            let form = form.carrying("files", STANDARD.encode(package::packed(&distilled.files)?));
            let crumbs = visit.crumbs(&[("Template", "/template".to_owned())]);
            visit.page(&DistilledPage::new(&distilled, &names, form, crumbs))
        }
        Err(error) => visit.again(page(&visit), &answers, error, "file"),
    }
}

async fn send(visit: &Visit, documents: Vec<SourceFile>) -> Result<DistilTemplateResponse, Error> {
    heard(visit.registry()?.distil_template(ask_patiently(DistilTemplateRequest { documents }))).await
}

/// The contract's words for the documents are not the form's.
fn on_file(error: Error, names: &[String]) -> Error {
    let Some(violation) = error.violations().first() else { return error };
    let place = violation.field.strip_prefix("documents[").and_then(|rest| rest.strip_suffix(']'));
    let name = place.and_then(|place| names.get(place.parse::<usize>().ok()?));
    match name {
        Some(name) => Error::invalid("file", format!("{name}: {}", violation.message)),
        None => Error::invalid("file", violation.message.clone()),
    }
}

/// Hands the files back as one .zip.
pub async fn files(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::TemplatePublish)?;
    let broken = || Error::invalid("file", "Send the documents again");
    let packed = STANDARD.decode(answers.text("files")).map_err(|_| broken())?;
    // Nothing but files of a .zip leaves by this door.
    let files = package::unpacked(&packed).map_err(|_| broken())?;
    Ok(package::download("distilled-template.zip", package::packed(&files)?))
}
