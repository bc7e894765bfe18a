//! `_hmac`: HMAC (RFC 2104) over the hash functions that have modules of their own.

use super::digest::{self, Algorithm, Hash, hex, input};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::bytes::from_slice;
use minipy_vm::types::str::{PyStr, StrRef};
use minipy_vm::{BytesRef, PyErr, PyResult, Ref, Value, exceptions, module_exception, protocol};

module_exception! {
    /// `_hmac.UnknownHashError`.
    unknown_hash_class = "_hmac", "UnknownHashError": exceptions::value_error_class, None
}

/// The functions of this module and the further names it has for them.
static KNOWN: &[(&Algorithm, &str)] = &[
    (&digest::MD5, ""),
    (&digest::SHA1, ""),
    (&digest::SHA224, "sha2_224"),
    (&digest::SHA256, "sha2_256"),
    (&digest::SHA384, "sha2_384"),
    (&digest::SHA512, "sha2_512"),
    (&digest::SHA3_224, ""),
    (&digest::SHA3_256, ""),
    (&digest::SHA3_384, ""),
    (&digest::SHA3_512, ""),
    (&digest::BLAKE2B, "blake2b_32"),
    (&digest::BLAKE2S, "blake2s_32"),
];

#[cold]
fn unknown(digest: &Value) -> PyErr {
    match protocol::repr(digest) {
        Ok(repr) => exceptions::simple(unknown_hash_class(), &format!("unsupported hash type: {repr}")),
        Err(error) => error,
    }
}

fn find(digest: &Value) -> PyResult<&'static Algorithm> {
    let name = digest.downcast::<PyStr>().map(|name| name.to_string_lossy().to_ascii_lowercase());
    let found = KNOWN.iter().find(|(algorithm, other)| {
        name.as_deref().is_some_and(|name| name == algorithm.name || name == *other)
    });
    found.map(|(algorithm, _)| *algorithm).ok_or_else(|| unknown(digest))
}

/// A keyed hash of nothing yet.
pub fn start(algorithm: &'static Algorithm, key: &[u8]) -> Option<Hash> {
    Some(Hash::with(algorithm, (algorithm.keyed.as_ref()?.start)(key)))
}

fn compute(algorithm: &'static Algorithm, key: &Value, msg: &Value) -> PyResult<BytesRef> {
    let key = input(key)?;
    let Some(mac) = start(algorithm, &key) else {
        return Err(exceptions::value_error("invalid HACL* algorithm"));
    };
    mac.update(msg)?;
    Ok(mac.digest())
}

#[pyclass(name = "HMAC", module = "_hmac", no_new)]
pub struct PyHmac(Hash);

#[pymethods]
impl PyHmac {
    /// Return a copy ("clone") of the HMAC object.
    #[pymethod("($self, /)")]
    fn copy(&self) -> Ref<PyHmac> {
        Ref::new(PyHmac(self.0.clone()))
    }

    /// Update the HMAC object with the given message.
    #[pymethod("($self, /, msg)")]
    fn update(&self, msg: &Value) -> PyResult<()> {
        self.0.update(msg)
    }

    /// Return the digest of the bytes passed to the update() method so far.
    ///
    /// This method may raise a MemoryError.
    #[pymethod("($self, /)")]
    fn digest(&self) -> BytesRef {
        from_slice(&self.0.finish(0))
    }

    /// Return hexadecimal digest of the bytes passed to the update() method so far.
    ///
    /// This may be used to exchange the value safely in email or other
    /// non-binary environments.
    ///
    /// This method may raise a MemoryError.
    #[pymethod("($self, /)")]
    fn hexdigest(&self) -> StrRef {
        hex(&self.0.finish(0))
    }

    #[pygetset]
    fn name(&self) -> String {
        format!("hmac-{}", self.0.algorithm.name)
    }

    #[pygetset]
    fn block_size(&self) -> usize {
        self.0.algorithm.block_size
    }

    #[pygetset]
    fn digest_size(&self) -> usize {
        self.0.algorithm.digest_size
    }

    #[slot]
    fn repr(zelf: &Ref<PyHmac>) -> String {
        format!("<{} HMAC object @ {:#x}>", zelf.0.algorithm.name, zelf.as_value().id())
    }
}

#[minipy_macros::pymodule(name = "_hmac", classes(PyHmac))]
mod module {
    use super::*;
    use minipy_vm::PyModule;
    use minipy_vm::macros_support::Nullable;

    #[pyattr]
    const _GIL_MINSIZE: i64 = digest::GIL_MINSIZE;

    /// Return a new HMAC object.
    #[pyfunction("($module, /, key, msg=None, digestmod=None)")]
    fn new(key: &Value, msg: Option<Nullable<Value>>, digestmod: Option<&Value>) -> PyResult<Ref<PyHmac>> {
        let Some(digestmod) = digestmod else {
            return Err(exceptions::type_error("new() missing 1 required argument 'digestmod'"));
        };
        let algorithm = find(digestmod)?;
        let key = input(key)?;
        // As in CPython, BLAKE2 is for the functions that compute a digest at once.
        if algorithm.name.starts_with("blake2") {
            return Err(exceptions::value_error("invalid HACL* algorithm"));
        }
        let Some(mac) = start(algorithm, &key) else { return Err(unknown(digestmod)) };
        if let Some(Nullable(Some(msg))) = &msg {
            mac.update(msg)?;
        }
        Ok(Ref::new(PyHmac(mac)))
    }

    #[pyfunction("($module, /, key, msg, digest)")]
    fn compute_digest(key: &Value, msg: &Value, digest: &Value) -> PyResult<BytesRef> {
        compute(find(digest)?, key, msg)
    }

    #[pyfunction("($module, key, msg, /)")]
    fn compute_blake2b_32(key: &Value, msg: &Value) -> PyResult<BytesRef> {
        compute(&digest::BLAKE2B, key, msg)
    }

    #[pyfunction("($module, key, msg, /)")]
    fn compute_blake2s_32(key: &Value, msg: &Value) -> PyResult<BytesRef> {
        compute(&digest::BLAKE2S, key, msg)
    }

    #[pyfunction("($module, key, msg, /)")]
    fn compute_md5(key: &Value, msg: &Value) -> PyResult<BytesRef> {
        compute(&digest::MD5, key, msg)
    }

    #[pyfunction("($module, key, msg, /)")]
    fn compute_sha1(key: &Value, msg: &Value) -> PyResult<BytesRef> {
        compute(&digest::SHA1, key, msg)
    }

    #[pyfunction("($module, key, msg, /)")]
    fn compute_sha224(key: &Value, msg: &Value) -> PyResult<BytesRef> {
        compute(&digest::SHA224, key, msg)
    }

    #[pyfunction("($module, key, msg, /)")]
    fn compute_sha256(key: &Value, msg: &Value) -> PyResult<BytesRef> {
        compute(&digest::SHA256, key, msg)
    }

    #[pyfunction("($module, key, msg, /)")]
    fn compute_sha384(key: &Value, msg: &Value) -> PyResult<BytesRef> {
        compute(&digest::SHA384, key, msg)
    }

    #[pyfunction("($module, key, msg, /)")]
    fn compute_sha3_224(key: &Value, msg: &Value) -> PyResult<BytesRef> {
        compute(&digest::SHA3_224, key, msg)
    }

    #[pyfunction("($module, key, msg, /)")]
    fn compute_sha3_256(key: &Value, msg: &Value) -> PyResult<BytesRef> {
        compute(&digest::SHA3_256, key, msg)
    }

    #[pyfunction("($module, key, msg, /)")]
    fn compute_sha3_384(key: &Value, msg: &Value) -> PyResult<BytesRef> {
        compute(&digest::SHA3_384, key, msg)
    }

    #[pyfunction("($module, key, msg, /)")]
    fn compute_sha3_512(key: &Value, msg: &Value) -> PyResult<BytesRef> {
        compute(&digest::SHA3_512, key, msg)
    }

    #[pyfunction("($module, key, msg, /)")]
    fn compute_sha512(key: &Value, msg: &Value) -> PyResult<BytesRef> {
        compute(&digest::SHA512, key, msg)
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        module.namespace().insert("UnknownHashError", unknown_hash_class());
        Ok(())
    }
}

pub use module::MODULE;
