//! `make_encoder`: Python objects to JSON text.

use super::{bind, callable, escape};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::macros_support::FnSpec;
use minipy_vm::types::float;
use minipy_vm::types::int;
use minipy_vm::types::str::{PyStr, StrBuilder, StrRef};
use minipy_vm::{
    Args, DictRef, GilCell, PyDict, PyErr, PyList, PyResult, PyTuple, Ref, Traverse, TypeRef, Value, Visitor,
    exceptions, name, protocol, stack,
};

static NEW: FnSpec = callable(
    "make_encoder",
    &[
        "markers",
        "default",
        "encoder",
        "indent",
        "key_separator",
        "item_separator",
        "sort_keys",
        "skipkeys",
        "allow_nan",
    ],
);
static CALL: FnSpec = callable("_iterencode", &["obj", "_current_indent_level"]);

/// Encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)
#[pyclass(name = "Encoder", module = "_json", gc, heap)]
pub struct Encoder {
    /// The containers being encoded, by identity; None for no check of cycles.
    markers: Option<DictRef>,
    default: Value,
    encoder: Value,
    /// Set if `encoder` is one of this module: whether it escapes all but ASCII.
    own_encoder: Option<bool>,
    indent: Value,
    key_separator: StrRef,
    item_separator: StrRef,
    sort_keys: bool,
    skipkeys: bool,
    allow_nan: bool,
}

impl Traverse for Encoder {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        if let Some(markers) = &self.markers {
            visit.visit(markers.as_value());
        }
        visit.visit(&self.default);
        visit.visit(&self.encoder);
        visit.visit(&self.indent);
    }
}

/// This module's `encode_basestring` and `encode_basestring_ascii`.
static OWN_ENCODERS: GilCell<Option<[Value; 2]>> = GilCell::new(None);

/// Tells which functions of this module an encoder may take a shorter way for.
pub fn set_own_encoders(plain: Value, ascii: Value) {
    OWN_ENCODERS.set(Some([plain, ascii]));
}

/// Whether `encoder` is a function of this module, and if so whether it is `encode_basestring_ascii`.
fn own_encoder(encoder: &Value) -> Option<bool> {
    let own = OWN_ENCODERS.get()?;
    own.iter().position(|function| function.is(encoder)).map(|index| index == 1)
}

fn separator(value: &Value, number: usize) -> PyResult<StrRef> {
    value.downcast::<PyStr>().cloned().ok_or_else(|| {
        let got = value.type_name();
        exceptions::type_error(format!("make_encoder() argument {number} must be str, not {got}"))
    })
}

#[pymethods]
impl Encoder {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Ref<Encoder>> {
        let [markers, default, encoder, indent, key, item, sort, skip, nan] = bind(&NEW, args)?;
        let (key_separator, item_separator) = (separator(key, 5)?, separator(item, 6)?);
        let (sort_keys, skipkeys) = (protocol::truth(sort)?, protocol::truth(skip)?);
        let allow_nan = protocol::truth(nan)?;
        let markers = match markers.downcast::<PyDict>() {
            Some(markers) => Some(markers.clone()),
            None if markers.is_none() => None,
            None => {
                return Err(exceptions::type_error(format!(
                    "make_encoder() argument 1 must be dict or None, not {}",
                    markers.type_name()
                )));
            }
        };
        let encoder = Encoder {
            markers,
            default: default.clone(),
            own_encoder: own_encoder(encoder),
            encoder: encoder.clone(),
            indent: indent.clone(),
            key_separator,
            item_separator,
            sort_keys,
            skipkeys,
            allow_nan,
        };
        Ok(Ref::new_in(cls, encoder))
    }

    #[slot]
    fn call(zelf: &Ref<Encoder>, args: Args<'_>) -> PyResult<Value> {
        let [object, level] = bind(&CALL, args)?;
        let level = crate::modules::ssize(level)?;
        let indent = match &zelf.indent {
            none if none.is_none() => None,
            indent => Some(Indent::new(indent, level)?),
        };
        let mut run = Run { encoder: zelf, out: StrBuilder::new(), indent };
        run.object(object)?;
        Ok(PyTuple::from_array([run.out.finish().into_value()]).into_value())
    }

    /// markers
    #[pygetset(member)]
    fn markers(&self) -> Value {
        self.markers.as_ref().map_or(Value::NONE, |markers| markers.to_value())
    }

    /// default
    #[pygetset(member)]
    fn default(&self) -> Value {
        self.default.clone()
    }

    /// encoder
    #[pygetset(member)]
    fn encoder(&self) -> Value {
        self.encoder.clone()
    }

    /// indent
    #[pygetset(member)]
    fn indent(&self) -> Value {
        self.indent.clone()
    }

    /// key_separator
    #[pygetset(member)]
    fn key_separator(&self) -> StrRef {
        self.key_separator.clone()
    }

    /// item_separator
    #[pygetset(member)]
    fn item_separator(&self) -> StrRef {
        self.item_separator.clone()
    }

    /// sort_keys
    #[pygetset(member)]
    fn sort_keys(&self) -> bool {
        self.sort_keys
    }

    /// skipkeys
    #[pygetset(member)]
    fn skipkeys(&self) -> bool {
        self.skipkeys
    }
}

/// Line breaks with indentation.
struct Indent {
    step: StrRef,
    /// A line break and the indentation of the level.
    line: StrRef,
    /// The lines of the levels around.
    outer: Vec<StrRef>,
}

impl Indent {
    fn new(indent: &Value, level: isize) -> PyResult<Indent> {
        let Some(step) = indent.downcast::<PyStr>() else {
            return Err(exceptions::type_error(format!(
                "can only concatenate str (not \"{}\") to str",
                indent.type_name()
            )));
        };
        let mut line = PyStr::from_ascii(b"\n");
        for _ in 0..level {
            line = line.concat(step);
        }
        Ok(Indent { step: step.clone(), line, outer: Vec::new() })
    }

    fn enter(&mut self) {
        let deeper = self.line.concat(&self.step);
        self.outer.push(std::mem::replace(&mut self.line, deeper));
    }

    fn leave(&mut self) {
        if let Some(line) = self.outer.pop() {
            self.line = line;
        }
    }
}

/// One run over an object.
struct Run<'a> {
    encoder: &'a Encoder,
    out: StrBuilder,
    indent: Option<Indent>,
}

/// `error` with a note that tells where it happened.
#[cold]
fn noted(error: PyErr, note: String) -> PyErr {
    match protocol::call_method(error.as_value(), name!("add_note"), &[note.into()]) {
        Ok(_) => error,
        Err(other) => other,
    }
}

/// The class of `object` as notes name it.
fn class_name(object: &Value) -> String {
    object.class().short_name()
}

impl Run<'_> {
    fn object(&mut self, object: &Value) -> PyResult<()> {
        if object.is_none() {
            self.out.push_str("null");
        } else if let Some(truth) = object.as_bool() {
            self.out.push_str(if truth { "true" } else { "false" });
        } else if let Some(text) = object.downcast::<PyStr>() {
            return self.string(text);
        } else if protocol::is_int(object) {
            self.out.push_str(&int::convert::to_decimal(object)?);
        } else if let Some(number) = float::as_f64(object) {
            let text = self.float(number)?;
            self.out.push_pystr(&text);
        } else if object.downcast::<PyList>().is_some() || object.downcast::<PyTuple>().is_some() {
            let _guard = stack::enter(" while encoding a JSON object")?;
            return self.list(object);
        } else if let Some(dict) = object.downcast::<PyDict>() {
            let _guard = stack::enter(" while encoding a JSON object")?;
            return self.dict(dict);
        } else {
            return self.with_default(object);
        }
        Ok(())
    }

    /// An object of another class, through the `default` function.
    fn with_default(&mut self, object: &Value) -> PyResult<()> {
        let marker = self.enter(object)?;
        let replacement = protocol::call(&self.encoder.default, std::slice::from_ref(object))?;
        let result = {
            let _guard = stack::enter(" while encoding a JSON object")?;
            self.object(&replacement)
        };
        result.map_err(|error| noted(error, format!("when serializing {} object", class_name(object))))?;
        self.leave(marker)
    }

    fn string(&mut self, text: &StrRef) -> PyResult<()> {
        if let Some(ascii) = self.encoder.own_encoder {
            escape::write(&mut self.out, text, ascii);
            return Ok(());
        }
        let encoded = protocol::call(&self.encoder.encoder, &[text.to_value()])?;
        match encoded.downcast::<PyStr>() {
            Some(encoded) => {
                self.out.push_pystr(encoded);
                Ok(())
            }
            None => Err(exceptions::type_error(format!(
                "encoder() must return a string, not {}",
                encoded.type_name()
            ))),
        }
    }

    fn float(&self, number: f64) -> PyResult<StrRef> {
        if number.is_finite() {
            return protocol::repr(&Value::from(number));
        }
        if !self.encoder.allow_nan {
            let repr = protocol::repr(&Value::from(number))?;
            return Err(exceptions::value_error(format!(
                "Out of range float values are not JSON compliant: {repr}"
            )));
        }
        let text: &[u8] = match number {
            _ if number.is_nan() => b"NaN",
            _ if number > 0.0 => b"Infinity",
            _ => b"-Infinity",
        };
        Ok(PyStr::from_ascii(text))
    }

    /// Remembers that `object` is being encoded; ValueError if it already is.
    fn enter(&self, object: &Value) -> PyResult<Option<Value>> {
        let Some(markers) = &self.encoder.markers else { return Ok(None) };
        let id = Value::from(object.id());
        if markers.contains(&id)? {
            return Err(exceptions::value_error("Circular reference detected"));
        }
        markers.set(id.clone(), object.clone())?;
        Ok(Some(id))
    }

    fn leave(&self, marker: Option<Value>) -> PyResult<()> {
        if let (Some(markers), Some(id)) = (&self.encoder.markers, marker)
            && markers.remove(&id)?.is_none()
        {
            return Err(exceptions::key_error(&id));
        }
        Ok(())
    }

    /// Goes one level deeper, to the first item.
    fn open(&mut self) {
        if let Some(indent) = &mut self.indent {
            indent.enter();
            self.out.push_pystr(&indent.line);
        }
    }

    fn separate(&mut self) {
        self.out.push_pystr(&self.encoder.item_separator);
        if let Some(indent) = &self.indent {
            self.out.push_pystr(&indent.line);
        }
    }

    fn close(&mut self) {
        if let Some(indent) = &mut self.indent {
            indent.leave();
            self.out.push_pystr(&indent.line);
        }
    }

    fn list(&mut self, list: &Value) -> PyResult<()> {
        // A list may be changed meanwhile; what is there in the end counts.
        let items = match list.downcast_exact::<PyList>() {
            Some(list) => list.clone(),
            None => PyList::from_vec(protocol::collect(list)?),
        };
        if items.is_empty() {
            self.out.push_str("[]");
            return Ok(());
        }
        let marker = self.enter(list)?;
        self.out.push_str("[");
        self.open();
        let mut index = 0;
        while let Some(item) = items.get(index) {
            if index > 0 {
                self.separate();
            }
            self.object(&item).map_err(|error| {
                noted(error, format!("when serializing {} item {index}", class_name(list)))
            })?;
            index += 1;
        }
        self.leave(marker)?;
        self.close();
        self.out.push_str("]");
        Ok(())
    }

    fn dict(&mut self, dict: &DictRef) -> PyResult<()> {
        if dict.is_empty() {
            self.out.push_str("{}");
            return Ok(());
        }
        let marker = self.enter(dict.as_value())?;
        self.out.push_str("{");
        let mut is_first = true;
        if self.encoder.sort_keys || dict.as_value().downcast_exact::<PyDict>().is_none() {
            let items = protocol::call_method(dict.as_value(), name!("items"), &[])?;
            let mut items = items_of(dict.as_value(), &items)?;
            if self.encoder.sort_keys {
                minipy_vm::types::list::sort_values(&mut items, None, false)?;
            }
            for item in &items {
                match item.downcast::<PyTuple>().map(|pair| &pair[..]) {
                    Some([key, value]) => self.member(dict.as_value(), key, value, &mut is_first)?,
                    _ => return Err(exceptions::value_error("items must return 2-tuples")),
                }
            }
        } else {
            let mut position = 0;
            while let Some((next, key, value)) = dict.next_entry(position) {
                position = next;
                self.member(dict.as_value(), &key, &value, &mut is_first)?;
            }
        }
        self.leave(marker)?;
        // There may be nothing but skipped keys.
        if !is_first {
            self.close();
        }
        self.out.push_str("}");
        Ok(())
    }

    fn member(&mut self, dict: &Value, key: &Value, value: &Value, is_first: &mut bool) -> PyResult<()> {
        let name = if let Some(text) = key.downcast::<PyStr>() {
            text.clone()
        } else if key.is_none() {
            PyStr::from_ascii(b"null")
        } else if let Some(truth) = key.as_bool() {
            PyStr::from_ascii(if truth { b"true" } else { b"false" })
        } else if let Some(number) = float::as_f64(key) {
            self.float(number)?
        } else if protocol::is_int(key) {
            PyStr::from_str(&int::convert::to_decimal(key)?)
        } else if self.encoder.skipkeys {
            return Ok(());
        } else {
            return Err(exceptions::type_error(format!(
                "keys must be str, int, float, bool or None, not {}",
                key.type_name()
            )));
        };
        if std::mem::take(is_first) {
            self.open();
        } else {
            self.separate();
        }
        self.string(&name)?;
        self.out.push_pystr(&self.encoder.key_separator);
        match self.object(value) {
            Ok(()) => Ok(()),
            Err(error) => {
                let key = protocol::repr(key)?;
                Err(noted(error, format!("when serializing {} item {key}", class_name(dict))))
            }
        }
    }
}

fn items_of(dict: &Value, items: &Value) -> PyResult<Vec<Value>> {
    match protocol::collect(items) {
        Err(error)
            if error.is_instance(exceptions::type_error_class()) && items.class().slots().iter.is_none() =>
        {
            Err(exceptions::type_error(format!(
                "{}.items() returned a non-iterable (type {})",
                dict.type_name(),
                items.type_name()
            )))
        }
        result => result,
    }
}
