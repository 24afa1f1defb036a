//! Suspect material: never held, viewed only behind its gate, reported, deleted only when no agency needs it.

use time::OffsetDateTime;

use super::{
    By, Case, Refusal,
    record::{AgreementId, Asked, Deletion, Exposure, Held, Material, MaterialId, Report, ReportId, Viewing},
};
use crate::gate;

impl Case {
    /// The agreement that the next viewing of somebody would rest on: what justifies it is theirs who asked.
    fn viewing_agreed(&self, by: By<'_>) -> Option<AgreementId> {
        let mut agreed = self.agreements.iter().filter(|a| a.asked == Asked::Viewing && a.state() == "agreed");
        agreed.find(|a| a.stamp.by == by.account_id).map(|a| a.id.clone())
    }

    /// Writes the viewing log; `agreement` makes the entry from the agreement it rests on, which is then used up.
    pub fn view(&mut self, by: By<'_>, entry: impl FnOnce(AgreementId) -> Viewing) -> Result<(), Refusal> {
        self.working()?;
        if self.procedure.id == "P4" {
            return Err(Refusal::Prohibited("G-VIEW", "nobody views indecent images of children: take police advice"));
        }
        if !by.lead {
            return Err(Refusal::State("only the lead or a deputy views"));
        }
        self.pass(gate::VIEW, by.at)?;
        let Some(agreed) = self.viewing_agreed(by) else {
            return Err(Refusal::State(
                "somebody else asked to view and gave their own reasons: ask to view in your own name",
            ));
        };
        let viewing = entry(agreed.clone());
        // What the caller is called is compared before; here whoever names themselves in another way is refused.
        let second = viewing.second_adult.trim().to_lowercase();
        if second == by.account_id || ["me", "myself", "i", "self", "viewer", "the viewer"].contains(&second.as_str()) {
            return Err(Refusal::Field("second_adult", "Enter another adult than yourself, who does not look".into()));
        }
        if viewing.viewed_at > by.at {
            return Err(Refusal::Field("view_time", "The time of the viewing must be in the past".into()));
        }
        let answered = self.agreements.iter().find(|a| a.id == agreed).and_then(|a| a.answer.as_ref());
        if answered.is_some_and(|answer| viewing.viewed_at < answer.stamp.at) {
            return Err(Refusal::Field("view_time", "Viewing comes after the head agreed".into()));
        }
        self.viewings.push(viewing);
        self.settle(by);
        if let Some(agreement) = self.agreements.iter_mut().find(|a| a.id == agreed) {
            agreement.used = true;
        }
        Ok(())
    }

    /// Keeps the description and sealed address of suspect material.
    pub fn add_material(&mut self, material: Material) -> Result<(), Refusal> {
        self.working()?;
        if material.description.contains("://") {
            return Err(Refusal::Field("description", "Put the address under address, where it is sealed".into()));
        }
        self.materials.push(material);
        Ok(())
    }

    /// The address of one material.
    pub fn address(&self, id: &MaterialId) -> Result<&str, Refusal> {
        let material = self.materials.iter().find(|m| m.id == *id).ok_or(Refusal::Missing)?;
        Ok(&material.address)
    }

    /// Records a report.
    pub fn report(&mut self, by: By<'_>, report: Report) -> Result<(), Refusal> {
        self.working()?;
        let known = |id: &MaterialId| self.materials.iter().any(|m| m.id == *id);
        if report.material_id.as_ref().is_some_and(|id| !known(id)) {
            return Err(Refusal::Missing);
        }
        if report.chase_at <= by.at {
            return Err(Refusal::Field("chase_time", "The date to chase an answer must be in the future".into()));
        }
        self.reports.push(report);
        self.settle(by);
        Ok(())
    }

    /// Records what came of a report.
    pub fn report_outcome(&mut self, by: By<'_>, id: &ReportId, outcome: String) -> Result<(), Refusal> {
        self.working()?;
        let report = self.reports.iter_mut().find(|r| r.id == *id).ok_or(Refusal::Missing)?;
        if report.outcome.is_some() {
            return Err(Refusal::State("what came of this report is recorded already"));
        }
        report.outcome = Some((outcome, by.at));
        Ok(())
    }

    /// Records that a person saw the material.
    pub fn expose(&mut self, by: By<'_>, exposure: Exposure) -> Result<(), Refusal> {
        self.working()?;
        if exposure.exposed_at > by.at {
            return Err(Refusal::Field("expose_time", "The time must be in the past".into()));
        }
        self.exposures.push(exposure);
        Ok(())
    }

    /// Records a deletion, behind its gate.
    pub fn delete(&mut self, by: By<'_>, deletion: Deletion) -> Result<(), Refusal> {
        self.working()?;
        self.pass(gate::DELETE, by.at)?;
        if deletion.confirmed_at.is_some_and(|at| at > by.at) {
            return Err(Refusal::Field("confirm_time", "The confirmation must be in the past".into()));
        }
        self.deletions.push(deletion);
        self.settle(by);
        Ok(())
    }

    /// Notes a device that was taken.
    pub fn take(&mut self, by: By<'_>, custody_id: &str) -> Result<(), Refusal> {
        self.working()?;
        self.held.push(Held { custody_id: custody_id.to_owned(), held: true });
        self.settle(by);
        Ok(())
    }

    /// Notes whether the school still holds a device.
    pub fn note_held(&mut self, custody_id: &str, held: bool) {
        if let Some(device) = self.held.iter_mut().find(|d| d.custody_id == custody_id) {
            device.held = held;
        }
    }

    /// Notes a search; what is on a device is looked at only behind its gate.
    pub fn search(&mut self, by: By<'_>, search_id: &str, device: bool) -> Result<(), Refusal> {
        self.working()?;
        if device {
            self.may_examine(by.at)?;
        }
        self.search_ids.push(search_id.to_owned());
        self.settle(by);
        Ok(())
    }

    /// Whether what is on a device may be looked at.
    pub fn may_examine(&self, now: OffsetDateTime) -> Result<(), Refusal> {
        if self.procedure.id == "P4" {
            return Err(Refusal::Prohibited("G-VIEW", "nobody views indecent images of children: the police examine"));
        }
        self.pass(gate::CUSTODY, now)
    }

    /// Whether something may be told outside the school. Only police, agencies and bodies that take reports hear of it before
    /// the talk with police or front door; of an adult whom an agency employs, that one as the designated officer advises.
    pub fn may_disclose(&self, recipient_kind: &str, now: OffsetDateTime) -> Result<(), Refusal> {
        self.working()?;
        let first = matches!(recipient_kind, "police" | "agency" | "reporting_body");
        if first || (recipient_kind == "employer" && self.adult()) {
            Ok(())
        } else {
            self.may_tell(recipient_kind, now)
        }
    }
}
