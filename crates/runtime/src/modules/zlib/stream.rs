//! A zlib stream, and how its errors read.

use libz_sys::{self as z, z_stream};
use minipy_vm::{PyErr, exceptions, module_exception};
use std::ffi::{CStr, c_int};

module_exception! {
    /// `zlib.error`.
    error_class = "zlib", "error": exceptions::exception_class, None
}

/// A stream that compresses or decompresses.
pub struct Stream {
    // zlib's own state points back to it.
    raw: Box<z_stream>,
    inflates: bool,
}

// SAFETY: zlib has no state outside of the stream.
unsafe impl Send for Stream {}

extern "C" fn allocate(_opaque: z::voidpf, items: z::uInt, size: z::uInt) -> z::voidpf {
    // SAFETY: `calloc` checks the product.
    unsafe { libc::calloc(items as usize, size as usize) }
}

extern "C" fn free(_opaque: z::voidpf, block: z::voidpf) {
    // SAFETY: zlib frees what `allocate` gave.
    unsafe { libc::free(block) }
}

fn blank() -> Box<z_stream> {
    Box::new(z_stream {
        next_in: std::ptr::null_mut(),
        avail_in: 0,
        total_in: 0,
        next_out: std::ptr::null_mut(),
        avail_out: 0,
        total_out: 0,
        msg: std::ptr::null_mut(),
        state: std::ptr::null_mut(),
        zalloc: allocate,
        zfree: free,
        opaque: std::ptr::null_mut(),
        data_type: 0,
        adler: 0,
        reserved: 0,
    })
}

/// A version error can only be a build mistake, so the size that zlib compares is all it needs.
const SIZE: c_int = size_of::<z_stream>() as c_int;

impl Stream {
    /// A compressing stream, or zlib's error.
    pub fn deflate(
        level: i32,
        method: i32,
        wbits: i32,
        mem_level: i32,
        strategy: i32,
    ) -> Result<Stream, Failure> {
        let mut raw = blank();
        // SAFETY: the stream is blank and stays where it is.
        let status = unsafe {
            let version = z::zlibVersion();
            z::deflateInit2_(&raw mut *raw, level, method, wbits, mem_level, strategy, version, SIZE)
        };
        Stream { raw, inflates: false }.unless_failed(status)
    }

    /// A decompressing stream, or zlib's error.
    pub fn inflate(wbits: i32) -> Result<Stream, Failure> {
        let mut raw = blank();
        // SAFETY: as above.
        let status = unsafe { z::inflateInit2_(&raw mut *raw, wbits, z::zlibVersion(), SIZE) };
        Stream { raw, inflates: true }.unless_failed(status)
    }

    fn unless_failed(self, status: c_int) -> Result<Stream, Failure> {
        if status == z::Z_OK { Ok(self) } else { Err(self.failure(status)) }
    }

    /// A stream in the same state.
    pub fn copy(&mut self) -> Result<Stream, Failure> {
        let mut raw = blank();
        // SAFETY: the source is initialised, the target is overwritten.
        let status = unsafe {
            let (to, from) = (&raw mut *raw, &raw mut *self.raw);
            if self.inflates { z::inflateCopy(to, from) } else { z::deflateCopy(to, from) }
        };
        Stream { raw, inflates: self.inflates }.unless_failed(status)
    }

    pub fn set_dictionary(&mut self, dictionary: &[u8]) -> Result<(), Failure> {
        let len = z::uInt::try_from(dictionary.len()).unwrap_or(z::uInt::MAX);
        let stream = &raw mut *self.raw;
        // SAFETY: the dictionary is read up to its length.
        let status = unsafe {
            if self.inflates {
                z::inflateSetDictionary(stream, dictionary.as_ptr(), len)
            } else {
                z::deflateSetDictionary(stream, dictionary.as_ptr(), len)
            }
        };
        if status == z::Z_OK { Ok(()) } else { Err(self.failure(status)) }
    }

    /// Processes `input`, whose rest is left in it, and appends at most `room` bytes to `out`. Gives zlib's status.
    pub fn run(&mut self, input: &mut &[u8], out: &mut Vec<u8>, room: usize, flush: c_int) -> c_int {
        let room = room.min(z::uInt::MAX as usize);
        out.reserve(room);
        let spare = &mut out.spare_capacity_mut()[..room];
        let given = input.len().min(z::uInt::MAX as usize);
        self.raw.next_in = input.as_ptr().cast_mut();
        self.raw.avail_in = given as z::uInt;
        self.raw.next_out = spare.as_mut_ptr().cast();
        self.raw.avail_out = room as z::uInt;
        let stream = &raw mut *self.raw;
        // SAFETY: input and output are as long as told; zlib does not write the input.
        let status =
            unsafe { if self.inflates { z::inflate(stream, flush) } else { z::deflate(stream, flush) } };
        *input = &input[given - self.raw.avail_in as usize..];
        // SAFETY: zlib has filled all but the rest of the room.
        unsafe { out.set_len(out.len() + room - self.raw.avail_out as usize) };
        status
    }

    /// What went wrong with this status.
    pub fn failure(&self, status: c_int) -> Failure {
        // SAFETY: the message is null or a constant string of zlib's.
        let message = (!self.raw.msg.is_null()).then(|| unsafe { CStr::from_ptr(self.raw.msg) });
        Failure { status, message: message.map(|text| text.to_string_lossy().into_owned()) }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let stream = &raw mut *self.raw;
        // SAFETY: the stream is not used again; without state this does nothing.
        unsafe {
            if self.inflates {
                z::inflateEnd(stream);
            } else {
                z::deflateEnd(stream);
            }
        }
    }
}

/// A status of zlib's that is an error, with its message.
pub struct Failure {
    pub status: c_int,
    message: Option<String>,
}

impl Failure {
    /// The status of a stream that has ended.
    pub const ENDED: Failure = Failure { status: z::Z_STREAM_ERROR, message: None };

    /// A stream that ended too early.
    pub const TRUNCATED: Failure = Failure { status: z::Z_BUF_ERROR, message: None };

    /// `zlib.error`, where `doing` is like "while compressing data".
    #[cold]
    pub fn raise(self, doing: &str) -> PyErr {
        let status = self.status;
        let message = self.message.as_deref().or(match status {
            z::Z_BUF_ERROR => Some("incomplete or truncated stream"),
            z::Z_STREAM_ERROR => Some("inconsistent stream state"),
            z::Z_DATA_ERROR => Some("invalid input data"),
            _ => None,
        });
        match message {
            Some(message) => error(&format!("Error {status} {doing}: {message}")),
            None => error(&format!("Error {status} {doing}")),
        }
    }
}

#[cold]
pub fn error(message: &str) -> PyErr {
    exceptions::simple(error_class(), message)
}
