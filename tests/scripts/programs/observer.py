class Event:
    def __init__(self): self.handlers = []
    def __iadd__(self, h): self.handlers.append(h); return self
    def __isub__(self, h): self.handlers.remove(h); return self
    def __call__(self, *a, **k): return [h(*a, **k) for h in self.handlers]
class Model:
    def __init__(self): self.changed = Event(); self.data = {}
    def __setitem__(self, k, v): old = self.data.get(k); self.data[k] = v; self.changed(k, old, v)
m = Model(); log = []; m.changed += lambda k, o, n: log.append((k, o, n)); m.changed += (printer := lambda *a: print("changed", *a))
m["x"] = 1; m["x"] = 2; m.changed -= printer; m["y"] = 3; print(log)
class Meta(type):
    def __call__(cls, *a):
        if not hasattr(cls, "_inst"): cls._inst = super().__call__(*a)
        return cls._inst
class Single(metaclass=Meta): pass
print(Single() is Single())
class Borg:
    _s = {}
    def __init__(self): self.__dict__ = self._s
a, b = Borg(), Borg(); a.v = 5; print(b.v, a is b)
class Chain:
    def __getattr__(self, n): return lambda *a: (print(n, a), self)[1]
Chain().select("x").where(1).go()
