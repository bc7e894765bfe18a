//! `type`: class objects, their layout, method resolution and the method cache.

mod attributes;
pub mod bases;
mod call;
mod create;
pub mod getset;
mod member;
mod methods;
mod mro;
mod slots_attr;

pub use call::call;
pub use member::PyMemberDescr;
pub use methods::merge_class_names;

use crate::PyResult;
use crate::cell::GilCell;
use crate::heap::{Header, Obj, Payload, PayloadInfo, Ref, Traverse, Visitor};
use crate::slots::Slots;
use crate::types::dict::DictRef;
use crate::types::instance;
use crate::types::object::PyObject;
use crate::types::shape::{self, ShapeId};
use crate::types::str::StrRef;
use crate::types::tuple::TupleRef;
use crate::value::Value;
use minipy_macros::pyclass;
use std::any::Any;
use std::cell::Cell;
use std::rc::Rc;

pub type TypeRef = Ref<PyType>;

/// `type.__flags__`, with CPython's positions where it has them; the interpreter's own flags stand above bit 40.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TypeFlags(pub u64);

impl TypeFlags {
    pub const STATIC_BUILTIN: TypeFlags = TypeFlags(1 << 1);
    pub const INLINE_VALUES: TypeFlags = TypeFlags(1 << 2);
    pub const MANAGED_WEAKREF: TypeFlags = TypeFlags(1 << 3);
    pub const MANAGED_DICT: TypeFlags = TypeFlags(1 << 4);
    pub const SEQUENCE: TypeFlags = TypeFlags(1 << 5);
    pub const MAPPING: TypeFlags = TypeFlags(1 << 6);
    pub const DISALLOW_INSTANTIATION: TypeFlags = TypeFlags(1 << 7);
    pub const IMMUTABLETYPE: TypeFlags = TypeFlags(1 << 8);
    pub const HEAPTYPE: TypeFlags = TypeFlags(1 << 9);
    pub const BASETYPE: TypeFlags = TypeFlags(1 << 10);
    pub const HAVE_VECTORCALL: TypeFlags = TypeFlags(1 << 11);
    pub const READY: TypeFlags = TypeFlags(1 << 12);
    pub const HAVE_GC: TypeFlags = TypeFlags(1 << 14);
    pub const METHOD_DESCRIPTOR: TypeFlags = TypeFlags(1 << 17);
    pub const IS_ABSTRACT: TypeFlags = TypeFlags(1 << 20);
    pub const MATCH_SELF: TypeFlags = TypeFlags(1 << 22);
    pub const ITEMS_AT_END: TypeFlags = TypeFlags(1 << 23);
    pub const LONG_SUBCLASS: TypeFlags = TypeFlags(1 << 24);
    pub const LIST_SUBCLASS: TypeFlags = TypeFlags(1 << 25);
    pub const TUPLE_SUBCLASS: TypeFlags = TypeFlags(1 << 26);
    pub const BYTES_SUBCLASS: TypeFlags = TypeFlags(1 << 27);
    pub const UNICODE_SUBCLASS: TypeFlags = TypeFlags(1 << 28);
    pub const DICT_SUBCLASS: TypeFlags = TypeFlags(1 << 29);
    pub const BASE_EXC_SUBCLASS: TypeFlags = TypeFlags(1 << 30);
    pub const TYPE_SUBCLASS: TypeFlags = TypeFlags(1 << 31);
    /// A builtin class: never freed, its instances do not count references to it.
    pub const IMMORTAL: TypeFlags = TypeFlags(1 << 40);
    /// The method resolution order, set by a metaclass, names classes that are no bases: their changes do not reach this
    /// class, so nothing is cached about it.
    pub const FOREIGN_MRO: TypeFlags = TypeFlags(1 << 42);
    /// Instances have something to run when they die: `__del__`, or a suspended frame.
    pub const HAS_FINALIZER: TypeFlags = TypeFlags(1 << 41);

    /// What a subclass takes over from its base.
    pub const INHERITED: TypeFlags = TypeFlags(
        Self::SEQUENCE.0
            | Self::MAPPING.0
            | Self::HAVE_GC.0
            | Self::MATCH_SELF.0
            | Self::ITEMS_AT_END.0
            | Self::HAS_FINALIZER.0
            | Self::FOREIGN_MRO.0
            | 0xff << 24,
    );

    #[inline(always)]
    pub const fn contains(self, other: TypeFlags) -> bool {
        self.0 & other.0 != 0
    }

    #[must_use]
    pub const fn union(self, other: TypeFlags) -> TypeFlags {
        TypeFlags(self.0 | other.0)
    }
}

/// type(object) -> the object's type
/// type(name, bases, dict, **kwds) -> a new type
#[pyclass(name = "type", basetype, gc, match_self, weakref, parts(methods, getset))]
#[repr(C)]
pub struct PyType {
    pub info: PayloadInfo,
    /// The class whose payload type instances have: this one, or the nearest base that has a payload of its own.
    layout: Cell<*const Obj<PyType>>,
    flags: Cell<u64>,
    /// Changes whenever the class or a base is modified; 0 until somebody caches something about the class.
    version: Cell<u32>,
    /// Whether programs hold the namespace itself: nothing may be cached then.
    exposed: Cell<bool>,
    /// Bytes before the header that instances have at least: the dict word and the `__slots__`.
    prefix_fixed: Cell<u32>,
    /// How many attribute values new instances get room for in their prefix.
    inline_capacity: Cell<u16>,
    root_shape: Cell<ShapeId>,
    pub slots: GilCell<Slots>,
    pub name: GilCell<Option<StrRef>>,
    pub qualname: GilCell<Option<StrRef>>,
    pub base: GilCell<Option<TypeRef>>,
    pub bases: GilCell<Option<TupleRef>>,
    pub mro: GilCell<Option<TupleRef>>,
    pub dict: GilCell<Option<DictRef>>,
    /// Direct subclasses, not owned: a class removes itself when it dies.
    pub subclasses: GilCell<Vec<*const Obj<PyType>>>,
    /// The definition of a builtin class: module and doc.
    pub builtin: Option<&'static crate::macros_support::ClassDef>,
    /// What a native metaclass remembers about the class.
    extra: GilCell<Option<Rc<dyn ClassExtra>>>,
}

/// What a native metaclass may remember about a class that it makes: see [`PyType::set_extra`].
pub trait ClassExtra: Any {
    /// Shows every owned reference to `visit`, once each.
    fn traverse(&self, visit: &mut Visitor<'_>);

    /// Drops owned references to break a cycle.
    fn clear_refs(&self);
}

// SAFETY: used under the GIL only.
unsafe impl Sync for PyType {}
// SAFETY: as above.
unsafe impl Send for PyType {}

impl Traverse for PyType {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.base.traverse(visit);
        self.bases.traverse(visit);
        self.mro.traverse(visit);
        self.dict.traverse(visit);
        if let Some(extra) = self.extra.get() {
            extra.traverse(visit);
        }
    }

    fn clear_refs(&self) {
        if let Some(dict) = self.dict.get() {
            dict.clear();
        }
        self.mro.set(None);
        if let Some(extra) = self.extra.get() {
            extra.clear_refs();
        }
    }
}

impl Drop for PyType {
    fn drop(&mut self) {
        let this = self as *const PyType as usize - std::mem::offset_of!(Obj<PyType>, payload);
        let bases = self.bases.take();
        for base in bases.iter().flat_map(|t| t.iter()).filter_map(|b| b.downcast::<PyType>()) {
            base.subclasses.with(|list| list.retain(|&p| p as usize != this));
        }
        shape::release_root(self.root_shape.get());
    }
}

/// What distinguishes a new class for [`PyType::allocate`].
pub struct Layout {
    pub info: PayloadInfo,
    pub flags: TypeFlags,
    /// The class that owns the payload type; `None`: the new class itself.
    pub owner: Option<TypeRef>,
    pub has_dict: bool,
    pub slot_count: u16,
}

impl PyType {
    /// A class object with its layout fixed; name, bases, dict and slots are filled in by the caller.
    pub fn allocate(
        metaclass: &TypeRef,
        layout: Layout,
        builtin: Option<&'static crate::macros_support::ClassDef>,
    ) -> TypeRef {
        let class = Ref::new_in(metaclass, PyType::unlinked(&layout, builtin));
        class.set_layout(&class, &layout);
        class
    }

    fn unlinked(layout: &Layout, builtin: Option<&'static crate::macros_support::ClassDef>) -> PyType {
        PyType {
            info: layout.info,
            layout: Cell::new(std::ptr::null()),
            flags: Cell::new(layout.flags.0),
            version: Cell::new(0),
            exposed: Cell::new(false),
            prefix_fixed: Cell::new(0),
            inline_capacity: Cell::new(0),
            root_shape: Cell::new(ShapeId::NONE),
            slots: GilCell::default(),
            name: GilCell::new(None),
            qualname: GilCell::new(None),
            base: GilCell::new(None),
            bases: GilCell::new(None),
            mro: GilCell::new(None),
            dict: GilCell::new(None),
            subclasses: GilCell::new(Vec::new()),
            builtin,
            extra: GilCell::new(None),
        }
    }

    pub(crate) fn set_layout(&self, this: &TypeRef, layout: &Layout) {
        self.layout.set(match &layout.owner {
            Some(owner) => owner.layout.get(),
            None => this.as_ptr(),
        });
        let mut flags = self.flags.get();
        if layout.has_dict {
            flags |= TypeFlags::MANAGED_DICT.0;
            self.root_shape.set(shape::new_root());
        }
        self.flags.set(flags);
        let words = u32::from(layout.slot_count) + u32::from(layout.has_dict);
        self.prefix_fixed.set(words * 8);
    }

    #[inline(always)]
    pub fn flags(&self) -> TypeFlags {
        TypeFlags(self.flags.get())
    }

    pub fn set_flag(&self, flag: TypeFlags, on: bool) {
        let flags = self.flags.get();
        self.flags.set(if on { flags | flag.0 } else { flags & !flag.0 });
    }

    #[inline(always)]
    pub fn is_gc(&self) -> bool {
        self.flags().contains(TypeFlags::HAVE_GC)
    }

    #[inline(always)]
    pub fn has_dict(&self) -> bool {
        self.flags().contains(TypeFlags::MANAGED_DICT)
    }

    /// How many `__slots__` words instances have.
    pub fn slot_count(&self) -> usize {
        self.prefix_fixed.get() as usize / 8 - usize::from(self.has_dict())
    }

    /// Bytes in front of the header of a new instance.
    #[inline(always)]
    pub fn prefix_size(&self) -> usize {
        self.prefix_fixed.get() as usize + usize::from(self.inline_capacity.get()) * 8
    }

    /// Bytes in front of the header without the inline values.
    #[inline(always)]
    pub fn prefix_fixed(&self) -> usize {
        self.prefix_fixed.get() as usize
    }

    #[inline(always)]
    pub fn prefix_words(&self) -> usize {
        self.prefix_size() / 8
    }

    #[inline(always)]
    pub fn inline_capacity(&self) -> u16 {
        self.inline_capacity.get()
    }

    /// Room for attribute values that new instances get; grows as instances are seen to need it.
    pub fn set_inline_capacity(&self, capacity: u16) {
        if self.has_dict() {
            self.inline_capacity.set(capacity.min(instance::MAX_INLINE_VALUES));
        }
    }

    #[inline(always)]
    pub fn root_shape(&self) -> ShapeId {
        self.root_shape.get()
    }

    #[inline(always)]
    pub fn payload_info(&self) -> LayoutCheck<'_> {
        LayoutCheck(self)
    }

    /// The class that owns the payload type of instances.
    pub fn layout_owner(&self) -> &TypeRef {
        // SAFETY: the owner is this class or a builtin base that its bases keep alive; a `Ref` is the pointer's word.
        unsafe { &*(self.layout.as_ptr() as *const TypeRef) }
    }

    /// Whether attributes of instances are found as `object.__getattribute__` finds them.
    #[inline]
    pub fn has_generic_getattr(&self) -> bool {
        let Some(own) = self.slots().getattro else { return true };
        // Exceptions have a method of that name of their own, which does the same.
        [PyObject::class(), crate::exceptions::base_exception_class()]
            .into_iter()
            .any(|class| class.slots().getattro.is_some_and(|plain| std::ptr::fn_addr_eq(own, plain)))
    }

    /// Whether instances are initialised by something else than `object.__init__`.
    pub fn has_own_init(&self) -> bool {
        match (self.slots().init, PyObject::class().slots().init) {
            (Some(own), Some(plain)) => !std::ptr::fn_addr_eq(own, plain),
            (own, _) => own.is_some(),
        }
    }

    /// What the metaclass remembers about this class, if that is a `T`. Subclasses do not inherit it.
    pub fn extra<T: ClassExtra>(&self) -> Option<Rc<T>> {
        let extra: Rc<dyn Any> = self.extra.get()?;
        extra.downcast().ok()
    }

    /// Remembers something about the class, for the metaclass that made it.
    pub fn set_extra<T: ClassExtra>(&self, extra: Rc<T>) {
        self.extra.set(Some(extra));
    }

    /// The slot table. Copy the function pointer out before running Python code.
    #[inline(always)]
    pub fn slots(&self) -> &Slots {
        // SAFETY: slots are plain function pointers, changed only by class mutation, which holds no such borrow.
        unsafe { &*self.slots.as_ptr() }
    }

    pub fn name(&self) -> String {
        self.name.with(|n| n.as_ref().map_or_else(String::new, |n| n.to_string_lossy()))
    }

    /// The name without the module that the names of builtin classes carry.
    pub fn short_name(&self) -> String {
        let name = self.name();
        match name.rsplit_once('.') {
            Some((_, short)) if !self.flags().contains(TypeFlags::HEAPTYPE) => short.to_owned(),
            _ => name,
        }
    }

    /// `module.qualname`, without the module for builtins.
    pub fn qualified_name(&self) -> String {
        let qualname = self.qualname.with(|n| n.as_ref().map_or_else(String::new, |n| n.to_string_lossy()));
        match self.module() {
            Some(module) if module != "builtins" => format!("{module}.{qualname}"),
            _ => qualname,
        }
    }

    /// `module.qualname`, without the module for builtins and for what the program itself defines: `%T` in messages.
    pub fn full_name(&self) -> String {
        let name = self.qualified_name();
        match name.strip_prefix("__main__.") {
            Some(short) => short.to_owned(),
            None => name,
        }
    }

    /// Whether the class is one of the module `builtins` or has no module: of those that CPython does not allocate.
    pub fn is_built_in(&self) -> bool {
        self.builtin.is_some_and(|def| def.module == "builtins")
    }

    /// `__module__`, if it is a str.
    pub fn module(&self) -> Option<String> {
        if let Some(def) = self.builtin {
            return Some(def.module.to_owned());
        }
        let value = self.dict().get_interned(crate::name!("__module__"))?;
        value.downcast::<crate::types::str::PyStr>().map(|s| s.to_string_lossy())
    }

    pub fn name_ref(&self) -> StrRef {
        self.name.get().unwrap_or_else(|| crate::types::str::intern(""))
    }

    pub fn mro(&self) -> TupleRef {
        self.mro.get().unwrap_or_else(crate::types::tuple::empty)
    }

    pub fn dict(&self) -> DictRef {
        self.dict.get().unwrap_or_default()
    }

    /// `issubclass` by the method resolution order, ignoring `__subclasscheck__`.
    pub fn is_subtype(&self, other: &TypeRef) -> bool {
        self.mro.with(|mro| match mro {
            Some(mro) => mro.iter().any(|c| c.is(other.as_value())),
            None => {
                // A class that is still being made, or was torn down: follow the bases.
                let mut base = self.base.get();
                while let Some(class) = base {
                    if class.is(other) {
                        return true;
                    }
                    base = class.base.get();
                }
                false
            }
        })
    }

    /// The current version, assigning one if the class has none. 0 if versions have run out.
    #[inline]
    pub fn version(&self) -> u32 {
        match self.version.get() {
            0 => self.assign_version(),
            version => version,
        }
    }

    /// The version without assigning one.
    #[inline(always)]
    pub fn version_raw(&self) -> u32 {
        self.version.get()
    }

    #[cold]
    fn assign_version(&self) -> u32 {
        if self.flags().contains(TypeFlags::FOREIGN_MRO) {
            return 0;
        }
        let exposed = self.mro.with(|mro| {
            let mut classes = mro.iter().flat_map(|t| t.iter()).filter_map(|c| c.downcast::<PyType>());
            if classes.clone().any(|class| class.exposed.get()) {
                return true;
            }
            // A change of a base must reach this class, so the bases need versions too.
            for class in classes.by_ref().filter(|class| class.version.get() == 0) {
                class.version.set(next_version());
            }
            false
        });
        if exposed {
            return 0;
        }
        if self.version.get() == 0 {
            self.version.set(next_version());
        }
        self.version.get()
    }

    /// Forgets what is cached about the class and its subclasses; called after every change.
    pub fn modified(&self) {
        if self.version.get() == 0 {
            return;
        }
        let mut work = self.subclasses.get();
        self.version.set(0);
        while let Some(class) = work.pop() {
            // SAFETY: a class takes itself off its bases' lists when it dies.
            let class = unsafe { &(*class).payload };
            if class.version.get() != 0 {
                class.version.set(0);
                work.extend(class.subclasses.get());
            }
        }
    }

    /// The namespace itself goes to Python code, which may write to it behind the class's back.
    pub fn expose_namespace(&self) {
        self.modified();
        self.exposed.set(true);
    }

    /// The attribute found along the method resolution order, not bound. Cached for interned names.
    #[inline]
    pub fn lookup(&self, name: &StrRef) -> Option<Value> {
        let version = self.version();
        if version != 0 && name.is_interned() {
            return METHOD_CACHE.lookup(self, version, name);
        }
        self.lookup_uncached(name)
    }

    /// As [`PyType::lookup`] with a name known at compile time.
    pub fn lookup_special(&self, name: &StrRef) -> Option<Value> {
        self.lookup(name)
    }

    fn lookup_uncached(&self, name: &StrRef) -> Option<Value> {
        self.mro.with(|mro| {
            for class in mro.iter().flat_map(|t| t.iter()).filter_map(|c| c.downcast::<PyType>()) {
                let found = class.dict.with(|dict| dict.as_ref().and_then(|d| d.get_interned(name)));
                if found.is_some() {
                    return found;
                }
            }
            None
        })
    }

    /// The class in the method resolution order whose dict holds `name`.
    pub fn lookup_owner(&self, name: &StrRef) -> Option<(TypeRef, Value)> {
        let mro = self.mro();
        mro.iter().filter_map(|c| c.downcast::<PyType>()).find_map(|class| {
            let found = class.dict.with(|dict| dict.as_ref().and_then(|d| d.get_interned(name)))?;
            Some((class.clone(), found))
        })
    }
}

/// The layout side of a class, for `downcast`.
pub struct LayoutCheck<'a>(&'a PyType);

impl LayoutCheck<'_> {
    /// Whether instances hold a `T`, or a payload that starts with one.
    #[inline(always)]
    pub fn is<T: Payload>(&self) -> bool {
        let wanted = T::class().as_ptr() as *const Obj<PyType>;
        self.0.layout.get() == wanted || self.is_derived(wanted)
    }

    fn is_derived(&self, wanted: *const Obj<PyType>) -> bool {
        let mut owner = self.0.layout.get();
        loop {
            if owner == wanted {
                return true;
            }
            // SAFETY: a layout's owner and its bases are kept alive by the class at hand.
            let base = unsafe { &*owner }.payload.base.with(|base| base.as_ref().map(Ref::as_ptr));
            match base {
                // SAFETY: as above.
                Some(base) => owner = unsafe { &*base }.payload.layout.get(),
                None => return false,
            }
        }
    }
}

fn next_version() -> u32 {
    static NEXT: GilCell<u32> = GilCell::new(1);
    NEXT.with(|next| {
        if *next == u32::MAX {
            return 0;
        }
        *next += 1;
        *next - 1
    })
}

const METHOD_CACHE_SIZE: usize = 4096;

/// Results of method resolution, by class version and interned name.
struct MethodCache(GilCell<Vec<CacheEntry>>);

struct CacheEntry {
    version: u32,
    name: Option<StrRef>,
    /// Not owned: the class dict that holds the value changes the version when it lets go of it.
    value: u64,
}

static METHOD_CACHE: MethodCache = MethodCache(GilCell::new(Vec::new()));

impl MethodCache {
    #[inline]
    fn lookup(&self, class: &PyType, version: u32, name: &StrRef) -> Option<Value> {
        let index = (version as usize ^ (name.as_ptr() as usize >> 4)) % METHOD_CACHE_SIZE;
        let hit = self.0.with(|entries| {
            let entry = entries.get(index)?;
            (entry.version == version && entry.name.as_ref().is_some_and(|n| n.is(name)))
                .then_some(entry.value)
        });
        match hit {
            Some(0) => None,
            // SAFETY: the version says that the class still holds the value.
            Some(bits) => Some(unsafe { Value::clone_from_bits(bits) }),
            None => self.fill(class, version, name, index),
        }
    }

    #[cold]
    fn fill(&self, class: &PyType, version: u32, name: &StrRef, index: usize) -> Option<Value> {
        let found = class.lookup_uncached(name);
        let value = found.as_ref().map_or(0, Value::bits);
        let old = self.0.with(|entries| {
            if entries.is_empty() {
                entries.resize_with(METHOD_CACHE_SIZE, || CacheEntry { version: 0, name: None, value: 0 });
            }
            std::mem::replace(&mut entries[index], CacheEntry { version, name: Some(name.clone()), value })
        });
        drop(old);
        found
    }

    fn clear(&self) {
        drop(self.0.take());
    }
}

/// `sys._clear_type_cache()`.
pub fn clear_method_cache() {
    METHOD_CACHE.clear();
}

/// The C3 linearisation's result check: each entry must be a class.
pub fn mro_classes(mro: &TupleRef) -> impl Iterator<Item = &TypeRef> {
    mro.iter().filter_map(|c| c.downcast::<PyType>())
}

/// Whether `header` is a class object.
pub fn is_type(header: &Header) -> bool {
    header.class().flags().contains(TypeFlags::TYPE_SUBCLASS)
}

/// The most derived metaclass of `metaclass` and the classes of `bases`, or the bases that conflict.
pub fn best_metaclass(metaclass: &TypeRef, bases: &[Value]) -> PyResult<TypeRef> {
    let mut winner = metaclass.clone();
    for base in bases {
        let candidate = base.class();
        if winner.is_subtype(candidate) || winner.is(candidate) {
            continue;
        }
        if candidate.is_subtype(&winner) {
            winner = candidate.clone();
            continue;
        }
        return Err(crate::exceptions::type_error(
            "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases",
        ));
    }
    Ok(winner)
}

/// `__itemsize__` as CPython has it: not zero where instances of the class, or of a builtin base of it, vary in size.
pub fn itemsize(class: &TypeRef) -> usize {
    let flags = class.flags();
    if flags.contains(TypeFlags::TYPE_SUBCLASS) {
        40
    } else if flags.contains(TypeFlags::TUPLE_SUBCLASS) {
        8
    } else if flags.contains(TypeFlags::LONG_SUBCLASS) {
        4
    } else if class.layout_owner().is(crate::types::memoryview::class()) {
        8
    } else {
        usize::from(flags.contains(TypeFlags::BYTES_SUBCLASS))
    }
}

/// Makes `type`, whose class is itself.
pub(crate) fn bootstrap_metaclass(layout: Layout, def: &'static crate::macros_support::ClassDef) -> TypeRef {
    crate::heap::allocate_self_classed(
        || PyType::unlinked(&layout, Some(def)),
        |class: &TypeRef| class.set_layout(class, &layout),
    )
}
