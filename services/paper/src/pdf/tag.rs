//! What the pieces of the pages are: a tree whose leaves are the runs, in reading order.

use std::num::NonZeroU16;

use krilla::{
    geom::Rect,
    tagging::{BBox, Identifier, ListNumbering, TableHeaderScope, Tag, TagGroup, TagKind, TagTree},
};

/// What a part of the document is.
#[derive(Debug, Clone)]
pub(super) enum What {
    Root,
    Heading(u8, String),
    Paragraph,
    Contents,
    Entry,
    Reference,
    Link,
    List {
        counted: bool,
    },
    Item,
    Label,
    Body,
    Table,
    Caption,
    Head,
    Rows,
    Row,
    HeadCell {
        of_column: bool,
    },
    Cell,
    /// A drawing: what it shows in words, its page, and its place there (left, top, width, height).
    Figure(String, usize, [f32; 4]),
}

#[derive(Debug)]
enum Child {
    Part(usize),
    Leaf(usize),
}

/// The tree while it grows.
#[derive(Debug)]
pub(super) struct Tags {
    parts: Vec<(What, Vec<Child>)>,
    leaves: Vec<Option<Identifier>>,
}

/// A part of the tree.
pub(super) type Part = usize;
/// A leaf of it.
pub(super) type Leaf = usize;

impl Tags {
    pub const ROOT: Part = 0;

    pub fn new() -> Self {
        Self { parts: vec![(What::Root, Vec::new())], leaves: Vec::new() }
    }

    /// A part below another, behind what is there.
    pub fn part(&mut self, below: Part, what: What) -> Part {
        let part = self.parts.len();
        self.parts.push((what, Vec::new()));
        if let Some((_, children)) = self.parts.get_mut(below) {
            children.push(Child::Part(part));
        }
        part
    }

    /// A leaf below a part, filled in once it is drawn.
    pub fn leaf(&mut self, below: Part) -> Leaf {
        let leaf = self.leaves.len();
        self.leaves.push(None);
        if let Some((_, children)) = self.parts.get_mut(below) {
            children.push(Child::Leaf(leaf));
        }
        leaf
    }

    /// Says what was drawn for a leaf.
    pub fn fill(&mut self, leaf: Leaf, identifier: Identifier) {
        if let Some(place) = self.leaves.get_mut(leaf) {
            *place = Some(identifier);
        }
    }

    /// The tree as the PDF has it.
    pub fn tree(self) -> TagTree {
        let mut tree = TagTree::new();
        if let Some((_, children)) = self.parts.first() {
            for child in children {
                match child {
                    Child::Part(part) => tree.push(self.group(*part)),
                    Child::Leaf(leaf) => {
                        self.leaves.get(*leaf).copied().flatten().into_iter().for_each(|i| tree.push(i))
                    }
                }
            }
        }
        tree
    }

    fn group(&self, part: Part) -> TagGroup {
        let Some((what, children)) = self.parts.get(part) else { return TagGroup::new(Tag::P) };
        let mut group = TagGroup::new(what.kind());
        for child in children {
            match child {
                Child::Part(part) => group.push(self.group(*part)),
                Child::Leaf(leaf) => {
                    self.leaves.get(*leaf).copied().flatten().into_iter().for_each(|identifier| group.push(identifier));
                }
            }
        }
        group
    }
}

impl What {
    fn kind(&self) -> TagKind {
        match self {
            Self::Root | Self::Paragraph => Tag::P.into(),
            Self::Heading(level, title) => {
                let level = NonZeroU16::new((*level).into()).unwrap_or(NonZeroU16::MIN);
                Tag::Hn(level, Some(title.clone())).into()
            }
            Self::Contents => Tag::TOC.into(),
            Self::Entry => Tag::TOCI.into(),
            Self::Reference => Tag::Reference.into(),
            Self::Link => Tag::Link.into(),
            Self::List { counted: true } => Tag::L(ListNumbering::Decimal).into(),
            Self::List { counted: false } => Tag::L(ListNumbering::Disc).into(),
            Self::Item => Tag::LI.into(),
            Self::Label => Tag::Lbl.into(),
            Self::Body => Tag::LBody.into(),
            Self::Table => Tag::Table.into(),
            Self::Caption => Tag::Caption.into(),
            Self::Head => Tag::THead.into(),
            Self::Rows => Tag::TBody.into(),
            Self::Row => Tag::TR.into(),
            Self::HeadCell { of_column: true } => Tag::TH(TableHeaderScope::Column).into(),
            Self::HeadCell { of_column: false } => Tag::TH(TableHeaderScope::Row).into(),
            Self::Cell => Tag::TD.into(),
            Self::Figure(alternative, page, [x, y, width, height]) => {
                let place = Rect::from_xywh(*x, *y, *width, *height).map(|area| BBox::new(*page, area));
                Tag::Figure(Some(alternative.clone())).with_bbox(place).into()
            }
        }
    }
}
