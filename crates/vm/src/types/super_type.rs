//! `super`.

use crate::cell::GilCell;
use crate::frame::Frame;
use crate::function::args::Args;
use crate::heap::{Payload, Ref, Traverse, Visitor};
use crate::protocol::{self, Callee};
use crate::types::cell::PyCell;
use crate::types::str::{PyStr, StrRef};
use crate::types::typeobj::{PyType, TypeFlags, TypeRef};
use crate::value::Value;
use crate::{PyResult, exceptions, name};
use minipy_macros::{pyclass, pymethods};

/// super() -> same as super(__class__, <first argument>)
/// super(type) -> unbound super object
/// super(type, obj) -> bound super object; requires isinstance(obj, type)
/// super(type, type2) -> bound super object; requires issubclass(type2, type)
/// Typical use to call a cooperative superclass method:
/// class C(B):
///     def meth(self, arg):
///         super().meth(arg)
/// This works for class methods too:
/// class C(B):
///     @classmethod
///     def cmeth(cls, arg):
///         super().cmeth(arg)
#[pyclass(name = "super", basetype, gc)]
pub struct PySuper {
    this_class: GilCell<Option<TypeRef>>,
    object: GilCell<Option<Value>>,
    object_class: GilCell<Option<TypeRef>>,
}

impl Traverse for PySuper {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.this_class.traverse(visit);
        self.object.traverse(visit);
        self.object_class.traverse(visit);
    }

    fn clear_refs(&self) {
        self.object.set(None);
    }
}

/// Whether `value` is the class `super` itself.
pub fn is_super(value: &Value) -> bool {
    PySuper::class().as_value().is(value)
}

/// `super(class, object).name` for a call: found without making the proxy.
pub fn lookup(class: &Value, object: &Value, name: &StrRef) -> PyResult<Callee> {
    let Some(this_class) = class.downcast::<PyType>() else { return Err(not_a_type(class)) };
    let start = check(this_class, object)?;
    if !name.eq_str("__class__")
        && let Some(found) = find_after(this_class, &start, name)
    {
        let is_instance = !start.as_value().is(object);
        if is_instance && found.class().flags().contains(TypeFlags::METHOD_DESCRIPTOR) {
            return Ok(Callee::Unbound(found));
        }
        return bind(&found, object, &start).map(Callee::Bound);
    }
    let proxy = PySuper {
        this_class: GilCell::new(Some(this_class.clone())),
        object: GilCell::new(Some(object.clone())),
        object_class: GilCell::new(Some(start)),
    };
    protocol::getattr(Ref::new(proxy).as_value(), name).map(Callee::Bound)
}

/// The attribute that the classes after `this_class` in the order of `start` have, bound to `object`.
pub fn lookup_after(
    this_class: &TypeRef,
    start: &TypeRef,
    object: &Value,
    name: &StrRef,
) -> PyResult<Option<Value>> {
    match find_after(this_class, start, name) {
        Some(found) => bind(&found, object, start).map(Some),
        None => Ok(None),
    }
}

fn find_after(this_class: &TypeRef, start: &TypeRef, name: &StrRef) -> Option<Value> {
    let order = start.mro();
    order
        .iter()
        .skip_while(|c| !c.is(this_class.as_value()))
        .skip(1)
        .filter_map(|c| c.downcast::<PyType>())
        .find_map(|c| c.dict().get_interned(name))
}

fn bind(found: &Value, object: &Value, start: &TypeRef) -> PyResult<Value> {
    match found.class().slots().descr_get {
        // A class as receiver binds as an attribute of the class would.
        Some(get) => get(found, Some(object).filter(|o| !o.is(start.as_value())), Some(start.as_value())),
        None => Ok(found.clone()),
    }
}

#[cold]
fn not_a_type(class: &Value) -> exceptions::PyErr {
    exceptions::type_error(format!("super() argument 1 must be a type, not {}", class.type_name()))
}

/// The class in whose order the search goes: the object itself if that is a subclass, its class, or what `__class__` says.
fn check(this_class: &TypeRef, object: &Value) -> PyResult<TypeRef> {
    let object_type = object.downcast::<PyType>();
    if let Some(class) = object_type
        && (class.is(this_class) || class.is_subtype(this_class))
    {
        return Ok(class.clone());
    }
    if object.is_instance_of(this_class) {
        return Ok(object.class().clone());
    }
    if let Some(claimed) = protocol::lookup_attr(object, name!("__class__"))?
        && let Some(claimed) = claimed.downcast::<PyType>()
        && !claimed.is(object.class())
        && claimed.is_subtype(this_class)
    {
        return Ok(claimed.clone());
    }
    let (what, name) = match object_type {
        Some(class) => ("type", class.name()),
        None => ("instance of", object.type_name()),
    };
    Err(unrelated(what, &name, this_class))
}

/// The error for a class that is not in the order in which `super` is to look: `what` and `name` say in whose.
#[cold]
pub fn unrelated(what: &str, name: &str, this_class: &TypeRef) -> exceptions::PyErr {
    exceptions::type_error(format!(
        "super(type, obj): obj ({what} {name}) is not an instance or subtype of type ({}).",
        this_class.name()
    ))
}

/// What `super()` without arguments stands for: the class and the first argument of the function that called it.
fn implicit_arguments() -> PyResult<(TypeRef, Value)> {
    let error = |text: &str| exceptions::runtime_error(format!("super(): {text}"));
    // SAFETY: the innermost frame is live while native code it called runs.
    let Some(frame) = (unsafe { crate::thread::current().frame.get().as_ref() }) else {
        return Err(error("no current frame"));
    };
    let code = frame.code();
    if code.argcount == 0 {
        return Err(error("no arguments"));
    }
    let kinds = &code.object.localspluskinds;
    let first = local(frame, 0);
    let first = match first {
        Some(value) if kinds.first().is_some_and(|k| k.is_cell()) => match value.downcast::<PyCell>() {
            Some(cell) => cell.contents.get(),
            None => Some(value),
        },
        first => first,
    };
    let Some(first) = first else { return Err(error("arg[0] deleted")) };
    let class_cell =
        code.locals.iter().enumerate().find(|(index, local)| {
            local.eq_str("__class__") && kinds.get(*index).is_some_and(|k| k.is_free())
        });
    let Some((index, _)) = class_cell else { return Err(error("__class__ cell not found")) };
    let Some(cell) = local(frame, index) else { return Err(error("bad __class__ cell")) };
    let Some(class) = cell.downcast::<PyCell>().and_then(|cell| cell.contents.get()) else {
        return Err(error("empty __class__ cell"));
    };
    match class.downcast_into::<PyType>() {
        Ok(class) => Ok((class, first)),
        Err(other) => Err(error(&format!("__class__ is not a type ({})", other.type_name()))),
    }
}

/// The value of a fast local of a live frame.
fn local(frame: &Frame, index: usize) -> Option<Value> {
    // SAFETY: the caller's index is below the number of fast locals; zero words are empty.
    unsafe {
        let bits = *frame.localsplus().add(index);
        (bits != 0).then(|| Value::clone_from_bits(bits))
    }
}

#[pymethods]
impl PySuper {
    #[slot(new)]
    fn construct(class: &TypeRef, _args: Args<'_>) -> PyResult<Value> {
        let empty = PySuper {
            this_class: GilCell::new(None),
            object: GilCell::new(None),
            object_class: GilCell::new(None),
        };
        Ok(Ref::new_in(class, empty).into_value())
    }

    #[slot]
    fn init(zelf: &Ref<PySuper>, args: Args<'_>) -> PyResult<()> {
        if args.has_keywords() {
            return Err(exceptions::type_error("super() takes no keyword arguments"));
        }
        let (class, object) = match args.args {
            [] => {
                let (class, object) = implicit_arguments()?;
                (class, Some(object))
            }
            [class] | [class, _] => {
                let this_class = class.downcast::<PyType>().ok_or_else(|| not_a_type(class))?;
                (this_class.clone(), args.args.get(1).filter(|o| !o.is_none()).cloned())
            }
            more => {
                return Err(exceptions::type_error(format!(
                    "super() expected at most 2 arguments, got {}",
                    more.len()
                )));
            }
        };
        let object_class = match &object {
            Some(object) => Some(check(&class, object)?),
            None => None,
        };
        zelf.this_class.set(Some(class));
        zelf.object.set(object);
        zelf.object_class.set(object_class);
        Ok(())
    }

    #[slot]
    fn repr(&self) -> PyResult<Value> {
        let class = self.this_class.get().map_or_else(|| "NULL".to_owned(), |c| c.name());
        let text = match self.object_class.get() {
            Some(object_class) => format!("<super: <class '{class}'>, <{} object>>", object_class.name()),
            None => format!("<super: <class '{class}'>, NULL>"),
        };
        Ok(PyStr::from_str(&text).into_value())
    }

    #[slot]
    fn getattro(zelf: &Value, name: &StrRef) -> PyResult<Option<Value>> {
        if let Some(this) = zelf.downcast::<PySuper>()
            && !name.eq_str("__class__")
            && let (Some(this_class), Some(object), Some(start)) =
                (this.this_class.get(), this.object.get(), this.object_class.get())
            && let Some(found) = lookup_after(&this_class, &start, &object, name)?
        {
            return Ok(Some(found));
        }
        protocol::generic_getattr(zelf, name)
    }

    #[slot]
    fn descr_get(zelf: &Ref<PySuper>, object: Option<&Value>, _owner: Option<&Value>) -> PyResult<Value> {
        let bound = zelf.object.with(|o| o.is_some());
        let (Some(object), false, Some(class)) = (object, bound, zelf.this_class.get()) else {
            return Ok(zelf.to_value());
        };
        if !zelf.class().is(PySuper::class()) {
            // A subclass may want other arguments: let it make the bound object.
            return protocol::call(zelf.class().as_value(), &[class.into_value(), object.clone()]);
        }
        let object_class = check(&class, object)?;
        let proxy = PySuper {
            this_class: GilCell::new(Some(class)),
            object: GilCell::new(Some(object.clone())),
            object_class: GilCell::new(Some(object_class)),
        };
        Ok(Ref::new(proxy).into_value())
    }

    /// the class invoking super()
    #[pygetset(member)]
    fn __thisclass__(&self) -> Option<TypeRef> {
        self.this_class.get()
    }

    /// the instance invoking super(); may be None
    #[pygetset(member)]
    fn __self__(&self) -> Option<Value> {
        self.object.get()
    }

    /// the type of the instance invoking super(); may be None
    #[pygetset(member)]
    fn __self_class__(&self) -> Option<TypeRef> {
        self.object_class.get()
    }
}
