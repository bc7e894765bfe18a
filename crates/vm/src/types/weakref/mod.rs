//! Weak references: `weakref.ref` and the proxies.
//!
//! A table maps the address of each object that has any to its references. Its header has a flag, so that the death of
//! all other objects costs no look-up.

mod proxy;

use crate::cell::GilCell;
use crate::function::args::Args;
use crate::heap::{GC_HAS_WEAKREFS, Header, Obj, Payload, Ref, Traverse, Visitor, gc, queue_callback};
use crate::protocol::{self, CmpOp};
use crate::types::generic_alias;
use crate::types::str::PyStr;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{PyResult, exceptions, name};
use minipy_macros::{pyclass, pymethods};
use rustc_hash::FxHashMap;
use std::cell::Cell;

pub use proxy::{PyCallableProxy, PyProxy, new_proxy};

/// What a reference and a proxy hold.
#[repr(C)]
pub struct Link {
    /// The object's address; 0 once it is dead.
    referent: Cell<u64>,
    callback: GilCell<Option<Value>>,
    /// The object's hash, once asked for; it outlives the object.
    hash: Cell<Option<i64>>,
}

impl Traverse for Link {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.callback.traverse(visit);
    }
}

impl Link {
    fn new(referent: u64, callback: Option<Value>) -> Link {
        Link { referent: Cell::new(referent), callback: GilCell::new(callback), hash: Cell::new(None) }
    }

    /// The object, if it is alive.
    pub fn get(&self) -> Option<Value> {
        let bits = self.referent.get();
        // SAFETY: the address is cleared before the object's memory is freed.
        (bits != 0).then(|| unsafe { Value::clone_from_bits(bits) })
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let object = self.referent.get();
        if object == 0 {
            return;
        }
        let this = self as *const Link as usize - std::mem::offset_of!(Obj<Link>, payload);
        LINKS.0.with(|links| {
            let Some(list) = links.as_mut().and_then(|links| links.get_mut(&object)) else { return };
            list.retain(|&link| link as usize != this);
            if list.is_empty() {
                if let Some(links) = links.as_mut() {
                    links.remove(&object);
                }
                // SAFETY: the object is alive, or its references would have been cleared.
                unsafe { &*(object as *const Header) }.clear_flag(GC_HAS_WEAKREFS);
            }
        });
    }
}

/// The references to each object by its address.
type Table = FxHashMap<u64, Vec<*const Obj<Link>>>;

/// The references to each object: the plain reference, the plain proxy, then the others from new to old.
struct Links(GilCell<Option<Table>>);

// SAFETY: used under the GIL only.
unsafe impl Sync for Links {}

static LINKS: Links = Links(GilCell::new(None));

fn list_of(object: &Value) -> Vec<*const Obj<Link>> {
    let has_any = object.header().is_some_and(|h| h.has_flag(GC_HAS_WEAKREFS));
    if !has_any {
        return Vec::new();
    }
    LINKS
        .0
        .with(|links| links.as_ref().and_then(|links| links.get(&object.bits()).cloned()))
        .unwrap_or_default()
}

/// A link that is not on its way out, as a value.
fn alive(link: *const Obj<Link>) -> Option<Value> {
    // SAFETY: links take themselves off the list when they die; one whose count is zero is dying.
    unsafe { ((*link).header.refcount() != 0).then(|| Value::clone_from_bits(link as u64)) }
}

/// All weak references and proxies to an object.
pub fn references(object: &Value) -> Vec<Value> {
    list_of(object).into_iter().filter_map(alive).collect()
}

/// The first weak reference to an object: `object.__weakref__`.
pub fn first(object: &Value) -> Option<Value> {
    references(object).into_iter().next()
}

/// Whether `link` is a shared one: of exactly `class`, without callback.
fn is_plain(link: &Value, class: &TypeRef) -> bool {
    // SAFETY: only links are asked about.
    let data = unsafe { &(*(link.bits() as *const Obj<Link>)).payload };
    link.class().is(class) && data.callback.with(|c| c.is_none())
}

/// Makes a reference with `make`, or finds the plain one that exists already.
fn link_to(
    class: &TypeRef,
    object: &Value,
    callback: Option<Value>,
    make: impl FnOnce(Link) -> Value,
) -> PyResult<Value> {
    let supported = object.class().supports_weakrefs();
    let Some(header) = object.header().filter(|_| supported) else {
        let message = format!("cannot create weak reference to '{}' object", object.type_name());
        return Err(exceptions::type_error(message));
    };
    let existing = references(object);
    let builtin =
        class.is(PyWeakRef::class()) || class.is(PyProxy::class()) || class.is(PyCallableProxy::class());
    let plain = builtin && callback.is_none();
    if plain && let Some(shared) = existing.iter().find(|link| is_plain(link, class)) {
        return Ok(shared.clone());
    }
    if callback.is_some() {
        gc::expect_callbacks();
    }
    let link = make(Link::new(object.bits(), callback));
    let is_ref = |link: &Value| is_plain(link, PyWeakRef::class());
    let is_proxy =
        |link: &Value| is_plain(link, PyProxy::class()) || is_plain(link, PyCallableProxy::class());
    let refs = existing.iter().take_while(|link| is_ref(link)).count();
    let position = if plain && class.is(PyWeakRef::class()) {
        0
    } else if plain {
        refs
    } else {
        refs + existing.iter().skip(refs).take_while(|link| is_proxy(link)).count()
    };
    header.set_flag(GC_HAS_WEAKREFS);
    LINKS.0.with(|links| {
        let list = links.get_or_insert_with(Table::default).entry(object.bits()).or_default();
        list.insert(position.min(list.len()), link.bits() as *const Obj<Link>);
    });
    Ok(link)
}

/// Clears every weak reference to a dying object and queues their callbacks.
pub fn clear_weakrefs(header: &Header) {
    clear_weakrefs_unless(header, |_| false);
}

/// The same, without the callbacks of references that are garbage themselves.
pub fn clear_weakrefs_unless(header: &Header, is_garbage: impl Fn(&Value) -> bool) {
    header.clear_flag(GC_HAS_WEAKREFS);
    let address = header as *const Header as u64;
    let list = LINKS.0.with(|links| links.as_mut().and_then(|links| links.remove(&address)));
    for link in list.into_iter().flatten() {
        // SAFETY: links take themselves off the list when they die, so those on it are intact.
        let data = unsafe { &(*link).payload };
        data.referent.set(0);
        let callback = data.callback.take();
        if let (Some(callback), Some(link)) = (callback, alive(link))
            && !is_garbage(&link)
        {
            queue_callback(callback, link);
        }
    }
}

#[pyclass(name = "ReferenceType", module = "weakref", basetype, gc)]
#[repr(C)]
pub struct PyWeakRef {
    link: Link,
}

impl Traverse for PyWeakRef {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.link.traverse(visit);
    }

    fn clear_refs(&self) {
        self.link.callback.set(None);
    }
}

impl PyWeakRef {
    /// The object, if it is alive.
    pub fn get(&self) -> Option<Value> {
        self.link.get()
    }

    /// `weakref.ref(object, callback)`.
    pub fn new_value(object: &Value, callback: Option<Value>) -> PyResult<Value> {
        PyWeakRef::new_in(PyWeakRef::class(), object, callback)
    }

    fn new_in(class: &TypeRef, object: &Value, callback: Option<Value>) -> PyResult<Value> {
        link_to(class, object, callback, |link| Ref::new_in(class, PyWeakRef { link }).into_value())
    }
}

/// The object and the callback of a call of `__new__` or `__init__`.
fn one_or_two<'a>(name: &str, args: Args<'a>) -> PyResult<(&'a Value, Option<Value>)> {
    match args.positional() {
        [object] => Ok((object, None)),
        [object, callback] => Ok((object, Some(callback).filter(|c| !c.is_none()).cloned())),
        [] => Err(exceptions::type_error(format!("{name} expected at least 1 argument, got 0"))),
        more => {
            Err(exceptions::type_error(format!("{name} expected at most 2 arguments, got {}", more.len())))
        }
    }
}

/// ` to 'A' at 0x…` or ` dead`: the end of a repr.
fn describe(link: &Link) -> PyResult<String> {
    let Some(object) = link.get() else { return Ok("dead".to_owned()) };
    let target = format!("to '{}' at {:#x}", object.class().full_name(), object.id());
    // A `__getattr__` that fails in its own way does not spoil the description.
    let name = protocol::lookup_attr(&object, name!("__name__")).ok().flatten();
    Ok(match name.as_ref().and_then(|n| n.downcast::<PyStr>()) {
        Some(name) => format!("{target} ({name})"),
        None => target,
    })
}

#[pymethods]
impl PyWeakRef {
    #[slot(new)]
    fn construct(class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        if args.has_keywords() && class.is(PyWeakRef::class()) {
            return Err(exceptions::type_error("ref() takes no keyword arguments"));
        }
        let (object, callback) = one_or_two("__new__", args)?;
        PyWeakRef::new_in(class, object, callback)
    }

    #[slot]
    fn init(zelf: &Value, args: Args<'_>) -> PyResult<()> {
        if args.has_keywords() && zelf.class().is(PyWeakRef::class()) {
            return Err(exceptions::type_error("ref() takes no keyword arguments"));
        }
        one_or_two("__init__", args).map(drop)
    }

    #[slot]
    fn call(&self, args: Args<'_>) -> PyResult<Value> {
        if args.has_keywords() {
            return Err(exceptions::type_error("weakref() takes no keyword arguments"));
        }
        if !args.args.is_empty() {
            let message = format!("weakref expected 0 arguments, got {}", args.args.len());
            return Err(exceptions::type_error(message));
        }
        Ok(self.get().unwrap_or(Value::NONE))
    }

    #[slot]
    fn repr(zelf: &Ref<PyWeakRef>) -> PyResult<Value> {
        let text = format!("<weakref at {:#x}; {}>", zelf.as_value().id(), describe(&zelf.link)?);
        Ok(PyStr::from_str(&text).into_value())
    }

    #[slot]
    fn hash(&self) -> PyResult<i64> {
        if let Some(hash) = self.link.hash.get() {
            return Ok(hash);
        }
        let Some(object) = self.get() else {
            return Err(exceptions::type_error("weak object has gone away"));
        };
        let hash = protocol::hash(&object)?;
        self.link.hash.set(Some(hash));
        Ok(hash)
    }

    #[slot]
    fn richcompare(zelf: &Ref<PyWeakRef>, other: &Value, op: CmpOp) -> PyResult<Value> {
        let (Some(other_ref), CmpOp::Eq | CmpOp::Ne) = (other.downcast::<PyWeakRef>(), op) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        match (zelf.get(), other_ref.get()) {
            (Some(a), Some(b)) => protocol::rich_compare(&a, &b, op),
            // Dead references are equal to themselves only.
            _ => Ok(Value::from_bool(zelf.as_value().is(other) == (op == CmpOp::Eq))),
        }
    }

    /// Weakrefs are generic over the type of the referenced object.
    #[pyclassmethod("($type, object, /)")]
    fn __class_getitem__(cls: &TypeRef, object: Value) -> Value {
        generic_alias::new(cls.to_value(), object)
    }

    #[pygetset(member)]
    fn __callback__(&self) -> Option<Value> {
        self.link.callback.get()
    }
}
