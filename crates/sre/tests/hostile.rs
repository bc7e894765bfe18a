//! Damaged code lists: they are refused, or run without harm.

use minipy_sre::{CLocale, Host, Memory, Mode, Program, Refused, Request, Stop};
use std::cell::Cell;

/// Groups and code, as `re._compiler` writes it.
#[rustfmt::skip]
const PROGRAMS: &[(u32, &[u32])] = &[
    (1, &[14, 8, 1, 3, 4294967295, 1, 1, 97, 0, 16, 97, 23, 13, 0, 4294967295, 17, 0, 13, 5, 22, 98, 99, 0, 17, 1, 19, 16, 100, 11, 0, 1]),
    (1, &[14, 4, 0, 1, 4294967295, 7, 103, 24, 97, 1, 4294967295, 39, 92, 10, 3, 33685760, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 33686018, 0, 0, 0, 134217726, 0, 0, 0, 512, 0, 131072, 0, 2147483648, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 6, 10, 15, 28, 26, 28, 19, 2, 5, 7, 9, 17, 0, 16, 120, 17, 1, 15, 7, 5, 16, 121, 15, 2, 0, 1, 16, 122, 15, 2, 0, 1]),
    (1, &[14, 4, 0, 1, 2, 4, 7, 2, 16, 97, 16, 98, 1, 5, 5, 0, 16, 99, 1, 23, 9, 0, 1, 17, 0, 16, 113, 17, 1, 18, 12, 0, 6, 16, 97, 15, 3, 16, 98, 1]),
    (0, &[14, 4, 0, 3, 4294967295, 28, 23, 0, 4294967295, 27, 19, 7, 10, 24, 6, 1, 4294967295, 16, 97, 1, 15, 7, 5, 16, 98, 15, 2, 0, 1, 1, 26, 12, 3, 4294967295, 13, 7, 21, 8, 14, 8, 10, 0, 1, 6, 6, 1]),
    (1, &[14, 4, 0, 2, 4294967295, 4, 14, 0, 17, 0, 24, 6, 0, 4294967295, 40, 97, 1, 17, 1, 1, 38, 0, 7, 7, 40, 97, 40, 98, 15, 29, 7, 40, 99, 40, 100, 15, 22, 7, 40, 101, 40, 102, 15, 15, 13, 40, 103, 40, 104, 24, 5, 0, 4294967295, 2, 1, 15, 2, 0, 1]),
    (0, &[14, 4, 0, 1, 4294967295, 7, 14, 24, 10, 1, 4294967295, 13, 5, 22, 1072, 1103, 0, 1, 15, 19, 17, 26, 11, 0, 4294967295, 13, 6, 8, 15, 8, 10, 0, 1, 16, 120, 15, 2, 0, 1]),
    (2, &[14, 4, 0, 1, 4294967295, 23, 9, 0, 1, 17, 0, 16, 97, 17, 1, 18, 23, 9, 0, 1, 17, 2, 16, 98, 17, 3, 18, 12, 1, 15, 24, 10, 1, 4294967295, 13, 5, 22, 99, 100, 0, 1, 15, 8, 24, 6, 2, 2, 16, 101, 1, 1]),
];

const ROUNDS: usize = 40_000;
const DEPTH: usize = 200;

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

/// Gives up soon.
struct Impatient(Cell<u32>);

impl Host for Impatient {
    fn to_lower(&self, c: u8) -> u8 {
        CLocale.to_lower(c)
    }

    fn to_upper(&self, c: u8) -> u8 {
        CLocale.to_upper(c)
    }

    fn is_alphanumeric(&self, c: u8) -> bool {
        CLocale.is_alphanumeric(c)
    }

    fn interrupted(&self) -> bool {
        self.0.set(self.0.get() + 1);
        self.0.get() > 3
    }
}

fn run(program: &Program, groups: u32, memory: &mut Memory) {
    let text = b"abab\ncdxxyyzz 12 qaabb";
    let wide: Vec<u16> = text.iter().map(|&c| u16::from(c)).chain([0x436, 0x2028, 0x663]).collect();
    for mode in [Mode::Match, Mode::FullMatch, Mode::Search] {
        for (start, end) in [(0, text.len()), (4, text.len()), (5, 3)] {
            let request = Request { mode, start, end, must_advance: start == 4 };
            for found in [
                memory.find(program, text.as_slice(), request, &Impatient(Cell::new(0))),
                memory.find(program, &wide, request, &Impatient(Cell::new(0))),
            ] {
                if found == Ok(true) {
                    let (from, to) = memory.span();
                    assert!(from >= start && to <= wide.len());
                    for group in 0..groups as usize {
                        assert!(memory.group(group).is_none_or(|(a, b)| a.max(b) <= wide.len()));
                    }
                }
            }
        }
    }
}

#[test]
fn damaged_code() {
    let mut random = Random(0x5eed);
    let mut memory = Memory::new();
    let mut accepted = 0;
    for round in 0..ROUNDS {
        let (groups, code) = PROGRAMS[round % PROGRAMS.len()];
        let mut code = code.to_vec();
        for _ in 0..=random.below(3) {
            let at = random.below(code.len());
            match random.below(6) {
                0 => code[at] = random.below(45) as u32,
                1 => code[at] = code[random.below(code.len())],
                2 => code[at] = u32::MAX - random.below(2) as u32,
                3 => code[at] = code[at].wrapping_add(random.below(3) as u32).wrapping_sub(1),
                4 => drop(code.remove(at)),
                _ => code.insert(at, random.below(45) as u32),
            }
        }
        if let Ok(program) = Program::new(&code, groups, DEPTH) {
            accepted += 1;
            run(&program, groups, &mut memory);
        }
    }
    assert!(accepted > ROUNDS / 50, "only {accepted} accepted");
}

#[test]
fn intact_code() {
    let mut memory = Memory::new();
    for &(groups, code) in PROGRAMS {
        let program = Program::new(code, groups, DEPTH).unwrap_or_else(|refused| panic!("{refused:?}"));
        run(&program, groups, &mut memory);
    }
}

#[test]
fn nesting_is_bounded() {
    // ATOMIC_GROUP, offset, …, SUCCESS
    let code = |depth: u32| {
        let mut code = Vec::new();
        (0..depth).for_each(|level| code.extend([27, 3 * (depth - level) - 1]));
        code.extend((0..=depth).map(|_| 1));
        code
    };
    assert!(Program::new(&code(100), 0, DEPTH).is_ok());
    assert_eq!(Program::new(&code(300), 0, DEPTH).err(), Some(Refused::TooDeep));
}

#[test]
fn a_long_match_can_be_interrupted() {
    // (?:a|b)*?c over a text without c: BRANCH of two literals in REPEAT … MIN_UNTIL, once more for each start.
    let code = [23, 15, 0, u32::MAX, 7, 5, 16, 97, 15, 7, 5, 16, 98, 15, 2, 0, 19, 16, 99, 1];
    let Ok(program) = Program::new(&code, 0, DEPTH) else { panic!("refused") };
    let text = vec![b'a'; 100_000];
    let request = Request { mode: Mode::Search, start: 0, end: text.len(), must_advance: false };
    let found = Memory::new().find(&program, &text, request, &Impatient(Cell::new(0)));
    assert_eq!(found, Err(Stop::Interrupted));
}

#[test]
fn a_literal_that_looks_like_a_jump() {
    // ()(?(1)\x0f?): the body of the conditional ends with the words of JUMP 1.
    let code = [14, 4, 0, 0, 1, 17, 0, 17, 1, 12, 0, 9, 24, 6, 0, 1, 16, 15, 1, 1];
    assert!(Program::new(&code, 1, DEPTH).is_ok());
}
