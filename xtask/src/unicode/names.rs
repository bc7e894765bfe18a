//! The name list: words numbered by how often they occur, names as differences from the name before.
//!
//! All streams are text over 93 printable ASCII symbols. A word is one symbol (the 60 most frequent words), two or
//! three. A name is: how many words it shares with its predecessor, how many follow, and those. Every 32nd name
//! shares nothing, so that decoding can start there. Names that only spell their code point are ranges.

use super::{HEADER, array};
use std::collections::HashMap;
use std::fmt::Write as _;

const BLOCK: usize = 32;
const BUCKETS: usize = 8192;
const ONE: usize = 60;
const TWO: usize = 30 * 93;

fn symbol(n: usize) -> char {
    // Printable ASCII but for the quote and the backslash, which would need escapes.
    let c = 0x20 + n as u8;
    let c = if c >= b'"' { c + 1 } else { c };
    char::from(if c >= b'\\' { c + 1 } else { c })
}

fn hash(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193))
}

fn push_word(out: &mut String, n: usize) {
    if n < ONE {
        out.push(symbol(n));
    } else if n < ONE + TWO {
        let n = n - ONE;
        out.extend([symbol(60 + n / 93), symbol(n % 93)]);
    } else {
        let n = n - ONE - TWO;
        out.extend([symbol(90 + n / 8649), symbol(n / 93 % 93), symbol(n % 93)]);
    }
}

fn derived_prefix(cp: u32, name: &str) -> Option<&str> {
    name.strip_suffix(&format!("{cp:04X}")).filter(|p| p.ends_with('-'))
}

/// Runs of consecutive code points, as (first, last, value).
fn runs<T: PartialEq>(items: impl Iterator<Item = (u32, T)>) -> Vec<(u32, u32, T)> {
    let mut runs: Vec<(u32, u32, T)> = Vec::new();
    for (cp, value) in items {
        match runs.last_mut() {
            Some(run) if run.1 + 1 == cp && run.2 == value => run.1 = cp,
            _ => runs.push((cp, cp, value)),
        }
    }
    runs
}

pub fn source(
    names: &[(u32, String)],
    unnamed: &[u32],
    aliases: &[(String, String)],
) -> Result<String, String> {
    let mut out = String::from(HEADER);
    let derived = runs(names.iter().filter_map(|(cp, name)| Some((*cp, derived_prefix(*cp, name)?))));
    array(
        &mut out,
        "DERIVED",
        "(u32, u32, &str)",
        derived.iter().map(|(a, b, p)| format!("(0x{a:x},0x{b:x},{p:?})")),
    );
    let unnamed = runs(unnamed.iter().map(|cp| (*cp, ())));
    array(&mut out, "UNNAMED", "(u32, u32)", unnamed.iter().map(|(a, b, ())| format!("(0x{a:x},0x{b:x})")));
    let names: Vec<(u32, Vec<&str>, &str)> = names
        .iter()
        .filter(|(cp, name)| !name.starts_with("HANGUL SYLLABLE ") && derived_prefix(*cp, name).is_none())
        .map(|(cp, name)| (*cp, name.split(' ').collect(), name.as_str()))
        .collect();

    let mut tails = Vec::new();
    let mut frequency: HashMap<&str, usize> = HashMap::new();
    for (i, (_, words, _)) in names.iter().enumerate() {
        let shared = match i % BLOCK {
            0 => 0,
            _ => names[i - 1].1.iter().zip(words).take_while(|(a, b)| a == b).count(),
        };
        for word in &words[shared..] {
            *frequency.entry(word).or_default() += 1;
        }
        tails.push(shared);
    }
    let mut lexicon: Vec<&str> = frequency.keys().copied().collect();
    lexicon.sort_by_key(|word| (std::cmp::Reverse(frequency[word]), *word));
    // Within each class words are ordered by length, so that word starts follow from a table of lengths.
    let mut classes = Vec::new();
    let mut from = 0;
    for to in [ONE, ONE + TWO, lexicon.len()] {
        lexicon[from..to].sort_by_key(|word| (word.len(), *word));
        for (i, word) in (from..to).zip(&lexicon[from..to]) {
            if i == from || lexicon[i - 1].len() != word.len() {
                let offset: usize = lexicon[..i].iter().map(|w| w.len()).sum();
                classes.push(format!("({i},{offset},{})", word.len()));
            }
        }
        from = to;
    }
    array(&mut out, "LENGTHS", "(u16, u32, u8)", classes);
    let numbers: HashMap<&str, usize> = lexicon.iter().enumerate().map(|(i, w)| (*w, i)).collect();
    let (mut stream, mut blocks) = (String::new(), Vec::new());
    for (i, (_, words, _)) in names.iter().enumerate() {
        if i % BLOCK == 0 {
            blocks.push(stream.len());
        }
        stream.extend([symbol(tails[i]), symbol(words.len() - tails[i])]);
        for word in &words[tails[i]..] {
            push_word(&mut stream, numbers[word]);
        }
    }
    let mut rank = 0;
    let ranges = runs(names.iter().map(|(cp, ..)| (*cp, ())));
    let ranges = ranges.iter().map(|(a, b, ())| {
        rank += b - a + 1;
        format!("(0x{a:x},{})", rank - (b - a + 1))
    });
    array(&mut out, "RANKS", "(u32, u16)", ranges);
    array(&mut out, "BLOCKS", "u32", blocks);
    let mut buckets: Vec<Vec<usize>> = vec![Vec::new(); BUCKETS];
    for (i, (_, _, name)) in names.iter().enumerate() {
        buckets[hash(name) as usize % BUCKETS].push(i);
    }
    let (mut ranks, mut starts, mut total) = (String::new(), vec![0], 0);
    for bucket in &buckets {
        for rank in bucket {
            ranks.extend([symbol(rank / 8649), symbol(rank / 93 % 93), symbol(rank % 93)]);
        }
        total += bucket.len();
        starts.push(total);
    }
    array(&mut out, "BUCKETS", "u16", starts);
    let _ = writeln!(out, "pub const NAMES: usize = {};", names.len());
    text(&mut out, "LEXICON", &lexicon.concat());
    text(&mut out, "STREAM", &stream);
    text(&mut out, "HASHED", &ranks);
    let mut aliases: Vec<_> = aliases.iter().collect();
    aliases.sort();
    let aliases = aliases.iter().map(|(name, cps)| {
        let cps: String = cps.split(' ').map(|cp| format!("\\u{{{cp}}}")).collect();
        format!("({name:?},\"{cps}\")")
    });
    array(&mut out, "ALIASES", "(&str, &str)", aliases);
    Ok(out)
}

/// A long ASCII string, broken into lines of source.
fn text(out: &mut String, name: &str, text: &str) {
    let _ = writeln!(out, "pub static {name}: &[u8] = concat!(");
    for line in text.as_bytes().chunks(115) {
        let _ = writeln!(out, "\"{}\",", String::from_utf8_lossy(line));
    }
    out.push_str(").as_bytes();\n");
}
