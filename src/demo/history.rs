//! A term of plausible history: concerns, what became of them, a shared incident, a day's filter logs.

mod alerts;

use chassis::{clock::Clock as _, error::Result};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339, macros::datetime};

use super::{SCHOOLS, Stage, life_cycle, people::who, reporter, roll, text};

/// How far a concern was taken by the end of the history.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taken {
    Unread,
    NoFurtherAction,
    /// Its first steps are done, one is late.
    Begun,
    /// All that is due is done; it waits for an answer and its review.
    Open,
    Closed,
    /// Shared with this school, and still open.
    Shared(&'static str),
}

/// Day of the term (from 0), school, whom it is about, what happened, procedure, one of the four Cs, how far.
type Concern = (i64, &'static str, &'static str, &'static str, &'static str, &'static str, Taken);

use Taken::{Begun, Closed, NoFurtherAction, Open, Shared, Unread};

#[rustfmt::skip]
const CONCERNS: &[Concern] = &[
    (1, "harrowmere", "Leo Ashdown, 9K", "Leo told me a group chat has been naming and mocking him every evening since the summer. He looked worn out.", "P5", "conduct", Closed),
    (2, "thistledown", "Maisie Thorne", "Maisie showed me messages from somebody she met in a game who wants to know which bus she takes.", "P3", "contact", Closed),
    (6, "pennyroyal", "Alfie Penhale", "Alfie told the class he watches videos for grown-ups on his brother's tablet at night.", "P0", "content", Closed),
    (8, "harrowmere", "I do not know the name", "Two Year 8 girls in the corridor were upset about a picture going round. They would not say more.", "P2", "conduct", NoFurtherAction),
    (9, "harrowmere", "Imogen Sayle, 10R", "Imogen says her ex-boyfriend keeps asking for pictures and says he will tell everyone things if she does not send one.", "P1", "conduct", Closed),
    (13, "thistledown", "Dev Kapadia", "Dev repeated slogans about a group of people that he says he found on a video channel. He could not say who runs it.", "P7", "content", Closed),
    (14, "pennyroyal", "Rosa Quill", "Rosa's friend said Rosa has an account on an app for over-13s and that strangers write to her.", "P0", "contact", Closed),
    (16, "harrowmere", "Tyler Brandreth, 8C", "Tyler got past the filter with an app on his phone and was showing others how.", "P0", "conduct", NoFurtherAction),
    (20, "harrowmere", "Nell Overbury, 11T", "Nell has been posting about not eating and following accounts that praise it.", "P0", "content", Closed),
    (22, "thistledown", "Oscar Fane", "Oscar bought coins in a game with his mother's card after somebody online told him how.", "P0", "commerce", Closed),
    (27, "harrowmere", "Jude Merriman, 9K", "Jude was sent insults about his faith in a class chat; three pupils joined in.", "P6", "conduct", Closed),
    (29, "pennyroyal", "Milo Tansley", "Milo asked what a word meant that he saw under a cartoon video. It was sexual.", "P0", "content", NoFurtherAction),
    (34, "harrowmere", "Erin Lacey, 7B", "Erin says somebody made an account in her name and writes to her friends as her.", "P5", "conduct", Closed),
    (36, "thistledown", "Bea Harcourt", "Bea told a helper that a boy at another school wants to be her secret boyfriend and not to tell.", "P3", "contact", Open),
    (41, "pennyroyal", "Noah Kestrel", "Noah's mum says a parent is writing about him by name in a parents' group.", "P5", "conduct", Closed),
    (48, "harrowmere", "Finn Galloway, 10R", "Finn says he lost two hundred pounds on a betting site that asked for no age.", "P0", "commerce", Closed),
    (50, "harrowmere", "Priya Nand, 11T", "Priya saw edited pictures of girls from our year, made to look undressed. She named two sites.", "P2", "conduct", Open),
    (55, "thistledown", "Sol Ferris", "Sol said he wants to hurt himself because of what people write under his videos.", "P0", "content", Closed),
    (57, "pennyroyal", "Ivy Castell", "Ivy is frightened of a challenge that children talk about in the playground.", "P0", "content", NoFurtherAction),
    (62, "harrowmere", "Mabel Stroud, 8C", "Mabel says a boy at Pennyroyal Lane's after-school club and two of ours swap messages about her sister.", "P1", "conduct", Shared("pennyroyal")),
    (70, "thistledown", "Ned Halloran", "Ned's carer says he has three hundred followers he does not know and posts where he is.", "P0", "contact", Open),
    (76, "pennyroyal", "Tilly Marchbanks", "Tilly cried when the tablet was turned on and said the scary man is in there.", "P0", "content", Begun),
    (78, "harrowmere", "Rufus Abbott, 9M", "Rufus forwarded a joke about a terrorist attack to the whole form.", "P7", "content", Begun),
    (83, "harrowmere", "Una Pike, 7B", "Una said goodbye to me as if she would not be in tomorrow, and would not say why.", "P0", "content", Unread),
    (83, "thistledown", "I do not know the name", "A taxi driver says pupils in his car pass a phone round and go quiet when he looks.", "P0", "conduct", Unread),
    (83, "pennyroyal", "Jonty Reeve", "Jonty said his cousin shows him fighting videos of real people.", "P0", "content", Unread),
];

/// The end of the history: the morning after its last concern.
const END: OffsetDateTime = datetime!(2026-11-24 08:00 UTC);

/// Makes it.
pub async fn make(stage: &mut Stage<'_>) -> Result<()> {
    let mut logs_sent = false;
    let mut acts = life_cycle::ACTS.iter().peekable();
    for concern in CONCERNS {
        let at = datetime!(2026-09-01 08:40 UTC) + Duration::days(concern.0) + Duration::minutes(concern.0 * 7 % 300);
        while let Some((when, act)) = acts.next_if(|(when, _)| *when < at) {
            stage.clock.set(*when);
            stage.act(*act).await?;
        }
        if !logs_sent && at > datetime!(2026-11-16 16:00 UTC) {
            stage.clock.set(datetime!(2026-11-16 16:30 UTC));
            for school in &SCHOOLS {
                stage.send_log(school).await?;
            }
            alerts::look_through(stage).await?;
            logs_sent = true;
        }
        stage.clock.set(at);
        take(stage, concern).await?;
    }
    reporter::make(stage).await?;
    stage.clock.set(END);
    Ok(())
}

async fn take(stage: &Stage<'_>, (_, school, about, narrative, procedure, risk, taken): &Concern) -> Result<()> {
    let id = stage.people.school(school).to_owned();
    let dsl = who(school, "dsl");
    let request = json!({"schoolId": id, "about": about, "narrative": narrative, "safeNow": "not_sure"});
    let concern = stage.call(&who(school, "staff"), "RecordConcern", request).await?;
    let concern = text(&concern["concern"]["concernId"]);
    if *taken == Unread {
        return Ok(());
    }
    stage.clock.advance(Duration::minutes(47));
    stage.call(&dsl, "GetConcern", json!({"schoolId": id, "concernId": concern})).await?;
    stage.clock.advance(Duration::minutes(9));
    let learner = roll::meant(stage, &id, &dsl, about).await?;
    if !learner.is_empty() {
        let named = json!({"schoolId": id, "concernId": concern, "learnerIds": [learner]});
        stage.call(&dsl, "SetConcernLearners", named).await?;
    }
    let mut triage = json!({"schoolId": id, "concernId": concern});
    if *taken == NoFurtherAction {
        let reason = "Talked with the form tutor and the family; known, and support is in place.";
        triage["noFurtherAction"] = json!({"reason": reason});
        stage.call(&dsl, "TriageConcern", triage).await?;
        return Ok(());
    }
    triage["newCase"] = json!({"procedureId": procedure, "risks": [risk]});
    let opened = stage.call(&dsl, "TriageConcern", triage).await?;
    let mut case = Case::opened(stage, id, dsl, procedure, &opened);
    case.involve(about, &learner).await?;
    stage.clock.advance(Duration::minutes(20));
    case.entry("Talked with the pupil in the quiet room; they were glad somebody asked.").await?;
    match taken {
        Begun => case.begin().await,
        Open => {
            stage.clock.advance(Duration::hours(2));
            case.work().await.map(|_| ())
        }
        Shared(with) => {
            case.work().await?;
            case.share(stage.people.school(with)).await
        }
        Closed => case.to_its_end().await,
        Unread | NoFurtherAction => Ok(()),
    }
}

/// One case and who works it.
struct Case<'a> {
    stage: &'a Stage<'a>,
    school_id: String,
    dsl: String,
    procedure: String,
    case_id: String,
    /// The child it is about.
    involvement: String,
}

impl<'a> Case<'a> {
    fn opened(stage: &'a Stage<'a>, school_id: String, dsl: String, procedure: &str, answer: &Value) -> Self {
        let case_id = text(&answer["case"]["caseId"]);
        Self { stage, school_id, dsl, procedure: procedure.to_owned(), case_id, involvement: String::new() }
    }

    /// Says whom it is about, and what its procedure asks to know first.
    async fn involve(&mut self, person: &str, learner_id: &str) -> Result<()> {
        let victim = json!({"person": person, "role": "victim", "vulnerabilities": [], "learnerId": learner_id});
        let opened = self.call("AddInvolvement", victim).await?;
        self.involvement = text(&opened["case"]["involvements"][0]["involvementId"]);
        self.call("RecordFact", json!({"name": "immediate_danger", "value": "no"})).await?;
        if self.procedure == "P7" {
            self.call("RecordFact", json!({"name": "subject", "value": "learner"})).await?;
        }
        Ok(())
    }

    async fn call(&self, method: &str, mut request: Value) -> Result<Value> {
        request["schoolId"] = self.school_id.clone().into();
        request["caseId"] = self.case_id.clone().into();
        self.stage.call(&self.dsl, method, request).await
    }

    async fn entry(&self, text: &str) -> Result<()> {
        let entry = json!({"text": text, "significant": true, "impact": "Feels listened to; worried about tomorrow."});
        self.call("AddEntry", entry).await.map(|_| ())
    }

    async fn consult(&self) -> Result<()> {
        let talk = json!({
            "agency": "police_101", "reference": "NP-2026-1147",
            "advice": "No objection to working with the other school; keep devices switched off and untouched."
        });
        self.call("RecordConsultation", talk).await.map(|_| ())
    }

    /// Completes steps that can be done, at most so many of them; those that only closing asks for where it is near.
    async fn some_steps(&self, most: usize, closing: bool) -> Result<()> {
        for _ in 0..most {
            let case = self.call("GetCase", json!({})).await?;
            let steps = case["case"]["steps"].as_array().cloned().unwrap_or_default();
            let can = |step: &&Value| step["state"] == "to_do" && step["doneBy"].is_null();
            let Some(step) = steps.iter().find(|step| can(step) && (closing || !step["dueTime"].is_null())) else {
                return Ok(());
            };
            self.stage.clock.advance(Duration::minutes(35));
            let recorded = recorded(step, self.stage.clock.now() - Duration::minutes(10));
            self.call("CompleteStep", json!({"stepId": step["stepId"], "recorded": recorded})).await?;
        }
        Ok(())
    }

    async fn share(&self, with: &str) -> Result<()> {
        self.call("RecordFact", json!({"name": "other_setting", "value": "yes"})).await?;
        let invitation = json!({
            "toSchoolId": with, "contact": "01632 960188",
            "summary": "Pupils of both our schools are in the same message group; we would like to work on it together."
        });
        let sent = self.call("InviteSchool", invitation).await?;
        self.stage.clock.advance(Duration::hours(1));
        let invitation = sent["invitation"]["invitationId"].clone();
        let accept = json!({"schoolId": with, "invitationId": invitation});
        let accepted = self.stage.call("pennyroyal.head", "AcceptInvitation", accept).await?;
        let shared = json!({
            "schoolId": with, "sharedIncidentId": accepted["sharedIncident"]["sharedIncidentId"],
            "text": "We know the child on our side and have talked with the family. Happy to meet on Thursday."
        });
        self.stage.call("pennyroyal.head", "AddSharedEntry", shared).await?;
        self.some_steps(10, false).await
    }

    /// The first afternoon: who was told, what was offered, the first steps.
    async fn begin(&self) -> Result<()> {
        self.stage.clock.advance(Duration::hours(2));
        self.support().await?;
        self.parents().await?;
        self.some_steps(if self.procedure == "P7" { 1 } else { 2 }, false).await
    }

    async fn parents(&self) -> Result<()> {
        let told = json!({
            "involvementId": self.involvement, "told": true, "reason": "They were glad to hear it from us, and will talk at home.",
            "toldBy": "The designated safeguarding lead", "toldWhom": "The mother", "toldHow": "telephone",
            "toldTime": self.stage.clock.now().format(&Rfc3339).unwrap_or_default()
        });
        self.call("RecordParentsDecision", told).await.map(|_| ())
    }

    async fn support(&self) -> Result<()> {
        let support = json!({
            "involvementId": self.involvement, "uptake": "accepted",
            "offer": "A weekly talk with the pastoral lead, and help to block and report."
        });
        self.call("RecordSupport", support).await.map(|_| ())
    }

    /// Everything that is due before the review; answers the referral that was made.
    async fn work(&self) -> Result<Value> {
        if self.procedure == "P2" {
            let criteria = json!({
                "adultInvolved": "no", "coercion": "no", "unusualOrViolent": "no", "under13": "no", "immediateRisk": "no",
                "reason": "What the pupils said apart from each other, and what the form tutor knows of them."
            });
            self.call("AnswerCriteria", criteria).await?;
        }
        self.consult().await?;
        let referral = json!({"agency": "front_door_form", "reason": "Asked for advice and family support."});
        let made = self.call("MakeReferral", referral).await?;
        self.parents().await?;
        self.support().await?;
        let assessment = json!({
            "risks": "More messages in the evenings; being left out at break.", "needs": "Somebody to go to; quiet at lunch.",
            "measures": "Seats apart in two lessons; a check-in every Friday.", "checks": "Nothing is known elsewhere.",
            "reviewTime": "2027-01-15T12:00:00Z"
        });
        self.call("RecordAssessment", assessment).await?;
        self.some_steps(40, false).await?;
        Ok(made)
    }

    async fn to_its_end(&self) -> Result<()> {
        // What steps rest on is answered before a case ends.
        let answers: &[_] = match self.procedure.as_str() {
            "P0" => &[("device_involved", "no")],
            "P5" => &[("offence", "no")],
            "P1" => {
                &[("offence", "no"), ("device_involved", "no"), ("other_setting", "no"), ("conduct_established", "no")]
            }
            "P3" => &[("intelligence", "no"), ("offence", "no"), ("device_involved", "no"), ("other_setting", "no")],
            "P6" => &[("by_or_at_member", "yes"), ("offence", "no"), ("response_unclear", "no")],
            _ => &[],
        };
        for (name, value) in answers {
            self.call("RecordFact", json!({"name": name, "value": value})).await?;
        }
        let made = self.work().await?;
        self.stage.clock.advance(Duration::days(1));
        let outcome = json!({
            "referralId": made["referral"]["referralId"], "outcome": "advice_given",
            "text": "Early help offered to the family, who accepted."
        });
        self.call("RecordReferralOutcome", outcome).await?;
        self.stage.clock.advance(Duration::days(2));
        self.stage.clock.advance(Duration::minutes(30));
        let learnt = json!({
            "findings": "The talk within the hour helped; the form tutor should have been told sooner.",
            "actions": "Remind form tutors at briefing."
        });
        self.call("RecordDebrief", learnt).await?;
        self.some_steps(10, true).await?;
        let case = self.call("GetCase", json!({})).await?;
        let close = json!({
            "outcome": "resolved", "reason": "Support is in place and the family is content.",
            "followUp": "The head of year looks at it again with the family in January.",
            "etag": case["case"]["etag"]
        });
        self.call("CloseCase", close).await.map(|_| ())
    }
}

/// What somebody wrote down about a step, field by field.
fn recorded(step: &Value, at: OffsetDateTime) -> Value {
    let field = |field: &Value| {
        let name = text(&field["name"]);
        let value = match (field["kind"].as_str().unwrap_or_default(), name.as_str()) {
            ("moment", _) => at.format(&Rfc3339).unwrap_or_default(),
            ("number", _) => "12".to_owned(),
            ("one_of", "protected_characteristic") => "religion_belief".to_owned(),
            ("one_of" | "some_of", _) => text(&field["codes"][0]),
            (_, "told_by") => "The form tutor".to_owned(),
            (_, "told_to") => "The designated safeguarding lead".to_owned(),
            (_, "how") => "In person, at the end of registration".to_owned(),
            (_, "finder") => "The teacher on duty".to_owned(),
            (_, "kind") => "Unkind messages after school, over several evenings".to_owned(),
            (_, "policy_version") => "The versions in force today".to_owned(),
            (_, "involvement") => "As named under the people of this case".to_owned(),
            (_, "shared_incident") => "Shared with the other school\u{2019}s lead".to_owned(),
            (_, "contacts" | "contact") => "The other school\u{2019}s lead, by telephone".to_owned(),
            (_, "findings") => "Everybody knew whom to tell, and the talk came within the hour.".to_owned(),
            (_, "actions") => "Remind form tutors at the next briefing.".to_owned(),
            _ => "Done and noted on file.".to_owned(),
        };
        (name, Value::from(value))
    };
    let fields = step["fields"].as_array().map(Vec::as_slice).unwrap_or_default();
    fields.iter().map(field).collect::<serde_json::Map<_, _>>().into()
}
