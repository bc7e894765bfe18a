//! The parser's trees as Python's `ast` objects.

use super::classes::{Classes, NodeClass};
use super::node::PyAst;
use minipy_compiler::preprocess;
use minipy_parser::ast::{AnyNode, Arena, Constant, Expr, FieldValue, NodeList, PatternKind};
use minipy_vm::types::str::intern;
use minipy_vm::types::{bytes, complex, float, int, set};
use minipy_vm::{PyList, PyResult, PyStr, PyTuple, StrRef, Value, protocol, stack};

/// How an optimized tree differs from what was parsed.
#[derive(Clone, Copy)]
pub struct Optimization<'a> {
    /// Where what takes the place of nodes is made.
    pub arena: &'a Arena,
    /// 0, 1 or 2, as for `compile`.
    pub level: u8,
    /// Whether annotations stay as they are, because they are not evaluated.
    pub keep_annotations: bool,
}

/// Makes instances of the classes in the `_ast` module.
pub struct Converter<'a> {
    classes: &'static Classes,
    optimization: Option<Optimization<'a>>,
}

impl<'a> Converter<'a> {
    /// A converter of trees as they are, or of what optimization makes of them.
    pub fn new(optimization: Option<Optimization<'a>>) -> PyResult<Converter<'a>> {
        Ok(Converter { classes: Classes::get()?, optimization })
    }

    /// The object for a node and all below it.
    pub fn node(&self, node: AnyNode<'a>) -> PyResult<Value> {
        let _guard = stack::enter(" during ast construction")?;
        let replaced: Expr<'a>;
        let node = match (self.optimization, node) {
            (Some(optimization), AnyNode::Expr(expr)) => {
                match preprocess::expression(optimization.arena, expr, optimization.level) {
                    Some(expr) => {
                        replaced = expr;
                        AnyNode::Expr(optimization.arena.alloc(replaced))
                    }
                    None => node,
                }
            }
            _ => node,
        };
        let class = NodeClass::of(node);
        let mut fields: Vec<(StrRef, FieldValue<'a>)> = Vec::new();
        node.for_each_field(&mut |name, value| fields.push((intern(name), value)));
        if fields.is_empty() && node.location().is_none() {
            return self.classes.singleton(class);
        }
        // Not through `__init__`, which would fill and check the fields.
        let object = PyAst::instance(self.classes.class(class));
        for (name, value) in fields {
            let value = match self.optimization {
                Some(optimization) => self.optimized_field(node, &name, value, optimization)?,
                None => self.field(value)?,
            };
            protocol::setattr(&object, &name, value)?;
        }
        if let Some(at) = node.location() {
            let attributes = [
                ("lineno", at.lineno),
                ("col_offset", at.col_offset),
                ("end_lineno", at.end_lineno),
                ("end_col_offset", at.end_col_offset),
            ];
            for (name, value) in attributes {
                // A position that is absent is -1 everywhere.
                protocol::setattr(&object, &intern(name), Value::from(value as i32))?;
            }
        }
        Ok(object)
    }

    /// A field whose place in its node matters to optimization.
    fn optimized_field(
        &self,
        node: AnyNode<'a>,
        name: &PyStr,
        value: FieldValue<'a>,
        optimization: Optimization<'a>,
    ) -> PyResult<Value> {
        let arena = optimization.arena;
        match (node, value) {
            (_, FieldValue::Nodes(NodeList::Stmt(body)))
                if optimization.level >= 2 && name.eq_str("body") && has_docstring(node) =>
            {
                self.field(FieldValue::Nodes(NodeList::Stmt(preprocess::without_docstring(arena, body))))
            }
            (AnyNode::Pattern(pattern), FieldValue::Node(AnyNode::Expr(expr)))
                if matches!(pattern.kind, PatternKind::MatchValue { .. }) =>
            {
                match preprocess::pattern_literal(arena, expr) {
                    Some(literal) => self.node(AnyNode::Expr(arena.alloc(literal))),
                    None => self.field(value),
                }
            }
            (AnyNode::Pattern(_), FieldValue::Nodes(NodeList::Expr(keys))) => {
                let keys: Vec<Expr<'a>> =
                    keys.iter().map(|key| preprocess::pattern_literal(arena, key).unwrap_or(*key)).collect();
                self.field(FieldValue::Nodes(NodeList::Expr(arena.alloc_slice(&keys))))
            }
            (_, FieldValue::Node(_))
                if optimization.keep_annotations && (name.eq_str("annotation") || name.eq_str("returns")) =>
            {
                Converter { classes: self.classes, optimization: None }.field(value)
            }
            _ => self.field(value),
        }
    }

    fn field(&self, value: FieldValue<'a>) -> PyResult<Value> {
        Ok(match value {
            FieldValue::None => Value::NONE,
            FieldValue::Node(node) => self.node(node)?,
            FieldValue::Nodes(list) => {
                let items = (0..list.len()).map(|i| match list.get(i) {
                    Some(node) => self.node(node),
                    None => Ok(Value::NONE),
                });
                PyList::from_vec(items.collect::<PyResult<_>>()?).into_value()
            }
            FieldValue::Identifier(name) => intern(name).into_value(),
            FieldValue::Identifiers(names) => {
                PyList::from_vec(names.iter().map(|n| intern(n).into_value()).collect()).into_value()
            }
            FieldValue::String(text) => Value::from(text),
            FieldValue::Int(n) => Value::from(n),
            FieldValue::Constant(value) => constant(value),
        })
    }
}

/// Whether a string at the start of a node's body is a docstring.
fn has_docstring(node: AnyNode<'_>) -> bool {
    use minipy_parser::ast::{Mod, StmtKind};
    match node {
        AnyNode::Mod(module) => matches!(module, Mod::Module { .. }),
        AnyNode::Stmt(stmt) => matches!(
            stmt.kind,
            StmtKind::FunctionDef { .. } | StmtKind::AsyncFunctionDef { .. } | StmtKind::ClassDef { .. }
        ),
        _ => false,
    }
}

fn constant(value: Constant<'_>) -> Value {
    match value {
        Constant::None => Value::NONE,
        Constant::True => Value::TRUE,
        Constant::False => Value::FALSE,
        Constant::Ellipsis => Value::ELLIPSIS,
        Constant::Int(n) => int::from_ibig(n.to_ibig()),
        Constant::Float(x) => float::from_f64(x),
        Constant::Complex { real, imag } => complex::from_parts(real, imag),
        Constant::Str(text) => PyStr::from_wtf8(text).into_value(),
        Constant::Bytes(data) => bytes::from_slice(data).into_value(),
        Constant::Tuple(items) => {
            PyTuple::from_vec(items.iter().map(|&c| constant(c)).collect()).into_value()
        }
        Constant::Frozenset(items) => set::frozenset_of(items.iter().map(|&c| constant(c)).collect()),
    }
}
