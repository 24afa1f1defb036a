//! How the work stands at sample schools: a full one, a quiet one, and one of which others cannot be asked; and that what is
//! to be done today stands first.

use proto::incident_cases::v1::{WorkloadConcerns, WorkloadTransfers};

use super::*;

/// The work of a school in which everything occurs.
fn sample() -> Workload {
    let due = |kind: &str, word: &str| Due {
        case_id: "cas_1".into(),
        reference: "2026-014".into(),
        kind: kind.into(),
        item_id: "P1-03".into(),
        title: "Talk to the <police> first".into(),
        due_time: Some(prost_types::Timestamp { seconds: 1_795_000_000, nanos: 0 }),
        due_word: word.into(),
        owner_account_id: "acc_1".into(),
        working_days_late: 2,
        ..Due::default()
    };
    let owner = |account_id: &str, overdue| WorkloadOwner {
        account_id: account_id.into(),
        open_cases: 4,
        idle_cases: overdue,
        overdue,
        overdue_steps: overdue,
        overdue_statutory: overdue,
        working_days_late: 2,
        at_risk: 1,
        done_this_week: 3,
        ..WorkloadOwner::default()
    };
    Workload {
        date: "2026-11-24".into(),
        at_risk_until_date: "2026-11-26".into(),
        owners: vec![owner("acc_1", 1), owner("", 0)],
        concerns: Some(WorkloadConcerns {
            unread: 2,
            passed_on: 1,
            oldest_unread_date: "2026-11-23".into(),
            oldest_unread_working_days: 1,
            undecided: 1,
            oldest_undecided_date: "2026-11-24".into(),
            oldest_undecided_working_days: 0,
        }),
        overdue: vec![due("step", "overdue"), due("referral_chase", "overdue")],
        overdue_total: 2,
        at_risk: vec![due("step", "due_today")],
        at_risk_total: 1,
        due_today_total: 1,
        idle: vec![due("idle", "overdue")],
        idle_total: 1,
        silent: vec![due("referral_chase", "overdue")],
        silent_total: 1,
        transfers: Some(WorkloadTransfers { to_send: 1, to_confirm: 1, overdue: 1, working_days_late: 3 }),
    }
}

/// The pages.
pub(super) fn pages() -> Vec<WorkloadPage> {
    let people = People::of(&[("acc_1", "Ms <Ali>")]);
    let at = |path: &str| format!("/schools/sch_1{path}");
    let crumbs = || vec![Link::new("Home", "/")];
    let record = |kind: &str, roles: &[&str]| RepeatRecord {
        record_id: "cas_1".into(),
        kind: kind.into(),
        reference: "2026-014".into(),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        ..RepeatRecord::default()
    };
    let learner = RepeatInvolvement {
        learner_id: "lrn_1".into(),
        name: "Sam <P>".into(),
        year_group: "7".into(),
        records: vec![record("case", &["victim"]), record("case", &[]), record("concern", &[])],
    };
    let repeats = ListRepeatInvolvementResponse {
        learners: vec![learner],
        next_page_token: "x".into(),
        least: 3,
        from_date: "2025-11-24".into(),
    };
    let trend = |theme: &str, rising| ThemeTrend {
        theme: theme.into(),
        weeks: vec![2, 9],
        count: 9,
        rising,
        reason: "9 in the last 5 school days".into(),
        ..ThemeTrend::default()
    };
    let trends = GetThemeTrendResponse {
        themes: vec![trend("drugs", true), trend("dating", false)],
        method: "In words <so>".into(),
        ..GetThemeTrendResponse::default()
    };
    let rule = RulePrecision {
        rule_id: "filter.drugs_search".into(),
        percent: Some(18),
        below_floor: true,
        ..RulePrecision::default()
    };
    let precision = GetRulePrecisionResponse { rules: vec![rule], floor_percent: 30, ..Default::default() };
    let full = Besides { repeats: Ok(&repeats), trend: Ok(&trends), precision: Ok(&precision) };
    let new = GetThemeTrendResponse {
        themes: vec![ThemeTrend { reason: String::new(), ..trend("drugs", false) }],
        not_compared: "There are 3 school days to compare with".into(),
        ..GetThemeTrendResponse::default()
    };
    let (none, few) = (ListRepeatInvolvementResponse::default(), GetRulePrecisionResponse::default());
    let empty = Besides { repeats: Ok(&none), trend: Ok(&new), precision: Ok(&few) };
    let away = Error::internal("away");
    let unknown = Besides { repeats: Err(&away), trend: Err(&away), precision: Err(&away) };
    let quiet = Workload { date: "2026-11-24".into(), ..Workload::default() };
    vec![
        WorkloadPage::new(&sample(), &full, &people, crumbs(), &at),
        WorkloadPage::new(&quiet, &empty, &people, crumbs(), &at),
        WorkloadPage::new(&quiet, &unknown, &people, crumbs(), &at),
    ]
}

#[test]
fn what_must_be_done_today_stands_first_and_says_how_late_it_is() {
    let at = |path: &str| path.to_owned();
    let told: Vec<(String, String)> =
        first(&sample(), &at).into_iter().map(|item| (item.link.text, item.hint)).collect();
    let expected = [
        (
            "2 concerns that nobody has read",
            "The oldest came on 23 November 2026, 1 working day ago. 1 passed on, because nobody read it in time",
        ),
        ("2 things overdue", "1 of them is a step that may not be skipped"),
        ("1 thing due today", ""),
        ("1 concern read and not decided on", "The oldest came on 24 November 2026, today"),
        ("2 children’s files to send or to confirm", "1 overdue, the latest 3 working days late"),
    ];
    let expected: Vec<(String, String)> =
        expected.into_iter().map(|(text, hint)| (text.to_owned(), hint.to_owned())).collect();
    assert_eq!(told, expected);
    assert!(first(&Workload::default(), &at).is_empty());
    let owner = Owner::new(&sample().owners[0], &People::of(&[("acc_1", "Ms Ali")]), &at);
    assert_eq!(
        (owner.overdue.as_str(), owner.late.as_str(), owner.cases.as_str()),
        ("1 step (1 may not be skipped)", "2 working days late", "4, 1 without activity for 30 days")
    );
}
