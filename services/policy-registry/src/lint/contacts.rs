//! AGENCY-AREA, AGENCY-NAME, CONTACT-VALUE: bodies and their numbers, judged against the area's register.

use super::{At, Findings, Severity, Subject, distance, expression, prepared::Owner, sheet::Sheet};
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

pub(super) fn look(subject: Subject<'_>, sheet: &Sheet<'_>, findings: &mut Findings) {
    let Some(register) = subject.register else { return };
    let credits = sheet.body().find(|(_, text)| text.said.contains("template")).map(|(p, _)| p.line);
    let right: Vec<String> = register.names().map(plain).collect();
    let acronyms = acronyms(register);
    foreign(subject, sheet, register, findings);
    for (line, text) in subject.document.numbered() {
        if credits != Some(line) {
            bodies(register, &right, line, text, findings);
        }
        hosts(subject, register, &right, line, text, findings);
        misspelt(&acronyms, line, text, findings);
        numbers(subject, register, line, text, findings);
        emergency(line, text, findings);
        mail(register, line, text, findings);
    }
}

/// Agencies the data names as another area's.
fn foreign(subject: Subject<'_>, sheet: &Sheet<'_>, register: &Register, findings: &mut Findings) {
    for spot in sheet.all().flat_map(|(_, text)| &text.spots) {
        let Owner::Area(area, name) = spot.owner else { continue };
        let area = subject.template.lint.areas.get(area).filter(|area| !area.area.eq_ignore_ascii_case(&register.area));
        if let Some(name) = area.and_then(|area| area.names.get(name)) {
            agency_area(findings, spot.at, name, register);
        }
    }
}

fn agency_area(findings: &mut Findings, at: At, name: &str, register: &Register) {
    let message = format!("{name} is not an agency of {}", titled(&register.area));
    let fix = format!("Name {} or {}, as the agency register has them.", register.police, register.partnership);
    findings.add("AGENCY-AREA", Severity::Error, at, message, fix);
}

/// An area by its name: `north-shire` is North Shire.
fn titled(area: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
    };
    area.split(['-', '_', ' ']).map(word).collect::<Vec<_>>().join(" ")
}

/// Hosts of councils and police forces, in addresses and mail.
fn hosts(subject: Subject<'_>, register: &Register, right: &[String], line: u32, text: &str, findings: &mut Findings) {
    let Some(shape) = expression!(r"(?i)\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:gov|police)\.uk\b") else { return };
    for found in shape.find_iter(text) {
        let host = found.as_str().to_lowercase();
        let host = host.strip_prefix("www.").unwrap_or(&host);
        let within = |known: &str| host == known || host.strip_suffix(known).is_some_and(|rest| rest.ends_with('.'));
        let national = subject.template.lint.national_hosts.iter().filter(|known| known.contains('.'));
        // gov.uk itself, and not everything under it.
        let national =
            national.filter(|known| !matches!(known.as_str(), "gov.uk" | "police.uk")).any(|known| within(known));
        let owner = host.split('.').rev().nth(2).unwrap_or_default();
        let listed = ["web", "email"]
            .iter()
            .any(|kind| register.values(kind).any(|(_, value)| value.to_lowercase().contains(host)));
        let here = right.iter().any(|name| name.split(' ').any(|word| word == owner));
        if !matches!(host, "gov.uk" | "police.uk") && !national && !listed && !here {
            let at = At::byte(line, text, found.start());
            agency_area(findings, at, &format!("“{host}”"), register);
        }
    }
}

/// Police forces and safeguarding bodies by the shape of their names.
fn bodies(register: &Register, right: &[String], line: u32, text: &str, findings: &mut Findings) {
    let shape = expression!(
        r"((?:[A-Z][a-z]+(?: City)?(?: (?:and|&) | ))+)([Pp]olice|Constabulary|Safeguarding (?:Child(?:ren)?['’]?s?['’]? )?(?:B[a-z]+|P[a-z]+))\b"
    );
    let Some(shape) = shape else { return };
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
            findings.cover(at, whole.as_str());
            agency_area(findings, at, &format!("“{}”", whole.as_str().trim()), register);
        } else if kind.as_str().starts_with("Safeguarding") && !known(right, whole.as_str()) {
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

/// The acronyms that a register's names are, or hold.
fn acronyms(register: &Register) -> Vec<&str> {
    const SHORTEST: usize = 4;
    let capitals = |name: &&str| name.chars().all(|c| c.is_ascii_uppercase()) && name.len() >= SHORTEST;
    register.names().flat_map(|name| name.split(|c: char| !c.is_alphanumeric())).filter(capitals).collect()
}

/// Acronyms one slip away from a registered one.
fn misspelt(right: &[&str], line: u32, text: &str, findings: &mut Findings) {
    let Some(shape) = expression!(r"\b[A-Z]{4,8}\b") else { return };
    for found in shape.find_iter(text).filter(|found| !right.contains(&found.as_str())) {
        if let Some(meant) = right.iter().find(|name| distance(name, found.as_str()) == 1) {
            let message = format!("{} is not in the agency register", found.as_str());
            let at = At::byte(line, text, found.start());
            findings.add("AGENCY-NAME", Severity::Warning, at, message, format!("Write {meant}."));
        }
    }
}

/// Telephone numbers close to a registered one, and numbers nobody can ring.
fn numbers(subject: Subject<'_>, register: &Register, line: u32, text: &str, findings: &mut Findings) {
    const FAR: usize = 2;
    const SHORT: usize = 10;
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let Some(shape) = expression!(r"(?:^|[^\w/.-])(\+?\d[\d ]{6,13}\d)(?:$|[^\w/-])") else { return };
    for found in shape.captures_iter(text).filter_map(|found| found.get(1)) {
        let printed = digits(found.as_str());
        let national =
            subject.template.lint.national_numbers.iter().map(|known| (known.name.as_str(), known.number.as_str()));
        let area = register.values("telephone").map(|(agency, value)| (agency.name.as_str(), value));
        let right: Vec<_> = area.chain(national).map(|(name, value)| (name, value, digits(value))).collect();
        if right.iter().any(|(.., value)| *value == printed) {
            continue;
        }
        // Short numbers are looked at where they can be nothing else: a span of years is none.
        if found.len() < SHORT && !printed.starts_with('0') {
            continue;
        }
        let at = At::byte(line, text, found.start());
        let near =
            right.iter().filter(|(.., value)| value.len() > 5).min_by_key(|(.., value)| distance(value, &printed));
        match near.filter(|(.., value)| distance(value, &printed) <= FAR) {
            Some((name, value, _)) => {
                let message = format!("{} is almost the number of {name}", found.as_str());
                findings.add("CONTACT-VALUE", Severity::Error, at, message, format!("Print {value}."));
            }
            None if printed.starts_with('0') && found.len() >= SHORT && !(10..=11).contains(&printed.len()) => {
                let message = format!("{} has {} digits", found.as_str(), printed.len());
                let fix = "A number has eleven digits, a few have ten: check it with the agency.";
                findings.add("CONTACT-VALUE", Severity::Error, at, message, fix);
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

/// The short numbers: an emergency number that is none.
fn emergency(line: u32, text: &str, findings: &mut Findings) {
    const SHORT: [&str; 8] = ["999", "101", "111", "112", "116", "119", "105", "123"];
    let about = expression!(r"(?i)\b(?:police|emergenc\w*|danger|ambulance|fire)\b");
    let dials = expression!(
        r"(?i)\b(?:dial|dialling|ring|ringing|call|calling|phone|phoning|via|using|on)\s+(\d{2,4})\b(?:[^\d/-]|$)"
    );
    let (Some(about), Some(dials)) = (about, dials) else { return };
    if !about.is_match(text) {
        return;
    }
    for found in dials.captures_iter(text).filter_map(|found| found.get(1)) {
        let number = found.as_str();
        let year = number.len() == 4 && (number.starts_with("19") || number.starts_with("20"));
        let almost = number.starts_with(['1', '9']) && !SHORT.contains(&number) && !year;
        if almost {
            let message = format!("{number} is no emergency number");
            let at = At::byte(line, text, found.start());
            findings.add(
                "CONTACT-VALUE",
                Severity::Error,
                at,
                message,
                "Print 999 for danger, 101 for the police otherwise.",
            );
        }
    }
}

/// Mail addresses close to a registered one, and those that reach nobody.
fn mail(register: &Register, line: u32, text: &str, findings: &mut Findings) {
    let broken = expression!(
        r"(?i)\b[a-z0-9._%+-]+(?:@[a-z0-9-]+\.?(?:$|[\s,;)])|@ [a-z0-9.-]+\.[a-z]{2,}|@[a-z0-9.-]*\.\.[a-z0-9.-]*)"
    );
    for found in broken.into_iter().flat_map(|shape| shape.find_iter(text)) {
        let at = At::byte(line, text, found.start());
        let message = format!("“{}” is no mail address", found.as_str().trim());
        findings.add("CONTACT-VALUE", Severity::Warning, at, message, "Check it with the agency, and print it whole.");
    }
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
