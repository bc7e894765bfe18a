//! `unicodedata`: the Unicode character database, and its version 3.2.0 for IDNA.

use minipy_macros::{pyclass, pymethods, pymodule};
use minipy_unicode::record::{self, Record, Version};
use minipy_unicode::{Form, name};
use minipy_vm::macros_support::{ArgPos, FromArg};
use minipy_vm::types::str::{PyStr, StrRef};
use minipy_vm::{PyModule, PyResult, Ref, Value, exceptions};

/// An argument that is one character.
#[derive(Clone, Copy)]
struct Char(u32);

impl FromArg<'_> for Char {
    fn from_arg(value: &Value, at: ArgPos<'_>) -> PyResult<Self> {
        let func = at.func();
        let position = if at.spec.params.len() == 1 {
            "argument".to_owned()
        } else {
            format!("argument {}", at.index())
        };
        match value.downcast::<PyStr>() {
            Some(text) if text.len() == 1 => Ok(Char(text.char_at(0))),
            Some(text) => Err(exceptions::type_error(format!(
                "{func}(): {position} must be a unicode character, not a string of length {}",
                text.len()
            ))),
            None => Err(exceptions::type_error(format!(
                "{func}() {position} must be a unicode character, not {}",
                value.type_name_or_none()
            ))),
        }
    }
}

/// The value found, else the default, else ValueError.
fn found_or(found: Option<Value>, default: Option<Value>, message: &str) -> PyResult<Value> {
    found.or(default).ok_or_else(|| exceptions::value_error(message))
}

fn form(name: &PyStr) -> PyResult<Form> {
    Form::from_name(&name.to_string_lossy())
        .ok_or_else(|| exceptions::value_error("invalid normalization form"))
}

fn decimal(c: u32, default: Option<Value>, version: Version) -> PyResult<Value> {
    let found = record::decimal(c, version).map(|n| Value::small_int(i64::from(n)));
    found_or(found, default, "not a decimal")
}

fn digit(c: u32, default: Option<Value>, version: Version) -> PyResult<Value> {
    let unassigned = version == Version::V3_2 && Record::of(c, version).is_unassigned();
    let found = if unassigned { None } else { minipy_unicode::digit(c) };
    found_or(found.map(|n| Value::small_int(i64::from(n))), default, "not a digit")
}

fn numeric(c: u32, default: Option<Value>, version: Version) -> PyResult<Value> {
    let found = record::numeric(c, version).map(minipy_vm::types::float::from_f64);
    found_or(found, default, "not a numeric character")
}

fn name_of(c: u32, default: Option<Value>, version: Version) -> PyResult<Value> {
    let unassigned = version == Version::V3_2 && Record::of(c, version).is_unassigned();
    let found = if unassigned { None } else { name::name(c) };
    found_or(found.map(Value::from), default, "no such name")
}

fn lookup(wanted: &Value, version: Version) -> PyResult<Value> {
    let wanted = match wanted.downcast::<PyStr>() {
        Some(text) => text.to_string_lossy(),
        None => {
            let bytes = minipy_vm::types::bytes::BytesLike::of(wanted)?;
            String::from_utf8_lossy(&bytes).into_owned()
        }
    };
    if wanted.len() > 256 {
        return Err(exceptions::key_error(&Value::from("name too long")));
    }
    let found = match version {
        Version::Current => name::lookup_sequence(&wanted).map(Value::from),
        Version::V3_2 => name::lookup_3_2(&wanted).map(|c| PyStr::from_char(c).into_value()),
    };
    found.ok_or_else(|| exceptions::key_error(&Value::from(format!("undefined character name '{wanted}'"))))
}

fn normalize(wanted: &PyStr, text: &StrRef, version: Version) -> PyResult<StrRef> {
    let form = form(wanted)?;
    if text.as_ascii().is_some() {
        return Ok(PyStr::exact(text));
    }
    Ok(match minipy_unicode::normalize(form, text.chars(), version) {
        Some(points) => PyStr::from_code_points(&points),
        None => PyStr::exact(text),
    })
}

fn is_normalized(wanted: &PyStr, text: &StrRef, version: Version) -> PyResult<bool> {
    Ok(minipy_unicode::is_normalized(form(wanted)?, text.chars(), version))
}

/// A version of the database other than the current one.
#[pyclass(name = "UCD", module = "unicodedata", no_new)]
pub struct PyUcd {
    version: Version,
}

#[pymethods]
impl PyUcd {
    #[pygetset(member)]
    fn unidata_version(&self) -> &'static str {
        "3.2.0"
    }

    /// Converts a Unicode character into its equivalent decimal value.
    #[pymethod("($self, chr, default=<unrepresentable>, /)")]
    fn decimal(&self, chr: Char, default: Option<Value>) -> PyResult<Value> {
        decimal(chr.0, default, self.version)
    }

    /// Converts a Unicode character into its equivalent digit value.
    #[pymethod("($self, chr, default=<unrepresentable>, /)")]
    fn digit(&self, chr: Char, default: Option<Value>) -> PyResult<Value> {
        digit(chr.0, default, self.version)
    }

    /// Converts a Unicode character into its equivalent numeric value.
    #[pymethod("($self, chr, default=<unrepresentable>, /)")]
    fn numeric(&self, chr: Char, default: Option<Value>) -> PyResult<Value> {
        numeric(chr.0, default, self.version)
    }

    /// Returns the general category assigned to the character chr as string.
    #[pymethod("($self, chr, /)")]
    fn category(&self, chr: Char) -> &'static str {
        Record::of(chr.0, self.version).category()
    }

    /// Returns the bidirectional class assigned to the character chr as string.
    #[pymethod("($self, chr, /)")]
    fn bidirectional(&self, chr: Char) -> &'static str {
        Record::of(chr.0, self.version).bidirectional()
    }

    /// Returns the canonical combining class assigned to the character chr as integer.
    #[pymethod("($self, chr, /)")]
    fn combining(&self, chr: Char) -> i64 {
        i64::from(Record::of(chr.0, self.version).combining())
    }

    /// Returns the mirrored property assigned to the character chr as integer.
    #[pymethod("($self, chr, /)")]
    fn mirrored(&self, chr: Char) -> i64 {
        i64::from(Record::of(chr.0, self.version).is_mirrored())
    }

    /// Returns the east asian width assigned to the character chr as string.
    #[pymethod("($self, chr, /)")]
    fn east_asian_width(&self, chr: Char) -> &'static str {
        Record::of(chr.0, self.version).east_asian_width()
    }

    /// Returns the character decomposition mapping assigned to the character chr as string.
    #[pymethod("($self, chr, /)")]
    fn decomposition(&self, chr: Char) -> String {
        record::decomposition(chr.0, self.version)
    }

    /// Returns the name assigned to the character chr as a string.
    #[pymethod("($self, chr, default=<unrepresentable>, /)")]
    fn name(&self, chr: Char, default: Option<Value>) -> PyResult<Value> {
        name_of(chr.0, default, self.version)
    }

    /// Look up character by name.
    #[pymethod("($self, name, /)")]
    fn lookup(&self, name: &Value) -> PyResult<Value> {
        lookup(name, self.version)
    }

    /// Return the normal form 'form' for the Unicode string unistr.
    #[pymethod("($self, form, unistr, /)")]
    fn normalize(&self, form: &StrRef, unistr: &StrRef) -> PyResult<StrRef> {
        normalize(form, unistr, self.version)
    }

    /// Return whether the Unicode string unistr is in the normal form 'form'.
    #[pymethod("($self, form, unistr, /)")]
    fn is_normalized(&self, form: &StrRef, unistr: &StrRef) -> PyResult<bool> {
        is_normalized(form, unistr, self.version)
    }
}

/// This module provides access to the Unicode Character Database which
/// defines character properties for all Unicode characters. The data in
/// this database is based on the UnicodeData.txt file version
/// 16.0.0 which is publicly available from ftp://ftp.unicode.org/.
///
/// The module uses the same names and symbols as defined by the
/// UnicodeData File Format 16.0.0.
#[pymodule(name = "unicodedata", classes(PyUcd))]
pub mod module {
    use super::*;

    const CURRENT: Version = Version::Current;

    #[pyattr]
    const unidata_version: &str = minipy_unicode::UNIDATA_VERSION;

    /// Converts a Unicode character into its equivalent decimal value.
    ///
    /// Returns the decimal value assigned to the character chr as integer.
    /// If no such value is defined, default is returned, or, if not given,
    /// ValueError is raised.
    #[pyfunction("($self, chr, default=<unrepresentable>, /)")]
    fn decimal(chr: Char, default: Option<Value>) -> PyResult<Value> {
        super::decimal(chr.0, default, CURRENT)
    }

    /// Converts a Unicode character into its equivalent digit value.
    ///
    /// Returns the digit value assigned to the character chr as integer.
    /// If no such value is defined, default is returned, or, if not given,
    /// ValueError is raised.
    #[pyfunction("($self, chr, default=<unrepresentable>, /)")]
    fn digit(chr: Char, default: Option<Value>) -> PyResult<Value> {
        super::digit(chr.0, default, CURRENT)
    }

    /// Converts a Unicode character into its equivalent numeric value.
    ///
    /// Returns the numeric value assigned to the character chr as float.
    /// If no such value is defined, default is returned, or, if not given,
    /// ValueError is raised.
    #[pyfunction("($self, chr, default=<unrepresentable>, /)")]
    fn numeric(chr: Char, default: Option<Value>) -> PyResult<Value> {
        super::numeric(chr.0, default, CURRENT)
    }

    /// Returns the general category assigned to the character chr as string.
    #[pyfunction("($self, chr, /)")]
    fn category(chr: Char) -> &'static str {
        Record::of(chr.0, CURRENT).category()
    }

    /// Returns the bidirectional class assigned to the character chr as string.
    ///
    /// If no such value is defined, an empty string is returned.
    #[pyfunction("($self, chr, /)")]
    fn bidirectional(chr: Char) -> &'static str {
        Record::of(chr.0, CURRENT).bidirectional()
    }

    /// Returns the canonical combining class assigned to the character chr as integer.
    ///
    /// Returns 0 if no combining class is defined.
    #[pyfunction("($self, chr, /)")]
    fn combining(chr: Char) -> i64 {
        i64::from(Record::of(chr.0, CURRENT).combining())
    }

    /// Returns the mirrored property assigned to the character chr as integer.
    ///
    /// Returns 1 if the character has been identified as a "mirrored"
    /// character in bidirectional text, 0 otherwise.
    #[pyfunction("($self, chr, /)")]
    fn mirrored(chr: Char) -> i64 {
        i64::from(Record::of(chr.0, CURRENT).is_mirrored())
    }

    /// Returns the east asian width assigned to the character chr as string.
    #[pyfunction("($self, chr, /)")]
    fn east_asian_width(chr: Char) -> &'static str {
        Record::of(chr.0, CURRENT).east_asian_width()
    }

    /// Returns the character decomposition mapping assigned to the character chr as string.
    ///
    /// An empty string is returned in case no such mapping is defined.
    #[pyfunction("($self, chr, /)")]
    fn decomposition(chr: Char) -> String {
        record::decomposition(chr.0, CURRENT)
    }

    /// Returns the name assigned to the character chr as a string.
    ///
    /// If no name is defined, default is returned, or, if not given,
    /// ValueError is raised.
    #[pyfunction("($self, chr, default=<unrepresentable>, /)")]
    fn name(chr: Char, default: Option<Value>) -> PyResult<Value> {
        name_of(chr.0, default, CURRENT)
    }

    /// Look up character by name.
    ///
    /// If a character with the given name is found, return the
    /// corresponding character.  If not found, KeyError is raised.
    #[pyfunction("($self, name, /)")]
    fn lookup(name: &Value) -> PyResult<Value> {
        super::lookup(name, CURRENT)
    }

    /// Return the normal form 'form' for the Unicode string unistr.
    ///
    /// Valid values for form are 'NFC', 'NFKC', 'NFD', and 'NFKD'.
    #[pyfunction("($self, form, unistr, /)")]
    fn normalize(form: &StrRef, unistr: &StrRef) -> PyResult<StrRef> {
        super::normalize(form, unistr, CURRENT)
    }

    /// Return whether the Unicode string unistr is in the normal form 'form'.
    ///
    /// Valid values for form are 'NFC', 'NFKC', 'NFD', and 'NFKD'.
    #[pyfunction("($self, form, unistr, /)")]
    fn is_normalized(form: &StrRef, unistr: &StrRef) -> PyResult<bool> {
        super::is_normalized(form, unistr, CURRENT)
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        module.namespace().insert("ucd_3_2_0", Ref::new(PyUcd { version: Version::V3_2 }));
        Ok(())
    }
}

pub use module::MODULE;
