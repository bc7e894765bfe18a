from dataclasses import dataclass


@dataclass
class Point:
    x: int
    y: int


class Custom:
    __match_args__ = ("a", "b")
    def __init__(self, a, b, c): self.a, self.b, self.c = a, b, c


def f(v):
    match v:
        case Point(0, 0): return "origin"
        case Point(x=0, y=y): return f"on y at {y}"
        case Point(x, 0): return f"on x at {x}"
        case Point(x=x, y=y) if x == y: return f"diagonal {x}"
        case Point(): return "point"
        case Custom(1, b, c=c): return f"custom {b} {c}"
        case {"type": "circle", "r": r, **rest}: return f"circle {r} {rest}"
        case {"type": t}: return f"type {t}"
        case {}: return "mapping"
        case [Point(x=a), Point(x=b)]: return f"two points {a} {b}"
        case (1, [2, [x, *y]]): return f"nested {x} {y}"
        case [int(a), str(b)]: return f"int-str {a} {b}"
        case [_, _]: return "pair"
        case str() as s: return f"str {s}"
        case list() | tuple() as seq: return f"seq of {len(seq)}"
        case _: return "nothing"


for v in (Point(0, 0), Point(0, 5), Point(5, 0), Point(3, 3), Point(1, 2), Custom(1, 2, 3), Custom(2, 2, 2), {"type": "circle", "r": 2, "c": "red"}, {"type": "sq"}, {"x": 1}, {}, [Point(1, 1), Point(2, 2)], (1, [2, [3, 4, 5]]), [1, "a"], [1, 2], "text", b"xy", [1, 2, 3], (), range(2), {1, 2}, 5):
    print(v if not isinstance(v, Custom) else "Custom", "->", f(v))


class Const:
    RED = 1
    BLUE = 2


def g(x):
    match x:
        case Const.RED: return "red"
        case Const.BLUE: return "blue"
        case other: return other


print(g(1), g(2), g(3))
def too_many(v):
    match v:
        case Point(1, 2, 3): pass
def dup(v):
    match v:
        case Point(1, x=1): pass
def noargs(v):
    match v:
        case Empty(1): pass
class Empty: pass
for fn, v in ((too_many, Point(1, 2)), (dup, Point(1, 2)), (noargs, Empty())):
    try:
        fn(v)
    except TypeError as e:
        print(e)
match 5:
    case int(x): print(x)
match {"a": [1, {"b": 2}]}:
    case {"a": [_, {"b": n}]}: print(n)
