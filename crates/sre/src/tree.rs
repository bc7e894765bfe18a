//! A pattern as a tree: between the code list and the program.

use crate::code::At;
use crate::set::{Fold, LocaleTest, Set};

/// A test of one character. Sets and locale tests are numbers in [`Tests`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Test {
    Char(u32),
    NotChar(u32),
    /// Anything but a line feed.
    Any,
    AnyAll,
    Never,
    Set(u32),
    Locale(u32),
}

/// The tests that need more room than a word.
#[derive(Default)]
pub struct Tests {
    pub sets: Vec<Set>,
    pub locale: Vec<LocaleTest>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Greed {
    Greedy,
    Lazy,
    Possessive,
}

pub enum Node {
    Test(Test),
    At(At),
    /// The start (even) or the end (odd) of group `n / 2 + 1`.
    Mark(u32),
    GroupRef {
        group: u32,
        fold: Fold,
    },
    Conditional {
        group: u32,
        yes: Vec<Node>,
        no: Vec<Node>,
    },
    Branch(Vec<Vec<Node>>),
    Repeat {
        greed: Greed,
        min: u32,
        max: u32,
        body: Vec<Node>,
    },
    Atomic(Vec<Node>),
    Look {
        negative: bool,
        /// How many characters before the position the body begins.
        back: u32,
        body: Vec<Node>,
    },
    Fail,
    /// The end of the pattern, or of the atomic group or lookaround that it stands in.
    Success,
}

/// The least number of characters that `nodes` take.
pub fn min_width(nodes: &[Node]) -> usize {
    nodes.iter().map(node_width).fold(0, usize::saturating_add)
}

fn node_width(node: &Node) -> usize {
    match node {
        Node::Test(_) => 1,
        Node::Conditional { yes, no, .. } => min_width(yes).min(min_width(no)),
        Node::Branch(alternatives) => alternatives.iter().map(|a| min_width(a)).min().unwrap_or(0),
        Node::Repeat { min, body, .. } => min_width(body).saturating_mul(*min as usize),
        Node::Atomic(body) => min_width(body),
        Node::At(_)
        | Node::Mark(_)
        | Node::GroupRef { .. }
        | Node::Look { .. }
        | Node::Fail
        | Node::Success => 0,
    }
}

/// Whether `nodes`, on any level, hold a node that ends the pattern early.
pub fn ends_early(nodes: &[Node]) -> bool {
    any(nodes, &|node| matches!(node, Node::Success))
}

/// Whether `nodes`, on any level, depend on what groups have matched.
pub fn looks_at_groups(nodes: &[Node]) -> bool {
    any(nodes, &|node| matches!(node, Node::GroupRef { .. } | Node::Conditional { .. }))
}

fn any(nodes: &[Node], test: &impl Fn(&Node) -> bool) -> bool {
    nodes.iter().any(|node| {
        test(node)
            || match node {
                Node::Conditional { yes, no, .. } => any(yes, test) || any(no, test),
                Node::Branch(alternatives) => alternatives.iter().any(|a| any(a, test)),
                Node::Repeat { body, .. } | Node::Atomic(body) | Node::Look { body, .. } => any(body, test),
                _ => false,
            }
    })
}
