//! The classes of nodes, made from the parser's table of nodes.

use super::node::PyAst;
use minipy_parser::ast::{self, AnyNode};
use minipy_vm::cell::GilCell;
use minipy_vm::heap::Payload;
use minipy_vm::protocol::{self, BinaryOp};
use minipy_vm::types::int::PyInt;
use minipy_vm::types::object::PyObject;
use minipy_vm::types::str::intern;
use minipy_vm::{PyDict, PyList, PyResult, PyStr, PyTuple, PyType, TypeRef, Value, exceptions};

/// What a class is in the table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// A sum of nodes without fields, such as `operator`.
    Enum,
    /// A sum of nodes with fields, such as `expr`.
    Sum,
    /// A node that belongs to a sum.
    Variant,
    /// A node that is a class of its own, such as `arguments`.
    Product,
}

struct Spec {
    name: &'static str,
    shape: Shape,
    /// The sum that a variant belongs to.
    sum: Option<NodeClass>,
    /// Whether nodes have a position.
    located: bool,
    /// Names and types as `Python.asdl` writes them, in parentheses.
    fields: &'static [(&'static str, &'static str)],
}

impl Spec {
    /// `Name(expr value, …)`, the form of the docstring.
    fn signature(&self) -> String {
        if self.fields.is_empty() {
            return self.name.to_owned();
        }
        let fields: Vec<String> =
            self.fields.iter().map(|(name, kind)| format!("{} {}", asdl(kind), plain(name))).collect();
        format!("{}({})", self.name, fields.join(", "))
    }

    fn field_names(&self) -> Value {
        let names = self.fields.iter().map(|(name, _)| intern(plain(name)).into_value());
        PyTuple::from_vec(names.collect()).into_value()
    }

    /// Whether the end of a position may be left out.
    fn end_is_optional(&self) -> bool {
        !matches!(self.name, "pattern" | "type_param")
    }
}

/// A name of the table without what makes it a Rust identifier.
fn plain(name: &'static str) -> &'static str {
    name.strip_prefix("r#").unwrap_or(name)
}

/// A type of the table as `Python.asdl` writes it.
fn asdl(kind: &str) -> String {
    kind.chars().filter(|c| !matches!(c, '(' | ')' | ' ')).collect()
}

macro_rules! define_classes {
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
        /// A class of nodes; the number is its place in the table of classes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum NodeClass {
            $($sum_py, $($sum_variant,)*)*
            $($located_py, $($kind_variant,)*)*
            $($enum_py, $($enum_variant,)*)*
            $($product_py,)*
            $($lproduct_py,)*
        }

        impl NodeClass {
            /// The class of a node.
            pub fn of(node: AnyNode<'_>) -> NodeClass {
                match node {
                    $(AnyNode::$enum(node) => match node {
                        $(ast::$enum::$enum_variant => NodeClass::$enum_variant,)*
                    },)*
                    $(AnyNode::$sum(node) => match node {
                        $(ast::$sum::$sum_variant { .. } => NodeClass::$sum_variant,)*
                    },)*
                    $(AnyNode::$located(node) => match node.kind {
                        $(ast::$kind::$kind_variant { .. } => NodeClass::$kind_variant,)*
                    },)*
                    $(AnyNode::$product(_) => NodeClass::$product_py,)*
                    $(AnyNode::$lproduct(_) => NodeClass::$lproduct_py,)*
                }
            }
        }

        static SPECS: &[Spec] = &[
            $(
                Spec { name: stringify!($sum_py), shape: Shape::Sum, sum: None, located: false, fields: &[] },
                $(Spec {
                    name: stringify!($sum_variant), shape: Shape::Variant, sum: Some(NodeClass::$sum_py),
                    located: false,
                    fields: &[$((stringify!($sum_field), stringify!($sum_type))),*],
                },)*
            )*
            $(
                Spec { name: stringify!($located_py), shape: Shape::Sum, sum: None, located: true, fields: &[] },
                $(Spec {
                    name: stringify!($kind_variant), shape: Shape::Variant, sum: Some(NodeClass::$located_py),
                    located: true,
                    fields: &[$((stringify!($kind_field), stringify!($kind_type))),*],
                },)*
            )*
            $(
                Spec { name: stringify!($enum_py), shape: Shape::Enum, sum: None, located: false, fields: &[] },
                $(Spec {
                    name: stringify!($enum_variant), shape: Shape::Variant, sum: Some(NodeClass::$enum_py),
                    located: false, fields: &[],
                },)*
            )*
            $(Spec {
                name: stringify!($product_py), shape: Shape::Product, sum: None, located: false,
                fields: &[$((stringify!($product_field), stringify!($product_type))),*],
            },)*
            $(Spec {
                name: stringify!($lproduct_py), shape: Shape::Product, sum: None, located: true,
                fields: &[$((stringify!($lproduct_field), stringify!($lproduct_type))),*],
            },)*
        ];
    };
}

minipy_parser::ast_nodes!(define_classes);

/// The classes, and the one instance of each operator and context that trees share.
pub struct Classes {
    classes: Vec<TypeRef>,
    singletons: GilCell<Vec<Option<Value>>>,
}

impl Classes {
    /// The classes, made on first use. They stay until the process ends.
    pub fn get() -> PyResult<&'static Classes> {
        static CLASSES: GilCell<Option<&'static Classes>> = GilCell::new(None);
        if let Some(classes) = CLASSES.get() {
            return Ok(classes);
        }
        let classes: &'static Classes = Box::leak(Box::new(Classes::new()?));
        CLASSES.set(Some(classes));
        Ok(classes)
    }

    fn new() -> PyResult<Classes> {
        let base = PyAst::class();
        for name in ["_fields", "__match_args__", "_attributes"] {
            base.dict().insert(name, PyTuple::from_vec(Vec::new()).into_value());
        }
        let mut classes: Vec<TypeRef> = Vec::with_capacity(SPECS.len());
        for spec in SPECS {
            let base = spec.sum.and_then(|sum| classes.get(sum as usize)).unwrap_or(base);
            let class = new_class(spec, base)?;
            classes.push(class);
        }
        for (spec, class) in SPECS.iter().zip(&classes) {
            if matches!(spec.shape, Shape::Variant | Shape::Product) {
                set_field_types(spec, class, &classes)?;
            }
        }
        let singletons = GilCell::new(vec![None; SPECS.len()]);
        Ok(Classes { classes, singletons })
    }

    /// Names and classes, in the order they were made.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &TypeRef)> {
        SPECS.iter().map(|spec| plain(spec.name)).zip(&self.classes)
    }

    /// The class of that number.
    pub fn class(&self, class: NodeClass) -> &TypeRef {
        &self.classes[class as usize]
    }

    /// The shared instance of a node without fields.
    pub fn singleton(&self, class: NodeClass) -> PyResult<Value> {
        if let Some(value) = self.singletons.with(|all| all[class as usize].clone()) {
            return Ok(value);
        }
        let value = PyAst::instance(self.class(class));
        self.singletons.with(|all| all[class as usize] = Some(value.clone()));
        Ok(value)
    }
}

/// The class for `spec`, but for what refers to other classes.
fn new_class(spec: &Spec, base: &TypeRef) -> PyResult<TypeRef> {
    let body = PyDict::new_ref();
    let names = spec.field_names();
    body.insert("_fields", names.clone());
    body.insert("__match_args__", names);
    body.insert("__module__", "ast");
    body.insert("__doc__", docstring(spec));
    if spec.shape != Shape::Variant {
        const POSITION: [&str; 4] = ["lineno", "col_offset", "end_lineno", "end_col_offset"];
        let names = if spec.located { &POSITION[..] } else { &[] };
        let names = names.iter().map(|name| intern(name).into_value()).collect();
        body.insert("_attributes", PyTuple::from_vec(names).into_value());
        if spec.located && spec.end_is_optional() {
            body.insert("end_lineno", Value::NONE);
            body.insert("end_col_offset", Value::NONE);
        }
    }
    for (name, kind) in spec.fields {
        if asdl(kind).ends_with('?') {
            body.insert(plain(name), Value::NONE);
        }
    }
    let bases = PyTuple::from_array([base.to_value()]).into_value();
    let name = intern(plain(spec.name)).into_value();
    let class = protocol::call(PyType::class().as_value(), &[name, bases, body.into_value()])?;
    class.downcast_into().map_err(|_| exceptions::system_error("type() gave no class"))
}

fn docstring(spec: &Spec) -> String {
    if !matches!(spec.shape, Shape::Enum | Shape::Sum) {
        return spec.signature();
    }
    let name = plain(spec.name);
    let variants: Vec<String> = SPECS
        .iter()
        .filter(|variant| variant.sum.is_some_and(|sum| plain(SPECS[sum as usize].name) == name))
        .map(Spec::signature)
        .collect();
    let separator = match spec.shape {
        Shape::Enum => " | ".to_owned(),
        _ => format!("\n{}| ", " ".repeat(name.len() + 1)),
    };
    format!("{name} = {}", variants.join(&separator))
}

/// Sets `_field_types`, which is `__annotations__` too.
fn set_field_types(spec: &Spec, class: &TypeRef, classes: &[TypeRef]) -> PyResult<()> {
    let types = PyDict::new_ref();
    for (name, kind) in spec.fields {
        let kind = asdl(kind);
        let one = match kind.trim_end_matches(['?', '*']) {
            "identifier" | "string" => PyStr::class(),
            "int" => PyInt::class(),
            "constant" => PyObject::class(),
            name => {
                let index = SPECS.iter().position(|spec| plain(spec.name) == name);
                index.and_then(|index| classes.get(index)).unwrap_or(class)
            }
        };
        let value = if kind.ends_with('*') {
            protocol::getitem(PyList::class().as_value(), one.as_value())?
        } else if kind.ends_with('?') {
            protocol::binary(BinaryOp::Or, one.as_value(), &Value::NONE)?
        } else {
            one.to_value()
        };
        types.insert(plain(name), value);
    }
    let types = types.into_value();
    protocol::setattr(class.as_value(), &intern("_field_types"), types.clone())?;
    protocol::setattr(class.as_value(), &intern("__annotations__"), types)
}
