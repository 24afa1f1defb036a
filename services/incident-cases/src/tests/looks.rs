//! Who has looked at a record, and reading beyond one's rights.

use chassis::{
    error::{Error, Result},
    testing::{Engine, Person},
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, *},
};

use super::{World, world};
use crate::case::break_glass::{BreakGlass, NotReviewed, Review};

const REASON: &str = "The child did not come home and nobody named in the case answers";

impl World {
    async fn looks(&self, who: &Person, record_id: &str) -> Result<Vec<(String, String)>> {
        let request =
            ListLooksRequest { school_id: self.here.clone(), record_id: record_id.into(), ..Default::default() };
        let looks = call!(who, list_looks, request)?.looks;
        Ok(looks.into_iter().map(|look| (look.account_id, look.action)).collect())
    }

    async fn open(&self, who: &Person, case_id: &str) -> Result<GetCaseResponse> {
        call!(who, get_case, GetCaseRequest { school_id: self.here.clone(), case_id: case_id.into() })
    }

    async fn access(&self, case: &Case, level: &str, kept_out: &[&Person]) -> Result<Case> {
        let request = SetCaseAccessRequest {
            school_id: self.here.clone(),
            case_id: case.case_id.clone(),
            level: level.into(),
            member_account_ids: crate::tests::model::second(level),
            reason: "A relative works here".into(),
            conflicted_account_ids: kept_out.iter().map(|who| who.account_id.clone()).collect(),
            etag: case.etag.clone(),
            request_id: self.dsl.request_id(),
            ..Default::default()
        };
        call!(self.dsl, set_case_access, request)?;
        Ok(self.open(&self.dsl, &case.case_id).await?.case.unwrap_or_default())
    }

    async fn break_glass(&self, who: &Person, case_id: &str, reason: &str) -> Result<BreakGlassEntry> {
        let request = BreakGlassRequest {
            school_id: self.here.clone(),
            case_id: case_id.into(),
            reason: reason.into(),
            request_id: who.request_id(),
        };
        Ok(call!(who, break_glass, request)?.break_glass.unwrap_or_default())
    }

    async fn glasses(&self, who: &Person) -> Result<Vec<(String, bool)>> {
        let request = ListBreakGlassRequest { school_id: self.here.clone(), ..Default::default() };
        let all = call!(who, list_break_glass, request)?.break_glasses;
        Ok(all.into_iter().map(|one| (one.break_glass_id, one.reviewable)).collect())
    }

    async fn review(&self, who: &Person, id: &str) -> Result<BreakGlassEntry> {
        let request = ReviewBreakGlassRequest {
            school_id: self.here.clone(),
            break_glass_id: id.into(),
            finding: "It could not wait".into(),
            justified: true,
            request_id: who.request_id(),
        };
        Ok(call!(who, review_break_glass, request)?.break_glass.unwrap_or_default())
    }
}

fn why<T>(answer: Result<T>) -> &'static str {
    answer.err().map_or("OK", |error| error.reason_name())
}

async fn who_has_looked_is_told_newest_first(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let deputy = world.bed.person(&[(Role::DeputyDsl, &world.here)]);
    let chair = world.bed.person(&[(Role::Chair, &world.here)]);
    let case = world.case().await?;
    assert_eq!(world.looks(&world.dsl, &case.case_id).await?, []);
    world.open(&deputy, &case.case_id).await?;
    let listed = ListCasesRequest { school_id: world.here.clone(), ..Default::default() };
    call!(world.dsl, list_cases, listed)?;
    let search = SearchRecordsRequest { school_id: world.here.clone(), query: case.reference.clone() };
    call!(deputy, search_records, search)?;
    let by = |who: &Person, action: &str| (who.account_id.clone(), action.to_owned());
    let all = vec![by(&deputy, "records.searched"), by(&world.dsl, "case.listed"), by(&deputy, "case.read")];
    assert_eq!(world.looks(&world.dsl, &case.case_id).await?, all);
    // A page at a time; the token says nothing of how much is done elsewhere.
    let (mut paged, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = ListLooksRequest {
            school_id: world.here.clone(),
            record_id: case.case_id.clone(),
            page_size: 1,
            page_token,
        };
        let answer = call!(world.dsl, list_looks, request)?;
        paged.extend(answer.looks.into_iter().map(|look| (look.account_id, look.action)));
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(paged, all);
    assert_eq!(why(world.looks(&chair, &case.case_id).await), "NOT_FOUND");
    assert_eq!(why(world.looks(&world.other, &case.case_id).await), "NOT_FOUND");
    assert_eq!(why(world.looks(&world.dsl, "sch_1").await), "INVALID_FIELD");
    Ok(())
}

async fn what_was_looked_at_beside_a_child_is_told_to_nobody_it_is_hidden_from(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let head = world.bed.person(&[(Role::Head, &world.here), (Role::Staff, &world.here)]);
    let record = LearnerRecord { given_name: "Marigold".into(), family_name: "Thorpe".into(), ..Default::default() };
    let request = CreateLearnerRequest {
        school_id: world.here.clone(),
        record: Some(record),
        request_id: world.dsl.request_id(),
        another_child: true,
    };
    let learner = call!(world.dsl, create_learner, request)?.learner.unwrap_or_default().learner_id;
    for about_adult in ["", "staff"] {
        let request = RecordConcernRequest {
            school_id: world.here.clone(),
            about: "Marigold Thorpe".into(),
            narrative: "Something".into(),
            safe_now: "yes".into(),
            about_adult: about_adult.into(),
            request_id: head.request_id(),
            ..Default::default()
        };
        let concern_id = call!(head, record_concern, request)?.concern.unwrap_or_default().concern_id;
        // The head reads it with whom of the roll it may be about.
        let read = GetConcernRequest { school_id: world.here.clone(), concern_id, with_learners: true };
        let likely = call!(head, get_concern, read)?.likely;
        assert_eq!(likely.len(), 1);
    }
    let one = (head.account_id.clone(), "concern.read".to_owned());
    assert_eq!(world.looks(&head, &learner).await?, [one.clone(), one.clone()]);
    assert_eq!(world.looks(&world.dsl, &learner).await?, [one], "as if there were no concern about an adult");
    Ok(())
}

async fn a_restricted_case_opens_for_an_hour_to_read_and_is_reviewed_by_somebody_else(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let person = |role| world.bed.person(&[(role, &world.here), (Role::Staff, &world.here)]);
    let (head, deputy, second, teacher) =
        (person(Role::Head), person(Role::DeputyDsl), person(Role::DeputyDsl), person(Role::Staff));
    let case = world.case().await?;
    assert_eq!(why(world.break_glass(&deputy, &case.case_id, REASON).await), "WRONG_STATE", "it is not restricted");
    let case = world.access(&case, "restricted", &[]).await?;
    let id = &case.case_id;
    let row = world.open(&deputy, id).await?.case.unwrap_or_default();
    assert!(row.restricted && row.concern_ids.is_empty());
    assert_eq!(why(world.break_glass(&deputy, id, "Because I said so").await), "INVALID_FIELD");
    assert_eq!(why(world.break_glass(&teacher, id, REASON).await), "NOT_PERMITTED");
    assert!(world.glasses(&head).await?.is_empty());

    let glass = world.break_glass(&deputy, id, REASON).await?.break_glass_id;
    // Those named, the head and whoever read see it at once; nobody else does.
    let own = |reviewable| vec![(glass.clone(), reviewable)];
    assert_eq!(world.glasses(&world.dsl).await?, own(true));
    assert_eq!(world.glasses(&head).await?, own(true));
    assert_eq!(world.glasses(&deputy).await?, own(false));
    assert!(world.glasses(&second).await?.is_empty());
    assert_eq!(why(world.break_glass(&deputy, id, REASON).await), "WRONG_STATE", "it is open already");
    // Open to read: the case and its concern. Not to change anything, and to nobody else.
    let opened = world.open(&deputy, id).await?;
    let seen = opened.case.unwrap_or_default();
    assert!(opened.break_glass_expire_time.is_some() && !seen.restricted && seen.concern_ids.len() == 1);
    let concern = GetConcernRequest {
        school_id: world.here.clone(),
        concern_id: seen.concern_ids[0].clone(),
        with_learners: false,
    };
    call!(deputy, get_concern, concern.clone())?;
    let entry = AddEntryRequest {
        school_id: world.here.clone(),
        case_id: id.clone(),
        text: "x".into(),
        request_id: deputy.request_id(),
        ..Default::default()
    };
    assert_eq!(why(call!(deputy, add_entry, entry)), "NOT_PERMITTED");
    assert!(world.open(&second, id).await?.case.unwrap_or_default().restricted);
    let looks = world.looks(&world.dsl, id).await?;
    let at = |action: &str| looks.iter().position(|(who, what)| *who == deputy.account_id && what == action);
    assert!(at("case.read") < at("break_glass.used"), "newest first: it was written before it was read, {looks:?}");

    // An hour later it is as it was before.
    world.bed.clock.advance(time::Duration::minutes(61));
    assert!(world.open(&deputy, id).await?.case.unwrap_or_default().restricted);
    assert_eq!(why(call!(deputy, get_concern, concern)), "NOT_FOUND");

    assert_eq!(why(world.review(&deputy, &glass).await), "NOT_PERMITTED");
    assert_eq!(why(world.review(&second, &glass).await), "NOT_FOUND");
    let review = world.review(&head, &glass).await?.review.unwrap_or_default();
    assert_eq!((review.justified, review.account_id), (true, head.account_id.clone()));
    assert_eq!(why(world.review(&world.dsl, &glass).await), "WRONG_STATE");
    assert_eq!(world.glasses(&world.dsl).await?, own(false));
    assert!(world.open(&head, id).await?.case.unwrap_or_default().restricted, "reviewing is not reading");
    Ok(())
}

async fn a_review_comes_after_the_reading_or_ends_it(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let person = |role| world.bed.person(&[(role, &world.here), (Role::Staff, &world.here)]);
    let (head, deputy) = (person(Role::Head), person(Role::DeputyDsl));
    let case = world.access(&world.case().await?, "restricted", &[]).await?;
    let id = &case.case_id;
    let glass = world.break_glass(&deputy, id, REASON).await?.break_glass_id;
    assert_eq!(why(world.review(&world.dsl, &glass).await), "INVALID_FIELD", "it is open still");
    let not = |who: &Person| ReviewBreakGlassRequest {
        school_id: world.here.clone(),
        break_glass_id: glass.clone(),
        finding: "The lead was in the next room".into(),
        justified: false,
        request_id: who.request_id(),
    };
    let ended = call!(world.dsl, review_break_glass, not(&world.dsl))?.break_glass.unwrap_or_default();
    assert_eq!(ended.expire_time, Some(chassis::clock::timestamp(world.bed.now())));
    assert!(world.open(&deputy, id).await?.case.unwrap_or_default().restricted, "it ends at once");
    assert_eq!(why(call!(head, review_break_glass, not(&head))), "WRONG_STATE", "all of it was looked at");
    assert_eq!(world.glasses(&head).await?, [(glass, false)]);
    Ok(())
}

/// What an earlier version let somebody say of what was read afterwards.
#[test]
fn a_review_from_before_the_end_is_due_again() {
    let at = time::macros::datetime!(2026-11-26 09:30 UTC);
    let review = |minutes: i64, by: &str| Review {
        finding: "It could not wait".into(),
        justified: true,
        by: by.into(),
        at: at + time::Duration::minutes(minutes),
    };
    let ids = chassis::id::Ids::new(std::sync::Arc::new(chassis::clock::SystemClock));
    let mut glass = BreakGlass {
        id: ids.next(),
        school_id: "sch_1".into(),
        case_id: ids.next(),
        by: "acc_1".into(),
        reason: "r".into(),
        at,
        until: at + time::Duration::minutes(60),
        review: Some(review(1, "acc_2")),
        earlier: Vec::new(),
    };
    assert!(glass.asks("acc_3") && !glass.asks("acc_1"));
    assert_eq!(glass.reviewed(review(61, "acc_3")), Ok(()));
    assert_eq!((glass.due(), glass.earlier.len()), (false, 1));
    assert_eq!(glass.reviewed(review(62, "acc_2")), Err(NotReviewed::Before));
}

async fn no_glass_is_broken_over_a_conflict(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let person = |role| world.bed.person(&[(role, &world.here), (Role::Staff, &world.here)]);
    let (head, deputy) = (person(Role::Head), person(Role::DeputyDsl));
    let nobodys: crate::case::CaseId = world.bed.ids.next();
    let case = world.case().await?;
    let restricted = world.access(&case, "restricted", &[&head]).await?;
    let hidden = world.access(&world.case().await?, "hidden", &[]).await?;
    let told = |answer: Result<BreakGlassEntry>| answer.err().map(|error| format!("{:?} {error}", error.kind()));
    let absent = told(world.break_glass(&head, nobodys.as_str(), REASON).await);
    assert!(absent.is_some());
    assert_eq!(told(world.break_glass(&head, &restricted.case_id, REASON).await), absent, "they are kept out");
    assert_eq!(told(world.break_glass(&head, &hidden.case_id, REASON).await), absent);
    assert_eq!(told(world.break_glass(&deputy, &hidden.case_id, REASON).await), absent);

    // Whoever is kept out while it is open reads nothing more, and learns nothing of what was opened.
    world.break_glass(&deputy, &restricted.case_id, REASON).await?;
    assert!(!world.open(&deputy, &restricted.case_id).await?.case.unwrap_or_default().restricted);
    assert!(world.glasses(&head).await?.is_empty(), "the head is kept out");
    let now = world.open(&world.dsl, &restricted.case_id).await?.case.unwrap_or_default();
    world.access(&now, "restricted", &[&head, &deputy]).await?;
    assert_eq!(why(world.open(&deputy, &restricted.case_id).await), "NOT_FOUND");
    assert!(world.glasses(&deputy).await?.is_empty());
    assert_eq!(world.glasses(&world.dsl).await?.len(), 1);
    Ok(())
}

async fn whoever_takes_a_case_away_is_among_those_who_looked(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let case = world.case().await?;
    let print = PrintCaseRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        kind: "chronology".into(),
        format: "html".into(),
        people: "labels".into(),
        reason: "For the conference".into(),
        ..Default::default()
    };
    call!(world.dsl, print_case, print)?;
    let looks = world.looks(&world.dsl, &case.case_id).await?;
    assert!(looks.contains(&(world.dsl.account_id.clone(), "case.printed".to_owned())), "{looks:?}");
    Ok(())
}

on_both_engines!(
    whoever_takes_a_case_away_is_among_those_who_looked,
    who_has_looked_is_told_newest_first,
    what_was_looked_at_beside_a_child_is_told_to_nobody_it_is_hidden_from,
    a_restricted_case_opens_for_an_hour_to_read_and_is_reviewed_by_somebody_else,
    a_review_comes_after_the_reading_or_ends_it,
    no_glass_is_broken_over_a_conflict,
);
