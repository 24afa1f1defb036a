//! Steps that a record of the case does: nobody writes the same thing twice, and nobody ticks what was not recorded.

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{By, Case, Step, StepEnd, work::POLICE};
use crate::{
    gate,
    procedure::{StepRule, condition::Truth},
};

/// The rule whose clock stands on the steps that tell the LADO.
const LADO_CLOCK: &str = "lado_contact";

/// What is missing once the designated officer was told and has not answered.
pub(super) const LADO_ADVICE: &str = "lado_advice";

/// The step that tells the Internet Watch Foundation, the police or the designated officer of indecent images.
const IMAGES_STEP: &str = "P4-04";

/// The one that tells the foundation, the police or CEOP of what came through the filter and may be illegal.
const BREACH_STEP: &str = "P8-04";

/// The step that asks the police or the local hate crime service for advice, and that service in the area's register:
/// it gives advice and takes no referrals.
const HATE_STEP: &str = "P6-03";
/// See above.
const HATE_ADVICE: &str = "hate_advice";

/// The police and CEOP, among those that reports about material go to.
const POLICE_BODY: &str = "police";
/// See above.
const CEOP: &str = "ceop";

/// The Internet Watch Foundation, among those that reports about material go to.
const IWF: &str = "iwf";

/// The act whose record does a step; none where the step is completed by itself. Read off what the step records.
pub fn done_by(rule: &StepRule) -> Option<&'static str> {
    let has = |field: &str| rule.records.iter().any(|record| record == field);
    [
        (rule.opens(gate::HOLD), "consultation"),
        // Its clock is the one in which the designated officer is told.
        (rule.clock_source == LADO_CLOCK, "lado"),
        // Told to one of several bodies, each by a record of its own.
        (matches!(rule.id.as_str(), IMAGES_STEP | BREACH_STEP), "bodies"),
        (has("child") && has("told"), "parents"),
        (has("criteria_answers"), "criteria"),
        (has("viewed_by"), "viewing"),
        (has("custody_entry"), "custody"),
        (has("assessment_version"), "assessment"),
        (has("uptake"), "support"),
        (has("decision") && has("agency"), "referral"),
        (has("report_reference") && !has("childs_view"), "report"),
        (has("deleted_by") || has("confirmations"), "deletion"),
        (has("decision") && rule.condition.contains("conduct_established"), "sanction"),
    ]
    .into_iter()
    .find_map(|(does, act)| does.then_some(act))
}

/// Whether an agency of the area is the designated officer, by its key.
pub(crate) fn of_lado(agency: &str) -> bool {
    agency == "lado" || agency.starts_with("lado_")
}

/// Whether a step that tells one of several bodies names this one, by its key.
fn names_body(rule: &StepRule, body: &str) -> bool {
    let named = if rule.id == IMAGES_STEP { of_lado(body) } else { body == CEOP };
    named || body == IWF || body == POLICE_BODY || POLICE.contains(&body)
}

/// Whether a step that says which body was told, or asked, may say this one: every agency, where it names none.
pub(super) fn may_be_told(rule: &StepRule, body: &str) -> bool {
    match done_by(rule) {
        Some("lado") => of_lado(body),
        Some("bodies") => names_body(rule, body),
        _ if rule.id == HATE_STEP => body == HATE_ADVICE || POLICE.contains(&body),
        _ => true,
    }
}

/// The body that such a step names and that no area has to have among the agencies that take referrals.
pub(super) fn takes_no_referrals(rule: &StepRule) -> Option<&'static str> {
    match done_by(rule) {
        // The foundation takes reports from everybody.
        Some("bodies") => Some(IWF),
        _ => (rule.id == HATE_STEP).then_some(HATE_ADVICE),
    }
}

/// Whether a step that asks for a referral is done by one to this agency: children's services where the policy names them
/// alone, them or the police where it names both, any agency where it names none.
fn takes(rule: &StepRule, agency: &str) -> bool {
    let services = agency.starts_with("front_door");
    match rule.id.as_str() {
        "P3-04" => services,
        "P1-07" | "P2-07" => services || POLICE.contains(&agency),
        _ => true,
    }
}

impl Case {
    /// Whether the record that does a step is there; of a step that somebody completes by itself it never is.
    pub fn does(&self, rule: &StepRule) -> bool {
        match done_by(rule) {
            // Where one of the five criteria holds, only a referral to police or children's services will do (rule NUD-02).
            Some("referral") if self.fact("criteria_met") == Some("yes") => self.referred_at_once(),
            Some("referral") => {
                let told = |referral: &super::Referral| referral.of_child() && takes(rule, &referral.agency);
                self.referrals.iter().any(told) || self.decided_not_to_refer()
            }
            Some("bodies") => self.told_bodies(rule).is_some(),
            Some("consultation") => self.police_talk().is_some() || self.police_referral(rule).is_some(),
            Some(act) => self.recorded(act),
            None => false,
        }
    }

    fn recorded(&self, act: &str) -> bool {
        match act {
            "parents" => {
                self.involvements.iter().any(super::Involvement::child) && self.undecided_parents().next().is_none()
            }
            "criteria" => !self.criteria.is_empty(),
            "viewing" => !self.viewings.is_empty(),
            "custody" => !self.held.is_empty() || !self.search_ids.is_empty(),
            "assessment" => self.assessed(),
            "support" => self.involvements.iter().any(super::Involvement::child) && self.unsupported().next().is_none(),
            // Nothing else tells the designated officer: no other agency, and no step that somebody ticks.
            "lado" => self.lado_referral().is_some(),
            // Addresses of indecent images go to the foundation, and to no platform instead.
            "report" if self.procedure.id == "P4" => self.iwf_report().is_some(),
            "report" => !self.reports.is_empty(),
            "deletion" => !self.deletions.is_empty() || self.decided("deletion"),
            "sanction" => self.decided("sanction"),
            _ => true,
        }
    }

    /// The latest report to the Internet Watch Foundation.
    fn iwf_report(&self) -> Option<&super::record::Report> {
        self.reports.iter().rev().find(|report| report.body == IWF)
    }

    /// Which of the bodies that a step names was told, when, and its reference: a report about material, to the foundation
    /// before any other, before a talk with the police before a referral.
    fn told_bodies(&self, rule: &StepRule) -> Option<(&str, OffsetDateTime, &str)> {
        let named = || self.reports.iter().rev().find(|report| names_body(rule, &report.body));
        let report = self.iwf_report().or_else(named);
        let report = report.map(|report| (report.body.as_str(), report.stamp.at, report.reference.as_str()));
        let talk = || self.police_talk().map(|talk| (talk.agency.as_str(), talk.held_at, talk.reference.as_str()));
        let sent = |told: &&super::Referral| told.withdrawn.is_none() && names_body(rule, &told.agency);
        let referral = self.referrals.iter().rev().find(sent);
        let referral = referral.map(|told| (told.agency.as_str(), told.made_at, told.reference.as_str()));
        report.or_else(talk).or(referral)
    }

    /// The latest referral to the police that does a step which has them asked or told: where their advice is recorded, one
    /// that they answered.
    fn police_referral(&self, rule: &StepRule) -> Option<&super::Referral> {
        let advice = rule.records.iter().any(|record| record == "advice");
        let told = |sent: &&super::Referral| {
            sent.withdrawn.is_none() && POLICE.contains(&sent.agency.as_str()) && (!advice || sent.decision.is_some())
        };
        self.referrals.iter().rev().find(told)
    }

    /// Whether the procedure has the police asked first, and nobody has: a talk with the front door opens nothing then.
    pub(crate) fn police_first(&self) -> bool {
        self.open_steps().any(|rule| rule.opens(gate::HOLD) && !self.does(rule))
    }

    /// Whether wider contact is held back no more: the police or the front door were asked, and no step that has the police
    /// asked first is open.
    pub(crate) fn hold_lifted(&self) -> bool {
        let told = |rule: &StepRule| rule.opens(gate::HOLD) && self.called_for(rule) == Truth::Yes && self.does(rule);
        (self.talked() || self.procedure.steps.iter().any(told)) && !self.police_first()
    }

    /// The latest referral to the designated officer that was not taken back.
    fn lado_referral(&self) -> Option<&super::Referral> {
        self.referrals.iter().rev().find(|referral| referral.withdrawn.is_none() && of_lado(&referral.agency))
    }

    /// Whether the designated officer answered what they were told, so that what waits for their advice may be done.
    pub(super) fn lado_advised(&self) -> bool {
        self.referrals.iter().any(|told| told.withdrawn.is_none() && of_lado(&told.agency) && told.decision.is_some())
    }

    /// Whether another step still waits for this one: it has not ended, or it told the designated officer, who has not
    /// advised yet.
    pub(crate) fn awaited(&self, rule: &StepRule, step: &Step) -> bool {
        self.called_for(rule) == Truth::Yes
            && (step.end.is_none() || (done_by(rule) == Some("lado") && !self.lado_advised()))
    }

    /// What has to come of a step that is awaited: that it is done, or what the designated officer answers whom it told.
    pub(super) fn awaited_of<'a>(rule: &'a StepRule, step: &Step) -> &'a str {
        if step.end.is_some() { LADO_ADVICE } else { &rule.id }
    }

    /// The children nobody recorded support for.
    pub fn unsupported(&self) -> impl Iterator<Item = &super::Involvement> {
        let offered = |i: &&super::Involvement| !self.supports.iter().any(|s| s.involvement_id == i.id);
        self.involvements.iter().filter(|i| i.child()).filter(offered)
    }

    fn decided(&self, kind: &str) -> bool {
        self.decisions.iter().any(|decision| decision.kind == kind)
    }

    /// Whether a referral that was sent is all that a step asks for: then no earlier step holds it back that nobody has ticked.
    fn told_by_referral(&self, act: &str, rule: &StepRule) -> bool {
        match (act, rule.id.as_str()) {
            ("lado", _) => self.lado_referral().is_some(),
            ("referral", "P1-07" | "P2-07") => {
                let told = |referral: &super::Referral| referral.of_child() && takes(rule, &referral.agency);
                self.does(rule) && self.referrals.iter().any(told)
            }
            _ => false,
        }
    }

    /// Whether it was decided not to refer, and nothing that this rests on has become graver since.
    fn decided_not_to_refer(&self) -> bool {
        let mut decisions = self.decisions.iter().filter(|decision| decision.kind == "referral");
        decisions.any(|decision| self.graver_since(decision.stamp.at).is_none())
    }

    /// Whether the record of an act ends a step now. Not to delete is a decision that no gate holds back.
    fn may_end(&self, act: &str, rule: &StepRule, step: &Step) -> bool {
        let standing = self.standing(rule, step);
        let kept = act == "deletion" && self.deletions.is_empty() && standing.waits_for == gate::DELETE;
        let sent = standing.state == "cannot_start_yet" && gate::shut(rule, self).is_none();
        standing.state == "to_do" || kept || (sent && self.told_by_referral(act, rule))
    }

    /// Ends the steps that what was just recorded has done, as far as they may be done now.
    fn follow(&mut self, by: By<'_>, act: &str) {
        let done: Vec<String> = self
            .steps_with_rules()
            .filter(|(rule, step)| done_by(rule) == Some(act) && self.does(rule) && self.may_end(act, rule, step))
            .map(|(rule, _)| rule.id.clone())
            .collect();
        for id in done {
            let recorded = self.noted(act, &id);
            self.end_step(&id, StepEnd { recorded, reason: String::new(), by: by.account_id.to_owned(), at: by.at });
        }
    }

    /// What a step says that a record of the case did: the talk itself, or that the record is there.
    pub(crate) fn noted(&self, act: &str, step_id: &str) -> Vec<(String, String)> {
        let rule = self.procedure.steps.iter().find(|rule| rule.id == step_id);
        let records = rule.map(|rule| &rule.records);
        if let (Some(told), Some(records)) = (self.lado_referral().filter(|_| act == "lado"), records) {
            let said = |name: &String| match name.as_str() {
                "body" => Some(told.agency.clone()),
                "time" => told.form.as_ref().map_or(told.made_at, |form| form.sent_at).format(&Rfc3339).ok(),
                "reference" => Some(told.reference.clone()).filter(|reference| !reference.is_empty()),
                // What the officer advises is with the referral, once it comes.
                _ => None,
            };
            return records.iter().filter_map(|name| Some((name.clone(), said(name)?))).collect();
        }
        let told = rule.filter(|_| act == "bodies").and_then(|rule| self.told_bodies(rule));
        if let (Some((body, at, reference)), Some(records)) = (told, records) {
            let said = |name: &String| match name.as_str() {
                "body" => Some(body.to_owned()),
                "time" => at.format(&Rfc3339).ok(),
                "reference" | "report_reference" => {
                    Some(reference.to_owned()).filter(|reference| !reference.is_empty())
                }
                _ => None,
            };
            return records.iter().filter_map(|name| Some((name.clone(), said(name)?))).collect();
        }
        let sent = rule.filter(|_| act == "consultation" && self.police_talk().is_none());
        let sent = sent.and_then(|rule| self.police_referral(rule));
        if let (Some(sent), Some(records)) = (sent, records) {
            let said = |name: &String| match name.as_str() {
                "time" => sent.form.as_ref().map_or(sent.made_at, |form| form.sent_at).format(&Rfc3339).ok(),
                "reference" => Some(sent.reference.clone()).filter(|reference| !reference.is_empty()),
                "advice" => sent.decision.as_ref().map(|decision| decision.text.clone()),
                _ => None,
            };
            return records.iter().filter_map(|name| Some((name.clone(), said(name)?))).collect();
        }
        let talk = self.police_talk().filter(|_| act == "consultation").zip(records);
        let Some((talk, records)) = talk else {
            return vec![(act.to_owned(), "Recorded in this case".to_owned())];
        };
        let said = |name: &String| match name.as_str() {
            "time" => talk.held_at.format(&Rfc3339).ok(),
            "reference" => Some(talk.reference.clone()),
            "advice" => Some(talk.advice.clone()),
            _ => None,
        };
        records.iter().filter_map(|name| Some((name.clone(), said(name)?))).collect()
    }

    /// Ends whatever the records of the case do and may be done now; every act that records something ends with it. A fact
    /// that became known may call for a step whose record is there already, a step that ended may have been what another
    /// waited for, and a record may open the gate that another step stood behind. What ended on what has turned since stands
    /// open again first.
    pub(crate) fn settle(&mut self, by: By<'_>) {
        self.follow_answers(by);
        self.stand_open_again(by.at);
        loop {
            let next = self.steps_with_rules().find_map(|(rule, step)| {
                let act = done_by(rule)?;
                (self.does(rule) && self.may_end(act, rule, step)).then_some(act)
            });
            let Some(act) = next else { return };
            self.follow(by, act);
        }
    }
}
