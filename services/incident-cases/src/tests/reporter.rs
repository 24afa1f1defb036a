//! The reporter's side of a concern: what they add, the page for people without an account, photos of notes.

use chassis::{
    error::{Error, Result},
    testing::{Engine, Person},
    upstream::Upstream,
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, triage_concern_request::Decision, *},
};
use sea_orm::{ConnectionTrait as _, Statement};

use super::{
    World,
    access::{told, wrong},
    world,
};
use crate::image::tests::from_a_phone;

/// Whoever comes through the gateway without a sign-in.
struct Nobody<'a>(&'a World);

impl Nobody<'_> {
    fn to(&self, service: &str) -> Result<Upstream> {
        self.0.bed.upstreams.as_service(service, &self.0.bed.signer("gateway"))
    }
}

struct School {
    world: World,
    teacher: Person,
    colleague: Person,
    deputy: Person,
    head: Person,
}

async fn school(engine: Engine) -> Result<School> {
    let world = world(engine).await?;
    let here = world.here.clone();
    let person = |role| world.bed.person(&[(role, &here), (Role::Staff, &here)]);
    let (teacher, colleague) = (person(Role::Staff), person(Role::Staff));
    let (deputy, head) = (person(Role::DeputyDsl), person(Role::Head));
    Ok(School { world, teacher, colleague, deputy, head })
}

impl School {
    fn id(&self) -> String {
        self.world.here.clone()
    }

    async fn report(&self, who: &Person) -> Result<String> {
        let request = RecordConcernRequest {
            school_id: self.id(),
            about: "Somebody".into(),
            narrative: "Something".into(),
            safe_now: "not_sure".into(),
            body_areas: vec!["right_arm".into(), "head".into()],
            request_id: who.request_id(),
            ..Default::default()
        };
        Ok(call!(who, record_concern, request)?.concern.unwrap_or_default().concern_id)
    }

    async fn add(&self, who: &Person, concern_id: &str, text: &str) -> Result<MyConcern> {
        let request = AddToConcernRequest {
            school_id: self.id(),
            concern_id: concern_id.into(),
            text: text.into(),
            request_id: who.request_id(),
        };
        Ok(call!(who, add_to_concern, request)?.concern.unwrap_or_default())
    }

    async fn mine(&self, who: &Person, concern_id: &str) -> Result<MyConcern> {
        let request = GetMyConcernRequest { school_id: self.id(), concern_id: concern_id.into() };
        Ok(call!(who, get_my_concern, request)?.concern.unwrap_or_default())
    }

    async fn read(&self, who: &Person, concern_id: &str) -> Result<Concern> {
        let request = GetConcernRequest { school_id: self.id(), concern_id: concern_id.into(), with_learners: false };
        Ok(call!(who, get_concern, request)?.concern.unwrap_or_default())
    }

    /// How many concerns were added to since they were read.
    async fn added_to(&self, who: &Person) -> Result<i32> {
        let request = ListConcernsRequest { school_id: self.id(), added: true, ..Default::default() };
        let answer = call!(who, list_concerns, request)?;
        assert_eq!(usize::try_from(answer.total_size).unwrap_or_default(), answer.concerns.len());
        Ok(answer.total_size)
    }

    /// How much was announced so far.
    async fn announced(&self) -> Result<i64> {
        let mut tx = self.world.store.begin(&chassis::caller::Scope::consumer(&self.id(), "evt")).await?;
        let sql = "SELECT COUNT(*) AS n FROM outbox";
        let row = tx.db().query_one_raw(Statement::from_string(tx.db().get_database_backend(), sql)).await?;
        tx.silent();
        tx.commit().await?;
        Ok(row.map(|row| row.try_get::<i64>("", "n")).transpose()?.unwrap_or_default())
    }

    async fn decide(&self, concern_id: &str, decision: Decision) -> Result<TriageConcernResponse> {
        let request = TriageConcernRequest {
            school_id: self.id(),
            concern_id: concern_id.into(),
            decision: Some(decision),
            request_id: self.world.dsl.request_id(),
            again: String::new(),
        };
        call!(self.world.dsl, triage_concern, request)
    }

    /// A case on an adult without an account, that the head takes on.
    async fn allegation(&self, concern_id: &str) -> Result<String> {
        let subject = AdultSubject { name: "A visitor".into(), routed_to: "head".into(), ..Default::default() };
        let new = NewCase { procedure_id: "P9".into(), risks: vec!["contact".into()], subject: Some(subject) };
        let opened = self.decide(concern_id, Decision::NewCase(new)).await?;
        Ok(opened.case.unwrap_or_default().case_id)
    }

    async fn begin(&self, who: &Person, concern_id: &str, case_id: &str, shows: &str) -> Result<Attachment> {
        let request = BeginAttachmentRequest {
            school_id: self.id(),
            concern_id: concern_id.into(),
            case_id: case_id.into(),
            shows_child: shows.into(),
            request_id: who.request_id(),
        };
        Ok(call!(who, begin_attachment, request)?.attachment.unwrap_or_default())
    }

    async fn send(&self, who: &Person, attachment: &Attachment, file: &[u8]) -> Result<Attachment> {
        let request = AddAttachmentRequest {
            school_id: self.id(),
            attachment_id: attachment.attachment_id.clone(),
            content: file.to_vec().into(),
            request_id: who.request_id(),
        };
        Ok(call!(who, add_attachment, request)?.attachment.unwrap_or_default())
    }

    async fn open_attachment(&self, who: &Person, id: &str) -> Result<GetAttachmentResponse> {
        call!(who, get_attachment, GetAttachmentRequest { school_id: self.id(), attachment_id: id.into() })
    }

    async fn open_page(&self, who: &Person, new_code: bool) -> Result<PublicReport> {
        let request = OpenPublicReportRequest {
            school_id: self.id(),
            school_name: "Harrowmere High School".into(),
            read_from: "08:30".into(),
            read_to: "16:00".into(),
            new_code,
            request_id: who.request_id(),
        };
        Ok(call!(who, open_public_report, request)?.report.unwrap_or_default())
    }

    /// Somebody without an account.
    fn nobody(&self) -> Nobody<'_> {
        Nobody(&self.world)
    }

    async fn tell(&self, code: &str, narrative: &str, request_id: String) -> Result<String> {
        let request = RecordPublicConcernRequest {
            code: code.into(),
            about: "me".into(),
            narrative: narrative.into(),
            safe_now: "no".into(),
            reporter: Some(PublicReporter {
                kind: "learner".into(),
                name: "Sam".into(),
                contact: "After school, at the library".into(),
            }),
            request_id,
            ..Default::default()
        };
        Ok(call!(self.nobody(), record_public_concern, request)?.receipt)
    }

    async fn was_read(&self, code: &str, receipt: &str) -> Result<bool> {
        let request = CheckPublicReceiptRequest { code: code.into(), receipt: receipt.into() };
        Ok(call!(self.nobody(), check_public_receipt, request)?.read)
    }

    async fn found(&self, code: &str) -> Result<FindPublicReportResponse> {
        call!(self.nobody(), find_public_report, FindPublicReportRequest { code: code.into() })
    }
}

async fn what_is_added_reaches_the_lead_and_changes_nothing_before(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (teacher, dsl) = (&school.teacher, &school.world.dsl);
    let concern_id = school.report(teacher).await?;
    school.read(dsl, &concern_id).await?;
    assert_eq!(school.added_to(dsl).await?, 0);

    let mine = school.add(teacher, &concern_id, "There is more").await?;
    assert_eq!((mine.narrative.as_str(), mine.additions[0].text.as_str()), ("Something", "There is more"));
    assert_eq!((school.added_to(dsl).await?, school.added_to(&school.head).await?), (1, 1));
    // The head looks on and leaves no receipt; the lead sees once what is new.
    assert!(school.read(&school.head, &concern_id).await?.additions[0].read_time.is_none());
    assert!(school.read(dsl, &concern_id).await?.additions[0].read_time.is_none());
    assert!(school.read(dsl, &concern_id).await?.additions[0].read_time.is_some());
    assert_eq!(school.added_to(dsl).await?, 0);
    let mine = school.mine(teacher, &concern_id).await?;
    assert_eq!(mine.read_by_account_id, dsl.account_id);
    assert_eq!(mine.additions[0].read_by_account_id, dsl.account_id);
    assert_eq!(mine.body_areas, ["head", "right_arm"]);

    // What comes after the decision is not lost.
    let nothing = Decision::NoFurtherAction(NoFurtherAction { reason: "Known".into() });
    school.decide(&concern_id, nothing).await?;
    // Whoever comes too late to a decision is told whose it was, and when.
    let decided = school.read(dsl, &concern_id).await?;
    assert!(decided.decided_by_account_id == dsl.account_id && decided.decide_time.is_some());
    let before = school.announced().await?;
    school.add(teacher, &concern_id, "And it happened again").await?;
    assert_eq!(school.announced().await?, before + 1, "lead and deputies are told");
    assert_eq!(school.added_to(dsl).await?, 0, "it is unread as a whole, and decided again");
    let mine = format!("{:?}", school.mine(teacher, &concern_id).await?);
    assert!(!mine.contains("Known") && !mine.contains("no_further_action"), "nothing of what followed: {mine}");

    // Nobody else adds to it or reads it as theirs.
    let nobodys: crate::concern::ConcernId = school.world.bed.ids.next();
    for other in [&school.colleague, dsl, &school.head] {
        let absent = told(school.mine(other, nobodys.as_str()).await);
        assert_eq!(told(school.mine(other, &concern_id).await), absent);
        assert_eq!(told(school.add(other, &concern_id, "x").await), absent);
    }
    assert_eq!(wrong(school.add(teacher, &concern_id, " ").await)?, "INVALID_FIELD");
    let unknown = RecordConcernRequest {
        school_id: school.id(),
        about: "a".into(),
        narrative: "n".into(),
        safe_now: "yes".into(),
        body_areas: vec!["soul".into()],
        request_id: teacher.request_id(),
        ..Default::default()
    };
    let refused = call!(teacher, record_concern, unknown).err().ok_or_else(|| Error::internal("accepted"))?;
    assert_eq!(refused.violations()[0].field, "body_areas");
    Ok(())
}

async fn what_is_added_about_an_adult_reaches_those_who_take_it_on_alone(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let concern_id = school.report(&school.teacher).await?;
    let case_id = school.allegation(&concern_id).await?;
    let before = school.announced().await?;
    school.add(&school.teacher, &concern_id, "There is more").await?;
    assert_eq!(school.announced().await?, before, "about an adult nobody is told anything");
    assert_eq!((school.added_to(&school.deputy).await?, school.added_to(&school.head).await?), (0, 1));
    // Whoever works the case meets it there, and it waits to be read all the same.
    let case = GetCaseRequest { school_id: school.id(), case_id };
    let met = call!(school.head, get_case, case.clone())?.additions;
    assert_eq!((met.len(), met[0].text.as_str(), met[0].read_time), (1, "There is more", None));
    assert_eq!((met[0].account_id.as_str(), school.added_to(&school.head).await?), (&*school.teacher.account_id, 1));
    assert_eq!(wrong(call!(school.deputy, get_case, case))?, "NOT_FOUND");
    assert_eq!(wrong(school.read(&school.deputy, &concern_id).await)?, "NOT_FOUND");
    school.read(&school.head, &concern_id).await?;
    assert_eq!(school.added_to(&school.head).await?, 0);
    let mine = school.mine(&school.teacher, &concern_id).await?;
    assert_eq!(mine.additions[0].read_by_account_id, school.head.account_id);
    Ok(())
}

async fn nothing_that_is_added_is_lost_while_others_read(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let concern_id = school.report(&school.teacher).await?;
    let (added, _, _) = tokio::join!(
        futures_of(8, |n| {
            let (school, concern_id) = (&school, concern_id.clone());
            async move { school.add(&school.teacher, &concern_id, &format!("addition {n}")).await }
        }),
        futures_of(4, |_| school.read(&school.world.dsl, &concern_id)),
        futures_of(4, |_| school.read(&school.deputy, &concern_id)),
    );
    let kept = added.iter().filter(|added| added.is_ok()).count();
    assert_eq!(kept, 8, "{added:?}");
    assert_eq!(school.mine(&school.teacher, &concern_id).await?.additions.len(), kept);
    Ok(())
}

/// So many of one kind at once.
async fn futures_of<T, F: Future<Output = T>>(many: usize, make: impl Fn(usize) -> F) -> Vec<T> {
    let mut all: Vec<_> = (0..many).map(|n| Box::pin(make(n))).collect();
    let mut done: Vec<Option<T>> = (0..many).map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, done) in all.iter_mut().zip(&mut done).filter(|(_, done)| done.is_none()) {
            if let std::task::Poll::Ready(value) = future.as_mut().poll(context) {
                *done = Some(value);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

async fn people_without_an_account_are_heard_and_learn_only_that_they_were(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let dsl = &school.world.dsl;
    assert_eq!(wrong(school.open_page(&school.teacher, false).await)?, "NOT_PERMITTED");
    let page = school.open_page(&school.head, false).await?;
    assert!(page.open && page.code.len() == 8);

    // As it is typed from a poster.
    let spoken = format!("{}-{}", page.code[..4].to_uppercase(), &page.code[4..]);
    let found = school.found(&spoken).await?;
    assert_eq!((found.school_name.as_str(), found.reading_now), ("Harrowmere High School", true));

    // The rota has somebody on Fridays alone: on a Tuesday nobody is said to read, whatever the page's hours are.
    let friday = Shift {
        start: "08:30".into(),
        end: "12:00".into(),
        account_ids: vec![dsl.account_id.clone()],
        ..Shift::default()
    };
    let rota = SetRotaRequest {
        school_id: school.id(),
        weekdays: vec!["friday".into()],
        shifts: vec![friday],
        etag: "v0".into(),
        request_id: dsl.request_id(),
    };
    call!(dsl, set_rota, rota)?;
    assert!(!school.found(&spoken).await?.reading_now);

    let request_id = dsl.request_id();
    let receipt = school.tell(&page.code, "Something at home", request_id.clone()).await?;
    assert_eq!(school.tell(&page.code, "Something at home", request_id).await?, receipt, "sent twice, heard once");
    assert!(!school.was_read(&page.code, &receipt).await?);
    let listed = call!(dsl, list_concerns, ListConcernsRequest { school_id: school.id(), ..Default::default() })?;
    assert_eq!(listed.total_size, 1);
    let concern = school.read(dsl, &listed.concerns[0].concern_id).await?;
    let reporter = concern.public_reporter.clone().unwrap_or_default();
    assert_eq!((concern.origin.as_str(), concern.reporter_account_id.as_str()), ("public", ""));
    assert_eq!((reporter.kind.as_str(), reporter.name.as_str()), ("learner", "Sam"));
    assert!(school.was_read(&page.code, &receipt.to_uppercase()).await?);

    // Nobody's own concern is everybody's who has no account: nobody reads it as theirs.
    let own = GetMyConcernRequest { school_id: school.id(), concern_id: concern.concern_id.clone() };
    assert_eq!(wrong(call!(school.nobody(), get_my_concern, own))?, "NOT_SIGNED_IN");
    assert_eq!(wrong(school.was_read(&page.code, "000000000000").await)?, "NOT_FOUND");
    let image = school.tell(&page.code, "data:image/png;base64,AAAA", dsl.request_id()).await;
    assert_eq!(wrong(image)?, "INVALID_FIELD");
    let nameless =
        RecordPublicConcernRequest { code: page.code.clone(), request_id: dsl.request_id(), ..Default::default() };
    let refused = call!(school.nobody(), record_public_concern, nameless).err();
    let fields: Vec<String> =
        refused.iter().flat_map(|e| e.violations()).map(|violation| violation.field.clone()).collect();
    assert_eq!(fields, ["about", "narrative", "safe_now", "reporter.kind"]);

    // Closed, it is as if there had never been one; open again, the posters are true again.
    let close = ClosePublicReportRequest { school_id: school.id(), request_id: dsl.request_id() };
    call!(dsl, close_public_report, close)?;
    let absent = told(school.found("zzzzzzzz").await);
    assert_eq!(told(school.found(&page.code).await), absent);
    assert_eq!(told(school.tell(&page.code, "More", dsl.request_id()).await), absent);
    assert_eq!(told(school.was_read(&page.code, &receipt).await), absent);
    assert_eq!(school.open_page(dsl, false).await?.code, page.code);
    let renewed = school.open_page(dsl, true).await?.code;
    assert_ne!(renewed, page.code);
    assert_eq!(told(school.found(&page.code).await), absent);
    assert!(school.was_read(&renewed, &receipt).await?, "a receipt outlives an address");
    let theirs = GetPublicReportRequest { school_id: school.id() };
    assert_eq!(wrong(call!(school.world.other, get_public_report, theirs))?, "NOT_FOUND");
    Ok(())
}

async fn a_flood_through_the_public_page_is_stopped(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let page = school.open_page(&school.world.dsl, false).await?;
    for n in 0..crate::public_report::MOST {
        school.tell(&page.code, &format!("Report {n}"), school.world.dsl.request_id()).await?;
    }
    let more = async || school.tell(&page.code, "One more", school.world.dsl.request_id()).await;
    assert_eq!(wrong(more().await)?, "TOO_MANY_TRIES");
    school.world.bed.clock.advance(crate::public_report::WINDOW);
    more().await.map(|_| ())
}

async fn a_photo_is_refused_before_a_byte_of_it_comes(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (teacher, dsl) = (&school.teacher, &school.world.dsl);
    let own = school.report(teacher).await?;
    for answer in ["yes", "not_sure"] {
        assert_eq!(wrong(school.begin(teacher, &own, "", answer).await)?, "PROHIBITED", "{answer}");
    }
    for (concern, case, answer) in [(own.as_str(), "", ""), ("", "", "no"), (own.as_str(), "", "perhaps")] {
        assert_eq!(wrong(school.begin(teacher, concern, case, answer).await)?, "INVALID_FIELD");
    }
    // In a case that may be about illegal images there is none, for nobody and with no answer.
    let case = school.world.case().await?;
    assert_eq!(wrong(school.begin(dsl, "", &case.case_id, "no").await)?, "PROHIBITED");
    assert_eq!(wrong(school.begin(dsl, &case.concern_ids[0], "", "no").await)?, "WRONG_STATE");
    assert_eq!(wrong(school.begin(teacher, "", &case.case_id, "no").await)?, "NOT_FOUND");
    let nobodys: crate::attachment::AttachmentId = school.world.bed.ids.next();
    let never = Attachment { attachment_id: nobodys.to_string(), ..Default::default() };
    assert_eq!(wrong(school.send(teacher, &never, &from_a_phone()).await)?, "NOT_FOUND");
    // What it became since counts: begun with a concern that went into such a case before the file came.
    let begun = school.begin(teacher, &own, "", "no").await?;
    let new = NewCase { procedure_id: "P1".into(), risks: vec!["conduct".into()], subject: None };
    school.decide(&own, Decision::NewCase(new)).await?;
    assert_eq!(wrong(school.send(teacher, &begun, &from_a_phone()).await)?, "WRONG_STATE");
    let scope = chassis::caller::Scope::consumer(&school.id(), "evt");
    let mut tx = school.world.store.begin(&scope).await?;
    let count = "SELECT COUNT(*) AS n FROM attachment WHERE content IS NOT NULL";
    let kept = tx.db().query_one_raw(Statement::from_string(tx.db().get_database_backend(), count)).await?;
    assert_eq!(kept.map(|row| row.try_get::<i64>("", "n")).transpose()?, Some(0), "nothing was stored");
    tx.silent();
    tx.commit().await
}

async fn a_photo_of_a_note_is_sealed_cleaned_and_read_by_whoever_answers_for_it(engine: Engine) -> Result<()> {
    let school = school(engine).await?;
    let (teacher, dsl) = (&school.teacher, &school.world.dsl);
    let own = school.report(teacher).await?;
    let begun = school.begin(teacher, &own, "", "no").await?;
    assert_eq!(wrong(school.begin(&school.colleague, &own, "", "no").await)?, "NOT_FOUND");
    assert_eq!(wrong(school.send(&school.colleague, &begun, &from_a_phone()).await)?, "NOT_FOUND");
    assert_eq!(wrong(school.open_attachment(dsl, &begun.attachment_id).await)?, "WRONG_STATE");
    let refused = school.send(teacher, &begun, b"%PDF-1.7").await.err().ok_or_else(|| Error::internal("kept"))?;
    assert_eq!(refused.violations()[0].field, "content");
    let kept = school.send(teacher, &begun, &from_a_phone()).await?;
    assert_eq!((kept.state.as_str(), kept.media_type.as_str()), ("kept", "image/jpeg"));
    assert_eq!(wrong(school.send(teacher, &begun, &from_a_phone()).await)?, "WRONG_STATE", "once");
    assert_eq!(school.mine(teacher, &own).await?.attachments, std::slice::from_ref(&kept));

    let opened = school.open_attachment(dsl, &begun.attachment_id).await?;
    let canary = |bytes: &[u8]| bytes.windows(6).any(|w| w == b"canary");
    assert!(!canary(&opened.content) && opened.content.starts_with(&[0xff, 0xd8]));
    assert_eq!(opened.attachment, Some(kept));
    assert_eq!(wrong(school.open_attachment(teacher, &begun.attachment_id).await)?, "NOT_PERMITTED");
    let theirs =
        GetAttachmentRequest { school_id: school.world.there.clone(), attachment_id: begun.attachment_id.clone() };
    assert_eq!(wrong(call!(school.world.other, get_attachment, theirs))?, "NOT_FOUND");

    // Who read it is in the history; in the database it is not a picture.
    let scope = chassis::caller::Scope::consumer(&school.id(), "evt");
    let mut tx = school.world.store.begin(&scope).await?;
    let backend = tx.db().get_database_backend();
    let one = async |sql: &str| tx.db().query_one_raw(Statement::from_string(backend, sql)).await;
    let sealed: Option<Vec<u8>> =
        one("SELECT content FROM attachment").await?.map(|row| row.try_get("", "content")).transpose()?;
    assert!(
        sealed.is_some_and(|sealed| sealed.windows(3).all(|w| w != [0xff, 0xd8, 0xff]) || sealed[..2] != [0xff, 0xd8])
    );
    let readers = one("SELECT actor FROM history WHERE action = 'attachment.read'").await?;
    assert_eq!(readers.map(|row| row.try_get::<String>("", "actor")).transpose()?, Some(dsl.account_id.clone()));
    tx.silent();
    tx.commit().await?;

    // Once the lead has read the concern, the note itself is theirs to have; they go on with its case.
    school.read(dsl, &own).await?;
    assert_eq!(wrong(school.begin(teacher, &own, "", "no").await)?, "WRONG_STATE");
    let case = school.allegation(&own).await?;
    assert_eq!(wrong(school.open_attachment(&school.deputy, &begun.attachment_id).await)?, "NOT_FOUND");
    school.open_attachment(&school.head, &begun.attachment_id).await?;
    school.world.bed.clock.advance(time::Duration::MINUTE);
    let second = school.begin(dsl, "", &case, "no").await?;
    school.send(dsl, &second, &from_a_phone()).await?;
    let list = ListAttachmentsRequest { school_id: school.id(), case_id: case.clone() };
    let listed = call!(school.head, list_attachments, list.clone())?.attachments;
    assert_eq!(listed.iter().map(|a| a.concern_id.is_empty()).collect::<Vec<_>>(), [false, true]);
    assert_eq!(wrong(call!(school.deputy, list_attachments, list))?, "NOT_FOUND");
    assert_eq!(wrong(school.begin(&school.deputy, "", &case, "no").await)?, "NOT_FOUND");
    let late = school.begin(dsl, "", &case, "no").await?;
    school.world.bed.clock.advance(crate::attachment::WAITS);
    assert_eq!(wrong(school.send(dsl, &late, &from_a_phone()).await)?, "WRONG_STATE");
    Ok(())
}

on_both_engines!(
    what_is_added_reaches_the_lead_and_changes_nothing_before,
    what_is_added_about_an_adult_reaches_those_who_take_it_on_alone,
    nothing_that_is_added_is_lost_while_others_read,
    people_without_an_account_are_heard_and_learn_only_that_they_were,
    a_flood_through_the_public_page_is_stopped,
    a_photo_is_refused_before_a_byte_of_it_comes,
    a_photo_of_a_note_is_sealed_cleaned_and_read_by_whoever_answers_for_it,
);
