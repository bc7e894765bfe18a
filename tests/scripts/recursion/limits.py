import sys
print(sys.getrecursionlimit())
def f(n): return f(n + 1)
try: f(0)
except RecursionError as e: print(e)
sys.setrecursionlimit(200)
def depth(n):
    try: return depth(n + 1)
    except RecursionError: return n
print(150 < depth(0) < 200)
sys.setrecursionlimit(50_000)
def down(n): return 0 if n == 0 else 1 + down(n - 1)
print(down(40_000))
sys.setrecursionlimit(1000)
for bad in (0, -5, "x"):
    try: sys.setrecursionlimit(bad)
    except (ValueError, TypeError) as e: print(e)
class R:
    def __repr__(self): return repr(self)
    def __eq__(self, o): return self == o
    def __getattr__(self, n): return getattr(self, n + "x")
    def __iter__(self): return iter(self)
    def __call__(self): return self()
    def __add__(self, o): return self + o
    def __hash__(self): return hash(self)
    def __len__(self): return len(self)
    def __contains__(self, x): return x in self
r = R()
for expr in ("repr(r)", "r == r", "r.a", "list(r)", "r()", "r + 1", "hash(r)", "len(r)", "1 in r"):
    try: eval(expr)
    except RecursionError as e: print(expr, type(e).__name__)
l = []
for _ in range(100_000): l = [l]
for f in (repr, lambda x: x == [x], hash if False else repr):
    try: f(l); print("fine")
    except RecursionError as e: print("RecursionError")
t = ()
for _ in range(100_000): t = (t,)
try: hash(t); print("hashed")
except RecursionError: print("RecursionError hash")
del l, t
d = {}
for _ in range(100_000): d = {"k": d}
try: str(d)
except RecursionError: print("RecursionError dict")
try: d == {"k": d}; print("compared")
except RecursionError: print("RecursionError eq")
print("alive")
