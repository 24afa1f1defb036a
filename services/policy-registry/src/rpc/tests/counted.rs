//! What figures are counted from, as it is announced when entries of registers are added.

use std::time::Duration;

use chassis::{event::Event, testing::Engine};
use proto::{
    access::v1::Role,
    event::v1::{RegisterEntryAdded, RegisterMark},
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
            codes: ["learner", "iwf", "device", "where"].map(Into::into).to_vec(),
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
