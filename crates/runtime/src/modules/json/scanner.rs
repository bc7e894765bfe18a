//! `make_scanner`: JSON text to Python objects.

use super::{bind, callable, decode_error, strings, text};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::macros_support::FnSpec;
use minipy_vm::types::float::PyFloat;
use minipy_vm::types::int::PyInt;
use minipy_vm::types::str::unit::Unit;
use minipy_vm::types::str::{PyStr, StrRef};
use minipy_vm::{
    Args, DictRef, Payload, PyDict, PyErr, PyList, PyResult, PyTuple, Ref, Traverse, TypeRef, Value, Visitor,
    by_width, exceptions, name, protocol, stack,
};

static NEW: FnSpec = callable("make_scanner", &["context"]);
static CALL: FnSpec = callable("scan_once", &["string", "idx"]);

/// JSON scanner object
#[pyclass(name = "Scanner", module = "_json", gc, heap)]
pub struct Scanner {
    strict: bool,
    object_hook: Value,
    object_pairs_hook: Value,
    parse_float: Value,
    parse_int: Value,
    parse_constant: Value,
}

impl Traverse for Scanner {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        visit.visit(&self.object_hook);
        visit.visit(&self.object_pairs_hook);
        visit.visit(&self.parse_float);
        visit.visit(&self.parse_int);
        visit.visit(&self.parse_constant);
    }
}

#[pymethods]
impl Scanner {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Ref<Scanner>> {
        let [context] = bind(&NEW, args)?;
        let scanner = Scanner {
            strict: protocol::truth(&protocol::getattr(context, name!("strict"))?)?,
            object_hook: protocol::getattr(context, name!("object_hook"))?,
            object_pairs_hook: protocol::getattr(context, name!("object_pairs_hook"))?,
            parse_float: protocol::getattr(context, name!("parse_float"))?,
            parse_int: protocol::getattr(context, name!("parse_int"))?,
            parse_constant: protocol::getattr(context, name!("parse_constant"))?,
        };
        Ok(Ref::new_in(cls, scanner))
    }

    #[slot]
    fn call(zelf: &Ref<Scanner>, args: Args<'_>) -> PyResult<Value> {
        let [string, at] = bind(&CALL, args)?;
        let at = crate::modules::ssize(at)?;
        let string = text(string)?;
        let Ok(at) = usize::try_from(at) else {
            return Err(exceptions::value_error("idx cannot be negative"));
        };
        let (value, end) = by_width!(string.data(), units => {
            Scan { scanner: zelf, document: string, units, names: PyDict::new_ref() }.value(at)?
        });
        Ok(PyTuple::from_array([value, Value::from(end)]).into_value())
    }

    /// strict
    #[pygetset(member)]
    fn strict(&self) -> bool {
        self.strict
    }

    /// object_hook
    #[pygetset(member)]
    fn object_hook(&self) -> Value {
        self.object_hook.clone()
    }

    #[pygetset(member)]
    fn object_pairs_hook(&self) -> Value {
        self.object_pairs_hook.clone()
    }

    /// parse_float
    #[pygetset(member)]
    fn parse_float(&self) -> Value {
        self.parse_float.clone()
    }

    /// parse_int
    #[pygetset(member)]
    fn parse_int(&self) -> Value {
        self.parse_int.clone()
    }

    /// parse_constant
    #[pygetset(member)]
    fn parse_constant(&self) -> Value {
        self.parse_constant.clone()
    }
}

/// One run over a document.
struct Scan<'a, U> {
    scanner: &'a Scanner,
    document: &'a StrRef,
    units: &'a [U],
    /// The names of object members so far, so that equal ones are one object.
    names: DictRef,
}

/// What a value may be missing at: the caller gets the index as the value of StopIteration.
#[cold]
fn no_value(at: usize) -> PyErr {
    exceptions::stop_iteration(Value::from(at))
}

impl<U: Unit> Scan<'_, U> {
    fn at(&self, index: usize) -> Option<u32> {
        self.units.get(index).map(|&unit| unit.into())
    }

    fn is(&self, index: usize, c: char) -> bool {
        self.at(index) == Some(u32::from(c))
    }

    /// The index of the first character from `at` on that is no white space.
    fn skip_space(&self, mut at: usize) -> usize {
        while let Some(0x20 | 0x09 | 0x0a | 0x0d) = self.at(at) {
            at += 1;
        }
        at
    }

    fn starts_with(&self, at: usize, word: &str) -> bool {
        let Some(units) = self.units.get(at..at + word.len()) else { return false };
        units.iter().zip(word.bytes()).all(|(&unit, b)| unit.into() == u32::from(b))
    }

    fn error(&self, message: &str, at: usize) -> PyErr {
        decode_error(message, self.document, at as isize)
    }

    /// The value at `at` and the index behind it.
    fn value(&self, at: usize) -> PyResult<(Value, usize)> {
        let first = self.at(at).and_then(char::from_u32).ok_or_else(|| no_value(at))?;
        let constant = |name: &str| {
            let value = protocol::call(&self.scanner.parse_constant, &[name.into()])?;
            Ok((value, at + name.len()))
        };
        match first {
            '"' => {
                let (text, end) =
                    strings::scan_units(self.document, self.units, at + 1, self.scanner.strict)?;
                Ok((text.into_value(), end))
            }
            '{' => {
                let _guard = stack::enter(" while decoding a JSON object from a unicode string")?;
                self.object(at + 1)
            }
            '[' => {
                let _guard = stack::enter(" while decoding a JSON array from a unicode string")?;
                self.array(at + 1)
            }
            'n' if self.starts_with(at, "null") => Ok((Value::NONE, at + 4)),
            't' if self.starts_with(at, "true") => Ok((Value::TRUE, at + 4)),
            'f' if self.starts_with(at, "false") => Ok((Value::FALSE, at + 5)),
            'N' if self.starts_with(at, "NaN") => constant("NaN"),
            'I' if self.starts_with(at, "Infinity") => constant("Infinity"),
            '-' if self.starts_with(at, "-Infinity") => constant("-Infinity"),
            _ => self.number(at),
        }
    }

    fn digits(&self, mut at: usize) -> usize {
        while let Some(0x30..=0x39) = self.at(at) {
            at += 1;
        }
        at
    }

    fn number(&self, start: usize) -> PyResult<(Value, usize)> {
        let whole = start + usize::from(self.is(start, '-'));
        let mut end = if self.is(whole, '0') { whole + 1 } else { self.digits(whole) };
        if end == whole {
            return Err(no_value(start));
        }
        let mut is_float = false;
        if self.is(end, '.') && self.digits(end + 1) > end + 1 {
            is_float = true;
            end = self.digits(end + 1);
        }
        if self.is(end, 'e') || self.is(end, 'E') {
            let signed = usize::from(self.is(end + 1, '+') || self.is(end + 1, '-'));
            let exponent = end + 1 + signed;
            if self.digits(exponent) > exponent {
                is_float = true;
                end = self.digits(exponent);
            }
        }
        let units = &self.units[start..end];
        let parser = if is_float { &self.scanner.parse_float } else { &self.scanner.parse_int };
        if !is_float && units.len() <= 18 && parser.is(PyInt::class().as_value()) {
            let digits = units[whole - start..].iter();
            let magnitude = digits.fold(0, |value, &digit| value * 10 + i64::from(digit.into() - 0x30));
            return Ok((Value::from(if whole > start { -magnitude } else { magnitude }), end));
        }
        if is_float && parser.is(PyFloat::class().as_value()) {
            let digits: String = units.iter().filter_map(|&unit| char::from_u32(unit.into())).collect();
            if let Ok(number) = digits.parse::<f64>() {
                return Ok((Value::from(number), end));
            }
        }
        Ok((protocol::call(parser, &[U::to_str(units).into_value()])?, end))
    }

    /// The array whose opening bracket stands before `at`.
    fn array(&self, at: usize) -> PyResult<(Value, usize)> {
        let mut items = Vec::new();
        let mut at = self.skip_space(at);
        if self.is(at, ']') {
            return Ok((PyList::from_vec(items).into_value(), at + 1));
        }
        loop {
            let (item, end) = self.value(at)?;
            items.push(item);
            at = self.skip_space(end);
            if self.is(at, ']') {
                return Ok((PyList::from_vec(items).into_value(), at + 1));
            }
            if !self.is(at, ',') {
                return Err(self.error("Expecting ',' delimiter", at));
            }
            let comma = at;
            at = self.skip_space(at + 1);
            if self.is(at, ']') {
                return Err(self.error("Illegal trailing comma before end of array", comma));
            }
        }
    }

    /// The object whose opening brace stands before `at`.
    fn object(&self, at: usize) -> PyResult<(Value, usize)> {
        let wants_pairs = !self.scanner.object_pairs_hook.is_none();
        let mut pairs = Vec::new();
        let dict = PyDict::new_ref();
        let mut at = self.skip_space(at);
        if !self.is(at, '}') {
            loop {
                if !self.is(at, '"') {
                    return Err(self.error("Expecting property name enclosed in double quotes", at));
                }
                let (name, value, end) = self.member(at + 1)?;
                if wants_pairs {
                    pairs.push(PyTuple::from_array([name, value]).into_value());
                } else {
                    dict.set(name, value)?;
                }
                at = self.skip_space(end);
                if self.is(at, '}') {
                    break;
                }
                if !self.is(at, ',') {
                    return Err(self.error("Expecting ',' delimiter", at));
                }
                let comma = at;
                at = self.skip_space(at + 1);
                if self.is(at, '}') {
                    return Err(self.error("Illegal trailing comma before end of object", comma));
                }
            }
        }
        let value = if wants_pairs {
            protocol::call(&self.scanner.object_pairs_hook, &[PyList::from_vec(pairs).into_value()])?
        } else if !self.scanner.object_hook.is_none() {
            protocol::call(&self.scanner.object_hook, &[dict.into_value()])?
        } else {
            dict.into_value()
        };
        Ok((value, at + 1))
    }

    /// Name and value of a member whose opening quote stands before `at`, and the index behind it.
    fn member(&self, at: usize) -> PyResult<(Value, Value, usize)> {
        let (name, end) = strings::scan_units(self.document, self.units, at, self.scanner.strict)?;
        let name = name.into_value();
        let name = self.names.get_or_insert(&name, || name.clone())?;
        debug_assert!(name.downcast::<PyStr>().is_some());
        let colon = self.skip_space(end);
        if !self.is(colon, ':') {
            return Err(self.error("Expecting ':' delimiter", colon));
        }
        let (value, end) = self.value(self.skip_space(colon + 1))?;
        Ok((name, value, end))
    }
}
