//! Attachments, without their files.

use chassis::clock::timestamp;
use proto::incident_cases::v1 as pb;

use crate::attachment::Attachment;

pub(crate) fn attachment(attachment: &Attachment) -> pb::Attachment {
    let file = attachment.file.as_ref();
    let record = &attachment.record_id;
    let of = |prefix: &str| if record.starts_with(prefix) { record.clone() } else { String::new() };
    pb::Attachment {
        attachment_id: attachment.id.to_string(),
        state: attachment.state().to_owned(),
        media_type: file.map(|file| file.media_type.clone()).unwrap_or_default(),
        size_bytes: file.and_then(|file| i32::try_from(file.size).ok()).unwrap_or_default(),
        digest: file.map(|file| file.digest.clone()).unwrap_or_default(),
        account_id: attachment.by.clone(),
        create_time: Some(timestamp(attachment.begun_at)),
        keep_time: file.map(|file| timestamp(file.kept_at)),
        concern_id: of("con_"),
        case_id: of("cas_"),
    }
}

pub(crate) fn all(attachments: Vec<Attachment>) -> Vec<pb::Attachment> {
    attachments.iter().map(attachment).collect()
}
