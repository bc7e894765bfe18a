//! `_CData`: the payload of all C objects, which is a piece of memory that the object owns or looks at.

use super::argument::{Words, bytes_of_mut};
use super::function::CFuncPtr;
use super::info::{self, Kind, TypeInfo};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::buffer::{Buffer, Dims};
use minipy_vm::types::bytes::{BytesLike, from_slice};
use minipy_vm::{
    GilCell, PyDict, PyErr, PyResult, PyTuple, Ref, Traverse, TypeRef, Value, Visitor, exceptions, name,
    protocol,
};
use std::borrow::Cow;
use std::cell::{Cell, UnsafeCell};
use std::ptr;
use std::rc::Rc;

pub type CDataRef = Ref<CData>;

/// So much memory lies in the object itself.
const SMALL: usize = 16;

/// XXX to be provided
#[pyclass(name = "_CData", module = "_ctypes", gc, basetype, no_new, plain_buffer, parts(methods))]
pub struct CData {
    /// Where the memory is: in `small`, allocated, or somebody else's.
    data: Cell<*mut u8>,
    size: Cell<usize>,
    /// Whether the object answers for the memory.
    owned: Cell<bool>,
    small: UnsafeCell<[u64; SMALL / 8]>,
    /// Blocks that `resize` has left: views may still look at them.
    retired: GilCell<Vec<*mut u8>>,
    /// The object whose memory this one's is a part of.
    base: GilCell<Option<CDataRef>>,
    /// Which part of it.
    index: usize,
    /// What the memory points to: one object, or a dict by places. Of the outermost object only. None until it is needed.
    objects: GilCell<Option<Value>>,
    /// What the class knew when the object was made.
    pub info: Rc<TypeInfo>,
}

impl Traverse for CData {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.base.traverse(visit);
        self.objects.traverse(visit);
    }

    fn clear_refs(&self) {
        // Memory that is not the object's own may go with what is kept.
        if !self.owned.get() {
            self.size.set(0);
        }
        self.objects.set(None);
        drop(self.base.take());
    }
}

impl Drop for CData {
    fn drop(&mut self) {
        for block in self.retired.take() {
            // SAFETY: allocated by `allocate`, and nobody looks at it any more.
            unsafe { libc::free(block.cast()) };
        }
        let is_small = ptr::eq(self.data.get(), self.small.get().cast());
        if self.owned.get() && !is_small {
            // SAFETY: as above; a null pointer is nothing to free.
            unsafe { libc::free(self.data.get().cast()) };
        }
    }
}

/// Zeroed memory; MemoryError if there is not so much.
fn allocate(size: usize) -> PyResult<*mut u8> {
    // SAFETY: no memory is passed.
    let block: *mut u8 = unsafe { libc::calloc(size.max(1), 1) }.cast();
    if block.is_null() { Err(exceptions::memory_error()) } else { Ok(block) }
}

impl CData {
    fn at(info: Rc<TypeInfo>, data: *mut u8, size: usize, owned: bool) -> CData {
        CData {
            data: Cell::new(data),
            size: Cell::new(size),
            owned: Cell::new(owned),
            small: UnsafeCell::new([0; SMALL / 8]),
            retired: GilCell::new(Vec::new()),
            base: GilCell::new(None),
            index: 0,
            objects: GilCell::new(None),
            info,
        }
    }

    /// An object of a class whose instances have this payload.
    fn instance(self, class: &TypeRef) -> CDataRef {
        let object = if class.payload_info().is::<CFuncPtr>() {
            // SAFETY: the payload of functions starts with a `CData`.
            unsafe { Ref::new_in(class, CFuncPtr::with_memory(self)).upcast::<CData>().clone() }
        } else {
            Ref::new_in(class, self)
        };
        if object.data.get().is_null() && object.owned.get() {
            object.data.set(object.small.get().cast());
        }
        object
    }

    /// An object with memory of its own, all zero. TypeError for an abstract class.
    pub fn zeroed(class: &TypeRef) -> PyResult<CDataRef> {
        let info = info::in_use(class)?;
        let size = info.size;
        let data = if size <= SMALL { ptr::null_mut() } else { allocate(size)? };
        Ok(CData::at(info, data, size, true).instance(class))
    }

    /// An object with a copy of some bytes, as far as there are so many.
    pub fn copy_of(class: &TypeRef, bytes: &[u8]) -> PyResult<CDataRef> {
        let object = CData::zeroed(class)?;
        object.write_at(0, &bytes[..bytes.len().min(object.size())]);
        Ok(object)
    }

    /// An object that looks at memory which the program vouches for.
    pub fn at_address(class: &TypeRef, address: *mut u8) -> PyResult<CDataRef> {
        crate::sys::audit("ctypes.cdata", &[Value::from(address as u64)])?;
        let info = info::in_use(class)?;
        let size = info.size;
        Ok(CData::at(info, address, size, false).instance(class))
    }

    /// An object that looks at a part of another one's memory, or at what the program says is behind its pointer.
    pub fn part_of(class: &TypeRef, base: &CDataRef, index: usize, place: Place) -> PyResult<CDataRef> {
        let info = info::in_use(class)?;
        let (address, size) = match place {
            // What is behind the end of the memory is not ours to show.
            Place::Inside(offset) => {
                let rest = base.size().saturating_sub(offset);
                (base.data.get().wrapping_add(offset), info.size.min(rest))
            }
            Place::Outside(address) => (address, info.size),
        };
        let mut data = CData::at(info, address, size, false);
        data.base = GilCell::new(Some(base.clone()));
        data.index = index;
        Ok(data.instance(class))
    }

    pub fn address(&self) -> *mut u8 {
        self.data.get()
    }

    pub fn size(&self) -> usize {
        self.size.get()
    }

    /// The object's memory. Python code and C functions may change it, so make none run while the slice is held.
    pub fn bytes(&self) -> &[u8] {
        if self.size() == 0 {
            return &[];
        }
        // SAFETY: so much memory is there: allocated, kept by the base, or vouched for by the program.
        unsafe { std::slice::from_raw_parts(self.data.get(), self.size()) }
    }

    /// As [`CData::bytes`], for writing.
    #[expect(clippy::mut_from_ref, reason = "the memory is not the object's block")]
    pub fn bytes_mut(&self) -> &mut [u8] {
        if self.size() == 0 {
            return &mut [];
        }
        // SAFETY: as above; the GIL is held.
        unsafe { std::slice::from_raw_parts_mut(self.data.get(), self.size()) }
    }

    /// Copies bytes into the memory, which may be a part of the same; as far as there is room.
    pub fn write_at(&self, offset: usize, bytes: &[u8]) {
        let count = bytes.len().min(self.size().saturating_sub(offset));
        // SAFETY: the place is in the memory.
        unsafe { ptr::copy(bytes.as_ptr(), self.data.get().wrapping_add(offset), count) };
    }

    /// The address that the memory holds.
    pub fn pointer(&self) -> *mut u8 {
        self.bytes().first_chunk().map_or(ptr::null_mut(), |word| usize::from_ne_bytes(*word) as *mut u8)
    }

    pub fn set_pointer(&self, address: usize) {
        self.write_at(0, &address.to_ne_bytes());
    }

    /// `resize`: gives the object more memory.
    pub fn resize(&self, size: usize) -> PyResult<()> {
        let data = if size > SMALL { allocate(size)? } else { self.small.get().cast() };
        let old = self.data.get();
        if ptr::eq(data, old) {
            self.size.set(size);
            return Ok(());
        }
        let is_small = ptr::eq(old, self.small.get().cast());
        // SAFETY: both have so many bytes, and a new block overlaps nothing.
        unsafe { ptr::copy(old, data, self.size().min(size)) };
        if !is_small {
            self.retired.with(|blocks| blocks.push(old));
        }
        self.data.set(data);
        self.size.set(size);
        Ok(())
    }

    pub fn is_owner(&self) -> bool {
        self.owned.get()
    }

    /// The outermost object, which keeps what the memory of all its parts points to.
    fn container(zelf: &CDataRef) -> CDataRef {
        let mut object = zelf.clone();
        while let Some(base) = object.base.get() {
            object = base;
        }
        object
    }

    /// What the outermost object keeps.
    pub fn kept_objects(zelf: &CDataRef) -> Value {
        let container = CData::container(zelf);
        container.objects.with(|objects| {
            let fresh =
                || if container.info.length > 0 { PyDict::new_ref().into_value() } else { Value::NONE };
            objects.get_or_insert_with(fresh).clone()
        })
    }

    /// Keeps an object that a part of the memory points to.
    pub fn keep(zelf: &CDataRef, index: usize, object: Option<Value>) -> PyResult<()> {
        let Some(object) = object.filter(|object| !object.is_none()) else { return Ok(()) };
        let objects = CData::kept_objects(zelf);
        let Some(dict) = objects.downcast_exact::<PyDict>() else {
            CData::container(zelf).objects.set(Some(object));
            return Ok(());
        };
        let mut key = format!("{index:x}");
        let mut part = zelf.clone();
        while let Some(base) = part.base.get() {
            key.push_str(&format!(":{:x}", part.index));
            // CPython has so much room for it.
            if key.len() + 2 * size_of::<usize>() >= 255 {
                return Err(exceptions::value_error("ctypes object structure too deep"));
            }
            part = base;
        }
        dict.set(Value::from(key), object)
    }

    /// Makes the outermost object keep what it keeps in a dict.
    pub fn ensure_dict(zelf: &CDataRef) {
        let objects = CData::kept_objects(zelf);
        if objects.is_none() {
            CData::container(zelf).objects.set(Some(PyDict::new_ref().into_value()));
        }
    }

    /// Sets what an object without a base keeps.
    pub fn set_objects(&self, objects: Value) {
        self.objects.set(Some(objects));
    }

    /// Reads a part as Python code sees it: the value of a simple type, else an object that looks at it.
    pub fn get_part(zelf: &CDataRef, class: &TypeRef, index: usize, place: Place) -> PyResult<Value> {
        let info = info::of_class(class).ok_or_else(info::abstract_class)?;
        if let Some((code, swapped)) = info.code()
            && !info::reads_as_instance(class)
        {
            return code.read(CData::place(zelf, place, info.size)?, swapped, None);
        }
        CData::part_of(class, zelf, index, place).map(Ref::into_value)
    }

    /// The bytes of a part. ValueError if they are not in the memory.
    #[expect(clippy::mut_from_ref, reason = "the memory is not the object's block")]
    pub fn place(zelf: &CDataRef, place: Place, size: usize) -> PyResult<&mut [u8]> {
        match place {
            Place::Inside(offset) => {
                zelf.bytes_mut().get_mut(offset..offset.saturating_add(size)).ok_or_else(outside)
            }
            // SAFETY: the program vouches for what is behind its pointer.
            Place::Outside(address) => Ok(unsafe { std::slice::from_raw_parts_mut(address, size) }),
        }
    }

    /// Stores a value into a part, and keeps what it points to.
    pub fn set_part(
        zelf: &CDataRef,
        class: &TypeRef,
        value: &Value,
        index: usize,
        place: Place,
    ) -> PyResult<()> {
        let keep = convert(class, value, &|bytes| {
            let to = CData::place(zelf, place, bytes.len())?;
            // SAFETY: both have so many bytes, and may be parts of the same memory.
            unsafe { ptr::copy(bytes.as_ptr(), to.as_mut_ptr(), bytes.len()) };
            Ok(())
        })?;
        CData::keep(zelf, index, keep)
    }
}

/// Where a part is.
#[derive(Clone, Copy)]
pub enum Place {
    /// In the object's memory, so many bytes from its start.
    Inside(usize),
    /// At an address that the program vouches for.
    Outside(*mut u8),
}

#[cold]
fn outside() -> PyErr {
    exceptions::value_error("the field lies outside of the object's memory")
}

/// Converts a value to a C type's memory, which `store` gets. Returns what is to be kept.
fn convert(class: &TypeRef, value: &Value, store: &dyn Fn(&[u8]) -> PyResult<()>) -> PyResult<Option<Value>> {
    let _guard = minipy_vm::stack::enter("")?;
    let info = info::of_class(class).ok_or_else(info::abstract_class)?;
    let Some(source) = value.downcast::<CData>() else {
        if let Some((code, swapped)) = info.code() {
            let mut words = Words::default();
            let bytes = &mut bytes_of_mut(&mut words)[..code.size];
            let keep = code.write(bytes, value, swapped, None)?;
            store(bytes)?;
            return Ok(keep);
        }
        if value.downcast::<PyTuple>().is_some() {
            // A tuple is the arguments of the class.
            let args = protocol::collect(value)?;
            let made = protocol::call(class.as_value(), &args).map_err(|error| named(error, class))?;
            return convert(class, &made, store);
        }
        if info.is_pointer() && value.is_none() {
            store(&0usize.to_ne_bytes())?;
            return Ok(None);
        }
        let (expected, got) = (class.name(), value.type_name());
        return Err(exceptions::type_error(format!("expected {expected} instance, got {got}")));
    };
    if protocol::isinstance(value, class.as_value())? {
        let bytes = source.bytes();
        store(&bytes[..bytes.len().min(info.size)])?;
        return Ok(Some(CData::kept_objects(source)));
    }
    let incompatible = || {
        let (expected, got) = (class.name(), value.type_name());
        Err(exceptions::type_error(format!(
            "incompatible types, {got} instance instead of {expected} instance"
        )))
    };
    if !(info.is_pointer() && source.info.is_array()) {
        return incompatible();
    }
    match (info.item(), source.info.item()) {
        (Some(expected), Some(got)) if expected.is(&got) => {}
        _ => return incompatible(),
    }
    // The array itself is pointed to, and may point to more.
    store(&(source.address() as usize).to_ne_bytes())?;
    Ok(Some(PyTuple::from_array([CData::kept_objects(source), value.clone()]).into_value()))
}

/// An error of the constructor that a tuple was passed to, with the class's name in front.
#[cold]
fn named(error: PyErr, class: &TypeRef) -> PyErr {
    super::call::prefixed(exceptions::runtime_error_class(), &format!("({}) ", class.name()), &error)
}

impl CData {
    pub fn buffer_of(zelf: &CDataRef) -> PyResult<Buffer> {
        // A part of something that was made before its type was complete.
        if zelf.size() < zelf.info.size {
            return Err(outside());
        }
        let mut itemsize = zelf.info.size;
        let mut kind = &zelf.info.kind;
        let mut inner;
        while let Kind::Array { item, .. } = kind {
            match info::of_class(item) {
                Some(info) => {
                    itemsize = info.size;
                    inner = info;
                    kind = &inner.kind;
                }
                None => break,
            }
        }
        let shape: Dims = zelf.info.shape.iter().copied().collect();
        let mut stride = itemsize as isize;
        let mut strides: Dims = shape
            .iter()
            .rev()
            .map(|count| {
                let own = stride;
                stride = stride.wrapping_mul(*count);
                own
            })
            .collect();
        strides.reverse();
        Ok(Buffer {
            owner: zelf.to_value(),
            data: zelf.data.get(),
            len: zelf.size(),
            readonly: false,
            itemsize,
            format: Cow::Owned(zelf.info.buffer_format()),
            shape,
            strides,
            release: None,
        })
    }
}

#[pymethods(part = methods)]
impl CData {
    #[slot]
    fn hash(_zelf: &Value) -> PyResult<i64> {
        Err(exceptions::type_error("unhashable type"))
    }

    #[slot]
    fn buffer(zelf: &CDataRef, _flags: u32) -> PyResult<Buffer> {
        CData::buffer_of(zelf)
    }

    /// default __ctypes_from_outparam__ method returns self.
    #[pymethod("($self, /)")]
    fn __ctypes_from_outparam__(zelf: &CDataRef) -> CDataRef {
        zelf.clone()
    }

    #[pymethod("($self, dict, data, /)")]
    fn __setstate__(zelf: &CDataRef, dict: &Ref<PyDict>, data: BytesLike<'_>) -> PyResult<()> {
        zelf.write_at(0, data.as_slice());
        let own = protocol::getattr(zelf.as_value(), name!("__dict__"))?;
        match own.downcast::<PyDict>() {
            Some(own) => own.merge(dict),
            None => {
                let (class, got) = (zelf.class().name(), own.type_name());
                let message = format!("{class}.__dict__ must be a dictionary, not {got}");
                Err(exceptions::type_error(message))
            }
        }
    }

    #[pymethod("($self, /)")]
    fn __reduce__(zelf: &CDataRef) -> PyResult<Value> {
        if zelf.info.has_pointer {
            return Err(exceptions::value_error("ctypes objects containing pointers cannot be pickled"));
        }
        let dict = protocol::getattr(zelf.as_value(), name!("__dict__"))?;
        let module = crate::import::import_module("_ctypes")?;
        let unpickle = protocol::getattr(&module, name!("_unpickle"))?;
        let bytes = from_slice(zelf.bytes()).into_value();
        let state = PyTuple::from_array([dict, bytes]).into_value();
        let args = PyTuple::from_array([zelf.class().to_value(), state]).into_value();
        Ok(PyTuple::from_array([unpickle, args]).into_value())
    }

    /// the base object
    #[pygetset(member)]
    fn _b_base_(&self) -> Option<CDataRef> {
        self.base.get()
    }

    /// whether the object owns the memory or not
    #[pygetset(member)]
    fn _b_needsfree_(&self) -> i64 {
        i64::from(self.owned.get())
    }

    /// internal objects tree (NEVER CHANGE THIS OBJECT!)
    #[pygetset(member)]
    fn _objects(&self) -> Option<Value> {
        self.objects.get()
    }
}
