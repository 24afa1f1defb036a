//! Format profiles of a school's own and of the authority, on both engines.

use proto::filtering_ingest::v1::senders_client::SendersClient;

use super::*;
use crate::profile::own::MOST_VERSIONS;

/// A document whose lines are pairs with tabs.
fn document(name: &str, version: u32, outcome: &str) -> String {
    format!(
        "profile: {name}\nversion: {version}\nproduct: Larkspur\nknown: synthetic\nlayout: {{kind: pairs, delimiter: tab}}\n\
         time: {{from: at}}\nfields:\n  user: account\n  url: address\noutcome:\n  from: verdict\n  map: {{stop: {outcome}}}\n\
         samples:\n  - line: \"at=1794825936\\taccount=u1\\taddress=https://a.example/\\tverdict=stop\"\n    \
         expect: {{user: u1, outcome: {outcome}}}\n"
    )
}

const LINE: &str = "at=1794825936\taccount=u1\taddress=https://games.example/\tverdict=stop\n";

async fn create(who: &Person, school: &str, document: String) -> Result<Profile> {
    let request = CreateProfileRequest { school_id: school.into(), document, request_id: who.request_id() };
    Ok(call!(who, create_profile, request)?.profile.unwrap_or_default())
}

async fn get(who: &Person, school: &str, profile: &str) -> Result<GetProfileResponse> {
    call!(who, get_profile, GetProfileRequest { school_id: school.into(), profile: profile.into() })
}

async fn update(who: &Person, school: &str, known: &Profile, document: String) -> Result<Profile> {
    let request = UpdateProfileRequest {
        school_id: school.into(),
        profile: known.profile.clone(),
        document,
        etag: known.etag.clone(),
        request_id: who.request_id(),
    };
    Ok(call!(who, update_profile, request)?.profile.unwrap_or_default())
}

async fn retire(who: &Person, school: &str, known: &Profile) -> Result<Profile> {
    let request = RetireProfileRequest {
        school_id: school.into(),
        profile: known.profile.clone(),
        etag: known.etag.clone(),
        request_id: who.request_id(),
    };
    Ok(call!(who, retire_profile, request)?.profile.unwrap_or_default())
}

async fn add(world: &World, profile: &str) -> Result<Feed> {
    let request = CreateFeedRequest {
        school_id: world.school.clone(),
        name: format!("Read by {profile}"),
        profile: profile.into(),
        request_id: world.it.request_id(),
        ..CreateFeedRequest::default()
    };
    Ok(call!(world.it, create_feed, request)?.feed.unwrap_or_default())
}

async fn a_feed_goes_on_by_its_version_until_it_is_moved_on(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (it, school) = (&world.it, world.school.as_str());
    let first = create(it, school, document("larkspur", 1, "blocked")).await?;
    assert_eq!((first.profile.as_str(), first.version, first.document.as_str()), ("school.larkspur", 1, ""));
    let feed = add(&world, "school.larkspur").await?;
    assert_eq!(feed.profile, "school.larkspur@1");
    let mut senders = SendersClient::new(it.to("filtering-ingest")?);
    let registered = CreateSenderRequest {
        school_id: school.into(),
        name: "Larkspur box".into(),
        feed_id: feed.feed_id.clone(),
        request_id: it.request_id(),
        ..CreateSenderRequest::default()
    };
    let registered = senders.create_sender(registered).await.map_err(|status| Error::from_status(&status))?;
    let sender_id = registered.into_inner().sender.unwrap_or_default().sender_id;
    let send = async |delivery: &str| -> Result<Option<(u64, u64)>> {
        let batch =
            IngestLinesRequest { feed_id: feed.feed_id.clone(), delivery_id: delivery.into(), ..world.batch(1, LINE) };
        let answers = world.send(vec![batch]).await?;
        Ok(answers.first().and_then(|answer| answer.counts).map(|counts| (counts.kept, counts.rejected)))
    };
    assert_eq!(send("monday").await?, Some((1, 0)));
    // The second version finds no address in such a line any more.
    let second = document("larkspur", 2, "blocked").replace("address", "place");
    let second = update(it, school, &first, second).await?;
    assert_eq!(send("tuesday").await?, Some((1, 0)), "it goes on by the version it was set to");
    let moved = SetFeedProfileRequest {
        school_id: school.into(),
        feed_id: feed.feed_id.clone(),
        profile: "school.larkspur".into(),
        request_id: it.request_id(),
    };
    let moved = call!(it, set_feed_profile, moved)?.feed.unwrap_or_default();
    assert_eq!(moved.profile, "school.larkspur@2");
    let asked = GetSenderRequest { school_id: school.into(), sender_id };
    let sender = senders.get_sender(asked).await.map_err(|status| Error::from_status(&status))?.into_inner().sender;
    assert_eq!(
        sender.map(|sender| sender.profile),
        Some(moved.profile),
        "its lines are read by what its feed is set to"
    );
    assert_eq!(send("wednesday").await?, Some((0, 1)));
    // Both versions are there to be read; one that is retired is named by no further feed, and those it has go on.
    let known = get(it, school, "school.larkspur@1").await?;
    assert_eq!(
        (known.versions, known.profile.map(|p| p.document)),
        (vec![2, 1], Some(document("larkspur", 1, "blocked")))
    );
    let retired = retire(it, school, &second).await?;
    assert!(retired.retire_time.is_some());
    assert!(add(&world, "school.larkspur").await.is_err_and(|e| e.violations().iter().any(|v| v.field == "profile")));
    assert_eq!(send("thursday").await?, Some((0, 1)));
    let gone = update(it, school, &retired, document("larkspur", 3, "blocked")).await;
    assert!(gone.is_err_and(|error| error.kind() == chassis::error::Kind::Conflict));
    Ok(())
}

async fn what_was_rejected_is_kept_sealed_and_read_again_once_its_profile_is_mended(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (it, school) = (&world.it, world.school.as_str());
    // It looks for the address where the product does not write it.
    let first = create(it, school, document("larkspur", 1, "allowed").replace("address", "place")).await?;
    let feed = add(&world, "school.larkspur").await?;
    let search =
        "at=1794825936\taccount=u1\taddress=https://www.google.com/search?q=i+want+to+kill+myself\tverdict=stop\n";
    let log = format!("{search}no line of it\n{LINE}");
    let batch =
        IngestLinesRequest { feed_id: feed.feed_id.clone(), delivery_id: "monday".into(), ..world.batch(1, &log) };
    let counted = world.send(vec![batch]).await?.first().and_then(|answer| answer.counts).unwrap_or_default();
    assert_eq!((counted.received, counted.rejected, world.alerts(&world.dsl).await?.len()), (3, 3, 0));
    let listed = async || -> Result<(u64, u64)> {
        let asked = ListRejectedLinesRequest {
            school_id: school.into(),
            feed_id: feed.feed_id.clone(),
            ..ListRejectedLinesRequest::default()
        };
        let listed = call!(it, list_rejected_lines, asked)?;
        Ok((listed.rejected_lines.iter().map(|line| line.lines).sum::<u64>(), listed.kept_lines))
    };
    assert_eq!(listed().await?, (3, 3));
    // Whoever mends profiles reads them, and says for what.
    let reveal = |purpose: &str, page_token: &str| RevealRejectedLinesRequest {
        school_id: school.into(),
        feed_id: feed.feed_id.clone(),
        purpose: purpose.into(),
        page_size: 2,
        page_token: page_token.into(),
    };
    let unsaid = call!(it, reveal_rejected_lines, reveal("", "")).err().map(|error| error.reason_name());
    assert_eq!(unsaid, Some("INVALID_FIELD"));
    let deputy = world.bed.person(&[(Role::DeputyDsl, school)]);
    assert!(call!(deputy, reveal_rejected_lines, reveal("inquiry", "")).is_err());
    let shown = call!(world.dsl, reveal_rejected_lines, reveal("find_missed", ""))?;
    assert_eq!((shown.lines.len(), shown.lines[0].line), (2, 1));
    assert!(shown.lines[0].text.contains("kill+myself"), "{:?}", shown.lines);
    let rest = call!(world.dsl, reveal_rejected_lines, reveal("find_missed", &shown.next_page_token))?;
    assert_eq!((rest.lines.len(), rest.lines[0].line, rest.next_page_token.as_str()), (1, 3, ""));

    // Of what the filter calls illegal nobody reads where it is.
    let illegal = "csam.example/secret\tcatdesc=\"Child Sexual Abuse\"\n";
    let batch =
        IngestLinesRequest { feed_id: feed.feed_id.clone(), delivery_id: "illegal".into(), ..world.batch(1, illegal) };
    world.send(vec![batch]).await?;
    for reader in [it, &world.dsl] {
        let all = RevealRejectedLinesRequest { page_size: 10, ..reveal("inquiry", "") };
        let shown = call!(reader, reveal_rejected_lines, all)?;
        let line = shown.lines.iter().find(|line| line.delivery_id == "illegal").cloned().unwrap_or_default();
        assert!(line.withheld && !line.text.chars().any(char::is_alphanumeric), "{line:?}");
        assert!(shown.lines.iter().any(|line| !line.withheld));
    }

    update(it, school, &first, document("larkspur", 2, "allowed")).await?;
    let moved = SetFeedProfileRequest {
        school_id: school.into(),
        feed_id: feed.feed_id.clone(),
        profile: "school.larkspur".into(),
        request_id: it.request_id(),
    };
    call!(it, set_feed_profile, moved)?;
    let replay = ReplayRejectedLinesRequest {
        school_id: school.into(),
        feed_id: feed.feed_id.clone(),
        request_id: it.request_id(),
    };
    assert_eq!(call!(it, replay_rejected_lines, replay)?.lines, 4);
    for _ in 0..200 {
        if listed().await? == (2, 2) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(listed().await?, (2, 2), "lines that are none stay");
    let alerts = world.alerts(&world.dsl).await?;
    assert_eq!(alerts.len(), 1);
    assert!(alerts[0].because.contains("it could not be read for"), "{}", alerts[0].because);
    let ledger = GetLedgerRequest { school_id: school.into(), feed_id: feed.feed_id.clone(), ..Default::default() };
    let total = call!(it, get_ledger, ledger)?.total.unwrap_or_default();
    let sides = total.kept + total.folded + total.excepted + total.noise;
    assert_eq!((total.received, total.rejected, sides, total.alerts), (4, 2, 2, 1), "each line is counted once");
    Ok(())
}

async fn an_own_profile_stands_beside_the_shipped_one_and_is_nobody_elses(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let school = world.school.as_str();
    create(&world.dsl, school, document("squid", 1, "blocked")).await?;
    assert_eq!(add(&world, "squid").await?.profile, "squid", "the shipped one, unless the own one is named expressly");
    assert_eq!(add(&world, "school.squid@1").await?.profile, "school.squid@1");
    let elsewhere = world.bed.school();
    let other = world.bed.person(&[(Role::It, &elsewhere)]);
    let foreign = get(&other, &elsewhere, "school.squid").await.err().map(|error| error.to_string());
    let absent = get(&other, &elsewhere, "school.none").await.err().map(|error| error.to_string());
    assert!(foreign.is_some() && foreign == absent);
    // The authority's is every school's to use and none's to keep; officers read none of a school's.
    let officer = world.bed.person(&[(Role::AuthorityOfficer, "")]);
    let shared = create(&officer, "", document("county", 4, "blocked")).await?;
    assert_eq!((shared.profile.as_str(), shared.version), ("authority.county", 4));
    assert_eq!(add(&world, "authority.county").await?.profile, "authority.county@4");
    let kept = |error: Error| matches!(error.kind(), chassis::error::Kind::Missing | chassis::error::Kind::Denied);
    assert!(update(&world.it, school, &shared, document("county", 5, "blocked")).await.is_err_and(kept));
    assert!(create(&world.it, "", document("mine", 1, "blocked")).await.is_err_and(kept));
    assert!(get(&officer, school, "school.squid").await.is_err_and(kept));
    let list = async |who: &Person, school: &str| -> Result<Vec<String>> {
        let answer = call!(who, list_profiles, ListProfilesRequest { school_id: school.into() })?;
        Ok(answer.profiles.into_iter().filter(|profile| !profile.shipped).map(|profile| profile.profile).collect())
    };
    assert_eq!(list(&world.it, school).await?, ["school.squid", "authority.county"]);
    assert_eq!(list(&other, &elsewhere).await?, ["authority.county"]);
    assert_eq!(list(&officer, "").await?, ["authority.county"]);
    Ok(())
}

async fn what_is_wrong_with_a_document_is_told_by_its_line(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (it, school) = (&world.it, world.school.as_str());
    let refused = async |document: String| -> Vec<String> {
        let error = create(it, school, document).await.err();
        error
            .map(|e| e.violations().iter().map(|v| format!("{}: {}", v.field, v.message)).collect())
            .unwrap_or_default()
    };
    let wrong = document("larkspur", 1, "blocked").replace("  url: address", "  urll: address");
    let told = refused(wrong).await;
    assert!(
        told.iter().any(|fix| fix.starts_with("document: Line 9, fields.urll: There is no such field")),
        "{told:?}"
    );
    let sample = document("larkspur", 1, "blocked").replace("user: u1, outcome", "user: u2, outcome");
    let told = refused(sample).await;
    assert!(told.iter().any(|fix| fix.contains("Line 15") && fix.contains("It became \"u1\"")), "{told:?}");
    let turned = document("larkspur", 1, "blocked").replace("product: Larkspur", "product: \"Lark\\u202espur\"");
    let told = refused(turned).await;
    assert!(told.iter().any(|fix| fix.starts_with("document: Line 3, product: Enter it on one line")), "{told:?}");
    let broken = refused("profile: [\n".into()).await;
    assert!(broken.iter().any(|fix| fix.contains("It is no YAML document")), "{broken:?}");
    let pasted = refused(LINE.into()).await;
    assert!(!pasted.is_empty() && !pasted.iter().any(|fix| fix.contains("games.example")), "{pasted:?}");
    let large = refused(format!("{}# {}\n", document("larkspur", 1, "blocked"), "x".repeat(64 << 10))).await;
    assert!(large.iter().any(|fix| fix.contains("65536 characters")), "{large:?}");
    // Names and versions are kept in order, and nobody's change is overwritten.
    let first = create(it, school, document("larkspur", 1, "blocked")).await?;
    assert!(
        create(it, school, document("larkspur", 1, "blocked")).await.is_err_and(|e| e.to_string().contains("already"))
    );
    for (text, fix) in
        [(document("larkspur", 1, "allowed"), "Enter 2 or more"), (document("other", 2, "blocked"), "larkspur")]
    {
        let error = update(it, school, &first, text).await.err();
        assert!(error.is_some_and(|e| e.violations().iter().any(|v| v.message.contains(fix))), "{fix}");
    }
    update(it, school, &first, document("larkspur", 2, "allowed")).await?;
    let late = update(it, school, &first, document("larkspur", 3, "allowed")).await;
    assert!(late.is_err_and(|error| error.kind() == chassis::error::Kind::Stale));
    Ok(())
}

async fn a_file_sent_again_is_known_again_whichever_profile_reads_it(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    create(&world.it, &world.school, document("larkspur", 1, "blocked")).await?;
    let feed_id = add(&world, "school.larkspur").await?.feed_id;
    let at = (world.bed.now() - time::Duration::minutes(1)).unix_timestamp();
    let search = "https://www.google.com/search?q=i+want+to+kill+myself";
    let line = format!("at={at}\taccount=u1\taddress={search}\tverdict=stop\n");
    for delivery in ["monday", "monday again"] {
        let batch =
            IngestLinesRequest { feed_id: feed_id.clone(), delivery_id: delivery.into(), ..world.batch(1, &line) };
        world.send(vec![batch]).await?;
    }
    let counts: Vec<u64> = world.alerts(&world.dsl).await?.iter().map(|alert| alert.count).collect();
    assert_eq!(counts, [1], "what came twice happened once");
    Ok(())
}

async fn a_profile_has_two_hundred_versions_and_then_another_name(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let (it, school) = (&world.it, world.school.as_str());
    let text = |version: usize| document("larkspur", u32::try_from(version).unwrap_or_default(), "blocked");
    create(it, school, text(1)).await?;
    let mut tx = world.app.store.begin(&chassis::caller::Scope::consumer(&world.school, "evt")).await?;
    let mut kept = store::profile::find(&tx, school, "larkspur").await?.ok_or_else(Error::missing)?;
    for version in 2..MOST_VERSIONS {
        kept.version = u32::try_from(version).unwrap_or_default();
        store::profile::keep(&tx, &kept, &text(version)).await?;
    }
    store::profile::update(&tx, &kept).await?;
    tx.silent();
    tx.commit().await?;
    let known = get(it, school, "school.larkspur").await?.profile.unwrap_or_default();
    let last = update(it, school, &known, text(MOST_VERSIONS)).await?;
    let refused = update(it, school, &last, text(MOST_VERSIONS + 1)).await.err();
    let told = refused.is_some_and(|e| {
        e.violations().iter().any(|v| v.field == "document" && v.message.contains("under another name"))
    });
    assert!(told);
    let known = get(it, school, "school.larkspur@1").await?;
    assert_eq!(known.versions.len(), MOST_VERSIONS, "the first can still be read");
    Ok(())
}

async fn a_preview_shows_what_lines_become_and_keeps_nothing(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let preview = async |document: &str, lines: String| {
        let request = PreviewProfileRequest {
            school_id: world.school.clone(),
            document: document.into(),
            lines: lines.into(),
            time_zone: String::new(),
        };
        call!(world.it, preview_profile, request)
    };
    let own = document("larkspur", 1, "blocked");
    let tried = preview(&own, format!("{LINE}junk\n")).await?;
    assert_eq!((tried.profile.as_str(), tried.lines, tried.read), ("larkspur", 2, 1));
    let seen = tried.observations.first().cloned().unwrap_or_default();
    assert_eq!((seen.line, seen.user.as_str(), seen.host.as_str()), (1, "u1", "games.example"));
    assert_eq!(seen.audience, "", "the profile does not say whose");
    let whose = own.replace("fields:\n", "audience: {stop: staff}\nfields:\n  groups: verdict\n");
    let whose = preview(&whose, LINE.into()).await?.observations.first().cloned().unwrap_or_default();
    assert_eq!(whose.audience, "staff");
    assert_eq!(tried.rejected_lines.iter().map(|line| line.line).collect::<Vec<_>>(), [2]);
    // Without a document the lines say what they look like, and why.
    let squid =
        "1794825936.916 200 10.0.0.1 TCP_MISS/200 1 GET https://a.example/ u1 HIER_DIRECT/192.0.2.1 text/html\n";
    let found = preview("", squid.repeat(3)).await?;
    assert_eq!((found.profile.as_str(), found.read, found.candidates.is_empty()), ("squid", 3, false));
    assert!(found.candidates.iter().all(|candidate| !candidate.evidence.is_empty()) && !found.signs.is_empty());
    let wrong = preview(&own.replace("layout:", "lay_out:"), LINE.into()).await?;
    assert!(wrong.problems.iter().any(|p| p.field == "layout" && p.line == 0));
    assert!(wrong.problems.iter().any(|p| p.field == "lay_out" && p.line == 5), "{:?}", wrong.problems);
    let many = preview(&own, LINE.repeat(1_001)).await.err();
    assert!(
        many.is_some_and(|e| e.violations().iter().any(|v| v.field == "lines" && v.message.contains("1,000 lines")))
    );
    let listed = call!(world.it, list_profiles, ListProfilesRequest { school_id: world.school.clone() })?;
    assert!(listed.profiles.iter().all(|profile| profile.shipped), "nothing of it is kept");
    Ok(())
}

on_both_engines!(
    what_was_rejected_is_kept_sealed_and_read_again_once_its_profile_is_mended,
    a_feed_goes_on_by_its_version_until_it_is_moved_on,
    an_own_profile_stands_beside_the_shipped_one_and_is_nobody_elses,
    what_is_wrong_with_a_document_is_told_by_its_line,
    a_file_sent_again_is_known_again_whichever_profile_reads_it,
    a_profile_has_two_hundred_versions_and_then_another_name,
    a_preview_shows_what_lines_become_and_keeps_nothing,
);
