//! A template's files as they come and go: one .zip, or some of them by themselves.

use std::io::{Cursor, Read as _, Write as _};

use axum::{
    extract::{Multipart, multipart::Field},
    response::{IntoResponse as _, Response},
};
use chassis::error::Error;
use http::header;
use proto::policy_registry::v1::SourceFile;
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::console::upload;

/// The most bytes that are sent, and that a .zip may unfold to: a service is sent no larger message.
pub const LARGEST: usize = 15 << 20;
/// The most files.
const MOST: usize = 2_000;

fn wrong(fix: impl Into<String>) -> Error {
    Error::invalid("file", fix)
}

/// Every file of a form: the one that was begun, and those behind it.
///
/// # Errors
/// `Invalid` where there is none, or they are too large.
pub async fn all(first: (String, Vec<u8>), parts: &mut Multipart) -> Result<Vec<SourceFile>, Error> {
    let mut size = first.1.len();
    let mut files = vec![SourceFile { name: first.0, content: first.1.into() }];
    while let Some(field) = parts.next_field().await.map_err(|_| wrong("Send the files again: they did not arrive"))? {
        let (name, content) = one(field).await?;
        size += content.len();
        if size > LARGEST || files.len() >= MOST {
            return Err(wrong(format!("The files must be {} MB or smaller together", LARGEST >> 20)));
        }
        files.push(SourceFile { name, content: content.into() });
    }
    Ok(files)
}

/// One file with its name.
///
/// # Errors
/// `Invalid` where it is empty or too large.
pub async fn one(field: Field<'_>) -> Result<(String, Vec<u8>), Error> {
    let name = field.file_name().unwrap_or_default().to_owned();
    if name.is_empty() {
        return Err(wrong("Select a file"));
    }
    Ok((name, upload::whole(field, LARGEST).await?))
}

/// The files of a .zip by their paths in it; a folder that holds them all is left out of them.
///
/// # Errors
/// `Invalid` where it is no .zip, or unfolds to too much.
pub fn unpacked(content: &[u8]) -> Result<Vec<SourceFile>, Error> {
    let broken = || wrong("Send a .zip file that opens: this one is damaged or protected by a password");
    let mut archive = ZipArchive::new(Cursor::new(content)).map_err(|_| broken())?;
    if archive.len() > MOST {
        return Err(wrong(format!("The .zip must hold {MOST} files or fewer")));
    }
    let mut room = LARGEST;
    let mut files: Vec<SourceFile> = Vec::new();
    for place in 0..archive.len() {
        let entry = archive.by_index(place).map_err(|_| broken())?;
        let name = entry.name().map_err(|_| broken())?.replace('\\', "/");
        let hidden = name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX");
        if entry.is_dir() || hidden {
            continue;
        }
        let mut unfolded = Vec::new();
        let limit = u64::try_from(room).unwrap_or(u64::MAX).saturating_add(1);
        entry.take(limit).read_to_end(&mut unfolded).map_err(|_| broken())?;
        room = room
            .checked_sub(unfolded.len())
            .ok_or_else(|| wrong(format!("The files in the .zip must be {} MB or smaller together", LARGEST >> 20)))?;
        files.push(SourceFile { name, content: unfolded.into() });
    }
    let folder = files.iter().find_map(|file| file.name.strip_suffix("template.yaml")).unwrap_or_default().to_owned();
    for file in &mut files {
        if let Some(inside) = file.name.strip_prefix(&folder) {
            file.name = inside.to_owned();
        }
    }
    Ok(files)
}

/// Files as one .zip.
///
/// # Errors
/// `Internal` where it cannot be written.
pub fn packed(files: &[SourceFile]) -> Result<Vec<u8>, Error> {
    let failed = |_| Error::internal("writing a .zip failed");
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for file in files {
        writer.start_file(file.name.as_str(), SimpleFileOptions::default()).map_err(failed)?;
        writer.write_all(&file.content).map_err(|_| Error::internal("writing a .zip failed"))?;
    }
    Ok(writer.finish().map_err(failed)?.into_inner())
}

/// A .zip to be kept by the browser.
pub fn download(name: &str, content: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, "application/zip".to_owned()), (header::CONTENT_DISPOSITION, disposition)], content)
        .into_response()
}

/// The files of the version that is edited, with those that were sent by themselves in their places.
pub fn replaced(mut current: Vec<SourceFile>, sent: Vec<SourceFile>) -> Vec<SourceFile> {
    for file in sent {
        let known = current.iter_mut().find(|known| {
            known.name == file.name || known.name.rsplit_once('/').is_some_and(|(_, name)| name == file.name)
        });
        match known {
            Some(known) => known.content = file.content,
            None => current.push(SourceFile { name: placed(&file.name), content: file.content }),
        }
    }
    current
}

/// Where a new file belongs.
fn placed(name: &str) -> String {
    let procedure = name.ends_with(".yaml")
        && name.strip_prefix('p').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    match name {
        _ if name.contains('/') => name.to_owned(),
        _ if name.ends_with(".md") => format!("clauses/{name}"),
        _ if procedure => format!("procedures/{name}"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str) -> SourceFile {
        SourceFile { name: name.into(), content: text.as_bytes().to_vec().into() }
    }

    #[test]
    fn files_come_back_from_a_zip_as_they_went_into_it() -> Result<(), Error> {
        let files = [file("model/template.yaml", "name: x"), file("model/clauses/aims.md", "## aims.a")];
        let unpacked = unpacked(&packed(&files)?)?;
        assert_eq!(unpacked, [file("template.yaml", "name: x"), file("clauses/aims.md", "## aims.a")]);
        assert!(super::unpacked(b"no archive").is_err());
        let bomb = file("template.yaml", &" ".repeat(LARGEST + 1));
        assert!(super::unpacked(&packed(&[bomb])?).is_err_and(|error| error.to_string().contains("15 MB")
            || error.violations().iter().any(|v| v.message.contains("15 MB"))));
        Ok(())
    }

    #[test]
    fn files_sent_by_themselves_take_the_place_of_those_of_their_name() {
        let current = vec![file("template.yaml", "a"), file("clauses/aims.md", "b")];
        let sent = vec![file("aims.md", "c"), file("boats.md", "d"), file("p9.yaml", "e")];
        let names: Vec<_> = replaced(current, sent)
            .into_iter()
            .map(|f| (f.name, String::from_utf8_lossy(&f.content).into_owned()))
            .collect();
        let expected =
            [("template.yaml", "a"), ("clauses/aims.md", "c"), ("clauses/boats.md", "d"), ("procedures/p9.yaml", "e")];
        assert_eq!(names, expected.map(|(name, text)| (name.to_owned(), text.to_owned())));
    }
}
