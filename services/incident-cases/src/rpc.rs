//! The map of the service: one line per rpc, one file each.

mod accept_invitation;
mod add_entry;
mod add_involvement;
mod add_shared_entry;
mod close_case;
mod complete_step;
pub(crate) mod convert;
mod create_learner;
mod decline_invitation;
mod deviate_step;
mod get_case;
mod get_concern;
mod get_learner;
mod get_shared_incident;
mod import_learners;
mod invite_school;
mod list_cases;
mod list_concerns;
mod list_invitations;
mod list_learners;
mod list_my_concerns;
mod make_referral;
mod preview_learner_import;
mod record_concern;
mod record_consultation;
mod record_debrief;
mod record_fact;
mod record_parents_decision;
mod record_referral_outcome;
mod search_learners;
mod triage_concern;
mod update_learner;
mod work;

use chassis::serve::answer;
use proto::incident_cases::v1::{incident_cases_server::IncidentCases, *};
use tonic::{Request, Response, Status};

use crate::App;

/// The service as gRPC has it.
pub(crate) struct Service {
    pub(crate) app: App,
}

/// One rpc, answered by the function of its name in the file of its name.
macro_rules! rpcs {
    ($($name:ident: $request:ident => $response:ident),* $(,)?) => {
        #[tonic::async_trait]
        impl IncidentCases for Service {
            $(async fn $name(&self, r: Request<$request>) -> Result<Response<$response>, Status> {
                answer(&self.app.store, r, |r| $name::$name(&self.app, r)).await
            })*
        }
    };
}

rpcs! {
    accept_invitation: AcceptInvitationRequest => AcceptInvitationResponse,
    add_entry: AddEntryRequest => AddEntryResponse,
    add_involvement: AddInvolvementRequest => AddInvolvementResponse,
    add_shared_entry: AddSharedEntryRequest => AddSharedEntryResponse,
    close_case: CloseCaseRequest => CloseCaseResponse,
    complete_step: CompleteStepRequest => CompleteStepResponse,
    create_learner: CreateLearnerRequest => CreateLearnerResponse,
    decline_invitation: DeclineInvitationRequest => DeclineInvitationResponse,
    deviate_step: DeviateStepRequest => DeviateStepResponse,
    get_case: GetCaseRequest => GetCaseResponse,
    get_concern: GetConcernRequest => GetConcernResponse,
    get_learner: GetLearnerRequest => GetLearnerResponse,
    get_shared_incident: GetSharedIncidentRequest => GetSharedIncidentResponse,
    import_learners: ImportLearnersRequest => ImportLearnersResponse,
    invite_school: InviteSchoolRequest => InviteSchoolResponse,
    list_cases: ListCasesRequest => ListCasesResponse,
    list_concerns: ListConcernsRequest => ListConcernsResponse,
    list_invitations: ListInvitationsRequest => ListInvitationsResponse,
    list_learners: ListLearnersRequest => ListLearnersResponse,
    list_my_concerns: ListMyConcernsRequest => ListMyConcernsResponse,
    make_referral: MakeReferralRequest => MakeReferralResponse,
    preview_learner_import: PreviewLearnerImportRequest => PreviewLearnerImportResponse,
    record_concern: RecordConcernRequest => RecordConcernResponse,
    record_consultation: RecordConsultationRequest => RecordConsultationResponse,
    record_debrief: RecordDebriefRequest => RecordDebriefResponse,
    record_fact: RecordFactRequest => RecordFactResponse,
    record_parents_decision: RecordParentsDecisionRequest => RecordParentsDecisionResponse,
    record_referral_outcome: RecordReferralOutcomeRequest => RecordReferralOutcomeResponse,
    search_learners: SearchLearnersRequest => SearchLearnersResponse,
    triage_concern: TriageConcernRequest => TriageConcernResponse,
    update_learner: UpdateLearnerRequest => UpdateLearnerResponse,
}
