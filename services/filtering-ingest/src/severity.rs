//! How grave a matter is: `low`, `medium`, `high`, `critical`.

/// Orders severities, gravest highest.
pub fn rank(severity: &str) -> u8 {
    match severity {
        "critical" => 3,
        "high" => 2,
        "medium" => 1,
        _ => 0,
    }
}

/// The graver of two severities.
pub fn graver<'a>(a: &'a str, b: &'a str) -> &'a str {
    if rank(b) > rank(a) { b } else { a }
}

/// The next graver severity; repeats alone make nothing critical.
pub fn raised(severity: &str) -> &str {
    match rank(severity) {
        0 => "medium",
        1 => "high",
        _ => severity,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_raise_step_by_step_and_make_nothing_critical() {
        assert_eq!(
            (raised("low"), raised("medium"), raised("high"), raised("critical")),
            ("medium", "high", "high", "critical")
        );
        assert_eq!(
            (graver("high", "medium"), graver("low", "critical"), graver("high", "high")),
            ("high", "critical", "high")
        );
    }
}
