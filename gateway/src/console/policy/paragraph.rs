//! What became of every paragraph of an imported document: beside the template's words, moved by hand, confirmed.

use axum::extract::{Path, Query};
use chassis::error::Error;
use proto::{
    access::v1::Permission,
    policy_registry::v1::{
        ConfirmImportRequest, Instance, ListParagraphsRequest, Paragraph, RealignParagraphRequest, Template,
    },
};
use serde::{Deserialize, Serialize};

use super::{crumbs, editable, template_of, version::fetch};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        form::{Field, Form, FormPage},
        part::{Head, Link, Row, percent},
        words,
    },
};

/// What became of a paragraph, in words.
const FATES: words::Codes = &[
    ("matched", "Says what the template says"),
    ("amended", "Says it otherwise"),
    ("added", "Only this school has it"),
    ("ignored", "Set aside"),
];

/// The paragraphs of a document.
#[derive(Debug, Serialize)]
pub struct Paragraphs {
    head: Head,
    filters: Vec<Filter>,
    orders: Vec<Filter>,
    pages: Vec<Filter>,
    /// Which of them this page shows, in words.
    shown: String,
    paragraphs: Vec<One>,
    confirmed: String,
    form: Option<Form>,
}

#[derive(Debug, Serialize)]
struct Filter {
    link: Link,
    chosen: bool,
}

#[derive(Debug, Serialize)]
struct One {
    line: u32,
    text: String,
    template: String,
    fate: String,
    change: String,
}

/// How many are on one page.
const AT_ONCE: usize = 100;

/// Which are shown.
#[derive(Debug, Default, Clone, Deserialize)]
pub struct Chosen {
    /// What became of them; all without it.
    #[serde(default)]
    fate: String,
    /// `document` for the order of the document; the doubtful first without it.
    #[serde(default)]
    order: String,
    /// The page, from 1.
    #[serde(default)]
    page: String,
    /// The line whose page it is, in the order of the document.
    #[serde(default)]
    line: String,
}

impl Chosen {
    fn place(&self, here: &str) -> String {
        let page = if self.page == "1" { "" } else { self.page.as_str() };
        let set = [("fate", self.fate.as_str()), ("order", self.order.as_str()), ("page", page)];
        let set: Vec<String> = set
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", percent(value)))
            .collect();
        if set.is_empty() { here.to_owned() } else { format!("{here}?{}", set.join("&")) }
    }
}

/// How much a paragraph is worth a look: what was put to a clause it is little like comes first, what a person put
/// there last.
fn doubt(paragraph: &Paragraph) -> (u8, u32) {
    match paragraph.fate.as_str() {
        _ if paragraph.by_hand => (4, 0),
        "amended" => (0, paragraph.score),
        "added" => (1, 0),
        "matched" => (2, paragraph.score),
        _ => (3, 0),
    }
}

impl Page for Paragraphs {
    const TEMPLATE: &'static str = "paragraphs.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let paragraph = |line, fate: &str| Paragraph {
            line,
            text: "We filter.".into(),
            fate: fate.into(),
            template_text: "The school filters.".into(),
            score: 60,
            ..Paragraph::default()
        };
        let all = [paragraph(4, "matched"), paragraph(9, "ignored")];
        let head = || Head::new("The document’s paragraphs", vec![Link::new("Policy", "/policy")]);
        let chosen = |fate: &str| Chosen { fate: fate.into(), ..Chosen::default() };
        let mut waits = Self::new(head(), &all, &chosen(""), "/p", true);
        waits.form = Some(Form::new("/x", "Confirm", "1".into(), Vec::new()));
        let mut done = Self::new(head(), &all, &chosen("ignored"), "/p", false);
        done.confirmed = "3 March 2027".into();
        let long: Vec<Paragraph> = (1..=250).map(|line| paragraph(line, "amended")).collect();
        let third = Chosen { order: "document".into(), page: "3".into(), ..Chosen::default() };
        vec![
            waits,
            done,
            Self::new(head(), &[], &chosen("added"), "/p", false),
            Self::new(head(), &long, &third, "/p", true),
        ]
    }
}

impl Paragraphs {
    fn new(head: Head, all: &[Paragraph], chosen: &Chosen, here: &str, edits: bool) -> Self {
        let line = chosen.line.parse::<u32>().ok();
        let order = if line.is_some() { "document".to_owned() } else { chosen.order.clone() };
        let chosen = Chosen { order, line: String::new(), ..chosen.clone() };
        let fate = chosen.fate.as_str();
        let count = |code: &str| all.iter().filter(|p| code.is_empty() || p.fate == code).count();
        let first = Chosen { page: String::new(), ..chosen.clone() };
        let filter = |code: &str, name: &str| Filter {
            link: Link::new(
                format!("{name} ({})", count(code)),
                Chosen { fate: code.to_owned(), ..first.clone() }.place(here),
            ),
            chosen: code == fate,
        };
        let ordered = |code: &str, name: &str| Filter {
            link: Link::new(name, Chosen { order: code.to_owned(), ..first.clone() }.place(here)),
            chosen: code == chosen.order,
        };
        let mut kept: Vec<&Paragraph> = all.iter().filter(|p| fate.is_empty() || p.fate == fate).collect();
        if chosen.order != "document" {
            kept.sort_by_key(|paragraph| doubt(paragraph));
        }
        let pages = kept.len().div_ceil(AT_ONCE).max(1);
        let of_line = line.and_then(|line| kept.iter().position(|p| p.line >= line)).map(|at| at / AT_ONCE + 1);
        let asked = of_line.or_else(|| chosen.page.parse().ok()).unwrap_or(1);
        let page = asked.clamp(1, pages);
        let numbered = |n: usize| Filter {
            link: Link::new(format!("Page {n}"), Chosen { page: n.to_string(), ..first.clone() }.place(here)),
            chosen: n == page,
        };
        let from = (page - 1) * AT_ONCE;
        let here_now: Vec<&Paragraph> = kept.iter().copied().skip(from).take(AT_ONCE).collect();
        let shown = if pages > 1 {
            format!("{} to {} of {}", from + 1, from + here_now.len(), kept.len())
        } else {
            String::new()
        };
        let filters = [("", "All")].iter().chain(FATES).map(|(code, name)| filter(code, name));
        let one = |paragraph: &Paragraph| One {
            line: paragraph.line,
            text: paragraph.text.clone(),
            template: paragraph.template_text.clone(),
            fate: said(paragraph),
            change: if edits { format!("{here}/{}", paragraph.line) } else { String::new() },
        };
        Self {
            head,
            filters: filters.collect(),
            orders: vec![ordered("", "The doubtful first"), ordered("document", "As in the document")],
            pages: if pages > 1 { (1..=pages).map(numbered).collect() } else { Vec::new() },
            shown,
            paragraphs: here_now.into_iter().map(one).collect(),
            confirmed: String::new(),
            form: None,
        }
    }
}

/// What became of one, how alike it is, and why.
fn said(paragraph: &Paragraph) -> String {
    let mut said = words::called(FATES, &paragraph.fate);
    if !paragraph.clause_id.is_empty() {
        said.push_str(&format!(", {} of 100 alike ({})", paragraph.score, paragraph.clause_id));
    }
    if !paragraph.why.is_empty() {
        let known = words::IGNORED.iter().find(|(code, _)| *code == paragraph.why);
        said.push_str(&format!(": {}", known.map_or(paragraph.why.as_str(), |(_, name)| name)));
    }
    if paragraph.by_hand {
        said.push_str(", put there by hand");
    }
    said
}

async fn listed(visit: &Visit, instance_id: &str) -> Result<(Vec<Paragraph>, Option<String>), Error> {
    let asked = ListParagraphsRequest { school_id: visit.school.clone(), instance_id: instance_id.to_owned() };
    let answer = heard(visit.registry()?.list_paragraphs(ask(asked))).await?;
    Ok((answer.paragraphs, words::stamp(answer.confirm_time.as_ref())))
}

async fn page(visit: &Visit, instance: &Instance, chosen: &Chosen) -> Result<Paragraphs, Error> {
    let (all, confirmed) = listed(visit, &instance.instance_id).await?;
    let here = visit.at(&format!("/policy/versions/{}/paragraphs", instance.instance_id));
    let head = Head::new("The document’s paragraphs", crumbs(visit, &instance.instance_id));
    let edits = editable(instance) && visit.may(Permission::PolicyEdit);
    let mut page = Paragraphs::new(head.of(format!("Version {}", instance.version)), &all, chosen, &here, edits);
    if edits && confirmed.is_none() && !all.is_empty() {
        let form = visit.form(format!("{here}/confirm"), "Confirm the import", Vec::new());
        page.form = Some(form.carrying("etag", instance.etag.clone()));
    }
    page.confirmed = confirmed.unwrap_or_default();
    Ok(page)
}

/// Lists them.
pub async fn list(
    visit: Visit,
    Path((_, instance_id)): Path<(String, String)>,
    Query(chosen): Query<Chosen>,
) -> Answer {
    visit.needs(Permission::PolicyRead)?;
    let instance = fetch(&visit, &instance_id).await?;
    let page = page(&visit, &instance, &chosen).await?;
    visit.page(&page)
}

/// Confirms what became of all of them.
pub async fn confirm(Path((_, instance_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = ConfirmImportRequest {
        school_id: visit.school.clone(),
        instance_id: instance_id.clone(),
        etag: answers.text("etag"),
        request_id: answers.request_id(),
    };
    let here = visit.at(&format!("/policy/versions/{instance_id}"));
    match heard(visit.registry()?.confirm_import(ask(command))).await {
        Ok(_) => visit.to(&format!("{here}?done=confirmed")),
        Err(error) => {
            let instance = fetch(&visit, &instance_id).await?;
            let mut page = page(&visit, &instance, &Chosen::default()).await?;
            let form = page.form.take().unwrap_or_else(|| visit.form(String::new(), "", Vec::new()));
            page.form = Some(visit.mended(form, &answers, &error, &here)?);
            visit.page_again(&page, &error)
        }
    }
}

/// What is asked of whoever puts a paragraph elsewhere.
pub fn fields(template: &Template, paragraph: &Paragraph) -> Vec<Field> {
    let clauses = template.sections.iter().flat_map(|section| &section.clauses);
    let labels: Vec<(String, String)> = clauses
        .map(|clause| {
            let words: Vec<&str> = clause.text.split_whitespace().take(12).collect();
            (clause.clause_id.clone(), format!("{}: {}", clause.clause_id, words.join(" ")))
        })
        .collect();
    let sections = template.sections.iter().map(|section| (section.section_id.as_str(), section.title.as_str()));
    vec![
        Field::radios("fate", "What it is", FATES).value(paragraph.fate.clone()),
        Field::select("clause_id", "The template’s clause")
            .hint("Where it says what a clause says, or says it otherwise.")
            .choices([("", "None")])
            .choices(labels.iter().map(|(id, label)| (id.as_str(), label.as_str())))
            .value(paragraph.clause_id.clone()),
        Field::select("section_id", "The section it stands in")
            .hint("Where only this school has it.")
            .choices([("", "None of them")])
            .choices(sections)
            .value(paragraph.section_id.clone()),
        Field::long_text("reason", "Why").hint("Needed to set it aside."),
    ]
}

async fn page_of_one(visit: &Visit, instance: &Instance, line: u32) -> Result<FormPage, Error> {
    let (all, _) = listed(visit, &instance.instance_id).await?;
    let paragraph = all.into_iter().find(|paragraph| paragraph.line == line).ok_or_else(Error::missing)?;
    let template = template_of(visit, instance).await;
    let here = visit.at(&format!("/policy/versions/{}/paragraphs", instance.instance_id));
    let mut crumbs = crumbs(visit, &instance.instance_id);
    crumbs.push(Link::new("Paragraphs", here.clone()));
    let head = Head::new("Put a paragraph elsewhere", crumbs).of(format!("Line {line}"));
    let mut page = visit.form_page(head, format!("{here}/{line}"), "Save", fields(&template, &paragraph));
    page.rows = vec![Row::new("The document says", paragraph.text.clone())];
    page.rows.extend(Row::some("The template says", Some(paragraph.template_text.clone())));
    page.rows.push(Row::new("Now", said(&paragraph)));
    page.form = page.form.carrying("etag", instance.etag.clone());
    Ok(page)
}

/// Asks where one goes.
pub async fn show(visit: Visit, Path((_, instance_id, line)): Path<(String, String, u32)>) -> Answer {
    visit.needs(Permission::PolicyEdit)?;
    let instance = fetch(&visit, &instance_id).await?;
    let page = page_of_one(&visit, &instance, line).await?;
    visit.page(&page)
}

/// Puts it there.
pub async fn realign(Path((_, instance_id, line)): Path<(String, String, u32)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = RealignParagraphRequest {
        school_id: visit.school.clone(),
        instance_id: instance_id.clone(),
        line,
        fate: answers.text("fate"),
        clause_id: answers.text("clause_id"),
        section_id: answers.text("section_id"),
        reason: answers.text("reason"),
        etag: answers.text("etag"),
        request_id: answers.request_id(),
    };
    let here = visit.at(&format!("/policy/versions/{instance_id}/paragraphs"));
    match heard(visit.registry()?.realign_paragraph(ask(command))).await {
        Ok(_) => visit.to(&format!("{here}?done=paragraph&line={line}#line-{line}")),
        Err(error) => {
            let instance = fetch(&visit, &instance_id).await?;
            let page = page_of_one(&visit, &instance, line).await?;
            visit.again(page, &answers, error, &here)
        }
    }
}
