//! What became of a document, for people and other programs: every paragraph once, every clause, every blank.
//! `docs/import-and-distil.md` describes the shape; distilling answers in the same one.

use serde::Serialize;

use super::{Fate, Import, align::filled, wording};
use crate::{
    document::Document,
    parameter::Parameter,
    template::{SetBy, Template},
};

/// The whole account.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// The documents it is about.
    pub documents: Vec<AccountedDocument>,
    /// The clauses, in order; paragraphs that no clause was found for have an empty id.
    pub clauses: Vec<AccountedClause>,
    /// The blanks and what fills them.
    pub parameters: Vec<AccountedParameter>,
}

/// One document.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountedDocument {
    /// Its name.
    pub name: String,
    /// Its paragraphs.
    pub paragraphs: usize,
    /// The paragraphs that say what a clause says.
    pub matched: usize,
    /// The paragraphs that say it otherwise.
    pub amended: usize,
    /// The paragraphs only this document has.
    pub added: usize,
    /// The paragraphs set aside.
    pub ignored: Vec<SetAside>,
}

/// One paragraph set aside.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SetAside {
    /// Its line.
    pub line: u32,
    /// Why.
    pub why: &'static str,
    /// Its text.
    pub text: String,
}

/// One clause.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountedClause {
    /// Its id; empty for a paragraph only the document has.
    pub clause: String,
    /// Its section.
    pub section: String,
    /// Its text, with blanks.
    pub text: String,
    /// `same`, `changed`, `only_here`, or `missing` where no document has it.
    pub how: &'static str,
    /// The condition under which it is printed; empty for always.
    pub include_if: String,
    /// Its paragraph in each document that has it.
    pub documents: Vec<Place>,
}

/// The paragraph of a clause in one document.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The document.
    pub document: String,
    /// Its first line, from 1.
    pub line: u32,
    /// Its last line.
    pub end_line: u32,
    /// `same`, `changed` or `only_here`.
    pub how: &'static str,
    /// How alike it and the clause are, 0 to 100.
    pub score: u8,
    /// Whether it stands elsewhere than the clause.
    pub moved: bool,
    /// Its text.
    pub text: String,
    /// Where it differs: the clause's words and the document's.
    pub spans: Vec<Differs>,
}

/// One place where a paragraph and a clause differ.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Differs {
    /// The blank that stands here; empty where none does.
    pub parameter: String,
    /// The clause's words.
    pub template: String,
    /// The document's words.
    pub document: String,
}

/// One blank.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountedParameter {
    /// Its key.
    pub key: String,
    /// What it means.
    pub title: String,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// What each document fills it with.
    pub found: Vec<Filled>,
}

/// What a document fills a blank with.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Filled {
    /// The document.
    pub document: String,
    /// The values.
    pub value: Vec<String>,
    /// The line it was read at.
    pub line: u32,
    /// How sure that is, 0 to 100.
    pub confidence: u8,
}

impl Account {
    /// The account of one document read against a template.
    pub fn of(name: &str, document: &Document, import: &Import, template: &Template) -> Self {
        let mut about = AccountedDocument {
            name: name.to_owned(),
            paragraphs: document.paragraphs.len(),
            ..AccountedDocument::default()
        };
        let mut clauses = Vec::new();
        for (at, (paragraph, fate)) in document.paragraphs.iter().zip(&import.fates).enumerate() {
            let (id, how, score) = match fate {
                Fate::Matched { clause, percent } => (clause.as_str(), "same", *percent),
                Fate::Amended { clause, percent } => (clause.as_str(), "changed", *percent),
                Fate::Added { .. } => ("", "only_here", 0),
                Fate::Ignored(why) => {
                    about.ignored.push(SetAside {
                        line: paragraph.line,
                        why: why.name(),
                        text: paragraph.text.clone(),
                    });
                    continue;
                }
            };
            match how {
                "same" => about.matched += 1,
                "changed" => about.amended += 1,
                _ => about.added += 1,
            }
            let known = template.clause(id);
            let text = known.map_or(String::new(), |(_, clause)| clause.text.clone());
            let spans = if how == "changed" {
                differing(&filled(template, &import.parameters, &text), &paragraph.text)
            } else {
                Vec::new()
            };
            let section = match fate {
                Fate::Added { section } => section.clone(),
                _ => known.map(|(section, _)| section.id.clone()).unwrap_or_default(),
            };
            clauses.push(AccountedClause {
                clause: id.to_owned(),
                section,
                text,
                how,
                include_if: known.map(|(_, clause)| clause.include_if.to_string()).unwrap_or_default(),
                documents: vec![Place {
                    document: name.to_owned(),
                    line: paragraph.line,
                    end_line: paragraph.end_line,
                    how,
                    score,
                    moved: import.moved.contains(&at),
                    text: paragraph.text.clone(),
                    spans,
                }],
            });
        }
        let missing = template.clauses().filter(|(_, clause)| !clauses.iter().any(|c| c.clause == clause.id));
        let missing: Vec<AccountedClause> = missing
            .map(|(section, clause)| AccountedClause {
                clause: clause.id.clone(),
                section: section.id.clone(),
                text: clause.text.clone(),
                how: "missing",
                include_if: clause.include_if.to_string(),
                documents: Vec::new(),
            })
            .collect();
        clauses.extend(missing);
        let filled = import.parameters.iter().map(|parameter| blank(name, parameter, template));
        // What the document does not say, or not surely, is listed as open.
        let said = |key: &str| import.parameters.iter().any(|parameter| parameter.key == key);
        let asked = template.parameters.iter().filter(|definition| definition.set_by == SetBy::School);
        let open = asked.filter(|definition| !said(&definition.key)).map(|definition| AccountedParameter {
            key: definition.key.clone(),
            title: definition.title.clone(),
            kind: definition.kind.name(),
            found: Vec::new(),
        });
        let parameters = filled.chain(open).collect();
        Self { documents: vec![about], clauses, parameters }
    }
}

pub(crate) fn blank(name: &str, parameter: &Parameter, template: &Template) -> AccountedParameter {
    let definition = template.parameter(&parameter.key);
    AccountedParameter {
        key: parameter.key.clone(),
        title: definition.map(|d| d.title.clone()).unwrap_or_default(),
        kind: definition.map_or("text", |d| d.kind.name()),
        found: vec![Filled {
            document: name.to_owned(),
            value: parameter.values.clone(),
            line: parameter.line,
            confidence: parameter.confidence,
        }],
    }
}

/// Where two texts differ.
pub(crate) fn differing(template: &str, document: &str) -> Vec<Differs> {
    wording::compare(template, document)
        .into_iter()
        .filter(|span| !span.same)
        .map(|span| Differs {
            parameter: String::new(),
            template: span.first.trim().to_owned(),
            document: span.second.trim().to_owned(),
        })
        .collect()
}

/// What was set aside of a document.
pub(crate) fn set_aside(document: &Document, import: &Import) -> Vec<SetAside> {
    let all = document.paragraphs.iter().zip(&import.fates);
    all.filter_map(|(paragraph, fate)| match fate {
        Fate::Ignored(why) if *why != super::Why::Links => {
            Some(SetAside { line: paragraph.line, why: why.name(), text: paragraph.text.clone() })
        }
        _ => None,
    })
    .collect()
}
