//! The one table of AST nodes, after the `ast` module of Python 3.14.

/// Calls `$callback!` with every AST node, its fields in Python's order, and its shape.
///
/// A field's type is a token tree as `Python.asdl` writes it: `(expr)` is required, `(expr?)` may be None, `(expr*)` is a
/// list, `(expr?*)` a list that may hold None. The shapes are:
/// - `enums`: sums without fields (`Rust name, Python name { variants }`);
/// - `sums`: sums with fields and without position;
/// - `located`: sums whose nodes have a position (`Rust name, kind enum, Python name { variants }`);
/// - `products`: single nodes without position;
/// - `located_products`: single nodes with a position.
#[macro_export]
macro_rules! ast_nodes {
    ($callback:ident) => {
        $crate::ast_nodes! { $callback {} }
    };
    ($callback:ident { $($extra:tt)* }) => {
        $callback! {
            $($extra)*
            enums {
                ExprContext expr_context { Load Store Del }
                BoolOp boolop { And Or }
                Operator operator {
                    Add Sub Mult MatMult Div Mod Pow LShift RShift BitOr BitXor BitAnd FloorDiv
                }
                UnaryOp unaryop { Invert Not UAdd USub }
                CmpOp cmpop { Eq NotEq Lt LtE Gt GtE Is IsNot In NotIn }
            }
            sums {
                Mod r#mod {
                    Module { body: (stmt*), type_ignores: (type_ignore*) }
                    Interactive { body: (stmt*) }
                    Expression { body: (expr) }
                    FunctionType { argtypes: (expr*), returns: (expr) }
                }
                TypeIgnore type_ignore {
                    TypeIgnore { lineno: (int), tag: (string) }
                }
            }
            located {
                Stmt StmtKind stmt {
                    FunctionDef {
                        name: (identifier), args: (arguments), body: (stmt*), decorator_list: (expr*),
                        returns: (expr?), type_comment: (string?), type_params: (type_param*)
                    }
                    AsyncFunctionDef {
                        name: (identifier), args: (arguments), body: (stmt*), decorator_list: (expr*),
                        returns: (expr?), type_comment: (string?), type_params: (type_param*)
                    }
                    ClassDef {
                        name: (identifier), bases: (expr*), keywords: (keyword*), body: (stmt*),
                        decorator_list: (expr*), type_params: (type_param*)
                    }
                    Return { value: (expr?) }
                    Delete { targets: (expr*) }
                    Assign { targets: (expr*), value: (expr), type_comment: (string?) }
                    TypeAlias { name: (expr), type_params: (type_param*), value: (expr) }
                    AugAssign { target: (expr), op: (operator), value: (expr) }
                    AnnAssign { target: (expr), annotation: (expr), value: (expr?), simple: (int) }
                    For {
                        target: (expr), iter: (expr), body: (stmt*), orelse: (stmt*), type_comment: (string?)
                    }
                    AsyncFor {
                        target: (expr), iter: (expr), body: (stmt*), orelse: (stmt*), type_comment: (string?)
                    }
                    While { test: (expr), body: (stmt*), orelse: (stmt*) }
                    If { test: (expr), body: (stmt*), orelse: (stmt*) }
                    With { items: (withitem*), body: (stmt*), type_comment: (string?) }
                    AsyncWith { items: (withitem*), body: (stmt*), type_comment: (string?) }
                    Match { subject: (expr), cases: (match_case*) }
                    Raise { exc: (expr?), cause: (expr?) }
                    Try { body: (stmt*), handlers: (excepthandler*), orelse: (stmt*), finalbody: (stmt*) }
                    TryStar { body: (stmt*), handlers: (excepthandler*), orelse: (stmt*), finalbody: (stmt*) }
                    Assert { test: (expr), msg: (expr?) }
                    Import { names: (alias*) }
                    ImportFrom { module: (identifier?), names: (alias*), level: (int?) }
                    Global { names: (identifier*) }
                    Nonlocal { names: (identifier*) }
                    Expr { value: (expr) }
                    Pass {}
                    Break {}
                    Continue {}
                }
                Expr ExprKind expr {
                    BoolOp { op: (boolop), values: (expr*) }
                    NamedExpr { target: (expr), value: (expr) }
                    BinOp { left: (expr), op: (operator), right: (expr) }
                    UnaryOp { op: (unaryop), operand: (expr) }
                    Lambda { args: (arguments), body: (expr) }
                    IfExp { test: (expr), body: (expr), orelse: (expr) }
                    Dict { keys: (expr?*), values: (expr*) }
                    Set { elts: (expr*) }
                    ListComp { elt: (expr), generators: (comprehension*) }
                    SetComp { elt: (expr), generators: (comprehension*) }
                    DictComp { key: (expr), value: (expr), generators: (comprehension*) }
                    GeneratorExp { elt: (expr), generators: (comprehension*) }
                    Await { value: (expr) }
                    Yield { value: (expr?) }
                    YieldFrom { value: (expr) }
                    Compare { left: (expr), ops: (cmpop*), comparators: (expr*) }
                    Call { func: (expr), args: (expr*), keywords: (keyword*) }
                    FormattedValue { value: (expr), conversion: (int), format_spec: (expr?) }
                    Interpolation { value: (expr), str: (constant), conversion: (int), format_spec: (expr?) }
                    JoinedStr { values: (expr*) }
                    TemplateStr { values: (expr*) }
                    Constant { value: (constant), kind: (string?) }
                    Attribute { value: (expr), attr: (identifier), ctx: (expr_context) }
                    Subscript { value: (expr), slice: (expr), ctx: (expr_context) }
                    Starred { value: (expr), ctx: (expr_context) }
                    Name { id: (identifier), ctx: (expr_context) }
                    List { elts: (expr*), ctx: (expr_context) }
                    Tuple { elts: (expr*), ctx: (expr_context) }
                    Slice { lower: (expr?), upper: (expr?), step: (expr?) }
                }
                ExceptHandler ExceptHandlerKind excepthandler {
                    ExceptHandler { r#type: (expr?), name: (identifier?), body: (stmt*) }
                }
                Pattern PatternKind pattern {
                    MatchValue { value: (expr) }
                    MatchSingleton { value: (constant) }
                    MatchSequence { patterns: (pattern*) }
                    MatchMapping { keys: (expr*), patterns: (pattern*), rest: (identifier?) }
                    MatchClass {
                        cls: (expr), patterns: (pattern*), kwd_attrs: (identifier*), kwd_patterns: (pattern*)
                    }
                    MatchStar { name: (identifier?) }
                    MatchAs { pattern: (pattern?), name: (identifier?) }
                    MatchOr { patterns: (pattern*) }
                }
                TypeParam TypeParamKind type_param {
                    TypeVar { name: (identifier), bound: (expr?), default_value: (expr?) }
                    ParamSpec { name: (identifier), default_value: (expr?) }
                    TypeVarTuple { name: (identifier), default_value: (expr?) }
                }
            }
            products {
                Arguments arguments {
                    posonlyargs: (arg*), args: (arg*), vararg: (arg?), kwonlyargs: (arg*),
                    kw_defaults: (expr?*), kwarg: (arg?), defaults: (expr*)
                }
                Comprehension comprehension { target: (expr), iter: (expr), ifs: (expr*), is_async: (int) }
                WithItem withitem { context_expr: (expr), optional_vars: (expr?) }
                MatchCase match_case { pattern: (pattern), guard: (expr?), body: (stmt*) }
            }
            located_products {
                Arg arg { arg: (identifier), annotation: (expr?), type_comment: (string?) }
                Keyword keyword { arg: (identifier?), value: (expr) }
                Alias alias { name: (identifier), asname: (identifier?) }
            }
        }
    };
}

/// The Rust type of an `ast_nodes!` field: `ast_field_type!('a, (expr?*))`.
#[macro_export]
macro_rules! ast_field_type {
    ($a:lifetime, (identifier)) => { &$a str };
    ($a:lifetime, (identifier?)) => { Option<&$a str> };
    ($a:lifetime, (identifier*)) => { &$a [&$a str] };
    ($a:lifetime, (string)) => { &$a str };
    ($a:lifetime, (string?)) => { Option<&$a str> };
    ($a:lifetime, (int)) => { i32 };
    ($a:lifetime, (int?)) => { Option<i32> };
    ($a:lifetime, (constant)) => { $crate::ast::Constant<$a> };
    ($a:lifetime, (boolop)) => { $crate::ast::BoolOp };
    ($a:lifetime, (operator)) => { $crate::ast::Operator };
    ($a:lifetime, (unaryop)) => { $crate::ast::UnaryOp };
    ($a:lifetime, (cmpop*)) => { &$a [$crate::ast::CmpOp] };
    ($a:lifetime, (expr_context)) => { $crate::ast::ExprContext };
    ($a:lifetime, ($node:ident)) => { &$a $crate::ast_node_type!($a, $node) };
    ($a:lifetime, ($node:ident ?)) => { Option<&$a $crate::ast_node_type!($a, $node)> };
    ($a:lifetime, ($node:ident *)) => { &$a [$crate::ast_node_type!($a, $node)] };
    ($a:lifetime, ($node:ident ? *)) => { &$a [Option<$crate::ast_node_type!($a, $node)>] };
}

/// The Rust type of a node with children, by its name in `Python.asdl`.
#[macro_export]
macro_rules! ast_node_type {
    ($a:lifetime, stmt) => { $crate::ast::Stmt<$a> };
    ($a:lifetime, expr) => { $crate::ast::Expr<$a> };
    ($a:lifetime, excepthandler) => { $crate::ast::ExceptHandler<$a> };
    ($a:lifetime, pattern) => { $crate::ast::Pattern<$a> };
    ($a:lifetime, type_param) => { $crate::ast::TypeParam<$a> };
    ($a:lifetime, type_ignore) => { $crate::ast::TypeIgnore<$a> };
    ($a:lifetime, arguments) => { $crate::ast::Arguments<$a> };
    ($a:lifetime, comprehension) => { $crate::ast::Comprehension<$a> };
    ($a:lifetime, withitem) => { $crate::ast::WithItem<$a> };
    ($a:lifetime, match_case) => { $crate::ast::MatchCase<$a> };
    ($a:lifetime, arg) => { $crate::ast::Arg<$a> };
    ($a:lifetime, keyword) => { $crate::ast::Keyword<$a> };
    ($a:lifetime, alias) => { $crate::ast::Alias<$a> };
}
