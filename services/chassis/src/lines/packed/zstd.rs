//! zstd (RFC 8878), unpacked block by block: what is held is one block of the file, and of the log no more than a window.

use std::{
    io::Read as _,
    panic::{AssertUnwindSafe, catch_unwind},
};

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder, errors::FrameDecoderError};

use super::Trouble;

/// The largest window that is held: what the RFC asks of everybody who unpacks, and what every level but --ultra makes.
const WINDOW: u64 = 8 << 20;
/// The largest block, packed or not.
const BLOCK: usize = 128 << 10;
/// Bytes of a block's own header.
const HEADER: usize = 3;
/// Bytes of a frame that tell how long its header is: the magic number and the descriptor.
const BEGUN: usize = 5;
/// Bytes at the beginning of a frame that is to be skipped: the magic number and its length.
const SKIPPED: usize = 8;
/// The magic number of a frame.
const MAGIC: [u8; 4] = *b"\x28\xb5\x2f\xfd";

/// Whether a file begins as such a file does: with a frame, or with one to be skipped, as those do that are packed in
/// parallel.
pub(super) fn begins(file: &[u8]) -> bool {
    file.starts_with(&MAGIC) || skips(file)
}

fn skips(frame: &[u8]) -> bool {
    matches!(frame, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

/// Where in the file it is.
enum Place {
    /// Before a frame, or behind the last.
    Between,
    /// Within a frame that is to be skipped, so many bytes from its end.
    Skipping(usize),
    /// Before a block.
    Within,
    /// Behind the last block of a frame.
    Behind,
}

/// Unpacks such a file.
pub(super) struct Zstd {
    decoder: FrameDecoder,
    place: Place,
    /// The beginning of what is read next: a header or a block, as far as it has come.
    held: Vec<u8>,
    /// Whether the frame says what its log adds up to.
    checked: bool,
    /// Whether there was any frame.
    begun: bool,
}

impl Zstd {
    pub(super) fn new() -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(WINDOW);
        Self { decoder, place: Place::Between, held: Vec::new(), checked: false, begun: false }
    }

    /// Takes bytes in until a piece of the log is to be had, which is a block at most; none once all are taken.
    pub(super) fn next(&mut self, bytes: &mut &[u8]) -> Result<Option<Vec<u8>>, Trouble> {
        loop {
            if self.decoder.can_collect() > 0 {
                return self.collect().map(Some);
            }
            let on = match self.place {
                Place::Between => self.begin(bytes)?,
                Place::Skipping(left) => self.skip(left, bytes),
                Place::Within => self.block(bytes)?,
                Place::Behind => self.end()?,
            };
            if !on {
                return Ok(None);
            }
        }
    }

    /// Whether the file may end here.
    pub(super) fn finish(&self) -> Result<(), Trouble> {
        match self.place {
            Place::Between if self.begun && self.held.is_empty() => Ok(()),
            _ => Err(Trouble::Damaged),
        }
    }

    /// Takes bytes in until so many are held; says whether they are.
    fn hold(&mut self, wanted: usize, bytes: &mut &[u8]) -> bool {
        let (taken, rest) = bytes.split_at(wanted.saturating_sub(self.held.len()).min(bytes.len()));
        self.held.extend_from_slice(taken);
        *bytes = rest;
        self.held.len() >= wanted
    }

    /// Reads a frame's header; says whether it was whole.
    fn begin(&mut self, bytes: &mut &[u8]) -> Result<bool, Trouble> {
        if !self.hold(BEGUN, bytes) {
            return Ok(false);
        }
        if skips(&self.held) {
            if !self.hold(SKIPPED, bytes) {
                return Ok(false);
            }
            let length = self.held.last_chunk().map(|length| u32::from_le_bytes(*length)).unwrap_or_default();
            self.place = Place::Skipping(usize::try_from(length).map_err(|_| Trouble::Damaged)?);
            self.held.clear();
            return Ok(true);
        }
        let descriptor = self.held.get(BEGUN - 1).copied().unwrap_or_default();
        if !self.hold(BEGUN + further(descriptor), bytes) {
            return Ok(false);
        }
        let (decoder, header) = (&mut self.decoder, self.held.as_slice());
        guarded(|| decoder.init(header))?;
        self.held.clear();
        (self.checked, self.begun, self.place) = (descriptor & 0b100 != 0, true, Place::Within);
        Ok(true)
    }

    /// Skips what is no log; says whether it goes on.
    fn skip(&mut self, left: usize, bytes: &mut &[u8]) -> bool {
        let (skipped, rest) = bytes.split_at(left.min(bytes.len()));
        *bytes = rest;
        self.place = match left - skipped.len() {
            0 => Place::Between,
            left => Place::Skipping(left),
        };
        matches!(self.place, Place::Between)
    }

    /// Unpacks a block; says whether it was whole.
    fn block(&mut self, bytes: &mut &[u8]) -> Result<bool, Trouble> {
        if !self.hold(HEADER, bytes) {
            return Ok(false);
        }
        let [a, b, c, ..] = *self.held.as_slice() else { return Err(Trouble::Damaged) };
        let header = u32::from_le_bytes([a, b, c, 0]);
        let (last, kind) = (header & 1 == 1, (header >> 1) & 0b11);
        let size = usize::try_from(header >> 3).ok().filter(|size| *size <= BLOCK).ok_or(Trouble::Damaged)?;
        // One byte that is repeated so often, or so many bytes.
        let body = if kind == 1 { 1 } else { size };
        let sum = if last && self.checked { size_of::<u32>() } else { 0 };
        if !self.hold(HEADER + body + sum, bytes) {
            return Ok(false);
        }
        let (decoder, block) = (&mut self.decoder, self.held.as_slice());
        guarded(|| decoder.decode_blocks(block, BlockDecodingStrategy::UptoBlocks(1)))?;
        self.held.clear();
        if last {
            self.place = Place::Behind;
        }
        Ok(true)
    }

    /// What can be given out, a block at most: of a frame that ended, a whole window is left.
    fn collect(&mut self) -> Result<Vec<u8>, Trouble> {
        let mut piece = vec![0; self.decoder.can_collect().min(BLOCK)];
        match self.decoder.read(&mut piece) {
            Ok(length) if length > 0 => {
                piece.truncate(length);
                Ok(piece)
            }
            _ => Err(Trouble::Damaged),
        }
    }

    /// Compares the frame's sum with that of what was given out.
    fn end(&mut self) -> Result<bool, Trouble> {
        if self.checked && self.decoder.get_checksum_from_data() != self.decoder.get_calculated_checksum() {
            return Err(Trouble::Damaged);
        }
        self.place = Place::Between;
        Ok(true)
    }
}

/// How many bytes of a frame's header follow its descriptor: window, dictionary and size of the log.
fn further(descriptor: u8) -> usize {
    let single = descriptor & 0b10_0000 != 0;
    let dictionary = match descriptor & 0b11 {
        3 => 4,
        length => usize::from(length),
    };
    let size = match descriptor >> 6 {
        0 => usize::from(single),
        flag => 1 << flag,
    };
    usize::from(!single) + dictionary + size
}

/// Unpacks. The library asserts some of what it holds true of a file: what breaks it is a damaged file, and no reason to
/// break off anything else.
fn guarded<T>(unpack: impl FnOnce() -> Result<T, FrameDecoderError>) -> Result<T, Trouble> {
    match catch_unwind(AssertUnwindSafe(unpack)) {
        Ok(Ok(unpacked)) => Ok(unpacked),
        Ok(Err(FrameDecoderError::WindowSizeTooBig { .. } | FrameDecoderError::DictNotProvided { .. })) => {
            Err(Trouble::Beyond)
        }
        Ok(Err(_)) | Err(_) => Err(Trouble::Damaged),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;
    use crate::lines::packed::{Packing, Unpacker};

    fn log() -> Vec<u8> {
        (0..50_000).flat_map(|n| format!("{n} a line of a log\n").into_bytes()).collect()
    }

    fn packed(log: &[u8]) -> Vec<u8> {
        compress_to_vec(log, CompressionLevel::Fastest)
    }

    /// A frame of one byte, repeated for so many blocks.
    fn repeated(window: u8, blocks: usize) -> Vec<u8> {
        let block = |last: usize| {
            let header = u32::try_from((BLOCK << 3) | 0b10 | last).unwrap_or_default().to_le_bytes();
            [&header[..HEADER], b"0"].concat()
        };
        let begun = [&MAGIC[..], &[0, window]].concat();
        (1..=blocks).fold(begun, |frame, nth| [frame, block(usize::from(nth == blocks))].concat())
    }

    fn unpacked(file: &[u8], piece: usize, largest: u64) -> Result<Vec<u8>, Trouble> {
        let mut unpacker = Unpacker::new(Packing::Zstd, largest);
        let mut log = Vec::new();
        for mut bytes in file.chunks(piece) {
            while let Some(piece) = unpacker.next(&mut bytes)? {
                assert!(piece.len() <= BLOCK, "no more is given out at a time");
                log.extend(piece);
            }
            assert!(bytes.is_empty(), "nothing is left behind");
        }
        log.extend(unpacker.finish()?);
        Ok(log)
    }

    #[test]
    fn what_was_packed_comes_out_as_it_was_however_it_arrives() {
        let (log, whole) = (log(), 1 << 30);
        let file = packed(&log);
        assert!(file.len() * 2 < log.len());
        for piece in [1, 700, file.len()] {
            assert!(unpacked(&file, piece, whole).as_ref() == Ok(&log), "{piece}");
        }
        let stored = compress_to_vec(log.as_slice(), CompressionLevel::Uncompressed);
        assert!(unpacked(&stored, 9_000, whole).as_ref() == Ok(&log));
        assert_eq!(unpacked(&packed(b""), 700, whole), Ok(Vec::new()));
        // Several frames are a file, and some of them are to be skipped.
        let note = [&[0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"abc"].concat();
        let parts = [note.clone(), packed(&log[..1_000]), note, packed(&log[1_000..])].concat();
        assert!(unpacked(&parts, 700, whole).as_ref() == Ok(&log));
    }

    #[test]
    fn what_is_damaged_too_large_or_a_bomb_is_told_apart() {
        let (log, whole) = (log(), 1 << 30);
        let file = packed(&log);
        for cut in [1, 4, 5, 9, file.len() / 2] {
            assert_eq!(unpacked(&file[..file.len() - cut], 700, whole), Err(Trouble::Damaged), "{cut}");
        }
        assert_eq!(unpacked(&log, 700, whole), Err(Trouble::Damaged));
        assert_eq!(unpacked(b"\x53\x2a\x4d\x18\x01\0\0\0a", 700, whole), Err(Trouble::Damaged), "no log in it");
        let mut flipped = file.clone();
        flipped[file.len() - 2] ^= 1;
        assert_eq!(unpacked(&flipped, 700, whole), Err(Trouble::Damaged), "the checksum is looked at");
        assert_eq!(unpacked(&file, 700, 100_000), Err(Trouble::TooLarge));
        assert_eq!(unpacked(&repeated(0x38, 8), 700, whole).map(|log| log.len()), Ok(1 << 20));
        assert_eq!(unpacked(&repeated(0x38, 512), 700, whole), Err(Trouble::Bomb));
        // 8 MiB of window are held, and 9 are not; nor are they where the file only says that it has so many bytes.
        assert_eq!(unpacked(&repeated(0x68, 8), 700, whole).map(|log| log.len()), Ok(1 << 20));
        assert_eq!(unpacked(&repeated(0x69, 8), 700, whole), Err(Trouble::Beyond));
        let single = [&MAGIC[..], &[0b1010_0000], &(9_u32 << 20).to_le_bytes()].concat();
        assert_eq!(unpacked(&single, 700, whole), Err(Trouble::Beyond));
        let dictionary = [&MAGIC[..], &[1, 0x38, 7]].concat();
        assert_eq!(unpacked(&dictionary, 700, whole), Err(Trouble::Beyond));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn no_file_breaks_it(at in 0_usize..4_000, byte in any::<u8>(), junk in proptest::collection::vec(any::<u8>(), 0..300)) {
            let log: Vec<u8> = (0..400).flat_map(|n| format!("{n} a line\n").into_bytes()).collect();
            let mut file = packed(&log);
            let at = at % file.len();
            file[at] = byte;
            let _ = unpacked(&file, 64, 1 << 20);
            let _ = unpacked(&[&MAGIC[..], &junk].concat(), 64, 1 << 20);
        }
    }
}
