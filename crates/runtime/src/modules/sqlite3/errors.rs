//! The exceptions of `sqlite3`, and which of them stands for which result code.

use super::constants::code_name;
use super::db::Db;
use libsqlite3_sys as ffi;
use minipy_vm::exceptions::exception_class;
use minipy_vm::{PyErr, TypeRef, Value, exceptions, module_exception, name, protocol};
use std::ffi::{CStr, c_int};

module_exception! { warning_class = "sqlite3", "Warning": exception_class, None }
module_exception! { error_class = "sqlite3", "Error": exception_class, None }
module_exception! { interface_error_class = "sqlite3", "InterfaceError": error_class, None }
module_exception! { database_error_class = "sqlite3", "DatabaseError": error_class, None }
module_exception! { internal_error_class = "sqlite3", "InternalError": database_error_class, None }
module_exception! { operational_error_class = "sqlite3", "OperationalError": database_error_class, None }
module_exception! { programming_error_class = "sqlite3", "ProgrammingError": database_error_class, None }
module_exception! { integrity_error_class = "sqlite3", "IntegrityError": database_error_class, None }
module_exception! { data_error_class = "sqlite3", "DataError": database_error_class, None }
module_exception! { not_supported_error_class = "sqlite3", "NotSupportedError": database_error_class, None }

/// Names and classes, in the order of the module's namespace.
pub fn classes() -> [(&'static str, &'static TypeRef); 10] {
    [
        ("Error", error_class()),
        ("Warning", warning_class()),
        ("InterfaceError", interface_error_class()),
        ("DatabaseError", database_error_class()),
        ("InternalError", internal_error_class()),
        ("OperationalError", operational_error_class()),
        ("ProgrammingError", programming_error_class()),
        ("IntegrityError", integrity_error_class()),
        ("DataError", data_error_class()),
        ("NotSupportedError", not_supported_error_class()),
    ]
}

#[cold]
pub fn programming_error(message: impl AsRef<str>) -> PyErr {
    exceptions::simple(programming_error_class(), message.as_ref())
}

#[cold]
pub fn operational_error(message: impl AsRef<str>) -> PyErr {
    exceptions::simple(operational_error_class(), message.as_ref())
}

#[cold]
pub fn data_error(message: impl AsRef<str>) -> PyErr {
    exceptions::simple(data_error_class(), message.as_ref())
}

/// The class for a primary result code; `None` stands for MemoryError.
fn class_of(code: c_int) -> Option<&'static TypeRef> {
    Some(match code {
        ffi::SQLITE_NOMEM => return None,
        ffi::SQLITE_INTERNAL | ffi::SQLITE_NOTFOUND => internal_error_class(),
        ffi::SQLITE_ERROR
        | ffi::SQLITE_PERM
        | ffi::SQLITE_ABORT
        | ffi::SQLITE_BUSY
        | ffi::SQLITE_LOCKED
        | ffi::SQLITE_READONLY
        | ffi::SQLITE_INTERRUPT
        | ffi::SQLITE_IOERR
        | ffi::SQLITE_FULL
        | ffi::SQLITE_CANTOPEN
        | ffi::SQLITE_PROTOCOL
        | ffi::SQLITE_EMPTY
        | ffi::SQLITE_SCHEMA => operational_error_class(),
        ffi::SQLITE_TOOBIG => data_error_class(),
        ffi::SQLITE_CONSTRAINT | ffi::SQLITE_MISMATCH => integrity_error_class(),
        ffi::SQLITE_MISUSE | ffi::SQLITE_RANGE => interface_error_class(),
        _ => database_error_class(),
    })
}

/// The exception for the connection's last error, or for `status` if it remembers none.
#[cold]
pub fn of(db: &Db, status: c_int) -> PyErr {
    let _lock = db.lock();
    // SAFETY: the connection is open; the message is valid until SQLite is called again.
    let (extended, message) = unsafe {
        match ffi::sqlite3_errcode(db.as_ptr()) {
            ffi::SQLITE_OK | ffi::SQLITE_ROW | ffi::SQLITE_DONE => return of_status(status),
            _ => (
                ffi::sqlite3_extended_errcode(db.as_ptr()),
                CStr::from_ptr(ffi::sqlite3_errmsg(db.as_ptr())).to_string_lossy().into_owned(),
            ),
        }
    };
    new(extended, message)
}

/// The exception for a status of which no connection knows more.
#[cold]
pub fn of_status(status: c_int) -> PyErr {
    // SAFETY: a constant text.
    let message = unsafe { CStr::from_ptr(ffi::sqlite3_errstr(status)) };
    new(status, message.to_string_lossy().into_owned())
}

/// The exception for an extended result code.
fn new(code: c_int, message: String) -> PyErr {
    let Some(class) = class_of(code & 0xff) else { return exceptions::memory_error() };
    let error = PyErr::new(class, &[message.into()]);
    let attributes = [
        (name!("sqlite_errorcode"), Value::from(i64::from(code))),
        (name!("sqlite_errorname"), Value::from(code_name(code).unwrap_or("unknown"))),
    ];
    for (name, value) in attributes {
        if let Err(other) = protocol::setattr(error.as_value(), name, value) {
            return other;
        }
    }
    error
}
