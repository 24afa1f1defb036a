//! What figures are counted from, as it is announced when entries of registers are added.

use std::time::Duration;

use chassis::{event::Event, testing::Engine};
use proto::{
    access::v1::Role,
    event::v1::{Envelope, RegisterEntryAdded, RegisterMark},
    policy_registry::v1::*,
};

use super::{Tested, world::World};

impl World {
    /// What was announced of entries that are counted, once so much was.
    async fn entries_counted(&self, many: usize) -> Vec<RegisterEntryAdded> {
        let told = || -> Vec<_> {
            let heard = self.heard.0.lock().unwrap();
            let told = heard.iter().filter_map(|envelope| match &envelope.event {
                Some(Event::RegisterEntryAdded(added)) => Some(added.clone()),
                _ => None,
            });
            told.collect()
        };
        for _ in 0..100 {
            if told().len() >= many {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        told()
    }
}

pub(super) async fn checks_are_announced_as_codes(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let publish =
        PublishTemplateRequest { files: Vec::new(), request_id: world.officer.request_id(), based_on_version: 0 };
    world.client(&world.officer)?.publish_template(publish).await?;
    let lead = world.at_school(Role::Dsl);
    let add = |outcome: &str, supersedes: &str, withdrawn: bool| {
        let check = [
            ("on", "2026-11-23"),
            ("by", "The technician"),
            ("kind", "filter"),
            ("device", "A laptop"),
            ("where", "Library"),
            ("user_group", "learner"),
            ("list_tested", "iwf"),
            ("expected", "blocked"),
            ("actual", "blocked"),
            ("outcome", outcome),
            ("actions", "None yet"),
        ];
        let value = |(key, value): &(&str, &str)| RegisterValue { key: (*key).into(), values: vec![(*value).into()] };
        AddRegisterEntryRequest {
            school_id: world.school.clone(),
            register: "filter-checks".into(),
            values: if withdrawn { Vec::new() } else { check.iter().map(value).collect() },
            supersedes: supersedes.into(),
            withdrawn,
            reason: if supersedes.is_empty() { String::new() } else { "It was misread".into() },
            request_id: lead.request_id(),
        }
    };
    let mut client = world.client(&lead)?;
    let first = client.add_register_entry(add("fails", "", false)).await?.into_inner().entry.unwrap_or_default();
    let second = add("works", &first.entry_id, false);
    let second = client.add_register_entry(second).await?.into_inner().entry.unwrap_or_default();
    client.add_register_entry(add("", &second.entry_id, true)).await?;
    let mark = |result: &str| {
        Some(RegisterMark {
            date: "2026-11-23".into(),
            kind: "filter".into(),
            result: result.into(),
            codes: if result == "works" {
                ["learner", "iwf", "device", "where", "blocked"].map(Into::into).to_vec()
            } else {
                ["learner", "iwf", "device", "where"].map(Into::into).to_vec()
            },
            ..RegisterMark::default()
        })
    };
    let told: Vec<_> = world.entries_counted(3).await.into_iter().map(|added| (added.now, added.before)).collect();
    // Each is of an entry of its own, and no order is promised among those.
    let expected = [(mark("fails"), None), (mark("works"), mark("fails")), (None, mark("works"))];
    assert_eq!(told.len(), expected.len());
    assert!(expected.iter().all(|one| told.contains(one)), "{told:?}");
    Ok(())
}

pub(super) async fn what_is_counted_twice_at_one_moment_has_an_order(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let publish =
        PublishTemplateRequest { files: Vec::new(), request_id: world.officer.request_id(), based_on_version: 0 };
    world.client(&world.officer)?.publish_template(publish).await?;
    let lead = world.at_school(Role::Dsl);
    // The clock stands still: nothing but their place tells the later of them.
    for who in ["Robin Alder", "Ash Birch", "Rowan Cedar"] {
        let values = [("who", who), ("course", "online_safety"), ("trained_on", "2026-10-01")];
        let value = |(key, value): (&str, &str)| RegisterValue { key: key.into(), values: vec![value.into()] };
        let add = AddRegisterEntryRequest {
            school_id: world.school.clone(),
            register: "training".into(),
            values: values.map(value).to_vec(),
            request_id: lead.request_id(),
            ..Default::default()
        };
        world.client(&lead)?.add_register_entry(add).await?;
    }
    let told = || -> Vec<Envelope> {
        let heard = world.heard.0.lock().unwrap();
        let of_course = |envelope: &&Envelope| matches!(&envelope.event, Some(Event::RegisterCounted(counted)) if counted.part == "online_safety");
        heard.iter().filter(of_course).cloned().collect()
    };
    for _ in 0..100 {
        if told().len() >= 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let told = told();
    assert!(told.iter().all(|one| one.aggregate_id == world.school), "all are said of one thing: {told:?}");
    let places: std::collections::BTreeSet<u64> = told.iter().map(|one| one.sequence).collect();
    assert_eq!((told.len(), places.len()), (3, 3), "{places:?}");
    Ok(())
}
