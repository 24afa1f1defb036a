//! Exceptions as those who ask for them and decide on them see them, rules tried out, and how often rules were right.

use time::Duration;

use super::*;

fn ask(world: &World, who: &Person, scope: ExceptionScope) -> RequestExceptionRequest {
    RequestExceptionRequest {
        school_id: world.school.clone(),
        scope: Some(scope),
        reason: "A class works on it".into(),
        start_time: Some(chassis::clock::timestamp(world.bed.now() - Duration::days(20))),
        expire_time: Some(chassis::clock::timestamp(world.bed.now() + Duration::days(7))),
        request_id: who.request_id(),
        ..Default::default()
    }
}

fn drugs() -> ExceptionScope {
    ExceptionScope { category: "drugs".into(), ..Default::default() }
}

async fn an_exception_is_tried_asked_for_decided_by_another_and_counted(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let school = || world.school.clone();
    let weed = |second| line(second, "https://www.google.com/search?q=buy+weed");
    let die = line(2, "https://www.google.com/search?q=i+want+to+die");
    world.deliver("one", &[weed(1), die.clone()].concat()).await?;
    assert_eq!(world.alerts(&world.dsl).await?.len(), 2);

    // Tried: the one would be gone, and IT is not told which.
    let attempt = |scope| TryExceptionRequest { school_id: school(), scope: Some(scope) };
    let tried = call!(world.dsl, try_exception, attempt(drugs()))?;
    let counts = tried.tried.unwrap_or_default();
    assert_eq!((counts.alerts, counts.gone, counts.locked, tried.alert_ids.len()), (2, 1, 0, 1));
    assert!(call!(world.it, try_exception, attempt(drugs()))?.alert_ids.is_empty());
    let wide = ExceptionScope { domain: "google.com".into(), ..Default::default() };
    let counts = call!(world.dsl, try_exception, attempt(wide))?.tried.unwrap_or_default();
    assert_eq!((counts.gone, counts.locked), (1, 1), "what is locked stays");

    // What is locked is refused by its field.
    for (scope, field) in [
        (ExceptionScope { category: "illegal_csam".into(), ..Default::default() }, "scope.category"),
        (ExceptionScope { term: "want to die".into(), ..Default::default() }, "scope.term"),
    ] {
        let refused = call!(world.it, request_exception, ask(&world, &world.it, scope)).err();
        assert_eq!(refused.map(|e| e.violations()[0].field.clone()).as_deref(), Some(field));
    }

    // IT asks, the lead decides; nobody decides alone.
    let asked = call!(world.it, request_exception, ask(&world, &world.it, drugs()))?.exception.unwrap_or_default();
    assert_eq!((asked.state.as_str(), asked.tried.unwrap_or_default().gone), ("asked", 1));
    let approve = |who: &Person, id: &str| ApproveExceptionRequest {
        school_id: school(),
        exception_id: id.to_owned(),
        request_id: who.request_id(),
    };
    let id = asked.exception_id.clone();
    let denied = call!(world.it, approve_exception, approve(&world.it, &id)).err();
    assert_eq!(denied.map(|e| e.reason_name()), Some("NOT_PERMITTED"));
    world.deliver("two", &line(400, "https://www.google.com/search?q=buy+weed")).await?;
    assert_eq!(world.alerts(&world.dsl).await?.len(), 3, "asked for is not approved");
    assert_eq!(
        call!(world.dsl, approve_exception, approve(&world.dsl, &id))?.exception.unwrap_or_default().state,
        "in_force"
    );
    let twice = call!(world.dsl, approve_exception, approve(&world.dsl, &id)).err();
    assert_eq!(twice.map(|e| e.reason_name()), Some("WRONG_STATE"));
    let taken = world.deliver("three", &[line(800, "https://www.google.com/search?q=buy+weed"), die].concat()).await?;
    assert_eq!(taken.counts.map(|counts| (counts.excepted, counts.alerts)), Some((1, 0)));

    // It ends early, and what it covered alerts again.
    let end = EndExceptionRequest {
        school_id: school(),
        exception_id: id,
        reason: "The lessons are over".into(),
        request_id: world.it.request_id(),
    };
    let ended = call!(world.it, end_exception, end)?.exception.unwrap_or_default();
    assert_eq!((ended.state.as_str(), ended.excepted), ("ended", 1));
    let taken = world.deliver("four", &line(1_200, "https://www.google.com/search?q=buy+weed")).await?;
    assert_eq!(taken.alert_ids.len(), 1);
    Ok(())
}

/// The ledger is of the hour in which lines came, whatever becomes of searches that waited.
async fn searches_that_waited_are_counted_as_what_became_of_them(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let weed = |user: &str, second: i64| {
        let at = world.bed.now().unix_timestamp() + second;
        let url = "https://www.google.com/search?q=buy+weed";
        format!("{at}.000 200 10.20.4.12 TCP_MISS/200 14007 GET {url} {user} HIER_DIRECT/192.0.2.1 text/html\n")
    };
    let taken = world.deliver("one", &(0..5).map(|n| weed("u1", n)).collect::<String>()).await?;
    assert_eq!(taken.counts.map(|counts| (counts.kept, counts.alerts)), Some((5, 0)), "they wait");
    world.bed.clock.advance(Duration::seconds(15));
    crate::escalate::standing(&world.app.store).await?;
    let of = |counts: Counts| (counts.received, counts.kept, counts.folded, counts.excepted);
    assert_eq!(of(world.ledger().await?), (5, 1, 4, 0));

    let asked = call!(world.dsl, request_exception, ask(&world, &world.dsl, drugs()))?.exception.unwrap_or_default();
    let approve = ApproveExceptionRequest {
        school_id: world.school.clone(),
        exception_id: asked.exception_id,
        request_id: world.dsl.request_id(),
    };
    call!(world.dsl, approve_exception, approve)?;
    world.deliver("two", &weed("u2", 0)).await?;
    world.bed.clock.advance(Duration::seconds(15));
    crate::escalate::standing(&world.app.store).await?;
    assert_eq!(of(world.ledger().await?), (6, 1, 4, 1));
    Ok(())
}

async fn a_rule_can_be_tried_and_nothing_of_it_is_kept(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let attempt = |address: &str, terms: &str| TryRuleRequest {
        school_id: world.school.clone(),
        address: address.into(),
        terms: terms.into(),
        feed_id: world.feed.clone(),
        group: "Year 9".into(),
        ..Default::default()
    };
    let tried = call!(world.dsl, try_rule, attempt("", "where can i buy weed"))?;
    assert_eq!(
        (tried.fate.as_str(), tried.theme.as_str(), tried.entry.as_str(), tried.tier.as_str()),
        ("alert", "drugs", "buy weed", "KS3")
    );
    assert!(
        tried.because.contains("version 2 of the school's policy") && tried.because.contains(&tried.word_list_version)
    );
    let fate = |tried: TryRuleResponse| (tried.fate, tried.locked);
    assert_eq!(fate(call!(world.it, try_rule, attempt("http://slip-past.example/", ""))?), ("alert".into(), false));
    assert_eq!(fate(call!(world.dsl, try_rule, attempt("http://blocked-1.example/", ""))?), ("alert".into(), true));
    assert_eq!(fate(call!(world.dsl, try_rule, attempt("http://lucky-spins.example/", ""))?).0, "counted");
    assert_eq!(fate(call!(world.dsl, try_rule, attempt("http://ocsp.digicert.com/", ""))?).0, "noise");
    assert!(call!(world.dsl, try_rule, attempt("", "am i gay"))?.never_listed);
    // A name is read as in a line of the feed; without a feed it is looked for on every vendor's list, and that is said.
    let called = |feed_id: &str| TryRuleRequest {
        vendor_categories: vec!["Terrorism and Violent Extremism".into()],
        feed_id: feed_id.into(),
        ..attempt("http://a.example/", "")
    };
    let any = call!(world.dsl, try_rule, called(""))?;
    assert_eq!(
        (any.category_vendor.as_str(), any.categories.first().map(String::as_str)),
        ("any", Some("extremism_terrorism"))
    );
    let of_feed = call!(world.dsl, try_rule, called(&attempt("http://a.example/", "").feed_id))?;
    assert_eq!(of_feed.category_vendor, "shared", "the feed's profile names no vendor");
    let both = call!(world.dsl, try_rule, attempt("http://a.example/", "words")).err();
    assert_eq!(both.map(|e| e.violations()[0].field.clone()).as_deref(), Some("address"));
    assert_eq!((world.ledger().await?, world.alerts(&world.dsl).await?.len()), (Counts::default(), 0));
    Ok(())
}

async fn a_rule_that_is_seldom_right_is_to_be_reviewed(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let search = "https://www.google.com/search?q=buy+weed";
    let user = |n: u32| line(n, search).replace(" u1 ", &format!(" pupil{n} "));
    world.deliver("one", &(0..12).map(user).collect::<String>()).await?;
    for (place, alert) in world.alerts(&world.dsl).await?.iter().enumerate().take(10) {
        let answer = AnswerAlertRequest {
            school_id: world.school.clone(),
            alert_id: alert.alert_id.clone(),
            verdict: ["true", "explained"][usize::from(place > 1)].into(),
            reason: "A lesson on it".into(),
            request_id: world.dsl.request_id(),
            correct: false,
        };
        call!(world.dsl, answer_alert, answer)?;
    }
    let request = GetRulePrecisionRequest { school_id: world.school.clone() };
    let theirs = call!(world.it, get_rule_precision, request.clone())?;
    assert!(theirs.rules.is_empty(), "who reads no alert about a pupil is told of no rule that raised them");
    let precision = call!(world.dsl, get_rule_precision, request)?;
    let rule = precision.rules.first().cloned().unwrap_or_default();
    assert_eq!(rule.rule_id, "filter.drugs_search");
    assert_eq!(
        (rule.right, rule.explained, rule.unanswered, rule.percent, rule.below_floor),
        (2, 8, 2, Some(20), true)
    );
    Ok(())
}

on_both_engines!(
    an_exception_is_tried_asked_for_decided_by_another_and_counted,
    searches_that_waited_are_counted_as_what_became_of_them,
    a_rule_can_be_tried_and_nothing_of_it_is_kept,
    a_rule_that_is_seldom_right_is_to_be_reviewed,
);
