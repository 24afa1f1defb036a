//! What filter alerts are about: the codes that travel in events, and their one name everywhere.

/// Every theme with its name.
pub const THEMES: &[(&str, &str)] = &[
    ("illegal_csam", "Illegal images of children"),
    ("extremism_terrorism", "Extremism or terrorism"),
    ("self_harm_suicide", "Self-harm or suicide"),
    ("sexual_exploitation", "Sexual exploitation"),
    ("hate_discrimination", "Hate or discrimination"),
    ("bullying", "Bullying"),
    ("pornography", "Pornography"),
    ("drugs", "Drugs"),
    ("criminal_skills", "Criminal skills"),
    ("proxy_circumvention", "Ways around the filter"),
    ("dating", "Dating"),
    ("violence_gore", "Violence or gore"),
    ("violence_weapons", "Weapons"),
    ("gambling", "Gambling"),
    ("malware_phishing", "Malware or phishing"),
    ("piracy_p2p", "Piracy or file exchange"),
    ("generative_ai", "Generative AI"),
    ("search_keyword_block", "A search that the filter stopped"),
];

/// A theme's name; its code in words where it has none.
pub fn title(code: &str) -> String {
    let known = THEMES.iter().find(|(theme, _)| *theme == code);
    known.map_or_else(|| code.replace('_', " "), |(_, title)| (*title).to_owned())
}
