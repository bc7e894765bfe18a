class Data:
    def __init__(self, name): self.name = name
    def __get__(self, obj, owner):
        return f"get {self.name} obj={obj is not None} owner={owner.__name__}"
    def __set__(self, obj, value): print("set", self.name, value)
    def __delete__(self, obj): print("delete", self.name)


class NonData:
    def __get__(self, obj, owner): return "nondata"


class C:
    d = Data("d")
    n = NonData()


c = C()
print(c.d, "|", C.d, "|", c.n, C.n)
c.d = 5
del c.d
c.__dict__["d"] = "shadow?"
c.n = "instance wins"
print(c.d, c.n)
C.n = "replaced"
del c.n
print(c.n)


class SetOnly:
    def __set__(self, obj, v): obj.__dict__["s"] = v * 2


class S:
    s = SetOnly()


x = S()
print(type(x.s).__name__)
x.s = 21
print(x.s)
try:
    del x.s
except AttributeError as e:
    print(e)


class Meta(type):
    prop = property(lambda cls: "from meta " + cls.__name__)


class WithMeta(metaclass=Meta): pass


print(WithMeta.prop)
try:
    WithMeta().prop
except AttributeError as e:
    print(e)
def f(self): return self
print(f.__get__(5)(), f.__get__(None, int) is f, f.__get__(5, int).__self__)
