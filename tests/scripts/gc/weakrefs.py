import weakref, gc, sys
class O:
    def __init__(self, n): self.n = n
    def __repr__(self): return f"O{self.n}"
    def m(self): return self.n
o = O(1); r = weakref.ref(o, lambda ref: print("callback", ref() is None))
print(r() is o, weakref.getweakrefcount(o), r == weakref.ref(o)); del o; print(r())
o = O(2); p = weakref.proxy(o); print(p.n, p.m()); p.n = 5; print(o.n); del o
try: p.n
except ReferenceError as e: print(e)
d = weakref.WeakValueDictionary(); a = O(3); d["a"] = a; print(dict(d)); del a; print(dict(d))
k = weakref.WeakKeyDictionary(); b = O(4); k[b] = 1; print(len(k)); del b; print(len(k))
s = weakref.WeakSet(); c = O(5); s.add(c); print(c in s, len(s)); del c; print(len(s))
f = O(6); fin = weakref.finalize(f, print, "finalized", 6); print(fin.alive); del f; print(fin.alive)
x = O(7); wm = weakref.WeakMethod(x.m); print(wm()()); del x; print(wm())
class Cyc:
    def __del__(self): print("cycle del")
a = Cyc(); a.self = a; w = weakref.ref(a); del a; print("before", w() is None); print(gc.collect() > 0, w() is None)
x = Cyc(); y = Cyc(); x.y, y.x = y, x; del x, y; gc.collect(); print(gc.isenabled(), gc.get_threshold()[0] > 0, gc.is_tracked([]), gc.is_tracked(1), gc.get_count()[0] >= 0)
class Res:
    def __del__(self): global saved; saved = self; print("resurrected")
t = Res(); del t; print(type(saved).__name__); del saved; print("gone for good")
for bad in (5, "s", (1,), None, [1]):
    try: weakref.ref(bad)
    except TypeError as e: print(e)
class NoWeak: __slots__ = ()
class YesWeak: __slots__ = ("__weakref__",)
try: weakref.ref(NoWeak())
except TypeError as e: print(e)
y = YesWeak(); print(weakref.ref(y)() is y, sys.getrefcount(y) >= 1)
lst = []; lst.append(lst); del lst; print(gc.collect() >= 1)
def gen():
    try: yield
    finally: print("gen finalised")
g = gen(); next(g); del g; print("end")
