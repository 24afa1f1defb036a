//! A batch of a sender's: each line goes to the school it belongs to, in one transaction for all of them, or waits.

use std::{collections::BTreeMap, sync::OnceLock};

use chassis::{
    caller::{Caller, Scope},
    db::Tx,
    error::{Error, Kind, Result},
    event::Event,
    history::Act,
};
use proto::{
    event::v1::SenderAlarmed,
    filtering_ingest::v1::{IngestLinesRequest, IngestLinesResponse},
};
use time::OffsetDateTime;

use super::{Arrival, Beyond, check, coming, feed, wrong};
use crate::{
    App,
    delivery::{Delivery, Step, TOLD},
    intake::Further,
    ledger::Counts,
    looks,
    observation::Rejected,
    profile::{Context, Profile},
    routing::{self, Part, Split},
    rpc::{convert, ingest_lines},
    sender::{Place, Sender, SenderCounts},
    store::{self, profile::Used, quarantine},
};

/// What becomes of a message that was cut off.
const CUT: Rejected = Rejected { reason: "truncated", detail: "the connection ended before the message did" };
/// What becomes of a line that may not wait.
const FULL: Rejected = Rejected {
    reason: "quarantine_full",
    detail: "its school is not known, and no more lines of this sender may wait",
};

/// What becomes of a line of a school that is closed.
const CLOSED: Rejected =
    Rejected { reason: "school_closed", detail: "the school is closed: nothing is taken for it any more" };

/// Takes a batch in for a sender.
///
/// # Errors
/// As `door::take_in`.
pub(super) async fn take_in(
    app: &App,
    caller: &Caller,
    batch: IngestLinesRequest,
    beyond: Beyond,
) -> Result<IngestLinesResponse> {
    let own = caller.as_sender()?;
    let id = caller.sender().unwrap_or_default();
    if !batch.sender_id.is_empty() && batch.sender_id != id {
        return Err(Error::missing());
    }
    if !batch.refused.is_empty() {
        return refused(app, caller, &own, &batch).await;
    }
    if beyond.cut == 0 {
        check(&batch)?;
    }
    let _turn = app.turns.take(id, batch.lines.len()).await?;
    let received_at = app.clock.now();
    let mut tx = app.store.begin(&own).await?;
    let sender = store::sender::own(&tx, id).await?;
    may_send(&sender, &batch)?;
    let mut delivery = store::delivery::open(&tx, id, id, &batch.delivery_id).await?;
    let mut coming = coming(&batch);
    // The sender says which its first line is: what cannot be is refused below.
    let cut = coming.first_line.saturating_add(coming.lines);
    coming.lines += beyond.cut;
    let step = delivery.next(&coming).map_err(wrong)?;
    let mut sum = SenderCounts { received: coming.lines, duplicate: coming.lines, ..SenderCounts::default() };
    let mut answer = IngestLinesResponse::default();
    if let Step::Take(done) = step {
        let looked = done == 0 && beyond.log;
        // What carries one feed needs no profile to tell where a line goes.
        let profile = match looked || sender.single().is_none() {
            true => Some(profile_of(&mut tx, caller, &own, &sender).await?),
            false => None,
        };
        let profile = profile.as_deref();
        if let Some(profile) = profile.filter(|_| looked) {
            let context = Context { time_zone: &sender.time_zone, received_at };
            if let Err(why) = looks::check(profile, &batch.lines, context) {
                drop(tx);
                note(app, caller, &sender, (&batch.delivery_id, "no_log")).await?;
                return Err(Error::invalid("lines", why));
            }
        }
        let fresh = routing::fresh(&batch.lines, batch.first_line, done);
        let headed = sender.single().is_none() && profile.is_some_and(Profile::is_headed);
        let named = match headed {
            true => store::header::of_sender(&tx, &sender, &batch.delivery_id).await?,
            false => None,
        };
        let mut split = routing::split(&sender, profile, named.as_deref(), fresh, received_at);
        if split.header != named {
            store::header::keep_of_sender(&tx, &sender, &batch.delivery_id, split.header.as_deref()).await?;
        }
        let lost = cut..cut + beyond.cut;
        match sender.single().filter(|_| !lost.is_empty()) {
            // Its feed is known, and counts it: a school looks there, and not at the sender.
            Some(place) => split.parts.entry((place.clone(), 0)).or_default().cut.extend(lost),
            None => split.refused.extend(lost.map(|number| (number, CUT))),
        }
        let spread = Spread { caller, sender: &sender, profile, delivery_id: &batch.delivery_id, received_at };
        let new;
        (new, answer) = spread.take_in(&mut tx, split, &mut delivery).await?;
        tx.enter(&own).await?;
        // Lines that come again do not change what the delivery came to, and count as duplicates of its sender.
        delivery.sender_counts.add(new);
        // A line may hold several records.
        let received = sum.received.max(new.received);
        sum = SenderCounts { received, duplicate: received - new.received, ..new };
    }
    if matches!(step, Step::Take(_)) || (coming.last && !delivery.complete) {
        delivery.reach(&coming, received_at);
        store::delivery::keep(&tx, id, &batch.delivery_id, &delivery).await?;
    }
    let now_us = store::micros(received_at);
    store::delivery::came(&tx, id, &batch.delivery_id, now_us).await?;
    store::sender::count(&tx, id, sum, now_us).await?;
    store::sender::received(&tx, id, now_us).await?;
    tx.record(act("lines.routed", &sender, sum));
    tx.commit().await?;
    answer.acknowledged_line = delivery.acknowledged;
    answer.sender_counts = Some(convert::sender_counts(sum));
    answer.delivery = batch.last.then(|| convert::delivery(&batch.delivery_id, &delivery));
    Ok(answer)
}

/// Counts a delivery of which the rest is refused.
async fn refused(app: &App, caller: &Caller, own: &Scope, batch: &IngestLinesRequest) -> Result<IngestLinesResponse> {
    feed::check_refused(batch)?;
    let tx = app.store.begin(own).await?;
    let sender = store::sender::own(&tx, caller.sender().unwrap_or_default()).await?;
    drop(tx);
    may_send(&sender, batch)?;
    note(app, caller, &sender, (&batch.delivery_id, &batch.refused)).await?;
    Ok(IngestLinesResponse::default())
}

/// Counts a delivery that is refused: of its sender, and of every feed that is known to be among those it is for, since a school
/// looks there. That is the one its sender carries, or those that its earlier lines belonged to; what was refused before any of its
/// lines was read is no school's.
async fn note(app: &App, caller: &Caller, sender: &Sender, (delivery_id, reason): (&str, &str)) -> Result<()> {
    let id = sender.id.as_str();
    let mut tx = app.store.begin(&caller.as_sender()?).await?;
    store::refused::count(&tx, id, id, reason).await?;
    tx.record(at_home(Act::new("delivery.refused", id).detail("reason", reason), sender));
    tx.commit().await?;
    let places = match sender.single() {
        Some(place) => vec![place.clone()],
        None => {
            // What feeds were brought is theirs, and none of the sender's own.
            let mut tx = app.store.begin(&Scope::system(app.store.name())).await?;
            tx.silent();
            let brought = store::delivery::brought(&tx, &sender.schools, delivery_id).await?;
            tx.commit().await?;
            brought
        }
    };
    for place in places {
        let school = place.school_id.parse().map_err(Error::internal)?;
        feed::note(app, &caller.sender_at(&school)?, &place.feed_id, reason).await?;
    }
    Ok(())
}

/// What a sender's lines are read by: its feed's profile, where it carries one, whatever that was when it was registered.
async fn profile_of(tx: &mut Tx, caller: &Caller, own: &Scope, sender: &Sender) -> Result<Used> {
    let Some(place) = sender.single() else { return store::profile::of(tx, "", &sender.profile).await };
    let school = place.school_id.parse().map_err(Error::internal)?;
    tx.enter(&caller.sender_at(&school)?).await?;
    let feed = store::feed::load(tx, &place.feed_id).await.map_err(|error| match error.kind() {
        Kind::Missing => Error::internal("a sender's feed is not there"),
        _ => error,
    })?;
    let profile = store::profile::of_feed(tx, &feed).await?;
    tx.enter(own).await?;
    Ok(profile)
}

/// A sender of one feed may name it, and no other; one of several schools names none.
fn may_send(sender: &Sender, batch: &IngestLinesRequest) -> Result<()> {
    let unnamed = |name: &str, known: &str| name.is_empty() || name == known;
    let may = match sender.single() {
        Some(place) => unnamed(&batch.school_id, &place.school_id) && unnamed(&batch.feed_id, &place.feed_id),
        None => batch.school_id.is_empty() && batch.feed_id.is_empty(),
    };
    if may { Ok(()) } else { Err(Error::missing()) }
}

/// An act on lines of a sender, at its own school where it has one.
pub(super) fn act(action: &'static str, sender: &Sender, counts: SenderCounts) -> Act {
    let act = Act::new(action, sender.id.as_str())
        .detail("received", counts.received)
        .detail("observations", counts.observations)
        .detail("refused", counts.refused)
        .detail("duplicate", counts.duplicate)
        .detail("quarantined", counts.quarantined);
    at_home(act, sender)
}

fn at_home(act: Act, sender: &Sender) -> Act {
    if sender.school_id.is_empty() { act } else { act.school(&sender.school_id) }
}

/// Lines of a batch that somebody is to hear of, whether or not there is room for them to wait.
#[derive(Clone, Copy)]
struct Grave {
    /// Those that name a school that the sender may not speak for, or no longer.
    outside: u64,
    /// Those that would raise an alert of the highest severity at any school.
    critical: u64,
}

impl Grave {
    fn of(split: &Split) -> Self {
        let outside = split.held.iter().filter(|((_, reason), _)| *reason == "outside");
        let left = split.refused.iter().filter(|(_, why)| *why == routing::LEFT).count();
        Self {
            outside: outside.map(|(_, part)| part.len()).sum::<u64>() + u64::try_from(left).unwrap_or_default(),
            critical: split.held.values().map(|part| part.critical).sum(),
        }
    }
}

/// Lines of one sender on their way to several schools.
struct Spread<'a> {
    caller: &'a Caller,
    sender: &'a Sender,
    profile: Option<&'a Profile>,
    delivery_id: &'a str,
    received_at: OffsetDateTime,
}

impl Spread<'_> {
    async fn take_in(
        &self,
        tx: &mut Tx,
        mut split: Split,
        delivery: &mut Delivery,
    ) -> Result<(SenderCounts, IngestLinesResponse)> {
        let grave = Grave::of(&split);
        self.bound(tx, &mut split).await?;
        self.alarm(tx, &split, grave).await?;
        let now_us = store::micros(self.received_at);
        quarantine::hold(tx, self.sender, self.delivery_id, &split.held, now_us).await?;
        let quarantined: u64 = split.held.values().map(Part::len).sum();
        let refused = u64::try_from(split.refused.len()).unwrap_or_default();
        let mut sum = SenderCounts { received: quarantined + refused, quarantined, refused, ..SenderCounts::default() };
        let told = |(line, why): &(u64, Rejected)| convert::rejected(self.delivery_id, *line, why, self.received_at);
        let mut answer = IngestLinesResponse {
            rejected_lines: split.refused.iter().take(TOLD).map(told).collect(),
            ..Default::default()
        };
        delivery.reject(&split.refused, self.received_at);
        let Self { sender, profile, delivery_id, received_at, .. } = *self;
        let arrived = Arrived { sender, profile, received_at, late: "", delivery_id };
        for ((place, _), part) in &split.parts {
            let school = place.school_id.parse().map_err(Error::internal)?;
            tx.enter(&self.caller.sender_at(&school)?).await?;
            let taken = into_feed(tx, place, part, &arrived).await?;
            sum.received += taken.counts.received;
            sum.refused += taken.counts.rejected;
            sum.observations += taken.counts.received - taken.counts.rejected;
            delivery.counts.add(taken.counts);
            delivery.recoded += taken.answer.recoded_lines;
            delivery.reject(&taken.rejected, self.received_at);
            answer.alert_ids.extend(taken.answer.alert_ids);
            answer.rejected_lines.extend(taken.answer.rejected_lines);
            answer.recoded_lines += taken.answer.recoded_lines;
        }
        answer.rejected_lines.sort_by_key(|rejected| rejected.line);
        answer.rejected_lines.truncate(TOLD);
        Ok((sum, answer))
    }

    /// Keeps what waits within its bounds; lines beyond them are refused, and so counted.
    async fn bound(&self, tx: &Tx, split: &mut Split) -> Result<()> {
        if split.held.is_empty() {
            return Ok(());
        }
        let waiting = quarantine::groups(tx, self.sender.id.as_str()).await?;
        let mut bytes: u64 = waiting.iter().map(|group| u64::try_from(group.bytes).unwrap_or_default()).sum();
        let known: Vec<&str> = waiting.iter().map(|group| group.routing_key.as_str()).collect();
        let mut kept = BTreeMap::new();
        for ((key, reason), part) in std::mem::take(&mut split.held) {
            let more = u64::try_from(part.lines.len()).unwrap_or(u64::MAX);
            let room = known.contains(&key.as_str()) || known.len() + kept.len() < quarantine::KEYS_MAX;
            if room && bytes.saturating_add(more) <= quarantine::BYTES_MAX {
                bytes += more;
                kept.insert((key, reason), part);
            } else {
                split.refused.extend(part.of_lines().map(|number| (number, FULL)));
            }
        }
        split.held = kept;
        Ok(())
    }

    /// Sees to it that somebody hears of what must not wait: once an hour for each reason, since a filter that is set up
    /// wrongly names a wrong school with every line.
    async fn alarm(&self, tx: &mut Tx, split: &Split, Grave { outside, critical }: Grave) -> Result<()> {
        let full = split.refused.iter().filter(|(_, why)| *why == FULL).count();
        let reasons: [(&str, u64); 3] =
            [("outside", outside), ("critical", critical), ("full", u64::try_from(full).unwrap_or_default())];
        let (id, at_us) = (self.sender.id.as_str(), store::micros(self.received_at));
        for (reason, lines) in reasons.into_iter().filter(|(_, lines)| *lines > 0) {
            if store::sender::alarm(tx, id, reason, at_us).await? {
                let act = Act::new("sender.alarmed", id).detail("reason", reason).detail("lines", lines);
                tx.record(at_home(act, self.sender));
                let alarm = SenderAlarmed { reason: reason.to_owned(), lines };
                tx.announce_at(&self.sender.school_id, id, Event::SenderAlarmed(alarm)).await?;
            }
        }
        Ok(())
    }
}

/// How lines came, for every feed they go to.
pub(super) struct Arrived<'a> {
    pub(super) sender: &'a Sender,
    pub(super) profile: Option<&'a Profile>,
    pub(super) received_at: OffsetDateTime,
    /// What alerts say where they are late.
    pub(super) late: &'a str,
    pub(super) delivery_id: &'a str,
}

/// What became of lines in their feed.
pub(super) struct Taken {
    pub(super) counts: Counts,
    /// The first lines that were rejected, as many as are told of.
    pub(super) rejected: Vec<(u64, Rejected)>,
    pub(super) answer: IngestLinesResponse,
}

/// Takes a part into its feed. The transaction is within the feed's school.
pub(super) async fn into_feed(tx: &mut Tx, place: &Place, part: &Part, arrived: &Arrived<'_>) -> Result<Taken> {
    let mut feed = store::feed::hold(tx, &place.feed_id).await.map_err(|error| match error.kind() {
        Kind::Missing => Error::internal("a sender's feed is not there"),
        _ => error,
    })?;
    // Whoever ended it was wrong: its sender goes on, and no line of a child is lost for a wrong word. What had waited says nothing of
    // that.
    if feed.ended_at.is_some() && store::closed::is(tx, &feed.school_id).await? {
        return closed(tx, &feed.school_id, part, arrived).await;
    }
    if feed.ended_at.is_some() && arrived.late.is_empty() {
        feed.ended_at = None;
        let body = store::feed::update(tx, &feed).await?;
        tx.record(Act::new("feed.resumed", feed.id.as_str()).state("feed", &body));
    }
    // Where the key turns out to stand for another school, what its lines raised goes there.
    let lines = OnceLock::new();
    let keys = |number: u64| {
        let lines: &Vec<&[u8]> = lines.get_or_init(|| part.apart());
        let raw = part.numbers.binary_search(&number).ok().and_then(|at| lines.get(at)).copied().unwrap_or_default();
        routing::keys_of(arrived.sender, arrived.profile, part.header.as_deref(), raw, arrived.received_at)
    };
    let keys: &(dyn Fn(u64) -> Vec<String> + Sync) = &keys;
    let arrival = Arrival {
        lines: &part.lines,
        first_line: 1,
        // Nothing is no line, not even an empty one.
        done: u64::from(part.lines.is_empty()),
        delivery_id: arrived.delivery_id,
        received_at: arrived.received_at,
        numbers: &part.numbers,
        header: part.header.as_deref(),
        further: if arrived.sender.single().is_some() { Further::Read } else { Further::Refuse },
        late: arrived.late,
        keys: Some(keys).filter(|_| arrived.sender.single().is_none()),
    };
    let scope = tx.scope().clone();
    let mut judged = ingest_lines::judge(tx, &scope, &feed, &arrival).await?;
    part.cut.iter().for_each(|number| judged.taken.lost(*number, CUT));
    let counts = judged.taken.counts_of(arrived.delivery_id);
    let rejected = judged.taken.rejected.iter().take(TOLD).copied().collect();
    let answer = ingest_lines::write(tx, &feed, &arrival, judged).await?;
    Ok(Taken { counts, rejected, answer })
}

/// Refuses a part of a school that is closed: whoever sends for several schools goes on with the others, and is told of each line; a
/// sender of that school alone is told to stop. Nothing of it is kept, and it is in no ledger of the school.
async fn closed(tx: &Tx, school: &str, part: &Part, arrived: &Arrived<'_>) -> Result<Taken> {
    if arrived.sender.single().is_some() {
        store::closed::refuse(tx, school).await?;
    }
    let lines = part.of_lines().chain(part.cut.iter().copied());
    let all: Vec<(u64, Rejected)> = lines.map(|number| (number, CLOSED)).collect();
    let many = u64::try_from(all.len()).unwrap_or_default();
    let rejected: Vec<(u64, Rejected)> = all.into_iter().take(TOLD).collect();
    let told = |(line, why): &(u64, Rejected)| convert::rejected(arrived.delivery_id, *line, why, arrived.received_at);
    let answer = IngestLinesResponse { rejected_lines: rejected.iter().map(told).collect(), ..Default::default() };
    Ok(Taken { counts: Counts { received: many, rejected: many, ..Counts::default() }, rejected, answer })
}
