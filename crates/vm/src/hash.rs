//! Hashing of text and bytes: SipHash-1-3 under the process's key (PEP 456).

use crate::cell::GilCell;
use minipy_text::hash::HashKey;

static KEY: GilCell<Option<HashKey>> = GilCell::new(None);

/// Sets the key at start-up, from PYTHONHASHSEED or at random. Nothing may have been hashed before.
pub fn set_key(key: HashKey) {
    KEY.set(Some(key));
}

/// The hash of a buffer as CPython computes it; never -1.
pub fn hash_bytes(bytes: &[u8]) -> i64 {
    KEY.get().unwrap_or_default().bytes(bytes)
}

/// The hash of an address, for objects hashed by identity.
pub fn hash_pointer(address: u64) -> i64 {
    address.rotate_right(4) as i64
}
