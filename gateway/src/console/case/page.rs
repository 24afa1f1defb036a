//! One case as it is shown: what it is, its steps, and everything recorded in it.

use proto::{
    access::v1::Permission,
    incident_cases::v1::{Case, CaseStep, Fact, Referral, StepEnding},
};
use serde::Serialize;

use super::{STATES, part::Person, records};
use crate::{
    console::people::People,
    pages::{
        Page,
        part::{Due, Head, Link, Row},
        words,
    },
};

/// One case.
#[derive(Debug, Serialize)]
pub struct CasePage {
    head: Head,
    /// Until when it is open to its reader beyond their rights; empty where they may read it.
    open_until: String,
    /// Where it is said what ended the danger that a child is in; empty where none is.
    danger: Link,
    rows: Vec<Row>,
    acts: Vec<Link>,
    more: Vec<Link>,
    records: Vec<Section>,
    gates: Vec<Shut>,
    tasks: Vec<Task>,
    facts: Vec<Row>,
    people: Vec<Person>,
    /// The whole of it elsewhere.
    views: Vec<Link>,
    /// What its reporters added.
    added: Vec<Event>,
    entries: Vec<Event>,
    consultations: Vec<Event>,
    referrals: Vec<Event>,
    parents: Vec<Event>,
    debrief: Vec<Row>,
}

/// Records of one kind; shown where there are any.
#[derive(Debug, Serialize)]
pub struct Section {
    /// Its heading.
    pub title: &'static str,
    /// Where on the page it is.
    pub id: &'static str,
    /// The records, newest first.
    pub events: Vec<Event>,
}

/// A gate that is shut.
#[derive(Debug, Serialize)]
struct Shut {
    title: String,
    /// Its code in the policy.
    code: String,
    /// Where the version that the case is worked by says so; empty where there is none.
    clause: String,
    opened_by: String,
    missing: Link,
}

/// One step, in the shape the task list component asks for.
#[derive(Debug, Serialize)]
struct Task {
    title: Text,
    hint: Option<Text>,
    status: Status,
    href: Option<String>,
}

#[derive(Debug, Serialize)]
struct Text {
    text: String,
}

#[derive(Debug, Default, Serialize)]
struct Status {
    text: String,
    classes: &'static str,
    tag: Option<Tag>,
}

#[derive(Debug, Serialize)]
struct Tag {
    text: String,
    classes: &'static str,
}

/// One dated item.
#[derive(Debug, Default, Serialize)]
pub struct Event {
    title: String,
    when: String,
    text: String,
    more: String,
    link: Link,
    also: Vec<Link>,
}

impl Event {
    /// A dated item.
    pub fn new(title: impl Into<String>, when: impl Into<String>, text: impl Into<String>) -> Self {
        Self { title: title.into(), when: when.into(), text: text.into(), ..Self::default() }
    }

    /// With more to say.
    #[must_use]
    pub fn more(self, more: impl Into<String>) -> Self {
        Self { more: more.into(), ..self }
    }

    /// With more to say behind what more there is.
    #[must_use]
    pub fn noted(self, note: &str) -> Self {
        if note.is_empty() {
            return self;
        }
        let more = if self.more.is_empty() { note.to_owned() } else { format!("{}\n{note}", self.more) };
        Self { more, ..self }
    }

    /// Whether it leads on.
    pub fn linked(&self) -> bool {
        !self.link.href.is_empty()
    }

    /// With somewhere else to go on.
    #[must_use]
    pub fn also(mut self, also: Link) -> Self {
        self.also.push(also);
        self
    }

    /// With where to go on.
    #[must_use]
    pub fn link(self, link: Link) -> Self {
        Self { link, ..self }
    }
}

impl Page for CasePage {
    const TEMPLATE: &'static str = "case.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let people = People::of(&[("acc_1", "Ms Ali")]);
        let closed = Case {
            state: "closed".into(),
            outcome: "resolved".into(),
            outcome_reason: "Settled".into(),
            ..super::sample()
        };
        let bare =
            Case { case_id: "cas_1".into(), reference: "2026-015".into(), state: "open".into(), ..Case::default() };
        let at = |path: &str| format!("/schools/sch_1{path}");
        let until = prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 };
        [(super::sample(), true, None), (closed, false, Some(&until)), (bare, true, None)]
            .map(|(case, may, until)| {
                let added = super::added(&case, &super::example::additions(), &people, "/schools/sch_1/concerns");
                let added = added.into_iter().map(|(_, event)| event).collect();
                Self::new(&case, &people, Vec::new(), &at, &|_| may).open_until(until).with(added)
            })
            .into_iter()
            .collect()
    }
}

impl CasePage {
    /// The page of a case; `may` says what its reader may do.
    pub fn new(
        case: &Case,
        people: &People,
        crumbs: Vec<Link>,
        at: &dyn Fn(&str) -> String,
        may: &dyn Fn(Permission) -> bool,
    ) -> Self {
        let here = at(&format!("/cases/{}", case.case_id));
        let open = case.state == "open";
        let works = open && may(Permission::CaseWork);
        let procedures = match case.policy_instance_id.as_str() {
            "" => String::new(),
            version => at(&format!("/policy/versions/{version}/procedures#{}", case.procedure_id)),
        };
        Self {
            head: Head::new("Case", crumbs).of(case.reference.clone()),
            open_until: String::new(),
            danger: match records::in_danger(case) {
                true => records::missing(case, &here, "immediate_danger"),
                false => Link::default(),
            },
            added: Vec::new(),
            rows: [
                rows(case, works, may(Permission::CaseShare), at),
                owner(case, people, &here, may),
                super::access::shown(case, people, &here, may),
            ]
            .concat(),
            acts: acts(case, &here, may),
            more: records::acts(case, &here, may),
            records: records::sections(case, people, &here, may),
            gates: case
                .gates
                .iter()
                .filter(|gate| !gate.open && open)
                .map(|gate| Shut {
                    code: gate.gate_id.clone(),
                    clause: procedures.clone(),
                    title: gate.title.clone(),
                    opened_by: gate.opened_by.trim_end_matches('.').to_owned(),
                    missing: records::missing(case, &here, &gate.missing_step),
                })
                .collect(),
            tasks: case.steps.iter().map(|step| Task::new(case, step, people, &here)).collect(),
            facts: facts(case, people, works.then_some(here.as_str())),
            people: super::part::people(case, people, &here, at, may),
            views: vec![
                Link::new("The whole log of this case", format!("{here}/log")),
                Link::new("The chronology, to read or print", format!("{here}/chronology")),
            ],
            entries: super::entry::events(case, people, works.then_some(here.as_str())),
            consultations: case.consultations.iter().rev().map(|talk| super::log::talk(talk, people)).collect(),
            referrals: drafts(case, people, &here, may(Permission::CaseRefer))
                .chain(referrals(case, people, &here, open && may(Permission::CaseRefer)))
                .collect(),
            parents: super::parents::events(case, people),
            debrief: debrief(case, people),
        }
    }
}

impl CasePage {
    /// The same, with what its reporters added.
    #[must_use]
    pub fn with(self, added: Vec<Event>) -> Self {
        Self { added, ..self }
    }

    /// The same, open to its reader beyond their rights until then.
    #[must_use]
    pub fn open_until(self, until: Option<&prost_types::Timestamp>) -> Self {
        Self { open_until: words::stamp(until).unwrap_or_default(), ..self }
    }
}

fn rows(case: &Case, works: bool, shares: bool, at: &dyn Fn(&str) -> String) -> Vec<Row> {
    let mut rows = vec![Row::new("Kind of incident", case.procedure_title.clone())];
    rows.push(Row::new("State", words::called(STATES, &case.state)));
    rows.extend(super::class::rows(case, works.then_some(at(&format!("/cases/{}", case.case_id))).as_deref()));
    rows.extend(Row::some("Opened", words::stamp(case.create_time.as_ref())));
    if !case.policy_instance_id.is_empty() {
        let version =
            format!("Version {} of the school’s policy, for the whole life of this case", case.policy_version);
        rows.push(Row::new("Worked by", version).to(at(&format!("/policy/versions/{}", case.policy_instance_id))));
    }
    for (i, concern) in case.concern_ids.iter().enumerate() {
        let key = if i == 0 { "From" } else { "And from" };
        rows.push(Row::new(key, format!("Concern {}", i + 1)).to(at(&format!("/concerns/{concern}"))));
    }
    if !case.shared_incident_id.is_empty() {
        let page = at(&format!("/shared-incidents/{}", case.shared_incident_id));
        // The shared part is for whoever shares: the head oversees the school’s own.
        rows.push(match shares {
            true => Row::new("Shared with other schools", "Open the shared part").to(page),
            false => Row::new("Shared with other schools", "Yes: the lead and deputies work the shared part"),
        });
    }
    if case.shared_incident_gone {
        let said = "Your school is out of the incident that it was part of. You can invite schools to it anew.";
        rows.push(Row::new("Shared with other schools", said));
    }
    rows.extend(Row::some("Closed", words::stamp(case.close_time.as_ref())));
    if !case.outcome.is_empty() {
        rows.push(Row::new("Outcome", words::called(words::OUTCOMES, &case.outcome)));
    }
    rows.extend(Row::some("Why", Some(case.outcome_reason.clone())));
    rows.extend(Row::some("Who goes on", Some(case.follow_up.clone())));
    rows
}

/// Whose the case is, and where that is said.
fn owner(case: &Case, people: &People, here: &str, may: &dyn Fn(Permission) -> bool) -> Vec<Row> {
    let row = Row::new("Whose it is", crate::console::due::whose(people, &case.owner_account_id));
    let changes = case.state == "open" && may(Permission::CaseClose);
    vec![if changes { row.change(format!("{here}/assign"), "whose the case is") } else { row }]
}

fn acts(case: &Case, here: &str, may: &dyn Fn(Permission) -> bool) -> Vec<Link> {
    let acts = [
        ("Add an entry", "entries/new", Permission::CaseWork),
        ("Record a fact", "facts/new", Permission::CaseWork),
        ("Add a person", "involvements/new", Permission::CaseWork),
        ("Record a talk with police or the front door", "consultations/new", Permission::CaseWork),
        ("Refer to an agency", "refer", Permission::CaseRefer),
        ("Record a referral already made", "referrals/new", Permission::CaseRefer),
        ("Record what parents are told", "parents-decisions/new", Permission::CaseWork),
        ("Invite another school", "invite-school", Permission::CaseShare),
        ("Record the debrief", "debrief", Permission::CaseWork),
        ("Close the case", "close", Permission::CaseClose),
    ];
    let shown = acts.into_iter().filter(|(_, _, needs)| case.state == "open" && may(*needs));
    let mut shown: Vec<Link> = shown.map(|(text, path, _)| Link::new(text, format!("{here}/{path}"))).collect();
    if case.debrief.is_some() && may(Permission::LessonRaise) {
        shown.push(Link::new("Propose a lesson for the policy", format!("{here}/lesson")));
    }
    if may(Permission::CaseRead) {
        let adult = case.access.as_ref().is_some_and(|access| access.subject.is_some());
        shown.push(if adult {
            Link::new("Does this adult work at other schools?", format!("{here}/adult-marks"))
        } else {
            Link::new("Contacts of people outside the school", format!("{here}/contacts"))
        });
        shown.push(Link::new("Print the case", format!("{here}/prints")));
    }
    if may(Permission::ConcernRecord) {
        shown.push(Link::new("Photos of notes", format!("{here}/photos")));
    }
    if let Some((school, id)) = here.rsplit_once("/cases/") {
        shown.push(Link::new("How long it is kept", format!("{school}/retention/{id}")));
    }
    shown.push(Link::new("Who has looked at this", format!("{here}/looks")));
    shown
}

fn facts(case: &Case, people: &People, here: Option<&str>) -> Vec<Row> {
    let row = |fact: &Fact| {
        let value = words::called(words::fact_values(&fact.name), &fact.value);
        let mut lines = vec![value, super::log::fact_said(fact, people)];
        let earlier = case.earlier_facts.iter().rev().filter(|before| before.name == fact.name);
        lines.extend(earlier.map(|before| {
            let value = words::called(words::fact_values(&before.name), &before.value);
            format!("Before: {value}, {}", super::log::fact_said(before, people))
        }));
        let row = Row::new(words::called(words::FACTS, &fact.name), lines.join("\n"));
        match here {
            Some(here) => {
                row.change(format!("{here}/facts/new?name={}", fact.name), words::called(words::FACTS, &fact.name))
            }
            None => row,
        }
    };
    case.facts.iter().map(row).collect()
}

/// Referrals that are being written, and those that were not sent after all.
fn drafts<'a>(case: &'a Case, people: &'a People, here: &'a str, may: bool) -> impl Iterator<Item = Event> + 'a {
    case.referral_drafts.iter().rev().map(move |draft| {
        let title = draft.route.as_ref().and_then(|one| one.route.as_ref()).map_or("", |route| route.title.as_str());
        let by = people.name(&draft.account_id);
        let when = words::stamp(draft.create_time.as_ref()).unwrap_or_default();
        if draft.state == "withdrawn" {
            return Event::new(format!("{title}: not sent"), format!("{when}, by {by}"), draft.withdraw_reason.clone());
        }
        let event = Event::new(format!("{title}: not sent yet"), format!("Begun {when}, by {by}"), "");
        let address = format!("{here}/refer/{}", draft.draft_id);
        if may && case.state == "open" { event.link(Link::new("Go on with it", address)) } else { event }
    })
}

/// The referrals of a case, newest first.
pub(super) fn referrals(case: &Case, people: &People, here: &str, may: bool) -> Vec<Event> {
    let event = |referral: &Referral| {
        let when = words::stamp(referral.create_time.as_ref()).unwrap_or_default();
        let mut more = Vec::new();
        if !referral.reference.is_empty() {
            more.push(format!("Reference {}", referral.reference));
        }
        let waits = referral.outcome.is_empty();
        if referral.acknowledgement.is_some() {
            more.push("The agency has it".to_owned());
        }
        for went in &referral.escalations {
            if !went.outcome.is_empty() {
                let decided = words::called(words::ANSWERS, &went.outcome);
                more.push(format!("{decided}, not agreed with: {}", went.outcome_text));
            }
            more.push(format!("Taken further: {}", went.rung));
        }
        for before in &referral.corrections {
            let decided = words::called(words::ANSWERS, &before.outcome);
            more.push(format!("{decided}, which did not hold: {}", before.reason));
        }
        let asked = referral.messages.last().filter(|said| said.from_desk && waits);
        if referral.withdrawal.is_some() {
            more.push("Taken back".to_owned());
        } else if let Some(asked) = asked {
            let day = words::day(asked.create_time.as_ref()).unwrap_or_default();
            more.push(format!("They asked on {day}, and nobody has answered: answer now"));
        } else if waits {
            more.extend(words::day(referral.chase_time.as_ref()).map(|day| format!("Chase an answer by {day}")));
        } else {
            let decided = words::stamp(referral.decide_time.as_ref()).unwrap_or_default();
            more.push(format!(
                "{}, {decided}: {}",
                words::called(words::ANSWERS, &referral.outcome),
                referral.outcome_text
            ));
        }
        if let Some(found) = referral.findings.last() {
            let when = words::stamp(found.create_time.as_ref()).unwrap_or_default();
            let came_to = super::referral::found_in_words(&found.outcome);
            more.push(format!("{came_to}, {when}: {}", found.text).trim_end_matches([':', ' ']).to_owned());
        }
        let link = if asked.is_some() && may && referral.withdrawal.is_none() {
            Link::new("Answer what they ask", format!("{here}/referrals/{}/answer", referral.referral_id))
        } else if waits && may && referral.form.is_none() {
            Link::new("Record the answer", format!("{here}/referrals/{}/outcome", referral.referral_id))
        } else {
            Link::new("See the referral", format!("{here}/referrals/{}", referral.referral_id))
        };
        let title = if referral.agency_name.is_empty() {
            words::sentence(&words::spaced(&referral.agency))
        } else {
            referral.agency_name.clone()
        };
        Event {
            more: more.join(". "),
            link,
            ..Event::new(title, format!("{when}, by {}", people.name(&referral.account_id)), referral.reason.clone())
        }
    };
    case.referrals.iter().rev().map(event).collect()
}

fn debrief(case: &Case, people: &People) -> Vec<Row> {
    let Some(debrief) = &case.debrief else { return Vec::new() };
    let when = words::stamp(debrief.create_time.as_ref()).unwrap_or_default();
    let mut rows = vec![Row::new("What was learnt", debrief.findings.clone())];
    rows.extend(Row::some("What is to change", Some(debrief.actions.clone())));
    rows.push(Row::new("Recorded", format!("{when}, by {}", people.name(&debrief.account_id))));
    rows.extend(case.proposed_lessons.iter().map(|lesson| {
        let when = words::stamp(lesson.propose_time.as_ref()).unwrap_or_default();
        Row::new("Lesson proposed", format!("{when}, by {}", people.name(&lesson.account_id)))
    }));
    rows
}

impl Task {
    fn new(case: &Case, step: &CaseStep, people: &People, here: &str) -> Self {
        let waiting = step.state == "cannot_start_yet";
        let due = Due::new(&step.due_word, step.due_time.as_ref());
        let open = matches!(step.state.as_str(), "to_do" | "cannot_start_yet");
        let mut hints = Vec::new();
        if open && !due.text.is_empty() {
            hints.push(due.text.clone());
        }
        if open && !step.owner_account_id.is_empty() {
            hints.push(format!("With {}", people.name(&step.owner_account_id)));
        }
        if waiting && !step.waits_for.is_empty() {
            hints.push(format!("Waits for: {}", meant(case, &step.waits_for)));
        }
        let asks = step.state == "waits_for_fact";
        let fact = records::waits_for(case, here, &step.waits_for);
        if asks {
            hints.push(fact.text);
        }
        if let Some((text, _)) = records::opener(&step.done_by).filter(|_| open && !waiting) {
            hints.push(text.to_owned());
        }
        if open && let Some(earlier) = step.earlier.last() {
            hints.push(again(earlier));
        }
        hints.extend(condition(&step.condition));
        hints.push(format!("Step {} of the school’s policy", step.step_id));
        let tag = match (open && !waiting, step.due_word.as_str()) {
            (true, "overdue") => Some(Tag { text: "Overdue".into(), classes: "govuk-tag--red" }),
            (true, "due_today") => Some(Tag { text: "Due today".into(), classes: "govuk-tag--yellow" }),
            (true, _) => Some(Tag { text: words::called(words::STEPS, &step.state), classes: "" }),
            (false, _) => None,
        };
        Self {
            title: Text { text: step.title.clone() },
            hint: Some(Text { text: hints.join(". ") }),
            status: Status {
                text: words::called(words::STEPS, &step.state),
                classes: if waiting { "govuk-task-list__status--cannot-start-yet" } else { "" },
                tag,
            },
            href: if asks { Some(fact.href) } else { (!waiting).then(|| format!("{here}/steps/{}", step.step_id)) },
        }
    }
}

/// What a code of the policy means in this case: the title of its step or of its gate, the code after it.
pub fn meant(case: &Case, code: &str) -> String {
    if code == records::LADO_ADVICE {
        return "what the designated officer (LADO) answers to the referral".to_owned();
    }
    let step = case.steps.iter().find(|step| step.step_id == code).map(|step| step.title.as_str());
    let gate = || case.gates.iter().find(|gate| gate.gate_id == code).map(|gate| gate.title.as_str());
    match step.or_else(gate) {
        Some(title) => format!("{} ({code})", title.trim_end_matches('.')),
        None => code.to_owned(),
    }
}

/// Why a step that had ended stands open again.
pub fn again(earlier: &StepEnding) -> String {
    let when = words::stamp(earlier.again_time.as_ref()).unwrap_or_default();
    match earlier.turned.as_str() {
        "person" => format!("Due again since {when}: a child joined"),
        fact => format!("Due again since {when}, by what is known now: {}", words::called(words::FACTS, fact)),
    }
}

/// A step's condition for a person.
pub fn condition(condition: &str) -> Option<String> {
    match condition {
        "" | "always" => None,
        "judgement" => Some("You decide whether this is needed".to_owned()),
        facts => Some(crate::console::policy::step_words::condition(facts)),
    }
}
