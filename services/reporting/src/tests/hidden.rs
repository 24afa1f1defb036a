//! Alerts about staff leave no trace: whatever was announced of them, every report of everybody is the same, byte for byte.

use proto::event::v1::{AlertAcknowledged, AlertPassedOn, AlertRaised, AlertWithdrawn, AlertWorsened, FeedCounted};
use time::OffsetDateTime;

use super::*;

/// The bytes of an answer, or why there is none.
fn bytes<T: prost::Message>(answer: std::result::Result<tonic::Response<T>, tonic::Status>) -> Vec<u8> {
    match answer {
        Ok(answer) => answer.into_inner().encode_to_vec(),
        Err(status) => format!("{:?} {}", status.code(), status.message()).into_bytes(),
    }
}

/// Everything that somebody can have of a school's figures, and of all schools'.
async fn everything(bed: &Bed, role: Role, school: &str) -> Result<Vec<(&'static str, Vec<u8>)>> {
    let of_authority = role == Role::AuthorityOfficer;
    let person = bed.person(&[(role, if of_authority { "" } else { school })]);
    let mut client =
        ReportingClient::new(person.to("reporting")?).max_decoding_message_size(chassis::serve::MAX_MESSAGE);
    let school_id = || school.to_owned();
    let (mut all, term) = (Vec::new(), "2026-autumn");
    for as_at_date in ["", "2026-11-23"] {
        let (term_id, as_at_date) = (String::from(term), String::from(as_at_date));
        let asked = GetSchoolReportRequest { school_id: school_id(), term_id, as_at_date };
        all.push(("school report", bytes(client.get_school_report(asked.clone()).await)));
        let GetSchoolReportRequest { school_id, term_id, as_at_date } = asked;
        let governors =
            GetGovernorReportRequest { school_id, term_id: term_id.clone(), as_at_date: as_at_date.clone() };
        all.push(("report for governors", bytes(client.get_governor_report(governors).await)));
        let authority = GetAuthorityReportRequest { term_id: term_id.clone(), as_at_date: as_at_date.clone() };
        all.push(("authority", bytes(client.get_authority_report(authority).await)));
        let trends = GetAuthorityTrendsRequest { term_id, as_at_date };
        all.push(("trends", bytes(client.get_authority_trends(trends).await)));
    }
    for (name, format) in [("CSV", ReportFormat::Csv), ("XLSX", ReportFormat::Xlsx), ("PDF", ReportFormat::Pdf)] {
        let asked = ExportReportRequest {
            school_id: school_id(),
            term_id: term.into(),
            format: format.into(),
            ..ExportReportRequest::default()
        };
        all.push((name, bytes(client.export_report(asked).await)));
    }
    let asked = ExportSelfReviewRequest { school_id: school_id(), ..ExportSelfReviewRequest::default() };
    all.push(("self-review", bytes(client.export_self_review(asked).await)));
    Ok(all)
}

pub(super) async fn hidden_cases_leave_no_trace(engine: Engine) -> Result<()> {
    let bus = Arc::new(MemoryBus::default());
    let mut bed = Bed::new(engine)?.with_bus(bus.clone());
    let running = crate::start(bed.setup("reporting").await?).await?;
    bed.add(&running);
    let school = bed.school();
    let at = |hours: i64| -> OffsetDateTime { bed.now() - time::Duration::hours(hours) };
    let alert = |tier: &str| {
        let (theme, severity, route) = ("gambling".into(), "high".into(), "head".into());
        AlertRaised { theme, severity, route, tier: tier.into(), ..AlertRaised::default() }
    };
    let feed =
        FeedCounted { received: 900, hour_time: Some(chassis::clock::timestamp(at(20))), ..FeedCounted::default() };
    let mut there = vec![Event::SchoolCreated(SchoolCreated::default()), Event::FeedCounted(feed)];
    for _ in 0..9 {
        there.push(Event::ConcernRecorded(ConcernRecorded { origin: "staff".into(), not_safe: false }));
        there.push(Event::AlertRaised(alert("KS3")));
    }
    for event in there {
        bus.publish(&made::envelope(&bed, &school, at(20), event)).await?;
    }
    let roles = [Role::Governor, Role::Chair, Role::Head, Role::Dsl, Role::DeputyDsl, Role::It, Role::AuthorityOfficer];
    let look = async || {
        let mut all = Vec::new();
        for role in roles {
            all.push((role, everything(&bed, role, &school).await?));
        }
        Ok::<_, Error>(all)
    };
    // What is looked at first is printed then; from then on nothing moves by itself.
    look().await?;
    let before = look().await?;
    let staff = || "staff".to_owned();
    let hidden = [
        Event::AlertRaised(alert("staff")),
        Event::AlertWorsened(AlertWorsened { severity: "critical".into(), ..Default::default() }),
        Event::AlertPassedOn(AlertPassedOn { to: "chair".into(), waited_s: 3_600, tier: staff() }),
        Event::AlertAcknowledged(AlertAcknowledged { account_id: "acc_1".into(), waited_s: 7_200, tier: staff() }),
        Event::AlertWithdrawn(AlertWithdrawn { tier: staff() }),
    ];
    // Many, so that not one of them would wait or be hidden as a small count.
    for event in std::iter::repeat_n(hidden, 12).flatten() {
        let aggregate_id = "alt_1".to_owned();
        let told = chassis::event::Envelope { aggregate_id, ..made::envelope(&bed, &school, at(2), event) };
        bus.publish(&told).await?;
    }
    let after = look().await?;
    let mut compared = 0;
    for ((role, before), (_, after)) in before.iter().zip(&after) {
        for ((what, before), (_, after)) in before.iter().zip(after) {
            assert!(before == after, "{what} of {role:?} tells of alerts about staff");
            compared += before.len();
        }
    }
    assert!(compared > 100_000, "{compared} bytes were compared");
    // An alert about a child is told by every one of them.
    for _ in 0..12 {
        bus.publish(&made::envelope(&bed, &school, at(2), Event::AlertRaised(alert("KS3")))).await?;
    }
    let told = look().await?;
    let differs = told.iter().zip(&after).filter(|(told, after)| told != after).count();
    assert!(differs >= 5, "{differs} of {} roles are told of what is not hidden", roles.len());
    Ok(())
}
