"""Record marshalled code: python3.14 record_code.py OUT [FILE…]

Without files, the snippets below. Each record is a version byte, a length and marshal data; the
record of version 5 comes first for each code object.
"""
import marshal
import sys

SNIPPETS = [
    "x = 1",
    "def f(a, /, b, *c, d=1, **e):\n    return a or b and not c[d:e]",
    "try:\n    a\nexcept (A, B) as e:\n    raise C from e\nelse:\n    b\nfinally:\n    c",
    "def g():\n    try:\n        x = yield 1\n        yield from x\n    except* ValueError as e:\n        print(e)",
    "async def f():\n    async with a as b, c:\n        async for d in e:\n            await d\n    return [x async for x in y]",
    "class A[T: int]:\n    x: int = 1\n    def f(self):\n        return super().f(__class__)\n    y = [z for z in x if (lambda: z)()]",
    "match a:\n    case {'k': v, **r}: b\n    case [1, *_, 2.5]: c\n    case P(x, y=1j) if x: d\n    case -1 | None: e",
    "print(*a, b=1, **c); del a, b[0], c.d; global_ = f'{x!r:>{w}} {y}' + t'{z}'",
    "x = (1, 2.5, -3j, 'é', 'name', b'\\xff', ..., None, True, 2**100, -(2**70), 1e-300, 'a' * 300, ((), (1,)))",
    "a in {1, 2, 'x'}; a in {(1, 2), 'y', b'z', 2.5}; b[1:2, ::3]; c[1:'x']; '\\ud800'",
    "def outer():\n    a = 1\n    def inner():\n        nonlocal a\n        a += 1\n        del a\n    return inner",
    "for i in range(10):\n    if i: continue\n    elif j: break\nelse:\n    while k: pass\nwith a: b\nassert x, y\nimport p.q as r\nfrom s import *",
    "def many(" + ", ".join(f"a{i}" for i in range(270)) + "):\n    return (" + " + ".join(f"a{i}" for i in range(270)) + ")",
    "\n".join(f"if a{i}:\n    b{i}.c({i * 1000}, 'k{i}')" for i in range(100)),
]


def record(out, code):
    for version in (5, 2, 1, 0):
        try:
            data = marshal.dumps(code, version)
        except ValueError:
            continue
        out.write(bytes([version]) + len(data).to_bytes(4, "little") + data)


with open(sys.argv[1], "wb") as out:
    if sys.argv[2:]:
        for name in sys.argv[2:]:
            try:
                with open(name, "rb") as file:
                    record(out, compile(file.read(), name, "exec", dont_inherit=True))
            except (OSError, SyntaxError, ValueError, RecursionError):
                pass
    else:
        for number, source in enumerate(SNIPPETS):
            record(out, compile(source, f"snippet{number}.py", "exec"))
