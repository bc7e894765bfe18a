//! `Structure`, `Union` and their metaclasses. The layout itself is computed by `ctypes._layout`.

use super::access::{access_methods, class_of, counted, from_param};
use super::data::{CData, CDataRef};
use super::ffi::{FfiType, Leaf, MAX_PARTS_SIZE};
use super::field::CField;
use super::info::{self, Kind, TypeInfo};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::typeobj::{TypeFlags, TypeRef};
use minipy_vm::{
    Args, GilCell, Payload, PyDict, PyErr, PyResult, PyStr, PyTuple, PyType, Ref, StrRef, Value, exceptions,
    name, protocol,
};
use std::cell::Cell;

/// Fails where a sequence is wanted and something else is there.
fn sequence(value: &Value, name: &str) -> PyResult<Vec<Value>> {
    let slots = value.class().slots();
    let is_sequence =
        (slots.sq_item.is_some() || slots.subscript.is_some()) && value.downcast::<PyDict>().is_none();
    if !is_sequence {
        return Err(exceptions::type_error(format!("{name} must be a sequence")));
    }
    protocol::collect(value)
}

/// Name and type of an item of `_fields_`.
fn field_pair(pair: &Value) -> PyResult<(Value, Value)> {
    if let Some(tuple) = pair.downcast::<PyTuple>()
        && let [name, class, ..] = &tuple[..]
        && tuple.len() <= 3
        && name.downcast::<PyStr>().is_some()
    {
        return Ok((name.clone(), class.clone()));
    }
    let items = protocol::collect(pair)?;
    match &items[..] {
        [name, class, ..] => Ok((name.clone(), class.clone())),
        _ => Err(exceptions::type_error("_fields_ must be a sequence of pairs")),
    }
}

fn field_of(class: &Value, name: &Value) -> PyResult<Option<Ref<CField>>> {
    let found = protocol::getattr(class, protocol::attribute_name(name)?)?;
    Ok(found.downcast_into::<CField>().ok())
}

/// Makes the fields of an anonymous member fields of `class`.
fn add_inner_fields(class: &Value, inner: &Value, index: usize, offset: isize) -> PyResult<()> {
    let _guard = minipy_vm::stack::enter("")?;
    let fields = protocol::getattr(inner, name!("_fields_"))?;
    for pair in sequence(&fields, "_fields_")? {
        let (name, _) = field_pair(&pair)?;
        let field = field_of(inner, &name)?.ok_or_else(|| exceptions::type_error("unexpected type"))?;
        if field.is_anonymous.get() {
            let offset = offset.saturating_add(field.byte_offset);
            add_inner_fields(class, &field.class.to_value(), index, offset)?;
            continue;
        }
        let moved = field.moved(offset, index).into_value();
        protocol::setattr(class, protocol::attribute_name(&name)?, moved)?;
    }
    Ok(())
}

/// Does what `_anonymous_` says.
fn add_anonymous_fields(class: &Value) -> PyResult<()> {
    let Some(names) = protocol::lookup_attr(class, name!("_anonymous_"))? else { return Ok(()) };
    for name in sequence(&names, "_anonymous_")? {
        let Some(field) = field_of(class, &name)? else {
            let shown = protocol::str(&name)?;
            let message = format!("'{shown}' is specified in _anonymous_ but not in _fields_");
            return Err(exceptions::attribute_error(message, class, protocol::attribute_name(&name)?));
        };
        field.is_anonymous.set(true);
        add_inner_fields(class, &field.class.to_value(), field.index, field.byte_offset)?;
    }
    Ok(())
}

/// What the class's base knows, if it is a C type.
fn base_of(class: &TypeRef) -> Option<(TypeRef, std::rc::Rc<TypeInfo>)> {
    let base = class.base.get()?;
    let info = info::of_class(&base)?;
    Some((base, info))
}

/// `_fields_` was set: lays the fields out.
fn set_fields(class: &TypeRef, fields: &Value, is_struct: bool) -> PyResult<()> {
    let Some(old) = info::of_class(class) else {
        return Err(exceptions::type_error("ctypes state is not initialized"));
    };
    let is_final =
        || Err(exceptions::attribute_error("_fields_ is final", class.as_value(), name!("_fields_")));
    if old.is_final.get() {
        return is_final();
    }
    let base = base_of(class);
    let module = crate::import::import_module("ctypes._layout")?;
    let layout = protocol::call_method(
        &module,
        name!("get_layout"),
        &[
            class.to_value(),
            fields.clone(),
            Value::from_bool(is_struct),
            base.as_ref().map_or(Value::NONE, |(base, _)| base.to_value()),
        ],
    )?;
    let align = non_negative(&layout, name!("align"))?;
    let size = non_negative(&layout, name!("size"))?;
    let format = protocol::getattr(&layout, name!("format_spec"))?;
    let format = format
        .downcast::<PyStr>()
        .map(|format| format.to_string_lossy())
        .ok_or_else(|| exceptions::type_error("format_spec must be a string"))?;
    let laid_out = protocol::collect(&protocol::getattr(&layout, name!("fields"))?)?;

    let mut leaves: Vec<Leaf> = Vec::new();
    let (mut has_pointer, mut length) = (false, laid_out.len());
    if let Some((_, base)) = &base {
        has_pointer = base.has_pointer;
        length += base.length;
        info::add_leaves(&mut leaves, &base.leaves, 0, size);
    }
    for (at, field) in laid_out.iter().enumerate() {
        let Some(field) = field.downcast::<CField>() else {
            let got = field.class().full_name();
            return Err(exceptions::type_error(format!("fields must be of type CField, got {got}")));
        };
        let field_info = info::in_use(&field.class)?;
        if old.is_final.get() {
            let message = "Structure or union cannot contain itself";
            return Err(exceptions::attribute_error(message, class.as_value(), name!("_fields_")));
        }
        has_pointer |= field_info.has_pointer;
        info::add_leaves(&mut leaves, &field_info.leaves, field.offset().min(size), size);
        if field.index != at {
            let name = protocol::repr(field.name.as_value())?;
            let got = field.index;
            return Err(exceptions::value_error(format!(
                "field {name} index mismatch (expected {at}, got {got})"
            )));
        }
        protocol::setattr(class.as_value(), &field.name, field.to_value())?;
    }
    if size > MAX_PARTS_SIZE {
        leaves.clear();
    }
    // Whatever ran meanwhile may have set the fields.
    if old.is_final.get() {
        return is_final();
    }
    info::initialise(
        class,
        TypeInfo {
            kind: Kind::Aggregate,
            size,
            align,
            length,
            format: GilCell::new(Some(if is_struct { format } else { "B".to_owned() })),
            shape: Vec::new(),
            ffi: FfiType::aggregate(size, align, &leaves),
            leaves,
            has_pointer,
            is_final: Cell::new(true),
            pointer_type: GilCell::new(old.pointer_type.take()),
            arrays: GilCell::new(old.arrays.take()),
        },
    );
    add_anonymous_fields(class.as_value())
}

fn non_negative(layout: &Value, name: &StrRef) -> PyResult<usize> {
    let value = protocol::index_to_isize(&protocol::getattr(layout, name)?)?;
    usize::try_from(value)
        .map_err(|_| exceptions::value_error(format!("{name} must be a non-negative integer")))
}

/// A new class: without `_fields_` of its own it is as its base is, and may still get some.
fn initialise(class: &Value, args: Args<'_>) -> PyResult<()> {
    let class = class_of(class)?;
    info::check_new(class)?;
    let namespace = args.positional().get(2).and_then(|namespace| namespace.downcast::<PyDict>());
    let in_namespace = |name: &StrRef| match namespace {
        Some(namespace) => namespace.get_str(name),
        None => Ok(None),
    };
    // Neither the base classes themselves nor other abstract classes have a layout.
    if in_namespace(name!("_abstract_"))?.is_some() {
        return Ok(());
    }
    let mut info = TypeInfo {
        kind: Kind::Aggregate,
        size: 0,
        align: 1,
        length: 0,
        format: GilCell::new(None),
        shape: Vec::new(),
        ffi: FfiType::aggregate(0, 1, &[]),
        leaves: Vec::new(),
        has_pointer: false,
        is_final: Cell::new(false),
        pointer_type: GilCell::new(None),
        arrays: GilCell::default(),
    };
    if let Some((_, base)) = base_of(class) {
        base.is_final.set(true);
        info = TypeInfo {
            size: base.size,
            align: base.align,
            length: base.length,
            format: GilCell::new(base.format.get()),
            ffi: base.ffi.clone(),
            leaves: base.leaves.clone(),
            has_pointer: base.has_pointer,
            ..info
        };
    }
    info::initialise(class, info);
    match in_namespace(name!("_fields_"))? {
        Some(fields) => protocol::setattr(class.as_value(), name!("_fields_"), fields),
        None => Ok(()),
    }
}

fn set_attribute(class: &Value, name: &StrRef, value: Option<Value>, is_struct: bool) -> PyResult<()> {
    let set = PyType::class().slots().setattro.ok_or_else(info::abstract_class)?;
    if let Some(fields) = &value
        && name.eq_str("_fields_")
        && !class_of(class)?.flags().contains(TypeFlags::IMMUTABLETYPE)
    {
        set_fields(class_of(class)?, fields, is_struct)?;
    }
    set(class, name, value)
}

macro_rules! aggregate {
    ($(#[$doc:meta])* $metaclass:ident = $name:literal, $is_struct:literal) => {
        $(#[$doc])*
        #[pyclass(
            name = $name,
            module = "_ctypes",
            base_class = super::access::CType::class,
            shared_layout,
            basetype,
            parts(access, own)
        )]
        pub struct $metaclass(());

        access_methods!($metaclass);

        #[pymethods(part = own)]
        impl $metaclass {
            #[slot]
            fn init(class: &Value, args: Args<'_>) -> PyResult<()> {
                initialise(class, args)
            }

            #[slot]
            fn setattro(class: &Value, name: &StrRef, value: Option<Value>) -> PyResult<()> {
                set_attribute(class, name, value, $is_struct)
            }

            /// Convert a Python object into a function call parameter.
            #[pymethod(name = "from_param", sig = "($self, value, /)")]
            fn param(class: &Value, args: Args<'_>) -> PyResult<Value> {
                from_param(class_of(class)?, &counted(args, "from_param", 1, 1)?[0])
            }
        }
    };
}

aggregate! {
    /// metatype for the CData Objects
    PyCStructType = "PyCStructType", true
}
aggregate! {
    /// metatype for the Union Objects
    UnionType = "UnionType", false
}

/// Sets the fields of `class` and, before them, of its bases from arguments by position. Returns how many arguments are used up.
fn set_by_position(object: &Value, class: &TypeRef, args: Args<'_>, mut used: usize) -> PyResult<usize> {
    let _guard = minipy_vm::stack::enter("")?;
    if let Some((base, _)) = base_of(class) {
        used = set_by_position(object, &base, args, used)?;
    }
    let Some(fields) = class.dict().get_interned(name!("_fields_")) else { return Ok(used) };
    let count = protocol::len(&fields)?;
    for at in 0..count {
        let Some(value) = args.positional().get(used) else { break };
        let pair = protocol::getitem(&fields, &Value::from(at as u64))?;
        let name = protocol::getitem(&pair, &Value::small_int(0))?;
        let name = protocol::attribute_name(&name)?;
        if args.keywords().any(|(keyword, _)| keyword.eq(name)) {
            let shown = protocol::repr(name.as_value())?;
            return Err(exceptions::type_error(format!("duplicate values for field {shown}")));
        }
        protocol::setattr(object, name, value.clone())?;
        used += 1;
    }
    Ok(used)
}

#[cold]
fn too_many() -> PyErr {
    exceptions::type_error("too many initializers")
}

fn set_initial(object: &Value, args: Args<'_>) -> PyResult<()> {
    if !args.positional().is_empty() {
        let used = set_by_position(object, object.class(), args, 0)?;
        if used < args.positional().len() {
            return Err(too_many());
        }
    }
    for (name, value) in args.keywords() {
        protocol::setattr(object, name, value.clone())?;
    }
    Ok(())
}

macro_rules! aggregate_base {
    ($(#[$doc:meta])* $class:ident = $name:literal, $metaclass:ident) => {
        $(#[$doc])*
        #[pyclass(
            name = $name,
            module = "_ctypes",
            base_class = CData::class,
            metaclass = $metaclass::class,
            shared_layout,
            plain_buffer,
            basetype
        )]
        pub struct $class(());

        #[pymethods]
        impl $class {
            #[slot]
            fn new(class: &TypeRef, _args: Args<'_>) -> PyResult<CDataRef> {
                CData::zeroed(class)
            }

            #[slot]
            fn init(zelf: &Value, args: Args<'_>) -> PyResult<()> {
                set_initial(zelf, args)
            }

            #[slot]
            fn buffer(zelf: &Value, _flags: u32) -> PyResult<minipy_vm::Buffer> {
                let data = zelf.downcast::<CData>().ok_or_else(info::abstract_class)?;
                CData::buffer_of(data)
            }
        }
    };
}

aggregate_base! {
    /// Structure base class
    Structure = "Structure", PyCStructType
}
aggregate_base! {
    /// Union base class
    Union = "Union", UnionType
}
