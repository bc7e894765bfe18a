//! `activate_stack_trampoline`: Python functions with names in Linux's `perf`.
//!
//! While active, each code object that runs for the first time gets a stub of machine code and a line in
//! `/tmp/perf-PID.map`, which tells `perf` the function's name for addresses in the stub, or a record in
//! `/tmp/jit-PID.dump`, from which `perf inject --jit` makes it a file with unwinding information.

mod jitdump;

use crate::syscall::io_error;
use jitdump::JitDump;
use minipy_macros::pymodule;
use minipy_vm::codecs::without_nul;
use minipy_vm::frame::trampoline;
use minipy_vm::types::code::PyCode;
use minipy_vm::{GilCell, PyResult, PyStr, Ref, exceptions};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;

/// Calls the function in the second argument with the first argument, behind a frame of its own.
#[cfg(target_arch = "x86_64")]
const STUB: &[u8] = &[
    0x55, // push rbp
    0x48, 0x89, 0xe5, // mov rbp, rsp
    0xff, 0xd6, // call rsi
    0x5d, // pop rbp
    0xc3, // ret
];
#[cfg(target_arch = "aarch64")]
const STUB: &[u8] = &[
    0xfd, 0x7b, 0xbf, 0xa9, // stp x29, x30, [sp, -16]!
    0xfd, 0x03, 0x00, 0x91, // mov x29, sp
    0x20, 0x00, 0x3f, 0xd6, // blr x1
    0xfd, 0x7b, 0xc1, 0xa8, // ldp x29, x30, [sp], 16
    0xc0, 0x03, 0x5f, 0xd6, // ret
];

/// How far stubs lie apart, and how much memory is taken for them at a time.
const STRIDE: usize = 32;
const ARENA: usize = 64 << 10;

/// Where `perf` finds the names of stubs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Backend {
    Map,
    JitDump,
}

enum Out {
    Map(File),
    JitDump(JitDump),
}

impl Out {
    fn open(backend: Backend) -> PyResult<Out> {
        match backend {
            Backend::Map => open_map().map(Out::Map),
            Backend::JitDump => JitDump::create().map(Out::JitDump).map_err(|error| io_error(&error, None)),
        }
    }

    fn backend(&self) -> Backend {
        match self {
            Out::Map(_) => Backend::Map,
            Out::JitDump(_) => Backend::JitDump,
        }
    }

    fn add(&mut self, address: usize, name: &str) -> io::Result<()> {
        match self {
            Out::Map(map) => writeln!(map, "{address:x} {:x} {name}", STUB.len()),
            Out::JitDump(dump) => dump.add(address, name),
        }
    }
}

/// Where stubs are named, and the room for stubs that is left: all stubs are alike, so an arena is filled when it is made.
struct Perf {
    out: Out,
    next: usize,
    end: usize,
}

static PERF: GilCell<Option<Perf>> = GilCell::new(None);

#[pymodule(name = "sys")]
pub mod functions {
    use super::*;

    /// Activate stack profiler trampoline *backend*.
    ///
    /// Functions that run for the first time from now on are named in perf's map file ("perf") or in a jitdump file
    /// ("perf_jit").
    #[pyfunction("(backend, /)")]
    fn activate_stack_trampoline(backend: &Ref<PyStr>) -> PyResult<()> {
        match without_nul(backend)?.as_str() {
            "perf_jit" => super::activate(Backend::JitDump),
            "perf" => super::activate(Backend::Map),
            _ => Err(exceptions::value_error(format!("invalid backend: {backend}"))),
        }
    }

    /// Deactivate the current stack profiler trampoline backend.
    ///
    /// If no stack profiler is activated, this function has no effect.
    #[pyfunction("()")]
    fn deactivate_stack_trampoline() {
        trampoline::set_maker(None);
    }

    /// Return *True* if a stack profiler trampoline is active.
    #[pyfunction("()")]
    fn is_stack_trampoline_active() -> bool {
        trampoline::is_active()
    }
}

pub use functions::MODULE;

/// Starts making stubs; the file of the same backend goes on where it was.
pub fn activate(backend: Backend) -> PyResult<()> {
    if PERF.with(|perf| perf.as_ref().is_none_or(|perf| perf.out.backend() != backend)) {
        PERF.set(Some(Perf { out: Out::open(backend)?, next: 0, end: 0 }));
    }
    trampoline::set_maker(Some(make_stub));
    Ok(())
}

/// The map file of this process, which more than one may write to.
///
/// # Errors
/// OSError if it cannot be opened.
pub fn open_map() -> PyResult<File> {
    let path = format!("/tmp/perf-{}.map", std::process::id());
    let mut options = OpenOptions::new();
    options.create(true).append(true).mode(0o600).custom_flags(libc::O_CLOEXEC | libc::O_NOFOLLOW);
    options.open(&path).map_err(|error| io_error(&error, Some(path.as_str().into())))
}

/// In the child of a fork: its functions go to a file of its own.
pub fn after_fork() {
    let Some(perf) = PERF.take() else { return };
    if trampoline::is_active() && activate(perf.out.backend()).is_err() {
        trampoline::set_maker(None);
    }
}

fn make_stub(code: &PyCode) -> usize {
    PERF.with(|perf| {
        let Some(perf) = perf.as_mut() else { return 0 };
        if perf.next == perf.end {
            let Some(arena) = new_arena() else { return 0 };
            (perf.next, perf.end) = (arena, arena + ARENA);
        }
        let address = perf.next;
        // A file that cannot be written, on a full disk for instance, is no reason to stop the program.
        let _ = perf.out.add(address, &format!("py::{}:{}", code.qualname, code.filename.get()));
        perf.next += STRIDE;
        address
    })
}

/// Memory full of stubs that can be executed and never changes again.
fn new_arena() -> Option<usize> {
    let access = libc::PROT_READ | libc::PROT_WRITE;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    // SAFETY: a fresh mapping, which is filled within its bounds before it becomes executable.
    unsafe {
        let arena = libc::mmap(std::ptr::null_mut(), ARENA, access, flags, -1, 0);
        if arena == libc::MAP_FAILED {
            return None;
        }
        for offset in (0..ARENA).step_by(STRIDE) {
            let place = arena.cast::<u8>().add(offset);
            std::ptr::copy_nonoverlapping(STUB.as_ptr(), place, STUB.len());
        }
        let done = libc::mprotect(arena, ARENA, libc::PROT_READ | libc::PROT_EXEC);
        (done == 0).then_some(arena as usize)
    }
}
