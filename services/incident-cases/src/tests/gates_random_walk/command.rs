//! The commands of the walk, and the part of a school they act on.

use time::Duration;

use super::Dice;
use crate::{
    case::{
        By, Case, Consultation, Involvement, InvolvementId, Referral, ReferralDecision, Refusal,
        access::{About, Access, Level, Office, Subject, Wanted},
        person::Part,
        record::{
            AUDIENCES, Asked, Assessment, Decision, Deletion, Exposure, Material, Question, Report, Stamp, Support,
            Viewing,
        },
        work::FACTS,
    },
    custody::{Custody, Link},
    procedure::Pinned,
    tests::model::{self, OPENED},
};

/// A case and the devices that belong to it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct World {
    pub(super) case: Case,
    pub(super) devices: Vec<Custody>,
    /// What was told outside, by whom it was told.
    pub(super) told: Vec<&'static str>,
}

/// The part of an adult who does not work at the school.
pub(super) const OUTSIDER: &str = "an adult from elsewhere";

/// Somebody: the lead, a deputy, the head.
pub(super) type Who = &'static str;

#[derive(Debug, Clone)]
pub(super) enum Command {
    Fact(&'static str, &'static str),
    Involve(&'static str),
    /// Ends a part where the role is empty, else corrects it.
    Part {
        which: usize,
        role: &'static str,
    },
    Complete {
        step: String,
        all: bool,
    },
    Deviate(String),
    Consult {
        agency: &'static str,
        said: &'static str,
    },
    Refer(&'static str),
    Answered(usize),
    Parents {
        child: usize,
        told: bool,
    },
    Criteria([bool; 5]),
    Ask {
        who: Who,
        asked: Asked,
        step: String,
    },
    Answer {
        who: Who,
        which: usize,
        agreed: bool,
    },
    View {
        who: Who,
        second: &'static str,
    },
    Decide(&'static str, &'static str),
    Support(usize),
    Assess {
        minutes: i64,
    },
    Material,
    Report,
    Reported(usize),
    Expose,
    Delete,
    Take(&'static str),
    Chain {
        device: usize,
        kind: &'static str,
    },
    Search {
        device: bool,
    },
    Disclose(&'static str),
    Share,
    Debrief,
    Name,
    Close,
    Reopen,
}

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(prefix: &str, n: u64) -> T {
    format!("{prefix}_{n:026}").parse().unwrap()
}

impl Command {
    /// Any command, the apt ones a little more often than chance would have it.
    pub(super) fn random(dice: &mut Dice, world: &World) -> Self {
        let case = &world.case;
        let step = |dice: &mut Dice| case.steps[dice.below(case.steps.len())].id.clone();
        let people = ["lead", "deputy", "head"];
        match dice.below(50) {
            0..=6 => {
                let (name, values) = dice.pick(FACTS);
                Self::Fact(name, dice.pick(values))
            }
            // What the case still asks, as mostly nothing comes of it.
            7 if dice.below(2) == 0 && !case.facts_to_answer().is_empty() => {
                let asked = dice.pick(&case.facts_to_answer()).to_owned();
                let known = FACTS.iter().find(|(name, _)| *name == asked);
                known.map_or(Self::Debrief, |(name, _)| Self::Fact(name, "no"))
            }
            7 => {
                // The facts that gates read, as they open.
                let open = [
                    ("offence", "no"),
                    ("immediate_danger", "no"),
                    ("agencies_needed", "no"),
                    ("deletion_safe", "yes"),
                    ("police_hold", "no"),
                    ("police_advice", "yes"),
                    ("viewing_needed", "yes"),
                    ("parents_safe", "yes"),
                ];
                let (name, value) = dice.pick(&open);
                Self::Fact(name, value)
            }
            8 if dice.below(3) == 0 => {
                let role = dice.pick(&["", "witness", "victim"]);
                Self::Part { which: dice.below(case.involvements.len()), role }
            }
            8 => Self::Involve(dice.pick(&["victim", "alleged_perpetrator", "witness", "subject_adult", OUTSIDER])),
            9..=18 => {
                let open: Vec<&str> = case
                    .steps_with_rules()
                    .filter(|(rule, step)| case.standing(rule, step).state == "to_do")
                    .map(|(rule, _)| rule.id.as_str())
                    .collect();
                let all = dice.below(8) > 0;
                if open.is_empty() || dice.below(4) == 0 {
                    Self::Complete { step: step(dice), all }
                } else {
                    Self::Complete { step: dice.pick(&open).to_owned(), all }
                }
            }
            19 => {
                let left = case.steps_with_rules().filter(|(_, step)| step.end.is_none());
                let left: Vec<&str> = left.map(|(rule, _)| rule.id.as_str()).collect();
                if left.is_empty() || dice.below(4) == 0 {
                    Self::Deviate(step(dice))
                } else {
                    Self::Deviate(dice.pick(&left).to_owned())
                }
            }
            20 => {
                let agencies = ["police_101", "emergency", "front_door_advice", "front_door_form", "iwf"];
                Self::Consult { agency: dice.pick(&agencies), said: dice.pick(&["words", "words", "words", ""]) }
            }
            21 => Self::Refer(dice.pick(&["front_door_form", "front_door_form", "ceop", "lado_county"])),
            22 | 23 => Self::Answered(dice.below(case.referrals.len())),
            24 | 25 => Self::Parents { child: dice.below(case.involvements.len()), told: dice.below(2) == 0 },
            26 => Self::Criteria(std::array::from_fn(|_| dice.below(12) == 0)),
            27 | 28 => Self::Ask { who: dice.pick(&people), asked: dice.pick(&Asked::ALL).1, step: step(dice) },
            29..=31 => Self::Answer {
                who: dice.pick(&people),
                which: dice.below(case.agreements.len()),
                agreed: dice.below(4) > 0,
            },
            32 | 33 => {
                // Mostly whoever was agreed with: nobody else may.
                let mut agreed = case.agreements.iter().filter(|a| a.asked == Asked::Viewing && a.state() == "agreed");
                let asker = agreed.find_map(|a| people.into_iter().find(|who| *who == a.stamp.by));
                let who = asker.filter(|_| dice.below(4) > 0).unwrap_or_else(|| dice.pick(&people));
                Self::View { who, second: dice.pick(&["another adult", "lead"]) }
            }
            34 => {
                let choices = [
                    ("referral", "not_refer"),
                    ("sanction", "none"),
                    ("deletion", "not_deleted"),
                    ("other", "x"),
                    ("sanction", "y"),
                    ("involvement", "nobody_named"),
                ];
                let (kind, choice) = dice.pick(&choices);
                Self::Decide(kind, choice)
            }
            35 => Self::Support(dice.below(case.involvements.len())),
            36 => Self::Assess { minutes: dice.pick(&[0, 30, 10_080]) },
            37 if dice.below(3) == 0 => Self::Material,
            37 if dice.below(2) == 0 => Self::Report,
            37 => Self::Reported(dice.below(world.case.reports.len())),
            38 if dice.below(2) == 0 => Self::Expose,
            38 | 39 => Self::Delete,
            40 if dice.below(3) > 0 => {
                Self::Chain { device: dice.below(world.devices.len()), kind: "handed_to_police" }
            }
            40 => Self::Take(dice.pick(&["nudes", "evidence", "rule_breach"])),
            41 | 42 => {
                let kinds =
                    ["moved", "examined", "handed_to_police", "returned_by_police", "released_to_parent", "taken"];
                Self::Chain { device: dice.below(world.devices.len()), kind: dice.pick(&kinds) }
            }
            43 => Self::Search { device: dice.below(2) == 0 },
            44 => Self::Disclose(dice.pick(&["agency", "other_school", "public", "employer", "other"])),
            45 if dice.below(2) == 0 => Self::Share,
            45 => Self::Reopen,
            46 => Self::Debrief,
            47 if dice.below(3) == 0 => Self::Name,
            _ => Self::Close,
        }
    }
}

impl World {
    pub(super) fn new(policy: &Pinned, procedure: &str) -> Self {
        let mut case = model::case(policy, procedure);
        // A case on an adult is opened with who that is; others may turn out to be about one.
        if case.adult() {
            let subject = Subject::Name("Somebody".into());
            case.access =
                Access::adult(About { subject, called: None, office: Office::Head, another_person: false }, "lead");
        }
        Self { case, devices: Vec::new(), told: Vec::new() }
    }

    fn child(&self, n: usize) -> Result<InvolvementId, Refusal> {
        self.case.involvements.get(n).map(|i| i.id.clone()).ok_or(Refusal::Missing)
    }

    /// Applies a command as the service does: to a copy that is kept only where nothing refused.
    pub(super) fn apply(&mut self, minute: u64, command: &Command) -> Result<(), Refusal> {
        // The acts themselves must leave no trace of what they refuse, so there is no copy here.
        let at = OPENED + Duration::minutes(i64::try_from(minute).unwrap());
        let by = |who: Who| By { account_id: who, at, lead: who != "head", head: who == "head", chair: false };
        let (lead, stamp) = (by("lead"), Stamp { by: "lead".into(), at });
        let text = || "words".to_owned();
        let case = &mut self.case;
        match command {
            Command::Fact(name, value) => case.record_fact_anew(lead, id("agr", minute), (*name, *value), text()),
            Command::Involve(part) => {
                let role = if *part == OUTSIDER { "subject_adult" } else { *part };
                case.before_part(lead, role, (None, *part == OUTSIDER))?;
                let part = Involvement {
                    id: id("inv", minute),
                    person: text(),
                    role: role.into(),
                    year_group: String::new(),
                    vulnerabilities: vec![],
                    learner: None,
                    changes: vec![],
                    ended: None,
                    kept: None,
                    joined_at: Some(at),
                };
                case.add_involvement(lead, part)
            }
            Command::Part { which, role } => {
                let child = self.child(*which)?;
                if role.is_empty() {
                    return self.case.end_part(lead, &child, text());
                }
                let (role, year_group) = ((*role).to_owned(), String::new());
                self.case.correct_part(
                    lead,
                    &child,
                    Part { role, year_group, vulnerabilities: vec![], kept: false },
                    text(),
                )
            }
            Command::Complete { step, all } => {
                let mut recorded = model::recorded(case, step);
                if !all {
                    recorded.pop();
                    recorded.push(("zzz".into(), text()));
                }
                case.complete_step(lead, step, recorded)
            }
            Command::Deviate(step) => case.deviate_step(lead, step, "words that say why".into()),
            Command::Consult { agency, said } => case.consult(
                lead,
                Consultation {
                    id: id("cns", minute),
                    agency: (*agency).into(),
                    held_at: at,
                    reference: text(),
                    advice: (*said).into(),
                    by: text(),
                },
            ),
            Command::Refer(agency) => case.refer(
                lead,
                Referral {
                    reason: text(),
                    reference: text(),
                    ..Referral::made(id("ref", minute), (agency, text()), lead, at)
                },
            ),
            Command::Answered(n) => {
                let id = case.referrals.get(*n).map(|r| r.id.clone()).ok_or(Refusal::Missing)?;
                case.decide_referral(
                    lead,
                    &id,
                    ReferralDecision { outcome: "accepted".into(), text: text(), at, name: String::new() },
                )
                .map(|_| ())
            }
            Command::Parents { child, told } => {
                let child = self.child(*child)?;
                self.case.decide_parents(lead, &child, *told, (text(), None))
            }
            Command::Criteria(answers) => case.answer_criteria(lead, id("agr", minute), *answers, text()),
            Command::Ask { who, asked, step } => {
                let question = Question {
                    asked: *asked,
                    step_id: step,
                    audience: AUDIENCES[usize::try_from(minute).unwrap() % AUDIENCES.len()],
                };
                case.ask(by(who), id("agr", minute), question, "words that say why".into())
            }
            Command::Answer { who, which, agreed } => {
                let id = case.agreements.get(*which).map(|a| a.id.clone()).ok_or(Refusal::Missing)?;
                case.answer(by(who), &id, *agreed, text())
            }
            Command::View { who, second } => case.view(by(who), |agreement_id| Viewing {
                id: id("vie", minute),
                agreement_id,
                purpose: "decide".into(),
                second_adult: (*second).into(),
                place: text(),
                how: text(),
                afterwards: text(),
                same_sex: "yes".into(),
                viewed_at: at,
                stamp: Stamp { by: (*who).into(), at },
            }),
            Command::Decide(kind, choice) => case.decide(Decision {
                id: id("dec", minute),
                kind: (*kind).into(),
                choice: (*choice).into(),
                reason: text(),
                options: text(),
                effect_on_victim: text(),
                stamp,
            }),
            Command::Support(child) => {
                let involvement_id = self.child(*child)?;
                self.case.support(
                    lead,
                    Support {
                        id: id("sup", minute),
                        involvement_id,
                        offer: text(),
                        uptake: "accepted".into(),
                        note: text(),
                        stamp,
                    },
                )
            }
            Command::Assess { minutes } => case.assess(
                lead,
                Assessment {
                    risks: text(),
                    needs: text(),
                    measures: text(),
                    checks: text(),
                    review_at: at + Duration::minutes(*minutes),
                    stamp,
                },
            ),
            Command::Material => case.add_material(Material {
                id: id("mat", minute),
                kind: "website".into(),
                description: text(),
                address: text(),
                stamp,
            }),
            Command::Report => case.report(
                lead,
                Report {
                    id: id("rep", minute),
                    body: "iwf".into(),
                    platform: text(),
                    material_id: None,
                    reference: text(),
                    chase_at: at + Duration::days(3),
                    outcome: None,
                    stamp,
                },
            ),
            Command::Reported(n) => {
                let id = case.reports.get(*n).map(|r| r.id.clone()).ok_or(Refusal::Missing)?;
                case.report_outcome(lead, &id, text())
            }
            Command::Expose => case.expose(
                lead,
                Exposure {
                    id: id("exp", minute),
                    person: text(),
                    circumstances: text(),
                    support: text(),
                    exposed_at: at,
                    stamp,
                },
            ),
            Command::Delete => case.delete(
                lead,
                Deletion {
                    id: id("del", minute),
                    what: text(),
                    location: text(),
                    deleted_by: text(),
                    advice: text(),
                    offence_explained: true,
                    confirmed_at: None,
                    stamp,
                },
            ),
            Command::Take(ground) => {
                let mut device = Custody {
                    id: id("cus", minute),
                    school_id: "sch_1".into(),
                    case_id: "cas_1".into(),
                    item: text(),
                    owner: text(),
                    ground: (*ground).into(),
                    reason: text(),
                    links: vec![],
                    version: 1,
                };
                case.take(lead, device.id.as_str())?;
                device.add(Some(&*case), link("taken", stamp))?;
                self.devices.push(device);
                Ok(())
            }
            Command::Chain { device, kind } => {
                case.working()?;
                let device = self.devices.get_mut(*device).ok_or(Refusal::Missing)?;
                device.add(Some(&*case), link(kind, stamp))?;
                case.note_held(device.id.as_str(), device.state() == "held");
                Ok(())
            }
            Command::Search { device } => case.search(lead, &format!("sea_{minute:026}"), *device),
            Command::Disclose(kind) => {
                case.may_disclose(kind, at)?;
                case.use_override(kind);
                self.told.push(kind);
                Ok(())
            }
            Command::Share => {
                case.may_share(at)?;
                case.use_override("other_school");
                self.told.push("other_school");
                Ok(())
            }
            Command::Name => {
                let subject = Some(Subject::Name(text()));
                case.set_access(lead, Wanted { level: Level::Hidden, reason: text(), subject, ..Wanted::default() })
            }
            Command::Debrief => case.debrief(lead, text(), text()),
            Command::Close => case.close(lead, "resolved".into(), (text(), text())),
            Command::Reopen => case.reopen(lead, text()),
        }
    }
}

fn link(kind: &str, stamp: Stamp) -> Link {
    let word = || "words".to_owned();
    Link {
        taken_by: String::new(),
        corrects: None,
        kind: kind.into(),
        place: word(),
        person: word(),
        present: word(),
        note: word(),
        at: stamp.at,
        stamp,
        digest: String::new(),
    }
}
