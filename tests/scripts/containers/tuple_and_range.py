t = (1, 2, 3, 2)
print(t, t[0], t[-1], t[1:3], t[::-1], len(t), t.count(2), t.index(2), t + (4,), t * 2, 2 in t, t == (1, 2, 3, 2), (1,), (), tuple("ab"), tuple([1]), hash(t) == hash((1, 2, 3, 2)), (1, 2) < (1, 3), (1, (2, [3])), t is tuple(t))
r = range(2, 20, 3)
print(r, list(r), len(r), r[2], r[-1], r[1:3], r[::-1], 5 in r, 6 in r, r.index(8), r.count(8), r.start, r.stop, r.step, range(5) == range(0, 5, 1), range(0) == range(2, 1), hash(range(3)) == hash(range(3)), list(range(5, 0, -2)), list(reversed(range(4))), bool(range(0)), range(10)[3:7:2], range(10 ** 20)[-1], len(range(0, 10 ** 18, 7)))
print(max(range(5)), sum(range(101)), 1.0 in range(3), "a" in range(3), range(1, 10, 3).index(7), range(-5, 5)[::-2], range(True), list(range(3, -3, -3)), range(5).__contains__(2 ** 70), iter(range(2)).__length_hint__())
from collections import namedtuple
P = namedtuple("P", "x y z", defaults=[0])
p = P(1, 2)
print(p, p.x, p[1], p._asdict(), p._replace(x=9), P._fields, P._make([7, 8, 9]), p == (1, 2, 0), len(p), P.x.__doc__, isinstance(p, tuple), P._field_defaults, [*p], P(y=1, x=2))
from typing import NamedTuple
class E(NamedTuple):
    name: str
    n: int = 5
    def both(self): return self.name * self.n
print(E("a"), E("b", 2).both(), E.__annotations__, E._field_defaults)
for bad in ("(1,)[1]", "(1, 2) + [3]", "t.index(9)", "range(1)[5]", "range(1.5)", "range(1, 2, 0)", "range(3).index(9)", "P(1)", "P(1, 2, 3, 4)", "p.q", "hash(([],))", "(1, 2) < (1, 'a')", "t[0] = 1" if False else "t.__setitem__(0, 1)", "P._make([1])", "namedtuple('B', 'a a')", "namedtuple('B', 'class')", "p._replace(q=1)"):
    try:
        print(eval(bad))
    except Exception as e:
        print(bad, type(e).__name__, e)
