//! `FileIO`: unbuffered files.

use super::base::{PyIOBase, PyRawIOBase, close_base};
use super::{closed_error, unsupported};
use crate::modules::posix::fd::set_inheritable_flag;
use crate::syscall;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::cell::GilCell;
use minipy_vm::types::bytes;
use minipy_vm::types::bytes::{BytesLike, WritableBuffer};
use minipy_vm::{PyResult, PyStr, Ref, TypeRef, Value, exceptions, name, protocol};
use std::cell::Cell;
use std::ffi::CString;
use std::mem::MaybeUninit;

/// Open a file.
#[pyclass(
    name = "FileIO",
    module = "_io",
    base = PyRawIOBase,
    basetype,
    dict,
    weakref,
    finalizer,
    sig = "(file, mode='r', closefd=True, opener=None)"
)]
#[repr(C)]
pub struct PyFileIO {
    raw: PyRawIOBase,
    fd: Cell<i32>,
    created: Cell<bool>,
    readable: Cell<bool>,
    writable: Cell<bool>,
    appending: Cell<bool>,
    closefd: Cell<bool>,
    /// Whether it can seek, once that is known.
    seekable: Cell<Option<bool>>,
    /// Size and block size when it was opened.
    stat: GilCell<Option<(i64, i64, u32)>>,
}

impl Default for PyFileIO {
    fn default() -> Self {
        PyFileIO {
            raw: PyRawIOBase::default(),
            fd: Cell::new(-1),
            created: Cell::new(false),
            readable: Cell::new(false),
            writable: Cell::new(false),
            appending: Cell::new(false),
            closefd: Cell::new(true),
            seekable: Cell::new(None),
            stat: GilCell::new(None),
        }
    }
}

/// The open flags of a mode like "rb+".
struct Mode {
    flags: i32,
    created: bool,
    readable: bool,
    writable: bool,
    appending: bool,
}

fn parse_mode(mode: &str) -> PyResult<Mode> {
    let mut out = Mode { flags: 0, created: false, readable: false, writable: false, appending: false };
    let (mut kinds, mut plus) = (0, false);
    for c in mode.chars() {
        match c {
            'x' => {
                kinds += 1;
                out.created = true;
                out.writable = true;
                out.flags |= libc::O_EXCL | libc::O_CREAT;
            }
            'r' => {
                kinds += 1;
                out.readable = true;
            }
            'w' => {
                kinds += 1;
                out.writable = true;
                out.flags |= libc::O_CREAT | libc::O_TRUNC;
            }
            'a' => {
                kinds += 1;
                out.writable = true;
                out.appending = true;
                out.flags |= libc::O_APPEND | libc::O_CREAT;
            }
            'b' => {}
            '+' if !plus => {
                plus = true;
                out.readable = true;
                out.writable = true;
            }
            '+' => kinds = 2,
            _ => return Err(exceptions::value_error(format!("invalid mode: {mode}"))),
        }
        if kinds > 1 {
            break;
        }
    }
    if kinds != 1 {
        return Err(exceptions::value_error(
            "Must have exactly one of create/read/write/append mode and at most one plus",
        ));
    }
    out.flags |= match (out.readable, out.writable) {
        (true, true) => libc::O_RDWR,
        (true, false) => libc::O_RDONLY,
        _ => libc::O_WRONLY,
    } | libc::O_CLOEXEC;
    Ok(out)
}

impl PyFileIO {
    /// An open file, as `FileIO(file, mode, closefd, opener)` makes it.
    pub fn open(file: &Value, mode: &str, closefd: bool, opener: &Value) -> PyResult<Ref<PyFileIO>> {
        let this = Ref::new(PyFileIO::default());
        this.setup(&this, file, mode, closefd, opener)?;
        Ok(this)
    }

    fn setup(
        &self,
        zelf: &Ref<PyFileIO>,
        file: &Value,
        mode: &str,
        closefd: bool,
        opener: &Value,
    ) -> PyResult<()> {
        if self.fd.get() >= 0 {
            if self.closefd.get() {
                self.close_fd()?;
            } else {
                self.fd.set(-1);
            }
        }
        let given_fd = match file.as_bool() {
            Some(_) => {
                minipy_vm::warnings::warn(
                    exceptions::runtime_warning_class(),
                    "bool is used as a file descriptor",
                    1,
                )?;
                Some(i64::from(file.is_true()))
            }
            None if protocol::is_int(file) => Some(protocol::index_to_i64(file)?.unwrap_or(i64::MAX)),
            None => None,
        };
        let given_fd = match given_fd {
            Some(fd) if fd < 0 => return Err(exceptions::value_error("negative file descriptor")),
            Some(fd) => Some(
                i32::try_from(fd)
                    .map_err(|_| exceptions::overflow_error("Python int too large to convert to C int"))?,
            ),
            None => None,
        };
        let parsed = parse_mode(mode)?;
        self.created.set(parsed.created);
        self.readable.set(parsed.readable);
        self.writable.set(parsed.writable);
        self.appending.set(parsed.appending);
        self.seekable.set(None);
        crate::sys::audit("open", &[file.clone(), Value::from(mode), Value::from(parsed.flags)])?;
        let opened = match given_fd {
            Some(fd) => {
                self.closefd.set(closefd);
                self.fd.set(fd);
                false
            }
            None => {
                self.closefd.set(true);
                if !closefd {
                    return Err(exceptions::value_error("Cannot use closefd=False with file name"));
                }
                self.fd.set(open_by_name(file, parsed.flags, opener)?);
                true
            }
        };
        let result = self.look_at(file).and_then(|()| {
            protocol::setattr(zelf.as_value(), name!("name"), file.clone())?;
            if parsed.appending {
                // SAFETY: no memory is passed. A pipe that cannot seek is no error.
                unsafe { libc::lseek(self.fd.get(), 0, libc::SEEK_END) };
            }
            Ok(())
        });
        if result.is_err() {
            if opened {
                let _ = self.close_fd();
            } else {
                self.fd.set(-1);
            }
        }
        result
    }

    /// Refuses folders, and remembers size and block size.
    fn look_at(&self, file: &Value) -> PyResult<()> {
        let mut out = MaybeUninit::<libc::stat>::uninit();
        let fd = self.fd.get();
        // SAFETY: there is room for the result.
        match syscall::blocking(|| unsafe { libc::fstat(fd, out.as_mut_ptr()) })? {
            Ok(_) => {
                // SAFETY: the call succeeded and filled it.
                let stat = unsafe { out.assume_init() };
                if stat.st_mode & libc::S_IFMT == libc::S_IFDIR {
                    return Err(exceptions::os_error_from_errno(libc::EISDIR, Some(file.clone()), None));
                }
                self.stat.set(Some((stat.st_size, stat.st_blksize, stat.st_mode)));
                Ok(())
            }
            Err(libc::EBADF) => Err(exceptions::os_error_from_errno(libc::EBADF, Some(file.clone()), None)),
            Err(_) => Ok(()),
        }
    }

    fn close_fd(&self) -> PyResult<()> {
        let fd = self.fd.replace(-1);
        if fd < 0 {
            return Ok(());
        }
        // SAFETY: the descriptor is this object's to close.
        let errno = minipy_vm::gil::without(|| match unsafe { libc::close(fd) } {
            0 => 0,
            _ => syscall::errno(),
        });
        if errno == 0 || errno == libc::EINTR { Ok(()) } else { Err(syscall::os_error(errno)) }
    }

    fn open_fd(&self) -> PyResult<i32> {
        match self.fd.get() {
            fd if fd < 0 => Err(closed_error("I/O operation on closed file")),
            fd => Ok(fd),
        }
    }

    fn readable_fd(&self) -> PyResult<i32> {
        let fd = self.open_fd()?;
        if self.readable.get() { Ok(fd) } else { Err(unsupported("File not open for reading")) }
    }

    pub fn is_closed(&self) -> bool {
        self.fd.get() < 0
    }

    /// Reads once into `to`; `None` if it would block.
    pub fn read_some(&self, to: &mut [u8]) -> PyResult<Option<usize>> {
        let fd = self.readable_fd()?;
        let (data, len) = (to.as_mut_ptr(), to.len());
        // SAFETY: the slice has `len` bytes and stays in place.
        match syscall::blocking(|| unsafe { libc::read(fd, data.cast(), len) })? {
            Ok(count) => Ok(Some(count as usize)),
            Err(libc::EAGAIN) => Ok(None),
            Err(errno) => Err(syscall::os_error(errno)),
        }
    }

    /// Writes once; `None` if it would block.
    pub fn write_some(&self, data: &[u8]) -> PyResult<Option<usize>> {
        let fd = self.open_fd()?;
        if !self.writable.get() {
            return Err(unsupported("File not open for writing"));
        }
        // SAFETY: the slice stays in place.
        match syscall::blocking(|| unsafe { libc::write(fd, data.as_ptr().cast(), data.len()) })? {
            Ok(count) => Ok(Some(count as usize)),
            Err(libc::EAGAIN) => Ok(None),
            Err(errno) => Err(syscall::os_error(errno)),
        }
    }

    /// Moves the position.
    pub fn seek_to(&self, offset: i64, whence: i32) -> PyResult<i64> {
        let fd = self.open_fd()?;
        // SAFETY: no memory is passed.
        syscall::blocking_or_raise(|| unsafe { libc::lseek(fd, offset, whence) })
    }

    /// Whether the position can move.
    pub fn can_seek(&self) -> PyResult<bool> {
        if let Some(known) = self.seekable.get() {
            self.open_fd()?;
            return Ok(known);
        }
        let fd = self.open_fd()?;
        // SAFETY: no memory is passed.
        let seekable = unsafe { libc::lseek(fd, 0, libc::SEEK_CUR) } >= 0;
        self.seekable.set(Some(seekable));
        Ok(seekable)
    }

    /// Whether it is a terminal.
    pub fn is_terminal(&self) -> PyResult<bool> {
        let fd = self.open_fd()?;
        // SAFETY: no memory is passed.
        Ok(unsafe { libc::isatty(fd) } == 1)
    }

    /// Whether it may be a terminal, going by its kind when it was opened.
    pub fn is_character_device(&self) -> bool {
        self.stat.with(|s| s.is_none_or(|s| s.2 & libc::S_IFMT == libc::S_IFCHR))
    }

    /// The preferred size of a buffer.
    pub fn block_size(&self) -> usize {
        match self.stat.with(|s| *s) {
            Some((_, size, _)) if size > 1 => size as usize,
            _ => super::DEFAULT_BUFFER_SIZE,
        }
    }

    /// Everything up to the end; `None` if it would block at once.
    pub fn read_all(&self) -> PyResult<Option<Vec<u8>>> {
        let fd = self.readable_fd()?;
        // SAFETY: no memory is passed.
        let position = unsafe { libc::lseek(fd, 0, libc::SEEK_CUR) };
        let size = self.stat.with(|s| s.map_or(0, |s| s.0));
        let expected = if position >= 0 && size > position { (size - position) as usize + 1 } else { 8192 };
        let mut data = crate::modules::posix::fd::buffer_of(expected)?;
        let mut len = 0;
        loop {
            if len == data.len() {
                let more = data.len().clamp(8192, 1 << 26);
                data.try_reserve(more).map_err(|_| exceptions::memory_error())?;
                data.resize(len + more, 0);
            }
            match self.read_some(&mut data[len..])? {
                Some(0) => break,
                Some(count) => len += count,
                None if len == 0 => return Ok(None),
                None => break,
            }
        }
        data.truncate(len);
        Ok(Some(data))
    }

    fn mode_text(&self) -> &'static str {
        match (self.created.get(), self.appending.get(), self.readable.get(), self.writable.get()) {
            (true, _, true, _) => "xb+",
            (true, _, false, _) => "xb",
            (_, true, true, _) => "ab+",
            (_, true, false, _) => "ab",
            (_, _, true, true) => "rb+",
            (_, _, true, false) => "rb",
            _ => "wb",
        }
    }

    fn base(&self) -> &PyIOBase {
        &self.raw.base
    }
}

fn open_by_name(file: &Value, flags: i32, opener: &Value) -> PyResult<i32> {
    let fd = if opener.is_none() {
        let path = crate::path::fs_encode(file)?;
        let text = CString::new(path).map_err(|_| exceptions::value_error("embedded null byte"))?;
        // SAFETY: the path is NUL-terminated.
        return syscall::blocking_on(file, || unsafe { libc::open(text.as_ptr(), flags, 0o666) });
    } else {
        let result = protocol::call(opener, &[file.clone(), Value::from(flags)])?;
        if !protocol::is_int(&result) {
            return Err(exceptions::type_error("expected integer from opener"));
        }
        match protocol::index_to_i64(&result)?.and_then(|n| i32::try_from(n).ok()) {
            Some(fd) if fd >= 0 => fd,
            Some(fd) => return Err(exceptions::value_error(format!("opener returned {fd}"))),
            None => return Err(exceptions::overflow_error("Python int too large to convert to C int")),
        }
    };
    set_inheritable_flag(fd, false)?;
    Ok(fd)
}

/// The position and whence of a `seek`, and the position it gives.
fn do_seek(file: &PyFileIO, pos: &Value, whence: i32) -> PyResult<i64> {
    file.open_fd()?;
    if pos.class().slots().float.is_some() && pos.class().slots().index.is_none() {
        return Err(exceptions::type_error("an integer is required"));
    }
    let offset = protocol::index_to_i64(pos)?
        .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C long"))?;
    file.seek_to(offset, whence)
}

#[pymethods]
impl PyFileIO {
    #[slot]
    fn new(cls: &TypeRef, args: minipy_vm::Args<'_>) -> PyResult<Value> {
        let _ = args;
        Ok(Ref::new_in(cls, PyFileIO::default()).into_value())
    }

    #[slot(init, sig = "(file, mode='r', closefd=True, opener=None)")]
    fn init(
        zelf: &Ref<PyFileIO>,
        file: &Value,
        mode: Option<&Ref<PyStr>>,
        closefd: bool,
        opener: Option<&Value>,
    ) -> PyResult<()> {
        let mode = mode.map_or_else(|| "r".to_owned(), |m| m.to_string_lossy());
        zelf.setup(zelf, file, &mode, closefd, opener.unwrap_or(&Value::NONE))
    }

    #[slot]
    fn repr(zelf: &Ref<PyFileIO>) -> PyResult<Value> {
        let class = zelf.class().qualified_name();
        if zelf.fd.get() < 0 {
            return Ok(Value::from(format!("<{class} [closed]>")));
        }
        let closefd = if zelf.closefd.get() { "True" } else { "False" };
        let mode = zelf.mode_text();
        let text = match protocol::lookup_attr(zelf.as_value(), name!("name"))? {
            None => format!("<{class} fd={} mode='{mode}' closefd={closefd}>", zelf.fd.get()),
            Some(name) => match minipy_vm::protocol::enter_repr(zelf.as_value()) {
                None => {
                    return Err(exceptions::runtime_error(format!(
                        "reentrant call inside {}.__repr__",
                        zelf.class().name()
                    )));
                }
                Some(_guard) => {
                    format!("<{class} name={} mode='{mode}' closefd={closefd}>", protocol::repr(&name)?)
                }
            },
        };
        Ok(Value::from(text))
    }

    /// Read at most size bytes, returned as bytes.
    #[pymethod("($self, size=-1, /)", defining_class)]
    fn read(zelf: &Ref<PyFileIO>, size: Option<&Value>) -> PyResult<Value> {
        zelf.readable_fd()?;
        let size = super::size_arg(size)?;
        if size < 0 {
            return protocol::call_method(zelf.as_value(), name!("readall"), &[]);
        }
        let mut data = crate::modules::posix::fd::buffer_of(size as usize)?;
        match zelf.read_some(&mut data)? {
            Some(count) => Ok(bytes::from_slice(&data[..count]).into_value()),
            None => Ok(Value::NONE),
        }
    }

    /// Read all data from the file, returned as bytes.
    #[pymethod("($self, /)")]
    fn readall(&self) -> PyResult<Value> {
        self.open_fd()?;
        Ok(self.read_all()?.map_or(Value::NONE, |data| bytes::from_slice(&data).into_value()))
    }

    /// Same as RawIOBase.readinto().
    #[pymethod("($self, buffer, /)", defining_class)]
    fn readinto(&self, mut buffer: WritableBuffer) -> PyResult<Option<usize>> {
        self.readable_fd()?;
        self.read_some(buffer.as_mut_slice())
    }

    /// Write buffer b to file, return number of bytes written.
    #[pymethod("($self, b, /)", defining_class)]
    fn write(&self, b: BytesLike<'_>) -> PyResult<Option<usize>> {
        self.write_some(&b)
    }

    /// Move to new file position and return the file position.
    #[pymethod("($self, pos, whence=0, /)")]
    fn seek(&self, pos: &Value, whence: i32) -> PyResult<i64> {
        do_seek(self, pos, whence)
    }

    /// Current file position.
    #[pymethod("($self, /)")]
    fn tell(&self) -> PyResult<i64> {
        self.seek_to(0, libc::SEEK_CUR)
    }

    /// Truncate the file to at most size bytes and return the truncated size.
    #[pymethod("($self, size=None, /)", defining_class)]
    fn truncate(&self, size: Option<&Value>) -> PyResult<Value> {
        let fd = self.open_fd()?;
        if !self.writable.get() {
            return Err(unsupported("File not open for writing"));
        }
        let size = match size.filter(|s| !s.is_none()) {
            None => Value::from(self.seek_to(0, libc::SEEK_CUR)?),
            Some(size) => size.clone(),
        };
        let length = protocol::index_to_i64(&size)?
            .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C long"))?;
        // SAFETY: no memory is passed.
        syscall::blocking_or_raise(|| unsafe { libc::ftruncate(fd, length) })?;
        self.stat.set(None);
        Ok(size)
    }

    /// Close the file.
    #[pymethod("($self, /)", defining_class)]
    fn close(zelf: &Ref<PyFileIO>) -> PyResult<()> {
        let base = close_base(zelf.as_value());
        if !zelf.closefd.get() {
            zelf.fd.set(-1);
            return base.map(drop);
        }
        if zelf.base().finalizing.get() {
            dealloc_warning(zelf, zelf.as_value());
        }
        let closed = zelf.close_fd();
        base?;
        closed
    }

    /// True if file supports random-access.
    #[pymethod("($self, /)")]
    fn seekable(&self) -> PyResult<bool> {
        self.can_seek()
    }

    /// True if file was opened in a read mode.
    #[pymethod("($self, /)")]
    fn readable(&self) -> PyResult<bool> {
        self.open_fd()?;
        Ok(self.readable.get())
    }

    /// True if file was opened in a write mode.
    #[pymethod("($self, /)")]
    fn writable(&self) -> PyResult<bool> {
        self.open_fd()?;
        Ok(self.writable.get())
    }

    /// Return the underlying file descriptor (an integer).
    #[pymethod("($self, /)")]
    fn fileno(&self) -> PyResult<i32> {
        self.open_fd()
    }

    /// True if the file is connected to a TTY device.
    #[pymethod("($self, /)")]
    fn isatty(&self) -> PyResult<bool> {
        self.is_terminal()
    }

    #[pymethod("($self, /)")]
    fn _isatty_open_only(&self) -> PyResult<bool> {
        if self.is_character_device() { self.is_terminal() } else { Ok(false) }
    }

    #[pymethod("($self, object, /)")]
    fn _dealloc_warn(zelf: &Ref<PyFileIO>, object: &Value) {
        dealloc_warning(zelf, object);
    }

    #[pymethod("($self, /)")]
    fn __getstate__(zelf: &Value) -> PyResult<()> {
        Err(super::cannot_pickle(zelf))
    }

    /// True if the file is closed
    #[pygetset]
    fn closed(&self) -> bool {
        self.fd.get() < 0
    }

    /// True if the file descriptor will be closed by close().
    #[pygetset]
    fn closefd(&self) -> bool {
        self.closefd.get()
    }

    /// String giving the file mode
    #[pygetset]
    fn mode(&self) -> &'static str {
        self.mode_text()
    }

    /// Stat st_blksize if available
    #[pygetset]
    fn _blksize(&self) -> usize {
        self.block_size()
    }

    #[pygetset(member)]
    fn _finalizing(&self) -> bool {
        self.base().finalizing.get()
    }

    #[pygetset(name = "_finalizing", setter)]
    fn set_finalizing(&self, value: Option<Value>) -> PyResult<()> {
        match value {
            Some(value) if value.is_true() || value.is_false() => {
                self.base().finalizing.set(value.is_true());
                Ok(())
            }
            Some(_) => Err(exceptions::type_error("attribute value type must be bool")),
            None => Err(exceptions::type_error("can't delete numeric/char attribute")),
        }
    }
}

/// Warns that `object` was not closed.
fn dealloc_warning(file: &PyFileIO, object: &Value) {
    if file.fd.get() < 0 || !file.closefd.get() {
        return;
    }
    let shown = protocol::repr(object).map_or_else(|_| String::new(), |r| r.to_string_lossy());
    if let Err(error) = minipy_vm::warnings::unclosed(object, &format!("unclosed file {shown}"))
        && error.is_instance(exceptions::warning_class())
    {
        minipy_vm::finalize::report_unraisable(error, None, Some(object));
    }
}
