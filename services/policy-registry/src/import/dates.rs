//! Dates as policies print them: `Nov 2021`, `5th March 2024`, `05/03/2024`, `2024-03-05`.

use std::sync::LazyLock;

use regex::Regex;

use crate::parameter::PartDate;

/// A date found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it begins, in bytes.
    pub start: usize,
    /// Its text.
    pub text: String,
    /// The date; none where there is no such day.
    pub date: Option<PartDate>,
}

/// The dates of a text, in order, impossible ones among them.
pub fn dates(text: &str) -> Vec<Found> {
    static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?ix)\b(?:
            (?P<iso>\d{4}-\d{2}(?:-\d{2})?)
            | (?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4}|\d{2})
            | (?:(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?)?
              (?P<month>jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)
              (?:uary|ruary|ch|il|ust|ember|tember|ober)?\.?,?\s+(?P<year>\d{4})
            )\b",
        )
        .ok()
    });
    let Some(date) = DATE.as_ref() else { return Vec::new() };
    date.captures_iter(text)
        .filter_map(|found| {
            let whole = found.get(0)?;
            let number = |name: &str| found.name(name).and_then(|n| n.as_str().parse::<i32>().ok());
            let small = |name: &str| number(name).and_then(|n| u8::try_from(n).ok());
            let date = if let Some(iso) = found.name("iso") {
                PartDate::parse(iso.as_str())
            } else if let Some(month) = found.name("month") {
                checked(number("year"), month_number(month.as_str()), small("day"))
            } else {
                let year = number("y").map(|y| if y < 100 { y + 2000 } else { y });
                checked(year, small("m"), Some(small("d")?))
            };
            Some(Found { start: whole.start(), text: whole.as_str().to_owned(), date })
        })
        .collect()
}

fn checked(year: Option<i32>, month: Option<u8>, day: Option<u8>) -> Option<PartDate> {
    let date = PartDate { year: year?, month: month?, day };
    date.last().map(|_| date)
}

fn month_number(name: &str) -> Option<u8> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let start = name.get(..3)?.to_ascii_lowercase();
    MONTHS.iter().position(|month| *month == start).and_then(|place| u8::try_from(place + 1).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_however_they_are_printed() {
        let read = |text: &str| dates(text).into_iter().map(|f| f.date.map(|d| d.to_string())).collect::<Vec<_>>();
        let one = |text: &str| vec![Some(text.to_owned())];
        assert_eq!(read("Nov 2021"), one("2021-11"));
        assert_eq!(read("due by 5th of March, 2024"), one("2024-03-05"));
        assert_eq!(read("05/03/24"), one("2024-03-05"));
        assert_eq!(read("September 2026 or 2027-01-02").len(), 2);
        assert_eq!(read("31 June 2025"), [None]);
        assert_eq!(read("may 101 or KS3 2000"), Vec::<Option<String>>::new());
    }
}
