"""The constructors, copies and representations of nodes."""
import ast, warnings, sys, pickle, copy
def t(label, f):
    with warnings.catch_warnings(record=True) as w:
        warnings.simplefilter("always")
        try: r = repr(f())
        except BaseException as e: r = type(e).__name__+": "+str(e)
    print(label, r[:300], [(str(x.message), x.category.__name__, x.filename.split("/")[-1]) for x in w])
t("new", lambda: ast.Name())
t("new1", lambda: ast.Name("x"))
t("new2", lambda: ast.Name("x", 1, 2))
t("new3", lambda: ast.Name("x", id=3))
t("new4", lambda: ast.Name(id="x", foo=3))
t("new5", lambda: ast.Name(id="x", foo=3, bar=4, lineno=3).__dict__)
t("new6", lambda: ast.Pass(1)); t("new7", lambda: ast.Constant(1,2,3)); t("new8", lambda: ast.Return(1,2))
t("ann", lambda: ast.AnnAssign().__dict__)
class A(ast.AST): _fields=("a","b")
t("A", lambda: A()); t("A1", lambda: A(1).__dict__); t("A2", lambda: A(1,2,3)); t("A3", lambda: A(1,a=2)); t("A4", lambda: A(c=3))
class B(ast.AST):
    _fields=("a","b"); _field_types={"a": int|None, "b": list[int]}
t("B", lambda: B().__dict__)
class C(ast.AST):
    _fields=("a","b"); _field_types={"a": int}
t("C", lambda: C().__dict__)
class D(ast.AST):
    _fields="ab"
t("D", lambda: D(1).__dict__)
class E(ast.AST):
    _fields=3
t("E", lambda: E(1).__dict__)
class F(ast.AST):
    _fields=(3,)
t("F", lambda: F(1).__dict__)
class F2(ast.AST):
    _fields=(3,); _field_types=4
t("F2", lambda: F2(1).__dict__)
class F3(ast.AST):
    _fields=("a",); _field_types=4
class F4(ast.AST):
    _fields=("a",); _field_types={"a":"str"}
t("F4", lambda: F4().__dict__)
class F5(ast.AST):
    _fields=("a",); _attributes=3
t("F5", lambda: F5(z=1).__dict__)
class F6(ast.Name):
    def __init__(self, *a, **k): super().__init__(*a, **k)
t("F6", lambda: F6().__dict__)
t("AST", lambda: ast.AST()); t("AST1", lambda: ast.AST(1)); t("AST2", lambda: ast.AST(a=1)); t("AST3", lambda: ast.AST(a=1).__dict__)
n=ast.Name("x", ast.Load(), lineno=1, col_offset=2)
t("red", lambda: n.__reduce__()); m=ast.Name("x"); del m.id; t("red2", lambda: m.__reduce__()); t("red3", lambda: ast.AST().__reduce__()); m.foo=1; t("red4", lambda: m.__reduce__()); t("red5", lambda: ast.Return().__reduce__())
t("red6", lambda: ast.FunctionDef("f", ast.arguments(), [], returns=None).__reduce__())
t("pick", lambda: pickle.loads(pickle.dumps(n)).__dict__)
t("copy", lambda: copy.copy(n).__dict__); t("deep", lambda: copy.deepcopy(n).__dict__)
t("rep", lambda: copy.replace(n, id="y").__dict__); t("rep2", lambda: copy.replace(n, foo=1)); t("rep3", lambda: copy.replace(n, foo=1, bar=2)); t("rep4", lambda: n.__replace__(1)); 
m=ast.Name("x"); del m.id; t("rep5", lambda: copy.replace(m)); t("rep6", lambda: copy.replace(m, id="z").__dict__)
x=ast.Name("x", ast.Load()); x.extra=1; t("rep7", lambda: copy.replace(x).__dict__); t("rep8", lambda: copy.replace(x, extra=2).__dict__); t("rep9", lambda: copy.replace(x, lineno=2).__dict__); t("rep10", lambda: copy.replace(ast.Return()).__dict__); t("rep11", lambda: copy.replace(ast.AST()).__dict__)
m=ast.BinOp(); t("rep12", lambda: copy.replace(m)); t("rep13", lambda: copy.replace(A())); t("rep14", lambda: copy.replace(A(1,2), a=3).__dict__)

t("repr", lambda: ast.parse("def f(a,b,*,c=1): return a+b\nx=1\ny=2\nz=[1,2,3]"))
t("repr1", lambda: ast.parse("x=(1,'a',b'c')").body[0]); t("repr2", lambda: ast.Name(3)); m=ast.Name("x"); del m.ctx; t("repr3", lambda: m); m=ast.Expr(ast.Expr(ast.Expr(ast.Expr(1)))); t("repr4", lambda: m); t("repr5", lambda: ast.Expr([1,2,3])); t("repr6", lambda: ast.Expr((1,2,3))); t("repr7", lambda: ast.Expr([[1,2,3],2])); t("repr8", lambda: ast.Expr([]));t("repr9", lambda: ast.Expr([ast.Pass()])); t("repr10", lambda: ast.Expr((ast.Pass(), ast.Expr(ast.Expr(ast.Expr(1)))))); t("repr11", lambda: ast.Expr([1,2])); t("repr12", lambda: ast.Expr((1,))); t("repr13", lambda: ast.Expr(())); t("repr14", lambda: ast.Expr(ast.Expr([ast.Expr(ast.Expr([ast.Expr(1)]))])))
t("setdict", lambda: setattr(ast.Pass(), "__dict__", {"a":1})); t("hash", lambda: ast.Pass()==ast.Pass())
t("cls", lambda: setattr(ast.Pass, "foo", 1)); t("cls2", lambda: setattr(ast.AST, "foo", 1)); t("inst", lambda: ast.Pass().foo); t("doc", lambda: ast.Name.__doc__); t("sig", lambda: __import__("inspect").signature(ast.Name)); t("sig2", lambda: __import__("inspect").signature(ast.AST.__replace__)); t("docs", lambda: (ast.AST.__replace__.__doc__, ast.AST.__reduce__.__doc__, ast.AST.__init__.__doc__))
t("anno", lambda: ast.Name.__annotations__); t("ft", lambda: ast.Dict._field_types); t("ft2", lambda: ast.expr._field_types); t("ft3", lambda: ast.AST._field_types); t("ft4", lambda: ast.Interpolation._field_types)
t("init none", lambda: ast.AST.__init__()); t("init 3", lambda: ast.AST.__init__(3)); t("new", lambda: ast.AST.__new__(ast.Name).__dict__); t("new args", lambda: ast.Name.__new__(ast.Name, 1, 2, x=3).__dict__)
t("delattr", lambda: ast.Name._fields); t("mod", lambda: (ast.Name.__module__, ast.AST.__module__, ast.AST.__qualname__))
t("pos+kw", lambda: ast.Name("x", ctx=3).__dict__)
t("ctx", lambda: (ast.parse("a").body[0].value.ctx is ast.parse("a").body[0].value.ctx, ast.Name("x").ctx is ast.Name("y").ctx, ast.Name("x").ctx is ast.parse("a").body[0].value.ctx))
t("parse1", lambda: ast.dump(ast.parse("'doc'\nx = 'a%sb' % (1,)\nif __debug__: pass\nassert 1\ndef f():\n 'doc'\n1+2\nmatch x:\n case -1|1+2j: pass", optimize=2)))
t("parse2", lambda: ast.dump(ast.parse("def f():\n 'doc'\nclass C: 'doc'\nx=-1; (1,2,3); [1,2] ; not True; a in [1,2]; for_=lambda: 3\nfor x in [1,2]: pass\n'%s %r %a %d %5s' % (a,b,c,d,e)\n'%s' % a; '%%' % (); '%s%s' % (a,)\nx: -1 = 3", optimize=1)))
t("parse3", lambda: ast.dump(ast.parse("from __future__ import annotations\nx: 1+1\ndef f(a: (1,2)) -> -1: pass\n'%-5s|%+5r|%05a|%.3s|% s|%#s|%5.2s|%-05s' % (a,b,c,d,e,f,g,h)\n__debug__ = 3", optimize=0)))
t("parse4", lambda: ast.dump(ast.parse("__debug__; x='%s' % (*a,); '%(a)s' % (b,); '%s' % (1,2) ; '%*s' % (1,2); 'a%s' 'b%s' % (x,y); b'%s' % (a,); '%s'%()\nwith a: 'doc'\nasync def f():\n 'doc'\n return", optimize=2)))
t("cmp1", lambda: ast.dump(compile(ast.parse("1+1; '%s' % (a,)"), "a", "exec", ast.PyCF_OPTIMIZED_AST)))
t("cmp2", lambda: compile(ast.parse("1+1"), "a", "exec", ast.PyCF_ONLY_AST)); t("cmp3", lambda: compile(ast.Module([3],[]), "a", "exec", ast.PyCF_ONLY_AST)); t("cmp4", lambda: compile(ast.Pass(), "a", "eval", ast.PyCF_ONLY_AST)); t("cmp5", lambda: compile(ast.Pass(), "a", "eval", ast.PyCF_OPTIMIZED_AST))
