//! A family of three over the wire: all of one child comes, nothing of the others, and nothing that the caller may not read.

use std::io::Read as _;

use chassis::{
    error::{Error, Result},
    testing::{Engine, Person},
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, triage_concern_request::Decision as Triage, *},
};
use time::Duration;

use super::super::{World, access::told, world};

mod kept;
mod rest;

/// Words of which none may leave: other people's.
const OTHERS: [&str; 9] =
    ["Samuel", "Sam", "Sammy", "Dale", "Okonkwo", "Price", "dale@example.org", "bad.example", "SECRET"];
/// Sentences about the child, each with a word of its own.
const PLANTED: [&str; 9] = ["PEAR", "PLUM", "QUINCE", "DAMSON", "MEDLAR", "CHERRY", "APRICOT", "BILBERRY", "MULBERRY"];
/// A sentence that is kept back.
const KEPT_BACK: &str = "BRAMBLE";

struct Family {
    world: World,
    deputy: Person,
    child: String,
    case: Case,
}

impl Family {
    fn here(&self) -> String {
        self.world.here.clone()
    }

    async fn learner(world: &World, given_name: &str, known_as: &str) -> Result<String> {
        let record = LearnerRecord {
            given_name: given_name.into(),
            family_name: "Field".into(),
            known_as: known_as.into(),
            ..Default::default()
        };
        let request = CreateLearnerRequest {
            school_id: world.here.clone(),
            record: Some(record),
            request_id: world.dsl.request_id(),
            another_child: true,
        };
        Ok(call!(world.dsl, create_learner, request)?.learner.unwrap_or_default().learner_id)
    }

    async fn concern(world: &World, narrative: &str, child: &str) -> Result<String> {
        let request = RecordConcernRequest {
            school_id: world.here.clone(),
            about: "Robin Field and Sam".into(),
            narrative: narrative.into(),
            safe_now: "yes".into(),
            request_id: world.dsl.request_id(),
            ..Default::default()
        };
        let concern_id = call!(world.dsl, record_concern, request)?.concern.unwrap_or_default().concern_id;
        let request = SetConcernLearnersRequest {
            school_id: world.here.clone(),
            concern_id: concern_id.clone(),
            learner_ids: vec![child.into()],
            request_id: world.dsl.request_id(),
        };
        call!(world.dsl, set_concern_learners, request)?;
        Ok(concern_id)
    }

    async fn opened(world: &World, narrative: &str, child: &str) -> Result<Case> {
        let request = TriageConcernRequest {
            school_id: world.here.clone(),
            concern_id: Self::concern(world, narrative, child).await?,
            decision: Some(Triage::NewCase(NewCase {
                procedure_id: "P1".into(),
                risks: vec!["conduct".into()],
                subject: None,
            })),
            request_id: world.dsl.request_id(),
            again: String::new(),
        };
        Ok(call!(world.dsl, triage_concern, request)?.case.unwrap_or_default())
    }

    async fn new(engine: Engine) -> Result<Self> {
        let world = world(engine).await?;
        let deputy = world.bed.person(&[(Role::DeputyDsl, &world.here), (Role::Staff, &world.here)]);
        let child = Self::learner(&world, "Robin", "").await?;
        let sibling = Self::learner(&world, "Samuel", "Sammy").await?;
        let request = SetHouseholdRequest {
            school_id: world.here.clone(),
            learner_id: child.clone(),
            learner_ids: vec![sibling.clone()],
            request_id: world.dsl.request_id(),
        };
        call!(world.dsl, set_household, request)?;
        let case = Self::opened(&world, "PEAR: Sammy took Robin’s phone.", &child).await?;
        let noted = Self::concern(&world, "PLUM: Robin was quiet; Sam Field was not.", &child).await?;
        let request = TriageConcernRequest {
            school_id: world.here.clone(),
            concern_id: noted,
            decision: Some(Triage::NoFurtherAction(NoFurtherAction { reason: "QUINCE: Mr Price saw to it.".into() })),
            request_id: world.dsl.request_id(),
            again: String::new(),
        };
        call!(world.dsl, triage_concern, request)?;
        let family = Self { world, deputy, child, case };
        family.fill(&sibling).await?;
        Ok(family)
    }

    async fn part(&self, person: &str, role: &str, learner_id: &str) -> Result<String> {
        let request = AddInvolvementRequest {
            school_id: self.here(),
            case_id: self.case.case_id.clone(),
            person: person.into(),
            role: role.into(),
            learner_id: learner_id.into(),
            request_id: self.world.dsl.request_id(),
            ..Default::default()
        };
        let parts = call!(self.world.dsl, add_involvement, request)?.case.unwrap_or_default().involvements;
        Ok(parts.last().map(|part| part.involvement_id.clone()).unwrap_or_default())
    }

    async fn entry(&self, case: &Case, text: &str) -> Result<()> {
        let request = AddEntryRequest {
            school_id: self.here(),
            case_id: case.case_id.clone(),
            text: text.into(),
            request_id: self.world.dsl.request_id(),
            ..Default::default()
        };
        call!(self.world.dsl, add_entry, request).map(drop)
    }

    async fn fill(&self, sibling: &str) -> Result<()> {
        let (dsl, on) = (&self.world.dsl, || (self.here(), self.case.case_id.clone()));
        let own = self.part("Robin Field", "victim", &self.child).await?;
        let theirs = self.part("Sammy Field", "alleged_perpetrator", sibling).await?;
        self.part("Dale Okonkwo-Price", "witness", "").await?;
        self.entry(&self.case, "DAMSON: Robin told Dale that samuel’s friends laughed.").await?;
        self.entry(&self.case, &format!("{KEPT_BACK}: Robin may hurt himself if told.")).await?;
        let (school_id, case_id) = on();
        let request = RecordDecisionRequest {
            school_id,
            case_id,
            kind: "other".into(),
            choice: "MEDLAR: Robin sits apart from Sam Field".into(),
            reason: "Ms Okonkwo’s advice; SAMMY agreed".into(),
            request_id: dsl.request_id(),
            ..Default::default()
        };
        call!(dsl, record_decision, request)?;
        for (part, offer) in [(&own, "CHERRY: time with a mentor"), (&theirs, "SECRET: time with Dale")] {
            let (school_id, case_id) = on();
            let request = RecordSupportRequest {
                school_id,
                case_id,
                involvement_id: part.clone(),
                offer: offer.into(),
                uptake: "accepted".into(),
                request_id: dsl.request_id(),
                ..Default::default()
            };
            call!(dsl, record_support, request)?;
        }
        let (school_id, case_id) = on();
        let request = RecordParentsDecisionRequest {
            school_id,
            case_id,
            involvement_id: own.clone(),
            told: true,
            reason: "APRICOT: they thanked Dale".into(),
            request_id: dsl.request_id(),
            told_by: "The lead".into(),
            told_time: Some(chassis::clock::timestamp(self.world.bed.now())),
            told_whom: "The mother".into(),
            told_how: "telephone".into(),
        };
        call!(dsl, record_parents_decision, request)?;
        let (school_id, case_id) = on();
        let request = RecordMaterialRequest {
            school_id,
            case_id,
            kind: "website".into(),
            description: "SECRET page".into(),
            address: "https://bad.example/x".into(),
            request_id: dsl.request_id(),
        };
        call!(dsl, record_material, request)?;
        self.entry(&self.case, "BILBERRY: Robin saw https://bad.example/x and told dale@example.org’s Dale.").await?;
        let (school_id, case_id) = on();
        let request = RecordSearchRequest {
            school_id,
            case_id,
            kind: "possessions".into(),
            searched: "Robin Field".into(),
            searched_by: "Dale Okonkwo-Price".into(),
            present: "Sam".into(),
            authority: "learner_consent".into(),
            place: "Office".into(),
            sought: "MULBERRY: a phone".into(),
            reason: "It was seen".into(),
            request_id: dsl.request_id(),
            ..Default::default()
        };
        call!(dsl, record_search, request).map(drop)
    }

    async fn receive(&self, who: &Person) -> Result<AccessRequest> {
        let request = ReceiveAccessRequestRequest {
            school_id: self.here(),
            learner_id: self.child.clone(),
            requested_by: "Their mother".into(),
            received_date: chassis::clock::london(self.world.bed.now()).date().to_string(),
            request_id: who.request_id(),
        };
        Ok(call!(who, receive_access_request, request)?.access_request.unwrap_or_default())
    }

    async fn get(&self, who: &Person, id: &str) -> Result<GetAccessRequestResponse> {
        let request = GetAccessRequestRequest { school_id: self.here(), access_request_id: id.into() };
        call!(who, get_access_request, request)
    }

    async fn decide(
        &self,
        who: &Person,
        id: &str,
        item: &AccessItem,
        decision: &str,
    ) -> Result<DecideAccessItemResponse> {
        let taken = item.suggestions.iter().filter(|_| decision == "release_redacted");
        let request = DecideAccessItemRequest {
            school_id: self.here(),
            access_request_id: id.into(),
            item_id: item.item_id.clone(),
            decision: decision.into(),
            redactions: taken.map(|s| TextRange { start: s.start, end: s.end }).collect(),
            phrases: Vec::new(),
            reason: match decision {
                "withhold" => "It is not theirs, or would hurt".into(),
                _ if item.marks.contains(&"serious_harm".into()) => "They know of it themselves".into(),
                _ => String::new(),
            },
            decision_etag: item.decision_etag.clone(),
        };
        call!(who, decide_access_item, request)
    }

    /// Decides on every record as somebody careful would.
    async fn decide_all(&self, who: &Person, id: &str) -> Result<i32> {
        let file = self.get(who, id).await?;
        let mut left = file.undecided;
        for item in file.items.iter().filter(|item| item.state == "undecided") {
            let decision = match item {
                item if item.text.contains(KEPT_BACK) || item.marks.contains(&"other_person".into()) => "withhold",
                item if item.suggestions.is_empty() => "release",
                _ => "release_redacted",
            };
            left = self.decide(who, id, item, decision).await?.undecided;
        }
        Ok(left)
    }

    fn export(&self, who: &Person, id: &str, format: &str) -> ExportSubjectAccessRequest {
        ExportSubjectAccessRequest {
            school_id: self.here(),
            access_request_id: id.into(),
            format: format.into(),
            reason: "For their mother".into(),
            say_withheld: format == "docx",
            request_id: who.request_id(),
            draft: false,
            encrypt: false,
        }
    }
}

/// Everything that can be read out of a file.
fn read(format: &str, content: &[u8]) -> Result<String> {
    match format {
        "pdf" => pdf_extract::extract_text_from_mem(content).map_err(Error::internal),
        "docx" => {
            let mut all = String::new();
            let mut archive = zip::ZipArchive::new(std::io::Cursor::new(content)).map_err(Error::internal)?;
            for place in 0..archive.len() {
                let mut part = archive.by_index(place).map_err(Error::internal)?;
                part.read_to_string(&mut all).map_err(Error::internal)?;
            }
            Ok(all)
        }
        _ => Ok(String::from_utf8_lossy(content).into_owned()),
    }
}

/// Whether a word stands in a text, not as a part of a longer one.
fn stands(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        !letter(text[..at].chars().next_back()) && !letter(text[at + word.len()..].chars().next())
    })
}

async fn all_of_one_child_comes_and_nothing_of_anybody_else(engine: Engine) -> Result<()> {
    let family = Family::new(engine).await?;
    let dsl = &family.world.dsl;
    for format in ["html", "docx", "pdf"] {
        let id = family.receive(dsl).await?.access_request_id;
        let file = family.get(dsl, &id).await?;
        let everything = file.items.iter().map(|item| item.text.as_str()).collect::<Vec<_>>().join("\n");
        let missed: Vec<_> = PLANTED.iter().filter(|word| !everything.contains(**word)).collect();
        assert!(missed.is_empty(), "{missed:?} are not among the records");
        let material = file.items.iter().find(|item| item.kind == "Suspect material").cloned().unwrap_or_default();
        assert!(material.always_withheld && material.state == "withhold" && material.redacted_text.is_empty());
        let refused = family.decide(dsl, &id, &material, "release").await.err().map(|e| e.reason_name());
        assert_eq!(refused, Some("INVALID_FIELD"));

        let undecided = call!(dsl, export_subject_access, family.export(dsl, &id, format)).err();
        let message = undecided.as_ref().map(|e| e.message().to_owned()).unwrap_or_default();
        assert!(message.contains(&file.undecided.to_string()) && file.undecided > 10, "{message}");
        assert_eq!(family.decide_all(dsl, &id).await?, 0);
        // What came meanwhile is asked for, too.
        let late = format!("Robin came back after {format}");
        family.entry(&family.case, &late).await?;
        let late = call!(dsl, export_subject_access, family.export(dsl, &id, format)).err().map(|e| e.reason_name());
        assert_eq!(late, Some("WRONG_STATE"));
        assert_eq!(family.decide_all(dsl, &id).await?, 0);

        let asked = family.export(dsl, &id, format);
        let answer = call!(dsl, export_subject_access, asked.clone())?;
        let text = read(format, &answer.content)?;
        for word in PLANTED {
            assert!(stands(&text, word), "{word} is missing in the {format}");
        }
        let raw = String::from_utf8_lossy(&answer.content);
        // In what is packed, a short word may stand by chance.
        let leaks = |word: &&&str| stands(&text, word) || (word.len() > 4 && raw.contains(**word));
        let leaked: Vec<_> = OTHERS.iter().chain([&KEPT_BACK]).filter(leaks).collect();
        assert!(leaked.is_empty(), "{leaked:?} stand in the {format}");
        assert!(stands(&text, "Robin") && text.contains("removed"));
        assert_eq!(text.contains("kept back"), format == "docx", "{format}: whether anything was kept back");
        assert!(!answer.file_name.contains("Robin") && answer.file_name.ends_with(format));
        let kept = answer.access_request.clone().unwrap_or_default();
        assert_eq!((kept.state.as_str(), kept.due_word.as_str()), ("answered", ""));
        assert_eq!(kept.export.clone().unwrap_or_default().digest.len(), 64);

        // The same call gets the same file; another is refused, as is another decision.
        let again = call!(dsl, export_subject_access, asked)?;
        assert_eq!(again.content, answer.content);
        let closed = call!(dsl, export_subject_access, family.export(dsl, &id, format)).err().map(|e| e.reason_name());
        assert_eq!(closed, Some("WRONG_STATE"));
        let first = family.get(dsl, &id).await?.items.first().cloned().unwrap_or_default();
        let late = family.decide(dsl, &id, &first, "withhold").await.err().map(|e| e.reason_name());
        assert_eq!(late, Some("WRONG_STATE"));
    }
    Ok(())
}

async fn a_case_that_is_not_the_readers_gives_nothing_and_is_not_told_of(engine: Engine) -> Result<()> {
    let family = Family::new(engine).await?;
    let (dsl, deputy) = (&family.world.dsl, &family.deputy);
    let id = family.receive(deputy).await?.access_request_id;
    let list = async |who: &Person| -> Result<String> {
        let request = ListAccessRequestsRequest {
            school_id: family.here(),
            learner_id: family.child.clone(),
            ..Default::default()
        };
        Ok(told(call!(who, list_access_requests, request)))
    };
    let before = (told(family.get(deputy, &id).await), list(deputy).await?);

    let hidden = Family::opened(&family.world, "ROWAN: Robin and Sam", &family.child).await?;
    let level = |level: &str, etag: &str| SetCaseAccessRequest {
        school_id: family.here(),
        case_id: hidden.case_id.clone(),
        level: level.into(),
        member_account_ids: crate::tests::model::second(level),
        reason: "A relative works here".into(),
        etag: etag.into(),
        request_id: dsl.request_id(),
        ..Default::default()
    };
    call!(dsl, set_case_access, level("hidden", &hidden.etag))?;
    family.entry(&hidden, "ROWAN: more of it").await?;
    let theirs = family.get(dsl, &id).await?;
    for item in theirs.items.iter().filter(|item| item.text.contains("ROWAN")) {
        family.decide(dsl, &id, item, "withhold").await?;
    }
    assert!(theirs.items.iter().any(|item| item.text.contains("ROWAN")), "whoever it names sees it");
    assert_eq!((told(family.get(deputy, &id).await), list(deputy).await?), before, "byte for byte");

    // Broken glass is for reading: it adds nothing to an answer.
    let case = GetCaseRequest { school_id: family.here(), case_id: hidden.case_id.clone() };
    let etag = call!(dsl, get_case, case)?.case.unwrap_or_default().etag;
    call!(dsl, set_case_access, level("restricted", &etag))?;
    let glass = BreakGlassRequest {
        school_id: family.here(),
        case_id: hidden.case_id.clone(),
        reason: "The lead is away and the police are on the telephone".into(),
        request_id: deputy.request_id(),
    };
    call!(deputy, break_glass, glass)?;
    assert_eq!((told(family.get(deputy, &id).await), list(deputy).await?), before);
    assert_eq!(family.decide_all(deputy, &id).await?, 0);
    // They know that there is one more, and it is not theirs to give: somebody it names answers.
    let short = call!(deputy, export_subject_access, family.export(deputy, &id, "html")).err().map(|e| e.reason_name());
    assert_eq!(short, Some("WRONG_STATE"));
    let case = GetCaseRequest { school_id: family.here(), case_id: hidden.case_id.clone() };
    let etag = call!(dsl, get_case, case)?.case.unwrap_or_default().etag;
    call!(dsl, set_case_access, level("hidden", &etag))?;
    // A draft is read first, closes nothing, and says that it is one.
    let draft = ExportSubjectAccessRequest { draft: true, ..family.export(deputy, &id, "html") };
    let draft = call!(deputy, export_subject_access, draft)?;
    assert!(
        read("html", &draft.content)?.contains("DRAFT") && draft.access_request.unwrap_or_default().state == "open"
    );
    // A form that was opened before somebody else decided overturns nothing.
    let file = family.get(deputy, &id).await?;
    let stale = AccessItem { decision_etag: "none".into(), ..file.items[0].clone() };
    assert_eq!(family.decide(deputy, &id, &stale, "release").await.err().map(|e| e.reason_name()), Some("CHANGED"));
    let answer = call!(deputy, export_subject_access, family.export(deputy, &id, "html"))?;
    let text = read("html", &answer.content)?;
    assert!(stands(&text, "PEAR") && !text.contains("ROWAN") && !text.contains("DRAFT"));

    // The head answers as well; other staff and other schools know of no request.
    let head = family.world.bed.person(&[(Role::Head, &family.world.here), (Role::Staff, &family.world.here)]);
    assert!(family.get(&head, &id).await?.items.iter().all(|item| !item.text.contains("ROWAN")));
    let own = family.receive(&head).await?.access_request_id;
    assert!(!family.get(&head, &own).await?.items.is_empty());
    let chair = family.world.bed.person(&[(Role::Chair, &family.world.here)]);
    assert_eq!(family.get(&chair, &id).await.err().map(|e| e.reason_name()), Some("NOT_PERMITTED"));
    let elsewhere = GetAccessRequestRequest { school_id: family.world.there.clone(), access_request_id: id };
    let elsewhere = call!(family.world.other, get_access_request, elsewhere).err().map(|e| e.reason_name());
    assert_eq!(elsewhere, Some("NOT_FOUND"));
    Ok(())
}

async fn the_clock_stands_still_while_the_school_waits(engine: Engine) -> Result<()> {
    let family = Family::new(engine).await?;
    let dsl = &family.world.dsl;
    let asked = family.receive(dsl).await?;
    let pause = PauseAccessRequestRequest {
        school_id: family.here(),
        access_request_id: asked.access_request_id.clone(),
        reason: "Proof of who asks".into(),
        request_id: dsl.request_id(),
    };
    call!(dsl, pause_access_request, pause.clone())?;
    family.world.bed.clock.advance(Duration::days(14));
    let resume = ResumeAccessRequestRequest {
        school_id: family.here(),
        access_request_id: asked.access_request_id.clone(),
        reason: "A passport".into(),
        request_id: dsl.request_id(),
    };
    let now = call!(dsl, resume_access_request, resume)?.access_request.unwrap_or_default();
    assert!(now.due_date > asked.due_date, "{} is not after {}", now.due_date, asked.due_date);
    assert_eq!((now.state.as_str(), now.pauses.len()), ("open", 1));
    assert_eq!(now.pauses[0].reason, "Proof of who asks");
    let again = ResumeAccessRequestRequest {
        school_id: family.here(),
        access_request_id: asked.access_request_id.clone(),
        reason: "Again".into(),
        request_id: dsl.request_id(),
    };
    assert_eq!(call!(dsl, resume_access_request, again).err().map(|e| e.reason_name()), Some("WRONG_STATE"));
    let extend = ExtendAccessRequestRequest {
        school_id: family.here(),
        access_request_id: asked.access_request_id.clone(),
        reason: "Three years of records; told by letter".into(),
        request_id: dsl.request_id(),
    };
    let empty = ExtendAccessRequestRequest { reason: " ".into(), request_id: dsl.request_id(), ..extend.clone() };
    assert_eq!(call!(dsl, extend_access_request, empty).err().map(|e| e.reason_name()), Some("INVALID_FIELD"));
    let longer = call!(dsl, extend_access_request, extend.clone())?.access_request.unwrap_or_default();
    assert!(longer.due_date > now.due_date, "{} is not after {}", longer.due_date, now.due_date);
    let once_more = ExtendAccessRequestRequest { request_id: dsl.request_id(), ..extend };
    assert_eq!(call!(dsl, extend_access_request, once_more).err().map(|e| e.reason_name()), Some("WRONG_STATE"));
    let second = PauseAccessRequestRequest { request_id: dsl.request_id(), ..pause };
    call!(dsl, pause_access_request, second)?;
    assert_eq!(family.decide_all(dsl, &asked.access_request_id).await?, 0);
    let export = family.export(dsl, &asked.access_request_id, "html");
    let waiting = call!(dsl, export_subject_access, export).err().map(|e| e.reason_name());
    assert_eq!(waiting, Some("WRONG_STATE"), "what the school waits for comes before the answer");
    Ok(())
}

on_both_engines!(
    all_of_one_child_comes_and_nothing_of_anybody_else,
    a_case_that_is_not_the_readers_gives_nothing_and_is_not_told_of,
    the_clock_stands_still_while_the_school_waits,
);
