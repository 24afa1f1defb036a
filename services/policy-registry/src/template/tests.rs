//! Each way a template can be wrong, planted in a small one, and the model that ships.

use super::{check, model};
use crate::testing::{problems, template};

#[test]
fn each_slip_is_named_with_its_file_line_and_fix() {
    let cases = [
        ("template.yaml", "review_months", "review_month", 2, "review_month"),
        ("template.yaml", "id: calls", "id: aims", 6, "section “aims” is there already"),
        ("template.yaml", "vc.enabled = true", "vc.enabled is true", 6, "is no condition"),
        ("template.yaml", "vc.enabled = true", "vc.on = true", 6, "no parameter “vc.on”"),
        ("parameters.yaml", "key: role.head", "key: role.dsl_lead", 3, "parameter “role.dsl_lead” is there already"),
        ("parameters.yaml", "type: boolean", "type: switch", 15, "switch"),
        ("parameters.yaml", "default: not_on_site", "default: anywhere", 10, "cannot have the default “anywhere”"),
        ("parameters.yaml", "(?P<value>.+)$'] }", "(.+)$'] }", 2, "no group named value"),
        ("clauses/aims.md", "{{school.short_name}}", "{{school.name}}", 4, "no parameter “school.name”"),
        ("clauses/aims.md", "{{school.short_name}}", "{{school.short_name}", 4, "do not pair"),
        ("clauses/aims.md", "> cues: kinds", "> cue: kinds", 8, "no key “cue”"),
        ("clauses/aims.md", "## aims.risks", "## aims.made", 6, "clause “aims.made” is there already"),
        ("clauses/aims.md", "## aims.risks", "## risks", 6, "does not belong to section “aims”"),
        ("clauses/aims.md", "> requirements: R-001\n", "", 1, "carries no requirement"),
        ("clauses/aims.md", "> statutory: yes", "> statutory: maybe", 9, "statutory is “maybe”"),
        ("procedures/p1.yaml", "after: [P1-01]", "after: [P1-07]", 20, "“P1-07”, which is not before it"),
        ("procedures/p1.yaml", "step_id: P1-03", "step_id: P1-01", 13, "step “P1-01” is there already"),
        ("procedures/p1.yaml", "opens: [G-HOLD]", "opens: [G-HOLT]", 19, "no gate “G-HOLT”"),
        ("procedures/p1.yaml", "offence = yes", "offence = perhaps", 17, "never “perhaps”"),
        ("procedures/p1.yaml", "offence = yes", "crime = yes", 17, "no fact “crime”"),
        ("procedures/p1.yaml", "roles: [anyone]", "roles: [everyone]", 7, "no role “everyone”"),
        ("procedures/p1.yaml", ", amount: 4", "", 16, "amount 0"),
        ("procedures/p1.yaml", "kind: at_once", "kind: soon", 8, "no clock “soon”"),
        ("alert-rules.yaml", "severity: critical", "severity: dire", 1, "no severity “dire”"),
        ("lint.yaml", "weak_frequencies", "weak", 13, "weak"),
        (
            "lint.yaml",
            "weak_frequencies",
            "slips: [{ rule: STYLE.x, find: ['(('], message: m, fix: f }]\nweak_frequencies",
            13,
            "“((”",
        ),
        (
            "lint.yaml",
            "weak_frequencies",
            "slips: [{ rule: STILE.x, find: ['a'], message: m, fix: f }]\nweak_frequencies",
            13,
            "no class “STILE”",
        ),
        (
            "lint.yaml",
            "weak_frequencies",
            "once: [{ rule: STYLE, parameter: filter.prod, message: m, fix: f }]\nweak_frequencies",
            13,
            "no parameter “filter.prod”",
        ),
        ("template.yaml", "vc.enabled = true", "vc.enabled = often", 6, "“vc.enabled” is never “often”"),
        ("template.yaml", "vc.enabled = true", "phone.rule = elsewhere", 6, "“phone.rule” is never “elsewhere”"),
        ("clauses/aims.md", "> cues: kinds", "> citations: kcsie\n> cues: kinds", 8, "no guidance “kcsie”"),
        ("parameters.yaml", "title: Lists, type", "title: Lists, set_by: anyone, type", 9, "anyone"),
        (
            "parameters.yaml",
            "title: Lists, type",
            "title: Lists, unlike: filter.prod, type",
            9,
            "no parameter “filter.prod”",
        ),
        (
            "parameters.yaml",
            "title: The filter, type: text,",
            "title: The filter, include_if: filter.product filled, type: text,",
            8,
            "filter.product → filter.product",
        ),
        ("guidance.yaml", "from: 2019-01-01", "from: 2029-01-01", 1, "newest first"),
        ("guidance.yaml", "from: 2019-01-01", "from: May 2019", 1, "“May 2019” is no day"),
        ("guidance.yaml", "editions: [{", "edition: [{", 1, "edition"),
    ];
    for (file, from, to, line, message) in cases {
        let found = problems(&[(file, from, to)]);
        let named =
            found.iter().any(|p| p.file == file && p.line == line && p.message.contains(message) && !p.fix.is_empty());
        assert!(named, "{from} → {to}: {found:#?}");
    }
}

#[test]
fn include_rules_that_go_round_in_a_circle_are_told_once_with_their_way() {
    let found = problems(&[
        (
            "parameters.yaml",
            "title: Lists, type: list,",
            "title: Lists, type: list, include_if: phone.rule = office_daily,",
        ),
        ("parameters.yaml", "  title: Phone rule\n", "  title: Phone rule\n  include_if: vc.enabled = true\n"),
        (
            "parameters.yaml",
            "title: Video calls are used,",
            "title: Video calls are used, include_if: filter.blocklists filled,",
        ),
    ]);
    let listed: Vec<String> = found.iter().map(ToString::to_string).collect();
    let [problem] = listed.as_slice() else { unreachable!("{listed:#?}") };
    assert!(problem.starts_with("parameters.yaml:9: include_if goes round in a circle: "), "{problem}");
    assert!(problem.contains("filter.blocklists → phone.rule → vc.enabled → filter.blocklists"), "{problem}");
}

#[test]
fn ten_thousand_clauses_are_read_and_compared_in_bounded_time() {
    use std::fmt::Write as _;
    let mut files = crate::testing::files(&[]);
    let mut text = String::new();
    for n in 0..10_000 {
        let _ = write!(
            text,
            "## calls.n{n}\n> requirements: R-173\n> include_if: vc.enabled = true\nClause {n} of {{{{school.short_name}}}}.\n\n"
        );
    }
    let file = files.iter_mut().find(|file| file.name == "clauses/calls.md").map(|file| &mut file.content);
    *file.unwrap_or_else(|| unreachable!()) = text.into_bytes();
    let begun = std::time::Instant::now();
    let big = super::load(&files).unwrap_or_else(|problems| unreachable!("{problems:?}"));
    let changes = super::compare::compare(&template(), &big);
    assert_eq!(changes.iter().filter(|change| change.how == super::compare::How::Added).count(), 10_000);
    // An unoptimised build on a busy machine; anything quadratic takes minutes.
    assert!(begun.elapsed() < std::time::Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn files_that_are_missing_or_belong_to_nothing_are_named() {
    let mut files = crate::testing::files(&[]);
    files.retain(|file| file.name != "gates.yaml" && file.name != "clauses/calls.md");
    files.push(super::SourceFile { name: "clauses/boats.md".into(), content: Vec::new() });
    let found: Vec<String> = check(&files).into_iter().map(|p| format!("{} {}", p.file, p.message)).collect();
    for expected in ["gates.yaml the file is not there", "clauses/boats.md there is no section “boats”"] {
        assert!(found.iter().any(|f| f == expected), "{found:#?}");
    }
    assert!(found.iter().any(|f| f.contains("section “calls” has no clauses")));
}

#[test]
fn a_sound_template_is_read_whole() {
    let template = template();
    let ids: Vec<&str> = template.clauses().map(|(_, clause)| clause.id.as_str()).collect();
    assert_eq!(ids, ["aims.made", "aims.risks", "filtering.product", "filtering.iwf", "calls.off", "p1.tell"]);
    assert_eq!(template.clause("aims.risks").map(|(s, c)| (s.id.as_str(), c.statutory)), Some(("aims", true)));
    assert_eq!(template.procedures.first().map(|p| p.steps.len()), Some(2));
}

#[test]
fn the_model_that_ships_has_no_problem() {
    let found = check(&model::model_files());
    let listed: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "{}", listed.join("\n"));
}
