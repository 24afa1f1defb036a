//! Lines of a filter for the benchmarks: Squid's native log, its shapes those of published lines, in the shares a school's
//! proxy has them.

use std::fmt::Write as _;

/// A Monday at eight in the morning, in seconds since 1970.
pub const MORNING: i64 = 1_794_816_000;

/// What lines hold, so that a misread one shows.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub read: usize,
    pub blocked: usize,
    pub users: usize,
    pub searches: usize,
}

/// A log of many accounts and hosts, the same at every run, that begins at a second and has so many lines in each.
pub fn log(lines: usize, start: i64, a_second: usize) -> (String, Sums) {
    let mut log = String::with_capacity(lines * 140);
    let mut sums = Sums { read: lines, ..Sums::default() };
    for n in 0..lines {
        let second = start + i64::try_from(n / a_second).unwrap_or_default();
        add(&mut log, n, second);
        sums.blocked += usize::from(n % 20 == 16);
        sums.searches += usize::from(n % 20 == 18);
        sums.users += usize::from(n % 20 != 17);
    }
    (log, sums)
}

/// Adds the n-th line, at a second.
pub fn add(log: &mut String, n: usize, second: i64) {
    let (user, host, client) = (n * 7919 % 2_000, n * 104_729 % 5_000, n * 31 % 250);
    let at = format!("{second}.{:03}", n % 1_000);
    // Writing into a text does not fail.
    let _ = match n % 20 {
        0..=8 => writeln!(
            log,
            "{at} {:6} 10.20.4.{client} TCP_TUNNEL/200 {} CONNECT www{host}.shop.example:443 u{user} HIER_DIRECT/192.0.2.{client} -",
            n % 90_000,
            n % 70_000
        ),
        9..=15 => writeln!(
            log,
            "{at} {:6} 10.20.4.{client} TCP_MISS/200 {} GET https://cdn{host}.parts.example/assets/{n:x}/main.js?v={user} u{user} HIER_DIRECT/192.0.2.{client} application/javascript",
            n % 900,
            n % 70_000
        ),
        16 => writeln!(
            log,
            "{at} {:6} 10.20.4.{client} TCP_DENIED/403 4100 GET http://games{host}.example/play u{user} HIER_NONE/- text/html",
            n % 9
        ),
        17 => writeln!(
            log,
            "{at} {:6} 10.20.4.{client} TCP_DENIED/407 3900 CONNECT larkspur.example:443 - HIER_NONE/- text/html",
            n % 9
        ),
        18 => writeln!(
            log,
            "{at} {:6} 10.20.4.{client} TCP_MISS/200 9100 GET https://www.google.com/search?q=roman+roads+{host} u{user} HIER_DIRECT/192.0.2.{client} text/html",
            n % 900
        ),
        _ => writeln!(
            log,
            "{at} {:6} 10.20.4.{client} TCP_MISS_ABORTED/000 0 GET http://slow{host}.example/ u{user} HIER_DIRECT/192.0.2.{client} -",
            n % 9_000
        ),
    };
}

/// A log cut into batches of whole lines, each of so many bytes at most.
pub fn batches(log: &str, most: usize) -> Vec<&str> {
    let (mut all, mut rest) = (Vec::new(), log);
    while !rest.is_empty() {
        let within = rest.as_bytes().get(..most).unwrap_or(rest.as_bytes());
        let end = memchr::memrchr(b'\n', within).map_or(rest.len(), |newline| newline + 1);
        let (batch, more) = rest.split_at(end);
        all.push(batch);
        rest = more;
    }
    all
}
