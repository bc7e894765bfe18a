//! `_Pointer` and its metaclass.

use super::access::{access_methods, class_of, counted, from_param};
use super::argument::CArgObject;
use super::data::{CData, CDataRef, Place};
use super::info::{self, Kind, TypeInfo};
use super::text;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::bytes::from_slice;
use minipy_vm::types::slice::PySlice;
use minipy_vm::{
    Args, GilCell, Payload, PyDict, PyErr, PyList, PyResult, PyType, TypeRef, Value, exceptions, name,
    protocol,
};
use std::rc::Rc;

/// metatype for the Pointer Objects
#[pyclass(
    name = "PyCPointerType",
    module = "_ctypes",
    base_class = super::access::CType::class,
    shared_layout,
    basetype,
    parts(access, own)
)]
pub struct PyCPointerType(());

access_methods!(PyCPointerType);

/// What a pointer type is to point to.
fn checked_target(target: &Value) -> PyResult<(TypeRef, Rc<TypeInfo>)> {
    let Some(class) = target.downcast::<PyType>() else {
        return Err(exceptions::type_error("_type_ must be a type"));
    };
    match info::of_class(class) {
        Some(info) => Ok((class.clone(), info)),
        None => Err(info::no_storage_info(&protocol::repr(target)?.to_string_lossy())),
    }
}

/// The format of a pointer: `&`, and the format of what it points to with its dimensions.
fn format_of(target: &TypeInfo) -> String {
    let format = target.buffer_format();
    if target.shape.is_empty() {
        return format!("&{format}");
    }
    let dims: Vec<_> = target.shape.iter().map(isize::to_string).collect();
    format!("&({}){format}", dims.join(","))
}

#[pymethods(part = own)]
impl PyCPointerType {
    #[slot]
    fn init(class: &Value, args: Args<'_>) -> PyResult<()> {
        let class = class_of(class)?;
        info::check_new(class)?;
        let namespace = args.positional().get(2).and_then(|namespace| namespace.downcast::<PyDict>());
        let target = match namespace {
            Some(namespace) => namespace.get_str(name!("_type_"))?,
            None => None,
        };
        let target = target.as_ref().map(checked_target).transpose()?;
        let mut info = TypeInfo::of_pointer(Kind::Pointer(GilCell::new(None)));
        info.length = 1;
        if let Some((target, target_info)) = target {
            info.format = GilCell::new(Some(format_of(&target_info)));
            info.kind = Kind::Pointer(GilCell::new(Some(target)));
            target_info.pointer_type.with(|known| _ = known.get_or_insert_with(|| class.to_value()));
        }
        info::initialise(class, info);
        Ok(())
    }

    /// Convert a Python object into a function call parameter.
    #[pymethod(name = "from_param", sig = "($self, value, /)")]
    fn param(class: &Value, args: Args<'_>) -> PyResult<Value> {
        let class = class_of(class)?;
        let value = &counted(args, "from_param", 1, 1)?[0];
        if value.is_none() {
            return Ok(Value::NONE);
        }
        let info = info::of_class(class).ok_or_else(info::abstract_class)?;
        let Some(target) = info.item() else {
            let message = "cannot convert argument: POINTER _type_ type is not set";
            return Err(exceptions::type_error(message));
        };
        if protocol::isinstance(value, target.as_value())?
            && let Some(data) = value.downcast::<CData>()
        {
            return Ok(CArgObject::pointer(b'P', data.address() as u64, value.clone()).into_value());
        }
        if let Some(data) = value.downcast::<CData>()
            && (data.info.is_pointer() || data.info.is_array())
            && let Some(item) = data.info.item()
            && protocol::issubclass(item.as_value(), target.as_value())?
        {
            return Ok(value.clone());
        }
        from_param(class, value)
    }

    #[pymethod("($self, type, /)")]
    fn set_type(class: &Value, r#type: &Value) -> PyResult<()> {
        let info = info::of_type(class).ok_or_else(info::abstract_class)?;
        let (target, target_info) = checked_target(r#type)?;
        if let Kind::Pointer(place) = &info.kind {
            place.set(Some(target));
            target_info.pointer_type.with(|known| _ = known.get_or_insert_with(|| class.clone()));
        }
        protocol::setattr(class, name!("_type_"), r#type.clone())
    }
}

/// XXX to be provided
#[pyclass(
    name = "_Pointer",
    module = "_ctypes",
    base_class = CData::class,
    metaclass = PyCPointerType::class,
    shared_layout,
    plain_buffer,
    basetype
)]
pub struct Pointer(());

/// A pointer and what it points to.
struct Target<'a> {
    data: &'a CDataRef,
    class: TypeRef,
}

impl<'a> Target<'a> {
    fn of(pointer: &'a Value) -> PyResult<Target<'a>> {
        let data = pointer.downcast::<CData>().ok_or_else(info::abstract_class)?;
        let class = data.info.item().ok_or_else(info::abstract_class)?;
        Ok(Target { data, class })
    }

    fn address(&self) -> PyResult<*mut u8> {
        match self.data.pointer() {
            null if null.is_null() => Err(exceptions::value_error("NULL pointer access")),
            address => Ok(address),
        }
    }

    fn item_size(&self) -> PyResult<usize> {
        Ok(info::of_class(&self.class).ok_or_else(info::abstract_class)?.size)
    }

    fn place(&self, index: isize) -> PyResult<Place> {
        let offset = index.wrapping_mul(self.item_size()? as isize);
        Ok(Place::Outside(self.address()?.wrapping_offset(offset)))
    }

    fn get(&self, index: isize) -> PyResult<Value> {
        CData::get_part(self.data, &self.class, index as usize, self.place(index)?)
    }

    fn point_to(&self, value: &Value) -> PyResult<()> {
        let target = match value.downcast::<CData>() {
            Some(target) => target,
            None => {
                return Err(exceptions::type_error(format!(
                    "expected {} instead of {}",
                    self.class.name(),
                    value.type_name()
                )));
            }
        };
        self.data.set_pointer(target.address() as usize);
        CData::keep(self.data, 1, Some(value.clone()))?;
        CData::keep(self.data, 0, Some(CData::kept_objects(target)))
    }

    fn slice(&self, slice: &PySlice) -> PyResult<Value> {
        let step = if slice.step.is_none() { 1 } else { protocol::index_to_isize(&slice.step)? };
        if step == 0 {
            return Err(exceptions::value_error("slice step cannot be zero"));
        }
        let start = match &slice.start {
            start if !start.is_none() => protocol::index_to_isize(start)?,
            _ if step < 0 => return Err(exceptions::value_error("slice start is required for step < 0")),
            _ => 0,
        };
        if slice.stop.is_none() {
            return Err(exceptions::value_error("slice stop is required"));
        }
        let stop = protocol::index_to_isize(&slice.stop)?;
        let distance = if step > 0 { stop.checked_sub(start) } else { start.checked_sub(stop) };
        let distance = distance.ok_or_else(exceptions::memory_error)?;
        let count = if distance <= 0 { 0 } else { (distance as usize - 1) / step.unsigned_abs() + 1 };
        let positions = (0..count).map(|at| start.wrapping_add((at as isize).wrapping_mul(step)));
        match info::of_class(&self.class).and_then(|info| info.code()).map(|(code, _)| code.code) {
            Some(b'c') => {
                let address = if count == 0 { self.data.pointer() } else { self.address()? };
                minipy_vm::heap::check_size(count)?;
                // SAFETY: the program vouches for what is behind its pointer.
                let bytes: Vec<u8> = positions.map(|at| unsafe { *address.wrapping_offset(at) }).collect();
                Ok(from_slice(&bytes).into_value())
            }
            Some(b'u') => {
                let address = if count == 0 { self.data.pointer() } else { self.address()? };
                minipy_vm::heap::check_size(count.saturating_mul(4))?;
                let unit = |at: isize| {
                    // SAFETY: as above.
                    unsafe { address.cast::<u32>().wrapping_offset(at).read_unaligned() }
                };
                text::from_wide(&positions.map(unit).collect::<Vec<_>>())
            }
            _ => {
                let items = positions.map(|at| self.get(at)).collect::<PyResult<Vec<_>>>()?;
                Ok(PyList::from_vec(items).into_value())
            }
        }
    }
}

#[cold]
fn cannot_delete() -> PyErr {
    exceptions::type_error("Pointer does not support item deletion")
}

#[pymethods]
impl Pointer {
    #[slot]
    fn new(class: &TypeRef, _args: Args<'_>) -> PyResult<CDataRef> {
        if info::of_class(class).is_none_or(|info| info.item().is_none()) {
            return Err(exceptions::type_error("Cannot create instance: has no _type_"));
        }
        CData::zeroed(class)
    }

    #[slot]
    fn init(zelf: &Value, args: Args<'_>) -> PyResult<()> {
        match args.positional() {
            [] => Ok(()),
            [value] => Target::of(zelf)?.point_to(value),
            given => Err(exceptions::type_error(format!(
                "POINTER expected at most 1 argument, got {}",
                given.len()
            ))),
        }
    }

    #[slot]
    fn buffer(zelf: &Value, _flags: u32) -> PyResult<minipy_vm::Buffer> {
        let data = zelf.downcast::<CData>().ok_or_else(info::abstract_class)?;
        CData::buffer_of(data)
    }

    #[slot]
    fn bool(zelf: &Value) -> bool {
        zelf.downcast::<CData>().is_some_and(|data| !data.pointer().is_null())
    }

    #[slot]
    fn subscript(zelf: &Value, key: &Value) -> PyResult<Value> {
        let target = Target::of(zelf)?;
        if protocol::is_int(key) || key.class().slots().index.is_some() {
            return target.get(protocol::index_to_isize(key)?);
        }
        match key.downcast::<PySlice>() {
            Some(slice) => target.slice(slice),
            None => Err(exceptions::type_error("Pointer indices must be integer")),
        }
    }

    #[slot]
    fn ass_subscript(zelf: &Value, key: &Value, value: Option<Value>) -> PyResult<()> {
        if !protocol::is_int(key) && key.class().slots().index.is_none() {
            let got = key.type_name();
            return Err(exceptions::type_error(format!("sequence index must be integer, not '{got}'")));
        }
        let index = protocol::index_to_isize(key)?;
        let value = value.ok_or_else(cannot_delete)?;
        let target = Target::of(zelf)?;
        CData::set_part(target.data, &target.class, &value, index as usize, target.place(index)?)
    }

    /// the object this pointer points to (read-write)
    #[pygetset]
    fn contents(zelf: &Value) -> PyResult<CDataRef> {
        let target = Target::of(zelf)?;
        CData::part_of(&target.class, target.data, 0, Place::Outside(target.address()?))
    }

    #[pygetset(setter)]
    fn set_contents(zelf: &Value, value: Option<Value>) -> PyResult<()> {
        let value = value.ok_or_else(cannot_delete)?;
        Target::of(zelf)?.point_to(&value)
    }
}
