//! Routes to agencies as the policy in force has them: when one may be taken, what its form asks, and what a filled-in form
//! lacks.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use time::{Date, Duration, OffsetDateTime, macros::format_description};

use chassis::{calendar, clock::london};

use crate::case::{Refusal, evidence::of_lado, print::paper};

/// What a route carries as its first day while the law that makes it a duty has not begun.
pub const NOT_COMMENCED: &str = "not_commenced";
/// Characters that one line of a form may have.
pub const LINE_MAX: usize = 500;
/// Characters that one long answer may have (the contract's own limit).
pub const TEXT_MAX: usize = crate::rules::NARRATIVE_MAX;
/// Answers to a question that is answered yes or no.
pub const YES_NO: [&str; 3] = ["yes", "no", "not_known"];

/// Fields of a form, each with its answer or with what to do.
pub type Pairs = Vec<(String, String)>;

/// One way to refer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Route {
    /// Its key, such as `front_door`.
    pub key: String,
    /// What it is called.
    pub title: String,
    /// When it is taken, in words.
    pub threshold: String,
    /// What has to be known before.
    pub advice: String,
    /// Who takes it: `lead` or `staff`.
    pub maker: String,
    /// The agencies it leads to.
    pub agencies: Vec<String>,
    /// By when it is sent.
    pub send: Clock,
    /// By when the agency answers.
    pub answer: Clock,
    /// The law that makes it somebody's duty.
    pub duty: String,
    /// From which day it may be taken, or `NOT_COMMENCED`.
    pub from: String,
    /// The last day on which it may be.
    pub until: String,
    /// Its form.
    pub fields: Vec<Field>,
}

/// How long something may take.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Clock {
    /// `at_once`, `hours`, `working_days`, `days`; anything else runs for no time at all.
    pub kind: String,
    /// How many.
    pub amount: u32,
    /// The rule it comes from.
    pub source: String,
}

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Field {
    /// Its key.
    pub key: String,
    /// The heading it stands under.
    pub group: String,
    /// What is asked.
    pub label: String,
    /// Help.
    pub hint: String,
    /// `text`, `long_text`, `yes_no`, `choice`, `choices` (one or several options, a line each), `date`.
    pub kind: String,
    /// What may be chosen.
    pub options: Vec<String>,
    /// Whether nothing is sent without it.
    pub required: bool,
    /// `field = value`: then nothing is sent without it either.
    pub required_when: String,
    /// Where its first words come from.
    pub source: String,
}

/// One step of the area's way of settling a disagreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// Its key.
    pub key: String,
    /// Who speaks with whom, in words.
    pub title: String,
    /// Working days in which it is answered.
    pub days: u32,
}

/// An agency as the authority's register has it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Contact {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Whether children are referred to it.
    pub takes_children: bool,
    /// How a referral may be sent to it.
    pub means: Vec<String>,
    /// How it is reached: kind, value, hours.
    pub channels: Vec<(String, String, String)>,
    /// The desk on this platform that takes referrals to it in; empty where it has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub desk: String,
    /// From which day it takes referrals; always where empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// The last day on which it takes them; no last one where empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub until: String,
}

/// One field as it was filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filled {
    /// The field's key.
    pub key: String,
    /// The heading it stands under.
    pub group: String,
    /// What was asked.
    pub label: String,
    /// The answer.
    pub value: String,
}

impl Clock {
    /// When the time that began at `from` is over. Clocks of routes know no school holidays: agencies have none.
    pub fn over(&self, from: OffsetDateTime) -> OffsetDateTime {
        match self.kind.as_str() {
            "hours" => from + Duration::hours(self.amount.into()),
            "working_days" => calendar::working_days_after(from, self.amount),
            "days" => calendar::end_of_day((london(from) + Duration::days(self.amount.into())).date()),
            _ => from,
        }
    }
}

/// A day of the register, of a route or of an answer; none where nothing is said.
pub(crate) fn day(text: &str) -> Option<Date> {
    Date::parse(text, format_description!("[year]-[month]-[day]")).ok()
}

impl Contact {
    /// Why it takes no referral on a day, with the day on which that changes or changed; none where it takes them.
    pub fn shut(&self, on: Date) -> Option<String> {
        match (day(&self.from), day(&self.until)) {
            (Some(from), _) if on < from => Some(format!("{} takes referrals from {} on", self.name, paper::day(from))),
            (_, Some(until)) if on > until => Some(format!("{} took referrals until {}", self.name, paper::day(until))),
            _ => None,
        }
    }

    /// Refuses a means by which no referral goes to it.
    ///
    /// # Errors
    /// `Field` with those there are.
    pub fn goes_by(&self, means: &str) -> Result<(), Refusal> {
        if self.means.iter().any(|known| known == means) {
            return Ok(());
        }
        Err(Refusal::Field("means", format!("Select one of: {}", self.means.join(", "))))
    }

    /// The numbers or addresses by which it is reached in one way.
    pub fn reached(&self, means: &str) -> impl Iterator<Item = &str> {
        let kind = match means {
            "telephone" => "telephone",
            "web" => "web",
            "secure_mail" | "package" => "email",
            _ => "",
        };
        let channels = self.channels.iter().filter(move |(of, ..)| of == kind);
        channels.map(|(_, value, _)| value.as_str())
    }
}

impl Route {
    /// Whether it leads to the designated officer for allegations alone: it is taken out of cases on adults.
    pub fn of_adults(&self) -> bool {
        !self.agencies.is_empty() && self.agencies.iter().all(|agency| of_lado(agency))
    }

    /// Why it cannot be taken on a day; none where it can.
    pub fn shut(&self, on: Date, contacts: &[Contact]) -> Option<&'static str> {
        if self.from == NOT_COMMENCED {
            return Some("not_commenced");
        }
        if day(&self.from).is_some_and(|from| on < from) {
            return Some("not_yet");
        }
        if day(&self.until).is_some_and(|until| on > until) {
            return Some("no_longer");
        }
        self.offered(contacts, on).next().is_none().then_some("no_agency")
    }

    /// The same in words, with the day on which that changes or changed.
    pub fn shut_in_words(&self, on: Date, contacts: &[Contact]) -> Option<String> {
        let of = |text: &str| day(text).map(paper::day).unwrap_or_default();
        Some(match self.shut(on, contacts)? {
            "not_yet" => format!("this route is taken from {} on", of(&self.from)),
            "no_longer" => format!("this route was taken until {}", of(&self.until)),
            "not_commenced" => "the law behind this route has not begun".to_owned(),
            _ => {
                let known: Vec<String> = self.led_to(contacts).filter_map(|contact| contact.shut(on)).collect();
                let none = "the authority’s register has no agency for this route".to_owned();
                if known.is_empty() { none } else { format!("{none} now: {}", known.join("; ")) }
            }
        })
    }

    /// Those that it leads to and that take referrals on a day.
    pub fn offered<'a>(&'a self, contacts: &'a [Contact], on: Date) -> impl Iterator<Item = &'a Contact> {
        self.led_to(contacts).filter(move |contact| contact.shut(on).is_none())
    }

    /// The agencies of the area that it leads to and that say how a referral is sent to them.
    pub fn led_to<'a>(&'a self, contacts: &'a [Contact]) -> impl Iterator<Item = &'a Contact> {
        let known = |key: &String| contacts.iter().find(|contact| contact.key == *key && !contact.means.is_empty());
        self.agencies.iter().filter_map(known)
    }

    /// Answers held against the form: what no field takes is refused by name, and an empty form is fine until it is sent.
    ///
    /// # Errors
    /// Each field that does not hold what it must, with the fix.
    pub fn read<'a>(
        &self,
        answers: impl IntoIterator<Item = (&'a String, &'a String)>,
        on: Date,
    ) -> Result<Pairs, Pairs> {
        let (mut read, mut wrong) = (Vec::new(), Vec::new());
        let mut answers: Vec<_> = answers.into_iter().collect();
        answers.sort();
        for (key, value) in answers {
            let value = value.trim();
            let fix = match self.fields.iter().find(|field| field.key == *key) {
                None => Some("This form has no such field".to_owned()),
                Some(_) if value.is_empty() => None,
                Some(field) => field.wrong(value, on),
            };
            match fix {
                Some(fix) => wrong.push((key.clone(), fix)),
                None => read.push((key.clone(), value.to_owned())),
            }
        }
        if wrong.is_empty() { Ok(read) } else { Err(wrong) }
    }

    /// What a form lacks before it can be sent, by field, each with the fix.
    pub fn missing(&self, answers: &[(String, String)]) -> Vec<(String, String)> {
        let empty = |field: &&Field| value(answers, &field.key).trim().is_empty();
        let needed = |field: &&Field| field.required || field.called_for(answers);
        let lacking = self.fields.iter().filter(needed).filter(empty);
        lacking.map(|field| (field.key.clone(), field.fix())).collect()
    }

    /// The form as it was filled in, in its own order.
    pub fn filled(&self, answers: &[(String, String)]) -> Vec<Filled> {
        let filled = |field: &Field| Filled {
            key: field.key.clone(),
            group: field.group.clone(),
            label: field.label.clone(),
            value: value(answers, &field.key).to_owned(),
        };
        self.fields.iter().map(filled).collect()
    }
}

impl Field {
    /// What is wrong with an answer that is not empty; none where nothing is.
    fn wrong(&self, value: &str, on: Date) -> Option<String> {
        let long = value.chars().count();
        match self.kind.as_str() {
            "yes_no" if !YES_NO.contains(&value) => Some(format!("Select one of: {}", YES_NO.join(", "))),
            "choice" if !self.options.iter().any(|option| option == value) => {
                Some(format!("Select one of: {}", self.options.join(", ")))
            }
            // Several, a line each.
            "choices" if value.lines().any(|one| !self.options.iter().any(|option| option == one.trim())) => {
                Some(format!("Select one or more of: {}", self.options.join(", ")))
            }
            "date" => match Date::parse(value, format_description!("[year]-[month]-[day]")) {
                Ok(day) if day > on => Some("The day must be today or in the past".to_owned()),
                Ok(_) => None,
                Err(_) => Some("Enter a day, such as 2026-03-27".to_owned()),
            },
            "text" if long > LINE_MAX => Some(self.shorter(LINE_MAX)),
            "long_text" if long > TEXT_MAX => Some(self.shorter(TEXT_MAX)),
            _ => None,
        }
    }

    fn shorter(&self, most: usize) -> String {
        format!("Shorten the answer to {most} characters: {}", self.label.trim_end_matches('?'))
    }

    /// Whether another answer calls for this one.
    fn called_for(&self, answers: &[(String, String)]) -> bool {
        self.required_when.split_once(" = ").is_some_and(|(other, wanted)| value(answers, other) == wanted)
    }

    /// What to do where it is empty.
    fn fix(&self) -> String {
        let what = self.label.trim_end_matches('?');
        match self.kind.as_str() {
            "yes_no" | "choice" | "choices" => format!("Select an answer: {what}"),
            _ => format!("Enter an answer: {what}"),
        }
    }
}

/// An answer; empty where there is none.
pub fn value<'a>(answers: &'a [(String, String)], key: &str) -> &'a str {
    answers.iter().find(|(of, _)| of == key).map_or("", |(_, value)| value)
}

/// The SHA-256 of what was sent, in hexadecimal digits: proof that the record still says what left.
pub fn digest(sent: &impl Serialize) -> String {
    hex::encode(Sha256::digest(serde_json::to_vec(sent).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    fn route() -> Route {
        let field = |key: &str, kind: &str, required: bool, when: &str| Field {
            key: key.to_owned(),
            label: format!("What of {key}?"),
            kind: kind.to_owned(),
            required,
            required_when: when.to_owned(),
            ..Field::default()
        };
        let limbs = Field {
            options: vec!["Harmed".to_owned(), "May be a risk".to_owned()],
            ..field("limbs", "choices", false, "")
        };
        Route {
            fields: vec![
                limbs,
                field("danger", "yes_no", true, ""),
                field("rung", "text", false, "danger = yes"),
                field("known_on", "date", false, ""),
            ],
            agencies: vec!["door".to_owned()],
            ..Route::default()
        }
    }

    #[test]
    fn a_form_says_what_it_lacks_and_takes_nothing_that_it_does_not_ask() {
        let today = date!(2026 - 11 - 24);
        let read = |pairs: &[(&str, &str)]| {
            let pairs: Vec<(String, String)> = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
            route().read(pairs.iter().map(|(k, v)| (k, v)), today)
        };
        let wrong = read(&[("danger", "maybe"), ("known_on", "2026-11-25"), ("secret", "x")]).err().unwrap_or_default();
        let fields: Vec<&str> = wrong.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(fields, ["danger", "known_on", "secret"]);
        assert!(read(&[("limbs", "Harmed\nMay be a risk")]).is_ok(), "several may be met");
        assert!(read(&[("limbs", "Harmed\nSomething else")]).is_err());
        let long = read(&[("rung", &"word ".repeat(LINE_MAX))]).err().unwrap_or_default();
        let fix = "Shorten the answer to 500 characters: What of rung".to_owned();
        assert_eq!(long, [("rung".to_owned(), fix)], "the question is named");
        let missing = |pairs: &[(&str, &str)]| {
            let answers = read(pairs).unwrap_or_default();
            route().missing(&answers).into_iter().map(|(key, _)| key).collect::<Vec<_>>()
        };
        assert_eq!(missing(&[]), ["danger"]);
        assert_eq!(missing(&[("danger", "yes")]), ["rung"], "one answer calls for another");
        assert!(missing(&[("danger", "no")]).is_empty());
    }

    #[test]
    fn a_duty_that_has_not_begun_cannot_be_taken() {
        let door = Contact { key: "door".into(), means: vec!["telephone".into()], ..Contact::default() };
        let on = |from: &str, until: &str, contacts: &[Contact]| {
            Route { from: from.into(), until: until.into(), ..route() }.shut(date!(2026 - 11 - 24), contacts)
        };
        let door = std::slice::from_ref(&door);
        assert_eq!(on("", "", door), None);
        assert_eq!(on(NOT_COMMENCED, "", door), Some("not_commenced"));
        assert_eq!(on("2026-11-25", "", door), Some("not_yet"));
        assert_eq!(on("2026-11-24", "2026-11-24", door), None);
        assert_eq!(on("", "2026-11-23", door), Some("no_longer"));
        assert_eq!(on("", "", &[]), Some("no_agency"));
    }

    #[test]
    fn an_agency_is_offered_on_its_own_days_alone() {
        let door = |from: &str, until: &str| Contact {
            key: "door".into(),
            name: "Front door".into(),
            means: vec!["telephone".into()],
            from: from.into(),
            until: until.into(),
            ..Contact::default()
        };
        let words = |from: &str, until: &str| {
            let (today, contacts) = (date!(2026 - 11 - 24), [door(from, until)]);
            assert_eq!(route().offered(&contacts, today).count() == 0, contacts[0].shut(today).is_some());
            route().shut_in_words(today, &contacts)
        };
        assert_eq!((words("", ""), words("2026-11-24", "2026-11-24")), (None, None));
        let none = "the authority’s register has no agency for this route now: ";
        let later = format!("{none}Front door takes referrals from 1 April 2027 on");
        assert_eq!(words("2027-04-01", ""), Some(later));
        assert_eq!(words("", "2026-11-23"), Some(format!("{none}Front door took referrals until 23 November 2026")));
    }
}
