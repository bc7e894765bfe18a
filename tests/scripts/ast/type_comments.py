"""Type comments and function types."""
import ast
for s in ["def foo():\n  # type: () -> int\n  pass\n", "def foo():  # type: () -> int\n  pass\n","def foo():  # type: () -> int\n  # type: () -> int\n  pass\n", "async def foo():\n  # type: () -> int\n  return await bar()\n", "def f():\n  pass\n  # type: int\n", "for x in y:  # type: int\n  pass\n", "x = 1 # type: int # comment\n", "def f(a, # type: int\n  b):\n  pass"]:
    try: print(ast.dump(ast.parse(s, type_comments=True)))
    except SyntaxError as e: print(repr(s), e)
def ft(s):
    try: print(ast.dump(ast.parse(s, mode="func_type")))
    except SyntaxError as e: print(repr(s), e.args)
for s in ["() -> int", "(int) -> List[str]", "(int, *str, **Any) -> float", "(*int) -> int", "(**int) -> int", "(*int, **str) -> x", "(int, *str) -> x", "(**int, *str) -> x", "(int, *str, *str) -> float", "(int, **str, Any) -> float","(**int, **str) -> float", "foo", "(int,) -> x", "(,) -> x", "(int, *str,) -> x", "() -> int\n\n", "(*int, str) -> x", "(**int, str) -> x", "(a=1) -> x", "(a:=1) -> x", "(*a, b) -> x"]: ft(s)
