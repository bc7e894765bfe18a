//! `_sha1`.

use super::digest::{self, Hash, hash_class};

hash_class!(SHA1Type = "_sha1", "sha1");

#[minipy_macros::pymodule(name = "_sha1")]
mod module {
    use super::{Hash, SHA1Type, digest};
    use minipy_vm::{Payload, PyModule, PyResult, Ref, Value};

    #[pyattr]
    const _GIL_MINSIZE: i64 = digest::GIL_MINSIZE;

    /// Return a new SHA1 hash object; optionally initialized with a string.
    #[pyfunction("($module, /, data=b'', *, usedforsecurity=True, string=None)")]
    fn sha1(data: Option<&Value>, usedforsecurity: bool, string: Option<&Value>) -> PyResult<Ref<SHA1Type>> {
        let _ = usedforsecurity;
        Ok(Ref::new(SHA1Type(Hash::of(&digest::SHA1, data, string)?)))
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        module.namespace().insert("SHA1Type", SHA1Type::class().to_value());
        Ok(())
    }
}

pub use module::MODULE;
