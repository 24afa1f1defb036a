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
    /// it elsewhere is nothing of theirs, and nothing of theirs names that school, or tells of its policy.
    #[must_use]
    pub fn moved(&self, id: AlertId, (school_id, feed_id): (&str, &str), at: OffsetDateTime) -> Self {
        let why = self.because.strip_prefix("rule ").and_then(|rule| rule.split_once(": "));
        let why = why.map_or(self.because.as_str(), |(_, why)| why);
        Self {
            id,
            school_id: school_id.to_owned(),
            feed_id: feed_id.to_owned(),
            because: format!("{why}; late: its routing key stood for another school"),
            policy_version: 0,
            raised_at: at,
            again_at: None,
            worse_at: None,
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
        wrong.because =
            "rule r-7 of version 3 of the school's policy: words that were typed (line 4 of its delivery)".into();
        wrong.acknowledge("acc", at);
        let right = wrong.moved(wrong.id.clone(), ("sch_b", "fee_b"), at);
        wrong.withdraw(at);
        assert!(!wrong.may_read(Readers(31), "acc") && wrong.next_pass().is_none());
        assert_eq!((right.school_id.as_str(), right.acknowledged.is_none(), right.raised_at), ("sch_b", true, at));
        assert!(right.withdrawn_at.is_none() && right.policy_version == 0);
        let because = "words that were typed (line 4 of its delivery); late: its routing key stood for another school";
        assert_eq!(right.because, because, "by whose policy it was judged is theirs");
    }
}
