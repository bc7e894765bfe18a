//! One line of uuencoded data.

use super::error;
use minipy_vm::PyResult;

pub fn decode(data: &[u8]) -> PyResult<Vec<u8>> {
    let Some((&first, rest)) = data.split_first() else {
        return Err(error("Missing length byte"));
    };
    let len = usize::from(first.wrapping_sub(b' ') & 63);
    let mut rest = rest.iter();
    let mut out = Vec::with_capacity(len);
    let (mut bits, mut count) = (0u32, 0);
    while out.len() < len {
        // A line that ends early stands for zeros.
        let sextet = match rest.next() {
            None | Some(b'\n' | b'\r') => 0,
            Some(b @ b' '..=b'`') => (b - b' ') & 63,
            Some(_) => return Err(error("Illegal char")),
        };
        bits = bits << 6 | u32::from(sextet);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    match rest.find(|b| !matches!(b, b' ' | b'`' | b'\n' | b'\r')) {
        Some(_) => Err(error("Trailing garbage")),
        None => Ok(out),
    }
}

pub fn encode(data: &[u8], backtick: bool) -> PyResult<Vec<u8>> {
    if data.len() > 45 {
        return Err(error("At most 45 bytes at once"));
    }
    let shown = |sextet: u8| if sextet == 0 && backtick { b'`' } else { sextet + b' ' };
    let mut out = vec![shown(data.len() as u8)];
    for chunk in data.chunks(3) {
        let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        out.extend((0..4).map(|i| shown((bits >> (18 - 6 * i) & 63) as u8)));
    }
    out.push(b'\n');
    Ok(out)
}
