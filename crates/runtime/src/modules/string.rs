//! `_string`: the pieces of format templates, for `string.Formatter`.

use minipy_macros::{pyclass, pymethods, pymodule};
use minipy_text::format::{Access, FieldName, Key, Template};
use minipy_vm::types::str::PyStr;
use minipy_vm::types::str::format::template_error;
use minipy_vm::{GilCell, PyResult, PyTuple, Ref, Traverse, Value, Visitor, exceptions};
use rustpython_wtf8::Wtf8;
use std::collections::VecDeque;

/// What an iterator over a template's pieces gives, in order; an error comes last.
type Items = VecDeque<PyResult<Value>>;

macro_rules! piece_iterator {
    ($class:ident, $name:literal, $doc:literal) => {
        #[doc = $doc]
        #[pyclass(name = $name, gc, no_new)]
        pub struct $class {
            items: GilCell<Items>,
        }

        impl Traverse for $class {
            fn traverse(&self, visit: &mut Visitor<'_>) {
                self.items.with(|items| {
                    for item in items.iter().filter_map(|item| item.as_ref().ok()) {
                        item.traverse(visit);
                    }
                });
            }
        }

        #[pymethods]
        impl $class {
            #[slot]
            fn iter(zelf: &Value) -> PyResult<Value> {
                Ok(zelf.clone())
            }

            #[slot]
            fn iternext(&self) -> PyResult<Option<Value>> {
                self.items.with(VecDeque::pop_front).transpose()
            }
        }
    };
}

piece_iterator!(PyFormatterIter, "formatteriterator", "The pieces of a template.");
piece_iterator!(PyFieldNameIter, "fieldnameiterator", "The steps of a field name.");

fn text_argument(object: &Value) -> PyResult<&Ref<PyStr>> {
    object
        .downcast::<PyStr>()
        .ok_or_else(|| exceptions::type_error(format!("expected str, got {}", object.type_name())))
}

fn str_of(text: &Wtf8) -> Value {
    PyStr::from_wtf8(text).into_value()
}

fn key_value(key: Key<'_>) -> Value {
    match key {
        Key::Index(index) => Value::from(index),
        Key::Name(name) => str_of(name),
    }
}

/// string helper module
#[pymodule(name = "_string")]
pub mod module {
    use super::*;

    /// parse the argument as a format string
    #[pyfunction("(object, /)")]
    fn formatter_parser(object: &Value) -> PyResult<Value> {
        let text = text_argument(object)?.wtf8();
        let items = Template::new(&text).map(|piece| {
            let piece = piece.map_err(template_error)?;
            let literal = str_of(piece.literal);
            let [name, spec, conversion] = match piece.field {
                None => [Value::NONE, Value::NONE, Value::NONE],
                Some(field) => [
                    str_of(field.name),
                    str_of(field.spec),
                    field.conversion.map_or(Value::NONE, |c| PyStr::from_char(c.to_u32()).into_value()),
                ],
            };
            Ok(PyTuple::from_array([literal, name, spec, conversion]).into_value())
        });
        Ok(Ref::new(PyFormatterIter { items: GilCell::new(items.collect()) }).into_value())
    }

    /// split the argument as a field name
    #[pyfunction("(object, /)")]
    fn formatter_field_name_split(object: &Value) -> PyResult<Value> {
        let text = text_argument(object)?.wtf8();
        let name = FieldName::parse(&text).map_err(template_error)?;
        let first = key_value(name.first);
        let items = name.map(|step| {
            let (is_attribute, key) = match step.map_err(template_error)? {
                Access::Attribute(name) => (true, str_of(name)),
                Access::Item(key) => (false, key_value(key)),
            };
            Ok(PyTuple::from_array([Value::from_bool(is_attribute), key]).into_value())
        });
        let steps = Ref::new(PyFieldNameIter { items: GilCell::new(items.collect()) });
        Ok(PyTuple::from_array([first, steps.into_value()]).into_value())
    }
}

pub use module::MODULE;
