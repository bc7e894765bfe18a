//! The payload of `mmap.mmap`: a mapping and the position in it.

use crate::syscall;
use minipy_macros::pyclass;
use minipy_vm::{PyErr, PyResult, exceptions, gil};
use std::cell::Cell;

pub const ACCESS_DEFAULT: i32 = 0;
pub const ACCESS_READ: i32 = 1;
pub const ACCESS_WRITE: i32 = 2;
pub const ACCESS_COPY: i32 = 3;

/// Windows: mmap(fileno, length[, tagname[, access[, offset]]])
///
/// Maps length bytes from the file specified by the file handle fileno,
/// and returns a mmap object.  If length is larger than the current size
/// of the file, the file is extended to contain length bytes.  If length
/// is 0, the maximum length of the map is the current size of the file,
/// except that if the file is empty Windows raises an exception (you cannot
/// create an empty mapping on Windows).
///
/// Unix: mmap(fileno, length[, flags[, prot[, access[, offset[, trackfd]]]]])
///
/// Maps length bytes from the file specified by the file descriptor fileno,
/// and returns a mmap object.  If length is 0, the maximum length of the map
/// will be the current size of the file when mmap is called.
/// flags specifies the nature of the mapping. MAP_PRIVATE creates a
/// private copy-on-write mapping, so changes to the contents of the mmap
/// object will be private to this process, and MAP_SHARED creates a mapping
/// that's shared with all other processes mapping the same areas of the file.
/// The default value is MAP_SHARED.
///
/// To map anonymous memory, pass -1 as the fileno (both versions).
#[pyclass(name = "mmap", module = "mmap", basetype, weakref, parts(methods, slots))]
pub struct PyMmap {
    /// Null when closed.
    pub(super) data: Cell<*mut u8>,
    pub(super) len: Cell<usize>,
    pub(super) position: Cell<usize>,
    pub(super) offset: i64,
    /// The object's own duplicate of the file's descriptor, or -1.
    pub(super) fd: Cell<i32>,
    pub(super) tracks_fd: bool,
    pub(super) flags: i32,
    pub(super) access: i32,
    /// Buffers that views hold of the memory.
    pub(super) exports: Cell<usize>,
}

impl Drop for PyMmap {
    fn drop(&mut self) {
        self.unmap();
    }
}

/// The ValueError of a closed object.
#[cold]
pub fn closed() -> PyErr {
    exceptions::value_error("mmap closed or invalid")
}

impl PyMmap {
    /// Ends the mapping, and closes the descriptor.
    pub(super) fn unmap(&self) {
        let (data, len, fd) =
            (self.data.replace(std::ptr::null_mut()), self.len.replace(0), self.fd.replace(-1));
        if data.is_null() && fd < 0 {
            return;
        }
        let (data, len) = (data.cast::<libc::c_void>(), len);
        // SAFETY: mapping and descriptor are the object's own, and nothing refers to them any more.
        unsafe {
            if fd >= 0 {
                libc::close(fd);
            }
            if !data.is_null() {
                libc::munmap(data, len);
            }
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.data.get().is_null()
    }

    /// How many bytes are mapped; ValueError if the object is closed.
    pub(super) fn size(&self) -> PyResult<usize> {
        if self.is_closed() { Err(closed()) } else { Ok(self.len.get()) }
    }

    /// The mapped memory. Python code that runs while the slice is held may change it, or unmap it: make none run.
    pub(super) fn memory(&self) -> PyResult<&[u8]> {
        let len = self.size()?;
        // SAFETY: `len` bytes are mapped.
        Ok(unsafe { std::slice::from_raw_parts(self.data.get(), len) })
    }

    /// TypeError if the memory must not be changed.
    pub(super) fn check_writable(&self) -> PyResult<()> {
        if self.access == ACCESS_READ {
            return Err(exceptions::type_error("mmap can't modify a readonly memory map."));
        }
        Ok(())
    }

    /// Copies bytes into the memory, which has room for them.
    pub(super) fn store(&self, at: usize, bytes: &[u8]) {
        debug_assert!(at + bytes.len() <= self.len.get());
        // SAFETY: the caller has checked the place against the size; the source may be part of the memory itself.
        unsafe { std::ptr::copy(bytes.as_ptr(), self.data.get().add(at), bytes.len()) };
    }

    /// Changes the size of mapping and file.
    pub(super) fn change_size(&self, new: i64) -> PyResult<()> {
        self.size()?;
        if self.exports.get() > 0 {
            return Err(exceptions::buffer_error("mmap can't resize with extant buffers exported."));
        }
        if !self.tracks_fd {
            return Err(exceptions::value_error("mmap can't resize with trackfd=False."));
        }
        if !matches!(self.access, ACCESS_WRITE | ACCESS_DEFAULT) {
            return Err(exceptions::type_error("mmap can't resize a readonly or copy-on-write memory map."));
        }
        let size = usize::try_from(new).ok().filter(|_| new.checked_add(self.offset).is_some());
        let size = size.ok_or_else(|| exceptions::value_error("new size out of range"))?;
        if size == 0 {
            return Err(syscall::os_error(libc::EINVAL));
        }
        let is_shared = self.flags & libc::MAP_PRIVATE == 0;
        if self.fd.get() == -1 && is_shared && size > self.len.get() {
            return Err(exceptions::value_error("mmap: can't expand a shared anonymous mapping"));
        }
        if self.fd.get() != -1 {
            let (fd, end) = (self.fd.get(), self.offset + new);
            // SAFETY: no memory is passed.
            syscall::blocking_or_raise(|| unsafe { libc::ftruncate(fd, end) })?;
        }
        let (data, len) = (self.data.get().cast(), self.len.get());
        // SAFETY: the mapping is the object's own, and nothing refers to it now.
        let moved = unsafe { libc::mremap(data, len, size, libc::MREMAP_MAYMOVE) };
        if moved == libc::MAP_FAILED {
            return Err(syscall::last_os_error());
        }
        self.data.set(moved.cast());
        self.len.set(size);
        Ok(())
    }
}

/// What is to be mapped.
#[derive(Clone, Copy)]
pub struct Request {
    pub fd: i32,
    /// 0 for the rest of the file.
    pub length: i64,
    pub flags: i32,
    pub prot: i32,
    pub access: i32,
    pub offset: i64,
    pub tracks_fd: bool,
}

/// The pair of flags and protection that an access stands for, and the access that they amount to.
fn modes(request: &Request) -> PyResult<(i32, i32, i32)> {
    let both = libc::PROT_READ | libc::PROT_WRITE;
    match request.access {
        ACCESS_DEFAULT => {
            let access = match request.prot & both {
                prot if prot == both => ACCESS_DEFAULT,
                libc::PROT_WRITE => ACCESS_WRITE,
                _ => ACCESS_READ,
            };
            Ok((request.flags, request.prot, access))
        }
        _ if request.flags != libc::MAP_SHARED || request.prot != both => {
            Err(exceptions::value_error("mmap can't specify both access and flags, prot."))
        }
        ACCESS_READ => Ok((libc::MAP_SHARED, libc::PROT_READ, ACCESS_READ)),
        ACCESS_WRITE => Ok((libc::MAP_SHARED, both, ACCESS_WRITE)),
        ACCESS_COPY => Ok((libc::MAP_PRIVATE, both, ACCESS_COPY)),
        _ => Err(exceptions::value_error("mmap invalid access parameter.")),
    }
}

/// How many bytes are to be mapped, of a file that is long enough.
fn mapped_length(request: &Request) -> PyResult<usize> {
    // SAFETY: all-zero bytes are a valid `struct stat`, which outlives the call.
    let mut stat: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: as above.
    let is_known = request.fd != -1 && unsafe { libc::fstat(request.fd, &mut stat) } == 0;
    if is_known && stat.st_mode & libc::S_IFMT == libc::S_IFREG {
        if request.length == 0 {
            if stat.st_size == 0 {
                return Err(exceptions::value_error("cannot mmap an empty file"));
            }
            if request.offset >= stat.st_size {
                return Err(exceptions::value_error("mmap offset is greater than file size"));
            }
            return Ok((stat.st_size - request.offset) as usize);
        }
        if request.offset > stat.st_size || stat.st_size - request.offset < request.length {
            return Err(exceptions::value_error("mmap length is greater than file size"));
        }
    }
    Ok(request.length as usize)
}

impl Request {
    pub fn map(self) -> PyResult<PyMmap> {
        if self.length < 0 {
            return Err(exceptions::overflow_error("memory mapped length must be positive"));
        }
        if self.offset < 0 {
            return Err(exceptions::overflow_error("memory mapped offset must be positive"));
        }
        let (flags, prot, access) = modes(&self)?;
        let len = mapped_length(&self)?;
        let fd = if self.fd != -1 && self.tracks_fd {
            // SAFETY: no memory is passed.
            syscall::check(unsafe { libc::fcntl(self.fd, libc::F_DUPFD_CLOEXEC, 0) })?
        } else {
            -1
        };
        let flags = if self.fd == -1 { flags | libc::MAP_ANONYMOUS } else { flags };
        let (of, offset) = (self.fd, self.offset);
        // SAFETY: the system chooses a place that is free.
        let (data, errno) = gil::without(|| unsafe {
            (libc::mmap(std::ptr::null_mut(), len, prot, flags, of, offset), syscall::errno())
        });
        if data == libc::MAP_FAILED {
            if fd != -1 {
                // SAFETY: the duplicate is ours.
                unsafe { libc::close(fd) };
            }
            return Err(syscall::os_error(errno));
        }
        Ok(PyMmap {
            data: Cell::new(data.cast()),
            len: Cell::new(len),
            position: Cell::new(0),
            offset: self.offset,
            fd: Cell::new(fd),
            tracks_fd: self.tracks_fd,
            flags,
            access,
            exports: Cell::new(0),
        })
    }
}
