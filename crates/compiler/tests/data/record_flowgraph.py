"""Record CPython's compiler halfway: python3.14 record_flowgraph.py OUT [FILE…]

Without files, the snippets below. OUT holds the marshalled tuple of units that flowgraph/tests.rs reads: for
each code object what code generation emits, what the optimiser makes of that and what the assembler makes of that. The
constants of nested code objects are not to be had, so they get made-up ones.
"""
import _testinternalcapi as internal
import ast
import marshal
import random
import sys
import types
from opcode import opmap

SNIPPETS = [
    "def f(a, b=1, /, *c, d, **e):\n    x = y = a\n    x, y = y, x\n    a, b, x = x, a, b\n    return (a, b) if x else not y",
    "def f(a):\n    try:\n        if a: g(a)\n        while a: a = a.b\n    except (A, B) as e:\n        raise C from e\n    except D:\n        pass\n    else:\n        b()\n    finally:\n        c()",
    "def f(x):\n    for i in x:\n        try:\n            continue\n        finally:\n            if i: break\n            return i\n    else:\n        del x\n    print(x)",
    "def g(a):\n    with a as b, c:\n        x = yield 1\n        yield from x\n    try: pass\n    except* E as e: print(e)",
    "async def f(a):\n    async with a as b:\n        async for d in b:\n            await d\n    return [x async for x in y if await x]",
    "def f(x):\n    def g():\n        nonlocal x\n        x += 1\n        return lambda: x\n    return [y for y in x if (lambda: y)()], {z: x for z in x}",
    "def f(a, b):\n    if a is None or b is not None and not a: return 1\n    while True:\n        if a in (1, 2, 3): break\n        if b not in [1, 2]: continue\n    assert a == b, 'no'\n    return -1 + 2 * 3 ** 2, 'a' * 3, (1, 2)[0], ~5, not None",
    "def f(s):\n    match s:\n        case {'k': v, **r} if v: return r\n        case [1, *_, x] | (x, 2): return x\n        case P(a, b=3): return a, b\n        case -1 | None | 'q': pass\n        case _: return s",
    "class A(B, metaclass=M):\n    x: int = 1\n    def f(self): return super().f(__class__)\n    y = [z for z in range(3)]",
    "def f(): return [1, 2, 3], {1, 2, 3}, {'a': 1}, a[1:2], a[::b], f'{a!r:>{b}}', t'{a} {b:x}', *c, [*d, 1]",
    "x = [" + ", ".join(map(str, range(40))) + "]\nfor i in [" + ", ".join(repr(f"s{i}") for i in range(40)) + "]: pass",
    "def f(" + ", ".join(f"a{i}" for i in range(70)) + "):\n    del a1, a66\n    try: a66 = a1\n    except E: pass\n    return a1, a2, a66, a69",
    "\n".join(f"if a{i}:\n    b{i}.c({i * 7}, 'k{i}')" for i in range(60)),
    "def f(x):\n" + "\n".join(f"    while x.a{i}: x.b{i}(x, {i})" for i in range(40)) + "\n    return x",
]


def instructions(seq):
    return tuple((op, arg or 0, *loc) for op, arg, *loc in seq.get_instructions())


def made_up(code, rng):
    pool = [1, 2, 3, 300, 2**70, 1.5, "a", "abc", b"xy", None, True, False, (1, 2), "doc", 7, 0, -1, 2j, ...]
    rng.shuffle(pool)
    count = max([arg for op, arg, *_ in code if op == opmap["LOAD_CONST"]], default=-1) + 1
    return (pool + [f"c{i}" for i in range(count)])[:count]


def unit(seq, code, consts, real):
    given = tuple(consts)
    varnames, cells, frees = code.co_varnames, code.co_cellvars, code.co_freevars
    hidden = tuple(name for name, kind in internal.get_co_localskinds(code).items() if kind & 0x10)
    parameters = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 4) + bool(code.co_flags & 8)
    emitted = instructions(seq)
    consts = list(consts)
    optimized = internal.optimize_cfg(seq, consts, len(varnames))
    numbered = lambda names, first=0: {name: first + i for i, name in enumerate(names)}
    metadata = dict(
        name=code.co_name, qualname=code.co_qualname, filename=code.co_filename, firstlineno=code.co_firstlineno,
        consts={}, names=numbered(code.co_names), varnames=numbered(varnames), cellvars=numbered(cells),
        freevars=numbered(frees, len(cells)), fasthidden=dict.fromkeys(hidden, True),
        argcount=code.co_argcount - code.co_posonlyargcount, posonlyargcount=code.co_posonlyargcount,
        kwonlyargcount=code.co_kwonlyargcount,
    )
    rows = instructions(optimized)
    assembled = internal.assemble_code_object(code.co_filename, optimized, metadata)
    return (
        emitted, given, code.co_names, varnames, cells, frees, hidden, code.co_argcount, code.co_posonlyargcount,
        code.co_kwonlyargcount, parameters, code.co_firstlineno, 0, code.co_name, code.co_qualname, code.co_filename,
        rows, tuple(consts), assembled, code if real else None,
    )


def walk(seq, code, consts, units, rng):
    # Annotations are emitted apart, where this interface does not show them.
    placeholder = "__conditional_annotations__" in code.co_names or "__annotate__" in code.co_names
    real = consts is not None and not placeholder
    if not placeholder:
        units.append(unit(seq, code, made_up(instructions(seq), rng) if consts is None else consts, real))
    inner = [const for const in code.co_consts if isinstance(const, types.CodeType)]
    nested = seq.get_nested()
    if len(inner) == len(nested):
        for seq, code in zip(nested, inner):
            walk(seq, code, None, units, rng)


units = []
rng = random.Random(1)
for number, name in enumerate(sys.argv[2:] or SNIPPETS):
    if sys.argv[2:]:
        with open(name, "rb") as file:
            source = file.read()
    else:
        source, name = name, f"snippet{number}.py"
    try:
        tree = ast.parse(source)
        code = compile(source, name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError):
        continue
    seq, metadata = internal.compiler_codegen(tree, name, 0)
    walk(seq, code, metadata["consts"], units, rng)
with open(sys.argv[1], "wb") as out:
    marshal.dump(tuple(units), out)
