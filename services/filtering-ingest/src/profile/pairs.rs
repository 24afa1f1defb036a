//! `key=value` pairs, quoted or not, as firewalls write them.

/// Reads the pairs of a line; words without an equals sign between them are passed over.
pub(super) fn read(line: &str) -> Vec<(&str, &str)> {
    let mut pairs = Vec::new();
    let mut rest = line;
    while let Some(equals) = rest.find('=') {
        let key = rest[..equals].rsplit([' ', '\t']).next().unwrap_or_default();
        let after = &rest[equals + 1..];
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => match quoted.find('"') {
                Some(end) => (&quoted[..end], &quoted[end + 1..]),
                // The line was cut inside the value.
                None => (quoted, ""),
            },
            None => after.split_at(after.find([' ', '\t']).unwrap_or(after.len())),
        };
        if !key.is_empty() {
            pairs.push((key, value));
        }
        rest = next;
    }
    pairs
}

/// The value of a key; none where it is absent or empty.
pub(super) fn get<'a>(pairs: &[(&str, &'a str)], key: &str) -> Option<&'a str> {
    pairs.iter().find(|(k, v)| *k == key && !v.is_empty()).map(|(_, v)| *v)
}
