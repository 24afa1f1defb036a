//! The door that every rpc of the service stands behind: no text of a request may carry an image or a file, whichever
//! rpc it is and wherever in the message the text stands (G-IMAGE).

use chassis::{
    caller::Caller,
    error::{Error, Result, Violations},
};
use prost::Message;
use proto::text::{Text, texts};
use tonic::Request;

use crate::{
    content::{carries_content, table_carries_content},
    rules::NARRATIVE_MAX,
};

/// The fields that take a file. Whether a photo may come is asked before (`BeginAttachment`), and what it is, its rpc reads
/// from its bytes; the texts in a package are looked at once it is open.
const FILES: [(&str, &str); 2] = [("AddAttachment", "content"), ("ImportPackage", "content")];

/// Refuses a request that carries content instead of describing it, naming every such field.
pub(super) fn words_alone<T: Message>(request: &Request<T>) -> Result<()> {
    // Whom the wall let nobody in for is refused by the rpc itself.
    let Some(caller) = request.extensions().get::<Caller>() else { return Ok(()) };
    let message = request.get_ref().encode_to_vec();
    let mut violations = Violations::new();
    for (field, text) in texts(caller.rpc().descriptor.input(), &message).map_err(Error::internal)? {
        if FILES.contains(&(caller.rpc().name(), field.as_str())) {
            continue;
        }
        let content = match &text {
            Text::Words(words) => carries_content(words),
            Text::Bytes(bytes) => table_carries_content(bytes),
        };
        violations.check(!content, field, fix(&text));
    }
    violations.finish()
}

/// What to do with a text that carries content, or that is so long that it looks like content.
fn fix(text: &Text) -> String {
    match text {
        Text::Words(words) if words.chars().count() > NARRATIVE_MAX => {
            format!("Shorten this to {NARRATIVE_MAX} characters of words: no image or file is kept here")
        }
        _ => "Describe it in words: no image or file is kept here".to_owned(),
    }
}
