//! One class a line: a text that has the defect, where, and a text that has not.

use super::{Severity, distance};
use crate::testing::found;

/// A front page and signatures with nothing wrong in them.
fn sound(body: &str) -> String {
    format!(
        "Head\tAda Birch\nLead\tBo Cedar\nDeputies\tCy Elm\nReview\tMarch 2027\nApproved\tMarch 2026\n\n\
         # Aims\n\n{body}\n\n# End\n\n- Last words.\n\nSigned by:\n\nAda Birch\n\nDate: 3 March 2026\n"
    )
}

#[test]
fn every_class_is_found_where_it_was_planted_and_nowhere_else() {
    use Severity::{Error as E, Info as I, Warning as W};
    let cases = [
        ("AGENCY-AREA", E, "- Ring Southmere Police on 101.", "- Ring Northshire Police on 101."),
        ("AGENCY-AREA", E, "- Follow the SMSCB thresholds.", "- Follow the NSCP thresholds."),
        (
            "AGENCY-NAME",
            W,
            "- Ask the Northshire Safeguarding Childs Board.",
            "- Ask the Northshire Safeguarding Children Partnership.",
        ),
        ("AGENCY-NAME", W, "- Ask the NSPC.", "- Ask the NSCP."),
        ("AGENCY-NAME", W, "- Ask the Harbour Board.", "- Ask the Harbour."),
        ("CONTACT-VALUE", E, "- Phone 01623 960123.", "- Phone 01632 960123 or 01632 555000."),
        ("CONTACT-VALUE", E, "- Phone 20632 777777.", "- Room 20632."),
        ("CONTACT-VALUE", E, "- Write to lado@nortshire.example.", "- Write to lado@northshire.example."),
        ("GUIDANCE-OLD", E, "- As the 2009 Northshire code requires.", "- As the 2026 Northshire code requires."),
        (
            "GUIDANCE-EDITION",
            W,
            "- See the “national safeguarding guidance”.",
            "- There is national safeguarding guidance, and the “National safeguarding guidance” of 2026.",
        ),
        ("RISK-MODEL", W, "- Content, contact and conduct.", "- Content, contact, conduct and commerce."),
        ("PLACEHOLDER", E, "- <School name> uses boats.", "- Oakbeck uses boats < 3 m long."),
        ("PLACEHOLDER", E, "- Contact [insert name of officer].", "- Contact [the officer](https://oakbeck.example)."),
        ("PLACEHOLDER", E, "- Meet in room ___.", "- Meet in room 4_2."),
        ("PLACEHOLDER", E, "- <Oakbeck has boats.", "- Oakbeck has boats."),
        ("TEMPLATE-INSTR", E, "- Boats. (Delete if you have no boats)", "- Delete mail you do not know."),
        ("CHOICE-UNMADE", W, "- Tell the warden / manager.", "- Tell parents/carers and/or staff."),
        ("SECTION-CONFLICT", E, "- We don't have any boats.\n- Boats are locked.", "- Boats are locked."),
        ("REVIEW-OVERDUE", E, "REVIEW\tMarch 2019", "REVIEW\tNovember 2026"),
        ("REVIEW-OVERDUE", E, "REVIEW\tApril 2029", "REVIEW\t1 March 2027"),
        ("DATE-ORDER", W, "- Approved on 31 June 2026.", "- Approved on 30 June 2026."),
        ("DATE-ORDER", W, "REVIEW\tFebruary 2026", "REVIEW\tMarch 2027"),
        (
            "DANGLING-REF",
            E,
            "- See the flow chart overleaf.",
            "- See the flow chart below: https://oakbeck.example/chart",
        ),
        ("DEAD-LINK", W, "- Read [our rules](#).", "- Read [our rules](https://oakbeck.example/rules)."),
        ("INTERNAL-LINK", E, r"- See \\oak-srv2\staff\plan.doc", "- See the plan."),
        ("INTERNAL-LINK", W, "- See https://oak.s3.amazonaws.com/plan.pdf", "- See https://oakbeck.example/plan.pdf"),
        ("NAME-FOR-ROLE", W, "- Tell Ada Birch if it rains.", "- Tell the head, Ada Birch, if it rains."),
        ("ROLE-CONFLICT", W, "LEAD\tAda Birch", "LEAD\tBo Cedar"),
        ("PROC-ORDER", E, "- Delete every copy.\n- Inform the police.", "- Inform the police.\n- Delete every copy."),
        (
            "PROC-ORDER",
            E,
            "- We will:\n - Tell parents.\n - Talk to police first.",
            "- We will:\n - Talk to police first.\n - Tell parents.",
        ),
        ("SUPERSEDED-RULE", W, "- Change your PIN weekly.", "- Change your PIN weekly after a loss."),
        ("GARBLED", I, "- Boats.\n-\n- Oars.", "- Boats.\n- Oars."),
        ("GARBLED.cut", W, "- We check the boats and the", "- We check the boats."),
        ("FREQ-WEAK", I, "- Boats are checked from time to time.", "- Boats are checked regularly, every term."),
    ];
    for (rule, severity, planted, absent) in cases {
        let text = |body: &str| match body.split_once('\t') {
            Some(("REVIEW", date)) => sound("- Boats.").replace("Review\tMarch 2027", &format!("Review\t{date}")),
            Some((_, lead)) => sound("- Boats.").replace("Lead\tBo Cedar", &format!("Lead\t{lead}")),
            None => sound(body),
        };
        let hits = found(&text(planted), rule);
        assert!(hits.first().is_some_and(|hit| hit.0 == severity), "{rule}: {planted} → {hits:?}");
        assert_eq!(found(&text(absent), rule), [], "{rule}: {absent}");
    }
}

#[test]
fn what_concerns_the_document_as_a_whole_is_found() {
    let contents = "Contents\n\n1. Boats\t1\n2. Bees\t2\n\n1. Boating\n\n- Float.\n\n3. Rowing well\n\n- Row.\n";
    let lines: Vec<u32> = found(contents, "CONTENTS-BODY").into_iter().map(|(_, line)| line).collect();
    assert_eq!(lines, [3, 4, 10]);
    assert_eq!(found(contents, "NUMBERING"), [(Severity::Info, 10)]);
    let unsigned = sound("- Boats.").replace("Ada Birch\n\nDate: 3 March 2026", "Head Teacher\n\nDate:");
    assert_eq!(found(&unsigned, "SIGN-BLANK").len(), 1);
    assert_eq!(found(&sound("- Boats."), "SIGN-BLANK"), []);
    let many = "Designated Safeguarding Lead (s): Ada Birch, Bo Cedar,\nCy Elm\n\nContents\n\n1. Boats\t1\n2. Oars\t2\n\n1. Boats\n\n- Float.\n";
    assert_eq!(found(many, "ROLE-MULTI"), [(Severity::Warning, 1)]);
    let alone = sound("- Boats.").replace("Lead\tBo Cedar\nDeputies\tCy Elm", "Lead\tAda Birch");
    assert_eq!(found(&alone, "ROLE-CONFLICT"), [(Severity::Error, 2)]);
}

#[test]
fn no_finding_repeats_a_persons_name() {
    let text = sound("- Tell Ada Birch if it rains.").replace("Lead\tBo Cedar", "Lead\tAda Birch");
    assert!(crate::testing::findings(&text).iter().all(|f| !format!("{}{}", f.message, f.fix).contains("Birch")));
}

#[test]
fn a_swap_of_neighbours_is_one_slip() {
    assert_eq!(distance("01629535353", "10629535353"), 1);
    assert_eq!(distance("boat", "boots"), 2);
    assert_eq!(distance("", "oar"), 3);
}
