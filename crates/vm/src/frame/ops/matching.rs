//! `match` statements.

use super::State;
use crate::types::dict::PyDict;
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use crate::types::typeobj::{PyType, TypeFlags};
use crate::value::Value;
use crate::{PyResult, exceptions, name, protocol};

impl State {
    /// Pushes whether the subject's class has `flag`.
    pub fn match_flag(&mut self, flag: TypeFlags) {
        let matches = self.peek(1).class().flags().contains(flag);
        self.push(Value::from_bool(matches));
    }

    /// Stack: subject, tuple of keys. Pushes the tuple of values, or None.
    pub fn match_keys(&mut self) -> PyResult<()> {
        self.sync();
        let values = match_keys(self.peek(2), self.peek(1))?;
        self.push(values);
        Ok(())
    }

    /// Stack: subject, class, tuple of keyword names. Replaces them by the tuple of attributes, or None.
    pub fn match_class(&mut self, positional: u32) -> PyResult<()> {
        self.sync();
        let names = self.pop();
        let class = self.pop();
        let attributes = match_class(self.peek(1), &class, positional as usize, &names)?;
        self.set_top(attributes);
        self.safe_point();
        Ok(())
    }
}

fn match_keys(subject: &Value, keys: &Value) -> PyResult<Value> {
    let Some(keys) = keys.downcast::<PyTuple>() else { return Ok(Value::NONE) };
    let seen = PyDict::new_ref();
    let mut values = Vec::with_capacity(keys.len());
    let missing = crate::heap::Ref::new(crate::types::object::PyObject::sentinel()).into_value();
    let get = protocol::getattr(subject, name!("get"))?;
    for key in keys.iter() {
        if seen.contains(key)? {
            return Err(exceptions::value_error(format!(
                "mapping pattern checks duplicate key ({})",
                protocol::repr(key)?
            )));
        }
        seen.set(key.clone(), Value::NONE)?;
        let value = protocol::call2(&get, key.clone(), missing.clone())?;
        if value.is(&missing) {
            return Ok(Value::NONE);
        }
        values.push(value);
    }
    Ok(PyTuple::from_vec(values).into_value())
}

fn match_class(subject: &Value, class: &Value, positional: usize, keywords: &Value) -> PyResult<Value> {
    let Some(class_type) = class.downcast::<PyType>() else {
        return Err(exceptions::type_error("called match pattern must be a class"));
    };
    if !protocol::isinstance(subject, class)? {
        return Ok(Value::NONE);
    }
    let keywords: &[Value] = keywords.downcast::<PyTuple>().map_or(&[], |t| t);
    let mut seen: Vec<Value> = Vec::new();
    let mut found = Vec::with_capacity(positional + keywords.len());
    if positional > 0 {
        let match_args = protocol::lookup_attr(class, name!("__match_args__"))?;
        let match_self = match_args.is_none() && class_type.flags().contains(TypeFlags::MATCH_SELF);
        let names: Vec<Value> = match &match_args {
            None => Vec::new(),
            Some(args) => match args.downcast::<PyTuple>() {
                Some(tuple) => tuple.to_vec(),
                None => {
                    return Err(exceptions::type_error(format!(
                        "{}.__match_args__ must be a tuple (got {})",
                        class_type.name(),
                        args.type_name()
                    )));
                }
            },
        };
        let allowed = if match_self { 1 } else { names.len() };
        if positional > allowed {
            return Err(exceptions::type_error(format!(
                "{}() accepts {allowed} positional sub-pattern{} ({positional} given)",
                class_type.name(),
                if allowed == 1 { "" } else { "s" }
            )));
        }
        if match_self {
            found.push(subject.clone());
        } else {
            for attribute in &names[..positional] {
                if attribute.downcast::<PyStr>().is_none() {
                    return Err(exceptions::type_error(format!(
                        "__match_args__ elements must be strings (got {})",
                        attribute.type_name()
                    )));
                }
                match match_attribute(subject, class_type, attribute, &mut seen)? {
                    Some(value) => found.push(value),
                    None => return Ok(Value::NONE),
                }
            }
        }
    }
    for attribute in keywords {
        match match_attribute(subject, class_type, attribute, &mut seen)? {
            Some(value) => found.push(value),
            None => return Ok(Value::NONE),
        }
    }
    Ok(PyTuple::from_vec(found).into_value())
}

fn match_attribute(
    subject: &Value,
    class: &PyType,
    name: &Value,
    seen: &mut Vec<Value>,
) -> PyResult<Option<Value>> {
    let Some(attribute) = name.downcast::<PyStr>() else { return Ok(None) };
    for earlier in seen.iter() {
        if protocol::eq(earlier, name)? {
            return Err(exceptions::type_error(format!(
                "{}() got multiple sub-patterns for attribute {}",
                class.name(),
                protocol::repr(name)?
            )));
        }
    }
    seen.push(name.clone());
    protocol::lookup_attr(subject, attribute)
}
