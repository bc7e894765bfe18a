//! The tables of `tables.xz`, which `xtask/src/cjk.py` records from CPython and describes. Each is unpacked on first use.

use liblzma_sys as lz;
use std::sync::OnceLock;

static PACKED: &[u8] = include_bytes!("tables.xz");
/// What the packed tables become is not much longer than this.
const UNPACKED: usize = 1 << 20;

/// A table by its name in the file.
pub struct Set {
    name: &'static str,
    table: OnceLock<Table>,
}

impl Set {
    pub const fn new(name: &'static str) -> Set {
        Set { name, table: OnceLock::new() }
    }

    pub fn table(&self) -> &Table {
        self.table.get_or_init(|| Table::load(self.name).unwrap_or_default())
    }
}

/// What a byte is at the beginning of a character.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Lead {
    Char(u32),
    /// More bytes follow.
    More,
    Illegal,
}

/// The character or characters of a code.
#[derive(Clone, Copy)]
pub enum Chars {
    One(u32),
    Two([u32; 2]),
}

/// Codes, mostly of two bytes, and their characters.
#[derive(Default)]
pub struct Table {
    leads: Vec<Lead>,
    /// By the code without its highest bit; above 0x10FFFF for the number of a pair, `NONE` for codes without a character, and
    /// `WRONG` for such whose both bytes are wrong together.
    chars: Vec<u32>,
    pairs: Vec<[u32; 2]>,
    pair_codes: Vec<u16>,
    /// Codes plus one by character, in pages of 256.
    pages: Vec<Option<Box<[u32; 256]>>>,
}

const NONE: u32 = u32::MAX;
const FIRST_PAIR: u32 = 0x11_0000;
const WRONG: u32 = 0x12_0000;

/// Reads the numbers of the file.
struct Numbers<'a>(&'a [u8]);

impl<'a> Numbers<'a> {
    fn bytes(&mut self, len: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(bytes)
    }

    fn next(&mut self) -> Option<u32> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = *self.bytes(1)?.first()?;
            number |= u32::from(byte & 0x7F).checked_shl(shift)?;
            shift += 7;
            if byte < 0x80 {
                return Some(number);
            }
        }
    }

    fn count(&mut self) -> Option<usize> {
        self.next().map(|count| count as usize)
    }
}

/// The unpacked file.
fn unpack() -> Option<Vec<u8>> {
    let mut out = vec![0; UNPACKED];
    let (mut limit, mut read, mut written) = (u64::MAX, 0, 0);
    // SAFETY: all pointers are valid during the call, and the sizes are those of the buffers.
    let status = unsafe {
        lz::lzma_stream_buffer_decode(
            &raw mut limit,
            0,
            std::ptr::null(),
            PACKED.as_ptr(),
            &raw mut read,
            PACKED.len(),
            out.as_mut_ptr(),
            &raw mut written,
            out.len(),
        )
    };
    out.truncate(written);
    (status == lz::LZMA_OK).then_some(out)
}

impl Table {
    fn load(name: &str) -> Option<Table> {
        let data = unpack()?;
        let mut numbers = Numbers(&data);
        loop {
            let len = numbers.count()?;
            let found = numbers.bytes(len)?;
            let len = numbers.count()?;
            let body = numbers.bytes(len)?;
            if found == name.as_bytes() {
                return Table::read(Numbers(body));
            }
        }
    }

    fn read(mut numbers: Numbers<'_>) -> Option<Table> {
        let kinds = numbers.bytes(256)?;
        let mut table = Table { pages: (0..0x300).map(|_| None).collect(), ..Table::default() };
        for (byte, kind) in (0..).zip(kinds) {
            table.leads.push(match kind {
                0 => Lead::Char(byte),
                1 => Lead::More,
                _ => Lead::Illegal,
            });
        }
        for _ in 0..numbers.count()? {
            let (byte, char) = (numbers.next()?, numbers.next()?);
            *table.leads.get_mut(byte as usize)? = Lead::Char(char);
            table.add_code(char, byte as u16);
        }
        for byte in 0..0x80u8 {
            if table.lead(byte) == Lead::Char(u32::from(byte)) {
                table.set_code(u32::from(byte), u16::from(byte));
            }
        }
        for _ in 0..numbers.count()? {
            table.pairs.push([numbers.next()?, numbers.next()?]);
        }
        table.pair_codes = vec![0; table.pairs.len()];
        let mut codes = Vec::new();
        let mut code = 0;
        for _ in 0..numbers.count()? {
            code += numbers.next()?;
            codes.push(code as u16);
        }
        table.chars = vec![NONE; 0x8000];
        let mut next = 0i64;
        for code in codes {
            let folded = i64::from(numbers.next()?);
            let char = next + if folded & 1 == 0 { folded / 2 } else { -(folded / 2) - 1 };
            next = char + 1;
            let char = u32::try_from(char).ok()?;
            table.chars[usize::from(code & 0x7FFF)] = char;
            match char.checked_sub(FIRST_PAIR) {
                Some(_) if char == WRONG => {}
                Some(pair) => *table.pair_codes.get_mut(pair as usize)? = code,
                None => table.add_code(char, code),
            }
        }
        let mut char = 0;
        for _ in 0..numbers.count()? {
            char += numbers.next()?;
            let code = numbers.next()?;
            *table.place(char) = code;
        }
        Some(table)
    }

    /// Where the code of a character is kept.
    fn place(&mut self, char: u32) -> &mut u32 {
        let pages = &mut self.pages;
        let index = (char >> 8) as usize % pages.len();
        &mut pages[index].get_or_insert_with(|| Box::new([0; 256]))[(char & 0xFF) as usize]
    }

    fn set_code(&mut self, char: u32, code: u16) {
        *self.place(char) = u32::from(code) + 1;
    }

    /// The first code of a character is the one it is encoded by.
    fn add_code(&mut self, char: u32, code: u16) {
        if *self.place(char) == 0 {
            self.set_code(char, code);
        }
    }

    pub fn lead(&self, byte: u8) -> Lead {
        self.leads.get(usize::from(byte)).copied().unwrap_or(Lead::Illegal)
    }

    /// What a code of two bytes stands for, or how many bytes are wrong. Its highest bit is not looked at.
    pub fn decode(&self, first: u8, second: u8) -> Result<Chars, usize> {
        let code = u16::from_be_bytes([first, second]) & 0x7FFF;
        let char = self.chars.get(usize::from(code)).copied().unwrap_or(NONE);
        match char.checked_sub(FIRST_PAIR) {
            None => Ok(Chars::One(char)),
            Some(_) if char == WRONG => Err(2),
            Some(pair) => self.pairs.get(pair as usize).map(|pair| Chars::Two(*pair)).ok_or(1),
        }
    }

    /// The code of a character; below 0x100 a single byte.
    pub fn encode(&self, char: u32) -> Option<u16> {
        let page = self.pages.get((char >> 8) as usize)?.as_ref()?;
        page[(char & 0xFF) as usize].checked_sub(1).map(|code| code as u16)
    }

    /// Whether the character may be the first of a pair that has a code.
    pub fn begins_pair(&self, char: u32) -> bool {
        self.pairs.iter().any(|pair| pair[0] == char)
    }

    /// The code of a pair.
    pub fn encode_pair(&self, pair: [u32; 2]) -> Option<u16> {
        let index = self.pairs.iter().position(|known| *known == pair)?;
        self.pair_codes.get(index).copied()
    }
}
