//! A child's file to a school outside the platform: sent as a file under a passphrase, confirmed by telephone; and one
//! from there, taken in.

use axum::extract::{Multipart, Path};
use chassis::error::{Error, Violations};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{
        ImportPackageRequest, Learner, MakePackageRequest, OutsideSchool, RecordReceiptRequest, SendPackageRequest,
        Transfer, TransferPackage,
    },
};

use super::{
    MEANS, below, fetch, form_below, form_of, names,
    send::{CheckPage, looked_at},
};
use crate::{
    console::{
        encrypted::{EncryptedPage, Made},
        learner::{self, household},
        posted::Posted,
        shared_incident::item::no_learner_meant,
        upload,
        visit::{Answer, Visit, ask, ask_patiently, heard},
    },
    pages::{
        form::{Answers, Field, FormPage},
        part::{Head, Link, Row},
    },
};

/// The largest file that is taken in, in bytes; the service says the same.
pub const LARGEST: usize = 10 << 20;

/// What is asked of the school, in the contract's words.
const SCHOOL: [&str; 5] =
    ["recipient.name", "recipient.urn", "recipient.address", "recipient.contact", "recipient.telephone"];

/// What to do with a child's file, besides what is done with any.
const STEPS: [&str; 2] = [
    "Read the fingerprint to them: it tells them that the file is yours.",
    "Let them read the number of the file to you: it tells you that they have the same. Then record receipt.",
];

fn package_page(
    visit: &Visit,
    transfer: Option<Transfer>,
    package: Option<TransferPackage>,
) -> Result<EncryptedPage, Error> {
    let transfer = transfer.unwrap_or_default();
    let none = || Error::wrong_state("The package is no longer kept: receipt was recorded, or it was taken back");
    let package = package.ok_or_else(none)?;
    let school = transfer.outside.clone().unwrap_or_default();
    let (here, crumbs) = below(visit, &transfer.transfer_id);
    let made = Made { content: package.content.to_vec(), file_name: package.file_name, passphrase: package.passphrase };
    let rows = vec![
        Row::new("Whom to ring", format!("{}\n{}", school.contact, school.telephone)),
        Row::new("Fingerprint to read to them", transfer.fingerprint.clone()),
        Row::new("Number that they read to you", super::read_out(&transfer.digest)),
    ];
    let head = Head::new("The file is ready", crumbs).of(school.name);
    Ok(EncryptedPage::new(visit, head, &made, Link::new("Go on to the transfer", here)).then(&STEPS, rows))
}

/// What is asked to send one; `others` live with the child.
pub fn fields(others: &[Learner]) -> Vec<Field> {
    let mut fields = vec![
        Field::name("recipient.name", "Which school?").hint("As it calls itself. It need not be in England."),
        Field::name("recipient.urn", "Its unique reference number (optional)")
            .hint("Six digits, as Get Information about Schools has them. The school’s own system may ask for it.")
            .width("10"),
        Field::long_text("recipient.address", "Its address"),
        Field::name("recipient.contact", "Who there is to have the file?")
            .hint("Usually the designated safeguarding lead. Ring the school and ask for the name. No child’s name."),
        Field::name("recipient.telephone", "The school’s telephone number")
            .hint("The one that the school publishes, not one from an e-mail."),
    ];
    if !others.is_empty() {
        fields.push(super::send::along(others));
    }
    fields.push(
        Field::name("contact", "Whom should they ring at your school?")
            .hint("A name and a telephone number. It stands in the file. No child’s name."),
    );
    fields.push(no_learner_meant());
    fields
}

async fn new_page(visit: &Visit, learner_id: &str) -> Result<FormPage, Error> {
    let child = learner::fetch(visit, learner_id).await?;
    let others = household::of(visit, &child).await;
    let (title, to) = ("Send a child’s file to a school outside the platform", ("outside/check", "Look at what goes"));
    Ok(form_of(visit, &child, title, to, fields(&others)).lead("What goes is decided by the same rule as to any school. It goes as an encrypted file, with a passphrase that you tell them on the telephone."))
}

/// Asks where to.
pub async fn show_new(visit: Visit, Path((_, learner_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseShare)?;
    visit.page(&new_page(&visit, &learner_id).await?)
}

fn chosen(answers: &Answers) -> Result<(), Error> {
    let mut v = Violations::new();
    v.check(!answers.text("recipient.name").is_empty(), "recipient.name", "Enter what the school is called");
    v.check(!answers.text("recipient.address").is_empty(), "recipient.address", "Enter the address of the school");
    let contact = "Enter who there is to have the file";
    v.check(!answers.text("recipient.contact").is_empty(), "recipient.contact", contact);
    let telephone = "Enter the school’s own telephone number, 7 digits at least";
    let digits = answers.text("recipient.telephone").chars().filter(char::is_ascii_digit).count();
    v.check(digits >= 7, "recipient.telephone", telephone);
    let urn = answers.text("recipient.urn");
    let six = urn.len() == 6 && urn.bytes().all(|byte| byte.is_ascii_digit());
    let fix = "Enter the six digits of its unique reference number, or leave it empty";
    v.check(urn.is_empty() || six, "recipient.urn", fix);
    v.check(!answers.text("contact").is_empty(), "contact", "Enter whom they should ring");
    v.finish()
}

async fn check_page(visit: &Visit, learner_id: &str, answers: &Answers) -> Result<CheckPage, Error> {
    let keys = ["To", "Unique reference number", "Address", "Who is to have it", "Telephone", "Whom they ring here"];
    let chosen = SCHOOL.into_iter().chain(["contact", "no_learner_meant"]);
    let said = chosen.clone().zip(keys).filter_map(|(field, key)| Row::some(key, Some(answers.text(field))));
    let (said, chosen): (Vec<_>, Vec<_>) = (said.collect(), chosen.collect());
    let page = looked_at(visit, learner_id, answers, said, &chosen, ("outside/send", "Make the file")).await?;
    Ok(page.outside())
}

/// Shows what would go.
pub async fn check(Path((_, learner_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::CaseShare)?;
    let checked = match chosen(&answers) {
        Ok(()) => check_page(&visit, &learner_id, &answers).await,
        Err(error) => Err(error),
    };
    match checked {
        Ok(page) => visit.page(&page),
        Err(error) => visit.again(new_page(&visit, &learner_id).await?, &answers, error, ""),
    }
}

/// Sends it: the file and its passphrase are on the page that answers, and nowhere else.
pub async fn send(Path((_, learner_id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let [name, urn, address, contact, telephone] = SCHOOL.map(|field| answers.text(field));
    let (keep_names, black_out) = match names::answered(&answers) {
        Ok(answered) => answered,
        Err(error) => return check_page(&visit, &learner_id, &answers).await?.again(&visit, &answers, &error),
    };
    let command = SendPackageRequest {
        school_id: visit.school.clone(),
        learner_id: learner_id.clone(),
        recipient: Some(OutsideSchool { name, urn, address, contact, telephone }),
        contact: answers.text("contact"),
        along_learner_ids: answers.all("along_learner_ids"),
        contents_digest: answers.text("contents_digest"),
        others_record_ids: answers.all("others_record_ids"),
        request_id: answers.request_id(),
        keep_names,
        black_out,
        no_learner_meant: answers.text("no_learner_meant") == "yes",
    };
    match heard(visit.cases()?.send_package(ask_patiently(command))).await {
        Ok(answer) => visit.page(&package_page(&visit, answer.transfer, answer.package)?),
        // What is wrong with the school is mended where it was entered.
        Err(error)
            if error.violations().iter().any(|wrong| wrong.field != "others_record_ids") && !names::about(&error) =>
        {
            visit.again(new_page(&visit, &learner_id).await?, &answers, error, "")
        }
        Err(error) => check_page(&visit, &learner_id, &answers).await?.again(&visit, &answers, &error),
    }
}

fn make_page(visit: &Visit, id: &str) -> FormPage {
    form_below(visit, id, "Make the file again", ("package", "Make the file"), Vec::new()).lead(
        "What is in it stays as it was sent. It gets a new passphrase: nobody can look up the one before, and a file made before opens with its own alone.",
    )
}

/// Asks whether the package is to be made again.
pub async fn show_make(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseShare)?;
    visit.page(&make_page(&visit, &id))
}

/// Makes it again.
pub async fn make(Path((_, id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = MakePackageRequest { school_id: visit.school.clone(), transfer_id: id.clone() };
    match heard(visit.cases()?.make_package(ask_patiently(command))).await {
        Ok(answer) => visit.page(&package_page(&visit, answer.transfer, answer.package)?),
        Err(error) => visit.again(make_page(&visit, &id), &answers, error, ""),
    }
}

/// What is asked to record receipt.
pub fn receipt_fields() -> Vec<Field> {
    vec![
        Field::name("name", "Who there has the file?"),
        Field::radios("means", "How did they say so?", MEANS),
        Field::moment("receive_time", "When did they receive it? (optional)")
            .hint("Leave it empty where they have just received it."),
        Field::name("digest", "Which number did they read to you?")
            .hint("At least the first 16 digits of the number of the file. It shows that they have what you sent."),
    ]
}

fn receipt_page(visit: &Visit, id: &str) -> FormPage {
    form_below(visit, id, "Record receipt", ("receipt", "Record receipt"), receipt_fields()).lead(
        "Ring the school on the number that it publishes. Ask them to read the number to you: do not read it to them.",
    )
}

/// Asks who received it.
pub async fn show_receipt(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseShare)?;
    fetch(&visit, &id).await?;
    visit.page(&receipt_page(&visit, &id))
}

/// Records it.
pub async fn receipt(Path((_, id)): Path<(String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    let command = received(&visit, &id, &answers);
    let done = match command {
        Ok(command) => heard(visit.cases()?.record_receipt(ask(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => visit.to(&visit.at(&format!("/transfers/{id}?done=transfer_confirmed"))),
        Err(error) => visit.again(receipt_page(&visit, &id), &answers, error, ""),
    }
}

fn received(visit: &Visit, id: &str, answers: &Answers) -> Result<RecordReceiptRequest, Error> {
    let mut v = Violations::new();
    v.check(!answers.text("name").is_empty(), "name", "Enter who there has the file");
    v.check(!answers.text("means").is_empty(), "means", "Select how they said so");
    v.check(!answers.text("digest").is_empty(), "digest", "Enter the number that they read to you");
    v.finish()?;
    let at = answers.moment("receive_time", "when they received it", visit.now())?;
    Ok(RecordReceiptRequest {
        school_id: visit.school.clone(),
        transfer_id: id.to_owned(),
        name: answers.text("name"),
        means: answers.text("means"),
        receive_time: at.map(chassis::clock::timestamp),
        digest: answers.text("digest"),
        request_id: answers.request_id(),
    })
}

/// What is asked to take a file in.
pub fn import_fields() -> Vec<Field> {
    vec![
        Field::file("file", "The file").hint("As the school sent it; its name ends in .jwe. 10 MB at most."),
        Field::name("passphrase", "The passphrase").hint("As they told you on the telephone.").autocomplete("off"),
        Field::name("fingerprint", "The fingerprint that they read to you")
            .hint("Ring them on the number that their school publishes. Six groups of four. It shows that the file is theirs."),
        Field::name("compared_with", "Who there read it to you?"),
    ]
}

async fn import_page(visit: &Visit, learner_id: &str) -> Result<FormPage, Error> {
    let child = learner::fetch(visit, learner_id).await?;
    let title = "Take in a file from a school outside the platform";
    Ok(form_of(visit, &child, title, ("import", "Take the file in"), import_fields()).lead(
        "The signature, every digest, the school that it is for and the child are tried first. If anything does not fit, nothing is taken.",
    ))
}

/// Asks for the file.
pub async fn show_import(visit: Visit, Path((_, learner_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseShare)?;
    visit.page(&import_page(&visit, &learner_id).await?)
}

/// Takes it in.
pub async fn import(visit: Visit, Path((_, learner_id)): Path<(String, String)>, mut parts: Multipart) -> Answer {
    visit.needs(Permission::CaseShare)?;
    let (begun, file) = upload::begin(&visit, &mut parts).await?;
    let content = upload::whole(file, LARGEST).await;
    let answers = upload::after(begun, &mut parts).await;
    let taken = match content {
        Ok(content) => {
            let command = ImportPackageRequest {
                school_id: visit.school.clone(),
                content: content.into(),
                passphrase: answers.text("passphrase"),
                learner_id: learner_id.clone(),
                fingerprint: answers.text("fingerprint"),
                compared_with: answers.text("compared_with"),
                request_id: answers.request_id(),
            };
            heard(visit.cases()?.import_package(ask_patiently(command))).await
        }
        Err(error) => Err(error),
    };
    match taken {
        Ok(answer) => {
            let id = answer.transfer.unwrap_or_default().transfer_id;
            visit.to(&visit.at(&format!("/transfers/{id}?done=transfer_received")))
        }
        Err(error) => visit.again(import_page(&visit, &learner_id).await?, &answers, on_file(error), ""),
    }
}

/// The contract's word for the file is not the form's, and the child was chosen before.
fn on_file(error: Error) -> Error {
    match error.violations().iter().find(|wrong| ["content", "learner_id"].contains(&wrong.field.as_str())) {
        Some(wrong) => Error::invalid("file", wrong.message.clone()),
        None => error,
    }
}
