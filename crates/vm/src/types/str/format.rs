//! `str.format`, `str.format_map` and `str.__format__`.

use super::{PyStr, StrBuilder, StrRef};
use crate::macros_support::KwArgs;
use crate::value::Value;
use crate::{PyErr, PyResult, exceptions, protocol};
use minipy_macros::pymethods;
use minipy_text::format::{Access, AutoNumber, Field, FieldName, FormatSpec, Key, Template, TemplateError};
use rustpython_wtf8::Wtf8;
use std::borrow::Cow;

/// The exception for what is wrong with a template.
pub fn template_error(error: TemplateError) -> PyErr {
    exceptions::value_error(error.to_string())
}

impl PyStr {
    /// The text as WTF-8, without copying ASCII.
    pub fn wtf8(&self) -> Cow<'_, Wtf8> {
        match self.as_ascii() {
            Some(text) => Cow::Borrowed(Wtf8::new(text)),
            None => Cow::Owned(self.to_wtf8()),
        }
    }
}

/// `str.__format__` with a specification that is not empty.
pub fn format_str(text: &StrRef, spec: &PyStr) -> PyResult<StrRef> {
    let layout = FormatSpec::for_str(&spec.wtf8(), &|| text.class().name(), text.len())
        .map_err(crate::types::format_error)?;
    let taken = PyStr::slice(text, 0, layout.take);
    PyStr::pad(&taken, layout.left, layout.right, layout.fill)
}

/// Where the values of the fields come from.
enum Source<'a> {
    Arguments { positional: &'a [Value], keywords: KwArgs<'a> },
    Mapping(&'a Value),
}

impl Source<'_> {
    fn get(&self, key: Key<'_>) -> PyResult<Value> {
        match (self, key) {
            (Source::Mapping(_), Key::Index(_)) => {
                Err(exceptions::value_error("Format string contains positional fields"))
            }
            (Source::Mapping(mapping), Key::Name(name)) => {
                protocol::getitem(mapping, PyStr::from_wtf8(name).as_value())
            }
            (Source::Arguments { positional, .. }, Key::Index(index)) => {
                positional.get(index).cloned().ok_or_else(|| {
                    exceptions::index_error(format!(
                        "Replacement index {index} out of range for positional args tuple"
                    ))
                })
            }
            (Source::Arguments { keywords, .. }, Key::Name(name)) => {
                let name = PyStr::from_wtf8(name);
                match keywords.iter().find(|(keyword, _)| PyStr::eq(keyword, &name)) {
                    Some((_, value)) => Ok(value.clone()),
                    None => Err(exceptions::key_error(name.as_value())),
                }
            }
        }
    }
}

struct Formatter<'a> {
    source: Source<'a>,
    numbering: AutoNumber,
}

impl Formatter<'_> {
    /// The value that a field name means.
    fn value(&mut self, name: &Wtf8) -> PyResult<Value> {
        let parsed = FieldName::parse(name).map_err(template_error)?;
        let first = self.numbering.resolve(parsed.first).map_err(template_error)?;
        let mut value = self.source.get(first)?;
        for step in parsed {
            value = match step.map_err(template_error)? {
                Access::Attribute(name) => protocol::getattr(&value, &PyStr::from_wtf8(name))?,
                Access::Item(Key::Index(index)) => protocol::getitem(&value, &Value::from(index))?,
                Access::Item(Key::Name(name)) => {
                    protocol::getitem(&value, PyStr::from_wtf8(name).as_value())?
                }
            };
        }
        Ok(value)
    }

    fn field(&mut self, field: Field<'_>, depth: u32, out: &mut StrBuilder) -> PyResult<()> {
        let mut value = self.value(field.name)?;
        if let Some(conversion) = field.conversion {
            value = match conversion.to_char() {
                Some('s') => protocol::str(&value)?,
                Some('r') => protocol::repr(&value)?,
                Some('a') => protocol::ascii(&value)?,
                _ => return Err(template_error(TemplateError::UnknownConversion(conversion.to_u32()))),
            }
            .into_value();
        }
        let spec = if field.spec.as_bytes().contains(&b'{') {
            let mut spec = StrBuilder::new();
            self.render(field.spec, depth - 1, &mut spec)?;
            spec.finish()
        } else {
            PyStr::from_wtf8(field.spec)
        };
        if spec.is_empty()
            && let Some(text) = value.downcast_exact::<PyStr>()
        {
            out.push_whole(text);
        } else {
            out.push_whole(&protocol::format(&value, &spec)?);
        }
        Ok(())
    }

    fn render(&mut self, template: &Wtf8, depth: u32, out: &mut StrBuilder) -> PyResult<()> {
        if depth == 0 {
            return Err(template_error(TemplateError::Recursion));
        }
        for piece in Template::new(template) {
            let piece = piece.map_err(template_error)?;
            match piece.literal.as_str() {
                Ok(text) => out.push_str(text),
                Err(_) => piece.literal.code_points().for_each(|c| out.push(c.to_u32())),
            }
            if let Some(field) = piece.field {
                self.field(field, depth, out)?;
            }
        }
        Ok(())
    }
}

/// Fields may stand in the specification of a field, but no deeper.
const DEPTH: u32 = 2;

fn render(template: &StrRef, source: Source<'_>) -> PyResult<StrRef> {
    if !template.chars().any(|c| matches!(char::from_u32(c), Some('{' | '}'))) {
        return Ok(PyStr::exact(template));
    }
    let mut out = StrBuilder::with_capacity(template.len());
    let mut formatter = Formatter { source, numbering: AutoNumber::default() };
    formatter.render(&template.wtf8(), DEPTH, &mut out)?;
    Ok(out.finish())
}

#[pymethods(part = format)]
impl PyStr {
    /// Return a formatted version of the string, using substitutions from args and kwargs.
    /// The substitutions are identified by braces ('{' and '}').
    #[pymethod("($self, /, *args, **kwargs)")]
    fn format(zelf: &StrRef, args: &[Value], kwargs: KwArgs<'_>) -> PyResult<StrRef> {
        render(zelf, Source::Arguments { positional: args, keywords: kwargs })
    }

    /// Return a formatted version of the string, using substitutions from mapping.
    /// The substitutions are identified by braces ('{' and '}').
    #[pymethod("($self, mapping, /)")]
    fn format_map(zelf: &StrRef, mapping: &Value) -> PyResult<StrRef> {
        render(zelf, Source::Mapping(mapping))
    }
}
