//! `_tuplegetter`: the descriptor of a field of a named tuple.

use minipy_macros::{pyclass, pymethods};
use minipy_vm::{
    Args, GilCell, PyResult, PyTuple, Ref, Traverse, TypeRef, Value, Visitor, exceptions, protocol,
};

//@ _collections._tuplegetter
#[pyclass(name = "_tuplegetter", module = "collections", gc)]
pub struct TupleGetter {
    index: isize,
    doc: GilCell<Value>,
}

impl Traverse for TupleGetter {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.doc.traverse(visit);
    }
}

fn attribute_error(message: &str) -> minipy_vm::PyErr {
    minipy_vm::PyErr::new(exceptions::attribute_error_class(), &[message.into()])
}

//@ _collections._tuplegetter
#[pymethods]
impl TupleGetter {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let given = args.unpack("_tuplegetter", 2, 2)?;
        let index = protocol::index_to_isize(&given[0])?;
        Ok(Ref::new_in(cls, TupleGetter { index, doc: GilCell::new(given[1].clone()) }).into_value())
    }

    #[slot]
    fn descr_get(zelf: &Ref<TupleGetter>, object: Option<&Value>, _class: Option<&Value>) -> PyResult<Value> {
        let Some(object) = object.filter(|o| !o.is_none()) else { return Ok(zelf.to_value()) };
        let Some(tuple) = object.downcast::<PyTuple>() else {
            return Err(exceptions::type_error(format!(
                "descriptor for index '{}' for tuple subclasses doesn't apply to '{}' object",
                zelf.index,
                object.type_name()
            )));
        };
        usize::try_from(zelf.index)
            .ok()
            .and_then(|at| <[Value]>::get(tuple, at).cloned())
            .ok_or_else(|| exceptions::index_error("tuple index out of range"))
    }

    #[slot]
    fn descr_set(_zelf: &Value, _object: &Value, value: Option<Value>) -> PyResult<()> {
        Err(attribute_error(if value.is_some() { "can't set attribute" } else { "can't delete attribute" }))
    }

    #[slot]
    fn repr(zelf: &Ref<TupleGetter>) -> PyResult<Value> {
        let doc = protocol::repr(&zelf.doc.get())?;
        Ok(format!("{}({}, {doc})", zelf.class().short_name(), zelf.index).into())
    }

    #[pygetset(member, name = "__doc__")]
    fn doc(&self) -> Value {
        self.doc.get()
    }

    #[pygetset(setter, name = "__doc__")]
    fn set_doc(&self, value: Option<Value>) {
        self.doc.set(value.unwrap_or(Value::NONE));
    }

    #[pymethod]
    fn __reduce__(zelf: &Ref<TupleGetter>) -> Value {
        let args = PyTuple::from_array([Value::from(zelf.index as i64), zelf.doc.get()]).into_value();
        PyTuple::from_array([zelf.class().to_value(), args]).into_value()
    }
}
