"""The classes of syntax-tree nodes: what `ast` re-exports."""

import warnings as _warnings

PyCF_ONLY_AST = 0x400
PyCF_OPTIMIZED_AST = 0x8400
PyCF_TYPE_COMMENTS = 0x1000
PyCF_ALLOW_TOP_LEVEL_AWAIT = 0x2000


class AST:
    """The base of all nodes."""

    __module__ = "ast"
    _fields = ()
    __match_args__ = ()
    _attributes = ()

    def __init__(self, *args, **kwargs):
        cls = type(self)
        fields = cls._fields
        if len(args) > len(fields):
            plural = "" if len(fields) == 1 else "s"
            raise TypeError(f"{cls.__name__} constructor takes at most {len(fields)} positional argument{plural}")
        for name, value in zip(fields, args):
            setattr(self, name, value)
        given = set(fields[: len(args)])
        for name, value in kwargs.items():
            if name in given:
                raise TypeError(f"{cls.__name__} got multiple values for argument {name!r}")
            if name not in fields and name not in cls._attributes:
                _warnings.warn(
                    f"{cls.__name__}.__init__ got an unexpected keyword argument {name!r}. "
                    "Support for arbitrary keyword arguments is deprecated and will be removed in Python 3.15.",
                    DeprecationWarning,
                    stacklevel=2,
                )
            setattr(self, name, value)
            given.add(name)
        kinds = getattr(cls, "_field_types", {})
        for name in fields:
            if name in given or name not in kinds:
                continue
            kind = kinds[name]
            if isinstance(kind, type(list[int])):
                setattr(self, name, [])
            elif kind is expr_context:
                setattr(self, name, Load())
            elif isinstance(kind, type):
                _warnings.warn(
                    f"{cls.__name__}.__init__ missing 1 required positional argument: {name!r}. "
                    "This will become an error in Python 3.15.",
                    DeprecationWarning,
                    stacklevel=2,
                )

    def __reduce__(self):
        return type(self), tuple(getattr(self, f) for f in self._fields if f in self.__dict__), self.__dict__

    def __replace__(self, **changes):
        cls = type(self)
        known = {*cls._fields, *cls._attributes}
        unknown = [name for name in changes if name not in known]
        if unknown:
            raise TypeError(f"{cls.__name__}.__replace__ got an unexpected keyword argument {unknown[0]!r}.")
        return cls(**{**self.__dict__, **changes})

    def __repr__(self):
        return self._repr(3)

    def _repr(self, depth):
        if depth <= 0:
            return f"{type(self).__name__}(...)"
        parts = [f"{f}={_shown(getattr(self, f), depth - 1)}" for f in self._fields if hasattr(self, f)]
        return f"{type(self).__name__}({', '.join(parts)})"


def _shown(value, depth):
    if isinstance(value, AST):
        return value._repr(depth)
    if isinstance(value, list):
        if len(value) > 2:
            return f"[{_shown(value[0], depth)}, ..., {_shown(value[-1], depth)}]"
        return f"[{', '.join(_shown(v, depth) for v in value)}]"
    return repr(value)


# A line each: `class: base = field:kind …`, and for groups of nodes `@ attributes ? optional attributes`.
_NODES = """
alias: AST = name:str asname:str? @ lineno col_offset end_lineno end_col_offset ? end_lineno end_col_offset
arg: AST = arg:str annotation:expr? type_comment:str? @ lineno col_offset end_lineno end_col_offset ? end_lineno end_col_offset
arguments: AST = posonlyargs:arg* args:arg* vararg:arg? kwonlyargs:arg* kw_defaults:expr* kwarg:arg? defaults:expr*
boolop: AST = -
cmpop: AST = -
comprehension: AST = target:expr iter:expr ifs:expr* is_async:int
excepthandler: AST = - @ lineno col_offset end_lineno end_col_offset ? end_lineno end_col_offset
expr: AST = - @ lineno col_offset end_lineno end_col_offset ? end_lineno end_col_offset
expr_context: AST = -
keyword: AST = arg:str? value:expr @ lineno col_offset end_lineno end_col_offset ? end_lineno end_col_offset
match_case: AST = pattern:pattern guard:expr? body:stmt*
mod: AST = -
operator: AST = -
pattern: AST = - @ lineno col_offset end_lineno end_col_offset ? -
stmt: AST = - @ lineno col_offset end_lineno end_col_offset ? end_lineno end_col_offset
type_ignore: AST = -
type_param: AST = - @ lineno col_offset end_lineno end_col_offset ? -
unaryop: AST = -
withitem: AST = context_expr:expr optional_vars:expr?
Add: operator = -
And: boolop = -
AnnAssign: stmt = target:expr annotation:expr value:expr? simple:int
Assert: stmt = test:expr msg:expr?
Assign: stmt = targets:expr* value:expr type_comment:str?
AsyncFor: stmt = target:expr iter:expr body:stmt* orelse:stmt* type_comment:str?
AsyncFunctionDef: stmt = name:str args:arguments body:stmt* decorator_list:expr* returns:expr? type_comment:str? type_params:type_param*
AsyncWith: stmt = items:withitem* body:stmt* type_comment:str?
Attribute: expr = value:expr attr:str ctx:expr_context
AugAssign: stmt = target:expr op:operator value:expr
Await: expr = value:expr
BinOp: expr = left:expr op:operator right:expr
BitAnd: operator = -
BitOr: operator = -
BitXor: operator = -
BoolOp: expr = op:boolop values:expr*
Break: stmt = -
Call: expr = func:expr args:expr* keywords:keyword*
ClassDef: stmt = name:str bases:expr* keywords:keyword* body:stmt* decorator_list:expr* type_params:type_param*
Compare: expr = left:expr ops:cmpop* comparators:expr*
Constant: expr = value:object kind:str?
Continue: stmt = -
Del: expr_context = -
Delete: stmt = targets:expr*
Dict: expr = keys:expr* values:expr*
DictComp: expr = key:expr value:expr generators:comprehension*
Div: operator = -
Eq: cmpop = -
ExceptHandler: excepthandler = type:expr? name:str? body:stmt*
Expr: stmt = value:expr
Expression: mod = body:expr
FloorDiv: operator = -
For: stmt = target:expr iter:expr body:stmt* orelse:stmt* type_comment:str?
FormattedValue: expr = value:expr conversion:int format_spec:expr?
FunctionDef: stmt = name:str args:arguments body:stmt* decorator_list:expr* returns:expr? type_comment:str? type_params:type_param*
FunctionType: mod = argtypes:expr* returns:expr
GeneratorExp: expr = elt:expr generators:comprehension*
Global: stmt = names:str*
Gt: cmpop = -
GtE: cmpop = -
If: stmt = test:expr body:stmt* orelse:stmt*
IfExp: expr = test:expr body:expr orelse:expr
Import: stmt = names:alias*
ImportFrom: stmt = module:str? names:alias* level:int?
In: cmpop = -
Interactive: mod = body:stmt*
Interpolation: expr = value:expr str:object conversion:int format_spec:expr?
Invert: unaryop = -
Is: cmpop = -
IsNot: cmpop = -
JoinedStr: expr = values:expr*
LShift: operator = -
Lambda: expr = args:arguments body:expr
List: expr = elts:expr* ctx:expr_context
ListComp: expr = elt:expr generators:comprehension*
Load: expr_context = -
Lt: cmpop = -
LtE: cmpop = -
MatMult: operator = -
Match: stmt = subject:expr cases:match_case*
MatchAs: pattern = pattern:pattern? name:str?
MatchClass: pattern = cls:expr patterns:pattern* kwd_attrs:str* kwd_patterns:pattern*
MatchMapping: pattern = keys:expr* patterns:pattern* rest:str?
MatchOr: pattern = patterns:pattern*
MatchSequence: pattern = patterns:pattern*
MatchSingleton: pattern = value:object
MatchStar: pattern = name:str?
MatchValue: pattern = value:expr
Mod: operator = -
Module: mod = body:stmt* type_ignores:type_ignore*
Mult: operator = -
Name: expr = id:str ctx:expr_context
NamedExpr: expr = target:expr value:expr
Nonlocal: stmt = names:str*
Not: unaryop = -
NotEq: cmpop = -
NotIn: cmpop = -
Or: boolop = -
ParamSpec: type_param = name:str default_value:expr?
Pass: stmt = -
Pow: operator = -
RShift: operator = -
Raise: stmt = exc:expr? cause:expr?
Return: stmt = value:expr?
Set: expr = elts:expr*
SetComp: expr = elt:expr generators:comprehension*
Slice: expr = lower:expr? upper:expr? step:expr?
Starred: expr = value:expr ctx:expr_context
Store: expr_context = -
Sub: operator = -
Subscript: expr = value:expr slice:expr ctx:expr_context
TemplateStr: expr = values:expr*
Try: stmt = body:stmt* handlers:excepthandler* orelse:stmt* finalbody:stmt*
TryStar: stmt = body:stmt* handlers:excepthandler* orelse:stmt* finalbody:stmt*
Tuple: expr = elts:expr* ctx:expr_context
TypeAlias: stmt = name:expr type_params:type_param* value:expr
TypeIgnore: type_ignore = lineno:int tag:str
TypeVar: type_param = name:str bound:expr? default_value:expr?
TypeVarTuple: type_param = name:str default_value:expr?
UAdd: unaryop = -
USub: unaryop = -
UnaryOp: expr = op:unaryop operand:expr
While: stmt = test:expr body:stmt* orelse:stmt*
With: stmt = items:withitem* body:stmt* type_comment:str?
Yield: expr = value:expr?
YieldFrom: expr = value:expr
"""


def _kind(name, classes):
    plain = {"str": str, "int": int, "object": object}
    suffix = name[-1]
    base = name.rstrip("?*")
    cls = plain.get(base) or classes[base]
    if suffix == "?":
        return cls | None
    return list[cls] if suffix == "*" else cls


def _make_classes():
    classes = {"AST": AST}
    fields_of = {}
    for line in _NODES.split("\n"):
        if not line:
            continue
        head, _, rest = line.partition(" = ")
        name, base = head.split(": ")
        rest, _, attributes = rest.partition(" @ ")
        required, _, optional = attributes.partition(" ? ")
        fields = [] if rest == "-" else [f.split(":") for f in rest.split()]
        fields_of[name] = fields
        names = tuple(f[0] for f in fields)
        body = {"__module__": "ast", "_fields": names, "__match_args__": names, "__doc__": name}
        if attributes:
            body["_attributes"] = tuple(required.split())
            body.update({a: None for a in optional.split() if a != "-"})
        body.update({f: None for f, kind in fields if kind.endswith("?")})
        classes[name] = type(name, (classes[base],), body)
    for name, fields in fields_of.items():
        if fields or classes[name].__base__ is not AST:
            classes[name]._field_types = {f: _kind(kind, classes) for f, kind in fields}
            classes[name].__annotations__ = classes[name]._field_types
    return classes


globals().update(_make_classes())
