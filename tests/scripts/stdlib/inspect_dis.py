import inspect, dis, io
def f(a, /, b: int, *args, c=5, **kw) -> str:
    "doc"
    return a + b
s = inspect.signature(f); print(s, list(s.parameters), s.parameters["c"].default, s.parameters["a"].kind.name, s.return_annotation, s.bind(1, 2, 3, c=4, d=5).arguments, inspect.getdoc(f), inspect.getsource(f).splitlines()[0], inspect.isfunction(f), inspect.getfullargspec(f).varargs)
class C:
    def m(self, x): pass
    @staticmethod
    def s(): pass
    @property
    def p(self): pass
print(inspect.signature(C.m), inspect.signature(C().m), inspect.ismethod(C().m), [n for n, _ in inspect.getmembers(C, inspect.isfunction)], inspect.isclass(C), inspect.getmro(C)[-1], inspect.signature(len), inspect.signature(C), inspect.isgeneratorfunction(lambda: (yield)), inspect.currentframe().f_lineno, inspect.stack()[0].function)
try: s.bind(1)
except TypeError as e: print(e)
def g(x):
    if x > 1:
        return [i * x for i in range(3)]
    try:
        return x["k"]
    except KeyError: pass
buf = io.StringIO(); dis.dis(g, file=buf); print(buf.getvalue())
print([i.opname for i in dis.get_instructions("a = b + 1")], dis.stack_effect(dis.opmap["POP_TOP"]), dis.opname[dis.opmap["LOAD_FAST"]], dis.code_info(g).splitlines()[0])
