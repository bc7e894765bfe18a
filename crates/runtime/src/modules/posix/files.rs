//! Files and folders by name.

use super::path_arg::{DirFd, PathArg, PathOrFd, c_string_value, name_value};
use crate::syscall;
use minipy_macros::pymodule;
use minipy_vm::exceptions::os_error_from_errno;
use minipy_vm::{PyErr, PyResult, Value, exceptions};

#[pymodule(name = "posix")]
pub mod functions {
    use super::*;

    /// Return a unicode string representing the current working directory.
    #[pyfunction("($module, /)")]
    fn getcwd() -> PyResult<Value> {
        super::current_folder(false)
    }

    /// Return a bytes string representing the current working directory.
    #[pyfunction("($module, /)")]
    fn getcwdb() -> PyResult<Value> {
        super::current_folder(true)
    }

    /// Change the current working directory to the specified path.
    ///
    /// path may always be specified as a string.  On some platforms, path may
    /// also be specified as an open file descriptor.  If this functionality is
    /// unavailable, using it raises an exception.
    #[pyfunction("($module, /, path)")]
    fn chdir(path: PathOrFd) -> PyResult<()> {
        crate::sys::audit("os.chdir", &[path.original()])?;
        let done = match &path {
            // SAFETY: no memory is passed.
            PathOrFd::Fd(fd, _) => syscall::blocking(|| unsafe { libc::fchdir(*fd) })?,
            // SAFETY: the path is NUL-terminated.
            PathOrFd::Path(p) => syscall::blocking(|| unsafe { libc::chdir(p.as_ptr()) })?,
            PathOrFd::None => Err(libc::ENOENT),
        };
        done.map(drop).map_err(|errno| path.error(errno))
    }

    /// Change to the directory of the given file descriptor.
    ///
    /// fd must be opened on a directory, not a file.
    /// Equivalent to os.chdir(fd).
    #[pyfunction("($module, /, fd)")]
    fn fchdir(fd: super::super::path_arg::FdLike) -> PyResult<()> {
        crate::sys::audit("os.chdir", &[Value::from(fd.0)])?;
        // SAFETY: no memory is passed.
        syscall::blocking_or_raise(|| unsafe { libc::fchdir(fd.0) }).map(drop)
    }

    /// Change root directory to path.
    #[pyfunction("($module, /, path)")]
    fn chroot(path: PathArg) -> PyResult<()> {
        // SAFETY: the path is NUL-terminated.
        on(&path, || unsafe { libc::chroot(path.as_ptr()) })
    }

    /// Create a directory.
    ///
    /// If dir_fd is not None, it should be a file descriptor open to
    /// a directory, and path should be relative; path will then be relative to
    /// that directory.
    /// dir_fd may not be implemented on your platform.  If it is unavailable,
    /// using it will raise a NotImplementedError.
    ///
    /// The mode argument is ignored on Windows.  Where it is used, the current
    /// umask value is first masked out.
    #[pyfunction("($module, /, path, mode=511, *, dir_fd=None)")]
    fn mkdir(path: PathArg, mode: i32, dir_fd: Option<DirFd>) -> PyResult<()> {
        let dir_fd = dir_fd.unwrap_or(DirFd::CWD);
        crate::sys::audit("os.mkdir", &[path.original.clone(), Value::from(mode), dir_fd.audited()])?;
        // SAFETY: the path is NUL-terminated.
        on(&path, || unsafe { libc::mkdirat(dir_fd.0, path.as_ptr(), mode as u32) })
    }

    /// Remove a directory.
    ///
    /// If dir_fd is not None, it should be a file descriptor open to
    /// a directory, and path should be relative; path will then be relative
    /// to that directory.
    /// dir_fd may not be implemented on your platform.
    /// If it is unavailable, using it will raise a NotImplementedError.
    #[pyfunction("($module, /, path, *, dir_fd=None)")]
    fn rmdir(path: PathArg, dir_fd: Option<DirFd>) -> PyResult<()> {
        let dir_fd = dir_fd.unwrap_or(DirFd::CWD);
        crate::sys::audit("os.rmdir", &[path.original.clone(), dir_fd.audited()])?;
        // SAFETY: the path is NUL-terminated.
        on(&path, || unsafe { libc::unlinkat(dir_fd.0, path.as_ptr(), libc::AT_REMOVEDIR) })
    }

    /// Remove a file (same as remove()).
    ///
    /// If dir_fd is not None, it should be a file descriptor open to
    /// a directory, and path should be relative; path will then be relative to
    /// that directory.
    /// dir_fd may not be implemented on your platform.
    /// If it is unavailable, using it will raise a NotImplementedError.
    #[pyfunction("($module, /, path, *, dir_fd=None)")]
    fn unlink(path: PathArg, dir_fd: Option<DirFd>) -> PyResult<()> {
        super::delete(&path, dir_fd)
    }

    /// Remove a file (same as unlink()).
    ///
    /// If dir_fd is not None, it should be a file descriptor open to
    /// a directory, and path should be relative; path will then be relative
    /// to that directory.
    /// dir_fd may not be implemented on your platform.
    /// If it is unavailable, using it will raise a NotImplementedError.
    #[pyfunction("($module, /, path, *, dir_fd=None)")]
    fn remove(path: PathArg, dir_fd: Option<DirFd>) -> PyResult<()> {
        super::delete(&path, dir_fd)
    }

    /// Rename a file or directory.
    ///
    /// If either src_dir_fd or dst_dir_fd is not None, it should be a file
    /// descriptor open to a directory, and the respective path string (src or
    /// dst) should be relative; the path will then be relative to that
    /// directory.
    /// src_dir_fd and dst_dir_fd, may not be implemented on your platform.
    /// If they are unavailable, using them will raise a NotImplementedError.
    #[pyfunction("($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)")]
    fn rename(
        src: PathArg,
        dst: PathArg,
        src_dir_fd: Option<DirFd>,
        dst_dir_fd: Option<DirFd>,
    ) -> PyResult<()> {
        super::move_file(&src, &dst, src_dir_fd, dst_dir_fd)
    }

    /// Rename a file or directory, overwriting the destination.
    ///
    /// If either src_dir_fd or dst_dir_fd is not None, it should be a file
    /// descriptor open to a directory, and the respective path string (src or
    /// dst) should be relative; the path will then be relative to that
    /// directory.
    /// src_dir_fd and dst_dir_fd, may not be implemented on your platform.
    /// If they are unavailable, using them will raise a NotImplementedError.
    #[pyfunction("($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)")]
    fn replace(
        src: PathArg,
        dst: PathArg,
        src_dir_fd: Option<DirFd>,
        dst_dir_fd: Option<DirFd>,
    ) -> PyResult<()> {
        super::move_file(&src, &dst, src_dir_fd, dst_dir_fd)
    }

    /// Create a hard link to a file.
    ///
    /// If either src_dir_fd or dst_dir_fd is not None, it should be a file
    /// descriptor open to a directory, and the respective path string (src or
    /// dst) should be relative; the path will then be relative to that
    /// directory.
    /// If follow_symlinks is False, and the last element of src is a symbolic
    /// link, link will create a link to the symbolic link itself instead of the
    /// file the link points to.
    /// src_dir_fd, dst_dir_fd, and follow_symlinks may not be implemented on
    /// your platform.  If they are unavailable, using them will raise
    /// a NotImplementedError.
    #[pyfunction(
        "($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None,\n     follow_symlinks=(os.name != 'nt'))"
    )]
    fn link(
        src: PathArg,
        dst: PathArg,
        src_dir_fd: Option<DirFd>,
        dst_dir_fd: Option<DirFd>,
        follow_symlinks: Option<bool>,
    ) -> PyResult<()> {
        let (from, to) = (src_dir_fd.unwrap_or(DirFd::CWD), dst_dir_fd.unwrap_or(DirFd::CWD));
        crate::sys::audit(
            "os.link",
            &[src.original.clone(), dst.original.clone(), from.audited(), to.audited()],
        )?;
        let flags = if follow_symlinks == Some(false) { 0 } else { libc::AT_SYMLINK_FOLLOW };
        // SAFETY: both paths are NUL-terminated.
        syscall::blocking(|| unsafe { libc::linkat(from.0, src.as_ptr(), to.0, dst.as_ptr(), flags) })?
            .map(drop)
            .map_err(|errno| pair_error(errno, &src, &dst))
    }

    /// Create a symbolic link pointing to src named dst.
    ///
    /// target_is_directory is required on Windows if the target is to be
    /// interpreted as a directory.  (On Windows, symlink requires Windows 6.0
    /// or greater, and raises a NotImplementedError otherwise.)
    /// target_is_directory is ignored on non-Windows platforms.
    ///
    /// If dir_fd is not None, it should be a file descriptor open to
    /// a directory, and path should be relative; path will then be relative
    /// to that directory.
    /// dir_fd may not be implemented on your platform.  If it is unavailable,
    /// using it will raise a NotImplementedError.
    #[pyfunction("($module, /, src, dst, target_is_directory=False, *, dir_fd=None)")]
    fn symlink(src: PathArg, dst: PathArg, target_is_directory: bool, dir_fd: Option<DirFd>) -> PyResult<()> {
        let _ = target_is_directory;
        let dir_fd = dir_fd.unwrap_or(DirFd::CWD);
        crate::sys::audit("os.symlink", &[src.original.clone(), dst.original.clone(), dir_fd.audited()])?;
        // SAFETY: both paths are NUL-terminated.
        syscall::blocking(|| unsafe { libc::symlinkat(src.as_ptr(), dir_fd.0, dst.as_ptr()) })?
            .map(drop)
            .map_err(|errno| pair_error(errno, &src, &dst))
    }

    /// Return a string representing the path to which the symbolic link points.
    ///
    /// If dir_fd is not None, it should be a file descriptor open to
    /// a directory, and path should be relative; path will then be relative to
    /// that directory.
    ///
    /// dir_fd may not be implemented on your platform.  If it is unavailable,
    /// using it will raise a NotImplementedError.
    #[pyfunction("($module, /, path, *, dir_fd=None)")]
    fn readlink(path: PathArg, dir_fd: Option<DirFd>) -> PyResult<Value> {
        let dir_fd = dir_fd.unwrap_or(DirFd::CWD);
        let mut buffer = vec![0u8; libc::PATH_MAX as usize + 1];
        let (to, room) = (buffer.as_mut_ptr(), buffer.len());
        // SAFETY: the path is NUL-terminated, the buffer has the room that is told.
        let count = syscall::blocking_on(&path.original, || unsafe {
            libc::readlinkat(dir_fd.0, path.as_ptr(), to.cast(), room)
        })?;
        Ok(name_value(&buffer[..count as usize], path.is_bytes()))
    }

    /// Use the real uid/gid to test for access to a path.
    ///
    ///   path
    ///     Path to be tested; can be string, bytes, or a path-like object.
    ///   mode
    ///     Operating-system mode bitfield.  Can be F_OK to test existence,
    ///     or the inclusive-OR of R_OK, W_OK, and X_OK.
    ///   dir_fd
    ///     If not None, it should be a file descriptor open to a directory,
    ///     and path should be relative; path will then be relative to that
    ///     directory.
    ///   effective_ids
    ///     If True, access will use the effective uid/gid instead of
    ///     the real uid/gid.
    ///   follow_symlinks
    ///     If False, and the last element of the path is a symbolic link,
    ///     access will examine the symbolic link itself instead of the file
    ///     the link points to.
    ///
    /// dir_fd, effective_ids, and follow_symlinks may not be implemented
    ///   on your platform.  If they are unavailable, using them will raise a
    ///   NotImplementedError.
    ///
    /// Note that most operations will use the effective uid/gid, therefore this
    ///   routine can be used in a suid/sgid environment to test if the invoking user
    ///   has the specified access to the path.
    #[pyfunction(
        "($module, /, path, mode, *, dir_fd=None, effective_ids=False,\n       follow_symlinks=True)"
    )]
    fn access(
        path: PathArg,
        mode: i32,
        dir_fd: Option<DirFd>,
        effective_ids: bool,
        follow_symlinks: bool,
    ) -> PyResult<bool> {
        let dir_fd = dir_fd.unwrap_or(DirFd::CWD);
        let mut flags = 0;
        if effective_ids {
            flags |= libc::AT_EACCESS;
        }
        if !follow_symlinks {
            flags |= libc::AT_SYMLINK_NOFOLLOW;
        }
        // SAFETY: the path is NUL-terminated.
        let done = syscall::blocking(|| unsafe { libc::faccessat(dir_fd.0, path.as_ptr(), mode, flags) })?;
        Ok(done.is_ok())
    }

    /// Change the access permissions of a file.
    ///
    ///   path
    ///     Path to be modified.  May always be specified as a str, bytes, or
    ///     a path-like object.  On some platforms, path may also be specified
    ///     as an open file descriptor.  If this functionality is unavailable,
    ///     using it raises an exception.
    ///   mode
    ///     Operating-system mode bitfield.
    ///     Be careful when using number literals for *mode*. The conventional
    ///     UNIX notation for numeric modes uses an octal base, which needs to
    ///     be indicated with a ``0o`` prefix in Python.
    ///   dir_fd
    ///     If not None, it should be a file descriptor open to a directory,
    ///     and path should be relative; path will then be relative to that
    ///     directory.
    ///   follow_symlinks
    ///     If False, and the last element of the path is a symbolic link,
    ///     chmod will modify the symbolic link itself instead of the file
    ///     the link points to.
    ///
    /// It is an error to use dir_fd or follow_symlinks when specifying path as
    ///   an open file descriptor.
    /// dir_fd and follow_symlinks may not be implemented on your platform.
    ///   If they are unavailable, using them will raise a NotImplementedError.
    #[pyfunction("($module, /, path, mode, *, dir_fd=None,\n      follow_symlinks=(os.name != 'nt'))")]
    fn chmod(
        path: PathOrFd,
        mode: i32,
        dir_fd: Option<DirFd>,
        follow_symlinks: Option<bool>,
    ) -> PyResult<()> {
        let dir_fd = dir_fd.unwrap_or(DirFd::CWD);
        crate::sys::audit("os.chmod", &[path.original(), Value::from(mode), dir_fd.audited()])?;
        let follow = follow_symlinks.unwrap_or(true);
        let done = match &path {
            PathOrFd::Fd(fd, _) => {
                if !dir_fd.is_default() {
                    return Err(exceptions::value_error("chmod: can't specify dir_fd without matching path"));
                }
                if !follow {
                    return Err(exceptions::value_error("chmod: cannot use fd and follow_symlinks together"));
                }
                // SAFETY: no memory is passed.
                syscall::blocking(|| unsafe { libc::fchmod(*fd, mode as u32) })?
            }
            PathOrFd::Path(p) => {
                let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
                // SAFETY: the path is NUL-terminated.
                let done = syscall::blocking(|| unsafe {
                    libc::fchmodat(dir_fd.0, p.as_ptr(), mode as u32, flags)
                })?;
                if !follow && matches!(done, Err(libc::ENOTSUP)) {
                    return Err(exceptions::not_implemented_error(
                        "chmod: follow_symlinks unavailable on this platform",
                    ));
                }
                done
            }
            PathOrFd::None => Err(libc::ENOENT),
        };
        done.map(drop).map_err(|errno| path.error(errno))
    }

    /// Change the access permissions of the file given by file descriptor fd.
    ///
    ///   fd
    ///     The file descriptor of the file to be modified.
    ///   mode
    ///     Operating-system mode bitfield.
    ///     Be careful when using number literals for *mode*.  The conventional
    ///     UNIX notation for numeric modes uses an octal base, which needs to
    ///     be indicated with a ``0o`` prefix in Python.
    ///
    /// Equivalent to os.chmod(fd, mode).
    #[pyfunction("($module, /, fd, mode)")]
    fn fchmod(fd: i32, mode: i32) -> PyResult<()> {
        crate::sys::audit("os.chmod", &[Value::from(fd), Value::from(mode), Value::from(-1)])?;
        // SAFETY: no memory is passed.
        syscall::blocking_or_raise(|| unsafe { libc::fchmod(fd, mode as u32) }).map(drop)
    }

    /// Set the current numeric umask and return the previous umask.
    #[pyfunction("($module, mask, /)")]
    fn umask(mask: i32) -> i32 {
        // SAFETY: no memory is passed; the call cannot fail.
        unsafe { libc::umask(mask as u32) as i32 }
    }

    /// Truncate a file, specified by path, to a specific length.
    ///
    /// On some platforms, path may also be specified as an open file
    /// descriptor.  If this functionality is unavailable, using it raises
    /// an exception.
    #[pyfunction("($module, /, path, length)")]
    fn truncate(path: PathOrFd, length: i64) -> PyResult<()> {
        crate::sys::audit("os.truncate", &[path.original(), Value::from(length)])?;
        let done = match &path {
            // SAFETY: no memory is passed.
            PathOrFd::Fd(fd, _) => syscall::blocking(|| unsafe { libc::ftruncate(*fd, length) })?,
            // SAFETY: the path is NUL-terminated.
            PathOrFd::Path(p) => syscall::blocking(|| unsafe { libc::truncate(p.as_ptr(), length) })?,
            PathOrFd::None => Err(libc::ENOENT),
        };
        done.map(drop).map_err(|errno| path.error(errno))
    }

    /// Create a "fifo" (a POSIX named pipe).
    ///
    /// If dir_fd is not None, it should be a file descriptor open to
    /// a directory, and path should be relative; path will then be relative to
    /// that directory.
    /// dir_fd may not be implemented on your platform.  If it is unavailable,
    /// using it will raise a NotImplementedError.
    #[pyfunction("($module, /, path, mode=438, *, dir_fd=None)")]
    fn mkfifo(path: PathArg, mode: i32, dir_fd: Option<DirFd>) -> PyResult<()> {
        let dir_fd = dir_fd.unwrap_or(DirFd::CWD);
        // SAFETY: the path is NUL-terminated.
        on(&path, || unsafe { libc::mkfifoat(dir_fd.0, path.as_ptr(), mode as u32) })
    }

    /// Translate an error code to a message string.
    #[pyfunction("($module, code, /)")]
    fn strerror(code: i32) -> String {
        exceptions::strerror(code)
    }

    /// Force write of everything to disk.
    #[pyfunction("($module, /)")]
    fn sync() {
        // SAFETY: no memory is passed.
        minipy_vm::gil::without(|| unsafe { libc::sync() });
    }

    /// Return the name of the controlling terminal for this process.
    #[pyfunction("($module, /)")]
    fn ctermid() -> Value {
        c_string_value(c"/dev/tty", false)
    }
}

pub use functions::MODULE;

/// Runs a call about a path.
pub fn on(path: &PathArg, call: impl FnMut() -> i32) -> PyResult<()> {
    syscall::blocking_on(&path.original, call).map(drop)
}

/// The OSError about two paths.
#[cold]
fn pair_error(errno: i32, src: &PathArg, dst: &PathArg) -> PyErr {
    os_error_from_errno(errno, Some(src.original.clone()), Some(dst.original.clone()))
}

fn current_folder(as_bytes: bool) -> PyResult<Value> {
    use std::os::unix::ffi::OsStrExt;
    match std::env::current_dir() {
        Ok(folder) => Ok(name_value(folder.as_os_str().as_bytes(), as_bytes)),
        Err(error) => Err(exceptions::os_error_from_io(&error, None)),
    }
}

fn delete(path: &PathArg, dir_fd: Option<DirFd>) -> PyResult<()> {
    let dir_fd = dir_fd.unwrap_or(DirFd::CWD);
    crate::sys::audit("os.remove", &[path.original.clone(), dir_fd.audited()])?;
    // SAFETY: the path is NUL-terminated.
    on(path, || unsafe { libc::unlinkat(dir_fd.0, path.as_ptr(), 0) })
}

fn move_file(
    src: &PathArg,
    dst: &PathArg,
    src_dir_fd: Option<DirFd>,
    dst_dir_fd: Option<DirFd>,
) -> PyResult<()> {
    let (from, to) = (src_dir_fd.unwrap_or(DirFd::CWD), dst_dir_fd.unwrap_or(DirFd::CWD));
    crate::sys::audit(
        "os.rename",
        &[src.original.clone(), dst.original.clone(), from.audited(), to.audited()],
    )?;
    // SAFETY: both paths are NUL-terminated.
    syscall::blocking(|| unsafe { libc::renameat(from.0, src.as_ptr(), to.0, dst.as_ptr()) })?
        .map(drop)
        .map_err(|errno| pair_error(errno, src, dst))
}
