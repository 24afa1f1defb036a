//! The rules of `docs/filtering-alerts.md` that are about judging: one test each, by its number.

use super::*;
use crate::{lexicon, observation::Url, search};

/// An event at an address of sites that a filter calls so; it lives as long as the test program.
pub(crate) fn seen(address: &str, names: &[&str]) -> Seen<'static> {
    let url: &'static Url = Box::leak(Box::new(Url::read(address.to_owned())));
    let search: Option<&'static crate::observation::Search> =
        search::read(url, &[]).map(|search| &*Box::leak(Box::new(search)));
    Seen {
        host: &url.host,
        path: &url.path,
        search: search.map(|s| Typed { engine: &s.engine, terms: &s.terms, is_final: s.is_final }),
        outcome: Outcome::Allowed,
        categories: Categories::named(names.iter().copied()),
        ..Seen::nothing()
    }
}

/// A rule.
pub(crate) fn rule(theme: &str, basis: &str, severity: &str, threshold: u32) -> AlertRule {
    AlertRule {
        id: format!("filter.{theme}_{basis}"),
        theme: theme.into(),
        basis: basis.into(),
        severity: severity.into(),
        route: "dsl".into(),
        threshold,
        ..AlertRule::default()
    }
}

/// A verdict by a category.
pub(crate) fn verdict(theme: &'static str, severity: &str, threshold: u32) -> Verdict {
    let rules = Rules { version: 1, alerts: vec![rule(theme, "category", severity, threshold)], ..Rules::default() };
    match Judge::new(&rules, &HashMap::new()).by_category(&seen("http://a.example/", &[theme])) {
        ByCategory::Raises(verdict) => *verdict,
        other => unreachable!("{other:?}"),
    }
}

fn rules(alerts: Vec<AlertRule>) -> Rules {
    Rules { version: 2, alerts, ..Rules::default() }
}

/// What an event comes to by everything there is, in the order there is.
fn judged(seen: &Seen<'_>, rules: &Rules) -> Option<Verdict> {
    let groups = HashMap::from([("staff".to_owned(), "staff".to_owned()), ("year 5".to_owned(), "KS2".to_owned())]);
    let mut judge = Judge::new(rules, &groups);
    let terms = seen.search.filter(|search| search.is_final).map(|search| search.terms);
    judge.by_list(seen).or_else(|| judge.by_words(seen, terms?)).or_else(|| match judge.by_category(seen) {
        ByCategory::Raises(verdict) => Some(*verdict),
        ByCategory::Excluded | ByCategory::Nothing => None,
    })
}

fn told(verdict: Option<Verdict>) -> Option<(&'static str, String, &'static str)> {
    verdict.map(|verdict| (verdict.theme, verdict.severity, verdict.basis))
}

const DIE: &str = "https://www.google.com/search?q=i+want+to+die";

#[test]
fn rule_1_the_lists_hold_without_a_policy_and_against_one() {
    let muted = |theme: &str, basis: &str| AlertRule {
        route: "it".into(),
        tiers: vec!["staff".into()],
        ..rule(theme, basis, "low", 60)
    };
    let against = vec![
        muted("illegal_csam", "list"),
        muted("illegal_csam", "category"),
        muted("extremism_terrorism", "list"),
        muted("self_harm_suicide", "search"),
    ];
    for rules in [Rules::default(), rules(against)] {
        for (names, theme) in
            [(["IWF"], "illegal_csam"), (["Child Abuse"], "illegal_csam"), (["CTIRU"], "extremism_terrorism")]
        {
            let verdict = judged(&seen("http://blocked.example/", &names), &rules);
            let held = verdict.map(|v| (v.theme, v.severity, v.route, v.threshold, v.locked));
            assert_eq!(held, Some((theme, "critical".into(), "dsl".into(), 1, true)), "{names:?}");
        }
        let verdict = judged(&seen(DIE, &[]), &rules);
        assert_eq!(
            verdict.map(|v| (v.severity, v.route, v.threshold, v.locked)),
            Some(("critical".into(), "dsl".into(), 1, true))
        );
    }
    // A filter's own category of terrorism is its maker's judgement.
    let rules = rules(vec![rule("extremism_terrorism", "category", "high", 1)]);
    let verdict = judged(&seen("http://a.example/", &["Terrorism"]), &rules);
    assert_eq!(verdict.map(|v| (v.severity, v.locked)), Some(("high".into(), false)));
}

#[test]
fn rule_2_abuse_of_children_is_withheld_and_nothing_else_is() {
    let withheld = |names: &[&str]| judged(&seen("http://a.example/", names), &Rules::default()).map(|v| v.withheld);
    assert_eq!((withheld(&["IWF"]), withheld(&["CTIRU"])), (Some(true), Some(false)));
}

#[test]
fn rule_3_a_list_comes_before_words_and_words_before_a_category_and_all_are_kept() {
    let rules = rules(vec![rule("drugs", "category", "medium", 1), rule("pornography", "search", "medium", 1)]);
    let listed = seen(DIE, &["IWF", "Drugs"]);
    assert_eq!(judged(&listed, &rules).map(|v| v.theme), Some("illegal_csam"));
    let verdict = judged(&seen("https://www.google.com/search?q=i+want+to+die+porn", &["Drugs"]), &rules);
    assert_eq!(
        verdict.map(|v| (v.theme, v.basis, v.also)),
        Some(("self_harm_suicide", "search", vec!["pornography", "drugs"]))
    );
    let category = judged(&seen("http://a.example/", &["Drugs"]), &rules);
    assert_eq!(told(category), Some(("drugs", "medium".into(), "category")));
    // Blocked or allowed alike.
    let blocked = Seen { outcome: Outcome::Blocked, ..seen("http://a.example/", &["Drugs"]) };
    assert!(judged(&blocked, &rules).is_some() && !blocked.reached());
}

#[test]
fn rule_4_words_count_only_where_somebody_typed_them() {
    let rules = Rules::default();
    assert!(judged(&seen("https://www.google.com/search?q=i+want+to+die", &[]), &rules).is_some());
    assert_eq!(judged(&seen("https://news.example/i-want-to-die-says-singer?q=i+want+to+die", &[]), &rules), None);
    assert_eq!(judged(&seen("https://www.google.com/complete/search?q=i+want+to+die", &[]), &rules), None);
}

#[test]
fn rule_7_what_is_sensitive_never_alerts_by_itself() {
    let themes = ["education_sensitive", "sensitive_identity"];
    let rules = rules(themes.map(|theme| rule(theme, "category", "high", 1)).to_vec());
    for names in [["Sex Education"], ["LGBT"], ["Global Religion"], ["Abortion"], ["Support and Advice"]] {
        assert_eq!(judged(&seen("http://advice.example/", &names), &rules), None, "{names:?}");
    }
    // Nor does it lower anything: a search for help beside it, or a help site's own search page.
    let searched = seen(DIE, &["Support and Advice"]);
    assert_eq!(judged(&searched, &rules).map(|v| v.severity), Some("critical".into()));
    for text in ["am i gay", "ramadan", "how does contraception work", "abortion clinic", "childline number"] {
        let address = format!("https://www.google.com/search?q={}", text.replace(' ', "+"));
        assert_eq!(judged(&seen(&address, &[]), &rules), None, "{text}");
    }
}

#[test]
fn rule_8_education_suppresses_a_lesser_category_and_never_a_list_or_a_word_of_self_harm() {
    let rules = rules(vec![
        rule("drugs", "category", "medium", 1),
        rule("hate_discrimination", "category", "high", 1),
        rule("self_harm_suicide", "category", "high", 1),
    ]);
    let with = |name: &str, beside: &str| told(judged(&seen("http://a.example/", &[name, beside]), &rules));
    for beside in ["Education", "Reference", "Health and Wellness", "Sex Education"] {
        assert_eq!(with("Drugs", beside), None, "{beside}");
    }
    assert_eq!(with("Drugs", "News"), Some(("drugs", "medium".into(), "category")));
    assert_eq!(with("Hate", "Education"), Some(("hate_discrimination", "high".into(), "category")));
    assert_eq!(with("Suicide", "Education"), Some(("self_harm_suicide", "high".into(), "category")));
    assert_eq!(with("IWF", "Education").map(|(_, severity, _)| severity), Some("critical".into()));
    assert!(judged(&seen(DIE, &["Education"]), &rules).is_some());
    // What is not suppressed is looked at further: a lesser category, then a graver one.
    assert_eq!(
        told(judged(&seen("http://a.example/", &["Hate", "Drugs", "Education"]), &rules)).map(|t| t.0),
        Some("hate_discrimination")
    );
}

#[test]
fn a_policy_with_several_rules_of_a_theme_is_followed_by_what_was_found() {
    let own = |id: &str, rule: AlertRule| AlertRule { id: id.into(), ..rule };
    let rules = rules(vec![
        own("self_harm", rule("self_harm_suicide", "search", "high", 1)),
        own("suicide", rule("self_harm_suicide", "search", "critical", 1)),
        own("porn", rule("pornography", "category", "medium", 1)),
        own("porn_repeat", AlertRule { days: 2, ..rule("pornography", "category", "high", 7) }),
        own("gambling_repeat", rule("gambling", "category", "medium", 5)),
        own("drugs", rule("drugs", "search", "low", 1)),
    ]);
    let by = |address: &str, names: &[&str]| judged(&seen(address, names), &rules).map(|v| (v.rule_id, v.severity));
    assert_eq!(by(DIE, &[]), Some(("suicide".into(), "critical".into())));
    assert_eq!(by("https://www.google.com/search?q=self+harm", &[]), Some(("self_harm".into(), "high".into())));
    assert_eq!(
        by("https://www.google.com/search?q=buy+weed", &[]),
        Some(("drugs".into(), "low".into())),
        "lowered by the policy"
    );
    assert_eq!(by("https://www.google.com/search?q=i+am+being+bullied", &[]), None, "the policy has no rule for it");
    let porn = judged(&seen("http://a.example/", &["Pornography"]), &rules);
    let repeats = porn.map(|v| (v.rule_id.clone(), v.actions(), v.days, v.raised("medium").to_owned()));
    assert_eq!(repeats, Some(("porn".into(), 7, 2, "high".into())));
    let gambling = judged(&seen("http://a.example/", &["Gambling"]), &rules);
    assert_eq!(gambling.map(|v| (v.threshold, v.actions(), v.repeated)), Some((5, 5, None)));
}

#[test]
fn a_rule_for_pupils_is_not_for_staff_and_locked_rules_are_for_everybody() {
    let pupils = AlertRule { tiers: vec!["pupil".into()], ..rule("drugs", "category", "medium", 1) };
    let rules = rules(vec![
        pupils,
        AlertRule { tiers: vec!["pupil".into()], ..rule("self_harm_suicide", "search", "critical", 1) },
    ]);
    let of = |group: Option<&'static str>, names: &[&str]| {
        judged(&Seen { group, ..seen("http://a.example/", names) }, &rules)
    };
    assert_eq!(of(Some("Staff"), &["Drugs"]), None);
    assert_eq!(of(Some("Year 5"), &["Drugs"]).map(|v| v.tier), Some("KS2"));
    assert_eq!(of(None, &["Drugs"]).map(|v| v.tier), Some("unknown"));
    assert_eq!(of(Some("Staff"), &["IWF"]).map(|v| v.tier), Some("staff"));
    let typed = judged(&Seen { group: Some("Staff"), ..seen(DIE, &[]) }, &rules);
    assert_eq!(typed.map(|v| (v.tier, v.locked)), Some(("staff", true)));
}

#[test]
fn a_search_that_the_filter_stopped_is_a_kind_of_its_own_and_nothing_private_is_raised_by_it() {
    let stopped = rules(vec![rule("search_keyword_block", "category", "medium", 1)]);
    let verdict = judged(&seen("https://filter.example/deny", &["Search Keywords"]), &stopped);
    let told = verdict.map(|v| (v.theme, v.basis, v.because.contains("stopped a search")));
    assert_eq!(told, Some(("search_keyword_block", "category", true)), "where the product withholds the words");
    let private = seen("https://www.google.com/search?q=am+i+gay", &["Search Keywords"]);
    assert_eq!(judged(&private, &stopped), None);
    let harmless = seen("https://www.google.com/search?q=hotels+in+essex", &["Search Keywords"]);
    assert_eq!(judged(&harmless, &stopped), None, "words that are shown are judged by themselves");
    assert_eq!(judged(&seen("https://filter.example/deny", &["Search Keywords"]), &rules(Vec::new())), None);
}

#[test]
fn a_verdict_says_its_rule_its_version_and_its_list_and_nothing_that_was_typed() {
    let clause = Clause { section: "Monitoring".into(), text: "We read the log.".into() };
    let rules = rules(vec![AlertRule { clauses: vec![clause.clone()], ..rule("drugs", "search", "medium", 1) }]);
    let verdict = judged(&seen("https://www.google.com/search?q=where+does+jo+smith+buy+weed", &[]), &rules);
    let Some(verdict) = verdict else { unreachable!("drugs are searched for") };
    let Some(listed) = lexicon::lists().iter().find(|listed| listed.name == "drugs (en)") else {
        unreachable!("a list")
    };
    let (list, version) = (&listed.name, &listed.version);
    assert_eq!(
        verdict.because,
        format!(
            "rule filter.drugs_search of version 2 of the school's policy: words that were typed (list {list}, version {version})"
        )
    );
    assert_eq!(verdict.words.map(|words| words.entry), Some("buy weed".into()));
    assert_eq!((verdict.clauses, verdict.policy_version), (vec![clause], 2));
    assert!(!verdict.because.contains("smith"));
}

#[test]
fn no_policy_makes_it_less_grave_that_a_child_is_hurt_and_a_slip_is_said() {
    let rules = rules(vec![rule("violence_weapons", "search", "medium", 1), rule("drugs", "search", "medium", 1)]);
    let of = |words: &str| judged(&seen(&format!("https://www.google.com/search?q={words}"), &[]), &rules);
    assert_eq!(told(of("my+stepdad+hurts+me")), Some(("violence_weapons", "high".into(), "search")));
    assert_eq!(told(of("how+to+stab+someone")), Some(("violence_weapons", "medium".into(), "search")));
    let because = |words| of(words).map(|verdict| verdict.because).unwrap_or_default();
    assert!(because("buy+ketamnie").contains("words that were typed, with a slip (list drugs (en)"));
    assert!(!because("buy+ketamine").contains("slip"));
}
