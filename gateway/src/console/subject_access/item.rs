//! One record of a request: what it says beside what would be given of it, what to think of, and the decision.

use axum::extract::Path;
use chassis::error::{Error, Violations};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{AccessItem, DecideAccessItemRequest, GetAccessRequestResponse, TextRange},
};
use serde::Serialize;

use super::{DECISIONS, crumbs, decides, fetch, place};
use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask_patiently, heard},
    },
    pages::{
        Page,
        form::{Answers, Field, Form},
        part::{Head, Link},
        words::{self, Codes},
    },
};

const CHOICES: Codes = &[
    ("release_redacted", "Give it with words taken out"),
    ("release", "Give all of it"),
    ("withhold", "Keep it back"),
];
/// What to think of, in words.
const MARKS: Codes = &[
    ("other_person", "It is about somebody else alone: it is hardly this child’s personal data."),
    (
        "child_abuse",
        "It is about abuse of a child, or the risk of it. Where a parent asks, it may be kept back if giving it is not in the child’s best interests (Data Protection Act 2018, schedule 3).",
    ),
    (
        "serious_harm",
        "Giving it may do serious harm to somebody’s health: apply the serious harm test first (Data Protection Act 2018, schedule 3).",
    ),
    ("opinion", "It is somebody’s professional view."),
    ("in_confidence", "Somebody else said it, perhaps in confidence: think of them before it is given."),
    ("agency", "It is from or to an agency, the police or a legal adviser: ask them before it is given."),
    ("other_school", "Another school wrote it: ask that school before it is given."),
    ("photo", "The photo is not in the file. Look at it, take names out of a copy, and give the copy beside the file."),
    ("material", "Suspect material, and the log of who viewed it, are never given."),
];

/// The page of one record.
#[derive(Debug, Serialize)]
pub struct AccessItemPage {
    head: Head,
    place: String,
    marks: Vec<String>,
    /// What it says, each stretch with whether it is likely to be taken out.
    pieces: Vec<Piece>,
    given: String,
    state: String,
    form: Option<Form>,
    others: Vec<Link>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Piece {
    text: String,
    marked: bool,
}

impl Page for AccessItemPage {
    const TEMPLATE: &'static str = "access_item.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let file = super::sample();
        let form = |item: &AccessItem| Form::new("/schools/sch_1/x", "Save the decision", "1".into(), fields(item));
        let page =
            |item: &AccessItem, form| Self::new(&file, item, form, "/schools/sch_1/access-requests/sar_1", Vec::new());
        let (open, fixed) = (&file.items[0], &file.items[1]);
        let wrong = form(open).refused(&Error::invalid("reason", "Enter why it is kept back"), "");
        vec![page(open, Some(form(open))), page(open, Some(wrong)), page(fixed, None)]
    }
}

fn number(at: i32) -> usize {
    usize::try_from(at).unwrap_or_default()
}

fn slice(text: &[char], start: i32, end: i32) -> String {
    text.get(number(start)..number(end)).unwrap_or_default().iter().collect()
}

fn pieces(item: &AccessItem) -> Vec<Piece> {
    let text: Vec<char> = item.text.chars().collect();
    let mut pieces = Vec::new();
    let mut at = 0;
    for suggestion in item.suggestions.iter().filter(|suggestion| suggestion.start < suggestion.end) {
        let start = suggestion.start.max(at);
        pieces.push(Piece { text: slice(&text, at, start), marked: false });
        pieces.push(Piece { text: slice(&text, start, suggestion.end), marked: true });
        at = at.max(suggestion.end);
    }
    pieces.push(Piece { text: text.iter().skip(number(at)).collect(), marked: false });
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

/// The stretches that are suggested, one choice for all that say the same: its value and its words.
fn suggested(item: &AccessItem) -> Vec<(String, String)> {
    let text: Vec<char> = item.text.chars().collect();
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for suggestion in item.suggestions.iter().filter(|suggestion| suggestion.why == "other_person") {
        let words = slice(&text, suggestion.start, suggestion.end);
        let range = format!("{}-{}", suggestion.start, suggestion.end);
        match found.iter_mut().find(|(known, _)| *known == words) {
            Some((_, ranges)) => ranges.push(range),
            None => found.push((words, vec![range])),
        }
    }
    let choice = |(words, ranges): (String, Vec<String>)| {
        let times = if ranges.len() > 1 { format!(" ({} times)", ranges.len()) } else { String::new() };
        (ranges.join(","), format!("“{words}”{times}"))
    };
    found.into_iter().map(choice).collect()
}

/// The stretches of a choice.
fn ranges(value: &str) -> impl Iterator<Item = TextRange> {
    value.split(',').filter_map(|range| {
        let (start, end) = range.split_once('-')?;
        Some(TextRange { start: start.parse().ok()?, end: end.parse().ok()? })
    })
}

/// What is asked.
pub fn fields(item: &AccessItem) -> Vec<Field> {
    let decision = item.decision.clone().unwrap_or_default();
    let choices = suggested(item);
    let inside = |range: &TextRange| {
        decision.redactions.iter().any(|taken| taken.start <= range.start && range.end <= taken.end)
    };
    let taken = choices.iter().map(|(value, _)| value);
    let taken: Vec<String> =
        taken.filter(|value| item.decision.is_none() || ranges(value).all(|range| inside(&range))).cloned().collect();
    let text: Vec<char> = item.text.chars().collect();
    let known = |range: &&TextRange| {
        let meets = |other: TextRange| other.start < range.end && range.start < other.end;
        !choices.iter().any(|(value, _)| ranges(value).any(meets))
    };
    let more = decision.redactions.iter().filter(known).map(|range| slice(&text, range.start, range.end));
    let more = more.collect::<Vec<_>>().join("\n");
    let mut fields = vec![Field::radios("decision", "What do you decide?", CHOICES).value(decision.choice)];
    if !choices.is_empty() {
        let others = choices.iter().map(|(value, words)| (value.as_str(), words.as_str()));
        let field = Field::checkboxes("taken", "Which of these are taken out?", &[]).choices(others);
        fields.push(field.values(taken));
    }
    fields.push(
        Field::long_text("phrases", "Other words to take out (optional)")
            .hint("As they stand in the record, one phrase on each line.")
            .value(more),
    );
    fields.push(
        Field::long_text("reason", "Why? (optional in most cases)")
            .hint("You are asked for it where you keep the record back, or leave somebody’s name in.")
            .value(decision.reason),
    );
    fields
}

impl AccessItemPage {
    fn new(
        file: &GetAccessRequestResponse,
        item: &AccessItem,
        form: Option<Form>,
        here: &str,
        crumbs: Vec<Link>,
    ) -> Self {
        let at = file.items.iter().position(|other| other.item_id == item.item_id).unwrap_or_default();
        let beside = |text: &str, other: Option<&AccessItem>| {
            other.map(|other| Link::new(text, format!("{here}/items/{}", other.item_id)))
        };
        let before = at.checked_sub(1).and_then(|at| file.items.get(at));
        let later = file.items.iter().skip(at + 1).chain(file.items.iter().take(at));
        let undecided = later.filter(|other| other.state == "undecided").find(|other| other.item_id != item.item_id);
        let others = [
            beside("Next record that is not decided", undecided),
            beside("Next record", file.items.get(at + 1)),
            beside("Record before", before),
            Some(Link::new("All records", here.to_owned())),
        ];
        Self {
            head: Head::new(
                format!("Record {} of {}: {}", item.number, file.items.len(), item.kind.to_lowercase()),
                crumbs,
            ),
            place: place(item),
            marks: item.marks.iter().map(|mark| words::called(MARKS, mark)).collect(),
            pieces: pieces(item),
            given: item.redacted_text.clone(),
            state: match item.decision.as_ref().and_then(|decided| words::stamp(decided.create_time.as_ref())) {
                Some(when) => format!("{}, decided {when}", words::called(DECISIONS, &item.state)),
                None => words::called(DECISIONS, &item.state),
            },
            form,
            others: others.into_iter().flatten().collect(),
        }
    }
}

fn find<'a>(file: &'a GetAccessRequestResponse, item_id: &str) -> Result<&'a AccessItem, Error> {
    file.items.iter().find(|item| item.item_id == item_id).ok_or_else(Error::missing)
}

fn page(
    visit: &Visit,
    file: &GetAccessRequestResponse,
    item: &AccessItem,
    id: &str,
    form: Option<Form>,
) -> AccessItemPage {
    let here = visit.at(&format!("/access-requests/{id}"));
    let mut crumbs = crumbs(visit);
    crumbs.push(Link::new("Request", here.clone()));
    AccessItemPage::new(file, item, form, &here, crumbs)
}

fn form(visit: &Visit, item: &AccessItem, id: &str) -> Form {
    let place = visit.at(&format!("/access-requests/{id}/items/{}", item.item_id));
    // Sent again after somebody else decided, the form is about what was decided when it was opened.
    visit.form(place, "Save the decision", fields(item)).carrying("decision_etag", item.decision_etag.clone())
}

/// Shows one record.
pub async fn show(visit: Visit, Path((_, id, item_id)): Path<(String, String, String)>) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let file = fetch(&visit, &id).await?;
    let item = find(&file, &item_id)?;
    let form = (decides(&visit) && item.decidable).then(|| form(&visit, item, &id));
    visit.page(&page(&visit, &file, item, &id, form))
}

fn command(visit: &Visit, id: &str, item_id: &str, answers: &Answers) -> Result<DecideAccessItemRequest, Error> {
    let mut v = Violations::new();
    let decision = answers.text("decision");
    v.check(!decision.is_empty(), "decision", "Select what you decide");
    let redacted = decision == "release_redacted";
    let taken = answers.all("taken");
    let typed = answers.text("phrases");
    let some = !taken.is_empty() || !typed.trim().is_empty();
    v.check(!redacted || some, "phrases", "Enter the words to take out, or select that you give all of it");
    v.finish()?;
    let phrases = typed.lines().map(str::trim).filter(|line| redacted && !line.is_empty());
    Ok(DecideAccessItemRequest {
        school_id: visit.school.clone(),
        access_request_id: id.to_owned(),
        item_id: item_id.to_owned(),
        redactions: taken.iter().filter(|_| redacted).flat_map(|value| ranges(value)).collect(),
        phrases: phrases.map(str::to_owned).collect(),
        reason: answers.text("reason"),
        decision_etag: answers.text("decision_etag"),
        decision,
    })
}

/// Keeps a decision, and goes on to the next record.
pub async fn decide(Path((_, id, item_id)): Path<(String, String, String)>, posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::CaseWork)?;
    let done = match command(&visit, &id, &item_id, &answers) {
        Ok(command) => heard(visit.cases()?.decide_access_item(ask_patiently(command))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(answer) if answer.next_item_id.is_empty() => {
            visit.to(&visit.at(&format!("/access-requests/{id}?done=access_decided_all")))
        }
        Ok(answer) => {
            visit.to(&visit.at(&format!("/access-requests/{id}/items/{}?done=access_decided", answer.next_item_id)))
        }
        Err(error) => {
            let file = fetch(&visit, &id).await?;
            let item = find(&file, &item_id)?;
            let mended = visit.mended(form(&visit, item, &id), &answers, &error, "")?;
            visit.page_again(&page(&visit, &file, item, &id, Some(mended)), &error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_shown_in_pieces_and_the_same_words_are_one_choice() {
        let item = super::super::sample().items.remove(0);
        let marked: Vec<String> =
            pieces(&item).into_iter().filter(|piece| piece.marked).map(|piece| piece.text).collect();
        assert_eq!(marked, ["Sam", "Sam"]);
        assert_eq!(pieces(&item).iter().map(|piece| piece.text.as_str()).collect::<String>(), item.text);
        assert_eq!(suggested(&item), [("0-3,28-31".to_owned(), "“Sam” (2 times)".to_owned())]);
        let taken: Vec<(i32, i32)> = ranges("0-3,28-31,x").map(|range| (range.start, range.end)).collect();
        assert_eq!(taken, [(0, 3), (28, 31)]);
    }
}
