//! Quoted-printable (RFC 1522, RFC 2045).

/// The longest line, with the `=` of a soft break.
const MAX_LINE: usize = 76;

pub fn decode(data: &[u8], header: bool) -> Vec<u8> {
    let digit = |b: Option<&u8>| b.and_then(|b| char::from(*b).to_digit(16)).map(|d| d as u8);
    let mut out = Vec::with_capacity(data.len());
    let mut at = 0;
    while let Some(&b) = data.get(at) {
        at += 1;
        match b {
            b'=' => match data.get(at) {
                None => break,
                // A soft line break: skip to the end of the line.
                Some(b'\n' | b'\r') => {
                    let rest = &data[at..];
                    at += rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |n| n + 1);
                }
                Some(b'=') => {
                    out.push(b'=');
                    at += 1;
                }
                Some(_) => match (digit(data.get(at)), digit(data.get(at + 1))) {
                    (Some(high), Some(low)) => {
                        out.push(high << 4 | low);
                        at += 2;
                    }
                    _ => out.push(b'='),
                },
            },
            b'_' if header => out.push(b' '),
            _ => out.push(b),
        }
    }
    out
}

pub fn encode(data: &[u8], quote_tabs: bool, is_text: bool, header: bool) -> Vec<u8> {
    // Lines end as the first one does.
    let crlf = data.iter().position(|b| *b == b'\n').is_some_and(|n| n > 0 && data[n - 1] == b'\r');
    let mut out = Vec::with_capacity(data.len() * 3 / 2);
    let mut column = 0;
    let end_line = |out: &mut Vec<u8>| {
        if crlf {
            out.push(b'\r');
        }
        out.push(b'\n');
    };
    let escape = |out: &mut Vec<u8>, b: u8| {
        out.push(b'=');
        out.extend([b >> 4, b & 15].map(|d| b"0123456789ABCDEF"[usize::from(d)]));
    };
    let mut at = 0;
    while let Some(&b) = data.get(at) {
        let next = data.get(at + 1).copied();
        let lone_dot = b == b'.' && column == 0 && matches!(next, None | Some(b'\n' | b'\r' | 0));
        let quoted = b > 126
            || b == b'='
            || (header && b == b'_')
            || lone_dot
            || (!is_text && matches!(b, b'\r' | b'\n'))
            || (matches!(b, b'\t' | b' ') && next.is_none())
            || (b < 33 && !matches!(b, b'\r' | b'\n' | b'\t' | b' '))
            || (quote_tabs && matches!(b, b'\t' | b' '));
        if quoted {
            if column + 3 >= MAX_LINE {
                out.push(b'=');
                end_line(&mut out);
                column = 0;
            }
            escape(&mut out, b);
            column += 3;
            at += 1;
            continue;
        }
        if is_text && (b == b'\n' || (b == b'\r' && next == Some(b'\n'))) {
            // Whitespace before the end of a line is encoded.
            if let Some(&last @ (b' ' | b'\t')) = out.last() {
                out.pop();
                escape(&mut out, last);
            }
            end_line(&mut out);
            column = 0;
            at += if b == b'\r' { 2 } else { 1 };
            continue;
        }
        if next.is_some_and(|n| n != b'\n') && column + 1 >= MAX_LINE {
            out.push(b'=');
            end_line(&mut out);
            column = 0;
        }
        out.push(if header && b == b' ' { b'_' } else { b });
        column += 1;
        at += 1;
    }
    out
}
