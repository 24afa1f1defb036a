//! What becomes of a referral that was sent: that the agency has it, that the school goes further, how it ended.

use axum::extract::Path;
use chassis::error::{Error, Violations};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{
        AcknowledgeReferralRequest, AnswerReferralRequest, Case, CloseReferralRequest, EscalateReferralRequest,
        Referral, WithdrawReferralRequest,
    },
};

use super::{
    super::{act, to_work},
    package,
};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::{Link, Row},
        words::{self, Codes},
    },
};

/// Why a school goes further.
pub const CAUSES: Codes =
    &[("silence", "It has not answered"), ("disagreement", "We do not agree with what it decided")];

/// What can be done with a referral that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// The agency has it.
    Acknowledge,
    /// One rung further.
    Escalate,
    /// It ended.
    Close,
    /// What a desk asked is answered.
    Answer,
    /// It is taken out of a desk's inbox.
    Withdraw,
}

impl Act {
    /// Every one, with its address, its title and its button.
    pub const ALL: [(Self, &'static str, &'static str, &'static str); 5] = [
        (Self::Answer, "answer", "Answer what they ask", "Send the answer"),
        (Self::Withdraw, "withdraw", "Take it back", "Take it back"),
        (Self::Acknowledge, "acknowledge", "The agency has it", "Save"),
        (Self::Escalate, "escalate", "Take it further", "Record it"),
        (Self::Close, "close", "Close the referral", "Close the referral"),
    ];

    fn of(address: &str) -> Result<Self, Error> {
        Self::ALL.iter().find(|(_, known, ..)| *known == address).map(|(act, ..)| *act).ok_or_else(Error::missing)
    }

    /// What is asked.
    pub fn fields(self) -> Vec<Field> {
        match self {
            Self::Acknowledge => vec![
                Field::long_text("text", "Who has it, and what did they say?"),
                Field::name("reference", "Their reference (optional)").width("20"),
            ],
            Self::Escalate => vec![
                Field::radios("cause", "Why do you take it further?", CAUSES),
                Field::long_text("reason", "What did you put to whom?"),
            ],
            Self::Close => vec![Field::long_text("text", "What came of it for the child?")],
            Self::Answer => {
                vec![Field::long_text("text", "What is your answer?").hint("They read this: it is a disclosure.")]
            }
            Self::Withdraw => vec![
                Field::long_text("reason", "Why is it taken back?")
                    .hint("They read nothing of it any more, and not this either. It stays in the case."),
            ],
        }
    }
}

/// Whether a referral was sent as a signed file.
fn packed(referral: &Referral) -> bool {
    referral.form.as_ref().is_some_and(|form| !form.number.is_empty())
}

/// The ways on from a referral as it stands.
pub fn ways_on(referral: &Referral, here: &str) -> Vec<Link> {
    let at = |path: &str| format!("{here}/referrals/{}/{path}", referral.referral_id);
    let sent = referral.form.is_some();
    // What the desk came to after the referral was closed is closed anew.
    let told = referral.findings.last().and_then(|found| found.create_time.as_ref()).map(|at| (at.seconds, at.nanos));
    let ended = referral.end.as_ref().and_then(|end| end.create_time.as_ref()).map(|at| (at.seconds, at.nanos));
    let (open, decided) = (ended.is_none() || told > ended, !referral.outcome.is_empty());
    let asked = referral.messages.last().is_some_and(|said| said.from_desk);
    let withdrawn = referral.withdrawal.is_some();
    let untouched = referral.acknowledgement.is_none() && !referral.messages.iter().any(|said| said.from_desk);
    let inbox = !referral.desk.is_empty();
    let packed = packed(referral);
    let ways = [
        (inbox && !decided && asked, "Answer what they ask", "answer"),
        (!inbox && referral.acknowledgement.is_none() && !decided, "Record that the agency has it", "acknowledge"),
        (!inbox && !decided, "Record the answer", "outcome"),
        (!inbox && decided, "Put the answer right", "outcome"),
        (open && !referral.next_rung.is_empty(), "Take it further: no answer, or you disagree", "escalate"),
        (open && decided, "Close the referral", "close"),
        (inbox && !decided && untouched, "Take it back", "withdraw"),
        (packed && open, "Make the signed file again", "package"),
        (sent, "Download what was sent (PDF)", "paper/pdf"),
        (sent, "Download what was sent (Word)", "paper/docx"),
    ];
    // Of one that was taken back, only what was sent is left.
    let shown = ways.into_iter().filter(|(shown, _, path)| *shown && (!withdrawn || path.starts_with("paper")));
    shown.map(|(_, text, path)| Link::new(text, at(path))).collect()
}

fn page(visit: &Visit, case: &Case, act: Act, referral_id: &str) -> FormPage {
    let found = Act::ALL.iter().find(|(known, ..)| *known == act);
    let (address, title, button) = found.map_or(("", "", ""), |(_, address, title, button)| (address, title, button));
    let path = format!("referrals/{referral_id}/{address}");
    let mut page = act::page(visit, case, title, &path, button, act.fields());
    if let Some(referral) = case.referrals.iter().find(|one| one.referral_id == referral_id) {
        if act == Act::Acknowledge && packed(referral) {
            page.form.fields.push(package::number_field());
        }
        page.rows.push(Row::new("Agency", referral.agency_name.clone()));
        page.rows.extend(Row::some("Sent", words::stamp(referral.create_time.as_ref())));
        page.rows.extend(Row::some("Answer due", words::day(referral.chase_time.as_ref())));
        if act == Act::Escalate {
            page.rows.extend(Row::some("Next in the area’s ladder", Some(referral.next_rung.clone())));
        }
        if act == Act::Answer {
            let asked = referral.messages.last().filter(|said| said.from_desk);
            page.rows.extend(Row::some("They ask", asked.map(|said| said.text.clone())));
        }
    }
    page
}

/// Asks.
pub async fn show(
    visit: Visit,
    Path((_, case_id, referral_id, address)): Path<(String, String, String, String)>,
) -> Answer {
    visit.needs(Permission::CaseRefer)?;
    let act = Act::of(&address)?;
    let case = to_work(&visit, &case_id, Permission::CaseRefer).await?;
    if case.referrals.iter().all(|one| one.referral_id != referral_id) {
        return Err(Error::missing().into());
    }
    visit.page(&page(&visit, &case, act, &referral_id))
}

/// Does it.
pub async fn send(
    Path((_, case_id, referral_id, address)): Path<(String, String, String, String)>,
    posted: Posted,
) -> Answer {
    let Posted { visit, answers } = posted;
    let act = Act::of(&address)?;
    match done(&visit, act, (&case_id, &referral_id), &answers).await {
        Ok(()) => visit.to(&visit.at(&format!("/cases/{case_id}/referrals/{referral_id}?done=referral"))),
        Err(error) => {
            let again = |case: &Case| page(&visit, case, act, &referral_id);
            act::settle::<()>(&visit, &case_id, &answers, Err(error), "", again).await
        }
    }
}

async fn done(visit: &Visit, act: Act, ids: (&str, &str), answers: &Answers) -> Result<(), Error> {
    let (case_id, referral_id) = (ids.0.to_owned(), ids.1.to_owned());
    let (school_id, request_id) = (visit.school.clone(), answers.request_id());
    let text = answers.text("text");
    let mut v = Violations::new();
    match act {
        Act::Acknowledge => v.check(!text.is_empty(), "text", "Enter who has it, and what they said"),
        Act::Escalate => {
            v.check(!answers.text("cause").is_empty(), "cause", "Select why you take it further");
            v.check(!answers.text("reason").is_empty(), "reason", "Enter what you put to whom");
        }
        Act::Close => v.check(!text.is_empty(), "text", "Enter what came of it for the child"),
        Act::Answer => v.check(!text.is_empty(), "text", "Enter your answer"),
        Act::Withdraw => v.check(!answers.text("reason").is_empty(), "reason", "Enter why it is taken back"),
    }
    v.finish()?;
    let mut cases = visit.cases()?;
    match act {
        Act::Acknowledge => {
            let (reference, digest) = (answers.text("reference"), answers.text("digest"));
            let command =
                AcknowledgeReferralRequest { school_id, case_id, referral_id, reference, text, request_id, digest };
            heard(cases.acknowledge_referral(ask(command))).await?;
        }
        Act::Escalate => {
            let (cause, reason) = (answers.text("cause"), answers.text("reason"));
            let command = EscalateReferralRequest { school_id, case_id, referral_id, cause, reason, request_id };
            heard(cases.escalate_referral(ask(command))).await?;
        }
        Act::Close => {
            let command = CloseReferralRequest { school_id, case_id, referral_id, text, request_id };
            heard(cases.close_referral(ask(command))).await?;
        }
        Act::Answer => {
            let command = AnswerReferralRequest { school_id, case_id, referral_id, text, request_id };
            heard(cases.answer_referral(ask(command))).await?;
        }
        Act::Withdraw => {
            let reason = answers.text("reason");
            let command = WithdrawReferralRequest { school_id, case_id, referral_id, reason, request_id };
            heard(cases.withdraw_referral(ask(command))).await?;
        }
    }
    Ok(())
}
