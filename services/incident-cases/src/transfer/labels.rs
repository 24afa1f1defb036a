//! Labels of other people in a file, such as `[Child 1]`. Each school counts them by itself: where entries of several go on
//! together they are counted on, so that one label never means two people.

/// Kinds of people who are counted.
const KINDS: [&str; 3] = ["Child", "Adult", "Person"];
/// Who told in confidence, and is not counted.
pub const TOLD: &str = "Somebody who told the school";
/// Between labels where several may be meant.
const OR: &str = " or ";

/// The highest number of each kind: children, adults, other people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Labels([u32; 3]);

impl Labels {
    /// Those that texts hold.
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut highest = Self::default();
        for text in texts {
            each(text, &mut |kind, number| {
                if let Some(most) = highest.0.get_mut(kind) {
                    *most = number.max(*most);
                }
                number
            });
        }
        highest
    }

    /// A text with its labels counted on behind these.
    pub fn behind(&self, text: &str) -> String {
        each(text, &mut |kind, number| number.saturating_add(self.0.get(kind).copied().unwrap_or_default()))
    }

    /// These, and as many more.
    pub fn and(self, more: Self) -> Self {
        let ([a, b, c], [d, e, f]) = (self.0, more.0);
        Self([a.saturating_add(d), b.saturating_add(e), c.saturating_add(f)])
    }

    /// The label of the next child.
    pub fn child(&mut self) -> String {
        self.next(0)
    }

    /// The label of the next adult whom a case is about.
    pub fn adult(&mut self) -> String {
        self.next(1)
    }

    /// The label of the next person of whom nothing more is known.
    pub fn person(&mut self) -> String {
        self.next(2)
    }

    fn next(&mut self, kind: usize) -> String {
        let number = self.0.get_mut(kind).map_or(1, |number| {
            *number = number.saturating_add(1);
            *number
        });
        format!("{} {number}", KINDS.get(kind).copied().unwrap_or_default())
    }
}

/// A text with each number of a label as `number` has it, by its kind and what it is.
fn each(text: &str, number: &mut dyn FnMut(usize, u32) -> u32) -> String {
    let (mut done, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.split_once('[') {
        done.push_str(before);
        done.push('[');
        rest = after;
        let inner = after.split_once(']').map(|(inner, _)| inner);
        if let Some((inner, counted)) = inner.and_then(|inner| Some((inner, counted(inner, number)?))) {
            done.push_str(&counted);
            rest = after.strip_prefix(inner).unwrap_or(after);
        }
    }
    done.push_str(rest);
    done
}

/// What stands between brackets, where that is labels and nothing else.
fn counted(inner: &str, number: &mut dyn FnMut(usize, u32) -> u32) -> Option<String> {
    let label = |one: &str| -> Option<(usize, u32)> {
        let (kind, number) = one.split_once(' ')?;
        Some((KINDS.iter().position(|known| *known == kind)?, number.parse().ok()?))
    };
    let all: Vec<&str> = inner.split(OR).collect();
    if !all.iter().all(|one| *one == TOLD || label(one).is_some()) {
        return None;
    }
    let anew = all.into_iter().map(|one| match label(one) {
        Some((kind, was)) => format!("{} {}", KINDS.get(kind).copied().unwrap_or_default(), number(kind, was)),
        None => one.to_owned(),
    });
    Some(anew.collect::<Vec<_>>().join(OR))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_counted_on_and_nothing_else_is() {
        let text =
            "[Child 2] told [Child 1 or Person 3], and [Somebody who told the school or Child 1]: [address removed] [1";
        let before = Labels::of(["[Child 2] and [Adult 1]"]);
        let told =
            "[Child 4] told [Child 3 or Person 3], and [Somebody who told the school or Child 3]: [address removed] [1";
        assert_eq!(before.behind(text), told);
        assert_eq!(Labels::default().behind(text), text);
        let mut all = before.and(Labels::of([text]));
        assert_eq!((all.child(), all.adult(), all.person()), ("Child 5".into(), "Adult 2".into(), "Person 4".into()));
        assert_eq!(before.behind("Child 1 [Child x] [Child 1 [Child 1]"), "Child 1 [Child x] [Child 1 [Child 3]");
    }
}
