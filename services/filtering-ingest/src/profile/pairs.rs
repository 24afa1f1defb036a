//! `key=value` pairs, quoted or not, as firewalls write them.

use crate::observation::Rejected;

/// Reads the pairs of a line; words without an equals sign between them are passed over.
///
/// # Errors
/// Where the line was cut off inside a quoted value: half an address is another address.
pub(super) fn read(line: &str) -> Result<Vec<(&str, &str)>, Rejected> {
    let mut pairs = Vec::new();
    let mut rest = line;
    while let Some(equals) = rest.find('=') {
        let key = rest[..equals].rsplit([' ', '\t']).next().unwrap_or_default();
        let after = &rest[equals + 1..];
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => match quoted.find('"') {
                Some(end) => (&quoted[..end], &quoted[end + 1..]),
                None => return Err(Rejected::malformed("the line is cut off: a quotation mark is not closed")),
            },
            None => after.split_at(after.find([' ', '\t']).unwrap_or(after.len())),
        };
        if !key.is_empty() {
            pairs.push((key, value));
        }
        rest = next;
    }
    Ok(pairs)
}

/// The value of a key; none where it is absent or empty.
pub(super) fn get<'a>(pairs: &[(&str, &'a str)], key: &str) -> Option<&'a str> {
    pairs.iter().find(|(k, v)| *k == key && !v.is_empty()).map(|(_, v)| *v)
}
