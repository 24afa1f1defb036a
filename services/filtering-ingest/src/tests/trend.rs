//! Which themes rise, and for whom alerts are counted.

use time::{Duration, OffsetDateTime};

use super::{
    alerts::{WEED, of_group, with_groups},
    *,
};

impl World {
    async fn trend(&self, who: &Person) -> Result<GetThemeTrendResponse> {
        call!(who, get_theme_trend, GetThemeTrendRequest { school_id: self.school.clone() })
    }

    /// Searches for drugs of so many pupils, none of whom searched before.
    async fn searched(&self, delivery: &str, at: OffsetDateTime, pupils: usize) -> Result<usize> {
        let line = |n: usize| {
            let at = at.unix_timestamp();
            format!(
                "{at}.000 200 10.20.4.12 TCP_MISS/200 14007 GET {WEED} {delivery}.{n} HIER_DIRECT/192.0.2.1 text/html\n"
            )
        };
        Ok(self.deliver(delivery, &(0..pupils).map(line).collect::<String>()).await?.alert_ids.len())
    }

    /// Something harmless on each of the last seven whole days: the filter was heard.
    async fn heard(&self, delivery: &str) -> Result<()> {
        let line = |days: i64| {
            let at = (self.bed.now() - Duration::days(days)).unix_timestamp();
            format!(
                "{at}.000 200 10.20.4.12 TCP_MISS/200 14007 GET http://a.example/ u1 HIER_DIRECT/192.0.2.1 text/html\n"
            )
        };
        self.deliver(delivery, &(1..=7).rev().map(line).collect::<String>()).await.map(|_| ())
    }
}

async fn two_more_are_no_headline_and_a_real_rise_is_told_with_its_reason(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let first = world.trend(&world.dsl).await?;
    assert!(first.themes.is_empty() && first.not_compared.contains("on no school day"), "{first:?}");
    // Two a week for twelve weeks, each on the day before it is looked at.
    for week in 1..=12 {
        world.bed.clock.advance(Duration::WEEK);
        world.heard(&format!("days{week}")).await?;
        let raised = world.searched(&format!("week{week}"), world.bed.now() - Duration::DAY, 2).await?;
        assert_eq!(raised, 2, "week {week}");
    }
    world.bed.clock.advance(Duration::WEEK);
    world.heard("days").await?;
    let yesterday = world.bed.now() - Duration::DAY;
    world.searched("four", yesterday, 4).await?;
    // What happens on no school day is compared with nothing.
    assert_eq!(world.searched("saturday", yesterday - Duration::days(2), 9).await?, 9);
    let quiet = world.trend(&world.dsl).await?;
    let theme = quiet.themes[0].clone();
    assert_eq!((theme.theme.as_str(), theme.count, theme.rising), ("drugs", 4, false));
    // Two a week, but for those of the bank holiday after Christmas.
    assert_eq!((theme.weeks.len(), theme.weeks[..12].iter().sum::<u64>(), quiet.not_compared.as_str()), (13, 22, ""));
    assert!(theme.reason.ends_with("That is within what chance explains (up to 6)."), "{}", theme.reason);
    world.searched("five", yesterday + Duration::HOUR, 5).await?;
    // What comes today belongs to a day that is not over.
    world.searched("today", world.bed.now() - Duration::HOUR, 9).await?;
    let risen = world.trend(&world.dsl).await?.themes.remove(0);
    assert_eq!((risen.count, risen.limit, risen.rising), (9, 6, true));
    assert!(risen.reason.starts_with("9 in the last 5 school days. About 1.9 "), "{}", risen.reason);
    assert!(risen.reason.ends_with("Chance explains up to 6."), "{}", risen.reason);
    Ok(())
}

/// A feed that was heard on one day and was silent since: of that nothing is said, however many weeks there were.
async fn days_on_which_the_filter_was_silent_are_no_days_to_compare(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    world.bed.clock.advance(Duration::weeks(9));
    world.searched("once", world.bed.now() - Duration::days(8), 3).await?;
    let silent = world.trend(&world.dsl).await?;
    assert_eq!((silent.school_days, silent.base_school_days), (0, 1), "{silent:?}");
    assert!(silent.themes.iter().all(|theme| !theme.rising && theme.reason.is_empty()), "{silent:?}");
    world.searched("more", world.bed.now() - Duration::days(1), 9).await?;
    let few = world.trend(&world.dsl).await?;
    assert_eq!((few.school_days, few.base_school_days), (1, 1), "{few:?}");
    let listed = async |theme: &str| -> Result<ListAlertsResponse> {
        let (school_id, theme) = (world.school.clone(), theme.to_owned());
        call!(world.dsl, list_alerts, ListAlertsRequest { school_id, theme, ..Default::default() })
    };
    assert_eq!((listed("drugs").await?.total_size, listed("gambling").await?.total_size), (12, 0), "by its theme");
    let wrong = listed("spells").await.err().map(|error| error.violations()[0].field.clone());
    assert_eq!(wrong.as_deref(), Some("theme"));
    assert!(few.not_compared.contains("15 are needed") && few.themes.iter().all(|theme| !theme.rising), "{few:?}");
    Ok(())
}

async fn what_is_about_staff_is_counted_for_those_whose_it_is_alone(engine: Engine) -> Result<()> {
    let world = with_groups(engine).await?;
    let chair = world.bed.person(&[(Role::Chair, &world.school)]);
    let line = |user: &str, group: &str| of_group(3 * 86_400, user, group, WEED).replace("2026-11-16", "2026-11-19");
    let told = async || -> Result<String> {
        let precision = GetRulePrecisionRequest { school_id: world.school.clone() };
        let precision = call!(world.dsl, get_rule_precision, precision)?;
        Ok(format!("{:?} {precision:?}", world.trend(&world.dsl).await?))
    };
    assert_eq!(world.deliver("one", &line("p1", "Year 9")).await?.alert_ids.len(), 1);
    let before = told().await?;
    assert!(before.contains("filter.drugs_search") && before.contains("\"drugs\""), "{before}");
    // Whoever sends lines is not told of it either.
    assert_eq!(world.deliver("two", &line("s.teacher", "Staff")).await?.alert_ids.len(), 0);
    assert_eq!(told().await?, before);
    let counts = async |who: &Person| -> Result<Vec<u64>> {
        Ok(world.trend(who).await?.themes.iter().map(|theme| theme.count).collect())
    };
    assert_eq!((counts(&chair).await?, counts(&world.it).await?), (vec![1], Vec::new()));
    Ok(())
}

async fn what_an_earlier_version_kept_is_read_out_before_it_is_counted(engine: Engine) -> Result<()> {
    use sea_orm::ConnectionTrait as _;

    let world = world(engine).await?;
    world.searched("one", world.bed.now() - Duration::days(4), 3).await?;
    let mut tx = world.app.store.begin(&chassis::caller::Scope::consumer(&world.school, "evt")).await?;
    tx.db().execute_unprepared("UPDATE alert SET theme = '', event_us = 0").await?;
    assert!(store::alert::some_without_theme(&tx).await?);
    tx.silent();
    tx.commit().await?;
    crate::escalate::catch_up(&world.app.store).await?;
    let after = world.trend(&world.dsl).await?;
    assert_eq!(after.themes.iter().map(|theme| theme.count).collect::<Vec<_>>(), [3]);
    assert!(after.not_compared.contains("are needed"));
    Ok(())
}

on_both_engines!(
    two_more_are_no_headline_and_a_real_rise_is_told_with_its_reason,
    days_on_which_the_filter_was_silent_are_no_days_to_compare,
    what_is_about_staff_is_counted_for_those_whose_it_is_alone,
    what_an_earlier_version_kept_is_read_out_before_it_is_counted,
);
