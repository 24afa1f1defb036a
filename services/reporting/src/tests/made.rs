//! Events of every kind, and a place that hears them without a bus: what the tests of counting have in common.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use chassis::{
    caller::Scope,
    clock::timestamp,
    db::{Store, Tx},
    error::Result,
    event::{Event, Listener as _, inbox::Inbox},
    testing::Bed,
};
use proto::event::v1::{Envelope, *};
use sea_orm::{ConnectionTrait as _, Statement};
use time::{Date, OffsetDateTime, macros::datetime};

use crate::{consume::Figures, store};

/// How many events were made.
static MADE: AtomicU64 = AtomicU64::new(1);

/// How many kinds of events there are.
const KINDS: u32 = 47;

/// Chance that is the same in every run.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `most`.
    pub(crate) fn below(&mut self, most: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from((self.0 >> 20) % u64::from(most.max(1))).unwrap_or_default()
    }

    /// One of several.
    pub(crate) fn of<T: Copy>(&mut self, all: &[T]) -> T {
        let n = self.below(u32::try_from(all.len()).unwrap_or(1));
        all[usize::try_from(n).unwrap_or_default()]
    }

    /// The same things in another order.
    pub(crate) fn shuffle<T>(&mut self, all: &mut [T]) {
        for n in (1..all.len()).rev() {
            let other = self.below(u32::try_from(n + 1).unwrap_or(u32::MAX));
            all.swap(n, usize::try_from(other).unwrap_or_default());
        }
    }
}

/// An event of one kind; `n` says which of its codes and counts.
fn event(kind: u32, n: u32, day: Date) -> Event {
    let code = |codes: &[&str]| codes[usize::try_from(n).unwrap_or_default() % codes.len()].to_owned();
    let procedure = || code(&["P0", "P5", "P8"]);
    let mark = |kind: &str, result: &str| {
        let until_date = if n.is_multiple_of(3) { (day + time::Duration::days(30)).to_string() } else { String::new() };
        let codes = vec![code(&["iwf", "learner"]), "where".to_owned()];
        Some(RegisterMark { date: day.to_string(), kind: kind.into(), result: result.into(), until_date, codes })
    };
    let waited_s = i64::from(n) * 40_000;
    match kind {
        0 => Event::SchoolCreated(SchoolCreated::default()),
        1 => {
            let due = datetime!(2027-01-01 00:00 UTC) + time::Duration::days(n.into());
            let review_due_time = Some(timestamp(due));
            Event::PolicyPublished(PolicyPublished { error_findings: n, review_due_time, ..Default::default() })
        }
        2 => Event::ConcernRecorded(ConcernRecorded { origin: code(&["staff", "alert", "public"]), not_safe: false }),
        3 => Event::ConcernTriaged(ConcernTriaged { outcome: code(&["new_case", "added_to_case"]), waited_s }),
        4 => {
            let sets: [&[&str]; 3] = [&[], &["conduct"], &["contact", "conduct"]];
            let risks =
                sets[usize::try_from(n).unwrap_or_default() % 3].iter().map(|risk| (*risk).to_owned()).collect();
            Event::CaseOpened(CaseOpened { procedure: procedure(), policy_version: 1, risks })
        }
        5 => {
            let outcome = code(&["resolved", "unfounded"]);
            let sets: [&[&str]; 3] = [&["send"], &[], &["in_care", "other"]];
            let groups =
                sets[usize::try_from(n).unwrap_or_default() % 3].iter().map(|group| (*group).to_owned()).collect();
            Event::CaseClosed(CaseClosed { procedure: procedure(), outcome, open_s: 1, deviations: n % 3, groups })
        }
        6 => Event::CaseReopened(CaseReopened { procedure: procedure(), closed_s: 1 }),
        7 => {
            let agency = code(&["police", "front_door"]);
            let (opened_s, known_s) = (waited_s, 2 * waited_s);
            Event::ReferralMade(ReferralMade {
                agency,
                procedure: procedure(),
                opened_s,
                known_s,
                ..Default::default()
            })
        }
        8 => Event::ReferralDecided(ReferralDecided { agency: code(&["police"]), outcome: code(&["accepted"]) }),
        9 => Event::ParentsDecided(ParentsDecided { told: n.is_multiple_of(2) }),
        10 => Event::SchoolInvited(SchoolInvited::default()),
        11 => Event::InvitationAccepted(InvitationAccepted::default()),
        12 => {
            let (level, reason) =
                (code(&["deputy", "head", "lead"]), code(&["unread", "nobody_there", "worsened", "added"]));
            let alert_id = code(&["alt_1", ""]);
            Event::ConcernEscalated(ConcernEscalated { level, reason, alert_id, ..Default::default() })
        }
        13 => Event::ReferralEscalated(ReferralEscalated { cause: code(&["silence"]), ..Default::default() }),
        14 => Event::ReferralAsked(ReferralAsked::default()),
        15 => Event::MandatoryReportMade(MandatoryReportMade::default()),
        16 => Event::ContactMatched(ContactMatched::default()),
        17 => Event::SharingChanged(SharingChanged::default()),
        18 => Event::TransfersDue(TransfersDue::default()),
        19 => Event::TransferSent(TransferSent::default()),
        20 => Event::TransferReceived(TransferReceived { days_late: n % 2, ..Default::default() }),
        21 => Event::TransferReturned(TransferReturned::default()),
        22 => {
            let first_time = Some(timestamp(day.midnight().assume_utc() - time::Duration::days((n % 3).into())));
            let (theme, severity) = (code(&["bullying", "drugs"]), code(&["high", "low", "medium"]));
            Event::AlertRaised(AlertRaised { theme, severity, first_time, ..Default::default() })
        }
        23 => {
            let hour_time = Some(timestamp(day.midnight().assume_utc()));
            let (received, noise, rejected) = (u64::from(n) + 7, u64::from(n % 4) + 1, 1);
            Event::FeedCounted(FeedCounted { hour_time, received, noise, rejected, ..Default::default() })
        }
        24 if n % 2 == 1 => Event::AlertWithdrawn(AlertWithdrawn::default()),
        24 => Event::AlertWorsened(AlertWorsened::default()),
        25 => Event::AlertAcknowledged(AlertAcknowledged { waited_s, ..Default::default() }),
        26 => Event::AlertPassedOn(AlertPassedOn { to: code(&["head", "chair"]), waited_s, ..Default::default() }),
        27 => Event::ConcernRead(ConcernRead::default()),
        28 => Event::ExceptionRequested(ExceptionRequested {}),
        29 => Event::ExceptionDecided(ExceptionDecided { approved: n.is_multiple_of(2) }),
        30 if n % 2 == 1 => Event::RecipientChangeWaits(RecipientChangeWaits {}),
        30 => Event::SenderAlarmed(SenderAlarmed::default()),
        31 => {
            let (state, ended) = (code(&["silent", "late", "partial"]), n % 4 == 3);
            Event::FeedCoverageChanged(FeedCoverageChanged { state, ended, ..Default::default() })
        }
        32 | 33 => {
            // Of few days, so that the same day is counted again and again.
            let date = Date::from_ordinal_date(2026, u16::try_from(100 + n % 3).unwrap_or(1)).unwrap_or(day);
            let (state, gap_minutes) = (code(&["covered", "gap", "silent", "learning"]), (n % 5) * 11);
            let date = date.to_string();
            Event::CoverageDayCounted(CoverageDayCounted { date, state, expected_minutes: 420, gap_minutes })
        }
        34 => Event::RegisterRequestMade(RegisterRequestMade { register: code(&["unblock-requests", "other"]) }),
        35 => {
            let (register, decision) = (code(&["unblock-requests", "other"]), code(&["approved", "refused"]));
            Event::RegisterRequestDecided(RegisterRequestDecided { register, decision, ..Default::default() })
        }
        36..=38 => {
            let registers = [
                "filter-checks",
                "filter-reviews",
                "access-audits",
                "appointments",
                "filter-systems",
                "meetings",
                "communications",
                "risk-assessments",
                "unblock-requests",
                "filter-changes",
            ];
            let register = registers[usize::try_from(n + 3 * (kind - 36)).unwrap_or_default() % registers.len()].into();
            let before = (n % 4 == 3).then(|| mark("monitoring", "fails")).flatten();
            Event::RegisterEntryAdded(RegisterEntryAdded { register, now: mark("filter", "works"), before })
        }
        39..=41 => {
            let (register, part) =
                (code(&["acceptances", "training", "acceptances"]), code(&["staff", "online_safety", "learners_ks2"]));
            Event::RegisterCounted(RegisterCounted { register, part, expected: n + 5, covered: n + 1, others: n + 2 })
        }
        42 if n % 2 == 1 => Event::QuestionDue(QuestionDue { account_id: code(&["", "acc_1"]) }),
        42 => Event::ReportSigned(ReportSigned { version: n + 1, term_id: "2026-autumn".into() }),
        43 => Event::SchoolDescribed(SchoolDescribed {
            area: code(&["North", "South"]),
            learners: 100 + n,
            close_time: None,
        }),
        44 => Event::DeskFiguresPublished(DeskFiguresPublished { desk: code(&["lado"]), ..Default::default() }),
        _ => Event::LessonAnswered(LessonAnswered { outcome: code(&["adopted", "declined"]) }),
    }
}

/// An event as it travels. Of two of one moment the one made later is the later one, as it is where a service makes them.
pub(crate) fn envelope(bed: &Bed, school: &str, at: OffsetDateTime, event: Event) -> Envelope {
    Envelope {
        event_id: bed.ids.next::<chassis::id::EventId>().to_string(),
        school_id: school.to_owned(),
        event_time: Some(timestamp(at)),
        event: Some(event),
        sequence: MADE.fetch_add(1, Ordering::Relaxed),
        ..Envelope::default()
    }
}

/// Events of every kind, with several of their codes each.
pub(crate) fn one_of_each() -> Vec<Envelope> {
    let at = datetime!(2026-11-24 09:00 UTC);
    let made = |(kind, n)| Envelope {
        event_id: format!("evt_{kind}_{n}"),
        school_id: "sch_a".to_owned(),
        event_time: Some(timestamp(at)),
        event: Some(event(kind, n, at.date())),
        ..Envelope::default()
    };
    (0..KINDS).flat_map(|kind| (0..6).map(move |n| (kind, n))).map(made).collect()
}

/// So many events of any kind at some schools, within two years, as they were announced.
pub(crate) fn anything(bed: &Bed, schools: &[String], many: u32, chance: &mut Chance) -> Vec<Envelope> {
    let mut events = Vec::new();
    let mut at = datetime!(2025-09-01 00:10 UTC);
    for _ in 0..many {
        at += time::Duration::minutes(i64::from(chance.below(2 * 1_000_000 / many)) + 1);
        let school = &schools[usize::try_from(chance.below(u32::try_from(schools.len()).unwrap_or(1))).unwrap_or(0)];
        let event = event(chance.below(KINDS), chance.below(40), at.date());
        // Of few things, so that several are about the same.
        let aggregate_id = format!("of_{}", chance.below(5));
        events.push(Envelope { aggregate_id, ..envelope(bed, school, at, event) });
    }
    events
}

/// Whoever hears events and counts them, with a database of its own.
pub(crate) struct Place {
    pub(crate) store: Store,
    inbox: Arc<Inbox<Figures>>,
}

impl Place {
    pub(crate) async fn new(bed: &Bed) -> Result<Self> {
        let setup = bed.migrated::<store::migration::Migrations>("reporting").await?;
        let store = setup.store::<store::migration::Migrations>().await?;
        Ok(Self { inbox: Inbox::new(store.clone(), Figures), store })
    }

    /// Begins as the service itself.
    pub(crate) async fn begin(&self) -> Result<Tx> {
        self.store.begin(&Scope::system("reporting")).await
    }

    /// Hears events one by one, as they come from the bus.
    pub(crate) async fn hear(&self, events: &[Envelope]) {
        for event in events {
            self.inbox.deliver(event.clone()).await;
        }
    }

    /// Rows as text.
    pub(crate) async fn rows(&self, sql: &str) -> Result<Vec<String>> {
        let tx = self.begin().await?;
        let statement = Statement::from_string(tx.db().get_database_backend(), sql);
        let rows = tx.db().query_all_raw(statement).await?;
        rows.iter().map(|row| Ok(row.try_get("", "line")?)).collect()
    }

    /// Does something to the database that nobody should.
    pub(crate) async fn spoil(&self, sql: &str) -> Result<()> {
        let mut tx = self.begin().await?;
        tx.db().execute_unprepared(sql).await?;
        tx.silent();
        tx.commit().await
    }

    /// Everything that is answered from: each count by day and by stretch, and how each school stands.
    pub(crate) async fn figures(&self) -> Result<Vec<String>> {
        let current = "generation = (SELECT generation FROM progress WHERE id = 1)";
        let mut all = Vec::new();
        for (table, columns) in [
            ("cell", "fact || ' ' || school_id || ' ' || day || ' ' || dims || ' ' || known || ' ' || count"),
            ("span_cell", "fact || ' ' || school_id || ' ' || span || ' ' || dims || ' ' || count"),
        ] {
            let sql = format!("SELECT {columns} AS line FROM {table} WHERE {current} AND count <> 0 ORDER BY 1");
            all.extend(self.rows(&sql).await?);
        }
        let state = format!(
            "SELECT school_id || ' ' || COALESCE(known_us, 0) || ' ' || COALESCE(review_due_us, 0) || ' ' || error_findings \
             || ' ' || policy_at || ' ' || COALESCE(last_feed_us, 0) || ' ' || silent_feeds \
             || ' ' || phase || ' ' || area || ' ' || learners || ' ' || described_at \
             || ' ' || COALESCE(fed_us, 0) || ' ' || COALESCE(registered_us, 0) AS line FROM school_state WHERE {current} ORDER BY 1"
        );
        all.extend(self.rows(&state).await?);
        Ok(all)
    }

    /// How many events are in the log, and how many could not be taken in.
    pub(crate) async fn heard(&self) -> Result<Vec<String>> {
        let sql = "SELECT CAST((SELECT COUNT(*) FROM event_log) AS TEXT) || ' ' || \
                   CAST((SELECT COUNT(*) FROM dead_letter) AS TEXT) AS line";
        self.rows(sql).await
    }
}

#[test]
fn every_kind_of_event_is_made() {
    let pool = proto::contract::pool();
    let there = pool.get_message_by_name("hedgerow.event.v1.Envelope").and_then(|envelope| {
        let of_events = envelope.oneofs().find(|oneof| oneof.name() == "event");
        of_events.map(|oneof| oneof.fields().len())
    });
    let made: std::collections::BTreeSet<String> =
        one_of_each().iter().filter_map(|envelope| envelope.event.as_ref().map(crate::fact::kind)).collect();
    assert_eq!(Some(made.len()), there, "{made:?}");
}
