//! `_thread._local`: attributes that each thread sees its own of.

use minipy_macros::{pyclass, pymethods};
use minipy_vm::cell::GilCell;
use minipy_vm::types::str::StrRef;
use minipy_vm::{Args, DictRef, PyDict, PyResult, PyTuple, Ref, Traverse, TupleRef, TypeRef, Value, Visitor};
use minipy_vm::{exceptions, thread};

/// Thread-local data
#[pyclass(name = "_local", module = "_thread", basetype, gc, weakref)]
pub struct PyLocal {
    /// Namespaces by thread identity.
    namespaces: GilCell<Vec<(u64, DictRef)>>,
    args: GilCell<TupleRef>,
    kwargs: GilCell<Option<DictRef>>,
}

impl Traverse for PyLocal {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.namespaces.with(|all| all.iter().for_each(|(_, dict)| dict.traverse(visit)));
        self.args.traverse(visit);
        self.kwargs.traverse(visit);
    }

    fn clear_refs(&self) {
        drop(self.namespaces.take());
    }
}

/// The calling thread's namespace; on its first access `__init__` runs again.
fn namespace(object: &Value) -> PyResult<DictRef> {
    let Some(this) = object.downcast::<PyLocal>() else {
        return Err(exceptions::type_error("not a thread local"));
    };
    let ident = thread::current().ident;
    let known = this.namespaces.with(|all| all.iter().find(|(i, _)| *i == ident).map(|(_, d)| d.clone()));
    if let Some(dict) = known {
        return Ok(dict);
    }
    let dict = PyDict::new_ref();
    let first = this.namespaces.with(|all| {
        all.push((ident, dict.clone()));
        all.len() == 1
    });
    if !first && let Some(init) = object.class().slots().init {
        let mut all = this.args.get().to_vec();
        let mut names = Vec::new();
        for (key, value) in this.kwargs.get().iter().flat_map(|k| k.entries()) {
            names.push(key);
            all.push(value);
        }
        init(object, Args { args: &all, kwnames: &names })?;
    }
    Ok(dict)
}

#[pymethods]
impl PyLocal {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        if !cls.has_own_init() && !args.args.is_empty() {
            return Err(exceptions::type_error("Initialization arguments are not supported"));
        }
        let kwargs = PyDict::new_ref();
        for (name, value) in args.keywords() {
            kwargs.set_str(name, value.clone())?;
        }
        let local = PyLocal {
            namespaces: GilCell::default(),
            args: GilCell::new(PyTuple::from_slice(args.positional())),
            kwargs: GilCell::new(Some(kwargs)),
        };
        let object = Ref::new_in(cls, local).into_value();
        namespace(&object)?;
        Ok(object)
    }

    #[slot]
    fn getattro(zelf: &Value, attribute: &StrRef) -> PyResult<Option<Value>> {
        let dict = namespace(zelf)?;
        if attribute.eq_str("__dict__") {
            return Ok(Some(dict.into_value()));
        }
        let class = zelf.class();
        let found = class.lookup(attribute);
        let get = found.as_ref().and_then(|d| d.class().slots().descr_get);
        if let (Some(descriptor), Some(get)) = (&found, get)
            && descriptor.class().slots().descr_set.is_some()
        {
            return get(descriptor, Some(zelf), Some(class.as_value())).map(Some);
        }
        if let Some(value) = dict.get_str(attribute)? {
            return Ok(Some(value));
        }
        match (found, get) {
            (Some(descriptor), Some(get)) => get(&descriptor, Some(zelf), Some(class.as_value())).map(Some),
            (found, _) => Ok(found),
        }
    }

    #[slot]
    fn setattro(zelf: &Value, attribute: &StrRef, value: Option<Value>) -> PyResult<()> {
        let dict = namespace(zelf)?;
        if attribute.eq_str("__dict__") {
            let message = format!("'{}' object attribute '__dict__' is read-only", zelf.type_name());
            return Err(exceptions::attribute_error(message, zelf, attribute));
        }
        if let Some(descriptor) = zelf.class().lookup(attribute)
            && let Some(set) = descriptor.class().slots().descr_set
        {
            return set(&descriptor, zelf, value);
        }
        match value {
            Some(value) => dict.set_str(attribute, value),
            None => match dict.remove_str(attribute)? {
                Some(_) => Ok(()),
                None => {
                    let message = format!("'{}' object has no attribute '{attribute}'", zelf.type_name());
                    Err(exceptions::attribute_error(message, zelf, attribute))
                }
            },
        }
    }
}
