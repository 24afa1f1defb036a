//! What is printed, and that it comes back out of each of the three.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::LazyLock;

use chassis::{clock::ManualClock, id::Ids};
use paper::Span;
use proptest::prelude::*;
use time::macros::datetime;

use super::*;
use crate::{
    document::{self, Document},
    instance::{Signatory, Source, State},
    template::{self, SourceFile},
};

const NOW: OffsetDateTime = datetime!(2026-11-24 09:00 UTC);
/// What nobody publishes, whoever it is.
const PRIVATE: [&str; 3] = ["Quentin Rowan", "Rowan", "Yvette Sallow"];

fn model() -> Template {
    template::load(&template::model::model_files()).unwrap()
}

fn school(ids: &Ids) -> School {
    School {
        id: ids.next(),
        name: "Pennyroyal & Lane’s School".into(),
        kind: "primary".into(),
        urn: "100001".into(),
        key_stages: vec!["KS1".into(), "KS2".into()],
        created_at: NOW,
        closed_at: None,
        close_reason: String::new(),
        area: String::new(),
        learners: 0,
    }
}

/// A school's document read against the model, with roles of every kind filled and its own words on one of them.
fn instance(name: &str, template: &Template, register: &Register) -> (Instance, School) {
    let ids = Ids::seeded(ManualClock::new(NOW), 7);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/examples/policies/");
    let bytes = std::fs::read(format!("{folder}{name}")).unwrap();
    let document = Document::read(name, &bytes).unwrap();
    let school = school(&ids);
    let source =
        Source { school: &school, document: &document, name, template, template_version: 3, register: Some(register) };
    let mut instance = Instance::draft(ids.next(), 3, &source, NOW);
    for (key, value) in [
        ("role.head", "Ash Alder"),
        ("role.dsl_lead", "Beth Bramble"),
        ("role.network_manager", "Mr Quentin Rowan"),
        ("role.governor_safeguarding", "Yvette Sallow"),
    ] {
        instance.parameters.retain(|parameter| parameter.key != key);
        instance.parameters.push(Parameter::of(key, vec![value.to_owned()], Origin::School));
    }
    instance.clauses.push(Clause {
        template_clause: None,
        section: "filtering".into(),
        tailoring: Tailoring::Added,
        text: "Ask Quentin Rowan (q.rowan@school.example) or Mr Rowan.\n\n- first\n- then Yvette Sallow".into(),
        line: 0,
        score: 0,
        key: "own-1".into(),
        level: 0,
        title: String::new(),
        reason: "It is ours".into(),
    });
    (instance, school)
}

fn area(name: &str) -> Register {
    Register::load(&template::model::area_file(name).unwrap()).unwrap()
}

fn squashed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Every text of a document stands in what was read back, each behind the one before it.
fn all_in(paper: &Paper, read: &str, what: &str) {
    let read = squashed(read);
    let mut at = 0;
    for text in paper.texts() {
        let found = read.get(at..).and_then(|rest| rest.find(&squashed(&text)));
        assert!(
            found.is_some(),
            "{what}: “{text}” is not behind “{}”",
            read.get(at.saturating_sub(60)..at).unwrap_or_default()
        );
        at += found.unwrap_or_default() + squashed(&text).len();
    }
}

/// What the readers of schools' documents make of one: its lines, but for what stands on every page.
fn read_back(paper: &Paper, format: Format) -> String {
    let bytes = paper.write(format).unwrap();
    let document = Document::read(&format!("policy.{}", format.name()), &bytes).unwrap();
    let margin = |line: u32| {
        document.paragraphs.iter().any(|p| p.kind == document::Kind::Margin && (p.line..=p.end_line).contains(&line))
    };
    document.numbered().filter(|(line, _)| !margin(*line)).map(|(_, text)| format!("{text}\n")).collect()
}

/// The words of a page.
fn words(html: &[u8]) -> String {
    let html = String::from_utf8(html.to_vec()).unwrap();
    let body = html.split_once("<body>").unwrap().1;
    let text: String = body.split('<').filter_map(|part| Some(format!(" {}", part.split_once('>')?.1))).collect();
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

#[test]
fn what_a_document_says_is_printed_in_its_order_and_its_lists_stay_whole() {
    let (template, register) = (model(), area("northshire"));
    for name in ["thistledown-grange.txt", "harrowmere-high.txt", "pennyroyal-lane.txt"] {
        let (instance, _) = instance(name, &template, &register);
        let values = Values::of(&instance, &template, Some(&register));
        let printed: Vec<Clause> = printed(&instance, &template, &values);
        let read: Vec<&Clause> = printed.iter().filter(|clause| clause.from_document()).collect();
        let in_order = |pair: &[&Clause]| pair[0].section != pair[1].section || pair[0].line < pair[1].line;
        assert!(read.windows(2).all(in_order), "{name}");
        let said = |title: &str| instance.clauses.iter().filter(|clause| clause.title == title).count();
        let unknown = if name.starts_with("thistledown") { "The leadership team" } else { "" };
        assert!(said(unknown) > 1, "{name}: a heading that the model does not have stays");
        let (mut lists, mut broken) = (0, Vec::new());
        let leads = instance.summary.placed.windows(2).filter(|pair| {
            pair[0].level < pair[1].level && pair[0].text.ends_with(':') && pair.iter().all(|p| p.as_clause().is_some())
        });
        for pair in leads {
            let at = printed.iter().position(|clause| clause.line == pair[0].line);
            let next = at.and_then(|at| printed.get(at + 1));
            lists += usize::from(at.is_some());
            if at.is_some() && next.is_none_or(|next| next.line != pair[1].line) {
                broken.push((pair[0].line, pair[1].line, next.map(|next| next.line)));
            }
        }
        assert!(lists > 3, "{name}: {lists}");
        assert_eq!(broken, [], "{name}");
    }
}

#[test]
fn every_paragraph_comes_back_out_of_all_three_and_no_private_name_does() {
    let template = model();
    let register = area("northshire");
    for name in ["pennyroyal-lane.txt", "harrowmere-high.txt"] {
        let (instance, school) = instance(name, &template, &register);
        let paper = paper(&instance, &template, Some(&register), &school).unwrap();
        assert!(paper.texts().len() > 300, "{}", paper.texts().len());
        all_in(&paper, &read_back(&paper, Format::Docx), "docx");
        all_in(&paper, &read_back(&paper, Format::Pdf), "pdf");
        let page = words(&paper.write(Format::Html).unwrap());
        all_in(&paper, &page, "html");
        let said = paper.texts().join("\n");
        for private in PRIVATE {
            assert!(!said.contains(private), "{private}");
            assert!(!page.contains(private), "{private}");
        }
        assert!(said.contains("Ash Alder") && said.contains("Beth Bramble"));
        assert!(said.contains("Ask the network manager or the network manager."), "{said}");
        assert!(said.contains("the governor for safeguarding is not named here"));
        assert!(said.contains("Version 3 of the authority’s model policy") && said.contains("DRAFT: this version"));
        assert!(said.contains("Who: the DSL") && said.contains(&register.agencies[0].name));
    }
}

#[test]
fn blanks_are_marked_and_what_the_version_knows_is_filled_in() {
    let template = crate::testing::template();
    let ids = Ids::seeded(ManualClock::new(NOW), 7);
    let (mut instance, school) = instance("pennyroyal-lane.txt", &model(), &area("northshire"));
    let printed = paper(&instance, &template, None, &school).unwrap();
    let blanks = |paper: &Paper| -> Vec<String> {
        let texts =
            paper.blocks.iter().filter_map(|block| if let Block::Paragraph(text) = block { Some(text) } else { None });
        let marked = texts.flat_map(Text::spans).filter(|span| matches!(span, Span::Blank(_)));
        marked.map(|span| span.words().to_owned()).collect()
    };
    assert_eq!(blanks(&printed), ["[to be filled in: the police force]"]);
    assert_eq!(file_name(&instance, Format::Pdf), "online-safety-policy-v3-draft.pdf");
    assert_eq!(printed.edition, "Version 3, draft");
    // In force, signed, due again.
    instance.parameters.retain(|parameter| !parameter.key.starts_with("doc."));
    for signatory in [Signatory::Head, Signatory::Chair] {
        let signature = crate::instance::Signature { signatory, account: ids.next(), signed_at: NOW };
        instance.signatures.push(signature);
    }
    instance.state = State::InForce;
    instance.effective_at = Some(datetime!(2026-06-30 23:30 UTC));
    instance.review_due_at = Some(datetime!(2027-03-01 00:00 UTC));
    let printed = paper(&instance, &model(), Some(&area("northshire")), &school).unwrap();
    let said = printed.texts().join("\n");
    assert_eq!((printed.status.clone(), printed.edition.as_str()), (None, "Version 3, in force from 1 July 2026"));
    assert!(
        said.contains("Ratified by the governing body\n24 November 2026")
            && said.contains("Next review due\n1 March 2027")
    );
    assert!(said.contains("approved on 24 November 2026. It is due for review on 1 March 2027."), "{said}");
    assert_eq!(file_name(&instance, Format::Html), "online-safety-policy-v3.html");
    // Replaced.
    instance.state = State::Superseded;
    instance.superseded_at = Some(NOW);
    let printed = paper(&instance, &model(), None, &school).unwrap();
    assert_eq!(printed.status.map(|status| status.word), Some("REPLACED".to_owned()));
}

#[test]
fn what_is_too_long_is_refused_and_a_template_offers_no_names_of_roles_it_lacks() {
    let (mut instance, school) = instance("pennyroyal-lane.txt", &model(), &area("northshire"));
    instance.clauses[0].text = "a ".repeat(LONGEST);
    instance.clauses[0].tailoring = Tailoring::Added;
    assert_eq!(paper(&instance, &model(), None, &school).err(), Some(TooLong));
    let files = |from: &str, to: &str| -> Vec<SourceFile> {
        let mut files = template::model::model_files();
        let parameters = files.iter_mut().find(|file| file.name == "parameters.yaml").unwrap();
        let text = String::from_utf8(parameters.content.clone()).unwrap();
        assert!(text.contains(from), "{from}");
        parameters.content = text.replacen(from, to, 1).into_bytes();
        files
    };
    for (from, to, fix) in [
        ("    - link governor\n", "    - gardener\n", "Write the role"),
        ("  title: Date of approval\n", "  title: Date of approval\n  role: date\n", "Take the role away"),
    ] {
        let problems = template::check(&files(from, to));
        let [problem] = problems.as_slice() else { unreachable!("{problems:?}") };
        assert!(problem.fix.starts_with(fix) && problem.line > 1, "{problem}");
    }
}

/// A draft with one clause of the school's own, in the small template.
fn saying(text: String) -> Paper {
    static BASE: LazyLock<(Template, Register, Instance, School)> = LazyLock::new(|| {
        let (template, register) = (crate::testing::template(), crate::testing::area());
        let (mut instance, school) = instance("pennyroyal-lane.txt", &template, &register);
        instance.clauses.retain(|clause| clause.key == "own-1");
        (template, register, instance, school)
    });
    let (template, register, instance, school) = &*BASE;
    let mut instance = instance.clone();
    instance.clauses[0].section = "aims".into();
    instance.clauses[0].text = text;
    paper(&instance, template, Some(register), school).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// What a school writes into a clause of its own comes back out of each of the three, word by word.
    #[test]
    fn what_a_school_writes_is_printed(
        lines in prop::collection::vec(prop_oneof![
            "[A-Z][a-zà-ž’]{1,12}( (ffi|fl)?[a-z0-9&<>\"éŁ€…–]{1,14}){0,60}[.!?]",
            "- [A-Z][a-z]{2,9}( [a-z]{1,9}){1,30}",
            "[a-z]{90,160}",
            "https://example\\.org/[a-z]{1,9}/[a-z]{60,90}",
        ], 1..12)
    ) {
        let paper = saying(lines.join("\n"));
        all_in(&paper, &words(&paper.write(Format::Html).unwrap()), "html");
        all_in(&paper, &read_back(&paper, Format::Docx), "docx");
        all_in(&paper, &read_back(&paper, Format::Pdf), "pdf");
    }

    /// Whatever they are, characters never keep a policy from being printed.
    #[test]
    fn whatever_a_school_writes_is_printed(text in "\\PC{0,400}") {
        let paper = saying(text);
        all_in(&paper, &words(&paper.write(Format::Html).unwrap()), "html");
        all_in(&paper, &read_back(&paper, Format::Docx), "docx");
        prop_assert!(paper.write(Format::Pdf).is_ok());
    }
}
