//! What a log looks like before its first line is taken: a packed file, bytes that are no text, or the log of another
//! product. Such a delivery is refused whole, with what to do about it: rejecting its lines one by one would only fill
//! the list of rejected lines. A mixed log is taken: its lines are accounted for one by one.

use crate::{
    line::{self, Line},
    observation::Rejected,
    profile::{self, Context, Profile, Reader},
    text,
};

/// How many bytes are looked at for their kind.
const HEAD: usize = 4 << 10;
/// How many lines are tried by the feed's own profile.
const SAMPLE: usize = 50;
/// Fewer lines than these say too little of their product.
const TELLING: usize = 3;

/// Files that are not text, by their first bytes.
const PACKED: [(&[u8], &str); 6] = [
    (b"\x1f\x8b", "a gzip file: unpack it, then send its lines"),
    (b"\x28\xb5\x2f\xfd", "a zstd file: unpack it, then send its lines"),
    (b"PK\x03\x04", "a zip file: unpack it, then send its lines"),
    (b"BZh", "a bzip2 file: unpack it, then send its lines"),
    (b"\xfd7zXZ\0", "an xz file: unpack it, then send its lines"),
    (b"%PDF-", "a PDF document: send the filter's own log"),
];

/// Why bytes are no text, and what to do about it.
///
/// # Errors
/// The sentence, for the person who sent them.
pub fn check_text(batch: &[u8]) -> Result<(), String> {
    if let Some((_, what)) = PACKED.iter().find(|(magic, _)| batch.starts_with(magic)) {
        return Err(format!("This is {what}"));
    }
    if batch.starts_with(b"\xff\xfe") || batch.starts_with(b"\xfe\xff") {
        return Err("This text is UTF-16: save it as UTF-8, then send it".to_owned());
    }
    // Nulls in a row are padding: a log has them where it was cut while it was being written, and they lose no line of it.
    let batch = &batch[batch.iter().take_while(|byte| **byte == 0).count()..];
    let head = &batch[..batch.len().min(HEAD)];
    let odd = |byte: &u8| byte.is_ascii_control() && !b"\t\r\n\x1b".contains(byte);
    let control = head.iter().filter(|byte| odd(byte)).count() - text::padding(head);
    if control * 20 > head.len() {
        return Err("This is not text: send the log as the filter wrote it".to_owned());
    }
    Ok(())
}

/// Why the first lines of a delivery cannot be a log of the profile, and what to do about it.
///
/// # Errors
/// The sentence, for the person who sent it.
pub fn check(own: &Profile, batch: &[u8], context: Context<'_>) -> Result<(), String> {
    check_text(batch)?;
    let sample: Vec<Line<'_>> = line::lines(batch).flatten().take(SAMPLE).collect();
    // Counted line by line, a file of newlines would be millions of lines that a school is told were refused.
    if sample.is_empty() && batch.iter().filter(|byte| **byte == b'\n').take(TELLING).count() == TELLING {
        let empty = |line: Result<Line<'_>, Rejected>| line.is_err_and(|why| why.reason == "empty");
        if line::lines(batch).all(empty) {
            return Err("These are empty lines alone: send the log as the filter wrote it".to_owned());
        }
    }
    let mut reader = Reader::new(own, None);
    let mut known = |line: &Line<'_>| reader.read(line, context).map_or_else(|r| r.reason != "malformed", |_| true);
    if sample.len() < TELLING || sample.iter().any(&mut known) {
        return Ok(());
    }
    let detected = profile::detect(batch, context);
    let other = detected.candidates.iter().find(|other| other.profile.name() != own.name());
    match other {
        Some(other) if other.read * 2 > detected.lines => Err(format!(
            "These lines are not of the profile {}: {} of the first {} read as {}. Send them to a feed of that profile",
            own.name(),
            other.read,
            detected.lines,
            other.profile.name()
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;

    const CONTEXT: Context<'static> = Context { time_zone: "UTC", received_at: OffsetDateTime::UNIX_EPOCH };

    #[test]
    fn a_log_of_another_kind_is_refused_with_what_it_is() {
        let squid = |n: usize| {
            format!(
                "179482590{n}.000 20 10.2.4.1 TCP_MISS/200 140 GET http://a.example/ u1 HIER_DIRECT/192.0.2.1 text/html\n"
            )
        };
        let of = |lines: usize| (0..lines).map(squid).collect::<String>();
        let refused = |name: &str, log: &[u8]| {
            let Some(own) = profile::named(name) else { unreachable!("it is shipped") };
            check(own, log, CONTEXT).err().unwrap_or_default()
        };
        assert!(refused("squid", b"\x1f\x8b\x08\0\0\0").contains("gzip"));
        assert!(refused("squid", b"\xff\xfe1\x007\0").contains("UTF-16"));
        assert!(refused("squid", &[0, 159, 146, 1, 2, 3]).contains("not text"));
        assert!(refused("fortigate", of(5).as_bytes()).contains("5 of the first 5 read as squid"));
        // Nulls, as a log has where it was cut while it was being written, before its lines and between them.
        let nulls = |n: usize| "\0".repeat(n);
        assert_eq!(refused("squid", format!("{}{}", nulls(64), of(5)).as_bytes()), "");
        assert_eq!(refused("squid", format!("{}{}", nulls(8_192), of(5)).as_bytes()), "");
        assert_eq!(refused("squid", format!("{}{}{}", of(1), nulls(200), of(1)).as_bytes()), "");
        // Its own lines, too few lines, and one line of its own among others: taken, line by line.
        assert_eq!(refused("squid", of(5).as_bytes()), "");
        assert_eq!(refused("fortigate", of(2).as_bytes()), "");
        let mixed = format!("{}type=\"traffic\" subtype=\"forward\"\n", of(5));
        assert_eq!(refused("fortigate", mixed.as_bytes()), "");
        assert_eq!(refused("squid", b"junk\nmore junk\nand more\n"), "");
        assert!(refused("squid", b"\n\r\n  \n\n").contains("empty lines alone"));
        assert_eq!(refused("squid", format!("\n\n\n\n{}", of(1)).as_bytes()), "");
    }
}
