//! Material as a case on paper has it. Its addresses are never printed.

use super::Gathered;
use crate::case::Case;

impl Case {
    /// What was done about material, and about whoever saw it.
    pub(super) fn material_of(&self, all: &mut Gathered) {
        for viewing in &self.viewings {
            let says = [
                ("Purpose", viewing.purpose.as_str()),
                ("Second adult", &viewing.second_adult),
                ("Place", &viewing.place),
                ("Adult of the same sex", &viewing.same_sex.replace('_', " ")),
                ("How", &viewing.how),
                ("Afterwards", &viewing.afterwards),
            ];
            all.add(viewing.viewed_at, "Viewing", &viewing.stamp.by, &says, viewing);
        }
        for material in &self.materials {
            let says = [("Kind", material.kind.as_str()), ("", &material.description)];
            all.stamped(&material.stamp, "Suspect material", &says, material);
        }
        for report in &self.reports {
            let outcome = report.outcome.as_ref().map_or("", |(text, _)| text.as_str());
            let about = report.material_id.as_ref();
            let about = about.and_then(|id| self.materials.iter().find(|material| material.id == *id));
            let chase = chassis::clock::london(report.chase_at).date().to_string();
            let says = [
                ("To", report_body(&report.body)),
                ("Material", about.map_or("", |material| material.description.as_str())),
                ("Answer chased on", if outcome.is_empty() { &chase } else { "" }),
                ("Platform", &report.platform),
                ("Reference", &report.reference),
                ("Outcome", outcome),
            ];
            all.stamped(&report.stamp, "Report about material", &says, report);
        }
        for exposure in &self.exposures {
            let says = [
                ("Who", exposure.person.as_str()),
                ("How it came about", &exposure.circumstances),
                ("Support", &exposure.support),
            ];
            all.add(exposure.exposed_at, "Exposure", &exposure.stamp.by, &says, exposure);
        }
        for deletion in &self.deletions {
            let says = [
                ("What", deletion.what.as_str()),
                ("Where", &deletion.location),
                ("By", &deletion.deleted_by),
                ("Advice", &deletion.advice),
            ];
            all.stamped(&deletion.stamp, "Deletion", &says, deletion);
        }
    }
}

/// What a body that takes reports is called.
fn report_body(code: &str) -> &str {
    match code {
        "iwf" => "The Internet Watch Foundation",
        "ceop" => "CEOP",
        "platform" => "The platform itself",
        "report_remove" => "Report Remove",
        "police" => "The police",
        other => other,
    }
}
