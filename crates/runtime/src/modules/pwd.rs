//! `pwd`: the user database.

use super::posix::path_arg::IdArg;
use super::record::Record;
use crate::path;
use crate::syscall;
use minipy_macros::pymodule;
use minipy_vm::types::structseq::StructSeqDef;
use minipy_vm::{PyList, PyResult, StrRef, Value, exceptions, gil};
use std::ffi::{CStr, CString};

/// This module provides access to the Unix password database.
/// It is available on all Unix versions.
///
/// Password database entries are reported as 7-tuples containing the following
/// items from the password database (see `<pwd.h>'), in order:
/// pw_name, pw_passwd, pw_uid, pw_gid, pw_gecos, pw_dir, pw_shell.
/// The uid and gid items are integers, all others are strings. An
/// exception is raised if the entry asked for cannot be found.
#[pymodule(name = "pwd")]
pub mod functions {
    use super::*;

    #[pyattr]
    fn struct_passwd() -> Value {
        ENTRY.class().into_value()
    }

    /// Return the password database entry for the given numeric user ID.
    ///
    /// See `help(pwd)` for more on password database entries.
    #[pyfunction("($module, uidobj, /)")]
    fn getpwuid(uidobj: &Value) -> PyResult<Value> {
        let uid = match IdArg::new(uidobj, "uid") {
            Ok(uid) => uid.0,
            Err(error) if error.is_instance(exceptions::overflow_error_class()) => {
                return Err(exceptions::key_error(&Value::from("getpwuid(): uid not found")));
            }
            Err(error) => return Err(error),
        };
        // SAFETY: the arguments come from `look_up`, which keeps them alive and of the right length.
        let entry =
            look_up(|entry, buffer, len, found| unsafe { libc::getpwuid_r(uid, entry, buffer, len, found) })?;
        entry.ok_or_else(|| {
            let shown = if uid == u32::MAX { -1 } else { i64::from(uid) };
            exceptions::key_error(&Value::from(format!("getpwuid(): uid not found: {shown}")))
        })
    }

    /// Return the password database entry for the given user name.
    ///
    /// See `help(pwd)` for more on password database entries.
    #[pyfunction("($module, name, /)")]
    fn getpwnam(name: &StrRef) -> PyResult<Value> {
        let text = database_name(name)?;
        // SAFETY: as above; the name is NUL-terminated.
        let entry = look_up(|entry, buffer, len, found| unsafe {
            libc::getpwnam_r(text.as_ptr(), entry, buffer, len, found)
        })?;
        match entry {
            Some(entry) => Ok(entry),
            None => {
                let shown = minipy_vm::protocol::repr(name.as_value())?;
                let message = format!("getpwnam(): name not found: {shown}");
                Err(exceptions::key_error(&Value::from(message)))
            }
        }
    }

    /// Return a list of all available password database entries, in arbitrary order.
    ///
    /// See help(pwd) for more on password database entries.
    #[pyfunction("($module, /)")]
    fn getpwall() -> Value {
        let mut entries = Vec::new();
        // SAFETY: the GIL keeps other Python threads from moving the database's position; each entry is read before the
        // next call.
        unsafe {
            libc::setpwent();
            while let Some(entry) = libc::getpwent().as_ref() {
                entries.push(record(entry));
            }
            libc::endpwent();
        }
        PyList::from_vec(entries).into_value()
    }
}

pub use functions::MODULE;

static ENTRY: Record = Record::new(StructSeqDef {
    module: "pwd",
    name: "struct_passwd",
    doc: "pwd.struct_passwd: Results from getpw*() routines.\n\nThis object may be accessed either as a tuple of\n  (pw_name,pw_passwd,pw_uid,pw_gid,pw_gecos,pw_dir,pw_shell)\nor via the object attributes as named in the above tuple.",
    fields: &[
        ("pw_name", "user name"),
        ("pw_passwd", "password"),
        ("pw_uid", "user id"),
        ("pw_gid", "group id"),
        ("pw_gecos", "real name"),
        ("pw_dir", "home directory"),
        ("pw_shell", "shell program"),
    ],
    visible: 7,
    instantiable: true,
});

/// A user's or group's name as the system has it.
pub fn database_name(name: &StrRef) -> PyResult<CString> {
    CString::new(path::fs_encode(name.as_value())?).map_err(|_| exceptions::value_error("embedded null byte"))
}

/// A string of a database entry as a str; None for a null pointer.
pub fn text(pointer: *const libc::c_char) -> Value {
    if pointer.is_null() {
        return Value::NONE;
    }
    // SAFETY: strings of entries are NUL-terminated and live as long as the entry.
    path::decode(unsafe { CStr::from_ptr(pointer) }.to_bytes()).into_value()
}

/// -1 stands for "no such id".
pub fn id_value(id: u32) -> Value {
    if id == u32::MAX { Value::from(-1) } else { Value::from(i64::from(id)) }
}

/// Runs a `get…_r` call without the GIL, with a buffer that is grown until it is large enough.
pub fn with_buffer(
    buffer: &mut Vec<libc::c_char>,
    mut call: impl FnMut(&mut [libc::c_char]) -> i32,
) -> PyResult<()> {
    buffer.resize(1024, 0);
    loop {
        match gil::without(|| call(buffer)) {
            libc::ERANGE if buffer.len() < 1 << 24 => buffer.resize(buffer.len() * 2, 0),
            libc::ERANGE => return Err(exceptions::memory_error()),
            // The databases of some systems say so when there is no such entry.
            0 | libc::ENOENT | libc::ESRCH => return Ok(()),
            errno => return Err(syscall::os_error(errno)),
        }
    }
}

fn look_up(
    call: impl Fn(*mut libc::passwd, *mut libc::c_char, usize, *mut *mut libc::passwd) -> i32,
) -> PyResult<Option<Value>> {
    // SAFETY: all-zero bytes are a valid `struct passwd`.
    let mut entry: libc::passwd = unsafe { std::mem::zeroed() };
    let mut found = std::ptr::null_mut();
    let mut buffer = Vec::new();
    with_buffer(&mut buffer, |buffer| call(&mut entry, buffer.as_mut_ptr(), buffer.len(), &mut found))?;
    Ok((!found.is_null()).then(|| record(&entry)))
}

fn record(entry: &libc::passwd) -> Value {
    ENTRY.make(vec![
        text(entry.pw_name),
        text(entry.pw_passwd),
        id_value(entry.pw_uid),
        id_value(entry.pw_gid),
        text(entry.pw_gecos),
        text(entry.pw_dir),
        text(entry.pw_shell),
    ])
}
