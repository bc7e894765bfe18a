//! `_thread._local`: attributes that each thread sees its own of.

use minipy_macros::{pyclass, pymethods};
use minipy_vm::cell::GilCell;
use minipy_vm::types::str::StrRef;
use minipy_vm::{Args, DictRef, PyDict, PyResult, PyTuple, Ref, Traverse, TupleRef, TypeRef, Value, Visitor};
use minipy_vm::{exceptions, thread};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

/// Thread-local data
#[pyclass(name = "_local", module = "_thread", sig = "()", basetype, gc, weakref)]
pub struct PyLocal {
    /// What tells this object's namespaces, which the threads own, from those of others.
    serial: u64,
    /// Whether some thread has a namespace, or had one.
    made: Cell<bool>,
    args: GilCell<TupleRef>,
    kwargs: GilCell<Option<DictRef>>,
}

static SERIAL: AtomicU64 = AtomicU64::new(0);

impl PyLocal {
    /// Calls `f` with what each thread has for `threading.local` objects.
    fn for_each_thread(mut f: impl FnMut(&GilCell<Vec<(u64, DictRef)>>)) {
        for thread in thread::all() {
            // SAFETY: threads on the list are alive while the GIL is held.
            f(unsafe { &(*thread).locals });
        }
    }

    /// Forgets the namespaces.
    fn forget(&self) {
        PyLocal::for_each_thread(|locals| {
            let own = locals.with(|all| {
                let at = all.iter().position(|(serial, _)| *serial == self.serial)?;
                Some(all.swap_remove(at))
            });
            drop(own);
        });
    }
}

impl Traverse for PyLocal {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        PyLocal::for_each_thread(|locals| {
            locals.with(|all| {
                let own = all.iter().filter(|(serial, _)| *serial == self.serial);
                own.for_each(|(_, namespace)| visit.visit(namespace.as_value()));
            });
        });
        self.args.traverse(visit);
        self.kwargs.traverse(visit);
    }

    fn clear_refs(&self) {
        self.forget();
    }
}

impl Drop for PyLocal {
    fn drop(&mut self) {
        self.forget();
    }
}

/// The calling thread's namespace; on its first access `__init__` runs again.
fn namespace(object: &Value) -> PyResult<DictRef> {
    let Some(this) = object.downcast::<PyLocal>() else {
        return Err(exceptions::type_error("not a thread local"));
    };
    let own = &thread::current().locals;
    let known = own.with(|all| all.iter().find(|(serial, _)| *serial == this.serial).map(|(_, d)| d.clone()));
    if let Some(dict) = known {
        return Ok(dict);
    }
    let dict = PyDict::new_ref();
    own.with(|all| all.push((this.serial, dict.clone())));
    // The call that makes the object initialises it in its own thread.
    if this.made.replace(true)
        && let Some(init) = object.class().slots().init
    {
        let mut all = this.args.get().to_vec();
        let mut names = Vec::new();
        for (key, value) in this.kwargs.get().iter().flat_map(|k| k.entries()) {
            names.push(key);
            all.push(value);
        }
        if let Err(error) = init(object, Args { args: &all, kwnames: &names }) {
            let failed = own.with(|all| {
                let at = all.iter().position(|(serial, _)| *serial == this.serial)?;
                Some(all.swap_remove(at))
            });
            drop(failed);
            return Err(error);
        }
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
            serial: SERIAL.fetch_add(1, Ordering::Relaxed),
            made: Cell::new(false),
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
