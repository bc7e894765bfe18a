def perms(xs):
    if not xs: yield ()
    for i, x in enumerate(xs):
        for r in perms(xs[:i] + xs[i + 1:]): yield (x, *r)
def combos(xs, n):
    if n == 0: yield []
    elif xs: yield from ([xs[0], *c] for c in combos(xs[1:], n - 1)); yield from combos(xs[1:], n)
def power(xs): return [[x for i, x in enumerate(xs) if m >> i & 1] for m in range(1 << len(xs))]
print(list(perms((1, 2, 3))), list(combos("abcd", 2)), power("xyz"))
import itertools as it
print(sorted(perms((1, 2, 3, 4))) == sorted(it.permutations((1, 2, 3, 4))), [tuple(c) for c in combos([1, 2, 3, 4, 5], 3)] == list(it.combinations([1, 2, 3, 4, 5], 3)))
def partitions(n, m=None):
    m = m or n
    if n == 0: yield []
    for i in range(min(n, m), 0, -1):
        for p in partitions(n - i, i): yield [i] + p
print(list(partitions(5)))
