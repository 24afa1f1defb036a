//! What can be carried into a case.

/// No message of the contract can carry an image or a file into a case but these: a roll is a table, and refused unless it
/// is text; a photo comes only once it was answered that it shows no child, and leaves, as prints,
/// lists, answers to requests and packages do, to readers alone; what is in a package from outside is words, or it is
/// refused.
#[test]
fn no_rpc_takes_bytes() {
    let mut bytes = proto::contract::pool()
        .all_messages()
        .filter(|m| m.full_name().starts_with("hedgerow.incident_cases."))
        .flat_map(|m| {
            m.fields()
                .filter(|f| format!("{:?}", f.kind()).eq_ignore_ascii_case("bytes"))
                .map(|f| f.full_name().to_owned())
                .collect::<Vec<_>>()
        })
        .collect::<Vec<_>>();
    let full = |message: &str| format!("hedgerow.incident_cases.v1.{message}.content");
    let known = [
        "AddAttachmentRequest",
        "ExportCaseRegisterResponse",
        "ExportSubjectAccessResponse",
        "GetAttachmentResponse",
        "ImportPackageRequest",
        "PreviewLearnerImportRequest",
        "PrintCaseResponse",
        "PrintReferralResponse",
        "ReferralPackage",
        "TransferPackage",
    ]
    .map(full);
    bytes.sort_unstable();
    assert_eq!(bytes, known);
}
