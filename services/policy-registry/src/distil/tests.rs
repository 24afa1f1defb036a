//! The fictional policies, and the two real ones where they are at hand, distilled and read against what came of it.
#![expect(clippy::unwrap_used, reason = "tests")]

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::*;
use crate::import::Fate;

fn folder(path: &str, names: &[&str]) -> Option<Vec<(String, Document)>> {
    let read = |name: &&str| {
        let file = format!("{}/{path}/{name}", env!("CARGO_MANIFEST_DIR"));
        let Ok(bytes) = std::fs::read(&file) else {
            println!("skipped: {file} is not there");
            return None;
        };
        Some(((*name).to_owned(), Document::read(name, &bytes).unwrap()))
    };
    names.iter().map(read).collect()
}

fn clause(fate: &Fate) -> Option<&str> {
    match fate {
        Fate::Matched { clause, .. } | Fate::Amended { clause, .. } => Some(clause),
        _ => None,
    }
}

/// Distils two documents, reads each against it; the share of the paragraphs a line diff calls equal on which both agree.
fn agreement(documents: &[(String, Document)]) -> (usize, usize) {
    let distilled = distil("Distilled", documents).unwrap_or_else(|problems| unreachable!("{problems:?}"));
    let template = load(&distilled.files).unwrap();
    let imports: Vec<_> = documents.iter().map(|(_, document)| import::read(document, &template)).collect();
    for ((name, document), import) in documents.iter().zip(&imports) {
        assert_eq!(import.fates.len(), document.paragraphs.len(), "{name}");
        let account = Account::of(name, document, import, &template);
        let about = account.documents.first().unwrap();
        assert_eq!(about.matched + about.amended + about.added + about.ignored.len(), about.paragraphs, "{name}");
    }
    let body = |document: &Document| document.body().map(|(at, p)| (at, p.text.clone())).collect::<Vec<_>>();
    let (a, b) = (body(&documents[0].1), body(&documents[1].1));
    let texts = |body: &[(usize, String)]| body.iter().map(|(_, text)| text.clone()).collect::<Vec<_>>();
    let (mut equal, mut agreed) = (0, 0);
    for op in capture_diff_slices(Algorithm::Myers, &texts(&a), &texts(&b)) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            for n in 0..len {
                equal += 1;
                let left = clause(&imports[0].fates[a[old_index + n].0]);
                agreed += usize::from(left.is_some() && left == clause(&imports[1].fates[b[new_index + n].0]));
            }
        }
    }
    println!("{agreed} of {equal} equal paragraphs at the same clause");
    (agreed, equal)
}

#[test]
fn import_accounts_for_every_paragraph() {
    let examples = ["thistledown-grange.txt", "pennyroyal-lane.txt"];
    let seeds = ["000_075fc426dfb66804.txt", "002_329bbba5d2ac27c8.txt"];
    for (path, names) in [("../../docs/examples/policies", examples), ("../../../shared/seeds", seeds)] {
        let Some(documents) = folder(path, &names) else { continue };
        let (agreed, equal) = agreement(&documents);
        assert!(equal > 50 && agreed * 100 >= equal * 98, "{agreed} of {equal}");
    }
}

/// Of every document each paragraph is counted once: a heading or another thing set aside, or in one clause.
fn counted(distilled: &Distilled, documents: &[(String, Document)]) {
    for (about, (name, document)) in distilled.account.documents.iter().zip(documents) {
        let said = about.matched + about.amended + about.added;
        assert_eq!(said + about.ignored.len(), document.paragraphs.len(), "{name}");
        let places = distilled.account.clauses.iter().flat_map(|clause| &clause.documents);
        assert_eq!(places.filter(|place| place.document == *name).count(), said, "{name}");
    }
}

#[test]
fn three_documents_become_one_template_that_has_all_of_each() {
    let names = ["harrowmere-high.txt", "thistledown-grange.txt", "pennyroyal-lane.txt"];
    let documents = folder("../../docs/examples/policies", &names).unwrap();
    let distilled = distil("Distilled", &documents).unwrap();
    counted(&distilled, &documents);
    // What each calls its learners is one blank, wherever it stands.
    let learners = distilled.account.parameters.iter().filter(|parameter| {
        let values: Vec<&str> = parameter.found.iter().flat_map(|found| &found.value).map(String::as_str).collect();
        values == ["students", "pupils", "learners"]
    });
    assert_eq!(learners.count(), 1);
    let template = load(&distilled.files).unwrap();
    for (name, document) in &documents {
        let read = import::read(document, &template);
        let added = read.fates.iter().filter(|fate| matches!(fate, Fate::Added { .. })).count();
        assert_eq!(added, 0, "{name}: every paragraph has its clause");
    }
}

#[test]
fn two_equal_documents_become_that_document() {
    let read = |name: &str| folder("../../docs/examples/policies", &[name]).unwrap().remove(0);
    let (name, document) = read("harrowmere-high.txt");
    let names = told_apart([name.clone(), name.clone()]);
    assert_eq!(names, [name.clone(), format!("2 {name}")]);
    let documents: Vec<_> = names.into_iter().map(|name| (name, document.clone())).collect();
    let distilled = distil("Distilled", &documents).unwrap();
    counted(&distilled, &documents);
    let account = &distilled.account;
    assert!(account.clauses.iter().all(|clause| clause.how == "same" && clause.documents.len() == 2));
    let made = account.parameters.iter().find(|p| p.key.starts_with("local.") || p.key.starts_with("optional."));
    assert!(made.is_none(), "nothing differs, and nothing is left to choice: {made:?}");
    let import = import::read(&document, &load(&distilled.files).unwrap());
    let said = import.fates.iter().filter(|fate| !matches!(fate, Fate::Ignored(_)));
    assert!(said.clone().count() > 200 && said.clone().all(|fate| matches!(fate, Fate::Matched { percent: 100, .. })));
}
