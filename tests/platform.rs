//! The platform as a whole. One binary, so that it links once.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "platform/access_matrix.rs"]
mod access_matrix;
#[path = "platform/across_schools.rs"]
mod across_schools;
#[path = "platform/architecture.rs"]
mod architecture;
#[path = "platform/bad_input.rs"]
mod bad_input;
#[path = "platform/canaries.rs"]
mod canaries;
#[path = "platform/case_commands.rs"]
mod case_commands;
#[path = "platform/cases_kill.rs"]
mod cases_kill;
#[path = "platform/catalogue.rs"]
mod catalogue;
#[path = "platform/contract.rs"]
mod contract;
#[path = "platform/deployment.rs"]
mod deployment;
#[path = "platform/doors.rs"]
mod doors;
#[path = "platform/filtering_duties.rs"]
mod filtering_duties;
#[path = "platform/hidden_cases.rs"]
mod hidden_cases;
#[path = "platform/ingest_kill.rs"]
mod ingest_kill;
#[path = "platform/installation.rs"]
mod installation;
#[path = "platform/isolation.rs"]
mod isolation;
#[path = "platform/journey.rs"]
mod journey;
#[path = "platform/life_cycle.rs"]
mod life_cycle;
#[path = "platform/notices.rs"]
mod notices;
#[path = "platform/requirements.rs"]
mod requirements;
#[path = "platform/rollout.rs"]
mod rollout;
#[path = "platform/sharing_delivery.rs"]
mod sharing_delivery;
#[path = "platform/telemetry.rs"]
mod telemetry;
#[path = "platform/twin_worlds.rs"]
mod twin_worlds;
