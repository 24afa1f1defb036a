//! The acts on a case. Each takes who and when, decides, and changes nothing where it refuses.

use std::collections::BTreeMap;

use time::OffsetDateTime;

use super::{
    By, Case, CaseId, Consultation, Debrief, Involvement, InvolvementId, ParentsDecision, ProposedLesson, Referral,
    Refusal, Step, StepEnd, Telling,
    access::Access,
    answer::OUTCOME,
    evidence::{LADO_ADVICE, done_by},
    onward,
    record::{Agreement, Asked},
};
use crate::{
    desk::allegation::OUTCOMES,
    gate,
    procedure::{Pinned, Procedure, StepRule, condition::Truth},
};

/// The facts that conditions and gates read, each with the values it may have (`domain`, the shared facts).
pub const FACTS: &[(&str, &[&str])] = &[
    ("immediate_danger", &["yes", "no", "unknown"]),
    ("offence", &["no", "unclear", "yes", "unknown"]),
    ("device_involved", &["yes", "no", "unknown"]),
    ("on_school_system", &["yes", "no", "unknown"]),
    ("other_setting", &["yes", "no", "unknown"]),
    ("public_at_risk", &["yes", "no", "unknown"]),
    ("viewing_needed", &["yes", "no", "unknown"]),
    ("agencies_needed", &["undecided", "yes", "no"]),
    ("deletion_safe", &["yes", "no", "unknown"]),
    ("parents_safe", &["yes", "no", "unknown"]),
    ("police_advice", &["yes", "no", "unknown"]),
    ("police_hold", &["yes", "no", "unknown"]),
    ("criteria_met", &["yes", "no", "unknown"]),
    ("conduct_established", &["yes", "no", "unknown"]),
    ("intelligence", &["yes", "no", "unknown"]),
    ("by_or_at_member", &["yes", "no", "unknown"]),
    ("response_unclear", &["yes", "no", "unknown"]),
    ("iioc_variant", &["a", "b", "c", "unknown"]),
    ("subject", &["learner", "parent", "staff", "head", "unknown"]),
    ("harm_threshold", &["no", "unclear", "yes", "unknown"]),
    ("child_hurt", &["yes", "no", "unknown"]),
    ("agency_worker", &["yes", "no", "unknown"]),
    ("rights_at_risk", &["yes", "no", "unknown"]),
    ("high_risk", &["yes", "no", "unknown"]),
    ("in_examination", &["yes", "no", "unknown"]),
    (OUTCOME, &OUTCOMES),
];

/// Whether a name is that of a fact.
pub fn is_fact(name: &str) -> bool {
    FACTS.iter().any(|(fact, _)| *fact == name)
}

/// Agencies a talk with which opens the gate on wider contact. A form sent to the front door is a referral and no talk.
pub const CONSULTED: &[&str] =
    &["police_101", "emergency", "front_door_urgent", "front_door_advice", "front_door_city"];

/// The written way to children's services.
const FRONT_DOOR_FORM: &str = "front_door_form";

/// Those of them that are the police.
pub(super) const POLICE: &[&str] = &["police_101", "emergency"];

impl Case {
    /// Opens a case, pinned to a policy.
    pub fn open(
        id: CaseId,
        school_id: &str,
        reference: String,
        policy: &Pinned,
        procedure: &Procedure,
        risks: Vec<String>,
        now: OffsetDateTime,
    ) -> Self {
        let step = |id: &String| Step {
            id: id.clone(),
            needed_at: None,
            end: None,
            earlier: Vec::new(),
            owner: None,
            moved: Vec::new(),
        };
        let mut case = Self {
            id,
            school_id: school_id.to_owned(),
            reference,
            policy_instance_id: policy.instance_id.clone(),
            policy_version: policy.version,
            steps: procedure.steps.iter().map(|rule| step(&rule.id)).collect(),
            procedure: procedure.clone(),
            onward: onward::of(policy, procedure),
            gates: policy.gates.iter().filter(|rule| gate::of(&rule.id, procedure)).cloned().collect(),
            agencies: policy.agencies.clone(),
            risks,
            kinds: Vec::new(),
            classes: Vec::new(),
            facts: Vec::new(),
            involvements: Vec::new(),
            entries: Vec::new(),
            consultations: Vec::new(),
            referrals: Vec::new(),
            drafts: Vec::new(),
            parents_decisions: Vec::new(),
            debrief: None,
            closing: None,
            shared_incident_id: None,
            earlier_shared: Vec::new(),
            concern_ids: Vec::new(),
            proposed_lessons: Vec::new(),
            criteria: Vec::new(),
            agreements: Vec::new(),
            viewings: Vec::new(),
            decisions: Vec::new(),
            supports: Vec::new(),
            assessments: Vec::new(),
            materials: Vec::new(),
            reports: Vec::new(),
            exposures: Vec::new(),
            deletions: Vec::new(),
            held: Vec::new(),
            search_ids: Vec::new(),
            reopenings: Vec::new(),
            past_debriefs: Vec::new(),
            closed_days: policy.closed_days.clone(),
            known_at: None,
            told: None,
            not_safe: None,
            access: Access::default(),
            owner: None,
            retention: crate::retention::Retention::default(),
            names: BTreeMap::new(),
            touched_at: None,
            opened_at: now,
            opened_by: String::new(),
            version: 1,
        };
        case.start_clocks(now);
        case
    }

    pub(crate) fn working(&self) -> Result<(), Refusal> {
        if self.closing.is_some() { Err(Refusal::Closed) } else { Ok(()) }
    }

    /// Adds a concern to the case.
    pub fn add_concern(&mut self, concern_id: &str) -> Result<(), Refusal> {
        self.working()?;
        self.concern_ids.push(concern_id.to_owned());
        Ok(())
    }

    /// Makes a fact known, where no reason is needed for it (`record_fact_anew` takes one).
    pub fn record_fact(&mut self, by: By<'_>, name: &str, value: &str) -> Result<(), Refusal> {
        self.check_fact(name, value)?;
        self.needs_no_reason(name, value)?;
        self.note_fact(by, name, value);
        self.settle(by);
        Ok(())
    }

    /// Whether somebody may say this of a fact now.
    pub(crate) fn check_fact(&self, name: &str, value: &str) -> Result<(), Refusal> {
        self.working()?;
        let Some((_, allowed)) = FACTS.iter().find(|(fact, _)| *fact == name) else {
            let names: Vec<&str> = FACTS.iter().map(|(name, _)| *name).collect();
            return Err(Refusal::Field("name", format!("Select one of: {}", names.join(", "))));
        };
        if !allowed.contains(&value) {
            return Err(Refusal::Field("value", format!("Select one of: {}", allowed.join(", "))));
        }
        if (name, value) == ("viewing_needed", "yes") && self.procedure.id == "P4" {
            return Err(Refusal::Prohibited("G-VIEW", "nobody views indecent images of children: take police advice"));
        }
        if name == "criteria_met" && self.asks_criteria() {
            return Err(Refusal::Field("name", "Answer the five questions: this fact follows from them".into()));
        }
        if (name, value) == ("agencies_needed", "no")
            && self.fact("criteria_met") == Some("yes")
            && self.waits_at_once()
        {
            let fix = "One of the five criteria is met: make the referral and record its answer first";
            return Err(Refusal::Field("value", fix.into()));
        }
        if name == "police_advice" {
            return Err(Refusal::Field("name", "Record the talk with the police: this fact follows from it".into()));
        }
        if name == OUTCOME && self.allegation_outcome().is_none() {
            let fix = "Record the step that decides the outcome of the allegation: this fact follows from it";
            return Err(Refusal::Field("name", fix.into()));
        }
        self.agrees_with_records(name, value)?;
        self.knows_colleague(name, value)
    }

    pub(crate) fn note_fact(&mut self, by: By<'_>, name: &str, value: &str) {
        self.note(by, (name, value), String::new(), None);
    }

    /// Names a person's part. What is done for each child is due for one who joins later too.
    pub fn add_involvement(&mut self, by: By<'_>, involvement: Involvement) -> Result<(), Refusal> {
        self.working()?;
        let same =
            |part: &&Involvement| part.ended.is_none() && part.learner.is_some() && part.learner == involvement.learner;
        if self.involvements.iter().filter(same).any(|part| part.role == involvement.role) {
            let fix = "They have this part in the case already: correct or end it there";
            return Err(Refusal::Field("learner_id", fix.to_owned()));
        }
        involvement.may_be_kept()?;
        self.involvements.push(involvement);
        self.settle(by);
        Ok(())
    }

    /// Records that a step was done.
    pub fn complete_step(&mut self, by: By<'_>, id: &str, recorded: Vec<(String, String)>) -> Result<(), Refusal> {
        self.working()?;
        let (rule, step) = self.steps_with_rules().find(|(rule, _)| rule.id == id).ok_or(Refusal::Missing)?;
        let standing = self.standing(rule, step);
        match standing.state {
            "to_do" => {}
            "cannot_start_yet" if standing.waits_for.starts_with("G-") => {
                let missing = gate::missing(&standing.waits_for, self, by.at);
                return Err(self.shut(&standing.waits_for, &missing));
            }
            "cannot_start_yet" => {
                return Err(Refusal::State(if standing.waits_for == LADO_ADVICE {
                    "the designated officer was told and has not advised yet: record what they answer to the referral"
                } else {
                    "an earlier step must be done first"
                }));
            }
            "waits_for_fact" => {
                let fact = standing.waits_for.replace('_', " ");
                let first = format!("record the fact “{fact}” first: it says whether this step is needed");
                return Err(Refusal::NotNow(first));
            }
            "not_needed" => return Err(Refusal::State("the facts known do not call for this step")),
            _ => return Err(Refusal::State("the step has ended already")),
        }
        let act = done_by(rule);
        if let Some(act) = act.filter(|_| !self.does(rule)) {
            return Err(Refusal::Record(act));
        }
        let mut recorded = self.read_fields(rule, &recorded, by.at)?;
        self.agrees_with_facts(&recorded)?;
        if let Some(act) = act.filter(|_| recorded.is_empty()) {
            recorded = self.noted(act, id);
        }
        self.end_step(id, StepEnd { recorded, reason: String::new(), by: by.account_id.to_owned(), at: by.at });
        self.settle(by);
        Ok(())
    }

    /// Records that a step was skipped, and why.
    pub fn deviate_step(&mut self, by: By<'_>, id: &str, reason: String) -> Result<(), Refusal> {
        self.working()?;
        let (rule, step) = self.steps_with_rules().find(|(rule, _)| rule.id == id).ok_or(Refusal::Missing)?;
        if step.end.is_some() {
            return Err(Refusal::State("the step has ended already"));
        }
        if rule.statutory {
            return Err(Refusal::State("the step is statutory and may not be skipped"));
        }
        self.needed(rule)?;
        self.says_why(rule, &reason)?;
        if self.guarded(rule) && !self.agreed(Asked::Deviation, id) {
            return Err(Refusal::State(if self.in_danger() {
                "a second person must agree first: it is recorded that a child is in immediate danger"
            } else {
                "a second person must agree first: this step guards a gate"
            }));
        }
        self.use_up(Asked::Deviation, id);
        self.end_step(id, StepEnd { recorded: Vec::new(), reason, by: by.account_id.to_owned(), at: by.at });
        self.settle(by);
        Ok(())
    }

    /// Refuses to skip a step before it is needed: the fact that may call for it later would find it ended.
    pub(crate) fn needed(&self, rule: &StepRule) -> Result<(), Refusal> {
        match self.called_for(rule) {
            Truth::Yes => Ok(()),
            Truth::No | Truth::Unknown => {
                Err(Refusal::State("the facts known do not call for this step: it can be skipped once they do"))
            }
        }
    }

    fn use_up(&mut self, asked: Asked, step_id: &str) {
        let agreed = |a: &&mut Agreement| a.asked == asked && a.step_id == step_id && a.state() == "agreed";
        if let Some(agreement) = self.agreements.iter_mut().find(agreed) {
            agreement.used = true;
        }
    }

    pub(crate) fn end_step(&mut self, id: &str, end: StepEnd) {
        if let Some(step) = self.steps.iter_mut().find(|step| step.id == id) {
            step.end = Some(end);
        }
    }

    /// Records a talk with police or front door; it does the step of the procedure that such a talk is.
    pub fn consult(&mut self, by: By<'_>, consultation: Consultation) -> Result<(), Refusal> {
        self.working()?;
        if !CONSULTED.contains(&consultation.agency.as_str()) {
            return Err(Refusal::Field("agency", format!("Select one of: {}", CONSULTED.join(", "))));
        }
        if consultation.held_at > by.at {
            return Err(Refusal::Field("consult_time", "The time of the talk must be in the past".into()));
        }
        if let Some(fix) = self.done_too_early(consultation.held_at) {
            return Err(Refusal::Field("consult_time", fix));
        }
        if consultation.reference.is_empty() {
            return Err(Refusal::Field("reference", "Enter their reference, or write that none was given".into()));
        }
        if consultation.advice.is_empty() {
            return Err(Refusal::Field("advice", "Enter what they advised".into()));
        }
        let police = POLICE.contains(&consultation.agency.as_str());
        self.consultations.push(consultation);
        if police {
            self.note_fact(by, "police_advice", "yes");
        }
        self.settle(by);
        Ok(())
    }

    /// Whether a talk with police or front door is recorded.
    pub fn talked(&self) -> bool {
        self.consultations.iter().any(|talk| CONSULTED.contains(&talk.agency.as_str()))
    }

    /// The latest talk with the police that gave advice.
    pub fn police_talk(&self) -> Option<&Consultation> {
        let advised = |talk: &&Consultation| POLICE.contains(&talk.agency.as_str()) && !talk.advice.trim().is_empty();
        self.consultations.iter().rev().find(advised)
    }

    /// Makes a referral.
    pub fn refer(&mut self, by: By<'_>, referral: Referral) -> Result<(), Refusal> {
        self.working()?;
        self.may_go_to_channel(&referral.agency)?;
        self.referrals.push(referral);
        self.settle(by);
        Ok(())
    }

    /// Whether police or children's services have a referral.
    pub fn referred_at_once(&self) -> bool {
        let services = |key: &str| CONSULTED.contains(&key) || key == FRONT_DOOR_FORM;
        self.referrals.iter().any(|referral| referral.withdrawn.is_none() && services(&referral.agency))
    }

    /// Whether the referral that is due at once has not been made, or its answer has not come.
    fn waits_at_once(&self) -> bool {
        !self.referred_at_once() || self.referrals.iter().any(Referral::waits)
    }

    /// The agency with a key, as the pinned policy names it.
    pub fn agency(&self, key: &str) -> Result<&str, Refusal> {
        let found = self.agencies.iter().find(|(k, _)| k == key);
        found.map(|(_, name)| name.as_str()).ok_or_else(|| {
            let keys: Vec<&str> = self.agencies.iter().map(|(k, _)| k.as_str()).collect();
            Refusal::Field("agency", format!("Select one of: {}", keys.join(", ")))
        })
    }

    /// Records whether one child's parents were told.
    pub fn decide_parents(
        &mut self,
        by: By<'_>,
        involvement_id: &InvolvementId,
        told: bool,
        (reason, telling): (String, Option<Telling>),
    ) -> Result<(), Refusal> {
        self.working()?;
        let involvement = self.involvements.iter().find(|i| i.id == *involvement_id).ok_or(Refusal::Missing)?;
        if !involvement.child() {
            return Err(Refusal::Field("involvement_id", "Select a child of this case".into()));
        }
        if telling.as_ref().is_some_and(|telling| telling.at > by.at) {
            return Err(Refusal::Field("told_time", "The time they were told must be in the past".into()));
        }
        if let Some(fix) = telling.as_ref().and_then(|telling| self.done_too_early(telling.at)) {
            return Err(Refusal::Field("told_time", fix));
        }
        if told && self.holds_parents() {
            self.may_tell_parents(by.at)?;
        }
        if let Some(earlier) = self.before_parents().filter(|_| told) {
            return Err(self.shut(gate::PARENT, &earlier));
        }
        let safe = self.fact("parents_safe");
        // The policy leaves no judgement in some procedures: then only danger is a reason not to tell.
        let duty = self
            .procedure
            .steps
            .iter()
            .any(|rule| rule.behind(gate::PARENT) && rule.statutory && self.called_for(rule) == Truth::Yes);
        if told && safe == Some("no") {
            let recorded = "it is recorded that it is not safe to tell the parents: where that has changed, record the \
                            fact anew, under facts, and then what they are told";
            return Err(Refusal::State(recorded));
        }
        if !told && duty && safe != Some("no") {
            return Err(self.shut(gate::PARENT, "parents_safe"));
        }
        let acting = by;
        let (involvement_id, by, at) = (involvement_id.clone(), by.account_id.to_owned(), by.at);
        if told && self.holds_parents() {
            self.use_override("parents");
        }
        self.parents_decisions.push(ParentsDecision { involvement_id, told, reason, by, at, telling });
        self.settle(acting);
        Ok(())
    }

    /// Whether parents may be told where that is held back. In the procedure on nudes the five answers say whether it is.
    fn may_tell_parents(&self, now: OffsetDateTime) -> Result<(), Refusal> {
        let unanswered = self.asks_criteria() && self.criteria.is_empty();
        self.may_tell("parents", now).map_err(|shut| if unanswered { self.shut(gate::HOLD, "criteria") } else { shut })
    }

    /// The step that must end before any parents are told, such as the word with the LADO about an adult; a talk with the
    /// police is the hold's own.
    fn before_parents(&self) -> Option<String> {
        let telling = self.procedure.steps.iter().filter(|rule| rule.behind(gate::PARENT));
        let first: Vec<&String> =
            telling.filter(|rule| done_by(rule) == Some("parents")).flat_map(|r| &r.after).collect();
        let open = |rule: &StepRule| first.contains(&&rule.id) && !rule.opens(gate::HOLD);
        let mut all = self.steps_with_rules();
        all.find(|(rule, step)| open(rule) && self.awaited(rule, step))
            .map(|(rule, step)| Self::awaited_of(rule, step).to_owned())
    }

    /// Records what was learnt.
    pub fn debrief(&mut self, by: By<'_>, findings: String, actions: String) -> Result<(), Refusal> {
        self.working()?;
        if self.debrief.is_some() {
            return Err(Refusal::State("the debrief is recorded already: add an entry"));
        }
        self.debrief = Some(Debrief { findings, actions, by: by.account_id.to_owned(), at: by.at });
        Ok(())
    }

    /// Whether something can be proposed from what was learnt, the case being open or closed.
    pub fn may_propose(&self) -> Result<(), Refusal> {
        if self.adult() {
            // Whoever reads the policy would learn from it that there was such a case.
            return Err(Refusal::State("what a case on an adult taught is not passed on: change the policy itself"));
        }
        let learnt = self.debrief.is_some();
        if learnt { Ok(()) } else { Err(Refusal::State("record the debrief first: a lesson is what it taught")) }
    }

    /// Records that a lesson was proposed.
    pub fn proposed(&mut self, by: By<'_>, lesson_id: String) {
        self.proposed_lessons.push(ProposedLesson { lesson_id, by: by.account_id.to_owned(), at: by.at });
    }

    /// Whether the case may be opened to another school now.
    pub fn may_share(&self, now: OffsetDateTime) -> Result<(), Refusal> {
        if self.adult() {
            return Err(Refusal::State("a case on an adult is not opened to another school: the LADO tells it"));
        }
        self.working()?;
        self.may_tell("other_school", now)
    }
}
