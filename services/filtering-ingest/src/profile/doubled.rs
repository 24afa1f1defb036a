//! Fields that stand twice with different values. Whoever asks for an address can write the filter's own keys into it, and
//! stands before or behind the filter itself, as the product orders its fields. So nobody can say which value is the
//! filter's: of what an event is judged by every value counts, and the gravest decides. Of all else the first stays.

use std::borrow::Cow;

use super::{Profile, field::Field, slots::Slots};
use crate::{
    category,
    observation::{Observation, Outcome, Reached, Warning, Warnings},
};

/// Further categories of one event that are kept. Of more than these the gravest are.
const FURTHER: usize = 100;

impl Profile {
    /// Adds what further values say of an event's categories and its outcome.
    pub(super) fn doubled<'a>(&'a self, made: &mut Observation<'a>, slots: &Slots<'a>, warnings: &mut Warnings) {
        warnings.add(Warning::DoubledField);
        let mut other = slots.clone();
        let (mut names, mut numbers) = (Vec::new(), Vec::new());
        let mut odd = Warnings::default();
        for (n, (slot, ..)) in slots.doubled.iter().enumerate() {
            other.swap(n);
            for (field, sources) in &self.plan {
                let into = match field {
                    Field::Categories => &mut names,
                    Field::CategoryIds => &mut numbers,
                    _ => continue,
                };
                for source in sources.iter().filter(|source| source.depends_on(*slot)) {
                    let mut seen = Warnings::default();
                    source.each(&other, warnings, |value| into.extend(self.member(*field, value, &mut seen)));
                    odd.extend(seen);
                }
            }
            let (outcome, word) = self.outcomes.read(&other, &mut Warnings::default());
            if grave(outcome) > grave(made.outcome) {
                (made.outcome, made.vendor_outcome) = (outcome, word);
            }
            for (_, category) in self.adds.iter().filter(|(condition, _)| condition.holds(&other)) {
                if !made.vendor_categories.iter().any(|known| known == category) {
                    made.vendor_categories.push(Cow::Borrowed(category));
                }
            }
            other.swap(n);
        }
        warnings.extend(odd);
        for (into, mut further) in [(&mut made.vendor_categories, names), (&mut made.vendor_category_ids, numbers)] {
            if further.is_empty() {
                continue;
            }
            warnings.add(Warning::DoubledCategory);
            // However many were written into an address, the filter's own is among those that are kept if it is grave.
            further.sort_unstable();
            further.dedup();
            if further.len() > FURTHER {
                warnings.add(Warning::Truncated);
                further.sort_by_cached_key(|name| self.gravity(name));
                further.truncate(FURTHER);
            }
            further.retain(|name| !into.contains(name));
            into.append(&mut further);
        }
    }

    /// How grave a category is by the profile's own map, or the vendor's: the less, the graver.
    fn gravity(&self, name: &str) -> u32 {
        let local = self.local.iter().find(|(local, _)| local.eq_ignore_ascii_case(name));
        let kinds = local.map_or_else(|| category::kinds(&self.category_vendor, name), |(_, ours)| category::bit(ours));
        kinds.trailing_zeros()
    }
}

/// Of several outcomes the one that counts: that the content was reached is graver than that it was stopped.
fn grave(outcome: Outcome) -> u8 {
    match outcome.reached() {
        Reached::Reached => 3,
        Reached::Stopped => 2,
        Reached::Unknown => 1,
        Reached::Neither => 0,
    }
}
