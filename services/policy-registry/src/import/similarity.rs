//! How alike two texts are: cosine over words weighed by how rare they are in the template.

use std::collections::HashMap;

/// Words that say nothing about a clause's matter.
const STOP: [&str; 64] = [
    "the",
    "and",
    "for",
    "are",
    "with",
    "that",
    "this",
    "will",
    "our",
    "their",
    "they",
    "them",
    "from",
    "which",
    "have",
    "has",
    "been",
    "such",
    "any",
    "all",
    "not",
    "who",
    "what",
    "when",
    "where",
    "how",
    "may",
    "must",
    "can",
    "could",
    "would",
    "should",
    "its",
    "his",
    "her",
    "you",
    "your",
    "was",
    "were",
    "being",
    "than",
    "then",
    "there",
    "these",
    "those",
    "into",
    "onto",
    "upon",
    "also",
    "other",
    "more",
    "most",
    "some",
    "each",
    "per",
    "via",
    "etc",
    "including",
    "include",
    "regarding",
    "appropriate",
    "ensure",
    "use",
    "used",
];

/// The words of a text that carry matter, cut to their stems.
pub fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .replace(['\'', '’', '‘'], "")
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() > 1 && !STOP.contains(word))
        .map(stem)
        .collect()
}

/// A rough stem: enough for `reports`, `reported` and `reporting` to meet.
fn stem(word: &str) -> String {
    const ENDINGS: [&str; 7] = ["ations", "ation", "ings", "ing", "ies", "ed", "es"];
    const SHORTEST: usize = 4;
    for ending in ENDINGS {
        if let Some(stem) = word.strip_suffix(ending).filter(|stem| stem.len() >= SHORTEST) {
            return stem.to_owned();
        }
    }
    let single = word.strip_suffix('s').filter(|stem| stem.len() >= SHORTEST && !stem.ends_with('s')).unwrap_or(word);
    single.strip_suffix('e').filter(|stem| stem.len() >= SHORTEST).unwrap_or(single).to_owned()
}

/// How rare each word is among the template's clauses.
#[derive(Debug, Default)]
pub struct Rarity {
    in_texts: HashMap<String, f64>,
    texts: f64,
}

impl Rarity {
    /// Counts in how many of the texts each word stands.
    pub fn of<'a>(texts: impl Iterator<Item = &'a [String]>) -> Self {
        let mut rarity = Self::default();
        for text in texts {
            rarity.texts += 1.0;
            let mut seen: Vec<&String> = text.iter().collect();
            seen.sort();
            seen.dedup();
            for word in seen {
                *rarity.in_texts.entry(word.clone()).or_default() += 1.0;
            }
        }
        rarity
    }

    /// The weight of a word.
    pub fn weight(&self, word: &str) -> f64 {
        let known = self.in_texts.get(word).copied().unwrap_or(0.5);
        ((self.texts + 1.0) / known).ln().max(0.1)
    }

    /// The weighed words of a text, its length 1.
    pub fn vector(&self, mut words: Vec<String>) -> Vector {
        words.sort_unstable();
        let mut weights: Vec<(String, f64)> = Vec::new();
        for word in words {
            match weights.last_mut().filter(|(last, _)| *last == word) {
                Some((_, times)) => *times += 1.0,
                None => weights.push((word, 1.0)),
            }
        }
        for (word, weight) in &mut weights {
            *weight = (1.0 + weight.ln()) * self.weight(word);
        }
        let length = weights.iter().map(|(_, w)| w * w).sum::<f64>().sqrt();
        if length > 0.0 {
            weights.iter_mut().for_each(|(_, w)| *w /= length);
        }
        Vector(weights)
    }
}

/// The weighed words of a text, in the order of the words: sums over them come out the same each time.
#[derive(Debug, Clone, Default)]
pub struct Vector(Vec<(String, f64)>);

impl Vector {
    /// Each word with its weight.
    pub fn into_weights(self) -> impl Iterator<Item = (String, f64)> {
        self.0.into_iter()
    }

    /// How alike two texts are, 0 to 1.
    pub fn cosine(&self, other: &Self) -> f64 {
        let theirs = |word: &String| {
            let place = other.0.binary_search_by(|(other, _)| other.cmp(word)).ok()?;
            other.0.get(place).map(|(_, weight)| *weight)
        };
        self.0.iter().filter_map(|(word, weight)| Some(weight * theirs(word)?)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_most_like_itself_and_unlike_another_matter() {
        let texts = ["Boats are moored at dusk", "Bees are fed in winter", "Reported boats"].map(words);
        let rarity = Rarity::of(texts.iter().map(Vec::as_slice));
        let [boats, bees, reported] = texts.map(|text| rarity.vector(text));
        assert!((boats.cosine(&boats) - 1.0).abs() < 1e-9);
        assert!(boats.cosine(&bees) < 0.01 && boats.cosine(&reported) > 0.1);
        assert_eq!(words("Reporting concerns"), words("the reported concern"));
    }
}
