//! Template strings (PEP 750): `string.templatelib.Template` and `Interpolation`.

use crate::cell::GilCell;
use crate::heap::{Ref, Traverse, Visitor};
use crate::types::str::{PyStr, StrBuilder, StrRef};
use crate::types::tuple::{PyTuple, TupleRef};
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{Args, PyErr, PyResult, exceptions, name, protocol};
use minipy_macros::{pyclass, pymethods};
use std::cell::Cell;

/// Interpolation object
#[pyclass(name = "Interpolation", module = "string.templatelib", gc)]
pub struct PyInterpolation {
    pub value: Value,
    pub expression: Value,
    pub conversion: Value,
    pub format_spec: Value,
}

impl Traverse for PyInterpolation {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.value.traverse(visit);
    }
}

/// Template object
#[pyclass(name = "Template", module = "string.templatelib", gc, parts(fields, behaviour))]
pub struct PyTemplate {
    /// A tuple of strs, one more than there are interpolations.
    pub strings: Value,
    /// A tuple.
    pub interpolations: Value,
}

impl Traverse for PyTemplate {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.interpolations.traverse(visit);
    }
}

pub fn new_interpolation(value: Value, expression: Value, conversion: Value, format_spec: Value) -> Value {
    Ref::new(PyInterpolation { value, expression, conversion, format_spec }).into_value()
}

pub fn new_template(strings: Value, interpolations: Value) -> Value {
    Ref::new(PyTemplate { strings, interpolations }).into_value()
}

fn argument_error(argument: &str, expected: &str, got: &Value) -> PyErr {
    let got = got.type_name_or_none();
    exceptions::type_error(format!("Interpolation() argument '{argument}' must be {expected}, not {got}"))
}

/// A keyword's place among `value`, `expression`, `conversion` and `format_spec`.
const FIELDS: [&str; 4] = ["value", "expression", "conversion", "format_spec"];

fn bind_fields(args: Args<'_>) -> PyResult<[Option<&Value>; 4]> {
    let total = args.args.len();
    if total > FIELDS.len() {
        let sort = if args.positional().is_empty() { "keyword " } else { "" };
        return Err(exceptions::type_error(format!(
            "Interpolation() takes at most 4 {sort}arguments ({total} given)"
        )));
    }
    let mut given = [None; 4];
    for (place, value) in given.iter_mut().zip(args.positional()) {
        *place = Some(value);
    }
    for (name, value) in args.keywords() {
        match FIELDS.iter().position(|field| name.eq_str(field)) {
            Some(index) if given[index].is_none() => given[index] = Some(value),
            Some(index) => {
                return Err(exceptions::type_error(format!(
                    "argument for Interpolation() given by name ('{name}') and position ({})",
                    index + 1
                )));
            }
            None => {
                return Err(exceptions::unexpected_keyword(
                    "Interpolation()",
                    &name.to_string_lossy(),
                    &FIELDS,
                ));
            }
        }
    }
    Ok(given)
}

#[pymethods]
impl PyInterpolation {
    #[pyattr]
    fn __match_args__() -> Value {
        FIELDS
            .iter()
            .map(|&field| crate::types::str::intern(field).into_value())
            .collect::<TupleRef>()
            .into_value()
    }

    #[slot]
    fn new(_cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let [value, expression, conversion, format_spec] = bind_fields(args)?;
        let Some(value) = value else {
            return Err(exceptions::type_error("Interpolation() missing required argument 'value' (pos 1)"));
        };
        let text = |value: Option<&Value>, field: &str| match value {
            None => Ok(Value::from("")),
            Some(text) if text.downcast::<PyStr>().is_some() => Ok(text.clone()),
            Some(other) => Err(argument_error(field, "str", other)),
        };
        let expression = text(expression, "expression")?;
        let conversion = match conversion {
            None => Value::NONE,
            Some(none) if none.is_none() => Value::NONE,
            Some(value) => {
                let Some(letter) = value.downcast::<PyStr>() else {
                    return Err(argument_error("conversion", "str", value));
                };
                if !["s", "a", "r"].iter().any(|known| letter.eq_str(known)) {
                    return Err(exceptions::value_error(
                        "Interpolation() argument 'conversion' must be one of 's', 'a' or 'r'",
                    ));
                }
                value.clone()
            }
        };
        let format_spec = text(format_spec, "format_spec")?;
        Ok(new_interpolation(value.clone(), expression, conversion, format_spec))
    }

    /// Value
    #[pygetset(member)]
    fn value(&self) -> Value {
        self.value.clone()
    }

    /// Expression
    #[pygetset(member)]
    fn expression(&self) -> Value {
        self.expression.clone()
    }

    /// Conversion
    #[pygetset(member)]
    fn conversion(&self) -> Value {
        self.conversion.clone()
    }

    /// Format specifier
    #[pygetset(member)]
    fn format_spec(&self) -> Value {
        self.format_spec.clone()
    }

    #[slot]
    fn repr(&self) -> PyResult<Value> {
        let mut out = StrBuilder::new();
        out.push_str("Interpolation(");
        for (i, field) in
            [&self.value, &self.expression, &self.conversion, &self.format_spec].iter().enumerate()
        {
            if i > 0 {
                out.push_str(", ");
            }
            let field = protocol::repr(field)?;
            out.push_pystr(&field);
        }
        out.push_str(")");
        Ok(out.finish().into_value())
    }

    #[pymethod(nosig)]
    fn __reduce__(zelf: &Ref<PyInterpolation>) -> Value {
        let fields =
            [zelf.value.clone(), zelf.expression.clone(), zelf.conversion.clone(), zelf.format_spec.clone()];
        PyTuple::from_array([zelf.class().to_value(), PyTuple::from_array(fields).into_value()]).into_value()
    }

    /// See PEP 585
    #[pyclassmethod(nosig)]
    fn __class_getitem__(cls: &TypeRef, object: Value) -> Value {
        crate::types::generic_alias::new(cls.to_value(), object)
    }
}

impl PyTemplate {
    fn parts(&self) -> (&[Value], &[Value]) {
        (slice_of(&self.strings), slice_of(&self.interpolations))
    }
}

fn slice_of(tuple: &Value) -> &[Value] {
    tuple.downcast::<PyTuple>().map_or(&[], |tuple| tuple)
}

/// Strings and interpolations in any order, brought into the alternating form.
#[derive(Default)]
struct Parts {
    strings: Vec<StrRef>,
    interpolations: Vec<Value>,
    /// Whether the last part was a string, which the next one is appended to.
    open: bool,
}

impl Parts {
    fn push_string(&mut self, text: &StrRef) {
        match self.strings.last_mut() {
            Some(last) if self.open => *last = last.concat(text),
            _ => self.strings.push(text.clone()),
        }
        self.open = true;
    }

    fn push_interpolation(&mut self, interpolation: &Value) {
        if !self.open {
            self.strings.push(crate::types::str::intern(""));
        }
        self.interpolations.push(interpolation.clone());
        self.open = false;
    }

    fn finish(mut self) -> Value {
        if !self.open {
            self.strings.push(crate::types::str::intern(""));
        }
        let strings: TupleRef = self.strings.into_iter().map(Ref::into_value).collect();
        new_template(strings.into_value(), PyTuple::from_vec(self.interpolations).into_value())
    }
}

#[pymethods(part = fields)]
impl PyTemplate {
    /// Strings
    #[pygetset(member)]
    fn strings(&self) -> Value {
        self.strings.clone()
    }

    /// Interpolations
    #[pygetset(member)]
    fn interpolations(&self) -> Value {
        self.interpolations.clone()
    }

    /// Values of interpolations
    #[pygetset]
    fn values(&self) -> Value {
        let values = slice_of(&self.interpolations).iter().filter_map(|i| i.downcast::<PyInterpolation>());
        values.map(|i| i.value.clone()).collect::<TupleRef>().into_value()
    }
}

#[pymethods(part = behaviour)]
impl PyTemplate {
    #[slot]
    fn new(_cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        if args.has_keywords() {
            return Err(exceptions::type_error("Template.__new__ only accepts *args arguments"));
        }
        let mut parts = Parts::default();
        for part in args.args {
            if let Some(text) = part.downcast::<PyStr>() {
                parts.push_string(text);
            } else if part.downcast::<PyInterpolation>().is_some() {
                parts.push_interpolation(part);
            } else {
                return Err(exceptions::type_error(format!(
                    "Template.__new__ *args need to be of type 'str' or 'Interpolation', got {}",
                    part.type_name()
                )));
            }
        }
        Ok(parts.finish())
    }

    #[slot]
    fn repr(&self) -> PyResult<Value> {
        let mut out = StrBuilder::new();
        out.push_str("Template(strings=");
        let strings = protocol::repr(&self.strings)?;
        out.push_pystr(&strings);
        out.push_str(", interpolations=");
        let interpolations = protocol::repr(&self.interpolations)?;
        out.push_pystr(&interpolations);
        out.push_str(")");
        Ok(out.finish().into_value())
    }

    #[slot]
    fn iter(zelf: &Ref<PyTemplate>) -> PyResult<Value> {
        Ok(Ref::new(PyTemplateIter { template: GilCell::new(Some(zelf.clone())), index: Cell::new(0) })
            .into_value())
    }

    #[slot]
    fn sq_concat(zelf: &Ref<PyTemplate>, other: &Value) -> PyResult<Value> {
        let Some(other) = other.downcast::<PyTemplate>() else {
            return Err(exceptions::type_error(format!(
                "can only concatenate string.templatelib.Template (not \"{}\") to string.templatelib.Template",
                other.class().qualified_name()
            )));
        };
        let mut parts = Parts::default();
        for template in [zelf, other] {
            let (strings, interpolations) = template.parts();
            for (index, string) in strings.iter().enumerate() {
                if let Some(string) = string.downcast::<PyStr>() {
                    parts.push_string(string);
                }
                if let Some(interpolation) = interpolations.get(index) {
                    parts.push_interpolation(interpolation);
                }
            }
        }
        Ok(parts.finish())
    }

    #[pymethod(nosig)]
    fn __reduce__(&self) -> PyResult<Value> {
        let none = Value::NONE;
        let fromlist = PyTuple::from_array(["_template_unpickle".into()]).into_value();
        let module = crate::function::hooks::import(
            name!("string.templatelib").as_value(),
            &none,
            &none,
            &fromlist,
            0,
        )?;
        let unpickle = protocol::getattr(&module, name!("_template_unpickle"))?;
        let args = PyTuple::from_array([self.strings.clone(), self.interpolations.clone()]);
        Ok(PyTuple::from_array([unpickle, args.into_value()]).into_value())
    }

    /// See PEP 585
    #[pyclassmethod(nosig)]
    fn __class_getitem__(cls: &TypeRef, object: Value) -> Value {
        crate::types::generic_alias::new(cls.to_value(), object)
    }
}

/// Template iterator object
#[pyclass(name = "TemplateIter", module = "string.templatelib", gc, no_new)]
pub struct PyTemplateIter {
    /// `None` once the iterator is exhausted.
    template: GilCell<Option<Ref<PyTemplate>>>,
    /// Twice the next string's index, plus one before an interpolation.
    index: Cell<usize>,
}

impl Traverse for PyTemplateIter {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.template.traverse(visit);
    }
}

#[pymethods]
impl PyTemplateIter {
    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(&self) -> PyResult<Option<Value>> {
        let Some(template) = self.template.get() else { return Ok(None) };
        let (strings, interpolations) = template.parts();
        loop {
            let index = self.index.get();
            self.index.set(index + 1);
            let part =
                if index.is_multiple_of(2) { strings.get(index / 2) } else { interpolations.get(index / 2) };
            match part {
                // Empty strings are left out.
                Some(part)
                    if index.is_multiple_of(2) && part.downcast::<PyStr>().is_some_and(|s| s.is_empty()) => {}
                Some(part) => return Ok(Some(part.clone())),
                None => {
                    self.template.set(None);
                    return Ok(None);
                }
            }
        }
    }
}
