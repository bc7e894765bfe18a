print([[j for j in range(i)] for i in range(4)])
print([(i, j) for i in range(3) for j in range(i, 3) if (i + j) % 2 == 0])
print({i: {j: i * j for j in range(2)} for i in range(2)})
print({len(w) for w in "a bb cc ddd".split()})
matrix = [[1, 2, 3], [4, 5, 6]]
print([[row[i] for row in matrix] for i in range(3)], [x for row in matrix for x in row])
print([x if x % 2 else -x for x in range(5)], [x for x in range(20) if x % 2 if x % 3])
x = "outer"
print([x for x in range(3)], x)
print([y := 5, y + 1], [z := i for i in range(3)], z)
fs = [lambda i=i: i for i in range(3)]
print([f() for f in fs])
print([f() for f in [lambda: i for i in range(3)]])
print([*range(3), *[9]], [a for a, *b in [(1, 2, 3), (4,)]], [b for a, (b, c) in [(1, (2, 3))]])
print(list(map(lambda t: t[0], [(k, v) for k, v in {"a": 1}.items()])))
print([i for i in range(5) if i not in [j for j in range(3)]])
print({**{k: v for k, v in zip("ab", [1, 2])}, "c": 3})
print([(lambda q: q * i)(2) for i in range(3)])


def f():
    n = 10
    return [n + i for i in range(3)], {n: i for i in range(2)}, list(n * i for i in range(3))


print(f())


class C:
    vals = [1, 2]
    doubled = [v * 2 for v in vals]


print(C.doubled)
try:
    [1 / i for i in (1, 0)]
except ZeroDivisionError as e:
    print(e)
print([e for e in [1, 2, 3]][-1], sorted({c: 0 for c in "hello"}), [[]] * 2, [None for _ in range(2)])
