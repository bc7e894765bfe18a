//! Generic access to the fields of any node, in Python's order.

use super::*;

/// What a field of a node holds.
#[derive(Clone, Copy, Debug)]
pub enum FieldValue<'a> {
    /// An optional field that is None.
    None,
    /// A child.
    Node(AnyNode<'a>),
    /// A list of children.
    Nodes(NodeList<'a>),
    /// A name.
    Identifier(&'a str),
    /// A list of names.
    Identifiers(&'a [&'a str]),
    /// A type comment or a string prefix.
    String(&'a str),
    /// A number.
    Int(i32),
    /// The value of a constant.
    Constant(Constant<'a>),
}

/// The Python name of a field, whose Rust name may be a raw identifier.
const fn python_name(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}

macro_rules! field_value {
    ((identifier), $value:expr) => {
        FieldValue::Identifier($value)
    };
    ((identifier?), $value:expr) => {
        $value.map_or(FieldValue::None, FieldValue::Identifier)
    };
    ((identifier*), $value:expr) => {
        FieldValue::Identifiers($value)
    };
    ((string), $value:expr) => {
        FieldValue::String($value)
    };
    ((string?), $value:expr) => {
        $value.map_or(FieldValue::None, FieldValue::String)
    };
    ((int), $value:expr) => {
        FieldValue::Int($value)
    };
    ((int?), $value:expr) => {
        $value.map_or(FieldValue::None, FieldValue::Int)
    };
    ((constant), $value:expr) => {
        FieldValue::Constant($value)
    };
    ((expr?*), $value:expr) => {
        FieldValue::Nodes(NodeList::OptionalExpr($value))
    };
    (($node:ident), $value:expr) => {
        FieldValue::Node(AnyNode::from($value))
    };
    (($node:ident ?), $value:expr) => {
        $value.map_or(FieldValue::None, |node| FieldValue::Node(AnyNode::from(node)))
    };
    (($node:ident *), $value:expr) => {
        FieldValue::Nodes(NodeList::from($value))
    };
}

macro_rules! define_visit {
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
        /// A node of any type.
        #[derive(Clone, Copy, Debug)]
        #[expect(missing_docs, reason = "each variant is the node of that name")]
        pub enum AnyNode<'a> {
            $($enum($enum),)*
            $($sum(&'a $sum<'a>),)*
            $($located(&'a $located<'a>),)*
            $($product(&'a $product<'a>),)*
            $($lproduct(&'a $lproduct<'a>),)*
        }

        /// A list of nodes of one type.
        #[derive(Clone, Copy, Debug)]
        #[expect(missing_docs, reason = "each variant is a list of the node of that name")]
        pub enum NodeList<'a> {
            $($enum(&'a [$enum]),)*
            $($sum(&'a [$sum<'a>]),)*
            $($located(&'a [$located<'a>]),)*
            $($product(&'a [$product<'a>]),)*
            $($lproduct(&'a [$lproduct<'a>]),)*
            OptionalExpr(&'a [Option<Expr<'a>>]),
        }

        $(
            impl<'a> From<$enum> for AnyNode<'a> {
                fn from(node: $enum) -> Self { AnyNode::$enum(node) }
            }
            impl<'a> From<&'a [$enum]> for NodeList<'a> {
                fn from(nodes: &'a [$enum]) -> Self { NodeList::$enum(nodes) }
            }
        )*
        define_visit! { @from $($sum)* $($located)* $($product)* $($lproduct)* }

        impl<'a> NodeList<'a> {
            /// The number of elements.
            pub fn len(self) -> usize {
                match self {
                    $(NodeList::$enum(list) => list.len(),)*
                    $(NodeList::$sum(list) => list.len(),)*
                    $(NodeList::$located(list) => list.len(),)*
                    $(NodeList::$product(list) => list.len(),)*
                    $(NodeList::$lproduct(list) => list.len(),)*
                    NodeList::OptionalExpr(list) => list.len(),
                }
            }

            /// Whether the list is empty.
            pub fn is_empty(self) -> bool {
                self.len() == 0
            }

            /// The element at `index`; None where the list holds None, and beyond its end.
            pub fn get(self, index: usize) -> Option<AnyNode<'a>> {
                match self {
                    $(NodeList::$enum(list) => list.get(index).copied().map(AnyNode::$enum),)*
                    $(NodeList::$sum(list) => list.get(index).map(AnyNode::$sum),)*
                    $(NodeList::$located(list) => list.get(index).map(AnyNode::$located),)*
                    $(NodeList::$product(list) => list.get(index).map(AnyNode::$product),)*
                    $(NodeList::$lproduct(list) => list.get(index).map(AnyNode::$lproduct),)*
                    NodeList::OptionalExpr(list) => list.get(index)?.as_ref().map(AnyNode::Expr),
                }
            }
        }

        impl<'a> AnyNode<'a> {
            /// The node's class in Python's `ast` module.
            pub fn name(self) -> &'static str {
                match self {
                    $(AnyNode::$enum(node) => node.name(),)*
                    $(AnyNode::$sum(node) => match node {
                        $($sum::$sum_variant { .. } => stringify!($sum_variant),)*
                    },)*
                    $(AnyNode::$located(node) => match node.kind {
                        $($kind::$kind_variant { .. } => stringify!($kind_variant),)*
                    },)*
                    $(AnyNode::$product(_) => stringify!($product_py),)*
                    $(AnyNode::$lproduct(_) => stringify!($lproduct_py),)*
                }
            }

            /// The position, for the nodes that have one.
            pub fn location(self) -> Option<Location> {
                match self {
                    $(AnyNode::$located(node) => Some(node.loc),)*
                    $(AnyNode::$lproduct(node) => Some(node.loc),)*
                    _ => None,
                }
            }

            /// Calls `visit` with the Python name and the value of each field, in Python's order.
            pub fn for_each_field(self, visit: &mut dyn FnMut(&'static str, FieldValue<'a>)) {
                match self {
                    $(AnyNode::$enum(_) => {})*
                    $(AnyNode::$sum(node) => match *node {
                        $($sum::$sum_variant { $($sum_field),* } => {
                            $(visit(
                                const { python_name(stringify!($sum_field)) },
                                field_value!($sum_type, $sum_field),
                            );)*
                        })*
                    },)*
                    $(AnyNode::$located(node) => match node.kind {
                        $($kind::$kind_variant { $($kind_field),* } => {
                            $(visit(
                                const { python_name(stringify!($kind_field)) },
                                field_value!($kind_type, $kind_field),
                            );)*
                        })*
                    },)*
                    $(AnyNode::$product(node) => {
                        $(visit(
                            const { python_name(stringify!($product_field)) },
                            field_value!($product_type, node.$product_field),
                        );)*
                    })*
                    $(AnyNode::$lproduct(node) => {
                        $(visit(
                            const { python_name(stringify!($lproduct_field)) },
                            field_value!($lproduct_type, node.$lproduct_field),
                        );)*
                    })*
                }
            }
        }
    };
    (@from $($node:ident)*) => {$(
        impl<'a> From<&'a $node<'a>> for AnyNode<'a> {
            fn from(node: &'a $node<'a>) -> Self { AnyNode::$node(node) }
        }
        impl<'a> From<&'a [$node<'a>]> for NodeList<'a> {
            fn from(nodes: &'a [$node<'a>]) -> Self { NodeList::$node(nodes) }
        }
    )*};
}

crate::ast_nodes!(define_visit);
