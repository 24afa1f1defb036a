//! Numbers with a legal or policy source; nowhere else.

use chassis::calendar::Hours;
use time::macros::time;

/// Minutes in which a concern is read where a child is not safe now and the school's policy does not say (parameter
/// `concern_ack`; a suggestion, no law sets it).
pub const CONCERN_ACK_DANGER: u32 = 10;

/// Minutes of school hours in which one is read where it is not sure that the child is safe; likewise.
pub const CONCERN_ACK_URGENT: u32 = 60;

/// Minutes of school hours in which any other is read; likewise.
pub const CONCERN_ACK_ORDINARY: u32 = 240;

/// The hours of a school day where the policy does not say (rule DSL-05: the lead or a deputy is there in school hours).
pub const SCHOOL_HOURS: Hours = Hours { from: time!(8:30), to: time!(15:30) };

/// Days after which a case in which nothing has happened is looked at again; a suggestion, no law sets it.
pub const CASE_IDLE_DAYS: i64 = 30;

/// Days ahead in which hours without cover are looked for.
pub const COVER_AHEAD: i64 = 14;

/// Working days after which the answer to a referral is chased (rule `referral_decision_chase`: the front door decides
/// within one working day; Working Together, position unverified, hence a suggestion that a school may act on sooner).
pub const REFERRAL_DECISION_CHASE: u32 = 1;

/// Days before an allegation was taken in at a desk that a meeting about it may have been held; a bound against slips of the
/// pen, no law sets it.
pub const ALLEGATION_MET_BEFORE_DAYS: i64 = 366;

/// Days before a concern was recorded in which its reporter may have found out what the law has them report; a bound against
/// slips of the pen, no law sets it.
pub const DUTY_FOUND_DAYS: i64 = 366;

/// Working days in which a school says whether it agrees with what a desk decided, or closes the referral; a suggestion, no law
/// sets it.
pub const REFERRAL_DECISION_READ: u32 = 5;

/// Days before which no device was taken that is recorded now: a slip in the year would keep its case open for good, since
/// nothing of a chain is ever taken away; no law says it.
pub const CUSTODY_LATE_DAYS: i64 = 366;

/// Working days after which a report about material is chased where nobody said when; a suggestion, no law sets it.
pub const REPORT_CHASE: u32 = 3;

/// Minutes for which a restricted case is open to somebody beyond their rights, and characters of the reason at least; the
/// platform's own promise, no law sets them.
pub const BREAK_GLASS_MINUTES: i64 = 60;
/// See above.
pub const BREAK_GLASS_REASON_MIN: usize = 20;

/// Years after birth until which a child’s file is kept (rule RET-01; IRMS toolkit for schools, a suggestion).
pub const RETAIN_CHILD_YEARS: i32 = 25;
/// Years after birth where the child has special educational needs or a disability (rule RET-01; likewise).
pub const RETAIN_SEND_YEARS: i32 = 31;
/// Years after which nobody who was on a roll can be younger than that: a young adult of 25 with a plan reaches 31. No
/// review may be set for a day before where nobody knows how old the child was.
pub const RETAIN_CHILD_LEAST_YEARS: i32 = 6;
/// Years that whatever touches sexual abuse is kept after it ended (rule RET-02; the inquiry’s recommendation, no law).
pub const RETAIN_SEXUAL_ABUSE_YEARS: i32 = 75;
/// Years that an allegation is kept from the day it became known, at least (rule RET-03; KCSIE Part four).
pub const RETAIN_ALLEGATION_YEARS: i32 = 10;
/// The age until which an allegation is kept where that is longer (rule RET-03; the highest state pension age that is
/// enacted, Pensions Act 2014, so that nothing is early).
pub const PENSION_AGE: i32 = 68;
/// Days for which a second person can answer about the keeping of a record; the platform's own promise, no law sets it.
pub const RETENTION_ASK_DAYS: i64 = 30;

/// Days before a case's first day after which something done about it can have happened; the platform's own bound, no law
/// sets it: a wrong year is asked about, and what was talked over before a report came is not refused.
pub const BEFORE_KNOWN_DAYS: i64 = 366;

/// Characters a narrative may have (the contract's own limit).
pub const NARRATIVE_MAX: usize = 20_000;

/// Characters a name may have.
pub const NAME_MAX: usize = 200;

/// Characters a lesson may have (the contract's own limit).
pub const LESSON_MAX: usize = 2_000;

/// Months in which a request for what is kept about somebody is answered (rule `subject_access`; UK GDPR article 12(3)).
pub const SUBJECT_ACCESS_MONTHS: u8 = 1;
/// Months more that a complex request may take, where whoever asks is told within the first (UK GDPR article 12(3)).
pub const SUBJECT_ACCESS_MORE_MONTHS: u8 = 2;

/// Characters the reason for taking a list out has at least; the platform's own promise, no law sets it.
pub const EXPORT_REASON_MIN: usize = 10;

/// Years ahead of which no review is set, so that a slip keeps nothing for ever; no law says it.
pub const RETAIN_LONGEST_YEARS: i32 = 100;

/// Years before which nobody was born whom a record is about; no law says it.
pub const OLDEST_YEARS: i32 = 110;
/// Years of age below which nobody works with children; apprentices begin at this. No law says it.
pub const YOUNGEST_AT_WORK_YEARS: i32 = 16;

/// Working days within which an allegation that reached the designated officer is held against the harm threshold; a
/// suggestion, no law sets it.
pub const ALLEGATION_EVALUATE: u32 = 1;

/// Days after which an allegation in which nothing has happened is looked at; a suggestion, no law sets it.
pub const ALLEGATION_REVIEW_DAYS: i64 = 28;

/// Contacts that one person at a school may mark in a day, so that nobody finds out by trying what other schools know; the
/// platform's own promise, no law sets it.
pub const CONTACTS_A_DAY: u64 = 30;
/// Contacts marked at a school in a day, by whomever, from which on the safeguarding desk is told that somebody may be guessing.
pub const CONTACTS_WATCHED: u64 = 15;

/// Adults that one person at a school may mark in a day, and from how many at the school, by whomever, the designated officer
/// is told that somebody may be guessing; the platform's own promise, no law sets it.
pub const ADULTS_A_DAY: u64 = 10;
/// See `ADULTS_A_DAY`.
pub const ADULTS_WATCHED: u64 = 5;

/// Days from a child's last day on the roll until the next school has the file (rule `transfer_in_year`; Keeping children
/// safe in education, Part two, position unverified).
pub const TRANSFER_IN_YEAR: i64 = 5;
/// The first days of a new term, within which it has it where the child begins with a term (rule `transfer_new_term`).
pub const TRANSFER_NEW_TERM: i64 = 5;
/// Days without school behind which a new term begins: no half-term holiday is as long; a reading of the school's
/// calendar, no law sets it.
pub const TRANSFER_BETWEEN_TERMS: i64 = 14;
/// Characters the reason for taking or sending a file back may have.
pub const TRANSFER_REASON_MAX: usize = 2_000;
/// How many words somebody may enter to be blacked out of a file.
pub const BLACK_OUT_MAX: usize = 100;
/// The largest package from a school outside the platform, in bytes.
pub const PACKAGE_MAX: usize = 10 << 20;
/// The most entries that such a package may have.
pub const PACKAGE_ENTRIES_MAX: usize = 20_000;
/// Characters that one of them may have: another product may keep more in one than is kept here.
pub const PACKAGE_TEXT_MAX: usize = 200_000;
/// Characters that the address of a school outside the platform may have.
pub const ADDRESS_MAX: usize = 2_000;
