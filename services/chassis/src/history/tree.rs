//! The Merkle tree of RFC 6962, section 2.1: leaf and node hashes, and the frontier from which the root of a growing
//! log follows without reading it again.

use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The hash of a leaf.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Sha256::new_with_prefix([0]).chain_update(leaf).finalize().into()
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new_with_prefix([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The roots of the perfect subtrees that a log of this size falls into, largest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    roots: Vec<Hash>,
}

impl Frontier {
    /// Reads a frontier as it was stored.
    ///
    /// # Errors
    /// `Internal` where the roots do not fit the size.
    pub fn read(size: i64, bytes: &[u8]) -> Result<Self> {
        let (chunks, rest) = bytes.as_chunks::<32>();
        let size = u64::try_from(size).map_err(Error::internal)?;
        if !rest.is_empty() || chunks.len() != usize::try_from(size.count_ones()).unwrap_or_default() {
            return Err(Error::internal("the head of the history does not fit its size"));
        }
        Ok(Self { size, roots: chunks.to_vec() })
    }

    /// The roots, one after another.
    pub fn bytes(&self) -> Vec<u8> {
        self.roots.concat()
    }

    /// How many leaves the log has.
    pub fn size(&self) -> i64 {
        i64::try_from(self.size).unwrap_or(i64::MAX)
    }

    /// Adds a leaf at the end.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        // Every trailing one in the size is a perfect subtree that this leaf completes to the next size.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.roots.push(hash);
        self.size += 1;
    }

    /// The root of the whole log.
    pub fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev();
        match roots.next() {
            None => Sha256::digest([]).into(),
            Some(last) => roots.fold(*last, |right, left| node_hash(left, &right)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition of RFC 6962, section 2.1, word for word.
    fn root(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Sha256::digest([]).into(),
            [one] => *one,
            many => {
                let split = (many.len().next_power_of_two() / 2).max(1);
                node_hash(&root(&many[..split]), &root(&many[split..]))
            }
        }
    }

    #[test]
    fn the_empty_log_has_the_hash_of_nothing() {
        assert_eq!(
            hex::encode(Frontier::default().root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn known_roots_of_the_published_vectors_hold() {
        // The leaves and roots that Certificate Transparency implementations test with.
        let leaves = ["", "00", "10", "2021", "3031", "40414243"];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        ];
        let mut tree = Frontier::default();
        for (leaf, expected) in leaves.iter().zip(roots) {
            tree.push(leaf_hash(&hex::decode(leaf).unwrap_or_default()));
            assert_eq!(hex::encode(tree.root()), expected);
        }
    }

    proptest! {
        #[test]
        fn the_frontier_agrees_with_the_definition(count in 0usize..200) {
            let leaves: Vec<Hash> = (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect();
            let mut tree = Frontier::default();
            leaves.iter().for_each(|leaf| tree.push(*leaf));
            prop_assert_eq!(tree.root(), root(&leaves));
            prop_assert_eq!(Frontier::read(tree.size(), &tree.bytes()).ok(), Some(tree));
        }
    }
}
