class W:
    def __init__(self, v): self.v = v
    def __eq__(self, o):
        print("eq", self.v, getattr(o, "v", o))
        return NotImplemented if not isinstance(o, W) else self.v == o.v
    def __lt__(self, o):
        print("lt", self.v, getattr(o, "v", o))
        return self.v < o.v if isinstance(o, W) else NotImplemented


a, b = W(1), W(2)
print(a == b, a != b, a < b, a > b)
print(a == 1)
try:
    print(a <= b)
except TypeError as e:
    print(e)
try:
    hash(a)
except TypeError as e:
    print(e)
print(sorted([W(3), W(1)])[0].v)
print(a in [b, a], [a, b].index(b), [b, a].count(a))


class Weird:
    def __eq__(self, o): return "truthy"
    def __ne__(self, o): return []
    def __lt__(self, o): return 0
    def __bool__(self): raise ValueError("no bool")


w = Weird()
print(w == 1, w != 1, w < 1, w > w, not (w == 1))
try:
    if w: pass
except ValueError as e:
    print(e)
try:
    not w
except ValueError as e:
    print(e)


class BadBool:
    def __bool__(self): return 1


try:
    bool(BadBool())
except TypeError as e:
    print(e)


class BadLen:
    def __init__(self, n): self.n = n
    def __len__(self): return self.n


for n in (-1, "x", 1.5, 2 ** 70):
    try:
        print(len(BadLen(n)))
    except Exception as e:
        print(type(e).__name__, e)
print(bool(BadLen(0)), bool(BadLen(3)))
from functools import total_ordering


@total_ordering
class T:
    def __init__(self, v): self.v = v
    def __eq__(self, o): return self.v == o.v
    def __lt__(self, o): return self.v < o.v


print(T(1) <= T(1), T(1) >= T(2), T(3) > T(2))
