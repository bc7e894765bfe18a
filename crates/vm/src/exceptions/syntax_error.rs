//! `SyntaxError`.

use super::fields::{object_fields, traverse_fields};
use super::methods::no_keywords;
use super::{PyBaseException, PyErr, exception_class, type_error};
use crate::cell::GilCell;
use crate::function::args::Args;
use crate::heap::Ref;
use crate::types::int;
use crate::types::str::{PyStr, StrBuilder};
use crate::types::tuple::PyTuple;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{PyResult, protocol};
use minipy_macros::{pyclass, pymethods};

/// Invalid syntax.
#[pyclass(
    name = "SyntaxError",
    base = PyBaseException,
    base_class = exception_class,
    basetype,
    gc,
    dict,
    parts(fields)
)]
#[repr(C)]
pub struct PySyntaxError {
    pub base: PyBaseException,
    pub msg: GilCell<Option<Value>>,
    pub filename: GilCell<Option<Value>>,
    pub lineno: GilCell<Option<Value>>,
    pub offset: GilCell<Option<Value>>,
    pub end_lineno: GilCell<Option<Value>>,
    pub end_offset: GilCell<Option<Value>>,
    pub text: GilCell<Option<Value>>,
    pub print_file_and_line: GilCell<Option<Value>>,
    pub metadata: GilCell<Option<Value>>,
}

object_fields!(PySyntaxError {
    "msg" => msg, "exception msg";
    "filename" => filename, "exception filename";
    "lineno" => lineno, "exception lineno";
    "offset" => offset, "exception offset";
    "text" => text, "exception text";
    "end_lineno" => end_lineno, "exception end lineno";
    "end_offset" => end_offset, "exception end offset";
    "print_file_and_line" => print_file_and_line, "exception print_file_and_line";
    "_metadata" => metadata, "exception private metadata";
});
traverse_fields!(
    PySyntaxError: msg,
    filename,
    lineno,
    offset,
    end_lineno,
    end_offset,
    text,
    print_file_and_line,
    metadata
);

/// Where a SyntaxError is: lines and columns from 1, as Python shows them.
pub struct SyntaxErrorLocation {
    pub filename: Value,
    pub lineno: i64,
    pub offset: i64,
    pub end_lineno: Option<i64>,
    pub end_offset: Option<i64>,
    /// The source line, or None.
    pub text: Value,
}

/// A SyntaxError, or an instance of the given subclass, with its location as its second argument.
#[cold]
pub fn syntax_error(class: &TypeRef, message: &str, at: SyntaxErrorLocation) -> PyErr {
    let mut location = vec![at.filename, int::from_i64(at.lineno), int::from_i64(at.offset), at.text];
    if let Some(end_lineno) = at.end_lineno {
        location.push(int::from_i64(end_lineno));
        location.push(int::from_i64(at.end_offset.unwrap_or(0)));
    }
    PyErr::new(class, &[PyStr::from_str(message).into_value(), PyTuple::from_vec(location).into_value()])
}

impl PySyntaxError {
    fn empty(args: &[Value]) -> PySyntaxError {
        let none = || GilCell::new(None);
        PySyntaxError {
            base: PyBaseException::with_args(PyTuple::from_slice(args)),
            msg: none(),
            filename: none(),
            lineno: none(),
            offset: none(),
            end_lineno: none(),
            end_offset: none(),
            text: none(),
            print_file_and_line: none(),
            metadata: none(),
        }
    }

    fn set_location(&self, location: &Value) -> PyResult<()> {
        let location = protocol::to_tuple(location)?;
        let given = location.len();
        if !(4..=7).contains(&given) {
            let (bound, count) = if given < 4 { ("least", 4) } else { ("most", 7) };
            return Err(type_error(format!("function takes at {bound} {count} arguments ({given} given)")));
        }
        let fields = [
            &self.filename,
            &self.lineno,
            &self.offset,
            &self.text,
            &self.end_lineno,
            &self.end_offset,
            &self.metadata,
        ];
        for (index, field) in fields.into_iter().enumerate() {
            field.set(location.get(index).cloned());
        }
        if given == 5 {
            return Err(type_error("end_offset must be provided when end_lineno is provided"));
        }
        Ok(())
    }
}

#[pymethods]
impl PySyntaxError {
    #[slot]
    fn new(class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        Ok(Ref::new_in(class, PySyntaxError::empty(args.positional())).into_value())
    }

    #[slot]
    fn init(zelf: &Ref<PySyntaxError>, args: Args<'_>) -> PyResult<()> {
        let args = no_keywords(zelf.class(), args)?;
        zelf.base.set_args(args);
        if let Some(message) = args.first() {
            zelf.msg.set(Some(message.clone()));
        }
        match args {
            [_, location] => zelf.set_location(location),
            _ => Ok(()),
        }
    }

    #[slot]
    fn str(zelf: &Ref<PySyntaxError>) -> PyResult<Value> {
        let message = protocol::str(&zelf.msg.get().unwrap_or(Value::NONE))?;
        let filename = zelf.filename.get();
        let filename = filename.as_ref().and_then(|f| f.downcast::<PyStr>());
        let is_int = |v: &Value| protocol::is_int(v) && v.as_bool().is_none();
        let lineno = zelf.lineno.get().filter(is_int);
        if filename.is_none() && lineno.is_none() {
            return Ok(message.into_value());
        }
        let mut out = StrBuilder::new();
        out.push_pystr(&message);
        out.push_str(" (");
        if let Some(filename) = filename {
            let start = filename.chars().rposition(|c| c == u32::from('/')).map_or(0, |slash| slash + 1);
            out.push_pystr(&filename.substring(start, filename.len()));
        }
        if let Some(lineno) = lineno {
            out.push_str(if filename.is_some() { ", line " } else { "line " });
            out.push_pystr(&*protocol::str(&lineno)?);
        }
        out.push_str(")");
        Ok(out.finish().into_value())
    }
}
