//! Log Event Extended Format 1.0 and 2.0: header fields between bars, then pairs between tabs, or in 2.0 between the mark
//! its sixth field names: the character itself, or its number in hexadecimal as `x5E`, `0x5E` or `\x5E`. The field may be
//! left out, and the mark may be one that takes two bytes. The header's fields are the values `leef.vendor`,
//! `leef.product`, `leef.version` and `leef.event`.

use super::{Slot, Slots};
use crate::{observation::Rejected, profile::slots::Names};

/// Reads LEEF.
#[derive(Debug, Clone)]
pub(crate) struct Leef {
    names: Names,
    header: [Option<Slot>; 4],
}

impl Leef {
    pub fn new(names: &Names) -> Self {
        let header = ["leef.vendor", "leef.product", "leef.version", "leef.event"];
        Self { header: header.map(|name| names.find(name)), names: names.clone() }
    }

    /// Reads a line.
    pub fn read<'a>(&self, line: &'a str, slots: &mut Slots<'a>) -> Result<(), Rejected> {
        const SHORT: Rejected = Rejected::malformed("there are not five header fields");
        let begin = line.find("LEEF:").ok_or(Rejected::malformed("the line does not begin with LEEF"))?;
        let (version, mut rest) = line[begin + 5..].split_once('|').ok_or(SHORT)?;
        for slot in self.header {
            let (field, after) = rest.split_once('|').ok_or(SHORT)?;
            if let Some(slot) = slot {
                slots.set(slot, field.trim(), false);
            }
            rest = after;
        }
        let mut separator = '\t';
        if version.trim().starts_with('2')
            && let Some((field, after)) = rest.split_once('|')
            && let Some(named) = mark(field)
        {
            separator = named;
            rest = after;
        }
        for pair in rest.split(separator) {
            let Some((key, value)) = pair.split_once('=') else { continue };
            if let Some(slot) = self.names.find(key.trim()) {
                slots.set(slot, value.trim(), false);
            }
        }
        Ok(())
    }
}

/// The mark a field names; none where the field is no such name, and belongs to the pairs.
fn mark(field: &str) -> Option<char> {
    let field = field.trim_matches(' ');
    let mut characters = field.chars();
    match (characters.next(), characters.next()) {
        (None, _) => return Some('\t'),
        (Some(only), None) => return Some(only),
        _ => {}
    }
    if field == "\\t" {
        return Some('\t');
    }
    let digits = field.trim_start_matches('\\').trim_start_matches('0').strip_prefix(['x', 'X'])?;
    if !(1..=4).contains(&digits.len()) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::slots::Escapes;

    #[test]
    fn the_mark_between_pairs_is_read_in_every_notation() {
        let mut names = Names::default();
        for name in ["url", "src", "leef.product"] {
            names.refer(name);
        }
        let read = |line: &'static str| {
            let mut slots = Slots::new(Escapes::None);
            Leef::new(&names).read(line, &mut slots).map(|()| [0, 1, 2].map(|slot| slots.text(slot).into_owned()))
        };
        let expected = Ok(["http://a/?b=c", "192.0.2.1", "Filter"].map(str::to_owned));
        for line in [
            "LEEF:1.0|Maker|Filter|1|web|src=192.0.2.1\turl=http://a/?b=c",
            "<13>Nov 16 10:00:00 host LEEF:2.0|Maker|Filter|1|web|^|src=192.0.2.1^url=http://a/?b=c",
            "LEEF:2.0|Maker|Filter|1|web|x5E|src=192.0.2.1^url=http://a/?b=c",
            "LEEF:2.0|Maker|Filter|1|web|0x7C|src=192.0.2.1|url=http://a/?b=c",
            "LEEF:2.0|Maker|Filter|1|web|xa6|src=192.0.2.1¦url=http://a/?b=c",
            "LEEF:2.0|Maker|Filter|1|web||src=192.0.2.1\turl=http://a/?b=c",
            "LEEF:2.0|Maker|Filter|1|web|src=192.0.2.1\turl=http://a/?b=c",
        ] {
            assert_eq!(read(line), expected, "{line}");
        }
        assert!(read("LEEF:1.0|Maker|Filter").is_err());
    }
}
