//! Makes a template's files of several schools' documents, with the evidence for each clause; keeps nothing of them.

use chassis::{
    caller::Caller,
    error::{Error, Result, Violations},
    history::Act,
};
use proto::policy_registry::v1::{
    ClauseEvidence, DistilTemplateRequest, DistilTemplateResponse, DistilledClause, DistilledParameter, DistilledValue,
    SourceFile,
};
use tonic::Request;

use super::{convert, work};
use crate::{
    App,
    distil::{Distilled, distil, told_apart},
    document::Document,
};

/// The fewest and the most documents. Each is compared with all before it.
const FEWEST: usize = 2;
const MOST: usize = 20;

pub(super) async fn distil_template(
    app: &App,
    request: Request<DistilTemplateRequest>,
) -> Result<DistilTemplateResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let count = request.documents.len();
    if !(FEWEST..=MOST).contains(&count) {
        return Err(Error::invalid("documents", format!("Send {FEWEST} to {MOST} documents")));
    }
    let working = work::heavy(app, move || {
        let documents = read(&request.documents)?;
        let names = names(&request.documents);
        let named: Vec<(String, Document)> = names.iter().cloned().zip(documents).collect();
        let distilled = distil("Distilled policy", &named).map_err(|problems| convert::problems("documents", problems));
        Ok::<_, Error>((names, distilled?))
    });
    let (names, distilled) = working.await??;
    let mut tx = app.store.begin(&scope).await?;
    tx.record(
        Act::new("template.distilled", "template")
            .detail("documents", count)
            .detail("clauses", distilled.account.clauses.len()),
    );
    tx.commit().await?;
    Ok(answer(&names, distilled))
}

/// Every document, or what is wrong with each that cannot be read.
fn read(files: &[SourceFile]) -> Result<Vec<Document>> {
    let mut violations = Violations::new();
    let mut documents = Vec::new();
    for (number, file) in files.iter().enumerate() {
        match Document::read(&file.name, &file.content) {
            Ok(document) => documents.push(document),
            Err(unreadable) => violations.add(format!("documents[{number}]"), unreadable.to_string()),
        }
    }
    violations.finish()?;
    Ok(documents)
}

/// A name for each document, as comments in the template's files have it.
fn names(files: &[SourceFile]) -> Vec<String> {
    const LONGEST: usize = 80;
    told_apart(files.iter().map(|file| file.name.chars().filter(|c| !c.is_control()).take(LONGEST).collect()))
}

fn answer(names: &[String], distilled: Distilled) -> DistilTemplateResponse {
    let place = |name: &String| {
        names.iter().position(|known| known == name).and_then(|place| u32::try_from(place).ok()).unwrap_or_default()
    };
    let clauses = distilled.account.clauses.into_iter().map(|clause| DistilledClause {
        clause_id: clause.clause,
        section_id: clause.section,
        text: clause.text,
        evidence: clause
            .documents
            .into_iter()
            .map(|evidence| ClauseEvidence {
                document: place(&evidence.document),
                line: evidence.line,
                how: evidence.how.to_owned(),
            })
            .collect(),
    });
    let parameters = distilled.account.parameters.into_iter().map(|parameter| DistilledParameter {
        key: parameter.key,
        title: parameter.title,
        values: parameter
            .found
            .into_iter()
            .map(|found| DistilledValue {
                document: place(&found.document),
                value: found.value.join("; "),
                line: found.line,
                confidence: found.confidence.into(),
            })
            .collect(),
    });
    DistilTemplateResponse {
        clauses: clauses.collect(),
        parameters: parameters.collect(),
        files: distilled.files.into_iter().map(convert::file).collect(),
    }
}
