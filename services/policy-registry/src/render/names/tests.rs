//! Whose names are printed.

use super::*;
use crate::template::{Kind, condition::Condition};

fn definition(key: &str, kind: Kind, role: &str, allowed: &[&str]) -> Definition {
    Definition {
        key: key.into(),
        title: "Title".into(),
        kind,
        allowed: allowed
            .iter()
            .map(|v| crate::template::Allowed { value: (*v).into(), cues: Vec::new(), anywhere: Vec::new() })
            .collect(),
        default: Vec::new(),
        required: false,
        find: Vec::new(),
        requirements: Vec::new(),
        set_by: crate::template::SetBy::School,
        include_if: Condition::Always,
        role: role.into(),
        reading: crate::template::Reading::default(),
    }
}

fn names(chosen: &[&str], holders: &[(&str, &[&str])]) -> (Names, Values, Template) {
    let mut template = crate::testing::template();
    let roles = ["head", "network manager", "deputy safeguarding leads", "designated safeguarding lead"];
    template.parameters = vec![
        definition(PUBLISH_NAMES, Kind::Choices, "", &roles),
        definition("role.head", Kind::Person, "head", &[]),
        definition("role.network_manager", Kind::Person, "network manager", &[]),
        definition("role.dsl_deputies", Kind::People, "deputy safeguarding leads", &[]),
        definition("role.dsl_lead", Kind::Person, "designated safeguarding lead", &[]),
        definition("role.told", Kind::People, "", &[]),
    ];
    let mut values = Values::default();
    let words = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect();
    values.put(Parameter::of(PUBLISH_NAMES, words(chosen), Origin::School));
    for (key, held) in holders {
        values.put(Parameter::of(key, words(held), Origin::School));
    }
    (Names::withheld(&template, &mut values), values, template)
}

#[test]
fn whoever_is_not_published_is_their_role_however_they_are_written() {
    let holders: [(&str, &[&str]); 4] = [
        ("role.head", &["Ash Alder"]),
        ("role.network_manager", &["Mr Bob O’Birch (ICT)"]),
        ("role.dsl_deputies", &["Cedar Cole", "Dee Dogwood"]),
        ("role.told", &["the DSL"]),
    ];
    let (names, values, template) = names(&["head"], &holders);
    assert_eq!(names.published(), [("head".to_owned(), vec!["Ash Alder".to_owned()])]);
    for (text, said) in [
        ("Ash Alder leads. {{role.network_manager}} helps.", "Ash Alder leads. The network manager helps."),
        ("The network manager ({{role.network_manager}}) sees to it.", "The network manager sees to it."),
        ("The network manager is {{role.network_manager}}.", "The network manager is not named here."),
        (
            "The designated safeguarding lead (DSL) is {{role.dsl_lead}}.",
            "The designated safeguarding lead (DSL) is [to be filled in: Title].",
        ),
        ("Our deputies are {{role.dsl_deputies}}.", "Our deputies are the deputy safeguarding leads."),
        ("Ask Cedar Cole, DEE  DOGWOOD and Mrs Cole.", "Ask the deputy safeguarding leads."),
        ("Bob O'Birch’s office, or Mr. O’Birch", "The network manager’s office, or the network manager"),
        ("Write to b.o’birch and dee.dogwood@school.example.", "Write to b.o’birch and the deputy safeguarding leads."),
        ("Tell the B. O'Birch or {{role.told}}.", "Tell the network manager or the DSL."),
        ("Cole in the garden; a birch tree.", "Cole in the garden; a birch tree."),
    ] {
        assert_eq!(names.spoken(&values.fill(&template, text)), said);
    }
}

#[test]
fn a_name_that_is_published_for_one_role_stays_in_the_schools_own_words() {
    let holders: [(&str, &[&str]); 2] = [("role.head", &["Ash Alder"]), ("role.network_manager", &["ash alder"])];
    let (named, values, template) = names(&["head"], &holders);
    assert_eq!(named.spoken("Ask Ash Alder or Ms Alder."), "Ask Ash Alder or Ms Alder.");
    assert_eq!(named.spoken(&values.fill(&template, "Ask {{role.network_manager}}.")), "Ask the network manager.");
    // A surname shared with a published name tells nobody apart.
    let (named, ..) = names(&["head"], &[("role.head", &["Ash Alder"]), ("role.network_manager", &["Beth Alder"])]);
    assert_eq!(named.spoken("Ms Alder and Beth Alder"), "Ms Alder and the network manager");
    let (named, values, template) = names(&[NOBODY], &holders);
    assert_eq!(named.spoken(&values.fill(&template, "{{role.head}} and Ash Alder")), "The head");
    assert!(named.published().is_empty());
}

#[test]
fn posts_are_told_from_persons() {
    for post in [
        "the DSL",
        "Network Manager",
        "DSL",
        "the head of the school",
        "the family support worker",
        "SENCO",
        "School Office",
    ] {
        assert!(is_post(post), "{post}");
    }
    for person in ["Jane Smith", "jane smith", "DSL Jane Smith", "Rose", "The Rev Jane Smith", "Smith IT Services Ltd"]
    {
        assert!(!is_post(person), "{person}");
    }
}

/// A template that does not ask publishes the head and the safeguarding leads.
#[test]
fn a_template_that_does_not_ask_publishes_head_and_safeguarding_leads() {
    let mut template = crate::testing::template();
    template.parameters.retain(|definition| definition.kind.names());
    let mut values = Values::default();
    for definition in &template.parameters {
        values.put(Parameter::of(&definition.key, vec![format!("Ann {}", definition.key.len())], Origin::School));
    }
    let names = Names::withheld(&template, &mut values);
    assert_eq!(
        names.published().iter().map(|(role, _)| role.as_str()).collect::<Vec<_>>(),
        ["head", "lead", "deputies"]
    );
    assert_eq!(names.spoken(&values.fill(&template, "By {{role.governor_safeguarding}}")), "By the governor");
}
