//! The words of filtering: alerts, rules, exceptions.

use std::fmt::Write as _;

use super::{Codes, counted};

/// What somebody may have chosen in a line of a log, with what is not seen and turns texts round shown by its number: whoever
/// reads it reads what is there.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match u32::from(c) {
            n @ (0..0x20 | 0x7f..=0x9f | 0x61c | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x2069 | 0xfeff) => {
                // A text takes whatever is written to it.
                let _ = write!(shown, "[U+{n:04X}]");
            }
            _ => shown.push(c),
        }
    }
    shown
}

/// What became of an alert.
pub const VERDICTS: Codes = &[
    ("new", "New"),
    ("true", "A real concern"),
    ("understandable", "Understandable: there was a good reason"),
    ("explained", "Explained beforehand, such as by a lesson"),
    ("false", "A false alarm"),
];
/// Why a delivery was refused.
pub const REFUSED: Codes = &[
    ("bomb", "Unpacked to more than 200 times its size, which no log does"),
    ("damaged", "The packed file was damaged or cut off"),
    ("too_large", "Larger than a log may be"),
    ("beyond", "Packed so that it cannot be unpacked here"),
    ("no_log", "No text, packed once more, or another product’s log"),
];
/// For whom the filter filtered.
pub const TIERS: Codes = &[
    ("pupil", "Pupils"),
    ("staff", "Staff"),
    ("guest", "Guests"),
    ("EYFS", "Early years"),
    ("KS1", "Key stage 1"),
    ("KS2", "Key stage 2"),
    ("KS3", "Key stage 3"),
    ("KS4", "Key stage 4"),
    ("KS5", "Key stage 5"),
    ("unknown", "Not known"),
];
/// To whom an alert was passed on.
pub const PASSED_TO: Codes = &[
    ("deputy", "the deputies"),
    ("lead", "the lead and the deputies"),
    ("head", "the head"),
    ("chair", "the chair of governors"),
    ("authority", "the authority, which is told that it waits"),
];
/// Why an alert was raised.
pub const BASES: Codes =
    &[("list", "A list that blocks it"), ("search", "Words searched for"), ("category", "The filter’s category")];
/// Where an exception stands.
pub const EXCEPTIONS: Codes = &[
    ("asked", "Waits for the lead"),
    ("refused", "Refused"),
    ("approved", "Approved, begins later"),
    ("in_force", "In force"),
    ("ended", "Ended early"),
    ("expired", "Over"),
];
/// What would become of an event.
pub const FATES: Codes = &[
    ("alert", "It would raise an alert"),
    ("counted", "It would be counted, and raise an alert where it is repeated"),
    ("excepted", "An exception would keep it from alerting"),
    ("excluded", "It would raise nothing: the site is of education, reference or medicine as well"),
    ("noise", "It would raise nothing: nobody does this by hand"),
    ("kept", "It would be kept and raise nothing"),
];
/// How it is known that browsing is the same person’s.
pub const KNOWN_BY: Codes =
    &[("user", "By the user name"), ("device", "By the device only"), ("address", "By the network address only")];

/// What is wrong with the time at which something happened, in words; nothing where nothing is.
pub fn clock(wrong: &str) -> Option<String> {
    let said = match wrong {
        "ahead" => {
            "May be wrong: the clock of what wrote the line is ahead. It cannot have happened later than the line came."
        }
        "replaced" => {
            "When the line came: the time in it cannot have been, so a clock is wrong. Ask what happened before then."
        }
        "received" => "When the line came: it has no time that can be read.",
        _ => return None,
    };
    Some(said.to_owned())
}

/// How late something came, in words; nothing where it came in time.
pub fn late(seconds: i64) -> Option<String> {
    let seconds = u64::try_from(seconds).ok().filter(|seconds| *seconds > 0)?;
    let (count, one, many) = match seconds {
        ..3_600 => (seconds / 60, "minute", "minutes"),
        3_600..172_800 => (seconds / 3_600, "hour", "hours"),
        _ => (seconds / 86_400, "day", "days"),
    };
    Some(format!("{} after it happened", counted(count, one, many)))
}

/// The filters whose lines are read.
pub const PROFILES: Codes = &[
    ("squid", "Squid, native log"),
    ("squid-common", "Squid, common log"),
    ("squid-combined", "Squid, combined log"),
    ("e2guardian", "e2guardian or DansGuardian, layout 1"),
    ("e2guardian-csv", "e2guardian, layout 2 (commas)"),
    ("e2guardian-squid", "e2guardian, layout 3 (as Squid)"),
    ("e2guardian-tabs", "e2guardian, layout 4 (tabs)"),
    ("e2guardian-protex", "e2guardian, layouts 5 to 8"),
    ("squidguard", "squidGuard"),
    ("nxfilter", "NxFilter"),
    ("fortigate", "FortiGate, key and value"),
    ("fortigate-cef", "FortiGate, CEF"),
    ("panos", "Palo Alto PAN-OS"),
    ("umbrella-dns", "Cisco Umbrella, DNS"),
    ("umbrella-proxy", "Cisco Umbrella, proxy"),
    ("cisco-wsa", "Cisco Secure Web Appliance"),
    ("zscaler", "Zscaler NSS, key and value"),
    ("zscaler-json", "Zscaler NSS, JSON"),
    ("sophos", "Sophos Firewall"),
    ("sophos-utm", "Sophos UTM"),
    ("sonicwall", "SonicWall, key and value"),
    ("sonicwall-cef", "SonicWall, CEF"),
    ("forcepoint", "Forcepoint Web Security, CEF"),
    ("bluecoat", "Symantec (Blue Coat), key and value"),
    ("bluecoat-elff", "Symantec (Blue Coat), W3C extended log"),
    ("mcafee", "Skyhigh (McAfee) Web Gateway"),
    ("cloudflare", "Cloudflare Gateway"),
    ("censornet", "Censornet"),
    ("entra", "Microsoft Entra Internet Access"),
    ("netsweeper", "Netsweeper"),
    ("smoothwall", "Smoothwall"),
    ("webshield", "EMBC Webshield"),
    ("securly", "Securly"),
    ("senso", "Senso"),
    ("lightspeed", "Lightspeed"),
    ("cef", "Common Event Format, any product"),
    ("leef", "LEEF, any product"),
    ("ocsf", "OCSF, any product"),
    ("pairs", "Key and value, usual names"),
    ("csv", "Columns with a row of names"),
    ("json", "JSON, usual names"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lateness_is_told_in_the_unit_that_says_enough() {
        assert_eq!((late(0), late(-1)), (None, None));
        assert_eq!(late(1_200).as_deref(), Some("20 minutes after it happened"));
        assert_eq!(late(3_600).as_deref(), Some("1 hour after it happened"));
        assert_eq!(late(400_000).as_deref(), Some("4 days after it happened"));
    }

    #[test]
    fn what_is_not_seen_is_shown() {
        assert_eq!(visible("a\u{202e}b\u{200b}c\0"), "a[U+202E]b[U+200B]c[U+0000]");
        assert_eq!(visible("Zoë’s café"), "Zoë’s café");
    }
}
