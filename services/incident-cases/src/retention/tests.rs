//! How long records are kept: every class with its day, eighty years of days, and two people.

use std::sync::Arc;

use chassis::{clock::SystemClock, id::Ids};
use time::{Duration, OffsetDateTime, Time, macros::date, macros::datetime};

use super::{
    decide::{Answered, Asked, Refused},
    hold::Kind,
    *,
};
use crate::{
    case::{
        By, Closing, Fact, Referral, ReferralDecision, Step, StepEnd,
        access::{Office, Subject},
        referral::portal::{Finding, Portal, REOPENED},
    },
    concern::{Origin, Report},
    procedure::{Pinned, Procedure, StepRule},
};

const CLOSED: OffsetDateTime = datetime!(2026-11-24 09:00 UTC);

fn ids() -> Ids {
    Ids::new(Arc::new(SystemClock))
}

fn by(account_id: &str, at: OffsetDateTime) -> By<'_> {
    By { account_id, at, lead: true, head: false, chair: false }
}

/// A moment of a day.
fn on(day: Date) -> OffsetDateTime {
    day.with_time(Time::MIDNIGHT).assume_utc() + Duration::hours(12)
}

fn concern(at: OffsetDateTime) -> Concern {
    let mut concern =
        Concern::new(ids().next(), "sch", Origin::Staff { account_id: "acc".into() }, Report::default(), at);
    let nothing = Outcome::NoFurtherAction { reason: "Nothing".into(), by: "acc".into(), at };
    let _ = concern.triage(nothing);
    concern
}

fn case(procedure: &str) -> Case {
    let steps = vec![StepRule { id: "S-1".into(), condition: "always".into(), ..StepRule::default() }];
    let procedure = Procedure { id: procedure.to_owned(), title: String::new(), steps };
    let opened = datetime!(2026-03-02 09:00 UTC);
    let mut case = Case::open(ids().next(), "sch", "1".into(), &Pinned::default(), &procedure, Vec::new(), opened);
    case.closing = Some(Closing {
        outcome: "resolved".into(),
        reason: "r".into(),
        follow_up: String::new(),
        by: "acc".into(),
        at: CLOSED,
    });
    case
}

fn child(born_on: Option<Date>, year_group: &str) -> Child {
    Child { born_on, send: false, year_group: year_group.into(), seen_on: Some(date!(2026 - 03 - 02)) }
}

fn said(born_on: Option<Date>, left_on: Option<Date>, sexual_abuse: bool) -> Basis {
    let stamp = Stamp { by: "acc".into(), at: CLOSED };
    Basis { born_on, left_on, sexual_abuse, reason: "r".into(), stamp }
}

fn day_of(case: &Case, children: &[Child]) -> (&'static str, Option<Date>) {
    let standing = case.how_kept(children, false);
    (standing.class.code(), standing.review_on)
}

#[test]
fn steps_that_were_skipped_before_it_was_closed_last_are_told_once() {
    let mut case = case("P5");
    let skipped = |at| Some(StepEnd { recorded: Vec::new(), reason: "Not needed".into(), by: "acc".into(), at });
    let step = |id: &str, end| Step {
        id: id.into(),
        needed_at: None,
        end,
        earlier: Vec::new(),
        owner: None,
        moved: Vec::new(),
    };
    case.steps = vec![step("S-1", skipped(CLOSED - Duration::HOUR)), step("S-2", None)];
    assert_eq!((case.deviations(), case.deviations_since_closed()), (1, 1));
    let later = CLOSED + Duration::DAY;
    assert!(case.reopen(by("acc", later), "More came".into()).is_ok());
    assert_eq!((case.deviations(), case.deviations_since_closed()), (1, 0));
    case.steps[1] = step("S-2", skipped(later + Duration::HOUR));
    assert_eq!((case.deviations(), case.deviations_since_closed()), (2, 1));
}

#[test]
fn each_class_has_its_day() {
    let young = child(Some(date!(2012 - 02 - 29)), "");
    let old = child(Some(date!(2010 - 05 - 01)), "");
    let send = Child { send: true, ..old.clone() };
    // RET-01: the last child counts, a leap day's birthday is not early, and special needs are six years more.
    assert_eq!(day_of(&case("P5"), &[young.clone(), old.clone()]), ("child", Some(date!(2037 - 03 - 01))));
    assert_eq!(day_of(&case("P5"), &[young.clone(), send]), ("child", Some(date!(2041 - 05 - 01))));
    // By the year group where no date of birth is known: the latest day that fits.
    assert_eq!(day_of(&case("P5"), &[child(None, "7")]), ("child", Some(date!(2039 - 08 - 31))));
    assert_eq!(day_of(&case("P5"), &[child(None, "Reception")]), ("child", Some(date!(2046 - 08 - 31))));
    assert_eq!(case("P5").how_kept(&[child(None, "7")], false).reckoned.from, From::YearGroup);
    // One child of whom nothing is known: a person has to say, and what they say is not too early.
    assert_eq!(day_of(&case("P5"), &[old.clone(), child(None, "")]), ("child", None));
    assert_eq!(day_of(&case("P5"), &[]), ("child", None));
    let mut told = case("P5");
    told.retention.bases.push(said(Some(date!(2015 - 01 - 09)), None, false));
    assert_eq!(day_of(&told, &[old.clone(), child(None, "")]), ("child", Some(date!(2040 - 01 - 09))));
    // RET-02: by the kind of incident, or because somebody says so; held from the first.
    assert_eq!(day_of(&case("P3"), std::slice::from_ref(&old)), ("sexual_abuse", Some(date!(2101 - 11 - 24))));
    told.retention.bases.push(said(None, None, true));
    assert_eq!(day_of(&told, &[old]), ("sexual_abuse", Some(date!(2101 - 11 - 24))));
    assert_eq!(told.how_kept(&[], false).holds.len(), 1);
    // Said by mistake, somebody else takes it back, and what was known before counts again.
    let by = |account: &str| Basis { stamp: Stamp { by: account.into(), at: CLOSED }, ..said(None, None, false) };
    assert!(told.retention.say_basis(by("acc"), false).is_err(), "nobody alone");
    assert!(told.retention.say_basis(by("acc_2"), false).is_ok());
    assert_eq!((told.class().code(), told.how_kept(&[], false).holds.len()), ("child", 0));
    assert!(told.retention.say_basis(by("acc_2"), false).is_err(), "there is nothing left to take back");
    // RET-03: pension age, or ten years where that is later.
    let mut allegation = case("P9");
    assert_eq!(day_of(&allegation, &[]), ("allegation", None));
    assert_eq!(allegation.how_kept(&[], false).reckoned.earliest, date!(2036 - 03 - 02));
    allegation.retention.bases.push(said(Some(date!(1990 - 07 - 01)), None, false));
    assert_eq!(day_of(&allegation, &[]), ("allegation", Some(date!(2058 - 07 - 01))));
    allegation.retention.bases.push(said(Some(date!(1960 - 07 - 01)), None, false));
    assert_eq!(day_of(&allegation, &[]), ("allegation", Some(date!(2036 - 03 - 02))));
    let recorded = vec![("outcome".to_owned(), "false".to_owned())];
    let end = StepEnd { recorded, reason: String::new(), by: "acc".into(), at: CLOSED };
    allegation.steps[0].end = Some(end);
    assert_eq!(day_of(&allegation, &[]), ("allegation_removed", Some(date!(2026 - 11 - 24))));
    let mut turned_out = case("P7");
    turned_out.access.subject = Some(Subject::Account("acc_1".into()));
    assert_eq!(day_of(&turned_out, &[]), ("allegation", None));
    // RET-04: until the person leaves; above the threshold it is an allegation.
    let mut low = case("P10");
    assert_eq!(day_of(&low, &[]), ("low_level", None));
    low.retention.bases.push(said(None, Some(date!(2030 - 07 - 21)), false));
    assert_eq!(day_of(&low, &[]), ("low_level", Some(date!(2030 - 07 - 21))));
    // Whoever holds a role here has not left, whatever day was typed.
    let typed = said(None, Some(date!(2026 - 11 - 20)), false);
    assert!(low.retention.say_basis(typed.clone(), true).is_err());
    assert_eq!(low.retention.say_basis(typed, false), Ok(()));
    let today = date!(2026 - 11 - 25);
    let gone = low.how_kept(&[], false);
    let here = Standing { present: true, ..gone.clone() };
    assert_eq!((gone.due(today), gone.may_be_destroyed(today)), (true, Ok(())));
    assert_eq!((here.due(today), here.may_be_destroyed(today)), (false, Err(Refused::Present)));
    let fact = |name: &str| Fact {
        name: name.into(),
        value: "yes".into(),
        by: "acc".into(),
        at: CLOSED,
        reason: String::new(),
        agreed_by: None,
    };
    low.facts.push(fact("harm_threshold"));
    assert_eq!(low.class(), Class::Allegation);
    // The police need it: held without anybody placing a hold.
    let mut needed = case("P5");
    needed.facts.push(fact("police_hold"));
    assert_eq!(needed.how_kept(&[], false).holds.first().map(|hold| hold.kind), Some(Kind::Police));
    // While it is open there is no day at all.
    needed.closing = None;
    assert_eq!(day_of(&needed, &[young]).1, None);
}

#[test]
fn what_the_designated_officer_has_at_their_desk_is_not_removed_on_the_schools_word() {
    let mut case = case("P9");
    let recorded = vec![("outcome".to_owned(), "malicious".to_owned())];
    case.steps[0].end = Some(StepEnd { recorded, reason: String::new(), by: "acc".into(), at: CLOSED });
    let stands = |case: &Case| {
        let standing = case.how_kept(&[], false);
        let today = date!(2030 - 01 - 01);
        let held = standing.holds.first().map(|hold| hold.id.clone()).unwrap_or_default();
        (standing.class.code(), held, standing.due(today), standing.may_be_destroyed(today).is_ok())
    };
    let text = String::new;
    let free = ("allegation_removed", text(), true, true);
    assert_eq!(stands(&case), free, "no desk has it");
    let portal = Portal {
        desk: "lado".into(),
        ring: text(),
        sender: text(),
        messages: Vec::new(),
        findings: Vec::new(),
        taken_in: false,
    };
    let made = Referral::made(ids().next(), ("lado", "The LADO".into()), by("acc", CLOSED), CLOSED);
    case.referrals.push(Referral { portal: Some(portal), ..made });
    let open = ("allegation", "by_lado".to_owned(), false, false);
    assert_eq!(stands(&case), open, "they have not answered");
    case.referrals[0].decision =
        Some(ReferralDecision { outcome: "accepted".into(), text: text(), at: CLOSED, name: text() });
    assert_eq!(stands(&case), ("allegation", text(), false, false), "taken on is not found untrue");
    let at_desk = |case: &mut Case, taken_in: bool, outcome: &str| {
        if let Some(portal) = &mut case.referrals[0].portal {
            portal.taken_in = taken_in;
            portal.findings.push(Finding { outcome: outcome.into(), text: text(), name: text(), at: CLOSED });
        }
    };
    at_desk(&mut case, true, REOPENED);
    assert_eq!(stands(&case), open, "they work it");
    let standing = case.how_kept(&[], false);
    let lift = Asked::Lift("by_lado".into());
    let asked = case.retention.ask(by("acc", CLOSED), ids().next(), lift, "r".into(), &standing);
    assert_eq!(asked, Err(Refused::AtLado), "two people do not lift it");
    at_desk(&mut case, true, "unsubstantiated");
    assert_eq!(stands(&case), ("allegation", text(), false, false), "they hold otherwise");
    at_desk(&mut case, true, "malicious");
    assert_eq!(stands(&case), free);
    case.referrals[0].decision = None;
    assert_eq!(stands(&case), free, "what they came to last counts");
}

#[test]
fn whoever_alone_reads_a_record_about_an_adult_says_who_answers() {
    let mut low = case("P10");
    let head = By { head: true, lead: false, ..by("acc_head", CLOSED) };
    assert!(low.read_alone_by(head) && !low.read_alone_by(by("acc_lead", CLOSED)), "the head reads it beside others");
    assert!(!case("P5").read_alone_by(head), "others read what is about children");
    low.access.members.push("acc_chair".into());
    assert!(!low.read_alone_by(head));
    low.access.office = Office::Chair;
    low.access.members.clear();
    let chair = By { chair: true, lead: false, ..by("acc_chair", CLOSED) };
    assert!(low.read_alone_by(chair) && low.put_to(chair, "acc_deputy").is_ok());
    assert_eq!(low.access.members, ["acc_deputy"]);
}

/// A few numbers that look like chance and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).unwrap_or_default() % sides
    }
}

/// How old somebody is, counted as people count.
fn age(born: Date, today: Date) -> i32 {
    let before = (today.month() as u8, today.day()) < (born.month() as u8, born.day());
    today.year() - born.year() - i32::from(before)
}

#[test]
fn in_eighty_years_nothing_is_early_nothing_is_late_and_holds_are_obeyed() {
    const DAYS: i64 = 80 * 365 + 20;
    let (mut dice, ids, from) = (Dice(2026), ids(), date!(2026 - 11 - 24));
    let (mut due, mut free) = (0_u32, 0_u32);
    for person in 0..50 {
        // Somebody of every kind of birthday, a leap day among them.
        let born = match person {
            0 => date!(2024 - 02 - 29),
            _ => date!(2008 - 01 - 01) + Duration::days(dice.roll(15 * 365)),
        };
        let send = dice.roll(3) == 0;
        let child = [Child { born_on: Some(born), send, ..Child::default() }];
        let mut concern = concern(on(from));
        // One hold placed in those years and lifted later, or never.
        let (placed, lifted) = (dice.roll(DAYS), dice.roll(DAYS * 2));
        let mut standing = concern.how_kept(&child);
        let mut stands = false;
        for n in 0..DAYS {
            let today = from + Duration::days(n);
            if n == placed {
                concern.retention.hold(by("acc_1", on(today)), &ids.next(), Kind::Inquiry, "r".into());
                (standing, stands) = (concern.how_kept(&child), true);
            }
            if stands && n == lifted {
                let (id, hold) = (ids.next::<AskId>(), standing.holds[0].id.clone());
                let ask =
                    concern.retention.ask(by("acc_1", on(today)), id.clone(), Asked::Lift(hold), "r".into(), &standing);
                assert_eq!(ask, Ok(()));
                let yes = Answered { id, destroys: false, agreed: true, reason: "r".into() };
                assert!(concern.retention.answer(by("acc_2", on(today)), yes, &standing).is_ok());
                (standing, stands) = (concern.how_kept(&child), false);
            }
            let old_enough = age(born, today) >= if send { 31 } else { 25 };
            assert_eq!(standing.due(today), old_enough, "{born} on {today}");
            assert_eq!(standing.may_be_destroyed(today).is_ok(), old_enough && !stands, "{born} on {today}");
            due += u32::from(old_enough);
            free += u32::from(old_enough && !stands);
        }
    }
    assert!(free > 100_000 && due > free, "{due} days due, {free} of them without a hold");
}

#[test]
fn it_takes_two_who_answer_in_time_about_the_same_record() -> Result<(), Refused> {
    let ids = ids();
    let mut case = case("P5");
    let children = [child(Some(date!(2000 - 01 - 01)), "")];
    // No learner is so old that it could be destroyed within six years.
    let now = CLOSED + Duration::days(2_300);
    let standing = case.how_kept(&children, false);
    let ask = |case: &mut Case, at, standing: &Standing| {
        let id = ids.next::<AskId>();
        case.retention.ask(by("acc_1", at), id.clone(), Asked::Destroy, "r".into(), standing).map(|()| id)
    };
    let answer = |case: &mut Case, who: &str, id: &AskId, at, standing: &Standing| {
        let yes = Answered { id: id.clone(), destroys: true, agreed: true, reason: "r".into() };
        case.retention.answer(by(who, at), yes, standing).map(|_| ())
    };
    let id = ask(&mut case, now, &standing)?;
    assert_eq!(ask(&mut case, now, &standing).err(), Some(Refused::Asked));
    assert_eq!(answer(&mut case, "acc_1", &id, now, &standing), Err(Refused::SamePerson));
    // A month is long enough to answer; after that it is asked again.
    let late = now + Duration::days(rules::RETENTION_ASK_DAYS) + Duration::SECOND;
    assert_eq!(answer(&mut case, "acc_2", &id, late, &standing), Err(Refused::Lapsed));
    // Whoever asked is kept out by now, or another school still thinks about its invitation.
    let conflicted = Standing { kept_out: vec!["acc_1".into()], ..standing.clone() };
    assert_eq!(answer(&mut case, "acc_2", &id, now, &conflicted), Err(Refused::Lapsed));
    let shared = Standing { shared_open: true, ..standing.clone() };
    assert_eq!(answer(&mut case, "acc_2", &id, now, &shared), Err(Refused::Shared));
    // A hold placed meanwhile counts.
    case.retention.hold(by("acc_3", now), &ids.next(), Kind::Request, "r".into());
    let held = case.how_kept(&children, false);
    assert_eq!(answer(&mut case, "acc_2", &id, now, &held), Err(Refused::Held(Kind::Request)));
    // Opened again and closed again it is another record than the one that was asked about.
    let mut again = case.clone();
    again.retention.holds.clear();
    again.closing = again.closing.map(|closing| Closing { at: closing.at + Duration::HOUR, ..closing });
    let reopened = again.how_kept(&children, false);
    assert_eq!(answer(&mut again, "acc_2", &id, now, &reopened), Err(Refused::Lapsed));
    case.retention.holds.clear();
    assert_eq!(answer(&mut case, "acc_2", &id, now, &standing), Ok(()));
    assert_eq!(answer(&mut case, "acc_3", &id, now, &standing), Err(Refused::Lapsed), "it was answered");
    Ok(())
}

#[test]
fn a_review_is_only_ever_set_later_than_the_rule() {
    let mut case = case("P5");
    let known = [child(Some(date!(2010 - 05 - 01)), "")];
    let mut keep = |children: &[Child], day: Date, at: OffsetDateTime| {
        let standing = case.how_kept(children, false);
        let kept = case.retention.keep_longer(by("acc_1", at), day, "r".into(), &standing);
        (kept, case.how_kept(children, false).review_on)
    };
    let least = date!(2035 - 05 - 01);
    assert_eq!(keep(&known, date!(2035 - 04 - 30), CLOSED).0, Err(Refused::Review(least)));
    assert_eq!(keep(&known, date!(2040 - 01 - 01), CLOSED), (Ok(()), Some(date!(2040 - 01 - 01))));
    assert_eq!(keep(&known, date!(2039 - 01 - 01), CLOSED).0, Err(Refused::Review(date!(2040 - 01 - 01))));
    let then = datetime!(2040-01-02 09:00 UTC);
    assert_eq!(keep(&known, date!(2040 - 01 - 02), then).0, Err(Refused::Review(date!(2040 - 01 - 03))));
    assert_eq!(keep(&known, date!(2040 - 01 - 03), then), (Ok(()), Some(date!(2040 - 01 - 03))));
    // Where nothing is known of a child, no day within the six years in which a young adult of 25 reaches 31.
    let mut unknown = self::case("P5");
    let standing = unknown.how_kept(&[], false);
    assert_eq!(standing.may_be_destroyed(date!(2100 - 01 - 01)), Err(Refused::Undated));
    let soon = unknown.retention.keep_longer(by("acc_1", CLOSED), date!(2027 - 01 - 01), "r".into(), &standing);
    assert_eq!(soon, Err(Refused::Review(date!(2032 - 03 - 02))));
}
