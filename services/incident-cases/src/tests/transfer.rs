//! A child's file from one school to the next over the wire: when it is due, what goes, who reads it when, and that it
//! arrives once or not at all.

mod again;
mod kept_out;
mod last_copy;
mod later;
mod unsaid;

use std::time::Instant;

use chassis::{
    caller::Scope,
    error::{Error, Result},
    testing::{Engine, Person},
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, *},
};

use super::{World, access::told, world};
use crate::{
    case::{By, entry::Written},
    store,
};

/// A word about the child, which goes.
const OWN: &str = "QUINCE";
/// Words of other people, of which none goes.
const OTHERS: [&str; 4] = ["Rowan", "Tansy", "Bramble", "bramble@example.org"];

/// A pupil number whose check letter fits.
const UPN: &str = "A123456789012";

fn reason<T: std::fmt::Debug>(answer: Result<T>) -> &'static str {
    answer.err().map_or("", |error| error.reason_name())
}

struct Move {
    world: World,
    child: Learner,
    sibling: Learner,
    case: Case,
    /// The child on the roll of the next school.
    arrived: Learner,
}

async fn learner(world: &World, who: &Person, school: &str, given: &str, born: &str) -> Result<Learner> {
    let record = LearnerRecord {
        given_name: given.into(),
        family_name: "Field".into(),
        birth_date: born.into(),
        ..LearnerRecord::default()
    };
    let request = CreateLearnerRequest {
        school_id: school.into(),
        record: Some(record),
        request_id: world.dsl.request_id(),
        another_child: true,
    };
    Ok(call!(who, create_learner, request)?.learner.unwrap_or_default())
}

impl Move {
    async fn new(engine: Engine) -> Result<Self> {
        let mut world = world(engine).await?;
        world.dsl = world.dsl.named("Ms Ali");
        world.other = world.other.named("Mr Okafor");
        let child = learner(&world, &world.dsl, &world.here, "Robin", "2014-03-27").await?;
        let sibling = learner(&world, &world.dsl, &world.here, "Samuel", "2016-01-02").await?;
        let other = learner(&world, &world.dsl, &world.here, "Rowan", "2014-05-05").await?;
        let arrived = learner(&world, &world.other, &world.there, "Robin", "2014-03-27").await?;
        let household = SetHouseholdRequest {
            school_id: world.here.clone(),
            learner_id: child.learner_id.clone(),
            learner_ids: vec![sibling.learner_id.clone()],
            request_id: world.dsl.request_id(),
        };
        call!(world.dsl, set_household, household)?;
        let case = world.case().await?;
        let made = Self { world, child, sibling, case, arrived };
        made.part("Robin Field", "victim", &made.child.learner_id).await?;
        made.part("Samuel Field", "witness", &made.sibling.learner_id).await?;
        made.part("Rowan Field", "alleged_perpetrator", &other.learner_id).await?;
        made.part("Tansy Bramble", "witness", "").await?;
        made.entry(&format!(
            "{OWN}: Robin said that Rowan took the phone; Samuel saw it. Write to bramble@example.org."
        ))
        .await?;
        made.entry("Ms Bramble heard it, too.").await?;
        Ok(made)
    }

    async fn part(&self, person: &str, role: &str, learner_id: &str) -> Result<()> {
        let request = AddInvolvementRequest {
            school_id: self.world.here.clone(),
            case_id: self.case.case_id.clone(),
            person: person.into(),
            role: role.into(),
            learner_id: learner_id.into(),
            request_id: self.world.dsl.request_id(),
            ..Default::default()
        };
        call!(self.world.dsl, add_involvement, request).map(drop)
    }

    async fn entry(&self, text: &str) -> Result<()> {
        let request = AddEntryRequest {
            school_id: self.world.here.clone(),
            case_id: self.case.case_id.clone(),
            text: text.into(),
            request_id: self.world.dsl.request_id(),
            ..Default::default()
        };
        call!(self.world.dsl, add_entry, request).map(drop)
    }

    /// Many entries written at once: a request for each takes a minute.
    async fn entries(&self, count: u32) -> Result<()> {
        let mut tx = self.world.store.begin(&Scope::consumer(&self.world.here, "evt")).await?;
        let mut case = store::case::of_service(&tx, &self.case.case_id).await?;
        let by = By { account_id: &self.world.dsl.account_id, at: tx.now(), lead: true, head: false, chair: false };
        for n in 0..count {
            let written = Written {
                text: format!("{n}: Robin was quiet in the morning and told Rowan that it was nothing."),
                impact: None,
                corrects: None,
                happened: None,
                kind: "fact".into(),
            };
            case.add_entry(by, tx.ids().next(), written)?;
        }
        store::case::update(&tx, &mut case).await?;
        tx.silent();
        tx.commit().await
    }

    async fn leaves(&self, day: &str) -> Result<()> {
        let id = self.child.learner_id.clone();
        let asked = GetLearnerRequest { school_id: self.world.here.clone(), learner_id: id.clone() };
        let now = call!(self.world.dsl, get_learner, asked)?.learner.unwrap_or_default();
        let request = UpdateLearnerRequest {
            school_id: self.world.here.clone(),
            learner_id: id,
            record: now.record,
            leave_date: day.into(),
            etag: now.etag,
            request_id: self.world.dsl.request_id(),
        };
        call!(self.world.dsl, update_learner, request).map(drop)
    }

    async fn preview(&self, along: &[&str]) -> Result<PreviewTransferResponse> {
        let request = PreviewTransferRequest {
            school_id: self.world.here.clone(),
            learner_id: self.child.learner_id.clone(),
            along_learner_ids: along.iter().map(|id| (*id).to_owned()).collect(),
        };
        call!(self.world.dsl, preview_transfer, request)
    }

    async fn sending(&self) -> Result<SendTransferRequest> {
        Ok(SendTransferRequest {
            school_id: self.world.here.clone(),
            learner_id: self.child.learner_id.clone(),
            to_school_id: self.world.there.clone(),
            contact: "Ms Ali, 01632 960001".into(),
            along_learner_ids: Vec::new(),
            contents_digest: self.preview(&[]).await?.contents_digest,
            request_id: self.world.dsl.request_id(),
            ..Default::default()
        })
    }

    async fn sent(&self) -> Result<Transfer> {
        Ok(call!(self.world.dsl, send_transfer, self.sending().await?)?.transfer.unwrap_or_default())
    }

    fn receiving(&self, sent: &Transfer, learner_id: &str) -> ReceiveTransferRequest {
        ReceiveTransferRequest {
            school_id: self.world.there.clone(),
            transfer_id: sent.transfer_id.clone(),
            learner_id: learner_id.into(),
            request_id: self.world.other.request_id(),
        }
    }

    fn returning(&self, sent: &Transfer, kind: &str) -> ReturnTransferRequest {
        ReturnTransferRequest {
            school_id: self.world.there.clone(),
            transfer_id: sent.transfer_id.clone(),
            kind: kind.into(),
            reason: "No child of ours".into(),
            request_id: self.world.other.request_id(),
            ..Default::default()
        }
    }

    async fn listed(&self, who: &Person, school: &str) -> Result<Vec<Transfer>> {
        let request = ListTransfersRequest { school_id: school.into(), waiting: true, ..Default::default() };
        Ok(call!(who, list_transfers, request)?.transfers)
    }

    async fn file(&self, sent: &Transfer) -> Result<GetTransferredFileResponse> {
        let request =
            GetTransferredFileRequest { school_id: self.world.there.clone(), transfer_id: sent.transfer_id.clone() };
        call!(self.world.other, get_transferred_file, request)
    }

    /// Whether the receiving school holds a key to the file, whatever the rpcs say.
    async fn readable(&self, sent: &Transfer) -> Result<bool> {
        let school = self.world.there.parse().map_err(Error::internal)?;
        let mut tx = self.world.store.begin(&Scope::own("test", &school)).await?;
        let read = store::transfer::read(&tx, &sent.transfer_id, &self.world.there).await;
        tx.silent();
        tx.commit().await?;
        Ok(read.is_ok())
    }
}

async fn a_file_is_due_sent_received_and_read(engine: Engine) -> Result<()> {
    let moving = Move::new(engine).await?;
    let world = &moving.world;
    let advance = DecideAdvanceSharingRequest {
        school_id: world.here.clone(),
        learner_id: moving.child.learner_id.clone(),
        share: true,
        reason: "They start with a plan in place".into(),
        request_id: world.dsl.request_id(),
    };
    let planned = call!(world.dsl, decide_advance_sharing, advance)?.transfer.unwrap_or_default();
    assert_eq!((planned.state.as_str(), planned.due_date.as_str(), planned.advances.len()), ("planned", "", 1));
    moving.leaves("2026-11-24").await?;
    let due = moving.listed(&world.dsl, &world.here).await?;
    assert_eq!(due.len(), 1, "the roll prompts, and once");
    assert_eq!(
        (due[0].state.as_str(), due[0].due_date.as_str(), due[0].due_rule.as_str()),
        ("due", "2026-11-29", "in_year")
    );
    assert_eq!(due[0].transfer_id, planned.transfer_id);

    // What goes is the rule's: other people by labels, those who move along by name.
    moving.part("A man with a van who may want money", "alleged_perpetrator", "").await?;
    moving.entry("Robin may want to talk: the man had a van. It was a man with a van who may want money.").await?;
    let preview = moving.preview(&[]).await?;
    let all: String = preview.items.iter().map(|item| item.text.clone() + "\n").collect();
    assert!(all.contains(OWN) && all.contains("Robin"), "{all}");
    assert!(OTHERS.iter().take(3).all(|word| !all.contains(word)), "{all}");
    assert!(all.contains("[Child 1]") && all.contains("[Child 2]") && !all.contains("Samuel"), "{all}");
    let described = "Robin may want to talk: the man had a van. It was [Person 2].";
    assert!(
        all.contains(described) && !all.contains("[Child 3]"),
        "a description goes whole, and no man is a child: {all}"
    );
    assert!(preview.items.iter().all(|item| item.kind != "Part in the case" || !item.text.contains("perpetrator")));
    let along = moving.preview(&[&moving.sibling.learner_id]).await?;
    let all: String = along.items.iter().map(|item| item.text.clone() + "\n").collect();
    assert!(all.contains("Samuel") && !all.contains("Rowan"), "{all}");
    let stranger = moving.preview(&[&moving.arrived.learner_id]).await;
    assert_eq!(reason(stranger), "INVALID_FIELD");

    let sending = moving.sending().await?;
    let sent = call!(world.dsl, send_transfer, sending.clone())?.transfer.unwrap_or_default();
    let again = call!(world.dsl, send_transfer, sending)?.transfer.unwrap_or_default();
    assert_eq!(again, sent, "the same request is one transfer");
    assert_eq!((sent.transfer_id.as_str(), sent.state.as_str()), (planned.transfer_id.as_str(), "sent"));
    assert_eq!(reason(call!(world.dsl, send_transfer, moving.sending().await?)), "WRONG_STATE", "and no second one");

    // Before receipt: who sends it, whom to ring, how many; nothing of the child, and no key.
    let waiting = moving.listed(&world.other, &world.there).await?;
    assert_eq!(waiting.len(), 1);
    let seen = format!("{waiting:?}");
    assert!(
        ["Robin", "Field", OWN, moving.child.learner_id.as_str()].iter().all(|word| !seen.contains(word)),
        "{seen}"
    );
    assert_eq!((waiting[0].direction.as_str(), waiting[0].contact.as_str()), ("in", "Ms Ali, 01632 960001"));
    assert_eq!(reason(moving.file(&sent).await), "WRONG_STATE");
    assert!(!moving.readable(&sent).await?);

    let receiving = moving.receiving(&sent, &moving.arrived.learner_id);
    let received = call!(world.other, receive_transfer, receiving.clone())?.transfer.unwrap_or_default();
    assert_eq!(call!(world.other, receive_transfer, receiving)?.transfer.as_ref(), Some(&received));
    let receipt = received.receipt.clone().unwrap_or_default();
    assert_eq!((receipt.name.as_str(), &receipt.digest, received.days_late), ("Mr Okafor", &sent.digest, 0));
    let file = moving.file(&sent).await?;
    assert!(file.intact && file.items.iter().any(|item| item.text.contains(OWN)));
    assert_eq!(file.items.len(), usize::try_from(sent.item_count).unwrap_or_default());
    assert_eq!(file.child.unwrap_or_default().given_name, "Robin");
    // Both schools keep the same proof, and it is linked with the child at each.
    let of = |school: &str, learner: &str| ListTransfersRequest {
        school_id: school.into(),
        learner_id: learner.into(),
        ..Default::default()
    };
    let ours = call!(world.dsl, list_transfers, of(&world.here, &moving.child.learner_id))?.transfers;
    let theirs = call!(world.other, list_transfers, of(&world.there, &moving.arrived.learner_id))?.transfers;
    assert_eq!((ours.len(), theirs.len()), (1, 1));
    assert_eq!((&ours[0].digest, &ours[0].receipt), (&theirs[0].digest, &theirs[0].receipt));
    assert!(theirs[0].advances.is_empty(), "what the sending school thought stays with it");
    let told = ListDisclosuresRequest { school_id: world.here.clone(), ..Default::default() };
    let told = call!(world.dsl, list_disclosures, told)?.disclosures;
    assert!(told.iter().any(|entry| entry.recipient_kind == "other_school" && entry.recipient == world.there));
    Ok(())
}

async fn a_file_for_another_child_or_school_is_not_taken(engine: Engine) -> Result<()> {
    let moving = Move::new(engine).await?;
    let world = &moving.world;
    moving.leaves("2026-11-24").await?;
    // A school outside the authority, one's own, none at all.
    for nowhere in [world.bed.school(), world.here.clone(), "nonsense".to_owned(), String::new()] {
        let nowhere = SendTransferRequest { to_school_id: nowhere, ..moving.sending().await? };
        let refused = call!(world.dsl, send_transfer, nowhere).err();
        let refused = refused.ok_or_else(|| Error::internal("it was sent"))?;
        let field = refused.violations().first().map(|wrong| wrong.field.clone());
        assert_eq!((refused.reason_name(), field.as_deref()), ("INVALID_FIELD", Some("to_school_id")));
    }
    assert!(moving.listed(&world.other, &world.there).await?.is_empty(), "nothing was sent");
    let stale = SendTransferRequest { contents_digest: "0".into(), ..moving.sending().await? };
    assert_eq!(reason(call!(world.dsl, send_transfer, stale)), "CHANGED", "only what was looked at goes");
    let sent = moving.sent().await?;
    // Another child of the next school, the same name born on another day.
    let namesake = learner(world, &world.other, &world.there, "Robin", "2014-03-28").await?;
    let wrong = call!(world.other, receive_transfer, moving.receiving(&sent, &namesake.learner_id));
    assert_eq!(reason(wrong), "INVALID_FIELD");
    assert!(!moving.readable(&sent).await?, "and nothing was handed over");
    // A third school, and one's own: as if there were none.
    let third = world.bed.school();
    let stranger = world.bed.person(&[(Role::Dsl, &third)]);
    let get = |school: &str, id: &str| GetTransferRequest { school_id: school.into(), transfer_id: id.into() };
    let none = "trf_00000000000000000000000000";
    let (theirs, absent) = (
        told(call!(stranger, get_transfer, get(&third, &sent.transfer_id))),
        told(call!(stranger, get_transfer, get(&third, none))),
    );
    assert_eq!(theirs, absent);
    let own = ReceiveTransferRequest {
        school_id: world.here.clone(),
        learner_id: moving.child.learner_id.clone(),
        ..moving.receiving(&sent, "")
    };
    assert_eq!(reason(call!(world.dsl, receive_transfer, own)), "NOT_FOUND");

    let back =
        call!(world.other, return_transfer, moving.returning(&sent, "wrong_school"))?.transfer.unwrap_or_default();
    assert_eq!((back.state.as_str(), back.end.unwrap_or_default().name.as_str()), ("returned", "Mr Okafor"));
    let late = call!(world.other, receive_transfer, moving.receiving(&sent, &moving.arrived.learner_id));
    assert_eq!(reason(late), "WRONG_STATE");
    // It is due again where it came from, by the same clock, and can be sent anew.
    let due = moving.listed(&world.dsl, &world.here).await?;
    assert_eq!((due.len(), due[0].state.as_str(), due[0].due_date.as_str()), (1, "due", "2026-11-29"));
    let again = moving.sent().await?;
    assert_ne!(again.transfer_id, sent.transfer_id);
    call!(world.other, receive_transfer, moving.receiving(&again, &moving.arrived.learner_id))?;
    // Sent back after receipt: from then on nothing of it is read, by no way.
    assert!(moving.readable(&again).await?);
    call!(world.other, return_transfer, moving.returning(&again, "wrong_child"))?;
    assert!(!moving.readable(&again).await?);
    assert_eq!(reason(moving.file(&again).await), "WRONG_STATE");
    Ok(())
}

async fn a_receipt_is_by_somebody_who_has_a_name(engine: Engine) -> Result<()> {
    let moving = Move::new(engine).await?;
    let sent = moving.sent().await?;
    for nameless in ["", " ", "\u{200b}\u{3164}"] {
        let who = moving.world.other.clone().named(nameless);
        let refused = call!(who, receive_transfer, moving.receiving(&sent, &moving.arrived.learner_id)).err();
        let refused = refused.ok_or_else(|| Error::internal("nobody confirmed it"))?;
        assert_eq!(refused.reason_name(), "WRONG_STATE");
        assert!(refused.message().contains("display name"), "{refused}");
    }
    assert!(!moving.readable(&sent).await?, "and nothing was handed over");
    call!(moving.world.other, receive_transfer, moving.receiving(&sent, &moving.arrived.learner_id))?;
    Ok(())
}

async fn two_receipts_at_once_are_one(engine: Engine) -> Result<()> {
    let moving = Move::new(engine).await?;
    let world = &moving.world;
    let sent = moving.sent().await?;
    assert_eq!(sent.due_date, "", "a child may go before the roll says so");
    let (one, two) = tokio::join!(
        async { call!(world.other, receive_transfer, moving.receiving(&sent, &moving.arrived.learner_id)) },
        async { call!(world.other, receive_transfer, moving.receiving(&sent, &moving.arrived.learner_id)) },
    );
    let mut outcomes = [reason(one), reason(two)];
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["", "WRONG_STATE"]);
    let withdraw = WithdrawTransferRequest {
        school_id: world.here.clone(),
        transfer_id: sent.transfer_id.clone(),
        reason: "It went to the wrong one".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    assert_eq!(reason(call!(world.dsl, withdraw_transfer, withdraw)), "WRONG_STATE", "received is received");
    // The next school passes on what it received, by the name of the school whose it was.
    let preview = PreviewTransferRequest {
        school_id: world.there.clone(),
        learner_id: moving.arrived.learner_id.clone(),
        ..Default::default()
    };
    let preview = call!(world.other, preview_transfer, preview)?;
    assert!(preview.items.iter().any(|item| item.text.contains(OWN) && item.origin_school_id == world.here));
    Ok(())
}

async fn a_child_on_another_schools_list_prompts_the_lead(engine: Engine) -> Result<()> {
    let moving = Move::new(engine).await?;
    let world = &moving.world;
    let numbered = |learner: &Learner, who: &Person, school: &str| UpdateLearnerRequest {
        school_id: school.into(),
        learner_id: learner.learner_id.clone(),
        record: learner.record.clone().map(|record| LearnerRecord { upn: UPN.into(), ..record }),
        etag: learner.etag.clone(),
        request_id: who.request_id(),
        ..Default::default()
    };
    let asked = GetLearnerRequest { school_id: world.here.clone(), learner_id: moving.child.learner_id.clone() };
    let now = call!(world.dsl, get_learner, asked)?.learner.unwrap_or_default();
    call!(world.dsl, update_learner, numbered(&now, &world.dsl, &world.here))?;
    assert!(moving.listed(&world.dsl, &world.here).await?.is_empty());
    let record = LearnerRecord {
        given_name: "Robin".into(),
        family_name: "Field".into(),
        upn: UPN.into(),
        ..LearnerRecord::default()
    };
    let admitted = CreateLearnerRequest {
        school_id: world.there.clone(),
        record: Some(record),
        request_id: world.other.request_id(),
        another_child: true,
    };
    let admitted = call!(world.other, create_learner, admitted)?.learner.unwrap_or_default();
    let planned = moving.listed(&world.dsl, &world.here).await?;
    assert_eq!(planned.len(), 1);
    assert_eq!((planned[0].state.as_str(), &planned[0].expected_school_id), ("planned", &world.there));
    assert!(moving.listed(&world.other, &world.there).await?.is_empty(), "the other school is told nothing");
    let waits = ListWaitingRequest { school_id: world.here.clone(), side: "us".into(), ..Default::default() };
    let waits = call!(world.dsl, list_waiting, waits)?.waiting;
    let waits: Vec<_> = waits.iter().map(|one| (one.kind.as_str(), one.school_id.as_str())).collect();
    assert_eq!(waits, [("plan_file", world.there.as_str())], "the lead finds it where they look");
    let advance = DecideAdvanceSharingRequest {
        school_id: world.here.clone(),
        learner_id: moving.child.learner_id.clone(),
        share: false,
        reason: "They ring once the child is there".into(),
        request_id: world.dsl.request_id(),
    };
    call!(world.dsl, decide_advance_sharing, advance)?;
    let waits = ListWaitingRequest { school_id: world.here.clone(), side: "us".into(), ..Default::default() };
    assert_eq!(call!(world.dsl, list_waiting, waits)?.us_total, 0, "once that is decided the file is planned");
    let sent = moving.sent().await?;
    // The pupil number is enough: no date of birth is known there.
    call!(world.other, receive_transfer, moving.receiving(&sent, &admitted.learner_id))?;
    Ok(())
}

/// A file of 500 entries is sent, verified and received in under five seconds.
async fn five_hundred_entries_take_no_time(engine: Engine) -> Result<()> {
    let moving = Move::new(engine).await?;
    moving.entries(500).await?;
    let begun = Instant::now();
    let sent = moving.sent().await?;
    call!(moving.world.other, receive_transfer, moving.receiving(&sent, &moving.arrived.learner_id))?;
    let file = moving.file(&sent).await?;
    let took = begun.elapsed();
    assert!(file.intact && file.items.len() > 500);
    println!("{} entries previewed, sent, received and read in {took:?} on {engine:?}", file.items.len());
    assert!(took.as_secs() < 5, "{took:?}");
    Ok(())
}

on_both_engines!(
    a_file_is_due_sent_received_and_read,
    a_file_for_another_child_or_school_is_not_taken,
    a_receipt_is_by_somebody_who_has_a_name,
    two_receipts_at_once_are_one,
    a_child_on_another_schools_list_prompts_the_lead,
    five_hundred_entries_take_no_time,
);
