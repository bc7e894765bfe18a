//! Base64 (RFC 4648).

use super::error;
use minipy_vm::PyResult;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn value(b: u8) -> Option<u8> {
    Some(match b {
        b'A'..=b'Z' => b - b'A',
        b'a'..=b'z' => b - b'a' + 26,
        b'0'..=b'9' => b - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

pub fn encode(data: &[u8], newline: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len().div_ceil(3) * 4 + 1);
    for chunk in data.chunks(3) {
        let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            let sextet = (bits >> (18 - 6 * i) & 63) as usize;
            out.push(if i <= chunk.len() { ALPHABET[sextet] } else { b'=' });
        }
    }
    if newline {
        out.push(b'\n');
    }
    out
}

/// Without `strict`, what is no base64 data is skipped, and so is padding but for that at the end.
pub fn decode(data: &[u8], strict: bool) -> PyResult<Vec<u8>> {
    let mut out = Vec::with_capacity(data.len() / 4 * 3 + 3);
    if strict && data.first() == Some(&b'=') {
        return Err(error("Leading padding not allowed"));
    }
    // Where in a group of four the next character stands, what is left of the last one, and the padding since.
    let (mut place, mut left, mut pads) = (0u8, 0u8, 0usize);
    for &b in data {
        if b == b'=' {
            pads += 1;
            match place {
                1 if strict => break,
                0 if strict => return Err(error("Excess padding not allowed")),
                _ if strict && usize::from(place) + pads > 4 => {
                    return Err(error("Excess padding not allowed"));
                }
                _ => continue,
            }
        }
        let Some(sextet) = value(b) else {
            if strict {
                return Err(error("Only base64 data is allowed"));
            }
            continue;
        };
        if strict && pads > 0 {
            let is_complete = usize::from(place) + pads == 4;
            return Err(error(if is_complete {
                "Excess data after padding"
            } else {
                "Discontinuous padding not allowed"
            }));
        }
        pads = 0;
        match place {
            0 => left = sextet,
            1 => {
                out.push(left << 2 | sextet >> 4);
                left = sextet & 15;
            }
            2 => {
                out.push(left << 4 | sextet >> 2);
                left = sextet & 3;
            }
            _ => out.push(left << 6 | sextet),
        }
        place = (place + 1) % 4;
    }
    match place {
        0 => Ok(out),
        1 => {
            let count = out.len() / 3 * 4 + 1;
            Err(error(format!(
                "Invalid base64-encoded string: number of data characters ({count}) cannot be 1 more than a \
                 multiple of 4"
            )))
        }
        _ if usize::from(place) + pads >= 4 => Ok(out),
        _ => Err(error("Incorrect padding")),
    }
}
