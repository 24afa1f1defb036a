//! What a batch, or a suggestion that was left standing, comes to in the database: alerts raised, alerts that count on,
//! episodes, and what others are told of it.

use chassis::{clock::timestamp, db::Tx, error::Result, event::Event, history::Act, text::user_name};
use proto::event::v1::{AlertRaised, AlertWorsened};

use crate::{
    alert::{Alert, Readers},
    episode::Episode,
    exception::Exception,
    intake::{self, Folded, Further, Raised, Taken},
    judge::Rules,
    observation::Audience,
    profile::Profile,
    recipient,
    seen::Known,
    store::{self, feed::Feed, intake::Actors},
    tier,
    wait::{OutOfHours, Times},
};

/// What the events of a feed are read and judged by; `header` is the row of names that came before in their delivery.
pub(crate) fn by<'a>(
    feed: &'a Feed,
    profile: &'a Profile,
    header: Option<&'a str>,
    rules: &'a Rules,
    exceptions: &'a [Exception],
    known: &'a Known,
) -> intake::Feed<'a> {
    intake::Feed {
        profile,
        header,
        time_zone: &feed.time_zone,
        hosts: &feed.hosts,
        groups: &feed.groups,
        rules,
        exceptions,
        known,
        further: Further::Read,
        live: true,
    }
}

/// Folds what may alert into the episodes it touches, and loads no others. Who somebody is goes before the group that a line
/// has them in: whoever alerts about staff go to is one by their own user name, since as a pupil's their alert would come to
/// themselves, and a group is easily changed by whoever can get into the filter.
pub(crate) async fn fold(tx: &Tx, feed: &Feed, taken: &mut Taken, actors: &mut Actors) -> Result<()> {
    if taken.may_alert() {
        let own = recipient::own(&store::recipient::all(tx).await?);
        taken.of_staff(|user| own.contains(&user_name(user)));
    }
    let ids = taken.touched(|who| actors.name(tx, &feed.school_id, who));
    let mut known = store::intake::episodes(tx, &ids).await?;
    known.values_mut().for_each(|episode| episode.let_go(tx.now()));
    let critical: Vec<&str> = known.values().flat_map(Episode::critical).collect();
    let answered = store::alert::answered(tx, &critical).await?;
    known.values_mut().for_each(|episode| episode.answered(&answered));
    taken.fold(known);
    // Where an alert about staff is not to be known of, in ledgers and answers to whoever sent the lines, it is not counted.
    let told = taken.raised.iter().filter(|raised| raised.sighting.tier != "staff").count();
    taken.counts.alerts = u64::try_from(told).unwrap_or_default();
    Ok(())
}

/// Writes what may alert, as it was folded; answers the ids of the alerts it raised that are not about staff.
/// `late` is what alerts say of lines that waited; empty where they did not.
pub(crate) async fn write(
    tx: &mut Tx,
    feed: &Feed,
    taken: &mut Taken,
    times: &Times,
    late: &str,
) -> Result<Vec<String>> {
    let (mut ids, mut told) = (Vec::with_capacity(taken.raised.len()), Vec::new());
    for raised in std::mem::take(&mut taken.raised) {
        let of_staff = raised.sighting.tier == "staff";
        let id = raise(tx, feed, raised, times, late).await?;
        told.extend((!of_staff).then(|| id.clone()));
        ids.push(id);
    }
    for (id, folded) in &taken.folded {
        count_on(tx, id, folded, times).await?;
    }
    for episode in taken.episodes.values_mut() {
        episode.known(&ids);
    }
    store::intake::keep_episodes(tx, &feed.school_id, &taken.episodes).await?;
    store::exception::used(tx, &taken.excepted).await?;
    store::intake::recount_kept(tx, feed, &taken.since).await?;
    store::suggestion::settle(tx, &taken.settled).await?;
    store::suggestion::keep(tx, feed, &taken.standing).await?;
    Ok(told)
}

async fn raise(tx: &mut Tx, feed: &Feed, raised: Raised, times: &Times, late: &str) -> Result<String> {
    let Raised { verdict, sighting, actor, count, before, severity, reached, further: also_searched, .. } = raised;
    let about = match sighting.tier.as_str() {
        "staff" => recipient::here(&store::recipient::all(tx).await?, &sighting.user),
        _ => Default::default(),
    };
    let digest = match verdict.withheld && !sighting.address.is_empty() {
        true => store::hex(&tx.ring().token(&feed.school_id, &format!("address|{}", sighting.address))),
        false => String::new(),
    };
    let mut alert = Alert {
        id: tx.ids().next(),
        school_id: feed.school_id.clone(),
        feed_id: feed.id.to_string(),
        theme: verdict.theme.to_owned(),
        severity,
        readers: Readers::default(),
        route: verdict.route,
        rule_id: verdict.rule_id,
        basis: verdict.basis.to_owned(),
        because: format!("{} (line {} of its delivery{late})", verdict.because, sighting.line),
        user: sighting.user,
        identity_confidence: sighting.identity_confidence,
        device: sighting.device,
        client_ip: sighting.client_ip,
        host: sighting.host,
        search_terms: sighting.terms,
        withheld: verdict.withheld,
        outcome: if reached && !sighting.reached { "allowed".to_owned() } else { sighting.outcome },
        vendor_categories: sighting.vendor_categories,
        event_at: sighting.event_at,
        count,
        raised_at: tx.now(),
        policy_version: verdict.policy_version,
        answer: None,
        earlier: Vec::new(),
        group: sighting.group,
        tier: sighting.tier,
        categories: sighting.categories,
        also: verdict.also.into_iter().map(str::to_owned).collect(),
        words: verdict.words,
        clauses: verdict.clauses,
        digest,
        actor,
        late_s: 0,
        clock: sighting.clock,
        before,
        out_of_hours: false,
        subject: String::new(),
        due_at: None,
        acknowledged: None,
        passed_on: Vec::new(),
        routed_by: sighting.routed_by,
        again_at: None,
        worse_at: None,
        further: Vec::new(),
        withdrawn_at: None,
    };
    for terms in &also_searched {
        alert.searched(terms);
    }
    alert.addressed(about);
    begin(tx, alert, times).await
}

/// Raises at the scope's school an alert that came to another, whose lines its feed's were never.
pub(crate) async fn moved(tx: &mut Tx, feed: &Feed, wrong: &Alert) -> Result<()> {
    let times = store::rules(tx, &feed.school_id).await?.times;
    let mut alert = wrong.moved(tx.ids().next(), (&feed.school_id, feed.id.as_str()), tx.now());
    let recipients = store::recipient::all(tx).await?;
    // What this school says of the filter's groups counts here.
    let tier = tier::of([alert.group.as_str()], Audience::Unknown, &feed.groups);
    if tier != tier::UNKNOWN {
        tier.clone_into(&mut alert.tier);
    }
    // Whoever alerts about staff go to is one by their own user name.
    if recipient::own(&recipients).contains(&user_name(&alert.user)) {
        "staff".clone_into(&mut alert.tier);
    }
    alert.addressed(match alert.tier.as_str() {
        "staff" => recipient::here(&recipients, &alert.user),
        _ => Default::default(),
    });
    begin(tx, alert, &times).await?;
    Ok(())
}

/// Lets an alert wait, and tells of it; answers its id.
async fn begin(tx: &mut Tx, alert: Alert, times: &Times) -> Result<String> {
    let alert = alert.waiting(times);
    let body = store::alert::insert(tx, &alert).await?;
    tx.record(
        Act::new("alert.raised", alert.id.as_str())
            .detail("theme", alert.theme.as_str())
            .detail("severity", alert.severity.as_str())
            .state("alert", &body),
    );
    let outside = alert.severity == "critical" && times.outside(tx.now());
    let event = AlertRaised {
        feed_id: alert.feed_id.clone(),
        theme: alert.theme.clone(),
        severity: alert.severity.clone(),
        route: told(&alert).to_owned(),
        first_time: Some(timestamp(alert.event_at)),
        tier: alert.tier.clone(),
        late_s: alert.late_s,
        out_of_hours: alert.out_of_hours,
        head_too: outside && times.out_of_hours == OutOfHours::HeadToo && alert.becomes_concern(),
    };
    tx.announce(alert.id.as_str(), Event::AlertRaised(event)).await?;
    Ok(alert.id.to_string())
}

/// Who is told: of staff, whoever is the first that it is for.
fn told(alert: &Alert) -> &str {
    match alert.readers {
        _ if !alert.of_staff() || alert.route == "it" => alert.route.as_str(),
        readers if readers.meets(Readers::LEAD) => "dsl",
        readers if readers.meets(Readers::HEAD) => "head",
        _ => "chair",
    }
}

/// More of an alert that was raised before. Where it becomes graver, or goes on after somebody opened or answered it, whoever
/// follows it is told, and it waits anew.
async fn count_on(tx: &mut Tx, id: &str, folded: &Folded, times: &Times) -> Result<()> {
    let mut alert = store::alert::load(tx, id).await?;
    let worse = alert.count_on(folded, times, tx.now());
    let body = store::alert::update(tx, &alert).await?;
    let (graver, again) = worse.map_or((false, false), |worse| (worse.graver, worse.again));
    let act = Act::new("alert.counted", id).detail("count", alert.count).detail("worse", graver);
    tx.record(act.detail("again", again).state("alert", &body));
    if worse.is_some() {
        let (route, tier) = (told(&alert).to_owned(), alert.tier.clone());
        let event = AlertWorsened { severity: alert.severity.clone(), count: alert.count, again, route, tier };
        tx.announce(id, Event::AlertWorsened(event)).await?;
    }
    Ok(())
}
