//! Whose names a policy prints: those of the roles the school chose to publish. Everybody else appears as their role,
//! whether a blank names them or the school's own words do.

mod spoken;

use std::collections::BTreeSet;

use regex::Regex;

use crate::{
    effective::Values,
    parameter::{Origin, Parameter},
    template::{Definition, Template},
};
use spoken::{CLOSE, OPEN};

/// The blank that says whose names are published, by their roles.
pub const PUBLISH_NAMES: &str = "doc.publish_names";
/// What stands in it where nobody's are.
pub const NOBODY: &str = "nobody";
/// Whose names a template publishes that does not ask.
const UNASKED: [&str; 3] = ["role.head", "role.dsl_lead", "role.dsl_deputies"];
/// Who somebody is whose role has no words.
const SOMEBODY: &str = "a member of staff";
/// Names looked for by one expression.
const TOGETHER: usize = 50;

/// Whose names are printed, and what stands in place of the others.
pub struct Names {
    /// Roles with the names of those who hold them.
    published: Vec<(String, Vec<String>)>,
    /// Expressions, each with what stands in place of the name its group of that number finds.
    hidden: Vec<(Regex, Vec<String>)>,
    /// Names for which no expression could be made.
    plain: Vec<(String, String)>,
}

impl Names {
    /// Takes the names that are not published out of the values, and remembers them.
    pub fn withheld(template: &Template, values: &mut Values) -> Self {
        let chosen = values.get(PUBLISH_NAMES);
        let asked = template.parameter(PUBLISH_NAMES).is_some();
        let publishes = |definition: &Definition| match asked {
            true => !definition.role.is_empty() && chosen.contains(&definition.role),
            false => UNASKED.contains(&definition.key.as_str()),
        };
        let people = || template.parameters.iter().filter(|definition| definition.kind.names());
        let published: Vec<(String, Vec<String>)> = people()
            .filter(|definition| publishes(definition))
            .map(|definition| (role(definition), values.get(&definition.key)))
            .filter(|(_, holders)| !holders.is_empty())
            .collect();
        let known: BTreeSet<String> =
            published.iter().flat_map(|(_, holders)| holders).map(|name| bare(name).to_lowercase()).collect();
        let surnames: BTreeSet<&str> = known.iter().filter_map(|name| name.split_whitespace().last()).collect();
        let mut looked_for: Vec<(String, String)> = Vec::new();
        // A role with words of its own says more than “a member of staff”: it is looked at first.
        let mut withheld: Vec<&Definition> = people().filter(|definition| !publishes(definition)).collect();
        withheld.sort_by_key(|definition| definition.role.is_empty());
        for definition in withheld {
            let holders = values.get(&definition.key);
            let persons: Vec<&String> = holders.iter().filter(|holder| !is_post(holder)).collect();
            if persons.is_empty() {
                continue;
            }
            let phrase = phrase(definition);
            for name in persons {
                let name = bare(name);
                let again = looked_for.iter().any(|(other, _)| other.eq_ignore_ascii_case(&name));
                if !name.is_empty() && !again && !known.contains(&name.to_lowercase()) {
                    looked_for.push((name, phrase.clone()));
                }
            }
            values.put(Parameter::of(&definition.key, vec![format!("{OPEN}{phrase}{CLOSE}")], Origin::School));
        }
        // The longer name first: one may begin with another.
        looked_for.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        let mut names = Self { published, hidden: Vec::new(), plain: Vec::new() };
        for some in looked_for.chunks(TOGETHER) {
            let groups: Vec<String> = some.iter().map(|(name, _)| format!("({})", forms(name, &surnames))).collect();
            match Regex::new(&groups.join("|")) {
                Ok(expression) => {
                    names.hidden.push((expression, some.iter().map(|(_, phrase)| phrase.clone()).collect()));
                }
                Err(_) => names.plain.extend(some.iter().cloned()),
            }
        }
        names
    }

    /// The roles whose holders are named, with their names.
    pub fn published(&self) -> &[(String, Vec<String>)] {
        &self.published
    }

    /// A text in which whoever is not named is called by their role.
    pub fn spoken(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (expression, phrases) in &self.hidden {
            let replaced = expression.replace_all(&text, |found: &regex::Captures<'_>| {
                let place = (1..found.len()).find(|place| found.get(*place).is_some());
                let phrase = place.and_then(|place| phrases.get(place - 1)).map_or(SOMEBODY, String::as_str);
                format!("{OPEN}{phrase}{CLOSE}")
            });
            text = replaced.into_owned();
        }
        for (name, phrase) in &self.plain {
            text = text.replace(name.as_str(), &format!("{OPEN}{phrase}{CLOSE}"));
        }
        spoken::resolve(&text)
    }
}

/// The role in words: as the template has it, or its title where that is a short phrase.
fn role(definition: &Definition) -> String {
    let title = definition.title.trim();
    match (definition.role.trim(), title.contains(',') || title.split_whitespace().count() > 4) {
        ("", false) if !title.starts_with("Who ") => {
            let mut chars = title.chars();
            chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
        }
        (role, _) => role.to_owned(),
    }
}

fn phrase(definition: &Definition) -> String {
    match role(definition).as_str() {
        "" => SOMEBODY.to_owned(),
        role => format!("the {role}"),
    }
}

/// What stands before a name.
const TITLES: &str = r"(?i:mr|mrs|ms|miss|mx|dr|rev|revd|prof|professor|sir|dame)";

/// A name without title, post in brackets and the like.
fn bare(value: &str) -> String {
    const TITLED: [&str; 11] = ["mr", "mrs", "ms", "miss", "mx", "dr", "rev", "revd", "prof", "sir", "dame"];
    let end = value.find(['(', ',', ';', '–', '—', '/']).unwrap_or(value.len());
    let mut words: Vec<&str> = value.get(..end).unwrap_or_default().split_whitespace().collect();
    if words.first().is_some_and(|first| TITLED.contains(&first.trim_end_matches('.').to_lowercase().as_str())) {
        words.remove(0);
    }
    words.join(" ")
}

/// Every way a name is written: whole, the surname behind a title or initial, an address made of it. A surname that
/// somebody else's published name has too is nobody's sign.
fn forms(name: &str, published: &BTreeSet<&str>) -> String {
    let letters = |text: &str| {
        let one = |c: char| match c {
            '\'' | '’' => "['’]".to_owned(),
            c => regex::escape(&c.to_string()),
        };
        text.chars().map(one).collect::<String>()
    };
    let words: Vec<&str> = name.split_whitespace().collect();
    let whole = words.iter().map(|word| letters(word)).collect::<Vec<_>>().join(r"[\s\u{a0}]+");
    let (Some(last), Some(first)) = (words.last(), words.first().and_then(|word| word.chars().next())) else {
        return whole;
    };
    let (last, first) = (*last, letters(&first.to_string()));
    if words.len() == 1 {
        // One word may be a word of the language: it is a name as it is written, or behind a title.
        return format!(r"\b(?:{TITLES}\.?\s+)?{whole}\b|\b{TITLES}\.?\s+(?i:{whole})\b");
    }
    let mut forms = format!(r"\b(?:{TITLES}\.?\s+)?(?i:{whole})\b");
    if !published.contains(last.to_lowercase().as_str()) {
        let surname = letters(last);
        forms +=
            &format!(r"|\b{TITLES}\.?\s+(?:[\w’'-]+\.?\s+)?(?i:{surname})\b|\b{first}\.\s?(?:\w\.\s?)?{surname}\b");
        if last.chars().count() > 3 {
            forms += &format!(r"|[\w.+-]*(?i:{surname})[\w.+-]*@[\w-]+(?:\.[\w-]+)+");
        }
    }
    forms
}

/// Whether a value names a post and not a person.
fn is_post(value: &str) -> bool {
    const POSTS: [&str; 42] = [
        "admin",
        "administrator",
        "assistant",
        "business",
        "chair",
        "class",
        "clerk",
        "computing",
        "coordinator",
        "ddsl",
        "deputy",
        "designated",
        "dsl",
        "governor",
        "governors",
        "head",
        "headteacher",
        "ict",
        "it",
        "lead",
        "leader",
        "leaders",
        "learning",
        "manager",
        "member",
        "network",
        "office",
        "officer",
        "online",
        "principal",
        "safeguarding",
        "safety",
        "school",
        "senco",
        "sendco",
        "senior",
        "slt",
        "staff",
        "support",
        "teacher",
        "team",
        "technician",
    ];
    const SMALL: [&str; 8] = ["the", "a", "an", "of", "and", "for", "or", "our"];
    let words: Vec<String> =
        value.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    let post = |word: &String| POSTS.contains(&word.as_str());
    let all = words.iter().all(|word| post(word) || SMALL.contains(&word.as_str()));
    // “the family support worker”: nobody's name begins with an article and has no capital in it.
    let article = words.first().is_some_and(|first| SMALL.contains(&first.as_str()));
    let small = article && !value.chars().skip(1).any(char::is_uppercase);
    words.iter().any(post) && (all || small)
}

#[cfg(test)]
mod tests;
