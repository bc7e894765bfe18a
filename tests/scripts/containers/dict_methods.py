d = {"a": 1, "b": 2}
d["c"] = 3; d.update(b=20, d=4); d.update([("e", 5)]); d |= {"f": 6}
print(d, d.get("a"), d.get("z"), d.get("z", 0), d.pop("a"), d.pop("zz", None), d.popitem(), d.setdefault("g", []), d.setdefault("b", 9), len(d))
print(list(d), list(d.keys()), list(d.values()), list(d.items()), list(reversed(d)), "b" in d, 5 in d.values(), ("b", 20) in d.items(), list(reversed(d.items())))
print(d.keys() & {"b", "x"}, sorted(d.keys() | {"x"}), sorted(d.keys() - {"b"}), d.keys() == set(d), d.items() >= {("b", 20)}, d.keys().isdisjoint({"q"}), sorted({"b"} ^ {"x": 1}.keys()))
print({"a": 1} == {"a": 1.0}, {"a": 1, "b": 2} == {"b": 2, "a": 1}, {1: "x"} != {1: "y"}, {"a": 1} | {"a": 2, "b": 3}, dict(a=1, **{"b": 2}), dict({"x": 1}, y=2), dict.fromkeys("ab", []), {**d, "b": 0}["b"])
keys = d.keys(); d["new"] = 1; print(list(keys), type(keys).__name__, keys, d.values(), d.items().mapping["new"])
del d["new"]; c = d.copy(); c.clear(); print(d, c, bool(c))
m = {1: "int", 1.0: "float", True: "bool"}; print(m, m[1], {(1, 2): "t"}[1, 2], {None: 0}[None], {frozenset({1}): 1})
big = {i: i * i for i in range(100)}
for i in range(0, 100, 2): del big[i]
big[0] = "back"; print(list(big)[:3], list(big)[-2:], len(big), sum(k for k in big))
try:
    for k in big: big[k + 1000] = 1
except RuntimeError as e:
    print(e)
try:
    for k in list(d): d.pop(k); 
    for k in d: pass
    x = {1: 1, 2: 2}
    for k in x: del x[k]
except RuntimeError as e:
    print(e)
for bad in ("{}['k']", "{[]: 1}", "{}.popitem()", "{}.pop(1)", "dict([1])", "dict(1)", "{1: 2}.update([(1, 2, 3)])", "{} < {}", "{} + {}", "hash({})", "{}.fromkeys(5)", "{}.__getitem__([])", "{'a': 1}.keys()[0]", "dict(**{1: 2})", "{1, 2} | {1: 2}", "{1: 2} | [(3, 4)]"):
    try:
        print(eval(bad))
    except Exception as e:
        print(bad, type(e).__name__, e)
class K:
    def __init__(self, h, n): self.h, self.n = h, n
    def __hash__(self): return self.h
    def __eq__(self, o): return self.n == o.n
    def __repr__(self): return self.n
print({K(1, "a"): 1, K(1, "b"): 2, K(1, "a"): 3, K(2, "a"): 4})
