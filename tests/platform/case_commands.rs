//! A case worked with the command: the same answers, and the same refusals, as through the other doors.

use serde_json::json;

use crate::{
    installation::{Installation, Person, text},
    journey::School,
};

/// The command as somebody runs it at a school.
struct Desk<'a> {
    place: &'a Installation,
    school: &'a str,
    gateway: String,
}

impl Desk<'_> {
    fn tries(&self, who: &Person, arguments: &[&str]) -> (bool, String) {
        let environment = [
            ("HEDGEROW_CLIENT__SESSION_TOKEN_SECRET", who.token()),
            ("HEDGEROW_CLIENT__GATEWAY", self.gateway.as_str()),
        ];
        let arguments = [&["cases"][..], arguments, &["--school", self.school][..]].concat();
        self.place.try_command(&arguments, &environment)
    }

    fn does(&self, who: &Person, arguments: &[&str]) -> String {
        let (done, printed) = self.tries(who, arguments);
        assert!(done, "{arguments:?}: {printed}");
        printed
    }
}

async fn concern(school: &School) -> String {
    let concern = json!({"schoolId": school.id, "about": "Somebody", "narrative": "Something", "safeNow": "yes"});
    text(&school.staff.call("RecordConcern", concern).await["concern"]["concernId"])
}

/// Facts changed with a reason and somebody else's word, a step done with what is known, a part kept to the lead, a concern
/// joined to it, and who looked.
pub async fn work_a_case(place: &Installation, school: &School) {
    let desk = Desk { place, school: &school.id, gateway: format!("http://{}", place.gateway) };
    let (dsl, head) = (&school.dsl, &school.head);
    let new = json!({
        "schoolId": school.id, "concernId": concern(school).await,
        "newCase": {"procedureId": "P1", "risks": ["conduct"]}
    });
    let opened = dsl.call("TriageConcern", new).await["case"].clone();
    let (case, reference) = (text(&opened["caseId"]), text(&opened["reference"]));
    let case = case.as_str();

    desk.does(dsl, &["fact", case, "offence", "yes"]);
    let (done, printed) = desk.tries(dsl, &["fact", case, "offence", "no"]);
    assert!(!done && printed.contains("reason"), "{printed}");
    let asked = desk.does(dsl, &["fact", case, "offence", "no", "--reason", "It was told otherwise"]);
    assert!(asked.contains("waits for a second person") && asked.contains("offence  yes"), "{asked}");
    let agreement = asked.split_whitespace().find(|word| word.starts_with("agr_")).unwrap().to_owned();
    assert!(
        !desk.tries(dsl, &["agree", case, &agreement, "--reason", "My own"]).0,
        "nobody is their own second person"
    );
    desk.does(head, &["agree", case, &agreement, "--reason", "As I heard it too"]);

    desk.does(dsl, &["fact", case, "immediate_danger", "no"]);
    let steps = desk.does(dsl, &["steps", case]);
    assert!(steps.contains("P1-01") && steps.contains("how (words) = In writing"), "{steps}");
    let done = ["complete", case, "P1-01", "--set", "told_by=A colleague", "--set", "told_to=The lead"];
    desk.does(dsl, &done);
    let steps = dsl.call("GetCase", json!({"schoolId": school.id, "caseId": case})).await["case"]["steps"].clone();
    let first = steps.as_array().unwrap().iter().find(|step| step["stepId"] == "P1-01").cloned().unwrap_or_default();
    assert_eq!((text(&first["state"]), text(&first["recorded"]["told_by"])), ("done".into(), "A colleague".into()));
    assert!(text(&first["recorded"]["how"]).starts_with("In writing"), "what is known is recorded: {first}");

    let witness = json!({"schoolId": school.id, "caseId": case, "person": "Somebody", "role": "witness"});
    let part = text(&dsl.call("AddInvolvement", witness).await["case"]["involvements"][0]["involvementId"]);
    desk.does(dsl, &["keep", case, &part, "--reason", "They asked for it"]);
    assert!(desk.does(dsl, &["parts", case]).contains("lead"));

    let joined = desk.does(dsl, &["join", case, &concern(school).await]);
    assert!(joined.contains(&reference), "{joined}");
    let children = desk.does(dsl, &["list", "--register", "children", "--state", "open"]);
    assert!(children.contains(&reference), "{children}");
    assert!(!desk.does(head, &["list", "--register", "low_level"]).contains(&reference));
    desk.does(head, &["adults"]);
    desk.does(dsl, &["searches"]);
    let looks = desk.does(dsl, &["looks", case]);
    assert!(looks.contains("case.read"), "{looks}");
}
