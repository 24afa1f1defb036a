//! A term beside those before, as governors and the authority see it, on both engines.

use chassis::clock::timestamp;
use proto::event::v1::{AlertRaised, FeedCounted, PolicyPublished, RegisterCounted};
use time::{
    Date,
    macros::{date, datetime},
};

use super::*;

/// What happened at a school on a day.
async fn happened(bed: &Bed, bus: &MemoryBus, school: &str, day: Date, [concerns, cases]: [usize; 2]) -> Result<()> {
    let at = day.midnight().assume_utc() + time::Duration::hours(10);
    let concern = || Event::ConcernRecorded(ConcernRecorded { origin: "staff".into(), not_safe: false });
    let case = || Event::CaseClosed(CaseClosed { procedure: "P1".into(), ..CaseClosed::default() });
    let events = std::iter::repeat_with(concern).take(concerns).chain(std::iter::repeat_with(case).take(cases));
    for event in events {
        bus.publish(&made::envelope(bed, school, at, event)).await?;
    }
    Ok(())
}

/// A line of the filter came.
fn fed(at: time::OffsetDateTime) -> Event {
    Event::FeedCounted(FeedCounted { received: 30, hour_time: Some(timestamp(at)), ..FeedCounted::default() })
}

pub(super) async fn a_term_is_compared_with_those_before_by_what_was_published(engine: Engine) -> Result<()> {
    let bus = Arc::new(MemoryBus::default());
    let mut bed = Bed::new(engine)?.with_bus(bus.clone());
    let running = crate::start(bed.setup("reporting").await?).await?;
    bed.add(&running);
    let schools = [bed.school(), bed.school()];
    let terms = [
        date!(2025 - 02 - 03),
        date!(2025 - 06 - 02),
        date!(2025 - 10 - 06),
        date!(2026 - 02 - 02),
        date!(2026 - 06 - 01),
    ];
    for school in &schools {
        let begun = date!(2025 - 01 - 01).midnight().assume_utc();
        bus.publish(&made::envelope(&bed, school, begun, Event::SchoolCreated(SchoolCreated::default()))).await?;
        if *school == schools[0] {
            let closed_days = vec!["2026-11-02 to 2026-11-06".to_owned()];
            let policy = PolicyPublished { closed_days, ..PolicyPublished::default() };
            bus.publish(&made::envelope(&bed, school, begun, Event::PolicyPublished(policy))).await?;
            // Its filter is heard since this term, and a register says since then who is to be trained.
            let heard = datetime!(2026-11-02 09:00 UTC);
            bus.publish(&made::envelope(&bed, school, heard, fed(heard))).await?;
            for _ in 0..11 {
                let alert = AlertRaised { theme: "bullying".into(), ..AlertRaised::default() };
                bus.publish(&made::envelope(&bed, school, heard, Event::AlertRaised(alert))).await?;
            }
            let (register, part) = ("training".to_owned(), "online_safety".to_owned());
            let counted = RegisterCounted { register, part, expected: 17, covered: 9, others: 2 };
            bus.publish(&made::envelope(&bed, school, heard, Event::RegisterCounted(counted))).await?;
        }
        for (n, day) in terms.into_iter().enumerate() {
            // One of them is hidden, and left out.
            happened(&bed, &bus, school, day, [12, if n == 2 { 3 } else { 9 }]).await?;
        }
        happened(&bed, &bus, school, date!(2026 - 11 - 10), [40, 10]).await?;
    }
    let governor = bed.person(&[(Role::Governor, &schools[0])]);
    let ask = |term_id: &str| GetGovernorReportRequest {
        school_id: schools[0].clone(),
        term_id: term_id.into(),
        ..GetGovernorReportRequest::default()
    };
    let told = |answer: std::result::Result<tonic::Response<GetGovernorReportResponse>, tonic::Status>| {
        answer.map(tonic::Response::into_inner).map_err(|status| Error::from_status(&status))
    };
    let draft = told(ReportingClient::new(governor.to("reporting")?).get_governor_report(ask("")).await)?;
    assert_eq!(draft.first_term_id, "2025-spring");
    let sections = draft.report.unwrap_or_default().sections;
    let line = |key: &str| {
        sections.iter().flat_map(|section| &section.lines).find(|line| line.key == key).cloned().unwrap_or_default()
    };
    let said = |key: &str| line(key).expectation.unwrap_or_default();
    let concerns = said("concerns_recorded");
    assert_eq!((concerns.verdict.as_str(), concerns.terms, concerns.days), ("above", 5, 51), "{concerns:?}");
    assert!(concerns.reason.starts_with("40 in 51 school days."), "{}", concerns.reason);
    assert!(line("concerns_recorded").changes.iter().any(|change| change.contains("more than chance explains")));
    let closed = said("cases_closed");
    assert_eq!((closed.verdict.as_str(), closed.terms), ("as_expected", 4), "the hidden one is left out: {closed:?}");
    assert_eq!(line("lines_received").expectation, None, "lines of machines do not come by chance");
    // Of terms in which there could be none, none is no figure, and nothing rose from it.
    for (key, now) in [("alerts_raised", 11), ("lines_received", 30), ("staff_expected", 17), ("staff_covered", 9)] {
        let line = line(key);
        let codes = [line.before, line.year_before].map(|figure| figure.unwrap_or_default().code);
        assert_eq!((line.figure.unwrap_or_default().value, codes), (now, ["x", "x"].map(str::to_owned)), "{key}");
        assert!(line.changes.is_empty(), "{key}: {:?}", line.changes);
    }
    assert_eq!(said("alerts_raised").verdict, "too_short");
    let drawn = sections.iter().find(|section| section.key == "concerns").and_then(|section| section.limits.clone());
    let bars = drawn.unwrap_or_default().bars;
    assert_eq!(
        bars[0].figures.iter().map(|figure| figure.value).collect::<Vec<_>>(),
        [40, concerns.least, concerns.most]
    );
    // Of its second term there is too little to compare with.
    let early = told(ReportingClient::new(governor.to("reporting")?).get_governor_report(ask("2025-summer")).await)?;
    let sections = early.report.unwrap_or_default().sections;
    let early = sections[0].lines[0].expectation.clone().unwrap_or_default();
    assert_eq!(early.verdict, "too_short");
    assert_eq!(early.reason, "There is 1 term before to compare with, and 3 are needed.");

    let officer = bed.person(&[(Role::AuthorityOfficer, "")]);
    let asked = GetAuthorityTrendsRequest { term_id: "2026-autumn".into(), ..Default::default() };
    let trends = ReportingClient::new(officer.to("reporting")?).get_authority_trends(asked.clone()).await;
    let trends = trends.map_err(|s| Error::from_status(&s))?.into_inner();
    let all = trends.lines.iter().find(|line| line.key == "concerns_recorded").cloned().unwrap_or_default();
    let (figure, said) = (all.figure.unwrap_or_default().value, all.expectation.unwrap_or_default());
    assert_eq!((figure, said.verdict.as_str(), said.days), (80, "above", 107), "{said:?}");
    let alerts = trends.lines.iter().find(|line| line.key == "alerts_raised").cloned().unwrap_or_default();
    let said = alerts.expectation.unwrap_or_default();
    assert_eq!((said.verdict.as_str(), said.days), ("too_short", 12), "since the feed of one school: {said:?}");
    // Seven more at one school are told, and three at the other are not: their sum waits, and nothing is said of it.
    for (school, more) in schools.iter().zip([7, 3]) {
        happened(&bed, &bus, school, date!(2026 - 11 - 23), [more, 0]).await?;
    }
    let later = ReportingClient::new(officer.to("reporting")?).get_authority_trends(asked.clone()).await;
    let later = later.map_err(|s| Error::from_status(&s))?.into_inner();
    let all = later.lines.iter().find(|line| line.key == "concerns_recorded").cloned().unwrap_or_default();
    let (figure, said) = (all.figure.unwrap_or_default().value, all.expectation.unwrap_or_default());
    assert_eq!((figure, all.held_date.as_str(), said.verdict.as_str()), (80, "2026-11-24", "unsaid"), "{said:?}");
    assert!(said.reason.starts_with("The sum waits"), "{}", said.reason);
    let refused = ReportingClient::new(governor.to("reporting")?).get_authority_trends(asked).await.err();
    assert_eq!(refused.map(|status| status.code()), Some(tonic::Code::PermissionDenied));

    // A school that comes with a log of the summer: what is counted of that stands beside the term, and is not compared.
    let new = bed.school();
    let (came, june) = (datetime!(2026-10-05 10:00 UTC), datetime!(2026-06-01 10:00 UTC));
    bus.publish(&made::envelope(&bed, &new, came, Event::SchoolCreated(SchoolCreated::default()))).await?;
    bus.publish(&made::envelope(&bed, &new, came, fed(came))).await?;
    for (first, many) in [(june, 43), (came, 20)] {
        for _ in 0..many {
            let first_time = Some(timestamp(first));
            let alert = AlertRaised { theme: "bullying".into(), first_time, ..AlertRaised::default() };
            bus.publish(&made::envelope(&bed, &new, came, Event::AlertRaised(alert))).await?;
        }
    }
    let governor = bed.person(&[(Role::Governor, &new)]);
    let asked = GetGovernorReportRequest { school_id: new.clone(), ..GetGovernorReportRequest::default() };
    let draft = told(ReportingClient::new(governor.to("reporting")?).get_governor_report(asked).await)?;
    let sections = draft.report.unwrap_or_default().sections;
    let mut lines = sections.iter().flat_map(|section| &section.lines);
    let alerts = lines.find(|line| line.key == "alerts_raised").cloned().unwrap_or_default();
    assert_eq!(alerts.before.map(|figure| figure.value), Some(43));
    let why = "There are 0 terms before to compare with, and 3 are needed. 1 term is left out, over before anything was heard.";
    assert_eq!(alerts.expectation.unwrap_or_default().reason, why);
    Ok(())
}
