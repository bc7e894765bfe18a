//! `ast.AST`: the base of all nodes.

use super::classes::{Classes, NodeClass};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::heap::{Ref, Traverse, Visitor};
use minipy_vm::types::union::PyUnion;
use minipy_vm::types::{generic_alias, instance, set};
use minipy_vm::{
    Args, DictRef, PyDict, PyErr, PyList, PyResult, PyTuple, StrRef, TypeRef, Value, exceptions, name,
    protocol, warnings,
};

#[pyclass(name = "AST", module = "ast", basetype, gc, dict, heap)]
pub struct PyAst(());

impl Traverse for PyAst {
    fn traverse(&self, _: &mut Visitor<'_>) {}
}

impl PyAst {
    /// A node of `class` without fields. `class` must be a class of nodes.
    pub fn instance(class: &TypeRef) -> Value {
        Ref::new_in(class, PyAst(())).into_value()
    }
}

/// How deeply `repr` shows nodes within nodes.
const REPR_DEPTH: usize = 3;

fn class_attribute(object: &Value, name: &StrRef) -> PyResult<Option<Value>> {
    protocol::lookup_attr(object.class().as_value(), name)
}

/// The names in `_fields`, or none if the class has no such attribute.
fn fields(object: &Value) -> PyResult<Vec<Value>> {
    let Some(fields) = class_attribute(object, name!("_fields"))? else { return Ok(Vec::new()) };
    let count = protocol::len(&fields)?;
    (0..count).map(|index| protocol::getitem(&fields, &Value::from(index))).collect()
}

fn attribute_names(object: &Value) -> PyResult<Value> {
    Ok(class_attribute(object, name!("_attributes"))?
        .unwrap_or_else(|| PyTuple::from_vec(vec![]).into_value()))
}

fn state(object: &Value) -> DictRef {
    object.header().map(instance::dict).unwrap_or_default()
}

fn deprecated(message: String) -> PyResult<()> {
    warnings::warn(exceptions::deprecation_warning_class(), &message, 1)
}

#[pymethods]
impl PyAst {
    #[slot]
    fn new(cls: &TypeRef, _args: Args<'_>) -> Value {
        PyAst::instance(cls)
    }

    #[slot]
    fn init(zelf: &Value, args: Args<'_>) -> PyResult<()> {
        let class = zelf.class();
        // Unlike elsewhere, the attribute must be there.
        protocol::getattr(class.as_value(), name!("_fields"))?;
        let fields = fields(zelf)?;
        let given = args.positional();
        if given.len() > fields.len() {
            let plural = if fields.len() == 1 { "" } else { "s" };
            return Err(exceptions::type_error(format!(
                "{} constructor takes at most {} positional argument{plural}",
                class.short_name(),
                fields.len()
            )));
        }
        // A set, whose order is that of the warnings.
        let remaining = set::set_of(fields.clone())?;
        let discard = |name: &Value| -> PyResult<bool> {
            let hash = protocol::hash(name)?;
            set::any_set(&remaining).map_or(Ok(false), |set| set.discard_hashed(name, hash))
        };
        for (name, value) in fields.iter().zip(given) {
            protocol::setattr(zelf, protocol::attribute_name(name)?, value.clone())?;
            discard(name)?;
        }
        let fields = PyTuple::from_vec(fields).into_value();
        for (name, value) in args.keywords() {
            if protocol::contains(&fields, name.as_value())? {
                if !discard(name.as_value())? {
                    return Err(exceptions::type_error(format!(
                        "{} got multiple values for argument {}",
                        class.name(),
                        protocol::repr(name.as_value())?
                    )));
                }
            } else if !protocol::contains(&attribute_names(zelf)?, name.as_value())? {
                deprecated(format!(
                    "{}.__init__ got an unexpected keyword argument {}. \
                     Support for arbitrary keyword arguments is deprecated and will be removed in Python 3.15.",
                    class.name(),
                    protocol::repr(name.as_value())?
                ))?;
            }
            protocol::setattr(zelf, name, value.clone())?;
        }
        let remaining = set::any_set(&remaining).map(|set| set.to_vec()).unwrap_or_default();
        fill_missing(zelf, &remaining)
    }

    #[slot]
    fn repr(zelf: &Value) -> PyResult<Value> {
        show(zelf, REPR_DEPTH).map(Value::from)
    }

    #[pymethod("($self, /)")]
    fn __reduce__(zelf: &Value) -> PyResult<Value> {
        let state = state(zelf).copy();
        // The constructor is called with as many arguments as it takes not to complain of missing ones.
        let mut given = Vec::new();
        for name in fields(zelf)? {
            if !state.contains(&name)? {
                break;
            }
            given.push(Value::NONE);
        }
        let given = PyTuple::from_vec(given).into_value();
        Ok(PyTuple::from_array([zelf.class().to_value(), given, state.into_value()]).into_value())
    }

    /// Return a copy of the AST node with new values for the specified fields.
    #[pymethod("($self, /, **fields)")]
    fn __replace__(zelf: &Value, args: Args<'_>) -> PyResult<Value> {
        let args = args.without_receiver();
        if !args.positional().is_empty() {
            return Err(exceptions::type_error("__replace__() takes no positional arguments"));
        }
        let class = zelf.class();
        let fields = fields(zelf)?;
        let attributes = attribute_names(zelf)?;
        let names = PyTuple::from_vec(fields.clone()).into_value();
        let known = |name: &Value| -> PyResult<bool> {
            Ok(protocol::contains(&names, name)? || protocol::contains(&attributes, name)?)
        };
        let arguments = PyDict::new_ref();
        for (name, value) in state(zelf).entries() {
            if known(&name)? {
                arguments.set(name, value)?;
            }
        }
        for (name, value) in args.keywords() {
            if !known(name.as_value())? {
                return Err(exceptions::type_error(format!(
                    "{}.__replace__ got an unexpected keyword argument {}.",
                    class.name(),
                    protocol::repr(name.as_value())?
                )));
            }
            arguments.set_str(name, value.clone())?;
        }
        let missing = missing_fields(zelf, &fields, &arguments)?;
        if !missing.is_empty() {
            let plural = if missing.len() == 1 { "" } else { "s" };
            return Err(exceptions::type_error(format!(
                "{}.__replace__ missing {} keyword argument{plural}: {}.",
                class.name(),
                missing.len(),
                missing.join(", ")
            )));
        }
        protocol::call_kwargs(class.as_value(), &[], Some(&arguments))
    }
}

/// Gives the fields that the constructor was not given their defaults, or warns that they have none.
fn fill_missing(object: &Value, names: &[Value]) -> PyResult<()> {
    if names.is_empty() {
        return Ok(());
    }
    let Some(types) = class_attribute(object, name!("_field_types"))? else { return Ok(()) };
    let Some(types) = types.downcast::<PyDict>() else {
        return Err(exceptions::system_error("bad argument to internal function"));
    };
    let classes = Classes::get()?;
    for name in names {
        let class = object.class().name();
        let Some(kind) = types.get(name)? else {
            deprecated(format!(
                "Field {} is missing from {class}._field_types. This will become an error in Python 3.15.",
                protocol::repr(name)?
            ))?;
            continue;
        };
        if kind.downcast::<PyUnion>().is_some() {
            // An optional field: the class has its default, None.
        } else if generic_alias::is_alias(&kind) {
            protocol::setattr(
                object,
                protocol::attribute_name(name)?,
                PyList::from_vec(Vec::new()).into_value(),
            )?;
        } else if kind.is(classes.class(NodeClass::expr_context).as_value()) {
            protocol::setattr(object, protocol::attribute_name(name)?, classes.singleton(NodeClass::Load)?)?;
        } else {
            deprecated(format!(
                "{class}.__init__ missing 1 required positional argument: {}. \
                 This will become an error in Python 3.15.",
                protocol::repr(name)?
            ))?;
        }
    }
    Ok(())
}

/// The fields, as `repr` shows them, that have no value and may not go without.
fn missing_fields(object: &Value, fields: &[Value], arguments: &PyDict) -> PyResult<Vec<String>> {
    let types = class_attribute(object, name!("_field_types"))?;
    let types = types.as_ref().and_then(|types| types.downcast::<PyDict>());
    let mut missing = Vec::new();
    for name in fields {
        if arguments.contains(name)? {
            continue;
        }
        let kind = types.map_or(Ok(None), |types| types.get(name))?;
        if kind.is_none_or(|kind| kind.downcast::<PyUnion>().is_none()) {
            missing.push(protocol::repr(name)?.to_string_lossy());
        }
    }
    missing.sort();
    Ok(missing)
}

fn show(node: &Value, depth: usize) -> PyResult<String> {
    let class = node.class().name();
    let _guard = minipy_vm::stack::enter(" while getting the repr of an object")?;
    if depth == 0 {
        return Ok(format!("{class}(...)"));
    }
    let Some(_entered) = protocol::enter_repr(node) else { return Ok(format!("{class}(...)")) };
    let mut parts = Vec::new();
    for name in fields(node)? {
        let name = protocol::attribute_name(&name)?.clone();
        let value = protocol::getattr(node, &name)?;
        parts.push(format!("{}={}", name.to_string_lossy(), show_field(&value, depth)?));
    }
    Ok(format!("{class}({})", parts.join(", ")))
}

fn show_field(value: &Value, depth: usize) -> PyResult<String> {
    let (open, close, items) = if let Some(list) = value.downcast::<PyList>() {
        ('[', ']', list.to_vec())
    } else if let Some(tuple) = value.downcast::<PyTuple>() {
        ('(', ')', tuple.to_vec())
    } else {
        return show_item(value, depth);
    };
    let shown = match &items[..] {
        [first, _, .., last] => {
            format!("{}, ..., {}", show_item(first, depth)?, show_item(last, depth)?)
        }
        items => {
            let items: Result<Vec<String>, PyErr> = items.iter().map(|item| show_item(item, depth)).collect();
            items?.join(", ")
        }
    };
    Ok(format!("{open}{shown}{close}"))
}

fn show_item(value: &Value, depth: usize) -> PyResult<String> {
    if value.downcast::<PyAst>().is_some() {
        return show(value, depth - 1);
    }
    Ok(protocol::repr(value)?.to_string_lossy())
}
