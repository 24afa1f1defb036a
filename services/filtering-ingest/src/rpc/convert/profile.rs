//! Format profiles between the contract's form and ours.

use chassis::{
    clock::timestamp,
    error::{Error, Violation, Violations},
};
use proto::filtering_ingest::v1 as pb;

use crate::profile::{
    Candidate, Profile,
    own::{Kept, LONGEST},
    place::line_of,
    trial::{Shown, Trial},
};

/// A profile that is kept, without its document.
pub(crate) fn kept(kept: &Kept) -> pb::Profile {
    pb::Profile {
        profile: kept.name(),
        school_id: kept.school_id.clone(),
        product: kept.product.clone(),
        version: kept.version,
        known: kept.known.clone(),
        shipped: false,
        etag: kept.etag(),
        create_time: Some(timestamp(kept.created_at)),
        update_time: Some(timestamp(kept.updated_at)),
        retire_time: kept.retired_at.map(timestamp),
        document: String::new(),
    }
}

/// A profile that is shipped, without its document.
pub(crate) fn shipped(profile: &Profile) -> pb::Profile {
    pb::Profile {
        profile: profile.name().to_owned(),
        product: profile.product().to_owned(),
        version: profile.version(),
        known: profile.known().code().to_owned(),
        shipped: true,
        ..pb::Profile::default()
    }
}

/// A document that was sent, read and checked: everything that is wrong is told by its line.
pub(crate) fn read(v: &mut Violations, document: &str) -> Option<Profile> {
    v.text("document", "the document of the profile", document, LONGEST);
    // Said once, in the unit that is exceeded.
    let short = document.chars().count() <= LONGEST;
    v.check(!short || document.len() <= LONGEST, "document", "Enter a document of 64 KiB or less");
    if document.trim().is_empty() || document.len() > LONGEST {
        return None;
    }
    let read = Profile::parse(document);
    for violation in read.as_ref().err().into_iter().flatten() {
        let place = match line_of(document, &violation.field) {
            Some(line) if violation.field.starts_with("line ") => format!("Line {line}"),
            Some(line) => format!("Line {line}, {}", violation.field),
            None => violation.field.clone(),
        };
        v.add("document", format!("{place}: {}", violation.message));
    }
    read.ok()
}

/// What is wrong with a document, for whoever tries it.
pub(crate) fn problem(document: &str, violation: Violation) -> pb::ProfileProblem {
    let line = line_of(document, &violation.field).and_then(|line| u32::try_from(line).ok()).unwrap_or_default();
    pb::ProfileProblem { line, field: violation.field, fix: violation.message }
}

/// What became of lines that were tried.
pub(crate) fn trial(trial: Trial) -> pb::PreviewProfileResponse {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    pb::PreviewProfileResponse {
        profile: trial.profile,
        lines: number(trial.lines),
        read: number(trial.read),
        not_web: number(trial.not_web),
        observations: trial.shown.into_iter().map(shown).collect(),
        rejected_lines: trial
            .rejected
            .into_iter()
            .map(|(line, why)| pb::RejectedPreviewLine {
                line: number(line),
                reason: why.reason.to_owned(),
                detail: why.detail.to_owned(),
            })
            .collect(),
        ..pb::PreviewProfileResponse::default()
    }
}

fn shown(shown: Shown) -> pb::PreviewObservation {
    pb::PreviewObservation {
        line: u32::try_from(shown.line).unwrap_or(u32::MAX),
        event_time: Some(timestamp(shown.at)),
        user: shown.user,
        device: shown.device,
        groups: shown.groups,
        host: shown.host,
        search_terms: shown.terms,
        outcome: shown.outcome.to_owned(),
        vendor_categories: shown.vendor_categories,
        categories: shown.categories,
        warnings: shown.warnings,
        withheld: shown.withheld,
        audience: shown.audience.to_owned(),
    }
}

/// A profile that lines may be of.
pub(crate) fn candidate(candidate: &Candidate) -> pb::ProfileCandidate {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    pb::ProfileCandidate {
        profile: candidate.profile.name().to_owned(),
        product: candidate.profile.product().to_owned(),
        read: number(candidate.read),
        not_web: number(candidate.not_web),
        evidence: candidate.evidence.clone(),
    }
}

/// That a feed or a sender names a profile that is not there.
pub(crate) fn unknown() -> Error {
    let shipped = crate::profile::PROFILES.join(", ");
    Error::invalid(
        "profile",
        format!(
            "Select one of: {shipped}; or one of your own, such as school.larkspur or authority.larkspur, that is not retired"
        ),
    )
}
