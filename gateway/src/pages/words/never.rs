//! What a step prohibits, in words that nobody can read as something to do.

use super::sentence;

/// What a step prohibits, so that nobody can read it as something to do: a policy names the act alone, “Forwarding the
/// image”. Words of a school's own that say no themselves stay as they are.
pub fn never(prohibited: &str) -> String {
    let first = prohibited.split_whitespace().next().unwrap_or_default().to_lowercase();
    let says_no = ["do", "don’t", "don't", "never", "no", "nobody", "nothing", "not"].contains(&first.as_str());
    if says_no { sentence(prohibited) } else { format!("Never: {}", within(prohibited)) }
}

/// A phrase within a sentence: a small letter first, unless its first word is a name or an abbreviation.
fn within(phrase: &str) -> String {
    let mut letters = phrase.chars();
    let Some(first) = letters.next() else { return String::new() };
    let word = phrase.split([' ', ',']).next().unwrap_or_default();
    let verb = word.ends_with("ing") || word == "Any";
    if verb { first.to_lowercase().chain(letters).collect() } else { phrase.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_step_prohibits_never_reads_as_something_to_do() {
        assert_eq!(never("Viewing the image, by anyone"), "Never: viewing the image, by anyone");
        assert_eq!(never("Any inquiry before the LADO has advised"), "Never: any inquiry before the LADO has advised");
        assert_eq!(never("CCTV footage on a phone"), "Never: CCTV footage on a phone");
        for own in ["Do not ring the parents", "Nobody opens the file", "Never ring from a private phone"] {
            assert_eq!(never(own), own);
        }
        // Every prohibition of the model template names an act, so that “Never:” before it makes a sentence.
        let model = concat!(env!("CARGO_MANIFEST_DIR"), "/../services/policy-registry/template/model/procedures");
        let files = std::fs::read_dir(model).into_iter().flatten().flatten();
        let texts: Vec<String> = files.filter_map(|file| std::fs::read_to_string(file.path()).ok()).collect();
        let mut prohibited = 0;
        for text in &texts {
            let mut lines = text.lines();
            while lines.any(|line| line.trim() == "prohibitions:") {
                for act in lines.by_ref().map_while(|line| line.trim().strip_prefix("- ")) {
                    let said = never(act.trim_matches('\''));
                    let verb = said.strip_prefix("Never: ").and_then(|act| act.split([' ', ',']).next());
                    assert!(verb.is_some_and(|verb| verb.ends_with("ing") || verb == "any"), "{said}");
                    prohibited += 1;
                }
            }
        }
        assert!(prohibited >= 16, "{prohibited}");
    }
}
