//! A photo of a note, kept with a concern or a case. Whether there may be one is decided before any byte of it comes:
//! nothing that could be an image of a child is ever kept (G-IMAGE).

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use time::{Duration, OffsetDateTime};

use crate::{
    case::{Case, Refusal},
    concern::{Concern, Origin},
    image::Photo,
};

chassis::id!(/** An attachment. */ pub struct AttachmentId = "att");

/// How long the file of an attachment may take to come.
pub const WAITS: Duration = Duration::hours(1);
/// Attachments one record may have.
pub const MOST: usize = 10;
/// The answers to whether a photo shows a child.
pub const ANSWERS: [&str; 3] = ["no", "yes", "not_sure"];

const IMAGE: &str = "G-IMAGE";
/// Kinds of case that may be about illegal images, whatever a school's policy says of them.
const ABOUT_IMAGES: [&str; 4] = ["P1", "P2", "P3", "P4"];
/// The theme of a filter alert that is.
const ILLEGAL: &str = "illegal_csam";

/// An attachment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its id.
    pub id: AttachmentId,
    /// The school.
    pub school_id: String,
    /// The concern or case it belongs to.
    pub record_id: String,
    /// Who began it.
    pub by: String,
    /// When.
    pub begun_at: OffsetDateTime,
    /// Its file, once it came.
    pub file: Option<File>,
}

/// The file of an attachment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct File {
    /// What it is, by its own bytes.
    pub media_type: String,
    /// How many bytes.
    pub size: usize,
    /// The SHA-256 of them.
    pub digest: String,
    /// When it came.
    pub kept_at: OffsetDateTime,
}

impl Attachment {
    /// `begun` or `kept`.
    pub fn state(&self) -> &'static str {
        if self.file.is_some() { "kept" } else { "begun" }
    }

    /// Takes the file, once and in time.
    ///
    /// # Errors
    /// `State` where it came already, or too late.
    pub fn keep(&mut self, photo: &Photo, at: OffsetDateTime) -> Result<(), Refusal> {
        if self.file.is_some() {
            return Err(Refusal::State("this photo is kept already: begin another"));
        }
        if at >= self.begun_at + WAITS {
            return Err(Refusal::State("this was begun more than an hour ago: begin again"));
        }
        self.file = Some(File {
            media_type: photo.media_type.to_owned(),
            size: photo.bytes.len(),
            digest: hex::encode(Sha256::digest(&photo.bytes)),
            kept_at: at,
        });
        Ok(())
    }
}

/// Refuses a photo that shows a child, or may.
///
/// # Errors
/// `Prohibited` unless the answer is no.
pub fn shows_nobody(answer: &str) -> Result<(), Refusal> {
    let why = match answer {
        "no" => return Ok(()),
        "yes" => "no image of a child is kept here: describe in words what you saw, and do not copy, share or send it",
        _ => "where you are not sure, no photo is kept: describe in words what it shows, and tell the lead in person",
    };
    Err(Refusal::Prohibited(IMAGE, why))
}

/// Refuses photos in a case that may be about illegal images, and in one that is closed.
///
/// # Errors
/// `Prohibited`, `Closed`.
pub fn case_takes(case: &Case) -> Result<(), Refusal> {
    let id = case.procedure.id.as_str();
    if ABOUT_IMAGES.contains(&id) || case.procedure.steps.iter().any(|step| step.gates.iter().any(|gate| gate == IMAGE))
    {
        let why = "a case of this kind takes no photo: describe the note in words, and keep it where paper is kept";
        return Err(Refusal::Prohibited(IMAGE, why));
    }
    if case.closing.is_some() { Err(Refusal::Closed) } else { Ok(()) }
}

/// Refuses photos with a concern that is of such a kind, or decided on. Its reporter adds one until it was read: what the
/// concern became is not theirs to learn from a refusal.
///
/// # Errors
/// `Prohibited`, `State`.
pub fn concern_takes(concern: &Concern, own: bool) -> Result<(), Refusal> {
    if own && concern.first_read().is_some() {
        return Err(Refusal::State("the safeguarding lead has read this concern: give them the note itself"));
    }
    if matches!(&concern.origin, Origin::Alert { theme, .. } if theme == ILLEGAL) {
        let why = "an alert of this kind takes no photo: nobody copies what it is about";
        return Err(Refusal::Prohibited(IMAGE, why));
    }
    match concern.outcome {
        None => Ok(()),
        Some(_) => Err(Refusal::State("this concern is decided on: add the photo to its case")),
    }
}
