//! The profiles the platform ships.

use std::sync::OnceLock;

use include_dir::{Dir, include_dir};

use super::Profile;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data/profiles");

/// The products whose lines are read, in the order they are tried and shown.
pub const NAMES: [&str; 41] = [
    "squid",
    "squid-common",
    "squid-combined",
    "e2guardian",
    "e2guardian-csv",
    "e2guardian-squid",
    "e2guardian-tabs",
    "e2guardian-protex",
    "squidguard",
    "nxfilter",
    "fortigate",
    "fortigate-cef",
    "panos",
    "umbrella-dns",
    "umbrella-proxy",
    "cisco-wsa",
    "zscaler",
    "zscaler-json",
    "sophos",
    "sophos-utm",
    "sonicwall",
    "sonicwall-cef",
    "forcepoint",
    "bluecoat",
    "bluecoat-elff",
    "mcafee",
    "cloudflare",
    "censornet",
    "entra",
    "netsweeper",
    "smoothwall",
    "webshield",
    "securly",
    "senso",
    "lightspeed",
    "cef",
    "leef",
    "ocsf",
    "pairs",
    "csv",
    "json",
];

static READ: [OnceLock<Option<Profile>>; NAMES.len()] = [const { OnceLock::new() }; NAMES.len()];

/// The profile of a name. It is read once; that each can be read is a test's business.
pub fn named(name: &str) -> Option<&'static Profile> {
    let place = NAMES.iter().position(|known| *known == name)?;
    READ.get(place)?.get_or_init(|| Profile::parse(text(name)?).ok()).as_ref()
}

/// Every profile.
pub fn all() -> impl Iterator<Item = &'static Profile> {
    NAMES.iter().filter_map(|name| named(name))
}

/// The document of a profile; none where none of that name is shipped.
pub fn document(name: &str) -> Option<&'static str> {
    NAMES.contains(&name).then(|| text(name)).flatten()
}

/// The document of a profile.
fn text(name: &str) -> Option<&'static str> {
    FILES.get_file(format!("{name}.yaml"))?.contents_utf8()
}

#[cfg(test)]
#[expect(clippy::panic, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn every_profile_that_is_shipped_reads_its_own_lines() {
        for name in NAMES {
            let text = text(name).unwrap_or_else(|| panic!("there is no document of {name}"));
            let profile = Profile::parse(text).unwrap_or_else(|violations| panic!("{name}: {violations:#?}"));
            assert_eq!(profile.name(), name);
        }
        assert_eq!(FILES.files().count(), NAMES.len(), "each document has its place in the list");
    }
}
