//! Registers in which somebody asks and somebody else decides, through the wall.

use std::time::Duration;

use chassis::{event::Event, testing::Engine};
use proto::{access::v1::Role, event::v1::RegisterRequestDecided, policy_registry::v1::*};

use super::{
    Tested,
    world::{World, refused},
};

const REGISTER: &str = "unblock-requests";

fn values(pairs: &[(&str, &str)]) -> Vec<RegisterValue> {
    pairs.iter().map(|(key, value)| RegisterValue { key: (*key).into(), values: vec![(*value).into()] }).collect()
}

/// What one field holds.
fn held<'a>(entry: &'a RegisterEntry, key: &str) -> &'a str {
    let value = entry.values.iter().find(|value| value.key == key);
    value.and_then(|value| value.values.first()).map_or("", String::as_str)
}

impl World {
    /// What was announced of requests, once so much was: the register, the decision, who had asked.
    async fn requests(&self, many: usize) -> Vec<(String, String, String)> {
        let told = || -> Vec<_> {
            let heard = self.heard.0.lock().unwrap();
            let told = heard.iter().filter_map(|envelope| match &envelope.event {
                Some(Event::RegisterRequestMade(made)) => Some((made.register.clone(), String::new(), String::new())),
                Some(Event::RegisterRequestDecided(decided)) => {
                    let RegisterRequestDecided { register, decision, asked_by_account_id } = decided.clone();
                    Some((register, decision, asked_by_account_id))
                }
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

pub(super) async fn a_governor_confirms_a_review_in_their_own_name_and_nobody_else_does(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let publish =
        PublishTemplateRequest { files: Vec::new(), request_id: world.officer.request_id(), based_on_version: 0 };
    world.client(&world.officer)?.publish_template(publish).await?;
    let (lead, governor, it) = (world.at_school(Role::Dsl), world.at_school(Role::Governor), world.at_school(Role::It));
    let send = |who: &chassis::testing::Person, entry: &[(&str, &str)], supersedes: &str| AddRegisterEntryRequest {
        school_id: world.school.clone(),
        register: "filter-reviews".into(),
        values: values(entry),
        supersedes: supersedes.into(),
        reason: if supersedes.is_empty() { String::new() } else { "It was confirmed".into() },
        request_id: who.request_id(),
        ..Default::default()
    };
    let review = [
        ("on", "2026-11-10"),
        ("why_now", "yearly"),
        ("took_part", "dsl"),
        ("suits", "S"),
        ("blocked_and_why", "B"),
        ("reports", "R"),
        ("outcome", "O"),
    ];
    let forged = [&review[..], &[("confirmed_by", "The governor"), ("confirmed_on", "2026-11-11")]].concat();
    let refusal = refused(world.client(&lead)?.add_register_entry(send(&lead, &forged, "")).await);
    assert_eq!(refusal.violations().first().map(|wrong| wrong.field.as_str()), Some("confirmed_by"), "{refusal}");
    let entry = world.client(&lead)?.add_register_entry(send(&lead, &review, "")).await?.into_inner();
    let entry = entry.entry.unwrap_or_default().entry_id;
    let denied = refused(world.client(&it)?.add_register_entry(send(&it, &[], &entry)).await);
    assert_eq!(denied.reason_name(), "NOT_PERMITTED");
    let denied = refused(world.client(&governor)?.add_register_entry(send(&governor, &review, "")).await);
    assert_eq!(denied.reason_name(), "NOT_PERMITTED", "they record none themselves");
    let confirm = send(&governor, &[], &entry);
    let confirmed = world.client(&governor)?.add_register_entry(confirm).await?.into_inner().entry.unwrap_or_default();
    assert_eq!((held(&confirmed, "confirmed_by"), held(&confirmed, "outcome")), (&*governor.account_id, "O"));
    Ok(())
}

pub(super) async fn what_staff_ask_for_the_lead_decides_and_whoever_asked_is_told(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let publish =
        PublishTemplateRequest { files: Vec::new(), request_id: world.officer.request_id(), based_on_version: 0 };
    world.client(&world.officer)?.publish_template(publish).await?;
    let (staff, lead, it) = (world.at_school(Role::Staff), world.at_school(Role::Dsl), world.at_school(Role::It));
    let add = |who: &chassis::testing::Person, entry: &[(&str, &str)], supersedes: &str| AddRegisterEntryRequest {
        school_id: world.school.clone(),
        register: REGISTER.into(),
        values: values(entry),
        supersedes: supersedes.into(),
        reason: if supersedes.is_empty() { String::new() } else { "It was decided".into() },
        request_id: who.request_id(),
        ..Default::default()
    };
    let asked = [("on", "2026-11-24"), ("site", "maps.example"), ("why", "Geography"), ("for_whom", "class")];
    let entry = world.client(&staff)?.add_register_entry(add(&staff, &asked, "")).await?.into_inner();
    let entry = entry.entry.unwrap_or_default();
    assert_eq!((held(&entry, "asked_by"), held(&entry, "decision")), (staff.account_id.as_str(), "asked"));
    let waits = ListRegisterFindingsRequest {
        school_id: world.school.clone(),
        register: REGISTER.into(),
        ..Default::default()
    };
    let found = world.client(&lead)?.list_register_findings(waits.clone()).await?.into_inner().findings;
    let codes: Vec<_> = found.iter().map(|found| (found.code.as_str(), found.entry_id.clone())).collect();
    assert_eq!(codes, [("unblock-requests.waits", entry.entry_id.clone())]);

    let approved = [
        &asked[..],
        &[
            ("decision", "approved"),
            ("decided_on", "2026-11-24"),
            ("decided_why", "It is needed"),
            ("decided_by", "Somebody else"),
            ("decided_with", "The technician"),
        ],
    ]
    .concat();
    for who in [&staff, &it] {
        let refusal = refused(world.client(who)?.add_register_entry(add(who, &approved, &entry.entry_id)).await);
        assert_eq!(refusal.violations().first().map(|wrong| wrong.field.as_str()), Some("decision"), "{refusal}");
    }
    let decided = add(&lead, &approved, &entry.entry_id);
    let decided = world.client(&lead)?.add_register_entry(decided).await?.into_inner().entry.unwrap_or_default();
    // Who asked stays, and who decided is whoever did, whatever was sent.
    assert_eq!((held(&decided, "asked_by"), held(&decided, "decided_by")), (&*staff.account_id, &*lead.account_id));
    let found = world.client(&lead)?.list_register_findings(waits).await?.into_inner().findings;
    let codes: Vec<_> = found.iter().map(|found| (found.code.as_str(), found.entry_id.clone())).collect();
    assert_eq!(codes, [("unblock-requests.to_do", decided.entry_id.clone())], "somebody has to unblock it");
    let told = |decision: &str, account: &str| (REGISTER.to_owned(), decision.to_owned(), account.to_owned());
    assert_eq!(world.requests(2).await, [told("", ""), told("approved", &staff.account_id)]);

    // Whoever puts it in place does so for the site that was decided about.
    let other: Vec<(&str, &str)> =
        approved.iter().map(|(key, held)| (*key, if *key == "site" { "games.example" } else { *held })).collect();
    let refusal = refused(world.client(&it)?.add_register_entry(add(&it, &other, &decided.entry_id)).await);
    assert_eq!(refusal.violations().first().map(|wrong| wrong.field.as_str()), Some("site"), "{refusal}");

    // What the head approved for the lead becomes nothing else at the lead's hand, and is corrected by the head in the head's name.
    let head = world.at_school(Role::Head);
    let at = |site: &'static str, pairs: &[(&'static str, &'static str)]| -> Vec<(&'static str, &'static str)> {
        pairs.iter().map(|(key, held)| (*key, if *key == "site" { site } else { *held })).collect()
    };
    let theirs = add(&lead, &at("atlas.example", &asked), "");
    let theirs = world.client(&lead)?.add_register_entry(theirs).await?.into_inner().entry.unwrap_or_default();
    let granted = add(&head, &at("atlas.example", &approved), &theirs.entry_id);
    let granted = world.client(&head)?.add_register_entry(granted).await?.into_inner().entry.unwrap_or_default();
    let games = at("games.example", &approved);
    let refusal = refused(world.client(&lead)?.add_register_entry(add(&lead, &games, &granted.entry_id)).await);
    assert_eq!(refusal.violations().first().map(|wrong| wrong.field.as_str()), Some("decision"), "{refusal}");
    let mended = add(&head, &at("atlas2.example", &approved), &granted.entry_id);
    let mended = world.client(&head)?.add_register_entry(mended).await?.into_inner().entry.unwrap_or_default();
    assert_eq!((held(&mended, "asked_by"), held(&mended, "decided_by")), (&*lead.account_id, &*head.account_id));

    // Nobody decides about what they asked for.
    let own = [&approved[..], &[("site", "own.example")]].concat();
    let own: Vec<(&str, &str)> = own.into_iter().filter(|pair| *pair != ("site", "maps.example")).collect();
    // Nor where another's name is sent with it.
    for own in [own.clone(), [&own[..], &[("asked_by", "Somebody Else")]].concat()] {
        let refusal = refused(world.client(&lead)?.add_register_entry(add(&lead, &own, "")).await);
        assert_eq!(refusal.violations().first().map(|wrong| wrong.field.as_str()), Some("decision"), "{refusal}");
    }
    Ok(())
}
