//! Tells the program which commit it is built from: git's, or `GIT_COMMIT` where there is no repository, as in a
//! container's build.

use std::{path::Path, process::Command};

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

fn main() {
    let told = option_env!("GIT_COMMIT").filter(|told| !matches!(told.trim(), "" | "unknown")).map(str::to_owned);
    let commit = git(&["rev-parse", "--short=12", "HEAD"]).or(told).unwrap_or_else(|| "unknown".to_owned());
    println!("cargo::rustc-env=BUILT_COMMIT={}", commit.trim());
    println!("cargo::rerun-if-changed=build.rs");
    // The log of HEAD grows with every commit and every checkout.
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"]).filter(|log| Path::new(log).exists()) {
        println!("cargo::rerun-if-changed={log}");
    }
}
