//! What the class of a C type knows: its size and layout, and how its values are passed. Kept with the class by its metaclass.

use super::data::CData;
use super::ffi::{Basic, FfiType, Leaf, MAX_PARTS_SIZE};
use super::function::Signature;
use super::scalar::Code;
use minipy_vm::types::typeobj::ClassExtra;
use minipy_vm::{
    GilCell, Payload, PyErr, PyResult, PyType, Ref, Traverse, TypeRef, Value, Visitor, exceptions,
};
use rustc_hash::FxHashMap;
use std::cell::Cell;
use std::rc::Rc;

/// What sort of type it is.
pub enum Kind {
    Simple {
        code: &'static Code,
        /// Whether its memory is in the order that the machine has not.
        swapped: bool,
    },
    Array {
        item: TypeRef,
        item_size: usize,
        count: usize,
    },
    /// What is pointed to; None while that is unknown.
    Pointer(GilCell<Option<TypeRef>>),
    Function(Signature),
    Aggregate,
}

/// See the module.
pub struct TypeInfo {
    pub kind: Kind,
    pub size: usize,
    pub align: usize,
    /// How many parts there are that may refer to other objects.
    pub length: usize,
    /// As in PEP 3118; None for `B`, of what has no fields yet.
    pub format: GilCell<Option<String>>,
    /// Of arrays: items per dimension.
    pub shape: Vec<isize>,
    pub ffi: FfiType,
    /// The basic types that it consists of, unless it is so large that nobody asks for them.
    pub leaves: Vec<Leaf>,
    /// Whether values refer to other memory.
    pub has_pointer: bool,
    /// Whether the layout is in use, and `_fields_` can no longer be set.
    pub is_final: Cell<bool>,
    /// `__pointer_type__`.
    pub pointer_type: GilCell<Option<Value>>,
    /// Weak references to the array types made of this one, by length.
    pub arrays: GilCell<FxHashMap<usize, Value>>,
}

impl ClassExtra for TypeInfo {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        match &self.kind {
            Kind::Array { item, .. } => item.traverse(visit),
            Kind::Pointer(target) => target.traverse(visit),
            Kind::Function(signature) => signature.traverse(visit),
            Kind::Simple { .. } | Kind::Aggregate => {}
        }
        self.pointer_type.traverse(visit);
    }

    fn clear_refs(&self) {
        self.pointer_type.set(None);
        if let Kind::Pointer(target) = &self.kind {
            target.set(None);
        }
    }
}

impl TypeInfo {
    /// Of a type that is one basic type in memory.
    pub fn of_basic(kind: Kind, size: usize, align: usize, basic: Basic) -> TypeInfo {
        TypeInfo {
            kind,
            size,
            align,
            length: 0,
            format: GilCell::new(None),
            shape: Vec::new(),
            ffi: FfiType::Basic(basic),
            leaves: vec![Leaf { offset: 0, ty: basic }],
            has_pointer: false,
            is_final: Cell::new(false),
            pointer_type: GilCell::new(None),
            arrays: GilCell::new(FxHashMap::default()),
        }
    }

    /// Of a type that is an address in memory.
    pub fn of_pointer(kind: Kind) -> TypeInfo {
        TypeInfo {
            has_pointer: true,
            ..TypeInfo::of_basic(kind, size_of::<usize>(), align_of::<usize>(), Basic::Pointer)
        }
    }

    /// The type code of simple types, and whether the memory is swapped.
    pub fn code(&self) -> Option<(&'static Code, bool)> {
        match self.kind {
            Kind::Simple { code, swapped } => Some((code, swapped)),
            _ => None,
        }
    }

    pub fn signature(&self) -> Option<&Signature> {
        match &self.kind {
            Kind::Function(signature) => Some(signature),
            _ => None,
        }
    }

    pub fn is_pointer(&self) -> bool {
        matches!(self.kind, Kind::Pointer(_))
    }

    pub fn is_array(&self) -> bool {
        matches!(self.kind, Kind::Array { .. })
    }

    /// The type of an array's items, or what a pointer points to.
    pub fn item(&self) -> Option<TypeRef> {
        match &self.kind {
            Kind::Array { item, .. } => Some(item.clone()),
            Kind::Pointer(target) => target.get(),
            _ => None,
        }
    }

    /// The type code of the items, if they are simple.
    pub fn item_code(&self) -> Option<u8> {
        Some(of_class(&self.item()?)?.code()?.0.code)
    }

    /// The format of buffers.
    pub fn buffer_format(&self) -> String {
        self.format.get().unwrap_or_else(|| "B".to_owned())
    }
}

/// The parts of something, moved by `offset`, appended to those of a whole that has `size` bytes.
pub fn add_leaves(leaves: &mut Vec<Leaf>, of: &[Leaf], offset: usize, size: usize) {
    if size <= MAX_PARTS_SIZE {
        leaves.extend(of.iter().map(|leaf| Leaf { offset: leaf.offset + offset, ..*leaf }));
    }
    // Unions may have any number of members in the same place.
    if leaves.len() > 2 * MAX_PARTS_SIZE {
        leaves.sort_unstable();
        leaves.dedup();
    }
}

/// What a class knows; `None` for one that is no C type, or an abstract one.
pub fn of_class(class: &TypeRef) -> Option<Rc<TypeInfo>> {
    class.extra()
}

/// As [`of_class`], of any object.
pub fn of_type(object: &Value) -> Option<Rc<TypeInfo>> {
    of_class(object.downcast::<PyType>()?)
}

/// What a C type knows, or the type of a C object.
pub fn of_either(object: &Value) -> Option<Rc<TypeInfo>> {
    match object.downcast::<CData>() {
        Some(data) => Some(data.info.clone()),
        None => of_type(object),
    }
}

/// As [`of_class`], and the layout is from now on in use; TypeError for an abstract class.
pub fn in_use(class: &TypeRef) -> PyResult<Rc<TypeInfo>> {
    // A metaclass can be made to make classes of other objects.
    let info = of_class(class).filter(|_| class.payload_info().is::<CData>()).ok_or_else(abstract_class)?;
    info.is_final.set(true);
    Ok(info)
}

#[cold]
pub fn abstract_class() -> PyErr {
    exceptions::type_error("abstract class")
}

/// Tells a class what it is, once.
pub fn initialise(class: &TypeRef, info: TypeInfo) {
    class.set_extra(Rc::new(info));
}

/// Fails if a class has been told already.
pub fn check_new(class: &TypeRef) -> PyResult<()> {
    match of_class(class) {
        None => Ok(()),
        Some(_) => {
            let name = class.name();
            Err(exceptions::system_error(format!("StgInfo of '{name}' is already initialized.")))
        }
    }
}

/// The TypeError for something that should be a C type.
#[cold]
pub fn no_storage_info(what: &str) -> PyErr {
    exceptions::type_error(format!("{what} must have storage info"))
}

/// Whether a value of this class is read as an instance, not as a Python value: a subclass of a simple type.
pub fn reads_as_instance(class: &TypeRef) -> bool {
    class.base.with(|base| {
        base.as_ref().is_none_or(|base: &Ref<PyType>| !base.is(super::simple::SimpleCData::class()))
    })
}
