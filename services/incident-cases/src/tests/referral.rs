//! Referrals by route: nothing asked twice, nothing sent that lacks a fact, and nothing forgotten once it was sent.

use std::collections::HashMap;

use chassis::{
    caller::Scope,
    clock::timestamp,
    error::{Error, Result},
    testing::Engine,
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, *},
};
use time::Duration;

use super::{World, package, policy, world};
use crate::{
    case::referral::document::Document,
    procedure::Pinned,
    route::{Clock, Contact, Field, Route, Rung},
    store,
    transfer::envelope::open,
};

fn field(key: &str, kind: &str, required: bool, source: &str) -> Field {
    Field {
        key: key.to_owned(),
        group: "The child".to_owned(),
        label: format!("What of {key}?"),
        kind: kind.to_owned(),
        required,
        source: source.to_owned(),
        ..Field::default()
    }
}

/// A policy with routes, agencies and a ladder.
pub(super) fn routed(policy: Pinned) -> Pinned {
    let clock = |kind: &str, amount| Clock { kind: kind.to_owned(), amount, source: String::new() };
    let route = |key: &str, maker: &str, agency: &str, fields: Vec<Field>| Route {
        key: key.to_owned(),
        title: format!("Route {key}"),
        maker: maker.to_owned(),
        agencies: vec![agency.to_owned()],
        send: clock("at_once", 0),
        answer: clock("working_days", 1),
        fields,
        ..Route::default()
    };
    let told = vec![
        field("children", "long_text", true, "case.children"),
        field("worry", "long_text", true, "case.summary"),
        field("address", "text", true, ""),
        field("school", "text", true, "policy.school.legal_name"),
        field("our_reference", "text", true, "case.reference"),
    ];
    let own = vec![field("girl", "text", true, "concern.about"), field("what", "long_text", true, "concern.words")];
    let later =
        Route { from: crate::route::NOT_COMMENCED.to_owned(), ..route("csa", "staff", "police_101", own.clone()) };
    let agency = |key: &str, name: &str, means: &str, (kind, value): (&str, &str)| Contact {
        key: key.to_owned(),
        name: name.to_owned(),
        takes_children: true,
        means: means.split(' ').map(ToOwned::to_owned).collect(),
        channels: vec![(kind.to_owned(), value.to_owned(), String::new())],
        ..Contact::default()
    };
    Pinned {
        routes: vec![
            route("front_door", "lead", "front_door_form", told),
            route("fgm", "staff", "police_101", own),
            later,
        ],
        contacts: vec![
            agency("front_door_form", "Front door", "secure_mail package", ("email", "door@northshire.example")),
            agency("police_101", "Police", "telephone", ("telephone", "101")),
        ],
        ladder: vec![Rung { key: "managers".to_owned(), title: "The managers speak".to_owned(), days: 2 }],
        parameters: vec![("school.legal_name".to_owned(), "Harrowmere High School".to_owned())],
        ..policy
    }
}

struct Acts<'a> {
    world: &'a World,
    case_id: String,
}

impl Acts<'_> {
    async fn draft(&self) -> Result<ReferralDraft> {
        let request = DraftReferralRequest {
            school_id: self.world.here.clone(),
            case_id: self.case_id.clone(),
            route: "front_door".into(),
            account_name: "Ms Ali".into(),
            request_id: self.world.dsl.request_id(),
            ..Default::default()
        };
        Ok(call!(self.world.dsl, draft_referral, request)?.draft.unwrap_or_default())
    }

    async fn write(&self, draft_id: &str, answers: &[(&str, &str)]) -> Result<Case> {
        let request = UpdateReferralDraftRequest {
            school_id: self.world.here.clone(),
            case_id: self.case_id.clone(),
            draft_id: draft_id.into(),
            answers: answers.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            request_id: self.world.dsl.request_id(),
            ..Default::default()
        };
        Ok(call!(self.world.dsl, update_referral_draft, request)?.case.unwrap_or_default())
    }

    /// The draft as whoever sends it reads it.
    async fn check(&self, draft_id: &str) -> Result<ReferralDraft> {
        let request = CheckReferralRequest {
            school_id: self.world.here.clone(),
            case_id: self.case_id.clone(),
            draft_id: draft_id.into(),
        };
        Ok(call!(self.world.dsl, check_referral, request)?.draft.unwrap_or_default())
    }

    fn sending(&self, draft_id: &str, means: &str, etag: &str) -> SendReferralRequest {
        SendReferralRequest {
            school_id: self.world.here.clone(),
            case_id: self.case_id.clone(),
            draft_id: draft_id.into(),
            means: means.into(),
            proof: "Receipt 4711".into(),
            etag: etag.into(),
            request_id: self.world.dsl.request_id(),
            ..Default::default()
        }
    }

    async fn send(&self, draft_id: &str, means: &str) -> Result<SendReferralResponse> {
        // Of a draft that was sent there is nothing to check.
        let etag = self.check(draft_id).await.map_or_else(|_| "sent".to_owned(), |draft| draft.etag);
        call!(self.world.dsl, send_referral, self.sending(draft_id, means, &etag))
    }

    async fn escalate(&self, referral_id: &str, cause: &str) -> Result<Referral> {
        let request = EscalateReferralRequest {
            school_id: self.world.here.clone(),
            case_id: self.case_id.clone(),
            referral_id: referral_id.into(),
            cause: cause.into(),
            reason: "Put to the team manager".into(),
            request_id: self.world.dsl.request_id(),
        };
        only(call!(self.world.dsl, escalate_referral, request)?.case)
    }

    async fn decide(&self, referral_id: &str, outcome: &str) -> Result<Referral> {
        let request = RecordReferralOutcomeRequest {
            school_id: self.world.here.clone(),
            case_id: self.case_id.clone(),
            referral_id: referral_id.into(),
            outcome: outcome.into(),
            text: "Said the duty worker".into(),
            request_id: self.world.dsl.request_id(),
            again: String::new(),
        };
        only(call!(self.world.dsl, record_referral_outcome, request)?.case)
    }

    async fn close(&self, referral_id: &str) -> Result<Referral> {
        let request = CloseReferralRequest {
            school_id: self.world.here.clone(),
            case_id: self.case_id.clone(),
            referral_id: referral_id.into(),
            text: "A plan is in place".into(),
            request_id: self.world.dsl.request_id(),
        };
        only(call!(self.world.dsl, close_referral, request)?.case)
    }

    async fn disclosures(&self) -> Result<usize> {
        let asked = ListDisclosuresRequest {
            school_id: self.world.here.clone(),
            case_id: self.case_id.clone(),
            ..Default::default()
        };
        Ok(call!(self.world.dsl, list_disclosures, asked)?.disclosures.len())
    }
}

fn only(case: Option<Case>) -> Result<Referral> {
    case.and_then(|case| case.referrals.into_iter().next()).ok_or_else(|| Error::internal("no referral"))
}

pub(super) fn reason<T>(answer: Result<T>) -> Option<&'static str> {
    answer.err().map(|error| error.reason_name())
}

pub(super) fn fields<T>(answer: Result<T>) -> Vec<String> {
    let error = answer.err();
    error.iter().flat_map(Error::violations).map(|violation| violation.field.clone()).collect()
}

async fn a_form_begins_with_what_is_known_and_is_not_sent_without_what_it_needs(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let case = world.case().await?;
    let person = AddInvolvementRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        person: "Rowan Tansy".into(),
        role: "victim".into(),
        year_group: "8".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    call!(world.dsl, add_involvement, person.clone())?;
    let stranger = AddInvolvementRequest {
        person: "Somebody from a game".into(),
        role: "alleged_perpetrator".into(),
        year_group: String::new(),
        request_id: world.dsl.request_id(),
        ..person
    };
    call!(world.dsl, add_involvement, stranger)?;
    let acts = Acts { world: &world, case_id: case.case_id.clone() };
    let asked = ListReferralRoutesRequest { school_id: world.here.clone(), case_id: case.case_id.clone() };
    let routes = call!(world.dsl, list_referral_routes, asked)?.routes;
    assert_eq!((routes.len(), routes[0].shut.as_str()), (1, ""), "what the law puts on somebody is not the lead's");

    let draft = acts.draft().await?;
    let begun: HashMap<&str, &str> = draft.answers.iter().map(|a| (a.key.as_str(), a.value.as_str())).collect();
    assert_eq!(begun["children"], "Rowan Tansy, year 8 (victim)");
    assert!(begun["worry"].contains("Something"), "what was reported, in its own words: {}", begun["worry"]);
    assert_eq!((begun["our_reference"], begun["school"]), (case.reference.as_str(), "Harrowmere High School"));
    assert_eq!(draft.missing.iter().map(|lack| lack.key.as_str()).collect::<Vec<_>>(), ["address"]);

    let refused = acts.send(&draft.draft_id, "secure_mail").await;
    assert_eq!(fields(refused), ["answers.address"], "the field is named");
    assert_eq!(acts.disclosures().await?, 0, "and nothing was sent");
    assert_eq!(fields(acts.write(&draft.draft_id, &[("secret", "x")]).await), ["answers.secret"]);
    acts.write(&draft.draft_id, &[("address", "1 High Street")]).await?;
    let stale = UpdateReferralDraftRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        draft_id: draft.draft_id.clone(),
        answers: HashMap::from([("address".to_owned(), "2 Low Street".to_owned())]),
        etag: draft.etag.clone(),
        request_id: world.dsl.request_id(),
    };
    assert_eq!(reason(call!(world.dsl, update_referral_draft, stale)), Some("CHANGED"), "somebody wrote meanwhile");
    assert_eq!(fields(acts.send(&draft.draft_id, "web").await), ["means"], "only as the authority says");

    let sent = acts.send(&draft.draft_id, "secure_mail").await?;
    let referral = sent.referral.unwrap_or_default();
    let form = referral.form.clone().unwrap_or_default();
    assert_eq!((referral.state.as_str(), form.recipient.as_str()), ("sent", "door@northshire.example"));
    assert_eq!((form.digest.len(), form.proof.as_str()), (64, "Receipt 4711"));
    assert_eq!((acts.disclosures().await?, sent.case.unwrap_or_default().referral_drafts.len()), (1, 0));
    let again = acts.send(&draft.draft_id, "secure_mail").await?.referral.unwrap_or_default();
    assert_eq!((again.referral_id, again.draft_id), (referral.referral_id.clone(), draft.draft_id.clone()));
    assert_eq!(acts.disclosures().await?, 1, "once, and not twice");
    assert_eq!(reason(acts.send(&draft.draft_id, "web").await), Some("WRONG_STATE"), "and not in another way");
    assert_eq!(reason(acts.write(&draft.draft_id, &[("address", "2 High Street")]).await), Some("WRONG_STATE"));

    let print = PrintReferralRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        referral_id: referral.referral_id.clone(),
        format: "html".into(),
    };
    let printed = call!(world.dsl, print_referral, print)?;
    let page = String::from_utf8_lossy(&printed.content).into_owned();
    for said in ["Harrowmere High School", "Route front_door", "1 High Street", "Receipt 4711", &form.digest] {
        assert!(page.contains(said), "{said} is missing in {page}");
    }
    assert_eq!(printed.file_name, format!("referral-{}.html", case.reference.to_lowercase()));
    Ok(())
}

async fn what_is_sent_is_what_was_checked(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let acts = Acts { world: &world, case_id: world.case().await?.case_id };
    let draft = acts.draft().await?;
    acts.write(&draft.draft_id, &[("address", "1 High Street"), ("children", "Rowan Tansy")]).await?;
    let checked = acts.check(&draft.draft_id).await?;
    let send = |etag: &str| acts.sending(&draft.draft_id, "secure_mail", etag);
    assert_eq!(fields(call!(world.dsl, send_referral, send(""))), ["etag"], "nothing goes that nobody checked");
    acts.write(&draft.draft_id, &[("address", "2 Low Street")]).await?;
    let stale = send(&checked.etag);
    assert_eq!(reason(call!(world.dsl, send_referral, stale.clone())), Some("CHANGED"), "a deputy wrote meanwhile");
    assert_eq!(reason(call!(world.dsl, send_referral, stale)), Some("CHANGED"), "and it is not sent the second time");
    assert_eq!(acts.disclosures().await?, 0, "nothing left");
    let now = acts.check(&draft.draft_id).await?;
    let before = SendReferralRequest {
        send_time: Some(timestamp(world.store.clock().now() - Duration::days(30))),
        ..send(&now.etag)
    };
    assert_eq!(fields(call!(world.dsl, send_referral, before)), ["send_time"], "before the school knew of anything");
    let sent = call!(world.dsl, send_referral, send(&now.etag))?.referral.unwrap_or_default();
    let answers = sent.form.unwrap_or_default().answers;
    assert!(answers.iter().any(|answer| answer.value == "2 Low Street"), "{answers:?}");
    Ok(())
}

async fn a_referral_recorded_without_a_form_is_taken_further(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let acts = Acts { world: &world, case_id: world.case().await?.case_id };
    let made = MakeReferralRequest {
        school_id: world.here.clone(),
        case_id: acts.case_id.clone(),
        agency: "front_door_form".into(),
        reason: "Harm".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let made = call!(world.dsl, make_referral, made)?.referral.unwrap_or_default();
    assert!(!made.next_rung.is_empty());
    world.bed.clock.advance(Duration::days(4));
    acts.escalate(&made.referral_id, "silence").await?;
    let get = GetCaseRequest { school_id: world.here.clone(), case_id: acts.case_id.clone() };
    let case = call!(world.dsl, get_case, get)?.case.unwrap_or_default();
    let went: Vec<&str> = case.referrals[0].escalations.iter().map(|went| went.rung.as_str()).collect();
    assert_eq!((went, case.referrals[0].next_rung.as_str()), (vec!["The managers speak"], ""));
    Ok(())
}

async fn a_silent_agency_and_a_decision_not_agreed_with_are_taken_further(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let case = world.case().await?;
    let acts = Acts { world: &world, case_id: case.case_id.clone() };
    let draft = acts.draft().await?;
    let left =
        call!(world.dsl, get_case, GetCaseRequest { school_id: world.here.clone(), case_id: case.case_id.clone() })?;
    assert!(
        left.case.unwrap_or_default().left_to_do.contains(&"referral_draft".to_owned()),
        "a draft is not forgotten"
    );
    acts.write(&draft.draft_id, &[("address", "1 High Street"), ("children", "Rowan Tansy")]).await?;
    let id = acts.send(&draft.draft_id, "secure_mail").await?.referral.unwrap_or_default().referral_id;
    assert_eq!(reason(acts.escalate(&id, "silence").await), Some("WRONG_STATE"), "it still has time");
    assert_eq!(reason(acts.close(&id).await), Some("WRONG_STATE"), "nothing is decided");
    world.bed.clock.advance(Duration::days(4));
    let asked = ListWaitingRequest { school_id: world.here.clone(), ..Default::default() };
    let waits = async || -> Result<Vec<(String, String)>> {
        let waiting = call!(world.dsl, list_waiting, asked.clone())?.waiting;
        Ok(waiting.into_iter().map(|one| (one.side, one.kind)).collect())
    };
    assert_eq!(waits().await?, [("us".to_owned(), "chase_referral".to_owned())]);
    let due = ListDueRequest { school_id: world.here.clone(), kind: "referral_chase".into(), ..Default::default() };
    let due = call!(world.dsl, list_due, due)?.dues;
    assert_eq!((due.len(), due[0].due_word.as_str()), (1, "overdue"));

    let acknowledge = AcknowledgeReferralRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        referral_id: id.clone(),
        reference: "FD-7".into(),
        text: "The duty desk has it".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let known = only(call!(world.dsl, acknowledge_referral, acknowledge)?.case)?;
    assert_eq!((known.state.as_str(), known.reference.as_str()), ("acknowledged", "FD-7"));
    assert_eq!(waits().await?, [("others".to_owned(), "agency_answer".to_owned())], "its time begins anew");
    let decided = acts.decide(&id, "no_further_action").await?;
    assert_eq!(decided.state, "decided");
    let further = acts.escalate(&id, "disagreement").await?;
    let went = further.escalations.last().cloned().unwrap_or_default();
    assert_eq!((went.rung.as_str(), went.outcome.as_str()), ("The managers speak", "no_further_action"));
    assert_eq!((further.outcome.as_str(), further.next_rung.as_str()), ("", ""), "the decision is asked for again");
    assert_eq!(acts.disclosures().await?, 2, "what the agency is told further is a disclosure");
    acts.decide(&id, "accepted").await?;
    assert_eq!(reason(acts.escalate(&id, "disagreement").await), Some("WRONG_STATE"), "the ladder has an end");
    let closed = acts.close(&id).await?;
    assert_eq!((closed.state.as_str(), closed.outcome.as_str()), ("closed", "accepted"));
    Ok(())
}

async fn who_does_not_work_the_case_refers_nobody(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let case = world.case().await?;
    let acts = Acts { world: &world, case_id: case.case_id.clone() };
    let draft = acts.draft().await?;
    let check = |school: &str| CheckReferralRequest {
        school_id: school.into(),
        case_id: case.case_id.clone(),
        draft_id: draft.draft_id.clone(),
    };
    let staff = world.bed.person(&[(Role::Staff, &world.here)]);
    assert_eq!(reason(call!(staff, check_referral, check(&world.here))), Some("NOT_PERMITTED"));
    assert_eq!(reason(call!(world.other, check_referral, check(&world.there))), Some("NOT_FOUND"));
    let print = PrintReferralRequest {
        school_id: world.there.clone(),
        case_id: case.case_id.clone(),
        referral_id: draft.draft_id.clone(),
        format: "html".into(),
        ..Default::default()
    };
    assert_eq!(reason(call!(world.other, print_referral, print)), Some("NOT_FOUND"));
    let withdraw = WithdrawReferralDraftRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        draft_id: draft.draft_id.clone(),
        reason: "The police do it".into(),
        request_id: world.dsl.request_id(),
    };
    let kept = call!(world.dsl, withdraw_referral_draft, withdraw)?.case.unwrap_or_default();
    assert_eq!(kept.referral_drafts[0].state, "withdrawn", "it stays on record");
    assert_eq!(reason(acts.send(&draft.draft_id, "secure_mail").await), Some("WRONG_STATE"));
    Ok(())
}

async fn an_agency_takes_referrals_on_its_own_days_alone(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let case = world.case().await?;
    let acts = Acts { world: &world, case_id: case.case_id.clone() };
    let registered = async |from: &str, until: &str| -> Result<()> {
        let mut policy = policy();
        for contact in policy.contacts.iter_mut().filter(|contact| contact.key == "front_door_form") {
            (contact.from, contact.until) = (from.to_owned(), until.to_owned());
        }
        let mut tx = world.store.begin(&Scope::consumer(&world.here, "evt")).await?;
        store::copy::keep_policy(&tx, &world.here, &policy).await?;
        tx.silent();
        tx.commit().await
    };
    registered("2027-04-01", "").await?;
    let asked = ListReferralRoutesRequest { school_id: world.here.clone(), case_id: case.case_id.clone() };
    let route = call!(world.dsl, list_referral_routes, asked)?.routes.remove(0);
    assert_eq!((route.shut.as_str(), route.agencies.len()), ("no_agency", 0), "it is not offered");
    let early = acts.draft().await.err();
    assert!(early.is_some_and(|error| error.message().contains("1 April 2027")), "and says from when it is");
    let made = MakeReferralRequest {
        school_id: world.here.clone(),
        case_id: case.case_id.clone(),
        agency: "front_door_form".into(),
        reason: "Harm".into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    assert_eq!(fields(call!(world.dsl, make_referral, made)), ["agency"]);
    registered("2026-11-24", "").await?;
    let draft = acts.draft().await?;
    acts.write(&draft.draft_id, &[("address", "1 High Street"), ("children", "Rowan Tansy")]).await?;
    registered("", "2026-11-23").await?;
    assert_eq!(fields(acts.send(&draft.draft_id, "secure_mail").await), ["agency"], "it ended since the draft began");
    registered("", "2026-11-24").await?;
    acts.send(&draft.draft_id, "secure_mail").await.map(drop)
}

async fn a_referral_goes_as_a_signed_file_that_its_reader_opens_and_reads_back(engine: Engine) -> Result<()> {
    let world = package::installation(engine, (7, ["888001", "888002"])).await?;
    let acts = Acts { world: &world, case_id: world.case().await?.case_id };
    let draft = acts.draft().await?;
    acts.write(&draft.draft_id, &[("address", "1 High Street"), ("children", "Rowan Tansy")]).await?;
    let etag = acts.check(&draft.draft_id).await?.etag;
    let sending = |ring: &str, proof: &str| SendReferralRequest {
        ring: ring.into(),
        proof: proof.into(),
        ..acts.sending(&draft.draft_id, "package", &etag)
    };
    let inbox = SendReferralRequest { means: "portal".into(), ..sending("", "") };
    let wrong = [("ring", sending("", "")), ("proof", sending("Ms Ali, 01632 960001", "posted")), ("means", inbox)];
    for (field, request) in wrong {
        assert_eq!(fields(call!(world.dsl, send_referral, request)), [field]);
    }
    let request = sending("Ms Ali, 01632 960001", "");
    let sent = call!(world.dsl, send_referral, request.clone())?;
    let (referral, package) = (sent.referral.unwrap_or_default(), sent.package.unwrap_or_default());
    let form = referral.form.clone().unwrap_or_default();
    assert_eq!((form.recipient.as_str(), form.fingerprint.len()), ("door@northshire.example", 29));
    let said = String::from_utf8_lossy(&package.content).into_owned();
    assert!(["Rowan", "High Street", &package.passphrase].iter().all(|word| !said.contains(word)), "nothing is open");
    let read = |package: &ReferralPackage| open::<Document>(&package.content, &package.passphrase);
    let opened = read(&package)?;
    assert_eq!((opened.document.number(), &opened.fingerprint), (form.number.clone(), &form.fingerprint));
    assert_eq!(opened.document.sender.name, "Fieldgate School");
    let answers: Vec<&str> = opened.document.answers.iter().map(|one| one.answer.as_str()).collect();
    assert!(answers.contains(&"1 High Street") && answers.contains(&"Rowan Tansy"), "{answers:?}");

    // Asked again, and made again: the same file under other passphrases.
    let again = call!(world.dsl, send_referral, request)?.package.unwrap_or_default();
    let make = || MakeReferralPackageRequest {
        school_id: world.here.clone(),
        case_id: acts.case_id.clone(),
        referral_id: referral.referral_id.clone(),
    };
    let anew = call!(world.dsl, make_referral_package, make())?.package.unwrap_or_default();
    for other in [&again, &anew] {
        assert!(other.passphrase != package.passphrase && read(other)?.signed == opened.signed);
    }
    assert_eq!(acts.disclosures().await?, 1);
    let has = |digest: &str| AcknowledgeReferralRequest {
        school_id: world.here.clone(),
        case_id: acts.case_id.clone(),
        referral_id: referral.referral_id.clone(),
        text: "The duty desk has it".into(),
        digest: digest.into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    for digest in ["", "0123 4567 89ab cdef", &form.number[..8]] {
        assert_eq!(fields(call!(world.dsl, acknowledge_referral, has(digest))), ["digest"], "{digest}");
    }
    let known = only(call!(world.dsl, acknowledge_referral, has(&form.number[..16]))?.case)?;
    assert_eq!(known.form.unwrap_or_default().read_out, form.number[..16]);
    acts.decide(&referral.referral_id, "accepted").await?;
    acts.close(&referral.referral_id).await?;
    assert_eq!(reason(call!(world.dsl, make_referral_package, make())), Some("WRONG_STATE"));
    Ok(())
}

on_both_engines!(
    a_referral_recorded_without_a_form_is_taken_further,
    an_agency_takes_referrals_on_its_own_days_alone,
    a_referral_goes_as_a_signed_file_that_its_reader_opens_and_reads_back,
    a_form_begins_with_what_is_known_and_is_not_sent_without_what_it_needs,
    what_is_sent_is_what_was_checked,
    a_silent_agency_and_a_decision_not_agreed_with_are_taken_further,
    who_does_not_work_the_case_refers_nobody,
);
