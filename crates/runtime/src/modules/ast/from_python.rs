//! Python's `ast` objects as trees of the parser.

use super::classes::{Classes, NodeClass};
use super::node::PyAst;
use minipy_parser::ast::{self, Arena, Constant, Location};
use minipy_vm::heap::Payload;
use minipy_vm::types::str::intern;
use minipy_vm::types::{bytes, complex, float, int, set};
use minipy_vm::{PyErr, PyList, PyResult, PyStr, PyTuple, Value, exceptions, protocol, stack};

/// Whether a value is an `ast.AST`.
pub fn is_node(value: &Value) -> bool {
    value.downcast::<PyAst>().is_some()
}

/// Reads nodes into an arena. What it gives has the shape of a tree; whether it means something, `validate` says.
///
/// Errors: TypeError or ValueError where CPython's own conversion raises them, RecursionError for too deep nesting.
pub struct Reader<'a> {
    arena: &'a Arena,
    classes: &'static Classes,
}

/// A node, or what else a field holds, as made from a Python object.
trait FromPython<'a>: Copy {
    /// The name in messages.
    const NAME: &'static str;
    /// Whether None stands for an absent node, rather than for an object without the attributes of a node.
    const NONE_IS_ABSENT: bool;

    fn from_python(reader: &Reader<'a>, object: &Value) -> PyResult<Self>;
}

macro_rules! read_field {
    ($reader:ident, $object:ident, $node:expr, $field:expr, (identifier?)) => {
        $reader.optional($object, $field)?.map(|value| $reader.identifier(&value)).transpose()?
    };
    ($reader:ident, $object:ident, $node:expr, $field:expr, (identifier*)) => {
        $reader.list($object, $node, $field, |value| $reader.identifier(value))?
    };
    ($reader:ident, $object:ident, $node:expr, $field:expr, (identifier)) => {
        $reader.identifier(&$reader.given($object, $node, $field)?)?
    };
    ($reader:ident, $object:ident, $node:expr, $field:expr, (string?)) => {
        $reader.optional($object, $field)?.map(|value| $reader.string(&value)).transpose()?
    };
    ($reader:ident, $object:ident, $node:expr, $field:expr, (string)) => {
        $reader.string(&$reader.given($object, $node, $field)?)?
    };
    ($reader:ident, $object:ident, $node:expr, $field:expr, (int?)) => {
        $reader.optional($object, $field)?.map(|value| int_value(&value)).transpose()?
    };
    ($reader:ident, $object:ident, $node:expr, $field:expr, (int)) => {
        int_value(&$reader.required($object, $node, $field)?)?
    };
    ($reader:ident, $object:ident, $node:expr, $field:expr, (constant)) => {
        $reader.constant(&$reader.required($object, $node, $field)?, $node)?
    };
    ($reader:ident, $object:ident, $node:expr, $field:expr, (expr?*)) => {
        $reader.list($object, $node, $field, |value| {
            if value.is_none() { Ok(None) } else { ast::Expr::from_python($reader, value).map(Some) }
        })?
    };
    ($reader:ident, $object:ident, $node:expr, $field:expr, (type_ignore*)) => {
        $reader.list_without_none($object, $node, $field)?
    };
    ($reader:ident, $object:ident, $node:expr, $field:expr, ($kind:ident *)) => {
        $reader.list($object, $node, $field, |value| $reader.element(value))?
    };
    ($reader:ident, $object:ident, $node:expr, $field:expr, ($kind:ident ?)) => {
        match $reader.optional($object, $field)? {
            Some(value) => Some($reader.child(&value)?),
            None => None,
        }
    };
    ($reader:ident, $object:ident, $node:expr, $field:expr, (boolop)) => {
        FromPython::from_python($reader, &$reader.required($object, $node, $field)?)?
    };
    ($reader:ident, $object:ident, $node:expr, $field:expr, (operator)) => {
        FromPython::from_python($reader, &$reader.required($object, $node, $field)?)?
    };
    ($reader:ident, $object:ident, $node:expr, $field:expr, (unaryop)) => {
        FromPython::from_python($reader, &$reader.required($object, $node, $field)?)?
    };
    ($reader:ident, $object:ident, $node:expr, $field:expr, (expr_context)) => {
        FromPython::from_python($reader, &$reader.required($object, $node, $field)?)?
    };
    ($reader:ident, $object:ident, $node:expr, $field:expr, ($kind:ident)) => {
        $reader.required_child($object, $node, $field)?
    };
}

macro_rules! define_reading {
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
            impl<'a> FromPython<'a> for ast::$enum {
                const NAME: &'static str = stringify!($enum_py);
                const NONE_IS_ABSENT: bool = false;

                fn from_python(reader: &Reader<'a>, object: &Value) -> PyResult<Self> {
                    match reader.which(object, &[$(NodeClass::$enum_variant),*])? {
                        $(Some(NodeClass::$enum_variant) => Ok(ast::$enum::$enum_variant),)*
                        _ => Err(unexpected(Self::NAME, object)),
                    }
                }
            }
        )*
        $(
            impl<'a> FromPython<'a> for ast::$sum<'a> {
                const NAME: &'static str = stringify!($sum_py);
                const NONE_IS_ABSENT: bool = true;

                fn from_python(reader: &Reader<'a>, object: &Value) -> PyResult<Self> {
                    match reader.which(object, &[$(NodeClass::$sum_variant),*])? {
                        $(Some(NodeClass::$sum_variant) => Ok(ast::$sum::$sum_variant {
                            $($sum_field: read_field!(
                                reader, object, stringify!($sum_variant), stringify!($sum_field), $sum_type
                            ),)*
                        }),)*
                        _ => Err(unexpected(Self::NAME, object)),
                    }
                }
            }
        )*
        $(
            impl<'a> FromPython<'a> for ast::$located<'a> {
                const NAME: &'static str = stringify!($located_py);
                const NONE_IS_ABSENT: bool = true;

                fn from_python(reader: &Reader<'a>, object: &Value) -> PyResult<Self> {
                    let _guard = stack::enter(concat!(" while traversing '", stringify!($located_py), "' node"))?;
                    let loc = reader.location(object, Self::NAME)?;
                    let class = reader.which(object, &[$(NodeClass::$kind_variant),*])?;
                    let kind = match class {
                        $(Some(NodeClass::$kind_variant) => {
                            // A function of its own keeps the frame of this one small.
                            #[allow(unused_variables, reason = "some nodes have no fields")]
                            #[inline(never)]
                            fn read<'a>(reader: &Reader<'a>, object: &Value) -> PyResult<ast::$kind<'a>> {
                                Ok(ast::$kind::$kind_variant { $($kind_field: read_field!(
                                    reader, object, stringify!($kind_variant), stringify!($kind_field), $kind_type
                                ),)* })
                            }
                            read(reader, object)?
                        })*
                        _ => return Err(unexpected(Self::NAME, object)),
                    };
                    Ok(ast::$located { kind, loc })
                }
            }
        )*
        $(
            impl<'a> FromPython<'a> for ast::$product<'a> {
                const NAME: &'static str = stringify!($product_py);
                const NONE_IS_ABSENT: bool = false;

                fn from_python(reader: &Reader<'a>, object: &Value) -> PyResult<Self> {
                    Ok(ast::$product { $($product_field: read_field!(
                        reader, object, stringify!($product_py), stringify!($product_field), $product_type
                    ),)* })
                }
            }
        )*
        $(
            impl<'a> FromPython<'a> for ast::$lproduct<'a> {
                const NAME: &'static str = stringify!($lproduct_py);
                const NONE_IS_ABSENT: bool = false;

                fn from_python(reader: &Reader<'a>, object: &Value) -> PyResult<Self> {
                    Ok(ast::$lproduct {
                        $($lproduct_field: read_field!(
                            reader, object, stringify!($lproduct_py), stringify!($lproduct_field), $lproduct_type
                        ),)*
                        loc: reader.location(object, Self::NAME)?,
                    })
                }
            }
        )*
    };
}

minipy_parser::ast_nodes!(define_reading);

fn unexpected(kind: &str, object: &Value) -> PyErr {
    match protocol::repr(object) {
        Ok(shown) => exceptions::type_error(format!(
            "expected some sort of {kind}, but got {}",
            shown.to_string_lossy()
        )),
        Err(error) => error,
    }
}

fn missing(node: &str, field: &str) -> PyErr {
    exceptions::type_error(format!("required field \"{field}\" missing from {node}"))
}

fn is_required(node: &str, field: &str) -> PyErr {
    exceptions::value_error(format!("field '{field}' is required for {node}"))
}

/// The name of a field, which may be a raw identifier.
fn plain(field: &'static str) -> &'static str {
    field.strip_prefix("r#").unwrap_or(field)
}

fn int_value(value: &Value) -> PyResult<i32> {
    if !protocol::is_int(value) {
        let shown = protocol::repr(value)?;
        return Err(exceptions::value_error(format!("invalid integer value: {}", shown.to_string_lossy())));
    }
    int::to_i64(value)
        .and_then(|n| i32::try_from(n).ok())
        .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C int"))
}

impl<'a> Reader<'a> {
    /// A reader whose nodes live in `arena`.
    pub fn new(arena: &'a Arena) -> PyResult<Reader<'a>> {
        Ok(Reader { arena, classes: Classes::get()? })
    }

    /// The tree of a module, whose class must be `expected`.
    pub fn module(&self, object: &Value, expected: NodeClass) -> PyResult<ast::Mod<'a>> {
        let class = self.classes.class(expected);
        if !protocol::isinstance(object, class.as_value())? {
            return Err(exceptions::type_error(format!(
                "expected {} node, got {}",
                class.name(),
                object.class().short_name()
            )));
        }
        ast::Mod::from_python(self, object)
    }

    /// Which of the classes an object is an instance of.
    fn which(&self, object: &Value, candidates: &[NodeClass]) -> PyResult<Option<NodeClass>> {
        let class = object.class();
        if let Some(exact) = candidates.iter().find(|&&candidate| class.is(self.classes.class(candidate))) {
            return Ok(Some(*exact));
        }
        for &candidate in candidates {
            if protocol::isinstance(object, self.classes.class(candidate).as_value())? {
                return Ok(Some(candidate));
            }
        }
        Ok(None)
    }

    fn attribute(&self, object: &Value, field: &'static str) -> PyResult<Option<Value>> {
        protocol::lookup_attr(object, &intern(plain(field)))
    }

    /// A field that may be absent or None.
    fn optional(&self, object: &Value, field: &'static str) -> PyResult<Option<Value>> {
        Ok(self.attribute(object, field)?.filter(|value| !value.is_none()))
    }

    /// A field that must be there.
    fn required(&self, object: &Value, node: &str, field: &'static str) -> PyResult<Value> {
        self.attribute(object, field)?.ok_or_else(|| missing(node, plain(field)))
    }

    /// A field that must be there and not None.
    fn given(&self, object: &Value, node: &str, field: &'static str) -> PyResult<Value> {
        let value = self.required(object, node, field)?;
        if value.is_none() { Err(is_required(node, plain(field))) } else { Ok(value) }
    }

    fn child<T: FromPython<'a>>(&self, object: &Value) -> PyResult<&'a T> {
        Ok(self.arena.alloc(T::from_python(self, object)?))
    }

    fn required_child<T: FromPython<'a>>(
        &self,
        object: &Value,
        node: &str,
        field: &'static str,
    ) -> PyResult<&'a T> {
        let value = self.required(object, node, field)?;
        if value.is_none() && T::NONE_IS_ABSENT {
            return Err(is_required(node, plain(field)));
        }
        self.child(&value)
    }

    fn element<T: FromPython<'a>>(&self, object: &Value) -> PyResult<T> {
        if object.is_none() && T::NONE_IS_ABSENT {
            let kind = match T::NAME {
                "expr" => "expression",
                "stmt" => "statement",
                other => other,
            };
            return Err(exceptions::value_error(format!("None disallowed in {kind} list")));
        }
        T::from_python(self, object)
    }

    /// The objects in a list field; none if the node lacks the field.
    fn items(&self, object: &Value, node: &str, field: &'static str) -> PyResult<Vec<Value>> {
        let Some(value) = self.attribute(object, field)? else { return Ok(Vec::new()) };
        match value.downcast::<PyList>() {
            Some(list) => Ok(list.to_vec()),
            None => Err(exceptions::type_error(format!(
                "{node} field \"{}\" must be a list, not a {}",
                plain(field),
                value.class().name()
            ))),
        }
    }

    fn list<T: Copy>(
        &self,
        object: &Value,
        node: &str,
        field: &'static str,
        read: impl Fn(&Value) -> PyResult<T>,
    ) -> PyResult<&'a [T]> {
        let items = self.items(object, node, field)?;
        let mut nodes = Vec::with_capacity(items.len());
        for item in &items {
            nodes.push(read(item)?);
        }
        Ok(self.arena.alloc_slice(&nodes))
    }

    fn list_without_none<T: FromPython<'a>>(
        &self,
        object: &Value,
        node: &str,
        field: &'static str,
    ) -> PyResult<&'a [T]> {
        let items = self.items(object, node, field)?;
        let nodes = items.iter().filter(|item| !item.is_none()).map(|item| T::from_python(self, item));
        Ok(self.arena.alloc_slice(&nodes.collect::<PyResult<Vec<T>>>()?))
    }

    fn identifier(&self, value: &Value) -> PyResult<&'a str> {
        match value.downcast_exact::<PyStr>() {
            Some(text) => self.text(text),
            None => Err(exceptions::type_error("AST identifier must be of type str")),
        }
    }

    fn string(&self, value: &Value) -> PyResult<&'a str> {
        match value.downcast_exact::<PyStr>() {
            Some(text) => self.text(text),
            None => Err(exceptions::type_error("AST string must be of type str")),
        }
    }

    fn text(&self, text: &minipy_vm::StrRef) -> PyResult<&'a str> {
        match text.to_utf8() {
            Some(text) => Ok(self.arena.alloc_str(&text)),
            None => Err(crate::compile::surrogates(text)),
        }
    }

    /// The position of a node, whose numbers must fit each other.
    fn location(&self, object: &Value, node: &str) -> PyResult<Location> {
        let end_is_optional = !matches!(node, "pattern" | "type_param");
        let start = |field| int_value(&self.required(object, node, field)?);
        let end = |field, default| match self.optional(object, field)? {
            Some(value) => int_value(&value),
            None if end_is_optional => Ok(default),
            None => int_value(&self.required(object, node, field)?),
        };
        let lineno = start("lineno")?;
        let col_offset = start("col_offset")?;
        let end_lineno = end("end_lineno", lineno)?;
        let end_col_offset = end("end_col_offset", col_offset)?;
        if !matches!(node, "alias" | "keyword") {
            check_location(lineno, col_offset, end_lineno, end_col_offset)?;
        }
        // A negative number, which says that there is no position, comes back as such in code generation.
        Ok(Location {
            lineno: lineno as u32,
            col_offset: col_offset as u32,
            end_lineno: end_lineno as u32,
            end_col_offset: end_col_offset as u32,
        })
    }

    fn constant(&self, value: &Value, node: &str) -> PyResult<Constant<'a>> {
        let _guard = stack::enter(" during compilation")?;
        if value.is_none() {
            return Ok(Constant::None);
        }
        if let Some(truth) = value.as_bool() {
            return Ok(if truth { Constant::True } else { Constant::False });
        }
        if value.is(&Value::ELLIPSIS) {
            return Ok(Constant::Ellipsis);
        }
        let class = value.class();
        if class.is(minipy_vm::types::int::PyInt::class()) {
            if let Some(n) = int::to_ibig(value) {
                return Ok(Constant::Int(ast::Int::new(self.arena, &n)));
            }
        } else if class.is(minipy_vm::types::float::PyFloat::class()) {
            if let Some(x) = float::as_f64(value) {
                return Ok(Constant::Float(x));
            }
        } else if class.is(minipy_vm::types::complex::PyComplex::class()) {
            if let Some((real, imag)) = complex::parts(value) {
                return Ok(Constant::Complex { real, imag });
            }
        } else if let Some(text) = value.downcast_exact::<PyStr>() {
            return Ok(Constant::Str(self.arena.alloc_wtf8(&text.to_wtf8())));
        } else if let Some(data) = value.downcast_exact::<bytes::PyBytes>() {
            return Ok(Constant::Bytes(self.arena.alloc_slice(data.as_bytes())));
        } else if let Some(items) = value.downcast_exact::<PyTuple>() {
            return Ok(Constant::Tuple(self.constants(items, node)?));
        } else if let Some(items) = value.downcast_exact::<set::PyFrozenSet>() {
            let items = set::any_set(items.as_value()).map(|set| set.to_vec()).unwrap_or_default();
            return Ok(Constant::Frozenset(self.constants(&items, node)?));
        }
        if node == "MatchSingleton" {
            return Err(exceptions::value_error("MatchSingleton can only contain True, False and None"));
        }
        Err(exceptions::type_error(format!("got an invalid type in Constant: {}", class.name())))
    }

    fn constants(&self, items: &[Value], node: &str) -> PyResult<&'a [Constant<'a>]> {
        let items: PyResult<Vec<_>> = items.iter().map(|item| self.constant(item, node)).collect();
        Ok(self.arena.alloc_slice(&items?))
    }
}

fn check_location(lineno: i32, col: i32, end_lineno: i32, end_col: i32) -> PyResult<()> {
    let message = if lineno > end_lineno {
        format!("AST node line range ({lineno}, {end_lineno}) is not valid")
    } else if lineno < 0 && end_lineno != lineno || col < 0 && col != end_col {
        format!(
            "AST node column range ({col}, {end_col}) for line range ({lineno}, {end_lineno}) is not valid"
        )
    } else if lineno == end_lineno && col > end_col {
        format!("line {lineno}, column {col}-{end_col} is not a valid range")
    } else {
        return Ok(());
    };
    Err(exceptions::value_error(message))
}
