//! Several schools' documents to one template: what they have in common as clauses, where they differ as blanks, what
//! only some have as optional. Procedures, gates, rules and the blanks every school has come from the model.

mod spans;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;

use spans::Stretch;

use crate::{
    document::{Document, Paragraph, plain},
    import::{self, Account, AccountedClause, AccountedDocument, AccountedParameter, account, wording},
    template::{Clause, Problem, Section, SourceFile, Template, condition::Condition, load, model::model_files},
};

/// What came of it: the template's files, and the account with the evidence.
#[derive(Debug, Clone)]
pub struct Distilled {
    /// The files, as `hedgerow policy check` reads them.
    pub files: Vec<SourceFile>,
    /// Every clause and blank with its lines in each document.
    pub account: Account,
}

struct Row {
    section: usize,
    text: String,
    /// The place of its paragraph in each document.
    at: BTreeMap<usize, usize>,
}

/// Names by which documents are told apart: two schools may well send files of one name, and a file may come twice.
pub fn told_apart(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut apart: Vec<String> = Vec::new();
    for (number, name) in (1..).zip(names) {
        let taken = name.trim().is_empty() || apart.contains(&name);
        apart.push(if taken { format!("{number} {name}") } else { name });
    }
    apart
}

/// Distils a template.
///
/// # Errors
/// What is wrong with the template that came of it.
pub fn distil(name: &str, documents: &[(String, Document)]) -> Result<Distilled, Vec<Problem>> {
    let base = load(&model_files())?;
    let mut titles: Vec<String> = Vec::new();
    let mut rows: Vec<Row> = Vec::new();
    for (number, (_, document)) in documents.iter().enumerate() {
        merge(number, document, &base, &mut titles, &mut rows);
    }
    let ids = section_ids(&titles);
    let mut writer = Writer::new(documents, &base);
    let mut clauses: Vec<String> = vec![String::new(); titles.len()];
    let mut counts = vec![0_usize; titles.len()];
    let mut run: Option<(usize, Vec<usize>, String)> = None;
    rows.sort_by_key(|row| row.section);
    for row in &rows {
        let Some(section) = ids.get(row.section) else { continue };
        let has: Vec<usize> = row.at.keys().copied().collect();
        let some = has.len() < documents.len();
        if !some {
            run = None;
        } else if !run.as_ref().is_some_and(|(at, who, _)| *at == row.section && *who == has) {
            run = Some((row.section, has, writer.optional(section, titles.get(row.section))));
        }
        let count = counts.get_mut(row.section).map_or(1, |count| {
            *count += 1;
            *count
        });
        let id = format!("{section}.{count:02}");
        let include_if = run.as_ref().map(|(.., key)| format!("{key} = true")).unwrap_or_default();
        let text = writer.clause(&id, section, &include_if, row);
        if let Some(file) = clauses.get_mut(row.section) {
            let _ = write!(file, "## {id}\n> requirements: local\n");
            if !include_if.is_empty() {
                let _ = writeln!(file, "> include_if: {include_if}");
            }
            let _ = write!(file, "{text}\n\n");
        }
    }
    let mut files = model_files();
    files.retain(|file| !file.name.starts_with("clauses/") && file.name != "template.yaml");
    let mut header = format!("name: {}\nreview_months: 12\nsections:\n", quoted(name));
    for ((id, title), text) in ids.iter().zip(&titles).zip(clauses) {
        let cue = quoted(&plain(title));
        let _ = writeln!(header, "  - {{ id: {id}, title: {}, cues: [{cue}] }}", quoted(title));
        files.push(SourceFile { name: format!("clauses/{id}.md"), content: text.into_bytes() });
    }
    files.push(SourceFile { name: "template.yaml".to_owned(), content: header.into_bytes() });
    for file in files.iter_mut().filter(|file| file.name == "parameters.yaml") {
        file.content.extend(writer.yaml.as_bytes());
    }
    load(&files)?;
    Ok(Distilled { files, account: writer.account })
}

/// Takes a document into the rows: each paragraph to the row that says it, or to a row of its own.
fn merge(number: usize, document: &Document, base: &Template, titles: &mut Vec<String>, rows: &mut Vec<Row>) {
    let clause = |(at, row): (usize, &Row)| Clause {
        id: at.to_string(),
        text: safe(&row.text),
        requirements: Vec::new(),
        cues: Vec::new(),
        statutory: false,
        include_if: Condition::Always,
        citations: Vec::new(),
    };
    let mut so_far = Template { sections: Vec::new(), parameters: Vec::new(), ..base.clone() };
    for (at, title) in titles.iter().enumerate() {
        let clauses = rows.iter().enumerate().filter(|(_, row)| row.section == at).map(clause).collect();
        let section = Section {
            id: at.to_string(),
            title: title.clone(),
            include_if: Condition::Always,
            cues: Vec::new(),
            clauses,
        };
        so_far.sections.push(section);
    }
    let fates = import::read(document, &so_far).fates;
    let mut taken = HashSet::new();
    let found: Vec<Option<usize>> = fates
        .iter()
        .map(|fate| match fate {
            import::Fate::Matched { clause, percent } | import::Fate::Amended { clause, percent } => {
                clause.parse().ok().filter(|row| *percent >= 50 && taken.insert(*row))
            }
            _ => None,
        })
        .collect();
    // A heading's section is the one most of its paragraphs were found in.
    let mut votes: HashMap<Option<usize>, BTreeMap<usize, usize>> = HashMap::new();
    for (at, paragraph) in document.body() {
        if let Some(row) = found.get(at).copied().flatten().and_then(|row| rows.get(row)) {
            *votes.entry(paragraph.heading).or_default().entry(row.section).or_default() += 1;
        }
    }
    let mut sections: HashMap<Option<usize>, usize> = votes
        .into_iter()
        .filter_map(|(heading, votes)| Some((heading, votes.into_iter().max_by_key(|(_, n)| *n)?.0)))
        .collect();
    let mut after: Option<usize> = None;
    let mut added = Vec::new();
    for (at, paragraph) in document.body() {
        if let Some(row) = found.get(at).copied().flatten() {
            if let Some(row) = rows.get_mut(row) {
                row.at.insert(number, at);
            }
            after = Some(row);
            continue;
        }
        let section = *sections.entry(paragraph.heading).or_insert_with(|| {
            let title = paragraph.heading.and_then(|heading| document.paragraphs.get(heading));
            titles.push(title.map_or_else(|| "Introduction".to_owned(), |heading| heading.text.clone()));
            titles.len() - 1
        });
        let row = Row { section, text: paragraph.text.clone(), at: BTreeMap::from([(number, at)]) };
        added.push((after.map_or(0, |after| after + 1), row));
    }
    for (shift, (place, row)) in added.into_iter().enumerate() {
        rows.insert((place + shift).min(rows.len()), row);
    }
}

/// Short ids of the sections, no two the same.
fn section_ids(titles: &[String]) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let id = |title: &String| {
        let ascii: String = plain(title).chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let words: Vec<&str> = ascii.split('-').filter(|word| !word.is_empty()).take(6).collect();
        let slug = if words.is_empty() { "section".to_owned() } else { words.join("-") };
        let times = seen.entry(slug.clone()).or_default();
        *times += 1;
        if *times == 1 { slug } else { format!("{slug}--{times}") }
    };
    titles.iter().map(id).collect()
}

/// How one document says a clause.
struct Said<'a> {
    /// Its place among the documents.
    document: usize,
    name: &'a str,
    line: u32,
    text: &'a str,
}

struct Writer<'a> {
    documents: &'a [(String, Document)],
    account: Account,
    yaml: String,
    /// The blanks by the documents and the values they have there.
    keys: HashMap<Vec<(usize, String)>, String>,
    optional: usize,
}

impl<'a> Writer<'a> {
    fn new(documents: &'a [(String, Document)], base: &Template) -> Self {
        let about = documents.iter().map(|(name, document)| AccountedDocument {
            name: name.clone(),
            paragraphs: document.paragraphs.len(),
            ..Default::default()
        });
        let mut account = Account { documents: about.collect(), ..Account::default() };
        // What the model's own blanks read, with the lines: the evidence for the blanks every school has.
        for (about, (name, document)) in account.documents.iter_mut().zip(documents) {
            let read = import::read(document, base);
            about.ignored = account::set_aside(document, &read);
            for parameter in &read.parameters {
                let filled = account::blank(name, parameter, base);
                match account.parameters.iter_mut().find(|p| p.key == parameter.key) {
                    Some(known) => known.found.extend(filled.found),
                    None => account.parameters.push(filled),
                }
            }
        }
        Self { documents, account, yaml: "\n# Distilled\n".to_owned(), keys: HashMap::new(), optional: 0 }
    }

    /// A switch for what only some documents have.
    fn optional(&mut self, section: &str, title: Option<&String>) -> String {
        self.optional += 1;
        let key = format!("optional.{section}-{}", self.optional);
        let title = format!("Print the clauses of “{}” that only some schools have", title.map_or("", String::as_str));
        let _ = writeln!(self.yaml, "- {{ key: {key}, title: {}, type: boolean, default: false }}", quoted(&title));
        let kind = "boolean";
        self.account.parameters.push(AccountedParameter { key: key.clone(), title, kind, found: Vec::new() });
        key
    }

    /// Writes a row into the account; answers its text with blanks.
    fn clause(&mut self, id: &str, section: &str, include_if: &str, row: &Row) -> String {
        let places: Vec<_> = row
            .at
            .iter()
            .filter_map(|(number, at)| {
                let (name, document) = self.documents.get(*number)?;
                Some((*number, name.clone(), document.paragraphs.get(*at)?))
            })
            .collect();
        let (first, rest) = match places.split_first() {
            Some(((.., first), rest)) => (first.text.clone(), rest),
            None => return String::new(),
        };
        let said: Vec<Said<'_>> = places
            .iter()
            .map(|(number, name, p)| Said { document: *number, name, line: p.line, text: &p.text })
            .collect();
        let differs = rest.iter().any(|(.., p)| wording::plain(&p.text) != wording::plain(&first));
        let text = if differs { self.blanks(&said) } else { safe(&first) };
        let pieces = wording::pieces(&text);
        let how = match (differs, places.len() < self.documents.len()) {
            (true, _) => "changed",
            (false, true) if places.len() == 1 => "only_here",
            (false, _) => "same",
        };
        // Among three or more, a document that says what another says is the same as that one.
        let alone = |paragraph: &Paragraph| {
            let plain = wording::plain(&paragraph.text);
            places.iter().filter(|(.., other)| wording::plain(&other.text) == plain).count() == 1
        };
        let hows: Vec<&'static str> =
            places.iter().map(|(.., paragraph)| if differs && !alone(paragraph) { "same" } else { how }).collect();
        let listed = places.iter().zip(&hows).map(|((_, name, paragraph), how)| {
            let words = wording::words(&paragraph.text);
            let spans = match wording::fits(&pieces, &words) {
                Some(found) => found
                    .into_iter()
                    .map(|(parameter, from, to)| account::Differs {
                        template: format!("{{{{{parameter}}}}}"),
                        document: wording::said(&paragraph.text, &words, from, to).to_owned(),
                        parameter,
                    })
                    .collect(),
                None => account::differing(&first, &paragraph.text),
            };
            account::Place {
                document: name.clone(),
                line: paragraph.line,
                end_line: paragraph.end_line,
                how,
                score: 100,
                moved: false,
                text: paragraph.text.clone(),
                spans,
            }
        });
        let documents = listed.collect();
        for ((number, ..), how) in places.iter().zip(&hows) {
            let Some(about) = self.account.documents.get_mut(*number) else { continue };
            match *how {
                "same" => about.matched += 1,
                "changed" => about.amended += 1,
                _ => about.added += 1,
            }
        }
        self.account.clauses.push(AccountedClause {
            clause: id.to_owned(),
            section: section.to_owned(),
            text: text.clone(),
            how,
            include_if: include_if.to_owned(),
            documents,
        });
        text
    }

    /// The first text with a blank wherever another differs; without blanks where one has words that another has nothing
    /// for.
    fn blanks(&mut self, said: &[Said<'_>]) -> String {
        let Some(first) = said.first() else { return String::new() };
        let Some(stretches) = spans::differing(&said.iter().map(|said| said.text).collect::<Vec<_>>()) else {
            return safe(first.text);
        };
        let mut text = String::new();
        for stretch in stretches {
            match stretch {
                Stretch::Same(same) => text.push_str(&safe(same)),
                Stretch::Differs { values, tail } => {
                    let key = self.blank(said, &values);
                    let _ = write!(text, "{{{{{key}}}}}{}", safe(tail));
                }
            }
        }
        text
    }

    /// The blank in which each document has its value: the same one wherever the same documents have the same values.
    fn blank(&mut self, said: &[Said<'_>], values: &[String]) -> String {
        let by_document: Vec<(usize, String)> =
            said.iter().zip(values).map(|(said, value)| (said.document, value.clone())).collect();
        if let Some(key) = self.keys.get(&by_document) {
            return key.clone();
        }
        let key = format!("local.{}", self.keys.len() + 1);
        let mut variants: Vec<&String> = Vec::new();
        for value in values {
            if !variants.contains(&value) {
                variants.push(value);
            }
        }
        let title =
            format!("Where schools say {}", variants.iter().map(|v| format!("“{v}”")).collect::<Vec<_>>().join(" or "));
        let date =
            values.iter().all(|value| matches!(import::dates::dates(value).as_slice(), [one] if one.text == *value));
        let kind = if date { "date" } else { "text" };
        for (said, value) in said.iter().zip(values) {
            let _ = writeln!(self.yaml, "# {}:{}: {value}", said.name, said.line);
        }
        let _ = writeln!(self.yaml, "- {{ key: {key}, title: {}, type: {kind} }}", quoted(&safe(&title)));
        let found = said.iter().zip(values).map(|(said, value)| account::Filled {
            document: said.name.to_owned(),
            value: vec![value.clone()],
            line: said.line,
            confidence: 85,
        });
        let found = found.collect();
        self.account.parameters.push(AccountedParameter { key: key.clone(), title, kind, found });
        self.keys.insert(by_document, key.clone());
        key
    }
}

/// A text that no reader of the template's files takes for a mark of theirs.
fn safe(text: &str) -> String {
    let text = text.replace("{{", "{ {").replace("}}", "} }");
    if text.starts_with('>') || text.starts_with('#') { format!("\\{text}") } else { text }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''").replace(['\n', '\t'], " "))
}

#[cfg(test)]
mod tests;
