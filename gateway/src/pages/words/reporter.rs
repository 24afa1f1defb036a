//! The words of the reporter's side.

use super::{Codes, typed_time};

/// Whether a concern is about what an adult who works at the school did.
pub const ABOUT_ADULT: Codes = &[
    ("no", "No"),
    ("staff", "Yes, about somebody who works or helps here. It goes to the head, and nobody else sees it"),
    ("head", "Yes, about the head. It goes to the chair of governors, and nobody else sees it"),
];

/// Who sent something through the public report page.
pub const SENDERS: Codes =
    &[("learner", "A pupil or student"), ("parent", "A parent or carer"), ("other", "Somebody else")];

/// Where on a body something can be seen, from head to foot.
pub const BODY_AREAS: Codes = &[
    ("head", "Head"),
    ("face", "Face"),
    ("neck", "Neck"),
    ("chest", "Chest"),
    ("stomach", "Stomach"),
    ("private_area", "Private area"),
    ("upper_back", "Upper back"),
    ("lower_back", "Lower back"),
    ("bottom", "Bottom"),
    ("left_arm", "Left arm"),
    ("right_arm", "Right arm"),
    ("left_hand", "Left hand"),
    ("right_hand", "Right hand"),
    ("left_leg", "Left leg"),
    ("right_leg", "Right leg"),
    ("left_foot", "Left foot"),
    ("right_foot", "Right foot"),
];

/// What is asked of a photo before it may come.
pub const SHOWS_CHILD: Codes = &[("no", "No, it shows writing only"), ("yes", "Yes"), ("not_sure", "Not sure")];

/// A time of day that somebody typed, as the contract writes it: `8:30am` to `08:30`. What is none stays as it is: the
/// service says so.
pub fn hour_and_minute(text: &str) -> String {
    match typed_time(text.trim()) {
        Some(time) if !text.trim().is_empty() => format!("{:02}:{:02}", time.hour(), time.minute()),
        _ => text.trim().to_owned(),
    }
}

/// A time of day of the contract in words: `08:30` to `8:30am`.
pub fn hour(text: &str) -> String {
    match typed_time(text.trim()) {
        Some(time) if !text.trim().is_empty() => {
            let hour = if time.hour().is_multiple_of(12) { 12 } else { time.hour() % 12 };
            format!("{hour}:{:02}{}", time.minute(), if time.hour() < 12 { "am" } else { "pm" })
        }
        _ => text.trim().to_owned(),
    }
}

/// A code in groups of four, as it is read aloud: `k7mp3xq9` to `k7mp-3xq9`.
pub fn in_fours(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_and_codes_read_both_ways() {
        for (typed, contract, words) in [
            ("8:30am", "08:30", "8:30am"),
            ("16:00", "16:00", "4:00pm"),
            (" 4pm ", "16:00", "4:00pm"),
            ("12:05", "12:05", "12:05pm"),
            ("soon", "soon", "soon"),
            ("", "", ""),
        ] {
            assert_eq!(hour_and_minute(typed), contract, "{typed}");
            assert_eq!(hour(contract), words, "{typed}");
        }
        assert_eq!(in_fours("k7mp3xq9ab"), "k7mp-3xq9-ab");
    }
}
