//! Who is in a shared incident. It names schools and desks, states and times, and nobody: whoever sees to it that sharing
//! goes as it must reads this and no more. What is written is sealed under the key of its epoch; whenever somebody goes,
//! an epoch begins whose key they are not given.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::SharedIncidentId;

/// How somebody stands to a shared incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The school that leads: it invites and removes.
    Lead,
    /// In it.
    Member,
    /// Went of their own will; may be invited again.
    Left,
    /// Was removed; is not invited again.
    Removed,
}

impl Standing {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Member => "member",
            Self::Left => "left",
            Self::Removed => "removed",
        }
    }
}

/// How somebody came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// Opened it.
    Opened,
    /// Was invited and accepted.
    Invitation,
    /// The authority's officer, under a duty that was written down.
    Duty,
}

impl Ground {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Invitation => "invitation",
            Self::Duty => "duty",
        }
    }
}

/// Somebody who is or was in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// As whom they hold keys: a school, or `desk/safeguarding`.
    pub holder: String,
    /// How they stand to it now.
    pub standing: Standing,
    /// How they came in, the last time.
    pub ground: Ground,
    /// When they came in, the last time.
    pub since: OffsetDateTime,
    /// When they went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<OffsetDateTime>,
}

/// Who is in a shared incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sharing {
    /// The shared incident.
    pub id: SharedIncidentId,
    /// Counts whenever somebody goes: what is written from then on is sealed under another key.
    pub epoch: u32,
    /// Everybody who is or was in it, in the order they first came.
    pub members: Vec<Member>,
    /// When it was opened.
    pub opened_at: OffsetDateTime,
    /// When it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<OffsetDateTime>,
    /// What is shown no more except to whoever wrote it, by its ids; none where it was not kept from the beginning. Whoever went
    /// is not given the key of what says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Vec<String>>,
    /// Cases through which a school had part in it and that belong to another one since, each with its school: whoever is kept out
    /// of one of them does not read what it was part of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier_cases: Vec<(String, String)>,
}

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Only the school that leads may.
    NotTheLead,
    /// Whoever it is about is not in it.
    NotIn,
    /// They are in it already.
    InAlready,
    /// They were removed: whoever was removed is not asked in again.
    RemovedBefore,
    /// They lead: the lead is passed on first.
    Leads,
    /// The authority's officer is there under a duty, or is no school.
    NotASchool,
    /// There is nobody else to lead it.
    Alone,
    /// Theirs is the last school in what several worked: nobody could read it any more.
    Last,
    /// It is closed: nothing is added any more.
    Closed,
    /// It is not closed.
    Open,
}

/// Whether a holder of keys is a desk of the authority.
pub fn is_desk(holder: &str) -> bool {
    holder.starts_with("desk/")
}

impl Sharing {
    /// Just opened by a school.
    pub fn open(id: SharedIncidentId, lead: &str, at: OffsetDateTime) -> Self {
        let lead = Member {
            holder: lead.to_owned(),
            standing: Standing::Lead,
            ground: Ground::Opened,
            since: at,
            until: None,
        };
        Self {
            id,
            epoch: 0,
            members: vec![lead],
            opened_at: at,
            closed_at: None,
            withdrawn: Some(Vec::new()),
            earlier_cases: Vec::new(),
        }
    }

    /// As earlier versions kept it: the school that opened it, and those that accepted.
    pub fn of_earlier(id: SharedIncidentId, members: &[String], at: OffsetDateTime) -> Self {
        let mut sharing = Self::open(id, members.first().map_or("", String::as_str), at);
        sharing.withdrawn = None;
        for holder in members.iter().skip(1) {
            // Members of earlier versions are each named once.
            let _ = sharing.admit(holder, Ground::Invitation, at);
        }
        sharing
    }

    /// The id under which the key of an epoch is held. The first one's is the incident's own.
    pub fn key_id(&self, epoch: u32) -> String {
        if epoch == 0 { self.id.to_string() } else { format!("{}/{epoch}", self.id) }
    }

    /// The id under which the key of one item is held that not everybody in it reads.
    pub fn private_key_id(&self, item: &str) -> String {
        format!("{}/p/{item}", self.id)
    }

    /// Whether something may still be added.
    ///
    /// # Errors
    /// `Closed` where not.
    pub fn open_still(&self) -> Result<(), Refused> {
        if self.closed_at.is_some() { Err(Refused::Closed) } else { Ok(()) }
    }

    /// The school that leads; empty where nobody is left.
    pub fn lead(&self) -> &str {
        self.members.iter().find(|m| m.standing == Standing::Lead).map_or("", |m| m.holder.as_str())
    }

    /// Everybody who is in it now, whoever leads first.
    pub fn inside(&self) -> impl Iterator<Item = &str> {
        let lead = self.members.iter().filter(|m| m.standing == Standing::Lead);
        let others = self.members.iter().filter(|m| m.standing == Standing::Member);
        lead.chain(others).map(|m| m.holder.as_str())
    }

    /// The schools that are in it now, whichever leads first.
    pub fn schools(&self) -> impl Iterator<Item = &str> {
        self.inside().filter(|holder| !is_desk(holder))
    }

    /// Whether somebody is in it now.
    pub fn holds(&self, holder: &str) -> bool {
        self.inside().any(|inside| inside == holder)
    }

    /// Whether somebody leads it.
    ///
    /// # Errors
    /// `NotTheLead` where not.
    pub fn led_by(&self, holder: &str) -> Result<(), Refused> {
        if self.lead() == holder { Ok(()) } else { Err(Refused::NotTheLead) }
    }

    /// The school that leads opens it again after it was closed.
    ///
    /// # Errors
    /// `NotTheLead`; `Open` where it is not closed.
    pub fn reopen(&mut self, by: &str) -> Result<(), Refused> {
        self.led_by(by)?;
        self.closed_at.take().map(drop).ok_or(Refused::Open)
    }

    fn member(&mut self, holder: &str) -> Option<&mut Member> {
        self.members.iter_mut().find(|m| m.holder == holder)
    }

    /// Whether somebody may be asked in.
    ///
    /// # Errors
    /// `InAlready`, or `RemovedBefore`.
    pub fn may_ask(&self, holder: &str) -> Result<(), Refused> {
        self.open_still()?;
        match self.members.iter().find(|m| m.holder == holder).map(|m| m.standing) {
            Some(Standing::Lead | Standing::Member) => Err(Refused::InAlready),
            Some(Standing::Removed) => Err(Refused::RemovedBefore),
            Some(Standing::Left) | None => Ok(()),
        }
    }

    /// Lets somebody in.
    ///
    /// # Errors
    /// `InAlready`, `RemovedBefore`, or `Closed`. An officer who has a duty is kept out neither by having been removed nor by its
    /// being closed: what was shared is still read.
    pub fn admit(&mut self, holder: &str, ground: Ground, at: OffsetDateTime) -> Result<(), Refused> {
        if self.holds(holder) {
            return Err(Refused::InAlready);
        }
        match self.may_ask(holder) {
            Err(Refused::RemovedBefore | Refused::Closed) if ground == Ground::Duty => {}
            asked => asked?,
        }
        let new = Member { holder: holder.to_owned(), standing: Standing::Member, ground, since: at, until: None };
        match self.member(holder) {
            Some(before) => *before = new,
            None => self.members.push(new),
        }
        Ok(())
    }

    /// Somebody goes of their own will. Whoever leads does, too, where nobody else ever came.
    ///
    /// # Errors
    /// `NotIn`; `Leads` where they would leave other schools with nobody who leads; `Last` where no school would be left to read
    /// what several worked, nor to let an officer with a duty in.
    pub fn leave(&mut self, holder: &str, at: OffsetDateTime) -> Result<(), Refused> {
        if self.lead() == holder {
            match (self.schools().count(), self.members.len()) {
                (1, 1) => {}
                (1, _) => return Err(Refused::Last),
                _ => return Err(Refused::Leads),
            }
        }
        self.go(holder, Standing::Left, at)
    }

    /// The cases through which a school had part in it and that belong to another one since.
    pub fn earlier_of(&self, school: &str) -> Vec<&str> {
        self.earlier_cases.iter().filter(|(of, _)| of == school).map(|(_, case)| case.as_str()).collect()
    }

    /// A case through which a school had part in it belongs to another one: only where the school is out of it, or it is closed and
    /// no other school is in it, so that nothing goes on in it without the case.
    ///
    /// # Errors
    /// `Open`, or `InAlready` while other schools are in it.
    pub fn let_case_go(&mut self, school: &str, case_id: &str) -> Result<(), Refused> {
        if self.holds(school) {
            if self.closed_at.is_none() {
                return Err(Refused::Open);
            }
            if self.schools().count() > 1 {
                return Err(Refused::InAlready);
            }
        }
        let case = (school.to_owned(), case_id.to_owned());
        if !self.earlier_cases.contains(&case) {
            self.earlier_cases.push(case);
        }
        Ok(())
    }

    /// The school that leads removes another.
    ///
    /// # Errors
    /// `NotTheLead`, `Leads`, `NotIn`; `NotASchool` of an officer who is there under a duty.
    pub fn remove(&mut self, by: &str, holder: &str, at: OffsetDateTime) -> Result<(), Refused> {
        self.led_by(by)?;
        if by == holder {
            return Err(Refused::Leads);
        }
        if self.holds(holder) && self.members.iter().any(|m| m.holder == holder && m.ground == Ground::Duty) {
            return Err(Refused::NotASchool);
        }
        self.go(holder, Standing::Removed, at)
    }

    /// The authority removes a school; where it led, the school that came in first leads from now on.
    ///
    /// # Errors
    /// `NotIn`; `NotASchool`; `Alone` where no other school is in it.
    pub fn stop(&mut self, holder: &str, at: OffsetDateTime) -> Result<(), Refused> {
        if is_desk(holder) {
            return Err(Refused::NotASchool);
        }
        if self.lead() == holder {
            let next = self.schools().nth(1).map(str::to_owned).ok_or(Refused::Alone)?;
            self.pass(holder, &next)?;
        }
        self.go(holder, Standing::Removed, at)
    }

    /// What a school kept of it is destroyed: it goes, and whoever is left leads.
    pub fn forget(&mut self, holder: &str, at: OffsetDateTime) {
        let next = self.schools().nth(1).map(str::to_owned).filter(|_| self.lead() == holder);
        if let Some(next) = next {
            // Both are in it: they were just found there.
            let _ = self.pass(holder, &next);
        }
        let _ = self.go(holder, Standing::Left, at);
    }

    /// Another school leads from now on.
    ///
    /// # Errors
    /// `NotTheLead`; `NotIn` or `NotASchool` where the other one cannot.
    pub fn pass(&mut self, from: &str, to: &str) -> Result<(), Refused> {
        self.led_by(from)?;
        if from == to {
            return Err(Refused::Leads);
        }
        if is_desk(to) {
            return Err(Refused::NotASchool);
        }
        if !self.holds(to) {
            return Err(Refused::NotIn);
        }
        for (holder, standing) in [(from, Standing::Member), (to, Standing::Lead)] {
            if let Some(member) = self.member(holder) {
                member.standing = standing;
            }
        }
        Ok(())
    }

    fn go(&mut self, holder: &str, standing: Standing, at: OffsetDateTime) -> Result<(), Refused> {
        let member = self.member(holder).filter(|m| matches!(m.standing, Standing::Lead | Standing::Member));
        let member = member.ok_or(Refused::NotIn)?;
        (member.standing, member.until) = (standing, Some(at));
        self.epoch += 1;
        Ok(())
    }
}
