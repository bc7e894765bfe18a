//! The header of a `.pyc` file (PEP 552), 16 bytes in front of the marshalled code object.

/// Magic number of CPython 3.14's bytecode, as `importlib.util.MAGIC_NUMBER`.
pub const MAGIC: [u8; 4] = [0x2b, 0x0e, b'\r', b'\n'];

/// Length of the header.
pub const HEADER_LEN: usize = 16;

const FLAG_HASH: u32 = 1;
const FLAG_CHECK_SOURCE: u32 = 2;

/// How a `.pyc` is tied to its source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Header {
    /// By the low 32 bits of the source's modification time (seconds) and size.
    Timestamp { mtime: u32, size: u32 },
    /// By a hash of the source, compared on import only if `check`.
    Hash { hash: [u8; 8], check: bool },
}

/// Why a file's start is no `.pyc` header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HeaderError {
    /// ImportError: not this version's magic number; the bytes that stand there instead.
    Magic([u8; 4], usize),
    /// EOFError: fewer than 16 bytes.
    Eof,
    /// ImportError: flags that PEP 552 does not define.
    Flags(u32),
}

impl Header {
    /// Splits a `.pyc`'s bytes into header and marshal data.
    pub fn parse(data: &[u8]) -> Result<(Header, &[u8]), HeaderError> {
        let magic = &data[..data.len().min(4)];
        if magic != MAGIC {
            let mut found = [0; 4];
            found[..magic.len()].copy_from_slice(magic);
            return Err(HeaderError::Magic(found, magic.len()));
        }
        let (head, code) = data.split_first_chunk::<HEADER_LEN>().ok_or(HeaderError::Eof)?;
        let word = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let flags = word(4);
        if flags & !(FLAG_HASH | FLAG_CHECK_SOURCE) != 0 {
            return Err(HeaderError::Flags(flags));
        }
        let header = if flags & FLAG_HASH != 0 {
            let [.., a, b, c, d, e, f, g, h] = *head;
            Header::Hash { hash: [a, b, c, d, e, f, g, h], check: flags & FLAG_CHECK_SOURCE != 0 }
        } else {
            Header::Timestamp { mtime: word(8), size: word(12) }
        };
        Ok((header, code))
    }

    /// The header's bytes.
    pub fn to_bytes(self) -> [u8; HEADER_LEN] {
        let (flags, tail) = match self {
            Header::Timestamp { mtime, size } => (0, u64::from(size) << 32 | u64::from(mtime)),
            Header::Hash { hash, check } => {
                (FLAG_HASH | if check { FLAG_CHECK_SOURCE } else { 0 }, u64::from_le_bytes(hash))
            }
        };
        let mut out = [0; HEADER_LEN];
        out[..4].copy_from_slice(&MAGIC);
        out[4..8].copy_from_slice(&flags.to_le_bytes());
        out[8..].copy_from_slice(&tail.to_le_bytes());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_survive_writing_and_parsing() {
        for header in [
            Header::Timestamp { mtime: 0xffff_fffe, size: 7 },
            Header::Hash { hash: *b"abcdefgh", check: true },
            Header::Hash { hash: [0xff; 8], check: false },
        ] {
            let mut file = header.to_bytes().to_vec();
            file.extend(b"code");
            assert_eq!(Header::parse(&file), Ok((header, &b"code"[..])));
        }
    }

    #[test]
    fn other_files_are_refused() {
        assert_eq!(Header::parse(b"ab"), Err(HeaderError::Magic([b'a', b'b', 0, 0], 2)));
        assert_eq!(Header::parse(&MAGIC), Err(HeaderError::Eof));
        let mut odd = Header::Timestamp { mtime: 0, size: 0 }.to_bytes();
        odd[4] = 4;
        assert_eq!(Header::parse(&odd), Err(HeaderError::Flags(4)));
    }
}
