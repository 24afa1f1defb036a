//! A school with a policy of its own in force, made through the registry's rpcs.

use chassis::testing::{Bed, Person};
use proto::{
    access::v1::Role,
    policy_registry::v1::{
        AddRegisterEntryRequest, ApproveInstanceRequest, ConfirmImportRequest, CreateSchoolRequest,
        ImportPolicyRequest, PublishInstanceRequest, PublishTemplateRequest, RatifyInstanceRequest, RegisterValue,
        SetParameterRequest, SourceFile, policy_registry_client::PolicyRegistryClient,
    },
};

use crate::Result;

/// Calls an rpc of the registry as somebody.
macro_rules! registry {
    ($who:expr, $rpc:ident, $request:expr) => {
        PolicyRegistryClient::new($who.to("policy-registry")?)
            .max_decoding_message_size(chassis::serve::MAX_MESSAGE)
            .$rpc($request)
            .await?
            .into_inner()
    };
}

/// Publishes the template that ships and brings a policy of the examples into force; answers the school and its lead.
pub async fn in_force(bed: &Bed) -> Result<(String, Person)> {
    template(bed).await?;
    with_policy(bed, 0).await
}

/// Publishes the template that ships.
pub async fn template(bed: &Bed) -> Result<()> {
    let officer = bed.person(&[(Role::AuthorityOfficer, "")]);
    let request = PublishTemplateRequest { files: Vec::new(), request_id: officer.request_id(), based_on_version: 0 };
    registry!(officer, publish_template, request);
    Ok(())
}

/// Brings a policy of the examples into force at a school of its own.
pub async fn with_policy(bed: &Bed, nth: usize) -> Result<(String, Person)> {
    let officer = bed.person(&[(Role::AuthorityOfficer, "")]);
    let request_id = || officer.request_id();
    let school = CreateSchoolRequest {
        name: format!("Harrowmere High School {nth}"),
        kind: "secondary".into(),
        urn: format!("{}", 888_000 + nth),
        key_stages: vec!["KS3".into(), "KS4".into()],
        request_id: request_id(),
    };
    let id = registry!(officer, create_school, school).school.unwrap_or_default().school_id;
    let dsl = bed.person(&[(Role::Dsl, &id), (Role::Staff, &id)]);
    let (head, chair) = (bed.person(&[(Role::Head, &id)]), bed.person(&[(Role::Chair, &id)]));
    let content = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/examples/policies/harrowmere-high.txt"))?;
    let file = Some(SourceFile { name: "policy.txt".into(), content: content.into() });
    let import = ImportPolicyRequest { school_id: id.clone(), file, request_id: request_id() };
    let mut draft = registry!(dsl, import_policy, import).instance.unwrap_or_default();
    for key in ["role.dsl_lead", "net.broadband"] {
        let set = SetParameterRequest {
            school_id: id.clone(),
            instance_id: draft.instance_id.clone(),
            key: key.into(),
            values: vec!["As the school says".into()],
            etag: draft.etag.clone(),
            request_id: request_id(),
        };
        draft = registry!(dsl, set_parameter, set).instance.unwrap_or_default();
    }
    let entry = |register: &str, values: &[(&str, &str)]| {
        let value = |(key, value): &(&str, &str)| RegisterValue { key: (*key).into(), values: vec![(*value).into()] };
        AddRegisterEntryRequest {
            school_id: id.clone(),
            register: register.into(),
            values: values.iter().map(value).collect(),
            request_id: request_id(),
            ..AddRegisterEntryRequest::default()
        }
    };
    for reach in ["school", "local", "national"] {
        let values = [
            ("reach", reach),
            ("for_whom", "learners"),
            ("name", "The office"),
            ("about", "any"),
            ("contact", "Room 4"),
            ("checked_on", "2026-01-05"),
        ];
        registry!(dsl, add_register_entry, entry("reporting-routes", &values));
    }
    // A feed waits for it.
    for kind in ["filtering", "monitoring"] {
        let values = [
            ("who", "The lead"),
            ("audience", "staff"),
            ("system", "Web filter"),
            ("kind", kind),
            ("individual", "true"),
            ("granted_on", "2026-01-05"),
            ("granted_by", "The head"),
            ("reviewed_on", "2026-01-05"),
        ];
        registry!(dsl, add_register_entry, entry("access", &values));
    }
    let sign = |etag: String| (id.clone(), draft.instance_id.clone(), etag, request_id());
    let (school_id, instance_id, etag, request) = sign(draft.etag.clone());
    let confirm = ConfirmImportRequest { school_id, instance_id, etag, request_id: request };
    let confirmed = registry!(dsl, confirm_import, confirm).instance.unwrap_or_default();
    let (school_id, instance_id, etag, request) = sign(confirmed.etag);
    let approve = ApproveInstanceRequest { school_id, instance_id, etag, request_id: request };
    let approved = registry!(head, approve_instance, approve).instance.unwrap_or_default();
    let (school_id, instance_id, etag, request) = sign(approved.etag);
    let ratify = RatifyInstanceRequest { school_id, instance_id, etag, request_id: request };
    let ratified = registry!(chair, ratify_instance, ratify).instance.unwrap_or_default();
    let (school_id, instance_id, etag, request) = sign(ratified.etag);
    let publish = PublishInstanceRequest { school_id, instance_id, etag, request_id: request };
    registry!(head, publish_instance, publish);
    Ok((id, dsl))
}
