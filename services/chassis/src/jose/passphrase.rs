//! Passphrases that are told by telephone: made here, never chosen, and kept nowhere.

use rand::Rng as _;

/// Digits and letters of which no two are mistaken for one another (Crockford's base 32): 5 bits each.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUPS: usize = 5;
const GROUP: usize = 4;

/// A new one: five groups of four, 100 bits.
pub fn new() -> String {
    let mut random = [0_u8; GROUPS * GROUP];
    rand::rng().fill_bytes(&mut random);
    let letters: Vec<char> = random.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    grouped(&letters)
}

fn grouped(letters: &[char]) -> String {
    letters.chunks(GROUP).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// A passphrase as it was meant: one of ours in small letters, with other spaces, or with an O for a 0; any other as it
/// was written.
pub fn meant(written: &str) -> String {
    let written = written.trim();
    let letter = |c: char| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let letters: Vec<char> = written
        .chars()
        .filter(|c| !c.is_whitespace() && !"-\u{2010}\u{2011}\u{2013}".contains(*c))
        .map(letter)
        .collect();
    let ours = letters.len() == GROUPS * GROUP && letters.iter().all(|c| LETTERS.iter().any(|l| char::from(*l) == *c));
    if ours { grouped(&letters) } else { written.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_by_telephone_is_meant_however_it_is_written() {
        let (one, other) = (new(), new());
        assert_ne!(one, other);
        assert_eq!((one.len(), one.matches('-').count()), (24, 4));
        assert_eq!(meant(&one.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l")), one);
        assert_eq!(meant(" correct horse battery "), "correct horse battery", "another product's");
    }
}
