//! The instructions that a pattern is translated into.

use crate::code::At;
use crate::first::First;
use crate::parse::{Refused, parse};
use crate::set::{Fold, Set};
use crate::tree::{Test, Tests};
use crate::unit::{Literal, Needle, Unit};

/// The place of an instruction.
pub type Pc = u32;

/// One instruction. What does not fit is kept in the program's tables, under the numbers given here.
#[derive(Clone, Copy, Debug)]
pub enum Op {
    /// One character.
    Char(u32),
    Set(u32),
    Test(Test),
    /// A literal of several characters.
    Literal(u32),
    At(At),
    Mark(u32),
    GroupRef(u32, Fold),
    /// Goes on at `no` if the group has not matched.
    Conditional {
        group: u32,
        no: Pc,
    },
    Jump(Pc),
    Branch(u32),
    Split(u32),
    /// As many characters as there are; fewer if the rest does not match.
    Greedy(u32),
    /// As few characters as the rest allows.
    Lazy(u32),
    /// As many characters as there are.
    Possessive(u32),
    /// Enters a counted loop.
    LoopStart(u32),
    /// Another iteration, or the way out.
    Loop(u32),
    PossessiveStart(u32),
    PossessiveLoop(u32),
    /// An iteration of a possessive loop is over: its alternatives are dropped.
    PossessiveEnd(u32),
    AtomicStart(u32),
    AtomicEnd(u32),
    LookStart {
        frame: u32,
        back: u32,
    },
    LookEnd(u32),
    /// Goes on at `after` if the body does not match.
    NegativeStart {
        frame: u32,
        back: u32,
        after: Pc,
    },
    NegativeEnd(u32),
    Fail,
    Match,
}

/// A test that spares going somewhere in vain: what the character at the place must be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    Anything,
    /// This character below 256.
    Char(u8),
    Filter(u32),
}

/// [`First`] in the form for quick tests.
pub struct Filter {
    pub narrow: Box<[bool; 256]>,
    pub wide: bool,
    pub end: bool,
}

/// A repeated test of one character.
pub struct Run {
    pub test: Test,
    pub min: u32,
    pub max: u32,
    pub next: Next,
    /// Whether matches begin with this run, so that no match begins within a run that has failed.
    pub leading: bool,
}

/// Two ways, tried in order.
pub struct Split {
    pub first: (Pc, Next),
    pub second: (Pc, Next),
}

pub struct Branch {
    /// From characters below 256 to `masks`.
    pub classes: Box<[u8; 256]>,
    /// The alternatives that may begin with a character of the class; bit 0 is the first one.
    pub masks: Box<[u64]>,
    /// The alternatives that may begin with a character above 255.
    pub wide: u64,
    /// The alternatives that may match at the end of the text.
    pub end: u64,
    pub targets: Box<[Pc]>,
}

/// The most alternatives in one [`Branch`].
pub const BRANCH_WIDTH: usize = 64;

pub struct Loop {
    pub min: u32,
    pub max: u32,
    pub lazy: bool,
    pub body: (Pc, Next),
    pub exit: (Pc, Next),
    /// The frame of an iteration of a possessive loop.
    pub frame: u32,
}

/// How to find places where a match may begin.
pub enum Start {
    Anywhere,
    /// At the start of the text only.
    Text,
    /// At the start of a line.
    Line,
    /// At this character, if what comes behind it fits.
    Char(u32, Prefix),
    Literal(Box<Needle>),
    Prefix(Prefix),
    Filter(Filter),
}

/// What the first characters of a match can be: bit n of a character's mask says whether it can be number n.
pub struct Prefix {
    masks: Box<[u8; 256]>,
    /// The mask of characters above 255.
    wide: u8,
    len: usize,
}

impl Prefix {
    /// The most characters it looks at.
    pub const LONGEST: usize = 8;

    pub fn new(chars: &[First]) -> Prefix {
        let chars = &chars[..chars.len().min(Prefix::LONGEST)];
        let mut masks = Box::new([0; 256]);
        let mut wide = 0;
        for (place, first) in chars.iter().enumerate() {
            first.narrow_chars().for_each(|c| masks[usize::from(c)] |= 1 << place);
            wide |= u8::from(!first.wide.is_empty()) << place;
        }
        Prefix { masks, wide, len: chars.len() }
    }

    #[inline(always)]
    fn mask<U: Unit>(&self, unit: U) -> u8 {
        let c: u32 = unit.into();
        if c < 256 { self.masks[c as usize] } else { self.wide }
    }

    /// Whether `text` may begin with a match.
    #[inline]
    pub fn fits<U: Unit>(&self, text: &[U]) -> bool {
        text.len() >= self.len
            && text[..self.len].iter().enumerate().all(|(place, &unit)| self.mask(unit) >> place & 1 != 0)
    }

    /// The first place of `text` where a match may begin.
    #[inline]
    pub fn find<U: Unit>(&self, text: &[U]) -> Option<usize> {
        // Bit n of the state: the last n + 1 characters may be the first ones of a match (the "shift-and" method).
        let complete = 1 << (self.len - 1);
        let mut state = 0u8;
        let end = text.iter().position(|&unit| {
            state = (state << 1 | 1) & self.mask(unit);
            state & complete != 0
        })?;
        Some(end + 1 - self.len)
    }
}

/// A pattern ready to run.
pub struct Program {
    pub(crate) ops: Box<[Op]>,
    pub(crate) sets: Vec<Set>,
    pub(crate) locale_tests: Vec<crate::set::LocaleTest>,
    pub(crate) literals: Vec<Literal>,
    pub(crate) filters: Vec<Filter>,
    pub(crate) runs: Vec<Run>,
    pub(crate) splits: Vec<Split>,
    pub(crate) branches: Vec<Branch>,
    pub(crate) loops: Vec<Loop>,
    /// How many atomic groups, lookarounds and possessive loops there are.
    pub(crate) frames: usize,
    pub(crate) groups: usize,
    pub(crate) start: Start,
    /// The length of the literal that is known to match where `start` finds it, so that `ops` may be entered behind the
    /// first one.
    pub(crate) known_prefix: usize,
    /// Whether that literal is all there is.
    pub(crate) only_prefix: bool,
    /// The least number of characters of a match.
    pub(crate) min_width: usize,
}

impl Program {
    /// Checks and translates the code list of a pattern with `groups` groups. Blocks may be nested `depth` deep.
    pub fn new(code: &[u32], groups: u32, depth: usize) -> Result<Program, Refused> {
        let (nodes, tests) = parse(code, groups, depth)?;
        Ok(crate::lower::lower(&nodes, tests, groups as usize))
    }
}

impl Filter {
    pub fn new(first: &First) -> Filter {
        let mut narrow = Box::new([false; 256]);
        for c in first.narrow_chars() {
            narrow[usize::from(c)] = true;
        }
        Filter { narrow, wide: !first.wide.is_empty(), end: first.end }
    }

    /// Whether `c`, or the end of the text, may come.
    #[inline(always)]
    pub fn admits(&self, c: Option<u32>) -> bool {
        match c {
            Some(c) if c < 256 => self.narrow[c as usize],
            Some(_) => self.wide,
            None => self.end,
        }
    }
}

impl Program {
    pub(crate) fn new_empty(tests: Tests, groups: usize) -> Program {
        Program {
            ops: Box::default(),
            sets: tests.sets,
            locale_tests: tests.locale,
            literals: Vec::new(),
            filters: Vec::new(),
            runs: Vec::new(),
            splits: Vec::new(),
            branches: Vec::new(),
            loops: Vec::new(),
            frames: 0,
            groups,
            start: Start::Anywhere,
            known_prefix: 0,
            only_prefix: false,
            min_width: 0,
        }
    }
}
