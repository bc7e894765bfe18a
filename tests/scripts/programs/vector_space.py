import math
class Vec(tuple):
    __slots__ = ()
    def __new__(cls, *xs): return super().__new__(cls, xs)
    def __add__(self, o): return Vec(*map(sum, zip(self, o)))
    def __sub__(self, o): return self + -1 * o
    def __mul__(self, k): return sum(a * b for a, b in zip(self, k)) if isinstance(k, Vec) else Vec(*(a * k for a in self))
    def __rmul__(self, k): return self * k
    def __abs__(self): return math.sqrt(self * self)
    def __repr__(self): return f"<{', '.join(f'{x:g}' for x in self)}>"
    def __matmul__(self, o): (a, b, c), (d, e, f) = self, o; return Vec(b * f - c * e, c * d - a * f, a * e - b * d)
a, b = Vec(1, 2, 3), Vec(4, 5, 6)
print(a + b, a - b, a * b, 2 * a, a * 0.5, abs(Vec(3, 4)), a @ b, a == (1, 2, 3), hash(a) == hash((1, 2, 3)), {a: 1}[1, 2, 3], sum([a, b], Vec(0, 0, 0)), a[0], len(a), sorted([b, a]))
try: a.x = 1
except AttributeError as e: print(e)
