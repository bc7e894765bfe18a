//! Reading from a `TextIOWrapper`.

use super::buffered_classes::exact_inner;
use super::text::PyTextIOWrapper;
use super::unsupported;
use minipy_macros::pymethods;
use minipy_vm::types::str::{StrBuilder, StrData};
use minipy_vm::{PyBytes, PyResult, PyStr, Ref, StrRef, Value, exceptions, name, protocol};

/// What ends a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Lf,
    Cr,
    CrLf,
    Any,
}

/// Position after the first line ending in `text` from `start` on.
fn line_end(text: &PyStr, start: usize, ending: Ending) -> Option<usize> {
    fn generic<T: Copy + Into<u32>>(data: &[T], ending: Ending) -> Option<usize> {
        let at = |i: usize| data.get(i).map(|&c| c.into());
        match ending {
            Ending::Lf => data.iter().position(|&c| c.into() == 10).map(|n| n + 1),
            Ending::Cr => data.iter().position(|&c| c.into() == 13).map(|n| n + 1),
            Ending::CrLf => {
                (0..data.len()).find(|&n| at(n) == Some(13) && at(n + 1) == Some(10)).map(|n| n + 2)
            }
            Ending::Any => data
                .iter()
                .position(|&c| c.into() == 10 || c.into() == 13)
                .map(|n| if at(n) == Some(13) && at(n + 1) == Some(10) { n + 2 } else { n + 1 }),
        }
    }
    let found = match (text.data(), ending) {
        (StrData::Ascii(data) | StrData::Latin1(data), Ending::Lf) => {
            memchr::memchr(b'\n', data.get(start..).unwrap_or_default()).map(|n| n + 1)
        }
        (StrData::Ascii(data) | StrData::Latin1(data), _) => {
            generic(data.get(start..).unwrap_or_default(), ending)
        }
        (StrData::Ucs2(data), _) => generic(data.get(start..).unwrap_or_default(), ending),
        (StrData::Ucs4(data), _) => generic(data.get(start..).unwrap_or_default(), ending),
    };
    found.map(|n| start + n)
}

impl PyTextIOWrapper {
    /// Reads and decodes one chunk; false at the end of the stream.
    fn read_chunk(&self, buffer: &Value) -> PyResult<bool> {
        let Some(decoder) = self.decoder.get() else { return Err(unsupported("not readable")) };
        let before = if self.telling.get() {
            let (rest, flags) = decoder.state()?;
            let flags = match self.newlines.with(|n| n.map(|n| n.pending_cr)) {
                Some(pending) => flags << 1 | i64::from(pending),
                None => flags,
            };
            Some((rest, flags))
        } else {
            None
        };
        let size = self.chunk_size.get();
        let fetched;
        let direct;
        let input: &[u8] = match exact_inner(buffer) {
            Some(inner) => {
                direct = inner.read1(buffer, size as isize)?;
                &direct
            }
            None => {
                let method = match protocol::lookup_attr(buffer, name!("read1"))? {
                    Some(method) => method,
                    None => protocol::getattr(buffer, name!("read"))?,
                };
                fetched = protocol::call1(&method, Value::from(size))?;
                match minipy_vm::types::bytes::BytesLike::of(&fetched) {
                    Ok(_) => {}
                    Err(_) => {
                        return Err(exceptions::type_error(format!(
                            "underlying read1() should have returned a bytes-like object, not '{}'",
                            fetched.type_name()
                        )));
                    }
                }
                match fetched.downcast::<PyBytes>() {
                    Some(bytes) => bytes.as_bytes(),
                    None => {
                        direct = minipy_vm::types::bytes::BytesLike::of(&fetched)?.to_vec();
                        &direct
                    }
                }
            }
        };
        let at_end = input.is_empty();
        let text = self.decode(input, at_end)?;
        let has_text = !text.is_empty();
        self.decoded.set(Some(text));
        self.used.set(0);
        if let Some((mut rest, flags)) = before {
            rest.extend_from_slice(input);
            self.snapshot.set(Some((flags, rest)));
        }
        Ok(has_text || !at_end)
    }

    /// Decodes, with newlines translated as asked for.
    pub(super) fn decode(&self, input: &[u8], is_final: bool) -> PyResult<StrRef> {
        let Some(decoder) = self.decoder.get() else { return Err(unsupported("not readable")) };
        let text = decoder.decode(input, is_final)?;
        Ok(self.newlines.with(|newlines| match newlines {
            Some(newlines) => newlines.feed(text, is_final),
            None => text,
        }))
    }

    /// Takes up to `count` of the decoded characters.
    fn take_decoded(&self, count: usize) -> Option<StrRef> {
        let text = self.decoded.get()?;
        let start = self.used.get();
        let end = start.saturating_add(count).min(text.len());
        if start >= end {
            return None;
        }
        self.used.set(end);
        if start == 0 && end == text.len() { Some(text) } else { Some(text.substring(start, end)) }
    }

    fn ending(&self) -> Ending {
        self.newline.with(|newline| match newline.as_deref() {
            None | Some("\n") => Ending::Lf,
            Some("") => Ending::Any,
            Some("\r") => Ending::Cr,
            Some(_) => Ending::CrLf,
        })
    }

    /// `readline(limit)`; negative for no limit.
    fn read_line(&self, limit: isize) -> PyResult<StrRef> {
        let buffer = self.open_buffer()?;
        self.write_pending()?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let ending = self.ending();
        let mut parts: Option<StrBuilder> = None;
        let mut length = 0usize;
        let mut after_cr = false;
        while length < limit {
            let text = match self.decoded.get() {
                Some(text) if self.used.get() < text.len() => text,
                _ => {
                    if !self.read_chunk(&buffer)? {
                        self.forget_decoded();
                        self.snapshot.set(None);
                        break;
                    }
                    continue;
                }
            };
            let start = self.used.get();
            let mut end = if after_cr && ending == Ending::CrLf && text.char_at(start) == 10 {
                Some(start + 1)
            } else {
                line_end(&text, start, ending)
            };
            let room = limit - length;
            if end.is_none_or(|end| end - start > room) && text.len() - start > room {
                end = Some(start + room);
            }
            let stop = end.unwrap_or(text.len());
            self.used.set(stop);
            if end.is_some() && parts.is_none() {
                return Ok(if start == 0 && stop == text.len() { text } else { text.substring(start, stop) });
            }
            let part = text.substring(start, stop);
            length += part.len();
            after_cr = !part.is_empty() && part.char_at(part.len() - 1) == 13;
            parts.get_or_insert_with(StrBuilder::new).push_pystr(&part);
            if end.is_some() {
                break;
            }
        }
        Ok(parts.map_or_else(|| PyStr::from_str(""), StrBuilder::finish))
    }

    fn read_text(&self, size: isize) -> PyResult<StrRef> {
        let buffer = self.open_buffer()?;
        if self.decoder.with(|d| d.is_none()) {
            return Err(unsupported("not readable"));
        }
        self.write_pending()?;
        let Ok(size) = usize::try_from(size) else { return self.read_rest(&buffer) };
        let mut parts = StrBuilder::new();
        let mut missing = size;
        while missing > 0 {
            if let Some(part) = self.take_decoded(missing) {
                missing -= part.len();
                if missing == 0 && part.len() == size {
                    return Ok(part);
                }
                parts.push_pystr(&part);
                continue;
            }
            if !self.read_chunk(&buffer)? {
                break;
            }
        }
        Ok(parts.finish())
    }

    fn read_rest(&self, buffer: &Value) -> PyResult<StrRef> {
        let data = match exact_inner(buffer) {
            Some(inner) => inner.read(buffer, -1)?,
            None => {
                let data = protocol::call_method(buffer, name!("read"), &[])?;
                if data.is_none() {
                    None
                } else {
                    Some(minipy_vm::types::bytes::BytesLike::of(&data)?.to_vec())
                }
            }
        };
        let Some(data) = data else {
            return Err(minipy_vm::PyErr::new(
                exceptions::blocking_io_error_class(),
                &[Value::from(libc::EAGAIN), Value::from("Read returned None.")],
            ));
        };
        let text = self.decode(&data, true)?;
        let before = self.take_decoded(usize::MAX);
        self.forget_decoded();
        self.snapshot.set(None);
        Ok(match before {
            Some(before) => before.concat(&text),
            None => text,
        })
    }
}

#[pymethods(part = reading)]
impl PyTextIOWrapper {
    #[slot]
    fn iternext(zelf: &Ref<PyTextIOWrapper>) -> PyResult<Option<Value>> {
        zelf.telling.set(false);
        let line = if zelf.is_exact() {
            zelf.read_line(-1)?.into_value()
        } else {
            let line = protocol::call_method(zelf.as_value(), name!("readline"), &[])?;
            if line.downcast::<PyStr>().is_none() {
                return Err(exceptions::os_error(format!(
                    "readline() should have returned a str object, not '{}'",
                    line.type_name()
                )));
            }
            line
        };
        if line.downcast::<PyStr>().is_some_and(|l| l.is_empty()) {
            zelf.snapshot.set(None);
            zelf.telling.set(zelf.seekable.get());
            return Ok(None);
        }
        Ok(Some(line))
    }

    /// Read at most size characters from stream.
    #[pymethod("($self, size=-1, /)")]
    fn read(&self, size: Option<&Value>) -> PyResult<StrRef> {
        self.read_text(super::size_arg(size)?)
    }

    /// Read until newline or EOF.
    #[pymethod("($self, size=-1, /)")]
    fn readline(&self, size: Option<&Value>) -> PyResult<StrRef> {
        let size = super::size_arg(size)?;
        self.read_line(size)
    }
}

/// Whether a stream is an instance of the class itself.
trait Exact {
    fn is_exact(&self) -> bool;
}

impl Exact for Ref<PyTextIOWrapper> {
    fn is_exact(&self) -> bool {
        self.as_value().downcast_exact::<PyTextIOWrapper>().is_some()
    }
}
