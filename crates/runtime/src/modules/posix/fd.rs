//! Open files by descriptor.

use super::path_arg::{DirFd, FdLike, PathArg};
use crate::syscall;
use minipy_macros::pymodule;
use minipy_vm::types::bytes;
use minipy_vm::types::bytes::{BytesLike, WritableBuffer};
use minipy_vm::{PyResult, PyTuple, Value, exceptions, protocol};

#[pymodule(name = "posix")]
pub mod functions {
    use super::*;

    /// Open a file for low level IO.  Returns a file descriptor (integer).
    ///
    /// If dir_fd is not None, it should be a file descriptor open to
    /// a directory, and path should be relative; path will then be relative to
    /// that directory.
    /// dir_fd may not be implemented on your platform.  If it is unavailable,
    /// using it will raise a NotImplementedError.
    #[pyfunction("($module, /, path, flags, mode=511, *, dir_fd=None)")]
    fn open(path: PathArg, flags: i32, mode: i32, dir_fd: Option<DirFd>) -> PyResult<i32> {
        let dir_fd = dir_fd.unwrap_or(DirFd::CWD);
        let flags = flags | libc::O_CLOEXEC;
        crate::sys::audit("open", &[path.original.clone(), Value::NONE, Value::from(flags)])?;
        // SAFETY: the path is NUL-terminated.
        syscall::blocking(|| unsafe { libc::openat(dir_fd.0, path.as_ptr(), flags, mode) })?
            .map_err(|errno| path.error(errno))
    }

    /// Close a file descriptor.
    #[pyfunction("($module, /, fd)")]
    fn close(fd: FdLike) -> PyResult<()> {
        let fd = fd.0;
        // SAFETY: the descriptor is the program's to close. Linux closes it even when interrupted.
        let result = minipy_vm::gil::without(|| match unsafe { libc::close(fd) } {
            0 => 0,
            _ => syscall::errno(),
        });
        if result == 0 || result == libc::EINTR { Ok(()) } else { Err(syscall::os_error(result)) }
    }

    /// Closes all file descriptors in [fd_low, fd_high), ignoring errors.
    #[pyfunction("($module, fd_low, fd_high, /)")]
    fn closerange(fd_low: i32, fd_high: i32) {
        super::close_range(fd_low, fd_high);
    }

    /// Read from a file descriptor.  Returns a bytes object.
    #[pyfunction("($module, fd, length, /)")]
    fn read(fd: i32, length: isize) -> PyResult<Value> {
        let Ok(length) = usize::try_from(length) else { return Err(syscall::os_error(libc::EINVAL)) };
        let mut data = super::buffer_of(length)?;
        let count = super::read_into(fd, &mut data)?;
        data.truncate(count);
        Ok(bytes::from_box(data.into_boxed_slice()).into_value())
    }

    /// Read into a buffer object from a file descriptor.
    ///
    /// The buffer should be mutable and bytes-like.  On success, returns the
    /// number of bytes read.  Less bytes may be read than the size of the
    /// buffer.  The underlying system call will be retried when interrupted by
    /// a signal, unless the signal handler raises an exception.  Other errors
    /// will not be retried and an error will be raised.
    ///
    /// Returns 0 if *fd* is at end of file or if the provided *buffer* has
    /// length 0 (which can be used to check for errors without reading data).
    /// Never returns negative.
    #[pyfunction("($module, fd, buffer, /)")]
    fn readinto(fd: i32, mut buffer: WritableBuffer) -> PyResult<usize> {
        super::read_into(fd, buffer.as_mut_slice())
    }

    /// Write a bytes object to a file descriptor.
    #[pyfunction("($module, fd, data, /)")]
    fn write(fd: i32, data: BytesLike<'_>) -> PyResult<usize> {
        let data = data.as_slice();
        // SAFETY: the slice stays in place during the call.
        syscall::blocking_or_raise(|| unsafe { libc::write(fd, data.as_ptr().cast(), data.len()) })
            .map(|n| n as usize)
    }

    /// Read a number of bytes from a file descriptor starting at a particular offset.
    ///
    /// Read length bytes from file descriptor fd, starting at offset bytes from
    /// the beginning of the file.  The file offset remains unchanged.
    #[pyfunction("($module, fd, length, offset, /)")]
    fn pread(fd: i32, length: i32, offset: i64) -> PyResult<Value> {
        let Ok(length) = usize::try_from(length) else { return Err(syscall::os_error(libc::EINVAL)) };
        let mut data = super::buffer_of(length)?;
        let to = data.as_mut_ptr();
        // SAFETY: `data` has room for `length` bytes.
        let count =
            syscall::blocking_or_raise(|| unsafe { libc::pread(fd, to.cast(), length, offset) })? as usize;
        data.truncate(count);
        Ok(bytes::from_box(data.into_boxed_slice()).into_value())
    }

    /// Write bytes to a file descriptor starting at a particular offset.
    ///
    /// Write buffer to fd, starting at offset bytes from the beginning of
    /// the file.  Returns the number of bytes written.  Does not change the
    /// current file offset.
    #[pyfunction("($module, fd, buffer, offset, /)")]
    fn pwrite(fd: i32, buffer: BytesLike<'_>, offset: i64) -> PyResult<usize> {
        let data = buffer.as_slice();
        // SAFETY: the slice stays in place during the call.
        syscall::blocking_or_raise(|| unsafe { libc::pwrite(fd, data.as_ptr().cast(), data.len(), offset) })
            .map(|n| n as usize)
    }

    /// Read from a file descriptor fd into an iterable of buffers.
    ///
    /// The buffers should be mutable buffers accepting bytes.
    /// readv will transfer data into each buffer until it is full
    /// and then move on to the next buffer in the sequence to hold
    /// the rest of the data.
    ///
    /// readv returns the total number of bytes read,
    /// which may be less than the total capacity of all the buffers.
    #[pyfunction("($module, fd, buffers, /)")]
    fn readv(fd: i32, buffers: &Value) -> PyResult<usize> {
        let mut buffers = super::writable_buffers(buffers, "readv() arg 2 must be a sequence")?;
        let vectors = super::read_vectors(&mut buffers);
        // SAFETY: the vectors name writable memory that stays in place.
        syscall::blocking_or_raise(|| unsafe { libc::readv(fd, vectors.as_ptr(), vectors.len() as i32) })
            .map(|n| n as usize)
    }

    /// Iterate over buffers, and write the contents of each to a file descriptor.
    ///
    /// Returns the total number of bytes written.
    /// buffers must be a sequence of bytes-like objects.
    #[pyfunction("($module, fd, buffers, /)")]
    fn writev(fd: i32, buffers: &Value) -> PyResult<usize> {
        let items = super::sequence(buffers, "writev() arg 2 must be a sequence")?;
        let buffers = items.iter().map(BytesLike::of).collect::<PyResult<Vec<_>>>()?;
        let vectors = super::write_vectors(&buffers);
        // SAFETY: the vectors name memory that stays in place.
        syscall::blocking_or_raise(|| unsafe { libc::writev(fd, vectors.as_ptr(), vectors.len() as i32) })
            .map(|n| n as usize)
    }

    /// Reads from a file descriptor into a number of mutable bytes-like objects.
    ///
    /// Combines the functionality of readv() and pread().  As readv(), it will
    /// transfer data into each buffer until it is full and then move on to the
    /// next buffer in the sequence to hold the rest of the data.  Its fourth
    /// argument, specifies the file offset at which the input operation is to
    /// be performed.  It will return the total number of bytes read (which can
    /// be less than the total capacity of all the objects).
    ///
    /// The flags argument contains a bitwise OR of zero or more of the
    /// following flags:
    ///
    /// - RWF_HIPRI
    /// - RWF_NOWAIT
    ///
    /// Using non-zero flags requires Linux 4.6 or newer.
    #[pyfunction("($module, fd, buffers, offset, flags=0, /)")]
    fn preadv(fd: i32, buffers: &Value, offset: i64, flags: i32) -> PyResult<usize> {
        let mut buffers = super::writable_buffers(buffers, "preadv() arg 2 must be a sequence")?;
        let vectors = super::read_vectors(&mut buffers);
        let (data, count) = (vectors.as_ptr(), vectors.len() as i32);
        // SAFETY: the vectors name writable memory that stays in place.
        syscall::blocking_or_raise(|| unsafe { libc::preadv2(fd, data, count, offset, flags) })
            .map(|n| n as usize)
    }

    /// Writes the contents of bytes-like objects to a file descriptor at a given offset.
    ///
    /// Combines the functionality of writev() and pwrite(). All buffers must be
    /// a sequence of bytes-like objects.  Buffers are processed in array order.
    /// Entire contents of first buffer is written before proceeding to second,
    /// and so on. The operating system may set a limit (sysconf() value
    /// SC_IOV_MAX) on the number of buffers that can be used.
    /// This function writes the contents of each object to the file descriptor
    /// and returns the total number of bytes written.
    ///
    /// The flags argument contains a bitwise OR of zero or more of the
    /// following flags:
    ///
    /// - RWF_DSYNC
    /// - RWF_SYNC
    /// - RWF_APPEND
    ///
    /// Using non-zero flags requires Linux 4.7 or newer.
    #[pyfunction("($module, fd, buffers, offset, flags=0, /)")]
    fn pwritev(fd: i32, buffers: &Value, offset: i64, flags: i32) -> PyResult<usize> {
        let items = super::sequence(buffers, "pwritev() arg 2 must be a sequence")?;
        let buffers = items.iter().map(BytesLike::of).collect::<PyResult<Vec<_>>>()?;
        let vectors = super::write_vectors(&buffers);
        let (data, count) = (vectors.as_ptr(), vectors.len() as i32);
        // SAFETY: the vectors name memory that stays in place.
        syscall::blocking_or_raise(|| unsafe { libc::pwritev2(fd, data, count, offset, flags) })
            .map(|n| n as usize)
    }

    /// Set the position of a file descriptor.  Return the new position.
    ///
    ///   fd
    ///     An open file descriptor, as returned by os.open().
    ///   position
    ///     Position, interpreted relative to 'whence'.
    ///   whence
    ///     The relative position to seek from. Valid values are:
    ///     - SEEK_SET: seek from the start of the file.
    ///     - SEEK_CUR: seek from the current file position.
    ///     - SEEK_END: seek from the end of the file.
    ///
    /// The return value is the number of bytes relative to the beginning of
    /// the file.
    #[pyfunction("($module, fd, position, whence, /)")]
    fn lseek(fd: i32, position: i64, whence: i32) -> PyResult<i64> {
        // SAFETY: no memory is passed.
        syscall::blocking_or_raise(|| unsafe { libc::lseek(fd, position, whence) })
    }

    /// Return True if the fd is connected to a terminal.
    ///
    /// Return True if the file descriptor is an open file descriptor
    /// connected to the slave end of a terminal.
    #[pyfunction("($module, fd, /)")]
    fn isatty(fd: i32) -> bool {
        // SAFETY: no memory is passed.
        unsafe { libc::isatty(fd) == 1 }
    }

    /// Return a duplicate of a file descriptor.
    #[pyfunction("($module, fd, /)")]
    fn dup(fd: i32) -> PyResult<i32> {
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) })
    }

    /// Duplicate file descriptor.
    #[pyfunction("($module, /, fd, fd2, inheritable=True)")]
    fn dup2(fd: i32, fd2: i32, inheritable: bool) -> PyResult<i32> {
        let flags = if inheritable { 0 } else { libc::O_CLOEXEC };
        if fd == fd2 {
            // SAFETY: no memory is passed.
            syscall::check(unsafe { libc::dup2(fd, fd2) })?;
            super::set_inheritable_flag(fd2, inheritable)?;
            return Ok(fd2);
        }
        // SAFETY: no memory is passed.
        syscall::blocking_or_raise(|| unsafe { libc::dup3(fd, fd2, flags) })
    }

    /// Create a pipe.
    ///
    /// Returns a tuple of two file descriptors:
    ///   (read_fd, write_fd)
    #[pyfunction("($module, /)")]
    fn pipe() -> PyResult<Value> {
        super::make_pipe(libc::O_CLOEXEC)
    }

    /// Create a pipe with flags set atomically.
    ///
    /// Returns a tuple of two file descriptors:
    ///   (read_fd, write_fd)
    ///
    /// flags can be constructed by ORing together one or more of these values:
    /// O_NONBLOCK, O_CLOEXEC.
    #[pyfunction("($module, flags, /)")]
    fn pipe2(flags: i32) -> PyResult<Value> {
        super::make_pipe(flags)
    }

    /// Force write of fd to disk.
    #[pyfunction("($module, /, fd)")]
    fn fsync(fd: FdLike) -> PyResult<()> {
        // SAFETY: no memory is passed.
        syscall::blocking_or_raise(|| unsafe { libc::fsync(fd.0) }).map(drop)
    }

    /// Force write of fd to disk without forcing update of metadata.
    #[pyfunction("($module, /, fd)")]
    fn fdatasync(fd: FdLike) -> PyResult<()> {
        // SAFETY: no memory is passed.
        syscall::blocking_or_raise(|| unsafe { libc::fdatasync(fd.0) }).map(drop)
    }

    /// Truncate a file, specified by file descriptor, to a specific length.
    #[pyfunction("($module, fd, length, /)")]
    fn ftruncate(fd: i32, length: i64) -> PyResult<()> {
        crate::sys::audit("os.truncate", &[Value::from(fd), Value::from(length)])?;
        // SAFETY: no memory is passed.
        syscall::blocking_or_raise(|| unsafe { libc::ftruncate(fd, length) }).map(drop)
    }

    /// Get the close-on-exe flag of the specified file descriptor.
    #[pyfunction("($module, fd, /)")]
    fn get_inheritable(fd: i32) -> PyResult<bool> {
        // SAFETY: no memory is passed.
        let flags = syscall::check(unsafe { libc::fcntl(fd, libc::F_GETFD) })?;
        Ok(flags & libc::FD_CLOEXEC == 0)
    }

    /// Set the inheritable flag of the specified file descriptor.
    #[pyfunction("($module, fd, inheritable, /)")]
    fn set_inheritable(fd: i32, inheritable: i32) -> PyResult<()> {
        super::set_inheritable_flag(fd, inheritable != 0)
    }

    /// Get the blocking mode of the file descriptor.
    ///
    /// Return False if the O_NONBLOCK flag is set, True if the flag is cleared.
    #[pyfunction("($module, fd, /)")]
    fn get_blocking(fd: i32) -> PyResult<bool> {
        // SAFETY: no memory is passed.
        let flags = syscall::check(unsafe { libc::fcntl(fd, libc::F_GETFL) })?;
        Ok(flags & libc::O_NONBLOCK == 0)
    }

    /// Set the blocking mode of the specified file descriptor.
    ///
    /// Set the O_NONBLOCK flag if blocking is False,
    /// clear the O_NONBLOCK flag otherwise.
    #[pyfunction("($module, fd, blocking, /)")]
    fn set_blocking(fd: i32, blocking: bool) -> PyResult<()> {
        // SAFETY: no memory is passed.
        let flags = syscall::check(unsafe { libc::fcntl(fd, libc::F_GETFL) })?;
        let new = if blocking { flags & !libc::O_NONBLOCK } else { flags | libc::O_NONBLOCK };
        if new != flags {
            // SAFETY: as above.
            syscall::check(unsafe { libc::fcntl(fd, libc::F_SETFL, new) })?;
        }
        Ok(())
    }

    /// Return a string describing the encoding of a terminal's file descriptor.
    ///
    /// The file descriptor must be attached to a terminal.
    /// If the device is not a terminal, return None.
    #[pyfunction("($module, /, fd)")]
    fn device_encoding(fd: i32) -> Option<&'static str> {
        // SAFETY: no memory is passed.
        (unsafe { libc::isatty(fd) } == 1).then_some("utf-8")
    }
}

pub use functions::MODULE;

/// Zeroed memory; MemoryError if there is not that much.
pub fn buffer_of(length: usize) -> PyResult<Vec<u8>> {
    let mut data = Vec::new();
    data.try_reserve_exact(length).map_err(|_| exceptions::memory_error())?;
    data.resize(length, 0);
    Ok(data)
}

/// Reads once into `to`; the number of bytes read.
pub fn read_into(fd: i32, to: &mut [u8]) -> PyResult<usize> {
    let (data, len) = (to.as_mut_ptr(), to.len());
    // SAFETY: the slice stays in place during the call.
    syscall::blocking_or_raise(|| unsafe { libc::read(fd, data.cast(), len) }).map(|n| n as usize)
}

fn make_pipe(flags: i32) -> PyResult<Value> {
    let mut ends = [0; 2];
    // SAFETY: there is room for two descriptors.
    syscall::check(unsafe { libc::pipe2(ends.as_mut_ptr(), flags) })?;
    Ok(PyTuple::from_array(ends.map(Value::from)).into_value())
}

/// Whether a descriptor survives an `exec`.
pub fn set_inheritable_flag(fd: i32, inheritable: bool) -> PyResult<()> {
    // SAFETY: no memory is passed.
    let flags = syscall::check(unsafe { libc::fcntl(fd, libc::F_GETFD) })?;
    let new = if inheritable { flags & !libc::FD_CLOEXEC } else { flags | libc::FD_CLOEXEC };
    if new != flags {
        // SAFETY: as above.
        syscall::check(unsafe { libc::fcntl(fd, libc::F_SETFD, new) })?;
    }
    Ok(())
}

/// Closes the descriptors from `low` up to but without `high`.
pub fn close_range(low: i32, high: i32) {
    let low = low.max(0);
    if low >= high {
        return;
    }
    minipy_vm::gil::without(|| {
        // SAFETY: no memory is passed.
        unsafe { libc::syscall(libc::SYS_close_range, low as u32, (high - 1) as u32, 0u32) }
    });
}

fn sequence(value: &Value, message: &str) -> PyResult<Vec<Value>> {
    if value.class().slots().sq_item.is_none() && value.class().slots().subscript.is_none() {
        return Err(exceptions::type_error(message));
    }
    protocol::collect(value)
}

fn writable_buffers(value: &Value, message: &str) -> PyResult<Vec<WritableBuffer>> {
    sequence(value, message)?
        .iter()
        .map(|item| {
            WritableBuffer::new(item).ok_or_else(|| {
                exceptions::type_error(format!(
                    "a read-write bytes-like object is required, not '{}'",
                    item.type_name()
                ))
            })
        })
        .collect()
}

/// What `readv` takes.
pub fn read_vectors(buffers: &mut [WritableBuffer]) -> Vec<libc::iovec> {
    let vector = |buffer: &mut WritableBuffer| {
        let slice = buffer.as_mut_slice();
        libc::iovec { iov_base: slice.as_mut_ptr().cast(), iov_len: slice.len() }
    };
    buffers.iter_mut().map(vector).collect()
}

/// What `writev` takes.
pub fn write_vectors(buffers: &[BytesLike<'_>]) -> Vec<libc::iovec> {
    let vector = |buffer: &BytesLike<'_>| {
        let slice = buffer.as_slice();
        libc::iovec { iov_base: slice.as_ptr().cast_mut().cast(), iov_len: slice.len() }
    };
    buffers.iter().map(vector).collect()
}
