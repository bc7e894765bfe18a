//! The parser's trees as Python's `ast` objects.

use minipy_parser::ast::{AnyNode, Constant, FieldValue};
use minipy_vm::types::str::intern;
use minipy_vm::types::{bytes, complex, float, int, set};
use minipy_vm::{PyList, PyResult, PyStr, PyTuple, StrRef, Value, protocol, stack};

/// Makes objects of the classes in the `_ast` module.
pub struct Converter {
    module: Value,
}

impl Converter {
    pub fn new() -> PyResult<Converter> {
        Ok(Converter { module: crate::import::import_module("_ast")? })
    }

    /// The object for a node and all below it.
    pub fn node(&self, node: AnyNode<'_>) -> PyResult<Value> {
        let _guard = stack::enter(" during ast construction")?;
        let class = protocol::getattr(&self.module, &intern(node.name()))?;
        // Not through `__init__`, which would fill and check the fields.
        let object =
            protocol::call_method(&class, minipy_vm::name!("__new__"), std::slice::from_ref(&class))?;
        let mut fields: Vec<(StrRef, FieldValue<'_>)> = Vec::new();
        node.for_each_field(&mut |name, value| fields.push((intern(name), value)));
        for (name, value) in fields {
            protocol::setattr(&object, &name, self.field(value)?)?;
        }
        if let Some(at) = node.location() {
            let attributes = [
                ("lineno", at.lineno),
                ("col_offset", at.col_offset),
                ("end_lineno", at.end_lineno),
                ("end_col_offset", at.end_col_offset),
            ];
            for (name, value) in attributes {
                protocol::setattr(&object, &intern(name), Value::from(value))?;
            }
        }
        Ok(object)
    }

    fn field(&self, value: FieldValue<'_>) -> PyResult<Value> {
        Ok(match value {
            FieldValue::None => Value::NONE,
            FieldValue::Node(node) => self.node(node)?,
            FieldValue::Nodes(list) => {
                let items = (0..list.len()).map(|i| match list.get(i) {
                    Some(node) => self.node(node),
                    None => Ok(Value::NONE),
                });
                PyList::from_vec(items.collect::<PyResult<_>>()?).into_value()
            }
            FieldValue::Identifier(name) => intern(name).into_value(),
            FieldValue::Identifiers(names) => {
                PyList::from_vec(names.iter().map(|n| intern(n).into_value()).collect()).into_value()
            }
            FieldValue::String(text) => Value::from(text),
            FieldValue::Int(n) => Value::from(n),
            FieldValue::Constant(value) => constant(value),
        })
    }
}

fn constant(value: Constant<'_>) -> Value {
    match value {
        Constant::None => Value::NONE,
        Constant::True => Value::TRUE,
        Constant::False => Value::FALSE,
        Constant::Ellipsis => Value::ELLIPSIS,
        Constant::Int(n) => int::from_ibig(n.to_ibig()),
        Constant::Float(x) => float::from_f64(x),
        Constant::Complex { real, imag } => complex::from_parts(real, imag),
        Constant::Str(text) => PyStr::from_wtf8(text).into_value(),
        Constant::Bytes(data) => bytes::from_slice(data).into_value(),
        Constant::Tuple(items) => {
            PyTuple::from_vec(items.iter().map(|&c| constant(c)).collect()).into_value()
        }
        Constant::Frozenset(items) => set::frozenset_of(items.iter().map(|&c| constant(c)).collect()),
    }
}
