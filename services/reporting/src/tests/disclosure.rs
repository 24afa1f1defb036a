//! Disclosure control as its callers meet it: what waits, what is hidden whatever there is, and two who print at once.

use std::{collections::BTreeMap, sync::Arc};

use chassis::{
    error::{Error, Result},
    event::{Bus as _, Event, memory::MemoryBus},
    suppress::Figure,
    testing::{Bed, Engine},
};
use proto::{
    access::v1::Role,
    event::v1::{AlertRaised, CaseClosed, CaseOpened, ConcernRecorded, ConcernTriaged, Envelope, FeedCounted},
    reporting::v1::{GetSchoolReportRequest, reporting_client::ReportingClient},
};
use time::{Date, OffsetDateTime, macros::date, macros::datetime};

use super::made::{Place, envelope};
use crate::{
    disclosure::{Audience, Published, disclose, too_narrow},
    measure,
    table::{Axis, Question, Schools, counts},
};

pub(super) async fn a_figure_that_moved_by_a_little_waits_for_everybody(engine: Engine) -> Result<()> {
    let bus = Arc::new(MemoryBus::default());
    let mut bed = Bed::new(engine)?.with_bus(bus.clone());
    let running = crate::start(bed.migrated::<crate::store::migration::Migrations>("reporting").await?).await?;
    bed.add(&running);
    let school = bed.school();
    let readers = [bed.person(&[(Role::Governor, &school)]), bed.person(&[(Role::AuthorityOfficer, "")])];
    let mut seen = Vec::new();
    for more in [9, 2, 4] {
        for _ in 0..more {
            let concern = Event::ConcernRecorded(ConcernRecorded { origin: "staff".into(), not_safe: false });
            bus.publish(&envelope(&bed, &school, bed.now(), concern)).await?;
        }
        for reader in &readers {
            let mut client = ReportingClient::new(reader.to("reporting")?);
            let asked = GetSchoolReportRequest { school_id: school.clone(), ..Default::default() };
            let report = client.get_school_report(asked).await.map_err(|s| Error::from_status(&s))?.into_inner();
            let lines = report.report.unwrap_or_default().lines;
            let line = lines.into_iter().find(|line| line.key == "concerns_recorded").unwrap_or_default();
            seen.push((line.figure.map(|figure| figure.value), line.held_date));
        }
    }
    let waits = (Some(9), "2026-11-24".to_owned());
    let of = |count| (Some(count), String::new());
    assert_eq!(seen, [of(9), of(9), waits.clone(), waits, of(15), of(15)]);
    Ok(())
}

fn question(key: &str, school: &str) -> Result<Question> {
    let measure = measure::get(key).ok_or_else(Error::missing)?;
    let schools = Schools::One(school.to_owned());
    let (from, to) = (date!(2026 - 04 - 16), date!(2026 - 09 - 01));
    Ok(Question { measure, schools, from, to, as_at: None, rows: None, columns: None, only: BTreeMap::new() })
}

fn cases(bed: &Bed, school: &str, at: OffsetDateTime, counts: &[(&str, usize)]) -> Vec<Envelope> {
    let mut all = Vec::new();
    for (procedure, count) in counts {
        for _ in 0..*count {
            let opened = CaseOpened { procedure: (*procedure).to_owned(), policy_version: 1, risks: Vec::new() };
            all.push(envelope(bed, school, at, Event::CaseOpened(opened)));
        }
    }
    all
}

async fn printed(place: &Place, questions: Vec<Question>) -> Result<Vec<Published>> {
    let mut tx = place.begin().await?;
    let counted = counts(&tx, questions).await?;
    let published = disclose(&mut tx, &Audience { to: "authority".to_owned() }, &counted).await?;
    tx.silent();
    tx.commit().await?;
    Ok(published)
}

pub(super) async fn what_would_single_out_a_child_is_hidden_whatever_there_is(engine: Engine) -> Result<()> {
    let bed = Bed::new(engine)?;
    let place = Place::new(&bed).await?;
    let (some, none) = (bed.school(), bed.school());
    let at = datetime!(2026-05-20 10:00 UTC);
    let mut events = cases(&bed, &some, at, &[("P1", 20), ("P2", 3), ("P5", 7)]);
    events.push(envelope(&bed, &none, at, Event::SchoolCreated(Default::default())));
    let feed = FeedCounted { received: 4, hour_time: Some(chassis::clock::timestamp(at)), ..Default::default() };
    events.push(envelope(&bed, &some, at, Event::FeedCounted(feed)));
    place.hear(&events).await;

    let by = |axis: &str| Some(Axis::Dimension(axis.to_owned()));
    let plain = question("cases_opened", &some)?;
    let broken_down = Question { rows: by("procedure"), ..plain.clone() };
    let lines = question("lines_received", &some)?;
    let published = printed(&place, vec![plain.clone(), broken_down, lines]).await?;
    assert_eq!(published[0].cells, [[Figure::Count(30)]]);
    assert_eq!(published[1].rows, ["P1", "P2", "P5"]);
    assert_eq!(published[1].cells, [[Figure::Count(20)], [Figure::Hidden], [Figure::Hidden]]);
    assert_eq!(published[1].total, Figure::Count(30));
    assert_eq!(published[2].cells, [[Figure::Count(4)]], "lines are no people");

    let month = |q: &Question| Question { rows: by("procedure"), columns: Some(Axis::Month), ..q.clone() };
    let days = |q: &Question| Question { from: date!(2026 - 05 - 18), to: date!(2026 - 05 - 25), ..q.clone() };
    let two = |q: &Question| {
        let only = BTreeMap::from([("procedure".to_owned(), vec!["P1".to_owned()])]);
        Question { rows: by("risk"), only, ..q.clone() }
    };
    let other = question("cases_opened", &none)?;
    for narrow in [&month as &dyn Fn(&Question) -> Question, &days, &two] {
        let of = [narrow(&plain), narrow(&other)];
        assert!(of.iter().all(|question| too_narrow(question).is_some()));
        let published = printed(&place, of.to_vec()).await?;
        assert!(published.iter().flat_map(|p| p.cells.iter().flatten()).all(|figure| *figure == Figure::Hidden));
        assert_eq!(published[0].rows.len(), published[1].rows.len(), "where there is something it looks the same");
        assert_eq!(published[0].total, published[1].total);
    }
    assert_eq!(too_narrow(&plain), None);

    // 8 in one month and 3 in another: both are hidden, and their sum is the figure that is printed without them.
    let third = bed.school();
    for (at, count) in [(at, 8), (datetime!(2026-06-20 10:00 UTC), 3)] {
        place.hear(&cases(&bed, &third, at, &[("P1", count)])).await;
    }
    let by_month = Question { rows: Some(Axis::Month), ..question("cases_opened", &third)? };
    let published = printed(&place, vec![by_month]).await?;
    let hidden = published[0].cells.iter().flatten().filter(|figure| **figure == Figure::Hidden).count();
    assert_eq!((hidden, published[0].total), (2, Figure::Count(11)));
    Ok(())
}

pub(super) async fn how_few_stay_open_follows_from_no_other_figures(engine: Engine) -> Result<()> {
    let bed = Bed::new(engine)?;
    let place = Place::new(&bed).await?;
    let (few, many) = (bed.school(), bed.school());
    for (school, opened) in [(&few, 11), (&many, 20)] {
        let mut events = cases(&bed, school, datetime!(2026-05-20 10:00 UTC), &[("P1", opened)]);
        for _ in 0..6 {
            let closed = CaseClosed { procedure: "P1".into(), outcome: "resolved".into(), ..CaseClosed::default() };
            events.push(envelope(&bed, school, datetime!(2026-06-20 10:00 UTC), Event::CaseClosed(closed)));
        }
        place.hear(&events).await;
    }
    let of = async |schools: Schools| -> Result<Vec<Figure>> {
        let asked = ["cases_opened", "cases_closed", "cases_open"].map(|key| question(key, ""));
        let asked = asked.into_iter().map(|of| of.map(|of| Question { schools: schools.clone(), ..of }));
        let published = printed(&place, asked.collect::<Result<Vec<_>>>()?).await?;
        Ok(published.iter().map(|published| published.total).collect())
    };
    let (count, hidden) = (Figure::Count, Figure::Hidden);
    assert_eq!(of(Schools::One(few)).await?, [count(11), hidden, hidden], "11 less 6 are 5");
    assert_eq!(of(Schools::One(many)).await?, [count(20), count(6), count(14)]);
    assert_eq!(of(Schools::All).await?, [count(31), hidden, hidden], "12 less the 6 of the other school");
    Ok(())
}

pub(super) async fn how_few_concerns_led_to_no_case_follows_from_no_other_figures(engine: Engine) -> Result<()> {
    let bed = Bed::new(engine)?;
    let place = Place::new(&bed).await?;
    let (few, many) = (bed.school(), bed.school());
    for (school, opened, otherwise) in [(&few, 11, 3), (&many, 12, 8)] {
        let at = datetime!(2026-05-20 10:00 UTC);
        let mut events = cases(&bed, school, at, &[("P1", opened)]);
        for (outcome, count) in [("new_case", opened), ("no_further_action", otherwise)] {
            for _ in 0..count {
                let triaged = ConcernTriaged { outcome: outcome.into(), waited_s: 60 };
                events.push(envelope(&bed, school, at, Event::ConcernTriaged(triaged)));
            }
        }
        place.hear(&events).await;
    }
    let of = async |schools: Schools| -> Result<Vec<Figure>> {
        let asked = ["cases_opened", "concerns_triaged"].map(|key| question(key, ""));
        let asked = asked.into_iter().map(|of| of.map(|of| Question { schools: schools.clone(), ..of }));
        let published = printed(&place, asked.collect::<Result<Vec<_>>>()?).await?;
        Ok(published.iter().map(|published| published.total).collect())
    };
    let (count, hidden) = (Figure::Count, Figure::Hidden);
    assert_eq!(of(Schools::One(few)).await?, [count(11), hidden], "14 less 11 are 3");
    assert_eq!(of(Schools::One(many)).await?, [count(12), count(20)]);
    assert_eq!(of(Schools::All).await?, [count(23), hidden], "34 less the 20 of the other school");

    // The last of 12 cases is heard of after its decision was printed: the rest is 8 then, and stands at 8.
    let (late, at) = (bed.school(), datetime!(2026-05-20 10:00 UTC));
    let decided = |outcome: &str| {
        let triaged = ConcernTriaged { outcome: outcome.into(), waited_s: 60 };
        envelope(&bed, &late, at, Event::ConcernTriaged(triaged))
    };
    let mut events: Vec<Envelope> = (0..12).map(|_| decided("new_case")).collect();
    events.extend((0..8).map(|_| decided("no_further_action")));
    events.extend(cases(&bed, &late, at, &[("P1", 11)]));
    place.hear(&events).await;
    assert_eq!(of(Schools::One(late.clone())).await?, [count(11), count(20)]);
    place.hear(&cases(&bed, &late, at, &[("P1", 1)])).await;
    assert_eq!(of(Schools::One(late.clone())).await?[1], count(20));
    let six: Vec<Envelope> = (0..6).map(|_| decided("new_case")).collect();
    place.hear(&six).await;
    place.hear(&cases(&bed, &late, at, &[("P1", 6)])).await;
    assert_eq!(of(Schools::One(late)).await?, [count(18), count(26)]);

    // One of those that led to none is opened again, and leads to a case: beside 13 cases, 12 that led to one would tell of it.
    for again in [false, true] {
        let school = bed.school();
        let decided = |concern: usize, outcome: &str, days: i64| {
            let triaged = ConcernTriaged { outcome: outcome.into(), waited_s: 60 };
            let event = envelope(&bed, &school, at + time::Duration::days(days), Event::ConcernTriaged(triaged));
            Envelope { aggregate_id: format!("con_{concern}"), ..event }
        };
        let mut events: Vec<Envelope> = (0..12).map(|n| decided(n, "new_case", 0)).collect();
        events.extend((12..20).map(|n| decided(n, "no_further_action", 0)));
        events.extend(cases(&bed, &school, at, &[("P1", 12)]));
        if again {
            events.push(decided(12, "new_case", 9));
            events.extend(cases(&bed, &school, at, &[("P1", 1)]));
        }
        place.hear(&events).await;
        let by_outcome = Some(Axis::Dimension("outcome".to_owned()));
        let asked = Question { rows: by_outcome, ..question("concerns_triaged", &school)? };
        let told = printed(&place, vec![asked]).await?[0].rows.clone();
        assert_eq!(told.is_empty(), again, "{told:?}");
    }
    Ok(())
}

pub(super) async fn how_few_concerns_people_recorded_follows_from_no_other_figures(engine: Engine) -> Result<()> {
    let bed = Bed::new(engine)?;
    let place = Place::new(&bed).await?;
    let (few, many) = (bed.school(), bed.school());
    for (school, people) in [(&few, 5), (&many, 8)] {
        let at = datetime!(2026-05-20 10:00 UTC);
        let recorded = |origin: &str| {
            let concern = ConcernRecorded { origin: origin.into(), not_safe: false };
            envelope(&bed, school, at, Event::ConcernRecorded(concern))
        };
        let raised = || {
            let alert = AlertRaised { theme: "bullying".into(), route: "dsl".into(), ..AlertRaised::default() };
            envelope(&bed, school, at, Event::AlertRaised(alert))
        };
        let alerts = (0..20).flat_map(|_| [raised(), recorded("alert")]);
        let events: Vec<Envelope> = alerts.chain((0..people).map(|_| recorded("staff"))).collect();
        place.hear(&events).await;
    }
    let of = async |schools: Schools| -> Result<Vec<Figure>> {
        let asked = ["alerts_raised", "concerns_recorded"].map(|key| question(key, ""));
        let asked = asked.into_iter().map(|of| of.map(|of| Question { schools: schools.clone(), ..of }));
        let published = printed(&place, asked.collect::<Result<Vec<_>>>()?).await?;
        Ok(published.iter().map(|published| published.total).collect())
    };
    let (count, hidden) = (Figure::Count, Figure::Hidden);
    assert_eq!(of(Schools::One(few)).await?, [count(20), hidden], "25 less 20 are 5");
    assert_eq!(of(Schools::One(many)).await?, [count(20), count(28)]);
    assert_eq!(of(Schools::All).await?, [count(40), hidden], "53 less the 28 of the other school");
    Ok(())
}

pub(super) async fn a_look_back_changes_no_present_figure(engine: Engine) -> Result<()> {
    let bed = Bed::new(engine)?;
    let place = Place::new(&bed).await?;
    let (large, little) = (bed.school(), bed.school());
    // Over both, 8 by the first of June and 11 now, of which the 3 of the second school would be told.
    for (school, at, count) in
        [(&large, datetime!(2026-05-20 10:00 UTC), 8), (&little, datetime!(2026-06-20 10:00 UTC), 3)]
    {
        place.hear(&cases(&bed, school, at, &[("P1", count)])).await;
    }
    let now = Question { schools: Schools::All, ..question("cases_opened", &large)? };
    let before = printed(&place, vec![now.clone()]).await?;
    assert_eq!(before[0].total, Figure::Hidden);
    printed(&place, vec![Question { as_at: Some(date!(2026 - 06 - 01)), ..now.clone() }]).await?;
    assert_eq!(printed(&place, vec![now]).await?, before, "somebody looked back at the first of June");
    Ok(())
}

pub(super) async fn what_was_said_of_a_past_day_stands_whatever_is_asked_after_it(engine: Engine) -> Result<()> {
    for all in [false, true] {
        let bed = Bed::new(engine)?;
        let place = Place::new(&bed).await?;
        let school = bed.school();
        // 9 by the end of April, 12 by the end of May, 15 now: of 12 and 15 one would tell the other.
        for (at, count) in [
            (datetime!(2026-04-30 10:00 UTC), 9),
            (datetime!(2026-05-30 10:00 UTC), 3),
            (datetime!(2026-06-30 10:00 UTC), 3),
        ] {
            place.hear(&cases(&bed, &school, at, &[("P1", count)])).await;
        }
        let whole = question("cases_opened", &school)?;
        let whole = if all { Question { schools: Schools::All, ..whole } } else { whole };
        let of = async |day: Date| -> Result<(Figure, Date)> {
            let published = printed(&place, vec![Question { as_at: Some(day), ..whole.clone() }]).await?;
            Ok((published[0].total, published[0].as_at))
        };
        let (april, may, june) = (date!(2026 - 05 - 01), date!(2026 - 06 - 01), date!(2026 - 07 - 01));
        let hidden = of(may).await?;
        assert_eq!(hidden, (Figure::Hidden, may));
        // By itself 9 could be printed; then the first of June would be answered with it.
        assert_eq!(of(april).await?.0, Figure::Hidden);
        assert_eq!(of(may).await?, hidden, "all schools: {all}");
        assert_eq!(of(june).await?.0, Figure::Count(15), "what is after it is printed all the same");
        assert_eq!(of(may).await?, hidden);
    }
    Ok(())
}

pub(super) async fn two_who_print_at_once_print_nothing_that_tells_together(engine: Engine) -> Result<()> {
    let bed = Bed::new(engine)?;
    let place = Arc::new(Place::new(&bed).await?);
    let school = bed.school();
    // 9 by the end of April, 12 by the end of May.
    for (at, count) in [(datetime!(2026-04-30 10:00 UTC), 9), (datetime!(2026-05-30 10:00 UTC), 3)] {
        place.hear(&cases(&bed, &school, at, &[("P1", count)])).await;
    }
    let ask = |as_at: Date| {
        let (place, question) = (place.clone(), question("cases_opened", &school));
        async move {
            let published = printed(&place, vec![Question { as_at: Some(as_at), ..question? }]).await?;
            Ok::<_, Error>((published[0].total, published[0].as_at))
        }
    };
    let (early, late) = tokio::join!(ask(date!(2026 - 05 - 01)), ask(date!(2026 - 06 - 01)));
    let shown = [early?, late?];
    // Whichever came first is printed; the other waits at it, or is hidden.
    let first = (Figure::Count(9), date!(2026 - 05 - 01));
    let allowed = [
        [first, (Figure::Count(9), date!(2026 - 05 - 01))],
        [(Figure::Hidden, date!(2026 - 05 - 01)), (Figure::Count(12), date!(2026 - 06 - 01))],
    ];
    assert!(allowed.contains(&shown), "{shown:?}");
    Ok(())
}
