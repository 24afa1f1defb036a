//! The roll of a school: added, found, imported after a look, and nobody else's.

use chassis::{
    error::{Error, Result},
    testing::{Bed, Engine, Person},
};
use proto::{
    access::v1::Role,
    incident_cases::v1::{incident_cases_client::IncidentCasesClient, *},
};

struct Place {
    _bed: Bed,
    here: String,
    dsl: Person,
    staff: Person,
    other: Person,
    there: String,
}

async fn place(engine: Engine) -> Result<Place> {
    let mut bed = Bed::new(engine)?;
    let setup = bed.migrated::<crate::store::migration::Migrations>("incident-cases").await?;
    let running = crate::start(setup).await?;
    bed.add(&running);
    let (here, there) = (bed.school(), bed.school());
    let dsl = bed.person(&[(Role::Dsl, &here)]);
    let staff = bed.person(&[(Role::Staff, &here)]);
    let other = bed.person(&[(Role::Dsl, &there)]);
    Ok(Place { _bed: bed, here, dsl, staff, other, there })
}

macro_rules! call {
    ($who:expr, $rpc:ident, $request:expr) => {
        IncidentCasesClient::new($who.to("incident-cases")?)
            .$rpc($request)
            .await
            .map(|answer| answer.into_inner())
            .map_err(|status| Error::from_status(&status))
    };
}

fn record(given: &str, family: &str, upn: &str) -> LearnerRecord {
    LearnerRecord {
        given_name: given.into(),
        family_name: family.into(),
        birth_date: "2014-03-27".into(),
        year_group: "Year 7".into(),
        upn: upn.into(),
        ..LearnerRecord::default()
    }
}

impl Place {
    async fn create(&self, who: &Person, school: &str, record: LearnerRecord) -> Result<Learner> {
        let request = CreateLearnerRequest {
            school_id: school.into(),
            record: Some(record),
            request_id: who.request_id(),
            another_child: true,
        };
        Ok(call!(who, create_learner, request)?.learner.unwrap_or_default())
    }

    async fn search(&self, who: &Person, school: &str, query: &str) -> Result<Vec<LearnerMatch>> {
        let request = SearchLearnersRequest { school_id: school.into(), query: query.into(), ..Default::default() };
        Ok(call!(who, search_learners, request)?.matches)
    }

    async fn preview(&self, table: &str, whole_roll: bool) -> Result<PreviewLearnerImportResponse> {
        let request = PreviewLearnerImportRequest {
            school_id: self.here.clone(),
            content: table.as_bytes().to_vec().into(),
            whole_roll,
            request_id: self.dsl.request_id(),
            content_hash: String::new(),
        };
        call!(self.dsl, preview_learner_import, request)
    }

    /// What a table that was previewed would do by now.
    async fn preview_again(&self, hash: &str) -> Result<PreviewLearnerImportResponse> {
        let request = PreviewLearnerImportRequest {
            school_id: self.here.clone(),
            content_hash: hash.into(),
            request_id: self.dsl.request_id(),
            ..Default::default()
        };
        call!(self.dsl, preview_learner_import, request)
    }

    async fn import(&self, hash: &str, decisions: Vec<LearnerImportDecision>) -> Result<ImportLearnersResponse> {
        let request = ImportLearnersRequest {
            school_id: self.here.clone(),
            content_hash: hash.into(),
            decisions,
            request_id: self.dsl.request_id(),
        };
        call!(self.dsl, import_learners, request)
    }
}

fn fields(error: &Error) -> Vec<String> {
    error.violations().iter().map(|violation| violation.field.clone()).collect()
}

async fn a_learner_is_added_changed_and_found_and_nobody_elses(engine: Engine) -> Result<()> {
    let place = place(engine).await?;
    let learner = place.create(&place.dsl, &place.here, record("Renée", "Oakes", "B801200005001")).await?;
    assert_eq!((learner.key_stage.as_str(), learner.etag.as_str()), ("KS3", "v1"));
    // The same number is another school's own matter, and no second learner's here.
    let theirs = place.create(&place.other, &place.there, record("Renée", "Oakes", "B801200005001")).await?;
    let twice = place.create(&place.dsl, &place.here, record("Bo", "Elm", "B801200005001")).await;
    assert_eq!(twice.err().map(|e| (e.reason_name(), fields(&e))), Some(("ALREADY_EXISTS", vec!["record.upn".into()])));
    let wrong = place.create(&place.dsl, &place.here, record("", "Elm", "A801200005001")).await;
    assert_eq!(wrong.err().map(|e| fields(&e)), Some(vec!["record.given_name".into(), "record.upn".into()]));

    for query in ["oaks", "rene", "27/03/2014", "B801200005001"] {
        let found = place.search(&place.dsl, &place.here, query).await?;
        let ids: Vec<_> = found.iter().filter_map(|m| m.learner.as_ref()).map(|l| l.learner_id.clone()).collect();
        assert_eq!(ids, [learner.learner_id.as_str()], "{query}");
    }
    assert!(place.search(&place.staff, &place.here, "oakes").await.is_err_and(|e| e.reason_name() == "NOT_PERMITTED"));
    assert!(place.search(&place.dsl, &place.here, "a").await.is_err_and(|e| fields(&e) == ["query"]));

    let mut changed = record("Renée", "Birch", "B801200005001");
    changed.known_as = "Wren".into();
    let update = UpdateLearnerRequest {
        school_id: place.here.clone(),
        learner_id: learner.learner_id.clone(),
        record: Some(changed),
        leave_date: "2026-07-20".into(),
        etag: learner.etag.clone(),
        request_id: place.dsl.request_id(),
    };
    let stale = UpdateLearnerRequest { request_id: place.dsl.request_id(), ..update.clone() };
    let foreign = UpdateLearnerRequest {
        learner_id: theirs.learner_id.clone(),
        request_id: place.dsl.request_id(),
        ..update.clone()
    };
    let after = call!(place.dsl, update_learner, update)?.learner.unwrap_or_default();
    assert_eq!((after.leave_date.as_str(), after.etag.as_str()), ("2026-07-20", "v2"));
    assert!(call!(place.dsl, update_learner, stale).is_err_and(|e| e.reason_name() == "CHANGED"));
    assert!(call!(place.dsl, update_learner, foreign).is_err_and(|e| e.reason_name() == "NOT_FOUND"));
    let found = place.search(&place.dsl, &place.here, "oakes").await?;
    let found: Vec<_> = found.iter().map(|m| (m.learner.as_ref().map(|l| l.learner_id.as_str()), &*m.why)).collect();
    assert_eq!(
        found,
        [(Some(learner.learner_id.as_str()), "a former name")],
        "whoever remembers the old name finds them"
    );
    assert_eq!(place.search(&place.dsl, &place.here, "wren birch").await?.len(), 1);
    Ok(())
}

async fn a_roll_is_looked_at_before_it_is_taken(engine: Engine) -> Result<()> {
    let place = place(engine).await?;
    let kept = place.create(&place.dsl, &place.here, record("Ann", "Oak", "B801200005001")).await?;
    let close = place.create(&place.dsl, &place.here, record("Bo", "Elm", "")).await?;
    place.create(&place.dsl, &place.here, record("Cy", "Ash", "")).await?;
    let head = "FAMILY NAME,GIVEN NAME,DATE OF BIRTH,YEAR GROUP,UPN\n";
    let wrong = place.preview(&format!("{head}Oak,Ann,27/03/2014,15,\n"), false).await?;
    assert_eq!((wrong.wrong, wrong.content_hash.as_str()), (1, ""));
    let rows: String = (0..300).map(|n| format!("Family{n},Given{n},01/09/2015,Y6,\n")).collect();
    let table = format!("{head}Oak,Ann,27/03/2014,8,B801200005001\nElm,Boe,27/03/2014,7,\n{rows}");
    let seen = place.preview(&table, true).await?;
    let counts = (seen.new_learners, seen.changed, seen.close_matches, seen.leavers, seen.wrong);
    assert_eq!(counts, (300, 1, 1, 1, 0));
    // Which rows: whoever has to be decided about first, then what changes of whom, then every name that is new.
    let first: Vec<_> = seen.lines.iter().take(3).map(|l| (l.outcome.as_str(), l.name.as_str())).collect();
    assert_eq!(first, [("close_match", "Boe Elm"), ("changed", "Ann Oak"), ("new", "Given0 Family0")]);
    assert_eq!(seen.lines.len(), 302);
    let changes = &seen.lines[1].changes;
    assert!(changes.iter().any(|c| c.column == "YEAR GROUP" && c.after == "8"), "{changes:?}");
    let leaving: Vec<_> = seen.leaving.iter().map(|l| l.learner.clone().unwrap_or_default()).collect();
    assert_eq!(leaving.iter().filter_map(|l| l.record.as_ref()).map(|r| &*r.family_name).collect::<Vec<_>>(), ["Ash"]);
    let undecided = place.import(&seen.content_hash, Vec::new()).await;
    assert_eq!(undecided.err().map(|e| fields(&e)), Some(vec!["decisions".into()]));
    let stranger = LearnerImportDecision { line: 3, learner_id: kept.learner_id.clone() };
    assert!(place.import(&seen.content_hash, vec![stranger]).await.is_err());
    let same = LearnerImportDecision { line: 3, learner_id: close.learner_id.clone() };
    let done = place.import(&seen.content_hash, vec![same]).await?;
    assert_eq!((done.added, done.changed, done.left), (300, 2, 1));
    assert!(place.import(&seen.content_hash, Vec::new()).await.is_err_and(|e| fields(&e) == ["content_hash"]));
    let list = ListLearnersRequest { school_id: place.here.clone(), page_size: 1000, ..Default::default() };
    let roll = call!(place.dsl, list_learners, list)?;
    assert_eq!((roll.total_size, roll.learners.len()), (302, 302));
    let again = place.preview(&table, true).await?;
    assert_eq!((again.new_learners, again.unchanged, again.leavers), (0, 302, 0));
    Ok(())
}

async fn a_roll_is_taken_as_it_was_reviewed_or_not_at_all(engine: Engine) -> Result<()> {
    let place = place(engine).await?;
    place.create(&place.dsl, &place.here, record("Ann", "Oak", "")).await?;
    let table = "FAMILY NAME,GIVEN NAME,DATE OF BIRTH,CLASS\nOak,Ann,27/03/2014,7K\nElm,Bo,27/03/2014,7K\n";
    let seen = place.preview(table, true).await?;
    assert_eq!((seen.new_learners, seen.leavers, seen.unread_columns.as_slice()), (1, 0, &["CLASS".to_owned()][..]));
    // Admitted meanwhile: without having been shown, one would leave, and one be a second learner.
    let cy = place.create(&place.dsl, &place.here, record("Cy", "Ash", "")).await?;
    place.create(&place.dsl, &place.here, record("Boe", "Elm", "")).await?;
    assert!(place.import(&seen.content_hash, Vec::new()).await.is_err_and(|e| fields(&e) == ["content_hash"]));
    let again = place.preview_again(&seen.content_hash).await?;
    let leaving: Vec<_> = again.leaving.iter().filter_map(|l| l.learner.as_ref()).map(|l| &l.learner_id).collect();
    assert_eq!((again.close_matches, leaving), (1, vec![&cy.learner_id]));
    let new = LearnerImportDecision { line: 3, learner_id: String::new() };
    let done = place.import(&again.content_hash, vec![new]).await?;
    assert_eq!((done.added, done.left), (1, 1));
    assert!(place.preview_again("abc").await.is_err_and(|e| fields(&e) == ["content_hash"]), "nobody previewed it");
    Ok(())
}

async fn a_pupil_number_stays_with_whom_it_belongs_to(engine: Engine) -> Result<()> {
    let place = place(engine).await?;
    let una = place.create(&place.dsl, &place.here, record("Una", "Pike", "B801200005001")).await?;
    let tyler = place.create(&place.dsl, &place.here, record("Tyler", "Reed", "")).await?;
    let table = "FAMILY NAME,GIVEN NAME,DATE OF BIRTH,UPN,USER NAME\nReed,Tyler,27/03/2014,B801200005001,treed\n";
    let seen = place.preview(table, false).await?;
    let candidates = seen.lines[0].candidates.iter().filter_map(|c| c.learner.as_ref()).map(|l| &l.learner_id);
    assert_eq!(candidates.collect::<Vec<_>>(), [&una.learner_id, &tyler.learner_id], "a person says who it is");
    let his = LearnerImportDecision { line: 2, learner_id: tyler.learner_id.clone() };
    assert_eq!(place.import(&seen.content_hash, vec![his]).await?.changed, 1);
    let found = place.search(&place.dsl, &place.here, "B801200005001").await?;
    let found: Vec<_> = found.iter().filter_map(|m| m.learner.as_ref()).map(|l| &l.learner_id).collect();
    assert_eq!(found, [&una.learner_id]);
    Ok(())
}

async fn what_a_learner_has_to_do_with_is_found_by_the_learner(engine: Engine) -> Result<()> {
    let world = super::world(engine).await?;
    let school_id = || world.here.clone();
    let add = |who: &Person, school: &str, given: &str| CreateLearnerRequest {
        school_id: school.into(),
        record: Some(record(given, "Oak", "")),
        request_id: who.request_id(),
        another_child: true,
    };
    let ann = call!(world.dsl, create_learner, add(&world.dsl, &world.here, "Ann"))?.learner.unwrap_or_default();
    let bo = call!(world.dsl, create_learner, add(&world.dsl, &world.here, "Bo"))?.learner.unwrap_or_default();
    // Whoever is here already is asked about; another school's children are nobody's here.
    let again = CreateLearnerRequest { another_child: false, ..add(&world.dsl, &world.here, "Ann") };
    let refused = call!(world.dsl, create_learner, again).err();
    assert_eq!(refused.map(|error| error.violations()[0].field.clone()).as_deref(), Some("another_child"));
    let new = CreateLearnerRequest { another_child: false, ..add(&world.other, &world.there, "Ann") };
    call!(world.other, create_learner, new)?;
    let theirs = call!(world.other, create_learner, add(&world.other, &world.there, "Cy"))?.learner.unwrap_or_default();
    let concern_id = world.concern().await?;
    let set = |ids: &[&str]| SetConcernLearnersRequest {
        school_id: school_id(),
        concern_id: concern_id.clone(),
        learner_ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        request_id: world.dsl.request_id(),
    };
    call!(world.dsl, set_concern_learners, set(&[&ann.learner_id, &bo.learner_id]))?;
    let named = call!(world.dsl, set_concern_learners, set(&[&ann.learner_id]))?.concern.unwrap_or_default();
    assert_eq!(named.learner_ids, [ann.learner_id.as_str()]);
    let foreign = call!(world.dsl, set_concern_learners, set(&[&theirs.learner_id]));
    assert!(foreign.is_err_and(|e| e.reason_name() == "NOT_FOUND"));

    let case = world.case().await?;
    let part = |learner: &str| AddInvolvementRequest {
        school_id: school_id(),
        case_id: case.case_id.clone(),
        role: "victim".into(),
        learner_id: learner.into(),
        request_id: world.dsl.request_id(),
        ..Default::default()
    };
    let foreign = call!(world.dsl, add_involvement, part(&theirs.learner_id));
    assert!(foreign.is_err_and(|e| e.reason_name() == "NOT_FOUND"));
    call!(world.dsl, add_involvement, part(&ann.learner_id))?;
    // Nobody has one part twice, and a year group is one of a school: of a child on the roll, the roll's.
    let twice = call!(world.dsl, add_involvement, part(&ann.learner_id));
    assert!(twice.is_err_and(|e| fields(&e) == ["learner_id"]));
    for (learner_id, year) in [(bo.learner_id.as_str(), "8"), ("", "banana"), ("", "99")] {
        let said = AddInvolvementRequest { person: "Bo".into(), year_group: year.into(), ..part(learner_id) };
        let refused = call!(world.dsl, add_involvement, said);
        assert!(refused.is_err_and(|e| fields(&e) == ["year_group"]), "{year}");
    }
    let after = call!(world.dsl, add_involvement, part(&bo.learner_id))?.case.unwrap_or_default();
    let people: Vec<_> = after.involvements.iter().map(|i| (i.person.as_str(), i.year_group.as_str())).collect();
    assert_eq!(people, [("Ann Oak", "7"), ("Bo Oak", "7")], "the name and the year of the roll");

    let records = |learner: &str| ListLearnerRecordsRequest { school_id: school_id(), learner_id: learner.into() };
    let of_ann = call!(world.dsl, list_learner_records, records(&ann.learner_id))?;
    let of_bo = call!(world.dsl, list_learner_records, records(&bo.learner_id))?;
    assert_eq!(of_ann.concerns.iter().map(|c| c.concern_id.as_str()).collect::<Vec<_>>(), [concern_id.as_str()]);
    assert_eq!((of_ann.cases.len(), of_bo.concerns.len(), of_bo.cases.len()), (1, 0, 1));
    assert!(call!(world.dsl, list_learner_records, records(&theirs.learner_id)).is_err());
    // A concern that goes into a case brings the case along.
    let cy = call!(world.dsl, create_learner, add(&world.dsl, &world.here, "Cy"))?.learner.unwrap_or_default();
    call!(world.dsl, set_concern_learners, set(&[&cy.learner_id]))?;
    let existing = triage_concern_request::Decision::ExistingCase(ExistingCase { case_id: case.case_id.clone() });
    let triage = TriageConcernRequest {
        school_id: school_id(),
        concern_id: concern_id.clone(),
        decision: Some(existing),
        request_id: world.dsl.request_id(),
        again: String::new(),
    };
    call!(world.dsl, triage_concern, triage)?;
    assert_eq!(call!(world.dsl, list_learner_records, records(&cy.learner_id))?.cases.len(), 1);
    Ok(())
}

async fn a_user_name_at_the_filter_is_one_childs_by_the_roll_and_never_guessed(engine: Engine) -> Result<()> {
    let place = place(engine).await?;
    let table = "FAMILY NAME,GIVEN NAME,USER NAME\nField,Robin,J.Doe; rfield\nMarsh,Ash,\nHill,Rowan,rhill\n";
    let twice = "FAMILY NAME,GIVEN NAME,USER NAME\nField,Robin,J.Doe\nMarsh,Ash,SCHOOL\\j.doe\n";
    let wrong = place.preview(twice, false).await?;
    assert_eq!((wrong.wrong, wrong.content_hash.as_str()), (1, ""), "by one user name nobody would be known");
    let preview = place.preview(table, false).await?;
    let import = ImportLearnersRequest {
        school_id: place.here.clone(),
        content_hash: preview.content_hash,
        decisions: Vec::new(),
        request_id: place.dsl.request_id(),
    };
    assert_eq!(call!(place.dsl, import_learners, import)?.added, 3);
    let found = async |user: &str| -> Result<Vec<String>> {
        let asked =
            SearchLearnersRequest { school_id: place.here.clone(), user_name: user.into(), ..Default::default() };
        let matches = call!(place.dsl, search_learners, asked)?.matches;
        let named = matches.into_iter().filter_map(|found| Some(found.learner?.record?.given_name));
        Ok(named.collect())
    };
    for user in ["j.doe", "SCHOOL\\J.DOE", "j.doe@school.example", "rfield"] {
        assert_eq!(found(user).await?, ["Robin"], "{user}");
    }
    for user in ["j.do", "j.doer", "robin", "ash", "@"] {
        assert_eq!(found(user).await?, Vec::<String>::new(), "{user}");
    }
    // Two have it since: neither is chosen, and both are said.
    let record = LearnerRecord { user_names: vec!["JDOE".into(), "j.doe".into()], ..record("Elm", "Brook", "") };
    place.create(&place.dsl, &place.here, record).await?;
    assert_eq!(found("j.doe").await?.len(), 2);
    Ok(())
}

on_both_engines!(
    a_user_name_at_the_filter_is_one_childs_by_the_roll_and_never_guessed,
    a_learner_is_added_changed_and_found_and_nobody_elses,
    a_roll_is_looked_at_before_it_is_taken,
    a_roll_is_taken_as_it_was_reviewed_or_not_at_all,
    a_pupil_number_stays_with_whom_it_belongs_to,
    what_a_learner_has_to_do_with_is_found_by_the_learner,
);
