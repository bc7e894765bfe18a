//! `_blake2` (RFC 7693, with the parameters for trees).

use super::digest::{self, input};
use ::digest::common::BlockSizeUser;
use ::digest::consts::{U32, U64, U128};
use ::digest::{FixedOutput, HashMarker, Output, OutputSizeUser, Update};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::macros_support::IntArg;
use minipy_vm::types::bytes::from_slice;
use minipy_vm::types::int;
use minipy_vm::types::str::StrRef;
use minipy_vm::{BytesRef, GilCell, PyResult, Ref, TypeRef, Value, exceptions};

/// An unsigned number of C, 0 if it is not given.
fn unsigned(value: Option<IntArg>, c_type: &str) -> PyResult<u64> {
    let Some(value) = value else { return Ok(0) };
    if int::is_negative(&value.0) {
        return Err(exceptions::value_error("Cannot convert negative int"));
    }
    int::to_ibig(&value.0)
        .and_then(|number| u64::try_from(&number).ok())
        .ok_or_else(|| exceptions::overflow_error(format!("Python int too large for C {c_type}")))
}

/// Refuses a number outside of `low..=high`.
fn ranged(value: i32, low: i32, high: i32, message: impl FnOnce() -> String) -> PyResult<i32> {
    if (low..=high).contains(&value) { Ok(value) } else { Err(exceptions::value_error(message())) }
}

/// Refuses bytes longer than `max`.
fn short(bytes: &[u8], what: &str, max: usize) -> PyResult<()> {
    if bytes.len() <= max {
        return Ok(());
    }
    Err(exceptions::value_error(format!("maximum {what} length is {max} bytes")))
}

/// One of the two functions: a hasher for the other hash modules, and the Python class.
macro_rules! blake2 {
    (
        $(#[$doc:meta])*
        $Hasher:ident, $Class:ident = $name:literal, $title:literal, $lib:ident, $Output:ty, $Block:ty,
        key $key:literal, salt $salt:literal, offset $offset:expr, sig $sig:literal
    ) => {
        /// The function with its default parameters.
        #[derive(Clone)]
        pub struct $Hasher($lib::State);

        impl Default for $Hasher {
            fn default() -> Self {
                $Hasher($lib::State::new())
            }
        }

        impl HashMarker for $Hasher {}

        impl OutputSizeUser for $Hasher {
            type OutputSize = $Output;
        }

        impl BlockSizeUser for $Hasher {
            type BlockSize = $Block;
        }

        impl Update for $Hasher {
            fn update(&mut self, data: &[u8]) {
                self.0.update(data);
            }
        }

        impl FixedOutput for $Hasher {
            fn finalize_into(self, out: &mut Output<Self>) {
                out.copy_from_slice(self.0.finalize().as_bytes());
            }
        }

        $(#[$doc])*
        #[pyclass(name = $name, module = "_blake2")]
        pub struct $Class {
            state: GilCell<$lib::State>,
            digest_size: usize,
        }

        #[pymethods]
        impl $Class {
            #[pyattr]
            const SALT_SIZE: i64 = $salt;
            #[pyattr]
            const PERSON_SIZE: i64 = $salt;
            #[pyattr]
            const MAX_KEY_SIZE: i64 = $key;
            #[pyattr]
            const MAX_DIGEST_SIZE: i64 = $key;

            #[slot(new, sig = $sig)]
            #[expect(clippy::too_many_arguments, reason = "as many as the signature has")]
            fn new(
                cls: &TypeRef,
                data: Option<&Value>,
                digest_size: Option<i32>,
                key: Option<&Value>,
                salt: Option<&Value>,
                person: Option<&Value>,
                fanout: i32,
                depth: i32,
                leaf_size: Option<IntArg>,
                node_offset: Option<IntArg>,
                node_depth: i32,
                inner_size: i32,
                last_node: bool,
                usedforsecurity: bool,
                string: Option<&Value>,
            ) -> PyResult<Ref<$Class>> {
                let _ = usedforsecurity;
                let data = digest::first_input(data, string)?;
                let digest_size = ranged(digest_size.unwrap_or($key), 1, $key, || {
                    let got = digest_size.unwrap_or_default();
                    format!(
                        concat!("digest_size for ", $title, " must be between 1 and {} bytes, here it is {}"),
                        $key, got
                    )
                })? as usize;
                let mut params = $lib::Params::new();
                params.hash_length(digest_size);
                if let Some(salt) = salt {
                    let salt = input(salt)?;
                    short(&salt, "salt", $salt)?;
                    let mut padded = [0; $salt];
                    padded[..salt.len()].copy_from_slice(&salt);
                    params.salt(&padded);
                }
                if let Some(person) = person {
                    let person = input(person)?;
                    short(&person, "person", $salt)?;
                    let mut padded = [0; $salt];
                    padded[..person.len()].copy_from_slice(&person);
                    params.personal(&padded);
                }
                let byte = |name: &'static str, low: i32| {
                    move || format!("{name} must be between {low} and 255")
                };
                params.fanout(ranged(fanout, 0, 255, byte("fanout", 0))? as u8);
                params.max_depth(ranged(depth, 1, 255, byte("depth", 1))? as u8);
                let leaf_size = unsigned(leaf_size, "unsigned long")?;
                params.max_leaf_length(
                    u32::try_from(leaf_size).map_err(|_| exceptions::overflow_error("leaf_size is too large"))?,
                );
                let node_offset = unsigned(node_offset, "unsigned long long")?;
                if node_offset > $offset {
                    return Err(exceptions::overflow_error("node_offset is too large"));
                }
                params.node_offset(node_offset);
                params.node_depth(ranged(node_depth, 0, 255, byte("node_depth", 0))? as u8);
                let inner_size = ranged(inner_size, 0, $key, || {
                    format!("inner_size must be between 0 and is {}", $key)
                })?;
                params.inner_hash_length(inner_size as usize);
                params.last_node(last_node);
                if let Some(key) = key {
                    let key = input(key)?;
                    short(&key, "key", $key)?;
                    params.key(&key);
                }
                let mut state = params.to_state();
                if let Some(data) = data {
                    state.update(&data);
                }
                Ok(Ref::new_in(cls, $Class { state: GilCell::new(state), digest_size }))
            }

            /// Return a copy of the hash object.
            #[pymethod("($self, /)")]
            fn copy(&self) -> Ref<$Class> {
                Ref::new($Class { state: GilCell::new(self.state.get()), digest_size: self.digest_size })
            }

            /// Return the digest value as a bytes object.
            #[pymethod("($self, /)")]
            fn digest(&self) -> BytesRef {
                from_slice(self.state.with(|state| state.finalize()).as_bytes())
            }

            /// Return the digest value as a string of hexadecimal digits.
            #[pymethod("($self, /)")]
            fn hexdigest(&self) -> StrRef {
                digest::hex(self.state.with(|state| state.finalize()).as_bytes())
            }

            /// Update this hash object's state with the provided bytes-like object.
            #[pymethod("($self, data, /)")]
            fn update(&self, data: &Value) -> PyResult<()> {
                let data = input(data)?;
                self.state.with(|state| {
                    state.update(&data);
                });
                Ok(())
            }

            #[pygetset]
            fn name(&self) -> &'static str {
                $name
            }

            #[pygetset]
            fn block_size(&self) -> usize {
                $lib::BLOCKBYTES
            }

            #[pygetset]
            fn digest_size(&self) -> usize {
                self.digest_size
            }
        }
    };
}

blake2! {
    /// Return a new BLAKE2b hash object.
    Blake2b, Blake2bType = "blake2b", "Blake2b", blake2b_simd, U64, U128,
    key 64, salt 16, offset u64::MAX,
    sig "(data=b'', *, digest_size=_blake2.blake2b.MAX_DIGEST_SIZE,\n        key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0,\n        node_offset=0, node_depth=0, inner_size=0, last_node=False,\n        usedforsecurity=True, string=None)"
}

blake2! {
    /// Return a new BLAKE2s hash object.
    Blake2s, Blake2sType = "blake2s", "Blake2s", blake2s_simd, U32, U64,
    key 32, salt 8, offset (1 << 48) - 1,
    sig "(data=b'', *, digest_size=_blake2.blake2s.MAX_DIGEST_SIZE,\n        key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0,\n        node_offset=0, node_depth=0, inner_size=0, last_node=False,\n        usedforsecurity=True, string=None)"
}

/// _blake2b provides BLAKE2b for hashlib
#[minipy_macros::pymodule(name = "_blake2", classes(Blake2bType, Blake2sType))]
mod module {
    use super::{Blake2bType, Blake2sType, digest};

    #[pyattr]
    const _GIL_MINSIZE: i64 = digest::GIL_MINSIZE;
    #[pyattr]
    const BLAKE2B_SALT_SIZE: i64 = 16;
    #[pyattr]
    const BLAKE2B_PERSON_SIZE: i64 = 16;
    #[pyattr]
    const BLAKE2B_MAX_KEY_SIZE: i64 = 64;
    #[pyattr]
    const BLAKE2B_MAX_DIGEST_SIZE: i64 = 64;
    #[pyattr]
    const BLAKE2S_SALT_SIZE: i64 = 8;
    #[pyattr]
    const BLAKE2S_PERSON_SIZE: i64 = 8;
    #[pyattr]
    const BLAKE2S_MAX_KEY_SIZE: i64 = 32;
    #[pyattr]
    const BLAKE2S_MAX_DIGEST_SIZE: i64 = 32;
}

pub use module::MODULE;
