//! The map of the service: one line per rpc, one file each.

mod accept_invitation;
mod acknowledge_desk_referral;
mod acknowledge_referral;
mod add_allegation_meeting;
mod add_allegation_note;
mod add_attachment;
mod add_custody_event;
mod add_desk_shared_entry;
mod add_entry;
mod add_involvement;
mod add_minutes;
mod add_shared_decision;
mod add_shared_entry;
mod add_shared_learner;
mod add_shared_task;
mod add_to_concern;
mod allegation;
mod answer_agreement;
mod answer_criteria;
mod answer_destruction;
mod answer_hold_lift;
mod answer_referral;
mod ask_agreement;
mod ask_desk_referral;
mod ask_destruction;
mod ask_hold_lift;
mod assign_case;
mod assign_step;
mod begin_attachment;
mod break_glass;
mod check_public_receipt;
mod check_referral;
mod classify_case;
mod close_allegation;
mod close_case;
mod close_own_part;
mod close_public_report;
mod close_referral;
mod close_shared_incident;
mod complete_shared_task;
mod complete_step;
pub(crate) mod convert;
mod create_learner;
mod decide_access_item;
mod decide_advance_sharing;
mod decide_desk_referral;
mod decline_desk_invitation;
mod decline_invitation;
mod desk_referral;
mod deviate_step;
mod disclose_learner;
mod door;
mod draft_referral;
mod encrypted;
mod end_absence;
mod end_adult_mark;
mod end_contact_mark;
mod end_involvement;
mod escalate_referral;
mod evaluate_allegation;
mod export_case_register;
mod export_subject_access;
mod extend_access_request;
mod find_public_report;
mod get_access_request;
mod get_allegation;
mod get_attachment;
mod get_case;
mod get_certificate;
mod get_concern;
mod get_cover;
mod get_desk_figures;
mod get_desk_referral;
mod get_desk_shared_incident;
mod get_learner;
mod get_my_concern;
mod get_public_report;
mod get_retention;
mod get_shared_incident;
mod get_transfer;
mod get_transferred_file;
mod get_workload;
mod import_learners;
mod import_package;
mod invite_officer;
mod invite_school;
mod join_shared_incident;
mod keep_longer;
mod keeping;
mod leave_desk_shared_incident;
mod leave_shared_incident;
mod link_case;
mod list_access_requests;
mod list_adult_marks;
mod list_adult_patterns;
mod list_allegations;
mod list_attachments;
mod list_break_glass;
mod list_case_prints;
mod list_case_register_exports;
mod list_cases;
mod list_certificates;
mod list_concerns;
mod list_contact_matches;
mod list_custody;
mod list_desk_contact_matches;
mod list_desk_patterns;
mod list_desk_referrals;
mod list_desk_shared_incidents;
mod list_desk_unannounced;
mod list_disclosures;
mod list_due;
mod list_invitations;
mod list_late_transfers;
mod list_learner_disclosures;
mod list_learner_records;
mod list_learners;
mod list_looks;
mod list_mandatory_reports;
mod list_marked_contacts;
mod list_my_concerns;
mod list_referral_routes;
mod list_repeat_involvement;
mod list_retention;
mod list_searches;
mod list_shared_incidents;
mod list_sharing;
mod list_transfers;
mod list_unannounced;
mod list_uncovered;
mod list_unheld_concerns;
mod list_waiting;
mod make_package;
mod make_referral;
mod make_referral_package;
mod mark_adult;
mod mark_contact;
mod move_due_time;
mod note_contact_match;
mod note_desk_contact_match;
mod note_desk_pattern;
mod once;
mod open_allegation;
mod open_public_report;
mod outside;
mod pass_lead;
mod pass_on_concern;
mod passing_on;
mod pause_access_request;
mod place_hold;
mod preview_learner_import;
mod preview_transfer;
mod print_case;
mod print_referral;
mod propose_lesson;
mod publish_desk_figures;
mod receive_access_request;
mod receive_transfer;
mod record_absence;
mod record_assessment;
mod record_concern;
mod record_consultation;
mod record_debrief;
mod record_decision;
mod record_deletion;
mod record_disclosure;
mod record_exposure;
mod record_fact;
mod record_mandatory_report;
mod record_material;
mod record_parents_decision;
mod record_public_concern;
mod record_receipt;
mod record_referral_outcome;
mod record_report;
mod record_report_outcome;
mod record_search;
mod record_support;
mod record_viewing;
mod remove_school;
mod reopen_allegation;
mod reopen_case;
mod reopen_shared_incident;
mod resume_access_request;
mod return_transfer;
mod reveal_material;
mod review_break_glass;
mod routes;
mod search_learners;
mod search_records;
mod send_package;
mod send_referral;
mod send_transfer;
mod set_allegation_conflict;
mod set_case_access;
mod set_concern_learners;
mod set_entry_significant;
mod set_household;
mod set_retention_basis;
mod set_rota;
mod sharing;
mod stop_disclosure;
mod stop_sharing;
mod subject;
mod suggest_triage;
mod take_into_custody;
mod triage_concern;
mod unnamed;
mod update_involvement;
mod update_learner;
mod update_referral_draft;
mod whom;
mod withdraw_invitation;
mod withdraw_referral;
mod withdraw_referral_draft;
mod withdraw_shared_item;
mod withdraw_transfer;
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
                let behind_the_door = async |r| {
                    door::words_alone(&r)?;
                    $name::$name(&self.app, r).await
                };
                answer(&self.app.store, r, behind_the_door).await
            })*
        }
    };
}

rpcs! {
    add_shared_learner: AddSharedLearnerRequest => AddSharedLearnerResponse,
    close_own_part: CloseOwnPartRequest => CloseOwnPartResponse,
    close_shared_incident: CloseSharedIncidentRequest => CloseSharedIncidentResponse,
    reopen_shared_incident: ReopenSharedIncidentRequest => ReopenSharedIncidentResponse,
    disclose_learner: DiscloseLearnerRequest => DiscloseLearnerResponse,
    stop_disclosure: StopDisclosureRequest => StopDisclosureResponse,
    add_desk_shared_entry: AddDeskSharedEntryRequest => AddDeskSharedEntryResponse,
    add_minutes: AddMinutesRequest => AddMinutesResponse,
    add_shared_decision: AddSharedDecisionRequest => AddSharedDecisionResponse,
    add_shared_task: AddSharedTaskRequest => AddSharedTaskResponse,
    withdraw_shared_item: WithdrawSharedItemRequest => WithdrawSharedItemResponse,
    complete_shared_task: CompleteSharedTaskRequest => CompleteSharedTaskResponse,
    decline_desk_invitation: DeclineDeskInvitationRequest => DeclineDeskInvitationResponse,
    get_desk_shared_incident: GetDeskSharedIncidentRequest => GetDeskSharedIncidentResponse,
    invite_officer: InviteOfficerRequest => InviteOfficerResponse,
    join_shared_incident: JoinSharedIncidentRequest => JoinSharedIncidentResponse,
    leave_desk_shared_incident: LeaveDeskSharedIncidentRequest => LeaveDeskSharedIncidentResponse,
    leave_shared_incident: LeaveSharedIncidentRequest => LeaveSharedIncidentResponse,
    link_case: LinkCaseRequest => LinkCaseResponse,
    list_desk_shared_incidents: ListDeskSharedIncidentsRequest => ListDeskSharedIncidentsResponse,
    list_shared_incidents: ListSharedIncidentsRequest => ListSharedIncidentsResponse,
    list_sharing: ListSharingRequest => ListSharingResponse,
    pass_lead: PassLeadRequest => PassLeadResponse,
    remove_school: RemoveSchoolRequest => RemoveSchoolResponse,
    stop_sharing: StopSharingRequest => StopSharingResponse,
    withdraw_invitation: WithdrawInvitationRequest => WithdrawInvitationResponse,
    accept_invitation: AcceptInvitationRequest => AcceptInvitationResponse,
    add_attachment: AddAttachmentRequest => AddAttachmentResponse,
    add_custody_event: AddCustodyEventRequest => AddCustodyEventResponse,
    add_entry: AddEntryRequest => AddEntryResponse,
    add_involvement: AddInvolvementRequest => AddInvolvementResponse,
    add_shared_entry: AddSharedEntryRequest => AddSharedEntryResponse,
    add_to_concern: AddToConcernRequest => AddToConcernResponse,
    answer_agreement: AnswerAgreementRequest => AnswerAgreementResponse,
    answer_criteria: AnswerCriteriaRequest => AnswerCriteriaResponse,
    answer_destruction: AnswerDestructionRequest => AnswerDestructionResponse,
    answer_hold_lift: AnswerHoldLiftRequest => AnswerHoldLiftResponse,
    ask_agreement: AskAgreementRequest => AskAgreementResponse,
    ask_destruction: AskDestructionRequest => AskDestructionResponse,
    ask_hold_lift: AskHoldLiftRequest => AskHoldLiftResponse,
    begin_attachment: BeginAttachmentRequest => BeginAttachmentResponse,
    break_glass: BreakGlassRequest => BreakGlassResponse,
    check_public_receipt: CheckPublicReceiptRequest => CheckPublicReceiptResponse,
    assign_case: AssignCaseRequest => AssignCaseResponse,
    assign_step: AssignStepRequest => AssignStepResponse,
    close_case: CloseCaseRequest => CloseCaseResponse,
    close_public_report: ClosePublicReportRequest => ClosePublicReportResponse,
    complete_step: CompleteStepRequest => CompleteStepResponse,
    create_learner: CreateLearnerRequest => CreateLearnerResponse,
    decline_invitation: DeclineInvitationRequest => DeclineInvitationResponse,
    deviate_step: DeviateStepRequest => DeviateStepResponse,
    find_public_report: FindPublicReportRequest => FindPublicReportResponse,
    get_attachment: GetAttachmentRequest => GetAttachmentResponse,
    end_absence: EndAbsenceRequest => EndAbsenceResponse,
    end_involvement: EndInvolvementRequest => EndInvolvementResponse,
    get_case: GetCaseRequest => GetCaseResponse,
    get_certificate: GetCertificateRequest => GetCertificateResponse,
    get_concern: GetConcernRequest => GetConcernResponse,
    get_cover: GetCoverRequest => GetCoverResponse,
    get_learner: GetLearnerRequest => GetLearnerResponse,
    get_my_concern: GetMyConcernRequest => GetMyConcernResponse,
    get_public_report: GetPublicReportRequest => GetPublicReportResponse,
    get_retention: GetRetentionRequest => GetRetentionResponse,
    get_shared_incident: GetSharedIncidentRequest => GetSharedIncidentResponse,
    import_learners: ImportLearnersRequest => ImportLearnersResponse,
    import_package: ImportPackageRequest => ImportPackageResponse,
    make_package: MakePackageRequest => MakePackageResponse,
    record_receipt: RecordReceiptRequest => RecordReceiptResponse,
    send_package: SendPackageRequest => SendPackageResponse,
    invite_school: InviteSchoolRequest => InviteSchoolResponse,
    keep_longer: KeepLongerRequest => KeepLongerResponse,
    list_adult_patterns: ListAdultPatternsRequest => ListAdultPatternsResponse,
    list_attachments: ListAttachmentsRequest => ListAttachmentsResponse,
    list_break_glass: ListBreakGlassRequest => ListBreakGlassResponse,
    list_case_prints: ListCasePrintsRequest => ListCasePrintsResponse,
    list_cases: ListCasesRequest => ListCasesResponse,
    list_certificates: ListCertificatesRequest => ListCertificatesResponse,
    list_concerns: ListConcernsRequest => ListConcernsResponse,
    list_custody: ListCustodyRequest => ListCustodyResponse,
    list_disclosures: ListDisclosuresRequest => ListDisclosuresResponse,
    mark_contact: MarkContactRequest => MarkContactResponse,
    end_contact_mark: EndContactMarkRequest => EndContactMarkResponse,
    list_marked_contacts: ListMarkedContactsRequest => ListMarkedContactsResponse,
    list_contact_matches: ListContactMatchesRequest => ListContactMatchesResponse,
    note_contact_match: NoteContactMatchRequest => NoteContactMatchResponse,
    list_desk_contact_matches: ListDeskContactMatchesRequest => ListDeskContactMatchesResponse,
    note_desk_contact_match: NoteDeskContactMatchRequest => NoteDeskContactMatchResponse,
    list_due: ListDueRequest => ListDueResponse,
    get_workload: GetWorkloadRequest => GetWorkloadResponse,
    list_repeat_involvement: ListRepeatInvolvementRequest => ListRepeatInvolvementResponse,
    list_invitations: ListInvitationsRequest => ListInvitationsResponse,
    list_learner_disclosures: ListLearnerDisclosuresRequest => ListLearnerDisclosuresResponse,
    list_unannounced: ListUnannouncedRequest => ListUnannouncedResponse,
    list_unheld_concerns: ListUnheldConcernsRequest => ListUnheldConcernsResponse,
    list_desk_unannounced: ListDeskUnannouncedRequest => ListDeskUnannouncedResponse,
    list_waiting: ListWaitingRequest => ListWaitingResponse,
    list_learner_records: ListLearnerRecordsRequest => ListLearnerRecordsResponse,
    list_learners: ListLearnersRequest => ListLearnersResponse,
    list_looks: ListLooksRequest => ListLooksResponse,
    list_my_concerns: ListMyConcernsRequest => ListMyConcernsResponse,
    list_retention: ListRetentionRequest => ListRetentionResponse,
    list_searches: ListSearchesRequest => ListSearchesResponse,
    make_referral: MakeReferralRequest => MakeReferralResponse,
    open_public_report: OpenPublicReportRequest => OpenPublicReportResponse,
    move_due_time: MoveDueTimeRequest => MoveDueTimeResponse,
    pass_on_concern: PassOnConcernRequest => PassOnConcernResponse,
    place_hold: PlaceHoldRequest => PlaceHoldResponse,
    preview_learner_import: PreviewLearnerImportRequest => PreviewLearnerImportResponse,
    print_case: PrintCaseRequest => PrintCaseResponse,
    propose_lesson: ProposeLessonRequest => ProposeLessonResponse,
    record_absence: RecordAbsenceRequest => RecordAbsenceResponse,
    record_assessment: RecordAssessmentRequest => RecordAssessmentResponse,
    record_concern: RecordConcernRequest => RecordConcernResponse,
    record_consultation: RecordConsultationRequest => RecordConsultationResponse,
    record_debrief: RecordDebriefRequest => RecordDebriefResponse,
    record_decision: RecordDecisionRequest => RecordDecisionResponse,
    record_deletion: RecordDeletionRequest => RecordDeletionResponse,
    record_disclosure: RecordDisclosureRequest => RecordDisclosureResponse,
    record_exposure: RecordExposureRequest => RecordExposureResponse,
    record_fact: RecordFactRequest => RecordFactResponse,
    record_material: RecordMaterialRequest => RecordMaterialResponse,
    record_parents_decision: RecordParentsDecisionRequest => RecordParentsDecisionResponse,
    record_public_concern: RecordPublicConcernRequest => RecordPublicConcernResponse,
    record_referral_outcome: RecordReferralOutcomeRequest => RecordReferralOutcomeResponse,
    record_report: RecordReportRequest => RecordReportResponse,
    record_report_outcome: RecordReportOutcomeRequest => RecordReportOutcomeResponse,
    record_search: RecordSearchRequest => RecordSearchResponse,
    record_support: RecordSupportRequest => RecordSupportResponse,
    record_viewing: RecordViewingRequest => RecordViewingResponse,
    reopen_case: ReopenCaseRequest => ReopenCaseResponse,
    reveal_material: RevealMaterialRequest => RevealMaterialResponse,
    review_break_glass: ReviewBreakGlassRequest => ReviewBreakGlassResponse,
    search_learners: SearchLearnersRequest => SearchLearnersResponse,
    search_records: SearchRecordsRequest => SearchRecordsResponse,
    set_case_access: SetCaseAccessRequest => SetCaseAccessResponse,
    set_concern_learners: SetConcernLearnersRequest => SetConcernLearnersResponse,
    classify_case: ClassifyCaseRequest => ClassifyCaseResponse,
    set_entry_significant: SetEntrySignificantRequest => SetEntrySignificantResponse,
    set_household: SetHouseholdRequest => SetHouseholdResponse,
    set_retention_basis: SetRetentionBasisRequest => SetRetentionBasisResponse,
    set_rota: SetRotaRequest => SetRotaResponse,
    suggest_triage: SuggestTriageRequest => SuggestTriageResponse,
    take_into_custody: TakeIntoCustodyRequest => TakeIntoCustodyResponse,
    triage_concern: TriageConcernRequest => TriageConcernResponse,
    update_involvement: UpdateInvolvementRequest => UpdateInvolvementResponse,
    update_learner: UpdateLearnerRequest => UpdateLearnerResponse,
    decide_access_item: DecideAccessItemRequest => DecideAccessItemResponse,
    export_case_register: ExportCaseRegisterRequest => ExportCaseRegisterResponse,
    export_subject_access: ExportSubjectAccessRequest => ExportSubjectAccessResponse,
    get_access_request: GetAccessRequestRequest => GetAccessRequestResponse,
    list_access_requests: ListAccessRequestsRequest => ListAccessRequestsResponse,
    list_case_register_exports: ListCaseRegisterExportsRequest => ListCaseRegisterExportsResponse,
    extend_access_request: ExtendAccessRequestRequest => ExtendAccessRequestResponse,
    pause_access_request: PauseAccessRequestRequest => PauseAccessRequestResponse,
    receive_access_request: ReceiveAccessRequestRequest => ReceiveAccessRequestResponse,
    resume_access_request: ResumeAccessRequestRequest => ResumeAccessRequestResponse,
    mark_adult: MarkAdultRequest => MarkAdultResponse,
    end_adult_mark: EndAdultMarkRequest => EndAdultMarkResponse,
    list_adult_marks: ListAdultMarksRequest => ListAdultMarksResponse,
    list_desk_patterns: ListDeskPatternsRequest => ListDeskPatternsResponse,
    note_desk_pattern: NoteDeskPatternRequest => NoteDeskPatternResponse,
    list_desk_referrals: ListDeskReferralsRequest => ListDeskReferralsResponse,
    get_desk_referral: GetDeskReferralRequest => GetDeskReferralResponse,
    acknowledge_desk_referral: AcknowledgeDeskReferralRequest => AcknowledgeDeskReferralResponse,
    ask_desk_referral: AskDeskReferralRequest => AskDeskReferralResponse,
    decide_desk_referral: DecideDeskReferralRequest => DecideDeskReferralResponse,
    answer_referral: AnswerReferralRequest => AnswerReferralResponse,
    withdraw_referral: WithdrawReferralRequest => WithdrawReferralResponse,
    open_allegation: OpenAllegationRequest => OpenAllegationResponse,
    list_allegations: ListAllegationsRequest => ListAllegationsResponse,
    get_allegation: GetAllegationRequest => GetAllegationResponse,
    add_allegation_note: AddAllegationNoteRequest => AddAllegationNoteResponse,
    evaluate_allegation: EvaluateAllegationRequest => EvaluateAllegationResponse,
    add_allegation_meeting: AddAllegationMeetingRequest => AddAllegationMeetingResponse,
    close_allegation: CloseAllegationRequest => CloseAllegationResponse,
    reopen_allegation: ReopenAllegationRequest => ReopenAllegationResponse,
    set_allegation_conflict: SetAllegationConflictRequest => SetAllegationConflictResponse,
    get_desk_figures: GetDeskFiguresRequest => GetDeskFiguresResponse,
    publish_desk_figures: PublishDeskFiguresRequest => PublishDeskFiguresResponse,
    acknowledge_referral: AcknowledgeReferralRequest => AcknowledgeReferralResponse,
    check_referral: CheckReferralRequest => CheckReferralResponse,
    close_referral: CloseReferralRequest => CloseReferralResponse,
    draft_referral: DraftReferralRequest => DraftReferralResponse,
    escalate_referral: EscalateReferralRequest => EscalateReferralResponse,
    list_referral_routes: ListReferralRoutesRequest => ListReferralRoutesResponse,
    make_referral_package: MakeReferralPackageRequest => MakeReferralPackageResponse,
    print_referral: PrintReferralRequest => PrintReferralResponse,
    send_referral: SendReferralRequest => SendReferralResponse,
    update_referral_draft: UpdateReferralDraftRequest => UpdateReferralDraftResponse,
    withdraw_referral_draft: WithdrawReferralDraftRequest => WithdrawReferralDraftResponse,
    list_mandatory_reports: ListMandatoryReportsRequest => ListMandatoryReportsResponse,
    record_mandatory_report: RecordMandatoryReportRequest => RecordMandatoryReportResponse,
    decide_advance_sharing: DecideAdvanceSharingRequest => DecideAdvanceSharingResponse,
    get_transfer: GetTransferRequest => GetTransferResponse,
    get_transferred_file: GetTransferredFileRequest => GetTransferredFileResponse,
    list_late_transfers: ListLateTransfersRequest => ListLateTransfersResponse,
    list_uncovered: ListUncoveredRequest => ListUncoveredResponse,
    list_transfers: ListTransfersRequest => ListTransfersResponse,
    preview_transfer: PreviewTransferRequest => PreviewTransferResponse,
    receive_transfer: ReceiveTransferRequest => ReceiveTransferResponse,
    return_transfer: ReturnTransferRequest => ReturnTransferResponse,
    send_transfer: SendTransferRequest => SendTransferResponse,
    withdraw_transfer: WithdrawTransferRequest => WithdrawTransferResponse,
}
