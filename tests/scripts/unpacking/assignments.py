a, b = 1, 2
a, b = b, a
print(a, b)
(x, [y, z]), *rest = (1, [2, 3]), 4, 5
print(x, y, z, rest)
*init, last = range(4)
print(init, last)
first, *mid, end = "hello"
print(first, mid, end)
[p, q] = {"k": 1, "j": 2}
print(p, q)
a = b = [0]
print(a is b)
i = 0
i, lst = 1, [10, 20]
i, lst[i] = 0, 99
print(i, lst)
d = {}
d["a"], d["b"] = 1, 2
print(d)
for src in ("a, b = 1", "a, b = [1]", "a, b = 1, 2, 3", "a, *b = []", "a, b = {1, 2, 3}", "*a, b, c = [1]", "a, b = 'abc'", "a, (b, c) = 1, 2", "a, b = iter([1])"):
    try:
        exec(src)
    except (TypeError, ValueError) as e:
        print(src, "->", type(e).__name__, e)
def gen():
    yield 1
    yield 2
    print("not reached twice")
    yield 3
try:
    m, n = gen()
except ValueError as e:
    print(e)
class It:
    def __iter__(self): return iter([7, 8])
m, n = It()
print(m, n)
def multi(): return 1, (2, 3)
a, (b, c) = multi()
print(a, b, c, (lambda: (1, 2))()[1])
x = 1,
print(x, type(x), (), (1), [*()], *[1, 2])
*a, = "xyz"
print(a)
