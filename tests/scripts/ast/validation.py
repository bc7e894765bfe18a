"""What compile() says about trees that no parser makes."""
import ast, warnings
warnings.simplefilter("ignore")
N=lambda n="x",c=None: ast.Name(n, c or ast.Load())
S=lambda n="x": ast.Name(n, ast.Store())
D=lambda n="x": ast.Name(n, ast.Del())
C=ast.Constant
P=ast.Pass
def t(label, node, mode="exec"):
    try:
        if isinstance(node, ast.expr): node = ast.Expr(node)
        if isinstance(node, ast.pattern): node = ast.Match(N(), [ast.match_case(node, None, [P()])])
        if isinstance(node, ast.stmt): node = ast.Module([node], [])
        try: ast.fix_missing_locations(node)
        except Exception as e: print(label, "fix", e)
        c = compile(node, "<t>", mode)
        print(label, "ok", c.co_code.hex()[:80] if hasattr(c,"co_code") else c)
    except BaseException as e:
        print(label, type(e).__name__, e)
def args(**k):
    a = ast.arguments([], [], None, [], [], None, [])
    for n,v in k.items(): setattr(a,n,v)
    return a
A=ast.arg
def fn(**k): return ast.FunctionDef("f", args(**k), [P()], [], None, None, [])
t("mod-int", 3)
t("mod-wrongmode", ast.Expression(C(1)))
t("mod-wrongmode2", ast.Module([],[]), "eval")
t("mod-wrongmode3", ast.Expr(C(1)), "single")
t("bodynone", ast.Module(None, []))
m=ast.Module(); del m.body
t("nobody", m)
t("bodytuple", ast.Module((), []))
t("bodyitem", ast.Module([3], []))
t("bodyitemNone", ast.Module([None], []))
t("bodyitemexpr", ast.Module([C(3)], []))
t("ti", ast.Module([], [3])); t("tinone", ast.Module([], [None])); t("ti2", ast.Module([], [ast.TypeIgnore(1,"x")])); t("ti3", ast.Module([], [ast.TypeIgnore("a","x")])); t("ti4", ast.Module([], [ast.TypeIgnore(1,3)])); t("ti5", ast.Module([], [ast.TypeIgnore()]))
t("inter empty", ast.Interactive([]), "single")
t("exprnone", ast.Expr(None)); e=ast.Expr(); t("exprmissing", e)
t("expr3", ast.Expr(3)); t("exprstmt", ast.Expr(P()))
t("name1", ast.Name(3, ast.Load())); t("name2", ast.Name(None, ast.Load())); t("name3", ast.Name("None", ast.Load())); t("name4", ast.Name("True", ast.Store())); t("name5", ast.Name("x", None)); t("name6", ast.Name("x", 3)); t("name7", ast.Name("__debug__", ast.Load()));t("name8", ast.Name("a b", ast.Load()));t("name9", ast.Name("", ast.Load()))
n=ast.Name("x"); t("namenoctx", n); n=ast.Name("x"); del n.ctx; t("namedelctx", n)
t("store", S()); t("del", D())
for v in [3, -1, 1<<100, 1.5, 1j, "s", b"s", True, None, ..., (1,2), (1,(2,[])), frozenset([1,2]), [], {}, object, range(3), set(), type("I",(int,),{})(3), type("S",(str,),{})("a"), type("T",(tuple,),{})((1,)), bytearray(b"a"), (1, None, ...), (True, 1.0, frozenset(["a"]))]:
    try: t("const "+type(v).__name__, C(v))
    except UnicodeError: pass
t("kind", C(1, "u")); t("kind2", C("a", 3)); c=C(); t("constmiss", c)
t("loc", ast.Module([ast.Pass(lineno=3, col_offset=0, end_lineno=2, end_col_offset=0)],[]))
t("loc2", ast.Module([ast.Pass(lineno=3, col_offset=5, end_lineno=3, end_col_offset=2)],[]))
t("loc3", ast.Module([ast.Pass(lineno=-3, col_offset=5, end_lineno=-3, end_col_offset=8)],[]))
t("loc4", ast.Module([ast.Pass(lineno=3, col_offset=-5, end_lineno=3, end_col_offset=8)],[]))
t("loc5", ast.Module([ast.Pass(lineno="a", col_offset=-5, end_lineno=3, end_col_offset=8)],[]))
t("loc6", ast.Module([ast.Pass(lineno=1<<40, col_offset=-5, end_lineno=3, end_col_offset=8)],[]))
t("loc7", ast.Module([ast.Pass(lineno=True, col_offset=1.0, end_lineno=3, end_col_offset=8)],[]))
t("loc8", ast.Module([ast.Pass(lineno=None, col_offset=0, end_lineno=3, end_col_offset=8)],[]))
t("loc9", ast.Module([ast.Pass(lineno=1, col_offset=0, end_lineno=None, end_col_offset=None)],[]))
t("loc10", ast.Module([ast.Pass(lineno=1, col_offset=5, end_lineno=None, end_col_offset=2)],[]))
t("loc11", ast.Module([ast.Pass(lineno=2, col_offset=-1, end_lineno=2, end_col_offset=-1)],[]))
t("loc12", ast.Module([ast.Pass(lineno=0, col_offset=0, end_lineno=0, end_col_offset=0)],[]))
def raw(label, node, mode="exec"):
    try: compile(node, "<t>", mode); print(label, "ok")
    except BaseException as e: print(label, type(e).__name__, e)
raw("noloc", ast.Module([P()], [])); raw("noloc2", ast.Expression(C(1)), "eval"); p=P(); p.lineno=1; raw("noloc3", ast.Module([p], []))
p=P(); p.lineno=1; p.col_offset=0; raw("noloc4", ast.Module([p], []))
mm=ast.MatchAs(); mm.lineno=1; mm.col_offset=0; x=N(); x.lineno=1;x.col_offset=0; M=ast.Match(x,[ast.match_case(mm,None,[p])]); M.lineno=1; M.col_offset=0; raw("patloc", ast.Module([M],[]))
tp=ast.TypeVar("T"); tp.lineno=1; tp.col_offset=0
f=fn(); f.type_params=[tp]; f.lineno=1; f.col_offset=0; f.body=[p]; raw("tploc", ast.Module([f],[]))
f=fn(args=[ast.arg("x")]); f.lineno=1; f.col_offset=0; f.body=[p]; raw("argloc", ast.Module([f],[]))
i=ast.Import([ast.alias("x")]); i.lineno=1; i.col_offset=0; raw("aliasloc", ast.Module([i],[]))
t("fn empty", ast.FunctionDef("f", args(), [], [], None, None, [])); t("fn args none", ast.FunctionDef("f", None, [P()], [], None, None, [])); t("fn args 3", ast.FunctionDef("f", 3, [P()], [], None, None, [])); t("fn name none", ast.FunctionDef(None, args(), [P()], [], None, None, []))
t("fn name kw", ast.FunctionDef("None", args(), [P()], [], None, None, []));
t("fn defaults", fn(defaults=[C(1)])); t("fn kwdef", fn(kw_defaults=[C(1)])); t("fn arg none", fn(args=[None])); t("fn arg 3", fn(args=[3])); t("fn arg None name", fn(args=[A("None")])); t("fn vararg", fn(vararg=3)); t("fn vararg ann", fn(vararg=A("x", S()))); t("fn kwarg ann", fn(kwarg=A("x", S()))); t("fn default store", fn(args=[A("x")], defaults=[S()])); t("fn default none", fn(args=[A("x")], defaults=[None]))
t("fn kwd none", fn(kwonlyargs=[A("x")], kw_defaults=[None])); t("fn kwd store", fn(kwonlyargs=[A("x")], kw_defaults=[S()]))
t("fn deco", ast.FunctionDef("f", args(), [P()], [S()], None, None, [])); t("fn deco none", ast.FunctionDef("f", args(), [P()], [None], None, None, [])); t("fn ret", ast.FunctionDef("f", args(), [P()], [], S(), None, [])); t("fn tc", ast.FunctionDef("f", args(), [P()], [], None, 3, [])); t("fn tp", ast.FunctionDef("f", args(), [P()], [], None, None, [3])); 
t("fn dup", fn(args=[A("x"), A("x")]))
t("async empty", ast.AsyncFunctionDef("f", args(), [], [], None, None, []))
t("class", ast.ClassDef("c", [], [], [], [], [])); t("class kwnone", ast.ClassDef("c", [], [None], [P()], [], [])); t("class kw3", ast.ClassDef("c", [], [3], [P()], [], [])); t("class True", ast.ClassDef("True", [], [], [P()], [], []))
t("ret", ast.Return(C(1))); t("ret st", fn(), ); 
f=fn(); f.body=[ast.Return(S())]; t("ret store", f)
t("del0", ast.Delete([])); t("delload", ast.Delete([N()])); t("del const", ast.Delete([C(1)])); t("del tuple", ast.Delete([ast.Tuple([D(), N("y")], ast.Del())]))
t("delnone", ast.Delete([None]))
t("assign0", ast.Assign([], C(1))); t("assignload", ast.Assign([N()], C(1))); t("assign const", ast.Assign([C(1)], C(1))); t("assign binop", ast.Assign([ast.BinOp(N(),ast.Add(),N())], C(1))); t("assign call", ast.Assign([ast.Call(N(),[],[])], C(1))); t("assign None", ast.Assign([None], C(1))); t("assign tc", ast.Assign([S()], C(1), 3)); t("assign val", ast.Assign([S()], None)); t("assign starred", ast.Assign([ast.Starred(S(), ast.Store())], C(1))); t("assign named", ast.Assign([ast.NamedExpr(S(), C(1))], C(1)))
t("aug", ast.AugAssign(S(), ast.Add(), C(1))); t("aug load", ast.AugAssign(N(), ast.Add(), C(1))); t("aug op", ast.AugAssign(S(), None, C(1))); t("aug op3", ast.AugAssign(S(), 3, C(1))); t("aug opcls", ast.AugAssign(S(), ast.Add, C(1)))
t("ann", ast.AnnAssign(S(), N("int"), None, 1)); t("ann simple attr", ast.AnnAssign(ast.Attribute(N(),"a",ast.Store()), N("int"), None, 1)); t("ann tuple", ast.AnnAssign(ast.Tuple([S()],ast.Store()), N("int"), None, 0)); t("ann load", ast.AnnAssign(N(), N("int"), None, 1)); t("ann store", ast.AnnAssign(S(), S("int"), None, 1)); t("ann simp", ast.AnnAssign(S(), N("int"), None, "a")); t("ann simp none", ast.AnnAssign(S(), N("int"), None, None))
t("typealias", ast.TypeAlias(S(), [], N())); t("typealias nonname", ast.TypeAlias(ast.Attribute(N(),"a",ast.Store()), [], N())); t("typealias load", ast.TypeAlias(N(), [], N()))
t("tv", ast.TypeAlias(S(), [ast.TypeVar("T", S())], N())); t("tvd", ast.TypeAlias(S(), [ast.TypeVar("T", None, S())], N())); t("tv None", ast.TypeAlias(S(), [ast.TypeVar("None")], N())); t("ps", ast.TypeAlias(S(), [ast.ParamSpec("T", S())], N())); t("tvt", ast.TypeAlias(S(), [ast.TypeVarTuple("True")], N()))
t("for", ast.For(S(), N(), [], [])); t("for load", ast.For(N(), N(), [P()], [])); t("for else", ast.For(S(), N(), [P()], [None])); t("afor", ast.AsyncFor(S(), N(), [], []));
t("while", ast.While(N(), [], [])); t("if", ast.If(N(), [], [])); t("with0", ast.With([], [P()])); t("withbody", ast.With([ast.withitem(N())], [])); t("with none", ast.With([None], [P()])); t("with3", ast.With([3], [P()])); t("awith", ast.AsyncWith([], [P()])); t("with var", ast.With([ast.withitem(N(), N())], [P()]))
t("match0", ast.Match(N(), [])); t("match body", ast.Match(N(), [ast.match_case(ast.MatchAs(), None, [])])); t("match none", ast.Match(N(), [None])); t("match3", ast.Match(N(), [3])); t("match guard", ast.Match(N(), [ast.match_case(ast.MatchAs(), S(), [P()])])); t("match pat none", ast.Match(N(), [ast.match_case(None, None, [P()])])); t("match store", ast.Match(S(), [ast.match_case(ast.MatchAs(), None, [P()])]))
t("raise", ast.Raise(None, C(1))); t("raise2", ast.Raise(S(), None)); t("raise3", ast.Raise(N(), S()))
H=lambda *a: ast.ExceptHandler(*a)
for T in (ast.Try, ast.TryStar):
    n=T.__name__
    t(n+"0", T([], [], [], [P()])); t(n+"1", T([P()], [], [], [])); t(n+"2", T([P()], [], [P()], [P()])); t(n+"3", T([P()], [H(None,"x",[])], [], [])); t(n+"4", T([P()], [H(S(),"x",[P()])], [], [])); t(n+"6", T([P()], [3], [], [])); t(n+"7", T([P()], [H(N(),"None",[P()])], [], [])); t(n+"8", T([P()], [H(None,None,[P()])], [], [])); t(n+"9", T([P()], [H(None,None,[P()]),H(N(),None,[P()])], [], []))
t("assert", ast.Assert(S())); t("assert2", ast.Assert(N(), S()))
t("import0", ast.Import([])); t("import none", ast.Import([None])); t("import3", ast.Import([3])); t("import None", ast.Import([ast.alias("None")])); t("import as None", ast.Import([ast.alias("a", "None")])); t("import dotted", ast.Import([ast.alias("a.b.c", "z")]))
t("from0", ast.ImportFrom("a", [], 0)); t("from -1", ast.ImportFrom("a", [ast.alias("x")], -1)); t("from none", ast.ImportFrom(None, [ast.alias("x")], 0)); t("from levelnone", ast.ImportFrom("a", [ast.alias("x")], None)); t("from level a", ast.ImportFrom("a", [ast.alias("x")], "a")); t("from future", ast.ImportFrom("__future__", [ast.alias("nope")], 0)); t("from star", fn()) 
f=fn(); f.body=[ast.ImportFrom("a",[ast.alias("*")],0)]; t("from star fn", f)
t("global0", ast.Global([])); t("nonlocal0", ast.Nonlocal([])); t("global 3", ast.Global([3])); t("global None", ast.Global(["None"])); t("nonlocal", ast.Nonlocal(["x"]))
t("break", ast.Break()); t("continue", ast.Continue()); t("return", ast.Return()); t("yield", ast.Yield()); t("await", ast.Await(N()))
t("boolop", ast.BoolOp(ast.And(), [])); t("boolop1", ast.BoolOp(ast.And(), [N()])); t("boolop none", ast.BoolOp(ast.And(), [N(), None])); t("boolop op", ast.BoolOp(None, [N(), N()])); t("boolop op3", ast.BoolOp(ast.Add(), [N(), N()])); t("boolop2", ast.BoolOp(ast.And(), [N(), S()]))
t("named", ast.NamedExpr(N(), N())); t("named2", ast.NamedExpr(ast.Attribute(N(),"a",ast.Store()), N())); t("named3", ast.NamedExpr(S(), S()))
t("binop", ast.BinOp(S(), ast.Add(), N())); t("binop2", ast.BinOp(N(), ast.And(), N())); t("unary", ast.UnaryOp(ast.Add(), N())); t("lambda", ast.Lambda(args(), S())); t("lambda2", ast.Lambda(None, N())); t("ifexp", ast.IfExp(S(), N(), N()))
t("dict", ast.Dict([N()], [])); t("dict none", ast.Dict([None], [N()])); t("dict vnone", ast.Dict([N()], [None])); t("dict ks", ast.Dict([S()], [N()])); t("set", ast.Set([])); t("set none", ast.Set([None])); 
G=lambda **k: ast.comprehension(k.get("target",S()), k.get("iter",N()), k.get("ifs",[]), k.get("is_async",0))
t("lc0", ast.ListComp(N(), [])); t("lc1", ast.ListComp(S(), [G()])); t("lc2", ast.ListComp(N(), [G(target=N())])); t("lc3", ast.ListComp(N(), [G(iter=S())])); t("lc4", ast.ListComp(N(), [G(ifs=[None])])); t("lc5", ast.ListComp(N(), [G(is_async="a")])); t("lc6", ast.ListComp(N(), [None])); t("lc7", ast.ListComp(N(), [3])); t("dc0", ast.DictComp(N(), N(), [])); t("dc1", ast.DictComp(N(), S(), [G()])); t("ge0", ast.GeneratorExp(N(), [])); t("sc0", ast.SetComp(N(), [])); t("lc8", ast.ListComp(N(), [G(is_async=1)])); t("lc9", ast.ListComp(S(), []))
t("cmp0", ast.Compare(N(), [], [])); t("cmp1", ast.Compare(N(), [ast.In()], [])); t("cmp2", ast.Compare(N(), [], [N()])); t("cmp3", ast.Compare(N(), [None], [N()])); t("cmp4", ast.Compare(N(), [ast.Add()], [N()])); t("cmp5", ast.Compare(S(), [ast.In()], [N()])); t("cmp6", ast.Compare(N(), [ast.In()], [S()])); t("cmp7", ast.Compare(N(), [ast.In()], [None]))
t("call", ast.Call(S(), [], [])); t("call2", ast.Call(N(), [None], [])); t("call3", ast.Call(N(), [], [None])); t("call4", ast.Call(N(), [], [ast.keyword("None", N())])); t("call5", ast.Call(N(), [], [ast.keyword("a", N()), ast.keyword("a", N())])); t("call6", ast.Call(N(), [ast.Starred(N())], [ast.keyword(None, N())])); t("call7", ast.Call(N(), [], [ast.keyword(3, N())])); t("call8", ast.Call(N(), [], [ast.keyword("__debug__", N())]))
t("fv", ast.FormattedValue(N(), -1)); t("fv2", ast.FormattedValue(S(), -1)); t("fv3", ast.FormattedValue(N(), 5)); t("fv4", ast.FormattedValue(N(), -1, S())); t("fv5", ast.FormattedValue(N(), None)); t("js", ast.JoinedStr([N()])); t("js2", ast.JoinedStr([])); t("js3", ast.JoinedStr([None])); t("js4", ast.JoinedStr([ast.Constant(3)])); t("js5", ast.JoinedStr([S()])); t("fv6", ast.FormattedValue(N(), -1, C("x"))); t("js6", ast.JoinedStr([ast.FormattedValue(N(), 115, None), C("x")]))
t("ts", ast.TemplateStr([])); t("ts1", ast.TemplateStr([C("a")])); t("ts2", ast.TemplateStr([N()])); t("ts3", ast.TemplateStr([ast.Interpolation(N(), "x", -1, None)])); t("ts4", ast.TemplateStr([ast.Interpolation(N(), 3, -1, None)])); t("ts5", ast.TemplateStr([ast.Interpolation(S(), "x", -1, None)])); t("ts6", ast.Interpolation(N(), "x", -1, None)); t("ts9", ast.TemplateStr([ast.FormattedValue(N(), -1, None)])); t("js7", ast.JoinedStr([ast.Interpolation(N(), "x", -1, None)]))
t("attr", ast.Attribute(S(), "a", ast.Load())); t("attr2", ast.Attribute(N(), "a", ast.Store())); t("attr3", ast.Attribute(N(), "None", ast.Load())); t("attr4", ast.Attribute(N(), 3, ast.Load())); t("attr5", ast.Attribute(N(), None, ast.Load()))
t("sub", ast.Subscript(N(), S(), ast.Load())); t("sub2", ast.Subscript(N(), ast.Slice(S(), None, None), ast.Load())); t("sub3", ast.Subscript(N(), None, ast.Load())); t("sub4", ast.Subscript(N(), ast.Slice(), ast.Load())); t("slice", ast.Slice()); t("slice2", ast.Slice(N(), N(), S())); 
t("starred", ast.Starred(N(), ast.Load())); t("starred2", ast.List([ast.Starred(S(), ast.Load())], ast.Load())); t("list", ast.List([S()], ast.Load())); t("tuple", ast.Tuple([None], ast.Load())); t("list store", ast.Assign([ast.List([N()], ast.Store())], C(1)))
t("mv", ast.MatchValue(N())); t("mv1", ast.MatchValue(C(1))); t("mv2", ast.MatchValue(C(True))); t("mv3", ast.MatchValue(C(...))); t("mv4", ast.MatchValue(C((1,)))); t("mv5", ast.MatchValue(ast.Attribute(N(),"a",ast.Load()))); t("mv6", ast.MatchValue(ast.Attribute(N(),"a",ast.Store()))); t("mv7", ast.MatchValue(ast.Attribute(C(1),"a",ast.Load()))); t("mv8", ast.MatchValue(ast.UnaryOp(ast.USub(), C(1)))); t("mv9", ast.MatchValue(ast.UnaryOp(ast.UAdd(), C(1)))); t("mv10", ast.MatchValue(ast.UnaryOp(ast.USub(), C("a")))); t("mv11", ast.MatchValue(ast.BinOp(C(1), ast.Add(), C(1j)))); t("mv12", ast.MatchValue(ast.BinOp(C(1), ast.Add(), C(1)))); t("mv13", ast.MatchValue(ast.BinOp(C(1), ast.Mult(), C(1j)))); t("mv14", ast.MatchValue(ast.BinOp(C(1j), ast.Sub(), C(1j)))); t("mv15", ast.MatchValue(ast.BinOp(ast.UnaryOp(ast.USub(), C(1)), ast.Sub(), C(1j)))); t("mv16", ast.MatchValue(ast.JoinedStr([C("a")]))); t("mv17", ast.MatchValue(ast.Call(N(),[],[]))); t("mv18", ast.MatchValue(C(None))); t("mv19", ast.MatchValue(None)); t("mv20", ast.MatchValue(C(1j))); t("mv21", ast.MatchValue(C(b"a")));t("mv22", ast.MatchValue(ast.UnaryOp(ast.USub(), C(True)))); t("mv23", ast.MatchValue(ast.TemplateStr([C("a")]))); t("mv24", ast.MatchValue(ast.UnaryOp(ast.USub(), N()))); t("mv25", ast.MatchValue(ast.JoinedStr([N()])))
t("ms", ast.MatchSingleton(None)); t("ms1", ast.MatchSingleton(1)); t("ms2", ast.MatchSingleton("a")); t("ms3", ast.MatchSingleton([])); t("ms4", ast.MatchSingleton(True))
V=ast.MatchValue(C(1))
t("mseq", ast.MatchSequence([])); t("mseq2", ast.MatchSequence([ast.MatchStar()])); t("mseq3", ast.MatchSequence([ast.MatchStar(), ast.MatchStar()])); t("mseq4", ast.MatchSequence([ast.MatchStar("_")])); t("mseq5", ast.MatchSequence([ast.MatchStar("True")])); t("mseq6", ast.MatchSequence([3])); t("mstar", ast.MatchStar("x"))
t("mm", ast.MatchMapping([], [], "x")); t("mm1", ast.MatchMapping([C(1)], [])); t("mm2", ast.MatchMapping([C(1)], [ast.MatchStar()])); t("mm3", ast.MatchMapping([N()], [V])); t("mm4", ast.MatchMapping([C(1)], [V], "_")); t("mm5", ast.MatchMapping([C(1)], [V], "True")); t("mm6", ast.MatchMapping([C(1),C(1)], [V,V])); t("mm8", ast.MatchMapping([C(None)], [V])); t("mm9", ast.MatchMapping([C(True)], [V])); t("mm10", ast.MatchMapping([C(...)], [V])); t("mm11", ast.MatchMapping([ast.JoinedStr([])], [V])); t("mm12", ast.MatchMapping([ast.Attribute(N(),"a",ast.Load())], [V])); t("mm13", ast.MatchMapping([ast.UnaryOp(ast.USub(), C(1))], [V]))
t("mc", ast.MatchClass(N(), [], [], [])); t("mc1", ast.MatchClass(C(1), [], [], [])); t("mc2", ast.MatchClass(N(), [ast.MatchStar()], [], [])); t("mc3", ast.MatchClass(N(), [], ["a"], [])); t("mc4", ast.MatchClass(N(), [], ["True"], [V])); t("mc5", ast.MatchClass(N(), [], ["a"], [ast.MatchStar()])); t("mc6", ast.MatchClass(N(), [], ["a","a"], [V,V])); t("mc7", ast.MatchClass(S(), [], [], [])); t("mc8", ast.MatchClass(ast.Attribute(N(),"a",ast.Load()), [], [], [])); t("mc9", ast.MatchClass(ast.Attribute(C(1),"a",ast.Load()), [], [], [])); t("mc10", ast.MatchClass(None, [], [], [])); t("mc11", ast.MatchClass(ast.Call(N(),[],[]), [], [], [])); t("mc12", ast.MatchClass(ast.Attribute(N(),"a",ast.Store()), [], [], [])) 
t("ma", ast.MatchAs(None, None)); t("ma1", ast.MatchAs(V, None)); t("ma2", ast.MatchAs(None, "_")); t("ma3", ast.MatchAs(None, "False")); t("ma4", ast.MatchAs(V, "_")); t("ma5", ast.MatchAs(ast.MatchStar(), "x")); t("ma6", ast.MatchAs(ast.MatchAs(), "x")); t("ma7", ast.MatchAs(V, "x")); 
t("mo", ast.MatchOr([])); t("mo1", ast.MatchOr([V])); t("mo2", ast.MatchOr([V, ast.MatchStar()])); t("mo3", ast.MatchOr([V, V])); t("mo4", ast.MatchOr([ast.MatchAs(), V])); 
t("functype", ast.FunctionType([N()], N()), "func_type")
t("await mod", ast.Expr(ast.Await(C(1))))
class Q(ast.Name): pass
t("subclass", Q("x", ast.Load()))
class Base(ast.expr): pass
t("plain expr", Base()); t("plain expr2", ast.expr()); t("plain stmt", ast.stmt()); t("plain mod", ast.mod()); t("plain AST", ast.AST())
class Z: 
    lineno=1
    col_offset=0
    def __repr__(self): return "Z"
t("duck", ast.Expr(Z()))
class BadL(list): pass
t("listsub", ast.Module(BadL([P()]), []))
