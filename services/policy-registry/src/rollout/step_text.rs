//! A step as a person reads and edits it: what is done, then a line each for who, by when, on what condition and the rest.

use crate::template::{
    condition::Condition,
    procedure::{CLOCK_KINDS, STEP_ROLES, Step},
};

const WHO: &str = "Who";
const WHEN: &str = "When";
const IF: &str = "If";
const GATES: &str = "Gates";
const OPENS: &str = "Opens";
const NEVER: &str = "Never";
const RECORDS: &str = "Records";
const AFTER: &str = "After";

/// Writes a step.
pub fn write(step: &Step) -> String {
    let mut lines = vec![step.title.trim().to_owned(), format!("{WHO}: {}", step.roles.join(", "))];
    let clock = match step.clock.amount {
        0 => step.clock.kind.clone(),
        amount => format!("{} {amount}", step.clock.kind),
    };
    lines.push(format!("{WHEN}: {clock}"));
    lines.push(format!("{IF}: {}", step.condition));
    let lists = [
        (GATES, &step.gates, ", "),
        (OPENS, &step.opens, ", "),
        (NEVER, &step.prohibitions, "; "),
        (RECORDS, &step.records, "; "),
        (AFTER, &step.after, ", "),
    ];
    for (name, values, between) in lists.into_iter().filter(|(_, values, _)| !values.is_empty()) {
        lines.push(format!("{name}: {}", values.join(between)));
    }
    lines.join("\n")
}

/// Reads a step back, with the rest of it as `step` has it.
///
/// # Errors
/// How to mend the text.
pub fn read(text: &str, step: &Step) -> Result<Step, String> {
    let mut read = Step {
        title: String::new(),
        roles: Vec::new(),
        condition: Condition::Always,
        gates: Vec::new(),
        opens: Vec::new(),
        prohibitions: Vec::new(),
        records: Vec::new(),
        after: Vec::new(),
        ..step.clone()
    };
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let list = |value: &str, between: char| {
            value.split(between).map(str::trim).filter(|v| !v.is_empty()).map(str::to_owned).collect()
        };
        match line.split_once(':').map(|(name, value)| (name.trim(), value.trim())) {
            Some((WHO, value)) => read.roles = list(value, ','),
            Some((WHEN, value)) => read.clock = clock(value, step)?,
            Some((IF, value)) => read.condition = Condition::parse(value)?,
            Some((GATES, value)) => read.gates = list(value, ','),
            Some((OPENS, value)) => read.opens = list(value, ','),
            Some((NEVER, value)) => read.prohibitions = list(value, ';'),
            Some((RECORDS, value)) => read.records = list(value, ';'),
            Some((AFTER, value)) => read.after = list(value, ','),
            _ if read.title.is_empty() => read.title = line.to_owned(),
            _ => read.title = format!("{} {line}", read.title),
        }
    }
    if read.title.is_empty() {
        return Err("Enter what is to be done, on the first line".to_owned());
    }
    if read.roles.is_empty() || !read.roles.iter().all(|role| STEP_ROLES.contains(&role.as_str())) {
        return Err(format!("Enter who does it after “{WHO}:”, from {}", STEP_ROLES.join(", ")));
    }
    Ok(read)
}

fn clock(text: &str, step: &Step) -> Result<crate::template::procedure::StepClock, String> {
    let (kind, amount) = text.split_once(' ').unwrap_or((text, "0"));
    let kinds = CLOCK_KINDS.map(|(kind, counts)| if counts { format!("{kind} 4") } else { kind.to_owned() });
    let wrong = || format!("Enter by when after “{WHEN}:”, as one of {}", kinds.join(", "));
    let amount: u32 = amount.trim().parse().map_err(|_| wrong())?;
    if !CLOCK_KINDS.iter().any(|(known, counts)| *known == kind && *counts == (amount > 0)) {
        return Err(wrong());
    }
    // The rule a clock comes from is the template's to cite, and holds for its own figure alone.
    let same = step.clock.kind == kind && step.clock.amount == amount;
    let source = if same { step.clock.source.clone() } else { String::new() };
    Ok(crate::template::procedure::StepClock { kind: kind.to_owned(), amount, source })
}

/// The two changes of a step put together, part by part; none where both changed the same part otherwise.
pub fn together(base: &Step, own: &Step, theirs: &Step) -> Option<Step> {
    fn part<T: PartialEq + Clone>(base: &T, own: &T, theirs: &T) -> Option<T> {
        match (own == base, theirs == base) {
            (true, _) => Some(theirs.clone()),
            (false, true) => Some(own.clone()),
            (false, false) => (own == theirs).then(|| own.clone()),
        }
    }
    let title = part(&base.title, &own.title, &theirs.title);
    Some(Step {
        id: own.id.clone(),
        title: title.or_else(|| super::words::together(&base.title, &own.title, &theirs.title))?,
        roles: part(&base.roles, &own.roles, &theirs.roles)?,
        clock: part(&base.clock, &own.clock, &theirs.clock)?,
        condition: part(&base.condition, &own.condition, &theirs.condition)?,
        gates: part(&base.gates, &own.gates, &theirs.gates)?,
        opens: part(&base.opens, &own.opens, &theirs.opens)?,
        prohibitions: part(&base.prohibitions, &own.prohibitions, &theirs.prohibitions)?,
        records: part(&base.records, &own.records, &theirs.records)?,
        statutory: theirs.statutory,
        after: part(&base.after, &own.after, &theirs.after)?,
        requirements: theirs.requirements.clone(),
    })
}

/// Whether a school's step still does all that a statutory one of the template demands.
pub fn holds(own: &Step, theirs: &Step) -> bool {
    let all = |own: &[String], theirs: &[String]| theirs.iter().all(|value| own.contains(value));
    own.condition == theirs.condition
        && own.clock.kind == theirs.clock.kind
        && own.clock.amount <= theirs.clock.amount
        && super::words::holds(&own.title, &theirs.title)
        && all(&own.gates, &theirs.gates)
        && all(&own.opens, &theirs.opens)
        && all(&own.prohibitions, &theirs.prohibitions)
        && all(&own.records, &theirs.records)
        && all(&own.after, &theirs.after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::template;

    #[test]
    fn a_step_reads_back_as_it_was_written() {
        for procedure in template().procedures {
            for step in procedure.steps {
                assert_eq!(read(&write(&step), &step), Ok(step));
            }
        }
    }

    #[test]
    fn what_is_no_step_is_refused_with_how_to_mend_it() {
        let step = template().procedures.remove(0).steps.remove(0);
        for (text, says) in [
            ("", "what is to be done"),
            ("Tell the lead\nWho: everyone", "Enter who does it"),
            ("Tell the lead\nWho: dsl\nWhen: soon", "Enter by when"),
            ("Tell the lead\nWho: dsl\nWhen: hours", "Enter by when"),
            ("Tell the lead\nWho: dsl\nIf: sometimes", "is no condition"),
        ] {
            assert!(read(text, &step).is_err_and(|error| error.contains(says)), "{text}");
        }
    }

    #[test]
    fn two_changes_of_different_parts_are_put_together() {
        let base = template().procedures.remove(0).steps.remove(1);
        let own = Step { roles: vec!["head".into()], ..base.clone() };
        let mut theirs = base.clone();
        theirs.clock.amount = 2;
        let both = together(&base, &own, &theirs);
        assert_eq!(both.map(|step| (step.roles, step.clock.amount)), Some((vec!["head".to_owned()], 2)));
        let other = Step { roles: vec!["chair".into()], ..base.clone() };
        assert_eq!(together(&base, &own, &other), None);
    }
}
