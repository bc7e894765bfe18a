x = "global"


def f():
    x = "local"
    class C:
        y = x
        x = "class"
        z = x
        def m(self): return x
        comp = [x for _ in range(1)]
    return C


C = f()
print(C.y, C.z, C().m(), C.comp)


class D:
    a = 5
    b = [a for _ in range(1)] if False else None
    c = [i for i in range(a)]
    def get(self): return __class__
    try:
        d = [a for _ in range(2)]
    except NameError as e:
        d = str(e)


print(D.c, D().get() is D, D.d)


class E:
    x = x
    x += " in E"


print(E.x, x)


def g():
    class F:
        nonlocal_test = 1
        def __init__(self):
            nonlocal count
            count += 1
    count = 0
    F(); F()
    return count


print(g())


def h():
    v = 1
    class G:
        v = v
    return G


try:
    print(h().v)
except NameError as e:
    print(e)
lam = [lambda: (x, i) for i in range(2)]
print([l() for l in lam])
