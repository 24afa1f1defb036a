//! The clock, and what a single changed letter comes to.

use chassis::calendar::ClosedDays;
use ed25519_dalek::SigningKey;
use proptest::prelude::*;
use time::macros::{date, datetime};

use chassis::jose::jwe::{Chance, seal};

use super::{
    Outside,
    clock::{Rule, due},
    contents::Entry,
    document::{Document, Made, Sender},
    envelope::{CTY, Format as _, Refused, open, read, signed},
    package::{Changed, EARLIER, FORMAT, Package},
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
    // A school whose calendar nobody entered keeps the usual holidays.
    for (left, on, rule) in [
        (date!(2026 - 12 - 18), date!(2027 - 01 - 08), Rule::NewTerm),
        (date!(2027 - 07 - 31), date!(2027 - 09 - 05), Rule::NewTerm),
        (date!(2026 - 10 - 23), date!(2026 - 10 - 28), Rule::InYear),
    ] {
        let due = due(left, &ClosedDays::default());
        assert_eq!((due.on, due.rule, due.usual_holidays), (on, rule, true), "left {left}");
    }
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
        source: String::new(),
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

/// The passphrase of the example that other products can try.
const EXAMPLE: &str = "7KQ2-M9XR-4TBD-0HJW-5ZPE";

/// The file of the example in `docs/package-format.md`.
fn example() -> Document {
    let mut entries = package().entries;
    for (entry, text) in entries
        .iter_mut()
        .zip(["Ann said that [Child 1] took the phone.", "The school she was at before wrote: “Ann is often tired.”"])
    {
        text.clone_into(&mut entry.text);
    }
    entries[0].redacted = true;
    entries[1].origin = "Pennyroyal Lane Primary School".into();
    let to = Outside {
        name: "Elm Academy".into(),
        urn: "999002".into(),
        address: "1 Elm Road\nHarrowmere".into(),
        contact: "Mr Okafor".into(),
        telephone: "01632 960002".into(),
    };
    Document::new(Made {
        package_id: "trf_01ke0000000000000000000000",
        at: datetime!(2026-11-24 10:00 UTC),
        sender: Sender {
            name: "Fieldgate School".into(),
            urn: "999001".into(),
            contact: "Ms Ali, 01632 960001".into(),
            sent_by: "Ms Ali".into(),
        },
        recipient: &to,
        child: &package().child,
        nonce: "6e6f7468696e672063616e206265206775657373656420".into(),
        entries: &entries,
        left_out: &package().left_out,
    })
}

fn example_file() -> String {
    let signed = signed(&example(), &SigningKey::from_bytes(&[7; 32])).unwrap_or_default();
    seal(signed.as_bytes(), CTY, EXAMPLE, Chance::for_an_example()).unwrap_or_default()
}

#[test]
fn the_example_for_other_products_is_what_is_written_and_read_here() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let kept = std::fs::read_to_string(format!("{root}/docs/examples/packages/example.jwe")).unwrap_or_default();
    let made = example_file();
    let new = format!("{root}/target/example.jwe");
    if kept.trim() != made {
        let _ = std::fs::create_dir_all(format!("{root}/target"));
        let _ = std::fs::write(&new, format!("{made}\n"));
    }
    assert_eq!(kept.trim(), made, "the package is written otherwise: what it would be now is in {new}");
    let opened = open::<Document>(kept.as_bytes(), &EXAMPLE.to_lowercase());
    assert_eq!(opened.as_ref().map(|opened| &opened.document), Ok(&example()));
    // What a reader is to come to stands in the description.
    let described = std::fs::read_to_string(format!("{root}/docs/package-format.md")).unwrap_or_default();
    let fingerprint = opened.map(|opened| opened.fingerprint).unwrap_or_default();
    let manifest = example().manifest.join("\n");
    for said in [EXAMPLE, &fingerprint, &example().digest(), &manifest] {
        assert!(described.contains(said), "docs/package-format.md does not say:\n{said}");
    }
}

#[test]
fn a_package_for_a_school_is_told_by_its_number_first() {
    let file = example();
    assert!(file.is_for("Elm Academy", "999002") && file.is_for("Elm Community School", "999002"));
    assert!(!file.is_for("Elm Academy", "999003") && !file.is_for("Elm Academy Sixth Form", ""));
    assert!(file.is_for("ELM  academy", ""), "without a number the name decides");
}

#[test]
fn a_school_on_the_platform_is_known_by_its_number_or_however_its_name_is_written() {
    let to = |name: &str, urn: &str| Outside { name: name.into(), urn: urn.into(), ..Outside::default() };
    for name in ["Saint Mary's C of E Academy", "the ST MARYS  CofE school", "St. Mary’s (C.of.E.) Primary School"] {
        assert!(to(name, "").may_be("St Mary’s CofE Primary", "999002"), "{name}");
    }
    for name in ["St Mary’s Catholic Primary", "St Mark’s CofE Primary", "St Mary’s CofE Primary, Harrowmere"] {
        assert!(!to(name, "").may_be("St Mary’s CofE Primary", "999002"), "{name}");
    }
    assert!(to("Elm", "999002").may_be("Oak", "999002") && !to("Elm", "999003").may_be("Elm", "999002"));
    assert!(!to("The Primary School", "").may_be("The High School", "999002"), "of two such names every word tells");
}

#[test]
fn what_a_stranger_signs_is_held_against_the_format() {
    let key = SigningKey::from_bytes(&[9; 32]);
    let resigned = |change: &dyn Fn(&mut Document)| {
        let mut file = example();
        change(&mut file);
        file.manifest = file.reckoned();
        signed(&file, &key).map_err(|_| Refused::NoPackage).and_then(|signed| read::<Document>(&signed)).err()
    };
    assert_eq!(resigned(&|_| {}), None);
    let image = "data:image/png;base64,iVBORw0KGgo=";
    let place = |place: &str| Some(Refused::Place(place.to_owned()));
    assert_eq!(resigned(&|file| file.entries[1].text = image.into()), place("entries[1].text"), "G-IMAGE");
    assert_eq!(resigned(&|file| file.child.known_as = image.into()), place("child.known_as"));
    assert_eq!(resigned(&|file| file.child.flags = vec![image.into()]), place("child.flags[0]"));
    assert_eq!(resigned(&|file| file.sender.name = "Elm\nFingerprint: fe81".into()), place("sender.name"));
    let ours = format!("sch_{}", "0".repeat(26));
    assert_eq!(
        resigned(&|file| file.entries[0].origin.clone_from(&ours)),
        place("entries[0]"),
        "no school of this platform"
    );
    assert_eq!(resigned(&|file| file.entries[0].time = "yesterday".into()), place("entries[0]"));
    assert_eq!(resigned(&|file| file.child.birth_date = "27/03/2014".into()), place("child.birth_date"));
    assert_eq!(resigned(&|file| file.entries.clear()), place("entries"));
    assert_eq!(resigned(&|file| file.format = "child-protection-file/2".into()), Some(Refused::Version));
    // Signed by its sender, and yet its manifest is of something else.
    let mut file = example();
    file.entries[0].text.push('!');
    let lying = signed(&file, &key).map_err(|_| Refused::NoPackage).and_then(|signed| read::<Document>(&signed));
    assert_eq!(lying.err(), Some(Refused::Altered));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// Whatever one byte of an encrypted package is changed to, it does not open.
    #[test]
    fn an_encrypted_package_altered_by_one_byte_is_refused(at in any::<prop::sample::Index>(), by in 1_u8..=255) {
        let mut bytes = example_file().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= by;
        prop_assert!(open::<Document>(&bytes, EXAMPLE).is_err());
    }
}

proptest! {
    /// Nor is one believed of what was signed, whoever knows the passphrase and changes it.
    #[test]
    fn a_signed_file_altered_by_one_byte_is_refused(at in any::<prop::sample::Index>(), by in 1_u8..=127) {
        let signed = signed(&example(), &SigningKey::from_bytes(&[7; 32])).unwrap_or_default();
        let mut bytes = signed.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= by;
        if let Ok(altered) = String::from_utf8(bytes) {
            prop_assert!(read::<Document>(&altered).is_err());
        }
    }
}

#[test]
fn the_moment_a_package_was_made_is_signed_in_full_and_one_sent_before_is_still_read() {
    let key = SigningKey::from_bytes(&[7; 32]);
    let checked = |kept: &Package, read: &Package| {
        read.check(("trf_1", "sch_b"), (&kept.digest(), &kept.signed(&key)), &key.verifying_key())
    };
    let now = package();
    let later = Package { made_at: now.made_at + time::Duration::nanoseconds(1), ..now.clone() };
    assert_eq!((checked(&now, &now), checked(&now, &later)), (Ok(()), Err(Changed::Altered)));
    let before = Package { format: EARLIER.into(), ..later };
    assert_eq!(checked(&before, &before), Ok(()));
    assert_eq!(checked(&now, &Package { format: EARLIER.into(), ..now.clone() }), Err(Changed::Altered));
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
        let sooner = Package { made_at: package.made_at + time::Duration::nanoseconds(1), ..package.clone() };
        prop_assert_eq!(check(&sooner, "sch_b"), Err(Changed::Altered));
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
