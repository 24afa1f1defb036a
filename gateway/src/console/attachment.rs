//! Photos of notes: first the question whether one may be kept, then the photo. Nothing of it is read before the service
//! has said yes.

use axum::extract::{Multipart, Path};
use chassis::error::{Error, Violations};
use http::{HeaderValue, header};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{
        AddAttachmentRequest, Attachment, BeginAttachmentRequest, GetAttachmentRequest, ListAttachmentsRequest,
    },
};
use serde::Serialize;

use super::{
    concern::{self, told},
    my_concern,
    posted::Posted,
    upload,
    visit::{Answer, Visit, ask, ask_patiently, heard},
};
use crate::pages::{
    Page,
    form::{Answers, Field, FormPage},
    part::{Head, Link},
    words,
};

/// The largest photo a page takes, in bytes; the service says the same.
pub const LARGEST: usize = 10 << 20;

/// What a photo is added to.
struct Record {
    /// The concern; empty where it is a case.
    concern_id: String,
    /// The case; empty where it is a concern.
    case_id: String,
    /// Whether it is a concern of the visitor's own.
    own: bool,
    /// Its page.
    place: String,
}

impl Record {
    fn of(visit: &Visit, id: &str) -> Self {
        let under = |part: &str| visit.path.starts_with(&visit.at(part));
        let (case, own) = (under("/cases/"), under("/my-concerns/"));
        let part = if case {
            "cases"
        } else if own {
            "my-concerns"
        } else {
            "concerns"
        };
        let (concern_id, case_id) = if case { ("", id) } else { (id, "") };
        Self {
            concern_id: concern_id.to_owned(),
            case_id: case_id.to_owned(),
            own,
            place: visit.at(&format!("/{part}/{id}")),
        }
    }

    fn crumbs(&self, visit: &Visit) -> Vec<Link> {
        let name = if self.case_id.is_empty() { "Concern" } else { "Case" };
        visit.crumbs(&[(name, self.place.clone())])
    }

    /// What it has of photos, as far as the visitor may know; the refusal of the record where it is not theirs.
    async fn attachments(&self, visit: &Visit) -> Result<Vec<Attachment>, Error> {
        if self.own {
            return Ok(my_concern::fetch(visit, &self.concern_id).await?.attachments);
        }
        if self.case_id.is_empty() {
            return Ok(concern::fetch(visit, &self.concern_id).await?.concern.attachments);
        }
        let asked = ListAttachmentsRequest { school_id: visit.school.clone(), case_id: self.case_id.clone() };
        Ok(heard(visit.cases()?.list_attachments(ask(asked))).await?.attachments)
    }
}

const WARNING: &str = "Never take, copy, share or send an image of a child. If that is what this is about, describe it in words and tell the safeguarding lead.";

/// The question that comes before any photo.
pub fn question() -> Vec<Field> {
    vec![
        Field::radios("shows_child", "Does the photo show a child, or any part of one?", words::reporter::SHOWS_CHILD)
            .hint("A child’s drawing of themselves counts as not sure."),
    ]
}

/// The photo itself.
pub fn file() -> Vec<Field> {
    vec![Field::file("file", "Photo of the note").hint("A JPEG or PNG file of 10 MB or less.")]
}

/// The photos of a record, and the question.
#[derive(Debug, Serialize)]
pub struct Photos {
    head: Head,
    photos: Vec<Link>,
    form: crate::pages::form::Form,
    warning: &'static str,
}

impl Page for Photos {
    const TEMPLATE: &'static str = "photos.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let form = || crate::pages::form::Form::new("/t", "Continue", "1".into(), question());
        let page = |photos, form| Self {
            head: Head::new("Photos of notes", vec![Link::new("Home", "/")]),
            photos,
            form,
            warning: WARNING,
        };
        let shut = Error::prohibited("G-IMAGE", "no image of a child is kept here");
        let photo = Link::new("Photo of a note, 24 November 2026, 9:00am", "/a");
        vec![page(vec![photo], form()), page(Vec::new(), form().refused(&shut, ""))]
    }
}

fn photos(visit: &Visit, record: &Record, attachments: &[Attachment]) -> Photos {
    let at = if record.own { String::new() } else { visit.at("/attachments") };
    Photos {
        head: Head::new("Photos of notes", record.crumbs(visit)),
        photos: told::photos(attachments, &at),
        form: visit.form(format!("{}/photos", record.place), "Continue", question()),
        warning: WARNING,
    }
}

/// Shows them.
pub async fn show(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::ConcernRecord)?;
    let record = Record::of(&visit, &id);
    let attachments = record.attachments(&visit).await?;
    visit.page(&photos(&visit, &record, &attachments))
}

/// Asks the service whether a photo may be kept.
pub async fn begin(Path((_, id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let record = Record::of(&visit, &id);
    let shows_child = answers.text("shows_child");
    let begun = if shows_child.is_empty() {
        Err(Error::invalid("shows_child", "Select whether the photo shows a child"))
    } else {
        let command = BeginAttachmentRequest {
            school_id: visit.school.clone(),
            concern_id: record.concern_id.clone(),
            case_id: record.case_id.clone(),
            shows_child,
            request_id: answers.request_id(),
        };
        heard(visit.cases()?.begin_attachment(ask(command))).await
    };
    match begun {
        Ok(answer) => {
            let id = answer.attachment.unwrap_or_default().attachment_id;
            visit.to(&format!("{}/photos/{id}", record.place))
        }
        Err(error) => {
            let attachments = record.attachments(&visit).await?;
            let mut page = photos(&visit, &record, &attachments);
            page.form = visit.mended(page.form, &answers, &error, "")?;
            visit.page_again(&page, &error)
        }
    }
}

fn file_page(visit: &Visit, record: &Record, id: &str) -> FormPage {
    let head = Head::new("Add a photo of a note", record.crumbs(visit));
    let mut page = visit.form_page(head, format!("{}/photos/{id}", record.place), "Add the photo", file()).lead(
        "Only the picture is kept: where, when and with what it was taken is left out. It is sealed, and every reading is written down.",
    );
    page.warning = WARNING.to_owned();
    page
}

/// Whether the service waits for this file from this person.
async fn awaited(visit: &Visit, record: &Record, id: &str) -> Result<(), Error> {
    let attachments = record.attachments(visit).await?;
    let waits = attachments.iter().any(|attachment| {
        attachment.attachment_id == id
            && attachment.state == "begun"
            && attachment.account_id == visit.visitor.account_id
    });
    if waits { Ok(()) } else { Err(Error::missing()) }
}

/// Asks for the photo.
pub async fn show_file(visit: Visit, Path((_, id, attachment_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::ConcernRecord)?;
    let record = Record::of(&visit, &id);
    awaited(&visit, &record, &attachment_id).await?;
    visit.page(&file_page(&visit, &record, &attachment_id))
}

/// Takes it.
pub async fn send(
    visit: Visit,
    Path((_, id, attachment_id)): Path<(String, String, String)>,
    mut parts: Multipart,
) -> Answer {
    visit.needs(Permission::ConcernRecord)?;
    let record = Record::of(&visit, &id);
    // Before a byte of it is read here.
    awaited(&visit, &record, &attachment_id).await?;
    let (answers, file) = upload::begin(&visit, &mut parts).await?;
    let kept = match upload::whole(file, LARGEST).await {
        Ok(content) => add(&visit, &answers, &attachment_id, content).await,
        Err(error) => Err(error),
    };
    match kept {
        Ok(()) => visit.to(&format!("{}?done=photo", record.place)),
        Err(error) => visit.again(file_page(&visit, &record, &attachment_id), &answers, on_file(error), ""),
    }
}

async fn add(visit: &Visit, answers: &Answers, attachment_id: &str, content: Vec<u8>) -> Result<(), Error> {
    let command = AddAttachmentRequest {
        school_id: visit.school.clone(),
        attachment_id: attachment_id.to_owned(),
        content: content.into(),
        request_id: answers.request_id(),
    };
    heard(visit.cases()?.add_attachment(ask_patiently(command))).await.map(|_| ())
}

/// The contract's word for the file is not the form's.
fn on_file(error: Error) -> Error {
    let mut violations = Violations::new();
    for violation in error.violations().iter().filter(|violation| violation.field == "content") {
        violations.add("file", &violation.message);
    }
    violations.finish().err().unwrap_or(error)
}

/// One photo.
#[derive(Debug, Serialize)]
pub struct Photo {
    head: Head,
    file: String,
}

impl Page for Photo {
    const TEMPLATE: &'static str = "photo.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        vec![Self { head: Head::new("Photo of a note", vec![Link::new("Home", "/")]), file: "/f".into() }]
    }
}

/// The page around one photo.
pub async fn view(visit: Visit, Path((_, attachment_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::ConcernRead)?;
    let id: Result<AttachmentId, _> = attachment_id.parse();
    let id = id.map_err(|_| Error::missing())?;
    let file = visit.at(&format!("/attachments/{id}/file"));
    visit
        .page(&Photo { head: Head::new("Photo of a note", visit.crumbs(&[("Concerns", visit.at("/concerns"))])), file })
}

chassis::id!(/** An attachment, as an address names it. */ struct AttachmentId = "att");

/// The photo itself: one reading, one entry of the history.
pub async fn read(visit: Visit, Path((_, attachment_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::ConcernRead)?;
    let asked = GetAttachmentRequest { school_id: visit.school.clone(), attachment_id };
    let answer = heard(visit.cases()?.get_attachment(ask_patiently(asked))).await?;
    let kind = match answer.attachment.unwrap_or_default().media_type.as_str() {
        "image/jpeg" => HeaderValue::from_static("image/jpeg"),
        "image/png" => HeaderValue::from_static("image/png"),
        other => return Err(Error::internal(format!("an attachment is {other}")).into()),
    };
    let inline = HeaderValue::from_static("inline");
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, inline)];
    Ok(axum::response::IntoResponse::into_response((headers, answer.content)))
}

/// A form of these, for the tests of forms.
#[cfg(test)]
pub fn samples() -> Vec<FormPage> {
    let form = || crate::pages::form::Form::new("/t", "Add the photo", "1".into(), file());
    let head = || Head::new("Add a photo of a note", vec![Link::new("Home", "/")]);
    let wrong = form().refused(&on_file(Error::invalid("content", "The photo must be a JPEG or PNG file")), "");
    vec![FormPage::new(head(), form()), FormPage::new(head(), wrong)]
}
