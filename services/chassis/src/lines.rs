//! Bytes of a log on their way, cut into batches of whole lines. The same bytes are cut at the same places however they
//! arrive, so that a delivery that is sent again is the same, batch by batch.

pub mod packed;
pub mod whole;

use sha2::{Digest as _, Sha256};

/// The longest line that is carried whole, in bytes. Of a longer one no more than shows that it is longer is kept:
/// whoever reads it refuses it, under its number.
pub const LONGEST: usize = 64 << 10;

/// Whole lines of one log, with what is needed to go on after them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The number of its first line, from 1.
    pub first_line: u64,
    /// Its lines, each with its newline but for the very last of a log that ends without one.
    pub lines: Vec<u8>,
    /// SHA-256 of everything from the beginning of the log to the end of this batch.
    pub digest: Vec<u8>,
}

/// Cuts a log into batches.
pub struct Cutter {
    /// How many bytes a batch holds at least before it ends at the next newline.
    size: usize,
    lines: Vec<u8>,
    first_line: u64,
    next_line: u64,
    /// How much of the line that has begun may still be kept.
    room: usize,
    /// Whether a line has begun and not ended.
    open: bool,
    hash: Sha256,
}

impl Cutter {
    /// A cutter whose batches end at the first newline after so many bytes.
    pub fn new(size: usize) -> Self {
        Self {
            size: size.max(1),
            lines: Vec::new(),
            first_line: 1,
            next_line: 1,
            room: LONGEST + 1,
            open: false,
            hash: Sha256::new(),
        }
    }

    /// Takes bytes in until a batch is full, and leaves the rest of them: asked again with those, it goes on.
    pub fn push(&mut self, bytes: &mut &[u8]) -> Option<Batch> {
        while !bytes.is_empty() {
            let newline = bytes.iter().position(|byte| *byte == b'\n');
            let (piece, rest) = bytes.split_at(newline.map_or(bytes.len(), |at| at + 1));
            *bytes = rest;
            self.hash.update(piece);
            let text = &piece[..newline.unwrap_or(piece.len())];
            let kept = text.len().min(self.room);
            self.lines.extend_from_slice(&text[..kept]);
            self.room -= kept;
            self.open = true;
            if newline.is_some() {
                self.lines.push(b'\n');
                self.end_line();
                if self.lines.len() >= self.size {
                    return Some(self.batch());
                }
            }
        }
        None
    }

    fn end_line(&mut self) {
        self.room = LONGEST + 1;
        self.open = false;
        self.next_line += 1;
    }

    fn batch(&mut self) -> Batch {
        let batch =
            Batch { first_line: self.first_line, lines: std::mem::take(&mut self.lines), digest: self.digest() };
        self.first_line = self.next_line;
        batch
    }

    fn digest(&self) -> Vec<u8> {
        self.hash.clone().finalize().to_vec()
    }

    /// What is left once the log has ended: its last batch, which holds no line where the batch before was the last.
    pub fn finish(mut self) -> Batch {
        if self.open {
            self.end_line();
        }
        self.batch()
    }
}

/// How many lines these bytes are. A newline at the very end ends the last line and begins no further one.
pub fn count(lines: &[u8]) -> u64 {
    let newlines = lines.iter().filter(|byte| **byte == b'\n').count();
    let last = usize::from(!lines.is_empty() && !lines.ends_with(b"\n"));
    u64::try_from(newlines + last).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: usize = 1 << 10;

    fn cut(log: &[u8], piece: usize) -> Vec<Batch> {
        let mut cutter = Cutter::new(SIZE);
        let mut batches = Vec::new();
        for mut bytes in log.chunks(piece) {
            while let Some(batch) = cutter.push(&mut bytes) {
                batches.push(batch);
            }
        }
        batches.push(cutter.finish());
        batches
    }

    #[test]
    fn batches_hold_whole_lines_and_number_them_on() {
        let log: Vec<u8> = (0..2_000).flat_map(|n| format!("line number {n:05}\n").into_bytes()).collect();
        let batches = cut(&log, 997);
        assert!(batches.len() > 10);
        assert_eq!(batches.iter().flat_map(|batch| batch.lines.clone()).collect::<Vec<u8>>(), log);
        let mut next = 1;
        for batch in &batches {
            assert_eq!(batch.first_line, next);
            next += count(&batch.lines);
        }
        assert_eq!(next, 2_001);
    }

    #[test]
    fn the_same_log_is_cut_at_the_same_places_however_it_arrives() {
        let log: Vec<u8> = (0..999).flat_map(|n| format!("{}\n", "x".repeat(n % 77)).into_bytes()).collect();
        let whole = cut(&log, log.len());
        for piece in [1, 7, 64, 1_000] {
            assert_eq!(cut(&log, piece), whole);
        }
        let other = [b"y", &log[1..]].concat();
        assert_ne!(cut(&other, 64)[0].digest, whole[0].digest);
    }

    #[test]
    fn a_line_longer_than_any_still_counts_as_one_and_is_not_kept() {
        let log = [vec![b'x'; LONGEST * 3], b"\nshort\nlast".to_vec()].concat();
        let batches = cut(&log, 1_000);
        assert_eq!(batches.iter().map(|batch| batch.first_line).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(batches[0].lines.len(), LONGEST + 2);
        assert_eq!((batches[1].lines.as_slice(), count(&batches[1].lines)), (&b"short\nlast"[..], 2));
        let other = [vec![b'x'; LONGEST * 3 - 1], b"y\nshort\nlast".to_vec()].concat();
        assert_ne!(cut(&other, 1_000)[0].digest, batches[0].digest, "what is not kept is another log all the same");
    }

    #[test]
    fn nothing_is_no_line_and_a_blank_line_is_one() {
        assert_eq!((count(b""), count(b"\n"), count(b"a"), count(b"a\n\n")), (0, 1, 1, 2));
        let empty = cut(b"", 10);
        assert_eq!((empty.len(), empty[0].first_line, empty[0].lines.len()), (1, 1, 0));
    }
}
