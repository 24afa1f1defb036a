//! `hedgerow cases list`, `adults`, `steps`, `complete`, `fact`, `agree`, `parts`, `keep`, `join`, `search`, `searches`, `looks`: the
//! work on a school's cases. What is said here goes the way that the pages go, and is refused where they are.

use std::{collections::HashMap, io};

use chassis::{
    clock::{london, moment},
    error::{Error, Result},
    table::Table,
};
use clap::{Args, Subcommand};
use proto::incident_cases::v1::{
    AdultSubject, AnswerAgreementRequest, Case, CaseStep, CompleteStepRequest, ExistingCase, GetCaseRequest,
    ListAdultPatternsRequest, ListCasesRequest, ListLooksRequest, ListSearchesRequest, RecordFactRequest,
    SearchRecordsRequest, StepField, TriageConcernRequest, UpdateInvolvementRequest,
    incident_cases_client::IncidentCasesClient, triage_concern_request::Decision,
};
use time::OffsetDateTime;

use super::{Output, files};
use crate::{client, command::figures, config::Config};

/// How many of a list are asked for at a time.
const PAGE: i32 = 1000;

/// The work on a school's cases.
#[derive(Debug, Subcommand)]
pub enum Work {
    /// Prints the cases one may know of, all or those of one register.
    List {
        /// The school.
        #[arg(long)]
        school: String,
        /// The register.
        #[arg(long, value_parser = ["children", "allegations", "low_level"])]
        register: Option<String>,
        /// Only those that are open, or closed.
        #[arg(long, value_parser = ["open", "closed"])]
        state: Option<String>,
        /// How it is printed.
        #[arg(long, value_enum, default_value_t = Output::Table)]
        output: Output,
    },
    /// Prints what is recorded about adults, each adult once, those first whose records call for a look together.
    Adults {
        /// The school.
        #[arg(long)]
        school: String,
    },
    /// Prints the steps of a case, and of those to do what each records, with what is known of it already.
    Steps(Which),
    /// Records that a step was done. What is known already is recorded unless something else is said.
    Complete {
        /// Which case.
        #[command(flatten)]
        which: Which,
        /// The step, such as `P1-01`.
        step: String,
        /// A field and what it says, such as `reason=…`; `hedgerow cases steps` names the fields.
        #[arg(long = "set", value_name = "FIELD=VALUE")]
        set: Vec<String>,
    },
    /// Makes a fact known, or changes it. Where a second person has to agree, it says what they answer to.
    Fact {
        /// Which case.
        #[command(flatten)]
        which: Which,
        /// The fact, such as `offence`.
        name: String,
        /// Its value, such as `yes`.
        value: String,
        /// Why it changes, where a gate or a step rests on what is recorded.
        #[arg(long, default_value = "")]
        reason: String,
        /// The colleague, where the fact says that the case is about one: they are kept out from then on.
        #[arg(long, value_name = "ACCOUNT")]
        adult: Option<String>,
        /// Who takes the case on then.
        #[arg(long, requires = "adult", value_parser = ["head", "chair"])]
        routed_to: Option<String>,
    },
    /// Answers as the second person what somebody asked.
    Agree {
        /// Which case.
        #[command(flatten)]
        which: Which,
        /// What was asked, `agr_…`.
        agreement: String,
        /// Why.
        #[arg(long)]
        reason: String,
        /// Not agreed.
        #[arg(long)]
        decline: bool,
    },
    /// Prints who has which part in a case, and to whom it is shown.
    Parts(Which),
    /// Keeps the part of a witness or a reporter to the lead.
    Keep {
        /// Which case.
        #[command(flatten)]
        which: Which,
        /// The part, `inv_…`; `hedgerow cases parts` prints it.
        part: String,
        /// Why.
        #[arg(long)]
        reason: String,
        /// Shows it to everybody who reads the case again.
        #[arg(long)]
        everybody: bool,
    },
    /// Adds a concern to a case there is already.
    Join {
        /// Which case.
        #[command(flatten)]
        which: Which,
        /// The concern, `con_…`.
        concern: String,
        /// Why it is decided again, where it was decided that nothing further is done.
        #[arg(long, default_value = "")]
        again: String,
    },
    /// Finds children, cases and concerns. What is sought is read from standard input, so that no name stays in the shell's history.
    Search {
        /// The school.
        #[arg(long)]
        school: String,
    },
    /// Prints the searches of people and things that one may read, the latest first, without what was written about them.
    Searches {
        /// The school.
        #[arg(long)]
        school: String,
        /// Only those of one case, `cas_…`.
        #[arg(long, default_value = "")]
        case: String,
    },
    /// Prints who looked at a concern, a case or a child's record, the latest first.
    Looks {
        /// The record, `con_…`, `cas_…` or `lrn_…`.
        record: String,
        /// The school.
        #[arg(long)]
        school: String,
    },
}

/// A case of a school.
#[derive(Debug, Args)]
pub struct Which {
    /// The case, `cas_…`.
    case: String,
    /// The school.
    #[arg(long)]
    school: String,
}

type Client = IncidentCasesClient<client::Gateway>;

/// What a service answered, or its refusal.
fn heard<T>(answer: std::result::Result<tonic::Response<T>, tonic::Status>) -> Result<T> {
    answer.map(tonic::Response::into_inner).map_err(|status| Error::from_status(&status))
}

fn when(at: Option<OffsetDateTime>) -> String {
    let at = at.map(london);
    at.map(|at| format!("{} {:02}:{:02}", at.date(), at.hour(), at.minute())).unwrap_or_default()
}

fn day(at: Option<OffsetDateTime>) -> String {
    at.map(|at| london(at).date().to_string()).unwrap_or_default()
}

impl Work {
    /// Runs it.
    ///
    /// # Errors
    /// The service's refusal.
    pub async fn run(self, config: &Config) -> Result<()> {
        let mut cases = files(config).await?;
        match self {
            Self::List { school, register, state, output } => {
                let asked = ListCasesRequest {
                    school_id: school,
                    register: register.unwrap_or_default(),
                    state: state.unwrap_or_default(),
                    page_size: PAGE,
                    ..ListCasesRequest::default()
                };
                list(&mut cases, asked, output).await
            }
            Self::Adults { school } => adults(config, &mut cases, school).await,
            Self::Steps(which) => {
                which.load(&mut cases).await?.steps.iter().for_each(print_step);
                Ok(())
            }
            Self::Complete { which, step, set } => complete(&mut cases, &which, step, &set).await,
            Self::Fact { which, name, value, reason, adult, routed_to } => {
                let subject = adult.map(|account_id| AdultSubject {
                    account_id,
                    routed_to: routed_to.unwrap_or_else(|| "head".to_owned()),
                    ..AdultSubject::default()
                });
                let asked = RecordFactRequest {
                    school_id: which.school,
                    case_id: which.case,
                    name,
                    value,
                    reason,
                    subject,
                    request_id: client::request_id(),
                    ..RecordFactRequest::default()
                };
                fact(&mut cases, asked).await
            }
            Self::Agree { which, agreement, reason, decline } => {
                let asked = AnswerAgreementRequest {
                    school_id: which.school,
                    case_id: which.case,
                    agreement_id: agreement.clone(),
                    agreed: !decline,
                    reason,
                    request_id: client::request_id(),
                };
                let answer = heard(cases.answer_agreement(chassis::upstream::request(asked)).await)?;
                let all = answer.case.unwrap_or_default().agreements;
                let answered = all.into_iter().find(|one| one.agreement_id == agreement).unwrap_or_default();
                println!("{agreement}  {}", answered.state);
                Ok(())
            }
            Self::Parts(which) => {
                for part in which.load(&mut cases).await?.involvements {
                    let who = if part.withheld { "(kept to the lead)" } else { part.person.as_str() };
                    let ended = if part.end.is_some() { "  ended" } else { "" };
                    println!("{:30}  {:20}  {:9}  {who}{ended}", part.involvement_id, part.role, part.shown_to);
                }
                Ok(())
            }
            Self::Keep { which, part, reason, everybody } => keep(&mut cases, which, part, reason, everybody).await,
            Self::Join { which, concern, again } => {
                let asked = TriageConcernRequest {
                    school_id: which.school,
                    concern_id: concern.clone(),
                    decision: Some(Decision::ExistingCase(ExistingCase { case_id: which.case })),
                    request_id: client::request_id(),
                    again,
                };
                let answer = heard(cases.triage_concern(chassis::upstream::request(asked)).await)?;
                println!("{concern}  {}", answer.case.unwrap_or_default().reference);
                Ok(())
            }
            Self::Search { school } => search(&mut cases, school).await,
            Self::Searches { school, case } => searches(&mut cases, school, case).await,
            Self::Looks { record, school } => looks(config, &mut cases, school, record).await,
        }
    }
}

impl Which {
    async fn load(&self, cases: &mut Client) -> Result<Case> {
        let asked = GetCaseRequest { school_id: self.school.clone(), case_id: self.case.clone() };
        Ok(heard(cases.get_case(chassis::upstream::request(asked)).await)?.case.unwrap_or_default())
    }
}

async fn list(cases: &mut Client, mut asked: ListCasesRequest, output: Output) -> Result<()> {
    let mut lines = Vec::new();
    loop {
        let page = heard(cases.list_cases(chassis::upstream::request(asked.clone())).await)?;
        lines.extend(page.cases.into_iter().map(|case| {
            let what = if case.restricted { "(restricted)".to_owned() } else { case.procedure_title };
            [case.reference, case.state, day(case.create_time.as_ref().and_then(moment)), case.case_id, what]
        }));
        asked.page_token = page.next_page_token;
        if asked.page_token.is_empty() {
            break;
        }
    }
    match output {
        Output::Table => {
            for [reference, state, opened, id, what] in &lines {
                println!("{reference:12}  {state:6}  {opened:10}  {id:30}  {what}");
            }
        }
        Output::Csv => {
            let mut table = Table::new(["CASE", "STATE", "OPENED", "ID", "KIND"])?;
            for line in &lines {
                table.row(line.each_ref().map(String::as_str))?;
            }
            print!("{}", String::from_utf8_lossy(&table.finish()?));
        }
    }
    Ok(())
}

async fn adults(config: &Config, cases: &mut Client, school_id: String) -> Result<()> {
    let names = figures::colleagues(config, &school_id).await;
    let asked = ListAdultPatternsRequest { school_id };
    for pattern in heard(cases.list_adult_patterns(chassis::upstream::request(asked)).await)?.patterns {
        let subject = pattern.subject.unwrap_or_default();
        let who =
            if subject.account_id.is_empty() { &subject.name } else { figures::name(&names, &subject.account_id) };
        let review = if pattern.calls_for_review { ": look at them together" } else { "" };
        println!("{who}  {} low-level concerns of late{review}", pattern.low_level_of_late);
        if !pattern.near_names.is_empty() {
            println!("  may be the same adult as: {}", pattern.near_names.join("; "));
        }
        for case in pattern.cases {
            let opened = day(case.create_time.as_ref().and_then(moment));
            println!("  {:12}  {:6}  {opened:10}  {}", case.reference, case.state, case.procedure_title);
        }
    }
    Ok(())
}

fn print_step(step: &CaseStep) {
    let day = day(step.due_time.as_ref().and_then(moment));
    println!("{:8}  {:16}  {day:10}  {:9}  {}", step.step_id, step.state, step.due_word, step.title);
    if !step.waits_for.is_empty() {
        let waits_for = match step.waits_for.as_str() {
            "lado_advice" => "the designated officer (LADO) to answer the referral",
            code => code,
        };
        println!("{:10}waits for {waits_for}", "");
    }
    if !["done", "deviated", "not_needed"].contains(&step.state.as_str()) {
        step.fields.iter().for_each(print_field);
    }
}

fn print_field(field: &StepField) {
    let takes = if field.codes.is_empty() { field.kind.clone() } else { field.codes.join("|") };
    let known = if field.known.is_empty() { String::new() } else { format!(" = {}", field.known) };
    println!("{:10}{} ({takes}){known}", "", field.name);
}

/// What a step records: what is known of each of its fields, and what is said in place of that.
fn recorded(step: &CaseStep, set: &[String]) -> Result<HashMap<String, String>> {
    let known = step.fields.iter().filter(|field| !field.known.is_empty());
    let mut recorded: HashMap<String, String> = known.map(|field| (field.name.clone(), field.known.clone())).collect();
    for text in set {
        let fix = || Error::invalid("set", "Enter a field and what it says, such as reason=…");
        let (field, value) = text.split_once('=').ok_or_else(fix)?;
        recorded.insert(field.trim().to_owned(), value.to_owned());
    }
    Ok(recorded)
}

async fn complete(cases: &mut Client, which: &Which, step_id: String, set: &[String]) -> Result<()> {
    let case = which.load(cases).await?;
    let step = case.steps.iter().find(|step| step.step_id == step_id);
    let step =
        step.ok_or_else(|| Error::invalid("step", "Name a step of this case: `hedgerow cases steps` lists them"))?;
    let asked = CompleteStepRequest {
        school_id: which.school.clone(),
        case_id: which.case.clone(),
        recorded: recorded(step, set)?,
        step_id,
        request_id: client::request_id(),
    };
    let case = heard(cases.complete_step(chassis::upstream::request(asked)).await)?.case.unwrap_or_default();
    println!("{}  left to do: {}", case.reference, case.left_to_do.join(", "));
    Ok(())
}

async fn fact(cases: &mut Client, asked: RecordFactRequest) -> Result<()> {
    let name = asked.name.clone();
    let case = heard(cases.record_fact(chassis::upstream::request(asked)).await)?.case.unwrap_or_default();
    let value = case.facts.iter().find(|fact| fact.name == name).map_or("", |fact| fact.value.as_str());
    println!("{name}  {value}");
    let waits = case.agreements.iter().find(|asked| asked.state == "asked" && asked.fact == name);
    if let Some(asked) = waits {
        println!("{}  waits for a second person: {name} is to be {}", asked.agreement_id, asked.value);
    }
    Ok(())
}

async fn keep(cases: &mut Client, which: Which, part: String, reason: String, everybody: bool) -> Result<()> {
    let case = which.load(cases).await?;
    // What is not said of a part is taken from it: it is sent as it is.
    let now = case.involvements.into_iter().find(|one| one.involvement_id == part).unwrap_or_default();
    let shown_to = if everybody { "everybody" } else { "lead" };
    let asked = UpdateInvolvementRequest {
        school_id: which.school,
        case_id: which.case,
        involvement_id: part.clone(),
        year_group: now.year_group,
        vulnerabilities: now.vulnerabilities,
        reason,
        etag: case.etag,
        request_id: client::request_id(),
        shown_to: shown_to.to_owned(),
        ..UpdateInvolvementRequest::default()
    };
    heard(cases.update_involvement(chassis::upstream::request(asked)).await)?;
    println!("{part}  {shown_to}");
    Ok(())
}

async fn search(cases: &mut Client, school_id: String) -> Result<()> {
    let query = io::read_to_string(io::stdin()).map_err(|e| Error::invalid("query", e.to_string()))?;
    let asked = SearchRecordsRequest { school_id, query: query.trim().to_owned() };
    for record in heard(cases.search_records(chassis::upstream::request(asked)).await)?.records {
        let why = record.why.join(" ");
        println!("{:3}  {:8}  {:30}  {}  ({why})", record.score, record.kind, record.id, record.title);
    }
    Ok(())
}

async fn searches(cases: &mut Client, school_id: String, case_id: String) -> Result<()> {
    let mut asked = ListSearchesRequest { school_id, case_id, page_size: PAGE, page_token: String::new() };
    loop {
        let page = heard(cases.list_searches(chassis::upstream::request(asked.clone())).await)?;
        for one in page.searches {
            let found = if one.found { "found" } else { "nothing" };
            let at = when(one.search_time.as_ref().and_then(moment));
            println!("{at}  {:12}  {:18}  {found:7}  {:30}  {}", one.kind, one.authority, one.search_id, one.case_id);
        }
        asked.page_token = page.next_page_token;
        if asked.page_token.is_empty() {
            return Ok(());
        }
    }
}

async fn looks(config: &Config, cases: &mut Client, school_id: String, record_id: String) -> Result<()> {
    let names = figures::colleagues(config, &school_id).await;
    let mut asked = ListLooksRequest { school_id, record_id, page_size: PAGE, page_token: String::new() };
    loop {
        let page = heard(cases.list_looks(chassis::upstream::request(asked.clone())).await)?;
        for look in page.looks {
            let only = if look.restricted { "  only that there is one" } else { "" };
            println!(
                "{}  {:30}  {}{only}",
                when(look.create_time.as_ref().and_then(moment)),
                figures::name(&names, &look.account_id),
                look.action
            );
        }
        asked.page_token = page.next_page_token;
        if asked.page_token.is_empty() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_records_what_is_known_unless_something_else_is_said() {
        let field =
            |name: &str, known: &str| StepField { name: name.into(), known: known.into(), ..StepField::default() };
        let fields = vec![field("told_by", "A colleague"), field("how", "In writing"), field("reason", "")];
        let step = CaseStep { fields, ..CaseStep::default() };
        let said = recorded(&step, &["how=By telephone, at 9 = nine".into(), "reason=It was late".into()]);
        let mut said: Vec<(String, String)> = said.unwrap_or_default().into_iter().collect();
        said.sort();
        let expected = [("how", "By telephone, at 9 = nine"), ("reason", "It was late"), ("told_by", "A colleague")];
        assert_eq!(said, expected.map(|(field, value)| (field.to_owned(), value.to_owned())));
        assert!(recorded(&step, &["nothing".into()]).is_err());
    }
}
