from abc import ABC, abstractmethod, ABCMeta


class Shape(ABC):
    @abstractmethod
    def area(self): ...
    @property
    @abstractmethod
    def name(self): ...
    def describe(self): return f"{self.name} {self.area()}"


try:
    Shape()
except TypeError as e:
    print(e)


class Half(Shape):
    def area(self): return 1


try:
    Half()
except TypeError as e:
    print(e)


class Square(Shape):
    name = "square"
    def __init__(self, s): self.s = s
    def area(self): return self.s ** 2


print(Square(3).describe(), sorted(Shape.__abstractmethods__), Square.__abstractmethods__)


class Duck(metaclass=ABCMeta):
    @classmethod
    def __subclasshook__(cls, other):
        return True if hasattr(other, "quack") else NotImplemented


class Mallard:
    def quack(self): pass


print(isinstance(Mallard(), Duck), issubclass(int, Duck))
Duck.register(int)
print(isinstance(5, Duck), isinstance("x", Duck))
from collections.abc import Iterable, Sized, Hashable, Mapping, Sequence, Callable, Iterator, MutableMapping
for v in ([], {}, "a", 5, len, iter([]), {1}, (1,), range(3), None):
    print(type(v).__name__, [c.__name__ for c in (Iterable, Sized, Hashable, Mapping, Sequence, Callable, Iterator) if isinstance(v, c)])


class Low(MutableMapping):
    def __init__(self): self.d = {}
    def __getitem__(self, k): return self.d[k.lower()]
    def __setitem__(self, k, v): self.d[k.lower()] = v
    def __delitem__(self, k): del self.d[k.lower()]
    def __iter__(self): return iter(self.d)
    def __len__(self): return len(self.d)


m = Low()
m["A"] = 1
m.update(B=2, c=3)
print(dict(m), "a" in m, m.pop("B"), m.setdefault("Z", 9), list(m.items()), m.get("q"), len(m), m == {"a": 1, "c": 3, "z": 9})
