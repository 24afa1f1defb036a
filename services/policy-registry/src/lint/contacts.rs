//! AGENCY-AREA, AGENCY-NAME, CONTACT-VALUE: bodies and their numbers, judged against the area's register.

use super::{At, Findings, Severity, Subject, distance, expression};
use crate::{agency::Register, document::plain};

/// Words before “Police” that are no place.
const NO_PLACES: [&str; 20] = [
    "the",
    "inform",
    "contact",
    "call",
    "local",
    "tell",
    "ring",
    "ask",
    "notify",
    "national",
    "area",
    "county",
    "city",
    "our",
    "if",
    "transport",
    "relevant",
    "children",
    "involve",
    "phone",
];

pub(super) fn look(subject: Subject<'_>, findings: &mut Findings) {
    let Some(register) = subject.register else { return };
    let credits = subject.document.body().find(|(_, p)| plain(&p.text).contains("template")).map(|(_, p)| p.line);
    for (line, text) in subject.document.numbered() {
        foreign(subject, register, line, text, findings);
        if credits != Some(line) {
            bodies(register, line, text, findings);
        }
        acronyms(register, line, text, findings);
        numbers(register, line, text, findings);
        mail(register, line, text, findings);
    }
}

/// Agencies the data names as another area's.
fn foreign(subject: Subject<'_>, register: &Register, line: u32, text: &str, findings: &mut Findings) {
    let lower = text.to_lowercase();
    for area in subject.template.lint.areas.iter().filter(|area| !area.area.eq_ignore_ascii_case(&register.area)) {
        for name in &area.names {
            if let Some(at) = find_word(&lower, &name.to_lowercase()) {
                agency_area(findings, At::byte(line, text, at), name, register);
            }
        }
    }
}

fn agency_area(findings: &mut Findings, at: At, name: &str, register: &Register) {
    let message = format!("{name} is not an agency of {}", register.area);
    let fix = format!("Name {} or {}, as the agency register has them.", register.police, register.partnership);
    findings.add("AGENCY-AREA", Severity::Error, at, message, fix);
}

/// Police forces and safeguarding bodies by the shape of their names.
fn bodies(register: &Register, line: u32, text: &str, findings: &mut Findings) {
    let shape = expression!(
        r"((?:[A-Z][a-z]+(?: City)?(?: (?:and|&) | ))+)([Pp]olice|Constabulary|Safeguarding Child(?:ren)?['’]?s?['’]? (?:B[a-z]+|P[a-z]+))\b"
    );
    let Some(shape) = shape else { return };
    let right: Vec<String> = register.names().map(plain).collect();
    for found in shape.captures_iter(text) {
        let (Some(whole), Some(place), Some(kind)) = (found.get(0), found.get(1), found.get(2)) else { continue };
        let place: Vec<String> = plain(place.as_str())
            .split(' ')
            .filter(|w| !NO_PLACES.contains(w) && *w != "and")
            .map(ToOwned::to_owned)
            .collect();
        let Some(last) = place.last() else { continue };
        let here = right.iter().any(|name| name.split(' ').any(|word| word == last));
        let at = At::byte(line, text, whole.start());
        if !here {
            agency_area(findings, at, &format!("“{}”", whole.as_str().trim()), register);
        } else if kind.as_str().starts_with("Safeguarding") && !known(&right, whole.as_str()) {
            let message = format!("“{}” is not what that body is called", whole.as_str().trim());
            let fix = format!("Write {}.", register.partnership);
            findings.add("AGENCY-NAME", Severity::Warning, at, message, fix);
        }
    }
}

/// Whether a name is one of the register's, an added “City” or “&” apart.
fn known(right: &[String], name: &str) -> bool {
    let bare = |text: &str| plain(&text.replace('&', "and")).replace(" city ", " ");
    let name = bare(name);
    right.iter().any(|right| bare(right).contains(&name))
}

/// Acronyms one slip away from a registered one.
fn acronyms(register: &Register, line: u32, text: &str, findings: &mut Findings) {
    const SHORTEST: usize = 4;
    let Some(shape) = expression!(r"\b[A-Z]{4,8}\b") else { return };
    let capitals = |name: &str| name.chars().all(|c| c.is_ascii_uppercase()) && name.len() >= SHORTEST;
    let inside = register.names().flat_map(|name| name.split(|c: char| !c.is_alphanumeric()));
    let right: Vec<&str> = inside.filter(|name| capitals(name)).collect();
    for found in shape.find_iter(text).filter(|found| !right.contains(&found.as_str())) {
        if let Some(meant) = right.iter().find(|name| distance(name, found.as_str()) == 1) {
            let message = format!("{} is not in the agency register", found.as_str());
            let at = At::byte(line, text, found.start());
            findings.add("AGENCY-NAME", Severity::Warning, at, message, format!("Write {meant}."));
        }
    }
}

/// Telephone numbers close to a registered one, and numbers nobody can ring.
fn numbers(register: &Register, line: u32, text: &str, findings: &mut Findings) {
    const FAR: usize = 2;
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let Some(shape) = expression!(r"(?:^|[^\w/.-])(\+?\d[\d ]{8,13}\d)(?:$|[^\w/-])") else { return };
    for found in shape.captures_iter(text).filter_map(|found| found.get(1)) {
        let printed = digits(found.as_str());
        let right: Vec<_> =
            register.values("telephone").map(|(agency, value)| (agency, value, digits(value))).collect();
        if right.iter().any(|(.., value)| *value == printed) {
            continue;
        }
        let at = At::byte(line, text, found.start());
        let near =
            right.iter().filter(|(.., value)| value.len() > 5).min_by_key(|(.., value)| distance(value, &printed));
        match near.filter(|(.., value)| distance(value, &printed) <= FAR) {
            Some((agency, value, _)) => {
                let message = format!("{} is almost the number of {}", found.as_str(), agency.name);
                findings.add("CONTACT-VALUE", Severity::Error, at, message, format!("Print {value}."));
            }
            None if !printed.starts_with('0') && !printed.starts_with("44") => {
                let message = format!("{} is no telephone number", found.as_str());
                let fix = "A number begins with 0, or with +44: check it with the agency.";
                findings.add("CONTACT-VALUE", Severity::Error, at, message, fix);
            }
            None => {}
        }
    }
}

/// Mail addresses close to a registered one.
fn mail(register: &Register, line: u32, text: &str, findings: &mut Findings) {
    let Some(shape) = expression!(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}") else { return };
    for found in shape.find_iter(text) {
        let printed = found.as_str().to_lowercase();
        let near = register.values("email").map(|(_, value)| (value, distance(&value.to_lowercase(), &printed)));
        if let Some((value, 1..=2)) = near.min_by_key(|(_, distance)| *distance) {
            let at = At::byte(line, text, found.start());
            let message = format!("{printed} is almost {value}");
            findings.add("CONTACT-VALUE", Severity::Error, at, message, format!("Print {value}."));
        }
    }
}

/// Where a phrase stands in a text as whole words.
pub(super) fn find_word(text: &str, phrase: &str) -> Option<usize> {
    let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(phrase).map(|(at, _)| at).find(|at| {
        !inside(text.get(..*at).and_then(|t| t.chars().next_back()))
            && !inside(text.get(at + phrase.len()..).and_then(|t| t.chars().next()))
    })
}
