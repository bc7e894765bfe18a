//! Device numbers and files.

use super::files::on;
use super::path_arg::{DirFd, PathArg};
use minipy_macros::pymodule;
use minipy_vm::macros_support::{ArgPos, FromArg};
use minipy_vm::{PyResult, Value, exceptions};

#[pymodule(name = "posix")]
pub mod functions {
    use super::*;

    /// Create a node in the file system.
    ///
    /// Create a node in the file system (file, device special file or named
    /// pipe) at path.  mode specifies both the permissions to use and the
    /// type of node to be created, being combined (bitwise OR) with one of
    /// S_IFREG, S_IFCHR, S_IFBLK, and S_IFIFO.  If S_IFCHR or S_IFBLK is set
    /// on mode, device defines the newly created device special file (probably
    /// using os.makedev()).  Otherwise device is ignored.
    ///
    /// If dir_fd is not None, it should be a file descriptor open to
    /// a directory, and path should be relative; path will then be relative
    /// to that directory.
    /// dir_fd may not be implemented on your platform.  If it is unavailable,
    /// using it will raise a NotImplementedError.
    #[pyfunction("($module, /, path, mode=384, device=0, *, dir_fd=None)")]
    fn mknod(path: PathArg, mode: i32, device: Option<Device>, dir_fd: Option<DirFd>) -> PyResult<()> {
        let dir_fd = dir_fd.unwrap_or(DirFd::CWD);
        let device = device.map_or(0, |device| device.0);
        // SAFETY: the path is NUL-terminated.
        on(&path, || unsafe { libc::mknodat(dir_fd.0, path.as_ptr(), mode as u32, device) })
    }

    /// Extracts a device major number from a raw device number.
    #[pyfunction("($module, device, /)")]
    fn major(device: Device) -> i64 {
        device.part(libc::major)
    }

    /// Extracts a device minor number from a raw device number.
    #[pyfunction("($module, device, /)")]
    fn minor(device: Device) -> i64 {
        device.part(libc::minor)
    }

    /// Composes a raw device number from the major and minor device numbers.
    #[pyfunction("($module, major, minor, /)")]
    fn makedev(major: DevicePart, minor: DevicePart) -> Value {
        match libc::makedev(major.0, minor.0) {
            NO_DEVICE => Value::from(-1),
            device => Value::from(device),
        }
    }
}

pub use functions::MODULE;

/// "No device", -1 in Python.
const NO_DEVICE: libc::dev_t = libc::dev_t::MAX;

/// A device number.
pub struct Device(libc::dev_t);

impl Device {
    /// The device's major or minor number.
    fn part(&self, of: extern "C" fn(libc::dev_t) -> libc::c_uint) -> i64 {
        if self.0 == NO_DEVICE { -1 } else { of(self.0).into() }
    }
}

impl FromArg<'_> for Device {
    fn from_arg(value: &Value, at: ArgPos<'_>) -> PyResult<Self> {
        let number = minipy_vm::protocol::as_index(value)?;
        match number.as_small_int() {
            Some(-1) => Ok(Device(NO_DEVICE)),
            Some(n) => u64::from_arg(&Value::from(n), at).map(Device),
            None => minipy_vm::types::int::to_ibig(&number)
                .and_then(|n| u64::try_from(n).ok())
                .map(Device)
                .ok_or_else(|| exceptions::overflow_error("int too big to convert")),
        }
    }
}

/// A major or minor number.
pub struct DevicePart(libc::c_uint);

impl FromArg<'_> for DevicePart {
    fn from_arg(value: &Value, at: ArgPos<'_>) -> PyResult<Self> {
        if value.as_small_int() == Some(-1) {
            return Ok(DevicePart(libc::c_uint::MAX));
        }
        u32::from_arg(value, at).map(DevicePart)
    }
}
