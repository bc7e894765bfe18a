from itertools import zip_longest
class Poly:
    def __init__(self, *c):
        c = list(c)
        while c and not c[-1]: c.pop()
        self.c = tuple(c)
    def __add__(self, o): return Poly(*[a + b for a, b in zip_longest(self.c, o.c, fillvalue=0)])
    def __neg__(self): return Poly(*[-a for a in self.c])
    def __sub__(self, o): return self + -o
    def __mul__(self, o):
        if isinstance(o, (int, float)): return Poly(*[a * o for a in self.c])
        r = [0] * (len(self.c) + len(o.c))
        for i, a in enumerate(self.c):
            for j, b in enumerate(o.c): r[i + j] += a * b
        return Poly(*r)
    __rmul__ = __mul__
    def __call__(self, x):
        r = 0
        for a in reversed(self.c): r = r * x + a
        return r
    def __eq__(self, o): return self.c == o.c
    def __hash__(self): return hash(self.c)
    def d(self): return Poly(*[i * a for i, a in enumerate(self.c)][1:])
    def __str__(self):
        out = ""
        for i, a in reversed(list(enumerate(self.c))):
            if not a: continue
            sign = " - " if a < 0 else " + " if out else ""
            out += sign + (str(abs(a)) if abs(a) != 1 or i == 0 else "") + ("x" if i else "") + (f"^{i}" if i > 1 else "")
        return out.strip() or "0"
p, q = Poly(1, 2, 3), Poly(-1, 1)
print(p, "|", q, "|", p + q, "|", p - p, "|", p * q, "|", 2 * p, "|", p(2), "|", p.d(), "|", (q * q * q), p == Poly(1, 2, 3, 0), hash(p) == hash(Poly(1, 2, 3)))
