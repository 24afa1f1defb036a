//! The service as its callers see it, on both engines, over the example logs and, where they are, real ones.

use std::{collections::HashMap, fs, path::Path};

use chassis::{
    error::{Error, Result},
    testing::{Bed, Engine, Person},
};
use proto::{
    access::v1::Role,
    filtering_ingest::v1::{filtering_ingest_client::FilteringIngestClient, *},
};
use tokio_stream::StreamExt as _;

use crate::{
    intake::{Feed as By, read},
    judge::{Rules, tests::rule},
    profile,
    seen::Known,
    store,
};

macro_rules! call {
    ($who:expr, $rpc:ident, $request:expr) => {
        FilteringIngestClient::new($who.to("filtering-ingest")?)
            .$rpc($request)
            .await
            .map(|answer| answer.into_inner())
            .map_err(|status| Error::from_status(&status))
    };
}

/// Makes a test of each for both engines.
macro_rules! on_both_engines {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(#[tokio::test] async fn $name() -> chassis::error::Result<()> { super::$name(chassis::testing::Engine::Sqlite).await })* }
        mod postgres { $(#[tokio::test] async fn $name() -> chassis::error::Result<()> { super::$name(chassis::testing::Engine::Postgres).await })* }
    };
}

mod accounted;
mod alerts;
mod blocks;
mod by_user;
mod coverage;
mod exceptions;
#[expect(clippy::expect_used, reason = "tests")]
mod parser_fuzz;
#[expect(clippy::expect_used, clippy::panic, reason = "tests")]
mod rules;
#[expect(clippy::expect_used, reason = "tests")]
mod samples;
mod trend;

fn rules() -> Rules {
    let categories = ["pornography", "proxy_circumvention", "drugs"].map(|theme| rule(theme, "category", "medium", 1));
    let mut alerts = categories.to_vec();
    alerts.push(rule("gambling", "category", "medium", 5));
    alerts.push(rule("drugs", "search", "medium", 1));
    Rules { version: 2, alerts, ..Rules::default() }
}

fn examples() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples/logs")
}

fn hosts() -> HashMap<String, String> {
    let text = fs::read_to_string(examples().join("hosts.csv")).unwrap_or_default();
    text.lines().skip(1).filter_map(|l| l.split_once(',')).map(|(h, c)| (h.to_owned(), c.to_owned())).collect()
}

/// Rejected lines with reasons, and alerts with line, theme and severity.
type Worked = (Vec<(u64, &'static str)>, Vec<(u64, String, String)>);

/// What a log becomes.
fn worked(profile: &str, log: &[u8], hosts: &HashMap<String, String>) -> Worked {
    let (rules, groups) = (rules(), HashMap::new());
    let known = Known::default();
    let Some(profile) = profile::named(profile) else { return Worked::default() };
    let feed = By {
        profile,
        header: None,
        time_zone: "UTC",
        hosts,
        groups: &groups,
        rules: &rules,
        exceptions: &[],
        known: &known,
        further: crate::intake::Further::Read,
        live: true,
    };
    let mut taken = read(log, 1, 0, time::OffsetDateTime::UNIX_EPOCH, &feed, Vec::new());
    taken.touched(str::to_owned);
    taken.fold(HashMap::new());
    assert!(taken.counts.balanced(), "{:?}", taken.counts);
    let rejected = taken.rejected.iter().map(|(line, why)| (*line, why.reason)).collect();
    let alert = |r: &crate::intake::Raised| (r.sighting.line, r.verdict.theme.to_owned(), r.severity.clone());
    (rejected, taken.raised.iter().map(alert).collect())
}

/// Line, theme, severity.
type Expected<'a> = &'a [(u64, &'a str, &'a str)];

#[test]
fn the_example_logs_alert_where_their_readme_says_and_nowhere_else() -> Result<()> {
    let cases: [(&str, &str, &[u64], Expected<'_>); 3] = [
        (
            "squid",
            "thistledown-squid.log",
            &[28, 84, 153, 190, 230],
            &[
                (103, "self_harm_suicide", "high"),
                (121, "illegal_csam", "critical"),
                (175, "proxy_circumvention", "high"),
            ],
        ),
        (
            "e2guardian",
            "pennyroyal-e2guardian.log",
            &[14, 56, 94, 139],
            &[
                (41, "self_harm_suicide", "critical"),
                (67, "illegal_csam", "critical"),
                (103, "proxy_circumvention", "medium"),
                (132, "gambling", "medium"),
            ],
        ),
        (
            "fortigate",
            "harrowmere-fortigate.log",
            &[5, 6, 11, 54, 55, 87, 107, 121, 143, 174],
            &[
                (64, "illegal_csam", "critical"),
                (100, "self_harm_suicide", "critical"),
                (122, "proxy_circumvention", "medium"),
                (160, "pornography", "high"),
            ],
        ),
    ];
    for (profile, file, refused, expected) in cases {
        let log = fs::read(examples().join(file)).map_err(Error::internal)?;
        let (rejected, alerts) = worked(profile, &log, &hosts());
        assert_eq!(rejected.iter().map(|(line, _)| *line).collect::<Vec<_>>(), refused, "{file}");
        let alerts: Vec<(u64, &str, &str)> = alerts.iter().map(|(l, t, s)| (*l, t.as_str(), s.as_str())).collect();
        assert_eq!(alerts, expected, "{file}");
    }
    Ok(())
}

struct World {
    bed: Bed,
    app: crate::App,
    school: String,
    it: Person,
    dsl: Person,
    other: Person,
    feed: String,
}

/// A school with a feed, and policy rules.
async fn world(engine: Engine) -> Result<World> {
    let mut bed = Bed::new(engine)?;
    let running = crate::start(bed.migrated::<crate::store::migration::Migrations>("filtering-ingest").await?).await?;
    bed.add(&running);
    let (school, elsewhere) = (bed.school(), bed.school());
    let mut tx = running.store.begin(&chassis::caller::Scope::consumer(&school, "evt")).await?;
    store::keep_rules(&tx, &school, &rules()).await?;
    tx.silent();
    tx.commit().await?;
    let it = bed.person(&[(Role::It, &school)]);
    let dsl = bed.person(&[(Role::Dsl, &school)]);
    let other = bed.person(&[(Role::It, &elsewhere), (Role::Dsl, &elsewhere)]);
    let create = CreateFeedRequest {
        school_id: school.clone(),
        name: "Filter".into(),
        profile: "squid".into(),
        time_zone: String::new(),
        request_id: it.request_id(),
        host_categories: hosts(),
        group_tiers: HashMap::from([("Staff".into(), "staff".into()), ("Year 9".into(), "KS3".into())]),
    };
    let feed = call!(it, create_feed, create)?.feed.unwrap_or_default().feed_id;
    let app = crate::App {
        store: running.store.clone(),
        clock: bed.clock.clone(),
        upstreams: bed.upstreams.clone(),
        signer: bed.signer("filtering-ingest"),
        turns: crate::door::turn::Turns::new(1),
        bell: Default::default(),
    };
    Ok(World { bed, app, school, it, dsl, other, feed })
}

impl World {
    fn batch(&self, first_line: u64, lines: &str) -> IngestLinesRequest {
        IngestLinesRequest {
            school_id: self.school.clone(),
            feed_id: self.feed.clone(),
            delivery_id: "monday".into(),
            first_line,
            lines: lines.to_owned().into(),
            ..IngestLinesRequest::default()
        }
    }

    async fn send(&self, batches: Vec<IngestLinesRequest>) -> Result<Vec<IngestLinesResponse>> {
        let mut answers = call!(self.it, ingest_lines, tokio_stream::iter(batches))?;
        let mut all = Vec::new();
        while let Some(answer) = answers.next().await {
            all.push(answer.map_err(|status| Error::from_status(&status))?);
        }
        Ok(all)
    }

    /// Sends lines as a delivery of their own.
    async fn deliver(&self, delivery: &str, lines: &str) -> Result<IngestLinesResponse> {
        let batch = IngestLinesRequest { delivery_id: delivery.into(), ..self.batch(1, lines) };
        Ok(self.send(vec![batch]).await?.into_iter().next().unwrap_or_default())
    }

    /// Keeps other rules from now on.
    async fn obey(&self, rules: &Rules) -> Result<()> {
        let mut tx = self.app.store.begin(&chassis::caller::Scope::consumer(&self.school, "evt")).await?;
        store::keep_rules(&tx, &self.school, rules).await?;
        tx.silent();
        tx.commit().await
    }

    /// The alerts that somebody sees.
    async fn alerts(&self, who: &Person) -> Result<Vec<Alert>> {
        let request = ListAlertsRequest { school_id: self.school.clone(), ..Default::default() };
        Ok(call!(who, list_alerts, request)?.alerts)
    }

    async fn ledger(&self) -> Result<Counts> {
        let request = GetLedgerRequest {
            school_id: self.school.clone(),
            feed_id: self.feed.clone(),
            ..GetLedgerRequest::default()
        };
        Ok(call!(self.it, get_ledger, request)?.total.unwrap_or_default())
    }
}

/// One line of a pupil.
fn line(second: u32, url: &str) -> String {
    let at = 1_794_825_900 + second;
    format!("{at}.000 200 10.20.4.12 TCP_MISS/200 14007 GET {url} u1 HIER_DIRECT/192.0.2.1 text/html\n")
}

async fn a_delivery_sent_again_counts_once_and_goes_on_where_it_stopped(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let first = [line(1, "http://a.example/"), line(2, "http://b.example/"), "junk\n".to_owned()].concat();
    let answers = world.send(vec![world.batch(1, &first)]).await?;
    assert_eq!((answers[0].acknowledged_line, answers[0].rejected_lines.len()), (3, 1));
    let more = format!("{first}{}", line(3, "http://c.example/"));
    let answers = world.send(vec![world.batch(1, &first), world.batch(1, &more)]).await?;
    assert_eq!(answers.iter().map(|a| a.acknowledged_line).collect::<Vec<_>>(), [3, 4]);
    let ledger = world.ledger().await?;
    assert_eq!((ledger.received, ledger.kept, ledger.rejected), (4, 3, 1));
    let gap = world.send(vec![world.batch(9, &first)]).await.err().map(|e| e.to_string()).unwrap_or_default();
    assert!(gap.contains("Send line 5 next"), "{gap}");
    Ok(())
}

async fn a_self_harm_search_reaches_the_lead_and_illegal_material_is_withheld(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let search = "https://www.google.com/search?q=i+want+to+kill+myself";
    let log = [line(1, search), line(2, search), line(3, "http://blocked-1.example/x")].concat();
    let answers = world.send(vec![world.batch(1, &log)]).await?;
    assert_eq!(answers[0].alert_ids.len(), 2);
    let request = ListAlertsRequest { school_id: world.school.clone(), ..Default::default() };
    let mut alerts = call!(world.dsl, list_alerts, request.clone())?.alerts;
    alerts.sort_by(|a, b| a.theme.cmp(&b.theme));
    assert_eq!((alerts[0].theme.as_str(), alerts[0].withheld, alerts[0].host.as_str()), ("illegal_csam", true, ""));
    assert_eq!((alerts[1].search_terms.as_str(), alerts[1].count), ("i want to kill myself", 2));
    assert_eq!(call!(world.it, list_alerts, request)?.total_size, 0, "they are the lead's");
    let answer = AnswerAlertRequest {
        school_id: world.school.clone(),
        alert_id: alerts[1].alert_id.clone(),
        verdict: "true".into(),
        reason: "Talked with them".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    assert_eq!(call!(world.dsl, answer_alert, answer)?.alert.unwrap_or_default().verdict, "true");
    Ok(())
}

async fn names_of_columns_hold_for_the_batches_behind_them(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let create = CreateFeedRequest {
        school_id: world.school.clone(),
        name: "Portal".into(),
        profile: "smoothwall".into(),
        time_zone: String::new(),
        request_id: world.it.request_id(),
        ..CreateFeedRequest::default()
    };
    let feed = call!(world.it, create_feed, create)?.feed.unwrap_or_default().feed_id;
    let batch = |first_line, lines: &str| IngestLinesRequest {
        school_id: world.school.clone(),
        feed_id: feed.clone(),
        delivery_id: "monday".into(),
        first_line,
        lines: lines.to_owned().into(),
        ..IngestLinesRequest::default()
    };
    let row = |second: u32| {
        format!("16/11/2026 10:15:{second:02};u1;10.0.5.23;Year 7;https://a.example/;Education;Allowed\n")
    };
    let names = "Time;User;Source IP;Group;URL;Categories;Action\n";
    let answers = world.send(vec![batch(1, &format!("{names}{}", row(1)))]).await?;
    assert_eq!(answers[0].counts.map(|c| (c.kept, c.rejected)), Some((1, 1)));
    // Another connection, which knows nothing but what is kept.
    let answers =
        world.send(vec![batch(3, &row(2)), batch(1, &format!("{names}{}{}{}", row(1), row(2), row(3)))]).await?;
    let kept: Vec<_> = answers.iter().map(|a| a.counts.map(|c| (c.kept, c.rejected))).collect();
    assert_eq!(kept, [Some((1, 0)), Some((1, 0))]);
    Ok(())
}

async fn a_refused_profile_is_answered_with_those_there_are(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let create = CreateFeedRequest {
        school_id: world.school.clone(),
        name: "Filter".into(),
        profile: "abacus".into(),
        time_zone: String::new(),
        request_id: world.it.request_id(),
        ..CreateFeedRequest::default()
    };
    let refused = call!(world.it, create_feed, create).err().map(|e| e.to_string()).unwrap_or_default();
    assert!(profile::PROFILES.iter().all(|name| refused.contains(name)), "{refused}");
    Ok(())
}

async fn another_schools_feed_is_like_one_that_never_existed(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let nobodys: store::feed::FeedId = world.bed.ids.next();
    let read = |feed: &str| GetLedgerRequest {
        school_id: world.school.clone(),
        feed_id: feed.to_owned(),
        ..GetLedgerRequest::default()
    };
    let foreign = call!(world.other, get_ledger, read(&world.feed)).err().map(|e| e.to_string());
    let absent = call!(world.it, get_ledger, read(nobodys.as_str())).err().map(|e| e.to_string());
    assert!(foreign.is_some() && foreign == absent);
    Ok(())
}

on_both_engines!(
    a_delivery_sent_again_counts_once_and_goes_on_where_it_stopped,
    a_self_harm_search_reaches_the_lead_and_illegal_material_is_withheld,
    names_of_columns_hold_for_the_batches_behind_them,
    a_refused_profile_is_answered_with_those_there_are,
    another_schools_feed_is_like_one_that_never_existed,
);

mod doors;
mod profiles;
