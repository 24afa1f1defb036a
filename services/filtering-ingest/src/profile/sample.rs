//! A profile's own lines, held against what they must become.

use serde_json::Value;
use time::{OffsetDateTime, macros::datetime};

use super::{
    Context, Profile, Reader,
    document::{Found, Sample},
};
use crate::line;

/// When samples are taken to have been received: no clock is asked for what a profile means.
const RECEIVED: OffsetDateTime = datetime!(2026-11-16 18:00 UTC);

/// Holds the samples against what they must become, in their order: a row of names counts for those behind it.
pub(super) fn check(profile: &Profile, samples: &[Sample], found: &mut Found) {
    let context = Context { time_zone: "Europe/London", received_at: RECEIVED };
    let mut reader = Reader::new(profile, None);
    let mut taken = 0;
    for (place, sample) in samples.iter().enumerate() {
        let field = format!("samples[{place}]");
        let Some(Ok(line)) = line::lines(sample.line.as_bytes()).next() else {
            found.add(field, "Enter one line of text");
            continue;
        };
        match reader.read(&line, context) {
            Err(rejected) if sample.rejected == rejected.reason => {}
            Err(rejected) => found.add(field, format!("The line is not taken: {rejected}")),
            Ok(_) if !sample.rejected.is_empty() => {
                found.add(field, format!("The line is taken, and not refused as {}", sample.rejected));
            }
            Ok(observation) => {
                taken += 1;
                let made = serde_json::to_value(&observation).unwrap_or_default();
                if sample.expect.is_empty() {
                    found.add(format!("{field}.expect"), "Say what the line must become");
                }
                for (path, expected) in &sample.expect {
                    let got = at(&made, path);
                    if !same(got, expected) {
                        let got = got.map_or_else(|| "nothing".to_owned(), Value::to_string);
                        found.add(format!("{field}.expect.{path}"), format!("It became {got}, not {expected}"));
                    }
                }
            }
        }
    }
    if taken == 0 {
        found.add("samples", "Give one line at least that is taken");
    }
}

fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, step| value.get(step))
}

/// Whether a value is what was expected: a number may be written as text, and `null` is for nothing.
fn same(got: Option<&Value>, expected: &Value) -> bool {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match (got, expected) {
        (None | Some(Value::Null), Value::Null) => true,
        (Some(Value::Array(got)), Value::Array(expected)) => {
            got.len() == expected.len() && got.iter().zip(expected).all(|(g, e)| text(g) == text(e))
        }
        (Some(got), expected) => text(got) == text(expected),
        (None, _) => false,
    }
}
