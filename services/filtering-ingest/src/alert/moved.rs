//! An alert that came to a school which its lines were never of: withdrawn there, and raised where it belongs.

use time::OffsetDateTime;

use super::{Alert, AlertId, Readers};

impl Alert {
    /// Withdraws it: from now on it is nobody's to read, and waits for nobody.
    pub fn withdraw(&mut self, at: OffsetDateTime) {
        self.readers = Readers(0);
        self.withdrawn_at = Some(at);
    }

    /// The same as a new one of a feed of the school that it belongs to, before it is said whose it is there. What was made of
    /// it elsewhere is nothing of theirs, and nothing of theirs names that school.
    #[must_use]
    pub fn moved(&self, id: AlertId, (school_id, feed_id): (&str, &str), at: OffsetDateTime) -> Self {
        Self {
            id,
            school_id: school_id.to_owned(),
            feed_id: feed_id.to_owned(),
            because: format!("{}; late: its routing key stood for another school", self.because),
            raised_at: at,
            answer: None,
            earlier: Vec::new(),
            clauses: Vec::new(),
            digest: String::new(),
            actor: String::new(),
            subject: String::new(),
            due_at: None,
            acknowledged: None,
            passed_on: Vec::new(),
            withdrawn_at: None,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;
    use crate::alert::tests::alert;

    #[test]
    fn what_is_withdrawn_is_nobodys_and_waits_for_nobody() {
        let mut wrong = alert("dsl", "staff", Readers::LEAD.and(Readers::HEAD));
        let at = wrong.raised_at + Duration::HOUR;
        wrong.acknowledge("acc", at);
        let right = wrong.moved(wrong.id.clone(), ("sch_b", "fee_b"), at);
        wrong.withdraw(at);
        assert!(!wrong.may_read(Readers(31), "acc") && wrong.next_pass().is_none());
        assert_eq!((right.school_id.as_str(), right.acknowledged.is_none(), right.raised_at), ("sch_b", true, at));
        assert!(right.withdrawn_at.is_none() && right.because.contains("stood for another school"));
    }
}
