//! What was searched for: the words a person typed, and not the words an engine suggests meanwhile.

use std::borrow::Cow;

use crate::observation::{Search, Text, Url};

/// A place where words are asked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The domain; with a dot at its end a label of it, as `google.` stands for every country's.
    pub domain: Cow<'static, str>,
    /// What its path begins with.
    pub path: Cow<'static, str>,
    /// The parameter that holds the words.
    pub parameter: Cow<'static, str>,
    /// Whose it is.
    pub engine: Cow<'static, str>,
}

const fn place(domain: &'static str, path: &'static str, parameter: &'static str, engine: &'static str) -> Place {
    Place {
        domain: Cow::Borrowed(domain),
        path: Cow::Borrowed(path),
        parameter: Cow::Borrowed(parameter),
        engine: Cow::Borrowed(engine),
    }
}

/// Where words are sent off.
static ENGINES: &[Place] = &[
    place("google.", "/search", "q", "google"),
    place("bing.com", "/search", "q", "bing"),
    place("bing.com", "/images/search", "q", "bing"),
    place("bing.com", "/videos/search", "q", "bing"),
    place("duckduckgo.com", "/", "q", "duckduckgo"),
    place("yahoo.", "/search", "p", "yahoo"),
    place("youtube.com", "/results", "search_query", "youtube"),
    place("ecosia.org", "/search", "q", "ecosia"),
    place("ask.com", "/web", "q", "ask"),
    place("startpage.com", "/", "query", "startpage"),
    place("yandex.", "/search", "text", "yandex"),
    place("tiktok.com", "/search", "q", "tiktok"),
    place("search.brave.com", "/search", "q", "brave"),
    place("qwant.com", "/", "q", "qwant"),
    place("kiddle.co", "/s.php", "q", "kiddle"),
    place("baidu.com", "/s", "wd", "baidu"),
    place("pinterest.", "/search", "q", "pinterest"),
    place("reddit.com", "/search", "q", "reddit"),
    place("amazon.", "/s", "k", "amazon"),
    place("ebay.", "/sch", "_nkw", "ebay"),
    place("wikipedia.org", "/w/index.php", "search", "wikipedia"),
    place("x.com", "/search", "q", "x"),
    place("twitter.com", "/search", "q", "x"),
    place("instagram.com", "/explore/search", "q", "instagram"),
    // What is asked of an assistant is asked of nobody else.
    place("chatgpt.com", "/", "q", "chatgpt"),
    place("chat.openai.com", "/", "q", "chatgpt"),
    place("copilot.microsoft.com", "/", "q", "copilot"),
    place("gemini.google.com", "/", "q", "gemini"),
    place("perplexity.ai", "/search", "q", "perplexity"),
];

/// Where the words are a part of the path, behind what it begins with.
static PATHS: &[Place] = &[place("open.spotify.com", "/search/", "", "spotify")];

/// Where the words stand behind the mark `#`, as far as whoever wrote the log saw that.
static FRAGMENTS: &[Place] = &[place("google.", "", "q", "google")];

/// Where engines are asked for suggestions, one keystroke at a time.
static SUGGESTIONS: &[Place] = &[
    place("google.", "/complete/search", "q", "google"),
    place("bing.com", "/as/suggestions", "qry", "bing"),
    place("duckduckgo.com", "/ac", "q", "duckduckgo"),
    place("youtube.com", "/complete/search", "q", "youtube"),
    place("ecosia.org", "/autocomplete", "q", "ecosia"),
    place("yahoo.", "/gossip", "command", "yahoo"),
    place("search.brave.com", "/api/suggest", "q", "brave"),
    place("qwant.com", "/v3/suggest", "q", "qwant"),
    place("amazon.", "/api/2017/suggestions", "prefix", "amazon"),
    place("wikipedia.org", "/w/rest.php", "q", "wikipedia"),
];

/// Labels that begin the names above: a host without one of them is no engine's.
fn known(label: &str) -> bool {
    matches!(
        label,
        "google"
            | "bing"
            | "duckduckgo"
            | "yahoo"
            | "youtube"
            | "ecosia"
            | "ask"
            | "startpage"
            | "yandex"
            | "tiktok"
            | "brave"
            | "qwant"
            | "kiddle"
            | "baidu"
            | "pinterest"
            | "reddit"
            | "amazon"
            | "ebay"
            | "wikipedia"
            | "x"
            | "twitter"
            | "instagram"
            | "chatgpt"
            | "openai"
            | "copilot"
            | "perplexity"
            | "spotify"
    )
}

/// Reads what was searched for off an address; `suggestions` are the profile's own places beside ours.
pub fn read<'a>(url: &Url<'a>, suggestions: &[Place]) -> Option<Search<'a>> {
    if url.host.is_empty() {
        return None;
    }
    if url.query.is_empty() {
        return elsewhere(url);
    }
    let theirs = || find(url, suggestions, false);
    if !url.host.split('.').any(known) {
        return if suggestions.is_empty() { None } else { theirs() };
    }
    theirs().or_else(|| find(url, SUGGESTIONS, false)).or_else(|| find(url, ENGINES, true)).or_else(|| elsewhere(url))
}

/// Words that are no parameter of the query.
fn elsewhere<'a>(url: &Url<'a>) -> Option<Search<'a>> {
    let fragment = || find_by(url, FRAGMENTS, |place| url.in_fragment(&place.parameter));
    let path = || find_by(url, PATHS, |place| url.segment_after(&place.path));
    let asked = url.path.len() > 1 || url.original.contains('#');
    if !asked || !url.host.split('.').any(known) {
        return None;
    }
    fragment().or_else(path).map(|(engine, terms)| Search { engine, terms, is_final: true })
}

fn find<'a>(url: &Url<'a>, places: &[Place], is_final: bool) -> Option<Search<'a>> {
    let found = find_by(url, places, |place| url.parameter(&place.parameter));
    found.map(|(engine, terms)| Search { engine, terms, is_final })
}

fn find_by<'a>(
    url: &Url<'a>,
    places: &[Place],
    words: impl Fn(&Place) -> Option<Text<'a>>,
) -> Option<(Cow<'static, str>, Text<'a>)> {
    places.iter().find_map(|place| {
        // `google.` stands for every country's: the label must begin the host or follow a dot.
        let here = match place.domain.strip_suffix('.') {
            Some(label) => url.host.split('.').any(|part| part == label),
            None => url.within(&place.domain),
        };
        let path = url.path.as_bytes().get(..place.path.len());
        if !here || !path.is_some_and(|path| path.eq_ignore_ascii_case(place.path.as_bytes())) {
            return None;
        }
        let terms = plain(words(place)?);
        (!terms.is_empty()).then(|| (place.engine.clone(), terms))
    })
}

/// Words with single blanks between them.
pub(crate) fn plain(terms: Text<'_>) -> Text<'_> {
    let bytes = terms.as_bytes();
    let odd = |pair: &[u8]| pair[0] == b' ' && pair[1] == b' ';
    let ends = bytes.first() == Some(&b' ') || bytes.last() == Some(&b' ');
    if !ends && terms.is_ascii() && !bytes.windows(2).any(odd) && !bytes.iter().any(u8::is_ascii_control) {
        return terms;
    }
    Cow::Owned(terms.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_from_searches_and_not_from_other_addresses() {
        let read = |text: &'static str| read(&Url::read(text), &[]).map(|s| (s.terms, s.is_final));
        assert_eq!(read("https://www.google.co.uk/search?q=roman+roads%20map"), Some(("roman roads map".into(), true)));
        assert_eq!(read("https://www.google.com/complete/search?client=x&q=rom"), Some(("rom".into(), false)));
        assert_eq!(read("https://www.bing.com/AS/Suggestions?qry=ro&cp=2"), Some(("ro".into(), false)));
        assert_eq!(read("https://google.example/search?q=x").map(|_| ()), Some(()));
        for (address, words) in [
            ("https://x.com/search?q=roman%20roads&src=typed", "roman roads"),
            ("https://www.instagram.com/explore/search/keyword/?q=roman+roads", "roman roads"),
            ("https://open.spotify.com/search/roman%20roads/playlists", "roman roads"),
            ("https://www.google.com/#q=roman+roads", "roman roads"),
            ("https://www.google.com/webhp?hl=en#hl=en&q=roman+roads", "roman roads"),
            ("https://chatgpt.com/?q=roman+roads", "roman roads"),
            ("https://copilot.microsoft.com/?q=roman+roads", "roman roads"),
            ("https://gemini.google.com/app?q=roman+roads", "roman roads"),
            // What stands twice is read whole: nobody knows which of them is asked.
            ("https://www.google.com/search?q=cats&hl=en&q=roman+roads", "cats | roman roads"),
            ("https://www.google.com/search?q=&q=cats&q=cats", "cats"),
        ] {
            assert_eq!(read(address), Some((words.into(), true)), "{address}");
        }
        assert_eq!(read("https://netflix.com/search?q=x"), None);
        assert_eq!(read("https://open.spotify.com/track/1"), None);
        assert_eq!(read("https://notgoogle.com/search?q=x"), None);
        assert_eq!(read("https://www.google.com/maps?q=x"), None);
        assert_eq!(read("https://www.google.com:443"), None);
        assert_eq!(read("https://www.google.com/search?q=++a+++b+"), Some(("a b".into(), true)));
    }

    #[test]
    fn every_place_is_reached_by_a_label() {
        for place in ENGINES.iter().chain(SUGGESTIONS).chain(PATHS).chain(FRAGMENTS) {
            assert!(place.domain.split('.').any(known), "{}", place.domain);
        }
    }

    #[test]
    fn a_profile_adds_places_where_suggestions_are_asked_for() {
        let own = [place("find.school.example", "/suggest", "text", "library")];
        let url = Url::read("https://find.school.example/suggest?text=ro");
        assert_eq!(super::read(&url, &own).map(|s| (s.engine, s.is_final)), Some(("library".into(), false)));
    }
}
