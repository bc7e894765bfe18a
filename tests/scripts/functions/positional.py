def f(a, b, c): return (a, b, c)


print(f(1, 2, 3), f(1, c=3, b=2), f(*[1, 2], 3), f(**{"a": 1, "b": 2, "c": 3}))


def g(a, b=2, *args, c, d=4, **kw): return (a, b, args, c, d, kw)


print(g(1, c=3))
print(g(1, 2, 3, 4, c=5, d=6, e=7))
print(g(*range(5), c=0, **{"z": 1}))


def h(a, b, /, c, *, d): return (a, b, c, d)


print(h(1, 2, 3, d=4), h(1, 2, c=3, d=4))
cases = [
    lambda: f(),
    lambda: f(1),
    lambda: f(1, 2),
    lambda: f(1, 2, 3, 4),
    lambda: f(1, 2, 3, d=4),
    lambda: f(1, 2, 3, a=4),
    lambda: g(),
    lambda: g(1),
    lambda: h(1, 2, 3),
    lambda: h(1, b=2, c=3, d=4),
    lambda: h(1, 2, 3, 4),
    lambda: h(1, 2, 3, 4, 5),
    lambda: h(),
    lambda: f(*1),
    lambda: f(**1),
    lambda: f(1, 2, 3, **{"a": 1}),
    lambda: f(**{1: 2}),
    lambda: f(1, 2, c=3, **{"c": 1}),
    lambda: g(1, c=1, **{"d": 1}, **{"d": 2}),
]
for case in cases:
    try:
        print(case())
    except TypeError as e:
        print("TypeError:", e)
