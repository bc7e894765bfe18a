//! Construction, indexing and buffers of `mmap.mmap`.

use super::map::{ACCESS_DEFAULT, ACCESS_READ, PyMmap, Request};
use minipy_macros::pymethods;
use minipy_vm::types::bytes;
use minipy_vm::types::bytes::BytesLike;
use minipy_vm::types::slice::{PySlice, indices};
use minipy_vm::{Buffer, PyResult, Ref, TypeRef, Value, exceptions, protocol};

fn release(map: &Value) {
    if let Some(map) = map.downcast::<PyMmap>() {
        map.exports.set(map.exports.get().saturating_sub(1));
    }
}

impl PyMmap {
    /// The byte at an index that may count from the end.
    fn place(&self, index: isize) -> PyResult<usize> {
        let out_of_range = || exceptions::index_error("mmap index out of range");
        indices::position(index, self.size()?).ok_or_else(out_of_range)
    }

    fn store_slice(&self, slice: &PySlice, value: &Value) -> PyResult<()> {
        let buffer = BytesLike::of(value)?;
        let new = buffer.as_slice();
        let range = slice.resolve(|| self.len.get())?;
        self.size()?;
        if new.len() != range.count {
            return Err(exceptions::index_error("mmap slice assignment is wrong size"));
        }
        for (at, byte) in range.positions().zip(new) {
            self.store(at, &[*byte]);
        }
        Ok(())
    }
}

#[pymethods(part = slots)]
impl PyMmap {
    #[slot(new, nosig, sig = "(fileno, length, flags=1, prot=3, access=0, offset=0, *, trackfd=True)")]
    fn new(
        cls: &TypeRef,
        fileno: i32,
        length: isize,
        flags: i32,
        prot: i32,
        access: i32,
        offset: i64,
        trackfd: bool,
    ) -> PyResult<Value> {
        let audited = [fileno.into(), (length as i64).into(), access.into(), offset.into()];
        crate::sys::audit("mmap.__new__", &audited)?;
        let length = length as i64;
        let request = Request { fd: fileno, length, flags, prot, access, offset, tracks_fd: trackfd };
        Ok(Ref::new_in(cls, request.map()?).into_value())
    }

    #[slot]
    fn repr(&self) -> PyResult<Value> {
        if self.is_closed() {
            return Ok(Value::from("<mmap.mmap closed=True>"));
        }
        let access =
            ["DEFAULT", "READ", "WRITE", "COPY"][(self.access - ACCESS_DEFAULT).clamp(0, 3) as usize];
        Ok(Value::from(format!(
            "<mmap.mmap closed=False, access=ACCESS_{access}, length={}, pos={}, offset={}>",
            self.len.get(),
            self.position.get(),
            self.offset
        )))
    }

    #[slot]
    fn len(&self) -> PyResult<usize> {
        self.size()
    }

    /// Iterating gives bytes objects, subscripts give ints.
    #[slot]
    fn sq_item(&self, index: isize) -> PyResult<Value> {
        let at = self.place(index)?;
        Ok(bytes::from_slice(&self.memory()?[at..=at]).into_value())
    }

    #[slot]
    fn subscript(&self, key: &Value) -> PyResult<Value> {
        self.size()?;
        if let Some(slice) = key.downcast::<PySlice>() {
            let range = slice.resolve(|| self.len.get())?;
            let memory = self.memory()?;
            let picked: Vec<u8> = range.positions().filter_map(|at| memory.get(at).copied()).collect();
            return Ok(bytes::from_box(picked.into_boxed_slice()).into_value());
        }
        if !key.is_small_int() && key.class().slots().index.is_none() {
            return Err(exceptions::type_error("mmap indices must be integers"));
        }
        let at = self.place(protocol::index_to_isize(key)?)?;
        Ok(Value::from(i64::from(self.memory()?[at])))
    }

    #[slot]
    fn ass_subscript(&self, key: &Value, value: Option<Value>) -> PyResult<()> {
        self.size()?;
        self.check_writable()?;
        let slice = key.downcast::<PySlice>();
        let Some(value) = value else {
            return Err(exceptions::type_error(match slice {
                Some(_) => "mmap object doesn't support slice deletion",
                None => "mmap doesn't support item deletion",
            }));
        };
        if let Some(slice) = slice {
            return self.store_slice(slice, &value);
        }
        if !key.is_small_int() && key.class().slots().index.is_none() {
            return Err(exceptions::type_error("mmap indices must be integer"));
        }
        let at = self.place(protocol::index_to_isize(key)?)?;
        if !value.is_small_int() && value.class().slots().index.is_none() {
            return Err(exceptions::type_error("mmap item value must be an int"));
        }
        let byte = protocol::index_to_i64(&value)?.and_then(|n| u8::try_from(n).ok());
        let byte = byte.ok_or_else(|| exceptions::value_error("mmap item value must be in range(0, 256)"))?;
        // The value may have run code that shrinks the mapping.
        if at >= self.size()? {
            return Err(exceptions::index_error("mmap index out of range"));
        }
        self.store(at, &[byte]);
        Ok(())
    }

    #[slot]
    fn buffer(zelf: &Ref<PyMmap>, flags: u32) -> PyResult<Buffer> {
        let len = zelf.size()?;
        let is_readonly = zelf.access == ACCESS_READ;
        if is_readonly && flags & minipy_vm::buffer::flags::WRITABLE != 0 {
            return Err(exceptions::buffer_error("Object is not writable."));
        }
        zelf.exports.set(zelf.exports.get() + 1);
        let data = zelf.data.get();
        Ok(Buffer::of_bytes(zelf.clone().into_value(), data, len, is_readonly, Some(release)))
    }
}
