//! The self-review on both engines: each statement is moved by the events that are about it, and by nothing else.

use std::collections::{BTreeMap, BTreeSet};

use chassis::{error::Kind, serve::Running};
use proto::event::v1::{
    AlertAcknowledged, AlertPassedOn, AlertRaised, ConcernEscalated, ConcernRead, LessonAnswered, PolicyPromise,
    PolicyPublished, RegisterCounted, RegisterEntryAdded, RegisterMark, RegisterRequestDecided, RegisterRequestMade,
    ReportSigned,
};
use time::{OffsetDateTime, macros::datetime};

use super::*;

const MET: i32 = SelfReviewPosition::Met as i32;
const PARTLY: i32 = SelfReviewPosition::Partly as i32;
const NOT_MET: i32 = SelfReviewPosition::NotMet as i32;

/// A school about which nothing is known but that it is there.
struct World {
    bed: Bed,
    bus: Arc<MemoryBus>,
    school: String,
    _running: Running,
}

impl World {
    async fn new(engine: Engine) -> Result<Self> {
        let bus = Arc::new(MemoryBus::default());
        let mut bed = Bed::new(engine)?.with_bus(bus.clone());
        let running = crate::start(bed.setup("reporting").await?).await?;
        bed.add(&running);
        let school = bed.school();
        Ok(Self { bed, bus, school, _running: running })
    }

    async fn happened(&self, at: OffsetDateTime, event: Event) -> Result<()> {
        let envelope = made::envelope(&self.bed, &self.school, at, event);
        // Twice: it counts once.
        self.bus.publish(&envelope).await?;
        self.bus.publish(&envelope).await.map(|_| ())
    }

    async fn review(&self, role: Role, as_at_date: &str) -> Result<SelfReview> {
        let person = self.bed.person(&[(role, &self.school)]);
        let asked = GetSelfReviewRequest { school_id: self.school.clone(), as_at_date: as_at_date.into() };
        let answer = ReportingClient::new(person.to("reporting")?).get_self_review(asked).await;
        let answer = answer.map_err(|status| Error::from_status(&status))?.into_inner();
        Ok(answer.review.unwrap_or_default())
    }

    async fn positions(&self) -> Result<BTreeMap<String, i32>> {
        let review = self.review(Role::Governor, "").await?;
        Ok(statements(&review).map(|statement| (statement.key.clone(), statement.position)).collect())
    }
}

fn statements(review: &SelfReview) -> impl Iterator<Item = &SelfReviewStatement> {
    review.parts.iter().flat_map(|part| &part.statements)
}

fn statement(review: &SelfReview, key: &str) -> SelfReviewStatement {
    statements(review).find(|statement| statement.key == key).cloned().unwrap_or_default()
}

fn mark(date: &str, kind: &str, codes: &[&str]) -> RegisterMark {
    RegisterMark {
        date: date.into(),
        kind: kind.into(),
        codes: codes.iter().map(|code| (*code).to_owned()).collect(),
        ..RegisterMark::default()
    }
}

fn until(mark: RegisterMark, day: &str) -> RegisterMark {
    RegisterMark { until_date: day.into(), ..mark }
}

fn result(mark: RegisterMark, result: &str) -> RegisterMark {
    RegisterMark { result: result.into(), ..mark }
}

fn entered(register: &str, now: RegisterMark) -> Event {
    Event::RegisterEntryAdded(RegisterEntryAdded { register: register.into(), now: Some(now), before: None })
}

fn corrected(register: &str, before: RegisterMark, now: Option<RegisterMark>) -> Event {
    Event::RegisterEntryAdded(RegisterEntryAdded { register: register.into(), now, before: Some(before) })
}

fn counted(register: &str, part: &str, expected: u32, covered: u32) -> Event {
    let (register, part) = (register.into(), part.into());
    Event::RegisterCounted(RegisterCounted { register, part, expected, covered, others: 1 })
}

fn published(review_due: OffsetDateTime, promises: &[(&str, &str)]) -> Event {
    let promise = |(key, value): &(&str, &str)| PolicyPromise { key: (*key).into(), value: (*value).into() };
    Event::PolicyPublished(PolicyPublished {
        version: 3,
        effective_time: Some(chassis::clock::timestamp(datetime!(2026-09-01 09:00 UTC))),
        review_due_time: Some(chassis::clock::timestamp(review_due)),
        promises: promises.iter().map(promise).collect(),
        ..PolicyPublished::default()
    })
}

fn escalated(reason: &str) -> Event {
    Event::ConcernEscalated(ConcernEscalated {
        level: "deputy".into(),
        reason: reason.into(),
        ..ConcernEscalated::default()
    })
}

fn times(count: usize, event: &Event) -> Vec<Event> {
    std::iter::repeat_with(|| event.clone()).take(count).collect()
}

/// What happens, and which statements that moves, to where.
type Step = (Vec<Event>, Vec<(&'static str, i32)>);

/// Step by step.
fn steps() -> Vec<Step> {
    let governor = mark("2026-09-01", "filtering_governor", &[]);
    let test = result(mark("2026-11-20", "filter", &["learner", "iwf", "device", "where", "blocked"]), "works");
    // Everything came through, as somebody expected: that works, and proves the contrary.
    let through = result(mark("2026-11-21", "filter", &["learner", "iwf", "device", "where"]), "works");
    let old = result(mark("2026-03-01", "monitoring", &["staff", "device"]), "fails");
    let asked = || mark("2026-11-01", "asked", &[]);
    let day = |date: &str, state: &str| {
        let (date, state) = (date.to_owned(), state.to_owned());
        Event::CoverageDayCounted(CoverageDayCounted { date, state, ..CoverageDayCounted::default() })
    };
    let concern = Event::ConcernRecorded(ConcernRecorded { origin: "staff".into(), not_safe: false });
    let alert =
        Event::AlertRaised(AlertRaised { theme: "drugs".into(), severity: "high".into(), ..Default::default() });
    let opened = Event::AlertAcknowledged(AlertAcknowledged { waited_s: 1, ..Default::default() });
    let passed_on = Event::AlertPassedOn(AlertPassedOn { to: "head".into(), waited_s: 1, ..Default::default() });
    let unblock = || "unblock-requests".to_owned();
    let promises = [
        ("concern_ack.ordinary", "240"),
        ("filter.check_months", "4"),
        ("meeting.dsl_governor", "every half term"),
        ("meeting.online_safety_group", "every year"),
        ("training.online.period", "12"),
    ];
    vec![
        // Whoever holds another role leaves these open, and that is known now.
        (
            vec![entered("appointments", governor.clone())],
            vec![("governor", MET), ("leader", NOT_MET), ("lead", NOT_MET), ("technical", NOT_MET)],
        ),
        (vec![entered("appointments", mark("2026-09-01", "dsl", &["senior_leader"]))], vec![("lead", PARTLY)]),
        (vec![entered("appointments", mark("2026-09-01", "deputy_dsl", &[]))], vec![("lead", MET)]),
        // It ended some days ago.
        (
            vec![corrected("appointments", governor.clone(), Some(until(governor, "2026-11-20")))],
            vec![("governor", NOT_MET)],
        ),
        (
            vec![entered("filter-reviews", mark("2026-11-10", "yearly", &["leader", "dsl"]))],
            vec![("yearly", MET), ("took_part", PARTLY)],
        ),
        (
            vec![entered("filter-reviews", mark("2026-11-12", "new_ai_tool", &["it", "governor"]))],
            vec![("took_part", MET), ("triggers", MET)],
        ),
        (
            vec![entered("risk-assessments", until(mark("2026-01-10", "filtering", &[]), "2027-01-10"))],
            vec![("assessment", MET)],
        ),
        (
            vec![entered("filter-systems", mark("2026-09-01", "filter", &["iwf"]))],
            vec![("why", NOT_MET), ("lists", PARTLY), ("strategy", NOT_MET)],
        ),
        (vec![entered("filter-systems", mark("2026-09-01", "monitoring", &["log_review"]))], vec![("strategy", MET)]),
        (
            vec![entered("filter-checks", test)],
            vec![
                ("frequency", PARTLY),
                ("groups", PARTLY),
                ("lists_proved", PARTLY),
                ("documented", MET),
                ("works", MET),
            ],
        ),
        (vec![entered("filter-checks", through.clone())], vec![("lists_proved", NOT_MET)]),
        (vec![corrected("filter-checks", through, None)], vec![("lists_proved", PARTLY)]),
        // Too long ago for the interval, and it failed.
        (vec![entered("filter-checks", old)], vec![("groups", MET), ("documented", PARTLY), ("works", NOT_MET)]),
        (vec![entered("access-audits", mark("2026-10-01", "", &[]))], vec![("access_audits", MET)]),
        (vec![entered("unblock-requests", mark("2026-11-20", "asked", &[]))], vec![("over_blocking", MET)]),
        (vec![entered("unblock-requests", asked())], vec![("over_blocking", NOT_MET)]),
        (
            vec![corrected("unblock-requests", asked(), Some(mark("2026-11-01", "approved", &[])))],
            vec![("over_blocking", MET)],
        ),
        (vec![entered("filter-changes", asked())], vec![("changes", NOT_MET)]),
        // Whoever withdraws what they asked for leaves nothing that waits.
        (vec![corrected("filter-changes", asked(), None)], vec![("changes", SelfReviewPosition::NotKnown as i32)]),
        (vec![day("2026-11-19", "covered"), day("2026-11-20", "gap")], vec![("coverage", NOT_MET)]),
        (vec![day("2026-11-20", "covered")], vec![("coverage", MET)]),
        (vec![Event::LessonAnswered(LessonAnswered { outcome: "declined".into() })], vec![]),
        (vec![Event::LessonAnswered(LessonAnswered { outcome: "adopted".into() })], vec![("lessons", MET)]),
        (
            vec![published(datetime!(2027-06-01 09:00 UTC), &promises)],
            vec![("in_force", MET), ("reviewed", MET), ("faultless", MET)],
        ),
        (
            vec![entered("meetings", mark("2026-11-02", "dsl_and_governor", &[]))],
            vec![("governor_meetings", MET), ("group_meetings", NOT_MET)],
        ),
        (times(12, &concern), vec![("concerns_read", MET)]),
        // Somebody knew of these.
        (times(9, &escalated("worsened")), vec![]),
        (times(9, &escalated("unread")), vec![("concerns_read", NOT_MET)]),
        // Nobody opened them, and none of them is due.
        (times(20, &alert), vec![]),
        (times(12, &passed_on), vec![("alerts", NOT_MET)]),
        (times(240, &opened), vec![("alerts", MET)]),
        // Staff are no children: few of them are told as well, and of learners not even that they are few.
        (vec![counted("training", "online_safety", 5, 2)], vec![("training", NOT_MET), ("online_training", NOT_MET)]),
        (vec![counted("acceptances", "learners_ks2", 30, 4)], vec![]),
        (vec![counted("acceptances", "learners_ks2", 30, 30)], vec![("families_accepted", MET)]),
        (vec![counted("training", "online_safety", 100, 98)], vec![("training", MET), ("online_training", MET)]),
        (times(12, &Event::CaseClosed(CaseClosed::default())), vec![("cases", MET)]),
        // Nothing of this is a record of what the statements ask.
        (
            vec![
                Event::SchoolCreated(SchoolCreated::default()),
                Event::ReportSigned(ReportSigned { version: 1, term_id: "2026-summer".into() }),
                Event::ConcernRead(ConcernRead::default()),
                Event::RegisterRequestMade(RegisterRequestMade { register: unblock() }),
                Event::RegisterRequestDecided(RegisterRequestDecided { register: unblock(), ..Default::default() }),
                entered("linked-policies", mark("2026-09-01", "filtering_leader", &["iwf", "why_blocked"])),
            ],
            vec![],
        ),
    ]
}

async fn each_statement_is_moved_by_what_it_is_about_and_by_nothing_else(engine: Engine) -> Result<()> {
    let world = World::new(engine).await?;
    world.happened(world.bed.now(), Event::SchoolCreated(SchoolCreated::default())).await?;
    let mut before = world.positions().await?;
    let not_met: BTreeSet<&str> =
        before.iter().filter(|(_, position)| **position == NOT_MET).map(|(key, _)| key.as_str()).collect();
    let expected =
        ["access_audits", "documented", "frequency", "groups", "in_force", "lists_proved", "took_part", "yearly"];
    assert_eq!(not_met, BTreeSet::from(expected), "what nobody recorded is not met, and nothing is by itself");
    assert!(before.values().all(|position| ![MET, PARTLY].contains(position)), "{before:?}");
    for (n, (events, moved)) in steps().into_iter().enumerate() {
        for event in events {
            world.happened(world.bed.now(), event).await?;
        }
        let after = world.positions().await?;
        let changed: BTreeMap<&str, i32> = after
            .iter()
            .filter(|(key, position)| before.get(*key) != Some(*position))
            .map(|(key, position)| (key.as_str(), *position))
            .collect();
        assert_eq!(changed, moved.into_iter().collect(), "step {n}");
        before = after;
    }
    let review = world.review(Role::Head, "").await?;
    assert_eq!((review.policy_version, review.as_at_date.as_str()), (3, "2026-11-24"));
    let read = statement(&review, "concerns_read");
    assert_eq!(read.because, "3 of 12 without it (25%).");
    assert_eq!(read.promises.iter().map(|promise| promise.value.as_str()).collect::<Vec<_>>(), ["240"]);
    let trained = statement(&review, "training").because;
    assert!(trained.ends_with("Of people on no record: 1 more."), "{trained}");
    let all = review.met + review.partly + review.not_met + review.not_known;
    assert_eq!(usize::try_from(all).ok(), Some(statements(&review).count()));
    assert!(statements(&review).all(|statement| !statement.because.is_empty() && !statement.evidence.is_empty()));
    Ok(())
}

async fn a_review_of_a_past_day_stands_and_a_hidden_count_decides_nothing(engine: Engine) -> Result<()> {
    let world = World::new(engine).await?;
    let earlier = world.bed.now() - time::Duration::days(10);
    let review = mark("2026-11-01", "yearly", &["leader"]);
    for event in [
        Event::SchoolCreated(SchoolCreated::default()),
        entered("filter-reviews", review.clone()),
        published(datetime!(2026-11-20 09:00 UTC), &[]),
    ] {
        world.happened(earlier, event).await?;
    }
    // It never took place, three cases are closed, and the policy's day has passed.
    world.happened(world.bed.now(), corrected("filter-reviews", review, None)).await?;
    for _ in 0..3 {
        world.happened(world.bed.now(), Event::CaseClosed(CaseClosed::default())).await?;
    }
    let of = |review: &SelfReview, key: &str| statement(review, key).position;
    let then = world.review(Role::It, "2026-11-15").await?;
    assert_eq!((of(&then, "yearly"), of(&then, "reviewed")), (MET, MET));
    let now = world.review(Role::It, "").await?;
    assert_eq!((of(&now, "yearly"), of(&now, "reviewed")), (NOT_MET, NOT_MET));
    assert_eq!(of(&now, "cases"), SelfReviewPosition::NotKnown as i32);
    let closed = statement(&now, "cases").figures.into_iter().find(|figure| figure.title == "Cases closed");
    let closed = closed.and_then(|figure| figure.figure).unwrap_or_default();
    assert!(closed.value == 0, "three are not told: {closed:?}");
    let again = world.review(Role::Chair, "2026-11-15").await?;
    assert_eq!(again.parts, then.parts, "the same for everybody, and as often as it is asked for");

    for wrong in ["2026-11-25", "soon", "0999-01-01"] {
        let refused = world.review(Role::Head, wrong).await.err();
        let field = refused.and_then(|error| error.violations().first().map(|violation| violation.field.clone()));
        assert_eq!(field.as_deref(), Some("as_at_date"), "{wrong}");
    }
    let staff = world.review(Role::Staff, "").await.err();
    assert_eq!(staff.map(|error| error.kind()), Some(Kind::Denied));
    let stranger = world.bed.person(&[(Role::Head, &world.bed.school())]);
    let mut client = ReportingClient::new(stranger.to("reporting")?);
    let ask = |school_id: String| GetSelfReviewRequest { school_id, as_at_date: String::new() };
    let foreign = client.get_self_review(ask(world.school.clone())).await.err().map(|s| Error::from_status(&s));
    assert_eq!(foreign.map(|error| error.kind()), Some(Kind::Missing));
    Ok(())
}

async fn the_file_says_what_the_page_says(engine: Engine) -> Result<()> {
    let world = World::new(engine).await?;
    world.happened(world.bed.now(), Event::SchoolCreated(SchoolCreated::default())).await?;
    for (events, _) in steps() {
        for event in events {
            world.happened(world.bed.now(), event).await?;
        }
    }
    let review = world.review(Role::Governor, "").await?;
    let export = async |role: Role, asked: ExportSelfReviewRequest| {
        let person = world.bed.person(&[(role, &world.school)]);
        let client = ReportingClient::new(person.to("reporting")?);
        let mut client = client.max_decoding_message_size(chassis::serve::MAX_MESSAGE);
        let answer = client.export_self_review(asked).await;
        answer.map(tonic::Response::into_inner).map_err(|status| Error::from_status(&status))
    };
    let asked = ExportSelfReviewRequest {
        school_id: world.school.clone(),
        school_name: "Oakbeck School".into(),
        ..ExportSelfReviewRequest::default()
    };
    let file = export(Role::Governor, asked.clone()).await?;
    assert_eq!((file.media_type.as_str(), file.file_name.as_str()), ("application/pdf", "self-review-2026-11-24.pdf"));
    for name in ["/StructTreeRoot", "/Marked true", "pdfuaid", "/H2", "/TH", "/Outlines"] {
        assert!(file.content.windows(name.len()).any(|window| window == name.as_bytes()), "{name}");
    }
    let text = pdf_extract::extract_text_from_mem(&file.content).map_err(Error::internal)?;
    let text: String = text.split_whitespace().collect();
    let holds = |words: &str| text.contains(&words.split_whitespace().collect::<String>());
    assert!(holds("Oakbeck School") && holds("Page 1 of") && !holds("sch_"), "{text}");
    for statement in statements(&review) {
        assert!(holds(&statement.title), "{}", statement.key);
    }
    // A sentence that goes on on the next page has the foot of its page in it.
    let reasons = statements(&review).filter(|statement| holds(&statement.because)).count();
    assert!(reasons + 4 > statements(&review).count(), "{reasons} reasons stand in it: {text}");
    let again = export(Role::Governor, asked.clone()).await?;
    assert_eq!(again.content, file.content, "the same day is the same file");

    let day = |as_at_date: &str| ExportSelfReviewRequest { as_at_date: as_at_date.into(), ..asked.clone() };
    assert_eq!(export(Role::Head, day("2026-11-20")).await?.file_name, "self-review-2026-11-20.pdf");
    let wrong = export(Role::Head, day("soon")).await.err();
    let field = wrong.and_then(|error| error.violations().first().map(|violation| violation.field.clone()));
    assert_eq!(field.as_deref(), Some("as_at_date"));
    let staff = export(Role::Staff, asked).await.err();
    assert_eq!(staff.map(|error| error.kind()), Some(Kind::Denied));
    Ok(())
}

on_both_engines!(
    the_file_says_what_the_page_says,
    each_statement_is_moved_by_what_it_is_about_and_by_nothing_else,
    a_review_of_a_past_day_stands_and_a_hidden_count_decides_nothing,
);
