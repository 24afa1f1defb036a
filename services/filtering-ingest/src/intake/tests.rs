//! Batches as they come, line by line: noise, suggestions, repeats, exceptions.

use std::sync::Arc;

use super::*;
use crate::{judge::tests::rule, rules::STANDING_MOST};

/// A batch of lines of one person, so many seconds after one another.
fn log(lines: &[(u32, &str, &str)]) -> String {
    let line = |(second, user, url): &(u32, &str, &str)| {
        let at = 1_794_825_900 + second;
        format!("{at}.000 200 10.20.4.12 TCP_MISS/200 14007 GET {url} {user} HIER_DIRECT/192.0.2.1 text/html\n")
    };
    lines.iter().map(line).collect()
}

fn rules() -> Rules {
    let alerts = vec![
        rule("drugs", "search", "medium", 1),
        rule("drugs", "category", "medium", 1),
        rule("gambling", "category", "medium", 5),
    ];
    Rules { version: 1, alerts, ..Rules::default() }
}

fn hosts() -> HashMap<String, String> {
    let sites = [("weed.example", "drugs"), ("bets.example", "gambling"), ("blocked.example", "illegal_csam")];
    sites.into_iter().map(|(host, kind)| (host.to_owned(), kind.to_owned())).collect()
}

fn feed<'a>(
    hosts: &'a HashMap<String, String>,
    groups: &'a HashMap<String, String>,
    rules: &'a Rules,
    exceptions: &'a [Exception],
    known: &'a Known,
) -> Feed<'a> {
    let Some(profile) = crate::profile::named("squid") else { unreachable!("it is shipped") };
    Feed {
        profile,
        header: None,
        time_zone: "UTC",
        hosts,
        groups,
        rules,
        exceptions,
        known,
        further: Further::Read,
        live: true,
    }
}

/// What a batch of another day comes to, with what stood before it and the episodes known.
fn take(log: &str, standing: Vec<Standing>, known: HashMap<String, Episode>, exceptions: &[Exception]) -> Taken {
    take_at(OffsetDateTime::UNIX_EPOCH, log, standing, known, exceptions)
}

/// The same of lines that arrive as they are written.
fn live(lines: &[(u32, &str, &str)], standing: Vec<Standing>) -> Taken {
    let now = OffsetDateTime::from_unix_timestamp(1_794_825_910).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    take_at(now, &log(lines), standing, HashMap::new(), &[])
}

fn take_at(
    received_at: OffsetDateTime,
    log: &str,
    standing: Vec<Standing>,
    known: HashMap<String, Episode>,
    exceptions: &[Exception],
) -> Taken {
    let (rules, hosts, groups) = (rules(), hosts(), HashMap::new());
    let before = Known::default();
    let feed = feed(&hosts, &groups, &rules, exceptions, &before);
    let mut taken = read(log.as_bytes(), 1, 0, received_at, &feed, standing);
    taken.touched(str::to_owned);
    taken.fold(known);
    assert!(taken.counts.balanced(), "{:?}", taken.counts);
    taken
}

fn alone(lines: &[(u32, &str, &str)]) -> Taken {
    take(&log(lines), Vec::new(), HashMap::new(), &[])
}

fn told(taken: &Taken) -> Vec<(u64, &str, &str, u64)> {
    taken.raised.iter().map(|r| (r.sighting.line, r.verdict.theme, r.severity.as_str(), r.count)).collect()
}

const TYPING: &str = "https://www.google.com/complete/search?q=";
const SEARCH: &str = "https://www.google.com/search?q=";

fn typing(text: &str) -> String {
    format!("{TYPING}{}", text.replace(' ', "+"))
}

fn search(text: &str) -> String {
    format!("{SEARCH}{}", text.replace(' ', "+"))
}

#[test]
fn rule_5_a_bad_prefix_on_the_way_to_a_harmless_search_is_no_alert() {
    let (bad, on, done) = (typing("how to self harm"), typing("how to self harmo"), search("how to self harmonise"));
    let taken = alone(&[(0, "u1", &bad), (1, "u1", &on), (3, "u1", &done)]);
    assert!(told(&taken).is_empty());
    assert_eq!((taken.counts.noise, taken.counts.kept), (2, 1));
}

#[test]
fn rule_5_a_bad_search_alerts_once_however_many_letters_it_has() {
    let (bad, worse, done) = (typing("i want to die"), typing("i want to die now"), search("i want to die now"));
    let taken = alone(&[(0, "u1", &bad), (1, "u1", &worse), (2, "u1", &done)]);
    assert_eq!(told(&taken), [(3, "self_harm_suicide", "critical", 1)]);
    assert_eq!((taken.counts.noise, taken.counts.kept, taken.counts.alerts), (2, 1, 1));
}

#[test]
fn a_hit_on_a_list_alerts_though_the_line_names_no_address() {
    let (rules, hosts, groups, known) = (rules(), hosts(), HashMap::new(), Known::default());
    let Some(profile) = crate::profile::named("fortigate") else { unreachable!("it is shipped") };
    let feed = Feed { profile, ..feed(&hosts, &groups, &rules, &[], &known) };
    let line = |rest: &str| format!("type=utm subtype=webfilter action=blocked user=y9w {rest}\n");
    let log = [line("cat=83 catdesc=\"Child Sexual Abuse\""), line("cat=36 catdesc=\"News\""), line("")].concat();
    let mut taken = read(log.as_bytes(), 1, 0, OffsetDateTime::UNIX_EPOCH, &feed, Vec::new());
    taken.touched(str::to_owned);
    taken.fold(HashMap::new());
    assert_eq!(told(&taken), [(1, "illegal_csam", "critical", 1)]);
    let because = taken.raised.first().map_or("", |raised| raised.verdict.because.as_str());
    assert!(because.ends_with(": the filter names a list of illegal material, and no address"), "{because}");
    assert!(taken.counts.balanced());
    assert_eq!((taken.counts.received, taken.counts.kept, taken.counts.rejected), (3, 1, 2));
}

#[test]
fn a_sign_in_that_a_proxy_asks_for_is_no_alert_beside_the_request_that_follows() {
    let bad = search("i want to die");
    let challenged = |second| log(&[(second, "-", &bad)]).replace("TCP_MISS/200", "TCP_DENIED/407");
    let followed = format!("{}{}{}", challenged(0), challenged(1), log(&[(2, "u1", &bad)]));
    let taken = take(&followed, Vec::new(), HashMap::new(), &[]);
    assert_eq!(told(&taken), [(3, "self_harm_suicide", "critical", 1)]);
    assert_eq!((taken.counts.noise, taken.counts.kept), (2, 1));
    // Nobody signs in: the challenge is all there is of it. Another search from the address does not speak for it.
    for other in [log(&[(60, "u2", "http://a.example/")]), log(&[(3, "u2", &search("roman roads")), (60, "u2", &bad)])]
    {
        let taken = take(&format!("{}{other}", challenged(0)), Vec::new(), HashMap::new(), &[]);
        assert!(told(&taken).iter().any(|(line, ..)| *line == 1), "{other}");
    }
}

#[test]
fn rule_5_a_bad_suggestion_left_standing_alerts() {
    let bad = typing("i want to die");
    // Something else is searched for, by them or much later by anybody.
    for after in [(4, "u1", search("roman roads")), (60, "u2", "http://a.example/".to_owned())] {
        let taken = alone(&[(0, "u1", &bad), (after.0, after.1, &after.2)]);
        assert_eq!(told(&taken), [(1, "self_harm_suicide", "critical", 1)], "{after:?}");
        assert_eq!((taken.counts.kept, taken.stored.len()), (2, 2));
    }
}

#[test]
fn rule_5_of_a_flood_of_suggestions_those_that_stand_longest_alert_and_none_is_lost() {
    let (bad, users) = (typing("i want to die"), (0..STANDING_MOST + 10).map(|n| format!("u{n}")).collect::<Vec<_>>());
    let lines: Vec<(u32, &str, &str)> = users.iter().map(|user| (0, user.as_str(), bad.as_str())).collect();
    let taken = alone(&lines);
    assert_eq!((taken.standing.len(), taken.raised.len()), (STANDING_MOST, 10));
    assert_eq!(told(&taken).first().map(|(line, theme, ..)| (*line, *theme)), Some((1, "self_harm_suicide")));
    assert_eq!(taken.counts.kept, u64::try_from(users.len()).unwrap_or_default());
}

#[test]
fn a_bad_suggestion_of_a_file_that_is_sent_again_is_no_further_search() {
    let (rules, hosts, groups) = (rules(), hosts(), HashMap::new());
    let lines = log(&[(1, "u1", &typing("i want to die"))]);
    let sent = |known: &Known| {
        let feed = feed(&hosts, &groups, &rules, &[], known);
        read(lines.as_bytes(), 1, 0, OffsetDateTime::UNIX_EPOCH, &feed, Vec::new())
    };
    let mut known = Known { delivery: 1, ..Known::default() };
    let first = sent(&known);
    assert_eq!((first.standing.len(), first.counts.kept), (1, 1));
    for (hour, happened) in &first.seen.happened {
        Arc::make_mut(&mut known.hours).entry(*hour).or_default().take(1, &happened.brought);
    }
    known.delivery = 2;
    let again = sent(&known);
    assert_eq!((again.standing.len(), again.counts.folded, again.counts.balanced()), (0, 1, true));
}

#[test]
fn rule_5_a_suggestion_waits_over_the_end_of_its_batch() {
    let first = alone(&[(0, "u1", &typing("i want to die"))]);
    assert_eq!((told(&first).len(), first.standing.len(), first.counts.kept), (0, 1, 1));
    let standing = || vec![Standing { id: Some("sug_1".into()), ..first.standing[0].clone() }];
    let goes_on = take(&log(&[(2, "u1", &search("i want to die out"))]), standing(), HashMap::new(), &[]);
    assert!(told(&goes_on).is_empty(), "a chain that ended harmlessly");
    assert_eq!((goes_on.settled.as_slice(), goes_on.standing.len()), (["sug_1".to_owned()].as_slice(), 0));
    let stands = take(&log(&[(30, "u2", "http://a.example/")]), standing(), HashMap::new(), &[]);
    assert_eq!(told(&stands), [(1, "self_harm_suicide", "critical", 1)]);
    assert_eq!((stands.settled.len(), stands.counts.kept, stands.counts.alerts), (1, 1, 1));
    let waits = take(&log(&[(1, "u2", "http://a.example/")]), standing(), HashMap::new(), &[]);
    assert_eq!((waits.standing.len(), waits.settled.len(), told(&waits).len()), (1, 0, 0));
    let (rules, hosts, groups) = (rules(), hosts(), HashMap::new());
    let known = Known::default();
    let feed = feed(&hosts, &groups, &rules, &[], &known);
    let mut alone = left_standing(standing(), &feed);
    alone.touched(str::to_owned);
    alone.fold(HashMap::new());
    assert_eq!((told(&alone).len(), alone.counts.kept, alone.counts.alerts), (1, 0, 1));
    assert!(alone.counts.balanced());
}

/// What stands at the end of a batch, as the next one finds it.
fn kept(taken: &Taken) -> Vec<Standing> {
    taken.standing.iter().cloned().map(|stands| Standing { id: Some("sug_1".into()), ..stands }).collect()
}

#[test]
fn rule_5_letter_by_letter_on_a_search_address_is_its_last_member_within_a_batch() {
    let (bad, done) = (search("buy weed"), search("buy weedkiller"));
    for received in [OffsetDateTime::UNIX_EPOCH, OffsetDateTime::UNIX_EPOCH + time::Duration::seconds(1_794_825_910)] {
        let taken = take_at(received, &log(&[(0, "u1", &bad), (2, "u1", &done)]), Vec::new(), HashMap::new(), &[]);
        assert_eq!((told(&taken).len(), taken.standing.len()), (0, 0));
        assert_eq!((taken.counts.noise, taken.counts.kept), (1, 1));
    }
    let (die, now, please) = (search("i want to die"), search("i want to die now"), search("i want to die now please"));
    let taken = alone(&[(0, "u1", &die), (1, "u1", &now), (2, "u1", &please)]);
    assert_eq!(told(&taken), [(3, "self_harm_suicide", "critical", 1)], "one search, and not three");
    // Letters taken back, and a search that comes later, unsay nothing.
    for (second, after) in [(2, search("buy")), (30, search("buy weedkiller"))] {
        let taken = alone(&[(0, "u1", &bad), (second, "u1", &after)]);
        assert_eq!(told(&taken), [(1, "drugs", "medium", 1)], "{after}");
    }
}

#[test]
fn rule_5_letter_by_letter_over_several_batches_waits_unless_it_is_grave() {
    let first = live(&[(0, "u1", &search("buy weed"))], Vec::new());
    assert_eq!((told(&first).len(), first.standing.len(), first.counts.kept), (0, 1, 1));
    let goes_on = live(&[(2, "u1", &search("buy weedkiller"))], kept(&first));
    assert_eq!((told(&goes_on).len(), goes_on.settled.len(), goes_on.standing.len()), (0, 1, 0));
    let rests = live(&[(2, "u2", "http://a.example/")], kept(&first));
    assert_eq!((told(&rests).len(), rests.standing.len()), (0, 1));
    let over = live(&[(11, "u2", "http://a.example/")], kept(&first));
    assert_eq!((told(&over), over.settled.len()), (vec![(1, "drugs", "medium", 1)], 1));

    let grave = live(&[(0, "u1", &search("i want to die"))], Vec::new());
    assert_eq!(told(&grave), [(1, "self_harm_suicide", "critical", 1)], "it waits for nothing");
    let more = live(&[(2, "u1", &search("i want to die now"))], kept(&grave));
    assert_eq!((told(&more).len(), more.counts.folded, more.standing.len()), (0, 1, 1), "and is told of once");
    let other = live(&[(4, "u1", &search("buy weed"))], kept(&more));
    assert_eq!((told(&other).len(), other.settled.len()), (0, 1));
    let ended = live(&[(30, "u1", "http://a.example/")], kept(&other));
    assert_eq!(told(&ended), [(1, "drugs", "medium", 1)]);
}

#[test]
fn rule_6_repeats_are_one_alert_that_gets_graver() {
    let visits: Vec<(u32, &str, &str)> = (0..8).map(|n| (n * 60, "u1", "http://weed.example/")).collect();
    let taken = alone(&visits);
    assert_eq!(told(&taken), [(1, "drugs", "high", 8)]);
    assert_eq!((taken.counts.kept, taken.counts.folded, taken.stored.len()), (1, 7, 8));
    // The same over two batches, the first of them kept.
    let first = alone(&visits[..3]);
    let mut known = first.episodes.clone();
    known.values_mut().for_each(|episode| episode.known(&["alt_1".to_owned()]));
    let second = take(&log(&visits[3..]), Vec::new(), known, &[]);
    let folded = second.folded.get("alt_1").cloned().unwrap_or_default();
    assert_eq!((second.raised.len(), folded.count, folded.severity("medium")), (0, 5, "high".to_owned()));
}

#[test]
fn rule_6_another_person_and_another_theme_are_other_matters() {
    let weed = search("buy weed");
    let taken = alone(&[
        (0, "u1", &weed),
        (1, "u2", &weed),
        (2, "u1", "http://weed.example/"),
        (3, "u1", &search("i want to die")),
    ]);
    let themes: Vec<_> = told(&taken).into_iter().map(|(line, theme, _, count)| (line, theme, count)).collect();
    assert_eq!(themes, [(1, "drugs", 2), (2, "drugs", 1), (4, "self_harm_suicide", 1)]);
}

#[test]
fn rule_2_nothing_of_an_illegal_address_is_taken_over() {
    let taken = alone(&[(0, "u1", "http://blocked.example/secret?q=secret")]);
    let raised = &taken.raised[0];
    assert_eq!((raised.sighting.host.as_str(), raised.sighting.terms.as_str()), ("", ""));
    assert!(raised.sighting.address.contains("secret"), "it is there for its digest");
    let stored = format!("{:?} {}", taken.stored, serde_json::to_string(&raised.sighting).unwrap_or_default());
    assert!(!stored.contains("secret") && !stored.contains("blocked.example"), "{stored}");
}

/// An exception that was approved, and holds on the day of the lines.
fn excepting(scope: crate::exception::Scope) -> Exception {
    use crate::exception::{Asked, Decided, Tried};
    let at = OffsetDateTime::from_unix_timestamp(1_794_825_900).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    Exception {
        id: chassis::id::Ids::new(std::sync::Arc::new(chassis::clock::SystemClock)).next(),
        school_id: "sch".into(),
        scope,
        reason: "A lesson".into(),
        owner: "acc".into(),
        from: at,
        until: at + time::Duration::DAY,
        asked: Asked { by: "acc".into(), as_lead: true, at },
        tried: Tried::default(),
        decided: Some(Decided { approved: true, by: "acc".into(), reason: String::new(), at }),
        ended: None,
    }
}

fn of_drugs() -> Exception {
    excepting(crate::exception::Scope { category: "drugs".into(), ..Default::default() })
}

#[test]
fn what_is_beside_an_exception_in_the_same_search_alerts() {
    let at = OffsetDateTime::from_unix_timestamp(1_794_825_900).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let alerts = vec![
        rule("drugs", "search", "critical", 1),
        rule("drugs", "category", "medium", 1),
        rule("sexual_exploitation", "search", "high", 1),
        rule("gambling", "category", "medium", 1),
    ];
    let rules = Rules { version: 1, alerts, ..Rules::default() };
    let exploitation = crate::exception::Scope { category: "sexual_exploitation".into(), ..Default::default() };
    let (hosts, groups, before, exceptions) = (hosts(), HashMap::new(), Known::default(), [excepting(exploitation)]);
    let feed = Feed { live: false, ..feed(&hosts, &groups, &rules, &exceptions, &before) };
    for (terms, theme, excepted) in [
        ("buy weed send nudes", Some("drugs"), 0),
        ("i want to die send nudes", Some("self_harm_suicide"), 0),
        ("send nudes", None, 1),
    ] {
        let mut taken = read(log(&[(0, "u1", &search(terms))]).as_bytes(), 1, 0, at, &feed, Vec::new());
        taken.touched(str::to_owned);
        taken.fold(HashMap::new());
        assert_eq!(told(&taken).first().map(|(_, theme, ..)| *theme), theme, "{terms}");
        assert_eq!((taken.raised.len(), taken.counts.excepted), (usize::from(theme.is_some()), excepted));
    }
    // A site of two kinds, of which one is excepted.
    let mut judge = Judge::new(feed.rules, feed.groups);
    let seen = crate::judge::tests::seen("http://a.example/", &["Drugs", "Gambling"]);
    let ByCategory::Raises(verdict) = judge.by_category(&seen) else { unreachable!("both kinds alert") };
    let themes = |left: Left<'_>| match left {
        Left::Alerts(verdict) => verdict.theme,
        Left::Nothing(_) => "",
    };
    let drugs = [of_drugs()];
    assert_eq!(themes(judge.left(*verdict.clone(), &seen, at, &drugs)), "gambling");
    let one = crate::judge::tests::seen("http://a.example/", &["Drugs"]);
    assert_eq!(themes(judge.left(*verdict, &one, at, &drugs)), "");
}

#[test]
fn every_record_of_a_line_is_accounted_for() {
    let (rules, hosts, groups, known) = (rules(), hosts(), HashMap::new(), Known::default());
    let Some(profile) = crate::profile::named("fortigate") else { unreachable!("it is shipped") };
    let one = |user: &str, words: &str| {
        format!(
            "<189>date=2026-11-16 time=10:15:42 type=utm subtype=webfilter user={user} hostname=\"www.google.com\" \
             url=\"/search?q={words}\" action=passthrough "
        )
    };
    let line = format!("{}{}\n", one("u1", "roman+roads"), one("u2", "i+want+to+die"));
    let taken = |further| {
        let feed = Feed { profile, further, ..feed(&hosts, &groups, &rules, &[], &known) };
        let mut taken = read(line.as_bytes(), 1, 0, OffsetDateTime::UNIX_EPOCH, &feed, Vec::new());
        taken.touched(str::to_owned);
        taken.fold(HashMap::new());
        assert!(taken.counts.balanced(), "{:?}", taken.counts);
        taken
    };
    let read = taken(Further::Read);
    assert_eq!((read.counts.received, read.counts.kept), (2, 2));
    assert_eq!(
        read.raised.first().map(|raised| (raised.sighting.user.as_str(), raised.sighting.line)),
        Some(("u2", 1))
    );
    let refused = taken(Further::Refuse);
    assert_eq!((refused.counts.received, refused.counts.kept, refused.counts.rejected), (2, 1, 1));
    let unread = refused.unread.first().map(|unread| (unread.reason.as_str(), unread.text.contains("u1")));
    assert_eq!(unread, Some(("joined", false)), "what nobody can place is kept");
}

#[test]
fn a_search_that_waited_is_counted_as_what_became_of_it() {
    let first = live(&[(0, "u1", &search("buy weed")), (1, "u1", &search("buy weed"))], Vec::new());
    assert_eq!((first.standing.len(), first.counts.kept), (2, 2));
    let kept = || -> Vec<Standing> {
        let all = first.standing.iter().cloned();
        all.map(|stands| Standing { id: Some("sug_1".into()), received_us: 7, ..stands }).collect()
    };
    let later = log(&[(30, "u2", "http://a.example/")]);
    let since = |taken: &Taken| taken.since.get(&7).copied().unwrap_or_default();
    let folded = take(&later, kept(), HashMap::new(), &[]);
    assert_eq!(
        (folded.counts.kept, folded.counts.folded, since(&folded).folded),
        (1, 0, 1),
        "one alerts, one is folded"
    );
    let exceptions = [of_drugs()];
    let excepted = take(&later, kept(), HashMap::new(), &exceptions);
    assert_eq!((excepted.counts.excepted, since(&excepted).excepted), (0, 2));
    assert_eq!(excepted.excepted.get(exceptions[0].id.as_str()), Some(&2));
    let on = live(&[(3, "u1", &search("buy weedkiller"))], kept());
    assert_eq!((on.counts.noise, since(&on).noise), (0, 2), "letters on the way to something else");
}

#[test]
fn an_exception_tells_nobody_that_it_met_a_member_of_staff() {
    let (rules, hosts, groups, before, exceptions) = (rules(), hosts(), HashMap::new(), Known::default(), [of_drugs()]);
    let feed = feed(&hosts, &groups, &rules, &exceptions, &before);
    let lines = log(&[(0, "u1", "http://weed.example/"), (1, "head", "http://weed.example/")]);
    let mut taken = read(lines.as_bytes(), 1, 0, OffsetDateTime::UNIX_EPOCH, &feed, Vec::new());
    assert!(taken.may_alert(), "whose they are is asked for");
    taken.of_staff(|user| user == "head");
    taken.touched(str::to_owned);
    taken.fold(HashMap::new());
    assert_eq!((taken.counts.excepted, taken.counts.kept, taken.counts.balanced()), (1, 1, true));
    assert_eq!(taken.excepted.get(exceptions[0].id.as_str()), Some(&1));
}

#[test]
fn rule_9_an_exception_keeps_its_own_from_alerting_and_counts_it_and_nothing_locked() {
    let at = OffsetDateTime::from_unix_timestamp(1_794_825_900).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let exception = of_drugs();
    let lines = [
        (0, "u1", search("buy weed")),
        (1, "u1", "http://weed.example/".to_owned()),
        (2, "u1", search("i want to die")),
        (3, "u1", "http://blocked.example/".to_owned()),
    ];
    let lines: Vec<(u32, &str, &str)> = lines.iter().map(|(s, u, url)| (*s, *u, url.as_str())).collect();
    let taken = take(&log(&lines), Vec::new(), HashMap::new(), std::slice::from_ref(&exception));
    let themes: Vec<_> = told(&taken).into_iter().map(|(_, theme, ..)| theme).collect();
    assert_eq!(themes, ["self_harm_suicide", "illegal_csam"]);
    assert_eq!((taken.counts.excepted, taken.excepted.get(exception.id.as_str())), (2, Some(&2)));
    assert_eq!(taken.stored.len(), 4, "what is excepted is still what somebody did");
    // However grave it is: it was told of to nobody, so nothing stands that could keep what follows from being told of.
    let rules = Rules { version: 1, alerts: vec![rule("drugs", "search", "critical", 1)], ..Rules::default() };
    let (hosts, groups, before, exceptions) = (hosts(), HashMap::new(), Known::default(), [exception]);
    let feed = feed(&hosts, &groups, &rules, &exceptions, &before);
    let live = log(&[(0, "u1", &search("buy weed"))]);
    let taken = read(live.as_bytes(), 1, 0, at + time::Duration::seconds(10), &feed, Vec::new());
    assert_eq!((taken.counts.excepted, taken.counts.kept, taken.standing.len()), (1, 0, 0));
}

#[test]
fn of_lines_that_waited_no_search_waits_once_more() {
    let now = OffsetDateTime::from_unix_timestamp(1_794_825_910).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (rules, hosts, groups, before) = (rules(), hosts(), HashMap::new(), Known::default());
    let line = log(&[(0, "u1", &search("buy weed"))]);
    let stands = |live| {
        let feed = Feed { live, ..feed(&hosts, &groups, &rules, &[], &before) };
        read(line.as_bytes(), 1, 0, now, &feed, Vec::new()).standing.len()
    };
    assert_eq!((stands(true), stands(false)), (1, 0));
}

#[test]
fn one_blocked_low_item_never_alerts_and_what_machines_do_never_counts() {
    let mut lines: Vec<(u32, &str, &str)> = vec![(0, "u1", "http://bets.example/")];
    lines.extend((1..20).map(|n| (n, "u1", "http://ocsp.digicert.com/x")));
    let taken = alone(&lines);
    assert_eq!((told(&taken).len(), taken.counts.kept, taken.counts.noise), (0, 1, 19));
}

#[test]
fn what_a_flood_of_one_device_stores_is_bounded() {
    let lines: Vec<(u32, &str, &str)> = (0..1_000).map(|n| (n / 10, "u1", "http://weed.example/")).collect();
    let taken = alone(&lines);
    assert_eq!((taken.counts.folded, taken.raised[0].count), (999, 1_000));
    assert!(taken.stored.len() <= 101, "{}", taken.stored.len());
}
