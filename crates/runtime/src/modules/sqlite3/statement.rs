//! `Statement`: SQL that is prepared, and the values of its parameters.

use super::adapt;
use super::callback::{Storable, encode, length};
use super::db::{Db, Stmt};
use super::errors::{data_error, programming_error};
use libsqlite3_sys as ffi;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::bytearray::PyByteArray;
use minipy_vm::types::float::PyFloat;
use minipy_vm::types::int::PyInt;
use minipy_vm::{
    PyDict, PyList, PyResult, PyStr, PyTuple, Ref, StrRef, Traverse, Value, Visitor, exceptions, protocol,
};
use std::ffi::{CStr, c_int};
use std::rc::Rc;

#[pyclass(name = "Statement", module = "sqlite3", gc, no_new)]
pub struct Statement {
    pub stmt: Rc<Stmt>,
    /// Whether it is an INSERT, UPDATE, DELETE or REPLACE.
    pub is_dml: bool,
}

impl Traverse for Statement {
    fn traverse(&self, _visit: &mut Visitor<'_>) {}
}

#[pymethods]
impl Statement {}

/// The SQL behind white space and comments.
fn without_comments(mut sql: &[u8]) -> &[u8] {
    loop {
        sql = match sql {
            [b' ' | b'\t' | b'\x0c' | b'\n' | b'\r', rest @ ..] => rest,
            [b'-', b'-', rest @ ..] => {
                let end = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
                &rest[end..]
            }
            [b'/', b'*', rest @ ..] => {
                let end = rest.windows(2).position(|pair| pair == b"*/").map_or(rest.len(), |at| at + 2);
                &rest[end..]
            }
            _ => return sql,
        };
    }
}

impl Statement {
    /// Prepares `sql`, which is one statement.
    pub fn new(db: &Rc<Db>, sql: &StrRef) -> PyResult<Ref<Statement>> {
        let mut text = encode(sql)?.into_owned();
        let limit = db.limit(ffi::SQLITE_LIMIT_SQL_LENGTH, -1);
        if text.len() > limit as usize {
            return Err(data_error("query string is too large"));
        }
        if text.contains(&0) {
            return Err(programming_error("the query contains a null character"));
        }
        text.push(0);
        let (stmt, used) = Stmt::prepare(db, &text)?;
        text.pop();
        if !without_comments(text.get(used..).unwrap_or(&[])).is_empty() {
            return Err(programming_error("You can only execute one statement at a time."));
        }
        let verb = without_comments(&text);
        let is_dml = [&b"insert"[..], b"update", b"delete", b"replace"]
            .iter()
            .any(|dml| verb.get(..dml.len()).is_some_and(|start| start.eq_ignore_ascii_case(dml)));
        Ok(Ref::new(Statement { stmt, is_dml }))
    }

    /// Gives the parameters their values, from a sequence or a dict.
    pub fn bind(&self, parameters: &Value) -> PyResult<()> {
        // SAFETY: the function accepts null, too.
        let needed = unsafe { ffi::sqlite3_bind_parameter_count(self.stmt.as_ptr()) };
        let is_dict = parameters.downcast::<PyDict>().is_some();
        if !is_dict && parameters.class().slots().sq_item.is_some() {
            self.bind_sequence(parameters, needed)
        } else if is_dict {
            self.bind_dict(parameters, needed)
        } else {
            Err(programming_error("parameters are of unsupported type"))
        }
    }

    fn bind_sequence(&self, parameters: &Value, needed: c_int) -> PyResult<()> {
        let supplied = protocol::len(parameters)?;
        if supplied != needed as usize {
            return Err(programming_error(format!(
                "Incorrect number of bindings supplied. The current statement uses {needed}, and there are {supplied} supplied."
            )));
        }
        for position in 1..=needed {
            if let Some(name) = self.parameter_name(position)
                && !name.starts_with('?')
            {
                return Err(programming_error(format!(
                    "Binding {position} ('{name}') is a named parameter, but you supplied a sequence which requires nameless (qmark) placeholders."
                )));
            }
            let index = position as usize - 1;
            let value = if let Some(tuple) = parameters.downcast_exact::<PyTuple>() {
                tuple.get(index).cloned()
            } else if let Some(list) = parameters.downcast_exact::<PyList>() {
                list.get(index)
            } else {
                Some(protocol::getitem(parameters, &Value::from(index as i64))?)
            };
            // A list may have shrunk while its first items were converted.
            let value = value.ok_or_else(|| exceptions::index_error("list index out of range"))?;
            self.bind_value(position, value)?;
        }
        Ok(())
    }

    fn bind_dict(&self, parameters: &Value, needed: c_int) -> PyResult<()> {
        for position in 1..=needed {
            let Some(name) = self.parameter_name(position) else {
                return Err(programming_error(format!(
                    "Binding {position} has no name, but you supplied a dictionary (which has only names)."
                )));
            };
            let name = name.get(1..).unwrap_or_default();
            let key = PyStr::from_str(name);
            let value = match parameters.downcast_exact::<PyDict>() {
                Some(dict) => dict.get_str(&key)?,
                None => match protocol::getitem(parameters, key.as_value()) {
                    Ok(value) => Some(value),
                    Err(error) if error.is_instance(exceptions::lookup_error_class()) => None,
                    Err(error) => return Err(error),
                },
            };
            let missing =
                || programming_error(format!("You did not supply a value for binding parameter :{name}."));
            self.bind_value(position, value.ok_or_else(missing)?)?;
        }
        Ok(())
    }

    /// The name of a parameter, with the character in front.
    fn parameter_name(&self, position: c_int) -> Option<String> {
        let _lock = self.stmt.db.lock();
        // SAFETY: the statement is valid; the name lives as long as it.
        let name = unsafe { ffi::sqlite3_bind_parameter_name(self.stmt.as_ptr(), position) };
        // SAFETY: as above.
        (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned())
    }

    fn bind_value(&self, position: c_int, value: Value) -> PyResult<()> {
        let value = if needs_adapting(&value) { adapt::for_storage(&value)? } else { value };
        let Some(storable) = Storable::of(&value)? else {
            return Err(programming_error(format!(
                "Error binding parameter {position}: type '{}' is not supported",
                value.type_name()
            )));
        };
        let stmt = self.stmt.as_ptr();
        let transient = ffi::SQLITE_TRANSIENT();
        let _lock = self.stmt.db.lock();
        // SAFETY: the statement is valid; texts and blobs are copied.
        let status = unsafe {
            match storable {
                Storable::Null => ffi::sqlite3_bind_null(stmt, position),
                Storable::Integer(int) => ffi::sqlite3_bind_int64(stmt, position, int),
                Storable::Real(real) => ffi::sqlite3_bind_double(stmt, position, real),
                Storable::Text(text) => {
                    let len = length(text.len(), "string longer than INT_MAX bytes")?;
                    ffi::sqlite3_bind_text(stmt, position, text.as_ptr().cast(), len, transient)
                }
                Storable::Blob(blob) => {
                    let len = length(blob.len(), "BLOB longer than INT_MAX bytes")?;
                    let data = if len == 0 { c"".as_ptr().cast() } else { blob.as_ptr().cast() };
                    ffi::sqlite3_bind_blob(stmt, position, data, len, transient)
                }
            }
        };
        if status == ffi::SQLITE_OK { Ok(()) } else { Err(super::errors::of(&self.stmt.db, status)) }
    }
}

/// Whether a value is not stored as it is: those of the basic types are, unless a program has registered an adapter for one.
fn needs_adapting(value: &Value) -> bool {
    if adapt::adapts_basic_types() {
        return true;
    }
    let is_basic = value.is_small_int()
        || value.is_flonum()
        || value.downcast_exact::<PyInt>().is_some()
        || value.downcast_exact::<PyFloat>().is_some()
        || value.downcast_exact::<PyStr>().is_some()
        || value.downcast_exact::<PyByteArray>().is_some();
    !is_basic
}
