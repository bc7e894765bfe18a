//! What `BufferedReader`, `BufferedWriter` and `BufferedRandom` share: buffers over a raw stream.
//!
//! Bytes read ahead and bytes not written yet are kept apart, and at most one of the two is non-empty: reading flushes
//! what is to be written, and writing first moves the raw stream back over what was read ahead.

use super::fileio::PyFileIO;
use super::{closed_error, unsupported};
use crate::modules::thread::RawLock;
use minipy_vm::cell::GilCell;
use minipy_vm::types::bytearray::PyByteArray;
use minipy_vm::types::bytes;
use minipy_vm::{PyErr, PyResult, Ref, Value, exceptions, name, protocol, thread};
use std::cell::Cell;

/// What the payloads of the three classes hold.
pub struct Buffered {
    raw: GilCell<Option<Value>>,
    detached: Cell<bool>,
    readable: Cell<bool>,
    writable: Cell<bool>,
    size: Cell<usize>,
    /// Bytes read ahead, those before `at` used up.
    ahead: GilCell<Vec<u8>>,
    at: Cell<usize>,
    /// Bytes that are still to be written.
    pending: GilCell<Vec<u8>>,
    /// Where the raw stream is, if that is known.
    raw_position: Cell<Option<i64>>,
    /// Held by the thread that is inside.
    lock: RawLock,
    /// That thread's identity, or 0.
    owner: Cell<u64>,
}

impl Default for Buffered {
    fn default() -> Self {
        Buffered {
            raw: GilCell::new(None),
            detached: Cell::new(false),
            readable: Cell::new(false),
            writable: Cell::new(false),
            size: Cell::new(super::DEFAULT_BUFFER_SIZE),
            ahead: GilCell::new(Vec::new()),
            at: Cell::new(0),
            pending: GilCell::new(Vec::new()),
            raw_position: Cell::new(None),
            lock: RawLock::new(),
            owner: Cell::new(0),
        }
    }
}

impl minipy_vm::Traverse for Buffered {
    fn traverse(&self, visit: &mut minipy_vm::Visitor<'_>) {
        self.raw.traverse(visit);
    }
}

/// Keeps other threads out of a stream.
struct Guard<'a>(&'a Buffered);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.0.owner.set(0);
        self.0.lock.release();
    }
}

/// The error for a write that would block, after `written` bytes.
fn would_block(written: usize) -> PyErr {
    let arguments = [
        Value::from(libc::EAGAIN),
        Value::from("write could not complete without blocking"),
        Value::from(written),
    ];
    PyErr::new(exceptions::blocking_io_error_class(), &arguments)
}

impl Buffered {
    /// `__init__` of the three classes.
    pub fn setup(&self, raw: &Value, size: isize, readable: bool, writable: bool) -> PyResult<()> {
        self.raw.set(None);
        if readable && !protocol::truth(&protocol::call_method(raw, name!("readable"), &[])?)? {
            return Err(unsupported("File or stream is not readable."));
        }
        if writable && !protocol::truth(&protocol::call_method(raw, name!("writable"), &[])?)? {
            return Err(unsupported("File or stream is not writable."));
        }
        if size <= 0 {
            return Err(exceptions::value_error("buffer size must be strictly positive"));
        }
        self.size.set(size as usize);
        self.readable.set(readable);
        self.writable.set(writable);
        self.ahead.set(Vec::new());
        self.at.set(0);
        self.pending.set(Vec::new());
        self.raw_position.set(None);
        self.detached.set(false);
        self.raw.set(Some(raw.clone()));
        Ok(())
    }

    /// The raw stream.
    pub fn raw(&self) -> PyResult<Value> {
        match self.raw.get() {
            Some(raw) => Ok(raw),
            None if self.detached.get() => Err(exceptions::value_error("raw stream has been detached")),
            None => Err(exceptions::value_error("I/O operation on uninitialized object")),
        }
    }

    /// The raw stream, if it is exactly a `FileIO`.
    fn file(raw: &Value) -> Option<&Ref<PyFileIO>> {
        raw.downcast_exact::<PyFileIO>()
    }

    /// Whether the raw stream is closed.
    pub fn is_closed(&self) -> PyResult<bool> {
        let raw = self.raw()?;
        match Buffered::file(&raw) {
            Some(file) => Ok(file.is_closed()),
            None => super::base::is_closed(&raw),
        }
    }

    /// The raw stream, which must be open.
    fn open_raw(&self, operation: &str) -> PyResult<Value> {
        let raw = self.raw()?;
        let closed = match Buffered::file(&raw) {
            Some(file) => file.is_closed(),
            None => super::base::is_closed(&raw)?,
        };
        // What was read ahead can still be read.
        if closed
            && !(self.readable.get() && !self.writable.get() && self.unread() > 0 && operation == "read")
        {
            return Err(closed_error(&format!("{operation} of closed file")));
        }
        Ok(raw)
    }

    fn enter(&self, zelf: &Value) -> PyResult<Guard<'_>> {
        if !self.lock.try_acquire() {
            self.wait_to_enter(zelf)?;
        }
        self.owner.set(thread::current().ident);
        Ok(Guard(self))
    }

    #[cold]
    fn wait_to_enter(&self, zelf: &Value) -> PyResult<()> {
        let owner = self.owner.get();
        if owner == thread::current().ident {
            let message = format!("reentrant call inside {}", protocol::repr(zelf)?);
            return Err(exceptions::runtime_error(message));
        }
        if owner != 0 && !thread::is_alive(owner) {
            // This is the child of a fork that happened while another thread was inside.
            return Ok(());
        }
        if crate::shutdown::is_finalizing() {
            let name = protocol::repr(zelf)?;
            crate::modules::faulthandler::fatal_error(
                "_enter_buffered_busy",
                &format!(
                    "could not acquire lock for {name} at interpreter shutdown, possibly due to daemon threads"
                ),
            );
        }
        self.lock.acquire(None).map(|_| ())
    }

    /// How many bytes were read ahead.
    fn unread(&self) -> usize {
        self.ahead.with(|a| a.len()) - self.at.get()
    }

    /// Takes up to `count` of the bytes read ahead.
    fn take_ahead(&self, count: usize, out: &mut Vec<u8>) {
        let at = self.at.get();
        let end = self.ahead.with(|ahead| {
            let end = (at + count).min(ahead.len());
            out.extend_from_slice(&ahead[at..end]);
            end
        });
        self.at.set(end);
    }

    fn drop_ahead(&self) {
        self.ahead.with(|ahead| ahead.clear());
        self.at.set(0);
    }

    fn moved(&self, count: usize) {
        if let Some(position) = self.raw_position.get() {
            self.raw_position.set(position.checked_add(count as i64));
        }
    }

    /// Reads once from the raw stream, appending to `out`; `None` if it would block.
    fn raw_read(&self, raw: &Value, count: usize, out: &mut Vec<u8>) -> PyResult<Option<usize>> {
        if let Some(file) = Buffered::file(raw) {
            let start = out.len();
            out.try_reserve(count).map_err(|_| exceptions::memory_error())?;
            out.resize(start + count, 0);
            let result = file.read_some(&mut out[start..]);
            out.truncate(start + result.as_ref().ok().copied().flatten().unwrap_or(0));
            if let Ok(Some(count)) = result {
                self.moved(count);
            }
            return result;
        }
        let target = PyByteArray::from_vec(crate::modules::posix::fd::buffer_of(count)?);
        let result = super::base::retry_interrupted(|| {
            protocol::call_method(raw, name!("readinto"), &[target.to_value()])
        })?;
        if result.is_none() {
            return Ok(None);
        }
        let read = match protocol::index_to_i64(&result) {
            Ok(read) => read.unwrap_or(-1),
            Err(error) => {
                let wrapped = exceptions::os_error("raw readinto() failed");
                wrapped.exception().set_cause(Some(error.as_value().clone()));
                return Err(wrapped);
            }
        };
        if read < 0 || read > count as i64 {
            return Err(exceptions::os_error(format!(
                "raw readinto() returned invalid length {read} (should have been between 0 and {count})"
            )));
        }
        target.with(|data| out.extend_from_slice(data.get(..read as usize).unwrap_or(data)));
        self.moved(read as usize);
        Ok(Some(read as usize))
    }

    /// Writes once to the raw stream; `None` if it would block.
    fn raw_write(&self, raw: &Value, data: &[u8]) -> PyResult<Option<usize>> {
        let written = match Buffered::file(raw) {
            Some(file) => file.write_some(data)?,
            None => {
                let value = bytes::from_slice(data).into_value();
                let result = super::base::retry_interrupted(|| {
                    protocol::call_method(raw, name!("write"), std::slice::from_ref(&value))
                })?;
                if result.is_none() {
                    None
                } else {
                    let written = protocol::index_to_i64(&result)?.unwrap_or(-1);
                    if written < 0 || written > data.len() as i64 {
                        return Err(exceptions::os_error(format!(
                            "raw write() returned invalid length {written} (should have been between 0 and {})",
                            data.len()
                        )));
                    }
                    Some(written as usize)
                }
            }
        };
        if let Some(count) = written {
            self.moved(count);
        }
        Ok(written)
    }

    fn raw_seek(&self, raw: &Value, offset: i64, whence: i32) -> PyResult<i64> {
        self.raw_position.set(None);
        let position = match Buffered::file(raw) {
            Some(file) => file.seek_to(offset, whence)?,
            None => {
                let result =
                    protocol::call_method(raw, name!("seek"), &[Value::from(offset), Value::from(whence)])?;
                checked_position(&result)?
            }
        };
        self.raw_position.set(Some(position));
        Ok(position)
    }

    fn raw_tell(&self, raw: &Value) -> PyResult<i64> {
        if let Some(position) = self.raw_position.get() {
            return Ok(position);
        }
        let position = match Buffered::file(raw) {
            Some(file) => file.seek_to(0, libc::SEEK_CUR)?,
            None => checked_position(&protocol::call_method(raw, name!("tell"), &[])?)?,
        };
        self.raw_position.set(Some(position));
        Ok(position)
    }

    /// Writes what is pending. BlockingIOError if that would block.
    fn flush_pending(&self, raw: &Value) -> PyResult<()> {
        if self.pending.with(|p| p.is_empty()) {
            return Ok(());
        }
        let data = self.pending.take();
        let mut done = 0;
        let mut failure = None;
        while done < data.len() {
            match self.raw_write(raw, &data[done..]) {
                Ok(Some(count)) => done += count,
                Ok(None) => {
                    failure = Some(would_block(0));
                    break;
                }
                Err(error) => {
                    failure = Some(error);
                    break;
                }
            }
            if let Err(error) = crate::signals::check() {
                failure = Some(error);
                break;
            }
        }
        let mut rest = data;
        rest.drain(..done);
        // A signal handler may have written more meanwhile.
        self.pending.with(|pending| {
            rest.append(pending);
            *pending = rest;
        });
        failure.map_or(Ok(()), Err)
    }

    /// Moves the raw stream back over what was read ahead.
    fn rewind(&self, raw: &Value) -> PyResult<()> {
        let unread = self.unread();
        if unread > 0 {
            self.raw_seek(raw, -(unread as i64), libc::SEEK_CUR)?;
        }
        self.drop_ahead();
        Ok(())
    }

    /// `flush()`.
    pub fn flush(&self, zelf: &Value) -> PyResult<()> {
        let raw = self.open_raw("flush")?;
        let _guard = self.enter(zelf)?;
        if self.writable.get() {
            self.flush_pending(&raw)?;
            if self.readable.get() {
                self.rewind(&raw)?;
            }
        }
        Ok(())
    }

    fn prepare_read(&self, raw: &Value) -> PyResult<()> {
        if self.writable.get() { self.flush_pending(raw) } else { Ok(()) }
    }

    /// Fills the empty read-ahead buffer; the number of bytes, `None` if it would block.
    fn fill(&self, raw: &Value) -> PyResult<Option<usize>> {
        let mut ahead = self.ahead.take();
        ahead.clear();
        self.at.set(0);
        let result = self.raw_read(raw, self.size.get(), &mut ahead);
        self.ahead.set(ahead);
        result
    }

    /// `read(size)`; negative for everything. `None` if nothing is there yet.
    pub fn read(&self, zelf: &Value, size: isize) -> PyResult<Option<Vec<u8>>> {
        let raw = self.open_raw("read")?;
        let guard = self.enter(zelf)?;
        let Ok(wanted) = usize::try_from(size) else {
            self.prepare_read(&raw)?;
            return self.read_all(&raw, guard);
        };
        let mut out = Vec::new();
        if self.unread() >= wanted {
            self.take_ahead(wanted, &mut out);
            return Ok(Some(out));
        }
        self.prepare_read(&raw)?;
        self.take_ahead(wanted, &mut out);
        while out.len() < wanted {
            let missing = wanted - out.len();
            let buffer = self.size.get();
            let read = if missing >= buffer {
                // Whole buffers go straight to the caller.
                self.raw_read(&raw, missing - missing % buffer, &mut out)?
            } else {
                let read = self.fill(&raw)?;
                self.take_ahead(missing, &mut out);
                read
            };
            match read {
                Some(0) => break,
                Some(_) => {}
                None if out.is_empty() => return Ok(None),
                None => break,
            }
        }
        Ok(Some(out))
    }

    fn read_all(&self, raw: &Value, guard: Guard<'_>) -> PyResult<Option<Vec<u8>>> {
        let mut out = Vec::new();
        self.take_ahead(usize::MAX >> 1, &mut out);
        self.drop_ahead();
        self.raw_position.set(None);
        let _guard = guard;
        if let Some(file) = Buffered::file(raw) {
            return Ok(match file.read_all()? {
                Some(rest) if out.is_empty() => Some(rest),
                Some(rest) => {
                    out.extend(rest);
                    Some(out)
                }
                None if out.is_empty() => None,
                None => Some(out),
            });
        }
        if let Some(readall) = protocol::lookup_attr(raw, name!("readall"))? {
            let rest = protocol::call0(&readall)?;
            if rest.is_none() {
                return Ok((!out.is_empty()).then_some(out));
            }
            let Some(rest) = rest.downcast::<minipy_vm::PyBytes>() else {
                return Err(exceptions::type_error("readall() should return bytes"));
            };
            out.extend_from_slice(rest.as_bytes());
            return Ok(Some(out));
        }
        loop {
            let part = super::base::retry_interrupted(|| protocol::call_method(raw, name!("read"), &[]))?;
            if part.is_none() {
                return Ok((!out.is_empty()).then_some(out));
            }
            let Some(part) = part.downcast::<minipy_vm::PyBytes>() else {
                return Err(exceptions::type_error("read() should return bytes"));
            };
            if part.as_bytes().is_empty() {
                return Ok(Some(out));
            }
            out.extend_from_slice(part.as_bytes());
        }
    }

    /// `read1(size)`: at most one read of the raw stream.
    pub fn read1(&self, zelf: &Value, size: isize) -> PyResult<Vec<u8>> {
        let wanted = usize::try_from(size).unwrap_or(self.size.get());
        let raw = self.open_raw("read")?;
        let mut out = Vec::new();
        if wanted == 0 {
            return Ok(out);
        }
        let _guard = self.enter(zelf)?;
        if self.unread() == 0 {
            self.prepare_read(&raw)?;
            self.drop_ahead();
            self.raw_read(&raw, wanted, &mut out)?;
        } else {
            self.take_ahead(wanted, &mut out);
        }
        Ok(out)
    }

    /// `peek()`: what was read ahead, after reading once if that is nothing.
    pub fn peek(&self, zelf: &Value) -> PyResult<Vec<u8>> {
        let raw = self.open_raw("peek")?;
        let _guard = self.enter(zelf)?;
        if self.unread() == 0 {
            self.prepare_read(&raw)?;
            self.fill(&raw)?;
        }
        let at = self.at.get();
        Ok(self.ahead.with(|ahead| ahead.get(at..).unwrap_or_default().to_vec()))
    }

    /// `readline(size)`.
    pub fn readline(&self, zelf: &Value, limit: isize) -> PyResult<Vec<u8>> {
        let raw = self.open_raw("readline")?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut out = Vec::new();
        let _guard = self.enter(zelf)?;
        let mut first = true;
        while out.len() < limit {
            if self.unread() == 0 {
                if first {
                    self.prepare_read(&raw)?;
                }
                if !matches!(self.fill(&raw)?, Some(1..)) {
                    break;
                }
            }
            first = false;
            let (at, room) = (self.at.get(), limit - out.len());
            let (count, found) = self.ahead.with(|ahead| {
                let data = ahead.get(at..).unwrap_or_default();
                let data = &data[..data.len().min(room)];
                match super::base::memchr_newline(data) {
                    Some(end) => (end + 1, true),
                    None => (data.len(), false),
                }
            });
            self.take_ahead(count, &mut out);
            if found {
                break;
            }
        }
        Ok(out)
    }

    /// `write(data)`.
    pub fn write(&self, zelf: &Value, data: &[u8]) -> PyResult<usize> {
        let raw = self.raw()?;
        let _guard = self.enter(zelf)?;
        // Another thread may have closed the stream while this one waited.
        if self.is_closed()? {
            return Err(closed_error("write to closed file"));
        }
        if self.unread() > 0 {
            self.rewind(&raw)?;
        } else {
            self.drop_ahead();
        }
        let size = self.size.get();
        let used = self.pending.with(|p| p.len());
        if used + data.len() <= size {
            self.pending.with(|p| p.extend_from_slice(data));
            return Ok(data.len());
        }
        // What does not fit is written at once, but for the last part.
        if let Err(error) = self.flush_pending(&raw) {
            if !error.is_instance(exceptions::blocking_io_error_class()) {
                return Err(error);
            }
            let room = size.saturating_sub(self.pending.with(|p| p.len()));
            if data.len() <= room {
                self.pending.with(|p| p.extend_from_slice(data));
                return Ok(data.len());
            }
            self.pending.with(|p| p.extend_from_slice(&data[..room]));
            return Err(would_block(room));
        }
        let mut done = 0;
        while data.len() - done > size {
            match self.raw_write(&raw, &data[done..])? {
                Some(count) => done += count,
                None => {
                    let room = size.min(data.len() - done);
                    self.pending.with(|p| p.extend_from_slice(&data[done..done + room]));
                    return if done + room == data.len() {
                        Ok(data.len())
                    } else {
                        Err(would_block(done + room))
                    };
                }
            }
            crate::signals::check()?;
        }
        self.pending.with(|p| p.extend_from_slice(&data[done..]));
        Ok(data.len())
    }

    /// The position of the next byte.
    fn position(&self, raw: &Value) -> PyResult<i64> {
        // A device may be elsewhere than where reading should have brought it.
        self.raw_position.set(None);
        let position = self.raw_tell(raw)?;
        let unread = self.unread() as i64;
        let pending = self.pending.with(|p| p.len()) as i64;
        Ok((position - unread).max(0) + pending)
    }

    /// `tell()`.
    pub fn tell(&self, zelf: &Value) -> PyResult<i64> {
        let raw = self.raw()?;
        let _guard = self.enter(zelf)?;
        self.position(&raw)
    }

    /// `seek(target, whence)`.
    pub fn seek(&self, zelf: &Value, target: &Value, whence: i32) -> PyResult<i64> {
        if !matches!(whence, 0..=4) {
            return Err(exceptions::value_error(format!("whence value {whence} unsupported")));
        }
        let raw = self.open_raw("seek")?;
        self.check_seekable(&raw)?;
        let mut target = protocol::index_to_i64(target)?
            .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C long"))?;
        let guard = self.enter(zelf)?;
        // A short way within what was read ahead needs no system call.
        if whence != 2 && self.readable.get() && self.pending.with(|p| p.is_empty()) {
            let position = self.raw_tell(&raw)?;
            let (at, len) = (self.at.get() as i64, self.ahead.with(|a| a.len()) as i64);
            let start = position - len;
            let wanted = match whence {
                0 => Some(target - start),
                1 => Some(at + target),
                _ => None,
            };
            if let Some(offset) = wanted
                && (0..=len).contains(&offset)
                && len > 0
            {
                self.at.set(offset as usize);
                return Ok((start + offset).max(0));
            }
        }
        if self.writable.get() {
            self.flush_pending(&raw)?;
        }
        if whence == 1 {
            target -= self.unread() as i64;
        }
        let position = self.raw_seek(&raw, target, whence)?;
        self.drop_ahead();
        drop(guard);
        Ok(position)
    }

    fn check_seekable(&self, raw: &Value) -> PyResult<()> {
        let seekable = match Buffered::file(raw) {
            Some(file) => file.can_seek()?,
            None => protocol::truth(&protocol::call_method(raw, name!("seekable"), &[])?)?,
        };
        if seekable { Ok(()) } else { Err(unsupported("File or stream is not seekable.")) }
    }

    /// `truncate(pos)`.
    pub fn truncate(&self, zelf: &Value, pos: Option<&Value>) -> PyResult<Value> {
        let raw = self.open_raw("truncate")?;
        if !self.writable.get() {
            return Err(unsupported("truncate"));
        }
        let _guard = self.enter(zelf)?;
        self.flush_pending(&raw)?;
        let pos = match pos.filter(|p| !p.is_none()) {
            Some(pos) => pos.clone(),
            None => {
                self.rewind(&raw)?;
                Value::from(self.raw_tell(&raw)?)
            }
        };
        protocol::call_method(&raw, name!("truncate"), &[pos])
    }

    /// `close()`: flushes, and closes the raw stream even if that fails.
    pub fn close(&self, zelf: &Value, finalizing: bool) -> PyResult<()> {
        if self.is_closed()? {
            return Ok(());
        }
        let raw = self.raw()?;
        if finalizing && let Ok(Some(warn)) = protocol::lookup_attr(&raw, name!("_dealloc_warn")) {
            let _ = protocol::call1(&warn, zelf.clone());
        }
        let flushed = protocol::call_method(zelf, name!("flush"), &[]);
        let guard = self.enter(zelf)?;
        let closed = protocol::call_method(&raw, name!("close"), &[]);
        drop(guard);
        self.ahead.set(Vec::new());
        self.at.set(0);
        self.pending.set(Vec::new());
        match (flushed, closed) {
            (Ok(_), closed) => closed.map(drop),
            (Err(error), Ok(_)) => Err(error),
            (Err(first), Err(second)) => {
                second.exception().context.set(Some(first.as_value().clone()));
                Err(second)
            }
        }
    }

    /// `detach()`.
    pub fn detach(&self, zelf: &Value) -> PyResult<Value> {
        let raw = self.raw()?;
        protocol::call_method(zelf, name!("flush"), &[])?;
        self.raw.set(None);
        self.detached.set(true);
        Ok(raw)
    }

    /// `_dealloc_warn(source)`.
    pub fn dealloc_warn(&self, source: &Value) {
        if let Ok(raw) = self.raw()
            && let Ok(Some(warn)) = protocol::lookup_attr(&raw, name!("_dealloc_warn"))
        {
            let _ = protocol::call1(&warn, source.clone());
        }
    }

    /// Reads into `target` until it is full or, with `once`, after one read of the raw stream.
    pub fn read_into(&self, zelf: &Value, target: &mut [u8], once: bool) -> PyResult<Option<usize>> {
        if target.is_empty() {
            self.open_raw("readinto")?;
            return Ok(Some(0));
        }
        let data = if once {
            let ahead = self.unread() > 0;
            let mut data = self.read1(zelf, target.len() as isize)?;
            let missing = target.len() - data.len();
            // What had been read ahead cost no read; a large rest is worth one.
            if ahead && missing > self.size.get() {
                data.append(&mut self.read1(zelf, missing as isize)?);
            }
            Some(data)
        } else {
            self.read(zelf, target.len() as isize)?
        };
        let Some(data) = data else { return Ok(None) };
        if let Some(to) = target.get_mut(..data.len()) {
            to.copy_from_slice(&data);
        }
        Ok(Some(data.len()))
    }

    pub fn buffer_size(&self) -> usize {
        self.size.get()
    }
}

fn checked_position(result: &Value) -> PyResult<i64> {
    match protocol::index_to_i64(result)? {
        Some(position) if position >= 0 => Ok(position),
        position => Err(exceptions::os_error(format!(
            "Raw stream returned invalid position {}",
            position.unwrap_or(-1)
        ))),
    }
}
