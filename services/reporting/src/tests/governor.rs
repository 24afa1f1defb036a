//! Signing as governors and the head see it, on both engines.

use std::sync::Mutex;

use chassis::{
    error::Kind,
    event::Listener,
    serve::{Ending, Running},
    testing::Person,
};
use proto::event::v1::{Envelope, LessonAnswered};
use sha2::{Digest as _, Sha256};

use super::*;

/// What was announced.
#[derive(Default)]
struct Heard(Mutex<Vec<Envelope>>);

#[tonic::async_trait]
impl Listener for Heard {
    fn group(&self) -> String {
        "test.heard".into()
    }

    async fn deliver(&self, envelope: Envelope) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(envelope);
    }
}

/// A school with a term of concerns.
struct World {
    bed: Bed,
    bus: Arc<MemoryBus>,
    heard: Arc<Heard>,
    school: String,
    _running: Running,
    _ending: Ending,
}

impl World {
    async fn new(engine: Engine) -> Result<Self> {
        let (bus, heard) = (Arc::new(MemoryBus::default()), Arc::new(Heard::default()));
        let (ending, shutdown) = Ending::new();
        bus.subscribe(heard.clone(), shutdown).await;
        let mut bed = Bed::new(engine)?.with_bus(bus.clone());
        let running = crate::start(bed.migrated::<crate::store::migration::Migrations>("reporting").await?).await?;
        bed.add(&running);
        let school = bed.school();
        let world = Self { bed, bus, heard, school, _running: running, _ending: ending };
        world.happens(Event::SchoolCreated(SchoolCreated::default())).await?;
        world.concerns(12).await?;
        Ok(world)
    }

    async fn happens(&self, event: Event) -> Result<()> {
        let envelope = super::made::envelope(&self.bed, &self.school, self.bed.now(), event);
        self.bus.publish(&envelope).await.map(|_| ())
    }

    async fn concerns(&self, count: usize) -> Result<()> {
        for _ in 0..count {
            self.happens(Event::ConcernRecorded(ConcernRecorded { origin: "staff".into(), not_safe: false })).await?;
        }
        Ok(())
    }

    fn person(&self, role: Role) -> Person {
        self.bed.person(&[(role, &self.school)])
    }

    async fn draft(&self, who: &Person, term: &str) -> Result<GetGovernorReportResponse> {
        let asked = GetGovernorReportRequest {
            school_id: self.school.clone(),
            term_id: term.into(),
            ..GetGovernorReportRequest::default()
        };
        told(ReportingClient::new(who.to("reporting")?).get_governor_report(asked).await)
    }

    fn signature(&self, etag: &str, comment: &str, reason: &str) -> SignReportRequest {
        SignReportRequest {
            school_id: self.school.clone(),
            term_id: "2026-autumn".into(),
            etag: etag.into(),
            comment: comment.into(),
            reason: reason.into(),
            request_id: self.bed.ids.request_id(),
        }
    }

    async fn sign(&self, who: &Person, request: &SignReportRequest) -> Result<ReportVersion> {
        let answer = told(ReportingClient::new(who.to("reporting")?).sign_report(request.clone()).await)?;
        Ok(answer.version.unwrap_or_default())
    }

    async fn version(&self, who: &Person, version: u32) -> Result<GetReportVersionResponse> {
        let (school_id, term_id) = (self.school.clone(), "2026-autumn".into());
        let asked = GetReportVersionRequest { school_id, term_id, version };
        told(ReportingClient::new(who.to("reporting")?).get_report_version(asked).await)
    }

    async fn export(&self, who: &Person, version: u32, format: i32) -> Result<ExportReportResponse> {
        let request = ExportReportRequest {
            school_id: self.school.clone(),
            term_id: "2026-autumn".into(),
            version,
            format,
            school_name: "Oakbeck School".into(),
            signer_name: "Ms Ali".into(),
        };
        told(ReportingClient::new(who.to("reporting")?).export_report(request).await)
    }
}

fn told<T>(answer: std::result::Result<tonic::Response<T>, tonic::Status>) -> Result<T> {
    answer.map(tonic::Response::into_inner).map_err(|status| Error::from_status(&status))
}

/// What a refusal was of, and the field at fault.
fn refused<T>(answer: Result<T>) -> Option<(Kind, String)> {
    let error = answer.err()?;
    Some((error.kind(), error.violations().first().map(|v| v.field.clone()).unwrap_or_default()))
}

fn concerns(report: Option<&GovernorReport>) -> Option<(u64, u64)> {
    let lines = report?.sections.iter().flat_map(|section| &section.lines);
    let line = lines.into_iter().find(|line| line.key == "concerns_recorded")?;
    Some((line.figure.as_ref()?.value, line.before.as_ref()?.value))
}

async fn what_was_read_is_signed_frozen_and_amended_only_by_a_new_version(engine: Engine) -> Result<()> {
    let world = World::new(engine).await?;
    let (head, governor) = (world.person(Role::Head), world.person(Role::Governor));
    world.happens(Event::LessonAnswered(LessonAnswered { outcome: "declined".into() })).await?;
    let draft = world.draft(&governor, "").await?;
    let lines = draft.report.iter().flat_map(|report| &report.sections).flat_map(|section| &section.lines);
    let lessons: Vec<(&str, u64)> = lines
        .filter(|line| line.key.starts_with("lessons_"))
        .map(|line| (line.key.as_str(), line.figure.as_ref().map_or(99, |figure| figure.value)))
        .collect();
    // One that was declined is not one that was adopted.
    assert_eq!(lessons, [("lessons_answered", 1), ("lessons_adopted", 0), ("lessons_declined", 1)]);
    assert_eq!(concerns(draft.report.as_ref()), Some((12, 0)));
    assert!(draft.versions.is_empty() && draft.last_version.is_none());

    // Nobody else signs, nobody signs what they have not read, and there is nothing to amend yet.
    for other in [Role::Governor, Role::Chair, Role::Dsl] {
        let answer = world.sign(&world.person(other), &world.signature(&draft.etag, "", "")).await;
        assert_eq!(refused(answer).map(|(kind, _)| kind), Some(Kind::Denied), "{other:?}");
    }
    let invalid = |field: &str| Some((Kind::Invalid, field.to_owned()));
    assert_eq!(refused(world.sign(&head, &world.signature("", "", "")).await), invalid("etag"));
    assert_eq!(refused(world.sign(&head, &world.signature(&draft.etag, "", "Late")).await), invalid("reason"));
    let long = "a".repeat(2_001);
    assert_eq!(refused(world.sign(&head, &world.signature(&draft.etag, &long, "")).await), invalid("comment"));
    let future = SignReportRequest { term_id: "2027-spring".into(), ..world.signature(&draft.etag, "", "") };
    assert_eq!(refused(world.sign(&head, &future).await), invalid("term_id"));
    // Of a term before the school came there is nothing to sign, though its draft can be read.
    let etag = world.draft(&head, "2019-autumn").await?.etag;
    let before = SignReportRequest { term_id: "2019-autumn".into(), ..world.signature(&etag, "", "") };
    assert_eq!(refused(world.sign(&head, &before).await), invalid("term_id"));
    assert_eq!(refused(world.draft(&governor, "2027-spring").await), invalid("term_id"));
    assert_eq!(refused(world.draft(&governor, "autumn").await), invalid("term_id"));
    world.concerns(6).await?;
    let stale = world.sign(&head, &world.signature(&draft.etag, "", "")).await;
    assert_eq!(refused(stale).map(|(kind, _)| kind), Some(Kind::Stale), "concerns came since it was read");

    let etag = world.draft(&head, "2026-autumn").await?.etag;
    let request = world.signature(&etag, "A calm term.", "");
    let first = world.sign(&head, &request).await?;
    assert_eq!((first.version, first.comment.as_str()), (1, "A calm term."));
    assert_eq!(world.sign(&head, &request).await?, first, "sent twice, signed once");
    let second_head = world.sign(&world.person(Role::Head), &world.signature(&etag, "", "")).await;
    assert_eq!(refused(second_head).map(|(kind, _)| kind), Some(Kind::Stale), "somebody signed it meanwhile");

    let signed = world.version(&governor, 0).await?;
    assert_eq!(signed.version.as_ref(), Some(&first));
    assert_eq!(hex::encode(Sha256::digest(&signed.canonical_content)), first.digest, "anybody can reckon it again");
    // The digest vouches for the words, the signer and the version as well.
    let content: serde_json::Value = serde_json::from_slice(&signed.canonical_content).map_err(Error::internal)?;
    let signature = &content["signature"];
    let comment = hex::encode(Sha256::digest(first.comment.as_bytes()));
    assert_eq!((signature["version"].as_u64(), signature["comment"].as_str()), (Some(1), Some(comment.as_str())));
    assert_eq!(signature["signed_by"].as_str(), Some(first.signed_by_account_id.as_str()));
    assert!(signed.moved.is_empty() && !signed.amended);
    assert_eq!(concerns(signed.report.as_ref()), Some((18, 0)));

    // The figures move on; what was signed does not, and says what moved.
    world.bed.clock.advance(time::Duration::hours(1));
    world.concerns(18).await?;
    let later = world.version(&governor, 1).await?;
    let moved: Vec<&str> = later.moved.iter().map(|line| line.key.as_str()).collect();
    assert_eq!(moved, ["concerns_recorded", "concerns_by_origin"]);
    assert_eq!((&later.canonical_content, &later.report), (&signed.canonical_content, &signed.report));
    let draft = world.draft(&head, "2026-autumn").await?;
    assert_eq!(concerns(draft.report.as_ref()), Some((36, 0)));
    assert_eq!(draft.versions, [first.clone()]);
    assert_eq!(refused(world.sign(&head, &world.signature(&draft.etag, "", " ")).await), invalid("reason"));
    let second = world.sign(&head, &world.signature(&draft.etag, "", "Eighteen concerns came late.")).await?;
    assert_eq!((second.version, second.reason.as_str()), (2, "Eighteen concerns came late."));
    let before = world.version(&governor, 1).await?;
    assert_eq!((before.version.as_ref(), before.amended), (Some(&first), true));
    assert_eq!(before.canonical_content, signed.canonical_content);
    assert_eq!(refused(world.version(&governor, 3).await).map(|(kind, _)| kind), Some(Kind::Missing));

    let asked = ListReportVersionsRequest { school_id: world.school.clone(), page_size: 1, ..Default::default() };
    let mut client = ReportingClient::new(governor.to("reporting")?);
    let page = told(client.list_report_versions(asked.clone()).await)?;
    assert_eq!(page.versions, [second.clone()]);
    let rest = ListReportVersionsRequest { page_token: page.next_page_token, ..asked };
    assert_eq!(told(client.list_report_versions(rest).await)?.versions, [first]);

    // Who signs at another school learns nothing of this one.
    let stranger = world.bed.person(&[(Role::Head, &world.bed.school())]);
    let foreign = [world.version(&stranger, 1).await.err(), world.sign(&stranger, &request).await.err()];
    assert!(foreign.iter().flatten().all(|error| error.kind() == Kind::Missing), "{foreign:?}");
    assert_eq!(foreign.iter().flatten().count(), 2);

    for _ in 0..100 {
        let heard = world.heard.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        let told = heard.iter().filter_map(|envelope| match &envelope.event {
            Some(Event::ReportSigned(signed)) => Some((envelope.school_id.clone(), signed.version)),
            _ => None,
        });
        let told: Vec<_> = told.collect();
        if told.len() > 1 {
            assert_eq!(told, [(world.school.clone(), 1), (world.school.clone(), 2)]);
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    unreachable!("the governors were not told")
}

async fn files_hold_what_was_signed_and_the_draft_says_that_it_is_one(engine: Engine) -> Result<()> {
    let world = World::new(engine).await?;
    let (head, governor) = (world.person(Role::Head), world.person(Role::Governor));
    let draft = world.draft(&head, "2026-autumn").await?;
    let signed = world.sign(&head, &world.signature(&draft.etag, "=A calm term", "")).await?;
    world.concerns(19).await?;
    let csv = |file: &ExportReportResponse| String::from_utf8_lossy(&file.content).into_owned();
    let old = world.export(&governor, 1, ReportFormat::Csv.into()).await?;
    let row = "2026-autumn,1,Concerns,concerns_recorded,Concerns recorded,,,12,x,x,";
    assert!(csv(&old).lines().any(|line| line.starts_with(row)), "{}", csv(&old));
    assert_eq!(old.file_name, "online-safety-report-2026-autumn-v1.csv");
    let now = world.export(&governor, 0, ReportFormat::Csv.into()).await?;
    let row = "2026-autumn,draft,Concerns,concerns_recorded,Concerns recorded,,,31,x,x,";
    assert!(csv(&now).lines().any(|line| line.starts_with(row)), "{}", csv(&now));

    let pdf = world.export(&governor, 1, ReportFormat::Pdf.into()).await?;
    assert_eq!(pdf.media_type, "application/pdf");
    let text = pdf_extract::extract_text_from_mem(&pdf.content).map_err(Error::internal)?;
    let text: String = text.split_whitespace().collect();
    assert!(text.contains(&signed.digest) && text.contains("OakbeckSchool") && text.contains("=Acalmterm"), "{text}");
    assert!(!text.contains("DRAFT") && text.contains("MsAli,head") && !text.contains("acc_"), "{text}");
    let pdf = world.export(&governor, 0, ReportFormat::Pdf.into()).await?;
    let text = pdf_extract::extract_text_from_mem(&pdf.content).map_err(Error::internal)?;
    assert!(text.contains("DRAFT"), "{text}");
    assert_eq!(pdf.content, world.export(&governor, 0, ReportFormat::Pdf.into()).await?.content, "the same file");

    for unknown in [ReportFormat::Unspecified.into(), 99] {
        let refused = refused(world.export(&governor, 1, unknown).await);
        assert_eq!(refused, Some((Kind::Invalid, "format".to_owned())));
    }
    let missing = refused(world.export(&governor, 2, ReportFormat::Csv.into()).await);
    assert_eq!(missing.map(|(kind, _)| kind), Some(Kind::Missing));
    Ok(())
}

on_both_engines!(
    what_was_read_is_signed_frozen_and_amended_only_by_a_new_version,
    files_hold_what_was_signed_and_the_draft_says_that_it_is_one,
);
