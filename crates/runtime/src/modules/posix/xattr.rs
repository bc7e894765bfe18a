//! Extended attributes of files.

use super::path_arg::{PathArg, PathFdOrNone, PathOrFd};
use crate::syscall;
use minipy_macros::pymodule;
use minipy_vm::types::bytes::BytesLike;
use minipy_vm::{PyList, PyResult, Value, exceptions};

#[pymodule(name = "posix")]
pub mod functions {
    use super::*;

    /// Return the value of extended attribute attribute on path.
    ///
    /// path may be either a string, a path-like object, or an open file
    /// descriptor.
    /// If follow_symlinks is False, and the last element of the path is
    /// a symbolic link, getxattr will examine the symbolic link itself
    /// instead of the file the link points to.
    #[pyfunction("($module, /, path, attribute, *, follow_symlinks=True)")]
    fn getxattr(path: PathOrFd, attribute: PathArg, follow_symlinks: bool) -> PyResult<Value> {
        check(&path, follow_symlinks, "getxattr")?;
        crate::sys::audit("os.getxattr", &[path.original(), attribute.original.clone()])?;
        let name = attribute.as_ptr();
        let data = super::sized(&path, |data, len| {
            // SAFETY: names are NUL-terminated, and there is room for `len` bytes.
            unsafe {
                match &path {
                    PathOrFd::Fd(fd, _) => libc::fgetxattr(*fd, name, data.cast(), len),
                    PathOrFd::Path(p) if follow_symlinks => {
                        libc::getxattr(p.as_ptr(), name, data.cast(), len)
                    }
                    PathOrFd::Path(p) => libc::lgetxattr(p.as_ptr(), name, data.cast(), len),
                    PathOrFd::None => -1,
                }
            }
        })?;
        Ok(minipy_vm::types::bytes::from_box(data.into_boxed_slice()).into_value())
    }

    /// Set extended attribute attribute on path to value.
    ///
    /// path may be either a string, a path-like object,  or an open file
    /// descriptor.
    /// If follow_symlinks is False, and the last element of the path is
    /// a symbolic link, setxattr will modify the symbolic link itself instead
    /// of the file the link points to.
    #[pyfunction("($module, /, path, attribute, value, flags=0, *,\n         follow_symlinks=True)")]
    fn setxattr(
        path: PathOrFd,
        attribute: PathArg,
        value: BytesLike<'_>,
        flags: i32,
        follow_symlinks: bool,
    ) -> PyResult<()> {
        check(&path, follow_symlinks, "setxattr")?;
        let data = value.as_slice();
        let audited = [
            path.original(),
            attribute.original.clone(),
            minipy_vm::types::bytes::from_slice(data).into_value(),
            flags.into(),
        ];
        crate::sys::audit("os.setxattr", &audited)?;
        let (name, to, len) = (attribute.as_ptr(), data.as_ptr().cast(), data.len());
        // SAFETY: names are NUL-terminated, and the value is of the length given.
        let status = syscall::blocking(|| unsafe {
            match &path {
                PathOrFd::Fd(fd, _) => libc::fsetxattr(*fd, name, to, len, flags),
                PathOrFd::Path(p) if follow_symlinks => libc::setxattr(p.as_ptr(), name, to, len, flags),
                PathOrFd::Path(p) => libc::lsetxattr(p.as_ptr(), name, to, len, flags),
                PathOrFd::None => -1,
            }
        })?;
        status.map(drop).map_err(|errno| path.error(errno))
    }

    /// Remove extended attribute attribute on path.
    ///
    /// path may be either a string, a path-like object, or an open file
    /// descriptor.
    /// If follow_symlinks is False, and the last element of the path is
    /// a symbolic link, removexattr will modify the symbolic link itself
    /// instead of the file the link points to.
    #[pyfunction("($module, /, path, attribute, *, follow_symlinks=True)")]
    fn removexattr(path: PathOrFd, attribute: PathArg, follow_symlinks: bool) -> PyResult<()> {
        check(&path, follow_symlinks, "removexattr")?;
        crate::sys::audit("os.removexattr", &[path.original(), attribute.original.clone()])?;
        let name = attribute.as_ptr();
        // SAFETY: names are NUL-terminated.
        let status = syscall::blocking(|| unsafe {
            match &path {
                PathOrFd::Fd(fd, _) => libc::fremovexattr(*fd, name),
                PathOrFd::Path(p) if follow_symlinks => libc::removexattr(p.as_ptr(), name),
                PathOrFd::Path(p) => libc::lremovexattr(p.as_ptr(), name),
                PathOrFd::None => -1,
            }
        })?;
        status.map(drop).map_err(|errno| path.error(errno))
    }

    /// Return a list of extended attributes on path.
    ///
    /// path may be either None, a string, a path-like object, or an open file
    /// descriptor.  If path is None, listxattr will examine the current
    /// directory.
    /// If follow_symlinks is False, and the last element of the path is
    /// a symbolic link, listxattr will examine the symbolic link itself instead
    /// of the file the link points to.
    #[pyfunction("($module, /, path=None, *, follow_symlinks=True)")]
    fn listxattr(path: Option<PathFdOrNone>, follow_symlinks: bool) -> PyResult<Value> {
        let path = path.map_or(PathOrFd::None, |path| path.0);
        check(&path, follow_symlinks, "listxattr")?;
        crate::sys::audit("os.listxattr", &[path.original()])?;
        let names = super::sized(&path, |data, len| {
            let data = data.cast();
            // SAFETY: names are NUL-terminated, and there is room for `len` bytes.
            unsafe {
                match &path {
                    PathOrFd::Fd(fd, _) => libc::flistxattr(*fd, data, len),
                    PathOrFd::Path(p) if follow_symlinks => libc::listxattr(p.as_ptr(), data, len),
                    PathOrFd::Path(p) => libc::llistxattr(p.as_ptr(), data, len),
                    PathOrFd::None => libc::listxattr(c".".as_ptr(), data, len),
                }
            }
        })?;
        let names = names.split(|&byte| byte == 0).filter(|name| !name.is_empty());
        Ok(PyList::from_vec(names.map(|name| crate::path::decode(name).into_value()).collect()).into_value())
    }
}

pub use functions::MODULE;

fn check(path: &PathOrFd, follow_symlinks: bool, function: &str) -> PyResult<()> {
    if follow_symlinks || !matches!(path, PathOrFd::Fd(..)) {
        return Ok(());
    }
    Err(exceptions::value_error(format!("{function}: cannot use fd and follow_symlinks together")))
}

/// Runs a call that writes to memory of the given length, with enough of it.
fn sized(path: &PathOrFd, call: impl Fn(*mut u8, usize) -> isize) -> PyResult<Vec<u8>> {
    // The kernel's limit of a value and of a list of names.
    const MOST: usize = 65536;
    let mut data = vec![0; 128];
    loop {
        let (pointer, len) = (data.as_mut_ptr(), data.len());
        match syscall::blocking(|| call(pointer, len))? {
            Ok(count) => {
                data.truncate(count as usize);
                return Ok(data);
            }
            Err(libc::ERANGE) if len < MOST => data.resize(MOST, 0),
            Err(errno) => return Err(path.error(errno)),
        }
    }
}
