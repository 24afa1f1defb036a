//! Whose an alert is, by what somebody is at the school and by whom it is about.

use serde::{Deserialize, Serialize};

use super::Alert;

/// Whose an alert is: bits, so that a list is asked for by them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Readers(pub i32);

impl Readers {
    /// The lead and deputies.
    pub const LEADS: Self = Self(1);
    /// The lead alone.
    pub const LEAD: Self = Self(2);
    /// The head.
    pub const HEAD: Self = Self(4);
    /// The chair of governors.
    pub const CHAIR: Self = Self(8);
    /// Whoever runs the network.
    pub const IT: Self = Self(16);
    /// A head of whom nobody said which user names are theirs: they oversee what is not about staff. A reader alone; no
    /// alert is for them by it.
    pub const OVERSIGHT: Self = Self(32);

    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether somebody is among them.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether an alert that is for these is for a reader.
    pub const fn lets(self, reader: Self) -> bool {
        // What is not about staff is the head's and the leads'.
        let oversees = reader.meets(Self::OVERSIGHT) && self.meets(Self::HEAD) && self.meets(Self::LEADS);
        self.meets(reader) || oversees
    }

    /// A reader, of alerts about staff as far as somebody said which user names are their own: as the lead, as the head. Of
    /// whoever took an office over since, an alert might be about them.
    #[must_use]
    pub const fn known(self, lead: bool, head: bool) -> Self {
        let mut reader = self.0;
        if !lead {
            reader &= !Self::LEAD.0;
        }
        if !head && self.meets(Self::HEAD) {
            reader = (reader & !Self::HEAD.0) | Self::OVERSIGHT.0;
        }
        Self(reader)
    }

    /// Every set that lets somebody read: what a column is compared with.
    pub fn sets(self) -> Vec<i32> {
        (1..32).filter(|set| Self(*set).lets(self)).collect()
    }

    /// Those of them of alerts that become no concern but go from office to office, since they are about staff: theirs to
    /// answer. Whoever runs the network answers none about staff.
    pub fn sets_about_staff(self) -> Vec<i32> {
        let others = Self(self.0 & !Self::IT.0);
        others.sets().into_iter().filter(|set| !Self(*set).meets(Self::LEADS)).collect()
    }
}

impl Default for Readers {
    /// Alerts from before there were others: the lead's and deputies', and the head sees them.
    fn default() -> Self {
        Self::LEADS.and(Self::HEAD)
    }
}

/// Somebody whom alerts about staff could go to, by what they are here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Here {
    /// Whether anybody said which user names are the lead's own.
    pub lead_known: bool,
    /// Likewise the head's.
    pub head_known: bool,
    /// Whether the alert is about the lead.
    pub about_lead: bool,
    /// Whether it is about the head.
    pub about_head: bool,
    /// Whether it is about whoever runs the network.
    pub about_it: bool,
}

impl Alert {
    /// Says whose it is at its school, and about which account it is. What is about whoever runs the network is not the network's.
    pub fn addressed(&mut self, (here, subject): (Here, String)) {
        self.readers = readers(&self.route, &self.tier, here);
        self.subject = subject;
        if here.about_it && self.route == "it" {
            "dsl".clone_into(&mut self.route);
        }
    }
}

/// Whose an alert is when it is raised. One about a member of staff goes to the lead, of the lead to the head, of the head
/// to the chair; and to nobody of whom it is not known which user names are their own, since it might be about them. What is
/// the network's of a member of staff is another person's, too, who judges it, since whoever runs the network might be whom it is about;
/// where it is known to be, it is as any about staff and no more the network's.
pub fn readers(route: &str, tier: &str, here: Here) -> Readers {
    match (route, tier) {
        ("it", "staff") if !here.about_it => Readers::IT.and(of_staff(here)),
        (_, "staff") => of_staff(here),
        ("it", _) => Readers::IT,
        _ => Readers::default(),
    }
}

/// Whose one about a member of staff is.
fn of_staff(here: Here) -> Readers {
    if here.about_head || !(here.head_known || (here.lead_known && !here.about_lead)) {
        Readers::CHAIR
    } else if here.about_lead || !here.lead_known {
        Readers::HEAD
    } else if here.head_known {
        Readers::LEAD.and(Readers::HEAD)
    } else {
        Readers::LEAD
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::tests::alert;

    #[test]
    fn what_is_about_whoever_runs_the_network_is_somebodys_to_answer_who_does_not() {
        let mut malware = alert("it", "staff", Readers(0));
        malware.addressed((Here { about_it: true, head_known: true, ..Here::default() }, "acc_it".to_owned()));
        assert!(malware.is_theirs(Readers::HEAD) && !malware.may_read(Readers::IT, "acc_it"));
        assert_eq!((malware.route.as_str(), malware.subject.as_str()), ("dsl", "acc_it"));
    }
}
