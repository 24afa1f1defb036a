//! The closed words of an observation as numbers. They are stored: a word keeps its number, and a new one gets the next.

use crate::observation::{Audience, Confidence, IdentitySource, Outcome, TimeBasis, Visibility};

/// A closed word and its number, both ways; a number that is not known here stands for the last.
macro_rules! coded {
    ($($module:ident: $kind:ident { $($number:literal = $word:ident),+ $(,)? } else $other:ident;)+) => { $(
        pub(super) mod $module {
            use super::$kind;

            pub(in crate::block) fn number(of: $kind) -> u8 {
                match of {
                    $($kind::$word => $number,)+
                }
            }

            pub(in crate::block) fn word(of: u8) -> $kind {
                match of {
                    $($number => $kind::$word,)+
                    _ => $kind::$other,
                }
            }
        }
    )+ };
}

coded! {
    time_basis: TimeBasis { 0 = StatedZone, 1 = ProfileZone, 2 = ReceiveTime, 3 = Corrected } else ReceiveTime;
    audience: Audience { 0 = Unknown, 1 = Pupil, 2 = Staff, 3 = Guest } else Unknown;
    source: IdentitySource {
        0 = Unknown, 1 = ProxySignIn, 2 = Agent, 3 = SignOn, 4 = Unproved,
    } else Unknown;
    confidence: Confidence {
        0 = None, 1 = Address, 2 = Device, 3 = Weak, 4 = Likely, 5 = Strong,
    } else None;
    visibility: Visibility { 0 = FullUrl, 1 = HostOnly, 2 = DnsOnly } else FullUrl;
    outcome: Outcome {
        0 = Unknown, 1 = Allowed, 2 = Blocked, 3 = Warned, 4 = WarnedProceeded, 5 = Overridden, 6 = Quota, 7 = Monitored,
        8 = Isolated, 9 = AuthChallenge, 10 = Error,
    } else Unknown;
}
