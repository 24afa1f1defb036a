//! One file per noun of the command.

pub mod audit;
pub mod cases;
pub mod client;
pub mod figures;
pub mod learners;
pub mod lint;
pub mod logs;
pub mod operate;
pub mod over_schools;
pub mod package;
pub mod policy;
pub mod reports;
pub mod serve;
pub mod tables;

use std::{io, path::Path};

use chassis::error::{Error, Result};

/// Writes a file that only its owner may read; never over one that is there.
///
/// # Errors
/// What is wrong and how it is mended.
pub fn write_new(file: &Path, content: &[u8]) -> std::result::Result<(), String> {
    use io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(file).and_then(|mut new| new.write_all(content));
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => format!("{} is there already: name another file", file.display()),
        _ => format!("{}: {error}", file.display()),
    })
}

/// Why a file cannot be read, and what to do.
pub fn unreadable(file: &Path, error: &io::Error) -> String {
    let name = file.display();
    match error.kind() {
        io::ErrorKind::NotFound => {
            format!("No such file: {name}. Check its name, and that it lies in the folder where the command is run")
        }
        io::ErrorKind::PermissionDenied => format!("{name} may not be read: check who owns it and who may read it"),
        io::ErrorKind::IsADirectory => format!("{name} is a folder: name a file in it"),
        _ => format!("{name}: {error}"),
    }
}

/// The password in a file; without one, on standard input.
///
/// # Errors
/// `Invalid` where it cannot be read.
pub fn password(file: Option<&Path>) -> Result<String> {
    let read = match file {
        Some(file) => std::fs::read_to_string(file).map_err(|e| unreadable(file, &e)),
        None => io::read_to_string(io::stdin()).map_err(|e| e.to_string()),
    };
    read.map_err(|why| Error::invalid("password-file", why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_there_is_named_with_what_to_do() {
        let file = Path::new("/nowhere/policy.md");
        let error = std::fs::read(file).err().map(|e| unreadable(file, &e)).unwrap_or_default();
        assert!(error.starts_with("No such file: /nowhere/policy.md. Check its name"), "{error}");
    }
}
