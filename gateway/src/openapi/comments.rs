//! The comments of the proto files, found by the place of what they describe.

use std::{collections::HashMap, sync::LazyLock};

use prost_reflect::EnumValueDescriptor;
use prost_types::FileDescriptorProto;
use proto::contract;

/// Comments by file and place.
static COMMENTS: LazyLock<HashMap<(String, Vec<i32>), String>> = LazyLock::new(|| {
    let mut comments = HashMap::new();
    for file in contract::pool().file_descriptor_protos() {
        for location in file.source_code_info.iter().flat_map(|info| &info.location) {
            if let Some(text) = &location.leading_comments {
                let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
                comments.insert((file.name().to_owned(), location.path.clone()), lines.join(" "));
            }
        }
    }
    comments
});

/// The comment on what stands at a place of a file; empty where there is none.
pub fn comment(file: &FileDescriptorProto, path: &[i32]) -> &'static str {
    COMMENTS.get(&(file.name().to_owned(), path.to_vec())).map(String::as_str).unwrap_or_default()
}

/// The comment on one value of an enumeration.
pub fn comment_of_value(value: &EnumValueDescriptor) -> &'static str {
    comment(value.parent_enum().parent_file().file_descriptor_proto(), value.path())
}
