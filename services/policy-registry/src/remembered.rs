//! What is costly to make of a template is made once: a service judges by the same few templates all day. What is
//! remembered is found by what it was made of, so a template that is published anew never meets what was made of another.

use std::sync::{Arc, RwLock};

/// The last few things made, each with what it was made of.
pub(crate) struct Remembered<Of, Made> {
    most: usize,
    known: RwLock<Vec<(Of, Arc<Made>)>>,
}

impl<Of: PartialEq + Clone, Made> Remembered<Of, Made> {
    /// Nothing yet, and never more than so many.
    pub(crate) const fn new(most: usize) -> Self {
        Self { most, known: RwLock::new(Vec::new()) }
    }

    /// What was made of this before, or is made now; the oldest makes way for it.
    pub(crate) fn of(&self, of: &Of, make: impl FnOnce(&Of) -> Made) -> Arc<Made> {
        let known = self.known.read().ok();
        if let Some((_, made)) = known.iter().flat_map(|known| known.iter()).find(|(known, _)| known == of) {
            return Arc::clone(made);
        }
        drop(known);
        let made = Arc::new(make(of));
        if let Ok(mut known) = self.known.write() {
            if known.len() >= self.most {
                known.remove(0);
            }
            known.push((of.clone(), Arc::clone(&made)));
        }
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_few_are_remembered_by_what_they_were_made_of() {
        let remembered = Remembered::new(2);
        let mut made = Vec::new();
        for of in [1, 2, 1, 3, 3, 1] {
            let double = remembered.of(&of, |of| {
                made.push(*of);
                of * 2
            });
            assert_eq!(*double, of * 2);
        }
        assert_eq!(made, [1, 2, 3, 1]);
    }
}
