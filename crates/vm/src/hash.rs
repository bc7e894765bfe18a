//! Hashing of text and bytes: SipHash-1-3 under the process's key (PEP 456).

use crate::cell::GilCell;
use siphasher::sip::SipHasher13;
use std::hash::Hasher;

static KEY: GilCell<(u64, u64)> = GilCell::new((0, 0));

/// Sets the key at start-up, from PYTHONHASHSEED or at random. Nothing may have been hashed before.
pub fn set_key(k0: u64, k1: u64) {
    KEY.set((k0, k1));
}

/// The hash of a buffer as CPython computes it; never -1.
pub fn hash_bytes(bytes: &[u8]) -> i64 {
    if bytes.is_empty() {
        return 0;
    }
    let (k0, k1) = KEY.get();
    let mut hasher = SipHasher13::new_with_keys(k0, k1);
    hasher.write(bytes);
    match hasher.finish() as i64 {
        -1 => -2,
        hash => hash,
    }
}

/// The hash of an address, for objects hashed by identity.
pub fn hash_pointer(address: u64) -> i64 {
    address.rotate_right(4) as i64
}
