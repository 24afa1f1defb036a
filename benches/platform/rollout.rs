//! A template version with 20 changes on its way into 1,000 tailored policies of 700 lines: merged and stored on
//! PostgreSQL end to end, and the merging alone against `diffy` and `git merge-file` on the same texts.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use chassis::testing::{self, Bed, Engine};
use policy_registry::{
    document::Document,
    effective::Values,
    instance::{Clause, Instance, Source, State, Tailoring},
    rollout::{merge::merge, plan::Plan},
    school::School,
    template::{self, SourceFile, Template, model::model_files},
};
use proto::{
    access::v1::Role,
    policy_registry::v1::{
        CreateSchoolRequest, GetRolloutRequest, PreviewRolloutRequest, PublishTemplateRequest, StartRolloutRequest,
        policy_registry_client::PolicyRegistryClient,
    },
};
use sea_orm::{ConnectionTrait as _, Statement};

use crate::{Result, figures::ms};

/// Schools.
const SCHOOLS: usize = 1_000;
/// Clauses of the template, a line each.
const LINES: usize = 700;
/// Clauses each school adapts, leaves out and adds.
const TAILORED: (usize, usize, usize) = (10, 3, 2);
/// What the template changes: clauses reworded, removed and added.
const CHANGES: (usize, usize, usize) = (14, 3, 3);
/// The longest a roll-out may take to settle before the benchmark gives up.
const LONGEST: Duration = Duration::from_secs(300);

/// Numbers that look drawn, the same ones every time.
struct Drawn(u64);

impl Drawn {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % end.max(1)
    }
}

/// Calls an rpc of the registry as somebody.
macro_rules! registry {
    ($who:expr, $rpc:ident, $request:expr) => {
        PolicyRegistryClient::new($who.to("policy-registry")?)
            .max_decoding_message_size(chassis::serve::MAX_MESSAGE)
            .max_encoding_message_size(chassis::serve::MAX_MESSAGE)
            .$rpc($request)
            .await?
            .into_inner()
    };
}

/// Prints both.
pub async fn measure() -> Result<()> {
    let (base_files, next_files) = (files(false)?, files(true)?);
    let (base, theirs) = (loaded(&base_files)?, loaded(&next_files)?);
    let plan = Plan::new(&base, &theirs);
    println!("roll-out: {} clauses, {} changes, {SCHOOLS} schools", base.clauses().count(), plan.clauses.len());
    let own: Vec<Instance> = (0..SCHOOLS).map(|nth| tailored(&base, nth)).collect::<Result<_>>()?;
    alone(&base, &theirs, &plan, &own)?;
    stored(&base_files, &next_files, &own).await
}

/// The model template, filled up to as many clauses as are wanted; or its next version.
fn files(next: bool) -> Result<Vec<SourceFile>> {
    let mut files = model_files();
    let there = loaded(&files)?.clauses().count();
    let missing = LINES.saturating_sub(there);
    let sections: Vec<usize> = (0..files.len())
        .filter(|at| files[*at].name.starts_with("clauses/") && files[*at].name.ends_with(".md"))
        .collect();
    let (reworded, removed, added) = CHANGES;
    let every = missing / (reworded + removed);
    let mut changed = 0;
    for nth in 0..missing {
        let file = &mut files[sections[nth % sections.len()]];
        let section = file.name.trim_start_matches("clauses/").trim_end_matches(".md").to_owned();
        let mut text = sentence(nth);
        if next && nth % every == every / 2 && changed < reworded + removed {
            changed += 1;
            if changed > reworded {
                continue;
            }
            text = text.replace("every term", "twice a term");
        }
        add(file, &section, &format!("more-{nth}"), &text);
    }
    if next {
        for nth in 0..added {
            let file = &mut files[sections[nth * 7 % sections.len()]];
            let section = file.name.trim_start_matches("clauses/").trim_end_matches(".md").to_owned();
            add(file, &section, &format!("new-{nth}"), &sentence(10_000 + nth));
        }
    }
    Ok(files)
}

fn add(file: &mut SourceFile, section: &str, id: &str, text: &str) {
    let clause = format!("\n## {section}.{id}\n> requirements: R-001\n{text}\n");
    file.content.extend_from_slice(clause.as_bytes());
}

fn sentence(nth: usize) -> String {
    const WHO: [&str; 7] =
        ["The lead", "Every teacher", "The office", "A governor", "The technician", "Each tutor", "The head"];
    const WHAT: [&str; 5] = ["looks through", "writes down", "goes over", "checks", "signs off"];
    format!(
        "{} {} item {nth} of the list with a colleague every term, and keeps what was found where staff can see it.",
        WHO[nth % WHO.len()],
        WHAT[nth % WHAT.len()]
    )
}

fn loaded(files: &[SourceFile]) -> Result<Template> {
    template::load(files)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n").into())
}

/// A school's policy: the template's, with a few clauses adapted, left out and added.
fn tailored(base: &Template, nth: usize) -> Result<Instance> {
    let mut drawn = Drawn(u64::try_from(nth)? + 1);
    let clock = chassis::clock::ManualClock::new(time::macros::datetime!(2026-11-24 09:00 UTC));
    let ids = chassis::id::Ids::new(clock);
    let school: School = serde_json::from_value(serde_json::json!({
        "id": ids.next::<chassis::id::SchoolId>().to_string(), "name": format!("School {nth}"), "kind": "primary",
        "urn": "100001", "key_stages": ["KS1"], "created_at": "2026-11-24T09:00:00Z"
    }))?;
    let document = Document::parse("# Aims\n\n- We aim.\n");
    let source = Source {
        school: &school,
        document: &document,
        name: "policy.txt",
        template: base,
        template_version: 1,
        register: None,
    };
    let at = time::macros::datetime!(2026-11-24 09:00 UTC);
    let mut instance = Instance::draft(ids.next(), 1, &source, at);
    instance.findings.clear();
    let clause = |template_clause: Option<&str>, section: &str, tailoring, text: String, key: String| Clause {
        template_clause: template_clause.map(str::to_owned),
        section: section.to_owned(),
        tailoring,
        text,
        line: 0,
        score: 0,
        key,
        level: 0,
        title: String::new(),
        reason: String::new(),
    };
    instance.clauses = base
        .clauses()
        .map(|(section, c)| clause(Some(&c.id), &section.id, Tailoring::Adopted, String::new(), c.id.clone()))
        .collect();
    let values = Values::of(&instance, base, None);
    let lines: Vec<&template::Clause> = base.clauses().map(|(_, clause)| clause).collect();
    let (adapted, omitted, added) = TAILORED;
    for _ in 0..adapted {
        let at = drawn.below(lines.len());
        let text = flat(&values.fill(base, &lines[at].text));
        let mut words: Vec<&str> = text.split(' ').collect();
        let place = drawn.below(words.len());
        words[place] = "our";
        let own = &mut instance.clauses[at];
        (own.tailoring, own.text, own.reason) = (Tailoring::Adapted, words.join(" "), "It suits us".to_owned());
    }
    for _ in 0..omitted {
        let own = &mut instance.clauses[drawn.below(lines.len())];
        if own.tailoring == Tailoring::Adopted {
            (own.tailoring, own.reason) = (Tailoring::Omitted, "We have none of it".to_owned());
        }
    }
    for more in 0..added {
        let section = &base.sections[drawn.below(base.sections.len())].id;
        let text = format!("Here at school {nth} we do a thing of our own, number {more}.");
        instance.clauses.push(clause(None, section, Tailoring::Added, text, format!("own-{more}")));
    }
    instance.state = State::InForce;
    instance.effective_at = Some(at);
    Ok(instance)
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A policy as lines, the way it would be printed.
fn rendered(template: &Template, own: &Instance) -> String {
    let values = Values::of(own, template, None);
    let mut lines = String::new();
    let mut line = |text: &str| {
        lines.push_str(&flat(text));
        lines.push('\n');
    };
    for section in &template.sections {
        for clause in &section.clauses {
            let here = own.clauses.iter().find(|own| own.template_clause.as_deref() == Some(&clause.id));
            match here.map(|own| (own.tailoring, own.text.as_str())) {
                Some((Tailoring::Omitted, _)) => {}
                Some((Tailoring::Adapted, text)) => line(text),
                _ => line(&values.fill(template, &clause.text)),
            }
        }
        for own in own.clauses.iter().filter(|own| own.tailoring == Tailoring::Added && own.section == section.id) {
            line(&own.text);
        }
    }
    lines
}

/// The merging by itself, ours and theirs, on the same policies.
fn alone(base: &Template, theirs: &Template, plan: &Plan<'_>, own: &[Instance]) -> Result<()> {
    let mut merged = own.to_vec();
    let begun = Instant::now();
    for instance in &mut merged {
        merge(instance, plan, None, None);
    }
    let ours = begun.elapsed() / u32::try_from(own.len())?;
    let asking = merged.iter().filter(|instance| !instance.proposals.is_empty()).count();
    let questions: Vec<_> = merged.iter().flat_map(|instance| &instance.proposals).collect();
    let real = questions.iter().filter(|q| q.base != q.template && q.own != q.template && q.own != q.base).count();
    let ready = questions.iter().filter(|q| !q.suggested.is_empty()).count();

    let bare = |template: &Template, own: &Instance| {
        let mut bare = own.clone();
        bare.clauses.clear();
        rendered(template, &bare)
    };
    let texts: Vec<[String; 3]> =
        own.iter().map(|own| [bare(base, own), rendered(base, own), bare(theirs, own)]).collect();
    let begun = Instant::now();
    let conflicted = texts.iter().filter(|[base, own, theirs]| diffy::merge(base, own, theirs).is_err()).count();
    let diffy = begun.elapsed() / u32::try_from(own.len())?;

    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name);
    let (mut git, mut refused) = (Duration::ZERO, 0);
    for [base, own, theirs] in &texts {
        for (name, text) in [("base", base), ("own", own), ("theirs", theirs)] {
            std::fs::write(path(name), text)?;
        }
        let mut command = Command::new("git");
        command.arg("merge-file").arg("-p").args([path("own"), path("base"), path("theirs")]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let begun = Instant::now();
        let status = command.status()?;
        git += begun.elapsed();
        refused += usize::from(!status.success());
    }
    let git = git / u32::try_from(own.len())?;
    let times = |other: Duration| other.as_secs_f64() / ours.as_secs_f64();
    println!(
        "merging alone, n = {}: {} a policy; diffy {}, git merge-file {}",
        own.len(),
        ms(ours),
        ms(diffy),
        ms(git)
    );
    println!("merging alone: {:.1} times diffy (at least 3), {:.1} times git (at least 20)", times(diffy), times(git));
    println!(
        "copies with a question: {asking}; conflicted with diffy {conflicted}, with git {refused} (at most half of theirs)"
    );
    println!(
        "questions: {}, of which {real} where school and template changed the same clause, each its own way, or one of them took it out; {ready} with both changes put together",
        questions.len()
    );
    Ok(())
}

/// The same through the service, onto PostgreSQL.
async fn stored(base: &[SourceFile], next: &[SourceFile], own: &[Instance]) -> Result<()> {
    let mut bed = Bed::new(Engine::Postgres)?;
    let setup = bed.setup("policy-registry").await?;
    let database = setup.database.clone();
    let running = policy_registry::start(setup).await?;
    bed.add(&running);
    let officer = bed.person(&[(Role::AuthorityOfficer, "")]);
    let wire = |files: &[SourceFile]| {
        let file = |f: &SourceFile| proto::policy_registry::v1::SourceFile {
            name: f.name.clone(),
            content: f.content.clone().into(),
        };
        files.iter().map(file).collect::<Vec<_>>()
    };
    let publish =
        |files| PublishTemplateRequest { files: wire(files), request_id: officer.request_id(), based_on_version: 0 };
    registry!(officer, publish_template, publish(base));
    let server = testing::server("POSTGRES")?;
    let name = database.url.rsplit('/').next().unwrap_or_default();
    let owner = sea_orm::Database::connect(format!("{server}/{name}")).await?;
    for (nth, own) in own.iter().enumerate() {
        let school = CreateSchoolRequest {
            name: format!("School {nth}"),
            kind: "primary".into(),
            urn: format!("{:06}", 100_000 + nth),
            key_stages: vec!["KS1".into()],
            request_id: officer.request_id(),
        };
        let id = registry!(officer, create_school, school).school.unwrap_or_default().school_id;
        let mut own = own.clone();
        own.school = id.parse().map_err(|_| "a school without an id")?;
        let insert = "INSERT INTO instance (id, school_id, version, revision, effective_us, superseded_us, body, state) \
                      VALUES ($1, $2, 1, 1, $3, NULL, $4, 'in_force')";
        let effective = own.effective_at.map_or(0, |at| at.unix_timestamp() * 1_000_000);
        let values = [own.id.to_string().into(), id.into(), effective.into(), serde_json::to_vec(&own)?.into()];
        owner.execute_raw(Statement::from_sql_and_values(sea_orm::DatabaseBackend::Postgres, insert, values)).await?;
    }
    registry!(officer, publish_template, publish(next));

    let begun = Instant::now();
    let preview = registry!(officer, preview_rollout, PreviewRolloutRequest::default());
    println!(
        "preview of {} schools: {:.2} s, {} questions",
        preview.schools.len(),
        begun.elapsed().as_secs_f64(),
        preview.proposals
    );

    let start = StartRolloutRequest {
        statutory_by_date: "2027-03-27".into(),
        request_id: officer.request_id(),
        ..StartRolloutRequest::default()
    };
    let begun = Instant::now();
    let rollout_id = registry!(officer, start_rollout, start).rollout.unwrap_or_default().rollout_id;
    let done = loop {
        let get = GetRolloutRequest { rollout_id: rollout_id.clone() };
        let rollout = registry!(officer, get_rollout, get).rollout.unwrap_or_default();
        if rollout.state == "done" {
            break rollout;
        }
        if begun.elapsed() > LONGEST {
            return Err("the roll-out did not end".into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    println!(
        "roll-out stored on PostgreSQL end to end (under 5 s): {:.2} s for {} drafts with {} questions",
        begun.elapsed().as_secs_f64(),
        done.merged,
        done.proposals
    );
    owner.close().await?;
    Ok(())
}
