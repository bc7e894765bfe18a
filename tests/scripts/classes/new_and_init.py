class Single:
    _inst = None
    def __new__(cls, *args):
        print("new", args)
        if cls._inst is None:
            cls._inst = super().__new__(cls)
        return cls._inst
    def __init__(self, *args):
        print("init", args)
        self.args = args


print(Single(1) is Single(2), Single._inst.args)


class Other:
    def __new__(cls): return 42
    def __init__(self): print("never")


print(Other())


class Frozen(tuple):
    def __new__(cls, a, b): return super().__new__(cls, (a, b))
    def __repr__(self): return f"Frozen<{self[0]}|{self[1]}>"


print(Frozen(1, 2), len(Frozen(3, 4)), Frozen(1, 2) == (1, 2))


class Upper(str):
    def __new__(cls, s): return str.__new__(cls, s.upper())


print(Upper("abc"), type(Upper("x")).__mro__[1])


class BadInit:
    def __init__(self): return 5


try:
    BadInit()
except TypeError as e:
    print(e)


class Empty: pass


for args in ((1,), ()):
    try:
        print(type(Empty(*args)).__name__)
    except TypeError as e:
        print(e)
try:
    object.__new__(int)
except TypeError as e:
    print(e)
try:
    object.__new__(5)
except TypeError as e:
    print(e)
try:
    int.__new__(str)
except TypeError as e:
    print(e)


class Del:
    def __del__(self): print("deleted", self.n)


d = Del(); d.n = 1
d = None
e = Del(); e.n = 2
f = e
del e
print("still")
del f
print("end")
