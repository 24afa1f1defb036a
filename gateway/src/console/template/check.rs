//! Edited files of the template: what is wrong with them, or what they would change; then publishing them.

use axum::extract::Multipart;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    policy_registry::v1::{
        CheckTemplateRequest, CheckTemplateResponse, GetTemplateRequest, PublishTemplateRequest, SourceFile,
        TemplateProblem,
    },
};
use serde::Serialize;

use super::{
    compare::{self, Change, change},
    package,
};
use crate::{
    console::{
        posted::Posted,
        upload,
        visit::{Answer, Visit, ask, ask_patiently, heard},
    },
    pages::{
        Page,
        form::{Field, Form, FormPage},
        part::{Head, Link, Row},
        words,
    },
};

/// What came of a check.
#[derive(Debug, Serialize)]
pub struct CheckedPage {
    head: Head,
    problems: Vec<Row>,
    changed: String,
    changes: Vec<Change>,
    form: Option<Form>,
    again: Link,
}

impl Page for CheckedPage {
    const TEMPLATE: &'static str = "template_checked.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let problem = TemplateProblem {
            file: "clauses/aims.md".into(),
            line: 4,
            message: "there is no parameter “school.name”".into(),
            fix: "Check its spelling.".into(),
        };
        let change = proto::policy_registry::v1::TemplateChange {
            kind: "clause".into(),
            id: "aims.made".into(),
            change: "added".into(),
            after: "We made it.".into(),
            ..Default::default()
        };
        let form = || Form::new("/template/check/publish", "Publish", "1".into(), Vec::new());
        let checked = |problems, changes| CheckTemplateResponse { problems, changes, template_version: 1 };
        vec![
            Self::new(&checked(vec![problem], Vec::new()), form(), Vec::new()),
            Self::new(&checked(Vec::new(), vec![change]), form(), Vec::new()),
            Self::new(&checked(Vec::new(), Vec::new()), form(), Vec::new()),
        ]
    }
}

impl CheckedPage {
    fn new(checked: &CheckTemplateResponse, form: Form, crumbs: Vec<Link>) -> Self {
        let problem = |problem: &TemplateProblem| {
            let place = match problem.line {
                0 => problem.file.clone(),
                line => format!("{}:{line}", problem.file),
            };
            Row::new(place, format!("{}\n{}", words::sentence(&problem.message), problem.fix))
        };
        let title = match checked.problems.len() {
            0 => "The files can be published".to_owned(),
            n => words::counted(u64::try_from(n).unwrap_or(u64::MAX), "problem to mend", "problems to mend"),
        };
        Self {
            head: Head::new(title, crumbs),
            problems: checked.problems.iter().map(problem).collect(),
            changed: compare::counted(checked.changes.len()),
            changes: checked.changes.iter().map(change).collect(),
            form: checked.problems.is_empty().then_some(form),
            again: Link::new("Send other files", "/template/check"),
        }
    }
}

/// What is asked.
pub fn fields() -> Vec<Field> {
    vec![Field::files("file", "The template’s files").hint(
        "A .zip of the whole folder, or the files you changed: those you do not send stay as they are published. 15 MB at most.",
    )]
}

fn page(visit: &Visit) -> FormPage {
    let head = Head::new("Check edited template files", visit.crumbs(&[("Template", "/template".to_owned())]));
    let mut page = visit
        .form_page(head, "/template/check".to_owned(), "Check", fields())
        .lead("You see what is wrong with them, or what they would change. Nothing is published before you say so.");
    page.others.push(Link::new("Download the published files to edit them (.zip)", "/template/files.zip"));
    page
}

/// Asks for the files.
pub async fn show(visit: Visit) -> Answer {
    visit.needs(Permission::TemplatePublish)?;
    visit.page(&page(&visit))
}

/// The published files.
async fn current(visit: &Visit) -> Result<Vec<SourceFile>, Error> {
    let asked = GetTemplateRequest { version: 0, with_files: true };
    Ok(heard(visit.registry()?.get_template(ask(asked))).await?.files)
}

/// The published files, to be edited.
pub async fn files(visit: Visit) -> Answer {
    visit.needs(Permission::TemplatePublish)?;
    let files = current(&visit).await?;
    if files.is_empty() {
        return Err(
            Error::wrong_state("this version was published before files were kept: publish it once more").into()
        );
    }
    Ok(package::download("template.zip", package::packed(&files)?))
}

/// What was sent as the whole of a template.
async fn whole(visit: &Visit, sent: Vec<SourceFile>) -> Result<Vec<SourceFile>, Error> {
    match sent.as_slice() {
        [one] if one.name.to_lowercase().ends_with(".zip") => package::unpacked(&one.content),
        _ => Ok(package::replaced(current(visit).await?, sent)),
    }
}

/// Says what is wrong with them, or what they would change.
pub async fn check(visit: Visit, mut parts: Multipart) -> Answer {
    let (answers, file) = upload::begin(&visit, &mut parts).await?;
    let first = package::one(file).await;
    let checked = async {
        let files = whole(&visit, package::all(first?, &mut parts).await?).await?;
        let command = CheckTemplateRequest { files: files.clone() };
        let checked = heard(visit.registry()?.check_template(ask_patiently(command))).await?;
        Ok::<_, Error>((checked, package::packed(&files)?))
    };
    match checked.await {
        Ok((checked, packed)) => {
            let form = visit.form("/template/check/publish".to_owned(), "Publish this template", Vec::new());
            let crumbs = visit.crumbs(&[("Template", "/template".to_owned())]);
            let form = form.carrying("files", STANDARD.encode(packed));
            let form = form.carrying("based_on_version", checked.template_version.to_string());
            visit.page(&CheckedPage::new(&checked, form, crumbs))
        }
        Err(error) => visit.again(page(&visit), &answers, error, "file"),
    }
}

/// Publishes files that were checked; they are checked once more.
pub async fn publish(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let published = async {
        let packed =
            STANDARD.decode(answers.text("files")).map_err(|_| Error::invalid("file", "Send the files again"))?;
        let files = package::unpacked(&packed)?;
        let based_on_version = answers.text("based_on_version").parse().unwrap_or_default();
        let command = PublishTemplateRequest { files, request_id: answers.request_id(), based_on_version };
        heard(visit.registry()?.publish_template(ask_patiently(command))).await
    };
    match published.await {
        Ok(_) => visit.to("/template?done=template"),
        Err(error) => visit.again(page(&visit), &answers, error, "file"),
    }
}
