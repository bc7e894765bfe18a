//! The methods of `mmap.mmap`.

use super::map::{ACCESS_COPY, ACCESS_READ, PyMmap, closed};
use crate::syscall;
use minipy_macros::pymethods;
use minipy_vm::types::bytes;
use minipy_vm::types::bytes::BytesLike;
use minipy_vm::{PyResult, Ref, Value, exceptions, gil, protocol};

fn ssize(value: &Value) -> PyResult<isize> {
    protocol::index_to_isize(value)
}

impl PyMmap {
    /// What is left after the position.
    fn rest(&self) -> PyResult<&[u8]> {
        Ok(self.memory()?.get(self.position.get()..).unwrap_or(&[]))
    }

    /// Reads that many bytes, and goes on behind them.
    fn take(&self, count: usize) -> PyResult<Value> {
        let rest = self.rest()?;
        let part = &rest[..count.min(rest.len())];
        self.position.set(self.position.get() + part.len());
        Ok(bytes::from_slice(part).into_value())
    }

    fn search(
        &self,
        view: &BytesLike<'_>,
        start: Option<&Value>,
        end: Option<&Value>,
        find: fn(&[u8], &[u8]) -> Option<usize>,
    ) -> PyResult<isize> {
        let len = self.size()?;
        let bound = |value: Option<&Value>, default: usize| match value {
            None => PyResult::Ok(default),
            Some(value) => {
                let at = ssize(value)?;
                let at = if at < 0 { at.saturating_add_unsigned(len).max(0) } else { at };
                Ok((at as usize).min(len))
            }
        };
        let start = bound(start, self.position.get().min(len))?;
        let end = bound(end, len)?;
        // The bounds may have run code that closes the object.
        let memory = self.memory()?;
        if start > end || end > memory.len() {
            return Ok(-1);
        }
        Ok(find(&memory[start..end], view.as_slice()).map_or(-1, |at| (start + at) as isize))
    }
}

#[pymethods(part = methods)]
impl PyMmap {
    #[pymethod("($self, /)")]
    fn close(&self) -> PyResult<()> {
        if self.exports.get() > 0 {
            return Err(exceptions::buffer_error("cannot close exported pointers exist"));
        }
        self.unmap();
        Ok(())
    }

    #[pygetset]
    fn closed(&self) -> bool {
        self.is_closed()
    }

    #[pymethod("($self, view, start=None, end=None, /)")]
    fn find(&self, view: BytesLike<'_>, start: Option<&Value>, end: Option<&Value>) -> PyResult<isize> {
        self.search(&view, start, end, memchr::memmem::find)
    }

    #[pymethod("($self, view, start=None, end=None, /)")]
    fn rfind(&self, view: BytesLike<'_>, start: Option<&Value>, end: Option<&Value>) -> PyResult<isize> {
        self.search(&view, start, end, memchr::memmem::rfind)
    }

    #[pymethod("($self, offset=0, size=None, /)")]
    fn flush(&self, offset: isize, size: Option<&Value>) -> PyResult<()> {
        let len = self.size()? as isize;
        let size = size.map_or(Ok(len.wrapping_sub(offset)), ssize)?;
        if offset < 0 || size < 0 || size > len || offset > len - size {
            return Err(exceptions::value_error("flush values out of range"));
        }
        let data = self.data.get();
        if data.is_null() {
            return Err(closed());
        }
        if matches!(self.access, ACCESS_READ | ACCESS_COPY) {
            return Ok(());
        }
        // SAFETY: the range is mapped.
        let errno = gil::without(|| unsafe {
            match libc::msync(data.add(offset as usize).cast(), size as usize, libc::MS_SYNC) {
                0 => 0,
                _ => syscall::errno(),
            }
        });
        if errno == 0 { Ok(()) } else { Err(syscall::os_error(errno)) }
    }

    #[pymethod("($self, option, start=0, length=None, /)")]
    fn madvise(&self, option: i32, start: isize, length: Option<&Value>) -> PyResult<()> {
        let len = self.size()?;
        let Some(start) = usize::try_from(start).ok().filter(|&start| start < len) else {
            return Err(exceptions::value_error("madvise start out of bounds"));
        };
        let length = length.map_or(Ok(len as isize), ssize)?;
        let length =
            usize::try_from(length).map_err(|_| exceptions::value_error("madvise length invalid"))?;
        if start + length > isize::MAX as usize {
            return Err(exceptions::overflow_error("madvise length too large"));
        }
        if self.is_closed() {
            return Err(closed());
        }
        // SAFETY: the range is mapped.
        let status =
            unsafe { libc::madvise(self.data.get().add(start).cast(), length.min(len - start), option) };
        syscall::check(status).map(drop)
    }

    #[pymethod("($self, dest, src, count, /)")]
    fn r#move(&self, dest: isize, src: isize, count: isize) -> PyResult<()> {
        let len = self.size()?;
        self.check_writable()?;
        let fits = |from: isize| {
            let (from, count) = (usize::try_from(from).ok()?, usize::try_from(count).ok()?);
            (count <= len && from <= len - count).then_some(from..from + count)
        };
        let (Some(to), Some(from)) = (fits(dest), fits(src)) else {
            return Err(exceptions::value_error("source, destination, or count out of range"));
        };
        self.store(to.start, &self.memory()?[from]);
        Ok(())
    }

    #[pymethod("($self, n=None, /)")]
    fn read(&self, n: Option<&Value>) -> PyResult<Value> {
        self.size()?;
        let count = match n {
            None => -1,
            Some(n) if !n.is_small_int() && n.class().slots().index.is_none() => {
                return Err(exceptions::type_error(format!(
                    "argument should be integer or None, not '{}'",
                    n.type_name()
                )));
            }
            Some(n) => ssize(n)?,
        };
        self.take(usize::try_from(count).unwrap_or(usize::MAX))
    }

    #[pymethod("($self, /)")]
    fn read_byte(&self) -> PyResult<u8> {
        let byte = self.rest()?.first().copied();
        let byte = byte.ok_or_else(|| exceptions::value_error("read byte out of range"))?;
        self.position.set(self.position.get() + 1);
        Ok(byte)
    }

    #[pymethod("($self, /)")]
    fn readline(&self) -> PyResult<Value> {
        let rest = self.rest()?;
        let count = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        self.take(count)
    }

    #[pymethod("($self, newsize, /)")]
    fn resize(&self, newsize: isize) -> PyResult<()> {
        self.change_size(newsize as i64)
    }

    #[pymethod("($self, pos, whence=0, /)")]
    fn seek(&self, pos: isize, whence: i32) -> PyResult<usize> {
        let len = self.size()?;
        let from = match whence {
            0 => 0,
            1 => self.position.get() as isize,
            2 => len as isize,
            _ => return Err(exceptions::value_error("unknown seek type")),
        };
        let to = from.checked_add(pos).and_then(|to| usize::try_from(to).ok()).filter(|&to| to <= len);
        let to = to.ok_or_else(|| exceptions::value_error("seek out of range"))?;
        self.position.set(to);
        Ok(to)
    }

    #[pymethod("($self, /)")]
    fn seekable(&self) -> bool {
        true
    }

    #[pymethod(name = "size", sig = "($self, /)")]
    fn file_size(&self) -> PyResult<i64> {
        self.size()?;
        // SAFETY: all-zero bytes are a valid `struct stat`, which outlives the call.
        let mut stat: libc::stat = unsafe { std::mem::zeroed() };
        // SAFETY: as above.
        syscall::check(unsafe { libc::fstat(self.fd.get(), &mut stat) })?;
        Ok(stat.st_size)
    }

    #[pymethod("($self, /)")]
    fn tell(&self) -> PyResult<usize> {
        self.size()?;
        Ok(self.position.get())
    }

    #[pymethod("($self, bytes, /)")]
    fn write(&self, bytes: BytesLike<'_>) -> PyResult<usize> {
        self.size()?;
        self.check_writable()?;
        let bytes = bytes.as_slice();
        if bytes.len() > self.rest()?.len() {
            return Err(exceptions::value_error("data out of range"));
        }
        self.store(self.position.get(), bytes);
        self.position.set(self.position.get() + bytes.len());
        Ok(bytes.len())
    }

    #[pymethod("($self, byte, /)")]
    fn write_byte(&self, byte: &Value) -> PyResult<()> {
        let number = protocol::index_to_i64(byte)?;
        let byte = match number {
            Some(n) if n < 0 => {
                return Err(exceptions::overflow_error("unsigned byte integer is less than minimum"));
            }
            number => number
                .and_then(|n| u8::try_from(n).ok())
                .ok_or_else(|| exceptions::overflow_error("unsigned byte integer is greater than maximum"))?,
        };
        self.size()?;
        self.check_writable()?;
        if self.rest()?.is_empty() {
            return Err(exceptions::value_error("write byte out of range"));
        }
        self.store(self.position.get(), &[byte]);
        self.position.set(self.position.get() + 1);
        Ok(())
    }

    #[pymethod("($self, /)")]
    fn __enter__(zelf: &Ref<PyMmap>) -> PyResult<Value> {
        zelf.size()?;
        Ok(zelf.clone().into_value())
    }

    #[pymethod("($self, exc_type, exc_value, traceback, /)")]
    fn __exit__(&self, exc_type: &Value, exc_value: &Value, traceback: &Value) -> PyResult<()> {
        let _ = (exc_type, exc_value, traceback);
        self.close()
    }
}
