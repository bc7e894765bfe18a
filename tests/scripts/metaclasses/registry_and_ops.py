class Registry(type):
    items = []
    def __new__(mcs, name, bases, ns):
        cls = super().__new__(mcs, name, bases, ns)
        mcs.items.append(name)
        return cls
    def __add__(cls, other): return f"{cls.__name__}+{other.__name__}"
    def __or__(cls, other): return "or"
    def __eq__(cls, other): return cls.__name__[0] == getattr(other, "__name__", "?")[0]
    def __hash__(cls): return hash(cls.__name__)
    def __lt__(cls, other): return cls.__name__ < other.__name__
    def __bool__(cls): return cls.__name__ != "Falsy"
    @property
    def label(cls): return cls.__name__.lower()
    def create(cls): return cls()


class A(metaclass=Registry): pass
class B(A): pass
class AA(A): pass
class Falsy(A): pass


print(Registry.items, A + B, A | B, A == AA, A == B, sorted([B, A])[0].__name__, bool(A), bool(Falsy))
print(A.label, type(B.create()).__name__, hasattr(A(), "label"), hasattr(A(), "create"))
print(int | str, int | None, list[int] | None, type(int | str).__name__)
print(isinstance(5, int | str), isinstance(None, int | None), issubclass(bool, int | str))


class Ordered(type):
    def __new__(mcs, name, bases, ns):
        ns["order"] = [k for k in ns if not k.startswith("_")]
        return type.__new__(mcs, name, bases, ns)


class O(metaclass=Ordered):
    z = 1
    a = 2
    def m(self): pass


print(O.order)


class Count(dict):
    def __setitem__(self, k, v):
        if k in self: print("redefined", k)
        super().__setitem__(k, v)


class Once(type):
    @classmethod
    def __prepare__(m, n, b): return Count()


class R(metaclass=Once):
    x = 1
    x = 2


print(R.x, type(type(R)), type(type))
