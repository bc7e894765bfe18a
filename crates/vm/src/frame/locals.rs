//! `FrameLocalsProxy` (PEP 667): a mapping that reads and writes a frame's local variables.

use super::Frame;
use super::object::PyFrame;
use crate::heap::{Ref, Traverse, Visitor};
use crate::types::cell::PyCell;
use crate::types::dict::{DictRef, PyDict};
use crate::types::list::PyList;
use crate::types::str::{PyStr, StrRef};
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{CmpOp, PyResult, exceptions, name, protocol};
use minipy_macros::{pyclass, pymethods};

#[pyclass(name = "FrameLocalsProxy", gc, mapping)]
pub struct PyFrameLocals {
    frame: Ref<PyFrame>,
}

impl Traverse for PyFrameLocals {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.frame.traverse(visit);
    }
}

/// The value of fast local `index`, looked up in its cell if it is one.
fn value_at(frame: &PyFrame, index: usize) -> Option<Value> {
    let record = frame.record();
    let kind = frame.code().object.localspluskinds.get(index)?;
    // SAFETY: the index is below the number of fast locals; each word is a value or zero.
    let value = unsafe {
        let bits = *record.localsplus().add(index);
        if bits == 0 {
            return None;
        }
        Value::clone_from_bits(bits)
    };
    if (kind.is_cell() || kind.is_free())
        && let Some(cell) = value.downcast_exact::<PyCell>()
    {
        return cell.contents.get();
    }
    Some(value)
}

/// Sets fast local `index`, through its cell if it has one.
fn set_at(frame: &PyFrame, index: usize, value: Value) {
    let Some(kind) = frame.code().object.localspluskinds.get(index) else { return };
    let record = frame.record();
    // SAFETY: as in `value_at`; the word's old value is dropped after it was replaced.
    unsafe {
        let word = record.localsplus().add(index);
        if (kind.is_cell() || kind.is_free()) && *word != 0 {
            let old = Value::clone_from_bits(*word);
            if let Some(cell) = old.downcast_exact::<PyCell>() {
                cell.contents.set(Some(value));
                return;
            }
        }
        let old = std::ptr::replace(word, value.into_bits());
        if old != 0 {
            drop(Value::from_bits(old));
        }
    }
}

/// The index of the variable of that name. Any object that hashes and compares like the name does.
fn find(frame: &PyFrame, key: &Value) -> PyResult<Option<usize>> {
    let code = frame.code();
    if let Some(name) = key.downcast_exact::<PyStr>() {
        return Ok(code.locals.iter().position(|local| local.is(name) || local.eq(name)));
    }
    let hash = protocol::hash(key)?;
    for (index, local) in code.locals.iter().enumerate() {
        if protocol::hash(local.as_value())? == hash && protocol::eq(local.as_value(), key)? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

/// All variables with a value, in order.
fn entries(frame: &PyFrame) -> Vec<(Value, Value)> {
    let code = frame.code();
    let mut all: Vec<(Value, Value)> = code
        .locals
        .iter()
        .enumerate()
        .filter_map(|(index, name)| Some((name.to_value(), value_at(frame, index)?)))
        .collect();
    if let Some(extra) = frame.extra_locals.get() {
        all.extend(extra.entries());
    }
    all
}

/// Whether a comprehension inlined into a module or class body is running: its variables are then what `f_locals` shows.
pub(super) fn runs_comprehension(frame: &Frame) -> bool {
    let kinds = frame.code_ref().object.localspluskinds.iter().enumerate();
    // SAFETY: the kinds are those of the fast locals, whose words are values or zero.
    kinds
        .filter(|(_, kind)| kind.is_hidden())
        .any(|(index, _)| unsafe { *frame.localsplus().add(index) != 0 })
}

fn snapshot(frame: &PyFrame) -> PyResult<DictRef> {
    let dict = PyDict::new_ref();
    for (name, value) in entries(frame) {
        dict.set(name, value)?;
    }
    Ok(dict)
}

impl PyFrameLocals {
    pub fn new_ref(frame: &Ref<PyFrame>) -> Ref<PyFrameLocals> {
        Ref::new(PyFrameLocals { frame: frame.clone() })
    }

    /// `locals()` of the frame: a new dict each time.
    pub fn snapshot(frame: &Ref<PyFrame>) -> PyResult<DictRef> {
        snapshot(frame)
    }

    fn lookup(&self, key: &Value) -> PyResult<Option<Value>> {
        if let Some(value) = find(&self.frame, key)?.and_then(|index| value_at(&self.frame, index)) {
            return Ok(Some(value));
        }
        match self.frame.extra_locals.get() {
            Some(extra) => extra.get(key),
            None => Ok(None),
        }
    }

    fn store(&self, key: &Value, value: Value) -> PyResult<()> {
        if let Some(index) = find(&self.frame, key)? {
            set_at(&self.frame, index, value);
            return Ok(());
        }
        let extra = match self.frame.extra_locals.get() {
            Some(extra) => extra,
            None => {
                let extra = PyDict::new_ref();
                self.frame.extra_locals.set(Some(extra.clone()));
                extra
            }
        };
        extra.set(key.clone(), value)
    }

    /// Removes a name that is no variable of the code; `None` if there is no such name.
    fn take(&self, key: &Value) -> PyResult<Option<Value>> {
        if find(&self.frame, key)?.is_some() {
            return Err(exceptions::value_error("cannot remove local variables from FrameLocalsProxy"));
        }
        match self.frame.extra_locals.get() {
            Some(extra) => extra.remove(key),
            None => Ok(None),
        }
    }

    fn merge(&self, other: &Value) -> PyResult<()> {
        let dict = match other.downcast::<PyFrameLocals>() {
            Some(locals) => snapshot(&locals.frame)?,
            None => {
                let dict = PyDict::new_ref();
                crate::types::dict::update_from_mapping(&dict, other)?;
                dict
            }
        };
        for (name, value) in dict.entries() {
            self.store(&name, value)?;
        }
        Ok(())
    }
}

fn is_mapping(value: &Value) -> bool {
    value.downcast::<PyDict>().is_some() || value.downcast::<PyFrameLocals>().is_some()
}

fn copy_of(value: &Value) -> PyResult<DictRef> {
    match (value.downcast::<PyFrameLocals>(), value.downcast::<PyDict>()) {
        (Some(locals), _) => snapshot(&locals.frame),
        (None, Some(dict)) => Ok(dict.copy()),
        (None, None) => Ok(PyDict::new_ref()),
    }
}

#[pymethods]
impl PyFrameLocals {
    #[slot(new, sig = "(frame, /)")]
    fn new(_class: &TypeRef, frame: &Value) -> PyResult<Ref<PyFrameLocals>> {
        match frame.downcast::<PyFrame>() {
            Some(frame) => Ok(PyFrameLocals::new_ref(frame)),
            None => Err(exceptions::type_error(format!("expect frame, not {}", frame.type_name()))),
        }
    }

    #[slot]
    fn repr(zelf: &Ref<PyFrameLocals>) -> PyResult<StrRef> {
        // Every access makes another proxy: the frame is what recurs.
        let Some(_guard) = protocol::enter_repr(zelf.frame.as_value()) else {
            return Ok(PyStr::from_str("{...}"));
        };
        protocol::repr(snapshot(&zelf.frame)?.as_value())
    }

    #[slot]
    fn richcompare(&self, other: &Value, op: CmpOp) -> PyResult<Value> {
        if let Some(other) = other.downcast::<PyFrameLocals>() {
            let same = self.frame.is(&other.frame);
            return Ok(match op {
                CmpOp::Eq => Value::from_bool(same),
                CmpOp::Ne => Value::from_bool(!same),
                _ => Value::NOT_IMPLEMENTED,
            });
        }
        if other.downcast::<PyDict>().is_some() {
            return protocol::rich_compare(snapshot(&self.frame)?.as_value(), other, op);
        }
        Ok(Value::NOT_IMPLEMENTED)
    }

    #[slot]
    fn iter(&self) -> PyResult<Value> {
        protocol::iter(&self.keys())
    }

    #[slot]
    fn len(&self) -> usize {
        entries(&self.frame).len()
    }

    #[slot]
    fn subscript(&self, key: &Value) -> PyResult<Value> {
        match self.lookup(key)? {
            Some(value) => Ok(value),
            None => {
                let shown = protocol::repr(key)?;
                let message = Value::from(format!("local variable '{shown}' is not defined"));
                Err(exceptions::key_error(&message))
            }
        }
    }

    #[slot]
    fn ass_subscript(&self, key: &Value, value: Option<Value>) -> PyResult<()> {
        match value {
            Some(value) => self.store(key, value),
            None => match self.take(key)? {
                Some(_) => Ok(()),
                None => Err(exceptions::key_error(key)),
            },
        }
    }

    #[slot]
    fn contains(&self, key: &Value) -> PyResult<bool> {
        Ok(self.lookup(key)?.is_some())
    }

    #[slot]
    fn or(a: &Value, b: &Value) -> PyResult<Value> {
        if !is_mapping(a) || !is_mapping(b) {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let result = copy_of(a)?;
        result.merge(&*copy_of(b)?)?;
        Ok(result.into_value())
    }

    #[slot]
    fn ior(zelf: &Ref<PyFrameLocals>, other: &Value) -> PyResult<Value> {
        if !is_mapping(other) {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        zelf.merge(other)?;
        Ok(zelf.to_value())
    }

    #[pymethod("(object, /)")]
    fn update(&self, object: &Value) -> PyResult<()> {
        if !is_mapping(object) && protocol::lookup_attr(object, name!("keys"))?.is_none() {
            return Err(exceptions::type_error("update() argument must be dict or another FrameLocalsProxy"));
        }
        self.merge(object)
    }

    #[pymethod("()")]
    fn __reversed__(&self) -> Value {
        let keys = entries(&self.frame).into_iter().map(|(name, _)| name).rev().collect();
        PyList::from_vec(keys).into_value()
    }

    #[pymethod("()")]
    fn copy(&self) -> PyResult<DictRef> {
        snapshot(&self.frame)
    }

    #[pymethod("()")]
    fn keys(&self) -> Value {
        PyList::from_vec(entries(&self.frame).into_iter().map(|(name, _)| name).collect()).into_value()
    }

    #[pymethod("()")]
    fn values(&self) -> Value {
        PyList::from_vec(entries(&self.frame).into_iter().map(|(_, value)| value).collect()).into_value()
    }

    #[pymethod("()")]
    fn items(&self) -> Value {
        let pair = |(name, value)| crate::PyTuple::from_array([name, value]).into_value();
        PyList::from_vec(entries(&self.frame).into_iter().map(pair).collect()).into_value()
    }

    #[pymethod]
    fn get(&self, key: &Value, default: Option<Value>) -> PyResult<Value> {
        Ok(self.lookup(key)?.or(default).unwrap_or(Value::NONE))
    }

    #[pymethod]
    fn pop(&self, key: &Value, default: Option<Value>) -> PyResult<Value> {
        match self.take(key)?.or(default) {
            Some(value) => Ok(value),
            None => Err(exceptions::key_error(key)),
        }
    }

    #[pymethod]
    fn setdefault(&self, key: &Value, default: Option<Value>) -> PyResult<Value> {
        if let Some(value) = self.lookup(key)? {
            return Ok(value);
        }
        let value = default.unwrap_or(Value::NONE);
        self.store(key, value.clone())?;
        Ok(value)
    }
}
