//! Announces what figures are counted from when entries were added: codes and counts, and nothing that somebody wrote.

use chassis::{db::Tx, error::Result, event::Event};
use proto::event::v1::{RegisterCounted, RegisterEntryAdded, RegisterMark};

use super::registers::Registers;
use crate::register::{
    Definition, Entry,
    counted::{Mark, mark, shares},
    standing,
};

fn marked(definition: &Definition, entry: &Entry) -> Option<RegisterMark> {
    let marked =
        |Mark { date, until, kind, result, codes }| RegisterMark { date, kind, result, until_date: until, codes };
    mark(definition, entry).map(marked)
}

/// Announces it of one new entry, and of the earlier one that it takes the place of.
pub(super) async fn entry(tx: &mut Tx, definition: &Definition, entry: &Entry, before: Option<&Entry>) -> Result<()> {
    let now = Some(entry).filter(|entry| !entry.withdraws()).and_then(|entry| marked(definition, entry));
    let before = before.and_then(|before| marked(definition, before));
    if now.is_none() && before.is_none() {
        return Ok(());
    }
    let added = RegisterEntryAdded { register: definition.key.clone(), now, before };
    tx.announce(entry.id.as_str(), Event::RegisterEntryAdded(added)).await
}

/// Announces how many of those expected are in registers, as far as new entries of one register changed it; of that register
/// itself in any case, since days go by as well. What is announced takes the place of what was said before, so all of it is said of
/// the school and not of an entry: of two of one moment the later one is told by its place among the school's.
pub(super) async fn registers(tx: &mut Tx, all: &Registers, definition: &Definition, added: &[Entry]) -> Result<()> {
    let Some(first) = added.first() else { return Ok(()) };
    let school = first.school.as_str();
    let after: Vec<Entry> = standing(all.entries.iter().chain(added).cloned().collect());
    let (was, is) = (all.judged(shares), all.judged_with(&after, shares));
    let parts: std::collections::BTreeSet<_> = was.keys().chain(is.keys()).collect();
    for key in parts {
        let (register, part) = key;
        let (before, now) = (was.get(key).copied().unwrap_or_default(), is.get(key).copied().unwrap_or_default());
        if before == now && *register != definition.key {
            continue;
        }
        let counted = RegisterCounted {
            register: register.clone(),
            part: part.clone(),
            expected: super::registers::count(now.expected),
            covered: super::registers::count(now.covered),
            others: super::registers::count(now.others),
        };
        tx.announce(school, Event::RegisterCounted(counted)).await?;
    }
    Ok(())
}
