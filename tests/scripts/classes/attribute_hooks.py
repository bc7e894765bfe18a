class Dynamic:
    def __init__(self): self.real = 1
    def __getattr__(self, name):
        if name.startswith("x"): return f"dynamic {name}"
        raise AttributeError(f"no {name}")
    def __setattr__(self, name, value):
        print("set", name, value)
        object.__setattr__(self, name, value)
    def __delattr__(self, name):
        print("del", name)
        super().__delattr__(name)


d = Dynamic()
print(d.real, d.xyz, hasattr(d, "xa"), hasattr(d, "ya"), getattr(d, "y", "default"))
d.new = 5
del d.new
try:
    d.other
except AttributeError as e:
    print(e)


class All:
    def __getattribute__(self, name):
        if name == "secret": raise AttributeError("hidden")
        return "got " + name
    def __getattr__(self, name): return "fallback " + name


a = All()
print(a.anything, a.secret, a.__class__, a.__dict__)
print(type(a).__name__)


class Slots:
    __slots__ = ("a", "b")
    def __init__(self): self.a = 1


s = Slots()
print(s.a, hasattr(s, "b"), Slots.__slots__)
try:
    s.c = 1
except AttributeError as e:
    print(e)
try:
    s.b
except AttributeError as e:
    print(e)
try:
    s.__dict__
except AttributeError as e:
    print(e)
del s.a
try:
    del s.a
except AttributeError as e:
    print(e)


class Sub(Slots):
    __slots__ = ("c",)


t = Sub()
t.c = 3
print(t.a, t.c, Sub.c.__class__.__name__)


class WithDict(Slots): pass


w = WithDict()
w.z = 1
print(w.__dict__, w.a)
