//! A domain refusal as its caller's trouble.

use chassis::error::{Error, Violations};

use crate::{
    case::{Refusal, work::is_fact},
    concern::{
        AlreadyTriaged,
        adult::{NotInto, NotPassedOn},
    },
    retention::decide::Refused,
    shared_incident::{
        AlreadyAnswered,
        item::{NotDone, NotWithdrawn},
        learner::NotDisclosed,
        sharing,
    },
    transfer::{envelope, package::Changed},
};

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Closed => Self::wrong_state("the case is closed"),
            Refusal::Missing => Self::missing(),
            Refusal::State(message) => Self::wrong_state(message),
            Refusal::NotNow(message) => Self::wrong_state(message),
            Refusal::Field(field, message) => Self::invalid(field, message),
            Refusal::Fields(map, wrong) => {
                let mut violations = Violations::new();
                for (name, fix) in wrong {
                    violations.check(false, format!("{map}.{name}"), fix);
                }
                violations.finish().err().unwrap_or_else(Self::changed)
            }
            Refusal::Prohibited(id, message) => Self::prohibited(id, message),
            Refusal::Changed => Self::changed(),
            Refusal::Record(act) => {
                let message = match act {
                    "criteria" => "answer the five questions: that does this step",
                    "viewing" => "write the viewing log: that does this step",
                    "custody" => "record the device taken: that does this step",
                    "assessment" => "record the risk and needs assessment: that does this step",
                    "consultation" => "record the talk with the police: that does this step",
                    "parents" => "record for each child whether the parents were told: that does this step",
                    "support" => "record what each child was offered: that does this step",
                    "referral" => "make a referral to whom this step names, or decide against it: that does this step",
                    "bodies" => {
                        "record the report to a body that this step names, a talk with the police or a referral to one of \
                         those bodies: that does this step"
                    }
                    "lado" => "refer it to the designated officer (LADO), or record that referral: that does this step",
                    "report" => "record the report: that does this step",
                    "deletion" => "record the deletion or decide against it: that does this step",
                    _ => "record the decision: that does this step",
                };
                Self::wrong_state(message)
            }
            Refusal::Gate { gate, missing, title } => {
                let first = first(&missing, title.trim_end_matches('.'));
                let message = match gate.as_str() {
                    "G-HOLD" if missing == "consultation" => {
                        "talk with police or front door first and record it".into()
                    }
                    "G-HOLD" if missing == "criteria" => {
                        "answer the five questions first: they say whether the police or the front door come before the parents"
                            .into()
                    }
                    "G-HOLD" => format!("others hear of it after what comes first: {first}"),
                    "G-CLOSE" if missing == "immediate_danger" => {
                        "the case cannot close yet: answer whether a child is in immediate danger, or, where it is recorded \
                         that one is, record that fact anew once the danger has ended, and as the reason what ended it"
                            .into()
                    }
                    "G-CLOSE" if is_fact(&missing) => format!(
                        "the case cannot close yet: record the fact “{}”, which says whether a step is needed",
                        missing.replace('_', " ")
                    ),
                    "G-CLOSE" => format!("the case cannot close yet: {first}"),
                    _ => format!("this has to wait: first {first}"),
                };
                Self::gate(&gate, &missing, message)
            }
        }
    }
}

/// What opens a gate, as something to do. The code of it stays in the refusal's data.
fn first(missing: &str, title: &str) -> String {
    if !title.is_empty() {
        return format!("do step {missing}, “{title}”");
    }
    let act = match missing {
        "consultation" => "record the talk with police or front door",
        "police_advice" => "record a talk with the police",
        "police_hold" => "record that the police need it no longer",
        "parents_decision" => "record for each child whether the parents were told",
        "parents_safe" => "record whether it is safe to tell the parents",
        "referral" => "make a referral, since a criterion is met",
        "referral_outcome" => "record the answer to every referral",
        "referral_draft" => "send or withdraw every referral that is being written",
        "report_outcome" => "record what came of every report about material",
        "agreement" => "have the second person answer",
        "lado_advice" => "have the designated officer (LADO) answer the referral",
        "subject" => "say which adult the case is about",
        "custody" => "release or hand over every device that is held",
        "support" => "record what each child was offered",
        "involvement" => "name each child it is about, or record a decision on why nobody is named",
        "debrief" => "record the debrief",
        "assessment_review" => "review the risk and needs assessment, since its day has come",
        "viewing_needed" => "record that an image has to be viewed",
        "agencies_needed" => "record that no other agency is needed",
        "deletion_safe" => "record that deletion is safe",
        "immediate_danger" => "record whether a child is in immediate danger",
        "offence" => {
            "record that there is no offence, or hand the device to the police and record that they returned it: their \
             advice alone does not release it"
        }
        "case" => "open a case and put the device into it, since the facts of a case say what may be done with it",
        other => return other.replace('_', " "),
    };
    act.to_owned()
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Open => Self::wrong_state("the record is open: end it first"),
            Refused::Held(kind) => {
                Self::wrong_state(format!("a hold stands ({}): ask for it to be lifted", kind.code()))
            }
            Refused::Unread => Self::wrong_state("something was added that nobody has read: read it first"),
            Refused::TooLate(day) => Self::invalid("review_date", format!("Enter {day} or an earlier day")),
            Refused::Shared => Self::wrong_state("a school has not answered its invitation into this incident"),
            Refused::Early(day) => {
                Self::wrong_state(format!("its review is due on {day}: nothing is destroyed before"))
            }
            Refused::Undated => {
                Self::wrong_state("nothing says when its review is due: say what it is reckoned from, or set a day")
            }
            Refused::Present => Self::wrong_state(
                "it is kept until the adult leaves, who holds a role at the school still: have their appointment ended first",
            ),
            Refused::Review(day) => Self::invalid("review_date", format!("Enter {day} or a later day")),
            Refused::Missing => Self::missing(),
            Refused::Unanswered => Self::wrong_state("answer the subject access request: the hold ends with it"),
            Refused::Unreceived => Self::wrong_state(
                "the next school has not received the file: the hold ends with its receipt, or when you withdraw it",
            ),
            Refused::AtLado => Self::wrong_state(
                "the designated officer (LADO) works the allegation or has not answered: the hold ends when they close it",
            ),
            Refused::Asked => Self::wrong_state("this is asked already"),
            Refused::Lapsed => {
                Self::wrong_state("this was answered, is too old, or the record changed since: ask again")
            }
            Refused::SamePerson => Self::wrong_state("somebody else than whoever asked must answer"),
            Refused::Second(fix) => Self::invalid("second_account_id", fix),
            Refused::Basis(field, fix) => Self::invalid(field, fix),
        }
    }
}

impl From<Changed> for Error {
    fn from(changed: Changed) -> Self {
        match changed {
            Changed::Altered => Self::wrong_state(
                "the file is not as it was sent, and nothing of it was taken: ring the school that sent it",
            ),
            Changed::ForAnother => Self::wrong_state("the file is for somebody else, and nothing of it was taken"),
        }
    }
}

impl From<envelope::Refused> for Error {
    fn from(refused: envelope::Refused) -> Self {
        use envelope::Refused::{Altered, NoPackage, Passphrase, Place, Rounds, Version};
        let (field, fix) = match refused {
            NoPackage => ("content", "Select the package as it came: this file is none".to_owned()),
            Version => {
                ("content", "Ask for the package in version 1 of the format: this one is in another".to_owned())
            }
            Rounds => (
                "content",
                "Ask for a package whose passphrase is hashed 600,000 to 4,000,000 times: this one keeps nobody out, or is \
                 made to keep a computer busy"
                    .to_owned(),
            ),
            Passphrase => (
                "passphrase",
                "Ring the school that sent the package, and enter the passphrase again: it does not open this file. Where \
                 it is right, the file was changed on its way: ask for it again"
                    .to_owned(),
            ),
            Altered => (
                "content",
                "Ring the school that sent the package, and ask for it again: it is not as it was sent, and nothing of it \
                 was taken"
                    .to_owned(),
            ),
            Place(place) => {
                ("content", format!("Ask for the package again: it does not keep to its format ({place}), and nothing of it was taken"))
            }
        };
        Self::invalid(field, fix)
    }
}

impl From<AlreadyTriaged> for Error {
    fn from(_: AlreadyTriaged) -> Self {
        Self::wrong_state(
            "the concern was decided on already: where nothing further was to be done, say why it is decided again",
        )
    }
}

impl From<NotPassedOn> for Error {
    fn from(refused: NotPassedOn) -> Self {
        match refused {
            NotPassedOn::Triaged => AlreadyTriaged.into(),
            NotPassedOn::Subject => Self::prohibited(
                "G-SUBJECT",
                "it was said to be about the head, or that the head is in conflict: pass it on to the designated officer (authority), \
                 or to the lead where it is about no adult",
            ),
            NotPassedOn::NotOnAnAdult => {
                Self::invalid("to", "Select head or chair: the designated officer is told of concerns about adults")
            }
            NotPassedOn::TheirsAlready => Self::invalid("to", "Select somebody else: it is theirs already"),
        }
    }
}

impl From<NotInto> for Error {
    fn from(refused: NotInto) -> Self {
        match refused {
            NotInto::NotOnAnAdult => Self::wrong_state(
                "the concern is about an adult and the case is not: open a case on an adult, or pass the concern on to the lead first",
            ),
            NotInto::Heads => Self::prohibited(
                "G-SUBJECT",
                "it was said to be about the head, or that the head is in conflict, and the head takes on this case: open one \
                 that the chair takes on",
            ),
        }
    }
}

impl From<AlreadyAnswered> for Error {
    fn from(_: AlreadyAnswered) -> Self {
        Self::wrong_state("the invitation was answered already")
    }
}

impl From<sharing::Refused> for Error {
    fn from(refused: sharing::Refused) -> Self {
        use sharing::Refused::{
            Alone, Closed, InAlready, Last, Leads, NotASchool, NotIn, NotTheLead, Open, RemovedBefore,
        };
        Self::wrong_state(match refused {
            NotTheLead => "only the school that leads the incident does this",
            NotIn => "they are not in the incident",
            InAlready => "they are in the incident already",
            RemovedBefore => "this school was removed from the incident: it is not invited again",
            Leads => "this school leads the incident: pass the lead on first",
            NotASchool => {
                "this is for schools: the authority\u{2019}s officer is there under a duty of their own, and goes of their own will"
            }
            Closed => "the shared incident is closed",
            Open => "the shared incident is not closed",
            Alone => {
                "no other school is in the incident to lead it: the school that leads closes it, and its case is free then"
            }
            Last => {
                "yours is the last school in the incident: close it instead. It stays readable for you, and for the authority\u{2019}s officer under a duty, and your case may belong to another one then"
            }
        })
    }
}

impl From<NotDone> for Error {
    fn from(refused: NotDone) -> Self {
        match refused {
            NotDone::Missing => Self::missing(),
            NotDone::Already => Self::wrong_state("this task was done before"),
            NotDone::NotTheirs => {
                Self::wrong_state("another school has this task: it or the leading school says that it is done")
            }
        }
    }
}

impl From<NotWithdrawn> for Error {
    fn from(refused: NotWithdrawn) -> Self {
        match refused {
            NotWithdrawn::Missing => Self::missing(),
            NotWithdrawn::Already => Self::wrong_state("this was withdrawn before"),
            NotWithdrawn::NotTheirLearner => {
                Self::wrong_state("the learner is another school\u{2019}s: only that school takes them out")
            }
            NotWithdrawn::StillTold => {
                Self::wrong_state("another school is still shown who this learner is: end that first")
            }
            NotWithdrawn::NotTheirs => Self::wrong_state(
                "another school wrote this, and it names no child of yours: it or the leading school withdraws it",
            ),
        }
    }
}

impl From<NotDisclosed> for Error {
    fn from(refused: NotDisclosed) -> Self {
        match refused {
            NotDisclosed::Missing => Self::missing(),
            NotDisclosed::NotYours => {
                Self::wrong_state("the learner is another school\u{2019}s: only that school says who it is")
            }
            NotDisclosed::NotIn => Self::invalid("to_school_id", "Select another school that is in this incident"),
            NotDisclosed::Already => Self::wrong_state("this school was told already"),
            NotDisclosed::Stopped => Self::wrong_state("this was stopped before"),
            NotDisclosed::TakenOut => Self::wrong_state("this learner was taken out of the incident"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shut_gate_says_what_to_do_in_words_and_keeps_the_code_as_data() {
        let refused = |gate: &str, missing: &str, title: &str| {
            let title = title.to_owned();
            let error = Error::from(Refusal::Gate { gate: gate.into(), missing: missing.into(), title });
            assert_eq!(error.metadata("missing_step"), Some(missing));
            error.message().to_owned()
        };
        let said = refused("G-HOLD", "P1-03", "Talk to the police first.");
        assert_eq!(said, "others hear of it after what comes first: do step P1-03, “Talk to the police first”");
        assert_eq!(refused("G-HOLD", "consultation", ""), "talk with police or front door first and record it");
        let said = refused("G-CLOSE", "parents_decision", "");
        assert_eq!(said, "the case cannot close yet: record for each child whether the parents were told");
        let said = refused("G-CLOSE", "harm_threshold", "");
        assert!(said.starts_with("the case cannot close yet: record the fact “harm threshold”"), "{said}");
        let said = refused("G-PARENT", "lado_advice", "");
        assert_eq!(said, "this has to wait: first have the designated officer (LADO) answer the referral");
        let said = refused("G-DELETE", "agencies_needed", "");
        assert_eq!(said, "this has to wait: first record that no other agency is needed");
    }
}
