//! Every form, as it is first shown and as it is shown again: for the tests of the forms.

use chassis::error::Error;

use super::super::case::{
    access, agreement, assign, chain, close, consultation, debrief, decide, device, entry, fact, held, invite,
    involvement, material, parents, referral, report as material_report, searches, step,
};
use super::super::{
    adult_mark, attachment, break_glass, case, clause, concern, contact, cover, desk, emergency, filtering, finding,
    governor, hidden, import, invitation, learner, lesson, lines, mandatory_report, my_concern, notices, oversight,
    paragraph, parameter, people, policy, procedure, public_report, register, report, retention, review, revision,
    rollout, school, section, sender, shared_incident, sharing, sign_in, subject_access, tables, template, transfer,
    webhook,
};

fn refer_form() -> Vec<crate::pages::form::Field> {
    let route = case::refer::sample().route.unwrap_or_default().route.unwrap_or_default();
    case::refer::form(&route, &|key| if key == "danger" { "no".to_owned() } else { String::new() })
}

/// Every form, as it is first shown and as it is shown again.
pub fn form_samples() -> Vec<crate::pages::form::FormPage> {
    use crate::pages::form::Field;
    use proto::{
        incident_cases::v1::LearnerMatch,
        policy_registry::v1::{ParameterDefinition, Template},
    };
    let case = case::sample();
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let parameter = |kind: &str, allowed: &[&str]| {
        let allowed = allowed.iter().map(|a| (*a).to_owned()).collect();
        let definition =
            ParameterDefinition { title: "filter product".into(), r#type: kind.into(), allowed, ..Default::default() };
        parameter::fields(&definition, vec!["a".into()])
    };
    let mut acts: Vec<(&str, Vec<Field>)> = vec![
        ("Add an entry", entry::fields(None)),
        ("Say whether it belongs in the chronology", case::significant::fields(&case.entries[0])),
        ("Say what the case is about", case::class::fields(&case)),
        ("Add a person", involvement::fields()),
        ("Correct a person’s part", case::part::fields(&case.involvements[0])),
        ("End a person’s part", case::part::end_fields()),
        ("Add a person of the roll", vec![involvement::on_roll(&[Default::default()])]),
        ("Which fact", fact::choice(&case)),
        ("Record a fact", fact::fields("iioc_variant")),
        ("Record a talk", consultation::fields()),
        ("Make a referral", referral::fields(&[pair("ceop", "CEOP")])),
        ("Make a referral without the register", referral::fields(&[])),
        ("Record an answer", referral::outcome_fields(false)),
        ("Put an answer right", referral::outcome_fields(true)),
        ("Refer to an agency", case::refer::choices(&[case::refer::sample().route.unwrap_or_default()])),
        ("Fill the form in", refer_form()),
        ("Send it", case::refer::send_fields(&case::refer::sample().route.unwrap_or_default().agencies[0])),
        ("Not to be sent", case::refer::withdraw::fields()),
        ("The agency has it", case::refer::follow::Act::Acknowledge.fields()),
        ("They have the file", vec![case::refer::package::number_field()]),
        ("Take it further", case::refer::follow::Act::Escalate.fields()),
        ("Close the referral", case::refer::follow::Act::Close.fields()),
        ("Answer what they ask", case::refer::follow::Act::Answer.fields()),
        ("Take it back", case::refer::follow::Act::Withdraw.fields()),
        (
            "Record what the law asks",
            mandatory_report::fields(&case::refer::sample().route.unwrap_or_default(), &|_| String::new()),
        ),
        ("Parents", parents::fields(&case, "inv_1")),
        ("Debrief", debrief::fields()),
        ("Close", close::fields(&case)),
        ("Sign the report", governor::sign::fields(false, None)),
        ("Amend the report", governor::sign::fields(true, None)),
        ("Sign a report that moved", governor::sign::fields(false, Some(("0a1b", governor::sign::Since::Moved)))),
        ("Sign a report after another", governor::sign::fields(true, Some(("0a1b", governor::sign::Since::Signed)))),
        ("Save a question", tables::question::fields(None)),
        ("Change a saved question", tables::question::fields(Some(&tables::question::sample()))),
        ("Who may see it", access::fields(&case, &[Default::default()], &people::People::of(&[]))),
        ("Open a new case", concern::triage::new_fields("")),
        (concern::allegation::TITLE, concern::allegation::fields(&[Default::default()])),
        ("Pass it on", concern::pass_on::fields("head")),
        ("Early help", concern::triage::early_help_fields()),
        ("Refer now", concern::triage::refer_fields(&[pair("ceop", "CEOP")], "What was said")),
        ("Who lives together", learner::household::choices(&[Default::default()], &[])),
        (
            "Add it to a case",
            concern::joining::fields(&[("cas_1".into(), "2026-014, Bullying".into(), "about the same child".into())]),
        ),
        ("No further action", concern::triage::nothing_fields()),
        ("Who is the case about?", case::access::subject_fields(&[Default::default()], "head")),
        ("Which adult is it?", case::access::adult_fields(&[Default::default()], true)),
        ("Decide again", vec![concern::triage::again()]),
        ("Print the case", case::print::fields()),
        ("Download a list", case::export::fields()),
        ("Take in a request", subject_access::fields()),
        ("Decide on a record", subject_access::item::fields(&subject_access::sample().items[0])),
        ("Give several records", subject_access::give::fields(&subject_access::give::sample())),
        ("Stop the clock", subject_access::answer::clock_fields(false)),
        ("Start the clock again", subject_access::answer::clock_fields(true)),
        ("Take up to two months more", subject_access::answer::extension_fields()),
        ("Make the answer", subject_access::answer::fields()),
        (
            "Send a child’s file",
            transfer::send::fields(&[pair("sch_2", "Harrowmere High School")], &[Default::default()]),
        ),
        ("Take the file back", transfer::send::withdraw_fields()),
        ("No file goes", transfer::send::none_fields()),
        ("Decide on sharing ahead of the move", transfer::send::advance_fields()),
        (
            "Confirm receipt",
            transfer::receive::choices(&[LearnerMatch { learner: Some(Default::default()), ..Default::default() }]),
        ),
        ("Send a file back", transfer::receive::return_fields()),
        ("A file that came back", transfer::receive::came_back_fields()),
        ("Send a child’s file to a school outside", transfer::outside::fields(&[Default::default()])),
        ("Record receipt", transfer::outside::receipt_fields()),
        ("Take in a file from outside", transfer::outside::import_fields()),
        ("Propose a lesson", case::lesson::fields(&Template::default())),
        ("Open a consultation", policy::consultation::open_fields()),
        ("Record a comment", policy::consultation::comment_fields()),
        ("Answer a comment", policy::consultation::answer_fields()),
        ("Bring it into force in an emergency", emergency::fields()),
        ("Ask for a review", review::raise_fields()),
        ("Record what a review came to", review::complete_fields()),
        ("Record a lesson", lesson::raise_fields(&Template::default())),
        ("Answer a lesson", lesson::answer_fields("adopted_version", "Which version?", &[(3, " (draft)".into())])),
        (
            "Overdue reviews",
            oversight::late_fields(&[("sch_1".into(), "Thistledown Grange School".into(), "Review overdue".into())]),
        ),
        ("Remind schools", oversight::remind_fields()),
        ("Invite", invite::fields(&[pair("sch_2", "Harrowmere High School")])),
        ("Skip", step::skip_fields()),
        ("Say whose it is", assign::owner_fields(&[Default::default()], "", "Nobody’s")),
        ("Move the day", assign::move_fields()),
        ("Change the rota", cover::rota::fields(&Default::default(), "monday", &[Default::default()])),
        ("Record an absence", cover::absence::fields(&[Default::default()])),
        ("Five questions", decide::criteria::fields()),
        ("Ask a second person", decide::agreement::fields(&case, &[pair("acc_1", "Ms <Ali>")])),
        ("Answer as the second person", agreement::fields()),
        ("Mark the adult", adult_mark::fields()),
        ("Compare the adult no more", adult_mark::end_fields()),
        ("Say what was done about adults at several schools", desk::pattern::note_fields()),
        ("Mark a contact", contact::fields(&[pair("inv_1", "Somebody <outside>")])),
        ("Compare a contact no more", contact::end_fields()),
        ("Say what was done", contact::note_fields()),
        ("A restricted case", break_glass::fields()),
        ("Was it justified?", break_glass::review_fields()),
        ("Hold a record", retention::decide::hold_fields()),
        ("Ask for a hold to be lifted", retention::decide::lift_fields(&[pair("acc_1", "Ms <Ali>")])),
        ("Keep a record longer", retention::decide::keep_fields()),
        ("Say what a review is reckoned from", retention::decide::basis_fields()),
        ("Ask for a record to be destroyed", retention::decide::destroy_fields(&[])),
        ("Is a record destroyed?", retention::decide::answer_fields()),
        ("Record a decision", decide::decision::fields(&case)),
        ("Record support", decide::support::fields(&case)),
        ("Record an assessment", decide::assessment::fields(&case)),
        ("Open again", decide::reopen::fields(&case)),
        ("Viewing log", material::viewing::fields(&case)),
        ("Record material", material::suspect::fields(&case)),
        ("Show an address", material_report::reveal_fields()),
        ("Record a report", material::report::fields(&case)),
        ("Record what came of it", material_report::outcome_fields()),
        ("Record who saw it", material::exposure::fields(&case)),
        ("Record a deletion", material::deletion::fields(&case)),
        ("Record a device", device::custody::fields(&case)),
        ("Record a device of no case", held::fields()),
        ("Add to a chain", chain::fields(&chain::sample("held"))),
        ("Correct a chain", chain::fields(&chain::sample("released"))),
        (
            "Add to the chain of a device of no case",
            held::link_fields(&chain::sample("held"), &[("cas_1".into(), "2026-014".into())]),
        ),
        ("Record a search", searches::fields(&[("cus_1".into(), "Phone <blue>".into())])),
        ("Record a search of no case", searches::fields(&[])),
        ("Record what was told", device::disclosure::fields(&case)),
        ("Add to a concern", my_concern::fields()),
        ("May a photo be kept?", attachment::question()),
        ("Open the public page", public_report::manage::fields(None, "Harrowmere High School")),
        ("Change the public page", public_report::manage::fields(Some(&Default::default()), "")),
        ("Add to a register", register::entry::fields(&register::sample(), &register::entry::sample().values, &[])),
        ("Import a table", register::import::fields()),
        ("Download as a table", register::export::fields()),
        ("Add a child", learner::edit::new_fields()),
        ("Correct a child", learner::edit::fields(&learner::sample().record.unwrap_or_default())),
        ("Correct the record", vec![learner::edit::leaving(&learner::sample())]),
        ("Import a roll", learner::import::fields()),
        ("Check what will change", learner::import::decisions(&learner::import::sample())),
        ("Check a template", template::check::fields()),
        ("Distil a template", template::distil::fields()),
        ("Decline", invitation::decline_fields()),
        ("Where you are told", notices::address_fields(&Default::default())),
        ("Add a webhook", webhook::fields(&webhook::sample_kinds(), None)),
        ("Add a feed", filtering::fields(&[pair("school.larkspur", "larkspur, a profile of the school’s own")])),
        ("Move the feed on", filtering::moving::fields(&[pair("school.larkspur", "larkspur")], "squid")),
        ("Lines that could not be read", filtering::unread::fields()),
        ("Correct the feed", filtering::correcting::fields(&filtering::sample())),
        ("What is expected of a feed", filtering::rhythm::fields(None)),
        ("Confirm an entry", register::confirm::fields()),
        ("Ask for something to be blocked at once", filtering::blocking::fields()),
        ("What came through is blocked", filtering::blocking::done_fields(&register::entry::sample())),
        ("Record a test of the filter", filtering::check::fields(Some(&register::entry::sample()))),
        ("Send a log", lines::fields()),
        ("Ask for an exception", filtering::exception::fields()),
        ("Refuse an exception", filtering::exception::refuse_fields()),
        ("End an exception", filtering::exception::end_fields()),
        ("Try a rule", filtering::rule::fields(&[pair("fee_1", "Main filter")])),
        ("Say which user names are theirs", filtering::recipient::fields(None)),
        ("Register a sender of a school", sender::register::fields(&sender::register::sample_carried(true), None)),
        (
            "Register a sender of several schools",
            sender::register::fields(&sender::register::sample_carried(false), None),
        ),
        (
            "Change a sender",
            sender::register::fields(&sender::register::sample_carried(false), Some(&sender::sample())),
        ),
        ("Say which school a key stands for", sender::act::map_fields(&[pair("sch_1", "Harrowmere High School")])),
        ("Make a new secret of a sender", sender::act::secret_fields()),
        ("Import", import::fields()),
        ("Add a clause", clause::fields_of_new(&Default::default())),
        ("Optional sections", section::fields(&Default::default())),
        ("Add a step of the school’s own", procedure::fields()),
        ("Let a finding stand", finding::fields()),
        ("Put a paragraph elsewhere", paragraph::fields(&Default::default(), &Default::default())),
        ("Set a version aside", revision::fields()),
        ("Add a school", school::fields()),
        ("Say where a school lies", school::describe_fields(&Default::default())),
        ("Publish a year", desk::figures::publish_fields(&["2025-26".to_owned()])),
        ("Undo the roll-out", rollout::undo_fields()),
        ("List", parameter("list", &["a", "b"])),
        ("Lines", parameter("list", &[])),
        ("Choice", parameter("choice", &["a", "b"])),
        ("Boolean", parameter("boolean", &[])),
        ("Date", parameter("date", &[])),
        ("Months", parameter("months", &[])),
        ("Minutes", parameter("minutes", &[])),
        ("Hours", parameter("hours", &[])),
        ("Text", parameter("text", &[])),
    ];
    let schools = [pair("sch_1", "Thistledown <Grange>")];
    acts.push(("Take an allegation in", desk::act::opening_fields(&schools)));
    acts.push(("Take what a school sent in", desk::act::begun(&schools, &desk::referral::sample())));
    let choices = shared_incident::act::Choices {
        schools: schools.to_vec(),
        removable: schools.to_vec(),
        cases: vec![pair("cas_1", "2026-014, <Bullying>")],
        children: vec![pair("cas_1|inv_1", "Somebody, case 2026-014")],
        told: vec!["Learner 1, Year 9: told to <another> school".into()],
    };
    acts.extend(shared_incident::act::Act::ALL.map(|(act, _, title)| (title, act.fields(&choices))));
    for asked in [filtering::request::Asked::Change, filtering::request::Asked::Unblock] {
        acts.push((asked.title(), asked.fields(&|_| vec!["block".into(), "class".into()])));
        let held = register::entry::sample();
        for technical in [Vec::new(), vec![pair("acc_1", "Ms <Ali>")]] {
            acts.push(("Decide about a request", filtering::request::decide::fields(asked, &held, &technical)));
        }
        acts.push(("A change of the filter", filtering::request::decide::done_fields(asked, &held)));
    }
    acts.push(("Say who a learner is", shared_incident::learner::disclose_fields(&schools)));
    acts.push(("End a disclosure", shared_incident::learner::stop_fields()));
    acts.push(("A task is done", shared_incident::act::done_fields()));
    acts.push(("Correct or add to it", shared_incident::item::correct_fields()));
    acts.push(("Withdraw it", shared_incident::item::withdraw_fields()));
    acts.push(("Come into a shared incident", desk::shared::join_fields()));
    acts.push(("Leave a shared incident", desk::shared::leave_fields()));
    acts.push(("Decline an invitation into one", desk::shared::decline_fields()));
    acts.push(("Remove a school from a shared incident", sharing::stop_fields(&schools)));
    acts.extend(desk::referral::Act::ALL.map(|(act, _, title)| (title, act.fields())));
    acts.extend(desk::act::Act::ALL.map(|(act, _, title)| (title, act.fields(&desk::allegation::sample(), &[]))));

    let shut = Error::gate("G-HOLD", "P1-03", "the talk with police or the front door is not recorded");
    let mut pages: Vec<_> = acts.into_iter().map(|(title, fields)| case::act::sample(title, fields)).collect();
    let mut refused =
        case::act::sample("Invite another school", invite::fields(&[pair("sch_2", "Harrowmere High School")]));
    refused.form = refused.form.refused(&shut, "/schools/sch_1/cases/cas_1").grave();
    refused.warning = "Names never leave the school".to_owned();
    refused.others.push(crate::pages::part::Link::new("Another way", "/"));
    pages.push(refused);
    pages.extend(attachment::samples());
    pages.extend(public_report::samples());
    pages.extend(report::samples());
    pages.extend(sign_in::samples());
    pages.extend(hidden::form_samples());
    pages
}
