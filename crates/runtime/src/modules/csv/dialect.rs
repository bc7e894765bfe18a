//! `Dialect`: how a CSV file is written.

use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::int::PyInt;
use minipy_vm::types::str::{PyStr, StrRef};
use minipy_vm::{Args, Payload, PyErr, PyResult, Ref, TypeRef, Value, exceptions, protocol};

/// Which fields a writer quotes and a reader converts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    Minimal,
    All,
    NonNumeric,
    None,
    Strings,
    NotNull,
}

impl Quoting {
    fn from_index(index: i64) -> Option<Quoting> {
        use Quoting::*;
        [Minimal, All, NonNumeric, None, Strings, NotNull].get(usize::try_from(index).ok()?).copied()
    }
}

/// CSV dialect
///
/// The Dialect type records CSV parsing and generation options.
///
#[pyclass(name = "Dialect", module = "_csv", basetype)]
pub struct Dialect {
    pub delimiter: u32,
    pub doublequote: bool,
    pub escapechar: Option<u32>,
    pub lineterminator: StrRef,
    pub quotechar: Option<u32>,
    pub quoting: Quoting,
    pub skipinitialspace: bool,
    pub strict: bool,
}

/// The parameters of `Dialect`, `dialect` first.
const PARAMETERS: [&str; 9] = [
    "dialect",
    "delimiter",
    "doublequote",
    "escapechar",
    "lineterminator",
    "quotechar",
    "quoting",
    "skipinitialspace",
    "strict",
];

fn arguments(args: &Args<'_>) -> PyResult<[Option<Value>; 9]> {
    let mut given = [const { None }; 9];
    let positional = args.positional();
    let total = args.args.len();
    if total > PARAMETERS.len() {
        return Err(exceptions::type_error(format!(
            "this function takes at most {} arguments ({total} given)",
            PARAMETERS.len()
        )));
    }
    for (place, value) in given.iter_mut().zip(positional) {
        *place = Some(value.clone());
    }
    for (name, value) in args.keywords() {
        let Some(index) = PARAMETERS.iter().position(|known| name.eq_str(known)) else {
            return Err(exceptions::unexpected_keyword(
                "this function",
                &name.to_string_lossy(),
                &PARAMETERS,
            ));
        };
        if given[index].replace(value.clone()).is_some() {
            return Err(exceptions::type_error(format!(
                "argument for function given by name ('{}') and position ({})",
                PARAMETERS[index],
                index + 1
            )));
        }
    }
    Ok(given)
}

/// A dialect from the arguments of `Dialect`; a dialect given alone is taken as it is.
pub fn make(args: &Args<'_>) -> PyResult<Ref<Dialect>> {
    make_in(Dialect::class(), args)
}

fn make_in(class: &TypeRef, args: &Args<'_>) -> PyResult<Ref<Dialect>> {
    let mut given = arguments(args)?;
    let base = match given[0].take() {
        Some(name) if name.downcast::<PyStr>().is_some() => Some(super::get_dialect(&name)?),
        Some(none) if none.is_none() => None,
        base => base,
    };
    if let Some(base) = base {
        if let Some(dialect) = base.downcast::<Dialect>()
            && given.iter().all(Option::is_none)
        {
            return Ok(dialect.clone());
        }
        for (place, name) in given.iter_mut().zip(PARAMETERS).skip(1) {
            if place.is_none() {
                *place = match protocol::getattr_str(&base, name) {
                    Ok(value) => Some(value),
                    Err(error) if error.is_instance(exceptions::attribute_error_class()) => None,
                    Err(error) => return Err(error),
                };
            }
        }
    }
    let [_, delimiter, doublequote, escapechar, lineterminator, quotechar, quoting, skipinitialspace, strict] =
        given;
    let quote_absent = quotechar.as_ref().is_some_and(Value::is_none);
    let flag = |value: Option<Value>, default| value.map_or(Ok(default), |value| protocol::truth(&value));
    let delimiter = match delimiter {
        Some(value) if value.is_none() => return Err(not_a_character("delimiter", "", value.type_name())),
        value => character("delimiter", "", value, Some(u32::from(',')))?.unwrap_or_default(),
    };
    let doublequote = flag(doublequote, true)?;
    let escapechar = character("escapechar", " or None", escapechar, None)?;
    let lineterminator = match lineterminator {
        None => PyStr::from_ascii(b"\r\n"),
        Some(value) => value.downcast_into::<PyStr>().map_err(|value| {
            let got = value.type_name();
            exceptions::type_error(format!("\"lineterminator\" must be a string, not {got}"))
        })?,
    };
    let quotechar = character("quotechar", " or None", quotechar, Some(u32::from('"')))?;
    let quoting = match quoting {
        None if quote_absent => Quoting::None,
        None => Quoting::Minimal,
        Some(value) => quoting_of(&value)?,
    };
    let skipinitialspace = flag(skipinitialspace, false)?;
    let strict = flag(strict, false)?;
    let dialect = Dialect {
        delimiter,
        doublequote,
        escapechar,
        lineterminator,
        quotechar,
        quoting,
        skipinitialspace,
        strict,
    };
    dialect.check()?;
    Ok(Ref::new_in(class, dialect))
}

fn not_a_character(name: &str, or_none: &str, got: String) -> PyErr {
    exceptions::type_error(format!("\"{name}\" must be a unicode character{or_none}, not {got}"))
}

fn character(name: &str, or_none: &str, value: Option<Value>, default: Option<u32>) -> PyResult<Option<u32>> {
    let Some(value) = value else { return Ok(default) };
    if value.is_none() {
        return Ok(None);
    }
    match value.downcast::<PyStr>() {
        None => Err(not_a_character(name, or_none, value.type_name())),
        Some(text) if text.len() == 1 => Ok(Some(text.char_at(0))),
        Some(text) => Err(not_a_character(name, or_none, format!("a string of length {}", text.len()))),
    }
}

fn quoting_of(value: &Value) -> PyResult<Quoting> {
    if !value.is_small_int() && value.downcast_exact::<PyInt>().is_none() {
        return Err(exceptions::type_error(format!(
            "\"quoting\" must be an integer, not {}",
            value.type_name()
        )));
    }
    match value.as_small_int() {
        Some(index) if i32::try_from(index).is_ok() => {
            Quoting::from_index(index).ok_or_else(|| exceptions::type_error("bad \"quoting\" value"))
        }
        _ => Err(exceptions::overflow_error("Python int too large to convert to C int")),
    }
}

impl Dialect {
    /// The characters must be told apart.
    fn check(&self) -> PyResult<()> {
        if self.quoting != Quoting::None && self.quotechar.is_none() {
            return Err(exceptions::type_error("quotechar must be set if quoting enabled"));
        }
        let named = [
            ("delimiter", Some(self.delimiter)),
            ("escapechar", self.escapechar),
            ("quotechar", self.quotechar),
        ];
        for (name, c) in named {
            let spaced = name != "delimiter" && self.skipinitialspace;
            if c.is_some_and(|c| c == 0x0a || c == 0x0d || c == 0x20 && spaced) {
                return Err(exceptions::value_error(format!("bad {name} value")));
            }
        }
        for ((a, x), (b, y)) in [(named[0], named[1]), (named[0], named[2]), (named[1], named[2])] {
            if x.is_some() && x == y {
                return Err(exceptions::value_error(format!("bad {a} or {b} value")));
            }
        }
        for (name, c) in named {
            if c.is_some_and(|c| self.lineterminator.chars().any(|other| other == c)) {
                return Err(exceptions::value_error(format!("bad {name} or lineterminator value")));
            }
        }
        Ok(())
    }

    /// Whether `c` is the quote character, where there is one.
    pub fn is_quote(&self, c: u32) -> bool {
        self.quotechar == Some(c)
    }

    pub fn is_escape(&self, c: u32) -> bool {
        self.escapechar == Some(c)
    }
}

fn text_of(c: Option<u32>) -> Option<StrRef> {
    c.map(PyStr::from_char)
}

#[cold]
fn refuse_pickle(zelf: &Value) -> PyErr {
    exceptions::type_error(format!("cannot pickle '{}' instances", zelf.class().short_name()))
}

#[pymethods]
impl Dialect {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Ref<Dialect>> {
        make_in(cls, &args)
    }

    /// raises an exception to avoid pickling
    #[pymethod(nosig)]
    fn __reduce__(zelf: &Value) -> PyResult<Value> {
        Err(refuse_pickle(zelf))
    }

    /// raises an exception to avoid pickling
    #[pymethod]
    fn __reduce_ex__(zelf: &Value, _args: Args<'_>) -> PyResult<Value> {
        Err(refuse_pickle(zelf))
    }

    #[pygetset(member)]
    fn skipinitialspace(&self) -> bool {
        self.skipinitialspace
    }

    #[pygetset(member)]
    fn doublequote(&self) -> bool {
        self.doublequote
    }

    #[pygetset(member)]
    fn strict(&self) -> bool {
        self.strict
    }

    #[pygetset]
    fn delimiter(&self) -> StrRef {
        PyStr::from_char(self.delimiter)
    }

    #[pygetset]
    fn escapechar(&self) -> Option<StrRef> {
        text_of(self.escapechar)
    }

    #[pygetset]
    fn lineterminator(&self) -> StrRef {
        self.lineterminator.clone()
    }

    #[pygetset]
    fn quotechar(&self) -> Option<StrRef> {
        text_of(self.quotechar)
    }

    #[pygetset]
    fn quoting(&self) -> i32 {
        self.quoting as i32
    }
}
