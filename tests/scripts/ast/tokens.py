"""The tokens that `tokenize` gets, and how a source that has no more of them ends."""
import _tokenize, io, token
def t(src, extra=True, enc=None):
    print("==", repr(src), extra)
    try:
        it = _tokenize.TokenizerIter((io.BytesIO(src) if enc else io.StringIO(src, newline="")).readline, extra_tokens=extra, **({"encoding":enc} if enc else {}))
        for x in it: print(token.tok_name[x[0]], *x[1:])
    except BaseException as e: print(type(e).__name__, e.args)
    
for s in ["x = 1\n", "x = 1", "if x:\n  y\n\n  # c\nz", "if x:\r\n  y\r\n'''a\r\nb''' + 3\r\n", "'''a\nb''' + \\\n 3", "f'a{x!r:>{w}}b{{'\n", "f'''\n{\nx}\n''' z\n", "(\n1,\n)\n", "if x:\n    y", "if x:\n    y\n  z\n", "if x:\n\ty\n        z\n", "'abc", "'''abc\n", "(1,", "x\\", "x\\\n", "x \\ y", "1_", "0777", "é=3 # ü\n", "x$y?\n", "", "\n", "#c", "# c\n", "  x\n", "if x:\n y\n#c\n", "def f():\n  if x:\n    y\n", "\\\n", "x;\\\n\n y", "(\n # c\n\n x)", "f'{x=}' t'{y}'\n", "a\x0cb", "\x0c x", "f'{", "f'{x", "f'{x:", "f'", "]", "(]", "a\0b", "async def f(): await x\n", "x: int # type: int\n", "a<>b != c -> := ...\n","if 1:\n  x\n # c\n  y\n", "rb'x' F'y' Rb\"z\"", "lambda:0\n\n\n", "if x:\n    y # c", "if x:\n    y\n# c", "   # c\n  \nx", "'a\\\nb'\n", "f'a\\\nb{x}\\\n'\n"]:
    t(s)
t(b"x = '\xc3\xa9'\n", enc="utf-8"); t(b"x = '\xe9'\n", enc="latin-1"); t(b"x = '\xe9'\n", enc="utf-8"); t(b"x", enc="foo")
def bad(rl, **k):
    try: print(list(_tokenize.TokenizerIter(rl, extra_tokens=True, **k)))
    except BaseException as e: print(type(e).__name__, e.args)
bad(3); bad(lambda: 3); bad(lambda: b"x"); bad(lambda: "x", encoding="utf-8"); 
def g():
    yield "x\n"; yield "y"; raise ValueError(3)
bad(g().__next__)
def g():
    yield "x\n"; yield "y\n"; yield ""; yield "z"
bad(g().__next__)
bad(iter(["x", "=3", "\n"]).__next__)
