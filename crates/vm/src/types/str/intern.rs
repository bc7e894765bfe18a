//! Interned strings: one object per text, compared by identity.

use super::{PyStr, StrRef};
use crate::cell::GilCell;
use rustc_hash::FxHashMap;

/// All interned strings, by hash. The table owns a reference to each: like CPython's immortal interned strings they stay.
struct Table(GilCell<Option<FxHashMap<i64, Vec<StrRef>>>>);

static INTERNED: Table = Table(GilCell::new(None));

fn find_or_add(hash: i64, matches: impl Fn(&PyStr) -> bool, make: impl FnOnce() -> StrRef) -> StrRef {
    INTERNED.0.with(|table| {
        let bucket = table.get_or_insert_with(FxHashMap::default).entry(hash).or_default();
        if let Some(found) = bucket.iter().find(|s| matches(s)) {
            return found.clone();
        }
        let new = make();
        new.interned.set(true);
        bucket.push(new.clone());
        new
    })
}

/// The interned string with this text.
pub fn intern(text: &str) -> StrRef {
    if text.len() <= 1 && text.is_ascii() {
        return PyStr::from_str(text);
    }
    let new = PyStr::from_str(text);
    intern_ref(&new)
}

/// The interned string equal to `s`, which becomes that string if there is none. Instances of subclasses are copied.
#[inline]
pub fn intern_ref(s: &StrRef) -> StrRef {
    if s.is_interned() { s.clone() } else { intern_slow(s) }
}

#[cold]
fn intern_slow(s: &StrRef) -> StrRef {
    let make = || {
        if s.class().is(<PyStr as crate::heap::Payload>::class()) {
            s.clone()
        } else {
            s.copy_in(<PyStr as crate::heap::Payload>::class())
        }
    };
    find_or_add(s.hash(), |other| other.eq(s), make)
}

/// `sys.getunicodeinternedsize()`.
pub fn interned_count() -> usize {
    INTERNED.0.with(|table| table.as_ref().map_or(0, |t| t.values().map(Vec::len).sum()))
}

static LATIN1: GilCell<Option<Box<[StrRef]>>> = GilCell::new(None);
static EMPTY: InternCell = InternCell::new("");

/// The one-character string for a code point below 256.
pub fn latin1_char(c: u8) -> StrRef {
    LATIN1.with(|table| {
        let table = table.get_or_insert_with(|| {
            (0..=255u8)
                .map(|c| {
                    let kind = super::Kind::of(u32::from(c));
                    // SAFETY: one character of the kind it needs.
                    let new = unsafe { PyStr::build(kind, 1, |to| to.write(c)) };
                    find_or_add(new.hash(), |other| other.eq(&new), || new.clone())
                })
                .collect()
        });
        table[usize::from(c)].clone()
    })
}

/// The empty string.
pub fn empty() -> StrRef {
    EMPTY.get().clone()
}

/// An interned name known at compile time; see the `name!` macro.
pub struct InternCell {
    text: &'static str,
    cell: GilCell<Option<StrRef>>,
}

impl InternCell {
    pub const fn new(text: &'static str) -> InternCell {
        InternCell { text, cell: GilCell::new(None) }
    }

    #[inline(always)]
    pub fn get(&'static self) -> &'static StrRef {
        // SAFETY: written once, under the GIL, and never replaced.
        let cell = unsafe { &*self.cell.as_ptr() };
        match cell {
            Some(name) => name,
            None => self.init(),
        }
    }

    #[cold]
    fn init(&'static self) -> &'static StrRef {
        let name = if self.text.is_empty() {
            // SAFETY: no characters to write. `intern` would come back here for the empty string.
            let new = unsafe { PyStr::build(super::Kind::Ascii, 0, |_| {}) };
            find_or_add(new.hash(), |other| other.is_empty(), || new.clone())
        } else {
            intern(self.text)
        };
        self.cell.set(Some(name));
        // SAFETY: as in `get`; the cell is filled now.
        unsafe { (*self.cell.as_ptr()).as_ref().unwrap_unchecked() }
    }
}

/// `name!("__init__")`: the interned string as `&'static StrRef`.
#[macro_export]
macro_rules! name {
    ($text:expr) => {{
        static CELL: $crate::types::str::InternCell = $crate::types::str::InternCell::new($text);
        CELL.get()
    }};
}
