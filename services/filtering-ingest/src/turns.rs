//! Whose turn it is. Batches of many feeds wait for a few places in which they are worked; each feed has its share of them,
//! by bytes, so that one that floods waits for itself and not others for it. What waits is bounded, too.

use std::collections::{HashMap, VecDeque};

/// What a feed may have worked, in bytes, before another has its turn.
const SHARE: usize = 64 << 10;
/// How much of one feed may wait: as much as a few batches of several connections.
pub const WAITING: usize = 8 << 20;

/// A feed has as much waiting as it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

/// Who waits, and how many are at work.
pub struct Turns<T> {
    /// How many batches are worked at once.
    at_once: usize,
    /// How many of them may be one feed's: never all, where there is more than one place.
    each: usize,
    at_work: usize,
    feeds: HashMap<String, Feed<T>>,
    /// Those with something waiting, in the order of their turns.
    order: VecDeque<String>,
}

struct Feed<T> {
    waiting: VecDeque<(usize, T)>,
    bytes: usize,
    /// What it may have worked in this round.
    share: usize,
    at_work: usize,
}

impl<T> Feed<T> {
    fn new() -> Self {
        Self { waiting: VecDeque::new(), bytes: 0, share: 0, at_work: 0 }
    }
}

impl<T> Turns<T> {
    /// So many places.
    pub fn new(at_once: usize) -> Self {
        let at_once = at_once.max(1);
        let (feeds, order) = Default::default();
        Self { at_once, each: at_once.div_ceil(2), at_work: 0, feeds, order }
    }

    /// Lets a batch of so many bytes wait for its feed's turn.
    ///
    /// # Errors
    /// `Full` where its feed has enough waiting already.
    pub fn wait(&mut self, feed: &str, bytes: usize, ticket: T) -> Result<(), Full> {
        let waits = self.feeds.get(feed).map_or(0, |feed| feed.bytes);
        if waits > 0 && waits + bytes > WAITING {
            return Err(Full);
        }
        let of = self.feeds.entry(feed.to_owned()).or_insert_with(Feed::new);
        if of.waiting.is_empty() {
            self.order.push_back(feed.to_owned());
        }
        of.waiting.push_back((bytes, ticket));
        of.bytes += bytes;
        Ok(())
    }

    /// The next batch to be worked, and whose it is; none where all places are taken or nobody waits who may go.
    pub fn call(&mut self) -> Option<(String, T)> {
        let mut blocked = 0;
        while self.at_work < self.at_once && blocked < self.order.len() {
            let name = self.order.pop_front()?;
            let Some(feed) = self.feeds.get_mut(&name) else { continue };
            if feed.at_work >= self.each {
                blocked += 1;
                self.order.push_back(name);
                continue;
            }
            blocked = 0;
            let Some((bytes, _)) = feed.waiting.front() else { continue };
            if feed.share < *bytes {
                // A large batch waits as many rounds as it is shares.
                feed.share += SHARE;
                if feed.share < *bytes {
                    self.order.push_back(name);
                    continue;
                }
            }
            let Some((bytes, ticket)) = feed.waiting.pop_front() else { continue };
            feed.share -= bytes;
            feed.bytes -= bytes;
            feed.at_work += 1;
            self.at_work += 1;
            if feed.waiting.is_empty() {
                // Nobody saves up for a flood.
                feed.share = 0;
            } else if feed.share > 0 && feed.waiting.front().is_some_and(|(bytes, _)| *bytes <= feed.share) {
                self.order.push_front(name.clone());
            } else {
                self.order.push_back(name.clone());
            }
            return Some((name, ticket));
        }
        None
    }

    /// A batch of this feed is worked, or will not be: its place is free.
    pub fn done(&mut self, feed: &str) {
        self.at_work = self.at_work.saturating_sub(1);
        if let Some(of) = self.feeds.get_mut(feed) {
            of.at_work = of.at_work.saturating_sub(1);
            if of.at_work == 0 && of.waiting.is_empty() {
                self.feeds.remove(feed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BATCH: usize = 256 << 10;

    /// Works one batch after the other and answers the order they had.
    fn worked(turns: &mut Turns<usize>, how_many: usize) -> Vec<(String, usize)> {
        let mut order = Vec::new();
        while let (Some((feed, ticket)), true) = (turns.call(), order.len() < how_many) {
            turns.done(&feed);
            order.push((feed, ticket));
        }
        order
    }

    #[test]
    fn a_flood_delays_anothers_batch_by_no_more_than_what_is_at_work_and_one_share() {
        for at_once in [1, 2, 4] {
            let mut turns = Turns::new(at_once);
            for n in 0..32 {
                assert_eq!(turns.wait("flood", BATCH, n), Ok(()));
            }
            let mut at_work = Vec::new();
            while let Some((feed, _)) = turns.call() {
                at_work.push(feed);
            }
            assert_eq!(at_work.len(), at_once.div_ceil(2), "a flood never takes every place where there are several");
            assert_eq!(turns.wait("alert", 500, 100), Ok(()));
            if at_once == 1 {
                turns.done("flood");
            }
            let mut before = 0;
            loop {
                match turns.call() {
                    Some((feed, _)) if feed == "alert" => break,
                    Some(_) => before += 1,
                    None => turns.done("flood"),
                }
                assert!(before <= 1, "with {at_once} places {before} batches of the flood went first");
            }
        }
    }

    #[test]
    fn feeds_have_equal_shares_by_bytes_whatever_the_size_of_their_batches() {
        let mut turns = Turns::new(1);
        for n in 0..30 {
            turns.wait("large", BATCH, n).ok();
        }
        for n in 0..400 {
            turns.wait("small", 16 << 10, n).ok();
        }
        let order = worked(&mut turns, 100);
        let bytes = |name: &str| {
            order.iter().filter(|(feed, _)| feed == name).count() * if name == "large" { BATCH } else { 16 << 10 }
        };
        let (large, small) = (bytes("large"), bytes("small"));
        assert!(large.abs_diff(small) <= 2 * BATCH, "{large} and {small}");
        let numbers: Vec<usize> = order.iter().filter(|(feed, _)| feed == "small").map(|(_, n)| *n).collect();
        assert!(numbers.is_sorted(), "a feed's own batches keep their order");
    }

    #[test]
    fn what_waits_of_one_feed_is_bounded_and_no_other_pays_for_it() {
        let mut turns = Turns::new(1);
        let taken = (0..100).filter(|n| turns.wait("flood", 1 << 20, *n).is_ok()).count();
        assert_eq!(taken, WAITING >> 20);
        assert_eq!(turns.wait("flood", 1, 0), Err(Full));
        assert_eq!(turns.wait("other", 1 << 20, 0), Ok(()));
        let order = worked(&mut turns, 100);
        assert_eq!(order.len(), taken + 1, "all of it is worked in the end");
        assert!(turns.feeds.is_empty() && turns.order.is_empty(), "and nothing is remembered");
    }
}
