//! Makes a draft from a school's own document.

use time::OffsetDateTime;

use super::{Clause, Instance, InstanceId, State, Summary, Tailoring};
use crate::{
    agency::Register,
    document::Document,
    effective::Values,
    import::{self, Fate},
    lint,
    school::School,
    template::Template,
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
        let findings = lint::lint(lint::Subject { document, import: &read, template, register, today: at.date() });
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
        instance.take(document, &read.fates, template);
        let values = Values::of(&instance, template, register);
        let omitted = instance.omitted(template, &values);
        instance.summary.missing = count(omitted.len());
        instance.clauses.extend(omitted);
        instance
    }

    /// Takes every paragraph of the document, each exactly once.
    fn take(&mut self, document: &Document, fates: &[Fate], template: &Template) {
        self.summary.paragraphs = count(document.paragraphs.len());
        self.summary.sections = count(document.headings().count());
        for (paragraph, fate) in document.paragraphs.iter().zip(fates) {
            let mut keep = |template_clause: Option<&String>, section: &str, tailoring, score| {
                self.clauses.push(Clause {
                    template_clause: template_clause.cloned(),
                    section: section.to_owned(),
                    tailoring,
                    text: paragraph.text.clone(),
                    line: paragraph.line,
                    score,
                    key: format!("line-{}", paragraph.line),
                    reason: String::new(),
                });
            };
            let section = |clause: &str| template.clause(clause).map_or("", |(section, _)| section.id.as_str());
            match fate {
                Fate::Matched { clause, percent } => {
                    keep(Some(clause), section(clause), Tailoring::Adopted, *percent);
                    self.summary.matched += 1;
                }
                Fate::Amended { clause, percent } => {
                    keep(Some(clause), section(clause), Tailoring::Adapted, *percent);
                    self.summary.amended += 1;
                }
                Fate::Added { section } => {
                    keep(None, section, Tailoring::Added, 0);
                    self.summary.added += 1;
                }
                Fate::Ignored(why) => self.summary.ignored.push((paragraph.line, why.name().to_owned())),
            }
        }
    }

    /// The clauses of the template that hold for this school and that no paragraph was found for.
    fn omitted(&self, template: &Template, values: &Values) -> Vec<Clause> {
        let holds = |key: &str| values.get(key);
        template
            .clauses()
            .filter(|(section, clause)| section.include_if.holds(&holds) && clause.include_if.holds(&holds))
            .filter(|(_, clause)| !self.clauses.iter().any(|c| c.template_clause.as_ref() == Some(&clause.id)))
            .map(|(section, clause)| Clause {
                template_clause: Some(clause.id.clone()),
                section: section.id.clone(),
                tailoring: Tailoring::Omitted,
                text: values.fill(template, &clause.text),
                line: 0,
                score: 0,
                key: clause.id.clone(),
                reason: String::new(),
            })
            .collect()
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
