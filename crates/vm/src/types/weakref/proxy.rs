//! `weakref.ProxyType` and `weakref.CallableProxyType`: objects that stand for another one as long as it lives.

use super::{Link, describe, link_to};
use crate::function::args::Args;
use crate::heap::{Payload, Ref, Traverse, Visitor};
use crate::protocol::{self, BinaryOp, CmpOp, UnaryOp};
use crate::types::str::{PyStr, StrRef};
use crate::value::Value;
use crate::{PyResult, exceptions, name};
use minipy_macros::{pyclass, pymethods};

/// `weakref.proxy(object, callback)`.
pub fn new_proxy(object: &Value, callback: Option<Value>) -> PyResult<Value> {
    if protocol::is_callable(object) {
        return link_to(PyCallableProxy::class(), object, callback, |link| {
            Ref::new(PyCallableProxy { link }).into_value()
        });
    }
    link_to(PyProxy::class(), object, callback, |link| Ref::new(PyProxy { link }).into_value())
}

fn link_of(value: &Value) -> Option<&Link> {
    if let Some(proxy) = value.downcast_exact::<PyProxy>() {
        return Some(&proxy.link);
    }
    value.downcast_exact::<PyCallableProxy>().map(|proxy| &proxy.link)
}

/// The object that a proxy stands for; other values stand for themselves.
fn unwrap(value: &Value) -> PyResult<Value> {
    match link_of(value) {
        None => Ok(value.clone()),
        Some(link) => {
            link.get().ok_or_else(|| exceptions::reference_error("weakly-referenced object no longer exists"))
        }
    }
}

fn binary(op: BinaryOp, left: &Value, right: &Value) -> PyResult<Value> {
    protocol::binary(op, &unwrap(left)?, &unwrap(right)?)
}

fn inplace(op: BinaryOp, left: &Value, right: &Value) -> PyResult<Value> {
    protocol::inplace(op, &unwrap(left)?, &unwrap(right)?)
}

macro_rules! proxy_class {
    ($class:ident, $name:literal, { $($extra:tt)* }) => {
        #[pyclass(name = $name, module = "weakref", gc, no_new)]
        #[repr(C)]
        pub struct $class {
            link: Link,
        }

        impl Traverse for $class {
            fn traverse(&self, visit: &mut Visitor<'_>) {
                self.link.traverse(visit);
            }

            fn clear_refs(&self) {
                self.link.callback.set(None);
            }
        }

        #[pymethods]
        impl $class {
            $($extra)*

            #[slot]
            fn repr(zelf: &Ref<$class>) -> PyResult<Value> {
                let text = format!("<weakproxy at {:#x}; {}>", zelf.as_value().id(), describe(&zelf.link)?);
                Ok(PyStr::from_str(&text).into_value())
            }

            #[slot]
            fn str(zelf: &Value) -> PyResult<Value> {
                protocol::str(&unwrap(zelf)?).map(StrRef::into_value)
            }

            #[slot]
            fn getattro(zelf: &Value, name: &StrRef) -> PyResult<Option<Value>> {
                protocol::getattr(&unwrap(zelf)?, name).map(Some)
            }

            #[slot]
            fn setattro(zelf: &Value, name: &StrRef, value: Option<Value>) -> PyResult<()> {
                let object = unwrap(zelf)?;
                match value {
                    Some(value) => protocol::setattr(&object, name, value),
                    None => protocol::delattr(&object, name),
                }
            }

            #[slot]
            fn richcompare(zelf: &Value, other: &Value, op: CmpOp) -> PyResult<Value> {
                protocol::rich_compare(&unwrap(zelf)?, &unwrap(other)?, op)
            }

            #[slot]
            fn iter(zelf: &Value) -> PyResult<Value> {
                protocol::iter(&unwrap(zelf)?)
            }

            #[slot]
            fn iternext(zelf: &Value) -> PyResult<Option<Value>> {
                let object = unwrap(zelf)?;
                if object.class().slots().iternext.is_none() {
                    let name = object.type_name();
                    let message = format!("Weakref proxy referenced a non-iterator '{name}' object");
                    return Err(exceptions::type_error(message));
                }
                protocol::next(&object)
            }

            #[slot]
            fn add(left: &Value, right: &Value) -> PyResult<Value> {
                binary(BinaryOp::Add, left, right)
            }

            #[slot]
            fn sub(left: &Value, right: &Value) -> PyResult<Value> {
                binary(BinaryOp::Subtract, left, right)
            }

            #[slot]
            fn mul(left: &Value, right: &Value) -> PyResult<Value> {
                binary(BinaryOp::Multiply, left, right)
            }

            #[slot]
            fn modulo(left: &Value, right: &Value) -> PyResult<Value> {
                binary(BinaryOp::Remainder, left, right)
            }

            #[slot]
            fn divmod(left: &Value, right: &Value) -> PyResult<Value> {
                binary(BinaryOp::Divmod, left, right)
            }

            #[slot]
            fn pow(left: &Value, right: &Value, modulus: &Value) -> PyResult<Value> {
                protocol::pow(&unwrap(left)?, &unwrap(right)?, &unwrap(modulus)?)
            }

            #[slot]
            fn neg(zelf: &Value) -> PyResult<Value> {
                protocol::unary(UnaryOp::Negative, &unwrap(zelf)?)
            }

            #[slot]
            fn pos(zelf: &Value) -> PyResult<Value> {
                protocol::unary(UnaryOp::Positive, &unwrap(zelf)?)
            }

            #[slot]
            fn abs(zelf: &Value) -> PyResult<Value> {
                protocol::unary(UnaryOp::Absolute, &unwrap(zelf)?)
            }

            #[slot]
            fn bool(zelf: &Value) -> PyResult<bool> {
                protocol::truth(&unwrap(zelf)?)
            }

            #[slot]
            fn invert(zelf: &Value) -> PyResult<Value> {
                protocol::unary(UnaryOp::Invert, &unwrap(zelf)?)
            }

            #[slot]
            fn lshift(left: &Value, right: &Value) -> PyResult<Value> {
                binary(BinaryOp::Lshift, left, right)
            }

            #[slot]
            fn rshift(left: &Value, right: &Value) -> PyResult<Value> {
                binary(BinaryOp::Rshift, left, right)
            }

            #[slot]
            fn and(left: &Value, right: &Value) -> PyResult<Value> {
                binary(BinaryOp::And, left, right)
            }

            #[slot]
            fn xor(left: &Value, right: &Value) -> PyResult<Value> {
                binary(BinaryOp::Xor, left, right)
            }

            #[slot]
            fn or(left: &Value, right: &Value) -> PyResult<Value> {
                binary(BinaryOp::Or, left, right)
            }

            #[slot]
            fn int(zelf: &Value) -> PyResult<Value> {
                protocol::to_int(&unwrap(zelf)?)
            }

            #[slot]
            fn float(zelf: &Value) -> PyResult<f64> {
                protocol::to_f64(&unwrap(zelf)?)
            }

            #[slot]
            fn iadd(left: &Value, right: &Value) -> PyResult<Value> {
                inplace(BinaryOp::Add, left, right)
            }

            #[slot]
            fn isub(left: &Value, right: &Value) -> PyResult<Value> {
                inplace(BinaryOp::Subtract, left, right)
            }

            #[slot]
            fn imul(left: &Value, right: &Value) -> PyResult<Value> {
                inplace(BinaryOp::Multiply, left, right)
            }

            #[slot]
            fn imodulo(left: &Value, right: &Value) -> PyResult<Value> {
                inplace(BinaryOp::Remainder, left, right)
            }

            #[slot]
            fn ipow(left: &Value, right: &Value, _modulus: &Value) -> PyResult<Value> {
                inplace(BinaryOp::Power, left, right)
            }

            #[slot]
            fn ilshift(left: &Value, right: &Value) -> PyResult<Value> {
                inplace(BinaryOp::Lshift, left, right)
            }

            #[slot]
            fn irshift(left: &Value, right: &Value) -> PyResult<Value> {
                inplace(BinaryOp::Rshift, left, right)
            }

            #[slot]
            fn iand(left: &Value, right: &Value) -> PyResult<Value> {
                inplace(BinaryOp::And, left, right)
            }

            #[slot]
            fn ixor(left: &Value, right: &Value) -> PyResult<Value> {
                inplace(BinaryOp::Xor, left, right)
            }

            #[slot]
            fn ior(left: &Value, right: &Value) -> PyResult<Value> {
                inplace(BinaryOp::Or, left, right)
            }

            #[slot]
            fn floordiv(left: &Value, right: &Value) -> PyResult<Value> {
                binary(BinaryOp::FloorDivide, left, right)
            }

            #[slot]
            fn truediv(left: &Value, right: &Value) -> PyResult<Value> {
                binary(BinaryOp::TrueDivide, left, right)
            }

            #[slot]
            fn ifloordiv(left: &Value, right: &Value) -> PyResult<Value> {
                inplace(BinaryOp::FloorDivide, left, right)
            }

            #[slot]
            fn itruediv(left: &Value, right: &Value) -> PyResult<Value> {
                inplace(BinaryOp::TrueDivide, left, right)
            }

            #[slot]
            fn index(zelf: &Value) -> PyResult<Value> {
                protocol::as_index(&unwrap(zelf)?)
            }

            #[slot]
            fn matmul(left: &Value, right: &Value) -> PyResult<Value> {
                binary(BinaryOp::MatrixMultiply, left, right)
            }

            #[slot]
            fn imatmul(left: &Value, right: &Value) -> PyResult<Value> {
                inplace(BinaryOp::MatrixMultiply, left, right)
            }

            #[slot]
            fn len(zelf: &Value) -> PyResult<usize> {
                protocol::len(&unwrap(zelf)?)
            }

            #[slot]
            fn subscript(zelf: &Value, key: &Value) -> PyResult<Value> {
                protocol::getitem(&unwrap(zelf)?, &unwrap(key)?)
            }

            #[slot]
            fn ass_subscript(zelf: &Value, key: &Value, value: Option<Value>) -> PyResult<()> {
                let object = unwrap(zelf)?;
                match value {
                    Some(value) => protocol::setitem(&object, key, value),
                    None => protocol::delitem(&object, key),
                }
            }

            #[slot]
            fn contains(zelf: &Value, item: &Value) -> PyResult<bool> {
                protocol::contains(&unwrap(zelf)?, item)
            }
        }
    };
}

proxy_class!(PyProxy, "ProxyType", {
    #[pymethod("($self, /)")]
    fn __bytes__(zelf: &Value) -> PyResult<Value> {
        protocol::call_method(&unwrap(zelf)?, name!("__bytes__"), &[])
    }

    #[pymethod("($self, /)")]
    fn __reversed__(zelf: &Value) -> PyResult<Value> {
        protocol::call_method(&unwrap(zelf)?, name!("__reversed__"), &[])
    }
});
proxy_class!(PyCallableProxy, "CallableProxyType", {
    #[slot]
    fn call(zelf: &Value, args: Args<'_>) -> PyResult<Value> {
        protocol::call_args(&unwrap(zelf)?, args)
    }
});
