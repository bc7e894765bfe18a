//! The encodings of ISO 2022, which switch between character sets by escape sequences.

use super::codec::{
    EUC_JIS_2004, EUC_JISX0213, EUC_JP, EUC_JP_3, EUC_KR, Failure, GB2312, JISX0213_2, JISX0213_2_OF_2000,
    State, encode_double, push,
};
use super::tables::{Chars, Set};

/// Bytes of the state: the marks of the sets that are G0, G1 and G2.
const G0: usize = 0;
const G1: usize = 1;
const G2: usize = 2;
/// The byte of the state that holds flags.
const FLAGS: usize = 4;
/// G1 is in use rather than G0.
const SHIFTED: u8 = 1;
/// An escape sequence of another standard goes on.
const ESCAPED: u8 = 2;

/// Sets of two bytes have marks with the highest bit set.
const DOUBLE: u8 = 0x80;
const ASCII: u8 = b'B';
const JISX0208: u8 = b'B' | DOUBLE;
const LATIN_1: u8 = b'A';
const GREEK: u8 = b'F';

const ESC: u8 = 0x1B;
const SHIFT_OUT: u8 = 0x0E;
const SHIFT_IN: u8 = 0x0F;
/// No escape sequence is longer.
const MAX_ESCAPE: usize = 16;

pub const DECODER_STATE: State = [ASCII, ASCII, ASCII, 0, 0, 0, 0, 0];
pub const ENCODER_STATE: State = [ASCII, ASCII, 0, 0, 0, 0, 0, 0];

/// A character set that a variant may switch to.
pub struct Designation {
    mark: u8,
    /// Whether it becomes G1 rather than G0.
    is_g1: bool,
    chars: Charset,
}

enum Charset {
    /// Those of a table, with the highest bits cleared.
    Table(&'static Set),
    /// The first plane of JIS X 0213, out of the table of an EUC.
    Plane1(&'static Set),
    /// JIS X 0201: ASCII with a yen sign and an overline.
    Roman,
    /// JIS X 0201: half-width katakana.
    Katakana,
    /// Sets only decoded to, after SS2.
    Upper,
}

const fn table(mark: u8, set: &'static Set) -> Designation {
    Designation { mark: mark | DOUBLE, is_g1: false, chars: Charset::Table(set) }
}

const fn plane_1(mark: u8, set: &'static Set) -> Designation {
    Designation { mark: mark | DOUBLE, is_g1: false, chars: Charset::Plane1(set) }
}

const ROMAN: Designation = Designation { mark: b'J', is_g1: false, chars: Charset::Roman };
const KATAKANA: Designation = Designation { mark: b'I', is_g1: false, chars: Charset::Katakana };
const OLD_JISX0208: Designation = table(b'@', &EUC_JP);

pub struct Iso2022 {
    /// In the order in which a character is looked for.
    designations: &'static [Designation],
    /// Whether SO and SI shift.
    shifts: bool,
    /// Whether G2 may be used.
    has_g2: bool,
}

const fn japanese(designations: &'static [Designation]) -> Iso2022 {
    Iso2022 { designations, shifts: false, has_g2: false }
}

pub static KR: Iso2022 = Iso2022 {
    designations: &[Designation { mark: b'C' | DOUBLE, is_g1: true, chars: Charset::Table(&EUC_KR) }],
    shifts: true,
    has_g2: false,
};
pub static JP: Iso2022 = japanese(&[table(b'B', &EUC_JP), ROMAN, OLD_JISX0208]);
pub static JP_1: Iso2022 = japanese(&[table(b'B', &EUC_JP), table(b'D', &EUC_JP_3), ROMAN, OLD_JISX0208]);
pub static JP_2: Iso2022 = Iso2022 {
    designations: &[
        table(b'B', &EUC_JP),
        table(b'D', &EUC_JP_3),
        table(b'C', &EUC_KR),
        table(b'A', &GB2312),
        ROMAN,
        OLD_JISX0208,
        Designation { mark: LATIN_1, is_g1: false, chars: Charset::Upper },
        Designation { mark: GREEK, is_g1: false, chars: Charset::Upper },
    ],
    shifts: false,
    has_g2: true,
};
pub static JP_3: Iso2022 =
    japanese(&[table(b'B', &EUC_JP), plane_1(b'O', &EUC_JISX0213), table(b'P', &JISX0213_2_OF_2000)]);
pub static JP_2004: Iso2022 =
    japanese(&[table(b'B', &EUC_JP), plane_1(b'Q', &EUC_JIS_2004), table(b'P', &JISX0213_2)]);
pub static JP_EXT: Iso2022 =
    japanese(&[table(b'B', &EUC_JP), table(b'D', &EUC_JP_3), ROMAN, KATAKANA, OLD_JISX0208]);

impl Charset {
    fn width(&self) -> usize {
        if let Charset::Table(_) | Charset::Plane1(_) = self { 2 } else { 1 }
    }

    fn decode(&self, bytes: &[u8]) -> Option<Chars> {
        match (self, bytes) {
            (Charset::Table(set) | Charset::Plane1(set), [first @ 0x21..=0x7E, second @ 0x21..=0x7E]) => {
                set.table().decode(first | 0x80, second | 0x80).ok()
            }
            (Charset::Roman, [b'\\']) => Some(Chars::One(0xA5)),
            (Charset::Roman, [b'~']) => Some(Chars::One(0x203E)),
            (Charset::Roman, [byte]) => Some(Chars::One(u32::from(*byte))),
            (Charset::Katakana, [byte @ 0x21..=0x5F]) => Some(Chars::One(u32::from(*byte) + 0xFF40)),
            _ => None,
        }
    }

    /// The bytes of the first character, or of the first two.
    fn encode(&self, text: &[u32], goes_on: bool) -> Result<(usize, u16), Failure> {
        match (self, text[0]) {
            // EUC has this one for a tilde, ISO 2022 has not.
            (Charset::Plane1(_), 0xFF5E) => Err(Failure::Illegal(1)),
            (Charset::Table(set) | Charset::Plane1(set), _) => {
                let (count, code) = encode_double(set.table(), text, goes_on)?;
                // What is before row 1 belongs to other sets.
                if code < 0xA1A1 { Err(Failure::Illegal(1)) } else { Ok((count, code & 0x7F7F)) }
            }
            (Charset::Roman, 0xA5) => Ok((1, u16::from(b'\\'))),
            (Charset::Roman, 0x203E) => Ok((1, u16::from(b'~'))),
            (Charset::Katakana, char @ 0xFF61..=0xFF9F) => Ok((1, (char - 0xFF40) as u16)),
            _ => Err(Failure::Illegal(1)),
        }
    }
}

fn is_escape_end(byte: u8) -> bool {
    matches!(byte, b'@'..=b'Z')
}

impl Iso2022 {
    fn designation(&self, mark: u8) -> Option<&Designation> {
        self.designations.iter().find(|designation| designation.mark == mark)
    }

    /// An escape sequence, which switches to a set. Gives its length.
    fn escape(&self, input: &[u8], state: &mut State) -> Result<usize, Failure> {
        let mut len = None;
        let mut at = 1;
        while at < MAX_ESCAPE {
            let byte = *input.get(at).ok_or(Failure::Incomplete)?;
            if is_escape_end(byte) {
                len = Some(at + 1);
                break;
            }
            // A revision of JIS X 0208 is announced first: ESC & @ ESC $ B.
            let announces = !self.shifts && byte == b'&' && input.get(at + 1) == Some(&b'@');
            at += if announces { 3 } else { 1 };
        }
        let len = len.ok_or(Failure::Illegal(1))?;
        let wrong = Failure::Illegal(len);
        let (place, mark) = match &input[1..len] {
            [b'$', mark] => (G0, mark | DOUBLE),
            [b'(', mark] => (G0, *mark),
            [b')', mark] => (G1, *mark),
            [b'.', mark] if self.has_g2 => (G2, *mark),
            [b'$', b'(', mark] => (G0, mark | DOUBLE),
            [b'$', b')', mark] => (G1, mark | DOUBLE),
            [b'&', b'@', ESC, b'$', b'B'] => (G0, JISX0208),
            _ => return Err(wrong),
        };
        if mark != ASCII && self.designation(mark).is_none() {
            return Err(wrong);
        }
        state[place] = mark;
        Ok(len)
    }

    /// SS2 and the character of G2 behind it.
    fn single_shift(&self, input: &[u8], state: &State, out: &mut impl FnMut(u32)) -> Result<usize, Failure> {
        let byte = *input.get(2).ok_or(Failure::Incomplete)?;
        let char = match state[G2] {
            GREEK => greek(byte ^ 0x80),
            _ if byte >= 0x80 => None,
            LATIN_1 => Some(u32::from(byte) + 0x80),
            _ => Some(u32::from(byte)),
        };
        out(char.ok_or(Failure::Illegal(3))?);
        Ok(3)
    }

    pub fn decode(
        &self,
        input: &[u8],
        state: &mut State,
        out: &mut impl FnMut(u32),
    ) -> Result<usize, Failure> {
        let byte = input[0];
        if state[FLAGS] & ESCAPED != 0 {
            if is_escape_end(byte) {
                state[FLAGS] &= !ESCAPED;
            }
            out(u32::from(byte));
            return Ok(1);
        }
        match byte {
            ESC => {
                return match input.get(1).ok_or(Failure::Incomplete)? {
                    b'(' | b')' | b'$' | b'.' | b'&' => self.escape(input, state),
                    b'N' if self.has_g2 => self.single_shift(input, state, out),
                    _ => {
                        state[FLAGS] |= ESCAPED;
                        out(u32::from(ESC));
                        Ok(1)
                    }
                };
            }
            SHIFT_OUT if self.shifts => state[FLAGS] |= SHIFTED,
            SHIFT_IN if self.shifts => state[FLAGS] &= !SHIFTED,
            b'\n' => {
                state[FLAGS] &= !SHIFTED;
                out(u32::from(byte));
            }
            0..0x20 => out(u32::from(byte)),
            0x80.. => return Err(Failure::Illegal(1)),
            _ => {
                let mark = state[if state[FLAGS] & SHIFTED != 0 { G1 } else { G0 }];
                if mark == ASCII {
                    out(u32::from(byte));
                    return Ok(1);
                }
                let charset = &self.designation(mark).ok_or(Failure::Illegal(1))?.chars;
                let width = charset.width();
                let bytes = input.get(..width).ok_or(Failure::Incomplete)?;
                push(charset.decode(bytes).ok_or(Failure::Illegal(width))?, out);
                return Ok(width);
            }
        }
        Ok(1)
    }

    pub fn encode(
        &self,
        text: &[u32],
        goes_on: bool,
        state: &mut State,
        out: &mut Vec<u8>,
    ) -> Result<usize, Failure> {
        if text[0] < 0x80 {
            to_ascii(state, out);
            out.push(text[0] as u8);
            return Ok(1);
        }
        let (designation, count, code) = self.find(text, goes_on)?;
        let is_double = designation.mark & DOUBLE != 0;
        let mark = designation.mark & !DOUBLE;
        let place = if designation.is_g1 { G1 } else { G0 };
        if !designation.is_g1 {
            shift_in(state, out);
        }
        if state[place] != designation.mark {
            out.push(ESC);
            match (is_double, designation.is_g1) {
                (false, _) => out.push(b'('),
                (true, true) => out.extend_from_slice(b"$)"),
                // The oldest sets have shorter sequences.
                (true, false) if designation.mark == JISX0208 => out.push(b'$'),
                (true, false) => out.extend_from_slice(b"$("),
            }
            out.push(mark);
            state[place] = designation.mark;
        }
        if designation.is_g1 && state[FLAGS] & SHIFTED == 0 {
            out.push(SHIFT_OUT);
            state[FLAGS] |= SHIFTED;
        }
        let bytes = code.to_be_bytes();
        out.extend_from_slice(if is_double { &bytes } else { &bytes[1..] });
        Ok(count)
    }

    /// The set that has the first characters. Pairs go before single characters.
    fn find(&self, text: &[u32], goes_on: bool) -> Result<(&Designation, usize, u16), Failure> {
        let mut single = None;
        for designation in self.designations {
            match designation.chars.encode(text, goes_on) {
                Ok((1, code)) => single = single.or(Some((designation, 1, code))),
                Ok((count, code)) => return Ok((designation, count, code)),
                Err(Failure::Incomplete) => return Err(Failure::Incomplete),
                Err(Failure::Illegal(_)) => {}
            }
        }
        single.ok_or(Failure::Illegal(1))
    }
}

fn shift_in(state: &mut State, out: &mut Vec<u8>) {
    if state[FLAGS] & SHIFTED != 0 {
        out.push(SHIFT_IN);
        state[FLAGS] &= !SHIFTED;
    }
}

fn to_ascii(state: &mut State, out: &mut Vec<u8>) {
    if state[G0] != ASCII {
        out.extend_from_slice(&[ESC, b'(', ASCII]);
        state[G0] = ASCII;
    }
    shift_in(state, out);
}

/// Leads back to ASCII.
pub fn reset(state: &mut State, out: &mut Vec<u8>) {
    shift_in(state, out);
    to_ascii(state, out);
}

/// ISO 8859-7 of 1987.
fn greek(byte: u8) -> Option<u32> {
    Some(match byte {
        0xA1 => 0x2018,
        0xA2 => 0x2019,
        0xAF => 0x2015,
        0xA4 | 0xA5 | 0xAA | 0xAE | 0xD2 | 0xFF => return None,
        0xB4 | 0xB5 | 0xB6 | 0xB8..=0xBA | 0xBC | 0xBE..=0xFE => u32::from(byte) + 0x2D0,
        _ => u32::from(byte),
    })
}
