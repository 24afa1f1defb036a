//! Numbers with a legal or policy source; nowhere else. Rule numbers are those of `docs/filtering-alerts.md`.

use chassis::calendar::Hours;
use time::{Duration, macros::time};

/// What was searched for beside the first, of which so much is kept with an alert.
pub const FURTHER_MOST: usize = 10;
/// Quiet that ends an episode (rule 6).
pub const QUIET: Duration = Duration::minutes(5);
/// The longest an episode lasts (rule 6).
pub const LONGEST: Duration = Duration::hours(24);
/// Over what time user actions are counted (rule 6).
pub const WINDOW: Duration = Duration::hours(1);
/// User actions within the window past which an alert's severity rises where the policy does not say (rule 6).
pub const REPEATED_ACTIONS: u32 = 5;
/// The most that a policy can ask for: no more moments than these are kept of anybody.
pub const ACTIONS_MOST: u32 = 60;
/// Days on which something happens that raise an alert's severity where the policy does not say (rule 6).
pub const REPEATED_DAYS: u32 = 3;
/// The days among which they are counted (rule 6).
pub const DAYS: i32 = 14;
/// What is stored of one episode besides its count.
pub const STORED_OF_AN_EPISODE: u32 = 100;

/// How far apart the letters of one search are typed (rule 5).
pub const TYPED_WITHIN: Duration = Duration::seconds(10);
/// Suggestions of one feed that stand at once: of more, the one that stands longest is a search like any other, and waits no
/// longer. No school has so many in ten seconds; a flood of them must not be looked through for every line.
pub const STANDING_MOST: usize = 1_000;

/// How late a line is before its alert says so (rule 12): a feed that sends in batches is a few minutes behind.
pub const LATE: Duration = Duration::minutes(15);

/// The browsing that stands beside an alert, before it and after it (rule 11).
pub const CONTEXT: Duration = Duration::hours(1);
/// How much of it is shown at most, half of it before and half after.
pub const CONTEXT_MOST: u64 = 500;

/// Minutes in which a critical alert is opened where the school's policy does not say (parameter `concern_ack`; a
/// suggestion, no law sets it).
pub const ACK_CRITICAL: u32 = 10;
/// Minutes of school hours in which a high one is; likewise.
pub const ACK_HIGH: u32 = 60;
/// Minutes of school hours in which any other is; likewise.
pub const ACK_ORDINARY: u32 = 240;
/// The hours of a school day where the policy does not say.
pub const SCHOOL_HOURS: Hours = Hours { from: time!(8:30), to: time!(15:30) };

/// Days that an exception lasts at most (rule 9: twelve months).
pub const EXCEPTION_DAYS: i64 = 366;
/// Days of alerts on which an exception is tried before it is asked for (rule 9).
pub const TRIED_DAYS: i64 = 30;
/// Alerts that are looked at for that.
pub const TRIED_MOST: u64 = 5_000;

/// Days of answers a rule's precision is taken over (rule 11); a suggestion, no law sets it.
pub const PRECISION_DAYS: i64 = 365;
/// Answers below which a rule's precision says nothing yet; likewise.
pub const PRECISION_LEAST: u64 = 10;
/// The share of alerts that were right, in percent, below which a rule is to be reviewed; likewise.
pub const PRECISION_FLOOR: u64 = 30;

/// Whole weeks of alerts that the last seven days are compared with; a suggestion, no law sets it.
pub const TREND_WEEKS: u32 = 12;
/// School days below which they say too little; likewise.
pub const TREND_LEAST_DAYS: u32 = 15;
/// How often, in 100 weeks without any change, as many alerts as are explained by chance are not exceeded; likewise.
pub const TREND_SURE: u32 = 99;
/// How many more than expected make a rise at least, in tenths: two more are no headline. Likewise.
pub const TREND_MORE_TENTHS: u64 = 30;

/// Characters a reason may have (the contract's own limit).
pub const REASON_MAX: usize = 20_000;
