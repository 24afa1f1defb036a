//! The classes of finding: what each is about, and what it is judged against.

use super::Finding;

/// One class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Class {
    /// Its id, `AGENCY-AREA`.
    pub id: &'static str,
    /// What it is about and why that matters.
    pub explanation: &'static str,
    /// The record that it is judged against.
    pub record: &'static str,
}

const fn class(id: &'static str, explanation: &'static str, record: &'static str) -> Class {
    Class { id, explanation, record }
}

const REGISTER: &str = "agency register of the area";
const GUIDANCE: &str = "guidance register";
const DOCUMENT: &str = "the document itself";
const RULES: &str = "rules of the template";
const DAY: &str = "the day of the check";

/// Every class.
pub const CLASSES: [Class; 31] = [
    class("AGENCY-AREA", "A body of another area is named: a call to it loses time when a child needs help.", REGISTER),
    class("AGENCY-NAME", "A body has another name, or none of that name exists: nobody can look it up.", REGISTER),
    class("CONTACT-VALUE", "A number or address does not reach anybody, or not the body beside it.", REGISTER),
    class(
        "GUIDANCE-OLD",
        "Guidance, a title or a term that was replaced: what it asks for is no longer what is asked.",
        GUIDANCE,
    ),
    class("GUIDANCE-EDITION", "Guidance without its edition: a reader cannot tell which text is meant.", GUIDANCE),
    class("RISK-MODEL", "The kinds of online risk are fewer than the current list has.", GUIDANCE),
    class("PLACEHOLDER", "A blank of the template was never filled, or half.", DOCUMENT),
    class("TEMPLATE-INSTR", "A note to the author of the policy was left in.", RULES),
    class("CHOICE-UNMADE", "Alternatives stand where one belongs.", DOCUMENT),
    class(
        "SECTION-CONFLICT",
        "A section is kept although the text says that the thing is not used, or the reverse.",
        DOCUMENT,
    ),
    class("REVIEW-OVERDUE", "The next review has passed, is not stated, or is later than promised.", DAY),
    class("DATE-ORDER", "A date that cannot be, or in the wrong order, or called by the wrong word.", DAY),
    class("SIGN-BLANK", "Nobody signed, or nobody wrote when.", DOCUMENT),
    class("CONTENTS-BODY", "The contents list and the headings differ.", DOCUMENT),
    class("NUMBERING", "Numbers of headings jump, repeat, or are lost.", DOCUMENT),
    class("DANGLING-REF", "The text points to something that is not there.", DOCUMENT),
    class("DEAD-LINK", "A link leads nowhere, or to a place that closed or moved.", RULES),
    class("INTERNAL-LINK", "A place inside the school, or raw storage, is published.", DOCUMENT),
    class("ROLE-MULTI", "A role that one person holds has several names, or none is marked.", DOCUMENT),
    class("ROLE-CONFLICT", "One person holds roles that check each other.", DOCUMENT),
    class("NAME-FOR-ROLE", "A person is named where a role belongs: the name is wrong the day they leave.", DOCUMENT),
    class("FACT-CONFLICT", "Two clauses, or a clause and a parameter, cannot both hold.", DOCUMENT),
    class("PROC-ORDER", "Steps stand in an order that could harm evidence or a child.", RULES),
    class("PROC-GAP", "A procedure has no route, time limit, criterion or record where one is needed.", RULES),
    class("FM-GAP", "A duty of filtering and monitoring is missing.", RULES),
    class("SUPERSEDED-RULE", "A rule against current law or security advice.", RULES),
    class("NOT-APPLICABLE", "A clause for a phase or a technology that the school does not have.", RULES),
    class("MISSING-SECTION", "Something is used, and no section says how.", RULES),
    class("GARBLED", "Words are wrong or missing, so that a rule reads otherwise than meant.", RULES),
    class("STYLE", "Terms, brackets, spelling or lists are untidy.", RULES),
    class("FREQ-WEAK", "No interval is stated, or one too long for the duty.", RULES),
];

impl Finding {
    /// The class it belongs to, its refinement left out.
    pub fn class(&self) -> Option<&'static Class> {
        let id = self.rule.split('.').next().unwrap_or_default();
        CLASSES.iter().find(|class| class.id == id)
    }
}
