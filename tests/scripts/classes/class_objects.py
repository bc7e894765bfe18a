class A:
    x = 1
    def m(self): pass


print(A, type(A), A.__dict__["x"], type(A.__dict__).__name__)
A.y = 2
A.n = lambda self, k: (self.x, k)
print(A().n(5), A.y, "y" in A.__dict__)
try:
    A.__dict__["z"] = 1
except TypeError as e:
    print(e)
B = type("B", (A,), {"z": 3, "__doc__": "made"})
print(B, B.z, B.x, B.__doc__, B().m.__name__)
A.x = 100
print(B.x, B().x)
del A.x
try:
    B.x
except AttributeError as e:
    print(e)
B.__name__ = "Renamed"
B.__qualname__ = "Q.Renamed"
print(B.__name__, repr(B))
try:
    int.x = 1
except TypeError as e:
    print(e)
try:
    B.__bases__ = (int,)
except TypeError as e:
    print(e)


class C:
    def hello(self): return "C says hello"


B.__bases__ = (C,)
print(B().hello(), B.__mro__)
b = B()
b.__class__ = C
print(type(b).__name__)
try:
    b.__class__ = int
except TypeError as e:
    print(e)
try:
    b.__class__ = 5
except TypeError as e:
    print(e)
try:
    type("X", (A, 5), {})
except TypeError as e:
    print(e)
try:
    type(5, (), {})
except TypeError as e:
    print(e)


class Meta:
    __name_x = 1
    def _p(self): return self.__name_x
    def __q(self): return "mangled"


print(Meta()._p(), Meta._Meta__name_x, Meta()._Meta__q(), [k for k in vars(Meta) if "Meta" in k])
print(A.__weakref__.__class__.__name__, A.__firstlineno__, Meta.__static_attributes__)
