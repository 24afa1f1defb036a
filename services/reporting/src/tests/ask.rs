//! Tables that somebody puts together, saved questions and notices of them, as their callers meet them.

use std::sync::Mutex;

use chassis::{
    error::Kind,
    event::Listener,
    serve::{Ending, Running},
    testing::Person,
};
use proto::event::v1::{CaseOpened, Envelope, FeedCounted, QuestionDue};
use time::{Duration, OffsetDateTime, macros::datetime};

use super::*;

/// The notices that were announced: of which question, and for whom.
#[derive(Default)]
struct Heard(Mutex<Vec<(String, String, String)>>);

#[tonic::async_trait]
impl Listener for Heard {
    fn group(&self) -> String {
        "test.heard".into()
    }

    async fn deliver(&self, envelope: Envelope) {
        if let Some(Event::QuestionDue(QuestionDue { account_id })) = envelope.event {
            let told = (envelope.school_id, envelope.aggregate_id, account_id);
            self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(told);
        }
    }
}

/// Two schools, one of them small, in the summer term; it is autumn now.
struct World {
    bed: Bed,
    heard: Arc<Heard>,
    running: Running,
    school: String,
    small: String,
    _ending: Ending,
}

impl World {
    async fn new(engine: Engine) -> Result<Self> {
        let (bus, heard) = (Arc::new(MemoryBus::default()), Arc::new(Heard::default()));
        let (ending, shutdown) = Ending::new();
        bus.subscribe(heard.clone(), shutdown).await;
        let mut bed = Bed::new(engine)?.with_bus(bus.clone());
        let running = crate::start(bed.setup("reporting").await?).await?;
        bed.add(&running);
        let (school, small) = (bed.school(), bed.school());
        let at = datetime!(2026-05-20 10:00 UTC);
        let mut sent: Vec<(&str, OffsetDateTime, Event)> = Vec::new();
        for (of, counts) in [(&school, &[("P1", 20), ("P5", 9), ("P7", 2)][..]), (&small, &[("P2", 2)])] {
            sent.push((of, datetime!(2026-01-10 10:00 UTC), Event::SchoolCreated(SchoolCreated::default())));
            for (procedure, count) in counts {
                for _ in 0..*count {
                    let opened =
                        CaseOpened { procedure: (*procedure).to_owned(), policy_version: 1, risks: Vec::new() };
                    sent.push((of, at, Event::CaseOpened(opened)));
                }
            }
        }
        let hour_time = Some(chassis::clock::timestamp(at));
        let lines = FeedCounted { received: 4, hour_time, ..FeedCounted::default() };
        sent.push((&school, at, Event::FeedCounted(lines)));
        for (of, at, event) in sent {
            bus.publish(&made::envelope(&bed, of, at, event)).await?;
        }
        Ok(Self { bed, heard, running, school, small, _ending: ending })
    }

    fn person(&self, role: Role) -> Person {
        self.bed.person(&[(role, &self.school)])
    }

    fn officer(&self) -> Person {
        self.bed.person(&[(Role::AuthorityOfficer, "")])
    }

    fn save(&self, name: &str, question: TableQuestion, (shared, every): (bool, &str)) -> SaveQuestionRequest {
        SaveQuestionRequest {
            school_id: self.school.clone(),
            name: name.into(),
            question: Some(question),
            shared,
            every: every.into(),
            request_id: self.bed.ids.request_id(),
            ..SaveQuestionRequest::default()
        }
    }

    /// What was announced since this was asked for last.
    fn news(&self) -> Vec<(String, String, String)> {
        std::mem::take(&mut *self.heard.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

/// Calls an rpc as somebody.
macro_rules! call {
    ($who:expr, $rpc:ident, $request:expr) => {
        ReportingClient::new($who.to("reporting")?)
            .$rpc($request)
            .await
            .map(tonic::Response::into_inner)
            .map_err(|status| Error::from_status(&status))
    };
}

fn question(measures: &[&str], rows: &str, period: &str) -> TableQuestion {
    TableQuestion {
        measures: measures.iter().map(|key| (*key).to_owned()).collect(),
        rows: rows.into(),
        period: period.into(),
        ..TableQuestion::default()
    }
}

fn asked(school: &str, question: TableQuestion) -> AskTableRequest {
    AskTableRequest { school_id: school.into(), question: Some(question), ..AskTableRequest::default() }
}

/// A figure as a page shows it.
fn shown(figure: &Option<Figure>) -> String {
    let figure = figure.clone().unwrap_or_default();
    if figure.code.is_empty() { figure.value.to_string() } else { figure.code }
}

/// The rows of a table, each with its figures.
fn rows(table: &AskedTable) -> Vec<(String, Vec<String>)> {
    let figures = |row: &TableRow| row.figures.iter().map(|figure| shown(&Some(figure.clone()))).collect();
    table.rows.iter().zip(&table.cells).map(|(row, cells)| (row.key.clone(), figures(cells))).collect()
}

fn refused<T>(answer: Result<T>) -> Option<(Kind, String)> {
    let error = answer.err()?;
    Some((error.kind(), error.violations().first().map(|v| v.field.clone()).unwrap_or_default()))
}

async fn tables_go_through_disclosure_control_and_refusals_name_the_field(engine: Engine) -> Result<()> {
    let world = World::new(engine).await?;
    let (governor, officer) = (world.person(Role::Governor), world.officer());
    let summer = question(&["cases_opened", "lines_received"], "", "2026-summer");
    let answer = call!(governor, ask_table, asked(&world.school, summer))?;
    assert_eq!((answer.from_date.as_str(), answer.to_date.as_str()), ("2026-04-16", "2026-08-31"));
    let figures: Vec<String> = answer.tables.iter().map(|table| shown(&table.total)).collect();
    assert_eq!(figures, ["31", "4"], "lines are no people");
    let measure = answer.tables[0].measure.clone().unwrap_or_default();
    assert!(measure.counts_people && measure.definition == "Cases opened in the period." && measure.version == 1);

    // Of a month that has not begun nothing is hidden.
    let months = question(&["cases_opened", "lines_received"], "month", "2026-autumn");
    let answer = call!(governor, ask_table, asked(&world.school, months))?;
    let last = answer.tables.iter().map(|table| rows(table).pop().unwrap_or_default());
    let ahead = || ("2026-12".to_owned(), vec!["x".to_owned()]);
    assert_eq!(last.collect::<Vec<_>>(), [ahead(), ahead()]);

    let by = question(&["cases_opened"], "procedure", "2026-summer");
    let answer = call!(governor, ask_table, asked(&world.school, by.clone()))?;
    let table = &answer.tables[0];
    assert_eq!(table.rows_title, "Kind of incident");
    let hidden = rows(table).iter().filter(|(_, figures)| figures == &["c"]).count();
    assert!(hidden >= 2 && shown(&table.total) == "31", "the 2 does not stand alone: {:?}", rows(table));
    let only = TableQuestion { filters: vec!["procedure=P7".into()], rows: String::new(), ..by.clone() };
    let answer = call!(governor, ask_table, asked(&world.school, only))?;
    assert_eq!(shown(&answer.tables[0].total), "c");
    assert_eq!(answer.tables[0].only, ["Kind of incident: Radicalisation and extremism"]);

    // The authority asks school by school; the small one's figure is hidden, and follows from no sum.
    let schools = question(&["cases_opened"], "school", "2026-summer");
    let answer = call!(officer, ask_table, asked("", schools.clone()))?;
    let found = rows(&answer.tables[0]);
    let of = |school: &str| found.iter().find(|(key, _)| key == school).map(|(_, figures)| figures.clone());
    assert_eq!(of(&world.school), Some(vec!["31".to_owned()]));
    assert_eq!(of(&world.small), Some(vec!["c".to_owned()]));
    assert_eq!(shown(&answer.tables[0].total), "c");

    // What would single out a child is refused, whatever there is: with the field, and what to ask instead.
    let crossed = TableQuestion { columns: "month".into(), ..by.clone() };
    let week = TableQuestion {
        period: "dates".into(),
        from_date: "2026-05-18".into(),
        to_date: "2026-05-24".into(),
        rows: String::new(),
        ..by.clone()
    };
    for (bad, field) in [
        (crossed, "columns"),
        (week, "period"),
        (schools.clone(), "rows"),
        (question(&["cases_dreamt"], "", ""), "measures[0]"),
        (question(&[], "", ""), "measures"),
        (question(&["cases_opened"], "", "1066-autumn"), "period"),
    ] {
        let answer = refused(call!(governor, ask_table, asked(&world.school, bad)));
        assert_eq!(answer, Some((Kind::Invalid, field.to_owned())));
    }
    let nothing = AskTableRequest { school_id: world.school.clone(), ..AskTableRequest::default() };
    assert_eq!(refused(call!(governor, ask_table, nothing)), Some((Kind::Invalid, "question".into())));

    // Each at their own place.
    let at_authority = refused(call!(governor, ask_table, asked("", schools)));
    assert_eq!(at_authority.map(|(kind, _)| kind), Some(Kind::Denied));
    let elsewhere = refused(call!(governor, ask_table, asked(&world.small, by.clone())));
    assert_eq!(elsewhere.map(|(kind, _)| kind), Some(Kind::Missing));
    assert!(call!(officer, ask_table, asked(&world.small, by.clone())).is_ok());
    let staff = refused(call!(world.person(Role::Staff), ask_table, asked(&world.school, by.clone())));
    assert_eq!(staff.map(|(kind, _)| kind), Some(Kind::Denied));

    let measures = call!(governor, list_measures, ListMeasuresRequest { school_id: world.school.clone() })?.measures;
    let opened = measures.iter().find(|measure| measure.key == "cases_opened").cloned().unwrap_or_default();
    let offered: Vec<&str> = opened.dimensions.iter().map(|dimension| dimension.key.as_str()).collect();
    assert_eq!(offered, ["procedure", "risk"]);

    let file = ExportTableRequest {
        school_id: world.school.clone(),
        question: Some(by),
        format: ReportFormat::Csv.into(),
        ..ExportTableRequest::default()
    };
    let csv = call!(governor, export_table, file.clone())?;
    assert_eq!(csv.file_name, "online-safety-table-2026-04-16-to-2026-08-31.csv");
    let text = String::from_utf8_lossy(&csv.content).into_owned();
    assert!(text.lines().any(|line| line.contains(",column_total,,All,,,31,")), "{text}");
    assert!(!text.contains(",P7,Radicalisation and extremism,,,2,"), "{text}");
    let pdf = call!(governor, export_table, ExportTableRequest { format: ReportFormat::Pdf.into(), ..file.clone() })?;
    assert_eq!(pdf.media_type, "application/pdf");
    assert!(pdf.content.starts_with(b"%PDF") && pdf.file_name.ends_with("-2026-08-31.pdf"), "{}", pdf.file_name);
    let none = ExportTableRequest { format: ReportFormat::Unspecified.into(), ..file };
    assert_eq!(refused(call!(governor, export_table, none)), Some((Kind::Invalid, "format".into())));
    Ok(())
}

async fn a_question_is_kept_shared_and_told_of_when_it_is_due(engine: Engine) -> Result<()> {
    let world = World::new(engine).await?;
    let (head, governor, other) =
        (world.person(Role::Head), world.person(Role::Governor), world.bed.person(&[(Role::Head, &world.small)]));
    let last = || question(&["cases_opened"], "procedure", "last_term");
    let own = world.save("For myself", last(), (false, "weekly"));
    let kept = call!(head, save_question, own.clone())?.question.unwrap_or_default();
    assert_eq!(call!(head, save_question, own)?.question, Some(kept.clone()), "sent twice, kept once");
    // What is kept in one moment has no order.
    world.bed.clock.advance(Duration::milliseconds(1));
    let shared = world.save("For the governors", last(), (true, "monthly"));
    let shared = call!(head, save_question, shared)?.question.unwrap_or_default();
    assert!(kept.yours && !kept.shared && kept.withdrawn.is_empty() && kept.question == Some(last()));

    let list = |school: &str| ListQuestionsRequest { school_id: school.to_owned(), ..ListQuestionsRequest::default() };
    let names = |answer: ListQuestionsResponse| -> Vec<String> {
        answer.questions.into_iter().map(|question| question.name).collect()
    };
    assert_eq!(names(call!(head, list_questions, list(&world.school))?), ["For the governors", "For myself"]);
    let seen = call!(governor, list_questions, list(&world.school))?;
    assert!(seen.questions.iter().all(|question| !question.yours));
    assert_eq!(names(seen), ["For the governors"]);
    assert!(names(call!(other, list_questions, list(&world.small))?).is_empty());
    let get = |school: &str, id: &str| GetQuestionRequest { school_id: school.into(), question_id: id.into() };
    let (mine, ours) = (kept.question_id.as_str(), shared.question_id.as_str());
    assert!(call!(governor, get_question, get(&world.school, ours)).is_ok());
    // Another's own question, and another school's, are as none.
    let none = refused(call!(governor, get_question, get(&world.school, "que_00000000000000000000000000")));
    assert_eq!(none.as_ref().map(|(kind, _)| *kind), Some(Kind::Missing));
    assert_eq!(refused(call!(governor, get_question, get(&world.school, mine))), none);
    assert_eq!(refused(call!(other, get_question, get(&world.small, ours))), none);
    let change = SaveQuestionRequest { question_id: ours.into(), ..world.save("Mine", last(), (true, "")) };
    assert_eq!(refused(call!(governor, save_question, change)), none, "nobody changes another's");
    let delete = |id: &str| DeleteQuestionRequest {
        school_id: world.school.clone(),
        question_id: id.to_owned(),
        request_id: world.bed.ids.request_id(),
    };
    assert_eq!(refused(call!(governor, delete_question, delete(ours))), none);

    // What would not be answered is not kept, and a name is one line.
    let crossed = TableQuestion { columns: "month".into(), ..last() };
    let bad = [
        (world.save("Crossed", crossed, (false, "")), "columns"),
        (world.save("", last(), (false, "")), "name"),
        (world.save(&"n".repeat(81), last(), (false, "")), "name"),
        (world.save("Hourly", last(), (false, "hourly")), "every"),
    ];
    for (request, field) in bad {
        assert_eq!(refused(call!(head, save_question, request)), Some((Kind::Invalid, field.to_owned())));
    }

    // Tuesday, 24 November: the weekly one is due on Monday, the monthly one on the first.
    let store = &world.running.store;
    assert_eq!(crate::watch::pass(store).await?, 0);
    world.bed.clock.advance(Duration::days(6));
    assert_eq!((crate::watch::pass(store).await?, crate::watch::pass(store).await?), (1, 0), "told once");
    world.bed.clock.advance(Duration::days(1));
    assert_eq!(crate::watch::pass(store).await?, 1);
    let told = |id: &str, account: &str| (world.school.clone(), id.to_owned(), account.to_owned());
    let expected = [told(mine, &head.account_id), told(ours, "")];
    let mut heard = world.news();
    for _ in 0..200 {
        if heard.len() >= expected.len() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        heard.extend(world.news());
    }
    assert_eq!(heard, expected, "a private one is its owner's, a shared one everybody's");

    // Changed: no notice any more, and another name; then gone.
    let request = SaveQuestionRequest { question_id: mine.into(), ..world.save("Later", last(), (false, "")) };
    let changed = call!(head, save_question, request)?.question.unwrap_or_default();
    assert_eq!((changed.name.as_str(), changed.due_time, changed.question_id.as_str()), ("Later", None, mine));
    world.bed.clock.advance(Duration::days(10));
    assert_eq!(crate::watch::pass(store).await?, 0);
    call!(head, delete_question, delete(mine))?;
    assert_eq!(refused(call!(head, get_question, get(&world.school, mine))), none);

    // The authority's are the officers'.
    let officer = world.officer();
    let schools = question(&["cases_opened"], "school", "last_term");
    let request = SaveQuestionRequest { school_id: String::new(), ..world.save("All", schools, (true, "termly")) };
    let all = call!(officer, save_question, request)?.question.unwrap_or_default();
    assert_eq!(names(call!(officer, list_questions, list(""))?), ["All"]);
    let denied = refused(call!(head, get_question, get("", &all.question_id)));
    assert_eq!(denied.map(|(kind, _)| kind), Some(Kind::Denied));
    Ok(())
}

async fn what_a_question_is_called_is_sealed(engine: Engine) -> Result<()> {
    let world = World::new(engine).await?;
    let head = world.person(Role::Head);
    let request = world.save("Larkspur and Tansy", question(&["cases_opened"], "", ""), (true, "weekly"));
    call!(head, save_question, request)?;
    let mut tx = world.running.store.begin(&chassis::caller::Scope::system("reporting")).await?;
    let statement = sea_orm::Statement::from_string(
        sea_orm::ConnectionTrait::get_database_backend(tx.db()),
        "SELECT body FROM question",
    );
    let rows = sea_orm::ConnectionTrait::query_all_raw(tx.db(), statement).await?;
    let bodies: Vec<Vec<u8>> = rows.iter().filter_map(|row| row.try_get("", "body").ok()).collect();
    tx.silent();
    tx.commit().await?;
    assert_eq!(bodies.len(), 1);
    let text = String::from_utf8_lossy(&bodies[0]).into_owned();
    assert!(text.contains("cases_opened") && !text.contains("Larkspur"), "{text}");
    Ok(())
}

on_both_engines!(
    tables_go_through_disclosure_control_and_refusals_name_the_field,
    a_question_is_kept_shared_and_told_of_when_it_is_due,
    what_a_question_is_called_is_sealed,
);
