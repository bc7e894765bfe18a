//! Positions of a `TextIOWrapper`.
//!
//! A position is a cookie: where to seek in the buffer, the decoder's flags there, how many bytes to feed it then, and how
//! many of the characters that come out to skip. All but the first are zero for most positions, and the cookie is then the
//! position itself.

use super::newline::Newlines;
use super::text::PyTextIOWrapper;
use super::unsupported;
use dashu_int::IBig;
use minipy_macros::pymethods;
use minipy_vm::types::int;
use minipy_vm::{PyResult, Ref, Value, exceptions, name, protocol};

#[derive(Default)]
struct Cookie {
    start: u64,
    flags: u32,
    feed: u32,
    skip: u32,
    need_eof: bool,
}

impl Cookie {
    fn pack(&self) -> Value {
        if self.flags == 0 && self.feed == 0 && self.skip == 0 && !self.need_eof {
            return Value::from(self.start);
        }
        let part = |value: u64, shift: usize| IBig::from(value) << shift;
        int::from_ibig(
            part(self.start, 0)
                + part(u64::from(self.flags), 64)
                + part(u64::from(self.feed), 96)
                + part(u64::from(self.skip), 128)
                + part(u64::from(self.need_eof), 160),
        )
    }

    fn unpack(value: &Value) -> PyResult<Cookie> {
        let Some(number) = int::to_ibig(value) else {
            return Err(exceptions::type_error("an integer is required"));
        };
        let part = |shift: usize, bits: usize| -> u64 {
            let shifted: IBig = &number >> shift;
            let modulus = IBig::from(1) << bits;
            u64::try_from(shifted % modulus).unwrap_or(0)
        };
        Ok(Cookie {
            start: part(0, 64),
            flags: part(64, 32) as u32,
            feed: part(96, 32) as u32,
            skip: part(128, 32) as u32,
            need_eof: part(160, 8) != 0,
        })
    }
}

impl PyTextIOWrapper {
    /// The decoder's state with that of universal newlines in the lowest bit of the flags.
    fn decoder_state(&self) -> PyResult<(Vec<u8>, i64)> {
        let Some(decoder) = self.decoder.get() else { return Err(unsupported("not readable")) };
        let (rest, flags) = decoder.state()?;
        Ok(match self.newlines.with(|n| n.map(|n| n.pending_cr)) {
            Some(pending) => (rest, flags << 1 | i64::from(pending)),
            None => (rest, flags),
        })
    }

    fn set_decoder_state(&self, rest: &[u8], flags: i64) -> PyResult<()> {
        let Some(decoder) = self.decoder.get() else { return Ok(()) };
        let universal = self.newlines.with(|newlines| match newlines {
            Some(newlines) => {
                newlines.pending_cr = flags & 1 != 0;
                true
            }
            None => false,
        });
        decoder.set_state(rest, if universal { flags >> 1 } else { flags })
    }

    fn reset_decoder(&self) -> PyResult<()> {
        self.newlines.with(|newlines| {
            if let Some(newlines) = newlines {
                *newlines = Newlines { translate: newlines.translate, ..Newlines::default() };
            }
        });
        match self.decoder.get() {
            Some(decoder) => decoder.reset(),
            None => Ok(()),
        }
    }

    fn tell_cookie(&self, zelf: &Value) -> PyResult<Value> {
        let buffer = self.open_buffer()?;
        if !self.seekable.get() {
            return Err(unsupported("underlying stream is not seekable"));
        }
        if !self.telling.get() {
            return Err(exceptions::os_error("telling position disabled by next() call"));
        }
        self.write_pending()?;
        protocol::call_method(zelf, name!("flush"), &[])?;
        let position = protocol::call_method(&buffer, name!("tell"), &[])?;
        let Some((flags, input)) = self.snapshot.get() else { return Ok(position) };
        if self.decoder.with(|d| d.is_none()) {
            return Ok(position);
        }
        let position = protocol::index_to_i64(&position)?.unwrap_or(0);
        let mut cookie = Cookie {
            start: (position - input.len() as i64).max(0) as u64,
            flags: flags as u32,
            ..Cookie::default()
        };
        let wanted = self.used.get();
        if wanted == 0 {
            return Ok(cookie.pack());
        }
        let saved = self.decoder_state()?;
        let newlines = self.newlines.get();
        let result = self.find_position(&mut cookie, &input, flags, wanted);
        self.set_decoder_state(&saved.0, saved.1)?;
        self.newlines.set(newlines);
        result?;
        Ok(cookie.pack())
    }

    /// Decodes the chunk byte by byte up to `wanted` characters, noting the last place where the decoder held nothing.
    fn find_position(&self, cookie: &mut Cookie, input: &[u8], flags: i64, wanted: usize) -> PyResult<()> {
        self.set_decoder_state(b"", flags)?;
        let mut decoded = 0usize;
        let (mut safe_bytes, mut safe_chars, mut safe_flags) = (0usize, 0usize, flags);
        let mut fed = 0usize;
        while fed < input.len() && decoded < wanted {
            decoded += self.decode(&input[fed..fed + 1], false)?.len();
            fed += 1;
            let (rest, now) = self.decoder_state()?;
            if rest.is_empty() && decoded <= wanted {
                (safe_bytes, safe_chars, safe_flags) = (fed, decoded, now);
            }
        }
        if decoded < wanted {
            decoded += self.decode(b"", true)?.len();
            cookie.need_eof = true;
            if decoded < wanted {
                return Err(exceptions::os_error("can't reconstruct logical file position"));
            }
        }
        cookie.start += safe_bytes as u64;
        cookie.flags = safe_flags as u32;
        cookie.skip = (wanted - safe_chars) as u32;
        cookie.feed = if cookie.skip > 0 { (fed - safe_bytes) as u32 } else { 0 };
        if cookie.skip == 0 {
            cookie.need_eof = false;
        }
        Ok(())
    }

    fn seek_cookie(&self, zelf: &Value, cookie: &Value, whence: i32) -> PyResult<Value> {
        let buffer = self.open_buffer()?;
        if !self.seekable.get() {
            return Err(unsupported("underlying stream is not seekable"));
        }
        let mut cookie = cookie.clone();
        match whence {
            0 => {}
            1 => {
                if protocol::truth(&cookie)? {
                    return Err(unsupported("can't do nonzero cur-relative seeks"));
                }
                // Seeking to the present position drops what was decoded ahead.
                cookie = protocol::call_method(zelf, name!("tell"), &[])?;
            }
            2 => {
                if protocol::truth(&cookie)? {
                    return Err(unsupported("can't do nonzero end-relative seeks"));
                }
                protocol::call_method(zelf, name!("flush"), &[])?;
                self.forget_decoded();
                self.snapshot.set(None);
                self.reset_decoder()?;
                let end = [Value::small_int(0), Value::small_int(2)];
                let position = protocol::call_method(&buffer, name!("seek"), &end)?;
                if let Some(encoder) = self.encoder.get() {
                    encoder.at_start(!protocol::truth(&position)?)?;
                }
                return Ok(position);
            }
            _ => {
                return Err(exceptions::value_error(format!(
                    "invalid whence ({whence}, should be 0, 1 or 2)"
                )));
            }
        }
        if !protocol::is_int(&cookie) {
            cookie = protocol::as_index(&cookie)?;
        }
        if int::is_negative(&cookie) {
            return Err(exceptions::value_error(format!(
                "negative seek position {}",
                protocol::repr(&cookie)?
            )));
        }
        protocol::call_method(zelf, name!("flush"), &[])?;
        let target = Cookie::unpack(&cookie)?;
        protocol::call_method(&buffer, name!("seek"), &[Value::from(target.start)])?;
        self.forget_decoded();
        self.snapshot.set(None);
        if self.decoder.with(|d| d.is_some()) {
            if target.start == 0 && target.flags == 0 {
                self.reset_decoder()?;
            } else {
                self.set_decoder_state(b"", i64::from(target.flags))?;
                self.snapshot.set(Some((i64::from(target.flags), Vec::new())));
            }
        }
        if target.skip > 0 {
            let data = protocol::call_method(&buffer, name!("read"), &[Value::from(target.feed)])?;
            let data = minipy_vm::types::bytes::BytesLike::of(&data)?.to_vec();
            let text = self.decode(&data, target.need_eof)?;
            if text.len() < target.skip as usize {
                return Err(exceptions::os_error("can't restore logical file position"));
            }
            self.snapshot.set(Some((i64::from(target.flags), data)));
            self.decoded.set(Some(text));
            self.used.set(target.skip as usize);
        }
        if let Some(encoder) = self.encoder.get() {
            encoder.at_start(target.start == 0 && target.flags == 0)?;
        }
        Ok(cookie)
    }
}

#[pymethods(part = seeking)]
impl PyTextIOWrapper {
    /// Set the stream position, and return the new stream position.
    #[pymethod("($self, cookie, whence=os.SEEK_SET, /)")]
    fn seek(zelf: &Ref<PyTextIOWrapper>, cookie: &Value, whence: Option<i32>) -> PyResult<Value> {
        zelf.seek_cookie(zelf.as_value(), cookie, whence.unwrap_or(0))
    }

    /// Return the stream position as an opaque number.
    #[pymethod("($self, /)")]
    fn tell(zelf: &Ref<PyTextIOWrapper>) -> PyResult<Value> {
        zelf.tell_cookie(zelf.as_value())
    }

    /// Truncate file to size bytes.
    #[pymethod("($self, pos=None, /)")]
    fn truncate(zelf: &Ref<PyTextIOWrapper>, pos: Option<&Value>) -> PyResult<Value> {
        let buffer = zelf
            .buffer
            .get()
            .ok_or_else(|| exceptions::value_error("I/O operation on uninitialized object"))?;
        protocol::call_method(zelf.as_value(), name!("flush"), &[])?;
        protocol::call_method(&buffer, name!("truncate"), &[pos.cloned().unwrap_or(Value::NONE)])
    }
}
