//! The shipped example policies, read against the model: what a careful reader fills in, blank for blank.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::template::{self, SetBy, model};

/// Blank, and its values in Harrowmere High, Thistledown Grange and Pennyroyal Lane: ` | ` between the values of a list,
/// nothing where the text does not say it.
const READ: &[(&str, &str, &str, &str)] = &[
    ("school.legal_name", "Harrowmere High School", "Thistledown Grange School", "Pennyroyal Lane Primary School"),
    ("school.short_name", "Harrowmere High", "Thistledown Grange", "Pennyroyal Lane"),
    ("school.type", "secondary", "special", "primary"),
    ("school.key_stages", "KS3 | KS4 | KS5", "EYFS | KS1 | KS2 | KS3 | KS4 | KS5", "EYFS | KS1 | KS2"),
    ("school.closed_days", "", "", ""),
    ("school.hours", "", "", ""),
    ("concern_ack.danger", "", "", ""),
    ("concern_ack.urgent", "", "", ""),
    ("concern_ack.ordinary", "", "", ""),
    ("alert.out_of_hours", "", "", ""),
    ("learner_term", "student", "pupil", "learner"),
    ("setting_term", "school", "school", "school"),
    ("doc.owner", "Harrowmere High School", "Thistledown Grange School", "Pennyroyal Lane Primary School"),
    ("doc.authors", "Sunniva Ackroyd-Vane | online safety group", "Isla Marchbank", ""),
    (
        "doc.template_credit",
        "the model policy of Northshire Council",
        "the model policy of Northshire Council",
        "Northshire Council, model policy for schools",
    ),
    ("doc.approved_on", "2024-09-17", "2023-09", "2025-03"),
    ("doc.approved_by", "governors", "", "governors"),
    ("doc.next_review", "2025-09", "2024-07", ""),
    (
        "doc.review_log",
        "2022 first edition | 2023 phones | 2024 sixth form laptops",
        "",
        "November 2024 (looked at, nothing changed)",
    ),
    ("doc.publish_names", "", "", ""),
    ("role.head", "Leander Blackthorne", "Marian Oakhurst", "Rosalind Quillfeather"),
    ("role.head_acting", "", "true", ""),
    ("role.dsl_lead", "Sunniva Ackroyd-Vane", "Tobias Fenwright", "Rosalind Quillfeather"),
    ("role.dsl_deputies", "Marcus Tillotson | Hester Brindle", "Isla Marchbank | Corin Deverell", ""),
    ("role.chair", "Beatrix Lowe", "", ""),
    ("role.governor_safeguarding", "Yusuf Merriden", "Priya Underhill", "Desmond Applegarth"),
    ("role.link_governor", "", "Priya Underhill", "Desmond Applegarth"),
    ("role.online_safety_lead", "", "online safety lead", ""),
    ("role.network_manager", "", "network manager", ""),
    ("role.it_provider", "", "", "IT technician"),
    ("role.senco", "", "Marian Oakhurst", ""),
    ("role.looked_after_teacher", "", "Marian Oakhurst", ""),
    ("role.fm_leader", "assistant headteacher", "", ""),
    ("role.fm_governor", "governor for safeguarding", "", ""),
    ("role.offensive_message_contact", "Mr Tillotson", "network manager | headteacher", "Rosalind Quillfeather"),
    ("role.visitor_breach_contact", "DSL", "DSL | deputy | headteacher", "DSL"),
    ("role.beyond_community_contact", "DSL", "DSL | headteacher", "DSL"),
    (
        "policy.linked",
        "anti-bullying | acceptable use | code of conduct | behaviour | child protection | confidentiality | curriculum | \
         data security | images | mobile phones and social media | searching and confiscation",
        "anti-bullying | safeguarding | acceptable use | code of conduct | behaviour | child protection | confidentiality | \
         curriculum | data security | images | mobile phones and social media",
        "anti-bullying | acceptable use | code of conduct | behaviour | child protection | confidentiality | curriculum | \
         data security | images | mobile phones and social media | searching and confiscation",
    ),
    ("meeting.dsl_governor", "every half term", "every term", "at no set interval"),
    ("meeting.online_safety_group", "", "every year", ""),
    ("training.online.provider", "", "", "Fennel Training | Marlow Safe Schools"),
    ("training.online.period", "12", "12", "12"),
    ("training.safeguarding.period", "", "12", ""),
    (
        "tech.list",
        "computers | internet | platform | email | cameras",
        "computers | tablets | internet | platform | email | consoles | phones | cameras",
        "computers | internet | platform | email | consoles | cameras",
    ),
    ("tech.storage_rule", "", "locked away when not wanted and used only while an adult is watching", ""),
    ("tech.supervision_by", "age_and_ability", "plus_cognitive_level", "age_and_ability"),
    ("tech.band_follows", "", "learner", ""),
    ("links.search_tools", "", "", ""),
    ("aup.signatories", "staff | learners | visitors | parents", "staff | visitors", "staff | learners | visitors"),
    ("net.broadband", "Brackenline", "Kestrelnet Broadband", "Northshire Grid"),
    ("filter.product", "FortiGate", "Kestrelnet Safeweb", "Gridshield"),
    (
        "filter.categories",
        "pornography | racial hatred | extremism | gaming | illegal sites",
        "pornography | racial hatred | extremism | gaming | illegal sites",
        "pornography | racial hatred | extremism | gaming | illegal sites",
    ),
    ("filter.tiers", "staff | lower school | sixth form", "staff | learners", ""),
    ("filter.blocklists", "IWF | police-assessed terrorism", "IWF", "IWF"),
    ("filter.check_months", "", "", ""),
    ("filter.keep_months", "", "", ""),
    ("filter.on_discovery", "screen_down_and_tell", "tell_adult", "screen_down_and_tell"),
    ("monitor.strategies", "live_console | log_review", "physical_supervision | log_review", "log_review"),
    ("monitor.owner", "DSL", "safeguarding team", "IT technician"),
    ("monitor.frequency", "each morning", "", ""),
    ("monitor.response", "child protection", "safeguarding", "child protection"),
    // What stands there is a place inside the school, which is no address to print again.
    ("links.information_security", "", "", ""),
    ("links.further_security", "", "backup plan | plan for cyber incidents", ""),
    ("login.individual_for", "all", "where_apt", "all"),
    ("password.learner_from", "", "", "Year 1"),
    ("password.change", "on_compromise", "", "periodic"),
    ("email.learner", "true", "false", "true"),
    ("email.group_addresses", "", "", "true"),
    ("vc.enabled", "true", "true", "true"),
    ("vc.tools", "", "Linnet Meet", ""),
    ("vc.supervision", "by_age", "always", "by_age"),
    ("vc.national_network", "", "true", "true"),
    ("lp.enabled", "true", "true", "true"),
    ("lp.name", "Larkspur Classroom", "Larkspur Classroom", ""),
    ("app.progress", "", "Sparrowtrack", ""),
    ("comms.parent_apps", "", "NestNotes | Facebook page", ""),
    ("social.official", "", "Facebook | Twitter | YouTube", ""),
    ("social.approver", "", "head", ""),
    ("social.under13_clause", "", "", "true"),
    ("phone.learner_rule", "off_in_bag", "locker_bag", "office_daily"),
    ("phone.exceptions", "", "", ""),
    ("phone.contact_route", "the office", "the office | the family support worker", "the office"),
    ("phone.lesson_use", "true", "true", "true"),
    // A primary school holds none, whatever its policy says of them.
    ("phone.exam_clause", "true", "true", ""),
    ("phone.staff_issued", "", "true", ""),
    ("ceop.button", "on our website", "on our website", "on our website"),
    ("incident.flowchart", "in the staff room", "", ""),
    ("prevent.local_policy", "", "true", ""),
    (
        "links.anti_bullying",
        "www.harrowmerehigh.northshire.example/policies",
        "www.thistledowngrange.northshire.example/policies",
        "",
    ),
];

#[test]
fn every_blank_of_the_example_policies_holds_what_the_text_says() {
    let template = template::load(&model::model_files()).unwrap();
    let names = ["harrowmere-high.txt", "thistledown-grange.txt", "pennyroyal-lane.txt"];
    let imports = names.map(|name| {
        let path = format!("{}/../../docs/examples/policies/{name}", env!("CARGO_MANIFEST_DIR"));
        read(&Document::read(name, &std::fs::read(path).unwrap()).unwrap(), &template)
    });
    let mut wrong = Vec::new();
    for (key, first, second, third) in READ {
        for ((name, import), wanted) in names.iter().zip(&imports).zip([first, second, third]) {
            let parameter = import.parameters.iter().find(|p| p.key == *key);
            let found = parameter.map(|p| p.values.join(" | ")).unwrap_or_default();
            if found != *wanted {
                wrong.push(format!("{name}: {key} = {found:?}, and a reader says {wanted:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let set = |definition: &&template::Definition| definition.set_by == SetBy::School;
    let asked: Vec<&str> = template.parameters.iter().filter(set).map(|d| d.key.as_str()).collect();
    assert_eq!(asked, READ.iter().map(|(key, ..)| *key).collect::<Vec<_>>());
    for import in &imports {
        let stranger = import.parameters.iter().find(|p| !asked.contains(&p.key.as_str()));
        assert_eq!(stranger, None, "what the authority sets is read from no school's document");
        assert!(import.parameters.iter().all(|p| p.line > 0 && p.confidence >= 60));
    }
}

#[test]
fn what_is_read_from_a_policy_is_a_value_and_no_sentence() {
    const LONGEST: usize = 14;
    let template = template::load(&model::model_files()).unwrap();
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let folders = [format!("{root}/docs/examples/policies"), format!("{root}/../shared/seeds")];
    // The folder of real policies stands beside the project where it is worked on, and nowhere else.
    let files = folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten();
    let texts = files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|ending| ending == "txt"));
    let mut policies = 0;
    for path in texts {
        let document = Document::read("policy.txt", &std::fs::read(&path).unwrap()).unwrap();
        let import = read(&document, &template);
        for parameter in &import.parameters {
            let definition = template.parameter(&parameter.key).unwrap();
            assert_eq!(definition.set_by, SetBy::School, "{} in {}", parameter.key, path.display());
            assert!(parameter.confidence >= 60 && parameter.line > 0);
            for value in &parameter.values {
                let what = format!("{} = {value} in {}", parameter.key, path.display());
                assert!(value.split_whitespace().count() <= LONGEST, "{what}");
                assert!(
                    !value.contains(". ") && !value.contains(['[', '<', '{', '_']) || !definition.allowed.is_empty(),
                    "{what}"
                );
            }
        }
        policies += 1;
    }
    assert!(policies >= 3);
}
