//! Character names: `unicodedata.name` and `lookup`, and the `\N{…}` escape.

use crate::hangul;
use crate::tables::names::{
    ALIASES, BLOCKS, BUCKETS, DERIVED, HASHED, LENGTHS, LEXICON, NAMES, RANKS, STREAM, UNNAMED,
};

const BLOCK: usize = 32;
const ONE: usize = 60;
const TWO: usize = 30 * 93;
/// Longer than any name or alias, so that longer input need not be looked at.
const LONGEST: usize = 128;

/// The number behind a symbol of the streams, which are printable ASCII without the quote and the backslash.
fn number(symbol: u8) -> usize {
    let n = usize::from(symbol) - 0x20;
    n - usize::from(symbol > b'"') - usize::from(symbol > b'\\')
}

fn three(at: usize) -> usize {
    HASHED[at * 3..at * 3 + 3].iter().fold(0, |n, s| n * 93 + number(*s))
}

fn hash(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193))
}

fn word(n: usize) -> &'static [u8] {
    let after = LENGTHS.partition_point(|(first, ..)| usize::from(*first) <= n);
    let (first, offset, len) = LENGTHS[after - 1];
    let start = offset as usize + (n - usize::from(first)) * usize::from(len);
    &LEXICON[start..start + usize::from(len)]
}

/// The names' words, read from the compressed stream.
struct Reader {
    at: usize,
    words: Vec<usize>,
}

impl Reader {
    fn symbol(&mut self) -> usize {
        self.at += 1;
        number(STREAM[self.at - 1])
    }

    fn next_name(&mut self) {
        let shared = self.symbol();
        let more = self.symbol();
        self.words.truncate(shared);
        for _ in 0..more {
            let n = match self.symbol() {
                n if n < 60 => n,
                n if n < 90 => ONE + (n - 60) * 93 + self.symbol(),
                n => ONE + TWO + (n - 90) * 8649 + self.symbol() * 93 + self.symbol(),
            };
            self.words.push(n);
        }
    }
}

/// The words of the name with this rank.
fn words(rank: usize) -> Vec<usize> {
    let mut reader = Reader { at: BLOCKS[rank / BLOCK] as usize, words: Vec::with_capacity(8) };
    for _ in 0..=rank % BLOCK {
        reader.next_name();
    }
    reader.words
}

fn rank_of(cp: u32) -> Option<usize> {
    let after = RANKS.partition_point(|(first, _)| *first <= cp);
    let (first, rank) = *RANKS.get(after.checked_sub(1)?)?;
    let end = RANKS.get(after).map_or(NAMES, |(_, rank)| usize::from(*rank));
    let rank = usize::from(rank) + (cp - first) as usize;
    (rank < end).then_some(rank)
}

fn cp_of(rank: usize) -> u32 {
    let after = RANKS.partition_point(|(_, first)| usize::from(*first) <= rank);
    let (cp, first) = RANKS[after - 1];
    cp + (rank - usize::from(first)) as u32
}

/// `unicodedata.name`: the name of a code point, if it has one.
pub fn name(cp: u32) -> Option<String> {
    if hangul::is_syllable(cp) {
        let (l, v, t) = hangul::parts(cp);
        let part = |names: &'static [&'static str], i: u32| names[i as usize];
        let (l, v, t) = (part(&hangul::L_NAMES, l), part(&hangul::V_NAMES, v), part(&hangul::T_NAMES, t));
        return Some(format!("HANGUL SYLLABLE {l}{v}{t}"));
    }
    let after = DERIVED.partition_point(|(first, ..)| *first <= cp);
    if let Some((_, last, prefix)) = after.checked_sub(1).and_then(|i| DERIVED.get(i))
        && cp <= *last
    {
        return Some(format!("{prefix}{cp:04X}"));
    }
    let mut out = Vec::with_capacity(48);
    for n in words(rank_of(cp)?) {
        if !out.is_empty() {
            out.push(b' ');
        }
        out.extend_from_slice(word(n));
    }
    String::from_utf8(out).ok()
}

/// The code point with this name or alias, upper or lower case; what `\N{…}` accepts.
pub fn lookup(name: &str) -> Option<u32> {
    let found = lookup_sequence(name)?;
    let mut chars = found.chars();
    let cp = chars.next()?;
    chars.next().is_none().then_some(cp.into())
}

/// `unicodedata.lookup`: as [`lookup`], and named sequences of several characters too.
pub fn lookup_sequence(name: &str) -> Option<String> {
    if name.len() > LONGEST {
        return None;
    }
    let name = name.to_ascii_uppercase();
    if let Some(cp) = lookup_name(&name) {
        return char::from_u32(cp).map(String::from);
    }
    let i = ALIASES.binary_search_by_key(&name.as_str(), |(alias, _)| alias).ok()?;
    Some(ALIASES[i].1.to_owned())
}

/// As [`lookup_sequence`] for `ucd_3_2_0`, which knows no aliases.
pub fn lookup_3_2(name: &str) -> Option<u32> {
    if name.len() > LONGEST {
        return None;
    }
    lookup_name(&name.to_ascii_uppercase())
}

fn lookup_name(name: &str) -> Option<u32> {
    if let Some(syllable) = name.strip_prefix("HANGUL SYLLABLE ") {
        return lookup_hangul(syllable);
    }
    if let Some(cp) = lookup_derived(name) {
        return Some(cp);
    }
    let bucket = hash(name) as usize % (BUCKETS.len() - 1);
    let (from, to) = (usize::from(BUCKETS[bucket]), usize::from(BUCKETS[bucket + 1]));
    (from..to).map(three).find(|rank| spells(*rank, name.as_bytes())).map(cp_of)
}

/// Is `name` the name with this rank?
fn spells(rank: usize, name: &[u8]) -> bool {
    let mut rest = Some(name);
    for (i, n) in words(rank).into_iter().enumerate() {
        if i > 0 {
            rest = rest.and_then(|rest| rest.strip_prefix(b" "));
        }
        rest = rest.and_then(|rest| rest.strip_prefix(word(n)));
    }
    rest.is_some_and(<[u8]>::is_empty)
}

/// The longest of `names` that `text` starts with.
fn longest(text: &str, names: &[&str]) -> Option<(u32, usize)> {
    let fits = names.iter().enumerate().filter(|(_, name)| text.starts_with(**name));
    fits.map(|(i, name)| (i as u32, name.len())).max_by_key(|(_, len)| *len)
}

fn lookup_hangul(name: &str) -> Option<u32> {
    let (l, len) = longest(name, &hangul::L_NAMES)?;
    let name = &name[len..];
    let (v, len) = longest(name, &hangul::V_NAMES)?;
    let name = &name[len..];
    let (t, len) = longest(name, &hangul::T_NAMES)?;
    (len == name.len()).then(|| hangul::syllable(l, v, t))
}

/// Names that end in the code point itself. CPython finds the Tangut ideographs by theirs, though it does not name
/// them.
fn lookup_derived(name: &str) -> Option<u32> {
    let (prefix, digits) = name.split_at(name.rfind('-')? + 1);
    let upper_hex = |b: u8| b.is_ascii_digit() || (b'A'..=b'F').contains(&b);
    if !matches!(digits.len(), 4..=5) || !digits.bytes().all(upper_hex) {
        return None;
    }
    let cp = u32::from_str_radix(digits, 16).ok()?;
    if digits.len() != format!("{cp:04X}").len() {
        return None;
    }
    let named = DERIVED.iter().any(|(a, b, p)| *p == prefix && (*a..=*b).contains(&cp));
    let unnamed = || prefix == "TANGUT IDEOGRAPH-" && UNNAMED.iter().any(|(a, b)| (*a..=*b).contains(&cp));
    (named || unnamed()).then_some(cp)
}
