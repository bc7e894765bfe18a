class Temp:
    def __init__(self, c): self._c = c
    @property
    def c(self):
        """Celsius."""
        return self._c
    @c.setter
    def c(self, v):
        if v < -273: raise ValueError("too cold")
        self._c = v
    @c.deleter
    def c(self): print("deleting"); self._c = 0
    f = property(lambda self: self._c * 9 / 5 + 32, doc="Fahrenheit")


t = Temp(100)
print(t.c, t.f)
t.c = 20
print(t.c)
del t.c
print(t.c, Temp.c.__doc__, Temp.f.__doc__)
try:
    t.c = -300
except ValueError as e:
    print(e)
for stmt in ("t.f = 1", "del t.f", "t.g"):
    try:
        exec(stmt)
    except AttributeError as e:
        print(e)
print(Temp.c.fget.__name__, Temp.c.fset.__name__, Temp.f.fset, type(Temp.c).__name__)


class Sub(Temp):
    @Temp.c.getter
    def c(self): return "sub %s" % super().c


print(Sub(5).c)


class Raises:
    @property
    def p(self): raise AttributeError("inner")
    def __getattr__(self, n): return "fallback " + n


print(Raises().p)
p = property()
print(p.fget, p.__doc__)


class W:
    w = property(None, lambda self, v: print("write", v))


W().w = 3
try:
    W().w
except AttributeError as e:
    print(e)
from functools import cached_property


class L:
    n = 0
    @cached_property
    def v(self):
        self.n += 1
        return self.n


l = L()
print(l.v, l.v, l.n, l.__dict__)
