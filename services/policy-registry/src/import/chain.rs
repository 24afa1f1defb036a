//! The heaviest chain of pairs that keeps the order on both sides: what a line-by-line comparison does, over pairs that
//! need not be equal and of which only the likely ones are looked at.

/// A likely pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// The place on the left.
    pub left: usize,
    /// The place on the right.
    pub right: usize,
    /// How much it is worth, above 0.
    pub weight: f64,
}

/// The pairs of the heaviest chain, in order; no place is in two of them.
pub fn heaviest(mut pairs: Vec<Pair>) -> Vec<Pair> {
    // Of one left place the later right ones come first, so that two of them never stand in one chain.
    pairs.sort_by(|a, b| a.left.cmp(&b.left).then(b.right.cmp(&a.right)));
    let width = pairs.iter().map(|pair| pair.right + 1).max().unwrap_or_default();
    // best[…]: a tree over right places; each node the weight and index of the best chain that ends below it.
    let mut best: Vec<(f64, Option<usize>)> = vec![(0.0, None); width + 1];
    let mut before: Vec<Option<usize>> = vec![None; pairs.len()];
    for (index, pair) in pairs.iter().enumerate() {
        let mut top = (0.0, None);
        let mut at = pair.right;
        while at > 0 {
            if let Some(node) = best.get(at).filter(|node| node.0 > top.0) {
                top = *node;
            }
            at &= at - 1;
        }
        if let Some(link) = before.get_mut(index) {
            *link = top.1;
        }
        let weight = top.0 + pair.weight;
        let mut at = pair.right + 1;
        while at <= width {
            if let Some(node) = best.get_mut(at).filter(|node| weight > node.0) {
                *node = (weight, Some(index));
            }
            at += at & at.wrapping_neg();
        }
    }
    let mut chain = Vec::new();
    let mut at = best.iter().max_by(|a, b| a.0.total_cmp(&b.0)).and_then(|node| node.1);
    while let Some(index) = at {
        chain.extend(pairs.get(index));
        at = before.get(index).copied().flatten();
    }
    chain.reverse();
    chain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_chain_keeps_the_order() {
        let pair = |(left, right, weight)| Pair { left, right, weight };
        let found = |pairs: &[(usize, usize, f64)]| {
            heaviest(pairs.iter().copied().map(pair).collect()).iter().map(|p| (p.left, p.right)).collect::<Vec<_>>()
        };
        assert_eq!(found(&[(0, 0, 1.0), (1, 2, 1.0), (2, 1, 1.5), (3, 3, 1.0)]), [(0, 0), (2, 1), (3, 3)]);
        assert_eq!(found(&[(0, 0, 1.0), (0, 1, 1.1), (1, 1, 1.0)]), [(0, 0), (1, 1)]);
        assert_eq!(found(&[(0, 5, 1.0), (5, 0, 2.0)]), [(5, 0)]);
        assert_eq!(found(&[]), []);
    }
}
