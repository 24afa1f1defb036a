//! Whether a text is words, or carries content instead of describing it: nothing that could be an image is ever kept
//! (G-IMAGE).

/// The least run of encoded characters that is taken for content and not for words.
const ENCODED: usize = 512;
/// The least length of one line of a run that was wrapped.
const WRAPPED: usize = 40;
/// How an address that carries its content begins, in lower case.
const ADDRESSES: [&str; 6] = ["data:image", "data:video", "data:audio", "data:application", "data:;", ";base64,"];
/// The least run of encoded characters inside an address that is taken for content: longer than any address is.
const ADDRESSED: usize = 2_048;
/// How the encoding of a PNG, a JPEG, a GIF and a WebP begins.
const BEGINNINGS: [&str; 6] = ["iVBORw0KGgo", "/9j/4AAQ", "/9j/4QAY", "R0lGODlh", "R0lGODdh", "UklGR"];
/// How the encoding of every JPEG begins.
const JPEG: &str = "/9j/";
/// The least of an encoded JPEG that is told from a list of forms: 9h/9j/9k.
const SCRAP: usize = 12;

/// Whether a text carries content: a data address, an encoded image however small, a long run of encoded bytes on one
/// line or on many, or bytes that no keyboard makes.
pub fn carries_content(text: &str) -> bool {
    marked(text) || encoded(text) || text.chars().any(binary)
}

/// Whether a table of text carries content. Its lines may be long without a space between.
pub fn table_carries_content(bytes: &[u8]) -> bool {
    marked(&String::from_utf8_lossy(bytes))
}

fn marked(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ADDRESSES.iter().any(|mark| lower.contains(mark)) || BEGINNINGS.iter().any(|mark| text.contains(mark))
}

fn encoded(text: &str) -> bool {
    let mut run = 0;
    text.split_whitespace().any(|word| {
        let (longest, least) = match address(word) {
            Some(rest) => (longest(rest), ADDRESSED),
            None => (longest(word), ENCODED),
        };
        let line = least == ENCODED && word.len() >= WRAPPED && longest == word.len();
        run = if line { run + word.len() } else { 0 };
        run >= ENCODED || longest >= least || pieces(word).any(jpeg)
    })
}

/// What an address has behind its scheme: a host with a dot or a port in it. Whatever else follows `://` is no address.
fn address(word: &str) -> Option<&str> {
    let (_, rest) = word.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    host.contains(['.', ':']).then_some(rest)
}

/// The runs of a word that could be encoded bytes: what stands between is of a language, or of an address.
fn pieces(word: &str) -> impl Iterator<Item = &str> {
    word.split(|c: char| !(c.is_ascii_alphanumeric() || "+/=-_".contains(c)))
}

fn longest(word: &str) -> usize {
    pieces(word).map(str::len).max().unwrap_or_default()
}

/// Whether a run is the beginning of a JPEG: its first two marks are always the same, and its third is one of few.
fn jpeg(piece: &str) -> bool {
    let next = piece.strip_prefix(JPEG).and_then(|rest| rest.chars().next());
    piece.len() >= SCRAP && next.is_some_and(|c| matches!(c, '2'..='7' | 'w'..='z'))
}

fn binary(c: char) -> bool {
    // Tabs and breaks of every kind come out of word processors.
    c == '\u{7f}' || (c < ' ' && !matches!(c, '\t' | '\n' | '\u{b}' | '\u{c}' | '\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_pass_and_images_do_not() {
        let wrapped = format!("{}\n", "QUJD".repeat(19)).repeat(8);
        for image in [
            "Look: DATA:image/png;base64,AAAA",
            "iVBORw0KGgoAAAANSUhEUg",
            "x /9j/4AAQSkZJRg x",
            "one\u{0}two",
            &"A".repeat(600),
            &format!("({}).", "A".repeat(600)),
            &wrapped,
            // Other beginnings of a JPEG, and content that only looks like an address.
            "/9j/2wBDAAgGBgcGBQgHBwcJ",
            "see:/9j/7gAOQWRvYmUA",
            &format!("x://{}", "QUJD".repeat(200)),
            &format!("https://example.org/{}", "QUJD".repeat(600)),
        ] {
            assert!(carries_content(image), "{image:?}");
        }
        let address = format!("https://example.org/{}", "a".repeat(600));
        // A language without spaces, and one with them: neither is encoded.
        let (chinese, german) = ("他在手机上看到了那张图片".repeat(100), "Aufsichtspflicht".repeat(20));
        for words in [
            "The data: image was seen.",
            "First\r\n\tsecond\u{b}third",
            "Zoë – “fine”",
            "Groups 9h/9j/9k and /9j/ were there, and 9j/4a/4b/4c/5a",
            &address,
            &chinese,
            &german,
        ] {
            assert!(!carries_content(words), "{words:?}");
        }
    }
}
