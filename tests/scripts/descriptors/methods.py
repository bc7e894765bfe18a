class A:
    def plain(self, x=1): return ("plain", x)
    @classmethod
    def cm(cls, x=1): return (cls.__name__, x)
    @staticmethod
    def sm(x=1): return ("static", x)


class B(A): pass


a = A()
print(a.plain(2), A.plain(a, 3), a.cm(), A.cm(5), B.cm(), B().cm(), a.sm(9), A.sm())
print(type(A.__dict__["cm"]).__name__, type(A.__dict__["sm"]).__name__, type(a.plain).__name__, type(A.plain).__name__)
print(a.plain == a.plain, a.plain is a.plain, a.plain == A().plain, hash(a.plain) == hash(a.plain))
m = a.plain
print(m.__name__, m.__func__ is A.plain, m.__self__ is a, m.__doc__)
try:
    m.x = 1
except AttributeError as e:
    print(e)
print(A.__dict__["sm"](7), A.__dict__["sm"].__wrapped__("w"), A.__dict__["cm"].__func__(int, 3))
try:
    A.plain()
except TypeError as e:
    print(e)
try:
    a.plain(1, 2)
except TypeError as e:
    print(e)
try:
    A.cm(1, 2)
except TypeError as e:
    print(e)
print(list.append, [].append.__name__, type([].append).__name__, type(list.append).__name__, str.upper("x"))
try:
    list.append(5, 1)
except TypeError as e:
    print(e)
try:
    str.upper()
except TypeError as e:
    print(e)
print(int.__add__(1, 2), type(int.__add__).__name__, type((1).__add__).__name__, (1).__add__("x"))
print(type(int.real).__name__, type(A.__dict__["__dict__"]).__name__, dict.fromkeys.__self__)
a.fn = lambda x: ("no self", x)
print(a.fn(5))
from functools import partial, partialmethod


class P:
    def base(self, a, b): return (a, b)
    half = partialmethod(base, 1)


print(P().half(2), partial(pow, 2)(5), partial(int, base=2)("101"))
