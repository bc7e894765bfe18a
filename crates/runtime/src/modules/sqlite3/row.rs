//! `Row`: a tuple whose items are found by the names of the columns, too.

use super::cursor::Cursor;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::slice::PySlice;
use minipy_vm::{
    CmpOp, ListRef, PyErr, PyList, PyResult, PyStr, PyTuple, Ref, StrRef, Traverse, TupleRef, TypeRef, Value,
    Visitor, exceptions, protocol,
};

#[pyclass(name = "Row", module = "sqlite3", gc, basetype)]
pub struct Row {
    data: TupleRef,
    /// `Cursor.description`, a tuple of tuples; None for a cursor without result.
    description: Option<Value>,
}

impl Traverse for Row {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.data.traverse(visit);
        self.description.traverse(visit);
    }
}

impl Row {
    /// The names of the columns.
    fn names(&self) -> impl Iterator<Item = &Value> {
        let described = self.description.as_ref().and_then(|description| description.downcast::<PyTuple>());
        let columns = described.map_or(&[][..], |columns| columns);
        columns.iter().filter_map(|column| column.downcast::<PyTuple>()?.first())
    }
}

/// Whether two names are equal but for the case of ASCII letters.
fn same_name(a: &StrRef, b: &StrRef) -> bool {
    match (a.as_ascii(), b.as_ascii()) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
        _ => a.eq(b),
    }
}

#[pymethods]
impl Row {
    #[slot(new, nosig, sig = "(cursor, data, /)")]
    fn new(cls: &TypeRef, cursor: &Ref<Cursor>, data: &Ref<PyTuple>) -> PyResult<Value> {
        let row = Row { data: data.clone(), description: cursor.description.get() };
        Ok(Ref::new_in(cls, row).into_value())
    }

    /// Returns the keys of the row.
    #[pymethod("($self, /)")]
    fn keys(&self) -> ListRef {
        PyList::from_vec(self.names().cloned().collect())
    }

    #[slot]
    fn len(&self) -> usize {
        self.data.len()
    }

    #[slot]
    fn iter(&self) -> PyResult<Value> {
        protocol::iter(self.data.as_value())
    }

    #[slot]
    fn sq_item(&self, index: isize) -> PyResult<Value> {
        protocol::getitem(self.data.as_value(), &Value::from(index as i64))
    }

    #[slot]
    fn subscript(&self, key: &Value) -> PyResult<Value> {
        if protocol::is_int(key) || key.downcast_exact::<PySlice>().is_some() {
            return protocol::getitem(self.data.as_value(), key);
        }
        let Some(name) = key.downcast::<PyStr>() else {
            return Err(exceptions::index_error("Index must be int or string"));
        };
        if self.description.is_none() {
            return Err(PyErr::new(exceptions::index_error_class(), std::slice::from_ref(key)));
        }
        let is_wanted = |known: &Value| known.downcast::<PyStr>().is_some_and(|known| same_name(known, name));
        let found = self.names().position(is_wanted).and_then(|at| self.data.get(at).cloned());
        found.ok_or_else(|| exceptions::index_error("No item with that key"))
    }

    #[slot]
    fn hash(&self) -> PyResult<i64> {
        let description = protocol::hash(self.description.as_ref().unwrap_or(&Value::NONE))?;
        let hash = description ^ protocol::hash(self.data.as_value())?;
        Ok(if hash == -1 { -2 } else { hash })
    }

    #[slot]
    fn richcompare(&self, other: &Value, op: CmpOp) -> PyResult<Value> {
        let (CmpOp::Eq | CmpOp::Ne, Some(other)) = (op, other.downcast::<Row>()) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let none = Value::NONE;
        let (a, b) =
            (self.description.as_ref().unwrap_or(&none), other.description.as_ref().unwrap_or(&none));
        let equal = protocol::eq(a, b)? && protocol::eq(self.data.as_value(), other.data.as_value())?;
        Ok(Value::from(equal == (op == CmpOp::Eq)))
    }
}
