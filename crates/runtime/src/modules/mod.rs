//! The native modules: a file or folder per Python module, and the table that the import system finds them in.

pub mod abc;
pub mod array;
pub mod ast;
mod asyncio;
pub mod atexit;
pub mod binascii;
pub mod bisect;
mod blake2;
pub mod builtins;
mod bz2;
mod cmath;
pub mod codecs;
pub mod collections;
mod compressor;
mod constants;
pub mod contextvars;
mod csv;
mod ctypes;
mod datetime;
mod decimal;
mod decompressor;
mod digest;
mod errno;
pub mod faulthandler;
pub mod fcntl;
pub mod functools;
pub mod gc;
pub mod grp;
mod hashlib;
pub mod heapq;
mod hmac;
pub mod io;
pub mod itertools;
mod json;
pub mod locale;
mod lsprof;
mod lzma;
pub mod marshal;
pub mod math;
mod md5;
pub mod mmap;
mod multibyte;
pub mod multiprocessing;
pub mod opcode;
pub mod operator;
mod pickle;
pub mod posix;
pub mod posixshmem;
pub mod posixsubprocess;
pub mod pwd;
mod queue;
mod random;
pub mod readline;
pub(crate) mod record;
pub mod remote_debugging;
pub mod resource;
pub mod select;
mod sha1;
mod sha2;
mod sha3;
pub mod signal;
pub mod socket;
mod sqlite3;
pub mod sre;
mod stat;
mod statistics;
pub mod string;
pub mod r#struct;
pub mod suggestions;
pub mod symtable;
mod sysconfig;
pub mod syslog;
pub mod termios;
mod testcapi;
mod testinternalcapi;
mod testlimitedcapi;
mod testmultiphase;
pub mod thread;
pub mod time;
mod tokenize;
pub mod tracemalloc;
pub mod types;
pub mod typing;
pub mod unicodedata;
mod uuid;
pub mod warnings;
pub mod weakref;
mod xxsubtype;
mod zlib;
mod zoneinfo;

use minipy_vm::macros_support::ModuleDef;

/// Every native module but `sys` and `builtins`, which start-up makes. Sorted by name.
#[rustfmt::skip]
pub static MODULES: &[&ModuleDef] = &[
    &abc::MODULE,
    &array::MODULE,
    &ast::MODULE,
    &asyncio::MODULE,
    &atexit::functions::MODULE,
    &binascii::MODULE,
    &bisect::MODULE,
    &blake2::MODULE,
    &bz2::MODULE,
    &cmath::MODULE,
    &codecs::MODULE,
    &collections::MODULE,
    &contextvars::functions::MODULE,
    &csv::MODULE,
    &ctypes::MODULE,
    &datetime::MODULE,
    &decimal::MODULE,
    &crate::import::IMP,
    &errno::MODULE,
    &faulthandler::MODULE,
    &fcntl::MODULE,
    &functools::MODULE,
    &gc::functions::MODULE,
    &hashlib::MODULE,
    &grp::MODULE,
    &heapq::MODULE,
    &hmac::MODULE,
    &io::MODULE,
    &itertools::MODULE,
    &json::MODULE,
    &locale::MODULE,
    &lsprof::MODULE,
    &lzma::MODULE,
    &marshal::MODULE,
    &math::MODULE,
    &md5::MODULE,
    &mmap::MODULE,
    &multibyte::MODULE,
    &multibyte::CN,
    &multibyte::HK,
    &multibyte::ISO2022,
    &multibyte::JP,
    &multibyte::KR,
    &multibyte::TW,
    &multiprocessing::MODULE,
    &opcode::functions::MODULE,
    &operator::MODULE,
    &pickle::MODULE,
    &posix::MODULE,
    &queue::MODULE,
    &random::MODULE,
    &readline::MODULE,
    &sha1::MODULE,
    &sha2::MODULE,
    &sha3::MODULE,
    &posixshmem::MODULE,
    &posixsubprocess::MODULE,
    &pwd::MODULE,
    &remote_debugging::MODULE,
    &resource::MODULE,
    &socket::MODULE,
    &sqlite3::MODULE,
    &sre::MODULE,
    &select::MODULE,
    &signal::MODULE,
    &stat::MODULE,
    &statistics::MODULE,
    &suggestions::functions::MODULE,
    &string::MODULE,
    &symtable::MODULE,
    &sysconfig::MODULE,
    &r#struct::MODULE,
    &unicodedata::MODULE,
    &uuid::MODULE,
    &syslog::MODULE,
    &termios::MODULE,
    &testcapi::MODULE,
    &testinternalcapi::MODULE,
    &testlimitedcapi::MODULE,
    &testmultiphase::MODULE,
    &thread::MODULE,
    &time::MODULE,
    &tracemalloc::MODULE,
    &tokenize::MODULE,
    &types::functions::MODULE,
    &typing::functions::MODULE,
    &warnings::MODULE,
    &weakref::MODULE,
    &xxsubtype::MODULE,
    &zlib::MODULE,
    &zoneinfo::MODULE,
];

/// The definition of a native module.
pub fn find(name: &str) -> Option<&'static ModuleDef> {
    MODULES.iter().find(|m| m.name == name).copied()
}

/// An index of a parameter that C has as `Py_ssize_t`.
pub(crate) fn ssize(value: &minipy_vm::Value) -> minipy_vm::PyResult<isize> {
    let index = minipy_vm::protocol::index_to_i64(value)?;
    index
        .and_then(|index| isize::try_from(index).ok())
        .ok_or_else(|| minipy_vm::exceptions::overflow_error("Python int too large to convert to C ssize_t"))
}
