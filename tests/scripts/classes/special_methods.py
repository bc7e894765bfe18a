class V:
    def __init__(self, *v): self.v = list(v)
    def __repr__(self): return f"V{tuple(self.v)}"
    def __str__(self): return "str:" + repr(self)
    def __len__(self): return len(self.v)
    def __getitem__(self, i): return self.v[i]
    def __setitem__(self, i, x): self.v[i] = x
    def __delitem__(self, i): del self.v[i]
    def __contains__(self, x): return x in self.v
    def __iter__(self): return iter(self.v)
    def __reversed__(self): return reversed(self.v)
    def __call__(self, *a, **k): return ("called", a, k)
    def __bool__(self): return any(self.v)
    def __neg__(self): return V(*[-x for x in self.v])
    def __pos__(self): return self
    def __abs__(self): return sum(map(abs, self.v))
    def __invert__(self): return "inv"
    def __int__(self): return 42
    def __float__(self): return 4.5
    def __complex__(self): return 1 + 2j
    def __index__(self): return 3
    def __format__(self, spec): return f"<{spec}>"
    def __round__(self, n=None): return ("round", n)
    def __trunc__(self): return "trunc"
    def __floor__(self): return "floor"
    def __ceil__(self): return "ceil"
    def __bytes__(self): return b"bytes"
    def __hash__(self): return 7
    def __dir__(self): return ["z", "a"]
    def __sizeof__(self): return 1000
    def __divmod__(self, o): return ("divmod", o)
    def __rdivmod__(self, o): return ("rdivmod", o)
    def __pow__(self, o, m=None): return ("pow", o, m)


v = V(1, 2, 3)
print(v, repr(v), len(v), v[0], v[-1], v[1:], 2 in v, 9 in v, list(v), list(reversed(v)))
v[0] = 10
del v[1]
print(v, v(1, k=2), bool(v), bool(V(0)), -v, +v is v, abs(V(-3, 4)), ~v)
print(int(v), float(v), complex(v), [0, 1, 2, 3, 4][v], hex(v), bin(v), "abcdef"[v:], range(10)[v])
print(f"{v}", f"{v:>10}", format(v, "x"), f"{v!r}", f"{v!s}", "%s %r" % (v, v))
print(round(v), round(v, 2), bytes(v), hash(v), dir(v), divmod(v, 1), divmod(1, v), v ** 2, pow(v, 2, 3))
import math
print(math.trunc(v), math.floor(v), math.ceil(v))
a, b = v
print(a, b, [*v], max(v), sorted(v, reverse=True))
