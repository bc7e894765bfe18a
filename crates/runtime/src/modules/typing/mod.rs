//! `_typing`: type parameters and type aliases (PEP 695, PEP 696), and what the compiler's intrinsics make of them.

mod alias;
mod evaluator;
mod generic;
mod parameter;
mod params;
mod paramspec;

use minipy_macros::pymodule;
use minipy_vm::exceptions;
use minipy_vm::heap::Payload;
use minipy_vm::types::str::PyStr;
use minipy_vm::types::tuple::PyTuple;
use minipy_vm::types::union::PyUnion;
use minipy_vm::{PyModule, PyResult, Ref, StrRef, Value, frame, protocol};

pub use alias::PyTypeAlias;
pub use generic::PyGeneric;
pub use params::{PyTypeVar, PyTypeVarTuple};
pub use paramspec::{PyParamSpec, PyParamSpecArgs, PyParamSpecKwargs};

/// Primitives and accelerators for the typing module.
#[pymodule(
    name = "_typing",
    classes(
        PyTypeVar,
        PyParamSpec,
        PyParamSpecArgs,
        PyParamSpecKwargs,
        PyTypeVarTuple,
        PyTypeAlias,
        PyGeneric
    )
)]
pub mod functions {
    use super::*;

    #[pyfunction("(x, /)")]
    fn _idfunc(x: Value) -> Value {
        x
    }

    #[init]
    fn init(module: &Ref<PyModule>) {
        let namespace = module.namespace();
        namespace.insert("NoDefault", evaluator::no_default());
        namespace.insert("Union", PyUnion::class());
    }
}

/// Calls a function of `typing`.
fn call_typing(name: &str, args: &[Value]) -> PyResult<Value> {
    let typing = crate::import::import_module("typing")?;
    protocol::call(&protocol::getattr_str(&typing, name)?, args)
}

/// `typing.Unpack[value]`.
fn unpacked(value: &Value) -> PyResult<Value> {
    let typing = crate::import::import_module("typing")?;
    protocol::getitem(&protocol::getattr_str(&typing, "Unpack")?, value)
}

/// `left | right`.
fn union(left: &Value, right: &Value) -> PyResult<Value> {
    let members = PyTuple::from_array([left.clone(), right.clone()]).into_value();
    protocol::getitem(PyUnion::class().as_value(), &members)
}

/// The module whose code executes.
fn caller() -> Value {
    frame::current_module()
}

/// The type parameters with each TypeVarTuple unpacked, as `Generic[...]` takes them.
fn unpack_all(params: &Value) -> PyResult<Value> {
    let mut all = Vec::new();
    for param in protocol::collect(params)? {
        all.push(if param.downcast::<PyTypeVarTuple>().is_some() { unpacked(&param)? } else { param });
    }
    Ok(PyTuple::from_vec(all).into_value())
}

fn name_of(value: &Value) -> PyResult<StrRef> {
    value
        .downcast::<PyStr>()
        .cloned()
        .ok_or_else(|| exceptions::system_error("the name of a type parameter is no string"))
}

/// Intrinsics with one operand, by number.
pub fn intrinsic(which: u32, operand: &Value) -> PyResult<Value> {
    match which {
        7 => Ok(PyTypeVar::from_syntax(&name_of(operand)?, None, None)),
        8 => Ok(PyParamSpec::from_syntax(&name_of(operand)?)),
        9 => Ok(PyTypeVarTuple::from_syntax(&name_of(operand)?)),
        10 => {
            let args = unpack_all(operand)?;
            call_typing("_GenericAlias", &[PyGeneric::class().to_value(), args])
        }
        11 => match operand.downcast::<PyTuple>().map(|parts| &parts[..]) {
            Some([name, params, compute]) => PyTypeAlias::from_syntax(&name_of(name)?, params, compute),
            _ => Err(exceptions::system_error("a type alias has three parts")),
        },
        _ => Err(exceptions::system_error("unknown intrinsic")),
    }
}

/// Intrinsics with two operands, by number.
pub fn intrinsic_2(which: u32, a: &Value, b: &Value) -> PyResult<Value> {
    match which {
        2 => Ok(PyTypeVar::from_syntax(&name_of(a)?, Some(b.clone()), None)),
        3 => Ok(PyTypeVar::from_syntax(&name_of(a)?, None, Some(b.clone()))),
        5 => {
            if let Some(param) = a.downcast::<PyTypeVar>() {
                param.default.set_lazy(b.clone());
            } else if let Some(param) = a.downcast::<PyParamSpec>() {
                param.default.set_lazy(b.clone());
            } else if let Some(param) = a.downcast::<PyTypeVarTuple>() {
                param.default.set_lazy(b.clone());
            } else {
                return Err(exceptions::type_error(format!(
                    "Expected a type param, got {}",
                    protocol::repr(a)?
                )));
            }
            Ok(a.clone())
        }
        _ => Err(exceptions::system_error("unknown intrinsic")),
    }
}
