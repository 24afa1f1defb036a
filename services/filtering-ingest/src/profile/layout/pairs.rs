//! `key=value` pairs between blanks, tabs or commas, quoted or not. Text before the first pair is the value `lead`; words
//! between pairs are passed over.

use memchr::{memchr, memchr2};

use super::{Slot, Slots};
use crate::{observation::Rejected, profile::slots::Names};

/// How pairs are written.
#[derive(Debug, Clone)]
pub(crate) struct Pairs {
    separator: u8,
    names: Names,
    lead: Option<Slot>,
}

impl Pairs {
    pub fn new(separator: u8, names: &Names) -> Self {
        Self { separator, names: names.clone(), lead: names.find("lead") }
    }

    /// Reads a line.
    pub fn read<'a>(&self, line: &'a str, slots: &mut Slots<'a>) -> Result<(), Rejected> {
        let bytes = line.as_bytes();
        let mut at = 0;
        let (mut pairs, mut marks) = (0, Marks::default());
        while at < bytes.len() {
            let Some(end) = memchr2(b'=', self.separator, &bytes[at..]).map(|end| end + at) else { break };
            if bytes[end] == self.separator {
                at = end + 1;
                continue;
            }
            let key = line[at..end].trim_start();
            if pairs == 0
                && let Some(lead) = self.lead
            {
                slots.set(lead, line[..at].trim(), false);
            }
            pairs += 1;
            let slot = self.names.find(key);
            let (value, next, closed) = self.value(line, end + 1, &mut marks);
            if let Some(slot) = slot {
                slots.set(slot, value, false);
            }
            if !closed {
                slots.cut = Some(slot);
            }
            at = next;
        }
        if pairs == 0 {
            return Err(Rejected::malformed("the line has no key=value pairs"));
        }
        Ok(())
    }

    /// A value, where the next pair may begin, and whether its quotation mark is closed.
    fn value<'a>(&self, line: &'a str, from: usize, marks: &mut Marks) -> (&'a str, usize, bool) {
        let bytes = line.as_bytes();
        match bytes.get(from) {
            Some(mark @ (b'"' | b'\'')) if *mark == b'"' || from >= marks.bare => {
                let start = from + 1;
                // A single mark that a double one follows before it is closed was written into a value between double ones,
                // and opens nothing: it would take in the device's own pairs up to the next one like it.
                let until = if *mark == b'"' { bytes.len() } else { marks.double(bytes, start) };
                let mut at = start;
                // A quotation mark ends a value where a separator or the end follows.
                while let Some(found) = memchr(*mark, &bytes[at..until]).map(|found| found + at) {
                    let next = bytes.get(found + 1);
                    if next.is_none_or(|byte| *byte == self.separator || matches!(byte, b' ' | b',' | b'\t')) {
                        return (&line[start..found], found + 1, true);
                    }
                    at = found + 1;
                }
                if until < bytes.len() {
                    marks.bare = until;
                    return self.bare(line, from);
                }
                (&line[start..], bytes.len(), false)
            }
            _ => self.bare(line, from),
        }
    }

    /// A value without quotation marks, and where the next pair may begin.
    fn bare<'a>(&self, line: &'a str, from: usize) -> (&'a str, usize, bool) {
        let bytes = line.as_bytes();
        let end = memchr(self.separator, &bytes[from..]).map_or(bytes.len(), |end| end + from);
        (&line[from..end], end, true)
    }
}

/// What was found of the quotation marks of one line.
#[derive(Debug, Default)]
struct Marks {
    /// Up to here no single mark opens a value.
    bare: usize,
    /// The double mark that was found last, or the line's end: the line is looked through for it once, and not for every value.
    double: usize,
}

impl Marks {
    /// Where the next double mark stands, or the line ends; places are asked for in their order.
    fn double(&mut self, bytes: &[u8], from: usize) -> usize {
        if self.double < from {
            self.double = memchr(b'"', &bytes[from..]).map_or(bytes.len(), |at| at + from);
        }
        self.double
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::slots::Escapes;

    fn read(separator: u8, line: &'static str) -> (Vec<String>, Option<Option<Slot>>) {
        let mut names = Names::default();
        for name in ["a", "b", "lead"] {
            names.refer(name);
        }
        let mut slots = Slots::new(Escapes::None);
        let done = Pairs::new(separator, &names).read(line, &mut slots);
        let values = if done.is_ok() { (0..3).map(|slot| slots.text(slot).into_owned()).collect() } else { Vec::new() };
        (values, slots.cut)
    }

    #[test]
    fn pairs_are_read_quoted_and_bare() {
        let values = |texts: [&str; 3]| texts.map(str::to_owned).to_vec();
        assert_eq!(read(b' ', r#"<1> x a="1 = 2" junk b='3' c="#), (values(["1 = 2", "3", "<1> x"]), None));
        assert_eq!(read(b'\t', "2026-01-01 10:00\tb=x > y\ta="), (values(["", "x > y", "2026-01-01 10:00"]), None));
        assert_eq!(read(b' ', r#"a=1 b="cut o"#), (values(["1", "cut o", ""]), Some(Some(1))));
        assert_eq!(read(b' ', r#"a="say "hi" now" b=2"#).0[1], "2");
        assert_eq!(read(b' ', "no pairs at all").0, Vec::<String>::new());
        let swallowing = r#"a="/?" x='" b=2 y="it' is""#;
        assert_eq!(read(b' ', swallowing), (values(["/?", "2", ""]), None));
        assert_eq!(read(b' ', r#"a='1 2' b='3' x="4" y='5'"#), (values(["1 2", "3", ""]), None));
    }
}
