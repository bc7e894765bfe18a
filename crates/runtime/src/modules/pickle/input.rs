//! Where pickles are read from: bytes in memory, or a file.

use super::unpickling_error;
use minipy_vm::types::bytes::BytesLike;
use minipy_vm::{PyErr, PyResult, Traverse, Value, Visitor, exceptions, name, protocol};
use std::borrow::Cow;

/// How much a file is asked to show ahead.
const PREFETCH: i64 = 128 * 1024;

/// The methods of a file that pickles are read from.
#[derive(Clone)]
pub struct File {
    read: Value,
    readline: Value,
    peek: Option<Value>,
}

impl Traverse for File {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.read.traverse(visit);
        self.readline.traverse(visit);
        self.peek.traverse(visit);
    }
}

impl File {
    /// TypeError if something is missing.
    pub fn new(file: &Value) -> PyResult<File> {
        let peek = protocol::lookup_attr(file, name!("peek"))?;
        let readline = protocol::lookup_attr(file, name!("readline"))?;
        match (protocol::lookup_attr(file, name!("read"))?, readline) {
            (Some(read), Some(readline)) => Ok(File { read, readline, peek }),
            _ => Err(exceptions::type_error("file must have 'read' and 'readline' attributes")),
        }
    }

    fn read(&self, count: usize) -> PyResult<Vec<u8>> {
        let data = protocol::call1(&self.read, minipy_vm::types::int::from_usize(count))?;
        Ok(BytesLike::of(&data)?.to_vec())
    }
}

/// Bytes with a place in them.
pub struct Input<'a> {
    bytes: Cow<'a, [u8]>,
    at: usize,
    /// Where the current frame ends.
    frame_end: Option<usize>,
    file: Option<&'a File>,
    /// Whether the file still stands before the bytes, which it only has shown.
    peeked: bool,
    /// Whether the file has given up showing anything ahead.
    no_peek: bool,
}

#[cold]
fn truncated() -> PyErr {
    unpickling_error("pickle data was truncated")
}

#[cold]
fn straddles() -> PyErr {
    unpickling_error("pickle exhausted before end of frame")
}

impl<'a> Input<'a> {
    pub fn of_bytes(bytes: &'a [u8]) -> Input<'a> {
        Input {
            bytes: Cow::Borrowed(bytes),
            at: 0,
            frame_end: None,
            file: None,
            peeked: false,
            no_peek: false,
        }
    }

    pub fn of_file(file: &'a File) -> Input<'a> {
        Input { file: Some(file), no_peek: file.peek.is_none(), ..Input::of_bytes(&[]) }
    }

    /// The next opcode; EOFError if there is none.
    #[inline(always)]
    pub fn opcode(&mut self) -> PyResult<u8> {
        match self.bytes.get(self.at) {
            Some(&byte) if self.frame_end.is_none_or(|end| self.at < end) => {
                self.at += 1;
                Ok(byte)
            }
            _ => self.opcode_beyond(),
        }
    }

    #[cold]
    fn opcode_beyond(&mut self) -> PyResult<u8> {
        // A frame may end here.
        self.frame_end = None;
        if !self.available(1)? {
            return Err(PyErr::new(exceptions::eof_error_class(), &["Ran out of input".into()]));
        }
        self.at += 1;
        Ok(self.bytes[self.at - 1])
    }

    /// The next `count` bytes, which belong to the opcode read last.
    #[inline]
    pub fn take(&mut self, count: usize) -> PyResult<&[u8]> {
        if let Some(end) = self.frame_end {
            if self.at == end {
                self.frame_end = None;
            } else if count > end - self.at {
                return Err(straddles());
            }
        }
        if count > self.bytes.len() - self.at && !self.available(count)? {
            return Err(truncated());
        }
        let start = self.at;
        self.at += count;
        Ok(&self.bytes[start..self.at])
    }

    #[inline]
    pub fn array<const N: usize>(&mut self) -> PyResult<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    /// Whether that many bytes are left; gets them from the file if need be.
    #[cold]
    fn available(&mut self, count: usize) -> PyResult<bool> {
        if count <= self.bytes.len() - self.at {
            return Ok(true);
        }
        let Some(file) = self.file else { return Ok(false) };
        let mut have = if self.peeked { Vec::new() } else { self.bytes[self.at..].to_vec() };
        self.catch_up()?;
        if let Some(peek) = file.peek.as_ref().filter(|_| !self.no_peek && have.is_empty()) {
            match protocol::call1(peek, Value::small_int(PREFETCH)) {
                Ok(shown) => {
                    let shown = BytesLike::of(&shown)?;
                    if shown.len() >= count {
                        self.bytes = Cow::Owned(shown.to_vec());
                        self.peeked = true;
                        return Ok(true);
                    }
                }
                Err(error) if error.is_instance(exceptions::not_implemented_error_class()) => {
                    self.no_peek = true;
                }
                Err(error) => return Err(error),
            }
        }
        have.extend(file.read(count - have.len())?);
        self.bytes = Cow::Owned(have);
        Ok(self.bytes.len() >= count)
    }

    /// Moves the file to where the reading has got to, and forgets the bytes.
    pub fn catch_up(&mut self) -> PyResult<()> {
        if let Some(file) = self.file {
            if self.peeked && self.at > 0 {
                file.read(self.at)?;
            }
            self.bytes = Cow::Borrowed(&[]);
            self.at = 0;
            self.peeked = false;
        }
        Ok(())
    }

    /// The rest of the line without its end, which belongs to the opcode read last. At least `least` bytes.
    pub fn line(&mut self, least: usize) -> PyResult<&[u8]> {
        if self.frame_end == Some(self.at) {
            self.frame_end = None;
        }
        let mut end = memchr::memchr(b'\n', &self.bytes[self.at..]);
        if end.is_none() && self.frame_end.is_some() {
            return Err(straddles());
        }
        if end.is_none()
            && let Some(file) = self.file
        {
            let mut line = if self.peeked { Vec::new() } else { self.bytes[self.at..].to_vec() };
            if self.peeked {
                // The file stands at the beginning of what it has shown.
                self.catch_up()?;
            }
            let rest = protocol::call0(&file.readline)?;
            line.extend_from_slice(&BytesLike::of(&rest)?);
            self.bytes = Cow::Owned(line);
            self.at = 0;
            self.peeked = false;
            end = memchr::memchr(b'\n', &self.bytes);
        }
        let Some(len) = end.filter(|&len| len >= least) else { return Err(truncated()) };
        let start = self.at;
        if self.frame_end.is_some_and(|end| start + len + 1 > end) {
            return Err(straddles());
        }
        self.at += len + 1;
        Ok(&self.bytes[start..start + len])
    }

    /// Begins a frame of `len` bytes here.
    pub fn frame(&mut self, len: usize) -> PyResult<()> {
        if self.frame_end.is_some_and(|end| self.at != end) {
            return Err(unpickling_error("beginning of a new frame before end of current frame"));
        }
        if !self.available(len)? {
            return Err(truncated());
        }
        self.frame_end = Some(self.at + len);
        Ok(())
    }
}
