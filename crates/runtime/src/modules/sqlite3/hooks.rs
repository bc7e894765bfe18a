//! What SQLite calls while it works: the authorizer, the progress handler and the trace callback of a connection.

use super::callback::{decode, python, report};
use super::db::Db;
use super::errors;
use libsqlite3_sys as ffi;
use minipy_vm::{GilCell, PyResult, Traverse, Value, Visitor, exceptions, protocol};
use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::ptr;

/// The callables. SQLite has their addresses, so each stays where it is.
#[derive(Default)]
pub struct Hooks {
    authorizer: GilCell<Option<Box<Value>>>,
    progress: GilCell<Option<Box<Value>>>,
    trace: GilCell<Option<Box<Value>>>,
}

impl Traverse for Hooks {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.authorizer.traverse(visit);
        self.progress.traverse(visit);
        self.trace.traverse(visit);
    }
}

/// The address that SQLite gets of a callable; null without one.
fn address(callable: Option<&Value>) -> *mut c_void {
    callable.map_or(ptr::null_mut(), |callable| ptr::from_ref(callable).cast_mut().cast())
}

/// The callable that SQLite has the address of.
///
/// # Safety
/// The address is that of a [`Value`] that is alive.
unsafe fn callable_at(data: *mut c_void) -> Value {
    // SAFETY: the caller's promise.
    unsafe { (*data.cast::<Value>()).clone() }
}

impl Db {
    /// `Connection.set_authorizer`.
    pub fn set_authorizer(&self, callable: Option<Value>) -> PyResult<()> {
        let callable = callable.map(Box::new);
        let function = callable.is_some().then_some(authorize as _);
        let data = address(callable.as_deref());
        let _lock = self.lock();
        // SAFETY: the callable lives until it is replaced.
        let status = self.call(|| unsafe { ffi::sqlite3_set_authorizer(self.as_ptr(), function, data) });
        if status != ffi::SQLITE_OK {
            return Err(errors::operational_error("Error setting authorizer callback"));
        }
        self.hooks.authorizer.set(callable);
        Ok(())
    }

    /// `Connection.set_progress_handler`.
    pub fn set_progress_handler(&self, callable: Option<Value>, instructions: c_int) {
        let callable = callable.map(Box::new);
        let function = callable.is_some().then_some(progress as _);
        let data = address(callable.as_deref());
        let _lock = self.lock();
        // SAFETY: as above.
        self.call(|| unsafe {
            ffi::sqlite3_progress_handler(self.as_ptr(), instructions, function, data);
        });
        self.hooks.progress.set(callable);
    }

    /// `Connection.set_trace_callback`.
    pub fn set_trace_callback(&self, callable: Option<Value>) {
        let callable = callable.map(Box::new);
        let function = callable.is_some().then_some(trace as _);
        let events = if callable.is_some() { ffi::SQLITE_TRACE_STMT } else { 0 };
        let data = address(callable.as_deref());
        let _lock = self.lock();
        // SAFETY: as above.
        self.call(|| unsafe { ffi::sqlite3_trace_v2(self.as_ptr(), events, function, data) });
        self.hooks.trace.set(callable);
    }

    /// Takes all three off, if no other thread is at work.
    pub fn clear_hooks(&self) {
        let Some(_lock) = self.try_lock() else { return };
        // SAFETY: the connection is open, and none of the functions calls back.
        unsafe {
            ffi::sqlite3_set_authorizer(self.as_ptr(), None, ptr::null_mut());
            ffi::sqlite3_progress_handler(self.as_ptr(), 0, None, ptr::null_mut());
            ffi::sqlite3_trace_v2(self.as_ptr(), 0, None, ptr::null_mut());
        }
        self.hooks.authorizer.set(None);
        self.hooks.progress.set(None);
        self.hooks.trace.set(None);
    }
}

/// A text of SQLite's as str, or None for null.
///
/// # Safety
/// The text ends with NUL.
unsafe fn text(text: *const c_char) -> PyResult<Value> {
    if text.is_null() {
        return Ok(Value::NONE);
    }
    // SAFETY: the caller's promise.
    decode(unsafe { CStr::from_ptr(text) }.to_bytes())
}

unsafe extern "C" fn authorize(
    data: *mut c_void,
    action: c_int,
    first: *const c_char,
    second: *const c_char,
    database: *const c_char,
    source: *const c_char,
) -> c_int {
    let answer = python(|| {
        // SAFETY: the authorizer lives until it is replaced, which it may be once Python code runs.
        let callable = unsafe { callable_at(data) };
        let ask = || {
            let mut args = vec![Value::from(i64::from(action))];
            for argument in [first, second, database, source] {
                // SAFETY: SQLite's texts end with NUL.
                args.push(unsafe { text(argument) }?);
            }
            let answer = protocol::call(&callable, &args)?;
            if !protocol::is_int(&answer) {
                return Ok(None);
            }
            let int = minipy_vm::types::int::to_i64(&answer).and_then(|int| c_int::try_from(int).ok());
            let too_large = || exceptions::overflow_error("Python int too large to convert to C int");
            int.ok_or_else(too_large).map(Some)
        };
        match ask() {
            Ok(answer) => answer,
            Err(error) => {
                report(error, &callable);
                None
            }
        }
    });
    answer.flatten().unwrap_or(ffi::SQLITE_DENY)
}

unsafe extern "C" fn progress(data: *mut c_void) -> c_int {
    let stops = python(|| {
        // SAFETY: as in `authorize`.
        let callable = unsafe { callable_at(data) };
        let answer = protocol::call0(&callable).and_then(|answer| protocol::truth(&answer));
        answer.unwrap_or_else(|error| {
            report(error, &callable);
            true
        })
    });
    c_int::from(stops.unwrap_or(false))
}

unsafe extern "C" fn trace(
    _event: c_uint,
    data: *mut c_void,
    statement: *mut c_void,
    sql: *mut c_void,
) -> c_int {
    python(|| {
        // SAFETY: as in `authorize`.
        let callable = unsafe { callable_at(data) };
        let result = expanded(statement.cast(), &callable).and_then(|expanded| match expanded {
            Some(text) => Ok(text),
            // SAFETY: SQLite's text ends with NUL.
            None => unsafe { text(sql.cast()) },
        });
        if let Err(error) = result.and_then(|sql| protocol::call1(&callable, sql)) {
            report(error, &callable);
        }
    });
    0
}

/// The SQL of a statement with the values of its parameters; without if it would be too long, which is reported.
fn expanded(statement: *mut ffi::sqlite3_stmt, callable: &Value) -> PyResult<Option<Value>> {
    // SAFETY: the statement is the one that runs.
    let expanded = unsafe { ffi::sqlite3_expanded_sql(statement) };
    if !expanded.is_null() {
        // SAFETY: the text ends with NUL, and is the caller's to free.
        let text = unsafe { text(expanded) };
        // SAFETY: as above.
        unsafe { ffi::sqlite3_free(expanded.cast()) };
        return text.map(Some);
    }
    // SAFETY: as above.
    if unsafe { ffi::sqlite3_errcode(ffi::sqlite3_db_handle(statement)) } == ffi::SQLITE_NOMEM {
        return Err(exceptions::memory_error());
    }
    report(errors::data_error("Expanded SQL string exceeds the maximum string length"), callable);
    Ok(None)
}

/// The argument of a setter: None takes the hook off.
pub fn optional(callable: &Value) -> Option<Value> {
    (!callable.is_none()).then(|| callable.clone())
}
