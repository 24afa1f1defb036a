//! The clock, and what a single changed letter comes to.

use chassis::calendar::ClosedDays;
use ed25519_dalek::SigningKey;
use proptest::prelude::*;
use time::macros::{date, datetime};

use super::{
    clock::{Rule, due},
    contents::Entry,
    package::{Changed, FORMAT, Package},
};
use crate::learner::Record;

#[test]
fn the_calendar_decides_which_half_of_the_rule_it_is() {
    let year = ClosedDays::read([
        "2026-10-26 to 2026-10-30",
        "2026-12-21 to 2027-01-01",
        "2027-02-15 to 2027-02-19",
        "2027-03-29 to 2027-04-09",
        "2027-07-22 to 2027-09-01",
    ]);
    for (left, on, rule) in [
        // A Tuesday; the Friday before half-term, which is too short for a new term.
        (date!(2026 - 11 - 24), date!(2026 - 11 - 29), Rule::InYear),
        (date!(2026 - 10 - 23), date!(2026 - 10 - 28), Rule::InYear),
        // The last days of terms: the first five days of the next one, from its first day of school.
        (date!(2026 - 12 - 18), date!(2027 - 01 - 08), Rule::NewTerm),
        (date!(2027 - 03 - 25), date!(2027 - 04 - 16), Rule::NewTerm),
        (date!(2027 - 07 - 21), date!(2027 - 09 - 06), Rule::NewTerm),
        // In the holidays, before a term begins.
        (date!(2027 - 08 - 20), date!(2027 - 09 - 06), Rule::NewTerm),
    ] {
        let due = due(left, &year);
        assert_eq!((due.on, due.rule), (on, rule), "left {left}");
    }
    // A school whose calendar nobody entered: the turn of the school year is known all the same.
    assert_eq!(due(date!(2026 - 08 - 31), &ClosedDays::default()).rule, Rule::NewTerm);
    assert_eq!(due(date!(2026 - 11 - 24), &ClosedDays::default()).on, date!(2026 - 11 - 29));
}

fn package() -> Package {
    let entry = |number: u32, text: &str| Entry {
        number,
        kind: "Entry".into(),
        record: "Case 2026-001".into(),
        at: datetime!(2026-11-24 09:00 UTC),
        text: text.into(),
        redacted: false,
        origin: String::new(),
    };
    Package {
        format: FORMAT.into(),
        transfer_id: "trf_1".into(),
        from_school_id: "sch_a".into(),
        to_school_id: "sch_b".into(),
        made_at: datetime!(2026-11-24 10:00 UTC),
        nonce: "n".into(),
        child: record("Ann", "Oak", Some(date!(2014 - 03 - 27)), ""),
        entries: vec![entry(1, "One"), entry(2, "Two")],
        left_out: [("material".to_owned(), 1)].into(),
    }
}

fn record(given: &str, family: &str, birth_date: Option<time::Date>, upn: &str) -> Record {
    Record { given_name: given.into(), family_name: family.into(), birth_date, upn: upn.into(), ..Record::default() }
}

#[test]
fn the_child_is_told_by_name_and_date_and_never_guessed() {
    let package = package();
    let born = Some(date!(2014 - 03 - 27));
    for (is, other) in [
        (true, record("Ann", "Oak", born, "")),
        (true, record("ANN Marie", "Oak", born, "A123456789012")),
        (false, record("Bo", "Oak", born, "")),
        (false, record("Ann", "Elm", born, "")),
        (false, record("Ann", "Oak", Some(date!(2014 - 03 - 28)), "")),
        (false, record("Ann", "Oak", None, "")),
    ] {
        assert_eq!(package.is(&other), is, "{other:?}");
    }
    let numbered = Package { child: record("Ann", "Oak", None, "X1"), ..package };
    assert!(numbered.is(&record("Anna", "Oak-Elm", born, "X1")), "a pupil number is one child's");
    assert!(!numbered.is(&record("Ann", "Oak", born, "X2")));
}

proptest! {
    /// Whatever one byte of a package is changed to, it does not pass for what was signed.
    #[test]
    fn a_package_altered_by_one_byte_is_refused(at in any::<prop::sample::Index>(), by in 1_u8..=255) {
        let key = SigningKey::from_bytes(&[7; 32]);
        let package = package();
        let kept = (package.digest(), package.signed(&key));
        let check = |one: &Package, to: &str| {
            one.check(("trf_1", to), (kept.0.as_str(), kept.1.as_str()), &key.verifying_key())
        };
        prop_assert_eq!(check(&package, "sch_b"), Ok(()));
        prop_assert_eq!(check(&package, "sch_c"), Err(Changed::ForAnother));
        let mut bytes = serde_json::to_vec(&package).unwrap_or_default();
        let at = at.index(bytes.len());
        bytes[at] ^= by;
        if let Ok(altered) = serde_json::from_slice::<Package>(&bytes) {
            prop_assert!(altered == package || check(&altered, "sch_b").is_err());
        }
        let other = SigningKey::from_bytes(&[8; 32]).verifying_key();
        prop_assert_eq!(package.check(("trf_1", "sch_b"), (kept.0.as_str(), kept.1.as_str()), &other), Err(Changed::Altered));
    }
}
