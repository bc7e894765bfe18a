def append(x, to=[]):
    to.append(x)
    return to


print(append(1), append(2), append(3, []), append(4))
print(append.__defaults__)


def kw(*, a=1, b={"x": 1}): return a, b


print(kw.__kwdefaults__, kw(), kw(b=2))
append.__defaults__ = ([9],)
print(append(1))
kw.__kwdefaults__ = {"a": 10, "b": 20}
print(kw())
i = 5


def early(arg=i): return arg


i = 6
print(early())
print([f() for f in [lambda x=x: x for x in range(3)]])
print([f() for f in [lambda: x for x in range(3)]])


def order(a=print("a"), b=print("b")): pass


order.__defaults__ = None
try:
    order()
except TypeError as e:
    print(e)


def annotated(a: int, b: "str" = "x", *args: float, c: list[int] = None, **kw: dict) -> tuple: pass


print(annotated.__annotations__)
print(annotated.__name__, annotated.__qualname__, annotated.__module__)
