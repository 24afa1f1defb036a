//! What was searched for: the words a person typed, and not the words an engine suggests meanwhile.

use crate::observation::{Search, Url};

/// Domain label, path prefix, parameter, engine.
const ENGINES: &[(&str, &str, &str, &str)] = &[
    ("google.", "/search", "q", "google"),
    ("bing.com", "/search", "q", "bing"),
    ("bing.com", "/images/search", "q", "bing"),
    ("bing.com", "/videos/search", "q", "bing"),
    ("duckduckgo.com", "/", "q", "duckduckgo"),
    ("yahoo.", "/search", "p", "yahoo"),
    ("youtube.com", "/results", "search_query", "youtube"),
    ("ecosia.org", "/search", "q", "ecosia"),
    ("ask.com", "/web", "q", "ask"),
    ("startpage.com", "/", "query", "startpage"),
    ("yandex.", "/search", "text", "yandex"),
    ("tiktok.com", "/search", "q", "tiktok"),
];

/// Where engines are asked for suggestions, one keystroke at a time.
const SUGGESTIONS: &[(&str, &str, &str, &str)] = &[
    ("google.", "/complete/search", "q", "google"),
    ("bing.com", "/as/suggestions", "qry", "bing"),
    ("duckduckgo.com", "/ac", "q", "duckduckgo"),
    ("youtube.com", "/complete/search", "q", "youtube"),
    ("ecosia.org", "/autocomplete", "q", "ecosia"),
    ("yahoo.", "/gossip", "command", "yahoo"),
];

/// Reads what was searched for off an address.
pub fn read(url: &Url) -> Option<Search> {
    find(url, SUGGESTIONS, false).or_else(|| find(url, ENGINES, true))
}

fn find(url: &Url, places: &[(&str, &str, &str, &'static str)], is_final: bool) -> Option<Search> {
    let path = url.path.to_ascii_lowercase();
    places.iter().find_map(|(domain, prefix, parameter, engine)| {
        // `google.` stands for every country's: the label must begin the host or follow a dot.
        let here = match domain.strip_suffix('.') {
            Some(label) => url.host.split('.').any(|part| part == label),
            None => url.within(domain),
        };
        if !here || !path.starts_with(prefix) {
            return None;
        }
        let terms = url.parameter(parameter)?;
        let terms = terms.split_whitespace().collect::<Vec<_>>().join(" ");
        (!terms.is_empty()).then_some(Search { engine, terms, is_final })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_from_searches_and_not_from_other_addresses() {
        let read = |text: &str| read(&Url::read(text)).map(|s| (s.terms, s.is_final));
        assert_eq!(read("https://www.google.co.uk/search?q=roman+roads%20map"), Some(("roman roads map".into(), true)));
        assert_eq!(read("https://www.google.com/complete/search?client=x&q=rom"), Some(("rom".into(), false)));
        assert_eq!(read("https://www.bing.com/AS/Suggestions?qry=ro&cp=2"), Some(("ro".into(), false)));
        assert_eq!(read("https://google.example/search?q=x").map(|_| ()), Some(()));
        assert_eq!(read("https://notgoogle.com/search?q=x"), None);
        assert_eq!(read("https://www.google.com/maps?q=x"), None);
        assert_eq!(read("https://www.google.com:443"), None);
    }
}
