//! What a match may begin with.

use crate::code::At;
use crate::set::WideClasses;
use crate::tree::{Node, Test, Tests};

/// At least the characters that something can begin with, and whether it can match where the text ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct First {
    /// A bit for each character below 256.
    pub narrow: [u64; 4],
    pub wide: WideClasses,
    /// Whether it can match at the end of the text.
    pub end: bool,
    /// Whether it matches at any place.
    pub accepts: bool,
}

impl First {
    pub const NOTHING: First = First { narrow: [0; 4], wide: WideClasses::NONE, end: false, accepts: false };
    pub const ANYTHING: First =
        First { narrow: [u64::MAX; 4], wide: WideClasses::ALL, end: true, accepts: false };
    /// The end of the pattern, or of something that is left for good once it has matched.
    pub const ACCEPTED: First = First { accepts: true, ..First::ANYTHING };

    fn insert(&mut self, c: u8) {
        self.narrow[usize::from(c >> 6)] |= 1 << (c & 63);
    }

    pub fn has(&self, c: u8) -> bool {
        self.narrow[usize::from(c >> 6)] >> (c & 63) & 1 != 0
    }

    /// The characters of the narrow part.
    pub fn narrow_chars(&self) -> impl Iterator<Item = u8> + '_ {
        (0..=255).filter(|&c| self.has(c))
    }

    pub fn union(mut self, other: &First) -> First {
        for (a, b) in self.narrow.iter_mut().zip(&other.narrow) {
            *a |= b;
        }
        self.wide = self.wide.union(other.wide);
        self.end |= other.end;
        self.accepts = false;
        self
    }

    fn intersection(mut self, other: &First) -> First {
        for (a, b) in self.narrow.iter_mut().zip(&other.narrow) {
            *a &= b;
        }
        self.wide = self.wide.intersection(other.wide);
        self.end &= other.end;
        self.accepts = false;
        self
    }

    /// Whether no character is in both.
    pub fn is_disjoint(&self, other: &First) -> bool {
        self.narrow.iter().zip(&other.narrow).all(|(a, b)| a & b == 0)
            && self.wide.intersection(other.wide).is_empty()
    }

    /// Whether nothing is excluded.
    pub fn is_anything(&self) -> bool {
        First { accepts: false, ..*self } == First::ANYTHING
    }

    /// The characters that a test accepts.
    pub fn of_test(test: Test, tests: &Tests) -> First {
        let mut first = First::NOTHING;
        match test {
            Test::Char(c) => match u8::try_from(c) {
                Ok(c) => first.insert(c),
                Err(_) => first.wide = WideClasses::of(c),
            },
            Test::NotChar(c) => {
                first = First { end: false, ..First::ANYTHING };
                if let Ok(c) = u8::try_from(c) {
                    first.narrow[usize::from(c >> 6)] &= !(1 << (c & 63));
                }
            }
            Test::Any => return First::of_test(Test::NotChar(u32::from(b'\n')), tests),
            Test::AnyAll | Test::Locale(_) => return First { end: false, ..First::ANYTHING },
            Test::Never => {}
            Test::Set(number) => {
                let set = &tests.sets[number as usize];
                (0..=255).filter(|&c| set.narrow[usize::from(c)]).for_each(|c| first.insert(c));
                first.wide = set.wide_classes;
            }
        }
        first
    }

    /// What `nodes` and then something that begins with `follow` can begin with.
    pub fn of_nodes(nodes: &[Node], follow: First, tests: &Tests) -> First {
        nodes.iter().rev().fold(follow, |follow, node| First::of_node(node, &follow, tests))
    }

    pub fn of_node(node: &Node, follow: &First, tests: &Tests) -> First {
        match node {
            Node::Test(test) => First::of_test(*test, tests),
            Node::At(at) => {
                let mut here = First { end: true, ..First::NOTHING };
                match at {
                    At::End | At::EndLine => here.insert(b'\n'),
                    At::EndString => {}
                    _ => here = First::ANYTHING,
                }
                here.intersection(follow)
            }
            Node::Mark(_) => *follow,
            Node::GroupRef { .. } | Node::Success => First::ANYTHING,
            Node::Conditional { yes, no, .. } => {
                First::of_nodes(yes, *follow, tests).union(&First::of_nodes(no, *follow, tests))
            }
            Node::Branch(alternatives) => alternatives.iter().fold(First::NOTHING, |all, alternative| {
                all.union(&First::of_nodes(alternative, *follow, tests))
            }),
            Node::Repeat { max: 0, .. } => *follow,
            Node::Repeat { min, body, .. } => {
                let body = First::of_nodes(body, *follow, tests);
                if *min == 0 { body.union(follow) } else { First { accepts: false, ..body } }
            }
            Node::Atomic(body) => First { accepts: false, ..First::of_nodes(body, *follow, tests) },
            Node::Look { negative: false, back: 0, body } => {
                First::of_nodes(body, First::ANYTHING, tests).intersection(follow)
            }
            Node::Look { .. } => First { accepts: false, ..*follow },
            Node::Fail => First::NOTHING,
        }
    }
}
