import copy, pickle
class P:
    def __init__(self, x): self.x, self.l = x, [1, 2]
    def __eq__(self, o): return type(o) is P and vars(self) == vars(o)
p = P([3]); s, d = copy.copy(p), copy.deepcopy(p); print(s == p, s.x is p.x, d == p, d.x is p.x)
l = [1, [2]]; l.append(l); c = copy.deepcopy(l); print(c[2] is c, c[1] is l[1], c[:2])
class C:
    def __copy__(self): return "copied"
    def __deepcopy__(self, memo): return "deep"
print(copy.copy(C()), copy.deepcopy([C()]), copy.copy((1, 2)), copy.copy({1: [2]}), copy.deepcopy({1: {2}}), copy.copy(len) is len, copy.replace(__import__("datetime").date(2026, 1, 1), year=2000))
for proto in range(6):
    data = [1, -1, 2 ** 70, 1.5, "é", b"b", None, True, (1,), [2], {3: 4}, {5}, frozenset({6}), 1j, range(3), slice(1, 2), p, len, P, ..., bytearray(b"x")]
    back = pickle.loads(pickle.dumps(data, proto)); print(proto, back == data, len(pickle.dumps(data, proto)))
print(pickle.dumps([1, "a"], 0), pickle.dumps({"k": (1, 2)}, 2), pickle.dumps(None))
l = []; l.append(l); b = pickle.loads(pickle.dumps(l)); print(b[0] is b)
class R:
    def __reduce__(self): return (dict, ([("a", 1)],))
class G:
    def __getstate__(self): return {"s": 1}
    def __setstate__(self, st): self.got = st
class S:
    __slots__ = ("a", "b")
class N(P):
    def __getnewargs_ex__(self): return (), {}
s = S(); s.a = 1; print(pickle.loads(pickle.dumps(R())), pickle.loads(pickle.dumps(G())).got, pickle.loads(pickle.dumps(s)).a, pickle.loads(pickle.dumps(ValueError("x", 1))).args, pickle.loads(pickle.dumps(N(1))).x)
for bad in (lambda: 0, (i for i in ()), open, type("Local", (), {})(), __import__("sys")):
    try: pickle.dumps(bad); print("ok", type(bad).__name__)
    except Exception as e: print(type(e).__name__, str(e).split(" at 0x")[0])
for bad in (b"", b"x", b"\x80\x05", b"cos\nnope\n.", b"(lp0\n"):
    try: pickle.loads(bad)
    except Exception as e: print(bad, type(e).__name__, e)
