//! The facts of a case in words.

use super::Codes;

/// How an allegation ends.
const ALLEGATION_OUTCOMES: Codes = &[
    ("substantiated", "Substantiated"),
    ("malicious", "Malicious"),
    ("false", "False"),
    ("unsubstantiated", "Unsubstantiated"),
    ("unfounded", "Unfounded"),
];
const YES_NO: Codes = &[("unknown", "Not known"), ("no", "No"), ("yes", "Yes")];
/// The facts of a case, each with its question.
pub const FACTS: Codes = &[
    ("immediate_danger", "Is a child in immediate danger?"),
    ("offence", "Has an offence been committed?"),
    ("device_involved", "Is a device involved?"),
    ("on_school_system", "Is it on the school’s own systems?"),
    ("other_setting", "Are learners of another school involved?"),
    ("public_at_risk", "Are others in the community at risk?"),
    ("viewing_needed", "Does an image have to be viewed?"),
    ("agencies_needed", "Are other agencies needed?"),
    ("deletion_safe", "Is it safe to delete the material?"),
    ("parents_safe", "Is it safe to inform the parents?"),
    ("police_advice", "Has police advice been received?"),
    ("police_hold", "Have the police asked for material to be kept?"),
    ("criteria_met", "Are criteria for referral met?"),
    ("conduct_established", "Is it established what happened?"),
    ("intelligence", "Is there intelligence to pass on?"),
    ("by_or_at_member", "Was it by, or against, a member of the school?"),
    ("response_unclear", "Is it unclear how to respond?"),
    ("iioc_variant", "How did the indecent images come up?"),
    ("subject", "Who is the concern about?"),
    ("harm_threshold", "Is the harm threshold met?"),
    ("child_hurt", "Is a child hurt?"),
    ("agency_worker", "Does the adult work for an agency or another firm?"),
    ("rights_at_risk", "Is a risk to people’s rights likely?"),
    ("high_risk", "Is that risk high?"),
    ("in_examination", "Was the device found in an examination?"),
    ("allegation_outcome", "How did the allegation end?"),
];

/// The values a fact may take.
pub fn fact_values(fact: &str) -> Codes {
    match fact {
        "offence" | "harm_threshold" => {
            &[("unknown", "Not known"), ("no", "No"), ("unclear", "Unclear"), ("yes", "Yes")]
        }
        "agencies_needed" => &[("unknown", "Not known"), ("undecided", "Undecided"), ("no", "No"), ("yes", "Yes")],
        "iioc_variant" => &[
            ("unknown", "Not known"),
            ("a", "Seen by accident"),
            ("b", "On the school’s devices"),
            ("c", "Held by a member of staff on the school’s devices"),
        ],
        "subject" => &[
            ("unknown", "Not known"),
            ("learner", "A learner"),
            ("parent", "A parent"),
            ("staff", "A member of staff"),
            ("head", "The head"),
        ],
        "allegation_outcome" => ALLEGATION_OUTCOMES,
        _ => YES_NO,
    }
}
