//! What goes between a school and others and is not done yet: on whom each waits, since when and by when.

use time::{Date, OffsetDateTime};

use chassis::calendar::{end_of_day, working_days_after};

use crate::{
    case::{Case, evidence::done_by},
    contact::ContactMatch,
    rules::REFERRAL_DECISION_READ,
    shared_incident::{
        Invitation, Whole,
        item::{Item, What, withdrawn},
        learner::own_parts,
        sharing::is_desk,
    },
    transfer::{Part, Transfer},
};

/// On whom something waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// On the school.
    Us,
    /// On somebody else.
    Others,
}

impl Side {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Others => "others",
        }
    }
}

/// What waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An invitation is to be answered.
    Invitation,
    /// A task of a shared incident is to be done.
    SharedTask,
    /// A school has not said whether its own part of a shared incident is closed, and another has.
    OwnPart,
    /// Every school has said so: the school that leads closes the incident.
    CloseSharedIncident,
    /// A strategy discussion was agreed on: the school that leads holds it, and its minutes are recorded.
    Discussion,
    /// A child is on another school's list, and nobody has decided whether that school is told something ahead of the move.
    PlanFile,
    /// A child has left, and their file was not sent; or the rest of one that was sent is left.
    SendFile,
    /// A file is on its way, and nobody has confirmed receipt.
    ReceiveFile,
    /// A referral is being written.
    SendReferral,
    /// A desk of the authority asks something about a referral.
    ReferralQuestion,
    /// A desk of the authority decided on a referral, and the school has not said whether it agrees.
    ReferralDecided,
    /// The designated officer is to be told of an adult.
    TellLado,
    /// An agency has not said what it does.
    AgencyAnswer,
    /// It has not, and the day for it has passed: the school rings it, or goes further.
    ChaseReferral,
    /// Another school knows a contact too, and nobody said what was done.
    ContactMatch,
}

impl Kind {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::SharedTask => "shared_task",
            Self::OwnPart => "own_part",
            Self::CloseSharedIncident => "close_shared_incident",
            Self::Discussion => "discussion",
            Self::PlanFile => "plan_file",
            Self::SendFile => "send_file",
            Self::ReceiveFile => "receive_file",
            Self::SendReferral => "send_referral",
            Self::ReferralQuestion => "referral_question",
            Self::ReferralDecided => "referral_decided",
            Self::TellLado => "tell_lado",
            Self::AgencyAnswer => "agency_answer",
            Self::ChaseReferral => "chase_referral",
            Self::ContactMatch => "contact_match",
        }
    }
}

/// One thing that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// On whom.
    pub side: Side,
    /// What.
    pub kind: Kind,
    /// The invitation, task, transfer, referral, step or match; empty where it is the record itself.
    pub item: String,
    /// The shared incident or case; empty where it belongs to none.
    pub record: String,
    /// The case's reference, or the invitation's; empty where it is neither.
    pub reference: String,
    /// The kind of incident, the task, the agency or route, a school outside the platform, or the officer who is asked in.
    pub title: String,
    /// The other school; empty where it is no school.
    pub school: String,
    /// By when.
    pub due: Option<OffsetDateTime>,
    /// Since when.
    pub since: Option<OffsetDateTime>,
}

impl Waiting {
    fn new(side: Side, kind: Kind, since: Option<OffsetDateTime>) -> Self {
        Self {
            side,
            kind,
            item: String::new(),
            record: String::new(),
            reference: String::new(),
            title: String::new(),
            school: String::new(),
            due: None,
            since,
        }
    }

    /// In which order it is listed: what the school has to do first, the earliest due first, what has no clock last. It is
    /// unlike any other's, so that a page can begin after it.
    pub fn place(&self) -> String {
        let at = |at: Option<OffsetDateTime>| at.map_or(i64::MAX, OffsetDateTime::unix_timestamp);
        let side = u8::from(self.side == Side::Others);
        let (due, since) = (at(self.due), at(self.since));
        format!("{side}|{due:020}|{since:020}|{}|{}|{}|{}", self.kind.code(), self.record, self.item, self.school)
    }
}

/// An invitation that nobody has answered.
pub fn of_invitation(asked: &Invitation, school: &str) -> Waiting {
    let (side, other) = if asked.to_school_id == school {
        (Side::Us, &asked.from_school_id)
    } else {
        (Side::Others, &asked.to_school_id)
    };
    let mut waiting = Waiting::new(side, Kind::Invitation, Some(asked.sent_at));
    waiting.item = asked.id.to_string();
    waiting.reference = asked.reference();
    if is_desk(other) {
        "The authority\u{2019}s safeguarding officer".clone_into(&mut waiting.title);
    } else {
        waiting.school.clone_from(other);
    }
    if side == Side::Others {
        waiting.record = asked.shared_incident_id.to_string();
    }
    waiting
}

/// What waits in a shared incident that is open: tasks, the next discussion, what each school has to say of its own part, the
/// closing, and the invitations of whoever leads.
pub fn of_shared(whole: &Whole, school: &str) -> Vec<Waiting> {
    if whole.sharing.closed_at.is_some() {
        return Vec::new();
    }
    let id = whole.sharing.id.to_string();
    let side = |owner: &str| if owner == school { Side::Us } else { Side::Others };
    let other = |owner: &str| if owner == school { String::new() } else { owner.to_owned() };
    let mut found: Vec<Waiting> = whole.waiting.iter().map(|asked| of_invitation(asked, school)).collect();
    for item in &whole.items {
        let What::Task { text, owner, due } = &item.what else { continue };
        let done = |one: &Item| matches!(&one.what, What::Done { task, .. } if *task == item.id);
        // What a school that went was to do is nobody's any more: whoever leads says so. What was withdrawn is nobody's.
        if !whole.items.iter().any(done) && withdrawn(&whole.items, item.id.as_str()).is_none() {
            let owner = if whole.sharing.holds(owner) { owner.as_str() } else { whole.sharing.lead() };
            let mut waiting = Waiting::new(side(owner), Kind::SharedTask, Some(item.stamp.at));
            waiting.item = item.id.to_string();
            waiting.record.clone_from(&id);
            waiting.title.clone_from(text);
            waiting.school = other(owner);
            waiting.due = due.map(end_of_day);
            found.push(waiting);
        }
    }
    if let Some((minutes, day)) = next_discussion(whole) {
        let owner = whole.sharing.lead();
        let mut waiting = Waiting::new(side(owner), Kind::Discussion, Some(minutes.stamp.at));
        waiting.item = minutes.id.to_string();
        waiting.record.clone_from(&id);
        waiting.title.clone_from(&whole.opening.title);
        waiting.school = other(owner);
        waiting.due = Some(end_of_day(day));
        found.push(waiting);
    }
    let parts = own_parts(whole);
    let begun = parts.iter().filter_map(|(_, said)| said.map(|item| item.stamp.at)).min();
    let unsaid: Vec<&str> = parts.iter().filter(|(_, said)| said.is_none()).map(|(school, _)| *school).collect();
    let mut say = |owner: &str, kind| {
        let mut waiting = Waiting::new(side(owner), kind, begun);
        waiting.record.clone_from(&id);
        waiting.title.clone_from(&whole.opening.title);
        waiting.school = other(owner);
        found.push(waiting);
    };
    if begun.is_some() {
        unsaid.iter().for_each(|owner| say(owner, Kind::OwnPart));
        if unsaid.is_empty() {
            say(whole.sharing.lead(), Kind::CloseSharedIncident);
        }
    }
    found
}

/// The minutes that say when the schools meet again, and that day: the last ones that stand. Minutes of that meeting end it.
fn next_discussion(whole: &Whole) -> Option<(&Item, Date)> {
    let standing = |item: &&Item| withdrawn(&whole.items, item.id.as_str()).is_none();
    let mut held = whole.items.iter().filter(standing).filter_map(|item| match &item.what {
        What::Minutes(minutes) => Some((item, minutes.next_on)),
        _ => None,
    });
    let (item, day) = held.next_back()?;
    Some((item, day?))
}

/// A child's file that is not where it belongs; none where nothing is to be done yet. `part` is what the school keeps of it.
pub fn of_transfer(transfer: &Transfer, part: Option<&Part>, school: &str) -> Option<Waiting> {
    let ours = transfer.from_school_id == school;
    let undecided = part.is_none_or(|part| part.advances.is_empty());
    let (side, kind, since) = match transfer.state() {
        "planned" if ours && transfer.rest => (Side::Us, Kind::SendFile, transfer.created_at),
        "planned" if ours && undecided && transfer.expected_at.is_some() => {
            (Side::Us, Kind::PlanFile, transfer.created_at)
        }
        "due" if ours => (Side::Us, Kind::SendFile, transfer.created_at),
        "sent" => {
            let side = if ours { Side::Others } else { Side::Us };
            (side, Kind::ReceiveFile, transfer.sent.as_ref().map_or(transfer.created_at, |sent| sent.who.at))
        }
        _ => return None,
    };
    let mut waiting = Waiting::new(side, kind, Some(since));
    waiting.item = transfer.id.to_string();
    let other = if ours { &transfer.to_school_id } else { &transfer.from_school_id };
    waiting.school.clone_from(other);
    if let Some(expected) = transfer.expected_at.as_ref().filter(|_| ours && transfer.sent.is_none()) {
        waiting.school.clone_from(expected);
    }
    if let Some(outside) = &transfer.outside {
        waiting.title.clone_from(&outside.name);
    }
    waiting.due = transfer.due.as_ref().map(|due| end_of_day(due.on));
    Some(waiting)
}

/// What waits of a case's referrals: those that are being written, what is asked about one, what a desk decided, and those that
/// an agency has not answered, for the school once the day for that has passed.
pub fn of_case(case: &Case, now: OffsetDateTime) -> Vec<Waiting> {
    if case.closing.is_some() {
        return Vec::new();
    }
    let new = |side, kind, id: &str, title: &str, (since, due)| {
        let mut waiting = Waiting::new(side, kind, Some(since));
        waiting.item = id.to_owned();
        waiting.record = case.id.to_string();
        waiting.reference.clone_from(&case.reference);
        title.clone_into(&mut waiting.title);
        waiting.due = Some(due);
        waiting
    };
    let drafts = case.open_drafts().map(|draft| {
        let clock = (draft.stamp.at, draft.send_by);
        new(Side::Us, Kind::SendReferral, draft.id.as_str(), &draft.route.title, clock)
    });
    let sent = case.referrals.iter().filter(|referral| referral.waits()).map(|referral| match referral.asked() {
        Some(asked) => {
            let clock = (asked.stamp.at, asked.stamp.at);
            new(Side::Us, Kind::ReferralQuestion, referral.id.as_str(), &referral.agency_name, clock)
        }
        None if referral.chase_at <= now => {
            let clock = (referral.chase_at, referral.chase_at);
            new(Side::Us, Kind::ChaseReferral, referral.id.as_str(), &referral.agency_name, clock)
        }
        None => {
            let clock = (referral.made_at, referral.chase_at);
            new(Side::Others, Kind::AgencyAnswer, referral.id.as_str(), &referral.agency_name, clock)
        }
    });
    let decided = case.referrals.iter().filter_map(|referral| {
        let since = referral.unread()?;
        let clock = (since, working_days_after(since, REFERRAL_DECISION_READ));
        Some(new(Side::Us, Kind::ReferralDecided, referral.id.as_str(), &referral.agency_name, clock))
    });
    drafts.chain(sent).chain(decided).collect()
}

/// What a case on an adult has still to tell the designated officer, by the step that asks for it.
pub fn of_adult(case: &Case) -> Vec<Waiting> {
    let steps = case.steps_with_rules().filter(|(rule, _)| done_by(rule) == Some("lado"));
    steps
        .filter_map(|(rule, step)| {
            let standing = case.standing(rule, step);
            let open = case.closing.is_none() && matches!(standing.state, "to_do" | "cannot_start_yet");
            let mut waiting = Waiting::new(Side::Us, Kind::TellLado, step.needed_at);
            waiting.item.clone_from(&rule.id);
            waiting.record = case.id.to_string();
            waiting.reference.clone_from(&case.reference);
            waiting.title.clone_from(&rule.title);
            waiting.due = standing.due;
            open.then_some(waiting)
        })
        .collect()
}

/// A contact that another school knows too, of which nobody said what was done.
pub fn of_match(found: &ContactMatch, case_id: &str, case: Option<&Case>) -> Waiting {
    let mut waiting = Waiting::new(Side::Us, Kind::ContactMatch, Some(found.found_at));
    waiting.item = found.id.to_string();
    waiting.record = case_id.to_owned();
    waiting.reference = case.map(|case| case.reference.clone()).unwrap_or_default();
    waiting.school.clone_from(&found.school.0);
    waiting
}
