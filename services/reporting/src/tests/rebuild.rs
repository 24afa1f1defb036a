//! Figures do not depend on how events came: in order or not, twice, late, while figures are counted anew, or from the log.

use chassis::{
    error::{Error, Result},
    event::Event,
    testing::{Bed, Engine},
};
use proto::event::v1::{
    AlertAcknowledged, AlertPassedOn, AlertRaised, AlertWithdrawn, ConcernEscalated, ConcernTriaged, Envelope,
    RegisterCounted, SchoolInvited,
};
use time::Duration;

use super::made::{Chance, Place, anything, envelope};
use crate::store::{
    self,
    rebuild::{renew, step},
};

/// Counts anew from the log, a few events at a time, and says how many figures differed. `meanwhile` is heard once it has begun.
pub(super) async fn rebuilt(place: &Place, check_only: bool, meanwhile: &[chassis::event::Envelope]) -> Result<i64> {
    let mut begun = false;
    loop {
        let mut tx = place.begin().await?;
        let step = step(&tx, 37, check_only).await?;
        tx.silent();
        tx.commit().await?;
        if let Some(changed) = step.changed {
            assert_eq!(step.counted, step.logged);
            return Ok(changed);
        }
        if !begun {
            place.hear(meanwhile).await;
            begun = true;
        }
    }
}

/// Trained were none, then two, then five, all entered at one moment: five stand, in whatever order they are heard and from the log.
pub(super) async fn of_one_moment_the_last_place_stands(engine: Engine) -> Result<()> {
    let bed = Bed::new(engine)?;
    let school = bed.school();
    let counted = [0, 2, 5].map(|covered| {
        let (register, part) = ("training".to_owned(), "dsl".to_owned());
        let counted = RegisterCounted { register, part, expected: 5, covered, others: 0 };
        envelope(&bed, &school, bed.now(), Event::RegisterCounted(counted))
    });
    let stands = "SELECT CAST(SUM(count) AS TEXT) AS line FROM cell WHERE fact = 'staff_covered' \
                  AND generation = (SELECT generation FROM progress WHERE id = 1)";
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let place = Place::new(&bed).await?;
        place.hear(&order.map(|n| counted[n].clone())).await;
        assert_eq!(place.rows(stands).await?, ["5"], "{order:?}");
        assert_eq!(rebuilt(&place, false, &[]).await?, 0);
        assert_eq!(place.rows(stands).await?, ["5"], "{order:?}, from the log");
    }
    Ok(())
}

/// A concern is passed on unread, goes to the head and back, is passed on once more, decided about, opened again and decided about
/// otherwise: in whatever order that is heard, it was passed on once and decided about once, when it first was.
pub(super) async fn a_concern_that_comes_back_counts_once(engine: Engine) -> Result<()> {
    let bed = Bed::new(engine)?;
    let school = bed.school();
    let passed = |alert_id: &str| {
        let (level, reason, alert_id) = ("deputy".to_owned(), "unread".to_owned(), alert_id.to_owned());
        Event::ConcernEscalated(ConcernEscalated { level, reason, alert_id, ..ConcernEscalated::default() })
    };
    let decided = |outcome: &str, waited_s| Event::ConcernTriaged(ConcernTriaged { outcome: outcome.into(), waited_s });
    let invited = |school: &str| {
        let (shared_incident_id, invited_school_id) = ("shi_1".to_owned(), school.to_owned());
        Event::SchoolInvited(SchoolInvited { shared_incident_id, invited_school_id })
    };
    let of = |concern: &str, days: i64, event: Event| Envelope {
        aggregate_id: concern.to_owned(),
        ..envelope(&bed, &school, bed.now() - Duration::days(days), event)
    };
    let told = [
        of("con_1", 40, passed("alt_1")),
        of("con_1", 30, passed("alt_1")),
        of("con_1", 20, decided("no_further_action", 60)),
        of("con_1", 3, decided("new_case", 900_000)),
        of("con_2", 2, decided("new_case", 60)),
        // One incident is opened to two schools.
        of("cas_1", 7, invited("sch_b")),
        of("cas_1", 6, invited("sch_c")),
    ];
    let stands = "SELECT fact || ' ' || dims || ' ' || day || ' ' || CAST(SUM(count) AS TEXT) AS line FROM cell \
                  WHERE generation = (SELECT generation FROM progress WHERE id = 1) \
                  GROUP BY fact, dims, day HAVING SUM(count) <> 0 ORDER BY 1";
    let day = |days: i64| (bed.now() - Duration::days(days)).date();
    let mut expected = vec![
        format!("alert_passed_on  {} 1", day(40)),
        format!("concern_passed_on  {} 1", day(40)),
        format!("concern_triaged outcome=new_case;waited=within_1h {} 1", day(2)),
        format!("concern_triaged outcome=no_further_action;waited=within_1h {} 1", day(20)),
        format!("incident_shared side=invited {} 1", day(7)),
    ];
    expected.sort();
    for order in [[0, 1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1, 0], [1, 3, 6, 0, 4, 2, 5], [3, 5, 1, 4, 2, 6, 0]] {
        let place = Place::new(&bed).await?;
        place.hear(&order.map(|n| told[n].clone())).await;
        place.hear(&told).await;
        for way in ["as they came", "from the log"] {
            let mut kept = place.rows(stands).await?;
            kept.sort();
            assert_eq!(kept, expected, "{order:?}, {way}");
            assert_eq!(rebuilt(&place, false, &[]).await?, 0);
        }
    }
    Ok(())
}

/// An alert is opened, goes on and is opened again: it was opened once, as fast as it was at first. One that was the wrong school's counts
/// there as at the days until that was known, and since then not at all, whatever its concern still announces: in whatever order that
/// is heard.
pub(super) async fn an_alert_counts_once_and_at_the_wrong_school_until_that_is_known(engine: Engine) -> Result<()> {
    let bed = Bed::new(engine)?;
    let school = bed.school();
    let raised = || Event::AlertRaised(AlertRaised { theme: "drugs".into(), ..AlertRaised::default() });
    let opened = |waited_s| Event::AlertAcknowledged(AlertAcknowledged { waited_s, ..AlertAcknowledged::default() });
    let passed = |alert_id: &str| {
        let (level, reason, alert_id) = ("deputy".to_owned(), "unread".to_owned(), alert_id.to_owned());
        Event::ConcernEscalated(ConcernEscalated { level, reason, alert_id, ..ConcernEscalated::default() })
    };
    let of = |about: &str, days: i64, event: Event| Envelope {
        aggregate_id: about.to_owned(),
        ..envelope(&bed, &school, bed.now() - Duration::days(days), event)
    };
    let told = [
        of("alt_right", 40, raised()),
        of("alt_right", 39, opened(60)),
        of("alt_right", 20, opened(900_000)),
        of("alt_wrong", 40, raised()),
        of("alt_wrong", 38, Event::AlertPassedOn(AlertPassedOn { to: "head".into(), ..AlertPassedOn::default() })),
        of("con_1", 37, passed("alt_wrong")),
        of("alt_wrong", 36, opened(60)),
        of("alt_wrong", 10, Event::AlertWithdrawn(AlertWithdrawn::default())),
        of("alt_wrong", 9, opened(60)),
        of("con_2", 8, passed("alt_wrong")),
    ];
    let day = |days: i64| (bed.now() - Duration::days(days)).date();
    let figures = async |place: &Place, as_at: i64| {
        let known = day(as_at);
        let lines = place
            .rows(&format!(
                "SELECT fact || ' ' || dims || ' ' || day || ' ' || CAST(SUM(count) AS TEXT) AS line FROM cell \
                 WHERE generation = (SELECT generation FROM progress WHERE id = 1) AND known <= '{known}' \
                 GROUP BY fact, dims, day HAVING SUM(count) <> 0"
            ))
            .await;
        lines.map(|mut lines| {
            lines.sort();
            lines
        })
    };
    let then = [
        format!("alert_acknowledged waited=within_1h {} 1", day(36)),
        format!("alert_acknowledged waited=within_1h {} 1", day(39)),
        format!("alert_passed_on  {} 1", day(37)),
        format!("alert_passed_on  {} 1", day(38)),
        format!("alert_raised theme=drugs {} 2", day(40)),
        format!("concern_passed_on  {} 1", day(37)),
    ];
    let now = [
        format!("alert_acknowledged waited=within_1h {} 1", day(39)),
        format!("alert_raised theme=drugs {} 1", day(40)),
        format!("concern_passed_on  {} 1", day(37)),
        format!("concern_passed_on  {} 1", day(8)),
    ];
    let sorted = |lines: &[String]| {
        let mut lines = lines.to_vec();
        lines.sort();
        lines
    };
    for order in [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
        [7, 2, 9, 4, 0, 6, 1, 8, 3, 5],
        [5, 3, 8, 1, 6, 0, 7, 4, 9, 2],
    ] {
        let place = Place::new(&bed).await?;
        place.hear(&order.map(|n| told[n].clone())).await;
        place.hear(&told).await;
        for way in ["as they came", "from the log"] {
            assert_eq!(figures(&place, 11).await?, sorted(&then), "{order:?}, {way}, before it was known");
            assert_eq!(figures(&place, 0).await?, sorted(&now), "{order:?}, {way}");
            assert_eq!(rebuilt(&place, false, &[]).await?, 0);
        }
    }
    Ok(())
}

pub(super) async fn rebuild_equals_live(engine: Engine) -> Result<()> {
    let bed = Bed::new(engine)?;
    let schools: Vec<String> = (0..3).map(|_| bed.school()).collect();
    for seed in 1..=2 {
        let mut chance = Chance::new(seed);
        let events = anything(&bed, &schools, 260, &mut chance);
        let (place, other) = (Place::new(&bed).await?, Place::new(&bed).await?);
        // As they happened, each twice now and then; the last come while figures are counted anew.
        let (early, late) = events.split_at(200);
        place.hear(early).await;
        place.hear(&early[..40]).await;
        assert_eq!(rebuilt(&place, false, late).await?, 0, "counted anew, nothing differs");
        // In any order.
        let mut mixed = [events.clone(), events[100..130].to_vec()].concat();
        chance.shuffle(&mut mixed);
        other.hear(&mixed).await;
        for place in [&place, &other] {
            assert_eq!(place.heard().await?, ["260 0"], "each event is logged once, and none is left out");
        }
        let figures = place.figures().await?;
        assert!(figures.len() > 200, "{} figures", figures.len());
        assert_eq!(figures, other.figures().await?, "in another order");
        assert_eq!(rebuilt(&other, false, &[]).await?, 0);
        assert_eq!(figures, other.figures().await?, "from the log");

        // One count that is wrong is found, and put right; so is how a school stands.
        let current = "generation = (SELECT generation FROM progress WHERE id = 1)";
        let one = format!("SELECT MIN(school_id || day || known) FROM cell WHERE {current} AND fact = 'line_received'");
        let spoilt = format!(
            "UPDATE cell SET count = count + 5 WHERE {current} AND fact = 'line_received' AND \
                              school_id || day || known = ({one})"
        );
        place.spoil(&spoilt).await?;
        place.spoil(&format!("UPDATE school_state SET silent_feeds = 99 WHERE {current}")).await?;
        let wrong = place.figures().await?;
        assert_ne!(wrong, figures);
        assert_eq!(rebuilt(&place, true, &[]).await?, 1 + 3, "a check finds it, and the three schools");
        assert_eq!(place.figures().await?, wrong, "and changes nothing");
        assert_eq!(rebuilt(&place, false, &[]).await?, 1 + 3);
        assert_eq!(place.figures().await?, figures);
        assert_eq!(place.rows("SELECT DISTINCT CAST(generation AS TEXT) AS line FROM cell").await?.len(), 1);
    }
    Ok(())
}

pub(super) async fn what_another_release_began_begins_anew(engine: Engine) -> Result<()> {
    let bed = Bed::new(engine)?;
    let place = Place::new(&bed).await?;
    let (school, other) = (bed.school(), bed.school());
    place.hear(&anything(&bed, &[school, other], 120, &mut Chance::new(3))).await;
    let figures = place.figures().await?;
    let begin = async || {
        let mut tx = place.begin().await?;
        let step = step(&tx, 50, false).await?;
        tx.silent();
        tx.commit().await?;
        Ok::<_, Error>((step.counted, step.changed))
    };
    assert_eq!(begin().await?, (50, None));
    assert_eq!(begin().await?, (100, None), "broken off, it goes on where it stood");
    // The release that was there before counted otherwise: what it has counted is worth nothing.
    place
        .spoil("UPDATE cell SET count = count + 5 WHERE generation = (SELECT building FROM progress WHERE id = 1)")
        .await?;
    place.spoil("UPDATE progress SET built_by = 'the release before' WHERE id = 1").await?;
    assert_eq!(begin().await?, (50, None));
    assert_eq!(rebuilt(&place, false, &[]).await?, 0);
    assert_eq!(place.figures().await?, figures);
    Ok(())
}

/// Figures that another release counted are counted anew by whoever begins, two at once as one. Whoever is there already leaves that
/// to them, and puts right what another release counts among its own.
pub(super) async fn what_another_release_counted_is_counted_anew(engine: Engine) -> Result<()> {
    let bed = Bed::new(engine)?;
    let place = Place::new(&bed).await?;
    let one = async |begins: bool| {
        let mut tx = place.begin().await?;
        let step = renew(&tx, 50, begins).await?;
        tx.silent();
        tx.commit().await?;
        Ok::<_, Error>(step.map(|step| (step.counted, step.changed)))
    };
    assert_eq!(one(true).await?, None, "nothing is logged");
    let school = bed.school();
    place.hear(&anything(&bed, std::slice::from_ref(&school), 120, &mut Chance::new(5))).await;
    assert_eq!((one(true).await?, one(false).await?), (None, None), "this release counted all of it");
    let figures = place.figures().await?;
    let outdated = async || {
        let mut tx = place.begin().await?;
        let outdated = store::log::progress(&tx).await?.outdated();
        tx.silent();
        tx.commit().await?;
        Ok::<_, Error>(outdated)
    };
    assert!(!outdated().await?);
    // The release before counted otherwise, and said by what; those before it did not say it.
    for by in ["the release before", ""] {
        place.spoil("UPDATE cell SET count = count + 5").await?;
        place.spoil(&format!("UPDATE progress SET counted_by = '{by}' WHERE id = 1")).await?;
        assert!(outdated().await?);
        assert_eq!(one(false).await?, None, "it is left to whoever begins");
        // Two that begin go on with one count, and events are heard meanwhile.
        assert_eq!(one(true).await?.map(|(counted, _)| counted), Some(50));
        assert_eq!(one(true).await?.map(|(counted, _)| counted), Some(100));
        assert!(one(true).await?.is_some_and(|(_, changed)| changed.is_some_and(|changed| changed > 0)));
        assert_eq!(one(true).await?, None, "the other finds it done");
        assert!(!outdated().await?);
        assert_eq!(place.figures().await?, figures);
    }
    // Before this one was stopped, another release counted one more: pages say so, and this one puts it right.
    place.spoil("UPDATE progress SET counted_by = 'the next release' WHERE id = 1").await?;
    place.hear(&anything(&bed, std::slice::from_ref(&school), 1, &mut Chance::new(6))).await;
    let by = place.rows("SELECT counted_by AS line FROM progress").await?;
    assert_eq!(by, ["the next release+"]);
    assert_eq!(one(false).await?, None, "the next release does that");
    place.spoil("UPDATE progress SET counted_by = '' WHERE id = 1").await?;
    while one(true).await?.is_some() {}
    place.spoil("UPDATE progress SET counted_by = counted_by || '+' WHERE id = 1").await?;
    assert!(outdated().await?);
    while one(false).await?.is_some() {}
    assert!(!outdated().await?);
    Ok(())
}

pub(super) async fn the_log_of_events_is_only_added_to(engine: Engine) -> Result<()> {
    let bed = Bed::new(engine)?;
    let place = Place::new(&bed).await?;
    place.hear(&anything(&bed, &[bed.school()], 3, &mut Chance::new(7))).await;
    for sql in ["UPDATE event_log SET kind = 'x'", "DELETE FROM event_log"] {
        assert!(place.spoil(sql).await.is_err(), "{sql}");
    }
    assert_eq!(place.heard().await?, ["3 0"]);
    Ok(())
}
