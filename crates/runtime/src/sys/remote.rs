//! `remote_exec`: asking another minipy process to run a script (PEP 768).
//!
//! Every process has a [`Mailbox`] at a fixed place in its program file. Whoever may trace the process finds that place in its
//! memory, writes the script's path there, and then one byte of the eval breaker's word, so that the main thread looks into the
//! mailbox at its next safe point.

use crate::syscall::io_error;
use minipy_macros::pymodule;
use minipy_vm::frame::{self, breaker};
use minipy_vm::{PyDict, PyErr, PyResult, Value, exceptions, name, protocol};
use std::cell::UnsafeCell;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::sync::atomic::{AtomicU32, Ordering};

/// Room for a script's path and the NUL behind it.
const PATH_ROOM: usize = 512;

/// What the memory of a process that can be asked starts with.
const COOKIE: u64 = u64::from_ne_bytes(*b"minipy 1");

/// Where other processes leave the path of a script.
#[repr(C)]
struct Mailbox {
    cookie: u64,
    /// Whether the process wants to be asked.
    enabled: AtomicU32,
    /// Whether there is a path.
    full: AtomicU32,
    path: UnsafeCell<[u8; PATH_ROOM]>,
}

// SAFETY: this process reads the path only, after it has seen `full`; what another process writes meanwhile are bytes, which the
// reader checks like any input.
unsafe impl Sync for Mailbox {}

static MAILBOX: Mailbox = Mailbox {
    cookie: COOKIE,
    enabled: AtomicU32::new(0),
    full: AtomicU32::new(0),
    path: UnsafeCell::new([0; PATH_ROOM]),
};

/// Lets other processes leave scripts.
pub fn enable() {
    MAILBOX.enabled.store(1, Ordering::Relaxed);
}

fn is_enabled() -> bool {
    MAILBOX.enabled.load(Ordering::Relaxed) != 0
}

#[pymodule(name = "sys")]
pub mod functions {
    use super::*;

    /// Return True if remote debugging is enabled, False otherwise.
    #[pyfunction("()")]
    fn is_remote_debug_enabled() -> bool {
        super::is_enabled()
    }

    /// Executes a file containing Python code in a given remote Python process.
    ///
    /// This function returns immediately, and the code will be executed by the
    /// target process's main thread at the next available opportunity, similarly
    /// to how signals are handled. There is no interface to determine when the
    /// code has been executed. The caller is responsible for making sure that
    /// the file still exists whenever the remote process tries to read it and that
    /// it hasn't been overwritten.
    ///
    /// The remote process must be running the same program file.
    #[pyfunction("($module, /, pid, script)")]
    fn remote_exec(pid: i32, script: &Value) -> PyResult<()> {
        let path = crate::path::fs_encode(script)?;
        crate::sys::audit("sys.remote_exec", &[Value::from(pid), script.clone()])?;
        check_script(&path)?;
        if !super::is_enabled() {
            return Err(exceptions::runtime_error("Remote debugging is not enabled"));
        }
        if path.len() >= PATH_ROOM {
            return Err(exceptions::value_error("Debugger script path is too long"));
        }
        Process::find(pid)?.leave(&path)
    }
}

pub use functions::MODULE;

/// Makes sure that the script is there and can be read.
fn check_script(path: &[u8]) -> PyResult<()> {
    let Err(error) = fs::File::open(OsStr::from_bytes(path)) else { return Ok(()) };
    match error.kind() {
        std::io::ErrorKind::NotFound => {
            Err(PyErr::new(exceptions::file_not_found_error_class(), &["Script file does not exist".into()]))
        }
        std::io::ErrorKind::PermissionDenied => {
            Err(PyErr::new(exceptions::permission_error_class(), &["Script file cannot be read".into()]))
        }
        _ => Err(io_error(&error, None)),
    }
}

/// A process that runs this program file.
struct Process {
    pid: i32,
    /// What to add to an address of this process's program file to get the other one's; wraps around.
    distance: usize,
}

fn lookup_failed() -> PyErr {
    exceptions::runtime_error("PyRuntime address lookup failed during debug offsets initialization")
}

impl Process {
    fn find(pid: i32) -> PyResult<Process> {
        let own = fs::metadata("/proc/self/exe").map_err(|_| lookup_failed())?;
        let file = (own.dev(), own.ino());
        let here = program_start("/proc/self/maps", file)?;
        let pid = if pid == 0 { std::process::id() as i32 } else { pid };
        let there = program_start(&format!("/proc/{pid}/maps"), file)?;
        let (Some(here), Some(there)) = (here, there) else { return Err(lookup_failed()) };
        Ok(Process { pid, distance: there.wrapping_sub(here) })
    }

    fn address<T>(&self, place: *const T) -> usize {
        (place as usize).wrapping_add(self.distance)
    }

    fn read_u32(&self, place: *const AtomicU32) -> PyResult<u32> {
        let mut bytes = [0; 4];
        self.transfer(self.address(place), bytes.as_mut_ptr(), bytes.len(), Direction::Read)?;
        Ok(u32::from_ne_bytes(bytes))
    }

    fn write<T>(&self, place: *const T, bytes: &[u8]) -> PyResult<()> {
        self.transfer(self.address(place), bytes.as_ptr().cast_mut(), bytes.len(), Direction::Write)
    }

    /// Leaves a script's path in the process's mailbox.
    fn leave(&self, path: &[u8]) -> PyResult<()> {
        let mut cookie = [0; 8];
        self.transfer(self.address(&raw const MAILBOX), cookie.as_mut_ptr(), 8, Direction::Read)?;
        if u64::from_ne_bytes(cookie) != COOKIE {
            return Err(lookup_failed());
        }
        if self.read_u32(&raw const MAILBOX.enabled)? == 0 {
            return Err(exceptions::runtime_error("Remote debugging is not enabled in the remote process"));
        }
        let mut text = path.to_vec();
        text.push(0);
        self.write(MAILBOX.path.get(), &text)?;
        self.write(&raw const MAILBOX.full, &1u32.to_ne_bytes())?;
        // One byte, which no other flag shares: the process may be changing the others right now.
        self.write(breaker::remote_byte(), &[1])
    }

    /// Copies bytes between here and the process.
    fn transfer(&self, remote: usize, local: *mut u8, len: usize, direction: Direction) -> PyResult<()> {
        let here = libc::iovec { iov_base: local.cast(), iov_len: len };
        let there = libc::iovec { iov_base: remote as *mut libc::c_void, iov_len: len };
        // SAFETY: `local` points to `len` bytes, which are only written for `Read`; the kernel checks the other address.
        let done = unsafe {
            match direction {
                Direction::Read => libc::process_vm_readv(self.pid, &here, 1, &there, 1, 0),
                Direction::Write => libc::process_vm_writev(self.pid, &here, 1, &there, 1, 0),
            }
        };
        if done == len as isize { Ok(()) } else { Err(io_error(&std::io::Error::last_os_error(), None)) }
    }
}

enum Direction {
    Read,
    Write,
}

/// Where a process has mapped the start of the file; `None` if it has not.
fn program_start(maps: &str, file: (u64, u64)) -> PyResult<Option<usize>> {
    let text = match fs::read_to_string(maps) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_error(&error, Some(maps.into()))),
    };
    Ok(text.lines().find_map(|line| {
        // start-end permissions offset major:minor inode path
        let mut fields = line.split_ascii_whitespace();
        let start = fields.next()?.split('-').next()?;
        let (offset, device, inode) = (fields.nth(1)?, fields.next()?, fields.next()?);
        let (major, minor) = device.split_once(':')?;
        let hexadecimal = |text: &str| u32::from_str_radix(text, 16).ok();
        let device = libc::makedev(hexadecimal(major)?, hexadecimal(minor)?);
        let matches = (device, inode.parse().ok()?) == file && u64::from_str_radix(offset, 16) == Ok(0);
        if matches { usize::from_str_radix(start, 16).ok() } else { None }
    }))
}

/// Runs the script that is in the mailbox, if there is one. What it raises is reported.
pub fn serve() {
    if !is_enabled() || MAILBOX.full.swap(0, Ordering::Acquire) == 0 {
        return;
    }
    // SAFETY: a copy of bytes that only other processes write.
    let room = unsafe { std::ptr::read_volatile(MAILBOX.path.get()) };
    let len = room.iter().position(|&byte| byte == 0).unwrap_or(0);
    if len > 0 {
        let path = crate::path::decode(&room[..len]).into_value();
        if let Err((what, error)) = run_script(&path) {
            let shown = protocol::str(&path).map_or_else(|_| String::new(), |path| path.to_string_lossy());
            crate::sys::unraisable(error, Some(&format!("{what} debugger script {shown}")), None);
        }
    }
}

/// The error says what failed: "Can't open" or "Error executing".
fn run_script(path: &Value) -> Result<(), (&'static str, PyErr)> {
    let opening = |error| ("Can't open", error);
    let executing = |error| ("Error executing", error);
    crate::sys::audit("cpython.remote_debugger_script", std::slice::from_ref(path)).map_err(opening)?;
    let io = crate::import::native_module("_io").map_err(opening)?;
    let open = protocol::getattr(&io, name!("open_code")).map_err(opening)?;
    let file = protocol::call1(&open, path.clone()).map_err(opening)?;
    let source = protocol::call_method(&file, name!("read"), &[]).map_err(opening);
    protocol::call_method(&file, name!("close"), &[]).map_err(opening)?;
    let source = crate::compile::source_text(&source?, "exec", "string, bytes or code").map_err(executing)?;
    let request = crate::compile::Request {
        filename: "<string>",
        mode: crate::compile::Mode::Exec,
        flags: 0,
        optimize: -1,
        feature_version: None,
    };
    let code = crate::compile::compile(&source, &request).map_err(executing)?;
    crate::sys::audit("exec", &[code.to_value()]).map_err(executing)?;
    let namespace = PyDict::new_ref();
    namespace.insert("__builtins__", frame::default_builtins().into_value());
    frame::exec_code(&code, namespace, None, None).map(drop).map_err(executing)
}
