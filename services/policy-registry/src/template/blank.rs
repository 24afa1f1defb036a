//! The blanks of a clause, `{{parameter}}`: finding them and filling them.

/// One blank in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blank<'a> {
    /// The parameter it stands for.
    pub key: &'a str,
    /// Its line within the text, from 0.
    pub line: usize,
}

/// The blanks of a text, in order; an opening without a closing is answered as an error with its line.
///
/// # Errors
/// The line, from 0, of braces that do not pair.
pub fn blanks(text: &str) -> Result<Vec<Blank<'_>>, usize> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let mut rest = line;
        while let Some(start) = rest.find("{{") {
            let inside = &rest[start + 2..];
            let end = inside.find("}}").ok_or(number)?;
            found.push(Blank { key: inside[..end].trim(), line: number });
            rest = &inside[end + 2..];
        }
        if rest.contains("}}") {
            return Err(number);
        }
    }
    Ok(found)
}

/// The text with every blank filled.
pub fn fill(text: &str, value: impl Fn(&str) -> String) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, inside)) = rest.split_once("{{") {
        filled.push_str(before);
        match inside.split_once("}}") {
            Some((key, after)) => {
                filled.push_str(&value(key.trim()));
                rest = after;
            }
            None => {
                filled.push_str("{{");
                rest = inside;
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_found_and_filled() {
        let text = "Ask {{role.head}} or\n{{ role.chair }}.";
        let keys = blanks(text).map(|b| b.into_iter().map(|b| (b.key, b.line)).collect::<Vec<_>>());
        assert_eq!(keys, Ok(vec![("role.head", 0), ("role.chair", 1)]));
        assert_eq!(fill(text, |key| key.to_uppercase()), "Ask ROLE.HEAD or\nROLE.CHAIR.");
        assert_eq!(blanks("fine\n{{half"), Err(1));
    }
}
