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
    #[pyfunction("()")]
    fn getcwd() -> PyResult<Value> {
        super::current_folder(false)
    }

    /// Return a bytes string representing the current working directory.
    #[pyfunction("()")]
    fn getcwdb() -> PyResult<Value> {
        super::current_folder(true)
    }

    /// Change the current working directory to the specified path.
    #[pyfunction("(path)")]
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
    #[pyfunction("(fd)")]
    fn fchdir(fd: super::super::path_arg::FdLike) -> PyResult<()> {
        crate::sys::audit("os.chdir", &[Value::from(fd.0)])?;
        // SAFETY: no memory is passed.
        syscall::blocking_or_raise(|| unsafe { libc::fchdir(fd.0) }).map(drop)
    }

    /// Change root directory to path.
    #[pyfunction("(path)")]
    fn chroot(path: PathArg) -> PyResult<()> {
        // SAFETY: the path is NUL-terminated.
        on(&path, || unsafe { libc::chroot(path.as_ptr()) })
    }

    /// Create a directory.
    #[pyfunction("(path, mode=511, *, dir_fd=None)")]
    fn mkdir(path: PathArg, mode: i32, dir_fd: Option<DirFd>) -> PyResult<()> {
        let dir_fd = dir_fd.unwrap_or(DirFd::CWD);
        crate::sys::audit("os.mkdir", &[path.original.clone(), Value::from(mode), dir_fd.audited()])?;
        // SAFETY: the path is NUL-terminated.
        on(&path, || unsafe { libc::mkdirat(dir_fd.0, path.as_ptr(), mode as u32) })
    }

    /// Remove a directory.
    #[pyfunction("(path, *, dir_fd=None)")]
    fn rmdir(path: PathArg, dir_fd: Option<DirFd>) -> PyResult<()> {
        let dir_fd = dir_fd.unwrap_or(DirFd::CWD);
        crate::sys::audit("os.rmdir", &[path.original.clone(), dir_fd.audited()])?;
        // SAFETY: the path is NUL-terminated.
        on(&path, || unsafe { libc::unlinkat(dir_fd.0, path.as_ptr(), libc::AT_REMOVEDIR) })
    }

    /// Remove a file (same as remove()).
    #[pyfunction("(path, *, dir_fd=None)")]
    fn unlink(path: PathArg, dir_fd: Option<DirFd>) -> PyResult<()> {
        super::delete(&path, dir_fd)
    }

    /// Remove a file (same as unlink()).
    #[pyfunction("(path, *, dir_fd=None)")]
    fn remove(path: PathArg, dir_fd: Option<DirFd>) -> PyResult<()> {
        super::delete(&path, dir_fd)
    }

    /// Rename a file or directory.
    #[pyfunction("(src, dst, *, src_dir_fd=None, dst_dir_fd=None)")]
    fn rename(
        src: PathArg,
        dst: PathArg,
        src_dir_fd: Option<DirFd>,
        dst_dir_fd: Option<DirFd>,
    ) -> PyResult<()> {
        super::move_file(&src, &dst, src_dir_fd, dst_dir_fd)
    }

    /// Rename a file or directory, overwriting the destination.
    #[pyfunction("(src, dst, *, src_dir_fd=None, dst_dir_fd=None)")]
    fn replace(
        src: PathArg,
        dst: PathArg,
        src_dir_fd: Option<DirFd>,
        dst_dir_fd: Option<DirFd>,
    ) -> PyResult<()> {
        super::move_file(&src, &dst, src_dir_fd, dst_dir_fd)
    }

    /// Create a hard link to a file.
    #[pyfunction("(src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=(os.name != 'nt'))")]
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
        let flags = if follow_symlinks == Some(true) { libc::AT_SYMLINK_FOLLOW } else { 0 };
        // SAFETY: both paths are NUL-terminated.
        syscall::blocking(|| unsafe { libc::linkat(from.0, src.as_ptr(), to.0, dst.as_ptr(), flags) })?
            .map(drop)
            .map_err(|errno| pair_error(errno, &src, &dst))
    }

    /// Create a symbolic link pointing to src named dst.
    #[pyfunction("(src, dst, target_is_directory=False, *, dir_fd=None)")]
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
    #[pyfunction("(path, *, dir_fd=None)")]
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
    #[pyfunction("(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)")]
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
    #[pyfunction("(path, mode, *, dir_fd=None, follow_symlinks=(os.name != 'nt'))")]
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
    #[pyfunction("(fd, mode)")]
    fn fchmod(fd: i32, mode: i32) -> PyResult<()> {
        crate::sys::audit("os.chmod", &[Value::from(fd), Value::from(mode), Value::from(-1)])?;
        // SAFETY: no memory is passed.
        syscall::blocking_or_raise(|| unsafe { libc::fchmod(fd, mode as u32) }).map(drop)
    }

    /// Set the current numeric umask and return the previous umask.
    #[pyfunction("(mask, /)")]
    fn umask(mask: i32) -> i32 {
        // SAFETY: no memory is passed; the call cannot fail.
        unsafe { libc::umask(mask as u32) as i32 }
    }

    /// Truncate a file, specified by path, to a specific length.
    #[pyfunction("(path, length)")]
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
    #[pyfunction("(path, mode=438, *, dir_fd=None)")]
    fn mkfifo(path: PathArg, mode: i32, dir_fd: Option<DirFd>) -> PyResult<()> {
        let dir_fd = dir_fd.unwrap_or(DirFd::CWD);
        // SAFETY: the path is NUL-terminated.
        on(&path, || unsafe { libc::mkfifoat(dir_fd.0, path.as_ptr(), mode as u32) })
    }

    /// Create a node in the file system.
    #[pyfunction("(path, mode=384, device=0, *, dir_fd=None)")]
    fn mknod(path: PathArg, mode: i32, device: u64, dir_fd: Option<DirFd>) -> PyResult<()> {
        let dir_fd = dir_fd.unwrap_or(DirFd::CWD);
        // SAFETY: the path is NUL-terminated.
        on(&path, || unsafe { libc::mknodat(dir_fd.0, path.as_ptr(), mode as u32, device) })
    }

    /// Extracts a device major number from a raw device number.
    #[pyfunction("(device, /)")]
    fn major(device: u64) -> u32 {
        libc::major(device)
    }

    /// Extracts a device minor number from a raw device number.
    #[pyfunction("(device, /)")]
    fn minor(device: u64) -> u32 {
        libc::minor(device)
    }

    /// Composes a raw device number from the major and minor device numbers.
    #[pyfunction("(major, minor, /)")]
    fn makedev(major: u32, minor: u32) -> u64 {
        libc::makedev(major, minor)
    }

    /// Translate an error code to a message string.
    #[pyfunction("(code, /)")]
    fn strerror(code: i32) -> String {
        exceptions::strerror(code)
    }

    /// Force write of everything to disk.
    #[pyfunction("()")]
    fn sync() {
        // SAFETY: no memory is passed.
        minipy_vm::gil::without(|| unsafe { libc::sync() });
    }

    /// Return the name of the controlling terminal for this process.
    #[pyfunction("()")]
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
