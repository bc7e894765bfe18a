//! Interned strings: one object per text, compared by identity.

use super::{PyStr, StrRef};
use crate::cell::GilCell;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// All interned strings, by hash. The table owns a reference to each: like CPython's immortal interned strings they stay.
static INTERNED: GilCell<HashTable<StrRef>> = GilCell::new(HashTable::new());

/// The string of the table that is equal to `new`, or else `new`, interned.
fn find_or_add(new: StrRef) -> StrRef {
    INTERNED.with(|table| match table.entry(new.hash() as u64, |s| s.eq(&new), |s| s.hash() as u64) {
        Entry::Occupied(found) => found.get().clone(),
        Entry::Vacant(place) => {
            new.set_interned();
            place.insert(new.clone());
            new
        }
    })
}

/// The interned string with this text.
pub fn intern(text: &str) -> StrRef {
    if text.is_ascii() { intern_ascii(text.as_bytes()) } else { find_or_add(PyStr::from_str(text)) }
}

/// The interned string of these ASCII characters.
pub fn intern_ascii(text: &[u8]) -> StrRef {
    if text.len() <= 1 {
        return PyStr::from_ascii(text);
    }
    let hash = crate::hash::hash_bytes(text);
    let matches = |s: &StrRef| s.as_ascii().is_some_and(|s| s.as_bytes() == text);
    if let Some(found) = INTERNED.with(|table| table.find(hash as u64, matches).cloned()) {
        return found;
    }
    // Made while nothing looks into the table: the first string of all makes the class `str`, which interns names.
    let new = PyStr::from_ascii(text);
    new.hash.set(hash);
    find_or_add(new)
}

/// The interned string equal to `s`, which becomes that string if there is none. Instances of subclasses are copied.
#[inline]
pub fn intern_ref(s: &StrRef) -> StrRef {
    if s.is_interned() { s.clone() } else { intern_slow(s) }
}

#[cold]
fn intern_slow(s: &StrRef) -> StrRef {
    let class = <PyStr as crate::heap::Payload>::class();
    find_or_add(if s.class().is(class) { s.clone() } else { s.copy_in(class) })
}

/// `sys.getunicodeinternedsize()`.
pub fn interned_count() -> usize {
    INTERNED.with(|table| table.len())
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
                    find_or_add(new)
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
            find_or_add(new)
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
