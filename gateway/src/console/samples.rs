//! Every page with every sample: for the tests of the pages.

mod forms;

use chassis::error::Result;
pub use forms::form_samples;

use super::{
    adoption, adult, adult_mark, attachment, authority, break_glass, case, concern, contact, cover, desk, due,
    encrypted, fault, filtering, governor, help, hidden, home, invitation, learner, looks, my_concern, over_schools,
    package, policy, profile, public_report, register, report, retention, rollout, school, search, self_review, sender,
    shared_incident, sign_in, subject_access, tables, template, transfer, unsent, waiting, workload,
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
    of::<adoption::Adoptions>(found, frame);
    of::<adult::Adults>(found, frame);
    of::<adult_mark::AdultMarks>(found, frame);
    of::<attachment::Photos>(found, frame);
    of::<attachment::Photo>(found, frame);
    of::<authority::Authority>(found, frame);
    of::<governor::trend::Trends>(found, frame);
    of::<over_schools::need::Needs>(found, frame);
    of::<over_schools::trend::Trends>(found, frame);
    of::<over_schools::lado::Published>(found, frame);
    of::<over_schools::returns::Returns>(found, frame);
    of::<over_schools::returns::ReturnPage>(found, frame);
    of::<governor::benchmark::Places>(found, frame);
    of::<break_glass::Opened>(found, frame);
    of::<template::TemplatePage>(found, frame);
    of::<template::version::VersionPage>(found, frame);
    of::<template::compare::ComparePage>(found, frame);
    of::<template::check::CheckedPage>(found, frame);
    of::<template::distil::DistilledPage>(found, frame);
    of::<case::Cases>(found, frame);
    of::<case::page::CasePage>(found, frame);
    of::<case::log::LogPage>(found, frame);
    of::<case::chronology::Chronology>(found, frame);
    of::<case::referral::Receipt>(found, frame);
    of::<case::chain::Devices>(found, frame);
    of::<case::held::Held>(found, frame);
    of::<case::searches::Searches>(found, frame);
    of::<case::print::Prints>(found, frame);
    of::<case::export::Exports>(found, frame);
    of::<case::step::StepPage>(found, frame);
    of::<concern::Concerns>(found, frame);
    of::<concern::ConcernPage>(found, frame);
    of::<contact::Contacts>(found, frame);
    of::<cover::CoverPage>(found, frame);
    of::<desk::DeskPage>(found, frame);
    of::<desk::allegation::AllegationPage>(found, frame);
    of::<desk::figures::DeskFigures>(found, frame);
    of::<desk::pattern::DeskPatterns>(found, frame);
    of::<desk::referral::DeskReferralPage>(found, frame);
    of::<due::DuePage>(found, frame);
    of::<fault::FaultPage>(found, frame);
    of::<governor::GovernorPage>(found, frame);
    of::<governor::versions::Versions>(found, frame);
    of::<filtering::overview::Filtering>(found, frame);
    of::<filtering::coverage::Days>(found, frame);
    of::<filtering::figures::Figures>(found, frame);
    of::<filtering::keeping::LogKeeping>(found, frame);
    of::<filtering::FeedPage>(found, frame);
    of::<filtering::RejectedLines>(found, frame);
    of::<filtering::unread::Revealed>(found, frame);
    of::<filtering::lines::DeliveryPage>(found, frame);
    of::<filtering::alert::Alerts>(found, frame);
    of::<filtering::alert::AlertPage>(found, frame);
    of::<filtering::by_user::ByUser>(found, frame);
    of::<filtering::context::ContextPage>(found, frame);
    of::<filtering::exception::Exceptions>(found, frame);
    of::<filtering::exception::ExceptionPage>(found, frame);
    of::<filtering::recipient::Recipients>(found, frame);
    of::<filtering::rule::RulePage>(found, frame);
    of::<filtering::rule::Precision>(found, frame);
    of::<help::Prose>(found, frame);
    of::<home::Home>(found, frame);
    of::<invitation::Invitations>(found, frame);
    of::<learner::Learners>(found, frame);
    of::<learner::LearnerPage>(found, frame);
    of::<learner::naming::Naming>(found, frame);
    of::<looks::Looks>(found, frame);
    of::<learner::told::ToldPage>(found, frame);
    of::<waiting::WaitingPage>(found, frame);
    of::<my_concern::MyConcerns>(found, frame);
    of::<my_concern::MyConcernPage>(found, frame);
    of::<public_report::PublicPage>(found, frame);
    of::<public_report::PublicSent>(found, frame);
    of::<policy::Policy>(found, frame);
    of::<policy::PolicyText>(found, frame);
    of::<policy::parameter::Parameters>(found, frame);
    of::<policy::clause::ClausePage>(found, frame);
    of::<policy::finding::Findings>(found, frame);
    of::<policy::paragraph::Paragraphs>(found, frame);
    of::<policy::procedure::Procedures>(found, frame);
    of::<policy::beside::Beside>(found, frame);
    of::<policy::proposal::Proposals>(found, frame);
    of::<policy::proposal::ProposalPage>(found, frame);
    of::<policy::version::VersionPage>(found, frame);
    of::<policy::lint::LintPage>(found, frame);
    of::<policy::entries::Entries>(found, frame);
    of::<register::Registers>(found, frame);
    of::<register::Register>(found, frame);
    of::<register::entry::EntryPage>(found, frame);
    of::<register::import::Review>(found, frame);
    of::<register::duty::Duties>(found, frame);
    of::<report::Sent>(found, frame);
    of::<tables::TablePage>(found, frame);
    of::<retention::Records>(found, frame);
    of::<retention::Keeping>(found, frame);
    of::<retention::certificate::Certificates>(found, frame);
    of::<retention::certificate::CertificatePage>(found, frame);
    of::<rollout::Rollouts>(found, frame);
    of::<rollout::Preview>(found, frame);
    of::<rollout::RolloutPage>(found, frame);
    of::<school::Schools>(found, frame);
    of::<search::Search>(found, frame);
    of::<self_review::SelfReviewPage>(found, frame);
    of::<self_review::PartPage>(found, frame);
    of::<profile::ProfileList>(found, frame);
    of::<profile::ProfilePage>(found, frame);
    of::<profile::edit::EditorPage>(found, frame);
    of::<sender::page::SenderPage>(found, frame);
    of::<sender::ledger::LedgerPage>(found, frame);
    of::<shared_incident::SharedPage>(found, frame);
    of::<shared_incident::list::SharedList>(found, frame);
    of::<sign_in::ChooseSchool>(found, frame);
    of::<subject_access::AccessRequests>(found, frame);
    of::<subject_access::AccessRequestPage>(found, frame);
    of::<subject_access::item::AccessItemPage>(found, frame);
    of::<transfer::Transfers>(found, frame);
    of::<transfer::TransferPage>(found, frame);
    of::<transfer::TransferredFile>(found, frame);
    of::<transfer::send::CheckPage>(found, frame);
    of::<transfer::late::LatePage>(found, frame);
    of::<encrypted::EncryptedPage>(found, frame);
    of::<package::Viewer>(found, frame);
    of::<hidden::Hidden>(found, frame);
    of::<unsent::UnsentPage>(found, frame);
    of::<workload::WorkloadPage>(found, frame);
}
