//! The map of the service: one line per rpc, one file each.

mod accept_document;
mod add_clause;
mod add_comment;
mod add_register_entry;
mod answer_comment;
mod answer_forwarded_lesson;
mod answer_lesson;
mod answer_proposal;
mod approve_instance;
mod check_template;
mod choose_section;
mod close_consultation;
mod close_school;
mod compare_templates;
mod complete_review;
mod confirm_import;
pub(crate) mod convert;
mod counted;
mod create_calendar_feed;
mod create_school;
mod days;
mod describe_school;
mod discard_instance;
mod distil_template;
pub(crate) mod encoded;
mod end_calendar_feed;
mod export_register;
mod forward_lesson;
mod get_agency_register;
mod get_calendar;
mod get_calendar_feed;
mod get_effective_policy;
mod get_instance;
mod get_register_entry;
mod get_rollout;
mod get_school;
mod get_template;
mod import_policy;
mod import_register;
mod lint_document;
mod lint_instance;
mod list_adoptions;
mod list_comments;
mod list_forwarded_lessons;
mod list_instances;
mod list_lessons;
mod list_my_duties;
mod list_paragraphs;
mod list_proposals;
mod list_register_entries;
mod list_register_findings;
mod list_registers;
mod list_reminders;
mod list_reviews;
mod list_rollout_schools;
mod list_rollouts;
mod list_school_names;
mod list_schools;
mod list_templates;
mod open_consultation;
mod preview_register_import;
mod preview_rollout;
mod publish_agency_register;
mod publish_emergency;
mod publish_instance;
mod publish_template;
mod raise_lesson;
mod raise_review;
mod raise_reviews;
mod ratify_instance;
mod realign_paragraph;
mod registers;
mod remind_schools;
mod render_instance;
mod schools;
mod set_parameter;
mod start_revision;
mod start_rollout;
mod tailor_clause;
mod tailor_step;
#[cfg(test)]
mod tests;
mod undo_rollout;
mod waive_finding;
mod work;

use chassis::serve::answer;
use proto::policy_registry::v1::{policy_registry_server::PolicyRegistry, *};
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
        impl PolicyRegistry for Service {
            $(async fn $name(&self, r: Request<$request>) -> Result<Response<$response>, Status> {
                answer(&self.app.store, r, |r| $name::$name(&self.app, r)).await
            })*
        }
    };
}

rpcs! {
    accept_document: AcceptDocumentRequest => AcceptDocumentResponse,
    add_clause: AddClauseRequest => AddClauseResponse,
    add_comment: AddCommentRequest => AddCommentResponse,
    add_register_entry: AddRegisterEntryRequest => AddRegisterEntryResponse,
    answer_comment: AnswerCommentRequest => AnswerCommentResponse,
    answer_forwarded_lesson: AnswerForwardedLessonRequest => AnswerForwardedLessonResponse,
    answer_lesson: AnswerLessonRequest => AnswerLessonResponse,
    answer_proposal: AnswerProposalRequest => AnswerProposalResponse,
    approve_instance: ApproveInstanceRequest => ApproveInstanceResponse,
    check_template: CheckTemplateRequest => CheckTemplateResponse,
    choose_section: ChooseSectionRequest => ChooseSectionResponse,
    close_consultation: CloseConsultationRequest => CloseConsultationResponse,
    close_school: CloseSchoolRequest => CloseSchoolResponse,
    describe_school: DescribeSchoolRequest => DescribeSchoolResponse,
    compare_templates: CompareTemplatesRequest => CompareTemplatesResponse,
    complete_review: CompleteReviewRequest => CompleteReviewResponse,
    confirm_import: ConfirmImportRequest => ConfirmImportResponse,
    create_calendar_feed: CreateCalendarFeedRequest => CreateCalendarFeedResponse,
    create_school: CreateSchoolRequest => CreateSchoolResponse,
    discard_instance: DiscardInstanceRequest => DiscardInstanceResponse,
    distil_template: DistilTemplateRequest => DistilTemplateResponse,
    end_calendar_feed: EndCalendarFeedRequest => EndCalendarFeedResponse,
    export_register: ExportRegisterRequest => ExportRegisterResponse,
    forward_lesson: ForwardLessonRequest => ForwardLessonResponse,
    get_agency_register: GetAgencyRegisterRequest => GetAgencyRegisterResponse,
    get_calendar: GetCalendarRequest => GetCalendarResponse,
    get_calendar_feed: GetCalendarFeedRequest => GetCalendarFeedResponse,
    get_effective_policy: GetEffectivePolicyRequest => GetEffectivePolicyResponse,
    get_instance: GetInstanceRequest => GetInstanceResponse,
    get_register_entry: GetRegisterEntryRequest => GetRegisterEntryResponse,
    get_rollout: GetRolloutRequest => GetRolloutResponse,
    get_school: GetSchoolRequest => GetSchoolResponse,
    get_template: GetTemplateRequest => GetTemplateResponse,
    import_policy: ImportPolicyRequest => ImportPolicyResponse,
    import_register: ImportRegisterRequest => ImportRegisterResponse,
    lint_document: LintDocumentRequest => LintDocumentResponse,
    lint_instance: LintInstanceRequest => LintInstanceResponse,
    list_adoptions: ListAdoptionsRequest => ListAdoptionsResponse,
    list_comments: ListCommentsRequest => ListCommentsResponse,
    list_forwarded_lessons: ListForwardedLessonsRequest => ListForwardedLessonsResponse,
    list_instances: ListInstancesRequest => ListInstancesResponse,
    list_lessons: ListLessonsRequest => ListLessonsResponse,
    list_my_duties: ListMyDutiesRequest => ListMyDutiesResponse,
    list_paragraphs: ListParagraphsRequest => ListParagraphsResponse,
    list_proposals: ListProposalsRequest => ListProposalsResponse,
    list_register_entries: ListRegisterEntriesRequest => ListRegisterEntriesResponse,
    list_register_findings: ListRegisterFindingsRequest => ListRegisterFindingsResponse,
    list_registers: ListRegistersRequest => ListRegistersResponse,
    list_reminders: ListRemindersRequest => ListRemindersResponse,
    list_reviews: ListReviewsRequest => ListReviewsResponse,
    list_rollout_schools: ListRolloutSchoolsRequest => ListRolloutSchoolsResponse,
    list_rollouts: ListRolloutsRequest => ListRolloutsResponse,
    list_school_names: ListSchoolNamesRequest => ListSchoolNamesResponse,
    list_schools: ListSchoolsRequest => ListSchoolsResponse,
    list_templates: ListTemplatesRequest => ListTemplatesResponse,
    open_consultation: OpenConsultationRequest => OpenConsultationResponse,
    preview_register_import: PreviewRegisterImportRequest => PreviewRegisterImportResponse,
    preview_rollout: PreviewRolloutRequest => PreviewRolloutResponse,
    publish_agency_register: PublishAgencyRegisterRequest => PublishAgencyRegisterResponse,
    publish_emergency: PublishEmergencyRequest => PublishEmergencyResponse,
    publish_instance: PublishInstanceRequest => PublishInstanceResponse,
    publish_template: PublishTemplateRequest => PublishTemplateResponse,
    raise_lesson: RaiseLessonRequest => RaiseLessonResponse,
    raise_review: RaiseReviewRequest => RaiseReviewResponse,
    raise_reviews: RaiseReviewsRequest => RaiseReviewsResponse,
    ratify_instance: RatifyInstanceRequest => RatifyInstanceResponse,
    realign_paragraph: RealignParagraphRequest => RealignParagraphResponse,
    remind_schools: RemindSchoolsRequest => RemindSchoolsResponse,
    render_instance: RenderInstanceRequest => RenderInstanceResponse,
    set_parameter: SetParameterRequest => SetParameterResponse,
    start_revision: StartRevisionRequest => StartRevisionResponse,
    start_rollout: StartRolloutRequest => StartRolloutResponse,
    tailor_clause: TailorClauseRequest => TailorClauseResponse,
    tailor_step: TailorStepRequest => TailorStepResponse,
    undo_rollout: UndoRolloutRequest => UndoRolloutResponse,
    waive_finding: WaiveFindingRequest => WaiveFindingResponse,
}
