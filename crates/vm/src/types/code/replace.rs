//! Making code objects from their fields: `code.replace()` and the constructor. What the verifier refuses cannot run.

use super::{Parts, PyCode};
use crate::heap::Ref;
use crate::macros_support::KwArgs;
use crate::types::bytes::PyBytes;
use crate::types::complex::PyComplex;
use crate::types::int;
use crate::types::set::PyFrozenSet;
use crate::types::slice::PySlice;
use crate::types::str::{PyStr, StrRef};
use crate::types::tuple::{PyTuple, TupleRef};
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{Args, PyResult, exceptions, protocol, stack};
use minipy_bytecode::verifier::VerifyError;
use minipy_bytecode::{CodeObject, Constant, LocalKind, Str};
use minipy_macros::pymethods;
use std::sync::Arc;

/// A value as plain data. None for code objects, which are verified and compared by themselves, and for values no compiler
/// makes.
pub(super) fn constant(value: &Value) -> Constant {
    plain(value, &|_| Some(Constant::None)).unwrap_or(Constant::None)
}

/// A constant of a code object as plain data; `None` for values no compiler makes.
pub fn as_constant(value: &Value) -> Option<Constant> {
    plain(value, &|other| {
        if let Some(code) = other.downcast_exact::<PyCode>() {
            let consts = code.consts.iter().map(|item| as_constant(item).unwrap_or(Constant::None));
            let consts = consts.collect();
            return Some(Constant::Code(Arc::new(CodeObject { consts, ..plain_object(code) })));
        }
        if let Some(set) = other.downcast_exact::<PyFrozenSet>() {
            let items: Option<Vec<Constant>> = set.data.to_vec().iter().map(as_constant).collect();
            return items.map(|items| Constant::FrozenSet(items.into()));
        }
        let slice = other.downcast_exact::<PySlice>()?;
        let parts = [as_constant(&slice.start)?, as_constant(&slice.stop)?, as_constant(&slice.step)?];
        Some(Constant::Slice(Arc::new(parts)))
    })
}

/// As [`as_constant`], with `other` for what is no number, string, bytes or tuple.
fn plain(value: &Value, other: &dyn Fn(&Value) -> Option<Constant>) -> Option<Constant> {
    // Marshal data can hold tuples that hold themselves.
    if stack::remaining() == 0 {
        return None;
    }
    if value.is_none() {
        return Some(Constant::None);
    }
    if let Some(flag) = value.as_bool() {
        return Some(Constant::bool(flag));
    }
    if value.is_ellipsis() {
        return Some(Constant::Ellipsis);
    }
    if let Some(text) = value.downcast_exact::<PyStr>() {
        return Some(Constant::str(Str::from(text.to_wtf8())));
    }
    if let Some(bytes) = value.downcast_exact::<PyBytes>() {
        return Some(Constant::Bytes(bytes.as_bytes().into()));
    }
    if let Some(tuple) = value.downcast_exact::<PyTuple>() {
        let items: Option<Vec<Constant>> = tuple.iter().map(|item| plain(item, other)).collect();
        return items.map(Constant::tuple);
    }
    if let Some(complex) = value.downcast_exact::<PyComplex>() {
        return Some(Constant::Complex(complex.real, complex.imag));
    }
    if value.is_flonum() || value.downcast_exact::<crate::types::float::PyFloat>().is_some() {
        return protocol::to_f64(value).ok().map(Constant::Float);
    }
    match int::to_ibig(value) {
        Some(big) => Some(Constant::int(big)),
        None => other(value),
    }
}

impl PyCode {
    /// A code object that may come from anywhere.
    ///
    /// Errors: what the verifier has against it. Code objects among the constants have been verified when they were made.
    pub fn verified(parts: Parts) -> Result<Ref<PyCode>, VerifyError> {
        parts.verify()?;
        Ok(PyCode::of_parts(parts, None))
    }

    /// As [`PyCode::verified`], but what cannot run is a code object nevertheless, which raises SystemError when it is called.
    ///
    /// Errors: no frame could be laid out for it.
    pub fn checked(object: &CodeObject, consts: TupleRef) -> Result<Ref<PyCode>, VerifyError> {
        let parts = Parts::of(object, consts);
        parts.check_counts()?;
        let refused = parts.verify().err();
        Ok(PyCode::of_parts(parts, refused))
    }
}

/// The fields of a code object as plain data, without its constants.
fn plain_object(code: &PyCode) -> CodeObject {
    let plain = |text: &StrRef| Str::from(text.to_wtf8());
    let table = |data: &[u8]| Arc::from(data);
    let object = &code.object;
    CodeObject {
        argcount: object.argcount,
        posonlyargcount: object.posonlyargcount,
        kwonlyargcount: object.kwonlyargcount,
        stacksize: object.stacksize,
        flags: object.flags,
        firstlineno: object.firstlineno,
        code: table(&object.code),
        consts: Arc::default(),
        names: code.names.iter().map(plain).collect(),
        localsplusnames: code.locals.iter().map(plain).collect(),
        localspluskinds: object.localspluskinds.iter().copied().collect(),
        filename: plain(&code.filename.get()),
        name: plain(&code.name),
        qualname: plain(&code.qualname),
        linetable: table(&object.linetable),
        exceptiontable: table(&object.exceptiontable),
    }
}

/// The fields that a caller gives, next to a code object to start from.
struct Fields {
    code: CodeObject,
    consts: Option<TupleRef>,
    nlocals: usize,
    varnames: Vec<Str>,
    cellvars: Vec<Str>,
    freevars: Vec<Str>,
}

fn number(name: &str, value: &Value) -> PyResult<u32> {
    let number = protocol::index_to_i64(value)?.and_then(|n| i32::try_from(n).ok());
    let number =
        number.ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C int"))?;
    u32::try_from(number).map_err(|_| exceptions::value_error(format!("{name} must be a positive integer")))
}

fn wrong(name: &str, expected: &str, value: &Value) -> exceptions::PyErr {
    let got = value.type_name_or_none();
    exceptions::type_error(format!("replace() argument '{name}' must be {expected}, not {got}"))
}

fn text(name: &str, value: &Value) -> PyResult<Str> {
    match value.downcast::<PyStr>() {
        Some(text) => Ok(Str::from(text.to_wtf8())),
        None => Err(wrong(name, "str", value)),
    }
}

fn data(name: &str, value: &Value) -> PyResult<Arc<[u8]>> {
    match value.downcast::<PyBytes>() {
        Some(bytes) => Ok(bytes.as_bytes().into()),
        None => Err(wrong(name, "bytes", value)),
    }
}

fn tuple(name: &str, value: &Value) -> PyResult<TupleRef> {
    value.downcast::<PyTuple>().cloned().ok_or_else(|| wrong(name, "tuple", value))
}

fn names(name: &str, value: &Value) -> PyResult<Vec<Str>> {
    let text = |item: &Value| match item.downcast::<PyStr>() {
        Some(text) => Ok(Str::from(text.to_wtf8())),
        None => Err(exceptions::system_error("non-string found in code slot")),
    };
    tuple(name, value)?.iter().map(text).collect()
}

impl Fields {
    fn of(code: &CodeObject) -> Fields {
        Fields {
            consts: None,
            nlocals: code.nlocals(),
            varnames: code.varnames().cloned().collect(),
            cellvars: code.cellvars().cloned().collect(),
            freevars: code.freevars().cloned().collect(),
            code: code.clone(),
        }
    }

    fn set(&mut self, name: &str, value: &Value) -> PyResult<()> {
        let code = &mut self.code;
        match name {
            "co_argcount" => code.argcount = number(name, value)?,
            "co_posonlyargcount" => code.posonlyargcount = number(name, value)?,
            "co_kwonlyargcount" => code.kwonlyargcount = number(name, value)?,
            "co_nlocals" => self.nlocals = number(name, value)? as usize,
            "co_stacksize" => code.stacksize = number(name, value)?,
            "co_flags" => code.flags = number(name, value)?,
            "co_firstlineno" => code.firstlineno = number(name, value)?.cast_signed(),
            "co_code" => code.code = data(name, value)?,
            "co_consts" => self.consts = Some(tuple(name, value)?),
            "co_names" => code.names = names(name, value)?.into(),
            "co_varnames" => self.varnames = names(name, value)?,
            "co_freevars" => self.freevars = names(name, value)?,
            "co_cellvars" => self.cellvars = names(name, value)?,
            "co_filename" => code.filename = text(name, value)?,
            "co_name" => code.name = text(name, value)?,
            "co_qualname" => code.qualname = text(name, value)?,
            "co_linetable" => code.linetable = data(name, value)?,
            "co_exceptiontable" => code.exceptiontable = data(name, value)?,
            _ => return Err(exceptions::unexpected_keyword("replace()", name, &PARAMETERS)),
        }
        Ok(())
    }

    /// Lays the fast locals out again: locals, arguments that are cells among them, then other cells, then free variables.
    fn lay_out_locals(&mut self) -> PyResult<()> {
        let code = &mut self.code;
        if self.nlocals != self.varnames.len() {
            return Err(exceptions::value_error("code: co_nlocals != len(co_varnames)"));
        }
        if code.total_args() > self.varnames.len() {
            return Err(exceptions::value_error("code: co_varnames is too small"));
        }
        let old: Vec<(Str, LocalKind)> =
            code.localsplusnames.iter().cloned().zip(code.localspluskinds.iter().copied()).collect();
        let mut names = Vec::new();
        let mut kinds = Vec::new();
        for name in &self.varnames {
            let hidden = old.iter().any(|(n, k)| n == name && k.is_hidden() && k.is_local());
            // As in CPython, only the compiler says which kinds of arguments there are.
            let mut kind = LocalKind::LOCAL;
            if hidden {
                kind |= LocalKind::HIDDEN;
            }
            if self.cellvars.contains(name) {
                kind |= LocalKind::CELL;
            }
            names.push(name.clone());
            kinds.push(LocalKind(kind));
        }
        for (bit, variables) in [(LocalKind::CELL, &self.cellvars), (LocalKind::FREE, &self.freevars)] {
            for name in variables {
                if bit == LocalKind::CELL && self.varnames.contains(name) {
                    continue;
                }
                names.push(name.clone());
                kinds.push(LocalKind(bit));
            }
        }
        code.localsplusnames = names.into();
        code.localspluskinds = kinds.into();
        Ok(())
    }

    fn audit(&self) -> PyResult<()> {
        if !crate::audit::is_active() {
            return Ok(());
        }
        let code = &self.code;
        let numbers = [
            code.argcount,
            code.posonlyargcount,
            code.kwonlyargcount,
            code.nlocals() as u32,
            code.stacksize,
            code.flags,
        ];
        let mut args = vec![
            crate::types::bytes::from_slice(&code.code).into_value(),
            PyStr::from_wtf8(&code.filename).into_value(),
            PyStr::from_wtf8(&code.name).into_value(),
        ];
        args.extend(numbers.map(|number| Value::from(i64::from(number))));
        crate::audit::event("code.__new__", &args)
    }

    fn finish(mut self, old_consts: Option<&TupleRef>) -> PyResult<Ref<PyCode>> {
        if self.code.code.is_empty() || !self.code.code.len().is_multiple_of(2) {
            return Err(exceptions::value_error("code: co_code is malformed"));
        }
        self.lay_out_locals()?;
        self.audit()?;
        let consts = match (self.consts.take(), old_consts) {
            (Some(consts), _) => consts,
            (None, Some(consts)) => consts.clone(),
            (None, None) => crate::types::tuple::empty(),
        };
        PyCode::checked(&self.code, consts).map_err(|error| {
            exceptions::value_error(format!("code: {} at offset {}", error.what, error.offset))
        })
    }
}

fn replaced(code: &PyCode, changes: KwArgs<'_>) -> PyResult<Ref<PyCode>> {
    let mut fields = Fields::of(&plain_object(code));
    for (name, value) in changes.iter() {
        fields.set(&name.to_string_lossy(), value)?;
    }
    fields.finish(Some(&code.consts))
}

/// The constructor's parameters in order.
const PARAMETERS: [&str; 18] = [
    "co_argcount",
    "co_posonlyargcount",
    "co_kwonlyargcount",
    "co_nlocals",
    "co_stacksize",
    "co_flags",
    "co_code",
    "co_consts",
    "co_names",
    "co_varnames",
    "co_filename",
    "co_name",
    "co_qualname",
    "co_firstlineno",
    "co_linetable",
    "co_exceptiontable",
    "co_freevars",
    "co_cellvars",
];

#[pymethods(part = replace)]
impl PyCode {
    #[slot]
    fn new(_class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        if args.has_keywords() {
            return Err(exceptions::type_error("code() takes no keyword arguments"));
        }
        let given = args.args.len();
        if !(16..=18).contains(&given) {
            let (bound, count) = if given < 16 { ("least", 16) } else { ("most", 18) };
            return Err(exceptions::type_error(format!(
                "code expected at {bound} {count} arguments, got {given}"
            )));
        }
        let mut fields = Fields::of(&CodeObject::default());
        for (name, value) in PARAMETERS.iter().zip(args.args) {
            fields.set(name, value)?;
        }
        Ok(fields.finish(None)?.into_value())
    }

    /// Return a copy of the code object with new values for the specified fields.
    #[pymethod("($self, /, **changes)")]
    fn replace(&self, changes: KwArgs<'_>) -> PyResult<Ref<PyCode>> {
        replaced(self, changes)
    }

    /// The same as replace().
    #[pymethod("($self, /, **changes)")]
    fn __replace__(&self, changes: KwArgs<'_>) -> PyResult<Ref<PyCode>> {
        replaced(self, changes)
    }
}
