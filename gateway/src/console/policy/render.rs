//! A version as a document to keep or to put on the school's website: a web page, a PDF or a Word file.

use axum::{extract::Path, response::IntoResponse as _};
use chassis::error::Error;
use http::header;
use proto::{access::v1::Permission, policy_registry::v1::RenderInstanceRequest};

use crate::{
    console::visit::{Answer, Visit, ask_patiently, heard},
    pages::part::Link,
};

/// What a version is offered as: the end of the address, and what it is called.
const FORMATS: [(&str, &str); 3] = [("html", "Web page"), ("pdf", "PDF"), ("docx", "Word")];

/// Ways to take a version along; `version` is its page.
pub fn links(version: &str) -> Vec<Link> {
    FORMATS.iter().map(|(format, name)| Link::new(*name, format!("{version}/render/{format}"))).collect()
}

/// Sends one.
pub async fn download(visit: Visit, Path((_, instance_id, format)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::PolicyRead)?;
    if !FORMATS.iter().any(|(known, _)| *known == format) {
        return Err(Error::missing().into());
    }
    let asked = RenderInstanceRequest { school_id: visit.school.clone(), instance_id, format };
    let answer = heard(visit.registry()?.render_instance(ask_patiently(asked))).await?;
    let file = answer.file.ok_or_else(|| Error::internal("a document came without a file"))?;
    let disposition = format!("attachment; filename=\"{}\"", file.name);
    let headers = [(header::CONTENT_TYPE, answer.content_type), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, file.content).into_response())
}
