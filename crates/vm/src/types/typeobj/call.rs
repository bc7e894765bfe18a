//! Calling a class.

use super::{PyType, TypeRef};
use crate::function::args::Args;
use crate::heap::Payload;
use crate::value::Value;
use crate::{PyResult, exceptions};

/// `type.__call__`: `__new__`, then `__init__` if that gave an instance of the class.
pub fn call(class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
    if class.is(PyType::class()) {
        let given = args.positional().len();
        if let ([object], false) = (args.args, args.has_keywords()) {
            return Ok(object.class().to_value());
        }
        if given == 1 {
            return Err(exceptions::type_error("type() takes no keyword arguments"));
        }
        if given != 3 {
            return Err(exceptions::type_error("type() takes 1 or 3 arguments"));
        }
    }
    let Some(new) = class.slots().new else {
        return Err(exceptions::type_error(format!("cannot create '{}' instances", class.name())));
    };
    let object = new(class, args)?;
    let own = object.class();
    if !own.is(class) && !own.is_subtype(class) {
        return Ok(object);
    }
    if let Some(init) = own.slots().init {
        init(&object, args)?;
    }
    Ok(object)
}
