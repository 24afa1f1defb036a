//! Makes the table of what the console serves and renders from: the templates beside this file, and the front-end
//! packages that `gateway/assets/fetch.sh` fetches by version and hash into `/.assets`.

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const SCRIPT: &str = "gateway/assets/fetch.sh";
/// What is used in place of the font and the crest that only GOV.UK may show.
const FONT: &str = "system-ui,Arial,sans-serif";

fn main() {
    if let Err(error) = table() {
        eprintln!("{error}");
        std::process::exit(1);
    }
}

fn table() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or("cargo sets CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    let fetched = here.join("../.assets");
    for watched in ["build.rs", "assets", "frontend", "templates", "../.assets/stamp"] {
        println!("cargo:rerun-if-changed={}", here.join(watched).display());
    }
    // It leaves a folder that already matches the committed hashes as it is.
    if !Command::new(here.join("assets/fetch.sh")).status().is_ok_and(|status| status.success()) {
        return Err(format!(
            "The front-end packages could not be fetched: run {SCRIPT} with npm, python3 and a network."
        )
        .into());
    }

    let sheet = unbranded(&fs::read_to_string(fetched.join("govuk-frontend.min.css"))?)?;
    let script = fs::read_to_string(fetched.join("govuk-frontend.min.js"))?;
    let script = script.lines().filter(|line| !line.starts_with("//# sourceMappingURL")).collect::<Vec<_>>().join("\n");
    let licences = format!(
        "GOV.UK Frontend: MIT License, Copyright (c) Crown copyright (Government Digital Service).\n\n\
         GOV.UK Frontend Jinja macros:\n{}",
        fs::read_to_string(fetched.join("macros-licence.txt"))?
    );
    let assets = [
        ("govuk-frontend.css", "text/css", sheet.into_bytes()),
        ("govuk-frontend.js", "text/javascript", script.into_bytes()),
        ("hedgerow.css", "text/css", fs::read(here.join("assets/hedgerow.css"))?),
        ("hedgerow.js", "text/javascript", fs::read(here.join("assets/hedgerow.js"))?),
        ("package.js", "text/javascript", fs::read(here.join("assets/package.js"))?),
        ("profile.js", "text/javascript", fs::read(here.join("assets/profile.js"))?),
        ("icon.svg", "image/svg+xml", fs::read(here.join("assets/icon.svg"))?),
        ("licences.txt", "text/plain; charset=utf-8", licences.into_bytes()),
    ];
    let hash = fnv(assets.iter().flat_map(|(name, _, bytes)| name.bytes().chain(bytes.iter().copied())));
    let mut code = format!("pub const HASH: &str = \"{hash:016x}\";\npub static ASSETS: &[(&str, &str, &[u8])] = &[\n");
    for (name, mime, bytes) in &assets {
        fs::write(out.join(name), bytes)?;
        writeln!(code, "    ({name:?}, {mime:?}, include_bytes!({:?})),", out.join(name))?;
    }
    code += "];\n";
    sources(&mut code, "TEMPLATES", &here.join("templates"), "")?;
    sources(&mut code, "MACROS", &fetched.join("macros"), "govuk_frontend_jinja/")?;
    fs::write(out.join("assets.rs"), code)?;
    println!("cargo:rustc-env=HEDGEROW_ASSETS={}", fetched.display());
    Ok(())
}

/// The style sheet without the typeface and the crest, which are licensed for GOV.UK alone.
fn unbranded(sheet: &str) -> Result<String, Box<dyn Error>> {
    let mut plain = String::with_capacity(sheet.len());
    let mut rest = sheet;
    while let Some((before, after)) = rest.split_once("@font-face{") {
        plain += before;
        rest = after.split_once('}').ok_or("a font face does not end")?.1;
    }
    plain += rest;
    let plain = plain.replace("GDS Transport,arial,sans-serif", FONT);
    let plain = plain.replace("url(/assets/images/govuk-crest.svg)", "none");
    let plain = plain.split("/*# sourceMappingURL").next().unwrap_or_default().to_owned();
    for brand in ["GDS Transport", "govuk-crest", "@font-face", "url("] {
        if plain.contains(brand) {
            return Err(format!("The style sheet still names {brand}: see unbranded in gateway/build.rs.").into());
        }
    }
    Ok(plain)
}

/// A table of every template under a folder, by the name it is called by.
fn sources(code: &mut String, name: &str, folder: &Path, prefix: &str) -> Result<(), Box<dyn Error>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).map_err(|e| format!("{} cannot be read: {e}", next.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "html") {
                files.push(path);
            }
        }
    }
    files.sort();
    writeln!(code, "pub static {name}: &[(&str, &str)] = &[")?;
    for file in files {
        let path = file.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
        writeln!(code, "    ({:?}, include_str!({file:?})),", format!("{prefix}{path}"))?;
    }
    code.push_str("];\n");
    Ok(())
}

/// A short digest that names the version of the assets in their address.
fn fnv(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
