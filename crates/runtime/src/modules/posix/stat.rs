//! `stat` and its relatives.

use super::path_arg::{DirFd, PathArg, PathOrFd};
use crate::modules::record::Record;
use crate::syscall;
use minipy_macros::pymodule;
use minipy_vm::types::structseq::StructSeqDef;
use minipy_vm::{Args, PyList, PyResult, PyTuple, TypeRef, Value, exceptions};
use std::mem::MaybeUninit;

#[pymodule(name = "posix")]
pub mod functions {
    use super::*;

    #[pyattr]
    fn stat_result() -> Value {
        super::stat_class().into_value()
    }

    #[pyattr]
    fn statvfs_result() -> Value {
        super::STATVFS.class().into_value()
    }

    /// Perform a stat system call on the given path.
    ///
    ///   path
    ///     Path to be examined; can be string, bytes, a path-like object or
    ///     open-file-descriptor int.
    ///   dir_fd
    ///     If not None, it should be a file descriptor open to a directory,
    ///     and path should be a relative string; path will then be relative to
    ///     that directory.
    ///   follow_symlinks
    ///     If False, and the last element of the path is a symbolic link,
    ///     stat will examine the symbolic link itself instead of the file
    ///     the link points to.
    ///
    /// dir_fd and follow_symlinks may not be implemented
    ///   on your platform.  If they are unavailable, using them will raise a
    ///   NotImplementedError.
    ///
    /// It's an error to use dir_fd or follow_symlinks when specifying path as
    ///   an open file descriptor.
    #[pyfunction("($module, /, path, *, dir_fd=None, follow_symlinks=True)")]
    fn stat(path: PathOrFd, dir_fd: Option<DirFd>, follow_symlinks: bool) -> PyResult<Value> {
        super::do_stat("stat", &path, dir_fd.unwrap_or(DirFd::CWD), follow_symlinks)
    }

    /// Perform a stat system call on the given path, without following symbolic links.
    ///
    /// Like stat(), but do not follow symbolic links.
    /// Equivalent to stat(path, follow_symlinks=False).
    #[pyfunction("($module, /, path, *, dir_fd=None)")]
    fn lstat(path: PathArg, dir_fd: Option<DirFd>) -> PyResult<Value> {
        super::do_stat("lstat", &PathOrFd::Path(path), dir_fd.unwrap_or(DirFd::CWD), false)
    }

    /// Perform a stat system call on the given file descriptor.
    ///
    /// Like stat(), but for an open file descriptor.
    /// Equivalent to os.stat(fd).
    #[pyfunction("($module, /, fd)")]
    fn fstat(fd: i32) -> PyResult<Value> {
        let mut out = MaybeUninit::uninit();
        // SAFETY: `out` has room for the result.
        syscall::blocking_or_raise(|| unsafe { libc::fstat(fd, out.as_mut_ptr()) })?;
        // SAFETY: the call succeeded and filled it.
        Ok(super::stat_value(&unsafe { out.assume_init() }))
    }

    /// Perform a statvfs system call on the given path.
    ///
    /// path may always be specified as a string.
    /// On some platforms, path may also be specified as an open file
    /// descriptor.  If this functionality is unavailable, using it raises
    /// an exception.
    #[pyfunction("($module, /, path)")]
    fn statvfs(path: PathOrFd) -> PyResult<Value> {
        let mut out = MaybeUninit::uninit();
        let done = match &path {
            // SAFETY: `out` has room for the result.
            PathOrFd::Fd(fd, _) => syscall::blocking(|| unsafe { libc::fstatvfs(*fd, out.as_mut_ptr()) })?,
            // SAFETY: the path is NUL-terminated, `out` has room.
            PathOrFd::Path(p) => {
                // SAFETY: as said above.
                syscall::blocking(|| unsafe { libc::statvfs(p.as_ptr(), out.as_mut_ptr()) })?
            }
            PathOrFd::None => Err(libc::ENOENT),
        };
        done.map_err(|errno| path.error(errno))?;
        // SAFETY: the call succeeded and filled it.
        Ok(super::statvfs_value(&unsafe { out.assume_init() }))
    }

    /// Perform an fstatvfs system call on the given fd.
    ///
    /// Equivalent to statvfs(fd).
    #[pyfunction("($module, fd, /)")]
    fn fstatvfs(fd: i32) -> PyResult<Value> {
        let mut out = MaybeUninit::uninit();
        // SAFETY: `out` has room for the result.
        syscall::blocking_or_raise(|| unsafe { libc::fstatvfs(fd, out.as_mut_ptr()) })?;
        // SAFETY: the call succeeded and filled it.
        Ok(super::statvfs_value(&unsafe { out.assume_init() }))
    }
}

pub use functions::MODULE;

static STAT: Record = Record::new(StructSeqDef {
    module: "os",
    name: "stat_result",
    doc: "stat_result: Result from stat, fstat, or lstat.\n\nThis object may be accessed either as a tuple of\n  (mode, ino, dev, nlink, uid, gid, size, atime, mtime, ctime)\nor via the attributes st_mode, st_ino, st_dev, st_nlink, and so on.\n\nPosix/windows: If your platform supports st_blksize, st_blocks, st_rdev,\nor st_flags, they are available as attributes only.\n\nSee os.stat for more information.",
    fields: &[
        ("st_mode", "protection bits"),
        ("st_ino", "inode"),
        ("st_dev", "device"),
        ("st_nlink", "number of hard links"),
        ("st_uid", "user ID of owner"),
        ("st_gid", "group ID of owner"),
        ("st_size", "total size, in bytes"),
        ("", ""),
        ("", ""),
        ("", ""),
        ("st_atime", "time of last access"),
        ("st_mtime", "time of last modification"),
        ("st_ctime", "time of last change"),
        ("st_atime_ns", "time of last access in nanoseconds"),
        ("st_mtime_ns", "time of last modification in nanoseconds"),
        ("st_ctime_ns", "time of last change in nanoseconds"),
        ("st_blksize", "blocksize for filesystem I/O"),
        ("st_blocks", "number of blocks allocated"),
        ("st_rdev", "device type (if inode device)"),
    ],
    visible: 10,
    instantiable: true,
});

static STATVFS: Record = Record::new(StructSeqDef {
    module: "os",
    name: "statvfs_result",
    doc: "statvfs_result: Result from statvfs or fstatvfs.\n\nThis object may be accessed either as a tuple of\n  (bsize, frsize, blocks, bfree, bavail, files, ffree, favail, flag, namemax),\nor via the attributes f_bsize, f_frsize, f_blocks, f_bfree, and so on.\n\nSee os.statvfs for more information.",
    fields: &[
        ("f_bsize", ""),
        ("f_frsize", ""),
        ("f_blocks", ""),
        ("f_bfree", ""),
        ("f_bavail", ""),
        ("f_files", ""),
        ("f_ffree", ""),
        ("f_favail", ""),
        ("f_flag", ""),
        ("f_namemax", ""),
        ("f_fsid", ""),
    ],
    visible: 10,
    instantiable: true,
});

/// The class of stat results. Times that its constructor is not given are the items of the tuple.
fn stat_class() -> TypeRef {
    let class = STAT.class();
    class.slots.with(|slots| slots.new = Some(new_stat_result));
    class
}

fn new_stat_result(class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
    let Some(new) = STATVFS.class().slots().new else {
        return Err(exceptions::type_error(format!("cannot create '{}' instances", class.name())));
    };
    let result = new(class, args)?;
    let items: Vec<Value> = result.downcast::<PyTuple>().map(|t| t.to_vec()).unwrap_or_default();
    let Some(header) = result.header() else { return Ok(result) };
    for (slot, item) in items.into_iter().skip(7).take(3).enumerate() {
        let missing = minipy_vm::types::instance::get_slot(header, slot).is_none_or(|v| v.is_none());
        if missing {
            drop(minipy_vm::types::instance::set_slot(header, slot, Some(item)));
        }
    }
    Ok(result)
}

fn nanoseconds(seconds: i64, nanos: i64) -> Value {
    match seconds.checked_mul(1_000_000_000).and_then(|n| n.checked_add(nanos)) {
        Some(total) => Value::from(total),
        None => minipy_vm::types::int::from_ibig(
            dashu_int::IBig::from(seconds) * dashu_int::IBig::from(1_000_000_000)
                + dashu_int::IBig::from(nanos),
        ),
    }
}

/// The `os.stat_result` of a `struct stat`.
pub fn stat_value(stat: &libc::stat) -> Value {
    let seconds = |seconds: i64, nanos: i64| Value::from(seconds as f64 + 1e-9 * nanos as f64);
    let (atime, atime_ns) = (stat.st_atime, stat.st_atime_nsec);
    let (mtime, mtime_ns) = (stat.st_mtime, stat.st_mtime_nsec);
    let (ctime, ctime_ns) = (stat.st_ctime, stat.st_ctime_nsec);
    stat_class();
    STAT.make(vec![
        Value::from(stat.st_mode),
        Value::from(stat.st_ino),
        Value::from(stat.st_dev),
        Value::from(stat.st_nlink),
        id_value(stat.st_uid),
        id_value(stat.st_gid),
        Value::from(stat.st_size),
        Value::from(atime),
        Value::from(mtime),
        Value::from(ctime),
        seconds(atime, atime_ns),
        seconds(mtime, mtime_ns),
        seconds(ctime, ctime_ns),
        nanoseconds(atime, atime_ns),
        nanoseconds(mtime, mtime_ns),
        nanoseconds(ctime, ctime_ns),
        Value::from(stat.st_blksize),
        Value::from(stat.st_blocks),
        Value::from(stat.st_rdev),
    ])
}

/// A user or group id; -1 for the one that means "no change".
pub fn id_value(id: u32) -> Value {
    if id == u32::MAX { Value::from(-1) } else { Value::from(id) }
}

fn statvfs_value(stat: &libc::statvfs) -> Value {
    STATVFS.make(vec![
        Value::from(stat.f_bsize),
        Value::from(stat.f_frsize),
        Value::from(stat.f_blocks),
        Value::from(stat.f_bfree),
        Value::from(stat.f_bavail),
        Value::from(stat.f_files),
        Value::from(stat.f_ffree),
        Value::from(stat.f_favail),
        Value::from(stat.f_flag),
        Value::from(stat.f_namemax),
        Value::from(stat.f_fsid),
    ])
}

fn do_stat(function: &str, path: &PathOrFd, dir_fd: DirFd, follow: bool) -> PyResult<Value> {
    let mut out = MaybeUninit::uninit();
    let done = match path {
        PathOrFd::Fd(fd, _) => {
            if !dir_fd.is_default() {
                let message = format!("{function}: can't specify dir_fd without matching path");
                return Err(exceptions::value_error(message));
            }
            if !follow {
                let message = format!("{function}: cannot use fd and follow_symlinks together");
                return Err(exceptions::value_error(message));
            }
            // SAFETY: `out` has room for the result.
            syscall::blocking(|| unsafe { libc::fstat(*fd, out.as_mut_ptr()) })?
        }
        PathOrFd::Path(p) => {
            let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
            // SAFETY: the path is NUL-terminated, `out` has room for the result.
            syscall::blocking(|| unsafe { libc::fstatat(dir_fd.0, p.as_ptr(), out.as_mut_ptr(), flags) })?
        }
        PathOrFd::None => Err(libc::ENOENT),
    };
    done.map_err(|errno| path.error(errno))?;
    // SAFETY: the call succeeded and filled it.
    Ok(stat_value(&unsafe { out.assume_init() }))
}

/// The stat result of a folder entry, for `DirEntry`.
pub fn stat_at(dir_fd: DirFd, path: &PathOrFd, follow: bool) -> PyResult<Value> {
    do_stat("stat", path, dir_fd, follow)
}

/// A list of the values.
pub fn list_of(values: impl IntoIterator<Item = Value>) -> Value {
    PyList::from_vec(values.into_iter().collect()).into_value()
}
