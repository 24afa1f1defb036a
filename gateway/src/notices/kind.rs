//! What there is to be told of, and whom: one table. What concerns an adult is announced by no service: that something
//! waits is all there is of it (`UNANNOUNCED`); what leads to a case leads to the list of cases, since a case may be hidden from one of those who are told.

use proto::access::v1::Role;

/// One thing to be told of.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its code, which is the `type` of its webhook messages.
    pub code: &'static str,
    /// What a notice of it says.
    pub title: &'static str,
    /// Whom it is for.
    pub roles: &'static [Role],
    /// Whether somebody who chose nothing is told.
    pub by_default: bool,
    /// Whether it is sent at once, at every hour.
    pub urgent: bool,
    /// Whether a school's programs can be told.
    pub at_school: bool,
    /// Whether the authority's programs can be told: never of a concern, a case or how many there are.
    pub at_authority: bool,
}

/// The code of the confirmation of an address, which is nobody's choice.
pub const CONFIRM: &str = "address.confirm";
/// The type of a message that tells nothing.
pub const TEST: &str = "webhook.test";

const LEADS: &[Role] = &[Role::Dsl, Role::DeputyDsl];

const fn of_school(code: &'static str, title: &'static str, roles: &'static [Role]) -> Kind {
    Kind { code, title, roles, by_default: true, urgent: false, at_school: true, at_authority: false }
}

/// A concern came.
pub const CONCERN_RECORDED: &Kind = &of_school("concern.recorded", "A concern is waiting to be read", LEADS);
/// A concern came, and a child is not safe.
pub const CONCERN_UNSAFE: &Kind =
    &Kind { urgent: true, ..of_school("concern.unsafe", "A concern is waiting, and a child may not be safe", LEADS) };
/// A concern that nobody read was passed on.
pub const CONCERN_ESCALATED: &Kind = &Kind {
    urgent: true,
    ..of_school(
        "concern.escalated",
        "A concern was passed on to you because nobody had read it",
        &[Role::DeputyDsl, Role::Head],
    )
};
/// A concern was added to after it was read.
pub const CONCERN_ADDED: &Kind = &of_school("concern.added", "A concern was added to since it was read", LEADS);
/// An alert came that becomes no concern.
pub const ALERT_RAISED: &Kind = &of_school("alert.raised", "A web filter needs looking at", &[Role::It]);
/// An alert waits that becomes no concern, or that nobody has opened: it says nothing of whom it is about.
pub const ALERT_WAITING: &Kind = &Kind {
    urgent: true,
    at_school: false,
    ..of_school(
        "alert.waiting",
        "A filter alert is waiting to be opened",
        &[Role::Dsl, Role::DeputyDsl, Role::Head, Role::Chair],
    )
};
/// An alert waits at a school where nobody holds the office that may open it, or whoever does has not in time: about the head,
/// and there is no chair of governors, or the chair has not opened it. The authority hears that one waits, and of nobody whom it is about.
pub const ALERT_UNHELD: &Kind = &Kind {
    urgent: true,
    at_school: false,
    ..of_school(
        "alert.unheld",
        "A filter alert is waiting at a school, and nobody there opens it who may",
        &[Role::Lado, Role::AuthorityOfficer],
    )
};
/// Somebody asks that something raise no alert.
pub const EXCEPTION_REQUESTED: &Kind =
    &of_school("exception.requested", "An exception to the filter alerts is waiting for your decision", &[Role::Dsl]);
/// The lead decided on it.
pub const EXCEPTION_DECIDED: &Kind =
    &of_school("exception.decided", "An exception to the filter alerts was decided on", &[Role::It, Role::DeputyDsl]);
/// What the head says anew of their own user names at the filter waits for the chair.
pub const RECIPIENT_WAITS: &Kind = &Kind {
    at_school: false,
    ..of_school(
        "recipient.waits",
        "A change of whom filter alerts about staff go to is waiting for you",
        &[Role::Chair],
    )
};
/// A feed of the filter does not do what is expected of it.
pub const FEED_TROUBLED: &Kind = &of_school(
    "feed.troubled",
    "A feed of the web filter is silent, late or changed: look at it",
    &[Role::It, Role::Dsl, Role::DeputyDsl],
);
/// It does so again.
pub const FEED_RECOVERED: &Kind = &of_school(
    "feed.recovered",
    "A feed of the web filter does again what is expected of it",
    &[Role::It, Role::Dsl, Role::DeputyDsl],
);
/// Somebody asks for a change of the filter, for a site to be unblocked, or for whatever else a register has decided.
pub const REQUEST_MADE: &Kind = &of_school(
    "request.made",
    "A request in one of the school\u{2019}s registers waits for a decision",
    &[Role::It, Role::Dsl, Role::DeputyDsl],
);
/// What somebody asked for was decided about: told to them alone.
pub const REQUEST_DECIDED: &Kind = &of_school(
    "request.decided",
    "What you asked for in one of the school\u{2019}s registers was decided",
    &[Role::Staff, Role::Dsl, Role::DeputyDsl, Role::Head, Role::Governor, Role::Chair, Role::It],
);
/// A test of filtering or monitoring did not come out as it must.
pub const CHECK_FAILED: &Kind = &of_school(
    "check.failed",
    "A test of filtering or monitoring failed: look at it",
    &[Role::It, Role::Dsl, Role::DeputyDsl, Role::Head],
);
/// Another school marked the same contact.
pub const CONTACT_MATCHED: &Kind =
    &of_school("contact.matched", "Another school knows a contact that one of your cases marks", LEADS);
/// A case was opened.
pub const CASE_OPENED: &Kind = &Kind { by_default: false, ..of_school("case.opened", "A case was opened", LEADS) };
/// An agency answered.
pub const REFERRAL_DECIDED: &Kind =
    &Kind { by_default: false, ..of_school("referral.decided", "An agency\u{2019}s answer was recorded", LEADS) };
/// A desk asks about a referral. Of cases on adults nothing is announced.
pub const REFERRAL_ASKED: &Kind =
    &of_school("referral.asked", "A desk of the authority asks something about a referral of yours", LEADS);
/// A school sent a referral into the inbox of a desk, or took one further. Of cases on adults nothing is announced.
pub const DESK_REFERRAL: &Kind = &Kind {
    at_school: false,
    ..of_school(
        "desk.referral",
        "A referral from a school is waiting at your desk",
        &[Role::FrontDoor, Role::PreventLead, Role::Lado],
    )
};
/// A school asks the authority's safeguarding officer into a shared incident.
pub const DESK_INVITED: &Kind = &Kind {
    at_school: false,
    ..of_school("desk.invited", "A school asks you into a shared incident", &[Role::SafeguardingOfficer])
};
/// Two schools marked the same contact.
pub const DESK_CONTACT: &Kind = &Kind {
    at_school: false,
    ..of_school("desk.contact", "Two schools know the same contact", &[Role::SafeguardingOfficer])
};
/// So many contacts were marked at one school that somebody may be guessing: no school is told.
pub const DESK_GUESSING: &Kind = &Kind {
    at_school: false,
    ..of_school(
        "desk.guessing",
        "Unusually many contacts were marked at one school in a day: look at it",
        &[Role::SafeguardingOfficer],
    )
};
/// Somebody reported in person, as the law asks.
pub const MANDATORY_REPORT: &Kind =
    &of_school("concern.reported", "A colleague reported to an agency in person, as the law asks", LEADS);
/// Another school asks to share an incident.
pub const SCHOOL_INVITED: &Kind =
    &of_school("school.invited", "Another school asks to work on an incident with yours", LEADS);
/// A school that was asked accepted.
pub const INVITATION_ACCEPTED: &Kind =
    &of_school("invitation.accepted", "A school accepted your invitation to work on an incident", LEADS);
/// Somebody came into a shared incident or went, or another school leads it.
pub const SHARING_CHANGED: &Kind = &of_school("sharing.changed", "Who works on a shared incident has changed", LEADS);
/// A task, a decision, minutes, or who a learner is: written for the school in a shared incident.
pub const SHARING_WRITTEN: &Kind =
    &of_school("sharing.written", "Something was written for your school in a shared incident", LEADS);
/// A child left whose file is to be passed on.
pub const TRANSFER_DUE: &Kind =
    &of_school("transfer.due", "A child has left, and the file is to go to the next school", LEADS);
/// Another school sent a child's file.
pub const TRANSFER_SENT: &Kind = &of_school("transfer.sent", "Another school sent you a child\u{2019}s file", LEADS);
/// The next school has the file.
pub const TRANSFER_RECEIVED: &Kind =
    &of_school("transfer.received", "A school confirmed receipt of a file that you sent", LEADS);
/// A file came back.
pub const TRANSFER_RETURNED: &Kind = &of_school("transfer.returned", "A school sent a file back to you", LEADS);
/// A policy came into force.
pub const POLICY_PUBLISHED: &Kind = &Kind {
    by_default: false,
    at_authority: true,
    ..of_school(
        "policy.published",
        "A policy came into force, or its review was moved",
        &[Role::Dsl, Role::Head, Role::Governor, Role::Chair],
    )
};
/// The head signed a term's report, or amended one.
pub const REPORT_SIGNED: &Kind =
    &of_school("report.signed", "The head signed a report for the governors", &[Role::Governor, Role::Chair]);
/// A saved question is to be looked at again: who saved it wanted to be told so often, or wanted others to be.
pub const QUESTION_DUE: &Kind = &Kind {
    at_school: false,
    ..of_school(
        "question.due",
        "A table of figures is ready",
        &[Role::Dsl, Role::DeputyDsl, Role::Head, Role::Governor, Role::Chair, Role::AuthorityOfficer],
    )
};
/// A program could not be told for days.
pub const WEBHOOK_DISABLED: &Kind = &Kind {
    at_school: false,
    ..of_school(
        "webhook.disabled",
        "A program cannot be told any more: its webhook was switched off",
        &[Role::Head, Role::AuthorityOfficer],
    )
};

/// Lines of a sender name a school it may not speak for, or wait although they must not.
pub const SENDER_ALARMED: &Kind = &Kind {
    urgent: true,
    ..of_school(
        "sender.alarmed",
        "Filter lines wait or are refused, and somebody has to look after their sender",
        &[Role::It, Role::Operator, Role::AuthorityOfficer],
    )
};

/// Something waits that is announced to nobody. It says nothing of what it is or where, and is known to nobody but whom it is for.
pub const UNANNOUNCED: &Kind = &Kind {
    urgent: true,
    at_school: false,
    ..of_school(
        "something.waits",
        "Something waits for you",
        &[
            Role::Dsl,
            Role::DeputyDsl,
            Role::Head,
            Role::Chair,
            Role::Lado,
            Role::FrontDoor,
            Role::PreventLead,
            Role::SafeguardingOfficer,
        ],
    )
};

/// Every one of them.
pub const KINDS: [&Kind; 38] = [
    CONCERN_RECORDED,
    CONCERN_UNSAFE,
    CONCERN_ESCALATED,
    CONCERN_ADDED,
    ALERT_RAISED,
    ALERT_WAITING,
    ALERT_UNHELD,
    EXCEPTION_REQUESTED,
    EXCEPTION_DECIDED,
    RECIPIENT_WAITS,
    FEED_TROUBLED,
    FEED_RECOVERED,
    REQUEST_MADE,
    REQUEST_DECIDED,
    CHECK_FAILED,
    CONTACT_MATCHED,
    CASE_OPENED,
    REFERRAL_DECIDED,
    REFERRAL_ASKED,
    DESK_REFERRAL,
    DESK_INVITED,
    DESK_CONTACT,
    DESK_GUESSING,
    MANDATORY_REPORT,
    SCHOOL_INVITED,
    INVITATION_ACCEPTED,
    SHARING_CHANGED,
    SHARING_WRITTEN,
    TRANSFER_DUE,
    TRANSFER_SENT,
    TRANSFER_RECEIVED,
    TRANSFER_RETURNED,
    POLICY_PUBLISHED,
    REPORT_SIGNED,
    QUESTION_DUE,
    WEBHOOK_DISABLED,
    SENDER_ALARMED,
    UNANNOUNCED,
];

/// The one with a code.
pub fn find(code: &str) -> Option<&'static Kind> {
    KINDS.into_iter().find(|kind| kind.code == code)
}

/// Those that somebody in these roles can be told of.
pub fn of_roles(roles: &[Role]) -> impl Iterator<Item = &'static Kind> {
    KINDS.into_iter().filter(|kind| kind.roles.iter().any(|role| roles.contains(role)))
}

/// Those that programs of a school, or of the authority, can be told of.
pub fn of_place(authority: bool) -> impl Iterator<Item = &'static Kind> {
    KINDS.into_iter().filter(move |kind| if authority { kind.at_authority } else { kind.at_school })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_told_apart_and_the_authority_learns_of_no_concern() {
        let mut codes: Vec<&str> = KINDS.iter().map(|kind| kind.code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), KINDS.len());
        let authority: Vec<&str> = of_place(true).map(|kind| kind.code).collect();
        assert_eq!(authority, ["policy.published"]);
        for kind in KINDS.iter().filter(|kind| kind.code.starts_with("concern") || kind.code.starts_with("case")) {
            assert!(!kind.roles.iter().any(|role| matches!(role, Role::AuthorityOfficer | Role::Staff | Role::It)));
        }
    }
}
