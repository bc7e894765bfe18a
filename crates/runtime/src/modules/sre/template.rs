//! Compiled replacement templates, and what `Pattern.sub` puts in place of a match.

use super::matching::PyMatch;
use super::pattern::{PyPattern, compile_template, is_literal};
use super::subject;
use minipy_macros::pyclass;
use minipy_vm::{PyResult, Ref, Traverse, Value, Visitor, exceptions, protocol};

/// Literals and the numbers of groups between them.
#[pyclass(name = "SRE_Template", module = "_sre", gc, no_new)]
pub struct PyTemplate {
    literal: Value,
    chunks: Vec<(usize, Value)>,
}

impl Traverse for PyTemplate {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.literal.traverse(visit);
        for (_, literal) in &self.chunks {
            literal.traverse(visit);
        }
    }
}

impl PyTemplate {
    /// From a list of literal, group, literal, …
    pub fn create(pattern: &Value, parts: &[Value]) -> PyResult<Ref<PyTemplate>> {
        let groups = pattern.downcast::<PyPattern>().map_or(usize::MAX, |pattern| pattern.groups);
        let invalid = || exceptions::type_error("invalid template");
        let (Some(literal), 1) = (parts.first(), parts.len() % 2) else { return Err(invalid()) };
        let mut chunks = Vec::new();
        for chunk in parts[1..].chunks_exact(2) {
            let [group, literal] = chunk else { return Err(invalid()) };
            if !protocol::is_int(group) {
                return Err(exceptions::type_error("an integer is required"));
            }
            let group = protocol::index_to_isize(group)?;
            match usize::try_from(group) {
                Ok(group) if group <= groups => chunks.push((group, literal.clone())),
                _ => return Err(invalid()),
            }
        }
        Ok(Ref::new(PyTemplate { literal: literal.clone(), chunks }))
    }

    /// Appends the parts of the expansion for a match.
    pub fn expand(&self, found: &PyMatch, items: &mut Vec<Value>) -> PyResult<()> {
        items.push(self.literal.clone());
        let empty = subject::empty_like(found.string());
        for (group, literal) in &self.chunks {
            items.push(found.text(*group, &empty)?);
            items.push(literal.clone());
        }
        Ok(())
    }
}

/// What takes the place of a match.
pub enum Replacement {
    Literal(Value),
    Template(Ref<PyTemplate>),
    Function(Value),
}

impl Replacement {
    pub fn new(pattern: &Ref<PyPattern>, repl: &Value) -> PyResult<Replacement> {
        if protocol::is_callable(repl) {
            return Ok(Replacement::Function(repl.clone()));
        }
        if is_literal(repl) {
            return Ok(Replacement::Literal(repl.clone()));
        }
        let template = compile_template(pattern, repl)?;
        Ok(if template.chunks.is_empty() {
            Replacement::Literal(template.literal.clone())
        } else {
            Replacement::Template(template)
        })
    }

    /// Appends the replacement for a match, which is made only if it is needed.
    pub fn expand(&self, found: impl FnOnce() -> Ref<PyMatch>, items: &mut Vec<Value>) -> PyResult<()> {
        match self {
            Replacement::Literal(text) => items.push(text.clone()),
            Replacement::Template(template) => template.expand(&found(), items)?,
            Replacement::Function(function) => {
                let text = protocol::call1(function, found().into_value())?;
                if !text.is_none() {
                    items.push(text);
                }
            }
        }
        Ok(())
    }
}
