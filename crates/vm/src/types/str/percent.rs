//! The `%` operator of str, and what it shares with that of bytes.

use super::{Kind, PyStr, StrBuilder, StrRef};
use crate::types::int;
use crate::types::tuple::PyTuple;
use crate::value::Value;
use crate::{PyErr, PyResult, exceptions, protocol};
use minipy_text::format::{Amount, Conversion, PercentError, PercentPiece, PercentTemplate};

/// The values on the right of `%`.
pub(crate) struct Operands<'a> {
    operand: &'a Value,
    /// Whether keys can be looked up in the operand.
    mapping: bool,
    /// The value that a key gave last: the only one to convert then.
    keyed: Option<Value>,
    /// How many values of the tuple, or of the single value, are used up.
    used: usize,
}

impl<'a> Operands<'a> {
    pub fn new(operand: &'a Value, is_text: impl Fn(&Value) -> bool) -> Operands<'a> {
        let tuple = operand.downcast::<PyTuple>().is_some();
        let mapping = !tuple && !is_text(operand) && operand.class().slots().subscript.is_some();
        Operands { operand, mapping, keyed: None, used: 0 }
    }

    /// The next value to convert.
    pub fn next(&mut self) -> PyResult<Value> {
        let at = self.used;
        self.used += 1;
        let found = if let Some(keyed) = &self.keyed {
            (at == 0).then(|| keyed.clone())
        } else if let Some(tuple) = self.operand.downcast::<PyTuple>() {
            tuple.get(at).cloned()
        } else {
            (at == 0).then(|| self.operand.clone())
        };
        found.ok_or_else(|| exceptions::type_error("not enough arguments for format string"))
    }

    /// Checks that keys can be looked up.
    pub fn check_mapping(&self) -> PyResult<()> {
        if self.mapping { Ok(()) } else { Err(exceptions::type_error("format requires a mapping")) }
    }

    /// Looks up the key of a conversion such as `%(name)s`.
    pub fn look_up(&mut self, key: Value) -> PyResult<()> {
        self.check_mapping()?;
        self.keyed = Some(protocol::getitem(self.operand, &key)?);
        self.used = 0;
        Ok(())
    }

    /// Checks that nothing is left over.
    pub fn finish(self, what: &str) -> PyResult<()> {
        if self.mapping {
            return Ok(());
        }
        let count = match (&self.keyed, self.operand.downcast::<PyTuple>()) {
            (None, Some(tuple)) => tuple.len(),
            _ => 1,
        };
        if self.used < count {
            return Err(exceptions::type_error(format!(
                "not all arguments converted during {what} formatting"
            )));
        }
        Ok(())
    }

    /// Takes the values that `*` stands for, then checks the conversion's code.
    pub fn resolve(&mut self, conversion: &mut Conversion<'_>) -> PyResult<u32> {
        if conversion.width == Amount::Argument {
            let width = star(&self.next()?, |value| {
                int::to_i64(value)
                    .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C ssize_t"))
            })?;
            conversion.set_width(width as isize);
        }
        if conversion.precision == Amount::Argument {
            let precision = star(&self.next()?, |value| {
                int::to_i64(value)
                    .and_then(|n| i32::try_from(n).ok())
                    .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C int"))
            })?;
            conversion.set_precision(precision);
        }
        if let Amount::Is(width) = conversion.width
            && width > isize::MAX as usize
        {
            return Err(exceptions::value_error("width too big"));
        }
        conversion.code.map_err(percent_error)
    }
}

fn star<T>(value: &Value, read: impl Fn(&Value) -> PyResult<T>) -> PyResult<T> {
    if protocol::is_int(value) { read(value) } else { Err(exceptions::type_error("* wants int")) }
}

pub(crate) fn percent_error(error: PercentError) -> PyErr {
    exceptions::value_error(error.to_string())
}

/// The int that an integer conversion shows.
fn int_operand(value: &Value, code: char) -> PyResult<Value> {
    if protocol::is_int(value) {
        return Ok(value.clone());
    }
    let slots = value.class().slots();
    let hex = matches!(code, 'x' | 'X' | 'o');
    let number = slots.index.is_some() || slots.int.is_some() || slots.float.is_some();
    let converted = match (number, hex) {
        (false, _) => None,
        (true, true) => Some(protocol::as_index(value)),
        (true, false) => Some(protocol::to_int(value)),
    };
    match converted {
        Some(Err(error)) if !error.is_instance(exceptions::type_error_class()) => Err(error),
        Some(Ok(int)) => Ok(int),
        _ => {
            let wanted = if hex { "an integer" } else { "a real number" };
            Err(exceptions::type_error(format!(
                "%{code} format: {wanted} is required, not {}",
                value.type_name()
            )))
        }
    }
}

/// The text of a number for `%d`, `%x`, `%f` and the like; `None` if `code` is none of those.
pub(crate) fn number(conversion: &Conversion<'_>, code: u32, value: &Value) -> PyResult<Option<String>> {
    let Some(code) = char::from_u32(code) else { return Ok(None) };
    match code {
        'd' | 'i' | 'u' | 'o' | 'x' | 'X' => {
            let int = int_operand(value, code)?;
            if matches!(code, 'd' | 'i' | 'u') && int.as_small_int().is_none() {
                // Raises the error for too many digits.
                protocol::repr(&int::from_ibig(int::to_ibig(&int).unwrap_or_default()))?;
            }
            let n = int::to_ibig(&int).unwrap_or_default();
            conversion.int(&n, code, 0).map(Some).map_err(crate::types::format_error)
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let x = protocol::to_f64(value)?;
            conversion.float(x, code).map(Some).map_err(crate::types::format_error)
        }
        _ => Ok(None),
    }
}

/// The code point of `%c`.
fn character(value: &Value) -> PyResult<u32> {
    let wrong = |what: String| {
        exceptions::type_error(format!("%c requires an int or a unicode character, not {what}"))
    };
    if let Some(text) = value.downcast::<PyStr>() {
        return match text.len() {
            1 => Ok(text.char_at(0)),
            len => Err(wrong(format!("a string of length {len}"))),
        };
    }
    if !protocol::is_int(value) && value.class().slots().index.is_none() {
        return Err(wrong(value.class().qualified_name()));
    }
    let int = protocol::as_index(value)?;
    int::to_i64(&int)
        .and_then(|n| u32::try_from(n).ok())
        .filter(|&c| c < 0x11_0000)
        .ok_or_else(|| exceptions::overflow_error("%c arg not in range(0x110000)"))
}

fn push_wtf8(out: &mut StrBuilder, text: &[u8]) {
    if text.is_ascii() {
        out.push_latin1(text);
    } else if let Some(text) = rustpython_wtf8::Wtf8::from_bytes(text) {
        text.code_points().for_each(|c| out.push(c.to_u32()));
    }
}

fn wtf8_str(text: &[u8]) -> StrRef {
    let mut out = StrBuilder::new();
    push_wtf8(&mut out, text);
    out.finish()
}

/// Appends `text`, cut and padded.
fn push_padded(out: &mut StrBuilder, conversion: &Conversion<'_>, text: &StrRef) -> PyResult<()> {
    let take = conversion.precision().map_or(text.len(), |precision| precision.min(text.len()));
    let (before, after) = conversion.padding(take);
    if before != 0 || after != 0 {
        PyStr::check_size(Kind::Ucs4, before.saturating_add(after).saturating_add(out.len()))?;
    }
    (0..before).for_each(|_| out.push(32));
    if take == text.len() {
        out.push_whole(text);
    } else {
        out.push_pystr(&text.substring(0, take));
    }
    (0..after).for_each(|_| out.push(32));
    Ok(())
}

/// `template % operand`.
pub fn format(template: &StrRef, operand: &Value) -> PyResult<StrRef> {
    if template.eq_str("%s")
        && let Some(text) = operand.downcast_exact::<PyStr>()
    {
        return Ok(text.clone());
    }
    let wide;
    let text = match template.as_ascii() {
        Some(text) => text.as_bytes(),
        None => {
            wide = template.to_wtf8();
            wide.as_bytes()
        }
    };
    let mut out = StrBuilder::with_capacity(template.len() + 32);
    let mut operands = Operands::new(operand, |value| value.downcast::<PyStr>().is_some());
    for piece in PercentTemplate::of_wtf8(text) {
        let mut conversion = match piece {
            PercentPiece::Literal(text) => {
                push_wtf8(&mut out, text);
                continue;
            }
            PercentPiece::Conversion(conversion) => conversion,
        };
        if let Some(key) = conversion.key {
            operands.check_mapping()?;
            if let Err(error @ PercentError::IncompleteKey) = conversion.code {
                return Err(percent_error(error));
            }
            operands.look_up(wtf8_str(key).into_value())?;
        }
        let code = operands.resolve(&mut conversion)?;
        if code == u32::from('%') && conversion.is_bare() {
            out.push(37);
            continue;
        }
        let value = operands.next()?;
        match char::from_u32(code) {
            Some('s') => push_padded(&mut out, &conversion, &protocol::str(&value)?)?,
            Some('r') => push_padded(&mut out, &conversion, &protocol::repr(&value)?)?,
            Some('a') => push_padded(&mut out, &conversion, &protocol::ascii(&value)?)?,
            Some('c') => {
                let c = PyStr::from_char(character(&value)?);
                conversion.precision = Amount::Default;
                push_padded(&mut out, &conversion, &c)?;
            }
            _ => match number(&conversion, code, &value)? {
                Some(text) => out.push_str(&text),
                None => return Err(percent_error(conversion.unsupported(code))),
            },
        }
    }
    operands.finish("string")?;
    Ok(if text.contains(&b'%') { out.finish() } else { PyStr::exact(template) })
}
