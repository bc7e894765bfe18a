//! `_hashlib`: what `hashlib` and `hmac` expect of OpenSSL.

use super::digest::{self, Algorithm, Hash, hex};
use super::hmac;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::bytes::{BytesLike, from_slice};
use minipy_vm::types::str::{PyStr, StrRef};
use minipy_vm::{
    BytesRef, DictRef, GilCell, PyDict, PyErr, PyResult, Ref, Value, exceptions, module_exception, protocol,
};

module_exception! {
    /// `_hashlib.UnsupportedDigestmodError`.
    unsupported_class = "_hashlib", "UnsupportedDigestmodError": exceptions::value_error_class, None
}

#[cold]
fn unsupported() -> PyErr {
    exceptions::simple(unsupported_class(), "[digital envelope routines] unsupported")
}

/// The algorithm of this name, in any case.
fn find(name: &PyStr) -> PyResult<&'static Algorithm> {
    let name = name.to_string_lossy().to_ascii_lowercase();
    let known = |algorithm: &&Algorithm| algorithm.name == name || algorithm.aliases.contains(&name.as_str());
    digest::ALGORITHMS.iter().copied().find(|algorithm| known(algorithm)).ok_or_else(unsupported)
}

/// The names of algorithms by this module's functions for them.
static CONSTRUCTORS: GilCell<Option<DictRef>> = GilCell::new(None);

fn constructors() -> DictRef {
    CONSTRUCTORS.with(|dict| dict.get_or_insert_with(PyDict::new_ref).clone())
}

/// The algorithm that a `digestmod` names: by its name, or by this module's function for it.
fn digestmod(digest: &Value) -> PyResult<&'static Algorithm> {
    if let Some(name) = digest.downcast::<PyStr>() {
        return find(name);
    }
    let own = constructors().get(digest)?;
    match own.as_ref().and_then(|name| name.downcast::<PyStr>()) {
        Some(name) => find(name),
        None => {
            let repr = protocol::repr(digest)?;
            Err(exceptions::simple(unsupported_class(), &format!("Unsupported digestmod {repr}")))
        }
    }
}

/// A hash is an object used to calculate a checksum of a string of information.
///
/// Methods:
///
/// update() -- updates the current digest with an additional string
/// digest() -- return the current digest value
/// hexdigest() -- return the current digest as a string of hexadecimal digits
/// copy() -- return a copy of the current hash object
///
/// Attributes:
///
/// name -- the hash algorithm being used by this object
/// digest_size -- number of bytes in this hashes output
#[pyclass(name = "HASH", module = "_hashlib", sig = "(name, string=b'')", basetype, no_new)]
#[repr(C)]
pub struct PyHash(Hash);

fn new_hash(algorithm: &'static Algorithm, data: Option<&Value>, string: Option<&Value>) -> PyResult<Value> {
    Ok(wrap(Hash::of(algorithm, data, string)?))
}

fn wrap(hash: Hash) -> Value {
    match hash.algorithm.digest_size {
        0 => Ref::new(PyHashXof(PyHash(hash))).into_value(),
        _ => Ref::new(PyHash(hash)).into_value(),
    }
}

#[pymethods]
impl PyHash {
    #[slot]
    fn repr(zelf: &Ref<PyHash>) -> String {
        let class = zelf.class().qualified_name();
        format!("<{} _hashlib.{class} object @ {:#x}>", zelf.0.algorithm.name, zelf.as_value().id())
    }

    /// Update this hash object's state with the provided string.
    #[pymethod("($self, obj, /)")]
    fn update(&self, obj: &Value) -> PyResult<()> {
        self.0.update(obj)
    }

    /// Return the digest value as a bytes object.
    #[pymethod("($self, /)")]
    fn digest(&self) -> BytesRef {
        self.0.digest()
    }

    /// Return the digest value as a string of hexadecimal digits.
    #[pymethod("($self, /)")]
    fn hexdigest(&self) -> StrRef {
        self.0.hexdigest()
    }

    /// Return a copy of the hash object.
    #[pymethod("($self, /)")]
    fn copy(&self) -> Value {
        wrap(self.0.clone())
    }

    #[pygetset]
    fn digest_size(&self) -> usize {
        self.0.algorithm.digest_size
    }

    #[pygetset]
    fn block_size(&self) -> usize {
        self.0.algorithm.block_size
    }

    #[pygetset]
    fn name(&self) -> &'static str {
        self.0.algorithm.name
    }
}

/// A hash is an object used to calculate a checksum of a string of information.
///
/// Methods:
///
/// update() -- updates the current digest with an additional string
/// digest(length) -- return the current digest value
/// hexdigest(length) -- return the current digest as a string of hexadecimal digits
/// copy() -- return a copy of the current hash object
///
/// Attributes:
///
/// name -- the hash algorithm being used by this object
/// digest_size -- number of bytes in this hashes output
#[pyclass(
    name = "HASHXOF",
    module = "_hashlib",
    base = PyHash,
    sig = "(name, string=b'')",
    basetype,
    no_new
)]
#[repr(C)]
pub struct PyHashXof(PyHash);

impl PyHashXof {
    fn output(&self, length: isize) -> PyResult<Vec<u8>> {
        let Ok(length) = usize::try_from(length) else {
            return Err(exceptions::system_error("Negative size passed to PyBytes_FromStringAndSize"));
        };
        // OpenSSL's lengths are C ints.
        if i32::try_from(length).is_err() {
            return Err(exceptions::memory_error());
        }
        Ok(self.0.0.finish(length))
    }
}

#[pymethods]
impl PyHashXof {
    /// Return the digest value as a bytes object.
    #[pymethod("($self, /, length)")]
    fn digest(&self, length: isize) -> PyResult<BytesRef> {
        Ok(from_slice(&self.output(length)?))
    }

    /// Return the digest value as a string of hexadecimal digits.
    #[pymethod("($self, /, length)")]
    fn hexdigest(&self, length: isize) -> PyResult<StrRef> {
        Ok(hex(&self.output(length)?))
    }

    #[pygetset]
    fn digest_size(&self) -> usize {
        0
    }
}

/// The object used to calculate HMAC of a message.
///
/// Methods:
///
/// update() -- updates the current digest with an additional string
/// digest() -- return the current digest value
/// hexdigest() -- return the current digest as a string of hexadecimal digits
/// copy() -- return a copy of the current hash object
///
/// Attributes:
///
/// name -- the name, including the hash algorithm used by this object
/// digest_size -- number of bytes in digest() output
///
#[pyclass(name = "HMAC", module = "_hashlib", no_new)]
pub struct PyHmac(Hash);

#[pymethods]
impl PyHmac {
    #[slot]
    fn repr(zelf: &Ref<PyHmac>) -> String {
        format!("<{} HMAC object @ {:#x}>", zelf.0.algorithm.name, zelf.as_value().id())
    }

    /// Update the HMAC object with msg.
    #[pymethod("($self, /, msg)")]
    fn update(&self, msg: &Value) -> PyResult<()> {
        self.0.update(msg)
    }

    /// Return the digest of the bytes passed to the update() method so far.
    #[pymethod("($self, /)")]
    fn digest(&self) -> BytesRef {
        self.0.digest()
    }

    /// Return hexadecimal digest of the bytes passed to the update() method so far.
    ///
    /// This may be used to exchange the value safely in email or other
    /// non-binary environments.
    #[pymethod("($self, /)")]
    fn hexdigest(&self) -> StrRef {
        self.0.hexdigest()
    }

    /// Return a copy ("clone") of the HMAC object.
    #[pymethod("($self, /)")]
    fn copy(&self) -> Ref<PyHmac> {
        Ref::new(PyHmac(self.0.clone()))
    }

    #[pygetset]
    fn digest_size(&self) -> usize {
        self.0.algorithm.digest_size
    }

    #[pygetset]
    fn block_size(&self) -> usize {
        self.0.algorithm.block_size
    }

    #[pygetset]
    fn name(&self) -> String {
        format!("hmac-{}", self.0.algorithm.name)
    }
}

fn new_hmac(key: &[u8], msg: Option<&Value>, algorithm: &'static Algorithm) -> PyResult<Hash> {
    let Some(mac) = hmac::start(algorithm, key) else {
        return Err(exceptions::value_error("no reason supplied"));
    };
    if let Some(msg) = msg {
        mac.update(msg)?;
    }
    Ok(mac)
}

/// The largest length and number that OpenSSL takes.
const INT_MAX: i64 = i32::MAX as i64;

/// OpenSSL's limit for the memory of scrypt, if none is given.
const SCRYPT_MEMORY: u64 = 32 * 1024 * 1024;

/// The parameters of scrypt (RFC 7914), if they are valid.
fn scrypt_params(n: u64, r: u64, p: u64, maxmem: u64) -> PyResult<scrypt::Params> {
    let invalid = || exceptions::value_error("Invalid parameter combination for n, r, p, maxmem.");
    let (Ok(small_r), Ok(small_p)) = (u32::try_from(r), u32::try_from(p)) else { return Err(invalid()) };
    if r == 0 || p == 0 || p > ((1 << 30) - 1) / r {
        return Err(invalid());
    }
    if r < 64 && 16 * r <= 63 && n >= 1 << (16 * r) {
        return Err(invalid());
    }
    let limit = if maxmem == 0 { SCRYPT_MEMORY } else { maxmem };
    let memory = n.saturating_add(p + 2).saturating_mul(128 * r);
    if memory > limit {
        return Err(exceptions::value_error("[digital envelope routines] memory limit exceeded"));
    }
    scrypt::Params::new(n.trailing_zeros() as u8, small_r, small_p).map_err(|_| invalid())
}

/// OpenSSL interface for hashlib module
#[minipy_macros::pymodule(name = "_hashlib", classes(PyHash, PyHashXof, PyHmac))]
mod module {
    use super::*;
    use minipy_vm::PyModule;
    use minipy_vm::macros_support::{IntArg, Nullable};
    use minipy_vm::types::{int, mappingproxy, set};

    #[pyattr]
    const _GIL_MINSIZE: i64 = digest::GIL_MINSIZE;

    /// Return 'a == b'.
    ///
    /// This function uses an approach designed to prevent
    /// timing analysis, making it appropriate for cryptography.
    ///
    /// a and b must both be of the same type: either str (ASCII only),
    /// or any bytes-like object.
    ///
    /// Note: If a and b are of different lengths, or if an error occurs,
    /// a timing attack could theoretically reveal information about the
    /// types and lengths of a and b--but not their values.
    #[pyfunction("($module, a, b, /)")]
    fn compare_digest(a: &Value, b: &Value) -> PyResult<bool> {
        digest::compare(a, b)
    }

    /// Determine the OpenSSL FIPS mode of operation.
    ///
    /// For OpenSSL 3.0.0 and newer it returns the state of the default provider
    /// in the default OSSL context. It's not quite the same as FIPS_mode() but
    /// good enough for unittests.
    ///
    /// Effectively any non-zero return value indicates FIPS mode;
    /// values other than 1 may have additional significance.
    #[pyfunction("($module, /)")]
    fn get_fips_mode() -> i32 {
        0
    }

    /// Single-shot HMAC.
    #[pyfunction("($module, /, key, msg, digest)")]
    fn hmac_digest(key: BytesLike<'_>, msg: &Value, digest: &Value) -> PyResult<BytesRef> {
        Ok(new_hmac(&key, Some(msg), digestmod(digest)?)?.digest())
    }

    /// Return a new hmac object.
    #[pyfunction("($module, /, key, msg=b'', digestmod=None)")]
    fn hmac_new(key: BytesLike<'_>, msg: Option<&Value>, digestmod: Option<&Value>) -> PyResult<Ref<PyHmac>> {
        let Some(digest) = digestmod.filter(|digest| !digest.is_none()) else {
            return Err(exceptions::type_error("Missing required parameter 'digestmod'."));
        };
        let msg = msg.filter(|msg| !msg.is_none());
        Ok(Ref::new(PyHmac(new_hmac(&key, msg, super::digestmod(digest)?)?)))
    }

    /// Return a new hash object using the named algorithm.
    ///
    /// An optional string argument may be provided and will be
    /// automatically hashed.
    ///
    /// The MD5 and SHA1 algorithms are always supported.
    #[pyfunction("($module, /, name, data=b'', *, usedforsecurity=True, string=None)")]
    fn new(
        name: &Ref<PyStr>,
        data: Option<&Value>,
        usedforsecurity: bool,
        string: Option<&Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        let data = match (data, string) {
            (Some(_), Some(_)) => return digest::first_input(data, string).map(|_| Value::NONE),
            (data, string) => data.or(string),
        };
        new_hash(find(name)?, data, None)
    }

    /// Returns a md5 hash object; optionally initialized with a string
    #[pyfunction("($module, /, data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_md5(data: Option<&Value>, usedforsecurity: bool, string: Option<&Value>) -> PyResult<Value> {
        let _ = usedforsecurity;
        new_hash(&digest::MD5, data, string)
    }

    /// Returns a sha1 hash object; optionally initialized with a string
    #[pyfunction("($module, /, data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_sha1(data: Option<&Value>, usedforsecurity: bool, string: Option<&Value>) -> PyResult<Value> {
        let _ = usedforsecurity;
        new_hash(&digest::SHA1, data, string)
    }

    /// Returns a sha224 hash object; optionally initialized with a string
    #[pyfunction("($module, /, data=b'', *, usedforsecurity=True,\n               string=None)")]
    fn openssl_sha224(
        data: Option<&Value>,
        usedforsecurity: bool,
        string: Option<&Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        new_hash(&digest::SHA224, data, string)
    }

    /// Returns a sha256 hash object; optionally initialized with a string
    #[pyfunction("($module, /, data=b'', *, usedforsecurity=True,\n               string=None)")]
    fn openssl_sha256(
        data: Option<&Value>,
        usedforsecurity: bool,
        string: Option<&Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        new_hash(&digest::SHA256, data, string)
    }

    /// Returns a sha384 hash object; optionally initialized with a string
    #[pyfunction("($module, /, data=b'', *, usedforsecurity=True,\n               string=None)")]
    fn openssl_sha384(
        data: Option<&Value>,
        usedforsecurity: bool,
        string: Option<&Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        new_hash(&digest::SHA384, data, string)
    }

    /// Returns a sha512 hash object; optionally initialized with a string
    #[pyfunction("($module, /, data=b'', *, usedforsecurity=True,\n               string=None)")]
    fn openssl_sha512(
        data: Option<&Value>,
        usedforsecurity: bool,
        string: Option<&Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        new_hash(&digest::SHA512, data, string)
    }

    /// Returns a sha3-224 hash object; optionally initialized with a string
    #[pyfunction("($module, /, data=b'', *, usedforsecurity=True,\n                 string=None)")]
    fn openssl_sha3_224(
        data: Option<&Value>,
        usedforsecurity: bool,
        string: Option<&Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        new_hash(&digest::SHA3_224, data, string)
    }

    /// Returns a sha3-256 hash object; optionally initialized with a string
    #[pyfunction("($module, /, data=b'', *, usedforsecurity=True,\n                 string=None)")]
    fn openssl_sha3_256(
        data: Option<&Value>,
        usedforsecurity: bool,
        string: Option<&Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        new_hash(&digest::SHA3_256, data, string)
    }

    /// Returns a sha3-384 hash object; optionally initialized with a string
    #[pyfunction("($module, /, data=b'', *, usedforsecurity=True,\n                 string=None)")]
    fn openssl_sha3_384(
        data: Option<&Value>,
        usedforsecurity: bool,
        string: Option<&Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        new_hash(&digest::SHA3_384, data, string)
    }

    /// Returns a sha3-512 hash object; optionally initialized with a string
    #[pyfunction("($module, /, data=b'', *, usedforsecurity=True,\n                 string=None)")]
    fn openssl_sha3_512(
        data: Option<&Value>,
        usedforsecurity: bool,
        string: Option<&Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        new_hash(&digest::SHA3_512, data, string)
    }

    /// Returns a shake-128 variable hash object; optionally initialized with a string
    #[pyfunction("($module, /, data=b'', *, usedforsecurity=True,\n                  string=None)")]
    fn openssl_shake_128(
        data: Option<&Value>,
        usedforsecurity: bool,
        string: Option<&Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        new_hash(&digest::SHAKE_128, data, string)
    }

    /// Returns a shake-256 variable hash object; optionally initialized with a string
    #[pyfunction("($module, /, data=b'', *, usedforsecurity=True,\n                  string=None)")]
    fn openssl_shake_256(
        data: Option<&Value>,
        usedforsecurity: bool,
        string: Option<&Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        new_hash(&digest::SHAKE_256, data, string)
    }

    /// Password based key derivation function 2 (PKCS #5 v2.0) with HMAC as pseudorandom function.
    #[pyfunction("($module, /, hash_name, password, salt, iterations,\n            dklen=None)")]
    fn pbkdf2_hmac(
        hash_name: &Ref<PyStr>,
        password: BytesLike<'_>,
        salt: BytesLike<'_>,
        iterations: i64,
        dklen: Nullable<i64>,
    ) -> PyResult<BytesRef> {
        let algorithm = find(hash_name)?;
        let Some(keyed) = &algorithm.keyed else { return Err(unsupported()) };
        let rounds = match u32::try_from(iterations) {
            Ok(rounds @ 1..=0x7fff_ffff) => rounds,
            _ if iterations < 1 => {
                return Err(exceptions::value_error("iteration value must be greater than 0."));
            }
            _ => return Err(exceptions::overflow_error("iteration value is too great.")),
        };
        let len = match dklen.0 {
            None => algorithm.digest_size,
            Some(..1) => return Err(exceptions::value_error("key length must be greater than 0.")),
            Some(len) if len > INT_MAX => {
                return Err(exceptions::overflow_error("key length is too great."));
            }
            Some(len) => len as usize,
        };
        let mut key = vec![0; len];
        minipy_vm::gil::without(|| (keyed.derive)(&password, &salt, rounds, &mut key));
        Ok(from_slice(&key))
    }

    /// scrypt password-based key derivation function.
    #[pyfunction("($module, /, password, *, salt, n, r, p, maxmem=0, dklen=64)")]
    fn scrypt(
        password: BytesLike<'_>,
        salt: BytesLike<'_>,
        n: IntArg,
        r: IntArg,
        p: IntArg,
        maxmem: i64,
        dklen: i64,
    ) -> PyResult<BytesRef> {
        let number = |value: &IntArg| {
            if int::is_negative(&value.0) {
                return Err(exceptions::value_error("Cannot convert negative int"));
            }
            int::to_ibig(&value.0)
                .and_then(|number| u64::try_from(&number).ok())
                .ok_or_else(|| exceptions::overflow_error("Python int too large for C unsigned long"))
        };
        let (n, r, p) = (number(&n)?, number(&r)?, number(&p)?);
        if n < 2 || !n.is_power_of_two() {
            return Err(exceptions::value_error("n must be a power of 2."));
        }
        if !(0..=INT_MAX).contains(&maxmem) {
            return Err(exceptions::value_error(format!(
                "maxmem must be positive and smaller than {INT_MAX}"
            )));
        }
        if !(1..=INT_MAX).contains(&dklen) {
            return Err(exceptions::value_error(format!(
                "dklen must be greater than 0 and smaller than {INT_MAX}"
            )));
        }
        let params = scrypt_params(n, r, p, maxmem as u64)?;
        let mut key = vec![0; dklen as usize];
        let result = minipy_vm::gil::without(|| scrypt::scrypt(&password, &salt, &params, &mut key));
        match result {
            Ok(()) => Ok(from_slice(&key)),
            Err(_) => Err(exceptions::value_error("Invalid parameter combination for n, r, p, maxmem.")),
        }
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        let namespace = module.namespace();
        namespace.insert("UnsupportedDigestmodError", unsupported_class());
        let constructors = constructors();
        for algorithm in digest::ALGORITHMS {
            let name = PyStr::from_str(&format!("openssl_{}", algorithm.name));
            if let Some(function) = namespace.get_str(&name)? {
                constructors.set(function, algorithm.name.into())?;
            }
        }
        namespace.insert("_constructors", mappingproxy::PyMappingProxy::new_value(constructors.into_value()));
        let names = digest::ALGORITHMS.iter().map(|algorithm| algorithm.name.into()).collect();
        namespace.insert("openssl_md_meth_names", set::frozenset_of(names));
        Ok(())
    }
}

pub use module::MODULE;
