//! Reading the columns of a row.

use super::adapt;
use super::callback::bytes_at;
use super::connection::{Connection, PARSE_COLNAMES, PARSE_DECLTYPES};
use super::cursor::{Cursor, column_description};
use super::db::Stmt;
use super::errors::operational_error;
use libsqlite3_sys as ffi;
use minipy_vm::types::bytearray::PyByteArray;
use minipy_vm::types::bytes::from_slice;
use minipy_vm::{Payload, PyBytes, PyResult, PyStr, PyTuple, Ref, Value, exceptions, protocol};
use std::ffi::{CStr, c_char, c_int};

/// A text that belongs to a statement.
fn text_of(text: *const c_char) -> Option<String> {
    // SAFETY: SQLite's texts end with NUL.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
}

fn column_name(stmt: &Stmt, column: c_int) -> Option<String> {
    let _lock = stmt.db.lock();
    // SAFETY: the statement is valid; the name stays until it is prepared anew, which the lock prevents.
    text_of(unsafe { ffi::sqlite3_column_name(stmt.as_ptr(), column) })
}

fn column_count(stmt: &Stmt) -> c_int {
    // SAFETY: the function accepts null, too.
    unsafe { ffi::sqlite3_column_count(stmt.as_ptr()) }
}

/// `Cursor.description` for the statement; None if it has no result.
pub fn description(connection: &Connection, stmt: &Stmt) -> PyResult<Option<Value>> {
    let count = column_count(stmt);
    if count == 0 {
        return Ok(None);
    }
    let cuts = connection.detect_types.get() & PARSE_COLNAMES != 0;
    let columns = (0..count).map(|column| {
        let name = column_name(stmt, column).ok_or_else(exceptions::memory_error)?;
        let name = match name.find('[').filter(|_| cuts) {
            Some(at) => name[..at].strip_suffix(' ').unwrap_or(&name[..at]),
            None => &name,
        };
        Ok(column_description(name))
    });
    Ok(Some(PyTuple::from_vec(columns.collect::<PyResult<_>>()?).into_value()))
}

/// What converts each column of the statement's result, by the connection's `detect_types`.
pub fn converters(connection: &Connection, stmt: &Stmt) -> PyResult<Vec<Option<Value>>> {
    let detects = connection.detect_types.get();
    if detects == 0 {
        return Ok(Vec::new());
    }
    (0..column_count(stmt)).map(|column| column_converter(stmt, column, detects)).collect()
}

fn column_converter(stmt: &Stmt, column: c_int, detects: c_int) -> PyResult<Option<Value>> {
    if detects & PARSE_COLNAMES != 0
        && let Some(name) = column_name(stmt, column)
        && let Some((_, rest)) = name.split_once('[')
        && let Some((key, _)) = rest.split_once(']')
        && let Some(converter) = adapt::converter(key)?
    {
        return Ok(Some(converter));
    }
    if detects & PARSE_DECLTYPES == 0 {
        return Ok(None);
    }
    let declared = {
        let _lock = stmt.db.lock();
        // SAFETY: as in `column_name`.
        text_of(unsafe { ffi::sqlite3_column_decltype(stmt.as_ptr(), column) })
    };
    match declared.as_deref().and_then(|declared| declared.split([' ', '(']).next()) {
        Some(key) => adapt::converter(key),
        None => Ok(None),
    }
}

/// A column's value, as far as it is known without running Python code.
enum Column {
    Known(Value),
    /// To be passed to a converter or a text factory.
    Convert(Value, Value),
    /// A text that is not UTF-8.
    Undecodable(Vec<u8>),
}

/// The row that the statement is at.
pub fn row(cursor: &Cursor, connection: &Connection, stmt: &Stmt) -> PyResult<Value> {
    let text_factory = connection.text_factory.get();
    let converters = cursor.converters.get();
    let columns: Vec<Column> = {
        let _lock = stmt.db.lock();
        // SAFETY: the statement is valid.
        let count = unsafe { ffi::sqlite3_data_count(stmt.as_ptr()) };
        let converter_of = |column: c_int| converters.get(column as usize).cloned().flatten();
        (0..count).map(|column| read(stmt, column, converter_of(column), &text_factory)).collect()
    };
    let values = columns.into_iter().enumerate().map(|(index, column)| match column {
        Column::Known(value) => Ok(value),
        Column::Convert(converter, bytes) => protocol::call1(&converter, bytes),
        Column::Undecodable(bytes) => Err(operational_error(format!(
            "Could not decode to UTF-8 column '{}' with text '{}'",
            column_name(stmt, index as c_int).as_deref().unwrap_or("<unknown column name>"),
            String::from_utf8_lossy(&bytes)
        ))),
    });
    Ok(PyTuple::from_vec(values.collect::<PyResult<_>>()?).into_value())
}

/// Reads a column. The connection's mutex is held.
fn read(stmt: &Stmt, column: c_int, converter: Option<Value>, text_factory: &Value) -> Column {
    let row = stmt.as_ptr();
    // SAFETY: the statement is at a row that has the column; bytes stay in place until the next call about it.
    unsafe {
        let kind = ffi::sqlite3_column_type(row, column);
        if let Some(converter) = converter {
            // Null for an empty blob, too.
            let blob = ffi::sqlite3_column_blob(row, column);
            if blob.is_null() {
                return Column::Known(Value::NONE);
            }
            let bytes = bytes_at(blob, ffi::sqlite3_column_bytes(row, column));
            return Column::Convert(converter, from_slice(bytes).into());
        }
        Column::Known(match kind {
            ffi::SQLITE_INTEGER => Value::from(ffi::sqlite3_column_int64(row, column)),
            ffi::SQLITE_FLOAT => Value::from(ffi::sqlite3_column_double(row, column)),
            ffi::SQLITE_TEXT => {
                let text = ffi::sqlite3_column_text(row, column).cast();
                let bytes = bytes_at(text, ffi::sqlite3_column_bytes(row, column));
                return text_column(bytes, text_factory);
            }
            ffi::SQLITE_BLOB => {
                let blob = ffi::sqlite3_column_blob(row, column);
                from_slice(bytes_at(blob, ffi::sqlite3_column_bytes(row, column))).into()
            }
            _ => Value::NONE,
        })
    }
}

fn text_column(bytes: &[u8], factory: &Value) -> Column {
    let is = |class: &Ref<minipy_vm::PyType>| factory.is(class.as_value());
    if is(PyStr::class()) {
        return match std::str::from_utf8(bytes) {
            Ok(text) => Column::Known(PyStr::from_str(text).into()),
            Err(_) => Column::Undecodable(bytes.to_vec()),
        };
    }
    if is(PyByteArray::class()) {
        return Column::Known(PyByteArray::from_vec(bytes.to_vec()).into());
    }
    let bytes = from_slice(bytes).into();
    if is(PyBytes::class()) { Column::Known(bytes) } else { Column::Convert(factory.clone(), bytes) }
}
