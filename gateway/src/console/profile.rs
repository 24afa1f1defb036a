//! Format profiles: what a filter's lines are read by. Of a school where the address names one, else those that the
//! authority shares; the ones that are shipped are there in both places, to be copied.

pub mod edit;
pub mod preview;
pub mod retire;

use axum::extract::{Path, Query};
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{GetProfileRequest, GetProfileResponse, ListProfilesRequest, Profile},
};
use serde::{Deserialize, Serialize};

use super::visit::{Answer, Visit, ask, ask_patiently, heard};
use crate::pages::{
    Page,
    part::{Head, Link, Row},
    words::{self, Codes},
};

/// How a profile is known to read its product's lines.
const KNOWN: Codes = &[
    ("lines", "Published lines of the product"),
    ("source", "The product’s published source"),
    ("documentation", "The vendor’s documentation"),
    ("synthetic", "Documented columns, with made-up lines"),
];

/// Which profile an address names.
#[derive(Debug, Deserialize)]
pub struct Which {
    profile: String,
}

/// Which version of it.
#[derive(Debug, Default, Deserialize)]
pub struct Version {
    #[serde(default)]
    version: Option<u32>,
}

/// The address of the list, or of something beneath it.
fn at(visit: &Visit, path: &str) -> String {
    if visit.school.is_empty() { format!("/profiles{path}") } else { visit.at(&format!("/profiles{path}")) }
}

fn crumbs(visit: &Visit, beneath: &[(&str, String)]) -> Vec<Link> {
    let first = match visit.school.is_empty() {
        true => ("Senders", "/senders".to_owned()),
        false => ("Filtering", visit.at("/filtering")),
    };
    let all: Vec<(&str, String)> = std::iter::once(first).chain(beneath.iter().cloned()).collect();
    visit.crumbs(&all)
}

/// What a profile is called that a feed is set to, on pages.
pub fn called(profile: &str) -> String {
    let (name, version) = profile.split_once('@').map_or((profile, None), |(name, version)| (name, Some(version)));
    let whose = match name.split_once('.') {
        None => return words::called(words::PROFILES, name),
        Some(("school", key)) => format!("{key}, a profile of the school’s own"),
        Some((_, key)) => format!("{key}, a profile of the authority’s"),
    };
    version.map_or(whose.clone(), |version| format!("{whose}, version {version}"))
}

/// Whether it is one that whoever is here keeps.
fn theirs(visit: &Visit, profile: &Profile) -> bool {
    !profile.shipped && profile.school_id == visit.school
}

/// Every profile that a feed can name.
///
/// # Errors
/// The service's refusal.
pub async fn all(visit: &Visit) -> Result<Vec<Profile>, Error> {
    let asked = ListProfilesRequest { school_id: visit.school.clone() };
    Ok(heard(visit.filtering()?.list_profiles(ask(asked))).await?.profiles)
}

/// Those of somebody's own that a feed can name, with what they are called.
///
/// # Errors
/// The service's refusal.
pub async fn choices(visit: &Visit) -> Result<Vec<(String, String)>, Error> {
    if !visit.may(Permission::ProfileRead) {
        return Ok(Vec::new());
    }
    let own = all(visit).await?.into_iter().filter(|profile| !profile.shipped && profile.retire_time.is_none());
    Ok(own
        .map(|profile| {
            let text = format!("{}: {}", called(&format!("{}@{}", profile.profile, profile.version)), profile.product);
            (profile.profile, text)
        })
        .collect())
}

async fn fetch(visit: &Visit, profile: &str) -> Result<GetProfileResponse, Error> {
    let asked = GetProfileRequest { school_id: visit.school.clone(), profile: profile.to_owned() };
    heard(visit.filtering()?.get_profile(ask_patiently(asked))).await
}

/// The list of profiles: one's own, then those that are shipped.
#[derive(Debug, Serialize)]
pub struct ProfileList {
    head: Head,
    acts: Vec<Link>,
    tables: Vec<Table>,
}

#[derive(Debug, Serialize)]
struct Table {
    id: &'static str,
    caption: &'static str,
    /// Whether they are kept, and so may be retired.
    kept: bool,
    lines: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    link: Link,
    product: String,
    known: String,
    version: u32,
    retired: String,
}

impl Page for ProfileList {
    const TEMPLATE: &'static str = "profiles.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let retired = Profile { retire_time: sample().update_time, ..sample() };
        let shipped = Profile { profile: "squid".into(), shipped: true, school_id: String::new(), ..sample() };
        let crumbs = || vec![Link::new("Home", "/")];
        vec![
            Self::new(&[sample(), retired, shipped.clone()], crumbs(), "/profiles", true),
            Self::new(&[shipped], crumbs(), "/profiles", false),
        ]
    }
}

impl ProfileList {
    fn new(profiles: &[Profile], crumbs: Vec<Link>, place: &str, keeps: bool) -> Self {
        let line = |profile: &Profile| {
            let title = match profile.shipped {
                true => words::called(words::PROFILES, &profile.profile),
                false => called(&profile.profile),
            };
            Line {
                link: Link::new(title, format!("{place}/{}", profile.profile)),
                product: profile.product.clone(),
                known: words::called(KNOWN, &profile.known),
                version: profile.version,
                retired: words::stamp(profile.retire_time.as_ref()).unwrap_or_else(|| "No".to_owned()),
            }
        };
        let table = |id, caption, kept: bool| Table {
            id,
            caption,
            kept,
            lines: profiles.iter().filter(|profile| profile.shipped != kept).map(&line).collect(),
        };
        let tables = [
            table("own", "Written here or shared by the authority", true),
            table("shipped", "With the platform", false),
        ];
        Self {
            head: Head::new("Format profiles", crumbs),
            acts: if keeps { vec![Link::new("Write a profile", format!("{place}/new"))] } else { Vec::new() },
            tables: tables.into_iter().filter(|table| !table.lines.is_empty()).collect(),
        }
    }
}

/// Lists them.
pub async fn list(visit: Visit) -> Answer {
    visit.needs(Permission::ProfileRead)?;
    let profiles = all(&visit).await?;
    let keeps = visit.may(Permission::ProfileKeep);
    visit.page(&ProfileList::new(&profiles, crumbs(&visit, &[]), &at(&visit, ""), keeps))
}

/// One profile with its document.
#[derive(Debug, Serialize)]
pub struct ProfilePage {
    head: Head,
    rows: Vec<Row>,
    document: String,
    /// Other versions.
    versions: Vec<Link>,
    acts: Vec<Link>,
}

impl Page for ProfilePage {
    const TEMPLATE: &'static str = "profile.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let shipped = Profile { profile: "squid".into(), shipped: true, school_id: String::new(), ..sample() };
        let answer = |profile: Profile| GetProfileResponse { profile: Some(profile), versions: vec![3, 2] };
        vec![
            Self::new(&answer(sample()), Vec::new(), "/profiles", true, true),
            Self::new(&answer(shipped), Vec::new(), "/profiles", false, true),
        ]
    }
}

impl ProfilePage {
    fn new(answer: &GetProfileResponse, crumbs: Vec<Link>, place: &str, theirs: bool, keeps: bool) -> Self {
        let profile = answer.profile.clone().unwrap_or_default();
        let here = format!("{place}/{}", profile.profile);
        let mut rows = vec![
            Row::new("What feeds call it by", profile.profile.clone()),
            Row::new("Product", profile.product.clone()),
            Row::new("Version", profile.version.to_string()),
            Row::new("Known by", words::called(KNOWN, &profile.known)),
        ];
        rows.extend(Row::some("Kept", words::stamp(profile.update_time.as_ref())));
        rows.extend(Row::some("Retired", words::stamp(profile.retire_time.as_ref())));
        let mut acts = Vec::new();
        if theirs && keeps && profile.retire_time.is_none() {
            acts.push(Link::new("Change the profile", format!("{here}/change")));
            acts.push(Link::new("Retire the profile", format!("{here}/retire")));
        }
        if keeps {
            // From the very version that is shown.
            let version = if profile.shipped { String::new() } else { format!("@{}", profile.version) };
            let from = format!("{place}/new?from={}{version}", profile.profile);
            acts.push(Link::new("Write one of your own from this", from));
        }
        let others = answer.versions.iter().filter(|version| **version != profile.version && !profile.shipped);
        let name = match profile.shipped {
            true => words::called(words::PROFILES, &profile.profile),
            false => called(&profile.profile),
        };
        Self {
            head: Head::new("Format profile", crumbs).of(name),
            rows,
            document: profile.document,
            versions: others
                .map(|version| Link::new(format!("See version {version}"), format!("{here}?version={version}")))
                .collect(),
            acts,
        }
    }
}

/// Shows one.
pub async fn show(visit: Visit, Path(which): Path<Which>, Query(asked): Query<Version>) -> Answer {
    visit.needs(Permission::ProfileRead)?;
    let name = match asked.version {
        Some(version) => format!("{}@{version}", which.profile),
        None => which.profile,
    };
    let answer = fetch(&visit, &name).await?;
    let own = answer.profile.as_ref().is_some_and(|profile| theirs(&visit, profile));
    let crumbs = crumbs(&visit, &[("Format profiles", at(&visit, ""))]);
    visit.page(&ProfilePage::new(&answer, crumbs, &at(&visit, ""), own, visit.may(Permission::ProfileKeep)))
}

#[cfg(test)]
fn sample() -> Profile {
    let now = Some(chassis::clock::timestamp(time::macros::datetime!(2026-11-24 09:00 UTC)));
    Profile {
        profile: "school.larkspur".into(),
        school_id: "sch_1".into(),
        product: "Larkspur <filter>".into(),
        version: 3,
        known: "synthetic".into(),
        etag: "3-0f0f".into(),
        create_time: now,
        update_time: now,
        document: "profile: larkspur\nproduct: Larkspur <filter>\n".into(),
        ..Profile::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_called_by_whose_it_is_and_its_version() {
        assert_eq!(called("squid"), "Squid, native log");
        assert_eq!(called("school.larkspur@3"), "larkspur, a profile of the school’s own, version 3");
        assert_eq!(called("authority.larkspur"), "larkspur, a profile of the authority’s");
    }
}
