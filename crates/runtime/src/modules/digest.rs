//! What the modules of hash functions share: the algorithms, hashes in progress, and their Python classes.

use digest::common::BlockSizeUser;
use digest::{Digest, ExtendableOutput, FixedOutput, KeyInit, Update, XofReader};
use hmac::{Hmac, SimpleHmac};
use minipy_vm::types::bytes::{BytesLike, from_slice};
use minipy_vm::types::str::{PyStr, StrRef};
use minipy_vm::{BytesRef, GilCell, PyResult, Value, exceptions};

use super::blake2::{Blake2b, Blake2s};

/// How many bytes are hashed without letting other threads run, in CPython; a constant of its modules.
pub const GIL_MINSIZE: i64 = 2048;

/// A hash in progress.
pub trait Hasher {
    fn update(&mut self, data: &[u8]);
    /// The hash of the data so far; `len` matters for functions of any length only.
    fn finish(&self, len: usize) -> Vec<u8>;
    fn boxed(&self) -> Box<dyn Hasher>;
}

#[derive(Clone)]
struct Fixed<D>(D);

impl<D: Update + FixedOutput + Clone + 'static> Hasher for Fixed<D> {
    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn finish(&self, _len: usize) -> Vec<u8> {
        self.0.clone().finalize_fixed().to_vec()
    }

    fn boxed(&self) -> Box<dyn Hasher> {
        Box::new(self.clone())
    }
}

#[derive(Clone)]
struct Extendable<D>(D);

impl<D: Update + ExtendableOutput + Clone + 'static> Hasher for Extendable<D> {
    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn finish(&self, len: usize) -> Vec<u8> {
        let mut out = vec![0; len];
        self.0.clone().finalize_xof().read(&mut out);
        out
    }

    fn boxed(&self) -> Box<dyn Hasher> {
        Box::new(self.clone())
    }
}

/// MD5 and SHA-1 one behind the other, as old versions of TLS sign.
#[derive(Clone, Default)]
struct Md5Sha1(md5::Md5, sha1::Sha1);

impl Hasher for Md5Sha1 {
    fn update(&mut self, data: &[u8]) {
        Update::update(&mut self.0, data);
        Update::update(&mut self.1, data);
    }

    fn finish(&self, _len: usize) -> Vec<u8> {
        [&self.0.clone().finalize()[..], &self.1.clone().finalize()[..]].concat()
    }

    fn boxed(&self) -> Box<dyn Hasher> {
        Box::new(self.clone())
    }
}

/// HMAC over a hash function (RFC 2104), and the keys derived by it.
pub struct Keyed {
    /// A hash in progress with a key.
    pub start: fn(&[u8]) -> Box<dyn Hasher>,
    /// PBKDF2 (RFC 8018): password, salt, rounds, and where the key goes.
    pub derive: fn(&[u8], &[u8], u32, &mut [u8]),
}

impl Keyed {
    const fn of<M: KeyInit + Update + FixedOutput + Clone + 'static>() -> Keyed {
        Keyed {
            start: |key| match M::new_from_slice(key) {
                Ok(mac) => Box::new(Fixed(mac)),
                // HMAC takes keys of any length.
                Err(_) => Box::new(Fixed(M::new(&Default::default()))),
            },
            derive: |password, salt, rounds, out| {
                // It fails for no length of key that memory can hold.
                let _ = pbkdf2::pbkdf2::<M>(password, salt, rounds, out);
            },
        }
    }
}

/// A hash function.
pub struct Algorithm {
    pub name: &'static str,
    /// Other names that OpenSSL has for it, in lower case.
    pub aliases: &'static [&'static str],
    /// In bytes; 0 if any.
    pub digest_size: usize,
    pub block_size: usize,
    pub start: fn() -> Box<dyn Hasher>,
    pub keyed: Option<Keyed>,
}

const fn fixed<D>(name: &'static str, aliases: &'static [&'static str], keyed: Keyed) -> Algorithm
where
    D: Digest + BlockSizeUser + Update + FixedOutput + Clone + 'static,
{
    use digest::typenum::Unsigned;
    Algorithm {
        name,
        aliases,
        digest_size: D::OutputSize::USIZE,
        block_size: D::BlockSize::USIZE,
        start: || Box::new(Fixed(D::new())),
        keyed: Some(keyed),
    }
}

const fn extendable<D>(name: &'static str, aliases: &'static [&'static str], block_size: usize) -> Algorithm
where
    D: Update + ExtendableOutput + Clone + Default + 'static,
{
    let start: fn() -> Box<dyn Hasher> = || Box::new(Extendable(D::default()));
    Algorithm { name, aliases, digest_size: 0, block_size, start, keyed: None }
}

macro_rules! algorithms {
    ($($ident:ident = $name:literal [$($alias:literal),*] $type:ty, $mac:ident;)*) => {
        $(pub static $ident: Algorithm =
            fixed::<$type>($name, &[$($alias),*], Keyed::of::<$mac<$type>>());)*
        /// All of them.
        pub static ALGORITHMS: &[&Algorithm] = &[$(&$ident,)* &SHAKE_128, &SHAKE_256, &MD5_SHA1];
    };
}

algorithms! {
    MD5 = "md5" ["ssl3-md5"] md5::Md5, Hmac;
    SHA1 = "sha1" ["sha-1", "ssl3-sha1"] sha1::Sha1, Hmac;
    SHA224 = "sha224" ["sha2-224", "sha-224"] sha2::Sha224, Hmac;
    SHA256 = "sha256" ["sha2-256", "sha-256"] sha2::Sha256, Hmac;
    SHA384 = "sha384" ["sha2-384", "sha-384"] sha2::Sha384, Hmac;
    SHA512 = "sha512" ["sha2-512", "sha-512"] sha2::Sha512, Hmac;
    SHA512_224 = "sha512_224" ["sha2-512/224", "sha-512/224", "sha512-224"] sha2::Sha512_224, Hmac;
    SHA512_256 = "sha512_256" ["sha2-512/256", "sha-512/256", "sha512-256"] sha2::Sha512_256, Hmac;
    SHA3_224 = "sha3_224" ["sha3-224"] sha3::Sha3_224, SimpleHmac;
    SHA3_256 = "sha3_256" ["sha3-256"] sha3::Sha3_256, SimpleHmac;
    SHA3_384 = "sha3_384" ["sha3-384"] sha3::Sha3_384, SimpleHmac;
    SHA3_512 = "sha3_512" ["sha3-512"] sha3::Sha3_512, SimpleHmac;
    BLAKE2B = "blake2b" ["blake2b512", "blake2b-512"] Blake2b, SimpleHmac;
    BLAKE2S = "blake2s" ["blake2s256", "blake2s-256"] Blake2s, SimpleHmac;
    RIPEMD160 = "ripemd160" ["ripemd-160", "ripemd", "rmd160"] ripemd::Ripemd160, Hmac;
    SM3 = "sm3" [] sm3::Sm3, Hmac;
}

pub static SHAKE_128: Algorithm = extendable::<shake::Shake128>("shake_128", &["shake-128", "shake128"], 168);
pub static SHAKE_256: Algorithm = extendable::<shake::Shake256>("shake_256", &["shake-256", "shake256"], 136);
static MD5_SHA1: Algorithm = Algorithm {
    name: "md5-sha1",
    aliases: &[],
    digest_size: 36,
    block_size: 64,
    start: || Box::<Md5Sha1>::default(),
    keyed: None,
};

/// The contents of `value`, which must be a buffer.
pub fn input(value: &Value) -> PyResult<BytesLike<'_>> {
    if value.downcast::<PyStr>().is_some() {
        return Err(exceptions::type_error("Strings must be encoded before hashing"));
    }
    if !minipy_vm::buffer::is_bytes_like(value) {
        return Err(exceptions::type_error("object supporting the buffer API required"));
    }
    BytesLike::of(value)
}

/// The first data of a hash, which has an old name too.
pub fn first_input<'a>(
    data: Option<&'a Value>,
    string: Option<&'a Value>,
) -> PyResult<Option<BytesLike<'a>>> {
    if data.is_some() && string.is_some() {
        return Err(exceptions::type_error(
            "'data' and 'string' are mutually exclusive and support for 'string' keyword parameter is slated for \
             removal in a future version.",
        ));
    }
    data.or(string).map(input).transpose()
}

/// Whether two digests are equal, in a time that does not tell where they differ.
pub fn compare(a: &Value, b: &Value) -> PyResult<bool> {
    let same = |a: &[u8], b: &[u8]| {
        let differences = a.iter().zip(b).fold(0, |all, (x, y)| all | (x ^ y));
        a.len() == b.len() && std::hint::black_box(differences) == 0
    };
    if let (Some(a), Some(b)) = (a.downcast::<PyStr>(), b.downcast::<PyStr>()) {
        return match (a.as_ascii(), b.as_ascii()) {
            (Some(a), Some(b)) => Ok(same(a.as_bytes(), b.as_bytes())),
            _ => Err(exceptions::type_error("comparing strings with non-ASCII characters is not supported")),
        };
    }
    Ok(same(&BytesLike::of(a)?, &BytesLike::of(b)?))
}

pub fn hex(bytes: &[u8]) -> StrRef {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let pairs = bytes.iter().flat_map(|&b| [b >> 4, b & 15]);
    PyStr::from_ascii(&pairs.map(|digit| DIGITS[usize::from(digit)]).collect::<Vec<_>>())
}

/// The payload of hash objects.
pub struct Hash {
    pub algorithm: &'static Algorithm,
    hasher: GilCell<Box<dyn Hasher>>,
}

impl Hash {
    /// A hash in progress of data from Python.
    pub fn of(algorithm: &'static Algorithm, data: Option<&Value>, string: Option<&Value>) -> PyResult<Hash> {
        let mut hasher = (algorithm.start)();
        if let Some(data) = first_input(data, string)? {
            hasher.update(&data);
        }
        Ok(Hash { algorithm, hasher: GilCell::new(hasher) })
    }

    pub fn with(algorithm: &'static Algorithm, hasher: Box<dyn Hasher>) -> Hash {
        Hash { algorithm, hasher: GilCell::new(hasher) }
    }

    pub fn update(&self, data: &Value) -> PyResult<()> {
        let data = input(data)?;
        self.hasher.with(|hasher| hasher.update(&data));
        Ok(())
    }

    pub fn finish(&self, len: usize) -> Vec<u8> {
        self.hasher.with(|hasher| hasher.finish(len))
    }

    pub fn digest(&self) -> BytesRef {
        from_slice(&self.finish(0))
    }

    pub fn hexdigest(&self) -> StrRef {
        hex(&self.finish(0))
    }
}

impl Clone for Hash {
    fn clone(&self) -> Hash {
        Hash::with(self.algorithm, self.hasher.with(|hasher| hasher.boxed()))
    }
}

/// The class of a hash function's objects, which only functions make.
macro_rules! hash_class {
    ($Class:ident = $module:literal, $name:literal) => {
        #[minipy_macros::pyclass(name = $name, module = $module, no_new)]
        pub struct $Class(pub $crate::modules::digest::Hash);

        #[minipy_macros::pymethods]
        impl $Class {
            /// Return a copy of the hash object.
            #[pymethod("($self, /)")]
            fn copy(&self) -> minipy_vm::Ref<$Class> {
                minipy_vm::Ref::new($Class(self.0.clone()))
            }

            /// Return the digest value as a bytes object.
            #[pymethod("($self, /)")]
            fn digest(&self) -> minipy_vm::BytesRef {
                self.0.digest()
            }

            /// Return the digest value as a string of hexadecimal digits.
            #[pymethod("($self, /)")]
            fn hexdigest(&self) -> minipy_vm::StrRef {
                self.0.hexdigest()
            }

            /// Update this hash object's state with the provided string.
            #[pymethod("($self, obj, /)")]
            fn update(&self, obj: &minipy_vm::Value) -> minipy_vm::PyResult<()> {
                self.0.update(obj)
            }

            #[pygetset]
            fn block_size(&self) -> usize {
                self.0.algorithm.block_size
            }

            #[pygetset]
            fn name(&self) -> &'static str {
                self.0.algorithm.name
            }

            #[pygetset]
            fn digest_size(&self) -> usize {
                self.0.algorithm.digest_size
            }
        }
    };
}
pub(crate) use hash_class;
