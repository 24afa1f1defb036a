//! The values of a template's blanks at one school: what each may hold, and how it reads in a sentence.

use serde::{Deserialize, Serialize};
use time::{Date, Month};

use crate::template::{Definition, Kind};

/// One filled blank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its key.
    pub key: String,
    /// Its values; more than one for lists and people.
    pub values: Vec<String>,
    /// Where it came from.
    pub origin: Origin,
    /// The line of the document it was read at, from 1; 0 where none.
    pub line: u32,
    /// How sure the reading is, 0 to 100.
    pub confidence: u8,
}

/// Where a parameter's values came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The school's document.
    Document,
    /// The school, by hand.
    School,
    /// The template.
    Default,
    /// The area's agency register.
    Area,
}

impl Origin {
    /// Its name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::School => "school",
            Self::Default => "default",
            Self::Area => "area",
        }
    }
}

impl Parameter {
    /// A parameter that was not read from a document.
    pub fn of(key: &str, values: Vec<String>, origin: Origin) -> Self {
        Self { key: key.to_owned(), values, origin, line: 0, confidence: 100 }
    }
}

/// The longest value, in characters.
const LONGEST: usize = 2000;
/// The most values of one parameter.
const MOST: usize = 100;
/// The most minutes: a school week of them, so that nothing waits for longer.
const MINUTES: u32 = 2_400;

impl Definition {
    /// Whether the values can stand in this blank.
    ///
    /// # Errors
    /// How to mend them, as a sentence for the person.
    pub fn accepts(&self, values: &[String]) -> Result<(), String> {
        if values.len() > 1 && !self.kind.many() {
            return Err("Enter one value".to_owned());
        }
        if values.len() > MOST {
            return Err(format!("Enter {MOST} values or fewer"));
        }
        for value in values {
            if value.trim().is_empty() {
                return Err("Enter a value, or send none to empty it".to_owned());
            }
            if value.chars().count() > LONGEST {
                return Err(format!("A value must be {LONGEST} characters or less"));
            }
            if let Some(fix) = chassis::text::lines(value) {
                return Err(fix.to_owned());
            }
            if value.contains("{{") {
                return Err("Take double braces out".to_owned());
            }
            self.fits(value)?;
        }
        Ok(())
    }

    fn fits(&self, value: &str) -> Result<(), String> {
        let allowed = || self.allowed.iter().map(|a| a.value.as_str()).collect::<Vec<_>>();
        match self.kind {
            Kind::Boolean if !matches!(value, "true" | "false") => Err("Enter true or false".to_owned()),
            Kind::Months if value.parse::<u32>().is_ok_and(|months| (1..=120).contains(&months)) => Ok(()),
            Kind::Months => Err("Enter a number of months from 1 to 120".to_owned()),
            Kind::Minutes if value.parse::<u32>().is_ok_and(|minutes| (1..=MINUTES).contains(&minutes)) => Ok(()),
            Kind::Minutes => Err(format!("Enter a number of minutes from 1 to {MINUTES}")),
            Kind::Hours if chassis::calendar::Hours::read(value).is_some() => Ok(()),
            Kind::Hours => Err("Enter hours such as 08:30 to 15:30".to_owned()),
            Kind::Date if PartDate::parse(value).is_some() => Ok(()),
            Kind::Date => Err("Enter a date such as 2026-11 or 2026-11-24".to_owned()),
            Kind::Days if chassis::calendar::span(value).is_some() => Ok(()),
            Kind::Days => Err("Enter a day such as 2026-12-21, or a span such as 2026-12-21 to 2027-01-01".to_owned()),
            Kind::Choice | Kind::Choices if !allowed().contains(&value) => {
                Err(format!("Enter one of {}", allowed().join(", ")))
            }
            Kind::Text | Kind::List | Kind::Choice | Kind::Choices | Kind::Boolean | Kind::Person | Kind::People => {
                Ok(())
            }
        }
    }

    /// Whether it can ever have a value a condition compares it to.
    ///
    /// # Errors
    /// The values it can have.
    pub fn could_be(&self, value: &str) -> Result<(), String> {
        let listed = !self.allowed.is_empty() && matches!(self.kind, Kind::Choice | Kind::Choices | Kind::List);
        if listed && !self.allowed.iter().any(|allowed| allowed.value.eq_ignore_ascii_case(value)) {
            let values: Vec<&str> = self.allowed.iter().map(|allowed| allowed.value.as_str()).collect();
            return Err(format!("Compare it to one of {}", values.join(", ")));
        }
        match self.kind {
            Kind::Boolean | Kind::Months | Kind::Minutes | Kind::Hours | Kind::Date | Kind::Days => self.fits(value),
            _ => Ok(()),
        }
    }

    /// The values as a sentence reads them.
    pub fn words(&self, values: &[String]) -> String {
        let word = |value: &String| match self.kind {
            Kind::Date => PartDate::parse(value).map_or_else(|| value.clone(), PartDate::words),
            Kind::Boolean => if value == "true" { "yes" } else { "no" }.to_owned(),
            Kind::Choice | Kind::Choices | Kind::List => value.replace('_', " "),
            Kind::Months if value == "1" => "1 month".to_owned(),
            Kind::Months => format!("{value} months"),
            Kind::Minutes if value == "1" => "1 minute".to_owned(),
            Kind::Minutes => format!("{value} minutes"),
            Kind::Text | Kind::Days | Kind::Hours | Kind::Person | Kind::People => value.clone(),
        };
        let words: Vec<String> = values.iter().map(word).collect();
        match words.split_last() {
            None => format!("[to be filled in: {}]", self.title),
            Some((last, [])) => last.clone(),
            Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        }
    }
}

/// A date as policies print it: a month and year, or a day as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartDate {
    /// The year.
    pub year: i32,
    /// The month.
    pub month: u8,
    /// The day, where one is given.
    pub day: Option<u8>,
}

impl PartDate {
    /// Reads `2026-11` or `2026-11-24`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let year = parts.next().filter(|p| p.len() == 4)?.parse().ok()?;
        let month = parts.next().filter(|p| p.len() == 2)?.parse().ok().filter(|m| (1..=12).contains(m))?;
        let day = match parts.next() {
            Some(day) => Some(day.parse().ok().filter(|_| day.len() == 2)?),
            None => None,
        };
        let date = Self { year, month, day };
        (parts.next().is_none() && date.last().is_some()).then_some(date)
    }

    /// The last day it can mean; none where there is no such day.
    pub fn last(self) -> Option<Date> {
        let month = Month::try_from(self.month).ok()?;
        Date::from_calendar_date(self.year, month, self.day.unwrap_or_else(|| month.length(self.year))).ok()
    }

    /// The first day it can mean; none where there is no such day.
    pub fn first(self) -> Option<Date> {
        let month = Month::try_from(self.month).ok()?;
        Date::from_calendar_date(self.year, month, self.day.unwrap_or(1)).ok()
    }

    /// The same so many months later.
    pub fn plus_months(self, months: u32) -> Self {
        let total = i64::from(self.year) * 12 + i64::from(self.month) - 1 + i64::from(months);
        let year = i32::try_from(total / 12).unwrap_or(i32::MAX);
        let month = u8::try_from(total % 12).unwrap_or_default() + 1;
        let length = Month::try_from(month).map(|m| m.length(year)).unwrap_or(28);
        Self { year, month, day: self.day.map(|day| day.min(length)) }
    }

    fn words(self) -> String {
        let month = Month::try_from(self.month).map(|m| m.to_string()).unwrap_or_default();
        match self.day {
            Some(day) => format!("{day} {month} {}", self.year),
            None => format!("{month} {}", self.year),
        }
    }
}

impl std::fmt::Display for PartDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)?;
        self.day.map_or(Ok(()), |day| write!(f, "-{day:02}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blank(kind: Kind) -> Definition {
        Definition {
            key: "x".into(),
            title: "the thing".into(),
            kind,
            allowed: vec![crate::template::Allowed {
                value: "office_daily".into(),
                cues: Vec::new(),
                anywhere: Vec::new(),
            }],
            default: Vec::new(),
            required: false,
            find: Vec::new(),
            requirements: Vec::new(),
            set_by: crate::template::SetBy::School,
            include_if: crate::template::condition::Condition::Always,
            role: String::new(),
            reading: crate::template::Reading::default(),
        }
    }

    #[test]
    fn a_blank_takes_only_what_its_kind_allows() {
        let accepts = |kind, value: &str| blank(kind).accepts(&[value.to_owned()]).is_ok();
        assert!(accepts(Kind::Date, "2026-02") && accepts(Kind::Date, "2024-02-29"));
        assert!(
            !accepts(Kind::Date, "2026-02-29") && !accepts(Kind::Date, "Nov 2026") && !accepts(Kind::Date, "2026-13")
        );
        assert!(accepts(Kind::Choice, "office_daily") && !accepts(Kind::Choice, "elsewhere"));
        assert!(accepts(Kind::Choices, "office_daily") && !accepts(Kind::Choices, "elsewhere"));
        assert!(accepts(Kind::Months, "12") && !accepts(Kind::Months, "0") && !accepts(Kind::Boolean, "maybe"));
        assert!(accepts(Kind::Minutes, "240") && !accepts(Kind::Minutes, "0") && !accepts(Kind::Minutes, "4 hours"));
        assert!(accepts(Kind::Hours, "08:30 to 15:30") && !accepts(Kind::Hours, "15:30 to 08:30"));
        assert!(!accepts(Kind::Text, " ") && !accepts(Kind::Text, "{{role.head}}"));
        assert!(blank(Kind::Person).accepts(&["A".into(), "B".into()]).is_err());
    }

    #[test]
    fn values_read_as_words() {
        let words =
            |kind, values: &[&str]| blank(kind).words(&values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>());
        assert_eq!(words(Kind::Date, &["2026-07"]), "July 2026");
        assert_eq!(words(Kind::People, &["Ash", "Birch", "Cedar"]), "Ash, Birch and Cedar");
        assert_eq!(words(Kind::Choice, &["office_daily"]), "office daily");
        assert_eq!(words(Kind::Text, &[]), "[to be filled in: the thing]");
    }

    #[test]
    fn months_pass_over_the_year() {
        let plus = |text: &str, months| PartDate::parse(text).map(|d| d.plus_months(months).to_string());
        assert_eq!(plus("2025-12", 12).as_deref(), Some("2026-12"));
        assert_eq!(plus("2025-11-30", 3).as_deref(), Some("2026-02-28"));
    }
}
