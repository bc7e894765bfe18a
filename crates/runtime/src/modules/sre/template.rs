//! Compiled replacement templates, and what `Pattern.sub` puts in place of a match.

use super::matching::Span;
use super::pattern::{PyPattern, compile_template, is_literal};
use super::subject::Piece;
use minipy_macros::pyclass;
use minipy_vm::{PyResult, PyStr, Ref, Traverse, Value, Visitor, exceptions, protocol};

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

    /// Appends the parts of the expansion for a match whose groups `span_of` gives.
    pub fn expand(&self, span_of: impl Fn(usize) -> Span, pieces: &mut Vec<Piece>) {
        pieces.push(Piece::Value(self.literal.clone()));
        for (group, literal) in &self.chunks {
            if let Some((start, end)) = span_of(*group) {
                pieces.push(Piece::Subject(start, end));
            }
            if !literal.downcast::<PyStr>().is_some_and(|text| text.is_empty()) {
                pieces.push(Piece::Value(literal.clone()));
            }
        }
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
}
