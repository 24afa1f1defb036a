//! The schools' rolls, imported as a school does it: looked at, then taken. All of the children are made up.

use chassis::error::{Error, Result};
use proto::incident_cases::v1::{
    ImportLearnersRequest, PreviewLearnerImportRequest, incident_cases_client::IncidentCasesClient,
};
use serde_json::{Value, json};

use super::{SCHOOLS, Stage, people::who, text};
use crate::client::request_id;

/// How likely a name must be for the history's people to take it for that child.
const SURE: u64 = 85;

/// Family name, given name, known as, date of birth, year group, flags, and the user name at the filter of some.
const ROLLS: [(&str, &[&str]); 3] = [
    (
        "thistledown",
        &[
            "Thorne,Maisie,,14/05/2016,5,send",
            "Kapadia,Devendra,Dev,02/11/2011,10,send; eal",
            "Fane,Oscar,,21/08/2014,7,send,tg-p014",
            "Harcourt,Beatrice,Bea,09/01/2013,9,send; early_help",
            "Ferris,Solomon,Sol,30/06/2010,11,send; mental_health,tg-p025",
            "Halloran,Edmund,Ned,17/03/2012,10,send; looked_after",
            "Ferriss,Simon,,12/09/2015,6,send",
            "Wainwright,Lottie,,05/12/2017,4,send; young_carer",
        ],
    ),
    (
        "pennyroyal",
        &[
            "Penhale,Alfred,Alfie,11/10/2017,4,,ppl-y4-01",
            "Quill,Rosa,,23/02/2016,5,",
            "Tansley,Milo,,08/07/2018,3,",
            "Kestrel,Noah,,19/12/2015,6,early_help,ppl-y6-08",
            "Castell,Ivy,,27/04/2019,2,",
            "Marchbanks,Matilda,Tilly,03/09/2021,Reception,",
            "Reeve,Jonathan,Jonty,15/11/2016,5,",
            "Reeve,Josie,,22/01/2019,2,",
            "Okonkwo,Adaeze,Ada,30/05/2017,4,eal",
            "Penhallow,Alfie,,06/03/2016,5,",
        ],
    ),
    (
        "harrowmere",
        &[
            "Ashdown,Leo,,03/02/2013,9,",
            "Sayle,Imogen,,18/10/2011,10,mental_health",
            "Brandreth,Tyler,,25/06/2014,8,,hhs-21005",
            "Overbury,Eleanor,Nell,07/12/2010,11,",
            "Merriman,Jude,,14/09/2012,9,",
            "Lacey,Erin,,29/01/2015,7,",
            "Galloway,Finlay,Finn,11/05/2012,10,send",
            "Nand,Priya,,02/04/2011,11,",
            "Stroud,Mabel,,20/11/2013,8,",
            "Stroud,Clementine,Clem,16/08/2015,7,child_in_need",
            "Abbott,Rufus,,09/07/2013,9,",
            "Pike,Una,,31/10/2014,7,,hhs-23041",
            "Sale,Imogen,,12/03/2012,10,",
            "Zielinska,Maja,,24/12/2013,8,eal",
        ],
    ),
];

/// Imports them.
pub async fn make(stage: &Stage<'_>) -> Result<()> {
    for school in &SCHOOLS {
        let lines = ROLLS.iter().find(|(key, _)| *key == school.key).map_or(&[][..], |(_, lines)| *lines);
        let head = "FAMILY NAME,GIVEN NAME,KNOWN AS,DATE OF BIRTH,YEAR GROUP,FLAGS,USER NAME";
        let table = std::iter::once(head).chain(lines.iter().copied()).collect::<Vec<_>>().join("\n");
        stage.people.sign_in(&who(school.key, "dsl")).await?;
        let mut cases = IncidentCasesClient::new(stage.people.way(&who(school.key, "dsl"))?);
        let preview = PreviewLearnerImportRequest {
            school_id: stage.people.school(school.key).to_owned(),
            content: table.into(),
            whole_roll: false,
            request_id: request_id(),
            content_hash: String::new(),
        };
        let school_id = preview.school_id.clone();
        let seen = cases.preview_learner_import(preview).await.map_err(|s| Error::from_status(&s))?.into_inner();
        let take = ImportLearnersRequest {
            school_id,
            content_hash: seen.content_hash,
            decisions: Vec::new(),
            request_id: request_id(),
        };
        cases.import_learners(take).await.map_err(|s| Error::from_status(&s))?;
    }
    Ok(())
}

/// The child of the roll whom somebody's words are about; empty where nobody is likely enough.
pub async fn meant(stage: &Stage<'_>, school_id: &str, dsl: &str, about: &str) -> Result<String> {
    let name = about.split(',').next().unwrap_or_default();
    let found = stage.call(dsl, "SearchLearners", json!({"schoolId": school_id, "query": name})).await?;
    let sure = |found: &&Value| found["score"].as_u64().unwrap_or_default() >= SURE;
    Ok(found["matches"]
        .as_array()
        .into_iter()
        .flatten()
        .find(sure)
        .map(|m| text(&m["learner"]["learnerId"]))
        .unwrap_or_default())
}
