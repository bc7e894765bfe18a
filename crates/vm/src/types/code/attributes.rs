//! The attributes of `code`, and what `dis` and tracebacks ask it.

use super::PyCode;
use super::replace::constant;
use crate::heap::Ref;
use crate::types::bytes;
use crate::types::list::PyList;
use crate::types::str::StrRef;
use crate::types::tuple::{PyTuple, TupleRef};
use crate::value::Value;
use crate::{BytesRef, CmpOp, PyResult, exceptions, protocol, stack, warnings};
use minipy_bytecode::{LocalKind, Opcode, location, opcode};
use minipy_macros::pymethods;
use std::hash::{DefaultHasher, Hash, Hasher};

fn names<'a>(names: impl Iterator<Item = &'a StrRef>) -> TupleRef {
    names.map(Ref::to_value).collect()
}

fn or_none(number: Option<i32>) -> Value {
    number.map_or(Value::NONE, Value::from)
}

fn iterator(items: Vec<Value>) -> PyResult<Value> {
    protocol::iter(PyList::from_vec(items).as_value())
}

/// What equality and hash of code objects go by: everything but the file name, and but the constants, which are compared by
/// themselves. Names are interned.
fn identity(code: &PyCode) -> impl PartialEq + Hash + '_ {
    let object = &code.object;
    let names = |names: &[StrRef]| names.iter().map(Ref::as_ptr).collect::<Vec<_>>();
    (
        (code.name.as_ptr(), object.argcount, object.posonlyargcount, object.kwonlyargcount),
        (object.flags, object.firstlineno),
        (&*object.code, names(&code.names), names(&code.locals)),
        (&*object.linetable, &*object.exceptiontable),
    )
}

/// Whether all constants are pairwise equal and of the same type: `1`, `1.0` and `True` differ.
fn same_constants(ours: &[Value], theirs: &[Value]) -> PyResult<bool> {
    if ours.len() != theirs.len() {
        return Ok(false);
    }
    let _guard = stack::enter_comparison()?;
    for (a, b) in ours.iter().zip(theirs) {
        let same = match (a.downcast::<PyTuple>(), b.downcast::<PyTuple>()) {
            (Some(a), Some(b)) => same_constants(a, b)?,
            _ => a.class().is(b.class()) && (constant(a) == constant(b) && protocol::eq(a, b)? || a.is(b)),
        };
        if !same {
            return Ok(false);
        }
    }
    Ok(true)
}

#[pymethods(part = attributes)]
impl PyCode {
    #[slot]
    fn hash(&self) -> i64 {
        let mut hasher = DefaultHasher::new();
        identity(self).hash(&mut hasher);
        match hasher.finish().cast_signed() {
            -1 => -2,
            hash => hash,
        }
    }

    #[slot]
    fn richcompare(&self, other: &Value, op: CmpOp) -> PyResult<Value> {
        let Some(other) = other.downcast::<PyCode>() else { return Ok(Value::NOT_IMPLEMENTED) };
        if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let equal = identity(self) == identity(other) && same_constants(&self.consts, &other.consts)?;
        Ok(Value::from_bool(equal == (op == CmpOp::Eq)))
    }

    #[pymethod("()")]
    fn __sizeof__(&self) -> usize {
        size_of::<PyCode>() + self.object.code.len()
    }

    #[pymethod("()")]
    fn co_lines(&self) -> PyResult<Value> {
        let lines = location::co_lines(&self.object.linetable, self.object.firstlineno);
        let row = |(start, end, line): (usize, usize, Option<i32>)| {
            PyTuple::from_array([Value::from(start), Value::from(end), or_none(line)]).into_value()
        };
        iterator(lines.map(row).collect())
    }

    #[pymethod("()")]
    fn co_branches(&self) -> PyResult<Value> {
        let code = &self.object.code;
        let mut branches = Vec::new();
        let (mut unit, mut extended) = (0, 0usize);
        while let Some([number, arg]) = code.get(unit * 2..unit * 2 + 2) {
            let arg = extended << 8 | usize::from(*arg);
            let next = unit + opcode::unit_len(*number);
            let ways = match Opcode::from_u8(*number).map(Opcode::base) {
                Some(Opcode::EXTENDED_ARG) => {
                    extended = arg;
                    unit = next;
                    continue;
                }
                // What is jumped over: END_FOR and POP_ITER.
                Some(Opcode::FOR_ITER) => Some((unit, next, next + arg + 2)),
                // From the END_SEND that gets an item, over NOT_TAKEN.
                Some(Opcode::END_ASYNC_FOR) => next.checked_sub(arg).map(|from| (from, from + 2, next)),
                Some(
                    Opcode::POP_JUMP_IF_FALSE
                    | Opcode::POP_JUMP_IF_TRUE
                    | Opcode::POP_JUMP_IF_NONE
                    | Opcode::POP_JUMP_IF_NOT_NONE,
                ) => Some((unit, next + 1, next + arg)),
                _ => None,
            };
            if let Some((from, taken, jumped)) = ways {
                let row = [from, taken, jumped].map(|unit| Value::from(unit * 2));
                branches.push(PyTuple::from_array(row).into_value());
            }
            extended = 0;
            unit = next;
        }
        iterator(branches)
    }

    #[pymethod("()")]
    fn co_positions(&self) -> PyResult<Value> {
        let positions = location::co_positions(&self.object.linetable, self.object.firstlineno);
        let row = |p: location::Position| {
            PyTuple::from_array([p.line, p.end_line, p.col, p.end_col].map(or_none)).into_value()
        };
        iterator(positions.map(row).collect())
    }

    /// (internal-only) Return the local variable name for the given oparg.
    ///
    /// WARNING: this method is for internal use only and may change or go
    /// away.
    #[pymethod("($self, /, oparg)")]
    fn _varname_from_oparg(&self, oparg: i32) -> PyResult<StrRef> {
        let index = usize::try_from(oparg).ok();
        index
            .and_then(|index| self.locals.get(index).cloned())
            .ok_or_else(|| exceptions::index_error("tuple index out of range"))
    }

    #[pygetset(member)]
    fn co_argcount(&self) -> u32 {
        self.object.argcount
    }

    #[pygetset(member)]
    fn co_posonlyargcount(&self) -> u32 {
        self.object.posonlyargcount
    }

    #[pygetset(member)]
    fn co_kwonlyargcount(&self) -> u32 {
        self.object.kwonlyargcount
    }

    #[pygetset(member)]
    fn co_stacksize(&self) -> u32 {
        self.object.stacksize
    }

    #[pygetset(member)]
    fn co_flags(&self) -> u32 {
        self.object.flags
    }

    #[pygetset(member)]
    fn co_nlocals(&self) -> usize {
        self.object.nlocals()
    }

    #[pygetset(member)]
    fn co_consts(&self) -> TupleRef {
        self.consts.clone()
    }

    #[pygetset(member)]
    fn co_names(&self) -> TupleRef {
        names(self.names.iter())
    }

    #[pygetset(member)]
    fn co_filename(&self) -> StrRef {
        self.filename.get()
    }

    #[pygetset(member)]
    fn co_name(&self) -> StrRef {
        self.name.clone()
    }

    #[pygetset(member)]
    fn co_qualname(&self) -> StrRef {
        self.qualname.clone()
    }

    #[pygetset(member)]
    fn co_firstlineno(&self) -> i32 {
        self.object.firstlineno
    }

    #[pygetset(member)]
    fn co_linetable(&self) -> BytesRef {
        self.object.linetable.object()
    }

    #[pygetset(member)]
    fn co_exceptiontable(&self) -> BytesRef {
        self.object.exceptiontable.object()
    }

    #[pygetset]
    fn _co_code_adaptive(&self) -> BytesRef {
        bytes::from_slice(&self.object.code)
    }

    /// The line table in the format of Python 3.9: byte and line increments.
    #[pygetset]
    fn co_lnotab(&self) -> PyResult<BytesRef> {
        const MESSAGE: &str = "co_lnotab is deprecated, use co_lines instead.";
        warnings::warn(exceptions::deprecation_warning_class(), MESSAGE, 1)?;
        let mut table = Vec::new();
        let (mut offset, mut line) = (0, self.object.firstlineno);
        for (start, _, next) in location::co_lines(&self.object.linetable, self.object.firstlineno) {
            let Some(next) = next.filter(|next| *next != line) else { continue };
            let mut bytes = start - offset;
            let mut lines = i64::from(next) - i64::from(line);
            while bytes > 255 {
                table.extend([255, 0]);
                bytes -= 255;
            }
            while !(-128..=127).contains(&lines) {
                let step = lines.clamp(-128, 127);
                table.extend([bytes as u8, step as u8]);
                bytes = 0;
                lines -= step;
            }
            table.extend([bytes as u8, lines as u8]);
            (offset, line) = (start, next);
        }
        Ok(bytes::from_slice(&table))
    }

    #[pygetset]
    fn co_varnames(&self) -> TupleRef {
        names(self.locals_that(LocalKind::is_local))
    }

    #[pygetset]
    fn co_cellvars(&self) -> TupleRef {
        names(self.locals_that(LocalKind::is_cell))
    }

    #[pygetset]
    fn co_freevars(&self) -> TupleRef {
        names(self.locals_that(LocalKind::is_free))
    }

    #[pygetset]
    fn co_code(&self) -> BytesRef {
        bytes::from_slice(&self.object.code)
    }
}
