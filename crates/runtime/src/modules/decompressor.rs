//! What the decompressor classes of `zlib`, `_bz2` and `_lzma` share.

use minipy_vm::types::bytes::from_slice;
use minipy_vm::{BytesRef, GilCell, PyResult, exceptions};
use std::cell::Cell;

/// Input that waits for room for its output, and how far the stream has come.
pub struct Progress {
    pending: GilCell<Vec<u8>>,
    unused_data: GilCell<Option<BytesRef>>,
    eof: Cell<bool>,
    needs_input: Cell<bool>,
    /// Whether full output may mean that there is more without further input.
    keeps_output: bool,
}

impl Progress {
    pub fn new(keeps_output: bool) -> Progress {
        Progress {
            pending: GilCell::new(Vec::new()),
            unused_data: GilCell::new(None),
            eof: Cell::new(false),
            needs_input: Cell::new(true),
            keeps_output,
        }
    }

    /// The method `decompress`: gives at most `max_length` bytes, or all if it is negative. `run` is called with the input,
    /// which it shortens by what it has read, the output to append to and the limit of its length; it tells whether the
    /// stream has ended. It must not run Python code.
    pub fn decompress(
        &self,
        data: &[u8],
        max_length: isize,
        run: impl FnOnce(&mut &[u8], &mut Vec<u8>, usize) -> PyResult<bool>,
    ) -> PyResult<Vec<u8>> {
        if self.eof.get() {
            return Err(exceptions::eof_error("End of stream already reached"));
        }
        let limit = usize::try_from(max_length).unwrap_or(usize::MAX);
        let mut joined = self.pending.take();
        let mut input = if joined.is_empty() {
            data
        } else {
            joined.extend_from_slice(data);
            &joined[..]
        };
        let mut out = Vec::new();
        let ended = run(&mut input, &mut out, limit)?;
        if ended {
            self.eof.set(true);
            self.needs_input.set(false);
            self.unused_data.set(Some(from_slice(input)));
        } else if input.is_empty() {
            self.needs_input.set(!(self.keeps_output && out.len() == limit));
        } else {
            self.needs_input.set(false);
            self.pending.set(input.to_vec());
        }
        Ok(out)
    }

    /// Whether the end of the stream has been met.
    pub fn eof(&self) -> bool {
        self.eof.get()
    }

    /// What came behind the end of the stream.
    pub fn unused_data(&self) -> BytesRef {
        self.unused_data.get().unwrap_or_else(|| from_slice(&[]))
    }

    /// Whether more output takes more input.
    pub fn needs_input(&self) -> bool {
        self.needs_input.get()
    }
}
