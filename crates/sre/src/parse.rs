//! From the code list to the tree. A list that does not keep to the format of `re._compiler` is refused, so that whatever
//! comes later can trust it.

use crate::code::{At, Category, INFO_CHARSET, INFO_LITERAL, INFO_PREFIX, Opcode};
use crate::set::{Fold, Item, LocaleTest, Set};
use crate::tree::{Greed, Node, Test, Tests};
use std::collections::HashMap;
use std::ops::Range;

/// Why a code list is not accepted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
    /// "invalid SRE code"
    Invalid,
    /// Blocks are nested more deeply than the caller allows.
    TooDeep,
}

type Parsed<T> = Result<T, Refused>;

struct Parser<'a> {
    code: &'a [u32],
    groups: u32,
    depth: usize,
    tests: Tests,
    /// The sets seen: from fold and code to the number.
    known_sets: HashMap<(Fold, &'a [u32]), u32>,
}

/// The tree of a code list for a pattern with `groups` groups. `depth` bounds the nesting.
pub fn parse(code: &[u32], groups: u32, depth: usize) -> Parsed<(Vec<Node>, Tests)> {
    let end = code.len().checked_sub(1).ok_or(Refused::Invalid)?;
    if groups > crate::MAXGROUPS || code[end] != Opcode::Success as u32 {
        return Err(Refused::Invalid);
    }
    let mut parser = Parser { code, groups, depth, tests: Tests::default(), known_sets: HashMap::new() };
    let nodes = parser.block(0..end)?;
    Ok((nodes, parser.tests))
}

fn require(condition: bool) -> Parsed<()> {
    if condition { Ok(()) } else { Err(Refused::Invalid) }
}

impl<'a> Parser<'a> {
    fn word(&self, at: usize, range: &Range<usize>) -> Parsed<u32> {
        require(range.contains(&at))?;
        self.code.get(at).copied().ok_or(Refused::Invalid)
    }

    fn opcode(&self, at: usize, range: &Range<usize>) -> Parsed<Opcode> {
        Opcode::from_word(self.word(at, range)?).ok_or(Refused::Invalid)
    }

    /// The target of the jump whose offset stands at `at`.
    fn target(&self, at: usize, range: &Range<usize>) -> Parsed<usize> {
        let target = at.checked_add(self.word(at, range)? as usize).ok_or(Refused::Invalid)?;
        require(target > at && target <= range.end)?;
        Ok(target)
    }

    fn group(&self, at: usize, range: &Range<usize>) -> Parsed<u32> {
        let group = self.word(at, range)?;
        require(group < self.groups)?;
        Ok(group)
    }

    /// The code in `range`, in nested blocks too.
    fn block(&mut self, range: Range<usize>) -> Parsed<Vec<Node>> {
        self.depth = self.depth.checked_sub(1).ok_or(Refused::TooDeep)?;
        let mut nodes = Vec::new();
        let mut at = range.start;
        while at < range.end {
            let next = self.step(at, &range, &mut nodes)?;
            require(next > at && next <= range.end)?;
            at = next;
        }
        self.depth += 1;
        Ok(nodes)
    }

    /// A block that must end with SUCCESS.
    fn closed(&mut self, range: Range<usize>) -> Parsed<Vec<Node>> {
        let end = range.end.checked_sub(1).ok_or(Refused::Invalid)?;
        require(end >= range.start && self.opcode(end, &range)? == Opcode::Success)?;
        self.block(range.start..end)
    }

    /// Translates the instruction at `at`; gives the place of the next one.
    fn step(&mut self, at: usize, range: &Range<usize>, nodes: &mut Vec<Node>) -> Parsed<usize> {
        let opcode = self.opcode(at, range)?;
        let (node, next) = match opcode {
            Opcode::Success => (Node::Success, at + 1),
            Opcode::Failure => (Node::Fail, at + 1),
            Opcode::Any => (Node::Test(Test::Any), at + 1),
            Opcode::AnyAll => (Node::Test(Test::AnyAll), at + 1),
            Opcode::Literal
            | Opcode::NotLiteral
            | Opcode::LiteralIgnore
            | Opcode::NotLiteralIgnore
            | Opcode::LiteralLocIgnore
            | Opcode::NotLiteralLocIgnore
            | Opcode::LiteralUniIgnore
            | Opcode::NotLiteralUniIgnore => {
                let c = self.word(at + 1, range)?;
                (Node::Test(self.literal(opcode, c, at)), at + 2)
            }
            Opcode::Category => {
                let category = self.category(at + 1, range)?;
                let items = vec![Item::Category(category)];
                let test = self.set(Fold::None, items, &self.code[at..at + 2]);
                (Node::Test(test), at + 2)
            }
            Opcode::In | Opcode::InIgnore | Opcode::InUniIgnore | Opcode::InLocIgnore => {
                let end = self.target(at + 1, range)?;
                let items = self.charset(at + 2..end)?;
                let fold = match opcode {
                    Opcode::InIgnore => Fold::Ascii,
                    Opcode::InUniIgnore => Fold::Unicode,
                    Opcode::InLocIgnore => Fold::Locale,
                    _ => Fold::None,
                };
                (Node::Test(self.set(fold, items, &self.code[at + 2..end])), end)
            }
            Opcode::Mark => {
                let mark = self.word(at + 1, range)?;
                require(mark < 2 * self.groups)?;
                (Node::Mark(mark), at + 2)
            }
            Opcode::At => {
                (Node::At(At::from_word(self.word(at + 1, range)?).ok_or(Refused::Invalid)?), at + 2)
            }
            Opcode::Groupref
            | Opcode::GrouprefIgnore
            | Opcode::GrouprefUniIgnore
            | Opcode::GrouprefLocIgnore => {
                let fold = match opcode {
                    Opcode::GrouprefIgnore => Fold::Ascii,
                    Opcode::GrouprefUniIgnore => Fold::Unicode,
                    Opcode::GrouprefLocIgnore => Fold::Locale,
                    _ => Fold::None,
                };
                (Node::GroupRef { group: self.group(at + 1, range)?, fold }, at + 2)
            }
            Opcode::Info => {
                let end = self.target(at + 1, range)?;
                self.info(at + 2..end)?;
                return Ok(end);
            }
            Opcode::Branch => return self.branch(at + 1, range, nodes),
            Opcode::RepeatOne | Opcode::MinRepeatOne | Opcode::PossessiveRepeatOne => {
                let (min, max, end) = self.bounds(at, range)?;
                let body = self.closed(at + 4..end)?;
                let greed = match opcode {
                    Opcode::RepeatOne => Greed::Greedy,
                    Opcode::MinRepeatOne => Greed::Lazy,
                    _ => Greed::Possessive,
                };
                (Node::Repeat { greed, min, max, body }, end)
            }
            Opcode::Repeat | Opcode::PossessiveRepeat => {
                let (min, max, end) = self.bounds(at, range)?;
                let body = self.block(at + 4..end)?;
                let greed = match (opcode, self.opcode(end, range)?) {
                    (Opcode::Repeat, Opcode::MaxUntil) => Greed::Greedy,
                    (Opcode::Repeat, Opcode::MinUntil) => Greed::Lazy,
                    (Opcode::PossessiveRepeat, Opcode::Success) => Greed::Possessive,
                    _ => return Err(Refused::Invalid),
                };
                (Node::Repeat { greed, min, max, body }, end + 1)
            }
            Opcode::AtomicGroup => {
                let end = self.target(at + 1, range)?;
                (Node::Atomic(self.closed(at + 2..end)?), end)
            }
            Opcode::Assert | Opcode::AssertNot => {
                let end = self.target(at + 1, range)?;
                let back = self.word(at + 2, range)?;
                require(back >> 31 == 0 && end > at + 3)?;
                let body = self.closed(at + 3..end)?;
                (Node::Look { negative: opcode == Opcode::AssertNot, back, body }, end)
            }
            Opcode::GrouprefExists => {
                let group = self.group(at + 1, range)?;
                // The offset counts from the group's number.
                let end = (at + 1).checked_add(self.word(at + 2, range)? as usize).ok_or(Refused::Invalid)?;
                require(end > at + 2 && end <= range.end)?;
                let (yes, no, next) = self.arms(at + 3, end, range)?;
                (Node::Conditional { group, yes, no }, next)
            }
            Opcode::Charset
            | Opcode::Bigcharset
            | Opcode::Jump
            | Opcode::MaxUntil
            | Opcode::MinUntil
            | Opcode::Negate
            | Opcode::Range
            | Opcode::Subpattern
            | Opcode::RangeUniIgnore => return Err(Refused::Invalid),
        };
        nodes.push(node);
        Ok(next)
    }

    fn literal(&mut self, opcode: Opcode, c: u32, at: usize) -> Test {
        let fold = match opcode {
            Opcode::Literal => return Test::Char(c),
            Opcode::NotLiteral => return Test::NotChar(c),
            Opcode::LiteralLocIgnore | Opcode::NotLiteralLocIgnore => {
                let negated = opcode == Opcode::NotLiteralLocIgnore;
                return self.locale_test(LocaleTest::Char { c, negated });
            }
            Opcode::LiteralIgnore | Opcode::NotLiteralIgnore => Fold::Ascii,
            _ => Fold::Unicode,
        };
        let negated = matches!(opcode, Opcode::NotLiteralIgnore | Opcode::NotLiteralUniIgnore);
        let items = if negated { vec![Item::Negate, Item::Literal(c)] } else { vec![Item::Literal(c)] };
        self.set(fold, items, &self.code[at..at + 2])
    }

    fn locale_test(&mut self, test: LocaleTest) -> Test {
        self.tests.locale.push(test);
        Test::Locale(self.tests.locale.len() as u32 - 1)
    }

    /// The test for a set, which `key` tells from others.
    fn set(&mut self, fold: Fold, items: Vec<Item>, key: &'a [u32]) -> Test {
        if fold == Fold::Locale {
            return self.locale_test(LocaleTest::SetIgnore(items.into()));
        }
        if items.iter().any(|item| matches!(item, Item::Category(category) if category.of_locale())) {
            return self.locale_test(LocaleTest::Set(items.into()));
        }
        let sets = &mut self.tests.sets;
        Test::Set(*self.known_sets.entry((fold, key)).or_insert_with(|| {
            sets.push(Set::new(fold, items));
            sets.len() as u32 - 1
        }))
    }

    fn category(&self, at: usize, range: &Range<usize>) -> Parsed<Category> {
        Category::from_word(self.word(at, range)?).ok_or(Refused::Invalid)
    }

    /// The items of a set up to its FAILURE, which must end the range.
    fn charset(&self, range: Range<usize>) -> Parsed<Vec<Item>> {
        let words = |from: usize, len: usize| {
            let end = from.checked_add(len).ok_or(Refused::Invalid)?;
            self.code.get(from..end).ok_or(Refused::Invalid)
        };
        let mut items = Vec::new();
        let mut at = range.start;
        loop {
            let opcode = self.opcode(at, &range)?;
            let (item, len) = match opcode {
                Opcode::Failure => {
                    require(at + 1 == range.end)?;
                    return Ok(items);
                }
                Opcode::Negate => (Item::Negate, 1),
                Opcode::Literal => (Item::Literal(self.word(at + 1, &range)?), 2),
                Opcode::Range | Opcode::RangeUniIgnore => {
                    let (low, high) = (self.word(at + 1, &range)?, self.word(at + 2, &range)?);
                    let ignore = opcode == Opcode::RangeUniIgnore;
                    (if ignore { Item::RangeIgnore(low, high) } else { Item::Range(low, high) }, 3)
                }
                Opcode::Charset => (Item::Bits(words(at + 1, 8)?.into()), 1 + 8),
                Opcode::Bigcharset => {
                    let blocks = self.word(at + 1, &range)? as usize;
                    let map: Box<[u8]> = words(at + 2, 64)?.iter().flat_map(|w| w.to_ne_bytes()).collect();
                    require(map.iter().all(|&block| usize::from(block) < blocks))?;
                    let len = blocks.checked_mul(8).ok_or(Refused::Invalid)?;
                    (Item::Blocks(map, words(at + 2 + 64, len)?.into()), 2 + 64 + len)
                }
                Opcode::Category => (Item::Category(self.category(at + 1, &range)?), 2),
                _ => return Err(Refused::Invalid),
            };
            items.push(item);
            at += len;
            require(at < range.end)?;
        }
    }

    /// Checks an INFO block, from its flags on. What it says is found in the rest of the code, too.
    fn info(&self, range: Range<usize>) -> Parsed<()> {
        let flags = self.word(range.start, &range)?;
        let start = range.start + 3;
        require(start <= range.end && flags & !(INFO_PREFIX | INFO_LITERAL | INFO_CHARSET) == 0)?;
        match (flags & INFO_PREFIX != 0, flags & INFO_CHARSET != 0) {
            (true, true) => Err(Refused::Invalid),
            (true, false) => {
                let len = self.word(start, &range)? as usize;
                let skip = self.word(start + 1, &range)? as usize;
                let table = (start + 2).checked_add(len).ok_or(Refused::Invalid)?;
                require(table.checked_add(len) == Some(range.end) && len > 0 && skip <= len)?;
                let overlap = self.code.get(table..range.end).ok_or(Refused::Invalid)?;
                require(overlap.iter().all(|&n| (n as usize) < len))
            }
            (false, true) => self.charset(start..range.end).map(|_| ()),
            (false, false) => require(flags & INFO_LITERAL == 0 && start == range.end),
        }
    }

    /// The head of a repeat at `at`: offset, least, most. Gives least, most and the end of the body.
    fn bounds(&self, at: usize, range: &Range<usize>) -> Parsed<(u32, u32, usize)> {
        let end = self.target(at + 1, range)?;
        let (min, max) = (self.word(at + 2, range)?, self.word(at + 3, range)?);
        require(min <= max && end >= at + 4)?;
        Ok((min, max, end))
    }

    /// The alternatives of a BRANCH: each with an offset before and a jump to a common end behind; a zero closes them.
    fn branch(&mut self, mut at: usize, range: &Range<usize>, nodes: &mut Vec<Node>) -> Parsed<usize> {
        let mut common = None;
        let mut alternatives = Vec::new();
        while self.word(at, range)? != 0 {
            let next = self.target(at, range)?;
            require(next >= at + 3)?;
            let jump = next - 2;
            require(self.opcode(jump, range)? == Opcode::Jump)?;
            let end = self.target(jump + 1, range)?;
            require(*common.get_or_insert(end) == end)?;
            alternatives.push(self.block(at + 1..jump)?);
            at = next;
        }
        // The jumps lead behind the closing zero.
        require(common == Some(at + 1))?;
        nodes.push(Node::Branch(alternatives));
        Ok(at + 1)
    }

    /// Both arms of a conditional, and where it ends; the first may end with a jump over the second.
    fn arms(
        &mut self,
        start: usize,
        end: usize,
        range: &Range<usize>,
    ) -> Parsed<(Vec<Node>, Vec<Node>, usize)> {
        require(end >= start)?;
        if let Some(jump) = end.checked_sub(2).filter(|&jump| jump >= start)
            && self.opcode(jump, range) == Ok(Opcode::Jump)
            && let Ok(after) = self.target(jump + 1, range)
            && after >= end
        {
            let depth = self.depth;
            match self.block(start..jump) {
                Ok(yes) => return Ok((yes, self.block(end..after)?, after)),
                Err(Refused::TooDeep) => return Err(Refused::TooDeep),
                // What looks like a jump was the end of another instruction.
                Err(Refused::Invalid) => self.depth = depth,
            }
        }
        Ok((self.block(start..end)?, Vec::new(), end))
    }
}
