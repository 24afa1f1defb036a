//! The model template and the agency registers shipped with the platform, in its own words.

use include_dir::{Dir, include_dir};

use super::SourceFile;

static MODEL: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/template/model");
static AREAS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/areas");

/// The files of the model template.
pub fn model_files() -> Vec<SourceFile> {
    let mut files = Vec::new();
    gather(&MODEL, &mut files);
    files
}

/// The agency register shipped for an area.
pub fn area_file(area: &str) -> Option<SourceFile> {
    let name = format!("{area}.yaml");
    AREAS.get_file(&name).map(|file| SourceFile { name, content: file.contents().to_vec() })
}

/// The areas a register is shipped for.
pub fn areas() -> Vec<String> {
    let names = AREAS.files().filter_map(|file| file.path().file_stem()?.to_str().map(ToOwned::to_owned));
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

fn gather(dir: &Dir<'_>, files: &mut Vec<SourceFile>) {
    for file in dir.files() {
        files.push(SourceFile {
            name: file.path().to_string_lossy().replace('\\', "/"),
            content: file.contents().to_vec(),
        });
    }
    for below in dir.dirs() {
        gather(below, files);
    }
}
