//! `_random`: the Mersenne Twister MT19937 of Matsumoto and Nishimura.

use minipy_macros::{pyclass, pymethods, pymodule};
use minipy_vm::macros_support::Nullable;
use minipy_vm::types::int;
use minipy_vm::{Args, GilCell, PyResult, PyTuple, Ref, TupleRef, TypeRef, Value, exceptions, protocol};

const N: usize = 624;
const M: usize = 397;

/// The state of the generator: words, and how many of them are used up.
struct Twister {
    words: [u32; N],
    index: usize,
}

impl Twister {
    /// A generator that was not seeded.
    const ZERO: Twister = Twister { words: [0; N], index: 0 };

    fn from_word(seed: u32) -> Twister {
        let mut words = [seed; N];
        for i in 1..N {
            let last = words[i - 1];
            words[i] = 1_812_433_253u32.wrapping_mul(last ^ last >> 30).wrapping_add(i as u32);
        }
        Twister { words, index: N }
    }

    fn from_key(key: &[u32]) -> Twister {
        let mut state = Twister::from_word(19_650_218);
        let words = &mut state.words;
        let (mut i, mut j) = (1, 0);
        let advance = |words: &mut [u32; N], i: &mut usize| {
            *i += 1;
            if *i == N {
                words[0] = words[N - 1];
                *i = 1;
            }
        };
        for _ in 0..N.max(key.len()) {
            let last = words[i - 1];
            let mixed = words[i] ^ (last ^ last >> 30).wrapping_mul(1_664_525);
            words[i] = mixed.wrapping_add(key[j]).wrapping_add(j as u32);
            j = (j + 1) % key.len();
            advance(words, &mut i);
        }
        for _ in 1..N {
            let last = words[i - 1];
            let mixed = words[i] ^ (last ^ last >> 30).wrapping_mul(1_566_083_941);
            words[i] = mixed.wrapping_sub(i as u32);
            advance(words, &mut i);
        }
        words[0] = 0x8000_0000;
        state
    }

    /// The next 32 bits.
    fn next(&mut self) -> u32 {
        if self.index >= N {
            self.refill();
        }
        let mut y = self.words[self.index];
        self.index += 1;
        y ^= y >> 11;
        y ^= y << 7 & 0x9d2c_5680;
        y ^= y << 15 & 0xefc6_0000;
        y ^ y >> 18
    }

    fn refill(&mut self) {
        let words = &mut self.words;
        for i in 0..N {
            let y = words[i] & 0x8000_0000 | words[(i + 1) % N] & 0x7fff_ffff;
            let twisted = if y & 1 == 0 { 0 } else { 0x9908_b0df };
            words[i] = words[(i + M) % N] ^ y >> 1 ^ twisted;
        }
        self.index = 0;
    }

    /// 53 random bits as a float in [0, 1).
    fn next_f64(&mut self) -> f64 {
        let (high, low) = (u64::from(self.next() >> 5), u64::from(self.next() >> 6));
        (high << 26 | low) as f64 / (1u64 << 53) as f64
    }
}

/// The key to seed with: random, the absolute value of an int, or the hash of another object.
fn key_of(seed: Option<&Value>) -> PyResult<Vec<u32>> {
    let Some(seed) = seed else {
        let mut bytes = [0; N * 4];
        super::posix::process::fill_random(&mut bytes, 0)?;
        return Ok(words_of(&bytes));
    };
    let number = match int::to_ibig(seed) {
        Some(number) => number,
        None => (protocol::hash(seed)? as u64).into(),
    };
    let (_, magnitude) = number.into_parts();
    let words = words_of(&magnitude.to_le_bytes());
    Ok(if words.is_empty() { vec![0] } else { words })
}

fn words_of(bytes: &[u8]) -> Vec<u32> {
    let word = |chunk: &[u8]| chunk.iter().rev().fold(0, |word, &b| word << 8 | u32::from(b));
    bytes.chunks(4).map(word).collect()
}

/// Random() -> create a random number generator with its own internal state.
#[pyclass(name = "Random", module = "_random", basetype, heap)]
pub struct Random {
    state: GilCell<Box<Twister>>,
}

#[pymethods]
impl Random {
    #[slot]
    fn new(cls: &TypeRef, _args: Args<'_>) -> Ref<Random> {
        Ref::new_in(cls, Random { state: GilCell::new(Box::new(Twister::ZERO)) })
    }

    #[slot]
    fn init(zelf: &Ref<Random>, args: Args<'_>) -> PyResult<()> {
        let args = args.unpack("Random", 0, 1)?;
        zelf.seed(Nullable(args.first().filter(|seed| !seed.is_none()).cloned()))
    }

    /// random() -> x in the interval [0, 1).
    #[pymethod("($self, /)")]
    fn random(&self) -> f64 {
        self.state.with(|state| state.next_f64())
    }

    /// seed([n]) -> None.
    ///
    /// Defaults to use urandom and falls back to a combination
    /// of the current time and the process identifier.
    #[pymethod("($self, n=None, /)")]
    fn seed(&self, n: Nullable<Value>) -> PyResult<()> {
        let key = key_of(n.0.as_ref())?;
        self.state.set(Box::new(Twister::from_key(&key)));
        Ok(())
    }

    /// getstate() -> tuple containing the current state.
    #[pymethod("($self, /)")]
    fn getstate(&self) -> TupleRef {
        self.state.with(|state| {
            let words = state.words.iter().map(|&word| Value::from(u64::from(word)));
            PyTuple::from_vec(words.chain([Value::from(state.index)]).collect())
        })
    }

    /// setstate(state) -> None.  Restores generator state.
    #[pymethod("($self, state, /)")]
    fn setstate(&self, state: &Value) -> PyResult<()> {
        let Some(items) = state.downcast::<PyTuple>() else {
            return Err(exceptions::type_error("state vector must be a tuple"));
        };
        let [words @ .., index] = &items[..] else {
            return Err(exceptions::value_error("state vector is the wrong size"));
        };
        if words.len() != N {
            return Err(exceptions::value_error("state vector is the wrong size"));
        }
        let mut new = Box::new(Twister::ZERO);
        for (word, item) in new.words.iter_mut().zip(words) {
            *word = state_word(item)?;
        }
        new.index = match protocol::index_to_i64(index)? {
            Some(index @ 0..=624) => index as usize,
            Some(_) => return Err(exceptions::value_error("invalid state")),
            None => return Err(exceptions::overflow_error("Python int too large to convert to C long")),
        };
        self.state.set(new);
        Ok(())
    }

    /// getrandbits(k) -> x.  Generates an int with k random bits.
    #[pymethod("($self, k, /)")]
    fn getrandbits(&self, k: &Value) -> PyResult<Value> {
        let k = protocol::as_index(k)?;
        if int::is_negative(&k) {
            return Err(exceptions::value_error("Cannot convert negative int"));
        }
        let bits = match int::to_ibig(&k).and_then(|k| u64::try_from(&k).ok()) {
            Some(0) => return Ok(Value::small_int(0)),
            Some(bits @ 1..=32) => {
                return Ok(Value::small_int(i64::from(self.state.with(|state| state.next()) >> (32 - bits))));
            }
            Some(bits) => bits,
            None => return Err(exceptions::overflow_error("Python int too large for C uint64_t")),
        };
        let words = usize::try_from(bits.div_ceil(32)).map_err(|_| exceptions::memory_error())?;
        minipy_vm::heap::check_size(words.saturating_mul(4))?;
        let mut bytes = Vec::new();
        if bytes.try_reserve_exact(words * 4).is_err() {
            return Err(exceptions::memory_error());
        }
        self.state.with(|state| {
            let mut left = bits;
            while left > 0 {
                let word = state.next();
                let word = if left < 32 { word >> (32 - left) } else { word };
                bytes.extend_from_slice(&word.to_le_bytes());
                left = left.saturating_sub(32);
            }
        });
        Ok(int::convert::from_bytes(&bytes, true, false))
    }
}

/// A word of a state given from Python.
fn state_word(item: &Value) -> PyResult<u32> {
    if !protocol::is_int(item) {
        return Err(exceptions::type_error("an integer is required"));
    }
    if int::is_negative(item) {
        return Err(exceptions::overflow_error("can't convert negative value to unsigned int"));
    }
    match int::to_ibig(item).and_then(|word| u64::try_from(&word).ok()) {
        Some(word) => u32::try_from(word).map_err(|_| exceptions::value_error("invalid state")),
        None => Err(exceptions::overflow_error("Python int too large to convert to C unsigned long")),
    }
}

/// Module implements the Mersenne Twister random number generator.
#[pymodule(name = "_random", classes(Random))]
pub mod module {
    #[allow(unused_imports)]
    use super::*;
}

pub use module::MODULE;
