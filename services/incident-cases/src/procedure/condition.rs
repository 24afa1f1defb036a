//! Conditions on facts: `always`, `judgement`, `fact = value`, `fact in (a, b)`, joined by `and` / `or`. Unknown is a
//! value of its own and never makes a condition hold.

/// What a condition comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// It does not hold.
    No,
    /// A fact it reads is not known.
    Unknown,
    /// It holds.
    Yes,
}

/// Evaluates a condition; `fact` answers what is known. What cannot be read is unknown, so that nothing follows from it.
pub fn evaluate<'a>(condition: &str, fact: impl Fn(&str) -> Option<&'a str> + Copy) -> Truth {
    let condition = condition.trim();
    if let Some((left, right)) = condition.split_once(" or ") {
        return evaluate(left, fact).max(evaluate(right, fact));
    }
    if let Some((left, right)) = condition.split_once(" and ") {
        return evaluate(left, fact).min(evaluate(right, fact));
    }
    match condition {
        "" | "always" | "judgement" => Truth::Yes,
        one => single(one, fact),
    }
}

fn single<'a>(condition: &str, fact: impl Fn(&str) -> Option<&'a str>) -> Truth {
    let (name, allowed) = if let Some((name, value)) = condition.split_once('=') {
        (name, vec![value.trim()])
    } else if let Some((name, list)) = condition.split_once(" in ") {
        (name, list.trim().trim_matches(['(', ')']).split(',').map(str::trim).collect())
    } else {
        return Truth::Unknown;
    };
    match fact(name.trim()) {
        value if !answered(value) => Truth::Unknown,
        Some(value) if allowed.contains(&value) => Truth::Yes,
        Some(_) | None => Truth::No,
    }
}

/// Whether what is known of a fact is an answer.
pub fn answered(value: Option<&str>) -> bool {
    !matches!(value, None | Some("unknown" | "undecided" | ""))
}

/// The first fact that a condition reads and that nobody has answered.
pub fn unanswered<'a, 'c>(condition: &'c str, fact: impl Fn(&str) -> Option<&'a str>) -> Option<&'c str> {
    facts(condition).into_iter().find(|name| !answered(fact(name)))
}

/// The facts a condition reads.
pub fn facts(condition: &str) -> Vec<&str> {
    condition
        .split(" or ")
        .flat_map(|part| part.split(" and "))
        .filter_map(|one| one.split_once('=').or_else(|| one.split_once(" in ")))
        .map(|(name, _)| name.trim())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_never_makes_a_condition_hold() {
        let known = |name: &str| match name {
            "offence" => Some("yes"),
            "device_involved" => Some("unknown"),
            _ => None,
        };
        for (condition, expected) in [
            ("always", Truth::Yes),
            ("judgement", Truth::Yes),
            ("offence = yes", Truth::Yes),
            ("offence = unclear", Truth::No),
            ("offence in (unclear, yes)", Truth::Yes),
            ("other_setting = yes", Truth::Unknown),
            ("device_involved = yes", Truth::Unknown),
            ("offence = yes and other_setting = yes", Truth::Unknown),
            ("offence = no and other_setting = yes", Truth::No),
            ("offence = yes or other_setting = yes", Truth::Yes),
            ("when the moon is full", Truth::Unknown),
        ] {
            assert_eq!(evaluate(condition, known), expected, "{condition}");
        }
        for (condition, expected) in [
            ("always", None),
            ("offence = yes", None),
            ("offence = yes and other_setting = yes", Some("other_setting")),
            ("device_involved = yes or other_setting = yes", Some("device_involved")),
        ] {
            assert_eq!(unanswered(condition, known), expected, "{condition}");
        }
    }
}
