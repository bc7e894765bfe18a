//! `_sha2`.

use super::digest::{self, Hash, hash_class};

hash_class!(SHA224Type = "_sha2", "SHA224Type");
hash_class!(SHA256Type = "_sha2", "SHA256Type");
hash_class!(SHA384Type = "_sha2", "SHA384Type");
hash_class!(SHA512Type = "_sha2", "SHA512Type");

#[minipy_macros::pymodule(name = "_sha2", classes(SHA224Type, SHA256Type, SHA384Type, SHA512Type))]
mod module {
    use super::{Hash, SHA224Type, SHA256Type, SHA384Type, SHA512Type, digest};
    use minipy_vm::{PyResult, Ref, Value};

    #[pyattr]
    const _GIL_MINSIZE: i64 = digest::GIL_MINSIZE;

    /// Return a new SHA-224 hash object; optionally initialized with a string.
    #[pyfunction("($module, /, data=b'', *, usedforsecurity=True, string=None)")]
    fn sha224(
        data: Option<&Value>,
        usedforsecurity: bool,
        string: Option<&Value>,
    ) -> PyResult<Ref<SHA224Type>> {
        let _ = usedforsecurity;
        Ok(Ref::new(SHA224Type(Hash::of(&digest::SHA224, data, string)?)))
    }

    /// Return a new SHA-256 hash object; optionally initialized with a string.
    #[pyfunction("($module, /, data=b'', *, usedforsecurity=True, string=None)")]
    fn sha256(
        data: Option<&Value>,
        usedforsecurity: bool,
        string: Option<&Value>,
    ) -> PyResult<Ref<SHA256Type>> {
        let _ = usedforsecurity;
        Ok(Ref::new(SHA256Type(Hash::of(&digest::SHA256, data, string)?)))
    }

    /// Return a new SHA-384 hash object; optionally initialized with a string.
    #[pyfunction("($module, /, data=b'', *, usedforsecurity=True, string=None)")]
    fn sha384(
        data: Option<&Value>,
        usedforsecurity: bool,
        string: Option<&Value>,
    ) -> PyResult<Ref<SHA384Type>> {
        let _ = usedforsecurity;
        Ok(Ref::new(SHA384Type(Hash::of(&digest::SHA384, data, string)?)))
    }

    /// Return a new SHA-512 hash object; optionally initialized with a string.
    #[pyfunction("($module, /, data=b'', *, usedforsecurity=True, string=None)")]
    fn sha512(
        data: Option<&Value>,
        usedforsecurity: bool,
        string: Option<&Value>,
    ) -> PyResult<Ref<SHA512Type>> {
        let _ = usedforsecurity;
        Ok(Ref::new(SHA512Type(Hash::of(&digest::SHA512, data, string)?)))
    }
}

pub use module::MODULE;
