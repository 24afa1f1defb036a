//! The agency register: one area's bodies, how they are reached, and the names a policy prints for them.

use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;
use time::{Date, macros::format_description};

use crate::{
    parameter::{Origin, Parameter},
    template::{Problem, SourceFile, read_yaml},
};

/// The parameters an area fills, which no school types.
pub const AREA_KEYS: [&str; 3] = ["area.name", "area.police", "area.partnership"];

/// One area's agencies, as the authority keeps them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {
    /// The area, `derbyshire`.
    pub area: String,
    /// Its police force.
    pub police: String,
    /// Its safeguarding partnership.
    pub partnership: String,
    /// Its agencies.
    pub agencies: Vec<Agency>,
}

/// One body and how it is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agency {
    /// Its key, `front_door_urgent`.
    pub key: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// Whether children are referred to it; not to one that only informs, or takes reports of addresses.
    #[serde(default = "takes")]
    pub referrals: bool,
    /// How it is reached.
    #[serde(default)]
    pub channels: Vec<Channel>,
    /// How a referral may be sent to it: of `MEANS`; where the register does not say, as it is reached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub means: Vec<String>,
    /// The desk of the authority on this platform into whose inbox referrals to it are put: of `DESKS`; empty where it has
    /// none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub desk: String,
    /// From which day it takes referrals, `2027-04-01`; always where empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// The last day on which it takes them; no last one where empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub until: String,
    /// Other names it rightly goes by.
    #[serde(default)]
    pub aliases: Vec<String>,
}

/// What holds where a register does not say.
fn takes() -> bool {
    true
}

/// How a referral may be sent: spoken on the telephone with the form at hand, typed into the agency's own page, printed, as
/// a file by the secure mail that school and agency have, into the inbox of a desk on this platform, or as a signed,
/// encrypted file that the agency opens by itself.
pub const MEANS: [&str; 6] = ["telephone", "web", "printed", "secure_mail", PORTAL, "package"];
/// The means that needs a desk.
const PORTAL: &str = "portal";
/// The desks that take referrals in.
pub const DESKS: [&str; 3] = ["front_door", "lado", "prevent"];

impl Agency {
    /// How a referral may be sent to it.
    pub fn ways(&self) -> Vec<String> {
        if !self.means.is_empty() {
            return self.means.clone();
        }
        let has = |kind: &str| self.channels.iter().any(|channel| channel.kind == kind);
        let desk = !self.desk.is_empty();
        let ways =
            [(PORTAL, desk), ("telephone", has("telephone")), ("web", has("web")), ("secure_mail", has("email"))];
        ways.iter().filter(|(_, has)| *has).map(|(way, _)| (*way).to_owned()).collect()
    }

    /// What is wrong with the days between which it takes referrals, and what to do; none where nothing is.
    fn days_wrong(&self) -> Option<(String, &'static str)> {
        let day = |text: &str| Date::parse(text, format_description!("[year]-[month]-[day]"));
        let days = [&self.from, &self.until].map(|text| (text, day(text)));
        if let Some((text, _)) = days.iter().find(|(text, day)| !text.is_empty() && day.is_err()) {
            return Some((format!("“{text}” is no day"), "Write it as 2027-04-01."));
        }
        match days {
            [(_, Ok(from)), (_, Ok(until))] if until < from => {
                Some((format!("agency “{}” ends before it begins", self.key), "Put the last day behind the first."))
            }
            _ => None,
        }
    }
}

/// One way to reach an agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// `telephone`, `email`, `web`.
    pub kind: String,
    /// The number or address.
    pub value: String,
    /// When it answers.
    #[serde(default)]
    pub hours: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    area: String,
    police: String,
    partnership: String,
    agencies: Vec<Spanned<Agency>>,
}

impl Register {
    /// Reads a register's file.
    ///
    /// # Errors
    /// Every problem found, each with line and fix.
    pub fn load(file: &SourceFile) -> Result<Self, Vec<Problem>> {
        let raw: Raw = read_yaml(file).map_err(|problem| vec![problem])?;
        let mut problems = Vec::new();
        let mut say = |line: u64, message: String, fix: &str| {
            problems.push(Problem { file: file.name.clone(), line, message, fix: fix.to_owned() });
        };
        let mut seen: Vec<&str> = Vec::new();
        for spanned in &raw.agencies {
            let (agency, line) = (&spanned.value, spanned.referenced.line());
            if seen.contains(&agency.key.as_str()) {
                say(line, format!("agency “{}” is there already", agency.key), "Give each agency its own key.");
            }
            seen.push(&agency.key);
            if let Some(unknown) = agency.means.iter().find(|way| !MEANS.contains(&way.as_str())) {
                say(
                    line,
                    format!("a referral is not sent as “{unknown}”"),
                    "Use telephone, web, printed, secure_mail, portal or package.",
                );
            }
            if !agency.desk.is_empty() && !DESKS.contains(&agency.desk.as_str()) {
                say(
                    line,
                    format!("there is no desk “{}” for referrals", agency.desk),
                    "Use front_door, lado or prevent.",
                );
            }
            let portal = agency.means.iter().any(|way| way == PORTAL);
            if portal && agency.desk.is_empty() {
                let message = format!("agency “{}” has no desk to send a referral to", agency.key);
                say(line, message, "Name its desk, or take portal out of its means.");
            }
            if let Some((message, fix)) = agency.days_wrong() {
                say(line, message, fix);
            }
            for channel in &agency.channels {
                let fits = match channel.kind.as_str() {
                    "telephone" => channel.value.chars().all(|c| c.is_ascii_digit() || c == ' ' || c == '+'),
                    "email" => channel.value.contains('@') && !channel.value.contains(' '),
                    "web" => channel.value.contains('.') && !channel.value.contains(' '),
                    _ => {
                        say(line, format!("there is no channel “{}”", channel.kind), "Use telephone, email or web.");
                        continue;
                    }
                };
                if !fits || channel.value.is_empty() {
                    let message = format!("“{}” is no {} of agency “{}”", channel.value, channel.kind, agency.key);
                    say(line, message, "Check it with the agency and write it again.");
                }
            }
        }
        let Raw { area, police, partnership, agencies } = raw;
        for (what, value) in [("area", &area), ("police", &police), ("partnership", &partnership)] {
            if value.trim().is_empty() {
                say(0, format!("{what} is empty"), "Fill it in.");
            }
        }
        if problems.is_empty() {
            let agencies = agencies.into_iter().map(|spanned| spanned.value).collect();
            Ok(Self { area, police, partnership, agencies })
        } else {
            Err(problems)
        }
    }

    /// The parameters the area fills.
    pub fn parameters(&self) -> Vec<Parameter> {
        let mut name = self.area.clone();
        if let Some(first) = name.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let values = [name, self.police.clone(), self.partnership.clone()];
        AREA_KEYS.iter().zip(values).map(|(key, value)| Parameter::of(key, vec![value], Origin::Area)).collect()
    }

    /// Every name that is right in this area.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let agencies = self.agencies.iter().flat_map(|a| a.aliases.iter().chain([&a.name]));
        [&self.police, &self.partnership].into_iter().chain(agencies).map(String::as_str)
    }

    /// The registered values of one kind of channel, with the agency each belongs to.
    pub fn values<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (&'a Agency, &'a str)> {
        self.agencies.iter().flat_map(move |agency| {
            let channels = agency.channels.iter().filter(move |channel| channel.kind == kind);
            channels.map(move |channel| (agency, channel.value.as_str()))
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const NORTHSHIRE: &str = "area: northshire
police: Northshire Police
partnership: Northshire Safeguarding Children Partnership
agencies:
  - key: front_door_urgent
    name: Northshire Children's Front Door
    purpose: a child at immediate risk
    channels: [{ kind: telephone, value: 01632 960123, hours: all hours }]
    aliases: [NSCP]
  - key: lado_county
    name: Local Authority Designated Officer
    purpose: allegations about adults
    channels: [{ kind: email, value: lado@northshire.example }]
";

    pub(crate) fn register(text: &str) -> Result<Register, Vec<Problem>> {
        Register::load(&SourceFile { name: "area.yaml".into(), content: text.as_bytes().to_vec() })
    }

    #[test]
    fn a_register_names_each_problem_with_its_line() {
        let text = NORTHSHIRE.replace("key: lado_county", "key: front_door_urgent").replace("960123", "96O123");
        let problems = register(&text).err().unwrap_or_default();
        let lines: Vec<u64> = problems.iter().map(|p| p.line).collect();
        assert_eq!(lines, [5, 10], "{problems:?}");
        assert!(register(&text.replace("purpose:", "porpoise:")).is_err());
        assert!(register(NORTHSHIRE).is_ok());
    }

    #[test]
    fn referrals_go_to_a_desk_where_the_register_names_one_that_takes_them() {
        let with =
            |more: &str| register(&NORTHSHIRE.replace("purpose: a child", &format!("{more}\n    purpose: a child")));
        let ways = |more: &str| with(more).map(|read| read.agencies.first().map(Agency::ways).unwrap_or_default());
        assert_eq!(ways("desk: front_door").unwrap_or_default(), ["portal", "telephone"]);
        assert_eq!(ways("desk: front_door\n    means: [portal]").unwrap_or_default(), ["portal"]);
        assert_eq!(ways("means: [package, printed]").unwrap_or_default(), ["package", "printed"]);
        assert!(with("from: 2027-04-01\n    until: 2027-04-01").is_ok());
        let backwards = "from: 2027-04-02\n    until: 2027-04-01";
        for wrong in ["desk: safeguarding", "means: [portal]", "means: [pigeon]", "from: soon", backwards] {
            assert!(with(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_register_shipped_can_be_published() {
        for area in crate::template::model::areas() {
            let file = crate::template::model::area_file(&area);
            let read = file.as_ref().map(Register::load);
            assert!(matches!(&read, Some(Ok(register)) if register.area == area), "{read:?}");
            let agencies = read.and_then(Result::ok).map(|register| register.agencies).unwrap_or_default();
            let takes = |key: &str| agencies.iter().any(|agency| agency.key == key && agency.referrals);
            assert!(takes("front_door_form") && takes("police_101") && takes("lado_county"), "{area}");
            assert!(!takes("parent_links") && !takes("iwf"), "{area}: no child is referred to those");
        }
    }
}
