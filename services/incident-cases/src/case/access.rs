//! Who may see a case. A role alone is not enough: the case's level, whom it names and whom it keeps out decide.

use chassis::names;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{By, Case, Refusal};
use crate::{gate, procedure::condition::Truth};

/// The procedures that are about an adult: such a case is seen by those it names, and nobody else knows of it.
pub const ADULT: [&str; 2] = [ALLEGATION, LOW_LEVEL];

/// The one of them by which allegations are worked.
pub const ALLEGATION: &str = "P9";

/// The one of them by which concerns below the threshold of harm are worked.
pub const LOW_LEVEL: &str = "P10";

/// The one on extremism, which may turn out to be about a colleague.
pub const EXTREMISM: &str = "P7";

/// The part of the adult that a case is about.
pub const SUBJECT_ADULT: &str = "subject_adult";

/// Why a case is closed to an adult, where a fact or a part said so and nobody wrote a reason.
const TURNED_OUT: &str = "It turned out to be about an adult who works with children";

/// Whether a fact says that a case is about an adult who works at the school (steps P4-11 and P7-03).
pub fn of_colleague(name: &str, value: &str) -> bool {
    matches!((name, value), ("subject", "staff" | "head") | ("iioc_variant", "c"))
}

/// How far a case is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// To the lead, deputies and the head.
    #[default]
    Open,
    /// To those it names; the lead, deputies and the head see that there is one.
    Restricted,
    /// To those it names; nobody else knows that there is one.
    Hidden,
}

impl Level {
    /// Every one, with its code.
    pub const ALL: [(&'static str, Self); 3] =
        [("open", Self::Open), ("restricted", Self::Restricted), ("hidden", Self::Hidden)];

    /// The level of a code.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == code).map(|(_, level)| level)
    }

    /// Its code.
    pub fn code(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, level)| *level == self).map_or("", |(code, _)| code)
    }
}

/// Who takes a case on an adult on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Office {
    /// The head, while they are not the subject.
    #[default]
    Head,
    /// The chair of governors, where the head is the subject or in conflict.
    Chair,
}

impl Office {
    /// The office of a code.
    pub fn of(code: &str) -> Option<Self> {
        match code {
            "head" => Some(Self::Head),
            "chair" => Some(Self::Chair),
            _ => None,
        }
    }

    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Chair => "chair",
        }
    }
}

/// The adult a case is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subject {
    /// An account of the platform.
    Account(String),
    /// Somebody without an account here, by name.
    Name(String),
}

/// One change of who may see a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The level from then on.
    pub level: Level,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
}

/// Who may see one case.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Access {
    /// How far it is known.
    pub level: Level,
    /// Accounts it names.
    pub members: Vec<String>,
    /// Accounts it keeps out, besides the subject.
    pub conflicted: Vec<String>,
    /// The adult it is about.
    pub subject: Option<Subject>,
    /// How they were written before somebody corrected it: whoever has such a name stays kept out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_written: Vec<String>,
    /// What they are called, where they have an account: accounts are the gateway’s, which says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called: Option<String>,
    /// That the adult it names is nobody of that name with an account here.
    #[serde(default)]
    pub another_person: bool,
    /// Who takes it on, where it is about an adult.
    pub office: Office,
    /// Whether a concern of it was said to be about the head, or that the head is in conflict: the head never takes it on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_the_heads: bool,
    /// Its changes, oldest first.
    pub changes: Vec<Change>,
}

/// What a change of access asks for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The level.
    pub level: Level,
    /// Why.
    pub reason: String,
    /// Whom it names.
    pub members: Vec<String>,
    /// Whom it keeps out.
    pub conflicted: Vec<String>,
    /// Who takes it on; as before where none.
    pub office: Option<Office>,
    /// The adult it turned out to be about; as before where none.
    pub subject: Option<Subject>,
    /// What they are called, where they have an account.
    pub called: Option<String>,
    /// That the adult named is nobody of that name with an account here.
    pub another_person: bool,
}

/// The adult a case is about, as somebody says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Who.
    pub subject: Subject,
    /// What they are called, where they have an account.
    pub called: Option<String>,
    /// Who takes the case on.
    pub office: Office,
    /// That whoever is named is nobody of that name with an account here.
    pub another_person: bool,
}

/// Who asks for a case.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reader<'a> {
    /// The account; empty for everything that is nobody, which sees nothing.
    pub account_id: &'a str,
    /// The name the account is shown by to colleagues; empty where it is not known.
    pub name: &'a str,
    /// Whether they are the lead or a deputy.
    pub lead: bool,
    /// Whether they are the lead.
    pub dsl: bool,
    /// Whether they are the head.
    pub head: bool,
    /// Whether they are the chair of governors.
    pub chair: bool,
}

/// What they ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// To read it.
    Read,
    /// To work it.
    Work,
    /// To oversee it: to close it, to be the second person, to say what it taught.
    Close,
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They may.
    Yes,
    /// They may read it, but not do this.
    Denied,
    /// They may know that there is one.
    RowOnly,
    /// For them there is none.
    No,
}

impl Access {
    /// Who may see a case on an adult from its first moment: whoever opens it, and whoever takes it on.
    pub fn adult(about: About, by: &str) -> Self {
        let About { subject, called, office, another_person } = about;
        let about_them = matches!(&subject, Subject::Account(id) if id == by);
        let members = if about_them { Vec::new() } else { vec![by.to_owned()] };
        let subject = Some(subject);
        Self { level: Level::Hidden, members, subject, called, another_person, office, ..Self::default() }
    }

    /// The name of the adult it is about, as far as it is known.
    pub fn subject_name(&self) -> Option<&str> {
        match &self.subject {
            Some(Subject::Name(name)) => Some(name),
            Some(Subject::Account(_)) => self.called.as_deref(),
            None => None,
        }
    }

    /// The names by which somebody is kept out whose account nobody selected, however they were written; none where it is said to
    /// be nobody's here.
    pub fn kept_out_names(&self) -> impl Iterator<Item = &str> {
        let written = match &self.subject {
            Some(Subject::Name(name)) if !self.another_person => Some(name.as_str()),
            Some(_) | None => None,
        };
        written.into_iter().chain(self.also_written.iter().map(String::as_str))
    }

    /// The account the case is about.
    pub fn subject_account(&self) -> Option<&str> {
        match &self.subject {
            Some(Subject::Account(id)) => Some(id),
            Some(Subject::Name(_)) | None => None,
        }
    }

    /// Everybody it keeps out whatever their role.
    pub fn kept_out(&self) -> impl Iterator<Item = &str> {
        self.conflicted.iter().map(String::as_str).chain(self.subject_account())
    }
}

impl Case {
    /// Whether it is about an adult who works with children: by its procedure, or because it turned out to be.
    pub fn adult(&self) -> bool {
        ADULT.contains(&self.procedure.id.as_str()) || self.access.subject.is_some()
    }

    /// Whether all of those may know of it who are told of what happens in the school's cases: one that is less known than others
    /// is announced to nobody.
    pub fn announced(&self) -> bool {
        !self.adult() && self.access.level == Level::Open && self.access.kept_out().next().is_none()
    }

    /// Whether what is known calls for a step that is done only once the adult it is about is kept out.
    pub fn asks_subject(&self) -> bool {
        let steps = self.procedure.steps.iter();
        steps.filter(|rule| rule.behind(gate::SUBJECT)).any(|rule| self.called_for(rule) == Truth::Yes)
    }

    /// Whether somebody may do something with the case.
    pub fn may(&self, reader: Reader<'_>, need: Need) -> Verdict {
        let id = reader.account_id;
        if id.is_empty() || self.access.kept_out().any(|out| out == id) {
            return Verdict::No;
        }
        // Whoever has the name of the adult it is about is that adult until somebody says that they are not.
        if self.access.kept_out_names().any(|name| names::same(name, reader.name)) {
            return Verdict::No;
        }
        let office = match self.access.office {
            Office::Head => reader.head,
            Office::Chair => reader.chair,
        };
        if self.access.members.iter().any(|member| member == id) || (self.adult() && office) {
            return Verdict::Yes;
        }
        if self.adult() || !(reader.lead || reader.head) {
            return Verdict::No;
        }
        match self.access.level {
            Level::Hidden => Verdict::No,
            Level::Restricted => Verdict::RowOnly,
            Level::Open if reader.lead || need != Need::Work || self.given_to(id) => Verdict::Yes,
            Level::Open => Verdict::Denied,
        }
    }

    /// Names somebody besides those it names, and says why.
    pub(crate) fn name(&mut self, by: By<'_>, account_id: &str, reason: &str) {
        self.access.members.push(account_id.to_owned());
        self.access.members.sort_unstable();
        let (reason, level) = (reason.to_owned(), self.access.level);
        self.access.changes.push(Change { level, reason, by: by.account_id.to_owned(), at: by.at });
    }

    /// Changes who may see the case. The subject stays out, and somebody is always left whom it names or, from the moment
    /// it is said to be about an adult, who takes it on. What roles those hold is not known here.
    pub fn set_access(&mut self, by: By<'_>, wanted: Wanted) -> Result<(), Refusal> {
        let named = wanted.subject.is_some() && self.access.subject.is_none();
        let let_in = |id: &&str| !named && wanted.members.iter().any(|member| member == id);
        if self.access.subject_account().filter(let_in).is_some() {
            let fix = "Take out the adult whom the case is about: nothing lets them in";
            return Err(Refusal::Field("member_account_ids", fix.into()));
        }
        // Said once more, who it is stays, and that it is somebody else than a colleague of the name can be put right.
        let said = wanted.subject.is_some();
        let another_person = if said { wanted.another_person } else { self.access.another_person };
        let subject = self.subject_from(wanted.subject)?;
        if (self.adult() || subject.is_some()) && wanted.level != Level::Hidden {
            return Err(Refusal::Field("level", "Select hidden: a case on an adult is seen by those it names".into()));
        }
        // Said to be about the head, it does not become the head's by another door.
        let said = self.fact("subject").unwrap_or_default();
        let office = wanted.office.unwrap_or(Office::Chair);
        heads_is_the_chairs(("subject", said), office)?;
        if self.access.not_the_heads && office == Office::Head {
            let fix =
                "Select chair: a concern of this case was said to be about the head, or that the head is in conflict";
            return Err(Refusal::Field("subject.routed_to", fix.into()));
        }
        let called = wanted.called.or_else(|| self.access.called.clone());
        let mut also_written = self.access.also_written.clone();
        if let Some(Subject::Name(before)) = &self.access.subject
            && self.access.subject != subject
            && !self.access.another_person
            && !also_written.contains(before)
        {
            also_written.push(before.clone());
        }
        let mut next =
            Access { subject, called, also_written, another_person, level: wanted.level, ..self.access.clone() };
        let mut conflicted = wanted.conflicted;
        conflicted.retain(|id| next.subject_account() != Some(id.as_str()));
        conflicted.sort_unstable();
        conflicted.dedup();
        next.conflicted = conflicted;
        let mut members = wanted.members;
        members.push(by.account_id.to_owned());
        members.sort_unstable();
        members.dedup();
        members.retain(|id| next.kept_out().all(|out| out != id));
        if members.is_empty() && wanted.level != Level::Open && !named {
            let fix = "Name somebody who is not in conflict: a case that nobody sees is worked by nobody. Where the school has \
                       nobody, tell the designated officer (LADO) first, by a referral in this case";
            return Err(Refusal::Field("member_account_ids", fix.into()));
        }
        let alone = members.iter().all(|id| id == by.account_id);
        if alone && wanted.level != Level::Open && !self.adult() && !named {
            let fix = "Name a second person who works cases: a case that one person alone opens is worked by nobody once they \
                       are away";
            return Err(Refusal::Field("member_account_ids", fix.into()));
        }
        let change = Change { level: wanted.level, reason: wanted.reason, by: by.account_id.to_owned(), at: by.at };
        self.access = Access { members, office: wanted.office.unwrap_or(next.office), ..next };
        self.access.changes.push(change);
        self.take_from_strangers(by);
        if named && self.closing.is_none() {
            self.settle(by);
        }
        Ok(())
    }

    /// The adult it is about from now on. Once said, that stays: whoever is kept out cannot be let in by a correction. How they are
    /// written may be corrected, so that what is recorded about one adult stands together.
    fn subject_from(&self, wanted: Option<Subject>) -> Result<Option<Subject>, Refusal> {
        match (&self.access.subject, wanted) {
            (known, None) => Ok(known.clone()),
            (Some(known), Some(wanted)) if *known == wanted => Ok(Some(wanted)),
            (Some(Subject::Name(known)), Some(Subject::Name(written))) if names::near(known, &written) => {
                Ok(Some(Subject::Name(written)))
            }
            (Some(_), Some(_)) => Err(Refusal::Field(
                "subject",
                "Leave it out, or write the same name otherwise: who the case is about was said before, and stays"
                    .into(),
            )),
            (None, Some(wanted)) => Ok(Some(wanted)),
        }
    }

    /// Closes the case to the adult whom it turned out to be about, in the act that says so: whoever it names stays, but
    /// for that adult.
    fn turns_out(&mut self, by: By<'_>, about: About) -> Result<(), Refusal> {
        self.set_access(
            by,
            Wanted {
                level: Level::Hidden,
                reason: TURNED_OUT.to_owned(),
                members: self.access.members.clone(),
                conflicted: self.access.conflicted.clone(),
                office: Some(about.office),
                subject: Some(about.subject),
                called: about.called,
                another_person: about.another_person,
            },
        )
    }

    /// What comes before a fact is recorded: where it says that the case is about a colleague, who that is, and that they are
    /// kept out from this very act.
    ///
    /// # Errors
    /// Where it is not said who it is, or the head would take on a case about the head.
    pub fn before_fact(
        &mut self,
        by: By<'_>,
        (name, value): (&str, &str),
        about: Option<About>,
    ) -> Result<(), Refusal> {
        self.working()?;
        match about {
            Some(_) if !of_colleague(name, value) => {
                let fix = "Leave it out: this fact does not say that the case is about an adult who works here";
                Err(Refusal::Field("subject", fix.into()))
            }
            Some(about) => {
                heads_is_the_chairs((name, value), about.office)?;
                self.turns_out(by, about)
            }
            None => self.knows_colleague(name, value),
        }
    }

    /// Whether it is known whom a fact speaks of, where it speaks of a colleague.
    pub(crate) fn knows_colleague(&self, name: &str, value: &str) -> Result<(), Refusal> {
        if !of_colleague(name, value) {
            return Ok(());
        }
        if self.access.subject.is_none() {
            let fix = "Say which adult it is about: they are kept out from the moment the fact is recorded";
            return Err(Refusal::Field("subject", fix.into()));
        }
        heads_is_the_chairs((name, value), self.access.office)
    }

    /// What comes before somebody is given a part: of the adult that a case is about it is said whether they work with
    /// children at the school, and if so they are kept out from this very act.
    ///
    /// # Errors
    /// Where neither is said, or both.
    pub fn before_part(
        &mut self,
        by: By<'_>,
        role: &str,
        (about, works_elsewhere): (Option<About>, bool),
    ) -> Result<(), Refusal> {
        self.working()?;
        if role != SUBJECT_ADULT {
            let said = about.is_some() || works_elsewhere;
            let fix = "Leave it out: this part is not the adult the case is about";
            return if said { Err(Refusal::Field("subject", fix.into())) } else { Ok(()) };
        }
        match (about, works_elsewhere) {
            // Called as a colleague is, and somebody else, from elsewhere.
            (Some(about), true) if about.another_person => Ok(()),
            (Some(_), true) => {
                let fix = "Say either who of those who work here it is, or that the adult does not work here";
                Err(Refusal::Field("subject", fix.into()))
            }
            (Some(about), false) => self.turns_out(by, about),
            (None, true) => Ok(()),
            (None, false) if self.access.subject.is_some() => Ok(()),
            (None, false) => {
                let fix =
                    "Say which adult it is, so that they are kept out, or that they do not work with children here";
                Err(Refusal::Field("subject", fix.into()))
            }
        }
    }
}

/// A case about the head is not the head's to take on.
fn heads_is_the_chairs(fact: (&str, &str), office: Office) -> Result<(), Refusal> {
    if fact == ("subject", "head") && office == Office::Head {
        let fix = "Select chair: the case is about the head";
        return Err(Refusal::Field("subject.routed_to", fix.into()));
    }
    Ok(())
}
