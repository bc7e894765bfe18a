//! Reading what `record.py` recorded.

#![allow(dead_code, reason = "each test binary uses some of it")]

use rustpython_wtf8::{CodePoint, Wtf8, Wtf8Buf};

/// One recorded line.
pub struct Line(pub Vec<String>);

impl Line {
    pub fn parse(line: &str) -> Line {
        Line(line.split('\t').map(unescape).collect())
    }

    pub fn text(&self, i: usize) -> &str {
        &self.0[i]
    }

    pub fn points(&self, i: usize) -> Vec<u32> {
        let surrogates = SURROGATES + 0xd800..SURROGATES + 0xe000;
        let one = |cp| if surrogates.contains(&cp) { cp - SURROGATES } else { cp };
        self.0[i].chars().map(|c| one(c.into())).collect()
    }

    pub fn float(&self, i: usize) -> f64 {
        f64::from_bits(u64::from_str_radix(&self.0[i], 16).expect("bits"))
    }

    pub fn number<T: std::str::FromStr<Err: std::fmt::Debug>>(&self, i: usize) -> T {
        self.0[i].parse().expect("a number")
    }

    pub fn hashes(&self, i: usize) -> Vec<i64> {
        self.0[i].split_whitespace().map(|h| h.parse().expect("a hash")).collect()
    }
}

/// Lone surrogates cannot be in a `String`: they are kept as private-use characters.
const SURROGATES: u32 = 0x10_0000;

fn keep(cp: u32) -> Option<char> {
    char::from_u32(if (0xd800..0xe000).contains(&cp) { cp + SURROGATES } else { cp })
}

fn unescape(text: &str) -> String {
    let mut parts = text.split('\\');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = match part.as_bytes().first() {
            Some(b'x') => 3,
            Some(b'u') => 5,
            _ => 9,
        };
        out.extend(keep(u32::from_str_radix(&part[1..end], 16).expect("a code point")));
        out.push_str(&part[end..]);
    }
    out
}

pub fn wtf8(points: &[u32]) -> Wtf8Buf {
    points.iter().filter_map(|cp| CodePoint::from_u32(*cp)).collect()
}

/// What [`Line`] would hold for this text.
pub fn as_recorded(text: &Wtf8) -> String {
    text.code_points().filter_map(|c| keep(c.to_u32())).collect()
}

/// Compare the answer to each line with the line's last field.
pub fn check(file: &str, answer: impl Fn(&Line) -> String) {
    let lines: Vec<Line> = file.lines().map(Line::parse).collect();
    let mut wrong = 0;
    for line in &lines {
        // The sign of a nan is not the parser's business.
        let expected = line.0.last().expect("a result").replace("fff8000000000000", "7ff8000000000000");
        let got = answer(line);
        if got != expected {
            wrong += 1;
            if wrong <= 40 {
                eprintln!("{:?}\n  got {got:?}", line.0);
            }
        }
    }
    assert_eq!(wrong, 0, "of {} lines", lines.len());
}
