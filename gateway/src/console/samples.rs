//! Every page with every sample: for the tests of the pages.

use chassis::error::Result;

use super::{
    authority, case, concern, fault, figures, filtering, help, home, invitation, policy, register, report, school,
    shared_incident, sign_in,
};
use crate::pages::{Page, form::FormPage, frame::Frame, html};

type Found<'a> = &'a mut dyn FnMut(&str, usize, Result<String>);

fn of<P: Page>(found: Found<'_>, frame: &Frame) {
    for (n, page) in P::samples().iter().enumerate() {
        found(P::TEMPLATE, n, html(frame, page));
    }
}

/// Renders them all.
pub fn each(found: Found<'_>, frame: &Frame) {
    of::<FormPage>(found, frame);
    of::<authority::Authority>(found, frame);
    of::<authority::TemplatePage>(found, frame);
    of::<case::Cases>(found, frame);
    of::<case::page::CasePage>(found, frame);
    of::<case::chain::Devices>(found, frame);
    of::<case::step::StepPage>(found, frame);
    of::<concern::Concerns>(found, frame);
    of::<concern::ConcernPage>(found, frame);
    of::<fault::FaultPage>(found, frame);
    of::<figures::Report>(found, frame);
    of::<filtering::Feeds>(found, frame);
    of::<filtering::FeedPage>(found, frame);
    of::<filtering::RejectedLines>(found, frame);
    of::<filtering::alert::Alerts>(found, frame);
    of::<filtering::alert::AlertPage>(found, frame);
    of::<help::Prose>(found, frame);
    of::<home::Home>(found, frame);
    of::<invitation::Invitations>(found, frame);
    of::<policy::Policy>(found, frame);
    of::<policy::PolicyText>(found, frame);
    of::<policy::parameter::Parameters>(found, frame);
    of::<policy::version::VersionPage>(found, frame);
    of::<policy::lint::LintPage>(found, frame);
    of::<register::Registers>(found, frame);
    of::<register::Register>(found, frame);
    of::<register::entry::EntryPage>(found, frame);
    of::<register::duty::Duties>(found, frame);
    of::<report::Sent>(found, frame);
    of::<school::Schools>(found, frame);
    of::<shared_incident::SharedPage>(found, frame);
    of::<sign_in::ChooseSchool>(found, frame);
    of::<sign_in::Hidden>(found, frame);
}
