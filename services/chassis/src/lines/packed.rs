//! Logs that come packed: unpacked piece by piece, within bounds, so that a small file cannot become an endless one.

mod zstd;

use std::io::Write as _;

use flate2::write::MultiGzDecoder;

use zstd::Zstd;

/// How a log is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// As it is.
    Plain,
    /// gzip (RFC 1952), one member or several.
    Gzip,
    /// zstd (RFC 8878), one frame or several, of a window of 8 MiB at most.
    Zstd,
}

/// The packings there are, as the header Accept-Encoding names them.
pub const ACCEPTED: &str = "gzip, zstd, identity";

/// How many bytes of a file tell how it is packed.
pub const TOLD_BY: usize = 4;

impl Packing {
    /// The packing that a Content-Encoding names; none for one that is not known here, or for several at once.
    pub fn named(encoding: &str) -> Option<Self> {
        match encoding.trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Some(Self::Plain),
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }

    /// The packing that the first bytes of a file tell.
    pub fn told(begun: &[u8]) -> Self {
        if begun.starts_with(b"\x1f\x8b") {
            Self::Gzip
        } else if zstd::begins(begun) {
            Self::Zstd
        } else {
            Self::Plain
        }
    }
}

/// Why a log is not unpacked further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// It is damaged, cut off, or no such file at all.
    #[error("the packed file (gzip or zstd) is damaged or cut off")]
    Damaged,
    /// It cannot be unpacked with what may be held of it.
    #[error("the zstd file needs a window of more than 8 MiB or a dictionary: pack it without --ultra, --long and -D")]
    Beyond,
    /// It is larger than a log may be.
    #[error("the log is too large")]
    TooLarge,
    /// It grows as no log does.
    #[error("the packed file grows as no log does")]
    Bomb,
}

impl Trouble {
    /// Its code, as the service counts deliveries that are refused by it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::Beyond => "beyond",
            Self::TooLarge => "too_large",
            Self::Bomb => "bomb",
        }
    }
}

/// How much is unpacked at a time: deflate makes no more than about a thousand bytes of one. zstd is taken by its blocks.
const SLICE: usize = 1 << 8;
/// How much is taken at a time of what is not packed.
const PIECE: usize = 1 << 20;
/// How many times as large as its file a log may be. Logs are packed to a tenth or a thirtieth.
const RATIO: u64 = 200;
/// Below this many bytes the ratio says nothing.
const TELLING: u64 = 8 << 20;
/// How many bytes are let go beyond the ratio before what follows is held back: what comes before a bomb is a log still.
const SPARED: u64 = 64 << 10;

/// Unpacks a log.
pub struct Unpacker {
    how: How,
    /// How many bytes the log may have.
    largest: u64,
    taken: u64,
    given: u64,
    /// How many bytes may follow by what was taken.
    credit: u64,
    /// What grew beyond that, until it turns out whether it is a bomb: counted as lines, a file of newlines would be millions of them.
    held: Vec<u8>,
}

enum How {
    Plain,
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
    Zstd(Box<Zstd>),
}

impl Unpacker {
    /// An unpacker of a log of so many bytes at most.
    pub fn new(packing: Packing, largest: u64) -> Self {
        let how = match packing {
            Packing::Plain => How::Plain,
            Packing::Gzip => How::Gzip(Box::new(MultiGzDecoder::new(Vec::new()))),
            Packing::Zstd => How::Zstd(Box::new(Zstd::new())),
        };
        Self { how, largest, taken: 0, given: 0, credit: SPARED, held: Vec::new() }
    }

    /// Takes the next bytes of the file in, as many at a time as are unpacked within bounds, and leaves the rest; none
    /// once nothing is left of them.
    ///
    /// # Errors
    /// Why it is not unpacked further.
    pub fn next(&mut self, bytes: &mut &[u8]) -> Result<Option<Vec<u8>>, Trouble> {
        let before = bytes.len();
        let unpacked = match &mut self.how {
            // There may be more of what was taken before.
            How::Zstd(zstd) => zstd.next(bytes)?,
            _ if bytes.is_empty() => None,
            How::Plain => Some(split(bytes, PIECE).to_vec()),
            How::Gzip(decoder) => {
                let piece = split(bytes, SLICE);
                decoder.write_all(piece).and_then(|()| decoder.flush()).map_err(|_| Trouble::Damaged)?;
                Some(std::mem::take(decoder.get_mut()))
            }
        };
        let taken = u64::try_from(before - bytes.len()).unwrap_or(u64::MAX);
        self.taken += taken;
        self.credit = self.credit.saturating_add(taken.saturating_mul(RATIO));
        unpacked.map(|unpacked| self.weigh(unpacked)).transpose()
    }

    /// What is left once the file has ended.
    ///
    /// # Errors
    /// `Damaged` where it is cut off or its checksum is not right.
    pub fn finish(mut self) -> Result<Vec<u8>, Trouble> {
        let rest = match &mut self.how {
            How::Plain => Vec::new(),
            How::Gzip(decoder) => {
                decoder.try_finish().map_err(|_| Trouble::Damaged)?;
                std::mem::take(decoder.get_mut())
            }
            How::Zstd(zstd) => {
                zstd.finish()?;
                Vec::new()
            }
        };
        let mut rest = self.weigh(rest)?;
        rest.append(&mut self.held);
        Ok(rest)
    }

    /// What is let go of what was unpacked, behind what was held back before.
    fn weigh(&mut self, mut unpacked: Vec<u8>) -> Result<Vec<u8>, Trouble> {
        self.given += length(&unpacked);
        if self.given > self.largest {
            return Err(Trouble::TooLarge);
        }
        if self.given > TELLING && self.given / RATIO > self.taken {
            return Err(Trouble::Bomb);
        }
        if self.held.is_empty() {
            let free = usize::try_from(self.credit).unwrap_or(usize::MAX);
            self.held = unpacked.split_off(free.min(unpacked.len()));
            self.spend(length(&unpacked));
            return Ok(unpacked);
        }
        self.held.append(&mut unpacked);
        let held = length(&self.held);
        if held > TELLING {
            return Err(Trouble::Bomb);
        }
        if held > self.credit {
            return Ok(Vec::new());
        }
        self.spend(held);
        Ok(std::mem::take(&mut self.held))
    }

    fn spend(&mut self, bytes: u64) {
        self.credit = self.credit.saturating_sub(bytes).min(SPARED);
    }
}

/// Takes so many bytes off, or as many as there are.
fn split<'a>(bytes: &mut &'a [u8], most: usize) -> &'a [u8] {
    let (piece, rest) = bytes.split_at(most.min(bytes.len()));
    *bytes = rest;
    piece
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(log: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(log).and_then(|()| encoder.finish()).unwrap_or_default()
    }

    fn unpacked(packing: Packing, file: &[u8], largest: u64) -> Result<Vec<u8>, Trouble> {
        let mut unpacker = Unpacker::new(packing, largest);
        let mut log = Vec::new();
        for mut piece in file.chunks(700) {
            while let Some(bytes) = unpacker.next(&mut piece)? {
                log.extend(bytes);
            }
        }
        log.extend(unpacker.finish()?);
        Ok(log)
    }

    #[test]
    fn what_was_packed_comes_out_as_it_was() {
        let log: Vec<u8> = (0..50_000).flat_map(|n| format!("{n} a line of a log\n").into_bytes()).collect();
        assert_eq!(unpacked(Packing::Plain, &log, 1 << 30), Ok(log.clone()));
        assert_eq!(unpacked(Packing::Gzip, &gzip(&log), 1 << 30), Ok(log.clone()));
        // Several files one after the other are a gzip file, too.
        let halves = [gzip(&log[..1_000]), gzip(&log[1_000..])].concat();
        assert_eq!(unpacked(Packing::Gzip, &halves, 1 << 30), Ok(log));
    }

    #[test]
    fn what_is_damaged_too_large_or_a_bomb_is_told_apart() {
        let log: Vec<u8> = (0..50_000).flat_map(|n| format!("{n} a line of a log\n").into_bytes()).collect();
        let file = gzip(&log);
        assert_eq!(unpacked(Packing::Gzip, &file[..file.len() - 9], 1 << 30), Err(Trouble::Damaged));
        assert_eq!(unpacked(Packing::Gzip, &log, 1 << 30), Err(Trouble::Damaged));
        let mut flipped = file.clone();
        flipped[file.len() - 6] ^= 1;
        assert_eq!(unpacked(Packing::Gzip, &flipped, 1 << 30), Err(Trouble::Damaged), "the checksum is looked at");
        for (packing, file) in [(Packing::Plain, &log), (Packing::Gzip, &file)] {
            assert_eq!(unpacked(packing, file, 100_000), Err(Trouble::TooLarge));
        }
        let bomb = gzip(&vec![b'a'; 64 << 20]);
        assert_eq!(unpacked(Packing::Gzip, &bomb, 1 << 30), Err(Trouble::Bomb));
    }

    #[test]
    fn what_comes_before_a_bomb_is_let_go_and_next_to_nothing_of_the_bomb() {
        for lines in [1, 50_000] {
            let good: Vec<u8> = (0..lines).flat_map(|n| format!("{n} a line of a log\n").into_bytes()).collect();
            let file = gzip(&[good.clone(), vec![b'\n'; 64 << 20]].concat());
            for size in [50, 700, file.len()] {
                let mut unpacker = Unpacker::new(Packing::Gzip, 1 << 30);
                let (mut log, mut ended) = (Vec::new(), None);
                'file: for mut piece in file.chunks(size) {
                    loop {
                        match unpacker.next(&mut piece) {
                            Ok(Some(bytes)) => log.extend(bytes),
                            Ok(None) => break,
                            Err(trouble) => {
                                ended = Some(trouble);
                                break 'file;
                            }
                        }
                    }
                }
                assert_eq!(ended, Some(Trouble::Bomb));
                assert!(log.starts_with(&good) && log.len() - good.len() < 256 << 10, "{} of {lines}", log.len());
            }
        }
        // What is small and dull is whole once it has ended.
        let dull = vec![b'\n'; 1 << 20];
        assert_eq!(unpacked(Packing::Gzip, &gzip(&dull), 1 << 30), Ok(dull));
    }

    #[test]
    fn a_packing_is_known_by_its_name_and_by_its_first_bytes() {
        let named = [" GZIP ", "x-gzip", "identity", "", "zstd", "br", "gzip, gzip"].map(Packing::named);
        let (gzip, plain) = (Some(Packing::Gzip), Some(Packing::Plain));
        assert_eq!(named, [gzip, gzip, plain, plain, Some(Packing::Zstd), None, None]);
        let told: [&[u8]; 4] = [b"\x1f\x8b\x08", b"1794", b"\x28\xb5\x2f\xfd", b"\x5f\x2a\x4d\x18"];
        assert_eq!(told.map(Packing::told), [Packing::Gzip, Packing::Plain, Packing::Zstd, Packing::Zstd]);
    }
}
