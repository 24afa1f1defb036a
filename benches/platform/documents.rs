//! Policy documents: how long the linter takes over one, and whether reading two against a template distilled from both
//! agrees with a plain line diff.

use std::{
    hint::black_box,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use policy_registry::{
    agency::Register,
    distil::distil,
    document::Document,
    import::{self, Account, Fate, Import},
    lint,
    template::{self, model},
};
use time::macros::date;

use crate::Result;

/// What the linter may take over 700 lines.
const LINT: Duration = Duration::from_millis(50);
/// How many times it is measured.
const TIMES: usize = 20;

/// A document with its name.
type Named = (String, Document);

pub fn measure() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let examples = root.join("docs/examples/policies");
    let seeds = root.join("../shared/seeds");
    let fictional = two(&examples, &["thistledown-grange.txt", "pennyroyal-lane.txt"])?;
    linted(&fictional)?;
    agreement("the fictional policies", &fictional)?;
    // Real policies stand beside the project where it is worked on, and nowhere else.
    if let Ok(seeds) = two(&seeds, &["000_075fc426dfb66804.txt", "002_329bbba5d2ac27c8.txt"]) {
        linted(&seeds)?;
        agreement("two adopted policies", &seeds)?;
    }
    Ok(())
}

fn two(folder: &Path, names: &[&str; 2]) -> Result<Vec<Named>> {
    let read = |name: &&str| -> Result<Named> {
        let path: PathBuf = folder.join(name);
        let document = Document::read(name, &std::fs::read(path)?).map_err(|e| e.to_string())?;
        Ok(((*name).to_owned(), document))
    };
    names.iter().map(read).collect()
}

fn linted(documents: &[Named]) -> Result<()> {
    let template = template::load(&model::model_files()).map_err(|_| "the model has problems")?;
    let file = model::area_file("derbyshire").ok_or("no register is shipped")?;
    let register = Register::load(&file).map_err(|_| "the register has problems")?;
    for (name, document) in documents {
        let lines = document.lines.len();
        let mut taken = Vec::new();
        for _ in 0..TIMES {
            let begun = Instant::now();
            let import = import::read(document, &template);
            let subject = lint::Subject {
                document,
                parameters: &import.parameters,
                template: &template,
                school: None,
                register: Some(&register),
                today: date!(2026 - 11 - 24),
            };
            black_box(lint::lint(subject));
            taken.push(begun.elapsed());
        }
        // The first compiles the expressions of the template; a service does so once.
        let first = taken.remove(0);
        taken.sort_unstable();
        let median = taken.get(taken.len() / 2).copied().unwrap_or_default();
        let for_700 = median.mul_f64(700.0 / f64::from(u32::try_from(lines.max(1))?));
        let verdict = if for_700 < LINT { "holds" } else { "MISSED" };
        println!(
            "lint of {name} ({lines} lines, read against the model as well): median {median:.1?} of {TIMES}, first {first:.1?}; \
             for 700 lines {for_700:.1?} (wanted: below {LINT:?}: {verdict})"
        );
    }
    Ok(())
}

fn agreement(what: &str, documents: &[Named]) -> Result<()> {
    let distilled = distil("Distilled", documents).map_err(|_| "distilling failed")?;
    let template = template::load(&distilled.files).map_err(|_| "what was distilled has problems")?;
    let imports: Vec<Import> = documents.iter().map(|(_, document)| import::read(document, &template)).collect();
    for ((name, document), import) in documents.iter().zip(&imports) {
        let account = Account::of(name, document, import, &template);
        let about = account.documents.first().ok_or("no account")?;
        let counted = about.matched + about.amended + about.added + about.ignored.len();
        let verdict = if counted == about.paragraphs { "holds" } else { "MISSED" };
        println!(
            "import of {name} against what was distilled of both: {counted} of {} paragraphs accounted for ({} the same, {} \
             changed, {} only here, {} set aside; wanted: all of them: {verdict})",
            about.paragraphs,
            about.matched,
            about.amended,
            about.added,
            about.ignored.len()
        );
    }
    let [(_, first), (_, second)] = documents else { return Err("two documents are compared".into()) };
    let body = |document: &Document| -> Vec<(usize, String)> {
        document.body().map(|(at, paragraph)| (at, paragraph.text.clone())).collect()
    };
    let pairs = equal(&body(first), &body(second));
    let clause = |import: usize, at: usize| match imports.get(import).and_then(|import| import.fates.get(at)) {
        Some(Fate::Matched { clause, .. } | Fate::Amended { clause, .. }) => Some(clause.clone()),
        _ => None,
    };
    let agree = |(a, b): &&(usize, usize)| clause(0, *a).is_some_and(|clause_a| clause(1, *b) == Some(clause_a));
    let agreed = pairs.iter().filter(agree).count();
    let share = 100.0 * f64::from(u32::try_from(agreed)?) / f64::from(u32::try_from(pairs.len().max(1))?);
    let verdict = if share >= 98.0 { "holds" } else { "MISSED" };
    println!(
        "{what}: {agreed} of {} paragraphs that a line diff calls equal at the same clause, {share:.1} % (wanted: 98 %: \
         {verdict})",
        pairs.len()
    );
    Ok(())
}

/// The places of the paragraphs a line diff calls equal: a longest common run in order.
fn equal(a: &[(usize, String)], b: &[(usize, String)]) -> Vec<(usize, usize)> {
    let mut longest = vec![vec![0_u32; b.len() + 1]; a.len() + 1];
    for (i, (_, left)) in a.iter().enumerate().rev() {
        for (j, (_, right)) in b.iter().enumerate().rev() {
            longest[i][j] =
                if left == right { longest[i + 1][j + 1] + 1 } else { longest[i + 1][j].max(longest[i][j + 1]) };
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while let (Some((at, left)), Some((other, right))) = (a.get(i), b.get(j)) {
        if left == right {
            pairs.push((*at, *other));
            (i, j) = (i + 1, j + 1);
        } else if longest[i + 1][j] >= longest[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}
