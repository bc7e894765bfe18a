//! What the interpreter says of itself and of the platform: versions, limits of types, names of modules.

use minipy_macros::pymodule;
use minipy_vm::types::namespace;
use minipy_vm::types::structseq::{self, StructSeqDef};
use minipy_vm::{GilCell, PyDict, PyTuple, TypeRef, Value};

/// The language level: CPython's version that is implemented.
pub const VERSION: (i64, i64, i64) = (3, 14, 8);

#[pymodule(name = "sys")]
pub mod constants {
    use super::*;

    #[pyattr]
    const byteorder: &str = "little";
    #[pyattr]
    const maxsize: i64 = i64::MAX;
    #[pyattr]
    const maxunicode: i64 = 0x10ffff;
    #[pyattr]
    const platform: &str = "linux";
    #[pyattr]
    const abiflags: &str = "";
    #[pyattr]
    const api_version: i64 = 1013;
    #[pyattr]
    const float_repr_style: &str = "short";
    #[pyattr]
    const copyright: &str = "Copyright (c) the minipy authors.\nAll Rights Reserved.\n\nThe standard library: Copyright (c) 2001 Python Software Foundation.\nAll Rights Reserved.";

    #[pyattr]
    fn version() -> String {
        super::version()
    }

    /// Version control: name of the project, branch and revision, the latter for builds from a checkout only.
    #[pyattr]
    fn _git() -> Value {
        PyTuple::from_array(["minipy".into(), "".into(), "".into()]).into_value()
    }

    #[pyattr]
    fn hexversion() -> i64 {
        hex_version(VERSION)
    }

    #[pyattr]
    fn version_info() -> Value {
        version_record(VERSION)
    }

    #[pyattr]
    fn float_info() -> Value {
        let class = structseq::new_class(&FLOAT_INFO);
        let values = vec![
            f64::MAX.into(),
            i64::from(f64::MAX_EXP).into(),
            i64::from(f64::MAX_10_EXP).into(),
            f64::MIN_POSITIVE.into(),
            i64::from(f64::MIN_EXP).into(),
            i64::from(f64::MIN_10_EXP).into(),
            i64::from(f64::DIGITS).into(),
            i64::from(f64::MANTISSA_DIGITS).into(),
            f64::EPSILON.into(),
            i64::from(f64::RADIX).into(),
            Value::small_int(1),
        ];
        structseq::new_instance(&class, 11, values)
    }

    #[pyattr]
    fn int_info() -> Value {
        let class = structseq::new_class(&INT_INFO);
        structseq::new_instance(&class, 4, [30, 4, 4300, 640].map(|n: i64| n.into()).to_vec())
    }

    #[pyattr]
    fn hash_info() -> Value {
        let class = structseq::new_class(&HASH_INFO);
        let values = vec![
            Value::from(64),
            ((1i64 << 61) - 1).into(),
            Value::from(314159),
            Value::from(0),
            Value::from(1000003),
            "siphash13".into(),
            Value::from(64),
            Value::from(128),
            Value::from(0),
        ];
        structseq::new_instance(&class, 9, values)
    }

    #[pyattr]
    fn thread_info() -> Value {
        let class = structseq::new_class(&THREAD_INFO);
        structseq::new_instance(&class, 3, vec!["pthread".into(), "semaphore".into(), thread_library()])
    }
}

pub use constants::MODULE;

static VERSION_INFO: StructSeqDef = StructSeqDef {
    module: "sys",
    name: "version_info",
    doc: "sys.version_info\n\nVersion information as a named tuple.",
    fields: &[
        ("major", "Major release number"),
        ("minor", "Minor release number"),
        ("micro", "Patch release number"),
        ("releaselevel", "'alpha', 'beta', 'candidate', or 'final'"),
        ("serial", "Serial release number"),
    ],
    visible: 5,
    instantiable: false,
};

static FLOAT_INFO: StructSeqDef = StructSeqDef {
    module: "sys",
    name: "float_info",
    doc: "sys.float_info\n\nA named tuple holding information about the float type.",
    fields: &[
        ("max", "DBL_MAX -- maximum representable finite float"),
        ("max_exp", "DBL_MAX_EXP -- maximum int e such that radix**(e-1) is representable"),
        ("max_10_exp", "DBL_MAX_10_EXP -- maximum int e such that 10**e is representable"),
        ("min", "DBL_MIN -- Minimum positive normalized float"),
        ("min_exp", "DBL_MIN_EXP -- minimum int e such that radix**(e-1) is a normalized float"),
        ("min_10_exp", "DBL_MIN_10_EXP -- minimum int e such that 10**e is a normalized float"),
        ("dig", "DBL_DIG -- maximum number of decimal digits that can be faithfully represented in a float"),
        ("mant_dig", "DBL_MANT_DIG -- mantissa digits"),
        ("epsilon", "DBL_EPSILON -- Difference between 1 and the next representable float"),
        ("radix", "FLT_RADIX -- radix of exponent"),
        ("rounds", "FLT_ROUNDS -- rounding mode used for arithmetic operations"),
    ],
    visible: 11,
    instantiable: true,
};

static INT_INFO: StructSeqDef = StructSeqDef {
    module: "sys",
    name: "int_info",
    doc: "sys.int_info\n\nA named tuple that holds information about Python's\ninternal representation of integers.  The attributes are read only.",
    fields: &[
        ("bits_per_digit", "size of a digit in bits"),
        ("sizeof_digit", "size in bytes of the C type used to represent a digit"),
        ("default_max_str_digits", "maximum string conversion digits limitation"),
        ("str_digits_check_threshold", "minimum positive value for int_max_str_digits"),
    ],
    visible: 4,
    instantiable: true,
};

static HASH_INFO: StructSeqDef = StructSeqDef {
    module: "sys",
    name: "hash_info",
    doc: "hash_info\n\nA named tuple providing parameters used for computing hashes. The attributes are read only.",
    fields: &[
        ("width", "width of the type used for hashing, in bits"),
        ("modulus", "prime number giving the modulus on which the hash function is based"),
        ("inf", "value to be used for hash of a positive infinity"),
        ("nan", "value to be used for hash of a nan"),
        ("imag", "multiplier used for the imaginary part of a complex number"),
        ("algorithm", "name of the algorithm for hashing of str, bytes and memoryviews"),
        ("hash_bits", "internal output size of hash algorithm"),
        ("seed_bits", "seed size of hash algorithm"),
        ("cutoff", "small string optimization cutoff"),
    ],
    visible: 9,
    instantiable: true,
};

static THREAD_INFO: StructSeqDef = StructSeqDef {
    module: "sys",
    name: "thread_info",
    doc: "sys.thread_info\n\nA named tuple holding information about the thread implementation.",
    fields: &[
        ("name", "name of the thread implementation"),
        ("lock", "name of the lock implementation"),
        ("version", "name and version of the thread library"),
    ],
    visible: 3,
    instantiable: true,
};

/// `sys.version`: the language level, then what implements it.
pub fn version() -> String {
    let (major, minor, micro) = VERSION;
    format!("{major}.{minor}.{micro} (minipy {}) [Rust]", env!("CARGO_PKG_VERSION"))
}

/// A `sys.version_info` for a final release.
fn version_record((major, minor, micro): (i64, i64, i64)) -> Value {
    static CLASS: GilCell<Option<TypeRef>> = GilCell::new(None);
    let class = CLASS.get().unwrap_or_else(|| structseq::new_class(&VERSION_INFO));
    CLASS.set(Some(class.clone()));
    let values = vec![major.into(), minor.into(), micro.into(), "final".into(), Value::small_int(0)];
    structseq::new_instance(&class, VERSION_INFO.visible, values)
}

/// The number that stands for a final release.
const fn hex_version((major, minor, micro): (i64, i64, i64)) -> i64 {
    major << 24 | minor << 16 | micro << 8 | 0xf0
}

/// minipy's own version.
fn own_version() -> (i64, i64, i64) {
    let mut parts = env!("CARGO_PKG_VERSION").split('.').map(|part| part.parse().unwrap_or(0));
    let mut part = || parts.next().unwrap_or(0);
    (part(), part(), part())
}

/// `sys.implementation`.
pub fn implementation() -> Value {
    let fields = PyDict::new_ref();
    fields.insert("name", "minipy");
    fields.insert("cache_tag", "minipy-314");
    fields.insert("version", version_record(own_version()));
    fields.insert("hexversion", hex_version(own_version()));
    fields.insert("_multiarch", "x86_64-linux-gnu");
    fields.insert("supports_isolated_interpreters", Value::FALSE);
    namespace::new_namespace(fields)
}

/// `sys.stdlib_module_names`: those of CPython's library on every system, whether this one has them or not.
pub fn stdlib_module_names() -> Value {
    let names = include_str!("stdlib_module_names.txt").lines();
    minipy_vm::types::set::frozenset_of(names.map(Value::from).collect())
}

/// The name and version of the C library's threads.
fn thread_library() -> Value {
    let mut name = [0u8; 100];
    // SAFETY: there is room for as many bytes as is said.
    let len =
        unsafe { libc::confstr(libc::_CS_GNU_LIBPTHREAD_VERSION, name.as_mut_ptr().cast(), name.len()) };
    match std::ffi::CStr::from_bytes_until_nul(&name) {
        Ok(name) if len > 0 => Value::from(&*name.to_string_lossy()),
        _ => Value::NONE,
    }
}

/// `sys.builtin_module_names`.
pub fn builtin_module_names() -> Value {
    let mut names: Vec<&str> = crate::modules::MODULES.iter().map(|m| m.name).collect();
    names.extend(["sys", "builtins"]);
    names.sort_unstable();
    PyTuple::from_vec(names.into_iter().map(Value::from).collect()).into_value()
}
