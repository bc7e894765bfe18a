"""The arguments of the exceptions that compile() raises, and the warnings it issues."""
import ast, os, sys, warnings
def t(src, fn="<string>", mode="exec", **k):
    try: compile(src, fn, mode, **k); print("ok")
    except SyntaxError as e: print(type(e).__name__, e.args)
    except Exception as e: print(type(e).__name__, e)
t("x=1\nreturn 1"); t("x=1\n  return 1")
t("x=1\nréturn=1;return 1", "/nowhere/zz.py")
t("x=1\nx=1;return 1\n", b"/nowhere/zz.py")
t("x=1\n\n\n\nreturn 1", "/nowhere/zz.py")
t(ast.parse("x=1\nx=1;return 1"), "/nowhere/zz.py")
t(ast.parse("x=1\nx=1;return 1"), "<s>")
t(b"# coding: latin-1\nx='\xe9';return 1", "<s>")
t("from __future__ import nope"); t("def f():\n  x=1\n  global x"); t("f(a=1,a=2)"); t("x=(yield)");t("lambda x,x:1")
t("nonlocal x"); t("def f(a,a): pass"); t("*x=1"); t("__debug__=1")
t(ast.Module([ast.Return(lineno=-1,col_offset=-1)],[])); t(ast.Module([ast.Return(lineno=3,col_offset=4,end_lineno=5,end_col_offset=2)],[]), "/nowhere/zz.py")
warnings.simplefilter("error")
t("x is 1"); t("'\\d'"); t("x=1\nassert (1,2)", "/nowhere/zz.py"); t("def f():\n try: pass\n finally: return", "/nowhere/zz.py"); t("1if 1else 2"); t("def f():\n try: pass\n finally: return"); t("assert(x,1)")
warnings.simplefilter("always")
import sys
warnings.showwarning=lambda m,c,f,l,*a: print("W",m,c.__name__,f,l)
t("x is 1"); t("'\\d'"); t("x=1\nassert (1,2)", "/nowhere/zz.py"); t("1if 1else 2"); ast.parse("x is 1; '\\d'"); t("x=1\n(1)(2)")
t("def f():\n '\\d'\n if 1 is 2: 3[4]\n return (1,2) 3")
t("x\0y"); t(b"x\0y"); t("x=1\n\0"); t(b"\xff"); t(b"x=1\n\xe9=3"); t(b"# coding: foo\nx"); t(b"\xef\xbb\xbf# coding: latin-1\nx"); t(b"\xef\xbb\xbfx=1"); t(b"#coding:cp1252\nx='\x80'"); t(b"#coding:utf-16\nx"); t(b"#coding:utf-7\nx"); t(b"#coding:rot13\nk=1"); t(b"#coding:hex\n00"); t(b"#coding:ascii\n'\xff'"); t(b"#coding:utf-8\n'\xff'"); t(b"'\xff\xfe' #a\n3"); t(b"#coding:koi8-r\nx='\xc1'; return"); t(b"# coding: utf8\nx"); t(b"# coding: cp1252\n'\x81'"); t(b"# coding: undefined\nx"); t("\ud800"); t("x='\ud800'"); t(memoryview(b"return")); t(bytearray(b"return")); t(3); t(b"\xff\xfex"); t("# coding: foo\nreturn"); t("\ufeffx=1;return"); t("x\ufeff");
for m in ("exec","eval","single","func_type","foo"): t("", mode=m)
t("1\n2", mode="single"); t("(int)->str", mode="func_type"); print(ast.dump(compile("(int, *str, **a)->str", "", "func_type", ast.PyCF_ONLY_AST))); t("x", mode=3); t("x", flags=1<<30); t("x", flags=-1); t("x", flags=1<<40); t("x", optimize=3); t("x", optimize=1<<40); t("x", 3); t("x", "a\0b"); t("x", _feature_version=3)
