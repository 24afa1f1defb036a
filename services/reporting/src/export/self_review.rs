//! The self-review as a document: in short, part by part with each statement's position, then each with what it rests on.

use chassis::error::{Error, Result};
use paper::{Block, Paper, Table, Text};
use time::OffsetDateTime;

use super::{
    dated,
    pdf::{cells, heading, pairs},
};
use crate::{
    governor::{Code, bridge::cell},
    self_review::{
        Judged, Known, Position, Told,
        standard::{Part, Statement, parts},
        words::day,
    },
};

/// A self-review on its way out.
pub(crate) struct SelfReviewFile {
    pub school_id: String,
    /// What the school is called in the file.
    pub school: String,
    pub known: Known,
    pub judged: Vec<(&'static Statement, Judged)>,
    pub min_cell: u64,
    /// The day it is written on.
    pub settled: OffsetDateTime,
}

fn table<const N: usize>(caption: &str, columns: [&str; N], rows: Vec<[String; N]>) -> Block {
    let columns = columns.map(str::to_owned).to_vec();
    Block::Table(Table { caption: caption.to_owned(), columns, rows: rows.into_iter().map(cells).collect() })
}

fn paragraph(words: &str) -> Block {
    Block::Paragraph(Text::plain(words))
}

/// A figure or a day for a person.
fn shown(told: &Told) -> String {
    match (&told.figure, told.day) {
        (Some(of), _) => dated(cell(of.figure), &of.held.map(|day| day.to_string()).unwrap_or_default()),
        (None, Some(on)) => day(on),
        (None, None) => "Never, as far as is recorded".to_owned(),
    }
}

impl SelfReviewFile {
    /// Writes it.
    ///
    /// # Errors
    /// `Internal` where the writer fails.
    pub fn write(&self) -> Result<Vec<u8>> {
        self.paper().write(paper::Format::Pdf).map_err(Error::internal)
    }

    /// A name for its file, which tells nothing of the school.
    pub fn file_name(&self) -> String {
        format!("self-review-{}.pdf", self.known.day)
    }

    fn of_part(&self, part: &Part) -> impl Iterator<Item = &(&'static Statement, Judged)> {
        self.judged.iter().filter(move |(of, _)| of.part == part.key)
    }

    fn paper(&self) -> Paper {
        let mut blocks =
            vec![pairs("About this self-review", self.about()), heading(1, "short".to_owned(), "In short")];
        blocks.push(self.counts());
        for part in parts() {
            let row =
                |(of, judged): &(&'static Statement, Judged)| [of.title.clone(), judged.position.title().to_owned()];
            blocks.push(table(&part.title, ["Statement", "Position"], self.of_part(part).map(row).collect()));
        }
        for part in parts() {
            blocks.push(heading(1, part.key.clone(), &part.title));
            for (of, judged) in self.of_part(part) {
                statement(&mut blocks, of, judged);
            }
        }
        blocks.push(heading(1, "codes".to_owned(), "What the codes mean"));
        let codes = Code::ALL.map(|code| (code.name(), code.meaning(self.min_cell)));
        blocks.push(pairs("Codes", Vec::from(codes)));
        Paper {
            title: "Online safety: self-review".to_owned(),
            owner: self.school.clone(),
            edition: format!("As at {}", day(self.known.day)),
            status: None,
            dated: self.settled,
            identity: format!("{}/self-review/{}/{}", self.school_id, self.known.day, self.settled.date()),
            blocks,
        }
    }

    fn about(&self) -> Vec<(&'static str, String)> {
        let policy = match &self.known.policy {
            Some(policy) => format!("Version {}", policy.version),
            None => "None, as far as was announced".to_owned(),
        };
        vec![
            ("School", self.school.clone()),
            ("As at", day(self.known.day)),
            ("Policy that is compared", policy),
            ("How it is found", "It is worked out from what is recorded. Nothing in it can be ticked.".to_owned()),
        ]
    }

    /// How many statements of each part stand where.
    fn counts(&self) -> Block {
        let row = |part: &Part| {
            let count = |wanted: Position| self.of_part(part).filter(|(_, judged)| judged.position == wanted).count();
            let [met, partly, not_met, not_known] = Position::ALL.map(|wanted| count(wanted).to_string());
            [part.title.clone(), met, partly, not_met, not_known]
        };
        let [met, partly, not_met, not_known] = Position::ALL.map(Position::title);
        table("Statements", ["Part", met, partly, not_met, not_known], parts().iter().map(row).collect())
    }
}

/// A statement with what its position rests on.
fn statement(blocks: &mut Vec<Block>, of: &Statement, judged: &Judged) {
    blocks.push(heading(2, of.key.clone(), &of.title));
    blocks.push(paragraph(&format!("{}. {}", judged.position.title(), judged.because)));
    let promises =
        judged.promises.iter().map(|(title, value)| [format!("The policy promises: {title}"), value.clone()]);
    let rests: Vec<_> = promises.chain(judged.told.iter().map(|told| [told.title.clone(), shown(told)])).collect();
    if !rests.is_empty() {
        blocks.push(table("What it rests on", ["What", "Value"], rests));
    }
    blocks.push(paragraph(&format!("How this is found: {}", of.computed)));
    let evidence: Vec<&str> = of.evidence.iter().map(|evidence| evidence.title.as_str()).collect();
    let evidence = if evidence.is_empty() { "none here".to_owned() } else { evidence.join(", ") };
    blocks.push(paragraph(&format!(
        "Evidence: {evidence}. Source: {}. Requirements: {}.",
        of.source,
        of.requirements.join(", ")
    )));
}
