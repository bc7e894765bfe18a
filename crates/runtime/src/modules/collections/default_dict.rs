//! `defaultdict`.

use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::generic_alias;
use minipy_vm::types::str::StrBuilder;
use minipy_vm::{
    Args, GilCell, Payload, PyDict, PyResult, PyTuple, Ref, Traverse, TypeRef, Value, Visitor, exceptions,
    name, protocol,
};

/// defaultdict(default_factory=None, /, [...]) --> dict with default factory
///
/// The default factory is called without arguments to produce
/// a new value when a key is not present, in __getitem__ only.
/// A defaultdict compares equal to a dict with the same items.
/// All remaining arguments are treated the same as if they were
/// passed to the dict constructor, including keyword arguments.
///
#[pyclass(name = "defaultdict", module = "collections", base = PyDict, basetype, gc)]
#[repr(C)]
pub struct DefaultDict {
    base: PyDict,
    factory: GilCell<Option<Value>>,
}

impl Traverse for DefaultDict {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.base.traverse(visit);
        self.factory.traverse(visit);
    }

    fn clear_refs(&self) {
        self.base.clear_refs();
        self.factory.set(None);
    }
}

fn is_dict(value: &Value) -> bool {
    value.downcast::<PyDict>().is_some()
}

impl DefaultDict {
    /// A new instance of the same class with the same factory and the entries of `source`.
    fn rebuilt(&self, class: &TypeRef, source: &Value) -> PyResult<Value> {
        protocol::call2(class.as_value(), self.factory.get().unwrap_or(Value::NONE), source.clone())
    }
}

#[pymethods]
impl DefaultDict {
    #[slot]
    fn new(cls: &TypeRef, _args: Args<'_>) -> PyResult<Value> {
        let payload = DefaultDict { base: PyDict::default(), factory: GilCell::new(None) };
        Ok(Ref::new_in(cls, payload).into_value())
    }

    #[slot]
    fn init(zelf: &Ref<DefaultDict>, args: Args<'_>) -> PyResult<()> {
        let mut rest = args;
        if let Some(factory) = args.positional().first() {
            if !factory.is_none() && !protocol::is_callable(factory) {
                return Err(exceptions::type_error("first argument must be callable or None"));
            }
            rest = args.without_receiver();
            zelf.factory.set(Some(factory.clone()).filter(|f| !f.is_none()));
        } else {
            zelf.factory.set(None);
        }
        match PyDict::class().slots().init {
            Some(init) => init(zelf.as_value(), rest),
            None => Ok(()),
        }
    }

    /// __missing__(key) # Called by __getitem__ for missing key; pseudo-code:
    ///   if self.default_factory is None: raise KeyError((key,))
    ///   self[key] = value = self.default_factory()
    ///   return value
    ///
    #[pymethod("($self, object, /)")]
    fn __missing__(zelf: &Ref<DefaultDict>, key: &Value) -> PyResult<Value> {
        let Some(factory) = zelf.factory.get() else { return Err(exceptions::key_error(key)) };
        let value = protocol::call0(&factory)?;
        // The factory may have stored something under the key itself.
        zelf.base.get_or_insert(key, || value)
    }

    /// D.copy() -> a shallow copy of D.
    #[pymethod("($self, /)")]
    fn copy(zelf: &Ref<DefaultDict>) -> PyResult<Value> {
        zelf.rebuilt(zelf.class(), zelf.as_value())
    }

    /// D.copy() -> a shallow copy of D.
    #[pymethod("($self, /)")]
    fn __copy__(zelf: &Ref<DefaultDict>) -> PyResult<Value> {
        zelf.rebuilt(zelf.class(), zelf.as_value())
    }

    /// Return state information for pickling.
    #[pymethod("($self, /)")]
    fn __reduce__(zelf: &Ref<DefaultDict>) -> PyResult<Value> {
        let args: Vec<Value> = zelf.factory.get().into_iter().collect();
        let items = protocol::call_method(zelf.as_value(), name!("items"), &[])?;
        let items = protocol::iter(&items)?;
        Ok(PyTuple::from_array([
            zelf.class().to_value(),
            PyTuple::from_vec(args).into_value(),
            Value::NONE,
            Value::NONE,
            items,
        ])
        .into_value())
    }

    /// defaultdicts are generic over two types, signifying (respectively) the types of the dictionary's keys and values
    #[pyclassmethod("($type, object, /)")]
    fn __class_getitem__(cls: &TypeRef, object: Value) -> Value {
        generic_alias::new(cls.to_value(), object)
    }

    /// Factory for default value called by __missing__().
    #[pygetset(member)]
    fn default_factory(&self) -> Value {
        self.factory.get().unwrap_or(Value::NONE)
    }

    #[pygetset(setter)]
    fn set_default_factory(&self, value: Option<Value>) {
        self.factory.set(value.filter(|v| !v.is_none()));
    }

    #[slot]
    fn repr(zelf: &Ref<DefaultDict>) -> PyResult<Value> {
        let mut out = StrBuilder::new();
        out.push_str(&zelf.class().short_name());
        out.push_str("(");
        let base = match PyDict::class().slots().repr {
            Some(repr) => protocol::str(&repr(zelf.as_value())?)?,
            None => protocol::default_repr(zelf.as_value()),
        };
        match zelf.factory.get() {
            None => out.push_str("None"),
            // A factory may be a method of the dict itself.
            Some(factory) => match protocol::enter_repr(&factory) {
                Some(_guard) => {
                    let factory = protocol::repr(&factory)?;
                    out.push_pystr(&factory);
                }
                None => out.push_str("..."),
            },
        }
        out.push_str(", ");
        out.push_pystr(&base);
        out.push_str(")");
        Ok(out.finish().into_value())
    }

    #[slot]
    fn or(a: &Value, b: &Value) -> PyResult<Value> {
        if !is_dict(a) || !is_dict(b) {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let (own, other) = match a.downcast::<DefaultDict>() {
            Some(own) => (own, a),
            None => match b.downcast::<DefaultDict>() {
                Some(own) => (own, a),
                None => return Ok(Value::NOT_IMPLEMENTED),
            },
        };
        let new = own.rebuilt(own.class(), other)?;
        if let Some(dict) = new.downcast::<PyDict>() {
            minipy_vm::types::dict::update(dict, b)?;
        }
        Ok(new)
    }
}
