//! CPython's hash functions. All results avoid -1, which the C API keeps for errors.

use dashu_int::{IBig, Sign};
use siphasher::sip::SipHasher13;

/// `sys.hash_info.modulus`: hashes of equal numbers of all types agree modulo this prime.
pub const MODULUS: u64 = (1 << 61) - 1;
/// `sys.hash_info.inf`.
pub const INF: i64 = 314_159;
/// `sys.hash_info.imag`.
pub const IMAG: i64 = 1_000_003;

fn finish(hash: i64) -> i64 {
    if hash == -1 { -2 } else { hash }
}

/// `hash(n)` of an int that fits.
#[inline]
pub fn int(n: i64) -> i64 {
    let residue = (n.unsigned_abs() % MODULUS) as i64;
    finish(if n < 0 { -residue } else { residue })
}

/// `hash(n)`.
pub fn big_int(n: &IBig) -> i64 {
    let (sign, words) = n.as_sign_words();
    // 2^64 is 8 modulo the prime.
    let residue =
        words.iter().rev().fold(0u128, |h, word| (h * 8 + u128::from(*word)) % u128::from(MODULUS)) as i64;
    finish(if sign == Sign::Negative { -residue } else { residue })
}

/// `hash(x)`; `None` for nan, whose hash is that of the object's identity.
pub fn float(x: f64) -> Option<i64> {
    if x.is_nan() {
        return None;
    }
    if x.is_infinite() {
        return Some(if x > 0.0 { INF } else { -INF });
    }
    let bits = x.to_bits();
    let (biased, fraction) = ((bits >> 52 & 0x7ff) as i32, bits & ((1 << 52) - 1));
    let (mantissa, exponent) =
        if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased - 1075) };
    // Multiplying by a power of two is a rotation of 61 bits.
    let turn = exponent.rem_euclid(61) as u32;
    let residue = (mantissa << turn & MODULUS) | mantissa >> (61 - turn);
    let residue = if residue == MODULUS { 0 } else { residue as i64 };
    Some(finish(if x < 0.0 { -residue } else { residue }))
}

/// `hash(complex)` from the hashes of its parts.
pub fn complex(real: i64, imag: i64) -> i64 {
    finish(real.wrapping_add(IMAG.wrapping_mul(imag)))
}

/// `hash(tuple)` from the hashes of its items.
pub fn tuple(items: impl IntoIterator<Item = i64>) -> i64 {
    let mut hash = TupleHasher::default();
    for item in items {
        hash.add(item);
    }
    hash.finish()
}

const PRIME_1: u64 = 11_400_714_785_074_694_791;
const PRIME_2: u64 = 14_029_467_366_897_019_727;
const PRIME_5: u64 = 2_870_177_450_012_600_261;

/// [`tuple`] one item at a time.
pub struct TupleHasher {
    value: u64,
    len: u64,
}

impl Default for TupleHasher {
    fn default() -> Self {
        TupleHasher { value: PRIME_5, len: 0 }
    }
}

impl TupleHasher {
    /// Add the hash of the next item.
    #[inline]
    pub fn add(&mut self, hash: i64) {
        self.value = self.value.wrapping_add((hash as u64).wrapping_mul(PRIME_2));
        self.value = self.value.rotate_left(31).wrapping_mul(PRIME_1);
        self.len += 1;
    }

    /// The hash of a slice, which does not count its items.
    pub fn finish_without_length(self) -> i64 {
        match self.value {
            u64::MAX => 1_546_275_796,
            hash => hash as i64,
        }
    }

    /// The tuple's hash.
    pub fn finish(self) -> i64 {
        match self.value.wrapping_add(self.len ^ (PRIME_5 ^ 3_527_539)) {
            u64::MAX => 1_546_275_796,
            hash => hash as i64,
        }
    }
}

/// `hash(frozenset)` from the hashes of its items, in any order.
pub fn frozenset(items: impl IntoIterator<Item = i64>) -> i64 {
    let (mut hash, mut len) = (0u64, 0u64);
    for item in items {
        // Spread the bits of items whose hashes are close to each other.
        let item = item as u64;
        hash ^= ((item ^ 89_869_747) ^ (item << 16)).wrapping_mul(3_644_798_167);
        len += 1;
    }
    hash ^= len.wrapping_add(1).wrapping_mul(1_927_868_237);
    hash ^= (hash >> 11) ^ (hash >> 25);
    match hash.wrapping_mul(69_069).wrapping_add(907_133_923) {
        u64::MAX => 590_923_713,
        hash => hash as i64,
    }
}

/// The key of str and bytes hashes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HashKey {
    k0: u64,
    k1: u64,
}

impl HashKey {
    /// From 16 random bytes.
    pub fn from_random(bytes: [u8; 16]) -> HashKey {
        let all = u128::from_le_bytes(bytes);
        HashKey { k0: all as u64, k1: (all >> 64) as u64 }
    }

    /// As `PYTHONHASHSEED` says: 0 is no key, another seed is expanded by a linear congruential generator.
    pub fn from_seed(seed: u32) -> HashKey {
        if seed == 0 {
            return HashKey::default();
        }
        let mut state = seed;
        HashKey::from_random(std::array::from_fn(|_| {
            state = state.wrapping_mul(214_013).wrapping_add(2_531_011);
            (state >> 16) as u8
        }))
    }

    /// The hash of a bytes object, or of a str's characters in the smallest of 1, 2 or 4 bytes each (native order).
    #[inline]
    pub fn bytes(&self, data: &[u8]) -> i64 {
        if data.is_empty() {
            return 0;
        }
        finish(SipHasher13::new_with_keys(self.k0, self.k1).hash(data) as i64)
    }
}
