//! `IsoCalendarDate`: what `date.isocalendar()` gives.

use minipy_macros::{pyclass, pymethods};
use minipy_vm::{Payload, PyResult, PyTuple, Ref, TypeRef, Value};

/// The result of date.isocalendar() or datetime.isocalendar()
///
/// This object may be accessed either as a tuple of
///   ((year, week, weekday)
/// or via the object attributes as named in the above tuple.
#[pyclass(name = "IsoCalendarDate", module = "datetime", base_class = PyTuple::class, shared_layout)]
pub struct IsoCalendarDate(());

impl IsoCalendarDate {
    pub fn make(year: i64, week: i64, weekday: i64) -> Value {
        let items = vec![Value::from(year), Value::from(week), Value::from(weekday)];
        PyTuple::from_vec_in(IsoCalendarDate::class(), items).into_value()
    }
}

fn item(zelf: &Value, index: usize) -> Option<Value> {
    zelf.downcast::<PyTuple>()?.get(index).cloned()
}

#[pymethods]
impl IsoCalendarDate {
    #[slot(new, nosig, sig = "(year, week, weekday)")]
    fn new(class: &TypeRef, year: Value, week: Value, weekday: Value) -> Ref<PyTuple> {
        PyTuple::from_vec_in(class, vec![year, week, weekday])
    }

    #[slot]
    fn repr(zelf: &Value) -> PyResult<String> {
        let field = |index| {
            item(zelf, index).map_or_else(
                || Ok(String::new()),
                |value| minipy_vm::protocol::repr(&value).map(|text| text.to_string_lossy()),
            )
        };
        let name = zelf.type_name();
        Ok(format!("{name}(year={}, week={}, weekday={})", field(0)?, field(1)?, field(2)?))
    }

    #[pymethod("($self, /)")]
    fn __reduce__(zelf: &Value) -> Value {
        let items = zelf.downcast::<PyTuple>().map_or(&[][..], |tuple| &tuple[..]);
        let arguments = PyTuple::from_array([PyTuple::from_slice(items).into_value()]).into_value();
        PyTuple::from_array([PyTuple::class().to_value(), arguments]).into_value()
    }

    #[pygetset]
    fn year(zelf: &Value) -> Option<Value> {
        item(zelf, 0)
    }

    #[pygetset]
    fn week(zelf: &Value) -> Option<Value> {
        item(zelf, 1)
    }

    #[pygetset]
    fn weekday(zelf: &Value) -> Option<Value> {
        item(zelf, 2)
    }
}
