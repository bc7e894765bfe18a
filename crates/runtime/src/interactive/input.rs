//! Lines from standard input behind a prompt, as the plain session and `input()` on a terminal read them.

use crate::modules::readline;
use crate::syscall;
use minipy_vm::cell::GilCell;
use minipy_vm::{PyResult, gil};
use std::io::Write;

/// What was read and not asked for yet.
static PENDING: GilCell<Vec<u8>> = GilCell::new(Vec::new());

/// As much is read at a time. A terminal gives no more than a line; what is read ahead of a pipe is lost to `sys.stdin`, as with
/// CPython.
const BLOCK: usize = 4096;

pub fn is_terminal(fd: i32) -> bool {
    // SAFETY: no memory is passed.
    unsafe { libc::isatty(fd) == 1 }
}

/// Writes to the process's standard error, whatever `sys.stderr` is. That nobody can read it is no reason to stop.
pub fn write_prompt(text: &[u8]) {
    let _ = std::io::stderr().write_all(text);
}

/// Adds what can be read at once; false at the end of the input. A descriptor that cannot be read has come to its end. Raises what
/// handlers of signals raise.
fn read_block(input: &mut Vec<u8>) -> PyResult<bool> {
    let mut buffer = [0; BLOCK];
    // SAFETY: the buffer is writable for its length, and lives as long as the call.
    let read = syscall::blocking(|| unsafe { libc::read(0, buffer.as_mut_ptr().cast(), buffer.len()) })?;
    let count = read.unwrap_or(0).max(0) as usize;
    input.extend_from_slice(&buffer[..count]);
    Ok(count > 0)
}

/// Shows the prompt and reads a line with its newline, which the user can edit if `readline` is loaded. At the end of the input
/// the line lacks it, or is empty. Raises what handlers of signals raise: KeyboardInterrupt for Ctrl-C.
pub fn read_line(prompt: &[u8]) -> PyResult<Vec<u8>> {
    if readline::is_loaded() && is_terminal(0) && is_terminal(1) {
        return readline::read_line(prompt);
    }
    write_prompt(prompt);
    let mut line = PENDING.take();
    let mut searched = 0;
    loop {
        if let Some(at) = memchr::memchr(b'\n', &line[searched..]) {
            let rest = line.split_off(searched + at + 1);
            let Some(null) = memchr::memchr(0, &line) else {
                PENDING.set(rest);
                return Ok(line);
            };
            // What follows a null character is lost, the line break included.
            line.truncate(null);
            line.extend(rest);
            searched = null;
            continue;
        }
        searched = line.len();
        if !read_block(&mut line)? {
            return Ok(line);
        }
    }
}

/// Reads a byte, `None` at the end of the input. Raises what handlers of signals raise.
pub fn read_byte() -> PyResult<Option<u8>> {
    if PENDING.with(|pending| pending.is_empty()) {
        let mut block = Vec::new();
        read_block(&mut block)?;
        PENDING.with(|pending| pending.append(&mut block));
    }
    Ok(PENDING.with(|pending| if pending.is_empty() { None } else { Some(pending.remove(0)) }))
}

/// Gives back text for the next [`read_line`] to start with.
pub fn unread(text: &[u8]) {
    PENDING.with(|pending| pending.splice(0..0, text.iter().copied()).for_each(drop));
}

/// Whether a line, or a part of it, is there already.
pub fn is_pending() -> bool {
    is_pending_within(0)
}

/// As [`is_pending`], after waiting for it for some milliseconds.
pub fn is_pending_within(patience: i32) -> bool {
    if PENDING.with(|pending| !pending.is_empty()) {
        return true;
    }
    let mut poll = libc::pollfd { fd: 0, events: libc::POLLIN, revents: 0 };
    // SAFETY: the array has one element.
    gil::without(|| unsafe { libc::poll(&mut poll, 1, patience) } == 1 && poll.revents & libc::POLLIN != 0)
}
