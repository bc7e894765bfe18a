//! The normalisation forms (Unicode 16.0, section 3.11 and UAX #15).

use crate::hangul;
use crate::record::{Record, Version, current, decomposition_of};
use crate::tables::{decomposition::PAIRS, record_3_2::CORRECTIONS};
use std::borrow::Cow;

/// A normalisation form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Canonical composition.
    Nfc,
    /// Canonical decomposition.
    Nfd,
    /// Compatibility composition.
    Nfkc,
    /// Compatibility decomposition.
    Nfkd,
}

impl Form {
    /// The form called `"NFC"`, `"NFD"`, `"NFKC"` or `"NFKD"`.
    pub fn from_name(name: &str) -> Option<Form> {
        Some(match name {
            "NFC" => Form::Nfc,
            "NFD" => Form::Nfd,
            "NFKC" => Form::Nfkc,
            "NFKD" => Form::Nfkd,
            _ => return None,
        })
    }

    fn composes(self) -> bool {
        matches!(self, Form::Nfc | Form::Nfkc)
    }

    fn is_compatibility(self) -> bool {
        matches!(self, Form::Nfkc | Form::Nfkd)
    }

    /// The bit of `Record::quick` that tells that this form changes a code point.
    fn changed(self) -> u8 {
        match self {
            Form::Nfc => 1,
            Form::Nfd => 2,
            Form::Nfkc => 4,
            Form::Nfkd => 8,
        }
    }
}

const MAY_COMPOSE: u8 = 16;

/// Does a look at each code point and its class already show that the text is normalised (UAX #15, section 9)?
fn is_quickly_normalized(form: Form, text: impl Iterator<Item = u32>) -> bool {
    let stop = form.changed() | if form.composes() { MAY_COMPOSE } else { 0 };
    let mut last = 0;
    for cp in text {
        if cp < 0xa0 {
            last = 0;
            continue;
        }
        let record = current(cp);
        let misplaced = record.combining != 0 && record.combining < last;
        let may_be_jamo = form.composes() && (hangul::V_BASE..hangul::T_BASE + hangul::T_COUNT).contains(&cp);
        if record.quick & stop != 0 || misplaced || may_be_jamo {
            return false;
        }
        last = record.combining;
    }
    true
}

/// `unicodedata.is_normalized`.
pub fn is_normalized(form: Form, text: impl Iterator<Item = u32> + Clone, version: Version) -> bool {
    if version == Version::Current && is_quickly_normalized(form, text.clone()) {
        return true;
    }
    transform(form, text.clone(), version).into_iter().eq(text)
}

/// `unicodedata.normalize`; `None` if the text is normalised already.
pub fn normalize(form: Form, text: impl Iterator<Item = u32> + Clone, version: Version) -> Option<Vec<u32>> {
    if version == Version::Current && is_quickly_normalized(form, text.clone()) {
        return None;
    }
    Some(transform(form, text, version))
}

/// [`normalize`] by the current version for text without surrogates.
pub fn normalize_str(form: Form, text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    match normalize(form, text.chars().map(u32::from), Version::Current) {
        None => Cow::Borrowed(text),
        Some(cps) => Cow::Owned(cps.into_iter().filter_map(char::from_u32).collect()),
    }
}

fn transform(form: Form, text: impl Iterator<Item = u32>, version: Version) -> Vec<u32> {
    let mut out = Vec::with_capacity(text.size_hint().0);
    for cp in text {
        decompose(cp, form.is_compatibility(), version, &mut out);
    }
    reorder(&mut out);
    if form.composes() {
        compose(&mut out);
    }
    out
}

/// Append the full decomposition of `cp`.
fn decompose(cp: u32, compatibility: bool, version: Version, out: &mut Vec<u32>) {
    if cp < 0xa0 {
        out.push(cp);
        return;
    }
    if hangul::is_syllable(cp) {
        let (l, v, t) = hangul::parts(cp);
        out.extend([hangul::L_BASE + l, hangul::V_BASE + v]);
        if t > 0 {
            out.push(hangul::T_BASE + t);
        }
        return;
    }
    if version == Version::V3_2 {
        if Record::of(cp, version).is_unassigned() {
            out.push(cp);
            return;
        }
        if let Ok(i) = CORRECTIONS.binary_search_by_key(&cp, |(cp, _)| *cp) {
            out.push(CORRECTIONS[i].1);
            return;
        }
    }
    // Mappings nest a few levels deep.
    match decomposition_of(cp) {
        Some((tag, cps)) if compatibility || tag.is_empty() => {
            for part in cps {
                decompose(*part, compatibility, version, out);
            }
        }
        _ => out.push(cp),
    }
}

/// Sort each run of combining marks by class.
fn reorder(text: &mut [u32]) {
    let mut start = 0;
    while start < text.len() {
        let is_mark = |cp: &u32| current(*cp).combining != 0;
        let run = text[start..].iter().take_while(|cp| is_mark(cp)).count();
        if run > 1 {
            text[start..start + run].sort_by_key(|cp| current(*cp).combining);
        }
        start += run + 1;
    }
}

/// The primary composite of two code points.
fn pair(first: u32, second: u32) -> Option<u32> {
    if let Some(syllable) = hangul::compose(first, second) {
        return Some(syllable);
    }
    if current(second).quick & MAY_COMPOSE == 0 {
        return None;
    }
    let i = PAIRS.binary_search_by_key(&(first, second), |(a, b, _)| (*a, *b)).ok()?;
    Some(PAIRS[i].2)
}

/// Compose in place: each mark joins the last starter unless something of its class or higher stands between.
fn compose(text: &mut Vec<u32>) {
    let mut write = 0;
    let mut starter: Option<usize> = None;
    let mut last_class = 0;
    for read in 0..text.len() {
        let cp = text[read];
        let class = current(cp).combining;
        if let Some(at) = starter {
            let adjacent = write == at + 1;
            if (adjacent || last_class < class)
                && let Some(composed) = pair(text[at], cp)
            {
                text[at] = composed;
                continue;
            }
        }
        if class == 0 {
            starter = Some(write);
        }
        last_class = class;
        text[write] = cp;
        write += 1;
    }
    text.truncate(write);
}
