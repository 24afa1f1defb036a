//! Alerts as those see them whose they are: opened, passed on, beside what they stand, and never about whoever reads them.

use chassis::event::Event;
use time::Duration;

use super::*;
use crate::{
    consume::FollowConcern,
    escalate::{pass, standing},
    judge::AlertRule,
};

/// A line of a group, as FortiGate writes it.
pub(super) fn of_group(second: u64, user: &str, group: &str, url: &str) -> String {
    let at = 1_794_825_900 + second;
    format!(
        "date=2026-11-16 time=10:45:00 eventtime={at} type=\"utm\" subtype=\"webfilter\" user=\"{user}\" group=\"{group}\" \
         srcip=10.0.0.1 hostname=\"www.google.com\" action=\"passthrough\" url=\"{url}\"\n"
    )
}

pub(super) const WEED: &str = "https://www.google.com/search?q=buy+weed";

/// A school whose filter knows groups.
pub(super) async fn with_groups(engine: Engine) -> Result<World> {
    let mut world = world(engine).await?;
    let create = CreateFeedRequest {
        school_id: world.school.clone(),
        name: "Firewall".into(),
        profile: "fortigate".into(),
        request_id: world.it.request_id(),
        host_categories: hosts(),
        group_tiers: HashMap::from([("Staff".into(), "staff".into()), ("Year 9".into(), "KS3".into())]),
        ..Default::default()
    };
    world.feed = call!(world.it, create_feed, create)?.feed.unwrap_or_default().feed_id;
    Ok(world)
}

/// The ids of all alerts there are, whoever may know of them.
async fn ids(world: &World) -> Result<Vec<String>> {
    let tx = world.app.store.begin(&chassis::caller::Scope::consumer(&world.school, "evt")).await?;
    let alerts = store::alert::since(&tx, time::OffsetDateTime::UNIX_EPOCH, 100).await?;
    Ok(alerts.into_iter().map(|alert| alert.id.to_string()).collect())
}

async fn set_recipient(world: &World, head: &Person, who: &Person, office: &str, user: &str) -> Result<()> {
    let request = SetRecipientRequest {
        school_id: world.school.clone(),
        account_id: who.account_id.clone(),
        offices: vec![office.into()],
        users: vec![user.into()],
        request_id: head.request_id(),
    };
    call!(head, set_recipient, request).map(|_| ())
}

async fn open(world: &World, who: &Person, alert_id: &str) -> Result<Alert> {
    let request = GetAlertRequest { school_id: world.school.clone(), alert_id: alert_id.to_owned() };
    Ok(call!(who, get_alert, request)?.alert.unwrap_or_default())
}

/// How many alerts about drugs somebody is told that an exception would do away with, and how many one that they ask for.
async fn counted(world: &World, who: &Person) -> Result<(u32, u32)> {
    let scope = Some(ExceptionScope { category: "drugs".into(), ..Default::default() });
    let attempt = TryExceptionRequest { school_id: world.school.clone(), scope: scope.clone() };
    let tried = call!(who, try_exception, attempt)?.tried.unwrap_or_default();
    assert_eq!(tried.alerts, tried.gone, "all of them are about drugs");
    let ask = RequestExceptionRequest {
        school_id: world.school.clone(),
        scope,
        reason: "A class works on it".into(),
        expire_time: Some(chassis::clock::timestamp(world.bed.now() + Duration::days(7))),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let asked = call!(world.dsl, request_exception, ask)?.exception.unwrap_or_default();
    Ok((tried.gone, asked.tried.unwrap_or_default().alerts))
}

async fn an_alert_about_staff_never_reaches_whoever_it_is_about(engine: Engine) -> Result<()> {
    let world = with_groups(engine).await?;
    let person = |role| world.bed.person(&[(role, &world.school)]);
    let (head, chair, deputy) = (person(Role::Head), person(Role::Chair), person(Role::DeputyDsl));
    let staff = async |delivery: &str, line: &str| -> Result<Vec<String>> {
        let before = ids(&world).await?;
        let taken = world.deliver(delivery, line).await?;
        let counted = taken.counts.unwrap_or_default().alerts;
        assert_eq!((taken.alert_ids.len(), counted), (0, 0), "whoever sends the lines learns nothing of it");
        let mut new = ids(&world).await?;
        new.retain(|id| !before.contains(id));
        assert_eq!(new.len(), 1, "{delivery}");
        Ok(new)
    };
    // Nobody has said which user names are theirs: it might be about anybody but the chair.
    let first = staff("one", &of_group(1, "s.teacher", "staff", WEED)).await?;
    let seen = async |who: &Person, ids: &[String]| -> Result<bool> {
        Ok(world.alerts(who).await?.iter().any(|alert| ids.contains(&alert.alert_id)))
    };
    assert_eq!(
        (seen(&chair, &first).await?, seen(&head, &first).await?, seen(&world.dsl, &first).await?),
        (true, false, false)
    );

    set_recipient(&world, &head, &world.dsl, "lead", "d.lead").await?;
    set_recipient(&world, &head, &head, "head", "h.head").await?;
    for (delivery, second, user, group, lead, of_head, of_chair) in [
        ("two", 1, "t.other", "staff", true, true, false),
        ("three", 1, "SCHOOL\\D.Lead", "staff", false, true, false),
        ("four", 1, "h.head@school.example", "staff", false, false, true),
        // The line names no group that the school knows: whose it is tells the user name.
        ("five", 2_000, "d.lead", "Visitors", false, true, false),
        // Or it names one of pupils: who somebody is goes before their group.
        ("five again", 4_000, "d.lead", "Year 9", false, true, false),
    ] {
        let ids = staff(delivery, &of_group(second, user, group, WEED)).await?;
        let told = (seen(&world.dsl, &ids).await?, seen(&head, &ids).await?, seen(&chair, &ids).await?);
        assert_eq!(told, (lead, of_head, of_chair), "{user}");
        assert!(!seen(&deputy, &ids).await? && !seen(&world.it, &ids).await?, "{user}");
        if !lead {
            let missing = open(&world, &world.dsl, &ids[0]).await.err();
            assert_eq!(missing.map(|e| e.reason_name()), Some("NOT_FOUND"));
        }
    }
    assert_eq!(world.ledger().await?.alerts, 0, "nor does whoever reads the ledger");
    assert_eq!(counted(&world, &world.dsl).await?, (1, 0), "of six alerts about staff the lead learns of one");
    assert_eq!(counted(&world, &head).await?, (4, 0));
    let precision = async |who: &Person| -> Result<u64> {
        let request = GetRulePrecisionRequest { school_id: world.school.clone() };
        Ok(call!(who, get_rule_precision, request)?.rules.iter().map(|rule| rule.unanswered).sum())
    };
    assert_eq!((precision(&world.dsl).await?, precision(&head).await?, precision(&world.it).await?), (1, 4, 0));
    // Whoever takes an office over: nobody has said which user names are theirs.
    let (new_lead, new_head) = (person(Role::Dsl), person(Role::Head));
    assert_eq!((world.alerts(&new_lead).await?.len(), world.alerts(&new_head).await?.len()), (0, 0));
    // A pupil's is the lead's and the deputies'; the chair knows nothing of it.
    let pupil = world.deliver("six", &of_group(2, "p1", "Year 9", WEED)).await?.alert_ids;
    assert!(seen(&deputy, &pupil).await? && seen(&world.dsl, &pupil).await? && seen(&head, &pupil).await?);
    assert!(!seen(&chair, &pupil).await? && !seen(&world.it, &pupil).await?);
    assert!(seen(&new_lead, &pupil).await? && seen(&new_head, &pupil).await?);
    // What is about staff, and theirs to answer, stands apart from the many of pupils.
    let theirs = async |who: &Person| -> Result<usize> {
        let asked = ListAlertsRequest { school_id: world.school.clone(), about: "staff".into(), ..Default::default() };
        let listed = call!(who, list_alerts, asked)?;
        assert!(listed.alerts.iter().all(|alert| alert.answerable && alert.tier == "staff"));
        Ok(listed.alerts.len())
    };
    let all = (theirs(&world.dsl).await?, theirs(&head).await?, theirs(&chair).await?, theirs(&deputy).await?);
    assert_eq!(all, (1, 4, 2, 0));
    // What the same user name does in a group of staff is about staff, and counts on in no alert that others read.
    let crossed = staff("seven", &of_group(3, "p1", "staff", WEED)).await?;
    assert!(!seen(&deputy, &crossed).await? && seen(&world.dsl, &crossed).await?);
    Ok(())
}

async fn what_the_head_takes_from_themselves_waits_for_the_chair(engine: Engine) -> Result<()> {
    let world = with_groups(engine).await?;
    let person = |role| world.bed.person(&[(role, &world.school)]);
    let (head, chair) = (person(Role::Head), person(Role::Chair));
    set_recipient(&world, &head, &world.dsl, "lead", "d.lead").await?;
    set_recipient(&world, &head, &head, "head", "h.head").await?;
    let twice = set_recipient(&world, &head, &world.dsl, "lead", "H.Head@school.example").await.err();
    assert_eq!(twice.map(|e| e.violations()[0].field.clone()).as_deref(), Some("users"), "a name is one person's");
    let said = async || -> Result<(Vec<String>, bool)> {
        let list = ListRecipientsRequest { school_id: world.school.clone() };
        let all = call!(chair, list_recipients, list)?.recipients;
        let of_head = all.into_iter().find(|one| one.account_id == head.account_id).unwrap_or_default();
        Ok((of_head.users, of_head.waiting.is_some()))
    };
    assert_eq!(said().await?, (vec!["h.head".to_owned()], false), "the chair reads it");
    set_recipient(&world, &head, &head, "head", "nobody.here").await?;
    assert_eq!(said().await?, (vec!["nobody.here".to_owned(), "h.head".to_owned()], true));
    world.deliver("one", &of_group(1, "h.head", "staff", WEED)).await?;
    let told =
        (world.alerts(&chair).await?.len(), world.alerts(&head).await?.len(), world.alerts(&world.dsl).await?.len());
    assert_eq!(told, (1, 0, 0), "the earlier name is guarded still");
    let refused = set_recipient(&world, &chair, &world.dsl, "lead", "d.lead").await.err();
    assert_eq!(refused.map(|e| e.reason_name()), Some("NOT_PERMITTED"), "the chair says nothing of others");
    set_recipient(&world, &chair, &head, "head", "nobody.here").await?;
    assert_eq!(said().await?, (vec!["nobody.here".to_owned()], false));
    Ok(())
}

async fn what_nobody_opens_is_passed_on_by_its_own_clock(engine: Engine) -> Result<()> {
    let world = with_groups(engine).await?;
    let malware = AlertRule { route: "it".into(), ..rule("malware_phishing", "category", "high", 1) };
    world.obey(&Rules { alerts: [rules().alerts, vec![malware]].concat(), ..rules() }).await?;
    let head = world.bed.person(&[(Role::Head, &world.school)]);
    set_recipient(&world, &head, &world.dsl, "lead", "d.lead").await?;
    set_recipient(&world, &head, &head, "head", "h.head").await?;
    let chair = world.bed.person(&[(Role::Chair, &world.school)]);
    let infected = of_group(1, "p1", "Year 9", "http://a.example/").replace("action=", "catdesc=\"Malware\" action=");
    world.deliver("one", &(infected + &of_group(2, "s.teacher", "Staff", WEED))).await?;
    assert_eq!(world.alerts(&world.it).await?.len(), 1, "malware is not the lead's matter");
    // The service looks by itself, too: what counts is where they are afterwards.
    let after = async |time: Duration| -> Result<(usize, Vec<String>, usize)> {
        world.bed.clock.advance(time);
        pass(&world.app.store).await?;
        let of_staff = world.alerts(&head).await?.into_iter().find(|alert| alert.tier == "staff").unwrap_or_default();
        let passed = of_staff.passed_on.into_iter().map(|passed| passed.to).collect();
        Ok((world.alerts(&world.dsl).await?.len(), passed, world.alerts(&chair).await?.len()))
    };
    let to = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(after(Duration::minutes(59)).await?, (1, to(&[]), 0));
    assert_eq!(after(Duration::minutes(1)).await?, (2, to(&[]), 0), "IT did not open it within an hour of school");
    assert_eq!(after(Duration::days(3)).await?, (2, to(&["head"]), 0));
    assert_eq!(after(Duration::days(3)).await?, (2, to(&["head", "chair"]), 1));
    // Nobody is above the chair: the authority is told that it waits, once.
    for _ in 0..2 {
        assert_eq!(after(Duration::days(30)).await?, (2, to(&["head", "chair", "authority"]), 1));
    }
    Ok(())
}

async fn malware_of_staff_is_read_by_another_person_and_never_closed_by_whom_it_is_about(engine: Engine) -> Result<()> {
    let world = with_groups(engine).await?;
    let malware = AlertRule { route: "it".into(), ..rule("malware_phishing", "category", "high", 1) };
    world.obey(&Rules { alerts: [rules().alerts, vec![malware]].concat(), ..rules() }).await?;
    let head = world.bed.person(&[(Role::Head, &world.school)]);
    set_recipient(&world, &head, &world.dsl, "lead", "d.lead").await?;
    set_recipient(&world, &head, &head, "head", "h.head").await?;
    let infected = |second: u64, user: &str| {
        of_group(second, user, "staff", "http://a.example/").replace("action=", "catdesc=\"Malware\" action=")
    };
    world.deliver("one", &infected(1, "k.vas")).await?;
    let of = async |who: &Person| -> Result<Vec<bool>> {
        Ok(world.alerts(who).await?.into_iter().map(|alert| alert.answerable).collect())
    };
    let seen = (of(&world.it).await?, of(&world.dsl).await?, of(&head).await?);
    assert_eq!(seen, (vec![false], vec![true], vec![true]), "nobody said whose the name is: others judge it");
    let judged = |who: &Person, alert_id: &str| AnswerAlertRequest {
        school_id: world.school.clone(),
        alert_id: alert_id.to_owned(),
        verdict: "false".into(),
        reason: "me".into(),
        request_id: who.request_id(),
        ..Default::default()
    };
    let theirs = world.alerts(&world.it).await?[0].alert_id.clone();
    open(&world, &world.it, &theirs).await?;
    let refused = call!(world.it, answer_alert, judged(&world.it, &theirs)).err().map(|error| error.reason_name());
    assert_eq!(refused, Some("NOT_PERMITTED"), "they see to it, and do not close what may be about them");
    // Once it is known whose the name is, they learn nothing of it.
    set_recipient(&world, &head, &world.it, "it", "k.vas").await?;
    world.deliver("two", &infected(2_000, "SCHOOL\\K.Vas")).await?;
    let seen = (of(&world.it).await?.len(), of(&world.dsl).await?.len(), of(&head).await?.len());
    assert_eq!(seen, (1, 2, 2));
    let about = world.alerts(&head).await?.into_iter().find(|alert| alert.alert_id != theirs).unwrap_or_default();
    let refused = call!(world.it, answer_alert, judged(&world.it, &about.alert_id)).err();
    assert_eq!(refused.map(|error| error.reason_name()), Some("NOT_FOUND"));
    assert!(call!(head, answer_alert, judged(&head, &theirs)).is_ok());
    Ok(())
}

async fn opening_an_alert_acknowledges_it_and_reading_its_concern_does_too(engine: Engine) -> Result<()> {
    use chassis::event::{Consumer as _, Envelope};
    use proto::event::v1::{ConcernEscalated, ConcernRead};

    let world = world(engine).await?;
    let head = world.bed.person(&[(Role::Head, &world.school)]);
    let search = |second, user: &str| line(second, WEED).replace(" u1 ", &format!(" {user} "));
    let ids = world.deliver("one", &(search(1, "p1") + &search(2, "p2"))).await?.alert_ids;
    let seen = open(&world, &head, &ids[0]).await?;
    assert!(seen.acknowledge_time.is_none() && !seen.answerable, "the head has oversight");
    let opened = open(&world, &world.dsl, &ids[0]).await?;
    assert_eq!((opened.acknowledged_by_account_id.as_str(), opened.answerable), (world.dsl.account_id.as_str(), true));
    assert!(opened.due_time.is_some() && opened.late_s > 86_400, "lines of another day say so");
    // The other is read as a concern, after it was passed on as one.
    let told = async |event: Event| -> Result<()> {
        let mut tx = world.app.store.begin(&chassis::caller::Scope::consumer(&world.school, "evt")).await?;
        let envelope = Envelope { school_id: world.school.clone(), event: Some(event), ..Default::default() };
        FollowConcern.consume(&mut tx, &envelope, ()).await?;
        tx.silent();
        tx.commit().await
    };
    let escalated = ConcernEscalated { level: "head".into(), alert_id: ids[1].clone(), ..Default::default() };
    told(Event::ConcernEscalated(escalated)).await?;
    assert!(open(&world, &world.it, &ids[1]).await.is_err());
    told(Event::ConcernRead(ConcernRead { alert_id: ids[1].clone(), account_id: "acc_x".into() })).await?;
    let read = open(&world, &head, &ids[1]).await?;
    assert_eq!((read.acknowledged_by_account_id.as_str(), read.passed_on.len(), read.answerable), ("acc_x", 1, true));
    // Either way it is announced that it was opened, once.
    told(Event::ConcernRead(ConcernRead { alert_id: ids[1].clone(), account_id: "acc_y".into() })).await?;
    let mut expected = [(ids[0].clone(), world.dsl.account_id.clone()), (ids[1].clone(), "acc_x".to_owned())];
    expected.sort();
    assert_eq!(announced_as_opened(&world).await?, expected);
    Ok(())
}

/// The alerts that were announced as opened, each with who opened it.
async fn announced_as_opened(world: &World) -> Result<Vec<(String, String)>> {
    use chassis::event::Envelope;
    use prost::Message as _;
    use sea_orm::{ConnectionTrait as _, Statement};

    let mut tx = world.app.store.begin(&chassis::caller::Scope::system("filtering-ingest")).await?;
    tx.silent();
    let events = Statement::from_string(tx.db().get_database_backend(), "SELECT envelope FROM outbox");
    let mut opened = Vec::new();
    for row in tx.db().query_all_raw(events).await? {
        let envelope: Vec<u8> = row.try_get("", "envelope")?;
        let envelope = Envelope::decode(envelope.as_slice()).map_err(Error::internal)?;
        if let Some(Event::AlertAcknowledged(event)) = envelope.event {
            opened.push((envelope.aggregate_id, event.account_id));
        }
    }
    tx.commit().await?;
    // What is announced in one moment has no order.
    opened.sort();
    Ok(opened)
}

async fn answering_an_alert_that_nobody_opened_opens_it_for_its_concern_too(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let alert_id = world.deliver("one", &line(1, WEED)).await?.alert_ids.first().cloned().unwrap_or_default();
    let answer = AnswerAlertRequest {
        school_id: world.school.clone(),
        alert_id: alert_id.clone(),
        verdict: "false".into(),
        reason: "A lesson".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    call!(world.dsl, answer_alert, answer.clone())?;
    open(&world, &world.dsl, &alert_id).await?;
    // A wrong verdict is corrected, and never by the way.
    let again = |verdict: &str, correct| AnswerAlertRequest {
        verdict: verdict.into(),
        reason: "It was no lesson".into(),
        request_id: world.dsl.request_id(),
        correct,
        ..answer.clone()
    };
    for (verdict, correct, refused) in [("true", false, "WRONG_STATE"), ("false", true, "INVALID_FIELD")] {
        let error = call!(world.dsl, answer_alert, again(verdict, correct)).err();
        assert_eq!(error.map(|error| error.reason_name()), Some(refused), "{verdict}");
    }
    let corrected = call!(world.dsl, answer_alert, again("true", true))?.alert.unwrap_or_default();
    let before: Vec<&str> = corrected.earlier_verdicts.iter().map(|before| before.verdict.as_str()).collect();
    assert_eq!((corrected.verdict.as_str(), before, corrected.correctable), ("true", vec!["false"], true));
    assert_eq!(announced_as_opened(&world).await?, [(alert_id, world.dsl.account_id.clone())], "once");
    Ok(())
}

async fn beside_an_alert_stands_the_same_persons_own_browsing_and_nothing_private(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let log = [
        line(1, "http://weather-window.example/"),
        line(2, "https://www.google.com/search?q=am+i+gay"),
        line(3, "http://listening-line.example/"),
        line(4, "http://ocsp.digicert.com/x"),
        line(5, "http://www.childline.org.uk/"),
        line(6, "https://www.google.com/search?q=i+want+to+die"),
        line(7, "http://blocked-1.example/secret"),
        line(8, "https://www.google.com/search?q=roman+roads").replace(" u1 ", " u2 "),
        line(9, "https://www.google.com/search?q=roman+baths"),
    ];
    let ids = world.deliver("one", &log.concat()).await?.alert_ids;
    let request = GetAlertContextRequest { school_id: world.school.clone(), alert_id: ids[0].clone() };
    let context = call!(world.dsl, get_alert_context, request.clone())?;
    let shown: Vec<(&str, &str, bool)> =
        context.lines.iter().map(|l| (l.host.as_str(), l.search_terms.as_str(), l.withheld)).collect();
    assert_eq!(
        shown,
        [
            ("weather-window.example", "", false),
            ("www.google.com", "i want to die", false),
            ("", "", true),
            ("www.google.com", "roman baths", false),
        ]
    );
    assert!(context.sought_help);
    assert_eq!(context.known_by, "user");
    let others = call!(world.it, get_alert_context, request).err();
    assert_eq!(others.map(|e| e.reason_name()), Some("NOT_FOUND"), "it is not theirs");
    // Of the illegal one there is a digest, by which the same address is known again, and nothing else.
    let withheld = open(&world, &world.dsl, &ids[1]).await?;
    assert_eq!((withheld.withheld, withheld.host.as_str(), withheld.address_digest.len()), (true, "", 64));
    Ok(())
}

async fn a_busy_hour_does_not_hide_what_was_next_to_an_alert(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let pages: String = (0..600).map(|n| line(n, &format!("http://weather-window.example/{n}"))).collect();
    let die = line(700, "https://www.google.com/search?q=i+want+to+die");
    let taken = world.deliver("one", &[pages, die, line(701, "http://afterwards.example/")].concat()).await?;
    let alert_id = taken.alert_ids.first().cloned().unwrap_or_default();
    let request = GetAlertContextRequest { school_id: world.school.clone(), alert_id };
    let context = call!(world.dsl, get_alert_context, request)?;
    let last: Vec<&str> = context.lines.iter().rev().take(3).map(|line| line.host.as_str()).collect();
    assert_eq!(last, ["afterwards.example", "www.google.com", "weather-window.example"]);
    assert_eq!(context.lines.len(), 251, "250 up to the alert, and what came after it");
    Ok(())
}

async fn what_is_critical_is_told_again_once_an_alert_was_answered(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let search = |second, words: &str| line(second, &format!("https://www.google.com/search?q={words}"));
    let first = world.deliver("one", &search(0, "i+want+to+die")).await?.alert_ids;
    assert_eq!((first.len(), world.deliver("two", &search(60, "i+want+to+die+now")).await?.alert_ids.len()), (1, 0));
    let answer = AnswerAlertRequest {
        school_id: world.school.clone(),
        alert_id: first.first().cloned().unwrap_or_default(),
        verdict: "false".into(),
        reason: "A song".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    call!(world.dsl, answer_alert, answer)?;
    for (delivery, second, raised) in [("three", 120, 1), ("four", 150, 0)] {
        let taken = world.deliver(delivery, &search(second, "i+want+to+kill+myself")).await?;
        assert_eq!(taken.alert_ids.len(), raised, "{delivery}");
    }
    Ok(())
}

async fn a_search_left_standing_alerts_once_its_ten_seconds_are_over(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let typing = "https://www.google.com/complete/search?q=i+want+to+die";
    let taken = world.deliver("one", &line(1, typing)).await?;
    assert_eq!(taken.counts.map(|counts| (counts.kept, counts.alerts)), Some((1, 0)));
    standing(&world.app.store).await?;
    assert!(world.alerts(&world.dsl).await?.is_empty(), "something may still follow");
    world.bed.clock.advance(Duration::seconds(11));
    for _ in 0..2 {
        standing(&world.app.store).await?;
    }
    let ledger = world.ledger().await?;
    assert_eq!((ledger.received, ledger.kept, ledger.alerts), (1, 1, 1), "its line is counted once");
    assert_eq!(world.alerts(&world.dsl).await?[0].search_terms, "i want to die");
    Ok(())
}

async fn a_delivery_is_not_told_of_the_alert_of_another(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let typing = "https://www.google.com/complete/search?q=i+want+to+die";
    world.deliver("one", &line(1, typing)).await?;
    let next = world.deliver("two", &line(60, "https://www.google.com/search?q=roman+roads")).await?;
    assert_eq!(next.counts.map(|counts| (counts.received, counts.alerts)), Some((1, 0)));
    assert!(next.alert_ids.is_empty());
    assert_eq!(
        (world.alerts(&world.dsl).await?.len(), world.ledger().await?.alerts),
        (1, 1),
        "it is raised all the same"
    );
    // Within one delivery it is told of, whichever batch it came in.
    let sent = [line(700, typing), line(800, "https://www.google.com/search?q=roman+roads")];
    let batches = (1..)
        .zip(&sent)
        .map(|(first, lines)| IngestLinesRequest { delivery_id: "three".into(), ..world.batch(first, lines) });
    let answers = world.send(batches.collect()).await?;
    assert_eq!(answers.iter().map(|answer| answer.alert_ids.len()).collect::<Vec<_>>(), [0, 1]);
    Ok(())
}

async fn repeats_over_several_batches_make_one_alert_graver(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    for n in 0..7 {
        world.deliver(&format!("batch {n}"), &line(n * 10, "http://slip-past.example/")).await?;
    }
    let alerts = world.alerts(&world.dsl).await?;
    let told: Vec<(u64, &str)> = alerts.iter().map(|alert| (alert.count, alert.severity.as_str())).collect();
    assert_eq!(told, [(7, "high")]);
    Ok(())
}

on_both_engines!(
    malware_of_staff_is_read_by_another_person_and_never_closed_by_whom_it_is_about,
    a_busy_hour_does_not_hide_what_was_next_to_an_alert,
    a_search_left_standing_alerts_once_its_ten_seconds_are_over,
    a_delivery_is_not_told_of_the_alert_of_another,
    answering_an_alert_that_nobody_opened_opens_it_for_its_concern_too,
    an_alert_about_staff_never_reaches_whoever_it_is_about,
    beside_an_alert_stands_the_same_persons_own_browsing_and_nothing_private,
    opening_an_alert_acknowledges_it_and_reading_its_concern_does_too,
    repeats_over_several_batches_make_one_alert_graver,
    what_is_critical_is_told_again_once_an_alert_was_answered,
    what_nobody_opens_is_passed_on_by_its_own_clock,
    what_the_head_takes_from_themselves_waits_for_the_chair,
);
