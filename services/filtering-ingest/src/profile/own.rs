//! Profiles that a school or the authority keeps itself: what feeds call them by, and what is kept of each. One of a feed's
//! own counts only where it is named expressly, so that nobody's `squid` takes the place of the one that is shipped.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use super::Profile;

chassis::id!(/** A profile of somebody's own. */ pub struct ProfileId = "pro");

/// Profiles of one owner, retired ones among them.
pub const MOST: usize = 100;
/// Versions of one profile. None is dropped: what is kept of an event says by which version it was read, for as long as the
/// school keeps its logs.
pub const MOST_VERSIONS: usize = 200;
/// The longest document, in bytes.
pub const LONGEST: usize = 64 << 10;

/// Whose a profile is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The platform's.
    Shipped,
    /// The authority's, for all its schools.
    Authority,
    /// The school's.
    School,
}

/// A profile as it is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named<'a> {
    /// Whose.
    pub owner: Owner,
    /// Its name in its document.
    pub key: &'a str,
    /// Which version; the newest where none.
    pub version: Option<u32>,
}

impl<'a> Named<'a> {
    /// Reads a name such as `squid`, `authority.larkspur` or `school.larkspur@3`; none where it is none.
    pub fn read(text: &'a str) -> Option<Self> {
        let (owner, rest) = match text.split_once('.') {
            None => (Owner::Shipped, text),
            Some(("authority", rest)) => (Owner::Authority, rest),
            Some(("school", rest)) => (Owner::School, rest),
            Some(_) => return None,
        };
        let (key, version) = match rest.split_once('@') {
            None => (rest, None),
            Some((key, version)) => (key, Some(version.parse().ok().filter(|version| *version > 0)?)),
        };
        // What is shipped has one version, which nobody chooses.
        let known = !key.is_empty() && (owner != Owner::Shipped || version.is_none());
        known.then_some(Self { owner, key, version })
    }
}

/// Whether two names are of one profile, whichever version.
pub fn same(one: &str, other: &str) -> bool {
    let name = |text: &str| text.split('@').next().map(str::to_owned);
    name(one) == name(other)
}

/// What is kept of a profile besides its documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Its id.
    pub id: ProfileId,
    /// The school whose it is; empty for the authority's.
    pub school_id: String,
    /// Its name in its document.
    pub key: String,
    /// The product, in words.
    pub product: String,
    /// How it is known to read the product's lines, as a code.
    pub known: String,
    /// Its newest version.
    pub version: u32,
    /// SHA-256 of that version's document.
    pub digest: String,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When its newest version was kept.
    pub updated_at: OffsetDateTime,
    /// When it was retired.
    pub retired_at: Option<OffsetDateTime>,
}

impl Kept {
    /// A new one.
    pub fn new(id: ProfileId, school_id: &str, profile: &Profile, document: &str, now: OffsetDateTime) -> Self {
        let mut kept = Self {
            id,
            school_id: school_id.to_owned(),
            key: profile.name().to_owned(),
            product: String::new(),
            known: String::new(),
            version: 0,
            digest: String::new(),
            created_at: now,
            updated_at: now,
            retired_at: None,
        };
        kept.go_on(profile, document, now);
        kept
    }

    /// Takes a further version on.
    pub fn go_on(&mut self, profile: &Profile, document: &str, now: OffsetDateTime) {
        profile.product().clone_into(&mut self.product);
        profile.known().code().clone_into(&mut self.known);
        self.version = profile.version();
        self.digest = hex::encode(Sha256::digest(document));
        self.updated_at = now;
    }

    /// What feeds call it by.
    pub fn name(&self) -> String {
        let whose = if self.school_id.is_empty() { "authority" } else { "school" };
        format!("{whose}.{}", self.key)
    }

    /// What a feed keeps that was set to a version of it.
    pub fn at(&self, version: u32) -> String {
        format!("{}@{version}", self.name())
    }

    /// What changes whenever it does.
    pub fn etag(&self) -> String {
        let retired = if self.retired_at.is_some() { "-retired" } else { "" };
        format!("{}-{}{retired}", self.version, self.digest.get(..16).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_own_profile_is_meant_only_where_it_is_named_expressly() {
        let read = |text| Named::read(text).map(|named| (named.owner, named.key, named.version));
        assert_eq!(read("squid"), Some((Owner::Shipped, "squid", None)));
        assert_eq!(read("school.squid"), Some((Owner::School, "squid", None)));
        assert_eq!(read("authority.larkspur@12"), Some((Owner::Authority, "larkspur", Some(12))));
        for none in ["", "squid@1", "school.", "school.a@0", "school.a@x", "other.a", "authority.@1"] {
            assert_eq!(read(none), None, "{none}");
        }
        assert!(same("school.a@1", "school.a@2") && same("school.a", "school.a@2"));
        assert!(!same("school.a@1", "authority.a@1") && !same("squid", "school.squid"));
    }
}
