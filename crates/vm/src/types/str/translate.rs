//! `str.translate` and `str.maketrans`.

use super::{Kind, PyStr, StrBuilder, StrRef};
use crate::types::dict::{DictRef, PyDict};
use crate::types::int;
use crate::value::Value;
use crate::{PyResult, exceptions, protocol};
use minipy_macros::pymethods;

/// What a table makes of a character.
enum Mapping {
    Keep,
    Delete,
    Char(u32),
    Text(StrRef),
}

fn look_up(table: &Value, c: u32) -> PyResult<Mapping> {
    let found = match protocol::getitem(table, &Value::from(c)) {
        Err(error) if error.is_instance(exceptions::lookup_error_class()) => return Ok(Mapping::Keep),
        found => found?,
    };
    if found.is_none() {
        return Ok(Mapping::Delete);
    }
    if protocol::is_int(&found) {
        return match int::to_i64(&found).and_then(|n| u32::try_from(n).ok()).filter(|&c| c < 0x11_0000) {
            Some(c) => Ok(Mapping::Char(c)),
            None => Err(exceptions::value_error("character mapping must be in range(0x110000)")),
        };
    }
    match found.downcast_into::<PyStr>() {
        Ok(text) => Ok(Mapping::Text(text)),
        Err(_) => Err(exceptions::type_error("character mapping must return integer, None or str")),
    }
}

/// In the memory of ASCII lookups: not looked up yet, and deleted. Other entries are ASCII characters.
const UNKNOWN: u8 = 0xff;
const DELETED: u8 = 0xfe;

/// Translates ASCII text as long as the results are single ASCII characters too, looking each one up once. Gives what was
/// translated, and how many characters that took.
fn translate_ascii(text: &[u8], table: &Value) -> PyResult<(Vec<u8>, usize)> {
    let mut memory = [UNKNOWN; 128];
    let mut out = Vec::with_capacity(text.len());
    for (at, &c) in text.iter().enumerate() {
        let entry = &mut memory[usize::from(c & 0x7f)];
        if *entry == UNKNOWN {
            *entry = match look_up(table, u32::from(c))? {
                Mapping::Keep => c,
                Mapping::Delete => DELETED,
                Mapping::Char(to @ 0..128) => to as u8,
                Mapping::Text(text) if text.len() == 1 && text.kind() == Kind::Ascii => text.bytes()[0],
                _ => return Ok((out, at)),
            };
        }
        if *entry != DELETED {
            out.push(*entry);
        }
    }
    Ok((out, text.len()))
}

fn make_from_dict(dict: &PyDict) -> PyResult<DictRef> {
    let table = PyDict::new_ref();
    for (key, value) in dict.entries() {
        if let Some(text) = key.downcast::<PyStr>() {
            if text.len() != 1 {
                return Err(exceptions::value_error("string keys in translatetable must be of length 1"));
            }
            table.set(Value::from(text.char_at(0)), value)?;
        } else if protocol::is_int(&key) {
            table.set(key, value)?;
        } else {
            return Err(exceptions::type_error("keys in translate table mustbe strings or integers"));
        }
    }
    Ok(table)
}

#[pymethods(part = translate)]
impl PyStr {
    /// Replace each character in the string using the given translation table.
    ///
    ///   table
    ///     Translation table, which must be a mapping of Unicode ordinals
    ///     to Unicode ordinals, strings, or None.
    ///
    /// The table must implement lookup/indexing via __getitem__, for
    /// instance a dictionary or list.  If this operation raises
    /// LookupError, the character is left untouched.  Characters mapped to
    /// None are deleted.
    #[pymethod("($self, table, /)")]
    fn translate(zelf: &StrRef, table: &Value) -> PyResult<StrRef> {
        let mut out = StrBuilder::new();
        let mut start = 0;
        if let Some(text) = zelf.as_ascii() {
            let (done, used) = translate_ascii(text.as_bytes(), table)?;
            if used == text.len() {
                return Ok(PyStr::from_ascii(&done));
            }
            out.push_latin1(&done);
            start = used;
        }
        for i in start..zelf.len() {
            let c = zelf.char_at(i);
            match look_up(table, c)? {
                Mapping::Keep => out.push(c),
                Mapping::Delete => {}
                Mapping::Char(c) => out.push(c),
                Mapping::Text(text) => out.push_pystr(&text),
            }
        }
        Ok(out.finish())
    }

    /// Return a translation table usable for str.translate().
    ///
    /// If there is only one argument, it must be a dictionary mapping Unicode
    /// ordinals (integers) or characters to Unicode ordinals, strings or None.
    /// Character keys will be then converted to ordinals.
    /// If there are two arguments, they must be strings of equal length, and
    /// in the resulting dictionary, each character in x will be mapped to the
    /// character at the same position in y. If there is a third argument, it
    /// must be a string, whose characters will be mapped to None in the result.
    #[pystaticmethod("(x, y=<unrepresentable>, z=<unrepresentable>, /)")]
    fn maketrans(x: &Value, y: Option<&StrRef>, z: Option<&StrRef>) -> PyResult<DictRef> {
        let Some(y) = y else {
            return match x.downcast_exact::<PyDict>() {
                Some(dict) => make_from_dict(dict),
                None => Err(exceptions::type_error(
                    "if you give only one argument to maketrans it must be a dict",
                )),
            };
        };
        let Some(x) = x.downcast::<PyStr>() else {
            return Err(exceptions::type_error(
                "first maketrans argument must be a string if there is a second argument",
            ));
        };
        if x.len() != y.len() {
            return Err(exceptions::value_error("the first two maketrans arguments must have equal length"));
        }
        let table = PyDict::new_ref();
        for (from, to) in x.chars().zip(y.chars()) {
            table.set(Value::from(from), Value::from(to))?;
        }
        for c in z.iter().flat_map(|z| z.chars()) {
            table.set(Value::from(c), Value::NONE)?;
        }
        Ok(table)
    }
}
