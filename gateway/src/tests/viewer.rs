//! The page that opens encrypted files, and its script: run on the example as a browser runs it, with the same ciphers.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::process::Command;

use chassis::{error::Result, testing::Engine};
use serde_json::Value;

use crate::testing::House;

/// What the script answers to the example, to a wrong passphrase, and to a byte changed in each of the five parts.
const ASKED: &str = "
import { readFileSync } from 'node:fs'
const { open } = await import(process.argv[1])
const file = readFileSync(process.argv[2], 'utf8')
const said = async (file, passphrase) => open(file, passphrase).catch((error) => ({ why: error.why ?? String(error) }))
const right = '7kq2 m9xr 4tbd ohjw 5zpe'
const opened = await said(file, right)
const referral = await said(readFileSync(process.argv[3], 'utf8'), right)
const altered = []
for (let part = 0; part < 5; part++) {
  const parts = file.trim().split('.')
  const at = Math.floor(parts[part].length / 2)
  parts[part] = parts[part].slice(0, at) + (parts[part][at] === 'A' ? 'B' : 'A') + parts[part].slice(at + 1)
  altered.push((await said(parts.join('.'), right)).why)
}
const wrong = await said(file, '0000-0000-0000-0000-0000')
console.log(JSON.stringify({ opened, referral, wrong: wrong.why, none: (await said('words', right)).why, altered }))
";

#[test]
fn the_script_opens_the_example_and_says_what_failed() {
    let here = env!("CARGO_MANIFEST_DIR");
    let script = format!("{here}/assets/package.js");
    let [example, referral] =
        ["example", "referral"].map(|name| format!("{here}/../docs/examples/packages/{name}.jwe"));
    // `build.rs` needs node, too.
    let ran =
        Command::new("node").args(["--input-type=module", "-e", ASKED, &script, &example, &referral]).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let said: Value = serde_json::from_slice(&ran.stdout).unwrap();
    let opened = &said["opened"];
    assert_eq!(
        (&opened["tried"], &opened["file"]["child"]["given_name"]),
        (&Value::from(true), &Value::from("Ann")),
        "{said}"
    );
    // The same as stands in the description, and as the platform itself reckons it.
    let described = std::fs::read_to_string(format!("{here}/../docs/package-format.md")).unwrap();
    for name in ["fingerprint", "number"] {
        assert!(described.contains(opened[name].as_str().unwrap()), "{name}: {said}");
    }
    let told = &said["referral"];
    assert!(described.contains(told["number"].as_str().unwrap()) && told["tried"] == true, "{said}");
    assert_eq!(told["file"]["answers"][2]["answer"], "not_known");
    assert_eq!((&said["wrong"], &said["none"]), (&Value::from("passphrase"), &Value::from("none")));
    let altered: Vec<&str> = said["altered"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(altered.len(), 5, "a changed byte never opens: {said}");
    assert_eq!(altered[1..], ["passphrase", "altered", "altered", "altered"]);
}

#[tokio::test]
async fn the_page_is_anybodys_and_lets_nothing_out() -> Result<()> {
    let house = House::new(Engine::Sqlite).await?;
    let mut stranger = house.browser();
    let page = stranger.get("/package").await;
    assert_eq!(page.status, 200);
    let policy =
        page.headers.get("content-security-policy").and_then(|policy| policy.to_str().ok()).unwrap_or_default();
    for rule in ["connect-src 'none'", "form-action 'none'", "script-src 'self'", "default-src 'none'"] {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(page.text().contains("/package.js") && !page.text().contains("<script>"));
    Ok(())
}
