//! What a form begins with: what the case, the roll and the policy say already is not asked again.

use chassis::clock::london;
use time::Date;

use crate::{
    case::{
        Case, Consultation, Involvement, ParentsDecision,
        print::paper::{day, moment},
    },
    concern::Concern,
    learner::Learner,
    route::Route,
};

/// What is known besides the case.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The name that whoever refers goes by; may be empty.
    pub maker: &'a str,
    /// The day.
    pub today: Date,
    /// What the policy says, by key of the parameter.
    pub parameters: &'a [(String, String)],
    /// Those of the case's people who are on the roll.
    pub learners: &'a [Learner],
    /// The case's concerns.
    pub concerns: &'a [Concern],
    /// The name that the case's adult goes by, where the case has them by an account; may be empty.
    pub subject: &'a str,
}

impl Known<'_> {
    /// What a source says beside any case; none where it is not one of those.
    pub fn says(&self, source: &str) -> Option<String> {
        match source {
            "maker.name" => Some(self.maker.trim().to_owned()),
            "today" => Some(self.today.to_string()),
            _ => {
                let key = source.strip_prefix("policy.")?;
                let said = self.parameters.iter().find(|(of, _)| of == key).map(|(_, value)| value.clone());
                Some(said.unwrap_or_default())
            }
        }
    }
}

impl Case {
    /// The answers that a form begins with.
    pub fn begun(&self, route: &Route, known: Known<'_>) -> Vec<(String, String)> {
        let said = |source: &str| known.says(source).unwrap_or_else(|| self.says(source, known));
        let begun = route.fields.iter().filter(|field| !field.source.is_empty());
        let begun = begun.map(|field| (field.key.clone(), said(&field.source)));
        begun.filter(|(_, value)| !value.trim().is_empty()).collect()
    }

    fn says(&self, source: &str, known: Known<'_>) -> String {
        match source {
            "case.reference" => self.reference.clone(),
            "case.kind" => self.procedure.title.clone(),
            "case.summary" => self.summary(known.concerns),
            "case.children" => self.parts(true, known.learners),
            "case.others" => self.parts(false, known.learners),
            "case.adult" => match (self.access.subject_name(), &self.access.subject) {
                (Some(name), _) => name.to_owned(),
                (None, Some(_)) if known.subject.trim().is_empty() => self.adult_as_written(known.concerns),
                (None, Some(_)) => known.subject.trim().to_owned(),
                (None, None) => String::new(),
            },
            "case.known_on" => london(self.known_at.unwrap_or(self.opened_at)).date().to_string(),
            "case.talks" => self.talks(),
            "case.told" => self.told(|_| true),
            "case.police" => self.told(|agency| agency.starts_with("police")),
            "case.parents" => self.what_parents_know(known.learners),
            "case.danger" => self.fact("immediate_danger").filter(|known| *known != "unknown").unwrap_or("").to_owned(),
            _ => String::new(),
        }
    }

    /// The adult as the case has them by name where it knows them by an account: their part in it, or whom its one concern is
    /// about. What an account is called this service knows only where it was told.
    fn adult_as_written(&self, concerns: &[Concern]) -> String {
        let parts = self.involvements.iter().filter(|part| part.ended.is_none() && part.kept.is_none());
        let part = parts.filter(|part| part.role == "subject_adult").map(|part| part.person.as_str()).next();
        let about = match concerns {
            [only] => only.report.about.as_str(),
            _ => "",
        };
        part.unwrap_or(about).trim().to_owned()
    }

    /// What kind of case it is, what was reported in the words of whoever did, and what mattered in it.
    fn summary(&self, concerns: &[Concern]) -> String {
        let risks = if self.risks.is_empty() { String::new() } else { format!(" Risks: {}.", self.risks.join(", ")) };
        let mut lines = vec![format!("{}.{risks}", self.procedure.title)];
        let mut concerns: Vec<&Concern> = concerns.iter().collect();
        concerns.sort_by_key(|concern| concern.recorded_at);
        let told = |concern: &&Concern| format!("{}: {}", moment(concern.recorded_at), concern.report.narrative);
        lines.extend(concerns.iter().map(told));
        lines.extend(self.chronicle().into_iter().map(|(entry, _)| entry.text.clone()));
        lines.join("\n")
    }

    /// The people of the case, a line each: the children in it, or everybody else.
    fn parts(&self, children: bool, learners: &[Learner]) -> String {
        let line = |part: &Involvement| {
            let learner = part.learner.as_ref().and_then(|id| learners.iter().find(|learner| learner.id == *id));
            let mut line = name(part, learners);
            if let Some(born) = learner.and_then(|learner| learner.record.birth_date) {
                line += &format!(", born {}", day(born));
            }
            if !part.year_group.is_empty() {
                line += &format!(", year {}", part.year_group);
            }
            line += &format!(" ({})", part.role.replace('_', " "));
            if !part.vulnerabilities.is_empty() {
                line += &format!(": {}", part.vulnerabilities.join(", ").replace('_', " "));
            }
            line
        };
        // Of somebody accused it is known that they are a child where the roll has them or they have a year.
        let child = |part: &Involvement| {
            let known = part.learner.is_some() || !part.year_group.is_empty();
            part.of_child() && (known || part.role != "alleged_perpetrator")
        };
        let those = self
            .involvements
            .iter()
            .filter(|part| part.ended.is_none() && part.kept.is_none() && child(part) == children);
        those.map(line).collect::<Vec<_>>().join("\n")
    }

    /// What agencies said so far.
    fn talks(&self) -> String {
        let line = |talk: &Consultation| {
            let with = self.agency(&talk.agency).map_or_else(|_| talk.agency.replace('_', " "), ToOwned::to_owned);
            format!("{with}, {} ({}): {}", moment(talk.held_at), talk.reference, talk.advice)
        };
        self.consultations.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// Which agencies were told, when and under which reference, and nothing of what they advised.
    fn told(&self, wanted: impl Fn(&str) -> bool) -> String {
        let line = |agency: &str, at, reference: &str| {
            let name = self.agency(agency).map_or_else(|_| agency.replace('_', " "), ToOwned::to_owned);
            let reference = if reference.is_empty() { String::new() } else { format!(" ({reference})") };
            format!("{name}, {}{reference}", moment(at))
        };
        let talks = self.consultations.iter().map(|talk| (talk.agency.as_str(), talk.held_at, talk.reference.as_str()));
        let referred = self.referrals.iter().filter(|referral| referral.withdrawn.is_none());
        let referred = referred.map(|one| (one.agency.as_str(), one.made_at, one.reference.as_str()));
        let told = talks.chain(referred).filter(|(agency, ..)| wanted(agency));
        told.map(|(agency, at, reference)| line(agency, at, reference)).collect::<Vec<_>>().join("\n")
    }

    /// Which parents were told, or why not.
    fn what_parents_know(&self, learners: &[Learner]) -> String {
        let line = |told: &ParentsDecision| {
            let child = self.involvements.iter().find(|part| part.id == told.involvement_id);
            let child = child.map_or_else(String::new, |part| name(part, learners));
            format!("{child}: {}. {}", if told.told { "told" } else { "not told" }, told.reason)
        };
        self.parents_decisions.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// Somebody of a case by one name in all of a form: as the roll has them, with what they are known by.
fn name(part: &Involvement, learners: &[Learner]) -> String {
    let learner = part.learner.as_ref().and_then(|id| learners.iter().find(|learner| learner.id == *id));
    let Some(record) = learner.map(|learner| &learner.record) else { return part.person.clone() };
    let full = format!("{} {}", record.given_name, record.family_name);
    let known_as = record.known_as.trim();
    if known_as.is_empty() || known_as == record.given_name { full } else { format!("{full} (known as {known_as})") }
}
