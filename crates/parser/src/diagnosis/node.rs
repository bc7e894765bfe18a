//! Just enough of a tree to word errors with.

use std::rc::Rc;

use minipy_lexer::{Pos, TokenKind};

/// An expression of the source under diagnosis.
#[derive(Clone, Debug)]
pub struct Node {
    pub kind: Kind,
    pub start: Pos,
    pub end: Pos,
}

/// A shared node: the packrat table and its parents hold it.
pub type N = Rc<Node>;

/// What an expression is.
#[derive(Clone, Debug)]
pub enum Kind {
    Name(Rc<str>),
    Attribute,
    Subscript,
    Call,
    Number,
    Str,
    Bytes,
    True,
    False,
    None,
    Ellipsis,
    JoinedStr,
    TemplateStr,
    List(Rc<[N]>),
    Tuple(Rc<[N]>),
    Starred(N),
    Set,
    Dict,
    ListComp,
    SetComp,
    DictComp,
    GeneratorExp,
    Yield,
    Await,
    Lambda,
    IfExp,
    NamedExpr,
    /// The first operator, and what is left of it.
    Compare(TokenKind, N),
    BoolOp,
    BinOp,
    UnaryOp,
}

impl Node {
    /// What messages call the expression.
    pub fn describe(&self) -> &'static str {
        match self.kind {
            Kind::Name(_) => "name",
            Kind::Attribute => "attribute",
            Kind::Subscript => "subscript",
            Kind::Starred(_) => "starred",
            Kind::List(_) => "list",
            Kind::Tuple(_) => "tuple",
            Kind::Lambda => "lambda",
            Kind::Call => "function call",
            Kind::BoolOp | Kind::BinOp | Kind::UnaryOp => "expression",
            Kind::GeneratorExp => "generator expression",
            Kind::Yield => "yield expression",
            Kind::Await => "await expression",
            Kind::ListComp => "list comprehension",
            Kind::SetComp => "set comprehension",
            Kind::DictComp => "dict comprehension",
            Kind::Dict => "dict literal",
            Kind::Set => "set display",
            Kind::JoinedStr => "f-string expression",
            Kind::TemplateStr => "t-string expression",
            Kind::Number | Kind::Str | Kind::Bytes => "literal",
            Kind::True => "True",
            Kind::False => "False",
            Kind::None => "None",
            Kind::Ellipsis => "ellipsis",
            Kind::Compare(..) => "comparison",
            Kind::IfExp => "conditional expression",
            Kind::NamedExpr => "named expression",
        }
    }
}

/// What a target is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetOf {
    Assignment,
    Del,
    For,
}

/// The first part of `node` that cannot be a target. None when all of it can.
pub fn invalid_target(node: &N, of: TargetOf) -> Option<N> {
    match &node.kind {
        Kind::List(elts) | Kind::Tuple(elts) => elts.iter().find_map(|elt| invalid_target(elt, of)),
        Kind::Starred(value) => {
            if of == TargetOf::Del {
                Some(node.clone())
            } else {
                invalid_target(value, of)
            }
        }
        Kind::Compare(op, left) if of == TargetOf::For => {
            // Of `for x in y` the expression before was all of `x in y`.
            if *op == TokenKind::In { invalid_target(left, of) } else { None }
        }
        Kind::Name(_) | Kind::Subscript | Kind::Attribute => None,
        _ => Some(node.clone()),
    }
}
