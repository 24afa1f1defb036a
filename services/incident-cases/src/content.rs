//! Whether a text is words, or carries content instead of describing it: nothing that could be an image is ever kept
//! (G-IMAGE).

/// The least run of encoded characters that is taken for content and not for words.
const ENCODED: usize = 512;
/// The least length of one line of a run that was wrapped.
const WRAPPED: usize = 40;
/// How an address that carries its content begins, in lower case.
const ADDRESSES: [&str; 6] = ["data:image", "data:video", "data:audio", "data:application", "data:;", ";base64,"];
/// How the encoding of a PNG, a JPEG and a GIF begins.
const BEGINNINGS: [&str; 5] = ["iVBORw0KGgo", "/9j/4AAQ", "/9j/4QAY", "R0lGODlh", "R0lGODdh"];

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
        let address = word.contains("://");
        let looks = word.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=-_".contains(&b));
        run = if looks && !address && word.len() >= WRAPPED { run + word.len() } else { 0 };
        run >= ENCODED || (word.len() >= ENCODED && !address)
    })
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
            &wrapped,
        ] {
            assert!(carries_content(image), "{image:?}");
        }
        let address = format!("https://example.org/{}", "a".repeat(600));
        for words in ["The data: image was seen.", "First\r\n\tsecond\u{b}third", "Zoë – “fine”", &address] {
            assert!(!carries_content(words), "{words:?}");
        }
    }
}
