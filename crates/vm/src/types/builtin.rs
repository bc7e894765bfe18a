//! Making the builtin classes from their definitions, each on first use.

use super::dict::PyDict;
use super::function::{PyClassMethodDescr, PyGetSetDescr, PyMethodDescr, PyNative};
use super::object::PyObject;
use super::str::{PyStr, intern};
use super::tuple::PyTuple;
use super::typeobj::{Layout, PyMemberDescr, PyType, TypeFlags, TypeRef};
use crate::cell::GilCell;
use crate::heap::{Payload, Ref};
use crate::macros_support::{ClassDef, ClassFlags, MethodDef, MethodKind};
use crate::value::Value;

/// Where a builtin class is kept once it exists.
pub struct ClassCell(GilCell<Option<TypeRef>>);

impl ClassCell {
    #[expect(clippy::new_without_default, reason = "only made in statics")]
    pub const fn new() -> ClassCell {
        ClassCell(GilCell::new(None))
    }

    /// The class, made from `def` on first use.
    #[inline(always)]
    pub fn get_or_init(&'static self, def: &'static ClassDef) -> &'static TypeRef {
        // SAFETY: written once, under the GIL, and never replaced.
        match unsafe { &*self.0.as_ptr() } {
            Some(class) => class,
            None => self.init(def),
        }
    }

    /// The address of the class; null if nobody has asked for it yet, when there are no instances either.
    #[inline(always)]
    pub fn address(&'static self) -> *const () {
        // SAFETY: `Option<TypeRef>` is one word, zero for `None`.
        unsafe { *(self.0.as_ptr() as *const *const ()) }
    }

    #[cold]
    #[inline(never)]
    fn init(&'static self, def: &'static ClassDef) -> &'static TypeRef {
        // `type` is an instance of itself and a subclass of `object`, which is an instance of `type`: it exists before
        // its base does.
        let is_metaclass = def.name == "type" && def.module == "builtins";
        let mut base = match def.base {
            Some(base) => Some(base().clone()),
            None if def.name == "object" || is_metaclass => None,
            None => Some(PyObject::class().clone()),
        };
        let metaclass = match def.metaclass {
            _ if is_metaclass => None,
            Some(metaclass) => Some(metaclass()),
            None => Some(PyType::class()),
        };
        // Making the base or the metaclass may have made this class on the way.
        // SAFETY: as in `get_or_init`.
        if let Some(class) = unsafe { &*self.0.as_ptr() } {
            return class;
        }
        let shared = def.flags.has(ClassFlags::SHARED_LAYOUT);
        let owner = base.as_ref().filter(|_| shared).map(|b| b.layout_owner().clone());
        let layout = Layout {
            // Instances of a class that shares its base's layout are made, traversed and freed as the base's are.
            info: owner.as_ref().map_or(*def.payload, |owner| owner.info),
            flags: type_flags(def, base.as_ref()),
            owner,
            has_dict: def.flags.has(ClassFlags::DICT) || base.as_ref().is_some_and(|b| b.has_dict()),
            slot_count: 0,
        };
        let class = match metaclass {
            Some(metaclass) => PyType::allocate(metaclass, layout, Some(def)),
            None => super::typeobj::bootstrap_metaclass(layout, def),
        };
        // Published before it is filled: what fills it may need it.
        self.0.set(Some(class.clone()));
        // Slots come first: filling `object` makes `dict`, `str` and `tuple`, which take over from it.
        class.slots.with(|slots| {
            for init in def.members.iter().filter_map(|members| members.slots) {
                init(slots);
            }
        });
        if is_metaclass {
            base = Some(PyObject::class().clone());
        }
        fill(&class, def, base);
        // SAFETY: as in `get_or_init`.
        unsafe { (*self.0.as_ptr()).as_ref().unwrap_unchecked() }
    }
}

/// Gives the classes below `class` their method resolution order and inherited slots again: those that the first classes
/// needed were made before these were complete.
pub(super) fn complete_subclasses(class: &TypeRef) {
    let subclasses = class.subclasses.get();
    for subclass in subclasses {
        // SAFETY: a class takes itself off its bases' lists when it dies.
        let subclass = unsafe { Value::clone_from_bits(subclass as u64) };
        let Some(subclass) = subclass.downcast::<PyType>() else { continue };
        let mut mro = vec![subclass.to_value()];
        mro.extend(class.mro().iter().cloned());
        subclass.mro.set(Some(PyTuple::from_vec(mro)));
        super::special::inherit_slots(subclass, class);
        complete_subclasses(subclass);
    }
}

fn type_flags(def: &ClassDef, base: Option<&TypeRef>) -> TypeFlags {
    let mut flags = TypeFlags::READY.union(TypeFlags::IMMORTAL);
    let pairs = [
        (ClassFlags::BASETYPE, TypeFlags::BASETYPE),
        (ClassFlags::GC, TypeFlags::HAVE_GC),
        (ClassFlags::SEQUENCE, TypeFlags::SEQUENCE),
        (ClassFlags::MAPPING, TypeFlags::MAPPING),
        (ClassFlags::MATCH_SELF, TypeFlags::MATCH_SELF),
        (ClassFlags::NO_NEW, TypeFlags::DISALLOW_INSTANTIATION),
        (ClassFlags::METHOD_DESCRIPTOR, TypeFlags::METHOD_DESCRIPTOR),
        (ClassFlags::FINALIZER, TypeFlags::HAS_FINALIZER),
        (ClassFlags::WEAKREF, TypeFlags::MANAGED_WEAKREF),
    ];
    for (class_flag, type_flag) in pairs {
        if def.flags.has(class_flag) {
            flags = flags.union(type_flag);
        }
    }
    // The collector knows all objects that have a finaliser (`gc::death_matters`).
    if def.flags.has(ClassFlags::FINALIZER) {
        flags = flags.union(TypeFlags::HAVE_GC);
    }
    if !def.flags.has(ClassFlags::HEAP) {
        flags = flags.union(TypeFlags::IMMUTABLETYPE);
    }
    let subclass_flag = match def.name {
        _ if def.module != "builtins" => TypeFlags(0),
        "int" => TypeFlags::LONG_SUBCLASS,
        "list" => TypeFlags::LIST_SUBCLASS,
        "tuple" => TypeFlags::TUPLE_SUBCLASS,
        "bytes" => TypeFlags::BYTES_SUBCLASS,
        "str" => TypeFlags::UNICODE_SUBCLASS,
        "dict" => TypeFlags::DICT_SUBCLASS,
        "BaseException" => TypeFlags::BASE_EXC_SUBCLASS,
        "type" => TypeFlags::TYPE_SUBCLASS,
        _ => TypeFlags(0),
    };
    let inherited = base.map_or(0, |b| b.flags().0 & (TypeFlags::INHERITED.0 | TypeFlags::MANAGED_WEAKREF.0));
    TypeFlags(flags.0 | subclass_flag.0 | inherited)
}

fn fill(class: &TypeRef, def: &'static ClassDef, base: Option<TypeRef>) {
    let dict = PyDict::new_ref();
    class.dict.set(Some(dict.clone()));
    let mut mro = vec![class.to_value()];
    if let Some(base) = &base {
        // Not from the base's own order, which may not be there yet.
        let mut next = Some(base.clone());
        while let Some(ancestor) = next {
            next = match ancestor.builtin {
                Some(ClassDef { base: Some(base), .. }) => Some(base().clone()),
                Some(def) if def.name == "object" => None,
                _ => Some(PyObject::class().clone()),
            };
            mro.push(ancestor.into_value());
        }
        base.subclasses.with(|list| list.push(class.as_ptr()));
        class.bases.set(Some(PyTuple::from_array([base.to_value()])));
    } else {
        class.bases.set(Some(super::tuple::empty()));
    }
    class.mro.set(Some(PyTuple::from_vec(mro)));
    // As in CPython, messages name classes of other modules with their module, unless these are Python's; `__name__` is the
    // last part.
    class.name.set(Some(intern(&def.message_name())));
    class.qualname.set(Some(intern(def.name)));
    super::special::add_slot_wrappers(class);
    if let Some(base) = &base {
        super::special::inherit_slots(class, base);
    }
    let inherits_dict = base.as_ref().is_some_and(|base| base.has_dict());
    class.base.set(base);
    for members in def.members {
        for method in members.methods {
            dict.insert(method.name, method_descriptor(class, method));
        }
        for getset in members.getset {
            let descriptor = if getset.member {
                PyMemberDescr::field(class, getset)
            } else {
                Ref::new(PyGetSetDescr { def: getset, class: class.clone() }).into_value()
            };
            dict.insert(getset.name, descriptor);
        }
        for attr in members.attrs {
            if let Ok(value) = (attr.value)() {
                dict.insert(attr.name, value);
            }
        }
    }
    let name = intern("__dict__");
    if def.flags.has(ClassFlags::DICT) && !inherits_dict && dict.get_interned(&name).is_none() {
        let def = &super::typeobj::getset::INSTANCE_DICT;
        dict.insert_interned(&name, Ref::new(PyGetSetDescr { def, class: class.clone() }).into_value());
    }
    if dict.get_interned(&intern("__doc__")).is_none() {
        dict.insert("__doc__", def.doc.map_or(Value::NONE, |doc| PyStr::from_str(doc).into_value()));
    }
}

/// The descriptor of a native method for a class's dict.
pub(crate) fn method_descriptor(class: &TypeRef, method: &'static MethodDef) -> Value {
    match method.kind {
        MethodKind::Instance => Ref::new(PyMethodDescr { def: method, class: class.clone() }).into_value(),
        MethodKind::Class => Ref::new(PyClassMethodDescr { def: method, class: class.clone() }).into_value(),
        MethodKind::Static => {
            super::function::new_staticmethod(PyNative::static_method(method, class.to_value()).into_value())
        }
    }
}
