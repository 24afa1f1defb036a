//! Keeps a list together: what leads into it and its items stand in one section of the policy, whatever clauses they are on.

use std::collections::BTreeMap;

use super::Fate;
use crate::{
    document::{Document, Kind, Paragraph},
    template::Template,
};

/// The section each paragraph of a list stands in: the one most of the list is on. None for what is in no list, or set
/// aside.
pub fn homes<'a>(document: &Document, fates: &'a [Fate], template: &'a Template) -> Vec<Option<&'a str>> {
    let section = |fate: &'a Fate| match fate {
        Fate::Matched { clause, percent } | Fate::Amended { clause, percent } => {
            template.clause(clause).map(|(section, _)| (section.id.as_str(), u32::from(*percent)))
        }
        Fate::Added { section } if !section.is_empty() => Some((section.as_str(), 1)),
        Fate::Added { .. } | Fate::Ignored(_) => None,
    };
    let mut homes = vec![None; document.paragraphs.len()];
    let mut rest = 0..document.paragraphs.len();
    while let Some(from) = rest.next() {
        let to = from + length(document.paragraphs.get(from..).unwrap_or_default());
        let fates = fates.get(from..to).unwrap_or_default();
        let mut sums: BTreeMap<&str, u32> = BTreeMap::new();
        for (section, percent) in fates.iter().filter_map(section) {
            *sums.entry(section).or_default() += percent;
        }
        // Of sections that weigh the same, the one that is spoken of first.
        let first = |wanted: &str| fates.iter().filter_map(section).position(|(section, _)| section == wanted);
        let home =
            sums.iter().max_by_key(|(section, sum)| (**sum, std::cmp::Reverse(first(section)))).map(|(home, _)| *home);
        for (at, fate) in (from..to).zip(fates) {
            if !matches!(fate, Fate::Ignored(_)) {
                homes.get_mut(at).into_iter().for_each(|place| *place = home);
            }
        }
        rest = to.max(from + 1)..document.paragraphs.len();
    }
    homes
}

/// How many paragraphs at the start of these make one list, which something leads into; 0 where none begins there.
fn length(paragraphs: &[Paragraph]) -> usize {
    let Some((first, rest)) = paragraphs.split_first() else { return 0 };
    let Some(above) = first.kind.level().filter(|_| first.text.trim_end().ends_with(':')) else { return 0 };
    let below =
        |item: &&Paragraph| item.kind == Kind::BlankBullet || item.kind.level().is_some_and(|level| level > above);
    match rest.iter().take_while(below).count() {
        0 => 0,
        items => 1 + items,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::template;

    #[test]
    fn what_leads_into_a_list_and_its_items_stand_where_most_of_the_list_does() {
        let template = template();
        let (first, other) = match template.sections.as_slice() {
            [first, other, ..] => (first, other),
            _ => unreachable!("the small template has two sections"),
        };
        let on = |section: &crate::template::Section, percent| Fate::Amended {
            clause: section.clauses.first().map(|clause| clause.id.clone()).unwrap_or_default(),
            percent,
        };
        let text = "# Aims\n\n- Alone.\n\nWe mean to:\n\n- teach\n- warn\n- keep\n\nA line by itself.\n";
        let document = Document::parse(text);
        let mut fates: Vec<Fate> =
            document.paragraphs.iter().map(|_| Fate::Ignored(super::super::Why::Heading)).collect();
        let at = |words: &str| document.paragraphs.iter().position(|p| p.text == words).unwrap_or_default();
        for (words, fate) in [
            ("We mean to:", on(other, 55)),
            ("teach", on(first, 99)),
            ("warn", Fate::Added { section: first.id.clone() }),
            ("keep", on(other, 40)),
            ("A line by itself.", on(other, 90)),
        ] {
            fates[at(words)] = fate;
        }
        let homes = homes(&document, &fates, &template);
        for words in ["We mean to:", "teach", "warn", "keep"] {
            assert_eq!(homes[at(words)], Some(first.id.as_str()), "{words}");
        }
        assert_eq!((homes[at("A line by itself.")], homes[at("Aims")]), (None, None));
    }
}
