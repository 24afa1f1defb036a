//! The records of a whole authority, made through the rpcs that people make them with, and what is searched among them.

use std::{
    collections::VecDeque,
    fmt::Write as _,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use tokio::task::JoinSet;

use chassis::testing::{Bed, Engine, Person};
use proto::incident_cases::v1::{
    AddInvolvementRequest, ImportLearnersRequest, ListCasesRequest, ListLearnersRequest, NewCase,
    PreviewLearnerImportRequest, RecordConcernRequest, SearchRecordsRequest, TriageConcernRequest,
    incident_cases_client::IncidentCasesClient, triage_concern_request::Decision,
};

use crate::{Result, figures::Samples, school};

/// Learners and cases of one school: an authority of a hundred such schools has 60,000 and 100,000.
const LEARNERS: usize = 600;
const CASES: usize = 1_000;
/// Requests at once while they are made.
const AT_ONCE: usize = 8;
/// Searches measured, and lists of cases.
const SEARCHES: usize = 500;

const GIVEN: [&str; 40] = [
    "Aveline", "Bram", "Calla", "Dorian", "Elowen", "Fenn", "Greer", "Hollis", "Isolde", "Jory", "Kestrel", "Linden",
    "Maris", "Nolan", "Orla", "Perrin", "Quill", "Rowan", "Sorrel", "Tamsin", "Ulric", "Vesper", "Wren", "Xanthe",
    "Yarrow", "Zephyr", "Ansel", "Briony", "Corin", "Delphine", "Ember", "Florian", "Ginevra", "Hadrian", "Ione",
    "Jessamy", "Keir", "Lorcan", "Merryn", "Neve",
];
const FAMILY: [&str; 60] = [
    "Ashdown",
    "Barrowby",
    "Coppice",
    "Dunmore",
    "Elderfield",
    "Fairwater",
    "Garrick",
    "Hartwell",
    "Ingleby",
    "Jessop",
    "Kettering",
    "Lambourne",
    "Marchbank",
    "Netherby",
    "Oakshott",
    "Penhallow",
    "Quarrie",
    "Ravensdale",
    "Stanmore",
    "Thornbury",
    "Underhill",
    "Vellacott",
    "Wetherby",
    "Yardley",
    "Aldersey",
    "Birkett",
    "Calloway",
    "Dovedale",
    "Eastlake",
    "Fenwick",
    "Greenhalgh",
    "Holbeck",
    "Ilderton",
    "Juniper",
    "Kilbride",
    "Loxley",
    "Millward",
    "Norbury",
    "Osgood",
    "Pemberley",
    "Quantock",
    "Redfern",
    "Silverdale",
    "Tarrant",
    "Upcott",
    "Vane",
    "Winslade",
    "Yelland",
    "Abney",
    "Bexwell",
    "Chesney",
    "Dalby",
    "Emmett",
    "Frome",
    "Gilmour",
    "Hexham",
    "Irving",
    "Jardine",
    "Kinloch",
    "Lytham",
];

/// How much there is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    schools: usize,
}

impl Size {
    /// A hundred schools, with 60,000 learners and 100,000 cases; or as many schools as `BENCH_PERCENT` says, each as large:
    /// what a search takes grows with the school.
    #[expect(clippy::disallowed_methods, reason = "a benchmark has no configuration")]
    pub fn asked() -> Result<Self> {
        let percent = match std::env::var("BENCH_PERCENT") {
            Ok(percent) => percent.parse::<usize>()?.clamp(1, 100),
            Err(_) => 100,
        };
        Ok(Self { schools: percent })
    }
}

/// A school of the authority, its lead, and its learners by id and name.
pub struct Loaded {
    id: String,
    dsl: Person,
    learners: Vec<(String, String)>,
}

impl Loaded {
    fn cases(&self) -> Result<IncidentCasesClient<chassis::upstream::Upstream>> {
        Ok(IncidentCasesClient::new(self.dsl.to("incident-cases")?)
            .max_decoding_message_size(chassis::serve::MAX_MESSAGE))
    }

    async fn import(&mut self, count: usize) -> Result<()> {
        let mut table = String::from("Family name,Given name,Date of birth,Year group\n");
        for nth in 0..count {
            let born = time::Date::from_calendar_date(2010, time::Month::September, 1)?
                + time::Duration::days(nth.try_into()?);
            let (given, family) = (GIVEN[nth % GIVEN.len()], FAMILY[(nth / GIVEN.len() + nth) % FAMILY.len()]);
            writeln!(table, "{family},{given},{born},Year {}", 7 + nth % 5)?;
        }
        let preview = PreviewLearnerImportRequest {
            school_id: self.id.clone(),
            content: table.into_bytes().into(),
            whole_roll: false,
            request_id: self.dsl.request_id(),
            content_hash: String::new(),
        };
        let preview = self.cases()?.preview_learner_import(preview).await?.into_inner();
        let import = ImportLearnersRequest {
            school_id: self.id.clone(),
            content_hash: preview.content_hash,
            decisions: Vec::new(),
            request_id: self.dsl.request_id(),
        };
        self.cases()?.import_learners(import).await?;
        let mut page_token = String::new();
        loop {
            let list = ListLearnersRequest {
                school_id: self.id.clone(),
                page_size: 100,
                page_token,
                ..ListLearnersRequest::default()
            };
            let page = self.cases()?.list_learners(list).await?.into_inner();
            self.learners.extend(page.learners.into_iter().map(|learner| {
                let record = learner.record.unwrap_or_default();
                (learner.learner_id, format!("{} {}", record.given_name, record.family_name))
            }));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        if self.learners.len() != count {
            return Err(format!("{} of {count} learners are on the roll", self.learners.len()).into());
        }
        Ok(())
    }

    async fn case(&self, nth: usize) -> Result<()> {
        let (learner_id, name) = self.learners.get(nth % self.learners.len()).ok_or("no learners")?;
        let concern = RecordConcernRequest {
            school_id: self.id.clone(),
            about: name.clone(),
            safe_now: "yes".into(),
            narrative: "A learner was sent an unkind message in the evening and showed it to me. ".repeat(5),
            request_id: self.dsl.request_id(),
            ..RecordConcernRequest::default()
        };
        let concern = self.cases()?.record_concern(concern).await?.into_inner().concern.unwrap_or_default();
        let case = NewCase { procedure_id: "P1".into(), risks: vec!["contact".into()], ..NewCase::default() };
        let triage = TriageConcernRequest {
            school_id: self.id.clone(),
            concern_id: concern.concern_id,
            decision: Some(Decision::NewCase(case)),
            request_id: self.dsl.request_id(),
            again: String::new(),
        };
        let case = self.cases()?.triage_concern(triage).await?.into_inner().case.unwrap_or_default();
        let part = AddInvolvementRequest {
            school_id: self.id.clone(),
            case_id: case.case_id,
            learner_id: learner_id.clone(),
            role: "victim".into(),
            request_id: self.dsl.request_id(),
            ..AddInvolvementRequest::default()
        };
        self.cases()?.add_involvement(part).await?;
        Ok(())
    }
}

/// Fills the platform.
pub async fn fill(bed: &Bed, size: Size) -> Result<Vec<Loaded>> {
    let begun = Instant::now();
    let mut waiting = VecDeque::new();
    for nth in 1..=size.schools {
        let (id, dsl) = school::with_policy(bed, nth).await?;
        waiting.push_back(Loaded { id, dsl, learners: Vec::new() });
    }
    let waiting = Arc::new(Mutex::new(waiting));
    let mut workers = JoinSet::new();
    for _ in 0..AT_ONCE {
        workers.spawn(take_turns(waiting.clone()));
    }
    let mut schools = Vec::new();
    while let Some(done) = workers.join_next().await {
        schools.extend(done??);
    }
    println!(
        "loaded {} learners and {} cases at {} schools in {:.0?}",
        size.schools * LEARNERS,
        size.schools * CASES,
        size.schools,
        begun.elapsed()
    );
    Ok(schools)
}

/// Loads one school after the other until none is left.
async fn take_turns(waiting: Arc<Mutex<VecDeque<Loaded>>>) -> Result<Vec<Loaded>> {
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let mut done = Vec::new();
    while let Some(mut school) = next() {
        school.import(LEARNERS).await?;
        for nth in 0..CASES {
            school.case(nth).await?;
        }
        done.push(school);
    }
    Ok(done)
}

/// Prints what a search takes, by names with a letter missing, and a list of cases.
pub async fn search(engine: Engine, schools: &[Loaded]) -> Result<()> {
    let (mut searched, mut listed, mut found) = (Samples::default(), Samples::default(), 0);
    for nth in 0..SEARCHES {
        let school = schools.get(nth % schools.len()).ok_or("no schools")?;
        let (_, name) = school.learners.get(nth * 7 % school.learners.len()).ok_or("no learners")?;
        let mut query: Vec<char> = name.chars().collect();
        query.remove(2);
        let query = SearchRecordsRequest { school_id: school.id.clone(), query: query.into_iter().collect() };
        let mut client = school.cases()?;
        let begun = Instant::now();
        let answer = client.search_records(query).await?.into_inner();
        searched.push(begun.elapsed());
        found += usize::from(answer.records.iter().any(|record| record.title.contains(name.as_str())));
        let list =
            ListCasesRequest { school_id: school.id.clone(), state: "open".into(), ..ListCasesRequest::default() };
        let begun = Instant::now();
        client.list_cases(list).await?;
        listed.push(begun.elapsed());
    }
    println!("{engine:?}: a search by a name with a letter missing, {found} of {SEARCHES} found: {}", searched.line());
    println!("{engine:?}: a page of open cases: {}", listed.line());
    Ok(())
}
