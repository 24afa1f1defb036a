//! Consultation, emergencies, reviews, reminders, calendars and lessons, through the wall, on either engine.

use chassis::{
    error::Error,
    testing::{Engine, Person},
};
use proto::{
    access::v1::Role,
    policy_registry::v1::{policy_registry_client::PolicyRegistryClient, *},
};
use time::Duration;

use super::{
    TEXT, Tested,
    world::{Client, World, refused},
};

/// One school with its people.
struct Life {
    world: World,
    dsl: Person,
    head: Person,
    chair: Person,
}

impl Life {
    async fn new(engine: Engine) -> Result<Self, Box<dyn std::error::Error>> {
        let world = World::new(engine).await?;
        let (dsl, head) = (world.at_school(Role::Dsl), world.at_school(Role::Head));
        let chair = world.at_school(Role::Chair);
        Ok(Self { world, dsl, head, chair })
    }

    fn to(&self, person: &Person) -> Client {
        self.world.client(person).unwrap()
    }

    fn school(&self) -> String {
        self.world.school.clone()
    }

    async fn open(&self, instance: &Instance, until: &str) -> Result<Instance, tonic::Status> {
        let request = OpenConsultationRequest {
            school_id: self.school(),
            instance_id: instance.instance_id.clone(),
            until_date: until.into(),
            etag: instance.etag.clone(),
            request_id: self.dsl.request_id(),
        };
        Ok(self.to(&self.dsl).open_consultation(request).await?.into_inner().instance.unwrap())
    }

    async fn comment(&self, who: &Person, instance: &Instance, audience: &str) -> Result<Comment, tonic::Status> {
        let request = AddCommentRequest {
            school_id: self.school(),
            instance_id: instance.instance_id.clone(),
            audience: audience.into(),
            text: format!(" What {audience} said. "),
            request_id: who.request_id(),
            ..Default::default()
        };
        Ok(self.to(who).add_comment(request).await?.into_inner().comment.unwrap())
    }

    async fn emergency(&self, who: &Person, instance: &Instance, reason: &str) -> Result<Instance, tonic::Status> {
        let request = PublishEmergencyRequest {
            school_id: self.school(),
            instance_id: instance.instance_id.clone(),
            reason: reason.into(),
            etag: instance.etag.clone(),
            request_id: who.request_id(),
        };
        Ok(self.to(who).publish_emergency(request).await?.into_inner().instance.unwrap())
    }

    async fn complete(&self, id: &str, outcome: &str, next: &str) -> Result<Review, tonic::Status> {
        let request = CompleteReviewRequest {
            school_id: self.school(),
            review_id: id.into(),
            outcome: outcome.into(),
            findings: "All read through.".into(),
            next_review_date: next.into(),
            request_id: self.dsl.request_id(),
        };
        Ok(self.to(&self.dsl).complete_review(request).await?.into_inner().review.unwrap())
    }

    async fn reviews(&self) -> Result<Vec<Review>, tonic::Status> {
        let list = ListReviewsRequest { school_id: self.school(), ..Default::default() };
        Ok(self.to(&self.chair).list_reviews(list).await?.into_inner().reviews)
    }

    async fn reminders(&self) -> Result<Vec<Reminder>, tonic::Status> {
        let list = ListRemindersRequest { school_id: self.school() };
        Ok(self.to(&self.head).list_reminders(list).await?.into_inner().reminders)
    }

    async fn kinds(&self) -> Result<Vec<String>, tonic::Status> {
        Ok(self.reminders().await?.into_iter().map(|reminder| reminder.kind).collect())
    }

    async fn raise_lesson(&self, clause: &str) -> Result<Lesson, tonic::Status> {
        let request = RaiseLessonRequest {
            school_id: self.school(),
            source: "training".into(),
            clause_id: clause.into(),
            text: "Say who stands in for the lead in the holidays.".into(),
            request_id: self.dsl.request_id(),
            ..Default::default()
        };
        Ok(self.to(&self.dsl).raise_lesson(request).await?.into_inner().lesson.unwrap())
    }

    /// Whoever comes through the gateway without a sign-in.
    fn nobody(&self) -> Client {
        let upstream = self.world.bed.upstreams.as_service("policy-registry", &self.world.bed.signer("gateway"));
        PolicyRegistryClient::new(upstream.unwrap())
    }

    async fn calendar(&self, secret: &str) -> Result<String, tonic::Status> {
        let get = GetCalendarRequest { secret: secret.into() };
        Ok(self.nobody().get_calendar(get).await?.into_inner().calendar)
    }
}

fn field(error: &Error) -> Vec<&str> {
    error.violations().iter().map(|violation| violation.field.as_str()).collect()
}

pub(super) async fn what_is_said_in_a_consultation_is_answered_and_kept(engine: Engine) -> Tested {
    let life = Life::new(engine).await?;
    let drafted = life.world.import(TEXT).await?;
    for wrong in ["", "2026-11-23", "2028-01-01", "soon"] {
        assert_eq!(field(&refused(life.open(&drafted, wrong).await)), ["until_date"], "{wrong}");
    }
    let staff = life.world.at_school(Role::Staff);
    assert_eq!(refused(life.comment(&staff, &drafted, "staff").await).reason_name(), "WRONG_STATE");
    let open = life.open(&drafted, "2026-11-30").await?;
    assert_eq!(open.state(), InstanceState::Consultation);
    assert_eq!(
        open.consultation.as_ref().map(|c| (c.until_date.as_str(), c.close_time.is_some())),
        Some(("2026-11-30", false))
    );
    assert_eq!(refused(life.world.approve(&life.head, &open).await).reason_name(), "WRONG_STATE");
    let mut said = Vec::new();
    for (who, audience) in [(&staff, "staff"), (&life.dsl, "learner"), (&life.dsl, "parent"), (&life.chair, "governor")]
    {
        said.push(life.comment(who, &open, audience).await?);
        life.world.bed.clock.advance(Duration::SECOND);
    }
    assert_eq!(said[1].text, "What learner said.");
    assert_eq!(field(&refused(life.comment(&staff, &open, "the press").await)), ["audience"]);
    let answer = |comment: &Comment, outcome: &str| AnswerCommentRequest {
        school_id: life.school(),
        instance_id: open.instance_id.clone(),
        comment_id: comment.comment_id.clone(),
        outcome: outcome.into(),
        answer: "Clause 2 says so now.".into(),
        request_id: life.dsl.request_id(),
    };
    let answered = life.to(&life.dsl).answer_comment(answer(&said[0], "adopted")).await?.into_inner().comment.unwrap();
    assert_eq!((answered.outcome.as_str(), answered.answer_time.is_some()), ("adopted", true));
    let again = life.to(&life.dsl).answer_comment(answer(&said[0], "declined")).await;
    assert_eq!(refused(again).reason_name(), "WRONG_STATE");
    assert_eq!(refused(life.to(&staff).answer_comment(answer(&said[1], "noted")).await).reason_name(), "NOT_PERMITTED");

    // An edit ends it; what was said stays readable, page by page.
    let set = SetParameterRequest {
        school_id: life.school(),
        instance_id: open.instance_id.clone(),
        key: "filter.product".into(),
        values: vec!["Weir".into()],
        etag: open.etag.clone(),
        request_id: life.dsl.request_id(),
    };
    let edited = life.to(&life.dsl).set_parameter(set).await?.into_inner().instance.unwrap();
    assert_eq!(edited.state(), InstanceState::Draft);
    assert!(edited.consultation.is_some_and(|consultation| consultation.close_time.is_some()));
    assert_eq!(refused(life.comment(&staff, &open, "staff").await).reason_name(), "WRONG_STATE");
    let mut listed = Vec::new();
    let mut page_token = String::new();
    loop {
        let instance_id = open.instance_id.clone();
        let list = ListCommentsRequest { school_id: life.school(), instance_id, page_size: 3, page_token };
        let page = life.to(&staff).list_comments(list).await?.into_inner();
        listed.extend(page.comments);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    let audiences: Vec<&str> = listed.iter().map(|comment| comment.audience.as_str()).collect();
    assert_eq!(audiences, ["staff", "learner", "parent", "governor"]);
    Ok(())
}

pub(super) async fn a_consultation_closes_by_itself_or_by_hand(engine: Engine) -> Tested {
    let life = Life::new(engine).await?;
    let first = life.open(&life.world.import(TEXT).await?, "2026-11-30").await?;
    let second = life.open(&life.world.import(TEXT).await?, "2026-11-30").await?;
    assert_eq!(life.kinds().await?, ["consultation_ends", "consultation_ends"]);
    let close = CloseConsultationRequest {
        school_id: life.school(),
        instance_id: second.instance_id.clone(),
        etag: second.etag.clone(),
        request_id: life.dsl.request_id(),
    };
    let closed = life.to(&life.dsl).close_consultation(close).await?.into_inner().instance.unwrap();
    assert_eq!(closed.state(), InstanceState::Draft);
    life.world.bed.clock.advance(Duration::days(7));
    assert_eq!(refused(life.comment(&life.dsl, &first, "staff").await).reason_name(), "WRONG_STATE");
    assert!(life.kinds().await?.is_empty());
    assert_eq!(life.world.approve(&life.head, &first).await?.state(), InstanceState::Approved);
    Ok(())
}

pub(super) async fn what_cannot_wait_is_in_force_at_once_and_ratified_afterwards(engine: Engine) -> Tested {
    let life = Life::new(engine).await?;
    let before = life.world.in_force(TEXT).await?;
    let drafted = life.world.import(&TEXT.replace("Sluice", "Weir")).await?;
    let reason = "The filter’s maker was sold and blocks nothing.";
    assert_eq!(refused(life.emergency(&life.head, &drafted, reason).await).reason_name(), "WRONG_STATE");
    let approved = life.world.approve(&life.head, &drafted).await?;
    assert_eq!(refused(life.emergency(&life.dsl, &approved, reason).await).reason_name(), "NOT_PERMITTED");
    assert_eq!(field(&refused(life.emergency(&life.head, &approved, "Too short.").await)), ["reason"]);
    life.world.bed.clock.advance(Duration::HOUR);
    let hurried = life.emergency(&life.head, &approved, reason).await?;
    let emergency = hurried.emergency.clone().unwrap();
    assert_eq!((hurried.state(), emergency.ratify_by_date.as_str()), (InstanceState::InForce, "2026-12-22"));
    let mut client = life.to(&life.head);
    assert_eq!(life.world.effective(&mut client, None).await?.version, 2);
    let get = GetInstanceRequest { school_id: life.school(), instance_id: before.instance_id };
    let superseded = client.get_instance(get).await?.into_inner().instance.unwrap();
    assert_eq!(superseded.state(), InstanceState::Superseded);
    let reminders = life.reminders().await?;
    assert_eq!((reminders[0].kind.as_str(), reminders[0].due_date.as_str()), ("ratify_due", "2026-12-22"));
    assert!(reminders[0].told_roles.iter().any(|role| role == "chair"));
    life.world.bed.clock.advance(Duration::days(29));
    assert_eq!(life.kinds().await?, ["ratify_overdue"]);
    let ratified = life.world.ratify(&life.chair, &hurried).await?;
    assert_eq!((ratified.state(), ratified.signatures.len()), (InstanceState::InForce, 2));
    assert!(life.kinds().await?.is_empty());
    assert_eq!(refused(life.world.ratify(&life.chair, &ratified).await).reason_name(), "WRONG_STATE");
    Ok(())
}

pub(super) async fn reviews_come_by_the_calendar_and_by_what_happens(engine: Engine) -> Tested {
    let life = Life::new(engine).await?;
    assert!(life.reviews().await?.is_empty());
    assert_eq!(refused(life.complete("yearly", "unchanged", "").await).reason_name(), "WRONG_STATE");
    life.world.in_force(TEXT).await?;
    let due = |reviews: &[Review]| reviews.first().map(|review| (review.due_date.clone(), review.overdue));
    assert_eq!(due(&life.reviews().await?), Some(("2027-03-31".to_owned(), false)));

    let raise = |trigger: &str, schools: Vec<String>| RaiseReviewsRequest {
        school_ids: schools,
        trigger: trigger.into(),
        note: "New edition of the statutory guidance.".into(),
        due_date: String::new(),
        request_id: life.world.officer.request_id(),
    };
    let mut officer = life.to(&life.world.officer);
    let unknown = vec![life.school(), life.world.bed.school()];
    let answer = officer.raise_reviews(raise("national_requirement", unknown)).await;
    assert_eq!(field(&refused(answer)), ["school_ids"]);
    assert_eq!(field(&refused(officer.raise_reviews(raise("boredom", Vec::new())).await)), ["trigger"]);
    life.world.add_school("Alder School", "100002").await?;
    let request = raise("national_requirement", Vec::new());
    for _ in 0..2 {
        assert_eq!(officer.raise_reviews(request.clone()).await?.into_inner().schools, 2);
    }
    let reviews = life.reviews().await?;
    assert_eq!(
        (reviews.len(), reviews[0].raised_by.as_str(), reviews[0].due_date.as_str()),
        (2, "authority", "2026-12-22")
    );
    assert_eq!(life.reminders().await?[0].told_roles, ["deputy_dsl", "dsl", "head"]);

    // Revised only with something to show for it.
    let id = reviews[0].review_id.clone();
    assert_eq!(refused(life.complete(&id, "revised", "").await).reason_name(), "WRONG_STATE");
    life.world.import(TEXT).await?;
    assert_eq!(life.complete(&id, "revised", "").await?.outcome, "revised");
    assert_eq!(refused(life.complete(&id, "unchanged", "").await).reason_name(), "WRONG_STATE");

    // Unchanged, and the day moves: never beyond the interval.
    life.world.bed.clock.set(time::macros::datetime!(2027-04-01 09:00 UTC));
    assert_eq!(life.kinds().await?, ["review_overdue"]);
    assert_eq!(field(&refused(life.complete("yearly", "unchanged", "2028-04-02").await)), ["next_review_date"]);
    let done = life.complete("yearly", "unchanged", "2027-12-01").await?;
    assert_eq!((done.trigger.as_str(), done.outcome.as_str()), ("yearly", "unchanged"));
    let reviews = life.reviews().await?;
    let listed: Vec<(&str, &str)> = reviews.iter().map(|r| (r.trigger.as_str(), r.outcome.as_str())).collect();
    assert_eq!(listed, [("yearly", ""), ("yearly", "unchanged"), ("national_requirement", "revised")]);
    assert_eq!(due(&reviews), Some(("2027-12-01".to_owned(), false)));
    let mut client = life.to(&life.dsl);
    let policy = life.world.effective(&mut client, None).await?;
    assert_eq!(policy.review_due_time.map(|at| at.seconds), Some(1_827_705_599));
    assert!(policy.parameters.iter().any(|p| p.key == "doc.next_review" && p.values == ["2027-12-01"]));
    Ok(())
}

pub(super) async fn the_authority_reminds_schools_and_each_is_an_act(engine: Engine) -> Tested {
    let life = Life::new(engine).await?;
    life.world.in_force(TEXT).await?;
    let remind = |schools: Vec<String>, about: &str| RemindSchoolsRequest {
        school_ids: schools,
        about: about.into(),
        note: "Half term is a good time.".into(),
        request_id: life.world.officer.request_id(),
    };
    let mut officer = life.to(&life.world.officer);
    let too_many = (0..201).map(|_| life.world.bed.school()).collect();
    for (schools, about, wrong) in [
        (Vec::new(), "review", "school_ids"),
        (too_many, "review", "school_ids"),
        (vec![life.world.bed.school()], "review", "school_ids"),
        (vec![life.school()], "weather", "about"),
    ] {
        assert_eq!(field(&refused(officer.remind_schools(remind(schools, about)).await)), [wrong]);
    }
    let dsl = life.to(&life.dsl).remind_schools(remind(vec![life.school()], "review")).await;
    assert_eq!(refused(dsl).reason_name(), "NOT_PERMITTED");
    let sent = officer.remind_schools(remind(vec![life.school(), life.school()], "review")).await?.into_inner();
    assert_eq!(sent.schools, 1);
    officer.remind_schools(remind(vec![life.school()], "ratification")).await?;
    let reminders = life.reminders().await?;
    assert_eq!(reminders.len(), 1, "nothing waits for ratification: {reminders:?}");
    let told = (reminders[0].kind.as_str(), reminders[0].about.as_str(), reminders[0].note.as_str());
    assert_eq!(told, ("authority", "review", "Half term is a good time."));
    life.world.bed.clock.advance(Duration::days(61));
    assert!(!life.kinds().await?.contains(&"authority".to_owned()));
    Ok(())
}

pub(super) async fn a_calendar_opens_to_its_present_secret_alone_and_names_nobody(engine: Engine) -> Tested {
    let life = Life::new(engine).await?;
    life.world.in_force(TEXT).await?;
    let create = || CreateCalendarFeedRequest { school_id: life.school(), request_id: life.dsl.request_id() };
    let request = create();
    let mut dsl = life.to(&life.dsl);
    let works = GetCalendarFeedRequest { school_id: life.school() };
    assert_eq!(dsl.get_calendar_feed(works.clone()).await?.into_inner().create_time, None);
    let first = dsl.create_calendar_feed(request.clone()).await?.into_inner().secret;
    assert_eq!(
        dsl.create_calendar_feed(request).await?.into_inner().secret,
        first,
        "the same request, the same secret"
    );
    let calendar = life.calendar(&first).await?;
    assert!(calendar.contains("DTSTART;VALUE=DATE:20270331\r\n"), "{calendar}");
    assert!(!calendar.contains("Birch") && !calendar.contains("Cedar"), "{calendar}");
    let second = dsl.create_calendar_feed(create()).await?.into_inner().secret;
    assert_ne!(first, second);
    let made = Some(chassis::clock::timestamp(life.world.bed.now()));
    assert_eq!(dsl.get_calendar_feed(works.clone()).await?.into_inner().create_time, made);
    assert_eq!(refused(life.calendar(&first).await).reason_name(), "NOT_FOUND");
    assert!(life.calendar(&second).await.is_ok());
    let end = EndCalendarFeedRequest { school_id: life.school(), request_id: life.dsl.request_id() };
    dsl.end_calendar_feed(end).await?;
    assert_eq!(dsl.get_calendar_feed(works).await?.into_inner().create_time, None);
    for nothing in [second.as_str(), "", "x"] {
        assert_eq!(refused(life.calendar(nothing).await).reason_name(), "NOT_FOUND");
    }
    // Without a sign-in nothing else is answered.
    let mut nobody = life.nobody();
    let list = nobody.list_reviews(ListReviewsRequest { school_id: life.school(), ..Default::default() }).await;
    assert_eq!(refused(list).reason_name(), "NOT_SIGNED_IN");
    assert!(refused(nobody.list_schools(ListSchoolsRequest::default()).await).reason_name() == "NOT_SIGNED_IN");
    Ok(())
}

pub(super) async fn a_lesson_is_answered_by_the_school_and_by_the_authority(engine: Engine) -> Tested {
    let life = Life::new(engine).await?;
    life.world.import(TEXT).await?;
    assert_eq!(field(&refused(life.raise_lesson("no.such").await)), ["clause_id"]);
    let lesson = life.raise_lesson("filtering.product").await?;
    let answer = |outcome: &str, version: u32| AnswerLessonRequest {
        school_id: life.school(),
        lesson_id: lesson.lesson_id.clone(),
        outcome: outcome.into(),
        answer: "It is in the clause now.".into(),
        adopted_version: version,
        request_id: life.dsl.request_id(),
    };
    let mut dsl = life.to(&life.dsl);
    for (outcome, version, wrong) in [
        ("adopted", 0, "adopted_version"),
        ("adopted", 2, "adopted_version"),
        ("declined", 1, "adopted_version"),
        ("maybe", 1, "outcome"),
    ] {
        assert_eq!(field(&refused(dsl.answer_lesson(answer(outcome, version)).await)), [wrong]);
    }
    let adopted = dsl.answer_lesson(answer("adopted", 1)).await?.into_inner().lesson.unwrap();
    assert_eq!((adopted.outcome.as_str(), adopted.adopted_version), ("adopted", 1));
    assert_eq!(refused(dsl.answer_lesson(answer("declined", 0)).await).reason_name(), "WRONG_STATE");

    let theirs = |outcome: &str, version: u32| AnswerForwardedLessonRequest {
        lesson_id: lesson.lesson_id.clone(),
        outcome: outcome.into(),
        answer: "For everybody from the next version.".into(),
        adopted_template_version: version,
        request_id: life.world.officer.request_id(),
    };
    let mut officer = life.to(&life.world.officer);
    assert_eq!(refused(officer.answer_forwarded_lesson(theirs("adopted", 1)).await).reason_name(), "NOT_FOUND");
    let forwarded =
        |answer: ListForwardedLessonsResponse| answer.lessons.into_iter().map(|l| l.lesson_id).collect::<Vec<_>>();
    let list = ListForwardedLessonsRequest { page_size: 1, page_token: String::new() };
    assert!(forwarded(officer.list_forwarded_lessons(list.clone()).await?.into_inner()).is_empty());
    let mut sent = Vec::new();
    for number in 0..3 {
        let id = if number == 0 { lesson.lesson_id.clone() } else { life.raise_lesson("").await?.lesson_id };
        let forward =
            ForwardLessonRequest { school_id: life.school(), lesson_id: id.clone(), request_id: life.dsl.request_id() };
        dsl.forward_lesson(forward.clone()).await?;
        let again = ForwardLessonRequest { request_id: life.dsl.request_id(), ..forward };
        assert_eq!(refused(dsl.forward_lesson(again).await).reason_name(), "WRONG_STATE");
        sent.insert(0, id);
        life.world.bed.clock.advance(Duration::SECOND);
    }
    let mut listed = Vec::new();
    let mut list = list;
    loop {
        let page = officer.list_forwarded_lessons(list.clone()).await?.into_inner();
        list.page_token = page.next_page_token.clone();
        listed.extend(forwarded(page));
        if list.page_token.is_empty() {
            break;
        }
    }
    assert_eq!(listed, sent);
    assert_eq!(
        field(&refused(officer.answer_forwarded_lesson(theirs("adopted", 9)).await)),
        ["adopted_template_version"]
    );
    let done = officer.answer_forwarded_lesson(theirs("adopted", 1)).await?.into_inner().lesson.unwrap();
    assert_eq!(
        (done.authority_outcome.as_str(), done.adopted_template_version, done.outcome.as_str()),
        ("adopted", 1, "adopted")
    );
    assert_eq!(refused(officer.answer_forwarded_lesson(theirs("declined", 0)).await).reason_name(), "WRONG_STATE");
    let lessons =
        dsl.list_lessons(ListLessonsRequest { school_id: life.school(), ..Default::default() }).await?.into_inner();
    assert_eq!(lessons.lessons.len(), 3);
    let head = life.world.bed.upstreams.as_service("policy-registry", &life.world.bed.signer("incident-cases"))?;
    let raise = RaiseLessonRequest {
        school_id: life.world.bed.school(),
        source: "debrief".into(),
        text: "t".into(),
        request_id: life.dsl.request_id(),
        ..Default::default()
    };
    let mut service = PolicyRegistryClient::new(head);
    assert_eq!(refused(service.raise_lesson(raise.clone()).await).reason_name(), "NOT_FOUND");
    assert!(service.raise_lesson(RaiseLessonRequest { school_id: life.school(), ..raise }).await.is_ok());
    Ok(())
}
