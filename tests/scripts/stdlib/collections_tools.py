from collections import deque, OrderedDict, ChainMap, defaultdict, UserDict, namedtuple
d = deque([1, 2, 3], maxlen=4); d.append(4); d.append(5); d.appendleft(0); print(d, d.maxlen, d.pop(), d.popleft(), d[0], len(d)); d.rotate(1); d.extend([8, 9]); d.extendleft([7]); print(d, list(reversed(d)), 8 in d, d.index(8), d.count(9)); d.remove(8); d.insert(1, 5); d.reverse(); print(d, d.copy() == d, d + deque([1]), d * 2); d[0] = "x"; del d[1]; print(d); d.clear()
for bad in ("deque().pop()", "deque()[0]", "deque([1]).remove(5)", "deque(maxlen=-1)", "deque([1], 1).insert(0, 5)", "deque(5)"):
    try: eval(bad)
    except Exception as e: print(bad, type(e).__name__, e)
o = OrderedDict([("a", 1), ("b", 2), ("c", 3)]); o.move_to_end("a"); print(o, o.popitem(last=False), o == OrderedDict(c=3, a=1), o == {"a": 1, "c": 3}, list(reversed(o))); o.move_to_end("a", last=False); print(list(o))
c = ChainMap({"a": 1}, {"a": 2, "b": 3}); c["z"] = 9; print(c["a"], c["b"], dict(c), len(c), c.maps[0], c.new_child({"a": 0})["a"], c.parents, "q" in c)
dd = defaultdict(lambda: "dflt", x=1); print(dd["y"], dd, dd.get("nope")) if False else print(dd["y"], dict(dd), dd.get("nope"))
class U(UserDict):
    def __setitem__(self, k, v): super().__setitem__(k.upper(), v)
u = U(a=1); u["b"] = 2; print(u, u.data, "A" in u)
try:
    q = deque([1, 2])
    for x in q: q.append(x)
except RuntimeError as e: print(e)
print(repr(deque("ab")), deque([1]) < deque([2]), [*deque(range(3))], deque([deque()]))
