//! `Array` and its metaclass.

use super::access::{access_methods, class_of, counted, from_param};
use super::data::{CData, CDataRef, Place};
use super::ffi::Basic;
use super::info::{self, Kind, TypeInfo};
use super::text;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::macros_support::GetSetDef;
use minipy_vm::types::bytes::{BytesLike, from_slice};
use minipy_vm::types::function::PyGetSetDescr;
use minipy_vm::types::slice::indices::position;
use minipy_vm::types::slice::{Indices, PySlice};
use minipy_vm::types::weakref::PyWeakRef;
use minipy_vm::types::{generic_alias, int};
use minipy_vm::{
    Args, GilCell, Payload, PyBytes, PyDict, PyErr, PyList, PyResult, PyStr, PyTuple, Ref, TypeRef, Value,
    exceptions, name, protocol,
};

/// metatype for the Array Objects
#[pyclass(
    name = "PyCArrayType",
    module = "_ctypes",
    base_class = super::access::CType::class,
    shared_layout,
    basetype,
    parts(access, own)
)]
pub struct PyCArrayType(());

access_methods!(PyCArrayType);

/// The array type of `count` items; the same one as long as it is in use.
pub fn type_of(item: &TypeRef, count: usize) -> PyResult<Value> {
    let info = info::of_class(item);
    if let Some(info) = &info
        && let Some(known) = info.arrays.with(|arrays| arrays.get(&count).cloned())
        && let Some(class) = known.downcast::<PyWeakRef>().and_then(|reference| reference.get())
    {
        return Ok(class);
    }
    let namespace = PyDict::new_ref();
    namespace.insert("_length_", count as u64);
    namespace.insert("_type_", item.to_value());
    let name = format!("{}_Array_{count}", item.name());
    let bases = PyTuple::from_array([Array::class().to_value()]).into_value();
    let class = protocol::call(
        PyCArrayType::class().as_value(),
        &[Value::from(name), bases, namespace.into_value()],
    )?;
    if let Some(info) = info {
        let reference = PyWeakRef::new_value(&class, None)?;
        info.arrays.with(|arrays| arrays.insert(count, reference));
    }
    Ok(class)
}

fn length_of(class: &TypeRef) -> PyResult<usize> {
    let Some(length) = protocol::lookup_attr(class.as_value(), name!("_length_"))? else {
        let message = "class must define a '_length_' attribute";
        return Err(exceptions::attribute_error(message, class.as_value(), name!("_length_")));
    };
    if !protocol::is_int(&length) {
        return Err(exceptions::type_error("The '_length_' attribute must be an integer"));
    }
    if int::is_negative(&length) {
        return Err(exceptions::value_error("The '_length_' attribute must not be negative"));
    }
    let too_large = || exceptions::overflow_error("The '_length_' attribute is too large");
    int::to_i64(&length).map(|length| length as usize).ok_or_else(too_large)
}

#[pymethods(part = own)]
impl PyCArrayType {
    #[slot]
    fn init(class: &Value, _args: Args<'_>) -> PyResult<()> {
        let class = class_of(class)?;
        info::check_new(class)?;
        // The abstract class itself.
        if class.is(Array::class()) {
            return Ok(());
        }
        let count = length_of(class)?;
        let Some(item) = protocol::lookup_attr(class.as_value(), name!("_type_"))? else {
            let message = "class must define a '_type_' attribute";
            return Err(exceptions::attribute_error(message, class.as_value(), name!("_type_")));
        };
        let item_info = info::of_type(&item).ok_or_else(|| info::no_storage_info("_type_"))?;
        let item = class_of(&item)?.clone();
        let size = item_info.size.checked_mul(count).filter(|size| isize::try_from(*size).is_ok());
        let size = size.ok_or_else(|| exceptions::overflow_error("array too large"))?;
        let kind = Kind::Array { item, item_size: item_info.size, count };
        // Functions take an array by its address; in structures it lies as a whole.
        let mut info = TypeInfo::of_basic(kind, size, item_info.align, Basic::Pointer);
        info.leaves.clear();
        if item_info.size > 0 && size <= super::ffi::MAX_PARTS_SIZE {
            for at in 0..count {
                info::add_leaves(&mut info.leaves, &item_info.leaves, at * item_info.size, size);
            }
        }
        info.length = count;
        info.format = GilCell::new(item_info.format.get());
        info.shape = std::iter::once(count as isize).chain(item_info.shape.iter().copied()).collect();
        info.has_pointer = item_info.has_pointer;
        info::initialise(class, info);
        let attributes: &[&'static GetSetDef] = match item_info.code().map(|(code, _)| code.code) {
            Some(b'c') => &[&CHAR_RAW, &CHAR_VALUE],
            Some(b'u') => &[&WIDE_VALUE],
            _ => &[],
        };
        for def in attributes {
            let descriptor = Ref::new(PyGetSetDescr { def, class: class.clone() });
            class.dict().insert(def.name, descriptor.into_value());
        }
        class.modified();
        Ok(())
    }

    /// Convert a Python object into a function call parameter.
    #[pymethod(name = "from_param", sig = "($self, value, /)")]
    fn param(class: &Value, args: Args<'_>) -> PyResult<Value> {
        from_param(class_of(class)?, &counted(args, "from_param", 1, 1)?[0])
    }
}

fn data_of(object: &Value) -> PyResult<&CDataRef> {
    object.downcast::<CData>().ok_or_else(info::abstract_class)
}

#[cold]
fn cannot_delete() -> PyErr {
    exceptions::type_error("can't delete attribute")
}

static CHAR_RAW: GetSetDef = GetSetDef {
    name: "raw",
    doc: None,
    get: Some(|array| Ok(from_slice(data_of(array)?.bytes()).into_value())),
    set: Some(|array, value| {
        let Some(value) = value else {
            let class = array.type_name();
            let message = format!("attribute 'raw' of '{class}' objects cannot be deleted");
            return Err(exceptions::attribute_error(message, array, name!("raw")));
        };
        let bytes = BytesLike::of(&value)?;
        let data = data_of(array)?;
        if bytes.as_slice().len() > data.size() {
            return Err(exceptions::value_error("byte string too long"));
        }
        data.write_at(0, bytes.as_slice());
        Ok(())
    }),
    member: false,
};

static CHAR_VALUE: GetSetDef = GetSetDef {
    name: "value",
    doc: None,
    get: Some(|array| {
        let bytes = data_of(array)?.bytes();
        let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
        Ok(from_slice(&bytes[..end]).into_value())
    }),
    set: Some(|array, value| {
        let value = value.ok_or_else(cannot_delete)?;
        let Some(bytes) = value.downcast::<PyBytes>() else {
            let got = value.type_name();
            return Err(exceptions::type_error(format!("bytes expected instead of {got} instance")));
        };
        let data = data_of(array)?;
        if bytes.len() > data.size() {
            return Err(exceptions::value_error("byte string too long"));
        }
        data.write_at(0, bytes);
        data.write_at(bytes.len(), &[0]);
        Ok(())
    }),
    member: false,
};

static WIDE_VALUE: GetSetDef = GetSetDef {
    name: "value",
    doc: Some("string value"),
    get: Some(|array| text::from_wide(&text::units_of(data_of(array)?.bytes()))),
    set: Some(|array, value| {
        let value = value.ok_or_else(cannot_delete)?;
        let Some(string) = value.downcast::<PyStr>() else {
            let got = value.type_name();
            return Err(exceptions::type_error(format!("unicode string expected instead of {got} instance")));
        };
        let data = data_of(array)?;
        if string.len() > data.size() / 4 {
            return Err(exceptions::value_error("string too long"));
        }
        text::store_units(data.bytes_mut(), string);
        Ok(())
    }),
    member: false,
};

/// Abstract base class for arrays.
///
/// The recommended way to create concrete array types is by multiplying any
/// ctypes data type with a non-negative integer. Alternatively, you can subclass
/// this type and define _length_ and _type_ class variables. Array elements can
/// be read and written using standard subscript and slice accesses for slice
/// reads, the resulting object is not itself an Array.
#[pyclass(
    name = "Array",
    module = "_ctypes",
    base_class = CData::class,
    metaclass = PyCArrayType::class,
    shared_layout,
    plain_buffer,
    basetype
)]
pub struct Array(());

/// An array's memory and its items.
struct Items<'a> {
    data: &'a CDataRef,
    item: &'a TypeRef,
    item_size: usize,
    count: usize,
}

impl<'a> Items<'a> {
    fn of(array: &'a Value) -> PyResult<Items<'a>> {
        let data = data_of(array)?;
        match &data.info.kind {
            Kind::Array { item, item_size, count } => {
                Ok(Items { data, item, item_size: *item_size, count: *count })
            }
            _ => Err(info::abstract_class()),
        }
    }

    fn get(&self, index: isize) -> PyResult<Value> {
        let at = position(index, self.count).ok_or_else(invalid_index)?;
        CData::get_part(self.data, self.item, at, Place::Inside(at * self.item_size))
    }

    fn set(&self, index: isize, value: &Value) -> PyResult<()> {
        let at = position(index, self.count).ok_or_else(invalid_index)?;
        CData::set_part(self.data, self.item, value, at, Place::Inside(at * self.item_size))
    }

    fn slice(&self, range: Indices) -> PyResult<Value> {
        let bytes = self.data.bytes();
        match self.data.info.item_code() {
            Some(b'c') if bytes.len() >= self.count => {
                let chars: Vec<u8> = range.positions().map(|at| bytes[at]).collect();
                Ok(from_slice(&chars).into_value())
            }
            Some(b'u') if bytes.len() / 4 >= self.count => {
                let (units, _) = bytes.as_chunks::<4>();
                let chars: Vec<u32> = range.positions().map(|at| u32::from_ne_bytes(units[at])).collect();
                text::from_wide(&chars)
            }
            _ => {
                let items = range.positions().map(|at| self.get(at as isize));
                Ok(PyList::from_vec(items.collect::<PyResult<Vec<_>>>()?).into_value())
            }
        }
    }
}

#[cold]
fn invalid_index() -> PyErr {
    exceptions::index_error("invalid index")
}

fn is_index(key: &Value) -> bool {
    protocol::is_int(key) || key.class().slots().index.is_some()
}

#[pymethods]
impl Array {
    #[slot]
    fn new(class: &TypeRef, _args: Args<'_>) -> PyResult<CDataRef> {
        CData::zeroed(class)
    }

    #[slot]
    fn init(zelf: &Value, args: Args<'_>) -> PyResult<()> {
        for (at, value) in args.positional().iter().enumerate() {
            protocol::setitem(zelf, &Value::from(at as u64), value.clone())?;
        }
        Ok(())
    }

    #[slot]
    fn buffer(zelf: &Value, _flags: u32) -> PyResult<minipy_vm::Buffer> {
        CData::buffer_of(data_of(zelf)?)
    }

    #[slot]
    fn len(zelf: &Value) -> PyResult<usize> {
        Ok(Items::of(zelf)?.count)
    }

    #[slot]
    fn sq_item(zelf: &Value, index: isize) -> PyResult<Value> {
        Items::of(zelf)?.get(index)
    }

    #[slot]
    fn subscript(zelf: &Value, key: &Value) -> PyResult<Value> {
        let items = Items::of(zelf)?;
        if is_index(key) {
            return items.get(protocol::index_to_isize(key)?);
        }
        match key.downcast::<PySlice>() {
            Some(slice) => items.slice(slice.resolve(|| items.count)?),
            None => Err(exceptions::type_error("indices must be integers")),
        }
    }

    #[slot]
    fn ass_subscript(zelf: &Value, key: &Value, value: Option<Value>) -> PyResult<()> {
        let items = Items::of(zelf)?;
        let Some(value) = value else {
            return Err(exceptions::type_error("Array does not support item deletion"));
        };
        if is_index(key) {
            return items.set(protocol::index_to_isize(key)?, &value);
        }
        let Some(slice) = key.downcast::<PySlice>() else {
            return Err(exceptions::type_error("indices must be integer"));
        };
        let range = slice.resolve(|| items.count)?;
        if protocol::len(&value).ok() != Some(range.count) {
            return Err(exceptions::value_error("Can only assign sequence of same size"));
        }
        for (from, to) in range.positions().enumerate() {
            let item = protocol::getitem(&value, &Value::from(from as u64))?;
            items.set(to as isize, &item)?;
        }
        Ok(())
    }

    /// Arrays are generic over the type of their elements
    #[pyclassmethod("($type, object, /)")]
    fn __class_getitem__(class: &TypeRef, object: Value) -> Value {
        generic_alias::new(class.to_value(), object)
    }
}
