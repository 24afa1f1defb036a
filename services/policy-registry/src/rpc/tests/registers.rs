//! Every register of the shipped template that is kept here holds to the same: what is added is read back, corrected
//! without loss, exported, withdrawn and imported again.

use std::collections::BTreeMap;

use chassis::testing::Engine;
use proto::{access::v1::Role, policy_registry::v1::*};

use super::{Tested, World, refused};

/// A value that a field takes.
fn value(field: &RegisterField, entries: &BTreeMap<String, String>) -> Option<String> {
    Some(match field.r#type.as_str() {
        "choice" | "choices" | "role" => field.allowed.first()?.clone(),
        "date" => "2026-11-02".to_owned(),
        "number" => "3".to_owned(),
        "boolean" => "true".to_owned(),
        "url" => "https://www.example.org/page".to_owned(),
        "entry" => entries.get(&field.refers_to)?.clone(),
        _ => format!("{} of the entry", field.title),
    })
}

fn values(definition: &RegisterDefinition, entries: &BTreeMap<String, String>) -> Vec<RegisterValue> {
    let given =
        |field: &RegisterField| Some(RegisterValue { key: field.key.clone(), values: vec![value(field, entries)?] });
    definition.fields.iter().filter_map(given).collect()
}

fn sorted(mut values: Vec<RegisterValue>) -> Vec<RegisterValue> {
    values.sort_by(|a, b| a.key.cmp(&b.key));
    values
}

pub(super) async fn every_register_keeps_corrects_exports_and_imports_an_entry(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let shipped = PublishTemplateRequest { files: Vec::new(), request_id: world.officer.request_id() };
    world.client(&world.officer)?.publish_template(shipped).await?;
    let roles =
        [Role::Dsl, Role::Head, Role::It, Role::Governor, Role::Staff].map(|role| (role, world.school.as_str()));
    let person = world.bed.person(&roles);
    let mut client = world.client(&person)?;
    let all = ListRegistersRequest { school_id: world.school.clone() };
    let all = client.list_registers(all).await?.into_inner().registers;
    let mut waiting: Vec<_> = all.into_iter().filter(|r| r.may_add).filter_map(|r| r.definition).collect();
    waiting.retain(|definition| definition.kept_as.is_empty());
    assert!(waiting.len() > 20, "{} registers are kept here", waiting.len());
    // A register that points into another comes after it.
    let mut entries: BTreeMap<String, String> = BTreeMap::new();
    while !waiting.is_empty() {
        let ready = |definition: &RegisterDefinition| {
            let mut targets = definition.fields.iter().filter(|field| field.r#type == "entry" && field.required);
            targets.all(|field| entries.contains_key(&field.refers_to))
        };
        let next = waiting.iter().position(ready).ok_or("registers point at one another in a circle")?;
        let definition = waiting.remove(next);
        let entry = round_trip(&world, &person, &definition, &entries).await?;
        entries.insert(definition.register, entry);
    }
    Ok(())
}

async fn round_trip(
    world: &World,
    person: &chassis::testing::Person,
    definition: &RegisterDefinition,
    entries: &BTreeMap<String, String>,
) -> Result<String, Box<dyn std::error::Error>> {
    let mut client = world.client(person)?;
    let (school_id, register) = (world.school.clone(), definition.register.clone());
    let add = |supersedes: &str, withdrawn: bool, values: Vec<RegisterValue>| AddRegisterEntryRequest {
        school_id: school_id.clone(),
        register: register.clone(),
        values,
        supersedes: supersedes.to_owned(),
        withdrawn,
        reason: if supersedes.is_empty() { String::new() } else { "It was mistyped".to_owned() },
        request_id: person.request_id(),
    };
    let wanted = sorted(values(definition, entries));
    let added = client.add_register_entry(add("", false, wanted.clone())).await;
    let first = added.map_err(|e| format!("{register}: {e:?}"))?.into_inner().entry.unwrap_or_default();
    let corrected = client.add_register_entry(add(&first.entry_id, false, wanted.clone())).await?.into_inner();
    let corrected = corrected.entry.unwrap_or_default();
    assert_eq!(sorted(corrected.values.clone()), wanted, "{register}");
    let again = refused(client.add_register_entry(add(&first.entry_id, false, wanted.clone())).await);
    assert_eq!(again.reason_name(), "WRONG_STATE", "{register}: what was corrected is not corrected again");
    let get = GetRegisterEntryRequest {
        school_id: school_id.clone(),
        register: register.clone(),
        entry_id: corrected.entry_id.clone(),
    };
    let got = client.get_register_entry(get).await?.into_inner();
    assert_eq!(got.entry.map(|entry| sorted(entry.values)), Some(wanted.clone()), "{register}");
    assert!(got.history.iter().any(|entry| entry.entry_id == first.entry_id), "{register}: nothing is lost");

    let export = ExportRegisterRequest { school_id: school_id.clone(), register: register.clone(), at_time: None };
    let file = client.export_register(export).await?.into_inner().content;
    client.add_register_entry(add(&corrected.entry_id, true, Vec::new())).await?;
    let preview = PreviewRegisterImportRequest {
        school_id: school_id.clone(),
        register: register.clone(),
        content: file,
        request_id: person.request_id(),
    };
    let preview = client.preview_register_import(preview).await?.into_inner();
    assert!(preview.lines.iter().all(|line| line.problems.is_empty()), "{register}: {:?}", preview.lines);
    let import = ImportRegisterRequest {
        school_id: school_id.clone(),
        register: register.clone(),
        content_hash: preview.content_hash,
        request_id: person.request_id(),
    };
    assert_eq!(client.import_register(import).await?.into_inner().added, 1, "{register}");
    let list = ListRegisterEntriesRequest { school_id, register: register.clone(), ..Default::default() };
    let listed = client.list_register_entries(list).await?.into_inner().entries;
    let [imported] = listed.as_slice() else { return Err(format!("{register}: {} stand", listed.len()).into()) };
    assert_eq!(sorted(imported.values.clone()), wanted, "{register}: exported and imported, it is the same");
    Ok(imported.entry_id.clone())
}
