//! `_md5`.

use super::digest::{self, Hash, hash_class};

hash_class!(MD5Type = "_md5", "md5");

#[minipy_macros::pymodule(name = "_md5")]
mod module {
    use super::{Hash, MD5Type, digest};
    use minipy_vm::{Payload, PyModule, PyResult, Ref, Value};

    #[pyattr]
    const _GIL_MINSIZE: i64 = digest::GIL_MINSIZE;

    /// Return a new MD5 hash object; optionally initialized with a string.
    #[pyfunction("($module, /, data=b'', *, usedforsecurity=True, string=None)")]
    fn md5(data: Option<&Value>, usedforsecurity: bool, string: Option<&Value>) -> PyResult<Ref<MD5Type>> {
        let _ = usedforsecurity;
        Ok(Ref::new(MD5Type(Hash::of(&digest::MD5, data, string)?)))
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        module.namespace().insert("MD5Type", MD5Type::class().to_value());
        Ok(())
    }
}

pub use module::MODULE;
