//! Who outside the school's staff was told what about a learner, or was not told by decision: from the register of
//! disclosures, shared incidents, the handing over of the file, and the learner's own parents.

use std::collections::{HashMap, HashSet};

use time::OffsetDateTime;

use super::fate::Fate;
use crate::{
    case::{Case, InvolvementId, record::Stamp},
    custody::Disclosure,
    learner::LearnerId,
    shared_incident::{
        item::{Item, What},
        learner::{own, stopped},
        sharing::Sharing,
    },
    transfer::{Part, Transfer, TransferId},
};

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The register of disclosures.
    Register,
    /// Who the learner is, in a shared incident.
    SharedIncident,
    /// The child's file.
    File,
    /// The decision ahead of a move.
    Ahead,
    /// The learner's own parents.
    Parents,
}

impl Kind {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::SharedIncident => "shared_incident",
            Self::File => "file",
            Self::Ahead => "ahead",
            Self::Parents => "parents",
        }
    }
}

/// Something that was told, or was not by decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// What it was written down as: unlike any other's of the same learner.
    pub id: String,
    /// Where it stands.
    pub kind: Kind,
    /// What kind of recipient, as the register has it, or `parents`.
    pub recipient_kind: String,
    /// To whom, in words.
    pub recipient: String,
    /// The school that was told; empty where it is none.
    pub school: String,
    /// Whether it was told.
    pub shared: bool,
    /// What.
    pub what: String,
    /// On what basis.
    pub basis: String,
    /// Why, or why not.
    pub reason: String,
    /// Who and when.
    pub stamp: Stamp,
    /// How it stands, where it is told only once whoever it goes to takes it.
    pub fate: Option<Fate>,
    /// When and why it ended for the future.
    pub ended: Option<(OffsetDateTime, String)>,
    /// The case and its reference; empty where it belongs to none.
    pub case: (String, String),
    /// The shared incident or transfer, or the concern that is part of no case.
    pub record: String,
    /// Whether it was told in a shared incident that the school is in no more.
    pub gone: bool,
}

impl Told {
    fn new(kind: Kind, id: impl ToString, recipient_kind: &str, stamp: &Stamp) -> Self {
        Self {
            id: id.to_string(),
            kind,
            recipient_kind: recipient_kind.to_owned(),
            recipient: String::new(),
            school: String::new(),
            shared: true,
            what: String::new(),
            basis: String::new(),
            reason: String::new(),
            stamp: stamp.clone(),
            fate: None,
            ended: None,
            case: (String::new(), String::new()),
            record: String::new(),
            gone: false,
        }
    }

    fn in_case(mut self, case: &Case) -> Self {
        self.case = (case.id.to_string(), case.reference.clone());
        self
    }

    /// In which order it is listed, by when it was told or decided, the newest last: unlike any other's.
    pub fn place(&self) -> String {
        let taken = self.fate.as_ref().filter(|fate| fate.state == "told").and_then(|fate| fate.at);
        format!("{:030}|{}|{}", taken.unwrap_or(self.stamp.at).unix_timestamp_nanos(), self.id, self.case.0)
    }
}

/// What a case says: the learner's own parents, the register of disclosures, and who the learner is to the schools of the
/// incidents it belongs or belonged to. What was told there of other learners of the case is left out.
pub fn of_case(
    case: &Case,
    learner: &LearnerId,
    register: &[Disclosure],
    fates: &HashMap<String, Fate>,
    shared: &[(Sharing, Vec<Item>)],
) -> Vec<Told> {
    let parts: HashSet<&InvolvementId> =
        case.involvements.iter().filter(|part| part.learner.as_ref() == Some(learner)).map(|part| &part.id).collect();
    let parents = case.parents_decisions.iter().filter(|decision| parts.contains(&decision.involvement_id));
    let mut told: Vec<Told> = parents
        .map(|decision| {
            let stamp = Stamp { by: decision.by.clone(), at: decision.at };
            let mut told = Told::new(Kind::Parents, &decision.involvement_id, "parents", &stamp).in_case(case);
            told.shared = decision.told;
            let text = if decision.told { &mut told.what } else { &mut told.reason };
            text.clone_from(&decision.reason);
            told
        })
        .collect();
    // What a transfer or a shared incident told stands with that, and with the learner it was about.
    let elsewhere = |one: &Disclosure| {
        let anothers = !one.involvement.is_empty() && !parts.iter().any(|part| part.as_str() == one.involvement);
        let in_incident = shared.iter().flat_map(|(_, items)| items).any(|item| item.id.as_str() == one.item);
        anothers || in_incident || one.item.parse::<TransferId>().is_ok()
    };
    told.extend(register.iter().filter(|one| !elsewhere(one)).map(|one| {
        let fate = fates.get(&one.item).cloned();
        Told { fate, ..entered(one).in_case(case) }
    }));
    for (sharing, items) in shared {
        told.extend(items.iter().filter_map(|item| disclosed((sharing, items), item, case, &parts)));
    }
    told
}

/// What whoever found out reported in person, of a concern that is part of no case.
pub fn of_concern(register: &[Disclosure]) -> impl Iterator<Item = Told> {
    register.iter().map(|one| Told { record: one.record_id().to_owned(), ..entered(one) })
}

fn entered(one: &Disclosure) -> Told {
    let mut told = Told::new(Kind::Register, &one.id, &one.recipient_kind, &one.stamp);
    let school = one.recipient.parse::<chassis::id::SchoolId>().is_ok();
    let whom = if school { &mut told.school } else { &mut told.recipient };
    whom.clone_from(&one.recipient);
    told.shared = one.shared;
    told.what.clone_from(&one.what);
    told.basis.clone_from(&one.basis);
    told.reason.clone_from(&one.reason);
    told
}

/// That another school was told who the learner is; none where it was of somebody else, or was told to this school.
fn disclosed(
    (sharing, items): (&Sharing, &[Item]),
    item: &Item,
    case: &Case,
    parts: &HashSet<&InvolvementId>,
) -> Option<Told> {
    let What::Disclosed(said) = &item.what else { return None };
    let (case_id, part) = own(items, &said.learner)?;
    if case_id != case.id.as_str() || !parts.iter().any(|id| id.as_str() == part) {
        return None;
    }
    let mut told = Told::new(Kind::SharedIncident, &item.id, "other_school", &item.stamp).in_case(case);
    told.school.clone_from(&said.to);
    told.what.clone_from(&said.what);
    told.basis.clone_from(&said.basis);
    told.reason.clone_from(&said.purpose);
    told.record = sharing.id.to_string();
    told.gone = !sharing.holds(&case.school_id);
    told.ended = stopped(items, &item.id).map(|end| {
        let reason = if let What::Stopped { reason, .. } = &end.what { reason.clone() } else { String::new() };
        (end.stamp.at, reason)
    });
    Some(told)
}

/// What the handing over of the child's file says: the file itself, and what was decided ahead of the move.
pub fn of_transfer(transfer: &Transfer, part: Option<&Part>, school: &str) -> Vec<Told> {
    if transfer.from_school_id != school {
        return Vec::new();
    }
    let id = transfer.id.to_string();
    let ahead = part.into_iter().flat_map(|part| &part.advances).map(|advance| {
        let mut told = Told::new(Kind::Ahead, format!("{id} ahead"), "other_school", &advance.stamp);
        told.shared = advance.share;
        told.reason.clone_from(&advance.reason);
        told.record.clone_from(&id);
        told
    });
    let file = transfer.sent.as_ref().map(|sent| {
        let stamp = Stamp { by: sent.who.by.clone(), at: sent.who.at };
        let mut told = Told::new(Kind::File, &id, "other_school", &stamp);
        told.school.clone_from(&transfer.to_school_id);
        if let Some(outside) = &transfer.outside {
            told.recipient.clone_from(&outside.name);
        }
        told.basis = "safeguarding".to_owned();
        told.record.clone_from(&id);
        told.ended = transfer.ended.as_ref().map(|end| (end.who.at, end.reason.clone()));
        told.fate = Fate::of_transfer(transfer);
        told
    });
    ahead.chain(file).collect()
}
