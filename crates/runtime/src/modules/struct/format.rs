//! Compiled formats.

use super::{error, item};
use minipy_vm::{PyResult, PyTuple, TupleRef, Value};

/// One or more values of the same kind, one after another.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    pub code: u8,
    pub offset: usize,
    /// Bytes per value; for `s` and `p` of the whole string.
    pub size: usize,
    pub count: usize,
}

/// A format, ready for use.
#[derive(Debug)]
pub struct Compiled {
    pub format: String,
    pub items: Vec<Item>,
    pub size: usize,
    /// How many values it takes.
    pub values: usize,
    /// Whether the most significant byte comes first.
    big: bool,
}

/// Size and alignment of a value in native mode.
fn native(code: u8) -> Option<(usize, usize)> {
    Some(match code {
        b'l' | b'L' | b'n' | b'N' | b'P' => (8, 8),
        b'h' | b'H' | b'e' => (2, 2),
        b'i' | b'I' | b'f' => (4, 4),
        b'q' | b'Q' | b'd' => (8, 8),
        b'F' => (8, 4),
        b'D' => (16, 8),
        _ => (standard(code)?, 1),
    })
}

/// Size of a value in the standard modes.
fn standard(code: u8) -> Option<usize> {
    Some(match code {
        b'x' | b'c' | b'b' | b'B' | b'?' | b's' | b'p' => 1,
        b'h' | b'H' | b'e' => 2,
        b'i' | b'I' | b'l' | b'L' | b'f' => 4,
        b'q' | b'Q' | b'd' | b'F' => 8,
        b'D' => 16,
        _ => return None,
    })
}

impl Compiled {
    pub fn parse(format: &str) -> PyResult<Compiled> {
        let too_long = || error("total struct size too long");
        let bytes = format.as_bytes();
        if bytes.contains(&0) {
            return Err(error("embedded null character"));
        }
        let (mode, codes) = match bytes {
            [mode @ (b'@' | b'=' | b'<' | b'>' | b'!'), rest @ ..] => (*mode, rest),
            _ => (b'@', bytes),
        };
        let big = match mode {
            b'>' | b'!' => true,
            b'<' => false,
            _ => cfg!(target_endian = "big"),
        };
        let mut compiled = Compiled { format: format.to_owned(), items: Vec::new(), size: 0, values: 0, big };
        let mut at = 0;
        while let Some(&c) = codes.get(at) {
            at += 1;
            if matches!(c, b' ' | 9..=13) {
                continue;
            }
            let mut code = c;
            let mut count = None;
            if code.is_ascii_digit() {
                let mut n = usize::from(code - b'0');
                loop {
                    code = match codes.get(at) {
                        Some(c) => *c,
                        None => return Err(error("repeat count given without format specifier")),
                    };
                    at += 1;
                    if !code.is_ascii_digit() {
                        break;
                    }
                    n = n
                        .checked_mul(10)
                        .and_then(|n| n.checked_add(usize::from(code - b'0')))
                        .filter(|n| *n <= isize::MAX as usize)
                        .ok_or_else(too_long)?;
                }
                count = Some(n);
            }
            let (size, align) =
                if mode == b'@' { native(code) } else { standard(code).map(|size| (size, 1)) }
                    .ok_or_else(|| error("bad char in struct format"))?;
            let count = count.unwrap_or(1);
            let offset = compiled.size.checked_next_multiple_of(align).ok_or_else(too_long)?;
            let bytes = size.checked_mul(count).ok_or_else(too_long)?;
            compiled.size =
                offset.checked_add(bytes).filter(|n| *n <= isize::MAX as usize).ok_or_else(too_long)?;
            match code {
                b'x' => {}
                b's' | b'p' => {
                    compiled.values += 1;
                    compiled.items.push(Item { code, offset, size: count, count: 1 });
                }
                _ if count > 0 => {
                    compiled.values = compiled.values.checked_add(count).ok_or_else(too_long)?;
                    compiled.items.push(Item { code, offset, size, count });
                }
                _ => {}
            }
        }
        Ok(compiled)
    }

    /// Each value's code, offset and size, in order.
    fn places(&self) -> impl Iterator<Item = (u8, usize, usize)> + '_ {
        self.items.iter().flat_map(|item| {
            (0..item.count).map(move |i| (item.code, item.offset + i * item.size, item.size))
        })
    }

    /// Writes the values, as many as the format takes, into `out`, which has the format's size and is zero.
    pub fn pack(&self, values: &[Value], out: &mut [u8]) -> PyResult<()> {
        for ((code, offset, size), value) in self.places().zip(values) {
            if let Some(target) = out.get_mut(offset..offset + size) {
                item::pack(code, self.big, value, target)?;
            }
        }
        Ok(())
    }

    /// The values in `data`, which has the format's size.
    pub fn unpack(&self, data: &[u8]) -> TupleRef {
        let values = self.places().map(|(code, offset, size)| {
            item::unpack(code, self.big, data.get(offset..offset + size).unwrap_or(&[]))
        });
        PyTuple::from_vec(values.collect())
    }
}
