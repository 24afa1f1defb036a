//! The answers on what is in force that a process keeps, encoded. Each is held against the marks that were read before
//! it was made, and holds for moments between two turns: a version coming into force or leaving it, a register published.

use std::{
    collections::HashMap,
    ops::Range,
    sync::{Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;

use crate::store::policy_mark::Marks;

/// How much they may take together, in bytes: the policies of about a thousand schools.
const MOST: usize = 64 << 20;
/// What an answer takes beside its text.
const EACH: usize = 512;

/// The answers one process keeps.
pub(crate) struct Answers {
    most: usize,
    kept: Mutex<All>,
}

#[derive(Default)]
struct All {
    schools: HashMap<String, AtSchool>,
    bytes: usize,
    /// Counts the askings, so that what nobody asked for longest goes first.
    asked: u64,
}

struct AtSchool {
    marks: Marks,
    kept: Vec<Kept>,
}

struct Kept {
    during: Range<i64>,
    /// None where nothing was in force.
    answer: Option<Bytes>,
    asked: u64,
}

impl Kept {
    fn size(&self) -> usize {
        EACH + self.answer.as_ref().map_or(0, Bytes::len)
    }
}

impl Default for Answers {
    fn default() -> Self {
        Self::of(MOST)
    }
}

impl Answers {
    fn of(most: usize) -> Self {
        Self { most, kept: Mutex::default() }
    }

    fn all(&self) -> MutexGuard<'_, All> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer for a moment, where one is kept under these very marks; it may be that nothing was in force.
    pub(crate) fn get(&self, school: &str, marks: &Marks, at: i64) -> Option<Option<Bytes>> {
        let mut all = self.all();
        all.asked += 1;
        let asked = all.asked;
        let here = all.schools.get_mut(school).filter(|here| here.marks == *marks)?;
        let kept = here.kept.iter_mut().find(|kept| kept.during.contains(&at))?;
        kept.asked = asked;
        Some(kept.answer.clone())
    }

    /// Keeps an answer that holds during these moments. The marks are those that were read before anything of it was.
    pub(crate) fn keep(&self, school: &str, marks: Marks, during: Range<i64>, answer: Option<Bytes>) {
        let mut all = self.all();
        if all.schools.get(school).is_some_and(|here| here.marks != marks) {
            all.drop_school(school);
        }
        let kept = Kept { during, answer, asked: all.asked };
        let size = kept.size();
        let here = all.schools.entry(school.to_owned()).or_insert_with(|| AtSchool { marks, kept: Vec::new() });
        // Two that missed at once made the same.
        if here.kept.iter().any(|other| other.during == kept.during) {
            return;
        }
        here.kept.push(kept);
        all.bytes += size;
        while all.bytes > self.most && all.drop_oldest() {}
    }
}

impl All {
    fn drop_school(&mut self, school: &str) {
        if let Some(gone) = self.schools.remove(school) {
            self.bytes -= gone.kept.iter().map(Kept::size).sum::<usize>();
        }
    }

    /// Drops what nobody asked for longest; false where nothing is kept.
    fn drop_oldest(&mut self) -> bool {
        let each = |(school, here): (&String, &AtSchool)| {
            let oldest = here.kept.iter().enumerate().min_by_key(|(_, kept)| kept.asked);
            oldest.map(|(nth, kept)| (kept.asked, school.clone(), nth))
        };
        let Some((_, school, nth)) = self.schools.iter().filter_map(each).min() else { return false };
        let Some(here) = self.schools.get_mut(&school) else { return false };
        self.bytes -= here.kept.swap_remove(nth).size();
        if here.kept.is_empty() {
            self.schools.remove(&school);
        }
        true
    }
}

/// From the last turn up to a moment until the next one after it: in between, the answer stays what it is.
pub(crate) fn between(turns: &[i64], at: i64) -> Range<i64> {
    let from = turns.iter().copied().filter(|turn| *turn <= at).max().unwrap_or(i64::MIN);
    from..turns.iter().copied().filter(|turn| *turn > at).min().unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_holds_under_its_marks_and_between_its_turns() {
        let answers = Answers::default();
        let (first, second) = (Marks::of("a", "x"), Marks::of("b", "x"));
        let during = between(&[30, 10, 20, 10], 15);
        assert_eq!(during, 10..20);
        assert_eq!((between(&[10], 9), between(&[10], 10)), (i64::MIN..10, 10..i64::MAX));
        answers.keep("s", first.clone(), during, Some(Bytes::from_static(b"one")));
        answers.keep("s", first.clone(), i64::MIN..10, None);
        let got = |marks: &Marks, at| answers.get("s", marks, at);
        assert_eq!(got(&first, 10), Some(Some(Bytes::from_static(b"one"))));
        assert_eq!((got(&first, 9), got(&first, 20)), (Some(None), None));
        assert_eq!((got(&second, 10), got(&Marks::of("a", "y"), 10)), (None, None));
        assert_eq!(answers.get("t", &first, 10), None);
        answers.keep("s", second.clone(), 10..20, Some(Bytes::from_static(b"two")));
        assert_eq!((got(&first, 10), got(&second, 10)), (None, Some(Some(Bytes::from_static(b"two")))));
    }

    #[test]
    fn what_nobody_asked_for_longest_goes_first() {
        let answers = Answers::of(3 * (EACH + 1));
        let marks = Marks::of("a", "x");
        for (nth, school) in ["s", "t", "u"].into_iter().enumerate() {
            let at = i64::try_from(nth).unwrap_or_default();
            answers.keep(school, marks.clone(), at..at + 1, Some(Bytes::from_static(b"1")));
            assert!(answers.get(school, &marks, at).is_some());
        }
        assert!(answers.get("s", &marks, 0).is_some());
        answers.keep("v", marks.clone(), 0..1, Some(Bytes::from_static(b"1")));
        let there = |school, at| answers.get(school, &marks, at).is_some();
        assert_eq!((there("s", 0), there("t", 1), there("u", 2), there("v", 0)), (true, false, true, true));
        assert!(answers.all().bytes <= 3 * (EACH + 1));
    }
}
