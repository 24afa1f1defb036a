//! Files that people send: the form's own fields come first, and only a form of this very session is read further.

use axum::extract::{Multipart, multipart::Field};
use chassis::error::Error;

use super::visit::{Fault, Visit};
use crate::pages::form::Answers;

/// What every form of ours carries before its file.
const BEFORE: [&str; 2] = ["csrf", "request_id"];

/// Reads a form up to its file.
///
/// # Errors
/// `Denied` where it is not a form of this session; `Invalid` where it has another shape.
pub async fn begin<'a>(visit: &Visit, parts: &'a mut Multipart) -> Result<(Answers, Field<'a>), Fault> {
    let mut pairs = Vec::new();
    for name in BEFORE {
        let field = parts.next_field().await.map_err(|_| shape())?.ok_or_else(shape)?;
        if field.name() != Some(name) {
            return Err(shape().into());
        }
        pairs.push((name.to_owned(), field.text().await.map_err(|_| shape())?));
    }
    let answers = Answers::new(pairs);
    if !visit.visitor.csrf_ok(&answers.text("csrf")) {
        return Err(Error::denied().into());
    }
    let file = parts.next_field().await.map_err(|_| shape())?.filter(|field| field.name() == Some("file"));
    Ok((answers, file.ok_or_else(shape)?))
}

fn shape() -> Error {
    Error::invalid("file", "Send the file from the page that asks for it")
}

/// The whole of a file that must not be larger than `largest` bytes.
///
/// # Errors
/// `Invalid` where there is none, it is empty or too large.
pub async fn whole(mut file: Field<'_>, largest: usize) -> Result<Vec<u8>, Error> {
    let mut content = Vec::new();
    let named = file.file_name().is_some_and(|name| !name.is_empty());
    while let Some(chunk) = chunk(&mut file).await? {
        content.extend_from_slice(&chunk);
        if content.len() > largest {
            return Err(Error::invalid("file", format!("The file must be {} MB or smaller", largest >> 20)));
        }
    }
    if content.is_empty() && !named {
        return Err(Error::invalid("file", "Select a file"));
    }
    if content.is_empty() {
        return Err(Error::invalid("file", "Select a file that is not empty"));
    }
    Ok(content)
}

/// What was answered, with what comes after a file that was read.
pub async fn after(before: Answers, parts: &mut Multipart) -> Answers {
    let mut pairs = before.pairs().to_vec();
    // Whatever does not arrive is as if it was left empty, and asked for again.
    while let Ok(Some(field)) = parts.next_field().await {
        let name = field.name().unwrap_or_default().to_owned();
        pairs.push((name, field.text().await.unwrap_or_default()));
    }
    Answers::new(pairs)
}

/// The next piece of a file.
///
/// # Errors
/// `Invalid` where it does not arrive whole, or is larger than the page takes.
pub async fn chunk(file: &mut Field<'_>) -> Result<Option<axum::body::Bytes>, Error> {
    file.chunk()
        .await
        .map_err(|_| Error::invalid("file", "Send the file again: it did not arrive whole, or is too large"))
}
