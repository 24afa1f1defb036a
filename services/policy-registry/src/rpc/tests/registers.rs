//! The registers that ship, through the wall, on either engine.

use chassis::{
    clock::timestamp,
    testing::{Engine, Person},
};
use proto::{access::v1::Role, policy_registry::v1::*};
use time::Duration;

use super::{
    TEXT, Tested,
    world::{Client, World, refused},
};

/// One school with the template that ships.
struct Keeping {
    world: World,
    head: Person,
}

impl Keeping {
    async fn new(engine: Engine) -> Result<Self, Box<dyn std::error::Error>> {
        let world = World::new(engine).await?;
        let publish =
            PublishTemplateRequest { files: Vec::new(), request_id: world.officer.request_id(), based_on_version: 0 };
        world.client(&world.officer)?.publish_template(publish).await?;
        let head = world.at_school(Role::Head);
        Ok(Self { world, head })
    }

    fn client(&self) -> Client {
        self.world.client(&self.head).unwrap()
    }

    fn request(&self, register: &str, values: &[(&str, &str)]) -> AddRegisterEntryRequest {
        let value = |(key, value): &(&str, &str)| RegisterValue { key: (*key).into(), values: vec![(*value).into()] };
        AddRegisterEntryRequest {
            school_id: self.world.school.clone(),
            register: register.into(),
            values: values.iter().map(value).collect(),
            request_id: self.head.request_id(),
            ..Default::default()
        }
    }

    async fn add(&self, register: &str, values: &[(&str, &str)]) -> Result<RegisterEntry, tonic::Status> {
        let answer = self.client().add_register_entry(self.request(register, values)).await?;
        Ok(answer.into_inner().entry.unwrap())
    }

    async fn definitions(&self) -> Result<Vec<RegisterDefinition>, tonic::Status> {
        let list = ListRegistersRequest { school_id: self.world.school.clone() };
        let registers = self.client().list_registers(list).await?.into_inner().registers;
        Ok(registers.into_iter().filter_map(|register| register.definition).collect())
    }

    async fn entries(&self, register: &str) -> Result<Vec<RegisterEntry>, tonic::Status> {
        let list = ListRegisterEntriesRequest {
            school_id: self.world.school.clone(),
            register: register.into(),
            page_size: 1000,
            ..Default::default()
        };
        Ok(self.client().list_register_entries(list).await?.into_inner().entries)
    }

    async fn asking(&self, answer: &str) -> Result<String, tonic::Status> {
        let values = [
            ("kind", "behaviour"),
            ("title", answer),
            ("version", "1"),
            ("audience", "staff"),
            ("answer", answer),
            ("in_force_from", "2026-09-01"),
            ("review_due", "2027-09-01"),
        ];
        Ok(self.add("linked-policies", &values).await?.entry_id)
    }

    async fn document(&self, version: &str, from: &str) -> Result<RegisterEntry, tonic::Status> {
        let values = [
            ("kind", "acceptable_use"),
            ("title", "Rules for staff"),
            ("version", version),
            ("audience", "staff"),
            ("answer", "accept"),
            ("in_force_from", from),
            ("review_due", "2027-09-01"),
            ("text", "Lock the screen."),
        ];
        self.add("linked-policies", &values).await
    }

    async fn preview(&self, register: &str, content: &[u8]) -> Result<PreviewRegisterImportResponse, tonic::Status> {
        let preview = PreviewRegisterImportRequest {
            school_id: self.world.school.clone(),
            register: register.into(),
            content: content.to_vec().into(),
            request_id: self.head.request_id(),
        };
        Ok(self.client().preview_register_import(preview).await?.into_inner())
    }

    fn import(&self, who: &Person, register: &str, content_hash: &str) -> ImportRegisterRequest {
        ImportRegisterRequest {
            school_id: self.world.school.clone(),
            register: register.into(),
            content_hash: content_hash.into(),
            request_id: who.request_id(),
        }
    }
}

/// Something that every field of a definition may hold.
fn plausible(definition: &RegisterDefinition, references: &[(&str, String)]) -> Vec<RegisterValue> {
    let value = |field: &RegisterField| {
        let values = match field.r#type.as_str() {
            "choices" => field.allowed.clone(),
            "choice" | "role" => field.allowed.first().cloned().into_iter().collect(),
            "date" if field.ahead => vec!["2027-09-01".into()],
            "date" => vec!["2026-09-01".into()],
            "number" => vec!["-3".into()],
            "boolean" => vec!["true".into()],
            "url" => vec!["https://school.example/a,b".into()],
            "site" => vec!["maps.example/a,b".into()],
            "long_text" => vec!["=First line, with \"words\"\nsecond line".into()],
            "entry" => {
                let leads = |key: &str| key == field.refers_to || key == field.refers_if;
                references.iter().rfind(|(key, _)| leads(key)).map(|(_, id)| id.clone()).into_iter().collect()
            }
            _ if field.key == "technical_view" => vec!["Bo Cedar".into()],
            _ => vec!["@Ada Birch".into()],
        };
        // Who has access has it still, and is no child.
        let values = match field.key.as_str() {
            "returned_on" | "taught_until" | "social_media" | "in_place_on" | "reverted_on" | "confirmed_by" => {
                Vec::new()
            }
            "under_13" | "may_be_illegal" => vec!["false".into()],
            _ => values,
        };
        RegisterValue { key: field.key.clone(), values }
    };
    definition.fields.iter().map(value).filter(|value| !value.values.is_empty()).collect()
}

fn sorted(mut values: Vec<RegisterValue>) -> Vec<RegisterValue> {
    values.sort_by(|a, b| a.key.cmp(&b.key));
    values
}

pub(super) async fn every_register_that_ships_is_kept_corrected_exported_and_imported(engine: Engine) -> Tested {
    let keeping = Keeping::new(engine).await?;
    let school = keeping.world.school.clone();
    let risk = [
        ("subject", "Filter"),
        ("kind", "filtering"),
        ("assessed_on", "2026-09-01"),
        ("by", "Ada Birch"),
        ("risks", "Some"),
        ("measures", "Some"),
        ("outcome", "permitted"),
        ("approved_by", "Di Hazel"),
        ("review_on", "2027-09-01"),
    ];
    let references = [
        ("risk-assessments", keeping.add("risk-assessments", &risk).await?.entry_id),
        ("linked-policies", keeping.document("1", "2026-09-01").await?.entry_id),
        ("answer = read", keeping.asking("read").await?),
        ("answer = accept", keeping.asking("accept").await?),
    ];
    let mut client = keeping.client();
    let kept: Vec<_> = keeping.definitions().await?.into_iter().filter(|d| d.kept_as.is_empty()).collect();
    assert_eq!(kept.len(), 28);
    for definition in kept {
        let register = definition.register.clone();
        let values = plausible(&definition, &references);
        let bare = AddRegisterEntryRequest { values: Vec::new(), ..keeping.request(&register, &[]) };
        assert_eq!(refused(client.add_register_entry(bare).await).reason_name(), "INVALID_FIELD", "{register}");
        let add = AddRegisterEntryRequest { values: values.clone(), ..keeping.request(&register, &[]) };
        let first = client.add_register_entry(add).await?.into_inner().entry.unwrap();
        // Who asks is the account that enters it, whatever is sent.
        let sent = |values: &[RegisterValue]| sorted(values.iter().filter(|v| v.key != "asked_by").cloned().collect());
        assert_eq!(sent(&first.values), sent(&values), "{register}");

        // A correction takes its place; the first one is kept, and cannot be corrected a second time.
        let correct = |reason: &str| AddRegisterEntryRequest {
            values: first.values.clone(),
            supersedes: first.entry_id.clone(),
            reason: reason.into(),
            ..keeping.request(&register, &[])
        };
        assert_eq!(refused(client.add_register_entry(correct("")).await).reason_name(), "INVALID_FIELD");
        let second = client.add_register_entry(correct("A slip")).await?.into_inner().entry.unwrap();
        assert_eq!(refused(client.add_register_entry(correct("Again")).await).reason_name(), "WRONG_STATE");
        let standing = keeping.entries(&register).await?;
        assert!(standing.iter().any(|e| e.entry_id == second.entry_id), "{register}");
        assert!(standing.iter().all(|e| e.entry_id != first.entry_id), "{register}");
        let get = GetRegisterEntryRequest {
            school_id: school.clone(),
            register: register.clone(),
            entry_id: first.entry_id.clone(),
        };
        let history = client.get_register_entry(get).await?.into_inner().history;
        let ids: Vec<&str> = history.iter().map(|entry| entry.entry_id.as_str()).collect();
        assert_eq!(ids, [first.entry_id.as_str(), second.entry_id.as_str()]);

        // Out as a table, withdrawn, and back in as it was.
        let export =
            ExportRegisterRequest { school_id: school.clone(), register: register.clone(), ..Default::default() };
        let why = refused(client.export_register(export.clone()).await);
        assert_eq!(why.violations().first().map(|v| v.field.as_str()), Some("purpose"));
        let export = ExportRegisterRequest { purpose: "copy".into(), ..export };
        let table = client.export_register(export).await?.into_inner().content;
        let again = keeping.preview(&register, &table).await?;
        assert_eq!((again.accepted, again.wrong), (0, 0), "{register}: everything stands already");
        let withdraw = AddRegisterEntryRequest {
            supersedes: second.entry_id.clone(),
            withdrawn: true,
            reason: "Entered by mistake".into(),
            ..keeping.request(&register, &[])
        };
        client.add_register_entry(withdraw).await?;
        let preview = keeping.preview(&register, &table).await?;
        assert_eq!((preview.accepted, preview.wrong), (1, 0), "{register}: {:?}", preview.lines);
        let imported = client.import_register(keeping.import(&keeping.head, &register, &preview.content_hash)).await?;
        assert_eq!(imported.into_inner().added, 1);
        let back = keeping.entries(&register).await?;
        assert!(back.iter().any(|e| e.entry_id != first.entry_id && e.values == first.values), "{register}");
    }
    Ok(())
}

pub(super) async fn each_register_says_who_adds_and_reads(engine: Engine) -> Tested {
    let keeping = Keeping::new(engine).await?;
    let world = &keeping.world;
    keeping
        .add("events", &[("on", "2026-11-10"), ("title", "Talk"), ("kind", "assembly"), ("for_whom", "staff")])
        .await?;
    let other = world.add_school("Elmbeck School", "100002").await?;
    let (staff, stranger) = (world.at_school(Role::Staff), world.bed.person(&[(Role::Head, &other)]));
    let list = |register: &str, school: &str| ListRegisterEntriesRequest {
        school_id: school.into(),
        register: register.into(),
        ..Default::default()
    };
    let mut client = world.client(&staff)?;
    let shown = client.list_register_entries(list("events", &world.school)).await?.into_inner();
    assert_eq!((shown.entries.len(), shown.may_add), (1, false));
    // What is entered late is not the newest for that: those of the latest day come first, page after page.
    let earlier = [("on", "2026-09-02"), ("title", "Visit"), ("kind", "assembly"), ("for_whom", "staff")];
    keeping.add("events", &earlier).await?;
    let mut asked = ListRegisterEntriesRequest { page_size: 1, ..list("events", &world.school) };
    let mut days = Vec::new();
    for _ in 0..2 {
        let page = client.list_register_entries(asked.clone()).await?.into_inner();
        let values = page.entries.into_iter().flat_map(|entry| entry.values);
        days.extend(values.filter(|value| value.key == "on").flat_map(|value| value.values));
        asked.page_token = page.next_page_token;
    }
    assert_eq!((days, asked.page_token.as_str()), (vec!["2026-11-10".to_owned(), "2026-09-02".to_owned()], ""));
    for register in ["training", "acceptances"] {
        let denied = refused(client.list_register_entries(list(register, &world.school)).await);
        assert_eq!(denied.reason_name(), "NOT_PERMITTED", "{register}");
    }
    let add = AddRegisterEntryRequest { request_id: staff.request_id(), ..keeping.request("events", &[]) };
    assert_eq!(refused(client.add_register_entry(add).await).reason_name(), "NOT_PERMITTED");
    let all = ListRegistersRequest { school_id: world.school.clone() };
    let seen = client.list_registers(all).await?.into_inner().registers;
    assert!(seen.iter().all(|r| r.definition.as_ref().is_some_and(|d| d.register != "training")));

    // Another school's register, and one that never was.
    let mut foreign = world.client(&stranger)?;
    let theirs = refused(foreign.list_register_entries(list("events", &world.school)).await);
    let nowhere = refused(foreign.list_register_entries(list("events", &world.bed.school())).await);
    assert_eq!((theirs.reason_name(), theirs.to_string()), ("NOT_FOUND", nowhere.to_string()));
    assert_eq!(foreign.list_register_entries(list("events", &other)).await?.into_inner().entries.len(), 0);
    let unknown = refused(keeping.client().list_register_entries(list("spells", &world.school)).await);
    assert_eq!(unknown.reason_name(), "NOT_FOUND");
    let officer = world.client(&world.officer)?.list_register_entries(list("events", &world.school)).await;
    assert_eq!(refused(officer).reason_name(), "NOT_PERMITTED");
    Ok(())
}

pub(super) async fn the_state_of_any_day_is_answered(engine: Engine) -> Tested {
    let keeping = Keeping::new(engine).await?;
    let world = &keeping.world;
    let before = world.bed.now();
    world.bed.clock.advance(Duration::HOUR);
    let first = keeping
        .add("actions", &[("action", "Mend"), ("source", "audit"), ("owner", "Bo Cedar"), ("due_on", "2020-01-01")])
        .await?;
    let open = world.bed.now();
    world.bed.clock.advance(Duration::HOUR);
    let mut done = keeping.request("actions", &[("action", "Mend"), ("source", "audit"), ("owner", "Bo Cedar")]);
    for (key, value) in [("due_on", "2020-01-01"), ("done_on", "2020-01-02")] {
        done.values.push(RegisterValue { key: key.into(), values: vec![value.into()] });
    }
    done.supersedes.clone_from(&first.entry_id);
    done.reason = "Done".into();
    keeping.client().add_register_entry(done).await?;
    let mut counts = Vec::new();
    for at in [Some(before), Some(open), None] {
        let list = ListRegisterFindingsRequest {
            school_id: world.school.clone(),
            register: "actions".into(),
            at_time: at.map(timestamp),
        };
        let findings = keeping.client().list_register_findings(list).await?.into_inner().findings;
        counts.push(findings.iter().filter(|finding| finding.kind == "overdue").count());
    }
    assert_eq!(counts, [0, 1, 0]);
    Ok(())
}

pub(super) async fn staff_accept_in_their_own_name_and_again_on_a_new_version(engine: Engine) -> Tested {
    let keeping = Keeping::new(engine).await?;
    let world = &keeping.world;
    let first = keeping.document("1", "2020-09-01").await?;
    let staff = world.at_school(Role::Staff).named("Farah Siddiqui");
    let access = [
        ("who", "Farah Siddiqui"),
        ("audience", "staff"),
        ("system", "Web filter"),
        ("kind", "filtering"),
        ("individual", "true"),
        ("granted_on", "2020-09-01"),
        ("granted_by", "Ada Birch"),
        ("reviewed_on", "2026-09-01"),
    ];
    keeping.add("access", &access).await?;
    let mut client = world.client(&staff)?;
    let accept = |document: &RegisterEntry| AcceptDocumentRequest {
        school_id: world.school.clone(),
        document_id: document.entry_id.clone(),
        request_id: staff.request_id(),
    };
    let duties = ListMyDutiesRequest { school_id: world.school.clone() };
    let open = |duties: Vec<Duty>| {
        duties
            .into_iter()
            .filter(|d| d.kind == "accept" && d.done_date.is_empty())
            .map(|d| d.version)
            .collect::<Vec<_>>()
    };
    assert_eq!(open(client.list_my_duties(duties.clone()).await?.into_inner().duties), ["1"]);
    let once = accept(&first);
    let answered = client.accept_document(once.clone()).await?.into_inner().entry.unwrap();
    assert_eq!(client.accept_document(once).await?.into_inner().entry.unwrap().entry_id, answered.entry_id);
    assert_eq!(refused(client.accept_document(accept(&first)).await).reason_name(), "ALREADY_EXISTS");
    assert!(open(client.list_my_duties(duties.clone()).await?.into_inner().duties).is_empty());

    let second = keeping.document("2", "2021-09-01").await?;
    assert_eq!(open(client.list_my_duties(duties.clone()).await?.into_inner().duties), ["2"]);
    assert_eq!(refused(client.accept_document(accept(&first)).await).reason_name(), "WRONG_STATE");
    let findings = ListRegisterFindingsRequest { school_id: world.school.clone(), ..Default::default() };
    let coverage = keeping.client().list_register_findings(findings.clone()).await?.into_inner().coverage;
    assert_eq!(coverage.iter().map(|c| (c.version.as_str(), c.answered)).collect::<Vec<_>>(), [("2", 0)]);
    let open = |findings: &[RegisterFinding]| findings.iter().filter(|f| f.code == "acceptances.due").count();
    let before = keeping.client().list_register_findings(findings.clone()).await?.into_inner();
    assert_eq!(open(&before.findings), 1);
    client.accept_document(accept(&second)).await?;
    let after = keeping.client().list_register_findings(findings).await?.into_inner();
    assert_eq!(after.coverage.iter().map(|c| (c.answered, c.due, c.others)).collect::<Vec<_>>(), [(1, 1, 0)]);
    assert_eq!(open(&after.findings), 0, "an acceptance under an account answers for the name on the list");
    // Staff have no part in what governors answer.
    let governor = world.at_school(Role::Governor);
    let theirs = AcceptDocumentRequest { request_id: governor.request_id(), ..accept(&second) };
    assert_eq!(refused(world.client(&governor)?.accept_document(theirs).await).reason_name(), "NOT_FOUND");
    Ok(())
}

pub(super) async fn a_file_is_imported_whole_and_by_whoever_previewed_it(engine: Engine) -> Tested {
    let keeping = Keeping::new(engine).await?;
    let world = &keeping.world;
    let rows: String = (0..450).map(|n| format!("Person {n},online_safety,2026-09-{:02}\r\n", n % 28 + 1)).collect();
    let head = "Name or account,Course,Trained on\r\n";
    let wrong = keeping.preview("training", format!("{head}{rows}Person,dancing,soon\r\n").as_bytes()).await?;
    assert_eq!((wrong.accepted, wrong.wrong, wrong.content_hash.as_str()), (450, 1, ""));
    let line = wrong.lines.first().unwrap();
    let columns: Vec<&str> = line.problems.iter().map(|problem| problem.column.as_str()).collect();
    assert_eq!((line.line, columns), (452, vec!["Course", "Trained on"]));
    let preview = keeping.preview("training", format!("{head}{rows}").as_bytes()).await?;
    assert!(keeping.entries("training").await?.is_empty(), "a preview adds nothing");
    let dsl = world.at_school(Role::Dsl);
    let theirs = keeping.import(&dsl, "training", &preview.content_hash);
    assert_eq!(refused(world.client(&dsl)?.import_register(theirs).await).reason_name(), "INVALID_FIELD");
    let elsewhere = keeping.import(&keeping.head, "events", &preview.content_hash);
    assert_eq!(refused(keeping.client().import_register(elsewhere).await).reason_name(), "INVALID_FIELD");
    let import = keeping.import(&keeping.head, "training", &preview.content_hash);
    for _ in 0..2 {
        let imported = keeping.client().import_register(import.clone()).await?.into_inner();
        assert_eq!((imported.added, imported.duplicates), (450, 0));
    }
    assert_eq!(keeping.entries("training").await?.len(), 450);
    let bad = keeping.preview("training", b"Name or account;Course\n").await;
    assert_eq!(refused(bad).violations().first().map(|v| v.field.clone()).as_deref(), Some("content"));
    let late = keeping.preview("training", format!("{head}Late,induction,2026-09-01\r\n").as_bytes()).await?;
    world.bed.clock.advance(Duration::hours(25));
    let late = keeping.import(&keeping.head, "training", &late.content_hash);
    assert_eq!(refused(keeping.client().import_register(late).await).reason_name(), "INVALID_FIELD");
    Ok(())
}

pub(super) async fn what_two_do_at_once_is_done_once(engine: Engine) -> Tested {
    let keeping = Keeping::new(engine).await?;
    let world = &keeping.world;
    let (dsl, staff) = (world.at_school(Role::Dsl), world.at_school(Role::Staff));
    let draft = world.import(TEXT).await?;
    let open = OpenConsultationRequest {
        school_id: world.school.clone(),
        instance_id: draft.instance_id.clone(),
        until_date: (world.bed.now().date() + Duration::days(7)).to_string(),
        etag: draft.etag.clone(),
        request_id: dsl.request_id(),
    };
    world.client(&dsl)?.open_consultation(open).await?;
    for (round, audience) in ["staff", "learner", "parent", "governor"].into_iter().enumerate() {
        // Two send in what a group says: the register of who was asked has the group once.
        let comment = || AddCommentRequest {
            school_id: world.school.clone(),
            instance_id: draft.instance_id.clone(),
            audience: audience.into(),
            text: "It reads well.".into(),
            request_id: dsl.request_id(),
            ..Default::default()
        };
        let (mut one, mut two) = (world.client(&dsl)?, world.client(&dsl)?);
        let (first, second) = tokio::join!(one.add_comment(comment()), two.add_comment(comment()));
        first.and(second)?;
        assert_eq!(keeping.entries("consultations").await?.len(), round + 1);
        // A file is imported by two clicks at once.
        let rows = format!("Name or account,Course,Trained on\r\nPerson {round},induction,2026-09-01\r\n");
        let hash = keeping.preview("training", rows.as_bytes()).await?.content_hash;
        let import = || keeping.import(&keeping.head, "training", &hash);
        let (mut one, mut two) = (keeping.client(), keeping.client());
        let (first, second) = tokio::join!(one.import_register(import()), two.import_register(import()));
        assert_ne!(first.is_ok(), second.is_ok());
        assert_eq!(keeping.entries("training").await?.len(), round + 1);
        // Somebody accepts a document twice at once.
        let document = keeping.document(&round.to_string(), &format!("202{round}-09-01")).await?;
        let accept = || AcceptDocumentRequest {
            school_id: world.school.clone(),
            document_id: document.entry_id.clone(),
            request_id: staff.request_id(),
        };
        let (mut one, mut two) = (world.client(&staff)?, world.client(&staff)?);
        let (first, second) = tokio::join!(one.accept_document(accept()), two.accept_document(accept()));
        let refusal = refused(if first.is_ok() { second } else { first });
        assert_eq!(refusal.reason_name(), "ALREADY_EXISTS");
    }
    Ok(())
}

pub(super) async fn a_file_is_shown_line_by_line_with_what_would_be_found(engine: Engine) -> Tested {
    let keeping = Keeping::new(engine).await?;
    let lead = [("who", "Ada Birch"), ("role", "dsl"), ("from", "2024-09-01"), ("senior_leader", "true")];
    let first = keeping.add("appointments", &lead).await?;
    let again = refused(keeping.client().add_register_entry(keeping.request("appointments", &lead)).await);
    assert_eq!(again.reason_name(), "ALREADY_EXISTS");
    let deputy =
        keeping.add("appointments", &[("who", "Cy Elder"), ("role", "deputy_dsl"), ("from", "2024-09-01")]).await?;
    // Correcting one into what another one says leaves two of a kind, which is refused too.
    let mut correct = keeping.request("appointments", &lead);
    correct.supersedes.clone_from(&deputy.entry_id);
    correct.reason = "A slip".into();
    assert_eq!(refused(keeping.client().add_register_entry(correct).await).reason_name(), "ALREADY_EXISTS");
    let table = "Name or account,Role,From,Member of the leadership team\n\
        Bo Cedar,senco,2025-09-01,\n\
        Ed Larch,dsl,2025-09-01,yes\n\
        Ada Birch,dsl,01/09/2024,yes\n\
        Di Hazel,chair,2024-09-01,\n\
        Di Hazel,chair,2024-09-01,\n";
    let preview = keeping.preview("appointments", table.as_bytes()).await?;
    assert_eq!((preview.accepted, preview.duplicates, preview.wrong), (2, 2, 1));
    let who = |line: &RegisterImportLine| {
        let value = line.values.iter().find(|value| value.key == "who").and_then(|value| value.values.first());
        (line.line, line.outcome.clone(), value.cloned().unwrap_or_default(), line.repeats_line)
    };
    let row = |line, outcome: &str, who: &str, repeats| (line, outcome.to_owned(), who.to_owned(), repeats);
    assert_eq!(
        preview.lines.iter().map(who).collect::<Vec<_>>(),
        [
            row(3, "wrong", "", 0),
            row(2, "accepted", "Bo Cedar", 0),
            row(5, "accepted", "Di Hazel", 0),
            row(4, "duplicate", "Ada Birch", 0),
            row(6, "duplicate", "Di Hazel", 5),
        ]
    );
    assert!(preview.findings.iter().all(|found| found.code != "appointments.vacant"), "no finding is said again");
    assert_eq!(keeping.entries("appointments").await?.len(), 2);
    assert_eq!(first.account_name, "");
    Ok(())
}

pub(super) async fn no_policy_is_approved_while_a_way_to_report_is_missing(engine: Engine) -> Tested {
    let keeping = Keeping::new(engine).await?;
    let draft = keeping.world.import(TEXT).await?;
    let approve = || ApproveInstanceRequest {
        school_id: keeping.world.school.clone(),
        instance_id: draft.instance_id.clone(),
        etag: draft.etag.clone(),
        request_id: keeping.head.request_id(),
    };
    let way = |reach| {
        let said = [("for_whom", "learners"), ("name", "N"), ("about", "any"), ("contact", "C")];
        [&[("reach", reach), ("checked_on", "2026-01-05")][..], &said].concat()
    };
    for (reach, left) in [("school", "local, national"), ("national", "local")] {
        keeping.add("reporting-routes", &way(reach)).await?;
        let shut = refused(keeping.client().approve_instance(approve()).await);
        assert_eq!((shut.reason_name(), shut.metadata("gate")), ("GATE_SHUT", Some("G-CHANNELS")));
        assert!(shut.message().ends_with(left), "{shut}");
    }
    keeping.add("reporting-routes", &way("local")).await?;
    let approved = keeping.client().approve_instance(approve()).await?.into_inner().instance.unwrap();
    assert_eq!(approved.state(), InstanceState::Approved);
    Ok(())
}
