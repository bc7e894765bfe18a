class Meta(type):
    @classmethod
    def __prepare__(mcs, name, bases, **kw):
        print("prepare", name, kw)
        return {"injected": 1}
    def __new__(mcs, name, bases, ns, **kw):
        print("new", name, sorted(k for k in ns if not k.startswith("__")))
        return super().__new__(mcs, name, bases, ns)
    def __init__(cls, name, bases, ns, **kw):
        print("init", name)
        super().__init__(name, bases, ns)
    def __call__(cls, *a, **k):
        print("call", cls.__name__, a)
        return super().__call__(*a, **k)
    def __repr__(cls): return f"<Meta {cls.__name__}>"
    def __len__(cls): return 7
    def __iter__(cls): return iter("abc")
    def __contains__(cls, x): return x == 1
    def __getitem__(cls, k): return ("item", k)
    def __getattr__(cls, n): return "meta attr " + n
    def __instancecheck__(cls, o): return o == 5
    def __subclasscheck__(cls, c): return c is int


class A(metaclass=Meta, flag=True):
    x = 1
    def __init__(self, *a): pass


class B(A): pass


a = A(1, 2)
print(A, len(A), list(A), 1 in A, A[3], A.foo, A.injected, type(B))
print(isinstance(5, A), isinstance("s", A), issubclass(int, A), issubclass(str, A))
try:
    a.foo
except AttributeError as e:
    print(e)
C = Meta("C", (), {"y": 2})
print(C.y, C)


class Meta2(type): pass


try:
    class D(A, metaclass=Meta2): pass
except TypeError as e:
    print(e)


class Meta3(Meta): pass


class E(A, metaclass=Meta3): pass


print(type(E))
def func_meta(name, bases, ns): return (name, len(bases))
class F(metaclass=func_meta): pass
print(F)
