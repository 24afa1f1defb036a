//! Notices: mail that says that something waits, by a link and without a name.
//!
//! - `kind`: what there is to be told of, and whom
//! - `settings`, `timing`: where somebody is told, of what and when; when a try is made again
//! - `letter`: what a mail says; `mailer`: how it leaves
//! - `consume`: events in, rows out; `unannounced`: what no event tells, asked for in each one's name; `post`: rows in, mail out

pub mod consume;
pub mod kind;
pub mod letter;
pub mod mailer;
pub mod post;
pub mod settings;
pub mod timing;
pub mod unannounced;

chassis::id!(/** A notice to one account. */ pub struct NoticeId = "ntc");
