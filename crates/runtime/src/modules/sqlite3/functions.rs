//! User-defined functions, aggregates, window functions and collations.

use super::callback::{arguments, bytes_at, c_text, decode, python, report, set_result};
use super::connection::Connection;
use super::db::{Db, has_raised, raise_later};
use super::errors;
use libsqlite3_sys as ffi;
use minipy_vm::exceptions::{memory_error_class, overflow_error_class};
use minipy_vm::types::int;
use minipy_vm::{PyErr, PyResult, StrRef, Value, exceptions, gil, protocol};
use std::ffi::{CStr, c_int, c_void};
use std::ptr;
use std::rc::Rc;

/// A callable that SQLite owns, and hands back to [`drop_callable`].
fn give(callable: &Value) -> *mut c_void {
    Box::into_raw(Box::new(callable.clone())).cast()
}

unsafe extern "C" fn drop_callable(data: *mut c_void) {
    if !data.is_null() {
        // SAFETY: the address is one of `give`, and comes back once.
        gil::with(|| drop(unsafe { Box::from_raw(data.cast::<Value>()) }));
    }
}

/// What kind of function is to be defined.
pub enum Kind<'a> {
    Scalar {
        deterministic: bool,
        function: &'a Value,
    },
    Aggregate(&'a Value),
    /// Without a class the function is taken away.
    Window(Option<&'a Value>),
}

impl Connection {
    /// Defines a function of `count` arguments, or of any number if that is -1; `parameter` is how the count is called.
    pub fn define(&self, name: &StrRef, count: c_int, parameter: &str, kind: Kind<'_>) -> PyResult<()> {
        let db = self.checked()?;
        let name = c_text(name)?;
        let limit = db.limit(ffi::SQLITE_LIMIT_FUNCTION_ARG, -1);
        if !(-1..=limit).contains(&count) {
            return Err(errors::programming_error(format!(
                "'{parameter}' must be between -1 and {limit}, not {count}"
            )));
        }
        match kind {
            Kind::Scalar { deterministic, function } => {
                let flags = if deterministic { ffi::SQLITE_DETERMINISTIC } else { 0 };
                let status = define_function(&db, &name, count, flags, function, Some(call), None, None);
                done(status, "Error creating function")
            }
            Kind::Aggregate(class) => {
                let status = define_function(&db, &name, count, 0, class, None, Some(step), Some(finalize));
                done(status, "Error creating aggregate")
            }
            Kind::Window(class) => define_window(&db, &name, count, class),
        }
    }

    /// Defines or, without a callable, takes away a collation.
    pub fn define_collation(&self, name: &StrRef, callable: Option<&Value>) -> PyResult<()> {
        let db = self.checked()?;
        let name = c_text(name)?;
        if callable.is_some_and(|callable| !protocol::is_callable(callable)) {
            return Err(exceptions::type_error("parameter must be callable"));
        }
        let data = callable.map_or(ptr::null_mut(), give);
        let (compare, destroy) = match callable {
            Some(_) => (Some(collate as _), Some(drop_callable as _)),
            None => (None, None),
        };
        let (db, name) = (&db, name.as_ptr());
        // SAFETY: name and callable outlive the call and the collation.
        let result = db.check(|| unsafe {
            let encoding = ffi::SQLITE_UTF8;
            ffi::sqlite3_create_collation_v2(db.as_ptr(), name, encoding, data, compare, destroy)
        });
        if result.is_err() {
            // SAFETY: of a collation that was not defined SQLite keeps nothing.
            unsafe { drop_callable(data) };
        }
        result.map(drop)
    }
}

type Function = unsafe extern "C" fn(*mut ffi::sqlite3_context, c_int, *mut *mut ffi::sqlite3_value);
type Finalizer = unsafe extern "C" fn(*mut ffi::sqlite3_context);

fn define_function(
    db: &Rc<Db>,
    name: &CStr,
    count: c_int,
    flags: c_int,
    callable: &Value,
    call: Option<Function>,
    step: Option<Function>,
    finalize: Option<Finalizer>,
) -> c_int {
    let data = give(callable);
    // SAFETY: the name outlives the call; SQLite owns the callable from here on, also if it fails.
    db.call(|| unsafe {
        ffi::sqlite3_create_function_v2(
            db.as_ptr(),
            name.as_ptr(),
            count,
            ffi::SQLITE_UTF8 | flags,
            data,
            call,
            step,
            finalize,
            Some(drop_callable),
        )
    })
}

fn done(status: c_int, message: &str) -> PyResult<()> {
    if status == ffi::SQLITE_OK { Ok(()) } else { Err(errors::operational_error(message)) }
}

fn define_window(db: &Rc<Db>, name: &CStr, count: c_int, class: Option<&Value>) -> PyResult<()> {
    let (handle, name) = (db.as_ptr(), name.as_ptr());
    let status = match class {
        None => db.call(|| {
            let none = ptr::null_mut();
            // SAFETY: the name outlives the call.
            unsafe {
                ffi::sqlite3_create_window_function(
                    handle,
                    name,
                    count,
                    ffi::SQLITE_UTF8,
                    none,
                    None,
                    None,
                    None,
                    None,
                    None,
                )
            }
        }),
        Some(class) => {
            let data = give(class);
            // SAFETY: as in `define_function`.
            db.call(|| unsafe {
                ffi::sqlite3_create_window_function(
                    handle,
                    name,
                    count,
                    ffi::SQLITE_UTF8,
                    data,
                    Some(step),
                    Some(finalize),
                    Some(value),
                    Some(inverse),
                    Some(drop_callable),
                )
            })
        }
    };
    if status == ffi::SQLITE_OK { Ok(()) } else { Err(errors::of_status(status)) }
}

/// The callable that the running function was defined with.
///
/// # Safety
/// The context is that of a function defined here.
unsafe fn callable_of(context: *mut ffi::sqlite3_context) -> Value {
    // SAFETY: the function was defined with the address of a value, which lives as long as the function.
    unsafe { (*ffi::sqlite3_user_data(context).cast::<Value>()).clone() }
}

/// Lets the running function fail.
fn fail(context: *mut ffi::sqlite3_context, message: &str, error: PyErr, callable: &Value) {
    // SAFETY: the context is that of the call; the message is copied.
    unsafe {
        if error.is_instance(memory_error_class()) {
            ffi::sqlite3_result_error_nomem(context);
        } else if error.is_instance(overflow_error_class()) {
            ffi::sqlite3_result_error_toobig(context);
        } else {
            ffi::sqlite3_result_error(context, message.as_ptr().cast(), message.len() as c_int);
        }
    }
    report(error, callable);
}

unsafe extern "C" fn call(
    context: *mut ffi::sqlite3_context,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
) {
    python(|| {
        // SAFETY: SQLite's own arguments.
        let (callable, args) = unsafe { (callable_of(context), arguments(count, values)) };
        let result = args.and_then(|args| protocol::call(&callable, &args));
        if let Err(error) = result.and_then(|result| set_result(context, &result)) {
            fail(context, "user-defined function raised exception", error, &callable);
        }
    });
}

/// Where the instance of an aggregate's class is kept for the group at hand.
///
/// # Safety
/// The context is that of an aggregate function defined here; the place is good until its finalizer returns.
unsafe fn instance_place<'a>(
    context: *mut ffi::sqlite3_context,
    create: bool,
) -> Option<&'a mut Option<Value>> {
    let size = if create { size_of::<Option<Value>>() as c_int } else { 0 };
    // SAFETY: the memory is zeroed at first, which is how `None` looks.
    unsafe { ffi::sqlite3_aggregate_context(context, size).cast::<Option<Value>>().as_mut() }
}

/// Calls a method of an aggregate's instance, and reports to SQLite if that fails.
fn call_method(
    context: *mut ffi::sqlite3_context,
    instance: &Value,
    method: &str,
    args: impl FnOnce() -> PyResult<Vec<Value>>,
) -> Option<Value> {
    // SAFETY: the context is that of an aggregate function.
    let callable = unsafe { callable_of(context) };
    let failed = |what: &str, error| {
        fail(context, &format!("user-defined aggregate's '{method}' method {what}"), error, &callable);
        None
    };
    match protocol::getattr_str(instance, method) {
        Err(error) => failed("not defined", error),
        Ok(bound) => match args().and_then(|args| protocol::call(&bound, &args)) {
            Ok(result) => Some(result),
            Err(error) => failed("raised error", error),
        },
    }
}

/// As [`call_method`], for a method whose result is the function's.
fn call_for_result(context: *mut ffi::sqlite3_context, instance: &Value, method: &str) {
    let Some(result) = call_method(context, instance, method, || Ok(Vec::new())) else { return };
    if let Err(error) = set_result(context, &result) {
        // SAFETY: as above.
        let callable = unsafe { callable_of(context) };
        fail(context, &format!("user-defined aggregate's '{method}' method raised error"), error, &callable);
    }
}

/// A step forward, or back.
unsafe fn advance(
    context: *mut ffi::sqlite3_context,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
    method: &str,
) {
    python(|| {
        // SAFETY: SQLite's own arguments. The place is not borrowed while Python code runs.
        let known = match unsafe { instance_place(context, true) } {
            Some(place) => place.clone(),
            // SAFETY: as above.
            None => return unsafe { ffi::sqlite3_result_error_nomem(context) },
        };
        let instance = match known {
            Some(instance) => instance,
            None => {
                // SAFETY: as above.
                let class = unsafe { callable_of(context) };
                match protocol::call0(&class) {
                    Ok(instance) => {
                        // SAFETY: as above.
                        if let Some(place) = unsafe { instance_place(context, true) } {
                            *place = Some(instance.clone());
                        }
                        instance
                    }
                    Err(error) => {
                        let message = "user-defined aggregate's '__init__' method raised error";
                        return fail(context, message, error, &class);
                    }
                }
            }
        };
        // SAFETY: as above.
        call_method(context, &instance, method, || unsafe { arguments(count, values) });
    });
}

unsafe extern "C" fn step(
    context: *mut ffi::sqlite3_context,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
) {
    // SAFETY: SQLite's own arguments.
    unsafe { advance(context, count, values, "step") };
}

unsafe extern "C" fn inverse(
    context: *mut ffi::sqlite3_context,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
) {
    // SAFETY: SQLite's own arguments.
    unsafe { advance(context, count, values, "inverse") };
}

unsafe extern "C" fn value(context: *mut ffi::sqlite3_context) {
    python(|| {
        // SAFETY: SQLite's own argument.
        let instance = unsafe { instance_place(context, false) }.and_then(|place| place.clone());
        if let Some(instance) = instance {
            call_for_result(context, &instance, "value");
        }
    });
}

unsafe extern "C" fn finalize(context: *mut ffi::sqlite3_context) {
    // Without an instance there were no rows; the result is NULL.
    // SAFETY: SQLite's own argument.
    gil::with(|| match unsafe { instance_place(context, false) }.and_then(Option::take) {
        Some(instance) => python(|| call_for_result(context, &instance, "finalize")),
        None => None,
    });
}

unsafe extern "C" fn collate(
    data: *mut c_void,
    first_len: c_int,
    first: *const c_void,
    second_len: c_int,
    second: *const c_void,
) -> c_int {
    let order = python(|| {
        if has_raised() {
            return Ok(0);
        }
        // SAFETY: the collation lives while a statement uses it; SQLite's texts are as long as told.
        let (callable, first, second) = unsafe {
            let callable = (*data.cast::<Value>()).clone();
            (callable, bytes_at(first, first_len), bytes_at(second, second_len))
        };
        let order = protocol::call2(&callable, decode(first)?, decode(second)?)?;
        if !protocol::is_int(&order) {
            return Ok(0);
        }
        // Beyond 64 bits only the sign matters.
        let sign = if int::is_negative(&order) { -1 } else { 1 };
        Ok(int::to_i64(&order).map_or(sign, i64::signum) as c_int)
    });
    order.unwrap_or(Ok(0)).unwrap_or_else(|error| {
        gil::with(|| raise_later(error));
        0
    })
}
