//! A version as it is printed: one document, made here and nowhere else, whatever it is written as.

mod front;
mod marks;
pub mod names;
mod steps;
mod words;

use paper::{Block, Cell, Format, Item, Paper, Table, Text};
use time::OffsetDateTime;

use crate::{
    agency::{AREA_KEYS, Agency, Register},
    effective::{Values, printed},
    instance::{Clause, Instance, Tailoring},
    parameter::{Origin, Parameter},
    school::School,
    template::Template,
};
use names::Names;

/// The section that holds the area's contacts.
const CONTACTS: &str = "contacts";
/// The most that is printed, in bytes of text: some ten times the longest policy seen.
pub const LONGEST: usize = 2 << 20;

/// The version is longer than anything that is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the version is too long to be printed: leave out or shorten the clauses that are no policy text")]
pub struct TooLong;

/// The document of a version at a school.
///
/// # Errors
/// Where it is longer than anything that is printed.
pub fn paper(
    instance: &Instance,
    template: &Template,
    register: Option<&Register>,
    school: &School,
) -> Result<Paper, TooLong> {
    let mut values = Values::of(instance, template, register);
    let own = values.get("school.legal_name").into_iter().next();
    let name = own.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| school.name.clone());
    settle(&mut values, register, &name);
    let names = Names::withheld(template, &mut values);
    let mut writer = Writer { names: &names, blocks: front::blocks(instance, &names, &values, &name), section: 0 };
    writer.blocks.push(Block::Contents);
    writer.body(instance, template, register, &values);
    let paper = Paper {
        title: "Online safety policy".to_owned(),
        owner: name,
        edition: front::edition(instance),
        status: front::status(instance),
        dated: dated(instance),
        identity: instance.id.to_string(),
        blocks: writer.blocks,
    };
    if paper.length() > LONGEST { Err(TooLong) } else { Ok(paper) }
}

/// A name for the file that says nothing of the school.
pub fn file_name(instance: &Instance, format: Format) -> String {
    let draft = if instance.effective_at.is_none() { "-draft" } else { "" };
    format!("online-safety-policy-v{}{draft}.{}", instance.version, format.name())
}

/// When what is printed was settled.
fn dated(instance: &Instance) -> OffsetDateTime {
    let signed = instance.signatures.iter().map(|signature| signature.signed_at).max();
    instance.effective_at.into_iter().chain(signed).max().unwrap_or(instance.created_at)
}

/// What is known of blanks that nobody filled.
fn settle(values: &mut Values, register: Option<&Register>, name: &str) {
    let mut known = |key: &str, value: Option<String>| {
        if let Some(value) = value.filter(|_| values.get(key).is_empty()) {
            values.put(Parameter::of(key, vec![value], Origin::School));
        }
    };
    known("doc.owner", Some(name.to_owned()));
    known("school.short_name", Some(name.to_owned()));
    if register.is_none() {
        for (key, title) in AREA_KEYS.iter().zip(["the area", "the police force", "the safeguarding partnership"]) {
            known(key, Some(marks::blank(title)));
        }
    }
}

struct Writer<'a> {
    names: &'a Names,
    blocks: Vec<Block>,
    section: usize,
}

impl Writer<'_> {
    fn text(&self, words: &str) -> Text {
        marks::text(&self.names.spoken(words))
    }

    fn section(&mut self, id: &str, title: &str) {
        self.section += 1;
        let text = self.text(&format!("{}. {title}", self.section));
        self.blocks.push(Block::Heading { level: 1, id: format!("section-{id}"), text });
    }

    fn part(&mut self, id: &str, title: &str) {
        let text = self.text(title);
        self.blocks.push(Block::Heading { level: 2, id: id.to_owned(), text });
    }

    fn say(&mut self, words: &str) {
        let text = self.text(words);
        if !text.is_empty() {
            self.blocks.push(Block::Paragraph(text));
        }
    }

    /// The sections as the template orders them; what is to be done and what is kept stand before the contacts.
    fn body(&mut self, instance: &Instance, template: &Template, register: Option<&Register>, values: &Values) {
        let clauses = printed(instance, template, values);
        let of = |id: &str| -> Vec<&Clause> { clauses.iter().filter(|clause| clause.section == id).collect() };
        for section in template.sections.iter().filter(|section| section.id != CONTACTS) {
            self.clauses(&section.id, &section.title, &of(&section.id));
        }
        let known = |clause: &&Clause| template.sections.iter().any(|section| section.id == clause.section);
        let homeless: Vec<&Clause> = clauses.iter().filter(|clause| !known(clause)).collect();
        self.clauses("own", "Also at our school", &homeless);
        self.procedures(instance, template);
        self.registers(template);
        let section = template.sections.iter().find(|section| section.id == CONTACTS);
        let title = section.map_or("Useful contacts", |section| section.title.as_str());
        let contacts = of(CONTACTS);
        self.clauses(CONTACTS, title, &contacts);
        if let Some(register) = register.filter(|register| !register.agencies.is_empty()) {
            if contacts.is_empty() {
                self.section(CONTACTS, title);
            }
            self.blocks.push(Block::Table(agencies(&register.agencies)));
        }
    }

    fn clauses(&mut self, id: &str, title: &str, clauses: &[&Clause]) {
        if clauses.iter().all(|clause| clause.text.trim().is_empty()) {
            return;
        }
        self.section(id, title);
        let (mut list, mut title) = (Vec::new(), "");
        for (nth, clause) in clauses.iter().enumerate() {
            // A part of its own that the school's document gives this section.
            if clause.title != title {
                self.list(std::mem::take(&mut list));
                title = &clause.title;
                if !title.is_empty() {
                    self.part(&format!("section-{id}-{nth}"), title);
                }
            }
            if clause.level > 0 {
                self.item(&mut list, clause);
                continue;
            }
            self.list(std::mem::take(&mut list));
            // The template's files are broken into lines by hand; a school breaks a line where it wants a new one.
            let wrapped = clause.tailoring == Tailoring::Adopted;
            for piece in marks::pieces(&clause.text, wrapped) {
                match piece {
                    marks::Piece::Prose(words) => self.say(&words),
                    marks::Piece::Bullets(items) => {
                        let item = |words: &String| Item { text: self.text(words), more: Vec::new() };
                        self.list(items.iter().map(item).filter(|item| !item.text.is_empty()).collect());
                    }
                }
            }
        }
        self.list(list);
    }

    fn list(&mut self, items: Vec<Item>) {
        if !items.is_empty() {
            self.blocks.push(Block::List { counted: false, items });
        }
    }

    /// Adds an item of the school's own list; one of an inner list stands below the item it belongs to.
    fn item(&self, list: &mut Vec<Item>, clause: &Clause) {
        let pieces = marks::pieces(&clause.text, clause.tailoring == Tailoring::Adopted).into_iter();
        let said = pieces.flat_map(|piece| match piece {
            marks::Piece::Prose(words) => vec![self.text(&words)],
            marks::Piece::Bullets(items) => items.iter().map(|words| self.text(&format!("– {words}"))).collect(),
        });
        let mut said = said.filter(|text| !text.is_empty());
        match list.last_mut() {
            Some(above) if clause.level > 1 => {
                let inner = said.next().map(|first| self.text(&format!("– {first}")));
                above.more.extend(inner.into_iter().chain(said));
            }
            _ => {
                if let Some(text) = said.next() {
                    list.push(Item { text, more: said.collect() });
                }
            }
        }
    }

    fn registers(&mut self, template: &Template) {
        if template.registers.is_empty() {
            return;
        }
        self.section("registers", "Records we keep");
        self.say("These records are kept under this policy. What stands in them is not published.");
        let items = template.registers.iter().map(|register| {
            let about = register.about.trim();
            let same = about.trim_end_matches('.') == register.title.trim();
            let more = if about.is_empty() || same { Vec::new() } else { vec![self.text(about)] };
            Item { text: self.text(&register.title), more }
        });
        let items = items.collect();
        self.blocks.push(Block::List { counted: false, items });
    }
}

fn agencies(agencies: &[Agency]) -> Table {
    let row = |agency: &Agency| {
        let channels: Cell = agency.channels.iter().map(marks::channel).collect();
        vec![vec![Text::plain(&agency.name)], vec![Text::plain(&words::sentence(&agency.purpose))], channels]
    };
    Table {
        caption: "Agencies and sources of help".to_owned(),
        columns: ["Who", "What for", "How to reach them"].map(str::to_owned).to_vec(),
        rows: agencies.iter().map(row).collect(),
    }
}

#[cfg(test)]
mod tests;
