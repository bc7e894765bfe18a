//! The encodings: one character after the other.

use super::iso2022::{self, Iso2022};
use super::tables::{Chars, Lead, Set, Table};

/// Why a character cannot be converted.
pub enum Failure {
    /// So many bytes or characters are wrong.
    Illegal(usize),
    /// There must be more.
    Incomplete,
}

/// What stateful encodings remember.
pub type State = [u8; 8];

pub struct Codec {
    pub name: &'static str,
    pub kind: Kind,
}

pub enum Kind {
    /// One or two bytes.
    Double(&'static Set),
    /// As `Double`, but three bytes, the first of them 0x8F, for the characters of another table.
    Triple(&'static Set, &'static Set),
    /// As `Double`, with Hangul that has no code of its own as a filler and three letters.
    EucKr,
    Gb18030,
    Hz,
    Iso2022(&'static Iso2022),
}

pub static GB18030: Set = Set::new("gb18030");
pub static GBK: Set = Set::new("gbk");
pub static GB2312: Set = Set::new("gb2312");
pub static BIG5: Set = Set::new("big5");
pub static CP950: Set = Set::new("cp950");
pub static BIG5HKSCS: Set = Set::new("big5hkscs");
pub static CP949: Set = Set::new("cp949");
pub static EUC_KR: Set = Set::new("euc_kr");
pub static JOHAB: Set = Set::new("johab");
pub static EUC_JP: Set = Set::new("euc_jp");
pub static EUC_JP_3: Set = Set::new("euc_jp 3");
pub static SHIFT_JIS: Set = Set::new("shift_jis");
pub static CP932: Set = Set::new("cp932");
pub static EUC_JIS_2004: Set = Set::new("euc_jis_2004");
pub static EUC_JIS_2004_3: Set = Set::new("euc_jis_2004 3");
pub static SHIFT_JIS_2004: Set = Set::new("shift_jis_2004");
pub static EUC_JISX0213: Set = Set::new("euc_jisx0213");
pub static EUC_JISX0213_3: Set = Set::new("euc_jisx0213 3");
pub static SHIFT_JISX0213: Set = Set::new("shift_jisx0213");
pub static JISX0213_2: Set = Set::new("jisx0213 2");
pub static JISX0213_2_OF_2000: Set = Set::new("jisx0213 2 2000");

/// What a code stands for, given to `out`.
pub fn push(chars: Chars, out: &mut impl FnMut(u32)) {
    match chars {
        Chars::One(char) => out(char),
        Chars::Two(pair) => pair.into_iter().for_each(out),
    }
}

fn push_code(code: u16, out: &mut Vec<u8>) {
    match code.to_be_bytes() {
        [0, byte] => out.push(byte),
        bytes => out.extend_from_slice(&bytes),
    }
}

/// One or two bytes of a table; gives how many.
fn decode_double(table: &Table, input: &[u8], out: &mut impl FnMut(u32)) -> Result<usize, Failure> {
    match table.lead(input[0]) {
        Lead::Char(char) => {
            out(char);
            Ok(1)
        }
        Lead::Illegal => Err(Failure::Illegal(1)),
        Lead::More => {
            let second = *input.get(1).ok_or(Failure::Incomplete)?;
            push(table.decode(input[0], second).map_err(Failure::Illegal)?, out);
            Ok(2)
        }
    }
}

/// The code of the first character or, if the table has it, of the first two; gives how many it is of. The last character of a
/// text that goes on may be the first of two.
pub fn encode_double(table: &Table, text: &[u32], goes_on: bool) -> Result<(usize, u16), Failure> {
    if table.begins_pair(text[0]) {
        match text.get(1) {
            None if goes_on => return Err(Failure::Incomplete),
            None => {}
            Some(&second) => {
                if let Some(code) = table.encode_pair([text[0], second]) {
                    return Ok((2, code));
                }
            }
        }
    }
    table.encode(text[0]).map(|code| (1, code)).ok_or(Failure::Illegal(1))
}

/// The number of a four-byte code of GB 18030.
fn gb18030_number(bytes: [u8; 4]) -> Option<u32> {
    let [a, b, c, d] = bytes;
    let valid = (0x81..=0xFE).contains(&a)
        && (0x30..=0x39).contains(&b)
        && (0x81..=0xFE).contains(&c)
        && (0x30..=0x39).contains(&d);
    let digit = |byte: u8, base: u8| u32::from(byte - base);
    valid.then(|| ((digit(a, 0x81) * 10 + digit(b, 0x30)) * 126 + digit(c, 0x81)) * 10 + digit(d, 0x30))
}

fn gb18030_bytes(number: u32) -> [u8; 4] {
    let digits = [number / 12_600, number / 1_260 % 10, number / 10 % 126, number % 10];
    std::array::from_fn(|index| digits[index] as u8 + [0x81, 0x30, 0x81, 0x30][index])
}

/// The number of the first four-byte code above the Basic Multilingual Plane.
const GB18030_SUPPLEMENTARY: u32 = 189_000;

/// The characters of the Basic Multilingual Plane that have four-byte codes: those without shorter ones, in order.
fn gb18030_bmp() -> &'static [u16] {
    static CHARS: std::sync::OnceLock<Vec<u16>> = std::sync::OnceLock::new();
    CHARS.get_or_init(|| {
        let table = GB18030.table();
        let has_four = |c: &u32| !(0xD800..0xE000).contains(c) && table.encode(*c).is_none();
        (0x80..0x1_0000).filter(has_four).map(|c| c as u16).collect()
    })
}

fn decode_gb18030(input: &[u8], out: &mut impl FnMut(u32)) -> Result<usize, Failure> {
    if !matches!(input, [0x80..=0xFF, b'0'..=b'9', ..]) {
        return decode_double(GB18030.table(), input, out);
    }
    let bytes = input.first_chunk().ok_or(Failure::Incomplete)?;
    let number = gb18030_number(*bytes).ok_or(Failure::Illegal(1))?;
    let char = match number.checked_sub(GB18030_SUPPLEMENTARY) {
        None => gb18030_bmp().get(number as usize).map(|&char| u32::from(char)),
        Some(plane) => Some(plane + 0x1_0000).filter(|&char| char < 0x11_0000),
    };
    out(char.ok_or(Failure::Illegal(1))?);
    Ok(4)
}

fn encode_gb18030(char: u32, out: &mut Vec<u8>) -> Result<usize, Failure> {
    if let Some(code) = GB18030.table().encode(char) {
        push_code(code, out);
        return Ok(1);
    }
    let number = match char.checked_sub(0x1_0000) {
        Some(plane) => GB18030_SUPPLEMENTARY + plane,
        None => match gb18030_bmp().binary_search(&(char as u16)) {
            Ok(number) => number as u32,
            Err(_) => return Err(Failure::Illegal(1)),
        },
    };
    out.extend_from_slice(&gb18030_bytes(number));
    Ok(1)
}

/// The first byte of the state: whether two bytes are a character.
fn decode_hz(input: &[u8], state: &mut State, out: &mut impl FnMut(u32)) -> Result<usize, Failure> {
    let is_double = state[0] != 0;
    if input[0] == b'~' {
        match (input.get(1).ok_or(Failure::Incomplete)?, is_double) {
            (b'{', false) => state[0] = 1,
            (b'}', true) => state[0] = 0,
            (b'~', false) => out(u32::from(b'~')),
            (b'\n', false) => {}
            _ => return Err(Failure::Illegal(1)),
        }
        return Ok(2);
    }
    if input[0] >= 0x80 {
        return Err(Failure::Illegal(1));
    }
    if !is_double {
        out(u32::from(input[0]));
        return Ok(1);
    }
    let second = *input.get(1).ok_or(Failure::Incomplete)?;
    let chars = if second < 0x80 { GB2312.table().decode(input[0], second | 0x80) } else { Err(1) };
    push(chars.map_err(Failure::Illegal)?, out);
    Ok(2)
}

fn encode_hz(char: u32, state: &mut State, out: &mut Vec<u8>) -> Result<usize, Failure> {
    if char < 0x80 {
        reset_hz(state, out);
        out.push(char as u8);
        if char == u32::from(b'~') {
            out.push(b'~');
        }
        return Ok(1);
    }
    let code = GB2312.table().encode(char).ok_or(Failure::Illegal(1))?;
    if state[0] == 0 {
        out.extend_from_slice(b"~{");
        state[0] = 1;
    }
    out.extend_from_slice(&(code & 0x7F7F).to_be_bytes());
    Ok(1)
}

fn reset_hz(state: &mut State, out: &mut Vec<u8>) {
    if std::mem::take(&mut state[0]) != 0 {
        out.extend_from_slice(b"~}");
    }
}

/// The letters of Hangul syllables in KS X 1001: the second bytes of their codes, whose first is 0xA4.
const FILLER: u8 = 0xD4;
const INITIALS: &[u8; 19] = b"\xa1\xa2\xa4\xa7\xa8\xa9\xb1\xb2\xb3\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe";
const FIRST_MEDIAL: u8 = 0xBF;
const FINALS: &[u8; 28] =
    b"\xd4\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa9\xaa\xab\xac\xad\xae\xaf\xb0\xb1\xb2\xb4\xb5\xb6\xb7\xb8\xba\xbb\xbc\xbd\xbe";
const HANGUL: u32 = 0xAC00;

fn decode_euc_kr(input: &[u8], out: &mut impl FnMut(u32)) -> Result<usize, Failure> {
    if !matches!(input, [0xA4, FILLER, ..]) {
        return decode_double(EUC_KR.table(), input, out);
    }
    let [_, _, 0xA4, initial, 0xA4, medial, 0xA4, last] = input.first_chunk().ok_or(Failure::Incomplete)?
    else {
        return Err(Failure::Illegal(1));
    };
    let place = |letters: &[u8], letter: &u8| letters.iter().position(|known| known == letter);
    let medial = medial.checked_sub(FIRST_MEDIAL).filter(|medial| *medial < 21);
    let (Some(initial), Some(medial), Some(last)) = (place(INITIALS, initial), medial, place(FINALS, last))
    else {
        return Err(Failure::Illegal(1));
    };
    out(HANGUL + (initial as u32 * 21 + u32::from(medial)) * 28 + last as u32);
    Ok(8)
}

fn encode_euc_kr(char: u32, out: &mut Vec<u8>) -> Result<usize, Failure> {
    if let Some(code) = EUC_KR.table().encode(char) {
        push_code(code, out);
        return Ok(1);
    }
    let Some(syllable) = char.checked_sub(HANGUL).filter(|syllable| *syllable < 11_172) else {
        return Err(Failure::Illegal(1));
    };
    let (initial, medial, last) = (syllable / 588, syllable / 28 % 21, syllable % 28);
    let letters = [FILLER, INITIALS[initial as usize], FIRST_MEDIAL + medial as u8, FINALS[last as usize]];
    letters.iter().for_each(|&letter| out.extend_from_slice(&[0xA4, letter]));
    Ok(1)
}

impl Codec {
    /// The state at the beginning of a text to decode.
    pub fn decoder_state(&self) -> State {
        match self.kind {
            Kind::Iso2022(_) => iso2022::DECODER_STATE,
            _ => State::default(),
        }
    }

    /// The state at the beginning of a text to encode.
    pub fn encoder_state(&self) -> State {
        match self.kind {
            Kind::Iso2022(_) => iso2022::ENCODER_STATE,
            _ => State::default(),
        }
    }

    /// Decodes what `input`, which is not empty, begins with: a character, two, or none in the case of an escape sequence. Gives
    /// how many bytes it is.
    pub fn decode(
        &self,
        input: &[u8],
        state: &mut State,
        out: &mut impl FnMut(u32),
    ) -> Result<usize, Failure> {
        match self.kind {
            Kind::Double(set) => decode_double(set.table(), input, out),
            Kind::Triple(set, other) => {
                if input[0] != 0x8F {
                    return decode_double(set.table(), input, out);
                }
                let &[_, first, second] = input.first_chunk().ok_or(Failure::Incomplete)?;
                let chars = if first >= 0x80 { other.table().decode(first, second) } else { Err(1) };
                push(chars.map_err(Failure::Illegal)?, out);
                Ok(3)
            }
            Kind::EucKr => decode_euc_kr(input, out),
            Kind::Gb18030 => decode_gb18030(input, out),
            Kind::Hz => decode_hz(input, state, out),
            Kind::Iso2022(variant) => variant.decode(input, state, out),
        }
    }

    /// Encodes the first character, or the first two, of a text that is not empty. Gives how many it took.
    pub fn encode(
        &self,
        text: &[u32],
        goes_on: bool,
        state: &mut State,
        out: &mut Vec<u8>,
    ) -> Result<usize, Failure> {
        match self.kind {
            Kind::Double(set) => {
                let (count, code) = encode_double(set.table(), text, goes_on)?;
                push_code(code, out);
                Ok(count)
            }
            Kind::Triple(set, other) => {
                match encode_double(set.table(), text, goes_on) {
                    Ok((count, code)) => {
                        push_code(code, out);
                        return Ok(count);
                    }
                    Err(Failure::Incomplete) => return Err(Failure::Incomplete),
                    Err(Failure::Illegal(_)) => {}
                }
                let code = other.table().encode(text[0]).ok_or(Failure::Illegal(1))?;
                out.push(0x8F);
                push_code(code, out);
                Ok(1)
            }
            Kind::EucKr => encode_euc_kr(text[0], out),
            Kind::Gb18030 => encode_gb18030(text[0], out),
            Kind::Hz => encode_hz(text[0], state, out),
            Kind::Iso2022(variant) => variant.encode(text, goes_on, state, out),
        }
    }

    /// Ends a text: what leads back to the beginning's state.
    pub fn reset(&self, state: &mut State, out: &mut Vec<u8>) {
        match self.kind {
            Kind::Hz => reset_hz(state, out),
            Kind::Iso2022(_) => iso2022::reset(state, out),
            _ => {}
        }
    }
}
