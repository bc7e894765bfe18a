"""Syntax that a given version does not have."""
import ast
for minor in range(3, 15):
    for source in ("x: int = 3", "async def f(): pass", "(x:=1)", "match x:\n case 1: pass", "f'{x}'", "1_000", "x @ y", "try: pass\nexcept* A: pass", "type X=1", "def f[T](): pass", "t'{x}'", "def f[T=int](): pass", "try: pass\nexcept A, B: pass", "def f(a, /): pass", "async def f(): await x"):
        try:
            ast.parse(source, feature_version=(3, minor))
        except SyntaxError as e:
            print(minor, repr(source), e.msg, e.lineno)
