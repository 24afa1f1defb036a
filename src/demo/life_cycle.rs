//! What happens to the schools' policies in the term: reviews, an emergency, a new template version and what each school
//! makes of it, a consultation, lessons. At the primary the governors and the review are late.

use std::time::Duration as Wait;

use chassis::error::{Error, Result};
use policy_registry::template::model::model_files;
use proto::policy_registry::v1::{PublishTemplateRequest, SourceFile, policy_registry_client::PolicyRegistryClient};
use serde_json::{Value, json};
use time::{OffsetDateTime, macros::datetime};

use super::{Stage, patient, people::who, text};
use crate::client::request_id;

/// What happens, in the order it does.
#[derive(Clone, Copy)]
pub enum Act {
    AskForReviews,
    CompleteReview,
    Emergency,
    SecondVersion,
    RollOut,
    SignWhatIsAnswered,
    Consult,
    Teach,
    ThirdVersion,
}

/// When what happens.
pub const ACTS: &[(OffsetDateTime, Act)] = &[
    (datetime!(2026-09-10 09:15 UTC), Act::AskForReviews),
    (datetime!(2026-10-08 14:20 UTC), Act::CompleteReview),
    (datetime!(2026-10-23 15:05 UTC), Act::Emergency),
    (datetime!(2026-10-30 10:00 UTC), Act::SecondVersion),
    (datetime!(2026-11-02 08:30 UTC), Act::RollOut),
    (datetime!(2026-11-10 16:10 UTC), Act::SignWhatIsAnswered),
    (datetime!(2026-11-12 11:40 UTC), Act::Consult),
    (datetime!(2026-11-20 13:25 UTC), Act::Teach),
    (datetime!(2026-11-23 09:50 UTC), Act::ThirdVersion),
];

/// File of the template, the words it has, and those it gets.
type Change = (&'static str, &'static str, &'static str);

const SECOND: &[Change] = &[
    (
        "clauses/filtering.md",
        "Leaders see that filtering and monitoring are tested regularly.",
        "Leaders see that filtering and monitoring are tested every half term, on each kind of device we lend.",
    ),
    (
        "clauses/filtering.md",
        "Every change to the filter is written in a log.",
        "Every change to the filter is written in a log, with who asked for it and who agreed.",
    ),
    (
        "clauses/incidents.md",
        "change our rules or lessons where they fell short.",
        "change our rules or lessons where they fell short. We tell the local authority what other schools can learn from.",
    ),
    (
        "clauses/education-parents.md",
        "We hold sessions on online safety for parents and bring it up at other events.",
        "We hold a session on online safety for parents each term and bring it up at other events.",
    ),
    (
        "clauses/filtering.md",
        "## filtering.illegal",
        "## filtering.assistants\n> requirements: R-121\n> cues: generative artificial intelligence; chatbots; assistants\nThe filter treats sites that write or draw on request like any other: they are open only to those for whom the risk was weighed.\n\n## filtering.illegal",
    ),
];

const THIRD: &[Change] = &[(
    "clauses/monitoring.md",
    "Everybody is told that use may be watched.",
    "Everybody is told, when they sign in, that use may be watched.",
)];

impl Stage<'_> {
    /// Lets one of them happen.
    pub async fn act(&self, act: Act) -> Result<()> {
        match act {
            Act::AskForReviews => self.ask_for_reviews().await,
            Act::CompleteReview => {
                let findings =
                    "Read with the governor for safeguarding: what changed nationally is in our policy already.";
                self.complete_review("harrowmere", "unchanged", findings).await
            }
            Act::Emergency => self.emergency().await,
            Act::SecondVersion => self.publish_template(&[SECOND]).await,
            Act::RollOut => self.roll_out().await,
            Act::SignWhatIsAnswered => self.sign_what_is_answered().await,
            Act::Consult => self.consult().await,
            Act::Teach => self.teach().await,
            Act::ThirdVersion => self.third_version().await,
        }
    }

    /// Calls an rpc on a school.
    async fn at(&self, school: &str, part: &str, method: &str, mut request: Value) -> Result<Value> {
        request["schoolId"] = self.people.school(school).into();
        self.call(&who(school, part), method, request).await
    }

    /// Signs or sends on a version, and answers it as it then stands.
    async fn version(&self, school: &str, part: &str, method: &str, of: &Value, more: Value) -> Result<Value> {
        let mut request = json!({"instanceId": of["instanceId"], "etag": of["etag"]});
        for (key, value) in more.as_object().into_iter().flatten() {
            request[key] = value.clone();
        }
        Ok(self.at(school, part, method, request).await?["instance"].clone())
    }

    async fn ask_for_reviews(&self) -> Result<()> {
        let note = "Keeping children safe in education changed on 1 September. Check who leads on filtering and how often it is tested.";
        let asked = json!({"trigger": "national_requirement", "note": note, "dueDate": "2026-11-13"});
        self.call("officer", "RaiseReviews", asked).await.map(|_| ())
    }

    /// Records what the review that the authority asked for came to.
    async fn complete_review(&self, school: &str, outcome: &str, findings: &str) -> Result<()> {
        let reviews = self.at(school, "dsl", "ListReviews", json!({})).await?;
        let asked = reviews["reviews"].as_array().and_then(|all| all.iter().find(|one| one["reviewId"] != ""));
        let id = asked.map(|review| review["reviewId"].clone()).unwrap_or_default();
        let done = json!({"reviewId": id, "outcome": outcome, "findings": findings});
        self.at(school, "dsl", "CompleteReview", done).await.map(|_| ())
    }

    /// The primary stops tablets leaving the building, before its governors meet.
    async fn emergency(&self) -> Result<()> {
        let school = "pennyroyal";
        let draft = self.at(school, "head", "StartRevision", json!({})).await?["instance"].clone();
        let tailored = json!({
            "clauseKey": key(&draft, "devices-learners.storage-office"), "tailoring": "adapted",
            "text": "A phone is switched off at the gate and handed in at the office every morning. School tablets stay in the building until further notice.",
            "reason": "Tablets taken home were not filtered there."
        });
        let draft = self.version(school, "head", "TailorClause", &draft, tailored).await?;
        let draft = self.version(school, "head", "ApproveInstance", &draft, json!({})).await?;
        let why =
            json!({"reason": "Tablets taken home reached unsuitable sites: the rule must stand before half term."});
        self.version(school, "head", "PublishEmergency", &draft, why).await.map(|_| ())
    }

    async fn publish_template(&self, versions: &[&[Change]]) -> Result<()> {
        let mut files = model_files();
        for (name, before, after) in versions.iter().copied().flatten() {
            let file = files.iter_mut().find(|file| file.name == *name);
            let file = file.ok_or_else(|| Error::internal(format!("the template has no {name}")))?;
            let words = String::from_utf8_lossy(&file.content);
            if !words.contains(before) {
                return Err(Error::internal(format!("{name} does not say: {before}")));
            }
            file.content = words.replacen(before, after, 1).into_bytes();
        }
        let files =
            files.into_iter().map(|file| SourceFile { name: file.name, content: file.content.into() }).collect();
        self.people.sign_in("officer").await?;
        let registry = PolicyRegistryClient::new(self.people.way("officer")?);
        let mut registry = registry.max_decoding_message_size(chassis::serve::MAX_MESSAGE);
        let request = PublishTemplateRequest { files, request_id: request_id(), based_on_version: 0 };
        registry.publish_template(patient(request)).await.map(|_| ()).map_err(|status| Error::from_status(&status))
    }

    async fn roll_out(&self) -> Result<()> {
        let note = "Half-termly tests of the filter, and a clause about sites that write or draw on request.";
        let start = json!({"statutoryByDate": "2027-01-11", "note": note});
        let rollout = self.call("officer", "StartRollout", start).await?["rollout"]["rolloutId"].clone();
        for _ in 0..200 {
            let now = self.call("officer", "GetRollout", json!({"rolloutId": rollout})).await?;
            if now["rollout"]["state"] == "done" {
                return Ok(());
            }
            tokio::time::sleep(Wait::from_millis(50)).await;
        }
        Err(Error::internal("the roll-out does not come to its end"))
    }

    /// The draft a school has.
    async fn draft(&self, school: &str) -> Result<Value> {
        let all = self.at(school, "dsl", "ListInstances", json!({})).await?;
        let drafts = all["instances"].as_array().cloned().unwrap_or_default();
        let id = drafts.iter().find(|one| one["state"] == "INSTANCE_STATE_DRAFT").map(|one| one["instanceId"].clone());
        let id = id.ok_or_else(|| Error::internal(format!("{school} has no draft")))?;
        Ok(self.at(school, "dsl", "GetInstance", json!({"instanceId": id})).await?["instance"].clone())
    }

    /// Answers the questions of a draft, in their order, so far as there are answers.
    async fn answer(&self, school: &str, mut draft: Value, answers: &[Value]) -> Result<Value> {
        let asked = self.at(school, "dsl", "ListProposals", json!({"instanceId": draft["instanceId"]})).await?;
        let asked = asked["proposals"].as_array().cloned().unwrap_or_default();
        for (proposal, answer) in asked.iter().zip(answers) {
            let mut answer = answer.clone();
            answer["proposalId"] = proposal["proposalId"].clone();
            draft = self.version(school, "dsl", "AnswerProposal", &draft, answer).await?;
        }
        Ok(draft)
    }

    /// The special school answers all there is to answer, and its head approves: the chair is next.
    async fn sign_what_is_answered(&self) -> Result<()> {
        let school = "thistledown";
        let adopt = json!({"answer": "adopt"});
        let adapt = json!({"answer": "adapt", "reason": "Says the same in the words our families know."});
        let answers: Vec<Value> = [adopt, adapt].into_iter().cycle().take(20).collect();
        let draft = self.answer(school, self.draft(school).await?, &answers).await?;
        self.version(school, "head", "ApproveInstance", &draft, json!({})).await?;
        let findings = "The tests of the filter were not written down. They are now, and the next version says so.";
        self.complete_review(school, "revised", findings).await
    }

    /// The secondary school adopts one change, puts another off, and asks its people.
    async fn consult(&self) -> Result<()> {
        let school = "harrowmere";
        let answers = [
            json!({"answer": "adopt"}),
            json!({"answer": "defer", "reason": "The governors discuss it on 9 December.", "untilDate": "2026-12-18"}),
        ];
        let draft = self.answer(school, self.draft(school).await?, &answers).await?;
        let until = json!({"untilDate": "2026-12-11"});
        let open = self.version(school, "dsl", "OpenConsultation", &draft, until).await?;
        let (evenings, phones) = (key(&open, "education-parents.events"), key(&open, "devices-learners.call-home"));
        let said = [
            ("staff", "staff", "", "Could the page for staff go first? Few of us read to the end."),
            ("governor", "governor", "", "Say who tests the filter in the holidays, when the office is shut."),
            (
                "dsl",
                "parent",
                evenings.as_str(),
                "Evenings on a weekday leave out parents who work shifts. A recording would help.",
            ),
            (
                "dsl",
                "learner",
                phones.as_str(),
                "The queue at the office is long at lunch. Can we ring home from the library too?",
            ),
        ];
        let mut comments = Vec::new();
        for (part, audience, clause, words) in said {
            let comment =
                json!({"instanceId": open["instanceId"], "audience": audience, "clauseKey": clause, "text": words});
            comments.push(self.at(school, part, "AddComment", comment).await?["comment"]["commentId"].clone());
        }
        let answer = json!({
            "instanceId": open["instanceId"], "commentId": comments.get(2), "outcome": "adopted",
            "answer": "The next evening is recorded, and the clause will say so."
        });
        self.at(school, "dsl", "AnswerComment", answer).await.map(|_| ())
    }

    /// What cases and training taught: one waits at a school, one at the authority, one is answered.
    async fn teach(&self) -> Result<()> {
        let closed = self.at("harrowmere", "dsl", "ListCases", json!({"state": "closed"})).await?;
        let case = closed["cases"][0]["caseId"].clone();
        let words = "Form tutors hear of a case the same day, so that nobody seats the learners together. The clause names only the lead and the head.";
        let lesson = json!({"caseId": case, "text": words, "clauseId": "roles-dsl.contact"});
        self.at("harrowmere", "dsl", "ProposeLesson", lesson).await?;
        let lesson = json!({
            "source": "training", "clauseId": "education-staff.topics",
            "text": "Say that drivers and escorts are trained too: they see phones that teachers never see."
        });
        let raised = self.at("thistledown", "deputy", "RaiseLesson", lesson).await?["lesson"]["lessonId"].clone();
        self.at("thistledown", "dsl", "ForwardLesson", json!({"lessonId": raised})).await?;
        let lesson = json!({"source": "review", "text": "Print the policy in larger letters for the entrance hall."});
        let raised = self.at("pennyroyal", "head", "RaiseLesson", lesson).await?["lesson"]["lessonId"].clone();
        let declined = json!({
            "lessonId": raised, "outcome": "declined", "answer": "The web page can be enlarged; we print single pages on request."
        });
        self.at("pennyroyal", "head", "AnswerLesson", declined).await.map(|_| ())
    }

    /// A further version that no school has yet, and a reminder of what is late.
    async fn third_version(&self) -> Result<()> {
        self.publish_template(&[SECOND, THIRD]).await?;
        let remind = json!({
            "schoolIds": [self.people.school("pennyroyal")], "about": "ratification",
            "note": "Ring us if the governors cannot meet before the holidays."
        });
        self.call("officer", "RemindSchools", remind).await.map(|_| ())
    }
}

/// What a version calls its clause on a matter of the template.
fn key(instance: &Value, template_clause: &str) -> String {
    let clauses = instance["clauses"].as_array().cloned().unwrap_or_default();
    text(
        &clauses.iter().find(|clause| clause["templateClauseId"] == template_clause).cloned().unwrap_or_default()["clauseKey"],
    )
}
