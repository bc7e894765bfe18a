words = ["banana", "Apple", "cherry", "apple", "Banana", "date"]
print(sorted(words), sorted(words, key=str.lower), sorted(words, key=len, reverse=True), sorted(words, key=lambda w: (len(w), w.lower())), sorted("hello"), sorted({3: 1, 1: 2}), sorted((3, 1, 2), reverse=True))
data = [(i % 3, i) for i in range(12)]
print(sorted(data, key=lambda t: t[0]), sorted(data, key=lambda t: t[0], reverse=True) == sorted(data, key=lambda t: -t[0]))
log = []
class T:
    def __init__(self, v): self.v = v
    def __lt__(self, o): log.append((self.v, o.v)); return self.v < o.v
    def __repr__(self): return str(self.v)
print(sorted([T(5), T(2), T(8), T(1)]), len(log), log)
from functools import cmp_to_key
print(sorted([3, 1, 2], key=cmp_to_key(lambda a, b: b - a)), sorted(words, key=cmp_to_key(lambda a, b: (a > b) - (a < b)))[0])
import random
r = random.Random(5)
for n in (10, 50, 200, 1000):
    x = [r.randrange(n) for _ in range(n)]
    y = sorted(x)
    assert all(a <= b for a, b in zip(y, y[1:])) and sorted(y) == y and sorted(y, reverse=True) == y[::-1]
    z = sorted(((v, i) for i, v in enumerate(x)), key=lambda t: t[0])
    assert all(a[0] < b[0] or a[1] < b[1] for a, b in zip(z, z[1:]))
    print(n, y[:5], z[:2])
mixed = [1, 2.5, True, -1, 0.0, 10 ** 20, float("inf"), -float("inf")]
print(sorted(mixed), sorted([b"b", b"a"]), sorted([[2], [1, 5], [1]]), sorted([(1, "b"), (1, "a")]), min(words, key=len), max(words, key=lambda w: w[-1]))
l = [3, 1, 2]
def evil(x): l.append(x); return x
try:
    l.sort(key=evil)
except ValueError as e:
    print(e)
for bad in ([1, "a"], [None, 1], [1j, 2j], [[1], (1,)], [{}, {}]):
    try:
        print(sorted(bad))
    except TypeError as e:
        print(e)
l = [1, 2, 3, "x", 0]
try:
    l.sort()
except TypeError:
    print(sorted(map(str, l)))
print(list(reversed(sorted("cab"))), sorted([0.5, float("nan")], key=str), sorted([], key=5))
import heapq, bisect
h = [5, 1, 4]; heapq.heapify(h); heapq.heappush(h, 0); print([heapq.heappop(h) for _ in range(4)], heapq.nlargest(2, [1, 5, 3]), list(heapq.merge([1, 4], [2, 3])))
b = [1, 3, 5]; bisect.insort(b, 4); print(b, bisect.bisect(b, 3), bisect.bisect_left(b, 3), bisect.bisect(b, -9, key=lambda v: -v))
