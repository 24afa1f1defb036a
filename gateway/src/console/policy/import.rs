//! Reading a school's document into a draft.

use axum::extract::Multipart;
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    policy_registry::v1::{ImportPolicyRequest, Instance, SourceFile},
};

use crate::{
    console::{
        upload,
        visit::{Answer, Visit, ask_patiently, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::Head,
    },
};

/// The largest document, in bytes.
pub const LARGEST: usize = 10 << 20;

/// What is asked.
pub fn fields() -> Vec<Field> {
    vec![
        Field::file("file", "The policy document")
            .hint("A Word (.docx), OpenDocument (.odt), PDF, Markdown (.md) or text file (.txt), 10 MB at most."),
    ]
}

fn page(visit: &Visit) -> FormPage {
    let head = Head::new("Import a policy document", visit.crumbs(&[("Policy", visit.at("/policy"))]));
    visit
        .form_page(head, visit.at("/policy/import"), "Import", fields())
        .lead("The document is compared with the authority’s template, paragraph by paragraph. A draft comes of it, with findings and with blanks to fill. What is in force does not change.")
}

/// Asks for the document.
pub async fn show(visit: Visit) -> Answer {
    visit.needs(Permission::PolicyEdit)?;
    visit.page(&page(&visit))
}

/// Reads it.
pub async fn import(visit: Visit, mut parts: Multipart) -> Answer {
    let (answers, file) = upload::begin(&visit, &mut parts).await?;
    let name = file.file_name().unwrap_or_default().to_owned();
    let imported = match upload::whole(file, LARGEST).await {
        Ok(content) => send(&visit, &answers, name, content).await,
        Err(error) => Err(error),
    };
    match imported {
        Ok(instance) => visit.to(&visit.at(&format!("/policy/versions/{}?done=imported", instance.instance_id))),
        Err(error) => visit.again(page(&visit), &answers, error, ""),
    }
}

async fn send(visit: &Visit, answers: &Answers, name: String, content: Vec<u8>) -> Result<Instance, Error> {
    let command = ImportPolicyRequest {
        school_id: visit.school.clone(),
        file: Some(SourceFile { name, content: content.into() }),
        request_id: answers.request_id(),
    };
    heard(visit.registry()?.import_policy(ask_patiently(command))).await?.instance.ok_or_else(Error::missing)
}
