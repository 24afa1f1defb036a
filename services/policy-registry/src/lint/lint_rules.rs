//! The model template's own rules on invented documents: a sound one gives no finding, each defect planted in it gives its
//! own class, and no text makes the linter panic.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::LazyLock;

use time::macros::date;

use super::{Finding, Severity, Subject, lint};
use crate::{
    agency::Register,
    document::Document,
    import,
    template::{self, Template},
};

const SOUND: &str = include_str!("lint_rules/harrowmere.md");

/// The model template and a made-up area's register, as they are shipped.
static SHIPPED: LazyLock<(Template, Register)> = LazyLock::new(|| {
    let template = template::load(&template::model::model_files()).unwrap();
    (template, Register::load(&template::model::area_file("northshire").unwrap()).unwrap())
});

fn judged(text: &str) -> Vec<Finding> {
    let (template, register) = &*SHIPPED;
    let document = Document::parse(text);
    let import = import::read(&document, template);
    let today = date!(2026 - 11 - 22);
    lint(Subject { document: &document, import: &import, template, register: Some(register), today })
}

#[test]
fn a_sound_policy_gives_no_finding_at_all() {
    assert_eq!(judged(SOUND), []);
}

#[test]
fn every_class_is_found_where_it_was_planted() {
    // Class, words of the sound policy, and what stands in their place.
    let planted = [
        ("AGENCY-AREA", "Northshire Police", "Southmere Police"),
        ("AGENCY-NAME", "NSCP", "NSPC"),
        ("CONTACT-VALUE", "01632 960350", "01623 960350"),
        ("GUIDANCE-OLD", "Education 2026", "Education 2019"),
        ("GUIDANCE-EDITION", "Education 2026", "Education"),
        ("RISK-MODEL", "conduct and commerce", "and conduct"),
        ("PLACEHOLDER", "the office", "[insert name of room]"),
        ("TEMPLATE-INSTR", "Tablets are", "(Delete if not applicable) Tablets are"),
        ("CHOICE-UNMADE", "the office", "the office / library"),
        ("SECTION-CONFLICT", "Email is for lessons.", "We do not use it.\n- Email is for lessons."),
        ("REVIEW-OVERDUE", "March 2027", "March 2020"),
        ("DATE-ORDER", "4 March 2026", "31 June 2026"),
        ("SIGN-BLANK", "Ada Birch\n\nDate: 4 March 2026", "Head\n\nDate:"),
        ("NUMBERING", "## 3. Email", "## 5. Email"),
        ("DANGLING-REF", "the office", "the office: see the flow chart overleaf"),
        ("DEAD-LINK", "the office", "[the office](#)"),
        ("INTERNAL-LINK", "the office", r"\\harrow-srv\staff\plan.doc"),
        ("NAME-FOR-ROLE", "the office", "Mrs Larch"),
        ("ROLE-MULTI", "Lead: Bo Cedar", "Lead: Bo Cedar, Di Ash"),
        ("ROLE-CONFLICT", "Lead: Bo Cedar", "Lead: Ada Birch"),
        ("CONTENTS-BODY", "## 1. Aims", "Contents\n\n1. Aims\t1\n2. Filtering\t1\n3. Boats\t2\n\n## 1. Aims"),
        ("FACT-CONFLICT", "Email is for lessons.", "Email is for lessons. We do not use tablets."),
        (
            "PROC-ORDER",
            "- We tell the police.\n- Copies are",
            "- Delete every copy.\n- We tell the police.\n- Copies are",
        ),
        ("PROC-GAP", "Low-level concerns", "Small worries"),
        ("PROC-GAP", "the chair of governors", "the deputy head"),
        ("FM-GAP", "governor for filtering is assigned", "caretaker looks after it"),
        ("FM-GAP", "and the list of terrorist content", "list"),
        ("SUPERSEDED-RULE", "the office", "the office, and change their passwords frequently"),
        ("NOT-APPLICABLE", "the office", "the office before a GCSE"),
        ("MISSING-SECTION", "the office", "our Facebook page"),
        ("GARBLED", "the office", "the office. We carry our regular checks"),
        ("STYLE", "the office", "the office (by the door"),
        ("FREQ-WEAK", "every term", "from time to time"),
    ];
    let mut missed = Vec::new();
    for (class, from, to) in planted {
        assert!(SOUND.contains(from), "{from}");
        let found = judged(&SOUND.replacen(from, to, 1));
        let hit = found.iter().any(|finding| finding.class().is_some_and(|known| known.id == class));
        if !hit {
            missed.push((class, to));
        }
    }
    assert_eq!(missed, []);
}

#[test]
fn a_clause_is_judged_by_the_guidance_of_the_day() {
    let template = template::load(&template::model::model_files()).unwrap();
    let document = Document::parse("# Aims\n\n- We follow KCSIE 2025 here.\n");
    let import = import::read(&document, &template);
    let on = |today| lint(Subject { document: &document, import: &import, template: &template, register: None, today });
    let old = |findings: &[Finding]| {
        findings.iter().any(|f| f.rule == "GUIDANCE-OLD.edition" && f.severity == Severity::Error)
    };
    assert!(!old(&on(date!(2026 - 08 - 31))) && old(&on(date!(2026 - 09 - 01))));
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(24))]
    #[test]
    fn no_text_makes_it_panic(text in "(\\PC{0,30}|[-•#1-3. (]{0,3}[A-Za-z’:.…()\\[<\t]{0,16}\n{1,2}){0,20}") {
        for finding in judged(&text) {
            proptest::prop_assert!(finding.class().is_some() && finding.column > 0, "{finding:?}");
        }
    }
}
