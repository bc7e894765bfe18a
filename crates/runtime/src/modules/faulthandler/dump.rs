//! Writing tracebacks where nothing may be allocated or locked: in signal handlers, and from a thread that has no GIL.
//!
//! Whatever is read may be about to change, so everything is bounded and nothing is trusted to be there.

use crate::modules::MODULES;
use minipy_vm::frame::Frame;
use minipy_vm::thread::{self, Thread};
use minipy_vm::types::set::PyFrozenSet;
use minipy_vm::{PyDict, PyModule, PyStr, Value, protocol};
use std::ffi::c_void;

/// How many threads, frames and characters are shown at most.
const MOST_THREADS: usize = 100;
const MOST_FRAMES: usize = 100;
const MOST_CHARS: usize = 500;
const MOST_C_FRAMES: usize = 32;

/// A descriptor that text is written to as it comes.
#[derive(Clone, Copy)]
pub struct Out(pub i32);

impl Out {
    pub fn bytes(self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            // SAFETY: the bytes outlive the call.
            match unsafe { libc::write(self.0, bytes.as_ptr().cast(), bytes.len()) } {
                count if count > 0 => bytes = bytes.get(count as usize..).unwrap_or(&[]),
                -1 if crate::syscall::errno() == libc::EINTR => {}
                _ => return,
            }
        }
    }

    pub fn text(self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// A number with at least `width` digits.
    pub fn number(self, mut number: u64, base: u64, width: usize) {
        let mut digits = [b'0'; 20];
        let mut at = digits.len();
        while at > 0 && (number > 0 || digits.len() - at < width.max(1)) {
            at -= 1;
            digits[at] = b"0123456789abcdef"[(number % base) as usize];
            number /= base;
        }
        self.bytes(&digits[at..]);
    }

    /// A str with everything but printable ASCII escaped.
    fn string(self, text: &PyStr) {
        let mut run = [0; 64];
        let mut len = 0;
        for c in text.chars().take(MOST_CHARS) {
            if (0x20..0x7f).contains(&c) {
                run[len] = c as u8;
                len += 1;
                if len < run.len() {
                    continue;
                }
            }
            self.bytes(&run[..std::mem::take(&mut len)]);
            match c {
                0x20..0x7f => {}
                0..=0xff => {
                    self.text("\\x");
                    self.number(c.into(), 16, 2);
                }
                0x100..=0xffff => {
                    self.text("\\u");
                    self.number(c.into(), 16, 4);
                }
                _ => {
                    self.text("\\U");
                    self.number(c.into(), 16, 8);
                }
            }
        }
        self.bytes(&run[..len]);
        if text.len() > MOST_CHARS {
            self.text("...");
        }
    }
}

/// The Python thread that the calling system thread is; null if it is none.
pub fn own_thread() -> *const Thread {
    // SAFETY: asks about the calling thread.
    let ident = unsafe { libc::pthread_self() } as u64;
    let mut own = std::ptr::null();
    thread::for_each_unlocked(|thread| {
        // SAFETY: threads of the list are alive unless it changes right now, which nothing here can rule out.
        if unsafe { (*thread).ident } == ident {
            own = thread;
        }
    });
    own
}

/// "Current thread 0x… [name] (most recent call first):" and the frames of all threads, the newest first.
pub fn all_threads(out: Out, current: *const Thread) {
    let mut count = 0;
    thread::for_each_unlocked(|thread| {
        count += 1;
        match count {
            ..=MOST_THREADS => {
                if count > 1 {
                    out.text("\n");
                }
                heading(out, thread, current);
                frames(out, thread);
            }
            n if n == MOST_THREADS + 1 => out.text("...\n"),
            _ => {}
        }
    });
}

/// "Stack (most recent call first):" and the frames of one thread.
pub fn one_thread(out: Out, thread: *const Thread) {
    out.text("Stack (most recent call first):\n");
    frames(out, thread);
}

/// The traceback of the calling thread, or of all threads, as a signal handler gives it.
pub fn from_signal(out: Out, all: bool) {
    let own = own_thread();
    if all {
        all_threads(out, own);
    } else if !own.is_null() {
        one_thread(out, own);
    }
}

/// The native modules in `sys.modules` that are not in `sys.stdlib_module_names`.
pub fn extension_modules(out: Out) {
    let Some(modules) = minipy_vm::frame::sys_modules() else { return };
    let sys = entry(&modules, "sys").and_then(|sys| sys.downcast_into::<PyModule>().ok());
    let stdlib = sys.and_then(|sys| entry(&sys.namespace(), "stdlib_module_names"));
    let Some(stdlib) = stdlib.filter(|names| names.downcast_exact::<PyFrozenSet>().is_some()) else { return };
    let mut count = 0;
    let mut position = 0;
    while let Some((next, name, _)) = modules.next_entry(position) {
        position = next;
        let Some(text) = name.downcast_exact::<PyStr>() else { continue };
        let is_native = ["sys", "builtins"].into_iter().chain(MODULES.iter().map(|def| def.name));
        if !is_native.into_iter().any(|native| is_text(text, native))
            || protocol::contains(&stdlib, &name).unwrap_or(true)
        {
            continue;
        }
        out.text(if count == 0 { "\nExtension modules: " } else { ", " });
        out.string(text);
        count += 1;
    }
    if count > 0 {
        out.text(" (total: ");
        out.number(count, 10, 1);
        out.text(")\n");
    }
}

/// The value of a key that is a str.
fn entry(dict: &PyDict, key: &str) -> Option<Value> {
    let mut position = 0;
    while let Some((next, name, value)) = dict.next_entry(position) {
        if name.downcast_exact::<PyStr>().is_some_and(|name| is_text(name, key)) {
            return Some(value);
        }
        position = next;
    }
    None
}

fn is_text(text: &PyStr, other: &str) -> bool {
    text.len() == other.len() && text.chars().eq(other.bytes().map(u32::from))
}

fn heading(out: Out, thread: *const Thread, current: *const Thread) {
    // SAFETY: as in `own_thread`.
    let ident = unsafe { (*thread).ident };
    out.text(if std::ptr::eq(thread, current) { "Current thread 0x" } else { "Thread 0x" });
    out.number(ident, 16, 16);
    let mut name = [0; 100];
    // SAFETY: there is room for as many bytes as is said, and the result is NUL-terminated.
    let status = unsafe { libc::pthread_getname_np(ident as libc::pthread_t, name.as_mut_ptr(), name.len()) };
    let len = name.iter().position(|&c| c == 0).unwrap_or(0);
    if status == 0 && len > 0 {
        out.text(" [");
        out.bytes(&name.map(|c| c.cast_unsigned())[..len]);
        out.text("]");
    }
    out.text(" (most recent call first):\n");
}

fn frames(out: Out, thread: *const Thread) {
    // SAFETY: as in `own_thread`.
    let mut frame = unsafe { (*thread).frame.get() };
    if frame.is_null() {
        return out.text("  <no Python frame>\n");
    }
    let mut count = 0;
    // SAFETY: frames of the chain are alive as long as their calls, whose thread waits or is this one.
    while let Some(record) = unsafe { frame.as_ref() } {
        if count == MOST_FRAMES {
            return out.text("  ...\n");
        }
        count += 1;
        place(out, record);
        frame = record.previous;
    }
}

/// `  File "…", line … in …`
fn place(out: Out, frame: &Frame) {
    if frame.code.is_null() {
        return;
    }
    let code = frame.code();
    out.text("  File \"");
    // SAFETY: the name is only replaced, never changed.
    out.string(unsafe { &*code.filename.as_ptr() });
    out.text("\", line ");
    match code.line_of(frame.instruction_index_unlocked()) {
        Some(line) => out.number(line.max(0) as u64, 10, 1),
        None => out.text("???"),
    }
    out.text(" in ");
    out.string(&code.name);
    out.text("\n");
}

unsafe extern "C" {
    fn backtrace(buffer: *mut *mut c_void, size: libc::c_int) -> libc::c_int;
}

/// The native stack of the calling thread.
pub fn native_stack(out: Out) {
    out.text("Current thread's C stack trace (most recent call first):\n");
    let mut addresses = [std::ptr::null_mut(); MOST_C_FRAMES];
    // SAFETY: there is room for as many addresses as is said.
    let count = unsafe { backtrace(addresses.as_mut_ptr(), MOST_C_FRAMES as libc::c_int) } as usize;
    for &address in addresses.iter().take(count) {
        native_place(out, address);
    }
    if count == MOST_C_FRAMES {
        out.text("  <truncated rest of calls>\n");
    }
}

/// `  Binary file "…", at …+0x… [0x…]`
fn native_place(out: Out, address: *mut c_void) {
    // SAFETY: all-zero bytes are a valid result, and its strings are NUL-terminated and live as long as the library.
    let (file, symbol, base, start) = unsafe {
        let mut info: libc::Dl_info = std::mem::zeroed();
        if libc::dladdr(address, &mut info) == 0 {
            info = std::mem::zeroed();
        }
        let text = |text: *const libc::c_char| {
            if text.is_null() { &[][..] } else { std::ffi::CStr::from_ptr(text).to_bytes() }
        };
        (text(info.dli_fname), text(info.dli_sname), info.dli_fbase as usize, info.dli_saddr as usize)
    };
    let address = address as usize;
    out.text("  Binary file \"");
    out.bytes(if file.is_empty() { b"<unknown>" } else { file });
    out.text("\"");
    if base != 0 {
        out.text(", at ");
        out.bytes(symbol);
        out.text("+0x");
        out.number(address.wrapping_sub(if symbol.is_empty() { base } else { start }) as u64, 16, 1);
    }
    out.text(" [0x");
    out.number(address as u64, 16, 1);
    out.text("]\n");
}
