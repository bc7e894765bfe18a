//! `listdir`, `scandir` and `DirEntry`.

use super::path_arg::{DirFd, PathArg, PathFdOrNone, PathOrFd, name_value};
use crate::syscall;
use minipy_macros::{pyclass, pymethods, pymodule};
use minipy_vm::cell::GilCell;
use minipy_vm::{PyList, PyResult, PyTuple, Ref, Value, exceptions, gil, name};
use std::ffi::{CStr, CString};

#[pymodule(name = "posix", classes(PyDirEntry))]
pub mod functions {
    use super::*;

    /// Return a list containing the names of the files in the directory.
    ///
    /// path can be specified as either str, bytes, or a path-like object.  If
    /// path is bytes, the filenames returned will also be bytes; in all other
    /// circumstances the filenames returned will be str.
    /// If path is None, uses the path='.'.
    /// On some platforms, path may also be specified as an open file
    /// descriptor; the file descriptor must refer to a directory.  If this
    /// functionality is unavailable, using it raises NotImplementedError.
    ///
    /// The list is in arbitrary order.  It does not include the special
    /// entries '.' and '..' even if they are present in the directory.
    #[pyfunction("($module, /, path=None)")]
    fn listdir(path: Option<PathFdOrNone>) -> PyResult<Value> {
        let path = path.map_or(PathOrFd::None, |p| p.0);
        crate::sys::audit("os.listdir", &[path.original()])?;
        let as_bytes = matches!(&path, PathOrFd::Path(p) if p.is_bytes());
        let mut names = Vec::new();
        let stream = open_stream(&path)?;
        while let Some(entry) = next_entry(&stream).map_err(|errno| path.error(errno))? {
            names.push(name_value(entry.name.to_bytes(), as_bytes));
        }
        Ok(PyList::from_vec(names).into_value())
    }

    /// Return an iterator of DirEntry objects for given path.
    ///
    /// path can be specified as either str, bytes, or a path-like object.  If
    /// path is bytes, the names of yielded DirEntry objects will also be bytes;
    /// in all other circumstances they will be str.
    ///
    /// If path is None, uses the path='.'.
    #[pyfunction("($module, /, path=None)")]
    fn scandir(path: Option<PathFdOrNone>) -> PyResult<Value> {
        let path = path.map_or(PathOrFd::None, |p| p.0);
        crate::sys::audit("os.scandir", &[path.original()])?;
        let stream = open_stream(&path)?;
        let iterator = PyScandirIterator { stream: GilCell::new(Some(stream)), path };
        Ok(Ref::new(iterator).into_value())
    }
}

pub use functions::MODULE;

/// An open folder.
pub struct Stream {
    stream: *mut libc::DIR,
    /// Whether the position of the caller's descriptor must be restored.
    rewind: bool,
}

impl Drop for Stream {
    fn drop(&mut self) {
        // SAFETY: opened by `open_stream` and closed only here.
        unsafe {
            if self.rewind {
                libc::rewinddir(self.stream);
            }
            libc::closedir(self.stream);
        }
    }
}

/// One name in a folder.
pub struct Entry {
    name: CString,
    inode: u64,
    kind: u8,
}

fn open_stream(path: &PathOrFd) -> PyResult<Stream> {
    let (stream, errno, rewind) = match path {
        PathOrFd::Fd(fd, _) => {
            // SAFETY: no memory is passed; the stream takes the duplicate over.
            let copy = syscall::check(unsafe { libc::fcntl(*fd, libc::F_DUPFD_CLOEXEC, 0) })?;
            // SAFETY: as above.
            let stream = unsafe { libc::fdopendir(copy) };
            let errno = syscall::errno();
            if stream.is_null() {
                // SAFETY: the duplicate is still ours.
                unsafe { libc::close(copy) };
            }
            (stream, errno, true)
        }
        PathOrFd::Path(path) => opened(&path.text),
        PathOrFd::None => opened(c"."),
    };
    if stream.is_null() { Err(path.error(errno)) } else { Ok(Stream { stream, rewind }) }
}

/// The raw pointer of a folder may cross the GIL's release.
fn opened(path: &CStr) -> (*mut libc::DIR, i32, bool) {
    gil::without(|| {
        // SAFETY: the path is NUL-terminated.
        let stream = unsafe { libc::opendir(path.as_ptr()) };
        (stream, syscall::errno(), false)
    })
}

/// The next name that is neither "." nor ".."; the error is an errno.
fn next_entry(stream: &Stream) -> Result<Option<Entry>, i32> {
    loop {
        // SAFETY: errno is the calling thread's.
        unsafe { *libc::__errno_location() = 0 };
        // SAFETY: the stream is open.
        let entry = unsafe { libc::readdir64(stream.stream) };
        if entry.is_null() {
            return match syscall::errno() {
                0 => Ok(None),
                errno => Err(errno),
            };
        }
        // SAFETY: the entry is valid until the next call on the stream, its name NUL-terminated.
        let (name, inode, kind) =
            unsafe { (CStr::from_ptr((*entry).d_name.as_ptr()), (*entry).d_ino, (*entry).d_type) };
        if name != c"." && name != c".." {
            return Ok(Some(Entry { name: name.to_owned(), inode, kind }));
        }
    }
}

/// Iterates over the entries of a folder.
#[pyclass(name = "ScandirIterator", module = "posix", no_new, finalizer)]
pub struct PyScandirIterator {
    stream: GilCell<Option<Stream>>,
    path: PathOrFd,
}

impl PyScandirIterator {
    fn entry(&self, entry: Entry) -> PyDirEntry {
        let (as_bytes, path, dir_fd) = match &self.path {
            PathOrFd::Path(folder) => {
                let mut path = folder.text.to_bytes().to_vec();
                if !path.is_empty() && path.last() != Some(&b'/') {
                    path.push(b'/');
                }
                path.extend(entry.name.to_bytes());
                (folder.is_bytes(), path, DirFd::CWD)
            }
            PathOrFd::Fd(fd, _) => (false, entry.name.to_bytes().to_vec(), DirFd(*fd)),
            PathOrFd::None => {
                let mut path = b"./".to_vec();
                path.extend(entry.name.to_bytes());
                (false, path, DirFd::CWD)
            }
        };
        PyDirEntry {
            name: name_value(entry.name.to_bytes(), as_bytes),
            path: name_value(&path, as_bytes),
            text: CString::new(path).unwrap_or_default(),
            dir_fd,
            inode: entry.inode,
            kind: entry.kind,
            stat: GilCell::new(None),
            lstat: GilCell::new(None),
        }
    }
}

#[pymethods]
impl PyScandirIterator {
    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(&self) -> PyResult<Option<Value>> {
        let next = self.stream.with(|stream| stream.as_ref().map_or(Ok(None), next_entry));
        match next {
            Ok(Some(entry)) => Ok(Some(Ref::new(self.entry(entry)).into_value())),
            Ok(None) => {
                self.stream.set(None);
                Ok(None)
            }
            Err(errno) => {
                self.stream.set(None);
                Err(self.path.error(errno))
            }
        }
    }

    /// Close the iterator and the folder.
    #[pymethod("($self, /)")]
    fn close(&self) {
        self.stream.set(None);
    }

    #[pymethod("($self, /)")]
    fn __enter__(zelf: &Value) -> Value {
        zelf.clone()
    }

    #[pymethod("($self, /, *args)")]
    fn __exit__(&self, args: &[Value]) {
        let _ = args;
        self.stream.set(None);
    }

    #[slot]
    fn del(zelf: &Ref<PyScandirIterator>) -> PyResult<()> {
        if zelf.stream.with(|s| s.is_some()) {
            zelf.stream.set(None);
            let shown = minipy_vm::protocol::repr(zelf.as_value())?;
            let message = format!("unclosed scandir iterator {shown}");
            minipy_vm::warnings::unclosed(zelf.as_value(), &message)?;
        }
        Ok(())
    }
}

// An entry of a folder, as `scandir` gives it.
#[pyclass(name = "DirEntry", module = "posix", no_new)]
pub struct PyDirEntry {
    name: Value,
    path: Value,
    text: CString,
    dir_fd: DirFd,
    inode: u64,
    kind: u8,
    stat: GilCell<Option<Value>>,
    lstat: GilCell<Option<Value>>,
}

impl PyDirEntry {
    fn fetch(&self, follow: bool) -> PyResult<Value> {
        let path = PathArg { text: self.text.clone(), original: self.path.clone() };
        super::stat::stat_at(self.dir_fd, &PathOrFd::Path(path), follow)
    }

    fn link_stat(&self) -> PyResult<Value> {
        if let Some(stat) = self.lstat.get() {
            return Ok(stat);
        }
        let stat = self.fetch(false)?;
        self.lstat.set(Some(stat.clone()));
        Ok(stat)
    }

    fn target_stat(&self) -> PyResult<Value> {
        if let Some(stat) = self.stat.get() {
            return Ok(stat);
        }
        let stat = if self.points_elsewhere()? { self.fetch(true)? } else { self.link_stat()? };
        self.stat.set(Some(stat.clone()));
        Ok(stat)
    }

    fn points_elsewhere(&self) -> PyResult<bool> {
        match self.kind {
            libc::DT_UNKNOWN => Ok(mode(&self.link_stat()?) & libc::S_IFMT == libc::S_IFLNK),
            kind => Ok(kind == libc::DT_LNK),
        }
    }

    fn is_kind(&self, follow: bool, kind: u8, format: u32) -> PyResult<bool> {
        if self.kind != libc::DT_UNKNOWN && !(follow && self.kind == libc::DT_LNK) {
            return Ok(self.kind == kind);
        }
        let stat = if follow { self.target_stat() } else { self.link_stat() };
        match stat {
            Ok(stat) => Ok(mode(&stat) & libc::S_IFMT == format),
            Err(error) if error.is_instance(exceptions::file_not_found_error_class()) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// `st_mode` of a stat result.
fn mode(stat: &Value) -> u32 {
    let item = stat.downcast::<PyTuple>().and_then(|t| t.first().and_then(|v| v.as_small_int()));
    item.unwrap_or(0) as u32
}

#[pymethods]
impl PyDirEntry {
    /// the entry's base filename, relative to scandir() "path" argument
    #[pygetset(member)]
    fn name(&self) -> Value {
        self.name.clone()
    }

    /// the entry's full path name; equivalent to
    /// os.path.join(scandir_path, entry.name)
    #[pygetset(member)]
    fn path(&self) -> Value {
        self.path.clone()
    }

    /// Return True if the entry is a directory; cached per entry.
    #[pymethod("($self, /, *, follow_symlinks=True)")]
    fn is_dir(&self, follow_symlinks: bool) -> PyResult<bool> {
        self.is_kind(follow_symlinks, libc::DT_DIR, libc::S_IFDIR)
    }

    /// Return True if the entry is a file; cached per entry.
    #[pymethod("($self, /, *, follow_symlinks=True)")]
    fn is_file(&self, follow_symlinks: bool) -> PyResult<bool> {
        self.is_kind(follow_symlinks, libc::DT_REG, libc::S_IFREG)
    }

    /// Return True if the entry is a symbolic link; cached per entry.
    #[pymethod("($self, /)")]
    fn is_symlink(&self) -> PyResult<bool> {
        self.is_kind(false, libc::DT_LNK, libc::S_IFLNK)
    }

    /// Return True if the entry is a junction; cached per entry.
    #[pymethod("($self, /)")]
    fn is_junction(&self) -> bool {
        false
    }

    /// Return stat_result object for the entry; cached per entry.
    #[pymethod("($self, /, *, follow_symlinks=True)")]
    fn stat(&self, follow_symlinks: bool) -> PyResult<Value> {
        if follow_symlinks { self.target_stat() } else { self.link_stat() }
    }

    /// Return inode of the entry; cached per entry.
    #[pymethod("($self, /)")]
    fn inode(&self) -> u64 {
        self.inode
    }

    /// Returns the path for the entry.
    #[pymethod("($self, /)")]
    fn __fspath__(&self) -> Value {
        self.path.clone()
    }

    /// DirEntry is generic over the type of the path (str or bytes)
    #[pyclassmethod(name = "__class_getitem__", sig = "($type, object, /)")]
    fn class_getitem(cls: &minipy_vm::TypeRef, object: &Value) -> PyResult<Value> {
        let alias = crate::import::import_module("types")?;
        let alias = minipy_vm::protocol::getattr(&alias, name!("GenericAlias"))?;
        minipy_vm::protocol::call(&alias, &[cls.to_value(), object.clone()])
    }

    #[slot]
    fn repr(&self) -> PyResult<Value> {
        Ok(Value::from(format!("<DirEntry {}>", minipy_vm::protocol::repr(&self.name)?)))
    }
}
