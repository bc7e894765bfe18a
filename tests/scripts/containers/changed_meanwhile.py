"""Containers that change while they are compared, iterated, shown or hashed; and a few corners found by CPython's own tests."""
import array, builtins, collections.abc, functools, gc, itertools, operator, re, struct, warnings, weakref


def t(f):
    try: print(repr(f()))
    except BaseException as e: print(type(e).__name__, e)


class Clear:
    def __init__(self, *lists): self.lists = lists
    def __eq__(self, other):
        for l in self.lists: l.clear()
        return NotImplemented
a, b = [], []
a.append(Clear(b)); b.append(Clear(a))
print(a == b)
c = []; c.append(Clear(c)); print(c == [1], c)


def readd(d, view):
    for key in view(d):
        d.pop(0)
        d[0] = 0
for view in (iter, dict.keys, dict.values, dict.items):
    t(lambda: readd({0: 0}, view))
d = {f"k{i}": i for i in range(100)}
for i in range(1, 100): del d[f"k{i}"]
down = [reversed(d), reversed(d.values()), reversed(d.items())]
d.clear(); d["k0"] = 0
print([list(i) for i in down])
d = {}
for i in range(20): d[i] = i; del d[i]
d["x"] = 1; print(d, list(d), len(d))


class Name:
    def __init__(self, name, it): self.name, self.it = name, it
    def __hash__(self): return hash(self.name)
    def __eq__(self, other): list(self.it); return self.name == other
original = builtins.iter
for it in (iter([1, 2]), iter((1, 2)), iter("ab"), iter(b"ab"), iter(bytearray(b"ab")), iter(array.array("b", [1])), iter(tuple[int]), iter(lambda: 0, 0)):
    space = vars(builtins)
    del space["iter"]; space[Name("iter", it)] = original
    try: result = it.__reduce__()
    finally:
        for key in list(space):
            if isinstance(key, Name): del space[key]
        space["iter"] = original
    print(result[0] is original, result[1:])


class Evil:
    def __repr__(self):
        p.__setstate__((print, (None,), {"new": None}, None))
        return "Evil"
p = functools.partial(len, Evil(), old=1); print(repr(p))
s = frozenset("ab"); print(s.intersection() is s, s.copy() is s)
class Counting(int):
    hashed = 0
    def __hash__(self): self.hashed += 1; return int(self)
keys = set(map(Counting, range(5))); dict.fromkeys(keys); print([k.hashed for k in keys])
class E(array.array):
    def __hash__(self): view.release(); return 1
view = memoryview(E("B", b"abc")).toreadonly(); t(lambda: hash(view))
for f in ("% %s", "%%", "% %", "%5%", "%(a)%"):
    for v in (1, (), {"a": 1}):
        t(lambda: f % v); t(lambda: f.encode() % v)
for code in ("\0", "i\0"): t(lambda: struct.calcsize(code))
t(lambda: setattr(struct.Struct, "x", 1))
print(issubclass(array.array, collections.abc.MutableSequence))
for o in ((), (1, "a"), ([],), (object(),), int, type, 1, "a", [], {}):
    print(gc.is_tracked(o), end=" ")
print()
class Slots: __slots__ = "a",
class Sub(itertools.islice):
    def __init__(self, *args, extra): self.extra = extra
print(gc.is_tracked(Slots()), Sub("abc", 2, extra=1).extra)
t(lambda: Slots().a)
print(re.match("\ufb05", "\ufb06", re.I), re.sub(b"y", bytearray(b"a"), bytearray(b"xyz")), re.sub(b"y", memoryview(b"a"), memoryview(b"xyz")))
b = bytearray(b"x"); found = re.finditer(b"a", b); t(lambda: b.extend(b"y")); list(found); del found; b.extend(b"y"); print(b)
print(operator.attrgetter("x").__text_signature__, functools.cmp_to_key(len).__text_signature__, len.__text_signature__, pow.__text_signature__)
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    X = type("X", (), {1: 2})
    class C:
        def __complex__(self): return 1j
    print(complex(C(), 1)); t(lambda: complex(1, C()))
    print([str(w.message) for w in seen])
print(re.sub(" at 0x[0-9a-f]+", "", repr(weakref.ref(X))), str.maketrans.__qualname__)
