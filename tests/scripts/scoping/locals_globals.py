def f(a, b=2):
    c = a + b
    return locals()


print(f(1))
print(sorted(k for k in globals() if not k.startswith("__")))


def g():
    x = 1
    snapshot = locals()
    x = 2
    return snapshot["x"], locals()["x"], sorted(locals())


print(g())


class K:
    a = 1
    b = sorted(k for k in locals() if not k.startswith("_"))
    vars()["made"] = 7


print(K.b, K.made)
globals()["dynamic"] = 42
print(dynamic)


def h():
    def inner(): return captured
    captured = "c"
    return inner(), "captured" in locals()


print(h())
print([sorted(locals()) for only in [1]][0] == sorted(globals()) or "only" in [k for only in [1] for k in locals()])


def modify():
    v = 1
    locals()["v"] = 100
    return v


print(modify())


def ev():
    secret = 7
    return eval("secret * 2"), eval("[secret for _ in range(2)]"), eval("(lambda: 3)()")


print(ev())
print(vars(type("T", (), {"q": 1}))["q"])
try:
    vars(5)
except TypeError as e:
    print(e)
