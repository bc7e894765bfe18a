import sys
class A:
    def m(self): pass
    class B: pass
def f(): pass
for v in (int, A, A.B, type, object, None, type(None), len, [].append, "".join, int.real, str.upper, A.m, f, range, range(3), slice(1), ..., NotImplemented, property(), enumerate, zip, map, sys, {}.keys(), {1: 2}.items(), (x for x in ()), iter([]), iter(()), iter({}), iter(""), iter(range(1)), Exception, ValueError("x"), type(f), type(A().m), type(len), type(sys), staticmethod, classmethod, super, memoryview, int | str, list[int], dict[str, list[int]], type(list[int]), type(int | str), A().m.__func__, dict.fromkeys, int.__add__, (1).__add__, object.__init__, type.__call__, bytearray, frozenset):
    r = repr(v)
    print(r.split(" at 0x")[0])
print(type(1), type(type), type(A()), str(A), f"{A}", A.__class__, A.B.__qualname__, A.__module__)
print(type((lambda: (yield))()), type(iter(set())), type(reversed([])), type({}.values()), type(compile("1", "", "eval")), type((lambda: 0).__code__), type(sys._getframe()), type(A.__dict__), type(iter({}.items())), type(b"".__iter__()), type(iter(bytearray())), type(zip()), type(filter(None, [])))
