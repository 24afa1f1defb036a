//! An alert as it is told in words.

use super::*;

#[test]
fn an_alert_that_went_on_says_when_and_names_no_correction() {
    use proto::filtering_ingest::v1::AlertVerdict;
    let at = || Some(chassis::clock::timestamp(time::macros::datetime!(2026-11-24 11:00 UTC)));
    let ended = AlertVerdict { verdict: "false".into(), worsen_time: at(), ..AlertVerdict::default() };
    let corrected = AlertVerdict { worsen_time: None, ..ended.clone() };
    let alert = Alert {
        worsen_time: at(),
        further_search_terms: vec!["a".into(), "b".into()],
        earlier_verdicts: vec![corrected, ended],
        ..sample()
    };
    let page = AlertPage::new(&alert, &People::of(&[]), Vec::new(), &Link::default(), None);
    let said = serde_json::to_string(&page).unwrap_or_default();
    for text in ["Became worse", "Before it went on", "Before it was corrected", "a; b"] {
        assert_eq!(said.matches(text).count(), 1, "{text}: {said}");
    }
}

#[test]
fn an_alert_says_its_rule_in_words() {
    let said = rule(&sample());
    assert!(
        said.starts_with("The rule on ")
            && said.ends_with("in version 3 of the school’s policy: words that were typed"),
        "{said}"
    );
    assert!(!said.contains("filter."), "{said}");
    let other = Alert { because: "told by hand".into(), ..sample() };
    assert_eq!(rule(&other), "Told by hand");
}
