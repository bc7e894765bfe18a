//! `_sha3`: SHA-3 and SHAKE (FIPS 202).

use super::digest::{self, Hash, hex};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::macros_support::{self, FnSpec};
use minipy_vm::types::bytes::from_slice;
use minipy_vm::types::int;
use minipy_vm::types::str::StrRef;
use minipy_vm::{Args, BytesRef, PyResult, Ref, TypeRef, Value, exceptions, protocol};

/// The constructors' signature: CPython has one, under the name of the first, for all of them.
static NEW: FnSpec = FnSpec {
    name: "sha3_224",
    owner: "",
    params: &["data", "usedforsecurity", "string"],
    posonly: 0,
    positional: 1,
    required: 0,
    varargs: false,
    varkw: false,
    skip: 0,
    constructor: true,
};

fn new_hash(algorithm: &'static digest::Algorithm, args: Args<'_>) -> PyResult<Hash> {
    let mut given = [None; 3];
    macros_support::parse_args(&NEW, args, &mut given)?;
    let [data, usedforsecurity, string] = given;
    usedforsecurity.map_or(Ok(true), protocol::truth)?;
    Hash::of(algorithm, data, string)
}

/// A length of output.
fn output_length(length: &Value) -> PyResult<usize> {
    let length = protocol::as_index(length)?;
    if int::is_negative(&length) {
        return Err(exceptions::value_error("Cannot convert negative int"));
    }
    match int::to_ibig(&length).and_then(|length| u64::try_from(&length).ok()) {
        None => Err(exceptions::overflow_error("Python int too large for C unsigned long")),
        Some(length) if length >= 1 << 29 => Err(exceptions::value_error("length is too large")),
        Some(length) => Ok(length as usize),
    }
}

/// The class of one of the functions. `$suffix` are the bits that tell the functions apart.
macro_rules! sha3_class {
    ($(#[$doc:meta])* $Class:ident = $name:literal, $algorithm:ident, $suffix:literal, digest($($len:ident)?)) => {
        $(#[$doc])*
        #[pyclass(name = $name, module = "_sha3", parts(output))]
        pub struct $Class(Hash);

        #[pymethods]
        impl $Class {
            #[slot]
            fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Ref<$Class>> {
                Ok(Ref::new_in(cls, $Class(new_hash(&digest::$algorithm, args)?)))
            }

            /// Return a copy of the hash object.
            #[pymethod("($self, /)")]
            fn copy(&self) -> Ref<$Class> {
                Ref::new($Class(self.0.clone()))
            }

            /// Update this hash object's state with the provided bytes-like object.
            #[pymethod("($self, data, /)")]
            fn update(&self, data: &Value) -> PyResult<()> {
                self.0.update(data)
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

            #[pygetset]
            fn _capacity_bits(&self) -> usize {
                1600 - 8 * self.0.algorithm.block_size
            }

            #[pygetset]
            fn _rate_bits(&self) -> usize {
                8 * self.0.algorithm.block_size
            }

            #[pygetset]
            fn _suffix(&self) -> BytesRef {
                from_slice($suffix)
            }
        }

        sha3_class!(@digest $Class $($len)?);
    };
    (@digest $Class:ident) => {
        #[pymethods(part = output)]
        impl $Class {
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
        }
    };
    (@digest $Class:ident length) => {
        #[pymethods(part = output)]
        impl $Class {
            /// Return the digest value as a bytes object.
            #[pymethod("($self, /, length)")]
            fn digest(&self, length: &Value) -> PyResult<BytesRef> {
                Ok(from_slice(&self.0.finish(output_length(length)?)))
            }

            /// Return the digest value as a string of hexadecimal digits.
            #[pymethod("($self, /, length)")]
            fn hexdigest(&self, length: &Value) -> PyResult<StrRef> {
                Ok(hex(&self.0.finish(output_length(length)?)))
            }
        }
    };
}

sha3_class! {
    /// sha3_224([data], *, usedforsecurity=True) -> SHA3 object
    ///
    /// Return a new SHA3 hash object with a hashbit length of 28 bytes.
    Sha3_224 = "sha3_224", SHA3_224, b"\x06", digest()
}
sha3_class! {
    /// sha3_256([data], *, usedforsecurity=True) -> SHA3 object
    ///
    /// Return a new SHA3 hash object with a hashbit length of 32 bytes.
    Sha3_256 = "sha3_256", SHA3_256, b"\x06", digest()
}
sha3_class! {
    /// sha3_384([data], *, usedforsecurity=True) -> SHA3 object
    ///
    /// Return a new SHA3 hash object with a hashbit length of 48 bytes.
    Sha3_384 = "sha3_384", SHA3_384, b"\x06", digest()
}
sha3_class! {
    /// sha3_512([data], *, usedforsecurity=True) -> SHA3 object
    ///
    /// Return a new SHA3 hash object with a hashbit length of 64 bytes.
    Sha3_512 = "sha3_512", SHA3_512, b"\x06", digest()
}
sha3_class! {
    /// shake_128([data], *, usedforsecurity=True) -> SHAKE object
    ///
    /// Return a new SHAKE hash object.
    Shake128 = "shake_128", SHAKE_128, b"\x1f", digest(length)
}
sha3_class! {
    /// shake_256([data], *, usedforsecurity=True) -> SHAKE object
    ///
    /// Return a new SHAKE hash object.
    Shake256 = "shake_256", SHAKE_256, b"\x1f", digest(length)
}

#[minipy_macros::pymodule(
    name = "_sha3",
    classes(Sha3_224, Sha3_256, Sha3_384, Sha3_512, Shake128, Shake256)
)]
mod module {
    use super::{Sha3_224, Sha3_256, Sha3_384, Sha3_512, Shake128, Shake256, digest};

    #[pyattr]
    const _GIL_MINSIZE: i64 = digest::GIL_MINSIZE;
    #[pyattr]
    const implementation: &str = "HACL";
}

pub use module::MODULE;
