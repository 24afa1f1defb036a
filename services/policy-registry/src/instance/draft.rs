//! Makes a draft from a school's own document.

use time::OffsetDateTime;

use super::{Clause, Fate, Instance, InstanceId, Placed, State, Summary, Tailoring};
use crate::{
    agency::Register, document::Document, effective::Values, import, lint, school::School, template::Template,
};

/// What a draft is made from.
pub struct Source<'a> {
    /// The school.
    pub school: &'a School,
    /// The document.
    pub document: &'a Document,
    /// The document's name.
    pub name: &'a str,
    /// The template.
    pub template: &'a Template,
    /// The template's version.
    pub template_version: u32,
    /// The area's agencies.
    pub register: Option<&'a Register>,
}

impl Instance {
    /// Reads a document into a draft.
    pub fn draft(id: InstanceId, version: u32, source: &Source<'_>, at: OffsetDateTime) -> Self {
        let Source { school, document, name, template, template_version, register } = *source;
        let read = import::read(document, template);
        let findings = lint::lint(lint::Subject {
            document,
            parameters: &read.parameters,
            template,
            school: Some(&school.name),
            register,
            today: at.date(),
        });
        let mut instance = Self {
            id,
            school: school.id.clone(),
            version,
            template_version,
            state: State::Draft,
            parameters: read.parameters.clone(),
            clauses: Vec::new(),
            tailored_steps: Vec::new(),
            section_choices: Vec::new(),
            waivers: Vec::new(),
            proposals: Vec::new(),
            findings,
            grave: None,
            signatures: Vec::new(),
            summary: Summary::default(),
            source_name: name.to_owned(),
            import_confirmed_at: None,
            consultation: None,
            emergency: None,
            rollout: None,
            discard_reason: None,
            created_at: at,
            effective_at: None,
            superseded_at: None,
            review_due_at: None,
            revision: 1,
        };
        // What the authority's own record of the school says is not read off a document.
        let record = school.parameters().into_iter().filter(|parameter| !parameter.values.is_empty());
        for parameter in record.filter(|parameter| template.parameter(&parameter.key).is_some()) {
            let kept =
                parameter.key == "school.short_name" && instance.parameters.iter().any(|p| p.key == parameter.key);
            if !kept {
                instance.parameters.retain(|p| p.key != parameter.key);
                instance.parameters.push(parameter);
            }
        }
        instance.take(document, &read, template);
        let values = Values::of(&instance, template, register);
        let omitted = instance.omitted(template, &values);
        instance.clauses.extend(omitted);
        instance.summary.missing = instance.missing(template, &values);
        instance
    }

    /// Takes every paragraph of the document, each exactly once.
    fn take(&mut self, document: &Document, read: &import::Import, template: &Template) {
        self.summary.sections = count(document.headings().count());
        let homes = import::homes(document, &read.fates, template);
        let fates = read.fates.iter().zip(homes).zip(&read.under);
        for (paragraph, ((fate, home), (led_to, title))) in document.paragraphs.iter().zip(fates) {
            let section = |clause: &str| template.clause(clause).map_or("", |(section, _)| section.id.as_str());
            let (fate, clause, section, score, why) = match fate {
                import::Fate::Matched { clause, percent } => {
                    (Fate::Matched, Some(clause), section(clause), *percent, "")
                }
                import::Fate::Amended { clause, percent } => {
                    (Fate::Amended, Some(clause), section(clause), *percent, "")
                }
                import::Fate::Added { section } => (Fate::Added, None, section.as_str(), 0, ""),
                import::Fate::Ignored(why) => (Fate::Ignored, None, "", 0, why.name()),
            };
            let section = home.unwrap_or(section);
            let placed = Placed {
                line: paragraph.line,
                text: paragraph.text.clone(),
                fate,
                clause: clause.cloned(),
                section: section.to_owned(),
                score,
                why: why.to_owned(),
                by_hand: false,
                level: paragraph.kind.level().unwrap_or_default(),
                title: title.clone().filter(|_| led_to == section).unwrap_or_default(),
            };
            self.clauses.extend(placed.as_clause());
            self.summary.placed.push(placed);
        }
    }

    /// The clauses of the template that hold for this school and that nothing of the version stands for. A statutory one is
    /// printed all the same, and so never left out.
    pub(super) fn omitted(&self, template: &Template, values: &Values) -> Vec<Clause> {
        let holds = |key: &str| values.get(key);
        template
            .clauses()
            .filter(|(section, clause)| self.prints(section, &holds) && clause.include_if.holds(&holds))
            .filter(|(_, clause)| {
                !clause.statutory && !self.clauses.iter().any(|c| c.template_clause.as_ref() == Some(&clause.id))
            })
            .map(|(section, clause)| Clause {
                template_clause: Some(clause.id.clone()),
                section: section.id.clone(),
                tailoring: Tailoring::Omitted,
                text: values.fill(template, &clause.text),
                line: 0,
                score: 0,
                key: clause.id.clone(),
                level: 0,
                title: String::new(),
                reason: String::new(),
            })
            .collect()
    }
}

pub(super) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
