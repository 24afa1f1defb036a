//! A domain refusal as its caller's trouble.

use chassis::error::{Error, Violations};

use crate::{case::Refusal, concern::AlreadyTriaged, shared_incident::AlreadyAnswered};

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Closed => Self::wrong_state("the case is closed"),
            Refusal::Missing => Self::missing(),
            Refusal::State(message) => Self::wrong_state(message),
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
                    "referral" => "make a referral or decide against it: that does this step",
                    "report" => "record the report: that does this step",
                    "deletion" => "record the deletion or decide against it: that does this step",
                    _ => "record the decision: that does this step",
                };
                Self::wrong_state(message)
            }
            Refusal::Gate { gate, missing } => {
                let message = match gate.as_str() {
                    "G-HOLD" => format!("talk with police or front door first and record it: {missing}"),
                    "G-CLOSE" => format!("the case cannot close yet: {missing} is open"),
                    _ => format!("{gate} is shut: {missing} comes first"),
                };
                Self::gate(&gate, &missing, message)
            }
        }
    }
}

impl From<AlreadyTriaged> for Error {
    fn from(_: AlreadyTriaged) -> Self {
        Self::wrong_state("the concern was decided on already")
    }
}

impl From<AlreadyAnswered> for Error {
    fn from(_: AlreadyAnswered) -> Self {
        Self::wrong_state("the invitation was answered already")
    }
}
