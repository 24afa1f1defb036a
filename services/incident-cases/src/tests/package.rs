//! A child's file to a school outside the platform and from one, over the wire: sent, confirmed by telephone, taken in at
//! another installation, and every way in which it must not come in.

mod received;

use axum::{Router, extract, routing::post};
use chassis::{
    caller::Scope,
    error::{Error, Result},
    testing::{Bed, Engine, Person},
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, *},
    policy_registry::v1::{GetSchoolRequest, GetSchoolResponse, ListSchoolsRequest, ListSchoolsResponse, School},
};
use time::Duration;
use tonic::{Request, Response, Status, server::Grpc};

use super::{World, access::told, policy};
use crate::{store, transfer::document::Document};

/// A word about the child, which goes.
const OWN: &str = "QUINCE";
/// The number of a school where a file goes.
const ELSEWHERE: &str = "888004";

pub(super) fn refused<T: std::fmt::Debug>(answer: Result<T>) -> (&'static str, String) {
    let error = answer.err();
    let reason = error.as_ref().map_or("", |error| error.reason_name());
    let field = error.as_ref().and_then(|error| error.violations().first()).map(|wrong| wrong.field.clone());
    (reason, field.unwrap_or_default())
}

/// A registry that knows schools by name and number, and nothing else. It lists none without a number: that one joins the
/// platform while its file is on the way.
fn registry(schools: Vec<School>) -> Router {
    let listed = schools.clone();
    let list = move |request: extract::Request| {
        let schools = listed.clone();
        let rpc = tower::service_fn(move |request: Request<ListSchoolsRequest>| {
            let mut schools = schools.clone();
            let urn = request.get_ref().urn.as_str();
            schools.retain(|school| !school.urn.is_empty() && (urn.is_empty() || school.urn == urn));
            async move { Ok::<_, Status>(Response::new(ListSchoolsResponse { schools, ..Default::default() })) }
        });
        async move { Grpc::new(tonic_prost::ProstCodec::default()).unary(rpc, request).await }
    };
    let handler = move |request: extract::Request| {
        let schools = schools.clone();
        let rpc = tower::service_fn(move |request: Request<GetSchoolRequest>| {
            let found = schools.iter().find(|school| school.school_id == request.get_ref().school_id).cloned();
            async move {
                let school = found.ok_or_else(|| Status::from(Error::missing()))?;
                Ok::<_, Status>(Response::new(GetSchoolResponse { school: Some(school) }))
            }
        });
        async move { Grpc::new(tonic_prost::ProstCodec::default()).unary(rpc, request).await }
    };
    let router = Router::new().route("/hedgerow.policy_registry.v1.PolicyRegistry/GetSchool", post(handler));
    router.route("/hedgerow.policy_registry.v1.PolicyRegistry/ListSchools", post(list))
}

/// An installation with two schools, the one with a key and the two with numbers: its own keys, its own database.
pub(super) async fn installation(engine: Engine, keyed: (u8, [&str; 2])) -> Result<World> {
    installation_where(engine, keyed, |_| {}).await
}

/// The same where the registry knows the schools otherwise.
pub(super) async fn installation_where(
    engine: Engine,
    (signing, numbers): (u8, [&str; 2]),
    change: impl FnOnce(&mut Vec<School>),
) -> Result<World> {
    let mut bed = Bed::new(engine)?;
    let schools = [bed.school(), bed.school()];
    let known = schools.iter().zip(["Fieldgate School", "Harrowmere High School"]).zip(numbers);
    let known = known.map(|((id, name), urn)| School {
        school_id: id.clone(),
        name: name.into(),
        urn: urn.into(),
        ..School::default()
    });
    let mut known: Vec<School> = known.collect();
    change(&mut known);
    bed.upstreams.add_here("policy-registry", registry(known));
    let mut setup = bed.migrated::<crate::store::migration::Migrations>("incident-cases").await?;
    setup.checkpoint_key = std::sync::Arc::new(ed25519_dalek::SigningKey::from_bytes(&[signing; 32]));
    let running = crate::start(setup).await?;
    bed.add(&running);
    let [here, there] = schools;
    for school in [&here, &there] {
        let mut tx = running.store.begin(&Scope::consumer(school, "evt")).await?;
        store::copy::keep_school(&tx, school).await?;
        store::copy::keep_policy(&tx, school, &policy()).await?;
        tx.silent();
        tx.commit().await?;
    }
    let dsl = bed.person(&[(Role::Dsl, &here), (Role::Staff, &here)]).named("Ms Ali");
    let other = bed.person(&[(Role::Dsl, &there), (Role::Staff, &there)]).named("Mr Okafor");
    Ok(World { bed, store: running.store.clone(), here, there, dsl, other })
}

pub(super) async fn learner(who: &Person, school: &str, given: &str, born: &str) -> Result<Learner> {
    let record = LearnerRecord {
        given_name: given.into(),
        family_name: "Field".into(),
        birth_date: born.into(),
        ..LearnerRecord::default()
    };
    let request = CreateLearnerRequest {
        school_id: school.into(),
        record: Some(record),
        request_id: who.request_id(),
        another_child: true,
    };
    Ok(call!(who, create_learner, request)?.learner.unwrap_or_default())
}

fn elsewhere() -> OutsideSchool {
    OutsideSchool {
        name: "Harrowmere High School".into(),
        urn: ELSEWHERE.into(),
        address: "Mill Lane\nHarrowmere".into(),
        contact: "Mr Okafor".into(),
        telephone: "01632 960002".into(),
    }
}

/// The school beside the sending one, known by its name alone, as it is before it has joined the platform.
fn beside() -> OutsideSchool {
    OutsideSchool { urn: String::new(), ..elsewhere() }
}

struct Move {
    world: World,
    child: Learner,
}

impl Move {
    async fn new(engine: Engine) -> Result<Self> {
        Self::between(engine, ["888001", "888002"]).await
    }

    /// To a school that is on the platform by the time the file reaches it.
    async fn to_who_joins(engine: Engine) -> Result<Self> {
        Self::between(engine, ["888001", ""]).await
    }

    async fn between(engine: Engine, numbers: [&str; 2]) -> Result<Self> {
        let world = installation(engine, (7, numbers)).await?;
        let child = learner(&world.dsl, &world.here, "Robin", "2014-03-27").await?;
        let case = world.case().await?;
        let part = AddInvolvementRequest {
            school_id: world.here.clone(),
            case_id: case.case_id.clone(),
            person: "Robin Field".into(),
            role: "victim".into(),
            learner_id: child.learner_id.clone(),
            request_id: world.dsl.request_id(),
            ..Default::default()
        };
        call!(world.dsl, add_involvement, part)?;
        let withheld = RecordDisclosureRequest {
            school_id: world.here.clone(),
            case_id: case.case_id.clone(),
            recipient_kind: "other_school".into(),
            recipient: world.there.clone(),
            what: "What happened at home".into(),
            basis: "safeguarding".into(),
            reason: "They need not know".into(),
            request_id: world.dsl.request_id(),
            ..Default::default()
        };
        call!(world.dsl, record_disclosure, withheld)?;
        let entry = AddEntryRequest {
            school_id: world.here.clone(),
            case_id: case.case_id,
            text: format!("{OWN}: Robin was quiet. “Why?” – <nobody> knows & asks."),
            request_id: world.dsl.request_id(),
            ..Default::default()
        };
        call!(world.dsl, add_entry, entry)?;
        let made = Self { world, child };
        let left = UpdateLearnerRequest {
            school_id: made.world.here.clone(),
            learner_id: made.child.learner_id.clone(),
            record: made.child.record.clone(),
            leave_date: "2026-11-24".into(),
            etag: made.child.etag.clone(),
            request_id: made.world.dsl.request_id(),
        };
        call!(made.world.dsl, update_learner, left)?;
        Ok(made)
    }

    async fn sending(&self, recipient: OutsideSchool) -> Result<SendPackageRequest> {
        let preview = PreviewTransferRequest {
            school_id: self.world.here.clone(),
            learner_id: self.child.learner_id.clone(),
            ..Default::default()
        };
        Ok(SendPackageRequest {
            school_id: self.world.here.clone(),
            learner_id: self.child.learner_id.clone(),
            recipient: Some(recipient),
            contact: "Ms Ali, 01632 960001".into(),
            along_learner_ids: Vec::new(),
            contents_digest: call!(self.world.dsl, preview_transfer, preview)?.contents_digest,
            request_id: self.world.dsl.request_id(),
            ..Default::default()
        })
    }

    async fn sent(&self, recipient: OutsideSchool) -> Result<(Transfer, TransferPackage)> {
        let answer = call!(self.world.dsl, send_package, self.sending(recipient).await?)?;
        Ok((answer.transfer.unwrap_or_default(), answer.package.unwrap_or_default()))
    }

    fn confirming(&self, sent: &Transfer, digest: &str) -> RecordReceiptRequest {
        RecordReceiptRequest {
            school_id: self.world.here.clone(),
            transfer_id: sent.transfer_id.clone(),
            name: "Mr Okafor".into(),
            means: "telephone".into(),
            receive_time: None,
            digest: digest.into(),
            request_id: self.world.dsl.request_id(),
        }
    }
}

fn taking_in(world: &World, child: &Learner, sent: &Transfer, package: &TransferPackage) -> ImportPackageRequest {
    ImportPackageRequest {
        school_id: world.there.clone(),
        content: package.content.clone(),
        passphrase: package.passphrase.clone(),
        learner_id: child.learner_id.clone(),
        fingerprint: sent.fingerprint.clone(),
        compared_with: "Ms Ali".into(),
        request_id: world.other.request_id(),
    }
}

async fn transfers(who: &Person, school: &str) -> Result<Vec<Transfer>> {
    let request = ListTransfersRequest { school_id: school.into(), ..Default::default() };
    Ok(call!(who, list_transfers, request)?.transfers)
}

async fn a_file_goes_out_and_its_receipt_is_taken_down(engine: Engine) -> Result<()> {
    let moving = Move::new(engine).await?;
    let world = &moving.world;
    let nameless = SendPackageRequest { recipient: None, ..moving.sending(elsewhere()).await? };
    let wrong = refused(call!(world.dsl, send_package, nameless));
    assert_eq!(wrong, ("INVALID_FIELD", "recipient.name".into()));
    for number in ["888001", "888002"] {
        let here = OutsideSchool { urn: number.into(), ..elsewhere() };
        let wrong = refused(call!(world.dsl, send_package, moving.sending(here).await?));
        assert_eq!(wrong, ("INVALID_FIELD", "recipient.urn".into()), "it is on the platform");
    }
    for name in ["Harrowmere High School", "The harrowmere-high Academy", "Fieldgate"] {
        let here = OutsideSchool { name: name.into(), ..beside() };
        let wrong = refused(call!(world.dsl, send_package, moving.sending(here).await?));
        assert_eq!(wrong, ("INVALID_FIELD", "recipient.name".into()), "{name} is on the platform");
    }
    // Whom to ring stands openly beside the file, at both schools.
    let ours = SendPackageRequest { contact: "Mum of Robin Field".into(), ..moving.sending(elsewhere()).await? };
    assert_eq!(refused(call!(world.dsl, send_package, ours)), ("INVALID_FIELD", "contact".into()));
    let theirs = OutsideSchool { contact: "Whoever has Robin Field".into(), ..elsewhere() };
    let theirs = moving.sending(theirs).await?;
    assert_eq!(refused(call!(world.dsl, send_package, theirs)), ("INVALID_FIELD", "recipient.contact".into()));
    let stale = SendPackageRequest { contents_digest: "0".into(), ..moving.sending(elsewhere()).await? };
    assert_eq!(refused(call!(world.dsl, send_package, stale)).0, "CHANGED", "only what was looked at goes");

    let preview = PreviewTransferRequest {
        school_id: world.here.clone(),
        learner_id: moving.child.learner_id.clone(),
        ..Default::default()
    };
    let goes = call!(world.dsl, preview_transfer, preview)?.items;
    assert!(goes.iter().any(|item| item.text.contains("To: Harrowmere High School")), "schools go by their names");
    assert!(goes.iter().all(|item| !item.text.contains("sch_")), "and no id goes");
    let sending = moving.sending(elsewhere()).await?;
    let answer = call!(world.dsl, send_package, sending.clone())?;
    let (sent, package) = (answer.transfer.unwrap_or_default(), answer.package.unwrap_or_default());
    assert_eq!((sent.state.as_str(), sent.to_school_id.as_str()), ("sent", ""));
    assert_eq!(sent.outside, Some(elsewhere()));
    assert_eq!((sent.due_date.as_str(), sent.digest.len(), sent.fingerprint.len()), ("2026-11-29", 64, 29));
    let said = String::from_utf8_lossy(&package.content).into_owned();
    assert!([OWN, "Robin", &package.passphrase].iter().all(|word| !said.contains(word)), "nothing stands in it openly");
    // Asked again it is sent once, and comes under a new passphrase; so it does when the package is made again.
    let again = call!(world.dsl, send_package, sending)?;
    assert_eq!(again.transfer.as_ref(), Some(&sent));
    let make = || MakePackageRequest { school_id: world.here.clone(), transfer_id: sent.transfer_id.clone() };
    let anew = call!(world.dsl, make_package, make())?.package.unwrap_or_default();
    let phrases =
        [&package.passphrase, &again.package.unwrap_or_default().passphrase, &anew.passphrase].map(Clone::clone);
    assert!(phrases[0] != phrases[1] && phrases[1] != phrases[2] && phrases[0] != phrases[2]);
    let read = |package: &TransferPackage| {
        crate::transfer::envelope::open::<Document>(&package.content, &package.passphrase).map(|opened| opened.signed)
    };
    assert!(read(&package).is_ok_and(|one| read(&anew) == Ok(one)), "what is in it is the same");
    assert_eq!(refused(call!(world.dsl, send_package, moving.sending(elsewhere()).await?)).0, "WRONG_STATE");
    // Whoever is shut out of a case since it was sent makes no package with that case in it.
    let deputy = world.bed.person(&[(Role::DeputyDsl, &world.here), (Role::Staff, &world.here)]);
    assert!(call!(deputy, make_package, make())?.package.is_some());
    let cases = ListCasesRequest { school_id: world.here.clone(), ..Default::default() };
    let case = call!(world.dsl, list_cases, cases)?.cases.into_iter().next().unwrap_or_default();
    let shut = SetCaseAccessRequest {
        school_id: world.here.clone(),
        case_id: case.case_id,
        level: "restricted".into(),
        member_account_ids: crate::tests::model::second("restricted"),
        reason: "A relative".into(),
        conflicted_account_ids: vec![deputy.account_id.clone()],
        etag: case.etag,
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    call!(world.dsl, set_case_access, shut)?;
    assert_eq!(refused(call!(deputy, make_package, make())).0, "WRONG_STATE");
    assert!(call!(world.dsl, make_package, make())?.package.is_some());

    // Late by the same clock, at the school that has to ask.
    let officer = world.bed.person(&[(Role::SafeguardingOfficer, "")]);
    world.bed.clock.advance(Duration::days(6));
    let late = call!(officer, list_late_transfers, ListLateTransfersRequest {})?.schools;
    assert_eq!((late.len(), late[0].overdue.join(" ").as_str()), (1, "confirming"));
    assert_eq!(late[0].school_id, world.here);

    let other = "0".repeat(16);
    let wrong = refused(call!(world.dsl, record_receipt, moving.confirming(&sent, &other)));
    assert_eq!(wrong, ("INVALID_FIELD", "digest".into()), "they have another file");
    let short = refused(call!(world.dsl, record_receipt, moving.confirming(&sent, &sent.digest[..8])));
    assert_eq!(short, ("INVALID_FIELD", "digest".into()));
    let read_out = chassis::jose::jws::groups(&sent.digest[..16]).to_uppercase();
    let confirming = moving.confirming(&sent, &read_out);
    let received = call!(world.dsl, record_receipt, confirming.clone())?.transfer.unwrap_or_default();
    assert_eq!(call!(world.dsl, record_receipt, confirming)?.transfer.as_ref(), Some(&received));
    let receipt = received.receipt.clone().unwrap_or_default();
    assert_eq!((received.state.as_str(), received.days_late), ("received", 1));
    assert_eq!(
        (receipt.name.as_str(), receipt.means.as_str(), receipt.recorder_name.as_str()),
        ("Mr Okafor", "telephone", "Ms Ali")
    );
    // The package is no longer kept, and nobody takes back what was received.
    assert_eq!(refused(call!(world.dsl, make_package, make())).0, "WRONG_STATE");
    assert_eq!(refused(call!(world.dsl, record_receipt, moving.confirming(&sent, &sent.digest))).0, "WRONG_STATE");
    // They send it back: that is on record, and it is due again.
    let back = ReturnTransferRequest {
        school_id: world.here.clone(),
        transfer_id: sent.transfer_id.clone(),
        kind: "wrong_school".into(),
        reason: "They destroyed it".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    assert_eq!(call!(world.dsl, return_transfer, back)?.transfer.unwrap_or_default().state, "returned");
    assert!(transfers(&world.dsl, &world.here).await?.iter().any(|one| one.state == "due"));
    let told = ListDisclosuresRequest { school_id: world.here.clone(), ..Default::default() };
    let told = call!(world.dsl, list_disclosures, told)?.disclosures;
    assert!(told.iter().any(|entry| entry.recipient_kind == "other_school" && entry.recipient == elsewhere().name));
    Ok(())
}

async fn a_package_is_taken_in_at_another_installation_and_read_there(engine: Engine) -> Result<()> {
    let moving = Move::new(engine).await?;
    let there = installation(engine, (8, ["888003", ELSEWHERE])).await?;
    let child = learner(&there.other, &there.there, "Robin", "2014-03-27").await?;
    let (sent, package) = moving.sent(elsewhere()).await?;
    let request = taking_in(&there, &child, &sent, &package);
    // As somebody wrote it down.
    let loose = package.passphrase.to_lowercase().replace('-', " ");
    let request = ImportPackageRequest { passphrase: loose, ..request };
    let taken = call!(there.other, import_package, request.clone())?.transfer.unwrap_or_default();
    assert_eq!(call!(there.other, import_package, request)?.transfer.as_ref(), Some(&taken));
    assert_eq!((taken.state.as_str(), taken.direction.as_str()), ("received", "in"));
    assert_eq!((&taken.digest, taken.learner_id.as_str()), (&sent.digest, child.learner_id.as_str()));
    let comparison = taken.comparison.clone().unwrap_or_default();
    assert_eq!((comparison.own, comparison.with.as_str(), comparison.name.as_str()), (false, "Ms Ali", "Mr Okafor"));
    assert_eq!(taken.outside.clone().unwrap_or_default().name, "Fieldgate School");

    let get = GetTransferredFileRequest { school_id: there.there.clone(), transfer_id: taken.transfer_id.clone() };
    let file = call!(there.other, get_transferred_file, get.clone())?;
    assert!(file.intact && file.items.iter().any(|item| item.text.contains(OWN) && item.text.contains("<nobody>")));
    assert_eq!(file.items.len(), usize::try_from(sent.item_count).unwrap_or_default());
    assert_eq!(file.child.unwrap_or_default().birth_date, "2014-03-27");
    assert!(file.items.iter().all(|item| item.digest.len() == 64));

    // Replayed under another request, also where the package was made again: the file is here already.
    let make = MakePackageRequest { school_id: moving.world.here.clone(), transfer_id: sent.transfer_id.clone() };
    let anew = call!(moving.world.dsl, make_package, make)?.package.unwrap_or_default();
    for package in [&package, &anew] {
        let again = call!(there.other, import_package, taking_in(&there, &child, &sent, package));
        assert_eq!(refused(again).0, "WRONG_STATE");
    }
    assert_eq!(transfers(&there.other, &there.there).await?.len(), 1);
    // It is passed on under the name of the school whose it was.
    let preview = PreviewTransferRequest {
        school_id: there.there.clone(),
        learner_id: child.learner_id.clone(),
        ..Default::default()
    };
    let preview = call!(there.other, preview_transfer, preview)?;
    assert!(preview.items.iter().any(|item| item.text.contains(OWN) && item.origin_name == "Fieldgate School"));
    // Given back, nobody reads it, and it may come again.
    let back = ReturnTransferRequest {
        school_id: there.there.clone(),
        transfer_id: taken.transfer_id.clone(),
        kind: "sent_in_error".into(),
        reason: "They stay where they were".into(),
        request_id: there.other.request_id(),
        ..Default::default()
    };
    assert_eq!(call!(there.other, return_transfer, back)?.transfer.unwrap_or_default().state, "returned");
    assert_eq!(refused(call!(there.other, get_transferred_file, get)).0, "WRONG_STATE");
    call!(there.other, import_package, taking_in(&there, &child, &sent, &package))?;
    Ok(())
}

async fn a_package_that_must_not_come_in_is_refused_by_field_and_leaves_nothing(engine: Engine) -> Result<()> {
    let moving = Move::new(engine).await?;
    let there = installation(engine, (8, ["888003", ELSEWHERE])).await?;
    let child = learner(&there.other, &there.there, "Robin", "2014-03-27").await?;
    let namesake = learner(&there.other, &there.there, "Robin", "2014-03-28").await?;
    let (sent, package) = moving.sent(elsewhere()).await?;
    let good = || taking_in(&there, &child, &sent, &package);
    let mut altered = package.content.to_vec();
    let middle = altered.len() / 2;
    altered[middle] = if altered[middle] == b'A' { b'B' } else { b'A' };
    let one_letter = match package.passphrase.strip_suffix('7') {
        Some(start) => format!("{start}8"),
        None => format!("{}7", &package.passphrase[..23]),
    };
    for (field, request) in [
        ("content", ImportPackageRequest { content: altered.into(), ..good() }),
        ("content", ImportPackageRequest { content: "no package".into(), ..good() }),
        ("content", ImportPackageRequest { content: Vec::new().into(), ..good() }),
        ("passphrase", ImportPackageRequest { passphrase: one_letter, ..good() }),
        ("passphrase", ImportPackageRequest { passphrase: String::new(), ..good() }),
        ("learner_id", ImportPackageRequest { learner_id: namesake.learner_id.clone(), ..good() }),
        ("fingerprint", ImportPackageRequest { fingerprint: String::new(), ..good() }),
        ("fingerprint", ImportPackageRequest { fingerprint: "0000 0000 0000 0000 0000 0000".into(), ..good() }),
        ("compared_with", ImportPackageRequest { compared_with: String::new(), ..good() }),
    ] {
        let answer = refused(call!(there.other, import_package, request));
        assert_eq!(answer, ("INVALID_FIELD", field.to_owned()));
    }
    // At the school beside it, which has such a child, too.
    let elsewhere_child = learner(&there.dsl, &there.here, "Robin", "2014-03-27").await?;
    let beside = ImportPackageRequest {
        school_id: there.here.clone(),
        learner_id: elsewhere_child.learner_id.clone(),
        ..good()
    };
    assert_eq!(refused(call!(there.dsl, import_package, beside)), ("INVALID_FIELD", "content".to_owned()));
    assert!(
        transfers(&there.other, &there.there).await?.is_empty() && transfers(&there.dsl, &there.here).await?.is_empty()
    );
    // Another school's child is one that never existed.
    let foreign = ImportPackageRequest { learner_id: elsewhere_child.learner_id, ..good() };
    let absent = ImportPackageRequest { learner_id: "lrn_00000000000000000000000000".into(), ..good() };
    assert_eq!(told(call!(there.other, import_package, foreign)), told(call!(there.other, import_package, absent)));
    // Two at once are one.
    let (one, two) = tokio::join!(async { call!(there.other, import_package, good()) }, async {
        call!(there.other, import_package, good())
    },);
    let mut outcomes = [refused(one).0, refused(two).0];
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["", "WRONG_STATE"]);
    assert_eq!(transfers(&there.other, &there.there).await?.len(), 1);
    Ok(())
}

async fn a_file_is_taken_back_while_nobody_confirmed_it(engine: Engine) -> Result<()> {
    let moving = Move::to_who_joins(engine).await?;
    let world = &moving.world;
    let sending = moving.sending(beside()).await?;
    let answer = call!(world.dsl, send_package, sending.clone())?;
    let (sent, package) = (answer.transfer.unwrap_or_default(), answer.package.unwrap_or_default());
    let withdraw = WithdrawTransferRequest {
        school_id: world.here.clone(),
        transfer_id: sent.transfer_id.clone(),
        reason: "It went to the wrong one".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let gone = call!(world.dsl, withdraw_transfer, withdraw)?.transfer.unwrap_or_default();
    assert_eq!(gone.state, "withdrawn");
    let again = call!(world.dsl, send_package, sending)?;
    assert_eq!((again.transfer, again.package), (Some(gone), None), "asked again it is answered as it stands");
    let make = MakePackageRequest { school_id: world.here.clone(), transfer_id: sent.transfer_id.clone() };
    assert_eq!(refused(call!(world.dsl, make_package, make)).0, "WRONG_STATE");
    assert_eq!(refused(call!(world.dsl, record_receipt, moving.confirming(&sent, &sent.digest))).0, "WRONG_STATE");
    let child = learner(&world.other, &world.there, "Robin", "2014-03-27").await?;
    let late = call!(world.other, import_package, taking_in(world, &child, &sent, &package));
    assert_eq!(refused(late).0, "WRONG_STATE");
    Ok(())
}

on_both_engines!(
    a_file_goes_out_and_its_receipt_is_taken_down,
    a_package_is_taken_in_at_another_installation_and_read_there,
    a_package_that_must_not_come_in_is_refused_by_field_and_leaves_nothing,
    a_file_is_taken_back_while_nobody_confirmed_it,
);
