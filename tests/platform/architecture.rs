//! The shape of the code, where a rule of it can be read off the files.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::installation::root;

const SERVICES: [&str; 4] = ["policy-registry", "incident-cases", "filtering-ingest", "reporting"];

fn dependencies(manifest: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(manifest)).unwrap();
    let table: toml::Table = text.parse().unwrap();
    table["dependencies"].as_table().unwrap().keys().cloned().collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn architecture_dependencies_point_one_way() {
    for name in SERVICES.iter().map(|s| format!("services/{s}")).chain(["gateway".to_owned()]) {
        let all = dependencies(&format!("{name}/Cargo.toml"));
        let others: Vec<_> = all.iter().filter(|d| SERVICES.contains(&d.as_str()) || *d == "gateway").collect();
        assert!(others.is_empty(), "{name} depends on {others:?}: services meet in the contract");
    }
    let chassis = dependencies("services/chassis/Cargo.toml");
    assert!(!chassis.iter().any(|d| SERVICES.contains(&d.as_str()) || d == "gateway"));
    assert!(!dependencies("proto/Cargo.toml").contains(&"chassis".to_owned()));
}

/// Everything in a service but its wiring is domain: pure, without a database, a wire format or a clock.
#[test]
fn architecture_the_domain_is_pure() {
    const WIRING: [&str; 19] = [
        "lib.rs",
        "rpc",
        "store",
        "consume",
        "carry",
        "compare",
        "door",
        "escalate",
        "watch",
        "forget",
        "renew",
        "hashing",
        "alert_evidence",
        "table",
        "disclosure.rs",
        "disclosure/memory",
        "disclosure/truth",
        "config.rs",
        "error.rs",
    ];
    for service in SERVICES {
        let src = root().join("services").join(service).join("src");
        for path in sources(&src) {
            let inside = path.strip_prefix(&src).unwrap();
            let first = inside.iter().next().unwrap().to_string_lossy();
            let named = |part: &std::ffi::OsStr| part == "tests" || part == "tests.rs";
            let tests = inside.iter().any(named) || first.starts_with("testing");
            if tests || WIRING.iter().any(|w| inside.starts_with(w) || inside == Path::new(&format!("{w}.rs"))) {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            for banned in ["sea_orm", "tonic::", "proto::", "async fn", "now_utc", "chassis::db"] {
                assert!(!code.contains(banned), "{} is domain and holds `{banned}`", path.display());
            }
        }
    }
}

/// A table whose rows the history vouches for is one whose rows it must name: the check looks into each of them.
#[test]
fn architecture_the_check_of_the_history_knows_every_state() {
    for (process, tables) in hedgerow::command::audit::STATES {
        let src = match process {
            "gateway" => root().join("gateway/src"),
            service => root().join("services").join(service).join("src"),
        };
        let mut left: Vec<String> = Vec::new();
        for path in sources(&src) {
            let text = fs::read_to_string(&path).unwrap();
            let found = text.split(".state(\"").skip(1).filter_map(|rest| rest.split('"').next());
            left.extend(found.map(str::to_owned));
        }
        left.sort();
        left.dedup();
        assert_eq!(left, tables, "{process}: name the tables of its states in src/command/audit.rs");
    }
}

/// A filter whose lines are read is one that a feed can be added for.
#[test]
fn architecture_the_console_names_every_profile() {
    let words = fs::read_to_string(root().join("gateway/src/pages/words/filtering.rs")).unwrap();
    let list = words.split("pub const PROFILES").nth(1).unwrap().split("];").next().unwrap();
    let named: Vec<&str> = list.lines().filter_map(|line| line.trim().strip_prefix("(\"")?.split('"').next()).collect();
    assert_eq!(named, filtering_ingest::profile::PROFILES, "name them in gateway/src/pages/words/filtering.rs");
}

#[test]
fn architecture_files_are_small() {
    for folder in ["src", "services", "gateway/src", "proto/src", "tests"] {
        for path in sources(&root().join(folder)) {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            assert!(lines <= 520, "{} has {lines} lines: split it", path.display());
        }
    }
}

#[test]
fn architecture_the_project_speaks_of_itself_alone() {
    let banned =
        [["/wo", "rk/"], ["/ro", "ot/"], ["index.cra", "tes"], ["registry.np", "mjs"], ["files.python", "hosted"]];
    let mut folders = vec![root().to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let skipped = ["target", ".git", ".assets", "data", "node_modules", "Cargo.lock"].contains(&name.as_str());
            if path.is_dir() && !skipped {
                folders.push(path);
            } else if let (false, Ok(text)) = (skipped, fs::read_to_string(&path)) {
                for parts in banned {
                    assert!(!text.contains(&parts.concat()), "{} names {}", path.display(), parts.concat());
                }
            }
        }
    }
}
