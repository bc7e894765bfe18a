//! What the system says of its limits: `confstr`, `pathconf`.

use super::path_arg::{FdLike, PathOrFd};
use super::system::configuration_name;
use crate::syscall;
use minipy_macros::pymodule;
use minipy_vm::{PyDict, PyModule, PyResult, Ref, Value};

#[pymodule(name = "posix")]
pub mod functions {
    use super::*;

    /// Return a string-valued system configuration variable.
    #[pyfunction("($module, name, /)")]
    fn confstr(name: &Value) -> PyResult<Option<Value>> {
        let name = configuration_name(name, super::CONFSTR)?;
        // SAFETY: errno is the thread's own; without room the call only counts.
        let (len, errno) = unsafe {
            *libc::__errno_location() = 0;
            (libc::confstr(name, std::ptr::null_mut(), 0), syscall::errno())
        };
        if len == 0 {
            return if errno == 0 { Ok(None) } else { Err(syscall::os_error(errno)) };
        }
        let mut text = vec![0u8; len];
        // SAFETY: there is room for `len` bytes.
        unsafe { libc::confstr(name, text.as_mut_ptr().cast(), len) };
        text.truncate(len - 1);
        Ok(Some(crate::path::decode(&text).into_value()))
    }

    /// Return the configuration limit name for the file or directory path.
    ///
    /// If there is no limit, return -1.
    /// On some platforms, path may also be specified as an open file
    /// descriptor.  If this functionality is unavailable, using it raises
    /// an exception.
    #[pyfunction("($module, /, path, name)")]
    fn pathconf(path: PathOrFd, name: &Value) -> PyResult<i64> {
        let name = configuration_name(name, super::PATHCONF)?;
        // SAFETY: the path is NUL-terminated.
        super::limit(|| unsafe {
            match &path {
                PathOrFd::Path(path) => libc::pathconf(path.as_ptr(), name),
                PathOrFd::Fd(fd, _) => libc::fpathconf(*fd, name),
                PathOrFd::None => -1,
            }
        })
        .map_err(|errno| if errno == libc::EINVAL { syscall::os_error(errno) } else { path.error(errno) })
    }

    /// Return the configuration limit name for the file descriptor fd.
    ///
    /// If there is no limit, return -1.
    #[pyfunction("($module, fd, name, /)")]
    fn fpathconf(fd: FdLike, name: &Value) -> PyResult<i64> {
        let name = configuration_name(name, super::PATHCONF)?;
        // SAFETY: no memory is passed.
        super::limit(|| unsafe { libc::fpathconf(fd.0, name) }).map_err(syscall::os_error)
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        for (attribute, names) in [("confstr_names", super::CONFSTR), ("pathconf_names", super::PATHCONF)] {
            let dict = PyDict::new_ref();
            for &(name, number) in names {
                dict.insert(name, number);
            }
            module.namespace().insert(attribute, dict);
        }
        Ok(())
    }
}

pub use functions::MODULE;

/// -1 without an errno means no limit; the error is an errno.
fn limit(call: impl FnOnce() -> i64) -> Result<i64, i32> {
    // SAFETY: errno is the thread's own.
    unsafe { *libc::__errno_location() = 0 };
    let value = call();
    match syscall::errno() {
        errno if value == -1 && errno != 0 => Err(errno),
        _ => Ok(value),
    }
}

static CONFSTR: &[(&str, i32)] = &[
    ("CS_GNU_LIBC_VERSION", 2),
    ("CS_GNU_LIBPTHREAD_VERSION", 3),
    ("CS_LFS64_CFLAGS", 1004),
    ("CS_LFS64_LDFLAGS", 1005),
    ("CS_LFS64_LIBS", 1006),
    ("CS_LFS64_LINTFLAGS", 1007),
    ("CS_LFS_CFLAGS", 1000),
    ("CS_LFS_LDFLAGS", 1001),
    ("CS_LFS_LIBS", 1002),
    ("CS_LFS_LINTFLAGS", 1003),
    ("CS_PATH", 0),
    ("CS_XBS5_ILP32_OFF32_CFLAGS", 1100),
    ("CS_XBS5_ILP32_OFF32_LDFLAGS", 1101),
    ("CS_XBS5_ILP32_OFF32_LIBS", 1102),
    ("CS_XBS5_ILP32_OFF32_LINTFLAGS", 1103),
    ("CS_XBS5_ILP32_OFFBIG_CFLAGS", 1104),
    ("CS_XBS5_ILP32_OFFBIG_LDFLAGS", 1105),
    ("CS_XBS5_ILP32_OFFBIG_LIBS", 1106),
    ("CS_XBS5_ILP32_OFFBIG_LINTFLAGS", 1107),
    ("CS_XBS5_LP64_OFF64_CFLAGS", 1108),
    ("CS_XBS5_LP64_OFF64_LDFLAGS", 1109),
    ("CS_XBS5_LP64_OFF64_LIBS", 1110),
    ("CS_XBS5_LP64_OFF64_LINTFLAGS", 1111),
    ("CS_XBS5_LPBIG_OFFBIG_CFLAGS", 1112),
    ("CS_XBS5_LPBIG_OFFBIG_LDFLAGS", 1113),
    ("CS_XBS5_LPBIG_OFFBIG_LIBS", 1114),
    ("CS_XBS5_LPBIG_OFFBIG_LINTFLAGS", 1115),
];

static PATHCONF: &[(&str, i32)] = &[
    ("PC_ASYNC_IO", 10),
    ("PC_CHOWN_RESTRICTED", 6),
    ("PC_FILESIZEBITS", 13),
    ("PC_LINK_MAX", 0),
    ("PC_MAX_CANON", 1),
    ("PC_MAX_INPUT", 2),
    ("PC_NAME_MAX", 3),
    ("PC_NO_TRUNC", 7),
    ("PC_PATH_MAX", 4),
    ("PC_PIPE_BUF", 5),
    ("PC_PRIO_IO", 11),
    ("PC_SOCK_MAXBUF", 12),
    ("PC_SYNC_IO", 9),
    ("PC_VDISABLE", 8),
    ("PC_ALLOC_SIZE_MIN", 18),
    ("PC_REC_INCR_XFER_SIZE", 14),
    ("PC_REC_MAX_XFER_SIZE", 15),
    ("PC_REC_MIN_XFER_SIZE", 16),
    ("PC_REC_XFER_ALIGN", 17),
    ("PC_SYMLINK_MAX", 19),
];
