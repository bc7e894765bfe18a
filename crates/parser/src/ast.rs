//! The AST: Python 3.14's `ast` module, node for node, in an arena.
//!
//! The types expand from the table in [`ast_nodes!`](crate::ast_nodes), and so do the generic field access in
//! [`AnyNode`] and whatever else walks every node. All nodes are `Copy`: they hold references into the [`Arena`] and nothing
//! that must be dropped.

mod arena;
mod constant;
mod dump;
mod table;
mod visit;

pub use arena::Arena;
pub use constant::{Constant, Int};
pub use dump::dump;
pub use visit::{AnyNode, FieldValue, NodeList};

/// Where a node begins and ends: lines from 1, columns as UTF-8 byte offsets from 0, the end exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Location {
    /// The line of the first character.
    pub lineno: u32,
    /// The offset of the first character in its line.
    pub col_offset: u32,
    /// The line of the last character.
    pub end_lineno: u32,
    /// The offset behind the last character in its line.
    pub end_col_offset: u32,
}

impl Location {
    /// Of a node that stands nowhere in the source: every number is -1 as `i32`.
    pub const ABSENT: Location =
        Location { lineno: u32::MAX, col_offset: u32::MAX, end_lineno: u32::MAX, end_col_offset: u32::MAX };
}

macro_rules! define_types {
    (
        enums { $($enum:ident $enum_py:ident { $($enum_variant:ident)* })* }
        sums { $($sum:ident $sum_py:ident {
            $($sum_variant:ident { $($sum_field:ident : $sum_type:tt),* })*
        })* }
        located { $($located:ident $kind:ident $located_py:ident {
            $($kind_variant:ident { $($kind_field:ident : $kind_type:tt),* })*
        })* }
        products { $($product:ident $product_py:ident { $($product_field:ident : $product_type:tt),* })* }
        located_products {
            $($lproduct:ident $lproduct_py:ident { $($lproduct_field:ident : $lproduct_type:tt),* })*
        }
    ) => {
        $(
            #[doc = concat!("Python's `ast.", stringify!($enum_py), "`.")]
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
            #[expect(missing_docs, reason = "named as in Python's `ast` module")]
            pub enum $enum { $($enum_variant,)* }

            impl $enum {
                /// The node's class in Python's `ast` module.
                pub fn name(self) -> &'static str {
                    match self { $($enum::$enum_variant => stringify!($enum_variant),)* }
                }
            }
        )*
        $(
            #[doc = concat!("Python's `ast.", stringify!($sum_py), "`.")]
            #[derive(Clone, Copy, Debug, PartialEq)]
            #[expect(missing_docs, reason = "named as in Python's `ast` module")]
            pub enum $sum<'a> {
                $($sum_variant { $($sum_field: $crate::ast_field_type!('a, $sum_type),)* },)*
            }
        )*
        $(
            #[doc = concat!("Python's `ast.", stringify!($located_py), "`.")]
            #[derive(Clone, Copy, Debug, PartialEq)]
            pub struct $located<'a> {
                /// Which node it is, and its fields.
                pub kind: $kind<'a>,
                /// Where it is in the source.
                pub loc: Location,
            }

            #[doc = concat!("The nodes of Python's `ast.", stringify!($located_py), "` and their fields.")]
            #[derive(Clone, Copy, Debug, PartialEq)]
            #[expect(missing_docs, reason = "named as in Python's `ast` module")]
            pub enum $kind<'a> {
                $($kind_variant { $($kind_field: $crate::ast_field_type!('a, $kind_type),)* },)*
            }
        )*
        $(
            #[doc = concat!("Python's `ast.", stringify!($product_py), "`.")]
            #[derive(Clone, Copy, Debug, PartialEq)]
            #[expect(missing_docs, reason = "named as in Python's `ast` module")]
            pub struct $product<'a> {
                $(pub $product_field: $crate::ast_field_type!('a, $product_type),)*
            }
        )*
        $(
            #[doc = concat!("Python's `ast.", stringify!($lproduct_py), "`.")]
            #[derive(Clone, Copy, Debug, PartialEq)]
            #[expect(missing_docs, reason = "named as in Python's `ast` module")]
            pub struct $lproduct<'a> {
                $(pub $lproduct_field: $crate::ast_field_type!('a, $lproduct_type),)*
                pub loc: Location,
            }
        )*
    };
}

crate::ast_nodes!(define_types);

impl<'a> Expr<'a> {
    /// An expression of `kind` at `loc`.
    pub fn new(kind: ExprKind<'a>, loc: Location) -> Self {
        Expr { kind, loc }
    }
}

impl<'a> Stmt<'a> {
    /// A statement of `kind` at `loc`.
    pub fn new(kind: StmtKind<'a>, loc: Location) -> Self {
        Stmt { kind, loc }
    }
}
