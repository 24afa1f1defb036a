//! Compiles the contract with protox: no protoc to install.

use std::{env, fs, path::PathBuf};

use prost::Message as _;

const FILES: &[&str] = &[
    "hedgerow/access/v1/accounts.proto",
    "hedgerow/access/v1/colleagues.proto",
    "hedgerow/access/v1/caller.proto",
    "hedgerow/access/v1/notices.proto",
    "hedgerow/access/v1/options.proto",
    "hedgerow/access/v1/oversight.proto",
    "hedgerow/access/v1/webhooks.proto",
    "hedgerow/error/v1/error.proto",
    "hedgerow/event/v1/event.proto",
    "hedgerow/filtering_ingest/v1/context.proto",
    "hedgerow/filtering_ingest/v1/exception.proto",
    "hedgerow/filtering_ingest/v1/coverage.proto",
    "hedgerow/filtering_ingest/v1/filtering_ingest.proto",
    "hedgerow/filtering_ingest/v1/profile.proto",
    "hedgerow/filtering_ingest/v1/recipient.proto",
    "hedgerow/filtering_ingest/v1/rule.proto",
    "hedgerow/filtering_ingest/v1/sender.proto",
    "hedgerow/filtering_ingest/v1/trend.proto",
    "hedgerow/filtering_ingest/v1/keeping.proto",
    "hedgerow/incident_cases/v1/access.proto",
    "hedgerow/incident_cases/v1/across.proto",
    "hedgerow/incident_cases/v1/adult.proto",
    "hedgerow/incident_cases/v1/attachment.proto",
    "hedgerow/incident_cases/v1/class.proto",
    "hedgerow/incident_cases/v1/contact.proto",
    "hedgerow/incident_cases/v1/cover.proto",
    "hedgerow/incident_cases/v1/desk.proto",
    "hedgerow/incident_cases/v1/desk_pattern.proto",
    "hedgerow/incident_cases/v1/desk_referral.proto",
    "hedgerow/incident_cases/v1/due.proto",
    "hedgerow/incident_cases/v1/happened.proto",
    "hedgerow/incident_cases/v1/incident_cases.proto",
    "hedgerow/incident_cases/v1/learner.proto",
    "hedgerow/incident_cases/v1/looks.proto",
    "hedgerow/incident_cases/v1/print.proto",
    "hedgerow/incident_cases/v1/referral.proto",
    "hedgerow/incident_cases/v1/register_export.proto",
    "hedgerow/incident_cases/v1/reporter.proto",
    "hedgerow/incident_cases/v1/retention.proto",
    "hedgerow/incident_cases/v1/search.proto",
    "hedgerow/incident_cases/v1/sharing.proto",
    "hedgerow/incident_cases/v1/subject_access.proto",
    "hedgerow/incident_cases/v1/transfer.proto",
    "hedgerow/incident_cases/v1/triage.proto",
    "hedgerow/incident_cases/v1/unannounced.proto",
    "hedgerow/incident_cases/v1/workload.proto",
    "hedgerow/policy_registry/v1/effective_policy.proto",
    "hedgerow/policy_registry/v1/instance.proto",
    "hedgerow/policy_registry/v1/life_cycle.proto",
    "hedgerow/policy_registry/v1/parts.proto",
    "hedgerow/policy_registry/v1/policy_registry.proto",
    "hedgerow/policy_registry/v1/register.proto",
    "hedgerow/policy_registry/v1/rollout.proto",
    "hedgerow/policy_registry/v1/route.proto",
    "hedgerow/policy_registry/v1/tailoring.proto",
    "hedgerow/policy_registry/v1/template.proto",
    "hedgerow/reporting/v1/ask.proto",
    "hedgerow/reporting/v1/expectation.proto",
    "hedgerow/reporting/v1/authority.proto",
    "hedgerow/reporting/v1/figure.proto",
    "hedgerow/reporting/v1/governor.proto",
    "hedgerow/reporting/v1/rebuild.proto",
    "hedgerow/reporting/v1/reporting.proto",
    "hedgerow/reporting/v1/self_review.proto",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for folder in ["google", "hedgerow"] {
        println!("cargo:rerun-if-changed={folder}");
    }
    let mut compiler = protox::Compiler::new(["."])?;
    compiler.include_source_info(true).include_imports(true).open_files(FILES)?;
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    // The encoded set keeps our own options; prost's typed one would drop them.
    fs::write(out.join("descriptor.bin"), compiler.encode_file_descriptor_set())?;
    let set = compiler.file_descriptor_set();
    debug_assert!(!set.encode_to_vec().is_empty());
    tonic_prost_build::configure().bytes(".").compile_fds(set)?;
    Ok(())
}
