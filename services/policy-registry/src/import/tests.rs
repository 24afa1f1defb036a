//! A made-up document read against a small template, and the two real ones against the model where they are at hand.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use super::*;
use crate::{
    agency::Register,
    lint::{self, Finding, Severity},
    template::{self, model},
    testing::{TODAY, template},
};

fn values(import: &Import, key: &str) -> Vec<String> {
    import.parameters.iter().find(|p| p.key == key).map(|p| p.values.clone()).unwrap_or_default()
}

#[test]
fn each_paragraph_has_one_fate() {
    let text = "Head\tAda Birch\nReview\tNov 2027\n\n# Policy aims\n\n- It was written by staff, involving parents.\n\
                - Our bees hum.\n-\n- www.oakbeck.example\n\n# Web filtering\n\n- We use Sluice to filter the internet.\n\
                - Phones are handed in at the office.\n\nSigned by:\n";
    let document = Document::parse(text);
    let import = read(&document, &template());
    let fates: Vec<String> = import
        .fates
        .iter()
        .map(|fate| match fate {
            Fate::Matched { clause, .. } => format!("= {clause}"),
            Fate::Amended { clause, .. } => format!("~ {clause}"),
            Fate::Added { section } => format!("+ {section}"),
            Fate::Ignored(why) => why.name().to_owned(),
        })
        .collect();
    let expected = [
        "front_matter",
        "front_matter",
        "heading",
        "~ aims.made",
        "+ aims",
        "blank_bullet",
        "links",
        "heading",
        "~ filtering.product",
        "+ filtering",
        "signature_block",
    ];
    assert_eq!(fates, expected);
    assert_eq!(values(&import, "filter.product"), ["Sluice"]);
    assert_eq!(values(&import, "doc.next_review"), ["2027-11"]);
    assert_eq!(values(&import, "phone.rule"), ["office_daily"]);
    assert_eq!(import.parameters.iter().find(|p| p.key == "role.head").map(|p| (p.line, p.confidence)), Some((1, 95)));
}

#[test]
fn a_blank_the_school_left_open_is_not_filled() {
    for open in ["<name>", "(insert name)", "___", "[name of product]"] {
        let import = read(&Document::parse(&format!("# Filtering\n\n- We use {open} to filter.\n")), &template());
        assert_eq!(values(&import, "filter.product"), Vec::<String>::new(), "{open}");
    }
}

#[test]
fn a_sentence_that_only_ends_like_a_clause_fills_no_blank() {
    let read_in =
        |words: &str| read(&Document::parse(&format!("# Filtering\n\n- Our filter is {words}.\n")), &template());
    assert_eq!(values(&read_in("Sluice Pro"), "filter.product"), ["Sluice Pro"]);
    for running in ["Sluice. Leaders test it each term", "[name of filter to go here]", "____"] {
        assert_eq!(values(&read_in(running), "filter.product"), Vec::<String>::new(), "{running}");
    }
    // Where the places of one blank hold different things, none of them is sure.
    let text =
        "# Filtering\n\n- Our filter is Sluice.\n\n# Policy aims\n\n- Our filter is Weir.\n- Our filter is Brook.\n";
    let found = read(&Document::parse(text), &template());
    let sure = found.parameters.iter().find(|p| p.key == "filter.product");
    assert!(sure.is_none_or(|p| p.confidence >= 60), "{sure:?}");
}

proptest::proptest! {
    #[test]
    fn every_paragraph_of_any_document_is_accounted_for_once(text in "([-•# ]{0,3}[a-zA-Z0-9 .:\t]{0,24}\n{1,2}){0,30}") {
        let (document, template) = (Document::parse(&text), template());
        let import = read(&document, &template);
        proptest::prop_assert_eq!(import.fates.len(), document.paragraphs.len());
        for (paragraph, fate) in document.paragraphs.iter().zip(&import.fates) {
            let says = document.body().any(|(_, body)| body.line == paragraph.line);
            let links = matches!(fate, Fate::Ignored(Why::Links));
            proptest::prop_assert_eq!(says, links || !matches!(fate, Fate::Ignored(_)), "{:?}", paragraph);
        }
    }
}

/// One of the real documents with what was read from it; none where the folder is not there.
fn seed(name: &str) -> Option<(Document, Import, Vec<Finding>)> {
    let path = format!("{}/../../../shared/seeds/{name}", env!("CARGO_MANIFEST_DIR"));
    let Ok(bytes) = std::fs::read(&path) else {
        println!("skipped: {path} is not there");
        return None;
    };
    let template = template::load(&model::model_files()).unwrap();
    let document = Document::read(name, &bytes).unwrap();
    let import = read(&document, &template);
    let register = Register::load(&model::area_file("derbyshire").unwrap()).unwrap();
    let subject = lint::Subject {
        document: &document,
        parameters: &import.parameters,
        template: &template,
        school: None,
        register: Some(&register),
        today: TODAY,
    };
    let findings = lint::lint(subject);
    Some((document, import, findings))
}

/// Every paragraph has its fate, and nearly all that says something was recognised.
fn accounted(document: &Document, import: &Import, at_least_percent: usize) {
    assert_eq!(import.fates.len(), document.paragraphs.len());
    let known = |fate: &&Fate| matches!(fate, Fate::Matched { .. } | Fate::Amended { .. });
    let known = import.fates.iter().filter(known).count();
    let body = import.fates.iter().filter(|fate| !matches!(fate, Fate::Ignored(_))).count();
    assert!(known * 100 >= body * at_least_percent, "{known} of {body}");
}

fn lines(findings: &[Finding], severity: Severity) -> BTreeMap<&str, Vec<u32>> {
    let mut lines: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.severity == severity) {
        lines.entry(&finding.rule).or_default().push(finding.line);
    }
    lines
}

#[test]
fn the_special_schools_policy_is_read() {
    let Some((document, import, findings)) = seed("000_075fc426dfb66804.txt") else { return };
    accounted(&document, &import, 95);
    assert_eq!(document.contents.len(), 50);
    let is = |key: &str, expected: &[&str]| assert_eq!(values(&import, key), expected, "{key}");
    is("filter.product", &["Netsweeper"]);
    is("net.broadband", &["Schools Broadband"]);
    is("filter.tiers", &["staff", "learners"]);
    is("lp.name", &["Microsoft teams", "Zoom"]);
    is("phone.learner_rule", &["locker_bag"]);
    is("doc.approved_on", &["2021-11"]);
    is("doc.next_review", &["2022-07"]);
    is("filter.on_discovery", &["tell_adult"]);
    is("meeting.dsl_governor", &["every term"]);
    is("email.learner", &["false"]);
    is("prevent.local_policy", &["true"]);
    assert_eq!(values(&import, "role.head").len(), 1);
    assert_eq!(values(&import, "role.dsl_lead").len(), 1);
    assert_eq!(values(&import, "role.dsl_deputies").len(), 4);
    let errors = lines(&findings, Severity::Error);
    assert_eq!(errors.get("AGENCY-AREA"), Some(&vec![552, 576, 582, 592, 614, 616]), "{errors:?}");
    assert_eq!(errors.get("CONTACT-VALUE"), Some(&vec![696]));
    assert_eq!(errors.get("REVIEW-OVERDUE"), Some(&vec![11]));
    assert_eq!(errors.get("INTERNAL-LINK"), Some(&vec![350, 351]));
    assert_eq!(errors.get("PLACEHOLDER"), Some(&vec![507, 581]));
    assert_eq!(errors.get("SECTION-CONFLICT"), Some(&vec![392]));
    assert_eq!(errors.get("DANGLING-REF"), Some(&vec![544]));
    assert!(errors.get("PROC-ORDER").is_some_and(|at| at.contains(&576)));
    assert!(errors.contains_key("SIGN-BLANK") && errors.contains_key("GUIDANCE-OLD"));
    let warnings = lines(&findings, Severity::Warning);
    assert_eq!(warnings.get("ROLE-MULTI"), Some(&vec![15]));
    for rule in ["AGENCY-NAME", "RISK-MODEL", "CHOICE-UNMADE", "CONTENTS-BODY", "DEAD-LINK", "GUIDANCE-EDITION"] {
        assert!(warnings.contains_key(rule), "{rule}");
    }
}

#[test]
fn the_primary_schools_policy_is_read() {
    let Some((document, import, findings)) = seed("002_329bbba5d2ac27c8.txt") else { return };
    accounted(&document, &import, 95);
    let is = |key: &str, expected: &[&str]| assert_eq!(values(&import, key), expected, "{key}");
    is("filter.product", &["EMBC webshield"]);
    is("net.broadband", &["EMBC"]);
    is("filter.tiers", &[]);
    is("lp.name", &[]);
    is("phone.learner_rule", &["office_daily"]);
    is("doc.approved_on", &["2023-02"]);
    is("doc.next_review", &[]);
    assert!(values(&import, "doc.review_log").iter().all(|entry| entry.ends_with("November 2023")));
    is("filter.on_discovery", &["screen_down_and_tell"]);
    is("password.change", &["periodic"]);
    is("social.under13_clause", &["true"]);
    assert_eq!(values(&import, "role.head"), values(&import, "role.dsl_lead"));
    assert_eq!(values(&import, "role.dsl_deputies").len(), 0);
    let errors = lines(&findings, Severity::Error);
    assert_eq!(errors.get("AGENCY-AREA"), Some(&vec![491, 520, 529]), "{errors:?}");
    assert_eq!(errors.get("CONTACT-VALUE"), Some(&vec![635]));
    assert_eq!(errors.get("REVIEW-OVERDUE"), Some(&vec![9]));
    assert_eq!(errors.get("PLACEHOLDER"), Some(&vec![402, 402]));
    assert_eq!(errors.get("ROLE-CONFLICT"), Some(&vec![119]));
    assert!(errors.get("PROC-ORDER").is_some_and(|at| at.contains(&514) && at.contains(&585)));
    let warnings = lines(&findings, Severity::Warning);
    assert_eq!(warnings.get("NAME-FOR-ROLE"), Some(&vec![221, 361]));
    assert_eq!(warnings.get("SUPERSEDED-RULE"), Some(&vec![338]));
    assert!(!errors.contains_key("INTERNAL-LINK") && !warnings.contains_key("ROLE-MULTI"));
}
