d = {c: i for i, c in enumerate("hello")}
print(d, {v: k for k, v in d.items()})
print({i % 3: i for i in range(10)})
def k(x):
    print("k", x, end=" ")
    return x
def v(x):
    print("v", x, end=" ")
    return x
r = {k(i): v(i * 2) for i in range(3)}
print(r)
print({1, 2, 3} == {3, 2, 1}, {x // 2 for x in range(6)} == {0, 1, 2})
print({i: i for i in range(3)} | {j: -j for j in range(2, 5)})
try:
    {[]: 1 for _ in range(1)}
except TypeError as e:
    print(e)
try:
    {[] for _ in range(1)}
except TypeError as e:
    print(e)
words = "the quick brown fox jumps over the lazy dog".split()
by_len = {}
for w in words: by_len.setdefault(len(w), []).append(w)
print(by_len, {n: sorted(ws) for n, ws in sorted(by_len.items())})
print({c for c in "aabbc"} - {"a"}, len({c for w in words for c in w}))
print(dict([("a", 1)], b=2), dict(zip("xy", range(2))), dict.fromkeys("ab", 0))
print({"x": 1, **{"y": 2}, "x": 3}, {1: "a", True: "b", 1.0: "c"})
