//! Syslog messages out of a stream of bytes (RFC 6587): with their length before them, or ended by a newline. Which of both
//! is decided by the first bytes of every message, since some senders change between them. What a message says is carried
//! whole, header and all: its feed's profile reads it.

use chassis::lines::LONGEST;

/// The longest number of octets that stands before a message, in digits: one that is far too long ends where it says, and what comes
/// behind it is no part of it. An epoch has more.
const DIGITS: usize = 8;

/// Cuts a stream into messages.
#[derive(Debug, Default)]
pub(super) struct Framer {
    message: Vec<u8>,
    within: Within,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Within {
    /// Between messages.
    #[default]
    Nothing,
    /// What may be a number of octets.
    Count,
    /// A number of octets and its blank: a message of that length begins with a priority.
    Counted(usize),
    /// A message of so many more octets.
    Octets(usize),
    /// A message that ends at a newline.
    Line,
}

impl Framer {
    /// Takes bytes in until a message is whole, and leaves the rest of them: asked again with those, it goes on.
    pub(super) fn push(&mut self, bytes: &mut &[u8]) -> Option<Vec<u8>> {
        while let Some((first, rest)) = bytes.split_first() {
            match self.within {
                Within::Nothing => match first {
                    // Some senders end counted messages with one of these, too.
                    b'\n' | b'\r' | 0 => *bytes = rest,
                    b'1'..=b'9' => self.within = Within::Count,
                    _ => self.within = Within::Line,
                },
                Within::Count => match first {
                    b'0'..=b'9' if self.message.len() < DIGITS => self.keep(bytes, 1),
                    b' ' => {
                        let count = std::str::from_utf8(&self.message).ok().and_then(|digits| digits.parse().ok());
                        self.keep(bytes, 1);
                        self.within = count.map_or(Within::Line, Within::Counted);
                    }
                    _ => self.within = Within::Line,
                },
                // A line that happens to begin with a number and a blank, such as an epoch, is a line.
                Within::Counted(count) if *first == b'<' => {
                    self.message.clear();
                    self.within = Within::Octets(count);
                }
                Within::Counted(_) => self.within = Within::Line,
                Within::Octets(left) => {
                    let some = bytes.len().min(left);
                    self.keep(bytes, some);
                    self.within = Within::Octets(left - some);
                    if left == some
                        && let Some(message) = self.end()
                    {
                        return Some(message);
                    }
                }
                Within::Line => {
                    let newline = bytes.iter().position(|byte| *byte == b'\n');
                    self.keep(bytes, newline.unwrap_or(bytes.len()));
                    if newline.is_some() {
                        *bytes = &bytes[1..];
                        if let Some(message) = self.end() {
                            return Some(message);
                        }
                    }
                }
            }
        }
        None
    }

    /// Moves bytes into the message; of one that is too long no more than shows it.
    fn keep(&mut self, bytes: &mut &[u8], some: usize) {
        let room = (LONGEST + 1).saturating_sub(self.message.len());
        let (piece, rest) = bytes.split_at(some);
        self.message.extend_from_slice(&piece[..some.min(room)]);
        *bytes = rest;
    }

    /// The message that ended, as one line; none where nothing is in it.
    fn end(&mut self) -> Option<Vec<u8>> {
        self.within = Within::Nothing;
        let mut message = std::mem::take(&mut self.message);
        let length = message.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r' | 0)).map_or(0, |last| last + 1);
        message.truncate(length);
        for byte in message.iter_mut().filter(|byte| matches!(byte, b'\n' | b'\r')) {
            *byte = b' ';
        }
        (!message.is_empty()).then_some(message)
    }

    /// Whether a message has begun and not ended.
    pub(super) fn open(&self) -> bool {
        self.within != Within::Nothing
    }

    /// What is left at the end of the stream: the last line, which may lack its newline. A counted message that is not
    /// whole is cut off, and told so.
    pub(super) fn finish(mut self) -> Left {
        match self.within {
            Within::Nothing => Left::Nothing,
            Within::Octets(_) => Left::Cut,
            Within::Count | Within::Counted(_) | Within::Line => self.end().map_or(Left::Nothing, Left::Line),
        }
    }
}

/// What is left at the end of a stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// Nothing.
    Nothing,
    /// A line without its newline.
    Line(Vec<u8>),
    /// A message that is not whole.
    Cut,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn messages(stream: &[u8], piece: usize) -> (Vec<String>, Left) {
        let mut framer = Framer::default();
        let mut found = Vec::new();
        for mut bytes in stream.chunks(piece) {
            while let Some(message) = framer.push(&mut bytes) {
                found.push(String::from_utf8_lossy(&message).into_owned());
            }
        }
        (found, framer.finish())
    }

    #[test]
    fn every_message_says_itself_how_it_is_framed() {
        let stream = b"<13>one\n9 <13>two\n\x0010 <13>th\nree<13>four\r\n\n1794825936 200 GET\n16 apples\n<13>last";
        let expected = ["<13>one", "<13>two", "<13>th ree", "<13>four", "1794825936 200 GET", "16 apples"];
        for piece in [1, 2, 3, 7, 1000] {
            let (found, left) = messages(stream, piece);
            assert_eq!(found, expected, "in pieces of {piece}");
            assert_eq!(left, Left::Line(b"<13>last".to_vec()));
        }
    }

    #[test]
    fn a_message_that_is_cut_off_is_told_from_a_line_without_its_end() {
        assert_eq!(messages(b"40 <13>not all of it", 5), (vec![], Left::Cut));
        assert_eq!(messages(b"40 ", 5), (vec![], Left::Line(b"40 ".to_vec())));
        assert_eq!(messages(b"\n\n\0", 5), (vec![], Left::Nothing));
    }

    #[test]
    fn a_message_longer_than_any_is_one_message_and_not_kept_whole() {
        let counted = [b"200000 <13>".as_slice(), &vec![b'x'; 199_996], b"<13>next\n"].concat();
        let plain = [b"<13>".as_slice(), &vec![b'x'; 199_996], b"\n<13>next\n"].concat();
        for stream in [counted, plain] {
            let (found, left) = messages(&stream, 4096);
            assert_eq!(found.iter().map(String::len).collect::<Vec<_>>(), [LONGEST + 1, 8]);
            assert_eq!(left, Left::Nothing);
        }
    }

    #[test]
    fn a_message_of_megabytes_ends_where_it_says_and_takes_no_other_with_it() {
        let counted = [b"10485760 <13>".as_slice(), &vec![b'x'; 10_485_756], b"8 <13>next8 <13>last"].concat();
        let (found, left) = messages(&counted, 65_536);
        assert_eq!(found.iter().map(String::len).collect::<Vec<_>>(), [LONGEST + 1, 8, 8]);
        assert_eq!(left, Left::Nothing);
    }

    proptest! {
        #[test]
        fn the_same_stream_holds_the_same_messages_however_it_arrives(
            stream in prop::collection::vec(prop::sample::select(b"0129 <\n\rab\0".to_vec()), 0..200), piece in 1usize..20
        ) {
            let whole = messages(&stream, 1000);
            prop_assert_eq!(messages(&stream, piece), whole);
        }
    }
}
